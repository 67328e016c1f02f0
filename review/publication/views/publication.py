"""評価結果: the published years, for everybody. Every page is made from the edition's frozen snapshot alone.

Nothing here depends on the user: a page is the same bytes for everyone, known by a strong ETag, and kept in a bounded
store (page_store) by (state of the shelf, address). An address without a number shows the current edition; every edition, the current
one too, keeps an address with its number.
"""

import gzip
import hashlib
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, cast

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.templatetags.static import static
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import condition, require_safe

from review import continuing, queries
from review.books.services import editions
from review.books.services.editions import Filters, Snapshot
from review.models import Artifact, Edition
from review.publication.services import exports, schemas, summary_tables
from review.publication.views import comparison_pages, following, page_store, shelf
from review.publication.views import public_pages as pages
from review.publication.views.files import attachment
from review.publication.views.open_files import for_everybody, packed, takes_gzip
from review.publication.views.public_frame import Page
from review.publication.views.shelf import Book, Site
from review.workbook.file_kind import XLSX

View = Callable[..., HttpResponse]
#: what a page is made by, below the project's folder
LOOKS = (
    ("templates", "*.html"),
    ("review", "*.py"),
    ("review/publication", "*.json"),
    ("review/static", "*.css"),
    ("review/static", "*.js"),
    ("locale", "*.mo"),
)
STYLE = "review/css/public.css"
#: the settings that stand on a page
SET_SO = ("MEGURI_BASE_URL", "MEGURI_CITY", "MEGURI_DATA_LICENCE", "MEGURI_DATA_LICENCE_URL")
HTML = "text/html; charset=utf-8"


# --- the shelf -------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=2)
def _snapshot(pk: int, sha256: str) -> Snapshot:
    """The snapshot with that hash, cached for the next page: two of them at most."""
    return cast(Snapshot, Edition.objects.values_list("snapshot", flat=True).get(pk=pk))


def read(edition: Edition) -> Snapshot:
    """The edition's snapshot. One query unless it was among the last two."""
    return _snapshot(edition.pk, edition.sha256)


def language_of(request: HttpRequest) -> str:
    """The language of the address."""
    return shelf.language_of(request.resolver_match.namespace if request.resolver_match else "")


def site_of(request: HttpRequest) -> Site:
    """All that is published, in the language of the address. Three queries."""
    language = language_of(request)
    heads: dict[int, Snapshot] = {}

    def head(edition: Edition) -> Snapshot:
        if not heads:
            for row in queries.published_years():
                heads[row.pk] = {"totals": row.totals, "plan": row.plan_name, "scale": row.scale}  # type: ignore[attr-defined]
        return heads[edition.pk]

    return Site(
        editions=tuple(queries.shelf()),
        read=read,
        base=settings.MEGURI_BASE_URL.rstrip("/"),
        heads=head,
        language=language,
        files=shelf.edition_files,
        summary_shelf=continuing.summary_shelf,
    )


def book_of(request: HttpRequest, plan: str, year: int, number: int | None) -> Book:
    """The current edition of the year, or the one with that number. Raises Http404."""
    book = site_of(request).book(plan, year, number)
    if book is None:
        raise Http404
    return book


# --- revalidation and cache ------------------------------------------------------------------------------------------


def etag(request: HttpRequest) -> str:
    """A strong mark of the page: what is published, which Meguri shows it, and the address. One query."""
    address = (request.path, request.META.get("QUERY_STRING", ""), takes_gzip(request))
    set_so = [getattr(settings, name) for name in SET_SO]
    state = repr((queries.shelf_state(), look(), set_so, address))
    return f'"{hashlib.sha256(state.encode()).hexdigest()[:40]}"'


@lru_cache(maxsize=1)
def look() -> str:
    """Changes with all that makes a page's bytes but the editions: templates, code, styles and words, so that
    another version of Meguri is not mistaken for unchanged. Some 400 small files, read once a process."""
    digest = hashlib.sha256(static(STYLE).encode())
    for folder, ending in LOOKS:
        for path in sorted((settings.BASE_DIR / folder).rglob(ending)):
            digest.update(path.read_bytes())
    return digest.hexdigest()


class MarkedRequest(HttpRequest):
    """What `revalidated` hands on: the page's mark, so that it is computed once."""

    page_mark: str


