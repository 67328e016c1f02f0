"""What the 本部 decides: each sheet, sheets that never came, and the year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from review import holders, permissions
from review.assessment.services import binding, definitions, next_year, own_items, ratings
from review.assessment.services.assessment import check_words, cleaned_remarks, decided, open_again
from review.background.services import outbox
from review.domain import text
from review.domain.events import Event
from review.domain.fields import OPINION, Required, Writer
from review.domain.refusals import AlreadyDecided, Invalid, NotAllowed
from review.models import (
    AuditEntry,
    Cycle,
    CycleState,
    Decision,
    MeasureReview,
    Meeting,
    Outcome,
    Rating,
    ReviewState,
    Step,
    User,
    Verdict,
)
from review.models.sheet import OF_REVIEW
from review.reader_words import city_language, year_label
from review.trail.services import audit
from review.transition import locked, move, require, require_undecided, tell, when_words


@dataclass(frozen=True, kw_only=True)
class Destination:
    """Where an approver's return sends a sheet: to the department or back to review."""

    verdict: Verdict
    state: ReviewState
    label: str


TO_DEPARTMENT = Destination(verdict=Verdict.RETURN, state=ReviewState.RETURNED, label="主管部署")
TO_REVIEW = Destination(verdict=Verdict.RETURN_TO_REVIEW, state=ReviewState.SUBMITTED, label="確認者")


def approve(
    *,
    user: User,
    review_id: int,
    round: int,
    comment: str = "",
    meeting: Meeting | None = None,
    overall: ratings.Overall | None = None,
    opinion: str | None = None,
    written: Mapping[str, str] | None = None,
) -> MeasureReview:
    """承認, with the 本部's 総合評価 (without one, as it stood), its opinion (None leaves what is written) and what it wrote
    into its own items: {item key: text}.

    Raises NotAllowed, Invalid, or AlreadyDecided where somebody was first.
    """
    with transaction.atomic():
        review = _at_approval(user, review_id, round)
        binding.require_unchanged(review)
        next_year.take_effect(review, user)
        ratings.rate(user=user, review=review, hand=Rating.Hand.APPROVER, chosen=overall)
        write_opinion(user, review, opinion)
        own_items.write(user, review, Writer.DECIDERS, Required.AT_DECISION, written or {})
        if review.proposed_outcome:
            drop_proposal(user, review, BY_APPROVAL)
        check_words({"comment": comment})
        # Last, for it is sealed with all that it decides.
        made = decided(user, review, Step.APPROVE, Verdict.ACCEPT, comment, meeting)
        move(review, ReviewState.APPROVED)
        review.save()
        tell(Event.MEASURE_APPROVED, user, review, "approve", sealed=made)
        return review


def send_back(
    *,
    user: User,
    review_id: int,
    round: int,
    to: Destination,
    comment: str,
    remarks: Mapping[str, str] | None = None,
    meeting: Meeting | None = None,
    opinion: str | None = None,
) -> MeasureReview:
    """差戻し from approval, to the department or to review, with a reason."""
    with transaction.atomic():
        review = _at_approval(user, review_id, round)
        check_reason(comment)
        check_words({"comment": comment})
        made = decided(user, review, Step.APPROVE, to.verdict, comment.strip(), meeting)
        write_opinion(user, review, opinion)
        return_sheet(user, review, made, to=to, comment=comment.strip(), remarks=remarks)
        return review


def return_sheet(
    user: User,
    review: MeasureReview,
    decision: Decision,
    *,
    to: Destination,
    comment: str,
    remarks: Mapping[str, str] | None = None,
) -> None:
    """Send a locked sheet back and notify; the caller has recorded the decision: `decision`."""
    cleaned = cleaned_remarks(remarks)
    check_words(cleaned)
    open_again(user, review, reason=comment, remarks=cleaned)
    if to is TO_REVIEW:
        # A new round without a new submission, so that the next review decision is a row of its own.
        review.open_items = None
        review.round += 1
    move(review, to.state)
    review.save()
    words: dict[str, Any] = {"comment": comment, "destination": to.label, "items": sorted(cleaned)}
    tell(Event.APPROVAL_RETURNED, user, review, "approval.return", sealed=decision, **words)
    if to is TO_DEPARTMENT:
        tell(Event.SUBMISSION_RETURNED, user, review, "return.approval", **words)


