"""Who holds which post, changed as a whole: by an import of people, or by what the city's sign-in provider says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from review import clock
from review.holders import held_on
from review.models import Appointment, Department, Plan, Role, User
from review.models.organization import DEPARTMENT_ROLES, PLAN_ROLES
from review.trail.services import audit


@dataclass(frozen=True, kw_only=True)
class Post:
    """A role, and the department's id where the role belongs to one; the plan's id where it is held in one plan only."""

    role: str
    department: int | None = None
    plan: int | None = None

    @classmethod
    def of(cls, row: Appointment) -> Post:
        return cls(role=row.role, department=row.department_id, plan=row.plan_id)

    @property
    def everywhere(self) -> Post:
        """The same post, held in every plan."""
        return Post(role=self.role, department=self.department)


def held(user: User, day: date) -> set[Post]:
    """The posts in force on the day. One query."""
    rows = Appointment.objects.filter(held_on(day), user=user).values_list("role", "department_id", "plan_id")
    return {Post(role=role, department=department, plan=plan) for role, department, plan in rows}


def held_within(user_id: int, post: Post, first: date, last: date) -> bool:
    """Whether the post is the person's on any of those days. One query."""
    rows = Appointment.objects.filter(Q(ends_on=None) | Q(ends_on__gte=first), starts_on__lte=last, user=user_id)
    return rows.filter(role=post.role, department=post.department).exists()


def fits(post: Post) -> bool:
    """Whether the role asks for a department exactly where one is named, and is held in a plan where one is."""
    if post.role not in Role.values or (post.plan is not None and post.role not in PLAN_ROLES):
        return False
    return (post.role in DEPARTMENT_ROLES) == (post.department is not None)


def plan_name(post: Post) -> str:
    """The short name of the post's plan; '' for every plan. One query where it has one."""
    return Plan.objects.get(pk=post.plan).short_name if post.plan else ""


@transaction.atomic
def appoint(*, user: User, post: Post, by: User | None, starts_on: date, ends_on: date | None = None) -> Appointment:
    """Give one post from a day on, in one plan or in all; a post that the person has already from that day is not changed."""
    office: Any = post.department
    plan: Any = post.plan
    row, made = Appointment.objects.get_or_create(
        user=user,
        role=post.role,
        department_id=office,
        plan_id=plan,
        starts_on=starts_on,
        defaults={"ends_on": ends_on},
    )
    if made:
        audit.write(by, "post.begin", f"user:{user.key}", after=_words(post, starts_on))
    return row


@transaction.atomic
def replace(*, user: User, posts: Iterable[Post], by: User | None) -> bool:
    """Let the person hold exactly these posts from today. Returns whether anything changed.

    Whoever gives no plan (the sign-in provider) leaves a post in one plan as it is: its holder is not made 確認者 of all.
    """
    today, target = clock.today(), set(posts)
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    present = held(user, today)
    in_one = {post for post in present if post.plan and post.everywhere in target}
    target = (target - {post.everywhere for post in in_one}) | in_one
    for post in sorted(present - target, key=in_order):
        _end(user, post, by, today)
    for post in sorted(target - present, key=in_order):
        appoint(user=user, post=post, by=by, starts_on=today)
    return present != target


@transaction.atomic
def end_all(*, user: User, by: User | None) -> None:
    """The person leaves: every post ends today, those that were still to begin too."""
    replace(user=user, posts=(), by=by)
    for row in Appointment.objects.filter(user=user, starts_on__gt=clock.today()):
        _strike(row, by)


def ending(*, user: User, day: date, keep: Iterable[Post]) -> list[Appointment]:
    """The posts that run on the day or begin later, those in `keep` left out where they run on. One query."""
    keep = set(keep)
    rows = Appointment.objects.filter(Q(ends_on=None) | Q(ends_on__gte=day), user=user).select_related("department")
    return [row for row in rows if row.starts_on > day or Post.of(row) not in keep]


@transaction.atomic
def end(row: Appointment, *, by: User | None, last_day: date) -> Appointment | None:
    """Let the post end with the day; one that had not begun by then never was: None."""
    if row.starts_on > last_day:
        _strike(row, by)
        return None
    row.ends_on = last_day
    row.save(update_fields=["ends_on"])
    post = Post.of(row)
    words = {**_words(post, row.starts_on), "ends_on": last_day.isoformat()}
    audit.write(by, "post.end", f"user:{row.user.key}", before=words)
    return row


def _end(user: User, post: Post, by: User | None, today: date) -> None:
    """End with yesterday; a post that began only today never was."""
    office: Any = post.department
    for row in Appointment.objects.filter(
        held_on(today), user=user, role=post.role, department_id=office, plan=post.plan
    ):
        end(row, by=by, last_day=today - timedelta(days=1))


def _strike(row: Appointment, by: User | None) -> None:
    post = Post.of(row)
    audit.write(by, "post.end", f"user:{row.user.key}", before=_words(post, row.starts_on))
    row.delete()


def _words(post: Post, starts_on: date) -> dict[str, Any]:
    """The post as the trail keeps it: the office by name, for offices are renamed."""
    office = Department.objects.filter(pk=post.department or 0).values_list("name", flat=True).first()
    words = {"role": post.role, "department": office or "", "starts_on": starts_on.isoformat()}
    return words | ({"plan": plan_name(post)} if post.plan else {})


def in_order(post: Post) -> tuple[str, int, int]:
    return post.role, post.department or 0, post.plan or 0
