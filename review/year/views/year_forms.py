"""様式: what a year asks for besides the built-in items, edited while it is a draft, and how it will look."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from review.deadlines.views.deadlines import way_to
from review.domain import sheet_form
from review.domain.fields import Section, Writer
from review.domain.refusals import Invalid
from review.models import Cycle, CycleState
from review.screens.views.answers import refusing, see_other
from review.screens.views.questions import cycle_or_404
from review.screens.views.signed_in import SignedInRequest
from review.screens.views.versions import Record, versioned
from review.templatetags.words import fiscal_year
from review.year.forms.year_forms import ItemForm
from review.year.services import year_forms as work


def item_of(cycle: Cycle, key: str) -> dict[str, Any] | None:
    """The item that is being edited; None for a new one."""
    return next((one for one in cycle.form.get("items", ()) if one["key"] == key), None)


def form_record(request: SignedInRequest, plan: str, year: int) -> Record:
    """What the form of an item edits: all items, for they stand in one order."""
    cycle = cycle_or_404(plan, year)
    form = ItemForm(initial=ItemForm.start(item_of(cycle, request.GET.get("item", ""))))
    rows = Cycle.objects.filter(pk=cycle.pk)
    return Record(form=form, rows=rows, subject=f"cycle:{cycle.pk}", actions=("cycle.form",), state=cycle.form)


@require_http_methods(["GET", "HEAD", "POST"])
@refusing
@versioned(form_record)
def year_form(request: SignedInRequest, plan: str, year: int) -> HttpResponse:
    """The items of one year; `?item=` is the one in the form below them."""
    cycle = cycle_or_404(plan, year)
    key = request.GET.get("item", "")
    sent = request.POST if request.method == "POST" else None
    form = ItemForm(sent, initial=ItemForm.start(item_of(cycle, key)))
    if sent is not None and done(request, cycle, key, form):
        messages.success(request, _("様式を保存しました。"))
        return see_other("meguri:year_form", plan, year)
    context = {
        "page_title": _("%(year)s 様式") % {"year": fiscal_year(year)},
        "breadcrumbs": way_to(cycle, _("様式")),
        "cycle": cycle,
        "form": form,
        "editing": item_of(cycle, key),
        "draft": cycle.state == CycleState.DRAFT,
        "items": cycle.form.get("items", ()),
        **preview(cycle),
    }
    return render(request, "year/form.html", context, status=422 if form.is_bound else 200)


def done(request: SignedInRequest, cycle: Cycle, key: str, form: ItemForm) -> bool:
    """Do what the button says; False where the form goes back with the sentences."""
    removing = request.POST.get("act") == "remove"
    if not form.is_valid() and not removing:
        return False
    try:
        if removing:
            work.remove_item(user=request.user, cycle_id=cycle.pk, key=key)
        else:
            work.save_item(user=request.user, cycle_id=cycle.pk, key=key, item=form.item())
    except Invalid as refusal:
        form.refuse(refusal.fields or {"": str(refusal)})
        return False
    return True


def preview(cycle: Cycle) -> dict[str, Any]:
    """The labels as the entry page, the book and the public page will have them."""
    form = sheet_form.of(cycle.form, Section.CONTENT, Section.EVALUATION)
    return {
        "entered": [_row(one.label, one.help) for one in form if one.writer == Writer.DEPARTMENT],
        "in_books": [_row(one.label) for one in form if one.in_book and one.public],
        "on_pages": [_row(one.label) for one in form if one.public],
    }


def _row(label: str, help: str = "") -> dict[str, str]:
    return {"label": _(label), "text": _(help) if help else ""}
