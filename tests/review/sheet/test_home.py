"""Home: each role finds its own work first."""

import pytest
from django.test import Client

from review.models import Job
from tests.cast import Cast, settle_background
from tests.review.acting import as_, queries_of, words
from tests.review.growing import more_sheets
from workflow import steps

HOME = "/"


def test_a_citizen_goes_on_to_the_published_results(cast: Cast) -> None:
    assert Client().get(HOME).status_code == 302


def test_before_any_year_everyone_gets_a_page_that_says_so(cast: Cast) -> None:
    """Those who begin it see what is to be done, the others that nothing waits yet."""
    for person in cast.people.values():
        page = words(as_(person).get(HOME))
        begins = person in (cast.reviewer, cast.reviewer2, cast.administrator)
        assert ("年度を始めるまで" if begins else "年度がまだありません") in page


def test_a_contributor_sees_their_sheets_with_days_left_and_one_button(cast: Cast) -> None:
    cast.open(2)
    page = words(as_(cast.contributor).get(HOME))
    assert (
        "わたしの施策" in page
        and "入力を始める" in page
        and "開庁日" in page
        and "2件のうち、することがあるもの 2件" in page
    )
    assert "見本の施策1" in page and "確認待ち (" not in page


def test_what_came_back_stands_first(cast: Cast) -> None:
    cast.open(2)
    review = cast.submitted(2)
    steps.return_to_department(user=cast.reviewer2, review_id=review.pk, round=review.round, comment="単位を確かめる")
    page = words(as_(cast.contributor).get(HOME))
    assert page.index("見本の施策2") < page.index("見本の施策1") and "差戻しを直す" in page


def test_another_department_sees_nothing_of_it(cast: Cast) -> None:
    cast.open(1)
    assert "見本の施策1" not in words(as_(cast.other).get(HOME))
    assert "関連部署として読める施策" in words(as_(cast.related).get(HOME))


def test_a_reviewer_sees_what_waits_but_not_their_own(cast: Cast) -> None:
    cast.open(2, owners=("産業振興課", "情報経営課"))
    cast.submitted(1)
    own = cast.sheet(2)
    cast.fill(own, user=cast.reviewer)
    steps.submit(user=cast.reviewer, review_id=own.pk)
    mine = words(as_(cast.reviewer).get(HOME))
    assert "確認待ち (1)" in mine and "ご自分が提出した1件" in mine
    assert "確認待ち (2)" in words(as_(cast.reviewer2).get(HOME))


def test_an_approver_sees_the_year_s_decision(cast: Cast) -> None:
    cast.open(1)
    cast.reviewed()
    assert "承認待ち (1)" in words(as_(cast.approver).get(HOME))
    review = cast.sheet()
    steps.approve(user=cast.approver, review_id=review.pk, round=review.round)
    settle_background()
    assert "公表を決定してください" in words(as_(cast.approver).get(HOME))


def test_an_administrator_sees_drafts_and_failures(cast: Cast) -> None:
    cast.draft(1)
    page = words(as_(cast.administrator).get(HOME))
    assert "令和6年度を開始する準備" in page
    steps.open_year(user=cast.reviewer2, cycle_id=cast.cycle.pk)
    Job.objects.update(state="failed")
    assert "失敗した処理" in words(as_(cast.administrator).get(HOME))


def test_an_auditor_finds_the_trail(cast: Cast) -> None:
    cast.open(1)
    assert "監査記録" in words(as_(cast.auditor).get(HOME))


@pytest.mark.parametrize("who", ["contributor", "reviewer2", "approver", "administrator"])
def test_the_queries_do_not_grow_with_the_sheets(cast: Cast, who: str) -> None:
    cast.open(2)
    cast.reviewed(1)
    cast.submitted(2)
    few = queries_of(as_(cast.people[who]), HOME)
    more_sheets(cast, 8)
    assert queries_of(as_(cast.people[who]), HOME) <= few
