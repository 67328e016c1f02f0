"""Reading a snapshot for the public pages: what is listed, counted and drawn of a published year.

Everything here takes the frozen snapshot (services.snapshot) and makes no query.
"""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from review.domain import checks, course, sheet_form, values
from review.domain.answers import sentence_of, state_words
from review.domain.grade_words import WHY_OPEN, why_open
from review.domain.measure_codes import sort_key
from review.reader_words import goal_label, sort_label

Snapshot = Mapping[str, Any]
Row = Mapping[str, Any]

_KATAKANA = {letter: letter + 0x60 for letter in range(ord("ぁ"), ord("ゖ") + 1)}
#: what a person may sort the list by
SORTS = ("code", "grade", "department")
#: the words for the direction by which a goal was judged; of a rank the first is the best
DIRECTIONS = {"up": "大きいほどよい", "down": "小さいほどよい", "rank": "小さいほどよい"}


@dataclass(frozen=True, kw_only=True)
class Filters:
    """The filters of the list, from the address; an empty string filters nothing."""

    words: str = ""
    field: str = ""
    department: str = ""
    grade: str = ""
    sort: str = "code"

    @property
    def narrows(self) -> bool:
        return bool(self.words or self.field or self.department or self.grade)


def audit_head(snapshot: Snapshot) -> str:
    """The head of the audit trail at the publication, as it is printed: `number:hash`; '' for an edition without."""
    head = snapshot.get("audit")
    return f"{head['seq']}:{head['hash']}" if head else ""


# --- lists -----------------------------------------------------------------------------------------------------------


def listed(snapshot: Snapshot, filters: Filters) -> list[Row]:
    """The 施策 that fit, in the requested order. Every word must occur somewhere in the 施策."""
    words = [folded(word) for word in filters.words.split()]
    rows = [row for row in snapshot["measures"] if _fits(row, filters)]
    if words:
        rows = [row for row in rows if (text := searched(row)) and all(word in text for word in words)]
    return sorted(
        rows, key=lambda row: _place(row, snapshot, filters.sort.removeprefix("-")), reverse=filters.sort[:1] == "-"
    )


def lists(snapshot: Snapshot) -> Mapping[Filters, list[Row]]:
    """The whole list, and each that one 分野, 主管部署 or grade narrows; every one as `listed` gives it."""
    made = defaultdict[Filters, list[Row]](list)
    for row in listed(snapshot, Filters()):
        narrowed = {Filters(grade=one) for one in (row["grade"], row["outcome"])}
        for filters in {Filters(), Filters(field=row["field"]["number"]), Filters(department=row["owner"]), *narrowed}:
            made[filters].append(row)
    return made


def _fits(row: Row, filters: Filters) -> bool:
    return (
        (not filters.field or row["field"]["number"] == filters.field)
        and (not filters.department or row["owner"] == filters.department)
        and (not filters.grade or filters.grade in (row["grade"], row["outcome"]))
    )


def searched(row: Row) -> str:
    """All words by which people look for a 施策: names, offices, 評価項目, 目標 and 実績, and its texts; each once."""
    cells = (cell[key] for one in row["indicators"] for cell in one["years"] for key in ("name", "target", "actual"))
    names = (row["code"], row["name"], row["owner"], place_words(row), *row["related"])
    return folded("\n".join(dict.fromkeys((*names, *cells, *sheet_form.texts_of_row(row).values()))))


def _place(row: Row, snapshot: Snapshot, sort: str) -> tuple[Any, ...]:
    if sort == "grade":
        letters = [grade["letter"] for grade in snapshot["scale"]]
        return (letters.index(row["grade"]) if row["grade"] in letters else len(letters), sort_key(row["code"]))
    return (row["owner"], sort_key(row["code"])) if sort == "department" else (sort_key(row["code"]),)


