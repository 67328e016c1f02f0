"""Where tables begin and end on a sheet, and the headings above each of their columns."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from review.domain.forms import headings as vocabulary
from review.domain.forms.grid import Grid
from review.domain.forms.headings import (
    NAMING,
    VALUES,
    Heading,
    Role,
    fold,
    is_headingish,
    is_year_only,
    kind_of_row,
    role_of,
)
from review.domain.forms.label_rows import label_in, names_goal, office_beside
from review.domain.forms.sections import class_of
from review.domain.forms.years import named_year

_MOST_HEADER_ROWS, _LONGEST = 4, 12
_NOTE = re.compile(
    r"[※*]|[「『][^」』]{1,10}[」』]\s*[:…=]|[(\[【<〈]?(?:注|備考|出典|資料|凡例)\s*(?:[\d)\]】>〉:、]|$)|[(\[]?単位\s*:|[◎○△×✕▲●★☆A-ES]\s*[:…=]\s*\D|[●○■◆]?評価[^\w]*[A-ES◎○△×]\s*[:…]"
)
#: A:達成, 4:達成, ○…順調 and ◎達成 ○改善, as a legend says what its signs mean
_LEGEND = re.compile(
    r"(?:^|[\s、,・/(\[【】):])(?:[A-ES]\s*[:…=]\s*\S|[1-5]\s*[:…=]\s*[^\s\d]|[◎○△×✕▲●★☆](?:\s*[:…=]\s*\D|[^\s\d◎○△×✕▲●★☆]{1,10}(?=[\s、,・/)]|$)))"
)
#: 進捗率=(実績-現状値)÷(目標値-現状値)
_FORMULA = re.compile(r"\w\s*=.*[÷×/*]")
_PAGE = re.compile(
    r"[-(]?\s*(?:P\.?\s*)?\d+\s*(?:/\s*\d+\s*)?(?:ページ|頁)?\s*[-)]?|\(?(?:次ページへ)?(?:続き|つづき|続く)\)?|以上"
)
#: the sign that a row of a legend begins with
_SIGN = re.compile(r"[◎○△×✕▲●★☆◇□■A-ES-]|[-―ー–—]")
#: 目標の達成状況 (つづき)
_GOING_ON = re.compile(r"[\s(\[]*(?:続き|つづき|続く|その\d+|\d+\s*/\s*\d+)[)\]]*$")
_UNIT_BEHIND = re.compile(r"\s*[(\[][^()\[\]]*[)\]]$")
_ADDED = re.compile(r".*(?:合計|総計|小計)")
_TOTAL = re.compile(
    r"(?:合計|小計|総計|計|平均|総合計|合計値|全体|施策数|指標数|件数計|累計|(?:分野|施策|政策|基本目標|目標|部門|項目|区分)別?[小合]?計)(?:\(.*\))?"
)
#: what may stand over several columns alone; None is a year
_SPANNING = VALUES | {None, Role.GOAL, Role.FIGURE, Role.LEFT_OUT}
_MONEY = re.compile(
    r"(?:(?:総|直接|全体)?事業費|総?コスト|投入コスト|人件費|(?:当初|最終)?予算額?|決算額?|財源内訳)(?:\(.*\))?"
)
#: what stands at the head of a label's row, where a table has ended
_LABELS = frozenset({Role.CODE, Role.MEASURE, Role.GROUP, Role.DEPARTMENT, Role.RELATED, Role.TEXT, Role.LEFT_OUT})


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table of a sheet: its rows of headings, its rows below, and what each column's headings say."""

    top: int
    first: int
    end: int
    headings: list[Heading]


def is_note(text: str) -> bool:
    """Whether a text is a remark, a source or a legend."""
    plain = unicodedata.normalize("NFKC", text.strip())
    return bool(_NOTE.match(plain) or _FORMULA.search(plain)) or len(_LEGEND.findall(plain)) > 1


def is_total(text: str) -> bool:
    """Whether the row adds up others: 合計, or 1 安全 計."""
    bare = _UNIT_BEHIND.sub("", unicodedata.normalize("NFKC", text.strip()))
    words = re.split(r"\s+", bare)
    return bool(_TOTAL.fullmatch(fold(text)) or {words[0], words[-1]} & {"計", "小計", "合計"})


