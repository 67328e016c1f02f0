"""Single sign-on against a real OpenID Connect provider: a process of its own that signs its own tokens."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.test import Client
from django.urls import reverse

from config.local import processes
from review.models import Appointment, AuditEntry, LinkedIdentity, Role, User
from review.people.services import posts
from review.sign_in.services import single_sign_on
from tests.cast import PASSWORD, Cast
from tests.review.acting import words

CLIENT_ID = "meguri"


@pytest.fixture
def cast(db: None) -> Cast:
    """The cast in a transaction that is taken back: nothing here needs a commit."""
    return Cast.build()


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a provider that knows whomever it is told about."""
    port = processes.free_port()
    log: Path = tmp_path_factory.mktemp("provider") / "provider.log"
    process = processes.start(
        "provider", [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)], log=log, cwd="/"
    )
    processes.wait_until(lambda: processes.port_taken(port), process=process, seconds=60)
    yield f"http://127.0.0.1:{port}"
    process.stop()


@pytest.fixture
def city(provider: str, settings: Any) -> str:
    """The settings of a city that has this provider."""
    answer = requests.get(f"{provider}/.well-known/openid-configuration", timeout=10).json()
    settings.MEGURI_OIDC_ISSUER = answer["issuer"]
    settings.OIDC_OP_AUTHORIZATION_ENDPOINT = answer["authorization_endpoint"]
    settings.OIDC_OP_TOKEN_ENDPOINT = answer["token_endpoint"]
    settings.OIDC_OP_USER_ENDPOINT = answer["userinfo_endpoint"]
    settings.OIDC_OP_JWKS_ENDPOINT = answer["jwks_uri"]
    settings.OIDC_RP_CLIENT_ID, settings.OIDC_RP_CLIENT_SECRET = CLIENT_ID, "a-secret-of-the-provider"
    settings.MEGURI_OIDC_ROLE_MAP = {"plan-staff": "contributor", "plan-review": "reviewer", "plan-head": "head"}
    settings.MEGURI_OIDC_DEPARTMENT_MAP = {"Industry": "産業振興課"}
    settings.AUTHENTICATION_BACKENDS = [
        "django.contrib.auth.backends.ModelBackend",
        "review.sign_in.services.single_sign_on.ProviderBackend",
    ]
    return provider


def come_back(client: Client, city: str, subject: str, claims: dict[str, Any], target: str = "/notices/") -> Any:
    """Go to the provider, be recognised there, and come back."""
    requests.put(f"{city}/users/{subject}", json=claims, timeout=10).raise_for_status()
    away = client.get(reverse("single_sign_on"), {"next": target})
    assert away["Location"].startswith(f"{city}/oauth2/authorize")
    back = requests.post(away["Location"], data={"sub": subject}, allow_redirects=False, timeout=10)
    parts = urlsplit(back.headers["Location"])
    assert parts.path == reverse("single_sign_on_return")
    return client.get(f"{parts.path}?{parts.query}")


def claims(name: str = "contributor", **more: Any) -> dict[str, Any]:
    return {
        "preferred_username": name,
        "name": "担当 改姓",
        "email": "renamed@city.example",
        "groups": ["plan-staff", "everybody"],
        "department": "Industry",
        **more,
    }


def test_one_comes_back_signed_in_and_where_one_wanted_to_go(cast: Cast, city: str) -> None:
    client = Client()
    assert come_back(client, city, "s-1", claims())["Location"] == "/notices/"
    assert client.get("/notices/").status_code == 200
    user = User.objects.get(username="contributor")
    assert (user.display_name, user.email) == ("担当 改姓", "renamed@city.example")
    assert AuditEntry.objects.filter(action="sign_in", actor_key=user.key).count() == 1
    changed = AuditEntry.objects.get(action="user.change")
    assert "改姓" not in json.dumps([changed.before, changed.after], ensure_ascii=False)


def test_posts_follow_the_groups(cast: Cast, city: str) -> None:
    office = cast.departments["産業振興課"].pk
    client = Client()
    come_back(client, city, "s-1", claims(groups=["plan-head"]))
    assert posts.held(cast.contributor, date.today()) == {posts.Post(role="head", department=office)}
    come_back(Client(), city, "s-1", claims(groups=["plan-review"]))
    assert posts.held(cast.contributor, date.today()) == {posts.Post(role="reviewer")}
    assert "ended=posts" in client.get("/notices/")["Location"], "the session with the old posts is over"
    come_back(Client(), city, "s-1", claims(groups=["nothing-of-ours"]))
    assert posts.held(cast.contributor, date.today()) == set()
    post = Appointment.objects.get(user=cast.contributor, starts_on=date(2022, 4, 1))
    assert post.ends_on is not None, "what was held before stays on record"
    entries = AuditEntry.objects.filter(subject=f"user:{cast.contributor.key}", action__startswith="post.")
    assert entries.filter(action="post.end").count() == 3
    assert set(entries.values_list("actor_key", flat=True)) == {None}, "no post is told as given by whoever got it"


def test_without_a_map_posts_stay_with_our_administrator(cast: Cast, city: str, settings: Any) -> None:
    settings.MEGURI_OIDC_ROLE_MAP = {}
    before = posts.held(cast.contributor, date.today())
    come_back(Client(), city, "s-1", claims(groups=["plan-review"]))
    assert posts.held(cast.contributor, date.today()) == before


