"""One sheet in one year's review: its state, submissions, comments and decisions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.fields.json import KeyTransform
from django.utils.translation import gettext_lazy as _

from review.models.cycle import Cycle
from review.models.plan import IndicatorYear, MeasureYear
from review.models.scope import Row, Scope, SheetQuerySet


class ReviewState(models.TextChoices):
    """Where a sheet stands. Screens read this; the flow only says who may act next."""

    NOT_STARTED = "not_started", _("未着手")
    EDITING = "editing", _("入力中")
    ENDORSING = "endorsing", _("所属長確認中")
    SUBMITTED = "submitted", _("提出済")
    RETURNED = "returned", _("差戻し")
    REVIEWED = "reviewed", _("確認済")
    APPROVED = "approved", _("承認済")
    PUBLISHED = "published", _("公表済")


OPEN_STATES = (ReviewState.NOT_STARTED, ReviewState.EDITING, ReviewState.RETURNED)


class Outcome(models.TextChoices):
    """How a sheet ended: as reported, or settled with a reason so that the year does not hang."""

    REPORTED = "", _("報告")
    NOT_SUBMITTED = "not_submitted", _("未提出")
    EXCLUDED = "excluded", _("対象外")


class MeasureReview(models.Model):
    """One sheet's way through one cycle.

    `round` counts passes: it rises with every submission, every return from approval to review and every withdrawal of
    a decision, so that each decision is one row, unique per (review, round, step). `version` rises with every saved draft: a stale form is
    refused. `open_items` lists the item keys that a return opened; null means the whole sheet is open. `assigned_to` is
    the colleague to whom the work on the sheet was handed over; it gives no right, the post does.
    """

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="reviews")
    measure_year = models.OneToOneField(MeasureYear, on_delete=models.PROTECT, related_name="review")
    state = models.CharField(_("状態"), max_length=12, choices=ReviewState, default=ReviewState.NOT_STARTED)
    outcome = models.CharField(_("結果"), max_length=14, choices=Outcome, blank=True, default="")
    outcome_reason = models.TextField(_("未提出・対象外の理由"), blank=True)
    proposed_outcome = models.CharField(_("提案された結果"), max_length=14, choices=Outcome, blank=True, default="")
    proposed_by = models.ForeignKey("review.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    round = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=0)
    open_items = models.JSONField(null=True, blank=True)
    submitted_by = models.ForeignKey("review.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True)
    late = models.BooleanField(_("期限後"), default=False)
    extended_until = models.DateTimeField(_("延長期限"), null=True, blank=True)
    extension_reason = models.TextField(_("延長の理由"), blank=True)
    again_due_at = models.DateTimeField(_("再提出の期限"), null=True, blank=True)
    state_since = models.DateTimeField()
    doubts = models.PositiveIntegerField(default=0)
    claimed_by = models.ForeignKey("review.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    claimed_at = models.DateTimeField(null=True, blank=True)
    assigned_to = models.ForeignKey(
        "review.User",
        verbose_name=_("引き継いだ担当者"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    objects = SheetQuerySet.as_manager()

    # What `queries.full_reviews` puts there.
    years_by_number: dict[int, list[IndicatorYear]]
    ratings_by_hand: dict[str, Any]
    opinions_heard: list[Any]

    class Meta:
        verbose_name = _("施策シート")
        verbose_name_plural = _("施策シート")
        ordering = ["measure_year__measure__sort_key"]
        indexes = [models.Index(fields=["cycle", "state"])]
        constraints = [
            models.CheckConstraint(condition=Q(outcome="") | ~Q(outcome_reason=""), name="outcome_has_reason"),
            models.CheckConstraint(
                condition=Q(extended_until=None) | ~Q(extension_reason=""), name="extension_has_reason"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["submitted", "reviewed"]) | Q(round__gte=1), name="submitted_sheet_has_round"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure_year_id} {self.state}"

    @property
    def due_at(self) -> datetime | None:
        """提出期限 of this sheet: the department's or the year's, its own extension, and, once returned, 再提出の期限."""
        again = self.again_due_at if self.state == ReviewState.RETURNED else None
        return _latest(self._deadline("due_at"), self.extended_until, again)

    @property
    def closes_at(self) -> datetime | None:
        """締切 of this sheet; an extension or a later 提出期限 of the department keeps it open."""
        return _latest(self._deadline("closes_at"), self._deadline("due_at"), self.extended_until)

    @property
    def step_due_at(self) -> datetime | None:
        """By when the sheet is due from whoever has it now; None once approved, and where no deadline is set."""
        if self.state in OPEN_STATES:
            return self.due_at
        return self._deadline(STEP_DEADLINES[self.state]) if self.state in STEP_DEADLINES else None

    def _deadline(self, name: str) -> datetime | None:
        return self.cycle.deadline(name, self.measure_year.owner_id)

    def standing_decision(self, decisions: Iterable[Decision]) -> Decision | None:
        """Which of the sheet's decisions brought it where it stands: that of its pass, or, where approvals were withdrawn,
        the 確認 of the pass before, which holds on. A withdrawn one is never it. None where none did."""
        rows = {(row.round, row.step): row for row in decisions}
        number = self.round
        while True:
            taken = (rows.get((number, step)) for step in CAME_BY.get(self.state, ()))
            if decision := next((row for row in taken if row and row.verdict in ACCEPTING), None):
                return decision
            number -= 1
            ended = rows.get((number, Step.WITHDRAW))
            if self.state != ReviewState.REVIEWED or not ended or ended.verdict != Verdict.WITHDRAW_APPROVAL:
                return None


#: The deadline of whoever has a sheet that is not with its department.
STEP_DEADLINES: dict[str, str] = {
    ReviewState.ENDORSING: "endorse_due_at",
    ReviewState.SUBMITTED: "review_due_at",
    ReviewState.REVIEWED: "decide_due_at",
}


def _latest(*moments: datetime | None) -> datetime | None:
    return max((moment for moment in moments if moment), default=None)


class OfSheetQuerySet(models.QuerySet[Row]):
    def visible(self, scope: Scope) -> Self:
        """Those of the sheets whose content may be read."""
        return self.filter(review__in=MeasureReview.objects.visible(scope).order_by().values("pk"))


class Submission(models.Model):
    """What a department submitted, frozen. `content` has the shape of `services.submission.content_of`."""

    review = models.ForeignKey(MeasureReview, on_delete=models.PROTECT, related_name="submissions")
    round = models.PositiveIntegerField()
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    submitted_by = models.ForeignKey("review.User", on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    late = models.BooleanField(default=False)
    #: {part: digest} of all that was submitted; its shape: services.binding. {} before 0.9.0.
    seal = models.JSONField(default=dict, blank=True, editable=False)
    recalled_at = models.DateTimeField(null=True, blank=True)
    recalled_by = models.ForeignKey("review.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["review", "round"]
        constraints = [models.UniqueConstraint(fields=["review", "round"], name="one_submission_a_round")]

    def __str__(self) -> str:
        return f"{self.review_id} #{self.round}"

    @classmethod
    def standing(cls) -> models.QuerySet[Submission]:
        """Those that were not taken back, without their texts, with the offices that they named (None in older ones)."""
        offices = {f"{name}_then": KeyTransform(name, "content") for name in ("owner", "related")}
        rows: models.QuerySet[Submission] = cls.objects.filter(recalled_at=None).annotate(**offices)
        return rows.defer("content", "seal").order_by("round")


class Step(models.TextChoices):
    ENDORSE = "endorse", _("所属長確認")
    REVIEW = "review", _("確認")
    APPROVE = "approve", _("承認")
    SETTLE = "settle", _("未提出・対象外の決定")
    YEAR = "year", _("年度の決定")
    #: ends the pass of the decision that is taken back
    WITHDRAW = "withdraw", _("取消し")


class Verdict(models.TextChoices):
    ACCEPT = "accept", _("承認")
    RETURN = "return", _("差戻し")
    RETURN_TO_REVIEW = "return_to_review", _("確認へ差戻し")
    NOT_SUBMITTED = "not_submitted", _("未提出")
    EXCLUDED = "excluded", _("対象外")
    WITHDRAW_REVIEW = "withdraw_review", _("確認の取消し")
    WITHDRAW_APPROVAL = "withdraw_approval", _("承認の取消し")


#: The verdicts that let a sheet go on: what they were taken on must still stand at the next step.
ACCEPTING = (Verdict.ACCEPT, Verdict.NOT_SUBMITTED, Verdict.EXCLUDED)
#: Those that take a decision back, by the state to which the decision had brought the sheet.
TAKES_BACK = {ReviewState.REVIEWED: Verdict.WITHDRAW_REVIEW, ReviewState.APPROVED: Verdict.WITHDRAW_APPROVAL}
#: The decisions by which a sheet came to stand in a state.
CAME_BY: dict[str, tuple[Step, ...]] = {
    ReviewState.REVIEWED: (Step.REVIEW,),
    ReviewState.APPROVED: (Step.APPROVE, Step.SETTLE),
}
#: Who has a hand in reviewing: whoever decides at review, and whoever takes a 確認 back.
OF_REVIEW = Q(step=Step.REVIEW) | Q(verdict=Verdict.WITHDRAW_REVIEW)


class Meeting(models.Model):
    """A meeting of the 本部 that decided: date, attendees, minute, 文書番号 and 決裁日."""

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="meetings")
    held_on = models.DateField(_("会議日"))
    attendees = models.TextField(_("出席者"), blank=True)
    minute = models.TextField(_("議事"), blank=True)
    document_number = models.CharField(_("文書番号"), max_length=60, blank=True)
    decided_on = models.DateField(_("決裁日"), null=True, blank=True)
    recorded_by = models.ForeignKey("review.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["held_on", "pk"]

    def __str__(self) -> str:
        return f"{self.held_on}"


class Decision(models.Model):
    """One decision on one sheet. The unique key is what makes two deciders end in one decision.

    `on_behalf_of` is whom a proxy represented (代決); null where the decider held the post themselves.
    """

    review = models.ForeignKey(MeasureReview, on_delete=models.PROTECT, related_name="decisions")
    round = models.PositiveIntegerField()
    step = models.CharField(max_length=10, choices=Step)
    verdict = models.CharField(max_length=18, choices=Verdict)
    comment = models.TextField(blank=True)
    decided_by = models.ForeignKey("review.User", on_delete=models.PROTECT, related_name="decisions")
    decided_at = models.DateTimeField()
    on_behalf_of = models.ForeignKey(
        "review.User",
        verbose_name=_("代決された人"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="decided_for",
    )
    meeting = models.ForeignKey(Meeting, null=True, blank=True, on_delete=models.PROTECT, related_name="decisions")
    #: {part: digest} of all that an accepting decision was taken on; its shape: services.binding.
    seal = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        ordering = ["decided_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["review", "round", "step"], name="one_decision_a_step"),
            models.CheckConstraint(condition=Q(verdict="accept") | ~Q(comment=""), name="return_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.review_id} {self.step} {self.verdict}"

    @property
    def of_review(self) -> bool:
        return self.step == Step.REVIEW or self.verdict == Verdict.WITHDRAW_REVIEW


class RecordedDecision(models.Model):
    """What the 本部's meeting decided on one sheet, written down by the 事務局. It moves nothing: an approver confirms it,
    or does not. `on_behalf_of` is the reviewer whom a proxy represented. Closed once it was confirmed, refused, withdrawn or replaced; `decision` says which decision it became."""

    review = models.ForeignKey(MeasureReview, on_delete=models.PROTECT, related_name="recorded")
    round = models.PositiveIntegerField()
    verdict = models.CharField(max_length=18, choices=Verdict)
    comment = models.TextField(blank=True)
    remarks = models.JSONField(default=dict, blank=True)
    grade = models.CharField(max_length=4, blank=True)
    grade_reason = models.TextField(blank=True)
    opinion = models.TextField(blank=True)
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="recorded")
    recorded_by = models.ForeignKey("review.User", on_delete=models.PROTECT, related_name="+")
    on_behalf_of = models.ForeignKey(
        "review.User", verbose_name=_("代決された人"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    decision = models.OneToOneField(
        Decision, null=True, blank=True, on_delete=models.PROTECT, related_name="recorded_as"
    )

    objects = OfSheetQuerySet.as_manager()

    class Meta:
        ordering = ["recorded_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["review"], condition=Q(closed_at=None), name="one_open_record_a_sheet"),
            models.CheckConstraint(condition=Q(verdict="accept") | ~Q(comment=""), name="recorded_return_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.review_id} {self.verdict}"


class ItemComment(models.Model):
    """A remark on one item of a sheet. `item` is an item key (review.domain.items), '' for the whole sheet."""

    class Kind(models.TextChoices):
        RETURN = "return", _("差戻しの理由")
        COMMENT = "comment", _("コメント")
        REPLY = "reply", _("回答")

    review = models.ForeignKey(MeasureReview, on_delete=models.PROTECT, related_name="comments")
    round = models.PositiveIntegerField()
    item = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=8, choices=Kind)
    body = models.TextField()
    author = models.ForeignKey("review.User", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(body=""), name="comment_has_body")]

    def __str__(self) -> str:
        return f"{self.review_id} {self.item}"


class Rating(models.Model):
    """総合評価 by one hand: the department, the reviewer or the approver, each a row with its reason."""

    class Hand(models.TextChoices):
        DEPARTMENT = "department", _("自己評価")
        REVIEWER = "reviewer", _("確認者の評価")
        APPROVER = "approver", _("本部の評価")

    review = models.ForeignKey(MeasureReview, on_delete=models.PROTECT, related_name="ratings")
    hand = models.CharField(max_length=10, choices=Hand)
    grade = models.CharField(max_length=4)
    proposed_grade = models.CharField(max_length=4, blank=True)
    reason = models.TextField(blank=True)
    given_by = models.ForeignKey("review.User", on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()

    class Meta:
        ordering = ["review", "given_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(grade=models.F("proposed_grade")) | ~Q(reason=""), name="differing_rating_has_reason"
            )
        ]

    def __str__(self) -> str:
        return f"{self.review_id} {self.hand} {self.grade}"


def set_aside() -> Q:
    """The 総合評価 that were given with a decision which was taken back since."""

    def since(verdict: Verdict) -> Exists:
        rows = Decision.objects.filter(review=OuterRef("review"), verdict=verdict, decided_at__gte=OuterRef("given_at"))
        return Exists(rows)

    reviewers, approvers = Q(hand=Rating.Hand.REVIEWER), Q(hand=Rating.Hand.APPROVER)
    return (reviewers & Q(since(Verdict.WITHDRAW_REVIEW))) | (approvers & Q(since(Verdict.WITHDRAW_APPROVAL)))
