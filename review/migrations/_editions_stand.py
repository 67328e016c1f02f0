"""Editions can only be added: the database refuses to change or delete one, or a file of one.

One change is left: `current` is taken away when the next edition comes. A program that goes round Meguri (psql, the
administrator's shell, a later bug) meets the same refusal; `verify_editions` says when the triggers are missing.
SQLite loses the triggers of a table that a later migration remakes: such a migration must call `release` before and
`protect` after it.
"""

POSTGRESQL = [
    """
    CREATE FUNCTION {schema}.meguri_edition_refuse() RETURNS trigger
        LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
    BEGIN
        RAISE EXCEPTION 'editions stand: % refused on %', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END $$
    """,
    """
    CREATE TRIGGER edition_keep BEFORE UPDATE ON {schema}.review_edition FOR EACH ROW
        WHEN (NOT (OLD.current AND NOT NEW.current)
              OR (to_jsonb(NEW) - 'current') IS DISTINCT FROM (to_jsonb(OLD) - 'current'))
        EXECUTE FUNCTION {schema}.meguri_edition_refuse()
    """,
    """
    CREATE TRIGGER edition_keep_row BEFORE DELETE ON {schema}.review_edition
        FOR EACH ROW EXECUTE FUNCTION {schema}.meguri_edition_refuse()
    """,
    """
    CREATE TRIGGER edition_keep_all BEFORE TRUNCATE ON {schema}.review_edition
        FOR EACH STATEMENT EXECUTE FUNCTION {schema}.meguri_edition_refuse()
    """,
    """
    CREATE TRIGGER edition_file_keep BEFORE UPDATE ON {schema}.review_artifact FOR EACH ROW
        WHEN (OLD.edition_id IS NOT NULL OR NEW.edition_id IS NOT NULL)
        EXECUTE FUNCTION {schema}.meguri_edition_refuse()
    """,
    """
    CREATE TRIGGER edition_file_keep_row BEFORE DELETE ON {schema}.review_artifact FOR EACH ROW
        WHEN (OLD.edition_id IS NOT NULL)
        EXECUTE FUNCTION {schema}.meguri_edition_refuse()
    """,
    """
    CREATE TRIGGER edition_file_keep_all BEFORE TRUNCATE ON {schema}.review_artifact
        FOR EACH STATEMENT EXECUTE FUNCTION {schema}.meguri_edition_refuse()
    """,
    # Also in a session that calls itself a replica.
    *(
        f"ALTER TABLE {{schema}}.review_{table} ENABLE ALWAYS TRIGGER {name}"
        for table, names in (
            ("edition", ("edition_keep", "edition_keep_row", "edition_keep_all")),
            ("artifact", ("edition_file_keep", "edition_file_keep_row", "edition_file_keep_all")),
        )
        for name in names
    ),
]

POSTGRESQL_BACK = [
    "DROP TRIGGER IF EXISTS edition_keep ON {schema}.review_edition",
    "DROP TRIGGER IF EXISTS edition_keep_row ON {schema}.review_edition",
    "DROP TRIGGER IF EXISTS edition_keep_all ON {schema}.review_edition",
    "DROP TRIGGER IF EXISTS edition_file_keep ON {schema}.review_artifact",
    "DROP TRIGGER IF EXISTS edition_file_keep_row ON {schema}.review_artifact",
    "DROP TRIGGER IF EXISTS edition_file_keep_all ON {schema}.review_artifact",
    "DROP FUNCTION IF EXISTS {schema}.meguri_edition_refuse()",
]

EDITION_COLUMNS = (
    "id cycle_id number kind previous_id snapshot sha256 prepared_by_id decided_by_id decided_at meeting_id "
    "published_at seal"
).split()

SQLITE = [
    "CREATE TRIGGER edition_keep BEFORE UPDATE ON review_edition WHEN NOT (OLD.current AND NOT NEW.current) OR "
    + " OR ".join(f'NEW."{name}" IS NOT OLD."{name}"' for name in EDITION_COLUMNS)
    + " BEGIN SELECT RAISE(ABORT, 'editions stand: UPDATE refused'); END",
    "CREATE TRIGGER edition_keep_row BEFORE DELETE ON review_edition "
    "BEGIN SELECT RAISE(ABORT, 'editions stand: DELETE refused'); END",
    # INSERT OR REPLACE would delete a row without asking the triggers that refuse a DELETE.
    "CREATE TRIGGER edition_once BEFORE INSERT ON review_edition WHEN EXISTS (SELECT 1 FROM review_edition "
    "WHERE id = NEW.id OR (cycle_id = NEW.cycle_id AND (number = NEW.number OR (current AND NEW.current)))) "
    "BEGIN SELECT RAISE(ABORT, 'editions stand: REPLACE refused'); END",
    "CREATE TRIGGER edition_file_keep BEFORE UPDATE ON review_artifact "
    "WHEN OLD.edition_id IS NOT NULL OR NEW.edition_id IS NOT NULL "
    "BEGIN SELECT RAISE(ABORT, 'editions stand: UPDATE refused'); END",
    "CREATE TRIGGER edition_file_keep_row BEFORE DELETE ON review_artifact WHEN OLD.edition_id IS NOT NULL "
    "BEGIN SELECT RAISE(ABORT, 'editions stand: DELETE refused'); END",
    "CREATE TRIGGER edition_file_once BEFORE INSERT ON review_artifact WHEN EXISTS (SELECT 1 FROM review_artifact "
    "WHERE edition_id IS NOT NULL AND (id = NEW.id OR path = NEW.path "
    "OR (edition_id = NEW.edition_id AND kind = NEW.kind))) "
    "BEGIN SELECT RAISE(ABORT, 'editions stand: REPLACE refused'); END",
]

SQLITE_TRIGGERS = (
    "edition_keep edition_keep_row edition_once edition_file_keep edition_file_keep_row edition_file_once"
).split()


def statements(cursor):
    """Those that protect, as they are run in the present schema."""
    return SQLITE if cursor.db.vendor == "sqlite" else _on_postgresql(cursor, POSTGRESQL)


def _on_postgresql(cursor, statements):
    cursor.execute("SELECT quote_ident(current_schema())")
    schema = cursor.fetchone()[0]
    return [statement.replace("{schema}", schema) for statement in statements]


def _run_postgresql(schema_editor, statements):
    with schema_editor.connection.cursor() as cursor:
        texts = _on_postgresql(cursor, statements)
    for text in texts:
        schema_editor.execute(text, params=None)


def protect(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        _run_postgresql(schema_editor, POSTGRESQL)
        return
    for statement in SQLITE:
        schema_editor.execute(statement, params=None)


def release(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        _run_postgresql(schema_editor, POSTGRESQL_BACK)
        return
    for name in SQLITE_TRIGGERS:
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}", params=None)
