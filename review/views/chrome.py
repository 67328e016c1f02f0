"""What stands around every page of someone signed in: the menu, the years, what waits for them.

Seven queries at most, however much there is; none for public pages and for anonymous people.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from review import permissions
from review.models import (
    ChangeState,
    Cycle,
    CycleState,
    Decision,
    IndicatorYear,
    Job,
    JobState,
    MeasureReview,
    MeasureYear,
    Notification,
    PlanChange,
    ReviewState,
    Role,
    User,
)
from review.models.proxy import PROXY_ROLES
from review.models.sheet import OPEN_STATES
from review.templatetags.words import fiscal_year

PARTS = ("nav", "fiscal_years", "open_task_count", "unread_count", "user_about", "demo_values")
AT_WORK = (CycleState.OPEN, CycleState.DECIDING, CycleState.SCHEDULED)


@dataclass(frozen=True, kw_only=True)
class Place:
    """One entry of the menu. `year` says that its address names the 年度; `count` names the number beside it."""

    address: str
    label: Any
    icon: str
    group: Any = ""
    year: bool = False
    count: str = ""


MENU = (
    Place(address="review:home", label=_("ホーム"), icon="home"),
    Place(address="review:progress", label=_("進行状況"), icon="flow", year=True),
    Place(
        address="workflow:queue", label=_("確認待ち"), icon="inbox", group=_("確認と審議"), year=True, count="to_review"
    ),
    Place(
        address="workflow:board", label=_("審議"), icon="board", group=_("確認と審議"), year=True, count="to_approve"
    ),
    Place(
        address="review:plan_changes",
        label=_("計画の変更"),
        icon="pencil",
        group=_("確認と審議"),
        year=True,
        count="to_settle",
    ),
    Place(address="review:proxies", label=_("代決と後閲"), icon="person-check", group=_("確認と審議"), count="to_read"),
    Place(address="review:files", label=_("集約表とファイル"), icon="table", group=_("資料"), year=True),
    Place(address="publication:index", label=_("公表した評価結果"), icon="megaphone", group=_("資料")),
    Place(address="review:help", label=_("手引き"), icon="help", group=_("資料")),
    Place(address="review:cycles", label=_("年度と期限"), icon="calendar", group=_("管理")),
    Place(address="review:jobs", label=_("処理の状況"), icon="jobs", group=_("管理"), count="failed_jobs"),
    Place(address="review:people", label=_("利用者と部署"), icon="people", group=_("管理")),
    Place(address="review:second_factors", label=_("二段階認証の利用者"), icon="lock", group=_("管理")),
    Place(address="review:notice_texts", label=_("お知らせの文面"), icon="bell", group=_("管理")),
    Place(address="review:audit", label=_("監査記録"), icon="history", group=_("管理")),
)


def chrome(request: HttpRequest) -> dict[str, Any]:
    """The context of base.html. What a page never prints is never asked for."""
    match = getattr(request, "resolver_match", None)
    public = match is not None and match.namespace == "publication"
    if public or match is None or not hasattr(request, "user"):
        return {"city": settings.MEGURI_CITY}
    frame = SimpleLazyObject(lambda: frame_of(request))

    def part(name: str) -> SimpleLazyObject:
        return SimpleLazyObject(lambda: frame[name])

    return {
        "city": settings.MEGURI_CITY,
        "tasks_url": address("review:home"),
        "notifications_url": address("review:notices"),
        "handbook_url": address("review:help"),
        "source_url": getattr(settings, "MEGURI_SOURCE_URL", ""),
        **{name: part(name) for name in PARTS},
    }


def frame_of(request: HttpRequest) -> dict[str, Any]:
    """Everything that stands around the page, read once a request."""
    user = request.user
    if not user.is_authenticated:
        return dict.fromkeys(PARTS, "")
    cycles = list(Cycle.objects.order_by("-fiscal_year"))
    counts = task_counts(user)
    now = year_now(cycles)
    return {
        "nav": list(menu(request, user, now, counts)),
        "fiscal_years": list(years(request, cycles, now)),
        "open_task_count": counts["mine"],
        "unread_count": Notification.objects.filter(recipient=user, read_at=None).count(),
        "user_about": about(user),
        "demo_values": holds_demo_values([c for c in cycles if c.state in AT_WORK]),
    }


def year_now(cycles: list[Cycle]) -> int | None:
    """The 年度 that people work on, as `queries.cycle_now` has it."""
    working = [c for c in cycles if c.state in AT_WORK] or [c for c in cycles if c.state != CycleState.DRAFT] or cycles
    return working[0].fiscal_year if working else None


def menu(request: HttpRequest, user: User, now: int | None, counts: dict[str, int]) -> Iterator[dict[str, Any]]:
    """The entries that the person may open."""
    here = request.resolver_match.view_name if request.resolver_match else ""
    for place in MENU:
        if not permissions.may_visit(user, place.address) or (place.year and now is None):
            continue
        if place.address in CONCERNS and not CONCERNS[place.address](user):
            continue
        url = address(place.address, *([shown_year(request) or now] if place.year else []))
        if url:
            yield {
                "label": place.label,
                "url": url,
                "icon": place.icon,
                "group": place.group,
                "count": counts.get(place.count, 0),
                "current": belongs(here, place.address),
            }


# Pages without an entry of their own light up the one they were opened from.
UNDER = {
    "review:cycle": "review:cycles",
    "workflow:open_year": "review:cycles",
    "workflow:correction": "review:cycles",
    "workflow:correction_start": "review:cycles",
    "workflow:correction_items": "review:cycles",
    "workflow:decide": "workflow:board",
    "workflow:approve": "workflow:board",
    "workflow:approve_many": "workflow:board",
    "review:meeting": "workflow:board",
    "review:meeting_amend": "workflow:board",
    "workflow:record": "workflow:board",
    "workflow:review": "workflow:queue",
    "workflow:confirm_many": "workflow:queue",
    "workflow:together": "workflow:queue",
    "review:job_give_up": "review:jobs",
    "review:plan_change_new": "review:plan_changes",
    "workflow:plan_change": "review:plan_changes",
    "review:proxy_new": "review:proxies",
    "review:person": "review:people",
    "review:person_new": "review:people",
    "review:people_import": "review:people",
    "review:departments": "review:people",
    "review:reorganise": "review:people",
    "review:reorganisation_withdraw": "review:people",
    "review:person_password": "review:people",
    "review:person_appoint": "review:people",
    "review:person_deactivate": "review:people",
    "review:person_reactivate": "review:people",
    "review:post_end": "review:people",
    "review:transfer": "review:people",
    "review:hand_over": "review:people",
    "review:notice_text": "review:notice_texts",
    "review:department_deadlines": "review:cycles",
    "review:reminders": "review:cycles",
    "review:nudge": "review:cycles",
    "review:closing_days": "review:cycles",
}


#: Menu entries for those alone whom they may concern.
CONCERNS = {"review:proxies": permissions.decides_or_manages}


def belongs(here: str, place: str) -> bool:
    """Whether the page `here` stands under the menu's `place`."""
    return place in (here, UNDER.get(here))


