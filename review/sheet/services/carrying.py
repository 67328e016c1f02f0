"""Last year's texts: shown beside this year's, and taken over where they still hold."""

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet, TextField, Value
from django.db.models.functions import Cast

from review import listing, queries
from review.domain import fields, items
from review.domain.fields import Required
from review.models import MeasureReview, MeasureYear, ScheduleItem, User
from review.prepared import prepared
from review.sheet.services import submission
from review.transition import locked


def compared() -> tuple[str, ...]:
    """The keys of what is compared from year to year: what the plan carries is the same without any haste."""
    return tuple(key for key, one in fields.typed().items() if not one.with_plan)


def _of_their_year() -> frozenset[str]:
    """Never taken over: what the year's own draft carries, and a reason for a change, which holds for that change only."""
    carried = (key for key, one in fields.typed().items() if one.with_plan)
    return frozenset(carried) | frozenset(fields.required(Required.WHERE_PLAN_CHANGES))


def texts_before(review: MeasureReview, plan: Sequence[ScheduleItem] | None = None) -> dict[str, str]:
    """{item key: what the department wrote last year}, without 実績; {} where there was no sheet. One query to three.

    A schedule row is found by its name, for rows move from year to year. `plan` are this year's, where they were read.
    """
    year = queries.year_before(review)
    if year is None:
        return {}
    progress = {row.name: row.progress for row in queries.schedule_of(year=year.pk)}
    rows = queries.schedule(review) if plan is None else plan
    done = {items.schedule_key(row.position): progress.get(row.name, "") for row in rows}
    words = {key: year.text(key) for key in fields.typed()}
    return {key: text for key, text in {**words, **done}.items() if text.strip()}


def repeated(fiscal_year: int, measures: Sequence[int]) -> dict[int, int]:
    """{measure: how many of its texts are last year's to the letter}; those without any are left out. One query
    for forty of them."""
    counts: Counter[int] = Counter()
    keys = compared()
    texts: dict[tuple[int, int], dict[str, str]] = {}
    done: dict[tuple[int, str], dict[int, str]] = {}
    for part in listing.in_parts(measures):
        for measure, year, name, text in _texts_among(measures=part, before=fiscal_year - 1, year=fiscal_year):
            if name is None:
                texts[measure, year] = json.loads(text)
            else:
                done.setdefault((measure, name), {})[year] = text
    for (measure, year), now in texts.items():
        before = texts.get((measure, fiscal_year - 1), {}) if year == fiscal_year else {}
        counts[measure] += sum(before.get(key, "").strip() != "" and before[key] == now.get(key) for key in keys)
    for (measure, _name), by_year in done.items():
        old = by_year.get(fiscal_year - 1, "")
        counts[measure] += bool(old.strip()) and old == by_year.get(fiscal_year)
    return +counts


@prepared(measures=listing.AT_ONCE, before=int, year=int)
def _texts_among(measures: list[int], before: int, year: int) -> QuerySet[Any]:
    """(measure, year, name of the 取組内容, what was done of it), and without a name the year's own texts as JSON."""
    years = MeasureYear.objects.filter(measure__in=measures, fiscal_year__in=[before, year]).order_by()
    own = years.annotate(named=Value(None, output_field=TextField()), words=Cast("texts", TextField()))
    rows = ScheduleItem.objects.filter(measure_year__measure__in=measures, measure_year__fiscal_year__in=[before, year])
    done = rows.order_by().values_list("measure_year__measure_id", "measure_year__fiscal_year", "name", "progress")
    return own.values_list("measure_id", "fiscal_year", "named", "words").union(done, all=True)


def carriable(
    review: MeasureReview, *, texts: Mapping[str, str], before: Mapping[str, str], missed: bool
) -> dict[str, str]:
    """{item key: last year's text} of what is still empty and may be written on. 要因 and 対応 only where a target was
    missed: a met one needs no explanation. No query."""
    open_keys = items.open_keys(texts, review.open_items)
    left_out = _of_their_year() | frozenset(() if missed else fields.required(Required.WHERE_MISSED))
    return {
        key: text
        for key, text in before.items()
        if key in open_keys and key not in left_out and not texts.get(key, "").strip()
    }


def carry(*, user: User, review_id: int, only: Collection[str] | None = None) -> list[str]:
    """Take last year's texts into the items that are empty (of `only`, where given); the keys that were filled.

    Typed entry: it goes through `submission.save_draft` and refuses what that refuses. What stands is never replaced.
    """
    with transaction.atomic():
        review = locked(review_id, user)
        missed = any(row.status == "missed" for row in queries.indicator_years(review))
        available = carriable(
            review,
            texts=submission.current_texts(review),
            before=texts_before(review),
            missed=missed or only is not None,
        )
        texts = {key: text for key, text in available.items() if only is None or key in only}
        submission.save_draft(user=user, review_id=review_id, version=review.version, texts=texts)
        return list(texts)
