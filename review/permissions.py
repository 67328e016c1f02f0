"""Who may do what: the only place where access is decided.

Two kinds of question are answered here: "may this user?" (functions `may_…`, used by services at decision time and
by screens to show what is possible) and "which sheets, which users?" (`scope_of`, and querysets of users). A view never
uses an unscoped queryset of sheets, so another department's sheet is simply not there: 404.
"""

import re
from collections.abc import Callable, Sequence
from types import MappingProxyType

from django.conf import settings
from django.db.models import Q

from review import listing
from review.addresses import RULED, Rule
from review.holders import Person, holding, holding_roles, reviewers, senders, standing
from review.locks import why_locked
from review.models import (
    ChangeState,
    Concurrence,
    Correction,
    Cycle,
    CycleState,
    Decision,
    Extension,
    MeasureReview,
    PlanChange,
    PlanSummary,
    RecordedDecision,
    ReviewState,
    Role,
    Step,
    User,
)
from review.models.scope import Scope
from review.models.sheet import OPEN_STATES

SEES_EVERYTHING = frozenset({Role.REVIEWER, Role.APPROVER, Role.ADMINISTRATOR, Role.AUDITOR})


# --- which sheets -------------------------------------------------------------------------------------------------


def scope_of(user: Person) -> Scope:
    """What the user may see, for the querysets that take it: `MeasureReview.objects.visible(scope_of(user))`."""
    post = standing(user)
    departments, plans = post.departments, post.plans(*SEES_EVERYTHING)
    everything = None in plans
    of_plans = frozenset(plan for plan in plans if plan is not None)
    sheets = Q() if everything else _sheets_of(departments)
    if of_plans and not everything:
        sheets |= Q(cycle__plan__in=of_plans)
    signed_in = bool(user.is_authenticated)
    return Scope(sheets=sheets, everything=everything, plans=of_plans, departments=departments, signed_in=signed_in)


def _sheets_of(departments: frozenset[int]) -> Q:
    """The sheets whose content people of the departments may read before publication."""
    if not departments:
        return Q(pk__in=())
    mine = Q(measure_year__owner__in=departments) | Q(measure_year__related_all=True)
    # What an office did before it was renamed or merged stays its successor's to read.
    mine |= Q(measure_year__owner__successor__in=departments)
    mine |= Q(measure_year__owner__successor__successor__in=departments)
    related = MeasureReview.objects.filter(measure_year__related__in=departments).values("pk")
    return mine | Q(pk__in=related)


# --- may this user, on this sheet --------------------------------------------------------------------------------


def may_read(user: Person, review: MeasureReview) -> bool:
    """Whether the user may read the sheet's content before publication."""
    return MeasureReview.objects.visible(scope_of(user)).filter(pk=review.pk).exists()


def may_ask_extension(user: Person, review: MeasureReview) -> bool:
    """The owning department, while the sheet is with it and the year runs."""
    return (
        review.measure_year.owner_id in standing(user).departments
        and review.cycle.state in (CycleState.OPEN, CycleState.DECIDING)
        and review.state in OPEN_STATES
        and not review.outcome
    )


def may_extend(user: Person, review: MeasureReview) -> bool:
    """Who looks after the year, on a sheet of another department: one's own needs a second person, so one asks."""
    others = review.measure_year.owner_id not in standing(user).departments
    return others and may_manage_cycle(user, review.cycle.plan_id)


def may_write(user: Person, review: MeasureReview) -> bool:
    """Contributor or head of the owning department, while the sheet is open."""
    return review.measure_year.owner_id in standing(user).departments and not why_locked(review)


def may_recall(user: Person, review: MeasureReview) -> bool:
    """The owning department, until the reviewer has decided."""
    sent = review.state in (ReviewState.SUBMITTED, ReviewState.ENDORSING)
    return sent and review.measure_year.owner_id in standing(user).departments


def may_endorse(user: Person, review: MeasureReview) -> bool:
    """The head of the owning department, while their confirmation is pending; a head's proxy not on their own sheet."""
    return review.state == ReviewState.ENDORSING and bool(in_whose_name(user, review, Step.ENDORSE))


def heads(user: Person, department_id: int) -> bool:
    """Whether the person heads the department in their own right: such a submission needs no further 所属長確認."""
    return None in standing(user).capacities(Role.HEAD, department_id)


# --- in whose name -------------------------------------------------------------------------------------------------


