"""Reading numbers with their words: 小 5%未満 中 10%未満, 7~7.5俵, 100校中95校, 1億2,000万円, 各課月5件.

`quantities` reads a whole text or nothing. Every number in the text must be part of a value, and whatever stands
around the values must be grammar that is known here (a label before, a unit, a comparator, an act after); else the
number is inside a sentence, and a number inside a sentence is not a value.
"""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

from review.domain import units
from review.domain.figures import Number, numbers_in
from review.domain.notation import CIRCLED
from review.domain.reading import Comparator, Quantity
from review.domain.wording import COMPARATORS, Suffix, per_after, suffix_of

_BEFORE: dict[str, Comparator] = {
    "最低": "at_least",
    "少なくとも": "at_least",
    "≥": "at_least",
    ">=": "at_least",
    ">": "above",
    "≤": "at_most",
    "<=": "at_most",
    "<": "below",
    "最低でも": "at_least",
    "最大": "at_most",
    "最大で": "at_most",
    "最大でも": "at_most",
    "上限": "at_most",
    "多くとも": "at_most",
    "多くても": "at_most",
}
_PERIODS = {
    "月": "月",
    "月間": "月",
    "毎月": "月",
    "1月": "月",
    "月平均": "月",
    "週": "週",
    "週間": "週",
    "毎週": "週",
    "週平均": "週",
    "日": "日",
    "毎日": "日",
    "日平均": "日",
}
_BEFORE_NUMBER = re.compile(
    r"(?:(?P<each>各[^\s\d各、・]{0,10}?)?(?:(?<![^\s各をにはがのでぁ-ん])|(?<=各)|(?<=等)|(?<=課)|(?<=校)|(?<=区)|(?<=園)|(?<=館))"
    r"(?P<period>毎?(?:年度|年間|年|月間|月|週間|週|日)(?:平均|間)?)?)?"
    r"(?P<sum>累計|合計|計|延べ|のべ)?(?P<all>全)?(?P<about>約|概ね|おおむね|おおよそ|およそ|ほぼ|凡そ)?"
    r"(?P<comparator>最低でも|最低|少なくとも|最大でも|最大で|最大|上限|多くとも|多くても|[<>]=?|[≥≤])?\Z"
)
_EACH = re.compile(r"(?:各[^\s各、・]{1,10}?|いずれも|それぞれ|ともに)\Z")
# 1日平均, 1人当たり at the end of a label: what the value is counted for. The 1 is hidden by `values`.
_PER_ONE = re.compile(
    r"\ue201(?:か|ヶ|カ|ケ)?(人|名|日|月|週|回|校|園|世帯|団体|社|件|課)間?(?:平均|当たり|あたり|当り|につき|ごと)?\Z"
)
_PER_HEAD_AND_DAY = re.compile(r"\ue201人\ue201日|\ue201日\ue201人")
# A number after one of these is a rest, a part or a plan, not the value of the cell.
_NOT_A_LABEL = re.compile(
    r"(?:残り|あと|うち|不足|目標|目標値|計画|計画値|予定|参考|例|当初|対し|対して|対する|から|まで|より|比|基準値?|現状値?|[、。→×+*±]|"
    r"前回|前年度?|昨年度?|最高|未|非)\Z|^(?:うち|内訳|残り|あと|例えば|[-~*+=_#?!]+\Z)|[。×→±]"
)
_SEPARATOR = re.compile(r"[ 、,;/・]+")
_OF = re.compile(r"(?:満点)?(?:中|のうち|の内|内)、?(?:の)?\Z")
_COUNTABLE = {"人", "件", "回", "money", "世帯", "枚", "冊", "台", "戸"}


OF_A_TARGET = ("目標", "目標値", "計画", "計画値")  #: 目標:300団体, labels that no actual may bear
HUNDRED = Fraction(100)
_MOST = 24  # numbers in one cell; beyond that it is a table or prose
_TOTALS = {"計", "累計", "合計", "全体", "総計", "総数", "延べ", "のべ"}


class Values(NamedTuple):
    """The values of one text, and whether its words said 見込み."""

    parts: tuple[Quantity, ...]
    provisional: bool


