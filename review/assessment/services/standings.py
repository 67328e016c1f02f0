"""How the year's sheets stand: the 総合評価 that counts, why a sheet needs a word before it is approved, the order in
which a meeting goes through them, and last year's grades on the same base."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, partial
from typing import NamedTuple

from django.utils.translation import gettext_lazy

from review import listing, queries
from review.assessment.services import judging, ratings
from review.assessment.services.ratings import Standing
from review.domain import rating
from review.models import Cycle, CycleState, Rating, ReviewState
from review.models.sheet import OPEN_STATES

REASONS = {
    "missed": gettext_lazy("未達成"),
    "undetermined": gettext_lazy("評価できない"),
    "jump": gettext_lazy("大きな変化"),
    "given": gettext_lazy("判断による達成区分"),
    "rated": gettext_lazy("総合評価の変更"),
}


Reasons = tuple[tuple[str, int], ...]
Rule = Callable[[tuple[listing.Mark, ...]], tuple[Standing, Reasons]]


class Sheet(NamedTuple):
    """As much of one sheet as the totals need."""

    pk: int
    state: str
    outcome: str
    part: listing.Part
    doubts: int
    measure: int
    round: int
    proposed: bool
    #: whether `user` of `sheets_of` submitted it or had a hand in its review
    own: bool
    goals: listing.Goals
    rated: Standing
    reasons: Reasons

    @property
    def marks(self) -> Sequence[listing.Mark]:
        return self.goals.marks

    @property
    def waits(self) -> bool:
        return self.state == ReviewState.REVIEWED.value

    @property
    def submitted(self) -> bool:
        """Whether its results are the department's word; a draft or a returned sheet is no result yet."""
        return not self.outcome and self.state not in OPEN_STATES


NO_GOALS = listing.Goals([], [])


def sheets_of(cycle: Cycle, goals: listing.Years | None = None, *, user: int = 0) -> dict[int, Sheet]:
    """Every sheet of the year by its number, in order of 施策ID. Two queries with the year's `goals` at hand, else three."""
    rule = ruled(cycle)
    by_measure = (goals or listing.goals_of(cycle.plan_id, cycle.fiscal_year))[cycle.fiscal_year]
    rated = listing.ratings_of_year(cycle)
    sheets = {}
    part = cache(listing.Part)
    rows = listing.standing_sheets(cycle=cycle.pk, user=user)
    for pk, state, outcome, doubts, measure, seen, proposed, own, *at in rows:
        its = by_measure.get(measure, NO_GOALS)
        judgement = judged(tuple(its.marks), outcome, rated.get(pk), rule)
        sheets[pk] = Sheet(pk, state, outcome, part(*at), doubts, measure, seen, bool(proposed), own, its, *judgement)
    return sheets


def judged(
    marks: tuple[listing.Mark, ...], outcome: str, by_hand: Mapping[str, Rating] | None, rule: Rule
) -> tuple[Standing, Reasons]:
    """The 総合評価 that counts, and why the sheet needs a word before it is approved."""
    if outcome:
        return ratings.standing("", None), ()
    stands, reasons = rule(marks)
    if not by_hand:
        return stands, reasons
    stands = ratings.standing(stands.proposed, by_hand)
    return stands, reasons_of(marks, stands)


def ruled(cycle: Cycle) -> Rule:
    """`by_rule` of the year's scale, each row of marks once: a thousand sheets come to a few dozen different ones."""
    return cache(partial(by_rule, scale=judging.scale_of(cycle)))


def by_rule(marks: tuple[listing.Mark, ...], *, scale: rating.Scale) -> tuple[Standing, Reasons]:
    """The same without a person's word."""
    known = {grade.letter: grade for grade in scale.grades}
    overall = rating.overall([known.get(mark.grade) for mark in marks], scale)
    stands = ratings.standing(overall.letter if overall else "", None)
    return stands, reasons_of(marks, stands)


def reasons_of(marks: Sequence[listing.Mark], stands: Standing) -> Reasons:
    """(code, number of 成果目標) of each reason, in the order of REASONS."""
    counts = Counter(mark.status for mark in marks if mark.status in REASONS)
    counts["jump"] = sum(mark.jump for mark in marks)
    counts["given"] = sum(mark.given for mark in marks)
    counts["rated"] = int(stands.overridden)
    return tuple((code, counts[code]) for code in REASONS if counts[code])


# --- a meeting goes through them -------------------------------------------------------------------------------------

BEFORE_THE_BODY = (ReviewState.REVIEWED, ReviewState.APPROVED, ReviewState.PUBLISHED)


