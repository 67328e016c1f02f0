"""The published editions as a shelf, and the addresses of their pages.

Pages are made from a `Site` (all editions, one language) and a `Book` (one edition of it); neither knows of a request,
so the same pages are answered to browsers, kept in a cache and written as plain files.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.urls import reverse

from review.books.services.editions import Filters, Row, Snapshot, errata_of, lists
from review.models import Artifact, Edition, SummaryEdition
from review.publication.services.releases import Release

#: what stands before an address of the site
_LINKS = (" href", " src", " data-search")
_CODE = re.compile(r"[0-9]+-[0-9]+")
_PLAIN = re.compile(r"[A-Za-z0-9-]+")
#: what has no language: files of data, books and schemas
FILES = frozenset({"catalog", "data", "download", "pdf", "schema", "sitemap", "summary_data"})
#: The language of a page is part of its address.
NAMESPACES = {"ja": "publication", "en": "publication_en"}
Made = TypeVar("Made")


def language_of(namespace: str) -> str:
    """The language of the namespace's addresses."""
    return next((language for language, name in NAMESPACES.items() if name == namespace), settings.LANGUAGE_CODE)


@dataclass(frozen=True, kw_only=True)
class Site:
    """Every edition of every plan as of some moment, newest year first and newest edition first. `edition.current` is
    of that moment. Plans are named by their short names.

    `read` gives an edition's snapshot, `heads` at least its totals, plan and scale, for less. `static` pages are plain files: they hold no form and sort nothing.
    `base` is where the site stands, without a slash at its end; '' where it does not know.
    """

    editions: tuple[Edition, ...]
    read: Callable[[Edition], Snapshot]
    language: str = "ja"
    static: bool = False
    base: str = ""
    heads: Callable[[Edition], Snapshot] | None = None
    files: Callable[[], Mapping[tuple[int, str], Artifact]] = dict
    #: of every 計画期間の総括, newest first
    summary_shelf: Callable[[], Sequence[SummaryEdition]] = tuple
    #: what is to be published; plain files, which never change, do not say
    release_shelf: Callable[[], Sequence[Release]] = tuple
    _memory: dict[Any, Any] = field(default_factory=dict)
    #: what no language changes, for the sites of all languages
    common: dict[Any, Any] = field(default_factory=dict)

    @property
    def books(self) -> Mapping[tuple[int, str], Artifact]:
        """The files of the editions, read once, by the pages that name them."""
        return self.remembered("books", self.files)

    @property
    def summaries(self) -> Sequence[SummaryEdition]:
        """Read once, by the pages that show them."""
        return self.remembered("summaries", self.summary_shelf)

    def releases(self, plan: str = "") -> list[Release]:
        """The next publication of each plan, or of that one. Read once, by the pages that announce it."""
        rows = self.remembered("releases", self.release_shelf)
        return [one for one in rows if (name := one.cycle.plan.short_name) in self.plans and plan in ("", name)]

    def remembered(self, key: Any, make: Callable[[], Made]) -> Made:
        """What `make` gave the first time: for what many pages of one site share. Lives as long as the site."""
        if key not in self._memory:
            self._memory[key] = make()
        value: Made = self._memory[key]
        return value

    def shared(self, key: Any, make: Callable[[], Made]) -> Made:
        """The same for what reads alike in every language."""
        if key not in self.common:
            self.common[key] = make()
        value: Made = self.common[key]
        return value

    def latest(self, key: Any, make: Callable[[], Made]) -> Made:
        """The same for what only pages that follow each other share: the last alone is kept."""
        if self._memory.get("latest", (None,))[0] != key:
            self._memory["latest"] = key, make()
        value: Made = self._memory["latest"][1]
        return value

    def url(self, name: str, *args: Any, query: Mapping[str, Any] | None = None) -> str:
        """The address of a page of this language; empty values of the query are left out."""
        namespace = NAMESPACES["ja" if name in FILES else self.language]
        words = urlencode({key: value for key, value in query.items() if value not in ("", None)}) if query else ""
        return _address(f"{namespace}:{name}", args) + (f"?{words}" if words else "")

    def absolute(self, url: str) -> str:
        """The whole address of one of the site's own; '' where the site does not know where it stands."""
        if not self.base:
            return ""
        return self.base + self.path(url)

    def path(self, url: str) -> str:
        """Where one of the site's own addresses stands on its server."""
        return "/" + place_of(url).removesuffix("index.html") if self.static else url

    def below(self, url: str) -> str:
        """The same from the root of the results on."""
        return self.path(url).removeprefix(self.path(self.url("index")))

    def in_language(self, language: str) -> Site:
        """The same shelf for readers of the language."""
        return self.remembered(("in", language), lambda: replace(self, language=language, _memory={}))

    @property
    def city(self) -> str:
        """The city of all editions, where they agree."""
        cities = {edition.cycle.plan.city for edition in self.editions}
        return cities.pop() if len(cities) == 1 else str(settings.MEGURI_CITY)

    def book(self, plan: str, year: int, number: int | None = None) -> Book | None:
        """The plan's edition with that number, or the year's current one; None where there is none."""
        for edition in self.of_year(plan, year):
            if edition.current if number is None else edition.number == number:
                return Book(site=self, edition=edition, numbered=number is not None)
        return None

    def of_year(self, plan: str, year: int) -> list[Edition]:
        """The editions of the plan's year, newest first."""
        return [edition for edition in self.editions if edition.cycle.key == (plan, year)]

    def current(self, plan: str) -> list[Edition]:
        """The current edition of each year of the plan, newest year first."""
        return [one for one in self.editions if one.current and one.cycle.plan.short_name == plan]

    def summary_links(self, plan: str = "") -> list[dict[str, str]]:
        """{plan, url} of the newest edition of each 総括, or of that plan's."""
        newest = {one.plan_id: one for one in reversed(self.summaries) if plan in ("", one.plan.short_name)}
        return [{"plan": one.plan.name, "url": self.url("summary", one.plan.short_name)} for one in newest.values()]

    @property
    def plans(self) -> list[str]:
        """The plans of which something is published, in the order of their beginning."""
        known = {edition.cycle.plan.short_name: edition.cycle.plan_id for edition in self.editions}
        return sorted(known, key=lambda plan: known[plan])

    @property
    def several(self) -> bool:
        """Whether a page must say of which plan it speaks."""
        return len(self.plans) > 1

    def plan_name(self, plan: str) -> str:
        """The plan's name in its newest edition."""
        return str(Book(site=self, edition=self.current(plan)[0]).heads["plan"])


