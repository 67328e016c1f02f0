"""Lists that bear size: searched by words, shown a page at a time. What is searched for stands in the address."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest

PAGE = 50
LONGEST = 100


def words_of(request: HttpRequest) -> str:
    """What is searched for."""
    return request.GET.get("q", "").strip()[:LONGEST]


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


def page_of(request: HttpRequest, rows: QuerySet[Any] | Sequence[Any], size: int = PAGE) -> Page[Any]:
    """The page that the address names; the nearest one where there is none such."""
    return Paginator(rows, size).get_page(request.GET.get("page"))
