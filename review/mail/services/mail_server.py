"""The city's mail server: one connection for many mails, and a sender that is never held for longer than a lease."""

import math
import smtplib
import socket
import threading
import time
from contextlib import suppress
from typing import Any, Self

from django.conf import settings
from django.core.mail import get_connection

from review.mail.services import plain_mail
from review.models import Mail

# SMTP's "service not available, closing": about the server, not about the mail.
CLOSING = 421

NO_ANSWER = "メールサーバーが応答しません。時間をおいて自動で送り直します。"
NO_ENTRY = "メールサーバーが接続を断りました。利用者名とパスワードの設定を確かめてください。自動で送り直します。"


class ServerAway(Exception):
    """The mail server does not answer, or accepts no more now: there is no use in trying the next mail."""


class MailServer:
    """The way to the server, opened where it is needed: `with MailServer() as server:`."""

    def __enter__(self) -> Self:
        smtp = "smtp" in settings.EMAIL_BACKEND
        self.connection = get_connection(timeout=settings.EMAIL_TIMEOUT) if smtp else get_connection()
        self.patience = _Patience(self.connection)
        self.patience.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.patience.over.set()
        self.close()

    def open(self) -> None:
        """Connect where that is not done yet. Raises ServerAway."""
        try:
            self.connection.open()
        except smtplib.SMTPAuthenticationError as error:
            raise ServerAway(NO_ENTRY) from error
        except (OSError, smtplib.SMTPException) as error:
            raise ServerAway(NO_ANSWER) from error

    def send(self, mail: Mail) -> None:
        """Returns when the server has taken the mail. Raises what the mail library raises; see `is_away`."""
        self.patience.begin()
        try:
            line: Any = getattr(self.connection, "connection", None)  # of SMTP alone
            message = plain_mail.bytes_of(mail) if line and plain_mail.takes_several(line) else None
            if message is None or not plain_mail.deliver(line, mail.address, message):
                self.connection.send_messages([plain_mail.email_of(mail)])
        finally:
            self.patience.end()

    def close(self) -> None:
        """Close the connection; a failure here changes nothing."""
        with suppress(OSError, smtplib.SMTPException):
            self.connection.close()


class _Patience(threading.Thread):
    """Hangs up on a server that answers each question just in time, before the mail's lease is over."""

    def __init__(self, connection: Any) -> None:
        super().__init__(name="patience", daemon=True)
        self.connection = connection
        self.over = threading.Event()
        self.limit = 2 * settings.EMAIL_TIMEOUT
        self.until = math.inf

    def begin(self) -> None:
        self.until = time.monotonic() + self.limit

    def end(self) -> None:
        self.until = math.inf

    def run(self) -> None:
        while not self.over.wait(max(0.05, min(self.until - time.monotonic(), self.limit))):
            if time.monotonic() >= self.until:
                self.end()
                self._hang_up()

    def _hang_up(self) -> None:
        stream = getattr(getattr(self.connection, "connection", None), "sock", None)
        if stream:
            with suppress(OSError):
                stream.shutdown(socket.SHUT_RDWR)


def code_of(error: Exception) -> int:
    """What the server answered; 0 where it did not, or the error is not the server's."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return max((reply[0] for reply in error.recipients.values()), default=550)
    return getattr(error, "smtp_code", 0)


def is_away(error: Exception) -> bool:
    """Whether the error is the server's, so that the next mail would meet it too."""
    return isinstance(error, (OSError, smtplib.SMTPException)) and code_of(error) in (0, CLOSING)