def quantities(text: str) -> Values | None:
    """The values of a folded text without notes; None where the text is not wholly values."""
    numbers = numbers_in(text)
    if not 0 < len(numbers) <= _MOST or any(number.doubtful for number in numbers):
        return None
    return _slashed(text, numbers) or _listed(text, numbers)


# Lists of values


def _slashed(text: str, numbers: list[Number]) -> Values | None:
    """700回/1/1 as three values; 12/15校 as 12 of 15."""
    if "/" not in text or not all(piece.strip()[:1].isdigit() for piece in text.split("/")):
        return None
    pieces = text.split("/")
    read = [quantities(piece.strip()) for piece in pieces]
    if any(values is None or len(values.parts) != 1 for values in read):
        return None
    parts = [values.parts[0] for values in read if values]
    if len(parts) == 2 and _is_share(*parts):
        return Values((replace(parts[0], unit=parts[1].unit, whole=parts[1].value),), False)
    return Values(tuple(parts), any(values.provisional for values in read if values))


def _is_share(count: Quantity, whole: Quantity) -> bool:
    same_unit = count.unit.bare or count.unit == whole.unit
    of_a_scale = whole.unit.bare and whole.value in (5, 10, 100)  # 4.2/5.0 on a scale of five
    if not same_unit or (whole.unit.bare and not of_a_scale) or whole.unit.dimension == "percent" or whole.comparator:
        return False
    return count.value is not None and whole.value is not None and 0 <= count.value <= whole.value


def _listed(text: str, numbers: list[Number]) -> Values | None:
    """Values one after another, each with what stands before and after it."""
    parts: list[Quantity] = []
    before, provisional, index = text[: numbers[0].start], False, 0
    while index < len(numbers):
        item = _item(text, numbers, index, before)
        if item is None:
            return None
        quantity, index, before, said = item
        parts.append(quantity)
        provisional = provisional or said
    return Values(_without_breakdown(tuple(parts)), provisional)


def _item(text: str, numbers: list[Number], index: int, before: str) -> tuple[Quantity, int, str, bool] | None:
    """The value at `index`, the index after it, the words before the next one, and whether it said 見込み."""
    number = numbers[index]
    gap = _gap(text, numbers, index)
    following = numbers[index + 1] if index + 1 < len(numbers) else None
    if following is not None:
        shape = _two_numbers(gap, number, following)
        if shape is not None:
            return _pair(text, numbers, index, before, shape)
        compound = _compound(text, numbers, index, before)
        if compound is not None:
            return compound
    split = _split_gap(gap, last=following is None)
    if split is None:
        return None
    suffix, rest = split
    quantity = _quantity(before, number, number, suffix)
    return None if quantity is None else (quantity, index + 1, rest, suffix.provisional)


def _gap(text: str, numbers: list[Number], index: int) -> str:
    end = numbers[index + 1].start if index + 1 < len(numbers) else len(text)
    return text[numbers[index].end : end]


def _two_numbers(gap: str, first: Number, second: Number) -> str | None:
    """`range`, `of` or `bounded` where two numbers make one value; None where they are two values."""
    stripped = gap.strip()
    tail = stripped[-1:]
    if tail in ("~", "-") and (len(stripped) == 1 or units.known_at_start(stripped[:-1])):
        return "range"
    of = _OF.search(stripped)
    if of:
        unit = units.known_at_start(stripped)
        inner = stripped[: of.start()]
        # 小8.9%中12.8% has no whole in it: a share is not counted out of a share.
        if inner in units.KNOWN and unit and unit.dimension != "percent" and second.value <= first.value:
            return "of"
    if re.search(r"(?:以上|超)、?~?\Z", stripped):
        return "bounded"
    return None


