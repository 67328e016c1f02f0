"""A mail written by hand is the mail that the standard library writes; handed over in two turns, it is refused as in many."""

from __future__ import annotations

import email
import email.policy
import smtplib
import socket
import threading
from collections.abc import Callable
from email.message import EmailMessage

import pytest

from review.mail.services import mail_server, plain_mail
from review.models import Mail

BODIES = ["本文です。\n二行目。\n", "", "\n", ".\n..\n", "a\r\nb\rc\n", "x" * 3000, "長い行" * 500 + "\nFrom here\n", "=?utf-8?b?5pys?=",
          "行末の空白 \n\ttab\n\n\n", "𠮷野家 髙﨑 \u2028 \x0b \x85 end"]  # fmt: skip
SUBJECTS = ["[めぐり] 「01-01 情報発信」が差し戻されました", "plain", "", " spaced ", "a" * 200, "あ" * 200, "𠮷" * 60, "=?utf-8?b?5pys?=",
            "混ぜた mixed 語 words, 「」", "Re: (a) <b> \"c\""]  # fmt: skip


def mail_of(subject: str, body: str, **more: object) -> Mail:
    facts = {"address": "reader+1@city.example", "message_id": "<1.abc@city.example>", "attempts": 0, **more}
    return Mail(subject=subject, body=body, **facts)


def the_librarys(mail: Mail, sender: str) -> EmailMessage:
    """The same mail as the standard library makes it."""
    made = EmailMessage(email.policy.SMTP)
    made["Subject"], made["From"], made["To"], made["Message-ID"] = mail.subject, sender, mail.address, mail.message_id
    made.set_content(mail.body, cte="base64")
    return made


def read(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, policy=email.policy.SMTP)  # type: ignore[return-value]


@pytest.mark.parametrize("sender", ["meguri@city.example", "見本市 めぐり <meguri@city.example>"])
@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_head_is_that_of_the_standard_library(subject: str, sender: str, settings) -> None:
    settings.DEFAULT_FROM_EMAIL = sender
    plain_mail._sender.cache_clear()
    mail = mail_of(subject, "本文")
    raw = plain_mail.bytes_of(mail)
    assert raw is not None
    ours, theirs = read(raw), read(the_librarys(mail, sender).as_bytes())
    names = {name.lower() for name in theirs} - (
        {"subject"} if "=?" in subject else set()
    )  # which the library takes apart
    assert {name.lower() for name in ours} == names | {"date", "subject"}
    assert {name: str(ours[name]).strip() for name in names} == {name: str(theirs[name]).strip() for name in names}
    assert ours["Subject"].strip() == subject.strip() and ours["Date"].datetime
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    plain_mail._sender.cache_clear()


@pytest.mark.parametrize("body", BODIES)
def test_the_text_is_that_of_the_standard_library(body: str) -> None:
    mail = mail_of("題", body)
    raw = plain_mail.bytes_of(mail)
    assert raw is not None and raw.isascii() and b"\n" not in raw.replace(b"\r\n", b"")
    ours = read(raw).get_content()
    lines = body.replace("\r\n", "\n").replace("\r", "\n")
    assert ours.replace("\r\n", "\n") == lines
    if "\u2028" not in body:  # where the library would end a line, a mail does not
        theirs = the_librarys(mail, "meguri@city.example").get_content()
        assert theirs.replace("\r\n", "\n").rstrip("\n") == lines.rstrip("\n")


def test_a_mail_that_comes_again_says_so() -> None:
    raw = plain_mail.bytes_of(mail_of("題", "本文", attempts=2))
    assert raw is not None and read(raw)["X-Meguri-Resent"] == "2"


@pytest.mark.parametrize(
    "more",
    [{"address": "読者@city.example"}, {"address": "Reader <reader@city.example>"}, {"subject": "a\nBcc: x@y"},
     {"message_id": "<1@x>\r\nBcc: x@y"}, {"address": "a@b>\r\nRCPT TO:<c@d"}],
)  # fmt: skip
def test_what_is_not_plain_goes_djangos_way(more: dict[str, str]) -> None:
    assert plain_mail.bytes_of(mail_of(**{"subject": "題", "body": "本文", **more})) is None


