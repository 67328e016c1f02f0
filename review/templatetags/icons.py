"""Icons, drawn for Meguri on a 24 px grid with strokes of 2, inlined so that print and forced colours keep them."""

import re
from pathlib import Path

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

#: name -> the shapes inside the 24 × 24 frame; strokes take the colour of the text
_DRAWN = Path(__file__).with_suffix(".svg").read_text(encoding="utf-8")
ICONS: dict[str, str] = dict(re.findall(r'<symbol id="([\w-]+)"[^>]*>(.*)</symbol>', _DRAWN))


@register.simple_tag
def icon(name: str, label: str = "", extra: str = "") -> SafeString:
    """The icon as inline SVG: hidden from readers without a label, an image with a label; unknown names draw a ring."""
    shapes = mark_safe(ICONS.get(name, ICONS["circle"]))  # noqa: S308 - constants of a file of ours
    frame = (
        '<svg class="icon{}" viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" '
        'stroke-width="2" stroke-linecap="round" stroke-linejoin="round" focusable="false" {}>{}</svg>'
    )
    role = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(frame, f" {extra}" if extra else "", role, shapes)
