"""A change of the plan in mid-plan: proposed by a reviewer with a reason, decided by an approver, from a 年度 on."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from review.models.plan import Measure, Plan


class ChangeKind(models.TextChoices):
    """What may happen to a 施策, to one of its 成果目標, or to the plan's period."""

    ADD = "add", _("施策の追加")
    EDIT = "edit", _("施策の内容の変更")
    RENAME = "rename", _("施策名の変更")
    OWNER = "owner", _("主管部署の変更")
    SPLIT = "split", _("施策の分割")
    MERGE = "merge", _("施策の統合")
    END = "end", _("施策の終了")
    INDICATOR_ADD = "indicator-add", _("成果目標の追加")
    INDICATOR_RENAME = "indicator-rename", _("評価項目の変更")
    INDICATOR_SPLIT = "indicator-split", _("成果目標の分割")
    INDICATOR_MERGE = "indicator-merge", _("成果目標の統合")
    INDICATOR_END = "indicator-end", _("成果目標の終了")
    EXTEND = "extend", _("計画の延長")


class ChangeState(models.TextChoices):
    PROPOSED = "proposed", _("提案中")
    ACCEPTED = "accepted", _("決定")
    REFUSED = "refused", _("不採用")


class PlanChange(models.Model):
    """One change from `fiscal_year` on. `measure` is the 施策 that it starts from, null for a new one.

    `detail` is the content (its shape: services.plan_proposals.Detail). With the decision `lines` keeps what stood
    before and what stands now, as the edition and the sheet show it: [{"code", "item", "before", "after"}].
    """

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="changes")
    fiscal_year = models.PositiveSmallIntegerField(_("適用する年度"))
    kind = models.CharField(_("変更の種類"), max_length=20, choices=ChangeKind)
    measure = models.ForeignKey(Measure, null=True, blank=True, on_delete=models.PROTECT, related_name="changes")
    detail = models.JSONField(default=dict, blank=True)
    lines = models.JSONField(default=list, blank=True)
    reason = models.TextField(_("理由"))
    state = models.CharField(_("状態"), max_length=8, choices=ChangeState, default=ChangeState.PROPOSED)
    proposed_by = models.ForeignKey("review.User", on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey("review.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    on_behalf_of = models.ForeignKey("review.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    comment = models.TextField(_("決定の意見"), blank=True)
    meeting = models.ForeignKey("Meeting", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("計画の変更")
        verbose_name_plural = _("計画の変更")
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="plan_change_has_reason"),
            models.CheckConstraint(
                condition=Q(state=ChangeState.PROPOSED) | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="decided_change_has_decider",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=models.F("proposed_by")), name="change_takes_two"
            ),
        ]

    @property
    def key(self) -> tuple[str, int]:
        """What names the first year that it changes in addresses, as `Cycle.key`."""
        return self.plan.short_name, self.fiscal_year
