"""People, departments and who holds which post from when to when."""

import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """A person who signs in. People are deactivated, never deleted: their decisions stay theirs.

    `key` is the opaque name under which the audit trail knows them, so that a name can be removed without
    touching the trail. `language` is what the person chose for the screens.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    display_name = models.CharField(_("氏名"), max_length=60)
    language = models.CharField(
        _("表示言語"), max_length=5, choices=[("ja", "日本語"), ("en", "English")], default="ja"
    )
    must_change_password = models.BooleanField(_("次回パスワード変更"), default=False)

    class Meta:
        verbose_name = _("利用者")
        verbose_name_plural = _("利用者")

    def __str__(self) -> str:
        return self.display_name or self.username


class Department(models.Model):
    """An office (課等). Renamed and merged offices keep their row, with the day on which they ended."""

    name = models.CharField(_("部署名"), max_length=60)
    #: 部, one level above, as text: what it was before stands in the audit trail
    division = models.CharField(_("部"), max_length=60, blank=True, default="")
    order = models.PositiveIntegerField(_("並び順"), default=0)
    starts_on = models.DateField(_("開始日"), null=True, blank=True)
    ends_on = models.DateField(_("終了日"), null=True, blank=True)
    successor = models.ForeignKey(
        "self", verbose_name=_("引継先"), null=True, blank=True, on_delete=models.PROTECT, related_name="predecessors"
    )

    class Meta:
        verbose_name = _("部署")
        verbose_name_plural = _("部署")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["name"], condition=Q(ends_on=None), name="department_name_while_open"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(starts_on=None) | Q(ends_on__gt=F("starts_on")),
                name="department_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """Posts. `contributor` and `head` belong to a department, the others to the whole city."""

    CONTRIBUTOR = "contributor", _("担当者")
    HEAD = "head", _("所属長")
    REVIEWER = "reviewer", _("確認者")
    APPROVER = "approver", _("承認者")
    ADMINISTRATOR = "administrator", _("管理者")
    AUDITOR = "auditor", _("監査")


DEPARTMENT_ROLES = (Role.CONTRIBUTOR, Role.HEAD)
#: Posts that can be held in one plan.
PLAN_ROLES = (Role.REVIEWER, Role.APPROVER)


class Appointment(models.Model):
    """One person in one post. Work belongs to the post, so a transfer leaves nothing stuck.

    `plan` is that in which 確認者 and 承認者 hold it; null: in every plan.
    """

    user = models.ForeignKey(User, verbose_name=_("利用者"), on_delete=models.PROTECT, related_name="appointments")
    role = models.CharField(_("役割"), max_length=20, choices=Role)
    department = models.ForeignKey(
        Department, verbose_name=_("部署"), null=True, blank=True, on_delete=models.PROTECT, related_name="appointments"
    )
    plan = models.ForeignKey(
        "review.Plan",
        verbose_name=_("計画"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="appointments",
    )
    starts_on = models.DateField(_("開始日"))
    ends_on = models.DateField(_("終了日"), null=True, blank=True)

    class Meta:
        verbose_name = _("任用")
        verbose_name_plural = _("任用")
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=[r.value for r in DEPARTMENT_ROLES], department__isnull=False)
                | (~Q(role__in=[r.value for r in DEPARTMENT_ROLES]) & Q(department__isnull=True)),
                name="appointment_department_fits_role",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="appointment_ends_after_start"
            ),
            models.UniqueConstraint(
                fields=["user", "role", "department", "starts_on"],
                condition=Q(department__isnull=False),
                name="department_appointment_once",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "starts_on"],
                condition=Q(department=None, plan=None),
                name="city_appointment_once",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "plan", "starts_on"],
                condition=Q(plan__isnull=False),
                name="plan_appointment_once",
            ),
            models.CheckConstraint(
                condition=Q(plan=None) | Q(role__in=[r.value for r in PLAN_ROLES]), name="appointment_plan_fits_role"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.get_role_display()}"
