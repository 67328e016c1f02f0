"""What the 本部's board shows: totals against last year, why a sheet needs a word, and a row for each sheet."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from review import listing, queries
from review.assessment.services import judging, ratings
from review.assessment.services.ratings import Standing
from review.assessment.services.tallies import tally_of
from review.domain import rating
from review.models import Cycle, MeasureReview, Outcome, Rating, ReviewState
from review.models.sheet import OPEN_STATES
from review.reader_words import grade_meaning, overall_meaning, overall_note
from review.templatetags.words import fiscal_year, word_of

FIRST = 15
WAITING, CLEAN, EVERY = "waiting", "clean", "all"
REASONS = {
    "missed": gettext_lazy("未達成"),
    "undetermined": gettext_lazy("評価できない"),
    "jump": gettext_lazy("大きな変化"),
    "given": gettext_lazy("判断による達成区分"),
    "rated": gettext_lazy("総合評価の変更"),
}


Reasons = tuple[tuple[str, int], ...]
Rule = Callable[[tuple[listing.Mark, ...]], tuple[Standing, Reasons]]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a sheet needs a word, and for how many of its 成果目標."""

    code: str
    label: str
    count: int

    @property
    def by_hand(self) -> bool:
        """Whether a person's judgement is the reason, not a value."""
        return self.code in ("given", "rated")


class Sheet(NamedTuple):
    """As much of one sheet as the totals need."""

    pk: int
    state: str
    outcome: str
    part: str
    doubts: int
    marks: Sequence[listing.Mark]
    rated: Standing
    reasons: Reasons

    @property
    def waits(self) -> bool:
        return self.state == ReviewState.REVIEWED.value

    @property
    def submitted(self) -> bool:
        """Whether its results are the department's word; a draft or a returned sheet is no result yet."""
        return not self.outcome and self.state not in OPEN_STATES


def sheets_of(cycle: Cycle) -> dict[int, Sheet]:
    """Every sheet of the year by its number, in order of 施策ID. Three queries."""
    # A thousand sheets come to a few dozen different rows of marks.
    rule = cache(partial(by_rule, scale=judging.scale_of(cycle)))
    marks = listing.marks_by_measure(cycle)
    rated = listing.ratings_of_year(cycle)
    return {
        pk: sheet_of(pk, state, outcome, part, doubts, tuple(marks.get(measure, ())), rated.get(pk), rule)
        for pk, state, outcome, part, doubts, measure in listing.standing_sheets(cycle=cycle.pk)
    }


def sheet_of(
    pk: int,
    state: str,
    outcome: str,
    part: str,
    doubts: int,
    marks: tuple[listing.Mark, ...],
    by_hand: Mapping[str, Rating] | None,
    rule: Rule,
) -> Sheet:
    """One of them."""
    stands, reasons = judged(marks, outcome, by_hand, rule)
    return Sheet(pk, state, outcome, part, doubts, marks, stands, reasons)


def judged(
    marks: tuple[listing.Mark, ...], outcome: str, by_hand: Mapping[str, Rating] | None, rule: Rule
) -> tuple[Standing, Reasons]:
    """The 総合評価 that counts, and why the sheet needs a word before it is approved."""
    if outcome:
        return ratings.standing("", None), ()
    stands, reasons = rule(marks)
    if not by_hand:
        return stands, reasons
    stands = ratings.standing(stands.proposed, by_hand)
    return stands, reasons_of(marks, stands)


def by_rule(marks: tuple[listing.Mark, ...], *, scale: rating.Scale) -> tuple[Standing, Reasons]:
    """The same without a person's word."""
    known = {grade.letter: grade for grade in scale.grades}
    overall = rating.overall([known.get(mark.grade) for mark in marks], scale)
    stands = ratings.standing(overall.letter if overall else "", None)
    return stands, reasons_of(marks, stands)


def reasons_of(marks: Sequence[listing.Mark], stands: Standing) -> Reasons:
    """(code, number of 成果目標) of each reason, in the order of REASONS."""
    counts = Counter(mark.status for mark in marks if mark.status in REASONS)
    counts["jump"] = sum(mark.jump for mark in marks)
    counts["given"] = sum(mark.given for mark in marks)
    counts["rated"] = int(stands.overridden)
    return tuple((code, counts[code]) for code in REASONS if counts[code])


# --- totals ----------------------------------------------------------------------------------------------------------


