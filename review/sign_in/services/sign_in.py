"""Signing in and out as acts of the trail, and the pause after many wrong passwords.

The pause counts by the name as typed, whether or not anybody bears it, so that it tells nobody which names exist; and
by the address from which it was typed, so that one person's mistakes never lock the colleagues behind the same address.
django-axes would keep the typed names in clear, and a password typed into the wrong field with them.
"""

import logging
import unicodedata
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from review.models import User
from review.screens.services import throttle
from review.trail.services import audit

logger = logging.getLogger(__name__)

IN, OUT, FAILED, PASSWORD = "sign_in", "sign_out", "sign_in.failed", "password.change"
EMERGENCY = "sign_in.emergency"
#: The subject of a refusal whose name nobody bears.
NOBODY = "user:unknown"
#: Why a sign-in was refused, as the trail has it, and in words. The last: at the second factor.
UNKNOWN, STOPPED, WRONG, PAUSED, SSO_ONLY, PROVIDER = "unknown", "stopped", "password", "paused", "sso-only", "provider"
CODE = "code"
REASONS = {
    UNKNOWN: gettext_lazy("登録のない利用者名"),
    STOPPED: gettext_lazy("利用を停止した人"),
    WRONG: gettext_lazy("パスワードの誤り"),
    PAUSED: gettext_lazy("続けて間違えたため、受け付けない時間の間"),
    SSO_ONLY: gettext_lazy("パスワードを使えない人(シングルサインオンの利用者)"),
    PROVIDER: gettext_lazy("シングルサインオンで認証されたが、めぐりに入れない人"),
    CODE: gettext_lazy("確認コードの誤り"),
}

PAUSE = timedelta(minutes=15)
TRIES_FROM_ONE_PLACE = 5
# Guessing one name from many places.
TRIES_FROM_ANYWHERE = 50
# Guessing many names from one place: reported to the operator, never locked, for it may be the whole city hall.
TRIES_WORTH_A_WORD = 200


def record_sign_in(sender: Any, user: User, **kwargs: Any) -> None:
    audit.write(user, IN, f"user:{user.key}")


def record_sign_out(sender: Any, user: User | None, **kwargs: Any) -> None:
    if user:
        audit.write(user, OUT, f"user:{user.key}")


def record_failure(sender: Any, credentials: dict[str, Any], why: str = "", **kwargs: Any) -> None:
    """A wrong try. What was typed is never stored: a password typed into the wrong field would be in the trail."""
    if "remote_user" in credentials:
        return  # somebody whom the proxy knows and Meguri does not: they asked for nothing, and would be counted at each page
    name = str(credentials.get("username") or "")
    user = User.objects.filter(username=name).first()
    usual = UNKNOWN if user is None else WRONG if user.is_active else STOPPED
    why = why or (usual if "username" in credentials else PROVIDER)
    audit.write(None, FAILED, f"user:{user.key}" if user else NOBODY, after={"why": why})
    if why == PAUSED:
        return  # it is counted enough
    address = audit.address()
    for key in _tallies(name, address):
        throttle.hit(key, span=PAUSE)
    if throttle.hit(throttle.named("sign_in.place", address), span=PAUSE) == TRIES_WORTH_A_WORD:
        logger.warning("%d failed sign-ins from one address within %s", TRIES_WORTH_A_WORD, PAUSE)


def _tallies(name: str, address: str | None) -> tuple[str, str]:
    """The keys under which tries for the name are counted: from this place, and from anywhere."""
    typed = unicodedata.normalize("NFKC", name).casefold()
    return throttle.named("sign_in", typed, address), throttle.named("sign_in.name", typed)


def paused(username: str, address: str | None) -> bool:
    """Whether sign-in for this name is paused now after too many wrong tries. Two queries, whoever it is."""
    here, anywhere = _tallies(username, address)
    if throttle.count(here, span=PAUSE) >= TRIES_FROM_ONE_PLACE:
        return True
    return throttle.count(anywhere, span=PAUSE) >= TRIES_FROM_ANYWHERE


def take_time(password: str) -> None:
    """Hash the password for nothing: a pause must not answer faster than a wrong password does."""
    make_password(password)


def succeeded(username: str, address: str | None) -> None:
    """The right password was given: earlier mistakes are forgiven."""
    throttle.forget(*_tallies(username, address))


def by_others() -> bool:
    """Whether the city signs people in by itself, so that a password is for emergencies alone."""
    return bool(settings.MEGURI_OIDC_ISSUER or settings.MEGURI_REMOTE_USER_HEADER)


def is_emergency(user: User) -> bool:
    """Whether the account may use a password although the city signs in through its own provider."""
    return user.username in settings.MEGURI_EMERGENCY_ACCOUNTS


def record_emergency(user: User) -> None:
    """The emergency account was used: the trail and the operator's log say so."""
    audit.write(user, EMERGENCY, f"user:{user.key}")
    logger.warning("emergency account used: user %s", user.pk)


class OwnNameValidator:
    """Refuses a password that is little more than the user name, written twice for instance."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raises ValidationError where too little is left without the name."""
        word, name = (
            unicodedata.normalize("NFKC", each).casefold() for each in (password, user.username if user else "")
        )
        if name and name in word and len(word.replace(name, "")) < 8:
            raise ValidationError(self.get_help_text(), code="own_name")

    def get_help_text(self) -> str:
        return _("利用者名をくり返しただけのパスワードは使えません。利用者名のほかに8文字以上を入れてください。")


def password_changed(user: User) -> None:
    User.objects.filter(pk=user.pk).update(must_change_password=False)
    user.must_change_password = False
    audit.write(user, PASSWORD, f"user:{user.key}")
