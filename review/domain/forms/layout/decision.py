"""Which column of a table holds what: decided from the headings, and from the data where headings leave a choice."""

import re
from collections.abc import Mapping

from review.domain.forms.grid import Grid
from review.domain.forms.headings import (
    OF_A_YEAR,
    VALUES,
    Role,
    core,
    is_amount,
    is_money,
    is_year_only,
    kind_of_row,
    names_actor,
    sort_of,
    years_of,
)
from review.domain.forms.layout.columns import COUNT
from review.domain.forms.layout.names import Names, is_code
from review.domain.forms.layout.shape import Layout, Segment, ValueColumn
from review.domain.forms.tables import Table
from review.domain.forms.years import named_year

_DIVIDING = frozenset({Role.SORT, Role.TEXT, None})
_DIVISION = re.compile(r"|対象者?|区分|内訳|種別|種類|性別|年齢(?:層|区分)?|年代|地区|地域|学年|分類|細目")
_LONGEST_UNIT = 5
#: what only says again what other columns say
_RATE = re.compile(r".{0,4}(?:達成率|達成度|到達度|進捗率|進ちょく率|進捗度|計画比|目標比|前年度?比|対比)")
_PERCENT = re.compile(r"[-+△▲]?[\d,.]+\s*[%％]?|[-－―ー–—…]+|[◎○△×✕]|.{0,6}達成|")
#: a text whose column has no heading
NAMELESS = "本文"


def lay_out(grid: Grid, table: Table, given: Mapping[int, Role], years: Mapping[int, int]) -> Layout:
    """The columns of the table; `given` and `years` are those of which a person spoke. Nothing is decided on a column
    without headings, unless its data leave no choice."""
    return _Decision(grid, table, given, years).decide()


