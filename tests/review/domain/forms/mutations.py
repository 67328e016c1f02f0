"""What happens to lists between one year and the next, or one city and another: each keeps what the list says."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

from review.domain.forms.grid import Grid, make_grid
from review.domain.forms.headings import VALUES, Role
from review.domain.forms.layout.decision import lay_out
from review.domain.forms.tables import Table, find_tables
from tests.review.domain.forms.books import Case, measure

Span = tuple[int, int, int, int]

_SYNONYMS = {
    Role.MEASURE: ["やること", "とりくむこと", "仕事", "業務名", "タイトル"],
    Role.GROUP: ["くくり", "大きな目あて", "編", "まとまり"],
    Role.GOAL: ["めやす", "はかるもの", "バロメーター", "目盛り"],
    Role.UNIT: ["かぞえ方", "呼称", "単"],
    Role.DEPARTMENT: ["どこが", "うけもち", "主体となる組織", "主務", "担い手"],
    Role.TARGET: ["ねらい値", "めあて", "ゴール値", "こうしたい"],
    Role.ACTUAL: ["できた値", "出来高", "その結果の数", "確定"],
    Role.BASELINE: ["はじめの値", "もとの値", "出発点", "スタートライン"],
    Role.CODE: ["順", "整理", "記号"],
}
_STRANGE = [
    ("関連URL", ["https://example.jp/1", "https://example.jp/2"]), ("確度", ["高", "中", "低"]), ("係数", ["1.2", "0.8", "1.0"]),
    ("議会", ["済", "未", "済"]), ("人口比", ["12", "15", "9"]), ("優先", ["1", "2", "3"]), ("要望元", ["自治会", "議員", "市民"]),
    ("累計", ["120", "260", "310"]), ("達成率", ["96.0%", "102.1%", "88%"]), ("", ["○", "○", "△"]), ("所見欄", ["順調に進んだ", "遅れた", "見直す"]),
    ("R6予算", ["1,200", "880", "450"]), ("前回値", ["41", "39", "55"]), ("全国平均", ["50.1", "48.2", "60"]),
]  # fmt: skip


class Sheet:
    """One sheet in the making: its rows, merged ranges and bare numbers, all from 0."""

    def __init__(self, grid: Grid) -> None:
        self.title, self.hidden = grid.title, grid.hidden
        self.rows = [list(row) for row in grid.rows]
        self.spans = list(grid.spans)
        self.plain = set(grid.plain)
        self.grid = grid
        self.tables = find_tables(grid)

    def insert_row(self, at: int, cells: list[str]) -> None:
        width = len(self.rows[0])
        self.spans = [(t + (t >= at), a, b + (b >= at), z) for t, a, b, z in self.spans]
        self.plain = {(r + (r >= at), c) for r, c in self.plain}
        self.rows.insert(at, [*cells, *[""] * (width - len(cells))])

    def insert_column(self, at: int, cells: dict[int, str]) -> None:
        self.spans = [(t, a + (a >= at), b, z + (z >= at)) for t, a, b, z in self.spans]
        self.plain = {(r, c + (c >= at)) for r, c in self.plain}
        for number, row in enumerate(self.rows):
            row.insert(at, cells.get(number, ""))

    def made(self) -> Grid:
        return make_grid(self.rows, title=self.title, spans=self.spans, plain=self.plain, hidden=self.hidden)

    def table(self, chance: random.Random) -> Table | None:
        return chance.choice(self.tables) if self.tables else None

    def heads(self, table: Table) -> list[tuple[int, int]]:
        return [
            (r, c) for r in range(table.top, table.first) for c in range(len(self.rows[0])) if self.rows[r][c].strip()
        ]

    def roles(self, table: Table) -> dict[int, Role]:
        return lay_out(self.grid, table, {}, {}).holds


Change = Callable[[Sheet, random.Random], bool]


def drop_heading(sheet: Sheet, chance: random.Random) -> bool:
    if not (table := sheet.table(chance)):
        return False
    row, column = chance.choice(sheet.heads(table))
    sheet.rows[row][column] = ""
    return True


def rename_heading(sheet: Sheet, chance: random.Random) -> bool:
    if not (table := sheet.table(chance)):
        return False
    roles = sheet.roles(table)
    places = [
        (r, c) for r, c in sheet.heads(table)
        if roles.get(c) in _SYNONYMS and table.headings[c].year is None and sheet.grid.span(r, c)[3] == c
    ]  # fmt: skip
    if not places:
        return False
    row, column = chance.choice(places)
    sheet.rows[row][column] = chance.choice(_SYNONYMS[roles[column]])
    return True


def swap_columns(sheet: Sheet, chance: random.Random) -> bool:
    if len(sheet.tables) != 1:
        return False
    table = sheet.tables[0]
    roles = sheet.roles(table)
    wide = {c for _t, a, _b, z in sheet.spans if z > a for c in range(a, z + 1)}
    free = [c for c, role in roles.items() if c not in wide and role not in (Role.GROUP, Role.MEASURE, Role.CODE)]
    if (table.top and any(c in wide for c in free)) or len(free) < 2:
        return False
    one, other = sorted(chance.sample(free, 2))
    if any(table.headings[c].over or table.headings[c].under for c in (one, other)) or any(
        role is Role.SORT for role in (roles[one], roles[other])
    ):
        return False
    # blank headings to the right belong to the word on their left
    if any(
        not table.headings[c].label or sheet.rows[table.top][c] == ""
        for c in range(one, min(other + 2, len(sheet.rows[0])))
    ):
        return False
    move = {one: other, other: one}
    for row in sheet.rows[table.top : table.end]:
        row[one], row[other] = row[other], row[one]
    sheet.spans = [
        (t, move.get(a, a), b, move.get(z, z)) if t >= table.top and a == z else (t, a, b, z)
        for t, a, b, z in sheet.spans
    ]
    sheet.plain = {(r, move.get(c, c)) for r, c in sheet.plain}
    return True


def strange_column(sheet: Sheet, chance: random.Random) -> bool:
    if not (table := sheet.table(chance)) or len(sheet.tables) > 1:
        return False
    edges = [
        c for c in range(1, len(sheet.rows[0]) + 1)
        if not any(a < c <= z for t, a, b, z in sheet.spans if b >= table.top)
        and (c == len(sheet.rows[0]) or sheet.rows[table.top][c].strip())
    ]  # fmt: skip
    label, texts = chance.choice(_STRANGE)
    rows = [r for r in range(table.first, table.end) if len(sheet.grid.filled(r)) > 1]
    at = chance.choice(edges or [len(sheet.rows[0])])
    sheet.insert_column(at, {table.top: label} | {r: texts[k % len(texts)] for k, r in enumerate(rows)})
    if table.first - table.top > 1 and label:
        sheet.spans.append((table.top, at, table.first - 1, at))
    return True


def _goal_rows(sheet: Sheet, table: Table) -> list[int]:
    return [r for r in range(table.first, table.end) if len(sheet.grid.filled(r)) > 2]


def _inner(sheet: Sheet, table: Table) -> list[int]:
    """The rows above which another can stand without breaking a merged range."""
    return [
        r for r in _goal_rows(sheet, table)
        if r > table.first and not any(t < r <= b for t, _a, b, _z in sheet.spans)
    ]  # fmt: skip


def subtotal(sheet: Sheet, chance: random.Random) -> bool:
    table = sheet.table(chance)
    if not table or not (inner := _inner(sheet, table)):
        return False
    roles = sheet.roles(table)
    names = [c for c, role in roles.items() if role in (Role.GROUP, Role.MEASURE, Role.GOAL)]
    cells = ["" for _ in sheet.rows[0]]
    cells[min(names, default=0)] = chance.choice(["小計", "計", "合計", "分野計", "小 計"])
    for c, role in roles.items():
        if role in VALUES:
            cells[c] = str(chance.randrange(100, 999))
    sheet.insert_row(chance.choice(inner), cells)
    return True


def note_between(sheet: Sheet, chance: random.Random) -> bool:
    table = sheet.table(chance)
    if not table or not (inner := _inner(sheet, table)):
        return False
    text = chance.choice(
        [
            "※ 令和6年度から対象を広げた。",
            "(注)速報値を含む。",
            "令和6年度から集計の方法を変更した。",
            "*市独自の調査による",
            "以下は県の計画と共通の指標",
        ]
    )
    sheet.insert_row(chance.choice(inner), [text])
    return True


def shifted(sheet: Sheet, chance: random.Random) -> bool:
    """A column whose cells have slipped by a row from one row on."""
    table = sheet.table(chance)
    if not table or len(rows := _goal_rows(sheet, table)) < 3:
        return False
    columns = [c for c in sheet.roles(table) if not any(a <= c <= z for t, a, b, z in sheet.spans if b >= table.first)]
    if not columns:
        return False
    column, first = chance.choice(columns), chance.randrange(len(rows) - 1)
    moved = ["", *(sheet.rows[r][column] for r in rows[first:])]
    for r, text in zip(rows[first:], moved, strict=False):
        sheet.rows[r][column] = text
    if (rows[first], column) in sheet.plain:
        sheet.plain |= {(r, column) for r in rows[first:]}
    return True


def row_slipped(sheet: Sheet, chance: random.Random) -> bool:
    """A row whose cells have slipped by one column from one column on."""
    table = sheet.table(chance)
    if not table or not (rows := _goal_rows(sheet, table)):
        return False
    row = chance.choice(rows)
    filled = [c for c in sheet.grid.filled(row) if not any(t <= row <= b and a <= c <= z for t, a, b, z in sheet.spans)]
    if len(filled) < 3:
        return False
    at = chance.choice(filled[1:])
    cells = sheet.rows[row]
    if chance.random() < 0.5:
        sheet.rows[row], by, first = [*cells[:at], "", *cells[at:-1]], 1, at
    else:
        sheet.rows[row], by, first = [*cells[: at - 1], *cells[at:], ""], -1, at
    sheet.plain = {(r, c + by if r == row and c >= first else c) for r, c in sheet.plain}
    return True


def merged_alike(sheet: Sheet, chance: random.Random) -> bool:
    """Names and departments that are the same in rows one under another, merged."""
    table = sheet.table(chance)
    if not table or any(b >= table.first for _t, _a, b, _z in sheet.spans):
        return False
    done = False
    for column, role in sheet.roles(table).items():
        if role not in (Role.GROUP, Role.MEASURE, Role.DEPARTMENT):
            continue
        row = table.first
        while row < table.end:
            last = row
            while (
                sheet.rows[row][column]
                and last + 1 < table.end
                and sheet.rows[last + 1][column] == sheet.rows[row][column]
            ):
                last += 1
            if last > row:
                sheet.spans.append((row, column, last, column))
                done = True
            row = last + 1
    return done


def unmerged(sheet: Sheet, chance: random.Random) -> bool:
    had, sheet.spans = bool(sheet.spans), []
    return had


def headings_in_one(sheet: Sheet, chance: random.Random) -> bool:
    """Headings of two rows written in one: 令和6年度 over 目標 as 目標 令和6年度."""
    if len(sheet.tables) != 1 or sheet.tables[0].first - sheet.tables[0].top != 2:
        return False
    table = sheet.tables[0]
    top, left = sheet.rows[table.top], ""
    texts = []
    for column in range(len(top)):
        upper, lower = sheet.grid.seen(table.top, column).strip(), sheet.rows[table.top + 1][column].strip()
        left = upper or (left if lower else "")
        texts.append(lower if lower == upper else f"{left}{lower}" if lower else upper)
    sheet.rows[table.top] = texts
    sheet.rows[table.top + 1] = ["" for _ in texts]
    sheet.spans = [span for span in sheet.spans if span[0] not in (table.top, table.top + 1)]
    return True


def headings_in_two(sheet: Sheet, chance: random.Random) -> bool:
    """R6目標 in one row written as 令和6年度 over 目標."""
    if len(sheet.tables) != 1 or sheet.tables[0].first - sheet.tables[0].top != 1:
        return False
    table = sheet.tables[0]
    roles = sheet.roles(table)
    years = {
        c: table.headings[c].year for c, role in roles.items()
        if role in (Role.TARGET, Role.ACTUAL) and table.headings[c].year and not table.headings[c].doubt
    }  # fmt: skip
    if not years:
        return False
    sheet.insert_row(table.top, [])
    for c in range(len(sheet.rows[0])):
        if c in years:
            sheet.rows[table.top][c] = f"令和{years[c] - 2018}年度"
            sheet.rows[table.top + 1][c] = "目標" if roles[c] is Role.TARGET else "実績"
        else:
            sheet.rows[table.top][c], sheet.rows[table.top + 1][c] = sheet.rows[table.top + 1][c], ""
    return True


def word_among_values(sheet: Sheet, chance: random.Random) -> bool:
    """A value column with a row's department, and its department with the value: two cells changed for each other."""
    table = sheet.table(chance)
    if not table or not (rows := _goal_rows(sheet, table)):
        return False
    roles, row = sheet.roles(table), chance.choice(rows)
    free = [c for c in roles if sheet.rows[row][c].strip() and sheet.grid.span(row, c) == (row, c, row, c)]
    pairs = [
        (a, b) for a in free for b in free if roles[a] in VALUES and roles[b] in (Role.DEPARTMENT, Role.UNIT, Role.GOAL)
    ]
    if not pairs:
        return False
    a, b = chance.choice(pairs)
    sheet.rows[row][a], sheet.rows[row][b] = sheet.rows[row][b], sheet.rows[row][a]
    return True


