"""The trail can only grow, and whoever forces it is found: on PostgreSQL as superuser, and on SQLite."""

import threading
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, connections, transaction

from review.books.services.editions import audit_head
from review.models import AuditEntry, AuditLink, Edition
from review.operations.services import anchors
from review.trail.services import audit, audit_chain, signatures
from tests.remembered import really
from tests.trail import tampering

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def anchor_place(settings, tmp_path: Path) -> Path:
    settings.MEGURI_ANCHOR_ROOT = tmp_path / "anchors"
    return tmp_path / "anchors" / anchors.FILE


def write(count: int = 6) -> list[AuditEntry]:
    return [
        audit.write(
            actor=None, action="submit", subject=f"review:{n}", after={"実績": f"{n}件", "rate": 0.5, "n": None}
        )
        for n in range(1, count + 1)
    ]


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def first_fault(**options: object) -> audit_chain.Fault:
    report = audit_chain.verify(**options)  # type: ignore[arg-type]
    assert not report.intact
    return report.faults[0]


# --- it grows ---


def test_an_empty_trail_holds():
    report = audit_chain.verify()
    assert report.intact and report.links == 0 and report.uncovered_since is None


def test_each_act_is_linked_to_the_one_before():
    write(3)
    links = list(AuditLink.objects.all())
    assert [link.seq for link in links] == [1, 2, 3]
    assert links[0].prev_hash == audit_chain.START
    assert [link.prev_hash for link in links[1:]] == [link.hash for link in links[:-1]]
    assert audit_chain.verify().intact


@pytest.mark.parametrize(
    "text", ["", "a,b:c", "1:x,", "引用\"'\\と改行\n\t\x7f\x1f", "𠮷野家\U000e0100", "=1+1", "%s %%"]
)
def test_any_text_hashes_alike_in_the_database_and_here(text):
    audit.write(actor=None, action="comment", subject=text[:80], before={text: [text, 1, 1.5, 10**20, True, None]})
    with audit.origin(address="2001:db8::1", request_id="ab12"):
        audit.write(actor=None, action="comment", subject="x")
    assert audit_chain.verify().intact


def test_what_is_rolled_back_leaves_no_gap():
    write(1)
    with transaction.atomic():
        write(2)
        transaction.set_rollback(True)
    write(1)
    assert list(AuditLink.objects.values_list("seq", flat=True)) == [1, 2]
    assert audit_chain.verify().intact


def test_many_writers_keep_one_chain():
    def work() -> None:
        try:
            for n in range(50):
                with transaction.atomic():
                    audit.write(actor=None, action="submit", subject=f"review:{n}")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    report = audit_chain.verify()
    assert report.intact and report.links == 400


# --- it refuses ---


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE review_auditentry SET subject = 'x'",
        "DELETE FROM review_auditentry",
        "UPDATE review_auditlink SET hash = 'x'",
        "DELETE FROM review_auditlink",
    ],
)
def test_change_and_removal_are_refused(statement):
    write(2)
    with pytest.raises(DatabaseError, match=r"audit trail"), transaction.atomic():
        sql(statement)
    assert audit_chain.verify().intact


@pytest.mark.postgres
@pytest.mark.parametrize("table", ["review_auditentry", "review_auditlink", "review_auditentry, review_auditlink"])
def test_truncate_is_refused(table):
    write(2)
    with pytest.raises(DatabaseError), transaction.atomic():
        sql(f"TRUNCATE {table}")
    assert audit_chain.verify().links == 2


@pytest.mark.postgres
def test_a_session_that_calls_itself_a_replica_is_refused_too():
    write(2)
    with transaction.atomic():
        sql("SET LOCAL session_replication_role = replica")
        with pytest.raises(DatabaseError, match="audit trail"):
            sql("DELETE FROM review_auditentry")
        transaction.set_rollback(True)


def test_replacing_a_row_is_refused():
    first = write(1)[0]
    if connection.vendor == "postgresql":
        statement = "INSERT INTO review_auditentry SELECT * FROM review_auditentry WHERE id = %s"
        statement += " ON CONFLICT (id) DO UPDATE SET subject = 'x'"
    else:
        statement = "INSERT OR REPLACE INTO review_auditentry SELECT * FROM review_auditentry WHERE id = %s"
    with pytest.raises(DatabaseError, match="audit trail"), transaction.atomic():
        sql(statement, first.pk)


