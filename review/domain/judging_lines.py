"""JSON Lines in, JSON Lines out: the body of `manage.py judge`, one judgement a line.

A line that cannot be judged is answered in its place by {"error": …, "line": n}, and the rest goes on.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from review.domain import progress
from review.domain.values.achievement import Judgement, judge

_TEXTS = ("name", "target", "actual")


class LineError(ValueError):
    """A line is not a question that can be judged; the message says what is wrong with it."""


def answers(lines: Iterable[str | bytes]) -> Iterator[str]:
    """One JSON text for each line that is not blank; lines are counted from 1, blank ones too."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            answer = _judged(_question(line)).as_dict()
        except LineError as error:
            answer = {"error": str(error), "line": number}
        yield json.dumps(answer, ensure_ascii=False)


def _judged(question: dict[str, Any]) -> Judgement:
    """By progress, where a later year is said to be the target's."""
    span, baseline = question.pop("span"), question.pop("baseline")
    return progress.judge(span=span, baseline=baseline, **question) if span else judge(**question)


def _question(line: str | bytes) -> dict[str, Any]:
    try:
        data = json.loads(line.decode("utf-8-sig") if isinstance(line, bytes) else line.lstrip("\ufeff"))
    except UnicodeDecodeError:
        raise LineError("UTF-8の文字ではありません") from None
    except (ValueError, RecursionError):
        raise LineError("JSONとして読み取れません") from None
    if not isinstance(data, dict):
        raise LineError("1行に1つのオブジェクト({…})を書いてください")
    return _checked(data)


def _checked(data: dict[str, Any]) -> dict[str, Any]:
    for key in _TEXTS:
        if key not in data:
            raise LineError(f"{key} がありません")
    question: dict[str, Any] = {key: _text(data, key) for key in _TEXTS}
    if data.get("previous") is not None:
        question["previous"] = _text(data, "previous")
    direction = data.get("direction")
    if direction not in (None, "up", "down"):
        raise LineError('direction は "up" か "down" にしてください')
    targets = data.get("targets")
    if targets is not None and not isinstance(targets, list):
        raise LineError("targets は文字列の並びにしてください")
    question["targets"] = tuple(_text({"targets": item}, "targets") for item in targets or ())
    baseline = "" if data.get("baseline") is None else _text(data, "baseline")
    return question | {"direction": direction, "span": _span(data), "baseline": baseline}


def _span(data: dict[str, Any]) -> progress.Span | None:
    """The years of a target that stands for a later one, where both are given."""
    years = {key: data.get(key) for key in ("target_year", "year", "first_year")}
    for key, year in years.items():
        if year is not None and (isinstance(year, bool) or not isinstance(year, int) or not 1926 <= year <= 2200):
            raise LineError(f"{key} は西暦の年度(整数)にしてください")
    target_year, year = years["target_year"], years["year"]
    if target_year is None or year is None:
        return None
    return progress.Span(target_year=target_year, year=year, first_year=years["first_year"])


def _text(data: dict[str, Any], key: str) -> str:
    """A text, with null read as a blank cell."""
    value = data[key]
    if value is None:
        return ""
    if not isinstance(value, str):
        raise LineError(f"{key} は文字列にしてください")
    # A lone surrogate can be neither printed nor stored.
    return value.encode("utf-8", "replace").decode("utf-8")
