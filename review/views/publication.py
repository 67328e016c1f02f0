"""評価結果: the published years, for everybody. Every page is made from the edition's frozen snapshot alone.

Pages name offices, never persons. An address without a number shows the current edition; older editions keep theirs.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import condition, require_safe

from review import queries
from review.domain.rating import Scale
from review.models import Edition
from review.services import editions, exports
from review.services.books import STATUS_LABELS
from review.services.editions import Wanted
from review.templatetags.words import day_text, fiscal_year, word_of
from review.views.files import attachment

View = Callable[..., HttpResponse]
TEMPLATES = ("public_base.html", "publication/year.html", "publication/measure.html")
JUDGEMENTS = [gettext_noop(word) for word in STATUS_LABELS.values() if word]


# --- which edition ---------------------------------------------------------------------------------------------------


def edition_of(year: int, number: int | None) -> Edition:
    """The current edition of the year, or the one with that number. Raises Http404. One query."""
    rows = Edition.objects.filter(cycle__fiscal_year=year).select_related("cycle__plan")
    found = (rows.filter(number=number) if number else rows.filter(current=True)).first()
    if found is None:
        raise Http404
    return found


def etag(request: HttpRequest, year: int, number: int | None = None, **rest: Any) -> str | None:
    """The edition's own hash, with what else the page depends on: its language, its look and the visitor's form key."""
    rows = Edition.objects.filter(cycle__fiscal_year=year)
    found = rows.filter(number=number) if number else rows.filter(current=True)
    row = found.values_list("sha256", "number", "current").first()
    if row is None:
        return None
    key = request.COOKIES.get(settings.CSRF_COOKIE_NAME, "")
    seed = (*row, translation.get_language(), look(), key, request.META.get("QUERY_STRING", ""))
    return f'"{row[0][:24]}-{zlib.crc32(repr(seed).encode()):08x}"'


@lru_cache(maxsize=1)
def look() -> int:
    """A number that changes with the public templates, so that a new version of Meguri is not mistaken for unchanged."""
    sources = [get_template(name).template.source for name in TEMPLATES]  # type: ignore[attr-defined]
    return zlib.crc32("".join(sources).encode())


def revalidated(view: View) -> View:
    """Answers 304 where nothing changed: one small query. Browsers may keep the page, and ask each time."""

    @wraps(view)
    def with_headers(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = condition(etag_func=etag)(view)(request, *args, **kwargs)
        response.headers["Cache-Control"] = "no-cache"
        patch_vary_headers(response, ["Cookie"])
        return response

    return with_headers


# --- the frame -------------------------------------------------------------------------------------------------------


def frame(title: str, *, edition: Edition | None = None, here: str = "") -> dict[str, Any]:
    """What public_base.html asks for."""
    index, method = reverse("publication:index"), reverse("publication:method")
    nav = [{"label": _("年度一覧"), "url": index, "current": here == "index"}]
    if edition:
        year = edition.cycle.fiscal_year
        label = _("%(year)s の結果") % {"year": fiscal_year(year)}
        nav.append({"label": label, "url": address("year", edition), "current": here == "year"})
    nav.append({"label": _("評価の方法"), "url": method, "current": here == "method"})
    context: dict[str, Any] = {
        "page_title": title,
        "site_title": _("計画の評価結果"),
        "site_url": index,
        "city": edition.cycle.plan.city if edition else settings.MEGURI_CITY,
        "public_nav": nav,
        "licence_note": _("このサイトの内容は、公表版を固定して保存したデータから作っています。"),
    }
    if edition:
        context |= {
            "edition": edition,
            "edition_label": edition.label,
            "edition_date": _("公表日 %(day)s") % {"day": day_text(edition.published_at)},
            "edition_note": "" if edition.current else _("この版より新しい版があります"),
            "current_url": "" if edition.current else reverse("publication:year", args=[edition.cycle.fiscal_year]),
        }
    return context


def address(name: str, edition: Edition, *more: Any) -> str:
    """The page's address in this edition: the year's own for the current one, a numbered one for older ones."""
    year = edition.cycle.fiscal_year
    return reverse(f"publication:{name}", args=[year, *([] if edition.current else [edition.number]), *more])


# --- pages -----------------------------------------------------------------------------------------------------------


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every published year."""
    published = queries.published_years()
    years = [
        {
            "edition": edition,
            "year": edition.cycle.fiscal_year,
            "url": reverse("publication:year", args=[edition.cycle.fiscal_year]),
            "indicators": sum(edition.totals["indicators"].values()),  # type: ignore[attr-defined]
            "measures": sum(edition.totals["measures"].values()),  # type: ignore[attr-defined]
            "plan": edition.plan_name,  # type: ignore[attr-defined]
        }
        for edition in published
    ]
    bars = [
        {
            "label": fiscal_year(edition.cycle.fiscal_year),
            "counts": edition.totals["indicators"],  # type: ignore[attr-defined]
            "url": reverse("publication:year", args=[edition.cycle.fiscal_year]),
        }
        for edition in published
    ]
    context = {**frame(_("計画の評価結果"), here="index"), "years": years, "bars": bars, "site_title": ""}
    return render(request, "publication/index.html", context)


