"""Every address has a rule, and what stands around the rules. tests/review/test_access_table.py walks all addresses."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, get_resolver, resolve, reverse

from review import permissions
from review.models import Artifact, AuditEntry, Submission, User
from review.screens.views.access import AccessMiddleware, client_address
from tests.cast import PASSWORD, YEAR, Cast
from tests.moved import shifted
from tests.review.acting import as_

IDENTITIES = (
    "anonymous", "contributor", "head", "related", "other", "reviewer2", "approver", "administrator", "auditor",
)  # fmt: skip
OUR_VIEWS = ("review.", "workflow.")


def addresses() -> Iterator[tuple[str, URLPattern, str]]:
    """(name with its namespace, pattern, whole route) of every address there is."""

    def walk(patterns: list, spaces: tuple[str, ...], route: str) -> Iterator[tuple[str, URLPattern, str]]:
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                yield ":".join([*spaces, pattern.name or pattern.lookup_str]), pattern, route + str(pattern.pattern)
            else:
                inner = (*spaces, pattern.namespace) if pattern.namespace else spaces
                yield from walk(pattern.url_patterns, inner, route + str(pattern.pattern))

    yield from walk(get_resolver().url_patterns, (), "/")


def ours() -> list[tuple[str, str]]:
    """(name, route) of every address but Django's admin, which one rule covers."""
    return [(name, route) for name, _pattern, route in addresses() if not name.startswith("admin:")]


def test_a_view_takes_a_signed_in_request_just_where_nobody_else_is_let_in() -> None:
    """mypy believes the signature, and cannot see which rule stands in the table for the view's address."""
    wrong = []
    for name, pattern, _route in addresses():
        view = inspect.unwrap(pattern.callback)
        if not inspect.isfunction(view) or hasattr(view, "view_class") or not view.__module__.startswith(OUR_VIEWS):
            continue
        kinds = [getattr(kind, "__name__", kind) for kind in view.__annotations__.values()]
        promised = "SignedInRequest" in kinds
        if promised is (permissions.ACCESS[name] is permissions.anyone):
            wrong.append((name, kinds))
    assert not wrong


def filled(route: str, pk: int, plan: str = "dx") -> str:
    """The route with something in place of its parts."""
    parts = {
        "pk": str(pk),
        "plan": plan,
        "year": str(YEAR),
        "short_name": plan,
        "number": "1",
        "goal": "1",
        "step": "1",
        "code": "01-01",
        "page": "01-01",
        "name": "data.json",
        "first": "2022",
        "rest": "x",
        "change": "add",
        "manner": "rename",
        "what": "entry",
        "key": "CycleReady.approvers",
        "role": "reviewer",
    }
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda match: parts[match[1]], route).replace("^", "").replace("$", "")


def test_every_address_has_a_rule() -> None:
    unruled = {name for name, _route in ours() if name not in permissions.ACCESS}
    assert not unruled, f"add a rule to addresses.RULED for {unruled}"


def test_every_rule_has_an_address() -> None:
    assert set(permissions.ACCESS) == {name for name, _route in ours()}


@pytest.fixture
def year(cast: Cast) -> Cast:
    cast.open(2)
    cast.submitted(1)
    return cast


def client_of(cast: Cast, identity: str) -> Client:
    return Client() if identity == "anonymous" else as_(cast.people[identity])


@pytest.mark.drill
@pytest.mark.once
@pytest.mark.parametrize("identity", IDENTITIES)
def test_the_admin_is_read_by_the_administrator_alone(cast: Cast, identity: str) -> None:
    client = client_of(cast, identity)
    refused = 302 if identity == "anonymous" else 403
    for name, route in admin_addresses(cast.contributor.pk):
        reads = re.fullmatch(r"admin:(index|app_list|review_\w+_(changelist|change|history))", name)
        expected = (200, 302) if identity == "administrator" and reads else (refused,)
        assert client.get(route).status_code in expected, name
    assert client.get(reverse("admin:index")).status_code == (200 if identity == "administrator" else refused)


def admin_addresses(pk: int) -> list[tuple[str, str]]:
    """(name, path) of every address of Django's admin."""
    routes = [(name, re.sub(r"\(\?P<app_label>[^)]*\)", "review", route)) for name, _pattern, route in addresses()]
    pairs = [(name, re.sub(r"<[^>]+>", str(pk), route)) for name, route in routes]
    return [(name, path.replace("^", "").replace("$", "")) for name, path in pairs if name.startswith("admin:")]


