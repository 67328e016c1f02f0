"""計画期間の総括 on its way: the page that shows it, writing on it, and asking for its decision.

The decision itself stands in `workflow.views.summary`, where the choice of the meeting is.
"""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from review import permissions
from review.domain.refusals import Invalid
from review.ending.forms.summary import MeasureForm, ReopenForm, TextForm
from review.ending.services import summaries as work
from review.ending.services import summary_content
from review.models import Measure, Plan, PlanSummary, User
from review.screens.forms.fields import refusals_on
from review.screens.views.acts import Crumb, act_page, crumbs, previewed
from review.screens.views.answers import see_other
from review.screens.views.signed_in import SignedInRequest
from review.screens.views.versions import Record, versioned


def trail(plan: Plan, *more: tuple[str, str]) -> list[Crumb]:
    """ホーム > 計画期間の終わり > …"""
    return crumbs((_("計画期間の終わり"), reverse("meguri:plan_end", args=[plan.short_name])), *more)


def page_of(user: User, plan: Plan) -> dict[str, Any]:
    """What the page of the 総括 shows. Ten queries at most."""
    summary = work.of(plan)
    state = summary.state if summary else PlanSummary.State.PREPARING
    writing = permissions.is_reviewer(user, plan.pk) and state in work.OPEN and work.may_begin(plan)
    title = _("計画期間の総括")
    return {
        "page_title": title,
        "breadcrumbs": trail(plan, (title, "")),
        "plan": plan,
        "summary": summary,
        "state": summary.get_state_display() if summary else "",
        "parts": summary_content.parts_of(plan, summary),
        "scale": summary_content.scale_of(plan),
        "ended": work.may_begin(plan),
        "writing": writing,
        "missing": work.missing(summary) if writing and summary else "",
        "may_reopen": state == PlanSummary.State.PUBLISHED and permissions.is_reviewer(user, plan.pk),
        "decisions": list(summary.decisions.select_related("submitted_by", "decided_by", "meeting")) if summary else [],
        "editions": list(plan.summary_editions.defer("snapshot").order_by("-number")),
        "may_decide": bool(summary and permissions.may_decide_summary(user, summary)),
    }


def text_record(request: SignedInRequest, short_name: str) -> Record:
    """What the form of the whole's text edits."""
    plan = get_object_or_404(Plan, short_name=short_name)
    return _record(plan, TextForm(initial={"text": _text(plan)}))


def _record(plan: Plan, form: Any) -> Record:
    summary = work.of(plan)
    subject = f"summary:{summary.pk}" if summary else ""
    return Record(form=form, rows=PlanSummary.objects.filter(plan=plan), subject=subject, actions=("summary.save",))


def _text(plan: Plan) -> str:
    summary = work.of(plan)
    return summary.text if summary else ""


@require_http_methods(["GET", "HEAD", "POST"])
@versioned(text_record)
def summary_text(request: SignedInRequest, short_name: str) -> HttpResponse:
    """The text on the plan as a whole."""
    plan = get_object_or_404(Plan, short_name=short_name)
    form = TextForm(request.POST if request.method == "POST" else None, initial={"text": _text(plan)})
    if form.is_bound and form.is_valid():
        with refusals_on(form):
            work.write(user=request.user, plan_id=plan.pk, text=form.cleaned_data["text"])
            messages.success(request, _("総括を保存しました。"))
            return see_other("meguri:summary", short_name)
    return _form_page(request, plan, form, _("計画全体の総括"))


def _part_of(plan: Plan, code: str) -> summary_content.Part:
    parts = summary_content.parts_of(plan, work.of(plan))
    part = next((one for one in parts if one.code == code), None)
    if part is None:
        raise Http404
    return part


def measure_record(request: SignedInRequest, short_name: str, code: str) -> Record:
    """What the form of one 施策 edits."""
    plan = get_object_or_404(Plan, short_name=short_name)
    return _record(plan, MeasureForm(part=_part_of(plan, code), scale=summary_content.scale_of(plan)))


@require_http_methods(["GET", "HEAD", "POST"])
@versioned(measure_record)
def summary_measure(request: SignedInRequest, short_name: str, code: str) -> HttpResponse:
    """One 施策: its text, and the final grades of its goals."""
    plan = get_object_or_404(Plan, short_name=short_name)
    part = _part_of(plan, code)
    form = MeasureForm(
        request.POST if request.method == "POST" else None, part=part, scale=summary_content.scale_of(plan)
    )
    if form.is_bound and form.is_valid():
        measure = Measure.objects.get(pk=part.pk)
        text, grades = form.cleaned_data["text"], form.grades()
        with refusals_on(form):
            work.write_measure(user=request.user, plan_id=plan.pk, measure=measure, text=text, grades=grades)
            messages.success(request, _("%(code)s の総括を保存しました。") % {"code": part.code})
            return see_other("meguri:summary", short_name)
    return _form_page(request, plan, form, f"{part.code} {part.name}", part)


def _form_page(
    request: SignedInRequest, plan: Plan, form: Any, title: str, part: summary_content.Part | None = None
) -> HttpResponse:
    back = reverse("meguri:summary", args=[plan.short_name])
    context = {
        "page_title": title,
        "breadcrumbs": trail(plan, (_("計画期間の総括"), back), (title, "")),
        "plan": plan,
        "form": form,
        "part": part,
        "years": list(plan.years),
        "back_url": back,
    }
    return render(request, "ending/summary_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def summary_submit(request: SignedInRequest, short_name: str) -> HttpResponse:
    """Ask the approvers to decide; what that does comes first."""
    plan = get_object_or_404(Plan, short_name=short_name)
    back = reverse("meguri:summary", args=[short_name])
    refused: list[str] = []
    if request.method == "POST":
        try:
            work.submit(user=request.user, plan_id=plan.pk)
        except Invalid as refusal:
            refused = [str(refusal)]
        else:
            messages.success(request, _("総括の決定を依頼しました。"))
            return see_other("meguri:summary", short_name)
    effects = [
        _("承認者に、総括の決定をお願いするお知らせが届きます。決定までは書き直せません。"),
        _("承認者が決定すると、すぐに公表され、どなたでも見られるようになります。"),
    ]
    title = _("総括の決定を依頼する")
    return act_page(
        request,
        title=title,
        verb=title,
        back_url=back,
        trail=[(_("計画期間の総括"), back)],
        effects=effects,
        warnings=refused,
        status=422 if refused else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def summary_reopen(request: SignedInRequest, short_name: str) -> HttpResponse:
    """Begin a further edition, with a reason."""
    plan = get_object_or_404(Plan, short_name=short_name)
    form, back = ReopenForm(request.POST or None), reverse("meguri:summary", args=[short_name])

    def act() -> HttpResponse:
        work.reopen(user=request.user, plan_id=plan.pk, reason=form.cleaned_data["reason"])
        messages.success(request, _("総括の訂正を始めました。"))
        return see_other("meguri:summary", short_name)

    def effects() -> list[str]:
        return [_("公表した版はそのまま残り、決定のあと、理由を付けた新しい版が公表されます。")]

    answer = previewed(request, form, act=act, effects=effects)
    if isinstance(answer, HttpResponse):
        return answer
    title = _("総括の訂正を始める")
    return act_page(
        request,
        title=title,
        verb=title,
        back_url=back,
        trail=[(_("計画期間の総括"), back)],
        form=form,
        effects=answer,
        previewing=True,
    )
