"""次期計画: the form that makes it, and what that comes to."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from review.domain.refusals import Invalid
from review.ending.forms.next_plan import NextPlanForm
from review.ending.services import next_plan as work
from review.ending.services.next_plan import NextPlan
from review.models import Plan
from review.reader_words import year_label
from review.screens.views.acts import act_page, previewed
from review.screens.views.answers import see_other
from review.screens.views.signed_in import SignedInRequest


@require_http_methods(["GET", "HEAD", "POST"])
def next_plan(request: SignedInRequest, short_name: str) -> HttpResponse:
    """The form, then what comes of it, then the act."""
    plan = get_object_or_404(Plan, short_name=short_name)
    try:
        work.require_time(request.user, plan)
    except Invalid as refusal:
        messages.error(request, str(refusal))
        return see_other("meguri:plan_end", short_name)
    form = NextPlanForm(request.POST if request.method == "POST" else None, plan=plan)
    effects = previewed(
        request, form, act=lambda: make(request, plan, form.wish()), effects=lambda: foreseen(plan, form.wish())
    )
    if isinstance(effects, HttpResponse):
        return effects
    back = reverse("meguri:plan_end", args=[plan.short_name])
    return act_page(
        request,
        title=_("次期計画を作る"),
        verb=_("次期計画を作る"),
        back_url=back,
        trail=[(_("計画期間の終わり"), back)],
        form=form,
        effects=effects,
        lead=_("確認する課、決定する会議、体系は「%(name)s」から引き継ぎます。") % {"name": plan.name},
        previewing=True,
    )


def make(request: SignedInRequest, plan: Plan, wish: NextPlan) -> HttpResponse:
    """Do it."""
    made = work.make(user=request.user, plan_id=plan.pk, wish=wish)
    messages.success(request, _("次期計画「%(name)s」を作りました。") % {"name": made.name})
    return see_other("meguri:plan", made.short_name)


def foreseen(plan: Plan, wish: NextPlan) -> list[str]:
    """What will be made, in sentences. Raises Invalid where it cannot be."""
    if problems := work.problems_of(plan, wish):
        raise Invalid(_("次期計画を作れません。内容を確かめてください。"), problems)
    taken, left = sum(map(bool, wish.codes.values())), sum(not code for code in wish.codes.values())
    years = {"first": year_label(wish.first_year), "last": year_label(wish.last_year), "name": wish.name}
    lines = [
        _("「%(name)s」(%(first)s〜%(last)s)ができます。") % years,
        _("施策%(taken)s件を、選んだ成果目標とともに引き継ぎます(引き継がない施策は%(left)s件)。")
        % {"taken": taken, "left": left},
        _("前年度の値、推移、前年度との比較は、前の計画から続きます。前の計画の公表版は変わりません。"),
        _("目標は空欄です。計画の取込みで入れてから、年度を開始します。"),
    ]
    if work.has_begun(wish.first_year):
        lines.append(_("%(first)sはもう始まっているため、下書きもできます。") % years)
    return lines
