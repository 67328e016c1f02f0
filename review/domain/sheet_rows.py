"""Reads one sheet of the city's form from rows of cells.

The text document and the workbook arrive here alike: a row is a line number and its cells. The reader keys on
labels and on order, never on headings or on the look, keeps every text as typed, and lists what it doubts.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from review.domain import fields
from review.domain import form_labels as labels
from review.domain.doubt_words import NO_MARK, OF_YEARS, PLACED
from review.domain.fields import Section
from review.domain.fiscal import fiscal_year_label
from review.domain.form_labels import fold
from review.domain.form_rows import (
    HEAD_LABELS,
    HEADINGS,
    Header,
    Row,
    block_label,
    find_header,
    goal_number_rest,
    head_fields,
    is_header,
    is_results,
    last_line,
    read_code,
    read_related,
    text_field,
)
from review.domain.scan_marks import Wording, marks
from review.domain.sheet import Bar, DocumentError, Doubt, IndicatorBlock, IndicatorCell, ScheduleRow, Sheet

_NOTHING = ("-", "－", "―", "ー", "_")


@dataclass(frozen=True, kw_only=True)
class _HeadField:
    text: str
    line: int


@dataclass(kw_only=True)
class SheetReader:
    """Reads the rows of one sheet; `title` names the worksheet in messages, "" for a text.

    `scanned` searches for the marks of a scan (stray spaces and the like), which a filled-in workbook does not have.
    """

    rows: Sequence[Row]
    wording: Wording
    plan_years: tuple[int, ...] = ()
    title: str = ""
    scanned: bool = True
    code: str = ""
    doubts: list[Doubt] = field(default_factory=list)

    def read(self) -> Sheet:
        """The sheet, with its doubts in `doubts`. Raises DocumentError where a part of the form is missing."""
        head = self._head()
        header = self._header()
        texts = self._texts()
        starts = self._block_starts(header)
        if not starts:
            raise self._error("no_goals", self.rows[header.index].number)
        schedule = self._schedule(header, starts[0])
        blocks = tuple(self._block(number, index, header) for number, index in enumerate(starts, start=1))
        self._doubt_unread(header, starts)
        names, every, note = self._related(head["related"])
        return Sheet(
            code=self.code,
            name=head["name"].text,
            owner=head["owner"].text,
            related=names,
            related_all=every,
            related_note=note,
            texts=texts,
            schedule=schedule,
            indicators=blocks,
        )

    # --- 施策概要 ---------------------------------------------------------------------------------------------

    def _head(self) -> dict[str, _HeadField]:
        head: dict[str, _HeadField] = {}
        begun = False
        for row in self.rows:
            begun = begun or bool(text_field(row)) or is_header(row)
            if not begun or fold(row.at(0)) in HEAD_LABELS:  # the latter: a second 施策 without its 施策ID
                self._head_row(row, head)
        for one in fields.of(Section.HEAD):
            if one.key not in head:
                raise self._error("no_field", self.rows[0].number, label_item=one.label)
        if not head["name"].text.strip():
            raise self._error("no_name", head["name"].line)
        if not head["owner"].text.strip():
            self._doubt("missing_owner", head["owner"].line)
        self._mark(head["name"].text, head["name"].line, "施策名", phrase=True)
        if self.scanned:
            self._doubt_heading(head["code"].line)
        return head

    def _head_row(self, row: Row, head: dict[str, _HeadField]) -> None:
        for name, column, value in head_fields(row):
            label = fields.label(Section.HEAD, name)
            if name in head:
                raise self._error("label_twice:head", row.number, label_item=label)
            head[name] = _HeadField(text=row.at(value), line=row.number)
            if name == "code":
                self._read_code(head[name])
            if self.scanned and value > column + 1:
                self._doubt("shifted_cell:value", row.number, row.at(value), label_item=label)

    def _read_code(self, field: _HeadField) -> None:
        self.code = read_code(field.text)
        if not self.code:
            typed = field.text.strip()[:20]
            raise self._error("bad_code" if typed else "bad_code:empty", field.line, text=typed)
        if self.code != field.text:
            self._doubt("code_variant", field.line, self.code, typed=field.text, text=self.code)

    def _doubt_heading(self, code_line: int) -> None:
        before = [row for row in self.rows if row.number < code_line and not row.is_blank]
        if not before:
            self._doubt("damaged_heading", code_line, labels.OVERVIEW)
        elif fold(before[-1].first()) != labels.OVERVIEW:
            text = before[-1].first()[:20]
            self._doubt("damaged_heading:other", before[-1].number, labels.OVERVIEW, text=text)
        elif before[-1].filled()[0] == 0:
            # The heading belongs over the values, in the second column: here an empty cell before it was lost.
            self._doubt("shifted_cell:heading", before[-1].number, labels.OVERVIEW)

    def _related(self, field: _HeadField) -> tuple[tuple[str, ...], bool, str]:
        names, every, note = read_related(field.text)
        if note and self.scanned:
            self._doubt("related_note", field.line, "、".join(names), note=note)
        return names, every, note

    # --- 施策内容, 評価 ---------------------------------------------------------------------------------------

    def _texts(self) -> dict[str, str]:
        texts: dict[str, str] = {}
        for row in self.rows:
            if is_results(row):
                break
            one = fields.text(text_field(row) or "")
            if one is None:
                continue
            if one.key in texts:
                raise self._error("label_twice", row.number, label_item=one.label)
            value = row.after(0)
            texts[one.key] = row.at(value)
            self._mark(texts[one.key], row.number, one.label)
            for column in row.filled():
                if column > value:
                    self._doubt("loose_word", row.number, label_item=one.label, text=row.at(column)[:40])
        for one in fields.of(Section.CONTENT):
            # A file may be older than a field that was added since.
            if one.key not in texts and one.since == 1:
                raise self._error("no_field:text", last_line(self.rows), label_item=one.label)
        return texts

    # --- 取組みスケジュール -----------------------------------------------------------------------------------

    def _header(self) -> Header:
        header = find_header(self.rows, plan_years=self.plan_years, sheet=self.title)
        row = self.rows[header.index]
        if header.merged:
            years = "、".join(map(fiscal_year_label, sorted(header.merged)))
            proposal = " | ".join([labels.ACTIVITY, *map(fiscal_year_label, header.years)])
            self._doubt("merged_header", row.number, proposal, text=row.at(header.label_column), all_years=years)
        for year in header.years:
            if year not in header.named | header.merged:
                label = fiscal_year_label(year)
                self._doubt("missing_year_heading", row.number, label, year=label)
        strange = set(header.years) ^ set(self.plan_years)
        if strange:
            names = "、".join(map(fiscal_year_label, sorted(strange)))
            self._doubt("different_years", row.number, all_years=names)
        return header

    def _schedule(self, header: Header, end: int) -> tuple[ScheduleRow, ...]:
        items: list[ScheduleRow] = []
        bare: list[Row] = []
        for row in self.rows[header.index + 1 : end]:
            if not any(column >= header.label_column for column in row.filled()):
                continue
            bars = tuple(_bar(year, row.at(column)) for column, year in sorted(header.columns.items()))
            name = row.at(header.label_column)
            if name in [item.name for item in items]:
                self._doubt("duplicate", row.number, name=name)
            items.append(ScheduleRow(name=name, bars=bars))
            self._mark(name, row.number, labels.ACTIVITY, phrase=True)
            self._doubt_words(row, bars)
            self._doubt_beyond(row, max(header.columns))
            if not any(bar.filled for bar in bars):
                bare.append(row)
        if bare:
            names = "、".join(f"「{row.at(header.label_column)}」" for row in bare)
            self._doubt("schedule_bar_lost", bare[0].number, None, count=len(bare), texts=names)
        return tuple(items)

    def _doubt_words(self, row: Row, bars: tuple[Bar, ...]) -> None:
        words = [bar for bar in bars if bar.label.strip() and not bar.filled]
        if not (words and self.scanned):
            return
        listed = "、".join(f"{fiscal_year_label(bar.fiscal_year)}「{bar.label.strip()}」" for bar in words)
        readable = any(re.search(r"\w", bar.label) for bar in words)
        proposal = _bars_proposal(words) if readable else NO_MARK
        self._doubt("loose_word:bar", row.number, proposal, texts=listed)

    def _doubt_beyond(self, row: Row, last: int) -> None:
        for column in row.filled():
            if column > last:
                self._doubt("shifted_cell:beyond", row.number, row.at(column), text=row.at(column)[:40])

    # --- 成果目標 ---------------------------------------------------------------------------------------------

    def _block_starts(self, header: Header) -> list[int]:
        starts: list[int] = []
        broken: list[int] = []
        for index in range(header.index + 1, len(self.rows)):
            if is_results(self.rows[index]):
                break
            label = block_label(self.rows[index], header)
            if label is None or label[0] != labels.NAME_ROW or text_field(self.rows[index]):
                continue
            following = [block_label(self.rows[i], header) for i in self._next_two(index)]
            whole = [hit and hit[0] for hit in following] == [labels.TARGET_ROW, labels.ACTUAL_ROW]
            (starts if whole else broken).append(index)
        for index in broken:
            # Before the first block, an activity may be called 評価項目; it has no label of a 成果目標 beside it.
            if not starts or index > starts[0] or any(c < header.label_column for c in self.rows[index].filled()):
                raise self._error("goal_cut", self.rows[index].number)
        return starts

    def _next_two(self, index: int) -> list[int]:
        return [i for i in range(index + 1, len(self.rows)) if not self.rows[i].is_blank][:2]

    def _block(self, number: int, index: int, header: Header) -> IndicatorBlock:
        rows = [self.rows[i] for i in (index, *self._next_two(index))]
        names, targets, actuals = (self._block_row(row, number, header) for row in rows)
        cells = tuple(
            IndicatorCell(fiscal_year=year, name=names[year], target=targets[year], actual=actuals[year])
            for year in header.years
        )
        more = self._further_rows(rows[-1], header)
        sort = next((code for code, word in labels.SORTS.items() if word == more.get(labels.SORT_ROW)), "")
        baseline = more.get(labels.BASELINE_ROW, "")
        block = IndicatorBlock(number=number, years=cells, baseline=baseline, sort=sort)
        if self.scanned:
            self._doubt_label(rows, number, header)
        if block.is_empty:
            self._doubt("empty_indicator", rows[0].number, None, row_item=labels.goal_label(number))
        elif self.scanned:
            self._doubt_names(rows[0], block)
        return block

    def _further_rows(self, actual: Row, header: Header) -> dict[str, str]:
        """{基準値 or 指標の区分: text} of such rows right under the 実績."""
        texts: dict[str, str] = {}
        for row in (row for row in self.rows[self.rows.index(actual) + 1 :] if not row.is_blank):
            label = fold(row.at(header.label_column))
            if label not in (labels.BASELINE_ROW, labels.SORT_ROW) or text_field(row):
                break
            texts[label] = next((row.at(at) for at in sorted(header.columns) if row.at(at).strip()), "")
        return texts

    def _block_row(self, row: Row, number: int, header: Header) -> dict[int, str]:
        label, column = block_label(row, header) or ("", header.label_column)
        shift = column - header.label_column
        place = f"{labels.goal_label(number)} {label}"
        if shift:
            says = f"shifted_cell:{'right' if shift > 0 else 'left'}"
            self._doubt(says, row.number, label, row_item=place, count=abs(shift))
        texts = {year: row.at(at + shift) for at, year in header.columns.items()}
        for text in dict.fromkeys(texts.values()):
            # The same words are in every year of a row: one doubt for all of them.
            years = "・".join(fiscal_year_label(year) for year in sorted(texts) if texts[year] == text)
            self._mark(
                text, row.number, OF_YEARS % {"row_item": place, "all_years": years}, phrase=label == labels.NAME_ROW
            )
        self._doubt_beyond(row, max(header.columns) + shift)
        return texts

    def _doubt_label(self, rows: list[Row], number: int, header: Header) -> None:
        pieces = ["".join(row.cells[: header.label_column]) for row in rows]
        rest = [goal_number_rest(piece) for piece in pieces]
        line, proposal = rows[0].number, labels.goal_label(number)
        if any(text not in ("", str(number)) for text in rest) or str(number) not in rest:
            typed = "」「".join(piece for piece in pieces if piece.strip())
            self._doubt("damaged_label", line, proposal, texts=typed)
        if labels.GOAL in fold(pieces[0]) and any(piece.strip() for piece in pieces[1:]):
            self._doubt("shifted_cell:up", line, proposal, text=pieces[0].strip())

    def _doubt_names(self, row: Row, block: IndicatorBlock) -> None:
        longest = max(len(cell.name.strip()) for cell in block.years)
        for cell in block.years:
            name = cell.name.strip()
            label, year = f"{labels.goal_label(block.number)} {labels.NAME_ROW}", fiscal_year_label(cell.fiscal_year)
            place = OF_YEARS % {"row_item": label, "all_years": year}
            if longest > 2 and name not in _NOTHING and re.fullmatch(r"[\d\W]{1,2}", name):
                self._doubt("damaged_name", row.number, "-", row_item=place, text=name)
            if not name and (cell.target.strip() or cell.actual.strip()):
                self._doubt("shifted_cell:empty", row.number, "-", row_item=place)

    # --- the rest ---------------------------------------------------------------------------------------------

    def _doubt_unread(self, header: Header, starts: list[int]) -> None:
        used = {i for start in starts for i in (start, *self._next_two(start))}
        begun = False
        for index, row in enumerate(self.rows):
            if is_results(row):
                break
            known = text_field(row) or any(fold(cell) in HEAD_LABELS for cell in row.cells)
            begun = begun or bool(known)
            schedule = header.index <= index < starts[0]
            if begun and not (known or schedule or index in used or row.is_blank) and fold(row.first()) not in HEADINGS:
                text = " ".join(row.at(column) for column in row.filled())[:40]
                self._doubt("unread_line", row.number, text=text)

    def _mark(self, text: str, line: int, place: str, *, phrase: bool = False) -> None:
        if self.scanned and text.strip():
            for mark in marks(text, self.wording, phrase=phrase):
                doubt = Doubt.of(mark.says, measure=self.code, line=line, proposal=mark.proposal, **mark.facts)
                placed = PLACED % {"place_item": place, "doubt_sentence": doubt.detail}
                self.doubts.append(replace(doubt, detail=placed))

    def _doubt(self, says: str, line: int, proposal: str | None = "", **facts: object) -> None:
        self.doubts.append(Doubt.of(says, measure=self.code, line=line, proposal=proposal, **facts))

    def _error(self, says: str, line: int, **facts: object) -> DocumentError:
        return DocumentError(says, line=line, sheet=self.title, measure=self.code, **facts)


def _bar(year: int, text: str) -> Bar:
    filled, label = labels.read_bar(text)
    return Bar(fiscal_year=year, filled=filled, label=label)


def _bars_proposal(words: list[Bar]) -> str:
    """Short words in neighbouring years are one word that a bar carried across them: 運 | 用 is 運用."""
    pieces: list[tuple[int, int, str]] = []
    for bar in words:
        text = bar.label.strip()
        if pieces and len(text) == 1 and len(pieces[-1][2]) == 1 and pieces[-1][1] == bar.fiscal_year - 1:
            first, _, before = pieces[-1]
            pieces[-1] = (first, bar.fiscal_year, before + text)
        else:
            pieces.append((bar.fiscal_year, bar.fiscal_year, text))
    return "、".join(_span(first, last) + f"に線「{text}」" for first, last, text in pieces)


def _span(first: int, last: int) -> str:
    return fiscal_year_label(first) + (f"から{fiscal_year_label(last)}" if last != first else "")
