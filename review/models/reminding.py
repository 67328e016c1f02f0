"""Closing days, pauses of reminders, and extensions of single sheets."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from review.models.cycle import Cycle
from review.models.organization import Department
from review.models.sheet import MeasureReview, OfSheetQuerySet


class ClosingDay(models.Model):
    """A day on which the city hall is closed beside weekends, national holidays and the turn of the year."""

    day = models.DateField(_("閉庁日"), unique=True)
    name = models.CharField(_("名称"), max_length=60)
    added_by = models.ForeignKey("review.User", on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        verbose_name = _("閉庁日")
        verbose_name_plural = _("閉庁日")
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class ReminderPause(models.Model):
    """No reminders from one day to another: of a sheet, of a department, or (neither named) of the whole year."""

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="pauses")
    department = models.ForeignKey(
        Department, verbose_name=_("部署"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    review = models.ForeignKey(
        MeasureReview, verbose_name=_("施策"), null=True, blank=True, on_delete=models.PROTECT, related_name="pauses"
    )
    reason = models.TextField(_("理由"))
    starts_on = models.DateField(_("開始日"))
    ends_on = models.DateField(_("終了日"))
    set_by = models.ForeignKey("review.User", on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    lifted_by = models.ForeignKey("review.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("催促の一時停止")
        verbose_name_plural = _("催促の一時停止")
        ordering = ["-set_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="pause_ends_after_start"),
            models.CheckConstraint(condition=~Q(reason=""), name="pause_has_reason"),
            models.CheckConstraint(condition=Q(department=None) | Q(review=None), name="pause_has_one_scope"),
        ]


class Extension(models.Model):
    """A later end for one sheet: who asked for it and why, who decided, and until when.

    `until` is what was asked for, then what was granted. The sheet's `extended_until` is what holds.
    """

    class State(models.TextChoices):
        REQUESTED = "asked", _("依頼中")
        GRANTED = "granted", _("延長済")
        REFUSED = "refused", _("見送り")

    review = models.ForeignKey(MeasureReview, on_delete=models.PROTECT, related_name="extensions")
    state = models.CharField(max_length=8, choices=State, default=State.REQUESTED)
    until = models.DateTimeField(_("延長後の締切"))
    reason = models.TextField(_("延長の理由"))
    asked_by = models.ForeignKey("review.User", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey("review.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(_("回答"), blank=True)

    objects = OfSheetQuerySet.as_manager()

    class Meta:
        verbose_name = _("期限の延長")
        verbose_name_plural = _("期限の延長")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="extension_row_has_reason"),
            models.CheckConstraint(
                condition=Q(state="asked", decided_by=None) | (~Q(state="asked") & Q(decided_by__isnull=False)),
                name="decided_extension_has_decider",
            ),
            models.UniqueConstraint(fields=["review"], condition=Q(state="asked"), name="one_extension_asked_at_once"),
        ]
