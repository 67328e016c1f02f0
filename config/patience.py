"""A worker of gunicorn that slow clients cannot stop: a request is received as a whole, and an answer sent, by threads that
do nothing else; the few that work, each with its connection to the database, never wait for anybody's line."""

from __future__ import annotations

import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from socket import SHUT_RDWR
from tempfile import SpooledTemporaryFile
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

#: Threads that receive and send, a process. More slow clients than these wait for one another.
CLERKS = 64
#: How long a client may take: for the head; for the body, and with each of so many bytes a second more; for taking the answer.
HEAD, BODY, BYTES_A_SECOND, ANSWER = 15.0, 20.0, 50_000, 600.0
#: A larger body is refused by its announced length, and not received; an answer of this size and more lies on the disk.
LARGEST, IN_MEMORY, STEP = 11 * 1024 * 1024, 512 * 1024, 64 * 1024


class PatientWorker(ThreadWorker):
    """Receives, works and sends in different threads; ends the connection of whoever takes too long."""

    wsgi: Any

    def init_process(self) -> None:
        """Before the loop of the process begins."""
        self.ends: dict[Any, float] = {}
        self.desks = ThreadPoolExecutor(max_workers=self.cfg.threads)
        super().init_process()

    def get_thread_pool(self) -> ThreadPoolExecutor:
        """Those who receive and send."""
        return ThreadPoolExecutor(max_workers=CLERKS)

    def load_wsgi(self) -> None:
        """The application works at the desks."""
        super().load_wsgi()
        application = self.wsgi
        self.wsgi = lambda *given: self.desks.submit(work, application, *given).result()

    def murder_pending(self) -> None:
        """Each second: end the connections whose time is over. Whoever reads or writes there meets its end."""
        super().murder_pending()
        now = time.monotonic()
        for connection in [one for one, ends in list(self.ends.items()) if ends < now]:
            self.ends.pop(connection, None)
            try:
                connection.sock.shutdown(SHUT_RDWR)
            except OSError:  # it went by itself
                continue

    def handle(self, connection: Any) -> Any:
        """One request of a connection, in a thread of those who receive."""
        self.ends[connection] = time.monotonic() + HEAD
        try:
            return super().handle(connection)
        finally:
            self.ends.pop(connection, None)

    def handle_request(self, request: Any, connection: Any) -> Any:
        """The body is taken from the line here, in place of the application; what may come after the head is the answer."""
        length = int(dict(request.headers).get("CONTENT-LENGTH", 0))
        if 0 < length <= LARGEST:
            self.ends[connection] = time.monotonic() + BODY + length / BYTES_A_SECOND
            if request._expected_100_continue:
                connection.sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
                request._expected_100_continue = False
            body = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 (lives as long as the request)
            while piece := request.body.read(STEP):
                body.write(piece)
            body.seek(0)
            request.body = body
        self.ends[connection] = time.monotonic() + ANSWER
        return super().handle_request(request, connection)


def work(application: Any, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """The answer, whole: what comes piece by piece out of the database is fetched here; a file is left to the senders."""
    response: Iterable[bytes] = application(environ, start_response)
    of_a_file: type[Iterable[bytes]] = environ["wsgi.file_wrapper"]  # whose class only the server knows
    if isinstance(response, of_a_file):
        return response
    try:
        if not getattr(response, "streaming", False):
            return list(response)
        answer = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 (closed with its last reader)
        answer.writelines(response)
        answer.seek(0)
        return iter(partial(answer.read, STEP), b"")
    finally:
        getattr(response, "close", bool)()
