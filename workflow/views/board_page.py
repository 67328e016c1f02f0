"""What the 本部's board shows: totals against last year, why a sheet needs a word, and a row for each sheet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from review import permissions, queries
from review.domain import rating
from review.models import Cycle, MeasureReview, Rating, ReviewState
from review.services import judging, ratings
from review.services.ratings import Standing
from review.templatetags.words import fiscal_year

FIRST = 15
WAITING, CLEAN, EVERY = "waiting", "clean", "all"
REASONS = {
    "missed": gettext_lazy("未達成"),
    "undetermined": gettext_lazy("評価できない"),
    "jump": gettext_lazy("大きな変化"),
    "given": gettext_lazy("判断による達成区分"),
    "rated": gettext_lazy("総合評価の変更"),
}


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """As much of one sheet as the totals need."""

    pk: int
    state: str
    outcome: str
    part: str
    marks: Sequence[queries.Mark]
    rated: Standing
    reasons: Sequence[dict[str, Any]] = field(default_factory=list)

    @property
    def waits(self) -> bool:
        return self.state == ReviewState.REVIEWED.value


def sheets_of(base: QuerySet[MeasureReview], cycle: Cycle) -> dict[int, Sheet]:
    """Every sheet of the year by its number, in order of 施策ID. Three queries."""
    scale = judging.scale_of(cycle)
    known = {grade.letter: grade for grade in scale.grades}
    marks = queries.marks_by_measure(cycle)
    rated = queries.counted_ratings(base)
    rows = base.order_by("measure_year__measure__code").values_list(
        "pk", "state", "outcome", "measure_year__measure_id", "measure_year__measure__field__number"
    )
    return {
        pk: sheet_of(pk, state, outcome, part, marks.get(measure, []), rated.get(pk), scale, known)
        for pk, state, outcome, measure, part in rows
    }


def sheet_of(
    pk: int,
    state: str,
    outcome: str,
    part: str,
    marks: Sequence[queries.Mark],
    by_hand: Mapping[str, Rating] | None,
    scale: rating.Scale,
    known: Mapping[str, rating.Grade],
) -> Sheet:
    """One of them."""
    rule = None if outcome else rating.overall([known.get(mark.grade) for mark in marks], scale)
    stands = ratings.standing(rule.letter if rule else "", None if outcome else by_hand)
    return Sheet(
        pk=pk,
        state=state,
        outcome=outcome,
        part=part,
        marks=marks,
        rated=stands,
        reasons=[] if outcome else reasons_of(marks, stands),
    )


def reasons_of(marks: Sequence[queries.Mark], stands: Standing) -> list[dict[str, Any]]:
    """Why a sheet needs a word before it is approved, each reason with its number of 成果目標."""
    found = Counter(mark.status for mark in marks if mark.status in REASONS)
    found["jump"] = sum(mark.jump for mark in marks)
    found["given"] = sum(mark.given for mark in marks)
    found["rated"] = int(stands.overridden)
    return [{"code": code, "label": label, "count": found[code]} for code, label in REASONS.items() if found[code]]


# --- totals ----------------------------------------------------------------------------------------------------------


def stats(sheets: Iterable[Sheet], cycle: Cycle) -> list[dict[str, Any]]:
    """How far the year is: sheets by what they wait for."""
    counts = Counter(sheet.state for sheet in sheets)
    total = sum(counts.values())
    approved = counts[ReviewState.APPROVED.value] + counts[ReviewState.PUBLISHED.value]
    unit = _("施策")
    return [
        {"label": _("承認待ち"), "value": counts[ReviewState.REVIEWED.value], "unit": unit},
        {"label": _("承認済"), "value": approved, "unit": unit, "note": _("全%(n)s施策") % {"n": total}},
        {"label": _("確認待ち"), "value": counts[ReviewState.SUBMITTED.value], "unit": unit},
        {
            "label": _("提出前"),
            "value": total - approved - counts[ReviewState.REVIEWED.value] - counts[ReviewState.SUBMITTED.value],
            "unit": unit,
            "url": reverse("review:progress", args=[cycle.fiscal_year]),
        },
    ]


def totals(cycle: Cycle, sheets: Iterable[Sheet]) -> list[dict[str, Any]]:
    """達成区分 of this year's 成果目標, and last year's where they were judged. One query."""
    now = counted(mark.grade for sheet in sheets for mark in sheet.marks)
    before = queries.grade_counts(cycle, fiscal_year=cycle.fiscal_year - 1)
    return against(fiscal_year(cycle.fiscal_year), now, fiscal_year(cycle.fiscal_year - 1), before)


def measure_totals(cycle: Cycle, sheets: Iterable[Sheet]) -> list[dict[str, Any]]:
    """総合評価 of this year's 施策, and last year's as published. One query."""
    published = queries.published_totals(cycle.plan_id, cycle.fiscal_year - 1) or {}
    letters = {grade.letter for grade in judging.scale_of(cycle).grades}
    before = {letter: n for letter, n in published.get("measures", {}).items() if letter in letters}
    now = counted(sheet.rated.grade for sheet in sheets)
    return against(fiscal_year(cycle.fiscal_year), now, fiscal_year(cycle.fiscal_year - 1), before)


def by_field(cycle: Cycle, sheets: Iterable[Sheet]) -> list[dict[str, Any]]:
    """達成区分 by 分野, in their order, last year's below each. Two queries."""
    names = queries.field_names(cycle)
    before = queries.grade_counts_by_field(cycle, fiscal_year=cycle.fiscal_year - 1)
    now: dict[str, Counter[str]] = {}
    for sheet in sheets:
        now.setdefault(sheet.part, Counter()).update(mark.grade for mark in sheet.marks if mark.grade)
    rows: list[dict[str, Any]] = []
    for number, counts in sorted(now.items()):
        label = f"{number} {names.get(number, '')}".strip()
        year_before = f"{label} ({fiscal_year(cycle.fiscal_year - 1)})"
        rows += against(label, dict(counts), year_before, before.get(number, {}))
    return rows


