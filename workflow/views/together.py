"""Several sheets decided together: a look at each line first, then one button; each sheet stands for itself."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from review import permissions, queries
from review.assessment.services import judging
from review.assessment.views.indicator_parts import judgement_of
from review.background.services.making import SOON
from review.domain import fields
from review.item_words import label_of
from review.models import Cycle, IndicatorYear, Job, MeasureReview
from review.screens.views.acts import crumbs
from review.screens.views.answers import see_other
from review.screens.views.questions import cycle_or_404, whole
from review.screens.views.signed_in import SignedInRequest
from review.sheet.services import carrying
from workflow import together as work
from workflow.views import places
from workflow.views.places import WAITING

PAGE = 30


@require_GET
def together(request: SignedInRequest, plan: str, year: int) -> HttpResponse:
    """The ticked sheets, or all without a doubt as the list was filtered: what each says, line by line, before they are
    confirmed together."""
    cycle = cycle_or_404(plan, year)
    ticked = [whole(value.partition(":")[0]) or 0 for value in request.GET.getlist("chosen")]
    waiting = places.chosen(request, cycle, replace(places.Filters.of(request), state=WAITING))
    kinds = places.kinds(waiting.filter(pk__in=ticked) if ticked else waiting, request.user, named=bool(ticked))
    page = Paginator([*kinds["clean"], *kinds["doubtful"] * bool(ticked)], PAGE).get_page(request.GET.get("page"))
    here = [pk for pk, _round in page.object_list]
    by_number = {review.pk: review for review in queries.reviews(waiting.filter(pk__in=here))}
    rows = lines_of([by_number[pk] for pk in here if pk in by_number], cycle)
    context = {
        "cycle": cycle,
        "page_obj": page,
        "rows": rows,
        "any_clean": any(row["clean"] for row in rows),
        "kinds": {kind: len(pairs) for kind, pairs in kinds.items()},
        "count": sum(map(len, kinds.values())),
        "rest": joined(pair for pair in kinds["clean"] if pair[0] not in by_number),
        "queue_query": places.queue_query(request, but="page"),
        "page_title": _("まとめて確認"),
        "breadcrumbs": crumbs((_("確認待ち"), reverse("meguri:queue", args=[plan, year])), _("まとめて確認")),
    }
    return render(request, "workflow/together.html", context)


def lines_of(reviews: Sequence[MeasureReview], cycle: Cycle) -> list[dict[str, Any]]:
    """Each sheet with one line for each 成果目標: last year's 実績, 目標, 実績, reading, rate and grade. Four queries."""
    measures = [review.measure_year.measure_id for review in reviews]
    years = (cycle.fiscal_year - 1, cycle.fiscal_year)
    values = IndicatorYear.objects.filter(indicator__measure__in=measures, fiscal_year__in=years)
    now: dict[int, list[IndicatorYear]] = {}
    before: dict[int, str] = {}
    for row in values.select_related("indicator").order_by("indicator__number"):
        if row.fiscal_year == cycle.fiscal_year:
            now.setdefault(row.indicator.measure_id, []).append(row)
        else:
            before[row.indicator_id] = row.actual
    scale = judging.scale_of(cycle)
    same = carrying.repeated(cycle.fiscal_year, measures)
    return [
        {
            "review": review,
            "clean": not review.doubts and not review.late,
            "same": same.get(review.measure_year.measure_id, 0),
            "explained": explained(review, now.get(review.measure_year.measure_id, [])),
            "lines": [
                {"row": row, "before": before.get(row.indicator_id, ""), "judgement": judgement_of(row, scale)}
                for row in now.get(review.measure_year.measure_id, [])
            ],
        }
        for review in reviews
    ]


def explained(review: MeasureReview, rows: Sequence[IndicatorYear]) -> list[tuple[str, str]]:
    """What the department wrote of targets that it missed: (label, text) of 要因 and 対応."""
    if not any(row.status == "missed" for row in rows):
        return []
    return [
        (label_of(key, review.cycle.form), review.measure_year.text(key))
        for key in fields.required(fields.Required.WHERE_MISSED)
    ]


