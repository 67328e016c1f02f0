"""All tables at one moment, out of the database and back into an empty one.

PostgreSQL: one file a table in COPY's own text form, read in one snapshot, while everybody works on. SQLite: the database
file as VACUUM INTO writes it. Neither needs a program of the database's beside Meguri. The chain of the audit trail covers
the texts as the one database writes them: a backup goes back into the kind of database that it came from.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from psycopg import sql

from review.operations.services import backup_folder

#: Sessions: whoever was signed in signs in again. Migrations: the restore makes them itself.
LEFT_OUT = frozenset({"django_session", "django_migrations"})
#: What `migrate` puts into empty tables.
MADE_BY_MIGRATE = frozenset({"django_content_type", "auth_permission", "django_migrations"})
SQLITE_FILE = "meguri.sqlite3"
_FILES = (
    "SELECT path, size, sha256 FROM review_artifact WHERE retired_at IS NULL UNION ALL"
    " SELECT path, size, sha256 FROM review_evidence WHERE withdrawn_at IS NULL ORDER BY 1"
)
_MIGRATIONS = "SELECT app, name FROM django_migrations ORDER BY 1, 2"
_HEAD = "SELECT seq, hash FROM review_auditlink ORDER BY seq DESC LIMIT 1"
#: A mark is a row of the heartbeats that begins with the restore.
_MARK = (
    "DELETE FROM review_heartbeat WHERE name = %s",
    "INSERT INTO review_heartbeat (name, at) VALUES (%s, CURRENT_TIMESTAMP)",
)
_AGAIN = {"O": "ENABLE", "A": "ENABLE ALWAYS", "R": "ENABLE REPLICA"}


@dataclass(frozen=True, kw_only=True)
class Saved:
    """What was read at the one moment: rows of each table, (path, size, sha256) of each file that a row names, …"""

    tables: dict[str, int]
    columns: dict[str, list[str]]
    sequences: dict[str, list[Any]]
    files: list[tuple[str, int, str]]
    migrations: list[list[str]]
    head: list[Any]


def save(folder: Path) -> Saved:
    """Write all tables into the folder, as they are at one moment."""
    folder.mkdir(exist_ok=True)
    return _save_postgresql(folder) if connection.vendor == "postgresql" else _save_sqlite(folder)


def named_files() -> list[tuple[str, int, str]]:
    """(path, size, sha256) of each file that a row names now."""
    with connection.cursor() as cursor:
        return _rows(cursor, _FILES)


def _rows(cursor: Any, query: str) -> list[Any]:
    cursor.execute(query)
    return list(cursor.fetchall())


def _answers(cursor: Any) -> dict[str, Any]:
    head = _rows(cursor, _HEAD)
    return {
        "files": [tuple(row) for row in _rows(cursor, _FILES)],
        "migrations": [list(row) for row in _rows(cursor, _MIGRATIONS)],
        "head": list(head[0]) if head else [0, ""],
    }


# --- PostgreSQL ------------------------------------------------------------------------------------------------------


@contextmanager
def _without_limits(*, snapshot: bool) -> Iterator[Any]:
    """A cursor in a transaction of its own, which may take as long as it takes; `snapshot`: of one moment, reading only."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        if snapshot:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        yield cursor


def _save_postgresql(folder: Path) -> Saved:
    rows: dict[str, int] = {}
    with _without_limits(snapshot=True) as cursor:
        columns = _columns(cursor)
        for table, names in columns.items():
            with cursor.copy(sql.SQL("COPY {} ({}) TO STDOUT").format(*_identifiers(table, names))) as stream:
                backup_folder.copy(map(bytes, stream), folder / f"{table}.copy")
            rows[table] = cursor.rowcount
        numbers = _rows(
            cursor, "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = current_schema() ORDER BY 1"
        )
        sequences = {name: [last] for name, last in numbers if last is not None}
        return Saved(tables=rows, columns=columns, sequences=sequences, **_answers(cursor))


def _identifiers(table: str, names: Iterable[str]) -> tuple[sql.Identifier, sql.Composed]:
    return sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, names))


def _columns(cursor: Any) -> dict[str, list[str]]:
    """The columns of each table that is saved, without those that the database computes."""
    rows = _rows(
        cursor,
        "SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables"
        " USING (table_schema, table_name) WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'"
        " AND is_generated = 'NEVER' ORDER BY 1, ordinal_position",
    )
    columns: dict[str, list[str]] = {}
    for table, column in rows:
        if table not in LEFT_OUT:
            columns.setdefault(table, []).append(column)
    return columns


