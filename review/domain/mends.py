"""What a person says otherwise than a document has it: other names of departments, and other 施策ID."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from review.domain import measure_codes
from review.domain.forms.as_document import LONGEST_DEPARTMENT, refuse_long
from review.domain.sheet import DocumentError, Doubt, PlanDocument, Sheet

#: doubts about the name of a department, and about a 施策ID
OFFICE, CODE = frozenset({"damaged_department", "no_department", "department_made"}), frozenset({"code_made"})
_ALL = ""


@dataclass(frozen=True, kw_only=True)
class Mends:
    """`offices` are other names by {施策ID, '' for every sheet: {name: name}}; `codes` are other 施策ID by those there are."""

    offices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Mends:
        """From the data of JSON."""
        return cls(offices=data.get("offices", {}), codes=data.get("codes", {}))

    def office(self, measure: str, name: str) -> str:
        """The name that the department is to have on the sheet."""
        own = self.offices.get(measure, {})
        return own.get(name) or self.offices.get(_ALL, {}).get(name) or name


def offices_of(sheet: Sheet) -> Iterator[str]:
    """Every department that the sheet names."""
    yield sheet.owner
    yield from sheet.related


def spoken_of(document: PlanDocument, doubt: Doubt) -> str:
    """The department's name or the 施策ID, as the document has it, of which the doubt speaks; '' where it speaks of none."""
    if doubt.code in CODE:
        return doubt.measure
    sheets = (sheet for sheet in document.sheets if doubt.measure in (_ALL, sheet.code))
    names = (name for sheet in sheets for name in offices_of(sheet))
    return next((name for name in names if f"「{name}」" in doubt.detail), "") if doubt.code in OFFICE else ""


def proposals(document: PlanDocument, codes: Collection[str] = ("damaged_department",)) -> Mends:
    """What the doubts with these codes propose of departments."""
    offices: dict[str, dict[str, str]] = {}
    for doubt in document.doubts:
        name = spoken_of(document, doubt) if doubt.code in OFFICE.intersection(codes) else ""
        if name and doubt.proposal:
            offices.setdefault(doubt.measure, {})[name] = doubt.proposal
    return Mends(offices=offices)


def mended(document: PlanDocument, mends: Mends) -> PlanDocument:
    """The document with them, without the doubts that they settle. Raises DocumentError for what cannot be stored."""
    for names in mends.offices.values():
        for name in names.values():
            refuse_long(name, LONGEST_DEPARTMENT, "部署名")
    sheets = tuple(_mended(sheet, mends) for sheet in document.sheets)
    codes = [measure_codes.same(sheet.code) for sheet in sheets]
    for code in mends.codes.values():
        if not measure_codes.is_code(code):
            raise DocumentError("code_refused", code=code[:30])
        if codes.count(measure_codes.same(code)) > 1:
            raise DocumentError("code_taken", code=code)
    left = (doubt for doubt in document.doubts if not _settled(document, doubt, mends))
    doubts = tuple(replace(doubt, measure=mends.codes.get(doubt.measure, doubt.measure)) for doubt in left)
    return replace(document, sheets=sheets, doubts=doubts)


def _mended(sheet: Sheet, mends: Mends) -> Sheet:
    return replace(
        sheet,
        code=mends.codes.get(sheet.code, sheet.code),
        owner=mends.office(sheet.code, sheet.owner),
        related=tuple(mends.office(sheet.code, name) for name in sheet.related),
    )


def _settled(document: PlanDocument, doubt: Doubt, mends: Mends) -> bool:
    spoken = spoken_of(document, doubt)
    if doubt.code in CODE:
        return spoken in mends.codes
    return any(spoken in mends.offices.get(measure, ()) for measure in (doubt.measure, _ALL))
