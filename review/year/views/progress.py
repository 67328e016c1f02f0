"""進行状況: where every sheet of a year stands. No content of any sheet; everyone with a post may look."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from review import clock, permissions, queries
from review.assessment.services.assessment import who_is_on
from review.assessment.services.tallies import tally_of
from review.background.services.making import of_the_background
from review.listing import listed as with_columns
from review.listing import of_year
from review.models import Cycle, CycleState, MeasureReview, Outcome, ReviewState
from review.models.sheet import OPEN_STATES
from review.notices.services import waiting
from review.screens.views import chrome
from review.screens.views.acts import crumbs
from review.screens.views.counters import AT_WORK
from review.screens.views.questions import page_of, whole
from review.screens.views.signed_in import SignedInRequest
from review.screens.views.step_times import step_times
from review.templatetags.words import fiscal_year, word_of

PAGE = 40
SORTS = {
    "code": "measure_year__measure__sort_key",
    "department": "measure_year__owner__order",
    "since": "state_since",
    "submitted": "submitted_at",
}
LATE = "late"


@dataclass(frozen=True)
class Mark:
    """What the summary needs of one sheet, in the order in which `marks_of` reads it."""

    pk: int
    state: str
    outcome: str
    late: bool
    department_id: int
    department: str
    since: datetime
    submitted_at: datetime | None
    extended_until: datetime | None
    again_due_at: datetime | None

    @property
    def shown_state(self) -> str:
        """A sheet settled with a reason stands outside the flow."""
        return self.outcome or self.state

    @property
    def open(self) -> bool:
        return not self.outcome and self.state in OPEN_STATES

    def due(self, cycle: Cycle) -> datetime | None:
        """By when the department must submit the sheet, as `MeasureReview.due_at` has it."""
        again = self.again_due_at if self.state == ReviewState.RETURNED else None
        ends = [at for at in (cycle.deadline("due_at", self.department_id), self.extended_until, again) if at]
        return max(ends, default=None)


@require_safe
def progress(request: SignedInRequest, plan: str, year: int) -> HttpResponse:
    """The year's picture, then every sheet."""
    cycle = queries.cycle_of(plan, year)
    if cycle is None:
        raise Http404
    listed = cycle.reviews.listed(permissions.scope_of(request.user))
    everyone = marks_of(listed)
    department = "" if (number := whole(request.GET.get("department"))) is None else str(number)
    marks = [mark for mark in everyone if not department or str(mark.department_id) == department]
    shown = listed.filter(measure_year__owner_id=int(department)) if marks and department else listed
    choices = choices_of(everyone, request.GET)
    scope, counts = permissions.scope_of(request.user), chrome.waiting_for(request.user)
    rows = filtered(listed, request.GET, everyone, cycle).order_by(*order(request.GET.get("sort", "")))
    page = page_of(request, with_columns(rows), PAGE, None if choices["active"] else len(everyone))
    page.object_list = of_year(page.object_list, cycle)
    readable = cycle.reviews.visible(scope).order_by().values_list("pk", flat=True)
    context = {
        "page_title": _("%(year)s 進行状況") % {"year": fiscal_year(year)},
        "breadcrumbs": crumbs(_("進行状況")),
        "cycle": cycle,
        "total": len(marks),
        "whole": len(everyone),
        "one_department": marks[0].department if marks and department else "",
        "flow": flow_of(marks, cycle, department),
        "stats": stats_of(marks, cycle, department),
        **of_the_background(cycle, counts["under_way"]),
        **unreached(request, cycle),
        "departments": departments_of(everyone, cycle),
        "durations": durations_of(marks),
        "step_times": step_times(shown, cycle),
        "overdue": overdue(cycle),
        "page_obj": page,
        "readable": {mark.pk for mark in everyone} if scope.everything else set(readable),
        "filters": choices,
        "on_it": {review.pk: person for review in page if (person := who_is_on(review))},
        "sort": request.GET.get("sort", "code"),
        "moving": cycle.state in AT_WORK,
    }
    return render(request, "year/progress.html", context)


def marks_of(reviews: QuerySet[MeasureReview]) -> list[Mark]:
    """Every sheet of the year, as little of it as the summary needs. One query."""
    rows = reviews.order_by("measure_year__owner__order", "measure_year__measure__sort_key").values_list(
        "pk",
        "state",
        "outcome",
        "late",
        "measure_year__owner_id",
        "measure_year__owner__name",
        "state_since",
        "submitted_at",
        "extended_until",
        "again_due_at",
    )
    return [Mark(*row) for row in rows]


def filtered(
    reviews: QuerySet[MeasureReview], filters: Mapping[str, str], marks: list[Mark], cycle: Cycle
) -> QuerySet[MeasureReview]:
    """The sheets that match the filters in the address; unknown values are ignored. `marks`: of all of them."""
    if (department := whole(filters.get("department"))) is not None:
        reviews = reviews.filter(measure_year__owner_id=department)
    state = filters.get("state", "")
    if state == LATE:
        reviews = reviews.filter(pk__in=[mark.pk for mark in late_marks(marks, cycle)])
    elif state in (Outcome.NOT_SUBMITTED, Outcome.EXCLUDED):
        reviews = reviews.filter(outcome=state)
    elif state in ReviewState.values:
        reviews = reviews.filter(state=state, outcome="")
    return reviews


def order(sort: str) -> list[str]:
    """The columns of a sort named in the address; the code decides between equals."""
    column = SORTS.get(sort.removeprefix("-"), SORTS["code"])
    return [f"-{column}" if sort.startswith("-") else column, SORTS["code"]]


# --- the picture ---------------------------------------------------------------------------------------------------


