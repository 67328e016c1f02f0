"""Which way an indicator should go: from its targets over the years, else from its name.

A comparator or the plan's own targets speak before the name (`naming`), and where nothing speaks clearly the answer is
None: nobody may take that for "up".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from review.domain.notation import compact
from review.domain.values import cells as values
from review.domain.values.naming import name_direction
from review.domain.values.reading import Change, Direction, Quantity

__all__ = ["Direction", "Trend", "from_plan", "infer_direction", "name_direction", "named_change", "of_parts", "trend"]

_OF_DECREASE = re.compile(r"削減|短縮|低減|縮減|軽減|節減|減量|減少|抑制")
_OF_INCREASE = re.compile(r"増加(?:率|数|量|額)|伸び|向上率|上昇率")


@lru_cache(maxsize=4096)
def named_change(name: str) -> Change | None:
    """What kind of amount the name is of: in a 削減率 a bare 10% means ten percent less, in a 伸び率 ten percent more."""
    plain = compact(name)
    if _OF_DECREASE.search(plain):
        return "decrease"
    return "increase" if _OF_INCREASE.search(plain) else None


def of_parts(parts: tuple[Quantity, ...]) -> Direction | None:
    """The direction a comparator in the target demands; None without one, or where the parts disagree."""
    directions: set[Direction] = set()
    for part in parts:
        if part.comparator:
            directions.add("up" if part.comparator in ("at_least", "above") else "down")
        elif part.unit.dimension == "rank":
            directions.add("down")
    return directions.pop() if len(directions) == 1 else None


class Trend(NamedTuple):
    """How the plan's targets go over the years, and whether every year moves."""

    direction: Direction | None
    strict: bool = False


@lru_cache(maxsize=4096)
def trend(targets: tuple[str, ...]) -> Trend:
    """The direction of targets that never turn back, and whether every year moves (`strict`)."""
    rows = [reading.parts for reading in map(values.read, targets) if reading.parts]
    if len(rows) < 2 or len({len(row) for row in rows}) != 1 or any(part.change for row in rows for part in row):
        return Trend(None)
    steps = [_steps(column) for column in zip(*rows, strict=True)]
    if any(step is None for step in steps):
        return Trend(None)
    signs = {sign for step in steps if step for sign in step}
    strict = 0 not in signs and len(rows) >= 3  # a single step is no trend
    signs.discard(0)
    if len(signs) != 1:
        return Trend(None)
    return Trend("up" if signs == {1} else "down", strict=strict)


def _steps(column: tuple[Quantity, ...]) -> list[int] | None:
    """The sign of each year's change of one part; None where the years cannot be compared."""
    first = column[0]
    ends = [part.low if part.low is not None else part.high for part in column]
    if any(
        end is None or not part.unit.fits(first.unit) or part.period != first.period or part.each != first.each
        for end, part in zip(ends, column, strict=True)
    ):
        return None
    if any(part.unit.bare != first.unit.bare for part in column):
        return None
    same = all(part.unit.factor == first.unit.factor for part in column)
    based = [end if same else end * part.unit.factor for end, part in zip(ends, column, strict=True) if end is not None]
    return [(after > before) - (after < before) for before, after in pairwise(based)]


def infer_direction(name: str, targets: Sequence[str]) -> tuple[Direction | None, str]:
    """The direction of an indicator and one Japanese sentence that says why; None where nothing speaks clearly."""
    readings = [values.read(target) for target in targets]
    demanded = {direction for direction in (of_parts(reading.parts) for reading in readings) if direction}
    if len(demanded) == 1:
        only = demanded.pop()
        words = "以上・超" if only == "up" else "以下・未満・以内または順位"
        return only, f"目標に{words}の表現があるため、{_WORDS[only]}と判断しました。"
    return from_plan(name, tuple(targets))


# What a plan can only foresee: its targets follow people, need and demand where they would go anyhow.
_FORESEEN = {
    "down": re.compile(
        r"人口(?![\d一-龥]*当)|世帯数|(?:児童|生徒|園児|学生|学級|被保険者|加入者|農家|従事者|就業者|患者|事業所|店舗|団体)数"
        r"|(?:給|配|有収|処理|使用)水量|税(?:額|収)|交付税"
    ),
    "up": re.compile(
        r"認定(?:率|者)|受給|被保険者|(?:医療|給付|扶助|社会保障|民生|介護)費|生活保護|高齢(?:化|者)|患者|搬送|出動|通報|助成|手当"
        r"|世帯数|外国人|障害者|障がい者|空き?家"
    ),
}


def from_plan(name: str, targets: tuple[str, ...]) -> tuple[Direction | None, str]:
    """The direction from the targets over the years and the name, and why.

    A trend that moves every year and contradicts a clear name leaves the question open: falling targets for 利用者数
    may be a mere forecast. A trend with level years yields to a clear name and decides where the name is silent.
    """
    spoken = name_direction(name)
    going = trend(targets)
    if going.direction and spoken and going.direction != spoken:
        if going.strict:
            return None, "年度ごとの目標の動きと評価項目の名称が反対の向きを示すため、方向を確認してください。"
        return spoken, f"評価項目の名称から、{_WORDS[spoken]}と判断しました。"
    if going.direction and not spoken and _FORESEEN[going.direction].search(compact(name)):
        return None, "年度ごとの目標の動きが目指す向きか見込みかを判断できないため、方向を確認してください。"
    if going.direction:
        way = "上がって" if going.direction == "up" else "下がって"
        return going.direction, f"計画の目標が年度とともに{way}いるため、{_WORDS[going.direction]}と判断しました。"
    if spoken:
        return spoken, f"評価項目の名称から、{_WORDS[spoken]}と判断しました。"
    return None, "目標の動きからも評価項目の名称からも、多い方がよいか少ない方がよいかを判断できません。"


_WORDS: dict[str, str] = {"up": "多い(高い)ほどよい指標", "down": "少ない(低い)ほどよい指標"}