def shown_year(request: HttpRequest) -> int | None:
    """The 年度 in the page's own address."""
    return request.resolver_match.kwargs.get("year") if request.resolver_match else None


def years(request: HttpRequest, cycles: list[Cycle], now: int | None) -> Iterator[dict[str, Any]]:
    """The switch of 年度: the same page of another year where it has one, else that year's progress."""
    shown = shown_year(request) or now
    here = request.resolver_match.view_name if request.resolver_match and shown_year(request) else "review:progress"
    for cycle in cycles:
        url = address(here, cycle.fiscal_year) or address("review:progress", cycle.fiscal_year)
        yield {"label": fiscal_year(cycle.fiscal_year), "url": url, "current": cycle.fiscal_year == shown}


def task_counts(user: User) -> dict[str, int]:
    """What waits for this person: their own sheets, sheets to confirm, to approve, and jobs that failed.

    One query, and one more each for departments, for those who decide, for approvers and for those who look after the jobs.
    """
    post = permissions.standing(user)
    at_work = Q(cycle__state__in=[CycleState.OPEN, CycleState.DECIDING])
    # An empty list would make Django answer 0 for every count of the query, without asking the database.
    nowhere = frozenset({0})
    own = at_work & Q(measure_year__owner__in=post.departments or nowhere, state__in=OPEN_STATES)
    endorse = at_work & Q(measure_year__owner__in=post.headed or nowhere, state=ReviewState.ENDORSING)
    mine_before = MeasureReview.objects.filter(pk=OuterRef("pk"), submissions__submitted_by=user)
    review = at_work & Q(state=ReviewState.SUBMITTED, sent_by_me=False)
    approve = at_work & Q(state=ReviewState.REVIEWED, sent_by_me=False)
    proposed = at_work & ~Q(proposed_outcome="") & ~Q(proposed_by=user)
    found = MeasureReview.objects.annotate(sent_by_me=Exists(mine_before)).aggregate(
        own=Count("pk", filter=own),
        endorse=Count("pk", filter=endorse),
        review=Count("pk", filter=review),
        approve=Count("pk", filter=approve),
        proposed=Count("pk", filter=proposed),
    )
    to_review = found["review"] if permissions.is_reviewer(user) else 0
    to_approve = found["approve"] + found["proposed"] + years_to_decide() if permissions.is_approver(user) else 0
    asked = permissions.concurrences_asked(user).count() if post.departments else 0
    mine = asked + found["own"] + found["endorse"] + to_review + to_approve
    to_settle = changes_to_decide(user) if permissions.is_approver(user) else 0
    failed = Job.objects.filter(state=JobState.FAILED).count() if permissions.may_see_jobs(user) else 0
    to_read = Decision.objects.filter(on_behalf_of=user, later_reading=None).count() if post.has(*PROXY_ROLES) else 0
    return {
        "mine": mine + to_read + to_settle,
        "to_review": to_review,
        "to_approve": to_approve,
        "to_read": to_read,
        "to_settle": to_settle,
        "failed_jobs": failed,
    }


