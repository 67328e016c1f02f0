"""The application's role may add entries; one that Meguri did not write is found all the same (security.md, F4)."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from review import clock
from review.models import AuditEntry
from review.operations.services import anchors
from review.trail.services import audit, audit_chain, signatures
from tests.cast import Cast
from tests.moved import shifted
from tests.review.acting import as_
from tests.trail import tampering

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def anchor_place(settings: Any, tmp_path: Path) -> Path:
    settings.MEGURI_ANCHOR_ROOT = tmp_path / "anchors"
    return tmp_path / "anchors" / anchors.FILE


def act(cast: Cast, **after: Any) -> AuditEntry:
    with audit.origin(address="::ffff:10.1.2.3", request_id="abcd1234"):
        return audit.write(
            cast.approver, "approve", "review:1", after={"rate": 1.50, "n": 10, "text": "「a」\n\t", **after}
        )


def forged(**fields: Any) -> AuditEntry:
    """As the application's role adds one by hand."""
    words = {"at": clock.now(), "action": "approve", "subject": "review:1", "actor_key": uuid.uuid4(), **fields}
    entry = AuditEntry(**words)
    entry.save()
    return entry


def fault() -> str:
    report = audit_chain.verify()
    return report.faults[0].what if report.faults else ""


def test_what_meguri_writes_is_signed_whatever_it_holds(cast: Cast) -> None:
    act(cast, many=1e22, few=1e-7, zero=0.0, whole=3.0, deep={"2": [1, None, True], "10": "é"})
    audit.write(None, "incident.begin", "heartbeat:late")
    assert audit_chain.verify().intact and all(entry.signature for entry in AuditEntry.objects.all())


@pytest.mark.parametrize("how", ["none", "strange key", "of another entry", "in another's name", "of another time"])
def test_an_entry_that_did_not_come_through_meguri_is_found(cast: Cast, how: str) -> None:
    mine = act(cast)
    fields = {each: getattr(mine, each) for each in ("action", "subject", "before", "after", "address", "request_id")}
    signed = {"signature": mine.signature, "at": mine.at, "actor_key": mine.actor_key, **fields}
    forgeries: dict[str, dict[str, Any]] = {
        "none": {"at": clock.now() + signatures.UPGRADE * 2},
        "strange key": {"signature": "12345678:" + "0" * 64},
        "of another entry": signed,
        "in another's name": {**signed, "actor_key": cast.reviewer.key},
        "of another time": {**signed, "at": mine.at - timedelta(seconds=1)},
    }
    forged(**forgeries[how])
    assert ("写し" if how == "of another entry" else "署名") in fault()


def test_an_entry_dated_back_to_2020_in_another_name_is_found(cast: Cast) -> None:
    """F4 a, as it was done: also where the trail has no signature yet."""
    forged()
    forged(at=clock.now().replace(year=2020), actor_key=cast.approver.key)
    assert fault() == "前の行より前の時刻の記録です"


def test_a_wrong_clock_is_told_and_is_no_forgery(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    act(cast)
    with shifted(-timedelta(days=1)):
        act(cast)
    call_command("verify_audit")
    assert "2 番目" in (out := capsys.readouterr().out) and "時計" in out


def test_entries_from_before_there_were_signatures_hold_and_an_old_process_may_end_its_work(cast: Cast) -> None:
    forged()
    act(cast)
    forged()
    assert fault() == ""


def test_a_key_that_was_replaced_and_forgotten_is_told_and_no_fault(
    cast: Cast, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    act(cast)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another" * 9, [settings.SECRET_KEY]
    act(cast)
    assert audit_chain.verify().unknown == 0 and fault() == ""
    settings.SECRET_KEY_FALLBACKS = []
    call_command("verify_audit")
    assert "はじめの 1 行は、今はない鍵" in capsys.readouterr().out
    forged(signature="12345678:" + "0" * 64)
    assert "知らない鍵" in fault()


def test_an_emptied_trail_is_found_without_any_anchor(cast: Cast) -> None:
    """F4 d: an empty trail was vouched for by no anchor at all."""
    as_(cast.approver)
    with tampering(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM review_auditlink")
        cursor.execute("DELETE FROM review_auditentry")
    assert "空です" in fault()


def test_where_no_anchor_lies_nothing_is_vouched_for(
    cast: Cast, anchor_place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """F4 d: the folder of the anchors was away, and the check said that all is well."""
    call_command("verify_audit")
    assert "保証しています" not in capsys.readouterr().out
    with shifted(-timedelta(hours=3)):
        act(cast)
    with pytest.raises(CommandError, match="外部の控え"):
        call_command("verify_audit", "--json")
    assert json.loads(capsys.readouterr().out)["overdue"] is True
    anchors.drop(reason=anchors.HOURLY)
    call_command("verify_audit")
    assert "外部の控え 1 件がすべての行を保証しています" in capsys.readouterr().out
    anchor_place.unlink()
    with pytest.raises(CommandError, match="外部の控え"):
        call_command("verify_audit")
