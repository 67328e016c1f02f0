"""The lexer: one pass over a folded cell that tells numbers, notes and the words between them.

Digits of words that are no values (令和6年度, 第2次, 1人当たり, 65歳以上, CO2) stay words. Space inside a number weighs nothing.
"""

import re
from fractions import Fraction
from functools import lru_cache
from math import prod
from typing import NamedTuple, cast

from review.domain.values.reading import SCALE_WORDS
from review.domain.values.units import KNOWN_PATTERN, Exact

_SCALES = {word: scale for scale, word in SCALE_WORDS.items() if len(word) == 1}
_LONGEST = 40  # characters of one number; beyond that it is a code, and int() has its own limit
_MOST = 24  # numbers in one cell; beyond that it is a table or prose
# Characters of the private use area stand for the digits of labels in brackets, which are no values: (1)80% (2)75%.
_HIDDEN = {ord(digit): 0xE100 + place for place, digit in enumerate("0123456789")}
SHOWN = {hidden: digit for digit, hidden in _HIDDEN.items()}

_ONE_OF = "人|名|日|回|校|世帯|か月|ヶ月|か所|件|年|台|時間|施設|団体|園|頭|冊|社|課|km2|ha|戸"
_MORE = r"(?=.*\d)"  # a value follows: without one, the number is the value itself
_OF_A_CLASS = r"国語|算数|数学|理科|英語|社会|(?:年生?)? ?:|年生? \d| \d[\d,.]*(?:[%人点校件以]|\Z| [小中高]\d)"
_WORDS = (
    # 令和6年度, R6.4.1, 2024年度, 2025/3/31, 3月末
    r"(?:令和|平成|昭和|(?<![A-Za-z])[RHS])\.?(?:元|\d{1,2})(?:年度?|(?:[./]\d{1,2}){1,2}|(?![\d%]))"
    r"(?:\d{1,2}月)?(?:\d{1,2}日)?末?",
    r"(?:19|20)\d\d(?:年度?(?:\d{1,2}月)?(?:\d{1,2}日)?|[/.-]\d{1,2}(?:[/.-]\d{1,2})?)",
    r"\d{1,2}月(?:\d{1,2}日|末)?|\d{1,2} 月 ?末",
    # 10年までに 180km: by when, and no value
    rf"\d{{1,4}}年度?(?:末|まで|以内|後)+(?:に|の|、)*{_MORE}",
    # 第2次, 3年目
    r"第\d+(?!\d|位)(?:次|期|回|号|[1-4]?四半期)?|\d+(?:回|期|年|人|番|日|つ|件|か年)目",
    # 人口10万人当たり, 1校につき
    rf"(?:(?:人口)?\d[\d,]*(?:万|千)? ?(?:{_ONE_OF})?(?:1日)?) ?(?:当たり|あたり|当り|につき|ごと|対(?![応象策話面]))",
    # 1人1日, 1日平均
    rf"1(?:{_ONE_OF})1(?:日|年|月)(?:当たり|あたり|当り|につき|平均)?|1(?:日|回|人|校|園|世帯|か月|件)平均",
    # 65歳以上 60%
    rf"\d+(?:歳|才)(?:以上|以下|未満|児|代|~\d+(?:歳|才)){_MORE}(?!.*\d(?:歳|才))|\d年生{_MORE}"
    rf"|\d+(?:\.\d)?歳半?(?:児|代)?(?:健診)?(?= ?:? ?\d[\d,.]*(?:%|人|件))|\d+~\d+歳{_MORE}(?!.*\d歳)",
    # 1人5冊
    r"1(?:人|名|校|園|課|世帯|社|団体|日|回|か月|ヶ月|週)(?=約?\d)",
    # 生後28日以内 90%
    r"(?:生後|出生後|発症後?|受付後|申請後|受理後|退院後|採用後)\d+(?:日|か月|週間?|時間|年)(?:以内|以上|未満)(?:の|に)?"
    rf"{_MORE}",
    # 5段階評価で4
    r"\d{1,2}(?:段階(?:評価)?|点満点)(?:中|で|の|のうち)*",
    # 小6国語 65%, 3~4か月児 98%
    rf"[小中高](?:学|学校|校)?[1-6](?={_OF_A_CLASS})|(?:\d+歳)?\d+(?:~\d+)?か月児{_MORE}",
    # PM2.5, but no unit (m2, CO2) and not LINE5万人
    r"(?!k?c?m[23](?!\d)|[A-Za-z-]*CO2(?!\d))(?<![A-Za-z])[A-Za-z]+-?\d+(?:\.\d+)?"
    r"(?![\d,.]*(?:[%千万億]|件|人|回|か所|箇所|校|台))",
    r"※\d|(?<=[^\d\s]/)1\d*(?:a|アール|[千万]人)(?!\d)",  # 540kg/10a
)
_DIGITS = r"(?:\d{1,3}(?: ?, ?\d{3})+(?!\d)|\d+)(?: ?\. ?\d+)?"
_SCALE = r"(?: ?(?:[十百千]? ?[万億兆](?!葉)|[十百千](?= ?[十百千万億兆\d円人件t歩㌧kmM平立])|百(?!分)|千(?!葉)|十))"
# Digits that a scan has torn, where a unit follows and no other number stands apart: 1 2.5%.
_TORN = (
    rf"(?<![\d.,A-Za-z/~-])(?<!\d )(?:\d+|\d(?: \d)+) \d+(?:,\d+)*(?:\.\d+)?"
    rf"(?= ?(?:{KNOWN_PATTERN}))(?!.* \d)"
)
_SIGN = r"(?:(?:(?<=[\s:(~比])|^)[-+±](?=\d)|▲ ?|マイナス ?)"
_NUMBER = (
    rf"(?P<sign>{_SIGN})?(?<!m)(?<!CO)(?<!co)"
    rf"(?P<body>{_TORN}|{_DIGITS}(?:{_SCALE} ?{_DIGITS})*{_SCALE}?)"
)
_MIDDLE = r"(?<!\d)(?<!\d[,.])\d{1,7} ?・ ?\d{1,2}(?![\d,.])"
LEXEMES = {
    (middle, words): re.compile(
        r"(?=[\d令平昭第小中高生出発受申退採人※▲マゼA-Za-z+±-])"  # where a lexeme may begin; it is quicker to say so
        rf"(?:(?P<middle>{_MIDDLE if middle else '(?!)'})|(?P<word>{'|'.join(_WORDS) if words else '(?!)'})"
        rf"|(?=[-+±▲マ\d]){_NUMBER}|(?P<zero>ゼロ)(?= ?(?:\Z|件|人|名|回|%|円|を維持)))"
    )
    for middle in (False, True)
    for words in (False, True)
}
# What each of the words has at least one of: most cells have none, and the words need not be tried.
OF_WORDS = re.compile(r"[年月日第目当あごつ対平歳才後段点小中高児※令昭A-Za-z]|(?:19|20)\d\d[/.-]|1[^\d,.]{1,3}\d")
_DOTTED = re.compile(r"[1-9]\d{0,2}\.\d{3}(?!\d)")
# 1,20 or 12,3456 is a number that lost or gained a digit, or two numbers: nobody can tell. 10数件 and 3分の2 are neither.
_TORN_AFTER = re.compile(r" ?[,.] ?\d|[、]?\d|数|分の\d|[.,]?[lIO|](?=[\d,.])")
_TORN_BEFORE = re.compile(r"(?:\d ?[,.] ?|[lIO|][,.]?)\Z")
_STEP = re.compile(rf"({_DIGITS}) ?([ 十百千万億兆]+)?")


