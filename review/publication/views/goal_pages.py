"""One 成果目標 on its own: a page, the same as a frame for other sites, its chart as a picture, its values as a table."""

from functools import cache, partial
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from review.books.services import editions
from review.domain.rating import Scale
from review.models import Edition
from review.pdf import picture
from review.publication.services import exports, open_data, pictures
from review.publication.views import comparison_pages
from review.publication.views import published as parts
from review.publication.views.public_frame import Page
from review.publication.views.public_frame import page as page_of
from review.publication.views.shelf import Book
from review.reader_words import goal_label, with_words
from review.templatetags.charts import geometry
from review.templatetags.words import day_text, fiscal_year

#: in the order of the page; a PNG is made when somebody wants it, so that plain files have none
FILES = ("chart.svg", "chart.png", "goal.csv")


class Shown(NamedTuple):
    """A 施策 and its 成果目標 as their pages show them, with the edition that these name. Each goal knows the address of its
    own page ('' where it has none) and the part that both pages share: its charts and its table."""

    row: dict[str, Any]
    goals: list[dict[str, Any]]
    edition: Edition


def measure(book: Book, code: str) -> Shown | None:
    """The 施策, made once for all its pages; None where there is none."""
    return book.site.latest((book.edition.pk, book.numbered, code), partial(_measure, book, code))


def _measure(book: Book, code: str) -> Shown | None:
    published = editions.measure(book.snapshot, code)[0]
    if published is None:
        return None
    row, goals = with_words(published, book.snapshot), []
    own = editions.written_goals(row) if book.has_goals else ()
    for each in row["indicators"]:
        one = parts.shown_indicator(each, book.year, row["outcome"])
        one["charts"] = list(map(geometry, one["charts"]))
        body = Page(template="publication/_goal.html", context={"one": one, "fiscal_year": book.year})
        url = book.url("goal", code, one["number"]) if one["number"] in own else ""
        goals.append({**one, "url": url, "body": cache(body.html)})
    return Shown(row, goals, book.said_by(code))


def goal(book: Book, code: str, number: int) -> Page | None:
    """The goal's result, its course, its files, and how to cite and to embed it."""
    parts_shown = _shown(book, code, number)
    if parts_shown is None:
        return None
    row, shown, edition = parts_shown
    title, label = f"{shown['label']} {shown['name']}", fiscal_year(book.year)
    place, site = (*book.place, code, number), book.site
    numbers = [one for one in editions.written_goals(row) if one != number]
    frame = site.absolute(book.url("goal_frame", code, number)) if not site.static else ""
    steps = ((label, book.url("year")), (code, book.url("measure", code)), (shown["label"], ""))
    context = {
        "site_title": _("%(year)s 評価結果") % {"year": label},
        "measure": {"code": code, "name": row["name"], "url": book.url("measure", code), "facts": parts.facts_of(row)},
        "fiscal_year": book.year,
        "one": shown,
        "others": [{"label": goal_label(one), "url": book.goal_url(code, one)} for one in numbers],
        "files": [
            {"name": name, "url": file_url(book, code, number, name)}
            for name in FILES
            if not site.static or name != "chart.png"
        ],
        "run_url": site.url("run", book.plan, code) if len(site.current(book.plan)) > 1 or not site.static else "",
        "years": [
            {"label": fiscal_year(one.year), "url": one.goal_url(code, number)}
            for one in (Book(site=site, edition=edition) for edition in site.current(book.plan))
            if one.year != book.year and _has_page(one, code, number)
        ]
        + _former(book, shown),
        "citation": " ".join(_citation(book, row, shown, edition)),
        "embed": frame and f'<iframe src="{frame}" title="{title}" width="640" height="480" loading="lazy"></iframe>',
    }
    where = {"here": "goal", "book": book, "path": ("goal", *place), "edition": edition}
    return page_of(site, "goal", title, words=_source(book, shown), steps=steps, shown=context, **where)


def _former(book: Book, shown: dict[str, Any]) -> list[dict[str, str]]:
    """Where the 成果目標 goes on from, as it was published last under its former 施策ID or plan; [] where that is not."""
    place = shown.get("came_from")
    before = book.site.book(place.get("short_name", book.plan), place["fiscal_year"]) if place else None
    if place is None or before is None or not _has_page(before, place["code"], place["number"]):
        return []
    label = f"{before.snapshot['plan']} {place['code']} {goal_label(place['number'])} {fiscal_year(before.year)}"
    return [{"label": label, "url": before.goal_url(place["code"], place["number"])}]


