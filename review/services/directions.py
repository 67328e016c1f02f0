"""Which way an indicator is good: inferred at import, confirmed or set by a person, and judged anew from then on."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from review import permissions
from review.domain import achievement
from review.domain.refusals import Invalid
from review.models import Cycle, Indicator, IndicatorYear, User
from review.services import audit, judging
from review.services.transition import require


def infer(indicator: Indicator) -> tuple[str, str]:
    """What the name and the targets say: ("up", "down" or "", the reason in one sentence). One query."""
    years = list(IndicatorYear.objects.filter(indicator=indicator).order_by("fiscal_year"))
    return inferred_from(years)


def inferred_from(years: list[IndicatorYear]) -> tuple[str, str]:
    """The same from rows that were read already, in year order."""
    name = next((row.name for row in reversed(years) if row.name.strip()), "")
    direction, reason = achievement.infer_direction(name, [row.target for row in years])
    return direction or "", reason


def decide(*, user: User, indicator_id: int, direction: str, cycle: Cycle) -> Indicator:
    """Confirm or set the direction ('up', 'down', or '' for neither) and judge the cycle's year anew.

    Raises NotAllowed, or Invalid for another word.
    """
    if direction not in ("", *Indicator.Direction.values):
        raise Invalid(_("向きを選んでください。"), {"direction": _("向きを選んでください。")})
    with transaction.atomic():
        permissions.standing(user, fresh=True)
        require(permissions.is_reviewer(user), _("向きの確認は情報経営課の確認者が行います。"))
        indicator = Indicator.objects.select_for_update(no_key=True).get(pk=indicator_id)
        before = {"direction": indicator.direction, "confirmed": indicator.direction_confirmed}
        indicator.direction, indicator.direction_confirmed = direction, True
        indicator.save(update_fields=["direction", "direction_confirmed"])
        rows = IndicatorYear.objects.filter(indicator=indicator, fiscal_year=cycle.fiscal_year)
        judging.judge_rows(rows.select_related("indicator"), scale=judging.scale_of(cycle))
        audit.write(
            actor=user,
            action="direction.decide",
            subject=f"indicator:{indicator.pk}",
            before=before,
            after={"direction": direction, "confirmed": True},
        )
        return indicator
