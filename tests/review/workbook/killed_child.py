"""Builds the year's book again and again until somebody kills it: `python -m … FOLDER FIRST`.

Says `start N` before and `end N` after each; every book differs a little from the one before.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from itertools import count
from pathlib import Path

from review.domain.book import YearBook
from review.workbook import engine
from review.workbook.files import check_workbook, write_atomically
from review.workbook.part_cache import PartCache
from tests.review.workbook import samples


def book(number: int) -> YearBook:
    """The facts, one sheet of which says the number."""
    whole = samples.book()
    entries = list(whole.sheets)
    place = number % len(entries)
    entries[place] = replace(entries[place], sheet=samples.with_texts(entries[place].sheet, policy=f"第{number}回"))
    return replace(whole, sheets=tuple(entries))


def main(folder: Path, first: int) -> None:
    """Never returns."""
    for number in count(first):
        made = book(number)
        print(f"start {number}", flush=True)
        parts = PartCache(folder / "memory" / "1.parts")
        write_atomically(
            folder / f"{number}.xlsx",
            lambda out, made=made, parts=parts: engine.write(made, out, parts=parts),  # type: ignore[misc]
            check_workbook,
        )
        print(f"end {number}", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
