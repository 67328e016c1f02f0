"""Envelopes: the notices that are due, gathered into one mail a person."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from email.utils import parseaddr

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from review import clock, names, permissions
from review.background.services import doorbell
from review.domain import fiscal
from review.domain.events import Event
from review.models import Cycle, Mail, MailState, MeasureReview, Notification, User
from review.notices.services import waiting
from review.screens.services import city

# No digest waits longer than over the longest holidays; what lies further ahead was put there by a wrong clock.
FURTHEST = timedelta(days=31)
UNREADABLE = "宛先の人が異動などでこのシートを見られなくなったため、送りませんでした。"
#: What is still the person's own to do after they left the post: 後閲 of what was decided in their name.
STAYS_THEIRS = (Event.DECIDED_BY_PROXY,)


def gather(*, everything: bool = False) -> int:
    """Put the notices that are due into envelopes, one per person. Returns how many envelopes were made.

    `everything` does not wait for the digest's hour (the demo uses it to show the morning's mail).
    """
    due = Notification.objects.filter(mail=None, mail_after__isnull=False)
    if not everything:
        due = due.filter(clock.reached("mail_after", FURTHEST))
    people = list(due.order_by().values_list("recipient_id", flat=True).distinct())
    made = sum(_envelope(user_id, everything) for user_id in people)
    if made:
        doorbell.ring_after_commit("mail")
    return made


def _envelope(user_id: int, everything: bool) -> bool:
    with transaction.atomic():
        # The person's row is the lock: two sweeps cannot put one notice into two envelopes.
        user = User.objects.select_for_update(no_key=True).get(pk=user_id)
        due = Notification.objects.filter(recipient=user, mail=None, mail_after__isnull=False)
        if not everything:
            due = due.filter(clock.reached("mail_after", FURTHEST))
        notices = _still_true(user, list(due.order_by("created_at", "pk")))
        if not notices:
            return False
        if not user.email or not user.is_active:
            Notification.objects.filter(pk__in=[n.pk for n in notices]).update(mail_after=None)
            return False
        mail = _write(user, notices)
        Notification.objects.filter(pk__in=[notice.pk for notice in notices]).update(mail=mail)
        return True


def _still_true(user: User, notices: Sequence[Notification]) -> list[Notification]:
    """Without the reminders of what was dealt with since they were made, and without notices about sheets that the person
    may not read any more; those leave by no mail."""
    over = {notice.pk for notice in notices if notice.asks and not waiting.still_needed(notice.asks)}
    over |= _unreadable(user, notices)
    if over:
        Notification.objects.filter(pk__in=over).update(mail_after=None)
    return _acts_first(notice for notice in notices if notice.pk not in over)


def _acts_first(notices: Iterable[Notification]) -> list[Notification]:
    return sorted(notices, key=lambda notice: not notice.to_act)


def _until(notice: Notification) -> str:
    """The deadline, for the mail; '' where there is none."""
    if not notice.due_at:
        return ""
    local = timezone.localtime(notice.due_at)
    return f"{fiscal.wareki(local.date())} {local:%H:%M}"


def _unreadable(user: User, notices: Iterable[Notification]) -> set[int]:
    """Which of the notices are only about sheets that the person may not read (any more): transferred, a role or proxy
    ended. Two queries at most."""
    about = {notice.pk: _sheets(notice) for notice in notices if notice.event not in STAYS_THEIRS}
    sheet_ids = {sheet for sheets in about.values() for sheet in sheets}
    if not sheet_ids:
        return set()
    sheets = MeasureReview.objects.visible(permissions.scope_of(user)).filter(pk__in=sheet_ids)
    readable = set(sheets.values_list("pk", flat=True))
    return {pk for pk, sheets in about.items() if sheets and not sheets & readable}


def _sheets(notice: Notification) -> set[int]:
    return {notice.review_id} if notice.review_id else set(notice.asks.get("sheets", ()))


def look_again(mails: Sequence[Mail]) -> None:
    """Before mails leave that may have waited for long: take out what their receivers may not read any more, under the
    same Message-ID, and park those of which nothing is left. For the transaction that claims them."""
    notices: dict[int, list[Notification]] = defaultdict(list)
    for notice in Notification.objects.filter(mail__in=[mail.pk for mail in mails]).order_by("created_at", "pk"):
        notices[notice.mail_id or 0].append(notice)
    with_notices = [mail for mail in mails if mail.pk in notices]
    people = User.objects.in_bulk({mail.recipient_id for mail in with_notices})
    for mail in with_notices:
        hidden = _unreadable(people[mail.recipient_id], notices[mail.pk])
        left = [notice for notice in notices[mail.pk] if notice.pk not in hidden]
        if hidden and left:
            Notification.objects.filter(pk__in=hidden).update(mail=None, mail_after=None)
            Mail.objects.filter(pk=mail.pk).update(**_contents(people[mail.recipient_id], _acts_first(left)))
        elif hidden:
            Mail.objects.filter(pk=mail.pk).update(
                state=MailState.PARKED, token=None, leased_until=None, cause=UNREADABLE
            )


def _contents(user: User, notices: Sequence[Notification]) -> dict[str, str]:
    subject = notices[0].title if len(notices) == 1 else f"{notices[0].title} ほか{len(notices) - 1}件"
    context = {
        "user": user,
        "notices": [(notice, _until(notice)) for notice in notices],
        "base_url": settings.MEGURI_BASE_URL,
        "contact": city.contact(),
        "settings_url": reverse("meguri:notice_settings"),
        "office": _offices(notices),
    }
    return {
        "subject": f"[めぐり] {subject}".replace("\n", " ").replace("\r", " ")[:200],
        "body": render_to_string("mail/notices.txt", context),
    }


def _offices(notices: Iterable[Notification]) -> str:
    """Whom to ask: the reviewing offices of the plans that the notices are about."""
    cycles = Cycle.objects.filter(pk__in={notice.cycle_id for notice in notices if notice.cycle_id})
    offices = cycles.order_by("plan").values_list("plan__office", flat=True).distinct()
    return "、".join(dict.fromkeys(offices)) or names.usual()["office"]


def _write(user: User, notices: Sequence[Notification]) -> Mail:
    seed = ",".join(notice.key for notice in notices)
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return Mail.objects.create(
        recipient=user,
        address=user.email,
        message_id=f"<{hashlib.sha256(seed.encode()).hexdigest()[:40]}@{host}>",
        created_at=clock.now(),
        not_before=clock.shared(),
        **_contents(user, notices),
    )
