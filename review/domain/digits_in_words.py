"""Digits in words that are no values (令和6年度, 1人当たり, 65歳以上): `hide` them while numbers are sought, then `show`.

A hidden digit is a character of the private use area, so that a label keeps its length and its digits.
"""

from __future__ import annotations

import re

_HIDDEN = {ord(str(digit)): chr(0xE200 + digit) for digit in range(10)} | {ord(","): "\ue20a", ord("."): "\ue20b"}
_SHOWN = {0xE200 + digit: str(digit) for digit in range(10)} | {0xE20A: ",", 0xE20B: "."}
_ONE_OF = "人|名|日|回|校|世帯|か月|ヶ月|か所|件|年|台|時間|施設|団体|園|頭|冊|社|課|km2|ha|戸"
_MORE = r"(?=.*\d)"  # a value follows: without one, the number is the value itself
_OF_A_CLASS = r"国語|算数|数学|理科|英語|社会|(?:年生?)? ?:|年生? \d| \d[\d,.]*(?:%|人|点|校|件)"

_WORDS = (
    # 令和6年度, R6.4.1
    r"(?:令和|平成|昭和|(?<![A-Za-z])[RHS])\.?(?:元|\d{1,2})(?:年度?|(?:[./]\d{1,2}){1,2}|(?![\d%]))(?:\d{1,2}月)?(?:\d{1,2}日)?",
    # 2024年度, 2025/3/31
    r"(?:19|20)\d\d(?:年度?(?:\d{1,2}月)?(?:\d{1,2}日)?|[/.-]\d{1,2}(?:[/.-]\d{1,2})?)",
    # 3月末
    r"\d{1,2}月(?:\d{1,2}日|末)?",
    # 第2次, 3年目
    r"第\d+|\d+(?:回|期|年|人|番|日|つ|件|か年)目",
    # 人口10万人当たり, 1校につき
    rf"(?:(?:人口)?\d[\d,]*(?:万|千)?(?:{_ONE_OF})?(?:1日)?)(?:当たり|あたり|当り|につき|ごと|対)",
    # 1人1日, 1日平均
    rf"1(?:{_ONE_OF})1(?:日|年|月)(?:当たり|あたり|当り|につき|平均)?|1(?:日|回|人|校|園|世帯|か月|件)平均",
    # 65歳以上 60%
    rf"\d+(?:歳|才)(?:以上|以下|未満|児|代|~\d+(?:歳|才)){_MORE}(?!.*\d(?:歳|才))|\d年生{_MORE}",
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
    r"※\d",
)
_WORD = re.compile("|".join(_WORDS))


def hide(text: str) -> str:
    """The text with the digits of such words hidden."""
    return _WORD.sub(_hidden, text)


def hide_all(text: str) -> str:
    """The text with every digit hidden: a label in brackets."""
    return text.translate(_HIDDEN)


def show(text: str) -> str:
    """The text as it was."""
    return text.translate(_SHOWN)


def _hidden(found: re.Match[str]) -> str:
    return found[0].translate(_HIDDEN)
