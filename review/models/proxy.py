"""代決: who stands in for whom, in which post and from when to when; and 後閲, the reading afterwards."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from review.models.organization import Department, Role
from review.models.sheet import Decision

#: Posts that decide. Writing needs no proxy: a sheet belongs to its whole department.
PROXY_ROLES = (Role.HEAD, Role.REVIEWER, Role.APPROVER)


class Proxy(models.Model):
    """`deputy` decides for `principal` in one post, under the deputy's own name, from `starts_on` to `ends_on`.

    It holds on those days on which the principal holds the post; a withdrawn one keeps its row.
    """

    principal = models.ForeignKey("review.User", on_delete=models.PROTECT, related_name="represented_by")
    deputy = models.ForeignKey("review.User", on_delete=models.PROTECT, related_name="represents")
    role = models.CharField(_("役割"), max_length=20, choices=[(role.value, role.label) for role in PROXY_ROLES])
    department = models.ForeignKey(Department, null=True, blank=True, on_delete=models.PROTECT, related_name="proxies")
    starts_on = models.DateField(_("開始日"))
    ends_on = models.DateField(_("終了日"))
    reason = models.TextField(_("理由"))
    named_by = models.ForeignKey("review.User", on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey("review.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("代決者の指名")
        verbose_name_plural = _("代決者の指名")
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="proxy_ends_after_start"),
            models.CheckConstraint(condition=~Q(principal=F("deputy")), name="proxy_is_another"),
            models.CheckConstraint(condition=~Q(reason=""), name="proxy_has_reason"),
            models.CheckConstraint(
                condition=Q(role=Role.HEAD.value, department__isnull=False)
                | (~Q(role=Role.HEAD.value) & Q(department__isnull=True)),
                name="proxy_department_fits_role",
            ),
        ]


class LaterReading(models.Model):
    """後閲: the person represented has read what was decided in their name."""

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="later_reading")
    read_by = models.ForeignKey("review.User", on_delete=models.PROTECT, related_name="+")
    read_at = models.DateTimeField()
    remark = models.TextField(_("後閲の所見"), blank=True)

    class Meta:
        verbose_name = _("後閲")
        verbose_name_plural = _("後閲")
