"""Telling people of events. Who gets which notice of which event is the table in `notice_table`.

Delivery of an event makes one notice per person (unique by event and person), of a set of events all at once. Urgent
notices leave by mail within minutes, several for one person in one envelope; the rest waits for the next business
morning's digest.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from review import calendar, clock, permissions
from review.domain.events import Event
from review.domain.fiscal import wareki
from review.models import Cycle, CycleState, MeasureReview, NoticeText, Notification, OutboxEvent, User
from review.notices.services import deadline_notices, notice_choices, notice_texts, waiting
from review.notices.services import notice_audiences as audiences
from review.notices.services.notice import Notice
from review.notices.services.notice_table import NOTICES
from review.notices.services.reminders import MORNING

logger = logging.getLogger(__name__)


def notify(rows: Sequence[OutboxEvent]) -> None:
    """Make the notices of events of one name, each of another sheet, in their order."""
    settle(rows)
    lines = {notice.key: notice for notice in NOTICES.get(Event(rows[0].name), ())}
    own = notice_texts.own_texts(lines)
    choices = {key: notice_choices.chosen_for(key) for key in lines}
    with audiences.of_a_set(rows), calendar.cached():
        made = [one for row in rows for one in _made(row, lines, own, choices)]
    Notification.objects.bulk_create(made, ignore_conflicts=True)


def _made(
    row: OutboxEvent, lines: Mapping[str, Notice], own: Mapping[str, NoticeText], choices: Mapping[str, dict[int, str]]
) -> Iterator[Notification]:
    """The notices of one event. A person in two lines of the table gets one, from the first."""
    words: dict[str, str] = {}
    actor, recipients = {row.actor_id}, set[int]()
    for key, notice in lines.items():
        if not notice.fits(row):
            continue
        audience = list(notice.to(row))
        if not audience and notice.to_act and not _of_a_deadline(row):
            # Nobody is there who could act: the office has to know, and to name somebody. Reminders see to it themselves.
            audience = list(waiting.reviewers(row.cycle.plan_id if row.cycle else None))
        people = [user for user in audience if user.pk not in (recipients if notice.actor_too else recipients | actor)]
        if not people:
            continue
        recipients |= {user.pk for user in people}
        words = words or _words(row)
        text = _filled(notice, own, words)
        for user in people:
            yield _notification(row, notice, user, text, choices[key].get(user.pk, ""))


def _filled(notice: Notice, own: Mapping[str, NoticeText], words: dict[str, str]) -> notice_texts.Text:
    """The words in force; the original ones where the administrator's ask for what this event does not know."""
    try:
        return notice_texts.text_of(notice.key, notice, own).filled(words)
    except (KeyError, ValueError, IndexError, AttributeError):
        logger.warning("own text of %s cannot be filled in; the original is sent", notice.key)
        return notice_texts.text_of(notice.key, notice, {}).filled(words)


def settle(rows: Sequence[OutboxEvent]) -> None:
    """Mark as done every notice that asks for a step which no sheet of its waits for any more, whoever took it, or for the
    decision of a year that does not wait for it. Four queries at most."""
    asking = Notification.objects.filter(to_act=True, settled_at=None)
    moving = {row.cycle_id for row in rows if row.cycle and row.cycle.state != CycleState.DECIDING}
    if moving:
        asking.filter(cycle__in=moving, asks__has_key="year").update(settled_at=clock.now())
    of_events = {row.review_id for row in rows if row.review_id}
    if not of_events:
        return
    open_ones = asking.filter(cycle__in={row.cycle_id for row in rows}).exclude(asks={})
    notices = {
        pk: asks
        for pk, asks in open_ones.filter(Q(review__in=of_events) | Q(review=None)).values_list("pk", "asks")
        if not of_events.isdisjoint(asks.get("sheets", ()))
    }
    sheets = {sheet for asks in notices.values() for sheet in asks["sheets"]}
    states = dict(MeasureReview.objects.filter(pk__in=sheets, outcome="").values_list("pk", "state"))
    over = [pk for pk, asks in notices.items() if not waiting.any_waits(asks, states)]
    if over:
        Notification.objects.filter(pk__in=over).update(settled_at=clock.now())


