"""Who holds which post: the facts on which `permissions` decides. Nothing is decided here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, cast

from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When

from review import beside, clock, queries
from review.models import Appointment, Decision, Department, MeasureReview, Proxy, Role, Submission, User
from review.models.proxy import PROXY_ROLES
from review.models.sheet import OF_REVIEW
from review.prepared import prepared

Person = User | AnonymousUser

CITY_ROLES = (Role.REVIEWER, Role.APPROVER, Role.ADMINISTRATOR, Role.AUDITOR)


@dataclass(frozen=True, kw_only=True)
class Acting:
    """A post that the person holds only as somebody's proxy."""

    role: str
    department: int | None
    principal: int


class Held(NamedTuple):
    """One post of a person today: their own, or lent by the principal; of the plan, by number and short name, or of every one."""

    role: str
    department: int | None
    principal: int | None
    plan: int | None
    plan_name: str | None


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A person's posts today, their own and those of proxies: city-wide roles, and the departments they write for or
    head. `acting` names those that are held for somebody else only."""

    roles: frozenset[str]
    departments: frozenset[int]
    headed: frozenset[int]
    acting: tuple[Acting, ...] = ()
    #: Each of these posts with its plan; none where the standing was made by hand.
    held: tuple[Held, ...] = ()

    @classmethod
    def of(cls, held: Iterable[Held]) -> Standing:
        """The standing of whoever holds these posts."""
        rows = tuple(dict.fromkeys(held))
        own = {(row.role, row.department) for row in rows if row.principal is None}
        lent = dict.fromkeys(row[:3] for row in rows if row.principal is not None)
        return cls(
            roles=frozenset(row.role for row in rows),
            departments=frozenset(row.department for row in rows if row.department is not None),
            headed=frozenset(row.department for row in rows if row.role == Role.HEAD and row.department is not None),
            acting=tuple(
                Acting(role=role, department=department, principal=cast("int", principal))
                for role, department, principal in lent
                if (role, department) not in own
            ),
            held=rows,
        )

    def within(self, plan: int | str | None) -> Standing:
        """What of it counts in the plan, by its number or its short name; all of it without one."""
        if plan is None or all(row.plan is None for row in self.held):
            return self
        return Standing.of(row for row in self.held if row.plan is None or plan in (row.plan, row.plan_name))

    def plans(self, *roles: str) -> frozenset[int | None]:
        """The plans in which any of the roles is held; None among them: every one."""
        if not self.held:
            return frozenset({None} if self.has(*roles) else ())
        return frozenset(row.plan for row in self.held if row.role in roles)

    def reviews_for(self, other: Standing) -> bool:
        """Whether they review, in their own right, in every plan in which the other confirms or approves."""
        mine = {row.plan for row in self.held if row.role == Role.REVIEWER and row.principal is None}
        return None in mine or other.plans(Role.REVIEWER, Role.APPROVER) <= mine

    def has(self, *roles: str) -> bool:
        """Whether any of the roles is held."""
        return bool(self.roles & set(roles))

    def capacities(self, role: str, department: int | None = None) -> tuple[int | None, ...]:
        """In whose name the post can be used: (None,) in one's own right, else the ids of those represented."""
        if role not in self.roles or (department is not None and department not in self.headed):
            return ()
        represented = (one.principal for one in self.acting if (one.role, one.department) == (role, department))
        return tuple(represented) or (None,)


NOBODY = Standing(roles=frozenset(), departments=frozenset(), headed=frozenset())


def held_on(day: date) -> Q:
    """The appointments in force on a day."""
    return Q(starts_on__lte=day) & (Q(ends_on=None) | Q(ends_on__gte=day))


def standing(user: Person, *, fresh: bool = False) -> Standing:
    """What the user holds today, themselves or as a proxy. Cached on the user object for the request; `fresh` reads it
    again (one query)."""
    if not user.is_authenticated or not user.is_active:
        return NOBODY
    stored = cast("Standing | None", user.__dict__.get("_standing"))
    if stored is not None and not fresh:
        return stored
    current = Standing.of(Held(*row) for row in _posts(user=user.pk, today=clock.today()))
    user.__dict__["_standing"] = current
    return current


@prepared(user=int, today=date)
def _posts(user: int, today: date) -> QuerySet[Any]:
    """(role, department, whom they represent in it, plan, its short name) of one person on a day. One query."""
    own = Appointment.objects.filter(held_on(today), user_id=user).order_by()
    mine = own.annotate(principal_id=Value(None, output_field=IntegerField()))
    # A deputy acts in the plans of the post of whom they represent. Their posts alone are looked at: this is read on each
    # page, and no plan of the database may walk through the posts of a whole city for it.
    represented = Proxy.objects.filter(deputy_id=user).order_by().values("principal")
    lent = Appointment.objects.filter(held_on(today), user__in=represented).order_by()
    of_post = proxies_on(today).filter(
        Q(department=OuterRef("department")) | Q(department=None, role__in=CITY_ROLES),
        deputy_id=user,
        principal=OuterRef("user"),
        role=OuterRef("role"),
    )
    lent = lent.filter(Exists(of_post)).annotate(principal_id=F("user_id"))
    columns = ("role", "department_id", "principal_id", "plan_id", "plan__short_name")
    return mine.values_list(*columns).union(lent.values_list(*columns), all=True)


