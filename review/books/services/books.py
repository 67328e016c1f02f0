"""From a snapshot to the plain values that the workbook writers lay out."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from review.books.services import editions
from review.books.services.editions import audit_head
from review.books.services.snapshot import OUTCOME_WORDS
from review.domain import grade_words, rating, sheet_form, values
from review.domain.book import BookSheet, Change, FormSheet, JudgedIndicator, ScaleRow, YearBook, YearCounts
from review.domain.fields import OPINION
from review.domain.fiscal import fiscal_year_label, wareki
from review.domain.progress import status_of
from review.domain.sheet import Bar, IndicatorBlock, IndicatorCell, ScheduleRow, Sheet
from review.domain.values.reading import Reading
from review.models import Edition

#: A doubt that, unanswered, is looked at first.
LARGE_CHANGES = frozenset(("jump", "total_decreased"))

STATUS_LABELS, FINAL_LABELS = grade_words.STATUSES, {**grade_words.FINAL_STATUSES, **OUTCOME_WORDS}
#: The word for a 施策 of an edition that has no 総合評価 otherwise.
NO_GRADE = "評価なし"
#: The word for a sheet that its department has not submitted.
UNSUBMITTED = "提出前"
TRENDS = {1: "△ 増", 0: "― 同じ", -1: "▽ 減"}


def edition_book(edition: Edition) -> YearBook:
    made_at = timezone.localtime(edition.published_at)
    return replace(year_book(edition.snapshot, label=edition.label, made_at=made_at), published=True)


def year_book(
    snapshot: Mapping[str, Any],
    *,
    label: str,
    made_at: datetime,
    states: Mapping[str, str] | None = None,
    unsubmitted: Collection[str] = (),
) -> YearBook:
    """The consolidated book of a snapshot. `states` names each 施策ID's state where the year is still under way,
    `unsubmitted` those that are with their departments: they count as no results yet."""
    scale = rating.Scale.from_data(snapshot["scale"])
    legends = grade_words.legends(scale)
    return YearBook(
        city=snapshot["city"],
        plan_name=snapshot["plan"],
        fiscal_year=snapshot["fiscal_year"],
        years=tuple(snapshot["years"]),
        state_label=label,
        made_at=made_at,
        scale=tuple(
            ScaleRow(grade=one.letter, meaning=legends[one.letter], **one.look._asdict()) for one in scale.grades
        ),
        sheets=tuple(
            _book_sheet(
                row,
                snapshot,
                state=(states or {}).get(row["code"], label),
                aside=UNSUBMITTED if row["code"] in unsubmitted else OUTCOME_WORDS.get(row["outcome"], ""),
                words=FINAL_LABELS if states is None else STATUS_LABELS,
            )
            for row in (grade_words.with_words(one, scale) for one in snapshot["measures"])
        ),
        previous=_previous(snapshot.get("previous")),
        audit_head=audit_head(snapshot),
        changes=(*_plan_changes(snapshot), *_changes(snapshot.get("corrections", ()))),
    )


def _plan_changes(snapshot: Mapping[str, Any]) -> Iterator[Change]:
    """What changed in the plan from this year on, and what the sheets change of its 目標 and 評価項目 of the year to come."""
    for one in snapshot.get("plan_changes", ()):
        yield _change(one, one["date"], item=one["item"], kind="計画の変更")
    for one in snapshot.get("target_changes", ()):
        yield _change(
            one, one["date"], item=f"{fiscal_year_label(one['fiscal_year'])} {one['item']}", kind="目標の変更"
        )


def _changes(corrections: Sequence[Mapping[str, Any]]) -> Iterator[Change]:
    """正誤表 as lines of 変更履歴: what was put right, and what changed in consequence."""
    for correction in corrections:
        for one in correction["items"]:
            sides = {"before": one["wrong"], "after": one["right"]}
            yield _change({**one, **sides}, correction["date"], item=one["label"], kind=correction["label"])
        for one in correction["consequences"]:
            why = {"reason": "訂正に伴う変更"}
            yield _change({**one, **why}, correction["date"], item=one["label"], kind=correction["label"])


def _change(one: Mapping[str, Any], day: str, *, item: str, kind: str) -> Change:
    sides = {key: one[key] for key in ("code", "before", "after", "reason")}
    return Change(**sides, item=item, made_at=datetime.fromisoformat(day), kind=kind)


def _previous(counts: Mapping[str, Any] | None) -> YearCounts | None:
    """The year before; None where it has no grade, and for editions frozen before snapshots held it."""
    if not counts or not (counts["measures"] or counts["indicators"]):
        return None
    return YearCounts(fiscal_year=counts["fiscal_year"], sheets=counts["measures"], indicators=counts["indicators"])


def form(row: Mapping[str, Any], snapshot: Mapping[str, Any], *, label: str) -> FormSheet:
    """One 施策 of a snapshot as a page of the city's form."""
    return FormSheet(
        sheet=sheet(row, snapshot["years"]),
        plan_name=snapshot["plan"],
        fiscal_year=snapshot["fiscal_year"],
        years=tuple(snapshot["years"]),
        city=snapshot["city"],
        state_label=label,
        demo=is_demo(row),
    )


def is_demo(row: Mapping[str, Any]) -> bool:
    return bool(row.get("demo")) or any(one.get("demo") for one in row["indicators"])


