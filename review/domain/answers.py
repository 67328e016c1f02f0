"""A clerk's word on a value, by code: the answer to each doubt about it, and under STATE the state that was confirmed.

{code: {"answer": sure, explained or the state, "text": the explanation or the last day, "by", "at", "of"}}. `of` marks the
text that an answer speaks of, and names the state that the words proposed: with these it lapses.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from hashlib import sha256

from review.domain.text import normal_newlines
from review.domain.value_words import STATE_UNTIL
from review.domain.values import State
from review.domain.wording import sentence

STATE = "state"
#: What is answered with one click; any other answer is an explanation.
SURE = sentence("確かにこの値です")
ANSWERED = sentence("主管部署の確認: %(answer_term)s。")
#: The doubts that a confirmed state answers.
OF_STATE = frozenset(("not_measured", "provisional", "interim", "other_year"))

Answers = Mapping[str, Mapping[str, str]]


def mark_of(text: str) -> str:
    """A short mark of a text, to see whether it is still the same."""
    return sha256(normal_newlines(text).encode("utf-8", "replace")).hexdigest()[:12]


def as_typed(answers: Answers, code: str) -> str:
    """An answer as one text: 確かにこの値です, an explanation, `interim 2024-09-30`; '' where there is none."""
    one = answers.get(code, {"answer": "", "text": ""})
    return f"{one['answer']} {one['text']}".strip() if code == STATE else one["text"] or (SURE if one["answer"] else "")


def from_typed(code: str, text: str) -> dict[str, str]:
    """The answer of such a text. Raises ValueError where it is no state, or no day stands behind it."""
    if code != STATE:
        return {"answer": "sure", "text": ""} if text == SURE else {"answer": "explained", "text": text}
    state, _space, until = text.partition(" ")
    return {"answer": State(state).value, "text": date.fromisoformat(until).isoformat() if until else ""}


def standing(answers: Answers, codes: Collection[str], of: str, proposal: str) -> dict[str, Mapping[str, str]]:
    """The answers that still hold: to a doubt that the text with this mark raises, and the state where words propose the same."""
    holds = {**dict.fromkeys(codes, of), STATE: proposal}
    return {code: one for code, one in answers.items() if holds.get(code) == one["of"]}


def unanswered(codes: Iterable[str], answers: Answers) -> list[str]:
    """The doubts that nobody answered."""
    return [code for code in codes if code not in answers and not (code in OF_STATE and STATE in answers)]


def state_words(state: str, until: str) -> str:
    """A state in the city's words, with the last day that it covers: 年度途中(9月30日まで)."""
    words, day = State(state).label if state else "", date.fromisoformat(until) if until else None
    return STATE_UNTIL % {"state_words": words, "day": f"{day.month}月{day.day}日"} if words and day else words


def words_of(answers: Answers, code: str) -> str:
    """What was answered to a doubt, in words; '' where it was not."""
    if code in OF_STATE and code not in answers and STATE in answers:
        return state_words(answers[STATE]["answer"], answers[STATE]["text"])
    return as_typed(answers, code)


def sentence_of(note: Mapping[str, str], but: str = "") -> str:
    """A doubt and what was answered, for those who read the result; without the doubt where `but` says it already."""
    reply = note["answer"] and ANSWERED % {"answer_term": note["answer"].rstrip("。")}
    return " ".join(filter(None, ("" if note["sentence"] == but else note["sentence"], reply)))
