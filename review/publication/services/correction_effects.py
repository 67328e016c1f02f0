"""A corrected snapshot: exactly the named items changed, and everything computed from them judged anew by the code that
judges a sheet. Nothing is stored here."""

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_noop

from review.assessment.services import judging
from review.books.services.books import STATUS_LABELS
from review.books.services.editions import notes_of
from review.books.services.snapshot import SCHEMA, grade_of, indicator_of, totals_of
from review.domain import correction_items, grade_words, rating
from review.domain.items import circled
from review.models import Edition, Indicator, IndicatorYear, Measure, Plan, edition_label

#: an edition's data of its own publication: the next one has its own
OF_ONE_EDITION = frozenset({"decision", "audit"})

Snapshot = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One item to correct: 誤, 正, 理由. `key` as in domain.correctable."""

    code: str
    key: str
    label: str
    wrong: str
    right: str
    reason: str


def corrected(base: Edition, entries: Iterable[Entry], *, on: date) -> dict[str, Any]:
    """The snapshot of the edition that follows `base`, with its errata as of the day. One query for an edition of
    schema 1, which did not keep the set directions; else none."""
    entries = list(entries)
    snapshot = copy.deepcopy({key: value for key, value in base.snapshot.items() if key not in OF_ONE_EDITION})
    by_code = {row["code"]: row for row in snapshot["measures"]}
    scale = rating.Scale.from_data(snapshot["scale"])
    directions = _directions(base)
    for code in dict.fromkeys(entry.code for entry in entries):
        mine = [entry for entry in entries if entry.code == code]
        _correct(by_code[code], mine, snapshot["fiscal_year"], scale, directions)
    snapshot["measures"] = [grade_words.with_words(row, scale) for row in snapshot["measures"]]
    snapshot["totals"] = totals_of(snapshot["measures"])
    snapshot["schema"] = SCHEMA
    snapshot["corrections"] = [*snapshot.get("corrections", ()), _errata(base, snapshot, entries, on)]
    return snapshot


def _correct(
    row: dict[str, Any],
    entries: Sequence[Entry],
    fiscal_year: int,
    scale: rating.Scale,
    directions: Mapping[tuple[str, int], str],
) -> None:
    for entry in entries:
        if not correction_items.is_grade(entry.key):
            correction_items.write(row, entry.key, entry.right)
    grades = {
        correction_items.indicator_of(entry.key): entry for entry in entries if correction_items.is_grade(entry.key)
    }
    numbers = correction_items.touched(entry.key for entry in entries)
    for place, one in enumerate(row["indicators"]):
        if one["number"] in numbers:
            direction = one["direction"] if "direction" in one else directions.get((row["code"], one["number"]), "")
            row["indicators"][place] = judged(one, fiscal_year, scale, direction, grades.get(one["number"]))
    row["proposed_grade"] = grade_of(row["indicators"], row["outcome"], scale)
    if not row.get("grade_reason"):  # what a person decided, with a reason, stands until it is corrected itself
        row["grade"] = row["proposed_grade"]


def judged(
    one: Mapping[str, Any], fiscal_year: int, scale: rating.Scale, direction: str, grade: Entry | None = None
) -> dict[str, Any]:
    """The 成果目標 as its texts are judged now; a person's own grade stays, unless `grade` corrects it."""
    later = one.get("progress")
    first = fiscal_year - later["gone"] + 1 if later else min(cell["fiscal_year"] for cell in one["years"])
    indicator = Indicator(
        number=one["number"],
        direction=direction,
        kind=one.get("kind", ""),
        baseline=one.get("baseline", ""),
        measure=Measure(plan=Plan(short_name="", first_year=first)),
    )
    names = ("fiscal_year", "name", "target", "actual")
    rows = [
        IndicatorYear(indicator=indicator, answers=cell.get("answers", {}), **{name: cell[name] for name in names})
        for cell in one["years"]
    ]
    this = next((row for row in rows if row.fiscal_year == fiscal_year), None)
    if this is None:
        return dict(one)
    this.given_grade, this.given_reason = correction_items.given(one), one["given_reason"]
    if grade:
        this.given_grade, this.given_reason = grade.right, grade.reason if grade.right else ""
    judging.judge_alone(this, rows, scale)
    carried = {key: one[key] for key in ("demo", "came_from") if key in one}
    return {**indicator_of(one["number"], rows, fiscal_year), **carried}


