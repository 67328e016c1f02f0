"""All sheets of a list by one press of a button: which go, which are left out and why, what changed meanwhile, and what is
left to do where the step fails on one of them."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError
from django.urls import reverse

from review import clock
from review import transition as move_of
from review.assessment.services import approval, assessment, in_sets, meetings
from review.background.services import jobs
from review.domain.events import Event
from review.models import (
    Decision,
    Job,
    MeasureReview,
    Meeting,
    OutboxEvent,
    Rating,
    RecordedDecision,
    ReviewState,
    Role,
)
from tests.cast import YEAR, Cast
from tests.review.acting import as_, words
from tests.workflow.test_in_sets import confirmed_of
from tests.workflow.test_together import job_of, rows_now, send, submitted
from workflow import rows, steps, together
from workflow.views import board
from workflow.views import together as views


@pytest.fixture
def for_a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is too much to wait for."""
    monkeypatch.setattr(together, "FEW", 0)


# --- all of a list -------------------------------------------------------------------------------------------------------


def sent_from(client: Any, address: str, button: str, *, without: str = "") -> Any:
    """Press the button `name=value` of the page's form, with what is ticked and hidden there, but for one tick."""
    page = client.get(address)
    text = page.content.decode()
    form = re.search(
        r'<form method="post"(?: id="together"[^>]*)?\s+action="([^"?]*/(?:queue/confirm|board/\w+)/[^"]*)"', text
    )
    name, value = button.split("=")
    assert form and re.search(rf'name="{name}" value="{value}"', text), "no such button"
    ticked = re.findall(r'name="chosen"\s+value="([\d:]+)" checked', text)
    fields = {key: re.search(rf'name="{key}" value="([^"]*)"', text) for key in ("rest", "meeting")}
    sent = {key: match[1] for key, match in fields.items() if match}
    return client.post(
        html.unescape(form[1]), {**sent, name: value, "chosen": [one for one in ticked if one != without]}, follow=True
    )


