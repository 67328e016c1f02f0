"""The database roles of a city's PostgreSQL: what each may do, as statements.

owner    runs migrations; the tables are its own. Nothing that serves a request connects as the owner.
app      reads and writes what the screens and the worker change. The audit trail and the decisions it may add to and
         read, never change; it cannot alter a table or take a trigger away.
backup   reads.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from psycopg import sql

from review.models import AuditEntry, AuditLink, CorrectionDecision, Decision

# Rows that are added once and stay. The links of the chain not even that: the database adds them itself.
ADDED_ONLY = (AuditEntry, Decision, CorrectionDecision)
READ_ONLY = (AuditLink,)


def statements(*, app: str, backup: str, database: str, schema: str, password: str = "") -> Iterator[sql.Composed]:
    """Everything to run as the owner of the tables, in order; safe to run again, after each migration for instance.

    Roles that are absent are made without a password, or with `password` for the application's.
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
    if password:
        yield sql.SQL("ALTER ROLE {app} PASSWORD {password}").format(**names, password=sql.Literal(password))
    for text in (
        "ALTER ROLE {app} NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION",
        "ALTER ROLE {backup} NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION",
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
    """Whether the application's role is there, adds to the trail, and cannot change it. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege(rolname, %s, 'INSERT') AND NOT has_table_privilege(rolname, %s, 'UPDATE')"
            " FROM pg_roles WHERE rolname = %s",
            [AuditEntry._meta.db_table, AuditEntry._meta.db_table, app],
        )
        found = cursor.fetchone()
        return bool(found and found[0])