@dataclass(frozen=True, kw_only=True)
class Book:
    """One edition on its site. `numbered` books link within their own, everlasting addresses."""

    site: Site
    edition: Edition
    numbered: bool = False

    @property
    def plan(self) -> str:
        """The short name of the edition's plan."""
        return self.edition.cycle.plan.short_name

    @property
    def place(self) -> list[Any]:
        """What names the book in an address."""
        return [self.plan, self.year, *([self.edition.number] if self.numbered else [])]

    @property
    def year(self) -> int:
        """The edition's 年度."""
        return self.edition.cycle.fiscal_year

    @cached_property
    def snapshot(self) -> Snapshot:
        """All that was published."""
        return self.site.read(self.edition)

    @cached_property
    def heads(self) -> Snapshot:
        """The totals, the plan's name and the scale."""
        return (self.site.heads or self.site.read)(self.edition)

    def url(self, name: str, *args: Any, query: Mapping[str, Any] | None = None) -> str:
        """The address of a page of this edition."""
        book = self.holding(args[0]) if name == "measure" and self.site.static else self
        return self.site.url(name, *book.place, *args, query=query)

    @property
    def rows(self) -> Mapping[str, Row]:
        """{施策ID: its row}."""
        return self.site.shared(
            ("rows", self.edition.pk), lambda: {row["code"]: row for row in self.snapshot["measures"]}
        )

    @property
    def lists(self) -> Mapping[Filters, list[Row]]:
        """Every list of the edition among plain files, by what narrows it."""
        return self.site.shared(("lists", self.edition.pk), lambda: lists(self.snapshot))

    def holding(self, code: str) -> Book:
        """The last edition that says of the 施策 what this one says: among plain files the only one that has its page."""
        held = self
        for edition in reversed(self.site.of_year(self.plan, self.year) if self.numbered else ()):
            later = Book(site=self.site, edition=edition, numbered=not edition.current)
            if edition.number > self.edition.number:
                if later.rows.get(code) != self.rows.get(code):
                    break
                held = later
        return held

    def said_by(self, code: str) -> Edition:
        """The edition that the 施策's pages name: that which published what stands there. In an edition that is looked at by
        its number, that edition."""
        if self.numbered or not self.edition.pk:
            return self.edition
        number = max((one["number"] for one in errata_of(self.snapshot, code)), default=1)
        same = (one for one in self.site.of_year(self.plan, self.year) if one.number == number)
        return next(same, self.edition)

    @property
    def has_goals(self) -> bool:
        """Whether each 成果目標 has a page: among plain files those of current editions alone, or corrections would double them."""
        return not (self.site.static and self.numbered)

    def goal_url(self, code: str, number: int) -> str:
        """The page of one 成果目標; where it has none (previews, and plain files of what was corrected since), its place on
        the page of its 施策."""
        page = self.url("goal", code, number) if self.has_goals else ""
        return page or f"{self.url('measure', code)}#goal-{number}"

    def everlasting(self, name: str = "year", *args: Any) -> str:
        """The address that will show this very edition for ever."""
        return self.site.url(name, self.plan, self.year, self.edition.number, *args)

    def file(self, kind: str) -> Artifact | None:
        """The edition's workbook or PDF; None while it is being made."""
        return self.site.books.get((self.edition.pk, kind))


