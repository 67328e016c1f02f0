"""The words of a sheet's items in the reader's language. What is stored or sent to others takes `items.label_of`."""

from django.utils.translation import gettext as _

from review.domain import correction_items, fields, items, sheet_form
from review.domain.fields import OWN
from review.domain.sheet_form import Form
from review.reader_words import goal_label, year_label


def correctable_label(key: str, label: str) -> str:
    """The words of an item of a published sheet that can be corrected (`correction_items.items_of`), in the reader's language;
    `label` is its own, by which a text is known in its year."""
    word = _(label if correction_items.is_text(key) else correction_items.word_of(key))
    if (number := correction_items.indicator_of(key)) is not None:
        goal = goal_label(number)
        year = correction_items.year_of(key)
        return " ".join([goal, *([year_label(year)] if year else []), word])
    if key.startswith("schedule:"):
        return f"{_('取組内容%(number)s') % {'number': key.split(':')[1]}} {word}"
    return word


def label_of(key: str, form: Form | None) -> str:
    """The words under which the reader knows the item; the key itself where it is unknown. A text has its label in the
    form of the year; where no year is at hand (None), plans may call it otherwise, and nothing is said of it."""
    if form is None and fields.text(key):
        return _("入力した文章")
    kind, _colon, rest = key.partition(":")
    number, _colon, what = rest.partition(":")
    one = sheet_form.field(form or {}, key) or items.field_of(key)
    word = _(one.label) if one else key.removeprefix(OWN) or _("シート全体")
    if kind == "indicator" and number.isdigit():
        return f"{goal_label(int(number))} {word}"
    if kind == "schedule":
        return f"{_('取組内容%(number)s') % {'number': number}} {_('スケジュール') if what else word}"
    return word
