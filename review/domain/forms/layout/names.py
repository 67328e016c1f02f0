"""Which columns name 分野 and 施策, and which numbers them."""

import re

from review.domain.forms.headings import VALUES, Role, is_amount
from review.domain.forms.layout.columns import Columns
from review.domain.forms.tables import is_total

_CODE = re.compile(
    r"[(（]?(?:[A-Za-z]{0,3}[-‐]?[0-9Ⅰ-Ⅻ①-⑳]+(?:[-.・‐―－_()（）]*[0-9①-⑳A-Za-zア-ン])*|[ア-ンA-Za-z一二三四五六七八九十])[)）]?"
)
#: 施策コード, which numbers no goal and no row
_OF_MEASURE = re.compile(r"(?:施策|事業|事務事業|取組)(?:の?番号|コード|ID)")

#: which way a goal's values should go
_WAYS = re.compile(r"[↑↓→↗↘⇧⇩△▼-]|(?:増加?|減少?|維持|向上|上昇|低下|拡大|縮小)(?:傾向)?")
_LONGEST_GROUP = 20


def is_code(text: str) -> bool:
    """Whether the text is a number as rows, goals or measures have: 3, 1-2 or K-001."""
    return bool(_CODE.fullmatch(text))


def _is_no_name(text: str) -> bool:
    return is_amount(text) or is_code(text)


class Names(Columns):
    """The columns left of the goals."""

    def decide_names(self) -> None:
        goals = self.columns(Role.GOAL)
        first_goal = goals[0] if goals else self.grid.width
        self._codes_beside()
        measures = self.columns(Role.MEASURE)
        before = [column for column in measures if column < first_goal]
        for column in [c for c in self.columns(Role.GROUP) if goals and c > first_goal and c not in self.given]:
            self.roles[column] = Role.LEFT_OUT if all(map(_WAYS.fullmatch, self.listed(column))) else Role.TEXT
        groups = self.columns(Role.GROUP)
        if not measures and not groups:
            before = self._unheaded_names(first_goal)
        elif not measures and (between := self._names_between(groups[-1], first_goal)):
            before = ([c for c in between if self.roles[c] is Role.TEXT] or between)[-1:]
            self.layout.assumed[before[0]] = "measure_assumed"
        elif not measures and groups[-1] not in self.given:
            before, groups = groups[-1:], groups[:-1]
            if not groups:  # 分野 alone beside the goals: a person may want each goal to be a 施策 of its own
                self.layout.assumed[before[0]] = "measure_assumed"
        elif not before:
            before = measures[:1]
        for column in self._finer(before[-1], first_goal) if before else ():
            self.layout.assumed[column] = "measure_assumed"
            before.append(column)
        self.layout.measure = before[-1] if before else None
        for column in self.columns(None, Role.TEXT) if self.layout.measure is not None else ():
            if column < before[-1] and self.table.headings[column].label and self._can_group(column):
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

    def _finer(self, measure: int, goal: int) -> list[int]:
        """A column without a heading between 施策 and goals that divides what stands there into more names."""
        columns = [c for c in self.columns(None) if measure < c < goal and not self.table.headings[c].label]
        names = [
            c for c in columns if self.is_worded(c) and not self.tells(c) and not all(map(_is_no_name, self.listed(c)))
        ]
        return [c for c in names if len({*self.listed(c)}) > len({*self.listed(measure)})][-1:]

    def _can_group(self, column: int) -> bool:
        """Whether the column says words that can be a 分野: short ones, where its own word means a text."""
        short = all(len(text) <= _LONGEST_GROUP and not text.endswith("。") for text in self.data(column))
        return self.is_worded(column) and (short or self.roles[column] is None)

    def _names_between(self, group: int, goal: int) -> list[int]:
        """The columns between 分野 and goals that can hold names: of unknown words, or short ones under the word of a text."""
        right = min([goal, *self.columns(*VALUES)])
        columns = [c for c in self.columns(None, Role.TEXT) if group < c < right and c not in self.given]
        return [c for c in columns if self.is_worded(c) and not self.tells(c)]

    def _unheaded_names(self, first_goal: int) -> list[int]:
        texts = self.columns(Role.TEXT, Role.ITEM) if not self.columns(Role.GOAL) else self.columns(Role.ITEM)
        texts = [column for column in texts if column < first_goal]
        unheaded = [c for c in self.columns(None) if c < first_goal and not all(map(_is_no_name, self.listed(c)))]
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
            if ((same and role is Role.MEASURE) or unheaded) and data and all(map(is_code, data)):
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
