"""Home: what waits for me, by when, and what happens next. The queries do not grow with the sheets."""

from dataclasses import dataclass, replace
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from review import continuing, holders, locks, permissions, queries
from review.assessment.services import definitions
from review.background.services import making
from review.listing import not_reviewed_by, not_sent_by
from review.models import (
    Concurrence,
    Correction,
    Cycle,
    CycleState,
    Department,
    Extension,
    MeasureReview,
    Notification,
    Plan,
    ReviewState,
    Role,
    User,
)
from review.models.sheet import OPEN_STATES
from review.screens.services import city
from review.screens.views import chrome
from review.sheet.views import at_a_glance, concurrence_parts, sheet_page

PAGE = 40
TOP = 5
# Most urgent first: what came back, what was begun, what was not.
_ORDER = ("returned", "editing", "not_started", "endorsing", "submitted", "reviewed", "approved", "published")


@dataclass(frozen=True, kw_only=True)
class Task:
    """One sheet that waits for me: its state, its deadline, what of it is filled in, and the one button."""

    review: MeasureReview
    label: str
    url: str
    due: Any
    primary: bool = False
    line: str = ""


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The first page after signing in; citizens go on to the published results."""
    user = request.user
    if not user.is_authenticated:
        return redirect("publication:index")
    cycles, counts = queries.cycles_now(), chrome.waiting_for(user)
    cycle = chosen_cycle(cycles, request.GET.get("plan", ""))
    everywhere = holders.standing(user)
    post = everywhere.within(cycle.plan_id if cycle else None)
    context: dict[str, Any] = {
        "page_title": _("ホーム"),
        "cycle": cycle,
        "live": making.SELDOM,
        "running": cycle is not None and cycle.state in (CycleState.OPEN, CycleState.DECIDING),
        "deadlines": deadlines(cycle),
        "notices": list(Notification.objects.filter(recipient=user)[:TOP]),
        "no_post": not everywhere.roles,
        "plans": plan_tabs(user, cycles, cycle) if len(cycles) > 1 else [],
    }
    if cycle and post.departments:
        context["department"] = department(user, cycle, request.GET.get("page"), counts)
    if cycle and post.has(Role.REVIEWER):
        context["reviewing"] = reviewing(user, cycle, counts)
    if cycle and post.has(Role.APPROVER):
        context["approving"] = approving(user, cycle, counts)
    if post.has(Role.ADMINISTRATOR, Role.REVIEWER):
        context["managing"] = managing(user, counts)
        if cycle is None or cycle.state == CycleState.DRAFT:
            context["first_steps"] = first_steps(user, cycle)
    if post.has(Role.ADMINISTRATOR, Role.REVIEWER, Role.APPROVER):
        context["ended"] = continuing.to_lead_on() if counts["ended"] else []
        context["making"] = making.making(cycle) if cycle and counts["under_way"] else []
    context["auditing"] = post.has(Role.AUDITOR)
    return render(request, "sheet/home.html", context)


def chosen_cycle(cycles: list[Cycle], plan: str) -> Cycle | None:
    """The year of the plan in the address, else the one that people work on."""
    named = [one for one in cycles if one.plan.short_name == plan]
    return named[0] if named else queries.cycle_now() if cycles else None


def plan_tabs(user: User, cycles: list[Cycle], shown: Cycle | None) -> list[dict[str, Any]]:
    """Every plan, with how many sheets of it wait for me. One query a plan."""
    scope, post = permissions.scope_of(user), holders.standing(user)
    tabs = []
    for one in cycles:
        mine = Q(measure_year__owner__in=scope.departments, state__in=OPEN_STATES)
        mine |= Q(measure_year__owner__in=post.headed, state=ReviewState.ENDORSING)
        if post.within(one.plan_id).has(Role.REVIEWER):
            mine |= Q(not_sent_by(user.pk), state=ReviewState.SUBMITTED)
        if post.within(one.plan_id).has(Role.APPROVER):
            mine |= Q(not_sent_by(user.pk), not_reviewed_by(user.pk), state=ReviewState.REVIEWED)
            mine |= ~Q(proposed_outcome="") & ~Q(proposed_by=user)
        concurring = Q(concurrences__answer=Concurrence.Answer.WAITING, concurrences__department__in=scope.departments)
        count = one.reviews.visible(scope).filter(mine | concurring).distinct().count()
        url = f"{reverse('meguri:home')}?plan={one.plan.short_name}"
        tabs.append({"label": one.plan.name, "url": url, "current": one == shown, "count": count})
    return tabs


def deadlines(cycle: Cycle | None) -> list[dict[str, Any]]:
    """The year's dates that are set."""
    if cycle is None:
        return []
    rows = [
        (_("提出期限"), cycle.due_at),
        (_("締切"), cycle.closes_at),
        (_("所属長確認期限"), cycle.endorse_due_at if cycle.requires_endorsement else None),
        (_("確認期限"), cycle.review_due_at),
        (_("審議期限"), cycle.decide_due_at),
        (_("公表日時"), cycle.publish_at),
    ]
    return [{"label": label, "at": at} for label, at in rows if at]


