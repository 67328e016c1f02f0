"""Each page of the public site: its template and the template's context.

Pages name offices, never persons. They are made from frozen snapshots alone, in the language that is active; None where
there is no such page.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from review.books.services import editions
from review.books.services.editions import Filters
from review.domain.fields import Section
from review.domain.rating import Scale
from review.item_words import correctable_label
from review.models import SummaryEdition
from review.publication.services import open_data, schemas, summary_tables
from review.publication.views import comparison_pages, goal_pages
from review.publication.views import published as parts
from review.publication.views.public_frame import Page, crumbs
from review.publication.views.public_frame import page as page_of
from review.publication.views.shelf import Book, Site
from review.templatetags.words import day_text, fiscal_year

# --- all years -------------------------------------------------------------------------------------------------------


def index(site: Site) -> Page:
    """Every plan of which something is published; where it is one alone, its years."""
    if not site.several:
        return _years_of(site, *site.plans, path=("index",))
    plans = [
        {
            "name": site.plan_name(plan),
            "url": site.url("plan", plan),
            "years": [fiscal_year(edition.cycle.fiscal_year) for edition in site.current(plan)],
            "coming": list(map(parts.release_words, site.releases(plan))),
        }
        for plan in site.plans
    ]
    shown = {"plans": plans, "site_title": ""}
    return page_of(site, "plans", _("計画の評価結果"), here="index", path=("index",), shown=shown)


def plan(site: Site, plan: str) -> Page | None:
    """Every published year of one plan."""
    return _years_of(site, plan, path=("plan", plan)) if plan in site.plans else None


def _years_of(site: Site, plan: str = "", *, path: tuple[str, ...]) -> Page:
    """The published years, and the course of the plan."""
    years, bars, scale = [], [], None
    for edition in site.current(plan):
        book = Book(site=site, edition=edition)
        heads, url, own = book.heads, book.url("year"), Scale.from_data(book.heads["scale"])
        scale = scale or own
        years.append(
            {
                "edition": edition,
                "edition_label": parts.edition_name(edition),
                "year": book.year,
                "url": url,
                "indicators": sum(heads["totals"]["indicators"].values()),
                "measures": sum(heads["totals"]["measures"].values()),
                "plan": heads["plan"],
            }
        )
        if own == scale:  # the newest year's; grades of another scale cannot stand in one chart with them
            bars.append({"label": fiscal_year(book.year), "counts": heads["totals"]["indicators"], "url": url})
    title = site.plan_name(plan) if site.several else _("計画の評価結果")
    way = {"breadcrumbs": crumbs(site, "", (title, ""))} if site.several else {}
    shown = {
        **way,
        "years": years,
        "bars": bars,
        "scale": scale and scale.as_data(),
        "site_title": "",
        "summaries": site.summary_links(plan),
        "coming": list(map(parts.release_words, site.releases(plan))),
    }
    here = "plan" if site.several else "index"
    return page_of(site, "index", title, here=here, plan=plan, path=path, shown=shown)


def method(site: Site, plan: str) -> Page | None:
    """How the values are read and judged, and the plan's newest scale."""
    if plan not in site.plans:
        return None
    scale = Book(site=site, edition=site.current(plan)[0]).heads["scale"]
    title, shown = _("評価の方法"), {"scale": Scale.from_data(scale), "data_url": site.url("open_data")}
    steps, path = ((title, ""),), ("method", plan)
    return page_of(site, "method", title, here="method", plan=plan, path=path, steps=steps, shown=shown)


def data(site: Site) -> Page:
    """The open data: files, columns, schemas, licence and the interface for programs."""
    years = [
        {
            "label": " ".join(
                [*([site.plan_name(plan)] if site.several else []), fiscal_year(edition.cycle.fiscal_year)]
            ),
            "edition": parts.edition_name(edition),
            "files": parts.downloads(Book(site=site, edition=edition)),
        }
        for plan in site.plans
        for edition in site.current(plan)
    ]
    shown = {
        "years": years,
        "tables": [
            {"title": _("成果目標と年度 (indicators.csv)"), "columns": open_data.indicator_columns()},
            {"title": _("施策 (measures.csv)"), "columns": (*open_data.measure_columns(), open_data.OWN_COLUMN)},
        ],
        "files": [
            *({"name": name, "url": site.url("schema", name)} for name in schemas.SITE_FILES),
            {"name": "catalog.jsonld", "url": site.url("catalog")},
        ],
        "api_url": "" if site.static else reverse("api:openapi"),
        "english": site.language == "en",
    }
    steps, path = ((_("データ"), ""),), ("open_data",)
    return page_of(site, "data", _("オープンデータ"), here="data", path=path, steps=steps, shown=shown)


