"""組織改正: departments renamed, merged or split on a day that may lie ahead, without rewriting what was.

Planning makes the new offices and dates the posts: people move by themselves on the day. The sheets of years that are
not published move when the day has come (`take_effect`, from the sweep); published years keep the old name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from review import clock, permissions
from review.background.services import outbox
from review.domain.events import Event
from review.domain.fiscal import wareki
from review.domain.refusals import AlreadyDecided, Invalid
from review.models import (
    Appointment,
    Cycle,
    CycleState,
    Department,
    MeasureReview,
    MeasureYear,
    Proxy,
    ReminderPause,
    Reorganisation,
    User,
)
from review.reader_words import problem
from review.trail.services import audit
from review.transition import require

Kind = Reorganisation.Kind
CLOSED = (CycleState.SCHEDULED, CycleState.PUBLISHED)


@dataclass(frozen=True, kw_only=True)
class Planned:
    """What is to happen. `measures` ({measure id: place in `names`}) and `people` ({user id: places}) count for a split
    only; whoever and whatever is not named there goes to the first new office."""

    kind: Reorganisation.Kind
    before: tuple[int, ...]
    names: tuple[str, ...]
    effective_on: date
    reason: str
    measures: Mapping[int, int] = field(default_factory=dict)
    people: Mapping[int, tuple[int, ...]] = field(default_factory=dict)


def open_on(day: date) -> QuerySet[Department]:
    """The departments that exist on the day."""
    return Department.objects.filter(Q(starts_on=None) | Q(starts_on__lte=day), Q(ends_on=None) | Q(ends_on__gte=day))


# --- planning ----------------------------------------------------------------------------------------------------


def problems_of(planned: Planned) -> dict[str, str]:
    """{field: sentence} for what cannot be."""
    found: dict[str, str] = {}
    offices = list(open_on(planned.effective_on - timedelta(days=1)).filter(pk__in=planned.before))
    least, most = {Kind.RENAME: (1, 1), Kind.MERGE: (2, 20), Kind.SPLIT: (1, 1)}[planned.kind]
    if len(offices) != len(set(planned.before)) or not least <= len(offices) <= most:
        found["before"] = (
            _("統合する部署を2つ以上選んでください。") if planned.kind == Kind.MERGE else _("部署を選んでください。")
        )
    elif any(office.ends_on for office in offices):
        found["before"] = _("終わる日がもう決まっている部署があります。先の組織改正を取り消してください。")
    elif any(office.starts_on and office.starts_on >= planned.effective_on - timedelta(days=1) for office in offices):
        found["before"] = _("施行日にはまだ始まっていない部署があります。")
    if planned.effective_on < clock.today():
        found["effective_on"] = _("施行日は今日以後にしてください。")
    if not planned.reason.strip() or problem(planned.reason):
        found["reason"] = problem(planned.reason) or _("理由を入力してください。")
    said = _names_problem(planned, [office.name for office in offices])
    if said:
        found["name"] = said
    return found


def _names_problem(planned: Planned, old: Sequence[str]) -> str:
    names = [name.strip() for name in planned.names]
    if any(not name or len(name) > 60 or problem(name) for name in names):
        return _("部署名を60文字以内で入力してください。")
    if len(names) != len(set(names)) or (planned.kind == Kind.SPLIT and len(names) < 2):
        return _("分割後の部署名を2つ以上、別の名前で入力してください。")
    taken = Department.objects.filter(name__in=names, ends_on=None).exclude(pk__in=planned.before)
    if taken.exists() or (planned.kind == Kind.RENAME and names[0] in old):
        return _("この名前の部署がもうあります。")
    return ""


def plan(*, user: User, planned: Planned) -> Reorganisation:
    """Make the new offices and date the posts; on its day the sheets follow. Raises NotAllowed, or Invalid by field."""
    with transaction.atomic():
        permissions.standing(user, fresh=True)
        require(permissions.may_manage_people(user), _("組織改正は管理者が登録します。"))
        before = list(Department.objects.select_for_update(no_key=True).filter(pk__in=planned.before).order_by("pk"))
        found = problems_of(planned)
        if found:
            raise Invalid(_("組織改正を登録できません。内容を確かめてください。"), found)
        after = _make_offices(planned, before)
        made = Reorganisation.objects.create(
            kind=planned.kind,
            effective_on=planned.effective_on,
            reason=planned.reason.strip(),
            placements=_placements(planned, after),
            planned_by=user,
            planned_at=clock.now(),
        )
        made.before.set(before)
        made.after.set(after)
        _move_people(user, made, {pk: [after[place] for place in places] for pk, places in planned.people.items()})
        audit.write(
            actor=user,
            action="reorganisation.plan",
            subject=f"reorganisation:{made.pk}",
            before={"departments": [office.name for office in before]},
            after={
                "kind": made.kind,
                "departments": [office.name for office in after],
                "effective_on": made.effective_on.isoformat(),
                "reason": made.reason,
            },
        )
        take_effect()
        return made


def _make_offices(planned: Planned, before: Sequence[Department]) -> list[Department]:
    """The old ones end on the eve, the new ones begin on the day, in the old one's place of the list."""
    for office in before:
        office.ends_on = planned.effective_on - timedelta(days=1)
        office.save(update_fields=["ends_on"])
    after = [
        Department.objects.create(name=name.strip(), order=before[0].order, starts_on=planned.effective_on)
        for name in planned.names
    ]
    if len(after) == 1:
        for office in before:
            office.successor = after[0]
            office.save(update_fields=["successor"])
    return after


