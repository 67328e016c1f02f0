"""A trigger of the right name proves nothing: whoever owns the database is found by what its triggers do (issue 20, point 7)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection, transaction

from review.publication.services import edition_check
from review.trail.services import audit_chain, triggers

pytestmark = pytest.mark.django_db(transaction=True)

REFUSE = "CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql {traits} AS $${body}$$"
HARMLESS = " BEGIN IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END "
SEARCH = "SET search_path = pg_catalog, pg_temp"
AGAIN = "DROP TRIGGER {name} ON {table};; CREATE TRIGGER {name} {when} ON {table} FOR EACH {each}"

#: what a superuser does, its statements divided by ;; -> what is named
ON_POSTGRESQL = {
    # security.md, F4 b: the newest fifty entries could be deleted, and every trigger stood.
    REFUSE.format(name="meguri_audit_refuse", traits=SEARCH, body=HARMLESS): "meguri_audit_refuse()",
    REFUSE.format(name="meguri_edition_refuse", traits=SEARCH, body=HARMLESS): "meguri_edition_refuse()",
    REFUSE.format(name="meguri_frozen_refuse", traits=SEARCH, body=HARMLESS): "meguri_frozen_refuse()",
    AGAIN.format(name="audit_keep", table="review_auditentry", when="BEFORE UPDATE OR DELETE", each="ROW WHEN (false)")
    + " EXECUTE FUNCTION meguri_audit_refuse()": "review_auditentry.audit_keep",
    AGAIN.format(name="audit_keep", table="review_auditlink", when="BEFORE UPDATE", each="ROW")
    + " EXECUTE FUNCTION meguri_audit_refuse()": "review_auditlink.audit_keep",
    AGAIN.format(name="edition_keep", table="review_edition", when="BEFORE UPDATE", each="ROW WHEN (old.id < 0)")
    + " EXECUTE FUNCTION meguri_edition_refuse()": "review_edition.edition_keep",
    AGAIN.format(name="edition_file_keep", table="review_artifact", when="BEFORE UPDATE OF path", each="ROW")
    + " EXECUTE FUNCTION meguri_edition_refuse()": "review_artifact.edition_file_keep",
    "ALTER TABLE review_auditentry ENABLE REPLICA TRIGGER audit_keep": "review_auditentry.audit_keep",
    "ALTER TABLE review_edition ENABLE TRIGGER edition_keep": "review_edition.edition_keep",
    "ALTER TABLE review_rating DISABLE TRIGGER frozen_keep": "review_rating.frozen_keep",
    # One that changes the entry before it is written.
    REFUSE.format(name="quiet", traits="", body=" BEGIN NEW.actor_key := NULL; RETURN NEW; END ")
    + ";; CREATE TRIGGER another BEFORE INSERT ON review_auditentry FOR EACH ROW EXECUTE FUNCTION quiet()": (
        "review_auditentry.another"
    ),
    # The same words, looked up elsewhere.
    "ALTER FUNCTION meguri_audit_link() SET search_path = public": "meguri_audit_link()",
    "ALTER FUNCTION meguri_audit_append() SECURITY INVOKER": "meguri_audit_append()",
    "CREATE OR REPLACE FUNCTION meguri_audit_part(value text) RETURNS text LANGUAGE sql IMMUTABLE AS $$SELECT ''$$": (
        "meguri_audit_part()"
    ),
}
KEEP = "DROP TRIGGER {name};; CREATE TRIGGER {name} BEFORE {verb} ON review_{table} WHEN 0 BEGIN SELECT RAISE(ABORT, ''); END"
ON_SQLITE = {
    KEEP.format(name="audit_keep_auditentry_delete", verb="DELETE", table="auditentry"): (
        "review_auditentry.audit_keep_auditentry_delete"
    ),
    KEEP.format(name="edition_keep_row", verb="DELETE", table="edition"): "review_edition.edition_keep_row",
    KEEP.format(name="frozen_rating_delete", verb="DELETE", table="rating"): "review_rating.frozen_rating_delete",
    "DROP TRIGGER audit_link": "review_auditlink.audit_link",
    "CREATE TRIGGER another AFTER INSERT ON review_auditentry BEGIN SELECT 1; END": "review_auditentry.another",
}
ATTACKS = [("postgresql", *each) for each in ON_POSTGRESQL.items()] + [("sqlite", *each) for each in ON_SQLITE.items()]


def named() -> str:
    """What the two checkers say about triggers."""
    return " ".join([*audit_chain.verify().unprotected, *(one.what for one in edition_check.verify().findings)])


def within(attack: str, then: Callable[[], str]) -> str:
    """What `then` says after the attack, which is taken back."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                for statement in attack.split(";;"):
                    cursor.execute(statement)
            words = then()
            raise ZeroDivisionError
    except ZeroDivisionError:
        return words


@pytest.mark.parametrize("vendor, attack, place", ATTACKS, ids=[place for _vendor, _attack, place in ATTACKS])
def test_each_weakened_trigger_is_named(vendor: str, attack: str, place: str) -> None:
    if connection.vendor != vendor:
        pytest.skip(f"of {vendor}")
    assert place in within(attack, named)
    assert named() == ""


def test_each_statement_of_the_migrations_is_understood() -> None:
    """A trigger that the pattern passes over would be taken for one that should not be there, and the other way round."""
    assert named() == ""
    if connection.vendor == "postgresql":
        assert set(triggers.CONDITIONS) == {"edition_keep", "edition_file_keep", "edition_file_keep_row"}
