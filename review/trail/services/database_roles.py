"""The database roles of a city's PostgreSQL: what each may do, as statements.

owner    runs migrations; the tables are its own. Nothing that serves a request connects as the owner.
app      reads and writes what the screens and the worker change. The audit trail, and what was submitted, commented and
         decided, it may add to and read, never change: of the latter it fills the columns that `frozen_rows` names. It
         cannot alter a table or take a trigger away.
backup   reads.
"""

from collections.abc import Iterator

from django.db import connection, models
from psycopg import sql

from review.models import AuditEntry, AuditLink
from review.trail.services import frozen_rows

# Rows that are added once and stay. The links of the chain not even that: the database adds them itself.
ADDED_ONLY: tuple[type[models.Model], ...] = (AuditEntry, *frozen_rows.FROZEN)
READ_ONLY: tuple[type[models.Model], ...] = (AuditLink,)


#: A role that has more than it needs loses it; to one that has not, an owner without SUPERUSER need not say so.
_NO_MORE = (
    "DO $$ BEGIN IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = {word}"
    " AND (rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication)) THEN"
    " ALTER ROLE {role} NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION; END IF; END $$"
)


def statements(
    *, app: str, backup: str, database: str, schema: str, password: str = "", backup_password: str = ""
) -> Iterator[sql.Composed]:
    """Everything to run as the owner of the tables, in order; safe to run again, after each migration for instance. The
    owner may make roles (CREATEROLE) and need be no superuser.

    Roles that are absent are made without a password, or with that of their own.
    """
    names = {
        "app": sql.Identifier(app),
        "backup": sql.Identifier(backup),
        "database": sql.Identifier(database),
        "schema": sql.Identifier(schema),
    }
    for role in (app, backup):
        yield sql.SQL(
            "DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = {word}) THEN CREATE ROLE {role} LOGIN;"
            " END IF; END $$"
        ).format(word=sql.Literal(role), role=sql.Identifier(role))
        yield sql.SQL(_NO_MORE).format(word=sql.Literal(role), role=sql.Identifier(role))
    for role, secret in ((app, password), (backup, backup_password)):
        if secret:
            yield sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(secret))
    for text in (
        "REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC",
        "GRANT CONNECT ON DATABASE {database} TO {app}, {backup}",
        "GRANT USAGE ON SCHEMA {schema} TO {app}, {backup}",
        "GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {backup}",
        "GRANT SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {backup}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {app}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {app}",
        "REVOKE TRUNCATE, REFERENCES, TRIGGER ON ALL TABLES IN SCHEMA {schema} FROM {app}",
        "REVOKE ALL ON {schema}.django_migrations FROM {app}",
        "GRANT SELECT ON {schema}.django_migrations TO {app}",
    ):
        yield sql.SQL(text).format(**names)
    yield from _kept_tables(names)


def _kept_tables(names: dict[str, sql.Identifier]) -> Iterator[sql.Composed]:
    for model in (*ADDED_ONLY, *READ_ONLY):
        table = sql.Identifier(model._meta.db_table)
        verbs = "INSERT, UPDATE, DELETE" if model in READ_ONLY else "UPDATE, DELETE"
        yield sql.SQL(f"REVOKE {verbs} ON {{schema}}.{{table}} FROM {{app}}").format(**names, table=table)
    # After the table's own: to take UPDATE of a table away takes it of each column.
    for name, fillable in frozen_rows.tables().items():
        if fillable:
            yield sql.SQL("GRANT UPDATE ({columns}) ON {schema}.{table} TO {app}").format(
                **names, table=sql.Identifier(name), columns=sql.SQL(", ").join(map(sql.Identifier, fillable))
            )


def may_change_trail() -> bool | None:
    """Whether the role that we are connected as could change or remove rows of the trail, triggers aside. One query.

    None on SQLite, which has no roles.
    """
    if connection.vendor != "postgresql":
        return None
    tables = [model._meta.db_table for model in (AuditEntry, AuditLink)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bool_or(has_table_privilege(name, 'UPDATE') OR has_table_privilege(name, 'DELETE')"
            " OR has_table_privilege(name, 'TRUNCATE')) FROM unnest(%s::text[]) AS name",
            [tables],
        )
        return bool(cursor.fetchone()[0])


def is_ready(app: str) -> bool:
    """Whether the application's role is there, adds to what stays, and changes nothing of it but the columns that are
    filled later. One query."""
    added = [model._meta.db_table for model in ADDED_ONLY]
    filled = [f"{table}.{column}" for table, columns in frozen_rows.tables().items() for column in columns]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bool_and(has_table_privilege(rolname, relid, 'INSERT') = (relname = ANY(%(added)s))"
            " AND NOT has_table_privilege(rolname, relid, 'DELETE')"
            " AND has_column_privilege(rolname, relid, attnum, 'UPDATE') = (relname || '.' || attname = ANY(%(filled)s)))"
            " FROM pg_roles, (SELECT c.oid AS relid, c.relname, a.attnum, a.attname FROM pg_attribute a"
            " JOIN pg_class c ON c.oid = a.attrelid WHERE a.attnum > 0 AND NOT a.attisdropped"
            " AND c.oid IN (SELECT unnest(%(kept)s::text[])::regclass)) AS columns WHERE rolname = %(app)s",
            {
                "added": added,
                "filled": filled,
                "kept": [*added, *(model._meta.db_table for model in READ_ONLY)],
                "app": app,
            },
        )
        row = cursor.fetchone()
        return bool(row and row[0])
