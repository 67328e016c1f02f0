"""A sheet full of words that nobody else may read, and how its absence is looked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.http import HttpResponse
from django.test import Client

from review.assessment.services import assessment
from review.models import (
    Artifact,
    Evidence,
    IndicatorYear,
    ItemComment,
    Job,
    Mail,
    MeasureReview,
    MeasureYear,
    OutboxEvent,
    ScheduleItem,
    Submission,
)
from review.sheet.services import evidence, submission
from tests.cast import Cast, settle_background
from tests.review.acting import as_
from tests.review.screens.test_access import filled, ours
from tests.review.sheet.test_evidence import PDF
from workflow import steps

SECRET = "zqひみつの実績"
#: Ends the session or the test's connection; tried elsewhere.
LEFT_OUT = {"logout", "readyz"}


@pytest.fixture
def foreign(cast: Cast) -> MeasureReview:
    """A sheet of 産業振興課 full of words that nobody else may read; 農林水産課 has a sheet of its own beside it."""
    cast.open(2, owners=("産業振興課", "農林水産課"))
    review = cast.sheet(1)
    evidence.add(user=cast.contributor, review_id=review.pk, upload=ContentFile(PDF), filename=f"{SECRET}.pdf")
    texts = {
        "cause": f"{SECRET}要因",
        "response": SECRET,
        "progress": SECRET,
        "policy": SECRET,
        "self_assessment": SECRET,
    }
    actuals = {key: f"120件 ※{SECRET}" for key in submission.current_texts(review) if key.endswith(":actual")}
    submission.save_draft(
        user=cast.contributor, review_id=review.pk, version=review.version, texts={**texts, **actuals}
    )
    review = steps.submit(user=cast.contributor, review_id=review.pk)
    assessment.comment(user=cast.reviewer2, review_id=review.pk, item="cause", body=SECRET)
    settle_background()
    assert MeasureReview.objects.get(pk=review.pk).measure_year.text("cause") == f"{SECRET}要因"
    return review


@pytest.fixture
def clerk(cast: Cast, foreign: MeasureReview) -> Client:
    client = as_(cast.other)
    client.raise_request_exception = False
    return client


def numbers(review: MeasureReview) -> list[int]:
    """Every number that leads to the foreign sheet or to something of it."""
    all_numbers = {review.pk, review.measure_year_id, review.measure_year.measure_id}
    for model in (Artifact, Evidence, Submission, ItemComment, OutboxEvent):
        all_numbers.add(model.objects.filter(review=review).values_list("pk", flat=True)[0])
    all_numbers |= {Job.objects.values_list("pk", flat=True)[0], Mail.objects.values_list("pk", flat=True)[0]}
    return sorted(all_numbers)


def state(review: MeasureReview) -> list[Any]:
    """All rows of the foreign sheet."""
    year = review.measure_year_id
    rows = [
        MeasureReview.objects.filter(pk=review.pk),
        MeasureYear.objects.filter(pk=year),
        IndicatorYear.objects.filter(indicator__measure=review.measure_year.measure_id),
        ScheduleItem.objects.filter(measure_year=year),
        *(model.objects.filter(review=review) for model in (Evidence, Submission, ItemComment)),
    ]
    return [list(each.order_by("pk").values_list()) for each in rows]


def text_of(answer: HttpResponse) -> str:
    """Body and headers."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return body.decode("utf-8", "replace") + repr(answer.headers)


def paths(review: MeasureReview) -> Iterator[tuple[str, str]]:
    """(name, path) of every address, with every number of the foreign sheet where it takes one."""
    for name, route in ours():
        if name in LEFT_OUT:
            continue
        for pk in numbers(review) if "pk>" in route else [0]:
            yield name, filled(route, pk)


def nothing_of_it(answer: HttpResponse, place: str) -> None:
    assert answer.status_code < 500, f"{place}: {answer.status_code}"
    assert SECRET not in text_of(answer), place
