"""Eight processes writing into one SQLite file at once: `python -m tests.faults.writers ROUNDS ACTS`.

The file has its tables already. Prints a line of JSON for each round. The background work of a round is done in this process when all have ended.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

WRITERS = 8


def main(rounds: int, acts: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    import django

    django.setup()
    from review.background.services import doorbell
    from tests.faults import desk

    doorbell.register(lambda *_: None)
    desk.set_up(sheets=WRITERS)
    settle()
    since = 0
    for _ in range(rounds):
        outcome = round_of(desk.sheets(), acts)
        begun = time.monotonic()
        settle()
        outcome["settled"] = time.monotonic() - begun
        from tests.faults import invariants

        check = invariants.check(since, outcome.pop("keys"))
        since = check["last"]
        print(
            json.dumps({**outcome, "events": check["events"], "wrong": outcome["wrong"] + check["wrong"]}), flush=True
        )


def settle() -> None:
    from tests.cast import settle_background

    settle_background()


def round_of(sheets: list[int], acts: int) -> dict[str, Any]:
    """All writers at once; returns the acknowledged keys, the slowest step and every error."""
    from django.db import connections

    connections.close_all()
    pipes = []
    for sheet in sheets[:WRITERS]:
        reading, writing = os.pipe()
        if os.fork() == 0:
            write(sheet, acts, writing)
        os.close(writing)
        pipes.append(reading)
    outcomes = []
    for reading in pipes:
        with os.fdopen(reading) as stream:
            outcomes.append(json.loads(stream.read()))
        os.wait()
    return {
        "keys": [key for one in outcomes for key in one["keys"]],
        "slowest": max(one["slowest"] for one in outcomes),
        "wrong": [error for one in outcomes for error in one["errors"]],
    }


def write(sheet: int, acts: int, writing: int) -> None:
    """One writer; never returns."""
    from tests.faults import desk

    outcome: dict[str, Any] = {"keys": [], "slowest": 0.0, "errors": []}
    for _ in range(acts):
        try:
            taken = desk.act(review=sheet)
            outcome["keys"].append(taken["key"])
            outcome["slowest"] = max(outcome["slowest"], taken["seconds"])
        except Exception as error:
            outcome["errors"].append(f"a writer failed: {type(error).__name__}: {error}")
    with os.fdopen(writing, "w") as stream:
        stream.write(json.dumps(outcome))
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
