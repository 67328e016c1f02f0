"""Signing in: guessing rests, sessions end, the second factor holds, and nobody learns which names exist."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from unittest.mock import patch

import pyotp
import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from review import clock
from review.domain.refusals import Invalid, NotAllowed
from review.models import Appointment, AuditEntry, Role, SecondFactor, User
from review.screens.services import throttle
from review.screens.views import limits
from review.sign_in.services import second_factor
from tests.cast import PASSWORD, Cast
from tests.moved import shifted
from tests.review.acting import as_, words

HERE, THERE = "192.0.2.1", "192.0.2.2"


def enter(name: str, password: str, address: str = HERE) -> HttpResponse:
    return Client(REMOTE_ADDR=address).post(reverse("login"), {"username": name, "password": password})


@pytest.fixture
def cast(db: None) -> Cast:
    """The cast in a transaction that is taken back: nothing here needs a commit."""
    return Cast.build()


# --- the pause -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["head", "nobody-of-that-name", "ＨＥＡＤ"])
def test_the_sixth_try_is_refused_alike_whoever_it_is(cast: Cast, name: str) -> None:
    pages = [enter(name, "wrong") for _try in range(7)]
    assert [words(page) for page in pages[:5]] == [words(pages[0])] * 5
    assert "15分ほど受け付けません" in words(pages[5]) and words(pages[5]) == words(pages[6])
    assert "15分" not in words(pages[4])


def test_known_and_unknown_names_read_the_same(cast: Cast) -> None:
    assert words(enter("head", "wrong")) == words(enter("nobody", "wrong"))
    User.objects.filter(username="auditor").update(is_active=False)
    assert words(enter("auditor", PASSWORD)) == words(enter("nobody", "wrong"))


@pytest.mark.parametrize("name", ["head", "nobody"])
def test_each_try_costs_one_hash_whether_known_or_not_and_paused_or_not(cast: Cast, name: str) -> None:
    spent: list[int] = []
    for _try in range(7):
        with patch("django.contrib.auth.hashers.MD5PasswordHasher.encode", autospec=True) as encode:
            encode.side_effect = lambda hasher, password, salt: f"md5${salt}$x"
            enter(name, "wrong")
            spent.append(encode.call_count)
    assert spent == [1] * 7


def test_a_pause_is_for_one_name_from_one_place(cast: Cast) -> None:
    for _try in range(6):
        enter("head", "wrong")
    assert enter("head", PASSWORD).status_code == 200
    assert enter("head", PASSWORD, THERE).status_code == 302
    assert enter("other", PASSWORD).status_code == 302, "a colleague behind the same address"


def test_a_whole_city_hall_signs_in_behind_one_address(cast: Cast) -> None:
    for number in range(60):
        enter(f"unknown{number}", "wrong")
    assert enter("head", PASSWORD).status_code == 302


def test_guessing_one_name_from_many_places_rests_too(cast: Cast) -> None:
    for number in range(50):
        enter("head", "wrong", f"198.51.100.{number}")
    assert enter("head", PASSWORD, THERE).status_code == 200


def test_a_right_password_forgives_earlier_mistakes(cast: Cast) -> None:
    for _round in range(3):
        for _try in range(4):
            enter("head", "wrong")
        assert enter("head", PASSWORD).status_code == 302


def test_no_tally_holds_a_name_or_an_address(cast: Cast) -> None:
    enter("head", "wrong")
    from review.models import Tally

    keys = " ".join(Tally.objects.values_list("key", flat=True))
    assert keys and "head" not in keys and HERE not in keys
    with shifted(timedelta(days=3)):
        throttle.remove_old()
    assert not Tally.objects.exists()


def test_many_sign_ins_in_a_minute_are_slowed(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(limits.RATES, "login", limits.Rate(most=3, span=timedelta(minutes=1)))
    assert [enter(f"x{n}", "wrong").status_code for n in range(5)] == [200, 200, 200, 429, 429]
    assert enter("head", PASSWORD, THERE).status_code == 302
    with shifted(timedelta(minutes=2)):
        assert enter("head", PASSWORD).status_code == 302


def test_too_many_uploads_are_slowed_by_person(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(limits.RATES, "meguri:notices_read", limits.Rate(most=2, span=timedelta(hours=1)))
    client, colleague = as_(cast.contributor), as_(cast.colleague)
    codes = [client.post(reverse("meguri:notices_read")).status_code for _each in range(3)]
    assert codes[2] == 429 and 429 not in codes[:2]
    assert colleague.post(reverse("meguri:notices_read")).status_code != 429


# --- sessions --------------------------------------------------------------------------------------------------------


def visit(client: Client, after: timedelta = timedelta()) -> HttpResponse:
    with shifted(after):
        return client.get(reverse("meguri:notices"))


def test_a_session_ends_after_an_hour_without_anybody(cast: Cast) -> None:
    client = as_(cast.contributor)
    assert visit(client, timedelta(minutes=50)).status_code == 200
    assert visit(client, timedelta(minutes=100)).status_code == 200, "somebody was there meanwhile"
    gone = visit(client, timedelta(minutes=165))
    assert "ended=idle" in gone["Location"] and "next=" in gone["Location"]
    assert "1時間操作がなかった" in words(client.get(gone["Location"]))


def test_a_session_ends_after_eight_hours_however_busy(cast: Cast) -> None:
    client = as_(cast.contributor)
    for minutes in range(30, 480, 30):
        assert visit(client, timedelta(minutes=minutes)).status_code == 200
    assert "ended=age" in visit(client, timedelta(minutes=481))["Location"]


def test_a_page_that_refreshes_itself_is_nobody(cast: Cast) -> None:
    client = as_(cast.contributor)
    for minutes in (20, 40, 59):
        with shifted(timedelta(minutes=minutes)):
            client.get(reverse("meguri:notices"), headers={"HX-Request": "true"})
    assert "ended=idle" in visit(client, timedelta(minutes=61))["Location"]


def test_a_session_ends_when_the_posts_change(cast: Cast) -> None:
    client = as_(cast.contributor)
    Appointment.objects.create(user=cast.contributor, role=Role.AUDITOR, starts_on=date(2022, 4, 1))
    assert "ended=posts" in visit(client)["Location"]
    assert client.get(reverse("meguri:notices"))["Location"].startswith(reverse("login"))


def test_home_shows_nothing_of_an_ended_session(cast: Cast) -> None:
    client = as_(cast.contributor)
    with shifted(timedelta(hours=2)):
        assert "ended=idle" in client.get("/")["Location"]
        assert client.get("/").status_code in (200, 302)
        assert "担当 一郎" not in client.get("/", follow=True).content.decode()


def test_a_deactivated_person_is_out_at_once(cast: Cast) -> None:
    client = as_(cast.contributor)
    User.objects.filter(pk=cast.contributor.pk).update(is_active=False)
    assert visit(client)["Location"].startswith(reverse("login"))


def test_a_changed_password_ends_the_other_sessions(cast: Cast) -> None:
    here, elsewhere = as_(cast.contributor), as_(cast.contributor)
    fresh = "atarashii-himitsu-7"
    here.post(reverse("password_change"), {"old_password": PASSWORD, "new_password1": fresh, "new_password2": fresh})
    assert visit(here).status_code == 200
    assert visit(elsewhere).status_code == 302


def test_signing_in_takes_a_fresh_session_key(cast: Cast) -> None:
    client = Client()
    client.get(reverse("login"))
    session = client.session
    session["x"] = 1
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = before
    client.post(reverse("login"), {"username": "head", "password": PASSWORD})
    assert client.session.session_key != before


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
)
def test_sign_in_never_leads_away(cast: Cast, target: str) -> None:
    answer = Client().post(reverse("login"), {"username": "head", "password": PASSWORD, "next": target})
    assert answer["Location"] == "/"


@pytest.mark.parametrize("password", ["short-1", "password1234", "123456789012", "contributor1"])
def test_weak_passwords_are_refused(cast: Cast, password: str) -> None:
    client = as_(cast.contributor)
    form = {"old_password": PASSWORD, "new_password1": password, "new_password2": password}
    assert client.post(reverse("password_change"), form).status_code == 200
    assert User.objects.get(pk=cast.contributor.pk).check_password(PASSWORD)


def test_comments_are_counted_by_person(cast: Cast) -> None:
    """security.md, F8: one clerk wrote sixty comments, and sixty notices, in three seconds."""
    cast.open(1)
    client, address = as_(cast.contributor), reverse("meguri:comment", args=[cast.sheet().pk])
    codes = [client.post(address, {"body": f"{n}"}).status_code for n in range(31)]
    assert codes[30] == 429 and 429 not in codes[:30]


def test_passwords_are_kept_with_argon2() -> None:
    from config.settings import base

    assert base.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")


def test_a_header_that_names_a_person_is_not_believed(cast: Cast) -> None:
    answer = Client(REMOTE_USER="administrator").get(
        reverse("meguri:audit"), headers={"Remote-User": "administrator", "X-Forwarded-User": "administrator"}
    )
    assert answer.status_code == 302


# --- the second factor -----------------------------------------------------------------------------------------------


@pytest.fixture
def enrolled(cast: Cast) -> tuple[Cast, Callable[[timedelta], str], list[str]]:
    """The contributor with an app: the cast, code_at(shift), and the recovery codes."""
    app = pyotp.TOTP(second_factor.key_of(second_factor.begin(user=cast.contributor)))

    def code_at(shift: timedelta = timedelta()) -> str:
        return app.at(clock.now() + shift)

    codes = second_factor.confirm(user=cast.contributor, code=code_at(timedelta(seconds=-30)))
    return cast, code_at, codes


def password_given(client: Client | None = None) -> Client:
    client = client or Client()
    answer = client.post(reverse("login"), {"username": "contributor", "password": PASSWORD, "next": "/notices/"})
    assert answer["Location"] == reverse("second_factor")
    return client


def give(client: Client, code: str) -> HttpResponse:
    return client.post(reverse("second_factor"), {"code": code})


def test_the_password_alone_signs_nobody_in(enrolled) -> None:
    client = password_given()
    assert client.get("/notices/").status_code == 302
    assert not AuditEntry.objects.filter(action="sign_in").exists()


def test_the_code_completes_the_sign_in_and_leads_on(enrolled) -> None:
    _cast, code_at, _codes = enrolled
    client = password_given()
    assert give(client, code_at())["Location"] == "/notices/"
    assert client.get("/notices/").status_code == 200


def test_a_code_counts_once(enrolled) -> None:
    _cast, code_at, _codes = enrolled
    code = code_at()
    assert give(password_given(), code).status_code == 302
    assert give(password_given(), code).status_code == 422


def test_a_recovery_code_counts_once(enrolled) -> None:
    _cast, _code_at, codes = enrolled
    assert len(set(codes)) == 10
    assert give(password_given(), codes[3].upper().replace("-", " ")).status_code == 302
    assert give(password_given(), codes[3]).status_code == 422
    assert AuditEntry.objects.filter(action="second_factor.recovery").exists()


def test_guessing_codes_rests(enrolled) -> None:
    _cast, code_at, _codes = enrolled
    client = password_given()
    for _try in range(5):
        assert give(client, "000000").status_code == 422
    assert give(client, code_at()).status_code == 422
    with shifted(timedelta(minutes=16)):
        assert give(password_given(), code_at()).status_code == 302


def test_the_wait_for_the_code_ends(enrolled) -> None:
    client = password_given()
    with shifted(timedelta(minutes=6)):
        assert client.get(reverse("second_factor"))["Location"] == reverse("login")


def test_a_password_changed_meanwhile_ends_the_wait(enrolled) -> None:
    cast, code_at, _codes = enrolled
    client = password_given()
    cast.contributor.set_password("sonota-no-himitsu")
    cast.contributor.save()
    assert give(client, code_at())["Location"] == reverse("login")


def test_without_a_password_there_is_no_page_for_codes(cast: Cast) -> None:
    assert Client().get(reverse("second_factor"))["Location"] == reverse("login")


def test_one_switches_it_on_and_off_oneself(cast: Cast) -> None:
    client = as_(cast.contributor)
    page = client.get(reverse("second_factor_settings")).content.decode()
    assert "<svg" in page and "style=" not in page
    key = re.search(r"<code>([A-Z2-7]{32})</code>", page)[1]
    assert key not in SecondFactor.objects.get().secret
    assert client.post(reverse("second_factor_settings"), {"code": "000000"}).status_code == 422
    assert not second_factor.is_on(cast.contributor)
    shown = client.post(reverse("second_factor_settings"), {"code": pyotp.TOTP(key).now()})
    assert len(re.findall(r"<code>[a-z2-7-]{19}</code>", shown.content.decode())) == 10
    assert second_factor.is_on(cast.contributor)
    assert client.post(reverse("second_factor_settings"), {"password": "wrong"}).status_code == 422
    assert client.post(reverse("second_factor_settings"), {"password": PASSWORD}).status_code == 302
    assert not second_factor.is_on(cast.contributor)
    actions = AuditEntry.objects.filter(subject=f"user:{cast.contributor.key}").values_list("action", flat=True)
    assert {"second_factor.on", "second_factor.off"} <= set(actions)


def test_the_secret_outlives_a_changed_key_of_the_installation(enrolled, settings) -> None:
    _cast, code_at, _codes = enrolled
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another-key-" * 6
    assert give(password_given(), code_at()).status_code == 302
    settings.SECRET_KEY_FALLBACKS = []
    assert give(password_given(), code_at(timedelta(seconds=30))).status_code == 422


def test_the_night_brings_the_secret_under_the_new_key_and_the_old_one_can_go(enrolled, settings) -> None:
    from tasks.errands import remove_expired

    _cast, code_at, _codes = enrolled
    assert second_factor.reseal() == 0
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another-key-" * 6
    assert remove_expired()["resealed"] == 1 and second_factor.reseal() == 0
    settings.SECRET_KEY_FALLBACKS = []
    assert give(password_given(), code_at()).status_code == 302
    settings.SECRET_KEY = "a-third-key-" * 6
    assert second_factor.reseal() == 0, "what no key opens is left alone"


# --- keys of the installation ----------------------------------------------------------------------------------------


def test_a_session_outlives_a_rotated_key_and_ends_with_the_old_one(cast: Cast, settings) -> None:
    client = as_(cast.contributor)
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another-key-" * 6
    settings.SECRET_KEY_FALLBACKS = [old]
    assert visit(client).status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert visit(client).status_code == 200, "Django sealed the session anew with the present key"
    settings.SECRET_KEY = "a-third-key-" * 6
    assert visit(client).status_code == 302


# --- switched off by the administrator -------------------------------------------------------------------------------


def test_an_administrator_switches_off_a_lost_second_factor_with_a_reason(enrolled) -> None:
    cast, _code_at, _codes = enrolled
    client, path = as_(cast.administrator), reverse("meguri:second_factor_off", args=[cast.contributor.pk])
    assert "担当 一郎" in words(client.get(reverse("meguri:second_factors")))
    assert "パスワードだけで" in words(client.get(path))
    assert client.post(path, {"reason": ""}).status_code == 422 and second_factor.is_on(cast.contributor)
    done = client.post(path, {"reason": "携帯電話と回復コードを紛失"}, follow=True)
    assert "無効にしました" in words(done) and not second_factor.is_on(cast.contributor)
    entry = AuditEntry.objects.get(action="second_factor.off")
    assert entry.actor_key == cast.administrator.key and entry.after == {"reason": "携帯電話と回復コードを紛失"}
    assert client.get(path).status_code == 404
    assert enter("contributor", PASSWORD)["Location"] == "/"


def test_nobody_else_switches_off_anothers_second_factor(enrolled) -> None:
    cast, _code_at, _codes = enrolled
    for who in ("head", "reviewer2", "approver", "auditor"):
        with pytest.raises(NotAllowed):
            second_factor.switch_off(user=cast.contributor, by=cast.people[who], reason="x")
    with pytest.raises(Invalid):
        second_factor.switch_off(user=cast.contributor, by=cast.administrator)
    assert second_factor.is_on(cast.contributor)