def _directions(base: Edition) -> dict[tuple[str, int], str]:
    if base.snapshot["schema"] > 1:
        return {}
    rows = Indicator.objects.filter(measure__plan=base.cycle.plan_id)
    return {(code, number): to for code, number, to in rows.values_list("measure__code", "number", "direction")}


# --- the errata --------------------------------------------------------------------------------------------------


def _errata(base: Edition, after: Snapshot, entries: Sequence[Entry], on: date) -> dict[str, Any]:
    names = {row["code"]: row["name"] for row in after["measures"]}
    return {
        "number": base.number + 1,
        "label": edition_label(base.number + 1),
        "date": on.isoformat(),
        "items": [{**asdict(entry), "name": names[entry.code]} for entry in entries],
        "consequences": consequences(base.snapshot, after),
    }


def consequences(before: Snapshot, after: Snapshot) -> list[dict[str, str]]:
    """What of the computed values differs: [{"code" ('' for the totals), "label", "before", "after"}]."""
    scale = rating.Scale.from_data(after["scale"])
    old = {row["code"]: grade_words.with_words(row, scale) for row in before["measures"]}
    lines = [
        line for row in after["measures"] for line in _of_measure(old[row["code"]], grade_words.with_words(row, scale))
    ]
    letters = [grade["letter"] for grade in after["scale"]]
    for part, counted in (("measures", "施策"), ("indicators", "成果目標")):
        was, now = before["totals"][part], after["totals"][part]
        keys = sorted(was.keys() | now.keys(), key=lambda key: (letters.index(key) if key in letters else 99, key))
        lines += _differing("", f"{counted}の数 ", {_TOTALS.get(key, key): (was, now, key) for key in keys})
    return lines


_TOTALS = {"none": "評価なし", "not_submitted": "未提出", "excluded": "対象外"}


def _differing(code: str, lead: str, counts: Mapping[str, tuple[Any, Any, str]]) -> list[dict[str, str]]:
    pairs = ((label, was.get(key, 0), now.get(key, 0)) for label, (was, now, key) in counts.items())
    return [
        {"code": code, "label": lead + label, "before": str(was), "after": str(now)}
        for label, was, now in pairs
        if was != now
    ]


def _flags(one: Mapping[str, Any]) -> str:
    return "\n".join(note["sentence"] for note in notes_of(one))


#: what is computed of one 成果目標, in words
_COMPUTED: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "判定": lambda one: STATUS_LABELS[one["status"]], "達成率": lambda one: one["rate_text"] or "－",
    "達成区分": lambda one: one["grade"] or "－", gettext_noop("算定の達成区分"): lambda one: one["computed_grade"] or "－",
    gettext_noop("判定の説明"): lambda one: one["open_reason"] or one["reason"], gettext_noop("注記"): _flags,
}  # fmt: skip


def _of_measure(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, str]]:
    lines = []
    for was, now in zip(before["indicators"], after["indicators"], strict=True):
        for label, words in _COMPUTED.items():
            # The computed grade speaks for itself only where a person's own stands beside it.
            if words(was) != words(now) and (label != "算定の達成区分" or now["given_reason"] or was["given_reason"]):
                goal = f"成果目標{circled(now['number'])} {label}"
                lines.append({"code": after["code"], "label": goal, "before": words(was), "after": words(now)})
    was, now = (row["grade"] + row["grade_note"] or "－" for row in (before, after))
    if was != now:
        lines.append({"code": after["code"], "label": "総合評価", "before": was, "after": now})
    return lines
