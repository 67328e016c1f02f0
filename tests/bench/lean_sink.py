"""A mail server that costs little: `python -m tests.bench.lean_sink PORT FOLDER`.

It takes every mail, several commands in one turn (PIPELINING), and notes in FOLDER/mails what `tests.faults.sink` notes.
What a sender can do is measured against it; aiosmtpd would eat one of two cores itself.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from typing import TextIO

OFFERED = b"250-sink\r\n250-PIPELINING\r\n250 SIZE 10000000\r\n"
END = b"\r\n.\r\n"


class Sink(asyncio.Protocol):
    """One connection."""

    def __init__(self, notes: TextIO) -> None:
        self.notes, self.rest, self.taking = notes, b"", False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.line = transport
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self.rest += data
        answers = []
        while (answer := self.step()) is not None:
            answers.append(answer)
        self.line.write(b"".join(answers))

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
            self.line.close()
        self.taking = word == b"DATA"
        if word == b"RCPT":
            self.recipient = command.partition(b"<")[2].rstrip(b"> ").decode()
        return b"354 go on\r\n" if self.taking else b"250 yes\r\n"

    def note(self, message: bytes) -> None:
        head = message.partition(b"\r\n\r\n")[0].decode("latin-1")
        fields = dict(row.split(": ", 1) for row in head.split("\r\n") if ": " in row)
        again = fields.get("X-Meguri-Resent", "0")
        self.notes.write(f"{fields['Message-ID']} {again} {self.recipient} {time.time():.4f}\n")


async def serve(port: int, folder: Path) -> None:
    with (folder / "mails").open("a", buffering=1) as notes:
        server = await asyncio.get_running_loop().create_server(lambda: Sink(notes), "127.0.0.1", port)
        async with server:
            await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
