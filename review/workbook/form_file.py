"""Reads a plan out of a file of any accepted kind: a workbook, a list with separators, or the plan's own text.

Runs in a throw-away process (see sandbox.py); a workbook is opened only where the inspection has found it safe.
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
from review.workbook.file_kind import refuse_other_than_text
from review.workbook.findings import OK, Code, Finding, Refused


def read_form_file(path: Path, finding: Finding, corrections: Corrections) -> tuple[Finding, dict[str, Any] | None]:
    """(the finding, the data of a "form" of `sandbox.read`), after the inspection found `finding`."""
    try:
        if finding.is_ok:
            return finding, _book(path, corrections)
        if finding.code is not Code.NOT_XLSX or not path.is_file():
            return finding, None
        return OK, _text(refuse_other_than_text(path.read_bytes()), corrections)
    except Refused as refusal:
        return refusal.finding(), None
    except DocumentError as error:
        return OK, {"refusal": str(error)}


def _book(path: Path, corrections: Corrections) -> dict[str, Any]:
    # openpyxl is only loaded for a file that is worth it.
    from review.workbook.form_grids import read_grids
    from review.workbook.reader import holds_form, read_plan_workbook

    grids = read_grids(path)
    if any(holds_form(grid.rows) for grid in grids):
        return _of_the_city(read_plan_workbook(path, corrections.called))
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
