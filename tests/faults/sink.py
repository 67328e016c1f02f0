"""A mail server that does as it is told: `python -m tests.faults.sink PORT FOLDER`.

FOLDER/mode says how it behaves from now on: `ok`, `451`, `550`, `slow 0.5` (seconds a mail) or `hang`. FOLDER/mails gets
a line per mail that it answered for: Message-ID, X-Meguri-Resent, recipient, time. FOLDER/lines gets +/- per connection.
"""

from __future__ import annotations

import asyncio
import email
import sys
import time
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

HANGING = 3600


class Sink(SMTP):
    """Tells of its connections."""

    def __init__(self, folder: Path) -> None:
        super().__init__(Answers(folder), hostname="sink", enable_SMTPUTF8=True)
        self.lines = folder / "lines"

    def connection_made(self, transport: Any) -> None:
        note(self.lines, f"+ {time.time()}")
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        note(self.lines, f"- {time.time()}")
        super().connection_lost(error)


class Answers:
    """aiosmtpd's hooks."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def mode(self) -> list[str]:
        return (self.folder / "mode").read_text().split() or ["ok"]

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Where a server hangs, it does so after it has let the sender in."""
        if self.mode()[0] == "hang":
            await asyncio.sleep(HANGING)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        mode = self.mode()[0]
        if mode in ("451", "550"):
            return f"{mode} as told"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """The mail counts as delivered when it is noted, whether or not the sender hears the yes."""
        mode = self.mode()
        if mode[0] == "slow":
            await asyncio.sleep(float(mode[1]) / 2)
        content = envelope.content or b""
        message = email.message_from_bytes(content if isinstance(content, bytes) else content.encode())
        fields = [message["Message-ID"].strip(), message["X-Meguri-Resent"] or "0", envelope.rcpt_tos[0]]
        note(self.folder / "mails", " ".join([*fields, f"{time.time():.4f}"]))
        if mode[0] == "slow":
            await asyncio.sleep(float(mode[1]) / 2)
        return "250 OK"


_open: dict[Path, Any] = {}


def note(path: Path, line: str) -> None:
    """One line, on the way to the disk before the answer is given."""
    stream = _open.setdefault(path, path.open("a", buffering=1)) if path not in _open else _open[path]
    stream.write(line + "\n")


async def serve(port: int, folder: Path) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: Sink(folder), "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
