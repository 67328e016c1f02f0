"""Taking a plan document in: all of it or nothing, twice the same as once, and never over an open or published year.

What a file says is stored as typed. Where a year is under review already, the file changes nothing there: the
differences come back as doubts for a person.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from review import clock
from review.assessment.services import judging
from review.domain import fields, sheet_form
from review.domain.doubt_words import WAYS
from review.domain.fields import Section
from review.domain.form_labels import goal_label
from review.domain.form_presets import PRESETS
from review.domain.forms.as_document import Known
from review.domain.forms.headings import fold as heading
from review.domain.forms.proposal import squeezed
from review.domain.refusals import Invalid
from review.domain.sheet import Doubt, IndicatorBlock, PlanDocument, Sheet
from review.domain.sheet_form import Form
from review.domain.values import achievement
from review.models import (
    Cycle,
    CycleState,
    Department,
    Indicator,
    IndicatorYear,
    Measure,
    MeasureReview,
    MeasureYear,
    Plan,
    ScheduleItem,
    User,
)
from review.plan.services import file_doubts, structure
from review.reader_words import sort_label, year_label
from review.trail.services import audit


@dataclass(frozen=True, kw_only=True)
class Change:
    """Something of the plan that was there already and is another now, or a 施策 or goal that came to it."""

    measure: str
    fiscal_year: int | None
    item: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What an import did: counts of the document and of rows written, every doubt and every change."""

    measures: int
    indicators: int
    written: int
    doubts: tuple[Doubt, ...]
    changes: tuple[Change, ...] = ()


class DryRun(Exception):
    """Raised to undo a trial run; carries what it would have done."""

    def __init__(self, imported: Imported) -> None:
        self.imported = imported


def import_plan(
    document: PlanDocument,
    *,
    plan_name: str,
    city: str,
    year: int,
    municipality_code: str = "",
    dry_run: bool = False,
    by: User | None = None,
    note: Mapping[str, Any] | None = None,
) -> Imported:
    """Store the document's plan; `year` is the 年度 whose sheets the file holds. One transaction.

    `by` is None for the command, `note` goes to the trail. With `dry_run` everything is tried and undone.
    """
    try:
        with transaction.atomic():
            imported = _Import(document, year).run(plan_name, city, municipality_code)
            if dry_run:
                raise DryRun(imported)
            if imported.written:
                after = {"rows": imported.written, **(note or {})}
                audit.write(actor=by, action="plan.import", subject=f"plan:{plan_name}", after=after)
            return imported
    except DryRun as trial:
        return trial.imported


def _refuse_other_years(plan: Plan, years: Iterable[int]) -> None:
    """An import touches no year outside its plan."""
    outside = [year for year in years if year not in plan.years]
    if outside:
        words = {
            "years": _("、").join(map(year_label, outside)),
            "plan": plan,
            "first": plan.first_year,
            "last": plan.last_year,
        }
        raise Invalid(
            _(
                "ファイルに「%(plan)s」の期間(%(first)s〜%(last)s年度)にない年度があります: %(years)s。別の計画のファイルではありませんか。"
            )
            % words
        )