@pytest.mark.drill
@pytest.mark.once
def test_nobody_changes_anything_in_the_admin(year: Cast) -> None:
    """Not even a superuser who is administrator besides: each change goes by a screen that leaves its row."""
    User.objects.filter(pk=year.administrator.pk).update(is_staff=True, is_superuser=True)
    client, before = as_(year.administrator), stored()
    form = {"username": "x", "name": "x", "state": "approved", "password1": "hajimete-1", "password2": "hajimete-1",
            "action": "delete_selected", "_selected_action": str(year.other.pk), "post": "yes"}  # fmt: skip
    for name, path in admin_addresses(year.other.pk):
        answer = client.post(path, form)
        assert answer.status_code in (403, 404, 405) or READ_BY_POST_TOO.fullmatch(name), name
        assert stored() == before, name
    assert client.get(reverse("admin:review_measurereview_changelist")).status_code == 200
    page = client.get(reverse("admin:review_user_change", args=[year.other.pk]))
    assert page.status_code == 200 and 'name="_save"' not in page.content.decode()
    assert "argon2" not in page.content.decode(), "the hash of a password is for nobody"
    for closed in ("admin:password_change", "admin:logout"):
        assert reverse(closed) not in page.content.decode()
    assert not any("viewflow" in name for name, _path in admin_addresses(1)), "the engine's rows are not there"


#: Django answers these pages to a POST as to a GET; the rows are looked at all the same.
READ_BY_POST_TOO = re.compile(r"admin:(index|app_list|review_\w+_(changelist|history))")


def stored() -> list[object]:
    """Every row that the admin shows, as far as somebody could write on it there."""
    return [list(model.objects.order_by("pk").values_list()) for model in admin.site._registry]


def test_another_departments_ids_are_not_there(year: Cast) -> None:
    sheet = year.sheet(1)
    artifact = Artifact.objects.create(
        kind="sheet", cycle=sheet.cycle, review=sheet, revision=99, label="x", path="x", filename="x.xlsx",
        sha256="0" * 64, size=1, created_at=sheet.state_since,
    )  # fmt: skip
    client = as_(year.other)
    for name, route in ours():
        if "<int:pk>" in route and name.startswith("meguri:"):
            pk = artifact.pk if name == "meguri:download" else sheet.pk
            path = filled(route, pk)
            assert client.get(path).status_code in (403, 404, 405), name
            assert client.post(path).status_code in (403, 404, 405), name
            absent = client.post(filled(route, 987654)).status_code
            assert client.post(path).status_code == absent, f"{name} tells a foreign id from an absent one"


