"""Correcting a published edition: begun, prepared item by item, sent, and decided with 誤 and 正 side by side."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from review import permissions
from review.domain import correction_items, values
from review.domain.refusals import AlreadyDecided, Invalid
from review.item_words import correctable_label
from review.models import Correction, Cycle, Edition, edition_label
from review.publication.services import corrections
from review.publication.services.correction_effects import Entry
from review.reader_words import in_reader_words, worded
from review.screens.views.acts import Crumb, crumbs
from review.screens.views.answers import done, see_other
from review.screens.views.questions import cycle_or_404
from review.screens.views.signed_in import SignedInRequest
from review.screens.views.versions import Record, versioned
from review.templatetags.words import fiscal_year
from workflow import steps
from workflow.forms import MeetingChoice, pass_of


def correction_or_404(pk: int) -> Correction:
    """The correction with its edition and year. One query."""
    return get_object_or_404(Correction.objects.select_related("base", "cycle__plan", "prepared_by", "edition"), pk=pk)


def way_to(cycle: Cycle, *pages: tuple[str, str] | str) -> list[Crumb]:
    """From the published year down to here: what all who read a correction may open."""
    return crumbs((fiscal_year(cycle.fiscal_year), reverse("publication:year", args=cycle.key)), *pages)


# --- beginning -------------------------------------------------------------------------------------------------------


def start(request: SignedInRequest, plan: str, year: int) -> HttpResponse:
    """Begin a correction, or go on to the one that is under way."""
    cycle = cycle_or_404(plan, year)
    running = corrections.under_way(cycle.pk)
    if running:
        return see_other("meguri:correction", running.pk)
    current = cycle.editions.filter(current=True).defer("snapshot").first()
    if current is None:
        raise Http404
    if request.method == "POST":
        try:
            made = steps.start_correction(user=request.user, cycle_id=cycle.pk)
        except AlreadyDecided:
            if other := corrections.under_way(cycle.pk):
                return see_other("meguri:correction", other.pk)
            raise
        return done(request, _("訂正の準備を始めました。訂正する施策を選んでください。"), "meguri:correction", made.pk)
    heading = _("%(edition)sを訂正する") % {
        "edition": f"{fiscal_year(cycle.fiscal_year)} {in_reader_words(current.label)}"
    }
    effects = [
        _("訂正の準備が始まります。公表版は、承認者が決定するまで変わりません。"),
        _("決定すると、%(edition)sが正誤表とともに公表されます。")
        % {"edition": in_reader_words(edition_label(current.number + 1))},
        _("%(edition)sは消えず、これまでの内容のまま見られます。") % {"edition": in_reader_words(current.label)},
    ]
    context = {
        "heading": heading,
        "page_title": heading,
        "effects": effects,
        "verb": _("訂正の準備を始める"),
        "back_url": reverse("meguri:cycle", args=[plan, year]),
        "breadcrumbs": way_to(cycle, heading),
    }
    return render(request, "workflow/correction_start.html", context)


# --- the whole -------------------------------------------------------------------------------------------------------


@require_safe
def correction(request: SignedInRequest, pk: int) -> HttpResponse:
    """Everything of one correction: 誤 and 正, what follows from it, and what may be done next."""
    return page(request, correction_or_404(pk))


def page(
    request: SignedInRequest,
    correction: Correction,
    *,
    status: int = 200,
    refused: Invalid | None = None,
    comment: str = "",
    reason: str = "",
) -> HttpResponse:
    """The correction's page, with what was typed and why it was refused."""
    entries = corrections.entries_of(correction)
    cycle, base = correction.cycle, correction.base
    context = {
        "correction": correction,
        "cycle": cycle,
        "coming": in_reader_words(edition_label(base.number + 1)),
        "measures": by_measure(correction, entries),
        "totals": [line for line in lines_of(correction, entries) if not line["code"]],
        "effects": effects_of(correction, entries),
        **what_may_be_done(request, correction),
        **what_was_decided(correction),
        "preview_url": reverse("meguri:correction_preview", args=[correction.pk])
        if correction.state in corrections.UNDER_WAY
        else "",
        "refused": refused,
        "comment": comment,
        "reason": reason,
        "page_title": _("%(edition)sの訂正")
        % {"edition": f"{fiscal_year(cycle.fiscal_year)} {in_reader_words(base.label)}"},
        "breadcrumbs": way_to(cycle, _("訂正")),
    }
    return render(request, "workflow/correction.html", context, status=status)


def what_may_be_done(request: SignedInRequest, correction: Correction) -> dict[str, Any]:
    """Which acts the person has on the correction as it is, and what their forms are made of."""
    user = request.user
    prepares = permissions.may_prepare_correction(user, correction.cycle.plan_id)
    may_prepare = prepares and correction.state in corrections.OPEN
    may_decide = permissions.may_decide_correction(user, correction)
    measures = correction.base.snapshot["measures"] if may_prepare else ()
    return {
        "may_prepare": may_prepare,
        "choices": [(row["code"], row["name"], row["owner"]) for row in measures],
        "submit_record": items_record(correction),
        "may_decide": may_decide,
        "mine": correction.state == Correction.State.DECIDING
        and permissions.is_approver(user, correction.cycle.plan_id)
        and not may_decide,
        "meeting_form": MeetingChoice(None, cycle=correction.cycle) if may_decide else None,
    }


def what_was_decided(correction: Correction) -> dict[str, Any]:
    """Its decisions, and of a correction that was sent back the one that did. One query."""
    decisions = list(correction.decisions.select_related("decided_by", "meeting"))
    returns = [one for one in decisions if one.verdict == "return"]
    returned = returns[-1:] if correction.state == Correction.State.RETURNED else ()
    return {"decisions": decisions, "returned": next(iter(returned), None)}