def _placements(planned: Planned, after: Sequence[Department]) -> dict[str, int]:
    if planned.kind != Kind.SPLIT:
        return {}
    return {str(measure): after[place].pk for measure, place in planned.measures.items() if place < len(after)}


def _move_people(
    user: User | None, plan: Reorganisation, wishes: Mapping[int, Sequence[Department]] | None = None
) -> None:
    """End the posts of the old offices on the eve and begin them anew in the new ones.

    Running it twice changes nothing: on the day it only moves who was appointed to an old office meanwhile.
    """
    day, after = plan.effective_on, list(plan.after.order_by("pk"))
    moved = list(plan.moved)
    posts = Appointment.objects.filter(Q(ends_on=None) | Q(ends_on__gte=day), department__in=plan.before.all())
    for post in posts.select_related("user").order_by("pk"):
        moved.append(_move_post(post, (wishes or {}).get(post.user_id) or after[:1], day))
    if moved != plan.moved:
        audit.write(
            actor=user,
            action="reorganisation.people",
            subject=f"reorganisation:{plan.pk}",
            after={"posts": len(moved) - len(plan.moved)},
        )
        plan.moved = moved
        plan.save(update_fields=["moved"])


def _move_post(post: Appointment, offices: Sequence[Department], day: date) -> dict[str, Any]:
    """The post in the new office from the day on; what was done, as `Reorganisation.moved` keeps it."""
    done: dict[str, Any] = {"post": post.pk, "ended": str(post.ends_on or ""), "from": None}
    ahead = post.starts_on >= day
    made = [_begin(post, office, day) for office in (offices[1:] if ahead else offices)]
    if ahead:
        # It had not begun: it begins in the new office instead.
        done["from"] = post.department_id
        post.department = offices[0]
        post.save(update_fields=["department"])
    else:
        post.ends_on = day - timedelta(days=1)
        post.save(update_fields=["ends_on"])
    return {**done, "made": [pk for pk in made if pk]}


def _begin(post: Appointment, office: Department, day: date) -> int | None:
    """The same post in the new office; None where it stands already."""
    made, fresh = Appointment.objects.get_or_create(
        user=post.user,
        role=post.role,
        department=office,
        starts_on=max(post.starts_on, day),
        defaults={"ends_on": post.ends_on},
    )
    return made.pk if fresh else None


def _move_proxies(plan: Reorganisation) -> None:
    """Who stands in for a head goes on doing so in the office that the head now heads."""
    day = plan.effective_on
    running = Proxy.objects.filter(department__in=plan.before.all(), ends_on__gte=day, withdrawn_at=None)
    for proxy in running.order_by("pk"):
        headed = Appointment.objects.filter(
            permissions.held_on(day), user=proxy.principal, role=proxy.role, department__in=plan.after.all()
        )
        same = {
            name: getattr(proxy, name) for name in ("principal", "deputy", "role", "reason", "named_by", "named_at")
        }
        for post in headed:
            Proxy.objects.create(
                **same, department=post.department, starts_on=max(proxy.starts_on, day), ends_on=proxy.ends_on
            )
        if proxy.starts_on >= day:
            proxy.withdrawn_at = clock.now()
        else:
            proxy.ends_on = day - timedelta(days=1)
        proxy.save(update_fields=["ends_on", "withdrawn_at"])


