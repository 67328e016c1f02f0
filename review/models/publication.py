"""Published editions: numbered, frozen, never altered."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from review.models.cycle import Cycle


class Edition(models.Model):
    """公表版. `snapshot` is all that was published (shape: services.publication), `sha256` that of its canonical JSON."""

    class Kind(models.TextChoices):
        FIRST = "first", _("第1版")
        CORRECTION = "correction", _("訂正版")

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="editions")
    number = models.PositiveSmallIntegerField(_("版"))
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.FIRST)
    snapshot = models.JSONField()
    sha256 = models.CharField(max_length=64)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField()
    current = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("公表版")
        verbose_name_plural = _("公表版")
        ordering = ["cycle", "number"]
        constraints = [
            models.UniqueConstraint(fields=["cycle", "number"], name="edition_number_once"),
            models.UniqueConstraint(fields=["cycle"], condition=Q(current=True), name="one_current_edition"),
        ]

    def __str__(self) -> str:
        return f"{self.cycle} {self.label}"

    @property
    def label(self) -> str:
        """第1版, 訂正第1版 …"""
        return "第1版" if self.kind == self.Kind.FIRST else f"訂正第{self.number - 1}版"
