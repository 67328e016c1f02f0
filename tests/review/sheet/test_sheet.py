"""The sheet's page: who sees it, its content, and the comments."""

from datetime import timedelta

import pytest
from django.urls import reverse

from review import clock
from review.assessment.services import approval
from review.models import IndicatorYear, ItemComment, MeasureReview, MeasureYear, Meeting
from tests.cast import YEAR, Cast, settle_background
from tests.moved import shifted
from tests.review.acting import as_, words
from workflow import steps


def sheet_url(review: MeasureReview) -> str:
    return reverse("meguri:sheet", args=[review.pk])


def test_the_sheet_reads_like_the_city_s_form(cast: Cast) -> None:
    cast.open(1)
    review = cast.submitted(1, "70件")
    settle_background()
    page = words(as_(cast.contributor).get(sheet_url(review)))
    for heading in (
        "施策概要",
        "施策内容",
        "取組みスケジュールと成果目標",
        "評価",
        "コメント",
        "経過",
        "ファイル",
        "期限",
    ):
        assert heading in page
    assert "このように読み取りました" in page and "70.0%" in page and "未達成" in page
    assert "90件" in page and "見本の要因です。" in page
    assert "提出しました" in page and "取り下げる" in page and ".xlsx" in page


@pytest.mark.parametrize(
    "who, status",
    [("contributor", 200), ("related", 200), ("other", 404), ("reviewer", 200), ("approver", 200), ("auditor", 200)],
)
def test_another_department_s_sheet_does_not_exist(cast: Cast, who: str, status: int) -> None:
    cast.open(1)
    assert as_(cast.people[who]).get(sheet_url(cast.sheet())).status_code == status


def test_a_locked_sheet_says_why(cast: Cast) -> None:
    cast.open(1)
    with shifted(timedelta(days=30)):
        page = words(as_(cast.contributor).get(sheet_url(cast.sheet())))
    assert "締切を過ぎています" in page and "入力を始める" not in page


def test_a_reviewer_who_sent_the_sheet_learns_who_else_can_confirm(cast: Cast) -> None:
    cast.open(1, owners=("情報経営課",))
    review = cast.fill(cast.sheet(), user=cast.reviewer)
    steps.submit(user=cast.reviewer, review_id=review.pk)
    page = words(as_(cast.reviewer).get(sheet_url(review)))
    assert "確認できる方: 確認 五月" in page and "内容を確認する" not in page


def test_the_trail_keeps_a_recall(cast: Cast) -> None:
    cast.open(1)
    review = cast.submitted()
    steps.recall(user=cast.contributor, review_id=review.pk)
    assert "取り下げました" in words(as_(cast.contributor).get(sheet_url(review)))


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("contributor", "/"),
        ("contributor", "/sheets/{pk}/"),
        ("reviewer", "/plans/dx/2024/queue/"),
        ("reviewer", "/plans/dx/2024/queue/together/"),
        ("reviewer", "/sheets/{pk}/review/"),
        ("approver", "/plans/dx/2024/board/"),
    ],
)
def test_invented_values_are_said_once_a_page(cast: Cast, who: str, path: str) -> None:
    cast.open(3)
    pk = cast.submitted().pk
    IndicatorYear.objects.filter(fiscal_year=YEAR).update(demo=True)
    MeasureYear.objects.filter(fiscal_year=YEAR).update(demo=True)
    page = as_(cast.people[who]).get(path.format(pk=pk))
    assert page.status_code == 200 and words(page).count("デモ値") == 1


# --- comments ---


def test_a_comment_goes_to_its_item(cast: Cast) -> None:
    cast.open(1)
    review = cast.sheet()
    answer = as_(cast.related).post(
        reverse("meguri:comment", args=[review.pk]), {"item": "cause", "body": "関連部署から一言"}
    )
    assert answer.status_code == 303 and "#comment-" in answer.url
    assert ItemComment.objects.get().item == "cause"
    assert "関連部署から一言" in words(as_(cast.contributor).get(sheet_url(review)))


def test_an_empty_comment_is_asked_for_on_the_same_page(cast: Cast) -> None:
    cast.open(1)
    answer = as_(cast.contributor).post(reverse("meguri:comment", args=[cast.sheet().pk]), {"item": "", "body": " "})
    assert answer.status_code == 422 and "入力に1件の誤りがあります" in words(answer)


def test_a_comment_that_cannot_be_kept_stays_on_the_screen(cast: Cast) -> None:
    cast.open(1)
    answer = as_(cast.contributor).post(
        reverse("meguri:comment", args=[cast.sheet().pk]), {"item": "", "body": "だめな\x01字"}
    )
    assert answer.status_code == 422 and "保存できない文字" in words(answer) and "だめな" in words(answer)