# --- one year --------------------------------------------------------------------------------------------------------


def year(book: Book, filters: Filters | None = None, page: int = 1, section: str = "") -> Page:
    """One year: what came out, by field and department, and the list. Narrowed or turned over, the list alone; there
    `section` stands for the list, where that is made already."""
    filters = filters or Filters()
    site, snapshot, pk = book.site, book.snapshot, (book.edition.pk, book.numbered)
    alone = filters.narrows or page > 1
    # Of a list, a correction elsewhere changes nothing, so that it names its edition only where somebody looks at one.
    of_list = {} if book.numbered else {"edition_label": ""}
    label = fiscal_year(book.year)
    offered = site.remembered((pk, "choices"), lambda: parts.choices(snapshot))
    listed = parts.pages_of(book, filters, page, drawn=not section)
    shown = {
        "snapshot": snapshot,
        "names": parts.grade_names(snapshot),
        "marks": site.remembered((pk, "marks"), lambda: [{"shapes": parts.shapes_of(snapshot)}]),
        "headings": parts.headings(book, filters),
        "list": listed,
        "part": listed["part"],
        "section": section,
        "whole": len(snapshot["measures"]),
        "filters": filters,
        "narrowed": _("、").join(parts.narrowed_by(offered, filters)),
        "choices": {} if site.static else offered,
        "indexes": site.remembered((pk, "indexes"), lambda: [{"lists": parts.indexes(book)}]) if site.static else [],
        "search_data": book.url("data", "search.js") if book.site.static else "",
        "summaries": site.summary_links(book.plan) if book.year == book.edition.cycle.plan.last_year else [],
        "list_url": book.url("year"),
    }
    steps = ((label, book.url("year")), (_("施策一覧"), "")) if alone else ((label, ""),)
    return page_of(
        site,
        "list" if alone else "year",
        _("%(year)s 評価結果") % {"year": label},
        here="year",
        book=book,
        path=("year", *book.place, parts.query_of(filters, page=page if page > 1 else "")),
        words="" if alone else comparison_pages.year_line(book),
        steps=steps,
        shown={**shown, **(of_list if alone else _overview(book))},
    )


def _overview(book: Book) -> dict[str, Any]:
    snapshot, site = book.snapshot, book.site
    by_field, by_department = editions.by_field(snapshot), editions.by_department(snapshot)
    short = len(by_department) <= parts.DEPARTMENTS
    earlier = site.book(book.plan, book.year - 1)
    return {
        **comparison_pages.overview_of(book),
        "previous_year": book.year - 1,
        "bars": parts.bars_of_year(snapshot),
        "fields": parts.group_rows(by_field, "field", book),
        "chart_fields": len(by_field) <= parts.CHARTED,
        "departments": parts.group_rows(by_department, "department", book) if short else [],
        "departments_url": book.url("departments"),
        "department_count": len(by_department),
        "outcomes": [row for row in snapshot["measures"] if row["outcome"]],
        "downloads": parts.downloads(book),
        "data_url": site.url("open_data"),
        "errata_url": book.url("errata"),
        "compare_url": comparison_pages.pair(site, earlier, book) if earlier and book.edition.current else "",
        "everlasting": "" if site.static and not book.numbered else book.everlasting(),
        "editions": _other_editions(book),
        "dataset_url": book.url("data", "dataset.jsonld"),
        "decision": parts.decision_of(snapshot),
        "audit_head": editions.audit_head(snapshot),
    }


