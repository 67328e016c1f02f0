"""Two frozen editions side by side, and one 施策 through the years of its plan. Asks the database nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from review.books.services import editions
from review.books.services.editions import Row, Snapshot
from review.domain import correction_items, course
from review.domain.measure_codes import sort_key
from review.domain.notation import renamed
from review.item_words import correctable_label
from review.reader_words import goal_label, with_words


@dataclass(frozen=True, kw_only=True)
class Side:
    """One 成果目標 in one edition, in that edition's own 年度."""

    name: str = ""
    target: str = ""
    actual: str = ""
    rate_text: str = ""
    grade: str = ""
    words: str = ""
    shape: str = ""


@dataclass(frozen=True, kw_only=True)
class IndicatorRow:
    """One 成果目標 on both sides; `renamed` says that its definition differs, so that its values are no course."""

    label: str
    left: Side
    right: Side

    @property
    def sides(self) -> tuple[Side, Side]:
        return self.left, self.right

    @property
    def differs(self) -> bool:
        return self.left != self.right

    @property
    def renamed(self) -> bool:
        return renamed(self.left.name, self.right.name)


@dataclass(frozen=True, kw_only=True)
class MeasureRow:
    """One 施策 on both sides. `there`: whether each side has it. `other`: whether anything else of it differs; `lines`: what of
    that was typed, each item with its words on either side."""

    code: str
    name: str
    there: tuple[bool, bool]
    grades: tuple[str, str]
    outcomes: tuple[str, str]
    indicators: tuple[IndicatorRow, ...]
    other: bool
    lines: tuple[tuple[str, str, str], ...] = ()

    @property
    def differs(self) -> bool:
        """Whether the two editions say anything different of it."""
        return (
            self.other
            or self.grades[0] != self.grades[1]
            or self.outcomes[0] != self.outcomes[1]
            or self.there[0] != self.there[1]
            or any(one.differs for one in self.indicators)
        )


def side_by_side(left: Snapshot, right: Snapshot) -> list[MeasureRow]:
    """Every 施策 of either, by its ID."""
    first, second = ({row["code"]: with_words(row, one) for row in one["measures"]} for one in (left, right))
    years = left["fiscal_year"], right["fiscal_year"]
    return [
        _measure(code, first.get(code), second.get(code), years)
        for code in sorted(first.keys() | second.keys(), key=sort_key)
    ]


def differing(left: Snapshot, right: Snapshot) -> list[MeasureRow]:
    """Of two editions of one year the 施策 that differ: what is equal as it was frozen is not looked at."""
    if left["scale"] != right["scale"]:
        return [row for row in side_by_side(left, right) if row.differs]
    known = {row["code"]: row for row in left["measures"]}
    there = {row["code"]: row for row in right["measures"]}
    codes = {code for code in known.keys() | there.keys() if known.get(code) != there.get(code)}
    some = ({**one, "measures": [row for row in one["measures"] if row["code"] in codes]} for one in (left, right))
    return [row for row in side_by_side(*some) if row.differs]


def _measure(code: str, left: Row | None, right: Row | None, years: tuple[int, int]) -> MeasureRow:
    sides = (left or {}), (right or {})
    numbers = sorted({one["number"] for side in sides for one in side.get("indicators", ())})
    return MeasureRow(
        code=code,
        name=(right or left or {})["name"],
        there=(left is not None, right is not None),
        grades=(_overall(sides[0]), _overall(sides[1])),
        outcomes=(sides[0].get("outcome", ""), sides[1].get("outcome", "")),
        indicators=tuple(
            IndicatorRow(
                label=goal_label(number),
                left=_side(_numbered(sides[0], number), years[0]),
                right=_side(_numbered(sides[1], number), years[1]),
            )
            for number in numbers
        ),
        other=years[0] == years[1] and _rest(left, years[0]) != _rest(right, years[0]),
        lines=tuple(_lines(left, right, years[0])) if left and right and years[0] == years[1] else (),
    )


def _lines(left: Row, right: Row, year: int) -> Iterator[tuple[str, str, str]]:
    """(label, before, after) of every typed item that differs and stands in no column of the comparison."""
    items = [{one.key: one for one in correction_items.items_of(row, year)} for row in (left, right)]
    for key in dict.fromkeys(key for side in items for key in side):
        shown = correction_items.is_grade(key) or correction_items.year_of(key) == year or key == "outcome"
        before, after = (side[key].text if key in side else "" for side in items)
        if before != after and not shown:
            yield correctable_label(key, (items[1].get(key) or items[0][key]).label), before, after


def _overall(measure: Mapping[str, Any]) -> str:
    return f"{measure['grade']} {measure.get('grade_words', '')}{measure['grade_note']}".strip() if measure else ""


def _numbered(measure: Mapping[str, Any], number: int) -> Row | None:
    return next((one for one in measure.get("indicators", ()) if one["number"] == number), None)


def _side(one: Row | None, year: int) -> Side:
    if one is None:
        return Side()
    cell = next((cell for cell in one["years"] if cell["fiscal_year"] == year), None) or {}
    return Side(
        name=cell.get("name", ""),
        target=cell.get("target", ""),
        actual=cell.get("actual", ""),
        rate_text=one["rate_text"],
        grade=one["grade"],
        words=one["grade_words"],
        shape=one["shape"],
    )


def _rest(measure: Row | None, year: int) -> Any:
    """All of a 施策 that no column of the comparison shows."""
    if measure is None:
        return None
    shown = {"indicators", "grade", "grade_words", "grade_note", "shape", "outcome"}
    earlier = [
        ([cell for cell in one["years"] if cell["fiscal_year"] != year], one["given_reason"])
        for one in measure["indicators"]
    ]
    return {key: value for key, value in measure.items() if key not in shown}, earlier


# --- through the years ---------------------------------------------------------------------------------------------------


def run(books: Sequence[tuple[int, Snapshot]], code: str) -> tuple[dict[int, Row], list[dict[str, Any]]]:
    """One 施策 through its plan: {年度: it as published}, and its goals with their charts. `books`: (年度, snapshot) in year
    order. Each year's 実績 is that of its own edition; the years without an edition show what the newest edition holds."""
    published: dict[int, Row] = {
        year: with_words(row, snapshot) for year, snapshot in books if (row := editions.measure(snapshot, code)[0])
    }
    numbers = sorted({one["number"] for row in published.values() for one in row["indicators"]})
    return published, [_course(published, number) for number in numbers]


def _course(published: Mapping[int, Row], number: int) -> dict[str, Any]:
    """One 成果目標 in every 年度 of the plan."""
    cells: dict[int, dict[str, Any]] = {}
    for year, row in published.items():
        one = _numbered(row, number)
        for cell in one["years"] if one else ():
            # A later edition may have more of an earlier year; each published year keeps the values of its own edition.
            if one and (cell["fiscal_year"] not in cells or cell["fiscal_year"] >= year):
                judged = one if cell["fiscal_year"] == year else {}
                grades = {key: judged.get(key, "") for key in ("grade", "grade_words", "shape", "rate_text")}
                cells[cell["fiscal_year"]] = {**cell, **grades}
    ordered = [cells[year] for year in sorted(cells)]
    years, label = course.rows(ordered), goal_label(number)
    return {
        "number": number,
        "label": label,
        "name": next((cell["name"] for cell in reversed(ordered) if cell["name"]), ""),
        "table": {"label": label, "years": years, "show_grade": True},
        "charts": course.charts(label, years),
    }
