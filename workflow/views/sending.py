"""What goes with a submission: all of it on the last page before and for the head, files and 合議 also where somebody decides on it."""

from typing import Any

from django.urls import reverse

from review import permissions
from review.assessment.views.indicator_parts import IndicatorPart
from review.domain import items, sheet_form
from review.item_words import label_of
from review.models import MeasureReview, User
from review.sheet.services import evidence
from review.sheet.views import concurrence_parts, sheet_parts
from review.sheet.views.entry_page import Desk


def place_of(review: MeasureReview, key: str) -> str:
    """Where an item is typed."""
    step = items.step_of(key)
    return f"{reverse('meguri:entry', args=[review.pk, min(step, 4)])}#id_{key}"


def contents(user: User, desk: Desk, shown: dict[str, Any]) -> dict[str, Any]:
    """Every item with its text and the way to it, and what stands beside the form. Three queries."""
    review = desk.review
    goals = [goal(desk, part) for part in shown["indicators"] if part.this]
    return {
        "goals": goals,
        "doubted": any(one["doubts"] for one in goals),
        "texts_sent": [one for key in sheet_form.typed(review.cycle.form) if (one := line(desk, key))],
        "progress_sent": [
            one | {"label": row.name} for row in desk.plan if (one := line(desk, items.schedule_key(row.position)))
        ],
        "bars_url": place(desk, *(items.bars_key(row.position) for row in desk.plan)),
        "ahead_url": place(desk, *filter(items.is_next, desk.texts)),
        **beside(user, review),
        "owns": permissions.may_write(user, review),
    }


def beside(user: User, review: MeasureReview) -> dict[str, Any]:
    """What goes along beside the form: 根拠資料 and 合議, and the way to ask for one. Two queries, three for the owners."""
    concurrences = concurrence_parts.context_of(user, review)
    return {
        "files_sent": [
            {"file": one, "item": label_of(one.item, review.cycle.form)} for one in evidence.of_sheet(review)
        ],
        "requested": concurrences["concurrences"],
        "ask_form": concurrences["ask_form"],
    }


def line(desk: Desk, key: str) -> dict[str, Any] | None:
    """One item as it stands, and where it was changed what the plan had of it; None where the sheet has none of it."""
    if key not in desk.texts:
        return None
    planned, now = desk.planned.get(key, ""), desk.texts[key]
    return {
        "key": key,
        "label": label_of(key, desk.review.cycle.form),
        "text": now,
        "parts": sheet_parts.stretches(planned, now) if planned and planned != now else None,
        "url": place(desk, key),
    }


def place(desk: Desk, *keys: str) -> str:
    """Where the first of them that is open is typed; '' where none is open to this person."""
    return next((place_of(desk.review, key) for key in keys if key in desk.mendable), "")


def goal(desk: Desk, part: IndicatorPart) -> dict[str, Any]:
    """One 成果目標 with what a reader will doubt of it, the reason of a missing verdict among it."""
    judged = part.judgement
    doubts = list(judged.sentences) if judged and judged.typed else []
    if judged and judged.typed and judged.doubt and judged.cause:
        doubts.insert(0, judged.cause)
    return {"part": part, "doubts": doubts, "url": place(desk, part.key)}
