"""Whether a text looks like what it was taken for: what does not is named to a person instead of passing in silence."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from review.domain.forms.departments import is_office, split_departments
from review.domain.forms.headings import NAMING, VALUES, Role, fold, is_headingish, is_number, is_year_only
from review.domain.forms.proposal import Collector, Measure, squeezed
from review.domain.forms.tables import is_note

_LONGEST = {Role.UNIT: 12, Role.CODE: 20, Role.GROUP: 60, Role.MEASURE: 80, Role.GOAL: 100}
#: A:達成 or ○…順調, as a legend says what its signs mean
_LEGEND = re.compile(r"(?:^|[\s、,(\[【])[A-ES◎○△×▲●★][\s]*[:…=]\s*\D")
_OFFICE = re.compile(r"[^\d\s]{2,12}(?<![全各])(?:課|部|室|係|局)")
_HEADING = re.compile(r".*(?:目標|実績|基準|現状)(?:値|数値)?|(?:重要業績)?評価?指標(?:名)?|単位|備考|担当(?:課|部署)")
_MANY = 3


def is_odd(role: Role | None, text: str) -> bool:
    """Whether the text cannot well be what it was taken for: a number as a name, a sentence as a unit, a heading as a value."""
    plain = unicodedata.normalize("NFKC", text.strip())
    word = fold(plain)
    sentence = plain.endswith("。") or len(plain) > _LONGEST.get(role or Role.TEXT, 10_000)
    if role in NAMING:
        heading = bool(_HEADING.fullmatch(word)) and not any(map(str.isdigit, word))
        no_name = is_number(plain) or is_year_only(plain) or heading or is_note(plain) or bool(_LEGEND.search(plain))
        return no_name or sentence or (role is Role.GROUP and bool(_OFFICE.fullmatch(word)))
    if role is Role.UNIT:
        return sentence or is_number(plain) or is_year_only(plain) or bool(_OFFICE.fullmatch(word))
    if role in VALUES:
        return bool(_HEADING.fullmatch(word) or _OFFICE.fullmatch(word)) or is_year_only(plain)
    if role is Role.CODE:
        return sentence or (is_headingish(plain) and not any(map(str.isdigit, word)))
    return role is Role.DEPARTMENT and not all(map(is_office, split_departments(text)))


def odd_among(role: Role, texts: Sequence[str]) -> list[int] | None:
    """The places of the odd texts of a column; None where most of it is, so that its heading is to be looked at."""
    odd = [place for place, text in enumerate(texts) if text and is_odd(role, text)]
    filled = sum(map(bool, texts))
    return None if len(odd) >= _MANY and len(odd) * 2 > filled else odd


def doubt_all(measures: Collection[Measure], collector: Collector) -> None:
    """Doubts about the whole: numbers that several have, what has no goal or no value beside others that have one."""
    for says, name in _unlike_others(measures):
        collector.doubt(says, name=name)


def _unlike_others(measures: Collection[Measure]) -> Iterator[tuple[str, str]]:
    codes = Counter(one.code for one in measures if one.code)
    yield from (("code_twice", code) for code, count in codes.items() if count > 1)
    names = Counter(squeezed(one.name) for one in measures)
    yield from (("name_twice", one) for one, count in names.items() if count > 1 and one)
    goals = [goal for one in measures for goal in one.goals.values()]
    bare = [goal for goal in goals if not goal.values]
    if len(bare) * 2 < len(goals):
        yield from (("goal_without_value", goal.name) for goal in bare)
    empty = [one for one in measures if not one.goals]
    if len(empty) * 2 < len(measures):
        yield from (("no_goal", one.name) for one in empty)
    groups = Counter(one.group for one in measures)
    if len(groups) == len(measures) > _MANY and all(groups):
        yield "groups_once", next(iter(groups))
