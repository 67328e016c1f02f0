"""Questions that a reviewer would ask by eye: `check` for one indicator in one 年度, given its other years.

A false alarm costs trust, so each check keeps to what is worth a question to the department, and names what made it.
`SENTENCES` holds a sentence for every code, those of a Judgement's flags among them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from review.domain import values
from review.domain.fiscal import fiscal_year_label
from review.domain.notation import compact, renamed
from review.domain.values.achievement import Judgement
from review.domain.values.numeric import steps_between
from review.domain.values.reading import Direction, Quantity, Reading, State, figure, phrases
from review.domain.values.units import Exact
from review.domain.wording import sentence, table


@dataclass(frozen=True, kw_only=True, slots=True)
class Flag:
    """One doubt: its code, what made it, and what to ask the department, in Japanese."""

    code: str
    sentence: str
    question: str


@dataclass(frozen=True, kw_only=True, slots=True)
class IndicatorInYear:
    """What was typed for an indicator in one fiscal year; `actual` is "" while it is not entered."""

    fiscal_year: int
    name: str
    target: str
    actual: str = ""


_HERE = Path(__file__)
#: Code: (what it says, what to ask). Plain sentences for lists and help; `check` says it with the values at hand.
SENTENCES: dict[str, tuple[str, str]] = {
    code: (sentence(says), sentence(asks)) for code, (says, asks) in table(_HERE.with_name("checks.tsv")).items()
}

#: What was said so up to 1.0, and stands in records and editions.
FORMER = (sentence("実績が目標と一字一句同じです。"), sentence("実績が前年度の「%(actual)s」と一字一句同じです。"))

#: Code: what it says with the values at hand.
_AT_HAND = {code: sentence(says) for code, (says,) in table(_HERE.with_name("checks_at_hand.tsv")).items()}

#: Why there is no verdict, where a judgement has none.
CAUSES = frozenset(
    ("direction_unknown", "unit_mismatch", "parts_mismatch", "needs_previous", "not_measured", "interim", "other_year",
     "unreadable", "undecided")
)  # fmt: skip

#: What the plan changed, decided elsewhere: worth knowing, no doubt about what was entered.
OF_PLAN = frozenset(("definition_changed", "target_changed", "target_below_result"))

_SAME_CAUSE = {"unit_changed": "unit_mismatch", "repeated": "total_stalled"}
_FEW = 5  # counts below this double or halve by nature
_RUNNING_TOTAL = re.compile(r"累計|累積|延べ総|総数\Z")


def check(
    current: IndicatorInYear, history: Sequence[IndicatorInYear] = (), *, judgement: Judgement
) -> tuple[Flag, ...]:
    """The doubts about one indicator-year and its judgement; `history` holds its other years, in any order. Nothing is asked
    of an actual that is not entered, but changes of definition and target are."""
    previous = next((year for year in history if year.fiscal_year == current.fiscal_year - 1), None)
    changed = previous is not None and renamed(previous.name, current.name)
    flags = [*_of_judgement(judgement, previous, comparable=not changed)]
    if previous is not None and changed:
        year = fiscal_year_label(previous.fiscal_year)
        flags.append(flag("definition_changed", year=year, name=previous.name))
    elif previous is not None:
        flags += [*_of_target(previous, current, judgement), *_of_result(previous, current)]
    flags += [*_copied(current, judgement), *_of_value(current, None if changed else previous, judgement)]
    if judgement.status == "undetermined" and not any(one.code in CAUSES for one in flags):
        flags[:0] = [flag(code, judgement.reason) for code in _cause(judgement)]
    entries = {entry.code: entry for entry in flags}
    return tuple(entry for code, entry in entries.items() if _SAME_CAUSE.get(code) not in entries)


def flag(code: str, says: str = "", **values: str) -> Flag:
    """The flag of a code: with another sentence, or with its own of the values at hand (`says` another of these)."""
    known, question = SENTENCES[code]
    return Flag(code=code, sentence=_AT_HAND[says or code] % values if values else says or known, question=question)


# What the judgement itself says

# A reviewer reads these beside the verdict; the rest is settled or asked better below.
_SHOWN = (
    "direction_unknown",
    "unit_mismatch",
    "parts_mismatch",
    "needs_previous",
    "not_measured",
    "provisional",
    "approximate",
    "over_100_percent",
)


def _of_judgement(judgement: Judgement, previous: IndicatorInYear | None, *, comparable: bool) -> Iterator[Flag]:
    for code in judgement.flags:
        if code in _SHOWN:
            tells = code in CAUSES and judgement.status == "undetermined"
            over = {"actual": judgement.actual_reading.text} if code == "over_100_percent" else {}
            yield flag(code, judgement.reason if tells else "", **over)
        elif code == "jump" and comparable and previous is not None:
            yield from _of_jump(values.read(previous.actual), judgement.actual_reading)


def _of_jump(was: Reading, now: Reading) -> Iterator[Flag]:
    is_count = not any(part.unit.dimension == "percent" for part in now.parts)
    if is_count and all(
        -_FEW < value < _FEW for step in steps_between(was, now) for value in step
    ):  # from 2 to 1 is no slip of a digit or a unit
        return
    yield flag("jump", before_value=phrases(was.parts), now_value=phrases(now.parts))


_OF_STATE = {State.INTERIM: "interim", State.OTHER_YEAR: "other_year"}


def _cause(judgement: Judgement) -> tuple[str, ...]:
    """Why there is no verdict, where no flag of the judgement names it; nothing where words stand against words, which
    a person judges."""
    if code := _OF_STATE.get(judgement.state.state):
        return (code,)
    if not judgement.target_reading.parts:
        return ()
    return ("undecided",) if judgement.actual_reading.parts else ("unreadable",)


# Definition and target


def _of_target(previous: IndicatorInYear, current: IndicatorInYear, judgement: Judgement) -> Iterator[Flag]:
    was, now = values.read(previous.target), values.read(current.target)
    if was.kind == "none" or now.kind == "none":
        return
    if _shape(was) != _shape(now):
        yield flag("target_changed", target=previous.target)
        return
    direction = judgement.direction
    step = _single_step(was, now)
    if direction is None or step is None:
        return
    if _is_easier(step[0], step[1], direction):
        yield flag("target_changed", "target_easier", target_value=phrases(was.parts))
    reached = _single_step(values.read(previous.actual), now)
    if reached is not None and _is_easier(reached[0], reached[1], direction):
        yield flag("target_below_result", target_value=phrases(now.parts), actual=previous.actual)


def _shape(reading: Reading) -> tuple[object, ...]:
    is_hold = reading.relation is not None and not reading.relation.base  # 現状維持 beside other words
    named = reading.kind if reading.kind in ("relative", "date") and not is_hold else "words"
    kind = "value" if reading.parts else named
    units_ = tuple(part.unit.dimension for part in reading.parts if not part.unit.bare)
    return kind, len(reading.parts), units_


def _single_step(before: Reading, after: Reading) -> tuple[Exact, Exact] | None:
    steps = list(steps_between(before, after))
    return steps[0] if len(steps) == 1 else None


def _is_easier(before: Exact, after: Exact, direction: Direction) -> bool:
    return after < before if direction == "up" else after > before


# Results


def _of_result(previous: IndicatorInYear, current: IndicatorInYear) -> Iterator[Flag]:
    was, now = values.read(previous.actual), values.read(current.actual)
    if not was.parts or not now.parts:
        return
    units = [[part.unit for part in year.parts] for year in (was, now)]
    pairs = zip(*units, strict=True) if len(units[0]) == len(units[1]) else ()
    if any(one.dimension != other.dimension and not one.bare and not other.bare for one, other in pairs):
        yield flag("unit_changed", actual=previous.actual)
    step = _single_step(was, now)
    if step is None or not _RUNNING_TOTAL.search(compact(current.name)):
        return
    if step[1] < step[0]:
        yield flag("total_decreased", before_value=phrases(was.parts))
    elif step[1] == step[0] and not _is_complete(now.parts[0]):
        yield flag("total_stalled", total=figure(step[1]))


def _is_complete(part: Quantity) -> bool:
    return part.unit.dimension == "percent" and part.value == 100


_MAY_BE_NEGATIVE = re.compile(r"増減|増加|減少|差|収支|損益|伸び|変化|転入超過|社会動態|気温|比")


def _of_value(current: IndicatorInYear, previous: IndicatorInYear | None, judgement: Judgement) -> Iterator[Flag]:
    """What the value itself, or beside last year's text, gives reason to ask."""
    reading = judgement.actual_reading
    if reading.assumed:
        yield flag("unit_assumed", unit=reading.assumed)
    ends = [part.end for part in reading.parts if part.end is not None and part.change is None]
    if any(end < 0 for end in ends) and not _MAY_BE_NEGATIVE.search(compact(current.name)):
        yield flag("negative", actual=reading.text)
    large = any(not -_FEW < end < _FEW for end in ends) and not any(map(_is_complete, reading.parts))
    if large and previous is not None and previous.actual == current.actual:
        yield flag("repeated", actual=previous.actual)


def _copied(current: IndicatorInYear, judgement: Judgement) -> Iterator[Flag]:
    """An actual equal to its target to the letter, where an exact hit is unlikely: a share, a large number, a sentence."""
    if current.actual != current.target or judgement.status != "achieved":
        return
    if judgement.basis == "text":
        yield flag("actual_equals_target", judgement.reason)
        return
    only = judgement.actual_reading.quantity
    if only is None or only.value is None or only.whole is not None:
        return
    is_share = only.unit.dimension == "percent" and only.value not in (0, 100)
    if is_share or (only.value >= 100 and only.unit.dimension != "percent"):
        yield flag("actual_equals_target")
