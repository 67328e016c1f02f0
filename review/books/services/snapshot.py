"""The year as plain data: what an edition freezes and what every workbook and public page is made from."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils import timezone

from review import queries
from review.assessment.services import judging, next_year, ratings
from review.assessment.services.tallies import APPROVED_STATES
from review.books.services import submitted_offices
from review.continuing import came_from
from review.domain import fields, grade_words, sheet_form
from review.domain.answers import words_of
from review.domain.fields import OPINION, Required, Section
from review.domain.rating import Scale, overall
from review.models import Cycle, IndicatorYear, MeasureReview, PlanField
from review.plan.services import plan_changes

# 2 brought `corrections` and each indicator's `direction`, 3 its `reading`, `state` and `notes`, 4 the direction as it was judged
# and tables with codes (`open_data`), 5 each goal's `sort` and a column for the note of 関連部署; editions of older schemas stay as
# they were frozen, and so do their tables.
SCHEMA = 5
#: How a settled sheet is called in what is frozen: the city's words, whatever the reader's language.
OUTCOME_WORDS = {"excluded": "対象外", "not_submitted": "未提出"}
#: What a goal has in every year, where it has it.
FACTS = ("baseline", "sort")
NO_ACTUAL = "実績の記載がありません。"


def snapshot_of(cycle: Cycle, reviews: Iterable[MeasureReview] | None = None) -> dict[str, Any]:
    """All that an edition holds, as plain data; of these sheets (default: of all), as `queries.full_reviews` has them.

    {"schema", "city", "municipality_code", "plan", "fiscal_year", "years": [..], "scale": [..], "totals": {"measures":
    {grade: n}, "indicators": {grade: n}}, "previous": {"fiscal_year", "measures", "indicators"}, "measures": [{"code", "name", "field", "path" (where the 体系 has levels), "owner", "owner_now" (where it is another), "related", "related_all",
    narratives…, "outcome", "outcome_reason", "grade", "grade_words", "grade_note", "proposed_grade", "grade_reason", "demo", "evaluation": {..}, "schedule": [{"name", "bars", "progress"}],
    "indicators": [{"number", "direction", "years": [{"fiscal_year", "name", "target", "actual", "answers"}], "came_from" (where earlier years stand elsewhere), "status", "rate",
    "rate_text", "grade", "grade_words", "open_reason", "computed_grade", "given_reason", "flags", "notes": [{"code", "sentence", "answer"}],
    "reading": {"target", "actual"}, "state", "state_until", "reason", "demo"}], "opinions" (where there are some):
    [{"giver", "date", "text"}]}], "corrections": [{"number",
    "label", "date", "items": [{"code", "name", "key", "label", "wrong", "right", "reason"}], "consequences": [{"code",
    "label", "before", "after"}]}], "plan_changes": [{"code", "item", "before", "after", "kind", "reason", "date"}],
    "target_changes": [{"code", "item", "fiscal_year", "before", "after", "reason", "date"}]}. `publication.freeze` adds the
    "decision" and the head of the "audit" trail. `corrections` grows from edition to edition, the oldest first. About twelve queries.
    """
    scale = judging.scale_of(cycle)
    sheets = queries.full_reviews(cycle) if reviews is None else reviews
    final = (_final(measure_of(review, cycle, scale), cycle, review.state) for review in sheets)
    measures = [grade_words.with_words(row, scale) for row in final]
    return {
        **frame_of(cycle, scale),
        "totals": totals_of(measures),
        "previous": _previous(cycle, scale),
        "measures": measures,
        "plan_changes": plan_changes_of(cycle),
        "target_changes": target_changes_of(cycle),
        "corrections": [],
    }


def plan_changes_of(cycle: Cycle) -> list[dict[str, str]]:
    """What changed in the plan from this year on: one row a line of a decided change. One query."""
    return [
        {
            **line,
            "kind": change.get_kind_display(),
            "reason": change.reason,
            "date": timezone.localtime(change.decided_at).date().isoformat() if change.decided_at else "",
        }
        for change in plan_changes.accepted_for(cycle.plan, cycle.fiscal_year)
        for line in change.lines
    ]


def target_changes_of(cycle: Cycle) -> list[dict[str, Any]]:
    """What the sheets change of the plan's 目標 and 評価項目 of the year to come: one row a line. One query.

    The date is the approval's, with which the change takes effect; until then the day on which it was typed.
    """
    reasons = fields.required(Required.WHERE_PLAN_CHANGES)
    return [
        {
            "code": change.review.measure_year.measure.code,
            "item": item,
            "fiscal_year": cycle.fiscal_year + 1,
            "before": before,
            "after": after,
            "reason": "\n".join(text for key in reasons if (text := change.review.measure_year.text(key).strip())),
            "date": timezone.localtime(change.effective_at or change.changed_at).date().isoformat(),
        }
        for change in queries.changes_of_year(cycle)
        for item, before, after in next_year.lines(change)
    ]


def totals_of(measures: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    return {
        "measures": dict(Counter(m["grade"] or m["outcome"] or "none" for m in measures)),
        "indicators": dict(Counter(i["grade"] for m in measures for i in m["indicators"] if i["grade"])),
    }


def _previous(cycle: Cycle, scale: Scale) -> dict[str, Any]:
    """The counts of the year before: as published, none of another scale; else the grades that the plan holds, without
    those of 施策."""
    year = cycle.fiscal_year - 1
    published = queries.published_totals(cycle.plan_id, year)
    if published is None:
        return {"fiscal_year": year, "measures": {}, "indicators": queries.grade_counts(cycle, fiscal_year=year)}
    totals, own = published
    return {"fiscal_year": year, "measures": {}, "indicators": {}, **(totals if Scale.from_data(own) == scale else {})}


def frame_of(cycle: Cycle, scale: Scale) -> dict[str, Any]:
    """The part of a snapshot about the year itself."""
    return {
        "schema": SCHEMA,
        "city": cycle.plan.city,
        "municipality_code": cycle.plan.municipality_code,
        "plan": cycle.plan.name,
        "fiscal_year": cycle.fiscal_year,
        "years": list(cycle.plan.years),
        "scale": scale.as_data(),
    }


def measure_of(review: MeasureReview, cycle: Cycle, scale: Scale) -> dict[str, Any]:
    """One 施策 of the snapshot; `review` must come from `queries.full_reviews`."""
    year, offices = review.measure_year, submitted_offices.offices_of(review)
    indicators = [indicator_of(number, rows, cycle.fiscal_year) for number, rows in review.years_by_number.items()]
    proposed = grade_of(indicators, review.outcome, scale)
    rated = ratings.standing(proposed, review.ratings_by_hand if not review.outcome else None)
    return {
        "code": year.measure.code,
        **place_of(year.measure.field),
        "name": year.name,
        **offices,
        "related_all": year.related_all,
        "related_text": year.related_text,
        **{key: year.text(key) for key in fields.text_keys(Section.CONTENT)},
        "outcome": review.outcome,
        "outcome_reason": review.outcome_reason if review.outcome else "",
        "grade": rated.grade,
        "proposed_grade": proposed,
        "grade_reason": rated.reason if rated.overridden else "",
        "evaluation": {key: year.text(key) for key in fields.text_keys(Section.EVALUATION)},
        "schedule": [{"name": item.name, "bars": item.bars, "progress": item.progress} for item in year.schedule.all()],
        "indicators": indicators,
        **sheet_form.frozen(cycle.form, year.texts),
        **({"opinions": heard} if (heard := opinions_of(review)) else {}),
        "demo": year.demo,
    }


def opinions_of(review: MeasureReview) -> list[dict[str, str]]:
    """外部評価の意見, without who recorded them."""
    return [{"giver": one.giver, "date": one.given_on.isoformat(), "text": one.text} for one in review.opinions_heard]


def place_of(field: PlanField) -> dict[str, Any]:
    """The 分野 of the first level, and the way down where the 体系 has more."""
    path = [{"number": one.number, "name": one.name} for one in field.path]
    return {"field": path[0], **({"path": path} if len(path) > 1 else {})}


def _final(row: dict[str, Any], cycle: Cycle, state: str) -> dict[str, Any]:
    """The row as an edition holds it: public fields alone. A sheet settled with a reason has no result: what its department drafted and did not report is not the city's word.
    Nor does what is approved wait for anything."""
    hidden = [one for one in fields.texts() if not one.public]
    row = {
        key: value
        for key, value in row.items()
        if key not in {one.key for one in hidden if one.section == Section.CONTENT}
    }
    row["evaluation"] = {key: text for key, text in row["evaluation"].items() if key not in {one.key for one in hidden}}
    if not row["outcome"]:
        done = state in APPROVED_STATES
        indicators = [
            {**one, "reason": NO_ACTUAL} if done and one["status"] == "pending" else one for one in row["indicators"]
        ]
        return {**row, "indicators": indicators}
    word = OUTCOME_WORDS[row["outcome"]]
    return {
        **row,
        "evaluation": {key: text if key == OPINION else "" for key, text in row["evaluation"].items()},
        **({"items": [{**one, "text": ""} for one in row["items"]]} if "items" in row else {}),
        "schedule": [{**item, "progress": ""} for item in row["schedule"]],
        "indicators": [_without_result(one, cycle.fiscal_year, word) for one in row["indicators"]],
    }


_NO_RESULT: dict[str, Any] = {
    **dict.fromkeys(("rate_text", "grade", "computed_grade", "given_reason", "state", "state_until"), ""), "rate": None,
    "flags": [], "notes": [],
}  # fmt: skip


def _without_result(one: Mapping[str, Any], fiscal_year: int, word: str) -> dict[str, Any]:
    empty = {"actual": "", "answers": {}}
    years = [{**cell, **empty} if cell["fiscal_year"] == fiscal_year else cell for cell in one["years"]]
    none = {**_NO_RESULT, "reading": {"target": one.get("reading", {}).get("target", ""), "actual": ""}, "years": years}
    progressed = "progress" in one
    one = {key: value for key, value in one.items() if key != "progress"}
    if one["status"] in ("", "not_applicable") and not progressed:
        return {**one, **none}
    return {**one, **none, "status": "pending", "reason": f"この施策は「{word}」のため、実績はありません。"}


def grade_of(indicators: Sequence[Mapping[str, Any]], outcome: str, scale: Scale) -> str:
    """The overall grade of a 施策 from those of its 成果目標; '' where it has none or was settled otherwise."""
    grades = [scale.by_letter(row["grade"]) for row in indicators if row["grade"]]
    best = overall(grades, scale) if not outcome else None
    return best.letter if best else ""


def value_of(row: IndicatorYear) -> dict[str, Any]:
    """How the 実績 of the year was read, and what its department said of it; no names of persons."""
    notes = row.reading.get("notes", [])
    return {
        "reading": {key: row.reading.get(key) or "" for key in ("target", "actual", "direction")},
        "state": row.reading.get("state", ""),
        "state_until": row.reading.get("until", ""),
        "notes": [
            {"code": one["code"], "sentence": one["sentence"], "answer": words_of(row.answers, one["code"])}
            for one in notes
        ],
    }


def _cell(row: IndicatorYear, fiscal_year: int) -> dict[str, Any]:
    """One year of a 成果目標, with the answers by which a correction judges it again; no names of persons. What a department
    types of the next year while this one is still open was not approved by anybody."""
    answers = {code: {key: one[key] for key in ("answer", "text", "of")} for code, one in row.answers.items()}
    texts = {key: getattr(row, key) for key in ("fiscal_year", "name", "target", "actual")}
    if row.fiscal_year > fiscal_year:
        # A dash is the plan's own, where nothing will be measured.
        return texts if not any(map(str.isalnum, row.actual)) else {**texts, "actual": ""}
    return {**texts, **({"answers": answers} if answers else {})}


def indicator_of(number: int, rows: list[IndicatorYear], fiscal_year: int) -> dict[str, Any]:
    """One 成果目標 of the snapshot, from its years as they are judged."""
    this = next((row for row in rows if row.fiscal_year == fiscal_year), IndicatorYear())
    return {
        "number": number,
        "direction": rows[-1].indicator.direction if rows else "",
        "kind": rows[-1].indicator.kind if rows else "",
        **{name: value for row in rows[-1:] for name in FACTS if (value := getattr(row.indicator, name))},
        **({"progress": this.reading["progress"]} if "progress" in this.reading else {}),
        "years": [_cell(row, fiscal_year) for row in rows],
        **({"came_from": former} if (former := came_from(rows)) else {}),
        "rate": str(this.rate) if this.rate is not None else None,
        "grade": this.final_grade,
        "computed_grade": this.grade,
        **{key: getattr(this, key) for key in ("status", "rate_text", "given_reason", "flags", "reason", "demo")},
        **value_of(this),
    }
