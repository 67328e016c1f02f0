"""Keeping each indicator's judgement beside its text: computed here, stored, read by screens and workbooks."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from review import continuing
from review.domain import answers, checks, grade_words, progress, rating, value_words, values
from review.domain.form_presets import KPI
from review.domain.values import State, achievement
from review.domain.values.reading import Direction
from review.models import Cycle, Indicator, IndicatorYear, MeasureReview
from review.models.sheet import OPEN_STATES, ReviewState

DIRECTIONS: dict[str, Direction] = {"up": "up", "down": "down"}
#: The sheet was sent with the grades of the years before: they stay until it is back, or published.
_SEALED = (ReviewState.ENDORSING, ReviewState.SUBMITTED, ReviewState.REVIEWED, ReviewState.APPROVED)
_STORED = ["status", "rate", "rate_text", "grade", "flags", "reason", "reading", "answers"]


def scale_of(cycle: Cycle) -> rating.Scale:
    """The cycle's grade scale, from its data."""
    return _scale_from(json.dumps(cycle.scale)) if cycle.scale else rating.DEFAULT


@lru_cache(maxsize=64)
def _scale_from(data: str) -> rating.Scale:
    """The scale of these data. Kept: to read and check them takes longer than all that a page does with it."""
    return rating.Scale.from_data(json.loads(data))


def proposed(rows: Iterable[IndicatorYear], scale: rating.Scale) -> rating.Grade | None:
    """The 総合評価 that the year's rule proposes from a sheet's 成果目標; None where nothing counts yet."""
    known = {grade.letter: grade for grade in scale.grades}
    return rating.overall([known.get(row.final_grade) for row in rows], scale)


def goals_of(rows: Iterable[IndicatorYear]) -> list[grade_words.Judged]:
    """The rows as the words of a grade take them."""
    return [grade_words.Judged(row.final_grade, row.grade, row.rate is not None) for row in rows]


def judge_rows(rows: Iterable[IndicatorYear], *, scale: rating.Scale, corrected: bool = False) -> list[IndicatorYear]:
    """Judge the rows and store what came out. Three queries however many rows: the sheets, the history, one bulk update.

    What was submitted is judged no more, whoever asks and by whatever rules: a row of such a sheet is left as it is,
    except where a decided correction of the published year says so (`corrected`).
    """
    selected = list(rows) if corrected else _not_submitted(list(rows))
    history = _history(selected)
    for row in selected:
        _judge(row, history[row.indicator_id], scale)
    IndicatorYear.objects.bulk_update(selected, _STORED, batch_size=200)
    return selected


def judge_earlier(cycle: Cycle, goals: Iterable[Indicator] | None = None) -> None:
    """Judge the years of the plan before this one that no 年度の評価 judged, so that trends have both ends: of these
    goals, else of all. Their rows are marked as computed (`reading`). Five queries."""
    reviewed = Cycle.objects.filter(plan=cycle.plan_id).values("fiscal_year")
    rows = IndicatorYear.objects.filter(indicator__measure__plan=cycle.plan_id, fiscal_year__lt=cycle.fiscal_year)
    rows = rows if goals is None else rows.filter(indicator__in=goals)
    rows = rows.exclude(actual="").exclude(fiscal_year__in=reviewed).select_related("indicator")
    free = list(rows.exclude(indicator__measure__years__review__state__in=_SEALED))
    for row in (judged := judge_rows(free, scale=scale_of(cycle))):
        row.reading["computed"] = True
    IndicatorYear.objects.bulk_update(judged, ["reading"], batch_size=200)


def _not_submitted(rows: list[IndicatorYear]) -> list[IndicatorYear]:
    """The rows whose sheet is still with its department, or that have no sheet. One query."""
    mine = MeasureReview.objects.filter(
        measure_year__measure__indicators__in={row.indicator_id for row in rows},
        measure_year__fiscal_year__in={row.fiscal_year for row in rows},
    )
    sent = set(
        mine.exclude(state__in=OPEN_STATES).values_list(
            "measure_year__measure__indicators", "measure_year__fiscal_year"
        )
    )
    return [row for row in rows if (row.indicator_id, row.fiscal_year) not in sent]


