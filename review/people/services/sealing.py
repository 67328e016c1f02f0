"""Secrets at rest, sealed with a key made of SECRET_KEY: a stolen backup alone opens none."""

import base64
import hashlib

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def seal_of(key: str, purpose: str) -> Fernet:
    """The seal of one key; what is sealed for one purpose opens for no other."""
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(purpose.encode() + key.encode()).digest()))


def seals(purpose: str) -> MultiFernet:
    """The present key first, then those that were rotated out and may still have sealed something."""
    return MultiFernet(seal_of(key, purpose) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))
