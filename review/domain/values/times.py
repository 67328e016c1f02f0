"""The times that words name: days, months and years (令和7年3月末まで), and the state that they propose for the value beside
them, wherever they stand: 集計中, 速報値, 上半期, 9月末現在, 令和5年度実績."""

import calendar
import re
from collections.abc import Sequence
from datetime import date

from review.domain.fiscal import first_day, last_day, parse_fiscal_year
from review.domain.values.reading import FINAL, DateSpan, State, ValueState

_ERA = r"(?:令和|平成|昭和|(?<![A-Za-z])[RHS])\.?(?:元|\d{1,2})"
YEAR = rf"(?:{_ERA}|(?:19|20)\d\d)"  #: 令和6, R6, H.元, 2024
_MONTH = r"(?:1[0-2]|0?[1-9])"
#: The days that words name in a month of any length; without words all of them.
_DAYS = {"": (1, 31), "上旬": (1, 10), "初旬": (1, 10), "初め": (1, 10), "中旬": (11, 20), "下旬": (21, 31)}
_DAYS |= dict.fromkeys(("末", "末日"), (31, 31))
_DATE = re.compile(
    rf"(?P<label>[^\d:]*?):?(?:(?P<year>{YEAR})(?P<fiscal>年度)?(?:年|[./-])?)?"
    rf"(?:(?P<month>{_MONTH})(?:月|[./-](?=\d)|$))?(?:(?P<day>\d{{1,2}})日?)?"
    r"(?P<part>上旬|中旬|下旬|初旬|初め|末日|末)?[中内]?"
    r"(?P<deadline>までに|まで|以前|より前|迄)?(?:の|に|から)?(?P<act>[一-龥ァ-ヶー]{0,12}?(?:済み?|完了|予定|見込み?)?)$"
)
_MENTION = re.compile(rf"(?=[\d令平昭RHS])(?:\d月|{_ERA}|(?:19|20)\d\d(?:年|\d{{0,2}}[./-]\d))")
# A season is no date, 以降 has no end, and what is planned has not happened.
_NO_DAY = re.compile(r"[春夏秋冬]|上半|下半|前半|後半|上期|下期|中頃|頃|以降|以後|(?:予定|見込み?)\Z")
_NEUTRAL_YEAR = 2023  # for dates without a year: its fiscal year holds 29 February, so that no typed day is refused


def read_date(main: str) -> DateSpan | None:
    """The date that the whole text is (a label before it and an act after it allowed), or None."""
    packed = main.replace(" ", "")
    match = _DATE.match(packed) if _MENTION.search(packed) else None
    if not match or _NO_DAY.match(match["act"]):
        return None
    typed, fiscal, month, day = match.group("year", "fiscal", "month", "day")
    # 12/15 is as well 12 of 15, and 月3.5冊 a monthly value.
    if (not month and (not typed or day)) or not (typed or re.search(r"\d月", packed)):
        return None
    year = parse_fiscal_year(typed or "") or _NEUTRAL_YEAR
    if month:
        first, last = _days(year + (bool(fiscal or not typed) and int(month) < 4), int(month), day or match["part"])
        if day and last.day != int(day):
            return None
    else:
        first, last = (first_day(year), last_day(year)) if fiscal else (date(year, 1, 1), date(year, 12, 31))
        first = last if match["part"] in ("末", "末日") else first
    return DateSpan(first, last, has_year=bool(typed), is_deadline=bool(match["deadline"]), label=match["label"])


def _days(year: int, month: int, words: str | None) -> tuple[date, date]:
    """The first and the last day that 上旬, 末 or a number names in a month, or the nearest that it has."""
    first, last = _DAYS.get(words or "") or (int(words or 0), int(words or 0))
    end = calendar.monthrange(year, month)[1]
    return date(year, month, min(max(first, 1), end)), date(year, month, min(max(last, 1), end))


