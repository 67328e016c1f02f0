"""Reads the published plan as a text with tabs between the cells.

The text came through a scan, so nothing of its look is trusted: a 施策 begins at its 施策ID, 成果目標 are taken in
their order, columns mean the 年度 that their neighbours show. Cells stay as typed; each doubt is listed.
Lines that begin with # before the first 施策 are comments.
"""

import re
from collections import Counter
from collections.abc import Sequence

from review.domain import fields, measure_codes
from review.domain import form_labels as labels
from review.domain.doubt_words import LINE, SHEET
from review.domain.form_labels import fold
from review.domain.form_rows import Row, find_header, is_code_row
from review.domain.scan_marks import Wording, count_departments, healthy_department
from review.domain.separated import decode
from review.domain.sheet import DocumentError, Doubt, PlanDocument, Sheet
from review.domain.sheet_rows import SheetReader

MOST_LEFT_OUT = 20

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def read_plan_text(data: bytes) -> PlanDocument:
    """The document with all its sheets and doubts; doubts are in the order of the lines.

    Raises DocumentError, with the line and the cause, for anything that is no whole plan: then nothing was read.
    One pass over the text; a plan of 30 施策 takes well under a second.
    """
    text = _decode(data)
    rows = _rows(text)
    segments = _segments(rows)
    years = plan_years(segments)
    wording = Wording(text)
    readers = [SheetReader(rows=segment, wording=wording, plan_years=years) for segment in segments]
    sheets = tuple(reader.read() for reader in readers)
    lines = [{one.key: _line_of(segment, one.label) for one in fields.of(fields.Section.HEAD)} for segment in segments]
    refuse_duplicates([sheet.code for sheet in sheets], [line["code"] for line in lines])
    doubts = [doubt for reader in readers for doubt in reader.doubts]
    doubts += department_doubts(sheets, lines)
    doubts += plan_doubts(sheets, [line["code"] for line in lines])
    return PlanDocument(years=years, sheets=sheets, doubts=tuple(sorted(doubts, key=lambda doubt: doubt.line)))


# --- from bytes to rows ---------------------------------------------------------------------------------------


def _decode(data: bytes) -> str:
    if not data.strip():
        raise DocumentError("empty")
    text = decode(data).replace("\r\n", "\n").replace("\r", "\n")
    match = _CONTROL.search(text)
    if match:
        raise DocumentError("no_text", line=text.count("\n", 0, match.start()) + 1)
    return text


def _rows(text: str) -> list[Row]:
    rows = [Row(number=n, cells=tuple(line.split("\t"))) for n, line in enumerate(text.split("\n"), start=1)]
    first = next((i for i, row in enumerate(rows) if is_code_row(row)), 0)
    return [row for i, row in enumerate(rows) if i >= first or not row.at(0).startswith("#")]


def _segments(rows: Sequence[Row]) -> list[list[Row]]:
    """The rows of each 施策: from the heading above its 施策ID to the heading of the next."""
    codes = [i for i, row in enumerate(rows) if is_code_row(row)]
    if not codes:
        raise DocumentError("no_code", line=1)
    starts = [_heading_above(rows, code, floor) for floor, code in zip([-1, *codes], codes, strict=False)]
    _refuse_text_before(rows[: starts[0]])
    return [list(rows[start:end]) for start, end in zip(starts, [*starts[1:], len(rows)], strict=True)]


def _heading_above(rows: Sequence[Row], code: int, floor: int) -> int:
    """The line above 施策ID, whatever its text, if it can be its heading; else the line of 施策ID itself.

    A heading has one filled cell at most; a row of 実績 right above means that the heading is lost.
    """
    above = next((i for i in range(code - 1, floor, -1) if not rows[i].is_blank), None)
    if above is None or len(rows[above].filled()) > 1:
        return code
    return above


def _refuse_text_before(rows: Sequence[Row]) -> None:
    words = {fold(cell) for row in rows for cell in row.cells}
    if words & {fold(labels.ACTIVITY), fold(labels.NAME_ROW), fold(fields.label(fields.Section.HEAD, "name"))}:
        line = next(row.number for row in rows if not row.is_blank)
        raise DocumentError("text_before", line=line)


def _line_of(rows: Sequence[Row], label: str) -> int:
    return next(row.number for row in rows if any(fold(cell) == fold(label) for cell in row.cells))


# --- the document as a whole; the workbook's reader uses these too -----------------------------------------------


def plan_years(segments: Sequence[Sequence[Row]], sheets: Sequence[str] = ()) -> tuple[int, ...]:
    """The 年度 of the plan: those that most sheets name; the longer row where two are named as often."""
    named = sheets or [""] * len(segments)
    headers = [find_header(rows, sheet=sheet) for rows, sheet in zip(segments, named, strict=True)]
    counts = Counter(header.years for header in headers)
    return max(counts, key=lambda years: (counts[years], len(years)))


def refuse_duplicates(codes: Sequence[str], lines: Sequence[int], titles: Sequence[str] = ()) -> None:
    """Raises DocumentError where two sheets carry the same 施策ID."""
    same = [measure_codes.same(code) for code in codes]
    for index, code in enumerate(codes):
        if same[index] in same[:index]:
            first = same.index(same[index])
            before = SHEET % {"title": titles[first]} if titles else LINE % {"line": lines[first]}
            sheet = titles[index] if titles else ""
            raise DocumentError("code_twice", line=lines[index], sheet=sheet, code=code, place_item=before)


def department_doubts(sheets: Sequence[Sheet], lines: Sequence[dict[str, int]]) -> list[Doubt]:
    """A doubt for each department whose name seems to have lost, or to have old, letters."""
    known = count_departments(name for sheet in sheets for name in (sheet.owner, *sheet.related))
    doubts: list[Doubt] = []
    for sheet, line in zip(sheets, lines, strict=True):
        for label, names, number in (
            ("主管部署", (sheet.owner,), line["owner"]),
            ("関連部署", sheet.related, line["related"]),
        ):
            for name in names:
                proposal = healthy_department(name.strip(), known) if name.strip() else ""
                if proposal:
                    facts = {"label_item": label, "name": name, "right": proposal}
                    says = "damaged_department"
                    doubts.append(Doubt.of(says, measure=sheet.code, line=number, proposal=proposal, **facts))
    return doubts


def _left_out(before: str, code: str) -> list[str]:
    """The 施策ID whose numbers are missing between two that follow each other, as far as they are few."""
    head, number, width = measure_codes.run_of(code)
    group, last, _width = measure_codes.run_of(before)
    first = last + 1 if before and group == head else 1 if not before else number
    missing = range(first, number)
    return [f"{head}{one:0{width}d}" for one in missing] if len(missing) <= MOST_LEFT_OUT else []


def plan_doubts(sheets: Sequence[Sheet], lines: Sequence[int]) -> list[Doubt]:
    """Doubts that only the whole set shows: numbers left out within a 分野, and names that occur twice."""
    doubts: list[Doubt] = []
    names = [sheet.name for sheet in sheets]
    for index, (sheet, line) in enumerate(zip(sheets, lines, strict=True)):
        for code in _left_out(sheets[index - 1].code if index else "", sheet.code):
            doubts.append(Doubt.of("missing_measure", measure=code, line=line, missing=code))
        if sheet.name in names[:index]:
            doubts.append(Doubt.of("duplicate:name", measure=sheet.code, line=line, name=sheet.name))
    return doubts
