"""A mail server that refuses, is slow, or hangs: nothing is lost, one sender at most is held, the reason is said."""

from __future__ import annotations

import time

import pytest

from tests.faults.bench import TIMES, Rig, line

pytestmark = [pytest.mark.fault, pytest.mark.services, pytest.mark.timeout(3600)]


def mails_of(rig: Rig, state: str) -> list[tuple[int, str]]:
    """(tries, cause) of the mails in a state."""
    return [(tries, cause) for mail_state, tries, cause in rig.eye.mails().values() if mail_state == state]


def test_451_is_tried_again_later(rig: Rig) -> None:
    def refuse() -> None:
        rig.sink("451")
        rig.write_mails(count=3)
        rig.wait_until(lambda: any(tries and "451" in cause for tries, cause in mails_of(rig, "waiting")), "a 451")
        rig.sink("ok")

    for _ in range(TIMES):
        rig.strike("smtp_refusing_451", refuse)


def test_550_is_parked_with_its_reason_until_an_operator_sends_it(rig: Rig) -> None:
    def refuse() -> None:
        rig.sink("550")
        rig.write_mails(count=3)
        rig.wait_until(lambda: len(mails_of(rig, "parked")) >= 3, "three parked mails")
        assert all("550" in cause for _tries, cause in mails_of(rig, "parked"))
        rig.sink("ok")
        time.sleep(0.3)
        # Mails of the load, too, were refused in the meantime.
        rig.wait_until(lambda: not rig.eye.busy()["mails"], "no mail under way")
        rig.front.release_mails()

    for _ in range(TIMES):
        rig.strike("smtp_refusing_550", refuse)


def test_a_slow_server_holds_nothing_else_up(rig: Rig) -> None:
    def slow() -> None:
        rig.sink("slow 0.5")
        rig.write_mails(count=4)
        rig.wait_until(lambda: rig.eye.busy()["mails"], "a mail under way")
        time.sleep(1)
        rig.sink("ok")

    for _ in range(TIMES):
        rig.strike("smtp_slow", slow)


@pytest.mark.drill
def test_a_hanging_server_holds_one_sender(rig: Rig) -> None:
    entry, most = line("smtp_hanging"), 0

    def hang() -> None:
        nonlocal most
        rig.sink("hang")
        rig.write_mails(count=20)
        until = time.monotonic() + 2.5 * float(rig.env.get("EMAIL_TIMEOUT", "10"))
        while time.monotonic() < until:
            most = max(most, connections(rig))
            time.sleep(0.05)
        rig.sink("ok")

    for _ in range(TIMES):
        rig.strike("smtp_hanging", hang)
    entry.note = f"at most {most} sender held"
    assert most <= 1


def connections(rig: Rig) -> int:
    """How many are open to the mail server now."""
    path = rig.sink_folder / "lines"
    signs = [row[0] for row in path.read_text().splitlines() if row] if path.exists() else []
    return signs.count("+") - signs.count("-")
