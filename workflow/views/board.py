"""審議: the whole year on one screen for the 本部, what needs a word first on top."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from review import permissions, queries
from review.domain import rating
from review.forms.sheet import MeetingForm
from review.models import Cycle, IndicatorYear, MeasureReview, Meeting, Outcome, ReviewState
from review.services import judging
from review.templatetags.words import fiscal_year
from review.views.answers import refusing, see_other
from workflow import steps
from workflow.forms import MeetingChoice
from workflow.views.queue import chosen_of, cycle_or_404, say_results, year_of

PAGE = 100
FIRST = 20
WAITING, EVERY = "waiting", "all"
REASONS = {
    "missed": gettext_lazy("未達成"),
    "undetermined": gettext_lazy("評価できない"),
    "jump": gettext_lazy("大きな変化"),
    "given": gettext_lazy("判断による達成区分"),
}


@require_GET
def board(request: HttpRequest, year: int) -> HttpResponse:
    """Totals, what to look at first, every sheet, the meetings and the year's decision."""
    cycle = cycle_or_404(year)
    user = request.user
    base = permissions.visible_reviews(user).filter(cycle=cycle)
    by_measure = queries.indicators_by_measure(cycle)
    waiting = base.filter(state=ReviewState.REVIEWED)
    not_mine = taken_part(request, waiting)
    show = request.GET.get("show", "")
    counts = Counter(base.order_by().values_list("state", flat=True))
    if show not in (WAITING, EVERY):
        show = WAITING if counts[ReviewState.REVIEWED.value] else EVERY
    page = Paginator(queries.reviews(waiting if show == WAITING else base), PAGE).get_page(request.GET.get("page"))
    rows = rows_of(list(page.object_list), by_measure, cycle, not_mine)
    context = {
        "cycle": cycle,
        "stats": stats(counts, cycle),
        "totals": totals(cycle, by_measure),
        "by_field": by_field(by_measure),
        "first": first(base, by_measure, cycle, not_mine),
        "rows": rows,
        "page_obj": page,
        "tabs": tabs(year, show, counts),
        "show": show,
        "choosable": permissions.is_approver(user) and any(row["may"] for row in rows),
        "is_approver": permissions.is_approver(user),
        "may_decide_year": permissions.may_decide_year(user, cycle),
        "may_record": permissions.reviews_or_approves(user),
        "proposals": list(queries.reviews(base.exclude(proposed_outcome=""))),
        "meetings": list(Meeting.objects.filter(cycle=cycle).select_related("recorded_by")),
        "meeting_form": MeetingForm(),
        "choice": MeetingChoice(cycle=cycle),
        "page_title": _("審議"),
        "breadcrumbs": [{"label": _("ホーム"), "url": reverse("review:home")}, {"label": _("審議")}],
    }
    return render(request, "workflow/board.html", context)


def taken_part(request: HttpRequest, waiting: QuerySet[MeasureReview]) -> set[int]:
    """The waiting sheets that the approver submitted or reviewed. Two queries, none for others."""
    if not permissions.is_approver(request.user):
        return set()
    return queries.sent_by(request.user, waiting) | queries.reviewed_by(request.user, waiting)


def stats(counts: Counter[str], cycle: Cycle) -> list[dict[str, Any]]:
    """How far the year is: sheets by what they wait for."""
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


# --- grades --------------------------------------------------------------------------------------------------------


def totals(cycle: Cycle, by_measure: dict[int, list[IndicatorYear]]) -> list[dict[str, Any]]:
    """達成区分 of this year's 成果目標, and last year's where they were judged. One query."""
    before = queries.grade_counts(cycle, fiscal_year=cycle.fiscal_year - 1)
    rows = [{"label": fiscal_year(cycle.fiscal_year), "counts": counted(r for one in by_measure.values() for r in one)}]
    if before:
        rows.append({"label": fiscal_year(cycle.fiscal_year - 1), "counts": before})
    return rows


def counted(rows: Any) -> dict[str, int]:
    """{grade: number} of indicators that have one."""
    return dict(Counter(row.final_grade for row in rows if row.final_grade))


def by_field(by_measure: dict[int, list[IndicatorYear]]) -> list[dict[str, Any]]:
    """The same by 分野, in their order."""
    found: dict[str, tuple[str, list[IndicatorYear]]] = {}
    for rows in by_measure.values():
        part = rows[0].indicator.measure.field
        found.setdefault(part.number, (f"{part.number} {part.name}", []))[1].extend(rows)
    return [{"label": label, "counts": counted(rows)} for _number, (label, rows) in sorted(found.items())]


