"""Who is told what of which event. The table `NOTICES` is the whole of it.

Delivery of an event makes one notice per person (unique by event and person). Urgent notices leave by mail within
minutes, several for one person in one envelope; the rest waits for the next business morning's digest.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from review import calendar, clock, permissions
from review.domain.events import Event
from review.domain.fiscal import wareki
from review.models import (
    Cycle,
    Department,
    ItemComment,
    MeasureReview,
    NoticeText,
    Notification,
    OutboxEvent,
    Role,
    User,
)
from review.models.sheet import OPEN_STATES
from review.services import deadline_notices, notice_choices, notice_texts, outbox
from review.services.reminders import MORNING

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One line of the table: who is told, in which words, and whether it asks for an act (then `act` says which, and
    `due` by when)."""

    to: Callable[[OutboxEvent], Iterable[User]]
    title: str
    body: str = ""
    act: str = ""
    due: Callable[[OutboxEvent], datetime | None] | None = None
    link: Callable[[OutboxEvent], str]
    urgent: bool = False
    to_act: bool = False


def _review(row: OutboxEvent) -> MeasureReview:
    if row.review is None:
        raise ValueError(f"{row.name} tells of a sheet but names none")
    return row.review


def _year(row: OutboxEvent) -> int:
    if row.cycle is None:
        raise ValueError(f"{row.name} tells of a year but names none")
    return row.cycle.fiscal_year


# --- audiences ---------------------------------------------------------------------------------------------------


def _department(row: OutboxEvent) -> Iterable[User]:
    return permissions.holders(Role.CONTRIBUTOR, Role.HEAD, departments=[_review(row).measure_year.owner])


def _heads(row: OutboxEvent) -> Iterable[User]:
    return permissions.holders(Role.HEAD, departments=[_review(row).measure_year.owner])


def _sender(row: OutboxEvent) -> Iterable[User]:
    """Whom the sheet was handed over to, else who sent it, while they still belong to the department; else the whole
    department."""
    review = _review(row)
    members = permissions.holders(Role.CONTRIBUTOR, Role.HEAD, departments=[review.measure_year.owner])
    asked = review.assigned_to_id or review.submitted_by_id
    sender = [user for user in members if user.pk == asked]
    return sender or members


def _reviewers(row: OutboxEvent) -> Iterable[User]:
    return permissions.holders(Role.REVIEWER)


def _approvers(row: OutboxEvent) -> Iterable[User]:
    return permissions.holders(Role.APPROVER)


def _owners_of_open_sheets(row: OutboxEvent) -> Iterable[User]:
    owners = Department.objects.filter(owned__review__cycle=row.cycle, owned__review__state__in=OPEN_STATES)
    return permissions.holders(Role.CONTRIBUTOR, Role.HEAD, departments=list(owners.distinct()))


def _everyone(row: OutboxEvent) -> Iterable[User]:
    return permissions.holders(*Role.values)


def _managers(row: OutboxEvent) -> Iterable[User]:
    return permissions.holders(Role.REVIEWER, Role.ADMINISTRATOR)


def _correction_sender(row: OutboxEvent) -> Iterable[User]:
    """Who sent the correction, while they still review; else every reviewer."""
    reviewers = _reviewers(row)
    return [user for user in reviewers if user.pk == row.payload["sender"]] or reviewers


def _offices(row: OutboxEvent) -> Iterable[User]:
    """Contributors and heads of the departments that the event names."""
    offices = Department.objects.filter(pk__in=row.payload.get("offices", []))
    return permissions.holders(Role.CONTRIBUTOR, Role.HEAD, departments=list(offices))


def _named(row: OutboxEvent) -> Iterable[User]:
    """The people whom the event itself names, as far as they are still here."""
    return User.objects.filter(is_active=True, pk__in=row.payload.get("people", [])).order_by("pk")


