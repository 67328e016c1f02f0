"""What every page of the public site has about it: the way through the site, the edition, the other language."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.template import Context
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from review.models import Edition
from review.publication.services import open_data
from review.publication.views import published as parts
from review.publication.views.following import feed_url, sites_of
from review.publication.views.shelf import Book, Site
from review.templatetags.ready import ready
from review.templatetags.words import day_text, fiscal_year

#: each language by its own name
LANGUAGES = {"ja": "日本語", "en": "English"}
#: what narrows or turns over a list makes no page of its own
UNSAID = ("q", "sort")


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page that can be written out at once."""

    template: str
    context: Mapping[str, Any]

    def html(self) -> SafeString:
        """The page's text. Asks the database nothing."""
        # Numbers are formatted by our own filters: Django's localisation would look at every value for nothing.
        return ready(self.template).render(Context(dict(self.context), use_l10n=False))


def frame(
    site: Site,
    title: str,
    *,
    here: str,
    book: Book | None = None,
    plan: str = "",
    path: tuple[Any, ...] = (),
    words: str = "",
    edition: Edition | None = None,
) -> dict[str, Any]:
    """The context of public_base.html. `plan` is that of a page which shows no book, where it is of one; `path` is the
    page's own address: its name, arguments, and perhaps a query; `words` say what stands on it; `edition` is that which the
    page names, where it is not the book's."""
    plan = book.plan if book else plan or (site.plans[0] if site.plans and not site.several else "")
    entries = [("index", _("計画一覧") if site.several else _("年度一覧"), site.url("index"))]
    if plan and site.several:
        entries.append(("plan", site.plan_name(plan), site.url("plan", plan)))
    if book:
        entries.append(("year", _("%(year)sの結果") % {"year": fiscal_year(book.year)}, book.url("year")))
        entries.append(("errata", _("正誤表"), book.url("errata")))
    if plan:
        entries.append(("compare", _("比べる"), site.url("compare", plan)))
        entries.append(("method", _("評価の方法"), site.url("method", plan)))
    entries.append(("data", _("データ"), site.url("open_data")))
    context: dict[str, Any] = {
        "LANGUAGE_CODE": site.language, "static_files": site.static, "page_title": title, "site_title": _("計画の評価結果"),
        "site_url": site.url("index"), "method_url": site.url("method", plan) if plan else "",
        "city": book.edition.cycle.plan.city if book else site.city,
        "public_nav": [{"label": label, "url": url, "current": key == here} for key, label, url in entries if url],
        "licence": open_data.licence(), "other": _other_language(site, path),
        # Whoever reads over the network uses the program (AGPL, 13); plain files on another host are none of it.
        "source_url": "" if site.static else settings.MEGURI_SOURCE_URL,
        **_seen_from_outside(site, title, book, path, words),
    }  # fmt: skip
    if book:
        context |= _edition_of(book, edition)
    return context


def page(
    site: Site,
    template: str,
    title: str,
    *,
    steps: tuple[tuple[str, str], ...] = (),
    shown: Mapping[str, Any],
    **where: Any,
) -> Page:
    """A page in its frame: `where` as `frame` takes it, `steps` the way down to it, `shown` what it shows itself."""
    book, plan = where.get("book"), where.get("plan", "")
    way = {"breadcrumbs": crumbs(site, book.plan if book else plan, *steps)} if steps else {}
    made = Page(template=f"publication/{template}.html", context={**frame(site, title, **where), **way, **shown})
    return _framed(site, made, (template, book.edition.pk, book.numbered)) if book and site.static else made