def revalidated(view: View) -> View:
    """Answers 304 where nothing changed: one small query. Browsers and proxies may keep the page, and ask each time."""

    @wraps(view)
    def with_headers(request: MarkedRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        mark = etag(request)
        request.page_mark = mark
        answer = condition(etag_func=lambda *_args, **_kwargs: mark)(view)(request, *args, **kwargs)
        answer.headers["Cache-Control"] = "public, no-cache"
        patch_vary_headers(answer, ["Accept-Encoding"])
        return answer

    return with_headers


def public_file(view: View) -> Callable[..., HttpResponseBase]:
    """A view of a file made from what is published: for everybody, and not sent twice."""
    return for_everybody(require_safe(revalidated(view)))


def page(make: Callable[..., Page | None]) -> View:
    """A view that shows the page that `make` builds: from the store where it is there, else made and stored, packed
    for whoever takes it packed.

    Searches are made anew each time: there is no end of them.
    """

    @require_safe
    @revalidated
    @wraps(make)
    def view(request: MarkedRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = request.page_mark.strip('"')
        content = None if request.GET.get("q") else page_store.get(key)
        if content is None:
            content = _made(make, request, *args, **kwargs)
            if not request.GET.get("q"):
                page_store.put(key, content)
        response = HttpResponse(content, content_type=HTML)
        if takes_gzip(request):
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Language"] = language_of(request)
        return response

    return view


def _made(make: Callable[..., Page | None], request: HttpRequest, *args: Any, **kwargs: Any) -> bytes:
    site = site_of(request)
    with translation.override(site.language):
        result = make(site, request.GET, *args, **kwargs)
        if result is None:
            raise Http404
        text = result.html().encode()
    return gzip.compress(text, mtime=0) if takes_gzip(request) else text


# --- the filters of an address ---------------------------------------------------------------------------------------


def filters_of(query: QueryDict) -> Filters:
    """The filters of the list, from the address."""
    sort = query.get("sort", "")
    return Filters(
        words=query.get("q", "")[:100],
        field=query.get("field", ""),
        department=query.get("department", ""),
        grade=query.get("grade", ""),
        sort=sort if sort.removeprefix("-") in editions.SORTS else "code",
    )


def page_number(query: QueryDict) -> int:
    """The page of a list; 1 for anything that is no number."""
    text = query.get("page", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def _chosen(site: Site, plan: str, key: str) -> Book | None:
    """The plan's edition that a comparison names: 2024-1; None where it names none."""
    year, _dash, number = key.partition("-")
    if not all(part.isascii() and part.isdigit() and len(part) < 5 for part in (year, number)):
        return None
    return site.book(plan, int(year), int(number))


# --- pages -----------------------------------------------------------------------------------------------------------


@page
def index(site: Site, query: QueryDict) -> Page:
    """Every plan with something published, or the years of the only one."""
    return pages.index(site)


@page
def plan(site: Site, query: QueryDict, plan: str) -> Page | None:
    """Every published year of a plan."""
    return pages.plan(site, plan)


@page
def method(site: Site, query: QueryDict, plan: str) -> Page | None:
    """How the values are read and judged, and the scale."""
    return pages.method(site, plan)


@page
def open_data(site: Site, query: QueryDict) -> Page:
    """What data there are, and what they mean."""
    return pages.data(site)


@page
def compare(site: Site, query: QueryDict, plan: str) -> Page | None:
    """Two years or two editions of a plan side by side."""
    left, right = (_chosen(site, plan, query.get(key, "")) for key in ("a", "b"))
    return comparison_pages.compare(site, plan, left, right, page_number(query))


@page
def run(site: Site, query: QueryDict, plan: str, code: str) -> Page | None:
    """The plan's whole run for one 施策."""
    return comparison_pages.run(site, plan, code)


@page
def year(site: Site, query: QueryDict, plan: str, year: int, number: int | None = None) -> Page | None:
    """One year: what came out, by field and department, and the list with its search."""
    book = site.book(plan, year, number)
    return pages.year(book, filters_of(query), page_number(query)) if book else None


@page
def departments(site: Site, query: QueryDict, plan: str, year: int, number: int | None = None) -> Page | None:
    """The year by 主管部署."""
    book = site.book(plan, year, number)
    return pages.departments(book) if book else None


@page
def errata(site: Site, query: QueryDict, plan: str, year: int, number: int | None = None) -> Page | None:
    """正誤表."""
    book = site.book(plan, year, number)
    return pages.errata(book) if book else None


@page
def measure(site: Site, query: QueryDict, plan: str, year: int, code: str, number: int | None = None) -> Page | None:
    """One 施策: every value of every year, how it was judged, and its texts."""
    book = site.book(plan, year, number)
    return pages.measure(book, code) if book else None


@page
def summary(site: Site, query: QueryDict, short_name: str, number: int | None = None) -> Page | None:
    """計画期間の総括: its newest edition, or the one with that number."""
    return pages.summary(site, short_name, number)


# --- files -----------------------------------------------------------------------------------------------------------


def _file(request: HttpRequest, plan: str, year: int, number: int | None, kind: str) -> HttpResponseBase:
    made = book_of(request, plan, year, number).file(kind)
    if made is None:
        raise Http404
    answer = condition(etag_func=lambda *_args, **_kwargs: f'"{made.sha256}"')(lambda _request: attachment(made))(
        request
    )
    answer.headers["Cache-Control"] = "public, no-cache"
    return answer


@for_everybody
@require_safe
def download(request: HttpRequest, plan: str, year: int, number: int | None = None) -> HttpResponseBase:
    """The edition's consolidated workbook."""
    return _file(request, plan, year, number, Artifact.Kind.CONSOLIDATED)


@for_everybody
@require_safe
def pdf(request: HttpRequest, plan: str, year: int, number: int | None = None) -> HttpResponseBase:
    """The edition as PDF."""
    return _file(request, plan, year, number, Artifact.Kind.BOOK_PDF)


CSVM = "application/csvm+json"
TYPES = {"json": "application/json", "csv": "text/csv; charset=utf-8", "jsonld": "application/ld+json", "xlsx": XLSX}


def content_type(name: str) -> str:
    """The media type of a data file, by its ending."""
    return CSVM if name.endswith("-metadata.json") else TYPES[name.rpartition(".")[2]]


def data_file(book: Book, source: exports.Source, name: str) -> bytes | None:
    """One data file of an edition; None for an unknown name."""
    if name == "dataset.jsonld":
        return schemas.as_bytes(following.dataset(book, source))
    return exports.data_file(source, name)


@public_file
def data(request: HttpRequest, plan: str, year: int, name: str, number: int | None = None) -> HttpResponse:
    """The edition as data."""
    book = book_of(request, plan, year, number)
    content = data_file(book, following.source_of(book), name)
    if content is None:
        raise Http404
    response = packed(request, content, content_type(name))
    saved = f"{book.snapshot['municipality_code'] or 'meguri'}_{plan}_{year}_{book.edition.number}_{name}"
    response.headers["Content-Disposition"] = f'attachment; filename="{saved}"'
    if f"{name}-metadata.json" in exports.FILES:
        response.headers["Link"] = f'<{name}-metadata.json>; rel="describedby"; type="{CSVM}"'
    return response


@public_file
def schema(request: HttpRequest, name: str) -> HttpResponse:
    """A file that describes the data: the same for every edition."""
    if name == "table-schema.json":  # each table of each edition has a description of its own beside it now
        return redirect("publication:open_data")
    write = schemas.SITE_FILES.get(name)
    if write is None:
        raise Http404
    return packed(request, write(), content_type(name))


@public_file
def summary_data(request: HttpRequest, short_name: str, number: int, name: str) -> HttpResponse:
    """An edition of a 総括 as data; of the JSON `sha256` on its page is the digest."""
    edition = pages.summary_edition(site_of(request), short_name, number)
    if edition is None or name not in summary_tables.FILES:
        raise Http404
    response = packed(request, summary_tables.FILES[name](edition), content_type(name))
    response.headers["Content-Disposition"] = f'attachment; filename="{short_name}_summary_{number}_{name}"'
    return response


# --- to follow and to find -------------------------------------------------------------------------------------------


@public_file
def feed(request: HttpRequest, plan: str = "") -> HttpResponse:
    """What was published and corrected, for readers of feeds: of a plan, or of all."""
    site = site_of(request)
    if plan and plan not in site.plans:
        raise Http404
    with translation.override(site.language):
        return packed(request, following.feed(site, plan), following.ATOM)


@public_file
def sitemap(request: HttpRequest) -> HttpResponse:
    """Every page, for search engines."""
    return packed(request, following.sitemap(following.sites_of(site_of(request))), "application/xml")


@public_file
def catalog(request: HttpRequest) -> HttpResponse:
    """Every edition as a dataset, for catalogues of open data."""
    return packed(request, schemas.as_bytes(following.catalog(site_of(request))), TYPES["jsonld"])


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What programs may read of this server."""
    return HttpResponse(following.robots(), content_type="text/plain; charset=utf-8")
