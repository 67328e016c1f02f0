"""The items that a drafted year asks for besides the built-in ones: added, changed, retired, and taken away while unused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from review import holders, permissions
from review.domain import fields, sheet_form
from review.domain.fields import Kind
from review.domain.form_labels import fold
from review.domain.refusals import AlreadyDecided, Invalid
from review.models import Cycle, CycleState, MeasureYear, User
from review.reader_words import year_label
from review.trail.services import audit
from review.transition import require

Item = dict[str, Any]


def save_item(*, user: User, cycle_id: int, key: str, item: Mapping[str, Any]) -> str:
    """Add an item (key '') or change one; its key. Its key and, once it is in use, its kind never change.

    Raises NotAllowed, AlreadyDecided once the year is open, Invalid where the item cannot be asked for so.
    """
    with transaction.atomic():
        cycle = _draft(user, cycle_id)
        items = list(cycle.form.get("items", ()))
        old = next((one for one in items if one["key"] == key), None)
        new = {**item, "key": key or sheet_form.key_of(item["label"])}
        if problems := _problems(cycle, items, old, new):
            raise Invalid(_("この項目は保存できません。"), problems)
        ordered = [new if one is old else one for one in items]
        _store(user, cycle, ordered if old else [*items, new])
        return str(new["key"])


def remove_item(*, user: User, cycle_id: int, key: str) -> None:
    """Take an item away that nobody has used. Raises Invalid where it is in use: that one is retired."""
    with transaction.atomic():
        cycle = _draft(user, cycle_id)
        items = list(cycle.form.get("items", ()))
        label = next((one["label"] for one in items if one["key"] == key), key.removeprefix(fields.OWN))
        if where := used_in(cycle, key):
            sentence = _(
                "「%(label)s」は%(year)sの施策シートで使われているため、削除できません。今後たずねない場合は、「今後はたずねない」を選んで保存してください。"
            )
            raise Invalid(sentence % {"label": label, "year": year_label(where)})
        _store(user, cycle, [one for one in items if one["key"] != key])


def used_in(cycle: Cycle, key: str) -> int | None:
    """The latest 年度 of the plan whose sheets were asked for the item or have a text of it; None where none was."""
    others = Cycle.objects.filter(plan=cycle.plan).exclude(state=CycleState.DRAFT)
    years = {one.fiscal_year for one in others if any(item["key"] == key for item in one.form.get("items", ()))}
    rows = MeasureYear.objects.filter(measure__plan=cycle.plan, texts__has_key=key)
    return max(years | set(rows.values_list("fiscal_year", flat=True)), default=None)


def _draft(user: User, cycle_id: int) -> Cycle:
    cycle = Cycle.objects.select_for_update(of=("self",), no_key=True).select_related("plan").get(pk=cycle_id)
    holders.standing(user, fresh=True)
    allowed = permissions.may_manage_cycle(user, cycle.plan_id)
    require(allowed, _("様式の項目は%(office)sまたは管理者が決めます。"), cycle)
    if cycle.state != CycleState.DRAFT:
        sentence = _("%(year)sは開始されているため、様式は変更できません。変更は、次の年度の準備で行ってください。")
        raise AlreadyDecided(sentence % {"year": year_label(cycle.fiscal_year)})
    return cycle


def _store(user: User, cycle: Cycle, items: Iterable[Item]) -> None:
    before, cycle.form = cycle.form, {**cycle.form, "items": list(items)}
    cycle.save(update_fields=["form"])
    subject = f"cycle:{cycle.pk}"
    audit.write(actor=user, action="cycle.form", subject=subject, before={"form": before}, after={"form": cycle.form})


def _problems(cycle: Cycle, items: Iterable[Item], old: Item | None, new: Item) -> dict[str, str]:
    """{name of the part: sentence} of what stands against the item."""
    problems: dict[str, str] = {}
    others = [one for one in items if one is not old]
    if not new["key"]:
        problems["label"] = _("項目の名前を、文字を含めて入力してください。")
    elif _taken(new["label"], others) or any(one["key"] == new["key"] for one in others):
        problems["label"] = _("「%(label)s」という項目がすでにあります。ほかの名前を入力してください。") % new
    levels = new["levels"]
    if new["kind"] == Kind.LEVEL and (len(levels) < 2 or len(set(levels)) != len(levels)):
        problems["levels"] = _("選択肢を、1行に1つずつ、重ならないように2つ以上入力してください。")
    if old and old["kind"] != new["kind"] and used_in(cycle, new["key"]):
        problems["kind"] = _(
            "すでに使われている項目の種類は変えられません。この項目をたずねないことにして、新しい項目を加えてください。"
        )
    return problems


def _taken(label: str, others: Iterable[Item]) -> bool:
    folded = {fold(one.label) for one in fields.FIELDS} | {fold(one["label"]) for one in others}
    return fold(label) in folded