def test_an_address_without_a_rule_is_refused(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    without = {address: rule for address, rule in permissions.ACCESS.items() if address != "meguri:help"}
    monkeypatch.setattr(permissions, "ACCESS", without)
    assert as_(cast.administrator).get(reverse("meguri:help")).status_code == 403
    assert Client().get(reverse("meguri:help")).status_code == 403


def test_someone_without_a_post_sees_no_year(year: Cast) -> None:
    newcomer = User.objects.create_user(username="newcomer", password=PASSWORD, display_name="新人")
    client = as_(newcomer)
    assert client.get(reverse("meguri:progress", args=["dx", YEAR])).status_code == 403
    assert client.get(reverse("meguri:notices")).status_code == 200


def test_sign_in_leads_back_to_where_one_wanted_to_go(cast: Cast) -> None:
    client = Client()
    target = reverse("meguri:notices") + "?show=unread"
    refused = client.get(target)
    assert refused.status_code == 302
    signed_in = client.post(refused["Location"], {"username": "contributor", "password": PASSWORD})
    assert signed_in["Location"] == target


def test_a_post_of_someone_signed_out_does_not_come_back_as_a_get(cast: Cast) -> None:
    response = Client().post(reverse("meguri:notices_read"))
    assert response.status_code == 302 and "next" not in response["Location"]


def test_a_part_of_a_page_sends_the_whole_page_to_sign_in(cast: Cast) -> None:
    response = Client().get(reverse("meguri:notices"), headers={"HX-Request": "true"})
    assert response["HX-Redirect"].startswith(reverse("login"))


def test_a_first_password_is_changed_before_anything_else(cast: Cast) -> None:
    User.objects.filter(pk=cast.contributor.pk).update(must_change_password=True)
    client = as_(cast.contributor)
    onward = client.get(reverse("meguri:notices"))["Location"]
    assert onward == f"{reverse('password_change')}?next=%2Fnotices%2F"
    words = {"old_password": PASSWORD, "new_password1": "atarashii-himitsu-7", "new_password2": "atarashii-himitsu-7"}
    assert client.post(onward, words).status_code == 302
    assert client.get(reverse("meguri:notices")).status_code == 200
    assert AuditEntry.objects.filter(action="password.change", actor_key=cast.contributor.key).exists()


def test_the_first_sign_in_from_a_mail_keeps_its_sheet(cast: Cast) -> None:
    cast.open(1)
    User.objects.filter(pk=cast.contributor.pk).update(must_change_password=True)
    client, link = as_(cast.contributor), reverse("meguri:resume", args=[cast.sheet().pk])
    words = {"old_password": PASSWORD, "new_password1": "atarashii-himitsu-7", "new_password2": "atarashii-himitsu-7"}
    done = client.post(client.get(link)["Location"], words, follow=True).content.decode()
    assert f'href="{link}"' in done and "シートへ進む" in done
    away = client.get(f"{reverse('password_change_done')}?next=https://elsewhere.example/").content.decode()
    assert 'href="https://elsewhere' not in away and "ホームへ戻る" in away


def test_a_button_pressed_after_the_session_ended_says_that_nothing_was_done(cast: Cast) -> None:
    cast.open(1)
    review = cast.fill(cast.sheet())
    page = reverse("meguri:submit", args=[review.pk])
    client = Client()
    ended = client.post(page, headers={"Referer": f"http://testserver{page}"})
    sign_in_page = client.get(ended["Location"]).content.decode()
    assert "押した操作は行っていません" in sign_in_page
    sent = {"username": "contributor", "password": PASSWORD, "next": page}
    back = client.post(ended["Location"], sent, follow=True)
    assert back.redirect_chain[-1][0] == page and "提出や保存はされていません" in back.content.decode()
    assert not Submission.objects.exists()
    part = Client().post(page, headers={"HX-Request": "true"})
    assert "unsent" not in part["HX-Redirect"]


def test_a_reason_typed_into_an_ended_session_comes_back(cast: Cast) -> None:
    cast.open(1)
    review = cast.submitted()
    sent = {"comment": "もう少し詳しく", "remark:cause": "前年度と同じ文です", "reply:cause": "直しました"}
    gone = Client().post(reverse("meguri:review", args=[review.pk]), sent)
    text = gone.content.decode()
    assert gone.status_code == 401 and all(words in text for words in sent.values())


# --- the trail -------------------------------------------------------------------------------------------------------


def test_acts_carry_from_where_they_came(cast: Cast) -> None:
    client = Client(REMOTE_ADDR="192.0.2.7")
    response = client.post(reverse("login"), {"username": "auditor", "password": PASSWORD})
    entry = AuditEntry.objects.get(action="sign_in")
    assert (entry.actor_key, entry.address, entry.request_id) == (
        cast.auditor.key, "192.0.2.7", response["X-Request-ID"],
    )  # fmt: skip
    client.post(reverse("logout"))
    assert AuditEntry.objects.filter(action="sign_out", actor_key=cast.auditor.key).exists()


def test_a_wrong_try_is_kept_without_what_was_typed(cast: Cast) -> None:
    Client().post(reverse("login"), {"username": "meguri-no-himitsu", "password": "contributor"})
    entry = AuditEntry.objects.get(action="sign_in.failed")
    assert entry.subject == "user:unknown" and "himitsu" not in str(vars(entry))


def test_guessing_rests_for_one_person_from_one_place(cast: Cast) -> None:
    def tries(address: str, count: int, password: str) -> HttpResponse:
        client = Client(REMOTE_ADDR=address)
        for _ in range(count):
            response = client.post(reverse("login"), {"username": "head", "password": password})
        return response

    tries("192.0.2.1", 10, "wrong")
    assert tries("192.0.2.1", 1, PASSWORD).status_code == 200, "the right password during the pause"
    assert tries("192.0.2.2", 1, PASSWORD).status_code == 302, "the person from another place"
    other = Client(REMOTE_ADDR="192.0.2.1").post(reverse("login"), {"username": "other", "password": PASSWORD})
    assert other.status_code == 302, "another person from the same place"


def test_the_pause_ends(cast: Cast) -> None:

    client = Client()
    for _ in range(10):
        client.post(reverse("login"), {"username": "head", "password": "wrong"})
    with shifted(timedelta(minutes=16)):
        assert client.post(reverse("login"), {"username": "head", "password": PASSWORD}).status_code == 302


def test_the_error_page_says_the_number_of_the_log(cast: Cast) -> None:
    response = as_(cast.contributor).get("/no-such-page/")
    assert response.status_code == 404 and response["X-Request-ID"] in response.content.decode()


@pytest.mark.parametrize(
    "trusted, forwarded, expected",
    [
        (False, "203.0.113.9", "10.0.0.1"),
        (True, "203.0.113.9", "203.0.113.9"),
        (True, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (True, "", "10.0.0.1"),
        (True, "nonsense", None),
    ],
)
def test_only_the_own_proxy_is_believed(settings, trusted: bool, forwarded: str, expected: str | None) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if trusted else None
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": forwarded})
    assert client_address(request) == expected


def test_an_unnamed_address_is_refused(cast: Cast) -> None:
    request = RequestFactory().get("/")
    request.user = cast.administrator
    request.resolver_match = resolve("/")
    request.resolver_match.view_name = "some.view"
    with pytest.raises(PermissionDenied):
        AccessMiddleware(lambda _request: HttpResponse()).process_view(request, None, (), {})
