"""根拠資料: files that stand behind what a sheet says."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from review.models.sheet import MeasureReview, OfSheetQuerySet


class EvidenceQuerySet(OfSheetQuerySet["Evidence"]):
    def standing(self) -> EvidenceQuerySet:
        """What was not taken back."""
        return self.filter(withdrawn_at=None)


class Evidence(models.Model):
    """One file behind a sheet or one of its items. `kind` was read from the content, not taken from the name.

    `path` is relative to the file storage; `filename` is the sender's name, cleaned. The row stays, with no file behind
    it, where the file was taken back before the sheet was submitted: read `objects.standing()`, not `objects`.
    """

    class Kind(models.TextChoices):
        PDF = "pdf", "PDF"
        PNG = "png", "PNG"
        JPEG = "jpeg", "JPEG"
        XLSX = "xlsx", "Excel"
        DOCX = "docx", "Word"
        PPTX = "pptx", "PowerPoint"

    review = models.ForeignKey(MeasureReview, on_delete=models.PROTECT, related_name="evidence")
    item = models.CharField(_("対象"), max_length=40, blank=True)
    kind = models.CharField(max_length=4, choices=Kind)
    path = models.CharField(max_length=200, unique=True)
    filename = models.CharField(_("ファイル名"), max_length=120)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey("review.User", on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    round = models.PositiveIntegerField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey("review.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("根拠資料")
        verbose_name_plural = _("根拠資料")
        ordering = ["uploaded_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "item", "sha256"], condition=Q(withdrawn_at=None), name="evidence_once_an_item"
            )
        ]

    def __str__(self) -> str:
        return self.filename
