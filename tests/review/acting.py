"""Signing in as one of the cast, and reading what a page says."""

from __future__ import annotations

import html
import re

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from review.models import User
from review.screens.views import sessions  # noqa: F401 - notes when a session began, as soon as it is read


def as_(user: User) -> Client:
    """A browser in which the person is signed in."""
    client = Client()
    client.force_login(user)
    return client


def words(response: HttpResponse) -> str:
    """The page's text, tags taken away."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def queries_of(client: Client, path: str) -> int:
    """How many queries a page costs, after one visit that warms what is kept per process."""
    client.get(path)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(path).status_code == 200
    return len(caught)


def hidden(response: HttpResponse, name: str) -> str:
    """The value of a hidden field."""
    match = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', response.content.decode())
    assert match, name
    return html.unescape(match[1])


def unguarded(field: str) -> str:
    """The typed text of a CSV field that was guarded against formulas."""
    return field.removeprefix("'")
