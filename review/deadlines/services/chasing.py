"""What the office does about reminders by hand: their days, pauses with reason and end, and nudges (督促)."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from review import clock, holders, permissions
from review.background.services import outbox
from review.domain import reminding
from review.domain.events import Event
from review.domain.refusals import AlreadyDecided, Invalid
from review.domain.reminding import Kind, Rule, Step
from review.models import Cycle, CycleState, Department, MeasureReview, OutboxEvent, ReminderPause, User
from review.notices.services import waiting
from review.reader_words import problem
from review.trail.services import audit
from review.transition import require

LONGEST_NOTE = 1000


# --- the days of reminders -----------------------------------------------------------------------------------------


def set_rules(*, user: User, cycle_id: int, rules: Mapping[Step, Rule]) -> Cycle:
    """On which business days each step is reminded of its deadline, and when it is escalated."""
    with transaction.atomic():
        cycle = Cycle.objects.select_for_update(no_key=True).get(pk=cycle_id)
        _require_office(user)
        if cycle.state == CycleState.PUBLISHED:
            raise AlreadyDecided(_("公表済みの年度では変更できません。"))
        before = cycle.reminders
        cycle.reminders = {
            step.value: rule.as_data() for step, rule in rules.items() if rule != reminding.DEFAULT[step]
        }
        cycle.save(update_fields=["reminders"])
        subject = f"cycle:{cycle.pk}"
        audit.write(user, "cycle.reminders", subject, before=before, after=cycle.reminders)
        return cycle


# --- pauses --------------------------------------------------------------------------------------------------------


def pause(
    *,
    user: User,
    cycle_id: int,
    starts_on: date,
    ends_on: date,
    reason: str,
    department: Department | None = None,
    review: MeasureReview | None = None,
) -> ReminderPause:
    """No reminders from one day to another, both included: of a sheet, a department, or (neither given) the year."""
    with transaction.atomic():
        cycle = Cycle.objects.select_for_update(no_key=True).get(pk=cycle_id)
        _require_office(user)
        problems = {}
        if ends_on < starts_on:
            problems["ends_on"] = _("終了日は開始日以後にしてください。")
        elif ends_on < clock.today():
            problems["ends_on"] = _("これからの日を入力してください。")
        if not reason.strip() or problem(reason):
            problems["reason"] = problem(reason) or _("止める理由を入力してください。")
        if problems:
            raise Invalid(_("期間と理由を確かめてください。"), problems)
        made = ReminderPause.objects.create(
            cycle=cycle,
            department=department,
            review=review,
            reason=reason.strip(),
            starts_on=starts_on,
            ends_on=ends_on,
            set_by=user,
            set_at=clock.now(),
        )
        audit.write(user, "reminders.pause", f"cycle:{cycle.pk}", after=_pause_words(made))
        return made


def lift(*, user: User, pause_id: int) -> ReminderPause:
    """End a pause before its day. Raises AlreadyDecided where somebody did."""
    with transaction.atomic():
        _require_office(user)
        row = ReminderPause.objects.select_for_update(no_key=True).get(pk=pause_id)
        if row.lifted_at:
            raise AlreadyDecided(_("この一時停止はもう終わっています。"))
        row.lifted_by, row.lifted_at = user, clock.now()
        row.save(update_fields=["lifted_by", "lifted_at"])
        audit.write(user, "reminders.resume", f"cycle:{row.cycle_id}", before=_pause_words(row))
        return row


def _pause_words(row: ReminderPause) -> dict[str, str]:
    return {
        "department": row.department.name if row.department else "",
        "review": str(row.review_id or ""),
        "starts_on": str(row.starts_on),
        "ends_on": str(row.ends_on),
        "reason": row.reason,
    }


# --- nudges --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One nudge as it will go out: the step, its sheets (of one department, where the step is a department's), to whom."""

    step: Step
    sheets: tuple[MeasureReview, ...]
    people: tuple[User, ...]


def letters(*, user: User, cycle: Cycle, sheet_ids: Collection[int]) -> list[Letter]:
    """What a nudge about the sheets would send, and to whom; sheets that wait for nobody any more are left out."""
    groups: dict[tuple[Step, int], list[MeasureReview]] = defaultdict(list)
    for review in waiting.sheets(cycle).filter(pk__in=list(sheet_ids)):
        step = waiting.step_of(review)
        groups[step, review.measure_year.owner_id if step in waiting.OF_A_DEPARTMENT else 0].append(review)
    all_letters = []
    for (step, _office), rows in groups.items():
        owners = {row.measure_year.owner_id: row.measure_year.owner for row in rows}
        people = [
            person for person in waiting.actors(step, owners.values(), rows[0].cycle.plan_id) if person.pk != user.pk
        ]
        all_letters.append(Letter(step=step, sheets=tuple(rows), people=tuple(people)))
    return all_letters


def nudge(*, user: User, cycle: Cycle, sheet_ids: Collection[int], note: str, nonce: str) -> list[OutboxEvent]:
    """Send the nudge at once to whoever has each sheet. `nonce` is the preview's: the same one sends nothing twice."""
    with transaction.atomic():
        Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
        holders.standing(user, fresh=True)
        require(permissions.is_reviewer(user, cycle.plan_id), _("督促は%(office)sの確認者が送ります。"), cycle)
        if sentence := problem(note) or (
            "" if len(note) <= LONGEST_NOTE else _("%(most)s文字以内にしてください。") % {"most": LONGEST_NOTE}
        ):
            raise Invalid(sentence, {"note": sentence})
        if OutboxEvent.objects.filter(key__startswith=f"{Event.NUDGED.value}:{nonce}:").exists():
            raise AlreadyDecided(_("この督促はもう送られています。"))
        todo = [letter for letter in letters(user=user, cycle=cycle, sheet_ids=sheet_ids) if letter.people]
        if not todo:
            raise Invalid(_("督促の相手がいません。選んだ施策はもう提出されたか、担当する人がいません。"))
        return [_send(user, cycle, letter, note, f"{nonce}:{place}") for place, letter in enumerate(todo)]


def _send(user: User, cycle: Cycle, letter: Letter, note: str, key: str) -> OutboxEvent:
    ids = [review.pk for review in letter.sheets]
    payload = {"step": letter.step.value, "kind": "nudge", "sheets": ids, "note": note.strip()}
    for review in letter.sheets:
        audit.write(user, "reminders.nudge", f"review:{review.pk}", after={"note": note.strip()})
    return outbox.announce(Event.NUDGED, key=key, actor=user, cycle=cycle, payload=payload)


def last_called(cycle: Cycle) -> dict[int, OutboxEvent]:
    """{sheet id: the latest reminder, escalation or nudge that named it}. One query."""
    names = [Event.DEADLINE_NEAR, Event.DEADLINE_PASSED, Event.DEADLINE_ESCALATED, Event.NUDGED]
    calls: dict[int, OutboxEvent] = {}
    for event in OutboxEvent.objects.filter(cycle=cycle, name__in=names).select_related("actor").order_by("pk"):
        for pk in event.payload.get("sheets", []):
            if event.payload.get("kind") not in (Kind.TO_HEAD, Kind.TO_OFFICE):
                calls[pk] = event
    return calls


def _require_office(user: User) -> None:
    holders.standing(user, fresh=True)
    require(permissions.may_manage_cycle(user), _("催促は確認者または管理者が扱います。"))