def _has_page(book: Book, code: str, number: int) -> bool:
    row = editions.measure(book.snapshot, code)[0]
    return row is not None and number in editions.written_goals(row)


def framed(book: Book, code: str, number: int) -> Page | None:
    """The goal's chart alone, for a frame on a page of another site."""
    page = goal(book, code, number)
    if page is None:
        return None
    context = {**page.context, "page_url": book.url("goal", code, number)}
    return Page(template="publication/goal_frame.html", context=context)


def file_url(book: Book, code: str, number: int, name: str) -> str:
    """The address of one of the goal's files; a table has no language."""
    site = book.site.in_language("ja") if name == "goal.csv" else book.site
    return site.url("goal_file", *book.place, code, number, name)


def file(book: Book, code: str, number: int, name: str) -> bytes | None:
    """One of the goal's files; None where there is none."""
    parts_shown = _shown(book, code, number)
    if parts_shown is None or name not in FILES:
        return None
    row, shown, edition = parts_shown
    if name == "goal.csv":
        return exports.goal_csv(exports.Source(snapshot=book.snapshot, edition=edition), code, number)
    titles = (shown["name"] or shown["label"], f"{code} {row['name']} {shown['label']}")
    bars = any(chart["kind"] == "bars" for chart in shown["charts"])
    legend = _("棒は実績、横線は目標です。濃い棒がこの年度です。") if bars else ""
    notes = (legend, shown["table"]["came_from"], _source(book, shown), *_citation(book, row, shown, edition))
    svg = pictures.of_goal(titles, shown["charts"], notes)
    return svg.encode() if name == "chart.svg" else picture.png(svg)


def share_picture(book: Book) -> bytes:
    """The year's headline with its counts by grade, as a picture."""
    title = f"{book.snapshot['plan']} {_('%(year)s 評価結果') % {'year': fiscal_year(book.year)}}"
    counts = book.snapshot["totals"]["indicators"]
    grades, names = Scale.from_data(book.snapshot["scale"]).grades, parts.grade_names(book.snapshot)
    rows = [f"{one.mark} {names[one.letter]}: {counts.get(one.letter, 0)}" for one in grades]
    foot = f"{book.edition.cycle.plan.city} {parts.edition_name(book.edition)} {day_text(book.edition.published_at)}"
    return picture.png(pictures.of_goal((title, comparison_pages.headline(book), *rows), (), (foot,)))


def _shown(book: Book, code: str, number: int) -> tuple[dict[str, Any], dict[str, Any], Edition] | None:
    """The 施策 and the goal as their pages show them, and the edition that these name."""
    row, goals, edition = measure(book, code) or ({}, [], book.edition)
    return next(((row, one, edition) for one in goals if one["number"] == number and not one["empty"]), None)


def _source(book: Book, shown: dict[str, Any]) -> str:
    """What came out, in a sentence."""
    facts = {key: shown[key] or "－" for key in ("target", "actual")}
    verdict = " ".join(filter(None, (shown["grade"], shown["grade_words"] or shown["verdict"]))) or _("目標なし")
    return _("%(year)s: 目標 %(target)s、実績 %(actual)s、判定 %(verdict)s。") % {
        **facts,
        "year": fiscal_year(book.year),
        "verdict": verdict,
    }


def _citation(book: Book, row: dict[str, Any], shown: dict[str, Any], edition: Edition) -> tuple[str, ...]:
    """How to cite the goal: whose it is, its place, its edition and day; where it stands; its licence."""
    facts = {
        "city": book.edition.cycle.plan.city,
        "plan": book.snapshot["plan"],
        "year": fiscal_year(book.year),
        "edition": parts.edition_name(edition),
        "day": day_text(edition.published_at),
        "goal": f"{row['code']} {shown['label']} {shown['name']}",
    }
    words = _("%(city)s「%(plan)s %(year)s 評価結果」%(edition)s(%(day)s公表)、%(goal)s。") % facts
    place = (row["code"], shown["number"])
    # Plain files keep the current edition at the year's address: carried out, they never change.
    everlasting = Book(site=book.site, edition=edition, numbered=True)
    address = book.site.absolute((book if book.site.static else everlasting).url("goal", *place))
    return tuple(filter(None, (words, address, open_data.licence()["name"])))