def preview(row: IndicatorYear, *, actual: str, scale: rating.Scale) -> IndicatorYear:
    """The row as it would be judged with another 実績; nothing is stored."""
    years = _history([row])[row.indicator_id]
    row.actual = actual
    _judge(row, [row if year.pk == row.pk else year for year in years], scale)
    return row


def labels_on(rows: Sequence[IndicatorYear], scale: rating.Scale) -> list[str]:
    """What each row would be graded by rule on this scale (rating.label). One query; nothing is stored."""
    history = _history(list(rows))
    return [rating.label(_by_definition(row, history[row.indicator_id], scale), scale) for row in rows]


def judge_alone(row: IndicatorYear, years: Sequence[IndicatorYear], scale: rating.Scale) -> None:
    """Judge one row among all the years of its 成果目標, `row` being one of them; nothing is read or stored."""
    _judge(row, list(years), scale)


def proposed_state(row: IndicatorYear) -> State:
    """The state that the words of the 実績 propose."""
    return achievement.proposed_state(row.actual, name=row.name, target=row.target, fiscal_year=row.fiscal_year).state


def _history(rows: list[IndicatorYear]) -> dict[int, list[IndicatorYear]]:
    """Every year of the indicators concerned, in year order; the given objects stand in for their stored rows."""
    given = {row.pk: row for row in rows}
    years: dict[int, list[IndicatorYear]] = defaultdict(list)
    stored = IndicatorYear.objects.filter(indicator__in={row.indicator_id for row in rows}).select_related(
        "indicator__measure__plan"
    )
    for year in stored.order_by("fiscal_year"):
        years[year.indicator_id].append(given.get(year.pk, year))
    for goal, before in continuing.earlier_rows({rows[0].indicator for rows in years.values()}).items():
        years[goal][:0] = before
    return years


def verdict_of(
    row: IndicatorYear,
    years: Sequence[IndicatorYear],
    *,
    direction: str,
    kind: str,
    scale: rating.Scale = rating.DEFAULT,
) -> achievement.Judgement:
    """The verdict on a row among the years of its goal under this definition; nothing is read or stored."""
    previous = next((year for year in years if year.fiscal_year == row.fiscal_year - 1), None)
    given: dict[str, Any] = {
        "name": row.name,
        "actual": row.actual,
        "direction": DIRECTIONS.get(direction),
        "previous": previous.actual if previous else None,
        "kind": kind,
        "state": row.state,
        "previous_state": previous.state if previous else None,
    }
    if later := later_target(row, years):
        return progress.judge(
            **given, target=later[1], baseline=row.indicator.baseline, span=_span(row, later), scale=scale
        )
    return achievement.judge(
        **given,
        target=row.target,
        # Those of a former plan were set for other years: they say nothing of where this plan's lead.
        targets=[year.target for year in years if year.indicator_id == row.indicator_id],
        fiscal_year=row.fiscal_year,
    )


def later_target(row: IndicatorYear, years: Sequence[IndicatorYear]) -> tuple[int, str] | None:
    """(year, target) by which the row is judged, where its goal has a target for a later year only. Without a 基準値 nobody
    is asked for its 実績, except in a list of KPI, whose targets all stand for the last year: there it is judged where a
    value was typed."""
    later = aim_of(row, years)
    if later is None or row.indicator.baseline.strip():
        return later
    measured = row.actual.strip() and achievement.proposed_state(row.actual).state is not State.NOT_MEASURED
    return later if measured or row.indicator.measure.plan.form == KPI else None