def adds_others(text: str) -> bool:
    """Whether a text without a goal beside it is the head of a row of sums: 財政効果額合計(千円)."""
    return bool(_ADDED.fullmatch(_UNIT_BEHIND.sub("", fold(text))))


def find_tables(grid: Grid) -> list[Table]:
    """The tables of a sheet in their order; headings that are repeated for printing do not begin a new one."""
    tables: list[Table] = []
    row = 0
    while row < grid.height:
        block = _header_block(grid, row, tables[-1].end if tables else 0)
        if not block:
            row += 1
            continue
        top, bottom = block
        headings = [vocabulary.understand(_path(grid, top, bottom, column)) for column in range(grid.width)]
        end = _without_headings(grid, bottom + 1, _end(grid, bottom + 1, headings, top))
        if end == bottom + 2 and not {heading.role for heading in headings} & VALUES:
            row += 1  # labels that stand above their values
            continue
        tables.append(Table(top=top, first=bottom + 1, end=end, headings=headings))
        row = max(end, bottom + 1)
    return tables


def passes_over(grid: Grid, row: int, table: Table) -> bool:
    """Whether the row says nothing of a goal: blank, a remark, or one of the rows above again, as a printer repeats them."""
    columns = grid.filled(row)
    first = grid.own(row, columns[0]) if columns else ""
    if (
        not columns
        or (len(columns) <= 2 and is_note(first))
        or (len(columns) == 1 and _PAGE.fullmatch(unicodedata.normalize("NFKC", first.strip())))
        or (len(columns) == 1 and not class_of(first) and _repeats(grid, first, table.top))
        or _is_legend(grid, row, table)
    ):
        return True
    texts = [vocabulary.unmarked(grid.own(row, c)) for c in range(grid.width)]
    if any(vocabulary.is_amount(text) and not is_year_only(text) for text in filter(None, texts)):
        return False  # two cards may have the same values
    return any(
        texts == [vocabulary.unmarked(grid.own(above, c)) for c in range(grid.width)] for above in range(table.first)
    )


def _repeats(grid: Grid, text: str, end: int) -> bool:
    """Whether a title above says the same, as a printer repeats it on the next page."""
    bare = _GOING_ON.sub("", unicodedata.normalize("NFKC", text.strip()))
    above = (one for row in range(end) for one in grid.rows[row] if one.strip())
    return any(_GOING_ON.sub("", unicodedata.normalize("NFKC", one.strip())) == bare for one in above)


def _is_legend(grid: Grid, row: int, table: Table) -> bool:
    """Whether the row, below all of the table, says what signs mean (◎ beside 達成), or stands over such rows."""
    rows = [[grid.own(below, column) for column in grid.filled(below)] for below in range(row, table.end)]
    signs = [len(texts) % 2 == 0 and all(map(_is_sign, texts[::2])) for texts in rows]
    if any(len(texts) > 2 and not sign for texts, sign in zip(rows, signs, strict=True)):
        return False
    means = [sign and not any(map(_says_value, texts[1::2])) for texts, sign in zip(rows, signs, strict=True)]
    return means[0] or (len(rows[0]) == 1 and any(means[1:2]))


def _says_value(text: str) -> bool:
    return _is_sign(text) or vocabulary.is_amount(text)


def _is_sign(text: str) -> bool:
    return bool(_SIGN.fullmatch(unicodedata.normalize("NFKC", text.strip())))


# --- headings -------------------------------------------------------------------------------------------------------


def _header_block(grid: Grid, row: int, floor: int) -> tuple[int, int] | None:
    """The rows of headings of which this row is the first that is plainly one."""
    if not _is_header_row(grid, row):
        return None
    top = bottom = row
    while top > floor and (_is_upper(grid, top - 1) or _names_goals(grid, top - 1, top)):
        top -= 1
    while bottom + 1 < grid.height and bottom - top + 1 < _MOST_HEADER_ROWS and _goes_on(grid, top, bottom):
        bottom += 1
    headings = [vocabulary.understand(_path(grid, top, bottom, column)) for column in range(grid.width)]
    roles = {heading.role for heading in headings}
    has_values = bool(roles & VALUES)
    lists = Role.MEASURE in roles and len(roles - {None, Role.LEFT_OUT}) >= 3
    return (top, bottom) if has_values or lists else None


