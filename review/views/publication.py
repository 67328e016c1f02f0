"""評価結果: the published years, for everybody. Every page is made from the edition's frozen snapshot alone.

Pages name offices, never persons. An address without a number shows the current edition; older editions keep theirs.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import condition, require_safe

from review import queries
from review.domain.rating import Scale
from review.models import Edition
from review.services import editions, exports
from review.templatetags.words import day_text, fiscal_year
from review.views import published as pages
from review.views.files import attachment

View = Callable[..., HttpResponse]
TEMPLATES = ("public_base.html", "publication/year.html", "publication/measure.html")


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
        nav.append({"label": label, "url": pages.address("year", edition), "current": here == "year"})
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
    wanted = pages.wanted_of(request)
    found = editions.listed(snapshot, wanted)
    context = {
        **frame(_("%(year)s 評価結果") % {"year": fiscal_year(year)}, edition=edition, here="year"),
        "breadcrumbs": [
            {"label": _("年度一覧"), "url": reverse("publication:index")},
            {"label": fiscal_year(year), "url": ""},
        ],
        "snapshot": snapshot,
        "names": pages.grade_names(snapshot),
        **pages.overview_of(snapshot),
        "bars": pages.bars_of_year(snapshot),
        "fields": pages.group_rows(editions.by_field(snapshot), "field", edition),
        "departments": pages.group_rows(editions.by_department(snapshot), "department", edition),
        "measures": [pages.listed_row(row, edition) for row in found],
        "wanted": wanted,
        "sort": wanted.sort,
        "choices": pages.choices(snapshot),
        "outcomes": [row for row in snapshot["measures"] if row["outcome"]],
        "downloads": pages.downloads(edition),
        "editions": list(queries.editions(year)),
        "list_url": pages.address("year", edition),
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
            {"label": fiscal_year(year), "url": pages.address("year", edition)},
            {"label": row["code"], "url": ""},
        ],
        "site_title": _("%(year)s 評価結果") % {"year": fiscal_year(year)},
        "measure": row,
        "names": pages.grade_names(edition.snapshot),
        "fiscal_year": year,
        "indicators": [pages.shown_indicator(one, year) for one in row["indicators"]],
        "facts": pages.facts_of(row),
        "narratives": pages.texts_of(row, pages.NARRATIVE_LABELS),
        "evaluation": pages.texts_of(row["evaluation"], pages.EVALUATION_LABELS),
        "schedule": pages.schedule_of(row, edition.snapshot["years"]),
        "years": edition.snapshot["years"],
        "before": pages.listed_row(before, edition) if before else None,
        "after": pages.listed_row(after, edition) if after else None,
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
