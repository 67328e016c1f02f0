"""Judgements per second: `python -m tests.bench.bench_judge`. Asked: 10,000 a second in one process.

The values are the document's own, with other digits in every round, so that no cached reading helps; the second
figure repeats the very same values, as a screen or an import does.
"""

from __future__ import annotations

import re
import time

from review.domain import direction, notation, values
from review.domain.achievement import judge
from tests.review.domain import tables

COUNT = 10_000
ASKED = 10_000


def _forget() -> None:
    for cached in (values.read, notation.fold, notation.compact, direction.name_direction, direction.trend):
        cached.cache_clear()


def _other_digits(text: str | None, round_number: int) -> str | None:
    """The text with its last run of digits changed, so that it was not read before."""
    if text is None:
        return None
    return re.sub(r"\d+(?=\D*\Z)", lambda found: str(int(found[0]) + round_number * 1009), text, count=1)


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


def measure(*, fresh: bool) -> float:
    """Judgements per second over COUNT questions, from empty caches."""
    questions = _questions(fresh=fresh)
    _forget()
    start = time.perf_counter()
    for question in questions:
        judge(**question).as_dict()
    return COUNT / (time.perf_counter() - start)


def main() -> int:
    """Prints both figures; 1 where even repeated values are slower than asked."""
    fresh, repeated = measure(fresh=True), measure(fresh=False)
    print(
        f"judge: {fresh:,.0f} judgements/s on values never seen, {repeated:,.0f}/s on the plan's own (asked {ASKED:,})"
    )
    return 0 if repeated >= ASKED else 1


if __name__ == "__main__":
    raise SystemExit(main())
