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

from review.domain.values import units
from review.domain.values.lexer import Number, has_middle_dot, numbers_in
from review.domain.values.reading import Quantity, limits
from review.domain.values.words import BEFORE, COMPARATORS, Suffix, one_per, per_after, suffix_of

MOST_READINGS = 32  # of one cell; beyond that it is text
OF_A_TARGET = ("目標", "目標値", "計画", "計画値")  #: 目標:300団体, labels that no actual may bear

Parts = tuple[Quantity, ...]

_BEFORE_NUMBER = re.compile(
    r"(?:(?P<each>各[^\s\d各、・]{0,10}?)?(?:(?<![^\s各をにはがのでぁ-ん])|(?<=各)|(?<=等)|(?<=課)|(?<=校)|(?<=区)|(?<=園)|(?<=館))"
    r"(?P<period>毎?(?:年度|年間|年|月間|月|週間|週|日)(?:平均|間)?)?)?"
    r"(?P<sum>累計|合計|計|延べ|のべ)?(?P<all>全)?(?P<about>約|概ね|おおむね|おおよそ|およそ|ほぼ|凡そ)?"
    r"(?P<comparator>最低でも|最低|少なくとも|最大でも|最大で|最大|上限|多くとも|多くても|[<>]=?|[≥≤])?\Z"
)
_NO_MARKS = dict.fromkeys(_BEFORE_NUMBER.groupindex, "")
_EACH = re.compile(r"(?:各[^\s各、・]{1,10}?|いずれも|それぞれ|ともに)\Z")
# 1日平均, 1人当たり, 四半期ごと at the end of a label: what the value is counted for.
_PER_ONE = re.compile(
    r"(?<!\d)(?P<both>1人1日|1日1人)|(?P<every>.*(?:ごと|四半期))に?\Z"
    r"|(?<!\d)1 ?(?:か|ヶ|カ|ケ)?(?P<one>人|名|日|月|週|回|校|園|世帯|団体|社|件|課)間?(?:平均|当たり|あたり|当り|につき|ごと)?\Z"
)
# A number after one of these is a rest, a part or a plan, not the value of the cell.
_NOT_A_LABEL = re.compile(
    r"(?:残り|あと|うち|不足|目標|目標値|計画|計画値|予定|参考|例|当初|対し|対して|対する|から|まで|より|比|基準値?|現状値?|[、。→×+*±]|"
    r"前回|前年度?|昨年度?|最高|未|非|~)\Z|^(?:うち|内訳|残り|あと|例えば|[-~*+=_#?!]+\Z)|[。×→±]"
    rf"|(?:\A|[ :①-⑳])(?:{units.KNOWN_PATTERN})?(?:以上|以下|未満|以内)\Z"  # 中%以上 12件, but not C判定以上 12人
)
_BY_WHEN = re.compile(r"\A\d{1,4}年度?(?:末|まで|以内|後)+(?:に|の|、)*")
_SEPARATOR = re.compile(r"[ 、,;/・]+")
_LATER_TAIL = re.compile(r"(?:以 ?[上下内]|未 ?満|超|程度)(?=[ 、,;/・])")  # 80% 以上 after a space belongs to the 80
_TOTALS = {"計", "累計", "合計", "全体", "総計", "総数", "延べ", "のべ"}
_STRIPPED = " 、,;/・"


def readings(text: str) -> list[Parts]:
    """Every reading of a text as values; none where it is not wholly values, more than 32 where too many."""
    plain = _with(text, numbers_in(text))
    return [*_with(text, numbers_in(text, middle=True)), *plain] if has_middle_dot(text) else plain


def _with(text: str, numbers: list[Number] | None) -> list[Parts]:
    """The readings with these numbers: 1.234万 is as well 1,234万."""
    if not numbers or not all(number.sound for number in numbers):
        return []
    doubtful = [bool(number.dotted and number.scale > 1) for number in numbers]
    if sum(doubtful) > 5:  # 64 readings and more
        return [()] * (MOST_READINGS + 1)
    ways = [
        (number, number._replace(value=number.dotted, dotted=0)) if doubt else (number,)
        for number, doubt in zip(numbers, doubtful, strict=True)
    ]
    every = (_slashed(text) or _listed(text, list(chosen)) for chosen in product(*ways))
    return [parts for parts in every if parts]


def only(text: str) -> Parts:
    """The reading of a piece of text where there is exactly one."""
    every = readings(text)
    return every[0] if len(every) == 1 else ()


