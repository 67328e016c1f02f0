"""What a heading says that its column or its neighbour holds: a vocabulary of the words that cities write, in headings.tsv."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from review.domain.doubt_words import COLUMN, COLUMNS, NO_HEADING
from review.domain.fields import gettext_noop
from review.domain.forms.years import named_year


class Role(StrEnum):
    """What a column holds. YEARLY is a value of a year of which the heading does not say more."""

    CODE = gettext_noop("番号")
    GROUP = gettext_noop("分野")
    MEASURE = gettext_noop("施策名")
    GOAL = gettext_noop("指標")
    ITEM = "項目"
    SORT = gettext_noop("区分")
    UNIT = gettext_noop("単位")
    BASELINE = gettext_noop("基準値")
    CURRENT = "現状値"
    TARGET = gettext_noop("目標")
    ACTUAL = gettext_noop("実績")
    YEARLY = gettext_noop("年度の値")
    YEAR = gettext_noop("年度")
    DEPARTMENT = gettext_noop("担当部署")
    DIVISION = "担当部"
    RELATED = gettext_noop("関連部署")
    TEXT = gettext_noop("本文")
    PART = "名称"
    FIGURE = "数値"
    LEFT_OUT = gettext_noop("取り込まない欄")


VALUES = frozenset({Role.BASELINE, Role.CURRENT, Role.TARGET, Role.ACTUAL, Role.YEARLY})
NAMING = frozenset({Role.GROUP, Role.MEASURE, Role.GOAL, Role.ITEM})

_LINES = Path(__file__).with_name("headings.tsv").read_text("utf-8").splitlines()
_WORDS = (line.split("\t") for line in _LINES if not line.startswith("#"))
_PATTERNS = [(Role[name], re.compile(words)) for name, words in _WORDS]
_BRACKETS = re.compile(r"[(\[【〔〈<「『][^()\[\]【】〔〕]*[)\]】〕〉>」』]")
_FOOTNOTES = re.compile(r"[(\[]?(?:[※*](?:注)?\d*|注\d+)[)\]]?")
_MARKS = re.compile(r"(?:[※*](?:注)?\d*|注\d+|[①-⑳]|[■◆●○◎▼▽□◇]|^・)+")
#: 令和5年度実績(基準値), R2(基準年)
_BASE_YEAR = re.compile(r"[(\[](?:基準|現状|策定時|当初)(?:値|年度?|時)?[)\]]")
#: 所管(部) beside 所管(課)
_OF_DIVISION = re.compile(r"[(\[](?:部|局|部局)名?[)\]]")
#: the letter by which a column is meant elsewhere: 令和5年度(A)
_LETTER = re.compile(r"[(\[][A-Za-z][)\]]")
_LONGEST = 30
#: what work costs: its 計画額 and 実績額 are no values of a goal
_MONEY = re.compile(
    r"(?:総|直接|全体|概算)*(?:事業費|経費|費用|コスト|人件費|予算|決算|財源内訳|投資額)(?:の(?:推移|状況|内訳))?"
)
#: who acts, an owner only where no office is named beside
_ACTOR = re.compile(r".*(?:主体|機関|組織)(?:等|名|名称)*")
#: the word of a row that says which value stands on it, where the years are the columns
_KINDS = {Role.TARGET, Role.ACTUAL, Role.BASELINE, Role.CURRENT, Role.LEFT_OUT, Role.GOAL}


def fold(text: str) -> str:
    """A heading as it is compared: half-width, without spaces and line breaks."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def unmarked(text: str) -> str:
    """A heading without marks of footnotes, which differ where it is printed again."""
    return _FOOTNOTES.sub("", fold(text))


def is_money(text: str) -> bool:
    """Whether a heading speaks of what work costs."""
    return bool(_MONEY.fullmatch(core(text)))


def names_actor(label: str) -> bool:
    """Whether a heading asks who acts (事業主体), not which office answers for it."""
    return bool(_ACTOR.fullmatch(core(label)))


_PARTS = (Role.PART, Role.ITEM)


@dataclass(frozen=True, kw_only=True)
class Heading:
    """The reading of one heading, or of all that stand above one column."""

    role: Role | None
    year: int | None = None
    doubt: str = ""
    label: str = ""
    #: the value's word that stands over a heading such as 年度: 現状値 over 年度 and 値
    under: Role | None = None
    #: activity or outcome, where one of the headings is 活動指標 or 成果指標; else ''
    sort: str = ""
    #: the heading that names the year
    year_words: str = ""
    #: a text without a role over several columns of values: the name of their goal
    over: str = ""

    @property
    def place(self) -> str:
        """How the column is named to a person: by its heading, else as having none."""
        return COLUMN % {"label": self.label} if self.label else NO_HEADING


