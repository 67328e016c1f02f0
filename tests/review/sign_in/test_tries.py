"""The pause after wrong passwords, counted by name and place, and what of a try is recorded."""

from __future__ import annotations

import pytest

from review.models import AuditEntry
from review.sign_in.services import sign_in
from review.trail.services import audit
from tests.cast import Cast

HERE, THERE = "192.0.2.1", "192.0.2.2"


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch, db: None) -> list[str]:
    """Where the next tries come from; the tries of a test are its own."""
    places = [HERE]
    monkeypatch.setattr(audit, "address", lambda: places[-1])
    return places


def fail(name: str, times: int) -> None:
    for _ in range(times):
        sign_in.record_failure(None, {"username": name, "password": "x"})


def test_five_mistakes_pause_the_name_in_one_place(place: list[str]) -> None:
    fail("tanaka", sign_in.TRIES_FROM_ONE_PLACE - 1)
    assert not sign_in.paused("tanaka", HERE)
    fail("ＴＡＮＡＫＡ", 1)
    assert sign_in.paused("tanaka", HERE), "the same name in other letters"
    assert not sign_in.paused("tanaka", THERE) and not sign_in.paused("suzuki", HERE)


def test_guessing_one_name_from_many_places_pauses_it_everywhere(place: list[str]) -> None:
    for number in range(sign_in.TRIES_FROM_ANYWHERE):
        place.append(f"198.51.100.{number}")
        fail("tanaka", 1)
    assert sign_in.paused("tanaka", HERE)


def test_the_right_password_forgives(place: list[str]) -> None:
    fail("tanaka", sign_in.TRIES_FROM_ONE_PLACE)
    sign_in.succeeded("tanaka", HERE)
    assert not sign_in.paused("tanaka", HERE)


def test_a_typed_name_is_never_recorded(cast: Cast, place: list[str]) -> None:
    fail("my-password-in-the-wrong-field", 1)
    fail(cast.contributor.username, 1)
    rows = AuditEntry.objects.filter(action=sign_in.FAILED).order_by("pk")
    assert [row.subject for row in rows] == ["user:unknown", f"user:{cast.contributor.key}"]


def test_a_chosen_password_ends_the_duty_to_choose_one(cast: Cast) -> None:
    user = cast.contributor
    user.must_change_password = True
    user.save()
    sign_in.password_changed(user)
    user.refresh_from_db()
    assert not user.must_change_password
    assert AuditEntry.objects.filter(action=sign_in.PASSWORD, actor_key=user.key).count() == 1
