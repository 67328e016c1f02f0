"""What every answer tells a browser, what no error tells anybody, and that nothing leaves the house."""

from __future__ import annotations

import io
import json
import logging
import re
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import reverse

from config.logs import LineFormatter
from review import permissions
from review.models import User
from tests.cast import PASSWORD, YEAR, Cast
from tests.config.test_settings import manage
from tests.remembered import really
from tests.review.acting import as_
from tests.review.screens.test_access import addresses, filled, ours

pytestmark = pytest.mark.once


@pytest.fixture
def cast(db: None) -> Cast:
    """The cast in a transaction that is taken back: nothing here needs a commit."""
    return Cast.build()


# --- headers ---------------------------------------------------------------------------------------------------------

PAGES = [
    ("anonymous", "/accounts/login/", 200),
    ("anonymous", "/results/", 200),
    ("anonymous", "/nothing/", 404),
    ("contributor", "/", 200),
    ("contributor", "/notices/", 200),
    ("contributor", "/jobs/", 403),
    ("administrator", "/audit/", 200),
    ("administrator", "/admin/review/user/", 200),
    ("administrator", "/accounts/second-factor/", 200),
]


@pytest.mark.parametrize("identity, path, status", PAGES)
def test_every_answer_carries_the_headers(cast: Cast, identity: str, path: str, status: int) -> None:
    client = Client() if identity == "anonymous" else as_(cast.people[identity])
    answer = client.get(path)
    assert answer.status_code == status
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    policy = {part.split()[0]: part.split()[1:] for part in answer["Content-Security-Policy"].split("; ")}
    assert policy["default-src"] == policy["script-src"] == policy["style-src"] == ["'self'"]
    assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == ["'none'"]
    assert policy["form-action"] == ["'self'"]
    assert "unsafe" not in answer["Content-Security-Policy"] and "http" not in answer["Content-Security-Policy"]


@pytest.mark.parametrize("identity, path, status", PAGES)
def test_no_page_needs_what_the_policy_forbids(cast: Cast, identity: str, path: str, status: int) -> None:
    client = Client() if identity == "anonymous" else as_(cast.people[identity])
    page = client.get(path).content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>\s*\S", page) and "<style" not in page
    assert not re.search(r"<[^>]+\s(style|on\w+)=", page)
    # A reader may follow a link to the licence, and a page says where it stands; nothing may be fetched.
    assert not re.search(
        r"""(src|action)=["']?(https?:)?//|<(?!a |link rel="(?:canonical|alternate)" )[^>]*\shref=["']?(https?:)?//""",
        page,
    )


CITY = """
import json
from django.conf import settings
from django.test import Client
# Nothing was collected here, and the headers do not depend on it.
settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
plain = Client().get("/accounts/login/", HTTP_HOST="meguri.example.lg.jp")
forged = Client().get("/accounts/login/", HTTP_HOST="meguri.example.lg.jp", HTTP_X_FORWARDED_PROTO="https")
safe = Client().get("/healthz", HTTP_HOST="meguri.example.lg.jp", secure=True)
stranger = Client().get("/healthz", HTTP_HOST="evil.example", secure=True)
names = "SESSION_COOKIE_NAME SESSION_COOKIE_SECURE SESSION_COOKIE_HTTPONLY SESSION_COOKIE_SAMESITE CSRF_COOKIE_NAME"
names += " CSRF_COOKIE_SECURE CSRF_COOKIE_HTTPONLY CSRF_COOKIE_SAMESITE DEBUG"
print(json.dumps({
    "plain": [plain.status_code, plain.get("Location", "")],
    "forged": forged.status_code,
    "hsts": safe.get("Strict-Transport-Security"),
    "stranger": stranger.status_code,
    **{name: getattr(settings, name) for name in names.split()},
}))
"""


