"""What a file seems to say: measures with their goals as typed, and each doubt that a person should look at."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from review.domain import doubt_words
from review.domain.forms.grid import Grid
from review.domain.forms.headings import Column

#: doubts of which one stands for all that say the same
_ONCE = frozenset({"left_out", "year_without_era", "year_by_month", "year_range", "years_differ"})
#: doubts that name every 施策 or 分野 of which they are said, and the fact that does
_NAMING = {"parts_left_out": "name", "section_kept": "text"}
#: (baseline, None), (target, year) or (actual, year)
Slot = tuple[str, int | None]


@dataclass(frozen=True, kw_only=True)
class FormDoubt:
    """Something that the reading does not settle: where it stands, what it is, and what is proposed."""

    code: str
    sheet: str = ""
    cell: str = ""
    detail: str
    proposal: str = ""

    def as_data(self) -> dict[str, str]:
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class Typed:
    """A value as shown. `plain` where the cell holds a number that no format of its own shows."""

    text: str
    plain: bool = False


@dataclass(kw_only=True)
class Goal:
    """One 指標 with its values."""

    name: str
    unit: str = ""
    #: activity or outcome, where the file says it
    sort: str = ""
    values: dict[Slot, Typed] = field(default_factory=dict)

    def shown(self) -> dict[Slot, str]:
        """The values as they stand in one writing: bare numbers get the decimals of their neighbours, and commas."""
        places = max((len(one.text.partition(".")[2]) for one in self.values.values() if one.plain), default=0)
        return {slot: _written(one.text, places) if one.plain else one.text for slot, one in self.values.items()}

    def as_data(self) -> dict[str, Any]:
        shown = dict(sorted(self.shown().items(), key=lambda one: one[0][1] or 0))
        years = {
            f"{kind}s": {str(slot[1]): text for slot, text in shown.items() if slot[0] == kind}
            for kind in ("target", "actual")
        }
        return {"name": self.name, "unit": self.unit, "baseline": shown.get(("baseline", None), ""), **years}


def _written(text: str, places: int) -> str:
    whole, _point, part = text.partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    if not digits.isdigit():
        return text
    part = part.ljust(places, "0")
    return f"{sign}{int(digits):,}" + (f".{part}" if part else "")


@dataclass(kw_only=True)
class Measure:
    """One 施策 as the file names it."""

    name: str
    group: str = ""
    code: str = ""
    departments: list[str] = field(default_factory=list)
    goals: dict[tuple[str, str], Goal] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)

    def goal(self, name: str, unit: str) -> Goal:
        """The goal of this name and unit, made where it is new."""
        return self.goals.setdefault((squeezed(name), unit), Goal(name=name, unit=unit))

    def add_text(self, label: str, text: str) -> None:
        """Put a text behind those of its label, once."""
        before = self.texts.get(label, "")
        if text and text not in before.split("\n"):
            self.texts[label] = f"{before}\n{text}" if before else text

    def as_data(self) -> dict[str, Any]:
        head = {"code": self.code, "group": self.group, "name": self.name}
        return {
            **{key: text for key, text in head.items() if text or key == "name"},
            "departments": self.departments,
            "indicators": [goal.as_data() for goal in self.goals.values()],
            **({"texts": self.texts} if self.texts else {}),
        }


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """The reading of a whole file."""

    measures: tuple[Measure, ...]
    doubts: tuple[FormDoubt, ...] = ()
    columns: tuple[Column, ...] = ()
    #: the texts of the cells of which a doubt speaks, by (sheet, address)
    cells: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def as_data(self) -> dict[str, Any]:
        return {
            "measures": [measure.as_data() for measure in self.measures],
            "doubts": [doubt.as_data() for doubt in self.doubts],
        }

    def sorts(self) -> list[list[str]]:
        """活動指標 or 成果指標, for each goal of each measure: beside the data, whose shape others rely on."""
        return [[goal.sort for goal in measure.goals.values()] for measure in self.measures]


class Collector:
    """Takes in what the sheets say, one cell after the other; a later sheet adds to the same measure."""

    def __init__(self) -> None:
        self.measures: dict[tuple[str, str, str], Measure] = {}
        self.doubts: list[FormDoubt] = []
        self.columns: list[Column] = []
        self.cells: dict[tuple[str, str], str] = {}
        #: of what such a doubt was said
        self.named: dict[str, list[str]] = {}
        self.last_table: tuple[list[str], Measure | None] = ([], None)

    def measure(self, name: str, *, group: str = "", code: str = "") -> Measure:
        """The measure of that place, made where it is new."""
        key = (squeezed(group), code, squeezed(name))
        return self.measures.setdefault(key, Measure(name=name, group=group, code=code))

    def card(self, name: str, code: str, *, sheet: str) -> Measure | None:
        """The measure of which this sheet speaks by its name, its number or both: one of an earlier sheet, else a new one;
        None where a number alone finds none."""
        before = [
            measure
            for (_group, title, _place), measure in self.measures.items()
            if title != sheet and squeezed(name) in ("", squeezed(measure.name))
            if code == measure.code or (name and not (code and measure.code))
        ]
        if len(before) == 1 and (name or code):
            listed = next(title for (_group, title, _place), one in self.measures.items() if one is before[0])
            if not name or not code or listed != code:  # a list that gives both leaves no doubt
                self.doubt("sheet_joined", sheet=sheet, title=sheet, name=before[0].name)
            return before[0]
        if not name:
            return None
        return self.measures.setdefault(("", sheet, str(len(self.measures))), Measure(name=name))

    def holder(self, goal: str) -> Measure | None:
        """The only measure with a goal of this name that has more of a name than the goal; None where there is no such."""
        name = squeezed(goal)
        holders = [one for one in self.measures.values() if any(name == key for key, _unit in one.goals)]
        return holders[0] if name and len(holders) == 1 and squeezed(holders[0].name) != name else None

    def leave(self, labels: list[str], measure: Measure | None) -> None:
        """Say which measure a table with these headings ended with; None where no name stood in it."""
        self.last_table = (labels, measure)

    def doubt(
        self, says: str, *, sheet: str = "", cell: str = "", proposal: str | None = None, **facts: object
    ) -> None:
        """Put the doubt that `doubt_words` has under this name on the list, once; one without a place only where none says it."""
        if fact := _NAMING.get(says):
            names = self.named.setdefault(says, [])
            add_new(names, [str(facts[fact])])
            facts[fact] = "」「".join(names)
            first = next((one for one in self.doubts if one.code == says), None)
            self.doubts = [one for one in self.doubts if one is not first]
            sheet, cell = (first.sheet, first.cell) if first else (sheet, cell)
        doubt = FormDoubt(sheet=sheet, cell=cell, **doubt_words.doubt(says, proposal, facts))
        if doubt.code in _ONCE and (doubt.code, doubt.detail) in {(one.code, one.detail) for one in self.doubts}:
            return
        if doubt not in self.doubts and (sheet or doubt.detail not in {one.detail for one in self.doubts}):
            self.doubts.append(doubt)

    def at(self, grid: Grid, row: int, column: int, says: str, proposal: str | None = None, /, **facts: object) -> None:
        """The same of one cell."""
        self.doubt(says, sheet=grid.title, cell=grid.address(row, column), proposal=proposal, **facts)

    def note_hidden(self, grid: Grid) -> None:
        """Say that dates, hidden rows and hidden columns of the sheet were read."""
        for row, column in sorted(grid.dates):
            text = grid.own(row, column)
            self.at(grid, row, column, "date_cell", text, text=text)
        if rows := sorted(grid.hidden_rows):
            self.at(grid, rows[0], 0, "hidden_row", row="・".join(str(grid.row_numbers[row]) for row in rows))
        if columns := sorted(grid.hidden_columns):
            letters = [grid.address(0, column).rstrip("0123456789") for column in columns]
            self.at(grid, 0, columns[0], "hidden_column", column="・".join(letters))

    def keep_cells(self, grid: Grid) -> None:
        """Note the whole text of each cell of the sheet of which a doubt speaks, as a person would rewrite it."""
        places = {doubt.cell for doubt in self.doubts if doubt.sheet == grid.title}
        for row, column in ((row, column) for row in range(grid.height) for column in range(grid.width)):
            if (cell := grid.address(row, column)) in places:
                self.cells[grid.title, cell] = grid.own(row, column)

    def put(self, goal: Goal, slot: Slot, typed: Typed, grid: Grid, row: int, column: int) -> None:
        """Store a value; another value for the same place is doubted and left out."""
        before = goal.values.setdefault(slot, typed)
        if before.text != typed.text:
            facts = {"name": goal.name, "before": before.text, "text": typed.text}
            self.at(grid, row, column, "two_values", before.text, **facts)

    def proposal(self) -> Proposal:
        """All that was taken in, with a word on numbers that are written otherwise than a bare cell shows them."""
        goals = [goal for measure in self.measures.values() for goal in measure.goals.values()]
        changed = [
            (typed.text, text, goal.name)
            for goal in goals
            for (_slot, typed), text in zip(goal.values.items(), goal.shown().values(), strict=True)
            if typed.text != text
        ]
        longer = [one for one in changed if one[1].replace(",", "") != one[0]]
        if changed:
            example, names = (
                " → ".join((longer or changed)[0][:2]),
                "」「".join(dict.fromkeys(one[2] for one in longer)),
            )
            says = "decimals_added" if longer else "bare_numbers"
            self.doubt(says, proposal=example, count=len(changed), example=example, name=names)
        return Proposal(
            measures=tuple(self.measures.values()),
            doubts=tuple(self.doubts),
            columns=tuple(self.columns),
            cells=self.cells,
        )


def squeezed(text: str) -> str:
    """A name as it is compared: without spaces and line breaks."""
    return re.sub(r"\s+", "", text)


def add_new(names: list[str], more: Iterable[str]) -> None:
    """Append each name that is not there yet."""
    names.extend(name for name in dict.fromkeys(more) if name not in names)
