"""The sheet, and what may be added to it: comments, a person's grade, an extension, a proposal."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from review import holders, locks, permissions
from review.assessment.services import approval, assessment, judging
from review.models import MeasureReview, Outcome
from review.screens.forms.fields import refusals_on
from review.screens.views import chrome
from review.screens.views.answers import done
from review.screens.views.signed_in import SignedInRequest
from review.screens.views.versions import versioned
from review.sheet.forms.sheet import CommentForm, ExtendForm, ExternalOpinionForm, GradeForm, OutcomeForm
from review.sheet.services import extensions, opinions, submission
from review.sheet.views import at_a_glance, concurrence_parts, sheet_page, sheet_records
from review.sheet.views import extensions as extensions_page

# The pages from which a grade can be given, and where its sender goes back to.
_BACK = {"review": "meguri:review", "approve": "meguri:approve"}


@require_GET
def sheet(request: SignedInRequest, pk: int) -> HttpResponse:
    """The sheet, read only, in the order of the city's form."""
    return page(request, sheet_page.readable(request, pk))


def page(request: SignedInRequest, review: MeasureReview, *, status: int = 200, **forms: Any) -> HttpResponse:
    """The sheet's page; `forms` stand in for the empty ones where something typed was refused."""
    user = request.user
    chrome.waiting_for(user)
    shown = sheet_page.body(review)
    mine = permissions.may_write(user, review)
    missing = submission.missing(review) if mine else {}
    receipt = at_a_glance.receipt(user, review, [part.this for part in shown["indicators"] if part.this])
    actions = sheet_page.actions(user, review, bool(missing))
    context = {
        **sheet_page.head(review),
        **shown,
        **sheet_page.small_forms(user, review, shown),
        **({} if "concurrences" in forms else concurrence_parts.context_of(user, review)),
        "actions": [one for one in actions if not receipt or one.url != receipt["recall_url"]],
        "receipt": receipt,
        "missing_count": len(missing),
        "why_locked": locks.why_locked(review) if is_owner(request, review) else "",
        "why_not_mine": sheet_page.why_not_mine(user, review),
        "records": sheet_records.on_the_sheet(review),
        "returned": returned(review, shown),
        "what_next": sheet_page.what_next(review),
        "breadcrumbs": sheet_page.crumbs(review),
        "page_title": f"{review.measure_year.measure.code} {review.measure_year.name}",
        **extensions_page.on_the_sheet(request, review),
        "external_opinions": opinions.standing(review),
        "external_form": ExternalOpinionForm() if opinions.may_record(user, review) else None,
        **forms,
    }
    return render(request, "sheet/sheet.html", context, status=status)


def is_owner(request: SignedInRequest, review: MeasureReview) -> bool:
    """Whether the sheet belongs to the person's department."""
    return review.measure_year.owner_id in holders.standing(request.user).departments


def returned(review: MeasureReview, shown: dict[str, Any]) -> dict[str, Any] | None:
    """Who sent the sheet back and when, while it is with the department again; why stands with the comments."""
    decision = shown["decisions"][-1] if shown["decisions"] else None
    if review.state != "returned" or decision is None:
        return None
    return {"who": str(decision.decided_by), "when": decision.decided_at}


# --- what may be added ---------------------------------------------------------------------------------------------


@require_POST
def comment(request: SignedInRequest, pk: int) -> HttpResponse:
    """A remark on an item or on the sheet."""
    review = sheet_page.readable(request, pk)
    shown = sheet_page.body(review)
    choices = sheet_page.item_choices(shown["indicators"], shown["schedule_rows"], review.cycle.form)
    form = CommentForm(request.POST, choices=choices)
    if form.is_valid():
        with refusals_on(form):
            made = assessment.comment(user=request.user, review_id=pk, **form.cleaned_data)
            return done(request, _("コメントを書き込みました。"), "meguri:sheet", pk, fragment=f"comment-{made.pk}")
    return page(request, review, status=422, comment_form=form)


@require_POST
@versioned(sheet_records.sent_grade)
def grade(request: SignedInRequest, pk: int) -> HttpResponse:
    """A person's own 達成区分 of one 成果目標, beside the computed one."""
    review = sheet_page.readable(request, pk)
    number = whole(request.POST.get("number"))
    letters = [(entry.letter, entry.letter) for entry in judging.scale_of(review.cycle).grades]
    form = GradeForm(request.POST, number=number, choices=letters)
    if form.is_valid():
        with refusals_on(form):
            assessment.give_grade(user=request.user, review_id=pk, number=number, **form.cleaned_data)
            back = _BACK.get(request.POST.get("back", ""), "meguri:sheet")
            return done(request, _("達成区分の判断を保存しました。"), back, pk, fragment=f"indicator-{number}")
    return page(request, review, status=422, refused_grade=form)


@require_POST
@versioned(sheet_records.sent_extension)
def extend(request: SignedInRequest, pk: int) -> HttpResponse:
    """Keep the sheet open longer."""
    review = sheet_page.readable(request, pk)
    form = ExtendForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            extensions.extend(user=request.user, review_id=pk, **form.cleaned_data)
            return done(request, _("締切を延長しました。"), "meguri:sheet", pk)
    return page(request, review, status=422, extend_form=form)


@require_POST
@versioned(sheet_records.sent_outcome)
def propose_outcome(request: SignedInRequest, pk: int) -> HttpResponse:
    """Propose 未提出 or 対象外; an approver decides."""
    review = sheet_page.readable(request, pk)
    form = OutcomeForm(request.POST)
    if form.is_valid():
        outcome, reason = Outcome(form.cleaned_data["outcome"]), form.cleaned_data["reason"]
        with refusals_on(form):
            approval.propose_outcome(user=request.user, review_id=pk, outcome=outcome, reason=reason)
            sentence = _("「%(outcome)s」を提案しました。承認者が決定します。") % {"outcome": outcome.label}
            return done(request, sentence, "meguri:sheet", pk)
    return page(request, review, status=422, outcome_form=form)


def whole(text: str | None) -> int:
    """The whole number in a posted field; 0 where there is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0
