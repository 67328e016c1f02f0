"""One sheet before whoever decides on it: what was written, what changed, and a place for a remark on each item."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from review import clock, permissions, queries
from review.domain import items
from review.domain.refusals import Invalid
from review.forms.sheet import GradeForm, add_refusal
from review.models import MeasureReview, Meeting, ReviewState
from review.services import approval, assessment
from review.services.assessment import CLAIM_LASTS
from review.views import sheet_page, sheet_parts
from review.views.answers import REMARK, refusing, see_other
from review.views.indicator_parts import IndicatorPart
from workflow import steps
from workflow.forms import DecisionForm, MeetingChoice

Act = Callable[[DecisionForm], str]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One item under judgement: what it says now, what it said before, and the remark's field."""

    key: str
    label: str
    text: str
    field: BoundField
    changed: list[dict[str, str]] | None
    before: str
    part: IndicatorPart | None
    grade_form: GradeForm | None

    @property
    def opened(self) -> bool:
        """Whether something stands in the remark's field, so that it must be in sight."""
        return bool(self.field.value()) or bool(self.field.errors)


@require_http_methods(["GET", "POST"])
@refusing
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """確認 or 差戻し by the reviewing office."""
    sheet = sheet_page.readable(request, pk)
    if request.method == "POST" and request.POST.get("action") == "claim":
        assessment.claim(user=request.user, review_id=pk)
        return see_other("workflow:review", pk)
    if request.method == "POST":
        return decide(request, sheet, "review", _review_act(request, pk))
    if not permissions.may_review(request.user, sheet):
        return see_other("review:sheet", pk)
    return page(request, sheet, "review")


@require_http_methods(["GET", "POST"])
@refusing
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """承認 or 差戻し by the 本部."""
    sheet = sheet_page.readable(request, pk)
    if request.method == "POST":
        return decide(request, sheet, "approve", _approve_act(request, sheet))
    if not permissions.may_approve(request.user, sheet):
        return see_other("review:sheet", pk)
    return page(request, sheet, "approve")


def _review_act(request: HttpRequest, pk: int) -> Act:
    def act(form: DecisionForm) -> str:
        asked = {"user": request.user, "review_id": pk, "round": form.round_seen}
        if request.POST.get("action") == "return":
            steps.return_to_department(**asked, comment=form.comment_text, remarks=form.remarks)
            return _("差し戻しました。主管部署に理由が届きます。")
        _refuse_lost_remarks(form)
        steps.confirm(**asked, comment=form.comment_text.strip())
        return _("確認しました。DX推進本部の承認に進みます。")

    return act


def _approve_act(request: HttpRequest, sheet: MeasureReview) -> Act:
    def act(form: DecisionForm) -> str:
        asked = {"user": request.user, "review_id": sheet.pk, "round": form.round_seen}
        where = {"return_department": approval.TO_DEPARTMENT, "return_review": approval.TO_REVIEW}
        to = where.get(request.POST.get("action", ""))
        if to is not None:
            steps.return_from_approval(
                **asked, to=to, comment=form.comment_text, remarks=form.remarks, meeting=_meeting(request, sheet)
            )
            return _("%(where)sへ差し戻しました。理由が届きます。") % {"where": to.label}
        _refuse_lost_remarks(form)
        steps.approve(**asked, comment=form.comment_text.strip(), meeting=_meeting(request, sheet))
        return _("承認しました。")

    return act


def _meeting(request: HttpRequest, sheet: MeasureReview) -> Meeting | None:
    """The meeting that the decision names, if any."""
    return MeetingChoice(request.POST, cycle=sheet.cycle).chosen


def _refuse_lost_remarks(form: DecisionForm) -> None:
    """A remark goes with a return. Accepting would lose it without a word."""
    said = _("項目への指摘は、差し戻すときに届きます。差し戻すか、この指摘を消してください。")
    if form.remarks:
        raise Invalid(said, {REMARK + key: said for key in form.remarks})


