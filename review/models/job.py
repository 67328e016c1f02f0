"""Work that outlives a request, and the signs of life of those who do it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from review.models.cycle import Cycle


class JobState(models.TextChoices):
    WAITING = "waiting", _("待機中")
    RUNNING = "running", _("実行中")
    DONE = "done", _("完了")
    FAILED = "failed", _("失敗")
    GIVEN_UP = "given_up", _("中止")


class Job(models.Model):
    """One piece of work, unique by `key`. A worker takes a short lease; `token` is the fence that refuses a late finisher.

    `wanted` rises with each request and `built` follows, so that thirty requests in a minute are one run: a job is
    done when `built` has reached `wanted`. `args` holds ids, and until it is done what a person gave to it. Of its `attempts`, `ended_attempts` came to an end, be
    it a failure; the rest died with their worker. A failed job is tried on unless its failure is `final`; `told_at` says
    since when the operators know.
    """

    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=120, unique=True)
    args = models.JSONField(default=dict)
    cycle = models.ForeignKey(Cycle, null=True, blank=True, on_delete=models.PROTECT, related_name="jobs")
    state = models.CharField(max_length=10, choices=JobState, default=JobState.WAITING)
    wanted = models.PositiveIntegerField(default=1)
    built = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    ended_attempts = models.PositiveIntegerField(default=0, db_default=0)
    final = models.BooleanField(default=False, db_default=False)
    told_at = models.DateTimeField(null=True, blank=True)
    token = models.UUIDField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField()
    done_steps = models.PositiveIntegerField(default=0)
    total_steps = models.PositiveIntegerField(default=0)
    doing = models.CharField(max_length=100, blank=True)
    #: What came of it so far, for the person in whose name it is done.
    outcome = models.JSONField(null=True, blank=True)
    cause = models.TextField(_("原因"), blank=True)
    reference = models.CharField(_("照会番号"), max_length=12, blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("処理")
        verbose_name_plural = _("処理")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["state", "not_before"])]
        constraints = [
            models.CheckConstraint(condition=Q(built__lte=F("wanted")), name="job_builds_what_is_wanted"),
            models.CheckConstraint(
                condition=~Q(state=JobState.RUNNING) | Q(token__isnull=False, leased_until__isnull=False),
                name="running_job_has_lease",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Heartbeat(models.Model):
    """When a periodic part (the sweep, beat, a worker) last showed itself."""

    name = models.CharField(max_length=60, unique=True)
    at = models.DateTimeField()
