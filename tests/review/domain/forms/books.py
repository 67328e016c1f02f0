"""Lists as cities write them, typed as text, and their right readings; made into grids or real workbooks."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter, range_boundaries

from review.domain.forms.grid import Grid, make_grid

_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?")


@dataclass(kw_only=True)
class Page:
    """One sheet: a line a row, | between the cells, ⏎ for a line break inside one; `numbers` are typed as numbers."""

    text: str
    title: str = "Sheet1"
    merged: str = ""
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[int, ...] = ()
    hidden: bool = False
    numbers: bool = False

    def rows(self) -> list[list[str]]:
        lines = self.text.strip("\n").split("\n")
        return [[cell.strip().replace("⏎", "\n") for cell in line.split("|")] for line in lines]

    def spans(self) -> list[tuple[int, int, int, int]]:
        bounds = [range_boundaries(area) for area in self.merged.split()]
        return [(top - 1, left - 1, bottom - 1, right - 1) for left, top, right, bottom in bounds]

    def grid(self) -> Grid:
        rows = self.rows()
        cells = {(r, c): text for r, row in enumerate(rows) for c, text in enumerate(row)}
        plain = {place for place, text in cells.items() if self.numbers and _NUMBER.fullmatch(text)}
        return make_grid(
            rows, title=self.title, spans=self.spans(), plain=plain, hidden=self.hidden,
            hidden_rows={row - 1 for row in self.hidden_rows}, hidden_columns={column - 1 for column in self.hidden_columns},
        )  # fmt: skip


@dataclass(kw_only=True)
class Case:
    """A file of a city: its pages and what they say."""

    name: str
    pages: list[Page]
    measures: list[dict[str, Any]]
    doubts: set[str] = field(default_factory=set)

    def grids(self) -> list[Grid]:
        return [page.grid() for page in self.pages]

    def xlsx(self) -> bytes:
        book = Workbook()
        book.remove(book.worksheets[0])
        for page in self.pages:
            sheet = book.create_sheet(page.title)
            sheet.sheet_state = "hidden" if page.hidden else "visible"
            for row, cells in enumerate(page.rows(), start=1):
                for column, text in enumerate(cells, start=1):
                    bare = page.numbers and _NUMBER.fullmatch(text)
                    sheet.cell(row, column).value = (
                        (float(text) if "." in text else int(text)) if bare else text or None
                    )
            for area in page.merged.split():
                sheet.merge_cells(area)
            for row in page.hidden_rows:
                sheet.row_dimensions[row].hidden = True
            for column in page.hidden_columns:
                sheet.column_dimensions[get_column_letter(column)].hidden = True
        stream = io.BytesIO()
        book.save(stream)
        return stream.getvalue()


def goal(name: str, unit: str = "", baseline: str = "", targets: str = "", actuals: str = "") -> dict[str, Any]:
    """A goal; values are written as `2024=5 2025=7`, with ~ for a space inside one and | for a line break."""
    return {
        "name": name, "unit": unit, "baseline": baseline, "targets": _years(targets), "actuals": _years(actuals),
    }  # fmt: skip


def measure(
    name: str, departments: str, *goals: dict[str, Any], texts: dict[str, str] | None = None, **more: str
) -> dict[str, Any]:
    return {
        **more, "name": name, "departments": departments.split(), "indicators": list(goals),
        **({"texts": texts} if texts else {}),
    }  # fmt: skip


def _years(text: str) -> dict[str, str]:
    return {
        year: value.replace("~", " ").replace("|", "\n")
        for year, _sign, value in (part.partition("=") for part in text.split())
    }


def cells(measures: list[dict[str, Any]]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every cell of a reading with its place: by the number of the measure and the goal, as nothing else is sure."""
    for number, one in enumerate(measures):
        at = f"{number}"
        for key in ("code", "group", "name"):
            if one.get(key):
                yield (at, key), one[key]
        yield (at, "departments"), "|".join(one["departments"])
        yield from (((at, "text", label), text) for label, text in one.get("texts", {}).items())
        for place, indicator in enumerate(one["indicators"]):
            for key in ("name", "unit", "baseline"):
                yield (at, f"{place}", key), indicator[key]
            for kind in ("targets", "actuals"):
                yield from (((at, f"{place}", kind, year), text) for year, text in indicator[kind].items())


def differences(
    read: list[dict[str, Any]], right: list[dict[str, Any]]
) -> dict[tuple[str, ...], tuple[str | None, str | None]]:
    """{place: (as read, as it is right)} of each cell that differs, missing and added ones included."""
    one, other = dict(cells(read)), dict(cells(right))
    return {key: (one.get(key), other.get(key)) for key in one.keys() | other.keys() if one.get(key) != other.get(key)}
