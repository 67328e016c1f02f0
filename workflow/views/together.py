"""Several sheets decided together: a look at each line first, then one button; each sheet stands for itself."""

from collections import namedtuple
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

from review import listing, permissions, queries
from review.assessment.services import judging
from review.assessment.views.indicator_parts import Judgement, judgement_of
from review.background.services.making import SOON
from review.domain import fields
from review.item_words import label_of
from review.models import Cycle, Job, MeasureReview
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
    rows = looked_at([by_number[pk] for pk in here if pk in by_number], cycle)
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


def looked_at(reviews: Sequence[MeasureReview], cycle: Cycle) -> list[dict[str, Any]]:
    """Each sheet with its goals, and how much of it is last year's. Two queries for forty of them."""
    measures = [review.measure_year.measure_id for review in reviews]
    same, goals = carrying.repeated(cycle.fiscal_year, measures), lines_of(measures, cycle, reading=True)
    return [
        {"review": one, "clean": not one.doubts and not one.late, "same": same.get(measure), "goals": goals[measure]}
        for one, measure in zip(reviews, measures, strict=True)
    ]


#: One 成果目標: last year's 実績, 目標, 実績, how it was read and judged; `lowest`: whether the rate is that of its lowest part.
Line = namedtuple("Line", "name before target actual reading rate lowest grade shape words cause sentences")
#: All that the lines of one sheet show, and no more: `parts/goal_lines.html` is drawn from it alone. `explained`: (label, text)
#: of 要因 and 対応 where a target was missed; `reading`: a column for how a value was read; `bare`: none for boxes.
Goals = namedtuple("Goals", "lines explained reading bare")


def lines_of(measures: Sequence[int], cycle: Cycle, *, reading: bool = False, bare: bool = False) -> dict[int, Goals]:
    """{measure: its goals} of each of these 施策. One query for forty of them."""
    scale, years = judging.scale_of(cycle), {"year": cycle.fiscal_year, "before": cycle.fiscal_year - 1}
    labels = {key: label_of(key, cycle.form) for key in fields.required(fields.Required.WHERE_MISSED)}
    lines: dict[int, list[Line]] = {measure: [] for measure in measures}
    explained: dict[int, tuple[tuple[str, str], ...]] = {}
    for part in listing.in_parts(measures):
        for row in listing.judged_goals(measures=part, **years):
            lines[row.indicator.measure_id].append(line_of(row, judgement_of(row, scale)))
            if row.status == "missed":
                texts = tuple((label, str(row.texts.get(key, ""))) for key, label in labels.items())
                explained[row.indicator.measure_id] = texts
    return {pk: Goals(tuple(its), explained.get(pk, ()), reading, bare) for pk, its in lines.items()}


def line_of(row: Any, judgement: Judgement) -> Line:
    """The goal, a row of `listing.judged_goals`, as the line shows it."""
    words = judgement.grade_name if judgement.grade else judgement.status
    cause = judgement.cause if row.reading.get("progress") else ""
    typed, read = (row.name, row.actual_before or "", row.target, row.actual), (judgement.reading, judgement.rate)
    marks = (judgement.lowest, judgement.grade, judgement.shape)
    return Line(*typed, *read, *marks, words, cause, tuple(judgement.sentences))


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
        listed = _("、").join(codes[pk] for pk in codes if pk in answer.done)
        messages.success(request, sentence % {"n": len(answer.done), "codes": listed})
    for pk, why in answer.refused.items():
        messages.warning(request, f"{codes.get(pk, '')}: {why}")
    if not answer.settled:
        messages.info(request, _("施策が選ばれていません。一覧の左の欄で選んでください。"))
    return None
