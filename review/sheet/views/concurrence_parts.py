"""合議 as the templates take it: the requests and answers on a sheet, and what waits for a person."""

from typing import Any

from django.urls import reverse

from review import beside, permissions
from review.models import Concurrence, MeasureReview, User
from review.sheet.forms.concurrence import AskForm, OpinionForm
from review.sheet.services import concurrence as service

PLACE = "concurrence"


def context_of(
    user: User, review: MeasureReview, *, ask_form: AskForm | None = None, opinion: OpinionForm | None = None
) -> dict[str, Any]:
    """What the sheet's page shows of its 合議. One query, three for those who may ask."""
    concurrences = review.concurrences.select_related("department", "asked_by", "answered_by")
    rows = beside.read_once(review, "concurrences", lambda: list(concurrences.order_by("-round", "department")))
    latest = {row.department_id: row.pk for row in reversed(rows)}
    shown = [
        {
            "row": row,
            "outdated": latest[row.department_id] != row.pk,
            "form": (opinion or OpinionForm(number=row.pk))
            if not row.answer and permissions.may_concur(user, row)
            else None,
        }
        for row in rows
    ]
    if ask_form is None and permissions.may_ask_concurrence(user, review):
        choices = askable(review)
        chosen = {"departments": [pk for pk, _name in choices], "due_on": service.usual_date()}
        ask_form = AskForm(choices=choices, initial=chosen) if choices else None
    return {"concurrences": shown, "ask_form": ask_form}


def askable(review: MeasureReview) -> list[tuple[int, str]]:
    """The departments as a form's choices."""
    return [(department.pk, department.name) for department in service.askable(review)]


def waiting_for(user: User) -> list[dict[str, Any]]:
    """The 合議 that wait for the person's departments, the nearest date first, as home shows them. One query."""
    rows = (
        Concurrence.objects.own(permissions.scope_of(user))
        .filter(answer=Concurrence.Answer.WAITING)
        .select_related("review__measure_year__measure", "asked_by", "department")
    )
    return [
        {"row": row, "url": f"{reverse('meguri:sheet', args=[row.review_id])}#{PLACE}"}
        for row in rows.order_by("due_on")
    ]
