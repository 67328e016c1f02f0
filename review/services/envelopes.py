"""Envelopes: the notices that are due, gathered into one mail a person."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from email.utils import parseaddr

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from review import clock
from review.domain import fiscal
from review.models import Mail, Notification, User
from review.services import doorbell, waiting

# No digest waits longer than over the longest holidays; what lies further ahead was put there by a wrong clock.
FURTHEST = timedelta(days=31)


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
        notices = _still_true(list(due.order_by("created_at", "pk")))
        if not notices:
            return False
        if not user.email or not user.is_active:
            Notification.objects.filter(pk__in=[n.pk for n in notices]).update(mail_after=None)
            return False
        mail = _write(user, notices)
        Notification.objects.filter(pk__in=[notice.pk for notice in notices]).update(mail=mail)
        return True


def _still_true(notices: Sequence[Notification]) -> list[Notification]:
    """Without the reminders of what was dealt with since they were made; those leave by no mail any more."""
    over = {notice.pk for notice in notices if notice.asks and not waiting.wanted(notice.asks)}
    if over:
        Notification.objects.filter(pk__in=over).update(mail_after=None)
    # What asks for an act stands first.
    return sorted((notice for notice in notices if notice.pk not in over), key=lambda notice: not notice.to_act)


def _until(notice: Notification) -> str:
    """By when, for the mail; '' where nothing is asked by a day."""
    if not notice.due_at:
        return ""
    local = timezone.localtime(notice.due_at)
    return f"{fiscal.wareki(local.date())} {local:%H:%M}"


def _write(user: User, notices: Sequence[Notification]) -> Mail:
    seed = ",".join(notice.key for notice in notices)
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    subject = notices[0].title if len(notices) == 1 else f"{notices[0].title} ほか{len(notices) - 1}件"
    context = {
        "user": user,
        "notices": [(notice, _until(notice)) for notice in notices],
        "base_url": settings.MEGURI_BASE_URL,
        "settings_url": reverse("review:notice_settings"),
    }
    body = render_to_string("mail/notices.txt", context)
    return Mail.objects.create(
        recipient=user,
        address=user.email,
        message_id=f"<{hashlib.sha256(seed.encode()).hexdigest()[:40]}@{host}>",
        subject=f"[めぐり] {subject}".replace("\n", " ").replace("\r", " ")[:200],
        body=body,
        created_at=clock.now(),
        not_before=clock.shared(),
    )
