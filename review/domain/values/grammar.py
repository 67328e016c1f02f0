"""The grammar of values: 小 5%未満 中 10%未満, 7~7.5俵, 100校中95校, 1億2,000万円, 各課月5件.

`readings` gives every way in which a whole text is values, the likeliest first, or none. Every number must be part of
a value, and whatever stands around the values must be grammar that is known here (a label before, a unit, a
comparator, an act after); else the number is inside a sentence, and a number inside a sentence is not a value.
"""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import NamedTuple

from review.domain.values import units
from review.domain.values.lexer import Number, has_middle_dot, numbers_in
from review.domain.values.reading import Quantity
from review.domain.values.words import BEFORE, COMPARATORS, Suffix, per_after, suffix_of

MOST_READINGS = 32  # of one cell; beyond that it is text

_PERIODS = {"月": "月", "月間": "月", "1月": "月", "週": "週", "週間": "週", "日": "日"}
_BEFORE_NUMBER = re.compile(
    r"(?:(?P<each>各[^\s\d各、・]{0,10}?)?(?:(?<![^\s各をにはがのでぁ-ん])|(?<=各)|(?<=等)|(?<=課)|(?<=校)|(?<=区)|(?<=園)|(?<=館))"
    r"(?P<period>毎?(?:年度|年間|年|月間|月|週間|週|日)(?:平均|間)?)?)?"
    r"(?P<sum>累計|合計|計|延べ|のべ)?(?P<all>全)?(?P<about>約|概ね|おおむね|おおよそ|およそ|ほぼ|凡そ)?"
    r"(?P<comparator>最低でも|最低|少なくとも|最大でも|最大で|最大|上限|多くとも|多くても|[<>]=?|[≥≤])?\Z"
)
_EACH = re.compile(r"(?:各[^\s各、・]{1,10}?|いずれも|それぞれ|ともに)\Z")
# 1日平均, 1人当たり at the end of a label: what the value is counted for.
_PER_ONE = re.compile(
    r"(?<!\d)1 ?(?:か|ヶ|カ|ケ)?(人|名|日|月|週|回|校|園|世帯|団体|社|件|課)間?(?:平均|当たり|あたり|当り|につき|ごと)?\Z"
)
_PER_HEAD_AND_DAY = re.compile(r"(?<!\d)1人1日|(?<!\d)1日1人")
# A number after one of these is a rest, a part or a plan, not the value of the cell.
_NOT_A_LABEL = re.compile(
    r"(?:残り|あと|うち|不足|目標|目標値|計画|計画値|予定|参考|例|当初|対し|対して|対する|から|まで|より|比|基準値?|現状値?|[、。→×+*±]|"
    r"前回|前年度?|昨年度?|最高|未|非)\Z|^(?:うち|内訳|残り|あと|例えば|[-~*+=_#?!]+\Z)|[。×→±]"
)
_BY_WHEN = re.compile(r"\A\d{1,4}年度?(?:末|まで|以内|後)+(?:に|の|、)*")
_SEPARATOR = re.compile(r"[ 、,;/・]+")
_OF = re.compile(r"(?:満点)?(?:中|のうち|の内|内)、?(?:の)?\Z")
OF_A_TARGET = ("目標", "目標値", "計画", "計画値")  #: 目標:300団体, labels that no actual may bear
_TOTALS = {"計", "累計", "合計", "全体", "総計", "総数", "延べ", "のべ"}
_STRIPPED = " 、,;/・"


class Values(NamedTuple):
    """One reading of a text as values, and whether its words said 見込み."""

    parts: tuple[Quantity, ...]
    provisional: bool = False


class Read(NamedTuple):
    """One value of a list, the place of the next number, and the words before it."""

    quantity: Quantity
    following: int
    before: str
    provisional: bool = False


def readings(text: str) -> list[Values]:
    """Every reading of a text as values; none where it is not wholly values, more than 32 where too many."""
    plain = _with(text, numbers_in(text))
    return [*_with(text, numbers_in(text, middle=True)), *plain] if has_middle_dot(text) else plain


