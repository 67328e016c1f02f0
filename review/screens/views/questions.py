"""What an address may contain: numbers that a database knows, and texts that it can store.

Addresses are typed by anybody. Values that no page, filter or search can use are answered here, before any view or query
sees them: with 404 in the path, with 400 in the query string.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.core.exceptions import BadRequest, TooManyFieldsSent
from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin

from review import queries
from review.models import Cycle

API = "/api/"
Answer = Callable[[HttpRequest], HttpResponse]

# The largest number of a row. One more digit and SQLite, PostgreSQL and Python each fail in a way of its own.
LARGEST = 2**63 - 1
DIGITS = len(str(LARGEST))
# Longer than any search or way back; a server's own limit on the address lies not far above.
LONGEST = 4000
WHOLE = re.compile(r"[+-]?\d+", re.ASCII)


class QuestionMiddleware(MiddlewareMixin):
    """Turns away an address that nothing could answer. Where all is well it changes nothing and asks nothing."""

    def process_view(
        self, request: HttpRequest, view: object, args: tuple[object, ...], kwargs: dict[str, object]
    ) -> None:
        """Raises Http404 for the path and BadRequest for the query. The API refuses in its own form, as it describes."""
        if request.path_info.startswith(API):
            return
        if not all(map(is_possible, [*args, *kwargs.values()])):
            raise Http404
        try:
            query = request.GET
        except (TooManyFieldsSent, ValueError) as error:
            raise BadRequest("query") from error
        if not all(is_possible(name) and all(map(is_possible, values)) for name, values in query.lists()):
            raise BadRequest("query")


def is_possible(value: object) -> bool:
    """Whether a database can be queried for the value: text that can be stored, a number that a row may have."""
    if isinstance(value, int):
        return abs(value) <= LARGEST
    text = str(value)
    if len(text) > LONGEST or not is_text(text):
        return False
    return not WHOLE.fullmatch(text) or whole(text.lstrip("+-")) is not None


def whole(text: str | None) -> int | None:
    """The number of a row that somebody typed into an address; None where it is none. Other scripts' digits are none."""
    if text and text.isascii() and text.isdecimal() and len(text) <= DIGITS and int(text) <= LARGEST:
        return int(text)
    return None


def cycle_or_404(plan: str, year: int) -> Cycle:
    """The year of a plan that the address names. One query."""
    if cycle := queries.cycle_of(plan, year):
        return cycle
    raise Http404


def is_text(text: str) -> bool:
    """Whether it is text to PostgreSQL, too: no NUL, and no half of a character."""
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


# --- lists that bear size: searched by words, shown a page at a time -------------------------------------------------

PAGE = 50
#: longer than what anybody types into the box of a list
LONGEST_WORDS = 100


def words_of(request: HttpRequest) -> str:
    return request.GET.get("q", "").strip()[:LONGEST_WORDS]


def matching(rows: QuerySet[Any], words: str, *columns: str) -> QuerySet[Any]:
    """The rows of which each word stands in one of the columns."""
    for word in words.split():
        condition = Q()
        for column in columns:
            condition |= Q(**{f"{column}__icontains": word})
        rows = rows.filter(condition)
    return rows


def having(rows: Iterable[Any], words: str, text: Any) -> list[Any]:
    """The same for rows that are no query: each word stands in what `text` gives of the row."""
    return [row for row in rows if all(word.casefold() in text(row).casefold() for word in words.split())]


def page_of(
    request: HttpRequest, rows: QuerySet[Any] | Sequence[Any], size: int = PAGE, known: int | None = None
) -> Page[Any]:
    """The page that the address names; the nearest one where there is none such. One query to count the rows, none where
    their number is `known`."""
    pages = Paginator(rows, size)
    if known is not None:
        pages.__dict__["count"] = known
    return pages.get_page(request.GET.get("page"))
