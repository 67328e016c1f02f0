"""様式: what a year asks for, in the plan's own words and order, edited while it is a draft."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from review.deadlines.views.deadlines import way_to
from review.domain import sheet_form
from review.domain.fields import OWN
from review.domain.refusals import Invalid
from review.models import Cycle, CycleState
from review.screens.views.answers import see_other
from review.screens.views.questions import cycle_or_404
from review.screens.views.signed_in import SignedInRequest
from review.screens.views.versions import Record, versioned
from review.templatetags.words import fiscal_year
from review.year.forms.year_forms import KINDS, MOMENTS, SECTIONS, WRITERS, BuiltInForm, ItemForm
from review.year.services import year_forms as work

#: What the buttons beside an item do.
MOVES = {"up": -1, "down": 1}


def form_of(cycle: Cycle, key: str, sent: Any = None) -> BuiltInForm:
    """The form of the item with that key, of a new one where there is none."""
    one = sheet_form.field(cycle.form, key)
    built_in = one is not None and not key.startswith(OWN)
    form = (BuiltInForm if built_in else ItemForm)(sent, initial=BuiltInForm.start(cycle.form, one))
    if sheet_form.rests_on(key):
        form.fields["retired"].disabled = True
        form.fields["retired"].help_text = work.why_it_stays(key)
    return form


def form_record(request: SignedInRequest, plan: str, year: int) -> Record:
    """What the form of an item edits: all items, for they stand in one order."""
    cycle = cycle_or_404(plan, year)
    form = form_of(cycle, request.GET.get("item", ""))
    rows = Cycle.objects.filter(pk=cycle.pk)
    return Record(form=form, rows=rows, subject=f"cycle:{cycle.pk}", actions=("cycle.form",), state=cycle.form)


@require_http_methods(["GET", "HEAD", "POST"])
@versioned(form_record)
def year_form(request: SignedInRequest, plan: str, year: int) -> HttpResponse:
    """The items of one year; `?item=` is the one in the form below them."""
    cycle = cycle_or_404(plan, year)
    key = request.GET.get("item", "")
    form = form_of(cycle, key, request.POST if request.method == "POST" else None)
    if form.is_bound and done(request, cycle, key, form):
        messages.success(request, _("様式を保存しました。"))
        return see_other("meguri:year_form", plan, year)
    context = {
        "page_title": _("%(year)s 様式") % {"year": fiscal_year(year)},
        "breadcrumbs": way_to(cycle, _("様式")),
        "cycle": cycle,
        "form": form,
        "editing": _(one.label) if (one := sheet_form.field(cycle.form, key)) else "",
        "own": key.startswith(OWN),
        "draft": cycle.state == CycleState.DRAFT,
        "sections": [{"title": title, "rows": rows_of(cycle, section)} for section, title in SECTIONS],
    }
    return render(request, "year/form.html", context, status=422 if form.is_bound else 200)


def done(request: SignedInRequest, cycle: Cycle, key: str, form: BuiltInForm) -> bool:
    """Do what the button says; False where the form goes back with the sentences."""
    act, _colon, moved = request.POST.get("act", "").partition(":")
    if not act and not form.is_valid():
        return False
    try:
        if act in MOVES:
            work.move_item(user=request.user, cycle_id=cycle.pk, key=moved, by=MOVES[act])
        elif act == "remove":
            work.remove_item(user=request.user, cycle_id=cycle.pk, key=key)
        else:
            work.save_item(user=request.user, cycle_id=cycle.pk, key=key, item=form.item())
    except Invalid as refusal:
        form.refuse(refusal.fields or {"": str(refusal)})
        return False
    return True


def rows_of(cycle: Cycle, section: str) -> list[dict[str, Any]]:
    """The items of one section in their order, those that are asked no more among them."""
    left_out, kinds, writers, moments = sheet_form.off(cycle.form), dict(KINDS), dict(WRITERS), dict(MOMENTS)
    return [
        {
            "key": one.key,
            "label": _(one.label),
            "own": one.key.startswith(OWN),
            "kind": kinds[one.kind],
            "writer": writers.get(one.writer, _("計画の文章")),
            "moment": moments.get(one.required, _("条件により必須")),
            "retired": one.key in left_out,
        }
        for one in sheet_form.every(cycle.form)
        if one.section == section
    ]
