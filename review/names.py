"""What the city, the reviewing office and the deciding body are called: data of the plan, in every sentence (decision 0010).

A sentence holds `%(office)s` and `%(body)s` and is filled with `of` whatever belongs to one plan, or `usual` where no plan is
at hand.
"""

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from review.models import City, Plan
from review.prepared import prepared


def of(where: Any) -> dict[str, str]:
    """{"office", "body"} of a plan, or of the plan to which a year or a sheet belongs."""
    year = getattr(where, "cycle", where)
    plan = getattr(year, "plan", year)
    return {"office": plan.office_name, "body": plan.body_name}


def usual() -> dict[str, str]:
    """{"office", "body"} where no plan is at hand: those of all plans where they agree, else words for any. One query."""
    return _shared(_plans(), {"office": _("確認する課"), "body": _("決定する会議")})


def city() -> str:
    """The city's name where no plan is at hand: that of all plans where they agree, else the installation's, as the
    administrator set it. Two queries at most."""
    names = {plan.city for plan in _plans()}
    if len(names) == 1:
        return names.pop()
    stored = City.objects.first()
    return stored.name if stored else settings.MEGURI_CITY


def _shared(plans: list[Plan], neutral: dict[str, str]) -> dict[str, str]:
    called = [of(plan) for plan in plans]
    return {
        key: called[0][key] if called and all(one[key] == called[0][key] for one in called) else word
        for key, word in neutral.items()
    }


@prepared()
def _plans() -> QuerySet[Plan]:
    return Plan.objects.order_by("pk").only("city", "office", "office_en", "body", "body_en")