def sheet(row: Mapping[str, Any], years: list[int]) -> Sheet:
    """One 施策 of a snapshot as a sheet, every text as typed."""
    outcome = row["outcome_reason"] if row["outcome"] else ""
    return Sheet(
        code=row["code"],
        name=row["name"],
        owner=row["owner"],
        related=tuple(row["related"]),
        related_all=row["related_all"],
        related_note=row["related_text"],
        texts={**sheet_form.texts_of_row(row), OPINION: row["evaluation"][OPINION] or outcome},
        form=sheet_form.of_row(row),
        schedule=tuple(_schedule_row(item, years) for item in row["schedule"]),
        indicators=tuple(_block(one, years) for one in row["indicators"]),
    )


def _schedule_row(item: Mapping[str, Any], years: list[int]) -> ScheduleRow:
    bars = item["bars"]
    return ScheduleRow(
        name=item["name"],
        bars=tuple(Bar(fiscal_year=y, filled=str(y) in bars, label=bars.get(str(y), "")) for y in years),
    )


def _block(one: Mapping[str, Any], years: list[int]) -> IndicatorBlock:
    cells = {cell["fiscal_year"]: cell for cell in one["years"]}
    return IndicatorBlock(
        number=one["number"],
        years=tuple(
            IndicatorCell(**{key: cells[y][key] for key in ("fiscal_year", "name", "target", "actual")})
            if y in cells
            else IndicatorCell(fiscal_year=y)
            for y in years
        ),
        baseline=one.get("baseline", ""),
        sort=one.get("sort", ""),
    )


def _book_sheet(
    row: Mapping[str, Any], snapshot: Mapping[str, Any], *, state: str, aside: str, words: Mapping[str, str]
) -> BookSheet:
    judged = tuple(_judged(one, snapshot["fiscal_year"], words) for one in row["indicators"])
    if aside:
        judged = tuple(
            one
            if one.status == words["not_applicable"]
            else replace(one, status=aside, status_code=row["outcome"], grade="", rate=None, rate_text="")
            for one in judged
        )
    return BookSheet(
        sheet=sheet(row, snapshot["years"]),
        field_name=row["field"]["name"],
        place=editions.place_words(row),
        state_label=state,
        grade="" if aside else row["grade"],
        note="" if aside else row["grade_note"],
        aside=aside,
        ungraded=NO_GRADE if words is FINAL_LABELS else "未定",
        indicators=judged,
        opinions=tuple(
            f"{one['giver']}({wareki(date.fromisoformat(one['date']))})\n{one['text']}"
            for one in row.get("opinions", ())
        ),
        demo=is_demo(row),
    )


def _judged(one: Mapping[str, Any], fiscal_year: int, words: Mapping[str, str]) -> JudgedIndicator:
    cells = {cell["fiscal_year"]: cell for cell in one["years"]}
    this = cells.get(fiscal_year, {"name": "", "target": "", "actual": ""})
    before = cells.get(fiscal_year - 1, {"actual": ""})["actual"]
    notes = editions.notes_of(one)
    why = one["open_reason"] if words is FINAL_LABELS else ""
    sentences = [why, *editions.cautions(one, why)]
    target, actual, earlier = (values.read(text) for text in (this["target"], this["actual"], before))
    return JudgedIndicator(
        number=one["number"],
        name=this["name"],
        target=this["target"],
        actual=this["actual"],
        status=words[status_of(one["status"], one)],
        rate=Decimal(one["rate"]) if one["rate"] is not None and "progress" not in one else None,
        baseline=one.get("baseline", ""),
        sort=one.get("sort", ""),
        rate_text=one["rate_text"],
        grade=one["grade"],
        status_code=status_of(one["status"], one),
        direction=editions.direction_of(one),
        numeric_target=number_of(target),
        numeric_actual=number_of(actual),
        target_unit=unit_of(target),
        actual_unit=unit_of(actual),
        previous_actual=before,
        trend=_trend(number_of(earlier), number_of(actual)),
        note_codes=" ".join(note["code"] for note in notes),
        flags=(*_given(one), *filter(None, sentences)),
        large_change=any(note["code"] in LARGE_CHANGES and not note["answer"] for note in notes),
        state=editions.state_of(one),
        reading=editions.reading_of(one, this)["actual"],
        reason=one["reason"],
        demo=one.get("demo", False),
    )


def _given(one: Mapping[str, Any]) -> tuple[str, ...]:
    """A person's own grade beside the computed one, with the reason; nothing where the computed one stands."""
    if not one.get("given_reason"):
        return ()
    return (f"達成区分は人の判断です(算定では{one['computed_grade'] or '－'})。理由: {one['given_reason']}",)


def verdict_code(one: Mapping[str, Any], outcome: str = "") -> str:
    """The code of a verdict in an edition: its status; where no 実績 came, the outcome as which its 施策 was settled."""
    return outcome if outcome and one["status"] not in ("", "not_applicable") else status_of(one["status"], one)


def standing_of(row: Mapping[str, Any]) -> str:
    """The 総合評価 of a 施策 of an edition, or the word for it where there is none."""
    return OUTCOME_WORDS.get(row["outcome"]) or row["grade"] or NO_GRADE


def number_of(reading: Reading) -> Decimal | None:
    """The reading's single number, None where it has none; thirds and the like are cut at nine decimals."""
    quantity = reading.quantity
    if quantity is None or quantity.value is None:
        return None
    return round(Decimal(quantity.value.numerator) / Decimal(quantity.value.denominator), 9).normalize()


def unit_of(reading: Reading) -> str:
    """The unit of its numbers, thousands and the like multiplied out; '' where it has none."""
    return reading.quantity.unit.symbol if reading.quantity else ""


def _trend(before: Decimal | None, now: Decimal | None) -> str:
    if before is None or now is None:
        return ""
    return TRENDS[(now > before) - (now < before)]
