"""Runs each business morning."""

from celery import shared_task

from review import clock
from review.domain.business_days import is_business_day
from review.services import cycles


@shared_task(name="tasks.reminders.remind")
def remind() -> int:
    """Announce the deadlines that are near or past, each once."""
    return cycles.remind() if is_business_day(clock.today()) else 0
