"""The words of the city's form beside its fields (`review.domain.form`), written once for every reader and writer."""

import re
import unicodedata

CODE = "施策ID"
OVERVIEW = "施策概要"
CONTENT = "施策内容"
GOALS = "取組みスケジュールと成果目標"
SCHEDULE = "取組みスケジュール"
ACTIVITY = "取組内容"
# The label where the years are repeated on a further page.
CONTINUED = "成果目標(続き)"
NAME_ROW, TARGET_ROW, ACTUAL_ROW = "評価項目", "目標", "実績"
# A fourth row, of a 成果目標 that has one.
BASELINE_ROW = "基準値"
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
