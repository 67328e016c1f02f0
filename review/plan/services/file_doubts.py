"""Whether a file belongs to the plan at all, and whether it is the whole of it: doubts that only the plan beside it shows."""

from collections.abc import Collection, Sequence

from review.domain.forms.as_document import NOBODY, Known
from review.domain.forms.mends import offices_of
from review.domain.forms.proposal import squeezed
from review.domain.sheet import Doubt, PlanDocument, Sheet

#: Doubts that nobody accepts together with others: the file may be somebody else's.
STRANGE = frozenset({"other_plan", "other_city"})
_FEW, _NAMED = 3, 5


def doubts(document: PlanDocument, known: Known, offices: Collection[str]) -> list[Doubt]:
    """What is odd of the file beside what the plan holds and the departments there are."""
    names = {squeezed(sheet.name) for sheet in document.sheets}
    odd: list[Doubt] = []
    if known.codes and not names & known.codes.keys():
        detail = (
            f"計画には{len(known.codes)}件の施策がありますが、ファイルと同じ名前の施策が1つもありません。"
            "別の計画か、別の自治体のファイルではないか確かめてください。"
        )
        odd.append(_doubt("other_plan", detail, "すべて新しい施策として加える"))
    elif missing := [code for name, code in known.codes.items() if name not in names]:
        detail = f"計画にある施策のうち{len(missing)}件がファイルにありません: {_listed(missing)}。今のまま残します。"
        odd.append(_doubt("measures_missing", detail, "今のまま残す"))
    mine = {name for sheet in document.sheets for name in offices_of(sheet)} - {NOBODY}
    if offices and len(mine) >= _FEW and not mine & set(offices):
        detail = (
            f"ファイルの部署{len(mine)}件({_listed(sorted(mine))})は、1つも登録されていません。"
            "別の自治体のファイルではないか確かめてください。"
        )
        odd.append(_doubt("other_city", detail, "すべて新しい部署として作る"))
    return [*odd, *_halves(document.sheets)]


def _halves(sheets: Sequence[Sheet]) -> list[Doubt]:
    """施策 without a goal, and goals without a target: the file may have been cut off."""
    odd = [
        Doubt(
            code="no_goal",
            measure=sheet.code,
            line=0,
            detail=f"施策「{sheet.name}」に成果目標が1つもありません。表が途中で切れていないか確かめてください。",
            proposal="成果目標なしで取り込む",
        )
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
        detail = f"目標が1つも書かれていない成果目標が{len(bare)}件あります: {_listed(bare)}。"
        odd.append(_doubt("no_target", detail, "目標なしで取り込む"))
    return odd


def _listed(names: Sequence[str]) -> str:
    more = f" ほか{len(names) - _NAMED}件" if len(names) > _NAMED else ""
    return "、".join(names[:_NAMED]) + more


def _doubt(code: str, detail: str, proposal: str) -> Doubt:
    return Doubt(code=code, measure="", line=0, detail=detail, proposal=proposal)