def lines_of(correction: Correction, entries: Sequence[Entry]) -> list[dict[str, str]]:
    """What changes in consequence: as published where it is, else as it would be today."""
    if not entries:
        return []
    snapshot = correction.edition.snapshot if correction.edition else corrections.draft_of(correction, entries)
    return cast(list[dict[str, str]], snapshot["corrections"][-1]["consequences"])


def by_measure(correction: Correction, entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """The items and their consequences, 施策 by 施策."""
    names = {row["code"]: row["name"] for row in correction.base.snapshot["measures"]}
    lines = lines_of(correction, entries)
    return [
        {
            "code": code,
            "name": names.get(code, ""),
            "items": [shown(one) for one in entries if one.code == code],
            "lines": [line for line in lines if line["code"] == code],
        }
        for code in dict.fromkeys(one.code for one in entries)
    ]


def shown(one: Entry) -> dict[str, Any]:
    """One item, with how its new value is read where it is a value."""
    return {
        "key": one.key,
        "label": correctable_label(one.key, one.label),
        "reason": one.reason,
        "sides": [{"label": _("誤"), "text": one.wrong}, {"label": _("正"), "text": one.right}],
        "reading": reading_of(one.key, one.right),
    }


def reading_of(key: str, text: str) -> str:
    """How the text is read as a value; '' for what is none."""
    return worded(values.read(text).sentence) if key.split(":")[2:3] in (["target"], ["actual"]) else ""


def effects_of(correction: Correction, entries: Sequence[Entry]) -> list[str]:
    """What the decision will do."""
    base, number = in_reader_words(correction.base.label), correction.base.number
    coming = in_reader_words(edition_label(number + 1))
    return [
        _("%(n)s項目を訂正した%(edition)sが、正誤表とともに公表されます。") % {"n": len(entries), "edition": coming},
        _("%(edition)sは消えず、これまでの内容のまま見られます。") % {"edition": base},
        _("実績などの値は、次の年度の比較にも正しい内容が使われます。"),
        *other_editions(correction, entries),
        _("役割のある全員に、訂正のお知らせが届きます。集約表とPDFも新しく作られます。"),
    ]


def other_editions(correction: Correction, entries: Sequence[Entry]) -> list[str]:
    """Which other years' editions hold the same values and are not changed by this correction. One query."""
    years = {year for one in entries if (year := correction_items.year_of(one.key))}
    if not years:
        return []
    published = {
        one.cycle.fiscal_year: one
        for one in Edition.objects.filter(cycle__plan_id=correction.cycle.plan_id, current=True)
        .exclude(cycle=correction.cycle)
        .defer("snapshot")
        .select_related("cycle")
    }
    mine = correction.cycle.fiscal_year
    sentences = [
        _(
            "%(year)sの値を、この版の中だけで正します。%(year)sの公表版(%(edition)s)は変わりません。誤りがあれば、そちらも訂正してください。"
        )
        % {"year": fiscal_year(published[year].cycle.fiscal_year), "edition": in_reader_words(published[year].label)}
        for year in sorted(years & published.keys())
    ]
    later = [one for year, one in sorted(published.items()) if year > mine] if mine in years else []
    also = _("%(year)sの公表版(%(edition)s)にも、この年度の値が載っています。必要なら、そちらも訂正してください。")
    return sentences + [
        also % {"year": fiscal_year(one.cycle.fiscal_year), "edition": in_reader_words(one.label)} for one in later
    ]


# --- its way ---------------------------------------------------------------------------------------------------------


def items_record(correction: Correction) -> Record:
    """The items that are sent: who answers for them has seen them."""
    return Record(
        form=forms.Form(),
        rows=Correction.objects.filter(pk=correction.pk),
        subject=f"correction:{correction.pk}",
        actions=("correction.save",),
        state=[correction.version],
    )


def sent_items(request: SignedInRequest, pk: int) -> Record | None:
    correction = correction_or_404(pk)
    return items_record(correction) if permissions.may_prepare_correction(request.user) else None


@require_POST
@versioned(sent_items)
def submit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask for the decision."""
    correction = correction_or_404(pk)
    try:
        steps.submit_correction(user=request.user, correction_id=pk)
    except Invalid as refusal:
        return page(request, correction, status=422, refused=refusal)
    return done(request, _("訂正の決定を依頼しました。承認者にお知らせが届きます。"), "meguri:correction", pk)


@require_POST
def drop(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give the correction up."""
    correction, reason = correction_or_404(pk), request.POST.get("reason", "")
    try:
        steps.drop_correction(user=request.user, correction_id=pk, reason=reason)
    except Invalid as refusal:
        return page(request, correction, status=422, refused=refusal, reason=reason)
    return done(request, _("訂正を取りやめました。公表版は変わっていません。"), "meguri:cycle", *correction.cycle.key)


@require_POST
def decide(request: SignedInRequest, pk: int) -> HttpResponse:
    """Publish the correction, or return it with a reason."""
    correction, comment = correction_or_404(pk), request.POST.get("comment", "")
    accept = request.POST.get("action") != "return"
    try:
        steps.decide_correction(
            user=request.user,
            correction_id=pk,
            round=pass_of(request.POST.get("round")),
            accept=accept,
            comment=comment,
            meeting=MeetingChoice(request.POST, cycle=correction.cycle).chosen,
        )
    except Invalid as refusal:
        return page(request, correction, status=422, refused=refusal, comment=comment)
    sentence = _("訂正版の公表を決定しました。まもなく公表されます。") if accept else _("訂正を差し戻しました。")
    return done(request, sentence, "meguri:correction", pk)
