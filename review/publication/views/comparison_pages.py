"""Published years beside each other: one with the year before, two of them, or the whole run of one 施策 through its plan."""

from collections import Counter
from decimal import Decimal
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from review.books.services import editions
from review.domain import rating
from review.domain.grade_words import share
from review.publication.services import comparing, goals
from review.publication.views import published as parts
from review.publication.views.public_frame import Page
from review.publication.views.public_frame import page as page_of
from review.publication.views.shelf import Book, Site
from review.reader_words import goal_label, legend
from review.templatetags.words import fiscal_year

# --- the year beside the one before ----------------------------------------------------------------------------------


def overview_of(book: Book) -> dict[str, Any]:
    """The year at a glance: the headline, each grade as a tile with its change on the same goals, what became better and
    worse, and what to read first."""
    snapshot, change = book.snapshot, change_of(book)
    whole = editions.totals(snapshot["measures"])
    before = (snapshot.get("previous") or {}).get("indicators") or {}
    tiles = []
    for grade in rating.Scale.from_data(snapshot["scale"]).as_data():
        letter = grade["letter"]
        count, was, now = (each.get(letter, 0) for each in (whole.indicators, change.before, change.now))
        known = change.base and grade["role"] != "undecided"
        tiles.append(
            {**grade, "name": legend(grade), "count": count, "share": share(count, whole.indicator_count)}
            | ({"was": was, "now": now, "more": max(now - was, 0), "fewer": max(was - now, 0)} if known else {})
            | ({"before": before.get(letter, 0)} if before and not known else {})
        )
    outcomes = Counter(row["outcome"] for row in snapshot["measures"])
    return {
        "assessed": {"measures": outcomes[""], "excluded": outcomes["excluded"], "missing": outcomes["not_submitted"]},
        "overview": whole, "headline": headline(book), "tiles": tiles, "base": change.base,
        "better": [_step(one, book) for one in change.better], "worse": [_step(one, book) for one in change.worse],
        "first": _read_first(book, whole),
    }  # fmt: skip


def change_of(book: Book) -> goals.Change:
    """What became of the goals since the year before, computed once a site."""
    earlier = book.site.book(book.plan, book.year - 1)
    key = ("change", book.edition.pk, earlier.edition.pk if earlier else None)
    known: goals.Computed = book.site.shared(("before", book.edition.cycle_id), dict)
    make = partial(goals.change, book.snapshot, earlier.snapshot if earlier else None, known)
    return book.site.shared(key, make)


def _step(one: goals.Step, book: Book) -> dict[str, Any]:
    goal = f"{one.measure['code']} {goal_label(one.number)}"
    url = book.goal_url(one.measure["code"], one.number)
    return {"goal": goal, "name": one.name, "before": one.before, "now": one.now, "url": url}


def _read_first(book: Book, whole: editions.Totals) -> dict[str, Any]:
    """The goals that were missed by most, the grades that ask for a reading, and the corrections."""
    scale = book.snapshot["scale"]
    missed = [
        (Decimal(one["rate"]), row, one)
        for row in book.snapshot["measures"]
        for one in row["indicators"]
        if one["status"] == "missed" and one["rate"] and "progress" not in one
    ]
    farthest = [
        {**editions.indicator(one, book.year), "code": row["code"], "url": book.goal_url(row["code"], one["number"])}
        for _rate, row, one in sorted(missed, key=lambda each: each[0])[:3]
    ]
    lists = [
        {"letter": grade["letter"], "name": legend(grade), "count": count,
         "url": book.url("year", query={"grade": grade["letter"]}) + "#measures"}
        for grade in scale[-2:]
        if (count := whole.measures.get(grade["letter"], 0))
    ]  # fmt: skip
    return {"farthest": farthest, "lists": lists, "corrected": book.edition.number > 1}


def headline(book: Book) -> str:
    """The year in two sentences: how many goals were achieved, and what became of those that can be compared."""
    snapshot, change = book.snapshot, change_of(book)
    whole = editions.totals(snapshot["measures"])
    achieved = whole.indicators.get(snapshot["scale"][0]["letter"], 0) if snapshot["scale"] else 0
    facts = {"goals": whole.indicator_count, "achieved": achieved, "share": share(achieved, whole.indicator_count)}
    first = _("成果目標%(goals)s件のうち%(achieved)s件が目標を達成しました(%(share)s%%)。") % facts
    if not change.base:
        return first
    counts = {"base": change.base, "better": len(change.better), "worse": len(change.worse)}
    more = _(
        "前年度も評価した%(base)s件では、達成区分が良くなったものが%(better)s件、悪くなったものが%(worse)s件です。"
    )
    return f"{first}{' ' if first.isascii() else ''}{more % counts}"


def year_line(book: Book) -> str:
    """The year in words for whoever sees no more of it: whose, which plan and year, and the headline."""
    where = {"city": book.edition.cycle.plan.city, "plan": book.snapshot["plan"], "year": fiscal_year(book.year)}
    return _("%(city)s %(plan)s %(year)s: ") % where + headline(book)


# --- two editions ----------------------------------------------------------------------------------------------------


def key_of(book: Book) -> str:
    """The name of an edition in a comparison's address: 2024-1."""
    return f"{book.year}-{book.edition.number}"


def chosen(site: Site, plan: str, key: str) -> Book | None:
    """The plan's edition that a comparison names: 2024-1; None where it names none."""
    year, _dash, number = key.partition("-")
    if not all(part.isascii() and part.isdigit() and len(part) < 5 for part in (year, number)):
        return None
    return site.book(plan, int(year), int(number))


