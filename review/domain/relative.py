"""Relative values: 前年度比10%増, 前年度実績以上, 令和元年度比20%削減, 現状維持."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

from review.domain import numerals, units
from review.domain.reading import Change, Comparator, Quantity, Relation

_PREVIOUS = r"(?:対?(?:前|昨)年(?:度|同期|同月)?(?:度?の?実績値?|値)?|前回(?:調査)?値?|前期)"
_OTHER = r"(?:[^ ]{0,12}?(?:年度?|基準年度?|現状値?|現況値?|当初|策定時|策定前|導入前|利用前|実施前|開始前|整備前|基準値?)(?:の?実績値?|値|時)?)"
_BASE = re.compile(
    rf"(?:(?P<label>[^\d]*?)[ :])?(?:(?P<previous>{_PREVIOUS})|(?P<other>{_OTHER}))"
    r"(?:度)?(?P<link>に?対?比(?:で|較して|較)?|より|と?に?比べて?|に比較して|と比較して|に対し(?:て)?|に対する|から|を|の|と|、)? ?(?P<rest>.*)\Z"
)
_CHANGE_ONLY: dict[str, Change] = {
    "増": "increase",
    "増加": "increase",
    "の増加": "increase",
    "プラス": "increase",
    "向上": "increase",
    "上昇": "increase",
    "アップ": "increase",
    "増やす": "increase",
    "も増加": "increase",
    "増加させる": "increase",
    "拡大": "increase",
    "多い": "increase",
    "多く": "increase",
    "超": "increase",
    "超え": "increase",
    "超える": "increase",
    "上回る": "increase",
    "上回ること": "increase",
    "増加する": "increase",
    "超過": "increase",
    "減": "decrease",
    "減少": "decrease",
    "の減少": "decrease",
    "マイナス": "decrease",
    "低下": "decrease",
    "削減": "decrease",
    "低減": "decrease",
    "縮減": "decrease",
    "短縮": "decrease",
    "ダウン": "decrease",
    "減らす": "decrease",
    "少ない": "decrease",
    "少なく": "decrease",
    "下回る": "decrease",
    "未満": "decrease",
    "下回ること": "decrease",
    "減少させる": "decrease",
    "抑制": "decrease",
    "減少する": "decrease",
}
_AT_LEAST = {
    "以上",
    "実績以上",
    "値以上",
    "水準以上",
    "同等以上",
    "同数以上",
    "同程度以上",
    "同水準以上",
    "並み以上",
    "並以上",
    "同以上",
}
_AT_MOST = {
    "以下",
    "実績以下",
    "値以下",
    "水準以下",
    "同等以下",
    "同数以下",
    "同程度以下",
    "同水準以下",
    "並み以下",
    "並以下",
    "以内",
}
_SAME = {
    "並み",
    "並",
    "同",
    "同等",
    "同程度",
    "同数",
    "同水準",
    "同様",
    "維持",
    "水準維持",
    "水準を維持",
    "並みを維持",
    "同額",
    "と同じ",
    "同水準を維持",
    "程度",
    "の維持",
    "を維持",
    "同率",
    "横ばい",
    "実績を維持",
    "実績維持",
    "水準",
}
_HOLD = re.compile(r"(?:現状|現状値|現行|現在の水準|現状水準)(?:を|の)?(?:維持|程度|並み)(?:する)?")
_ABOUT_BASE = re.compile(
    r"前年|昨年|前回|前期|年度?比|基準年|現状|現況|当初|策定時|導入前|利用前|実施前|開始前|整備前|策定前|基準値|より|年度?実績|年度?から"
)


def relation_of(main: str) -> tuple[Relation, str] | None:
    """The relation a folded text states and its label; None where it states none. Unreadable ones are `unclear`."""
    if not _ABOUT_BASE.search(main):
        return None
    packed = main.replace(" ", "").rstrip("。")
    if _HOLD.fullmatch(packed):
        return Relation(base="", relation="same"), ""
    found = _BASE.match(main.rstrip("。"))
    if not found:
        return None
    rest = found["rest"].replace(" ", "")
    base = "previous" if found["previous"] else found["other"]
    relation = _words(base, found["link"] or "", rest)
    return None if relation is None else (relation, (found["label"] or "").strip())


def _words(base: str, link: str, rest: str) -> Relation | None:
    rest = re.sub(r"(?:を目指す|とする|すること|する|を目標とする|が目標)\Z", "", rest)
    if share := _SHARES.get(rest):
        return Relation(base=base, relation="ratio", amount=share)
    if rest in _AT_LEAST:
        return Relation(base=base, relation="at_least", change="increase")
    if rest in _AT_MOST:
        return Relation(base=base, relation="at_most", change="decrease")
    if rest in _SAME:
        return Relation(base=base, relation="same")
    change = _CHANGE_ONLY.get(rest)
    if change:
        return Relation(base=base, relation="above" if change == "increase" else "below", change=change)
    values = numerals.quantities(_signed(rest))
    if values is None or len(values.parts) != 1 or values.parts[0].label or values.parts[0].whole is not None:
        return None
    return _amount(base, link, values.parts[0])


def _hundredfold(end: Fraction | None) -> Fraction | None:
    return None if end is None else end * 100


def _percent(value: int, comparator: Comparator) -> Quantity:
    limits = (Fraction(value), None) if comparator == "at_least" else (None, Fraction(value))
    return Quantity(low=limits[0], high=limits[1], unit=units.PERCENT, comparator=comparator)


#: 前年度から半減, 前年度の2倍: a share of the base that says which way it is meant.
_SHARES = {
    **dict.fromkeys(("半減", "の半減", "半分", "半分以下", "の半分", "の半分以下"), _percent(50, "at_most")),
    **dict.fromkeys(("倍増", "の倍増", "2倍", "2倍以上"), _percent(200, "at_least")),
}


def _signed(rest: str) -> str:
    """+5% and プラス5% as 5%増, so that there is one way to say it."""
    found = re.fullmatch(r"(?:\+|プラス)([^増減]+)", rest)
    return f"{found[1]}増" if found else rest


def _amount(base: str, link: str, amount: Quantity) -> Relation:
    value = amount.value
    if value is not None and value < 0 and amount.change is None and amount.comparator is None:
        amount = Quantity(low=-value, high=-value, unit=amount.unit, change="decrease", scale=amount.scale)
    if amount.change:
        word = "at_least" if amount.change == "increase" else "at_most"
        if amount.comparator in ("at_most", "below") or amount.is_range:
            word = "unclear"  # 前年度比10%以下の減: less of a reduction, or at most so much? nobody can tell
        return Relation(base=base, relation=word, amount=amount, change=amount.change)  # type: ignore[arg-type]
    if amount.unit.symbol == "倍" and value is not None and value > 0:
        times = replace(amount, low=_hundredfold(amount.low), high=_hundredfold(amount.high), unit=units.PERCENT)
        return Relation(base=base, relation="ratio", amount=times)
    # 前年度比105% is a ratio; 前年度比5% may be a growth of 5 % or one twentieth.
    is_ratio = "比" in link and amount.unit.dimension == "percent" and value is not None and 70 <= value <= 200
    return Relation(base=base, relation="ratio" if is_ratio else "unclear", amount=amount)
