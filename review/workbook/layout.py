"""The city's form as one map: which rows a sheet has, their content, and where.

The writer paints this map, and the reader finds the same labels again wherever a person moved them. Columns count
from 1: labels in the first, 取組内容 and 評価項目・目標・実績 in the second, then one column for each 年度.
"""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, count

from review.domain import bars, fields
from review.domain import form_labels as labels
from review.domain.book import BookSheet, FormSheet
from review.domain.fields import Section, Writer
from review.domain.fiscal import fiscal_year_label
from review.domain.form_rows import related_text
from review.domain.items import actual_key, bar_cell_key, bars_key, next_name_key, next_target_key, schedule_key
from review.domain.sheet import IndicatorBlock, ScheduleRow
from review.workbook import metrics

VERSION = 1

LABEL_WIDTH, PART_WIDTH, YEARS_WIDTH = 15.0, 17.0, 70.0
LEAST_YEAR_COLUMNS = 4
SIZE = 9.0
LEAST = HEAD_HEIGHT = 18.0
OPEN_LEAST = 36.0
# Points of an A4 page upright between the margins of the form, and across.
PAGE_HEIGHT, PAGE_WIDTH = 740.0, 522.0
LONG_ROW = 60.0
# Long labels are broken where their sense allows it; a label is read without its line breaks.
_BROKEN = {
    "施策の実施により期待される効果": "施策の実施により\n期待される効果",
    "今後の取組方針・取組内容": "今後の取組方針・\n取組内容",
    "目標や指標の変更とその理由": "目標や指標の変更\nとその理由",
}

COVER, SUMMARY, INDICATORS, CHANGES = "表紙", "総括", "成果指標一覧", "変更履歴"
# Sheets of the consolidated book that are no form.
NO_FORMS = (COVER, SUMMARY, INDICATORS, CHANGES)
_FORBIDDEN_IN_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f\ud800-\udfff\ufffe\uffff]")


def sheet_names(codes: Iterable[str], taken: Iterable[str]) -> list[str]:
    """For each 施策ID a valid, unused name of a sheet: the ID itself, as long as it is one."""
    used, names = {title.lower() for title in taken}, []
    for code in codes:
        name = _FORBIDDEN_IN_NAMES.sub("-", code).strip("' ")[:28] or "施策"
        if name.lower() in used:
            name = next(one for one in (f"{name}({number})" for number in count(2)) if one.lower() not in used)
        names.append(name)
        used.add(names[-1].lower())
    return names


# Not frozen, made by position: a book of 3,000 sheets makes 400,000 of these, which would take three times as long.
@dataclass(slots=True)
class Box:
    """One cell or merged range of a line: first and last column, its text and the name of its style.

    `rows` is how many lines it reaches down; `key` is the item (review.domain.items), or the year of a bar, that a
    person types here.
    """

    first: int
    last: int
    text: str
    style: str
    rows: int = 1
    link: str = ""
    key: str = ""


@dataclass(slots=True)
class Line:
    """One line of the form: its cells, its height in points, and whether it begins a part that stays together.

    `part` is form, goals, evaluation or results; `begins_page` is known once the lines are paged (`paging`).
    """

    boxes: tuple[Box, ...]
    height: float
    section: bool = False
    part: str = "form"
    begins_page: bool = False

    @property
    def row_span(self) -> int:
        """How many rows the line takes: more than one where no single row may be that high.

        Those are low, for a page ends between two rows.
        """
        return 1 if self.height <= metrics.MAX_ROW_HEIGHT else math.ceil(self.height / LONG_ROW)


@dataclass(frozen=True, kw_only=True)
class Page:
    """What is printed around the form: the judged results and the links of the consolidated book.

    Only the entry workbook has `progress`, the 取組状況 of each row of the schedule, and `open_keys`, the items that
    are typed into it; their lines get room to type in.
    """

    form: FormSheet
    judged: BookSheet | None = None
    links: tuple[tuple[str, str], ...] = ()
    progress: tuple[str, ...] = ()
    open_keys: frozenset[str] = frozenset()


def column_count(form: FormSheet) -> int:
    """How many columns the form has; never fewer than the results below it need."""
    return 2 + max(len(form.years), LEAST_YEAR_COLUMNS)


def column_widths(form: FormSheet) -> list[float]:
    """Excel widths of the columns; together one A4 page upright."""
    years = column_count(form) - 2
    return [LABEL_WIDTH, PART_WIDTH] + [max(10.0, YEARS_WIDTH / years)] * years


def page_points(widths: Sequence[float]) -> float:
    """How many points of rows one upright page takes, after columns of these Excel widths were scaled to the paper."""
    width = sum((one * 7 + 5) * 0.75 for one in widths)
    return PAGE_HEIGHT / min(1.0, PAGE_WIDTH / width)


