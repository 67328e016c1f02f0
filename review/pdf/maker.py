"""PDF by typst: each sheet, the whole book and 本部会議資料, as PDF/UA-1 with the fonts inside.

typst refuses to write a PDF/UA that lacks a title, a language, a text for a picture or the shape of a letter. No
address is asked and no other font is looked for. About 30 ms a sheet.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst

from review.domain.book import Agenda, BookSheet, FormSheet, YearBook
from review.pdf import content, glyphs, row_heads

TEMPLATES = Path(__file__).parent / "templates"
STANDARD = "ua-1"


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A finished PDF, and one sentence where letters had to be replaced."""

    data: bytes
    warnings: tuple[str, ...] = ()


def sheet(form: FormSheet, judged: BookSheet | None = None, *, made_at: datetime) -> Paper:
    """One sheet of the city's form."""
    return _made("sheet.typ", content.of_sheet(form, judged), made_at)


def book(year: YearBook) -> Paper:
    """The year's book: cover, table of contents, totals, every sheet, changes."""
    return _made("book.typ", content.of_book(year), year.made_at)


def pack(year: YearBook, agenda: Agenda | None = None) -> Paper:
    """本部会議資料: one page of totals, a table of contents, then as the meeting goes: what to look at first, changes of the
    plan, 未提出・対象外, the rest, the publication; and the sheets."""
    return _made("pack.typ", content.of_pack(year, agenda or Agenda()), year.made_at)


def _made(template: str, content: Mapping[str, Any], made_at: datetime) -> Paper:
    missing: set[str] = set()
    data = glyphs.drawable(dict(content), missing)
    data["date"] = [made_at.year, made_at.month, made_at.day]
    files = {**_templates(), "main.typ": _templates()[template], "data.json": json.dumps(data).encode()}
    pdf = typst.compile(
        files,  # type: ignore[call-overload]  # its stubs do not know files by name
        font_paths=[str(glyphs.FONTS)],
        ignore_system_fonts=True,
        format="pdf",
        pdf_standards=STANDARD,
    )
    return Paper(data=row_heads.tagged(pdf), warnings=_sentence(missing))


def _sentence(missing: set[str]) -> tuple[str, ...]:
    if not missing:
        return ()
    codes = "、".join(f"U+{ord(letter):04X}" for letter in sorted(missing)[:10])
    return (f"PDFの書体にない文字が{len(missing)}種類あり、「{glyphs.MISSING}」に置き換えました({codes})。",)


@cache
def _templates() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in TEMPLATES.glob("*.typ")}
