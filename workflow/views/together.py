"""Several sheets decided together: a look at each line first, then one button; each sheet stands for itself."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from review import permissions, queries
from review.assessment.services import judging
from review.assessment.views.indicator_parts import judgement_of
from review.background.services.making import SOON
from review.domain import fields
from review.item_words import label_of
from review.listing import not_sent_by
from review.models import Cycle, IndicatorYear, Job, MeasureReview
from review.screens.views.acts import crumbs
from review.screens.views.answers import see_other
from review.screens.views.questions import cycle_or_404, whole
from review.screens.views.signed_in import SignedInRequest
from review.sheet.services import carrying
from workflow import together as work
from workflow.views.places import WAITING, queue_query
from workflow.views.queue import clean

PAGE = 30


@require_GET
def together(request: SignedInRequest, plan: str, year: int) -> HttpResponse:
    """The ticked sheets, or all without a doubt: what each says, line by line, before they are confirmed together."""
    cycle = cycle_or_404(plan, year)
    base = cycle.reviews.visible(permissions.scope_of(request.user)).filter(state=WAITING)
    ticked = [whole(value.partition(":")[0]) or 0 for value in request.GET.getlist("chosen")]
    sheets = base.filter(pk__in=ticked) if ticked else clean(base)
    free = sheets.filter(not_sent_by(request.user.pk))
    page = Paginator(queries.reviews(free), PAGE).get_page(request.GET.get("page"))
    rows = lines_of(list(page.object_list), cycle)
    context = {
        "cycle": cycle,
        "page_obj": page,
        "rows": rows,
        "any_clean": any(row["clean"] for row in rows),
        "left_out": sheets.count() - page.paginator.count,
        "queue_query": queue_query(request),
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
    chosen = chosen_of(request, cycle)
    sheets = MeasureReview.objects.visible(permissions.scope_of(request.user))
    selected = sheets.filter(pk__in=[pk for pk, _round in chosen])
    doubtful = set(
        selected.exclude(pk__in=clean(selected).values("pk")).filter(state=WAITING).values_list("pk", flat=True)
    )
    done, refused, at_work = work.ask(
        user=request.user, step="confirm", chosen=[pair for pair in chosen if pair[0] not in doubtful], cycle=cycle,
        refused=dict.fromkeys(doubtful, _("疑問点があるため、シートを開いて確認してください。")),
    )  # fmt: skip
    if at_work:
        return see_other("meguri:at_work", at_work)
    say_results(request, done, refused, _("%(n)s件を確認しました: %(codes)s"))
    return see_other("meguri:queue", plan, year)


@require_GET
def at_work(request: SignedInRequest, pk: int) -> HttpResponse:
    """How far it is what the person had done with many sheets, and which of them were refused, by name. Nobody else's."""
    job = get_object_or_404(Job, pk=pk, kind=work.KIND, args__user=request.user.pk)
    cycle = get_object_or_404(Cycle.objects.select_related("plan"), jobs=job)
    done, refused, at_work = work.answer_of(job)
    known = MeasureReview.objects.visible(permissions.scope_of(request.user)).filter(pk__in=refused)
    named = queries.reviews(known).order_by("measure_year__measure__sort_key")
    confirming = job.args["step"] == "confirm"
    title, listed = (_("まとめて確認"), _("確認待ち")) if confirming else (_("まとめて審議"), _("審議"))
    back = reverse("meguri:queue" if confirming else "meguri:board", args=cycle.key)
    context = {
        "cycle": cycle,
        "job": job,
        "at_work": at_work,
        "done": len(done),
        "refused": [(review, refused[review.pk]) for review in named],
        "back": back,
        "live": SOON if at_work else 0,
        "page_title": title,
        "breadcrumbs": crumbs((listed, back), title),
    }
    return render(request, "workflow/at_work.html", context)


def chosen_of(request: SignedInRequest, cycle: Cycle) -> list[tuple[int, int]]:
    """The ticked rows as (sheet, round), of the year's sheets that the person may read. One query."""
    pairs = (value.partition(":")[::2] for value in request.POST.getlist("chosen"))
    chosen = [(pk, seen) for a, b in pairs if (pk := whole(a)) is not None and (seen := whole(b)) is not None]
    known = cycle.reviews.visible(permissions.scope_of(request.user))
    readable = set(known.filter(pk__in=[pk for pk, _round in chosen]).values_list("pk", flat=True))
    return [(pk, seen) for pk, seen in dict.fromkeys(chosen) if pk in readable]


def say_results(request: SignedInRequest, done: Sequence[int], refused: dict[int, str], sentence: str) -> None:
    """One message for what was done, one for each sheet that was not."""
    known = MeasureReview.objects.visible(permissions.scope_of(request.user)).filter(pk__in=[*done, *refused])
    codes = dict(known.order_by("measure_year__measure__sort_key").values_list("pk", "measure_year__measure__code"))
    if done:
        messages.success(
            request, sentence % {"n": len(done), "codes": "、".join(codes[pk] for pk in codes if pk in done)}
        )
    for pk, why in refused.items():
        messages.warning(request, f"{codes.get(pk, '')}: {why}")
    if not done and not refused:
        messages.info(request, _("施策が選ばれていません。一覧の左の欄で選んでください。"))