class Number(NamedTuple):
    """One number: its place in the text, its value, and the scale of its last step."""

    value: Exact
    scale: int
    start: int
    end: int
    dotted: Exact = 0  #: 1200 for 1.200, which is perhaps meant as 1,200


def numbers_in(text: str, *, middle: bool = False) -> list[Number]:
    """The numbers of a text; none where one is no number or has a digit too many or too few (1,20 or 12,3456), or where
    there are too many. `middle`: 1・5 is 1.5."""
    numbers: list[Number] = []
    for match in LEXEMES[middle, bool(OF_WORDS.search(text))].finditer(text):
        if match.lastgroup == "word":
            continue
        start, end = match.span()
        if match.lastgroup != "body":
            digits = ".".join(re.findall(r"\d+", match[0])) or "0"
            number = Number(decimal(digits), 1, start, end)
        else:
            sign, body = match.group("sign", "body")
            value, scale = value_of(body) if len(body) <= _LONGEST else (0, 0)
            torn = _TORN_AFTER.match(text, end) or (start and _TORN_BEFORE.search(text, max(start - 3, 0), start))
            if torn or not scale:
                return []
            dotted = value * 1000 if "." in body and _DOTTED.match(body) else 0
            falls = sign and sign[0] in "-▲マ"
            number = Number(-value if falls else value, scale, start, end, -dotted if falls else dotted)
        numbers.append(number)
    return numbers if len(numbers) <= _MOST else []


def value_of(body: str) -> tuple[Exact, int]:
    """The value, and the scale of its last step: 0 where its steps do not fall (1億2,000万 does, 2千1万 does not)."""
    if body.isascii():  # no 千, no 万
        return decimal(body), 1
    total, last = cast(Exact, 0), 0
    for digits, word in _STEP.findall(body):
        scale = prod(_SCALES[character] for character in word.replace(" ", ""))
        if last and scale >= last:
            return total, 0
        total, last = total + decimal(digits) * scale, scale
    return total, last


@lru_cache(maxsize=4096)
def decimal(digits: str) -> Exact:
    """1,234.5 as it is; a whole number as an int."""
    head, _, tail = digits.replace(",", "").replace(" ", "").partition(".")
    return Fraction(int(head + tail), 10 ** len(tail)) if tail else int(head)


_BRACKET = re.compile(r"\(([^()]*)\)")
_ANY_BRACKET = re.compile(r"[(【\[〔{※*]")
_FOOTNOTE = re.compile(r"[※*]\d{1,2}(?=[\s、。)]|\Z)")
_OPENED = re.compile(r"(?<=[^\s])\s*\(.*\Z")
_BRACKET_LABEL = re.compile(r"\(([^()]{1,12})\) ?")
_STYLES = str.maketrans("[]【】〔〕{}", "()()()()")


def without_notes(folded: str) -> tuple[str, tuple[str, ...]]:
    """The text of a folded cell, and the notes that stand in brackets and after ※."""
    if not _ANY_BRACKET.search(folded):
        return folded, ()
    folded = folded.translate(_STYLES)
    notes: list[str] = []
    head, _, tail = _FOOTNOTE.sub("", folded).partition("※")
    if head.strip():
        folded, notes = head.strip(), [tail.strip()]
    if _BRACKET_LABEL.match(folded) and _BRACKET_LABEL.sub("", folded):  # 【小】80%【中】75%
        folded = _BRACKET_LABEL.sub(lambda label: f" {label[1].translate(_HIDDEN)}:", folded).strip()
    for _ in range(2):  # brackets in brackets
        notes += [note.strip() for note in _BRACKET.findall(folded)]
        folded = _BRACKET.sub("", folded)
    if opened := _OPENED.search(folded):  # a bracket that a scan or a cell's end has cut
        notes.append(opened[0].strip(" ("))
        folded = folded[: opened.start()]
    return " ".join(folded.split()), tuple(note for note in notes if note)
