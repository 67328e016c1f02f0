"""Submission, recall and the head's 確認 as pages."""

from datetime import timedelta

from django.core.files.base import ContentFile
from django.urls import reverse

from review.assessment.services.ratings import Overall
from review.domain import items
from review.models import Cycle, MeasureReview, MeasureYear, Rating, ReviewState, Submission
from review.sheet.services import concurrence, evidence, submission
from tests.cast import YEAR, Cast
from tests.moved import shifted
from tests.review.acting import as_, queries_of, words
from workflow import steps

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def url(name: str, review: MeasureReview) -> str:
    return reverse(f"meguri:{name}", args=[review.pk])


def test_the_page_before_submission_names_what_is_missing_with_links(cast: Cast) -> None:
    cast.open(1)
    review = cast.sheet()
    answer = as_(cast.contributor).get(url("submit", review))
    assert "2項目を入力してください" in words(answer) and "#id_indicator:1:actual" in answer.content.decode()
    refused = as_(cast.contributor).post(url("submit", review))
    assert refused.status_code == 422 and not Submission.objects.exists()


def test_submission_says_what_happens_and_happens_once(cast: Cast) -> None:
    cast.open(1)
    review = cast.fill(cast.sheet())
    client = as_(cast.contributor)
    page = words(client.get(url("submit", review)))
    assert "提出すると起こること" in page and "確認 五月" in page and "必要な項目はすべて入力されています" in page
    assert client.post(url("submit", review)).status_code == 303
    second = client.post(url("submit", review))
    assert second.status_code == 409 and "もう提出されています" in words(second)
    assert Submission.objects.count() == 1
    assert client.get(url("submit", review)).status_code == 303


def test_the_department_s_own_grade_goes_with_the_submission_and_wants_a_reason(cast: Cast) -> None:
    cast.open(1)
    review = cast.fill(cast.sheet())
    client = as_(cast.contributor)
    assert "自己評価(総合評価): 案のとおり" in words(client.get(url("submit", review)))
    refused = client.post(url("submit", review), {"overall": "B"})
    assert refused.status_code == 422 and "案と違う総合評価にするときは、理由を入力してください" in words(refused)
    assert not Submission.objects.exists() and not Rating.objects.exists()
    assert (
        client.post(url("submit", review), {"overall": "B", "overall_reason": "対象が減ったため。"}).status_code == 303
    )
    own = Rating.objects.get()
    assert (own.hand, own.grade, own.proposed_grade, own.given_by) == ("department", "B", "A", cast.contributor)
    seen = words(as_(cast.reviewer2).get(reverse("meguri:review", args=[review.pk])))
    assert "自己評価" in seen and "対象が減ったため。" in seen
    # It stands beside: the reviewer still begins with the rule's proposal.
    steps.confirm(user=cast.reviewer2, review_id=review.pk, round=1)
    assert Rating.objects.get(hand="reviewer").grade == "A"


def test_a_returned_sheet_begins_with_the_grade_that_the_department_gave(cast: Cast) -> None:
    cast.open(1)
    review = cast.fill(cast.sheet())
    steps.submit(user=cast.contributor, review_id=review.pk, overall=Overall(grade="B", reason="対象が減ったため。"))
    steps.return_to_department(user=cast.reviewer2, review_id=review.pk, round=1, comment="見直し")
    page = as_(cast.contributor).get(url("submit", review)).content.decode()
    assert '<option value="B" selected>' in page and "対象が減ったため。" in page


def test_a_late_submission_is_told_so_before(cast: Cast) -> None:
    cast.open(1)
    review = cast.fill(cast.sheet())
    with shifted(timedelta(days=17)):
        assert "「期限後」の印が付きます" in words(as_(cast.contributor).get(url("submit", review)))


def test_the_page_before_submission_shows_all_that_goes(cast: Cast) -> None:
    """Whatever can be typed on the sheet stands there with the way back to it, and what stands beside the form too."""
    cast.open(1)
    review = cast.fill(cast.sheet())
    texts = {
        key: f"見本の文{place}です" if not key.endswith((":bars", "_target", "_name")) else text
        for place, (key, text) in enumerate(submission.current_texts(review).items())
    }
    texts |= {
        "schedule:1:bars": "令和6年度「試験運用」",
        "indicator:1:next_target": "9,876件",
        "indicator:2:actual": "987人",
    }
    submission.save_draft(user=cast.contributor, review_id=review.pk, version=review.version, texts=texts)
    evidence.add(user=cast.contributor, review_id=review.pk, upload=ContentFile(PDF), filename="集計.pdf", item="cause")
    market = cast.departments["市民課"]
    concurrence.ask(
        user=cast.contributor, review_id=review.pk, departments=[market.pk], due_on=concurrence.usual_date()
    )
    answer = as_(cast.contributor).get(url("submit", review))
    page, html = words(answer), answer.content.decode()
    for key, text in submission.current_texts(cast.sheet()).items():
        expected = "試験運用" if key.endswith(":bars") else text
        assert expected in page, key
        assert f"#id_{key}" in html or items.is_next(key), key
    assert "#id_indicator:1:next_name" in html  # one way to all goals of the year to come
    assert "集計.pdf" in page and "要因" in page
    assert "市民課" in page and "回答待ち" in page
    assert "目標と実績の単位が合わないため" in page
    order = ["疑問点と主管部署の説明", "目標と実績の単位が合わないため", "提出する内容", "集計.pdf"]
    order += ["回答待ち", "提出すると起こること"]
    assert [page.index(one) for one in order] == sorted(page.index(one) for one in order)


