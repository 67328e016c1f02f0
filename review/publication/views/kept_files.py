"""What of a site of plain files still stands after a correction: it is taken over from the site before as it is.

A page stands where all that it shows is equal in the edition that was corrected and in the correction, and where the same
Meguri made the site before. What is compared is what pages are made from; any doubt makes a page anew.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from django.conf import settings

from review.books.services import editions
from review.books.services.editions import Snapshot
from review.models import Artifact, Edition
from review.publication.services import exports
from review.publication.services.bundle import Former, Packed
from review.publication.views import following, published
from review.publication.views.publication import SET_SO, look
from review.publication.views.shelf import Book, Linker, Site, place_of
from review.trail.services import whole_files
from review.workbook.zip_parts import Part

if TYPE_CHECKING:
    from review.publication.views.plain_files import Sheet, Stock

#: says what made the site
MAKER = "assets/made-by.txt"
#: what an edition holds that the pages of one 施策 do not show, or show by 施策
APART = {"measures", "corrections", "totals", "previous", "audit", "decision", "plan_changes", "target_changes"}

#: what holds a list on its page
BEGIN, END = '<section class="section" id="measures"', "</section>"

#: what makes a file of the site
Make = Callable[..., bytes | Packed]


def maker(base: str) -> bytes:
    """Which Meguri makes the site, and for which place."""
    state = repr((look(), base, [getattr(settings, name) for name in SET_SO]))
    return hashlib.sha256(state.encode()).hexdigest().encode() + b"\n"


@dataclass(frozen=True)
class Moved:
    """Where the files of an edition stand once it is corrected."""

    was: str
    now: str
    #: the pages of 施策 that say in the correction what they said
    stay: frozenset[str]

    def __call__(self, place: str) -> str:
        return place if place in self.stay or not place.startswith(self.was) else self.now + place[len(self.was) :]


class FormerList(NamedTuple):
    """A list of the edition that was corrected, as the former site holds it."""

    part: Part
    place: str
    moved: Moved

    def section(self, linker: Linker, place: str) -> bytes:
        """The list itself, for the file `place`."""
        text = self.part.content().decode()
        begin, end = text.index(BEGIN), text.rindex(END, 0, text.index("</main>")) + len(END)
        return linker.moved(text[begin:end], self.place, place, self.moved).encode()


@contextmanager
def before(stock: "Stock", last: Edition) -> Iterator["Before | None"]:
    """The site as it stood before the correction `last`; None where it is no correction, where something else was published
    since, or where that site was never made, is no longer whole, or was made by another Meguri. One query."""
    newest = max((one.pk for one in stock.editions if one.pk != last.pk), default=0)
    file = Artifact.objects.filter(edition=last.previous_id or 0, kind=Artifact.Kind.BUNDLE).first()
    with suppress(FileNotFoundError):
        if file and newest == last.previous_id:
            with whole_files.opened(file) as stream:
                former = Before(Former(stream), stock, last)
                yield former if former.comparable else None
            return
    yield None


class Before:
    """The site before a correction, in its archive."""

    def __init__(self, archive: Former, stock: "Stock", last: Edition) -> None:
        self.archive, self._year, self._codes = archive, last.cycle.key, dict[Any, list[list[str]]]()
        self._last, self._stock = last, stock
        self._was = next(one for one in stock.editions if one.pk == last.previous_id)
        was, now = [stock.snapshots[pk] for pk in (last.previous_id or 0, last.pk)]
        site, pair = stock.site("ja"), (one for one in stock.editions if one.pk in (last.pk, last.previous_id))
        self._lists = [Book(site=site, edition=one).lists for one in pair]
        same_maker = archive.read(MAKER) == maker(stock.base)
        self.comparable = same_maker and _everywhere(was) == _everywhere(now)
        facts = _facts(was)
        #: the 施策 of whose pages anything changed
        self.changed = {code for code, shown in _facts(now).items() if facts.get(code) != shown}
        self._offered = published.choices(was) == published.choices(now)

    @property
    def list_pages(self) -> int:
        """How many pages the lists of the edition that was corrected have in one language: they stand elsewhere now."""
        return sum(published.page_count(len(rows)) for rows in self._lists[-1].values())

    def list_of(self, sheet: "Sheet") -> FormerList | None:
        """The page of a list of the edition that was corrected, which stood elsewhere; None for any other page."""
        if sheet.name != "year" or not sheet.query or sheet.args != (*self._year, self._was.number):
            return None
        site = self._stock.site(sheet.language)
        place = place_of(site.url("year", *self._year, query=dict(sheet.query)))
        moved = site.shared(("moved", site.language), partial(self._moved, site))
        return FormerList(self.archive.member(place).part, place, moved)

    def _moved(self, site: Site) -> Moved:
        book = Book(site=site, edition=self._was, numbered=True)
        was, now = [place_of(site.url("year", *place)).removesuffix("index.html") for place in (self._year, book.place)]
        places = (place_of(book.url("measure", code)) for code in book.rows)
        return Moved(was, now, frozenset(place for place in places if not place.startswith(now)))

    def stands(self, sheet: "Sheet") -> bool:
        """Whether the page is what it was, at its place."""
        name, of_year, more = sheet.name, sheet.args[:2] == self._year, sheet.args[2:]
        if name == "year" and sheet.query:
            return not of_year or (not more and self._list_stands({key: str(value) for key, value in sheet.query}))
        if name == "run":
            return sheet.args[0] != self._year[0] or sheet.args[1] not in self.changed
        if name == "measure":
            return not of_year or (len(more) == 1 and more[0] not in self.changed)
        return name in ("goal", "goal_file") and more[0] not in self.changed

    def data(self, book: Book, name: str, make: Make) -> Make:
        """What gives a data file of an edition; `make` makes it. What the edition before holds alike is not made again."""
        place = place_of(self._then(book).url("data", name))
        if name == "dataset.jsonld" or (book.edition == self._last and name.endswith("-metadata.json")):
            return make
        if book.edition != self._last:
            return partial(self.archive.member, place)
        if name == "search.js":
            return lambda: make(former=self.archive.read(place) or b"", changed=self.changed)
        return lambda: exports.renewed(following.export_of(book), name, self.archive.read(place) or b"", self.changed)

    def book(self, book: Book, name: str, file: Artifact, make: Make) -> Make:
        """What gives a workbook or PDF of an edition: the former site where it has that very file, else `make`."""
        place = place_of(self._then(book).url(name))
        return partial(self.archive.member, place) if self.archive.sums.get(place) == file.sha256 else make

    def _then(self, book: Book) -> Book:
        """The edition where the former site has it; of the correction, that which was corrected."""
        return replace(book, numbered=book.numbered and book.edition.pk != self._last.previous_id)

    def _list_stands(self, query: Mapping[str, str]) -> bool:
        """Whether a list of the year names what it named, and nothing on its page changed."""
        filters, start = published.filters_of(query), (published.page_number(query) - 1) * published.ROWS
        if filters not in self._codes:
            self._codes[filters] = [[row["code"] for row in one[filters]] for one in self._lists]
        one, other = self._codes[filters]
        return self._offered and one == other and self.changed.isdisjoint(one[start : start + published.ROWS])


def _everywhere(snapshot: Snapshot) -> Any:
    """What stands on pages of every 施策: the plan and its scale, and which goals have pages."""
    goals = [(row["code"], editions.written_goals(row)) for row in snapshot["measures"]]
    return goals, {key: value for key, value in snapshot.items() if key not in APART}


def _facts(snapshot: Snapshot) -> dict[str, Any]:
    """{施策ID: all of the snapshot that its pages show}."""
    rows, changes = snapshot["measures"], defaultdict(list)
    for line in (*snapshot.get("plan_changes", ()), *snapshot.get("target_changes", ())):
        changes[line["code"]].append(line)
    for correction in snapshot.get("corrections", ()):
        for code in {one["code"] for part in ("items", "consequences") for one in correction[part]}:
            changes[code].append(correction["number"])
    names = ["", *(f"{row['code']} {row['name']}" for row in rows), ""]
    around = zip(rows, names, names[2:], strict=False)
    return {row["code"]: (row, before, after, changes[row["code"]]) for row, before, after in around}
