"""Whether a file belongs to the plan, and whether it is the whole of it."""

from review.domain.forms.as_document import Known
from review.domain.sheet import IndicatorBlock, IndicatorCell, PlanDocument, Sheet
from review.plan.services import file_doubts


def sheet(code: str, name: str, owner: str = "市民課", target: str = "5件") -> Sheet:
    cell = IndicatorCell(fiscal_year=2024, name="件数", target=target)
    return Sheet(code=code, name=name, owner=owner, indicators=(IndicatorBlock(number=1, years=(cell,)),))


def codes(*sheets: Sheet, known: dict[str, str] | None = None, offices: tuple[str, ...] = ()) -> list[str]:
    document = PlanDocument(years=(2024,), sheets=sheets)
    return [one.code for one in file_doubts.doubts(document, Known(codes=known or {}), offices)]


def test_a_file_that_fits_gives_no_doubt() -> None:
    assert codes(sheet("1", "窓口")) == []
    assert codes(sheet("1", "窓口"), known={"窓口": "1"}, offices=("市民課",)) == []


def test_names_that_the_plan_has_none_of_and_names_that_the_file_lacks() -> None:
    assert codes(sheet("1", "港"), known={"窓口": "1"}) == ["other_plan"]
    assert codes(sheet("1", "窓口"), known={"窓口": "1", "予約": "2"}) == ["measures_missing"]


def test_departments_of_which_none_is_known() -> None:
    strangers = [sheet(str(n), f"施策{n}", owner=f"第{n}課") for n in range(3)]
    assert codes(*strangers, offices=("市民課",)) == ["other_city"]
    assert codes(*strangers, offices=("第1課",)) == [] == codes(*strangers[:2], offices=("市民課",))


def test_measures_without_goals_and_goals_without_targets() -> None:
    assert codes(Sheet(code="1", name="窓口", owner="市民課")) == ["no_goal"]
    assert codes(sheet("1", "窓口", target="")) == ["no_target"]
