"""The year as a whole: draft, deadlines, opening, readiness, and the draft of the next year."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from review import clock, holders, permissions
from review.assessment.services import judging
from review.background.services import outbox
from review.deadlines.services import deadline_changes
from review.deadlines.services.deadlines import order_problems
from review.domain import rating
from review.domain.events import Event
from review.domain.form_presets import PRESETS
from review.domain.refusals import AlreadyDecided, Invalid
from review.models import Cycle, CycleState, IndicatorYear, MeasureReview, MeasureYear, Plan, User
from review.plan.services import plan_effects, plans
from review.reader_words import year_label
from review.trail.services import audit
from review.transition import require
from review.year.services.carried_over import carry_over


@dataclass(frozen=True, kw_only=True)
class Deadlines:
    """When a year's steps are due. `due_at` is 提出期限 (then 期限後), `closes_at` the 締切 that shuts the sheets."""

    due_at: datetime
    closes_at: datetime
    endorse_due_at: datetime | None = None
    review_due_at: datetime | None = None
    decide_due_at: datetime | None = None
    publish_at: datetime | None = None
    return_days: int = 5


def draft(*, plan: Plan, fiscal_year: int) -> Cycle:
    """The cycle of a year of the plan, made as a draft where it does not exist yet."""
    if fiscal_year not in plan.years:
        raise Invalid(
            _("%(year)s年度は「%(plan)s」の期間(%(first)s〜%(last)s年度)にありません。")
            % {"year": fiscal_year, "plan": plan, "first": plan.first_year, "last": plan.last_year}
        )
    line = Q(plan=plan) | Q(plan=plan.continues_id or 0)
    before = Cycle.objects.filter(line, fiscal_year__lt=fiscal_year).order_by("-fiscal_year").first()
    scale = before.scale if before and before.scale else rating.DEFAULT.as_data()
    start = {"scale": scale, "form": before.form if before else PRESETS[plan.form]}
    cycle, _made = Cycle.objects.get_or_create(plan=plan, fiscal_year=fiscal_year, defaults=start)
    judging.judge_earlier(cycle)
    return cycle


def choose_scale(*, user: User, cycle_id: int, scale: rating.Scale) -> Cycle:
    """Grade the drafted year on this scale, and its indicators anew. Raises AlreadyDecided once the year is open."""
    with transaction.atomic():
        cycle = Cycle.objects.select_for_update(of=("self",), no_key=True).select_related("plan").get(pk=cycle_id)
        holders.standing(user, fresh=True)
        require(
            permissions.may_manage_cycle(user, cycle.plan_id), _("達成区分は%(office)sまたは管理者が選びます。"), cycle
        )
        if cycle.state != CycleState.DRAFT:
            raise AlreadyDecided(
                _("%(year)sは開始されているため、達成区分は変更できません。") % {"year": year_label(cycle.fiscal_year)}
            )
        before, cycle.scale = cycle.scale, scale.as_data()
        cycle.save(update_fields=["scale"])
        judge_year(cycle)
        audit.write(
            actor=user,
            action="cycle.scale",
            subject=f"cycle:{cycle.pk}",
            before={"scale": before},
            after={"scale": cycle.scale},
        )
        return cycle


def set_deadlines(*, user: User, cycle_id: int, deadlines: Deadlines) -> Cycle:
    """Set the year's deadlines. Raises Invalid where they are out of order."""
    with transaction.atomic():
        cycle = Cycle.objects.select_for_update(no_key=True).get(pk=cycle_id)
        holders.standing(user, fresh=True)
        require(
            permissions.may_manage_cycle(user, cycle.plan_id), _("期限は%(office)sまたは管理者が設定します。"), cycle
        )
        if cycle.state == CycleState.PUBLISHED:
            raise AlreadyDecided(_("公表済みの年度の期限は変更できません。"))
        problems = order_problems(vars(deadlines))
        if problems:
            raise Invalid(_("期限の順序を確かめてください。"), problems)
        moments = {name: getattr(cycle, name) for name in vars(deadlines)}
        before = {name: str(value or "") for name, value in moments.items()}
        for name, value in vars(deadlines).items():
            setattr(cycle, name, value)
        cycle.save(update_fields=list(vars(deadlines)))
        entry = audit.write(
            actor=user,
            action="cycle.deadlines",
            subject=f"cycle:{cycle.pk}",
            before=before,
            after={name: str(value or "") for name, value in vars(deadlines).items()},
        )
        deadline_changes.tell(user=user, cycle=cycle, entry=entry, before=moments, after=vars(deadlines))
        return cycle


