"""Which offices a sheet names: those of the day on which it was submitted, whatever was merged or renamed since."""

from typing import Any

from django.utils.timezone import localdate

from review import holders
from review.models import Appointment, AuditEntry, Department, MeasureReview, Reorganisation, ReviewState, Submission

#: Where a sheet stands by what was submitted; before, and after a return, it is the department's own again.
BY_SUBMISSION = (
    ReviewState.ENDORSING, ReviewState.SUBMITTED, ReviewState.REVIEWED, ReviewState.APPROVED, ReviewState.PUBLISHED,
)  # fmt: skip


def offices_of(review: MeasureReview) -> dict[str, Any]:
    """{"owner", "related"} for books and editions, and "owner_now" where the sheet has another office by now.

    `review` must come from `queries.full_reviews`. No query, but for a submission of before 0.9.0, which held no office.
    """
    year = review.measure_year
    standing: list[Any] = review.standing if review.state in BY_SUBMISSION and not review.outcome else []  # type: ignore[attr-defined]
    sent = standing[-1] if standing else None
    now = year.owner.name
    owner = (sent.owner_then or _owner_then(review, sent).name) if sent else now
    related = sent.related_then if sent else None
    return {
        "owner": owner,
        **({"owner_now": now} if owner != now else {}),
        "related": [office.name for office in year.related.all()] if related is None else related,
    }


def _owner_then(review: MeasureReview, sent: Submission) -> Department:
    """The office of an older submission: today's, and back through each 組織改正 that moved the sheet since."""
    year = review.measure_year
    office, label = year.owner, f"{year.measure.code}({year.fiscal_year})"
    for entry in AuditEntry.objects.filter(action="reorganisation.apply", at__gt=sent.submitted_at).order_by("-pk"):
        if label in (entry.after or {}).get("sheets", ()):
            plan = Reorganisation.objects.filter(pk=entry.subject.partition(":")[2], after=office).first()
            office = _before(plan, entry.after.get("owners", {}).get(label), sent) or office if plan else office
    return office


def _before(plan: Reorganisation, name: str | None, sent: Submission) -> Department | None:
    """The office that had the sheet before: the one the trail names, the only one, or the sender's; None where unknown."""
    offices = list(plan.before.all())
    if name is not None:
        return next((office for office in offices if office.name == name), None)
    if len(offices) > 1:
        posts = Appointment.objects.filter(
            holders.held_on(localdate(sent.submitted_at)), user=sent.submitted_by_id, department__in=offices
        )
        theirs = set(posts.values_list("department", flat=True))
        offices = [office for office in offices if office.pk in theirs]
    return offices[0] if len(offices) == 1 else None
