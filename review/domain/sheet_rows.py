"""Reads one sheet of the city's form from rows of cells.

The text document and the workbook arrive here alike: a row is a line number and its cells. The reader keys on
labels and on order, never on headings or on the look, keeps every text as typed, and lists what it doubts.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from review.domain import fields, measure_codes
from review.domain import form_labels as labels
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
    """Reads the rows of one sheet; `place` names the worksheet in messages, "" for a text.

    `scanned` searches for the marks of a scan (stray spaces and the like), which a filled-in workbook does not have.
    """

    rows: Sequence[Row]
    wording: Wording
    plan_years: tuple[int, ...] = ()
    place: str = ""
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
            line = self.rows[header.index].number
            raise self._error("「成果目標」の欄(評価項目・目標・実績)がありません。", line)
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
                raise self._error(f"「{one.label}」の欄がありません。", self.rows[0].number)
        if not head["name"].text.strip():
            raise self._error("施策名が空欄です。", head["name"].line)
        if not head["owner"].text.strip():
            self._doubt("missing_owner", head["owner"].line, "主管部署が空欄です。")
        self._mark(head["name"].text, head["name"].line, "施策名", phrase=True)
        if self.scanned:
            self._doubt_heading(head["code"].line)
        return head

    def _head_row(self, row: Row, head: dict[str, _HeadField]) -> None:
        for name, column, value in head_fields(row):
            label = fields.label(Section.HEAD, name)
            if name in head:
                cause = f"「{label}」が1つの施策に2回あります。前の施策との境(施策IDの行)が失われた可能性があります。"
                raise self._error(cause, row.number)
            head[name] = _HeadField(text=row.at(value), line=row.number)
            if name == "code":
                self._read_code(head[name])
            if self.scanned and value > column + 1:
                self._doubt("shifted_cell", row.number, f"「{label}」の値が右の列にずれています。", row.at(value))

    def _read_code(self, field: _HeadField) -> None:
        self.code = read_code(field.text)
        if not self.code:
            cause = (
                f"施策ID「{field.text.strip()[:20]}」の形が正しくありません。"
                if field.text.strip()
                else "施策IDが空欄です。"
            )
            raise self._error(cause, field.line, f"{measure_codes.HOW}記入してください。")
        if self.code != field.text:
            detail = f"施策ID「{field.text}」を「{self.code}」と読みました。"
            self._doubt("code_variant", field.line, detail, self.code)

    def _doubt_heading(self, code_line: int) -> None:
        before = [row for row in self.rows if row.number < code_line and not row.is_blank]
        if not before:
            self._doubt("damaged_heading", code_line, "見出し「施策概要」の行がありません。", labels.OVERVIEW)
        elif fold(before[-1].first()) != labels.OVERVIEW:
            detail = f"見出し「施策概要」が「{before[-1].first()[:20]}」になっています。"
            self._doubt("damaged_heading", before[-1].number, detail, labels.OVERVIEW)
        elif before[-1].filled()[0] == 0:
            # The heading belongs over the values, in the second column: here an empty cell before it was lost.
            detail = "見出し「施策概要」が1つ左の列にずれています。"
            self._doubt("shifted_cell", before[-1].number, detail, labels.OVERVIEW)

    def _related(self, field: _HeadField) -> tuple[tuple[str, ...], bool, str]:
        names, every, note = read_related(field.text)
        if note and self.scanned:
            detail = f"関連部署に理由「{note}」が添えられています。部署名と分けて読みました。"
            self._doubt("related_note", field.line, detail, "、".join(names))
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
                raise self._error(f"「{one.label}」が1つの施策に2回あります。", row.number)
            value = row.after(0)
            texts[one.key] = row.at(value)
            self._mark(texts[one.key], row.number, one.label)
            for column in row.filled():
                if column > value:
                    detail = f"「{one.label}」の右に「{row.at(column)[:40]}」が残っています。取り込んでいません。"
                    self._doubt("loose_word", row.number, detail)
        for one in fields.of(Section.CONTENT):
            # A file may be older than a field that was added since.
            if one.key not in texts and one.since == 1:
                advice = "欄の名前を変えた計画の施策シートは、その計画の「計画の取込み」の画面から送ってください。"
                raise self._error(f"「{one.label}」の欄がありません。", last_line(self.rows), advice)
        return texts

    # --- 取組みスケジュール -----------------------------------------------------------------------------------

    def _header(self) -> Header:
        header = find_header(self.rows, plan_years=self.plan_years, place=self.place)
        row = self.rows[header.index]
        if header.merged:
            years = "、".join(map(fiscal_year_label, sorted(header.merged)))
            detail = f"見出し「{row.at(header.label_column)}」に{years}がまとめて入り、右の列がずれて空いています。"
            proposal = " | ".join([labels.ACTIVITY, *map(fiscal_year_label, header.years)])
            self._doubt("merged_header", row.number, detail, proposal)
        for year in header.years:
            if year not in header.named | header.merged:
                label = fiscal_year_label(year)
                self._doubt("missing_year_heading", row.number, f"見出し「{label}」がありません。", label)
        strange = set(header.years) ^ set(self.plan_years)
        if strange:
            names = "、".join(map(fiscal_year_label, sorted(strange)))
            self._doubt("different_years", row.number, f"ほかの施策と年度が違います({names})。")
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
                self._doubt("duplicate", row.number, f"取組内容「{name}」が2回あります。")
            items.append(ScheduleRow(name=name, bars=bars))
            self._mark(name, row.number, labels.ACTIVITY, phrase=True)
            self._doubt_words(row, bars)
            self._doubt_beyond(row, max(header.columns))
            if not any(bar.filled for bar in bars):
                bare.append(row)
        if bare:
            names = "、".join(f"「{row.at(header.label_column)}」" for row in bare)
            detail = f"取組内容{len(bare)}件に、スケジュールの線がありません: {names}"
            self._doubt("schedule_bar_lost", bare[0].number, detail, "原本を見て、実施する年度に線(■)を引く")
        return tuple(items)

    def _doubt_words(self, row: Row, bars: tuple[Bar, ...]) -> None:
        words = [bar for bar in bars if bar.label.strip() and not bar.filled]
        if not (words and self.scanned):
            return
        listed = "、".join(f"{fiscal_year_label(bar.fiscal_year)}「{bar.label.strip()}」" for bar in words)
        readable = any(re.search(r"\w", bar.label) for bar in words)
        proposal = _bars_proposal(words) if readable else "不要な印として消す"
        self._doubt("loose_word", row.number, f"スケジュールの線がなく、{listed}だけが残っています。", proposal)

    def _doubt_beyond(self, row: Row, last: int) -> None:
        for column in row.filled():
            if column > last:
                text = row.at(column)[:40]
                detail = f"年度の列より右に「{text}」があり、列がずれた可能性があります。取り込んでいません。"
                self._doubt("shifted_cell", row.number, detail, row.at(column))

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
                cause = "「評価項目」の下に「目標」「実績」の行が続いていません。"
                raise self._error(cause, self.rows[index].number)
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
            detail = f"{labels.goal_label(number)}は、評価項目・目標・実績のどれも空欄です。"
            self._doubt("empty_indicator", rows[0].number, detail, "目標を定めない欄として扱う")
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
            detail = f"{place}の行が{abs(shift)}列{'右' if shift > 0 else '左'}にずれています。ずれを戻して読みました。"
            self._doubt("shifted_cell", row.number, detail, label)
        texts = {year: row.at(at + shift) for at, year in header.columns.items()}
        for text in dict.fromkeys(texts.values()):
            # The same words are in every year of a row: one doubt for all of them.
            years = "・".join(fiscal_year_label(year) for year in sorted(texts) if texts[year] == text)
            self._mark(text, row.number, f"{place}({years})", phrase=label == labels.NAME_ROW)
        self._doubt_beyond(row, max(header.columns) + shift)
        return texts

    def _doubt_label(self, rows: list[Row], number: int, header: Header) -> None:
        pieces = ["".join(row.cells[: header.label_column]) for row in rows]
        rest = [goal_number_rest(piece) for piece in pieces]
        line, proposal = rows[0].number, labels.goal_label(number)
        if any(text not in ("", str(number)) for text in rest) or str(number) not in rest:
            typed = "」「".join(piece for piece in pieces if piece.strip())
            detail = f"成果目標の番号の欄が「{typed}」になっています。上からの順番で読みました。"
            self._doubt("damaged_label", line, detail, proposal)
        if labels.GOAL in fold(pieces[0]) and any(piece.strip() for piece in pieces[1:]):
            detail = f"「{pieces[0].strip()}」が1つ上の行にずれ、その下の欄が空いています。"
            self._doubt("shifted_cell", line, detail, proposal)

    def _doubt_names(self, row: Row, block: IndicatorBlock) -> None:
        longest = max(len(cell.name.strip()) for cell in block.years)
        for cell in block.years:
            name = cell.name.strip()
            place = f"{labels.goal_label(block.number)} 評価項目({fiscal_year_label(cell.fiscal_year)})"
            if longest > 2 and name not in _NOTHING and re.fullmatch(r"[\d\W]{1,2}", name):
                self._doubt("damaged_name", row.number, f"{place}が「{name}」だけになっています。", "-")
            if not name and (cell.target.strip() or cell.actual.strip()):
                detail = f"{place}が空欄なのに、目標か実績があります。空のセルで列がずれた可能性があります。"
                self._doubt("shifted_cell", row.number, detail, "-")

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
                self._doubt("unread_line", row.number, f"どの欄か分からない行「{text}」は、取り込んでいません。")

    def _mark(self, text: str, line: int, place: str, *, phrase: bool = False) -> None:
        if self.scanned and text.strip():
            for mark in marks(text, self.wording, phrase=phrase):
                self._doubt(mark.code, line, f"{place}: {mark.detail}", mark.proposal)

    def _doubt(self, code: str, line: int, detail: str, proposal: str = "") -> None:
        self.doubts.append(Doubt(code=code, measure=self.code, line=line, detail=detail, proposal=proposal))

    def _error(self, cause: str, line: int, advice: str = "") -> DocumentError:
        name = f"施策{self.code}: " if self.code else ""
        return DocumentError(name + cause, line=line, advice=advice, place=self.place)


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
