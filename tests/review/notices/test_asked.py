"""Whoever must act is asked, and only they: with and without 所属長の確認, proxies, and people who are gone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from review import clock, permissions
from review.assessment.services.approval import TO_DEPARTMENT, TO_REVIEW
from review.domain.refusals import NotAllowed
from review.models import Appointment, Cycle, Decision, Notification, Role, Step, User
from review.people.services import people, proxies
from review.people.services.posts import Post
from tests.asked import assert_asked
from tests.cast import Cast, settle_background
from tests.review.acting import as_, words
from workflow import steps


def to_act(cast: Cast, event: str) -> set[str]:
    """Who is asked to act by the event, by user name, as far as it is still to be done."""
    rows = Notification.objects.filter(event=event, to_act=True, settled_at=None)
    return set(rows.values_list("recipient__username", flat=True))


def names(*users: User) -> set[str]:
    return {user.username for user in users}


def deputy(cast: Cast, principal: User, role: str, who: User) -> None:
    """`who` stands in for the principal for a month."""
    today = clock.today()
    department = cast.sheet().measure_year.owner_id if role == Role.HEAD else None
    proxies.name(
        user=principal,
        naming=proxies.Naming(
            principal=principal.pk,
            deputy=who.pk,
            post=Post(role=role, department=department),
            starts_on=today,
            ends_on=today + timedelta(days=30),
            reason="出張",
        ),
    )


@pytest.fixture
def endorsed(cast: Cast) -> Cast:
    """A year that asks for 所属長の確認."""
    cast.open(1)
    Cycle.objects.update(requires_endorsement=True)
    return cast


def test_the_head_is_asked_first_and_the_reviewers_after_the_endorsement(endorsed: Cast) -> None:
    review = endorsed.submitted(1)
    settle_background()
    assert to_act(endorsed, "ActualsSubmitted") == names(endorsed.head)
    assert_asked(endorsed.cycle)
    steps.endorse(user=endorsed.head, review_id=review.pk)
    settle_background()
    assert to_act(endorsed, "ActualsSubmitted") == set()
    assert to_act(endorsed, "SubmissionEndorsed") == names(endorsed.reviewer, endorsed.reviewer2)
    assert_asked(endorsed.cycle)


def test_a_proxy_is_asked_in_the_absent_persons_place(cast: Cast) -> None:
    cast.open(1)
    deputy(cast, cast.approver, Role.APPROVER, cast.other)
    cast.reviewed(1)
    settle_background()
    assert cast.other.username in to_act(cast, "SubmissionReviewed")
    assert_asked(cast.cycle)


def test_a_proxy_does_not_approve_their_own_departments_sheet(cast: Cast) -> None:
    cast.open(1)
    deputy(cast, cast.approver, Role.APPROVER, cast.head)
    review = cast.reviewed(1)
    settle_background()
    assert cast.head.username not in to_act(cast, "SubmissionReviewed")
    assert permissions.barred(cast.head, cast.plan.pk, [review.pk], Step.APPROVE) == {review.pk: True}
    with pytest.raises(NotAllowed):
        steps.approve(user=cast.head, review_id=review.pk, round=review.round)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR])
def test_who_decides_nothing_does_not_do_it_as_a_proxy_named_before(cast: Cast, role: str) -> None:
    cast.open(1)
    deputy(cast, cast.approver, Role.APPROVER, cast.other)
    people.appoint(by=cast.administrator, user_id=cast.other.pk, post=Post(role=role), starts_on=clock.today())
    review = cast.reviewed(1)
    assert not permissions.may_approve(User.objects.get(pk=cast.other.pk), review)
    with pytest.raises(NotAllowed):
        steps.approve(user=cast.other, review_id=review.pk, round=review.round)


@pytest.mark.parametrize("leaving", ["deputy", "principal"])
def test_both_are_told_when_a_representation_ends_because_one_leaves(cast: Cast, leaving: str) -> None:
    cast.open(1)
    deputy(cast, cast.approver, Role.APPROVER, cast.other)
    gone, stays = (cast.other, cast.approver) if leaving == "deputy" else (cast.approver, cast.other)
    people.deactivate(by=cast.administrator, user_id=gone.pk, reason="退職")
    settle_background()
    recipients = Notification.objects.filter(event="ProxyWithdrawn").values_list("recipient__username", flat=True)
    assert stays.username in recipients


def test_what_nobody_can_take_falls_to_the_office(cast: Cast) -> None:
    cast.open(1)
    review = cast.submitted(1)
    Appointment.objects.filter(department=review.measure_year.owner).update(
        starts_on=clock.today() - timedelta(days=9), ends_on=clock.today() - timedelta(days=1)
    )
    steps.return_to_department(user=cast.reviewer2, review_id=review.pk, round=review.round, comment="見直し")
    settle_background()
    assert cast.reviewer.username in to_act(cast, "SubmissionReturned")


def test_notices_are_settled_when_the_work_is_done_whoever_did_it(cast: Cast) -> None:
    cast.open(1)
    settle_background()
    assert cast.contributor.username in to_act(cast, "CycleOpened")
    review = cast.submitted(1)
    settle_background()
    assert to_act(cast, "CycleOpened") == set()
    assert to_act(cast, "ActualsSubmitted") == names(cast.reviewer, cast.reviewer2)
    review = steps.confirm(user=cast.reviewer2, review_id=review.pk, round=review.round)
    settle_background()
    assert to_act(cast, "ActualsSubmitted") == set()
    review = steps.return_from_approval(
        user=cast.approver, review_id=review.pk, round=review.round, to=TO_REVIEW, comment="確かめる"
    )
    settle_background()
    assert to_act(cast, "ApprovalReturned") == names(cast.reviewer, cast.reviewer2)
    steps.confirm(user=cast.reviewer2, review_id=review.pk, round=review.round)
    steps.approve(user=cast.approver, review_id=review.pk, round=review.round)
    settle_background()
    assert not Notification.objects.filter(to_act=True, settled_at=None).exclude(asks={}).exclude(asks__has_key="year")
    assert Decision.objects.filter(review=review).count() == 4


def test_a_return_to_the_department_asks_the_department_alone(cast: Cast) -> None:
    cast.open(1)
    review = cast.reviewed(1)
    steps.return_from_approval(
        user=cast.approver, review_id=review.pk, round=review.round, to=TO_DEPARTMENT, comment="直してください"
    )
    settle_background()
    assert to_act(cast, "ApprovalReturned") == set()
    assert to_act(cast, "SubmissionReturned") == names(cast.contributor)
    assert_asked(cast.cycle)


def test_where_nobody_can_be_asked_is_shown_before_opening_and_on_progress(cast: Cast) -> None:
    cycle = cast.open(1)
    owner = cast.sheet().measure_year.owner
    Appointment.objects.filter(department=owner).update(
        starts_on=clock.today() - timedelta(days=9), ends_on=clock.today() - timedelta(days=1)
    )
    User.objects.filter(pk=cast.approver.pk).update(email="")
    page = words(as_(cast.reviewer).get(f"/plans/dx/{cycle.fiscal_year}/progress/"))
    assert "担当者も所属長もいない部署" in page and owner.name in page
    assert "メールアドレスのない人" in page and str(cast.approver) in page
    assert "お知らせが届かないところ" not in words(as_(cast.other).get(f"/plans/dx/{cycle.fiscal_year}/progress/"))
    Cycle.objects.update(state="draft")
    assert owner.name in words(as_(cast.reviewer).get(f"/plans/dx/{cycle.fiscal_year}/open/"))
