"""What a typed 目標 or 実績 says, as frozen data, with the sentence that shows it on the screen."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Literal, NamedTuple

from review.domain import value_words as say
from review.domain.values.units import BARE, Exact, Unit

Kind = Literal["number", "comparator", "range", "parts", "share", "relative", "date", "milestone", "none", "text"]
Comparator = Literal["at_least", "above", "at_most", "below"]
Change = Literal["increase", "decrease"]
Direction = Literal["up", "down"]

COMPARATOR_WORDS: dict[str, str] = {"at_least": "以上", "above": "超", "at_most": "以下", "below": "未満"}
SCALE_WORDS = {10: "十", 100: "百", 1000: "千", 10**4: "万", 10**6: "百万", 10**7: "千万", 10**8: "億", 10**12: "兆"}
_WITHIN = ("time", "days", "months", "rank")  #: 3日以内, not 3日以下


class State(StrEnum):
    """What a value is as the year's result."""

    FINAL = "final"  #: 確定
    PROVISIONAL = "provisional"  #: 速報・見込み: judged, and flagged
    INTERIM = "interim"  #: 年度途中
    OTHER_YEAR = "other_year"  #: 他年度の値
    NOT_MEASURED = "not_measured"  #: 未測定: 集計中, 未公表, 隔年調査, 予定, a dash with a reason

    @property
    def label(self) -> str:
        """The city's word."""
        return say.STATES[list(State).index(self)]

    @property
    def is_result(self) -> bool:
        """True where the value is judged as the year's result."""
        return self in (State.FINAL, State.PROVISIONAL)


class ValueState(NamedTuple):
    """The state of a value, proposed by words or confirmed by a person."""

    state: State = State.FINAL
    words: str = ""  #: the words that say so
    until: date | None = None  #: the last day that an interim value covers
    fiscal_year: int | None = None  #: whose value it is, where it is another year's


FINAL = ValueState()


def way_of(word: str) -> Direction:
    """The direction of a comparator or a change."""
    return "up" if word in ("at_least", "above", "increase") else "down"