def in_order(sheets: Iterable[Sheet]) -> list[Sheet]:
    """Those that come before the 本部: first what needs a word (未達成 the farthest from its target first, 評価できない, the
    other reasons), then what needs none, by 施策ID. No query."""
    come = [sheet for sheet in sheets if not sheet.outcome and sheet.state in BEFORE_THE_BODY]
    return sorted(come, key=lambda sheet: _urgency(sheet, sheet.goals.farthest))


def _urgency(sheet: Sheet, rate: Decimal | None) -> tuple[int, Decimal, int]:
    """What comes first is smallest; a missed goal without a rate stands behind those that have one."""
    first = next((code for code, _number in sheet.reasons), "")
    place = list(REASONS).index(first) if first else len(REASONS)
    return place, rate if rate is not None and first == "missed" else Decimal("Infinity"), -sheet.doubts * bool(first)


# --- against last year -----------------------------------------------------------------------------------------------


class Pair(NamedTuple):
    """{grade: number} of the same things in this year and in the one before."""

    now: Counter[str]
    before: Counter[str]

    @classmethod
    def of(cls, grades: Iterable[tuple[str, str]]) -> Pair:
        """Of (this year's, last year's), those left out that have not both."""
        both = [(now, before) for now, before in grades if now and before]
        return cls(Counter(now for now, _before in both), Counter(before for _now, before in both))


class Before(NamedTuple):
    """The year before: {measure: its 総合評価, the marks below it, the scale of its letters}, and {成果目標: 達成区分}."""

    overall: Mapping[int, tuple[str, Sequence[listing.Mark], rating.Scale]]
    goals: Mapping[int, str]


class Grades(NamedTuple):
    """{grade: number} of the 施策 by 総合評価 and of their 成果目標 by 達成区分."""

    measures: Counter[str]
    goals: Counter[str]


def grades_of(sheets: Iterable[Sheet]) -> Grades:
    """Of those that were submitted."""
    submitted = [sheet for sheet in sheets if sheet.submitted]
    goals = Counter(mark.grade for sheet in submitted for mark in sheet.marks if mark.grade)
    return Grades(Counter(sheet.rated.grade for sheet in submitted if sheet.rated.grade), goals)


@dataclass(frozen=True, kw_only=True)
class SameBase:
    """What has a grade in both years: 施策 by 総合評価, their 成果目標 by 達成区分, and these by 分野."""

    measures: Pair
    goals: Pair
    fields: Mapping[listing.Part, Pair]


def same_base(cycle: Cycle, sheets: Iterable[Sheet], before: Before) -> SameBase:
    """This year's grades of those of these sheets that were submitted, beside last year's (`before`: `overall_before`). No
    query."""
    counted = {sheet.measure: sheet for sheet in sheets if sheet.submitted}
    letters = {grade.letter for grade in judging.scale_of(cycle).grades}
    rows = [
        (sheet.part, mark.grade, before.goals[number])
        for sheet in counted.values()
        for number, mark in zip(sheet.goals.numbers, sheet.marks, strict=True)
        if before.goals.get(number) in letters
    ]
    fields: dict[listing.Part, list[tuple[str, str]]] = {}
    for field, *grades in rows:
        fields.setdefault(field, []).append((grades[0], grades[1]))
    overall = {measure: grade for measure, (grade, *_) in before.overall.items() if grade in letters}
    return SameBase(
        measures=Pair.of((sheet.rated.grade, overall.get(measure, "")) for measure, sheet in counted.items()),
        goals=Pair.of((now, earlier) for _field, now, earlier in rows),
        fields={field: Pair.of(pairs) for field, pairs in fields.items()},
    )


def overall_before(cycle: Cycle, goals: listing.Years | None = None) -> Before:
    """As the year before was published here, else what this year's rule makes of it. Four queries at most, two with the
    `goals` of both years at hand."""
    goals = goals or listing.goals_of(cycle.plan_id, cycle.fiscal_year)
    earlier = goals[cycle.fiscal_year - 1]
    grades = {
        number: mark.grade for its in earlier.values() for number, mark in zip(its.numbers, its.marks, strict=True)
    }
    before = queries.cycle_of(cycle.plan.short_name, cycle.fiscal_year - 1)
    if before is not None and before.state == CycleState.PUBLISHED:
        scale, sheets = judging.scale_of(before), sheets_of(before, goals).values()
        return Before({one.measure: (one.rated.grade, one.marks, scale) for one in sheets if one.submitted}, grades)
    scale, rule = judging.scale_of(cycle), ruled(cycle)
    rated = {measure: (rule(tuple(its.marks))[0].grade, its.marks, scale) for measure, its in earlier.items()}
    return Before(rated, grades)
