"""Where a notice leads, and by when what it asks for is due."""

from datetime import datetime

from django.urls import reverse

from review.models import OutboxEvent
from review.notices.services.notice_audiences import review_of

# --- where it leads ----------------------------------------------------------------------------------------------


def sheet(row: OutboxEvent) -> str:
    return reverse("meguri:sheet", args=[row.review_id])


def concurrence(row: OutboxEvent) -> str:
    return f"{sheet(row)}#concurrence"


def comments(row: OutboxEvent) -> str:
    return f"{sheet(row)}#comments"


def resume(row: OutboxEvent) -> str:
    """Straight to the form; those who may not write come to the sheet."""
    return reverse("meguri:resume", args=[row.review_id])


def mine(row: OutboxEvent) -> str:
    """The one sheet that waits for the reader, or home where several do."""
    return reverse("meguri:mine")


def home(row: OutboxEvent) -> str:
    """Where the year's deadlines stand beside what is mine."""
    return reverse("meguri:home")


def definitions(row: OutboxEvent) -> str:
    return reverse("meguri:definitions", args=_year(row))


def board(row: OutboxEvent) -> str:
    return reverse("meguri:board", args=_year(row))


def decide(row: OutboxEvent) -> str:
    return reverse("meguri:decide", args=_year(row))


def results(row: OutboxEvent) -> str:
    return reverse("publication:year", args=_year(row))


def correction(row: OutboxEvent) -> str:
    return reverse("meguri:correction", args=[row.payload["correction"]])


def cycle(row: OutboxEvent) -> str:
    return reverse("meguri:cycle", args=_year(row))


def change(row: OutboxEvent) -> str:
    return reverse("meguri:plan_change", args=[row.payload["change"]])


def plan_end(row: OutboxEvent) -> str:
    return reverse("meguri:plan_end", args=[_plan(row)])


def summary(row: OutboxEvent) -> str:
    return reverse("meguri:summary", args=[_plan(row)])


def public_summary(row: OutboxEvent) -> str:
    return reverse("publication:summary", args=[_plan(row)])


def proxies(row: OutboxEvent) -> str:
    return reverse("meguri:proxies")


def jobs(row: OutboxEvent) -> str:
    return reverse("meguri:jobs")


def audit(row: OutboxEvent) -> str:
    return reverse("meguri:audit")


def _plan(row: OutboxEvent) -> str:
    if row.cycle is None:
        raise ValueError(f"{row.name} tells of a plan but names no year of it")
    return row.cycle.plan.short_name


def _year(row: OutboxEvent) -> tuple[str, int]:
    if row.cycle is None:
        raise ValueError(f"{row.name} tells of a year but names none")
    return row.cycle.key


# --- by when -----------------------------------------------------------------------------------------------------


def due(row: OutboxEvent) -> datetime | None:
    """提出期限 of the year."""
    return row.cycle.due_at if row.cycle else None


def sheet_due(row: OutboxEvent) -> datetime | None:
    """By when the sheet is due from whoever has it."""
    return review_of(row).step_due_at


def decide_due(row: OutboxEvent) -> datetime | None:
    """審議期限 of the year."""
    return row.cycle.decide_due_at if row.cycle else None
