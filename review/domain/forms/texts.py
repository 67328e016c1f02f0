"""Which text of the sheet a label of another city means."""

from __future__ import annotations

import re
from collections.abc import Mapping

#: (key of `domain.fields`, words that a label of it contains); the first that fits decides
_PLACES: tuple[tuple[str, str], ...] = (
    ("cause", r"要因|原因|分析|理由"),
    ("current_state", r"課題|現状|問題|背景|必要性"),
    ("progress", r"取組状況|実施状況|取組実績|取組と成果|実績と成果|実施結果"),
    ("response", r"改善|対応|対策"),
    ("policy", r"今後|方向|方針|見通し"),
    ("expected_effect", r"効果|期待"),
    ("description", r"概要|内容|目的|説明|手段|手法|対象|事業期間|計画期間"),
)


def sheet_texts(labelled: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """({key: text}, the labels without a place). Several labels of one key follow each other, each with its label."""
    places: dict[str, list[tuple[str, str]]] = {}
    left: list[str] = []
    for label, text in labelled.items():
        key = next((key for key, words in _PLACES if re.search(words, label)), "")
        if key:
            places.setdefault(key, []).append((label, text))
        else:
            left.append(label)
    return {key: _joined(parts) for key, parts in places.items()}, left


def _joined(parts: list[tuple[str, str]]) -> str:
    if len(parts) == 1:
        return parts[0][1]
    return "\n".join(f"【{label}】{text}" for label, text in parts)
