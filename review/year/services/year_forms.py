"""The form of a drafted year: its built-in texts called, placed and left out as the plan wants; items of its own added, changed, retired."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from review import permissions
from review.domain import fields, sheet_form
from review.domain.fields import OWN, Field, Kind, Required, Writer
from review.domain.form_labels import fold
from review.domain.refusals import Invalid
from review.models import Cycle, CycleState, MeasureYear, User
from review.plan.services import plans
from review.reader_words import year_label
from review.trail.services import audit

Item = Mapping[str, Any]

#: Which moments are open to an item, by who writes it.
_WHEN = {
    Writer.DEPARTMENT: gettext_lazy("主管部署が書く項目を必須にできるのは、提出のときか確認のときです。"),
    Writer.OFFICE: gettext_lazy("確認者が書く項目を必須にできるのは、確認のときです。"),
    Writer.DECIDERS: gettext_lazy("承認者が書く項目を必須にできるのは、承認のときです。"),
}


def why_it_stays(key: str) -> str:
    """Why the year cannot do without the built-in text; '' where it can, and for items of the plan's own."""
    if not sheet_form.rests_on(key):
        return ""
    one = fields.text(key)
    if key == fields.OPINION:
        sentence = _("承認のときに書く意見の欄のため、たずねないことにはできません。")
    elif one and one.required == Required.WHERE_MISSED:
        sentence = _("目標に届かなかったときの説明を提出のときに確かめるため、たずねないことにはできません。")
    else:
        sentence = _("来年度の目標や評価項目を変えた理由を提出のときに確かめるため、たずねないことにはできません。")
    return sentence + _("名前、説明、置く場所、順番は変えられます。")


def save_item(*, user: User, cycle_id: int, key: str, item: Item) -> str:
    """Add an item (key ''), or change one or a built-in text; its key. Its key and, once it is in use, its kind never change.

    Raises NotAllowed, AlreadyDecided once the year is open, Invalid where the item cannot be asked for so.
    """
    with transaction.atomic():
        cycle = _draft(user, cycle_id)
        if product := fields.text(key):
            _store(user, cycle, _with_built_in(cycle, product, item))
            return key
        items = list(cycle.form.get("items", ()))
        old = next((one for one in items if one["key"] == key), None)
        new = {**item, "key": key or sheet_form.key_of(item["label"])}
        if problems := _problems(cycle, old, new):
            raise Invalid(_("この項目は保存できません。"), problems)
        changed = [new if one is old else one for one in items]
        _store(user, cycle, {"items": changed if old else [*items, new]})
        return str(new["key"])


def _with_built_in(cycle: Cycle, product: Field, item: Item) -> Item:
    """What changes in the form: what the text is called, where it differs from the product's words, and whether it is asked for."""
    problems = _label_problems(cycle, product.key, item["label"])
    if item.get("retired") and (why := why_it_stays(product.key)):
        problems["retired"] = f"「{item['label']}」: {why}"
    if problems:
        raise Invalid(_("この項目は保存できません。"), problems)
    words = {
        name: item[name] for name in ("label", "help", "section") if item[name] not in ("", getattr(product, name))
    }
    called = {key: one for key, one in cycle.form.get("called", {}).items() if key != product.key}
    left_out = {*cycle.form.get("off", ())} - {product.key} | ({product.key} if item.get("retired") else set())
    return {"called": called | ({product.key: words} if words else {}), "off": sorted(left_out)}


def move_item(*, user: User, cycle_id: int, key: str, by: int) -> None:
    """Change places with the item before (-1) or after (1) it in its section; nothing where there is none."""
    with transaction.atomic():
        cycle = _draft(user, cycle_id)
        order = [one.key for one in sheet_form.every(cycle.form)]
        one = _known(cycle, key)
        place = order.index(key) + by
        other = sheet_form.field(cycle.form, order[place]) if 0 <= place < len(order) else None
        if other and other.section == one.section:
            order[place - by], order[place] = order[place], order[place - by]
            _store(user, cycle, {"order": order})


