"""成果目標 as the templates take them: the city's table, the judgement in words, the charts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from review import queries
from review.assessment.services import judging, next_year
from review.continuing import came_from
from review.domain import answers, course, items, rating
from review.domain.definitions import unit_of
from review.domain.grade_words import STATUSES
from review.domain.progress import status_of
from review.domain.values import State
from review.models import IndicatorYear, MeasureReview
from review.reader_words import (
    came_from_words,
    goal_label,
    grade_meaning,
    in_a_row,
    say,
    sort_label,
    worded,
    year_label,
)


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """How one 実績 was read and judged, in words."""

    row: IndicatorYear
    typed: bool
    reading: str
    target: str
    rate: str
    grade: str
    grade_name: str
    computed_name: str
    #: the shape of the grade that counts, and of the computed one
    shape: str
    computed_shape: str
    status: str
    reason: str
    notes: list[dict[str, str]] = field(default_factory=list)

    @property
    def doubt(self) -> bool:
        """Whether a person should look again."""
        return self.row.status == "undetermined"

    @property
    def lowest(self) -> bool:
        """Whether the rate is that of its lowest part."""
        return bool(self.rate) and len(self.row.reading.get("components", ())) > 1

    @property
    def verdict(self) -> str:
        """The meaning of the grade that counts and, where the computed one counts and says something else, the status."""
        return self.grade_name if self.row.given_grade else self._with_status(self.grade_name)

    @property
    def computed_verdict(self) -> str:
        """The same of the computed grade."""
        return self._with_status(self.computed_name)

    def _with_status(self, name: str) -> str:
        return name if name.startswith(self.status) else _("、").join(word for word in (name, self.status) if word)

    @property
    def sentences(self) -> list[str]:
        """Each doubt with what was answered, else with its question."""
        return [in_a_row(one["sentence"], one["words"] or one.get("question", "")) for one in self.doubts]

    @property
    def cause(self) -> str:
        """The reason of the verdict, or why there is none, where no doubt says it."""
        return "" if any(self.reason == note["sentence"] for note in self.notes) else self.reason

    @property
    def doubts(self) -> list[dict[str, Any]]:
        """Each doubt with the key of its answer and what was answered."""
        doubts = []
        for note in self.notes:
            code = note["code"]
            text, typed = answers.words_of(self.row.answers, code), answers.as_typed(self.row.answers, code)
            more = {"key": items.doubt_key(self.row.indicator.number, code), "of_state": code in answers.OF_STATE}
            more |= {"asked": in_a_row(note["sentence"], note["question"])}
            more |= {"sure": typed == answers.SURE, "text": "" if typed == answers.SURE else typed}
            words = worded(answers.ANSWERED % {"answer_term": text.rstrip("。")}) if text else ""
            doubts.append({**note, **more, "words": words, "mark": answers.mark_of(self.row.actual)})
        return doubts

    @property
    def state(self) -> dict[str, Any]:
        """The state of the value: as confirmed, else as proposed, with what may be chosen."""
        row, proposal = self.row, judging.proposed_state(self.row)
        until = row.reading.get("until", "")
        return {
            "key": items.doubt_key(row.indicator.number, answers.STATE),
            "confirmed": row.state,
            "words": worded(answers.state_words(row.reading.get("state", ""), until)),
            "matters": bool(row.state) or proposal is not State.FINAL,
            "until": until,
            "choices": [(one.value, _(one.label), one == proposal) for one in State],
        }


@dataclass(frozen=True, kw_only=True)
class IndicatorPart:
    """One 成果目標 of a sheet."""

    number: int
    key: str
    label: str
    name: str
    this: IndicatorYear | None
    judgement: Judgement | None
    table: dict[str, Any]
    charts: list[dict[str, Any]]
    following: IndicatorYear | None
    before: IndicatorYear | None
    #: (year, target) where the goal's only targets are of later years, and whether a 基準値 is missing from them
    later: tuple[int, str] | None
    lacks_baseline: bool

    @property
    def aim(self) -> str:
        """The target of the year, else the later one with its year."""
        if self.later:
            return f"{self.later[1]}({year_label(self.later[0])})"
        return self.this.target if self.this else ""

    @property
    def unit(self) -> str:
        """The unit to print beside the box: as confirmed, else that of the target; '' where its text has none."""
        row = self.this
        return (row.indicator.unit if row and row.indicator.defined_at else "") or (unit_of(row.target) if row else "")


def indicator_parts(review: MeasureReview, story: next_year.History | None = None) -> list[IndicatorPart]:
    """Every 成果目標 of the sheet with all its years. One query unless its history is given."""
    scale = judging.scale_of(review.cycle)
    story = queries.indicator_history(review) if story is None else story
    return [part_of(number, rows, review.cycle.fiscal_year, scale) for number, rows in story.items()]


def part_of(number: int, rows: Sequence[IndicatorYear], year: int, scale: rating.Scale) -> IndicatorPart:
    """One 成果目標 from its rows in year order."""
    this = next((row for row in rows if row.fiscal_year == year), None)
    latest = this or (rows[-1] if rows else None)
    label = goal_label(number)
    table = table_of(label, rows, year, scale)
    return IndicatorPart(
        number=number,
        key=items.actual_key(number),
        label=label,
        name=latest.name if latest else "",
        this=this,
        judgement=judgement_of(this, scale) if this else None,
        table=table,
        charts=charts_of(rows, table["years"], year),
        following=next((row for row in rows if row.fiscal_year == year + 1), None),
        before=next((row for row in rows if row.fiscal_year == year - 1), None),
        later=judging.aim_of(this, rows) if this else None,
        lacks_baseline=bool(this and judging.lacks_baseline(this, rows)),
    )


def ahead_rows(review: MeasureReview, story: next_year.History, changes: Any) -> list[dict[str, Any]]:
    """来年度の目標 as a table takes it: the plan's words and, where the sheet changes them, the new ones. No query."""
    return [
        {
            "number": number,
            "label": goal_label(number),
            "name": row.name,
            "target": row.target,
            "planned_name": row.planned_name,
            "planned_target": row.planned_target,
            "renamed": row.name != row.planned_name,
            "retargeted": row.target != row.planned_target,
            "changed": row.changed,
        }
        for number, row in next_year.ahead(review, story, changes).items()
    ]