def _at_approval(user: User, review_id: int, round: int) -> MeasureReview:
    review = locked(review_id, user)
    require(permissions.is_approver(user, review.cycle.plan_id), _("承認は%(body)sの承認者が行います。"), review)
    require_undecided(review, round=round, step=Step.APPROVE, state=ReviewState.REVIEWED)
    require(
        permissions.may_approve(user, review),
        _("ご自分が提出または確認したシートは承認できません。ほかの承認者に依頼してください。"),
    )
    return review


def write_opinion(user: User, review: MeasureReview, opinion: str | None) -> None:
    """本部評価・意見 of a locked sheet; None, or an equal text, writes nothing."""
    year = review.measure_year
    before = year.text(OPINION)
    after = text.normal_newlines(opinion).strip() if opinion is not None else before
    check_words({"opinion": after})
    if after == before:
        return
    year.texts[OPINION] = after
    year.save(update_fields=["texts"])
    audit.write(
        actor=user,
        action="opinion.write",
        subject=f"review:{review.pk}",
        before={"opinion": before},
        after={"opinion": after},
    )


def check_reason(comment: str) -> None:
    """Raise Invalid where a return does not say why."""
    if not comment.strip():
        raise Invalid(_("差戻しの理由を入力してください。"), {"comment": _("差戻しの理由を入力してください。")})


# --- sheets that never came, or that ended in mid-plan --------------------------------------------------------------


def propose_outcome(*, user: User, review_id: int, outcome: Outcome, reason: str) -> MeasureReview:
    """A reviewer proposes to settle the sheet as 未提出 or 対象外; nothing moves until an approver decides."""
    with transaction.atomic():
        review = locked(review_id, user)
        if review.proposed_outcome:
            raise AlreadyDecided(_("もう提案されています。承認者の決定を待つか、承認者に決定を依頼してください。"))
        require(
            permissions.may_propose_outcome(user, review), _("このシートは、未提出・対象外にできる段階ではありません。")
        )
        if outcome not in (Outcome.NOT_SUBMITTED, Outcome.EXCLUDED) or not reason.strip():
            raise Invalid(_("理由を入力してください。"), {"reason": _("理由を入力してください。")})
        check_words({"reason": reason})
        review.proposed_outcome, review.proposed_by = outcome, user
        review.outcome_reason = reason.strip()
        review.save(update_fields=["proposed_outcome", "proposed_by", "outcome_reason"])
        audit.write(user, "outcome.propose", f"review:{review.pk}", after={"outcome": outcome, "reason": reason})
        return review


def decide_outcome(
    *, user: User, review_id: int, accept: bool, comment: str = "", meeting: Meeting | None = None
) -> MeasureReview:
    """An approver decides the proposal, at the 本部's `meeting` where there was one. Accepted, the sheet counts as
    settled; refused, it goes on as before."""
    with transaction.atomic():
        review = locked(review_id, user)
        if not review.proposed_outcome:
            raise AlreadyDecided(_("この提案はもう決められています。"))
        require(
            permissions.may_decide_outcome(user, review),
            _("ご自分の提案は決定できません。ほかの承認者に依頼してください。"),
        )
        if not accept:
            check_words({"comment": comment})
            drop_proposal(user, review, comment, meeting)
            return review
        outcome = Outcome(review.proposed_outcome)
        verdict = Verdict.NOT_SUBMITTED if outcome == Outcome.NOT_SUBMITTED else Verdict.EXCLUDED
        review.round += 1
        review.outcome, review.proposed_outcome = outcome, ""
        move(review, ReviewState.APPROVED)
        review.save()
        made = decided(user, review, Step.SETTLE, verdict, review.outcome_reason, meeting)
        with city_language():
            word = str(outcome.label)
        tell(Event.MEASURE_SETTLED, user, review, "settle", sealed=made, outcome=word, comment=review.outcome_reason)
        return review


#: What a proposal gives way to without a decision of its own.
BY_APPROVAL = gettext_lazy("承認されたため、提案はなくなりました。")
BY_SUBMISSION = gettext_lazy("提出されたため、提案はなくなりました。")


