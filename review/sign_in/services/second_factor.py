"""A second factor at sign-in: six digits of an authenticator app (RFC 6238), and codes for the day it is lost."""

import base64
import hashlib
import hmac
import secrets
from datetime import timedelta

import pyotp
from cryptography.fernet import InvalidToken, MultiFernet
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from review import clock
from review.domain.refusals import Invalid, NotAllowed
from review.models import RecoveryCode, SecondFactor, User
from review.people.services.sealing import seal_of, seals
from review.reader_words import reason_problem
from review.screens.services import throttle
from review.trail.services import audit
from review.transition import require_administrator

PURPOSE = "review.second_factor"
STEP = 30
# A phone's clock may be half a minute off.
AROUND = (-1, 0, 1)
# A code taken by a clock that ran so many steps ahead must not lock its owner out until that day.
AHEAD = 20
RECOVERY_CODES = 10
PAUSE = timedelta(minutes=15)
TRIES = 5

ON, OFF, RECOVERY, FAILED = "second_factor.on", "second_factor.off", "second_factor.recovery", "second_factor.failed"


def is_on(user: User) -> bool:
    """Whether the person must give a code. One query."""
    return SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).exists()


@transaction.atomic
def begin(*, user: User) -> SecondFactor:
    """A secret to enrol with; the one begun before, where it was never confirmed. Raises NotAllowed where it is on."""
    factor, made = SecondFactor.objects.select_for_update().get_or_create(
        user=user, defaults={"secret": _sealed(pyotp.random_base32())}
    )
    if factor.confirmed_at:
        raise NotAllowed(_("二段階認証はすでに有効です。"))
    if not made and not key_of(factor):
        factor.secret = _sealed(pyotp.random_base32())
        factor.save(update_fields=["secret"])
    return factor


def address_of(factor: SecondFactor) -> str:
    """The otpauth address that the QR code holds: the name of the account and the secret."""
    return pyotp.TOTP(key_of(factor)).provisioning_uri(name=factor.user.username, issuer_name="Meguri")


@transaction.atomic
def confirm(*, user: User, code: str) -> list[str]:
    """Switch it on with a first right code. Returns the recovery codes, which nobody can read again.

    Raises Invalid where the code is not right.
    """
    factor = begin(user=user)
    if not _takes(factor, code):
        raise Invalid(_("番号が違います。アプリに今出ている6桁の番号を入力してください。"), fields={"code": ""})
    factor.confirmed_at = clock.now()
    factor.save(update_fields=["confirmed_at"])
    audit.write(user, ON, f"user:{user.key}")
    return _fresh_recovery_codes(factor)


@transaction.atomic
def switch_off(*, user: User, by: User, reason: str = "") -> None:
    """Forget the app and its codes: by the person, or with a reason by an administrator for somebody who lost both.

    Raises NotAllowed for anybody else, and Invalid where an administrator says no reason.
    """
    if by.pk != user.pk:
        require_administrator(by, _("ほかの人の二段階認証を無効にできるのは管理者だけです。"))
        if sentence := reason_problem(reason):
            raise Invalid(sentence, fields={"reason": sentence})
    if SecondFactor.objects.filter(user=user).delete()[0]:
        audit.write(by, OFF, f"user:{user.key}", after={"reason": reason} if reason else None)


def check(*, user: User, code: str) -> bool:
    """Whether the code is right now, and never was taken before. After five wrong ones it rests for a while."""
    key = throttle.named("second_factor", user.pk)
    if throttle.count(key, span=PAUSE) >= TRIES:
        return False
    with transaction.atomic():
        factor = SecondFactor.objects.select_for_update().filter(user=user, confirmed_at__isnull=False).first()
        if factor and (_takes(factor, code) or _recovers(factor, code)):
            throttle.forget(key)
            return True
    throttle.hit(key, span=PAUSE)
    audit.write(None, FAILED, f"user:{user.key}")
    return False


def _takes(factor: SecondFactor, code: str) -> bool:
    """Whether the app shows the code now. Remembers its step, so that nobody who saw it can use it again."""
    digits, secret = code.replace(" ", ""), key_of(factor)
    if not secret:
        return False
    app, now = pyotp.TOTP(secret), int(clock.now().timestamp()) // STEP
    for step in (now + offset for offset in AROUND):
        if hmac.compare_digest(app.generate_otp(step).encode(), digits.encode()) and (
            step > factor.last_step or factor.last_step > now + AHEAD
        ):
            factor.last_step = step
            factor.save(update_fields=["last_step"])
            return True
    return False


def _recovers(factor: SecondFactor, code: str) -> bool:
    """Whether it is a recovery code that was not used yet."""
    recovery_code = factor.recovery_codes.filter(digest=_digest(code), used_at=None).first()
    if recovery_code is None:
        return False
    recovery_code.used_at = clock.now()
    recovery_code.save(update_fields=["used_at"])
    audit.write(factor.user, RECOVERY, f"user:{factor.user.key}")
    return True


def _fresh_recovery_codes(factor: SecondFactor) -> list[str]:
    factor.recovery_codes.all().delete()
    # 80 bits each: a plain digest is enough, there is nothing to guess.
    codes = [base64.b32encode(secrets.token_bytes(10)).decode().lower() for _code in range(RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(RecoveryCode(factor=factor, digest=_digest(code)) for code in codes)
    return ["-".join(code[place : place + 4] for place in range(0, 16, 4)) for code in codes]


def _digest(code: str) -> str:
    return hashlib.sha256(code.replace("-", "").replace(" ", "").lower().encode()).hexdigest()


# --- the secret at rest: a stolen backup alone yields no codes ---


def reseal() -> int:
    """Seal with the present key what an older one sealed, so that the older one can go. Returns how many.

    Runs every night; what no key opens is left as it is.
    """
    present, done = MultiFernet([seal_of(settings.SECRET_KEY, PURPOSE)]), 0
    for factor in SecondFactor.objects.all():
        if not _opens(present, factor) and key_of(factor):
            sealed = present.encrypt(key_of(factor).encode()).decode()
            # Only where it still is what was read: somebody may enrol again meanwhile.
            done += SecondFactor.objects.filter(pk=factor.pk, secret=factor.secret).update(secret=sealed)
    return done


def _opens(seals: MultiFernet, factor: SecondFactor) -> bool:
    try:
        return bool(seals.decrypt(factor.secret.encode()))
    except InvalidToken:
        return False


def _sealed(secret: str) -> str:
    return seals(PURPOSE).encrypt(secret.encode()).decode()


def key_of(factor: SecondFactor) -> str:
    """The secret in the letters that an app takes; '' where the key that sealed it is gone: the person then needs a recovery code."""
    try:
        return seals(PURPOSE).decrypt(factor.secret.encode()).decode()
    except InvalidToken:
        return ""