def _with(text: str, numbers: list[Number] | None) -> list[Values]:
    """The readings with these numbers: 1.234万 is as well 1,234万."""
    if not numbers:
        return []
    doubtful = 0
    for number in numbers:
        if not number.sound:
            return []
        doubtful += bool(number.dotted and number.scale > 1)
    if not doubtful:
        plain = _slashed(text, numbers) or _listed(text, numbers)
        return [plain] if plain else []
    if doubtful > 5:  # 64 readings and more
        return [Values(())] * (MOST_READINGS + 1)
    ways = [
        (number, number._replace(value=number.dotted, dotted=0)) if number.dotted and number.scale > 1 else (number,)
        for number in numbers
    ]
    ways_read = [_slashed(text, list(chosen)) or _listed(text, list(chosen)) for chosen in product(*ways)]
    return [values for values in ways_read if values is not None]


def only(text: str) -> Values | None:
    """The reading of a piece of text where there is exactly one."""
    every = readings(text)
    return every[0] if len(every) == 1 else None


# Lists of values


def _slashed(text: str, numbers: list[Number]) -> Values | None:
    """700回/1/1 as three values; 12/15校 as 12 of 15."""
    if "/" not in text or not all(piece.strip()[:1].isdigit() for piece in text.split("/")):
        return None
    read = [only(piece.strip()) for piece in text.split("/")]
    whole = [values for values in read if values is not None and len(values.parts) == 1]
    if len(whole) != len(read):
        return None
    parts = [values.parts[0] for values in whole]
    if len(parts) == 2 and _is_share(*parts):
        return Values((replace(parts[0], unit=parts[1].unit, whole=parts[1].value),))
    return Values(tuple(parts), any(values.provisional for values in whole))


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
        index, before = item.following, item.before
        parts.append(item.quantity)
        provisional = provisional or item.provisional
    return Values(parts=without_breakdown(tuple(parts)), provisional=provisional)


def _item(text: str, numbers: list[Number], index: int, before: str) -> Read | None:
    """The value at `index`."""
    number = numbers[index]
    gap = _gap(text, numbers, index)
    following = numbers[index + 1] if index + 1 < len(numbers) else None
    if following is not None:
        shape = _two_numbers(gap, number, following, before)
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
    return None if quantity is None else Read(quantity, index + 1, rest, suffix.provisional)


def _gap(text: str, numbers: list[Number], index: int) -> str:
    end = numbers[index + 1].start if index + 1 < len(numbers) else len(text)
    return ("割" if numbers[index].tenths else "") + text[numbers[index].end : end]


def _two_numbers(gap: str, first: Number, second: Number, before: str) -> str | None:
    """`range`, `of` or `bounded` where two numbers make one value; None where they are two values."""
    stripped = gap.strip()
    tail = stripped[-1:]
    if re.search(r"(?:以 ?上|超)[、,・ ]*(?:かつ)?~? ?\Z", gap) and len(stripped) < 12:
        return "bounded"
    if tail in ("~", "-") and (len(stripped) == 1 or units.known_at_start(stripped[:-1])):
        return "range"
    of = _OF.search(stripped)
    if of and not before.rstrip(" :").endswith(("小", "中")):  # 小10回中8回 are two schools
        unit = units.known_at_start(stripped)
        inner = stripped[: of.start()].strip()
        # 小8.9%中12.8% has no whole in it: a share is not counted out of a share.
        if inner in units.KNOWN and unit and unit.dimension != "percent" and second.value <= first.value:
            return "of"
    return None


def _pair(text: str, numbers: list[Number], index: int, before: str, shape: str) -> Read | None:
    first, second = numbers[index], numbers[index + 1]
    gap = _gap(text, numbers, index).strip()
    split = _split_gap(_gap(text, numbers, index + 1), last=index + 2 == len(numbers))
    if split is None:
        return None
    suffix, rest = split
    inner = units.known_at_start(gap)
    if shape == "of":
        quantity = _counted_of(before, first, second, suffix, inner or units.BARE)
    elif shape == "bounded" and suffix.comparator not in ("at_most", "below"):
        return _first_of(before, numbers, index, gap)
    elif inner is not None and inner.dimension != suffix.unit.dimension:
        return None
    else:
        quantity = _ranged(before, first, second, suffix, shape, gap, inner)
    return None if quantity is None else Read(quantity, index + 2, rest, suffix.provisional)