def test_the_subject_counts_not_the_name(cast: Cast, city: str) -> None:
    come_back(Client(), city, "s-1", claims())
    stranger = Client()
    refused = come_back(stranger, city, "s-2", claims())
    assert refused["Location"] == reverse("login"), "another subject with the name of a linked account"
    assert "シングルサインオンでサインインできませんでした" in words(stranger.get(reverse("login")))
    # The person is renamed at the provider: the account stays theirs.
    assert come_back(Client(), city, "s-1", claims("somebody-else"))["Location"] == "/notices/"
    assert LinkedIdentity.objects.count() == 1


def test_strangers_do_not_come_in(cast: Cast, city: str) -> None:
    assert come_back(Client(), city, "s-9", claims("stranger"))["Location"] == reverse("login")
    assert not User.objects.filter(username="stranger").exists()


def test_a_city_may_let_new_people_in_by_their_posts(cast: Cast, city: str, settings: Any) -> None:
    settings.MEGURI_OIDC_CREATE_USERS = True
    assert come_back(Client(), city, "s-8", claims("jimu", groups=[]))["Location"] == reverse("login")
    assert come_back(Client(), city, "s-9", claims("shinjin"))["Location"] == "/notices/"
    user = User.objects.get(username="shinjin")
    assert not user.has_usable_password()
    assert Appointment.objects.get(user=user).role == Role.CONTRIBUTOR


def test_someone_who_left_stays_out(cast: Cast, city: str) -> None:
    User.objects.filter(username="contributor").update(is_active=False)
    assert come_back(Client(), city, "s-1", claims())["Location"] == reverse("login")


def test_a_code_counts_once_and_in_its_own_browser(cast: Cast, city: str) -> None:
    client = Client()
    requests.put(f"{city}/users/s-1", json=claims(), timeout=10)
    away = client.get(reverse("single_sign_on"))
    back = requests.post(away["Location"], data={"sub": "s-1"}, allow_redirects=False, timeout=10)
    parts = urlsplit(back.headers["Location"])
    stolen = Client()
    assert stolen.get(f"{parts.path}?{parts.query}")["Location"] == reverse("login")
    assert stolen.get("/notices/").status_code == 302
    assert client.get(f"{parts.path}?{parts.query}")["Location"] == "/"
    again = client.get(f"{parts.path}?{parts.query}")
    assert again["Location"] == reverse("login")


def test_a_token_for_another_application_is_refused(cast: Cast, city: str, settings: Any) -> None:
    client = Client()
    requests.put(f"{city}/users/s-1", json=claims(), timeout=10)
    away = client.get(reverse("single_sign_on"))
    back = requests.post(away["Location"], data={"sub": "s-1"}, allow_redirects=False, timeout=10)
    code = parse_qs(urlsplit(back.headers["Location"]).query)
    settings.MEGURI_OIDC_ISSUER = "https://another-provider.example"
    answer = client.get(reverse("single_sign_on_return"), {name: values[0] for name, values in code.items()})
    assert answer["Location"] == reverse("login")


@pytest.mark.parametrize("wrong", [{"aud": "another"}, {"iss": "https://evil.example"}, {"exp": 1}, {"aud": None}])
def test_whom_a_token_was_made_for_is_asked(city: str, settings: Any, wrong: dict[str, Any]) -> None:
    import jwt
    from cryptography.hazmat.primitives.asymmetric import rsa
    from django.core.exceptions import SuspiciousOperation

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    good = {"iss": settings.MEGURI_OIDC_ISSUER, "aud": CLIENT_ID, "sub": "s", "iat": 1, "exp": 4102444800}
    backend = single_sign_on.ProviderBackend()
    assert backend._verify_jws(jwt.encode(good, key, "RS256"), key.public_key())["sub"] == "s"
    bad = {name: value for name, value in {**good, **wrong}.items() if value is not None}
    for token in (jwt.encode(bad, key, "RS256"), jwt.encode(good, "shared-secret-shared-secret-shared", "HS256")):
        with pytest.raises(SuspiciousOperation):
            backend._verify_jws(token, key.public_key())


def test_passwords_are_for_the_emergency_account_alone(cast: Cast, city: str, settings: Any, caplog: Any) -> None:
    settings.MEGURI_EMERGENCY_ACCOUNTS = ["administrator"]

    def enter(name: str, password: str) -> Any:
        return Client().post(reverse("login"), {"username": name, "password": password})

    assert words(enter("head", PASSWORD)) == words(enter("head", "wrong"))
    assert enter("administrator", PASSWORD).status_code == 302
    entry = AuditEntry.objects.get(action="sign_in.emergency")
    assert entry.actor_key == cast.administrator.key
    assert any("emergency account used" in record.message for record in caplog.records)
    assert come_back(Client(), city, "s-1", claims("administrator"))["Location"] == reverse("login")


def test_the_provider_being_away_is_said_in_a_sentence(cast: Cast, city: str, settings: Any) -> None:
    settings.OIDC_OP_TOKEN_ENDPOINT = f"http://127.0.0.1:{processes.free_port()}/token"
    client = Client()
    assert come_back(client, city, "s-1", claims())["Location"] == reverse("login")


def test_a_city_without_a_provider_has_no_such_page(cast: Cast) -> None:
    assert Client().get(reverse("single_sign_on")).status_code == 404
    assert Client().get(reverse("single_sign_on_return")).status_code == 404
    assert "シングルサインオン" not in words(Client().get(reverse("login")))
