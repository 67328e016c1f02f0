"""The year to come: 目標 and 評価項目 as the plan has them, and the changes that a sheet asks for.

A change is stored beside the plan's own texts. It takes effect with the sheet's approval. A returned sheet that changes
it again replaces it with the next approval.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy

from review import clock, queries
from review.domain import fields, items
from review.domain import form_labels as labels
from review.domain.fields import Required
from review.models import Indicator, IndicatorYear, MeasureReview, TargetChange, User
from review.trail.services import audit

REASON_REQUIRED = gettext_lazy("来年度の目標か評価項目を計画から変えています。変更の理由を入力してください。")

History = Mapping[int, Sequence[IndicatorYear]]


@dataclass(frozen=True, kw_only=True)
class Ahead:
    """One indicator in the year to come: the plan's texts, and the sheet's (mostly the same)."""

    indicator: Indicator
    planned_name: str
    planned_target: str
    name: str
    target: str

    @property
    def changed(self) -> bool:
        """Whether the sheet asks for a change of words that the plan already has. A first 目標 changes nothing."""
        return self.differs(self.name, self.target)

    def differs(self, name: str, target: str) -> bool:
        """The same of other words."""
        renamed = bool(self.planned_name.strip()) and name != self.planned_name
        return renamed or (bool(self.planned_target.strip()) and target != self.planned_target)


def ahead(review: MeasureReview, story: History, changes: Mapping[int, TargetChange]) -> dict[int, Ahead]:
    """{indicator number: the year to come}; {} in the plan's last year. No query."""
    following = review.cycle.fiscal_year + 1
    measure = review.measure_year.measure
    if following > review.cycle.plan.last_year or (measure.last_year or following) < following:
        return {}
    results = (_ahead(rows, following, changes.get(number)) for number, rows in story.items())
    return {row.indicator.number: row for row in results if row}


def _ahead(rows: Sequence[IndicatorYear], following: int, change: TargetChange | None) -> Ahead | None:
    indicator = rows[-1].indicator  # the earlier rows may be those of a goal that it continues
    this = next((row for row in rows if row.fiscal_year == following - 1), None)
    if this is None or (indicator.last_year or following) < following:
        return None
    stands = next((row for row in rows if row.fiscal_year == following), None)
    name, target = (stands.name, stands.target) if stands else (this.name, "")
    if change is None:
        return Ahead(indicator=indicator, planned_name=name, planned_target=target, name=name, target=target)
    return Ahead(
        indicator=indicator,
        planned_name=change.name_before,
        planned_target=change.target_before,
        name=change.name,
        target=change.target,
    )


def texts(by_number: Mapping[int, Ahead]) -> dict[str, str]:
    """{item key: text} of the year to come."""
    return {
        key: text
        for number, row in by_number.items()
        for key, text in ((items.next_name_key(number), row.name), (items.next_target_key(number), row.target))
    }


def unexplained(rows: Mapping[int, Ahead], typed: Mapping[str, str]) -> str:
    """What to do where the texts {item key: text} change the plan without a reason; '' where they do not."""
    changed = any(
        row.differs(typed[items.next_name_key(number)], typed[items.next_target_key(number)])
        for number, row in rows.items()
    )
    reasons = fields.required(Required.WHERE_PLAN_CHANGES)
    return str(REASON_REQUIRED) if changed and not all(typed[key].strip() for key in reasons) else ""


def requested(review: MeasureReview) -> dict[int, Ahead]:
    """The year to come with the sheet's changes. Two queries."""
    return ahead(review, queries.indicator_history(review), queries.target_changes(review))


def as_data(by_number: Mapping[int, Ahead]) -> list[dict[str, Any]]:
    """The changes as plain data: what a submission freezes beside its texts."""
    return [
        {
            "number": number,
            "name_before": row.planned_name,
            "target_before": row.planned_target,
            "name": row.name,
            "target": row.target,
        }
        for number, row in by_number.items()
        if row.changed
    ]


def lines(change: TargetChange) -> Iterator[tuple[str, str, str]]:
    """(what, before, after) of a change of the plan's own words; nothing for a first 目標."""
    goal = labels.goal_label(change.indicator.number)
    for what, before, after in (
        (labels.NAME_ROW, change.name_before, change.name),
        (labels.TARGET_ROW, change.target_before, change.target),
    ):
        if before.strip() and before != after:
            yield f"{goal} {what}", before, after


def store(review: MeasureReview, user: User, changed: Mapping[str, str]) -> None:
    """Store the texts typed for the year to come; a text equal to the plan's own is no change any more.

    The caller holds the sheet's lock and leaves the audit row.
    """
    if not any(items.is_next(key) for key in changed):
        return
    stored = queries.target_changes(review)
    for number, row in ahead(review, queries.indicator_history(review), stored).items():
        name = changed.get(items.next_name_key(number), row.name)
        target = changed.get(items.next_target_key(number), row.target)
        if (name, target) != (row.name, row.target):
            _store(review, user, row, stored.get(number), name=name, target=target)


def _store(review: MeasureReview, user: User, row: Ahead, old: TargetChange | None, *, name: str, target: str) -> None:
    back_again = (name, target) == (row.planned_name, row.planned_target)
    if back_again and old and not old.effective_at:
        old.delete()
        return
    before = {"name_before": row.planned_name, "target_before": row.planned_target}
    after = {"name": name, "target": target, "changed_by": user, "changed_at": clock.now()}
    TargetChange.objects.update_or_create(
        review=review, indicator=row.indicator, defaults=after, create_defaults={**before, **after}
    )


def take_effect(review: MeasureReview, user: User) -> None:
    """The sheet was approved: write its changes into the year to come. One audit row a change."""
    for row in _unsettled(review):
        year, _made = IndicatorYear.objects.get_or_create(
            indicator=row.indicator, fiscal_year=review.cycle.fiscal_year + 1
        )
        before = {"name": year.name, "target": year.target}
        year.name, year.target = row.name, row.target
        year.save(update_fields=["name", "target"])
        row.effective_at = clock.now()
        row.save(update_fields=["effective_at"])
        audit.write(
            actor=user,
            action="target.change",
            subject=f"review:{review.pk}",
            before=before,
            after={"indicator": row.indicator.number, "name": row.name, "target": row.target},
        )


def _unsettled(review: MeasureReview) -> Iterator[TargetChange]:
    for row in TargetChange.objects.filter(review=review).select_related("indicator"):
        if row.effective_at is None or row.changed_at > row.effective_at:
            yield row
