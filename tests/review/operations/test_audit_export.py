"""What vouches for the trail stands on its page; the trail leaves as a file that can be checked without us."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from review.background.services import outbox
from review.domain.events import Event
from review.models import AuditEntry, AuditLink, Notification, OutboxEvent
from review.operations.services import alarm, anchors
from review.trail.services import audit, audit_chain
from tests.cast import Cast
from tests.moved import shifted
from tests.review.acting import as_, unguarded, words
from tests.trail import tampering

FIRST_WORDS = len(audit_chain.COLUMNS)


@pytest.fixture(autouse=True)
def anchor_place(settings, tmp_path: Path) -> Path:
    settings.MEGURI_ANCHOR_ROOT = tmp_path / "anchors"
    return tmp_path / "anchors" / anchors.FILE


@pytest.fixture
def committed(transactional_db: None, cast: Cast) -> Cast:
    """The cast with commits, so that the database links each act."""
    return cast


@pytest.fixture
def desk(committed: Cast) -> Client:
    """The auditor, signed in: the first act of the trail."""
    return as_(committed.auditor)


def table(desk: Client, **filters: str) -> list[list[str]]:
    answer = desk.get(reverse("meguri:audit_export"), filters)
    assert answer.status_code == 200 and "attachment" in answer["Content-Disposition"]
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("\ufeff")
    return [[unguarded(cell) for cell in row] for row in csv.reader(io.StringIO(text.removeprefix("\ufeff")))]


# --- the file --------------------------------------------------------------------------------------------------------


def test_the_file_is_enough_to_compute_the_chain_again(committed: Cast, desk: Client) -> None:
    audit.write(
        actor=committed.head, action="comment", subject="review:1", after={"body": '=HYPERLINK("x")\n"引用", 改行'}
    )
    audit.write(actor=None, action="comment", subject="=1+1", before={"n": [None, 1.5, "'"]})
    with audit.origin(address="2001:db8::1", request_id="ab12"):
        audit.write(actor=committed.head, action="sign_in", subject=f"user:{committed.head.key}")
    header, *rows = table(desk)
    assert header[:FIRST_WORDS] == list(audit_chain.COLUMNS)
    previous = audit_chain.START
    for row in rows:
        seq, prev_hash, link_hash, pk, at, key, action, subject, before, after, address, request_id = row[:FIRST_WORDS]
        assert prev_hash == previous
        fields = (at, key or None, action, subject, before, after, address or None, request_id)
        assert link_hash == audit_chain.digest(previous, seq, pk, *fields)
        previous = link_hash
    assert [row[FIRST_WORDS] for row in rows] == ["監査 九", "所属 長子", "", "所属 長子"]


def test_the_file_holds_what_the_search_finds_and_is_itself_on_record(committed: Cast, desk: Client) -> None:
    committed.open(1)
    committed.submitted(1)
    _header, *rows = table(desk, action="submit", subject="01-01", person="担当 一郎")
    assert [row[6] for row in rows] == ["submit"]
    assert rows[0][FIRST_WORDS:] == ["担当 一郎", "提出", "施策シート 01-01 (令和6年度)"]
    entry = AuditEntry.objects.get(action="audit.export")
    assert entry.actor_key == committed.auditor.key and entry.after == {"action": "submit", "subject": "01-01"}
    _header, *rows = table(desk)
    assert rows[-1][6] == "audit.export", "the first export stands in the second"


def test_ten_thousand_acts_leave_in_pieces(committed: Cast, desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from review.operations.views import audit as view

    monkeypatch.setattr(view, "AT_ONCE", 7)
    for n in range(20):
        audit.write(actor=committed.head, action="submit", subject=f"review:{n}")
    _header, *rows = table(desk)
    assert [row[0] for row in rows] == [str(n) for n in range(1, 22)]


# --- the window on the page --------------------------------------------------------------------------------------------


def page(desk: Client) -> str:
    return words(desk.get("/audit/"))


def test_the_page_states_the_window_that_no_anchor_covers(committed: Cast, desk: Client) -> None:
    audit.write(actor=committed.head, action="submit", subject="review:1")
    assert "最後の外部の控え まだありません" in page(desk) and "まだ控えのない記録 2件" in page(desk)
    anchors.drop(reason=anchors.HOURLY)
    assert "(2番目まで)" in page(desk) and "まだ控えのない記録 ありません" in page(desk)
    audit.write(actor=committed.head, action="submit", subject="review:2")
    audit.write(actor=committed.head, action="submit", subject="review:3")
    assert "まだ控えのない記録 2件" in page(desk) and "一致しません" not in page(desk)


def test_the_page_says_when_the_hourly_anchor_is_overdue(committed: Cast) -> None:
    overdue = "外部の控えが2時間以上作られていません"
    audit.write(actor=committed.head, action="submit", subject="review:1")
    assert overdue not in page(as_(committed.auditor))
    with shifted(timedelta(hours=3)):
        auditor = as_(committed.auditor)
        assert overdue in page(auditor)
        anchors.drop(reason=anchors.HOURLY)
        assert overdue not in page(auditor)


def test_the_keepers_of_the_trail_are_told_once_when_anchors_come_no_more(committed: Cast) -> None:
    audit.write(actor=committed.head, action="submit", subject="review:1")
    late = OutboxEvent.objects.filter(name=Event.ANCHOR_LATE)
    assert not alarm.watch() and not late.exists()
    with shifted(timedelta(hours=3)):
        assert alarm.watch() and alarm.watch()
        outbox.deliver(late.get().pk)
        anchors.drop(reason=anchors.HOURLY)
        assert not alarm.watch()
    notices = Notification.objects.filter(event=Event.ANCHOR_LATE)
    assert {notice.recipient for notice in notices} == {committed.administrator, committed.auditor}
    assert {notice.link for notice in notices} == {"/audit/"} and all(notice.mail_after for notice in notices)


def test_the_page_says_when_the_anchored_row_is_gone_or_another(committed: Cast, desk: Client) -> None:
    rows = [audit.write(actor=committed.head, action="submit", subject=f"review:{n}") for n in range(4)]
    anchors.drop(reason=anchors.HOURLY)
    with tampering(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM review_auditlink WHERE seq = 5")
        cursor.execute("DELETE FROM review_auditentry WHERE id = %s", [rows[3].pk])
    assert "外部の控えと一致しません" in page(desk)
    audit.write(actor=committed.head, action="submit", subject="review:9")
    assert "外部の控えと一致しません" in page(desk), "a new act over the cut hides nothing"


def test_a_place_that_cannot_be_read_is_no_error_page(desk: Client, anchor_place: Path) -> None:
    anchor_place.parent.mkdir()
    anchor_place.write_text("nonsense\n")
    assert "まだありません" in page(desk)


@pytest.mark.postgres
def test_the_page_says_whether_our_own_role_could_change_rows(committed: Cast, desk: Client) -> None:
    assert "めぐりが表の所有者の役割で接続しています" in page(desk)


# --- every kind of tampering, again and again ------------------------------------------------------------------------


def kinds() -> Iterator[tuple[str, list[str]]]:
    """(what is done, statements in which SEQ and ENTRY stand for the chosen row)."""
    for column, value in (
        ("action", "'x'"), ("subject", "'x'"), ("actor_key", "NULL"), ("address", "'192.0.2.99'"),
        ("before", "'[7]'"), ("after", "'[7]'"), ("request_id", "'x'"), ("at", "'2020-01-01 00:00:00+00:00'"),
    ):  # fmt: skip
        change = "UPDATE review_auditentry SET COLUMN = VALUE WHERE id = ENTRY"
        yield f"edit {column}", [change.replace("COLUMN", column).replace("VALUE", value)]
    yield "edit hash", ["UPDATE review_auditlink SET hash = 'x' WHERE seq = SEQ"]
    yield "edit prev_hash", ["UPDATE review_auditlink SET prev_hash = 'x' WHERE seq = SEQ"]
    link, row = "DELETE FROM review_auditlink WHERE seq = SEQ", "DELETE FROM review_auditentry WHERE id = ENTRY"
    yield "delete row", [link, row]
    yield "delete link", [link]
    yield "cut tail", [link.replace("= SEQ", ">= SEQ"), row.replace("= ENTRY", ">= ENTRY")]


@pytest.mark.django_db(transaction=True)
def test_whatever_is_done_to_an_anchored_row_is_found_every_time(cast: Cast, transactional_db: None) -> None:
    """Thirteen kinds of tampering at each of the anchored rows, as superuser: none goes unseen."""
    with audit.origin(address="192.0.2.1", request_id="r"):
        entries = [audit.write(actor=cast.head, action="submit", subject=f"review:{n}") for n in range(8)]
    anchors.drop(reason=anchors.HOURLY)
    heads = anchors.read([anchors.default_file()])[0]
    audit.write(actor=cast.head, action="submit", subject="review:later")
    kept_links = list(AuditLink.objects.values_list("seq", "entry_id", "prev_hash", "hash"))
    seen = 0
    with tampering():
        for what, statements in kinds():
            for seq, entry in enumerate(entries, start=1):
                faults = _tampered(statements, seq, entry.pk, heads)
                assert faults, f"{what} at row {seq} went unseen"
                assert faults[0].seq <= seq + 1, f"{what} at row {seq} was placed at {faults[0].seq}"
                seen += 1
    assert seen == 13 * len(entries)
    assert list(AuditLink.objects.values_list("seq", "entry_id", "prev_hash", "hash")) == kept_links
    assert audit_chain.verify(anchors=heads).intact


def _tampered(statements: list[str], seq: int, entry: int, heads: dict[int, str]) -> tuple[audit_chain.Fault, ...]:
    """What a check finds after the statements, which are taken back."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                # A superuser asks no foreign key either.
                cursor.execute("SET LOCAL session_replication_role = replica")
            for statement in statements:
                cursor.execute(statement.replace("SEQ", str(seq)).replace("ENTRY", str(entry)))
        faults = audit_chain.verify(anchors=heads).faults
        transaction.set_rollback(True)
    return faults
