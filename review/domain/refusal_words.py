"""Why a plan's file is refused, by code (with a word behind it where a code says several things): the cause, and what to
do: the lines of refusals.tsv. Sentences of `wording`."""

from collections.abc import Mapping
from pathlib import Path

from review.domain.doubt_words import IN_SHEET, LINE, PLACED, SHEET
from review.domain.measure_codes import HOW
from review.domain.wording import part, sentence, table

#: {code: (cause, what to do)}
REFUSALS = {
    says: (sentence(cause), sentence(to_do.replace("{HOW}", HOW)))
    for says, (cause, to_do) in table(Path(__file__).with_name("refusals.tsv")).items()
}
_OF_MEASURE = part("施策「%(measure)s」")


def refusal(says: str, *, sheet: str, line: int, measure: str, facts: Mapping[str, object]) -> str:
    """Where, what is wrong, and what to do."""
    words, row = "".join(REFUSALS[says]) % facts, LINE % {"line": line} if line else ""
    in_sheet = (IN_SHEET if row else SHEET) % {"title": sheet, "cell": row} if sheet else row
    for place in filter(None, (_OF_MEASURE % {"measure": measure} if measure else "", in_sheet)):
        words = PLACED % {"place_item": place, "doubt_sentence": words}
    return words
