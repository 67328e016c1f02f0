"""Temporary passwords for many: rows for in rows, made by a job, kept sealed until the administrator fetches the list.

A hash takes a third of a second, so no request waits for it. Each person is a transaction of their own: an interrupted
job goes on with those who have none yet. The list is fetched once, and removed after `KEEP_FOR`.
"""

import csv
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TextIO

from cryptography.fernet import InvalidToken
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext as _

from review import clock
from review.background.services import jobs
from review.domain.refusals import Invalid
from review.models import FirstPassword, Job, User
from review.people.services.sealing import seals
from review.trail.services import audit
from review.transition import require_administrator

KIND = "people.first_passwords"
PURPOSE = "review.first_passwords"
KEEP_FOR = timedelta(days=14)
#: Letters and digits that nobody mistakes for one another on paper.
LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
PASSWORD_LENGTH = 14


@dataclass(frozen=True, kw_only=True)
class Enrolled:
    """Someone who can sign in now, and the temporary password, shown only once."""

    user: User
    password: str


def temporary_password() -> str:
    """A random password that is easy to copy from paper."""
    return "".join(secrets.choice(LETTERS) for _place in range(PASSWORD_LENGTH))


def ask(users: Iterable[User]) -> None:
    """Ask for a password for each, within the caller's transaction; one that waits already is made anew."""
    now, some = clock.now(), False
    for user in users:
        FirstPassword.objects.update_or_create(user=user, defaults={"sealed": "", "asked_at": now, "made_at": None})
        some = True
    if some:
        jobs.request(KIND, key=KIND)


def issue_anew(*, by: User, users: Iterable[User]) -> int:
    """New passwords for many; each one's present password goes on until the job has come to them. Returns how many."""
    with transaction.atomic():
        require_administrator(by, _("仮のパスワードは管理者が受け取ります。"))
        chosen = [user for user in users if user.is_active and user.pk != by.pk]
        if not chosen:
            raise Invalid(_("あてはまる利用者がいません。条件を変えてください。"))
        ask(chosen)
        audit.write(by, "people.passwords_anew", "people:list", after={"people": [str(user.key) for user in chosen]})
        return len(chosen)


def make(held: jobs.Claim) -> None:
    """The job: one person after another, those who have none yet."""
    waiting = list(FirstPassword.objects.filter(sealed="").values_list("pk", flat=True))
    for number, pk in enumerate(waiting):
        held.progress(number, len(waiting), "仮のパスワードの作成")
        make_one(pk)
    with held.finishing():
        pass


def make_one(pk: int) -> None:
    """One person's password. Where another worker was first, or the person has gone, nothing is changed."""
    password = temporary_password()
    hashed = make_password(password)  # outside the transaction: it takes its time
    with transaction.atomic():
        row = FirstPassword.objects.select_for_update(of=("self",)).filter(pk=pk, sealed="").first()
        if row is None:
            return
        user = User.objects.select_for_update(no_key=True).get(pk=row.user_id)
        if not user.is_active:
            row.delete()
            return
        user.password, user.must_change_password = hashed, True
        user.save(update_fields=["password", "must_change_password"])
        row.sealed, row.made_at = seals(PURPOSE).encrypt(password.encode()).decode(), clock.now()
        row.save(update_fields=["sealed", "made_at"])
        audit.write(None, "user.password_reset", f"user:{user.key}", after={"by": "list"})


def make_all() -> None:
    """The same without a worker, for whoever waits at a terminal."""
    for pk in FirstPassword.objects.filter(sealed="").values_list("pk", flat=True):
        make_one(pk)


def write_csv(file: TextIO, made: Iterable[Enrolled]) -> None:
    """A row each, as Excel opens it; no cell begins a formula."""
    file.write("\ufeff")
    rows = csv.writer(file)
    rows.writerow([_("利用者名"), _("氏名"), _("仮のパスワード")])
    for one in made:
        rows.writerow([harmless(one.user.username), harmless(str(one.user)), one.password])


def harmless(text: str) -> str:
    """The text as a cell that no program takes for a formula."""
    return "'" + text if text[:1] in tuple("=+-@\t\r") else text


def fetch(*, by: User, take: Callable[[list[Enrolled]], object] = list) -> list[Enrolled]:
    """The passwords that are made: read once, and removed with it. The trail keeps whose, never what.

    `take` receives them before they are removed; where it fails, they stay.

    What no key opens any more (SECRET_KEY was changed) is rows for anew.
    """
    with transaction.atomic():
        require_administrator(by, _("仮のパスワードは管理者が受け取ります。"))
        rows = list(FirstPassword.objects.exclude(sealed="").select_for_update(of=("self",)).select_related("user"))
        fetched, lost = [], []
        for row in rows:
            try:
                password = seals(PURPOSE).decrypt(row.sealed.encode()).decode()
            except InvalidToken:
                lost.append(row.user)
            else:
                fetched.append(Enrolled(user=row.user, password=password))
        take(fetched)
        FirstPassword.objects.filter(user__in=[one.user.pk for one in fetched]).delete()
        ask(lost)
        if fetched:
            after = {"people": [str(one.user.key) for one in fetched]}
            audit.write(by, "people.passwords_fetched", "people:list", after=after)
        return fetched


def standing() -> dict[str, Any]:
    """How far the list is: made, still to make, and the job. Three queries."""
    return {
        "made": FirstPassword.objects.exclude(sealed="").count(),
        "to_make": FirstPassword.objects.filter(sealed="").count(),
        "job": Job.objects.filter(key=KIND).first(),
    }


def remove_old() -> int:
    """Remove passwords that nobody fetched in time; they are issued anew when they are needed. Returns how many."""
    with transaction.atomic():
        gone, _each = FirstPassword.objects.filter(made_at__lt=clock.now() - KEEP_FOR).delete()
        if gone:
            audit.write(None, "people.passwords_removed", "people:list", after={"number": gone})
        return gone
