"""One 年度 under review."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from review.domain.fiscal import fiscal_year_label
from review.models.plan import Plan


class CycleState(models.TextChoices):
    DRAFT = "draft", _("準備中")
    OPEN = "open", _("実施中")
    DECIDING = "deciding", _("審議中")
    SCHEDULED = "scheduled", _("公表待ち")
    PUBLISHED = "published", _("公表済")


class Cycle(models.Model):
    """The annual review of one plan in one 年度.

    A sheet may be submitted until `closes_at`; after `due_at` it is marked 期限後. `scale` is the grade scale of
    this year as data (see review.domain.rating), so that a city can bring its own; `form` are the items
    that the plan asks for besides the built-in ones (see review.domain.sheet_form). `department_deadlines` holds the
    departments with deadlines of their own, {department id: {field: moment, "reason": text}}, and `reminders` the days
    on which deadlines are called to mind (see review.domain.reminding; empty: as by default).
    """

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="cycles")
    fiscal_year = models.PositiveSmallIntegerField(_("年度"))
    state = models.CharField(_("状態"), max_length=10, choices=CycleState, default=CycleState.DRAFT)
    due_at = models.DateTimeField(_("提出期限"), null=True, blank=True)
    closes_at = models.DateTimeField(_("締切"), null=True, blank=True)
    endorse_due_at = models.DateTimeField(_("所属長確認期限"), null=True, blank=True)
    review_due_at = models.DateTimeField(_("確認期限"), null=True, blank=True)
    decide_due_at = models.DateTimeField(_("審議期限"), null=True, blank=True)
    publish_at = models.DateTimeField(_("公表日時"), null=True, blank=True)
    return_days = models.PositiveSmallIntegerField(_("差戻し後の再提出までの開庁日数"), default=5)
    department_deadlines = models.JSONField(_("部署ごとの期限"), default=dict, blank=True)
    reminders = models.JSONField(_("催促の日"), default=dict, blank=True)
    requires_endorsement = models.BooleanField(_("所属長の確認を行う"), default=False)
    scale = models.JSONField(_("達成区分"), default=list)
    form = models.JSONField(_("様式"), default=dict, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("年度評価")
        verbose_name_plural = _("年度評価")
        ordering = ["plan", "fiscal_year"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "fiscal_year"], name="cycle_once_a_year"),
            models.CheckConstraint(
                condition=Q(state=CycleState.DRAFT) | Q(due_at__isnull=False, closes_at__isnull=False),
                name="open_cycle_has_deadlines",
            ),
            models.CheckConstraint(
                condition=Q(due_at=None) | Q(closes_at=None) | Q(closes_at__gte=F("due_at")),
                name="cycle_closes_after_due",
            ),
            models.CheckConstraint(
                condition=~Q(state=CycleState.PUBLISHED) | Q(published_at__isnull=False),
                name="published_cycle_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}"

    @property
    def key(self) -> tuple[str, int]:
        """What names the cycle in addresses, files and answers: the plan's short name and the 年度."""
        return self.plan.short_name, self.fiscal_year

    def how_near(self) -> tuple[bool, bool, int]:
        """How near it is to the work of today: under way, else opened at all, and the later the nearer."""
        idle = (CycleState.DRAFT, CycleState.PUBLISHED)
        return self.state not in idle, self.state != CycleState.DRAFT, self.fiscal_year

    @property
    def folder(self) -> str:
        """Where the files that are made of it stand: dx/2024."""
        return "/".join(map(str, self.key))

    @property
    def file_name(self) -> str:
        """What the name of such a file begins with."""
        return f"{self.plan.city}_{self.plan.short_name}_{self.label}"

    @property
    def label(self) -> str:
        """令和6年度."""
        return fiscal_year_label(self.fiscal_year)

    def deadline(self, name: str, department_id: int) -> datetime | None:
        """The deadline of that name (`due_at`, …) for a department: its own where it has one, else the year's."""
        own = self.department_deadlines.get(str(department_id), {}).get(name)
        return datetime.fromisoformat(own) if own else getattr(self, name)
