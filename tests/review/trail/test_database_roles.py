"""As the application's database role: what the screens need goes, what would falsify the record does not."""

from collections.abc import Iterator

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from review import clock
from review.assessment.services import meetings
from review.models import AuditLink, RecordedDecision, Role
from review.operations.services import personal_data, retention
from review.people.services import posts, proxies
from review.sheet.services import evidence
from review.trail.services import audit, audit_chain, database_roles, frozen_rows
from tasks import health
from tests.live import database_url
from tests.remembered import really
from tests.review.acting import as_, words
from tests.review.people.test_proxies import named
from tests.review.screens.test_access import filled, ours
from tests.review.sheet.test_evidence import attach
from workflow import steps

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]

APP, BACKUP = "meguri_test_app", "meguri_test_backup"


@pytest.fixture
def as_app() -> Iterator[psycopg.Connection]:
    """A session that acts as the application's role."""
    call_command("database_roles", "--apply", "--app", APP, "--backup", BACKUP, verbosity=0)
    with psycopg.connect(database_url(), autocommit=True) as session:
        session.execute(f"SET SESSION AUTHORIZATION {APP}")
        yield session
    with connection.cursor() as cursor:
        for role in (APP, BACKUP):
            cursor.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")


INSERT = """
    INSERT INTO review_auditentry (at, actor_key, action, subject, before, after, address, request_id)
    VALUES (now(), NULL, 'submit', 'review:1', '{}', '{}', NULL, '')
"""


def test_it_adds_acts_and_the_database_links_them(as_app):
    audit.write(actor=None, action="submit", subject="review:0")
    as_app.execute(INSERT)
    assert AuditLink.objects.count() == 2
    assert audit_chain.verify().intact


def test_it_changes_what_the_screens_change(as_app):
    as_app.execute("UPDATE review_user SET language = 'ja' WHERE id = 0")
    as_app.execute("DELETE FROM django_session WHERE session_key = 'x'")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE review_auditentry SET subject = 'x'",
        "DELETE FROM review_auditentry",
        "TRUNCATE review_auditentry",
        "INSERT INTO review_auditlink (seq, entry_id, prev_hash, hash) VALUES (1, 1, '', '')",
        "UPDATE review_auditlink SET hash = ''",
        "DELETE FROM review_auditlink",
        "DROP TABLE review_auditentry CASCADE",
        "ALTER TABLE review_auditentry DISABLE TRIGGER audit_keep",
        "DROP TRIGGER audit_append ON review_auditentry",
        "CREATE OR REPLACE FUNCTION meguri_audit_append() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "SET session_replication_role = replica",
        "UPDATE review_decision SET comment = 'x'",
        "DELETE FROM review_decision",
        "CREATE TABLE mine (n int)",
        "DELETE FROM django_migrations",
    ],
)
def test_it_may_not(as_app, statement):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        as_app.execute(statement)


def test_a_temporary_table_of_the_same_name_catches_nothing(as_app):
    as_app.execute("CREATE TEMPORARY TABLE review_auditlink (seq bigint, entry_id bigint, prev_hash text, hash text)")
    as_app.execute(INSERT.replace("review_auditentry", "public.review_auditentry"))
    assert AuditLink.objects.count() == 1


def test_the_printed_script_holds_no_password(capsys, monkeypatch):
    monkeypatch.setenv("MEGURI_APP_DATABASE_PASSWORD", "geheim")
    call_command("database_roles", "--print")
    printed = capsys.readouterr().out
    assert "REVOKE UPDATE, DELETE" in printed and "geheim" not in printed


