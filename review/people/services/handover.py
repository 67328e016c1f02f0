"""A person's open work: what it is, and its way to a colleague. The post gives the right; this says who works on it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from review import clock, holders, permissions, queries
from review.background.services import outbox
from review.domain.events import Event
from review.domain.refusals import Invalid
from review.models import (
    Appointment,
    AuditEntry,
    CycleState,
    Department,
    MeasureReview,
    Plan,
    Proxy,
    ReviewState,
    Role,
    User,
)
from review.models.organization import DEPARTMENT_ROLES, PLAN_ROLES
from review.models.sheet import OPEN_STATES
from review.reader_words import reason_problem
from review.trail.services import audit
from review.transition import require

AT_WORK = (CycleState.OPEN, CycleState.DECIDING)


@dataclass(frozen=True, kw_only=True)
class OpenWork:
    """What would be left behind: claims of review, returned sheets, sheets being written, and proxies in force."""

    claims: tuple[MeasureReview, ...]
    returned: tuple[MeasureReview, ...]
    writing: tuple[MeasureReview, ...]
    proxies: tuple[Proxy, ...]

    @property
    def sheets(self) -> tuple[MeasureReview, ...]:
        """All that can be handed over, each once."""
        return (*self.returned, *self.writing, *self.claims)


def open_work(user: User) -> OpenWork:
    """The person's open work in years under way. Four queries."""
    running = queries.reviews(MeasureReview.objects.filter(cycle__state__in=AT_WORK))
    claims = running.filter(claimed_by=user, state=ReviewState.SUBMITTED)
    mine = list(running.filter(state__in=OPEN_STATES, outcome="").filter(_held_by(user)))
    today = clock.today()
    proxies = Proxy.objects.filter(Q(principal=user) | Q(deputy=user), withdrawn_at=None, ends_on__gte=today)
    return OpenWork(
        claims=tuple(claims),
        returned=tuple(review for review in mine if review.state == ReviewState.RETURNED),
        writing=tuple(review for review in mine if review.state != ReviewState.RETURNED),
        proxies=tuple(proxies.select_related("principal", "deputy", "department")),
    )


def _held_by(user: User) -> Q:
    """The sheets on which the person works: handed over to them, else sent by them, else written on by them."""
    saved = AuditEntry.objects.filter(actor_key=user.key, action="draft.save").order_by()
    subjects = set(saved.values_list("subject", flat=True).distinct())
    written = [int(subject.partition(":")[2]) for subject in subjects]
    unassigned = Q(assigned_to=None) & (Q(submitted_by=user) | Q(submitted_by=None, pk__in=written))
    return Q(assigned_to=user) | unassigned


def candidates(review: MeasureReview, *, leaving: User) -> QuerySet[User]:
    """Who could take the sheet over: colleagues of its department, or, for a claim, the other reviewers."""
    if review.state == ReviewState.SUBMITTED:
        return holders.holding(Role.REVIEWER, plan=review.cycle.plan_id).exclude(pk=leaving.pk)
    members = holders.holding(*DEPARTMENT_ROLES, departments=[review.measure_year.owner])
    return members.exclude(pk=leaving.pk)


def hand_over(*, user: User, leaving: User, to: User, review_ids: Collection[int], reason: str) -> list[MeasureReview]:
    """Pass the sheets on to `to`, who gets a notice. All or nothing.

    Raises NotAllowed, or Invalid where nothing was chosen, a sheet is no longer the person's, or `to` does not hold
    the post that it needs.
    """
    with transaction.atomic():
        holders.standing(user, fresh=True)
        require(permissions.may_manage_cycle(user), _("仕事の引継ぎは、確認者または管理者が行います。"))
        if error := reason_problem(reason):
            raise Invalid(_("引継ぎの理由を確かめてください。"), {"reason": error})
        # The rows first, in one order, so that two hand-overs never wait for each other crosswise.
        ids = sorted(set(review_ids))
        list(MeasureReview.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))
        mine = {review.pk: review for review in open_work(leaving).sheets}
        if not ids or not set(ids) <= set(mine):
            raise Invalid(_("引き継ぐシートを選び直してください。"), {"sheets": _("引き継ぐシートを選んでください。")})
        chosen = [mine[pk] for pk in ids]
        for review in chosen:
            require(
                permissions.may_manage_cycle(user, review.cycle.plan_id),
                _("仕事の引継ぎは、その計画の確認者または管理者が行います。"),
            )
        unfit = [r for r in chosen if not candidates(r, leaving=leaving).filter(pk=to.pk).exists()]
        if unfit:
            codes = "、".join(review.measure_year.measure.code for review in unfit)
            raise Invalid(
                _("引継先を確かめてください。"),
                {"to": _("%(who)sさんは %(codes)s を受け持つ役割に就いていません。") % {"who": to, "codes": codes}},
            )
        entries = [_pass_on(user, review, to, reason.strip()) for review in chosen]
        _tell(user, to, chosen, reason.strip(), key=f"{to.pk}:{entries[-1].pk}")
        return chosen


