"""The public site as plain files with relative links: the same pages, made from the same shelf, for any web server.

Every page is planned as an address first. Its file follows from the address, and each link in a page is turned into the
way from file to file (`shelf.Linker`): a link to something that is not in the plan raises, so that a finished site has
no dead link. Large sites are made by several processes at once; the order of the files never depends on that.
"""

import json
import tempfile
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils import translation

from review import queries
from review.background.services.helper import Helper
from review.books.services import editions
from review.books.services.editions import Filters, Row, Snapshot
from review.models import Artifact, Edition, SummaryEdition
from review.publication.services import exports, schemas, summary_tables
from review.publication.services.bundle import Packed, packed
from review.publication.views import comparison_pages, following, goal_pages, kept_files, published, shelf
from review.publication.views import public_pages as pages
from review.publication.views.publication import data_file
from review.publication.views.shelf import Book, Linker, Site, place_of
from review.reader_words import with_words
from review.trail.services import whole_files

#: the place of a page, what it is, and its list where the former site holds that
Work = tuple[str, "Sheet", kept_files.FormerList | None]
#: from so many pages and files of goals on, other processes make them all; from so many on, one helps
TOGETHER, HELPED = 1000, 500
#: so many files are taken over in the time of one page
TAKEN = 60
SCRIPTS = ("review/js/search.js",)
STYLES = ("tokens", "base", "layout", "components", "forms", "tables", "charts", "print", "public")

Progress = Callable[[int, int], None]


class Sheet(NamedTuple):
    """One page to be made: which, of what, and in which language. Its address gives its path."""

    language: str
    name: str
    args: tuple[Any, ...] = ()
    query: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Stock:
    """All that the pages are made from, as of one edition; goes to the other processes whole."""

    editions: tuple[Edition, ...]
    snapshots: Mapping[int, Snapshot]
    books: Mapping[tuple[int, str], Artifact]
    summaries: tuple[SummaryEdition, ...] = ()
    #: where the files will stand, without a slash at its end; '' where that is not known
    base: str = ""
    common: dict[Any, Any] = field(default_factory=dict)

    def site(self, language: str) -> Site:
        """The plain site in one language."""
        return Site(
            editions=self.editions,
            read=lambda edition: self.snapshots[edition.pk],
            language=language,
            static=True,
            base=self.base,
            files=lambda: self.books,
            summary_shelf=lambda: self.summaries,
            common=self.common,
        )


# --- what there is -------------------------------------------------------------------------------------------------------


def plan(stock: Stock) -> list[Sheet]:
    """Every page, in the order of the archive."""
    return [sheet for language in shelf.NAMESPACES for sheet in _in_language(stock.site(language))]


def _in_language(site: Site) -> Iterator[Sheet]:
    def sheet(name: str, *args: Any, **query: Any) -> Sheet:
        pairs = tuple((key, value) for key, value in query.items() if value not in ("", None)) if query else ()
        return Sheet(site.language, name, args, pairs)

    yield from (sheet(name) for name in ("index", "open_data"))
    yield from (sheet(name, plan) for plan in site.plans for name in ("plan", "method", "compare"))
    for left, right in (pair for plan in site.plans for pair in comparison_pages.neighbours(site, plan)):
        for page in range(1, comparison_pages.compared_pages(left, right) + 1):
            yield sheet(
                "compare",
                left.plan,
                a=comparison_pages.key_of(left),
                b=comparison_pages.key_of(right),
                page=page if page > 1 else "",
            )
    for name in dict.fromkeys(one.plan.short_name for one in site.summaries):
        yield sheet("summary", name)
    yield from (sheet("summary", one.plan.short_name, one.number) for one in site.summaries)
    for edition in site.editions:
        book = Book(site=site, edition=edition, numbered=not edition.current)
        place = book.place
        yield from (sheet(name, *place) for name in ("year", "departments", "errata"))
        for query, count in _lists(book):
            for page in range(1 if query else 2, published.page_count(count) + 1):
                yield sheet("year", *place, **query, page=page if page > 1 else "")
        for row in book.snapshot["measures"]:
            if book.holding(row["code"]).edition is edition:
                yield sheet("measure", *place, row["code"])
            for number in editions.written_goals(row) if edition.current else ():
                yield sheet("goal", *place, row["code"], number)
                yield sheet("goal_file", *place, row["code"], number, "chart.svg")
                if site.language == "ja":
                    yield sheet("goal_file", *place, row["code"], number, "goal.csv")
    yield from (sheet("run", plan, code) for plan, code in _runs(site) if len(site.current(plan)) > 1)


