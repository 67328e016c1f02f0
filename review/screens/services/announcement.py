"""The operator's sentence on every screen, about maintenance for instance. It stands in the trail alone: what was put up last."""

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.fields.json import KT

from review.models import AuditEntry, User
from review.trail.services import audit

SUBJECT, LONGEST = "announcement", 200


def latest() -> QuerySet[AuditEntry, str]:
    """The newest sentence, as the one column of one row; '' in it where it was taken down."""
    return AuditEntry.objects.filter(subject=SUBJECT).order_by("-pk").values_list(KT("after__sentence"), flat=True)[:1]


def standing() -> str:
    """The sentence that every screen shows; '' where there is none. One query."""
    return latest().first() or ""


def put(*, user: User, sentence: str) -> None:
    """Show the sentence from now on; '' takes it down. The same again leaves no second row."""
    with transaction.atomic():
        before = standing()
        if before != sentence:
            audit.write(user, "announcement.put", SUBJECT, before={"sentence": before}, after={"sentence": sentence})
