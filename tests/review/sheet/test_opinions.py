"""外部評価の意見: recorded by the 事務局, and shown on the sheet, in books and papers, on the public page and in the data."""

from __future__ import annotations

import json

import pytest
from django.core.files.storage import default_storage
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from review import clock
from review.books.services.snapshot import snapshot_of
from review.domain.refusals import AlreadyDecided, NotAllowed
from review.models import Artifact, AuditEntry, Cycle, CycleState, Opinion, User
from review.sheet.services import opinions
from tests.cast import YEAR, Cast, settle_background
from tests.review.acting import as_, words
from tests.review.pdf.test_papers import bare
from tests.review.test_renamed_city import words_of
from workflow import steps

TEXT = "窓口の待ち時間も測ってください。"


def send(user: User, cast: Cast, **changes: str) -> HttpResponse:
    typed = {"giver": "外部評価委員会", "given_on": "2025-05-01", "text": TEXT, **changes}
    return as_(user).post(reverse("meguri:opinion_add", args=[cast.sheet(1).pk]), typed)


def test_it_is_recorded_by_a_reviewer_and_seen_by_those_who_may_read_the_sheet(cast: Cast) -> None:
    cast.open(1)
    assert send(cast.reviewer, cast).status_code == 303
    row = Opinion.objects.get()
    assert (row.giver, row.text, row.recorded_by) == ("外部評価委員会", TEXT, cast.reviewer)
    assert AuditEntry.objects.get(action="external_opinion.record").after["text"] == TEXT
    page = words(as_(cast.contributor).get(reverse("meguri:sheet", args=[row.review_id])))
    assert TEXT in page and "外部評価委員会 令和7年5月1日" in page and "意見を取り消す" not in page
    assert as_(cast.other).get(reverse("meguri:sheet", args=[row.review_id])).status_code == 404


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"giver": ""}, "意見を述べた会議・人"),
        ({"giver": "あ" * 101}, "100"),
        ({"text": " "}, "意見"),
        ({"text": "あ" * 4001}, "4000文字以内"),
        ({"text": "a\u0001"}, "意見"),
        ({"given_on": "昨日"}, "日付"),
        ({"given_on": "2999-01-01"}, "今日までの日付"),
    ],
)
def test_what_cannot_be_is_refused_and_stays_in_the_form(cast: Cast, changes: dict[str, str], sentence: str) -> None:
    cast.open(1)
    answer = send(cast.reviewer, cast, **changes)
    assert answer.status_code == 422 and sentence in words(answer) and not Opinion.objects.exists()
    assert answer.content.decode().count('<details class="more no-print" open>') == 1


def test_nobody_else_records_one_and_none_once_the_year_is_decided(cast: Cast) -> None:
    cast.open(1)
    sheet = {"review_id": cast.sheet(1).pk, "giver": "委員会", "given_on": clock.today(), "text": TEXT}
    for user in (cast.contributor, cast.approver, cast.administrator, cast.auditor):
        assert send(user, cast).status_code == 403
        with pytest.raises(NotAllowed, match="情報経営課の確認者"):
            opinions.record(user=user, **sheet)
    for state in (CycleState.DRAFT, CycleState.SCHEDULED):
        Cycle.objects.update(state=state)
        with pytest.raises(AlreadyDecided, match="公表を決定するまで"):
            opinions.record(user=cast.reviewer, **sheet)
        assert "外部評価の意見を記録する" not in words(
            as_(cast.reviewer).get(reverse("meguri:sheet", args=[cast.sheet(1).pk]))
        )


def test_one_recorded_by_mistake_is_taken_back_once_and_stays_as_a_row(cast: Cast) -> None:
    cast.open(1)
    send(cast.reviewer, cast)
    row = Opinion.objects.get()
    path = reverse("meguri:opinion_withdraw", args=[row.pk])
    assert as_(cast.contributor).post(path).status_code == 403
    assert as_(cast.reviewer2).post(path).status_code == 303
    assert as_(cast.reviewer).post(path).status_code == 409
    row.refresh_from_db()
    assert row.withdrawn_by == cast.reviewer2
    assert TEXT not in words(as_(cast.reviewer).get(reverse("meguri:sheet", args=[row.review_id])))
    assert "opinions" not in snapshot_of(Cycle.objects.get())["measures"][0]


def test_it_stands_in_books_papers_the_public_page_and_the_data(cast: Cast) -> None:
    cast.open(2)
    send(cast.reviewer, cast)
    for number in (1, 2):
        cast.approved(number)
    settle_background()
    steps.decide_year(user=cast.approver, cycle_id=Cycle.objects.get().pk)
    settle_background()
    first, second = snapshot_of(Cycle.objects.get(fiscal_year=YEAR))["measures"]
    assert first["opinions"] == [{"giver": "外部評価委員会", "date": "2025-05-01", "text": TEXT}]
    assert "opinions" not in second
    page = words(Client().get(f"/results/dx/{YEAR}/01-01/"))
    assert f"外部評価の意見 外部評価委員会 令和7年5月1日(木) {TEXT}" in page
    assert "外部評価の意見" not in words(Client().get(f"/results/dx/{YEAR}/01-02/"))
    assert Client().get(f"/api/v1/plans/dx/years/{YEAR}/measures/01-01").json()["opinions"][0]["text"] == TEXT
    assert TEXT in json.dumps(Client().get(f"/results/dx/{YEAR}/data.json").json(), ensure_ascii=False)
    for kind in (Artifact.Kind.CONSOLIDATED, Artifact.Kind.BOOK_PDF):
        data = default_storage.open(Artifact.objects.filter(kind=kind, edition__isnull=False).latest("pk").path).read()
        assert TEXT in bare(words_of(data)), kind
