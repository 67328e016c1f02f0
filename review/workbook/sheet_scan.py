"""One worksheet as it streams by: formulas with their cell, positions, sizes, numbers and texts."""

import math
import re

from review.domain import cell_address
from review.workbook.acting import Content
from review.workbook.findings import Code, Refused
from review.workbook.parts import SharedStrings, TextCheck
from review.workbook.read_book import Area
from review.workbook.xml_scan import Attributes, Budget

MAX_ROW, MAX_COLUMN = 1_048_576, 16_384
MAX_CELLS = 200_000
# The rectangle from A1 to the last cell, which a careless program walks through.
MAX_AREA = 2_000_000
MAX_MERGES = 20_000
MAX_MERGED = 1_000_000
MAX_RULES = 5_000
# A <dimension> that is too small hides rows from programs that trust it. Some writers always write A1.
HIDDEN_ROWS = 1_000

_CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?")
_LONGEST_NUMBER = 40


class SheetScan(Content):
    """A worksheet. Raises Refused: FORMULA, TOO_LARGE, BROKEN, TOO_LONG, BAD_CHAR, ACTIVE, with the cell."""

    def __init__(self, budget: Budget, *, title: str, strings: SharedStrings | None, formulas: bool = False) -> None:
        super().__init__(budget)
        self.formulas = formulas
        self.title = title
        self.strings = strings
        self.cells = self.merged = self.rules = 0
        self.areas: list[Area] = []
        self.row = self.column = self.last_row = self.last_column = 0
        self.declared: tuple[int, int] | None = None
        self._type = "n"
        self._value: TextCheck | None = None
        self._aside = self._in_cell = False

    @property
    def place(self) -> str:
        """The current cell as シート!A1."""
        return f"{self.title}!{cell_address.address(self.row, self.column)}"

    # --- elements -------------------------------------------------------------------------------------------------

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "c":
            self.cell(attributes)
        elif name in ("v", "t"):
            self._value = TextCheck() if self._in_cell and not self._aside else None
        elif name == "row":
            self.new_row(attributes)
        elif name == "f" and self._in_cell and not self.formulas:  # it occurs nowhere else in a worksheet
            raise Refused(Code.FORMULA, cell=self.place)
        elif name == "rPh":
            self._aside = True
        elif name == "dimension":
            self.declared = corner(attributes.get("ref", ""))
        elif name == "mergeCell":
            self._merge(attributes.get("ref", ""))
        elif name in ("cfRule", "dataValidation", "conditionalFormatting", "hyperlink"):
            self._rule()
        else:
            self.other(name, attributes)

    def text(self, data: str) -> None:
        super().text(data)
        if self._value is not None:
            self._value.add(data)

    def end(self, name: str) -> None:
        super().end(name)
        if name == "c":
            self.cell_ends()
        elif name == "rPh":
            self._aside = False
        elif name in ("v", "t") and self._value is not None:
            value, self._value = self._value, None
            self._check(value, name)

    def close(self) -> None:
        if not self.declared:
            return
        rows, columns = self.declared
        if rows * columns > MAX_AREA and rows * columns > 100 * max(self.last_row * self.last_column, 1):
            raise Refused(Code.TOO_LARGE, f"シート「{self.title}」の使用範囲が中身よりずっと広くなっています")
        if self.last_row > rows and self.last_row > HIDDEN_ROWS:
            raise Refused(Code.BROKEN, f"シート「{self.title}」の使用範囲の記録より多くの行が隠れています")

    # --- rows and cells -------------------------------------------------------------------------------------------

    def new_row(self, attributes: Attributes) -> None:
        """A row begins."""
        reference = attributes.get("r")
        number = self.row + 1 if reference is None else self._position(reference)
        if number <= self.row:
            raise Refused(Code.BROKEN, f"シート「{self.title}」の行の順番が正しくありません")
        if number > MAX_ROW:
            raise Refused(Code.TOO_LARGE, f"シート「{self.title}」に、Excelの表に収まらない行があります")
        self.row, self.column = number, 0

    def _position(self, text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text)):
            raise Refused(Code.BROKEN, f"シート「{self.title}」の行の番号が正しくありません")
        return int(text)

    def cell(self, attributes: Attributes) -> None:
        """A cell begins."""
        reference = attributes.get("r")
        column, row = (self.column + 1, self.row) if reference is None else self._address(reference)
        if row != self.row or column <= self.column:
            raise Refused(Code.BROKEN, f"シート「{self.title}」のセルの順番が正しくありません")
        self.column = column
        if column > MAX_COLUMN:
            raise Refused(Code.TOO_LARGE, f"シート「{self.title}」に、Excelの表に収まらない列があります")
        if column > self.last_column:
            self.last_column = column
        self.last_row = row
        self.cells += 1
        if self.cells > MAX_CELLS or row * self.last_column > MAX_AREA:
            raise Refused(Code.TOO_LARGE, f"シート「{self.title}」で使っている行や列が多すぎます")
        self._type, self._in_cell = attributes.get("t", "n"), True

    def cell_ends(self) -> None:
        """A cell is at its end."""
        self._in_cell = False

    def other(self, name: str, attributes: Attributes) -> None:
        """An element begins that is none of the above."""
        super().start(name, attributes)

    def _address(self, reference: str) -> tuple[int, int]:
        match = _CELL.fullmatch(reference)
        if not match:
            raise Refused(Code.BROKEN, f"シート「{self.title}」のセルの番地が正しくありません")
        return cell_address.number(match[1]), int(match[2])

    def _check(self, value: TextCheck, element: str) -> None:
        text = value.text()
        if self._type == "s" and element == "v":
            self._shared(text.strip())
        elif self._type in ("n", "") and element == "v":
            self._number(text.strip(), value.length)
        elif problem := value.problem():
            raise Refused(*problem, cell=self.place)

    def _shared(self, text: str) -> None:
        count = len(self.strings.texts) if self.strings else 0
        if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) < count):
            raise Refused(Code.BROKEN, "文字の一覧にない番号を指しています", cell=self.place)
        if self.strings and (problem := self.strings.problems.get(int(text))):
            raise Refused(*problem, cell=self.place)

    def _number(self, text: str, length: int) -> None:
        if not text:
            return
        fits = length <= _LONGEST_NUMBER and _NUMBER.fullmatch(text)
        if not fits or not math.isfinite(float(text)):
            raise Refused(Code.BROKEN, "数として正しくない値があります", cell=self.place)

    # --- the rest -------------------------------------------------------------------------------------------------

    def _merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        begin, end = corner(first), corner(last or first)
        if begin is None or end is None or end[0] < begin[0] or end[1] < begin[1]:
            raise Refused(Code.BROKEN, f"シート「{self.title}」の結合セルの範囲が正しくありません")
        self.merged += (end[0] - begin[0] + 1) * (end[1] - begin[1] + 1)
        self.areas.append((*begin, *end))
        if len(self.areas) > MAX_MERGES or self.merged > MAX_MERGED:
            raise Refused(Code.TOO_LARGE, f"シート「{self.title}」の結合セルが多すぎるか、広すぎます")

    def _rule(self) -> None:
        self.rules += 1
        if self.rules > MAX_RULES:
            raise Refused(Code.TOO_LARGE, f"シート「{self.title}」の条件付き書式や入力規則が多すぎます")


def corner(reference: str) -> tuple[int, int] | None:
    """(row, column) of the last cell of a reference; None where it is no reference."""
    match = _CELL.fullmatch(reference.rpartition(":")[2].replace("$", ""))
    if not match:
        return None
    row, column = int(match[2]), cell_address.number(match[1])
    return (row, column) if row <= MAX_ROW and column <= MAX_COLUMN else None
