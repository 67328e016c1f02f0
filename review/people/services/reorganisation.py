"""組織改正: departments renamed, merged or split on a day that may lie ahead, without rewriting what was.

Planning makes the new offices and dates the posts: people move by themselves on the day. The sheets of years that are
not published move when the day has come (`take_effect`, from the sweep); published years keep the old name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from review import clock
from review.domain.refusals import AlreadyDecided, Invalid
from review.models import Appointment, Department, Proxy, Reorganisation, User
from review.people.services.reorganisation_moves import move_people, take_effect
from review.reader_words import problem, reason_problem
from review.trail.services import audit
from review.transition import require_administrator

Kind = Reorganisation.Kind


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


# --- planning ----------------------------------------------------------------------------------------------------


def problems_of(planned: Planned) -> dict[str, str]:
    """{field: sentence} for what cannot be."""
    problems: dict[str, str] = {}
    eve = planned.effective_on - timedelta(days=1)
    open_then = Q(starts_on=None) | Q(starts_on__lte=eve), Q(ends_on=None) | Q(ends_on__gte=eve)
    offices = list(Department.objects.filter(*open_then, pk__in=planned.before))
    least, most = {Kind.RENAME: (1, 1), Kind.MERGE: (2, 20), Kind.SPLIT: (1, 1)}[planned.kind]
    if len(offices) != len(set(planned.before)) or not least <= len(offices) <= most:
        problems["before"] = (
            _("統合する部署を2つ以上選んでください。") if planned.kind == Kind.MERGE else _("部署を選んでください。")
        )
    elif any(office.ends_on for office in offices):
        problems["before"] = _("終わる日がもう決まっている部署があります。先の組織改正を取り消してください。")
    elif any(office.starts_on and office.starts_on >= eve for office in offices):
        problems["before"] = _("施行日にはまだ始まっていない部署があります。")
    if planned.effective_on < clock.today():
        problems["effective_on"] = _("施行日は今日以後にしてください。")
    if error := reason_problem(planned.reason):
        problems["reason"] = error
    if error := _names_problem(planned, [office.name for office in offices]):
        problems["name"] = error
    return problems


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
        require_administrator(user, _("組織改正は管理者が登録します。"))
        before = list(Department.objects.select_for_update(no_key=True).filter(pk__in=planned.before).order_by("pk"))
        problems = problems_of(planned)
        if problems:
            raise Invalid(_("組織改正を登録できません。内容を確かめてください。"), problems)
        after = _make_offices(planned, before)
        made = Reorganisation.objects.create(
            kind=planned.kind,
            effective_on=planned.effective_on,
            reason=planned.reason.strip(),
            placements={
                str(measure): after[place].pk
                for measure, place in planned.measures.items()
                if planned.kind == Kind.SPLIT and place < len(after)
            },
            planned_by=user,
            planned_at=clock.now(),
        )
        made.before.set(before)
        made.after.set(after)
        move_people(user, made, {pk: [after[place] for place in places] for pk, places in planned.people.items()})
        audit.write(
            user,
            "reorganisation.plan",
            f"reorganisation:{made.pk}",
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


def withdraw(*, user: User, plan_id: int) -> Reorganisation:
    """Take a plan back before its day: offices and posts stand as they stood.

    Raises AlreadyDecided once the day has come, Invalid where somebody was appointed to a new office meanwhile.
    """
    with transaction.atomic():
        require_administrator(user, _("組織改正は管理者が取り消します。"))
        reorganisation = Reorganisation.objects.select_for_update(no_key=True).get(pk=plan_id)
        if reorganisation.applied_at or reorganisation.withdrawn_at or reorganisation.effective_on <= clock.today():
            raise AlreadyDecided(_("この組織改正はもう施行されたか、取り消されています。"))
        ours = {pk for entry in reorganisation.moved for pk in [*entry["made"], entry["post"]]}
        others = Appointment.objects.filter(department__in=reorganisation.after.all()).exclude(pk__in=ours)
        if others.exists() or Proxy.objects.filter(department__in=reorganisation.after.all()).exists():
            raise Invalid(_("新しい部署への任用や代決者の指名があります。先に取り消してください。"))
        _undo(reorganisation)
        reorganisation.withdrawn_by, reorganisation.withdrawn_at = user, clock.now()
        reorganisation.save(update_fields=["withdrawn_by", "withdrawn_at"])
        audit.write(user, "reorganisation.withdraw", f"reorganisation:{reorganisation.pk}")
        return reorganisation


def _undo(reorganisation: Reorganisation) -> None:
    for entry in reorganisation.moved:
        Appointment.objects.filter(pk__in=entry["made"]).delete()
        was: dict[str, Any] = {"ends_on": date.fromisoformat(entry["ended"]) if entry["ended"] else None}
        if entry["from"]:
            was["department"] = entry["from"]
        Appointment.objects.filter(pk=entry["post"]).update(**was)
    after = list(reorganisation.after.all())
    for office in reorganisation.before.all():
        office.ends_on, office.successor = None, None
        office.save(update_fields=["ends_on", "successor"])
    reorganisation.after.clear()
    for office in after:
        # An office that never began leaves no name behind that an import could take for a real one.
        office.delete()


def add_office(*, user: User, name: str, starts_on: date | None = None) -> Department:
    """A new department, from a day on. Raises Invalid where the name exists already."""
    with transaction.atomic():
        require_administrator(user, _("部署は管理者が管理します。"))
        name = name.strip()
        if not name or len(name) > 60 or problem(name):
            raise Invalid(_("部署名を確かめてください。"), {"name": _("部署名を60文字以内で入力してください。")})
        if Department.objects.filter(name=name, ends_on=None).exists():
            raise Invalid(_("部署名を確かめてください。"), {"name": _("この名前の部署がもうあります。")})
        last = max(Department.objects.values_list("order", flat=True), default=0)
        made = Department.objects.create(name=name, order=last + 1, starts_on=starts_on)
        audit.write(user, "department.add", f"department:{made.pk}", after={"name": name})
        return made
