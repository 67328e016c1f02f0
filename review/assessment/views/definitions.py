"""指標の定義の確認: direction, unit and kind of every goal of a plan, proposed by its words and confirmed in groups."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from review import queries
from review.assessment.forms.definitions import DIRECTIONS, DefinitionForm
from review.assessment.services import definitions as work
from review.assessment.services import judging
from review.assessment.services.definitions import Definition
from review.domain.items import circled
from review.domain.refusals import Invalid
from review.models import Cycle, CycleState, Indicator, IndicatorYear
from review.reader_words import worded
from review.screens.views.questions import having, page_of, words_of
from review.screens.views.signed_in import SignedInRequest
from review.screens.views.versions import Record, versioned
from review.templatetags.words import fiscal_year

WAYS = dict(DIRECTIONS)
#: as many goals are confirmed at once as somebody reads before pressing the button; then come the next
TOGETHER = 100


def record_of(goals: Sequence[Indicator]) -> Record:
    """What the form of these goals edits. A proposal that somebody confirmed meanwhile is another state."""
    only = goals[0] if len(goals) == 1 else None
    start = {name: getattr(only, name) for name in DefinitionForm.base_fields} if only else {}
    return Record(
        form=DefinitionForm(initial=start) if only else forms.Form(),
        rows=Indicator.objects.filter(pk__in=[goal.pk for goal in goals]),
        subject=f"indicator:{goals[0].pk}",
        actions=("definition.confirm",),
        state=[[goal.pk, goal.direction, goal.unit, goal.kind, goal.baseline, goal.defined_at] for goal in goals],
    )


def sent_record(request: SignedInRequest, plan: str, year: int) -> Record | None:
    """The record of the goals that the form showed."""
    numbers = [int(one) for one in request.POST.get("shown", "").split(",") if _is_number(one)]
    goals = list(Indicator.objects.filter(pk__in=numbers).order_by("measure__sort_key", "number"))
    return record_of(goals) if goals else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


@require_http_methods(["GET", "HEAD", "POST"])
@versioned(sent_record)
def definitions(request: SignedInRequest, plan: str, year: int) -> HttpResponse:
    """Every goal of the year with its definition; a POST confirms one, or a group as proposed."""
    cycle = queries.cycle_of(plan, year)
    if cycle is None:
        raise Http404
    if request.method == "POST":
        return _confirm(request, cycle)
    years = work.years_of(indicator__measure__plan=cycle.plan)
    rows = [_row(one, story) for story in years.values() for one in story if one.fiscal_year == year]
    rows = having(rows, words_of(request), lambda row: f"{row['code']} {row['name']}")
    waiting = [row for row in rows if not row["confirmed"]]
    everything = bool(request.GET.get("all"))
    asking = [row for row in rows if (row["bare"] if row["confirmed"] else row["doubts"])]
    singly = page_of(request, rows if everything else asking)
    context = {
        "page_title": _("指標の定義の確認"),
        "breadcrumbs": [
            {"label": _("ホーム"), "url": reverse("meguri:home")},
            {"label": _("年度と期限"), "url": reverse("meguri:cycles")},
            {"label": fiscal_year(year), "url": reverse("meguri:cycle", args=[plan, year])},
            {"label": _("指標の定義"), "url": ""},
        ],
        "cycle": cycle,
        "groups": [] if everything else _groups([row for row in waiting if not row["doubts"]]),
        "page_obj": singly,
        "words": words_of(request),
        "kept": [("all", "1")] if everything else [],
        "singly": [row for row in singly if not row["confirmed"]],
        "confirmed": [row for row in singly if row["confirmed"]],
        "directions": WAYS.items(),
        "kinds": Indicator.Kind.choices,
        "waiting": len(waiting),
        "total": len(rows),
        "everything": everything,
        "closed": cycle.state == CycleState.PUBLISHED,
    }
    return render(request, "assessment/definitions.html", context)


def _confirm(request: SignedInRequest, cycle: Cycle) -> HttpResponse:
    chosen = _chosen(request.POST)
    try:
        if not chosen:
            raise Invalid(_("確認する成果目標を選んでください。"))
        count = work.confirm(user=request.user, cycle=cycle, chosen=chosen)
        if not count:
            raise Http404
    except Invalid as refusal:
        messages.error(request, str(refusal))
    else:
        sentence = ngettext(
            "%(n)d件の定義を確認しました。提出や公表が済んだ判定は変わりません。",
            "%(n)d件の定義を確認しました。提出や公表が済んだ判定は変わりません。",
            count,
        )
        messages.success(request, sentence % {"n": count})
    query = "?all=1" if request.POST.get("all") else ""
    return redirect(reverse("meguri:definitions", args=cycle.key) + query)


def _chosen(sent: QueryDict) -> dict[int, Definition]:
    """One goal as typed, or the ticked ones of a group with the definitions that stood beside them."""
    if _is_number(str(sent.get("indicator", ""))):
        words = {name: str(sent[name]).strip() for name in DefinitionForm.base_fields if name in sent}
        words = {"direction": "", "unit": "", "kind": "", **words}
        return {int(str(sent["indicator"])): Definition(**words)}
    parts = [str(one).split("|", 3) for one in sent.getlist("goal")]
    return {
        int(one[0]): Definition(direction=one[1], kind=one[2], unit=one[3])
        for one in parts
        if len(one) == 4 and _is_number(one[0])
    }


def _row(row: IndicatorYear, years: Sequence[IndicatorYear]) -> dict[str, Any]:
    goal, made = row.indicator, work.proposal(row, years)
    confirmed = not work.asks(row)
    direction = goal.direction if goal.kind and confirmed else goal.direction or made.direction
    kind, unit = (goal.kind, goal.unit) if goal.kind and confirmed else (goal.kind or made.kind, made.unit or goal.unit)
    return {
        "goal": goal,
        "code": goal.measure.code,
        "number": circled(goal.number),
        "name": row.name,
        "targets": " → ".join(year.target for year in years if year.target.strip()),
        "direction": direction,
        "kind": kind,
        "unit": unit[:40],
        "words": (direction, kind),
        "reasons": list(map(worded, made.reasons)),
        "doubts": list(map(worded, made.doubts)),
        "confirmed": confirmed,
        "bare": judging.lacks_baseline(row, years),
        "record": record_of([goal]),
    }


def _groups(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The goals whose evidence agrees, by direction and kind, the largest group first; within one by unit."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row["words"], []).append(row)
    return [_group(*one) for one in sorted(groups.items(), key=lambda one: -len(one[1]))]


def _group(words: tuple[str, str], rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    shown = sorted(rows, key=lambda row: str(row["unit"]))[:TOGETHER]
    goals = [row["goal"] for row in shown]
    return {
        "title": _("%(direction)s・%(kind)s") % {"direction": WAYS[words[0]], "kind": Indicator.Kind(words[1]).label},
        "rows": shown,
        "count": len(rows),
        "more": len(rows) - len(shown),
        "shown": ",".join(str(goal.pk) for goal in goals),
        "record": record_of(goals),
    }