def test_a_forged_link_comes_to_nothing():
    entry = write(2)[0]
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        sql("INSERT INTO review_auditlink (seq, entry_id, prev_hash, hash) VALUES (99, %s, 'x', 'y')", entry.pk)
    assert audit_chain.verify().links == 2


@pytest.mark.postgres
def test_a_forged_number_and_hash_are_overwritten():
    write(1)
    with transaction.atomic():
        # The writer links its own row before the database does: the values are the database's all the same.
        entry = write(1)[0]
        sql("SET CONSTRAINTS ALL IMMEDIATE")
    link = AuditLink.objects.get(entry=entry)
    assert link.seq == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        sql("INSERT INTO review_auditlink (seq, entry_id, prev_hash, hash) VALUES (7, %s, 'x', 'y')", entry.pk)


# --- it finds ---


def test_an_edited_row_is_named():
    rows = write(6)
    with tampering():
        sql("UPDATE review_auditentry SET subject = 'review:99' WHERE id = %s", rows[3].pk)
    fault = first_fault()
    assert (fault.seq, fault.entry) == (4, rows[3].pk)


@pytest.mark.parametrize("column", ["before", "after"])
def test_an_edited_value_is_named(column):
    rows = write(3)
    with tampering():
        sql(f"UPDATE review_auditentry SET {column} = %s WHERE id = %s", '{"n": 7}', rows[1].pk)  # noqa: S608
    assert first_fault().entry == rows[1].pk


def test_a_row_deleted_from_the_middle_is_named():
    rows = write(6)
    with tampering():
        sql("DELETE FROM review_auditlink WHERE seq = 3")
        sql("DELETE FROM review_auditentry WHERE id = %s", rows[2].pk)
    assert first_fault().seq == 3


def test_a_chain_mended_over_a_gap_is_found():
    rows = write(6)
    with tampering():
        sql("DELETE FROM review_auditlink WHERE seq = 3")
        sql("DELETE FROM review_auditentry WHERE id = %s", rows[2].pk)
        for seq in (4, 5, 6):
            sql("UPDATE review_auditlink SET seq = %s WHERE seq = %s", seq - 1, seq)
    assert first_fault().seq == 3


def test_a_row_slipped_in_while_the_triggers_were_off_is_found():
    write(2)
    with tampering():
        row = write(1)[0]
    fault = first_fault()
    assert fault.entry == row.pk and "つながっていない" in fault.what


def test_a_cut_tail_is_found_by_the_anchor_and_only_by_it(anchor_place):
    rows = write(6)
    anchors.drop(reason=anchors.HOURLY)
    with tampering():
        sql("DELETE FROM review_auditlink WHERE seq > 4")
        sql("DELETE FROM review_auditentry WHERE id > %s", rows[3].pk)
    assert audit_chain.verify().intact
    fault = first_fault(anchors=anchors.read([anchor_place])[0])
    assert fault.seq == 5 and "切り取られ" in fault.what
    # New acts over the cut do not hide it.
    write(4)
    assert first_fault(anchors=anchors.read([anchor_place])[0]).seq == 6


def test_an_emptied_trail_is_found_by_the_anchor(anchor_place):
    write(3)
    anchors.drop(reason=anchors.HOURLY)
    with tampering():
        sql("DELETE FROM review_auditlink")
        sql("DELETE FROM review_auditentry")
    assert first_fault(anchors=anchors.read([anchor_place])[0]).seq == 1


def test_a_chain_computed_anew_is_found_by_the_signature_and_whoever_has_the_key_by_the_anchor(anchor_place):
    rows = write(4)
    anchors.drop(reason=anchors.HOURLY)
    with tampering():
        sql("UPDATE review_auditentry SET subject = 'review:99' WHERE id = %s", rows[1].pk)
        _compute_anew()
    assert "署名が合わない" in first_fault().what and first_fault().seq == 2
    row = AuditEntry.objects.get(pk=rows[1].pk)
    with tampering():
        sql("UPDATE review_auditentry SET signature = %s WHERE id = %s", signatures.sign(row), row.pk)
    assert audit_chain.verify().intact
    assert first_fault(anchors=anchors.read([anchor_place])[0]).seq == 4


def _compute_anew() -> None:
    previous = audit_chain.START
    for seq, _prev, _hash, _entry, pk, _signature, *fields in list(audit_chain._rows()):
        fresh = audit_chain.digest(previous, seq, pk, *fields)
        sql("UPDATE review_auditlink SET prev_hash = %s, hash = %s WHERE seq = %s", previous, fresh, seq)
        previous = fresh


