"""What lets the published results be followed and found by others: Atom feeds, the sitemap, robots.txt, and the catalogue.

Feeds and sitemap name whole addresses, so a site that does not know its own (`Site.base`) has neither.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from xml.etree import ElementTree as ET

from django.conf import settings
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from review.books.services import editions
from review.publication.services import catalogue
from review.publication.services.exports import Source
from review.publication.views import published as parts
from review.publication.views.shelf import NAMESPACES, Book, Site
from review.templatetags.words import fiscal_year
from review.workbook.file_kind import XLSX

ATOM = "application/atom+xml; charset=utf-8"
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
XHTML = "http://www.w3.org/1999/xhtml"
#: as many entries as a reader that comes once a year may have missed
ENTRIES = 50

Entry = tuple[datetime, str, str, str]  #: (when, title, sentence, address)


def feed(site: Site, plan: str = "") -> bytes:
    """Editions, corrections and 総括 of all plans, or of one, the newest first (Atom, RFC 4287)."""
    title = _("%(plan)s 評価結果") % {"plan": site.plan_name(plan)} if plan else _("計画の評価結果")
    address = site.absolute(feed_url(site, plan))
    entries = sorted(_entries(site, plan), key=lambda entry: entry[0], reverse=True)[:ENTRIES]
    atom = Atom1Feed(
        title=title,
        link=site.absolute(site.url("plan", plan) if plan else site.url("index")),
        description=_("公表と訂正のお知らせ"),
        language=site.language,
        author_name=site.city,
        feed_url=address,
        feed_guid=address,
    )
    for moment, heading, sentence, url in entries:
        atom.add_item(heading, url, sentence, unique_id=url, pubdate=moment, updateddate=moment)
    return atom.writeString("utf-8").encode()


def feed_url(site: Site, plan: str = "") -> str:
    """The address of the feed of a plan, or of all."""
    return site.url("plan_feed", plan) if plan else site.url("feed")


def _entries(site: Site, plan: str) -> Iterator[Entry]:
    for edition in site.editions:
        book = Book(site=site, edition=edition)
        if plan in ("", book.plan):
            names = {
                "plan": edition.cycle.plan.name,
                "year": fiscal_year(book.year),
                "label": parts.edition_name(edition),
            }
            title = _("%(plan)s %(year)s 評価結果 %(label)s") % names
            corrected = _("公表した内容に訂正がありました。どこをどう直したかは、正誤表にあります。")
            sentence = corrected if edition.number > 1 else _("%(year)s の評価結果を公表しました。") % names
            yield timezone.localtime(edition.published_at), title, sentence, site.absolute(book.everlasting())
    for release in site.releases(plan):
        names, words = (
            {"plan": release.cycle.plan.name, "year": fiscal_year(release.cycle.fiscal_year)},
            parts.release_words(release),
        )
        url = f"{site.absolute(site.url('plan', release.cycle.plan.short_name))}#next-{release.cycle.fiscal_year}"
        title = _("%(plan)s %(year)s 公表の予定") % names
        yield timezone.localtime(release.told_at), title, f"{words['sentence']}{words['moved']}", url
    for summary in site.summaries:
        if plan in ("", summary.plan.short_name):
            title = _("%(plan)s 計画期間の総括") % {"plan": summary.plan.name}
            url = site.absolute(site.url("summary", summary.plan.short_name, summary.number))
            yield timezone.localtime(summary.published_at), title, _("計画期間の総括を公表しました。"), url


# --- what is there ---------------------------------------------------------------------------------------------------


def sitemap(sites: dict[str, Site]) -> bytes:
    """Every page that stands under an address of its own, each with its twin in the other language."""
    root = ET.Element("urlset", {"xmlns": SITEMAP, "xmlns:xhtml": XHTML})
    pages = {language: list(_pages(site)) for language, site in sites.items()}
    for language, rows in pages.items():
        for place, (url, moment) in enumerate(rows):
            entry = ET.SubElement(root, "url")
            ET.SubElement(entry, "loc").text = sites[language].absolute(url)
            if moment:
                ET.SubElement(entry, "lastmod").text = timezone.localtime(moment).isoformat(timespec="seconds")
            for other, twins in pages.items():
                twin = {"rel": "alternate", "hreflang": other, "href": sites[other].absolute(twins[place][0])}
                ET.SubElement(entry, "xhtml:link", twin)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _pages(site: Site) -> Iterator[tuple[str, datetime | None]]:
    """(address, when it changed last) of the pages of the current editions, and of those that belong to no edition."""
    for name in ("index", "open_data"):
        yield site.url(name), None
    for plan in site.plans:
        yield from ((site.url(name, plan), None) for name in ("plan", "method"))
    newest = {one.plan.short_name: one.published_at for one in reversed(site.summaries)}
    yield from ((site.url("summary", plan), moment) for plan, moment in newest.items())
    for edition in site.editions:
        book, moment = Book(site=site, edition=edition, numbered=not edition.current), edition.published_at
        yield from ((book.url(name), moment) for name in ("year", "errata"))
        if edition.current:
            for row in book.snapshot["measures"]:
                yield book.url("measure", row["code"]), moment
                yield from ((book.url("goal", row["code"], one), moment) for one in editions.written_goals(row))


def robots() -> str:
    """What programs may read: what is published. All else wants a sign-in."""
    address = settings.MEGURI_BASE_URL.rstrip("/") + Site(editions=(), read=lambda _edition: {}).url("sitemap")
    return f"User-agent: *\nAllow: /results/\nAllow: /api/\nDisallow: /\n\nSitemap: {address}\n"


# --- the catalogue -----------------------------------------------------------------------------------------------------


def export_of(book: Book) -> Source:
    """The edition as its data are made from it."""
    return Source(snapshot=book.snapshot, edition=book.edition)


def catalog(site: Site) -> dict[str, Any]:
    """Every edition as a dataset, in the catalogue that stands in the root of the results."""
    books = [Book(site=site, edition=one, numbered=not (site.static and one.current)) for one in site.editions]
    entries = [_entry(book, export_of(book)) for book in books]
    return catalogue.together(entries, site.absolute(site.url("index")) or "./", site.city)


def dataset(book: Book, source: Source) -> dict[str, Any]:
    """The edition as a dataset in a document of its own, beside its data."""
    root = book.site.absolute(book.site.url("index")) or "../" * book.site.below(book.url("year")).count("/")
    return catalogue.alone(_entry(book, source), root)


def _entry(book: Book, source: Source) -> dict[str, Any]:
    site, place = book.site, book.site.below(book.url("year"))
    before = site.book(book.plan, book.year, book.edition.number - 1)
    kinds = zip(parts.BOOKS.items(), (XLSX, "application/pdf"), strict=True)
    files = [
        catalogue.Distribution(site.below(book.url(name)), media, label, size=made.size, sha256=made.sha256)
        for (kind, (name, label, _note)), media in kinds
        if (made := book.file(kind))
    ]
    return catalogue.dataset(
        source.snapshot,
        source.meta,
        book.edition.cycle.plan,
        place=place,
        before=site.below(before.url("year")) if before else "",
        files=[*catalogue.data_files(place), *files],
    )


def sites_of(site: Site) -> dict[str, Site]:
    """The same shelf in every language."""
    return {language: site.in_language(language) for language in NAMESPACES}
