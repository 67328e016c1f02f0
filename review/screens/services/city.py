"""The city of this installation: one row of data. MEGURI_CITY is its name until the administrator has set it."""

import re

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from review.domain.refusals import Invalid
from review.models import City, User
from review.reader_words import is_mail_address, problem
from review.trail.services import audit
from review.transition import require_administrator

FIELDS = {"name": 60, "code": 6, "office": 60, "extension": 30, "email": 254}


def city() -> City:
    """The row; before it is stored, one that holds the setting's name. One query."""
    return City.objects.first() or City(name=settings.MEGURI_CITY)


def contact() -> str:
    """Whom a mail's reader asks, in words: 企画課(内線 123、jouhou@city.example); '' where it is not set. One query."""
    row = city()
    ways = [_("内線 %(number)s") % {"number": row.extension} if row.extension else "", row.email]
    words = _("、").join(way for way in ways if way)
    if not row.office:
        return words
    return _("%(office)s(%(ways)s)") % {"office": row.office, "ways": words} if words else row.office


def is_set() -> bool:
    return City.objects.exists()


def change(*, by: User | None, name: str, code: str, office: str, extension: str, email: str) -> City:
    """Store name, code and whom people ask; `by` is None for the command. Raises Invalid with {field: sentence}."""
    given = {"name": name, "code": code, "office": office, "extension": extension, "email": email}
    values = {field: text.strip() for field, text in given.items()}
    with transaction.atomic():
        if by is not None:
            require_administrator(by, _("自治体と問い合わせ先は管理者が決めます。"))
        if problems := _problems(values):
            raise Invalid(_("保存できません。内容を確かめてください。"), problems)
        row, _made = City.objects.select_for_update().get_or_create(pk=1, defaults={"name": settings.MEGURI_CITY})
        before = {field: getattr(row, field) for field in FIELDS}
        City.objects.filter(pk=1).update(**values)
        if before != values or _made:
            audit.write(by, "city.change", "city:1", before=before, after=values)
        row.refresh_from_db()
        return row


def _problems(values: dict[str, str]) -> dict[str, str]:
    problems = {
        field: _("%(most)s文字以内で入力してください。") % {"most": most}
        for field, most in FIELDS.items()
        if len(values[field]) > most or problem(values[field])
    }
    if not values["name"]:
        problems["name"] = _("自治体名を入力してください。")
    if values["code"] and not re.fullmatch("[0-9]{6}", values["code"]):
        problems["code"] = _("全国地方公共団体コードは、数字6桁で入力してください。")
    if values["email"] and not is_mail_address(values["email"]):
        problems["email"] = _("メールアドレスの形を確かめてください。")
    return problems
