"""Signing in by the word of the city's own proxy, which asked Active Directory (REMOTE_USER): Django's own way, for people whom
Meguri knows. The proxy must replace what a visitor sends in that header."""

from typing import Any

from django.conf import settings
from django.contrib.auth.backends import RemoteUserBackend
from django.contrib.auth.middleware import RemoteUserMiddleware
from django.http import HttpRequest

from review.sign_in.services.sign_in import is_emergency


class ProxyBackend(RemoteUserBackend):
    """Takes nobody whom Meguri does not know, nor an emergency account."""

    create_unknown_user = False

    def clean_username(self, username: str) -> str:
        """Without the domain: CITY\\user and user@CITY.LOCAL are user."""
        return username.rpartition("\\")[2].partition("@")[0]

    def user_can_authenticate(self, user: Any) -> bool:
        """An active account, whose own password plays no part."""
        return bool(user) and super().user_can_authenticate(user) and not is_emergency(user)

    def configure_user(self, request: HttpRequest | None, user: Any, created: bool = True) -> Any:
        """Nobody who comes this way is asked to choose a password first."""
        if user and user.must_change_password:
            user.must_change_password = False
            user.save(update_fields=["must_change_password"])
        return user


class ProxyUserMiddleware(RemoteUserMiddleware):
    """Signs in whom the header names, and out whoever came by it when it names them no more."""

    @property
    def header(self) -> str:  # type: ignore[override]
        """The header as WSGI calls it."""
        return f"HTTP_{settings.MEGURI_REMOTE_USER_HEADER}".upper().replace("-", "_")
