"""計画期間の総括: what came of a plan over all its years, proposed by a reviewer, decided by an approver, published as
editions of its own that are never altered."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from review.models.plan import Plan
from review.models.sheet import Meeting


class PlanSummary(models.Model):
    """The 総括 of a plan on its way: one row a plan.

    `texts` holds {施策: text}, `grades` {成果目標: {"grade", "reason"}} for those whose final grade is not the proposed one,
    both by id. `version` rises with every saving and `round` with every submission. `sha256` is of what was submitted: its
    decision stands for nothing else. `reason` says why an edition after the first was made.
    """

    class State(models.TextChoices):
        PREPARING = "preparing", _("準備中")
        DECIDING = "deciding", _("決定待ち")
        RETURNED = "returned", _("差戻し")
        PUBLISHED = "published", _("公表済")

    plan = models.OneToOneField(Plan, on_delete=models.PROTECT, related_name="summary")
    state = models.CharField(_("状態"), max_length=10, choices=State, default=State.PREPARING)
    version = models.PositiveIntegerField(default=0)
    round = models.PositiveIntegerField(default=0)
    text = models.TextField(_("計画全体の総括"), blank=True)
    texts = models.JSONField(_("施策ごとの総括"), default=dict, blank=True)
    grades = models.JSONField(_("最終の達成区分"), default=dict, blank=True)
    reason = models.TextField(_("訂正の理由"), blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    submitted_by = models.ForeignKey("review.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state_since = models.DateTimeField()

    class Meta:
        verbose_name = _("計画期間の総括")
        verbose_name_plural = _("計画期間の総括")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="preparing") | Q(submitted_by__isnull=False), name="submitted_summary_has_proposer"
            )
        ]

    def __str__(self) -> str:
        return f"{self.plan}"


class SummaryDecision(models.Model):
    """One decision on a 総括; the unique key is what makes two deciders end in one decision."""

    class Verdict(models.TextChoices):
        ACCEPT = "accept", _("公表を決定")
        RETURN = "return", _("差戻し")

    summary = models.ForeignKey(PlanSummary, on_delete=models.PROTECT, related_name="decisions")
    round = models.PositiveIntegerField()
    verdict = models.CharField(max_length=6, choices=Verdict)
    comment = models.TextField(_("理由・意見"), blank=True)
    submitted_by = models.ForeignKey("review.User", on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey("review.User", on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    meeting = models.ForeignKey(Meeting, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("総括の決定")
        verbose_name_plural = _("総括の決定")
        ordering = ["summary", "round"]
        constraints = [
            models.UniqueConstraint(fields=["summary", "round"], name="one_decision_a_summary_round"),
            models.CheckConstraint(condition=Q(verdict="accept") | ~Q(comment=""), name="returned_summary_says_why"),
            models.CheckConstraint(condition=~Q(decided_by=F("submitted_by")), name="summary_takes_two"),
        ]


class SummaryEdition(models.Model):
    """What was published of a 総括: numbered, frozen. `snapshot` has the shape of `summary_content.snapshot_of`, `sha256` is
    that of its canonical JSON, and `seal` that of the row with the seal of the edition before. The newest one is current."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="summary_editions")
    number = models.PositiveSmallIntegerField(_("版"))
    snapshot = models.JSONField()
    sha256 = models.CharField(max_length=64)
    seal = models.CharField(max_length=64)
    decision = models.OneToOneField(SummaryDecision, on_delete=models.PROTECT, related_name="edition")
    published_at = models.DateTimeField(_("公表日時"))

    class Meta:
        verbose_name = _("総括の公表版")
        verbose_name_plural = _("総括の公表版")
        ordering = ["plan", "number"]
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="summary_edition_number_once")]

    def __str__(self) -> str:
        return f"{self.plan} {self.number}"
