"""代決 and 後閲: naming who stands in, recording in whose name a decision was taken, and the reading afterwards."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from review import clock, holders, permissions
from review.background.services import outbox
from review.domain.events import Event
from review.domain.fiscal import wareki
from review.domain.refusals import AlreadyDecided, Invalid, NotAllowed
from review.models import Appointment, Decision, LaterReading, MeasureReview, Proxy, User
from review.models.proxy import PROXY_ROLES
from review.people.services.posts import Post, fits, held_within
from review.reader_words import city_language, problem, reason_problem
from review.trail.services import audit
from review.transition import require


@dataclass(frozen=True, kw_only=True)
class Naming:
    """Who is to stand in for whom, in which post, and when."""

    principal: int
    deputy: int
    post: Post
    starts_on: date
    ends_on: date
    reason: str


def name(*, user: User, naming: Naming) -> Proxy:
    """Name a proxy: the person themselves, or a reviewer or administrator for them (never naming themselves).

    Raises NotAllowed, or Invalid with a sentence for each field that cannot be.
    """
    with transaction.atomic():
        # Two namings for one person stand in line, so that their periods cannot overlap.
        principal = User.objects.select_for_update(no_key=True).get(pk=naming.principal)
        holders.standing(user, fresh=True)
        require(permissions.may_name_proxy(user, principal), _("代決者は、本人か、確認者または管理者が指名します。"))
        deputy = User.objects.get(pk=naming.deputy)
        if deputy.pk == user.pk and principal.pk != user.pk:
            raise NotAllowed(
                _("ご自分をほかの人の代決者に指名することはできません。本人かほかの人に依頼してください。")
            )
        problems = _problems(principal, deputy, naming)
        if problems:
            raise Invalid(_("代決者を指名できません。内容を確かめてください。"), problems)
        made = Proxy.objects.create(
            principal=principal,
            deputy=deputy,
            role=naming.post.role,
            department_id=naming.post.department,
            starts_on=naming.starts_on,
            ends_on=naming.ends_on,
            reason=naming.reason.strip(),
            named_by=user,
            named_at=clock.now(),
        )
        audit.write(user, "proxy.name", f"proxy:{made.pk}", after=facts(made))
        outbox.announce(Event.PROXY_NAMED, key=str(made.pk), actor=user, payload=notice_payload(made))
        return made


def _problems(principal: User, deputy: User, naming: Naming) -> dict[str, str]:
    problems: dict[str, str] = {}
    holds = held_within(principal.pk, naming.post, naming.starts_on, naming.ends_on)
    if not (fits(naming.post) and naming.post.role in PROXY_ROLES and holds):
        problems["post"] = _("%(who)sさんは、その期間にこの役割に就いていません。") % {"who": principal}
    if naming.ends_on < naming.starts_on:
        problems["ends_on"] = _("終了日は開始日以後にしてください。")
    elif naming.ends_on < clock.today():
        problems["ends_on"] = _("過ぎた期間には指名できません。")
    elif _overlapping(naming).exists():
        problems["starts_on"] = _("同じ役割の代決者が、その期間にもう指名されています。先に取り消してください。")
    if deputy.pk == principal.pk:
        problems["deputy"] = _("本人とは別の人を選んでください。")
    elif not deputy.is_active:
        problems["deputy"] = _("利用を停止している人は選べません。")
    elif Appointment.objects.filter(
        holders.held_on(max(naming.starts_on, clock.today())), user=deputy, role__in=holders.NEVER_DEPUTIES
    ).exists():
        problems["deputy"] = _("管理者と監査の担当者は、シートの判断をしないため選べません。")
    if error := reason_problem(naming.reason):
        problems["reason"] = error
    return problems


def _overlapping(naming: Naming) -> QuerySet[Proxy]:
    same = Proxy.objects.filter(principal=naming.principal, role=naming.post.role, department=naming.post.department)
    return same.filter(withdrawn_at=None, starts_on__lte=naming.ends_on, ends_on__gte=naming.starts_on)


def withdraw(*, user: User, proxy_id: int) -> Proxy:
    """Take a proxy back from now on; what was decided stays decided."""
    with transaction.atomic():
        proxy = Proxy.objects.select_for_update(no_key=True).get(pk=proxy_id)
        holders.standing(user, fresh=True)
        require(
            permissions.may_name_proxy(user, proxy.principal), _("代決者の指名は、本人か管理する人が取り消します。")
        )
        if proxy.withdrawn_at:
            raise AlreadyDecided(_("この指名はもう取り消されています。"))
        _end(user, proxy)
        return proxy


def end_all(*, user: User, of: User) -> None:
    """End every representation by or of a person who has left; the other side gets a notice. For the transaction
    that deactivates the person."""
    mine = Proxy.objects.filter(Q(principal=of) | Q(deputy=of), withdrawn_at=None, ends_on__gte=clock.today())
    for proxy in mine.select_for_update(no_key=True, of=("self",)).order_by("pk"):
        _end(user, proxy)


def _end(user: User, proxy: Proxy) -> None:
    proxy.withdrawn_by, proxy.withdrawn_at = user, clock.now()
    proxy.save(update_fields=["withdrawn_by", "withdrawn_at"])
    audit.write(user, "proxy.withdraw", f"proxy:{proxy.pk}", before=facts(proxy))
    outbox.announce(Event.PROXY_WITHDRAWN, key=str(proxy.pk), actor=user, payload=notice_payload(proxy))


def facts(proxy: Proxy) -> dict[str, str]:
    """The proxy as the trail keeps it: people by their opaque keys."""
    return {
        "principal": str(proxy.principal.key),
        "deputy": str(proxy.deputy.key),
        "role": proxy.role,
        "department": str(proxy.department or ""),
        "starts_on": proxy.starts_on.isoformat(),
        "ends_on": proxy.ends_on.isoformat(),
        "reason": proxy.reason,
    }


def notice_payload(proxy: Proxy) -> dict[str, object]:
    """What the notices to deputy and principal are filled in with."""
    with city_language():
        post = f"{proxy.department or ''} {proxy.get_role_display()}".strip()
    return {
        "people": [proxy.deputy_id, proxy.principal_id],
        "principal": str(proxy.principal),
        "deputy": str(proxy.deputy),
        "post": post,
        "period": f"{wareki(proxy.starts_on)}から{wareki(proxy.ends_on)}まで",
        "comment": proxy.reason,
    }


# --- deciding ----------------------------------------------------------------------------------------------------


def represent(user: User, review: MeasureReview, step: str) -> User | None:
    """Whose decision this is by proxy, recorded and announced to them; None where the user decides in their own right.

    For the transaction of the decision, after the services have checked that it may be taken at all.
    """
    names = permissions.in_whose_name(user, review, step)
    if not names or names[0] is None:
        return None
    principal = User.objects.get(pk=names[0])
    entry = audit.write(
        user,
        "proxy.decide",
        f"review:{review.pk}",
        after={"step": str(step), "round": review.round, "on_behalf_of": str(principal.key)},
    )
    outbox.announce(
        Event.DECIDED_BY_PROXY,
        key=f"{review.pk}:{entry.pk}",
        actor=user,
        review=review,
        payload={"people": [principal.pk], "principal": str(principal)},
    )
    return principal


# --- 後閲 --------------------------------------------------------------------------------------------------------


def unread_by(user: User) -> QuerySet[Decision]:
    """What was decided in the person's name and they have not read yet, oldest first."""
    rows = Decision.objects.filter(on_behalf_of=user, later_reading=None).order_by("decided_at", "pk")
    return rows.select_related("decided_by", "review__measure_year__measure", "review__cycle")


def read_later(*, user: User, decision_id: int, remark: str = "") -> LaterReading:
    """後閲 by the person represented, once. It changes nothing that was decided.

    Raises NotAllowed where the decision was not taken in their name, AlreadyDecided where it was read before.
    """
    with transaction.atomic():
        # Two presses stand in line at the person: the role that only adds decisions cannot lock one.
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        decision = Decision.objects.get(pk=decision_id)
        require(decision.on_behalf_of_id == user.pk and user.is_active, _("後閲は、代決された本人が行います。"))
        if LaterReading.objects.filter(decision=decision).exists():
            raise AlreadyDecided(_("この代決はもう後閲しています。"))
        if error := problem(remark):
            raise Invalid(_("所見を保存できません。"), {"remark": error})
        made = LaterReading.objects.create(decision=decision, read_by=user, read_at=clock.now(), remark=remark.strip())
        audit.write(
            user,
            "proxy.read",
            f"review:{decision.review_id}",
            after={"step": decision.step, "round": decision.round, "remark": made.remark},
        )
        return made
