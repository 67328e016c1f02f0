"""Reads the sheets of a file that is in nobody's known form: tables, labels, and what remains as doubts."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from review.domain.forms import headings, titles
from review.domain.forms.departments import is_office, split_departments
from review.domain.forms.grid import Grid
from review.domain.forms.headings import NONE, Corrections, Role, core, is_number, is_year_only, kinds_in_turn
from review.domain.forms.label_rows import Pair, costs_on, pairs_of
from review.domain.forms.layout.decision import lay_out
from review.domain.forms.layout.shape import Layout
from review.domain.forms.plausible import adds_up, doubt_all, doubt_section, is_odd
from review.domain.forms.proposal import Collector, Goal, Measure, Proposal, Typed, add_new
from review.domain.forms.reshaped.divided import divided
from review.domain.forms.reshaped.joined import unjoined
from review.domain.forms.reshaped.named_kinds import kinds_apart
from review.domain.forms.reshaped.upright import upright
from review.domain.forms.row_kinds import is_section
from review.domain.forms.sections import JOINED, Sections, class_of, is_caption
from review.domain.forms.table_rows import TableRows
from review.domain.forms.tables import Table, find_tables, is_note, passes_over
from review.domain.forms.years import all_years, named_year
from review.domain.sheet import DocumentError

_UNIT = re.compile(r"[(\[]?\s*単位\s*[::]\s*([^)\]、,]+)[)\]]?")
_SAMPLES = re.compile(r"記[入載]例|記[入載]見本|見本|サンプル|記[入載]要領|作成要領|使い方|凡例|説明|目次|表紙")
#: 施策 over 事業名 on a card says where it belongs
_BROAD = re.compile(r"(?:基本|主要|上位|関連|総合計画)?(?:の)?施策(?:の)?(?:名|名称)?")
#: (単位は人), 令和7年8月作成, 更新:令和7年8月
_REMARK = re.compile(r"[((\[].*[))\]]|.*(?:作成|更新|現在|時点|改定|公表)|(?:作成|更新|担当|出典).{0,3}[::].*")
#: a part of the department that another label names
_DESK = re.compile(r"(?:担当)?(?:係|班)(?:等)?(?:名)?")
#: what is done for a 施策 that is named already
_DEEDS = re.compile("主な|主要|具体的")
_FINE = re.compile(r"(?:事務|構成|個別|対象)?事業(?:の)?(?:名|名称)|事務事業")
#: 今後の方向性 where it stands below the goals, else a 分野
_WAYS = re.compile(r"方向性?|方針")
#: whose last year is that of a 目標値 without one
_PERIOD = re.compile("(?:計画|戦略|プラン|ビジョン)の?期間")
#: a number, and a text all the same
_COST = re.compile("決算額?")
_MOST_NAMED, _LONGEST, _FEW, _MOST_TITLES = 40, 60, 3, 4


def read_grids(grids: Sequence[Grid], corrections: Corrections = NONE) -> Proposal:
    """The proposal for these sheets. Raises DocumentError where nothing in them looks like a plan."""
    collector = Collector()
    alone = sum(bool(find_tables(grid)) for grid in grids if not (grid.hidden or _SAMPLES.search(grid.title))) < 2
    for grid in (one.rewritten(corrections.cells.get(one.title, {})) for one in grids):
        if grid.hidden:
            collector.doubt("hidden_sheet", sheet=grid.title, title=grid.title)
        elif _SAMPLES.search(grid.title):
            collector.doubt("sample_sheet", sheet=grid.title, title=grid.title)
        elif grid.rows:
            _SheetReader(
                kinds_apart(divided(unjoined(upright(grid, collector)), collector)), collector, corrections, alone=alone
            ).read()
            collector.keep_cells(grid)
    doubt_all(collector.measures.values(), collector)
    proposal = collector.proposal()
    if not any(measure.goals or measure.code or measure.departments for measure in proposal.measures):
        raise DocumentError("no_plan")
    return proposal


class _SheetReader:
    """One sheet, from top to bottom: labels name the measure that the tables below them belong to."""

    def __init__(self, grid: Grid, collector: Collector, corrections: Corrections, *, alone: bool) -> None:
        self.grid, self.collector, self.corrections = grid, collector, corrections
        #: the only sheet of the file, whose name is none of a 施策
        self.alone = alone
        self.tables = find_tables(grid)
        self.first = self.tables[0] if self.tables else None
        inside = {row for table in self.tables for row in range(table.top, table.end)}
        labels = (text for row, texts in enumerate(grid.rows) if row not in inside for text in texts if text)
        self.is_of_projects = any(_FINE.fullmatch(core(text)) for text in labels)
        self.sections = Sections()
        #: those in force where the last table ended
        self.sections_before: list[str] = []
        #: the row of the last of them
        self.headed = -1
        self.used: set[tuple[int, int]] = set()
        self.titles: list[str] = [grid.title]
        self.owner: Measure | None = None
        self.head: dict[Role, list[str]] = {}
        #: where 分野 and 施策 were last said, and a 分野 that stands over several cards
        self.group_row = self.name_row = -1
        self.upper_group: list[str] = []
        #: texts above the name of their measure
        self.held: list[Pair] = []
        self.kind: Role | None = None
        self.goal_name = ""
        self.unit = self.sort = ""
        self.goal: Goal | None = None
        #: labels that a table has followed: what is said anew holds instead
        self.closed: set[Role] = set()
        #: the end of the table above, and its 施策 where it has but one
        self.above: tuple[int, Measure] | None = None
        #: labels whose values have no place
        self.left_out: list[Pair] = []

    def read(self) -> None:
        self.collector.note_hidden(self.grid)
        row = 0
        for table in [*self.tables, None]:
            rows = range(row, table.top if table else self.grid.height)
            self._between(rows, table)
            if table:
                self._table(table)
                row = table.end
        self._doubt_unplaced()

    # --- outside tables ---------------------------------------------------------------------------------------------

    def _between(self, rows: range, table: Table | None) -> None:
        labelled = self.grid.height
        for pair in self._in_order(list(pairs_of(self.grid, rows, self.used))):
            labelled = min(labelled, pair.row)
            self._take(pair)
        if self.owner is None and Role.CODE in self.head:
            self._complete(by_number=True)
        for row in rows:
            columns = [c for c in self.grid.filled(row) if (row, c) not in self.used]
            texts = [self.grid.own(row, column) for column in columns]
            if not texts:
                continue
            self._note_unit(texts)
            if len(texts) == 1 and is_caption(texts[0]):
                self.kind = headings.kind_of_row(texts[0])
                self.used.add((row, columns[0]))
            # 施策2 相談, and 担当課 and its name right of it
            title = len(texts) == 1 and columns[0] == self.grid.filled(row)[0]
            above = not self.owner and table is self.first and len(texts) < _MOST_TITLES
            above |= row == 0 and len(texts) < _MOST_TITLES - 1
            if costs := costs_on(self.grid, row):
                self.left_out.append(costs)
                self.used |= {(row, column) for column in columns}
                continue
            if (is_note(texts[0]) and len(texts) < _MOST_TITLES) or (title and row < labelled) or above:
                self.titles += texts
                self.used |= {(row, column) for column in columns}
            explained = len(texts) == 2 and class_of(texts[0]).startswith("word") and not class_of(texts[1])
            if (title or explained) and table and self._is_section(row, columns[0], table):
                doubt_section(self.collector, self.grid, row, columns[0])
                self.sections.begin(texts[0])
                self.headed = row
                self.used |= {(row, column) for column in columns}

    def _in_order(self, pairs: list[Pair]) -> list[Pair]:
        """The labels, with the name of the next card before what is said anew above it: 基本目標 stands over 施策名."""
        if self.is_of_projects:
            pairs = [replace(one, role=Role.GROUP) if _BROAD.fullmatch(one.label) else one for one in pairs]
        labels = [one.label for one in pairs if one.role is Role.MEASURE and one.text]
        if len({*labels}) == 2 and labels == [*dict.fromkeys(labels)] * (len(labels) // 2):  # 改革項目 over 推進項目
            pairs = [replace(one, role=Role.GROUP) if one.label == labels[0] else one for one in pairs]
        names = {Role.MEASURE, Role.CODE} & self.closed
        first = next((place for place, one in enumerate(pairs) if one.role in names), 0)
        begins = next((place for place, one in enumerate(pairs[:first]) if one.role is Role.GROUP), first)
        ours = {Role.GROUP, Role.DEPARTMENT, Role.DIVISION, Role.RELATED}
        early = [
            one
            for place, one in enumerate(pairs[:first])
            if one.role in self.closed or (place >= begins and one.role in ours)
        ]
        others = [one for one in pairs[:first] if one not in early]
        return [*others, *pairs[first : first + 1], *early, *pairs[first + 1 :]]

    def _note_unit(self, texts: list[str]) -> None:
        """A cell of its own above a table, 単位:人, gives the unit of all its goals that have none."""
        for text in texts:
            match = _UNIT.fullmatch(unicodedata.normalize("NFKC", text.strip()))
            if match:
                self.unit = match[1].strip()

    def _is_section(self, row: int, column: int, table: Table) -> bool:
        text = self.grid.own(row, column).strip()
        if is_note(text) or is_caption(text) or kinds_in_turn(text):
            return False
        numbered = class_of(text)
        if numbered and not named_year(text).year and (numbered.startswith("chapter") or not text.startswith("第")):
            return True
        if _REMARK.fullmatch(text) or is_office(text) or column > 1:
            return False
        return len(self.tables) > 1 and row == table.top - 1 and (row > 0 or table is not self.first)

    def _take(self, pair: Pair) -> None:
        is_named = self.owner is not None or bool(self.sections.path())
        sentence = pair.role is Role.GROUP and pair.text.endswith("。")
        if sentence or (pair.role is Role.MEASURE and _DEEDS.match(pair.label) and is_named):
            pair = replace(pair, role=Role.TEXT)
        if self.owner is None and _PERIOD.fullmatch(core(pair.heading)):
            self.titles.append(f"{pair.heading}:{pair.text}")
            return
        if pair.role in (Role.MEASURE, Role.CODE) and pair.text:
            self._begin_measure(pair)
        left_out = pair.role is Role.LEFT_OUT or (_DESK.fullmatch(pair.label) and Role.DEPARTMENT in self.head)
        if left_out and pair.text:
            self.left_out.append(pair)
        if left_out or not pair.text:
            return
        costs = pair.role is Role.TEXT and _COST.fullmatch(core(pair.heading))
        if is_odd(pair.role, pair.text) and not (costs or (pair.role in headings.VALUES and not self.goal_name)):
            self._doubt("odd", pair)
        if pair.role is Role.GOAL:
            self.goal_name, self.unit, self.goal, self.sort = pair.text, "", None, headings.sort_of(pair.label)
        elif pair.role is Role.UNIT:
            self.unit = "" if re.search("[、,，]", pair.text) else pair.text  # 百万円、% are those of several goals
        elif pair.role is Role.TEXT or (self.owner and self.owner.goals and _WAYS.fullmatch(pair.label)):
            if above := self._measure_above(pair):
                above.texts.setdefault(pair.label, pair.text)
            else:
                self.held.append(pair)
        elif pair.role in (Role.BASELINE, Role.CURRENT, Role.TARGET, Role.ACTUAL):
            self._labelled_value(pair)
        else:
            if pair.role is Role.DEPARTMENT and (above := self._closed_by(pair)):
                add_new(above.departments, split_departments(pair.text))
                return
            if pair.role in self.closed:
                self.closed.discard(pair.role)
                self.head.pop(pair.role, None)
            self.head.setdefault(pair.role, []).append(pair.text)
            self.group_row = pair.row if pair.role is Role.GROUP else self.group_row
            self.name_row = pair.row if pair.role is Role.MEASURE else self.name_row
        self._complete()

    def _measure_above(self, pair: Pair) -> Measure | None:
        """The only 施策 of the table above, where no heading stands between it and what is said."""
        if self.above is None or self.owner is not None:
            return None
        end, measure = self.above
        firsts = [(row, columns[0]) for row in range(end, pair.row) if (columns := self.grid.filled(row))]
        headed = any(class_of(self.grid.own(*place)) for place in firsts if place not in self.used)
        return None if headed else measure

    def _closed_by(self, pair: Pair) -> Measure | None:
        """The only 施策 of the table above that has no office yet, where a heading or nothing follows what is said."""
        above = self._measure_above(pair)
        end = min((table.top for table in self.tables if table.top > pair.row), default=self.grid.height)
        firsts = [(row, columns[0]) for row in range(pair.row + 1, end) if (columns := self.grid.filled(row))]
        headed = any(class_of(self.grid.own(*place)) for place in firsts if place not in self.used)
        return above if above and not above.departments and (headed or end == self.grid.height) else None

    def _begin_measure(self, pair: Pair) -> None:
        """A second name or number on the sheet begins another measure."""
        if pair.role in self.head:
            self.upper_group = self.head.get(Role.GROUP, []) if self.group_row < self.name_row else []
            self.head, self.owner = {Role.GROUP: self.upper_group} if self.upper_group else {}, None
            self.goal_name, self.unit, self.goal = "", "", None

    def _complete(self, *, by_number: bool = False) -> None:
        name, code = ("".join(self.head.get(role, [])[:1]) for role in (Role.MEASURE, Role.CODE))
        another = self.owner is not None and code and self.owner.code not in ("", code)
        if (self.owner is None or another) and (name or by_number):
            self.owner = self.collector.card(name, code, sheet=self.grid.title)
        if (owner := self.owner) is None:
            return
        owner.code = owner.code or code
        owner.group = JOINED.join(self.head.get(Role.GROUP, [])) or owner.group
        divisions = self._offices_in(Role.DIVISION) if Role.DEPARTMENT in self.head else []
        owner.departments = [name for name in owner.departments if name not in divisions]
        add_new(owner.departments, self._offices())
        self._hand_over(owner)

    def _hand_over(self, measure: Measure, below: int = -1) -> None:
        """Give the texts that wait, of those below a row, to the measure of which they speak."""
        for pair in (one for one in self.held if one.row > below):
            measure.texts.setdefault(pair.label, pair.text)
        self.held = [pair for pair in self.held if pair.row <= below]

    def _offices(self) -> list[str]:
        own = self._offices_in(Role.DEPARTMENT) or self._offices_in(Role.DIVISION)
        return list(dict.fromkeys([*own, *self._offices_in(Role.RELATED)]))

    def _offices_in(self, role: Role) -> list[str]:
        return [name for text in self.head.get(role, []) for name in split_departments(text)]

    def _labelled_value(self, pair: Pair) -> None:
        named = named_year(pair.heading)
        year = named.year or titles.year_of(self.titles, pair.role)
        baseline = pair.role in (Role.BASELINE, Role.CURRENT)
        if not self.goal_name and is_year_only(re.split(r"\s", pair.text)[0]):
            self.titles.append(f"{pair.heading}:{pair.text}")  # 目標年次:令和17年度
            return
        if not self.owner or not self.goal_name or (year is None and not baseline):
            self._doubt("unplaced:label", pair)
            return
        self.goal = self.owner.goal(self.goal_name, self.unit)
        self.goal.sort = self.goal.sort or self.sort
        kind = "baseline" if baseline else "target" if pair.role is Role.TARGET else "actual"
        typed, self.closed = Typed(text=pair.text, plain=pair.plain), set(self.head)
        self.collector.put(self.goal, (kind, None if baseline else year), typed, self.grid, pair.row, pair.column)

    # --- tables -----------------------------------------------------------------------------------------------------

    def _table(self, table: Table) -> None:
        self.used |= {(row, c) for row in range(table.top, table.end) for c in range(self.grid.width)}
        if adds_up(self.grid, table):
            self.collector.at(self.grid, table.top, 0, "tally")
            return
        layout = lay_out(self.grid, table, *self.corrections.given_in(table.headings))
        if self.sections.path() or self.owner or self._has_sections(table, layout):
            layout.count_unheaded(table.headings)
        self._doubt_kept(table, layout)
        self.collector.columns += layout.as_columns(self.grid, table)
        owner = self.owner if layout.measure is None or not layout.segments[0].values else None
        if owner and layout.measure is not None:
            self.collector.at(self.grid, table.top, layout.measure, "parts_left_out", name=owner.name)
            return
        if owner and layout.groups:
            owner = None
        named = "" if self.alone or not titles.can_name_measure(self.grid.title) else self.grid.title
        rows = TableRows(
            grid=self.grid, table=table, layout=layout, collector=self.collector, sections=self.sections,
            owner=owner, year_of=partial(titles.year_of, self.titles), fallback=named, called=self.goal_name,
            unit="" if self.goal_name and owner is None and layout.segments[0].goal is not None else self.unit,
            sort=self.sort if owner or self.goal_name else "", kind=self.kind, kind_of_titles=titles.kind_said(self.titles),
            kinds_in_turn=self._kinds_in_turn(layout),
            groups=[] if self.owner else self.head.get(Role.GROUP) or self._group_of_sheet(layout),
            departments=[] if self.owner else self._offices() or ([] if layout.departments else titles.office_named(self.grid.title, self.collector)),
        )  # fmt: skip
        before = len(self.collector.measures)
        rows.read()
        made = [*self.collector.measures.values()][before:]
        self.above = (table.end, made[0]) if self.owner is None and len(made) == 1 else None
        if self.above and self.headed >= 0:
            self._hand_over(made[0], below=self.headed)
        self.closed, self.sections_before = set(self.head), self.sections.path()

    def _doubt_kept(self, table: Table, layout: Layout) -> None:
        """Name the 分野 that was said above another table or card and is taken to hold on."""
        path, above = self.sections.path(), self.upper_group
        upper = above if above and self.head.get(Role.GROUP) is above else []
        if path and path == self.sections_before and not (layout.groups or self.owner) and layout.measure is not None:
            upper = path
        if upper:
            self.collector.at(self.grid, table.top, 0, "section_kept", upper[-1], text=upper[-1])

    def _has_sections(self, table: Table, layout: Layout) -> bool:
        rows = [row for row in range(table.first, table.end) if not passes_over(self.grid, row, table)]
        return any(is_section(self.grid, table, layout, row) for row in rows)

    def _group_of_sheet(self, layout: Layout) -> list[str]:
        """The sheet's name, 基本目標1 …, where nothing on the sheet says a 分野."""
        rows = (row for table in self.tables for row in range(table.first, table.end))
        alone = ((row, *columns) for row in rows if len(columns := self.grid.filled(row)) == 1)
        headed = layout.groups or self.sections.path() or any(class_of(self.grid.own(*place)) for place in alone)
        return [] if headed else titles.group_named(self.grid.title, self.collector)

    def _kinds_in_turn(self, layout: Layout) -> list[Role]:
        """What stands above what in the rows of a goal, where a note on the sheet says it and no column does."""
        if layout.kind is None:
            for row, column in ((r, c) for r in range(self.grid.height) for c in self.grid.filled(r)):
                if kinds := kinds_in_turn(text := self.grid.own(row, column)):
                    self.used.add((row, column))
                    self.collector.at(self.grid, row, column, "rows_in_turn", text=text.strip()[:40])
                    return kinds
        return []

    # --- doubts -----------------------------------------------------------------------------------------------------

    def _doubt_unplaced(self) -> None:
        rows = [[(r, c) for c in self.grid.filled(r) if (r, c) not in self.used] for r in range(self.grid.height)]
        left = [places for places in rows if places]
        numbers = [row for row in self.grid.rows if any(map(is_number, row))]
        nothing = not self.tables and self.owner is None and {*self.head} <= {Role.GROUP}
        if nothing and (len(left) > _FEW or len(numbers) > 1):
            self.collector.doubt("sheet_unread", sheet=self.grid.title, title=self.grid.title)
            return
        for pair in (one for one in self.held if not all_years(one.text)):
            self._doubt("unplaced:label", pair)
        headed = {heading.label for table in self.tables for heading in table.headings}
        others = [pair for pair in self.left_out if pair.label not in headed]
        for pair in others[:1]:
            labels = "」「".join(dict.fromkeys(one.label for one in others))
            self.collector.at(self.grid, pair.row, pair.column, "left_out:label", label=labels)
        for places in left[:_MOST_NAMED]:
            text = " ".join(self.grid.own(*place).strip() for place in places)
            self.collector.at(self.grid, *places[0], "unplaced", text=text[:_LONGEST])
        if more := sum(map(len, left[_MOST_NAMED:])):
            self.collector.doubt("unplaced:more", sheet=self.grid.title, count=more)

    def _doubt(self, says: str, pair: Pair) -> None:
        facts = {"label": pair.label, "text": pair.text, "kind_item": pair.role}
        self.collector.at(self.grid, pair.row, pair.column, says, **facts)
