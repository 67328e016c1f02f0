"""What a decided change does to the rows: from its 年度 on, never to a closed year, and as often as it is run."""

from __future__ import annotations

import pytest

from review import clock
from review.models import ChangeKind, CycleState, MeasureReview, MeasureYear, PlanChange
from review.plan.services import plan_effects
from review.plan.services.plan_proposals import Detail
from tests.cast import YEAR, Cast


@pytest.fixture
def cast(db: None) -> Cast:
    """A year of two 施策 under way, and the next year's row of the first."""
    cast = Cast.build()
    cast.open(2)
    year = cast.sheet(1).measure_year
    MeasureYear.objects.create(measure=year.measure, fiscal_year=YEAR + 1, name=year.name, owner=year.owner)
    return cast


def change_of(cast: Cast, kind: ChangeKind, detail: Detail, year: int = YEAR) -> PlanChange:
    return PlanChange.objects.create(
        plan=cast.plan, fiscal_year=year, kind=kind, measure=cast.sheet(1).measure_year.measure, detail=detail.as_data(),
        reason="再編", proposed_by=cast.reviewer, proposed_at=clock.now(), state="accepted", decided_by=cast.approver,
        decided_at=clock.now(),
    )  # fmt: skip


def names() -> dict[int, str]:
    return dict(MeasureYear.objects.filter(measure__code="01-01").values_list("fiscal_year", "name"))


def test_a_name_counts_from_its_year_on(cast: Cast) -> None:
    plan_effects.take_effect(change_of(cast, ChangeKind.EDIT, Detail(values={"name": "別の名前"}), YEAR + 1))
    assert names() == {YEAR: "見本の施策1", YEAR + 1: "別の名前"}


@pytest.mark.parametrize("state", plan_effects.CLOSED)
def test_a_closed_year_is_not_touched(cast: Cast, state: CycleState) -> None:
    cast.cycle.state = state
    change = change_of(cast, ChangeKind.EDIT, Detail(values={"name": "別の名前"}))
    type(cast.cycle).objects.filter(pk=cast.cycle.pk).update(state=state, published_at=clock.now())
    assert plan_effects.closed_years(change) == [YEAR]
    plan_effects.take_effect(change)
    assert names() == {YEAR: "見本の施策1", YEAR + 1: "別の名前"}


def test_an_open_form_does_not_write_over_the_change(cast: Cast) -> None:
    before = cast.sheet(1).version
    plan_effects.take_effect(
        change_of(cast, ChangeKind.EDIT, Detail(values={"owner": str(cast.departments["農林水産課"].pk)}))
    )
    assert cast.sheet(1).version == before + 1
    assert cast.sheet(1).measure_year.owner.name == "農林水産課"
    assert MeasureReview.objects.get(pk=cast.sheet(2).pk).measure_year.owner.name == "産業振興課"


def test_a_year_drafted_later_is_named_as_decided_however_often_it_is_run(cast: Cast) -> None:
    change_of(cast, ChangeKind.EDIT, Detail(values={"name": "別の名前"}))
    change_of(cast, ChangeKind.EDIT, Detail(values={"owner": str(cast.departments["農林水産課"].pk)}))
    for _ in range(2):
        plan_effects.carry_on(cast.cycle)
        assert names() == {YEAR: "別の名前", YEAR + 1: "別の名前"}
        assert cast.sheet(1).measure_year.owner.name == "農林水産課"


def test_an_ended_measure_is_led_out_of_the_year(cast: Cast) -> None:
    effects = plan_effects.take_effect(change_of(cast, ChangeKind.END, Detail()))
    assert [one.pk for one in effects.lead_out] == [cast.sheet(1).pk] and not effects.begin
