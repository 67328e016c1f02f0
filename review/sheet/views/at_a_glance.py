"""What of a sheet is filled in, in one line (実績 1/2・要因 未), for home's list and for the receipt of a submission."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from review import holders, names, permissions
from review.domain import sheet_form
from review.domain.fields import Required
from review.models import IndicatorYear, MeasureReview, ReviewState, Role, User
from review.models.sheet import OPEN_STATES

#: With whom a sheet is after its submission, and of which date of the year.
_NEXT = {ReviewState.ENDORSING.value: "endorse_due_at", ReviewState.SUBMITTED.value: "review_due_at"}


def lines(reviews: Collection[MeasureReview]) -> dict[int, str]:
    """{sheet: its line}. One query however many."""
    years = {review.measure_year.fiscal_year for review in reviews}
    measures = [review.measure_year.measure_id for review in reviews]
    rows: dict[tuple[int, int], list[IndicatorYear]] = defaultdict(list)
    goals = IndicatorYear.objects.filter(indicator__measure__in=measures, fiscal_year__in=years)
    for row in goals.select_related("indicator"):
        rows[row.indicator.measure_id, row.fiscal_year].append(row)
    return {
        review.pk: line(review, rows[review.measure_year.measure_id, review.measure_year.fiscal_year])
        for review in reviews
    }


def line(review: MeasureReview, rows: Iterable[IndicatorYear]) -> str:
    """The goals that have their 実績, and each text that a submission needs and that is missing. No query."""
    goals = [row for row in rows if row.status != "not_applicable"]
    done = sum(row.status != "pending" for row in goals)
    rules = [Required.ALWAYS, *([Required.WHERE_MISSED] if any(row.status == "missed" for row in goals) else [])]
    typed = sheet_form.typed(review.cycle.form)
    needed = [one for one in typed.values() if one.required in rules and not review.measure_year.text(one.key).strip()]
    parts = [_("実績 %(done)s/%(all)s") % {"done": done, "all": len(goals)}] if goals else []
    parts += [_("%(item)s 未") % {"item": _(one.label)} for one in needed]
    return _("・").join(parts)


def receipt(user: User, review: MeasureReview, rows: Iterable[IndicatorYear]) -> dict[str, Any] | None:
    """What the department holds in hand after its submission: what was sent, who looks at it by when, the next sheet.

    None where the sheet is not on its way, or not the person's. Three queries.
    """
    if (
        review.outcome
        or review.state not in _NEXT
        or review.measure_year.owner_id not in holders.standing(user).departments
    ):
        return None
    typed = sheet_form.typed(review.cycle.form).values()
    texts = [_(one.label) for one in typed if review.measure_year.text(one.key).strip()]
    filled = sum(bool(row.actual.strip()) for row in rows)
    endorsing = review.state == ReviewState.ENDORSING
    people = (
        holders.able(Role.HEAD, departments=[review.measure_year.owner])
        if endorsing
        else holders.able(Role.REVIEWER, plan=review.cycle.plan_id)
    )
    who = _("、").join(_("%(who)sさん") % {"who": one} for one in people if endorsing or one.pk != user.pk)
    return {
        "sent": [_("成果目標の実績 %(n)s件") % {"n": filled}, *texts],
        "who": who or (_("所属長") if endorsing else names.of(review)["office"]),
        "until": getattr(review.cycle, _NEXT[review.state]),
        "next": _next(user, review),
        "recall_url": reverse("meguri:recall", args=[review.pk]) if permissions.may_recall(user, review) else "",
    }


def _next(user: User, review: MeasureReview) -> MeasureReview | None:
    """The department's next sheet that is still to be sent. One query."""
    open_ones = review.cycle.reviews.own(permissions.scope_of(user)).filter(state__in=OPEN_STATES, outcome="")
    rows = open_ones.exclude(pk=review.pk).select_related("measure_year__measure")
    return rows.order_by("measure_year__measure__sort_key").first()