NO_TARGET = re.compile(r"(?:目標値?)?(?:の?設定)?(?:なし|無し|せず)|未設定|設定なし|設定無し|目標未設定")
_COUNTING = r"(?:集計|調査|計測|測定|算定|算出|取りまとめ|とりまとめ|精査|確認)(?:途?中|前)|未(?:集計|確定)|確定前|公表(?:前|待ち)|未公表"
_COUNTING += "|(?:調査|測定|集計|アンケート)[をはの]?(?:なし|無し|未実施|実施せず|行わず|していない)"
NOT_MEASURED = re.compile(
    rf"(?=[集調計測算取と精確未公隔非不デ把\d次後アNn])(?:{_COUNTING}|未(?:公表|調査|測定|計測|算出|把握)|隔年調査|非調査年|調査年度?ではない|調査年度外|調査対象外|不明|確定後"
    r"|(?:調査|アンケート|測定|計測|集計|公表|算出|データ|把握)[をはの]?(?:不可|不能|でき(?:ない|ず)|(?:実施)?(?:なし|無し|せず|予定)|未実施|未公表|行わず"
    r"|していない)|\d年(?:に1度|に1回|毎)の?調査|次回(?:調査|公表)|後日公表"
    r"|\A(?:N/?A|n/?a)\Z)"
)
_PROVISIONAL = re.compile(r"見込|速報|暫定|概算|推計|推定|仮集計")
#: What is said beside a result: 目標100人, 令和6年度目標5件, 100人の目標.
A_GOAL = re.compile(r"[^、]{0,6}(?:目標|計画)値?[:の]?約?\d[^目計実]*|\d[^目計実]*の(?:目標|計画)値?")
_PLANNED = re.compile(r"予定値?|計画値?|目標値?")
_FORECAST = re.compile(r"\A(?!.*(?:\d[月日年]|[RH]\d+)[^\d]*見込).*(?:見込.*\d|\d.*見込)")

_PART = re.compile(
    r"(?P<half>上半期|[上前]期(?!高齢|計画)|(?:年度|年)の?前半|前半期|半年(?!ごと|毎|に))"
    r"|第?(?P<quarter>[1-4一二三四])四半期|(?P<q>[1-4])Q(?![A-Za-z])|(?<!\d)(?P<months>[1-9]|1[01])[かヶカケ]?月(?:間|分)(?!児)"
    r"|下半期|[下後]期(?!高齢|計画)|(?:年度|年)の?(?:後半|途中)|後半期"
    r"|(?<!\d)[12]学期(?!制)|途中(?:経過|集計|の?値|\Z)|中間(?:値|実績|集計|時点|報告|\Z)|現時点|進行中|\A現在\Z"
)
_BOTH = re.compile(r"(?<!\d)1月?(?:~|-|から)12月|上半?期.*下半?期|前期.*後期|第?1四半期.*4四半期")
_DAY_OF = (
    rf"(?:(?<!\d)(?P<month>{_MONTH})月(?P<day>末日?|\d{{1,2}}日|上旬|中旬|下旬)?"
    rf"|(?<![\d./A-Za-z])(?P<short>{_MONTH})/(?P<days>[0-3]?\d)(?!/)"
    rf"|(?<=[\dRHS元][./])(?P<other>{_MONTH})(?:[./](?P<date>\d{{1,2}})|(?P<end>末))?)(?!\d)"
)
# 9月末現在, R6.12.31時点, 12月まで, 4月~9月
_UNTIL = re.compile(
    rf"(?P<from>(?:[~-]|から)(?:令和|平成|[RH])?(?:(?:\d{{1,4}}|元)(?:[./]|年度?)?)?)?{_DAY_OF}"
    r"(?:の?(?P<word>現在|時点|まで|迄|集計|実績|累計|分|付け?)|(?P<last>\Z|[)、。 ]))"
)
_SURVEY = r"(?:[一-龥ァ-ヶー・]{0,10}?(?:実績|確定|調査|決算|公表|集計|速報|暫定|報告|統計|センサス))"
_YEAR = rf"(?P<year>{YEAR})(?:年度|年|(?=\Z|{_SURVEY}|末|時点|[) ]))"
_OF_A_YEAR = re.compile(
    rf"(?:(?:最新|直近)の?(?:調査|実績|公表|決算)?値?[:は]?|[一-龥]{{2,4}}[:は])?(?P<before>(?:前|昨|一昨|前々)年度?|前回(?:調査)?時?|\d年前|{_YEAR})"
    rf"(?:末|中)?(?:の|分|時点)*{_SURVEY}?(?:値|数値|分|データ|結果|額|数|時点|現在|による|より|のもの|を記載|です)*"
)