def _pass_on(user: User, review: MeasureReview, to: User, reason: str) -> AuditEntry:
    claim = review.state == ReviewState.SUBMITTED
    field = "claimed_by" if claim else "assigned_to"
    before = getattr(review, field)
    setattr(review, field, to)
    fields = [field]
    if claim:
        review.claimed_at = clock.now()
        fields.append("claimed_at")
    review.save(update_fields=fields)
    return audit.write(
        user,
        "work.hand_over",
        f"review:{review.pk}",
        before={"to": str(before.key) if before else ""},
        after={"to": str(to.key), "reason": reason, "claim": claim},
    )


def _tell(user: User, to: User, chosen: list[MeasureReview], reason: str, *, key: str) -> None:
    codes = "、".join(review.measure_year.measure.code for review in chosen)
    outbox.announce(
        Event.WORK_HANDED_OVER,
        key=key,
        actor=user,
        cycle=chosen[0].cycle,
        payload={"people": [to.pk], "codes": codes, "count": len(chosen), "comment": reason},
    )


# --- posts that nobody else holds ---------------------------------------------------------------------------------


def left_alone(user: User, *, from_day: date) -> list[str]:
    """What nobody would do any more if all posts of the person ended before the day; see `left_alone_without`."""
    posts = Appointment.objects.filter(Q(ends_on=None) | Q(ends_on__gte=from_day), user=user)
    return left_alone_without(posts.select_related("department"), from_day=from_day)


def left_alone_without(posts: Iterable[Appointment], *, from_day: date) -> list[str]:
    """What nobody would do from the day on without these posts: one sentence each, [] where all is looked after.

    A successor counts who is appointed for that day already. Two queries a department or role.
    """
    ending = list(posts)
    rest = Appointment.objects.filter(holders.held_on(from_day), user__is_active=True)
    rest = rest.exclude(pk__in=[post.pk for post in ending])
    offices = {post.department for post in ending if post.department}
    sentences = [
        _("%(office)sには、承認前のシートがありますが、ほかに担当者も所属長もいません。") % {"office": office}
        for office in sorted(offices, key=lambda one: (one.order, one.pk))
        if not rest.filter(department=office).exists() and _has_open_sheets(office)
    ]
    return sentences + list(_roles_left_alone(ending, rest))


def _roles_left_alone(ending: list[Appointment], rest: QuerySet[Appointment]) -> Iterable[str]:
    """The roles that nobody would hold; 確認者 and 承認者 by plan, once a plan exists. A query for each plan and role."""
    plans: list[Plan | None] = [*Plan.objects.order_by("pk")] or [None]
    for role in (Role.REVIEWER, Role.APPROVER, Role.ADMINISTRATOR):
        posts = [post for post in ending if post.role == role]
        for plan in plans if role in PLAN_ROLES else [None]:
            concerned = [post for post in posts if plan is None or post.plan_id in (None, plan.pk)]
            if not concerned or rest.filter(holders.in_plan(plan.pk if plan else None), role=role).exists():
                continue
            words = _("「%(role)s」の役割に就いている人が、ほかにいません。") % {"role": role.label}
            yield f"{plan.name}: {words}" if plan and len(plans) > 1 else words


def _has_open_sheets(office: Department) -> bool:
    running = MeasureReview.objects.filter(cycle__state__in=AT_WORK, measure_year__owner=office, outcome="")
    return running.exclude(state__in=[ReviewState.APPROVED, ReviewState.PUBLISHED]).exists()
