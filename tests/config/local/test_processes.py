"""What config.local starts ends with us, also when nobody had the time to stop it."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config.local import processes

BASE_DIR = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.services

STARTS_SERVERS = """
import sys, time
from pathlib import Path
from config.local import broker, postgres
ringing = broker.start(Path(sys.argv[1]) / "broker", ours=True)
database = postgres.start()
print(ringing.process.pid, database.process.pid, database.folder, flush=True)
time.sleep(60)
"""


def running(pid: int) -> bool:
    """False also for a zombie, which only waits to be counted."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until_gone(pids: list[int], seconds: float = 10) -> list[int]:
    deadline = time.monotonic() + seconds
    while (left := [pid for pid in pids if running(pid)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


def test_servers_die_with_a_killed_parent(tmp_path, monkeypatch):
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    command = [sys.executable, "-c", STARTS_SERVERS, str(tmp_path)]
    with subprocess.Popen(command, cwd=BASE_DIR, stdout=subprocess.PIPE, text=True) as parent:
        *words, folder = parent.stdout.readline().split()
        pids = [int(word) for word in words]
        assert all(map(running, pids))
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    assert wait_until_gone(pids) == []
    shutil.rmtree(folder)  # a killed parent cannot clear up


def test_stop_asks_first_and_then_kills_the_whole_group(tmp_path):
    stubborn = "trap '' TERM; sleep 60 & echo $!; wait"
    process = processes.start("stubborn", ["sh", "-c", stubborn], log=tmp_path / "log")
    processes.wait_until(lambda: process.log.read_text() != "", process=process)
    child = int(process.log.read_text())
    process.stop(patience=0.3)
    assert wait_until_gone([process.pid, child]) == []


def test_a_process_that_ends_early_is_reported_with_its_last_words(tmp_path):
    process = processes.start("short", ["sh", "-c", "echo no such luck; exit 3"], log=tmp_path / "log")
    with pytest.raises(processes.NotReady, match=r"status 3:\nno such luck"):
        processes.wait_until(lambda: False, process=process)


def test_a_process_that_never_answers_is_reported(tmp_path):
    process = processes.start("silent", ["sleep", "60"], log=tmp_path / "log")
    with pytest.raises(processes.NotReady, match="not ready within"):
        processes.wait_until(lambda: False, process=process, seconds=0.2)
    process.stop()


def test_nothing_but_the_own_group_is_hit(tmp_path):
    bystander = processes.start("bystander", ["sleep", "60"], log=tmp_path / "log")
    victim = processes.start("victim", ["sleep", "60"], log=tmp_path / "log")
    victim.kill()
    assert bystander.alive()
    assert os.getpgid(bystander.pid) == bystander.pid
    bystander.stop()