def stats(sheets: Iterable[Sheet], cycle: Cycle) -> list[dict[str, Any]]:
    """How far the year is, in 施策: by what they wait for, then those settled with a reason where there are any."""
    rows = list(sheets)
    counts = Counter(sheet.state for sheet in rows if not sheet.outcome)
    tally = tally_of((sheet.state, sheet.outcome) for sheet in rows)
    unit, progress = _("施策"), reverse("meguri:progress", args=cycle.key)
    apart = [(Outcome.EXCLUDED, tally.excluded), (Outcome.NOT_SUBMITTED, tally.not_submitted)]
    before_review = tally.waiting + counts[ReviewState.ENDORSING.value]
    return [
        {"label": _("承認待ち"), "value": counts[ReviewState.REVIEWED.value], "unit": unit},
        {"label": _("承認済"), "value": tally.approved, "unit": unit, "note": _("全%(n)s施策") % {"n": tally.due}},
        {"label": _("確認待ち"), "value": counts[ReviewState.SUBMITTED.value], "unit": unit},
        {"label": _("提出前"), "value": before_review, "unit": unit, "url": progress},
        *({"label": word_of(outcome), "value": number, "unit": unit} for outcome, number in apart if number),
    ]


def totals(cycle: Cycle, sheets: Iterable[Sheet], before: Mapping[str, dict[str, int]]) -> list[dict[str, Any]]:
    """達成区分 of this year's 成果目標, and last year's (`listing.grade_counts_by_field`) where they were judged."""
    now = counted(mark.grade for sheet in sheets for mark in sheet.marks)
    earlier: Counter[str] = Counter()
    for counts in before.values():
        earlier.update(counts)
    return against(fiscal_year(cycle.fiscal_year), now, fiscal_year(cycle.fiscal_year - 1), dict(earlier))


def measure_totals(cycle: Cycle, sheets: Iterable[Sheet]) -> list[dict[str, Any]]:
    """総合評価 of this year's 施策, and last year's as published. One query."""
    published = queries.published_totals(cycle.plan_id, cycle.fiscal_year - 1) or {}
    letters = {grade.letter for grade in judging.scale_of(cycle).grades}
    before = {letter: n for letter, n in published.get("measures", {}).items() if letter in letters}
    now = counted(sheet.rated.grade for sheet in sheets)
    return against(fiscal_year(cycle.fiscal_year), now, fiscal_year(cycle.fiscal_year - 1), before)


def by_field(cycle: Cycle, sheets: Iterable[Sheet], before: Mapping[str, dict[str, int]]) -> list[dict[str, Any]]:
    """達成区分 by 分野, in their order, last year's below each. One query."""
    names = listing.field_names(cycle)
    now: dict[str, Counter[str]] = {}
    for sheet in sheets:
        now.setdefault(sheet.part, Counter()).update(mark.grade for mark in sheet.marks if mark.grade)
    rows: list[dict[str, Any]] = []
    for number in (one for one in names if one in now):
        counts = now[number]
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


def breakdown(cycle: Cycle, sheets: Sequence[Sheet]) -> dict[str, Any]:
    """The totals as the templates take them. Three queries."""
    before = listing.grade_counts_by_field(cycle, fiscal_year=cycle.fiscal_year - 1)
    submitted = [sheet for sheet in sheets if sheet.submitted]
    return {
        "stats": stats(sheets, cycle),
        "totals": totals(cycle, submitted, before),
        "measure_totals": measure_totals(cycle, submitted),
        "by_field": by_field(cycle, submitted, before),
    }


# --- rows ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """All that one line of the board shows, and no more: `parts/board_row.html` and `parts/first_row.html` are drawn
    from it alone."""

    pk: int
    round: int
    code: str
    name: str
    owner: str
    state: str
    outcome: str
    demo: bool
    #: each letter with what it means
    grades: tuple[tuple[str, str], ...]
    grade: str
    grade_name: str
    proposed: str
    overridden: bool
    before: str
    reasons: tuple[Reason, ...]
    #: which page it leads to, and whether it can be ticked there
    leads: str = ""
    choosable: bool = False
    box: bool = False
    ticked: bool = False
    #: why it cannot, where somebody decides: for what they did themselves, or those whom they represent
    barred: str = ""

    @property
    def value(self) -> str:
        """The sheet and the pass that was seen."""
        return f"{self.pk}:{self.round}"


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Who looks at the board: what they may do there with a sheet that waits."""

    approver: bool = False
    recorder: bool = False
    #: {sheet: whether for what they did themselves}, of `permissions.barred`
    barred: Mapping[int, bool] = field(default_factory=dict)

    def about(self, sheet: Sheet) -> dict[str, Any]:
        """Where the line leads, whether it has a box, and why not."""
        if not sheet.waits:
            return {}
        own = self.barred.get(sheet.pk)
        if self.approver and own is None:
            return {"leads": "approve", "box": True}
        barred = {} if own is None else {"barred": "self" if own else "represented"}
        return {"leads": "record" if self.recorder else "", "box": self.recorder and not self.approver, **barred}


