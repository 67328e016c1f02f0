"""Draws docs/year.svg and docs/year-en.svg from the flows themselves: their steps in order, and where each may lead.

Run by make docs, with Django's settings at hand. A gateway is not drawn: what leads to it leads to where it leads.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parents[1]
PICTURES = {"ja": ROOT / "docs" / "year.svg", "en": ROOT / "docs" / "year-en.svg"}

# Sizes in units of the picture.
WIDTH, BOX, HIGH, STRIDE, EDGE = 1290, 118, 56, 140, 20
#: how a kind of node is drawn: outline, corners, dashes, and its words in the legend
LOOKS = {
    "Step": ("#1a4f9c", 14, "", {"ja": "人がすること", "en": "somebody decides"}),
    "Job": ("#2f6b2f", 0, "", {"ja": "ワーカーがすること", "en": "a worker does it"}),
    "wait": ("#767676", 6, "5 4", {"ja": "待つこと", "en": "the flow waits"}),
}
SIDES = {
    "ja": ("上の線: 先へ進む", "下の線: 差戻し、取消し"),
    "en": ("lines above: on to a later step", "lines below: returned or withdrawn"),
}


def flows() -> tuple[Any, ...]:
    """The flows in the order of the year."""
    from workflow import flows  # after Django is set up

    return flows.AnnualCycleFlow, flows.MeasureReviewFlow, flows.CorrectionFlow


def steps(flow: Any) -> list[Any]:
    """The nodes that somebody or something works on or waits at, as the flow's class names them one after the other."""
    named = [flow.instance.node(name) for name in vars(flow) if name in {node.name for node in flow.instance.nodes()}]
    return [node for node in named if not type(node).__name__.startswith(("Start", "End", "Switch"))]


def ways(flow: Any) -> set[tuple[int, int]]:
    """(from, to) as places in `steps`, wherever the flow may go on, through its gateways."""
    places = {node.name: place for place, node in enumerate(steps(flow))}

    def reached(node: Any) -> Iterator[int]:
        for edge in node._outgoing():
            if edge.dst.name in places:
                yield places[edge.dst.name]
            else:
                yield from reached(edge.dst)

    return {(places[node.name], to) for node in steps(flow) for to in reached(node)}


def look(node: Any) -> str:
    """Which of LOOKS the node has."""
    kind = type(node).__name__
    return kind if kind in LOOKS else "wait"


def drawn(language: str) -> str:
    """The picture in the language, as SVG."""
    from django.utils import translation

    with translation.override(language):
        top, parts = EDGE + 20, []
        for flow in flows():
            row = list(_row(flow, top))
            parts += row
            top += 190
        parts += _legend(language, top - 30)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" font-family="sans-serif" font-size="12">'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0 0L8 4L0 8z" fill="#333"/></marker></defs>'
        f'<rect width="{WIDTH}" height="{top}" fill="#fff"/>'
    )
    return "\n".join([head, *parts, "</svg>"]) + "\n"


def _row(flow: Any, top: int) -> Iterator[str]:
    """One flow from left to right."""
    yield f'<text x="{EDGE}" y="{top}" font-weight="bold" font-size="16">{escape(str(flow.process_title))}</text>'
    y = top + 50
    for place, node in enumerate(steps(flow)):
        yield from _box(node, EDGE + place * STRIDE, y)
    for one, to in sorted(ways(flow)):
        yield _way(one, to, y)


def _box(node: Any, x: int, y: int) -> Iterator[str]:
    colour, corner, dashes, _words = LOOKS[look(node)]
    yield (
        f'<rect x="{x}" y="{y}" width="{BOX}" height="{HIGH}" rx="{corner}" fill="#fff" stroke="{colour}"'
        f' stroke-width="2" stroke-dasharray="{dashes}"/>'
    )
    for number, line in enumerate(lines := _lines(str(node.task_title))):
        at = y + HIGH / 2 + 5 + (number - (len(lines) - 1) / 2) * 17
        yield f'<text x="{x + BOX / 2}" y="{at}" text-anchor="middle">{escape(line)}</text>'


def _lines(title: str) -> list[str]:
    """The title in lines that fit a box: at blanks, or after nine Japanese characters."""
    if not title.isascii():
        return [title[at : at + 9] for at in range(0, len(title), 9)]
    lines = [""]
    for word in title.split():
        if len(lines[-1]) + len(word) > 14 and lines[-1]:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _way(one: int, to: int, y: int) -> str:
    """A straight arrow to the next box; an arc above to a later one, below to an earlier one."""
    start, end = EDGE + one * STRIDE, EDGE + to * STRIDE
    if to == one + 1:
        path = f"M{start + BOX} {y + HIGH / 2}H{end - 2}"
    else:
        forward = to > one
        edge, bend = (y, y - 14 - 9 * (to - one)) if forward else (y + HIGH, y + HIGH + 14 + 9 * (one - to))
        leave, arrive = start + BOX * (0.7 if forward else 0.3), end + BOX * (0.3 if forward else 0.7)
        path = f"M{leave} {edge}C{leave} {bend} {arrive} {bend} {arrive} {edge}"
    return f'<path d="{path}" fill="none" stroke="#333" stroke-width="1.2" marker-end="url(#tip)"/>'


def _legend(language: str, y: int) -> Iterator[str]:
    x = EDGE
    for colour, corner, dashes, words in LOOKS.values():
        yield (
            f'<rect x="{x}" y="{y}" width="26" height="16" rx="{corner / 2}" fill="#fff" stroke="{colour}"'
            f' stroke-width="2" stroke-dasharray="{dashes}"/><text x="{x + 34}" y="{y + 13}">{words[language]}</text>'
        )
        x += 190
    for words in SIDES[language]:
        yield f'<text x="{x}" y="{y + 13}">{words}</text>'
        x += 250


def main() -> None:
    """Writes both pictures."""
    sys.path.insert(0, str(ROOT))
    os.environ.update(DJANGO_SETTINGS_MODULE="config.settings.dev", MEGURI_ENV_FILE="")
    import django

    django.setup()
    for language, path in PICTURES.items():
        path.write_text(drawn(language), encoding="utf-8")


if __name__ == "__main__":
    main()