def _slashed(text: str) -> Parts:
    """700回/1/1 as three values; 12/15校 as 12 of 15."""
    pieces = [piece.strip() for piece in text.split("/")]
    if len(pieces) < 2 or not all(piece[:1].isdigit() for piece in pieces):
        return ()
    every = [only(piece) for piece in pieces]
    if any(len(parts) != 1 for parts in every):
        return ()
    parts = tuple(parts[0] for parts in every)
    if len(parts) == 2 and _is_share(*parts):
        return (replace(parts[0], unit=parts[1].unit, whole=parts[1].value),)
    return parts


def _is_share(count: Quantity, whole: Quantity) -> bool:
    same_unit = count.unit.bare or count.unit == whole.unit
    of_a_scale = whole.unit.bare and whole.value in (5, 10, 100)  # 4.2/5.0 on a scale of five
    if not same_unit or (whole.unit.bare and not of_a_scale) or whole.unit.dimension == "percent" or whole.comparator:
        return False
    return count.value is not None and whole.value is not None and 0 <= count.value <= whole.value


def _listed(text: str, numbers: list[Number]) -> Parts:
    """Values one after another, each with what stands before and after it."""
    parts: list[Quantity] = []
    before, index = text[: numbers[0].start], 0
    while index < len(numbers):
        item = _item(text, numbers, index, before)
        if item is None:
            return ()
        quantity, index, before = item
        parts.append(quantity)
    return without_breakdown(tuple(parts))


def without_breakdown(parts: Parts) -> Parts:
    """計11回(A 5回、B 6回) typed without brackets: the total is the value, if it is the sum of the others."""
    totals = [part for part in parts if part.label in _TOTALS]
    others = tuple(part for part in parts if part.label not in _TOTALS)
    if len(totals) != 1 or len(others) == 1:
        return parts
    if others and sum((part.value or Fraction(0) for part in others), Fraction(0)) != totals[0].value:
        return parts
    return (replace(totals[0], label="", breakdown=others),)


_BOUND = re.compile(r"(?:以 ?上|超)[、,・ ]*(?:かつ)?~? ?\Z")
_OF = re.compile(r"(?:満点)?(?:中|のうち|の内|内)、?(?:の)?\Z")


def _item(text: str, numbers: list[Number], index: int, before: str) -> tuple[Quantity, int, str] | None:
    """The value at `index`, of two numbers where a shape joins them; the place of the next, and the words before it."""
    number, last = numbers[index], index + 1 == len(numbers)
    end = len(text) if last else numbers[index + 1].start
    gap = ("割" if number.tenths else "") + text[number.end : end]
    shape, unit = ("", units.BARE) if last else _shape(gap, number, numbers[index + 1], before)
    item = _item(text, numbers, index + 1, "" if shape == "compound" else before) if shape else None
    joined = item and _joined(shape, number, unit, gap, item[0], before)
    if item and joined:
        return joined, item[1], item[2]
    closed = shape == "bounded" and item is not None and item[0].comparator in ("at_most", "below")
    if closed or shape in ("range", "of"):
        return None
    split = _split_gap(f"{gap.strip()} " if shape == "bounded" else gap, last=last)
    quantity = split and _quantity(before, number, split[0])
    if split is None or quantity is None or (shape == "bounded" and split[1].strip(_STRIPPED)):
        return None
    return quantity, index + 1, split[1]


def _shape(gap: str, first: Number, second: Number, before: str) -> tuple[str, units.Unit]:
    """How two numbers make one value, and the unit between them; "" where they are two values."""
    stripped = gap.strip()
    unit = units.known_at_start(stripped) or units.BARE
    inner = stripped[len(unit.symbol) :].strip()
    if _BOUND.search(gap) and len(stripped) < 12:
        return "bounded", unit
    if inner[-1:] in ("~", "-") and (inner == stripped[-1:] or not unit.bare):
        return "range", unit
    # 小8.9%中12.8% has no whole in it, for a share is not counted out of a share; and 小10回中8回 are two schools.
    of = _OF.fullmatch(inner) and unit.dimension not in ("", "percent") and second.value <= first.value
    if of and not before.rstrip(" :").endswith(("小", "中")):
        return "of", unit
    if not inner and unit.dimension in ("time", "months", "days", "length", "mass"):
        return "compound", unit
    return "", unit


