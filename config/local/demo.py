"""`python -m config.local.demo`: a year of Meguri on this machine, from nothing, with a real worker.

Empties var/demo, starts a broker, a worker and beat, lets `manage.py run_demo` take 令和6年度 from import
to publication, and then serves the screens. With --exit it ends there, with status 0 when all went well.
"""

import argparse
import contextlib
import errno
import fcntl
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from config.local import broker, processes, worker

BASE_DIR = Path(__file__).resolve().parents[2]
FOLDER = BASE_DIR / "var" / "demo"
LOCK = BASE_DIR / "var" / "demo.lock"

# The pace of the demo: what the city waits half a minute for, a visitor need not.
PACE = {
    "MEGURI_SWEEP_SECONDS": "2",
    "MEGURI_LEASE_SECONDS": "10",
    "MEGURI_HEARTBEAT_SECONDS": "3",
    "MEGURI_MAIL_COALESCE_SECONDS": "1",
    "MEGURI_BUILD_COALESCE_SECONDS": "2",
}

#: what a demo writes, and as much again
ROOM = 200_000_000
FULL = f"{BASE_DIR} のディスクに空きがありません。200 MB ほど空けてから、もう一度お試しください。 / The disk is full."


class Refusal(Exception):
    """Why the demo does not run; the message is for the person who started it."""


def main() -> int:
    """Runs the demo; returns the exit status."""
    options = arguments()
    if options.with_parent:
        processes.die_with_parent()
    started = time.monotonic()
    try:
        with processes.signals_as_exit(), only_one(), contextlib.ExitStack() as stack:
            check_port(options)
            check_room()
            run(options, stack, started)
    except (Refusal, processes.NotReady) as reason:
        say(f"デモを続けられません。{reason}")
        return 1
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        say(f"デモを続けられません。{FULL}")
        return 1
    except KeyboardInterrupt:
        say("デモを終了しました。 / The demo has ended.")
        return 0
    return 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make demo ARGS=...", description=__doc__)
    parser.add_argument("--exit", action="store_true", help="画面を開かずに終わる / do not serve afterwards")
    parser.add_argument("--port", type=int, default=8000, help="画面のポート番号 / the port to serve on (8000)")
    parser.add_argument("--with-parent", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def run(options: argparse.Namespace, stack: contextlib.ExitStack, started: float) -> None:
    start_afresh()
    env = environment(options.port)
    say("ブローカーを起動しています / starting the broker")
    ringing = broker.start(FOLDER / "broker", keep=True, ours="REDIS_URL" not in os.environ)
    stack.callback(ringing.stop)
    env["REDIS_URL"] = ringing.url
    say("データベースを用意しています / preparing the database")
    gathering = begun(env, "collectstatic", "--noinput", "--verbosity", "0")  # on the other core
    manage(env, "migrate", "--verbosity", "0")
    ended(gathering, "collectstatic")
    say("ワーカーを起動しています / starting the worker")
    working = worker.start_worker(env=env, log=FOLDER / "log" / "worker.log")
    stack.callback(working.stop)
    worker.wait_until_started(working)
    beat = worker.start_beat(env=env, log=FOLDER / "log" / "beat.log", schedule=FOLDER / "beat-schedule")
    stack.callback(beat.stop)
    manage(env, "run_demo")
    say(f"ここまで {time.monotonic() - started:.0f} 秒でした / took {time.monotonic() - started:.0f} s")
    if not options.exit:
        serve(env, options.port, stack, [ringing.process, working, beat])


def serve(env: dict[str, str], port: int, stack: contextlib.ExitStack, others: list[processes.Process | None]) -> None:
    """Serves until Ctrl-C. Raises Refusal when a process ends by itself."""
    web = worker.start_web(env=env, log=FOLDER / "log" / "web.log", port=port)
    stack.callback(web.stop)
    say(f"画面: http://127.0.0.1:{port}/demo/ (終了は Ctrl-C / Ctrl-C ends)")
    running = [process for process in (web, *others) if process is not None]
    while all(process.alive() for process in running):
        time.sleep(0.5)
    ended = next(process for process in running if not process.alive())
    raise Refusal(f"{ended.name} が止まりました。{ended.log} をご覧ください。\n{ended.log_tail()}")


def environment(port: int) -> dict[str, str]:
    """The demo's own settings; whatever else the machine's environment says about Meguri is left aside."""
    rest = {name: value for name, value in os.environ.items() if not name.startswith(("MEGURI_", "DJANGO_", "EMAIL_"))}
    return {
        **rest,
        **PACE,
        "DJANGO_SETTINGS_MODULE": "config.settings.demo",
        "MEGURI_ENV_FILE": "",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "DATABASE_URL": f"sqlite:///{FOLDER / 'meguri.sqlite3'}",
        "MEGURI_DATA_ROOT": str(FOLDER),
        "MEGURI_BASE_URL": f"http://127.0.0.1:{port}",
        "PYTHONUNBUFFERED": "1",
    }


@contextlib.contextmanager
def only_one() -> Iterator[None]:
    """Holds the folder while the block runs. Raises Refusal where another demo does."""
    LOCK.parent.mkdir(parents=True, exist_ok=True)
    with LOCK.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refusal(
                f"別のデモが {FOLDER} で動いています。そちらを終了してから、もう一度お試しください。"
                " / Another demo is running in that folder."
            ) from None
        yield


def check_port(options: argparse.Namespace) -> None:
    if not options.exit and processes.port_taken(options.port):
        raise Refusal(
            f"ポート {options.port} は使われています。make demo ARGS='--port {options.port + 1}' のように、"
            "別の番号を指定してください。 / That port is taken: name another with --port."
        )


def check_room() -> None:
    if shutil.disk_usage(LOCK.parent).free < ROOM:
        raise Refusal(FULL)


def start_afresh() -> None:
    """Empties the folder of an earlier demo, which nobody holds any more."""
    try:
        if FOLDER.exists():
            shutil.rmtree(FOLDER)
    except PermissionError as error:
        raise Refusal(
            f"{error.filename} を消せません。別の利用者が作ったものなら、その利用者で消してください。"
            " / The earlier demo belongs to another user."
        ) from None
    for part in ("", "log", "files", "mail"):
        (FOLDER / part).mkdir(parents=True, exist_ok=True)


def manage(env: dict[str, str], *words: str) -> None:
    """Runs a management command and shows what it prints. Raises Refusal when it fails."""
    ended(begun(env, *words), words[0])


def begun(env: dict[str, str], *words: str) -> subprocess.Popen[bytes]:
    """A management command that runs beside what follows; it ends with this process at the latest."""
    command = [sys.executable, str(BASE_DIR / "manage.py"), *words]
    dying = processes.dying_with(os.getpid())
    return subprocess.Popen(command, env=env, cwd=BASE_DIR, stdin=subprocess.DEVNULL, preexec_fn=dying)


def ended(command: subprocess.Popen[bytes], name: str) -> None:
    """Waits for its end. Raises Refusal when it fails."""
    if command.wait() != 0:
        check_room()
        raise Refusal(
            f"manage.py {name} が終了コード {command.returncode} で失敗しました。"
            f"ワーカーの記録は {FOLDER / 'log'} にあります。"
        )


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
