"""Editions can only be added: whoever goes round the application meets the same refusal from the database."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from review.books.services import seals
from review.models import Artifact, Edition
from review.publication.services import publication
from tests.cast import Cast
from tests.review.acting import as_

REFUSED = "editions stand"


@pytest.fixture
def edition(cast: Cast) -> Edition:
    cast.published(1)
    return Edition.objects.get()


ACTS: tuple[Callable[[], object], ...] = (
    lambda: Edition.objects.update(sha256="f" * 64),
    lambda: Edition.objects.update(snapshot={}),
    lambda: Edition.objects.update(current=False, number=7),
    lambda: Edition.objects.get().save(),
    lambda: Edition.objects.all()._raw_delete("default"),
    lambda: Artifact.objects.filter(edition__isnull=False).update(size=1),
    lambda: Artifact.objects.filter(edition__isnull=False).update(edition=None, seal=""),
    lambda: Artifact.objects.filter(edition__isnull=False)._raw_delete("default"),
)


def test_no_edition_and_no_file_of_one_is_changed_or_deleted(edition: Edition) -> None:
    before = list(Edition.objects.values()), list(Artifact.objects.values())
    for act in ACTS:
        with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic():
            act()
    assert (list(Edition.objects.values()), list(Artifact.objects.values())) == before
    # It steps back once, when the next edition comes, and never comes forward again.
    Edition.objects.update(current=False)
    with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic():
        Edition.objects.update(current=True)


def test_all_editions_at_once_are_refused_too(edition: Edition) -> None:
    if connection.vendor == "postgresql":
        verb = "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE review_edition CASCADE"
    else:
        verb = "INSERT OR REPLACE INTO review_edition SELECT * FROM review_edition"
    with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(verb)


def test_drafts_lose_their_files_as_before(edition: Edition) -> None:
    draft = Artifact.objects.filter(edition=None).first()
    assert draft is not None
    Artifact.objects.filter(pk=draft.pk).update(label="別の言葉")
    draft.delete()


def test_the_administrator_reads_editions_and_changes_none(edition: Edition, cast: Cast) -> None:
    client: Client = as_(cast.administrator)
    address = f"/admin/review/edition/{edition.pk}"
    assert client.get(f"{address}/change/").status_code == 200
    assert client.post(f"{address}/change/", {"number": 9}).status_code == 403
    assert client.post(f"{address}/delete/", {"post": "yes"}).status_code == 403


def test_every_edition_and_file_carries_its_seal(edition: Edition) -> None:
    assert publication.intact(edition)
    assert edition.seal == seals.edition_seal(edition)
    files = Artifact.objects.filter(edition=edition)
    assert {row.kind for row in files} == {"consolidated", "book_pdf"}
    assert all(row.seal == seals.artifact_seal(row) for row in files)