def _lists(book: Book) -> Iterator[tuple[dict[str, str], int]]:
    """Each index of the list with how many 施策 stand in it."""
    yield {}, len(book.snapshot["measures"])
    offered = published.choices(book.snapshot)
    for parameter, key in (("field", "fields"), ("grade", "grades"), ("department", "departments")):
        for one in offered[key]:
            yield {parameter: one["value"]}, len(book.lists[Filters(**{parameter: one["value"]})])


def _runs(site: Site) -> Iterator[tuple[str, str]]:
    runs: dict[tuple[str, str], None] = {}
    for edition in site.editions:
        plan, snapshot = edition.cycle.plan.short_name, site.read(edition)
        runs |= {(plan, row["code"]): None for row in snapshot["measures"]}
    return iter(runs)


def places_of(stock: Stock, sheets: Iterable[Sheet]) -> list[str]:
    """The file of each page."""
    sites = {language: stock.site(language) for language in shelf.NAMESPACES}
    return [place_of(sites[sheet.language].url(sheet.name, *sheet.args, query=dict(sheet.query))) for sheet in sheets]


# --- making ----------------------------------------------------------------------------------------------------------


def assets() -> dict[str, str]:
    """{address: file} of styles, icons and scripts, as the templates address them."""
    names = [f"review/css/{name}.css" for name in STYLES] + list(SCRIPTS)
    names += [f"review/icons/{path.name}" for path in sorted(_source("review/icons").iterdir())]
    return {static(name): "assets/" + name.removeprefix("review/") for name in names}


def _source(name: str) -> Path:
    path = finders.find(name)
    if not path:
        raise LookupError(f"{name} is not among the static files")
    return Path(str(path))


def asset_files() -> Iterator[tuple[str, bytes]]:
    """The styles, icons and scripts, byte for byte as Meguri's own pages use them."""
    for place in sorted(set(assets().values())):
        yield place, _source("review/" + place.removeprefix("assets/")).read_bytes()


# --- data and files ------------------------------------------------------------------------------------------------------


def data_files(
    stock: Stock, former: kept_files.Before | None = None
) -> Iterator[tuple[str, Callable[[], bytes | Packed]]]:
    """Each data file and book of every edition, and the schemas: its place, and what makes it or takes it over."""
    site = stock.site("ja")
    for name, write in schemas.SITE_FILES.items():
        yield place_of(site.url("schema", name)), write
    for summary in site.summaries:
        for name, write_file in summary_tables.FILES.items():
            url = site.url("summary_data", summary.plan.short_name, summary.number, name)
            yield place_of(url), partial(write_file, summary)
    for edition in site.editions:
        book = Book(site=site, edition=edition, numbered=not edition.current)
        for name in (*exports.FILES, "dataset.jsonld"):
            made = _data(book, name)
            yield place_of(book.url("data", name)), former.data(book, name, made) if former else made
        search = partial(search_data, book)
        yield place_of(book.url("data", "search.js")), former.data(book, "search.js", search) if former else search
        for kind, (name, _label, _note) in published.BOOKS.items():
            file = book.file(kind)
            if file:
                stored = _stored(file)
                yield place_of(book.url(name)), former.book(book, name, file, stored) if former else stored
    yield place_of(site.url("catalog")), lambda: schemas.as_bytes(following.catalog(site))
    if stock.base:
        yield place_of(site.url("sitemap")), lambda: following.sitemap(following.sites_of(site))
        for one in following.sites_of(site).values():
            for plan in ("", *one.plans):
                yield place_of(following.feed_url(one, plan)), partial(_feed, one, plan)