def aim_of(row: IndicatorYear, years: Sequence[IndicatorYear]) -> tuple[int, str] | None:
    """(year, target) of the first target of the row's goal, where it stands for a later year only. Those of a former plan
    were set for other years."""
    mine = [(year.fiscal_year, year.target) for year in years if year.indicator_id == row.indicator_id]
    return progress.later_target(mine, row.fiscal_year)


def lacks_baseline(row: IndicatorYear, years: Sequence[IndicatorYear]) -> bool:
    """Whether a 基準値 would give the row a progress: a later target that is a number, and none to start from."""
    later = None if row.indicator.baseline.strip() else aim_of(row, years)
    quantity = values.read(later[1]).quantity if later else None
    return quantity is not None and quantity.value is not None


def _span(row: IndicatorYear, later: tuple[int, str]) -> progress.Span:
    first = row.indicator.measure.plan.first_year if row.indicator.baseline.strip() else None
    return progress.Span(target_year=later[0], year=row.fiscal_year, first_year=first)


def rests_on_definition(
    row: IndicatorYear, years: Sequence[IndicatorYear], kinds: Sequence[str] = ("year", "total")
) -> bool:
    """Whether another direction, or 累計 instead of 単年度, would lead to another verdict."""
    ways = ("", *DIRECTIONS)
    verdicts = [verdict_of(row, years, direction=way, kind=kind) for way in ways for kind in kinds]
    return len({(one.status, one.exact_rate) for one in verdicts if one.status in ("achieved", "missed")}) > 1


def _by_definition(row: IndicatorYear, years: Sequence[IndicatorYear], scale: rating.Scale) -> achievement.Judgement:
    """The verdict under the goal's own definition; none where it was confirmed that its direction cannot be said."""
    goal = row.indicator
    verdict = verdict_of(row, years, direction=goal.direction, kind=goal.kind, scale=scale)
    if goal.direction or not goal.kind or not rests_on_definition(row, years, [goal.kind]):
        return verdict
    flags = ("direction_unknown", *(flag for flag in verdict.flags if not flag.startswith("direction_")))
    return verdict._replace(
        status="undetermined",
        basis="none",
        reason=value_words.NOBODY_CAN_TELL,
        flags=flags,
        rate=None,
        exact_rate=None,
        direction=None,
        components=(),
    )


def _judge(row: IndicatorYear, years: list[IndicatorYear], scale: rating.Scale) -> None:
    proposal, mark = proposed_state(row), answers.mark_of(row.actual)
    row.answers = answers.standing(row.answers, checks.SENTENCES, mark, proposal)
    verdict = _by_definition(row, years, scale)
    story = {
        y.fiscal_year: checks.IndicatorInYear(fiscal_year=y.fiscal_year, name=y.name, target=y.target, actual=y.actual)
        for y in years
    }
    current = story.pop(row.fiscal_year)
    flags = checks.check(current, tuple(story.values()), judgement=verdict) if row.actual.strip() else ()
    graded = rating.grade(verdict, scale)
    row.status = verdict.status
    row.rate = verdict.rate
    row.rate_text = rating.percent(verdict.exact_rate, scale) if verdict.exact_rate is not None else ""
    if verdict.progress and row.rate_text:
        row.rate_text = value_words.PROGRESS % {"rate": row.rate_text}
    row.grade = graded.letter if graded else ""
    row.flags = [flag.code for flag in flags]
    row.answers = answers.standing(row.answers, row.flags, mark, proposal)
    row.reason = verdict.reason
    row.reading = {
        "target": verdict.target_reading.sentence,
        "actual": verdict.actual_reading.sentence,
        "basis": verdict.basis,
        **({"progress": verdict.progress} if verdict.progress else {}),
        "direction": verdict.direction,
        "components": verdict.as_dict()["components"],
        "state": verdict.state.state if row.actual.strip() else "",
        "until": row.answers.get(answers.STATE, {}).get("text") or str(verdict.state.until or ""),
        "notes": [{"code": flag.code, "sentence": flag.sentence, "question": flag.question} for flag in flags],
    }