class _Decision(Names):
    """The columns of one table, role by role."""

    def decide(self) -> Layout:
        self._forecasts()
        self._kind_and_year()
        self._goals()
        self.decide_names()
        self._words_called_values()
        self._marks_beside_values()
        self._results_called_otherwise()
        self._year_before_all()
        self._kind_of_years()
        self._current_values()
        self._segments()
        self._rest()
        self.layout.holds = self.layout.roles(self.roles)
        return self.layout

    def _kind_and_year(self) -> None:
        kinds = {column: self._kinds_in(column) for column in self.columns(*Role, None)}
        # 計画 and 実績 say the kind better than 量の見込み and 確保方策, which are all 計画
        columns = [column for column, some in kinds.items() if some]
        if columns and (self.columns(Role.YEARLY, Role.FIGURE) or not self.columns(*VALUES)):
            self.layout.kind = max(columns, key=lambda column: len(kinds[column]))
            self.roles[self.layout.kind] = Role.SORT
        for column, heading in enumerate(self.table.headings):
            data = self.data(column)
            if not heading.year and (years_of(heading) or not heading.label) and data and all(map(is_year_only, data)):
                self.roles[column] = Role.YEAR
        for column in self.columns(Role.YEAR):
            named = [text for text in self.data(column) if named_year(text).year or is_year_only(f"{text}年度")]
            if len(named) * 2 < len(self.data(column)):
                self.roles[column] = None
        years = [column for column in self.columns(Role.YEAR) if not years_of(self.table.headings[column])]
        self.layout.year = years[0] if years else None
        if self.layout.kind is not None and self.layout.year is None:
            yearly = [text for text in self.listed(self.layout.kind) if kind_of_row(text) in OF_A_YEAR]
            said_years = [named_year(text).year for text in yearly]
            self.layout.year = self.layout.kind if said_years and all(said_years) else None  # R3実績, R12目標
        if self.layout.kind is not None and not self.columns(*VALUES):
            for column in self.columns(Role.FIGURE):
                self.roles[column] = Role.YEARLY

    def _kinds_in(self, column: int) -> set[Role | None]:
        """目標 and 実績 as far as a column says them, where it says no other words; else nothing."""
        if self.given.get(column, Role.SORT) is not Role.SORT or self.table.headings[column].year:
            return set()
        # 活動指標 stands over its 目標 and 実績 where one column says both
        kinds = {kind_of_row(text) for text in self.listed(column) if not sort_of(text)}
        return set() if None in kinds else kinds & {Role.TARGET, Role.ACTUAL}

    def _goals(self) -> None:
        for column in [c for c in self.columns(Role.GOAL) if sum(map(is_amount, self.data(c))) * 2 > len(self.data(c))]:
            self.roles[column] = None
        self._drop_sorts()
        self._unit_beside_goal()
        self._groups_called_goals()
        named = [c for c in self.columns(Role.TARGET) if self._is_name_of_goal(c)]
        named = named or ([] if self.layout.sort is None else self.columns(Role.PART))
        items = self.columns(Role.ITEM)
        finer = [column for column in items if named and column > named[0] and self._is_finer(column, named[0])]
        if finer:  # 成果目標 over several 項目
            self.roles[named[0]], self.roles[finer[-1]] = Role.MEASURE, Role.GOAL
        elif named:
            self.roles[named[0]] = Role.GOAL
        elif items and not self.columns(Role.GOAL) and (len(items) == 1 or self.columns(Role.MEASURE, Role.GROUP)):
            self.roles[items[-1]] = Role.GOAL
        if not self.columns(Role.GOAL):
            for column in [c for c in self.columns(Role.SORT, None) if self._counts_apart(c)][:1]:
                self.roles[column], self.layout.assumed[column] = Role.GOAL, "goal_assumed"

    def _is_finer(self, column: int, other: int) -> bool:
        """Whether a column has more names than another, or names beside its blanks."""
        ours, theirs = self.listed(column), self.listed(other)
        return len(ours) > len(theirs) or len({*ours}) > len({*theirs})

    def _counts_apart(self, column: int) -> bool:
        """Whether a column 区分 names what is counted of each 施策, as some have several: 利用者数 and 利用時間 of one service."""
        label, parts = core(self.table.headings[column].label), self.listed(column)
        right = min(self.columns(*VALUES, Role.UNIT), default=0)
        if column in self.given or column in {self.layout.kind, self.layout.sort} or column > right or not label:
            return False
        if not _DIVISION.fullmatch(label) or not self.is_worded(column) or len({*parts}) < 2:
            return False
        names: dict[str, list[str]] = {}
        for row in (row for row in self.rows if len(self.grid.filled(row)) > 1):
            name = self.grid.seen(row, column - 1).strip() if column else ""
            name = name or next(reversed(names), "")
            names.setdefault(name, []).append(self.grid.seen(row, column).strip())
        names = {name: [text for text in some if text or self.layout.kind is None] for name, some in names.items()}
        several = [some for some in names.values() if len(some) > 1]
        return bool(several) and all(len({*some}) == len(some) for some in several)

    def _groups_called_goals(self) -> None:
        """目標 left of the names, over words instead of values, is a 分野."""
        names = self.columns(Role.MEASURE, Role.GOAL)
        for column in self.columns(Role.TARGET):
            if names and column < min(names) and self.table.headings[column].year is None and self.is_worded(column):
                self.roles[column] = Role.GROUP

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
        return (
            unheaded and self.roles[column] in (Role.GOAL, None) and bool(self.data(beside)) and self.is_worded(beside)
        )

    def _tells_sorts(self, column: int) -> bool:
        """Whether the column says 活動指標 or 成果指標, and nothing else but the headings of what comes next."""
        texts = self.listed(column)
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
        return self.is_worded(column)

    def _results_called_otherwise(self) -> None:
        """進捗, 決算 and unknown words over numbers of a year are its 実績 where 目標 stand beside them and no 実績."""
        if not self.columns(Role.TARGET) or self.columns(Role.ACTUAL, Role.YEARLY):
            return
        for column in (one for one in self.columns(Role.LEFT_OUT, None) if one not in self.given):
            heading = self.table.headings[column]
            upper = self.grid.seen(self.table.top, column)
            rate = any(_RATE.fullmatch(core(text)) for text in (upper, heading.label))
            if heading.year and not (self.is_worded(column) or is_money(upper) or rate):
                self.roles[column], self.layout.assumed[column] = Role.ACTUAL, "kind_assumed"

    def _year_before_all(self) -> None:
        """The only year without a word, before those of 目標 and 実績, is where things stood at the start."""
        free = [column for column in self.columns(Role.YEARLY) if column not in self.given]
        others = self.columns(Role.TARGET, Role.ACTUAL)
        years = [self.table.headings[column].year or 0 for column in others]
        alone = len(free) == 1 and not self.columns(Role.BASELINE, Role.CURRENT) and bool(self.columns(Role.ACTUAL))
        if alone and free[0] < min(others) and 0 < (self.table.headings[free[0]].year or 0) < min(years):
            self.roles[free[0]], self.layout.assumed[free[0]] = Role.BASELINE, "kind_assumed"
        for column in (one for one in free if self.columns(Role.TARGET) and self.columns(Role.ACTUAL)):
            if core(self.table.headings[column].label).startswith("見込"):  # R6見込 behind the 実績
                self.roles[column], self.layout.assumed[column] = Role.ACTUAL, "kind_assumed"

    def _kind_of_years(self) -> None:
        """Years without a word beside columns of targets hold what came of it: before the last target's, certainly so, unless
        a word over them is missing."""
        if self.layout.kind is None and self.columns(Role.TARGET) and not self.columns(Role.ACTUAL):
            headings = self.table.headings
            last = max((headings[column].year or 0 for column in self.columns(Role.TARGET)), default=0)
            for column in (one for one in self.columns(Role.YEARLY) if one not in self.given):
                self.roles[column] = Role.ACTUAL
                if (headings[column].year or 0) > last or not self.grid.seen(self.table.top, column).strip():
                    self.layout.assumed[column] = "kind_assumed"
        elif self.layout.kind is None and not self.columns(Role.TARGET, Role.ACTUAL):
            worded = [self.is_worded(column) for column in self.columns(Role.YEARLY)]
            self.layout.guess = Role.TARGET if worded and all(worded) else Role.ACTUAL

    def _forecasts(self) -> None:
        """見込 beside the 実績 of its year is what was planned."""
        years = {self.table.headings[column].year for column in self.columns(Role.ACTUAL)} - {None}
        for column in self.columns(Role.FIGURE, Role.YEARLY):
            heading = self.table.headings[column]
            if heading.year in years and re.fullmatch("見込み?(?:値|数|量)?", core(heading.label)):
                self.roles[column] = Role.TARGET

    def _marks_beside_values(self) -> None:
        """○ and △ under the year of a 実績 beside that 実績 say what is thought of it."""
        headings = self.table.headings
        for column in self.columns(*VALUES):
            same = [c for c in self.columns(*VALUES) if headings[c].year == headings[column].year and c != column]
            marks = {*"".join(self.data(column))}
            if (
                marks & {*"○◎△×〇"}
                and marks <= {*"○◎△×〇-－―ー "}
                and any(self.roles[c] == self.roles[column] for c in same)
            ):
                self.roles[column] = Role.LEFT_OUT

    def _words_called_values(self) -> None:
        """R6実績 over sentences, where no column names goals, is a text; so is 取組実績 over words beside a column with values."""
        if not self.columns(Role.GOAL):
            for column in (one for one in self.columns(*VALUES) if self.tells(one)):
                self.roles[column] = Role.TEXT
        actual = self.columns(Role.ACTUAL)
        worded = [c for c in actual if self.table.headings[c].year is None and self.is_worded(c)]
        if len(worded) < len(actual):
            for column in worded:
                self.roles[column] = Role.TEXT

    def _current_values(self) -> None:
        """現状値 is the 基準値 where no other column is; beside one it is an 実績 of its year."""
        over = [heading.over for heading in self.table.headings]
        has_baseline = {over[column] for column in self.columns(Role.BASELINE)}
        for column in self.columns(Role.CURRENT):
            beside = over[column] in has_baseline
            self.roles[column] = Role.ACTUAL if beside else Role.BASELINE
            if beside and not self.table.headings[column].year:
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
        for row in (row for row in self.rows if self.grid.seen(row, column).strip()):
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
        wide = self.columns(Role.DIVISION)
        wide = [column for column in wide if not names_actor(self.table.headings[column].label)] or wide
        layout.departments = [*(self.columns(Role.DEPARTMENT) or wide), *self.columns(Role.RELATED)]
        used = layout.roles(self.roles)
        for column in range(self.grid.width):
            if column in used or not self.data(column):
                continue
            if self.roles[column] in (Role.TEXT, Role.ITEM) or (self.roles[column] is None and self.tells(column)):
                layout.texts[column] = self.table.headings[column].label or NAMELESS
            else:
                says = "left_out" if self.roles[column] else "unknown_column"
                quiet = self.given.get(column) is Role.LEFT_OUT or self._is_derived(column)
                layout.left_out[column] = "" if quiet else says

    def _is_derived(self, column: int) -> bool:
        """Whether a column only says what others say already: a rate of 実績 by 目標, or a number of its own for each row."""
        data = self.listed(column)
        word = core(self.table.headings[column].label)
        if COUNT.fullmatch(word):
            return self.counts_rows(column) or (bool(word) and len({*data}) == len(data) and all(map(is_code, data)))
        both = bool(self.columns(Role.TARGET, Role.YEARLY)) and bool(self.columns(Role.ACTUAL, Role.YEARLY))
        return both and bool(_RATE.fullmatch(word)) and all(map(_PERCENT.fullmatch, data))