def _pair(
    text: str, numbers: list[Number], index: int, before: str, shape: str
) -> tuple[Quantity, int, str, bool] | None:
    first, second = numbers[index], numbers[index + 1]
    split = _split_gap(_gap(text, numbers, index + 1), last=index + 2 == len(numbers))
    if split is None:
        return None
    suffix, rest = split
    inner = units.known_at_start(_gap(text, numbers, index).strip())
    if shape == "of":
        whole_unit = inner or units.BARE
        if not suffix.unit.bare and suffix.unit.dimension != whole_unit.dimension and whole_unit.symbol != "点":
            return None
        if _label(before)[0].endswith(("小", "中")):  # 小10回中8回 is either 8 of 10 or two schools
            return None
        quantity = _quantity(before, second, second, suffix)
        unit = quantity.unit if quantity and not quantity.unit.bare else whole_unit
        quantity = quantity and replace(quantity, whole=first.value, unit=unit)
    elif (inner is not None and inner.dimension != suffix.unit.dimension) or (
        shape == "bounded" and suffix.comparator not in ("at_most", "below")
    ):
        return None
    else:
        quantity = _ranged(before, first, second, suffix, shape, _gap(text, numbers, index), inner)
    return None if quantity is None else (quantity, index + 2, rest, suffix.provisional)


def _ranged(
    before: str, first: Number, second: Number, suffix: Suffix, shape: str, gap: str, inner: units.Unit | None
) -> Quantity | None:
    low = first.value
    if inner is None and first.scale == 1 and second.scale > 1:
        low *= second.scale  # 3~5千円 is 3,000 to 5,000
    if inner is not None and not suffix.unit.bare:
        low = low * inner.factor / suffix.unit.factor
    if low > second.value:
        return None
    plain = _quantity(before, second, second, suffix._replace(comparator=None))
    if plain is None or (shape == "range" and suffix.comparator is not None):
        return None
    return replace(
        plain,
        low=low,
        high=second.value,
        comparator=None,
        is_range=True,
        is_bounded=shape == "bounded",
        low_open=shape == "bounded" and "超" in gap,
        high_open=suffix.comparator == "below",
    )


def _compound(text: str, numbers: list[Number], index: int, before: str) -> tuple[Quantity, int, str, bool] | None:
    """3時間30分 as 3.5時間: units of one dimension, the second smaller, nothing between."""
    gap = _gap(text, numbers, index).strip()
    large = units.KNOWN.get(gap)
    if large is None or large.dimension not in ("time", "months", "days", "length", "mass"):
        return None
    item = _item(text, numbers, index + 1, "")
    if item is None:
        return None
    small, after, rest, said = item
    if large.dimension == "days" and small.unit.dimension == "time":
        return _days_and_hours(numbers[index], before, large, small, after, rest)
    if small.unit.dimension != large.dimension or small.unit.factor >= large.factor or small.label:
        return None
    if small.is_range or small.whole is not None or small.value is None:
        return None
    head = _quantity(before, numbers[index], numbers[index], Suffix(large, small.comparator, small.change, False, said))
    if head is None:
        return None
    more = small.value * small.unit.factor / large.factor
    rest_unit = small.smaller or small.unit
    whole = replace(
        head,
        low=None if head.low is None else head.low + more,
        high=None if head.high is None else head.high + more,
        approximate=head.approximate or small.approximate,
        smaller=rest_unit,
    )
    return whole, after, rest, said


def _days_and_hours(
    number: Number, before: str, days: units.Unit, hours: Quantity, after: int, rest: str
) -> tuple[Quantity, int, str, bool] | None:
    """13日5時間 of leave: more than 13 days and less than 14, for a working day has as many hours as a city says."""
    if hours.label or hours.comparator or hours.change or hours.value is None or not 0 < hours.value < 24:
        return None
    head = _quantity(before, number, number, Suffix(days, None, None, False, False))
    if head is None or head.low is None or head.low.denominator != 1:
        return None
    whole = replace(head, high=head.low + 1, low_open=True, high_open=True, rest=hours.phrase)
    return whole, after, rest, False


def _without_breakdown(parts: tuple[Quantity, ...]) -> tuple[Quantity, ...]:
    """計11回(A 5回、B 6回) typed without brackets: the total is the value, if it is the sum of the others."""
    totals = [part for part in parts if part.label in _TOTALS]
    if len(parts) == 1 and totals:
        return (replace(totals[0], label=""),)
    others = [part for part in parts if part not in totals]
    if len(totals) != 1 or len(others) < 2:
        return parts
    if sum((part.value or Fraction(0) for part in others), Fraction(0)) == totals[0].value:
        return (replace(totals[0], label="", breakdown=tuple(others)),)
    return parts


