"""確認待ち: what waits for the reviewing office, filtered and sorted by the address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from review import calendar, clock, permissions, queries
from review.domain.checks import SENTENCES
from review.models import Cycle, IndicatorYear, MeasureReview, ReviewState, Role
from review.services.assessment import CLAIM_LASTS
from review.views import sheet_page
from review.views.answers import see_other
from workflow import steps

PAGE = 100
SHOWN_FLAGS = 2
WAITING = ReviewState.SUBMITTED.value
SORTS = {
    "doubts": ("doubts", "-submitted_at"),
    "measure": ("measure_year__measure__code",),
    "department": ("measure_year__owner__order", "measure_year__measure__code"),
    "submitted": ("submitted_at",),
    "since": ("-state_since",),
}
DEFAULT_SORT = "-doubts"
STATES = (WAITING, ReviewState.RETURNED.value, ReviewState.REVIEWED.value, ReviewState.APPROVED.value, "all")


@require_GET
def queue(request: HttpRequest, year: int) -> HttpResponse:
    """The list: most doubtful first, oldest first among equals."""
    cycle = cycle_or_404(year)
    base = permissions.visible_reviews(request.user).filter(cycle=cycle)
    state = request.GET.get("state", WAITING)
    state = state if state in STATES else WAITING
    sort = request.GET.get("sort", DEFAULT_SORT)
    chosen = base if state == "all" else base.filter(state=state)
    department = request.GET.get("department", "")
    if is_whole(department):
        chosen = chosen.filter(measure_year__owner=int(department))
    page = Paginator(queries.reviews(chosen).order_by(*order(sort)), PAGE).get_page(request.GET.get("page"))
    context = {
        "cycle": cycle,
        "page_obj": page,
        "rows": rows(request, list(page.object_list), cycle),
        "tabs": tabs(base, state, year),
        "state": state,
        "waiting": state == WAITING,
        "sort": sort,
        "department": department,
        "departments": departments(base),
        "others": sheet_page.others(request.user, Role.REVIEWER),
        "page_title": _("確認待ち"),
        "breadcrumbs": [{"label": _("ホーム"), "url": reverse("review:home")}, {"label": _("確認待ち")}],
    }
    return render(request, "workflow/queue.html", context)


def cycle_or_404(year: int) -> Cycle:
    """The cycle of a fiscal year."""
    cycle = queries.cycle_of(year)
    if cycle is None:
        raise Http404
    return cycle


def order(sort: str) -> list[str]:
    """The columns of a sort key; a leading minus turns it round. Unknown keys sort as by default."""
    columns = SORTS.get(sort.removeprefix("-"))
    if columns is None:
        return order(DEFAULT_SORT)
    if sort.startswith("-"):
        columns = tuple(c.removeprefix("-") if c.startswith("-") else f"-{c}" for c in columns)
    return [*columns, "measure_year__measure__code"]


def tabs(base: QuerySet[MeasureReview], state: str, year: int) -> list[dict[str, Any]]:
    """The states as tabs with their numbers. One query."""
    counts = dict(base.order_by().values_list("state").annotate(Count("pk")))
    words = {
        WAITING: _("確認待ち"),
        ReviewState.RETURNED.value: _("差戻し中"),
        ReviewState.REVIEWED.value: _("確認済"),
        ReviewState.APPROVED.value: _("承認済"),
        "all": _("すべて"),
    }
    address = reverse("workflow:queue", args=[year])
    return [
        {
            "label": label,
            "url": f"{address}?state={key}",
            "current": key == state,
            "count": sum(counts.values()) if key == "all" else counts.get(key, 0),
        }
        for key, label in words.items()
    ]


def departments(base: QuerySet[MeasureReview]) -> list[tuple[int, str]]:
    """The owners of the year's sheets. One query."""
    owners = base.order_by("measure_year__owner__order", "measure_year__owner_id")
    return list(owners.values_list("measure_year__owner_id", "measure_year__owner__name").distinct())


