"""A temporary password: its letters, and whom it is for."""

import secrets
from dataclasses import dataclass

from review.models import User

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
    return "".join(secrets.choice(LETTERS) for _ in range(PASSWORD_LENGTH))
