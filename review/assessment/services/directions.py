"""Which way an indicator is good: inferred at import, confirmed or set by a person, and judged anew from then on."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from review import holders, permissions
from review.assessment.services import judging
from review.domain.refusals import Invalid
from review.domain.values import achievement
from review.models import Cycle, CycleState, Indicator, IndicatorYear, MeasureReview, User
from review.models.sheet import OPEN_STATES
from review.reader_words import year_label
from review.trail.services import audit
from review.transition import require

#: A year that was decided keeps every verdict for ever.
DECIDED = (CycleState.SCHEDULED, CycleState.PUBLISHED)


def inferred_from(years: list[IndicatorYear]) -> tuple[str, str]:
    """The same from rows that were read already, in year order."""
    name = next((row.name for row in reversed(years) if row.name.strip()), "")
    direction, reason = achievement.infer_direction(name, [row.target for row in years])
    return direction or "", reason


def decide(*, user: User, indicator_id: int, direction: str) -> Indicator:
    """Confirm or set the direction ('up', 'down', or '' for neither), and judge anew what no department has sent yet.

    What was submitted keeps its verdict: confirming the direction that it rests on is always allowed, another one is
    refused until the sheet is back with its department. A published year stays as it is, whatever is set.
    Raises NotAllowed, or Invalid for another word and for a direction that a submitted sheet does not rest on.
    """
    if direction not in ("", *Indicator.Direction.values):
        raise Invalid(_("向きを選んでください。"), {"direction": _("向きを選んでください。")})
    with transaction.atomic():
        holders.standing(user, fresh=True)
        require(permissions.is_reviewer(user), _("向きの確認は情報経営課の確認者が行います。"))
        indicator = Indicator.objects.select_for_update(no_key=True).get(pk=indicator_id)
        _refuse_what_was_sent(indicator, direction)
        before = {"direction": indicator.direction, "confirmed": indicator.direction_confirmed}
        indicator.direction, indicator.direction_confirmed = direction, True
        indicator.save(update_fields=["direction", "direction_confirmed"])
        _judge_what_is_open(indicator)
        audit.write(
            actor=user,
            action="direction.decide",
            subject=f"indicator:{indicator.pk}",
            before=before,
            after={"direction": direction, "confirmed": True},
        )
        return indicator


def _refuse_what_was_sent(indicator: Indicator, direction: str) -> None:
    """Two queries; the sheets stay locked, so that none is submitted between the question and the change."""
    sheets = MeasureReview.objects.filter(measure_year__measure=indicator.measure_id)
    sent = sheets.exclude(state__in=OPEN_STATES).exclude(cycle__state__in=DECIDED)
    list(sheets.select_for_update(no_key=True).order_by("pk"))
    years = sent.values_list("cycle__fiscal_year", flat=True)
    for row in IndicatorYear.objects.filter(indicator=indicator, fiscal_year__in=years):
        if not rests_on(row, direction):
            raise Invalid(
                _("%(year)sのシートは提出されているため、向きを変えられません。差し戻してから変えてください。")
                % {"year": year_label(row.fiscal_year)}
            )


def rests_on(row: IndicatorYear, direction: str) -> bool:
    """Whether the stored verdict is the one that this direction gives: it assumed it, or no direction at all."""
    assumed = row.reading.get("direction") or ""
    needs_none = row.reading.get("basis") != "number" and row.status != "undetermined"
    return assumed == direction or (not assumed and needs_none)


def _judge_what_is_open(indicator: Indicator) -> None:
    """The rows of every year that is a draft, and of those sheets that are with their department. Four queries a year."""
    running = Cycle.objects.filter(plan=indicator.measure.plan_id).exclude(state__in=DECIDED)
    sent = MeasureReview.objects.filter(measure_year__measure=indicator.measure_id).exclude(state__in=OPEN_STATES)
    for cycle in running.exclude(pk__in=sent.values("cycle")):
        rows = IndicatorYear.objects.filter(indicator=indicator, fiscal_year=cycle.fiscal_year)
        judging.judge_rows(rows.select_related("indicator"), scale=judging.scale_of(cycle))