def open_year(*, user: User, cycle_id: int) -> Cycle:
    """Open the drafted year: the sheets' rows are made by the flow's launch. Raises AlreadyDecided on a second open."""
    with transaction.atomic():
        cycle = Cycle.objects.select_for_update(of=("self",), no_key=True).select_related("plan").get(pk=cycle_id)
        holders.standing(user, fresh=True)
        require(
            permissions.may_manage_cycle(user, cycle.plan_id),
            _("年度の開始は%(office)sまたは管理者が行います。"),
            cycle,
        )
        if cycle.state != CycleState.DRAFT:
            raise AlreadyDecided(
                _("%(year)sはもう開始されています(今は「%(state)s」です)。")
                % {"year": year_label(cycle.fiscal_year), "state": cycle.get_state_display()}
            )
        if not (cycle.due_at and cycle.closes_at):
            raise Invalid(
                _("提出期限と締切を設定してから開始してください。"), {"due_at": _("提出期限を設定してください。")}
            )
        other = Cycle.objects.filter(plan=cycle.plan, state__in=[CycleState.OPEN, CycleState.DECIDING]).first()
        if other:
            raise Invalid(
                _("%(other)sの評価が終わっていません。公表してから%(year)sを開始してください。")
                % {"other": year_label(other.fiscal_year), "year": year_label(cycle.fiscal_year)}
            )
        if not MeasureYear.objects.filter(measure__plan=cycle.plan, fiscal_year=cycle.fiscal_year).exists():
            raise Invalid(
                _("%(year)sの施策がありません。計画を取り込んでください。") % {"year": year_label(cycle.fiscal_year)}
            )
        cycle.state, cycle.opened_at = CycleState.OPEN, clock.now()
        cycle.save(update_fields=["state", "opened_at"])
        audit.write(actor=user, action="cycle.open", subject=f"cycle:{cycle.pk}", after={"state": cycle.state})
        return cycle


def sheets_to_launch(cycle: Cycle) -> list[MeasureYear]:
    """The year's 施策 that have no review yet."""
    years = MeasureYear.objects.filter(measure__plan=cycle.plan, fiscal_year=cycle.fiscal_year, review=None)
    return list(years.order_by("measure__sort_key"))


def make_review(cycle: Cycle, year: MeasureYear) -> MeasureReview:
    """The review row of one sheet; the same row when it exists already."""
    review, _made = MeasureReview.objects.get_or_create(
        measure_year=year, defaults={"cycle": cycle, "state_since": clock.now()}
    )
    return review


def make_reviews(cycle: Cycle, count: int) -> list[MeasureReview]:
    """The rows of so many sheets that have none yet; [] where all have theirs."""
    now = clock.now()
    made = [MeasureReview(measure_year=year, cycle=cycle, state_since=now) for year in sheets_to_launch(cycle)[:count]]
    return MeasureReview.objects.bulk_create(made)


def judge_year(cycle: Cycle) -> None:
    """Judge every indicator of the year anew (after import or a change of scale), and the years before the first."""
    rows = IndicatorYear.objects.filter(
        indicator__measure__plan=cycle.plan, fiscal_year=cycle.fiscal_year
    ).select_related("indicator")
    judging.judge_rows(rows, scale=judging.scale_of(cycle))
    judging.judge_earlier(cycle)


def announce_opening(cycle: Cycle) -> None:
    """Tell the departments, once, when all sheets are ready to be written on."""
    sheets = MeasureReview.objects.filter(cycle=cycle).count()
    audit.write(actor=None, action="cycle.launch", subject=f"cycle:{cycle.pk}", after={"sheets": sheets})
    outbox.announce(Event.CYCLE_OPENED, key=str(cycle.pk), cycle=cycle)


def begin_decision(cycle_id: int, *, occasion: str) -> None:
    """All sheets are settled and the 公表案 is made: the year waits for its decision. `occasion` tells rounds apart."""
    cycle = Cycle.objects.select_for_update(no_key=True).get(pk=cycle_id)
    cycle.state = CycleState.DECIDING
    cycle.save(update_fields=["state"])
    audit.write(actor=None, action="cycle.ready", subject=f"cycle:{cycle.pk}", after={"state": cycle.state})
    outbox.announce(Event.CYCLE_READY, key=f"{cycle.pk}:{occasion}", cycle=cycle)


def reopen_for_returns(*, user: User, cycle_id: int, returns: Mapping[int, str]) -> None:
    """The year's decision sent sheets back ({review id: why}): departments and reviewers work again."""
    Cycle.objects.filter(pk=cycle_id).update(state=CycleState.OPEN)
    audit.write(
        actor=user,
        action="cycle.return",
        subject=f"cycle:{cycle_id}",
        after={"state": CycleState.OPEN, "returns": {f"review:{pk}": why for pk, why in returns.items()}},
    )


