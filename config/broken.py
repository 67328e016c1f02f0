"""The page of an error that nobody foresaw. It needs nothing but itself: no template, catalogue, style file or database,
any of which may be what failed; it is read when the process begins. It is in both languages, for the reader's choice may
not be readable either."""

import base64
import hashlib
from html import escape
from pathlib import Path

PAGE = Path(__file__).with_suffix(".html").read_text(encoding="utf-8")
STYLE = PAGE.partition("<style>")[2].partition("</style>")[0]
# What the Content-Security-Policy must name, so that the browser takes this style and no other.
STYLE_SOURCE = f"'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'"


def page(reference: str) -> str:
    """The whole page, with the number under which the log tells what happened."""
    return PAGE.replace("{reference}", escape(reference))