def _other_editions(book: Book) -> list[dict[str, Any]]:
    """The editions of the year, newest first, each with its address and what differs from the one before."""
    rows = []
    same_year = book.site.of_year(book.plan, book.year)
    for place, edition in enumerate(same_year):
        one = Book(site=book.site, edition=edition, numbered=not edition.current)
        before = Book(site=book.site, edition=same_year[place + 1]) if place + 1 < len(same_year) else None
        rows.append(
            {
                "label": parts.edition_name(edition),
                "published_at": edition.published_at,
                "url": one.url("year"),
                "here": edition.pk == book.edition.pk,
                "compare_url": comparison_pages.pair(book.site, before, one) if before else "",
            }
        )
    return rows


def departments(book: Book) -> Page:
    """The results by 主管部署."""
    shown = {
        "names": parts.grade_names(book.snapshot),
        "departments": parts.group_rows(editions.by_department(book.snapshot), "department", book),
    }
    steps, path = ((fiscal_year(book.year), book.url("year")), (_("部署別"), "")), ("departments", *book.place)
    return page_of(
        book.site, "departments", _("部署別の結果"), here="year", book=book, path=path, steps=steps, shown=shown
    )


def measure(book: Book, code: str) -> Page | None:
    """One 施策: every value of every year, how it was judged, and its texts."""
    snapshot, site = book.snapshot, book.site
    shown_goals, (_row, before, after) = goal_pages.measure(book, code), editions.measure(snapshot, code)
    if shown_goals is None:
        return None
    (row, goals, edition), label = shown_goals, fiscal_year(book.year)
    shown = {
        "site_title": _("%(year)s 評価結果") % {"year": label},
        "measure": {**row, "place": editions.place_words(row)},
        "fiscal_year": book.year,
        "indicators": goals,
        "facts": parts.facts_of(row),
        "narratives": parts.texts_of(Section.CONTENT, row),
        "evaluation": parts.texts_of(Section.EVALUATION, row),
        "opinions": [{**one, "day": date.fromisoformat(one["date"])} for one in row.get("opinions", ())],
        "schedule": parts.schedule_of(row, snapshot["years"]),
        "years": snapshot["years"],
        "before": {**before, "url": book.url("measure", before["code"])} if before else None,
        "after": {**after, "url": book.url("measure", after["code"])} if after else None,
        "corrections": [_correction(one, book) for one in editions.errata_of(snapshot, code)],
        "corrected_later": _corrected_later(book, code),
        "changes": _changes(snapshot, code),
        "errata_url": book.url("errata"),
        # among plain files, one published year would say the same again
        "run_url": "" if site.static and len(site.current(book.plan)) < 2 else site.url("run", book.plan, code),
    }
    title, words, steps = (
        f"{code} {row['name']}",
        parts.measure_line(row, book),
        ((label, book.url("year")), (code, "")),
    )
    where = {"here": "measure", "book": book, "path": ("measure", *book.place, code), "edition": edition}
    return page_of(site, "measure", title, words=words, steps=steps, shown=shown, **where)


def _corrected_later(book: Book, code: str) -> list[dict[str, Any]]:
    """What editions after this one put right in the 施策: each item with its words then and now. One snapshot more is
    read, and only for an edition that is no longer current."""
    newest = None if book.edition.current else book.site.book(book.plan, book.year)
    if newest is None:
        return []
    later = [one for one in editions.errata_of(newest.snapshot, code) if one["number"] > book.edition.number]
    return [
        {**item, "label": correctable_label(item["key"], item["label"]), "edition": one["label"]}
        for one in later
        for item in one["items"]
    ]


def _changes(snapshot: editions.Snapshot, code: str) -> list[dict[str, Any]]:
    """What changed in the plan for the 施策, and what changes in the year to come; only what there is."""
    kinds = ((_("この年度からの計画の変更"), "plan_changes"), (_("来年度からの目標や評価項目の変更"), "target_changes"))
    rows = (
        {"id": key, "title": title, "lines": [one for one in snapshot.get(key, ()) if one["code"] == code]}
        for title, key in kinds
    )
    return [row for row in rows if row["lines"]]