def _first_of(before: str, numbers: list[Number], index: int, gap: str) -> Read | None:
    """80%以上、70%: two values, though the first has a comparator."""
    split = _split_gap(gap + " ", last=False)
    quantity = split and _quantity(before, numbers[index], numbers[index], split[0])
    return Read(quantity, index + 1, split[1]) if split and quantity and not split[1].strip() else None


def _counted_of(before: str, first: Number, second: Number, suffix: Suffix, whole: units.Unit) -> Quantity | None:
    if not suffix.unit.bare and suffix.unit.dimension != whole.dimension and whole.symbol != "点":
        return None
    quantity = _quantity(before, second, second, suffix)
    unit = quantity.unit if quantity and not quantity.unit.bare else whole
    return quantity and replace(quantity, whole=Fraction(first.value), unit=unit)


def _ranged(
    before: str, first: Number, second: Number, suffix: Suffix, shape: str, gap: str, inner: units.Unit | None
) -> Quantity | None:
    low = first.value
    if inner is None and first.scale == 1 and second.scale > 1:
        low *= second.scale  # 3~5千円 is 3,000 to 5,000
    if inner is not None and not suffix.unit.bare:
        low = Fraction(low) * inner.factor / suffix.unit.factor
    if low > second.value:
        return None
    plain = _quantity(before, second, second, suffix._replace(comparator=None))
    if plain is None or (shape == "range" and suffix.comparator is not None):
        return None
    bounded = shape == "bounded"
    return replace(
        plain,
        low=Fraction(low),
        high=Fraction(second.value),
        comparator=None,
        is_range=True,
        is_bounded=bounded,
        low_open=bounded and "超" in gap,
        high_open=suffix.comparator == "below",
    )


def _compound(text: str, numbers: list[Number], index: int, before: str) -> Read | None:
    """3時間30分 as 3.5時間: units of one dimension, the second smaller, nothing between."""
    large = units.KNOWN.get(_gap(text, numbers, index).strip())
    if large is None or large.dimension not in ("time", "months", "days", "length", "mass"):
        return None
    item = _item(text, numbers, index + 1, "")
    if item is None:
        return None
    small = item.quantity
    if large.dimension == "days" and small.unit.dimension == "time":
        return _days_and_hours(numbers[index], before, large, item)
    if small.unit.dimension != large.dimension or small.unit.factor >= large.factor or small.label:
        return None
    if small.is_range or small.whole is not None or small.value is None:
        return None
    head = _quantity(before, numbers[index], numbers[index], Suffix(large, small.comparator, small.change))
    if head is None:
        return None
    more = small.value * small.unit.factor / large.factor
    whole = replace(
        head,
        low=None if head.low is None else head.low + more,
        high=None if head.high is None else head.high + more,
        approximate=head.approximate or small.approximate,
        smaller=small.smaller or small.unit,
    )
    return item._replace(quantity=whole)


def _days_and_hours(number: Number, before: str, days: units.Unit, item: Read) -> Read | None:
    """13日5時間 of leave: more than 13 days and less than 14, for a working day has as many hours as a city says."""
    hours = item.quantity
    if hours.label or hours.comparator or hours.change or hours.value is None or not 0 < hours.value < 24:
        return None
    head = _quantity(before, number, number, Suffix(days))
    if head is None or head.low is None or head.low.denominator != 1:
        return None
    whole = replace(head, high=head.low + 1, low_open=True, high_open=True, rest=hours.phrase)
    return item._replace(quantity=whole, provisional=False)


def without_breakdown(parts: tuple[Quantity, ...]) -> tuple[Quantity, ...]:
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
    bare = gap.lstrip()
    if last:
        suffix = suffix_of(bare)
        if suffix is None and " " in bare:
            suffix = suffix_of(bare.replace(" ", ""))
        return None if suffix is None else (suffix, "")
    unit = units.known_at_start(bare)
    if unit is None or (bare != gap and not _stands_alone(bare, unit)):
        bare, unit = gap, None
    separator = _SEPARATOR.search(bare, per_after(bare, unit)[0] if unit else 0)
    if not separator:
        return _split_unseparated(bare)
    more = _LATER_TAIL.match(bare, separator.end()) if separator[0] == " " else None
    end = more.end() if more else separator.start()
    suffix = suffix_of(bare[:end])
    return None if suffix is None else (suffix, bare[max(end, separator.end()) :])