def judgement_of(row: IndicatorYear, scale: rating.Scale) -> Judgement:
    """The stored judgement of a row in words."""
    letter, goals = row.final_grade, judging.goals_of([row])
    return Judgement(
        row=row,
        typed=bool(row.actual.strip()),
        reading=worded(row.reading.get("actual", "")),
        target=aim_of(row),
        rate=worded(row.rate_text),
        grade=letter,
        grade_name=grade_meaning(letter, scale, goals),
        computed_name=grade_meaning(row.grade, scale, [goals[0]._replace(grade=row.grade)]),
        shape=scale.shape_of(letter),
        computed_shape=scale.shape_of(row.grade),
        status=say(STATUSES.get(status_of(row.status, row.reading), "")),
        reason=worded(row.reason),
        notes=[{key: worded(text) for key, text in note.items()} for note in row.reading.get("notes", [])],
    )


def aim_of(row: IndicatorYear) -> str:
    """The target that the row is judged by: its own, or that of a later year with its year."""
    later = row.reading.get("progress")
    return f"{later['target']}({year_label(later['target_year'])})" if later else row.target


def table_of(label: str, rows: Sequence[IndicatorYear], year: int, scale: rating.Scale) -> dict[str, Any]:
    """The city's form of one 成果目標: 評価項目, 目標, 実績 and 達成区分 by year."""
    cells = [
        {
            **{key: getattr(row, key) for key in ("fiscal_year", "name", "target", "actual")},
            "grade": row.final_grade,
            "shape": scale.shape_of(row.final_grade),
            "grade_words": grade_meaning(row.final_grade, scale, judging.goals_of([row])),
            "computed": bool(row.final_grade and row.reading.get("computed")),
        }
        for row in rows
    ]
    former = came_from(rows)
    return {
        "label": label,
        "baseline": rows[-1].indicator.baseline if rows else "",
        "sort": sort_label(rows[-1].indicator.sort) if rows else "",
        "came_from": came_from_words(former),
        "show_grade": any(row.final_grade for row in rows),
        "years": course.rows(cells, year, former),
    }


def charts_of(rows: Sequence[IndicatorYear], years: Sequence[dict[str, Any]], year: int) -> list[dict[str, Any]]:
    """The charts of one 成果目標 up to this year; [] where its values are no numbers."""
    if not rows:
        return []
    direction = rows[-1].indicator.direction or rows[-1].reading.get("direction") or ""
    charts = course.charts(rows[-1].name, [one for one in years if one["year"] <= year], direction)
    return [chart for chart in charts if chart["kind"] == "bars"]