def withdraw(*, user: User, plan_id: int) -> Reorganisation:
    """Take a plan back before its day: offices and posts stand as they stood.

    Raises AlreadyDecided once the day has come, Invalid where somebody was appointed to a new office meanwhile.
    """
    with transaction.atomic():
        permissions.standing(user, fresh=True)
        require(permissions.may_manage_people(user), _("組織改正は管理者が取り消します。"))
        found = Reorganisation.objects.select_for_update(no_key=True).get(pk=plan_id)
        if found.applied_at or found.withdrawn_at or found.effective_on <= clock.today():
            raise AlreadyDecided(_("この組織改正はもう施行されたか、取り消されています。"))
        ours = {pk for entry in found.moved for pk in [*entry["made"], entry["post"]]}
        others = Appointment.objects.filter(department__in=found.after.all()).exclude(pk__in=ours)
        if others.exists() or Proxy.objects.filter(department__in=found.after.all()).exists():
            raise Invalid(_("新しい部署への任用や代決者の指名があります。先に取り消してください。"))
        _undo(found)
        found.withdrawn_by, found.withdrawn_at = user, clock.now()
        found.save(update_fields=["withdrawn_by", "withdrawn_at"])
        audit.write(actor=user, action="reorganisation.withdraw", subject=f"reorganisation:{found.pk}")
        return found


def _undo(found: Reorganisation) -> None:
    for entry in found.moved:
        Appointment.objects.filter(pk__in=entry["made"]).delete()
        was: dict[str, Any] = {"ends_on": date.fromisoformat(entry["ended"]) if entry["ended"] else None}
        if entry["from"]:
            was["department"] = entry["from"]
        Appointment.objects.filter(pk=entry["post"]).update(**was)
    after = list(found.after.all())
    for office in found.before.all():
        office.ends_on, office.successor = None, None
        office.save(update_fields=["ends_on", "successor"])
    found.after.clear()
    for office in after:
        # An office that never began leaves no name behind that an import could take for a real one.
        office.delete()


# --- the day -----------------------------------------------------------------------------------------------------


def take_effect() -> int:
    """Let every plan whose day has come have its effect on the sheets; returns how many. One query where there is none.

    From the sweep, so it may run twice at once: each plan is locked and asked again.
    """
    due = Reorganisation.objects.filter(effective_on__lte=clock.today(), applied_at=None, withdrawn_at=None)
    return sum(_apply(pk) for pk in due.order_by("effective_on", "pk").values_list("pk", flat=True))


def _apply(pk: int) -> bool:
    with transaction.atomic():
        plan = Reorganisation.objects.select_for_update(no_key=True).get(pk=pk)
        if plan.applied_at or plan.withdrawn_at:
            return False
        _move_people(None, plan)
        _move_proxies(plan)
        pauses = _move_pauses(plan)
        owners = _move_sheets(plan)
        deadlines = _move_deadlines(plan)
        plan.applied_at = clock.now()
        plan.save(update_fields=["applied_at"])
        audit.write(
            actor=None,
            action="reorganisation.apply",
            subject=f"reorganisation:{plan.pk}",
            after={"sheets": list(owners), "owners": owners, "deadlines": deadlines, "pauses": pauses},
        )
        outbox.announce(
            Event.DEPARTMENTS_REORGANISED,
            key=str(plan.pk),
            cycle=Cycle.objects.filter(state__in=[CycleState.OPEN, CycleState.DECIDING]).first(),
            payload={
                "offices": [office.pk for office in plan.after.all()],
                "kind": plan.get_kind_display(),
                "before": "、".join(office.name for office in plan.before.all()),
                "after": "、".join(office.name for office in plan.after.order_by("pk")),
                "period": wareki(plan.effective_on),
                "comment": plan.reason,
            },
        )
        return True


def sheets_moving(before: Sequence[int]) -> QuerySet[MeasureYear]:
    """The 施策 of years neither published nor decided that the offices own. No query yet."""
    closed = Cycle.objects.filter(state__in=CLOSED)
    last = max(closed.values_list("fiscal_year", flat=True), default=0)
    rows = MeasureYear.objects.filter(owner__in=before, fiscal_year__gt=last)
    return rows.select_related("measure", "owner").order_by("fiscal_year", "measure__code")


def _move_sheets(plan: Reorganisation) -> dict[str, str]:
    """Give the sheets that are not published to the new offices, as owner and as 関連部署; {sheet: office before}."""
    first = plan.after.order_by("pk").first()
    before = [office.pk for office in plan.before.all()]
    moved = {}
    for year in sheets_moving(before):
        moved[f"{year.measure.code}({year.fiscal_year})"] = year.owner.name
        year.owner_id = plan.placements.get(str(year.measure_id), first.pk if first else None)
        year.save(update_fields=["owner"])
    last = max(Cycle.objects.filter(state__in=CLOSED).values_list("fiscal_year", flat=True), default=0)
    for year in MeasureYear.objects.filter(related__in=before, fiscal_year__gt=last).distinct():
        year.related.remove(*before)
        year.related.add(*plan.after.all())
    return moved


