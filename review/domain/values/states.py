"""What the words of a cell say about its value: not measured, provisional, of a part of the year, of another year.

They only propose; whoever judges a year says what counts. Words may stand before the value, behind it or in a note.
"""

from __future__ import annotations

import re

from review.domain.fiscal import ERAS
from review.domain.values.reading import State

_NO_TARGET = re.compile(r"(?:目標値?)?(?:の?設定)?(?:なし|無し|せず)|未設定|設定なし|設定無し|目標未設定")
_UNMEASURED = r"""
    集計中 集計前 未集計 未公表 公表前 公表待ち 調査中 隔年調査 未調査 調査未実施 調査なし 調査無し 未測定 測定なし 測定不能 測定不可 測定できず
    計測不可 計測不能 未計測 計測中 算出不可 算出不能 算出できず 算定中 算出中 未算出 未確定 確定前 確定後 データなし データ無し データ未公表
    把握できず 把握不可 未把握 不明 調査年度?ではない 調査年度外 調査対象外 非調査年 \d年(?:に1度|に1回|毎)の?調査 次回調査 次回公表 後日公表
    (?:調査|アンケート|測定|計測|集計|公表|算出)(?:を|は|の)?(?:実施せず|未実施|実施なし|行わず|していない|できない|できず|予定|実施予定)
    \A(?:N/?A|n/?a)\Z 取りまとめ中 とりまとめ中 精査中 確認中 集計途中
"""
_NOT_MEASURED = re.compile("|".join(_UNMEASURED.split()))
_STILL_COUNTED = re.compile(
    r"(?:集計|調査|計測|測定|算定|算出|取りまとめ|とりまとめ|精査|確認)(?:途?中|前)|未(?:集計|確定)|確定前"
)
_PROVISIONAL = re.compile(r"見込|速報|暫定|概算|推計|推定|仮集計")

_PART = re.compile(
    r"上半期|下半期|[上下前後]期(?!高齢|計画)|(?:年度|年)の?(?:前半|後半|途中)|途中(?:経過|集計|の?値|\Z)|前半期|後半期|中間(?:値|実績|集計|時点|報告|\Z)|現時点|進行中|\A現在\Z"
    r"|第?[1-4一二三四]四半期|[1-4]Q(?![A-Za-z])|半年(?:間|分)|(?<!\d)(?:[1-9]|1[01])[かヶカケ]?月(?:間|分)(?!児)"
)
_BOTH = re.compile(r"上半?期.*下半?期|前期.*後期|第?1四半期.*4四半期")
_MONTH = (
    r"(?:(?<!\d)(?P<month>1[0-2]|0?[1-9])月(?P<day>末日?|\d{1,2}日|上旬|中旬|下旬)?"
    r"|(?<![\d./A-Za-z])(?P<short>1[0-2]|0?[1-9])/(?P<days>[0-3]?\d)(?!/)"
    r"|(?<=[\dRHS元][./])(?P<other>1[0-2]|0?[1-9])(?:[./](?P<date>\d{1,2})|(?P<end>末))?)(?!\d)"
)
# 9月末現在, R6.12.31時点, 12月まで, 4月~9月
_UNTIL = re.compile(
    rf"(?P<from>[~-](?:令和|平成|[RH])?(?:(?:\d{{1,4}}|元)(?:[./]|年度?)?)?)?{_MONTH}(?:の?(?P<word>現在|時点|まで|迄|集計|実績|分|付け?)|(?P<last>\Z|[)、。 ]))"
)
_YEAR = r"(?:(?P<era>令和|平成|[RH])\.?(?P<count>元|\d{1,2})|(?P<western>20\d\d))(?:年度|年|(?=\Z|実績|決算|調査|確定|末|[) ]))"
_OF_A_YEAR = re.compile(
    rf"(?:(?:最新|直近)値?[:は]?)?(?P<before>(?:前|昨|一昨)年度?|前回(?:調査)?|{_YEAR})(?:末|中)?(?:の|分|時点)*"
    r"(?:実績|確定|調査|決算|公表|集計|速報)?(?:値|数値|分|データ|結果|額|数|時点|現在|による|より|のもの|を記載|です)*"
)
_PLANNED = re.compile(r"予定値?|計画値?|目標値?")


def says_no_target(text: str) -> bool:
    """True where the whole text says that no target was set."""
    return bool(_NO_TARGET.fullmatch(text.strip("()")))


def says_not_measured(text: str) -> bool:
    """True where the text says that the value is not there yet, or never will be."""
    return bool(_NOT_MEASURED.search(text))


def says_still_counted(note: str) -> bool:
    """True where a note beside a value says that counting goes on."""
    return bool(_STILL_COUNTED.search(note))


def says_provisional(text: str) -> bool:
    """True for 見込み and 速報."""
    return bool(_PROVISIONAL.search(text))


def state_of(labels: tuple[str, ...], notes: tuple[str, ...]) -> State:
    """The state of a value by the words around it: its labels, and each of its notes."""
    for packed in filter(None, (words.replace(" ", "") for words in (*labels, *notes))):
        if _PLANNED.fullmatch(packed) and packed not in labels:
            return "planned"
        if re.search(r"見込.*\d|\d.*見込", packed) and not re.search(r"\d(?:月|日|年)[^\d]*見込", packed):
            return "part_of_year"
        if says_part_of_year(packed):
            return "part_of_year"
        if _OF_A_YEAR.fullmatch(packed):
            return "other_year"
    return "final"


def says_part_of_year(packed: str) -> bool:
    """True for 上半期, 9月末現在, 12月31日時点, 4月~9月; the end of the year itself is no such word."""
    if _BOTH.search(packed):
        return False
    return bool(_PART.search(packed)) or any(_breaks_off(match) for match in _UNTIL.finditer(packed))


def _breaks_off(match: re.Match[str]) -> bool:
    month = int(match["month"] or match["short"] or match["other"])
    day = (match["day"] or match["days"] or match["date"] or match["end"] or "").rstrip("日")
    if match["word"] is None and not match["from"] and day not in ("末", "30", "31"):
        return False  # a month in passing: (9月開催)
    if month == 3 and day in ("", "末", "31"):
        return False
    return not (month == 4 and day in ("1", "01"))  # the day on which a year's beginning is counted


def year_of(plain: str) -> int | None:
    """The fiscal year that the words name (令和5年度実績: 2023); None where they name none, or only 前年度."""
    match = re.search(_YEAR, plain)
    if not match:
        return None
    if match["western"]:
        return int(match["western"])
    era = next(era for era in ERAS if match["era"] in (era.name, era.letter))
    return era.began.year - 1 + (1 if match["count"] == "元" else int(match["count"]))