# --- a department --------------------------------------------------------------------------------------------------


def department(user: User, cycle: Cycle, page: str | None, counts: dict[str, Any]) -> dict[str, Any]:
    """わたしの施策, the sheets to endorse, and those of which the department is 関連部署, and 合議. Five queries at most.

    What is to be done comes first, then the rest; an office with very many sheets turns pages.
    """
    mine = list(queries.briefly(cycle.reviews.own(permissions.scope_of(user))))
    # What only the head can do comes first to the head, whose office may write the rest.
    first = {review.pk for review in mine if permissions.may_endorse(user, review)}
    mine.sort(key=lambda one: (one.pk not in first, _ORDER.index(one.state), one.measure_year.measure.code))
    closed = [review.pk for review in mine if locks.is_closed(review)]
    requests = Extension.objects.filter(review__in=closed, state=Extension.State.REQUESTED) if closed else ()
    requested = {request.review_id for request in requests}
    todo = [task for review in mine if review.pk not in requested and (task := task_of(user, review))]
    todo[:1] = [replace(task, primary=True) for task in todo[:1]]
    waiting = {task.review.pk for task in todo}
    rest = [review for review in mine if review.pk not in waiting]
    shown = Paginator([*todo, *rest], PAGE).get_page(page)
    tasks = [one for one in shown.object_list if isinstance(one, Task)]
    lines = at_a_glance.lines([task.review for task in tasks])
    return {
        "page_obj": shown,
        "tasks": [replace(task, line=lines[task.review.pk]) for task in tasks],
        "others": [one for one in shown.object_list if isinstance(one, MeasureReview)],
        "todo": len(todo),
        "count": len(mine),
        "related": related(user, cycle),
        "concurrences": concurrence_parts.waiting_for(user) if counts["asked"] else [],
    }


def task_of(user: User, review: MeasureReview) -> Task | None:
    """What I have to do on the sheet now; None where it is with somebody else."""
    if permissions.may_endorse(user, review):
        url = reverse("meguri:endorse", args=[review.pk])
        return Task(review=review, label=_("所属長として確認する"), url=url, due=sheet_page.due_at(review))
    if locks.is_closed(review) and permissions.may_ask_extension(user, review):
        url = reverse("meguri:extension", args=[review.pk])
        return Task(review=review, label=_("延長を依頼する"), url=url, due=review.closes_at)
    if review.state not in OPEN_STATES or locks.why_locked(review):
        return None
    action = sheet_page.writing(review, True)[0]
    return Task(review=review, label=action.label, url=action.url, due=sheet_page.due_at(review))


def related(user: User, cycle: Cycle) -> list[MeasureReview]:
    """A few sheets on which the department may comment as 関連部署."""
    own = holders.standing(user).departments
    visible = cycle.reviews.visible(permissions.scope_of(user))
    if permissions.scope_of(user).everything:
        visible = visible.filter(Q(measure_year__related__in=own) | Q(measure_year__related_all=True)).distinct()
    return list(queries.briefly(visible.exclude(measure_year__owner__in=own))[:TOP])


# --- those who decide ----------------------------------------------------------------------------------------------


def reviewing(user: User, cycle: Cycle, counts: dict[str, Any]) -> dict[str, Any]:
    """確認待ち: how many, and the most doubtful of them; corrections in preparation, and the definitions to confirm.
    Five queries at most."""
    waiting = cycle.reviews.visible(permissions.scope_of(user)).filter(state=ReviewState.SUBMITTED)
    context = _waiting(waiting, waiting.filter(not_sent_by(user.pk)), "-doubts", "submitted_at")
    open_ones = Correction.objects.filter(
        cycle__plan=cycle.plan, state__in=[Correction.State.PREPARING, Correction.State.RETURNED]
    )
    corrections = list(open_ones.select_related("cycle__plan")) if counts["corrections"] else []
    return {**context, "cycle": cycle, "corrections": corrections, "definitions": definitions.open_in(cycle)}


