"""Days left as an office counts them: 開庁日 only."""

from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from review import calendar, clock

register = template.Library()


@register.inclusion_tag("components/days_left.html")
def business_days_left(due: datetime | None) -> dict[str, Any]:
    """The chip of the days that are left."""
    return left_until(due)


def left_until(due: datetime | None) -> dict[str, Any]:
    """あと5開庁日, 今日まで, 3開庁日超過 in `text`, with `kind` and `icon_name`; '' where there is no deadline."""
    if not due:
        return {"text": "", "kind": ""}
    now = clock.now()
    today, day = timezone.localdate(now), timezone.localdate(due)
    left = calendar.city().until(today, day)
    if now > due:
        if day == today or left == 0:
            return {"text": gettext("期限を過ぎました"), "kind": "late", "icon_name": "warning"}
        text = ngettext("%(days)s開庁日超過", "%(days)s開庁日超過", -left) % {"days": -left}
        return {"text": text, "kind": "late", "icon_name": "warning"}
    if day == today or left == 0:
        return {
            "text": gettext("今日まで") if day == today else gettext("次の開庁日の前まで"),
            "kind": "soon",
            "icon_name": "clock",
        }
    text = ngettext("あと%(days)s開庁日", "あと%(days)s開庁日", left) % {"days": left}
    return {"text": text, "kind": "soon" if left <= 3 else "", "icon_name": "clock"}
