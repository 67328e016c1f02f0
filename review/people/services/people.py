"""People: enrolled, changed, transferred and deactivated by the administrator. Nobody is ever deleted."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from review import clock, holders
from review.domain.refusals import AlreadyDecided, Invalid
from review.models import Appointment, FirstPassword, Role, User
from review.models.organization import PLAN_ROLES
from review.people.services import handover, posts, proxies
from review.people.services.first_passwords import Enrolled, temporary_password
from review.people.services.posts import Post
from review.reader_words import is_mail_address, problem, reason_problem
from review.trail.services import audit
from review.transition import require_administrator

ONLY_OF_PLANS = gettext_lazy("計画を選べるのは、確認者と承認者だけです。ほかの役割では空欄にしてください。")


def enrol(*, by: User, username: str, display_name: str, email: str) -> Enrolled:
    """Make an account with a temporary password that must be changed at the first sign-in.

    Raises Invalid where a name is taken or cannot be stored.
    """
    with transaction.atomic():
        require_administrator(by)
        return _account(username, display_name, email, by=by, whose="administrator", password=temporary_password())


def enrol_without_password(*, by: User, username: str, display_name: str, email: str) -> User:
    """Make an account that nobody signs in to before `first_passwords` has issued its password. Raises as `enrol` does."""
    with transaction.atomic():
        require_administrator(by)
        return _account(username, display_name, email, by=by, whose="administrator", password=None).user


def enrol_first_administrator(*, username: str, display_name: str, email: str = "") -> Enrolled:
    """The administrator with whom an installation begins, or begins again when the last one has gone.

    Raises AlreadyDecided while somebody holds the post: whoever reaches the server makes no second way in.
    """
    with transaction.atomic():
        if holders.holding(Role.ADMINISTRATOR).exists():
            raise AlreadyDecided(_("管理者がすでにいます。利用者の登録は、管理者が画面で行います。"))
        made = _account(username, display_name, email, by=None, whose="command", password=temporary_password())
        posts.appoint(user=made.user, post=Post(role=Role.ADMINISTRATOR), by=None, starts_on=clock.today())
        return made


def _account(
    username: str, display_name: str, email: str, *, by: User | None, whose: str, password: str | None
) -> Enrolled:
    problems = name_problems(display_name=display_name, email=email, username=username)
    if problems:
        raise Invalid(_("利用者を登録できません。内容を確かめてください。"), problems)
    user = User(
        username=username.strip(), display_name=display_name.strip(), email=email.strip(), must_change_password=True
    )
    user.set_password(password)
    user.save()
    audit.write(by, "user.enrol", f"user:{user.key}", after={"by": whose})
    return Enrolled(user=user, password=password or "")


def name_problems(*, display_name: str, email: str, username: str | None = None) -> dict[str, str]:
    """Why these cannot be stored, by field; `username` is that of a new account."""
    problems: dict[str, str] = {}
    if not display_name.strip() or len(display_name) > 60 or problem(display_name):
        problems["display_name"] = _("氏名を60文字以内で入力してください。")
    if email.strip() and not is_mail_address(email.strip()):
        problems["email"] = _("メールアドレスの形を確かめてください。")
    name = None if username is None else username.strip()
    if name is not None and (not name or len(name) > 150 or problem(name)):
        problems["username"] = _("利用者名を150文字以内で入力してください。")
    elif name and User.objects.filter(username__iexact=name).exists():
        problems["username"] = _("この利用者名はもう使われています。")
    return problems


def change(*, by: User, user_id: int, display_name: str, email: str) -> User:
    """Change name and mail. The trail keeps which fields changed, not the names: those may be removed one day."""
    with transaction.atomic():
        require_administrator(by)
        user = User.objects.select_for_update(no_key=True).get(pk=user_id)
        problems = name_problems(display_name=display_name, email=email)
        if problems:
            raise Invalid(_("変更できません。内容を確かめてください。"), problems)
        values = {"display_name": display_name.strip(), "email": email.strip()}
        changed = [name for name, value in values.items() if getattr(user, name) != value]
        for name in changed:
            setattr(user, name, values[name])
        if changed:
            user.save(update_fields=changed)
            audit.write(by, "user.change", f"user:{user.key}", after={"fields": changed})
        return user


def reset_password(*, by: User, user_id: int) -> Enrolled:
    """A new temporary password, to be changed at the next sign-in; sessions of the old one end."""
    with transaction.atomic():
        require_administrator(by)
        user = User.objects.select_for_update(no_key=True).get(pk=user_id)
        if not user.is_active:
            raise AlreadyDecided(_("%(who)sさんの利用は停止されています。") % {"who": user})
        password = temporary_password()
        user.set_password(password)
        user.must_change_password = True
        user.save(update_fields=["password", "must_change_password"])
        FirstPassword.objects.filter(user=user).delete()
        audit.write(by, "user.password_reset", f"user:{user.key}")
        return Enrolled(user=user, password=password)


# --- posts -------------------------------------------------------------------------------------------------------


def appoint(*, by: User, user_id: int, post: Post, starts_on: date, ends_on: date | None = None) -> Appointment:
    """Give the person a post from a day on, which may lie ahead; 確認者 and 承認者 in one plan, or in all."""
    with transaction.atomic():
        require_administrator(by)
        user = User.objects.select_for_update(no_key=True).get(pk=user_id)
        problems: dict[str, Any] = {}
        if not user.is_active:
            raise AlreadyDecided(_("%(who)sさんの利用は停止されています。先に再開してください。") % {"who": user})
        if not posts.fits(post.everywhere):
            problems["department"] = _("担当者と所属長には部署を選び、ほかの役割では部署を空欄にしてください。")
        if post.plan and post.role not in PLAN_ROLES:
            problems["plan"] = ONLY_OF_PLANS
        if ends_on and ends_on < starts_on:
            problems["ends_on"] = _("終了日は開始日以後にしてください。")
        if not problems and _already(user, post, starts_on, ends_on):
            problems["starts_on"] = _("同じ役割に、その期間もう就いています。")
        if problems:
            raise Invalid(_("任用できません。内容を確かめてください。"), problems)
        return posts.appoint(user=user, post=post, by=by, starts_on=starts_on, ends_on=ends_on)


def _already(user: User, post: Post, starts_on: date, ends_on: date | None) -> bool:
    same = Appointment.objects.filter(
        Q(plan=None) | Q(plan=post.plan), user=user, role=post.role, department=post.department
    )
    running = same.filter(Q(ends_on=None) | Q(ends_on__gte=starts_on))
    return running.filter(starts_on__lte=ends_on).exists() if ends_on else running.exists()


def end_post(*, by: User, appointment_id: int, last_day: date) -> Appointment | None:
    """Let a post end with a day; None where it had not begun by then, so that it never was.

    Raises Invalid where somebody is needed in it, in the words of `handover.left_alone`.
    """
    with transaction.atomic():
        require_administrator(by)
        row = (
            Appointment.objects.select_for_update(of=("self",), no_key=True)
            .select_related("user")
            .get(pk=appointment_id)
        )
        if last_day < clock.today() - timedelta(days=1):
            raise Invalid(
                _("過ぎた日にさかのぼって終えることはできません。"), {"last_day": _("昨日より前の日は選べません。")}
            )
        alone = handover.left_alone_without([row], from_day=last_day + timedelta(days=1))
        if alone:
            raise Invalid(_("後任がいません。"), {"last_day": " ".join([*alone, _("先に後任を任用してください。")])})
        return posts.end(row, by=by, last_day=last_day)


def transfer(*, by: User, user_id: int, day: date, to: Iterable[Post]) -> None:
    """人事異動: from the day on the person holds exactly these posts; until then the present ones. May lie ahead.

    Raises Invalid where a post would be left without anybody on that day.
    """
    transfer_many(by=by, day=day, new_posts={user_id: to})


def transfer_many(*, by: User, day: date, new_posts: Mapping[int, Iterable[Post]]) -> None:
    """The same for several people at once, so that two can change places: nobody is missed who is replaced."""
    with transaction.atomic():
        require_administrator(by)
        if day < clock.today():
            raise Invalid(_("発令日は今日以後にしてください。"), {"day": _("発令日は今日以後にしてください。")})
        people = list(User.objects.select_for_update(no_key=True).filter(pk__in=new_posts).order_by("pk"))
        ending: list[Appointment] = []
        for user in people:
            ending += _begin_posts(by, user, day, set(new_posts[user.pk]))
        alone = handover.left_alone_without(ending, from_day=day)
        if alone:
            raise Invalid(_("後任がいません。"), {"day": " ".join([*alone, _("先に後任を任用してください。")])})
        for row in ending:
            posts.end(row, by=by, last_day=day - timedelta(days=1))


def _begin_posts(by: User, user: User, day: date, to: set[Post]) -> list[Appointment]:
    """Give the person the new posts; returns those that are to end."""
    if not user.is_active or not to or not all(posts.fits(post) for post in to):
        raise Invalid(_("異動先の役割と部署を確かめてください。"), {"role": _("役割と部署を確かめてください。")})
    ending = posts.ending(user=user, day=day, keep=to)
    leaving = {Post.of(row) for row in ending if row.starts_on <= day}
    for post in sorted(to - (posts.held(user, day) - leaving), key=posts.in_order):
        posts.appoint(user=user, post=post, by=by, starts_on=day)
    return ending


# --- leaving -----------------------------------------------------------------------------------------------------


def obstacles(user: User) -> list[str]:
    """Why the person cannot be deactivated yet, one sentence each: open work, and posts that nobody else holds."""
    work = handover.open_work(user)
    sentences = []
    if work.sheets:
        codes = _("、").join(dict.fromkeys(review.measure_year.measure.code for review in work.sheets))
        sentences.append(_("受け持っているシートがあります: %(codes)s。先に引き継いでください。") % {"codes": codes})
    return sentences + handover.left_alone(user, from_day=clock.today())


def deactivate(*, by: User, user_id: int, reason: str) -> User:
    """The person left: nobody signs in as them any more, posts and proxies end, and all they decided stays theirs.

    Raises Invalid while something would be left behind (`obstacles`).
    """
    with transaction.atomic():
        require_administrator(by)
        user = User.objects.select_for_update(no_key=True).get(pk=user_id)
        if not user.is_active:
            raise AlreadyDecided(_("%(who)sさんの利用はもう停止されています。") % {"who": user})
        if user.pk == by.pk:
            raise Invalid(_("ご自分の利用は停止できません。ほかの管理者に依頼してください。"))
        if error := reason_problem(reason):
            raise Invalid(_("停止の理由を確かめてください。"), {"reason": error})
        blocked = obstacles(user)
        if blocked:
            raise Invalid(_("まだ停止できません。") + " ".join(blocked))
        posts.end_all(user=user, by=by)
        proxies.end_all(user=by, of=user)
        user.is_active = False
        user.save(update_fields=["is_active"])
        audit.write(by, "user.deactivate", f"user:{user.key}", after={"reason": reason.strip()})
        return user


def reactivate(*, by: User, user_id: int, reason: str) -> Enrolled:
    """The person is back: they sign in with a new temporary password, and hold no post until one is given."""
    with transaction.atomic():
        require_administrator(by)
        user = User.objects.select_for_update(no_key=True).get(pk=user_id)
        if user.is_active:
            raise AlreadyDecided(_("%(who)sさんはもう利用できます。") % {"who": user})
        if error := reason_problem(reason):
            raise Invalid(_("理由を入力してください。"), {"reason": error})
        user.is_active = True
        user.save(update_fields=["is_active"])
        audit.write(by, "user.reactivate", f"user:{user.key}", after={"reason": reason.strip()})
        return reset_password(by=by, user_id=user.pk)