def test_a_policy_that_was_changed_is_marked_and_a_copied_text_asked_about(cast: Cast) -> None:
    cast.open(1)
    review = cast.fill(cast.sheet())
    year = review.measure_year
    texts = {"policy": "窓口を増やします。", "cause": "周知が足りませんでした。"}
    MeasureYear.objects.create(
        measure=year.measure, fiscal_year=YEAR - 1, name=year.name, owner=year.owner, texts=texts
    )
    typed = {**texts, "policy": "窓口を減らします。"}
    submission.save_draft(user=cast.contributor, review_id=review.pk, version=review.version, texts=typed)
    answer = as_(cast.contributor).get(url("submit", review))
    page = words(answer)
    assert "計画(前年度)から変えたところに印を付けています。" in page
    assert "<ins>" in answer.content.decode() and "<del>" in answer.content.decode()
    assert "要因 前年度と同じ文" in page.partition("提出する内容")[0]


def test_a_concurrence_is_asked_for_on_the_last_step(cast: Cast) -> None:
    cast.open(1)
    review = cast.fill(cast.sheet())
    html = as_(cast.contributor).get(url("submit", review)).content.decode()
    assert html.index('name="back" value="submit"') < html.index('id="send"')
    data = {"departments": [cast.departments["市民課"].pk], "due_on": f"{concurrence.usual_date()}", "back": "submit"}
    answer = as_(cast.contributor).post(reverse("meguri:concurrence_ask", args=[review.pk]), data)
    assert answer.url == url("submit", review) + "#concurrence"
    assert "市民課 回答待ち" in words(as_(cast.contributor).get(url("submit", review)))


def test_what_changed_is_shown_before_resubmitting(cast: Cast) -> None:
    cast.open(1)
    review = cast.submitted(1, "70件")
    steps.return_to_department(user=cast.reviewer2, review_id=review.pk, round=review.round, comment="見直し")
    cast.fill(cast.sheet(), "75件")
    page = as_(cast.contributor).get(url("submit", review)).content.decode()
    assert "前回の提出から変わったところ" in page and "<del>" in page and "<ins>" in page


def test_recall_has_a_page_and_works_until_the_reviewer_acts(cast: Cast) -> None:
    cast.open(1)
    review, client = cast.submitted(), as_(cast.contributor)
    assert "この操作で起こること" in words(client.get(url("recall", review)))
    assert client.post(url("recall", review)).status_code == 303
    assert cast.sheet().state == ReviewState.EDITING
    assert client.post(url("recall", review)).status_code == 403


def test_the_head_confirms_where_the_cycle_asks(cast: Cast) -> None:
    cast.open(1)
    Cycle.objects.update(requires_endorsement=True)
    review = cast.submitted()
    assert review.state == ReviewState.ENDORSING
    assert as_(cast.contributor).get(url("endorse", review)).status_code == 303
    head = as_(cast.head)
    assert "所属長として確認する" in words(head.get(url("endorse", review)))
    assert head.post(url("endorse", review)).status_code == 303
    assert cast.sheet().state == ReviewState.SUBMITTED


def test_the_head_sees_all_that_was_submitted_and_the_way_back(cast: Cast) -> None:
    cast.open(1)
    Cycle.objects.update(requires_endorsement=True)
    review = cast.fill(cast.sheet())
    policy = {"policy": "窓口を減らす方針に改めます。"}
    submission.save_draft(user=cast.contributor, review_id=review.pk, version=review.version, texts=policy)
    steps.submit(user=cast.contributor, review_id=review.pk)
    answer = as_(cast.head).get(url("endorse", review))
    page = words(answer)
    for expected in (
        "提出された内容",
        policy["policy"],
        "120件",
        "来年度の目標",
        "根拠資料",
        "付いている資料はありません",
    ):
        assert expected in page, expected
    assert url("recall", review) in answer.content.decode()
    assert not any(row["url"] for row in answer.context["texts_sent"])
    assert "根拠資料を付ける" not in page and "提出する内容" not in page


def test_the_head_s_page_asks_no_more_of_a_sheet_with_more_items(cast: Cast) -> None:
    cast.open(1)
    Cycle.objects.update(requires_endorsement=True)
    review = cast.submitted()
    as_(cast.head).get(url("endorse", review))
    few = queries_of(as_(cast.head), url("endorse", review))
    for place in range(20, 30):
        review.measure_year.schedule.create(position=place, name=f"取組{place}", bars={})
    assert queries_of(as_(cast.head), url("endorse", review)) == few


def test_nobody_else_finds_these_pages(cast: Cast) -> None:
    cast.open(1)
    review = cast.submitted()
    for name in ("submit", "recall", "endorse"):
        assert as_(cast.other).get(url(name, review)).status_code == 404
        assert as_(cast.other).post(url(name, review)).status_code == 404
        assert as_(cast.approver).get(url(name, review)).status_code == 403