CHANGES: list[Change] = [
    drop_heading, rename_heading, swap_columns, strange_column, subtotal, note_between, shifted, row_slipped, merged_alike,
    unmerged, headings_in_one, headings_in_two, word_among_values,
]  # fmt: skip

#: another list below, with what it says
SECOND = """
{}
取組|評価の指標|担当課|R6目標|R6実績
花いっぱい運動|参加した団体数|公園課|52団体|49団体
水辺の清掃|清掃の回数|河川課|8回|9回
""".strip().split("\n")
SECOND_SAYS = [
    measure("花いっぱい運動", "公園課", {"name": "参加した団体数", "unit": "", "baseline": "", "targets": {"2024": "52団体"}, "actuals": {"2024": "49団体"}}),
    measure("水辺の清掃", "河川課", {"name": "清掃の回数", "unit": "", "baseline": "", "targets": {"2024": "8回"}, "actuals": {"2024": "9回"}}),
]  # fmt: skip


def changed(case: Case, change: Change, chance: random.Random) -> list[Grid] | None:
    """The sheets with one of them changed; None where nothing of the kind can happen to them."""
    sheets = [Sheet(grid) for grid in case.grids()]
    tabled = [sheet for sheet in sheets if sheet.tables and not sheet.hidden]
    if not tabled or not change(chance.choice(tabled), chance):
        return None
    return [sheet.made() for sheet in sheets]


