"""The frame of every page of someone signed in: the menu, the years, what waits for them.

Two queries, however much there is, which the page itself shares; none for public pages and for anonymous people.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from review import VERSION, calendar, holders, names, permissions, queries
from review.models import Cycle, CycleState, Role, User
from review.models.proxy import PROXY_ROLES
from review.screens.services import announcement
from review.screens.views import counters
from review.screens.views.counters import AT_WORK
from review.templatetags.words import fiscal_year

PARTS = ("city", "nav", "fiscal_years", "open_task_count", "unread_count", "user_about", "demo_values", "announcement")


@dataclass(frozen=True, kw_only=True)
class Place:
    """One entry of the menu. `year` says that its address names a plan and its 年度; `count` names the number beside it."""

    address: str
    label: Any
    icon: str
    group: Any = ""
    year: bool = False
    count: str = ""


MENU = (
    Place(address="meguri:home", label=_("ホーム"), icon="home"),
    Place(address="meguri:progress", label=_("進行状況"), icon="flow", year=True),
    Place(
        address="meguri:queue", label=_("確認待ち"), icon="inbox", group=_("確認と審議"), year=True, count="to_review"
    ),
    Place(address="meguri:board", label=_("審議"), icon="board", group=_("確認と審議"), year=True, count="to_approve"),
    Place(
        address="meguri:plan_changes",
        label=_("計画の変更"),
        icon="pencil",
        group=_("確認と審議"),
        year=True,
        count="to_settle",
    ),
    Place(address="meguri:proxies", label=_("代決と後閲"), icon="person-check", group=_("確認と審議"), count="to_read"),
    Place(address="meguri:files", label=_("集約表とファイル"), icon="table", group=_("資料"), year=True),
    Place(address="publication:index", label=_("公表した評価結果"), icon="megaphone", group=_("資料")),
    Place(address="meguri:help", label=_("手引き"), icon="help", group=_("資料")),
    Place(address="meguri:cycles", label=_("年度と期限"), icon="calendar", group=_("管理")),
    Place(address="meguri:jobs", label=_("処理の状況"), icon="jobs", group=_("管理"), count="failed_jobs"),
    Place(address="meguri:people", label=_("利用者と部署"), icon="people", group=_("管理")),
    Place(address="meguri:second_factors", label=_("二段階認証の利用者"), icon="lock", group=_("管理")),
    Place(address="meguri:notice_texts", label=_("お知らせの文面"), icon="bell", group=_("管理")),
    Place(address="meguri:audit", label=_("監査記録"), icon="history", group=_("管理")),
)


def chrome(request: HttpRequest) -> dict[str, Any]:
    """The context of base.html. What a page never prints is never queried."""
    match = getattr(request, "resolver_match", None)
    public = match is not None and match.namespace == "publication"
    if public or match is None or not hasattr(request, "user"):
        return {"city": settings.MEGURI_CITY}
    frame = SimpleLazyObject(lambda: frame_of(request))

    def part(name: str) -> SimpleLazyObject[Any]:
        return SimpleLazyObject(lambda: frame[name])

    return {
        "tasks_url": address("meguri:home"),
        "notifications_url": address("meguri:notices"),
        "handbook_url": address("meguri:help"),
        "source_url": settings.MEGURI_SOURCE_URL,
        "version": VERSION,
        **{name: part(name) for name in PARTS},
    }


def frame_of(request: HttpRequest) -> dict[str, Any]:
    """The frame of the page, read once a request."""
    user = request.user
    if not user.is_authenticated:
        announced = SimpleLazyObject(announcement.standing)
        return {**dict.fromkeys(PARTS, ""), "city": SimpleLazyObject(names.city), "announcement": announced}
    cycles = queries.every_year()
    counts = waiting_for(user)
    now = shown_year(request, cycles) or year_now(cycles)
    cities = {cycle.plan.city for cycle in cycles}
    return {
        "city": cities.pop() if len(cities) == 1 else counts["city"] or names.city(),
        "nav": list(menu(request, user, now, counts)),
        "fiscal_years": list(years(request, cycles, now)),
        "open_task_count": counts["mine"],
        "unread_count": counts["unread"],
        "user_about": about(user),
        "demo_values": bool(counts["demo"]),
        "announcement": counts["announcement"],
    }


def year_now(cycles: list[Cycle]) -> Cycle | None:
    """The year that people work on, as `queries.cycle_now` has it."""
    working = [c for c in cycles if c.state in AT_WORK] or [c for c in cycles if c.state != CycleState.DRAFT] or cycles
    return working[0] if working else None


def menu(request: HttpRequest, user: User, now: Cycle | None, counts: dict[str, int]) -> Iterator[dict[str, Any]]:
    """The entries that the person may open."""
    here = request.resolver_match.view_name if request.resolver_match else ""
    for place in MENU:
        plan = now.plan_id if place.year and now else None
        if not permissions.may_visit(user, place.address, plan) or (place.year and now is None):
            continue
        if place.address in CONCERNS and not CONCERNS[place.address](user):
            continue
        url = address(place.address, *(now.key if place.year and now else ()))
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
_UNDER = {
    "cycles": (
        "cycle plan scale year_form form_preview measures measure_new measure_edit measure_end open_year correction correction_start correction_items "
        "department_deadlines reminders nudge closing_days"
    ),
    "board": "decide approve approve_many meeting meeting_amend record",
    "queue": "review confirm_many together",
    "jobs": "job_give_up announce",
    "audit": "refused",
    "plan_changes": "plan_change_new plan_change",
    "proxies": "proxy_new",
    "people": (
        "person person_new people_import first_passwords first_passwords_anew city department_list "
        "departments reorganise reorganisation_withdraw person_password person_appoint person_deactivate "
        "person_reactivate post_end transfer hand_over"
    ),
    "notice_texts": "notice_text",
}
UNDER = {f"meguri:{page}": f"meguri:{place}" for place, pages in _UNDER.items() for page in pages.split()}


#: Menu entries for those alone whom they may concern.
CONCERNS = {"meguri:proxies": permissions.decides_or_manages}


def belongs(here: str, place: str) -> bool:
    """Whether the page `here` belongs to the menu's `place`."""
    return place in (here, UNDER.get(here))


