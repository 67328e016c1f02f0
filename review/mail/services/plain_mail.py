"""A mail as the bytes that leave, and leaving in as few turns as the server allows.

Our mails are one plain text to one person: written by hand, such a mail costs a tenth of what the library takes, and a test
compares the two. Whatever is not that plain (a name in the address, a line break in the subject) goes Django's way.
"""

import re
import smtplib
from base64 import encodebytes
from email.header import Header
from email.utils import formatdate, parseaddr
from functools import lru_cache

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.message import sanitize_address

from review.models import Mail

RESENT = "X-Meguri-Resent"
LINE_END = "\r\n"
#: letters that stand in an envelope and a header alike, for themselves
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_ANY_END = re.compile(rb"\r\n|\r|\n")


def email_of(mail: Mail) -> EmailMessage:
    """The mail as Django sends it."""
    message = EmailMessage(mail.subject, mail.body, to=[mail.address])
    message.extra_headers["Message-ID"] = mail.message_id
    if mail.attempts:
        message.extra_headers[RESENT] = str(mail.attempts)
    return message


def bytes_of(mail: Mail) -> bytes | None:
    """The whole mail, each line ended as on the wire; None where it is not plain enough."""
    if not _ADDRESS.fullmatch(mail.address) or _CONTROL.search(mail.subject + mail.message_id):
        return None
    head = [
        'Content-Type: text/plain; charset="utf-8"',
        "MIME-Version: 1.0",
        "Content-Transfer-Encoding: base64",
        f"Subject: {Header(mail.subject, 'utf-8', header_name='Subject').encode(linesep=LINE_END)}",
        f"From: {_sender(settings.DEFAULT_FROM_EMAIL)[0]}",
        f"To: {mail.address}",
        f"Date: {formatdate(localtime=settings.EMAIL_USE_LOCALTIME)}",
        f"Message-ID: {mail.message_id}",
        *([f"{RESENT}: {mail.attempts}"] if mail.attempts else []),
    ]
    body = encodebytes(_ANY_END.sub(b"\r\n", mail.body.encode())).replace(b"\n", b"\r\n")
    return LINE_END.join(head).encode("ascii") + b"\r\n\r\n" + body


@lru_cache(maxsize=1)
def _sender(address: str) -> tuple[str, str]:
    """Our own address as it stands in the head and in the envelope."""
    in_head = sanitize_address(address, "utf-8")
    return in_head, parseaddr(in_head)[1]


def takes_several(smtp: smtplib.SMTP) -> bool:
    """Whether the server takes several commands in one turn (RFC 2920). Raises what smtplib raises."""
    smtp.ehlo_or_helo_if_needed()
    return smtp.has_extn("pipelining")


def deliver(smtp: smtplib.SMTP, recipient: str, message: bytes) -> bool:
    """Hand the message to a server that `takes_several`, in two turns; False where it says anything but yes before it has
    the text, so that the library may ask again and tell why. Raises smtplib.SMTPException where it refuses the text."""
    size = f" SIZE={len(message)}" if smtp.has_extn("size") else ""
    smtp.send(f"MAIL FROM:<{_sender(settings.DEFAULT_FROM_EMAIL)[1]}>{size}\r\nRCPT TO:<{recipient}>\r\nDATA\r\n")
    mail, to, data = (smtp.getreply()[0] for _command in range(3))
    yes = mail == 250 and to in (250, 251) and data == 354
    if data == 354:
        # A server that refused and yet waits for the text gets an empty one, which reaches nobody.
        smtp.send(message + b".\r\n" if yes else b".\r\n")
        code, words = smtp.getreply()
        if yes and code != 250:
            raise smtplib.SMTPDataError(code, words)
    if not yes:
        smtp.rset()
    return yes
