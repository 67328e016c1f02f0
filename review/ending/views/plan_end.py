"""The page of a plan's end: 総括, the next plan, an extension; each only where it can be done."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from review import continuing, permissions
from review.ending.services import next_plan, summaries
from review.models import ChangeKind, ChangeState, Plan, PlanChange, User
from review.reader_words import year_label
from review.screens.views.acts import crumbs
from review.screens.views.signed_in import SignedInRequest


@dataclass(frozen=True, kw_only=True)
class Door:
    """One way on: what it is, how it stands, and where it leads; no address where this person cannot go there."""

    title: str
    text: str
    state: str = ""
    links: tuple[tuple[str, str], ...] = ()


@require_safe
def plan_end(request: SignedInRequest, short_name: str) -> HttpResponse:
    """How to go on when the plan's period is over."""
    plan = get_object_or_404(Plan, short_name=short_name)
    context = {
        "page_title": _("計画期間の終わり"),
        "breadcrumbs": crumbs(_("計画期間の終わり")),
        "plan": plan,
        "ended": any(one.pk == plan.pk for one in continuing.ended_plans()),
        "doors": doors_of(request, plan),
    }
    return render(request, "ending/plan_end.html", context)


def doors_of(request: SignedInRequest, plan: Plan) -> list[Door]:
    """The ways on, each as far as it has come and as far as this person may go."""
    user, ended = request.user, any(one.pk == plan.pk for one in continuing.ended_plans())
    return [_summary(plan, ended), _next(user, plan, ended), _extension(user, plan)]


def _summary(plan: Plan, ended: bool) -> Door:
    title, summary = _("計画期間の総括"), summaries.of(plan)
    text = _(
        "すべての年度の値と最終の達成区分に、施策ごとの総括を付けて公表します。確認者が提案し、承認者が決定します。"
    )
    links = ((_("総括を開く"), reverse("meguri:summary", args=[plan.short_name])),) if ended or summary else ()
    return Door(title=title, text=text, state=summary.get_state_display() if summary else "", links=links)


def _next(user: User, plan: Plan, ended: bool) -> Door:
    title, made = _("次期計画を作る"), next_plan.following(plan)
    text = _("施策と成果目標を引き継いで、次の計画を作ります。前年度の値と推移は、次の計画でも続けて見られます。")
    if made is None:
        may = ended and permissions.may_change_plan(user, plan.pk)
        here = ((title, reverse("meguri:next_plan", args=[plan.short_name])),) if may else ()
        return Door(title=title, text=text, links=here)
    links: tuple[tuple[str, str], ...] = ((_("計画の設定を見る"), reverse("meguri:plan", args=[made.short_name])),)
    if not permissions.may_visit(user, "meguri:plan"):
        links = ()
    state = _("「%(name)s」(%(first)s〜%(last)s)を作りました。") % {
        "name": made.name,
        "first": year_label(made.first_year),
        "last": year_label(made.last_year),
    }
    if not made.cycles.exists() and permissions.may_change_plan(user, made.pk):
        links += ((_("最初の年度を準備する"), reverse("meguri:first_year", args=[made.short_name])),)
    return Door(title=title, text=text, state=state, links=links)


def _extension(user: User, plan: Plan) -> Door:
    title = _("計画を延長する")
    text = _("最終年度を先に延ばします。確認者が理由を付けて提案し、承認者が決定すると、次の年度が準備されます。")
    waiting = PlanChange.objects.filter(plan=plan, kind=ChangeKind.EXTEND, state=ChangeState.PROPOSED).first()
    if waiting:
        links = ((_("提案を見る"), reverse("meguri:plan_change", args=[waiting.pk])),)
        return Door(title=title, text=text, state=_("提案が決定を待っています。"), links=links)
    last = plan.cycles.order_by("-fiscal_year").first()
    if last is None or not permissions.is_reviewer(user, last.plan_id):
        return Door(title=title, text=text)
    address = reverse("meguri:plan_change_new", args=[*last.key, ChangeKind.EXTEND.value])
    return Door(title=title, text=text, links=((_("延長を提案する"), address),))
