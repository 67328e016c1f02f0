"""Charts as pictures of their own, to be carried elsewhere: SVG that needs no style sheet; `pdf.picture` makes PNG of it."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from django.conf import settings
from django.template import Context

from review.templatetags import charts
from review.templatetags.ready import ready

WIDTH, MARGIN = 640, 32
SHEETS = ("tokens.css", "base.css", "charts.css")
_RULE = re.compile(r"^(?:\.chart )?\.(c-[\w-]+) \{([^}]*)\}", re.M)
_DECLARATION = re.compile(r"(?<![\w-])([\w-]+):\s*([^;{}]+);")
_VARIABLE = re.compile(r"var\((--[\w-]+)\)")
_CLASS = re.compile(r' class="([^"]*)"')


def of_goal(titles: Sequence[str], drawn: Sequence[Mapping[str, Any]], notes: Sequence[str]) -> str:
    """The charts of a goal under its titles, with source, edition and date under them, as an SVG document."""
    placed = list(map(charts.geometry, drawn))
    width = max([WIDTH, *(chart["width"] + 2 * MARGIN for chart in placed)])  # the years of two plans are many
    y, heads = 24, []
    for size, text in zip((20, *[14] * len(titles)), titles, strict=False):
        for line in charts.folded(text, int((width - 2 * MARGIN) / size * 2)):
            y += size + 8
            heads.append({"y": y, "text": line, "size": size})
    y, shown = y + 20, []
    for chart in placed:
        shown.append({**chart, "y": y + 28})
        y += 28 + chart["height"] + 44
    feet = [line for text in notes for line in charts.folded(text, int((width - 2 * MARGIN) / 7)) if text]
    foot = [{"y": y + 18 * number, "text": line} for number, line in enumerate(feet)]
    context = {"width": width, "margin": MARGIN, "height": y + 18 * len(feet) + 12, "heads": heads, "feet": foot}
    return dressed(ready("components/charts/picture.html").render(Context({**context, "charts": shown})).strip())


def dressed(svg: str) -> str:
    """The drawing with the looks of its classes written into it."""

    def look(match: re.Match[str]) -> str:
        looks: dict[str, str] = {}
        for name in match[1].split():
            looks |= _looks().get(name, {})
        return "".join(f' {key}="{value}"' for key, value in looks.items())

    return _CLASS.sub(look, svg)


@cache
def _looks() -> dict[str, dict[str, str]]:
    """{class: its attributes} from the style sheets of the pages: a picture and a page have one palette."""
    folder = settings.BASE_DIR / "review" / "static" / "review" / "css"
    text = "\n".join((folder / name).read_text() for name in SHEETS)
    known = {name: value for name, value in _DECLARATION.findall(text) if name.startswith("--")}

    def plain(value: str) -> str:
        while match := _VARIABLE.search(value):
            value = value.replace(match[0], known[match[1]])
        return value.removesuffix("px")

    looks: dict[str, dict[str, str]] = {}
    for name, body in _RULE.findall(text):
        looks.setdefault(name, {}).update({key: plain(value) for key, value in _DECLARATION.findall(body)})
    return looks
