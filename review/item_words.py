"""The words of a sheet's items in the reader's language. What is stored or sent to others takes `items.label_of`."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from review.domain import correction_items, items
from review.reader_words import year_label

_TEXTS = {
    "cause": gettext_lazy("要因"),
    "response": gettext_lazy("対応"),
    "progress": gettext_lazy("取組状況"),
    "policy": gettext_lazy("今後の取組方針・取組内容"),
    "self_assessment": gettext_lazy("自己評価"),
    "change_reason": gettext_lazy("目標や指標の変更とその理由"),
    "": gettext_lazy("シート全体"),
}
_OF_INDICATOR = {
    "actual": gettext_lazy("実績"),
    "next_target": gettext_lazy("来年度の目標"),
    "next_name": gettext_lazy("来年度の評価項目"),
}
#: Words of `correction_items` that are marked for translation nowhere else.
_MARKED = (gettext_lazy("実施する年度"), gettext_lazy("未提出・対象外の扱い"))


def correctable_label(key: str) -> str:
    """The words of an item of a published sheet that can be corrected (`correction_items.items_of`), in the reader's language."""
    word = _(correction_items.word_of(key))
    if (number := correction_items.indicator_of(key)) is not None:
        goal = _("成果目標%(mark)s") % {"mark": items.circled(number)}
        year = correction_items.year_of(key)
        return " ".join([goal, *([year_label(year)] if year else []), word])
    if key.startswith("schedule:"):
        return f"{_('取組内容%(number)s') % {'number': key.split(':')[1]}} {word}"
    return word


def label_of(key: str) -> str:
    """The words under which the reader knows the item; the key itself where it is unknown."""
    kind, _colon, rest = key.partition(":")
    number, _colon, what = rest.partition(":")
    if kind == "indicator" and number.isdigit():
        goal = _("成果目標%(mark)s") % {"mark": items.circled(int(number))}
        return f"{goal} {_OF_INDICATOR.get(what, _OF_INDICATOR['actual'])}"
    if kind == "schedule":
        row = _("取組内容%(number)s") % {"number": number}
        return f"{row} {_('スケジュール') if what else _('取組状況')}"
    return str(_TEXTS.get(key, key))
