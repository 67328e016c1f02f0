"""確認待ち: what waits for the reviewing office, filtered and sorted by the address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from review import calendar, clock, permissions, queries
from review.domain.checks import SENTENCES
from review.models import Cycle, IndicatorYear, MeasureReview, ReviewState, Role
from review.services import carrying
from review.services.assessment import who_is_on
from review.views import sheet_page
from workflow.views import places
from workflow.views.places import WAITING, Wanted

PAGE = 40
SHOWN_FLAGS = 2
FLAG_WORDS = {
    "any": gettext_lazy("注意あり"),
    "none": gettext_lazy("注意なし"),
    "missed": gettext_lazy("未達成"),
    "undetermined": gettext_lazy("評価できない"),
    "late": gettext_lazy("期限後"),
}
PEOPLE_WORDS = {
    "free": gettext_lazy("だれも確認していない"),
    "me": gettext_lazy("自分が確認中"),
    "others": gettext_lazy("ほかの人が確認中"),
}


@require_GET
def queue(request: HttpRequest, year: int) -> HttpResponse:
    """The list: most doubtful first, oldest first among equals."""
    cycle = cycle_or_404(year)
    wanted = Wanted.of(request)
    base = permissions.visible_reviews(request.user).filter(cycle=cycle)
    found = places.chosen(request, cycle, wanted)
    page = Paginator(queries.listed(found), PAGE).get_page(request.GET.get("page"))
    context = {
        "cycle": cycle,
        "page_obj": page,
        "rows": rows(request, queries.of_cycle(page.object_list, cycle), cycle),
        "tabs": tabs(base, wanted, request),
        "wanted": wanted,
        "waiting": wanted.state == WAITING,
        "sort": wanted.sort,
        "departments": departments(base),
        "flags": FLAG_WORDS.items(),
        "people": PEOPLE_WORDS.items(),
        "kept_query": places.kept_query(request),
        "others": sheet_page.others(request.user, Role.REVIEWER),
        "clean": clean(base).count() if wanted.state == WAITING else 0,
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


def clean(base: QuerySet[MeasureReview]) -> QuerySet[MeasureReview]:
    """The sheets that wait and raise no question."""
    return places.by_flag(base.filter(state=WAITING), "none")


def tabs(base: QuerySet[MeasureReview], wanted: Wanted, request: HttpRequest) -> list[dict[str, Any]]:
    """The states as tabs with their numbers; the other filters stay. One query."""
    counts = dict(base.order_by().values_list("state").annotate(Count("pk")))
    words = {
        WAITING: _("確認待ち"),
        ReviewState.RETURNED.value: _("差戻し中"),
        ReviewState.REVIEWED.value: _("確認済"),
        ReviewState.APPROVED.value: _("承認済"),
        "all": _("すべて"),
    }
    kept = request.GET.copy()
    kept.pop("page", None)
    return [
        {
            "label": label,
            "url": f"?{with_state(kept, key)}",
            "current": key == wanted.state,
            "count": sum(counts.values()) if key == "all" else counts.get(key, 0),
        }
        for key, label in words.items()
    ]


def with_state(kept: Any, state: str) -> str:
    """The address's own filters with another state."""
    asked = kept.copy()
    asked["state"] = state
    return asked.urlencode()


def departments(base: QuerySet[MeasureReview]) -> list[tuple[str, str]]:
    """The owners of the year's sheets, as the filter takes them. One query."""
    owners = base.order_by("measure_year__owner__order", "measure_year__owner_id")
    pairs = owners.values_list("measure_year__owner_id", "measure_year__owner__name").distinct()
    return [(str(pk), name) for pk, name in pairs]


def rows(request: HttpRequest, reviews: Sequence[MeasureReview], cycle: Cycle) -> list[dict[str, Any]]:
    """Each sheet with its doubts, who is on it and whether I may decide on it. Four queries however many."""
    mine = queries.sent_by(request.user, MeasureReview.objects.filter(pk__in=[review.pk for review in reviews]))
    doubts = doubts_of(reviews, cycle)
    same = carrying.repeated(cycle.fiscal_year, [review.measure_year.measure_id for review in reviews])
    today, days = clock.today(), calendar.city()
    return [
        {
            "review": review,
            "mine": review.pk in mine,
            "may": review.state == WAITING and review.pk not in mine,
            "due": review.step_due_at,
            "waited": days.until(timezone.localdate(review.state_since), today),
            "claimed": who_is_on(review),
            "same": same.get(review.measure_year.measure_id, 0),
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
