"""What a goal's own words propose for its definition: direction, unit and kind, each with the reason, for a person to confirm."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from review.domain import values
from review.domain.notation import compact
from review.domain.values import achievement
from review.domain.values.direction import name_direction
from review.domain.wording import sentence

#: The words of each kind. 延べ is said of one year's count as often as of a running total: it is only a reason to ask.
_KINDS = (
    ("total", re.compile(r"累計|累積|通算|計画期間")),
    ("end", re.compile(r"(?:年度|期|\d月|\d日)末|時点|\d日現在|月現在|残高")),
    ("average", re.compile(r"平均")),
)
_OPEN = re.compile(r"延べ|のべ")
_NO_WAY, _NO_NUMBERS = sentence("向きが分かりません。"), sentence("目標と実績が文章のため、向きはありません。")
_AGAINST = sentence("評価項目の名称は反対の向きを示します。")
_UNITS_DIFFER = sentence("年度や、目標と実績とで単位が違います。")
_UNIT, _NO_UNIT = sentence("単位は目標と実績の書き方から「%(unit)s」です。"), sentence("目標と実績に単位がありません。")
_OPEN_TOTAL = sentence("「延べ」が、その年度の値か累計か分かりません。")
_SINGLE = sentence("累計や年度末などの言葉がないため、単年度の値です。")
_BOTH, _WORD = (
    sentence("「%(both_names)s」の両方の言葉があります。"),
    sentence("「%(word)s」という言葉があるためです。"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """The proposed definition with its reasons; `doubts` say why it is better looked at alone."""

    direction: str
    unit: str
    kind: str
    reasons: tuple[str, ...]
    doubts: tuple[str, ...] = ()


def unit_of(text: str) -> str:
    """The units of a value as typed, joined by ・; '' where it has none."""
    parts = values.read(text).parts
    return "・".join(dict.fromkeys(part.unit.symbol for part in parts if not part.unit.bare))


def dimensions(text: str) -> list[str]:
    """What the value is counted in, however it is written: 人 and 名 are one."""
    return sorted({part.unit.dimension for part in values.read(text).parts if not part.unit.bare})


def proposed(name: str, targets: Sequence[str], actuals: Sequence[str]) -> Proposal:
    """The proposal for a goal of this name, from its targets and actuals in year order."""
    direction, why = achievement.infer_direction(name, targets)
    measured = any(values.read(text).parts for text in (*targets, *actuals))
    doubts = [] if direction or not measured else [_NO_WAY]
    if not measured and not direction:
        why = _NO_NUMBERS
    if direction and name_direction(name) not in (None, direction):
        doubts.append(_AGAINST)
    latest = [*reversed(targets), *reversed(actuals)]
    unit = next((unit for text in latest if (unit := unit_of(text))), "")
    if len({tuple(units) for text in latest if (units := dimensions(text))}) > 1:
        doubts.append(_UNITS_DIFFER)
    kind, because, unclear = _kind_of(name, targets)
    reasons = (why, _UNIT % {"unit": unit} if unit else _NO_UNIT, because)
    return Proposal(direction=direction or "", unit=unit, kind=kind, reasons=reasons, doubts=(*doubts, *unclear))


def _kind_of(name: str, targets: Sequence[str]) -> tuple[str, str, list[str]]:
    words = compact(name) + " ".join(compact(target) for target in targets)
    matched = [(kind, match[0]) for kind, pattern in _KINDS if (match := pattern.search(words))]
    unclear = [_OPEN_TOTAL] if _OPEN.search(words) else []
    if not matched:
        return "year", _SINGLE, unclear
    if len(matched) > 1:
        unclear.append(_BOTH % {"both_names": "」と「".join(word for _kind, word in matched)})
    return matched[0][0], _WORD % {"word": matched[0][1]}, unclear