@pytest.fixture
def working_as_app(transactional_db: None) -> Iterator[None]:
    """Our own connection acts as the application's role."""
    call_command("database_roles", "--apply", "--app", APP, "--backup", BACKUP, verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(f"SET SESSION AUTHORIZATION {APP}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET SESSION AUTHORIZATION")
        for role in (APP, BACKUP):
            cursor.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")


@pytest.mark.drill
def test_a_whole_year_needs_no_right_that_the_role_lacks(working_as_app, cast):
    with really():
        cast.published(2)
    for client in (as_(cast.contributor), as_(cast.reviewer2), as_(cast.approver), as_(cast.administrator)):
        for name, route in ours():
            if name != "readyz":
                answer = client.get(filled(route, cast.sheet(1).pk))
                assert answer.status_code < 500, name
                if answer.streaming:
                    b"".join(answer.streaming_content)
    page = words(as_(cast.auditor).get("/audit/"))
    assert "めぐりの役割にも変更する権限がありません" in page
    posts.end_all(user=cast.other, by=cast.administrator)
    personal_data.anonymise(user_id=cast.other.pk, by=cast.administrator, reason="離任")
    retention.remove_expired()
    report = audit_chain.verify()
    assert report.intact and report.links > 10 and database_roles.may_change_trail() is False


def test_a_decision_by_proxy_is_read_later(working_as_app, cast):
    with really():
        cast.open(1)
        review = cast.submitted()
    named(cast, cast.reviewer2, cast.other, Role.REVIEWER)
    steps.confirm(user=cast.other, review_id=review.pk, round=review.round)
    proxies.read_later(user=cast.reviewer2, decision_id=proxies.unread_by(cast.reviewer2).get().pk)
    assert not proxies.unread_by(cast.reviewer2).exists()


def test_what_happens_later_to_what_stays_needs_no_right_that_the_role_lacks(working_as_app, cast):
    """取下げ, a recorded decision that is replaced, dropped and confirmed, a file taken back: each as the product does it."""
    with really():
        cast.open(1)
    file = attach(cast)
    evidence.remove(user=cast.contributor, evidence_id=file.pk)
    with really():
        review = cast.submitted()
    steps.recall(user=cast.contributor, review_id=review.pk)
    with really():
        review = cast.reviewed()
    words_of_it = meetings.MeetingWords(
        held_on=clock.today(), decided_on=clock.today(), attendees="本部長", minute="了承", document_number="第1号"
    )
    meeting = meetings.record_meeting(user=cast.reviewer2, cycle=review.cycle, words=words_of_it)
    verdicts = meetings.Verdicts(verdict="accept")
    for _each in range(2):
        meetings.record(user=cast.reviewer2, chosen=[(review.pk, review.round)], meeting=meeting, verdicts=verdicts)
    meetings.drop(user=cast.reviewer2, record_id=RecordedDecision.objects.get(closed_at=None).pk)
    meetings.record(user=cast.reviewer2, chosen=[(review.pk, review.round)], meeting=meeting, verdicts=verdicts)
    last = RecordedDecision.objects.get(closed_at=None)
    steps.confirm_record(user=cast.approver, record=last)
    last.refresh_from_db()
    assert last.decision and last.closed_at and RecordedDecision.objects.count() == 3
    for model, names in frozen_rows.FROZEN.items():
        for name in names:
            assert model.objects.exclude(**{name: None}).exists(), f"{name} of {model.__name__} was filled"


@pytest.mark.parametrize(
    "grant",
    [
        "GRANT DELETE ON review_submission",
        "GRANT UPDATE ON review_rating",
        "GRANT UPDATE (content) ON review_submission",
        "GRANT INSERT ON review_auditlink",
        "REVOKE UPDATE (recalled_at) ON review_submission",
    ],
)
def test_a_right_too_many_or_too_few_is_told(db, grant):
    call_command("database_roles", "--apply", "--app", APP, "--backup", BACKUP, verbosity=0)
    assert database_roles.is_ready(APP)
    with connection.cursor() as cursor:
        cursor.execute(f"{grant} {'FROM' if grant.startswith('REVOKE') else 'TO'} {APP}")
        assert not database_roles.is_ready(APP)
        for role in (APP, BACKUP):
            cursor.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")


def test_the_owner_is_told_when_the_role_is_not_ready(settings, db):
    settings.MEGURI_APP_DATABASE_ROLE = APP
    assert APP in health.migrated()
    call_command("database_roles", "--apply", "--app", APP, "--backup", BACKUP, verbosity=0)
    assert health.migrated() == ""
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT UPDATE ON review_auditentry TO {APP}")
        assert APP in health.migrated()
        for role in (APP, BACKUP):
            cursor.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")