def _asks(row: OutboxEvent, notice: Notice, user: User) -> dict[str, Any]:
    """What the notice asks of the person: {"step", "sheets"}; {} where it asks for no step of a sheet."""
    if notice.step is None:
        return deadline_notices.asks(row)
    if row.review_id:
        return {"step": notice.step.value, "sheets": [row.review_id]}
    mine = MeasureReview.objects.own(permissions.scope_of(user))
    mine = mine.filter(cycle=row.cycle, state__in=waiting.STATES[notice.step])
    return {"step": notice.step.value, "sheets": list(mine.values_list("pk", flat=True))}


def _notification(row: OutboxEvent, notice: Notice, user: User, text: notice_texts.Text, chosen: str) -> Notification:
    now = clock.now()
    return Notification(
        key=f"{row.pk}:{user.pk}",
        recipient=user,
        event=row.name,
        cycle=row.cycle,
        review=row.review,
        created_at=now,
        title=text.title[:200],
        body=text.body,
        act=text.act,
        to_act=notice.to_act,
        link=notice.address(row),
        due_at=notice.due_at(row),
        asks=_asks(row, notice, user),
        mail_after=_leaves(row, notice, chosen, now),
    )


def _leaves(row: OutboxEvent, notice: Notice, chosen: str, now: datetime) -> Any:
    """When the mail may leave; None where the person wants none."""
    channel = chosen if chosen in notice_choices.channels(to_act=notice.to_act) else notice.usual
    if channel == notice_choices.Channel.APP:
        return None
    if _of_a_deadline(row) and not notice.urgent:
        return clock.shared()  # made in the morning, for the digest of the same morning
    return soon() if channel == notice_choices.Channel.NOW else next_digest(now)


def _of_a_deadline(row: OutboxEvent) -> bool:
    return row.name in deadline_notices.EVENTS


def soon() -> Any:
    """When an urgent notice made now leaves by mail: after the time in which others may join it in one envelope."""
    return clock.shared(timedelta(seconds=settings.MEGURI_MAIL_COALESCE_SECONDS))


def next_digest(now: datetime) -> datetime:
    """When any other notice leaves by mail: the next business morning."""
    local, days = timezone.localtime(now), calendar.city()
    today_counts = days.is_open(local.date()) and local.time() < MORNING
    day = local.date() if today_counts else days.next_open(local.date())
    return timezone.make_aware(datetime.combine(day, MORNING))


def follow_calendar() -> int:
    """After a closing day came or went: what waits for a digest leaves on the business morning after it was made.

    Returns how many notices were moved.
    """
    moved: dict[datetime, list[int]] = {}
    waiting = Notification.objects.filter(mail=None, mail_after__gt=clock.now())
    for pk, made, leaves in waiting.values_list("pk", "created_at", "mail_after"):
        morning = next_digest(made)
        if timezone.localtime(leaves).time() == MORNING and morning != leaves:
            moved.setdefault(morning, []).append(pk)
    rows = Notification.objects.filter(mail=None)
    return sum(rows.filter(pk__in=pks).update(mail_after=morning) for morning, pks in moved.items())


def _words(row: OutboxEvent) -> dict[str, str]:
    words = {"actor": str(row.actor) if row.actor else "", **{key: str(value) for key, value in row.payload.items()}}
    if row.cycle:
        words |= _cycle_words(row.cycle)
    if row.review:
        year = row.review.measure_year
        words |= {"measure": f"{year.measure.code} {year.name}", "department": year.owner.name}
    if _of_a_deadline(row):
        words |= deadline_notices.words(row)
    return {**dict.fromkeys(notice_texts.PLACEHOLDERS, ""), **words}


def _cycle_words(cycle: Cycle) -> dict[str, str]:
    def day(moment: datetime | None) -> str:
        return wareki(timezone.localtime(moment).date()) if moment else "未定"

    names = {"office": cycle.plan.office, "body": cycle.plan.body}
    return {
        "year": f"{cycle.plan.name} {cycle.label}",
        "due": day(cycle.due_at),
        "closes": day(cycle.closes_at),
        **names,
    }


def preview(row: OutboxEvent) -> notice_texts.Text | None:
    """The text of the first notice of an event that is not written; None where nobody would get one."""
    for notice in NOTICES.get(Event(row.name), ()):
        if notice.fits(row) and list(notice.to(row)):
            return _filled(notice, notice_texts.own_texts([notice.key]), _words(row))
    return None
