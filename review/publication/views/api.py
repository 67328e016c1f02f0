"""The published results for programs: read-only JSON, paged, with ETag, described by OpenAPI (`api_schema`).

Anyone may ask. A parameter that is unknown, doubled or out of its range is answered by 400 and a sentence, never
guessed at; whatever is not there, by 404 in JSON.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import wraps
from itertools import islice
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_safe

from review.books.services import editions
from review.books.services.editions import Filters
from review.domain import sheet_form
from review.publication.services import exports, open_data
from review.publication.views import api_schema
from review.publication.views.open_files import for_everybody
from review.publication.views.publication import public_file, site_of
from review.publication.views.shelf import Book

PER_PAGE, MOST = 100, 1000
LAST_PAGE = 1_000_000
PAGING = frozenset({"page", "per_page"})
FILTERS = frozenset({"q", "field", "department", "grade"})


class Refused(Exception):
    """The request cannot be answered; the sentence says why."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail


class _Encoder(DjangoJSONEncoder):
    """Decimals as JSON numbers: they were read from a few typed digits, and no float of them loses one."""

    def default(self, o: Any) -> Any:
        if isinstance(o, Decimal):
            return int(o) if o == o.to_integral_value() else float(o)
        return super().default(o)


def answer(data: Any, status: int = 200) -> JsonResponse:
    """JSON that a browser may show."""
    return JsonResponse(data, status=status, encoder=_Encoder, json_dumps_params={"ensure_ascii": False})


def endpoint(allowed: Iterable[str] = ()) -> Callable[[Callable[..., Any]], Callable[..., HttpResponseBase]]:
    """A view that answers JSON, with the parameters it allows; HEAD and GET only, without cookies."""
    known = frozenset(allowed)

    def decorate(view: Callable[..., Any]) -> Callable[..., HttpResponseBase]:
        @public_file
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                check(request.GET, known)
                return answer(view(request, *args, **kwargs))
            except Refused as refusal:
                return answer({"status": refusal.status, "detail": refusal.detail}, refusal.status)

        return guarded

    return decorate


def check(query: QueryDict, known: frozenset[str]) -> None:
    """Raises Refused for a parameter that is unknown or given twice."""
    for name, given in query.lists():
        if name not in known:
            raise Refused(400, f"パラメーター「{name}」はありません。/ Unknown parameter.")
        if len(given) > 1:
            raise Refused(400, f"パラメーター「{name}」は一つだけ指定してください。/ Give the parameter once.")


def number_of(query: QueryDict, name: str, default: int, most: int) -> int:
    """A whole number from 1 to `most`. Raises Refused."""
    if name not in query:
        return default
    text = query.get(name, "")
    if text.isascii() and text.isdigit() and len(text) <= len(str(most)) and 1 <= int(text) <= most:
        return int(text)
    raise Refused(400, f"「{name}」は1から{most}までの整数で指定してください。/ A whole number from 1 to {most}.")


