"""Which column of a table holds what: decided from the headings, and from the data where headings leave a choice."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from review.domain.forms.grid import Grid
from review.domain.forms.headings import VALUES, Role, core, is_amount, is_year_only, kind_of_row, sort_of, years_of
from review.domain.forms.tables import Table, is_total, passes_over

_CODE = re.compile(
    r"[(（]?(?:[A-Za-z]{0,3}[-‐]?[0-9Ⅰ-Ⅻ①-⑳]+(?:[-.・‐―－_()（）]*[0-9①-⑳A-Za-zア-ン])*|[ア-ンA-Za-z一二三四五六七八九十])[)）]?"
)
_DIVIDING = frozenset({Role.SORT, Role.TEXT, None})
_DIVISION = re.compile(r"|対象者?|区分|内訳|種別|種類|性別|年齢(?:層|区分)?|年代|地区|地域|学年|分類|細目")
_LONGEST_UNIT = 5
#: a text whose column has no heading
NAMELESS = "本文"
_VALUE = re.compile(r"[約概ね延べ]*[-+△▲]?[\d,]++(?:\.\d++)?(?![\s.、)\-]+[^\d\s])|[-―ー－–—]+$")
#: 施策コード, which numbers no goal and no row
_OF_MEASURE = re.compile(r"(?:施策|事業|事務事業|取組)(?:の?番号|コード|ID)")


@dataclass(frozen=True, kw_only=True)
class ValueColumn:
    """A column of values: of which kind, and of which year where the headings name one."""

    column: int
    role: Role
    year: int | None
    doubt: str = ""
    #: the column beside it that names the year in each row
    year_column: int | None = None


@dataclass(kw_only=True)
class Segment:
    """The columns of one goal of a row: its name, unit and values."""

    goal: int | None = None
    #: the goal's name, where it stands over the columns
    name: str = ""
    unit: int | None = None
    divided_by: int | None = None
    values: list[ValueColumn] = field(default_factory=list)


@dataclass(kw_only=True)
class Layout:
    """All columns of a table by what they hold."""

    groups: list[int] = field(default_factory=list)
    measure: int | None = None
    code: int | None = None
    departments: list[int] = field(default_factory=list)
    texts: dict[int, str] = field(default_factory=dict)
    kind: int | None = None
    sort: int | None = None
    year: int | None = None
    segments: list[Segment] = field(default_factory=list)
    #: {column: the doubt about it}, '' for one that a person left out: those that are not read, and those read by a guess
    left_out: dict[int, str] = field(default_factory=dict)
    assumed: dict[int, str] = field(default_factory=dict)
    #: what years without any word seem to hold, where no column says 目標 or 実績
    guess: Role | None = None
    #: what each column with data holds
    holds: dict[int, Role] = field(default_factory=dict)

    def roles(self, final: list[Role | None]) -> dict[int, Role]:
        """What each column that is read or left out holds; `final` tells departments and values apart."""
        roles = dict.fromkeys(self.left_out, Role.LEFT_OUT)
        roles |= {c: Role.RELATED if final[c] is Role.RELATED else Role.DEPARTMENT for c in self.departments}
        roles |= dict.fromkeys(self.groups, Role.GROUP) | dict.fromkeys(self.texts, Role.TEXT)
        single: list[tuple[int | None, Role]] = [(self.measure, Role.MEASURE), (self.code, Role.CODE)]
        single += [(self.kind, Role.SORT), (self.sort, Role.SORT), (self.year, Role.YEAR)]
        for segment in self.segments:
            single += [(segment.goal, Role.GOAL), (segment.unit, Role.UNIT), (segment.divided_by, Role.SORT)]
            single += [(value.year_column, Role.YEAR) for value in segment.values]
            single += [(value.column, value.role) for value in segment.values]
        return roles | {column: role for column, role in single if column is not None}


class _Roles(list[Role | None]):
    """The roles of all columns, of which those that a person gave stand against every later reading."""

    def __init__(self, roles: list[Role | None], given: Mapping[int, Role]) -> None:
        super().__init__(given.get(column, role) for column, role in enumerate(roles))
        self.given = given

    def __setitem__(self, column: Any, role: Any) -> None:
        if column not in self.given:
            super().__setitem__(column, role)


def lay_out(grid: Grid, table: Table, given: Mapping[int, Role], years: Mapping[int, int]) -> Layout:
    """The columns of the table; `given` and `years` are those of which a person spoke. Nothing is decided on a column
    without headings, unless its data leave no choice."""
    return _Decision(grid, table, given, years).decide()


class _Decision:
    """One table whose columns are being assigned, role by role; a column that is assigned is free no longer."""

    def __init__(self, grid: Grid, table: Table, given: Mapping[int, Role], years: Mapping[int, int]) -> None:
        self.grid, self.table, self.given, self.years = grid, table, given, years
        self.roles = _Roles([heading.role for heading in table.headings], given)
        self.layout = Layout()
        self.rows = [row for row in range(table.first, table.end) if not passes_over(grid, row, table)]

    def data(self, column: int) -> list[str]:
        return [text for row in self.rows if (text := self.grid.own(row, column).strip())]

    def columns(self, *roles: Role | None) -> list[int]:
        return [column for column, role in enumerate(self.roles) if role in roles and self.data(column)]

    def decide(self) -> Layout:
        self._kind_and_year()
        self._goals()
        self._names()
        self._words_called_actuals()
        self._kind_of_years()
        self._current_values()
        self._segments()
        self._rest()
        self.layout.holds = self.layout.roles(self.roles)
        return self.layout

    def _kind_and_year(self) -> None:
        for column in self.columns(*(set(Role) - VALUES), None):
            if self.given.get(column, Role.SORT) is not Role.SORT:
                continue
            # 活動指標 stands over its 目標 and 実績 where one column says both
            texts = [self.grid.own(row, column).strip() for row in self.rows if len(self.grid.filled(row)) > 1]
            kinds = {kind_of_row(text) for text in texts if text and not sort_of(text)}
            if None not in kinds and kinds & {Role.TARGET, Role.ACTUAL} and self.layout.kind is None:
                self.layout.kind, self.roles[column] = column, Role.SORT
        for column, heading in enumerate(self.table.headings):
            data = self.data(column)
            if not heading.year and (years_of(heading) or not heading.label) and data and all(map(is_year_only, data)):
                self.roles[column] = Role.YEAR
        years = [column for column in self.columns(Role.YEAR) if not years_of(self.table.headings[column])]
        self.layout.year = years[0] if years else None
        if self.layout.kind is not None and not self.columns(*VALUES):
            for column in self.columns(Role.FIGURE):
                self.roles[column] = Role.YEARLY

    def _goals(self) -> None:
        for column in [c for c in self.columns(Role.GOAL) if sum(map(is_amount, self.data(c))) * 2 > len(self.data(c))]:
            self.roles[column] = None
        self._drop_sorts()
        self._unit_beside_goal()
        self._groups_called_goals()
        named = [c for c in self.columns(Role.TARGET) if self._is_name_of_goal(c)]
        named = named or ([] if self.layout.sort is None else self.columns(Role.PART))
        items = self.columns(Role.ITEM)
        if named:
            self.roles[named[0]] = Role.GOAL
        elif items and self.columns(Role.MEASURE, Role.GROUP):
            self.roles[items[-1]] = Role.GOAL

    def _groups_called_goals(self) -> None:
        """目標 left of the names, over words instead of values, is a 分野."""
        names = self.columns(Role.MEASURE, Role.GOAL)
        for column in self.columns(Role.TARGET):
            if names and column < min(names) and self.table.headings[column].year is None and self._is_worded(column):
                self.roles[column] = Role.GROUP

    def _tells(self, column: int) -> bool:
        """Whether a column of unknown words holds sentences."""
        data = self.data(column)
        return bool(self.table.headings[column].label) and sum(text.endswith("。") for text in data) * 2 > len(data)

    def _is_worded(self, column: int) -> bool:
        """Whether most of a column's cells are words, not values."""
        data = self.data(column)
        bare = (unicodedata.normalize("NFKC", text.lstrip("①②③④⑤⑥⑦⑧⑨⑩")) for text in data)
        return sum(bool(_VALUE.match(text)) for text in bare) * 2 < len(data)

    def _drop_sorts(self) -> None:
        """Of several columns under one merged heading, the one that says 活動指標 or 成果指標 in each row names no goal."""
        goals = self.columns(Role.GOAL, Role.ITEM, Role.PART)
        for column in self.columns(*(set(Role) - VALUES), None):
            free = self.given.get(column, Role.SORT) is Role.SORT and ({*goals} - {column} or self._name_beside(column))
            if free and self.layout.sort is None and self._tells_sorts(column):
                self.layout.sort, self.roles[column] = column, Role.SORT
                if not {*goals} - {column}:
                    self.roles[column + 1] = Role.GOAL

    def _name_beside(self, column: int) -> bool:
        """Whether a column without a heading, right of this one, can hold the names: 指標 over 活動 and a name."""
        beside = column + 1
        unheaded = beside < self.grid.width and not self.table.headings[beside].label and self.roles[beside] is None
        return unheaded and self.roles[column] is Role.GOAL and bool(self.data(beside)) and self._is_worded(beside)

    def _tells_sorts(self, column: int) -> bool:
        """Whether the column says 活動指標 or 成果指標, and nothing else but the headings of what comes next."""
        rows = [row for row in self.rows if len(self.grid.filled(row)) > 1]
        texts = [text for row in rows if (text := self.grid.own(row, column).strip())]
        return all(sort_of(text) or (column == self.layout.kind and kind_of_row(text)) for text in texts)

    def _unit_beside_goal(self) -> None:
        """Two columns under one merged 指標: the second holds units where all of it is short and says no number."""
        for column in self.columns(Role.GOAL, None)[1:]:
            beside, heading = column - 1, self.table.headings[column]
            if self.roles[beside] is not Role.GOAL or self.columns(Role.UNIT):
                continue
            same = self.grid.origin(self.table.top, column) == self.grid.origin(self.table.top, beside)
            short = all(len(text) <= _LONGEST_UNIT and not any(map(str.isdigit, text)) for text in self.data(column))
            each = all(self.grid.own(row, beside).strip() for row in self.rows if self.grid.own(row, column).strip())
            if short and each and (same if self.roles[column] else not heading.label):
                self.roles[column] = Role.UNIT

    def _is_name_of_goal(self, column: int) -> bool:
        """数値目標 and the like over words instead of values, left of the columns of values."""
        heading = self.table.headings[column]
        others = [c for c in self.columns(*VALUES) if c != column]
        if heading.year is not None or not others or column > min(others):
            return False
        if core(heading.label) == "目標" and Role.TARGET not in {self.roles[c] for c in others}:
            return False
        return self._is_worded(column)

    def _names(self) -> None:
        goals = self.columns(Role.GOAL)
        first_goal = goals[0] if goals else self.grid.width
        self._codes_beside()
        measures = self.columns(Role.MEASURE)
        before = [column for column in measures if column < first_goal]
        groups = self.columns(Role.GROUP)
        if not measures and not groups:
            before = self._unheaded_names(first_goal)
        elif not measures and (between := self._names_between(groups[-1], first_goal)):
            before = ([c for c in between if self.roles[c] is Role.TEXT] or between)[-1:]
            self.layout.assumed[before[0]] = "measure_assumed"
        elif not measures and groups[-1] not in self.given:
            before, groups = groups[-1:], groups[:-1]
        elif not before:
            before = measures[:1]
        self.layout.measure = before[-1] if before else None
        for column in self.columns(None) if self.layout.measure is not None else ():
            if column < before[-1] and self.table.headings[column].label and self._is_worded(column):
                self.layout.assumed[column], self.roles[column] = "group_assumed", Role.GROUP
                groups.append(column)
        edge = min((column for column in (self.layout.measure, first_goal) if column is not None), default=0)
        for column in groups:
            if column > max(edge, first_goal if goals else edge):
                self.roles[column] = Role.TEXT
        self.layout.groups = sorted({*(c for c in groups if self.roles[c] is Role.GROUP), *before[:-1]})
        for column in measures:
            if column not in before:
                self.roles[column] = Role.TEXT
        self._code()

    def _names_between(self, group: int, goal: int) -> list[int]:
        """The columns between 分野 and goals that can hold names: of unknown words, or short ones under the word of a text."""
        right = min([goal, *self.columns(*VALUES)])
        columns = [c for c in self.columns(None, Role.TEXT) if group < c < right and c not in self.given]
        return [c for c in columns if self._is_worded(c) and not self._tells(c)]

    def _unheaded_names(self, first_goal: int) -> list[int]:
        texts = self.columns(Role.TEXT, Role.ITEM) if not self.columns(Role.GOAL) else self.columns(Role.ITEM)
        unheaded = [c for c in self.columns(None) if c < first_goal and not all(map(is_amount, self.data(c)))]
        values = min(self.columns(*VALUES), default=self.grid.width)
        candidates = [c for c in texts[:1] or unheaded[:1] if c not in self.given and c < values]
        for column in candidates:
            self.roles[column] = Role.MEASURE
        return candidates

    def _codes_beside(self) -> None:
        """Two columns under one merged heading (施策 over 1-1 and its name): the first is the code of the second."""
        for column in range(self.grid.width - 1):
            role, heading = self.roles[column + 1], self.table.headings[column + 1]
            if self.roles[column] is not Role.MEASURE:
                continue
            same = self.grid.origin(self.table.top, column) == self.grid.origin(self.table.top, column + 1)
            data = self.data(column)
            unheaded = role is None and not heading.label and bool(self.data(column + 1))
            if ((same and role is Role.MEASURE) or unheaded) and data and all(map(_CODE.fullmatch, data)):
                self.roles[column], self.roles[column + 1] = Role.CODE, Role.MEASURE

    def _code(self) -> None:
        codes = self.columns(Role.CODE)
        measure = self.layout.measure
        if not codes or measure is None:
            return
        before = [column for column in codes if column < measure]
        chosen = before[-1] if before else codes[0]
        if (
            chosen in self.given
            or _OF_MEASURE.match(self.table.headings[chosen].label)
            or self._numbers_measures(chosen, measure)
        ):
            self.layout.code = chosen

    def _numbers_measures(self, column: int, measure: int) -> bool:
        """Whether each measure has one number: a count of rows gives several to a measure with several goals."""
        numbers: dict[str, set[str]] = {}
        name = ""
        for row in self.rows:
            if len(self.grid.filled(row)) < 2 or is_total(self.grid.own(row, column)):
                continue
            name = self.grid.seen(row, measure).strip() or name
            number = self.grid.seen(row, column).strip()
            if number and name:
                numbers.setdefault(name, set()).add(number)
        return bool(numbers) and all(len(several) == 1 for several in numbers.values())

    def _kind_of_years(self) -> None:
        """Years without a word beside columns of targets hold what came of it."""
        if self.layout.kind is None and self.columns(Role.TARGET) and not self.columns(Role.ACTUAL):
            for column in (one for one in self.columns(Role.YEARLY) if one not in self.given):
                self.roles[column], self.layout.assumed[column] = Role.ACTUAL, "kind_assumed"
        elif self.layout.kind is None and not self.columns(Role.TARGET, Role.ACTUAL):
            worded = [self._is_worded(column) for column in self.columns(Role.YEARLY)]
            self.layout.guess = Role.TARGET if worded and all(worded) else Role.ACTUAL

    def _words_called_actuals(self) -> None:
        """取組実績 over words, beside a column of 実績 with values, is a text."""
        actual = self.columns(Role.ACTUAL)
        worded = [c for c in actual if self.table.headings[c].year is None and self._is_worded(c)]
        if len(worded) < len(actual):
            for column in worded:
                self.roles[column] = Role.TEXT

    def _current_values(self) -> None:
        """現状値 is the 基準値 where no other column is; beside one it is an 実績 of its year."""
        over = [heading.over for heading in self.table.headings]
        has_baseline = {over[column] for column in self.columns(Role.BASELINE)}
        for column in self.columns(Role.CURRENT):
            beside = over[column] in has_baseline
            self.roles[column] = Role.ACTUAL if beside and self.table.headings[column].year else Role.BASELINE
            if beside:
                self.layout.assumed[column] = "current_as_actual"
            has_baseline.add(over[column])

    def _segments(self) -> None:
        goals, units = self.columns(Role.GOAL), self.columns(Role.UNIT)
        over = {one.over: c for c, one in reversed([*enumerate(self.table.headings)]) if one.over and not goals}
        named = [Segment(name=name) for name in reversed(over)] or [Segment()]
        segments = [Segment(goal=goal) for goal in goals] or named
        starts = [0, *sorted([*goals, *over.values()])[1:]]
        for column in self.columns(*VALUES):
            role, heading = self.roles[column], self.table.headings[column]
            if role is not None:
                value = ValueColumn(
                    column=column, role=role, year=self.years.get(column, heading.year),
                    doubt="" if column in self.years else heading.doubt, year_column=self._year_beside(column),
                )  # fmt: skip
                self._of(segments, starts, column).values.append(value)
        for unit in units:
            segment = self._of(segments, starts, unit)
            segment.unit = unit if segment.unit is None else segment.unit
        self._divide(segments[0])
        self.layout.segments = segments

    def _divide(self, segment: Segment) -> None:
        """A column right of the name that tells its rows apart: 小学生 and 20歳代 under one 指標."""
        if segment.goal is None:
            return
        column = segment.goal + 1
        taken = {
            self.layout.kind, self.layout.sort, self.layout.year, segment.unit, *(v.column for v in segment.values),
        }  # fmt: skip
        if column >= self.grid.width or column in taken or self.roles[column] not in _DIVIDING:
            return
        if not _DIVISION.fullmatch(core(self.table.headings[column].label)):
            return
        names: dict[str, list[str]] = {}
        for row in self.rows:
            name = self.grid.seen(row, segment.goal).strip() or next(reversed(names), "")
            names.setdefault(name, []).append(self.grid.seen(row, column).strip())
        if any(len(set(parts)) == len(parts) > 1 and re.search(r"\w", parts[0]) for parts in names.values()):
            segment.divided_by = column

    def _year_beside(self, column: int) -> int | None:
        """The column that says the year of this value: 年度 under the same word, or 目標年度."""
        meant = {self.table.headings[column].under, self.roles[column], self.table.headings[column].role} - {None}
        meant |= {Role.BASELINE, Role.CURRENT} if meant & {Role.BASELINE, Role.CURRENT} else set()
        years = [c for c in self.columns(Role.YEAR) if years_of(self.table.headings[c]) in meant]
        return min(years, key=lambda year: abs(year - column), default=None)

    @staticmethod
    def _of(segments: list[Segment], starts: list[int], column: int) -> Segment:
        return segments[max(index for index, start in enumerate(starts) if start <= column)]

    def _rest(self) -> None:
        layout = self.layout
        own, related = self.columns(Role.DEPARTMENT), self.columns(Role.RELATED)
        layout.departments = [*(own or self.columns(Role.DIVISION)), *related]
        used = layout.roles(self.roles)
        for column in range(self.grid.width):
            if column in used or not self.data(column):
                continue
            if self.roles[column] is Role.TEXT or (self.roles[column] is None and self._tells(column)):
                layout.texts[column] = self.table.headings[column].label or NAMELESS
            else:
                says = "left_out" if self.roles[column] else "unknown_column"
                layout.left_out[column] = "" if self.given.get(column) is Role.LEFT_OUT else says
