"""The demo's launcher refuses in one sentence what it cannot do."""

import errno
import fcntl
import socket
import types

import pytest

from config.local import demo


@pytest.fixture(autouse=True)
def own_folder(monkeypatch, tmp_path):
    monkeypatch.setattr(demo, "FOLDER", tmp_path / "demo")
    monkeypatch.setattr(demo, "LOCK", tmp_path / "demo.lock")


def test_a_second_demo_in_the_same_folder_is_refused():
    demo.LOCK.parent.mkdir(exist_ok=True)
    with demo.LOCK.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(demo.Refusal, match="別のデモ"), demo.only_one():
            pass


def test_a_taken_port_is_refused_with_another_proposed():
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(demo.Refusal, match=f"--port {port + 1}"):
            demo.check_port(types.SimpleNamespace(exit=False, port=port))


def test_a_taken_port_does_not_matter_where_nothing_is_served():
    demo.check_port(types.SimpleNamespace(exit=True, port=0))


def test_it_starts_afresh():
    demo.start_afresh()
    (demo.FOLDER / "meguri.sqlite3").write_text("an earlier year")
    demo.start_afresh()
    assert not (demo.FOLDER / "meguri.sqlite3").exists()
    assert (demo.FOLDER / "mail").is_dir()


def test_a_developers_own_settings_stay_out(monkeypatch):
    monkeypatch.setenv("EMAIL_HOST", "mail.example.jp")
    monkeypatch.setenv("MEGURI_FILES_ROOT", "/somewhere/else")
    monkeypatch.setenv("DATABASE_URL", "postgres://the-city")
    env = demo.environment(8000)
    assert "EMAIL_HOST" not in env
    assert "MEGURI_FILES_ROOT" not in env
    assert env["DATABASE_URL"].startswith("sqlite:///")
    assert env["MEGURI_ENV_FILE"] == ""


def test_a_failing_command_stops_the_demo():
    with pytest.raises(demo.Refusal, match="no_such_command"):
        demo.manage(demo.environment(8000), "no_such_command")


def test_a_full_disk_is_told_in_one_sentence(monkeypatch, capsys):
    monkeypatch.setattr(demo.shutil, "disk_usage", lambda folder: types.SimpleNamespace(free=demo.ROOM - 1))
    monkeypatch.setattr("sys.argv", ["demo", "--exit"])
    assert demo.main() == 1
    assert capsys.readouterr().out.splitlines() == [f"デモを続けられません。{demo.FULL}"]


def test_a_disk_that_fills_up_meanwhile_is_told_too(monkeypatch, capsys):
    def fill(*_given):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(demo, "run", fill)
    monkeypatch.setattr("sys.argv", ["demo", "--exit"])
    assert demo.main() == 1
    assert demo.FULL in capsys.readouterr().out