def in_whose_name(user: Person, review: MeasureReview, step: str) -> list[int | None]:
    """In whose name the person could take this step on this sheet: [None] in their own right, else the ids of those
    they may represent there; [] where they may not. No one decides on what they, or whom they represent, had a hand
    in. Two queries at most, four where a decision is taken back."""
    post = standing(user).within(review.cycle.plan_id)
    if step == Step.WITHDRAW:
        return _taking_back(user, review)
    if step == Step.ENDORSE:
        names = post.capacities(Role.HEAD, review.measure_year.owner_id)
        # A head's own submission goes without 所属長確認; their proxy's does not.
        barred = set() if names == (None,) else senders(review)
    elif step == Step.SETTLE:
        names, barred = post.capacities(Role.APPROVER), {review.proposed_by_id}
    else:
        names = post.capacities(Role.REVIEWER if step == Step.REVIEW else Role.APPROVER)
        if step != Step.REVIEW and None not in names and review.measure_year.owner_id in post.departments:
            # Whoever stands in for an approver does not approve the work of their own department.
            return []
        barred = senders(review) if names else set()
        if names and step != Step.REVIEW:
            barred |= reviewers(review)
    return [] if user.pk in barred else [who for who in names if who is None or who not in barred]


def barred(user: Person, plan: int, numbers: Sequence[int], step: str) -> dict[int, bool]:
    """Which of the sheets the person cannot confirm or approve, and whether for what they did themselves (else: for what those
    did whom they represent); as `in_whose_name`. One query for a thousand sheets, one more for a proxy who approves."""
    names = standing(user).within(plan).capacities(Role.REVIEWER if step == Step.REVIEW else Role.APPROVER)
    if not names:
        return {}
    concerned = [who for who in (user.pk, *names) if who is not None]
    listed = listing.senders_among if step == Step.REVIEW else listing.hands_among
    hands: dict[int, set[int]] = {}
    for people in listing.in_parts(concerned, listing.PEOPLE):
        for sheet, *who in listed(people=people, numbers=numbers):
            hands.setdefault(sheet, set()).update(who)
    if step != Step.REVIEW and None not in names:
        mine = MeasureReview.objects.own(scope_of(user)).filter(pk__in=numbers)
        for sheet in mine.values_list("pk", flat=True):
            hands.setdefault(sheet, set()).update(concerned[:1])
    left = {pk: [who for who in names if who is None or who not in taken] for pk, taken in hands.items()}
    return {pk: user.pk in taken for pk, taken in hands.items() if user.pk in taken or not left[pk]}


def is_reviewer(user: Person, plan: int | str | None = None) -> bool:
    return standing(user).within(plan).has(Role.REVIEWER)


def is_approver(user: Person, plan: int | str | None = None) -> bool:
    return standing(user).within(plan).has(Role.APPROVER)


def may_review(user: Person, review: MeasureReview) -> bool:
    """A reviewer, on a submitted sheet that they did not submit themselves."""
    return review.state == ReviewState.SUBMITTED and bool(in_whose_name(user, review, Step.REVIEW))


def may_approve(user: Person, review: MeasureReview) -> bool:
    """An approver, on a confirmed sheet that they neither submitted nor reviewed."""
    return review.state == ReviewState.REVIEWED and bool(in_whose_name(user, review, Step.APPROVE))


def may_withdraw_review(user: Person, review: MeasureReview) -> bool:
    """確認の取消し: whose 確認 it is, until an approver has decided; see `_taking_back`."""
    return review.state == ReviewState.REVIEWED and bool(in_whose_name(user, review, Step.WITHDRAW))


def may_withdraw_approval(user: Person, review: MeasureReview) -> bool:
    """承認の取消し: whose 承認 it is, until the year is decided; see `_taking_back`."""
    return review.state == ReviewState.APPROVED and bool(in_whose_name(user, review, Step.WITHDRAW))


#: What can be taken back of a sheet in a state, and whose post that takes.
_TAKEN_BACK = {
    ReviewState.REVIEWED.value: (Step.REVIEW, Role.REVIEWER),
    ReviewState.APPROVED.value: (Step.APPROVE, Role.APPROVER),
}


def _taking_back(user: Person, review: MeasureReview) -> list[int | None]:
    """In whose name the person may take back the decision by which the sheet stands where it stands: whose decision it
    is (of a 代決: the person represented), and their proxy while that runs. Once that person no longer holds the post or
    has left, whoever could take the step. Not 未提出 and 対象外, and nothing once the year is decided."""
    step, role = _TAKEN_BACK.get(review.state, (None, None))
    running = review.cycle.state in (CycleState.OPEN, CycleState.DECIDING) and not review.outcome
    if step is None or role is None or not running or not standing(user).within(review.cycle.plan_id).has(role):
        return []
    decision = review.standing_decision(Decision.objects.filter(review=review.pk))
    names = in_whose_name(user, review, step) if decision else []
    if decision is None or not names:
        return []
    whose = decision.on_behalf_of_id or decision.decided_by_id
    mine = [who for who in names if (user.pk if who is None else who) == whose]
    return mine if mine or holding(role, plan=review.cycle.plan_id).filter(pk=whose).exists() else names


