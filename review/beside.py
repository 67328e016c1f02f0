"""What there is beside a sheet that is only shown: its row says of which kinds it has any, and each kind is read once."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Exists, OuterRef, Q, QuerySet

from review.models import (
    Artifact,
    Concurrence,
    Decision,
    Evidence,
    Extension,
    ItemComment,
    MeasureReview,
    MeasureYear,
    Opinion,
    PlanChange,
    Rating,
    TargetChange,
)

Row = TypeVar("Row")

#: Rows beside a sheet that most sheets have none of, by the name under which `read_once` keeps them.
BESIDE: dict[str, QuerySet[Any]] = {
    "ratings": Rating.objects.filter(review=OuterRef("pk")),
    "decisions": Decision.objects.filter(review=OuterRef("pk")),
    "comments": ItemComment.objects.filter(review=OuterRef("pk")),
    "target_changes": TargetChange.objects.filter(review=OuterRef("pk")),
    "concurrences": Concurrence.objects.filter(review=OuterRef("pk")),
    "extensions": Extension.objects.filter(review=OuterRef("pk")),
    "opinions": Opinion.objects.filter(review=OuterRef("pk")),
    "evidence": Evidence.objects.filter(review=OuterRef("pk")),
    "files": Artifact.objects.filter(review=OuterRef("pk")),
    "related": MeasureYear.related.through.objects.filter(measureyear=OuterRef("measure_year")),
    "plan_changes": PlanChange.objects.filter(plan=OuterRef("cycle__plan")),
    "year_before": MeasureYear.objects.filter(
        Q(measure=OuterRef("measure_year__measure")) | Q(measure=OuterRef("measure_year__measure__continues")),
        fiscal_year=OuterRef("cycle__fiscal_year") - 1,
    ),
}


def columns() -> dict[str, Exists]:
    """What a query adds to a sheet's row: whether it has any of each kind."""
    return {f"has_{name}": Exists(rows) for name, rows in BESIDE.items()}


def is_to_show(review: MeasureReview) -> bool:
    """Whether the sheet was read by `queries.to_show`."""
    return "has_files" in review.__dict__


def read_once(review: MeasureReview, name: str, read: Callable[[], list[Row]]) -> list[Row]:
    """The rows beside a sheet: read anew each time, but of a sheet `queries.to_show` once, and not at all where it has none."""
    if not is_to_show(review):
        return read()
    rows: dict[str, list[Row]] = review.__dict__.setdefault("_rows", {})
    if name not in rows:
        rows[name] = read() if review.__dict__.get(f"has_{name}", True) else []
    return rows[name]