#: Who decides nothing on a sheet, and so stands in for nobody either.
NEVER_DEPUTIES = (Role.ADMINISTRATOR, Role.AUDITOR)


def proxies_on(day: date) -> QuerySet[Proxy]:
    """The proxies in force on a day: not withdrawn, the person represented holds that very post and is active, and the
    deputy is still one who may stand in."""
    same = Q(department=OuterRef("department")) | Q(department=None, role__in=CITY_ROLES)
    posts = Appointment.objects.filter(held_on(day), same, user=OuterRef("principal"), role=OuterRef("role"))
    never = Appointment.objects.filter(held_on(day), user=OuterRef("deputy"), role__in=NEVER_DEPUTIES)
    running = Proxy.objects.filter(withdrawn_at=None, starts_on__lte=day, ends_on__gte=day)
    return running.filter(Exists(posts), ~Exists(never), principal__is_active=True, deputy__is_active=True)


# --- who took part in a sheet ---


def senders(review: MeasureReview) -> set[int | None]:
    """Who sent any submission of the sheet. One query."""
    if beside.is_to_show(review):
        return {row.submitted_by_id for row in queries.submissions(review)}
    return set(_senders(review=review.pk))


@prepared(review=int)
def _senders(review: int) -> QuerySet[Any]:
    return Submission.objects.filter(review_id=review).order_by().values_list("submitted_by_id", flat=True)


def reviewers(review: MeasureReview) -> set[int | None]:
    """Who took part in reviewing the sheet (taking a 確認 back is a part, too), and in whose name. One query."""
    if beside.is_to_show(review):
        taken = [row for row in queries.decisions(review) if row.of_review]
        return {who for row in taken for who in (row.decided_by_id, row.on_behalf_of_id) if who}
    return {who for row in _reviewers(review=review.pk) for who in row if who}


@prepared(review=int)
def _reviewers(review: int) -> QuerySet[Any]:
    rows = Decision.objects.filter(OF_REVIEW, review_id=review)
    return rows.order_by().values_list("decided_by_id", "on_behalf_of_id")


# --- which users -----------------------------------------------------------------------------------------------------


def in_plan(plan: int | None) -> Q:
    """The posts that count in the plan; without one all of them."""
    return Q() if plan is None else Q(plan=None) | Q(plan=plan)


def holding(*roles: str, departments: Iterable[Department] | None = None, plan: int | None = None) -> QuerySet[User]:
    """The active people who hold one of the roles today, in one of the departments and in the plan where those are given."""
    held = Appointment.objects.filter(held_on(clock.today()), in_plan(plan), role__in=roles)
    if departments is not None:
        held = held.filter(department__in=departments)
    return User.objects.filter(is_active=True, pk__in=held.values("user_id")).order_by("pk")


def holding_roles(plan: int | None = None) -> list[str]:
    """The roles that somebody active holds today, in the plan where one is given. One query."""
    rows = Appointment.objects.filter(held_on(clock.today()), in_plan(plan), user__is_active=True)
    return list(rows.order_by().values_list("role", flat=True).distinct())


def possible_deputies(principal: User) -> QuerySet[User]:
    """Whom the person can choose to stand in for them, each with `near`: whether they hold one of the person's roles today
    (2), belong to one of the person's departments (1), or neither (0). The nearest first."""
    never = holding(*NEVER_DEPUTIES).order_by().values("pk")
    held = Appointment.objects.filter(held_on(clock.today()))
    mine = held.filter(user=principal)
    theirs = held.filter(user=OuterRef("pk"))
    near = Case(
        When(Exists(theirs.filter(role__in=mine.filter(role__in=PROXY_ROLES).values("role"))), then=2),
        When(Exists(theirs.filter(department__in=mine.exclude(department=None).values("department"))), then=1),
        default=0,
    )
    others = User.objects.filter(is_active=True).exclude(pk=principal.pk).exclude(pk__in=never)
    return others.annotate(near=near).order_by("-near", "display_name", "pk")


def able(*roles: str, departments: Iterable[Department] | None = None, plan: int | None = None) -> QuerySet[User]:
    """`holding`, and whoever stands in for one of them today: whom to ask for what the role does."""
    held = Appointment.objects.filter(held_on(clock.today()), in_plan(plan), role__in=roles)
    lent = proxies_on(clock.today()).filter(role__in=roles)
    if plan is not None:
        lent = lent.filter(Exists(held.filter(user=OuterRef("principal"), role=OuterRef("role"))))
    if departments is not None:
        held, lent = held.filter(department__in=departments), lent.filter(department__in=departments)
    anybody = Q(pk__in=held.values("user_id")) | Q(pk__in=lent.values("deputy_id"))
    return User.objects.filter(anybody, is_active=True).order_by("pk")
