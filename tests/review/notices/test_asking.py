"""Whoever comes into a post while a sheet waits is asked, once; where nobody is there, the office is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from review import clock
from review.models import Appointment, AuditEntry, Cycle, Notification, Role, User
from review.notices.services import asking
from review.people.services import people, posts, proxies
from review.people.services.posts import Post
from tasks.sweep import sweep
from tests.asked import assert_asked
from tests.cast import Cast, settle_background
from tests.moved import shifted
from tests.remembered import remembered
from tests.review.people.test_proxies import named
from workflow import steps


def recipients() -> list[str]:
    """Who was asked anew, once for each notice."""
    settle_background()
    rows = Notification.objects.filter(event="StepAsked").order_by("recipient__username")
    return list(rows.values_list("recipient__username", flat=True))


def appoint(cast: Cast, user: User, role: str, department: str = "", *, ahead: int = 0) -> None:
    office = cast.departments[department].pk if department else None
    day = clock.today() + timedelta(days=ahead)
    people.appoint(by=cast.administrator, user_id=user.pk, post=Post(role=role, department=office), starts_on=day)


@pytest.fixture
@remembered
def year(cast: Cast) -> Cast:
    """A year with two sheets of 産業振興課; everybody of it was asked."""
    cast.open(2)
    assert recipients() == []
    return cast


@remembered
def waits_for(cast: Cast, role: str) -> None:
    """Bring the first sheet to where the role is asked."""
    if role == Role.HEAD:
        Cycle.objects.update(requires_endorsement=True)
    if role in (Role.HEAD, Role.REVIEWER):
        cast.submitted(1)
    elif role == Role.APPROVER:
        cast.reviewed(1)
    assert recipients() == []


@pytest.mark.drill
@pytest.mark.parametrize("role", [Role.CONTRIBUTOR, Role.HEAD, Role.REVIEWER, Role.APPROVER])
@pytest.mark.parametrize("ahead", [0, 3])
def test_who_is_appointed_while_a_sheet_waits_is_asked_on_the_first_day(year: Cast, role: str, ahead: int) -> None:
    waits_for(year, role)
    appoint(year, year.other, role, "産業振興課" if role in (Role.CONTRIBUTOR, Role.HEAD) else "", ahead=ahead)
    assert (recipients() == []) is bool(ahead)
    with shifted(timedelta(days=ahead)):
        sweep()
        sweep()
        assert set(recipients()) == {"other"}
        assert_asked(year.cycle)
        once = len(recipients())
        sweep()
        assert len(recipients()) == once
    assert AuditEntry.objects.filter(action="step.ask", actor_key=None).exists()


@pytest.mark.parametrize("role", [Role.HEAD, Role.REVIEWER, Role.APPROVER])
def test_a_proxy_named_while_a_sheet_waits_is_asked_when_it_begins(year: Cast, role: str) -> None:
    waits_for(year, role)
    principal = {Role.HEAD: year.head, Role.REVIEWER: year.reviewer2, Role.APPROVER: year.approver}[role]
    day = clock.today() + timedelta(days=2)
    named(year, principal, year.other, role, starts_on=day, ends_on=day)
    assert recipients() == []
    with shifted(timedelta(days=2)):
        sweep()
        assert set(recipients()) == {"other"}
        assert_asked(year.cycle)


def test_who_had_a_hand_in_it_is_not_asked(year: Cast) -> None:
    waits_for(year, Role.REVIEWER)
    appoint(year, year.contributor, Role.REVIEWER)
    assert recipients() == [], "they sent it"
    assert_asked(year.cycle)


def test_a_returned_sheet_stays_with_who_sent_it(year: Cast) -> None:
    review = year.submitted(1)
    year.submitted(2)
    settle_background()
    steps.return_to_department(user=year.reviewer2, review_id=review.pk, round=review.round, comment="見直し")
    settle_background()
    appoint(year, year.other, Role.CONTRIBUTOR, "産業振興課")
    assert recipients() == []
    Appointment.objects.filter(user=year.contributor).update(ends_on=clock.today() - timedelta(days=1))
    assert recipients() == ["colleague", "head", "other"], "the sender is gone: the department has it"


def test_a_sheet_taken_back_is_asked_of_newcomers_alone(year: Cast) -> None:
    review = year.submitted(1)
    steps.recall(user=year.contributor, review_id=review.pk)
    year.submitted(2)
    assert recipients() == []
    appoint(year, year.other, Role.CONTRIBUTOR, "産業振興課")
    assert recipients() == ["other"]


@pytest.mark.parametrize("opened_by", ["reviewer", "reviewer2"])
def test_the_sheets_of_one_department_without_anybody_fall_to_the_office_at_the_opening(
    cast: Cast, opened_by: str
) -> None:
    cycle = cast.draft(4, owners=("産業振興課", "農林水産課", "情報経営課"))
    for row in Appointment.objects.filter(department=cast.departments["農林水産課"]):
        posts.end(row, by=None, last_day=clock.today() - timedelta(days=1))
    steps.open_year(user=getattr(cast, opened_by), cycle_id=cycle.pk)
    settle_background()
    left = cast.sheet(2)
    fallen = Notification.objects.filter(event="StepAsked", asks__sheets=[left.pk])
    assert set(fallen.values_list("recipient__username", flat=True)) == {"reviewer", "reviewer2"}
    assert "人がいません" in fallen[0].title and left.measure_year.name in fallen[0].body
    assert_asked(cast.cycle or cycle)
    cycle.refresh_from_db()
    assert asking.ask_anew() == 0
    appoint(cast, cast.other, Role.HEAD, "農林水産課")
    assert "other" in recipients()


def test_what_is_closed_or_on_its_way_is_asked_of_nobody(year: Cast) -> None:
    appoint(year, year.other, Role.CONTRIBUTOR, "産業振興課")
    with shifted(timedelta(days=60)):
        assert asking.missing(year.cycle) == [], "after 締切 nobody may write"
    review = year.fill(year.sheet(1))
    steps.submit(user=year.contributor, review_id=review.pk)
    assert all(review.pk not in request.sheets for request in asking.missing(year.cycle))


@pytest.mark.parametrize("how", ["post", "proxy", "leaves"])
@pytest.mark.parametrize("role", [Role.CONTRIBUTOR, Role.HEAD, Role.APPROVER])
def test_whose_post_or_representation_ended_is_asked_no_more(year: Cast, role: str, how: str) -> None:
    if (role, how) == (Role.CONTRIBUTOR, "proxy"):
        return  # nobody represents a 担当者: colleagues of the department do
    waits_for(year, role)
    office = "" if role == Role.APPROVER else "産業振興課"
    principal = {Role.CONTRIBUTOR: year.contributor, Role.HEAD: year.head, Role.APPROVER: year.approver}[role]
    if how == "proxy":
        proxy = named(year, principal, year.other, role)
    else:
        appoint(year, year.other, role, office)
    settle_background()
    waiting = Notification.objects.filter(recipient=year.other, event="StepAsked", settled_at=None)
    assert waiting.exists()
    if how == "proxy":
        proxies.withdraw(user=principal, proxy_id=proxy.pk)
    elif how == "leaves":
        User.objects.filter(pk=year.other.pk).update(is_active=False)
    else:
        rows = Appointment.objects.filter(user=year.other, role=role, department__name=office or None)
        posts.end(rows.latest("pk"), by=year.administrator, last_day=clock.today() - timedelta(days=1))
    settle_background()
    assert not waiting.exists()
    assert_asked(Cycle.objects.get())


def test_a_new_approver_is_asked_for_the_year_s_decision_and_a_former_one_no_more(cast: Cast) -> None:
    cycle = cast.open(1)
    cast.approved(1)
    settle_background()
    appoint(cast, cast.other, Role.APPROVER)
    settle_background()
    settle_background()
    waiting = Notification.objects.filter(event="CycleReady", settled_at=None)
    who = ["approver", "approver2", "other"]
    assert list(waiting.order_by("recipient__username").values_list("recipient__username", flat=True)) == who
    posts.end(Appointment.objects.get(user=cast.other, role=Role.APPROVER), by=cast.administrator,
              last_day=clock.today() - timedelta(days=1))  # fmt: skip
    settle_background()
    assert list(waiting.order_by("recipient__username").values_list("recipient__username", flat=True)) == who[:2]
    steps.decide_year(user=cast.approver, cycle_id=cycle.pk)
    settle_background()
    assert not waiting.exists()