def as_of(editions: Iterable[Edition], last: Edition) -> tuple[Edition, ...]:
    """The shelf as it stood when `last` was published: nothing newer, and each year's newest then as its current one."""
    up_to_last = [edition for edition in editions if edition.pk <= last.pk]
    newest = {edition.cycle_id: edition.number for edition in sorted(up_to_last, key=lambda edition: edition.number)}
    for edition in up_to_last:
        edition.current = edition.number == newest[edition.cycle_id]
    return tuple(up_to_last)


def summaries_until(moment: datetime) -> tuple[SummaryEdition, ...]:
    """Every edition of a 総括 that was published by then, with its snapshot, the newest first. One query."""
    rows = SummaryEdition.objects.filter(published_at__lte=moment).select_related("plan")
    return tuple(rows.order_by("-plan__last_year", "plan", "-number"))


def edition_files() -> dict[tuple[int, str], Artifact]:
    """{(edition, kind): its file} of every edition. One query."""
    files = Artifact.objects.filter(edition__isnull=False)
    return {(file.edition_id, file.kind): file for file in files if file.edition_id}


# --- as plain files: the path of each page, and the links from file to file ------------------------------------------


def place_of(url: str) -> str:
    """The file of an address of the site: results/dx/2024/field/01/2.html."""
    address, _mark, words = url.partition("#")[0].partition("?")
    path = "results/" + address.removeprefix(_root())
    if path.endswith("/") and not words and not path.endswith("/download/"):
        return path + "index.html"
    query = dict(parse_qsl(words))
    page = query.pop("page", "")
    if "a" in query:
        path += f"{query.pop('a')}_{query.pop('b')}/"
    for name, value in query.items():
        path += f"{name}/{slug(value)}/"
    if path.endswith("/download/"):
        return path.removesuffix("download/") + "book.xlsx"
    if page and not query and "compare/" not in path:
        path += "list/"
    return path + (f"{page}.html" if page else "index.html") if path.endswith("/") else path