_ONE_MONTH = re.compile(rf"(?:{YEAR}年度?)?(?!3月)\d{{1,2}}月(?:中|の|分|実績|値)*|{_ERA}[./](?!0?3\Z)\d{{1,2}}")
# 10月~3月: half of the year, though it ends with it.
_LATE = re.compile(r"(?<!\d)(?!4月?(?:~|-|から))\d{1,2}月?(?:~|-|から)\d{1,2}月(?:末|まで|の?実績|分)*(?=\Z|[)、。 ])")
_YEAR_ENDS = ((3, ""), (3, "末"), (3, "31"), (4, "1"), (4, "01"))
_TYPED_YEAR = re.compile(rf"({YEAR})(年度|年|[./-])\Z")


def state_of(labels: Sequence[str], notes: Sequence[str], text: str) -> ValueState:
    """The state of a value by the words around it: its labels, each of its notes, and the whole text."""
    for note in notes:
        if re.search(_COUNTING, note) or (_PLANNED.fullmatch(note) and note not in labels):
            return ValueState(State.NOT_MEASURED, note)
    if labels and _BOTH.search("".join(labels)):
        labels = ()
    for words in filter(None, (*labels, *notes)):
        packed = words.replace(" ", "")
        if packed.startswith(("うち", "内訳")):
            continue
        part = says_part_of_year(packed) or (len(labels) < 2 and _ONE_MONTH.fullmatch(packed))
        if part or _FORECAST.search(packed):
            return ValueState(State.INTERIM, words)
        if _OF_A_YEAR.fullmatch(packed):
            return ValueState(State.OTHER_YEAR, words)
    return whole_year(text)


def is_state(words: str) -> bool:
    """True where words beside a value say nothing but its state, or what it was aimed at: 9月末現在, 速報値, 目標100人."""
    packed = words.replace(" ", "")
    return bool(A_GOAL.fullmatch(packed)) or state_of((), (packed,), packed) != FINAL


def whole_year(text: str) -> ValueState:
    """Final, or provisional for 見込み and 速報."""
    return ValueState(State.PROVISIONAL, word[0]) if (word := _PROVISIONAL.search(text)) else FINAL


def says_part_of_year(packed: str) -> bool:
    """True for 上半期, 9月末現在, 12月31日時点, 4月~9月; the end of the year itself is no such word."""
    return bool(_PART.search(packed) or _LATE.search(packed) or _until(packed)) and not _BOTH.search(packed)


def _until(packed: str, *, ends: bool = False) -> tuple[re.Match[str], int, str] | None:
    """The month with which a value ends, and its day; None for the end of the year and the day on which the next one's
    beginning is counted, unless `ends` asks for them, and for a month in passing: (9月開催)."""
    for match in _UNTIL.finditer(packed):
        month = int(match["month"] or match["short"] or match["other"])
        day = (match["day"] or match["days"] or match["date"] or match["end"] or "").rstrip("日")
        passing = match["word"] is None and not match["from"] and day not in ("末", "30", "31")
        if not passing and (ends or (month, day) not in _YEAR_ENDS):
            return match, month, day
    return None


def last_day_of(words: str, fiscal_year: int, *, ends: bool = False) -> date | None:
    """The last day of an interim value (with `ends`, of any): 9月末現在, 上半期, 10か月分; None where the words do not say."""
    packed = words.replace(" ", "")
    part, typed_year = _PART.search(packed), None
    if until := _until(packed, ends=ends):
        match, month, day = until
        typed_year = _TYPED_YEAR.search(packed, 0, max(match.start(name) for name in ("month", "short", "other")))
    elif part and part.lastgroup:
        quarter = part["quarter"] or part["q"]
        count = 3 * ("1234一二三四".index(quarter) % 4 + 1) if quarter else int(part["months"] or 6)
        month, day = (count + 2) % 12 + 1, ""
    else:
        return None
    year = fiscal_year + (month < 4)
    if typed_year and (named := parse_fiscal_year(typed_year[1])):
        year = named + (month < 4 and typed_year[2] == "年度")
    return _days(year, month, day)[1]


def year_of(plain: str) -> int | None:
    """The fiscal year that the words name (令和5年度実績: 2023); None where they name none, or only 前年度."""
    match = re.search(_YEAR, plain)
    return parse_fiscal_year(match["year"]) if match else None
