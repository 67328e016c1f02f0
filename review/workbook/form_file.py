"""Reads a plan out of a file of any accepted kind: a workbook, a list with separators, or the plan's own text.

Runs in a throw-away process (see sandbox.py); a workbook is opened only where the inspection has found it safe.
"""

from pathlib import Path
from typing import Any

from review.domain.forms import city_form, reading, separated
from review.domain.forms.proposal import Proposal
from review.domain.sheet import DocumentError
from review.workbook.file_kind import ZIP
from review.workbook.findings import OK, Code, Finding, Refused


def read_form_file(path: Path, finding: Finding) -> tuple[Finding, dict[str, Any] | None]:
    """(the finding, the proposal's data with `own_form`, or {"refusal": sentence}), after the inspection found `finding`."""
    try:
        if finding.is_ok:
            return finding, _book(path)
        data = path.read_bytes() if finding.code is Code.NOT_XLSX and path.is_file() else ZIP
        if data.startswith(ZIP):
            return finding, None
        return OK, _text(data)
    except Refused as refusal:
        return refusal.finding(), None
    except DocumentError as error:
        return OK, {"refusal": str(error)}


def _book(path: Path) -> dict[str, Any]:
    # openpyxl is only loaded for a file that is worth it.
    from review.workbook.form_grids import read_grids
    from review.workbook.reader import holds_form, read_plan_workbook

    grids = read_grids(path)
    if any(holds_form(grid.rows) for grid in grids):
        return _data(city_form.proposal_of(read_plan_workbook(path)), own_form=True)
    return _data(reading.read_grids(grids), own_form=False)


def _text(data: bytes) -> dict[str, Any]:
    if city_form.is_plan_text(separated.decode(data)):
        return _data(city_form.read(data), own_form=True)
    return _data(reading.read_grids([separated.read_separated(data)]), own_form=False)


def _data(proposal: Proposal, *, own_form: bool) -> dict[str, Any]:
    return {**proposal.as_data(), "own_form": own_form}