def test_all_clean_ones_of_a_list_are_confirmed_by_one_press(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seven wait: one is doubtful, one's own, another is looking at one, one is unticked; three are confirmed."""
    monkeypatch.setattr(views, "PAGE", 2)
    submitted(cast, 7, own=2)
    MeasureReview.objects.filter(pk=cast.sheet(1).pk).update(doubts=2)
    MeasureReview.objects.filter(pk=cast.sheet(3).pk).update(claimed_by=cast.reviewer, claimed_at=clock.now())
    client, address = as_(cast.colleague), reverse("meguri:together", args=["dx", YEAR])
    first = cast.sheet(4)
    shown = words(client.get(address + "?sort=measure"))
    for sentence in (
        "確認待ち7件のうち、4件をまとめて",
        "疑問点があるか期限後に提出: 1件",
        "ご自分が提出: 1件",
        "ほかの人が確認中: 1件",
    ):
        assert sentence in shown
    answer = sent_from(client, address + "?sort=measure", "all=confirm", without=f"{first.pk}:{first.round}")
    assert answer.redirect_chain[-1][0] == reverse("meguri:queue", args=["dx", YEAR]) + "?sort=measure"
    assert "3件を確認しました" in words(answer)
    confirmed = set(Decision.objects.values_list("review", flat=True))
    assert confirmed == {cast.sheet(number).pk for number in (5, 6, 7)}


def test_all_is_all_of_the_list_as_it_was_filtered(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "PAGE", 1)
    cast.open(6, owners=("産業振興課", "農林水産課"))
    for number in range(1, 7):
        who = cast.contributor if number % 2 else cast.other
        steps.submit(user=who, review_id=cast.fill(cast.sheet(number), user=who).pk)
    query = f"?department={cast.departments['産業振興課'].pk}"
    client = as_(cast.reviewer2)
    assert "疑問点のない 3件を見比べて確認" in words(client.get(reverse("meguri:queue", args=["dx", YEAR]) + query))
    address = reverse("meguri:together", args=["dx", YEAR]) + query
    assert client.get(address).content.decode().count('name="chosen"') == 1
    sent_from(client, address, "all=confirm")
    assert set(Decision.objects.values_list("review", flat=True)) == {cast.sheet(number).pk for number in (1, 3, 5)}


def test_what_changed_since_the_list_was_shown_is_refused_by_name(cast: Cast, for_a_worker: None) -> None:
    """Between the press and the worker: sent anew, doubtful by now, and one whose reviewer sent it; the others go on."""
    submitted(cast, 5, own=3)
    job = job_of(cast, user=cast.colleague)
    again, doubtful, own = (cast.sheet(number) for number in (1, 2, 3))
    steps.recall(user=cast.contributor, review_id=again.pk)
    steps.submit(user=cast.contributor, review_id=again.pk)
    MeasureReview.objects.filter(pk=doubtful.pk).update(doubts=1)
    assert jobs.run(job.pk) == "done"
    answer = together.answer_of(Job.objects.get(pk=job.pk))
    assert answer.refused.keys() == {again.pk, doubtful.pk, own.pk} and len(answer.done) == 2 and not answer.failed
    assert "疑問点" in answer.refused[doubtful.pk] and "ご自分が提出" in answer.refused[own.pk]
    page = words(as_(cast.colleague).get(reverse("meguri:at_work", args=[job.pk])))
    assert all(f"{one.measure_year.measure.code} {one.measure_year.name}" in page for one in (again, doubtful, own))


def test_the_clean_block_of_all_pages_is_approved_by_one_press(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of seven one missed its target and needs a word, and one was confirmed by the approver; the other five go."""
    monkeypatch.setattr(board, "PAGE", 3)
    cast.open(7)
    cast._appoint("approver", Role.REVIEWER)
    for number in range(1, 8):
        review = cast.submitted(number, "40件" if number == 1 else "120件")
        by = cast.approver if number == 7 else cast.reviewer2
        steps.confirm(user=by, review_id=review.pk, round=review.round)
    client, address = as_(cast.approver), reverse("meguri:board", args=["dx", YEAR])
    shown = words(client.get(address))
    assert "全ページの5件を承認する" in shown and "提出・確認した1件は、ほかの承認者が" in shown
    assert "5件を承認しました" in words(sent_from(client, address, "all=approve"))
    left = set(MeasureReview.objects.filter(state=ReviewState.REVIEWED).values_list("pk", flat=True))
    assert left == {cast.sheet(1).pk, cast.sheet(7).pk}


# --- what the 事務局 records ------------------------------------------------------------------------------------------------


def test_records_and_their_confirmation_are_made_behind_the_page(cast: Cast, for_a_worker: None) -> None:
    """Both return at once; one notice for what was recorded together; a record that was taken back meanwhile is named."""
    confirmed_of(cast)
    office, approver, sheets = as_(cast.reviewer2), as_(cast.approver), list(MeasureReview.objects.all())
    given = {"held_on": clock.today(), "decided_on": clock.today()}
    texts = {"attendees": "本部長", "minute": "審議した。", "document_number": "第3号"}
    meeting = Meeting.objects.create(cycle=cast.cycle, recorded_by=cast.reviewer, **given, **texts)
    chosen = {"chosen": [f"{sheet.pk}:{sheet.round}" for sheet in sheets], "meeting": meeting.pk}
    record, page = reverse("meguri:record_many", args=["dx", YEAR]), "順番を待っています"
    assert page in words(office.post(record, {**chosen, "action": "approve"}, follow=True))
    assert not RecordedDecision.objects.exists()
    assert jobs.run(Job.objects.get(kind=together.KIND).pk) == "done"
    rows = list(RecordedDecision.objects.order_by("pk"))
    assert len(rows) == 6 and OutboxEvent.objects.filter(name=Event.DECISIONS_RECORDED, payload__count=6).count() == 1

    confirm = reverse("meguri:confirm_records", args=["dx", YEAR])
    assert page in words(approver.post(confirm, {"record": [row.pk for row in rows]}, follow=True))
    assert not Decision.objects.filter(step="approve").exists()
    meetings.drop(user=cast.reviewer2, record_id=rows[0].pk)
    job = Job.objects.filter(kind=together.KIND).latest("pk")
    assert jobs.run(job.pk) == "done"
    answer = together.answer_of(Job.objects.get(pk=job.pk))
    assert answer.refused.keys() == {rows[0].review_id} and "取り消された" in answer.refused[rows[0].review_id]
    assert Decision.objects.filter(step="approve", meeting=meeting).count() == 5


# --- one of them fails -----------------------------------------------------------------------------------------------------


class Broken(Exception):
    """What nobody thought of."""


@pytest.fixture
def breaking(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Callable[[MeasureReview | None], None]:
    """Whoever seals the decision on this sheet breaks in the middle of it, with rows of it already written."""
    ill: list[int] = []
    real = move_of.move

    def move(review: MeasureReview, *args: Any) -> None:
        if review.pk in ill:
            raise Broken
        real(review, *args)

    def rate(sheets: Any, plain: list[MeasureReview]) -> list[Any]:
        if {one.pk for one in plain} & set(ill):
            raise Broken
        return ratings_of(sheets, plain)

    ratings_of = in_sets.Sheets.ratings_of
    for place in (assessment, approval):
        monkeypatch.setattr(place, "move", move)
    monkeypatch.setattr(in_sets.Sheets, "ratings_of", rate)
    return lambda sheet: ill.__setitem__(slice(None), [sheet.pk] if sheet else [])


@pytest.mark.parametrize("size", [pytest.param(6, marks=pytest.mark.drill), 500])
def test_a_failure_at_one_of_twenty_stops_that_one_alone(
    cast: Cast, for_a_worker: None, monkeypatch: pytest.MonkeyPatch, breaking: Any, size: int
) -> None:
    """The nineteen are confirmed in the same run, nothing of the twentieth is kept, its page names it, and it can be tried
    again when the cause has gone."""
    monkeypatch.setattr(rows, "SET", size)
    submitted(cast, 20)
    job, ill = job_of(cast), cast.sheet(8)
    breaking(ill)
    assert jobs.run(job.pk) == "done"
    answer = together.answer_of(Job.objects.get(pk=job.pk))
    assert len(answer.done) == 19 and answer.failed.keys() == {ill.pk} and not answer.refused and not answer.at_work
    ill.refresh_from_db()
    assert ill.state == ReviewState.SUBMITTED and not ill.decisions.exists()
    assert [rating.hand for rating in Rating.objects.filter(review=ill)] == [Rating.Hand.DEPARTMENT]
    rows_now()

    client, page = as_(cast.reviewer2), reverse("meguri:at_work", args=[job.pk])
    shown = words(client.get(page))
    assert "問題が起きたもの: 1件" in shown and f"{ill.measure_year.measure.code} {ill.measure_year.name}" in shown
    assert "この1件をもう一度行う" in shown and "終わったもの: 19件" in shown
    assert as_(cast.reviewer).post(page).status_code == 404, "nobody else's"
    client.post(page)
    assert jobs.run(job.pk) == "done" and together.answer_of(Job.objects.get(pk=job.pk)).failed, "it still breaks"
    breaking(None)
    assert "順番を待っています" in words(client.post(page, follow=True))
    assert jobs.run(job.pk) == "done"
    shown = words(client.get(page))
    assert "終わったもの: 20件" in shown and "もう一度" not in shown
    assert Decision.objects.count() == 20 and Job.objects.get(pk=job.pk).args.keys() == {"user", "step"}


def test_few_of_which_one_fails_lead_to_the_page_that_names_it(cast: Cast, breaking: Any) -> None:
    submitted(cast, 2)
    breaking(cast.sheet(2))
    answer = send(cast, cast.sheet(1), cast.sheet(2))
    assert answer["Location"] == reverse("meguri:at_work", args=[Job.objects.get(kind=together.KIND).pk])
    assert cast.sheet(1).state == ReviewState.REVIEWED and cast.sheet(2).state == ReviewState.SUBMITTED


def test_a_server_that_is_away_is_no_fault_of_a_sheet(
    cast: Cast, for_a_worker: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then the job waits for it, and nothing is called failed."""
    submitted(cast, 3)
    job = job_of(cast)
    with monkeypatch.context() as broken:
        broken.setattr(in_sets.Sheets, "plain", lambda *_: (_ for _ in ()).throw(OperationalError("away")))
        assert jobs.run(job.pk) == "failed"
    stored = Job.objects.get(pk=job.pk)
    assert together.answer_of(stored).at_work and not together.answer_of(stored).settled and stored.cause
    Job.objects.filter(pk=job.pk).update(not_before=clock.now())
    assert jobs.run(job.pk) == "done" and Decision.objects.count() == 3
