"""Taking a decision back: 確認の取消し by a reviewer, 承認の取消し by an approver, each with a page that asks for the reason."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from review import names, permissions
from review.domain.refusals import Invalid
from review.models import CycleState, MeasureReview
from review.screens.forms.fields import add_refusal
from review.screens.views.answers import done, see_other
from review.screens.views.signed_in import SignedInRequest
from review.sheet.views import sheet_page
from workflow import steps
from workflow.forms import WithdrawalForm


@dataclass(frozen=True, kw_only=True)
class Withdrawal:
    """One kind: who may, what is done, and the words of its page."""

    name: str
    may: Callable[[Any, MeasureReview], bool]
    take: Callable[..., MeasureReview]
    heading: Any
    done: Any
    effects: tuple[Any, ...]


REVIEW = Withdrawal(
    name="review",
    may=permissions.may_withdraw_review,
    take=steps.withdraw_review,
    heading=gettext_lazy("確認を取り消す"),
    done=gettext_lazy("確認を取り消しました。シートは、もう一度確認を待っています。"),
    effects=(
        gettext_lazy("シートは「提出済」に戻り、もう一度%(office)sの確認を待ちます。"),
        gettext_lazy("ほかの確認者、承認者と、提出した担当者に、理由が届きます。"),
        gettext_lazy("取り消した確認は、消えずに経過に残ります。"),
    ),
)
APPROVAL = Withdrawal(
    name="approval",
    may=permissions.may_withdraw_approval,
    take=steps.withdraw_approval,
    heading=gettext_lazy("承認を取り消す"),
    done=gettext_lazy("承認を取り消しました。シートは、もう一度承認を待っています。"),
    effects=(
        gettext_lazy("シートは「確認済」に戻り、もう一度%(body)sの承認を待ちます。"),
        gettext_lazy("ほかの承認者、%(office)sと、提出した担当者に、理由が届きます。"),
        gettext_lazy("取り消した承認は、消えずに経過に残ります。"),
    ),
)


def withdraw_review(request: SignedInRequest, pk: int) -> HttpResponse:
    """確認の取消し."""
    return withdraw(request, pk, REVIEW)


def withdraw_approval(request: SignedInRequest, pk: int) -> HttpResponse:
    """承認の取消し."""
    return withdraw(request, pk, APPROVAL)


def withdraw(request: SignedInRequest, pk: int, kind: Withdrawal) -> HttpResponse:
    """The page, or the deed; where the reason is missing the page comes back with what was typed."""
    sheet = sheet_page.readable(request, pk)
    if request.method == "POST":
        form = WithdrawalForm(request.POST)
        try:
            kind.take(user=request.user, review_id=pk, round=form.round_seen, comment=form.comment_text)
        except Invalid as refusal:
            if not form.errors:
                add_refusal(form, str(refusal), refusal.fields)
            return page(request, sheet, kind, form, status=422)
        year = sheet.measure_year
        return done(request, f"{year.measure.code} {year.name}: {kind.done}", "meguri:sheet", pk)
    if not kind.may(request.user, sheet):
        return see_other("meguri:sheet", pk)
    return page(request, sheet, kind, WithdrawalForm(initial={"round": sheet.round}))


def page(
    request: SignedInRequest, sheet: MeasureReview, kind: Withdrawal, form: WithdrawalForm, *, status: int = 200
) -> HttpResponse:
    """What will happen to whom, and the reason."""
    shown = sheet_page.body(sheet)
    heading = str(kind.heading)
    context = {
        **sheet_page.head(sheet),
        "form": form,
        "kind": kind,
        "effects": [*(str(effect) % names.of(sheet) for effect in kind.effects), *year_effects(sheet, kind)],
        "trail": shown["trail"],
        "back_url": reverse("meguri:sheet", args=[sheet.pk]),
        "breadcrumbs": sheet_page.crumbs(sheet, heading),
        "page_title": heading,
    }
    return render(request, "workflow/withdraw.html", context, status=status)


def year_effects(sheet: MeasureReview, kind: Withdrawal) -> list[str]:
    """What happens to a year that waits for its decision."""
    if kind is REVIEW or sheet.cycle.state != CycleState.DECIDING:
        return []
    return [_("年度は公表の決定待ちではなくなります。すべての施策がもう一度承認されると、公表案を作り直します。")]
