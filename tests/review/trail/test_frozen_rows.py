"""What was submitted, said and decided: the database refuses to change or delete it, by whatever way somebody comes."""

# ruff: noqa: S608 (the models' own names)

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, ProgrammingError, connection, models, transaction

from review import clock
from review.migrations import _frozen_rows
from review.models import (
    Correction,
    CorrectionDecision,
    Decision,
    Evidence,
    ItemComment,
    LaterReading,
    MeasureReview,
    Meeting,
    PlanSummary,
    Rating,
    RecordedDecision,
    Submission,
    SummaryDecision,
    SummaryEdition,
)
from review.trail.services import audit_chain, frozen_rows
from review.trail.services.frozen_rows import FROZEN
from tests.cast import Cast
from tests.frozen import frozen
from tests.remembered import remembered
from tests.trail import tampering

COLUMNS = [(model, each.name) for model in FROZEN for each in model._meta.concrete_fields]
FILLABLE = [(model, name) for model, names in FROZEN.items() for name in names]
Row = models.Model


def written(cast: Cast) -> dict[type[Row], Row]:
    """One row of each kind, nothing filled that is filled later."""
    edition, now, by = frozen(cast, 1), clock.now(), cast.reviewer
    review = MeasureReview.objects.get()
    meeting = Meeting.objects.create(cycle=edition.cycle, held_on=now, recorded_by=by)
    common: dict[str, Any] = {"review": review, "round": 1}
    decision = Decision.objects.create(**common, step="review", verdict="accept", decided_by=by, decided_at=now)
    correction = Correction.objects.create(
        cycle=edition.cycle, base=edition, prepared_by=by, started_at=now, state_since=now
    )
    rows: list[Row] = [
        decision,
        Submission.objects.create(**common, content={"texts": {}}, sha256="0" * 64, submitted_by=by, submitted_at=now),
        recorded(review, meeting, cast),
        ItemComment.objects.create(**common, kind="comment", body="所見です", author=by, created_at=now),
        Rating.objects.create(review=review, hand="reviewer", grade="A", reason="理由", given_by=by, given_at=now),
        LaterReading.objects.create(decision=decision, read_by=by, read_at=now),
        CorrectionDecision.objects.create(
            correction=correction, round=1, verdict="accept", submitted_by=by, decided_by=by, decided_at=now
        ),
        attached(review, cast),
        *summed_up(cast, meeting),
    ]
    return {type(row): row for row in rows}


def summed_up(cast: Cast, meeting: Meeting) -> list[Row]:
    """The decision on a 総括, and the edition that it made."""
    plan, now = meeting.cycle.plan, clock.now()
    summary = PlanSummary.objects.create(plan=plan, submitted_by=cast.reviewer, state_since=now)
    decision = SummaryDecision.objects.create(
        summary=summary, round=1, verdict="accept", submitted_by=cast.reviewer, decided_by=cast.approver, decided_at=now
    )
    digests = {"sha256": "0" * 64, "seal": "0" * 64}
    return [
        decision,
        SummaryEdition.objects.create(
            plan=plan, number=1, snapshot={"text": ""}, decision=decision, published_at=now, **digests
        ),
    ]


def recorded(review: MeasureReview, meeting: Meeting, cast: Cast) -> RecordedDecision:
    return RecordedDecision.objects.create(
        review=review, round=1, verdict="accept", meeting=meeting, recorded_by=cast.reviewer, recorded_at=clock.now()
    )


def attached(review: MeasureReview, cast: Cast, path: str = "e", **more: Any) -> Evidence:
    return Evidence.objects.create(
        review=review, round=1, kind="pdf", path=path, filename="e.pdf", size=1, sha256="0" * 64,
        uploaded_by=cast.contributor, uploaded_at=clock.now(), **more,
    )  # fmt: skip


@pytest.fixture
@remembered
def rows(cast: Cast) -> dict[type[Row], Row]:
    return written(cast)


def another(column: models.Field, value: Any, rows: dict[type[Row], Row]) -> Any:
    """A value of the same kind that says something else."""
    if isinstance(column, models.ForeignKey) and value is None:
        here = rows.get(column.related_model)
        return here.pk if here else column.related_model._default_manager.order_by("pk").values_list("pk").first()[0]
    if isinstance(column, models.JSONField):
        return {"changed": 1}
    if isinstance(column, models.BooleanField):
        return not value
    if isinstance(column, models.DateTimeField):
        return clock.now() if value is None else value.replace(year=value.year - 1)
    return (value or 0) + 1 if isinstance(value, int) else f"{value[:3]}x"


def put(row: Row, name: str, value: Any) -> None:
    with transaction.atomic():
        type(row)._base_manager.filter(pk=row.pk).update(**{name: value})