def _feed(site: Site, plan: str) -> bytes:
    with translation.override(site.language):
        return following.feed(site, plan)


def _data(book: Book, name: str) -> Callable[[], bytes]:
    return lambda: data_file(book, following.export_of(book), name) or b""


def _stored(file: Artifact) -> Callable[[], bytes]:
    def read() -> bytes:
        with whole_files.opened(file) as stream:
            return bytes(stream.read())

    return read


def search_data(book: Book, former: bytes = b"", changed: Container[str] = ()) -> bytes:
    """The names and offices of every 施策 for the local search: a script, for a page opened from a disk may read no JSON.
    `former`: that of the edition before, which says the same of whatever is not `changed`."""
    begin, end = "window.meguriSearch = ", ";\n"
    before = json.loads(former.decode().removeprefix(begin).removesuffix(end) or "[]")
    known = {row[0]: row for row in before if row[0] not in changed}
    rows = [known.get(one["code"]) or _searched(one, book.snapshot) for one in book.snapshot["measures"]]
    return (begin + json.dumps(rows, ensure_ascii=False, separators=(",", ":")) + end).encode()


def _searched(one: Row, snapshot: Snapshot) -> list[str]:
    row = with_words(one, snapshot)
    return [row["code"], row["name"], row["owner"], row["grade"] + row["grade_note"], editions.searched(row)]


def stock_as_of(last: Edition, base: str = "", summary: SummaryEdition | None = None) -> Stock:
    """The shelf as it stood when the edition was published, or the 総括 that came after it, to stand at `base`. As many
    queries as there are editions, and three."""
    past = shelf.as_of(queries.shelf(), last)
    return Stock(
        summaries=shelf.summaries_until((summary or last).published_at),
        editions=past,
        snapshots={
            edition.pk: Edition.objects.values_list("snapshot", flat=True).get(pk=edition.pk) for edition in past
        },
        books={key: file for key, file in shelf.edition_files().items() if key[0] <= last.pk},
        base=base.rstrip("/"),
    )


def site_as_of(
    last: Edition, progress: Progress | None = None, summary: SummaryEdition | None = None, base: str = ""
) -> Iterator[tuple[str, bytes | Packed]]:
    """(place, content) of every file of the site as it stood when the edition was published, or the 総括 after it. It will
    stand at `base`; where that is '', at MEGURI_PUBLIC_URL. What a correction left as it was comes from the site before."""
    stock = stock_as_of(last, base or settings.MEGURI_PUBLIC_URL, summary)
    with kept_files.before(stock, last) as former:
        yield from files(stock, progress, former=former)


# --- all of it -----------------------------------------------------------------------------------------------------------


def files(
    stock: Stock,
    progress: Progress | None = None,
    processes: int | None = None,
    former: kept_files.Before | None = None,
) -> Iterator[tuple[str, bytes | Packed]]:
    """(place, content) of every file of the site, always in the same order; what still stands in the former site is taken
    over from it."""
    with ExitStack() as stack:
        crew = _Crew(processes or settings.MEGURI_BUNDLE_PROCESSES, stack)
        if _at_least(stock, former) >= HELPED:
            crew.start()
        sheets, data = plan(stock), list(data_files(stock, former))
        places = places_of(stock, sheets)
        known = [*places, *(place for place, _make in data), *assets().values()]
        if len(set(places)) != len(places):
            raise ValueError("two pages have the same file")
        stand = {place for place, sheet in zip(places, sheets, strict=True) if former and former.stands(sheet)}
        todo = [
            (place, sheet, former.list_of(sheet) if former else None)
            for place, sheet in zip(places, sheets, strict=True)
            if place not in stand
        ]
        made = crew.made(stock, todo, known, len(stand), progress or (lambda done, total: None))
        next(made)  # from here on, other processes make the pages while this one makes the data
        yield from asset_files()
        for place, write in data:
            yield place, write()
        yield kept_files.MAKER, kept_files.maker(stock.base)
        for place in places:
            yield (place, former.archive.member(place)) if former and place in stand else next(made)
        next(made, None)