def wait_again(*, user: User, cycle: Cycle, review: MeasureReview) -> None:
    """The approval of a sheet was withdrawn: a year that waited for its decision, its row locked, waits for the sheet."""
    if cycle.state != CycleState.DECIDING:
        return
    cycle.state = CycleState.OPEN
    cycle.save(update_fields=["state"])
    after = {"state": cycle.state, "review": f"review:{review.pk}", "code": review.measure_year.measure.code}
    audit.write(actor=user, action="cycle.wait_again", subject=f"cycle:{cycle.pk}", after=after)


def draft_first(*, plan: Plan, fiscal_year: int, user: User | None = None) -> Cycle:
    """Draft a year of a plan that was brought in: with the sheets that the import made for it, or those of the last
    year before. Raises Invalid outside the plan, and where there is no 施策. Running it twice changes nothing; a
    person, who is None for the command, is told so (AlreadyDecided), and NotAllowed who does not lead the plan."""
    with transaction.atomic():
        plan = Plan.objects.select_for_update(of=("self",), no_key=True).get(pk=plan.pk)
        if user is not None:
            require_may_begin(user, plan)
            if fiscal_year in plan.years and fiscal_year not in plans.years_to_begin(plan):
                raise AlreadyDecided(_("%(year)sは、もう準備されています。") % {"year": year_label(fiscal_year)})
        made = draft(plan=plan, fiscal_year=fiscal_year)
        sheets = MeasureYear.objects.filter(measure__plan=plan, fiscal_year__lte=fiscal_year).order_by("-fiscal_year")
        last = {year.measure_id: year for year in reversed(sheets.select_related("measure", "owner"))}
        if not last:
            raise Invalid(
                _("「%(plan)s」に施策がありません。先に計画を取り込んでください(import_plan)。") % {"plan": plan}
            )
        earlier = [year for year in last.values() if year.fiscal_year < fiscal_year]
        carry_over([year for year in earlier if (year.measure.last_year or fiscal_year) >= fiscal_year], fiscal_year)
        judge_year(made)
        audit.write(actor=user, action="cycle.draft", subject=f"cycle:{made.pk}", after={"sheets": len(last)})
        if user is not None:
            outbox.announce(Event.NEXT_CYCLE_DRAFTED, key=str(made.pk), actor=user, cycle=made)
        return made


def require_may_begin(user: User, plan: Plan) -> None:
    """Raise NotAllowed for who does not lead the plan, or AlreadyDecided where one of its years was opened."""
    holders.standing(user, fresh=True)
    sentence = _("最初の年度は、%(office)sの確認者が準備します(確認者がいない間は管理者)。")
    require(permissions.may_change_plan(user, plan.pk), sentence, plan)
    if not plans.years_to_begin(plan):
        raise AlreadyDecided(_("この計画の最初の年度は、もう準備されています。"))


# --- Act: the next year ---------------------------------------------------------------------------------------------


def draft_next(cycle: Cycle) -> Cycle | None:
    """Draft the next 年度 from the published one: definitions carried over, this plan's 目標 in place.

    None after the plan's last 年度, of which those who lead on are notified. Running it twice changes nothing: what
    exists already stands.
    """
    following = cycle.fiscal_year + 1
    if following > cycle.plan.last_year:
        _announce_end(cycle)
        return None
    with transaction.atomic():
        made = draft(plan=cycle.plan, fiscal_year=following)
        if made.state != CycleState.DRAFT:
            return made
        years = MeasureYear.objects.filter(review__cycle=cycle).select_related("measure", "owner__successor")
        carry_over([year for year in years if (year.measure.last_year or following) >= following], following)
        for name in _RULES:
            setattr(made, name, getattr(cycle, name))
        made.save(update_fields=[*_RULES])
        plan_effects.carry_on(made)
        judge_year(made)
        if not made.events.filter(name=Event.NEXT_CYCLE_DRAFTED).exists():
            sheets = MeasureYear.objects.filter(measure__plan=made.plan, fiscal_year=following).count()
            audit.write(actor=None, action="cycle.draft", subject=f"cycle:{made.pk}", after={"sheets": sheets})
            outbox.announce(Event.NEXT_CYCLE_DRAFTED, key=str(made.pk), cycle=made)
        return made


def draft_after_extension(plan_id: int, fiscal_year: int) -> None:
    """The plan goes on from that year: drafted now where the year before is published, else with its publication."""
    before = Cycle.objects.filter(plan=plan_id, fiscal_year=fiscal_year - 1, state=CycleState.PUBLISHED)
    for cycle in before.select_related("plan"):
        draft_next(cycle)


def _announce_end(cycle: Cycle) -> None:
    with transaction.atomic():
        Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
        if not cycle.events.filter(name=Event.PLAN_ENDED).exists():
            audit.write(actor=None, action="plan.end", subject=f"plan:{cycle.plan_id}", after={"cycle": cycle.pk})
            outbox.announce(Event.PLAN_ENDED, key=str(cycle.pk), cycle=cycle)


_RULES = ("requires_endorsement", "return_days", "reminders")