def _joined(shape: str, number: Number, unit: units.Unit, gap: str, second: Quantity, before: str) -> Quantity | None:
    """The one value of a number, the unit after it, and the value that follows."""
    if shape == "compound":
        return _compound(number, unit, second, before)
    if second.is_range or second.whole is not None:
        return None
    if shape == "of":
        fits = second.unit.bare or second.unit.dimension == unit.dimension or unit.symbol == "点"
        whole = replace(second, whole=Fraction(number.value), unit=unit if second.unit.bare else second.unit)
        return whole if fits else None
    bounded, high = shape == "bounded", second.end
    if (second.comparator not in ("at_most", "below")) if bounded else second.comparator:
        return None
    if gap.strip()[len(unit.symbol) :].strip() not in ("~", "-") and not bounded:
        return None  # 6件/年~15件
    if high is None or (not unit.bare and unit.dimension != second.unit.dimension):
        return None
    low = Fraction(number.value)
    if unit.bare and number.scale == 1:
        low *= second.scale  # 3~5千円 is 3,000 to 5,000
    elif not unit.bare:
        low *= Fraction(unit.factor) / second.unit.factor
    if low > high:
        return None
    span = replace(second, low=low, high=high, comparator=None, is_range=True)
    return replace(span, is_bounded=True, low_open="超" in gap) if bounded else span


def _compound(number: Number, unit: units.Unit, small: Quantity, before: str) -> Quantity | None:
    """3時間30分 as 3.5時間: units of one dimension, the second smaller. And 13日5時間 of leave is more than 13 days and
    less than 14, for a working day has as many hours as a city says."""
    head = _quantity(before, number, Suffix(unit, small.comparator, small.change))
    if head is None or small.label or small.is_range or small.whole is not None or small.value is None:
        return None
    if unit.dimension == "days" and small.unit.dimension == "time":
        if (
            small.comparator
            or small.change
            or not 0 < small.value < 24
            or head.low is None
            or head.low.denominator != 1
        ):
            return None
        return replace(head, high=head.low + 1, low_open=True, high_open=True, rest=small.phrase)
    if small.unit.dimension != unit.dimension or small.unit.factor >= unit.factor:
        return None
    more = small.value * small.unit.factor / unit.factor
    low, high = (None if end is None else end + more for end in (head.low, head.high))
    about = head.approximate or small.approximate
    return replace(head, low=low, high=high, approximate=about, smaller=small.smaller or small.unit)


def _split_gap(gap: str, *, last: bool) -> tuple[Suffix, str] | None:
    """What follows a number, split into what belongs to it and the label of the next number."""
    bare = gap.lstrip()
    if last:
        suffix = suffix_of(bare) or suffix_of(bare.replace(" ", ""))
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


def _quantity(before: str, number: Number, suffix: Suffix) -> Quantity | None:
    """The value of a number, given the words before it and what follows."""
    words = (_BY_WHEN.sub("", before) if before[:1].isdigit() else before).strip(_STRIPPED)
    match = _BEFORE_NUMBER.search(words) if words else None
    marks = match.groupdict("") if match else _NO_MARKS
    label = (words[: match.start()] if match else words).strip(" :=、,;/・") or marks["sum"]
    if label and _NOT_A_LABEL.search(label) and not (label in OF_A_TARGET and before.rstrip().endswith(":")):
        return None
    each = marks["each"]
    if not each and label and (hit := _EACH.search(label)):
        each, label = hit[0], label[: hit.start()].strip()
    comparator = suffix.comparator or BEFORE.get(marks["comparator"])
    doubtful = number.dotted and number.scale == 1 and suffix.unit.dimension in units.COUNTED
    if doubtful or (comparator and number.value < 0):
        return None  # 1.200人 may be 1,200人, and ▲100人以内 may bound the number or its size
    end = Fraction(number.value)
    return Quantity(
        **limits(end, end, comparator),
        unit=suffix.unit,
        label=label,
        scale=number.scale,
        approximate=suffix.approximate or bool(marks["about"]),
        whole=end if marks["all"] and comparator is None else None,
        each=each,
        period=_period(marks["period"], suffix.per) or _period_in_label(label),
        yearly=suffix.yearly or marks["period"].lstrip("毎").startswith("年"),
        change=suffix.change,
    )


def _period(before: str, per: str) -> str:
    """月 in 月5件, 人 in 5冊/人, 人月 in 月4冊/人."""
    word = before.removeprefix("毎")[:1]
    period = word if word in ("月", "週", "日") else ""
    return per + period if per == "人" and period in ("月", "日") else per or period


def _period_in_label(label: str) -> str:
    match = _PER_ONE.search(label) if label else None
    return ("人日" if match["both"] else match["every"] or one_per(match["one"])) if match else ""
