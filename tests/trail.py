"""The triggers that keep the audit trail, the editions and what was decided, in tests: opened to empty the tables between two tests, and by a tampering superuser."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from unittest.mock import patch

from django.db import connection, transaction
from django.test import TransactionTestCase

from review.models import MeasureReview, MeasureYear
from review.trail.services import frozen_rows

TABLES = ("review_auditentry", "review_auditlink", "review_edition", "review_artifact", *frozen_rows.tables())


def opening_and_closing(tables: Collection[str] | None = None) -> tuple[list[str], list[str]]:
    """The statements that take the triggers away, of these tables or of all, and those that put them back as they stood."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT c.relname, t.tgname, t.tgenabled FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
                " WHERE c.relname = ANY(%s) AND NOT t.tgisinternal",
                [[table for table in TABLES if tables is None or table in tables]],
            )
            triggers = cursor.fetchall()
        again = {"A": "ENABLE ALWAYS", "O": "ENABLE"}
        return (
            [f"ALTER TABLE {table} DISABLE TRIGGER {name}" for table, name, _how in triggers],
            [f"ALTER TABLE {table} {again[how]} TRIGGER {name}" for table, name, how in triggers if how in again],
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql, tbl_name FROM sqlite_master WHERE type = 'trigger'")
        triggers = [(name, sql) for name, sql, table in cursor.fetchall() if tables is None or table in tables]
    return [f"DROP TRIGGER {name}" for name, _sql in triggers], [sql for _name, sql in triggers]


#: Django's own rows, made with the tables; no test changes them, and making them anew takes long.
STANDING = {"django_content_type", "auth_permission"}


@contextmanager
def emptying_opens_the_trail() -> Iterator[None]:
    """Within the block a test that commits leaves empty tables behind, the trail and the editions too.

    Only tables with rows are emptied: Django's own flush takes all, and makes every permission anew.
    """
    with patch.object(TransactionTestCase, "_fixture_teardown", lambda _case: empty()):
        yield


def empty() -> None:
    """Take away every row that tests have written."""
    tables = sorted(set(connection.introspection.django_table_names(only_existing=True)) - STANDING)
    filled = " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS(SELECT 1 FROM {table})" for table in tables)  # noqa: S608
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(filled)
            names = [name for (name,) in cursor.fetchall()]
        with tampering(names):
            # In any order: what points at a row that is gone goes too.
            later = ["SET CONSTRAINTS ALL DEFERRED"] if connection.vendor == "postgresql" else []
            _execute([*later, *(f"DELETE FROM {name}" for name in names)])  # noqa: S608


@contextmanager
def tampering(tables: Collection[str] | None = None) -> Iterator[None]:
    """As the database's superuser: the triggers, of these tables or of all, are away within the block, and stand again afterwards."""
    opening, closing = opening_and_closing(tables)
    # PostgreSQL changes no table on which checks still wait for the commit.
    settled = ["SET CONSTRAINTS ALL IMMEDIATE"] if connection.vendor == "postgresql" else []
    _execute([*settled, *opening])
    try:
        yield
    finally:
        _execute([*settled, *closing])


def rewrite(review: MeasureReview, **texts: str) -> None:
    """Change texts of the sheet behind the system's back."""
    year = MeasureYear.objects.get(pk=review.measure_year_id)
    MeasureYear.objects.filter(pk=year.pk).update(texts={**year.texts, **texts})


def _execute(statements: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
