"""Events that were committed and must have their effects."""

from django.db import models

from review.models.cycle import Cycle
from review.models.sheet import MeasureReview


class OutboxEvent(models.Model):
    """One event, written in the transaction of the change that it tells of.

    `key` is unique, so that the same change cannot tell twice. Delivery makes its notices and job requests in one
    transaction and sets `delivered_at`; after too many failed tries the row is parked with a cause, which the operators'
    page shows, and tried on more rarely.
    """

    name = models.CharField(max_length=30)
    key = models.CharField(max_length=120, unique=True)
    cycle = models.ForeignKey(Cycle, null=True, blank=True, on_delete=models.PROTECT, related_name="events")
    review = models.ForeignKey(MeasureReview, null=True, blank=True, on_delete=models.PROTECT, related_name="events")
    actor = models.ForeignKey("review.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    payload = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField()
    parked_at = models.DateTimeField(null=True, blank=True)
    cause = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["not_before"], condition=models.Q(delivered_at=None), name="outbox_undelivered")
        ]

    def __str__(self) -> str:
        return self.key