def _framed(site: Site, page: Page, alike: tuple[Any, ...]) -> Page:
    """The page with its head and foot ready: pages of one kind and edition differ there in a few words alone, so that they
    are rendered once and the words are put in."""
    own = {
        name: str(page.context.get(name, ""))
        for name in ("page_title", "site_title", "edition_label", "description", "canonical", "narrowed", "part")
    }
    own |= {f"at_{language}": url for language, url in page.context.get("alternates", {}).items()}
    own["other"] = page.context["other"]["url"]
    marked = {name: f"\x02{name}\x03" if words else "" for name, words in own.items()}
    alternates = {language: marked[f"at_{language}"] for language in page.context.get("alternates", ())}
    other = {**page.context["other"], "url": marked["other"]}

    def outside() -> list[str]:
        context = {**page.context, **marked, "alternates": alternates, "other": other}
        return re.split(r"(?s)<main.*</main>", replace(page, context=context).html())

    head, foot = site.remembered((*alike, *map(bool, own.values())), outside)
    head = re.sub(f"\x02({'|'.join(own)})\x03", lambda name: escape(own[name[1]]), head)
    return replace(page, context={**page.context, "head": mark_safe(head), "foot": mark_safe(foot)})  # noqa: S308 - rendered


def not_there(language: str, reference: str) -> Page:
    """The page of an unknown address of the public site. No query."""
    site = Site(editions=(), read=lambda edition: {}, language=language)
    shown = {"reference": reference}
    return page(site, "not_there", _("ページが見つかりません"), here="", path=("index",), shown=shown)


def _other_language(site: Site, path: tuple[Any, ...]) -> dict[str, str]:
    """The same page in the other language."""
    language = "ja" if site.language == "en" else "en"
    return {"language": language, "name": LANGUAGES[language], "url": _address(site.in_language(language), path)}


def _address(site: Site, path: tuple[Any, ...], leave: tuple[str, ...] = ()) -> str:
    """The address that `path` means: a name, its arguments, and perhaps a query, of which some is left out."""
    name, *args = path
    query = args.pop() if args and isinstance(args[-1], dict) else {}
    return site.url(name, *args, query={key: value for key, value in query.items() if key not in leave})


def _seen_from_outside(site: Site, title: str, book: Book | None, path: tuple[Any, ...], words: str) -> dict[str, Any]:
    """What the page says of itself to search engines, readers of feeds and whoever shares it: its one true address
    (the year's, for an edition that is current), that in each language, and a sentence. {} where the site does not know its address."""
    if not site.base:
        return {"description": words or title}
    if book and book.numbered and book.edition.current:
        path = (*path[:3], *path[4:])
    addresses = {one: in_it.absolute(_address(in_it, path, UNSAID)) for one, in_it in sites_of(site).items()}
    return {
        "description": words or title, "canonical": addresses[site.language], "alternates": addresses,
        "feed_url": feed_url(site, book.plan if book else ""),
        "share_picture": site.absolute(book.url("share_picture")) if book and not site.static else "",
    }  # fmt: skip


def _edition_of(book: Book, named: Edition | None) -> dict[str, Any]:
    edition = named or book.edition
    words = _("この内容の公表日 %(day)s") if named else _("公表日 %(day)s")
    return {
        "edition": book.edition,
        "edition_label": parts.edition_name(edition),
        "edition_date": words % {"day": day_text(edition.published_at)},
        **({} if book.edition.current else _newer_than(book)),
    }


def _newer_than(book: Book) -> dict[str, Any]:
    """Where an edition that was corrected leads: to what is right now, and to what was wrong."""
    newest = book.site.book(book.plan, book.year)
    if newest is None:
        return {}
    return {
        "superseded_by": parts.edition_name(newest.edition),
        "current_url": newest.url("year"),
        "current_errata_url": newest.url("errata"),
    }


def crumbs(site: Site, plan: str, *steps: tuple[str, str]) -> list[dict[str, str]]:
    """From the beginning down to here, by way of the plan (none where it is '') where there are several."""
    way = [(_("計画一覧") if site.several else _("年度一覧"), site.url("index"))]
    if plan and site.several:
        way.append((site.plan_name(plan), site.url("plan", plan)))
    return [{"label": label, "url": url} for label, url in (*way, *steps)]
