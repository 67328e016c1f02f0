"""Who did what, when and from where: written with the change, never altered."""

from typing import Any, NoReturn, TypeVar

from django.db import models

Row = TypeVar("Row", bound=models.Model)


class AppendOnlyQuerySet(models.QuerySet[Row]):
    """Rows can be added and read. The database's own triggers hold where this class is passed by."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise TypeError("監査記録は変更できません。")

    def delete(self) -> NoReturn:
        raise TypeError("監査記録は削除できません。")


class AuditEntry(models.Model):
    """One act. People stand here by their opaque key only. `before` and `after` hold what changed."""

    at = models.DateTimeField()
    actor_key = models.UUIDField(null=True, blank=True)
    action = models.CharField(max_length=40)
    subject = models.CharField(max_length=80)
    before = models.JSONField(default=dict, blank=True)
    after = models.JSONField(default=dict, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)
    request_id = models.CharField(max_length=40, blank=True)
    # None in what was written before there were signatures (trail/services/signatures).
    signature = models.CharField(max_length=80, blank=True, null=True)  # noqa: DJ001 (see migration 0016)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["subject"]), models.Index(fields=["at"])]

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("監査記録は変更できません。")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("監査記録は削除できません。")


class AuditLink(models.Model):
    """One link of the hash chain over the trail; see `services/audit_chain.py`.

    Written by the database alone, when the entry's transaction commits: a row of its own, because the place in the
    chain is known only then and the entry itself may not be touched any more.
    """

    seq = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(AuditEntry, on_delete=models.PROTECT, related_name="link")
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["seq"]
