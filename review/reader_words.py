"""Words that many refusals need, in the reader's language; and the way to the city's, for what is stored or sent."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import get_language, gettext_noop, override
from django.utils.translation import gettext as _

from review.domain import fiscal, grade_words, text, wording
from review.domain.form_labels import SORTS
from review.domain.items import circled
from review.domain.rating import Scale
from review.domain.wording import sentence


def city_language() -> override:
    """Within it words are the city's, whatever the language of whoever acts: for text that is stored, or read by others."""
    return override(settings.LANGUAGE_CODE)


def problem(value: str) -> str:
    """Why the text cannot be stored, in one sentence; '' where it can."""
    flaw = text.flaw(value)
    return _(flaw.sentence) % flaw.facts if flaw else ""


def reason_problem(reason: str) -> str:
    """Why the words cannot go on record as a reason; '' where they can."""
    return problem(reason) or ("" if reason.strip() else _("理由を入力してください。"))


def is_mail_address(value: str) -> bool:
    """Whether a mail could be sent to it."""
    try:
        validate_email(value)
    except ValidationError:
        return False
    return True


def _japanese() -> bool:
    return (get_language() or "ja").startswith("ja")


def year_label(fiscal_year: int) -> str:
    """令和6年度 for 2024; FY2024 for an English reader."""
    return fiscal.fiscal_year_label(fiscal_year) if _japanese() else f"FY{fiscal_year}"


def sort_label(sort: str) -> str:
    """活動指標 for activity; '' for a goal without a sort."""
    return _(SORTS[sort]) if sort in SORTS else ""


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


def in_a_row(*sentences: str) -> str:
    """Sentences one behind the other, with a space where the language has one; what is empty is passed over."""
    text = ""
    for one in filter(None, sentences):
        text += one if not text or text.endswith("。") else f" {one}"
    return text


def say(words: str) -> str:
    """Marked words in the reader's language; nothing for nothing."""
    return _(words) if words else ""


# Words with a number or a mark in them, as they are stored.
sentence("訂正第%(n)s版")
sentence("成果目標%(mark)s")


def in_reader_words(words: str) -> str:
    """Words of the product that are stored in the city's language (an edition's name, the state of a file, a line of the
    consequences of a correction), in the reader's; whatever else there is between the spaces stays."""
    whole = worded(words)
    return whole if whole != words else " ".join(map(_word, words.split(" ")))


def _word(word: str) -> str:
    return _(word) if word and worded(word) == word else worded(word)


def worded(words: str, *, in_gap: bool = False) -> str:
    """Stored sentences of `domain.wording`, line by line, in the reader's language; what is none was typed, and stays."""
    return words if _japanese() else "\n".join(_sentence(line, in_gap) or line for line in words.split("\n"))


_MOST_IN_A_ROW, _DEEPEST = 6, 8  #: sentences behind, and within each other: what was typed may be anything


@lru_cache(maxsize=4096)
def _sentence(words: str, in_gap: bool = True, deep: int = 0) -> str | None:
    """The English of a sentence of the table, or of several in a row; None for what is none."""
    if deep > _DEEPEST:
        return None
    if one := _single(words, in_gap, deep):
        return one
    for end in islice(re.finditer("。 ?", words), _MOST_IN_A_ROW):
        first, rest = words[: end.start() + 1], words[end.end() :]
        if rest and (one := _single(first, in_gap, deep)) and (others := _sentence(rest, in_gap, deep + 1)):
            return f"{one} {others}"
    return None


def _single(words: str, in_gap: bool, deep: int) -> str | None:
    for template, texts in wording.recognised(words, in_gap=in_gap):
        facts: dict[str, str] = {}
        for name, there in texts.items():
            if (fact := _in_gap(name.rpartition("_")[2], there, deep + 1)) is None:
                break
            facts[name] = fact
        else:
            return wording.made(_(template), facts)
    return None