def _asked(row: OutboxEvent) -> Iterable[User]:
    """The departments of which an answer is wanted."""
    asked = Department.objects.filter(pk__in=row.payload["departments"])
    return permissions.holders(Role.CONTRIBUTOR, Role.HEAD, departments=list(asked))


def _conversation(row: OutboxEvent) -> Iterable[User]:
    """The owning department, and whoever said something on the sheet before and may still read it."""
    said = ItemComment.objects.filter(review=row.review).values("author")
    others = [user for user in User.objects.filter(is_active=True, pk__in=said) if _may_read(user, row)]
    return [*_department(row), *others]


def _may_read(user: User, row: OutboxEvent) -> bool:
    return permissions.may_read(user, _review(row))


# --- by when -----------------------------------------------------------------------------------------------------


def _due(row: OutboxEvent) -> datetime | None:
    """提出期限 of the year."""
    return row.cycle.due_at if row.cycle else None


def _sheet_due(row: OutboxEvent) -> datetime | None:
    """By when the sheet is wanted from whoever has it."""
    return _review(row).step_due_at


def _decide_due(row: OutboxEvent) -> datetime | None:
    """審議期限 of the year."""
    return row.cycle.decide_due_at if row.cycle else None


# --- links -------------------------------------------------------------------------------------------------------


def _sheet(row: OutboxEvent) -> str:
    return reverse("review:sheet", args=[row.review_id])


def _concurrence(row: OutboxEvent) -> str:
    return f"{_sheet(row)}#concurrence"


def _comments(row: OutboxEvent) -> str:
    return f"{_sheet(row)}#comments"


def _resume(row: OutboxEvent) -> str:
    """Straight to where one writes on; whoever may not write comes to the sheet."""
    return reverse("review:resume", args=[row.review_id])


def _mine(row: OutboxEvent) -> str:
    """The one sheet that waits for the reader, or home where several do."""
    return reverse("review:mine")


def _board(row: OutboxEvent) -> str:
    return reverse("workflow:board", args=[_year(row)])


def _decide(row: OutboxEvent) -> str:
    return reverse("workflow:decide", args=[_year(row)])


def _results(row: OutboxEvent) -> str:
    return reverse("publication:year", args=[_year(row)])


def _correction(row: OutboxEvent) -> str:
    return reverse("workflow:correction", args=[row.payload["correction"]])


def _cycle(row: OutboxEvent) -> str:
    return reverse("review:cycle", args=[_year(row)])


def _change(row: OutboxEvent) -> str:
    return reverse("workflow:plan_change", args=[row.payload["change"]])


def _proxies(row: OutboxEvent) -> str:
    return reverse("review:proxies")


def _jobs(row: OutboxEvent) -> str:
    return reverse("review:jobs")


