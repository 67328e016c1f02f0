"""The words of the city's form beside its fields (`review.domain.form`), written once for every reader and writer."""

import re
import unicodedata

from review.domain.sheet import IndicatorBlock

CODE = "施策ID"
OVERVIEW = "施策概要"
CONTENT = "施策内容"
GOALS = "取組みスケジュールと成果目標"
SCHEDULE = "取組みスケジュール"
ACTIVITY = "取組内容"
# The label where the years are repeated on a further page.
CONTINUED = "成果目標(続き)"
NAME_ROW, TARGET_ROW, ACTUAL_ROW = "評価項目", "目標", "実績"
# Further rows, of a 成果目標 that has them.
BASELINE_ROW, SORT_ROW = "基準値", "指標の区分"
SORTS = {"activity": "活動指標", "outcome": "成果指標"}
GOAL = "成果目標"
EVALUATION = "評価"
RESULTS = "判定結果"
OPINION = "外部評価の意見"
PROGRESS = "取組状況(取組内容ごと)"
AUDIT_HEAD = "監査記録の照合値"
DEMO = "デモ値"
ALL_DEPARTMENTS = "全課等"
FILLED, UNFILLED = "■", "□"

_DROPPED = re.compile(r"[\s・·•･]+")


def fold(text: str) -> str:
    """A label as it is compared: half-width, without spaces, line breaks and middle dots."""
    return _DROPPED.sub("", unicodedata.normalize("NFKC", text))


def goal_label(number: int) -> str:
    """成果目標① for 1; from 21 on, where there is no circled digit everywhere, 成果目標(21)."""
    return GOAL + (chr(0x2460 + number - 1) if 1 <= number <= 20 else f"({number})")


def further_rows(block: IndicatorBlock) -> list[tuple[str, str]]:
    """The rows under the 実績 of a 成果目標 that has them: (label, text)."""
    rows = [(BASELINE_ROW, block.baseline), (SORT_ROW, SORTS.get(block.sort, ""))]
    return [(label, text) for label, text in rows if text.strip()]


def bar_text(*, filled: bool, label: str) -> str:
    """A schedule cell as text: ■ and the label for a bar, the bare label for words without a bar."""
    if filled:
        return FILLED + label
    # A label that itself begins with a sign would be read back as a bar.
    return UNFILLED + label if label.startswith((FILLED, UNFILLED)) else label


def read_bar(text: str) -> tuple[bool, str]:
    """(filled, label) of a schedule cell; the inverse of `bar_text`."""
    if text.startswith(FILLED):
        return True, text[1:]
    return False, text.removeprefix(UNFILLED)
