"""What describes the open data to machines: JSON Schema and table schema (CSVW)."""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from django.conf import settings

from review.books.services.editions import DIRECTIONS, Snapshot
from review.books.services.snapshot import SCHEMA
from review.domain import fields
from review.domain.fields import OWN, Field, Section
from review.domain.fiscal import fiscal_year_label
from review.domain.values import State
from review.publication.services import open_data
from review.publication.services.open_data import OWN_COLUMN, Column, Values

DRAFT = "https://json-schema.org/draft/2020-12/schema"
STATUSES = ["achieved", "missed", "undetermined", "pending", "not_applicable", ""]
#: the kinds of the tidy tables in CSVW's words
CSVW_TYPES = {
    "string": "string",
    "integer": "integer",
    "number": "decimal",
    "boolean": {"base": "boolean", "format": "1|0"},
}


def as_bytes(document: Any) -> bytes:
    """JSON as every file of the open data writes it."""
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


# --- JSON Schema -----------------------------------------------------------------------------------------------------


def _text(about: str = "") -> dict[str, Any]:
    return {"type": "string", **({"description": about} if about else {})}


def closed(properties: Mapping[str, Any], *, optional: Iterable[str] = (), about: str = "") -> dict[str, Any]:
    """An object with these keys and no other."""
    left_out = set(optional)
    return {
        "type": "object",
        **({"description": about} if about else {}),
        "properties": dict(properties),
        "required": [name for name in properties if name not in left_out],
        "additionalProperties": False,
    }


