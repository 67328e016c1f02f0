"""The reviewing office's pages: the queue, and one sheet under review."""

import pytest
from django.urls import reverse

from review.models import Decision, IndicatorYear, ItemComment, MeasureReview, ReviewState
from tests.cast import YEAR, Cast
from tests.review.views.acting import as_, hidden, queries_of, words
from tests.review.views.growing import more_sheets
from workflow import steps

QUEUE = f"/queue/{YEAR}/"
ONE = "remark:indicator:1:actual"


def page_of(review: MeasureReview) -> str:
    return reverse("workflow:review", args=[review.pk])


def test_the_queue_lists_what_waits_most_doubtful_first(cast: Cast) -> None:
    cast.open(3)
    cast.submitted(1)
    cast.submitted(2, "20件")
    page = words(as_(cast.reviewer2).get(QUEUE))
    assert page.index("見本の施策2") < page.index("見本の施策1") and "見本の施策3" not in page
    assert "未達成 2" in page and "確認待ち 2" in page
    assert "見本の施策3" in words(as_(cast.reviewer2).get(QUEUE + "?state=all&sort=measure"))
    assert "この状態の施策はありません" in words(as_(cast.reviewer2).get(QUEUE + "?state=approved"))


def test_odd_parameters_are_answered_with_the_list(cast: Cast) -> None:
    cast.open(1)
    for query in ("?sort=nonsense", "?state=x&page=99", "?department=abc", "?department=99999999999999999999"):
        assert as_(cast.reviewer).get(QUEUE + query).status_code == 200
    assert as_(cast.reviewer).get("/queue/1999/").status_code == 404
    assert as_(cast.contributor).get(QUEUE).status_code == 403


def test_one_s_own_sheet_can_be_seen_but_not_chosen(cast: Cast) -> None:
    cast.open(1, owners=("情報経営課",))
    review = cast.fill(cast.sheet(), user=cast.reviewer)
    steps.submit(user=cast.reviewer, review_id=review.pk)
    answer = as_(cast.reviewer).get(QUEUE)
    assert "ご自分が提出。確認できる方: 確認 五月" in words(answer)
    assert 'name="chosen"' not in answer.content.decode()
    assert as_(cast.reviewer).get(page_of(review)).status_code == 303
    assert as_(cast.reviewer).post(page_of(review), {"action": "confirm", "round": "1"}).status_code == 403


def test_several_are_confirmed_together_and_each_refusal_is_named(cast: Cast) -> None:
    cast.open(3)
    first, second = cast.submitted(1), cast.submitted(2)
    steps.confirm(user=cast.reviewer, review_id=first.pk, round=first.round)
    chosen = [f"{first.pk}:1", f"{second.pk}:1", f"{second.pk}:1", "x:y", "99999:1"]
    answer = as_(cast.reviewer2).post("/queue/confirm/", {"chosen": chosen, "year": YEAR}, follow=True)
    page = words(answer)
    assert "1件を確認しました: 01-02" in page and "01-01: 確認 四郎さんが" in page
    assert cast.sheet(2).state == ReviewState.REVIEWED and Decision.objects.count() == 2
    assert "施策が選ばれていません" in words(as_(cast.reviewer2).post("/queue/confirm/", {"year": "no"}, follow=True))


def test_a_clean_sheet_takes_one_button(cast: Cast) -> None:
    cast.open(1)
    review, client = cast.submitted(), as_(cast.reviewer2)
    form = {"round": hidden(client.get(page_of(review)), "round"), "action": "confirm"}
    assert client.post(page_of(review), form).status_code == 303
    assert cast.sheet().state == ReviewState.REVIEWED
    again = client.post(page_of(review), {**form, "comment": "書きかけの一言"})
    assert again.status_code == 409 and "確認 五月さんが" in words(again) and "書きかけの一言" in words(again)
    assert Decision.objects.count() == 1


def test_a_return_opens_the_items_that_were_remarked_on(cast: Cast) -> None:
    cast.open(1)
    review, client = cast.submitted(), as_(cast.reviewer2)
    assert client.post(page_of(review), {"round": "1", "action": "return"}).status_code == 422
    answer = client.post(page_of(review), {"round": "1", "action": "return", ONE: "単位を確かめる"})
    assert answer.status_code == 303
    assert cast.sheet().open_items == ["indicator:1:actual"]
    assert ItemComment.objects.get().body == "単位を確かめる"


def test_confirming_never_swallows_a_remark(cast: Cast) -> None:
    cast.open(1)
    review = cast.submitted()
    answer = as_(cast.reviewer2).post(page_of(review), {"round": "1", "action": "confirm", ONE: "単位を確かめる"})
    assert answer.status_code == 422 and "単位を確かめる" in words(answer) and "差し戻すときに届きます" in words(answer)
    assert cast.sheet().state == ReviewState.SUBMITTED


def test_a_remark_that_cannot_be_kept_stays_beside_its_item(cast: Cast) -> None:
    cast.open(1)
    answer = as_(cast.reviewer2).post(
        page_of(cast.submitted()), {"round": "1", "action": "return", ONE: "だめな\x0b字"}
    )
    assert answer.status_code == 422 and "だめな" in words(answer) and "保存できない文字" in words(answer)


def test_the_second_time_the_differences_are_marked(cast: Cast) -> None:
    cast.open(1)
    review = cast.submitted(1, "70件")
    steps.return_to_department(user=cast.reviewer2, review_id=review.pk, round=review.round, comment="見直し")
    review = cast.submitted(1, "75件")
    page = as_(cast.reviewer2).get(page_of(review)).content.decode()
    assert "前回の提出から2項目が変わりました" in page and "<ins>" in page


def test_a_claim_is_shown_to_the_others(cast: Cast) -> None:
    cast.open(1)
    review = cast.submitted()
    assert as_(cast.reviewer2).post(page_of(review), {"action": "claim"}).status_code == 303
    assert "確認 五月さんが確認中" in words(as_(cast.reviewer).get(QUEUE))
    assert "確認 五月さんが確認しています" in words(as_(cast.reviewer).get(page_of(review)))


@pytest.mark.parametrize("path", [QUEUE, QUEUE + "?state=all"])
def test_the_queue_s_queries_do_not_grow(cast: Cast, path: str) -> None:
    cast.open(2)
    cast.submitted(1)
    few = queries_of(as_(cast.reviewer2), path)
    more_sheets(cast, 8)
    IndicatorYear.objects.update(flags=["jump", "repeated"])
    assert queries_of(as_(cast.reviewer2), path) <= few