def against(label: str, now: dict[str, int], label_before: str, before: dict[str, int]) -> list[dict[str, Any]]:
    """This year's row, and last year's below it where there is one."""
    rows = [{"label": label, "counts": now}]
    return [*rows, {"label": label_before, "counts": before}] if before else rows


def counted(grades: Iterable[str]) -> dict[str, int]:
    """{grade: number}, blank ones left out."""
    return dict(Counter(grade for grade in grades if grade))


# --- rows ------------------------------------------------------------------------------------------------------------


def taken_part(request: HttpRequest, waiting: QuerySet[MeasureReview]) -> set[int]:
    """The waiting sheets that the approver submitted or reviewed. Two queries, none for others."""
    if not permissions.is_approver(request.user):
        return set()
    return queries.sent_by(request.user, waiting) | queries.reviewed_by(request.user, waiting)


def rows_of(
    reviews: Sequence[MeasureReview], sheets: Mapping[int, Sheet], cycle: Cycle, not_mine: set[int]
) -> list[dict[str, Any]]:
    """Each sheet with its grades, its 総合評価, last year's, and why it needs a look. One query."""
    names = {grade.letter: grade.name for grade in judging.scale_of(cycle).grades}
    before = last_year(reviews, cycle)
    return [row_of(review, sheets[review.pk], names, before, not_mine) for review in reviews]


def row_of(
    review: MeasureReview, sheet: Sheet, names: Mapping[str, str], before: Mapping[int, str], not_mine: set[int]
) -> dict[str, Any]:
    """One sheet of the board."""
    return {
        "review": review,
        "value": f"{review.pk}:{review.round}",
        "grades": [mark.grade for mark in sheet.marks if mark.grade],
        "rated": sheet.rated,
        "overall_name": names.get(sheet.rated.grade, ""),
        "before": before.get(review.measure_year.measure_id, ""),
        "reasons": sheet.reasons,
        "demo": review.measure_year.demo or any(mark.demo for mark in sheet.marks),
        "waits": sheet.waits,
        "may": sheet.waits and review.pk not in not_mine,
        "mine": sheet.waits and review.pk in not_mine,
    }


def last_year(reviews: Sequence[MeasureReview], cycle: Cycle) -> dict[int, str]:
    """{measure: last year's 総合評価 by this year's rule}. One query."""
    scale = judging.scale_of(cycle)
    known = {grade.letter: grade for grade in scale.grades}
    wanted = [review.measure_year.measure_id for review in reviews]
    marks = queries.marks_by_measure(cycle, fiscal_year=cycle.fiscal_year - 1, only=wanted)
    found = {
        measure: rating.overall([known.get(mark.grade) for mark in rows], scale) for measure, rows in marks.items()
    }
    return {measure: grade.letter for measure, grade in found.items() if grade}


def first(
    base: QuerySet[MeasureReview], sheets: Mapping[int, Sheet], cycle: Cycle, not_mine: set[int]
) -> list[dict[str, Any]]:
    """先に見るもの among the sheets that wait for approval, the most doubtful first. Two queries."""
    asked = [sheet.pk for sheet in sheets.values() if sheet.waits and sheet.reasons]
    found = queries.listed(base.filter(pk__in=asked)).order_by("-doubts", "measure_year__measure__code")[:FIRST]
    return rows_of(list(found), sheets, cycle, not_mine)


def tabs(year: int, show: str, sheets: Iterable[Sheet]) -> list[dict[str, Any]]:
    """承認待ち, those of them without a doubt, or all."""
    address = reverse("workflow:board", args=[year])
    rows = list(sheets)
    waiting = [sheet for sheet in rows if sheet.waits]
    numbers = {WAITING: len(waiting), CLEAN: sum(not sheet.reasons for sheet in waiting), EVERY: len(rows)}
    words = {WAITING: _("承認待ち"), CLEAN: _("承認待ちのうち注意なし"), EVERY: _("すべて")}
    return [
        {"label": words[key], "url": f"{address}?show={key}#all", "current": key == show, "count": numbers[key]}
        for key in (WAITING, CLEAN, EVERY)
    ]