def changes_to_decide(user: User) -> int:
    """Proposed changes of the plan that somebody else proposed. One query."""
    return PlanChange.objects.filter(state=ChangeState.PROPOSED).exclude(proposed_by=user).count()


def years_to_decide() -> int:
    """Years that wait for the decision to publish. One query."""
    return Cycle.objects.filter(state=CycleState.DECIDING).count()


def about(user: User) -> str:
    """The person's posts in words: 産業振興課 担当者."""
    post = permissions.standing(user)
    words = [str(Role(role).label) for role in Role.values if role in post.roles]
    return "、".join(words) or gettext("役割はまだありません")


def holds_demo_values(cycles: list[Cycle]) -> bool:
    """Whether a year under way holds invented values. One query where there is such a year."""
    if not cycles:
        return False
    shown = {cycle.fiscal_year for cycle in cycles}
    plans = {cycle.plan_id for cycle in cycles}
    texts = MeasureYear.objects.filter(demo=True, measure__plan__in=plans, fiscal_year__in=shown).values("pk")
    values = IndicatorYear.objects.filter(demo=True, indicator__measure__plan__in=plans, fiscal_year__in=shown)
    return values.values("pk").union(texts, all=True).exists()


def address(name: str, *args: Any) -> str:
    """The named address, or '' where no such page is installed."""
    for given in (args, ()):  # a page that knows no 年度 is asked without one
        try:
            return reverse(name, args=given)
        except NoReverseMatch:
            continue
    return ""
