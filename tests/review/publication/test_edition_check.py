"""One changed byte in any row or file of any edition is detected, whoever made it and in whatever way."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, models, transaction

from review.books.services import seals
from review.models import Artifact, AuditEntry, Edition, Meeting
from review.publication.services import corrections, edition_check
from review.publication.services.corrections import Typed
from tests.cast import YEAR, Cast, settle_background
from tests.remembered import really, remembered
from tests.trail import tampering
from workflow import steps


@pytest.fixture
@remembered
def editions(cast: Cast) -> list[Edition]:
    """第1版 and 訂正第1版 with their files."""
    cycle = cast.published(1)
    correction = steps.start_correction(user=cast.reviewer, cycle_id=cycle.pk)
    typed = [Typed(code="01-01", key=f"indicator:1:actual:{YEAR}", right="70件", reason="集計の誤り")]
    corrections.save_items(user=cast.reviewer, correction_id=correction.pk, version=0, code="01-01", typed=typed)
    correction = steps.submit_correction(user=cast.reviewer, correction_id=correction.pk)
    steps.decide_correction(user=cast.approver, correction_id=correction.pk, round=1, accept=True)
    settle_background()
    Meeting.objects.create(cycle=cycle, held_on=date(2025, 8, 1), recorded_by=cast.reviewer)
    return list(Edition.objects.order_by("number"))


def output() -> str:
    """The command's output; raises CommandError where there is a finding."""
    out = io.StringIO()
    call_command("verify_editions", stdout=out)
    return out.getvalue()


@contextmanager
def undone() -> Iterator[None]:
    """Whatever the block does to the database is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def other(row: models.Model, field: models.Field) -> Iterator[Any]:
    """Other values for the field that differ as little as can be."""
    now = field.value_from_object(row)
    if isinstance(field, models.ForeignKey):
        rows = field.related_model._default_manager.exclude(pk=now).values_list("pk", flat=True)
        yield from [*rows[:1], *([None] if field.null and now else [])]
    elif isinstance(field, models.BooleanField):
        yield not now
    elif isinstance(field, models.JSONField):
        text = json.dumps(now, ensure_ascii=False)
        # a digit, a letter and a word of the city's, somewhere within
        yield from (
            json.loads(text.replace(*pair, 1)) for pair in (("100件", "101件"), ("見本", "身本")) if pair[0] in text
        )
        if not now:
            yield ["x"]
    elif isinstance(field, models.DateTimeField):
        yield (now or datetime.fromisoformat("2025-01-01T00:00:00+00:00")) + timedelta(microseconds=1)
    elif isinstance(field, models.IntegerField):
        yield now + 1
    else:
        yield ("B" if now[:1] != "B" else "C") + now[1:]


def test_what_was_published_is_found_whole_and_a_difference_is_named(editions: list[Edition]) -> None:
    words = output()
    assert "公表版 2 件" in words and "すべて、公表したときのままです。" in words
    report = edition_check.verify()
    assert (report.editions, report.files, report.findings) == (
        2,
        Artifact.objects.filter(edition__isnull=False).count(),
        (),
    )
    # Missing triggers are a finding.
    with undone(), tampering():
        assert "review_edition.edition_keep" in " ".join(map(str, edition_check.verify().findings))
    # SQLite keeps text; PostgreSQL keeps values, where a space between two of them is nothing that could change.
    with undone():
        with tampering(), connection.cursor() as cursor:
            values = "UPDATE review_edition SET snapshot = (' ' || snapshot::text)::jsonb WHERE number = 1"
            text = "UPDATE review_edition SET snapshot = ' ' || snapshot WHERE number = 1"
            cursor.execute(values if connection.vendor == "postgresql" else text)
        findings = edition_check.verify().findings
        assert not findings if connection.vendor == "postgresql" else "保存の形" in str(findings[0])
    # The first difference is named, the rest counted.
    with undone():
        with tampering():
            Edition.objects.filter(number=1).update(sha256="0" * 64)
        with pytest.raises(CommandError, match=r"^令和6年度 第1版: 公表した内容のsha256.*ほかに\d+件"):
            output()
        out = io.StringIO()
        with pytest.raises(CommandError):
            call_command("verify_editions", "--json", stdout=out)
        assert json.loads(out.getvalue())["intact"] is False
    # The trail tells of every file.
    files = Artifact.objects.filter(edition__isnull=False)
    assert AuditEntry.objects.filter(action="edition.file").count() == files.count() >= 4


def test_one_changed_byte_in_any_row_is_found(editions: list[Edition]) -> None:
    rows: list[models.Model] = [*editions, *Artifact.objects.filter(edition__isnull=False)]
    tried, unnoticed = 0, []
    for row in rows:
        for field in row._meta.concrete_fields:
            for value in other(row, field):
                tried += 1
                if not noticed(row, field, value):
                    unnoticed.append(f"{row} {field.name}")
    assert not unnoticed
    assert tried > 80


def noticed(row: models.Model, field: models.Field, value: Any) -> bool:
    """Whether the change is detected, or refused by the database's own rules."""
    with undone():
        try:
            with transaction.atomic(), tampering():
                type(row)._default_manager.filter(pk=row.pk).update(**{field.attname: value})
        except DatabaseError:
            # A rule of the database itself: no row can stand like that.
            return True
        return bool(edition_check.verify().findings)