def places(headings: Sequence[Heading]) -> str:
    """How several columns are named to a person."""
    names = "」「".join(dict.fromkeys(heading.label for heading in headings))
    return COLUMNS % {"names": names} if len(headings) > 1 else headings[0].place


#: a heading over the years themselves: of which value each says the year
_YEARS_OF = (
    (Role.TARGET, re.compile(r"(?:最終)?(?:目標|達成|計画)年[度次]?")),
    (Role.ACTUAL, re.compile(r"(?:実績|評価|最新|直近|測定)年[度次]?")),
    (Role.BASELINE, re.compile(r"(?:基準|現状|策定|現況)年[度次]?")),
)


def years_of(heading: Heading) -> Role | None:
    """The value of which a column 目標年度 holds the years; None for a heading that says no such thing."""
    word = core(heading.label)
    return next((role for role, pattern in _YEARS_OF if pattern.fullmatch(word)), heading.under)


def is_year_only(text: str) -> bool:
    """Whether the text names a year and nothing else."""
    named = named_year(text)
    return named.year is not None and not _LETTER.sub("", fold(named.rest)).strip("()[]・/~〜:")


def core(text: str) -> str:
    """The heading without years, brackets, marks of footnotes and numbers around it."""
    rest = fold(named_year(text).rest)
    bare = _MARKS.sub("", _BRACKETS.sub("", rest))
    return bare.strip("0123456789:;、,.・-—()").removeprefix("の") or _MARKS.sub("", rest).strip("()[]【】<>〈〉《》:;")


@lru_cache(maxsize=20_000)
def role_of(text: str) -> Role | None:
    """The role of a single heading; None where its words are not known."""
    if "段" in text and kinds_in_turn(text):
        return Role.FIGURE  # 上段:目標値 下段:実績値 below a year
    word = core(text)
    if _BASE_YEAR.search(fold(text)) and re.search("実績|結果|^$", word):
        return Role.BASELINE
    if not word or len(word) > _LONGEST:
        return None
    role = _known(word)
    if role is None and len(parts := re.split("[・/、]", fold(text))) > 1:
        roles = [_known(core(part)) for part in parts]
        role = next((one for one in reversed(roles) if one in NAMING), None) if None not in roles else None
        role = Role.LEFT_OUT if {*roles} <= {Role.TEXT, Role.LEFT_OUT} and Role.LEFT_OUT in roles else role
    wide = role is Role.DEPARTMENT and (_OF_DIVISION.search(fold(text)) or names_actor(text))
    return Role.DIVISION if wide else role


def _known(word: str) -> Role | None:
    return next((role for role, pattern in _PATTERNS if pattern.fullmatch(word)), None)


def understand(path: Sequence[str]) -> Heading:
    """The headings above one column, from the highest to the lowest: the lowest that says something decides."""
    role, year, doubt, only_year, strange, year_words = None, None, "", False, False, ""
    for text in reversed(path):
        named = named_year(text)
        if year is None and named.year is not None:
            year, doubt, year_words = named.year, named.doubt, fold(text)
            only_year = role is None and is_year_only(text) and not strange
        word = role_of(text)
        if word is not None and (role in (None, Role.FIGURE) or (role in _PARTS and word not in VALUES)):
            role = word
        strange = strange or not is_headingish(text)
    if role in (Role.FIGURE, Role.YEAR) and year is not None:
        role = Role.YEARLY
    if only_year and role not in VALUES and role not in (Role.LEFT_OUT, Role.DEPARTMENT):
        is_worded = role is Role.TEXT and not core(path[0]).endswith("期間")
        role = Role.LEFT_OUT if is_worded else Role.YEARLY  # 工程 over its years
    if role not in (None, Role.LEFT_OUT) and any(map(is_money, path[:-1])):
        role = Role.LEFT_OUT
    under = next((word for text in reversed(path[:-1]) if (word := role_of(text)) in VALUES), None)
    sort = next((which for text in reversed(path) if (which := sort_of(core(text)))), "")
    over = path[0] if role in VALUES and len(path) > 1 and not is_headingish(path[0]) else ""
    label = _label(path)
    return Heading(
        role=role, year=year, doubt=doubt, label=label, under=under, sort=sort, year_words=year_words, over=over
    )


def _label(path: Sequence[str]) -> str:
    """The lowest heading that is more than a unit in brackets."""
    return next((fold(text) for text in reversed(path) if not _is_bracketed(text)), "")


def is_headingish(text: str) -> bool:
    """Whether the cell can be a heading: a known word, or nothing but a year."""
    return role_of(text) is not None or is_year_only(text) or _is_bracketed(text)


def _is_bracketed(text: str) -> bool:
    """(千円) alone, the unit of what stands above it."""
    return bool(re.fullmatch(r"[(\[][^()\d]{1,6}[)\]]", fold(text)))


