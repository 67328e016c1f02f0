"""The year as a whole: draft, deadlines, opening, readiness, and the draft of the next year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from review import clock, permissions, queries
from review.domain.events import Event
from review.domain.refusals import AlreadyDecided, Invalid
from review.domain.text import problem
from review.models import (
    Cycle,
    CycleState,
    IndicatorYear,
    MeasureReview,
    MeasureYear,
    Plan,
    ReviewState,
    ScheduleItem,
    User,
)
from review.services import audit, judging, outbox
from review.services.transition import locked, require


@dataclass(frozen=True, kw_only=True)
class Deadlines:
    """When a year's steps are due. `due_at` is 提出期限 (then 期限後), `closes_at` the 締切 that shuts the sheets."""

    due_at: datetime
    closes_at: datetime
    review_due_at: datetime | None = None
    decide_due_at: datetime | None = None
    publish_at: datetime | None = None


def draft(*, plan: Plan, fiscal_year: int) -> Cycle:
    """The cycle of a year of the plan, made as a draft where it does not exist yet."""
    if fiscal_year not in plan.years:
        raise Invalid(f"{fiscal_year}年度は「{plan}」の期間({plan.first_year}〜{plan.last_year}年度)にありません。")
    cycle, _ = Cycle.objects.get_or_create(
        plan=plan, fiscal_year=fiscal_year, defaults={"scale": judging.rating.DEFAULT.as_data()}
    )
    return cycle


def set_deadlines(*, user: User, cycle_id: int, deadlines: Deadlines) -> Cycle:
    """Set the year's deadlines. Raises Invalid where they are out of order."""
    with transaction.atomic():
        cycle = Cycle.objects.select_for_update(no_key=True).get(pk=cycle_id)
        permissions.standing(user, fresh=True)
        require(permissions.may_manage_cycle(user), "期限は情報経営課または管理者が設定します。")
        if cycle.state == CycleState.PUBLISHED:
            raise AlreadyDecided("公表済みの年度の期限は変更できません。")
        problems = _order_problems(deadlines)
        if problems:
            raise Invalid("期限の順序を確かめてください。", problems)
        before = {name: str(getattr(cycle, name) or "") for name in vars(deadlines)}
        for name, value in vars(deadlines).items():
            setattr(cycle, name, value)
        cycle.save(update_fields=list(vars(deadlines)))
        audit.write(
            actor=user,
            action="cycle.deadlines",
            subject=f"cycle:{cycle.pk}",
            before=before,
            after={name: str(value or "") for name, value in vars(deadlines).items()},
        )
        return cycle


def _order_problems(deadlines: Deadlines) -> dict[str, str]:
    names = ("due_at", "closes_at", "review_due_at", "decide_due_at")
    labels = {"due_at": "提出期限", "closes_at": "締切", "review_due_at": "確認期限", "decide_due_at": "審議期限"}
    problems: dict[str, str] = {}
    last = names[0]
    for name in names[1:]:
        value = getattr(deadlines, name)
        if value is None:
            continue
        if value < getattr(deadlines, last):
            problems[name] = f"{labels[name]}は{labels[last]}より後にしてください。"
        last = name
    return problems


def open_year(*, user: User, cycle_id: int) -> Cycle:
    """Open the drafted year: the sheets' rows are made by the flow's launch. Raises AlreadyDecided on a second open."""
    with transaction.atomic():
        cycle = Cycle.objects.select_for_update(of=("self",), no_key=True).select_related("plan").get(pk=cycle_id)
        permissions.standing(user, fresh=True)
        require(permissions.may_manage_cycle(user), "年度の開始は情報経営課または管理者が行います。")
        if cycle.state != CycleState.DRAFT:
            raise AlreadyDecided(f"{cycle.label}はもう開始されています(今は「{cycle.get_state_display()}」です)。")
        if not (cycle.due_at and cycle.closes_at):
            raise Invalid("提出期限と締切を設定してから開始してください。", {"due_at": "提出期限を設定してください。"})
        other = Cycle.objects.filter(plan=cycle.plan, state__in=[CycleState.OPEN, CycleState.DECIDING]).first()
        if other:
            raise Invalid(f"{other.label}の評価が終わっていません。公表してから{cycle.label}を開始してください。")
        if not MeasureYear.objects.filter(measure__plan=cycle.plan, fiscal_year=cycle.fiscal_year).exists():
            raise Invalid(f"{cycle.label}の施策がありません。計画を取り込んでください。")
        cycle.state, cycle.opened_at = CycleState.OPEN, clock.now()
        cycle.save(update_fields=["state", "opened_at"])
        audit.write(actor=user, action="cycle.open", subject=f"cycle:{cycle.pk}", after={"state": cycle.state})
        return cycle


def sheets_to_launch(cycle: Cycle) -> list[MeasureYear]:
    """The year's 施策 that have no review yet."""
    years = MeasureYear.objects.filter(measure__plan=cycle.plan, fiscal_year=cycle.fiscal_year, review=None)
    return list(years.order_by("measure__code"))


def make_review(cycle: Cycle, year: MeasureYear) -> MeasureReview:
    """The review row of one sheet; the same row when it exists already."""
    review, _ = MeasureReview.objects.get_or_create(
        measure_year=year, defaults={"cycle": cycle, "state_since": clock.now()}
    )
    return review