def lines(page: Page) -> Iterator[Line]:
    """The form from top to bottom."""
    if not page.open_keys:
        yield from _lines(page)
        return
    for line in _lines(page):
        typed = any(box.key in page.open_keys for box in line.boxes if box.key)
        yield replace(line, height=max(line.height, OPEN_LEAST)) if typed else line


def _lines(page: Page) -> Iterator[Line]:
    grid = _Grid(page.form)
    yield from _title(page, grid)
    yield from _overview(page, grid)
    yield grid.heading(labels.CONTENT)
    yield from _texts(page, grid, Section.CONTENT, least=30.0)
    yield from _schedule(page, grid)
    for block in page.form.sheet.indicators:
        yield from _block(block, page.form, grid)
    yield grid.heading(labels.EVALUATION, part="evaluation")
    yield from _texts(page, grid, Section.EVALUATION, least=28.0, part="evaluation")
    yield from _progress(page, grid)
    if page.judged:
        yield from _results(page.judged, grid)


class _Grid:
    """Widths and the arithmetic on them."""

    def __init__(self, form: FormSheet) -> None:
        self.widths = column_widths(form)
        self.last = len(self.widths)
        self.ends = [0.0, *accumulate(self.widths)]

    def height(self, *boxes: Box, least: float = LEAST) -> float:
        ends = self.ends
        texts = [(box.text, ends[box.last] - ends[box.first - 1]) for box in boxes if box.rows == 1]
        return metrics.row_height(texts, size=SIZE, least=least)

    def heading(self, text: str, part: str = "form") -> Line:
        box = Box(1, self.last, text, "section")
        return Line((box,), 19.5, section=True, part=part)

    def labelled(
        self, label: str, text: str, *, style: str = "text", least: float = LEAST, part: str = "form", key: str = ""
    ) -> Line:
        boxes = Box(1, 1, _BROKEN.get(label, label), "label"), Box(2, self.last, text, style, key=key)
        height = self.height(*boxes, least=least)
        if height > metrics.MAX_ROW_HEIGHT and style == "text":
            boxes[1].style = "long_text"
        return Line(boxes, height, part=part)


def _title(page: Page, grid: _Grid) -> Iterator[Line]:
    form = page.form
    title = f"{fiscal_year_label(form.fiscal_year)} {form.plan_name} 施策シート"
    state = "・".join(part for part in (form.state_label, labels.DEMO if form.demo else "") if part)
    stands = Box(grid.last, grid.last, state, "demo" if form.demo else "state")
    yield Line((Box(1, grid.last - 1, title, "title"), stands), 27.0)
    notice = f"※ {labels.DEMO}: 試しに入れた値を含みます。公表には使えません。" if form.demo else form.city
    boxes = [Box(1, grid.last - 2, notice, "demo_note" if form.demo else "note")]
    for column, (text, target) in zip((grid.last - 1, grid.last), page.links, strict=False):
        boxes.append(Box(column, column, text, "link", link=target))
    yield Line(tuple(boxes), 16.5)


def _overview(page: Page, grid: _Grid) -> Iterator[Line]:
    sheet = page.form.sheet
    yield grid.heading(labels.OVERVIEW)
    code, name, owner, related = (one.label for one in fields.of(Section.HEAD))
    yield grid.labelled(code, sheet.code, style="strong")
    yield grid.labelled(name, sheet.name, style="strong", least=21.0)
    yield grid.labelled(owner, sheet.owner)
    yield grid.labelled(related, related_text(sheet.related, every=sheet.related_all, note=sheet.related_note))


def _texts(page: Page, grid: _Grid, section: Section, *, least: float, part: str = "form") -> Iterator[Line]:
    for one in page.form.sheet.printed(section):
        key = one.key if one.writer == Writer.DEPARTMENT else ""
        yield grid.labelled(one.label, page.form.sheet.text(one.key), least=least, part=part, key=key)


def _schedule(page: Page, grid: _Grid) -> Iterator[Line]:
    form = page.form
    items = form.sheet.schedule
    yield grid.heading(labels.GOALS, part="goals")
    side = Box(1, 1, "取組み\nスケジュール", "label", rows=len(items) + 1)
    head = Box(2, 2, labels.ACTIVITY, "head")
    yield Line((side, head, *_years(form)), HEAD_HEIGHT if items else 30.0, part="goals")
    for position, item in enumerate(items, start=1):
        first_open = form.fiscal_year if bars_key(position) in page.open_keys else form.years[-1] + 1
        boxes = (Box(2, 2, item.name, "part"), *_bar(item, position, form.years, first_open))
        yield Line(boxes, grid.height(*boxes), part="goals")


