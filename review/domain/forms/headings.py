"""What a heading says that its column or its neighbour holds: a vocabulary of the words that cities write."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any

from review.domain.doubt_words import COLUMN, NO_HEADING
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

_OFFICE = r"(?:部(?:・|/)?課(?:・?室)?|部局課?|部署|課(?:・?室)?|所属|室|係|班|機関|組織|グループ|チーム|主体)(?:等|名|名称|\(局\))*"
_VERB = r"(?:主?担当|主務|所管|主管|実施|責任|推進|取組|取りまとめ|とりまとめ|幹事|事務局|事業|施策|事務事業|担任)*"
_THING = r"(?:施策|取組み?|取り組み|事業|事務事業|プロジェクト|プログラム|アクション|アクションプラン|サービス)"
#: (role, the whole heading without spaces, brackets and years); the first that fits decides
_WORDS: tuple[tuple[Role, str], ...] = (
    (Role.LEFT_OUT, r"(?:上半期|上期|下半期|下期|第?[1-4一二三四]?四半期|中間期).{0,6}"),
    (Role.LEFT_OUT, r"(?:変更前|見直し前|修正前|改定前|当初)の?目標(?:値)?"),
    (Role.UNIT, r"(?:指標の?)?単位(?:名|等)?"),
    (Role.LEFT_OUT, r".*(?:指標|KPI)(?:の)?(?:番号|No\.?|NO\.?|ID)"),
    (Role.SORT, r".*(?:指標|KPI)(?:の)?(?:区分|種別|種類)"),
    (Role.LEFT_OUT, r".{0,8}(?:達成率|達成度|達成状況|達成見込み?|到達度|進捗率|進ちょく率|進捗状況|進捗度|進捗|増減率?|増減)"),
    (Role.LEFT_OUT, r"(?:対)?(?:前年度?|基準年?度?|目標値?|策定時)(?:比較?|差|増減|対比)|伸び率|傾向|トレンド|指標の(?:方向|向き|動き)"),
    (Role.LEFT_OUT, r"(?:自己|総合|内部|外部|一次|二次|最終|担当課|事務局|達成|進捗|年度|有識者)*(?:評価|判定)(?:区分|結果|ランク|点)?|ランク|★|●"),
    (Role.LEFT_OUT, r"(?:望ましい|目指す|めざす|指標の|目標の|改善)(?:べき)?(?:方向性?|向き|動き|変化).*|コメント"),
    (Role.LEFT_OUT, r"計画(?:名|名称)|備考|特記事項?|摘要|出典|データ元|根拠資料|(?:指標の|数値の)?(?:算出|算定|計算|測定|把握|調査)(?:方法|式|根拠|時期|頻度)|更新日|作成日"),
    (Role.LEFT_OUT, r"(?:財政)?効果額|(?:当初)?予算額?|決算(?:見込み?)?|うち.*|一般財源|特定財源|国庫?支出金|県支出金|地方債|その他財源?|人件費|総?事業費|コスト|理由"),
    (Role.LEFT_OUT, r"(?:記入|作成|評価|回答)(?:者|日|担当者?)|電話(?:番号)?|内線|連絡先|SDGs?(?:の)?(?:ゴール|目標|番号|関連|との関連)*"),
    (Role.CODE, r".{0,8}(?:番号|コード|ID|No\.?|NO\.?)|№|項番|枝番|通番|連番|#"),
    (Role.GOAL, r".{0,10}(?:指標|KPI|評価項目|目標項目|(?:管理|モニタリング|測定|達成|数値)項目|モノサシ|ものさし)(?:の)?(?:名|名称|項目|内容|名前|\(.*\))*"),
    (Role.BASELINE, r"(?:計画|戦略|ビジョン|プラン)?(?:基準|当初|初期|策定時|策定当初|策定前|開始時|開始前|前|ベース|ベースライン|スタート)(?:時点?|年度?)?(?:の)?(?:現状)?(?:値|数値|実績値?|数|年度)?"),
    (Role.CURRENT, r"(?:現状|現況|現在|直近)(?:の)?(?:年度)?(?:実績)?(?:値|数値|数)?"),
    (Role.TARGET, r"(?:変更後の?|見直し後の?|修正後の?|改定後の?|最終|中間|年間|通年|年度別?|単年度?|各年度?|年次|数値|計画|成果|到達|達成|取組|KPI|期間|評価|実施|行動|事業|めざす|目指す|将来|後期|前期|期末|計画期間の?|(?:計画)?期間終了時の|当該?年度?)*(?:目標|計画|めざす|目指す|めざそう|目指そう)(?:の|すべき)?(?:数値|値|数|水準|額|量|年[度次]?)?(?:の推移)?"),
    (Role.ACTUAL, r"(?:年度別?|年間|通年|単年度?|各年度?|当該?年度?|最新|取組|成果|達成)*(?:実績|結果|実測|達成)(?:見込み?|報告|値|数値|数|額|量|見込値|の?推移)*|最新(?:の)?(?:値|数値|状況|実績)?|(?:中間|最終|直近|事後|期末)(?:評価|年度|時点?|実績|確認)+(?:の)?(?:値|数値|時|年度)*"),
    (Role.GROUP, r"(?:基本|重点|政策|戦略|施策|計画|重点的|まちづくり|横断的?|個別|改革|推進|取組|環境|健康|行動|主要)*(?:の)?(?:基本的な?|的な?)?(?:目標|方針|戦略|政策|方向性?|分野|柱|領域|大綱)(?:別|名|名称)*"),
    (Role.GROUP, r"(?:総合計画(?:で|上|に|で|における)?の?)?(?:位置付け|位置づけ|体系)|総合計画(?:の|上の)(?:基本)?(?:施策|政策)(?:名|体系)?|施策体系|政策体系|[大中]項目|[大中]分類|[大中]施策|分類|基本理念|将来(?:都市)?像|目標像|章|節|基本施策(?:名)?|将来像|重点項目|テーマ|カテゴリー?|ビジョン|部門"),
    (Role.MEASURE, rf"(?:主要|主な|具体的な?|個別|重点|推進|実施|関連|対象|構成|改革|実施計画|実施|細|小|基本的?)*{_THING}(?:の)?(?:項目|事項|名|名称|名前|メニュー|{_THING})*|(?:改革|実施|推進|見直し|行動)+(?:項目|事項|名)|施設名?称?|小項目|小分類|細目|細項目"),
    (Role.RELATED, rf"(?:関係|関連|協力|連携|協働|副担当){_OFFICE}"),
    (Role.DIVISION, rf"(?:{_VERB})(?:部|局|部局)(?:名)?"),
    (Role.DEPARTMENT, rf"{_VERB}{_OFFICE}|主?担当|所管|主管|主担当者?|担当先"),
    (Role.YEAR, r"(?:対象|評価|実績|会計|事業|計画)?(?:年度|西暦|和暦|年次|年)"),
    (Role.SORT, r"区分|種別|種類|内訳|目標実績|計画実績|目標・実績|計画・実績|値の種類"),
    (Role.ITEM, r"項目(?:名)?|内容"),
    (Role.PART, r"名|名称|名前"),
    (Role.FIGURE, r"数値|値|数|人数|件数|実数|中間|最終|前期|後期|初年度|最終年度|見込み?|速報値?|累計|単年度|推移|上半期|下半期|年間|通年|期末"),
    (Role.TEXT, r".{0,8}(?:目的|概要|内容|課題|問題点|取組状況|実施状況|方向性|方向|(?:今後|次年度|来年度|翌年度)の.{1,8}|改善(?:点|策|内容)?|対応(?:策|方針)?|対策|成果|効果|必要性|有効性|効率性|公平性|妥当性|達成度|貢献度|優先度|緊急性|意見|総括|所見|説明|考え方|定義|計画期間|事業期間|実施期間|開始年度|終了年度|根拠法令等?|対象者?|手段|手法|実施方法|決算額|分析|要因|スケジュール|工程|経過|コメント)"),
)  # fmt: skip
_PATTERNS = [(role, re.compile(words)) for role, words in _WORDS]
_BRACKETS = re.compile(r"[(\[【〔〈<「『][^()\[\]【】〔〕]*[)\]】〕〉>」』]")
_FOOTNOTES = re.compile(r"[(\[]?(?:[※*](?:注)?\d*|注\d+)[)\]]?")
_MARKS = re.compile(r"(?:[※*](?:注)?\d*|注\d+|[①-⑳]|[■◆●○◎▼▽□◇・])+")
#: 令和5年度実績(基準値), R2(基準年)
_BASE_YEAR = re.compile(r"[(\[](?:基準|現状|策定時|当初)(?:値|年度?|時)?[)\]]")
#: 所管(部) beside 所管(課)
_OF_DIVISION = re.compile(r"[(\[](?:部|局|部局)名?[)\]]")
_LONGEST = 30
#: the word of a row that says which value stands on it, where the years are the columns
_KINDS = {Role.TARGET, Role.ACTUAL, Role.BASELINE, Role.CURRENT, Role.LEFT_OUT, Role.GOAL}


def fold(text: str) -> str:
    """A heading as it is compared: half-width, without spaces and line breaks."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def unmarked(text: str) -> str:
    """A heading without marks of footnotes, which differ where it is printed again."""
    return _FOOTNOTES.sub("", fold(text))


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
    #: a text without a role over several columns of values: the name of their goal
    over: str = ""

    @property
    def place(self) -> str:
        """How the column is named to a person: by its heading, else as having none."""
        return COLUMN % {"label": self.label} if self.label else NO_HEADING


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
    return named.year is not None and not fold(named.rest).strip("()[]・/~〜:")


