"""A mail server that costs little: `python -m tests.bench.lean_sink PORT FOLDER`.

It takes every mail, several commands in one turn (PIPELINING), and notes in FOLDER/mails what `tests.faults.sink` notes.
What a sender can do is measured against it; aiosmtpd would eat one of two cores itself. A thread for each connection waits
in the kernel: a loop of events would ask twice for each piece that comes.
"""

from __future__ import annotations

import os
import re
import socket
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

OFFERED = b"250-sink\r\n250-PIPELINING\r\n250 SIZE 10000000\r\n"
END = b"\r\n.\r\n"
BYE = b"221 bye\r\n"
FIELD = re.compile(rb"(?m)^(Message-ID|X-Meguri-Resent): (.*)\r$")


class Sink(threading.Thread):
    """One connection."""

    def __init__(self, line: socket.socket, notes: int) -> None:
        super().__init__(daemon=True)
        self.line, self.notes, self.rest, self.taking = line, notes, b"", False

    def run(self) -> None:
        with self.line, suppress(ConnectionError):
            self.line.sendall(b"220 sink\r\n")
            while data := self.line.recv(1 << 16):
                self.rest += data
                answers = []
                while (answer := self.step()) is not None:
                    answers.append(answer)
                if answers:
                    self.line.sendall(b"".join(answers))
                if answers[-1:] == [BYE]:
                    return

    def step(self) -> bytes | None:
        """The answer to what has come whole; None where nothing has."""
        if self.taking:
            message, end, rest = self.rest.partition(END)
            if not end:
                return None
            self.rest, self.taking = rest, False
            self.note(message)
            return b"250 taken\r\n"
        command, end, rest = self.rest.partition(b"\r\n")
        if not end:
            return None
        self.rest, word = rest, command[:4].upper()
        if word == b"EHLO":
            return OFFERED
        if word == b"QUIT":
            return BYE
        self.taking = word == b"DATA"
        if word == b"RCPT":
            self.recipient = command.partition(b"<")[2].rstrip(b"> ")
        return b"354 go on\r\n" if self.taking else b"250 yes\r\n"

    def note(self, message: bytes) -> None:
        fields = dict(FIELD.findall(message.partition(b"\r\n\r\n")[0] + b"\r\n"))
        again = fields.get(b"X-Meguri-Resent", b"0")
        row = b"%s %s %s %.4f\n" % (fields[b"Message-ID"], again, self.recipient, time.time())
        os.write(self.notes, row)  # one call, at the end of the file: two connections never write into each other's row


def serve(port: int, folder: Path) -> None:
    notes = os.open(folder / "mails", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    with socket.create_server(("127.0.0.1", port), backlog=100) as server:
        while True:
            line, _address = server.accept()
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            Sink(line, notes).start()


if __name__ == "__main__":
    serve(int(sys.argv[1]), Path(sys.argv[2]))