def drop_proposal(user: User, review: MeasureReview, comment: Any, meeting: Meeting | None = None) -> None:
    """End the proposal on the locked sheet, because it was refused or because `user` acted otherwise; notify its author."""
    with city_language():
        refused, reason = str(Outcome(review.proposed_outcome).label), str(comment)
    review.proposed_outcome, review.proposed_by, review.outcome_reason = "", None, ""
    review.save(update_fields=["proposed_outcome", "proposed_by", "outcome_reason"])
    entry = audit.write(
        actor=user,
        action="outcome.refuse",
        subject=f"review:{review.pk}",
        after={"outcome": refused, "comment": reason, "meeting": meeting.pk if meeting else None},
    )
    # A proposal may be made and refused again in the same round: the audit row tells the occasions apart.
    outbox.announce(
        Event.OUTCOME_REFUSED,
        key=f"{review.pk}:{entry.pk}",
        actor=user,
        review=review,
        payload={"outcome": refused, "comment": reason.strip() or "(記載なし)"},
    )


# --- the year ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class YearReturn:
    """One sheet that the year's decision sends back, at the 本部's meeting where there was one."""

    review_id: int
    to: Destination
    comment: str
    meeting: Meeting | None = None


def check_year_decision(*, user: User, cycle_id: int, returns: Sequence[YearReturn]) -> Cycle:
    """The locked cycle, if the user may decide the year now. Raises NotAllowed, AlreadyDecided or Invalid."""
    cycle = Cycle.objects.select_for_update(no_key=True).get(pk=cycle_id)
    holders.standing(user, fresh=True)
    sentence = _("公表の決定は、%(body)sの承認者が行います。代決はできません。")
    require(permissions.approves_in_person(user, cycle.plan_id), sentence, cycle)
    require_year_undecided(cycle)
    touched = MeasureReview.objects.filter(cycle=cycle, submissions__submitted_by=user)
    reviewed = Decision.objects.filter(OF_REVIEW, review__cycle=cycle)
    if touched.exists() or (reviewed.filter(decided_by=user) | reviewed.filter(on_behalf_of=user)).exists():
        raise NotAllowed(
            _("ご自分が提出または確認したシートを含む年度は決定できません。ほかの承認者に依頼してください。")
        )
    if any(not entry.comment.strip() for entry in returns):
        raise Invalid(_("差し戻すシートごとに理由を入力してください。"), {"comment": _("理由を入力してください。")})
    if not returns:
        binding.require_year_unchanged(cycle)
        definitions.require_confirmed(cycle)
    return cycle


#: What takes a year out of waiting for its decision.
_YEAR_ACTS = ("cycle.decide", "cycle.return", "cycle.wait_again")


def require_year_undecided(cycle: Cycle) -> None:
    """Raise AlreadyDecided, with who decided and when, where the year does not wait for its decision (any more)."""
    if cycle.state == CycleState.DECIDING:
        return
    sentence = _("%(year)sの決定は済んでいます(今は「%(state)s」です)。") % {
        "year": year_label(cycle.fiscal_year),
        "state": cycle.get_state_display(),
    }
    acts = AuditEntry.objects.filter(subject=f"cycle:{cycle.pk}", action__in=_YEAR_ACTS)
    act = acts.order_by("-pk").first()
    person = User.objects.filter(key=act.actor_key).first() if act and act.actor_key else None
    if act is None or person is None:
        raise AlreadyDecided(sentence)
    at = when_words(act.at)
    if act.action == "cycle.wait_again":
        message = _(
            "%(who)sさんが%(at)sに %(code)s の承認を取り消したため、公表を決定できる段階ではなくなりました。"
            "すべての施策がもう一度承認されると、決定できます。"
        )
        raise AlreadyDecided(message % {"who": person, "at": at, "code": act.after["code"]}, by=str(person), at=at)
    message = _("%(who)sさんが%(at)sに決定しました。") % {"who": person, "at": at}
    raise AlreadyDecided(f"{sentence}{message}", by=str(person), at=at)


def return_from_year(
    *, user: User, review_id: int, to: Destination, comment: str, meeting: Meeting | None = None
) -> MeasureReview:
    """Send one approved sheet back by the year's decision. Repeatable: a sheet that already went back stays there."""
    with transaction.atomic():
        review = locked(review_id, user)
        if review.state != ReviewState.APPROVED:
            return review
        check_words({"comment": comment})
        made = decided(user, review, Step.YEAR, to.verdict, comment, meeting)
        review.outcome, review.outcome_reason = Outcome.REPORTED, ""
        return_sheet(user, review, made, to=to, comment=comment)
        return review