def paged(request: HttpRequest, total: int, items: Iterator[Any]) -> dict[str, Any]:
    """One page of the items; a page beyond the last is empty."""
    page = number_of(request.GET, "page", 1, LAST_PAGE)
    size = number_of(request.GET, "per_page", PER_PAGE, MOST)
    shown = list(islice(items, (page - 1) * size, page * size))
    return {"page": page, "per_page": size, "total": total, "pages": max(1, -(-total // size)), "items": shown}


def filters_of(query: QueryDict) -> Filters:
    """The filters of the list, from the address. Raises Refused."""
    words = query.get("q", "")
    if len(words) > 100:
        raise Refused(400, "「q」は100文字までです。/ At most 100 characters.")
    return Filters(
        words=words, field=query.get("field", ""), department=query.get("department", ""), grade=query.get("grade", "")
    )


# --- what is answered ------------------------------------------------------------------------------------------------


def book_of(request: HttpRequest, plan: str, year: int, number: int | None) -> Book:
    """The edition. Raises Refused."""
    book = site_of(request).book(plan, year, number)
    if book is None:
        raise Refused(404, "その計画、年度、版の公表はありません。/ No such edition.")
    return book


def meta_of(book: Book) -> dict[str, Any]:
    """What identifies the edition."""
    return exports.Source(snapshot={}, edition=book.edition).meta


def described(book: Book) -> dict[str, Any]:
    """One edition, without its contents."""
    plan = book.edition.cycle.plan
    return {
        "fiscal_year": book.year,
        **meta_of(book),
        "current": book.edition.current,
        "city": plan.city,
        "municipality_code": plan.municipality_code,
        "plan": plan.name,
        "plan_short_name": plan.short_name,
        "licence": open_data.licence(),
        "page": book.everlasting(),
    }


@public_file
def openapi(request: HttpRequest) -> HttpResponse:
    """The description of this interface."""
    return answer(api_schema.document())


@endpoint()
def plans(request: HttpRequest) -> dict[str, Any]:
    """Every plan of which something is published."""
    site = site_of(request)
    return {
        "plans": [
            {
                "short_name": plan,
                "name": site.plan_name(plan),
                "years": [edition.cycle.fiscal_year for edition in site.current(plan)],
                "editions": reverse("api:editions", args=[plan]),
                "page": site.url("plan", plan),
            }
            for plan in site.plans
        ]
    }


@endpoint(PAGING)
def editions_list(request: HttpRequest, plan: str) -> dict[str, Any]:
    """Every edition of every year of a plan, the newest first."""
    site = site_of(request)
    books = [Book(site=site, edition=one) for one in site.editions if one.cycle.plan.short_name == plan]
    if not books:
        raise Refused(404, "その計画の公表はありません。/ No such plan.")
    return paged(request, len(books), (described(book) for book in books))


@endpoint()
def edition(request: HttpRequest, plan: str, year: int, number: int | None = None) -> dict[str, Any]:
    """One edition with its scale and totals."""
    book = book_of(request, plan, year, number)
    snapshot = book.snapshot
    return {
        **described(book),
        "years": snapshot["years"],
        "scale": [{"letter": grade["letter"], "name": grade["name"]} for grade in snapshot["scale"]],
        "totals": snapshot["totals"],
        "items": [
            {"key": one.key, "label": one.label, "kind": str(one.kind)}
            for one in sheet_form.of(open_data.form_of(snapshot))
            if one.public
        ],
    }


def chosen(request: HttpRequest, book: Book) -> Sequence[Mapping[str, Any]]:
    """The 施策 that match the address."""
    return editions.listed(book.snapshot, filters_of(request.GET))


@endpoint(PAGING | FILTERS)
def measures(request: HttpRequest, plan: str, year: int, number: int | None = None) -> dict[str, Any]:
    """施策 as rows."""
    book = book_of(request, plan, year, number)
    rows, meta = chosen(request, book), meta_of(book)
    named = (open_data.measure_row(book.snapshot, meta, row) for row in rows)
    return paged(request, len(rows), open_data.keyed(open_data.measure_columns(book.snapshot), named))


@endpoint(PAGING | FILTERS)
def indicators(request: HttpRequest, plan: str, year: int, number: int | None = None) -> dict[str, Any]:
    """成果目標 × 年度 as rows."""
    book = book_of(request, plan, year, number)
    chosen_measures = chosen(request, book)
    rows = open_data.indicator_rows({**book.snapshot, "measures": chosen_measures}, meta_of(book))
    count = sum(len(one["years"]) for row in chosen_measures for one in row["indicators"])
    return paged(request, count, open_data.keyed(open_data.indicator_columns(book.snapshot), rows))


@endpoint()
def measure(request: HttpRequest, plan: str, year: int, code: str, number: int | None = None) -> dict[str, Any]:
    """One 施策 whole, as it was frozen."""
    row = editions.measure(book_of(request, plan, year, number).snapshot, code)[0]
    if row is None:
        raise Refused(404, "その施策はこの版にありません。/ No such measure in this edition.")
    return dict(row)


@for_everybody
@require_safe
def nothing(request: HttpRequest, rest: str = "") -> HttpResponse:
    """404 in JSON for every other address below."""
    return answer({"status": 404, "detail": "そのアドレスはありません。/ No such address."}, 404)
