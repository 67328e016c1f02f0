"""Signing in and out as acts of the trail, and the pause after many wrong passwords."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models import Max, Q
from django.dispatch import receiver

from review import clock
from review.models import AuditEntry, User
from review.services import audit

IN, OUT, FAILED, PASSWORD = "sign_in", "sign_out", "sign_in.failed", "password.change"

# A whole city hall may stand behind one address: only wrong tries for one person count, fewer from one place.
PAUSE = timedelta(minutes=15)
TRIES_FROM_ONE_PLACE = 10
TRIES_FROM_ANYWHERE = 50


@receiver(user_logged_in, dispatch_uid="review.sign_in")
def record_sign_in(sender: Any, user: User, **kwargs: Any) -> None:
    """Someone signed in."""
    audit.write(actor=user, action=IN, subject=f"user:{user.key}")


@receiver(user_logged_out, dispatch_uid="review.sign_out")
def record_sign_out(sender: Any, user: User | None, **kwargs: Any) -> None:
    """Someone signed out."""
    if user:
        audit.write(actor=user, action=OUT, subject=f"user:{user.key}")


@receiver(user_login_failed, dispatch_uid="review.sign_in_failed")
def record_failure(sender: Any, credentials: dict[str, Any], **kwargs: Any) -> None:
    """A wrong try. What was typed is never kept: a password typed into the wrong field would stand in the trail."""
    user = User.objects.filter(username=credentials.get("username") or "").first()
    audit.write(actor=None, action=FAILED, subject=f"user:{user.key}" if user else "user:unknown")


def paused(username: str, address: str | None) -> bool:
    """Whether sign-in for this name rests now after too many wrong tries. Two queries; one for an unknown name."""
    user = User.objects.filter(username=username).only("key").first()
    if user is None:
        return False
    tries = AuditEntry.objects.filter(subject=f"user:{user.key}", at__gt=clock.now() - PAUSE)
    last_success = tries.aggregate(at=Max("at", filter=Q(action=IN)))["at"]
    wrong = list(tries.filter(action=FAILED).values_list("at", "address"))
    counted = [place for at, place in wrong if last_success is None or at > last_success]
    return len(counted) >= TRIES_FROM_ANYWHERE or counted.count(address) >= TRIES_FROM_ONE_PLACE


def password_changed(user: User) -> None:
    """The person chose a password of their own."""
    User.objects.filter(pk=user.pk).update(must_change_password=False)
    user.must_change_password = False
    audit.write(actor=user, action=PASSWORD, subject=f"user:{user.key}")
