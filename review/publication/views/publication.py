"""評価結果: the published years, for everybody. Every page is made from the edition's frozen snapshot alone.

Nothing here depends on the user: a page is the same bytes for everyone, known by a strong ETag, and kept in a bounded
store (page_store) by (state of the shelf, address). An address without a number shows the current edition; every edition, the current
one too, keeps an address with its number.
"""

import gzip
import hashlib
from collections.abc import Callable
from functools import lru_cache, partial, wraps
from typing import Any, cast

from csp.decorators import csp_replace
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.templatetags.static import static
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import condition, require_safe

from review import continuing, queries
from review.books.services.editions import Snapshot
from review.models import Artifact, Edition
from review.publication.services import exports, releases, schemas, summary_tables
from review.publication.views import following, goal_pages, shelf
from review.publication.views import public_pages as pages
from review.publication.views.files import attachment
from review.publication.views.open_files import for_everybody, packed, takes_gzip
from review.publication.views.shelf import Book, Site
from review.screens.services import page_store
from review.workbook.file_kind import XLSX

View = Callable[..., HttpResponse]
#: what a page is made by, below the project's folder
LOOKS = (
    ("templates", "*.html"), ("review", "*.py"), ("review/publication", "*.json"), ("review/static", "*.css"),
    ("review/static", "*.js"), ("locale", "*.mo"),
)  # fmt: skip
STYLE = "review/css/public.css"
#: the settings that stand on a page
SET_SO = ("MEGURI_BASE_URL", "MEGURI_CITY", "MEGURI_DATA_LICENCE", "MEGURI_DATA_LICENCE_URL", "MEGURI_SOURCE_URL")
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
        release_shelf=releases.coming,
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


def page(name: str) -> View:
    """A view of the page with that name: from the store where it is there, else made and stored, packed for whoever
    takes it packed.

    Searches are made anew each time: there is no end of them.
    """

    @require_safe
    @revalidated
    def view(request: MarkedRequest, **where: Any) -> HttpResponse:
        def make() -> bytes | None:
            result = pages.make(site_of(request), name, tuple(where.values()), request.GET)
            return result.html().encode() if result else None

        response = stored_answer(request, make, HTML, keep=not request.GET.get("q"))
        response.headers["Content-Language"] = language_of(request)
        return response

    return view


def stored_answer(
    request: MarkedRequest, make: Callable[[], bytes | None], kind: str, *, keep: bool = True
) -> HttpResponse:
    """What the address answers: from the store, else made, packed for whoever takes it packed, and stored. Raises Http404
    where nothing is made."""
    key = request.page_mark.strip('"')
    content = page_store.get(key) if keep else None
    if content is None:
        with translation.override(language_of(request)):
            content = make()
        if content is None:
            raise Http404
        content = gzip.compress(content, mtime=0) if takes_gzip(request) else content
        if keep:
            page_store.put(key, content)
    headers = {"Content-Encoding": "gzip"} if takes_gzip(request) else {}
    return HttpResponse(content, content_type=kind, headers=headers)


goal_frame = xframe_options_exempt(csp_replace({"frame-ancestors": ["*"]})(page("goal_frame")))


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
TYPES = {
    "json": "application/json", "csv": "text/csv; charset=utf-8", "jsonld": "application/ld+json", "xlsx": XLSX,
    "svg": "image/svg+xml", "png": "image/png",
}  # fmt: skip


def content_type(name: str) -> str:
    """The media type of a data file, by its ending."""
    return CSVM if name.endswith("-metadata.json") else TYPES.get(name.rpartition(".")[2], "")


def data_file(book: Book, source: exports.Source, name: str) -> bytes | None:
    """One data file of an edition; None for an unknown name."""
    if name == "dataset.jsonld":
        return schemas.as_bytes(following.dataset(book, source))
    return exports.data_file(source, name)


@public_file
def data(request: MarkedRequest, plan: str, year: int, name: str, number: int | None = None) -> HttpResponse:
    """The edition as data, kept like a page."""
    book = book_of(request, plan, year, number)
    response = stored_answer(request, lambda: data_file(book, following.export_of(book), name), content_type(name))
    saved = f"{book.edition.cycle.plan.municipality_code or 'meguri'}_{plan}_{year}_{book.edition.number}_{name}"
    response.headers["Content-Disposition"] = f'attachment; filename="{saved}"'
    if f"{name}-metadata.json" in exports.FILES:
        response.headers["Link"] = f'<{name}-metadata.json>; rel="describedby"; type="{CSVM}"'
    return response


@public_file
def goal_file(
    request: MarkedRequest, plan: str, year: int, code: str, goal: int, name: str, number: int | None = None
) -> HttpResponse:
    """The picture or the table of one 成果目標, kept like a page: made when somebody wants it first."""
    file = partial(goal_pages.file, code=code, number=goal, name=name)
    response = stored_answer(request, lambda: file(book_of(request, plan, year, number)), content_type(name))
    how = "attachment" if name.endswith(".csv") else "inline"
    response.headers["Content-Disposition"] = f'{how}; filename="{plan}_{year}_{code}_{goal}_{name}"'
    return response


@public_file
def share_picture(request: MarkedRequest, plan: str, year: int, number: int | None = None) -> HttpResponse:
    """The year in a sentence, as a picture for whoever shares the address of its pages."""
    return stored_answer(request, lambda: goal_pages.share_picture(book_of(request, plan, year, number)), TYPES["png"])


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
