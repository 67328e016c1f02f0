"""Icons, drawn for Meguri on a 24 px grid with strokes of 2, inlined so that print and forced colours keep them."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

#: name -> the shapes inside the 24 × 24 frame; strokes take the colour of the text
ICONS: dict[str, str] = {
    "circle": '<circle cx="12" cy="12" r="8"/>',
    "pencil": '<path d="M4 20l1-4L16.5 4.5l3 3L8 19z"/><path d="M14 7l3 3"/>',
    "send": '<path d="M12 16V4"/><path d="M7 9l5-5 5 5"/><path d="M4 15v5h16v-5"/>',
    "return": '<path d="M9 14L4 9l5-5"/><path d="M4 9h10a6 6 0 0 1 0 12h-4"/>',
    "check": '<path d="M5 13l4.5 4.5L19 7"/>',
    "check-circle": '<circle cx="12" cy="12" r="9"/><path d="M7.5 12.5l3 3 6-6.5"/>',
    "seal": '<circle cx="12" cy="12" r="9"/><circle cx="12" cy="12" r="6" stroke-width="1"/>'
    '<path d="M9 12.2l2.2 2.3 4-4.5"/>',
    "megaphone": '<path d="M4 10v4h3l9 5V5L7 10z"/><path d="M19 9.5a4 4 0 0 1 0 5"/>',
    "cross-circle": '<circle cx="12" cy="12" r="9"/><path d="M8.5 8.5l7 7M15.5 8.5l-7 7"/>',
    "minus-circle": '<circle cx="12" cy="12" r="9"/><path d="M7.5 12h9"/>',
    "clock": '<circle cx="12" cy="12" r="9"/><path d="M12 6.5V12l4 2.5"/>',
    "person-check": '<circle cx="9" cy="8" r="4"/><path d="M2.5 20a6.5 6.5 0 0 1 11-4.5"/>'
    '<path d="M14.5 18l2.5 2.5 4.5-5"/>',
    "person": '<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5a7.5 7.5 0 0 1 15 0"/>',
    "people": '<circle cx="9" cy="9" r="3.5"/><path d="M2.5 20a6.5 6.5 0 0 1 13 0"/>'
    '<path d="M15.5 5.8a3.5 3.5 0 0 1 0 6.4"/><path d="M18 14.5a6.5 6.5 0 0 1 3.5 5.5"/>',
    "info": '<circle cx="12" cy="12" r="9"/><path d="M12 11v6"/><path d="M12 7v.5"/>',
    "warning": '<path d="M12 3.5L22 20.5H2z"/><path d="M12 10v5"/><path d="M12 17.5v.5"/>',
    "error": '<path d="M8 3h8l5 5v8l-5 5H8l-5-5V8z"/><path d="M12 7.5v6"/><path d="M12 16.5v.5"/>',
    "bell": '<path d="M6 17V11a6 6 0 0 1 12 0v6"/><path d="M4 17h16"/><path d="M10 20.5h4"/>',
    "tasks": '<path d="M4 6.5l1.5 1.5L8.5 5M4 12.5L5.5 14l3-3M4 18.5L5.5 20l3-3"/><path d="M12 7h8M12 13h8M12 19h8"/>',
    "home": '<path d="M4 11l8-7 8 7"/><path d="M6 9.5V20h12V9.5"/><path d="M10 20v-6h4v6"/>',
    "sheet": '<path d="M6 3h9l4 4v14H6z"/><path d="M15 3v4h4"/><path d="M9 12h7M9 16h7"/>',
    "inbox": '<path d="M4 13l3-8h10l3 8v6H4z"/><path d="M4 13h5l1 2.5h4l1-2.5h5"/>',
    "board": '<path d="M4 4h16v16H4z"/><path d="M4 10h16M10 10v10"/>',
    "flow": '<path d="M3 9h5v6H3zM16 9h5v6h-5z"/><path d="M8 12h7"/><path d="M12.5 9.5L15 12l-2.5 2.5"/>',
    "globe": '<circle cx="12" cy="12" r="9"/><path d="M3 12h18"/><path d="M12 3c-5 5-5 13 0 18c5-5 5-13 0-18z"/>',
    "download": '<path d="M12 4v11"/><path d="M7 10.5l5 5 5-5"/><path d="M4 20h16"/>',
    "copy": '<path d="M8 8h12v12H8z"/><path d="M16 8V4H4v12h4"/>',
    "upload": '<path d="M12 16V5"/><path d="M7 9.5l5-5 5 5"/><path d="M4 20h16"/>',
    "table": '<path d="M4 5h16v14H4z"/><path d="M4 10h16M4 14.5h16M9.5 5v14"/>',
    "gear": '<circle cx="12" cy="12" r="3.5"/>'
    '<path d="M12 3v3M12 18v3M3 12h3M18 12h3M5.6 5.6l2.2 2.2M16.2 16.2l2.2 2.2M18.4 5.6l-2.2 2.2M7.8 16.2l-2.2 2.2"/>',
    "jobs": '<path d="M20 12a8 8 0 0 1-14.5 4.6"/><path d="M4 12a8 8 0 0 1 14.5-4.6"/>'
    '<path d="M18.5 3v4.5H14"/><path d="M5.5 21v-4.5H10"/>',
    "search": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="M15.5 15.5L21 21"/>',
    "lock": '<path d="M5 11h14v10H5z"/><path d="M8 11V7.5a4 4 0 0 1 8 0V11"/>',
    "comment": '<path d="M4 5h16v11H11l-4.5 4v-4H4z"/>',
    "history": '<path d="M4 5v5h5"/><path d="M4.6 10a8 8 0 1 1-.6 4"/><path d="M12 8v4.5l3 2"/>',
    "help": '<circle cx="12" cy="12" r="9"/><path d="M9.3 9.5a2.8 2.8 0 1 1 4 2.5c-.9.5-1.3 1-1.3 2"/>'
    '<path d="M12 16.8v.4"/>',
    "menu": '<path d="M4 6.5h16M4 12h16M4 17.5h16"/>',
    "close": '<path d="M6 6l12 12M18 6L6 18"/>',
    "calendar": '<path d="M4 6h16v14H4z"/><path d="M4 10.5h16M8.5 3.5V8M15.5 3.5V8"/>',
    "arrow-right": '<path d="M4 12h15"/><path d="M13.5 6.5L19 12l-5.5 5.5"/>',
    "arrow-left": '<path d="M20 12H5"/><path d="M10.5 6.5L5 12l5.5 5.5"/>',
    "up": '<path d="M6 15l6-6 6 6"/>',
    "down": '<path d="M6 9l6 6 6-6"/>',
    "sort": '<path d="M8 10l4-4 4 4M8 14l4 4 4-4"/>',
    "external": '<path d="M10 5H5v14h14v-5"/><path d="M14 4h6v6"/><path d="M20 4l-9 9"/>',
    "print": '<path d="M7 9V3.5h10V9"/><path d="M4 9h16v8h-3M7 17H4"/><path d="M7 14h10v6.5H7z"/>',
    "saved": '<circle cx="12" cy="12" r="9"/><path d="M7.5 12.5l3 3 6-6.5"/>',
}


@register.simple_tag
def icon(name: str, label: str = "", extra: str = "") -> SafeString:
    """The icon as inline SVG: hidden from readers without a label, an image with a label; unknown names draw a ring."""
    shapes = mark_safe(ICONS.get(name, ICONS["circle"]))  # noqa: S308 - constants of this file
    frame = (
        '<svg class="icon{}" viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" '
        'stroke-width="2" stroke-linecap="round" stroke-linejoin="round" focusable="false" {}>{}</svg>'
    )
    role = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(frame, f" {extra}" if extra else "", role, shapes)