def decide(request: HttpRequest, sheet: MeasureReview, mode: str, act: Act) -> HttpResponse:
    """Take the step; where it is refused for what was typed, the page comes back with everything on it."""
    form = form_of(sheet_page.body(sheet), sheet, request.POST)
    try:
        said = act(form)
    except Invalid as refusal:
        fields = {name if name in form.fields else REMARK + name: why for name, why in refusal.fields.items()}
        add_refusal(form, str(refusal), fields)
        return page(request, sheet, mode, form=form, status=422)
    year = sheet.measure_year
    messages.success(request, f"{year.measure.code} {year.name}: {said}")
    return see_other("workflow:queue" if mode == "review" else "workflow:board", sheet.cycle.fiscal_year)


def form_of(shown: dict[str, Any], sheet: MeasureReview, data: Any = None) -> DecisionForm:
    """The decision's form with a remark for each item."""
    choices = sheet_page.item_choices(shown["indicators"], shown["schedule_rows"])
    return DecisionForm(data, remarks=choices, initial={"round": sheet.round})


def page(
    request: HttpRequest, sheet: MeasureReview, mode: str, *, form: DecisionForm | None = None, status: int = 200
) -> HttpResponse:
    """The page of both steps; `mode` is "review" or "approve"."""
    shown = sheet_page.body(sheet)
    form = form or form_of(shown, sheet)
    title = _("内容の確認") if mode == "review" else _("承認")
    here = {
        "review": (_("確認待ち"), reverse("workflow:queue", args=[sheet.cycle.fiscal_year])),
        "approve": (_("審議"), reverse("workflow:board", args=[sheet.cycle.fiscal_year])),
    }[mode]
    context = {
        **sheet_page.head(sheet),
        **shown,
        "mode": mode,
        "form": form,
        "lines": lines_of(sheet, shown, form),
        "may_decide": may_decide(request, sheet, mode),
        "changed_count": len(changes_of(sheet, shown)),
        "claimed": claimed_by_another(request, sheet),
        "meeting_form": MeetingChoice(request.POST or None, cycle=sheet.cycle) if mode == "approve" else None,
        "remark_count": len(form.remarks) if form.is_bound else 0,
        "breadcrumbs": [
            {"label": _("ホーム"), "url": reverse("review:home")},
            {"label": here[0], "url": here[1]},
            {"label": f"{sheet.measure_year.measure.code} {title}"},
        ],
        "page_title": f"{sheet.measure_year.measure.code} {title}",
    }
    return render(request, "workflow/deciding.html", context, status=status)


def may_decide(request: HttpRequest, sheet: MeasureReview, mode: str) -> bool:
    """Whether the buttons stand on the page."""
    ask = permissions.may_review if mode == "review" else permissions.may_approve
    return ask(request.user, sheet)


def claimed_by_another(request: HttpRequest, sheet: MeasureReview) -> Any:
    """The colleague who is on the sheet, while that claim lasts."""
    if sheet.state != ReviewState.SUBMITTED or not sheet.claimed_at or sheet.claimed_by_id == request.user.pk:
        return None
    return sheet.claimed_by if clock.now() - sheet.claimed_at < CLAIM_LASTS else None


def changes_of(sheet: MeasureReview, shown: dict[str, Any]) -> dict[str, list[dict[str, str]]]:
    """What changed since the submission before."""
    texts = sheet_page.texts_of(shown["indicators"], sheet, shown["schedule_rows"])
    return sheet_parts.changes(shown["submissions"], texts)


def lines_of(sheet: MeasureReview, shown: dict[str, Any], form: DecisionForm) -> list[Line]:
    """Every item in the order of the sheet: 成果目標, what was done, what is written of it. One query."""
    texts = sheet_page.texts_of(shown["indicators"], sheet, shown["schedule_rows"])
    changed = changes_of(sheet, shown)
    parts = {part.key: part for part in shown["indicators"]}
    names = {items.schedule_key(row.position): row.name for row in shown["schedule_rows"]}
    grades = sheet_page.grade_forms(shown["indicators"], sheet)
    before = queries.year_before(sheet)
    order = [key for key in texts if key in parts] + [key for key in texts if key in names]
    return [
        Line(
            key=key,
            label=names.get(key) or items.label_of(key),
            text=texts[key],
            field=form[REMARK + key],
            changed=changed.get(key),
            before=getattr(before, key, "") if before and key in items.TEXT_ITEMS else "",
            part=parts.get(key),
            grade_form=grades.get(parts[key].number) if key in parts else None,
        )
        for key in [*order, *items.TEXT_ITEMS]
    ]
