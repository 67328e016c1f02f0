"""Two deciders at once: exactly one decision, one audit row, one notice, on PostgreSQL and on SQLite."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from review.domain.refusals import Refusal
from review.models import AuditEntry, Decision, MeasureReview, Notification, OutboxEvent
from tests.cast import Cast, settle_background
from workflow import steps

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 12


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Run the acts in threads that start together; returns the sentences of those that were refused."""
    gate, refused, broken = threading.Barrier(len(acts)), [], []

    def run(act: Callable[[], object]) -> None:
        try:
            gate.wait()
            act()
        except Refusal as refusal:
            refused.append(str(refusal))
        except Exception as error:
            broken.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not broken, broken
    return refused


def _once(review: MeasureReview, action: str) -> None:
    assert Decision.objects.filter(review=review).count() == 1
    assert AuditEntry.objects.filter(subject=f"review:{review.pk}", action__in=["confirm", "return"]).count() == 1
    assert OutboxEvent.objects.filter(review=review, name__in=["SubmissionReviewed", "SubmissionReturned"]).count() == 1


@pytest.mark.parametrize("number", range(1, ROUNDS + 1))
def test_confirm_against_return(cast: Cast, number: int) -> None:
    cast.open(1)
    review = cast.submitted()
    refused = at_once(
        lambda: steps.confirm(user=cast.reviewer, review_id=review.pk, round=review.round),
        lambda: steps.return_to_department(
            user=cast.reviewer2, review_id=review.pk, round=review.round, comment="差し戻します。"
        ),
    )
    assert len(refused) == 1 and "さんが" in refused[0]
    _once(review, "confirm")
    settle_background()
    keys = list(Notification.objects.values_list("key", flat=True))
    assert len(keys) == len(set(keys))


def test_six_identical_submissions(cast: Cast) -> None:
    cast.open(1)
    review = cast.fill(cast.sheet())
    acts = [lambda: steps.submit(user=cast.contributor, review_id=review.pk)] * 6
    assert len(at_once(*acts)) == 5
    assert review.submissions.count() == 1


def test_two_people_save_at_once_and_neither_overwrites(cast: Cast) -> None:
    from review.services import submission

    cast.open(1)
    review = cast.sheet()
    refused = at_once(
        *(
            lambda user=user, text=text: submission.save_draft(
                user=user, review_id=review.pk, version=review.version, texts={"cause": text}
            )
            for user, text in ((cast.contributor, "一郎の文"), (cast.colleague, "二郎の文"))
        )
    )
    assert len(refused) == 1
    assert cast.sheet().measure_year.cause in ("一郎の文", "二郎の文")
