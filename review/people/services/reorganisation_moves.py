"""What moves with a 組織改正: people and proxies by their dates; on the day sheets, their deadlines and pauses.

The sweep calls `take_effect`; published years keep the old name.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from review import clock, holders
from review.background.services import outbox
from review.domain.events import Event
from review.domain.fiscal import wareki
from review.models import (
    Appointment,
    Cycle,
    CycleState,
    Department,
    MeasureReview,
    MeasureYear,
    Plan,
    Proxy,
    ReminderPause,
    Reorganisation,
    User,
)
from review.trail.services import audit

Kind = Reorganisation.Kind
CLOSED = (CycleState.SCHEDULED, CycleState.PUBLISHED)


def move_people(
    user: User | None, plan: Reorganisation, wishes: Mapping[int, Sequence[Department]] | None = None
) -> None:
    """End the posts of the old offices on the day before and begin new ones in the new offices.

    Running it twice changes nothing: on the day it only moves who was appointed to an old office meanwhile.
    """
    day, after = plan.effective_on, list(plan.after.order_by("pk"))
    moved = list(plan.moved)
    posts = Appointment.objects.filter(Q(ends_on=None) | Q(ends_on__gte=day), department__in=plan.before.all())
    for post in posts.select_related("user").order_by("pk"):
        moved.append(_move_post(post, (wishes or {}).get(post.user_id) or after[:1], day))
    if moved != plan.moved:
        audit.write(
            user, "reorganisation.people", f"reorganisation:{plan.pk}", after={"posts": len(moved) - len(plan.moved)}
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
    """The same post in the new office; None where the person has it already."""
    made, fresh = Appointment.objects.get_or_create(
        user=post.user,
        role=post.role,
        department=office,
        starts_on=max(post.starts_on, day),
        defaults={"ends_on": post.ends_on},
    )
    return made.pk if fresh else None


def _move_proxies(plan: Reorganisation) -> None:
    """The proxy of a head stays the proxy in the office that the head now leads."""
    day = plan.effective_on
    running = Proxy.objects.filter(department__in=plan.before.all(), ends_on__gte=day, withdrawn_at=None)
    for proxy in running.order_by("pk"):
        headed = Appointment.objects.filter(
            holders.held_on(day), user=proxy.principal, role=proxy.role, department__in=plan.after.all()
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


def take_effect() -> int:
    """Let every plan whose day has come have its effect on the sheets; returns how many. One query where there is none.

    From the sweep, so it may run twice at once: each plan is locked and checked again.
    """
    due = Reorganisation.objects.filter(effective_on__lte=clock.today(), applied_at=None, withdrawn_at=None)
    return sum(_apply(pk) for pk in due.order_by("effective_on", "pk").values_list("pk", flat=True))


def _apply(pk: int) -> bool:
    with transaction.atomic():
        plan = Reorganisation.objects.select_for_update(no_key=True).get(pk=pk)
        if plan.applied_at or plan.withdrawn_at:
            return False
        move_people(None, plan)
        _move_proxies(plan)
        pauses = _move_pauses(plan)
        owners = _move_sheets(plan)
        deadlines = _move_deadlines(plan)
        _rename_reviewing_offices(plan)
        plan.applied_at = clock.now()
        plan.save(update_fields=["applied_at"])
        audit.write(
            None,
            "reorganisation.apply",
            f"reorganisation:{plan.pk}",
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
    return rows.select_related("measure", "owner").order_by("fiscal_year", "measure__sort_key")


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
        names = [office.pk for office in year.related_as_named()]
        place = next(place for place, pk in enumerate(names) if pk in before)
        names[place:place] = plan.after.values_list("pk", flat=True)
        year.name_related(pk for pk in names if pk not in before)
    return moved


def _move_deadlines(plan: Reorganisation) -> list[str]:
    """The old offices' own deadlines become the new ones'; of several the latest, so that nobody loses days that were
    granted. Returns the years concerned."""
    before, after = [str(office.pk) for office in plan.before.all()], list(plan.after.all())
    years = []
    for cycle in Cycle.objects.select_for_update(no_key=True).exclude(state__in=CLOSED).order_by("fiscal_year"):
        own = [deadlines for key in before if (deadlines := cycle.department_deadlines.pop(key, None))]
        if not own:
            continue
        names = {name for one in own for name in one if name != "reason"}
        latest = {name: max((one[name] for one in own if name in one), key=datetime.fromisoformat) for name in names}
        if len(own) < len(before):  # the others followed the year: for them its deadline may be the later one
            latest = {
                name: max(datetime.fromisoformat(moment), standing).isoformat()
                if (standing := getattr(cycle, name))
                else moment
                for name, moment in latest.items()
            }
        reason = "、".join(dict.fromkeys(one["reason"] for one in own if one.get("reason")))
        for office in after:
            cycle.department_deadlines[str(office.pk)] = {**latest, "reason": reason}
        cycle.save(update_fields=["department_deadlines"])
        years.append(cycle.label)
    return years


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
        fields = {name: getattr(row, name) for name in ("cycle", "reason", "starts_on", "ends_on", "set_by", "set_at")}
        ReminderPause.objects.bulk_create([ReminderPause(**fields, **scope) for scope in scopes])
        row.lifted_at = clock.now()
        row.save(update_fields=["lifted_at"])
    return len(rows)


def _rename_reviewing_offices(plan: Reorganisation) -> None:
    """A 計画 whose reviewing office is one of the old departments gets the new one, and is called by its name from now on where
    it was called by the old one's. An English name is the old office's: it goes."""
    after = plan.after.order_by("pk").first()
    for row in Plan.objects.select_for_update(no_key=True).filter(office_department__in=plan.before.all()):
        before = {"office": row.office, "office_en": row.office_en, "office_department": str(row.office_department_id)}
        if after and row.office_department and row.office == row.office_department.name:
            row.office, row.office_en = after.name, ""
        row.office_department = after
        row.save(update_fields=["office", "office_en", "office_department"])
        now = {"office": row.office, "office_en": row.office_en, "office_department": str(after.pk if after else "")}
        changed = {name: value for name, value in now.items() if value != before[name]}
        audit.write(
            None,
            "plan.change",
            f"plan:{row.pk}",
            before={name: before[name] for name in changed},
            after={**changed, "reason": plan.reason},
        )


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
