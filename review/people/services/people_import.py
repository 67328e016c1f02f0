"""People come in by a list: what each line would do is shown first, then all of it is done or nothing.

Two ways: `ADD` enrols and appoints, and ends nothing; `TRANSFER` takes the list as the posts that its people hold from
a day on (人事異動). Whoever does not stand in the list is left alone.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from review import clock, holders
from review.domain import people_list
from review.domain.people_list import Line, Unreadable, alike, day_of, folded
from review.domain.refusals import Invalid
from review.models import Appointment, Department, Plan, Role, User
from review.models.organization import PLAN_ROLES
from review.people.services import first_passwords, people, posts
from review.people.services.posts import Post
from review.reader_words import is_mail_address, problem
from review.screens.services import incoming
from review.trail.services import audit
from review.transition import require_administrator

ADD, TRANSFER = "add", "transfer"
#: In the column 計画: 確認者 or 承認者 of every plan, also of later ones.
EVERY_PLAN = "すべて"
ROLES = {folded(str(word)): role for role in Role for word in (role.value, role.label)}


@dataclass(frozen=True, kw_only=True)
class Row:
    """What one line would do, in sentences; or why it cannot."""

    line: Line
    does: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    user: int | None = None
    post: Post | None = None
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Preview:
    rows: tuple[Row, ...]

    @property
    def fits(self) -> bool:
        return not any(row.problems for row in self.rows)

    @property
    def new(self) -> int:
        return len({folded(row.line.username) for row in self.rows if row.user is None and not row.problems})


def read(path: Path) -> list[Line]:
    """The lines of an uploaded file, CSV or .xlsx by its content. Raises Invalid with the sentence."""
    try:
        return people_list.lines_of(incoming.rows(path))
    except Unreadable as refusal:
        raise Invalid(_(refusal.sentence) % refusal.facts) from refusal


# --- what it would do --------------------------------------------------------------------------------------------


def preview(lines: Sequence[Line], *, way: str, day: date) -> Preview:
    """What the list would do as things stand now. Six queries however long it is."""
    known = _Known(User.objects.all())
    offices = {folded(office.name): office for office in _offices(day)}
    held, plans = _held(day), list(Plan.objects.order_by("pk"))
    rows = list(_once([_row(line, known, offices, plans, held, way, day) for line in lines]))
    return Preview(rows=tuple(_with_endings(rows, day) if way == TRANSFER else rows))


class _Known:
    """The existing people, looked up by the exact name, else by one that differs by width, case or look-alikes only."""

    def __init__(self, users: Iterable[User]) -> None:
        self.exact: dict[str, User] = {}
        self.near: dict[str, list[User]] = {}
        for user in users:
            self.add(user)

    def add(self, user: User) -> None:
        self.exact[user.username] = user
        self.near.setdefault(folded(user.username), []).append(user)

    def all(self, username: str) -> list[User]:
        """Whom the name may mean: one, several that look alike, or nobody."""
        user = self.exact.get(username)
        return [user] if user else self.near.get(folded(username), [])

    def one(self, username: str) -> User | None:
        """Whom the name means; None for nobody, or for several."""
        users = self.all(username)
        return users[0] if len(users) == 1 else None


def _offices(day: date) -> Iterable[Department]:
    """The offices of the day, and those of today, the former counting where both have one name."""
    spans = Department.objects.filter(Q(ends_on=None) | Q(ends_on__gte=clock.today())).order_by("starts_on", "pk")
    return sorted(spans, key=lambda one: one.ends_on is None or one.ends_on >= day)


def _held(day: date) -> set[tuple[int, Post]]:
    rows = Appointment.objects.filter(holders.held_on(day)).values_list("user_id", "role", "department_id", "plan_id")
    return {(user, Post(role=role, department=office, plan=plan)) for user, role, office, plan in rows}


def _row(
    line: Line,
    known: _Known,
    offices: dict[str, Department],
    plans: Sequence[Plan],
    held: set[tuple[int, Post]],
    way: str,
    day: date,
) -> Row:
    user = known.one(line.username)
    problems = list(_problems(line, known.all(line.username)))
    role = ROLES.get(folded(line.role))
    office = offices.get(folded(line.department)) if line.department else None
    post = Post(role=role.value, department=office.pk if office else None) if role else None
    problems += _post_problems(line, role, office, post)
    if (post and role in PLAN_ROLES) or line.plan:
        post = _in_plan(line, post, plans, bool(user and (user.pk, post) in held), way == ADD, problems)
    starts_on, ends_on = _days(line, way, day, problems)
    does = () if problems else tuple(_does(line, user, post, office, held, starts_on))
    return Row(
        line=line,
        does=does,
        problems=tuple(problems),
        user=user.pk if user else None,
        post=post,
        starts_on=starts_on,
        ends_on=ends_on,
    )


def _post_problems(line: Line, role: Role | None, office: Department | None, post: Post | None) -> Iterable[str]:
    if role is None:
        yield _("役割「%(role)s」はありません。%(roles)s のどれかにしてください。") % {
            "role": line.role,
            "roles": _("、").join(str(one.label) for one in Role),
        }
    if line.department and office is None:
        yield _("部署「%(office)s」がありません。「部署」の画面にある名前で書いてください。") % {
            "office": line.department
        }
    elif post and not posts.fits(post):
        yield _("部署の列: 担当者と所属長には部署が必要で、ほかの役割に部署はありません。")


def _problems(line: Line, users: Sequence[User]) -> Iterable[str]:
    if line.broken:
        yield _("利用者名の中に改行があります。1行で書いてください。")
    elif not line.username or len(line.username) > 150:
        yield _("利用者名を150文字以内で入力してください。")
    elif why := problem(line.username):
        yield _("利用者名の%(why)s") % {"why": why}
    if not line.full_name or len(line.full_name) > 60:
        yield _("氏名を60文字以内で入力してください。")
    elif why := problem(line.full_name):
        yield _("氏名の%(why)s") % {"why": why}
    if len(users) > 1:
        yield _("利用者名が%(names)sのどれか分かりません。登録されているとおりに書いてください。") % {
            "names": _("、").join(_("「%(name)s」") % {"name": user.username} for user in users)
        }
    if any(not user.is_active for user in users):
        yield _("利用者名: この利用者の利用は停止されています。先に再開してください。")
    if line.email and not is_mail_address(line.email):
        yield _("メール「%(email)s」の形を確かめてください。") % {"email": line.email}


def _in_plan(
    line: Line, post: Post | None, plans: Sequence[Plan], everywhere: bool, adding: bool, problems: list[str]
) -> Post | None:
    """The post in the plan of the line. Blank is the one plan that there is, or as it is held already (`everywhere`).

    Who is added to a list keeps a post of every plan; a transfer takes them out of it."""
    if post is None or post.role not in PLAN_ROLES:
        problems.append(_("計画の列: %(why)s") % {"why": people.ONLY_OF_PLANS})
        return post
    name = folded(line.plan)
    if name == folded(EVERY_PLAN) or (everywhere and (not name or adding)) or not (name or plans):
        return post
    named = [plan for plan in plans if name in (folded(plan.short_name), folded(plan.name))] if name else plans
    if len(named) == 1:
        return replace(post, plan=named[0].pk)
    problems.append(
        _("計画の列: 「%(plan)s」という計画はありません。%(plans)sのどれか、または「%(every)s」と書いてください。")
        % {
            "plan": line.plan,
            "plans": _("、").join(_("「%(name)s」") % {"name": plan.short_name} for plan in plans),
            "every": EVERY_PLAN,
        }
        if name
        else _("計画の列: 計画が複数あります。どの計画の%(role)sかを、計画の短い名前で書いてください。")
        % {"role": Role(post.role).label}
    )
    return post


def _days(line: Line, way: str, day: date, problems: list[str]) -> tuple[date, date | None]:
    starts_on, ends_on = day, None
    if line.starts_on and way == ADD:
        start = day_of(line.starts_on)
        if start is None:
            problems.append(
                _("開始日「%(day)s」を読み取れません。「2025-04-01」の形にしてください。") % {"day": line.starts_on}
            )
        starts_on = start or day
    if line.ends_on:
        ends_on = day_of(line.ends_on)
        if ends_on is None:
            problems.append(
                _("終了日「%(day)s」を読み取れません。「2026-03-31」の形にしてください。") % {"day": line.ends_on}
            )
        elif ends_on < starts_on:
            problems.append(_("終了日は開始日以後にしてください。"))
    return starts_on, ends_on


def _does(
    line: Line,
    user: User | None,
    post: Post | None,
    office: Department | None,
    held: set[tuple[int, Post]],
    starts_on: date,
) -> Iterable[str]:
    if user is None:
        yield _("利用者を登録します。")
    else:
        if _name(line, user) != user.display_name:
            yield _("氏名を「%(before)s」から「%(after)s」に変えます。") % {
                "before": user.display_name,
                "after": line.full_name,
            }
        if line.email and line.email != user.email:
            yield _("メールアドレスを変えます。")
    if post and (user is None or (user.pk, post) not in held):
        yield _("%(post)sに %(day)s から任用します。") % {
            "post": f"{office or ''} {Role(post.role).label}".strip(),
            "day": starts_on,
        }


def _name(line: Line, user: User) -> str:
    """The person's name after the import: unchanged where the list has the same in other characters."""
    return user.display_name if alike(line.display_name) == alike(user.display_name) else line.full_name