def test_missing_triggers_are_a_finding():
    write(1)
    with tampering():
        report = audit_chain.verify()
        assert report.unprotected and not report.intact
    assert audit_chain.verify().intact


def test_the_window_without_an_anchor_is_told():
    write(2)
    anchors.drop(reason=anchors.HOURLY)
    heads = anchors.read([anchors.default_file()])[0]
    assert audit_chain.verify(anchors=heads).uncovered_since is None
    later = write(1)[0]
    report = audit_chain.verify(anchors=heads)
    assert report.covered == 2 and report.uncovered_since == later.at


def test_what_stood_before_the_chain_is_linked_by_the_migration():
    migration = import_module("review.migrations._audit_chain")
    write(3)
    with connection.schema_editor() as editor:
        migration.release(apps, editor)
    sql("DELETE FROM review_auditlink")
    write(2)
    with connection.schema_editor() as editor:
        if connection.vendor == "postgresql":
            editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        migration.protect(apps, editor)
    write(1)
    report = audit_chain.verify()
    assert report.intact and report.links == 6


@pytest.mark.drill
@pytest.mark.postgres  # once is enough: all migrations back to the first and on again take long
def test_the_migrations_lead_back_and_forth_and_the_chain_is_whole():
    write(3)
    call_command("migrate", "review", "0001", verbosity=0)
    try:
        sql(
            "INSERT INTO review_auditentry (at, action, subject, before, after, request_id)"
            " VALUES (now(), 'submit', 'review:1', '{}', '{}', '')"
        )
        assert AuditLink.objects.count() == 3, "without its triggers nothing links"
    finally:
        # Of every app: what leans on the later migrations went back with them.
        call_command("migrate", verbosity=0)
    write(1)
    report = audit_chain.verify()
    assert report.intact and report.links == 5


# --- the command ---


def test_the_command_names_the_first_bad_row(capsys):
    rows = write(4)
    call_command("verify_audit")
    assert "まだ控えがありません" in capsys.readouterr().out
    anchors.drop(reason=anchors.HOURLY)
    call_command("verify_audit")
    assert "すべての行を保証" in capsys.readouterr().out
    with tampering():
        sql("UPDATE review_auditentry SET action = 'approve' WHERE id = %s", rows[2].pk)
    with pytest.raises(CommandError):
        call_command("verify_audit", "--json")
    out = capsys.readouterr().out
    assert f'"seq": 3, "entry": {rows[2].pk}' in out


def test_an_unreadable_anchor_is_told_by_its_line(anchor_place, tmp_path):
    path = tmp_path / "broken"
    path.write_text('{"seq": 1, "hash": "x"}\nnonsense\n')
    with pytest.raises(CommandError, match="broken:2"):
        call_command("verify_audit", "--anchor", str(path))


def test_anchors_are_only_ever_appended(anchor_place):
    write(1)
    anchors.drop(reason=anchors.HOURLY)
    before = anchor_place.read_bytes()
    write(1)
    anchors.drop(reason=anchors.PUBLICATION)
    assert anchor_place.read_bytes().startswith(before) and len(anchor_place.read_text().splitlines()) == 2


def test_a_publication_leaves_an_anchor(cast, anchor_place):
    cast.published(1)
    assert '"reason": "publication"' in anchor_place.read_text()
    assert audit_chain.verify(anchors=anchors.read([anchor_place])[0]).covered > 0


def test_a_published_file_vouches_for_the_trail_as_an_anchor_does(cast, capsys):
    with really():  # committed: the database links the acts then
        cast.published(1)
    head = audit_head(Edition.objects.get().snapshot)
    assert int(head.partition(":")[0]) == AuditEntry.objects.get(action="edition.publish").link.seq - 1
    call_command("verify_audit", "--head", head)
    assert "外部の控え 2 件" in capsys.readouterr().out, "the publication's own anchor, and the printed head"
    with pytest.raises(CommandError, match="照合値を読めません"):
        call_command("verify_audit", "--head", head[:-1])
    with tampering():
        # The tail is cut and the chain goes on without it, as if nothing had been.
        sql("DELETE FROM review_auditlink WHERE seq >= %s", int(head.partition(":")[0]))
        sql("DELETE FROM review_auditentry WHERE id NOT IN (SELECT entry_id FROM review_auditlink)")
    write(9)
    assert audit_chain.verify().intact, "without a head kept outside nothing is seen"
    with pytest.raises(CommandError, match="不正"):
        call_command("verify_audit", "--head", head)
