"""Whether a file belongs to the plan at all, and whether it is the whole of it: doubts that only the plan beside it shows."""

from collections.abc import Collection, Sequence

from review.domain.doubt_words import MORE
from review.domain.forms.as_document import NOBODY, Known
from review.domain.forms.proposal import squeezed
from review.domain.mends import offices_of
from review.domain.sheet import Doubt, PlanDocument, Sheet

#: Doubts that nobody accepts together with others: the file may be somebody else's.
STRANGE = frozenset({"other_plan", "other_city"})
_FEW, _NAMED = 3, 5


def doubts(document: PlanDocument, known: Known, offices: Collection[str]) -> list[Doubt]:
    """What is odd of the file beside what the plan holds and the departments there are."""
    names = {squeezed(sheet.name) for sheet in document.sheets}
    odd: list[Doubt] = []
    if known.codes and not names & known.codes.keys():
        odd.append(Doubt.of("other_plan", count=len(known.codes)))
    elif missing := [code for name, code in known.codes.items() if name not in names]:
        odd.append(Doubt.of("measures_missing", count=len(missing), some_term=_listed(missing)))
    mine = {name for sheet in document.sheets for name in offices_of(sheet)} - {NOBODY}
    if offices and len(mine) >= _FEW and not mine & set(offices):
        odd.append(Doubt.of("other_city", count=len(mine), some_term=_listed(sorted(mine))))
    return [*odd, *_halves(document.sheets)]


def _halves(sheets: Sequence[Sheet]) -> list[Doubt]:
    """施策 without a goal, and goals without a target: the file may have been cut off."""
    odd = [
        Doubt.of("no_goal", measure=sheet.code, name=sheet.name)
        for sheet in sheets
        if all(block.is_empty for block in sheet.indicators)
    ]
    bare = [
        f"{sheet.code} {block.years[-1].name}".strip()
        for sheet in sheets
        for block in sheet.indicators
        if not block.is_empty and not any(cell.target.strip() for cell in block.years)
    ]
    if bare:
        odd.append(Doubt.of("no_target", count=len(bare), some_term=_listed(bare)))
    return odd


def _listed(names: Sequence[str]) -> str:
    some, more = "、".join(names[:_NAMED]), len(names) - _NAMED
    return MORE % {"names": some, "count": more} if more > 0 else some
