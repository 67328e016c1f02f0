"""Runs every night."""

from celery import shared_task

from review.operations.services import retention
from review.sign_in.services import second_factor


@shared_task(name="tasks.retention.remove_expired")
def remove_expired() -> dict[str, int]:
    """Remove sessions, tallies and letters whose time is over, and bring secrets under the present key. Safe to run again."""
    return {**retention.remove_expired(), "resealed": second_factor.reseal()}
