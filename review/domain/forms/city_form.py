"""The first city's own form, read by its own readers, as a proposal like any other file's."""

from collections.abc import Mapping
from dataclasses import is_dataclass
from typing import Any, cast, get_args, get_origin, get_type_hints

from review.domain import fields
from review.domain.doubt_words import LINE
from review.domain.form_rows import Row, begins_form
from review.domain.forms.proposal import FormDoubt, Measure, Proposal, Typed
from review.domain.sheet import Doubt, IndicatorBlock, PlanDocument, Sheet


def is_plan_text(text: str) -> bool:
    """Whether a text holds the form's sheets: lines of 施策ID, a tab and its number."""
    lines = text.replace("\r", "\n").split("\n")
    return any(begins_form(Row(number=1, cells=tuple(line.split("\t")))) for line in lines if "\t" in line)


def proposal_of(document: PlanDocument) -> Proposal:
    """The sheets of a document as measures, with its doubts."""
    return Proposal(measures=tuple(map(_measure, document.sheets)), doubts=tuple(map(_doubt, document.doubts)))


def _measure(sheet: Sheet) -> Measure:
    departments = [sheet.owner, *(sheet.related if not sheet.related_all else ("全課等",))]
    measure = Measure(name=sheet.name, code=sheet.code, departments=[name for name in departments if name.strip()])
    for block in sheet.indicators:
        if not block.is_empty:
            _goal(measure, block)
    named = {one.key: one.label for one in fields.texts()}
    measure.texts = {named.get(key, key): text for key, text in sheet.texts.items() if text.strip()}
    return measure


def _goal(measure: Measure, block: IndicatorBlock) -> None:
    name = next((cell.name for cell in reversed(block.years) if cell.name.strip()), "")
    goal = measure.goal(name, "")
    for cell in block.years:
        for kind, text in (("target", cell.target), ("actual", cell.actual)):
            if text.strip():
                goal.values.setdefault((kind, cell.fiscal_year), Typed(text=text))


def _doubt(doubt: Doubt) -> FormDoubt:
    cell = LINE % {"line": doubt.line} if doubt.line else ""
    return FormDoubt(code=doubt.code, sheet=doubt.measure, cell=cell, detail=doubt.detail, proposal=doubt.proposal)


def document_from(data: Mapping[str, Any]) -> PlanDocument:
    """The document of which this is the data (`asdict`), by way of JSON."""
    return cast(PlanDocument, _made(PlanDocument, data))


def _made(kind: Any, data: Any) -> Any:
    """The dataclass, or what else there is in one, of which this is the data."""
    if isinstance(kind, type) and is_dataclass(kind):
        kinds = get_type_hints(kind)
        return kind(**{name: _made(kinds[name], value) for name, value in data.items()})
    if get_origin(kind) is tuple:
        return tuple(_made(get_args(kind)[0], value) for value in data)
    return data