_SORT = re.compile(r"[(\[【<]?(?:(活動|アウトプット)|成果|アウトカム)(?:指標|目標|KPI)?(?:\(.*\))?\d*[)\]】>]?")


def sort_of(text: str) -> str:
    """activity or outcome, where a heading or a cell says 活動指標 or 成果指標 and nothing else; else ''."""
    match = _SORT.fullmatch(fold(text))
    return ("activity" if match[1] else "outcome") if match else ""


def is_number(text: str) -> bool:
    """Whether the text is a bare number, as no heading is."""
    return bool(re.fullmatch(r"[-+△▲]?[\d,.]+[%%]?", unicodedata.normalize("NFKC", text.strip())))


#: a number with its unit, or a dash: no name
_AMOUNT = re.compile(
    r"[約概ね]*[-+△▲]?[\d,.]+\s*[%件人回円校団冊台戸社軒品点日分棟か箇所ヶ万千億年組名世帯本kKgmhatW23/㎡㎥]*(?:以上|以下)?|[-―ー–—]+"
)


def is_amount(text: str) -> bool:
    """Whether the text is a number with its unit, or a dash, as no name is."""
    return bool(_AMOUNT.fullmatch(unicodedata.normalize("NFKC", text.strip())))


def kind_of_row(text: str) -> Role | None:
    """目標, 実績 and the like at the head of a row; None for other words."""
    role = role_of(text)
    role = Role.TARGET if role is Role.FIGURE and core(text).startswith("見込") else role
    return role if role in _KINDS and role is not Role.GOAL else None


_IN_TURN = re.compile(r"[上中下]段\s*[:はが=…・]?\s*([^\s上中下段、,。:;/()【】\[\]]{1,8})")


def kinds_in_turn(text: str) -> list[Role]:
    """目標 and 実績 where a note says that they stand above each other (上段:目標、下段:実績), from the highest down; else none."""
    kinds = [kind_of_row(word) for word in _IN_TURN.findall(unicodedata.normalize("NFKC", text))]
    return [kind for kind in kinds if kind] if len(kinds) > 1 and None not in kinds else []


# --- what a person says otherwise ------------------------------------------------------------------------------------

#: what a person can say that a column holds
CHOICES = (
    Role.CODE, Role.GROUP, Role.MEASURE, Role.DEPARTMENT, Role.RELATED, Role.GOAL, Role.UNIT, Role.BASELINE, Role.TARGET,
    Role.ACTUAL, Role.YEARLY, Role.YEAR, Role.SORT, Role.TEXT, Role.LEFT_OUT,
)  # fmt: skip
#: the roles of which a year can be said
OF_A_YEAR = VALUES - {Role.BASELINE, Role.CURRENT}


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column as it was read: where its heading stands, what it holds, of which year, and its first texts."""

    key: str
    sheet: str
    cell: str
    label: str
    role: str
    year: int | None
    samples: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Corrections:
    """`roles` and `years` by the key of the column; `cells` are the texts by {sheet: {address: text}}; `called` are the
    product's words for the labels of the plan's own form."""

    roles: Mapping[str, str] = field(default_factory=dict)
    years: Mapping[str, int] = field(default_factory=dict)
    cells: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    called: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Corrections:
        """From the data of JSON; what is no role is passed over."""
        roles = {key: role for key, role in data.get("roles", {}).items() if role in CHOICES}
        rest = {name: data.get(name, {}) for name in ("years", "cells", "called")}
        return cls(roles=roles, **rest)

    def given_in(self, headings: Sequence[Heading]) -> tuple[dict[int, Role], dict[int, int]]:
        """({column: role}, {column: year}) of those columns of a table of which a person spoke."""
        keys = keys_of(headings)
        roles = {c: Role.TEXT for c, one in enumerate(headings) if self.called.get(one.label, one.label) != one.label}
        roles |= {column: Role(self.roles[key]) for column, key in enumerate(keys) if key in self.roles}
        return roles, {column: self.years[key] for column, key in enumerate(keys) if key in self.years}


NONE = Corrections()


def keys_of(headings: Sequence[Heading]) -> list[str]:
    """The key of each column: its words without the year, and a count where several have the same."""
    keys: list[str] = []
    for heading in headings:
        words = f"{heading.under or ''}/{core(heading.label) if heading.label else ''}"
        number = sum(key.rpartition("#")[0] == words for key in keys) + 1
        keys.append(f"{words}#{number}")
    return keys


def template(columns: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """{key: role} to be kept for next year: of each heading that holds the same on every sheet."""
    roles: dict[str, set[str]] = {}
    for column in columns:
        roles.setdefault(column["key"], set()).add(column["role"])
    return {key: held.pop() for key, held in roles.items() if len(held) == 1}
