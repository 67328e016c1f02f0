"""What a notice about a deadline says, and to whom: the events that reminders, nudges and escalations write.

Each function checks again which of the event's sheets still wait for the step. Where none does, nobody gets a notice.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from review import calendar, clock, holders
from review.domain.events import Event
from review.domain.fiscal import wareki
from review.domain.reminding import Kind, Step
from review.models import MeasureReview, OutboxEvent, Role, User
from review.notices.services import waiting
from review.notices.services.notice_links import decide_due

OF_SHEETS = (Event.DEADLINE_NEAR, Event.DEADLINE_PASSED, Event.DEADLINE_ESCALATED, Event.NUDGED, Event.STEP_ASKED)
EVENTS = (*OF_SHEETS, Event.DECISION_CALLED)

STEP_WORDS = {Step.SUBMIT: "実績の提出", Step.ENDORSE: "所属長の確認", Step.REVIEW: "内容の確認", Step.DECIDE: "審議"}
REQUESTS = {
    Step.SUBMIT: "実績を入力して提出してください。",
    Step.ENDORSE: "内容を確かめて、所属長として確認してください。",
    Step.REVIEW: "内容を確かめて、確認するか、理由を付けて差し戻してください。",
    Step.DECIDE: "承認するか、理由を付けて差し戻してください。",
}
# The page that lists what waits, where a notice names several sheets.
_PAGES = {Step.REVIEW: "meguri:queue", Step.DECIDE: "meguri:board"}
# A notice is read on a telephone: the rest is on the page that it links to.
MOST_LINES = 20


def sheets(row: OutboxEvent) -> list[MeasureReview]:
    """The event's sheets that still wait. One query, cached on the row for the delivery."""
    cached: list[MeasureReview] | None = row.__dict__.get("_still")
    if cached is None:
        cached = waiting.still(Step(row.payload["step"]), row.payload["sheets"])
        row.__dict__["_still"] = cached
    return cached


def called(row: OutboxEvent) -> Iterable[User]:
    """Whoever can take the step."""
    reviews = sheets(row)
    return waiting.actors(Step(row.payload["step"]), _owners(reviews), reviews[0].cycle.plan_id) if reviews else []


def newly_able(row: OutboxEvent) -> Iterable[User]:
    """Who may take the step since they came into their post."""
    return [] if row.payload["fallen"] else _named(row)


def office_in_place(row: OutboxEvent) -> Iterable[User]:
    """The office, where nobody is there who could take the step."""
    return _named(row) if row.payload["fallen"] else []


def _named(row: OutboxEvent) -> list[User]:
    """The people whom the event names, as far as the step is still to be taken."""
    return list(User.objects.filter(is_active=True, pk__in=row.payload["people"]).order_by("pk")) if sheets(row) else []


def late_heads(row: OutboxEvent) -> Iterable[User]:
    """The 所属長 of a department that is late; the office where the department has none."""
    if row.payload["kind"] != Kind.TO_HEAD or not sheets(row):
        return []
    return list(waiting.heads(_owners(sheets(row)))) or waiting.reviewers(_plan(row))


def office(row: OutboxEvent) -> Iterable[User]:
    """The office that looks after the year."""
    return waiting.reviewers(_plan(row)) if row.payload["kind"] == Kind.TO_OFFICE and sheets(row) else []


# --- the year's own 決定 -------------------------------------------------------------------------------------------


def deciders(row: OutboxEvent) -> Iterable[User]:
    """The approvers, while the year waits for its 決定."""
    reminded = row.payload["kind"] in (Kind.NEAR, Kind.PASSED)
    return holders.able(Role.APPROVER, plan=_plan(row)) if reminded and waiting.still_needed(asks(row)) else []


def office_of_the_year(row: OutboxEvent) -> Iterable[User]:
    """The office that looks after the year, where its 決定 is late."""
    return (
        waiting.reviewers(_plan(row))
        if row.payload["kind"] == Kind.TO_OFFICE and waiting.still_needed(asks(row))
        else []
    )


# --- words and links ------------------------------------------------------------------------------------------------


def _plan(row: OutboxEvent) -> int | None:
    return row.cycle.plan_id if row.cycle else None


def _owners(reviews: Iterable[MeasureReview]) -> list[Any]:
    return list({review.measure_year.owner_id: review.measure_year.owner for review in reviews}.values())


def due(row: OutboxEvent) -> datetime | None:
    """By when the sheets are due: the earliest of their deadlines."""
    return min((moment for review in sheets(row) if (moment := review.step_due_at)), default=None)


def link(row: OutboxEvent) -> str:
    """The sheet itself where there is one, else the page that lists them."""
    reviews, step = sheets(row), Step(row.payload["step"])
    if len(reviews) == 1:
        return reverse("meguri:resume" if step == Step.SUBMIT else "meguri:sheet", args=[reviews[0].pk])
    if row.payload.get("kind") in (Kind.TO_HEAD, Kind.TO_OFFICE):
        return reverse("meguri:progress", args=[*reviews[0].cycle.key])
    return reverse(_PAGES[step], args=[*reviews[0].cycle.key]) if step in _PAGES else reverse("meguri:mine")


def asks(row: OutboxEvent) -> dict[str, Any]:
    """What a notice of the event asks for, so that one that came too late leaves by no mail; see `waiting.still_needed`."""
    if row.name in (Event.DECISION_CALLED, Event.CYCLE_READY):
        return {"year": row.cycle_id}
    return {"step": row.payload["step"], "sheets": row.payload["sheets"]} if row.name in OF_SHEETS else {}


def words(row: OutboxEvent) -> dict[str, str]:
    if row.name == Event.DECISION_CALLED:
        return _day_words(decide_due(row))
    reviews, step = sheets(row), Step(row.payload["step"])
    return {
        "step": STEP_WORDS[step],
        "request": REQUESTS[step],
        "count": str(len(reviews)),
        "sheets": "\n".join(_lines(reviews)),
        **_day_words(due(row)),
    }


def _day_words(moment: datetime | None) -> dict[str, str]:
    day = timezone.localdate(moment) if moment else None
    return {
        "due": wareki(day) if day else "未定",
        "when": when(calendar.city().distance(clock.today(), day)) if day else "",
    }


def when(distance: int) -> str:
    """あと5開庁日, 本日まで, 3開庁日超過."""
    if distance == 0:
        return "本日まで"
    return f"あと{-distance}開庁日" if distance < 0 else f"{distance}開庁日超過"


def _lines(reviews: list[MeasureReview]) -> Iterable[str]:
    for review in reviews[:MOST_LINES]:
        year = review.measure_year
        yield f"・{year.measure.code} {year.name}({year.owner.name})"
    if len(reviews) > MOST_LINES:
        yield f"ほか{len(reviews) - MOST_LINES}件"