def ident(value: Any) -> str:
    return value.__name__ if isinstance(value, type) else str(value)


# --- the triggers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("model, name", COLUMNS, ids=ident)
def test_a_column_changes_only_where_it_is_named_and_then_once(
    rows: dict[type[Row], Row], model: type[Row], name: str
) -> None:
    row, column = rows[model], model._meta.get_field(name)
    value = another(column, getattr(row, column.attname), rows)
    if name in FROZEN[model]:
        put(row, name, value)
        # A second time it does not, nor back.
        value = None
    with pytest.raises(DatabaseError, match="frozen rows: UPDATE refused"):
        put(row, name, value)


@pytest.mark.parametrize("model, name", FILLABLE, ids=ident)
def test_what_was_filled_is_not_filled_again(rows: dict[type[Row], Row], model: type[Row], name: str) -> None:
    column = model._meta.get_field(name)
    put(rows[model], name, another(column, None, rows))
    now = model._base_manager.values_list(column.attname, flat=True).get()
    other = now.replace(year=2001) if isinstance(now, date | datetime) else now + 1
    with pytest.raises(DatabaseError, match="frozen rows: UPDATE refused"):
        put(rows[model], column.attname, other)


@pytest.mark.parametrize("model", FROZEN, ids=ident)
def test_a_row_is_not_deleted(rows: dict[type[Row], Row], model: type[Row]) -> None:
    with pytest.raises(DatabaseError, match="frozen rows: DELETE refused"), transaction.atomic():
        model._base_manager.filter(pk=rows[model].pk)._raw_delete("default")
    assert model._base_manager.filter(pk=rows[model].pk).exists()


def execute(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.postgres
@pytest.mark.parametrize("model", FROZEN, ids=ident)
def test_a_table_is_not_emptied_at_once_nor_by_a_replica(db: None, model: type[Row]) -> None:
    table = model._meta.db_table
    for before in ("", "SET LOCAL session_replication_role = replica; "):
        with pytest.raises(ProgrammingError, match="frozen rows: TRUNCATE refused"):
            execute(f"{before}TRUNCATE {table} CASCADE")


@pytest.mark.postgres
def test_a_number_in_a_content_is_not_written_otherwise(rows: dict[type[Row], Row]) -> None:
    with tampering():
        put(rows[Submission], "content", {"rate": 1})
    with pytest.raises(ProgrammingError, match="frozen rows: UPDATE refused"):
        execute("""UPDATE review_submission SET content = '{"rate": 1.0}'""")


on_sqlite = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="only SQLite replaces rows")


@on_sqlite
@pytest.mark.parametrize("model", FROZEN, ids=ident)
def test_no_row_is_replaced(rows: dict[type[Row], Row], model: type[Row]) -> None:
    """By the same number, and by each other key that it has: the row that stands would go without a DELETE."""
    table = model._meta.db_table
    others = ", ".join(f'"{each.column}"' for each in model._meta.concrete_fields if not each.primary_key)
    keys = ["id"]
    if any(each.unique for each in model._meta.concrete_fields if not each.primary_key) or model._meta.constraints:
        keys.append("NULL")
    for number in keys if model not in (Rating, ItemComment) else keys[:1]:
        with pytest.raises(DatabaseError, match="frozen rows: REPLACE refused"):
            execute(f'INSERT OR REPLACE INTO "{table}" (id, {others}) SELECT {number}, {others} FROM "{table}"')
    with pytest.raises(DatabaseError, match="frozen rows: UPDATE refused"):
        execute(f'UPDATE OR REPLACE "{table}" SET id = id + 1')


@on_sqlite
def test_filling_a_column_replaces_no_other_row(rows: dict[type[Row], Row], cast: Cast) -> None:
    first = rows[RecordedDecision]
    put(first, "closed_at", clock.now())
    put(first, "decision", rows[Decision])
    second = recorded(rows[Submission].review, first.meeting, cast)
    with pytest.raises(DatabaseError, match="frozen rows: UPDATE refused"):
        execute(
            f"UPDATE OR REPLACE review_recordeddecision SET decision_id = {rows[Decision].pk} WHERE id = {second.pk}"
        )


def test_what_may_stand_beside_a_row_may_still_be_added(rows: dict[type[Row], Row], cast: Cast) -> None:
    review = rows[Submission].review
    put(rows[RecordedDecision], "closed_at", clock.now())
    recorded(review, rows[RecordedDecision].meeting, cast)
    put(rows[Evidence], "withdrawn_at", clock.now())
    attached(review, cast, "again")
    # As a backup is put back: a withdrawn one after the one that stands.
    attached(review, cast, "before", withdrawn_at=clock.now())
    with pytest.raises(DatabaseError), transaction.atomic():
        attached(review, cast, "twice")


