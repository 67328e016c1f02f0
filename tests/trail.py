"""The triggers that keep the audit trail and the editions, in tests: opened for the flush between two tests, and by a tampering superuser."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from unittest.mock import patch

from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations

TABLES = ("review_auditentry", "review_auditlink", "review_edition", "review_artifact")


def opening_and_closing() -> tuple[list[str], list[str]]:
    """The statements that take the triggers away, and those that put them back as they stood."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT c.relname, t.tgname, t.tgenabled FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
                " WHERE c.relname = ANY(%s) AND NOT t.tgisinternal",
                [list(TABLES)],
            )
            found = cursor.fetchall()
        again = {"A": "ENABLE ALWAYS", "O": "ENABLE"}
        return (
            [f"ALTER TABLE {table} DISABLE TRIGGER {name}" for table, name, _how in found],
            [f"ALTER TABLE {table} {again[how]} TRIGGER {name}" for table, name, how in found if how in again],
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        found = cursor.fetchall()
    return [f"DROP TRIGGER {name}" for name, _sql in found], [sql for _name, sql in found]


@contextmanager
def flush_opens_the_trail() -> Iterator[None]:
    """Within the block a flush of the whole database empties the trail and the editions too."""
    usual = BaseDatabaseOperations.execute_sql_flush

    def flush(self: BaseDatabaseOperations, sql_list: Sequence[str]) -> None:
        opening, closing = opening_and_closing()
        usual(self, [*opening, *sql_list, *closing])

    with patch.object(BaseDatabaseOperations, "execute_sql_flush", flush):
        yield


@contextmanager
def tampering() -> Iterator[None]:
    """As the database's superuser: the triggers are away within the block, and stand again afterwards."""
    opening, closing = opening_and_closing()
    # PostgreSQL changes no table on which checks still wait for the commit.
    settled = ["SET CONSTRAINTS ALL IMMEDIATE"] if connection.vendor == "postgresql" else []
    _execute([*settled, *opening])
    try:
        yield
    finally:
        _execute([*settled, *closing])


def _execute(statements: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
