"""外部評価の意見 on a sheet: recorded by the 事務局 while the year runs; what is published with the year stays as it is."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from review import beside, clock, permissions
from review.domain.refusals import AlreadyDecided, Invalid
from review.domain.text import normal_newlines
from review.models import CycleState, MeasureReview, Opinion, User
from review.reader_words import problem
from review.trail.services import audit
from review.transition import locked, require

LONGEST, LONGEST_GIVER = 4000, 100


def standing(review: MeasureReview) -> list[Opinion]:
    """The sheet's opinions that were not withdrawn, in the order of their days. One query."""
    rows = Opinion.objects.filter(review=review, withdrawn_at=None).select_related("recorded_by")
    return beside.read_once(review, "opinions", lambda: list(rows))


def may_record(user: User, review: MeasureReview) -> bool:
    """Whether the person can record or withdraw an opinion on the sheet now."""
    return permissions.is_reviewer(user, review.cycle.plan_id) and review.cycle.state in (
        CycleState.OPEN,
        CycleState.DECIDING,
    )


def record(*, user: User, review_id: int, giver: str, given_on: date, text: str) -> Opinion:
    """Keep an opinion. Raises NotAllowed, AlreadyDecided once the year is decided, or Invalid by field."""
    with transaction.atomic():
        review = _held(user, review_id)
        giver, text = giver.strip(), normal_newlines(text).strip()
        problems = {}
        for name, value, most in (("giver", giver, LONGEST_GIVER), ("text", text, LONGEST)):
            if not value or len(value) > most or problem(value):
                problems[name] = problem(value) or _("%(most)s文字以内で入力してください。") % {"most": most}
        if given_on > clock.today():
            problems["given_on"] = _("今日までの日付を入力してください。")
        if problems:
            raise Invalid(_("外部評価の意見を確かめてください。"), problems)
        made = Opinion.objects.create(
            review=review, giver=giver, given_on=given_on, text=text, recorded_by=user, recorded_at=clock.now()
        )
        _tell(user, made, "external_opinion.record")
        return made


def withdraw(*, user: User, pk: int) -> Opinion:
    """Take back an opinion recorded by mistake; the row stays. Raises NotAllowed, or AlreadyDecided."""
    with transaction.atomic():
        review = _held(user, Opinion.objects.get(pk=pk).review_id)
        row = Opinion.objects.select_for_update(no_key=True).get(pk=pk, review=review)
        if row.withdrawn_at:
            raise AlreadyDecided(_("この意見はもう取り消されています。"))
        row.withdrawn_by, row.withdrawn_at = user, clock.now()
        row.save(update_fields=["withdrawn_by", "withdrawn_at"])
        _tell(user, row, "external_opinion.withdraw")
        return row


def _held(user: User, review_id: int) -> MeasureReview:
    review = locked(review_id, user)
    require(
        permissions.is_reviewer(user, review.cycle.plan_id),
        _("外部評価の意見は、%(office)sの確認者が記録します。"),
        review,
    )
    if not may_record(user, review):
        raise AlreadyDecided(_("外部評価の意見は、年度が始まってから公表を決定するまでのあいだに記録します。"))
    return review


def _tell(user: User, row: Opinion, action: str) -> None:
    after = {"opinion": row.pk, "giver": row.giver, "given_on": row.given_on.isoformat(), "text": row.text}
    audit.write(actor=user, action=action, subject=f"review:{row.review_id}", after=after)