class Quantity(NamedTuple):
    """One measured value: an interval, mostly of one point. Its ends are in the unit's symbol, with scales applied."""

    low: Exact | None  #: lower end, None where there is none (80 for 80以上, None for 5未満)
    high: Exact | None  #: upper end, None where there is none
    low_open: bool = False  #: the lower end itself is outside
    high_open: bool = False  #: the upper end itself is outside
    unit: Unit = BARE
    label: str = ""  #: 小, 転入, ①; what precedes the number
    is_range: bool = False  #: typed as 7~7.5
    is_bounded: bool = False  #: typed as 5以上10未満: both ends are comparators
    scale: int = 1  #: 1000 where 千 stood before the unit: a bare number beside it may be meant in it
    approximate: bool = False  #: 約, 概ね, 程度
    whole: Exact | None = None  #: 100 in 100校中95校; 8 in 全8回
    each: str = ""  #: 各課 in 各課月5件
    period: str = ""  #: 月 in 月5件, 人 in 5冊/人; a year is the default and stays empty
    yearly: bool = False  #: 年 was typed: 年12回 may be compared with 月1回
    breakdown: Parts = ()  #: 男性 5回 and 女性 6回 beside the total of 計11回
    smaller: Unit | None = None  #: 分 in 3時間30分, for showing it
    rest: str = ""  #: 5時間 in 13日5時間 (of how long a working day?), 台 in 70%台, 整備中: it leaves the number open
    change: Change | None = None  #: 10分短縮 is an amount of decrease

    @property
    def comparator(self) -> Comparator | None:
        """What an interval of one end was typed with."""
        if self.high is None:
            return "above" if self.low_open else "at_least"
        return None if self.low is not None or self.rest else "below" if self.high_open else "at_most"

    @property
    def end(self) -> Exact | None:
        """The lower end, or the upper one where that is open."""
        return self.high if self.low is None else self.low

    @property
    def value(self) -> Exact | None:
        """The number itself, or the finite end of an open interval; None for a range of two ends and for 8件整備中."""
        return None if self.rest or (None not in (self.low, self.high) and self.low != self.high) else self.end

    @property
    def size(self) -> Exact:
        """How far its end is from zero."""
        return max(self.end or 0, -(self.end or 0))

    def times(self, factor: Exact) -> Quantity:
        """So many times as much; a negative factor turns the interval round."""
        low, high = (None if end is None else end * factor for end in (self.low, self.high))
        return self._replace(low=low, high=high) if factor > 0 else self._replace(low=high, high=low)

    @property
    def phrase(self) -> str:
        """The value in Japanese: 小 5%未満, 7~7.5俵, 1,200人."""
        before = per = ""
        if self.period and not all(mark in self.label for mark in self.period):
            before, per = (self.period, "") if self.period in "月週日" else ("", f"/{self.period}")
        words = f"{self.label} " if self.label else ""
        words += f"{self.each}{before}{'約' if self.approximate else ''}{self._ends(self.unit.symbol + per)}"
        if self.change:
            words += "増" if self.change == "increase" else "減"
        if self.whole is not None:
            words += f"(全{figure(self.whole)}{self.unit.symbol}のうち)"
        return f"{words}(内訳 {phrases(self.breakdown)})" if self.breakdown else words

    def _ends(self, symbol: str) -> str:
        scale = SCALE_WORDS.get(self.scale, "")  # 1,200 or, of a value typed with 千, 1.2千
        if self.smaller and self.value is not None:  # 3時間30分, not 3.5時間
            whole, more = divmod(self.value, 1)
            low = f"{whole:,}{self.unit.symbol}{figure(Fraction(more * self.unit.factor, self.smaller.factor))}"
            symbol = symbol.replace(self.unit.symbol, self.smaller.symbol, 1)
        else:
            low = figure(self.end or 0, self.scale)
        if self.is_range:
            high = figure(self.high or 0, self.scale)
            if not self.is_bounded:
                return f"{low}~{high}{scale}{symbol}"
            ends = ("超" if self.low_open else "以上", "未満" if self.high_open else "以下")
            return f"{low}{scale}{symbol}{ends[0]}{high}{scale}{symbol}{ends[1]}"
        comparator = self.comparator
        word = COMPARATOR_WORDS[comparator] if comparator else self.rest
        return f"{low}{scale}{symbol}{'以内' if word == '以下' and self.unit.dimension in _WITHIN else word}"


Parts = tuple[Quantity, ...]


def phrases(parts: Parts) -> str:
    """Several values in one line."""
    return "、".join([part.phrase for part in parts])


def limits(end: Exact, comparator: str | None = None) -> tuple[Exact | None, Exact | None, bool, bool]:
    """The first fields of a Quantity: its ends under a comparator, and which of them is outside."""
    down, up = comparator in ("at_most", "below"), comparator in ("at_least", "above")
    return None if down else end, None if up else end, comparator == "above", comparator == "below"


class Relation(NamedTuple):
    """What a relative value is measured against, and how: 前年度比10%増, 前年度実績以上, 現状維持."""

    base: str  #: "previous" for last year, else the words typed (令和元年度, 導入前); "" for 現状維持
    relation: Literal["at_least", "above", "at_most", "below", "same", "ratio", "unclear"]
    amount: Quantity | None = None  #: 10% of 前年度比10%増, 105% of 前年度比105%

    @property
    def way(self) -> Direction | None:
        """The direction that it asks for, where it says so."""
        if self.relation not in ("ratio", "same", "unclear"):
            return way_of(self.relation)
        stated = self.amount and (self.amount.comparator or self.amount.change)
        return way_of(stated) if stated else None

    @property
    def phrase(self) -> str:
        """The relation in Japanese, with what it is."""
        if self.relation == "unclear":
            return say.UNCLEAR
        base = {"previous": "前年度の実績", "": "現状"}.get(self.base, self.base)
        words = say.AMOUNT if self.amount else say.RELATIONS[self.relation]
        facts = {"base_term": base, "read_value": self.amount.phrase if self.amount else ""}
        return say.COMPARED % {"base_words": words % facts}


