"""Writes the consolidated book, fast enough for a prefecture of 3,000 sheets; a test holds it equal to openpyxl's own.

openpyxl stays the owner of everything that is written once: styles, charts, properties and the frame of each sheet.
What is written 3,000 times costs no cell object:

1. 表紙, 総括, 成果指標一覧 and 変更履歴 are painted by the code that `consolidated` uses, with a painter that keeps
   their rows as XML (`cell_xml`); openpyxl writes the sheets without rows, and the rows are put in (`sheet_frame`).
2. Each form is painted the same way into a frame that openpyxl made once for all forms alike, and compressed.
3. `part_cache` keeps frames, styles, charts, forms, and the rows that a 施策 has in 総括 and 成果指標一覧, from one build to
   the next, by a digest of all that they follow from: the values, the book's own words, and this package's code.
   Their texts stand in one table (`shared_strings`), which grows from build to build.
4. `package` puts openpyxl's parts and the forms together into one archive (`zip_parts`).

A sheet with a text that no cell can hold is left to openpyxl as a whole, which marks the cell and writes its note.
"""

import gc
import os
from collections.abc import Callable
from functools import cache, cached_property, partial
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypeVar

import orjson
from openpyxl.worksheet.worksheet import Worksheet

from review.domain.book import BookSheet, YearBook
from review.workbook import consolidated, indicator_list, layout, summary_sheet, writer
from review.workbook.cell_xml import Unholdable, XmlPainter
from review.workbook.files import write_atomically
from review.workbook.package import Form, Package
from review.workbook.painter import CellWarning, Painter
from review.workbook.part_cache import KEY_BYTES, PartCache
from review.workbook.sheet_frame import FormFrames
from review.workbook.styles import Registered, register
from review.workbook.zip_parts import Held, compress

# Told after every so many forms: (forms made, forms in all).
Progress = Callable[[int, int], None]
TOLD_EVERY = 100

_T = TypeVar("_T")


def write(
    book: YearBook, out: BinaryIO | Path, *, parts: PartCache | None = None, progress: Progress | None = None
) -> list[CellWarning]:
    """Write the book into `out`, a stream or a path; a path is replaced as a whole or not at all.

    `parts` are those of the last build, which this one replaces. Returns what could not be written exactly, cell by
    cell; such a cell is marked in the book. Some 1 ms a sheet, 0.1 ms where the sheet did not change.
    """
    build, collecting = _Build(book, parts or PartCache()), gc.isenabled()
    # A hundred thousand objects come and go, none of them in a circle, which need not be looked for again and again.
    gc.disable()
    try:
        if isinstance(out, Path):
            write_atomically(out, partial(build.run, progress=progress))
        else:
            build.run(out, progress=progress)
    finally:
        if collecting:
            gc.enable()
    return build.warnings


class _Named(NamedTuple):
    """Stands for a sheet that openpyxl never sees."""

    title: str