def may_propose_outcome(user: Person, review: MeasureReview) -> bool:
    """A reviewer, on a sheet that is not yet approved and of which nothing is proposed."""
    before = review.state in (*OPEN_STATES, ReviewState.SUBMITTED) and not (review.outcome or review.proposed_outcome)
    return before and is_reviewer(user, review.cycle.plan_id)


def may_decide_outcome(user: Person, review: MeasureReview) -> bool:
    """An approver other than the proposer, where 未提出 or 対象外 was proposed."""
    return bool(review.proposed_outcome) and bool(in_whose_name(user, review, Step.SETTLE))


def may_record_decision(user: Person, review: MeasureReview) -> bool:
    """A reviewer as 事務局, on a sheet that waits for the 本部."""
    return review.state == ReviewState.REVIEWED and is_reviewer(user, review.cycle.plan_id)


def may_confirm_record(user: Person, record: RecordedDecision) -> bool:
    """An approver other than who recorded it and whom they represented; the sheet itself is asked about besides."""
    barred = {record.recorded_by_id, record.on_behalf_of_id} - {None}
    names = standing(user).within(record.review.cycle.plan_id).capacities(Role.APPROVER)
    return user.pk not in barred and any(who not in barred for who in names)


def deciding_change(user: Person, change: PlanChange) -> list[int | None]:
    """In whose name the person may decide a proposed change of the plan: an approver, never its proposer, in person or
    represented; as `in_whose_name`. No query beyond the standing."""
    if change.state != ChangeState.PROPOSED or user.pk == change.proposed_by_id:
        return []
    names = standing(user).within(change.plan_id).capacities(Role.APPROVER)
    return [who for who in names if who is None or who != change.proposed_by_id]


def may_comment(user: Person, review: MeasureReview) -> bool:
    """Own and related departments, reviewers and approvers, until the year is published."""
    if review.state == ReviewState.PUBLISHED:
        return False
    post = standing(user)
    if post.within(review.cycle.plan_id).has(Role.REVIEWER, Role.APPROVER):
        return True
    return bool(post.departments) and (review.measure_year.owner_id in post.departments or may_read(user, review))


def may_decide_extension(user: Person, extension: Extension) -> bool:
    """Who looks after the year, other than the one who asked."""
    return may_manage_cycle(user, extension.review.cycle.plan_id) and extension.asked_by_id != user.pk


def may_ask_concurrence(user: User, review: MeasureReview) -> bool:
    """合議: the owning department, as long as it may write on the sheet or take it back."""
    return may_write(user, review) or may_recall(user, review)


def may_concur(user: User, row: Concurrence) -> bool:
    """Contributor or head of the department that was asked."""
    return row.department_id in standing(user).departments


# --- may this user, on this year -----------------------------------------------------------------------------------


def may_manage_cycle(user: Person, plan: int | str | None = None) -> bool:
    """Open a year, set and extend deadlines, hand over tasks."""
    return standing(user).within(plan).has(Role.REVIEWER, Role.ADMINISTRATOR)


def may_change_plan(user: Person, plan: int | None = None) -> bool:
    """The plan's page: a reviewer of it; the administrator while it has none."""
    post = standing(user).within(plan)
    return post.has(Role.REVIEWER) or (post.has(Role.ADMINISTRATOR) and Role.REVIEWER not in holding_roles(plan))


def may_edit_measures(user: Person, cycle: Cycle) -> bool:
    """The 施策 of a draft, as the plan itself; those of a year under way, by a proposal; those of a closed year: nobody."""
    if cycle.state in (CycleState.SCHEDULED, CycleState.PUBLISHED):
        return False
    return (may_change_plan if cycle.state == CycleState.DRAFT else is_reviewer)(user, cycle.plan_id)


def may_decide_year(user: Person, cycle: Cycle) -> bool:
    """An approver in their own right, while the year waits for its decision: a publication is not for proxies."""
    return cycle.state == CycleState.DECIDING and approves_in_person(user, cycle.plan_id)


