"""Notices to people, and the mails that carry them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from review.models.cycle import Cycle
from review.models.sheet import MeasureReview


class MailState(models.TextChoices):
    WAITING = "waiting", _("送信待ち")
    SENDING = "sending", _("送信中")
    SENT = "sent", _("送信済")
    PARKED = "parked", _("保留")


class Mail(models.Model):
    """One envelope. It may carry several notices; `message_id` is fixed before the first try and never changes."""

    recipient = models.ForeignKey("review.User", on_delete=models.PROTECT, related_name="mails")
    address = models.EmailField()
    message_id = models.CharField(max_length=120, unique=True)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    state = models.CharField(max_length=8, choices=MailState, default=MailState.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    # How many of them ended with an answer, or with none in time; the rest died with their sender.
    ended_attempts = models.PositiveIntegerField(default=0, db_default=0)
    token = models.UUIDField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField()
    cause = models.TextField(blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["state", "not_before"])]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=MailState.SENT) | Q(sent_at__isnull=False), name="sent_mail_has_time"
            )
        ]

    def __str__(self) -> str:
        return self.subject


class Notification(models.Model):
    """One thing that one person should know: what happened, what to do (`act`), by when (`due_at`), and one link.

    `key` makes it exist once, however often its event is delivered. `asks` names the step and the sheets (or the
    year) of a notice that is worth nothing any more once they have been dealt with.
    """

    recipient = models.ForeignKey("review.User", on_delete=models.PROTECT, related_name="notifications")
    event = models.CharField(max_length=30)
    cycle = models.ForeignKey(Cycle, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    review = models.ForeignKey(MeasureReview, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=120, unique=True)
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    act = models.TextField(blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    asks = models.JSONField(default=dict, blank=True)
    link = models.CharField(max_length=200, blank=True)
    to_act = models.BooleanField(default=False)
    mail = models.ForeignKey(Mail, null=True, blank=True, on_delete=models.PROTECT, related_name="notifications")
    mail_after = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    #: When what it asks for was done, whoever did it.
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("お知らせ")
        verbose_name_plural = _("お知らせ")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["recipient", "read_at"]), models.Index(fields=["mail", "mail_after"])]

    def __str__(self) -> str:
        return self.title


class NoticeText(models.Model):
    """The administrator's own words in the place of a notice's original ones. `key` names a line of the table."""

    key = models.CharField(max_length=60, unique=True)
    title = models.CharField(_("件名"), max_length=200)
    body = models.TextField(_("本文"), blank=True)
    act = models.TextField(_("していただくこと"), blank=True)
    changed_by = models.ForeignKey("review.User", on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("お知らせの文面")
        verbose_name_plural = _("お知らせの文面")
        ordering = ["key"]


class NoticeChoice(models.Model):
    class Channel(models.TextChoices):
        NOW = "now", _("すぐにメール")
        DIGEST = "digest", _("朝のまとめメール")
        APP = "app", _("画面だけ")

    user = models.ForeignKey("review.User", on_delete=models.PROTECT, related_name="notice_choices")
    notice = models.CharField(max_length=60)
    channel = models.CharField(max_length=6, choices=Channel)

    class Meta:
        verbose_name = _("お知らせの受け取り方")
        verbose_name_plural = _("お知らせの受け取り方")
        constraints = [models.UniqueConstraint(fields=["user", "notice"], name="one_choice_a_notice")]
