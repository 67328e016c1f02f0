"""Reading a typed 目標 or 実績: `read`.

It never raises and never guesses: what it cannot read stays text, and the typed text is kept byte for byte.
The order is the grammar's: nothing, notes set aside, a date, a relation to another year, numbers, words.
"""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

from review.domain.notation import compact, fold
from review.domain.values import dates, grammar, lexer, relative, states, units
from review.domain.values.grammar import Parts
from review.domain.values.reading import Kind, Quantity, Reading, State, ValueState

_LONGEST = 2_000  # characters; what is longer is prose
_DIGIT = re.compile(r"\d")
_DASH = re.compile(r"[-_ー…‥ｰ ]+")
_DASH_AND_REASON = re.compile(r"[-_…‥]+(?: ?[(※【\[]| (?=[^\d]))")
_YEAR_LABEL = re.compile(r"(?:R|H|令和|平成)?(?:元|\d{1,2}|20\d\d)(?:年度?)?末?")
_ALL = re.compile(
    r"(?P<label>[^\d]{0,12} )?全(?:ての|て)?(?P<noun>[一-龥ァ-ヶー]{0,8}?(?:校|園|課|課等|所属|部署|部局|局|施設|地区|地域|"
    r"区|職員|世帯|戸|館|件|員|学級|クラス|対象者|手続|手続き|業務|事業|市町村|自治体|団体|自治会|分団|駅|路線|便|橋|橋梁|橋りょう|公園|"
    r"避難所|か所|箇所|会場|講座|台|車両|庁舎|住宅|棟|室|教室|店|店舗|社|企業|事業所|品目|項目|システム|帳票|様式|審議会|委員会|支所|出張所|"
    r"保育所|市営住宅))(?:で|に|を|の)?(?P<act>実施|導入|整備|完了|設置|達成|済み?|配置|配備|対応)*(?:済み?|完了)?"
)
_FREE_NOTE_NEVER = re.compile(
    r"[のをにがはでともやへ]|から|まで|より|うち(?!訳)|増|減|以|未|超|程|台|中|不足|件|人|%|→|\+|-|×|~|=|\d|(?i:over|under|up|down)"
)
_PERIOD_NOTE = re.compile(r"\A(?:1?([月週日])(?:間)?(?:平均|当たり|あたり)|年間(?:合計|計|延べ)?)\Z")
_COMPARES = re.compile("比|対|より|から|増|減")
_BREAKS = re.compile(r"[ 、・:]|,(?!\d)")
_BREAKDOWN = re.compile(r"[ 、,](?=うち|内訳|但し|ただし|※|なお|\*|注)")


@lru_cache(maxsize=16384)
def read(text: str) -> Reading:
    """The reading of a typed text. Any str is answered; what cannot be read comes back as kind `text`."""
    folded = fold(text)
    return Reading(text=text, plain=compact(folded), **(_nothing(folded) or _something(folded)))


def _nothing(folded: str) -> dict[str, Any] | None:
    """Blank, a dash, a dash with a reason, or words for an absent target."""
    if not folded:
        return {"kind": "none", "blank": True}
    if folded[0].isdigit():
        return None
    if _DASH.fullmatch(folded) or states.NO_TARGET.fullmatch(folded.strip("()")):
        return {"kind": "none"}
    if not _DASH_AND_REASON.match(folded):
        return None
    reason = folded.lstrip("-_…‥ ")
    return {"kind": "none", "note": reason, "state": ValueState(state=State.NOT_MEASURED, words=reason)}


def _something(folded: str) -> dict[str, Any]:
    """What the text says, and the state that the words around its values propose."""
    if len(folded) > _LONGEST:
        return {"kind": "text"}
    cell = lexer.cell(folded)
    note = " ".join(cell.notes)
    if states.NOT_MEASURED.search(cell.main if _DIGIT.search(cell.main) else folded):
        return {"kind": "text", "note": note, "state": ValueState(state=State.NOT_MEASURED, words=folded)}
    fields: dict[str, Any] = {"note": note, "state": states.whole_year(folded)} | _main(cell, note)
    relation = fields.get("relation")
    if relation and relation.relation == "unclear" and not _COMPARES.search(cell.main):  # 令和5年度実績 5件
        fields["state"] = states.state_of((), (relation.base.replace("previous", "前年度"),), folded)
    if "parts" in fields:
        labels = () if "→" in cell.main else tuple(part.label for part in fields["parts"])
        fields["state"] = states.state_of(labels, (*cell.notes, fields["note"].removesuffix(note).strip()), folded)
    return fields