def shown_year(request: HttpRequest, cycles: list[Cycle]) -> Cycle | None:
    """The year that the page is about: that of the sheet it shows, or of its address; of a plan alone, the one at work."""
    given = request.resolver_match.kwargs if request.resolver_match else {}
    plan = given.get("plan") or request.GET.get("plan")
    key = getattr(request, "year_shown", (plan, given.get("year")))
    of_plan = [one for one in cycles if one.plan.short_name == plan]
    return next((one for one in cycles if one.key == key), year_now(of_plan))


def years(request: HttpRequest, cycles: list[Cycle], now: Cycle | None) -> Iterator[dict[str, Any]]:
    """The switch of 年度: the same page of another year where it has one, else that year's progress. With several plans
    each year says of which it is."""
    match, several = request.resolver_match, len({cycle.plan_id for cycle in cycles}) > 1
    here = match.view_name if match and "year" in match.kwargs else "meguri:progress"
    for cycle in cycles:
        url = address(here, *cycle.key) or address("meguri:progress", *cycle.key)
        label = f"{cycle.plan.name} {fiscal_year(cycle.fiscal_year)}" if several else fiscal_year(cycle.fiscal_year)
        yield {"label": label, "url": url, "current": cycle == now}


def waiting_for(user: User) -> dict[str, Any]:
    """`counts_of`, read once for this user object: for pages that only show, and after an act."""
    stored: dict[str, Any] | None = user.__dict__.get("_waiting")
    if stored is None:
        stored = user.__dict__["_waiting"] = counts_of(user)
        calendar.put(stored["closed"])
    return stored


def counts_of(user: User) -> dict[str, Any]:
    """What waits for this person: their own sheets, sheets to confirm, to approve, jobs that failed; and of what pages show
    beside (`counters.BESIDE`), how much there is at all. One query."""
    post = holders.standing(user)
    names = {"unread", "demo", *counters.BESIDE} | ({"to_read"} if post.has(*PROXY_ROLES) else set())
    names |= {"own", "endorse", "asked"} if post.departments else set()
    names |= {"to_review"} if permissions.is_reviewer(user) else set()
    names |= {"approve", "proposed", "years", "to_settle"} if permissions.is_approver(user) else set()
    names |= {"failed_jobs"} if permissions.may_see_jobs(user) else set()
    plans = {role.value: post.plans(role) for role in (Role.REVIEWER, Role.APPROVER)}
    counts = counters.counted(user.pk, names, post.departments, post.headed, plans)
    to_approve = counts["approve"] + counts["proposed"] + counts["years"]
    mine = counts["asked"] + counts["own"] + counts["endorse"] + counts["to_review"] + to_approve
    counts |= {"to_approve": to_approve, "mine": mine + counts["to_read"] + counts["to_settle"]}
    return counts


def about(user: User) -> str:
    """The person's posts in words: 産業振興課 担当者."""
    post = holders.standing(user)
    words = [str(Role(role).label) for role in Role.values if role in post.roles]
    return gettext("、").join(words) or gettext("役割はまだありません")


def address(name: str, *args: Any) -> str:
    """The named address, or '' where no such page is installed."""
    for given in (args, ()):  # a page that has no 年度 in its address
        try:
            return reverse(name, args=given)
        except NoReverseMatch:
            continue
    return ""
