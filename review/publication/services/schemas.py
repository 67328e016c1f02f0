"""What describes the open data to machines: JSON Schema and table schema (CSVW)."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings

from review.books.services.editions import Snapshot
from review.books.services.snapshot import SCHEMA
from review.domain import fields
from review.domain.fields import OWN, Section
from review.domain.fiscal import fiscal_year_label
from review.publication.services import open_data
from review.publication.services.open_data import OWN_COLUMN, Column, Values

_EDITION = Path(__file__).with_name("edition.schema.json")
#: the kinds of the tidy tables in CSVW's words
CSVW_TYPES = {
    "string": "string", "integer": "integer", "number": "decimal", "boolean": {"base": "boolean", "format": "1|0"},
}  # fmt: skip


def as_bytes(document: Any) -> bytes:
    """JSON as every file of the open data writes it."""
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


# --- JSON Schema -----------------------------------------------------------------------------------------------------


def closed(properties: Mapping[str, Any], *, optional: Iterable[str] = ()) -> dict[str, Any]:
    """An object with these keys and no other."""
    left_out = set(optional)
    return {
        "type": "object",
        "properties": dict(properties),
        "required": [name for name in properties if name not in left_out],
        "additionalProperties": False,
    }


def row_schema(columns: Iterable[Column], *, own: bool = False) -> dict[str, Any]:
    """One row of a tidy table as JSON, of an edition of any schema; `own`: with the items that a plan's form has of its own."""
    properties, columns = {}, tuple(columns)
    for column in columns:
        kind: Any = [column.kind, "null"] if column.nullable else column.kind
        properties[column.key] = {"type": kind, "title": column.title, "description": column.about}
    items = {f"^{OWN}": {"type": ["string", "number", "null"], "description": OWN_COLUMN.about}}
    some = (one.key for one in columns if one.since > 1 or one.until <= SCHEMA)
    return closed(properties, optional=some) | ({"patternProperties": items} if own else {})


def edition_schema() -> dict[str, Any]:
    """The document of `data.json` and `export_cycle --format json`: as edition.schema.json beside this module has it, with
    the public texts of the form."""
    schema: dict[str, Any] = json.loads(_EDITION.read_text())
    measure = _measure_of(schema)
    _fill(measure, Section.CONTENT)
    _fill(measure["properties"]["evaluation"], Section.EVALUATION)
    return schema


def _fill(schema: dict[str, Any], section: Section) -> None:
    """The section's texts as further properties; those that came later are not in older editions."""
    texts = [one for one in fields.of(section) if one.public]
    schema["properties"] |= {one.key: {"type": "string", "description": one.label} for one in texts}
    schema["required"] += [one.key for one in texts if one.since <= 1]


def _measure_of(schema: dict[str, Any]) -> dict[str, Any]:
    measure: dict[str, Any] = schema["properties"]["snapshot"]["properties"]["measures"]["items"]
    return measure


def measure_schema() -> dict[str, Any]:
    """One 施策 as it is frozen."""
    return _measure_of(edition_schema())


# --- CSVW ------------------------------------------------------------------------------------------------------------

CSVW = ["http://www.w3.org/ns/csvw", {"@language": "ja"}]
_DIALECT = {"encoding": "utf-8", "header": True, "delimiter": ",", "quoteChar": '"', "lineTerminators": ["\r\n"]}


def table_schema(snapshot: Snapshot | None = None) -> dict[str, Any]:
    """Both tidy tables, of one edition or of a new one in the first city's form."""
    return {"@context": CSVW, "dialect": _DIALECT, "tables": [_table(name, snapshot) for name in open_data.TABLES]}


def table_metadata(name: str, snapshot: Snapshot, edition: Values) -> dict[str, Any]:
    """One table of an edition, as the file beside it describes it."""
    title = f"{snapshot['city']} {snapshot['plan']} {fiscal_year_label(snapshot['fiscal_year'])} 評価結果 {edition['label']}"
    head = {"@context": CSVW, "dc:title": title, "dc:license": {"@id": settings.MEGURI_DATA_LICENCE_URL}}
    return {**head, "dialect": _DIALECT, **_table(name, snapshot)}


def _table(name: str, snapshot: Snapshot | None) -> dict[str, Any]:
    columns, key = open_data.TABLES[name]
    described = [_csvw(one) for one in columns(snapshot)]
    # Not every reader takes the mark of UTF-8 off the first title, and not every one goes by more than a column's first.
    described[0]["titles"] = [open_data.BOM + described[0]["titles"], described[0]["titles"]]
    return {
        "url": name,
        "notes": [{"guard": "数式と取り違えられる文字で始まる文字列には、先頭に ' を1つ付けています。"}],
        "tableSchema": {"columns": described, "primaryKey": list(key)},
    }


def _csvw(column: Column) -> dict[str, Any]:
    return {
        # A name of CSVW is a name of a URI template: no hyphen, and no letter that is not escaped.
        "name": quote(column.key.replace("-", "_")),
        "titles": column.title,
        "datatype": CSVW_TYPES[column.kind],
        "dc:description": {"ja": column.about, "en": column.english},
        "required": column.kind == "integer" and not column.nullable,
    }


SITE_FILES = {"edition.schema.json": lambda: as_bytes(edition_schema()), "dictionary.csv": open_data.dictionary}
