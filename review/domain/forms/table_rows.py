"""Reads the rows of one table: which measure and goal each row speaks of, and where each value belongs."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from review.domain.forms.departments import offices_named, split_departments
from review.domain.forms.grid import Grid
from review.domain.forms.headings import OF_A_YEAR, VALUES, Role, is_year_only, kind_of_row, places, sort_of
from review.domain.forms.layout.shape import Layout, Segment, ValueColumn
from review.domain.forms.plausible import DITTO, doubt_columns, doubt_section
from review.domain.forms.proposal import Collector, Goal, Measure, Slot, Typed, add_new, squeezed
from review.domain.forms.row_kinds import is_section, said_of_none, shares_name
from review.domain.forms.sections import JOINED, Sections, is_caption, items_of, lines_of
from review.domain.forms.tables import Table, passes_over
from review.domain.forms.years import named_year

_LONGEST_UNIT = 12
_BRACKET = re.compile(r"[(（\[]([^()（）\[\]]+)[)）\]]\s*$")


@dataclass(kw_only=True)
class TableRows:
    """One table on its way into the collector, with what the sheet around it says."""

    grid: Grid
    table: Table
    layout: Layout
    collector: Collector
    sections: Sections
    owner: Measure | None
    #: the year of a value of this role where no heading names one
    year_of: Callable[[Role], int | None]
    #: the measure's name where nothing has it; the goal's where no column has it, and the unit and sort of those that say none
    fallback: str
    called: str
    unit: str
    sort: str
    kind: Role | None
    kind_of_titles: Role | None
    kinds_in_turn: list[Role]
    groups: list[str]
    departments: list[str]
    _before: Measure | None = None
    _rows_of: dict[int, tuple[int, Measure]] = field(default_factory=dict)
    _last: dict[int, str] = field(default_factory=dict)
    _level: dict[int, str] = field(default_factory=dict)
    _goal: dict[int, Goal] = field(default_factory=dict)
    _goal_at: dict[tuple[int, int], Goal] = field(default_factory=dict)
    _turn: dict[int, int] = field(default_factory=dict)
    _read: list[int] = field(default_factory=list)
    _of_columns: dict[tuple[Any, ...], dict[int, None]] = field(default_factory=dict)

    def read(self) -> None:
        """Every row of the table, from the first to the last."""
        self._doubt_columns()
        labels = [heading.label for heading in self.table.headings]
        before, measure = self.collector.last_table
        self._before = measure if before == labels else None
        for row in range(self.table.first, self.table.end):
            columns = self.grid.filled(row)
            if passes_over(self.grid, row, self.table):
                continue
            if says := said_of_none(self.grid, self.layout, row):
                self._doubt(says, row, columns[0], text=self.grid.own(row, columns[0]).strip())
                continue
            if is_section(self.grid, self.table, self.layout, row):
                if is_caption(text := self.grid.own(row, columns[0])):
                    self.kind = kind_of_row(text) or self.kind
                else:
                    doubt_section(self.collector, self.grid, row, columns[0])
                    self.sections.begin(text)
                    self._level.clear()
                continue
            self._read.append(row)
            if self._begin_levels(row):
                self._row(row)
        self._doubt_headings()
        self.collector.leave(labels, self._before)
        doubt_columns(self.collector, self.grid, self.table, self.layout, self._read)
        for row, measure in self._rows_of.values() if self.layout.departments else ():
            if not measure.departments:
                self._doubt("no_department", row, self.layout.departments[0], name=measure.name)

    # --- a row of a goal --------------------------------------------------------------------------------------------

    def _text(self, row: int, column: int | None) -> str:
        """The text of a cell that names something; a ditto mark stands for the text above it."""
        if column is None:
            return ""
        text = self.grid.seen(row, column).strip()
        if text in DITTO and self._last.get(column):
            if self.grid.own(row, column):
                self._doubt_heading("ditto", column, sign=text)
            return self._last[column]
        if text:
            self._last[column] = text
        return text

    def _row(self, row: int) -> None:
        measure = self._measure(row)
        if measure is None:
            cell = self.grid.filled(row)[0]
            self._doubt("no_measure", row, cell)
            return
        self._rows_of.setdefault(id(measure), (row, measure))
        self._before = measure if self.layout.measure is not None else self._before
        for column in self.layout.departments:
            text = self._text(row, column)
            if not text and column < (self.layout.measure or 0):
                text = self._last.get(column, "")  # left of the names a blank is what stands above
            add_new(measure.departments, split_departments(text))
        if not self.layout.departments:
            add_new(measure.departments, self.departments or offices_named([*self.sections.path(), measure.name]))
        for column, label in self.layout.texts.items():
            measure.add_text(label, self._text(row, column) if self.grid.own(row, column) else "")
        for segment in self.layout.segments:
            self._segment(row, segment, measure)

    def _begin_levels(self, row: int) -> bool:
        """Take the names on the row; False where it holds nothing but 分野, and so no goal."""
        layout = self.layout
        for place, column in enumerate(levels := [*layout.groups, layout.measure]):
            text = self._text(row, column)
            if column is not None and text and text != self._level.get(column):
                for lower in levels[place + 1 :]:
                    self._level.pop(lower if lower is not None else -1, None)
                self._level[column] = text
        return layout.measure is None or not set(self.grid.filled(row)) <= {*layout.groups}

    def _measure(self, row: int) -> Measure | None:
        layout = self.layout
        path = [*self.groups, *self.sections.path(), *(self._level[c] for c in layout.groups if self._level.get(c))]
        name = self._level.get(layout.measure, "") if layout.measure is not None else ""
        if path and name and self._counts_names():
            self._doubt_heading("goal_assumed", layout.measure or 0, kind_item=Role.GOAL)
            return self.collector.measure(path.pop(), group=JOINED.join(path))
        if layout.measure is None and self.owner is not None:
            return self.owner
        if not name and not path and self._before is not None:
            name, cell = self._before.name, self.grid.filled(row)[0]
            self._doubt("table_continued", row, cell, name, name=name)
            return self._before
        known = self.collector.holder(self._text(row, layout.segments[0].goal)) if layout.measure is None else None
        if known and not path:
            self._doubt("table_joined", self.table.top, 0)
        if known and (not path or path[-1] in (known.name, known.group)):
            return known
        if not name and path and layout.measure is not None:
            self._doubt("measure_missing", row, layout.measure, path[-1], name=path[-1])
        if not name:
            name = path.pop() if path else self._nameless(row)
        if not name:
            return None
        return self.collector.measure(name, group=JOINED.join(path), code=self._code(row, name))

    def _counts_names(self) -> bool:
        """Whether the rows have a unit and neither a goal, a number nor an office: then what stands as 施策 is counted, below its
        分野."""
        layout, segment = self.layout, self.layout.segments[0]
        alone = len(layout.segments) == 1 and layout.code is None and not layout.departments and not self.called
        return alone and segment.unit is not None and segment.goal is None

    def _nameless(self, row: int) -> str:
        """Where nothing names a measure: the sheet's own name, else each goal stands for itself."""
        if self.layout.measure is not None:
            return ""
        goal = self._text(row, column := self.layout.segments[0].goal)
        goal = goal or self._last.get(-1 if column is None else column, "")
        name = self.fallback or goal or self.called
        if name:
            self._doubt(f"no_measure_column{':goals' if name == goal else ''}", self.table.top, 0, name=name)
        return name

    def _code(self, row: int, name: str) -> str:
        column = self.layout.code
        if column is None:
            return ""
        code = self.grid.seen(row, column).strip()
        measure = self.layout.measure
        if not code and measure is not None:
            code = self._level.get(-2, "") if self._level.get(-3) == name else ""
        self._level[-2], self._level[-3] = code, name
        return code

    # --- goals and values -------------------------------------------------------------------------------------------

    def _segment(self, row: int, segment: Segment, measure: Measure) -> None:
        values = [value for value in segment.values if self.grid.seen(row, value.column).strip()]
        if self._bylines_of(row, segment, measure, values):
            return
        goal = self._goal_of(row, segment, measure, bool(values))
        if goal is None:
            return
        key = self.layout.segments.index(segment)
        self._turn[key] = self._turn.get(key, -1) + 1 if self._goal.get(key) is goal else 0
        self._goal[key] = self._goal_at[row, key] = goal
        goal.sort = goal.sort or self._sort(row, segment)
        for value in values:
            self._value(row, value, goal, key)

    def _bylines_of(self, row: int, segment: Segment, measure: Measure, values: list[ValueColumn]) -> bool:
        """Whether one cell names several goals, and each value's cell has as many lines: then they are read one by one."""
        names = items_of(self._text(row, segment.goal))
        lines = {value.column: lines_of(self.grid.own(row, value.column)) for value in values}
        units = lines_of(self._text(row, segment.unit)) or [self.unit]
        units = units if len(units) == len(names) else [units[0]] * len(names)
        if not names or not lines or any(len(texts) != len(names) for texts in lines.values()):
            return False
        self._doubt("several_in_cell:divided", row, segment.goal or 0, None, count=len(names))
        for place, name in enumerate(names):
            goal = measure.goal(name, units[place])
            goal.sort = goal.sort or self._sort(row, segment)
            for value in values:
                if slot := self._slot(row, value, 0):
                    typed = Typed(text=lines[value.column][place])
                    self.collector.put(goal, slot, typed, self.grid, row, value.column)
        return True

    def _goal_of(self, row: int, segment: Segment, measure: Measure, has_values: bool) -> Goal | None:
        key = self.layout.segments.index(segment)
        name = self._divided(row, segment, measure)
        unit = self._text(row, segment.unit) if segment.unit is not None else self.unit
        before = self._goal.get(key)
        before = before if before and measure.goals.get((squeezed(before.name), before.unit)) is before else None
        if name and not has_values and self._is_remark(row, segment, unit):
            self._doubt("unplaced:label", row, segment.unit or 0, label=name, text=unit)
            return None
        if name:
            if lines := items_of(name):
                self._doubt("several_in_cell", row, segment.goal or 0, count=len(lines))
            same = before is not None and before.name == name and not unit
            return measure.goal(name, before.unit if same and before else unit)
        if not has_values:
            return None
        if before is not None and unit != before.unit and self._begins_again(row, key, segment):
            return measure.goal(before.name, unit)  # the same in another unit
        if before is not None and (self.kinds_in_turn or self.layout.kind is not None or self.layout.year is not None):
            return before
        if segment.name:
            return measure.goal(segment.name, unit)
        if (
            segment.goal is None
            and self.layout.measure is not None
            and self._level.get(self.layout.measure, measure.name) != measure.name
        ):
            return measure.goal(self._level[self.layout.measure], unit)
        if segment.goal is None:
            if key == 0 and not self.called:
                self._doubt("no_goal_column", self.table.top, 0)
            return measure.goal(self.called or measure.name, unit)
        if self.layout.assumed.get(segment.goal) == "goal_assumed":
            return measure.goal(measure.name, unit)
        self._doubt("no_goal_name", row, segment.goal)
        return None

    def _begins_again(self, row: int, key: int, segment: Segment) -> bool:
        """Whether a unit stands on the row, and the kind of value with which the rows of the goal before began."""
        if self.layout.kind is None or segment.unit is None or not self.grid.own(row, segment.unit).strip():
            return False
        began = next(
            (at for at, one in self._goal_at if one == key and self._goal_at[at, one] is self._goal.get(key)), row
        )
        return self._text(row, self.layout.kind) == self._text(began, self.layout.kind)

    def _is_remark(self, row: int, segment: Segment, unit: str) -> bool:
        """Whether a row without values is a label and its text: it is of no kind, or what stands under 単位 is too long for one,
        or a sentence."""
        kinds = [self._text(one, self.layout.kind) for one in range(row, min(row + 2, self.table.end))]
        goes_on = len(kinds) > 1 and kinds[1] and not self.grid.own(row + 1, segment.goal or 0).strip()
        return (self.layout.kind is not None and not kinds[0] and not goes_on) or (
            segment.unit is not None and (len(unit) > _LONGEST_UNIT or unit.endswith("。"))
        )

    def _sort(self, row: int, segment: Segment) -> str:
        """活動指標 or 成果指標: by the row's own word, the heading of the goals, or the label above the table."""
        heading = "" if segment.goal is None else self.table.headings[segment.goal].sort
        return sort_of(self._text(row, self.layout.sort)) or heading or self.sort

    def _divided(self, row: int, segment: Segment, measure: Measure) -> str:
        """The goal's name, with the word that tells its rows apart where several stand under one name."""
        name = self._text(row, segment.goal)
        part = self._text(row, segment.divided_by) if segment.divided_by is not None else ""
        if not part or segment.goal is None:
            return name
        name = name or self._last.get(segment.goal, "")
        if not shares_name(self.grid, self.table, segment, row, name):
            return name
        self._doubt_heading("goal_divided", segment.goal)
        return f"{name}({part})"

    def _value(self, row: int, value: ValueColumn, goal: Goal, key: int) -> None:
        origin = self.grid.origin(row, value.column)
        text = self.grid.seen(row, value.column).strip()
        if origin != (row, value.column):
            if origin[0] != row and self._goal_at.get((origin[0], key)) is goal:
                return
            if self.table.headings[origin[1]].role not in VALUES:
                return  # a line across the table, from its names on
            self._doubt("merged_value", *origin, text, text=text)
        if text in DITTO:
            self._doubt_heading("ditto", value.column, sign=text)
            text = self._last.get(value.column, "")
        self._last[value.column] = text
        slot = self._slot(row, value, self._turn[key])
        if slot and text:
            typed = Typed(text=text, plain=origin in self.grid.plain)
            self.collector.put(goal, slot, typed, self.grid, row, value.column)

    def _slot(self, row: int, value: ValueColumn, turn: int) -> Slot | None:
        role: Role | None = value.role
        if role is Role.YEARLY and self.layout.kind is not None:
            role = kind_of_row(self.grid.seen(row, self.layout.kind))
        elif self.table.headings[value.column].role is Role.YEARLY and turn < len(self.kinds_in_turn):
            role = self.kinds_in_turn[turn]
        beside = self._word_of_row(row, value)
        if role is Role.YEARLY:
            role = beside or self.kind or self._kind_from_titles(value)
        elif beside in (Role.BASELINE, Role.CURRENT) and role is not Role.LEFT_OUT and turn == 0:
            role = beside  # 基準年度(平成30年度) over the years of the plan
        if role is Role.BASELINE or role is Role.CURRENT:
            return ("baseline", None)
        if role is Role.LEFT_OUT:
            return None
        if role not in (Role.TARGET, Role.ACTUAL):
            self._doubt_heading("kind_unknown", value.column)
            return None
        year = value.year or self._row_year(row, value) or self._year_in(row, value, at_end=True)
        year = year or self._year_above(value, role) or self._year_in(row, value)
        if year is None:
            self._doubt_heading("year_unknown", value.column)
            return None
        return ("target" if role is Role.TARGET else "actual", year)

    def _word_of_row(self, row: int, value: ValueColumn) -> Role | None:
        """The value's word beside the year of the row: 基準年度(平成30年度), 令和12年度(目標)."""
        own_year = value.year is None and value.year_column is None
        return kind_of_row(self._text(row, self.layout.year)) if own_year and self.layout.year is not None else None

    def _row_year(self, row: int, value: ValueColumn) -> int | None:
        column = self.layout.year if value.year_column is None else value.year_column
        text = self._text(row, column) or ("" if column is None else self._last.get(column, ""))
        return named_year(text).year if text else None

    def _kind_from_titles(self, value: ValueColumn) -> Role | None:
        kind = self.kind_of_titles or self.layout.guess
        if kind is not None:
            source = ":title" if self.kind_of_titles else ""
            self._doubt_heading(f"kind_assumed{source}", value.column, kind_item=kind)
        return kind

    def _year_above(self, value: ValueColumn, role: Role) -> int | None:
        year, says = self.year_of(role), "year_from_title"
        if year is None:
            named = {heading.year for heading in self.table.headings if heading.role in OF_A_YEAR and heading.year}
            year, says = (named.pop() if len(named) == 1 else None), "year_from_title:columns"
        if year is not None:
            self._doubt_heading(says, value.column, western_year=year)
        return year

    def _year_in(self, row: int, value: ValueColumn, *, at_end: bool = False) -> int | None:
        """The year that the value itself names, where its heading does not; `at_end`: in a bracket of its own, 50.0(R9)."""
        bracket = _BRACKET.search(text := self.grid.seen(row, value.column))
        year = None if at_end and not (bracket and is_year_only(bracket[1])) else named_year(text).year
        if year is not None:
            self._doubt_heading("year_in_value", value.column)
        return year

    # --- doubts -----------------------------------------------------------------------------------------------------

    def _doubt_columns(self) -> None:
        if (
            self.unit
            and not (self.owner or self.called)
            and any(segment.unit is None for segment in self.layout.segments)
        ):
            self._doubt("unit_of_note", self.table.first - 1, 0, self.unit, unit=self.unit)
        for column, says in (self.layout.left_out | self.layout.assumed).items():
            if says:
                self._doubt_heading(says, column, kind_item=self.layout.holds.get(column, Role.ACTUAL))
        doubted = [value for segment in self.layout.segments for value in segment.values if value.doubt]
        for says in dict.fromkeys(value.doubt for value in doubted):
            several = [value for value in doubted if value.doubt == says]
            labels = "」「".join(dict.fromkeys(self.table.headings[value.column].year_words for value in several))
            years = "・".join(dict.fromkeys(str(value.year) for value in several))
            self._doubt(says, self.table.first - 1, several[0].column, None, label=labels, western_year=years)

    def _doubt_heading(self, says: str, column: int, **facts: object) -> None:
        """Say it at the end, once of all columns of which the same is said."""
        alone = None if self.table.headings[column].label else column
        self._of_columns.setdefault((says, alone, *sorted(facts.items())), {})[column] = None

    def _doubt_headings(self) -> None:
        for (says, _alone, *facts), columns in self._of_columns.items():
            words = places([self.table.headings[column] for column in columns])
            self._doubt(says, self.table.first - 1, min(columns), None, heading_words=words, **dict(facts))

    def _doubt(self, says: str, row: int, column: int, proposal: str | None = None, **facts: object) -> None:
        self.collector.at(self.grid, row, column, says, proposal, **facts)
