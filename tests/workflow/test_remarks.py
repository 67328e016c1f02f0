"""対応済 is observed: the item of a remark was changed or answered since; else the sheet does not come back."""

from __future__ import annotations

import pytest

from review.assessment.services import assessment
from review.domain.refusals import Invalid
from review.models import MeasureReview, ReviewState, ScheduleItem
from review.sheet.services import submission
from tests.cast import Cast
from tests.review.acting import as_, words
from workflow import steps

ONE, TWO = "indicator:1:actual", "indicator:2:actual"


@pytest.fixture
def returned(cast: Cast) -> MeasureReview:
    """A sheet that came back with two remarks."""
    cast.open(1)
    review = cast.submitted()
    remarks = {ONE: "単位を確かめてください。", TWO: "根拠を示してください。"}
    steps.return_to_department(user=cast.reviewer, review_id=review.pk, round=1, comment="", remarks=remarks)
    return cast.sheet()


def change(cast: Cast, item: str, value: str) -> None:
    review = cast.sheet()
    submission.save_draft(user=cast.contributor, review_id=review.pk, version=review.version, texts={item: value})


def answer(cast: Cast, item: str) -> None:
    assessment.comment(
        user=cast.contributor, review_id=cast.sheet().pk, item=item, body="調査票のとおりで、このままです。"
    )


def chips(cast: Cast, who: str) -> list[bool]:
    page = as_(cast.people[who]).get(f"/sheets/{cast.sheet().pk}/")
    return [row["done"] for row in page.context["comments"] if row["kind"] == "return"]


def test_a_sheet_with_a_remark_neither_changed_nor_answered_does_not_come_back(
    cast: Cast, returned: MeasureReview
) -> None:
    change(cast, ONE, "121件")
    with pytest.raises(Invalid, match="成果目標② 実績") as refusal:
        steps.submit(user=cast.contributor, review_id=returned.pk)
    assert list(refusal.value.fields) == [TWO] and "成果目標① 実績" not in str(refusal.value)
    assert cast.sheet().state == ReviewState.RETURNED


@pytest.mark.parametrize("page", ["entry/1/", "entry/2/", ""])
def test_a_remark_stands_once_on_a_page(cast: Cast, returned: MeasureReview, page: str) -> None:
    """Where it is answered, else in the list of what is to be done; on the sheet with the other comments."""
    text = words(as_(cast.contributor).get(f"/sheets/{returned.pk}/{page}"))
    assert [text.count(remark) for remark in ("単位を確かめてください。", "根拠を示してください。")] == [1, 1]


def test_a_remark_stands_once_beside_the_trail(cast: Cast, returned: MeasureReview) -> None:
    for item, value in ((ONE, "121件"), (TWO, "122件")):
        change(cast, item, value)
    steps.submit(user=cast.contributor, review_id=returned.pk)
    text = words(as_(cast.reviewer2).get(f"/sheets/{returned.pk}/review/"))
    assert [text.count(remark) for remark in ("単位を確かめてください。", "根拠を示してください。")] == [1, 1]


def test_a_change_or_an_answer_meets_a_remark_and_the_reviewer_sees_it(cast: Cast, returned: MeasureReview) -> None:
    assert chips(cast, "contributor") == [False, False]
    change(cast, ONE, "121件")
    assert chips(cast, "contributor") == [True, False]
    answer(cast, TWO)
    steps.submit(user=cast.contributor, review_id=returned.pk)
    assert chips(cast, "reviewer2") == [True, True]
    page = words(as_(cast.reviewer2).get(f"/sheets/{returned.pk}/"))
    assert "対応済" in page and "未対応" not in page and "このままです" in page


def test_a_change_taken_back_leaves_the_remark_open(cast: Cast, returned: MeasureReview) -> None:
    answer(cast, TWO)
    change(cast, ONE, "121件")
    change(cast, ONE, "120件")
    with pytest.raises(Invalid, match="成果目標① 実績"):
        steps.submit(user=cast.contributor, review_id=returned.pk)


def test_an_earlier_answer_does_not_meet_a_later_remark(cast: Cast, returned: MeasureReview) -> None:
    answer(cast, ONE)
    answer(cast, TWO)
    review = steps.submit(user=cast.contributor, review_id=returned.pk)
    steps.return_to_department(
        user=cast.reviewer, review_id=review.pk, round=review.round, comment="", remarks={ONE: "なお不明です。"}
    )
    assert chips(cast, "contributor") == [True, True, False]
    with pytest.raises(Invalid, match="成果目標① 実績"):
        steps.submit(user=cast.contributor, review_id=returned.pk)


def test_the_confirm_page_lists_the_open_remarks_with_links(cast: Cast, returned: MeasureReview) -> None:
    change(cast, ONE, "121件")
    page = as_(cast.contributor).get(f"/sheets/{returned.pk}/submit/")
    assert [gap["key"] for gap in page.context["gaps"]] == [TWO]
    assert f"#id_{TWO}" in page.content.decode() and "必要な項目はすべて入力されています" not in words(page)
    answer(cast, TWO)
    assert not as_(cast.contributor).get(f"/sheets/{returned.pk}/submit/").context["gaps"]


BAR = "schedule:1:bars"


def test_a_bar_takes_a_remark_of_its_own_which_opens_it_and_a_changed_bar_meets_it(cast: Cast) -> None:
    cast.open(1)
    review = cast.submitted()
    ScheduleItem.objects.get_or_create(
        measure_year=review.measure_year, position=1, defaults={"name": "窓口の試験", "bars": {}}
    )
    review = resubmitted(cast)
    client = as_(cast.reviewer2)
    address = f"/sheets/{review.pk}/review/"
    assert f'name="remark:{BAR}"' in client.get(address).content.decode()
    steps.return_to_department(
        user=cast.reviewer2, review_id=review.pk, round=review.round, comment="", remarks={BAR: "来年度も続きますか。"}
    )
    page = as_(cast.contributor).get(f"/sheets/{review.pk}/entry/3/")
    content = page.content.decode()
    assert "来年度も続きますか。" in content and f'name="reply:{BAR}"' in content and f'id="id_{BAR}"' in content
    with pytest.raises(Invalid, match="スケジュール"):
        steps.submit(user=cast.contributor, review_id=review.pk)
    stands = submission.current_texts(cast.sheet())[BAR]
    change(cast, BAR, "令和7年度" if stands != "令和7年度" else "")
    steps.submit(user=cast.contributor, review_id=review.pk)
    assert cast.sheet().state == ReviewState.SUBMITTED


def resubmitted(cast: Cast) -> MeasureReview:
    review = cast.sheet()
    steps.recall(user=cast.contributor, review_id=review.pk)
    return steps.submit(user=cast.contributor, review_id=review.pk)
