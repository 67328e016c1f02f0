"""The forms that come along: 施策シート様式 (all built-in items), a list of KPI, and an activity sheet (事務事業評価)."""

from typing import Any

from review.domain.fields import Kind, Required, Section, Writer
from review.domain.sheet_form import key_of

KPI = "kpi"
_LEVELS = ("高い", "ふつう", "低い")


def _item(label: str, kind: Kind, *levels: str, help: str = "", required: Required = Required.ALWAYS) -> dict[str, Any]:
    return {
        "key": key_of(label),
        "label": label,
        "help": help,
        "kind": str(kind),
        "levels": list(levels),
        "section": str(Section.EVALUATION),
        "writer": str(Writer.DEPARTMENT),
        "required": str(required),
        "in_book": True,
        "public": True,
        "retired": False,
    }


#: `off`: the built-in texts that the form does not ask for; `called`: those that the kind of plan has other words for.
PRESETS: dict[str, dict[str, Any]] = {
    "city": {},
    KPI: {
        "off": ["current_state", "expected_effect", "progress", "self_assessment"],
        "items": [_item("KPIの評価", Kind.LEVEL, "順調", "おおむね順調", "遅れている")],
    },
    "activity": {
        "off": ["expected_effect", "self_assessment"],
        "called": {
            "current_state": {"label": "事業の目的"},
            "description": {"label": "事業の内容"},
            "policy": {"label": "改善の内容", "section": str(Section.EVALUATION)},
        },
        "items": [
            _item("事業費", Kind.AMOUNT, help="千円を単位に入力します。"),
            _item("人件費", Kind.AMOUNT, help="千円を単位に入力します。", required=Required.NEVER),
            *(_item(label, Kind.LEVEL, *_LEVELS) for label in ("必要性", "有効性", "効率性")),
            _item("今後の方向性", Kind.LEVEL, "拡充", "継続", "改善", "縮小", "廃止"),
        ],
    },
}  # fmt: skip
