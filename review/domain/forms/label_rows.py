"""Reads what stands as a label with its value beside it or below it, as on a sheet of one 施策."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from review.domain.forms.departments import is_office, split_departments
from review.domain.forms.grid import Grid
from review.domain.forms.headings import NAMING, VALUES, Role, core, fold, is_amount, is_number, role_of
from review.domain.forms.sections import class_of, is_caption
from review.domain.forms.years import named_year

_INLINE = re.compile(r"\s*([^(\[:\n]{1,14})[::]\s*(\S.*)", re.S)
#: before a second label in one cell
_NEXT = re.compile(r"\s+(?=[^\s:\uff1a]{1,10}[:\uff1a])")
_LABEL, _SHORT = 15, 6
_CLOSED = re.compile(r"[(\[][^()\[\]]+[)\]]")
_UNIT = re.compile(r"(?:千|百万|万|億)?円|人|件|回|%|人日|時間")
#: an answer to a label that asks for one, although it is the word of a label itself: 今後の方向性 and 改善 beside it
_ANSWER = re.compile(r"改善|対応|達成|未達成|前|中間|最終")
_ASKS = re.compile(r".*(?:方向性?|方針|評価|判定|区分|状況)")
#: a plan, beside what it is called there: 総合計画 and 3-1 子育て支援
_PLAN = re.compile(r".{0,6}(?:総合計画|基本計画|総合戦略)")
LABELS = VALUES | {
    Role.CODE,
    Role.GROUP,
    Role.MEASURE,
    Role.GOAL,
    Role.UNIT,
    Role.DEPARTMENT,
    Role.DIVISION,
    Role.RELATED,
    Role.TEXT,
    Role.LEFT_OUT,
}


#: 施策1-1 授業の改善, which is no label
_TITLED = re.compile(r"[^\W\d]+\s*(?:\d|[IVX]|[一二三四五六七八九十])[-.―‐−\d]*[\s:.、]+\w{2}")
_NAMED = (Role.MEASURE, Role.GOAL)


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One label and its value, which may be blank."""

    role: Role
    label: str
    heading: str
    text: str
    row: int
    column: int
    plain: bool = False


def pairs_of(grid: Grid, rows: Sequence[int], used: set[tuple[int, int]]) -> Iterator[Pair]:
    """The labelled values on these rows in reading order; their cells are added to `used`."""
    allowed = set(rows)
    for row in rows:
        for one in _sideways(grid, row, rows):
            used |= {(one.row, one.column), (one.row, grid.filled(row)[0])}
            yield one
        for one in _under(grid, row, allowed):
            used |= {(row, one.column), (one.row, one.column)}
            yield one
        columns = grid.filled(row)
        if office := office_beside(grid, row):
            used.add((row, columns[1]))
            yield Pair(role=Role.DEPARTMENT, label="", heading="", text=office, row=row, column=columns[1])
        place = 0
        while place < len(columns):
            column = columns[place]
            place += 1
            if (row, column) in used:
                continue
            inlines = _inlines(grid, row, column)
            yield from inlines[:-1]
            pair = inlines[-1] if inlines else None
            if pair is None:
                beside = columns[place] if place < len(columns) else None
                pair = _labelled(grid, row, column, beside, allowed)
                if pair and (pair.row, pair.column) == (row, beside):
                    place += 1
            if pair and not pair.text and len(columns) == 1:
                continue  # a title that happens to be made of known words
            if pair:
                used |= {(row, column), (pair.row, pair.column)}
                yield pair


def office_beside(grid: Grid, row: int) -> str:
    """The office alone right of a numbered heading, with or without brackets: (1) 意見表明 and (こども課); else ''."""
    columns = grid.filled(row)
    heading, *texts = [grid.own(row, column).strip() for column in columns] or [""]
    if len(texts) != 1 or not class_of(heading) or is_caption(heading) or heading.startswith("第"):
        return ""
    match = _CLOSED.fullmatch(unicodedata.normalize("NFKC", texts[0]))
    office = texts[0][1:-1] if match else texts[0]
    return office if not label_in(texts[0])[1] and all(map(is_office, split_departments(office))) else ""


