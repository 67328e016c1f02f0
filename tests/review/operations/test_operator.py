"""What the operator does and looks up: a mail to try, the sentence on every screen, refused sign-ins."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from config.local import processes
from review import clock
from review.mail.services import holding, trial
from review.models import AuditEntry, Heartbeat
from review.screens.services import announcement, incoming
from review.sign_in.services import second_factor, sign_in
from review.trail.services import audit
from tests.cast import PASSWORD, Cast
from tests.review.acting import as_, queries_of, words
from tests.review.sheet.test_evidence import PDF

# --- a mail to try ---------------------------------------------------------------------------------------------------


@pytest.fixture
def server(settings: Any, tmp_path: Path) -> Iterator[Callable[[str], list[str]]]:
    """A real mail server: server(mode) sets how it behaves and returns the recipients it took so far."""
    port, folder = processes.free_port(), tmp_path / "sink"
    folder.mkdir()
    (folder / "mode").write_text("ok")
    process = processes.start(
        "sink", [sys.executable, "-m", "tests.faults.sink", port, folder], log=tmp_path / "sink.log",
        env=dict(os.environ), cwd=settings.BASE_DIR,
    )  # fmt: skip
    processes.wait_until(lambda: processes.port_taken(port), process=process)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 5

    def mode(word: str) -> list[str]:
        (folder / "mode").write_text(word)
        rows = (folder / "mails").read_text().splitlines() if (folder / "mails").exists() else []
        return [row.split()[2] for row in rows]

    yield mode
    process.stop()


def tried(cast: Cast) -> str:
    return words(as_(cast.administrator).post(reverse("meguri:mail_test"), follow=True))


def outcomes() -> list[str]:
    return list(AuditEntry.objects.filter(action="mail.test").order_by("pk").values_list("after__refusal", flat=True))


def test_a_mail_to_try_reaches_the_operator_alone_even_while_mail_is_held(
    cast: Cast, server: Callable[[str], list[str]]
) -> None:
    Heartbeat.objects.create(name=holding.HELD, at=clock.now())
    assert f"{cast.administrator.email} に送り、メールサーバーが受け取りました" in tried(cast)
    assert server("ok") == [cast.administrator.email] and outcomes() == [""]


def test_each_way_to_fail_says_what_to_look_at(cast: Cast, server: Callable[[str], list[str]], settings: Any) -> None:
    server("550")
    assert "メールサーバーが断りました(応答 550)" in tried(cast)
    settings.EMAIL_PORT = processes.free_port()
    assert "EMAIL_HOST と EMAIL_PORT" in tried(cast)
    cast.administrator.email = ""
    cast.administrator.save()
    assert "あなたのメールアドレスが登録されていません" in tried(cast)
    assert server("ok") == [] and all(outcomes()) and len(outcomes()) == 3


# --- the sentence on every screen -------------------------------------------------------------------------------------

SENTENCE = "12月5日の18時から20時まで、更新のため使えません。"


def put(cast: Cast, sentence: str) -> str:
    answer = as_(cast.administrator).post(reverse("meguri:announce"), {"sentence": sentence}, follow=True)
    return words(answer)


def test_a_sentence_stands_on_every_screen_until_it_is_taken_down(cast: Cast) -> None:
    cast.open(1)
    screens = {name: as_(getattr(cast, name)) for name in ("contributor", "reviewer2", "approver", "auditor")}
    before = {name: queries_of(client, "/") for name, client in screens.items()}
    assert "すべての画面に出しました" in put(cast, SENTENCE)
    for name, client in screens.items():
        assert SENTENCE in words(client.get("/")) and queries_of(client, "/") == before[name], "no query more"
    assert SENTENCE in words(Client().get("/accounts/login/")), "whoever cannot come in reads why"
    assert SENTENCE not in words(Client().get("/results/")), "citizens do not"
    put(cast, SENTENCE)
    assert "お知らせを下ろしました" in put(cast, "")
    assert SENTENCE not in words(screens["contributor"].get("/")) + words(Client().get("/accounts/login/"))
    rows = AuditEntry.objects.filter(action="announcement.put").order_by("pk")
    assert [(row.actor_key, row.after["sentence"]) for row in rows] == [
        (cast.administrator.key, SENTENCE), (cast.administrator.key, ""),
    ]  # fmt: skip


def test_a_sentence_is_text_and_fits(cast: Cast) -> None:
    put(cast, "<script>alert(1)</script>")
    page = as_(cast.contributor).get("/").content.decode()
    assert "<script>alert(1)" not in page and "&lt;script&gt;alert(1)" in page
    answer = as_(cast.administrator).post(reverse("meguri:announce"), {"sentence": "長" * 201})
    assert answer.status_code == 422 and announcement.standing() == "<script>alert(1)</script>"


# --- refused sign-ins -------------------------------------------------------------------------------------------------


def typed(name: str, password: str, address: str = "192.0.2.7") -> None:
    Client(REMOTE_ADDR=address).post("/accounts/login/", {"username": name, "password": password})


def test_a_refusal_is_listed_with_who_when_from_where_and_why(cast: Cast) -> None:
    typed("nobody-of-ours", "x")
    typed(cast.contributor.username, "wrong")
    cast.head.is_active = False
    cast.head.save()
    typed(cast.head.username, PASSWORD)
    for _ in range(sign_in.TRIES_FROM_ONE_PLACE):
        typed(cast.approver.username, "wrong", "192.0.2.9")
    typed(cast.approver.username, PASSWORD, "192.0.2.9")
    with audit.origin(address="192.0.2.8", request_id=""):
        sign_in.record_failure(None, {"nonce": "x"})
        audit.write(None, second_factor.FAILED, f"user:{cast.reviewer.key}")
    page = words(as_(cast.auditor).get(reverse("meguri:refused")))
    for line in (
        "－ 192.0.2.7 登録のない利用者名",
        f"利用者 {cast.contributor.display_name} 192.0.2.7 パスワードの誤り",
        f"利用者 {cast.head.display_name} 192.0.2.7 利用を停止した人",
        f"利用者 {cast.approver.display_name} 192.0.2.9 続けて間違えたため、受け付けない時間の間",
        "－ 192.0.2.8 シングルサインオンで認証されたが、めぐりに入れない人",
        f"利用者 {cast.reviewer.display_name} 192.0.2.8 確認コードの誤り",
    ):
        assert line in page, (line, page)
    assert "nobody-of-ours" not in page, "what was typed is nowhere"


def test_the_list_goes_thirty_days_back_and_costs_the_same_however_long_it_is(cast: Cast) -> None:
    audit.write(None, sign_in.FAILED, sign_in.NOBODY)
    auditor = as_(cast.auditor)
    assert "登録のない利用者名" in words(auditor.get(reverse("meguri:refused"))), "from before the reason was noted"
    few = queries_of(auditor, reverse("meguri:refused"))
    for person in (cast.contributor, cast.head, cast.approver) * 10:
        audit.write(None, sign_in.FAILED, f"user:{person.key}")
    assert queries_of(auditor, reverse("meguri:refused")) <= few + 1
    later = clock.now() + timedelta(days=31)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: later)
        assert "断ったサインインはありません" in words(as_(cast.auditor).get(reverse("meguri:refused")))


# --- files of one person at once --------------------------------------------------------------------------------------


def test_one_person_does_not_take_every_place_of_the_gate(
    transactional_db: None, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a file of theirs is read, the next waits and is then refused; a colleague's is taken."""
    cast.open(1)
    monkeypatch.setattr(incoming, "PATIENCE", 0.1)

    def send(person: Any) -> str:
        sheet = reverse("meguri:evidence_add", args=[cast.sheet().pk])
        return words(as_(person).post(sheet, {"file": SimpleUploadedFile("集計.pdf", PDF)}, follow=True))

    token = incoming.sender.set(cast.contributor.pk)
    try:
        with incoming._turn():
            incoming.sender.reset(token)
            assert "あなたが前に送ったファイルを読み取っています" in send(cast.contributor)
            assert cast.sheet().evidence.count() == 0
            send(cast.colleague)
            assert cast.sheet().evidence.count() == 1
    finally:
        incoming.sender.set("")


def test_who_has_no_address_is_told_so_and_no_mail_leaves(cast: Cast) -> None:
    person = cast.administrator
    person.email = ""
    assert "メールアドレスが登録されていません" in trial.send(user=person)
