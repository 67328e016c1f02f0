"""Slow clients, with real sockets and no proxy: whoever stalls holds no desk, and is sent away after a while."""

from __future__ import annotations

import os
import socket
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from config.local import processes

THREADS, WORKERS = 2, 1
STALLED = 16
APPLICATION = """
import time
def application(environ, start_response):
    path = environ["PATH_INFO"]
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)) if path != "/unread" else b""
    if path == "/slow":
        time.sleep(1)
    answer = b"x" * 40_000_000 if path == "/large" else b"%d" % len(body)
    start_response("200 OK", [("Content-Length", str(len(answer))), ("Content-Type", "text/plain")])
    return [answer]
"""
#: The city's own file, with shorter patience.
SETTINGS = """
from config.gunicorn import *
from config import patience
patience.HEAD, patience.BODY, patience.ANSWER = 4.0, 4.0, 4.0
"""


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder, port = tmp_path_factory.mktemp("patience"), processes.free_port()
    (folder / "small.py").write_text(APPLICATION)
    (folder / "impatient.py").write_text(SETTINGS)
    root = Path(__file__).resolve().parents[2]
    environment = {
        **os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{root}", "MEGURI_BIND": f"127.0.0.1:{port}",
        "MEGURI_WEB_WORKERS": str(WORKERS), "MEGURI_WEB_THREADS": str(THREADS),
    }  # fmt: skip
    command = [sys.executable, "-m", "gunicorn", "--config", "python:impatient", "small:application"]
    server = processes.start("web", command, log=folder / "web.log", env=environment, cwd=root)
    processes.wait_until(lambda: bool(answered(port)), process=server, seconds=60)
    yield port
    log = (folder / "web.log").read_text()
    processes.stop_all([server])
    assert "Traceback" not in log, "a client that goes is no fault of ours"


def answered(port: int, path: str = "/", data: bytes | None = None) -> str:
    """The answer, '' where there is none within ten seconds."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", data=data, timeout=10) as answer:
            return str(answer.read().decode())
    except OSError:
        return ""


def body_of(client: socket.socket) -> bytes:
    """The one letter of an answer, whose head may come before it."""
    with client.makefile("rb") as answer:
        while answer.readline().strip():
            continue
        return answer.read(1)


def stalled(port: int, head: bytes) -> socket.socket:
    """A client that begins and says no more."""
    client = socket.create_connection(("127.0.0.1", port), timeout=20)
    client.sendall(head)
    return client


HALF_A_BODY = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\na=1"
HALF_A_HEAD = b"POST / HTTP/1.1\r\nHost: a\r\nX-Long: "
NO_READER = b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n"
UNREAD = b"POST /unread HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\na=1"


@pytest.mark.drill
@pytest.mark.services
@pytest.mark.parametrize(
    "head", [HALF_A_BODY, HALF_A_HEAD, NO_READER, UNREAD], ids=["body", "head", "answer", "unread"]
)
def test_sixteen_stalled_clients_do_not_stop_the_site(port: int, head: bytes) -> None:
    with ExitStack() as stack:
        clients = [stack.enter_context(stalled(port, head)) for _number in range(STALLED)]
        time.sleep(1)
        begin = time.monotonic()
        assert answered(port) == "0"
        assert time.monotonic() - begin < 3, "it waits for those who stall"
        if head in (HALF_A_BODY, HALF_A_HEAD):
            assert clients[0].recv(100) in (b"", b"HTTP/1.1 400 Bad Request\r\n"), "sent away"
            assert time.monotonic() - begin < 15
    assert answered(port) == "0"


@pytest.mark.services
def test_a_body_arrives_whole_however_it_comes(port: int) -> None:
    assert answered(port, data=b"x" * 3_000_000) == "3000000"
    with stalled(port, b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n") as client:
        assert client.recv(100).startswith(b"HTTP/1.1 100 ")
        for letter in (b"a", b"b", b"c", b"d"):
            time.sleep(0.3)
            client.sendall(letter)
        assert body_of(client) == b"4", "slowly, and within its time"


@pytest.mark.services
def test_no_more_work_at_once_than_there_are_desks(port: int) -> None:
    """Each desk has a connection to the database: the threads that receive must not have one as well."""
    begin = time.monotonic()
    with ExitStack() as stack:
        clients = [stack.enter_context(stalled(port, b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")) for _number in range(6)]
        for client in clients:
            assert body_of(client) == b"0"
    assert time.monotonic() - begin >= 6 / THREADS - 0.1
