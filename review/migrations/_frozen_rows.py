"""Rows that are added once and stay, held by the database: for migrations that make or alter such a table.

A later migration that alters a frozen table calls `thaw` before and `freeze` after it, both as operations of its own:
SQLite loses the triggers of a table that is remade, refuses to drop a column that a trigger names, and guards only the
columns that were there when the triggers were made.
"""

import re

FUNCTION = "meguri_frozen_refuse"

# A column named by the trigger may be filled once, from NULL; as texts, so that 1 and 1.0 differ.
BODY = """
DECLARE
    wanted jsonb;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        wanted := to_jsonb(NEW);
        PERFORM 1 FROM jsonb_each(to_jsonb(OLD)) AS stood(name, value)
            WHERE (wanted -> stood.name)::text IS DISTINCT FROM stood.value::text
              AND NOT (stood.name = ANY (coalesce(TG_ARGV, '{}')) AND stood.value = 'null'::jsonb);
        IF NOT FOUND THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'frozen rows: % refused on %', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END """

POSTGRESQL = [
    "CREATE TRIGGER frozen_keep BEFORE UPDATE OR DELETE ON {schema}.{table}"
    " FOR EACH ROW EXECUTE FUNCTION {schema}.{function}({names})",
    "CREATE TRIGGER frozen_keep_all BEFORE TRUNCATE ON {schema}.{table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION {schema}.{function}()",
    # Also in a session that calls itself a replica.
    "ALTER TABLE {schema}.{table} ENABLE ALWAYS TRIGGER frozen_keep",
    "ALTER TABLE {schema}.{table} ENABLE ALWAYS TRIGGER frozen_keep_all",
]
POSTGRESQL_TRIGGERS = ("frozen_keep", "frozen_keep_all")


def freeze(schema_editor, table, fillable):
    """Nothing of the table's rows changes any more but `fillable` columns, once and from NULL. Safe to call again."""
    thaw(schema_editor, table)
    with schema_editor.connection.cursor() as cursor:
        made = statements(cursor, table, fillable)
    for statement in made:
        schema_editor.execute(statement, params=None)


def thaw(schema_editor, table):
    """Take the triggers of `freeze` away. Safe to call where there are none."""
    postgresql = schema_editor.connection.vendor == "postgresql"
    for name in POSTGRESQL_TRIGGERS if postgresql else sqlite_names(table):
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}" + (f" ON {table}" if postgresql else ""), params=None)


def statements(cursor, table, fillable):
    """Those for one table, as they are run in the present schema."""
    if cursor.db.vendor == "sqlite":
        return list(sqlite_triggers(cursor, table, fillable).values())
    cursor.execute("SELECT quote_ident(current_schema())")
    schema = cursor.fetchone()[0]
    names = ", ".join(f"'{name}'" for name in fillable)
    function = (
        f"CREATE OR REPLACE FUNCTION {schema}.{FUNCTION}() RETURNS trigger"
        f" LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $${BODY}$$"
    )
    values = {"{schema}": schema, "{table}": table, "{function}": FUNCTION, "{names}": names}
    made = []
    for statement in POSTGRESQL:
        for word, value in values.items():
            statement = statement.replace(word, value)
        made.append(statement)
    return [function, *made]


# --- SQLite ----------------------------------------------------------------------------------------------


def sqlite_names(table):
    """The names of a table's triggers."""
    return [f"frozen_{table.removeprefix('review_')}_{verb}" for verb in ("update", "delete", "once")]


def sqlite_triggers(cursor, table, fillable):
    """{name: statement} of the triggers for the table's columns as they are now."""
    cursor.execute(f'PRAGMA table_info("{table}")')
    columns = [name for _number, name, *_rest in cursor.fetchall()]
    unique = list(_unique(cursor, table))
    changed = [
        f'(NEW."{name}" IS NOT OLD."{name}"' + (f' AND OLD."{name}" IS NOT NULL)' if name in fillable else ")")
        for name in columns
    ]
    update, delete, once = sqlite_names(table)
    # INSERT OR REPLACE and UPDATE OR REPLACE would delete another row without asking the trigger that refuses a DELETE.
    others = [_meets(table, key, but=' AND "id" IS NOT OLD."id"') for key in unique]
    taken = [f'EXISTS (SELECT 1 FROM "{table}" WHERE "id" = NEW."id")', *(_meets(table, key) for key in unique)]
    return {
        update: _refusing(update, table, "UPDATE", " OR ".join(changed + others)),
        delete: _refusing(delete, table, "DELETE"),
        once: _refusing(once, table, "INSERT", " OR ".join(taken), word="REPLACE"),
    }


def _refusing(name, table, verb, when="", word=""):
    condition = f" WHEN {when}" if when else ""
    refusal = f"frozen rows: {word or verb} refused on {table}"
    return f"CREATE TRIGGER {name} BEFORE {verb} ON \"{table}\"{condition} BEGIN SELECT RAISE(ABORT, '{refusal}'); END"


def _unique(cursor, table):
    """(columns, condition) of every unique key but the row's own number; '' where it has no condition."""
    cursor.execute(f'PRAGMA index_list("{table}")')
    for name in sorted(name for _number, name, unique, *_rest in cursor.fetchall() if unique):
        cursor.execute(f'PRAGMA index_info("{name}")')
        columns = [column for _rank, _number, column in cursor.fetchall()]
        cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'index' AND name = %s", [name])
        (made_by,) = cursor.fetchone()
        yield columns, (made_by or "").partition(" WHERE ")[2]


def _meets(table, key, but=""):
    """Whether another row has the same key as NEW, and the key counts for both."""
    columns, condition = key
    same = " AND ".join(f'"{name}" = NEW."{name}"' for name in columns)
    where, of_new = "", ""
    if condition:
        where = f" AND ({condition})"
        of_new = "(" + re.sub(r'"(\w+)"', r'NEW."\1"', condition) + ") AND "
    return f'({of_new}EXISTS (SELECT 1 FROM "{table}" WHERE {same}{where}{but}))'
