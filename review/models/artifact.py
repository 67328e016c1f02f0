"""Files that Meguri made."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from review.models.cycle import Cycle
from review.models.publication import Edition
from review.models.scope import Scope
from review.models.sheet import MeasureReview


class ArtifactQuerySet(models.QuerySet["Artifact"]):
    def visible(self, scope: Scope) -> ArtifactQuerySet:
        """The files whose content may be read: those of editions, of visible sheets, and of a whole year where nothing is hidden."""
        rows = Q(edition__isnull=False) | Q(review__in=MeasureReview.objects.visible(scope).values("pk"))
        return self.filter(rows | Q(review=None) & (Q() if scope.everything else Q(cycle__plan__in=scope.plans)))


class Artifact(models.Model):
    """One finished file: made under a name of its own, checked, and only then given a row. Never overwritten.

    `path` is relative to the file storage, `revision` the revision of the sheet or cycle that it shows. Old drafts
    lose their file at `retired_at` and keep their row. A file of an edition carries a `seal` over its row
    (services.seals), and the database refuses to change or delete that row.
    """

    class Kind(models.TextChoices):
        SHEET = "sheet", _("施策シート")
        CONSOLIDATED = "consolidated", _("集約表")
        SHEET_PDF = "sheet_pdf", _("施策シート(PDF)")
        BOOK_PDF = "book_pdf", _("集約表(PDF)")
        PACK = "pack", _("本部会議資料")
        BUNDLE = "bundle", _("静的サイト")

    kind = models.CharField(max_length=14, choices=Kind)
    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="artifacts")
    review = models.ForeignKey(MeasureReview, null=True, blank=True, on_delete=models.PROTECT, related_name="artifacts")
    edition = models.ForeignKey(Edition, null=True, blank=True, on_delete=models.PROTECT, related_name="artifacts")
    revision = models.PositiveIntegerField()
    label = models.CharField(_("状態"), max_length=30)
    path = models.CharField(max_length=200, unique=True)
    filename = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    warnings = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)
    seal = models.CharField(max_length=64, blank=True)

    objects = ArtifactQuerySet.as_manager()

    class Meta:
        verbose_name = _("ファイル")
        verbose_name_plural = _("ファイル")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "review", "revision"],
                condition=Q(review__isnull=False),
                name="one_file_of_a_sheet_a_revision",
            ),
            models.UniqueConstraint(
                fields=["kind", "cycle", "revision"],
                condition=Q(review=None, edition=None),
                name="one_file_of_a_year_a_revision",
            ),
            models.UniqueConstraint(
                fields=["kind", "edition"], condition=Q(edition__isnull=False), name="one_file_of_a_kind_an_edition"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["sheet", "sheet_pdf"], review__isnull=False)
                | (~Q(kind__in=["sheet", "sheet_pdf"]) & Q(review__isnull=True)),
                name="sheet_artifact_has_review",
            ),
            models.CheckConstraint(
                condition=Q(edition=None, seal="") | (Q(edition__isnull=False) & ~Q(seal="") & Q(retired_at=None)),
                name="edition_file_is_sealed",
            ),
        ]

    def __str__(self) -> str:
        return self.filename
