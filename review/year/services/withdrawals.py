"""取消し: a reviewer takes back a 確認 until an approver has acted on it, an approver an 承認 until the year is decided.

Each is a decision of its own that ends the pass; the sheet waits anew for the step that was taken back. What an approval
changed in the year to come stays until the next one, as with a return.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from review import clock, permissions
from review.assessment.services import approval
from review.assessment.services.assessment import check_words, decided
from review.domain import text
from review.domain.events import Event
from review.domain.refusals import Invalid
from review.models import Cycle, CycleState, Decision, MeasureReview, RecordedDecision, ReviewState, Step, User
from review.models.sheet import TAKES_BACK
from review.transition import locked, move, require, require_undecided, tell
from review.year.services import cycles


def withdraw_review(*, user: User, review_id: int, round: int, comment: str) -> MeasureReview:
    """確認の取消し: the sheet waits for 確認 again, without a new submission.

    Raises NotAllowed, Invalid without a reason, or AlreadyDecided where an approver was first.
    """
    with transaction.atomic():
        review = locked(review_id, user)
        require(
            permissions.is_reviewer(user, review.cycle.plan_id),
            _("確認の取消しは、%(office)sの確認者が行います。"),
            review,
        )
        require_undecided(review, round=round, step=Step.APPROVE, state=ReviewState.REVIEWED)
        require(permissions.may_withdraw_review(user, review), not_yours(review))
        reason = _reason(comment)
        made = _decide(user, review, reason)
        # A record of a meeting refers to the sheet as it was confirmed.
        RecordedDecision.objects.filter(review=review, closed_at=None).update(closed_at=clock.now())
        move(review, ReviewState.SUBMITTED)
        review.save()
        tell(Event.REVIEW_WITHDRAWN, user, review, "confirm.withdraw", sealed=made, comment=reason)
        return review


def withdraw_approval(*, user: User, review_id: int, round: int, comment: str) -> MeasureReview:
    """承認の取消し: the sheet waits for 承認 again, and a year that waited for its decision waits for the sheet.

    The caller holds the year. Raises NotAllowed, Invalid without a reason, or AlreadyDecided where the year was decided.
    """
    with transaction.atomic():
        cycle = Cycle.objects.select_for_update(no_key=True).get(reviews=review_id)
        review = locked(review_id, user)
        require(permissions.is_approver(user, cycle.plan_id), _("承認の取消しは、%(body)sの承認者が行います。"), review)
        if cycle.state != CycleState.OPEN:
            approval.require_year_undecided(cycle)
        require_undecided(review, round=round, step=Step.YEAR, state=ReviewState.APPROVED)
        require(permissions.may_withdraw_approval(user, review), not_yours(review))
        reason = _reason(comment)
        made = _decide(user, review, reason)
        move(review, ReviewState.REVIEWED)
        review.save()
        tell(Event.APPROVAL_WITHDRAWN, user, review, "approve.withdraw", sealed=made, comment=reason)
        cycles.wait_again(user=user, cycle=cycle, review=review)
        return review


def not_yours(review: MeasureReview) -> str:
    """Whose decision it is, and so who can take it back."""
    if review.outcome:
        return _("「未提出」「対象外」の決定は、ここでは取り消せません。公表の決定で差し戻してください。")
    decision = review.standing_decision(review.decisions.select_related("decided_by", "on_behalf_of"))
    if decision is None:
        return _("取り消せる決定がありません。画面を開き直して確かめてください。")
    who = decision.on_behalf_of or decision.decided_by
    return _(
        "%(who)sさんの決定です。取り消せるのは、本人と、期間中の代決者です。本人がその役割にいないときは、ほかの人も取り消せます。"
    ) % {"who": who}


def _reason(comment: str) -> str:
    reason = text.normal_newlines(comment).strip()
    check_words({"comment": reason})
    if not reason:
        sentence = _("取り消す理由を入力してください。")
        raise Invalid(sentence, {"comment": sentence})
    return reason


def _decide(user: User, review: MeasureReview, reason: str) -> Decision:
    """Record the withdrawal, and begin the next pass; the caller moves the sheet and saves it."""
    made = decided(user, review, Step.WITHDRAW, TAKES_BACK[ReviewState(review.state)], reason)
    review.round += 1
    return made