def _main(cell: lexer.Cell, note: str) -> dict[str, Any]:
    """What the text without its notes says, as fields of a Reading."""
    main = cell.main
    span = dates.read_date(main)
    if span is not None:
        return {"kind": "date", "span": span}
    related = relative.relation_of(main)
    if related is not None:
        return {"kind": "relative", "relation": related}
    if not _DIGIT.search(main) and "ゼロ" not in main:
        return _everything(main, note) or _words(main)
    if "→" in main and (arrived := _arrow(cell, note)):
        return arrived
    text = main.lstrip("・ ")
    readings = grammar.readings(text)
    if not readings:
        readings, more = _with_free_note(text)
        note = " ".join(filter(None, (more, note)))
    if len(readings) > grammar.MOST_READINGS:
        reason = "32通りより多くに読めるため、文章とします(数値としては判定しません)"
        return {"kind": "text", "reason": reason}
    return _numeric(cell, readings, note) if readings else _words(main)


def _words(main: str) -> dict[str, Any]:
    """A short phrase is a milestone (整備完了); a sentence, or words with numbers in them, is text."""
    is_sentence = main.rstrip().endswith("。") or len(main) > 40 or re.search(r"(?:した|ました|です|である)\Z", main)
    return {"kind": "text" if is_sentence else "milestone"}


def _arrow(cell: lexer.Cell, note: str) -> dict[str, Any] | None:
    """2件→5件, R5:2件→R6:5件: from 2 to 5, and 5 is the value."""
    start, _, end = cell.main.rpartition("→")
    before, after = (grammar.only(side.strip()) for side in (start, end))
    if len(before) != 1 or len(after) != 1 or not before[0].unit.fits(after[0].unit):
        return None
    if after[0].label and not all(_YEAR_LABEL.fullmatch(side[0].label) for side in (before, after)):
        return None
    return _numeric(cell, [after], " ".join(filter(None, (f"{start.strip()}から", note))))


def _numeric(cell: lexer.Cell, readings: list[Parts], note: str) -> dict[str, Any]:
    first, *others = (_shown(parts, cell) for parts in readings)
    bracket: Parts = ()
    if note and len(first) == 1:
        if first[0].unit.bare and (unit := units.KNOWN.get(note)):
            first = (replace(first[0], unit=unit),)  # 300(件): the bracket is the unit
        if counted := _PERIOD_NOTE.search(note):  # 100人(1日平均)
            first = (replace(first[0], period=counted[1] or "", yearly=not counted[1]),)
        if len(cell.notes) == 1 and _DIGIT.search(note):
            bracket = grammar.only(cell.notes[0])
    bracket = bracket if len(bracket) == 1 else ()
    return {"kind": _kind(first), "parts": first, "others": tuple(others), "bracket": bracket, "note": note}


def _kind(parts: Parts) -> Kind:
    if len(parts) > 1:
        return "parts"
    if parts[0].is_range:
        return "range"
    if parts[0].whole is not None:
        return "share"
    return "comparator" if parts[0].comparator else "number"


def _everything(main: str, note: str) -> dict[str, Any] | None:
    """全校 is all of them: 100 % of a whole that was not counted."""
    match = _ALL.fullmatch(main)
    if not match:
        return None
    counted = read(note).quantity if note else None  # 全小中学校(20校)
    if (
        counted is not None
        and counted.value
        and not (counted.comparator or counted.label or counted.unit.dimension in ("", "percent"))
    ):
        whole = replace(counted, whole=counted.value)
    else:
        hundred = Fraction(100)
        whole = Quantity(low=hundred, high=hundred, unit=units.PERCENT, label=f"全{match['noun']}")
    return {"kind": "share", "parts": (whole,)}


def _with_free_note(text: str) -> tuple[list[Parts], str]:
    """A value with a note after a space (75% 第2次計画に合わせて設定), or its state on either side: the value, and the note.

    A note only after a value that has no label: in 小 80% 中 前年並み the rest is a second value, which was not read.
    """
    breakdown = _BREAKDOWN.search(text)
    for place in [breakdown] if breakdown else list(_BREAKS.finditer(text))[:8]:
        head, rest = text[: place.start()], text[place.end() :]
        if states.is_state(head) and (readings := grammar.readings(rest)):
            return readings, head
        parts = grammar.only(head)
        if len(parts) != 1 or parts[0].label or parts[0].unit.bare:
            continue
        if breakdown or states.is_state(rest) or (place[0] == " " and not _FREE_NOTE_NEVER.match(rest)):
            return [parts], rest
    return [], ""


def _shown(parts: Parts, cell: lexer.Cell) -> Parts:
    """The values with the words of labels that stood in brackets."""
    if not cell.labels:
        return parts
    shown = tuple(replace(part, label=cell.shown(part.label), each=cell.shown(part.each)) for part in parts)
    return grammar.without_breakdown(shown)