def rows(request: HttpRequest, reviews: Sequence[MeasureReview], cycle: Cycle) -> list[dict[str, Any]]:
    """Each sheet with its doubts and whether I may decide on it. Two queries however many."""
    mine = queries.sent_by(request.user, MeasureReview.objects.filter(pk__in=[review.pk for review in reviews]))
    doubts = doubts_of(reviews, cycle)
    now, days = clock.now(), calendar.city()
    return [
        {
            "review": review,
            "mine": review.pk in mine,
            "may": review.state == WAITING and review.pk not in mine,
            "due": review.step_due_at,
            "waited": days.until(timezone.localdate(review.state_since), clock.today()),
            "claimed": review.claimed_by if review.claimed_at and review.claimed_at > now - CLAIM_LASTS else None,
            **doubts.get(review.measure_year.measure_id, {"words": [], "more": 0, "missed": 0, "open": 0}),
        }
        for review in reviews
    ]


def doubts_of(reviews: Sequence[MeasureReview], cycle: Cycle) -> dict[int, dict[str, Any]]:
    """{measure id: what a reviewer should look at}. One query."""
    found: dict[int, dict[str, Any]] = {}
    indicators = IndicatorYear.objects.filter(
        indicator__measure__in=[review.measure_year.measure_id for review in reviews], fiscal_year=cycle.fiscal_year
    )
    for measure, status, flags in indicators.values_list("indicator__measure_id", "status", "flags"):
        one = found.setdefault(measure, {"codes": [], "missed": 0, "open": 0})
        one["codes"] += [code for code in flags if code in SENTENCES and code not in one["codes"]]
        one["missed"] += status == "missed"
        one["open"] += status == "undetermined"
    for one in found.values():
        words = [SENTENCES[code][0] for code in one.pop("codes")]
        one["words"], one["more"] = words[:SHOWN_FLAGS], max(len(words) - SHOWN_FLAGS, 0)
    return found


@require_POST
def confirm_many(request: HttpRequest) -> HttpResponse:
    """Confirm the chosen sheets; each stands for itself, and each refusal is said by name."""
    done, refused = steps.each(steps.confirm, user=request.user, chosen=chosen_of(request))
    say_results(request, done, refused, _("%(n)s件を確認しました: %(codes)s"))
    return see_other("workflow:queue", year_of(request))


def chosen_of(request: HttpRequest) -> list[tuple[int, int]]:
    """The ticked rows as (sheet, round), of the sheets that the person may read. One query."""
    pairs = [value.partition(":") for value in request.POST.getlist("chosen")]
    asked = [(int(a), int(b)) for a, _colon, b in pairs if is_whole(a) and is_whole(b)]
    known = permissions.visible_reviews(request.user).filter(pk__in=[pk for pk, _round in asked])
    readable = set(known.values_list("pk", flat=True))
    return [(pk, seen) for pk, seen in dict.fromkeys(asked) if pk in readable]


def is_whole(text: str) -> bool:
    """Whether the text is a whole number of a sane length."""
    return text.isascii() and text.isdigit() and len(text) < 10


def year_of(request: HttpRequest) -> int:
    """The year of the list from which the request came."""
    raw = request.POST.get("year", "")
    if is_whole(raw) and queries.cycle_of(int(raw)):
        return int(raw)
    cycle = queries.cycle_now()
    if cycle is None:
        raise Http404
    return cycle.fiscal_year


def say_results(request: HttpRequest, done: Sequence[int], refused: dict[int, str], sentence: str) -> None:
    """One message for what was done, one for each sheet that was not."""
    known = MeasureReview.objects.filter(pk__in=[*done, *refused]).order_by("measure_year__measure__code")
    codes = dict(known.values_list("pk", "measure_year__measure__code"))
    if done:
        messages.success(
            request, sentence % {"n": len(done), "codes": "、".join(codes[pk] for pk in codes if pk in done)}
        )
    for pk, why in refused.items():
        messages.warning(request, f"{codes.get(pk, '')}: {why}")
    if not done and not refused:
        messages.info(request, _("施策が選ばれていません。一覧の左の欄で選んでください。"))