NOTICES: dict[Event, tuple[Notice, ...]] = {
    Event.CYCLE_OPENED: (
        Notice(
            to=_owners_of_open_sheets,
            title="{year}の実績の入力をお願いします",
            body="{year}の評価が始まりました。",
            act="ご自分の部署の施策シートを開き、実績を入力して提出してください。",
            due=_due,
            link=_mine,
            urgent=True,
            to_act=True,
        ),
    ),
    Event.ACTUALS_SUBMITTED: (
        Notice(
            to=_reviewers,
            title="{measure} が提出されました",
            body="{department}の{actor}さんが提出しました。",
            act="内容を確かめて、確認するか、理由を付けて差し戻してください。",
            due=_sheet_due,
            link=_sheet,
            to_act=True,
        ),
        Notice(to=_heads, title="{measure} を提出しました", body="{actor}さんが提出しました。", link=_sheet),
    ),
    Event.SUBMISSION_ENDORSED: (Notice(to=_sender, title="{measure} を所属長が確認しました", body="", link=_sheet),),
    Event.SUBMISSION_RECALLED: (
        Notice(
            to=_reviewers,
            title="{measure} の提出が取り下げられました",
            body="{department}の{actor}さんが取り下げました。再提出をお待ちください。",
            link=_sheet,
        ),
    ),
    Event.SUBMISSION_RETURNED: (
        Notice(
            to=_sender,
            title="{measure} が差し戻されました",
            body="理由: {comment}",
            act="指摘のあった項目を直して、もう一度提出してください。",
            due=_sheet_due,
            link=_resume,
            urgent=True,
            to_act=True,
        ),
    ),
    Event.SUBMISSION_REVIEWED: (
        Notice(to=_sender, title="{measure} が確認されました", body="次はDX推進本部の承認です。", link=_sheet),
        Notice(
            to=_approvers,
            title="{measure} の承認をお願いします",
            body="確認が終わりました。",
            act="審議の画面で、承認するか、理由を付けて差し戻してください。",
            due=_sheet_due,
            link=_board,
            to_act=True,
        ),
    ),
    Event.CONCURRENCE_ASKED: (
        Notice(
            to=_asked,
            title="{measure} の合議をお願いします",
            body="{department}の{actor}さんからの依頼です。回答期限: {answer_by}\n期限までに回答がないときは、その旨を記録します。",
            act="意見がなければ「意見なし」を押し、あれば意見を書いてください。",
            link=_concurrence,
            urgent=True,
            to_act=True,
        ),
    ),
    Event.CONCURRENCE_ANSWERED: (
        Notice(
            to=_department,
            title="{measure} の合議: {asked}は「{answer}」",
            body="意見: {comment}",
            link=_concurrence,
        ),
    ),
    Event.COMMENTED: (
        Notice(to=_conversation, title="{measure} にコメントがあります", body="{actor}さん: {comment}", link=_comments),
    ),
    Event.MEASURE_APPROVED: (
        Notice(to=_sender, title="{measure} が承認されました", body="公表までお待ちください。", link=_sheet),
    ),
    Event.MEASURE_SETTLED: (
        Notice(to=_department, title="{measure} は「{outcome}」と決まりました", body="理由: {comment}", link=_sheet),
    ),
    Event.OUTCOME_REFUSED: (
        Notice(
            to=_reviewers,
            title="{measure} の「{outcome}」の提案は採用されませんでした",
            body="理由: {comment}\nシートはこれまでどおり、主管部署の提出を待ちます。",
            link=_sheet,
            urgent=True,
        ),
    ),
    Event.APPROVAL_RETURNED: (
        Notice(
            to=_reviewers,
            title="{measure} が承認の段階で差し戻されました",
            body="理由: {comment}\n差戻し先: {destination}",
            act="差戻し先が情報経営課のときは、もう一度確認してください。",
            due=_sheet_due,
            link=_sheet,
            urgent=True,
            to_act=True,
        ),
    ),
    Event.DECISIONS_RECORDED: (
        Notice(
            to=_approvers,
            title="本部の決定 {count}件の確認をお願いします",
            body="{actor}さんが事務局として{year}の会議の決定を記録しました。",
            act="審議の画面で確認してください。承認者が確認すると有効になります。",
            due=_decide_due,
            link=_board,
            urgent=True,
            to_act=True,
        ),
    ),
    Event.RECORD_REFUSED: (
        Notice(
            to=_reviewers,
            title="{measure} の本部の決定の記録は採用されませんでした",
            body="理由: {comment}\nシートは、これまでどおり承認を待っています。",
            act="会議の記録を確かめて、もう一度記録してください。",
            link=_sheet,
            urgent=True,
            to_act=True,
        ),
    ),
    Event.CYCLE_READY: (
        Notice(
            to=_approvers,
            title="{year}の公表の決定をお願いします",
            body="すべての施策の承認が終わり、公表案ができました。",
            act="公表案を確かめて、公表するか、差し戻す施策を指定してください。",
            due=_decide_due,
            link=_decide,
            urgent=True,
            to_act=True,
        ),
    ),
    Event.EDITION_PUBLISHED: (
        Notice(
            to=_everyone,
            title="{year}の評価結果({edition})を公表しました",
            body="どなたでもご覧になれます。",
            link=_results,
            urgent=True,
        ),
    ),
    Event.CORRECTION_SUBMITTED: (
        Notice(
            to=_approvers,
            title="{year}の訂正の決定をお願いします",
            body="{actor}さんが準備しました。訂正する項目: {items}",
            act="訂正の内容と理由を確かめて、決定するか差し戻してください。",
            link=_correction,
            urgent=True,
            to_act=True,
        ),
    ),
    Event.CORRECTION_RETURNED: (
        Notice(
            to=_correction_sender,
            title="{year}の訂正が差し戻されました",
            body="理由: {comment}",
            act="直して、もう一度決定を依頼してください。",
            link=_correction,
            urgent=True,
            to_act=True,
        ),
    ),
    Event.EDITION_CORRECTED: (
        Notice(
            to=_everyone,
            title="{year}の評価結果を訂正し、{edition}を公表しました",
            body="訂正した項目: {items}\n正誤表をご覧ください。以前の版も、これまでどおり見られます。",
            link=_results,
            urgent=True,
        ),
    ),
    Event.NEXT_CYCLE_DRAFTED: (
        Notice(
            to=_managers,
            title="{year}の準備ができました",
            body="前の年度の公表が終わり、次の年度の下書きができました。",
            act="期限を決めて、年度を開始してください。",
            link=_cycle,
            to_act=True,
        ),
    ),
    Event.DEADLINE_NEAR: (
        Notice(
            to=deadline_notices.called,
            title="{step}の期限は{due}です({when})",
            body="{sheets}",
            act="{request}",
            due=deadline_notices.due,
            link=deadline_notices.link,
            to_act=True,
        ),
    ),
    Event.DEADLINE_PASSED: (
        Notice(
            to=deadline_notices.called,
            title="{step}の期限を過ぎています({when})",
            body="期限は{due}でした。\n{sheets}",
            act="{request}",
            due=deadline_notices.due,
            link=deadline_notices.link,
            to_act=True,
        ),
    ),
    Event.DEADLINE_ESCALATED: (
        Notice(
            to=deadline_notices.late_heads,
            title="{step}が遅れています({when})",
            body="期限は{due}でした。次の{count}件がまだ終わっていません。\n{sheets}",
            act="担当者に状況を確かめてください。間に合わないときは、シートから期限の延長を依頼できます。",
            due=deadline_notices.due,
            link=deadline_notices.link,
            to_act=True,
        ),
        Notice(
            to=deadline_notices.office,
            title="{step}が遅れている施策が{count}件あります({when})",
            body="期限は{due}でした。部署には繰り返しお知らせしています。\n{sheets}",
            act="部署に連絡し、督促、期限の延長、未提出の提案のどれによるかを決めてください。",
            due=deadline_notices.due,
            link=deadline_notices.link,
            to_act=True,
        ),
    ),
    Event.NUDGED: (
        Notice(
            to=deadline_notices.called,
            title="{step}をお願いします({actor}さんからの督促)",
            body="{note}\n{sheets}",
            act="{request}",
            due=deadline_notices.due,
            link=deadline_notices.link,
            urgent=True,
            to_act=True,
        ),
    ),
    Event.EXTENSION_ASKED: (
        Notice(
            to=_managers,
            title="{measure} の期限の延長の依頼があります",
            body="{department}の{actor}さんからの依頼です。\n理由: {reason}\n希望する締切: {until}",
            act="延長するかどうかを決めてください。",
            link=_sheet,
            urgent=True,
            to_act=True,
        ),
    ),
    Event.EXTENSION_GRANTED: (
        Notice(
            to=_department,
            title="{measure} の締切を{until}まで延長しました",
            body="決めた人: {actor}さん\n理由: {reason}",
            act="新しい締切までに提出してください。",
            due=_sheet_due,
            link=_sheet,
            urgent=True,
            to_act=True,
        ),
    ),
    Event.EXTENSION_REFUSED: (
        Notice(
            to=_department,
            title="{measure} の期限の延長は見送られました",
            body="決めた人: {actor}さん\n理由: {comment}",
            act="これまでの期限までに提出してください。",
            due=_sheet_due,
            link=_sheet,
            urgent=True,
            to_act=True,
        ),
    ),
    Event.PLAN_CHANGE_PROPOSED: (
        Notice(
            to=_approvers,
            title="計画の変更の提案があります({kind}: {codes})",
            body="{actor}さんの提案です。\n理由: {comment}",
            act="内容を確かめて、決定するか、採用しないかを決めてください。",
            link=_change,
            urgent=True,
            to_act=True,
        ),
    ),
    Event.PLAN_CHANGED: (
        Notice(
            to=_offices,
            title="計画の変更が決まりました({kind}: {codes})",
            body="理由: {comment}\nご自分の部署の施策に関わる変更です。",
            link=_mine,
            urgent=True,
        ),
        Notice(to=_named, title="計画の変更の提案が決まりました({kind}: {codes})", body="{comment}", link=_change),
    ),
    Event.PLAN_CHANGE_REFUSED: (
        Notice(
            to=_named,
            title="計画の変更の提案は採用されませんでした({kind}: {codes})",
            body="{comment}",
            link=_change,
            urgent=True,
        ),
    ),
    Event.DEPARTMENTS_REORGANISED: (
        Notice(
            to=_offices,
            title="{before} は {after} になりました",
            body="施行日: {period}\n理由: {comment}\n公表前のシートは新しい部署が受け持ちます。",
            link=_mine,
            urgent=True,
        ),
    ),
    Event.PROXY_NAMED: (
        Notice(
            to=_named,
            title="{principal}さんの代決者に{deputy}さんが指名されました",
            body="役割: {post}\n期間: {period}\n理由: {comment}",
            link=_proxies,
            urgent=True,
        ),
    ),
    Event.PROXY_WITHDRAWN: (
        Notice(
            to=_named,
            title="{principal}さんの代決者({deputy}さん)の指名が取り消されました",
            body="役割: {post}",
            link=_proxies,
            urgent=True,
        ),
    ),
    Event.DECIDED_BY_PROXY: (
        Notice(
            to=_named,
            title="{measure} を{actor}さんが代決しました",
            body="{department}のシートです。",
            act="内容を確かめて、後閲してください。",
            link=_proxies,
            to_act=True,
        ),
    ),
    Event.WORK_HANDED_OVER: (
        Notice(
            to=_named,
            title="{count}件の仕事を引き継ぎました",
            body="引き継いだシート: {codes}\n理由: {comment}",
            act="シートを開いて、続きを進めてください。",
            link=_mine,
            urgent=True,
            to_act=True,
        ),
    ),
    Event.JOB_FAILED: (
        Notice(
            to=_managers,
            title="処理に失敗しました",
            body="{cause}",
            act="「処理の状況」を開き、原因を確かめてやり直してください。",
            link=_jobs,
            urgent=True,
            to_act=True,
        ),
    ),
    Event.DELIVERY_LATE: (
        Notice(
            to=_managers,
            title="お知らせや処理が5分以上待っています",
            body="記録は失われていません。",
            act="「処理の状況」を開き、ワーカーとメールサーバーを確かめてください。",
            link=_jobs,
            urgent=True,
            to_act=True,
        ),
    ),
}