@pytest.mark.services
def test_the_city_speaks_https_alone_and_keeps_its_cookies() -> None:
    ended = manage("shell", "--no-imports", "-c", CITY)
    assert ended.returncode == 0, ended.stderr
    answers: dict[str, Any] = json.loads(ended.stdout.strip().splitlines()[-1])
    assert answers["plain"] == [301, "https://meguri.example.lg.jp/accounts/login/"]
    assert answers["forged"] == 503, "nobody behind no proxy is believed to speak HTTPS, and none is sent in a circle"
    assert answers["hsts"] == "max-age=31536000; includeSubDomains; preload"
    assert answers["stranger"] == 400
    assert answers["SESSION_COOKIE_NAME"] == "__Host-session" and answers["CSRF_COOKIE_NAME"] == "__Host-csrf"
    assert (
        answers["SESSION_COOKIE_SECURE"]
        and answers["SESSION_COOKIE_HTTPONLY"]
        and answers["SESSION_COOKIE_SAMESITE"] == "Lax"
    )
    assert (
        answers["CSRF_COOKIE_SECURE"] and answers["CSRF_COOKIE_HTTPONLY"] and answers["CSRF_COOKIE_SAMESITE"] == "Lax"
    )
    assert answers["DEBUG"] is False


# --- forged requests -------------------------------------------------------------------------------------------------


@pytest.mark.drill
def test_no_address_takes_a_post_without_the_pages_token(cast: Cast) -> None:
    cast.open(1)
    pk = cast.sheet(1).pk
    ours = [filled(route, pk) for name, _pattern, route in addresses() if not name.startswith("admin:")]
    admins = [reverse("admin:index"), reverse("admin:review_user_change", args=[cast.head.pk])]
    for identity in ("anonymous", "contributor", "administrator"):
        client = Client(enforce_csrf_checks=True)
        if identity != "anonymous":
            client.force_login(cast.people[identity])
        for path in ours + admins:
            answer = client.post(path, {"username": "head", "password": PASSWORD})
            assert answer.status_code in (403, 405), f"{identity} at {path}"  # 405: it takes no post at all
    assert Client(enforce_csrf_checks=True).put("/").status_code == 403
    assert Client(enforce_csrf_checks=True).delete("/").status_code == 403


# --- errors and logs -------------------------------------------------------------------------------------------------

SECRET = "口に出せない内部の値"


def _fails(request: HttpRequest, **_parts: Any) -> HttpResponse:
    raise ValueError(SECRET)


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> None:
    from review.notices.views import notices

    pattern = next(pattern for name, pattern, _route in addresses() if name == "meguri:notices")
    assert pattern.callback is notices.notices
    monkeypatch.setattr(pattern, "callback", _fails)