def _at_least(stock: Stock, former: kept_files.Before | None) -> int:
    """So many pages there will be to make at least: of every 施策 one, after a correction the lists of the former edition."""
    one_language = (
        former.list_pages
        if former
        else sum(len(stock.snapshots[one.pk]["measures"]) for one in stock.editions if one.current)
    )
    return len(shelf.NAMESPACES) * one_language


def pages_in(stock: Stock, work: Sequence[Work], known: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """(place, content) of some pages, made by this process."""
    linker = Linker(known, assets())
    sites = {language: stock.site(language) for language in shelf.NAMESPACES}
    for place, sheet, former_list in work:
        with translation.override(sheet.language):
            site, query = sites[sheet.language], {key: str(value) for key, value in sheet.query}
            if sheet.name == "goal_file":
                yield place, _goal_file(site, *sheet.args)
                continue
            if former_list:
                yield place, _with_list(former_list, site, sheet.args, query, linker, place)
                continue
            page = pages.make(site, sheet.name, sheet.args, query)
            if page is None:
                raise LookupError(f"no page for {sheet}")
            yield place, linker.linked(page.html(), place)


def _with_list(
    former_list: kept_files.FormerList,
    site: Site,
    args: tuple[Any, ...],
    query: Mapping[str, str],
    linker: Linker,
    place: str,
) -> bytes:
    """The page of a list that the former site held elsewhere: the list is its, what stands around it is made anew."""
    mark, book = "\x02list\x03", site.book(*args)
    if book is None:
        raise LookupError(f"no edition {args}")
    page = pages.year(book, published.filters_of(query), published.page_number(query), section=mark)
    return linker.linked(page.html(), place).replace(mark.encode(), former_list.section(linker, place))


def _goal_file(site: Site, plan: str, year: int, code: str, number: int, name: str) -> bytes:
    book = site.book(plan, year)
    content = goal_pages.file(book, code, number, name) if book else None
    if content is None:
        raise LookupError(f"no {name} for {plan} {year} {code} {number}")
    return content


def make_share(task: Callable[[], tuple[Stock, Sequence[Work], Iterable[str]]]) -> Iterator[tuple[str, Packed]]:
    """In another process: the pages of the task. What every page needs is there before the task is."""
    Site(editions=(), read=lambda _edition: {}).url("index")
    return ((place, packed(content)) for place, content in pages_in(*task()))


class _Crew:
    """This process and those that help it make the pages, `many` in all."""

    def __init__(self, many: int, stack: ExitStack) -> None:
        self._many, self._stack, self._others = many, stack, list[Helper]()

    def start(self, others: int | None = None) -> None:
        """Start what will help."""
        others = self._many - 1 if others is None else others
        if others > len(self._others):
            folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="meguri-site-")))
            numbers = range(len(self._others), others)
            making = f"{__name__}.{make_share.__name__}"
            self._others += [Helper(making, folder / str(number), self._stack) for number in numbers]

    def made(self, stock: Stock, work: Sequence[Work], known: list[str], taken: int, tell: Progress) -> Iterator[Any]:
        """First nothing, once the work has begun, then the pages in their order: made by as many processes as are worth it.
        `taken`: so many files are to be taken over beside them."""
        many = self._many if len(work) >= HELPED else 1
        own = len(work)
        if many > 1:
            self.start(many if len(work) >= TOGETHER else None)
            taken //= TAKEN
            own = 0 if len(work) >= TOGETHER else max(0, (len(work) + taken) // many - taken)
            share = -(-(len(work) - own) // len(self._others))
            for edition in stock.editions:  # which takes long, and every process would do it
                comparison_pages.change_of(Book(site=stock.site("ja"), edition=edition))
            for number, other in enumerate(self._others):
                begin = own + number * share
                other.give((stock, work[begin : begin + share], known))
        yield None
        pages = chain(pages_in(stock, work[:own], known), chain.from_iterable(other.made() for other in self._others))
        for number, file in enumerate(pages, start=1):
            yield file
            if number % 50 == 0:
                tell(number, len(work))
        tell(len(work), len(work))
