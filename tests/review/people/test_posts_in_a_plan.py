"""確認者 and 承認者 of one plan: appointed from its page, transferred and listed with it, and nobody special elsewhere."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse

from review import clock, permissions
from review.assessment.services import assessment
from review.domain.people_list import Line
from review.domain.refusals import Invalid
from review.models import Appointment, Plan, Role, User
from review.models.sheet import ReviewState
from review.people.services import handover, people, people_import, posts
from review.people.services.people_import import ADD, EVERY_PLAN, TRANSFER
from review.people.services.posts import Post
from review.screens.views import chrome
from tests.cast import Cast
from tests.review.acting import as_, words


def second_plan() -> Plan:
    return Plan.objects.create(short_name="kpi", name="総合計画", city="見本市", first_year=2022, last_year=2025)


def somebody(name: str = "new", *, role: str = "", plan: Plan | None = None) -> User:
    user = User.objects.create_user(username=name, display_name=f"新任 {name}")
    if role:
        Appointment.objects.create(user=user, role=role, plan=plan, starts_on=date(2024, 4, 1))
    return user


def listed(user: User, role: str, plan: str = "") -> list[Line]:
    return [Line(number=2, username=user.username, display_name=user.display_name, role=role, plan=plan)]


# --- by the plan's page, by the form, by transfer ---


def test_the_plans_page_lists_its_people_and_lets_the_administrator_appoint_there(cast: Cast) -> None:
    cast.draft(1)
    plan, user, client = second_plan(), somebody(), as_(cast.administrator)
    page, form = reverse("meguri:plan", args=["kpi"]), reverse("meguri:plan_appoint", args=["kpi"])
    assert form in client.get(page).content.decode() and form not in as_(cast.reviewer2).get(page).content.decode()
    assert client.get(form).status_code == 200 and as_(cast.reviewer2).get(form).status_code == 403
    sent = {"user": user.pk, "role": "reviewer", "starts_on": clock.today().isoformat()}
    assert client.post(form, sent).status_code == 303
    assert posts.held(user, clock.today()) == {Post(role="reviewer", plan=plan.pk)}
    shown = words(client.get(page))
    assert str(user) in shown and "すべての計画" in shown
    assert str(user) not in words(client.get(reverse("meguri:plan", args=["dx"])))
    assert client.post(form, sent).status_code == 422


def test_a_transfer_ends_the_post_in_one_plan_and_begins_it_in_another(cast: Cast) -> None:
    dx, kpi = cast.draft(1).plan, second_plan()
    user, day = somebody(role="reviewer", plan=dx), clock.today() + timedelta(days=30)
    somebody("stays", role="reviewer", plan=dx)
    people.transfer(by=cast.administrator, user_id=user.pk, day=day, to=[Post(role="reviewer", plan=kpi.pk)])
    assert posts.held(user, clock.today()) == {Post(role="reviewer", plan=dx.pk)}
    assert posts.held(user, day) == {Post(role="reviewer", plan=kpi.pk)}
    form = reverse("meguri:transfer", args=[user.pk])
    sent = {"day": day.isoformat(), "role": "auditor", "plan": kpi.pk}
    assert "計画を選べるのは" in words(as_(cast.administrator).post(form, sent))


def test_what_the_sign_in_provider_says_makes_nobody_reviewer_of_every_plan(cast: Cast) -> None:
    dx = cast.draft(1).plan
    user = somebody(role="reviewer", plan=dx)
    assert posts.replace(user=user, posts=[Post(role="reviewer")], by=None) is False
    assert posts.held(user, clock.today()) == {Post(role="reviewer", plan=dx.pk)}


# --- by a list ---


def test_a_list_without_the_column_means_the_one_plan(cast: Cast) -> None:
    dx, user = cast.draft(1).plan, somebody()
    people_import.apply(by=cast.administrator, lines=listed(user, "確認者"), way=ADD, day=clock.today())
    assert posts.held(user, clock.today()) == {Post(role="reviewer", plan=dx.pk)}
    again = people_import.preview(listed(user, "確認者"), way=ADD, day=clock.today())
    assert again.fits and again.rows[0].does == ()


@pytest.mark.parametrize(
    ("role", "plan", "sentence"),
    [
        ("確認者", "", "計画が複数あります"),
        ("承認者", "別の計画", "「別の計画」という計画はありません。「dx」、「kpi」のどれか"),
        ("監査", "kpi", "計画を選べるのは、確認者と承認者だけ"),
    ],
)
def test_a_line_whose_plan_is_not_clear_is_refused_in_words(cast: Cast, role: str, plan: str, sentence: str) -> None:
    cast.draft(1)
    second_plan()
    shown = people_import.preview(listed(somebody(), role, plan), way=ADD, day=clock.today())
    assert any("計画の列" in why and sentence in why for why in shown.rows[0].problems), shown.rows[0].problems


@pytest.mark.parametrize("written", ["kpi", "ＫＰＩ", "総合計画"])
def test_a_plan_is_named_in_a_list_by_either_name(cast: Cast, written: str) -> None:
    cast.draft(1)
    kpi, user = second_plan(), somebody()
    people_import.apply(by=cast.administrator, lines=listed(user, "承認者", written), way=ADD, day=clock.today())
    assert posts.held(user, clock.today()) == {Post(role="approver", plan=kpi.pk)}


def test_a_list_may_say_every_plan_and_a_transfer_takes_one_out_of_every_plan(cast: Cast) -> None:
    cast.draft(1)
    kpi, user, today = second_plan(), somebody(), clock.today()
    people_import.apply(by=cast.administrator, lines=listed(user, "確認者", EVERY_PLAN), way=ADD, day=today)
    assert posts.held(user, today) == {Post(role="reviewer")}
    assert people_import.preview(listed(user, "確認者", "kpi"), way=ADD, day=today).rows[0].does == ()
    day = today + timedelta(days=10)
    people_import.apply(by=cast.administrator, lines=listed(user, "確認者", "kpi"), way=TRANSFER, day=day)
    assert posts.held(user, day) == {Post(role="reviewer", plan=kpi.pk)}


# --- what counts in a plan ---


def test_the_menu_counts_the_work_of_ones_own_plans(cast: Cast) -> None:
    cycle, kpi = cast.open(1), second_plan()
    cycle.reviews.update(state=ReviewState.SUBMITTED, round=1)
    mine, other = somebody("mine", role="reviewer", plan=cycle.plan), somebody("kpi1", role="reviewer", plan=kpi)
    assert [chrome.counts_of(user)["to_review"] for user in (mine, other, cast.reviewer2)] == [1, 0, 1]
    cycle.reviews.update(state=ReviewState.REVIEWED, round=1)
    mine, other = somebody("m2", role="approver", plan=cycle.plan), somebody("o2", role="approver", plan=kpi)
    assert [chrome.counts_of(user)["to_approve"] for user in (mine, other, cast.approver)] == [1, 0, 1]


def test_the_years_shown_are_those_one_looks_after(cast: Cast) -> None:
    cast.draft(1)
    other = somebody(role="reviewer", plan=second_plan())
    assert "DX推進計画" not in words(as_(other).get("/cycles/"))
    assert "DX推進計画" in words(as_(cast.reviewer2).get("/cycles/"))


def test_a_claim_and_a_handed_over_claim_need_the_post_in_the_sheets_plan(cast: Cast) -> None:
    cycle = cast.open(1)
    cycle.reviews.update(state=ReviewState.SUBMITTED, round=1)
    sheet, other = cast.sheet(1), somebody(role="reviewer", plan=second_plan())
    assessment.claim(user=other, review_id=sheet.pk)
    assert cast.sheet(1).claimed_by is None
    assessment.claim(user=cast.reviewer, review_id=sheet.pk)
    assert cast.sheet(1).claimed_by == cast.reviewer
    assert other not in handover.candidates(cast.sheet(1), leaving=cast.reviewer)


def test_nobody_is_left_without_a_reviewer_in_a_plan(cast: Cast) -> None:
    dx, kpi = cast.draft(1).plan, second_plan()
    Appointment.objects.filter(role=Role.REVIEWER).update(plan=dx)
    alone = somebody(role="reviewer", plan=kpi)
    post = Appointment.objects.get(user=alone)
    with pytest.raises(Invalid) as refusal:
        people.end_post(by=cast.administrator, appointment_id=post.pk, last_day=clock.today())
    assert "総合計画" in refusal.value.fields["last_day"]


def test_a_reviewer_of_one_plan_names_no_proxy_for_who_decides_in_another(cast: Cast) -> None:
    dx, kpi = cast.draft(1).plan, second_plan()
    mine, theirs = somebody("mine", role="reviewer", plan=dx), somebody("theirs", role="approver", plan=kpi)
    own = somebody("own", role="approver", plan=dx)
    assert permissions.may_name_proxy(mine, own) and not permissions.may_name_proxy(mine, theirs)
    assert not permissions.may_name_proxy(mine, cast.approver), "who approves in every plan"
    assert permissions.may_name_proxy(cast.reviewer, theirs) and permissions.may_name_proxy(theirs, theirs)
    assert permissions.may_name_proxy(mine, cast.head)
