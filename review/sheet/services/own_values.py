"""What may be written into an item of the plan's own: one of its levels, a number, an amount in 千円."""

from __future__ import annotations

from django.utils.translation import gettext as _

from review.domain import sheet_form
from review.domain.fields import Kind
from review.models import Cycle


def problem(cycle: Cycle, key: str, value: str) -> str:
    """Why the value cannot be stored, where it stands and what to do; '' where it can, and for every other item."""
    one = sheet_form.field(cycle.form, key)
    if one is None or not value.strip():
        return ""
    words = {"item": one.label, "text": value.strip()[:40], "levels": "、".join(one.levels)}
    if one.kind == Kind.LEVEL and value not in one.levels:
        return _("%(item)sの「%(text)s」は選べません。次から選んでください: %(levels)s") % words
    if one.kind == Kind.AMOUNT and not sheet_form.is_number(value):
        return (
            _("%(item)sの「%(text)s」は金額として読めません。千円を単位に、数字だけを入力してください(例: 33,474)。")
            % words
        )
    if one.kind == Kind.NUMBER and not sheet_form.is_number(value):
        return _("%(item)sの「%(text)s」は数として読めません。数字だけを入力してください(例: 1,250)。") % words
    return ""
