"""外部評価の意見: what somebody outside the city hall thinks of a 施策 in a year, as the 事務局 recorded it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from review.models.sheet import MeasureReview, OfSheetQuerySet


class Opinion(models.Model):
    """One opinion: whose, of which day, and its text. One recorded by mistake is withdrawn and stays as a row."""

    review = models.ForeignKey(MeasureReview, on_delete=models.PROTECT, related_name="opinions")
    giver = models.CharField(_("意見を述べた会議・人"), max_length=100)
    given_on = models.DateField(_("意見の日付"))
    text = models.TextField(_("意見"))
    recorded_by = models.ForeignKey("review.User", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey("review.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = OfSheetQuerySet.as_manager()

    class Meta:
        verbose_name = _("外部評価の意見")
        verbose_name_plural = _("外部評価の意見")
        ordering = ["review", "given_on", "pk"]

    @classmethod
    def heard(cls) -> models.Prefetch[str, models.QuerySet[Opinion], str]:
        """For sheets: their opinions that were not withdrawn, as `opinions_heard`."""
        return models.Prefetch("opinions", cls.objects.filter(withdrawn_at=None), to_attr="opinions_heard")