def approving(user: User, cycle: Cycle, counts: dict[str, Any]) -> dict[str, Any]:
    """承認待ち, proposals and corrections to decide, and the year's own decision. Four queries at most."""
    sheets = cycle.reviews.visible(permissions.scope_of(user))
    waiting = sheets.filter(state=ReviewState.REVIEWED)
    free = waiting.filter(not_sent_by(user.pk), not_reviewed_by(user.pk))
    proposed = sheets.exclude(proposed_outcome="").exclude(proposed_by=user)
    corrections = Correction.objects.filter(cycle__plan=cycle.plan, state=Correction.State.DECIDING)
    corrections = corrections.exclude(prepared_by=user).select_related("cycle__plan", "base").defer("base__snapshot")
    return {
        **_waiting(waiting, free, "-doubts", "state_since"),
        "cycle": cycle,
        "proposals": proposed.count() if counts["proposed"] else 0,
        "deciding": permissions.may_decide_year(user, cycle),
        "corrections": list(corrections) if counts["corrections"] else [],
    }


def _waiting(waiting: QuerySet[MeasureReview], free: QuerySet[MeasureReview], *order: str) -> dict[str, Any]:
    """Of those that wait, the `free` ones, on which one may decide; the others are one's own. Two queries."""
    counted = waiting.aggregate(all=Count("pk"), free=Count("pk", filter=Q(pk__in=free.order_by().values("pk"))))
    return {
        "count": counted["free"],
        "not_mine": counted["all"] - counted["free"],
        "top": list(queries.briefly(free).order_by(*order)[:TOP]),
    }


@dataclass(frozen=True, kw_only=True)
class FirstStep:
    """One step of a new installation: whether it is done, where a screen does it, or which command."""

    label: str
    done: bool
    url: str = ""
    command: str = ""


def first_steps(user: User, cycle: Cycle | None) -> list[FirstStep]:
    """What is to be done until the first year is open, in order; the commands are in the README. Seven queries at most."""
    people, cycles = (
        reverse("meguri:people") if permissions.may_visit(user, "meguri:people_import") else "", reverse("meguri:cycles")
    )  # fmt: skip
    roles = set(holders.holding_roles())
    named = roles >= {Role.REVIEWER, Role.APPROVER, Role.CONTRIBUTOR}
    plan = Plan.objects.annotate(sheets=Count("measures")).order_by("-sheets").first()
    manages = permissions.may_visit(user, "meguri:city")
    addresses = ("meguri:city", "meguri:department_list", "meguri:plan_new")
    city_url, offices, new_plan = (reverse(name) if manages else "" for name in addresses)
    page = reverse("meguri:plan", args=[plan.short_name]) if plan else new_plan
    leads = plan is not None and permissions.may_change_plan(user, plan.pk)
    imports = reverse("meguri:plan_import", args=[plan.short_name]) if plan and leads else ""
    draft = reverse("meguri:first_year", args=[plan.short_name]) if plan and leads and plan.sheets and not cycle else ""
    return [
        FirstStep(label=_("自治体名と問い合わせ先を決める"), done=city.is_set(), url=city_url, command="set_city --name …"),
        FirstStep(label=_("部署(部と課)を登録する"), done=Department.objects.exists(), url=offices, command="import_departments FILE"),
        FirstStep(label=_("計画を作る(名前、期間)"), done=plan is not None, url=page, command="create_plan SHORTNAME --name … --years 2022-2025"),
        FirstStep(label=_("計画の施策を取り込む"), done=bool(plan and plan.sheets), url=imports, command="import_plan FILE --plan SHORTNAME"),
        FirstStep(label=_("担当者・確認者・承認者を登録する"), done=named, url=people, command="import_people FILE"),
        FirstStep(label=_("最初の年度を準備する"), done=cycle is not None, url=draft, command="draft_year SHORTNAME YEAR"),
        FirstStep(label=_("期限を決めて、年度を開始する"), done=False, url=cycles if cycle else ""),
    ]  # fmt: skip


def managing(user: User, counts: dict[str, Any]) -> dict[str, Any]:
    """Years that wait to be opened, and work that failed. No query of their own."""
    drafts = [row for row in queries.every_year() if row.state == CycleState.DRAFT]
    return {
        "drafts": [row for row in drafts if permissions.may_manage_cycle(user, row.plan_id)],
        "failed_jobs": counts["failed_jobs"],
    }
