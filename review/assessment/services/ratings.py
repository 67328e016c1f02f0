"""総合評価: the year's rule proposes, each hand may differ with a reason, and the latest hand counts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from review import clock, queries
from review.assessment.services import judging
from review.domain.refusals import Invalid
from review.models import IndicatorYear, MeasureReview, Rating, User
from review.reader_words import problem
from review.trail.services import audit


@dataclass(frozen=True, kw_only=True)
class Overall:
    """A person's own 総合評価, and why."""

    grade: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The 総合評価 that counts now: the latest hand's, else the rule's proposal."""

    grade: str
    proposed: str
    reason: str = ""

    @property
    def overridden(self) -> bool:
        """Whether a person's grade differs from the rule's."""
        return self.grade != self.proposed


def standing(proposed: str, by_hand: Mapping[str, Rating] | None) -> Standing:
    """What counts, from the proposal and from `queries.counted_ratings` of the sheet; never the 自己評価."""
    hands = [row for hand, row in (by_hand or {}).items() if hand != Rating.Hand.DEPARTMENT]
    if not hands:
        return Standing(grade=proposed, proposed=proposed)
    latest = max(hands, key=lambda row: (row.given_at, row.pk))
    return Standing(grade=latest.grade, proposed=proposed, reason=latest.reason)


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A hand's 総合評価 before it is written down: what the rule proposes, what stood, what is given now."""

    review: MeasureReview
    hand: str
    proposed: str
    before: Standing
    given: Overall

    @classmethod
    def of(
        cls,
        review: MeasureReview,
        hand: str,
        goals: Iterable[IndicatorYear],
        by_hand: Mapping[str, Rating],
        chosen: Overall | None = None,
    ) -> "Proposal":
        """From the sheet's 成果目標 of the year and `queries.ratings_of` it; without a choice, the one that stood."""
        graded = judging.proposed(goals, judging.scale_of(review.cycle))
        proposed = graded.letter if graded else ""
        before = standing(proposed, by_hand)
        given = chosen or _unchanged(before, hand)
        return cls(review=review, hand=hand, proposed=proposed, before=before, given=given)

    @property
    def is_written(self) -> bool:
        """Whether anything on the sheet is judged at all."""
        return not self.review.outcome and bool(self.given.grade or self.proposed)

    @property
    def changes(self) -> bool:
        """Whether another 総合評価 counts from now on."""
        return self.is_written and self.given.grade != self.before.grade

    def row(self, user: User) -> Rating:
        """The row, not stored yet."""
        return Rating(
            review=self.review,
            hand=self.hand,
            grade=self.given.grade,
            proposed_grade=self.proposed,
            reason=self.given.reason.strip(),
            given_by=user,
            given_at=clock.now(),
        )


def rate(*, user: User, review: MeasureReview, hand: str, chosen: Overall | None) -> Rating | None:
    """Write down the hand's 総合評価 of a locked sheet, in the caller's transaction; without a choice, the one that stood.

    None where nothing on the sheet is judged. Raises Invalid where the grade is unknown or differs without a reason.
    """
    one = Proposal.of(review, hand, queries.indicator_years(review), queries.ratings_of(review), chosen)
    if not one.is_written:
        return None
    check(one.given, letters=[grade.letter for grade in judging.scale_of(review.cycle).grades], proposed=one.proposed)
    made = one.row(user)
    made.save(force_insert=True)
    if one.changes:
        before, after = {"grade": one.before.grade}, {"hand": hand, "grade": made.grade, "proposed": one.proposed}
        after["reason"] = made.reason
        audit.write(actor=user, action="rating.give", subject=f"review:{review.pk}", before=before, after=after)
    return made


def _unchanged(before: Standing, hand: str) -> Overall:
    """The default: the rule's grade for the reviewer, the reviewer's for the approver."""
    if hand == Rating.Hand.APPROVER:
        return Overall(grade=before.grade, reason=before.reason if before.overridden else "")
    return Overall(grade=before.proposed)


def last_own(review: MeasureReview) -> Overall | None:
    """The department's grade in its last submission, where it was not the rule's: the next form begins with it. One query."""
    row = Rating.objects.filter(review=review, hand=Rating.Hand.DEPARTMENT).order_by("given_at", "pk").last()
    return Overall(grade=row.grade, reason=row.reason) if row and row.grade != row.proposed_grade else None


def check(given: Overall, *, letters: list[str], proposed: str) -> None:
    """Raise Invalid where the 総合評価 cannot be stored."""
    if given.grade not in letters:
        raise Invalid(_("総合評価を選んでください。"), {"overall": _("総合評価を選んでください。")})
    if given.grade != proposed and not given.reason.strip():
        sentence = _("案と違う総合評価にするときは、理由を入力してください。")
        raise Invalid(sentence, {"overall_reason": sentence})
    if message := problem(given.reason):
        raise Invalid(message, {"overall_reason": message})