# --- sheets --------------------------------------------------------------------------------------------------------


def rows_of(
    reviews: Sequence[MeasureReview], by_measure: dict[int, list[IndicatorYear]], cycle: Cycle, not_mine: set[int]
) -> list[dict[str, Any]]:
    """Each sheet with its grades, its proposed 総合評価 and why it needs a look."""
    scale = judging.scale_of(cycle)
    return [row_of(review, by_measure.get(review.measure_year.measure_id, []), scale, not_mine) for review in reviews]


def row_of(
    review: MeasureReview, indicators: Sequence[IndicatorYear], scale: rating.Scale, not_mine: set[int]
) -> dict[str, Any]:
    """One sheet of the board."""
    known = {grade.letter: grade for grade in scale.grades}
    overall = rating.overall([known.get(row.final_grade) for row in indicators], scale) if not review.outcome else None
    return {
        "review": review,
        "indicators": indicators,
        "overall": overall.letter if overall else "",
        "overall_name": overall.name if overall else "",
        "reasons": reasons_of(indicators),
        "demo": review.measure_year.demo or any(row.demo for row in indicators),
        "may": review.state == ReviewState.REVIEWED and review.pk not in not_mine,
        "mine": review.state == ReviewState.REVIEWED and review.pk in not_mine,
    }


def reasons_of(indicators: Sequence[IndicatorYear]) -> list[dict[str, Any]]:
    """Why a sheet needs a word before it is approved, each reason with its number of 成果目標."""
    found = Counter(row.status for row in indicators if row.status in REASONS)
    found["jump"] = sum("jump" in row.flags for row in indicators)
    found["given"] = sum(bool(row.given_grade) for row in indicators)
    return [{"code": code, "label": label, "count": found[code]} for code, label in REASONS.items() if found[code]]


def first(
    base: QuerySet[MeasureReview], by_measure: dict[int, list[IndicatorYear]], cycle: Cycle, not_mine: set[int]
) -> list[dict[str, Any]]:
    """先に見るもの among the sheets that wait for approval, the most doubtful first. One query."""
    asked = [measure for measure, rows in by_measure.items() if reasons_of(rows)]
    waiting = base.filter(state=ReviewState.REVIEWED, measure_year__measure__in=asked)
    found = queries.reviews(waiting).order_by("-doubts", "measure_year__measure__code")[:FIRST]
    return rows_of(list(found), by_measure, cycle, not_mine)


def tabs(year: int, show: str, counts: Counter[str]) -> list[dict[str, Any]]:
    """承認待ち or all."""
    address = reverse("workflow:board", args=[year])
    numbers = {WAITING: counts[ReviewState.REVIEWED.value], EVERY: sum(counts.values())}
    words = {WAITING: _("承認待ち"), EVERY: _("すべて")}
    return [
        {"label": words[key], "url": f"{address}?show={key}#all", "current": key == show, "count": numbers[key]}
        for key in (WAITING, EVERY)
    ]


# --- deciding from the board -----------------------------------------------------------------------------------------


@require_POST
def approve_many(request: HttpRequest) -> HttpResponse:
    """Approve the chosen sheets; each stands for itself, and each refusal is said by name."""
    year = year_of(request)
    meeting = MeetingChoice(request.POST, cycle=cycle_or_404(year)).chosen
    take = partial(steps.approve, meeting=meeting)
    done, refused = steps.each(take, user=request.user, chosen=chosen_of(request))
    say_results(request, done, refused, _("%(n)s件を承認しました: %(codes)s"))
    return see_other("workflow:board", year)


@require_POST
@refusing
def decide_outcome(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide a proposal of 未提出 or 対象外."""
    review = get_object_or_404(queries.reviews(permissions.visible_reviews(request.user)), pk=pk)
    accept = request.POST.get("accept") == "1"
    word = Outcome(review.proposed_outcome).label
    steps.decide_outcome(user=request.user, review_id=pk, accept=accept, comment=request.POST.get("comment", ""))
    code = review.measure_year.measure.code
    said = (
        _("%(code)s を「%(word)s」と決定しました。")
        if accept
        else _("%(code)s の「%(word)s」の提案を採用しませんでした。")
    )
    messages.success(request, said % {"code": code, "word": word})
    return see_other("workflow:board", review.cycle.fiscal_year)