def _load_postgresql(folder: Path, manifest: backup_folder.Manifest, marks: Iterable[str]) -> None:
    """All or nothing. As the owner of the tables: the triggers that keep their rows are away until the rows are there."""
    with _without_limits(snapshot=False) as cursor:
        triggers = _rows(
            cursor,
            "SELECT c.relname, t.tgname, t.tgenabled FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE c.relnamespace = current_schema()::regnamespace AND NOT t.tgisinternal",
        )
        _alter(cursor, "DISABLE", triggers)
        for table in sorted(MADE_BY_MIGRATE - LEFT_OUT):
            cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        for table, names in manifest.columns.items():
            statement = sql.SQL("COPY {} ({}) FROM STDIN").format(*_identifiers(table, names))
            with (folder / f"{table}.copy").open("rb") as stream, cursor.copy(statement) as out:
                while part := stream.read(1 << 20):
                    out.write(part)
        for name, (last,) in manifest.sequences.items():
            cursor.execute("SELECT setval(quote_ident(%s)::regclass, %s)", [name, last])
        for mark, step in product(marks, _MARK):
            cursor.execute(step, [mark])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        _alter(cursor, "", triggers)


def _alter(cursor: Any, verb: str, triggers: Iterable[tuple[str, str, str]]) -> None:
    """Disable the triggers, or let each stand again as it stood."""
    for table, name, how in triggers:
        if word := verb or _AGAIN.get(how, ""):
            statement = sql.SQL(f"ALTER TABLE {{}} {word} TRIGGER {{}}")
            cursor.execute(statement.format(sql.Identifier(table), sql.Identifier(name)))


# --- SQLite ----------------------------------------------------------------------------------------------------------


def _save_sqlite(folder: Path) -> Saved:
    path = folder / SQLITE_FILE
    path.unlink(missing_ok=True)
    with connection.cursor() as ours:
        ours.execute("VACUUM INTO %s", [str(path)])
    with closing(sqlite3.connect(path, isolation_level=None)) as copied:
        cursor = copied.cursor()
        cursor.execute("PRAGMA secure_delete = ON")
        cursor.execute("DELETE FROM django_session")
        names = [name for (name,) in _rows(cursor, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")]
        saved = [name for name in names if name not in LEFT_OUT and not name.startswith("sqlite_")]
        rows = {name: _rows(cursor, f'SELECT count(*) FROM "{name}"')[0][0] for name in saved}  # noqa: S608 (names of our own tables)
        return Saved(tables=rows, columns={}, sequences={}, **_answers(cursor))


def _load_sqlite(folder: Path, marks: Iterable[str]) -> None:
    """Marked in a copy first, so that the database never stands there without the marks."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / SQLITE_FILE
        shutil.copyfile(folder / SQLITE_FILE, path)
        with closing(sqlite3.connect(path)) as marked:
            for mark, step in product(marks, _MARK):
                marked.execute(step.replace("%s", "?"), [mark])
            marked.commit()
            connection.ensure_connection()
            marked.backup(connection.connection)


# --- back again ------------------------------------------------------------------------------------------------------


def load(folder: Path, manifest: backup_folder.Manifest, *, marks: Iterable[str]) -> None:
    """Put all tables back into an empty database, and with them the `marks`, by name. All of it or nothing."""
    if connection.vendor == "postgresql":
        _load_postgresql(folder, manifest, marks)
    else:
        _load_sqlite(folder, marks)


def filled_tables() -> list[str]:
    """The tables that hold rows which `migrate` did not put there."""
    tables = sorted(set(connection.introspection.table_names()) - MADE_BY_MIGRATE)
    if not tables:
        return []
    quoted = [(name, connection.ops.quote_name(name)) for name in tables]
    query = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {table})" for name, table in quoted)  # noqa: S608 (names of our own tables)
    with connection.cursor() as cursor:
        return [name for (name,) in _rows(cursor, query)]


def row_counts(tables: Iterable[str]) -> dict[str, int]:
    with connection.cursor() as cursor:
        quoted = [(name, connection.ops.quote_name(name)) for name in tables]
        return {name: _rows(cursor, f"SELECT count(*) FROM {table}")[0][0] for name, table in quoted}  # noqa: S608 (names of our own tables)


def is_owner() -> bool:
    """Whether we may make tables, and those that are there are ours."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        query = (
            "SELECT has_schema_privilege(current_schema(), 'CREATE') AND NOT EXISTS (SELECT 1 FROM pg_class"
            " WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'"
            " AND NOT pg_has_role(current_user, relowner, 'USAGE'))"
        )
        return bool(_rows(cursor, query)[0][0])
