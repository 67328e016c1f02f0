"""How values read on a screen: days in 和暦, 年度, numbers, states and grades."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.db.models import Choices
from django.template.loader import get_template
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from review.domain import fiscal
from review.reader_words import MONTHS, in_reader_words, legend, sort_label, worded, year_label

register = template.Library()
register.filter(legend)
register.filter(in_reader_words)
register.filter(worded)
register.filter(sort_label)

#: state -> its word and its icon; the colour is the CSS class of the same name
STATES: dict[str, tuple[Any, str]] = {
    "not_started": (_("未着手"), "circle"), "editing": (_("入力中"), "pencil"),
    "endorsing": (_("所属長確認中"), "person-check"), "submitted": (_("提出済"), "send"),
    "returned": (_("差戻し"), "return"), "reviewed": (_("確認済"), "check"), "approved": (_("承認済"), "seal"),
    "published": (_("公表済"), "megaphone"), "not_submitted": (_("未提出"), "cross-circle"),
    "excluded": (_("対象外"), "minus-circle"), "late": (_("期限後"), "clock"),
    # of a cycle
    "draft": (_("準備中"), "pencil"), "open": (_("実施中"), "flow"), "deciding": (_("審議中"), "people"),
    "scheduled": (_("公表待ち"), "clock"),
    # of a job
    "queued": (_("待ち"), "clock"), "running": (_("処理中"), "jobs"), "done": (_("完了"), "check"),
    "failed": (_("失敗"), "error"),
}  # fmt: skip

#: states that borrow the colour of another
_TONES = {
    "draft": "not_started", "open": "editing", "deciding": "submitted", "scheduled": "reviewed",
    "queued": "not_started", "running": "editing", "done": "approved", "failed": "not_submitted",
}  # fmt: skip

#: A number with its sign, the few letters of its unit and a short label before it (小 13.8%, 令和9年度); digits alone never
#: part.
_VALUE = re.compile(
    r"((?:(?<!\S)[^\s\d]{1,3}[ \u3000]|(?:明治|大正|昭和|平成|令和))?[▲△+−-]?\d[\d,，.．/]*[^\s\d、。,，・()（）「」~〜～ぁ-ん]{1,4})"
)
_DASHES = {"-", "－", "―", "–", "—", "_", ""}
_WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


def _japanese() -> bool:
    return (get_language() or "ja").startswith("ja")


def _local_time(moment: datetime) -> datetime:
    return timezone.localtime(moment) if timezone.is_aware(moment) else moment


def _local(moment: date | datetime) -> date | datetime:
    return _local_time(moment) if isinstance(moment, datetime) else moment


def day_text(moment: date | datetime, *, weekday: bool = True) -> str:
    """令和6年5月10日(金), or Fri 10 May 2024 (令和6) for an English reader, as plain text."""
    local = _local(moment)
    day = local.date() if isinstance(local, datetime) else local
    if _japanese():
        text = fiscal.wareki(day)
        return text if weekday else text[: text.rindex("(")]
    name = f"{_WEEKDAYS[day.weekday()]} " if weekday else ""
    return f"{name}{day.day} {MONTHS[day.month - 1]} {day.year}"


@register.filter
def wareki(moment: date | datetime | None) -> SafeString | str:
    """The day inside <time datetime>; an em dash for None."""
    if not moment:
        return "－"
    local = _local(moment)
    day = local.date() if isinstance(local, datetime) else local
    return format_html('<time datetime="{}">{}</time>', day.isoformat(), day_text(moment))


@register.filter
def wareki_time(moment: datetime | None) -> SafeString | str:
    """The day and the minute inside <time datetime>; an em dash for None."""
    if not moment:
        return "－"
    local = _local_time(moment)
    stamp = local.isoformat(timespec="minutes")
    parts = stamp, day_text(moment), f"{local:%H:%M}"
    return format_html('<time datetime="{}"><span>{}</span> <span>{}</span></time>', *parts)


@register.filter
def clock(moment: datetime | None) -> SafeString | str:
    """10:42 inside <time datetime>; nothing for None."""
    if not moment:
        return ""
    local = _local_time(moment)
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="minutes"), f"{local:%H:%M}")


@register.filter
def fiscal_year(year: int | str | None) -> str:
    """令和6年度 for 2024; FY2024 for an English reader; nothing for None."""
    return year_label(int(year)) if year else ""


@register.filter
def fiscal_year_short(year: int | str | None) -> str:
    """令和6 for 2024, as column heads write it; FY2024 for an English reader."""
    return fiscal_year(year).removesuffix("年度")


@register.filter
def number(value: Any) -> str:
    """12,345.6 for numbers, without trailing zeros; an em dash for None; anything else unchanged."""
    if value is None or value == "":
        return "－"
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return str(value)
    if isinstance(value, int):
        return f"{value:,}"
    text = f"{Decimal(str(value)):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@register.filter
def whole(text: str) -> SafeString:
    """The text with each number held together with its sign, unit and label, wherever the line ends: never 80,00|0件."""
    pieces = enumerate(_VALUE.split(str(text)))
    held = (format_html('<span class="nowrap">{}</span>', one) if place % 2 else escape(one) for place, one in pieces)
    return SafeString("".join(held))


@register.filter
def file_size(size: int | None) -> str:
    """412 KB, 1.8 MB: short, binary thousands, one decimal from a megabyte on."""
    if size is None:
        return ""
    if size < 1024:
        return f"{size} B"
    return f"{-(-size // 1024):,} KB" if size < 1024 * 1024 else f"{size / 1024 / 1024:.1f} MB"


@register.filter
def word_of(state: Any) -> str:
    """The word of a state code, or the code itself where it is unknown."""
    code = str(state.value if isinstance(state, Choices) else state or "")
    return str(STATES[code][0]) if code in STATES else code


@register.inclusion_tag("components/state_chip.html")
def state_chip(state: Any, label: str = "") -> dict[str, Any]:
    """The chip of a state: icon, word and colour. `label` replaces the word."""
    code = str(state.value if isinstance(state, Choices) else state or "")
    word, icon_name = STATES.get(code, (code, "circle"))
    return {"tone": _TONES.get(code, code), "word": label or word, "icon_name": icon_name}


@register.simple_tag
def grade_chip(grade: str | None, shape: str, label: str = "", large: bool = False, bare: bool = False) -> str:
    """The letter of a grade in the shape of its place on its scale, with its word beside it; `bare` keeps the word for
    readers only."""
    letter = "－" if grade is None or grade in _DASHES else str(grade)
    return _chip(letter, shape or "dash", gettext(str(label)) if label else "", large, bare)


@lru_cache(maxsize=256)
def _chip(letter: str, shape: str, word: str, large: bool, bare: bool) -> str:
    """A page shows the same few chips again and again."""
    look = {"letter": letter, "shape": shape, "word": word, "large": large, "bare": bare}
    return get_template("components/grade_chip.html").render(look)


@register.filter
def attr(bound_field: Any, pair: str) -> Any:
    """The widget of a bound field with one more attribute: {{ field|attr:"inputmode:numeric" }}."""
    name, _colon, value = pair.partition(":")
    return bound_field.as_widget(attrs={name: value})


@register.filter
def item(mapping: Mapping[Any, Any] | None, key: Any) -> Any:
    """mapping[key], or None: for tables whose columns are data."""
    return mapping.get(key) if mapping else None


@register.filter
def field_errors(forms: Any) -> Iterator[tuple[str, str, str]]:
    """(id of the control, its label, the sentence) for every error of a form, a formset or a list of them."""
    if forms is None:
        return
    if hasattr(forms, "management_form"):
        yield from (("", "", str(error)) for error in forms.non_form_errors())
        forms = forms.forms
    if not hasattr(forms, "errors"):
        for form in forms:
            yield from field_errors(form)
        return
    yield from (("", "", str(error)) for error in forms.non_field_errors())
    for bound in forms:
        target = bound.id_for_label or bound.auto_id
        if getattr(bound, "use_fieldset", False):
            target = f"{bound.auto_id}_field"
        yield from ((target, str(bound.label), str(error)) for error in bound.errors)
