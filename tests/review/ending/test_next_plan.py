"""次期計画: taken over from the ended one, with last year's values, trends and checks going on over both."""

from __future__ import annotations

import pytest
from django.urls import reverse

from review import permissions, queries
from review.books.services.snapshot import snapshot_of
from review.domain.refusals import AlreadyDecided, Invalid, NotAllowed
from review.ending.services import next_plan
from review.ending.services.next_plan import NextPlan
from review.models import Cycle, IndicatorYear, Job, Measure, MeasureReview, Plan, User
from review.year.services import cycles
from tests.cast import YEAR, Cast, settle_background
from tests.remembered import remembered
from tests.review.acting import words
from tests.review.ending.test_last_year import ended, signed_in
from workflow import steps

pytestmark = pytest.mark.django_db
NEXT = YEAR + 1


def wish(old: Plan, **more: object) -> NextPlan:
    codes = {measure.pk: f"N-{measure.code}" for measure in old.measures.all()}
    given = {"name": "第2期DX推進計画", "short_name": "dx2", "first_year": NEXT, "last_year": NEXT + 3, "codes": codes}
    return NextPlan(**{**given, **more})  # type: ignore[arg-type]


@remembered
def begun(cast: Cast) -> Cycle:
    """The next plan's first year, opened, with its targets in."""
    old = ended(cast)
    new = next_plan.make(user=cast.reviewer2, plan_id=old.pk, wish=wish(old))
    cycle = Cycle.objects.get(plan=new)
    IndicatorYear.objects.filter(indicator__measure__plan=new).update(target="150件")
    before = Cycle.objects.get(plan=old)
    assert before.due_at and before.closes_at
    deadlines = cycles.Deadlines(due_at=before.due_at, closes_at=before.closes_at)
    cycles.set_deadlines(user=cast.reviewer2, cycle_id=cycle.pk, deadlines=deadlines)
    steps.open_year(user=cast.reviewer2, cycle_id=cycle.pk)
    settle_background()
    return Cycle.objects.select_related("plan").get(pk=cycle.pk)


def test_the_form_shows_what_comes_of_it_and_then_makes_the_plan_and_its_first_year(cast: Cast) -> None:
    old = ended(cast, 2)
    first, second = old.measures.order_by("code")
    client = signed_in(cast, "reviewer2")
    address = reverse("meguri:next_plan", args=[old.short_name])
    assert address in client.get(reverse("meguri:plan_end", args=[old.short_name])).content.decode()
    typed = {"name": "第2期", "short_name": "dx2", "first_year": NEXT, "last_year": NEXT + 3}
    left = first.indicators.get(number=1).pk
    typed |= {f"code_{first.pk}": "A-1", f"left_{first.pk}": [left], f"code_{second.pk}": ""}
    page = client.post(address, typed).content.decode()
    assert (
        "施策1件を" in page and "引き継がない施策は1件" in page and not Plan.objects.filter(short_name="dx2").exists()
    )
    client.post(address, {**typed, "sure": "1"})
    new = Plan.objects.get(short_name="dx2")
    made = Measure.objects.get(plan=new)
    assert new.continues == old and (new.office, new.body) == (old.office, old.body)
    assert (made.code, made.continues) == ("A-1", first) and made.field.name == first.field.name
    goal = made.indicators.get()
    assert goal.continues == first.indicators.get(number=2) and goal.defined_at and goal.unit == "件"
    assert [(row.fiscal_year, row.target) for row in goal.years.all()] == [(NEXT, "")]
    assert Cycle.objects.get(plan=new).state == "draft"
    assert Cycle.objects.get(plan=new).scale == Cycle.objects.get(plan=old).scale
    assert "第2期" in client.get(reverse("meguri:plan_end", args=[old.short_name])).content.decode()


def test_last_years_value_trend_and_checks_go_on_over_both_plans(cast: Cast) -> None:
    cycle = begun(cast)
    review = MeasureReview.objects.get(cycle=cycle)
    story = queries.indicator_history(review)
    assert [(row.fiscal_year, row.actual) for row in story[1]][-2:] == [(YEAR, "120件"), (NEXT, "")]
    cast.fill(review, "900件")
    row = IndicatorYear.objects.get(indicator__measure__plan=cycle.plan, indicator__number=1, fiscal_year=NEXT)
    assert row.status == "achieved" and "jump" in row.flags and "120" in row.reading["notes"][0]["sentence"]
    page = signed_in(cast, "contributor").get(reverse("meguri:sheet", args=[review.pk])).content.decode()
    assert "令和6年度" in page and "120件" in page


def test_targets_of_the_former_plan_are_none_of_the_new_ones(cast: Cast) -> None:
    """The new plan has targets for its last year alone: its goals are judged by progress although the old ones had one
    each year."""
    cycle = begun(cast)
    goals = IndicatorYear.objects.filter(indicator__measure__plan=cycle.plan, indicator__number=1)
    goals.update(target="")
    goal = goals.get().indicator
    IndicatorYear.objects.create(indicator=goal, fiscal_year=NEXT + 3, name="利用件数", target="200件")
    type(goal).objects.filter(pk=goal.pk).update(baseline="100件")
    cast.fill(MeasureReview.objects.get(cycle=cycle), "150件")
    assert (goals.get(fiscal_year=NEXT).rate_text, goals.get(fiscal_year=NEXT).status) == (
        "進捗率 50.0%",
        "not_applicable",
    )


