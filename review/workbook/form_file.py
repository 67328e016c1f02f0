"""Reads a plan out of a file of any accepted kind: a workbook, a list with separators, or the plan's own text.

Runs in a throw-away process (see sandbox.py).
"""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from review.domain import separated
from review.domain.forms import city_form, reading
from review.domain.forms.headings import Corrections
from review.domain.forms.proposal import Proposal
from review.domain.plan_text import read_plan_text
from review.domain.sheet import DocumentError, PlanDocument
from review.workbook.book_reader import opened
from review.workbook.file_kind import refuse_other_than_text
from review.workbook.findings import Code, Refused
from review.workbook.form_grids import read_grids
from review.workbook.read_book import Book
from review.workbook.reader import holds_form, read_plan_workbook


def read_form_file(path: Path, corrections: Corrections) -> dict[str, Any]:
    """The data of a "form" of `sandbox.read`. Raises Refused."""
    try:
        book = opened(path)
    except Refused as refusal:
        if refusal.code is not Code.NOT_XLSX or not path.is_file():
            raise
        book = None
    try:
        if book is None:
            return _text(refuse_other_than_text(path.read_bytes()), corrections)
        return _book(book, corrections)
    except DocumentError as error:
        return {"refusal": str(error)}


def _book(book: Book, corrections: Corrections) -> dict[str, Any]:
    grids = read_grids(book)
    if any(holds_form(grid.rows) for grid in grids):
        return _of_the_city(read_plan_workbook(book, corrections.called))
    return _of_a_list(reading.read_grids(grids, corrections))


def _text(data: bytes, corrections: Corrections) -> dict[str, Any]:
    if city_form.is_plan_text(separated.decode(data)):
        return _of_the_city(read_plan_text(data))
    return _of_a_list(reading.read_grids([separated.read_separated(data)], corrections))


def _of_the_city(document: PlanDocument) -> dict[str, Any]:
    return {**city_form.proposal_of(document).as_data(), "document": asdict(document)}


def _of_a_list(proposal: Proposal) -> dict[str, Any]:
    columns = [asdict(column) for column in proposal.columns]
    cells = [[*place, text] for place, text in proposal.cells.items()]
    return {**proposal.as_data(), "sorts": proposal.sorts(), "columns": columns, "cells": cells}
