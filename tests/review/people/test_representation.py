"""The end of a representation that nobody took back is told to both, once, and by no wrong clock only."""

from __future__ import annotations

from datetime import timedelta

import pytest

from review import clock
from review.models import Appointment, AuditEntry, Mail, Notification, Proxy, Role
from review.people.services import people, proxies, representation
from review.people.services.posts import Post
from tasks.sweep import sweep
from tests.cast import Cast, settle_background
from tests.moved import shifted
from tests.review.people.test_proxies import named

BOTH = ["approver", "other"]


def recipients(event: str = "ProxyEnded") -> list[str]:
    settle_background()
    rows = Notification.objects.filter(event=event).order_by("recipient__username")
    return list(rows.values_list("recipient__username", flat=True))


@pytest.fixture
def proxy(cast: Cast) -> Proxy:
    """`other` stands in for the approver, today and six days on."""
    return named(cast, cast.approver, cast.other, Role.APPROVER)


def test_both_are_told_once_when_the_last_day_is_over(cast: Cast, proxy: Proxy) -> None:
    assert representation.tell_ends() == 0
    with shifted(timedelta(days=6)):
        assert representation.tell_ends() == 0, "on its last day it holds"
    with shifted(timedelta(days=7)):
        sweep()
        assert recipients() == BOTH
        assert representation.tell_ends() == 0
    with shifted(timedelta(days=20)):
        assert representation.tell_ends() == 0
    entry = AuditEntry.objects.get(action="proxy.end")
    assert entry.actor_key is None and entry.subject == f"proxy:{proxy.pk}"
    assert representation.BY_PERIOD in Notification.objects.filter(event="ProxyEnded")[0].body
    assert Mail.objects.filter(body__contains=representation.BY_PERIOD).count() == 2


@pytest.mark.parametrize("ends", ["principal's post", "deputy's"])
def test_both_are_told_when_the_post_of_one_ends_it(cast: Cast, proxy: Proxy, ends: str) -> None:
    tomorrow = clock.today() + timedelta(days=1)
    if ends == "deputy's":
        post = Post(role=Role.AUDITOR)
        people.appoint(by=cast.administrator, user_id=cast.other.pk, post=post, starts_on=tomorrow)
    else:
        Appointment.objects.filter(user=cast.approver).update(ends_on=clock.today())
    assert representation.tell_ends() == 0
    with shifted(timedelta(days=1)):
        representation.tell_ends()
        representation.tell_ends()
        assert recipients() == BOTH
    with shifted(timedelta(days=9)):
        assert representation.tell_ends() == 0, "its last day ends nothing more"


def test_one_that_was_taken_back_is_not_told_twice(cast: Cast, proxy: Proxy) -> None:
    proxies.withdraw(user=cast.administrator, proxy_id=proxy.pk)
    with shifted(timedelta(days=9)):
        assert representation.tell_ends() == 0
    assert recipients() == [] and recipients("ProxyWithdrawn") == BOTH


def test_a_sweep_by_a_wrong_clock_does_not_silence_the_end(cast: Cast, proxy: Proxy) -> None:
    with shifted(timedelta(days=30)):
        assert representation.tell_ends() == 1
    assert representation.tell_ends() == 1, "it is in force: that is said"
    assert recipients("ProxyResumed") == BOTH
    Notification.objects.filter(event="ProxyEnded").delete()
    with shifted(timedelta(days=7)):
        assert representation.tell_ends() == 1
        assert representation.tell_ends() == 0
        assert recipients() == BOTH


def test_the_wrong_clock_of_one_process_tells_of_no_end(cast: Cast, proxy: Proxy, monkeypatch) -> None:
    monkeypatch.setattr(clock, "_WRONG", timedelta(days=30))
    assert representation.tell_ends() == 0


def test_a_post_given_anew_lets_it_go_on_and_end_again(cast: Cast, proxy: Proxy) -> None:
    Appointment.objects.filter(user=cast.approver).update(
        starts_on=clock.today() - timedelta(days=9), ends_on=clock.today() - timedelta(days=1)
    )
    assert representation.tell_ends() == 1
    people.appoint(
        by=cast.administrator, user_id=cast.approver.pk, post=Post(role=Role.APPROVER), starts_on=clock.today()
    )
    assert representation.tell_ends() == 1
    assert recipients("ProxyResumed") == BOTH
    with shifted(timedelta(days=7)):
        assert representation.tell_ends() == 1
    assert recipients() == sorted([*BOTH, *BOTH])


def test_what_ended_long_ago_is_no_news(cast: Cast, proxy: Proxy) -> None:
    with shifted(timedelta(days=90)):
        assert representation.tell_ends() == 0


def test_one_that_a_reorganisation_moved_on_has_not_ended(cast: Cast) -> None:
    moved = named(cast, cast.head, cast.colleague, Role.HEAD)
    day = clock.today() + timedelta(days=2)
    same = {name: getattr(moved, name) for name in ("principal", "deputy", "role", "reason", "named_by", "named_at")}
    Proxy.objects.create(**same, department=cast.departments["情報経営課"], starts_on=day, ends_on=moved.ends_on)
    Proxy.objects.filter(pk=moved.pk).update(ends_on=day - timedelta(days=1))
    Appointment.objects.create(
        user=cast.head, role=Role.HEAD, department=cast.departments["情報経営課"], starts_on=clock.today()
    )
    with shifted(timedelta(days=3)):
        assert representation.tell_ends() == 0
    with shifted(timedelta(days=9)):
        assert representation.tell_ends() == 1