def pair(site: Site, left: Book, right: Book) -> str:
    return site.url("compare", left.plan, query={"a": key_of(left), "b": key_of(right)})


def compare(site: Site, plan: str, left: Book | None = None, right: Book | None = None, page: int = 1) -> Page | None:
    """Two years or two editions of a plan side by side; without two of them, the choice."""
    if plan not in site.plans:
        return None
    selected = {"a": key_of(left), "b": key_of(right), "page": page if page > 1 else ""} if left and right else None
    offered = [
        {"value": key_of(book), "label": f"{fiscal_year(book.year)} {parts.edition_name(book.edition)}"}
        for book in books_of(site, plan)
    ]
    shown = {
        "choices": offered,
        "compare_url": site.url("compare", plan),
        "selected": selected or {},
        "pairs": [
            {"label": f"{fiscal_year(a.year)} {parts.edition_name(a.edition)} → {fiscal_year(b.year)} {parts.edition_name(b.edition)}",
             "url": pair(site, a, b)}
            for a, b in neighbours(site, plan)
        ],
    }  # fmt: skip
    newest = next(iter(books_of(site, plan)), None)
    if newest:
        year = fiscal_year(newest.year)
        shown["newest"] = {"label": _("%(year)sの結果を見る") % {"year": year}, "url": newest.url("year")}
    if left and right:
        shown |= _compared(site, left, right, page)
    title, path = _("比べる"), ("compare", plan, *([selected] if selected else []))
    return page_of(site, "compare", title, here="compare", plan=plan, path=path, steps=((title, ""),), shown=shown)


def books_of(site: Site, plan: str) -> list[Book]:
    """The plan's editions, the newest year first."""
    every = (Book(site=site, edition=edition, numbered=not edition.current) for edition in site.editions)
    return [book for book in every if book.plan == plan]


def neighbours(site: Site, plan: str) -> list[tuple[Book, Book]]:
    """The comparisons that most people want: each year with the one before, each correction with what it corrected."""
    pairs = []
    for book in books_of(site, plan):
        number = book.edition.number
        earlier = site.book(plan, book.year - 1) if book.edition.current else None
        before = site.book(plan, book.year, number - 1) if number > 1 else None
        pairs += [(one, book) for one in (before, earlier) if one]
    return pairs


def _shown(left: Book, right: Book) -> tuple[list[comparing.MeasureRow], int]:
    """The rows of a comparison, of one year only what differs, and how many 施策 there are in all."""
    which = comparing.differing if left.year == right.year else comparing.side_by_side
    key = ("compared", left.edition.pk, right.edition.pk)
    rows = left.site.remembered(key, partial(which, left.snapshot, right.snapshot))
    return rows, len(left.rows.keys() | right.rows.keys())


def compared_pages(left: Book, right: Book) -> int:
    """How many pages the comparison takes."""
    return parts.page_count(len(_shown(left, right)[0]))


def _compared(site: Site, left: Book, right: Book, page: int) -> dict[str, Any]:
    left, right = (Book(site=site, edition=one.edition, numbered=not one.edition.current) for one in (left, right))
    shown, whole = _shown(left, right)
    last = parts.page_count(len(shown))
    page = min(max(page, 1), last)

    def url(number: int) -> str:
        query = {"a": key_of(left), "b": key_of(right), "page": number if number > 1 else ""}
        return site.url("compare", left.plan, query=query)

    sides = [
        {"label": f"{fiscal_year(one.year)} {parts.edition_name(one.edition)}", "url": one.url("year")}
        for one in (left, right)
    ]
    return {
        "sides": sides,
        "same_year": left.year == right.year,
        "bars": [
            {"label": side["label"], "counts": one.snapshot["totals"]["indicators"]}
            for side, one in zip(sides, (left, right), strict=True)
        ],
        "scale": right.snapshot["scale"],
        "names": parts.grade_names(right.snapshot),
        "same_scale": len({rating.Scale.from_data(one.snapshot["scale"]) for one in (left, right)}) == 1,
        "rows": [
            {"row": row, "urls": [one.url("measure", row.code) if there else "" for one, there in zip((left, right), row.there, strict=True)]}
            for row in shown[(page - 1) * parts.ROWS : page * parts.ROWS]
        ],
        "count": len(shown),
        "whole": whole,
        "previous": url(page - 1) if page > 1 else "",
        "next": url(page + 1) if page < last else "",
        "number": page,
        "total": last,
    }  # fmt: skip


def run(site: Site, plan: str, code: str) -> Page | None:
    """The whole run of one 施策 through its plan: its result in each published year."""
    books = [Book(site=site, edition=edition) for edition in reversed(site.current(plan))]
    rows, indicators = comparing.run([(one.year, one.snapshot) for one in books], code)
    if not rows:
        return None
    books = [one for one in books if one.year in rows]
    newest, name = books[-1], rows[books[-1].year]["name"]
    shown = {
        "edition_label": "",
        "plan": newest.heads["plan"],
        "code": code,
        "name": name,
        "indicators": indicators,
        "years": [
            {"year": one.year, "url": one.url("measure", code), "edition": parts.edition_name(one.said_by(code)), "row": rows[one.year]}
            for one in books
        ],
    }  # fmt: skip
    steps = (
        (fiscal_year(newest.year), newest.url("year")), (code, newest.url("measure", code)), (_("計画期間の推移"), ""),
    )  # fmt: skip
    path = ("run", plan, code)
    return page_of(site, "run", f"{code} {name}", here="measure", book=newest, path=path, steps=steps, shown=shown)
