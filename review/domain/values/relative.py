"""Relative values: 前年度比10%増, 前年度実績以上, 令和元年度比20%削減, 現状維持."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

from review.domain.values import grammar, units
from review.domain.values.grammar import by_word
from review.domain.values.reading import Change, Quantity, Relation, limits

_PREVIOUS = r"(?:対?(?:前|昨)年(?:度|同期|同月)?(?:度?の?実績値?|値)?|前回(?:調査)?値?|前期)"
_OTHER = r"(?:[^ ]{0,12}?(?:年度?|基準年度?|現状値?|現況値?|当初|策定時|策定前|導入前|利用前|実施前|開始前|整備前|基準値?)(?:の?実績値?|値|時)?)"
_BASE = re.compile(
    rf"(?:(?P<label>[^\d]*?)[ :])?(?:(?P<previous>{_PREVIOUS})|(?P<other>{_OTHER}))"
    r"(?:度)?(?P<link>に?対?比(?:で|較して|較)?|より|と?に?比べて?|に比較して|と比較して|に対し(?:て)?|に対する|から|を|の|と|、)? ?(?P<rest>.*)\Z"
)
_CHANGES: dict[str, Change] = by_word(
    """
    increase: 増 増加 の増加 プラス 向上 上昇 アップ 増やす も増加 増加させる 拡大 多い 多く 超 超え 超える 上回る 上回ること 増加する 超過
    decrease: 減 減少 の減少 マイナス 低下 削減 低減 縮減 短縮 ダウン 減らす 少ない 少なく 下回る 未満 下回ること 減少させる 抑制 減少する
    """
)
_LEVEL = r"(?:実績|値|水準|同等|同数|同程度|同水準|並み|並|同)?"
_LEVELS = re.compile(
    rf"(?P<at_least>{_LEVEL}以上)|(?P<at_most>{_LEVEL}以[下内])"
    r"|(?P<same>並み?|同(?:等|程度|数|水準|様|額|率)?|(?:水準|同水準|並み|実績|の)?を?維持|と同じ|程度|横ばい|水準)"
    r"|(?P<half>の?半減|の?半分(?:以下)?)|(?P<double>の?倍増|2倍(?:以上)?)"
)
_HOLD = re.compile(r"(?:現状|現状値|現行|現在の水準|現状水準)(?:を|の)?(?:維持|程度|並み)(?:する)?")
_ABOUT_BASE = re.compile(
    r"前年|昨年|前回|前期|年度?比|基準年|現状|現況|当初|策定時|導入前|利用前|実施前|開始前|整備前|策定前|基準値|より|年度?実績|年度?から"
)


def relation_of(main: str) -> Relation | None:
    """The relation a folded text states. None where it states none; unreadable ones are `unclear`."""
    if not _ABOUT_BASE.search(main):
        return None
    if _HOLD.fullmatch(main.replace(" ", "").rstrip("。")):
        return Relation(base="", relation="same")
    match = _BASE.match(main.rstrip("。"))
    if not match:
        return None
    base = "previous" if match["previous"] else match["other"]
    rest = re.sub(r"(?:を目指す|とする|すること|する|を目標とする|が目標)\Z", "", match["rest"].replace(" ", ""))
    level = _LEVELS.fullmatch(rest)
    if level:
        return _of_level(base, level.lastgroup or "")
    if change := _CHANGES.get(rest):
        return Relation(base=base, relation="above" if change == "increase" else "below", change=change)
    signed = re.fullmatch(r"(?:\+|プラス)([^増減]+)", rest)  # +5% is 5%増
    parts = grammar.only(f"{signed[1]}増" if signed else rest) if rest else ()
    if len(parts) != 1 or parts[0].label or parts[0].whole is not None:
        return None
    return _of_amount(base, match["link"] or "", parts[0])


def _of_level(base: str, level: str) -> Relation:
    """以上, 以下, 並み; and 半減, 2倍, a share of the base that says which way it is meant."""
    if level in ("half", "double"):
        end, comparator = (Fraction(50), "at_most") if level == "half" else (Fraction(200), "at_least")
        share = Quantity(**limits(end, end, comparator), unit=units.PERCENT)  # type: ignore[arg-type]
        return Relation(base=base, relation="ratio", amount=share)
    changes: dict[str, Change] = {"at_least": "increase", "at_most": "decrease"}
    return Relation(base=base, relation=level, change=changes.get(level))  # type: ignore[arg-type]


def _of_amount(base: str, link: str, amount: Quantity) -> Relation:
    value = amount.value
    if value is not None and value < 0 and amount.change is None and amount.comparator is None:
        amount = replace(amount.times(-1), change="decrease")
    if amount.change:
        word = "at_least" if amount.change == "increase" else "at_most"
        if amount.comparator in ("at_most", "below") or amount.is_range:
            word = "unclear"  # 前年度比10%以下の減: less of a reduction, or at most so much? nobody can tell
        return Relation(base=base, relation=word, amount=amount, change=amount.change)  # type: ignore[arg-type]
    if amount.unit.symbol == "倍" and value is not None and value > 0:
        return Relation(base=base, relation="ratio", amount=replace(amount.times(100), unit=units.PERCENT))
    # 前年度比105% is a ratio; 前年度比5% may be a growth of 5 % or one twentieth.
    is_ratio = "比" in link and amount.unit.dimension == "percent" and value is not None and 70 <= value <= 200
    return Relation(base=base, relation="ratio" if is_ratio else "unclear", amount=amount)
