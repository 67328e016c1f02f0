"""Whether the triggers that keep the record stand as the migrations made them.

A trigger of the right name proves nothing: its function may do something else, or its condition never hold. So each is
held against the very statements of its migration: when it fires, under which condition, which function it calls, with
what, and what that function does and with whose rights. One beyond them is a finding too, for it could change a row
before the others see it.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

_FUNCTION = re.compile(
    r"CREATE (?:OR REPLACE )?FUNCTION \S+?\.(\w+)\(.*?\) RETURNS (\w+)(.*?) AS \$\$(.*)\$\$", re.DOTALL
)
_TRIGGER = re.compile(
    r"CREATE (?:CONSTRAINT )?TRIGGER (\w+) (BEFORE|AFTER) ([A-Z ]+) ON \S+?\.(\w+)"
    r".*?FOR EACH (ROW|STATEMENT)(.*?)EXECUTE FUNCTION \S+?\.(\w+)\((.*)\)",
    re.DOTALL,
)
_ALWAYS = re.compile(r"ALTER TABLE \S+?\.(\w+) ENABLE ALWAYS TRIGGER (\w+)")
# Bits of pg_trigger.tgtype.
_BITS = {"ROW": 1, "BEFORE": 2, "INSERT": 4, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}
#: The conditions as PostgreSQL tells them, which is not how the migrations write them.
CONDITIONS = {
    "edition_keep": "((NOT (old.current AND (NOT new.current))) OR ((to_jsonb(new.*) - 'current'::text) IS DISTINCT FROM"
    " (to_jsonb(old.*) - 'current'::text)))",
    "edition_file_keep": "((old.edition_id IS NOT NULL) OR (new.edition_id IS NOT NULL))",
    "edition_file_keep_row": "(old.edition_id IS NOT NULL)",
}


def altered(statements: Iterable[str], tables: Sequence[str]) -> list[str]:
    """`table.trigger` and `function()` of whatever on the tables is other than these statements make it. Reads no row."""
    look = _on_postgresql if connection.vendor == "postgresql" else _on_sqlite
    return sorted(look(list(statements), list(tables)))


def _differing(made: dict[str, Any], standing: dict[str, Any]) -> set[str]:
    return {name for name in made.keys() | standing.keys() if made.get(name) != standing.get(name)}


def _on_sqlite(statements: list[str], tables: list[str]) -> set[str]:
    made = {(text := statement.strip()).split()[2]: text for statement in statements}
    with connection.cursor() as cursor:
        cursor.execute("SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'")
        rows = [(table, name, text) for table, name, text in cursor.fetchall() if table in tables]
    places = {name: text.split(" ON ")[1].split()[0].strip('"') for name, text in made.items()}
    places |= {name: table for table, name, _text in rows}
    wrong = _differing(made, {name: text for _table, name, text in rows})
    return {f"{places[name]}.{name}" for name in wrong}


def _on_postgresql(statements: list[str], tables: list[str]) -> set[str]:
    texts = [" ".join(statement.split()) if "$$" not in statement else statement.strip() for statement in statements]
    functions = {match[1]: match for text in texts if (match := _FUNCTION.match(_on_one_line(text)))}
    made = {f"{name}()": _function(*match.groups()) for name, match in functions.items()}
    always = {match.groups() for text in texts if (match := _ALWAYS.match(text))}
    for match in filter(None, map(_TRIGGER.match, texts)):
        name, when, events, table, each, condition, function, given = match.groups()
        kind = _BITS.get(each, 0) + _BITS.get(when, 0) + sum(_BITS[event] for event in events.split(" OR "))
        arguments = "".join(f"{one.strip()[1:-1]}\\000" for one in given.split(",") if one.strip())
        expected = CONDITIONS.get(name, "a condition without its words") if "WHEN" in condition else None
        made[f"{table}.{name}"] = (kind, "A" if (table, name) in always else "O", expected, "", arguments, function)
    return _differing(made, _standing(tables, list(functions)))


def _on_one_line(text: str) -> str:
    """The head of a function on one line, its body as it is."""
    head, sign, body = text.partition("$$")
    return " ".join(head.split()) + " " + sign + body if sign else text


def _function(_name: str, answer: str, traits: str, body: str) -> tuple[Any, ...]:
    path = ["search_path=pg_catalog, pg_temp"] if "SET search_path" in traits else None
    return (answer, "SECURITY DEFINER" in traits, path, body)


def _standing(tables: list[str], functions: list[str]) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname || '.' || t.tgname, t.tgtype::int, t.tgenabled::text, pg_get_triggerdef(t.oid),"
            " t.tgattr::text, encode(t.tgargs, 'escape'), CASE WHEN p.pronamespace = c.relnamespace THEN p.proname END"
            " FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid"
            # a table that is not there has no triggers either; a cast to regclass would fail, or not, by the planner's whim
            " WHERE NOT t.tgisinternal AND t.tgrelid IN (SELECT to_regclass(name) FROM unnest(%s::text[]) AS name)",
            [tables],
        )
        triggers: dict[str, Any] = {}
        for place, kind, enabled, definition, *rest in cursor.fetchall():
            condition = re.search(r" WHEN \((.*)\) EXECUTE FUNCTION ", definition)
            triggers[place] = (kind, enabled, condition and condition[1], *rest)
        cursor.execute(
            "SELECT p.proname || '()', format_type(p.prorettype, NULL), p.prosecdef, p.proconfig, p.prosrc FROM pg_proc p"
            " WHERE p.pronamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())"
            " AND p.proname = ANY(%s)",
            [functions],
        )
        return triggers | {name: tuple(rest) for name, *rest in cursor.fetchall()}
