"""Rows of long lists, drawn once for what they show.

A row's part of the page depends on nothing but the values it is given and on the language: whoever shows the same values
again gets the same HTML, without the template having run. Nothing can go stale: other values are another row.
"""

from collections.abc import Hashable
from functools import lru_cache

from django import template
from django.conf import settings
from django.template import loader
from django.template.base import FilterExpression, Parser, Token
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


class OnceNode(template.Node):
    """What is shown of each of some dicts, drawn once as long as that dict lives."""

    def __init__(self, name: str, rows: FilterExpression, nodelist: template.NodeList) -> None:
        self.name, self.rows, self.nodelist = name, rows, nodelist

    def render(self, context: template.Context) -> SafeString:
        rows = self.rows.resolve(context)
        for row in rows:
            if "html" not in row:
                with context.push(**{self.name: row}):
                    row["html"] = self.nodelist.render(context)
        return SafeString("".join(row["html"] for row in rows))


@register.tag
def once(parser: Parser, token: Token) -> OnceNode:
    """{% once row in rows %}…{% endonce %}: what stands between shows nothing but `row`, a dict of one language."""
    _once, name, _in, rows = token.split_contents()
    nodelist = parser.parse(("endonce",))
    parser.delete_first_token()
    return OnceNode(name, parser.compile_filter(rows), nodelist)


@lru_cache(maxsize=MOST)
def _drawn(name: str, language: str | None, row: Hashable) -> SafeString:
    return mark_safe(loader.get_template(name).render({"row": row}))  # noqa: S308 - what a template rendered
