"""Words that many refusals need, in the reader's language; and the way to the city's, for what is stored or sent."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, gettext_noop, override
from django.utils.translation import gettext as _

from review.domain import fiscal, grade_words, text
from review.domain.items import circled
from review.domain.rating import Scale


def city_language() -> override:
    """Within it words are the city's, whatever the language of whoever acts: for text that is stored, or read by others."""
    return override(settings.LANGUAGE_CODE)


def problem(value: str) -> str:
    """Why the text cannot be stored, in one sentence; '' where it can."""
    flaw = text.flaw(value)
    return _(flaw.sentence) % flaw.facts if flaw else ""


def year_label(fiscal_year: int) -> str:
    """令和6年度 for 2024; FY2024 for an English reader."""
    japanese = (get_language() or "ja").startswith("ja")
    return fiscal.fiscal_year_label(fiscal_year) if japanese else f"FY{fiscal_year}"


def goal_label(number: int) -> str:
    """成果目標①; Goal ① for an English reader."""
    return _("成果目標%(mark)s") % {"mark": circled(number)}


def came_from_words(place: Mapping[str, Any] | None) -> str:
    """Where the earlier values of a 成果目標 stand that goes on from another 施策 or plan; '' for others."""
    if not place:
        return ""
    words = {"year": year_label(place["fiscal_year"]), "code": place["code"], "mark": circled(place["number"])}
    if "plan" in place:
        return _("%(year)sまでは、前の計画「%(plan)s」の「%(code)s 成果目標%(mark)s」の値です。") % {
            **words,
            "plan": place["plan"],
        }
    return _("%(year)sまでは「%(code)s 成果目標%(mark)s」の値です。") % words


def say(words: str) -> str:
    """Marked words in the reader's language; nothing for nothing."""
    return _(words) if words else ""


#: A word with a number or a mark in it, as it is stored, and as the catalogue has it.
_COUNTED = (
    (re.compile(r"訂正第(\d+)版"), gettext_noop("訂正第%(n)s版")),
    (re.compile(r"成果目標([①-⑳]|\(\d+\))"), gettext_noop("成果目標%(mark)s")),
)


def in_reader_words(words: str) -> str:
    """Words of the product that are stored in the city's language (an edition's name, the state of a file, a line of the
    consequences of a correction), in the reader's; whatever else there is between the spaces stays."""
    return " ".join(_counted(word) if word else "" for word in words.split(" "))


def _counted(word: str) -> str:
    for pattern, marked in _COUNTED:
        if match := pattern.fullmatch(word):
            return _(marked) % {"n": match[1], "mark": match[1]}
    return _(word)


def grade_meaning(letter: str, scale: Scale, goals: Iterable[Any]) -> str:
    """`grade_words.meaning` in the reader's language."""
    return say(grade_words.meaning(letter, scale, goals))


def overall_note(letter: str, scale: Scale, goals: Iterable[Any]) -> str:
    """(2件中1件を評価), as it stands behind a 総合評価 that leaves goals out; else ''."""
    counts = grade_words.partial(letter, scale, goals)
    return _(grade_words.PARTIAL) % counts if counts else ""


def overall_meaning(letter: str, scale: Scale, goals: Sequence[Any]) -> str:
    """What stands beside the letter of a 総合評価."""
    return grade_meaning(letter, scale, goals) + overall_note(letter, scale, goals)


def with_words(measure: Mapping[str, Any], snapshot: Mapping[str, Any]) -> dict[str, Any]:
    """`grade_words.with_words` in the reader's language, with the shape of each grade."""
    scale = Scale.from_data(snapshot["scale"])
    row = grade_words.with_words(measure, scale, say)
    goals = [{**one, "shape": scale.shape_of(one["grade"])} for one in row["indicators"]]
    return {**row, "shape": scale.shape_of(row["grade"]), "indicators": goals}


def grade_choices(scale: Scale) -> list[tuple[str, str]]:
    """(letter, the letter and its legend) of every grade, for a list to choose from."""
    return [(grade["letter"], f"{grade['letter']} {legend(grade)}") for grade in scale.as_data()]


def legend(grade: Mapping[str, Any]) -> str:
    """`grade_words.legend` in the reader's language."""
    return _(grade_words.legend(grade))