class DateSpan(NamedTuple):
    """A day, a month or a year as its first and last day; without a year where none was typed."""

    first: date
    last: date
    has_year: bool = True
    is_deadline: bool = False  #: までに, 以前
    label: str = ""

    @property
    def phrase(self) -> str:
        """The day or days in Japanese, with what they are."""
        first, last = (
            f"{f'{day.year}年' if self.has_year else ''}{day.month}月{day.day}日" for day in (self.first, self.last)
        )
        words = say.UNTIL if self.is_deadline else say.ON if first == last else say.FROM_TO
        return say.DATED % {"date_words": words % {"day": last if self.is_deadline else first, "last_day": last}}


class Reading(NamedTuple):
    """How one typed text was read. `parts` has one value for number, comparator and range, several for parts."""

    text: str  #: as typed
    plain: str = ""  #: folded, without spaces, for comparing texts
    kind: Kind = "none"
    parts: Parts = ()
    others: tuple[Parts, ...] = ()  #: further readings of the same cell: 1・5 as 1.5, and as 1 and 5
    bracket: Parts = ()  #: 8 in 3 (8): a note, or the running total
    relation: Relation | None = None
    span: DateSpan | None = None
    note: str = ""
    blank: bool = False  #: nothing at all was typed (a dash is not blank)
    state: ValueState = FINAL  #: what its words propose
    reason: str = ""  #: why it stayed text, where that is not plain to see
    assumed: str = ""  #: the unit that the verdict assumed of it
    phrase: str = say.WORDS_ALONE  #: what was read, with its kind in brackets: `in_words`, made once

    @property
    def in_words(self) -> str:
        """What was read, for `phrase`."""
        if self.parts:
            facts = {"read_value": phrases(self.parts), "count": len(self.parts)}
            return say.OF_KIND.get(self.kind, say.SEVERAL) % facts
        if stated := self.span or self.relation:
            return stated.phrase
        if self.kind == "milestone":
            return say.MILESTONE % {"typed": self.plain}
        return self.reason or say.WORDS_ALONE

    @property
    def sentence(self) -> str:
        """For 「このように読み取りました: …」."""
        if self.kind == "none":
            words = say.BLANK if self.blank else say.NO_VALUE
        else:
            words = say.UNMEASURED if self.state.state is State.NOT_MEASURED else self.phrase
        if self.state.state is State.PROVISIONAL:
            words = say.PROVISIONAL % {"words": words}
        if self.others:
            words = say.OR_AS % {"words": words, "other_value": phrases(self.others[0])}
        if self.assumed:
            words = say.ASSUMED % {"words": words, "unit": self.assumed}
        return say.NOTED % {"words": words, "note": self.note} if self.note and self.parts else words

    @property
    def readings(self) -> tuple[Parts, ...]:
        """Every way in which the cell can be read as values, the likeliest first."""
        return (self.parts, *self.others) if self.parts else ()

    @property
    def quantity(self) -> Quantity | None:
        """The value where there is exactly one."""
        return self.parts[0] if len(self.parts) == 1 else None


def figure(value: Exact, scale: int = 1) -> str:
    """The number with separators and no needless zeros, 1,200 or 8.9, for the word of its scale to follow."""
    if scale in SCALE_WORDS:
        value = Fraction(value, scale)
    if value.denominator == 1:
        return f"{value.numerator:,}"
    return f"{(Decimal(value.numerator) / Decimal(value.denominator)).normalize():,f}"


def rounded(rate: Fraction | None) -> Decimal | None:
    """The rate with four decimals, half up."""
    if rate is None:
        return None
    return Decimal((rate.numerator * 20_000 + rate.denominator) // (2 * rate.denominator)).scaleb(-4)