@require_POST
def confirm_many(request: SignedInRequest, plan: str, year: int) -> HttpResponse:
    """Confirm the chosen sheets; each stands for itself, and each refusal is reported by name. A doubtful one must be opened first."""
    cycle = cycle_or_404(plan, year)
    answer = work.ask(user=request.user, step=work.CONFIRM, chosen=chosen_of(request, cycle), cycle=cycle)
    return report(request, answer, _("%(n)s件を確認しました: %(codes)s")) or places.back_to_queue(request, cycle)


@require_http_methods(["GET", "POST"])
def at_work(request: SignedInRequest, pk: int) -> HttpResponse:
    """How far it is what the person had done with many sheets, and which of them were refused or failed, by name; sent, the
    latter are tried again. Nobody else's."""
    job = get_object_or_404(Job, pk=pk, kind=work.KIND, args__user=request.user.pk)
    if request.method == "POST":
        work.again(pk)
        return see_other("meguri:at_work", pk)
    cycle = get_object_or_404(Cycle.objects.select_related("plan"), jobs=job)
    answer = work.answer_of(job)
    known = MeasureReview.objects.visible(permissions.scope_of(request.user))
    named = list(queries.reviews(known.filter(pk__in=answer.refused | answer.failed)))
    named.sort(key=lambda review: review.measure_year.measure.sort_key)
    confirming = job.args["step"] == work.CONFIRM
    title, listed = (_("まとめて確認"), _("確認待ち")) if confirming else (_("まとめて審議"), _("審議"))
    back = reverse("meguri:queue" if confirming else "meguri:board", args=cycle.key)
    context = {
        "cycle": cycle,
        "job": job,
        "at_work": answer.at_work,
        "done": len(answer.done),
        "refused": [(review, answer.refused[review.pk]) for review in named if review.pk in answer.refused],
        "failed": [(review, answer.failed[review.pk]) for review in named if review.pk in answer.failed],
        "back": back,
        "live": SOON if answer.at_work else 0,
        "page_title": title,
        "breadcrumbs": crumbs((listed, back), title),
    }
    return render(request, "workflow/at_work.html", context)


def joined(pairs: Iterable[tuple[int, int]]) -> str:
    """(sheet, round) of many as a form sends them back."""
    return ",".join(f"{pk}:{seen}" for pk, seen in pairs)


def chosen_of(request: SignedInRequest, cycle: Cycle) -> list[tuple[int, int]]:
    """The ticked rows as (sheet, round), with those of other pages where all were asked for, of the year's sheets that the
    person may read. One query."""
    rest = request.POST.get("rest", "").split(",") if "all" in request.POST else []
    pairs = (value.partition(":")[::2] for value in [*request.POST.getlist("chosen"), *rest])
    chosen = [(pk, seen) for a, b in pairs if (pk := whole(a)) is not None and (seen := whole(b)) is not None]
    known = cycle.reviews.visible(permissions.scope_of(request.user))
    readable = set(known.filter(pk__in=[pk for pk, _round in chosen]).values_list("pk", flat=True))
    return [(pk, seen) for pk, seen in dict.fromkeys(chosen) if pk in readable]


def report(request: SignedInRequest, answer: work.Answer, sentence: str) -> HttpResponse | None:
    """One message for what was done, one for each sheet that was not; where more is to be seen or done, on to its page."""
    if answer.at_work or answer.failed:
        return see_other("meguri:at_work", answer.job)
    known = MeasureReview.objects.visible(permissions.scope_of(request.user)).filter(pk__in=answer.settled)
    codes = dict(known.order_by("measure_year__measure__sort_key").values_list("pk", "measure_year__measure__code"))
    if answer.done:
        listed = "、".join(codes[pk] for pk in codes if pk in answer.done)
        messages.success(request, sentence % {"n": len(answer.done), "codes": listed})
    for pk, why in answer.refused.items():
        messages.warning(request, f"{codes.get(pk, '')}: {why}")
    if not answer.settled:
        messages.info(request, _("施策が選ばれていません。一覧の左の欄で選んでください。"))
    return None