class _Build:
    def __init__(self, book: YearBook, parts: PartCache) -> None:
        self.book, self.parts = book, parts
        self.workbook = writer.new_book()
        self.digests = _Digests(book)
        looks = Registered.unpacked(self._remembered(None, "styles", lambda: Registered.packed(writer.new_book())))
        self.styles: bytes | None = looks.part
        self.fast = XmlPainter(looks.numbers, self._remembered, parts.strings)
        self.warnings: list[CellWarning] = []

    @cached_property
    def plain(self) -> Painter:
        """openpyxl's own painter: from its first stroke on the book knows its styles itself, under the same numbers."""
        self.styles = None
        register(self.workbook)
        return Painter(warnings=self.warnings)

    def run(self, out: BinaryIO, progress: Progress | None) -> None:
        book, names = self.book, consolidated.form_names(self.book)
        self._sheet(layout.COVER, partial(consolidated.fill_cover, book=book, names=names))
        self._sheet(layout.SUMMARY, partial(summary_sheet.fill, book=book, names=names))
        firsts = self._sheet(layout.INDICATORS, partial(indicator_list.fill, book=book, names=names))
        package = Package(out, book.made_at)
        frames, forms = FormFrames(partial(self._remembered, None)), []
        for done, (entry, name, first) in enumerate(zip(book.sheets, names, firsts, strict=True)):
            if progress and done % TOLD_EVERY == 0:
                progress(done, len(names))
            form = self._form(frames, entry, name, first)
            forms.append(name if form is None else package.add_form(name, form))
        self._sheet(layout.CHANGES, partial(consolidated.fill_changes, book=book, names=names))
        consolidated.describe_book(self.workbook, book)
        order = [layout.COVER, layout.SUMMARY, layout.INDICATORS, *forms, layout.CHANGES]
        package.close(self.workbook, order, self.fast.taken, self.parts.strings.part(), self.styles)
        self.parts.save()

    def _sheet(self, title: str, fill: Callable[[Worksheet, Painter], _T]) -> _T:
        """Fill a sheet of openpyxl's whose rows the fast painter keeps; all by openpyxl where a text needs a mark."""
        try:
            return fill(self.workbook.create_sheet(title), self.fast)
        except Unholdable:
            self.fast.forget(title)
            self.workbook.remove(self.workbook[title])
            return fill(self.workbook.create_sheet(title), self.plain)

    def _form(self, frames: FormFrames, entry: BookSheet, name: str, first: int) -> Form | None:
        """One form as a part of the archive; None where openpyxl has to write it."""
        try:
            made = self._remembered(entry, f"form {name} {first}", partial(self._painted, frames, entry, name, first))
        except Unholdable:
            self.fast.forget(name)
            sheet = self.workbook.create_sheet(name)
            writer.fill_form(sheet, self.plain, consolidated.page_of(self.book, entry, first))
            return None
        return Form.unpacked(made)

    def _painted(self, frames: FormFrames, entry: BookSheet, name: str, first: int) -> bytes:
        page = consolidated.page_of(self.book, entry, first)
        sheet: Any = _Named(name)
        last_printed = writer.paint_form(sheet, self.fast, page)
        xml = frames.filled(page.form, self.fast.taken(name))
        return Form(writer.print_area(page.form, last_printed), compress(xml)).packed()

    def _remembered(self, entry: BookSheet | None, place: str, make: Callable[[], bytes]) -> Held:
        return self.parts.get(self.digests.key(entry), place, make)


class _Digests:
    """Keys for what follows from one 施策: of its values, the book's words and the code.

    The values of a 施策 are read once. What a part takes from the rest of the book (its name, its first row) is in
    the place, which `indicator_list`, `summary_sheet` and `_form` name.
    """

    def __init__(self, book: YearBook) -> None:
        words = [book.city, book.plan_name, book.fiscal_year, book.years]
        self._common = sha256(_data(words) + _code_digest())
        self._known: dict[int, bytes] = {}

    def key(self, entry: BookSheet | None) -> bytes:
        """The key of what `entry` gives; without one, of what follows from the book's words alone."""
        key = self._known.get(id(entry))
        if key is None:
            digest = self._common.copy()
            digest.update(_data(entry))
            key = self._known[id(entry)] = digest.digest()[:KEY_BYTES]
        return key


def _data(value: object) -> bytes:
    """Every field of our values, by name; a Decimal as its text."""
    try:
        return orjson.dumps(value, default=str)
    except orjson.JSONEncodeError:  # half a letter outside the basic plane is no JSON, nor is a year as a name
        return repr(value).encode("utf-8", "surrogatepass")


@cache
def _code_digest() -> bytes:
    """Of the code that the parts follow from: another version of Meguri makes other parts."""
    package, digest = Path(__file__).parent, sha256()
    for folder in (package, package.parent / "domain"):
        for name in sorted(os.listdir(folder)):
            if name.endswith(".py"):
                with open(f"{folder}/{name}", "rb", buffering=0) as source:
                    digest.update(source.read())
    return digest.digest()
