"""What a grade says of the goals that it stands for: no percentage where no rate exists, and no silence about goals that
a 総合評価 leaves out. Every screen, book, paper and table takes its words from here.
"""

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from review.domain.fields import gettext_noop
from review.domain.progress import BEFORE
from review.domain.rating import Scale
from review.domain.wording import sentence, table

#: A missed goal whose rate cannot be computed; a band below the highest that a person gave, whatever the rate.
NO_RATE, BY_HAND = gettext_noop("未達成(率なし)"), gettext_noop("未達成(人の判断)")
PARTIAL = gettext_noop("(%(counted)s件中%(judged)s件を評価)")

#: A status in words. An edition and open data wait for nothing any more.
STATUSES = {
    "achieved": gettext_noop("達成"), "missed": gettext_noop("未達成"), "undetermined": gettext_noop("評価できない"),
    "pending": gettext_noop("未入力"), "not_applicable": gettext_noop("目標なし"), BEFORE: gettext_noop("目標年度前"), "": "",
}  # fmt: skip
FINAL_STATUSES = {**STATUSES, "pending": gettext_noop("実績なし")}

#: The common scales' own words (`rating.PRESETS`), marked for the catalogue.
NAMES = (
    gettext_noop("80%以上"), gettext_noop("50%以上"), gettext_noop("50%未満"), gettext_noop("50%未満・率なし"),
    gettext_noop("20%以上"), gettext_noop("20%未満"), gettext_noop("20%未満・率なし"),
)  # fmt: skip
#: Flag: why a goal could not be judged, for citizens; the first that fits is said.
WHY_OPEN = {flag: sentence(why) for flag, (why,) in table(Path(__file__).with_name("why_open.tsv")).items()}


class Judged(NamedTuple):
    """As much of one judged 成果目標 as the words of a grade need; whatever has these three will do."""

    grade: str  # the one that counts; '' for what no total counts: 目標なし, 未入力
    computed: str
    rated: bool


def frozen(indicators: Iterable[Mapping[str, Any]]) -> list[Judged]:
    """The 成果目標 of a snapshot's 施策."""
    return [
        Judged(one["grade"], one.get("computed_grade", one["grade"]), one["rate"] is not None) for one in indicators
    ]


def meaning(letter: str, scale: Scale, goals: Iterable[Any]) -> str:
    """What the letter means of these goals, or of the one goal; '' for a letter that the scale does not have."""
    grade = next((one for one in scale.grades if one.letter == letter), None)
    if grade is None or grade.role != "band":
        return grade.name if grade else ""
    own = [goal for goal in goals if goal.grade == letter]
    if any(goal.rated and goal.computed == letter for goal in own):
        return grade.name
    return NO_RATE if any(goal.computed == letter for goal in own) else BY_HAND


def legend(grade: Mapping[str, Any]) -> str:
    """What a grade of a scale, as data, means where no single goal is spoken of: the lowest holds what has no rate."""
    lowest = grade.get("role") == "band" and not Fraction(str(grade.get("threshold") or 0))
    return f"{grade['name']}・率なし" if lowest else str(grade["name"])


def legends(scale: Scale) -> dict[str, str]:
    """{letter: its legend}, best first."""
    return {grade["letter"]: legend(grade) for grade in scale.as_data()}


def partial(letter: str, scale: Scale, goals: Iterable[Any]) -> dict[str, int] | None:
    """How many of the goals that count a 総合評価 rests on; None where it leaves none out, or says nothing itself."""
    counted = [goal.grade for goal in goals if goal.grade]
    judged = sum(grade != scale.undecided.letter for grade in counted)
    if not letter or letter == scale.undecided.letter or judged == len(counted):
        return None
    return {"counted": len(counted), "judged": judged}


def why_open(one: Mapping[str, Any]) -> str:
    """Why a 成果目標 of a snapshot stays 評価できない, in one plain sentence for citizens; '' where it was judged, by rule or
    by a person (whose reason is published as it stands)."""
    if one.get("status") != "undetermined" or one.get("given_reason"):
        return ""
    return next((sentence for flag, sentence in WHY_OPEN.items() if not flag or flag in one["flags"]))


def with_words(measure: Mapping[str, Any], scale: Scale, say: Callable[[str], str] = str) -> dict[str, Any]:
    """The 施策 of a snapshot with the words of its grades, as an edition and its data hold them; `say` translates."""
    goals, letter = frozen(measure["indicators"]), measure["grade"]
    counts = partial(letter, scale, goals)
    return {
        **measure,
        "grade_words": say(meaning(letter, scale, goals)),
        "grade_note": say(PARTIAL) % counts if counts else "",
        "indicators": [
            {**one, "grade_words": say(meaning(one["grade"], scale, [goal])), "open_reason": say(why_open(one))}
            for one, goal in zip(measure["indicators"], goals, strict=True)
        ],
    }


def share(part: int, whole: int) -> str:
    """Per cent, one decimal, half up; 100.0 and 0.0 only where they are exact."""
    if not whole:
        return "0.0"
    tenths = min(max((part * 2000 // whole + 1) // 2, 1 if part else 0), 1000 if part == whole else 999)
    return f"{tenths // 10}.{tenths % 10}"
