"""Published years beside each other: two of them, or the whole run of one 施策 through its plan."""

from typing import Any

from django.utils.translation import gettext as _

from review.publication.services import comparing
from review.publication.views import published as parts
from review.publication.views.public_frame import Page, crumbs, frame
from review.publication.views.shelf import Book, Site
from review.templatetags.words import fiscal_year


def key_of(book: Book) -> str:
    """The name of an edition in a comparison's address: 2024-1."""
    return f"{book.year}-{book.edition.number}"


def pair(site: Site, left: Book, right: Book) -> str:
    return site.url("compare", left.plan, query={"a": key_of(left), "b": key_of(right)})


def compare(site: Site, plan: str, left: Book | None = None, right: Book | None = None, page: int = 1) -> Page | None:
    """Two years or two editions of a plan side by side; without two of them, the choice."""
    if plan not in site.plans:
        return None
    selected = {"a": key_of(left), "b": key_of(right), "page": page if page > 1 else ""} if left and right else None
    framed = frame(
        site, _("比べる"), here="compare", plan=plan, path=("compare", plan, *([selected] if selected else []))
    )
    offered = [
        {
            "value": f"{edition.cycle.fiscal_year}-{edition.number}",
            "label": f"{fiscal_year(edition.cycle.fiscal_year)} {parts.edition_name(edition)}",
        }
        for edition in site.editions
        if edition.cycle.plan.short_name == plan
    ]
    context = {
        **framed,
        "breadcrumbs": crumbs(site, plan, (_("比べる"), "")),
        "choices": offered,
        "compare_url": site.url("compare", plan),
        "selected": selected or {},
        "pairs": [
            {"label": f"{fiscal_year(a.year)} {parts.edition_name(a.edition)} → {fiscal_year(b.year)} {parts.edition_name(b.edition)}",
             "url": pair(site, a, b)}
            for a, b in neighbours(site, plan)
        ],
    }  # fmt: skip
    if left and right:
        context |= _compared(site, left, right, page)
    return Page(template="publication/compare.html", context=context)


def neighbours(site: Site, plan: str) -> list[tuple[Book, Book]]:
    """The comparisons that most people want: each year with the one before, each correction with what it corrected."""
    pairs = []
    for edition in site.editions:
        book = Book(site=site, edition=edition, numbered=not edition.current)
        if book.plan != plan:
            continue
        earlier = site.book(plan, book.year - 1) if edition.current else None
        before = site.book(plan, book.year, edition.number - 1) if edition.number > 1 else None
        pairs += [(one, book) for one in (before, earlier) if one]
    return pairs


def _shown(left: Book, right: Book) -> tuple[list[comparing.MeasureRow], int]:
    """The rows of a comparison, of one year only what differs, and how many 施策 there are in all."""
    rows = comparing.side_by_side(left.snapshot, right.snapshot)
    return ([row for row in rows if row.differs] if left.year == right.year else rows), len(rows)


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
        "same_scale": left.snapshot["scale"] == right.snapshot["scale"],
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
    shown = [Book(site=site, edition=edition) for edition in reversed(site.current(plan))]
    run = comparing.run([(one.year, one.snapshot) for one in shown], code)
    if not run.years:
        return None
    shown = [one for one in shown if one.year in run.years]
    title = f"{code} {run.names[-1]}"
    newest = shown[-1]
    framed = frame(site, title, here="measure", book=newest, path=("run", plan, code))
    context = {
        **framed,
        "edition_label": "",
        "breadcrumbs": crumbs(
            site,
            plan,
            (fiscal_year(newest.year), newest.url("year")),
            (code, newest.url("measure", code)),
            (_("計画期間の推移"), ""),
        ),
        "plan": newest.heads["plan"],
        "code": code,
        "name": run.names[-1],
        "run": run,
        "years": [
            {
                "year": one.year,
                "url": one.url("measure", code),
                "edition": parts.edition_name(one.edition),
                "grade": grade,
                "grade_words": words,
                "outcome": outcome,
                "owner": owner,
            }
            for one, grade, outcome, owner, words in zip(
                shown, run.grades, run.outcomes, run.owners, run.words, strict=True
            )
        ],
    }
    return Page(template="publication/run.html", context=context)
