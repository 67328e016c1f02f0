"""体系: the 分野 of a plan in up to three levels, and which 施策 stands in which."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from review import holders, permissions
from review.domain import measure_codes
from review.domain.refusals import AlreadyDecided, Invalid
from review.domain.sheet import Doubt, Sheet
from review.models import Cycle, CycleState, Measure, Plan, PlanField, User
from review.models.plan import LEVELS
from review.reader_words import problem
from review.trail.services import audit
from review.transition import require

LONGEST_NUMBER, LONGEST_NAME = 20, 100


@dataclass(frozen=True, kw_only=True)
class Place:
    """One 分野 as it shall be. `pk` is None for a new one; `parent` is the place of the line under which it stands."""

    pk: int | None
    number: str
    name: str
    order: int = 0
    parent: int | None = None


def places(plan: Plan) -> list[PlanField]:
    """Every 分野 of the plan, each below its parent, in the order of its level. One query."""
    below: dict[int | None, list[PlanField]] = {}
    rows = {row.pk: row for row in PlanField.objects.filter(plan=plan)}
    for row in rows.values():
        row.parent = rows.get(row.parent_id or 0)
        below.setdefault(row.parent_id, []).append(row)
    ordered: list[PlanField] = []

    def add(parent: int | None) -> None:
        for row in below.get(parent, ()):
            ordered.append(row)
            add(row.pk)

    add(None)
    return ordered


# --- what an import proposes -----------------------------------------------------------------------------------------


def proposed_place(plan: Plan, sheet: Sheet) -> tuple[PlanField, Doubt | None]:
    """The 分野 of a new 施策: the one that the file names, else the one that its 施策ID seems to; made where there is none.

    A guess comes with a doubt for a person, who moves the 施策 on the page of the 体系.
    """
    named = None
    for number, name in sheet.group[:LEVELS]:
        named = _place(plan, named, number[:LONGEST_NUMBER], name[:LONGEST_NAME])
    if named:
        return named, None
    number = measure_codes.group_of(sheet.code)
    for known in places(plan) if number else ():
        if known.number == number:
            return known, None
    known_as = f"分野{int(number)}" if re.fullmatch(r"[0-9]+", number) else number
    field = _place(plan, None, number or "－", known_as or _("分野なし"))
    label = field.label
    return field, Doubt.of("field_proposed", measure=sheet.code, proposal=label, given=sheet.code, place=label)


def _place(plan: Plan, parent: PlanField | None, number: str, name: str) -> PlanField:
    same = PlanField.objects.filter(plan=plan, parent=parent, number=number)
    order = PlanField.objects.filter(plan=plan).count() + 1
    return same.first() or PlanField.objects.create(plan=plan, parent=parent, number=number, name=name, order=order)


# --- the page of the 体系 ----------------------------------------------------------------------------------------------


def save(*, user: User, plan_id: int, rows: Sequence[Place], homes: Mapping[int, int], reason: str = "") -> None:
    """Store the whole 体系: its lines in order, and {施策: line} of those that move. A line without number and name goes.

    Raises NotAllowed, AlreadyDecided while a year waits for its publication, and Invalid by line: {"number-3": sentence}.
    """
    with transaction.atomic():
        plan = Plan.objects.select_for_update(no_key=True).get(pk=plan_id)
        holders.standing(user, fresh=True)
        require(permissions.is_reviewer(user, plan_id), _("計画の体系は、確認者が変更します。"))
        cycles = Cycle.objects.filter(plan=plan)
        if cycles.filter(state=CycleState.SCHEDULED).exists():
            raise AlreadyDecided(_("公表の決まった年度があるため、公表が終わるまで体系は変更できません。"))
        problems = _problems(plan, rows, homes)
        if cycles.filter(state=CycleState.OPEN).exists() and (not reason.strip() or problem(reason)):
            problems["reason"] = problem(reason) or _("実施中の年度があります。変更する理由を入力してください。")
        if problems:
            raise Invalid(_("体系を保存できません。内容を確かめてください。"), problems)
        before = as_data(plan)
        _store(plan, rows, homes)
        after = as_data(plan)
        if before != after:
            audit.write(
                actor=user,
                action="plan.structure",
                subject=f"plan:{plan.pk}",
                before=before,
                after={**after, "reason": reason.strip()},
            )


def as_data(plan: Plan) -> dict[str, Any]:
    """The 体系 as the trail keeps it."""
    homes = Measure.objects.filter(plan=plan).values_list("code", "field")
    return {"fields": {str(one.pk): one.label for one in places(plan)}, "measures": dict(homes)}


def _problems(plan: Plan, rows: Sequence[Place], homes: Mapping[int, int]) -> dict[str, str]:
    problems: dict[str, str] = {}
    known = set(PlanField.objects.filter(plan=plan).values_list("pk", flat=True))
    used = set(homes.values())
    alike = [(row.parent, row.number) for row in rows]
    for place, row in enumerate(rows):
        if row.pk is not None and row.pk not in known:
            problems[f"number-{place}"] = _("この分野はほかの人が消しました。画面を開き直してください。")
        elif not row.number and not row.name:
            if place in used or any(other.parent == place for other in rows):
                problems[f"number-{place}"] = _("施策や下の階層がある分野は消せません。先に移してください。")
        elif not row.number or len(row.number) > LONGEST_NUMBER or problem(row.number):
            problems[f"number-{place}"] = _("番号を%(most)s文字以内で入力してください。") % {"most": LONGEST_NUMBER}
        elif alike.count(alike[place]) > 1:
            problems[f"number-{place}"] = _("同じ階層に同じ番号があります。")
        elif not row.name or len(row.name) > LONGEST_NAME or problem(row.name):
            problems[f"name-{place}"] = _("分野名を%(most)s文字以内で入力してください。") % {"most": LONGEST_NAME}
        elif not _hangs(rows, place):
            sentence = _("上の階層には、自分より上の階層の分野を選んでください(%(most)s階層まで)。")
            problems[f"parent-{place}"] = sentence % {"most": LEVELS}
    measures = set(Measure.objects.filter(plan=plan).values_list("pk", flat=True))
    wrong = [pk for pk, place in homes.items() if pk not in measures or not 0 <= place < len(rows)]
    return {**problems, **({"homes": _("施策の分野を選んでください。")} if wrong or measures - homes.keys() else {})}


def _hangs(rows: Sequence[Place], place: int) -> bool:
    """Whether the line hangs from a first level, at most LEVELS deep, without a ring."""
    above: int | None = place
    for _level in range(LEVELS):
        above = rows[above].parent if above is not None and 0 <= above < len(rows) else -1
        if above is None:
            return True
    return False


def _store(plan: Plan, rows: Sequence[Place], homes: Mapping[int, int]) -> None:
    stored: dict[int, PlanField] = {}
    known = {row.pk: row for row in PlanField.objects.filter(plan=plan)}
    # Numbers may change places: none is taken while the lines are written.
    for pk in known:
        PlanField.objects.filter(pk=pk).update(number=f"~{pk}", parent=None)
    for place, row in enumerate(rows):
        if row.number:
            field = known.get(row.pk or 0) or PlanField(plan=plan)
            field.number, field.name, field.order, field.parent = f"~~{place}", row.name, row.order or place + 1, None
            field.save()
            stored[place] = field
    for pk, place in homes.items():
        Measure.objects.filter(pk=pk).exclude(field=stored[place]).update(field=stored[place])
    for place, field in stored.items():
        parent = rows[place].parent
        field.number, field.parent = rows[place].number, stored[parent] if parent is not None else None
        field.save(update_fields=["number", "parent"])
    PlanField.objects.filter(plan=plan).exclude(pk__in=[one.pk for one in stored.values()]).delete()
