"""Judgements per second: `python -m tests.bench.bench_judge`. Asked: 10,000 a second in one process.

The values are the document's own, with other digits in every round, so that no cached reading helps; the second
figure repeats the very same values, as a screen or an import does; the third has names, too, that were never met.
"""

from __future__ import annotations

import re
import time
from typing import NamedTuple

from review.domain import notation
from review.domain.values import cells, direction, grammar, lexer, numeric
from review.domain.values.achievement import judge
from tests.review.domain import tables

COUNT = 10_000
TARGET = 10_000
STRANGERS = ("unseen_first", "unseen_second", "unseen_third", "unseen_fourth")


class Speed(NamedTuple):
    wall: float
    cpu: float


def _forget() -> None:
    for module in (cells, direction, grammar, lexer, notation, numeric):
        for cached in vars(module).values():
            if hasattr(cached, "cache_clear"):
                cached.cache_clear()


def _other_digits(text: str | None, round_number: int) -> str | None:
    """The text with its last run of digits changed, so that it was not read before."""
    if text is None:
        return None
    return re.sub(r"\d+(?=\D*\Z)", lambda match: str(int(match[0]) + round_number * 1009), text, count=1)


def _questions(*, fresh: bool) -> list[dict]:
    document = [
        {key: row[key] for key in ("name", "target", "actual", "previous", "targets")} for row in tables.document()
    ]
    questions = []
    for number in range(COUNT):
        question = dict(document[number % len(document)])
        if fresh:
            turn = number // len(document)
            for key in ("target", "actual", "previous"):
                question[key] = _other_digits(question[key], turn)
        questions.append(question)
    return questions


def _strangers() -> list[dict]:
    """Questions of which neither name nor value was met before: the tables of an independent reader."""
    rows = [row for name in STRANGERS for row in tables.rows(f"{name}.tsv")]
    return [
        {
            "name": row["name"],
            "target": row["target"],
            "actual": row["actual"],
            "direction": row["direction"] or None,
            "previous": row["previous"] or None,
            "targets": tuple(row["targets"].split("|")) if row["targets"] else (),
        }
        for row in rows
    ]


def _per_second(questions: list[dict]) -> Speed:
    """From empty caches; CPU time of this process beside the wall's, for a machine that has other work."""
    _forget()
    wall, cpu = time.perf_counter(), time.process_time()
    for question in questions:
        judge(**question).as_dict()
    count = len(questions)
    return Speed(count / (time.perf_counter() - wall), count / (time.process_time() - cpu))


def measure(*, fresh: bool) -> Speed:
    """Judgements per second over COUNT questions, from empty caches."""
    return _per_second(_questions(fresh=fresh))


def main() -> int:
    """Prints the figures; 1 where even repeated values are slower than asked."""
    repeated = _per_second(_questions(fresh=False))
    for what, speed in (
        ("values never seen", _per_second(_questions(fresh=True))),
        ("the plan's own", repeated),
        ("names and values never seen", _per_second(_strangers())),
    ):
        print(f"judge, {what}: {speed.wall:,.0f}/s, by CPU time {speed.cpu:,.0f}/s (asked {TARGET:,})")
    return 0 if repeated.cpu >= TARGET else 1


if __name__ == "__main__":
    raise SystemExit(main())