def test_one_changed_byte_in_any_file_is_found(editions: list[Edition]) -> None:
    for file in Artifact.objects.filter(edition__isnull=False):
        path = Path(default_storage.path(file.path))
        whole = path.read_bytes()
        for place in (0, len(whole) // 2, len(whole) - 1):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            with pytest.raises(CommandError, match="ファイルの内容が、公表したときと違います"):
                output()
        path.write_bytes(whole[:-1])
        with pytest.raises(CommandError, match="内容が、公表したときと違います"):
            output()
        path.unlink()
        with pytest.raises(CommandError, match="ファイルがありません"):
            output()
        path.write_bytes(whole)
    assert output()


@pytest.mark.django_db(transaction=True)
def test_a_trail_made_anew_does_not_fit_what_the_edition_prints(cast: Cast) -> None:
    with really():  # committed: the database links the acts then
        cast.published(1)
    edition = Edition.objects.get()
    head = edition.snapshot["audit"]
    assert head["seq"] > 0
    with undone(), tampering(), connection.cursor() as cursor:
        cursor.execute("UPDATE review_auditlink SET hash = %s WHERE seq = %s", ["0" * 64, head["seq"]])
        findings = [finding.what for finding in edition_check.verify().findings if finding.where == str(edition)]
    assert len(findings) == 1 and "監査記録の照合値が、監査記録にありません" in findings[0]


def test_what_was_taken_away_is_missed(editions: list[Edition]) -> None:
    with undone():
        with tampering():
            Artifact.objects.filter(edition=editions[1]).delete()
            correction = editions[1].made_by_correction
            correction.process.delete()
            correction.decisions.all().delete()
            correction.delete()
            editions[1].delete()
            Edition.objects.update(current=True)
        assert "監査記録にある版が、なくなっています" in str(edition_check.verify().findings[0])
    with undone():
        with tampering():
            Artifact.objects.filter(edition=editions[0], kind="book_pdf").delete()
        assert "集約表(PDF)の記録がありません" in str(edition_check.verify().findings[0])
    # Every hash of the rows computed anew: the trail says otherwise.
    with undone():
        with tampering():
            first = editions[0]
            first.snapshot["measures"][0]["name"] = "別の施策名"
            first.sha256 = seals.digest(first.snapshot)
            first.seal = seals.edition_seal(first)
            first.save()
        findings = [str(one) for one in edition_check.verify().findings]
        assert findings[0] == "令和6年度 第1版: 監査記録にある公表の記録と違います。"
        assert any("01-01 の項目(name)" in one for one in findings), "and the errata of the next do not name it"