def names_goal(grid: Grid, row: int) -> bool:
    """Whether the row begins with 数値目標 and the name of one, and 単位 and its unit, which may be blank, stand behind it."""
    first, *others = grid.filled(row) or [0]
    roles = [role_of(grid.own(row, column)) for column in others]
    unit = roles.index(Role.UNIT) if Role.UNIT in roles else 0
    label, name = grid.own(row, first), grid.own(row, others[0]) if others else ""
    called = role_of(label) in (Role.GOAL, Role.TARGET) and named_year(label).year is None
    blank = roles[-1:] == [Role.UNIT] and any(map(str.isdigit, fold(label)))  # KPI②, its name, 単位 and nothing
    last = roles[unit + 1] if len(roles) == unit + 2 else None if blank else Role.UNIT  # 事業 is a unit too
    return called and unit > 0 and roles[0] is None and not is_amount(name) and last in NAMING | {None}


def costs_on(grid: Grid, row: int) -> Pair | None:
    """The label of a row that has no place, and nothing but amounts and units beside it: what the work costs."""
    first, *others = grid.filled(row)
    amounts = [column for column in others if is_number(grid.own(row, column))]
    labels = [one for one in [first, *others[:1]] if role_of(grid.own(row, one)) in (Role.LEFT_OUT, Role.TEXT)]
    if not labels or len(amounts) < 2 or len(amounts) + 2 < len(others):
        return None
    heading = grid.own(row, labels[0])
    return Pair(role=Role.LEFT_OUT, label=core(heading), heading=heading, text="", row=row, column=labels[0])


def _under(grid: Grid, row: int, allowed: set[int]) -> Iterator[Pair]:
    """The values below a row of nothing but labels with 施策名 among them, whatever their words: the row that follows fills no
    other columns, and most of it is no label."""
    labels = grid.filled(row)
    below = grid.span(row, labels[0])[2] + 1 if labels else row
    roles = {column: role_of(grid.own(row, column)) for column in labels}
    if below not in allowed or Role.MEASURE not in roles.values() or not LABELS.issuperset(roles.values()):
        return
    columns = grid.filled(below)
    words = [grid.own(below, column) for column in columns]
    if not {*columns} <= {*labels} or len(columns) * 2 <= len(labels) or sum(map(_is_label, words)) * 2 >= len(words):
        return
    for column, role in ((column, roles[column]) for column in labels):
        heading, text = grid.own(row, column), grid.own(below, column).strip()
        if role and text:
            plain = (below, column) in grid.plain
            yield Pair(
                role=role, label=core(heading), heading=heading, text=text, row=below, column=column, plain=plain
            )


def _sideways(grid: Grid, row: int, rows: Sequence[int]) -> Iterator[Pair]:
    """The labelled values of a small table that has a column for each goal, goal by goal, where one begins on this row."""
    label, *columns = grid.filled(row) or [0]
    if (
        role_of(grid.own(row, label)) is not Role.GOAL
        or len(columns) < 2
        or any(_is_label(grid.own(row, c)) for c in columns)
    ):
        return
    roles: dict[int, Role | None] = {row: Role.GOAL}
    for below in (one for one in rows if one > row):
        first, *others = grid.filled(below) or [-1]
        role = role_of(grid.own(below, first))
        if first != label or (role not in VALUES and role is not Role.UNIT) or not {*others} <= {*columns}:
            break
        roles[below] = role
    if VALUES.isdisjoint(roles.values()):
        return
    for column, (one, role) in ((column, pair) for column in columns for pair in roles.items()):
        if role and (text := grid.own(one, column).strip()):
            heading, plain = grid.own(one, label), (one, column) in grid.plain
            yield Pair(role=role, label=core(heading), heading=heading, text=text, row=one, column=column, plain=plain)


def _inlines(grid: Grid, row: int, column: int) -> list[Pair]:
    """What one cell holds with its labels: 主管課:こども課 電話:123 as two, where each part has one, else as one."""
    parts = _NEXT.split(text := grid.own(row, column))
    pairs = [pair for part in parts if (pair := _inline(part, row, column))]
    whole = _inline(text, row, column)
    return pairs if len(pairs) == len(parts) else [whole] if whole else []


def _inline(text: str, row: int, column: int) -> Pair | None:
    """施策名:…, label and value in one text."""
    heading, role = label_in(text)
    if role is None:
        return None
    value = re.split(r"[:\uff1a]", text, maxsplit=1)[1].strip()
    value = value[:-1] if _CLOSED.fullmatch(unicodedata.normalize("NFKC", text).strip()) else value
    return Pair(role=role, label=core(heading), heading=heading, text=value, row=row, column=column)


