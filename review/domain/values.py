"""Reading a typed 目標 or 実績: `read`.

It never raises and never guesses: what it cannot read stays text, and the typed text is kept byte for byte.
The order is the grammar's: nothing, notes set aside, a date, a relation to another year, numbers, words.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from review.domain import dates, figures, numerals, relative, units, wording
from review.domain.absence import says_no_target, says_not_measured
from review.domain.digits_in_words import hide, hide_all, show
from review.domain.notation import compact, fold
from review.domain.reading import DateSpan, Kind, Quantity, Reading, Relation

__all__ = ["DateSpan", "Quantity", "Reading", "Relation", "read"]

_DIGIT = re.compile(r"\d")
_DASH = re.compile(r"[-_ー…‥ｰ]+")
_DASH_AND_REASON = re.compile(r"[-_…‥]+(?: ?[(※【\[]| (?=[^\d]))")
_PROVISIONAL = re.compile(r"見込|速報|暫定|概算|推計|推定|仮集計")
_BRACKET = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|〔[^〔〕]*〕|\{[^{}]*\}")
_ANY_BRACKET = re.compile(r"[(【\[〔{]")
_FOOTNOTE = re.compile(r"[※*]\d{1,2}(?=[\s、。)]|\Z)")
_OPENED = re.compile(r"(?<=[^\s])\s*[(【\[〔].*\Z")
_BRACKET_LABEL = re.compile(r"[(【\[〔]([^()【】\[\]〔〕]{1,12})[)】\]〕] ?")
_MARKER = "\ue100"  # stands where a note was cut out, so that what was parted by a note stays parted

_BROKEN = re.compile(r"(?<=\d) ?([,.]) ?(?=\d)")
_SPLIT_DIGITS = re.compile(
    rf"(?<![\d.,A-Za-z/~-])(?:\d+|\d(?: \d)+) \d+(?:[.,]\d+)*(?=(?:{units.KNOWN_PATTERN}))(?!.* \d)"
)
_SPLIT_WORDS = re.compile(r"(?<=以) (?=[上下内前])|(?<=未) (?=満)|(?<=程) (?=度)|(?<=前) (?=年)|(?<=年) (?=度)")
_BEFORE_UNIT = re.compile(
    rf"(?<=[\d十百千万億]) (?=(?:{units.KNOWN_PATTERN})(?:\Z|[^一-龥ァ-ヺA-Za-z]|以|未|超|程|達|増|減|前後)|以上|以下|未満|以内|超|程度)"
)
_AFTER_UNIT = re.compile(rf"(?<=\d)({units.KNOWN_PATTERN}) (?=以上|以下|未満|以内|超|程度|増|減)")
_PLAIN = re.compile(rf"[\d,]+(?:\.\d+)?(?:{units.KNOWN_PATTERN})?")
_SIMPLE_SCALES = {"千": 1000, "万": 10**4, "百万": 10**6, "億": 10**8}
_SIMPLE_UNITS = "|".join(  # 5年 and 3日 may be dates, and three decimals of a count a slip
    re.escape(symbol)
    for symbol in sorted(units.KNOWN, key=len, reverse=True)
    if units.KNOWN[symbol].dimension not in ("months", "days")
)
_SIMPLE = re.compile(
    rf"((?:\d{{1,3}}(?:,\d{{3}})+|\d{{1,12}})(?:\.\d{{1,2}})?)(?:(千|百万|万|億)(?={_SIMPLE_UNITS}))?({_SIMPLE_UNITS})?"
    r"(以上|以下|未満)?(?: ?\(([^()※*]+)\))?"
)
_YEAR_LABEL = re.compile(r"(?:R|H|令和|平成)?(?:元|\d{1,2}|20\d\d)(?:年度?)?末?")
_TENTHS = re.compile(r"(\d)割(\d)分")  # 8割5分
_ZERO = re.compile(r"(?:ゼロ)(?=\Z|件|人|名|回|%|円)")
_ALL = re.compile(
    r"(?P<label>[^\d]{0,12} )?全(?:ての|て)?(?P<noun>[一-龥ァ-ヶー]{0,8}?(?:校|園|課|課等|所属|部署|部局|局|施設|地区|地域|"
    r"区|職員|世帯|戸|館|件|員|学級|クラス|対象者|手続|手続き|業務|事業|市町村|自治体|団体|自治会|分団|駅|路線|便|橋|橋梁|橋りょう|公園|"
    r"避難所|か所|箇所|会場|講座|台|車両|庁舎|住宅|棟|室|教室|店|店舗|社|企業|事業所|品目|項目|システム|帳票|様式|審議会|委員会|支所|出張所|"
    r"保育所|市営住宅))(?:で|に|を|の)?(?P<act>実施|導入|整備|完了|設置|達成|済み?|配置|配備|対応)*(?:済み?|完了)?"
)
_FREE_NOTE_NEVER = re.compile(
    r"[のをにがはでともやへ]|から|まで|より|うち(?!訳)|増|減|以|未|超|程|台|中|不足|件|人|%|→|\+|-|×|~|=|(?i:over|under|up|down)"
)
_PERIOD_NOTE = re.compile(r"\A(?:1?([月週日])(?:間)?(?:平均|当たり|あたり)|年間(?:合計|計|延べ)?)\Z")
_BREAKDOWN = re.compile(r"[ 、,](?=うち|内訳|但し|ただし|※|なお|\*|注)")


@lru_cache(maxsize=16384)
def read(text: str) -> Reading:
    """The reading of a typed text. Any str is answered; what cannot be read comes back as kind `text`."""
    folded = fold(text)
    simple = _SIMPLE.fullmatch(folded)
    if simple is not None:
        return _simply(text, folded, simple)
    nothing = _nothing(text, folded)
    if nothing is not None:
        return nothing
    main, note = _without_notes(folded)
    plain = compact(folded)
    provisional = bool(_PROVISIONAL.search(folded))
    if not _PLAIN.fullmatch(folded) and says_not_measured(main if _DIGIT.search(main) else folded):
        return Reading(text=text, kind="text", plain=plain, note=note, not_measured=True)
    return _read_main(text, main, note, plain, provisional) or Reading(
        text=text, kind=_kind_of_words(main), plain=plain, note=note
    )


def _simply(text: str, folded: str, found: re.Match[str]) -> Reading:
    """A number, its unit, 以上, 以下 or 未満, and a note: most cells, and not worth the whole grammar."""
    digits, scale, symbol, word, note = found.groups()
    number = figures.decimal(digits)
    if scale:
        number *= _SIMPLE_SCALES[scale]
    unit = units.KNOWN[symbol] if symbol else units.BARE
    comparator = wording.COMPARATORS[word] if word else None
    value = Quantity(
        low=number if comparator in (None, "at_least") else None,
        high=number if comparator != "at_least" else None,
        high_open=comparator == "below",
        comparator=comparator,
        unit=unit,
        scale=_SIMPLE_SCALES[scale] if scale else 1,
    )
    if note:
        only = numerals.Values((value,), False)
        return _numeric(text, only, note.strip(), compact(folded), bool(_PROVISIONAL.search(folded)))
    return Reading(text=text, kind="comparator" if word else "number", plain=folded, parts=(value,))


def _nothing(text: str, folded: str) -> Reading | None:
    """Blank, a dash, a dash with a reason, or words for an absent target."""
    if not folded:
        return Reading(text=text, kind="none", blank=True)
    if _DASH.fullmatch(folded) or says_no_target(folded):
        return Reading(text=text, kind="none", plain=compact(folded))
    found = _DASH_AND_REASON.match(folded)
    if not found:
        return None
    reason = folded.lstrip("-_…‥ ")
    return Reading(text=text, kind="none", plain=compact(folded), note=reason, not_measured=True)


def _read_main(text: str, main: str, note: str, plain: str, provisional: bool) -> Reading | None:
    """The value in the text without its notes; None where there is none."""
    main = main.replace(_MARKER, "")
    span = dates.read_date(main)
    if span is not None:
        return Reading(text=text, kind="date", plain=plain, span=span, note=note, provisional=provisional)
    if _PLAIN.fullmatch(main) and (plainly := numerals.quantities(main)) is not None:  # most cells, and it is quick
        return _numeric(text, plainly, note, plain, provisional)
    related = relative.relation_of(main)
    if related is not None:
        return Reading(text=text, kind="relative", plain=plain, relation=related[0], note=note, provisional=provisional)
    if not _DIGIT.search(main) and "ゼロ" not in main:
        return _everything(text, main, note, plain)
    if "→" in main and (arrived := _arrow(text, main, note, plain, provisional)):
        return arrived
    prepared = _prepared(main)
    values = numerals.quantities(prepared)
    if values is None:
        values, more = _with_free_note(prepared)
        note = " ".join(filter(None, (more, note)))
    if values is not None:
        return _numeric(text, values, note, plain, provisional or bool(_PROVISIONAL.search(note)))
    return _everything(text, main, note, plain)


def _arrow(text: str, main: str, note: str, plain: str, provisional: bool) -> Reading | None:
    """2件→5件, R5:2件→R6:5件: from 2 to 5, and 5 is the value."""
    start, _, end = main.rpartition("→")
    before, after = (numerals.quantities(_prepared(side.strip())) for side in (start, end))
    if before is None or after is None or len(before.parts) != 1 or len(after.parts) != 1:
        return None
    if after.parts[0].label and not all(_YEAR_LABEL.fullmatch(show(side.parts[0].label)) for side in (before, after)):
        return None
    if not before.parts[0].unit.fits(after.parts[0].unit):
        return None
    return _numeric(text, after, " ".join(filter(None, (f"{start.strip()}から", note))), plain, provisional)


def _numeric(text: str, values: numerals.Values, note: str, plain: str, provisional: bool) -> Reading:
    parts = tuple(_shown(part) for part in values.parts)
    if len(parts) == 1 and parts[0].unit.bare and (unit := units.KNOWN.get(note)):
        parts = (replace(parts[0], unit=unit),)  # 300(件): the bracket is the unit
    if len(parts) == 1 and (counted := _PERIOD_NOTE.search(note)):  # 100人(1日平均)
        parts = (replace(parts[0], period=counted[1] or "", yearly=not counted[1]),)
    return Reading(
        text=text, kind=_kind(parts), plain=plain, parts=parts, note=note, provisional=provisional or values.provisional
    )


def _kind(parts: tuple[Quantity, ...]) -> Kind:
    if len(parts) > 1:
        return "parts"
    only = parts[0]
    if only.is_range:
        return "range"
    if only.whole is not None:
        return "share"
    return "comparator" if only.comparator else "number"


def _kind_of_words(main: str) -> Kind:
    """A short phrase is a milestone (整備完了); a sentence, or words with numbers in them, is text."""
    is_sentence = main.rstrip().endswith("。") or len(main) > 40 or re.search(r"(?:した|ました|です|である)\Z", main)
    return "text" if is_sentence else "milestone"


def _everything(text: str, main: str, note: str, plain: str) -> Reading | None:
    """全校 is all of them: 100 % of a whole that was not counted."""
    found = _ALL.fullmatch(main)
    if not found:
        return None
    counted = read(note).quantity if note else None  # 全小中学校(20校)
    if counted is not None and counted.value and not (counted.comparator or counted.label or counted.unit.bare):
        whole = replace(counted, whole=counted.value)
    else:
        whole = Quantity(low=numerals.HUNDRED, high=numerals.HUNDRED, unit=units.PERCENT, label=f"全{found['noun']}")
    return Reading(text=text, kind="share", plain=plain, parts=(whole,), note=note)


# Notes


def _without_notes(folded: str) -> tuple[str, str]:
    """The text without brackets and what follows ※, and the notes."""
    if _BRACKET_LABEL.match(folded) and _BRACKET_LABEL.sub("", folded):
        folded = _BRACKET_LABEL.sub(lambda found: f" {hide_all(found[1])}:", folded).strip()
    notes: list[str] = []
    head, mark, tail = _FOOTNOTE.sub("", folded).partition("※")
    if mark and head.strip():
        folded, notes = head.rstrip(), [tail.strip()]
    elif not mark and head.strip():
        folded = head.strip()
    for _ in range(2 if _ANY_BRACKET.search(folded) else 0):  # brackets in brackets
        notes += [found[0][1:-1].strip() for found in _BRACKET.finditer(folded)]
        folded = _BRACKET.sub(_MARKER, folded)
    opened = _OPENED.search(folded) if _ANY_BRACKET.search(folded) else None
    if opened and opened.start():  # a bracket that a scan or a cell's end has cut
        notes.append(opened[0].strip(" (【[〔"))
        folded = folded[: opened.start()]
    return folded.strip(), show(" ".join(filter(None, notes)).replace(_MARKER, ""))


def _with_free_note(prepared: str) -> tuple[numerals.Values | None, str]:
    """A value with a note after a space (75% 第2次計画に合わせて設定): the value, and the note.

    Only after a value that has no label: in 小 80% 中 前年並み the rest is a second value, which was not read.
    """
    found = _BREAKDOWN.search(prepared) or re.search(r" ", prepared)
    if not found:
        return None, ""
    head, rest = prepared[: found.start()], prepared[found.end() :]
    values = numerals.quantities(head)
    if values is None or len(values.parts) != 1 or values.parts[0].label or values.parts[0].unit.bare:
        return None, ""
    is_breakdown = found.re is _BREAKDOWN
    if not is_breakdown and (_FREE_NOTE_NEVER.match(rest) or rest[:1].isdigit()):
        return None, ""
    return values, show(rest)


# Digits


def _prepared(main: str) -> str:
    """The text with words hidden that contain digits but no value, and with scanned spaces mended."""
    if _PLAIN.fullmatch(main):
        return main
    text = main.lstrip("・ ")
    has_space = " " in text  # most cells have none, and each of these patterns costs
    if has_space:
        text = _SPLIT_WORDS.sub("", text)
    text = numerals.CIRCLED_LABEL.sub(" ", text)
    text = hide(text)
    text = text.replace("±0", "0")
    if "ゼロ" in text:
        text = _ZERO.sub("0", text)
    if "割" in text:
        text = _TENTHS.sub(r"\1.\2割", text)
    if has_space:
        text = _AFTER_UNIT.sub(r"\1", _BEFORE_UNIT.sub("", _BROKEN.sub(r"\1", text)))
        text = _SPLIT_DIGITS.sub(lambda found: found[0].replace(" ", ""), text)
    return text


def _shown(part: Quantity) -> Quantity:
    """The value with the hidden digits of its label shown again."""
    if not part.label and not part.each:
        return part
    return replace(part, label=show(part.label), each=show(part.each))