def _years(form: FormSheet) -> Iterator[Box]:
    for column, year in enumerate(form.years, start=3):
        style = "head_now" if year == form.fiscal_year else "head"
        yield Box(column, column, fiscal_year_label(year), style)


def years_again(form: FormSheet) -> Line:
    """The heads of the years once more, above a 成果目標 that begins a page; readers pass over it."""
    side = Box(1, 2, labels.CONTINUED, "head")
    return Line((side, *_years(form)), HEAD_HEIGHT, part="goals", begins_page=True)


def _bar(item: ScheduleRow, position: int, years: tuple[int, ...], first_open: int) -> Iterator[Box]:
    """One cell a year; from `first_open` on a person writes into them, and they look like no bar yet."""
    drawn = {bar.fiscal_year: bar for bar in item.bars}
    for column, year in enumerate(years, start=3):
        bar = drawn.get(year)
        if year >= first_open:
            text = bars.cell_text(bar.label) if bar and bar.filled else ""
            yield Box(column, column, text, "no_bar", key=bar_cell_key(position, year))
        else:
            text = labels.bar_text(filled=bar.filled, label=bar.label) if bar else ""
            yield Box(column, column, text, "bar" if bar and bar.filled else "no_bar")


def _block(block: IndicatorBlock, form: FormSheet, grid: _Grid) -> Iterator[Line]:
    more = labels.further_rows(block)
    cells, this_year = {cell.fiscal_year: cell for cell in block.years}, form.fiscal_year
    side = [Box(1, 1, labels.goal_label(block.number), "label", rows=3 + len(more))]
    for label, name in ((labels.NAME_ROW, "name"), (labels.TARGET_ROW, "target"), (labels.ACTUAL_ROW, "actual")):
        boxes = [Box(2, 2, label, "row_label")]
        for column, year in enumerate(form.years, start=3):
            text = getattr(cells[year], name) if year in cells else ""
            key = _goal_key(block.number, name, year - this_year) if year >= this_year else ""
            boxes.append(Box(column, column, text, "value_now" if year == this_year else "value", 1, "", key))
        yield Line((*side, *boxes), grid.height(*boxes), section=bool(side), part="goals")
        side = []
    for label, text in more:
        row = Box(2, 2, label, "row_label"), Box(3, 2 + len(form.years), text, "value")
        yield Line(row, grid.height(*row), part="goals")


def _goal_key(number: int, name: str, ahead: int) -> str:
    """The item of a cell of a 成果目標 `ahead` years from the sheet's; '' where nothing is typed."""
    if ahead == 0 and name == "actual":
        return actual_key(number)
    if ahead == 1 and name != "actual":
        return next_name_key(number) if name == "name" else next_target_key(number)
    return ""


def _progress(page: Page, grid: _Grid) -> Iterator[Line]:
    """取組状況 of each row of the schedule, where the page has them."""
    if not page.progress:
        return
    yield grid.heading(labels.PROGRESS, part="evaluation")
    rows = zip(page.form.sheet.schedule, page.progress, strict=True)
    for position, (item, text) in enumerate(rows, start=1):
        boxes = Box(1, 2, item.name, "label"), Box(3, grid.last, text, "text", key=schedule_key(position))
        yield Line(boxes, grid.height(*boxes, least=28.0), part="evaluation")


def _results(judged: BookSheet, grid: _Grid) -> Iterator[Line]:
    """What the book adds below the form; the reader stops at its heading."""
    yield grid.heading(labels.RESULTS, part="results")
    yield grid.labelled("総合評価", judged.shown, style="strong", part="results")
    words = ("成果目標", "評価項目", "目標", "実績", "達成率・進捗率", "区分・判定")
    head = [Box(i, i, word, "head") for i, word in enumerate(words, start=1)]
    yield Line(tuple(head), 18.0, part="results")
    for one in judged.indicators:
        texts = (labels.goal_label(one.number), one.name, one.target, one.actual, one.rate_text or "－", one.marks)
        boxes = [Box(i, i, text, "row_label" if i == 1 else "value") for i, text in enumerate(texts, start=1)]
        yield Line(tuple(boxes), grid.height(*boxes), part="results")
        if one.flags:
            note = Box(2, grid.last, "※ " + " ".join(one.flags), "flag")
            boxes = [Box(1, 1, "", "row_label"), note]
            yield Line(tuple(boxes), grid.height(*boxes, least=16.0), part="results")
    for opinion in judged.opinions:
        yield grid.labelled(labels.OPINION, opinion, least=28.0, part="results")
