"""What there is beside a sheet that is only shown: its row says of which kinds it has any, and each kind is read once."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Exists, OuterRef, Q

from review.models import MeasureReview, MeasureYear, PlanChange

Row = TypeVar("Row")

#: Rows of the sheet, of which most have none.
OF_SHEET = (
    "ratings", "decisions", "comments", "target_changes", "concurrences", "extensions", "opinions", "evidence", "artifacts",
)  # fmt: skip


def columns() -> dict[str, Exists]:
    """What a query adds to a sheet's row: whether it has any of each kind."""
    year = MeasureYear.objects.filter(fiscal_year=OuterRef("cycle__fiscal_year") - 1)
    measure = OuterRef("measure_year__measure")
    rows: dict[str, Any] = {
        **{name: _related(name).filter(review=OuterRef("pk")) for name in OF_SHEET},
        "related": MeasureYear.related.through.objects.filter(measureyear=OuterRef("measure_year")),
        "plan_changes": PlanChange.objects.filter(plan=OuterRef("cycle__plan")),
        "year_before": year.filter(Q(measure=measure) | Q(measure=OuterRef("measure_year__measure__continues"))),
    }
    return {f"has_{name}": Exists(kind) for name, kind in rows.items()}


def _related(name: str) -> Any:
    model: Any = MeasureReview._meta.get_field(name).related_model
    return model._base_manager


def is_to_show(review: MeasureReview) -> bool:
    """Whether the sheet was read by `queries.to_show`."""
    return "has_artifacts" in review.__dict__


def read_once(review: MeasureReview, name: str, read: Callable[[], list[Row]]) -> list[Row]:
    """The rows beside a sheet: read anew each time, but of a sheet `queries.to_show` once, and not at all where it has none."""
    if not is_to_show(review):
        return read()
    rows: dict[str, list[Row]] = review.__dict__.setdefault("_rows", {})
    if name not in rows:
        rows[name] = read() if review.__dict__.get(f"has_{name}", True) else []
    return rows[name]
