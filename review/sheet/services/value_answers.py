"""What a clerk says of a value beside its text: its state, and an answer to each doubt. Typed entry, saved like any item."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from django.utils.translation import gettext as _

from review import clock
from review.assessment.services import judging
from review.domain import answers, checks, items
from review.domain.fiscal import first_day, last_day
from review.models import IndicatorYear, User


def texts(rows: Iterable[IndicatorYear]) -> dict[str, str]:
    """{item key: text} of the states and answers as stored, those that nobody gave among them."""
    known: dict[str, str] = {}
    for row in rows:
        number = row.indicator.number
        known[items.state_key(number)] = answers.state_text(row.state, row.state_until)
        known |= {items.doubt_key(number, code): answers.text_of(row.answers, code) for code in checks.SENTENCES}
    return known


def open_doubts(row: IndicatorYear) -> int:
    """How many things about a value a reader has to look at: what nobody answered, and a missing or missed result."""
    codes = unanswered(row)
    counted = row.status == "undetermined" and not checks.CAUSES.isdisjoint(codes)  # one cause counts once
    return len(codes) + (row.status in ("missed", "undetermined") and not counted)


def unanswered(row: IndicatorYear) -> list[str]:
    """The codes of the doubts about a value that nobody answered."""
    return answers.unanswered(row.flags, row.answers, row.state)


def problem(key: str, text: str, fiscal_year: int) -> str:
    """Why such a text cannot be stored; '' where it can."""
    if not items.is_state(key):
        return ""
    try:
        until = answers.state_from(text)[1]
    except ValueError:
        until = date.max
    if until is None or first_day(fiscal_year) <= until < last_day(fiscal_year):
        return ""
    return _("年度途中の値は、いつまでの値かを年度内の日付で選んでください(分からないときは空欄にします)。")


def put(row: IndicatorYear, user: User, changed: Mapping[str, str]) -> bool:
    """Put on the row what was answered, and say whether anything was. Judging drops what does not speak of its text."""
    number = row.indicator.number
    state = changed.get(items.state_key(number))
    if state is not None:
        row.state, row.state_until = answers.state_from(state)
        row.proposed_state = judging.proposed_state(row) if state else ""
    replies = {
        code: text for code in checks.SENTENCES if (text := changed.get(items.doubt_key(number, code))) is not None
    }
    for code, text in replies.items():
        row.answers.pop(code, None)
        if text:
            at = clock.now().isoformat(timespec="seconds")
            row.answers[code] = answers.answer(text, actual=row.actual, by=str(user.key), at=at)
    return state is not None or bool(replies)
