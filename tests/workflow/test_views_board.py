"""The 本部's pages: the board, approval, proposals, the year's decision and its opening."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from review import clock, queries
from review.assessment.services import approval
from review.assessment.services.ratings import Overall
from review.books.services.snapshot import snapshot_of
from review.models import Cycle, Decision, Edition, IndicatorYear, MeasureReview, Meeting, Outcome, Rating, ReviewState
from tests.cast import YEAR, Cast, settle_background
from tests.remembered import remembered
from tests.review.acting import as_, hidden, queries_of, words
from tests.review.growing import more_sheets
from workflow import steps

BOARD, DECIDE, OPEN = f"/plans/dx/{YEAR}/board/", f"/plans/dx/{YEAR}/board/decide/", f"/plans/dx/{YEAR}/open/"


def page_of(review: MeasureReview) -> str:
    return reverse("meguri:approve", args=[review.pk])


@pytest.fixture
@remembered
def ready(cast: Cast) -> Cast:
    """A year whose two sheets are approved and that waits for its decision."""
    cast.open(2)
    for number in (1, 2):
        cast.approved(number)
    settle_background()
    cast.cycle.refresh_from_db()
    assert cast.cycle.state == "deciding"
    return cast


def test_the_board_shows_totals_and_what_to_look_at_first(cast: Cast) -> None:
    cast.open(3)
    review = cast.submitted(1, "20件")
    steps.confirm(user=cast.reviewer2, review_id=review.pk, round=review.round)
    cast.reviewed(2)
    page = words(as_(cast.approver).get(BOARD))
    assert "評価の内訳" in page and "成果目標の数" in page and "先に見るもの (1)" in page and "未達成 2" in page
    assert "大きな変化" in page and "選んだ施策をまとめて承認する" in page
    assert "選んだ施策をまとめて承認する" not in words(as_(cast.auditor).get(BOARD))
    assert as_(cast.contributor).get(BOARD).status_code == 403


def test_an_empty_board_says_what_will_come(cast: Cast) -> None:
    cast.open(1)
    assert "達成区分はまだありません" in words(as_(cast.approver).get(BOARD))


def test_last_year_stands_beside_where_it_was_judged(cast: Cast) -> None:
    cast.open(1)
    cast.reviewed()
    IndicatorYear.objects.filter(fiscal_year=YEAR - 1).update(grade="B")
    assert "令和5年度" in words(as_(cast.approver).get(BOARD))


def test_several_are_approved_together_at_a_meeting(cast: Cast) -> None:
    cast.open(2)
    first, second = cast.reviewed(1), cast.reviewed(2)
    meeting = Meeting.objects.create(cycle=cast.cycle, held_on="2025-06-10", recorded_by=cast.reviewer)
    typed = {
        "chosen": [f"{first.pk}:{first.round}", f"{second.pk}:9"],
        "year": YEAR,
        "meeting": meeting.pk,
        "action": "approve",
    }
    page = words(as_(cast.approver).post(f"/plans/dx/{YEAR}/board/approve/", typed, follow=True))
    assert "1件を承認しました: 01-01" in page and "01-02: このシートは今「確認済」です" in page
    assert Decision.objects.get(step="approve").meeting == meeting


def test_one_sheet_is_approved_with_a_comment(cast: Cast) -> None:
    cast.open(1)
    review, client = cast.reviewed(), as_(cast.approver)
    form = {"round": hidden(client.get(page_of(review)), "round"), "action": "approve", "comment": "了承"}
    assert client.post(page_of(review), form).status_code == 303
    again = client.post(page_of(review), form)
    assert again.status_code == 409 and "承認 六郎さんが" in words(again)
    assert Decision.objects.filter(step="approve").count() == 1


@pytest.mark.parametrize(
    "action, state", [("return_department", ReviewState.RETURNED), ("return_review", ReviewState.SUBMITTED)]
)
def test_a_return_goes_where_the_button_says(cast: Cast, action: str, state: str) -> None:
    cast.open(1)
    review, client = cast.reviewed(), as_(cast.approver)
    refused = client.post(page_of(review), {"round": "1", "action": action})
    assert refused.status_code == 422 and "理由を入力してください" in words(refused)
    assert client.post(page_of(review), {"round": "1", "action": action, "comment": "見直し"}).status_code == 303
    assert cast.sheet().state == state


def test_a_proposal_is_decided_once_and_not_by_its_author(cast: Cast) -> None:
    cast.open(1)
    review = cast.sheet()
    approval.propose_outcome(user=cast.reviewer, review_id=review.pk, outcome=Outcome.EXCLUDED, reason="制度の廃止")
    assert "制度の廃止" in words(as_(cast.approver).get(BOARD))
    address = reverse("meguri:decide_outcome", args=[review.pk])
    assert as_(cast.reviewer).post(address, {"accept": "1"}).status_code == 403
    assert as_(cast.approver).post(address, {"accept": "1"}).status_code == 303
    assert cast.sheet().outcome == Outcome.EXCLUDED
    assert as_(cast.approver).post(address, {"accept": "1"}).status_code == 409


def test_named_sheets_are_returned_together_with_one_reason(cast: Cast) -> None:
    cast.open(2)
    first, second = cast.reviewed(1), cast.reviewed(2)
    client, chosen = as_(cast.approver), [f"{first.pk}:1"]
    bare = client.post(
        f"/plans/dx/{YEAR}/board/approve/", {"chosen": chosen, "year": YEAR, "action": "return_review", "comment": " "}
    )
    page = bare.content.decode()
    assert bare.status_code == 422 and "差戻しの理由を入力してください" in page
    assert f'value="{first.pk}:1" checked' in page and f'value="{second.pk}:1" checked' not in page
    typed = {"chosen": chosen, "year": YEAR, "action": "return_review", "comment": "根拠を確かめる"}
    assert "1件を差し戻しました: 01-01" in words(client.post(f"/plans/dx/{YEAR}/board/approve/", typed, follow=True))
    assert (cast.sheet(1).state, cast.sheet(2).state) == (ReviewState.SUBMITTED, ReviewState.REVIEWED)
    assert client.post(f"/plans/dx/{YEAR}/board/approve/", {"chosen": chosen, "year": YEAR}).status_code == 422


def test_the_approver_says_the_overall_grade_and_the_opinion(cast: Cast) -> None:
    cast.open(1)
    review = cast.submitted()
    steps.confirm(user=cast.reviewer2, review_id=review.pk, round=1, overall=Overall(grade="B", reason="一部が未実施"))
    client = as_(cast.approver)
    assert "総合評価の変更 1" in words(client.get(BOARD)) and "一部が未実施" in words(client.get(page_of(review)))
    typed = {
        "round": "1",
        "action": "approve",
        "overall": "C",
        "overall_reason": "遅れが大きい",
        "opinion": "来年度に注力する。",
    }
    assert client.post(page_of(review), typed).status_code == 303
    assert [(r.hand, r.grade) for r in Rating.objects.exclude(hand="department").order_by("pk")] == [
        ("reviewer", "B"),
        ("approver", "C"),
    ]
    assert cast.sheet().measure_year.text("board_opinion") == "来年度に注力する。"
    frozen = snapshot_of(cast.cycle)["measures"][0]
    assert (frozen["grade"], frozen["proposed_grade"], frozen["grade_reason"]) == ("C", "A", "遅れが大きい")
    assert frozen["evaluation"]["board_opinion"] == "来年度に注力する。"


def test_approving_without_a_word_keeps_what_the_reviewer_said(cast: Cast) -> None:
    cast.open(1)
    review = cast.submitted()
    steps.confirm(user=cast.reviewer2, review_id=review.pk, round=1, overall=Overall(grade="B", reason="一部が未実施"))
    steps.approve(user=cast.approver, review_id=review.pk, round=1)
    assert snapshot_of(cast.cycle)["measures"][0]["grade"] == "B"


def test_a_new_submission_asks_for_the_overall_grade_again(cast: Cast) -> None:
    cast.open(1)
    review = cast.submitted()
    steps.confirm(user=cast.reviewer2, review_id=review.pk, round=1, overall=Overall(grade="B", reason="一部が未実施"))
    steps.return_from_approval(
        user=cast.approver, review_id=review.pk, round=1, to=approval.TO_DEPARTMENT, comment="見直し"
    )
    again = cast.submitted()
    assert set(queries.ratings_of(again)) == {Rating.Hand.DEPARTMENT}


def test_the_board_can_be_printed(cast: Cast) -> None:
    cast.open(2)
    cast.reviewed(1)
    doubtful = cast.submitted(2, "20件")
    steps.confirm(user=cast.reviewer2, review_id=doubtful.pk, round=1)
    page = words(as_(cast.auditor).get(BOARD))
    assert "見本の要因です。" in page and "先に見るもの (1)" in page and "見本の施策1" in page


# --- the year ---


def test_the_decision_says_what_will_happen_to_whom(ready: Cast) -> None:
    page = words(as_(ready.approver).get(DECIDE))
    assert "公表すると起こること" in page and "2件の施策の評価結果が第1版として公表され" in page and "全員に" in page
    Cycle.objects.update(publish_at=clock.now() + timedelta(days=3))
    assert "決定するとすぐに" not in words(as_(ready.approver).get(DECIDE))
    assert as_(ready.reviewer).get(DECIDE).status_code == 403


def test_publishing_is_decided_once(ready: Cast) -> None:
    client = as_(ready.approver)
    assert client.post(DECIDE, {"action": "publish"}).status_code == 303
    again = client.post(DECIDE, {"action": "publish"})
    assert again.status_code == 409 and "決定は済んでいます" in words(again)
    assert client.get(DECIDE).status_code == 303


def test_a_decision_page_opened_before_somebody_else_s_decision_keeps_its_words(ready: Cast) -> None:
    """Whatever was typed and however incomplete: who decided and when is told, no live page of a decided year."""
    steps.decide_year(user=ready.approver, cycle_id=ready.cycle.pk)
    settle_background()
    late, comment = as_(ready.approver2), f"comment-{ready.sheet().pk}"
    for sent in ({"action": "return", comment: "数値の確認"}, {"action": "publish", comment: "数値の確認"}):
        stale = late.post(DECIDE, sent)
        text = words(stale)
        assert stale.status_code == 409 and "数値の確認" in text and f"{ready.approver}さんが" in text
        assert "公表を決定する" not in text


def test_the_decision_names_its_meeting_and_sets_the_time(ready: Cast) -> None:
    client = as_(ready.approver)
    meeting = Meeting.objects.create(cycle=ready.cycle, held_on=date(2025, 5, 10), recorded_by=ready.reviewer)
    form = {"action": "publish", "meeting": meeting.pk, "publish_at": "2001-01-01T09:00"}
    refused = client.post(DECIDE, form)
    text = words(refused)
    assert refused.status_code == 422 and "公表日時が過ぎています" in text and "文書番号・決裁日がありません" in text
    assert 'href="#at-publish_at"' in refused.content.decode() and "2001-01-01T09:00" in refused.content.decode()
    Meeting.objects.update(document_number="本部第12号", decided_on=date(2025, 5, 12))
    assert client.post(DECIDE, {**form, "publish_at": "2099-05-20T09:00"}).status_code == 303
    settle_background()
    ready.cycle.refresh_from_db()
    assert ready.cycle.state == "scheduled" and ready.cycle.publish_at.isoformat() == "2099-05-20T00:00:00+00:00"
    Cycle.objects.update(publish_at=clock.now() - timedelta(seconds=1))
    settle_background()
    edition = Edition.objects.get()
    assert edition.meeting == meeting and edition.decided_by == ready.approver
    assert edition.snapshot["decision"] == {
        "date": timezone.localdate(edition.decided_at).isoformat(),
        "meeting": "2025-05-10",
        "document_number": "本部第12号",
        "approved_on": "2025-05-12",
    }
    Meeting.objects.update(document_number="書き換え")
    shown = words(Client().get(f"/results/dx/{YEAR}/"))
    assert "令和7年5月10日(土)" in shown and "本部第12号" in shown and "書き換え" not in shown


def test_named_sheets_go_back_with_their_reasons(ready: Cast) -> None:
    client, review = as_(ready.approver), ready.sheet()
    to, comment = f"to-{review.pk}", f"comment-{review.pk}"
    assert client.post(DECIDE, {"action": "return"}).status_code == 422
    gap = client.post(DECIDE, {"action": "return", to: "department"})
    assert gap.status_code == 422 and f'href="#{comment}"' in gap.content.decode()
    lost = client.post(DECIDE, {"action": "publish", comment: "書きかけ"})
    assert lost.status_code == 422 and "書きかけ" in words(lost)
    assert client.post(DECIDE, {"action": "return", to: "department", comment: "数値の確認"}).status_code == 303
    settle_background()
    assert ready.sheet().state == ReviewState.RETURNED and ready.sheet(2).state == ReviewState.APPROVED


def test_an_invented_value_stops_the_publication_before_it_fails(ready: Cast) -> None:
    IndicatorYear.objects.filter(fiscal_year=YEAR).update(demo=True)
    client = as_(ready.approver)
    assert "デモ値が残っているため" in words(client.get(DECIDE))
    assert client.post(DECIDE, {"action": "publish"}).status_code == 422
    ready.cycle.refresh_from_db()
    assert ready.cycle.state == "deciding"


def test_a_year_is_opened_once_from_a_page_that_says_what_happens(cast: Cast) -> None:
    cast.draft(2)
    client = as_(cast.administrator)
    assert "2件の施策シートができ" in words(client.get(OPEN))
    assert client.post(OPEN).status_code == 303
    again = client.post(OPEN)
    assert again.status_code == 409 and "もう開始されています" in words(again)
    assert "もう開始されています" in words(client.get(OPEN))
    assert as_(cast.contributor).post(OPEN).status_code == 403


def test_a_year_without_deadlines_is_not_opened(cast: Cast) -> None:
    cast.draft(1)
    Cycle.objects.update(due_at=None, closes_at=None)
    client = as_(cast.reviewer)
    assert "まだ開始できません" in words(client.get(OPEN))
    assert client.post(OPEN).status_code == 422


@pytest.mark.parametrize("path", [BOARD, BOARD + "?show=all"])
def test_the_board_s_queries_do_not_grow(cast: Cast, path: str) -> None:
    cast.open(2)
    cast.reviewed(1)
    few = queries_of(as_(cast.approver), path)
    more_sheets(cast, 8)
    assert queries_of(as_(cast.approver), path) <= few