def _list(of: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": dict(of)}


_COUNTS = {"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}}
_YEAR = {"type": "integer", "minimum": 1926, "maximum": 2200}


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
    """The document of `data.json` and `export_cycle --format json`."""
    return {
        "$schema": DRAFT,
        "$id": "urn:meguri:schema:edition:1",
        "title": "計画の評価結果",
        "description": "一つの年度の評価結果。edition はどの版か、snapshot は公表した内容のすべて。",
        **closed(
            {
                "edition": closed(
                    {
                        "label": _text("第1版、訂正第1版、公表前"),
                        "number": {"type": ["integer", "null"], "minimum": 1},
                        "published_at": {"type": ["string", "null"], "format": "date-time"},
                        "sha256": {
                            "type": ["string", "null"],
                            "pattern": "^[0-9a-f]{64}$",
                            "description": "snapshot をキー順・空白なしの UTF-8 JSON にしたものの sha256",
                        },
                    }
                ),
                "licence": closed({"name": _text(), "url": _text()}),
                "snapshot": _snapshot(),
            }
        ),
    }


def _snapshot() -> dict[str, Any]:
    grade = closed(
        {
            "letter": _text(),
            "name": _text(),
            "role": {"enum": ["achieved", "band", "undecided"]},
            "threshold": {"type": ["string", "null"]},
            "shape": _text(),
            "colour": _text(),
            "background": _text(),
        }
    )
    return closed(
        {
            "schema": {
                "enum": list(range(1, SCHEMA + 1)),
                "description": "2 から corrections と direction、3 から reading、state、notes、4 から reading の direction がある",
            },
            "city": _text("自治体名"),
            "municipality_code": _text("全国地方公共団体コード"),
            "plan": _text("計画名"),
            "fiscal_year": _YEAR,
            "years": _list(_YEAR),
            "scale": _list(grade),
            "totals": closed({"measures": _COUNTS, "indicators": _COUNTS}),
            "previous": closed({"fiscal_year": _YEAR, "measures": _COUNTS, "indicators": _COUNTS}),
            "measures": _list(measure_schema()),
            "plan_changes": _list(_plan_change()),
            "target_changes": _list(_target_change()),
            "corrections": _list(_correction()),
            "decision": _decision(),
            "audit": _audit_head(),
        },
        optional=["previous", "plan_changes", "target_changes", "corrections", "decision", "audit"],
    )


def _audit_head() -> dict[str, Any]:
    return closed(
        {
            "seq": {"type": "integer", "minimum": 0, "description": "監査記録の何番目までか"},
            "hash": {"type": "string", "pattern": "^[0-9a-f]{64}$", "description": "そこまでの記録から計算した値"},
        },
        about="公表したときの監査記録の照合値。公表より前の記録がその後変わっていないことを確かめられる",
    )


def _decision() -> dict[str, Any]:
    return closed(
        {
            "date": {"type": "string", "format": "date", "description": "決定した日"},
            "meeting": _text("決定した会議の日。会議によらないときは空"),
            "document_number": _text("文書番号"),
            "approved_on": _text("決裁日"),
        },
        about="この版の公表の決定。公表前のデータにはない",
    )


def _plan_change() -> dict[str, Any]:
    words = ("code", "item", "before", "after", "kind", "reason")
    return closed(
        {**{key: _text() for key in words}, "date": {"type": "string", "format": "date"}},
        about="この年度からの計画の変更の1行",
    )


def _target_change() -> dict[str, Any]:
    words = ("code", "item", "before", "after", "reason")
    return closed(
        {**{key: _text() for key in words}, "fiscal_year": _YEAR, "date": {"type": "string", "format": "date"}},
        about="翌年度の目標や評価項目を計画から変えたこと(fiscal_year はその翌年度)",
    )


def _correction() -> dict[str, Any]:
    item = ("code", "name", "key", "label", "wrong", "right", "reason")
    consequence = ("code", "label", "before", "after")
    return closed(
        {
            "number": {"type": "integer", "minimum": 2},
            "label": _text("訂正第1版など"),
            "date": {"type": "string", "format": "date"},
            "items": _list(closed({key: _text() for key in item})),
            "consequences": _list(closed({key: _text() for key in consequence})),
        },
        about="一つの訂正版で正したこと",
    )


_TEXTS = (Section.CONTENT, Section.EVALUATION)
_ITEM = ("key", "label", "kind", "section", "text")
#: What only some 施策 have.
_SOMETIMES = ("owner_now", "off", "items", "form", "opinions", "path", "grade_words", "grade_note")


def _added(texts: Iterable[Field]) -> list[str]:
    """Older editions have no such text."""
    return [one.key for one in texts if one.since > 1]


def measure_schema() -> dict[str, Any]:
    """One 施策 as it is frozen."""
    content, evaluation = ([one for one in fields.of(section) if one.public] for section in _TEXTS)
    schedule = closed(
        {"name": _text(), "bars": {"type": "object", "additionalProperties": {"type": "string"}}, "progress": _text()}
    )
    return closed(
        {
            "code": {"type": "string", "minLength": 1, "maxLength": 20, "description": "施策ID"},
            "field": closed({"number": _text(), "name": _text()}, about="分野。体系の第1階層"),
            "path": _list(closed({"number": _text(), "name": _text()})),
            "name": _text("施策名"),
            "owner": _text("主管部署。提出したときの名前"),
            "owner_now": _text("公表したときの主管部署。提出のあとに組織改正で変わった施策だけにある"),
            "related": _list(_text()),
            "related_all": {"type": "boolean", "description": "全課等"},
            "related_text": _text(),
            **{one.key: _text(one.label) for one in content},
            "outcome": _text("未提出(not_submitted)、対象外(excluded)。ふつうは空"),
            "outcome_reason": _text(),
            "grade": _text("総合評価"),
            "grade_words": _text("総合評価の意味"),
            "grade_note": _text("評価できない成果目標を除いたときは、何件中何件を評価したか"),
            "proposed_grade": _text("規則で計算した総合評価。人が決めた総合評価と違うことがある"),
            "grade_reason": _text("計算と違う総合評価を決めた理由"),
            "evaluation": closed({one.key: _text(one.label) for one in evaluation}, optional=_added(evaluation)),
            "schedule": _list(schedule),
            "indicators": _list(_indicator()),
            "off": _list(_text("この年度の様式でたずねない項目のキー")),
            "items": _list(closed({**{key: _text() for key in _ITEM}, "in_book": {"type": "boolean"}})),
            "form": _form(),
            "opinions": _list(_opinion()),
            "demo": {"type": "boolean"},
        },
        optional=[*_SOMETIMES, *_added(content)],
    )


def _form() -> dict[str, Any]:
    words = closed(dict.fromkeys(("label", "help", "section"), _text()), optional=("label", "help", "section"))
    return closed(
        {"called": {"type": "object", "additionalProperties": words}, "order": _list(_text())},
        optional=("called", "order"),
        about="計画の様式での、共通の項目の名前と置く場所、項目の順番。変えた計画だけにある",
    )


def _opinion() -> dict[str, Any]:
    return closed(
        {"giver": _text("意見を述べた会議や人"), "date": {"type": "string", "format": "date"}, "text": _text("意見")},
        about="外部評価の意見。記録された施策だけにある",
    )


#: What editions of earlier schemas do not have.
_LATER = [
    "direction", "kind", "baseline", "progress", "grade_words", "open_reason", "reading", "state", "state_until", "notes",
]  # fmt: skip


def _indicator() -> dict[str, Any]:
    answered = closed(dict.fromkeys(("answer", "text", "of"), _text()), about="主管部署の確認")
    texts = {"name": _text("評価項目"), "target": _text("目標"), "actual": _text("実績")}
    answers = {"type": "object", "additionalProperties": answered}
    cell = closed({"fiscal_year": _YEAR, **texts, "answers": answers}, optional=["answers"])
    return closed(
        {
            "number": {"type": "integer", "minimum": 1},
            "baseline": _text("基準値。ないときは項目もない"),
            "progress": _progress(),
            "years": _list(cell),
            "status": {"enum": STATUSES},
            "rate": {"type": ["string", "null"], "pattern": r"^-?\d+(\.\d+)?$"},
            "rate_text": _text(),
            "grade": _text("公表した達成区分"),
            "grade_words": _text("達成区分の意味。達成率がない未達成は「未達成(率なし)」"),
            "open_reason": _text("評価できないまま公表したときの理由"),
            "computed_grade": _text("規則で計算した達成区分"),
            "given_reason": _text("人が判断した理由"),
            "flags": _list(_text()),
            "reason": _text("判定の理由"),
            "demo": {"type": "boolean"},
            "direction": {"enum": ["up", "down", ""], "description": "大きいほどよい、小さいほどよい、指標ごとの設定なし"},
            "kind": {"enum": ["year", "total", "end", "average", ""], "description": "単年度、累計、年度末時点、年度平均、確認なし"},
            "reading": closed(
                {"target": _text(), "actual": _text(), "direction": {"enum": [*DIRECTIONS, ""]}},
                optional=["direction"],
                about="目標と実績の読み取り、判定に使った向き(rank は順位)",
            ),
            "state": {"enum": [*State, ""], "description": "実績の状態。確定と速報のほかは判定しない"},
            "state_until": _text("年度途中の値のとき、いつまでの値か"),
            "notes": _list(closed({"code": _text(), "sentence": _text(), "answer": _text("主管部署の確認")})),
        },
        optional=_LATER,
    )  # fmt: skip


def _progress() -> dict[str, Any]:
    years = {name: {"type": "integer"} for name in ("target_year", "gone", "whole")}
    about = "目標が後の年度だけにあるときの進み具合。rate は進捗率"
    return closed({"target": _text(), "baseline": _text(), **years}, about=about)


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
