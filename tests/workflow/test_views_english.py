"""Whoever reads English is refused in English on the office's desks too; names of people and offices stay."""

from __future__ import annotations

import html
import re
from datetime import timedelta

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from review import clock
from review.domain.events import Event
from review.models import MeasureReview, OutboxEvent, PlanChange, Role, User
from tests.cast import YEAR, Cast
from tests.review.acting import as_, words
from workflow import steps

JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]")


def english(user: User) -> Client:
    client = as_(user)
    client.cookies["django_language"] = "en"
    return client


def refusal_text(answer: HttpResponse, cast: Cast) -> str:
    """What the page says of the refusal, names taken out: the summary of errors, or the whole of an error's page."""
    page = answer.content.decode()
    match = re.search(r'<section class="error-summary".*?</section>', page, re.S) or re.search(
        r"<main.*?</main>", page, re.S
    )
    assert match
    text = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", match[0])).split())
    for name in (*map(str, cast.people.values()), *cast.departments, "見本の施策1"):
        text = text.replace(name, "…")
    return text


def refused(answer: HttpResponse, cast: Cast, status: int, sentence: str) -> None:
    text = refusal_text(answer, cast)
    assert answer.status_code == status and sentence in text
    assert not JAPANESE.search(text), text


def test_a_reviewer_is_refused_in_english(cast: Cast) -> None:
    cast.open(2, owners=("情報経営課", "産業振興課"))
    own = cast.fill(cast.sheet(1), user=cast.reviewer)
    steps.submit(user=cast.reviewer, review_id=own.pk)
    client, form = english(cast.reviewer), {"action": "confirm", "round": "1"}
    own_page, other = reverse("meguri:review", args=[own.pk]), cast.submitted(2)
    refused(client.post(own_page, form), cast, 403, "You cannot confirm a sheet that you submitted.")
    page = reverse("meguri:review", args=[other.pk])
    refused(client.post(page, {**form, "action": "return"}), cast, 422, "Please enter a reason.")
    steps.confirm(user=cast.reviewer2, review_id=other.pk, round=1)
    refused(client.post(page, form), cast, 409, "…")


def test_an_approver_is_refused_in_english(cast: Cast) -> None:
    cast.open(1)
    review, client = cast.reviewed(), english(cast.approver)
    page = reverse("meguri:approve", args=[review.pk])
    form = {"action": "return_department", "round": str(review.round)}
    refused(client.post(page, form), cast, 422, "Please give the reason for the return.")
    refused(english(cast.reviewer2).post(page, {**form, "action": "approve"}), cast, 403, "")
    refused(client.post(reverse("meguri:decide", args=["dx", YEAR])), cast, 409, f"FY{YEAR} has been decided")


def test_an_administrator_is_refused_in_english(cast: Cast) -> None:
    cast.open(1)
    cast.fill(cast.sheet())
    client = english(cast.administrator)
    leave = reverse("meguri:person_deactivate", args=[cast.contributor.pk])
    refused(client.post(leave, {"reason": "退職", "sure": "1"}), cast, 422, "They work on these sheets: 01-01.")
    new = {"username": "head", "display_name": "New", "email": ""}
    refused(client.post(reverse("meguri:person_new"), new), cast, 422, "This user name is taken.")
    yesterday = (clock.today() - timedelta(days=1)).isoformat()
    move = {"day": yesterday, "role": Role.REVIEWER, "department": "", "sure": "1"}
    address = reverse("meguri:transfer", args=[cast.contributor.pk])
    refused(client.post(address, move), cast, 422, "The effective date must be today or later.")


def test_what_an_english_reader_writes_is_kept_and_told_in_the_city_s_language(cast: Cast) -> None:
    cast.open(1)
    client, address = english(cast.reviewer2), f"/plans/dx/{YEAR}/changes/new/end/?measure=01-01"
    form = {"fiscal_year": YEAR, "reason": "廃止"}
    assert f"ends with FY{YEAR - 1}" in words(client.post(address, form))
    assert client.post(address, {**form, "sure": "1"}).status_code == 303
    change = PlanChange.objects.get()
    assert (change.lines[0]["item"], change.lines[0]["after"]) == ("施策の終了", "令和5年度で終了")
    page = reverse("meguri:plan_change", args=[change.pk])
    assert english(cast.approver).post(page, {"accept": "1"}).status_code == 303
    assert MeasureReview.objects.get().outcome_reason == "施策の終了: 廃止"
    payloads = {event.name: event.payload for event in OutboxEvent.objects.filter(actor=cast.approver)}
    assert (payloads[Event.MEASURE_SETTLED]["outcome"], payloads[Event.PLAN_CHANGED]["kind"]) == (
        "対象外",
        "施策の終了",
    )