def _is_header_row(grid: Grid, row: int) -> bool:
    texts = [grid.own(row, column) for column in grid.filled(row)]
    heads = [text for text in texts if is_headingish(text) or _is_of_a_year(text)]
    if len(heads) < 2 or len(heads) < len(texts) * 0.6 or _is_of_card(texts) or names_goal(grid, row):
        return False
    others = [text for text in texts if not is_headingish(text)]
    if others == texts or any(map(vocabulary.is_number, others)):
        return False
    roles = [role_of(text) for text in heads]
    years = sum(role is None or named_year(text).year is not None for role, text in zip(roles, heads, strict=True))
    return bool(set(roles) & (NAMING | VALUES)) or years >= 2


def _is_of_card(texts: Sequence[str]) -> bool:
    """Whether the row is one of a card, and more than one label with its value: KPI1, 名称 and the name, 単位 and the unit."""
    return (len(texts) > 2 and _is_of_pairs(texts)) or _names_goal(texts)


def _names_goal(texts: Sequence[str]) -> bool:
    named = (
        len(texts) > 2 and role_of(texts[0]) is Role.GOAL and role_of(texts[1]) is Role.PART and not role_of(texts[2])
    )
    return named and (len(texts) == 3 or _is_of_pairs(texts[3:]))


def _is_of_pairs(texts: Sequence[str]) -> bool:
    """Whether the row is one of a card: each label has its value beside it, 施策 and its name, 開始年度 and 令和元年度."""
    labels, values = texts[::2], texts[1::2]
    free = not any(map(role_of, values)) and not all(map(is_year_only, values))
    return 0 < len(labels) == len(values) and free and all(role_of(text) in _LABELS | {Role.UNIT} for text in labels)


def _is_of_a_year(text: str) -> bool:
    """Whether a short text that is no number names a year beside unknown words: 今の値(R5)."""
    plain = unicodedata.normalize("NFKC", text.strip())
    return len(plain) <= _LONGEST and not re.match(r"\d|.*。", plain) and named_year(plain).year is not None


def _is_upper(grid: Grid, row: int) -> bool:
    """A row above that only spans, right of the names: 実績値 over its years. Neither a title nor a label with its value."""
    columns = grid.filled(row)
    texts = [grid.own(row, column) for column in columns]
    if not columns or columns[0] == 0 or not all(map(is_headingish, texts)):
        return False
    return all(role_of(text) in _SPANNING for text in texts)


def _names_goals(grid: Grid, row: int, below: int) -> bool:
    """A row above with names of goals, each over several columns of values (貸出冊数 over 目標 and 実績), and no value beside."""
    filled, roles = grid.filled(row), [role_of(grid.seen(below, column)) for column in range(grid.width)]
    under: list[list[Role | None]] = []
    for column, following in zip(filled, [*filled[1:], grid.width], strict=False):
        text, right = grid.own(row, column), grid.span(row, column)[3]
        if not is_headingish(text) and not is_note(text) and grid.span(row, column)[2] < below:
            under.append(roles[column : right + 1 if right > column else following])
    values = sum(role in VALUES for role in roles)
    alone = all(len(some) > 1 and {*some} <= VALUES | {Role.LEFT_OUT} for some in under)
    return len(under) > 1 and alone and sum(role in VALUES for some in under for role in some) == values


def _goes_on(grid: Grid, top: int, bottom: int) -> bool:
    """Whether the row below is one of headings too: known words, and at least one under a word that it divides."""
    row = bottom + 1
    columns = grid.filled(row)
    reaching = {grid.origin(row, column) for column in range(grid.width)} - {(row, c) for c in range(grid.width)}
    if columns and sum(is_headingish(grid.rows[at][column]) for at, column in reaching) > 1:
        return True  # headings that are merged down to this row
    texts = [grid.own(row, column) for column in columns]
    strange = [c for c, text in zip(columns, texts, strict=True) if not is_headingish(text)]
    if not columns or not _divide_others(grid, row, strange, columns):
        return all(grid.origin(row, column)[0] <= bottom for column in range(grid.width) if grid.seen(row, column))
    heads = [_upper_text(grid, bottom, row, column) for column in columns]
    divided = [text for text, head in zip(texts, heads, strict=True) if head and fold(head) != fold(text)]
    if columns == [0] or (len(columns) == 1 and kind_of_row(texts[0]) and role_of(heads[0]) in (Role.YEAR, Role.SORT)):
        return False
    return bool(divided) or all(not head for head in heads)