def remove_item(*, user: User, cycle_id: int, key: str) -> None:
    """Take an item away that nobody has used. Raises Invalid where it is in use, or the product's: that one is retired."""
    with transaction.atomic():
        cycle = _draft(user, cycle_id)
        words = {"label": _known(cycle, key).label}
        if not key.startswith(OWN):
            sentence = _("「%(label)s」はどの計画にもある項目のため、削除できません。%(why)s")
            retire = _("今後たずねない場合は、「今後はたずねない」を選んで保存してください。")
            raise Invalid(sentence % {**words, "why": why_it_stays(key) or retire})
        if where := used_in(cycle, key):
            sentence = _(
                "「%(label)s」は%(year)sの施策シートで使われているため、削除できません。今後たずねない場合は、「今後はたずねない」を選んで保存してください。"
            )
            raise Invalid(sentence % {**words, "year": year_label(where)})
        _store(user, cycle, {"items": [one for one in cycle.form.get("items", ()) if one["key"] != key]})


def used_in(cycle: Cycle, key: str) -> int | None:
    """The latest 年度 of the plan whose sheets were asked for the item or have a text of it; None where none was."""
    others = Cycle.objects.filter(plan=cycle.plan).exclude(state=CycleState.DRAFT)
    years = {one.fiscal_year for one in others if any(item["key"] == key for item in one.form.get("items", ()))}
    rows = MeasureYear.objects.filter(measure__plan=cycle.plan, texts__has_key=key)
    return max(years | set(rows.values_list("fiscal_year", flat=True)), default=None)


def _draft(user: User, cycle_id: int) -> Cycle:
    return plans.drafted(
        user,
        cycle_id,
        may=permissions.may_manage_cycle,
        refusal=_("様式の項目は%(office)sまたは管理者が決めます。"),
        opened=_("%(year)sは開始されているため、様式は変更できません。変更は、次の年度の準備で行ってください。"),
    )


def _known(cycle: Cycle, key: str) -> Field:
    if one := sheet_form.field(cycle.form, key):
        return one
    raise Invalid(_("その項目はありません。ほかの人が削除した可能性があります。画面を開き直してください。"))


def _store(user: User, cycle: Cycle, parts: Item) -> None:
    before, cycle.form = cycle.form, {name: part for name, part in {**cycle.form, **parts}.items() if part}
    cycle.save(update_fields=["form"])
    audit.write(user, "cycle.form", f"cycle:{cycle.pk}", before={"form": before}, after={"form": cycle.form})


def _problems(cycle: Cycle, old: Item | None, new: Item) -> dict[str, str]:
    """{name of the part: sentence} of what stands against the item of the plan's own."""
    problems = _label_problems(cycle, new["key"] if old else "", new["label"])
    if not new["key"]:
        problems["label"] = _("項目の名前を、文字を含めて入力してください。")
    elif not old and sheet_form.field(cycle.form, new["key"]):
        problems["label"] = _("「%(label)s」という項目がすでにあります。ほかの名前を入力してください。") % new
    levels = new["levels"]
    if new["kind"] == Kind.LEVEL and (len(levels) < 2 or len(set(levels)) != len(levels)):
        problems["levels"] = _("選択肢を、1行に1つずつ、重ならないように2つ以上入力してください。")
    if new["required"] not in (Required.NEVER, *sheet_form.MOMENTS[Writer(new["writer"])]):
        problems["required"] = str(_WHEN[Writer(new["writer"])])
    if old and old["kind"] != new["kind"] and used_in(cycle, new["key"]):
        problems["kind"] = _(
            "すでに使われている項目の種類は変えられません。この項目をたずねないことにして、新しい項目を加えてください。"
        )
    return problems


def _label_problems(cycle: Cycle, key: str, label: str) -> dict[str, str]:
    """A label is no other item's, neither in this form nor as the product has it: books are read by it."""
    product = fields.text(key)
    taken = {fold(one.label) for one in sheet_form.every(cycle.form) if one.key != key}
    if not product or fold(label) != fold(product.label):
        taken |= {fold(one.label) for one in fields.FIELDS if one != product}
    sentence = _("「%(label)s」という項目がすでにあります。ほかの名前を入力してください。") % {"label": label}
    return {"label": sentence} if fold(label) in taken else {}
