"""Rows that are added once and stay: which, what of them may be filled later, and whether the database still holds it.

Triggers hold it for everybody (migration 0002), missing rights for the application's role (`database_roles`).
"""

from django.db import connection, models

from review.migrations import _frozen_rows as _made
from review.models import (
    CorrectionDecision,
    Decision,
    Evidence,
    ItemComment,
    LaterReading,
    Rating,
    RecordedDecision,
    Submission,
    SummaryDecision,
    SummaryEdition,
)
from review.trail.services import triggers

#: {model: its fields that are filled once, from NULL}. All else that happens to such a row is a row of its own.
FROZEN: dict[type[models.Model], tuple[str, ...]] = {
    Submission: ("recalled_at", "recalled_by"),
    Decision: (),
    RecordedDecision: ("closed_at", "decision"),
    CorrectionDecision: (),
    LaterReading: (),
    Rating: (),
    ItemComment: (),
    Evidence: ("withdrawn_at", "withdrawn_by"),
    SummaryDecision: (),
    SummaryEdition: (),
}


def tables() -> dict[str, tuple[str, ...]]:
    """{table: the columns that may be filled once}."""
    return {
        model._meta.db_table: tuple(
            field.column for field in model._meta.concrete_fields if field.column and field.name in names
        )
        for model, names in FROZEN.items()
    }


def weakened() -> list[str]:
    """The triggers that are missing, disabled or other than they were made, as `table.trigger`. Reads no row."""
    with connection.cursor() as cursor:
        made = [each for table, fillable in tables().items() for each in _made.statements(cursor, table, fillable)]
    return triggers.altered(made, list(tables()))
