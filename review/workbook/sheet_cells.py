"""What a worksheet holds, gathered while it is inspected: each cell's value and format, what is joined and what is hidden."""

from collections.abc import Mapping

from review.workbook.cell_formats import moment, written_moment
from review.workbook.parts import SharedStrings, TextCheck, is_set
from review.workbook.read_book import Cell, Format, Sheet
from review.workbook.sheet_scan import SheetScan
from review.workbook.xml_scan import Attributes, Budget


class SheetCells(SheetScan):
    """Fills `sheet`. Raises what the inspection refuses, ValueError or KeyError where a value is none of its kind."""

    def __init__(
        self,
        budget: Budget,
        sheet: Sheet,
        strings: SharedStrings | None,
        formats: Mapping[str, Format],
        *,
        since_1904: bool,
    ) -> None:
        super().__init__(budget, title=sheet.title, strings=strings)
        self.sheet, self.formats, self.since_1904 = sheet, formats, since_1904
        self._format = formats["0"]
        self._written = ""
        self._inline: list[str] | None = None

    def new_row(self, attributes: Attributes) -> None:
        super().new_row(attributes)
        if is_set(attributes.get("hidden", "")):
            self.sheet.hidden_rows.add(self.row)

    def cell(self, attributes: Attributes) -> None:
        super().cell(attributes)
        self._format, self._written, self._inline = self.formats[attributes.get("s", "0")], "", None

    def other(self, name: str, attributes: Attributes) -> None:
        super().other(name, attributes)
        if name == "is":
            self._inline = []
        elif name == "col" and is_set(attributes.get("hidden", "")):
            self.sheet.hidden_columns.append((int(attributes["min"]), int(attributes["max"])))

    def _check(self, value: TextCheck, element: str) -> None:
        super()._check(value, element)
        if element == "v":
            self._written = self._written or value.text()
        elif self._inline is not None:
            self._inline.append(value.text())

    def cell_ends(self) -> None:
        super().cell_ends()
        row, column = self.row, self.column
        self.sheet.cells[row, column] = Cell(row, column, *self._value_of(self._written), self._format)

    def close(self) -> None:
        super().close()
        self.sheet.merged = self.areas
        self.sheet.clear_covered()

    def _value_of(self, written: str) -> tuple[object, str]:
        """The value of the current cell, and the type it is of."""
        if self._type == "inlineStr":
            return (None, "n") if self._inline is None else ("".join(self._inline), "s")
        if not written:
            return None, self._type
        if self._type == "s" and self.strings:
            return self.strings.texts[int(written)], "s"
        if self._type == "n":
            return self._counted(float(written) if set(written) & set(".eE") else int(written))
        if self._type == "b":
            return bool(int(written)), "b"
        if self._type == "d":
            return written_moment(written), "d"
        return written, "s" if self._type == "str" else self._type

    def _counted(self, number: float) -> tuple[object, str]:
        if not self._format.moment:
            return number, "n"
        try:
            return moment(number, self._format.moment, since_1904=self.since_1904), "d"
        except (OverflowError, ValueError):  # Excel shows #### for it
            return "#VALUE!", "e"
