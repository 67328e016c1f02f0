"""合議: a related department is asked whether it has anything to say on a sheet."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from review.models.organization import Department
from review.models.scope import Scope
from review.models.sheet import MeasureReview


class ConcurrenceQuerySet(models.QuerySet["Concurrence"]):
    def own(self, scope: Scope) -> ConcurrenceQuerySet:
        """Those that are the person's departments' to answer."""
        return self.filter(department__in=scope.departments)


class Concurrence(models.Model):
    """One department asked in one round. It holds nothing up: silence past the date is an answer, recorded as such.

    `texts` is {item key: text} of the sheet as it was answered, so that an answer is not taken for one about other words;
    {} where it was answered before this was stored.
    """

    class Answer(models.TextChoices):
        WAITING = "", _("回答待ち")
        NO_OPINION = "no_opinion", _("意見なし")
        OPINION = "opinion", _("意見あり")
        SILENT = "silent", _("期限までに回答なし")

    review = models.ForeignKey(MeasureReview, on_delete=models.PROTECT, related_name="concurrences")
    round = models.PositiveIntegerField()
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="concurrences")
    asked_by = models.ForeignKey("review.User", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_on = models.DateField(_("回答期限"))
    answer = models.CharField(_("回答"), max_length=10, choices=Answer, blank=True, default=Answer.WAITING)
    opinion = models.TextField(_("意見"), blank=True)
    texts = models.JSONField(default=dict, blank=True, editable=False)
    answered_by = models.ForeignKey("review.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = ConcurrenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("合議")
        verbose_name_plural = _("合議")
        ordering = ["review", "round", "department__order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["review", "round", "department"], name="concurrence_once_a_round"),
            models.CheckConstraint(condition=~Q(answer="opinion") | ~Q(opinion=""), name="opinion_has_words"),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None) | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="concurrence_answer_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.review_id} {self.department} {self.answer}"
