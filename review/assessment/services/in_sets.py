"""確認 and 承認 of many sheets at once, for those on which nothing but the decision itself is to be written.

Whatever asks for more (a proxy's decision, a request for the next year, a 総合評価 by hand, an item still to fill in, a
proposal to settle) or would be refused is left to the single step, which decides or says why not. What a set leaves
behind is row by row what the single step leaves (tests/workflow/test_in_sets.py).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from django.db.models import F

from review import clock, holders, permissions, queries
from review.assessment.services import binding, ratings
from review.domain import sheet_form
from review.domain.events import Event
from review.domain.fields import Required
from review.models import (
    Decision,
    IndicatorYear,
    MeasureReview,
    Meeting,
    Rating,
    ReviewState,
    Role,
    Step,
    TargetChange,
    User,
    Verdict,
)
from review.transition import tell_all


@dataclass(frozen=True, kw_only=True)
class Act:
    """One step that many sheets can take together."""

    step: Step
    role: Role
    hand: Rating.Hand
    before: ReviewState
    after: ReviewState
    needs: Required
    event: Event
    action: str
    #: whether a sheet that raises a question is not for a set
    unasked: bool = False


CONFIRM = Act(
    step=Step.REVIEW,
    role=Role.REVIEWER,
    hand=Rating.Hand.REVIEWER,
    before=ReviewState.SUBMITTED,
    after=ReviewState.REVIEWED,
    needs=Required.AT_REVIEW,
    event=Event.SUBMISSION_REVIEWED,
    action="confirm",
)
CONFIRM_UNASKED = replace(CONFIRM, unasked=True)
APPROVE = Act(
    step=Step.APPROVE,
    role=Role.APPROVER,
    hand=Rating.Hand.APPROVER,
    before=ReviewState.REVIEWED,
    after=ReviewState.APPROVED,
    needs=Required.AT_DECISION,
    event=Event.MEASURE_APPROVED,
    action="approve",
)


def take(act: Act, *, user: User, rounds: Mapping[int, int], meeting: Meeting | None = None) -> list[MeasureReview]:
    """Accept those of the sheets {id: round seen} of one year that only the decision moves, in the caller's transaction;
    those are returned. Some thirty queries, and one for forty sheets."""
    holders.standing(user, fresh=True)
    locked = MeasureReview.objects.filter(pk__in=rounds).order_by("pk").select_for_update(no_key=True)
    numbers = list(locked.values_list("pk", flat=True))
    sheets = Sheets(act, user, list(queries.reviews(MeasureReview.objects.filter(pk__in=numbers))))
    plain = sheets.plain(rounds)
    rated = {rating.review_id: rating for rating in Rating.objects.bulk_create(sheets.ratings_of(plain))}
    # Last, for it is sealed with all that it decides.
    seals = {pk: binding.with_rating(sheets.parts[pk], rating) for pk, rating in rated.items()}
    made = Decision.objects.bulk_create(
        Decision(
            review=sheet,
            round=sheet.round,
            step=act.step,
            verdict=Verdict.ACCEPT,
            decided_by=user,
            decided_at=clock.now(),
            meeting=meeting,
            seal=seals.get(sheet.pk, sheets.parts[sheet.pk]),
        )
        for sheet in plain
    )
    now = clock.now()
    moved = {"state": act.after, "state_since": now, "claimed_by": None, "claimed_at": None}
    MeasureReview.objects.filter(pk__in=[sheet.pk for sheet in plain]).update(**moved)
    for sheet in plain:
        sheet.state, sheet.state_since = act.after, now
    tell_all(act.event, user, act.action, made)
    return plain


class Sheets:
    """The locked sheets, with what the decision rests on, each kind read at once."""

    def __init__(self, act: Act, user: User, sheets: list[MeasureReview]) -> None:
        self.act, self.user, self.sheets = act, user, sheets
        self.numbers = [sheet.pk for sheet in sheets]
        #: {sheet: the digests of what it holds now}, of those that nothing else stops
        self.parts: dict[int, binding.Parts] = {}

    def plain(self, rounds: Mapping[int, int]) -> list[MeasureReview]:
        """Those that the decision alone moves, in order of their numbers."""
        waiting = [one for one in self.sheets if one.state == self.act.before and rounds.get(one.pk) == one.round]
        if not waiting or len({one.cycle_id for one in waiting}) > 1:
            return []
        plan = waiting[0].cycle.plan_id
        if holders.standing(self.user).within(plan).capacities(self.act.role) != (None,):
            return []
        barred = permissions.barred(self.user, plan, [one.pk for one in waiting], self.act.step)
        free = [one for one in waiting if one.pk not in barred and not self._asks_for_more(one)]
        self.parts = binding.parts_of(free)
        differing = binding.changed_among(free, self.parts)
        return sorted((one for one in free if one.pk not in differing), key=lambda sheet: sheet.pk)

    def ratings_of(self, sheets: Iterable[MeasureReview]) -> list[Rating]:
        """The 総合評価 that the decision writes down, of those on which something is judged."""
        stands = [self.stands[sheet.pk] for sheet in sheets]
        return [one.row(self.user) for one in stands if one.is_written]

    def _asks_for_more(self, sheet: MeasureReview) -> bool:
        due = [one.key for one in sheet_form.own(sheet.cycle.form) if one.required == self.act.needs]
        if any(not sheet.measure_year.text(key).strip() for key in due) or self.stands[sheet.pk].changes:
            return True
        if self.act.unasked and (sheet.doubts or sheet.late):
            return True
        return self.act is APPROVE and (bool(sheet.proposed_outcome) or sheet.pk in self._requesting)

    @cached_property
    def _requesting(self) -> set[int]:
        """Those that ask for something of the next year."""
        return set(TargetChange.objects.filter(review__in=self.numbers).values_list("review_id", flat=True))

    @cached_property
    def stands(self) -> dict[int, ratings.Proposal]:
        """{sheet: the 総合評価 as the act's hand takes it over}. Two queries."""
        measures = {sheet.measure_year.measure_id: sheet for sheet in self.sheets}
        year = IndicatorYear.objects.filter(
            indicator__measure__years__review__in=self.numbers, fiscal_year=F("indicator__measure__years__fiscal_year")
        ).select_related("indicator")
        goals: dict[int, list[IndicatorYear]] = {sheet.pk: [] for sheet in self.sheets}
        for row in year.order_by("indicator__number"):
            goals[measures[row.indicator.measure_id].pk].append(row)
        rated = queries.counted_ratings(MeasureReview.objects.filter(pk__in=self.numbers))
        return {
            sheet.pk: ratings.Proposal.of(sheet, self.act.hand, goals[sheet.pk], rated.get(sheet.pk, {}))
            for sheet in self.sheets
        }