def _with_endings(rows: Sequence[Row], day: date) -> Iterable[Row]:
    """In a transfer, each person's first line names the posts that end. One query."""
    new_posts: dict[int, set[Post]] = {}
    for row in rows:
        if row.user and row.post:
            new_posts.setdefault(row.user, set()).add(row.post)
    ending: dict[int, list[str]] = {}
    running = Appointment.objects.filter(Q(ends_on=None) | Q(ends_on__gte=day), user__in=new_posts)
    for post in running.select_related("department").order_by("pk"):
        if post.starts_on > day or Post.of(post) not in new_posts[post.user_id]:
            words = _("%(post)sが %(day)s の前の日で終わります。") % {
                "post": f"{post.department or ''} {post.get_role_display()}".strip(),
                "day": day,
            }
            ending.setdefault(post.user_id, []).append(words)
    for row in rows:
        sentences = ending.pop(row.user, []) if row.user and not row.problems else []
        yield replace(row, does=(*row.does, *sentences))


def _once(rows: Iterable[Row]) -> Iterable[Row]:
    """Each line; one that says the same as a line before is a slip of the pen and says so."""
    seen: set[tuple[str, Post | None]] = set()
    names: dict[str, str] = {}
    for row in rows:
        key = (str(row.user or folded(row.line.username)), row.post)
        name = names.setdefault(key[0], row.line.full_name)
        problems = list(row.problems)
        if key in seen:
            problems.append(_("同じ利用者の同じ役割が、上の行にもあります。片方の行を消してください。"))
        if alike(name) != alike(row.line.full_name):
            problems.append(
                _("氏名が、同じ利用者名の上の行では「%(name)s」です。どちらかに合わせてください。") % {"name": name}
            )
        seen.add(key)
        yield row if problems == list(row.problems) else replace(row, problems=tuple(problems), does=())


