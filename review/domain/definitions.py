"""What a goal's own words propose for its definition: direction, unit and kind, each with the reason, for a person to confirm."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from review.domain import values
from review.domain.notation import compact
from review.domain.values import achievement
from review.domain.values.direction import name_direction

#: The words of each kind. 延べ is said of one year's count as often as of a running total: it is only a reason to ask.
_KINDS = (
    ("total", re.compile(r"累計|累積|通算|計画期間")),
    ("end", re.compile(r"(?:年度|期|\d月|\d日)末|時点|\d日現在|月現在|残高")),
    ("average", re.compile(r"平均")),
)
_OPEN = re.compile(r"延べ|のべ")


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
    doubts = [] if direction or not measured else ["向きが分かりません。"]
    if not measured and not direction:
        why = "目標と実績が文章のため、向きはありません。"
    if direction and name_direction(name) not in (None, direction):
        doubts.append("評価項目の名称は反対の向きを示します。")
    latest = [*reversed(targets), *reversed(actuals)]
    unit = next((unit for text in latest if (unit := unit_of(text))), "")
    if len({tuple(units) for text in latest if (units := dimensions(text))}) > 1:
        doubts.append("年度や、目標と実績とで単位が違います。")
    kind, because, unclear = _kind_of(name, targets)
    reasons = (
        why,
        f"単位は目標と実績の書き方から「{unit}」です。" if unit else "目標と実績に単位がありません。",
        because,
    )
    return Proposal(direction=direction or "", unit=unit, kind=kind, reasons=reasons, doubts=(*doubts, *unclear))


def _kind_of(name: str, targets: Sequence[str]) -> tuple[str, str, list[str]]:
    words = compact(name) + " ".join(compact(target) for target in targets)
    matched = [(kind, match[0]) for kind, pattern in _KINDS if (match := pattern.search(words))]
    unclear = ["「延べ」が、その年度の値か累計か分かりません。"] if _OPEN.search(words) else []
    if not matched:
        return "year", "累計や年度末などの言葉がないため、単年度の値です。", unclear
    if len(matched) > 1:
        unclear.append(f"「{'」と「'.join(word for _kind, word in matched)}」の両方の言葉があります。")
    return matched[0][0], f"「{matched[0][1]}」という言葉があるためです。", unclear