class _Import:
    """One run over one document. Keeps what was written and the doubts that only the database can raise."""

    def __init__(self, document: PlanDocument, year: int) -> None:
        self.document = document
        self.year = year
        self.written = 0
        self.changes: list[Change] = []
        self.doubts = [*document.doubts, *direction_doubts(document)]
        self.departments: dict[str, Department] = {}
        self.closed: set[int] = set()
        self.shown_on: dict[str, int] = {}
        self.measures: dict[str, Measure] = {}
        self.years: dict[int, MeasureYear] = {}
        self.goals: dict[tuple[int, int], Indicator] = {}
        self.values: dict[tuple[int, int], IndicatorYear] = {}
        self.new_goals: list[Indicator] = []
        self.new: list[IndicatorYear] = []

    def run(self, plan_name: str, city: str, municipality_code: str) -> Imported:
        years = self.document.years
        plan, made = Plan.objects.get_or_create(
            name=plan_name,
            defaults={
                "city": city,
                "municipality_code": municipality_code,
                "first_year": min(years),
                "last_year": max(years),
            },
        )
        _refuse_other_years(plan, {*years, self.year})
        self.written += made
        self.closed = set(
            Cycle.objects.filter(plan=plan).exclude(state=CycleState.DRAFT).values_list("fiscal_year", flat=True)
        )
        self.departments = offices_today()
        self.doubts += file_doubts.doubts(self.document, known(plan), self.departments)
        self.shown_on = _last_sheets(plan)
        self.measures = {one.code: one for one in Measure.objects.filter(plan=plan)}
        rows = MeasureYear.objects.filter(measure__plan=plan, fiscal_year=self.year).select_related("owner")
        rows = rows.prefetch_related("schedule", MeasureYear.naming())
        self.years = {row.measure_id: row for row in rows}
        self.goals = {(one.measure_id, one.number): one for one in Indicator.objects.filter(measure__plan=plan)}
        values = IndicatorYear.objects.filter(indicator__measure__plan=plan).select_related("indicator")
        self.values = {(one.indicator_id, one.fiscal_year): one for one in values}
        for sheet in self.document.sheets:
            self._sheet(plan, sheet)
        Indicator.objects.bulk_create(self.new_goals)
        IndicatorYear.objects.bulk_create(self.new)
        for drafted in Cycle.objects.filter(plan=plan, state=CycleState.DRAFT) if self.written else ():
            judging.judge_earlier(drafted)
        return Imported(
            measures=len(self.document.sheets),
            indicators=self.document.indicator_count,
            written=self.written,
            doubts=tuple(self.doubts),
            changes=tuple(self.changes),
        )

    def _changed(self, measure: str, year: int | None, item: str, before: str, after: str) -> None:
        self.changes.append(Change(measure=measure, fiscal_year=year, item=item, before=before, after=after))

    def _sheet(self, plan: Plan, sheet: Sheet) -> None:
        measure = self.measures.get(sheet.code)
        if measure is None:
            field, doubt = structure.proposed_place(plan, sheet)
            self.doubts += [doubt] if doubt else []
            measure = self.measures[sheet.code] = Measure.objects.create(
                plan=plan, code=sheet.code, field=field, first_year=plan.first_year
            )
            self._changed(sheet.code, None, _("施策の追加"), "", sheet.name)
            self.written += 1
        year = self._measure_year(measure, sheet)
        self._schedule(year, sheet)
        self._indicators(measure, sheet)

    # --- the sheet of the year ---

    def _measure_year(self, measure: Measure, sheet: Sheet) -> MeasureYear:
        values: dict[str, Any] = {
            "name": sheet.name,
            "owner": self._department(sheet.owner),
            "related_all": sheet.related_all,
            "related_text": sheet.related_note,
            "texts": {key: sheet.text(key) for key in fields.text_keys()},
        }
        related = list(dict.fromkeys(map(self._department, sheet.related)))
        row = self.years.get(measure.pk)
        if row is None:
            row = self.years[measure.pk] = MeasureYear.objects.create(measure=measure, fiscal_year=self.year, **values)
            row.name_related(office.pk for office in related)
            self.written += 1
            return row
        # An empty 評価 block in the file says nothing about what a department has written since.
        written = {key: text for key, text in row.texts.items() if key in fields.text_keys(Section.EVALUATION)}
        texts = {key: text or written.get(key, "") for key, text in values["texts"].items()}
        self._update(row, {**values, "texts": texts}, sheet.code)
        before = list(row.related.all())
        if before != related and self._may_write(self.year, sheet.code, "関連部署"):
            names = ("、".join(office.name for office in offices) for offices in (before, related))
            self._changed(sheet.code, self.year, _("関連部署"), *names)
            row.name_related(office.pk for office in related)
            self.written += 1
        return row

    def _department(self, name: str) -> Department:
        if name not in self.departments:
            self.doubts.append(Doubt.of("department_made", proposal=name, name=name))
            self.departments[name] = Department.objects.create(name=name, order=len(self.departments) + 1)
            self.written += 1
        return self.departments[name]

    def _schedule(self, year: MeasureYear, sheet: Sheet) -> None:
        expected = [
            (item.name, {str(bar.fiscal_year): bar.label for bar in item.bars if bar.filled or bar.label})
            for item in sheet.schedule
        ]
        stored = list(year.schedule.all())
        if [(row.name, row.bars) for row in stored] == expected:
            return
        if stored and not self._may_write(year.fiscal_year, sheet.code, "取組みスケジュール"):
            return
        if stored:
            names = ("、".join(one) for one in ([row.name for row in stored], [name for name, _bars in expected]))
            self._changed(sheet.code, year.fiscal_year, _("取組みスケジュール"), *names)
            year.schedule.all().delete()
        ScheduleItem.objects.bulk_create(
            ScheduleItem(measure_year=year, position=place, name=name, bars=bars)
            for place, (name, bars) in enumerate(expected, start=1)
        )
        self.written += len(expected)

    # --- the indicators of all years ---

    def _indicators(self, measure: Measure, sheet: Sheet) -> None:
        for block in sheet.indicators:
            if block.is_empty:
                continue
            # Only a person sets the definition; the page of definitions infers it for them to confirm.
            facts = {"unit": block.unit[:40], "baseline": block.baseline[:300], "sort": block.sort}
            indicator = self.goals.get((measure.pk, block.number))
            if indicator is None:
                indicator = Indicator(measure=measure, number=block.number, **facts)
                self.new_goals.append(indicator)
                self.written += 1
                latest = next(cell.name for cell in reversed(block.years) if not cell.is_empty)
                self._changed(sheet.code, None, _("成果目標の追加"), "", latest)
            elif block.sort and not indicator.sort:
                indicator.sort = block.sort
                indicator.save(update_fields=["sort"])
                self.written += 1
                place = f"{goal_label(block.number)} {_('指標の区分')}"
                self._changed(sheet.code, None, place, "", sort_label(block.sort))
            for cell in block.years:
                if not cell.is_empty:
                    self._cell(indicator, sheet.code, cell)

    def _cell(self, indicator: Indicator, code: str, cell: Any) -> None:
        values = {"name": cell.name, "target": cell.target, "actual": cell.actual}
        row = self.values.get((indicator.pk, cell.fiscal_year))
        if row is None:
            self.new.append(IndicatorYear(indicator=indicator, fiscal_year=cell.fiscal_year, **values))
            self.written += 1
        else:
            self._update(row, values, code)

    # --- rows that exist already ---

    def _update(self, row: MeasureYear | IndicatorYear, values: dict[str, Any], code: str) -> None:
        changed = {name: value for name, value in values.items() if getattr(row, name) != value}
        if not changed:
            return
        texts = {
            str(getattr(row._meta.get_field(name), "verbose_name", name)): (str(getattr(row, name)), str(value))
            for name, value in changed.items()
            if name != "texts"
        }
        if isinstance(row, MeasureYear) and "texts" in changed:
            pairs = {one.label: (row.text(one.key), changed["texts"].get(one.key, "")) for one in fields.texts()}
            texts |= {label: pair for label, pair in pairs.items() if pair[0] != pair[1]}
        if not self._may_write(row.fiscal_year, code, "・".join(texts)):
            return
        place = f"{goal_label(row.indicator.number)} " if isinstance(row, IndicatorYear) else ""
        for label, pair in texts.items():
            self._changed(code, row.fiscal_year, f"{place}{label}", *pair)
        for name, value in changed.items():
            setattr(row, name, value)
        row.save(update_fields=list(changed))
        self.written += len(texts)

    def _may_write(self, fiscal_year: int, code: str, what: str) -> bool:
        # A sheet shows the years before its own too, and its verdict rests on them.
        if fiscal_year not in self.closed and fiscal_year > self.shown_on.get(code, 0):
            return True
        says = "differs_from_open_year"
        self.doubts.append(Doubt.of(says, measure=code, western_year=fiscal_year, what_items=what))
        return False