_LATER_TAIL = re.compile(r"(?:以 ?[上下内]|未 ?満|超|程度)(?=[ 、,;/・])")  # 80% 以上 after a space belongs to the 80


def _stands_alone(words: str, unit: units.Unit) -> bool:
    """True where a known unit after a space is a unit and not the beginning of a label: 100 人, but not 100 人口."""
    after = words[len(unit.symbol) : len(unit.symbol) + 1]
    return not after or not re.match(r"[一-龥ァ-ヺA-Za-zー:]", after) or after in "以未超程達増減中前強弱余"


def _split_unseparated(gap: str) -> tuple[Suffix, str] | None:
    """小8.9%中12.8%: the longest known unit and comparator belong to the first number."""
    unit = units.known_at_start(gap)
    if unit is None:
        return None
    rest = gap[len(unit.symbol) :]
    if not rest and unit.dimension in units.COUNTED:
        return Suffix(unit), ""  # 50世帯100人
    comparator = next((word for word in ("以上", "以下", "未満", "以内", "超") if rest.startswith(word)), "")
    label = rest[len(comparator) :]
    if not label or (units.shaped_like_unit(gap) and not re.match(r"[^一-龥]|中|小|男|女|[A-Z]", label)):
        return None
    return Suffix(unit, COMPARATORS.get(comparator)), label


def _label(before: str) -> tuple[str, re.Match[str] | None]:
    """The label before a number without the words that belong to the number."""
    words = before.strip(_STRIPPED)
    if not words:
        return "", None
    match = _BEFORE_NUMBER.search(words)
    label = words[: match.start()] if match else words
    return label.strip(" :=、,;/・") or ((match["sum"] or "") if match else ""), match


def _quantity(before: str, first: Number, last: Number, suffix: Suffix) -> Quantity | None:
    label, match = _label(_BY_WHEN.sub("", before) if before[:1].isdigit() else before)
    if label and _NOT_A_LABEL.search(label) and not (label in OF_A_TARGET and before.rstrip().endswith(":")):
        return None
    each = (match["each"] or "") if match else ""
    if not each and label and (hit := _EACH.search(label)):
        each, label = hit[0], label[: hit.start()].strip()
    comparator = suffix.comparator or (BEFORE[match["comparator"]] if match and match["comparator"] else None)
    if (first.dotted and first.scale == 1 and suffix.unit.dimension in units.COUNTED) or (
        comparator and first.value < 0
    ):
        return None  # 1.200人 may be 1,200人, and ▲100人以内 may bound the number or its size
    ends = (Fraction(first.value), Fraction(last.value))
    return Quantity(
        low=None if comparator in ("at_most", "below") else ends[0],
        high=None if comparator in ("at_least", "above") else ends[1],
        unit=suffix.unit,
        label=label,
        comparator=comparator,
        low_open=comparator == "above",
        high_open=comparator == "below",
        scale=first.scale,
        approximate=suffix.approximate or bool(match and match["about"]),
        whole=ends[0] if match and match["all"] and comparator is None else None,
        each=each,
        period=_period(match, suffix.per) or (_period_in_label(label) if label else ""),
        yearly=suffix.yearly or bool(match and (match["period"] or "").lstrip("毎").startswith("年")),
        change=suffix.change,
    )


def _period(match: re.Match[str] | None, per: str) -> str:
    """月 in 月5件, 人 in 5冊/人, 人月 in 月4冊/人."""
    word = (match["period"] or "").removeprefix("毎").removesuffix("平均") if match else ""
    period = _PERIODS.get(word, _PERIODS.get(word.removesuffix("間"), ""))
    return per + period if per == "人" and period in ("月", "日") else per or period


def _period_in_label(label: str) -> str:
    if _PER_HEAD_AND_DAY.search(label):
        return "人日"
    if label.endswith(("ごと", "ごとに", "四半期", "四半期に")):
        return label.removesuffix("に")
    match = _PER_ONE.search(label)
    return {"名": "人"}.get(match[1], match[1]) if match else ""