def flow_of(marks: list[Mark], cycle: Cycle, department: str = "") -> dict[str, Any]:
    """Counts and addresses for the flow picture."""
    counts = {state.value: 0 for state in (*ReviewState, Outcome.NOT_SUBMITTED, Outcome.EXCLUDED)}
    for mark in marks:
        counts[mark.shown_state] += 1
    here = here_of(cycle, department)
    urls = {state: f"{here}state={state}#sheets" for state, count in counts.items() if count}
    return {"counts": counts, "urls": urls, "endorsing": cycle.requires_endorsement or bool(counts["endorsing"])}


def here_of(cycle: Cycle, department: str) -> str:
    """This page's address, of one department where one is chosen, ready for a further parameter."""
    return reverse("meguri:progress", args=cycle.key) + (f"?department={department}&" if department else "?")


def stats_of(marks: list[Mark], cycle: Cycle, department: str = "") -> list[dict[str, Any]]:
    """The main numbers, in 施策; those settled with a reason stand apart where there are any."""
    tally = tally_of((mark.state, mark.outcome) for mark in marks)
    here = here_of(cycle, department)
    behind = len(late_marks(marks, cycle))
    remaining, unit = _("残り%(n)s"), _("施策")
    whole = f"/ {tally.due} {unit}"
    apart = [(Outcome.EXCLUDED, tally.excluded), (Outcome.NOT_SUBMITTED, tally.not_submitted)]
    return [
        {
            "label": _("提出まで進んだ施策"),
            "value": tally.submitted,
            "unit": whole,
            "note": remaining % {"n": tally.waiting},
        },
        {"label": _("承認"), "value": tally.approved, "unit": whole, "note": remaining % {"n": tally.unapproved}},
        {
            "label": _("遅れ・期限後"),
            "value": behind,
            "unit": unit,
            "url": f"{here}state={LATE}#sheets" if behind else "",
        },
        *(
            {"label": word_of(outcome), "value": number, "unit": unit, "url": f"{here}state={outcome.value}#sheets"}
            for outcome, number in apart
            if number
        ),
    ]


def unreached(request: SignedInRequest, cycle: Cycle) -> dict[str, Any]:
    """Steps that nobody can take, for those who look after the year while it runs. Two queries, none for others."""
    if not permissions.may_manage_cycle(request.user, cycle.plan_id) or cycle.state not in waiting.RUNNING:
        return {}
    return {"unmanned": waiting.unmanned(cycle), "without_mail": waiting.without_mail(cycle)}


def overdue(cycle: Cycle) -> bool:
    """Whether the 提出期限 has passed while the year is under way."""
    return bool(cycle.due_at and cycle.state in (CycleState.OPEN, CycleState.DECIDING) and clock.now() > cycle.due_at)


def late_marks(marks: list[Mark], cycle: Cycle) -> list[Mark]:
    """Sheets handed in late, and sheets still open after their own 提出期限."""
    running, now = cycle.state in (CycleState.OPEN, CycleState.DECIDING), clock.now()
    return [mark for mark in marks if mark.late or (running and mark.open and (due := mark.due(cycle)) and now > due)]


def departments_of(marks: list[Mark], cycle: Cycle) -> list[dict[str, Any]]:
    """One row per department: how many sheets, how many still open, how many late; those behind come first."""
    rows: dict[int, dict[str, Any]] = {}
    whose: dict[int, list[Mark]] = {}
    late = {mark.pk for mark in late_marks(marks, cycle)}
    for mark in marks:
        row = rows.setdefault(
            mark.department_id,
            {"pk": mark.department_id, "name": mark.department, "total": 0, "open": 0, "late": 0, "returned": 0},
        )
        whose.setdefault(mark.department_id, []).append(mark)
        row["returned"] += mark.state == ReviewState.RETURNED and not mark.outcome
        row["late"] += mark.pk in late
    for pk, row in rows.items():
        tally = tally_of((mark.state, mark.outcome) for mark in whose[pk])
        row.update(total=tally.due, handed_in=tally.submitted, open=tally.waiting)
    return sorted(rows.values(), key=lambda row: (-row["late"], -row["open"]))


def durations_of(marks: list[Mark]) -> list[dict[str, Any]]:
    """For each state that holds sheets: how long they have been there, on average and at most, in days."""
    now = clock.now()
    waits: dict[str, list[timedelta]] = {}
    for mark in marks:
        if not mark.outcome and mark.state not in (ReviewState.PUBLISHED, ReviewState.APPROVED):
            waits.setdefault(mark.state, []).append(now - mark.since)
    return [
        {
            "state": state.value,
            "count": len(waits[state]),
            "mean": round(sum(waits[state], timedelta()).total_seconds() / 86400 / len(waits[state]), 1),
            "longest": round(max(waits[state]).total_seconds() / 86400, 1),
        }
        for state in ReviewState
        if state in waits
    ]


def choices_of(marks: list[Mark], filters: Mapping[str, str]) -> dict[str, Any]:
    """What the two filters offer, and what is chosen."""
    departments = {mark.department_id: mark.department for mark in marks}
    states = [*ReviewState.values, Outcome.NOT_SUBMITTED.value, Outcome.EXCLUDED.value]
    present = {mark.shown_state for mark in marks}
    return {
        "departments": [
            {"value": str(pk), "label": name, "chosen": filters.get("department") == str(pk)}
            for pk, name in departments.items()
        ],
        "states": [
            {"value": state, "label": word_of(state), "chosen": filters.get("state") == state}
            for state in states
            if state in present or filters.get("state") == state
        ]
        + [{"value": LATE, "label": _("遅れ・期限後"), "chosen": filters.get("state") == LATE}],
        "active": bool(filters.get("department") or filters.get("state")),
    }