def _in_gap(kind: str, text: str, deep: int) -> str | None:
    """What stands in a gap of this kind (`wording`), in English; None where the text is none of it."""
    if kind in _NESTED:
        return _NESTED[kind](text, deep)
    return _PLAIN[kind](text) if kind in _PLAIN else text


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAY = re.compile(r"(?:(?P<year>\d{4})年)?(?P<month>1[0-2]|[1-9])月(?P<day>\d{1,2})日")
#: A number of `Quantity.phrase` up to its unit, with the product's words around it.
_NUMBER = re.compile(
    r"(?P<per>[月週日])?(?P<about>約)?(?P<figure>-?\d[^ 、()「」]*?)(?P<end>以上|超|以下|未満|以内)?(?P<change>[増減])?"
    r"(?=$|[、()」]|(?<=[上超])[-\d])"
)
_AROUND = {
    "約": gettext_noop("約%(value)s"), "以上": gettext_noop("%(value)s以上"), "超": gettext_noop("%(value)s超"),
    "以下": gettext_noop("%(value)s以下"), "未満": gettext_noop("%(value)s未満"), "以内": gettext_noop("%(value)s以内"),
    "増": gettext_noop("%(value)s増"), "減": gettext_noop("%(value)s減"), "月": gettext_noop("月%(value)s"),
    "週": gettext_noop("週%(value)s"), "日": gettext_noop("日%(value)s"),
}  # fmt: skip


def _value(text: str, deep: int) -> str:
    """The values of `Quantity.phrase`, in quotes where they stand in quotes; units and labels are the city's."""
    if text[:1] == "「" and text[-1:] == "」":
        return f"“{_value(text[1:-1], deep)}”" if deep <= _DEEPEST else text
    numbers = not _DAY.search(text) and "に対し" not in text and _NUMBER.search(text)
    words = _NUMBER.sub(_around, text) if numbers else _sentence(text, True, deep) or text
    words = re.sub(r"\(全([^()]*)のうち\)", lambda whole: _(" (全%(n)sのうち)") % {"n": whole[1]}, words)
    return words.replace("(内訳 ", _(" (内訳 ")).replace("、", _("、"))


def _around(match: re.Match[str]) -> str:
    words = match["figure"]
    for one in match.group("about", "end", "change", "per"):
        words = _(_AROUND[one]) % {"value": words} if one else words
    return words + (", " if match.string[match.end() : match.end() + 1].isdigit() else "")


def _year(text: str) -> str | None:
    year = fiscal.parse_fiscal_year(text)
    return text if text.isdigit() else year_label(year) if year and fiscal.fiscal_year_label(year) == text else None


def _years(text: str) -> str | None:
    years = [_year(one) or "" for one in re.split("[、・]", text)]
    return ", ".join(years) if all(years) else None


def _day(text: str) -> str | None:
    match = _DAY.fullmatch(text)
    return f"{match['day']} {MONTHS[int(match['month']) - 1]} {match['year'] or ''}".strip() if match else None


_NESTED: dict[str, Callable[[str, int], str | None]] = {
    "sentence": lambda text, deep: _sentence(text, False, deep),
    "words": lambda text, deep: _sentence(text, True, deep) if text else "",
    "term": lambda text, deep: _sentence(text, True, deep) or text,
    "names": lambda text, deep: "”, “".join(_sentence(one, True, deep) or one for one in re.split("」と?「", text)),
    "item": lambda text, deep: _sentence(text, True, deep) or in_reader_words(text),
    "cell": lambda text, deep: text if re.fullmatch(r"[A-Z]+\d+", text) else _sentence(text, True, deep),
    "value": _value,
}
_PLAIN: dict[str, Callable[[str], str | None]] = {
    "items": lambda text: ", ".join(map(in_reader_words, text.split("・"))),
    "year": _year,
    "years": _years,
    "day": _day,
    **dict.fromkeys(("n", "mark"), lambda text: text if re.fullmatch(r"\d+|[①-⑳]|\(\d+\)", text) else None),
}


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