def folded(text: str) -> str:
    """The text as a search compares it: widths, cases, spaces and ひらがな or カタカナ do not count."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().translate(_KATAKANA).split())


def place_words(row: Row) -> str:
    """1 しごとをつくる > 1-1 企業の誘致; the name alone where the 体系 has one level."""
    path = row.get("path") or []
    return " > ".join(f"{one['number']} {one['name']}".strip() for one in path) or str(row["field"]["name"])


def measure(snapshot: Snapshot, code: str) -> tuple[Row | None, Row | None, Row | None]:
    """The 施策 with that ID, the one before and the one after; (None, None, None) where there is none."""
    rows = snapshot["measures"]
    for place, row in enumerate(rows):
        if row["code"] == code:
            return row, rows[place - 1] if place else None, rows[place + 1] if place + 1 < len(rows) else None
    return None, None, None


def fields(snapshot: Snapshot) -> dict[str, str]:
    """{number: name} of every 分野, in order."""
    return {row["field"]["number"]: row["field"]["name"] for row in snapshot["measures"]}


def departments(snapshot: Snapshot) -> list[str]:
    """Every 主管部署, in the order of their first 施策."""
    return list(dict.fromkeys(row["owner"] for row in snapshot["measures"]))


# --- errata ----------------------------------------------------------------------------------------------------------


def errata(snapshot: Snapshot) -> list[Row]:
    """正誤表: what each 訂正版 up to this one put right, the latest first; [] in a 第1版.

    Each {"number", "label", "date" (ISO), "items": [{"code", "name", "key", "label", "wrong", "right", "reason"}],
    "consequences": [{"code" ('' for totals), "label", "before", "after"}]}.
    """
    return list(reversed(snapshot.get("corrections", ())))


def errata_of(snapshot: Snapshot, code: str) -> list[Row]:
    """The same for one 施策: only the corrections that touched it, with its own items and consequences."""
    rows: list[Row] = []
    for correction in errata(snapshot):
        parts = {part: [row for row in correction[part] if row["code"] == code] for part in ("items", "consequences")}
        if parts["items"] or parts["consequences"]:
            rows.append({**correction, **parts})
    return rows


# --- counts ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Totals:
    """Counts by grade, of 施策 and of 成果目標, for one group of 施策. Those without a grade are counted apart."""

    label: str
    key: str
    measures: dict[str, int]
    indicators: dict[str, int]
    measure_count: int
    indicator_count: int
    excluded: int = 0

    @property
    def due(self) -> int:
        """How many 施策 are reviewed in the year: all but those 対象外, as in `tallies`."""
        return self.measure_count - self.excluded

    @property
    def ungraded(self) -> int:
        """施策 without an overall grade: settled with a reason, or without any 成果目標 to judge."""
        return self.measure_count - sum(self.measures.values())


def totals(rows: Iterable[Row], *, label: str = "", key: str = "") -> Totals:
    rows = list(rows)
    indicators = [one["grade"] for row in rows for one in row["indicators"] if one["grade"]]
    return Totals(
        label=label,
        key=key,
        measures=dict(Counter(row["grade"] for row in rows if row["grade"])),
        indicators=dict(Counter(indicators)),
        measure_count=len(rows),
        indicator_count=len(indicators),
        excluded=sum(row["outcome"] == "excluded" for row in rows),
    )


def by_field(snapshot: Snapshot) -> list[Totals]:
    names = fields(snapshot)
    return [
        totals(rows, label=names[key], key=key) for key, rows in _apart(snapshot, lambda row: row["field"]["number"])
    ]


def by_department(snapshot: Snapshot) -> list[Totals]:
    return [totals(rows, label=key, key=key) for key, rows in _apart(snapshot, lambda row: row["owner"])]


def _apart(snapshot: Snapshot, key: Callable[[Row], str]) -> Iterable[tuple[str, list[Row]]]:
    groups = defaultdict[str, list[Row]](list)
    for row in snapshot["measures"]:
        groups[key(row)].append(row)
    return groups.items()


# --- one 成果目標 ------------------------------------------------------------------------------------------------------


def indicator(one: Row, fiscal_year: int) -> dict[str, Any]:
    """One 成果目標 as a page shows it: its years, its judgement, and its chart where its values can be drawn."""
    cells = list(one["years"])
    this = next((cell for cell in cells if cell["fiscal_year"] == fiscal_year), None)
    grade = {key: one.get(key, "") for key in ("grade", "grade_words", "shape")}
    years = course.rows(
        [{**cell, **(grade if cell is this else {})} for cell in cells], fiscal_year, one.get("came_from")
    )
    name = this["name"] if this else next((cell["name"] for cell in reversed(cells) if cell["name"]), "")
    label = goal_label(one["number"])
    return {
        **one,
        "label": label,
        "name": name,
        "target": this["target"] if this else "",
        "actual": this["actual"] if this else "",
        **{f"read_{key}": text for key, text in reading_of(one, this or {}).items()},
        "state_words": state_of(one),
        "table": {
            "label": label,
            "baseline": one.get("baseline", ""),
            "sort": sort_label(one.get("sort", "")),
            "years": years,
            "show_grade": bool(one["grade"]),
        },
        "sentences": cautions(one, why_open(one)),
        "person_graded": bool(one["given_reason"]),
        "charts": course.charts(label, years, one.get("direction", "")),
        "empty": not _is_written(one),
    }


def _is_written(one: Row) -> bool:
    return any(cell[key] for cell in one["years"] for key in ("name", "target", "actual"))


def written_goals(row: Row) -> list[int]:
    """The numbers of the 成果目標 of which anything is written: each has a page of its own."""
    return [one["number"] for one in row["indicators"] if _is_written(one)]


def notes_of(one: Row) -> list[dict[str, str]]:
    """The doubts about the year's 実績 with what was answered; in editions before schema 3 the doubts alone, in general words."""
    known = [code for code in one["flags"] if code in checks.SENTENCES]
    general = [{"code": code, "sentence": checks.SENTENCES[code][0], "answer": ""} for code in known]
    return list(one.get("notes", general))


def cautions(one: Row, why: str = "") -> list[str]:
    """What makes the year's value doubtful, with what was answered: one list for pages, books and tables. Left out is
    what the reason of the verdict says already, or `why` a goal stays without one."""
    covered = WHY_OPEN.keys() if why else frozenset()
    reason = one.get("reason", "")
    sentences = (sentence_of(note, note["sentence"] if note["code"] in covered else reason) for note in notes_of(one))
    return [sentence for sentence in sentences if sentence]


def direction_of(one: Row) -> str:
    """Whether more or less is better, as the year was judged; '' where that is not decided."""
    return DIRECTIONS.get(one.get("reading", {}).get("direction") or one.get("direction", ""), "")


def reading_of(one: Row, cell: Row) -> dict[str, str]:
    """How 目標 and 実績 of the year were read, as it was judged."""
    now = {key: values.read(cell[key]).sentence if cell else "" for key in ("target", "actual")}
    return {**now, **one.get("reading", {})}


def state_of(one: Row) -> str:
    """The state of the year's 実績 in words; '' where there is none."""
    return state_words(one.get("state", ""), one.get("state_until", ""))