def slug(value: str) -> str:
    """The value as a part of a file name; a digest where it is not plain, so that it stays the same for ever."""
    return value if _PLAIN.fullmatch(value) else hashlib.sha256(value.encode()).hexdigest()[:12]


@lru_cache(maxsize=4096)
def _address(name: str, args: tuple[Any, ...]) -> str:
    """A page names the same addresses again and again: those of its frame, of its edition, of what stands beside it. Of
    thousands of 施策, the addresses are alike but for the 施策ID."""
    for place, one in enumerate(args):
        if isinstance(one, str) and one != "0-0" and _CODE.fullmatch(one):
            return _address(name, (*args[:place], "0-0", *args[place + 1 :])).replace("/0-0/", f"/{one}/")
    return reverse(name, args=args)


def _root() -> str:
    return _address("publication:index", ())


class Linker:
    """Turns the addresses of pages into ways from file to file."""

    def __init__(self, known: Iterable[str], assets: Mapping[str, str]) -> None:
        self.known, self.assets = frozenset(known), assets
        self._targets: dict[str, str] = {}
        #: the ways from the folder of the last page: pages of one list name mostly the same
        self._ways: tuple[Any, dict[str, str]] = (None, {})

    def linked(self, text: str, place: str) -> bytes:
        """The page's text for the file `place`."""
        folders, ways = _folders(place), self._ways_from(_folder(place))
        before, *parts = text.split('="/')
        made = [before]
        for part in parts:
            url, quote, rest = part.partition('"') if before.endswith(_LINKS) else ("", "", "")
            if quote:
                way = ways.get(url) or ways.setdefault(url, self._way(f"/{url}", folders))
                made += '="', way, quote, rest
            else:
                made += '="/', part
            before = part
        return "".join(made).encode()

    def moved(self, text: str, was: str, place: str, to: Callable[[str], str]) -> str:
        """A piece of a finished page, whose file was `was`, in the file `place`; `to` gives each file's place now."""
        ways, folders = self._ways_from((_folder(was), _folder(place))), _folders(place)
        held = [folder for _up, folder in _folders(was)]
        before, *parts = text.split(' href="')
        made = [before]
        for part in parts:
            way, quote, rest = part.partition('"')
            if way[:1] != "#":
                if way not in ways:
                    file, sign, fragment = way.partition("#")
                    up = file.count("../")
                    target = to((held[up] if up < len(held) else "") + file[3 * up :])
                    if target not in self.known:
                        raise LookupError(f"{way} of {was} leads out of the site ({target})")
                    ways[way] = _way(target + sign + fragment, folders)
                way = ways[way]
            made += ' href="', way, quote, rest
        return "".join(made)

    def _ways_from(self, key: Any) -> dict[str, str]:
        if self._ways[0] != key:
            self._ways = key, {}
        return self._ways[1]

    def _way(self, url: str, folders: list[tuple[str, str]]) -> str:
        target = self._targets.get(url)
        if target is None:
            target = self._targets[url] = self._target(html.unescape(url))
        return _way(target, folders)

    def _target(self, url: str) -> str:
        """The file's place with the fragment: looked up once for each address of the site."""
        address, sign, fragment = url.partition("#")
        target = self.assets.get(address) or place_of(address)
        if target not in self.known:
            raise LookupError(f"{url} leads out of the site ({target})")
        return target + sign + fragment


def _folder(place: str) -> str:
    return place.rpartition("/")[0]


def _folders(place: str) -> list[tuple[str, str]]:
    """(way up to it, folder with a slash at its end) of each folder that holds the file, the nearest first."""
    names = place.split("/")[:-1]
    return [("../" * up, "".join(f"{one}/" for one in names[: len(names) - up])) for up in range(len(names))]


def _way(target: str, folders: list[tuple[str, str]]) -> str:
    for up, folder in folders:
        if target.startswith(folder):
            return up + target[len(folder) :]
    return "../" * len(folders) + target
