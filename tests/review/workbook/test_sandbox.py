"""The throw-away process: whatever becomes of it, the caller gets a finding."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from review.workbook import sandbox, warm_parent
from review.workbook.findings import Code
from tests.corpus import genuine, hostile

ROOT = Path(sandbox.__file__).resolve().parents[2]


def test_a_safe_book_of_another_form_is_told_apart(tmp_path: Path) -> None:
    outcome = sandbox.read("entry", genuine.samples()[0])
    assert outcome.finding.code == Code.WRONG_FORM
    assert outcome.entry is None


def test_an_entry_book_comes_back_as_data() -> None:
    path = next(path for path in genuine.samples() if path.stem == "libreoffice-7-entry-book")
    outcome = sandbox.read("entry", path)
    assert outcome.finding.is_ok
    assert outcome.entry and outcome.entry["sheets"]["01-01"]["policy"] == {
        "text": "方針です。\n二行目。", "cell": "01-01!B12", "mark": "",
    }  # fmt: skip


def test_a_hostile_file_never_reaches_the_reader(tmp_path: Path) -> None:
    outcome = sandbox.read("entry", hostile.write("macro/vba", tmp_path))
    assert (outcome.finding.code, outcome.entry) == (Code.MACRO, None)


def test_a_child_that_is_too_slow_is_killed(tmp_path: Path) -> None:
    assert sandbox.read("book", genuine.samples()[0], seconds=0.001).finding.code == Code.TOO_LARGE


@pytest.mark.parametrize("answer", [b"", b"{", b"[]", b'{"code": "NEW"}'])
def test_an_answer_that_is_none_is_a_refusal(answer: bytes) -> None:
    assert sandbox._answer(answer).finding.code == Code.BROKEN


@pytest.mark.parametrize(
    "deed",
    [
        "x = bytearray(2 * 1024**3)",
        "import os, tempfile; os.write(tempfile.mkstemp()[0], b'x')",
        "[open('/dev/null') for _ in range(500)]",
    ],
    ids=["memory", "writing", "files"],
)
def test_the_child_cannot_take_more_than_its_limits(deed: str) -> None:
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from review.workbook import warm_parent; warm_parent.limit()\n{deed}"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, check=False)
    assert done.returncode


def test_a_name_that_is_no_path_is_a_refusal(tmp_path: Path) -> None:
    assert sandbox.read("book", tmp_path / "a\x00b").finding.code == Code.BROKEN
    assert sandbox.read("book", tmp_path / "absent").finding.code == Code.NOT_XLSX


def test_what_reads_files_is_all_loaded_and_no_library_for_workbooks_is_in_it() -> None:
    """Whatever a child loads by itself costs each file anew."""
    code = f"""import sys, json; sys.path.insert(0, {str(ROOT)!r}); from review.workbook import sandbox; sandbox.load()
before = set(sys.modules)
for task in ("book", "entry", "table", "form", "evidence"):
    assert b'"OK"' in sandbox.child(json.dumps([task, {str(genuine.SAMPLES / "libreoffice-7-entry-book.xlsx")!r}, {{}}]).encode())
print(sorted(set(sys.modules) - before), [name for name in sys.modules if name.startswith(("openpyxl", "defusedxml", "lxml"))])"""
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[] []\n", "")


# --- the warm parent ----------------------------------------------------------------------------------------------


def parents() -> list[int]:
    """The processes that this one started to make readers, as the system knows them."""
    return [pid for pid in children(os.getpid()) if "warm_parent.serve(" in command(pid)]


def children(pid: int) -> list[int]:
    words = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False).stdout
    return [int(word) for word in words.split()]


def command(pid: int) -> str:
    """The command line of a process; '' where it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode()
    except OSError:
        return ""


def warm() -> int:
    """The parent that has just made a reader."""
    assert sandbox.read("entry", genuine.samples()[0]).finding.code == Code.WRONG_FORM
    (pid,) = parents()
    return pid


@pytest.mark.parametrize("who", ["the parent", "the child that waits"])
def test_the_parent_knows_nothing_that_a_file_should_not_reach(who: str) -> None:
    """And the child that it made ahead no more than it."""
    pid = warm() if who == "the parent" else waiting(warm())
    words = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    assert {word.partition("=")[0] for word in words if word} == {"PYTHONDONTWRITEBYTECODE", "LC_ALL"}
    handles = {os.readlink(path) for path in Path(f"/proc/{pid}/fd").iterdir()}
    assert {one.partition(":")[0] for one in handles} <= {"socket", "/dev/null"}
    maps = Path(f"/proc/{pid}/maps").read_text()
    assert "psycopg" not in maps and "_sqlite3" not in maps
    limits = Path(f"/proc/{pid}/limits").read_text()
    for name, most in (("address space", warm_parent.MEMORY), ("cpu time", warm_parent.CPU_SECONDS), ("file size", 0),
                       ("open files", warm_parent.FILES), ("core file size", 0)):  # fmt: skip
        (line,) = (line for line in limits.splitlines() if line.startswith(f"Max {name}"))
        assert line.removeprefix(f"Max {name}").split()[:2] == [str(most)] * 2


def waiting(pid: int) -> int:
    """The child that waits for a file: the one that is left when all others have ended."""
    until = time.monotonic() + 20
    while len(left := children(pid)) != 1:
        assert time.monotonic() < until, left
        time.sleep(0.05)
    return left[0]


def test_a_parent_that_died_is_followed_by_another() -> None:
    """And the child that waited goes with it."""
    before = warm()
    child = waiting(before)
    os.kill(before, signal.SIGKILL)
    assert ended(child)
    assert warm() != before


def test_a_child_that_died_while_it_waited_costs_one_parent_and_no_file() -> None:
    before = warm()
    os.kill(waiting(before), signal.SIGKILL)
    assert warm() != before
    assert ended(before)


def ended(pid: int) -> bool:
    until = time.monotonic() + 20
    while command(pid) and time.monotonic() < until:
        time.sleep(0.05)
    return not command(pid)


def test_one_parent_serves_many_at_once() -> None:
    outcomes: list[sandbox.Outcome] = []
    path = genuine.SAMPLES / "libreoffice-7-entry-book.xlsx"
    threads = [threading.Thread(target=lambda: outcomes.append(sandbox.read("entry", path))) for _number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 6 and outcomes[0].entry is not None
    assert all(outcome.entry == outcomes[0].entry for outcome in outcomes)
    warm()


def test_a_child_dies_at_its_time_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The caller gives up, and the child is gone soon after, whatever it was at."""
    pid = warm()
    book = genuine.samples()[0]
    for _turn in range(5):
        assert sandbox.read("form", book, seconds=0.001).finding.code == Code.TOO_LARGE
    assert waiting(pid)


def test_a_parent_ends_with_its_caller() -> None:
    code = (
        f"import os, sys; sys.path.insert(0, {str(ROOT)!r}); from pathlib import Path; from review.workbook import sandbox\n"
        f"sandbox.read('book', Path({str(genuine.samples()[0])!r})); print(flush=True); sys.stdin.read(1); os._exit(9)"
    )
    caller = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert caller.stdin and caller.stdout and caller.stdout.readline()
    (pid,) = children(caller.pid)
    assert "warm_parent" in command(pid)
    child = waiting(pid)
    caller.stdin.close()
    caller.wait(timeout=20)
    assert ended(pid) and ended(child)
