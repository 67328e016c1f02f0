"""体系: three levels, who may change it, what is refused, and what an import proposes."""

from __future__ import annotations

import pytest

from review.books.services.snapshot import snapshot_of
from review.domain.refusals import Invalid, NotAllowed
from review.domain.sheet import Sheet
from review.models import Measure, PlanField
from review.plan.services import structure
from review.plan.services.structure import Place
from tests.cast import YEAR, Cast
from tests.review.acting import as_

pytestmark = pytest.mark.django_db


def three_levels(cast: Cast) -> list[Place]:
    (first,) = structure.places(cast.plan)
    return [
        Place(pk=first.pk, number="1", name="しごとをつくる", order=1),
        Place(pk=None, number="1-1", name="企業の誘致", order=2, parent=0),
        Place(pk=None, number="(1)", name="用地", order=3, parent=1),
    ]


def saved(cast: Cast, rows: list[Place], place: int = 0, reason: str = "") -> None:
    homes = dict.fromkeys(Measure.objects.values_list("pk", flat=True), place)
    structure.save(user=cast.reviewer, plan_id=cast.plan.pk, rows=rows, homes=homes, reason=reason)


def test_a_measure_in_the_third_level_is_shown_with_its_way_and_counted_in_the_first(cast: Cast) -> None:
    cycle = cast.draft(1)
    saved(cast, three_levels(cast), place=2)
    assert Measure.objects.get().field.label == "1 しごとをつくる > 1-1 企業の誘致 > (1) 用地"
    cast.cycle = cycle
    from workflow import steps

    steps.open_year(user=cast.reviewer2, cycle_id=cycle.pk)
    from tests.cast import settle_background

    settle_background()
    (row,) = snapshot_of(cycle)["measures"]
    assert row["field"] == {"number": "1", "name": "しごとをつくる"}
    assert [one["number"] for one in row["path"]] == ["1", "1-1", "(1)"]
    page = as_(cast.reviewer).get(f"/plans/dx/{YEAR}/board/")
    assert page.status_code == 200


def test_a_ring_a_fourth_level_a_number_twice_and_a_place_in_use_are_refused_by_line(cast: Cast) -> None:
    cast.draft(1)
    rows = three_levels(cast)
    cases = [
        ([*rows, Place(pk=None, number="x", name="深い", parent=2)], "parent-3"),
        ([Place(pk=rows[0].pk, number="1", name="輪", parent=1), *rows[1:]], "parent-0"),
        ([*rows, Place(pk=None, number="1", name="二つ目")], "number-0"),
        ([Place(pk=rows[0].pk, number="", name=""), *rows[1:]], "number-0"),
    ]
    for wrong, field in cases:
        with pytest.raises(Invalid) as refusal:
            saved(cast, wrong)
        assert field in refusal.value.fields


def test_only_a_reviewer_changes_it_and_an_open_year_asks_for_the_reason(cast: Cast) -> None:
    cast.open(1)
    with pytest.raises(NotAllowed):
        structure.save(user=cast.approver, plan_id=cast.plan.pk, rows=[], homes={})
    with pytest.raises(Invalid) as refusal:
        saved(cast, three_levels(cast))
    assert list(refusal.value.fields) == ["reason"]
    saved(cast, three_levels(cast), reason="組み替えのため")
    assert PlanField.objects.count() == 3


def test_the_page_saves_what_was_typed(cast: Cast) -> None:
    cast.draft(1)
    client, address = as_(cast.reviewer), f"/plans/dx/{YEAR}/structure/"
    assert client.get(address).status_code == 200
    lines = [("1", "01", "しごと", ""), ("2", "01-1", "企業", "0"), ("3", "", "", ""), ("4", "", "", "")]
    sent = {
        f"{part}-{n}": line[i]
        for n, line in enumerate(lines)
        for i, part in enumerate(("order", "number", "name", "parent"))
    }
    sent[f"home-{Measure.objects.get().pk}"] = "0"
    assert client.post(address, sent).status_code == 303
    assert [one.label for one in structure.places(cast.plan)] == ["01 しごと", "01 しごと > 01-1 企業"]


def test_an_import_proposes_the_place_that_the_code_seems_to_name_and_asks(cast: Cast) -> None:
    cast.draft(1)
    sheet = Sheet(code="2-(1)-3", name="x", owner="y")
    field, doubt = structure.proposed_place(cast.plan, sheet)
    assert (field.number, doubt and doubt.code) == ("2-(1)", "field_proposed")
    assert structure.proposed_place(cast.plan, sheet) == (field, None)
    named = Sheet(code="甲", name="x", owner="y", group=(("A", "上"), ("A1", "下")))
    assert structure.proposed_place(cast.plan, named)[0].label == "A 上 > A1 下"