def core(text: str) -> str:
    """The heading without years, brackets, marks of footnotes and numbers around it."""
    rest = fold(named_year(text).rest)
    bare = _MARKS.sub("", _BRACKETS.sub("", rest))
    return bare.strip("0123456789:;、,.・-—()") or _MARKS.sub("", rest).strip("()[]【】:;")


@lru_cache(maxsize=20_000)
def role_of(text: str) -> Role | None:
    """The role of a single heading; None where its words are not known."""
    word = core(text)
    if _BASE_YEAR.search(fold(text)) and re.search("実績|結果|^$", word):
        return Role.BASELINE
    if not word or len(word) > _LONGEST:
        return None
    role = next((role for role, pattern in _PATTERNS if pattern.fullmatch(word)), None)
    return Role.DIVISION if role is Role.DEPARTMENT and _OF_DIVISION.search(fold(text)) else role


def understand(path: Sequence[str]) -> Heading:
    """The headings above one column, from the highest to the lowest: the lowest that says something decides."""
    role, year, doubt, only_year = None, None, "", False
    for text in reversed(path):
        named = named_year(text)
        if year is None and named.year is not None:
            year, doubt = named.year, named.doubt
            only_year = role is None and is_year_only(text)
        word = role_of(text)
        if word is not None and (role in (None, Role.FIGURE) or (role in _PARTS and word not in VALUES)):
            role = word
    if role is Role.FIGURE and year is not None:
        role = Role.YEARLY
    if only_year and role not in VALUES and role not in (Role.LEFT_OUT, Role.UNIT, Role.DEPARTMENT):
        role = Role.YEARLY
    under = next((word for text in reversed(path[:-1]) if (word := role_of(text)) in VALUES), None)
    sort = next((which for text in reversed(path) if (which := sort_of(core(text)))), "")
    over = path[0] if role in VALUES and len(path) > 1 and not is_headingish(path[0]) else ""
    return Heading(role=role, year=year, doubt=doubt, label=_label(path), under=under, sort=sort, over=over)