def _move_deadlines(plan: Reorganisation) -> list[str]:
    """The old offices' own deadlines become the new ones'; of several the latest, so that nobody loses days that were
    granted. Returns the years concerned."""
    before, after = [str(office.pk) for office in plan.before.all()], list(plan.after.all())
    years = []
    for cycle in Cycle.objects.select_for_update(no_key=True).exclude(state__in=CLOSED).order_by("fiscal_year"):
        own = [kept for key in before if (kept := cycle.department_deadlines.pop(key, None))]
        if not own:
            continue
        names = {name for one in own for name in one if name != "reason"}
        latest = {name: max((one[name] for one in own if name in one), key=datetime.fromisoformat) for name in names}
        if len(own) < len(before):  # the others followed the year: for them its deadline may be the later one
            latest = {name: _not_before(moment, getattr(cycle, name)) for name, moment in latest.items()}
        reason = "、".join(dict.fromkeys(one["reason"] for one in own if one.get("reason")))
        for office in after:
            cycle.department_deadlines[str(office.pk)] = {**latest, "reason": reason}
        cycle.save(update_fields=["department_deadlines"])
        years.append(cycle.label)
    return years


def _not_before(moment: str, years: datetime | None) -> str:
    return max(datetime.fromisoformat(moment), years).isoformat() if years else moment


def _move_pauses(plan: Reorganisation) -> int:
    """Pauses of the old offices that are not over become the new ones'. After a merger they stay with the sheets of the
    office that had them: the others' reminders go on. Before the sheets move; returns how many."""
    live = ReminderPause.objects.filter(
        department__in=plan.before.all(), lifted_at=None, ends_on__gte=clock.today()
    ).exclude(cycle__state__in=CLOSED)
    rows = list(live.select_for_update(of=("self",), no_key=True))
    for row in rows:
        if plan.kind == Kind.MERGE:
            sheets = MeasureReview.objects.filter(cycle=row.cycle_id, measure_year__owner=row.department_id)
            scopes: list[dict[str, Any]] = [{"department": None, "review": sheet} for sheet in sheets]
        else:
            scopes = [{"department": office, "review": None} for office in plan.after.order_by("pk")]
        kept = {name: getattr(row, name) for name in ("cycle", "reason", "starts_on", "ends_on", "set_by", "set_at")}
        ReminderPause.objects.bulk_create([ReminderPause(**kept, **scope) for scope in scopes])
        row.lifted_at = clock.now()
        row.save(update_fields=["lifted_at"])
    return len(rows)


def office_now(year: MeasureYear) -> Department:
    """Who owns the 施策 by today's organisation, where the year before still names an office that has ended."""
    office = year.owner
    for _step in range(20):
        if office.ends_on is None or office.ends_on >= clock.today():
            break
        following = office.successor or _placed(office, year.measure_id)
        if following is None:
            break
        office = following
    return office


def _placed(office: Department, measure_id: int) -> Department | None:
    split = Reorganisation.objects.filter(before=office, withdrawn_at=None).order_by("effective_on").first()
    if split is None:
        return None
    named = Department.objects.filter(pk=split.placements.get(str(measure_id), 0)).first()
    return named or split.after.order_by("pk").first()


def add_office(*, user: User, name: str, starts_on: date | None = None) -> Department:
    """A new department, from a day on. Raises Invalid where the name stands already."""
    with transaction.atomic():
        permissions.standing(user, fresh=True)
        require(permissions.may_manage_people(user), _("部署は管理者が管理します。"))
        wanted = name.strip()
        if not wanted or len(wanted) > 60 or problem(wanted):
            raise Invalid(_("部署名を確かめてください。"), {"name": _("部署名を60文字以内で入力してください。")})
        if Department.objects.filter(name=wanted, ends_on=None).exists():
            raise Invalid(_("部署名を確かめてください。"), {"name": _("この名前の部署がもうあります。")})
        last = max(Department.objects.values_list("order", flat=True), default=0)
        made = Department.objects.create(name=wanted, order=last + 1, starts_on=starts_on)
        audit.write(actor=user, action="department.add", subject=f"department:{made.pk}", after={"name": wanted})
        return made