def _divide_others(grid: Grid, row: int, strange: list[int], columns: list[int]) -> bool:
    """Whether the texts of unknown words stand beside known ones under the same heading: 計画比 beside 計画値 and 実績値."""
    over = {_upper_text(grid, row - 1, row, c) for c in columns if c not in strange} - {""}
    texts = [grid.own(row, column) for column in strange]
    return len(strange) * 2 <= len(columns) and all(
        _upper_text(grid, row - 1, row, c) in over
        and len(text) <= _LONGEST
        and not re.search(r"\d|。", named_year(text).rest)
        for c, text in zip(strange, texts, strict=True)
    )


def _path(grid: Grid, top: int, bottom: int, column: int) -> list[str]:
    """The headings above a column, from the highest down. A blank one that stands right of a word belongs to it."""
    path: list[str] = []
    seen: set[tuple[int, int]] = set()
    for row in range(top, bottom + 1):
        origin = grid.origin(row, column)
        text = grid.seen(row, column)
        if origin in seen:
            continue
        seen.add(origin)
        if not text.strip() and row < bottom and _divides(grid, row + 1, bottom, column):
            text = _upper_text(grid, row, bottom, column)
        if text.strip():
            path.append(text)
    return path


def _divides(grid: Grid, first: int, bottom: int, column: int) -> bool:
    """Whether what stands below is a year, a value's word or the like, which only means something under a heading."""
    texts = [grid.own(row, column) for row in range(first, bottom + 1) if grid.own(row, column).strip()]
    if not texts:
        return False
    role = role_of(texts[0])
    return is_headingish(texts[0]) and (
        role in VALUES | {None, Role.PART, Role.FIGURE, Role.LEFT_OUT, Role.UNIT, Role.ITEM}
    )


def _upper_text(grid: Grid, row: int, last: int, column: int) -> str:
    """The heading over a cell of the next row: its own, or the single cell left of it that is not a merged range."""
    text = grid.seen(row, column)
    left = column
    while not text.strip() and left > 0:
        left -= 1
        text = grid.seen(row, left)
    _top, start, bottom, end = grid.span(row, left)
    closed = left != column and (end > start or bottom > row or not _has_below(grid, row, last, left))
    return "" if closed else text


def _has_below(grid: Grid, row: int, last: int, column: int) -> bool:
    """Whether the first text under a heading, down to the last row of headings, is one too."""
    below = (grid.own(other, column) for other in range(row + 1, last + 1))
    return is_headingish(next((text for text in below if text.strip()), "-"))


# --- the end --------------------------------------------------------------------------------------------------------


def _end(grid: Grid, first: int, headings: list[Heading], top: int) -> int:
    """The row after the table's last one: before the next headings, or before labels that stand under it."""
    own = [[vocabulary.unmarked(grid.own(row, c)) for c in range(grid.width)] for row in range(top, first)]
    row = first
    while row < grid.height:
        texts = [vocabulary.unmarked(grid.own(row, c)) for c in range(grid.width)]
        if texts not in own and (_begins_other(grid, row) or _is_label_row(grid, row, headings)):
            return row
        row += 1
    return row


def _without_headings(grid: Grid, first: int, end: int) -> int:
    """The end before what stands over the labels or the table that follow: a text alone, or a label and its value."""
    while first + 1 < end < grid.height:
        texts = [grid.own(end - 1, column) for column in grid.filled(end - 1)]
        if not (class_of(texts[0]) if len(texts) == 1 else len(texts) == 2 and _is_of_pairs(texts)) or is_note(
            texts[0]
        ):
            return end
        end -= 1
    return end


def _begins_other(grid: Grid, row: int) -> bool:
    """The headings of another table, or of one that holds no goals."""
    texts = [grid.own(row, column) for column in grid.filled(row)]
    alone = len(texts) > 1 and all(role_of(text) for text in texts) and not any(map(kind_of_row, texts[:1]))
    return _header_block(grid, row, row) is not None or (alone and _is_header_row(grid, row))


