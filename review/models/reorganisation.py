"""組織改正: departments renamed, merged or split on a day that may lie ahead."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from review.models.organization import Department


class Reorganisation(models.Model):
    """What becomes of `before` on `effective_on`: the offices `after`, made when this was planned.

    People move by the dates of their posts; sheets that are not published move when the day has come (`applied_at`).
    `placements` says for a split which 施策 goes where ({measure id: department id}); `moved` keeps which posts were
    ended and begun, so that a plan can be withdrawn before its day.
    """

    class Kind(models.TextChoices):
        RENAME = "rename", _("名称の変更")
        MERGE = "merge", _("統合")
        SPLIT = "split", _("分割")

    kind = models.CharField(_("種類"), max_length=6, choices=Kind)
    effective_on = models.DateField(_("施行日"))
    reason = models.TextField(_("理由"))
    before = models.ManyToManyField(Department, related_name="leaving")
    after = models.ManyToManyField(Department, related_name="arriving")
    placements = models.JSONField(default=dict, blank=True)
    moved = models.JSONField(default=list, blank=True)
    planned_by = models.ForeignKey("review.User", on_delete=models.PROTECT, related_name="+")
    planned_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey("review.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("組織改正")
        verbose_name_plural = _("組織改正")
        ordering = ["-effective_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="reorganisation_has_reason"),
            models.CheckConstraint(
                condition=Q(applied_at=None) | Q(withdrawn_at=None), name="applied_reorganisation_stands"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.effective_on}"
