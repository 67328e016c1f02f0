"""A file of a plan that somebody sent: looked at and corrected on the screen, then taken as a whole or not at all."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from review.models.plan import Plan


class PlanUpload(models.Model):
    """One file and what was made of it. A person has at most one under way in a plan, and one that is `arriving`: sent
    in its place, and not yet read.

    `content` are its bytes, read anew with every correction and gone once it is taken. `reading` is what the reading
    process answered, `trial` what the import of that would do, and once it is taken how much that was; `corrections` are {"roles", "years", "cells"} of `forms.assignment` and {"offices", "codes"} of
    `domain.mends`, with `accepted`, the keys of doubts. `request` is what its job is to do, {} while it has nothing to do; `refusal` is why it could not be. `assignment` is {column: role} as it was taken: next year's template.
    """

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="uploads")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    filename = models.CharField(_("ファイル名"), max_length=120)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    reading = models.JSONField(default=dict, blank=True)
    trial = models.JSONField(default=dict, blank=True)
    corrections = models.JSONField(default=dict, blank=True)
    assignment = models.JSONField(default=dict, blank=True)
    request = models.JSONField(default=dict, blank=True)
    refusal = models.TextField(blank=True)
    sheets_year = models.PositiveSmallIntegerField(_("シートの年度"), null=True, blank=True)
    arriving = models.BooleanField(default=False)
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("計画のファイル")
        verbose_name_plural = _("計画のファイル")
        ordering = ["-uploaded_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "uploaded_by", "arriving"],
                condition=Q(applied_at=None),
                name="one_plan_upload_under_way",
            )
        ]

    @property
    def is_read(self) -> bool:
        return bool(self.reading)