# Words around a number


def _split_gap(gap: str, *, last: bool) -> tuple[Suffix, str] | None:
    """What follows a number, split into what belongs to it and the label of the next number."""
    if last:
        suffix = suffix_of(gap.replace(" ", ""))
        return None if suffix is None else (suffix, "")
    unit = units.known_at_start(gap)
    found = _SEPARATOR.search(gap, per_after(gap, unit)[0] if unit else 0)
    if found:
        suffix = suffix_of(gap[: found.start()])
        if suffix is not None:
            return suffix, gap[found.end() :]
        return None
    return _split_unseparated(gap)


def _split_unseparated(gap: str) -> tuple[Suffix, str] | None:
    """小8.9%中12.8%: the longest known unit and comparator belong to the first number."""
    unit = units.known_at_start(gap)
    if unit is None:
        return None
    rest = gap[len(unit.symbol) :]
    if not rest and unit.dimension in _COUNTABLE:
        return Suffix(unit, None, None, False, False), ""  # 50世帯100人
    comparator = next((word for word in ("以上", "以下", "未満", "以内", "超") if rest.startswith(word)), "")
    label = rest[len(comparator) :]
    if not label or (units.shaped_like_unit(gap) and not re.match(r"[^一-龥]|中|小|男|女|[A-Z]", label)):
        return None
    return Suffix(unit, COMPARATORS.get(comparator), None, False, False), label


def _label(before: str) -> tuple[str, re.Match[str] | None]:
    """The label before a number without the words that belong to the number."""
    words = before.strip(" 、,;/・")
    found = _BEFORE_NUMBER.search(words)
    label = words[: found.start()] if found else words
    return label.strip(" :=、,;/・") or ((found["sum"] or "") if found else ""), found


def _quantity(before: str, first: Number, last: Number, suffix: Suffix) -> Quantity | None:
    label, found = _label(before)
    if _NOT_A_LABEL.search(label) and not (label in OF_A_TARGET and before.rstrip().endswith(":")):
        return None
    each = (found["each"] or "") if found else ""
    if not each and (hit := _EACH.search(label)):
        each, label = hit[0], label[: hit.start()].strip()
    comparator = suffix.comparator or (_BEFORE[found["comparator"]] if found and found["comparator"] else None)
    if _misplaced_dot(first, suffix.unit) or (comparator and first.value < 0):
        return None  # ▲100人以内 may bound the number or its size
    low: Fraction | None = first.value
    high: Fraction | None = last.value
    if comparator in ("at_least", "above"):
        high = None
    elif comparator in ("at_most", "below"):
        low = None
    return Quantity(
        low=low,
        high=high,
        unit=suffix.unit,
        label=label,
        comparator=comparator,
        low_open=comparator == "above",
        high_open=comparator == "below",
        scale=first.scale,
        approximate=suffix.approximate or bool(found and found["about"]),
        whole=first.value if found and found["all"] and comparator is None else None,
        each=each,
        period=_both(suffix.per, _period(found)) or _period_in_label(label),
        yearly=suffix.yearly or bool(found and (found["period"] or "").lstrip("毎").startswith("年")),
        change=suffix.change,
    )


def _misplaced_dot(number: Number, unit: units.Unit) -> bool:
    """1.200人 is 1,200人 or a slip: things that are counted have no thousandths."""
    return number.dotted and unit.dimension in _COUNTABLE


def _period(found: re.Match[str] | None) -> str:
    word = (found["period"] or "") if found else ""
    return _PERIODS.get(word, _PERIODS.get(word.removesuffix("平均").removesuffix("間"), ""))


def _both(per: str, period: str) -> str:
    """月4冊/人 is counted by head and month."""
    return per + period if per == "人" and period in ("月", "日") else per or period


def _period_in_label(label: str) -> str:
    if _PER_HEAD_AND_DAY.search(label):
        return "人日"
    if label.endswith(("ごと", "ごとに", "四半期", "四半期に")):
        return label.removesuffix("に")
    found = _PER_ONE.search(label)
    return {"名": "人"}.get(found[1], found[1]) if found else ""


CIRCLED_LABEL = re.compile(f"(?<=[^ ])(?=[{CIRCLED}])")