def with_another_below(case: Case, chance: random.Random) -> tuple[list[Grid], list[dict[str, Any]]] | None:
    grids = case.grids()
    sheet = Sheet(grids[-1])
    if not sheet.tables or sheet.hidden or sheet.tables[-1].end < len(sheet.rows):
        return None
    for line in SECOND:
        text = line.format(chance.choice(["", "表2 数値目標一覧"]))
        cells = text.split("|")
        width = max(len(cells), len(sheet.rows[0]))
        sheet.rows = [[*row, *[""] * (width - len(row))] for row in sheet.rows]
        sheet.rows.append([*cells, *[""] * (width - len(cells))])
    return [*grids[:-1], sheet.made()], [*case.measures, *SECOND_SAYS]


def everything(cases: list[Case], seeds: int) -> Iterator[tuple[str, str, list[Grid], list[dict[str, Any]]]]:
    """(kind of change, case, sheets, what they say) of each change that is possible, `seeds` times."""
    for case in cases:
        for change in CHANGES:
            for seed in range(seeds):
                chance = random.Random(f"{case.name}{change.__name__}{seed}")
                if (grids := changed(case, change, chance)) is not None:
                    yield change.__name__, case.name, grids, case.measures
        if (two := with_another_below(case, random.Random(case.name))) is not None:
            yield "another_below", case.name, *two