# --- handing over -------------------------------------------------------------------------------------------------


class Server(threading.Thread):
    """Answers as it is told: {command: answer}; `heard` is what came."""

    def __init__(self, answers: dict[str, str], *, offers: str = "PIPELINING") -> None:
        super().__init__(daemon=True)
        self.answers, self.offers = answers, offers
        self.heard: list[str] = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]

    def run(self) -> None:
        line, _address = self.socket.accept()
        with line, line.makefile("rb") as stream:
            line.sendall(b"220 there\r\n")
            taking = False
            for row in stream:
                word = "." if taking else row[:4].decode().strip().upper()
                if taking and row != b".\r\n":
                    continue
                taking = False
                self.heard.append(word)
                usual = {"EHLO": f"250-there\r\n250 {self.offers}", "DATA": "354 go on", "QUIT": "221 bye"}.get(
                    word, "250 yes"
                )
                answer = self.answers.get(word, usual)
                taking = word == "DATA" and answer.startswith("354")
                line.sendall(answer.encode() + b"\r\n")
                if answer.startswith("421"):
                    return


@pytest.fixture
def handed(settings) -> Callable[..., tuple[object, list[str]]]:
    """What becomes of a mail at a server of these answers: (what was raised, what the server heard)."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "127.0.0.1", 10
    settings.DEFAULT_FROM_EMAIL = "meguri@city.example"

    def hand(answers: dict[str, str], *, offers: str, mails: int = 1) -> tuple[object, list[str]]:
        server = Server(answers, offers=offers)
        server.start()
        settings.EMAIL_PORT = server.port
        raised: object = None
        with mail_server.MailServer() as ours:
            ours.open()
            for number in range(mails):
                try:
                    ours.send(mail_of(f"題{number}", "本文\n.\n終わり"))
                except smtplib.SMTPException as error:
                    raised = type(error).__name__, mail_server.code_of(error), mail_server.is_away(error)
                    server.answers = {}
        server.join(timeout=10)
        return raised, server.heard

    return hand


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"MAIL": "550 no sender"},
        {"MAIL": "451 later"},
        {"RCPT": "550 nobody"},
        {"RCPT": "451 later", "DATA": "503 nobody"},
        {"RCPT": "550 nobody", "DATA": "354 and yet"},
        {"DATA": "554 no"},
        {"DATA": "250 odd"},
        {".": "552 too much"},
        {".": "451 later"},
    ],
    ids=str,
)
def test_a_refusal_is_the_librarys(handed, answers: dict[str, str]) -> None:
    ours, heard = handed(answers, offers="PIPELINING")
    theirs, _heard = handed(answers, offers="8BITMIME")
    assert ours == theirs
    if not answers:
        assert heard == ["EHLO", "MAIL", "RCPT", "DATA", ".", "QUIT"]


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA", "."])
def test_a_server_that_closes_is_away(handed, command: str) -> None:
    for offers in ("PIPELINING", "8BITMIME"):
        raised, _heard = handed({command: "421 closing"}, offers=offers)
        assert raised and raised[2], offers


def test_the_next_mail_leaves_after_a_refusal(handed) -> None:
    raised, heard = handed({"RCPT": "550 nobody", "DATA": "503 nobody"}, offers="PIPELINING", mails=2)
    assert raised == ("SMTPRecipientsRefused", 550, False)
    assert heard[-5:] == ["MAIL", "RCPT", "DATA", ".", "QUIT"]


def test_each_text_arrives_once_whichever_way_it_goes(handed) -> None:
    for offers in ("PIPELINING", "8BITMIME"):
        raised, heard = handed({}, offers=offers, mails=3)
        assert raised is None and heard.count(".") == 3
