"""A city's worth of mails with kills in between: none lost, each repeat with the same Message-ID and marked."""

from __future__ import annotations

import os
import random
import signal
import time

import pytest

from tests.faults.bench import FORM, Rig, line

pytestmark = [pytest.mark.fault, pytest.mark.services, pytest.mark.timeout(3600)]

MAILS, KILLS = {"short": (200, 4), "full": (3000, 60), "production": (300, 2)}[FORM]


def test_without_kills_no_mail_is_repeated(rig: Rig) -> None:
    entry = line(f"none ({MAILS} mails)")
    begun = time.monotonic()
    rig.write_mails(count=MAILS)
    rig.wait_until_quiet()
    entry.recoveries.append(time.monotonic() - begun)
    rig.look(entry)
    assert entry.repeated == 0 and len(rig.delivered()) >= MAILS


def test_kills_lose_no_mail_and_every_repeat_is_marked(rig: Rig) -> None:
    entry = line(f"sender_killed ({MAILS} mails)")
    begun = time.monotonic()
    # Slow enough that so many kills fall into the sending.
    rig.sink("slow 0.01")
    rig.write_mails(count=MAILS)
    kills = 0
    while kills < KILLS and rig.eye.waiting():
        rig.wait_until(lambda: rig.eye.busy()["mails"] or not rig.eye.waiting(), "a mail under way", pause=0.02)
        time.sleep(random.uniform(0, 0.3))
        kills += strike(rig)
    rig.sink("ok")
    rig.wait_until_quiet()
    entry.recoveries.append(time.monotonic() - begun)
    rig.look(entry)
    entry.times = kills
    entry.note = "kill of the pool process that sends; times are of the whole"
    assert kills >= min(KILLS, 3)


def strike(rig: Rig) -> bool:
    """Kill whoever sends, if somebody does."""
    if not rig.eye.busy()["mails"]:
        return False
    for name in rig.workers:
        for child in rig.children(name):
            os.kill(child, signal.SIGKILL)
    return True