def test_another_department_cannot_comment(cast: Cast) -> None:
    cast.open(1)
    answer = as_(cast.other).post(reverse("meguri:comment", args=[cast.sheet().pk]), {"item": "", "body": "だれか"})
    assert answer.status_code == 404 and not ItemComment.objects.exists()


def test_a_person_s_grade_stands_beside_the_computed_one(cast: Cast) -> None:
    cast.open(1)
    review = cast.submitted(1, "70件")
    address = reverse("meguri:grade", args=[review.pk])
    reviewer = as_(cast.reviewer2)
    answer = reviewer.post(address, {"number": "1", "grade": "B", "reason": "測り方が変わったため", "back": "review"})
    assert answer.status_code == 303 and answer.url.endswith("/review/#indicator-1")
    row = IndicatorYear.objects.get(indicator__number=1, fiscal_year=YEAR)
    assert (row.grade, row.given_grade) == ("C", "B")
    assert "判断による達成区分" in words(as_(cast.contributor).get(sheet_url(review)))
    refused = reviewer.post(address, {"number": "2", "grade": "B", "reason": ""})
    assert refused.status_code == 422 and "判断の理由を入力してください" in words(refused)
    assert as_(cast.contributor).post(address, {"number": "1", "grade": "A", "reason": "x"}).status_code == 403


def test_an_extension_needs_a_reason_and_a_time_to_come(cast: Cast) -> None:
    cast.open(1)
    review, address = cast.sheet(), reverse("meguri:extend", args=[cast.sheet().pk])
    reviewer = as_(cast.reviewer)
    assert "これからの日時" in words(reviewer.post(address, {"until": "2020-01-01T10:00", "reason": "遅れ"}))
    later = f"{clock.now() + timedelta(days=60):%Y-%m-%dT%H:%M}"
    assert reviewer.post(address, {"until": later, "reason": ""}).status_code == 422
    assert reviewer.post(address, {"until": later, "reason": "統計の公表が遅れるため"}).status_code == 303
    assert "統計の公表が遅れるため" in words(as_(cast.contributor).get(sheet_url(review)))


def test_a_proposal_is_shown_to_the_approver_who_decides(cast: Cast) -> None:
    cast.open(1)
    review = cast.sheet()
    address = reverse("meguri:propose_outcome", args=[review.pk])
    assert as_(cast.reviewer).post(address, {"outcome": "excluded", "reason": ""}).status_code == 422
    assert as_(cast.reviewer).post(address, {"outcome": "excluded", "reason": "制度の廃止"}).status_code == 303
    assert "提案のとおり決定する" in words(as_(cast.approver).get(sheet_url(review)))
    assert "提案のとおり決定する" not in words(as_(cast.contributor).get(sheet_url(review)))
    assert as_(cast.contributor).post(address, {"outcome": "excluded", "reason": "x"}).status_code == 403


def test_a_meeting_is_recorded(cast: Cast) -> None:
    cast.open(1)
    address = reverse("meguri:meeting", args=["dx", YEAR])
    reviewer = as_(cast.reviewer)
    assert reviewer.post(address, {"held_on": ""}).status_code == 422
    typed = {"held_on": "2025-06-10", "attendees": "市長、副市長", "document_number": "第12号", "decided_on": ""}
    assert reviewer.post(address, typed).status_code == 303
    assert Meeting.objects.get().document_number == "第12号"
    assert "第12号" in words(reviewer.get(address))
    assert as_(cast.contributor).get(address).status_code == 403


def test_looking_changes_nothing(cast: Cast) -> None:
    cast.open(1)
    review = cast.submitted()
    before = MeasureReview.objects.values().get(pk=review.pk)
    for person in cast.people.values():
        as_(person).get(sheet_url(review))
        as_(person).get(reverse("meguri:review", args=[review.pk]))
        as_(person).get(reverse("meguri:recall", args=[review.pk]))
    assert MeasureReview.objects.values().get(pk=review.pk) == before


def test_a_settled_sheet_says_so(cast: Cast) -> None:
    cast.open(1)
    review = cast.sheet()
    approval.propose_outcome(user=cast.reviewer, review_id=review.pk, outcome="not_submitted", reason="督促後も未提出")
    steps.decide_outcome(user=cast.approver, review_id=review.pk, accept=True)
    page = words(as_(cast.contributor).get(sheet_url(review)))
    assert "「未提出」として扱います" in page and "督促後も未提出" in page