def judge_year(cycle: Cycle) -> None:
    """Judge every indicator of the year anew (after import or a change of scale)."""
    rows = IndicatorYear.objects.filter(
        indicator__measure__plan=cycle.plan, fiscal_year=cycle.fiscal_year
    ).select_related("indicator")
    judging.judge_rows(rows, scale=judging.scale_of(cycle))


def announce_opening(cycle: Cycle) -> None:
    """Tell the departments, once, when all sheets are ready to be written on."""
    outbox.announce(Event.CYCLE_OPENED, key=str(cycle.pk), cycle=cycle)


def begin_decision(cycle_id: int, *, occasion: str) -> None:
    """All sheets are settled and the 公表案 is made: the year waits for its decision. `occasion` tells rounds apart."""
    cycle = Cycle.objects.select_for_update(no_key=True).get(pk=cycle_id)
    cycle.state = CycleState.DECIDING
    cycle.save(update_fields=["state"])
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


def extend(*, user: User, review_id: int, until: datetime, reason: str) -> MeasureReview:
    """Keep one sheet open longer, with a reason."""
    with transaction.atomic():
        review = locked(review_id, user)
        require(permissions.may_manage_cycle(user), "期限の延長は情報経営課または管理者が行います。")
        problems = {}
        if until <= clock.now():
            problems["until"] = "これからの日時を入力してください。"
        if not reason.strip() or problem(reason):
            problems["reason"] = problem(reason) or "延長の理由を入力してください。"
        if problems:
            raise Invalid("延長する日時と理由を確かめてください。", problems)
        before = {"until": str(review.extended_until or "")}
        review.extended_until, review.extension_reason = until, reason.strip()
        review.save(update_fields=["extended_until", "extension_reason"])
        audit.write(
            actor=user,
            action="sheet.extend",
            subject=f"review:{review.pk}",
            before=before,
            after={"until": str(until), "reason": reason.strip()},
        )
        return review


# --- Act: the next year ---------------------------------------------------------------------------------------------


def draft_next(cycle: Cycle) -> Cycle | None:
    """Draft the next 年度 from the published one: definitions carried over, this plan's 目標 in place.

    None after the plan's last 年度. Running it twice changes nothing: what exists already stands.
    """
    following = cycle.fiscal_year + 1
    if following > cycle.plan.last_year:
        return None
    with transaction.atomic():
        made = draft(plan=cycle.plan, fiscal_year=following)
        if made.state != CycleState.DRAFT:
            return made
        for review in queries.full_reviews(cycle):
            measure = review.measure_year.measure
            if measure.last_year is None or measure.last_year >= following:
                _carry_over(review.measure_year, following)
        made.scale = made.scale or cycle.scale
        made.requires_endorsement = cycle.requires_endorsement
        made.save(update_fields=["scale", "requires_endorsement"])
        judge_year(made)
        if not made.events.filter(name=Event.NEXT_CYCLE_DRAFTED).exists():
            outbox.announce(Event.NEXT_CYCLE_DRAFTED, key=str(made.pk), cycle=made)
        return made


_CARRIED = ("name", "owner", "related_all", "related_text", "current_state", "description", "expected_effect", "policy")


def _carry_over(year: MeasureYear, following: int) -> None:
    new, made = MeasureYear.objects.get_or_create(
        measure=year.measure, fiscal_year=following, defaults={name: getattr(year, name) for name in _CARRIED}
    )
    if made:
        new.related.set(year.related.all())
    if not new.schedule.exists():
        ScheduleItem.objects.bulk_create(
            ScheduleItem(measure_year=new, position=item.position, name=item.name, bars=item.bars)
            for item in year.schedule.all()
        )
    for row in IndicatorYear.objects.filter(indicator__measure=year.measure, fiscal_year=year.fiscal_year):
        IndicatorYear.objects.get_or_create(
            indicator_id=row.indicator_id, fiscal_year=following, defaults={"name": row.name}
        )


# --- reminders --------------------------------------------------------------------------------------------------------


def remind(*, near: timedelta = timedelta(days=7)) -> int:
    """Announce deadlines that are near or past, each once a cycle; returns how many events were written."""
    now, count = clock.now(), 0
    for cycle in Cycle.objects.filter(state=CycleState.OPEN, due_at__isnull=False):
        waiting = MeasureReview.objects.filter(cycle=cycle, state__in=[ReviewState.NOT_STARTED, ReviewState.EDITING])
        if not waiting.exists():
            continue
        if cycle.due_at and now > cycle.due_at:
            count += _once(Event.DEADLINE_PASSED, cycle)
        elif cycle.due_at and cycle.due_at - now <= near:
            count += _once(Event.DEADLINE_NEAR, cycle)
    return count


def _once(event: Event, cycle: Cycle) -> int:
    with transaction.atomic():
        Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
        key = f"{cycle.pk}:{cycle.due_at:%Y%m%d}"
        if cycle.events.filter(key=f"{event.value}:{key}").exists():
            return 0
        outbox.announce(event, key=key, cycle=cycle)
        return 1
