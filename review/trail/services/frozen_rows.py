"""Rows that are added once and stay: which, what of them may be filled later, and whether the database still holds it.

Triggers hold it for everybody (migration 0002), missing rights for the application's role (`database_roles`).
"""

from collections.abc import Iterator

from django.db import connection, models

from review.migrations import _frozen_rows as made
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
# Bits of pg_trigger.tgtype: before UPDATE or DELETE of each row; before TRUNCATE, once.
_KINDS = {"frozen_keep": 1 | 2 | 8 | 16, "frozen_keep_all": 2 | 32}


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
    triggers = _on_postgresql() if connection.vendor == "postgresql" else _on_sqlite()
    return sorted(triggers)


def _on_postgresql() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, t.tgname, t.tgtype::int, encode(t.tgargs, 'escape'), p.prosrc"
            " FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid"
            # a table that is not there has no triggers either; a cast to regclass would fail, or not, by the planner's whim
            " WHERE t.tgrelid IN (SELECT to_regclass(name) FROM unnest(%s::text[]) AS name)"
            " AND t.tgenabled = 'A' AND t.tgqual IS NULL AND t.tgattr::text = ''",
            [list(tables())],
        )
        standing = {(table, name): tuple(rest) for table, name, *rest in cursor.fetchall()}
    for table, fillable in tables().items():
        for name, kind in _KINDS.items():
            given = "".join(f"{column}\\000" for column in fillable) if name == "frozen_keep" else ""
            if standing.get((table, name)) != (kind, given, made.BODY):
                yield f"{table}.{name}"


def _on_sqlite() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        standing = dict(cursor.fetchall())
        for table, fillable in tables().items():
            for name, statement in made.sqlite_triggers(cursor, table, fillable).items():
                if standing.get(name) != statement:
                    yield f"{table}.{name}"
