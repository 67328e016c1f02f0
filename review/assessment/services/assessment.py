"""What the reviewing office does: confirm, return with named items, comment, claim."""

from collections.abc import Mapping
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from review import clock, holders, permissions, queries
from review.assessment.services import binding, judging, own_items, ratings
from review.background.services import outbox
from review.deadlines.services import deadlines
from review.domain import items, text
from review.domain.events import Event
from review.domain.fields import Required, Writer
from review.domain.refusals import Invalid, NotAllowed
from review.models import (
    Cycle,
    Decision,
    IndicatorYear,
    ItemComment,
    MeasureReview,
    Meeting,
    Rating,
    ReviewState,
    Step,
    User,
    Verdict,
)
from review.models.sheet import ACCEPTING
from review.people.services import proxies
from review.reader_words import problem
from review.trail.services import audit
from review.transition import locked, move, require, require_undecided, tell

CLAIM_LASTS = timedelta(minutes=20)


def confirm(
    *,
    user: User,
    review_id: int,
    round: int,
    comment: str = "",
    overall: ratings.Overall | None = None,
    written: Mapping[str, str] | None = None,
) -> MeasureReview:
    """確認: the sheet goes on to approval, with the reviewer's 総合評価 (without one, as the year's rule proposes) and with
    what the office wrote into its own items: {item key: text}.

    Raises NotAllowed, Invalid, or AlreadyDecided where somebody was first.
    """
    with transaction.atomic():
        review = _at_review(user, review_id, round)
        check_words({"comment": comment})
        parts = binding.require_unchanged(review)
        rated = ratings.rate(user=user, review=review, hand=Rating.Hand.REVIEWER, chosen=overall)
        own_items.write(user, review, Writer.OFFICE, Required.AT_REVIEW, written or {})
        seal = None if written else binding.with_rating(parts, rated)
        made = decided(user, review, Step.REVIEW, Verdict.ACCEPT, comment, seal=seal)
        move(review, ReviewState.REVIEWED)
        review.save()
        tell(Event.SUBMISSION_REVIEWED, user, review, "confirm", sealed=made)
        return review


def confirm_unasked(*, user: User, review_id: int, round: int) -> MeasureReview:
    """確認 among many, without a look at the sheet. Raises Invalid where it raises a question by now; else as `confirm`."""
    with transaction.atomic():
        review = _at_review(user, review_id, round)
        if review.doubts or review.late:
            raise Invalid(_("疑問点があるため、シートを開いて確認してください。"))
        return confirm(user=user, review_id=review_id, round=round)


def send_back(
    *, user: User, review_id: int, round: int, comment: str, remarks: Mapping[str, str] | None = None
) -> MeasureReview:
    """差戻し: only the items in `remarks` ({item key: what is wrong}) open for edit; without any, the whole sheet.

    Raises Invalid where neither a comment nor a remark says why.
    """
    with transaction.atomic():
        review = _at_review(user, review_id, round)
        cleaned = cleaned_remarks(remarks)
        reason = comment.strip() or _summary(cleaned, review.cycle)
        check_words({"comment": comment, **cleaned})
        if not reason:
            raise Invalid(
                _("差戻しの理由を入力するか、項目にコメントを付けてください。"),
                {"comment": _("理由を入力してください。")},
            )
        made = decided(user, review, Step.REVIEW, Verdict.RETURN, reason)
        open_again(user, review, reason=comment.strip(), remarks=cleaned)
        move(review, ReviewState.RETURNED)
        review.save()
        tell(Event.SUBMISSION_RETURNED, user, review, "return", sealed=made, comment=reason, items=sorted(cleaned))
        return review


def _at_review(user: User, review_id: int, round: int) -> MeasureReview:
    review = locked(review_id, user)
    require(permissions.is_reviewer(user, review.cycle.plan_id), _("確認は%(office)sの確認者が行います。"), review)
    require_undecided(review, round=round, step=Step.REVIEW, state=ReviewState.SUBMITTED)
    require(
        permissions.may_review(user, review),
        _("ご自分が提出したシートは確認できません。ほかの確認者に依頼してください。"),
    )
    return review


def decided(
    user: User,
    review: MeasureReview,
    step: Step,
    verdict: Verdict,
    comment: str,
    meeting: Meeting | None = None,
    seal: binding.Parts | None = None,
) -> Decision:
    """The row of a decision on a locked sheet; one that accepts is sealed, with `seal` where the digests are at hand."""
    return Decision.objects.create(
        review=review,
        round=review.round,
        step=step,
        verdict=verdict,
        comment=comment,
        meeting=meeting,
        decided_by=user,
        decided_at=clock.now(),
        on_behalf_of=proxies.represent(user, review, step),
        seal=(binding.seal(review) if seal is None else seal) if verdict in ACCEPTING else {},
    )


def cleaned_remarks(remarks: Mapping[str, str] | None) -> dict[str, str]:
    """The remarks that say something."""
    return {key: text.normal_newlines(body).strip() for key, body in (remarks or {}).items() if body.strip()}


def check_words(words: Mapping[str, str]) -> None:
    """Raise Invalid where a text cannot be stored."""
    problems = {key: sentence for key, body in words.items() if (sentence := problem(body))}
    if problems:
        raise Invalid(_("保存できない文字や長さの項目があります。"), problems)