def errata(book: Book) -> Page:
    """What was corrected up to this edition: 誤, 正, 理由, 日付, newest first."""
    label = fiscal_year(book.year)
    title, path = _("%(year)s 正誤表") % {"year": label}, ("errata", *book.place)
    shown = {
        "corrections": [_correction(one, book) for one in editions.errata(book.snapshot)],
        "results": {"label": _("%(year)sの結果を見る") % {"year": label}, "url": book.url("year")},
    }
    steps = ((label, book.url("year")), (_("正誤表"), ""))
    return page_of(book.site, "errata", title, here="errata", book=book, path=path, steps=steps, shown=shown)


def _correction(one: editions.Row, book: Book) -> dict[str, Any]:
    """One correction with its day as a day, a link from each 施策ID, and the items named in the reader's language."""
    linked = {
        part: [{**row, "url": book.url("measure", row["code"]) if row["code"] else ""} for row in one[part]]
        for part in ("items", "consequences")
    }
    for row in linked["items"]:
        row["label"] = correctable_label(row["key"], row["label"])
    return {**one, "day": date.fromisoformat(one["date"]), **linked}


# --- 計画期間の総括 --------------------------------------------------------------------------------------------------


def summary_edition(site: Site, short_name: str, number: int | None) -> SummaryEdition | None:
    """The edition with that number, or the plan's newest; None where there is none."""
    of_plan = [one for one in site.summaries if one.plan.short_name == short_name]
    return next((one for one in of_plan if number in (None, one.number)), None)


def summary(site: Site, short_name: str, number: int | None = None) -> Page | None:
    """The whole 総括."""
    edition = summary_edition(site, short_name, number)
    if edition is None:
        return None
    snapshot = edition.snapshot
    title = _("%(plan)sの計画期間の総括") % {"plan": snapshot["plan"]}
    path = ("summary", short_name, *([] if number is None else [number]))
    shown = {
        "snapshot": snapshot,
        "first": snapshot["years"][0],
        "last": snapshot["years"][-1],
        "totals": [
            {"grade": one.letter, "name": one.name, "count": snapshot["totals"].get(one.letter, 0)}
            for one in Scale.from_data(snapshot["scale"]).grades
        ],
        "label": _summary_label(edition),
        "day": day_text(edition.published_at),
        "sha256": edition.sha256,
        "current_url": "" if edition == summary_edition(site, short_name, None) else site.url("summary", short_name),
        "editions": [
            {"label": _summary_label(one), "url": site.url("summary", short_name, one.number)}
            for one in site.summaries
            if one.plan_id == edition.plan_id
        ],
        "files": [
            {"name": name, "url": site.url("summary_data", short_name, edition.number, name)}
            for name in summary_tables.FILES
        ],
    }
    steps = ((title, ""),)
    return page_of(site, "summary", title, here="summary", plan=short_name, path=path, steps=steps, shown=shown)


def _summary_label(edition: SummaryEdition) -> str:
    """第1版."""
    return _("第%(n)s版") % {"n": edition.number}


# --- by their names --------------------------------------------------------------------------------------------------


def make(site: Site, name: str, where: Sequence[Any], query: Mapping[str, str]) -> Page | None:
    """The page with that name, by the parts and the query of its address; None where there is none."""
    if name in ("index", "open_data"):
        return index(site) if name == "index" else data(site)
    if name == "compare":
        left, right = (comparison_pages.chosen(site, where[0], query.get(key, "")) for key in ("a", "b"))
        return comparison_pages.compare(site, where[0], left, right, parts.page_number(query))
    of_plan: dict[str, Callable[..., Page | None]] = {
        "plan": plan,
        "method": method,
        "summary": summary,
        "run": comparison_pages.run,
    }
    if name in of_plan:
        return of_plan[name](site, *where)
    numbered = 2 + (len(where) > 2 and isinstance(where[2], int))
    book = site.book(*where[:numbered])
    if book is None or name == "year":
        return year(book, parts.filters_of(query), parts.page_number(query)) if book else None
    of_book: dict[str, Callable[..., Page | None]] = {
        "departments": departments,
        "errata": errata,
        "measure": measure,
        "goal": goal_pages.goal,
        "goal_frame": goal_pages.framed,
    }
    return of_book[name](book, *where[numbered:])
