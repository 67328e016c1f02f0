"""確認待ち: what waits for the reviewing office, filtered and sorted by the address."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from review import calendar, clock, listing, permissions
from review.assessment.services.assessment import who_is_on
from review.background.services.making import of_the_background
from review.domain.checks import OF_PLAN, SENTENCES
from review.models import MeasureReview, ReviewState, Role, Step
from review.screens.views import chrome
from review.screens.views.acts import crumbs
from review.screens.views.questions import cycle_or_404, page_of
from review.screens.views.signed_in import SignedInRequest
from review.sheet.services import carrying
from review.sheet.views import sheet_page
from review.templatetags.days import left_until
from workflow.views import places
from workflow.views.places import UNASKED, WAITING, Filters

PAGE = 40
#: What a list says of the entry itself.
DOUBTS = SENTENCES.keys() - OF_PLAN
SHOWN_FLAGS = 2
FLAG_WORDS = {
    "any": gettext_lazy("疑問点あり"),
    "none": gettext_lazy("疑問点なし"),
    "missed": gettext_lazy("未達成"),
    "undetermined": gettext_lazy("評価できない"),
    "late": gettext_lazy("期限後"),
}
PEOPLE_WORDS = {
    "free": gettext_lazy("誰も確認していない"),
    "me": gettext_lazy("自分が確認中"),
    "others": gettext_lazy("ほかの人が確認中"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """All that one line of the list shows, and no more: `parts/queue_row.html` is drawn from it alone."""

    pk: int
    code: str
    name: str
    owner: str
    state: str
    outcome: str
    late: bool
    submitted_at: datetime | None
    submitted_by: str
    #: whether the list is of what waits; then the sheet may be chosen, or is one's own, and others are named
    waiting: bool
    may: bool
    others: str
    represented: bool
    claimed: str
    queue_query: str
    left: tuple[str, str, str]
    waited: int
    words: tuple[str, ...] = ()
    more: int = 0
    missed: int = 0
    open: int = 0
    same: int = 0


@require_GET
def queue(request: SignedInRequest, plan: str, year: int) -> HttpResponse:
    """The list: most doubtful first, oldest first among equals."""
    cycle = cycle_or_404(plan, year)
    filters = Filters.of(request)
    sheets, counts = listing.by_owner(cycle=cycle.pk), chrome.waiting_for(request.user)
    matching = places.chosen(request, cycle, filters)
    known = sum(one.sheets for one in sheets if filters.state in ("all", one.state))
    unasked = sum(one.clean for one in sheets if one.state == filters.state == WAITING)
    if filters.narrowed:
        known, unasked = matching.aggregate(n=Count("pk"), clean=Count("pk", filter=UNASKED)).values()
    page = page_of(request, listing.listed(matching), PAGE, known)
    context = {
        "cycle": cycle,
        "page_obj": page,
        "rows": rows(request, listing.of_year(page.object_list, cycle), filters),
        "tabs": tabs(sheets, filters, request),
        "filters": filters,
        "waiting": filters.state == WAITING,
        "sort": filters.sort,
        "departments": list(dict.fromkeys((str(one.owner), one.name) for one in sheets)),
        "flags": FLAG_WORDS.items(),
        "people": PEOPLE_WORDS.items(),
        **of_the_background(cycle, counts["under_way"]),
        "clean": unasked * (filters.state == WAITING),
        "queue_query": places.queue_query(request, but="page"),
        "page_title": _("確認待ち"),
        "breadcrumbs": crumbs(_("確認待ち")),
    }
    return render(request, "workflow/queue.html", context)


def tabs(sheets: list[listing.OfOwner], filters: Filters, request: SignedInRequest) -> list[dict[str, Any]]:
    """The states as tabs with their numbers; the other filters stay. No query."""
    counts: Counter[str] = Counter()
    for one in sheets:
        counts[one.state] += one.sheets
    words = {
        WAITING: _("確認待ち"),
        ReviewState.RETURNED.value: _("差戻し中"),
        ReviewState.REVIEWED.value: _("確認済"),
        ReviewState.APPROVED.value: _("承認済"),
        "all": _("すべて"),
    }
    query, shown = request.GET.copy(), []
    query.pop("page", None)
    for key, label in words.items():
        query["state"] = key
        count = sum(counts.values()) if key == "all" else counts[key]
        shown.append({"label": label, "url": f"?{query.urlencode()}", "current": key == filters.state, "count": count})
    return shown


def rows(request: SignedInRequest, reviews: Sequence[MeasureReview], filters: Filters) -> list[Row]:
    """Each sheet with its doubts, who is on it and whether I may decide on it. Three queries, and one where one is mine."""
    waiting = filters.state == WAITING
    mine = (
        permissions.barred(request.user, reviews[0].cycle.plan_id, [row.pk for row in reviews], Step.REVIEW)
        if waiting and reviews
        else {}
    )
    others = sheet_page.others(request.user, Role.REVIEWER, reviews[0].cycle.plan_id) if mine else ""
    doubts = doubts_of(reviews)
    same = carrying.repeated(
        reviews[0].cycle.fiscal_year if reviews else 0, [review.measure_year.measure_id for review in reviews]
    )
    queue_query = places.queue_query(request)
    return [
        row_of(
            review,
            doubts.get(review.measure_year.measure_id, {}),
            waiting=waiting,
            may=waiting and review.pk not in mine,
            others=others if review.pk in mine else "",
            represented=not mine.get(review.pk, True),
            queue_query=queue_query,
            same=same.get(review.measure_year.measure_id, 0),
        )
        for review in reviews
    ]


def row_of(review: MeasureReview, doubts: dict[str, Any], **about: Any) -> Row:
    """One line of the list."""
    year, left = review.measure_year, left_until(review.step_due_at if about["waiting"] else None)
    return Row(
        pk=review.pk,
        code=year.measure.code,
        name=year.name,
        owner=year.owner.name,
        state=review.state,
        outcome=review.outcome,
        late=review.late,
        submitted_at=review.submitted_at,
        submitted_by=str(review.submitted_by or ""),
        claimed=str(who_is_on(review) or ""),
        left=(left["text"], left["kind"], left.get("icon_name", "")),
        waited=calendar.city().until(timezone.localdate(review.state_since), clock.today()),
        **about,
        **doubts,
    )


def doubts_of(reviews: Sequence[MeasureReview]) -> dict[int, dict[str, Any]]:
    """{measure id: what a reviewer should look at}. One query."""
    doubts: dict[int, dict[str, Any]] = {}
    for measure, status, flags in listing.doubtful(
        [review.measure_year.measure_id for review in reviews], reviews[0].cycle.fiscal_year if reviews else 0
    ):
        one = doubts.setdefault(measure, {"codes": [], "missed": 0, "open": 0})
        one["codes"] += [code for code in flags if code in DOUBTS and code not in one["codes"]]
        one["missed"] += status == "missed"
        one["open"] += status == "undetermined"
    for one in doubts.values():
        words = [SENTENCES[code][0] for code in one.pop("codes")]
        one["words"], one["more"] = tuple(words[:SHOWN_FLAGS]), max(len(words) - SHOWN_FLAGS, 0)
    return doubts