def _label(path: Sequence[str]) -> str:
    """The lowest heading that is more than a unit in brackets."""
    return next((fold(text) for text in reversed(path) if not _is_bracketed(text)), "")


def is_headingish(text: str) -> bool:
    """Whether the cell can be a heading: a known word, or nothing but a year."""
    return role_of(text) is not None or is_year_only(text) or _is_bracketed(text)


def _is_bracketed(text: str) -> bool:
    """(千円) alone, the unit of what stands above it."""
    return bool(re.fullmatch(r"[(\[][^()\d]{1,6}[)\]]", fold(text)))


_SORT = re.compile(r"[(\[【<]?(?:(活動|アウトプット)|成果|アウトカム)(?:指標|KPI)?(?:\(.*\))?\d*[)\]】>]?")


def sort_of(text: str) -> str:
    """activity or outcome, where a heading or a cell says 活動指標 or 成果指標 and nothing else; else ''."""
    match = _SORT.fullmatch(fold(text))
    return ("activity" if match[1] else "outcome") if match else ""


def is_number(text: str) -> bool:
    """Whether the text is a bare number, as no heading is."""
    return bool(re.fullmatch(r"[-+△▲]?[\d,.]+[%%]?", unicodedata.normalize("NFKC", text.strip())))


def kind_of_row(text: str) -> Role | None:
    """目標, 実績 and the like at the head of a row; None for other words."""
    role = role_of(text)
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