def key_of(event: Event, notice: Notice) -> str:
    """The name of a line of the table, under which its own words and people's choices are kept."""
    return f"{event.value}.{notice.to.__name__.strip('_')}"


def lines() -> dict[str, tuple[Event, Notice]]:
    """Every line of the table by its name, in the order of the table."""
    return {key_of(event, notice): (event, notice) for event, rows in NOTICES.items() for notice in rows}


@outbox.react
def notify(row: OutboxEvent) -> None:
    """Make the notices of one event. A person who stands in two lines of the table is told once, in the first."""
    event = Event(row.name)
    rows = {key_of(event, notice): notice for notice in NOTICES.get(event, ())}
    words: dict[str, str] = {}
    own = notice_texts.own_texts(rows)
    told: set[int] = {row.actor_id} if row.actor_id else set()
    for key, notice in rows.items():
        people = [user for user in notice.to(row) if user.pk not in told]
        if not people:
            continue
        told |= {user.pk for user in people}
        words = words or _words(row)
        text = _filled(key, notice, own, words)
        choices = notice_choices.chosen_for(key)
        for user in people:
            _make(row, notice, user, text, choices.get(user.pk, ""))


def _filled(key: str, notice: Notice, own: Mapping[str, NoticeText], words: dict[str, str]) -> notice_texts.Text:
    """The words in force; the original ones where the administrator's ask for what this event does not know."""
    try:
        return notice_texts.text_of(key, notice, own).filled(words)
    except (KeyError, ValueError, IndexError, AttributeError):
        logger.warning("own text of %s cannot be filled in; the original is sent", key)
        return notice_texts.text_of(key, notice, {}).filled(words)


