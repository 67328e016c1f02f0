"""Whether a sheet can be written on at all, whoever asks: its year, its state, its deadline; and why not, in words."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from review import clock, names
from review.models import CycleState, MeasureReview, Outcome, ReviewState
from review.models.sheet import OPEN_STATES


def why_locked(review: MeasureReview) -> str:
    """Why nobody may write on the sheet now, in one sentence; '' where it is open."""
    if review.outcome != Outcome.REPORTED:
        return _(
            "「%(outcome)s」として扱うことが決まっています。見直しが必要なときは、%(office)sに相談してください。"
        ) % {"outcome": review.get_outcome_display(), **names.of(review)}
    if review.cycle.state not in (CycleState.OPEN, CycleState.DECIDING):
        return str(_YEAR_LOCKS.get(review.cycle.state, _YEAR_OVER)) % names.of(review)
    if review.state not in OPEN_STATES:
        sentence = _("「%(state)s」のため、入力できません。") % {"state": review.get_state_display()}
        return sentence + str(_STATE_WAYS[review.state]) % names.of(review)
    return _("締切を過ぎています。期限の延長を依頼してください。") if is_closed(review) else ""


_YEAR_OVER = gettext_lazy(
    "この年度の評価は終わったため、入力できません。直す必要があるときは、%(office)sに訂正を相談してください。"
)
_YEAR_LOCKS: dict[str, Any] = {
    CycleState.DRAFT: gettext_lazy(
        "この年度はまだ始まっていないため、入力できません。%(office)sが年度を開始すると、お知らせが届きます。"
    )
}
_STATE_WAYS: dict[str, Any] = {
    ReviewState.ENDORSING: gettext_lazy("直すときは、シートを取り下げてください。"),
    ReviewState.SUBMITTED: gettext_lazy("直すときは、確認が終わる前ならシートを取り下げられます。"),
    ReviewState.REVIEWED: gettext_lazy("直すときは、%(office)sに差戻しを依頼してください。"),
    ReviewState.APPROVED: gettext_lazy("直すときは、%(office)sに差戻しを依頼してください。"),
    ReviewState.PUBLISHED: gettext_lazy("直すときは、%(office)sに訂正を相談してください。"),
}


def is_closed(review: MeasureReview) -> bool:
    """Whether the sheet is with its department and its 締切 has passed. A returned sheet stays open: the city asked for
    it again after its own deadline."""
    end = review.closes_at
    waits = review.state in OPEN_STATES and review.state != ReviewState.RETURNED and not review.outcome
    return bool(waits and end and clock.now() > end)