def label_in(text: str) -> tuple[str, Role | None]:
    """(label, its role) of a text that holds its value too, 施策名:…; the role is None for any other."""
    plain = unicodedata.normalize("NFKC", text).strip()
    match = _INLINE.fullmatch(plain[1:-1] if _CLOSED.fullmatch(plain) else plain)
    role = role_of(match[1]) if match else None
    return match[1] if match else "", role if role in LABELS else None


def _labelled(grid: Grid, row: int, column: int, beside: int | None, allowed: set[int]) -> Pair | None:
    heading = grid.own(row, column)
    role = (
        None
        if _TITLED.match(unicodedata.normalize("NFKC", heading.strip())) and class_of(heading)
        else role_of(heading)
    )
    if role is Role.TARGET and column == grid.filled(row)[0] and names_goal(grid, row):
        role = Role.GOAL
    if role is Role.TEXT and sum(is_number(grid.own(row, c)) for c in grid.filled(row)) > 1:
        return None  # 決算額, and that of each year
    if role is Role.MEASURE and named_year(heading).year is not None:
        role = Role.TEXT  # 令和7年度の取組 says what was done
    if role is None and beside is not None and _is_told(grid, row, column, beside):
        role = Role.TEXT
    if role is None and beside is not None and _PLAN.fullmatch(core(heading)) and class_of(grid.own(row, beside)):
        role = Role.GROUP
    if role is Role.PART:  # 施策名, コード, 1-1, 名称 and the name; so 成果指標1, 名称
        left = [text for c in grid.filled(row) if c < column and role_of(text := grid.own(row, c)) in _NAMED]
        role, heading = (role_of(left[-1]), left[-1]) if left else (role, heading)
    if role not in LABELS or role is None:
        return None
    place = _value_place(grid, row, column, beside, allowed, role)
    value_row, value_column = place or (row, column)
    return Pair(
        role=role,
        label=core(heading),
        heading=heading,
        text=grid.own(*place).strip() if place else "",
        row=value_row,
        column=value_column,
        plain=place is not None and place in grid.plain,
    )


def _value_place(
    grid: Grid, row: int, column: int, beside: int | None, allowed: set[int], role: Role
) -> tuple[int, int] | None:
    """Right of the label, unless the next cell is a label too; else below it."""
    if beside is not None:
        text = grid.own(row, beside)
        if _UNIT.fullmatch(unicodedata.normalize("NFKC", text)) and beside != grid.filled(row)[-1]:
            return None  # a row of a small table: 決算額, 千円 and a value for each year
        same_office = role_of(text) is role and role is Role.DEPARTMENT
        # 今後の方向, and 改善:方法を見直す。
        alone = role is Role.TEXT and grid.filled(row) == [column, beside] and role_of(text) is None
        alone = alone or (role is Role.UNIT and names_goal(grid, row))
        if not _is_label(text) or same_office or alone or _answers(grid, row, column, beside):
            return (row, beside)
    below = grid.span(row, column)[2] + 1
    if below not in allowed or below >= grid.height or role is Role.LEFT_OUT:
        return None
    text = grid.own(below, column)
    noted = re.match(r"\s*[※*]|\s*[(（\[【]?注", text)
    titles = (
        all(len(grid.filled(above)) == 1 for above in range(row + 1)) and len(grid.own(row, column).strip()) > _SHORT
    )
    titles |= named_year(grid.own(row, column)).doubt == "year_range"
    if titles and class_of(text):
        return None  # 福祉計画 指標, and 計画期間 令和6年度~令和8年度 with its value in itself, over 1 相談の充実
    return (below, column) if text.strip() and not _is_label(text) and not noted else None


def _is_told(grid: Grid, row: int, column: int, beside: int) -> bool:
    """Whether a label of unknown words has a sentence beside it, and nothing else stands on the row."""
    label, text = grid.own(row, column).strip(), grid.own(row, beside).strip()
    return (
        grid.filled(row) == [column, beside]
        and text.endswith("。")
        and len(label) < _LABEL
        and label[-1] not in "。:："
    )


def _answers(grid: Grid, row: int, column: int, beside: int) -> bool:
    """Whether the last word of the row answers the label before it: it is a choice, and nothing stands below it but the
    value of another label."""
    if not _ASKS.fullmatch(core(grid.own(row, column))) or not _ANSWER.fullmatch(core(grid.own(row, beside))):
        return False
    below = grid.span(row, beside)[2] + 1
    alone = below >= grid.height or not grid.own(below, beside).strip() or _is_label(grid.own(below, column))
    return beside == grid.filled(row)[-1] and alone


def _is_label(text: str) -> bool:
    return role_of(text) is not None or label_in(text)[1] is not None