def form_of(plan: Plan) -> Form:
    """The form of its latest year; of a plan without one, that with which it begins. One query."""
    latest = plan.cycles.order_by("-fiscal_year").first()
    return latest.form if latest else PRESETS[plan.form]


def called(plan: Plan) -> dict[str, str]:
    """{label of the plan's form: the product's word for it}. One query."""
    ours = {one.key: one.label for one in fields.texts()}
    return {heading(one.label): ours[one.key] for one in sheet_form.every(form_of(plan)) if one.key in ours}


def known(plan: Plan) -> Known:
    """What a proposal can find again in the plan: its 施策 and goals by their latest names. Three queries."""
    named = MeasureYear.objects.filter(measure__plan=plan).order_by("fiscal_year")
    goals = IndicatorYear.objects.filter(indicator__measure__plan=plan).exclude(name="").order_by("fiscal_year")
    return Known(
        years=plan.years,
        called=called(plan),
        codes={squeezed(name): code for name, code in named.values_list("name", "measure__code")},
        numbers={
            (code, squeezed(name)): number
            for code, name, number in goals.values_list("indicator__measure__code", "name", "indicator__number")
        },
    )


def _last_sheets(plan: Plan) -> dict[str, int]:
    """{施策ID: the last 年度 of which a sheet under review or published shows it}. One query."""
    sheets = MeasureReview.objects.filter(cycle__plan=plan).order_by("cycle__fiscal_year")
    return dict(sheets.values_list("measure_year__measure__code", "cycle__fiscal_year"))


def offices_today() -> dict[str, Department]:
    """{name: department} of those that have not ended; of two with one name, the one that is open today. One query."""
    today = clock.today()
    rows = Department.objects.filter(Q(ends_on=None) | Q(ends_on__gte=today))
    ahead = [row for row in rows if row.starts_on and row.starts_on > today]
    return {row.name: row for row in (*ahead, *(row for row in rows if row not in ahead))}


def _inferred(block: IndicatorBlock) -> tuple[str | None, str]:
    latest = next((cell.name for cell in reversed(block.years) if cell.name.strip()), "")
    return achievement.infer_direction(latest, [cell.target for cell in block.years])


def direction_doubts(document: PlanDocument) -> list[Doubt]:
    """Each indicator's direction, as inferred, for a person to confirm."""
    doubts = []
    for sheet in document.sheets:
        for block in sheet.indicators:
            if block.is_empty:
                continue
            direction, reason = _inferred(block)
            says = f"direction_{'inferred' if direction else 'unknown'}"
            way = WAYS.get(direction or "", "")
            doubts.append(Doubt.of(says, measure=sheet.code, proposal=way, number=block.number, why_words=reason))
    return doubts


def sheets_year(document: PlanDocument) -> int:
    """The 年度 whose sheets the document holds: the last one for which any 実績 is written, else the first."""
    written = [
        cell.fiscal_year
        for sheet in document.sheets
        for block in sheet.indicators
        for cell in block.years
        if cell.actual.strip("-－―_ \u3000")
    ]
    return max(written, default=min(document.years))