@require_safe
@revalidated
def year(request: HttpRequest, year: int, number: int | None = None) -> HttpResponse:
    """One year: what came out, by field and department, and the list with its search."""
    edition = edition_of(year, number)
    snapshot = edition.snapshot
    wanted = wanted_of(request)
    found = editions.listed(snapshot, wanted)
    context = {
        **frame(_("%(year)s 評価結果") % {"year": fiscal_year(year)}, edition=edition, here="year"),
        "breadcrumbs": [
            {"label": _("年度一覧"), "url": reverse("publication:index")},
            {"label": fiscal_year(year), "url": ""},
        ],
        "snapshot": snapshot,
        "names": grade_names(snapshot),
        "overview": editions.totals(snapshot["measures"]),
        "bars": bars_of_year(snapshot),
        "fields": group_rows(editions.by_field(snapshot), "field", edition),
        "departments": group_rows(editions.by_department(snapshot), "department", edition),
        "measures": [listed_row(row, edition) for row in found],
        "wanted": wanted,
        "sort": wanted.sort,
        "choices": choices(snapshot),
        "outcomes": [row for row in snapshot["measures"] if row["outcome"]],
        "downloads": downloads(edition),
        "editions": list(queries.editions(year)),
        "list_url": address("year", edition),
    }
    return render(request, "publication/year.html", context)


@require_safe
@revalidated
def measure(request: HttpRequest, year: int, code: str, number: int | None = None) -> HttpResponse:
    """One 施策: every value of every year, how it was judged, and its texts."""
    edition = edition_of(year, number)
    row, before, after = editions.measure(edition.snapshot, code)
    if row is None:
        raise Http404
    title = f"{row['code']} {row['name']}"
    context = {
        **frame(title, edition=edition, here="measure"),
        "breadcrumbs": [
            {"label": _("年度一覧"), "url": reverse("publication:index")},
            {"label": fiscal_year(year), "url": address("year", edition)},
            {"label": row["code"], "url": ""},
        ],
        "site_title": _("%(year)s 評価結果") % {"year": fiscal_year(year)},
        "measure": row,
        "names": grade_names(edition.snapshot),
        "fiscal_year": year,
        "indicators": [shown_indicator(one, year) for one in row["indicators"]],
        "facts": facts_of(row, edition),
        "narratives": texts_of(row, NARRATIVE_LABELS),
        "evaluation": texts_of(row["evaluation"], EVALUATION_LABELS),
        "schedule": schedule_of(row, edition.snapshot["years"]),
        "years": edition.snapshot["years"],
        "before": listed_row(before, edition) if before else None,
        "after": listed_row(after, edition) if after else None,
    }
    return render(request, "publication/measure.html", context)


@require_safe
def method(request: HttpRequest) -> HttpResponse:
    """How the values are read and judged, and the scale."""
    published = queries.published_years()
    data = published[0].scale if published else None  # type: ignore[attr-defined]
    scale = Scale.from_data(data) if data else None
    context = {
        **frame(_("評価の方法"), here="method"),
        "breadcrumbs": [
            {"label": _("年度一覧"), "url": reverse("publication:index")},
            {"label": _("評価の方法"), "url": ""},
        ],
        "scale": scale,
        "columns": exports.COLUMNS,
    }
    return render(request, "publication/method.html", context)


# --- files -----------------------------------------------------------------------------------------------------------


@require_safe
def download(request: HttpRequest, year: int, number: int | None = None) -> HttpResponse | FileResponse:
    """The edition's consolidated workbook."""
    artifact = exports.edition_file(edition_of(year, number))
    if artifact is None:
        raise Http404
    return attachment(artifact)


WRITERS = {"json": (exports.as_json, "application/json"), "csv": (exports.as_csv, "text/csv; charset=utf-8")}


@require_safe
@revalidated
def data(request: HttpRequest, year: int, kind: str, number: int | None = None) -> HttpResponse:
    """The edition as data."""
    edition = edition_of(year, number)
    write, content_type = WRITERS[kind]
    response = HttpResponse(
        write(exports.Source(snapshot=edition.snapshot, edition=edition)), content_type=content_type
    )
    name = f"{edition.cycle.plan.municipality_code or 'meguri'}_{year}_{edition.number}.{kind}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def downloads(edition: Edition) -> list[dict[str, Any]]:
    """The files of the edition, with what they are."""
    book = exports.edition_file(edition)
    files = [
        {
            "name": _("集約表 (Excel)"),
            "url": address("download", edition) if book else "",
            "size": book.size if book else None,
            "sha256": book.sha256 if book else "",
            "note": _("総括、成果指標一覧、全施策のシート、変更履歴")
            if book
            else _("作成中です。しばらくお待ちください。"),
            "kind": "table",
        }
    ]
    notes = {
        "csv": _("成果目標と年度ごとに1行。表計算ソフトで開けます (UTF-8)"),
        "json": _("公表した内容のすべて。プログラムでの利用に"),
    }
    for kind, note in notes.items():
        files.append({"name": kind.upper(), "url": address("data", edition, kind), "note": note, "kind": "sheet"})
    return files