# --- doing it ----------------------------------------------------------------------------------------------------


def apply(*, by: User, lines: Sequence[Line], way: str, day: date) -> list[User]:
    """Do all of it or nothing; returns the new people, whose passwords `first_passwords` makes afterwards.

    Raises NotAllowed, or Invalid with the line where something cannot be any more.
    """
    with transaction.atomic():
        require_administrator(by, _("利用者は管理者が取り込みます。"))
        shown = preview(lines, way=way, day=day)
        bad = next((row for row in shown.rows if row.problems), None)
        if bad:
            raise Invalid(
                _("%(line)s行目: %(why)s 何も取り込んでいません。") % {"line": bad.line.number, "why": bad.problems[0]}
            )
        made, users = _accounts(by, shown)
        first_passwords.ask(made)
        if way == TRANSFER:
            new_posts: dict[int, set[Post]] = {}
            for row in shown.rows:
                if row.post:
                    new_posts.setdefault(users[row.line.username].pk, set()).add(row.post)
            people.transfer_many(by=by, day=day, new_posts=new_posts)
        else:
            _appoint(by, shown, users)
        audit.write(by, "people.import", "people:list", after={"lines": len(lines), "way": way, "new": len(made)})
        return made


def _accounts(by: User, shown: Preview) -> tuple[list[User], dict[str, User]]:
    made: list[User] = []
    known = _Known(User.objects.all())
    users: dict[str, User] = {}
    for row in shown.rows:
        line, user = row.line, known.one(row.line.username)
        with _at(line):
            if user is None:
                user = people.enrol_without_password(
                    by=by, username=line.username, display_name=line.full_name, email=line.email
                )
                made.append(user)
                known.add(user)
            elif row.does:
                email = line.email or user.email
                people.change(by=by, user_id=user.pk, display_name=_name(line, user), email=email)
        users[line.username] = user
    return made, users


def _appoint(by: User, shown: Preview, users: dict[str, User]) -> None:
    for row in shown.rows:
        user = users[row.line.username]
        if row.post and row.starts_on and row.post not in posts.held(user, row.starts_on):
            with _at(row.line):
                people.appoint(by=by, user_id=user.pk, post=row.post, starts_on=row.starts_on, ends_on=row.ends_on)


@contextmanager
def _at(line: Line) -> Iterator[None]:
    """A refusal inside names the line, and says that nothing was taken."""
    try:
        yield
    except Invalid as refusal:
        why = " ".join(refusal.fields.values()) or str(refusal)
        raise Invalid(
            _("%(line)s行目: %(why)s 何も取り込んでいません。") % {"line": line.number, "why": why}
        ) from refusal


def packed(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """The lines as plain data, for the way from the preview to the act."""
    return [asdict(line) for line in lines]


def unpacked(data: Iterable[dict[str, Any]]) -> list[Line]:
    return [Line(**one) for one in data]