def _heads_text(grid: Grid, row: int) -> bool:
    """Whether a text alone is the label of the one alone below it: 3 令和6年度の取組内容."""
    if role_of(grid.own(row, grid.filled(row)[0])) is not Role.TEXT or row + 1 >= grid.height:
        return False
    below = [grid.own(row + 1, c) for c in grid.filled(row + 1)]
    return len(below) == 1 and not is_headingish(below[0]) and not class_of(below[0])


def _is_line_of_card(grid: Grid, row: int, headings: list[Heading], strange: list[int]) -> bool:
    """Whether the row has labels with their values, or an office beside a heading, in columns of other things."""
    columns = grid.filled(row)
    texts = [grid.own(row, column) for column in columns]
    over_values = any(headings[column].role in VALUES for column in strange)
    if headings[columns[0]].role is not Role.GOAL and names_goal(grid, row):
        return True  # 数値目標, its name, 単位 and its unit
    if _names_goal(texts) or (over_values and _is_of_pairs(texts[columns[0] not in strange :])):
        return True  # 施策2 相談, and 担当課 and its name right of it
    if office_beside(grid, row) and headings[columns[1]].role not in (Role.DEPARTMENT, Role.DIVISION, Role.RELATED):
        return True
    return len(strange) > 1 and not over_values and columns[0] in strange  # 評価, B, 方向性, 継続


def _is_label_row(grid: Grid, row: int, headings: list[Heading]) -> bool:
    if not (columns := grid.filled(row)):
        return False
    column, text = columns[0], grid.own(row, columns[0])
    if len(columns) == 1 and (is_note(text) or _heads_text(grid, row)):
        return not is_note(text)
    role, head = role_of(text), headings[column].role
    amounts = [c for c in columns if headings[c].role in VALUES and vocabulary.is_number(grid.own(row, c))]
    if head is Role.GOAL and len(amounts) > 1 and not _MONEY.fullmatch(fold(text)):
        return False
    strange = [c for c in columns if role_of(grid.own(row, c)) in _LABELS - {headings[c].role}]
    if _is_line_of_card(grid, row, headings, strange):
        return True
    goals = [c for c in columns[1:] if headings[c].role is Role.GOAL and not role_of(grid.own(row, c))]
    if goals and any(headings[c].role in VALUES and c not in strange for c in columns):
        return False
    label, named = label_in(text)
    if named in _LABELS and not any(map(str.isdigit, label)) and not is_note(text):
        return True
    if (len(columns) == 1 and named is Role.GOAL) or (len(columns) == 2 and label_in(grid.own(row, columns[1]))[1]):
        return True  # 指標名:登録者数, or 施策2 相談 and (担当:福祉課)
    if _MONEY.fullmatch(fold(text)) and head in (Role.SORT, None):
        return len(columns) > 1  # what it costs, below the goals of a card
    if vocabulary.sort_of(text) and head in (Role.GOAL, Role.SORT, Role.ITEM, None):
        return False
    if role is Role.GOAL and head is None and any(role_of(grid.own(row, c)) is Role.UNIT for c in columns[1:]):
        return True  # KPI②, its name, 単位 and its unit
    values = [c for c in columns if headings[c].role in VALUES]
    if role is Role.MEASURE and role is not head and len(columns) == 2 and not values:
        return True  # 事業2, and its name
    numbered = any(letter.isdigit() for letter in fold(named_year(text).rest))
    if (numbered and (role, head) != (Role.GOAL, Role.YEAR)) or (role is head and role is not Role.LEFT_OUT):
        return False
    if role is Role.GOAL:
        return len(columns) > 1 and head not in (Role.SORT, None)
    tells = any(c in values and (grid.span(row, c)[3] == c or vocabulary.is_amount(grid.own(row, c))) for c in columns)
    of_kind = kind_of_row(text) and (tells or len(columns) != 2)
    if role not in _LABELS or (of_kind and head in (Role.SORT, Role.ITEM, Role.YEARLY, Role.YEAR, None)):
        return False
    return len(columns) > 1 or role in (Role.TEXT, Role.LEFT_OUT)
