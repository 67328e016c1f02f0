"""Signed in by the city's proxy, which asked Active Directory: Django's own REMOTE_USER, for people whom Meguri knows."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from review.models import AuditEntry, User
from review.sign_in.services import remote_user
from tests.cast import PASSWORD, Cast

HEADER = "X-Remote-User"


@pytest.fixture(autouse=True)
def behind_the_proxy(settings: Any) -> None:
    settings.MEGURI_REMOTE_USER_HEADER = HEADER
    settings.AUTHENTICATION_BACKENDS = [*settings.AUTHENTICATION_BACKENDS, f"{remote_user.__name__}.ProxyBackend"]
    place = settings.MIDDLEWARE.index("django.contrib.auth.middleware.AuthenticationMiddleware") + 1
    ours = f"{remote_user.__name__}.ProxyUserMiddleware"
    settings.MIDDLEWARE = [*settings.MIDDLEWARE[:place], ours, *settings.MIDDLEWARE[place:]]


def named(name: str) -> Client:
    return Client(headers={HEADER: name})


@pytest.mark.parametrize("form", ["{}", "CITY\\{}", "{}@CITY.LOCAL"])
def test_who_is_named_by_the_proxy_is_in(cast: Cast, form: str) -> None:
    User.objects.filter(pk=cast.reviewer.pk).update(must_change_password=True)
    client = named(form.format(cast.reviewer.username))
    assert client.get("/progress/").status_code in (200, 302, 404)
    assert client.get("/notices/").status_code == 200, "and is asked for no password of their own"
    assert AuditEntry.objects.filter(action="sign_in", actor_key=cast.reviewer.key).count() == 1


def test_the_sign_in_page_leads_on_at_once(cast: Cast) -> None:
    answer = named(cast.reviewer.username).get("/accounts/login/", {"next": "/notices/"})
    assert answer.status_code == 302 and answer["Location"] == "/notices/"


@pytest.mark.parametrize("who", ["stranger", "gone", "emergency"])
def test_strangers_those_who_left_and_emergency_accounts_do_not_come_in_so(cast: Cast, settings: Any, who: str) -> None:
    User.objects.filter(pk=cast.other.pk).update(is_active=False)
    settings.MEGURI_EMERGENCY_ACCOUNTS = [cast.administrator.username]
    name = {"stranger": "nobody", "gone": cast.other.username, "emergency": cast.administrator.username}[who]
    assert named(name).get("/notices/").status_code == 302
    assert not AuditEntry.objects.filter(action="sign_in.failed").exists(), "nobody typed anything"


def test_without_the_header_the_session_ends(cast: Cast) -> None:
    client = named(cast.reviewer.username)
    assert client.get("/notices/").status_code == 200
    assert Client(cookies=None).get("/notices/").status_code == 302
    del client.defaults["HTTP_X_REMOTE_USER"]
    assert client.get("/notices/").status_code == 302


def test_a_password_is_for_emergencies_alone(cast: Cast, settings: Any) -> None:
    words = {"username": cast.reviewer.username, "password": PASSWORD}
    assert Client().post("/accounts/login/", words).status_code == 200
    settings.MEGURI_EMERGENCY_ACCOUNTS = [cast.reviewer.username]
    assert Client().post("/accounts/login/", words).status_code == 302
    assert AuditEntry.objects.filter(action="sign_in.emergency").exists()
