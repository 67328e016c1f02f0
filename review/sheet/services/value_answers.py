"""What a clerk says of a value beside its text: its state, and an answer to each doubt. Typed entry, saved like any item."""

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
    codes = (answers.STATE, *checks.SENTENCES)
    return {
        items.doubt_key(row.indicator.number, code): answers.as_typed(row.answers, code)
        for row in rows
        for code in codes
    }


def open_doubts(row: IndicatorYear) -> int:
    """How many things about a value a reader has to look at: what nobody answered, and a result that nobody can tell.

    A missed target is a result, explained by 要因 and 対応; that explains a total that stands still, too. What changed
    in the plan is no doubt about the entry.
    """
    explained = checks.OF_PLAN | ({"total_stalled"} if row.status == "missed" else set())
    codes = [code for code in answers.unanswered(row.flags, row.answers) if code not in explained]
    counted = not checks.CAUSES.isdisjoint(codes)  # one cause counts once
    return len(codes) + (row.status == "undetermined" and not counted)


def problem(key: str, text: str, fiscal_year: int) -> str:
    """Why the text cannot be stored as the state of a value; '' where it can, or is no state."""
    if not text or items.code_of(key) != answers.STATE:
        return ""
    try:
        until = answers.from_typed(answers.STATE, text)["text"]
        if not until or first_day(fiscal_year) <= date.fromisoformat(until) < last_day(fiscal_year):
            return ""
    except ValueError:
        pass
    return _("年度途中の値は、いつまでの値かを年度内の日付で選んでください(分からないときは空欄にします)。")


def put(row: IndicatorYear, user: User, sent: Mapping[str, str]) -> bool:
    """Put on the row what of this was answered anew, and say whether anything was. Judging drops what does not hold."""
    changed = {key: sent[key] for key, text in texts([row]).items() if sent.get(key, text) != text}
    stamp = {"by": str(user.key), "at": clock.now().isoformat(timespec="seconds")}
    row.answers = dict(row.answers)
    for key, text in changed.items():
        code = items.code_of(key)
        row.answers.pop(code, None)
        if text and not problem(key, text, row.fiscal_year):
            of = judging.proposed_state(row).value if code == answers.STATE else answers.mark_of(row.actual)
            row.answers[code] = {**answers.from_typed(code, text), **stamp, "of": of}
    return bool(changed)