def approves_in_person(user: Person, plan: int | str | None = None) -> bool:
    """Holds the approver's post themselves."""
    return None in standing(user).within(plan).capacities(Role.APPROVER)


def may_decide_correction(user: Person, correction: Correction) -> bool:
    """An approver who sent the correction in no round."""
    if correction.state != Correction.State.DECIDING or not is_approver(user, correction.cycle.plan_id):
        return False
    sent = correction.decisions.filter(submitted_by_id=user.pk).exists()
    return correction.prepared_by_id != user.pk and not sent


def sees_board(user: Person, plan: int | str | None = None) -> bool:
    """The board, the year's book, a correction: what is not yet published, for those who may read every sheet."""
    return standing(user).within(plan).has(*SEES_EVERYTHING)


def may_decide_summary(user: Person, summary: PlanSummary) -> bool:
    """計画期間の総括: an approver in their own right who proposed it in no round, for the decision publishes it."""
    proposers = {summary.submitted_by_id, *summary.decisions.values_list("submitted_by", flat=True)}
    waits = summary.state == PlanSummary.State.DECIDING and user.pk not in proposers
    return waits and approves_in_person(user, summary.plan_id)


may_download_year = may_see_corrections = sees_board
may_prepare_correction, may_retry_jobs = is_reviewer, may_manage_cycle


def may_see_jobs(user: Person, plan: int | str | None = None) -> bool:
    return standing(user).within(plan).has(Role.REVIEWER, Role.ADMINISTRATOR, Role.AUDITOR)


def may_read_audit(user: Person, plan: int | str | None = None) -> bool:
    return standing(user).within(plan).has(Role.AUDITOR, Role.ADMINISTRATOR)


def may_name_proxy(user: Person, principal: User) -> bool:
    """The person represented; for them, a reviewer in their own right or an administrator. A reviewer of some plans
    not for who confirms or approves in another: a proxy counts in every plan of the post."""
    post = standing(user)
    managing = post.has(Role.ADMINISTRATOR) or (
        None in post.capacities(Role.REVIEWER) and post.reviews_for(standing(principal))
    )
    return user.is_authenticated and user.is_active and (user.pk == principal.pk or managing)


def may_manage_people(user: Person, plan: int | str | None = None) -> bool:
    return standing(user).within(plan).has(Role.ADMINISTRATOR)


# --- which addresses -----------------------------------------------------------------------------------------------
#
# The table is `review.addresses`. A rule is asked before the view; what is done *on* a sheet, again by the functions above.


def anyone(user: Person, plan: int | str | None = None) -> bool:
    return True


def signed_in(user: Person, plan: int | str | None = None) -> bool:
    return user.is_authenticated and user.is_active


def holds_post(user: Person, plan: int | str | None = None) -> bool:
    """Holds any post today: someone without one has signed in but has nothing to do with the plan."""
    return bool(standing(user).roles)


def writes_sheets(user: Person, plan: int | str | None = None) -> bool:
    return bool(standing(user).departments)


def reviews_or_approves(user: Person, plan: int | str | None = None) -> bool:
    return standing(user).within(plan).has(Role.REVIEWER, Role.APPROVER)


def decides_or_manages(user: Person, plan: int | str | None = None) -> bool:
    """Holds a post that decides, or looks after those who do."""
    return standing(user).has(Role.HEAD, Role.REVIEWER, Role.APPROVER, Role.ADMINISTRATOR)


#: every rule of the table -> the question of its name, above
QUESTIONS: dict[Rule, Callable[..., bool]] = {rule: globals()[rule.value] for rule in Rule}

#: every named address -> the question asked of whoever calls it; no module adds a line of its own
ACCESS = MappingProxyType({address: QUESTIONS[rule] for address, rule in RULED.items()})

# Django's admin is read only: its own ways to sign in and to change rows pass by the second factor, the pause and the trail.
ADMIN_READS = re.compile(r"admin:(index|app_list|review_\w+_(changelist|change|history))")


def may_visit(user: Person, address: str, plan: int | str | None = None) -> bool:
    """Whether the user may call the named address (of the plan); Django's admin is one rule. Unknown: never."""
    if address.startswith("admin:"):
        return bool(ADMIN_READS.fullmatch(address)) and may_manage_people(user)
    rule = rule_of(address)
    return bool(rule and rule(user, plan))


def rule_of(address: str) -> Callable[..., bool] | None:
    """The question asked of whoever calls the address; None for one that no table knows, which nobody may call."""
    return anyone if address in settings.OPEN_ADDRESSES else ACCESS.get(address)
