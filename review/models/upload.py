"""記入用 workbooks that were handed out, and those that came back."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from review.models.cycle import Cycle


class EntryBook(models.Model):
    """One 記入用 workbook that was handed out. The file carries `token`; its content is stored here.

    `content` is {施策ID: {"review": id, "version": n, "texts": {item key: text}, "closed": {cell: digest}, "open": {cell:
    digest}}}: what the file said when it was made, for the comparison when it comes back. It is not in the file, where a hand
    could change it.
    """

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="entry_books")
    content = models.JSONField()
    made_by = models.ForeignKey("review.User", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("記入用ブック")
        verbose_name_plural = _("記入用ブック")
        ordering = ["-made_at", "-pk"]


class Upload(models.Model):
    """One workbook that came back. The bytes are not stored, only what was read.

    `code` and `detail` are the finding of the inspection; `result` is {"sheets": {施策ID: {item key: {"text", "cell",
    "mark"}}}, "unread": [{"cell", "text"}], "beyond": how many more are unread, "apart": [施策ID of other departments]}; `applied` is {施策ID: [item keys]} of what was taken. One row a person, cycle and content: sending the
    same file twice leads to the same row.
    """

    class State(models.TextChoices):
        REFUSED = "refused", _("受け付けられません")
        READ = "read", _("確認待ち")
        APPLIED = "applied", _("反映済")

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="uploads")
    entry_book = models.ForeignKey(EntryBook, null=True, blank=True, on_delete=models.PROTECT, related_name="uploads")
    uploaded_by = models.ForeignKey("review.User", on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    filename = models.CharField(_("ファイル名"), max_length=120)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    state = models.CharField(_("状態"), max_length=8, choices=State)
    code = models.CharField(max_length=12)
    detail = models.TextField(blank=True)
    result = models.JSONField(default=dict, blank=True)
    applied = models.JSONField(default=dict, blank=True)
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("アップロード")
        verbose_name_plural = _("アップロード")
        ordering = ["-uploaded_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["cycle", "uploaded_by", "sha256"], name="upload_once_a_person"),
            models.CheckConstraint(
                condition=~Q(state="applied") | Q(applied_at__isnull=False), name="applied_upload_has_time"
            ),
            models.CheckConstraint(
                condition=Q(state="refused") | Q(entry_book__isnull=False), name="read_upload_has_book"
            ),
        ]
