"""A lock that somebody else holds too long ends as a sentence with the typed words, on either database."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection, transaction

from review.models import Decision, MeasureReview
from review.screens.views import busy
from tests.cast import Cast
from tests.review.acting import as_, words

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def held(pk: int) -> Iterator[None]:
    """Another connection works on the sheet until the block ends."""
    taken, done = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                MeasureReview.objects.select_for_update().get(pk=pk)
                taken.set()
                done.wait(30)
        finally:
            connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    assert taken.wait(10)
    try:
        yield
    finally:
        done.set()
        thread.join(10)


@contextmanager
def impatient() -> Iterator[None]:
    """This connection waits for a lock no longer than a moment."""
    sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout" if sqlite else "SHOW lock_timeout")
        before = cursor.fetchone()[0]
        cursor.execute("PRAGMA busy_timeout = 200" if sqlite else "SET lock_timeout = '200ms'")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {before}" if sqlite else f"SET lock_timeout = '{before}'")


def test_a_return_that_meets_a_held_lock_keeps_its_words(cast: Cast) -> None:
    cast.open(1)
    review = cast.submitted(1)
    client, address = as_(cast.reviewer2), f"/sheets/{review.pk}/review/"
    sent = {"action": "return", "comment": "要因をもう少し詳しく書いてください。", "round": review.round}
    sent |= {"remark:cause": "前年度と同じ文です。"}
    client.get(address)
    with impatient(), held(review.pk):
        refused = client.post(address, sent)
    text = words(refused)
    assert refused.status_code == 503 and "混み合っています" in text and refused["Retry-After"]
    assert "要因をもう少し詳しく書いてください。" in text and "前年度と同じ文です。" in text
    assert not Decision.objects.exists()
    assert client.post(address, sent).status_code in (302, 303)


def test_another_fault_of_the_database_is_no_lock() -> None:
    assert not busy.is_lock(OperationalError("no such table"))
    assert not busy.is_lock(ValueError("locked"))
