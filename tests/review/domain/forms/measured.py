"""How much of a reading is right, wrong with a doubt that names its place, or wrong in silence."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from review.domain.forms.grid import Grid
from review.domain.forms.proposal import FormDoubt, Proposal

#: doubts about a whole table or sheet
_OF_ALL = {
    "no_measure_column", "no_goal_column", "tally", "parts_left_out", "table_joined", "turned_sheet", "sample_sheet",
    "hidden_sheet", "sheet_unread",
}  # fmt: skip
#: doubts about one cell or its row; all others that stand at a cell speak of its column
_OF_ROW = {
    "unplaced", "odd", "no_department", "total_row", "section_assumed", "no_measure", "table_continued",
    "measure_missing", "no_goal_name", "several_in_cell", "goal_divided", "merged_value", "two_values",
    "date_cell",
}  # fmt: skip
#: doubts that tell how a text is written, not that it may be another
_OF_WRITING = {"bare_numbers", "hidden_row", "hidden_column"}


@dataclass(kw_only=True)
class Measured:
    """The cells of a reading by what became of them; `silent` are (goal, what, as read, as it is right)."""

    right: int = 0
    doubted: list[tuple[str, ...]] = field(default_factory=list)
    silent: list[tuple[str, ...]] = field(default_factory=list)
    #: doubts of a kind that asks something
    doubts: int = 0

    def __iadd__(self, other: Measured) -> Measured:
        self.right += other.right
        self.doubted += other.doubted
        self.silent += other.silent
        self.doubts += other.doubts
        return self

    def __str__(self) -> str:
        of = self.right + len(self.doubted) + len(self.silent) or 1
        return (
            f"{of} cells, {self.right / of:.1%} right, {len(self.doubted) / of:.1%} wrong with a doubt, "
            f"{len(self.silent)} ({len(self.silent) / of:.1%}) in silence"
        )


def measured(read: Proposal, right: Sequence[dict[str, Any]], grids: Sequence[Grid]) -> Measured:
    """Each cell of the right reading, and each that was read beside it."""
    result = Measured(doubts=len(read.doubts))
    places = _Places(grids, read.doubts)
    for one, other in _beside(_goals(read.as_data()["measures"]), _goals(right)):
        names = [side.get((what,), "") for side in (other, one) for what in ("goal", "name")]
        # a goal that is lost or made up is named with all its cells where its name is
        whole = (not one or not other) and bool(names[0] or names[2])
        whole = whole and places.named(one.get(("goal",), ""), other.get(("goal",), ""), [])
        for key in one.keys() | other.keys():
            was, should = one.get(key, ""), other.get(key, "")
            if was == should:
                result.right += 1
                continue
            fact = (names[0] or names[2], "/".join(key), was, should)
            (result.doubted if whole or places.named(was, should, names) else result.silent).append(fact)
    return result


def refused(right: Sequence[dict[str, Any]]) -> Measured:
    """Of a file that is refused with a sentence: nothing of it is right, and all of it is said."""
    return Measured(doubted=[("", *key, text) for one in _goals(right) for key, text in one.items()])


def _goals(measures: Sequence[dict[str, Any]]) -> list[dict[tuple[str, ...], str]]:
    """A row of cells for each goal, with those of its 施策; one for a 施策 without goals."""
    rows = []
    for one in measures:
        head = {(key,): one[key] for key in ("code", "group", "name") if one.get(key)}
        head[("departments",)] = "|".join(one["departments"])
        texts = {("text", label): text for label, text in one.get("texts", {}).items()}
        for place, goal in enumerate(one["indicators"] or [{}]):
            row = head | (texts if place == 0 else {})
            for key in ("name", "unit", "baseline"):
                if goal.get(key):
                    row["goal" if key == "name" else key,] = goal[key]
            for kind in ("targets", "actuals"):
                row |= {(kind, year): text for year, text in goal.get(kind, {}).items()}
            rows.append({key: text for key, text in row.items() if text})
    return rows


def _beside(
    read: list[dict[tuple[str, ...], str]], right: list[dict[tuple[str, ...], str]]
) -> Iterator[tuple[dict[tuple[str, ...], str], dict[tuple[str, ...], str]]]:
    """The rows of both that mean the same goal; an empty one beside what only one of them has."""
    scores = []
    for i, one in enumerate(read):
        for j, other in enumerate(right):
            same = sum(other.get(key) == text for key, text in one.items())
            texts = sum((Counter(one.values()) & Counter(other.values())).values())
            if same + texts:
                scores.append(
                    (-(3 * (one.get(("goal",)) == other.get(("goal",))) + same + texts / 2), abs(i - j), i, j)
                )
    left, free = set(range(len(read))), set(range(len(right)))
    for _score, _apart, i, j in sorted(scores):
        if i in left and j in free:
            left.discard(i)
            free.discard(j)
            yield read[i], right[j]
    yield from ((read[i], {}) for i in left)
    yield from (({}, right[j]) for j in free)


def _plain(text: str) -> str:
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    if re.fullmatch(r"-?[\d,]+(\.\d+)?", plain):
        plain = plain.replace(",", "")
        plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return plain


class _Places:
    """Where texts stand on the sheets, and whether a doubt names their row or column."""

    def __init__(self, grids: Sequence[Grid], doubts: Sequence[FormDoubt]) -> None:
        self.at: dict[str, list[tuple[str, int, int]]] = {}
        for grid in grids:
            for row in range(grid.height):
                for column in grid.filled(row):
                    text = _plain(grid.own(row, column))
                    for part in {text, *map(_plain, re.split(r"[→/・、:|\n①②③④]", grid.own(row, column)))}:
                        place = (grid.title, grid.row_numbers[row], grid.column_numbers[column])
                        self.at.setdefault(part, []).append(place)
        self.doubts = [one for one in doubts if one.code not in _OF_WRITING]

    def named(self, was: str, should: str, names: Sequence[str]) -> bool:
        if re.search(r"\|| > ", was + should):  # several cells: those that only one side has
            parts = set(re.split(r"\|| > ", was)) ^ set(re.split(r"\|| > ", should))
            where = [place for part in parts for place in self.at.get(_plain(part), [])]
        else:
            where = [place for text in (was, should) if text for place in self._of(text, names)]
        texts = [*names, was, should]
        return any(self._speaks(doubt, where, texts) for doubt in self.doubts)

    def _of(self, text: str, names: Sequence[str]) -> list[tuple[str, int, int]]:
        places = [place for part in re.split(r"\||\n| > ", text) for place in self.at.get(_plain(part), [])]
        beside = [place for name in names if name for place in self.at.get(_plain(name), [])]
        if len(places) < 2 or not beside:
            return places
        far = {
            place: min((min(abs(place[1] - row), abs(place[2] - column)) for title, row, column in beside if title == place[0]), default=99)
            for place in places
        }  # fmt: skip
        return [place for place in places if far[place] == min(far.values())]

    def _headed(self, doubt: FormDoubt, row: int) -> set[int]:
        """The columns whose headings a doubt names that stands at the first of them."""
        named = re.findall("「([^」]+)」", doubt.detail)
        places = [place for name in named for place in self.at.get(_plain(name), [])]
        return {column for title, at, column in places if title == doubt.sheet and row - 4 < at <= row}

    def _speaks(self, doubt: FormDoubt, where: Sequence[tuple[str, int, int]], texts: Sequence[str]) -> bool:
        if doubt.code in _OF_ALL and any(doubt.sheet == title for title, _row, _column in where):
            return True
        if any(part and f"「{part}」" in doubt.detail for text in texts for part in [text, *text.split(" > ")]):
            return doubt.code not in ("left_out", "kind_assumed")
        if not doubt.cell:
            return False
        match = re.fullmatch(r"([A-Z]+)(\d+)", doubt.cell)
        assert match
        column = 0
        for letter in match[1]:
            column = column * 26 + ord(letter) - 64
        alone = doubt.code in _OF_ROW
        heads = {column} if alone else {column, *self._headed(doubt, int(match[2]))}
        return any(
            doubt.sheet == title and (int(match[2]) == row or (at in heads and not alone)) for title, row, at in where
        )
