"""A year's results for machines: JSON as frozen, the tidy tables, the workbook and the PDF. Screens and `export_cycle`
share these writers; what the columns mean stands in `open_data`.
"""

import csv
import io
import json
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any, BinaryIO

from django.utils import timezone

from review import clock
from review.books.services import books
from review.books.services.snapshot import snapshot_of
from review.domain.book import YearBook
from review.models import Artifact, Cycle, Edition
from review.pdf import maker
from review.publication.services import open_data, schemas
from review.trail.services import whole_files
from review.workbook import engine

DRAFT = "公表前"


@dataclass(frozen=True, kw_only=True)
class Source:
    """What is exported: a frozen edition, or the year's current data (`edition` None)."""

    snapshot: Mapping[str, Any]
    edition: Edition | None = None

    @property
    def label(self) -> str:
        """第1版, or 公表前."""
        return self.edition.label if self.edition else DRAFT

    @property
    def meta(self) -> dict[str, Any]:
        """What identifies the edition."""
        if self.edition is None:
            return {"label": DRAFT, "number": None, "published_at": None, "sha256": None}
        moment = timezone.localtime(self.edition.published_at)
        return {
            "label": self.edition.label,
            "number": self.edition.number,
            "published_at": moment.isoformat(timespec="seconds"),
            "sha256": self.edition.sha256,
        }


def source_of(cycle: Cycle) -> Source:
    """The year's current edition, or its current data where none is published."""
    edition = Edition.objects.filter(cycle=cycle, current=True).select_related("cycle__plan").first()
    return Source(snapshot=edition.snapshot, edition=edition) if edition else Source(snapshot=snapshot_of(cycle))


def as_json(source: Source) -> bytes:
    """The snapshot with its edition. `edition.sha256` is that of the canonical JSON of `snapshot` alone."""
    document = {"edition": source.meta, "licence": open_data.licence(), "snapshot": source.snapshot}
    return (json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _renewed_json(source: Source, former: str, changed: Collection[str]) -> bytes:
    rows, mark = source.snapshot["measures"], "\0"  # which no text of an edition holds
    standing = former.partition('\n  "measures": [\n   {')[2].partition("\n  ]")[0].split(",\n   {")
    marked = [row if row["code"] in changed else f"{mark}{place}" for place, row in enumerate(rows)]
    text = as_json(replace(source, snapshot={**source.snapshot, "measures": marked})).decode()
    return re.sub(r'"\\u0000(\d+)"', lambda place: "{" + standing[int(place[1])], text).encode()


def as_csv(source: Source) -> bytes:
    """The tidy table of 成果目標 and 年度."""
    rows = open_data.indicator_rows(source.snapshot, source.meta)
    return open_data.as_table(open_data.indicator_columns(source.snapshot), rows)


def goal_csv(source: Source, code: str, number: int) -> bytes:
    """The rows of one 成果目標, under the columns of `as_csv`."""
    columns = open_data.indicator_columns(source.snapshot)
    its_own = [row for row in source.snapshot["measures"] if row["code"] == code]
    rows = open_data.indicator_rows({**source.snapshot, "measures": its_own}, source.meta, only=number)
    return open_data.as_table(columns, rows)


def measures_csv(source: Source) -> bytes:
    """The table of 施策."""
    rows = (open_data.measure_row(source.snapshot, source.meta, row) for row in source.snapshot["measures"])
    return open_data.as_table(open_data.measure_columns(source.snapshot), rows)


def _metadata(table: str) -> Callable[[Source], bytes]:
    return lambda source: schemas.as_bytes(schemas.table_metadata(table, source.snapshot, source.meta))


#: The data files of an edition, by what makes them.
FILES = {
    "data.json": as_json, "indicators.csv": as_csv, "measures.csv": measures_csv,
    **{f"{table}-metadata.json": _metadata(table) for table in open_data.TABLES},
}  # fmt: skip
#: Both tables in one description, as it was called before each had its own beside it: the address answers for ever.
EARLIER = {"table-schema.json": lambda source: schemas.as_bytes(schemas.table_schema(source.snapshot))}


def data_file(source: Source, name: str) -> bytes | None:
    """One data file of an edition; None for an unknown name."""
    write = FILES.get(name) or EARLIER.get(name)
    return write(source) if write else None


def renewed(source: Source, name: str, former: bytes, changed: Collection[str]) -> bytes:
    """The data.json or table of a correction: what was not `changed` is taken from that of the edition before, which names
    the same 施策. Equal to what `data_file` makes."""
    if name == "data.json":
        return _renewed_json(source, former.decode(), changed)
    rows = source.snapshot["measures"]
    some = {**source.snapshot, "measures": [row for row in rows if row["code"] in changed]}
    table = renewed_table(former, FILES[name](replace(source, snapshot=some)), source.meta, changed)
    return table or FILES[name](source)


def renewed_table(former: bytes, rows: bytes, edition: Mapping[str, Any], changed: Iterable[str]) -> bytes | None:
    """The table of the edition before with other `rows` for the 施策 that are `changed`, and this edition in every row;
    None where they have not the same columns or 施策."""
    (head, begin, old), (new_head, _begin, new) = _cut(former.decode()), _cut(rows.decode())
    fresh, anew = defaultdict[str, list[str]](list), set(map(open_data.guarded, changed))
    for row in new:
        fresh[row.partition(",")[0]].append(row)
    # An odd number of quotes: the row was cut within a text that says what rows begin with.
    if any(row.startswith('"') or row.count('"') % 2 for row in (*old, *new)) or head != new_head:
        return None
    there = [(row.partition(",")[0], row) for row in old]
    if not fresh.keys() <= {code for code, _row in there}:
        return None
    own = _begin_of([*begin[:-3], *(edition[key] for key in ("label", "number", "published_at"))])
    joined = (fresh.pop(code, ()) if code in anew else (row,) for code, row in there)
    return f"{own.join((head, *chain.from_iterable(joined)))}\r\n".encode()


def _cut(table: str) -> tuple[str, list[str], list[str]]:
    """Its head, the fields that all rows begin with, up to the edition's, and the rest of each row, which begins with the
    施策ID. To read and write every field took four times as long."""
    _names, *first = islice(csv.reader(io.StringIO(table, newline="")), 2)
    begin = first[0][: [one.key for one in open_data.INDICATOR_COLUMNS].index("measure_id")] if first else []
    head, *rows = table.removesuffix("\r\n").split(_begin_of(begin)) if first else [table.removesuffix("\r\n")]
    return head, begin, rows


def _begin_of(fields: Iterable[Any]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerow(fields)
    return "\r\n" + text.getvalue().removesuffix("\r\n") + ","


# --- workbook --------------------------------------------------------------------------------------------------------


def write_xlsx(source: Source, out: BinaryIO) -> None:
    """The consolidated workbook."""
    _write(source, out, Artifact.Kind.CONSOLIDATED, lambda book: engine.write(book, out))


def write_pdf(source: Source, out: BinaryIO) -> None:
    """The whole book as PDF/UA-1."""
    _write(source, out, Artifact.Kind.BOOK_PDF, lambda book: out.write(maker.book(book).data))


def _write(source: Source, out: BinaryIO, kind: str, make: Callable[[YearBook], object]) -> None:
    """The very file of the edition where it was made, else one made now."""
    if artifact := Artifact.objects.filter(edition=source.edition, kind=kind).first() if source.edition else None:
        with whole_files.opened(artifact) as stream:
            out.write(stream.read())
        return
    if source.edition:
        make(books.edition_book(source.edition))
        return
    make(books.year_book(source.snapshot, label=source.label, made_at=timezone.localtime(clock.now())))
