"""What a returned 記入用 workbook would change: for each item the text then, the text now on the web, the text in the file.

Pure: three mappings in, one row an item out. Nothing is decided here; a person picks what to take.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from review.domain.text import normal_newlines


class Change(StrEnum):
    """Who changed an item since the file was written."""

    SAME = "same"
    FILE = "file"
    WEB = "web"
    BOTH_SAME = "both_same"
    BOTH_DIFFER = "both_differ"


@dataclass(frozen=True, kw_only=True)
class ItemChange:
    """One item three ways. `mark` is set where Excel changed the cell by itself, `emptied` where the file cleared it.

    `locked` is why the item cannot be taken, '' where it can.
    """

    key: str
    base: str
    web: str
    file: str
    change: Change
    cell: str = ""
    mark: str = ""
    emptied: bool = False
    locked: str = ""

    @property
    def would_change(self) -> bool:
        """Whether taking the file's text changes what is on the web."""
        return self.change in (Change.FILE, Change.BOTH_DIFFER)

    @property
    def may_take(self) -> bool:
        """Whether a person may choose the file's text."""
        return self.would_change and not self.locked

    @property
    def must_confirm(self) -> bool:
        """Whether a person must choose it knowingly: Excel changed it, it was emptied, or the web changed too."""
        return self.would_change and (bool(self.mark) or self.emptied or self.change == Change.BOTH_DIFFER)


@dataclass(frozen=True, kw_only=True)
class FileText:
    """One cell of the file: its text, its place, and the mark of what Excel changed."""

    text: str
    cell: str = ""
    mark: str = ""


def compare(
    *,
    base: Mapping[str, str],
    web: Mapping[str, str],
    file: Mapping[str, FileText],
    open_keys: Collection[str],
    why_closed: str = "",
) -> list[ItemChange]:
    """Every item that is in the file and on the web, in the order of the web.

    `base` is the file's text when it was written; an item without a base counts as unchanged on the web.
    """
    return list(_compare(base, web, file, open_keys, why_closed))


def _compare(
    base: Mapping[str, str],
    web: Mapping[str, str],
    file: Mapping[str, FileText],
    open_keys: Collection[str],
    why_closed: str,
) -> Iterator[ItemChange]:
    for key, now in web.items():
        if key not in file:
            continue
        cell = file[key]
        then, theirs, mine = (normal_newlines(text) for text in (base.get(key, now), now, cell.text))
        change = _change(then, theirs, mine)
        yield ItemChange(
            key=key,
            base=then,
            web=theirs,
            file=mine,
            change=change,
            cell=cell.cell,
            mark=cell.mark,
            emptied=not mine.strip() and bool(then.strip() or theirs.strip()) and mine != then,
            locked="" if key in open_keys else why_closed,
        )


def _change(base: str, web: str, file: str) -> Change:
    if file == web:
        return Change.SAME if web == base else Change.BOTH_SAME
    if file == base:
        return Change.WEB
    return Change.FILE if web == base else Change.BOTH_DIFFER