# --- the rights ------------------------------------------------------------------------------------------

APP, BACKUP = "meguri_test_frozen_app", "meguri_test_frozen_backup"


@pytest.fixture
def as_app(db: None) -> Iterator[None]:
    """Our own connection acts as the application's role, which goes with the transaction."""
    call_command("database_roles", "--apply", "--app", APP, "--backup", BACKUP, verbosity=0)
    execute(f"SET SESSION AUTHORIZATION {APP}")
    yield
    execute("RESET SESSION AUTHORIZATION")


def may(statement: str) -> bool:
    """Whether the role has the right: no row is touched, so that no trigger is asked."""
    try:
        execute(statement)
    except ProgrammingError as refusal:
        if "permission denied" not in str(refusal):
            raise
        return False
    return True


@pytest.mark.postgres
@pytest.mark.parametrize("model", FROZEN, ids=ident)
def test_the_role_has_the_right_to_the_named_columns_alone(as_app: None, model: type[Row]) -> None:
    table, columns = model._meta.db_table, model._meta.concrete_fields
    changeable = {each.name for each in columns if may(f'UPDATE {table} SET "{each.column}" = NULL WHERE false')}
    assert changeable == set(FROZEN[model])
    assert not may(f"DELETE FROM {table} WHERE false") and not may(f"TRUNCATE {table} CASCADE")


# --- whether they stand ----------------------------------------------------------------------------------


def freeze(table: str, fillable: tuple[str, ...]) -> None:
    """As a migration does; Django's editor works on SQLite outside of a transaction only."""
    editor = SimpleNamespace(connection=connection, execute=lambda statement, params: execute(statement))
    _frozen_rows.freeze(editor, table, fillable)


def test_every_trigger_stands_as_it_was_made(db: None) -> None:
    """Also after all later migrations: on SQLite, one that alters such a table has to `freeze` it again."""
    assert frozen_rows.weakened() == []


def test_a_trigger_that_is_off_is_told(db: None) -> None:
    each = 2 if connection.vendor == "postgresql" else 3
    with tampering():
        assert len(frozen_rows.weakened()) == each * len(FROZEN)
        assert "review_submission." in " ".join(audit_chain.verify().unprotected)
    assert frozen_rows.weakened() == []


def test_a_trigger_that_lets_more_through_is_told(db: None) -> None:
    freeze("review_rating", ("grade",))
    assert [one.partition(".")[0] for one in frozen_rows.weakened()] == ["review_rating"]


@pytest.mark.postgres
def test_a_function_that_lets_all_through_is_told(db: None) -> None:
    execute(
        "CREATE OR REPLACE FUNCTION meguri_frozen_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"
    )
    assert frozen_rows.weakened() == ["meguri_frozen_refuse()"]


@pytest.mark.postgres
def test_a_table_that_is_not_there_is_told_like_its_triggers(db: None) -> None:
    """Before the migration that makes it, and after somebody dropped it: no error, whatever else the query meets."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE review_summaryedition")
    assert {one.partition(".")[0] for one in frozen_rows.weakened()} == {"review_summaryedition"}


@on_sqlite
def test_a_column_that_came_later_is_guarded_or_told(db: None) -> None:
    execute("ALTER TABLE review_rating ADD COLUMN later text")
    assert frozen_rows.weakened()
    freeze("review_rating", ())
    assert frozen_rows.weakened() == []
    execute("ALTER TABLE review_rating RENAME COLUMN later TO last")


@pytest.mark.drill
@pytest.mark.django_db(transaction=True)
def test_the_migration_leads_back_and_forth_over_rows_that_stand(cast: Cast) -> None:
    rows = written(cast)
    put(rows[Evidence], "withdrawn_at", clock.now())
    attached(rows[Submission].review, cast, "again")
    call_command("migrate", "review", "0001", verbosity=0)
    try:
        execute("UPDATE review_submission SET late = true")
    finally:
        call_command("migrate", verbosity=0)
    assert frozen_rows.weakened() == []
    assert {one.path for one in Evidence.objects.all()} > {"again"}, "what was taken back keeps its row"
    with pytest.raises(DatabaseError, match="frozen rows: UPDATE refused"):
        put(rows[Submission], "late", False)


def test_every_kind_of_decision_is_among_them() -> None:
    """A new model of what somebody decided or submitted is frozen too, or says here why it is not."""
    named = {model for model in apps.get_app_config("review").get_models() if model.__name__.endswith("Decision")}
    assert named | {Submission} <= FROZEN.keys()
