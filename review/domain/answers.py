"""A clerk's word on a value: its state (`interim 2024-09-30`), and the answer to each doubt about it.

An answer holds the mark of the text that it speaks of, a state what the words proposed; with these it lapses.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from hashlib import sha256
from typing import Any

from review.domain.text import normal_newlines
from review.domain.values import State

#: What is answered with one click; any other answer is an explanation.
SURE = "確かにこの値です"
#: The doubts that a confirmed state answers.
OF_STATE = frozenset(("not_measured", "provisional", "interim", "other_year"))

Answers = Mapping[str, Mapping[str, str]]


def mark_of(text: str) -> str:
    """A short mark of a text, to see whether it is still the same."""
    return sha256(normal_newlines(text).encode("utf-8", "replace")).hexdigest()[:12]


def answer(text: str, *, actual: str, by: str, at: str) -> dict[str, str]:
    """An answer as it is stored with the value."""
    sure = text == SURE
    return {
        "answer": "sure" if sure else "explained",
        "text": "" if sure else text,
        "by": by,
        "at": at,
        "of": mark_of(actual),
    }


def text_of(answers: Answers, code: str) -> str:
    """The answer to a doubt in words; '' where there is none."""
    one = answers.get(code)
    return (one["text"] or SURE) if one else ""


def standing(answers: Answers, actual: str, codes: Collection[str]) -> dict[str, Any]:
    """The answers that still speak of this text and of a doubt that it raises."""
    return {code: one for code, one in answers.items() if code in codes and one["of"] == mark_of(actual)}


def unanswered(codes: Iterable[str], answers: Answers, state: str) -> list[str]:
    """The doubts that nobody answered; `state`: the confirmed one, '' for none."""
    return [code for code in codes if code not in answers and not (state and code in OF_STATE)]


def state_text(state: str, until: date | None) -> str:
    """The confirmed state as one text; '' for none."""
    return f"{state} {until.isoformat()}" if until else state


def state_from(text: str) -> tuple[str, date | None]:
    """State and last day of such a text. Raises ValueError for any other."""
    state, _space, until = text.partition(" ")
    if state and State(state) is not State.INTERIM:
        until = ""
    return state, date.fromisoformat(until) if until else None


def state_words(state: str, until: str | date | None = None) -> str:
    """The state in the city's words, with the last day that it covers: 年度途中(9月30日まで)."""
    if not state:
        return ""
    day = date.fromisoformat(until) if isinstance(until, str) and until else until
    return State(state).label + (f"({day.month}月{day.day}日まで)" if isinstance(day, date) else "")


def notes_of(
    notes: Iterable[Mapping[str, str]], answers: Answers, state: str, until: date | None
) -> list[dict[str, str]]:
    """The doubts as an edition holds them: code, sentence, and what was answered."""
    word = state_words(state, until)
    return [
        {
            "code": one["code"],
            "sentence": one["sentence"],
            "answer": text_of(answers, one["code"]) or (word if one["code"] in OF_STATE else ""),
        }
        for one in notes
    ]


def sentence_of(note: Mapping[str, str], but: str = "") -> str:
    """A doubt with its answer for those who read the result; the doubt itself not where `but` says it already."""
    words = "" if note["sentence"] == but else note["sentence"]
    reply = note["answer"] and f"主管部署の確認: {note['answer'].rstrip('。')}。"
    return " ".join(filter(None, (words, reply)))
