"""The demo's people: all fictitious and named so, one or more for every department and post."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.hashers import make_password

from review.models import Appointment, Department, MeasureReview, Plan, ReviewState, Role, User

PASSWORD = "meguri-demo-2024"  # noqa: S105 - printed for everyone who tries the demo
#: where people may be whose password everybody can read
DEMO_SETTINGS = ("config.settings.demo", "config.settings.dev", "config.settings.test")
OFFICE = "情報経営課"
FIRST, SECOND = "dx", "senryaku"


@dataclass(frozen=True, kw_only=True)
class Person:
    """One who can sign in: the sign-in name, the name on the screen, the post, and its department or plan."""

    username: str
    name: str
    post: str
    department: str = ""
    plan: str = ""


CITY = (
    Person(username="kakunin1", name="架空 かくにん一", post=Role.REVIEWER, plan=FIRST),
    Person(username="kakunin2", name="架空 かくにん二", post=Role.REVIEWER, plan=FIRST),
    Person(username="kakunin3", name="架空 かくにん三", post=Role.REVIEWER, plan=FIRST),
    Person(username="shonin1", name="架空 しょうにん一", post=Role.APPROVER, plan=FIRST),
    Person(username="shonin2", name="架空 しょうにん二", post=Role.APPROVER, plan=FIRST),
    Person(username="kakunin4", name="架空 かくにん四", post=Role.REVIEWER, plan=SECOND),
    Person(username="shonin3", name="架空 しょうにん三", post=Role.APPROVER, plan=SECOND),
    Person(username="kanri", name="架空 かんり", post=Role.ADMINISTRATOR),
    Person(username="kansa", name="架空 かんさ", post=Role.AUDITOR),
)


def enlist() -> list[Person]:
    """Make everyone; the departments and plans must stand already. kakunin3 also writes for 情報経営課, whose own sheets
    are then reviewed by the other two."""
    people = list(CITY)
    for number, department in enumerate(Department.objects.order_by("order", "pk"), start=1):
        people += [
            Person(
                username=f"tanto{number:02d}",
                name=f"架空 たんとう{number}",
                post=Role.CONTRIBUTOR,
                department=department.name,
            ),
            Person(
                username=f"kacho{number:02d}",
                name=f"架空 しょぞくちょう{number}",
                post=Role.HEAD,
                department=department.name,
            ),
        ]
    secret = make_password(PASSWORD)  # of all of them, made once: Argon2 is slow by intent
    for person in people:
        _make(person, secret)
    _appoint(User.objects.get(username="kakunin3"), Role.CONTRIBUTOR, OFFICE)
    return people


def _make(person: Person, secret: str) -> None:
    user = User.objects.create(
        username=person.username, password=secret, email=f"{person.username}@demo.example", display_name=person.name
    )
    _appoint(user, person.post, person.department, person.plan)


def _appoint(user: User, post: str, department: str, plan: str = "") -> None:
    place = Department.objects.get(name=department, ends_on=None) if department else None
    of = Plan.objects.get(short_name=plan) if plan else None
    Appointment.objects.create(user=user, role=post, department=place, plan=of, starts_on=date(2022, 4, 1))


def writer_of(department: Department) -> User:
    """The contributor of a department."""
    return User.objects.filter(
        appointments__department=department, appointments__role=Role.CONTRIBUTOR, username__startswith="tanto"
    ).get()


def person(username: str) -> User:
    return User.objects.get(username=username)


def one_a_role() -> list[User]:
    """Those to begin with: who has a sheet sent back and a head who has one to check, then one for each post."""
    returned = writer_of(sheet_to_show(FIRST, ReviewState.RETURNED).measure_year.owner)
    waiting = writer_of(sheet_to_show(SECOND, ReviewState.ENDORSING).measure_year.owner)
    head = waiting.username.replace("tanto", "kacho")
    return [returned, *(person(username) for username in (head, "kakunin1", "shonin1", "kanri", "kansa"))]


def post_of(user: User) -> str:
    """The post of one of them in words, with its office or its plan."""
    post = user.appointments.select_related("department", "plan").order_by("pk").first()
    return f"{post.get_role_display()}  {post.department or post.plan or ''}" if post else ""


def sheet_to_show(plan: str, state: str) -> MeasureReview:
    """The first sheet in the state of the plan's latest year, or the first of all once a visitor has moved the last one on."""
    sheets = MeasureReview.objects.filter(cycle__plan__short_name=plan).select_related(
        "cycle", "measure_year__owner", "measure_year__measure"
    )
    in_order = sheets.order_by("-cycle__fiscal_year", "measure_year__measure__sort_key")
    return in_order.filter(state=state).first() or in_order[0]