def _make(row: OutboxEvent, notice: Notice, user: User, text: notice_texts.Text, chosen: str) -> None:
    now = clock.now()
    Notification.objects.get_or_create(
        key=f"{row.pk}:{user.pk}",
        defaults={
            "recipient": user,
            "event": row.name,
            "cycle": row.cycle,
            "review": row.review,
            "title": text.title[:200],
            "body": text.body,
            "act": text.act,
            "due_at": notice.due(row) if notice.due else None,
            "asks": {"step": row.payload["step"], "sheets": row.payload["sheets"]} if _of_a_deadline(row) else {},
            "link": notice.link(row),
            "to_act": notice.to_act,
            "created_at": now,
            "mail_after": _leaves(row, notice, chosen, now),
        },
    )


def _leaves(row: OutboxEvent, notice: Notice, chosen: str, now: datetime) -> Any:
    """When the mail may leave; None where the person wants none."""
    channel = chosen or notice_choices.usual(urgent=notice.urgent)
    if channel not in notice_choices.channels(to_act=notice.to_act):
        channel = notice_choices.usual(urgent=notice.urgent)
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


def _words(row: OutboxEvent) -> dict[str, str]:
    words = {"actor": str(row.actor) if row.actor else "", **{key: str(value) for key, value in row.payload.items()}}
    if row.cycle:
        words |= _cycle_words(row.cycle)
    if row.review:
        words |= _sheet_words(row.review)
    if _of_a_deadline(row):
        words |= deadline_notices.words(row)
    return {**dict.fromkeys(notice_texts.PLACEHOLDERS, ""), **words}


def _cycle_words(cycle: Cycle) -> dict[str, str]:
    def day(moment: datetime | None) -> str:
        return wareki(timezone.localtime(moment).date()) if moment else "未定"

    return {"year": cycle.label, "due": day(cycle.due_at), "closes": day(cycle.closes_at)}


def _sheet_words(review: MeasureReview) -> dict[str, str]:
    year = review.measure_year
    return {"measure": f"{year.measure.code} {year.name}", "department": year.owner.name}


def preview(row: OutboxEvent) -> notice_texts.Text | None:
    """What the first notice of an event that is not written would say; None where nobody would be told."""
    event = Event(row.name)
    for notice in NOTICES.get(event, ()):
        if list(notice.to(row)):
            key = key_of(event, notice)
            return _filled(key, notice, notice_texts.own_texts([key]), _words(row))
    return None