# --- what the pages show ---------------------------------------------------------------------------------------------

NARRATIVE_LABELS = {
    "current_state": gettext_noop("現状と課題"),
    "description": gettext_noop("施策内容詳細"),
    "expected_effect": gettext_noop("施策の実施により期待される効果"),
    "policy": gettext_noop("今後の取組方針・取組内容"),
}
EVALUATION_LABELS = {
    "cause": gettext_noop("要因"),
    "response": gettext_noop("対応"),
    "progress": gettext_noop("取組状況"),
    "self_assessment": gettext_noop("自己評価"),
    "board_opinion": gettext_noop("本部評価・意見"),
    "change_reason": gettext_noop("目標や指標の変更とその理由"),
}


def wanted_of(request: HttpRequest) -> Wanted:
    """What the address asks of the list."""
    sort = request.GET.get("sort", "")
    return Wanted(
        words=request.GET.get("q", "")[:100],
        field=request.GET.get("field", ""),
        department=request.GET.get("department", ""),
        grade=request.GET.get("grade", ""),
        sort=sort if sort.removeprefix("-") in editions.SORTS else "code",
    )


def grade_names(snapshot: editions.Snapshot) -> dict[str, str]:
    """{letter: its words} of the year's own scale."""
    return {grade["letter"]: grade["name"] for grade in snapshot["scale"]}


def bars_of_year(snapshot: editions.Snapshot) -> list[dict[str, Any]]:
    """The year's two bars: 成果目標, and 施策 by their overall grade."""
    whole = editions.totals(snapshot["measures"])
    return [
        {"label": _("成果目標"), "counts": whole.indicators},
        {"label": _("施策(総合評価)"), "counts": whole.measures},
    ]


def group_rows(groups: list[editions.Totals], parameter: str, edition: Edition) -> list[dict[str, Any]]:
    """Groups as chart rows and table rows; each leads to the list narrowed to it."""
    here = address("year", edition)
    with_query = [(group, f"{here}?{_query(parameter, group.key)}#measures") for group in groups]
    return [
        {"label": group.label, "counts": group.indicators, "totals": group, "url": url} for group, url in with_query
    ]


def _query(name: str, value: str) -> str:
    return urlencode({name: value})


def listed_row(row: editions.Row, edition: Edition) -> dict[str, Any]:
    """One 施策 of the list."""
    return {
        "code": row["code"],
        "name": row["name"],
        "field": row["field"]["name"],
        "owner": row["owner"],
        "grade": row["grade"],
        "outcome": row["outcome"],
        "outcome_word": word_of(row["outcome"]) if row["outcome"] else "",
        "indicators": [one["grade"] for one in row["indicators"] if one["grade"]],
        "url": address("measure", edition, row["code"]),
    }


def choices(snapshot: editions.Snapshot) -> dict[str, Any]:
    """What the filters offer."""
    present = {row["grade"] for row in snapshot["measures"]} | {row["outcome"] for row in snapshot["measures"]}
    grades = [
        {"value": grade["letter"], "label": f"{grade['letter']} {grade['name']}"}
        for grade in snapshot["scale"]
        if grade["letter"] in present
    ]
    outcomes = [{"value": code, "label": word_of(code)} for code in ("not_submitted", "excluded") if code in present]
    return {
        "fields": [{"value": number, "label": name} for number, name in editions.fields(snapshot).items()],
        "departments": editions.departments(snapshot),
        "grades": grades + outcomes,
    }


def shown_indicator(one: editions.Row, year: int) -> dict[str, Any]:
    """One 成果目標 with its words for the page."""
    shown = editions.indicator(one, year)
    return {**shown, "verdict": _(STATUS_LABELS[one["status"]]) if one["status"] else ""}


def facts_of(row: editions.Row, edition: Edition) -> list[dict[str, Any]]:
    """The head of the city's form."""
    related = "、".join(row["related"])
    if row["related_all"]:
        related = "、".join(filter(None, (related, _("全課等"))))
    return [
        {"label": _("施策ID"), "text": row["code"]},
        {"label": _("分野"), "text": row["field"]["name"]},
        {"label": _("主管部署"), "text": row["owner"]},
        {"label": _("関連部署"), "text": related},
    ]


def texts_of(texts: editions.Row, labels: dict[str, str]) -> list[dict[str, str]]:
    """The texts that say something, in the order of the form."""
    return [{"label": _(label), "text": texts[key]} for key, label in labels.items() if texts[key].strip()]


def schedule_of(row: editions.Row, years: list[int]) -> list[dict[str, Any]]:
    """The bars of the schedule, each knowing where it begins and ends."""
    items = []
    for item in row["schedule"]:
        on = [str(year) in item["bars"] for year in years]
        cells = [
            {
                "on": here,
                "start": here and (place == 0 or not on[place - 1]),
                "end": here and (place + 1 == len(years) or not on[place + 1]),
                "label": item["bars"].get(str(year), ""),
            }
            for place, (year, here) in enumerate(zip(years, on, strict=True))
        ]
        items.append({"name": item["name"], "progress": item["progress"], "cells": cells})
    return items
