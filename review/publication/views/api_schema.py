"""The OpenAPI 3.1 description of the published results, made from the same lists of columns as the data."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from django.urls import reverse

from review.models.plan import SHORT_NAME
from review.publication.services import schemas
from review.publication.services.open_data import INDICATOR_COLUMNS, licence, measure_columns
from review.publication.services.schemas import closed, measure_schema

JSON = "application/json"
PLAN = {
    "name": "plan", "in": "path", "required": True, "description": "計画の短い名前 / short name of the plan",
    "schema": {"type": "string", "pattern": f"^{SHORT_NAME}$"}, "example": "dx",
}  # fmt: skip
YEAR = {
    "name": "year", "in": "path", "required": True, "description": "評価年度(西暦) / fiscal year under review",
    "schema": {"type": "integer", "minimum": 1926, "maximum": 2200}, "example": 2024,
}  # fmt: skip
NUMBER = {
    "name": "number", "in": "path", "required": True, "description": "版の番号 / number of the edition",
    "schema": {"type": "integer", "minimum": 1, "maximum": 999}, "example": 1,
}  # fmt: skip
CODE = {
    "name": "code", "in": "path", "required": True, "description": "施策ID / ID of the measure",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9_().~-]{1,180}$"}, "example": "01-01",
}  # fmt: skip


def _parameter(name: str, about: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": about, "schema": schema}


_TEXT = {"type": "string"}
PAGING = [
    _parameter("page", "ページ / page number", {"type": "integer", "minimum": 1, "maximum": 1_000_000, "default": 1}),
    _parameter("per_page", "1ページの件数 / rows per page", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}),
]  # fmt: skip
FILTERS = [
    _parameter("q", "ことば。すべてを含むもの / words, all of which must occur", {"type": "string", "maxLength": 100}),
    _parameter("field", "分野番号 / number of the policy field", _TEXT),
    _parameter("department", "主管部署 / owning department", _TEXT),
    _parameter("grade", "総合評価の区分 / overall rating", _TEXT),
]


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """The whole description."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "計画の評価結果 / Published results of the annual plan review",
            "version": "1",
            "summary": "公表した版を読むための API。書き込みはできません。 / Read-only API of the published editions.",
            "description": (
                "版は一度公表すると変わりません。ETag を If-None-Match に入れて送ると、変わっていなければ 304 を返します。"
                "認証は要りません。 / Published editions never change. Send the ETag back in If-None-Match to get 304 "
                "while nothing has changed. No authentication is needed."
            ),
            "license": {"name": licence()["name"], "url": licence()["url"]},
        },
        "servers": [{"url": reverse("api:root").rstrip("/")}],
        "paths": dict(_paths()),
        "components": {
            "schemas": _schemas(),
            "headers": {"ETag": {"schema": _TEXT, "description": "版を表す強い ETag"}},
        },
    }


def _paths() -> Iterator[tuple[str, dict[str, Any]]]:
    yield "/openapi.json", _get("getDescription", "この定義 / this description", {"type": "object"})
    yield "/", _get("listPlans", "計画 / plans with published results", _ref("Plans"), bad=True)
    yield "/plans/{plan}/editions", _get(
        "listEditions", "計画のすべての版 / every edition of the plan", _page("Edition"), [PLAN, *PAGING], missing=True, bad=True
    )  # fmt: skip
    year = "/plans/{plan}/years/{year}"
    places = ((year, [PLAN, YEAR], "Current"), (f"{year}/editions/{{number}}", [PLAN, YEAR, NUMBER], "Numbered"))
    for path, place, name in places:
        about = "最新の版" if name == "Current" else "番号の版"
        yield path, _get(f"get{name}", f"{about} / one edition", _ref("EditionDetail"), place, missing=True, bad=True)
        yield f"{path}/measures", _get(
            f"list{name}Measures", f"{about}の施策 / measures of the edition", _page("MeasureRow"), [*place, *PAGING, *FILTERS], missing=True, bad=True
        )  # fmt: skip
        yield f"{path}/measures/{{code}}", _get(
            f"get{name}Measure", f"{about}の施策一つ / one measure in full", _ref("Measure"), [*place, CODE], missing=True, bad=True
        )  # fmt: skip
        yield f"{path}/indicators", _get(
            f"list{name}Indicators", f"{about}の成果目標と年度 / goals by fiscal year", _page("IndicatorRow"), [*place, *PAGING, *FILTERS], missing=True, bad=True
        )  # fmt: skip


def _get(
    name: str, about: str, schema: dict[str, Any], parameters: list[Any] | None = None, *, missing: bool = False, bad: bool = False
) -> dict[str, Any]:  # fmt: skip
    responses: dict[str, Any] = {
        "200": {
            "description": "OK",
            "headers": {"ETag": {"$ref": "#/components/headers/ETag"}},
            "content": {JSON: {"schema": schema}},
        },
        "304": {"description": "変わっていない / not modified"},
    }
    if bad:
        responses["400"] = _problem("パラメーターの誤り / invalid parameter")
    if missing:
        responses["404"] = _problem("ない / not found")
    return {"get": {"operationId": name, "summary": about, "parameters": parameters or [], "responses": responses}}


def _problem(about: str) -> dict[str, Any]:
    return {"description": about, "content": {JSON: {"schema": _ref("Problem")}}}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _page(name: str) -> dict[str, Any]:
    count = {"type": "integer", "minimum": 0}
    return closed(
        {
            "page": count,
            "per_page": count,
            "total": count,
            "pages": count,
            "items": {"type": "array", "items": _ref(name)},
        }
    )


def _schemas() -> dict[str, Any]:
    counts = {"type": "object", "additionalProperties": {"type": "integer"}}
    edition = {
        "fiscal_year": {"type": "integer"}, "label": _TEXT, "number": {"type": "integer"},
        "published_at": {"type": "string", "format": "date-time"},
        "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"}, "current": {"type": "boolean"}, "city": _TEXT,
        "municipality_code": _TEXT, "plan": _TEXT, "plan_short_name": _TEXT,
        "licence": closed({"name": _TEXT, "url": _TEXT}), "page": _TEXT,
    }  # fmt: skip
    detail = {
        "years": {"type": "array", "items": {"type": "integer"}},
        "scale": {"type": "array", "items": closed({"letter": _TEXT, "name": _TEXT})},
        "totals": closed({"measures": counts, "indicators": counts}),
        "items": {"type": "array", "items": closed({"key": _TEXT, "label": _TEXT, "kind": _TEXT})},
    }
    years = {"type": "array", "items": {"type": "integer"}}
    plan = closed({"short_name": _TEXT, "name": _TEXT, "years": years, "editions": _TEXT, "page": _TEXT})
    return {
        "Plans": closed({"plans": {"type": "array", "items": plan}}), "Edition": closed(edition),
        "EditionDetail": closed({**edition, **detail}), "MeasureRow": schemas.row_schema(measure_columns(), own=True),
        "IndicatorRow": schemas.row_schema(INDICATOR_COLUMNS), "Measure": measure_schema(),
        "Problem": closed({"status": {"type": "integer"}, "detail": _TEXT}),
    }  # fmt: skip
