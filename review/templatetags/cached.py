"""Rows of long lists, drawn once for what they show.

A row's part of the page depends on nothing but the values it is given and on the language: whoever shows the same values
again gets the same HTML, without the template having run. Nothing can go stale: other values are another row.
"""

from collections.abc import Hashable
from functools import lru_cache

from django import template
from django.conf import settings
from django.template import loader
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

register = template.Library()

# A row is about 1.5 kB: some megabytes in each process.
MOST = 4096


@register.simple_tag
def cached_row(name: str, row: Hashable) -> SafeString:
    """The template `name` with `row` (frozen values) alone in its context: no clock, no request, no query within it."""
    if settings.DEBUG:  # an edited template shows at once
        return _drawn.__wrapped__(name, get_language(), row)
    return _drawn(name, get_language(), row)


@lru_cache(maxsize=MOST)
def _drawn(name: str, language: str | None, row: Hashable) -> SafeString:
    return mark_safe(loader.get_template(name).render({"row": row}))  # noqa: S308 - what a template rendered