def _summary(remarks: Mapping[str, str], cycle: Cycle) -> str:
    return "\n".join(f"{items.label_of(key, cycle.form)}: {body}" for key, body in remarks.items())


def open_again(user: User, review: MeasureReview, *, reason: str, remarks: Mapping[str, str]) -> None:
    """Open the named items (all, where none is named) and leave each remark beside its item."""
    review.open_items = sorted(remarks) if remarks else None
    review.again_due_at = deadlines.after_return(review.cycle)
    bodies = {**({"": reason} if reason else {}), **remarks}
    ItemComment.objects.bulk_create(
        ItemComment(
            review=review,
            round=review.round,
            item=key,
            kind=ItemComment.Kind.RETURN,
            body=body,
            author=user,
            created_at=clock.now(),
        )
        for key, body in bodies.items()
    )


# --- remarks, claims, a person's own grade --------------------------------------------------------------------------


def comment(*, user: User, review_id: int, item: str, body: str) -> ItemComment:
    """Say something on an item (or, with '', on the sheet); answers to a return are marked as replies."""
    with transaction.atomic():
        review = locked(review_id, user)
        require(permissions.may_comment(user, review), _("このシートにはコメントできません。"))
        content = text.normal_newlines(body).strip()
        check_words({"body": content})
        if not content:
            raise Invalid(_("コメントを入力してください。"), {"body": _("コメントを入力してください。")})
        answers = ItemComment.objects.filter(review=review, item=item, kind=ItemComment.Kind.RETURN).exists()
        own = review.measure_year.owner_id in holders.standing(user).departments
        made = ItemComment.objects.create(
            review=review,
            round=review.round,
            item=item,
            kind=ItemComment.Kind.REPLY if answers and own else ItemComment.Kind.COMMENT,
            body=content,
            author=user,
            created_at=clock.now(),
        )
        audit.write(actor=user, action="comment", subject=f"review:{review.pk}", after={"item": item, "body": content})
        outbox.announce(Event.COMMENTED, key=str(made.pk), actor=user, review=review, payload={"comment": content})
        return made


def claim(*, user: User, review_id: int) -> None:
    """Show the others that this reviewer is on the sheet; a claim lapses after twenty minutes and stops nobody.

    Taking it up leaves a row in the trail; renewing it, as the open page does by itself, leaves none.
    """
    sheet = MeasureReview.objects.filter(pk=review_id, state=ReviewState.SUBMITTED)
    plan = sheet.values_list("cycle__plan", flat=True).first()
    if plan is None or not permissions.is_reviewer(user, plan):
        return
    now = clock.now()
    lapsed = Q(claimed_by=None) | Q(claimed_at__lt=now - CLAIM_LASTS)
    if sheet.filter(claimed_by=user).exclude(lapsed).update(claimed_at=now):
        return
    with transaction.atomic():
        if sheet.filter(lapsed).update(claimed_by=user, claimed_at=now):
            audit.write(actor=user, action="claim", subject=f"review:{review_id}")


def release(*, user: User, review_id: int) -> None:
    """Let go of one's own claim."""
    with transaction.atomic():
        mine = MeasureReview.objects.filter(pk=review_id, claimed_by=user)
        if mine.update(claimed_by=None, claimed_at=None):
            audit.write(actor=user, action="claim.release", subject=f"review:{review_id}")


def who_is_on(review: MeasureReview) -> User | None:
    """The reviewer who is on the sheet, while the claim lasts."""
    if review.state != ReviewState.SUBMITTED or not review.claimed_at:
        return None
    return review.claimed_by if clock.now() - review.claimed_at < CLAIM_LASTS else None


def give_grade(*, user: User, review_id: int, number: int, grade: str, reason: str) -> IndicatorYear:
    """A person's own 達成区分 for one indicator, beside the computed one; '' takes it back."""
    with transaction.atomic():
        review = locked(review_id, user)
        person = permissions.may_review(user, review) or permissions.may_approve(user, review)
        require(person, _("達成区分は、確認または承認の段階で判断できます。"))
        row = next((r for r in queries.indicator_years(review) if r.indicator.number == number), None)
        if row is None:
            raise NotAllowed(_("その成果目標はありません。"))
        letters = [entry.letter for entry in judging.scale_of(review.cycle).grades]
        if grade and grade not in letters:
            sentence = pgettext("of one goal", "達成区分を選んでください。")
            raise Invalid(sentence, {"grade": sentence})
        if grade and not reason.strip():
            raise Invalid(_("判断の理由を入力してください。"), {"reason": _("判断の理由を入力してください。")})
        check_words({"reason": reason})
        before = {"grade": row.given_grade, "reason": row.given_reason}
        row.given_grade, row.given_reason = grade, reason.strip() if grade else ""
        row.given_by = user if grade else None
        row.save(update_fields=["given_grade", "given_reason", "given_by"])
        audit.write(
            actor=user,
            action="grade.give",
            subject=f"review:{review.pk}",
            before=before,
            after={"number": number, "grade": grade, "reason": reason},
        )
        return row
