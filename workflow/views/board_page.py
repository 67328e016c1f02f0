"""What the 本部's board shows: totals against last year, why a sheet needs a word, and a row for each sheet."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from review import listing
from review.assessment.services import judging
from review.assessment.services.standings import REASONS, Before, Pair, Sheet, grades_of, same_base
from review.assessment.services.tallies import tally_of
from review.domain import rating
from review.models import Cycle, MeasureReview, Outcome, ReviewState
from review.reader_words import grade_meaning, overall_meaning
from review.templatetags.words import fiscal_year, word_of

WAITING, EVERY = "waiting", "all"


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


def breakdown(cycle: Cycle, sheets: Sequence[Sheet], before: Before) -> dict[str, Any]:
    """The totals as the templates take them, against last year on the same base. No query."""
    submitted = [sheet for sheet in sheets if sheet.submitted]
    base, here, whole = same_base(cycle, submitted, before), fiscal_year(cycle.fiscal_year), grades_of(submitted)
    grades = Counter((sheet.part, mark.grade) for sheet in submitted for mark in sheet.marks if mark.grade)
    parts: dict[listing.Part, Counter[str]] = {sheet.part: Counter() for sheet in submitted}
    for (part, grade), number in grades.items():
        parts[part][grade] = number
    by_field = [
        row
        for part in sorted(parts)
        for row in against(f"{part.number} {part.name}".strip(), parts[part], base.fields.get(part), cycle)
    ]
    return {
        "stats": stats(sheets, cycle),
        "totals": against(here, whole.goals, base.goals, cycle),
        "measure_totals": against(here, whole.measures, base.measures, cycle),
        "by_field": by_field,
    }


def against(label: str, now: Counter[str], pair: Pair | None, cycle: Cycle) -> list[dict[str, Any]]:
    """This year's row and last year's below it; where the two count not the same things, this year's of those between."""
    rows = [{"label": label, "counts": now}]
    if pair is None or not pair.before:
        return rows
    if pair.now != now:
        rows.append({"label": _("うち前年度と比べられるもの"), "counts": pair.now})
    label = _("%(year)sの同じもの") % {"year": fiscal_year(cycle.fiscal_year - 1)}
    return [*rows, {"label": label, "counts": pair.before}]


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
    #: each letter with its shape and what it means
    grades: tuple[tuple[str, str, str], ...]
    grade: str
    shape: str
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
    reviews: Sequence[MeasureReview], sheets: Mapping[int, Sheet], cycle: Cycle, reader: Reader, before: Before
) -> dict[int, Row]:
    """Each sheet with its grades, its 総合評価, last year's, and why it needs a look. One query for forty."""
    scale = judging.scale_of(cycle)
    labels = {code: str(label) for code, label in REASONS.items()}
    return {
        review.pk: row_of(review, sheets[review.pk], scale, before, labels, reader.about(sheets[review.pk]))
        for review in reviews
    }


def row_of(
    review: MeasureReview,
    sheet: Sheet,
    scale: rating.Scale,
    before: Before,
    labels: Mapping[str, str],
    about: Mapping[str, Any],
) -> Row:
    """One sheet of the board."""
    year = review.measure_year
    shown, rule = sheet.marks if sheet.submitted else (), sheet.rated.proposed
    last, marks, its = before.overall.get(year.measure_id, ("", (), scale))
    return Row(
        pk=review.pk,
        round=review.round,
        code=year.measure.code,
        name=year.name,
        owner=year.owner.name,
        state=review.state,
        outcome=review.outcome,
        grades=tuple(
            (mark.grade, scale.shape_of(mark.grade), grade_meaning(mark.grade, scale, [mark]))
            for mark in shown
            if mark.grade
        ),
        grade=sheet.rated.grade if sheet.submitted else "",
        shape=scale.shape_of(sheet.rated.grade),
        grade_name=overall_meaning(sheet.rated.grade, scale, sheet.marks) if sheet.submitted else "",
        proposed=f"{rule} {overall_meaning(rule, scale, sheet.marks)}".strip() if sheet.submitted else "",
        overridden=sheet.rated.overridden and sheet.submitted,
        before=f"{last} {overall_meaning(last, its, marks)}".strip(),
        reasons=tuple(Reason(code, labels[code], count) for code, count in sheet.reasons if sheet.submitted),
        **about,
    )


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


def tabs(cycle: Cycle, show: str, sheets: Iterable[Sheet]) -> list[dict[str, Any]]:
    """承認待ち, or all."""
    address, waits = reverse("meguri:board", args=cycle.key), [sheet.waits for sheet in sheets]
    return [
        {"label": label, "url": f"{address}?show={key}#all", "current": key == show, "count": count}
        for key, label, count in ((WAITING, _("承認待ち"), sum(waits)), (EVERY, _("すべて"), len(waits)))
    ]
