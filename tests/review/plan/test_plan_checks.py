"""Why a change of the plan is impossible: the field and the sentence, for each kind."""

from __future__ import annotations

import pytest

from review.models import ChangeKind, Measure
from review.plan.services.plan_checks import problems_of
from review.plan.services.plan_proposals import Detail, Part, Proposal
from tests.cast import YEAR, Cast, settle_background
from workflow import steps

KIND = ChangeKind
LONG = "長" * 201


@pytest.fixture
def cast(db: None) -> Cast:
    """A year of two 施策 with two 成果目標 each, drafted."""
    cast = Cast.build()
    cast.draft(2)
    return cast


def problems(
    cast: Cast, kind: ChangeKind, detail: Detail, *, year: int = YEAR, code: str = "01-01", reason: str = "再編"
) -> dict[str, str]:
    measure = Measure.objects.get(code=code).pk if code else None
    assert cast.plan
    return problems_of(
        Proposal(plan=cast.plan.pk, fiscal_year=year, kind=kind, measure=measure, detail=detail, reason=reason)
    )  # fmt: skip


def part(
    cast: Cast, code: str = "01-09", name: str = "新しい施策", owner: int | None = None, takes: tuple[int, ...] = ()
) -> Part:
    return Part(code=code, name=name, owner=owner or cast.departments["市民課"].pk, field=cast.plan.fields.get().pk, takes=takes)  # fmt: skip


def test_what_is_possible_has_no_problem(cast: Cast) -> None:
    other = Measure.objects.get(code="01-02").pk
    for kind, detail in [
        (KIND.EDIT, Detail(values={"name": "別の名前"})), (KIND.EDIT, Detail(values={"owner": str(cast.departments["市民課"].pk)})),
        (KIND.SPLIT, Detail(parts=(part(cast, takes=(2,)),))), (KIND.MERGE, Detail(others=(other,))), (KIND.END, Detail()),
    ]:  # fmt: skip
        assert problems(cast, kind, detail) == {}, kind
    assert problems(cast, KIND.ADD, Detail(parts=(part(cast),)), code="") == {}


@pytest.mark.parametrize(
    ("kind", "detail", "field"),
    [
        (KIND.EDIT, Detail(values={"name": " "}), "name"),
        (KIND.EDIT, Detail(values={"name": LONG}), "name"),
        (KIND.EDIT, Detail(values={"owner": str(987654)}), "owner"),
        (KIND.SPLIT, Detail(), "code"),
        (KIND.MERGE, Detail(), "others"),
        (KIND.EDIT, Detail(), "name"),
        (KIND.EDIT, Detail(values={"goal:+1:name": "甲" * 301}), "goal:+1:name"),
        (KIND.EDIT, Detail(values={"goal:9:end": True}), "goal:9:end"),
        (KIND.EDIT, Detail(values={"row:9:name": "甲"}), "row:9:name"),
    ],
)
def test_what_is_missing_is_named_at_its_field(cast: Cast, kind: ChangeKind, detail: Detail, field: str) -> None:
    assert list(problems(cast, kind, detail)) == [field]


def test_new_measures_need_an_id_of_their_own(cast: Cast) -> None:
    parts = (part(cast, "01-01"), part(cast, "1" * 21), part(cast, "01-08", name="", owner=987654))
    assert list(problems(cast, KIND.ADD, Detail(parts=parts), code="")) == ["code", "code2", "name3", "owner3"]
    twice = problems(cast, KIND.ADD, Detail(parts=(part(cast), part(cast))), code="")
    assert list(twice) == ["code", "code2"]


def test_a_goal_moves_to_one_new_measure_only(cast: Cast) -> None:
    parts = (part(cast, "01-08", takes=(1,)), part(cast, "01-09", takes=(1,)))
    assert list(problems(cast, KIND.SPLIT, Detail(parts=parts))) == ["takes"]


def test_a_change_needs_a_reason_a_measure_and_an_open_year(cast: Cast) -> None:
    name = Detail(values={"name": "別の名前"})
    assert list(problems(cast, KIND.EDIT, name, reason=" ")) == ["reason"]
    assert list(problems(cast, KIND.EDIT, name, code="")) == ["measure"]
    assert list(problems(cast, KIND.EDIT, name, year=2031)) == ["fiscal_year"]


def test_a_sheet_that_was_sent_is_not_changed_under_its_readers(cast: Cast) -> None:
    steps.open_year(user=cast.reviewer2, cycle_id=cast.cycle.pk)
    settle_background()
    cast.submitted(1)
    assert "01-01" in problems(cast, KIND.EDIT, Detail(values={"name": "別の名前"}))["fiscal_year"]
    assert problems(cast, KIND.EDIT, Detail(values={"name": "別の名前"}), code="01-02") == {}