def rows_of(
    reviews: Sequence[MeasureReview], sheets: Mapping[int, Sheet], cycle: Cycle, reader: Reader
) -> dict[int, Row]:
    """Each sheet with its grades, its 総合評価, last year's, and why it needs a look. One query for forty."""
    scale = judging.scale_of(cycle)
    before = last_year([review.measure_year.measure_id for review in reviews], cycle, scale)
    labels = {code: str(label) for code, label in REASONS.items()}
    return {
        review.pk: row_of(review, sheets[review.pk], scale, before, labels, reader.about(sheets[review.pk]))
        for review in reviews
    }


def row_of(
    review: MeasureReview,
    sheet: Sheet,
    scale: rating.Scale,
    before: Mapping[int, str],
    labels: Mapping[str, str],
    about: Mapping[str, Any],
) -> Row:
    """One sheet of the board."""
    year = review.measure_year
    shown = sheet.marks if sheet.submitted else ()
    return Row(
        pk=review.pk,
        round=review.round,
        code=year.measure.code,
        name=year.name,
        owner=year.owner.name,
        state=review.state,
        outcome=review.outcome,
        demo=year.demo or any(mark.demo for mark in sheet.marks),
        grades=tuple((mark.grade, grade_meaning(mark.grade, scale, [mark])) for mark in shown if mark.grade),
        grade=sheet.rated.grade if sheet.submitted else "",
        grade_name=overall_meaning(sheet.rated.grade, scale, sheet.marks) if sheet.submitted else "",
        proposed=sheet.rated.proposed if sheet.submitted else "",
        overridden=sheet.rated.overridden and sheet.submitted,
        before=before.get(year.measure_id, ""),
        reasons=tuple(Reason(code, labels[code], count) for code, count in sheet.reasons),
        **about,
    )


def last_year(measures: Sequence[int], cycle: Cycle, scale: rating.Scale) -> dict[int, str]:
    """{measure: last year's 総合評価 by this year's rule}. One query for forty."""
    marks = listing.marks_among(measures, cycle.fiscal_year - 1)
    grades = {measure: by_rule(tuple(rows), scale=scale)[0].grade for measure, rows in marks.items()}
    return {
        measure: letter + overall_note(letter, scale, marks[measure]) for measure, letter in grades.items() if letter
    }


def waiting_for_a_person(sheets: Mapping[int, Sheet], cycle: Cycle) -> dict[str, Any]:
    """The 成果目標 that are 評価できない and that nobody graded: how many, and a link to each of their sheets. One query
    for forty sheets, none where there is no such goal."""
    counts = {
        sheet.pk: number
        for sheet in sheets.values()
        if sheet.submitted and (number := sum(mark.status == "undetermined" and not mark.given for mark in sheet.marks))
    }
    links = [
        {
            "url": reverse("meguri:sheet", args=[review.pk]),
            "label": _("%(sheet)s (%(n)s件)")
            % {"sheet": f"{review.measure_year.measure.code} {review.measure_year.name}", "n": counts[review.pk]},
        }
        for review in listing.listed_rows(list(counts), cycle)
    ]
    return {"count": sum(counts.values()), "links": links}


def first(sheets: Iterable[Sheet]) -> list[int]:
    """先に見るもの: the numbers of the sheets that wait for approval and need a word, the most doubtful first."""
    waiting = sorted((sheet for sheet in sheets if sheet.waits and sheet.reasons), key=lambda sheet: -sheet.doubts)
    return [sheet.pk for sheet in waiting[:FIRST]]


def tabs(cycle: Cycle, show: str, sheets: Iterable[Sheet]) -> list[dict[str, Any]]:
    """承認待ち, those of them without a doubt, or all."""
    address = reverse("meguri:board", args=cycle.key)
    rows = list(sheets)
    waiting = [sheet for sheet in rows if sheet.waits]
    numbers = {WAITING: len(waiting), CLEAN: sum(not sheet.reasons for sheet in waiting), EVERY: len(rows)}
    words = {WAITING: _("承認待ち"), CLEAN: _("承認待ちのうち注意なし"), EVERY: _("すべて")}
    return [
        {"label": words[key], "url": f"{address}?show={key}#all", "current": key == show, "count": numbers[key]}
        for key in (WAITING, CLEAN, EVERY)
    ]
