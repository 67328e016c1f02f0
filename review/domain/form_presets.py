"""The forms that come along: 施策シート様式 (all built-in items), a list of KPI, and an activity sheet (事務事業評価)."""

from __future__ import annotations

from typing import Any

from review.domain.fields import OWN, Kind, Section

KPI = "kpi"
_LEVELS = ("高い", "ふつう", "低い")


def _item(label: str, kind: Kind, *levels: str, help: str = "", required: bool = False) -> dict[str, Any]:
    return {
        "key": OWN + label, "label": label, "help": help, "kind": str(kind), "levels": list(levels),
        "section": str(Section.EVALUATION), "required": required, "in_book": True, "public": True, "retired": False,
    }  # fmt: skip


#: `off`: the built-in texts that the form does not ask for.
PRESETS: dict[str, dict[str, Any]] = {
    "city": {},
    KPI: {
        "off": ["current_state", "expected_effect", "progress", "self_assessment"],
        "items": [_item("KPIの評価", Kind.LEVEL, "順調", "おおむね順調", "遅れている", required=True) | {"key": OWN + "kpiの評価"}],
    },
    "activity": {
        "off": ["expected_effect", "self_assessment"],
        "items": [
            _item("事業費", Kind.AMOUNT, help="千円を単位に入力します。", required=True),
            _item("人件費", Kind.AMOUNT, help="千円を単位に入力します。"),
            *(_item(label, Kind.LEVEL, *_LEVELS, required=True) for label in ("必要性", "有効性", "効率性")),
            _item("今後の方向性", Kind.LEVEL, "拡充", "継続", "改善", "縮小", "廃止", required=True),
        ],
    },
}  # fmt: skip