def test_the_sheets_seal_holds_the_former_plans_values(cast: Cast) -> None:
    cycle = begun(cast)
    review = cast.fill(MeasureReview.objects.get(cycle=cycle), "160件")
    review = steps.submit(user=cast.contributor, review_id=review.pk)
    IndicatorYear.objects.filter(indicator__measure__plan=cycle.plan.continues, fiscal_year=YEAR).update(actual="1件")
    from review.domain.refusals import Changed

    with pytest.raises(Changed):
        steps.confirm(user=cast.reviewer2, review_id=review.pk, round=review.round)


def test_the_next_plans_first_year_is_published(cast: Cast) -> None:
    cycle = begun(cast)
    review = cast.fill(MeasureReview.objects.get(cycle=cycle), "160件")
    review = steps.submit(user=cast.contributor, review_id=review.pk)
    review = steps.confirm(user=cast.reviewer2, review_id=review.pk, round=review.round)
    steps.approve(user=cast.approver, review_id=review.pk, round=review.round)
    settle_background()
    steps.decide_year(user=cast.approver, cycle_id=cycle.pk)
    settle_background()
    snapshot = snapshot_of(Cycle.objects.get(pk=cycle.pk))
    assert snapshot["years"] == [NEXT, NEXT + 1, NEXT + 2, NEXT + 3]
    public = signed_in(cast, "auditor").get(reverse("publication:measure", args=["dx2", NEXT, "N-01-01"]))
    assert public.status_code == 200 and "120件" in public.content.decode()
    assert not Job.objects.filter(state="failed").exists()
    for name in ("data.json", "indicators.csv"):
        assert signed_in(cast, "auditor").get(reverse("publication:data", args=["dx2", NEXT, name])).status_code == 200
    page = signed_in(cast, "auditor").get(reverse("publication:goal", args=["dx2", NEXT, "N-01-01", 1]))
    text, old = words(page), cycle.plan.continues
    assert f"令和6年度までは、前の計画「{old.name}」の「01-01 成果目標①」の値です。" in text
    assert f"令和6年度 {old.name}" in text, "the table says whose year it was"
    assert reverse("publication:goal", args=[old.short_name, YEAR, "01-01", 1]) in page.content.decode()
    drawn = signed_in(cast, "auditor").get(
        reverse("publication:goal_file", args=["dx2", NEXT, "N-01-01", 1, "chart.svg"])
    )
    assert "令和6" in drawn.content.decode() and old.name in drawn.content.decode()
    run = reverse("publication:run", args=["dx2", "N-01-01"])
    assert signed_in(cast, "auditor").get(run).status_code == 200


def test_a_plan_is_continued_once_and_by_its_reviewers(cast: Cast) -> None:
    old = ended(cast)
    with pytest.raises(NotAllowed):
        next_plan.make(user=cast.administrator, plan_id=old.pk, wish=wish(old))
    next_plan.make(user=cast.reviewer2, plan_id=old.pk, wish=wish(old))
    with pytest.raises(AlreadyDecided, match="第2期"):
        next_plan.make(user=cast.reviewer2, plan_id=old.pk, wish=wish(old, name="第3期", short_name="dx3"))


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"first_year": YEAR}, "first_year"),
        ({"last_year": NEXT + 40}, "last_year"),
        ({"short_name": "plan new"}, "short_name"),
        ({"name": "DX推進計画"}, "name"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(cast: Cast, more: dict[str, object], field: str) -> None:
    old = ended(cast)
    with pytest.raises(Invalid) as refusal:
        next_plan.make(user=cast.reviewer2, plan_id=old.pk, wish=wish(old, **more))
    assert set(refusal.value.fields) == {field} and Plan.objects.count() == 1


def test_two_measures_cannot_have_one_code_and_none_is_no_plan(cast: Cast) -> None:
    old = ended(cast, 2)
    both = {measure.pk: "1" for measure in old.measures.all()}
    assert len(next_plan.problems_of(old, wish(old, codes=both))) == 2
    assert len(next_plan.problems_of(old, wish(old, codes=dict.fromkeys(both, "")))) == 1


def test_before_the_last_publication_there_is_no_next_plan(cast: Cast) -> None:
    cast.open(1)
    old = Plan.objects.get()
    with pytest.raises(Invalid, match="公表のあと"):
        next_plan.make(user=cast.reviewer2, plan_id=old.pk, wish=wish(old))


def test_a_plan_that_begins_later_gets_its_first_year_when_the_office_wants_it(cast: Cast) -> None:
    old = ended(cast)
    new = next_plan.make(user=cast.reviewer2, plan_id=old.pk, wish=wish(old, first_year=2099, last_year=2102))
    assert not Cycle.objects.filter(plan=new).exists()
    address = reverse("meguri:first_year", args=["dx2"])
    client = signed_in(cast, "reviewer2")
    assert address in client.get(reverse("meguri:plan_end", args=[old.short_name])).content.decode()
    assert client.get(address).status_code == 200
    client.post(address, {"fiscal_year": "2099"})
    assert Cycle.objects.get(plan=new).fiscal_year == 2099


def test_while_nobody_reviews_the_administrator_makes_it(cast: Cast) -> None:
    old = ended(cast)
    for who in ("reviewer", "reviewer2"):
        cast.people[who].appointments.filter(role="reviewer").delete()
    administrator = User.objects.get(pk=cast.administrator.pk)
    assert permissions.may_change_plan(administrator)
    assert next_plan.make(user=administrator, plan_id=old.pk, wish=wish(old)).continues == old