@pytest.fixture
def log_lines() -> Iterator[Callable[[], str]]:
    """What the operator's log would hold, as the LineFormatter writes it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(LineFormatter())
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield stream.getvalue
    root.removeHandler(handler)
    root.setLevel(level)


def test_an_error_tells_a_number_and_no_detail(cast: Cast, failing: None, log_lines: Callable[[], str]) -> None:
    client = as_(cast.contributor)
    client.raise_request_exception = False
    answer = client.get("/notices/")
    page = answer.content.decode()
    assert answer.status_code == 500
    assert SECRET not in page and "Traceback" not in page and "ValueError" not in page
    number = answer["X-Request-ID"]
    assert number in page and number in log_lines() and "ValueError" in log_lines()


def ask_400(client: Client) -> HttpResponse:
    return client.post("/accounts/login/", {f"f{n}": "x" for n in range(5001)})


def ask_403(client: Client) -> HttpResponse:
    return client.get("/jobs/")


def ask_403_csrf(client: Client) -> HttpResponse:
    client.handler.enforce_csrf_checks = True
    return client.post("/notices/read/", {"notice": "1"})


def ask_404(client: Client) -> HttpResponse:
    return client.get("/sheets/987654/")


def ask_413(client: Client) -> HttpResponse:
    return client.post("/notices/read/", {"notice": "1"}, CONTENT_LENGTH=str(11 * 1024 * 1024))


def ask_429(client: Client) -> HttpResponse:
    for _ in range(20):
        client.post("/accounts/password/", {})
    return client.post("/accounts/password/", {})


REQUESTS = (ask_400, ask_403, ask_403_csrf, ask_404, ask_413, ask_429)


@pytest.mark.parametrize("ask", REQUESTS, ids=lambda ask: ask.__name__)
def test_a_refusal_is_a_japanese_page_with_its_number(
    cast: Cast, log_lines: Callable[[], str], ask: Callable[[Client], HttpResponse]
) -> None:
    cast.open(1)
    answer = ask(as_(cast.contributor))
    page, number = answer.content.decode(), answer["X-Request-ID"]
    assert answer.status_code == int(ask.__name__.split("_")[1])
    assert '<html lang="ja"' in page and re.search(r"<h1>[^<]*[ぁ-ん]", page)
    assert number in page and number in log_lines()
    # What Django itself would say, and what would help somebody who probes.
    for word in ("Traceback", "Django", "CSRF", "Suspicious", "TooMany", "DATA_UPLOAD", "Exception", "review."):
        assert word not in page, word
    assert "担当" not in log_lines()


@pytest.mark.drill
def test_a_year_leaves_no_personal_data_in_the_log(cast: Cast, log_lines: Callable[[], str]) -> None:
    Client().post(reverse("login"), {"username": "head", "password": "machigai-no-himitsu"})
    Client().post(reverse("login"), {"username": "himitsu-in-the-wrong-field", "password": "x"})
    for person in ("contributor", "reviewer2", "administrator"):
        client = Client()
        client.post(reverse("login"), {"username": person, "password": PASSWORD})
        for path in ("/", "/notices/", "/audit/?person=担当", "/nothing/?name=担当一郎", "/jobs/"):
            client.get(path)
    with really():
        cast.published(1)
    lines = log_lines()
    assert lines, "something was logged"
    for user in User.objects.all():
        for word in (user.display_name, user.email):
            assert word not in lines, word
    for word in (PASSWORD, "machigai", "himitsu-in", "担当一郎", "person="):
        assert word not in lines, word


# --- nothing leaves the house ----------------------------------------------------------------------------------------

LOOPBACK = ("127.", "::1", "localhost")


@pytest.fixture
def closed_house(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """No socket to anywhere but this machine, and no name looked up: as in the city's closed network."""
    tried: list[str] = []
    real_connect, real_lookup = socket.socket.connect, socket.getaddrinfo

    def inside(host: object) -> bool:
        return host is None or str(host).startswith(LOOPBACK)

    def connect(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and not inside(address[0]):
            tried.append(str(address))
            raise OSError(101, "Network is unreachable")
        real_connect(self, address)

    def lookup(host: Any, *args: Any, **kwargs: Any) -> Any:
        if not inside(host):
            tried.append(str(host))
            raise socket.gaierror(-2, "Name or service not known")
        return real_lookup(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    return tried


@pytest.mark.drill
def test_a_whole_year_needs_nobody_outside(cast: Cast, closed_house: list[str]) -> None:
    """Every page of a published year, by the first who may read it."""
    with really():
        cast.published(2)
    people = (cast.contributor, cast.reviewer2, cast.approver, cast.administrator)
    clients = [(None, Client())] + [(user, as_(user)) for user in people]
    for name, route in ours():
        rule = permissions.ACCESS[name]
        _user, client = next(one for one in clients if rule is permissions.anyone or (one[0] and rule(one[0])))
        answer = client.get(filled(route, cast.sheet(1).pk))
        assert answer.status_code < 500 or name == "readyz", name
        if answer.streaming:
            b"".join(answer.streaming_content)
    assert Client().get(reverse("publication:year", args=["dx", YEAR])).status_code == 200
    assert closed_house == []


def test_the_house_is_closed_in_this_test(closed_house: list[str]) -> None:
    with socket.socket() as plug, pytest.raises(OSError, match="unreachable"):
        plug.connect(("192.0.2.1", 80))
    with pytest.raises(OSError, match="not known"):
        socket.create_connection(("www.example.com", 80), timeout=1)
    assert len(closed_house) == 2
