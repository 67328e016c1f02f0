"""The reviewing office's pages: the queue, and one sheet under review."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from review.models import (
    Decision,
    IndicatorYear,
    ItemComment,
    MeasureReview,
    MeasureYear,
    Rating,
    ReviewState,
    ScheduleItem,
)
from review.sheet.services import concurrence, evidence, submission
from tests.cast import YEAR, Cast
from tests.moved import shifted
from tests.review.acting import as_, hidden, queries_of, words
from tests.review.growing import more_sheets
from workflow import steps

QUEUE = f"/plans/dx/{YEAR}/queue/"
ONE = "remark:indicator:1:actual"


def page_of(review: MeasureReview) -> str:
    return reverse("meguri:review", args=[review.pk])


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
    for query in ("?sort=nonsense", "?state=x&page=99", "?department=abc"):
        assert as_(cast.reviewer).get(QUEUE + query).status_code == 200
    assert as_(cast.reviewer).get(QUEUE + "?department=99999999999999999999").status_code == 400
    assert as_(cast.reviewer).get("/plans/dx/1999/queue/").status_code == 404
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
    answer = as_(cast.reviewer2).post(f"/plans/dx/{YEAR}/queue/confirm/", {"chosen": chosen, "year": YEAR}, follow=True)
    page = words(answer)
    assert "1件を確認しました: 01-02" in page and "01-01: 確認 四郎さんが" in page
    assert cast.sheet(2).state == ReviewState.REVIEWED and Decision.objects.count() == 2
    assert "施策が選ばれていません" in words(
        as_(cast.reviewer2).post(f"/plans/dx/{YEAR}/queue/confirm/", {"year": "no"}, follow=True)
    )


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
        page_of(cast.submitted()), {"round": "1", "action": "return", ONE: "だめな\x01字"}
    )
    assert answer.status_code == 422 and "だめな" in words(answer) and "保存できない文字" in words(answer)


def test_the_second_time_the_differences_are_marked(cast: Cast) -> None:
    cast.open(1)
    review = cast.submitted(1, "70件")
    steps.return_to_department(user=cast.reviewer2, review_id=review.pk, round=review.round, comment="見直し")
    review = cast.submitted(1, "75件")
    page = as_(cast.reviewer2).get(page_of(review)).content.decode()
    assert "前回の提出から2項目が変わりました" in page and "<ins>" in page


def test_a_changed_bar_and_next_year_s_target_are_among_the_differences(cast: Cast) -> None:
    cast.open(1)
    review = cast.submitted()
    steps.return_to_department(user=cast.reviewer2, review_id=review.pk, round=review.round, comment="見直し")
    review = cast.sheet()
    texts = {"schedule:1:bars": "令和5年度", "indicator:1:next_target": "150件", "change_reason": "需要が増えたため。"}
    submission.save_draft(user=cast.contributor, review_id=review.pk, version=review.version, texts=texts)
    steps.submit(user=cast.contributor, review_id=review.pk)
    page = words(as_(cast.reviewer2).get(page_of(review)))
    assert "前回の提出から3項目が変わりました" in page
    assert " のスケジュール 前回の提出からの変更" in page and "成果目標① 来年度の目標: 前回の提出からの変更" in page


def test_whoever_decides_sees_what_was_sent_beside_the_form(cast: Cast) -> None:
    cast.open(1)
    review = cast.fill(cast.sheet())
    pdf = ContentFile(b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n")
    evidence.add(user=cast.contributor, review_id=review.pk, upload=pdf, filename="集計.pdf", item="indicator:1:actual")
    market = [cast.departments["市民課"].pk]
    due = concurrence.usual_date()
    (row,) = concurrence.ask(user=cast.contributor, review_id=review.pk, departments=market, due_on=due)
    concurrence.answer(user=cast.related, concurrence_id=row.pk, opinion="窓口の数が違います。")
    steps.submit(user=cast.contributor, review_id=review.pk)
    seen = words(as_(cast.reviewer2).get(reverse("meguri:review", args=[review.pk])))
    assert "集計.pdf" in seen and "成果目標① 実績" in seen and "窓口の数が違います。" in seen
    steps.confirm(user=cast.reviewer2, review_id=review.pk, round=1)
    seen = words(as_(cast.approver).get(reverse("meguri:approve", args=[review.pk])))
    assert "集計.pdf" in seen and "窓口の数が違います。" in seen
    assert "付ける・外す" not in seen and "合議を依頼する" not in seen


def test_a_file_and_the_concurrences_stand_where_the_reviewer_looks_and_a_bar_takes_a_remark(cast: Cast) -> None:
    cast.open(1)
    review = cast.fill(cast.sheet())
    pdf = ContentFile(b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n")
    evidence.add(user=cast.contributor, review_id=review.pk, upload=pdf, filename="集計.pdf", item="indicator:1:actual")
    market = [cast.departments["市民課"].pk]
    due = concurrence.usual_date()
    concurrence.ask(user=cast.contributor, review_id=review.pk, departments=market, due_on=due)
    steps.submit(user=cast.contributor, review_id=review.pk)
    html = as_(cast.reviewer2).get(page_of(review)).content.decode()
    goal = html.partition('id="indicator-1"')[2].partition("</section>")[0]
    assert "集計.pdf" in goal and "集計.pdf" not in html.partition('id="indicator-2"')[2].partition("</section>")[0]
    assert "市民課 回答待ち" in html.partition('id="indicator-1"')[0]
    assert 'name="remark:schedule:1:bars"' in html


def test_texts_that_are_last_year_s_are_marked_for_the_reviewer(cast: Cast) -> None:
    cast.open(2)
    last = {"cause": "見本の要因です。", "response": "前年度の対応です。", "policy": "方針です。"}
    sheets = {number: cast.sheet(number).measure_year for number in (1, 2)}
    before = MeasureYear.objects.create(
        measure=sheets[1].measure, fiscal_year=YEAR - 1, name="前年度", owner=sheets[1].owner, texts=last
    )
    ScheduleItem.objects.create(measure_year=before, position=7, name="周知", progress="窓口で周知しました。")
    sheets[1].schedule.update(progress="窓口で周知しました。")
    sheets[1].texts["policy"] = "方針です。"
    sheets[1].save()
    review = cast.submitted(1)
    cast.submitted(2)
    queue = words(as_(cast.reviewer2).get(QUEUE))
    assert queue.count("前年度と同じ文 2") == 1
    page = words(as_(cast.reviewer2).get(page_of(review)))
    assert page.count("前年度と同じ文") == 2, "要因 and the row of the schedule; the policy is the plan's"
    assert "前年度の対応です。" in page
    together = words(as_(cast.reviewer2).get(reverse("meguri:together", args=["dx", YEAR])))
    assert together.count("前年度と同じ文 2") == 1


def test_a_claim_is_shown_to_the_others(cast: Cast) -> None:
    cast.open(1)
    review = cast.submitted()
    claim = reverse("meguri:claim", args=[review.pk])
    assert as_(cast.reviewer2).post(claim).status_code == 303
    assert "確認 五月さんが確認中" in words(as_(cast.reviewer).get(QUEUE))
    assert "確認 五月さんが確認しています" in words(as_(cast.reviewer).get(page_of(review)))
    as_(cast.reviewer).post(claim)
    assert cast.sheet().claimed_by == cast.reviewer2
    assert [len(as_(cast.reviewer).get(QUEUE + f"?who={who}").context["rows"]) for who in ("me", "others", "free")] == [
        0, 1, 0,
    ]  # fmt: skip


def test_a_claim_lapses_by_itself_and_can_be_let_go(cast: Cast) -> None:
    cast.open(1)
    review = cast.submitted()
    claim = reverse("meguri:claim", args=[review.pk])
    as_(cast.reviewer2).post(claim)
    with shifted(timedelta(minutes=21)):
        assert "確認中" not in words(as_(cast.reviewer).get(QUEUE)).replace("自分が確認中", "").replace(
            "ほかの人が確認中", ""
        )
        assert len(as_(cast.reviewer).get(QUEUE + "?who=free").context["rows"]) == 1
        as_(cast.reviewer).post(claim)
        assert cast.sheet().claimed_by == cast.reviewer
        answer = as_(cast.reviewer).post(claim + "?department=3", {"action": "release"})
        assert answer["Location"] == QUEUE + "?department=3" and cast.sheet().claimed_by is None


def test_the_filters_go_along_to_the_sheet_and_back(cast: Cast) -> None:
    cast.open(3)
    cast.submitted(1)
    cast.submitted(2, "20件")
    cast.submitted(3)
    client = as_(cast.reviewer2)
    query = "state=submitted&sort=measure&flag=none"
    listed = client.get(f"{QUEUE}?{query}")
    assert [row.code for row in listed.context["rows"]] == ["01-01", "01-03"]
    sheet = f"{page_of(cast.sheet(1))}?{query}"
    assert sheet.replace("&", "&amp;") in listed.content.decode()
    around = client.get(sheet).context["around"]
    assert (around["place"], around["count"], around["before"], around["after"]) == (1, 2, None, cast.sheet(3).pk)
    assert 'value="next" checked' in " ".join(client.get(f"{sheet}&then=next").content.decode().split())
    answer = client.post(sheet, {"round": "1", "action": "confirm", "then": "next"})
    assert answer["Location"] == f"{page_of(cast.sheet(3))}?{query}&then=next", "it is remembered"
    second = " ".join(client.get(answer["Location"]).content.decode().split())
    assert 'value="next"' not in second, "the last has none after it"
    assert client.post(answer["Location"], {"round": "1", "action": "confirm"})["Location"] == f"{QUEUE}?{query}"


def test_clean_sheets_are_looked_at_line_by_line_and_confirmed_together(cast: Cast) -> None:
    cast.open(3)
    first, doubtful, third = cast.submitted(1), cast.submitted(2, "整備した"), cast.submitted(3, "95件")
    client = as_(cast.reviewer2)
    assert "疑問点のない 2件を見比べて確認" in words(client.get(QUEUE))
    page = client.get(QUEUE + "together/")
    assert [row["review"].pk for row in page.context["rows"]] == [first.pk, third.pk]
    assert "90件" in words(page) and "100件" in words(page) and "120.0%" in words(page)
    missed = page.context["rows"][1]["goals"].explained
    assert [label for label, _text in missed] == ["要因", "対応"] and all(
        text in words(page) for _label, text in missed
    )
    ticked = client.get(QUEUE + f"together/?chosen={doubtful.pk}&chosen={first.pk}&chosen=x")
    assert (
        f'value="{first.pk}:1"' in ticked.content.decode() and f'value="{doubtful.pk}:' not in ticked.content.decode()
    )
    chosen = [f"{first.pk}:1", f"{doubtful.pk}:1", f"{third.pk}:1"]
    text = words(client.post(f"/plans/dx/{YEAR}/queue/confirm/", {"chosen": chosen, "year": YEAR}, follow=True))
    assert "2件を確認しました: 01-01、01-03" in text and "01-02: 疑問点があるため" in text
    assert cast.sheet(2).state == ReviewState.SUBMITTED


def test_a_button_that_the_page_does_not_have_decides_nothing(cast: Cast) -> None:
    cast.open(1)
    review = cast.submitted()
    for action in ("", "approve", "return_review"):
        assert as_(cast.reviewer2).post(page_of(review), {"round": "1", "action": action}).status_code == 422
    assert Decision.objects.count() == 0


def test_the_reviewer_s_own_overall_grade_wants_a_reason(cast: Cast) -> None:
    cast.open(1)
    review, client = cast.submitted(), as_(cast.reviewer2)
    typed = {"round": "1", "action": "confirm", "overall": "B"}
    refused = client.post(page_of(review), typed)
    assert refused.status_code == 422 and "案と違う総合評価にするときは" in words(refused)
    assert client.post(page_of(review), {**typed, "overall_reason": "一部の対象が未実施"}).status_code == 303
    mine = Rating.objects.get(hand="reviewer")
    assert (mine.hand, mine.grade, mine.proposed_grade, mine.given_by) == ("reviewer", "B", "A", cast.reviewer2)
    assert "一部の対象が未実施" in words(as_(cast.contributor).get(reverse("meguri:sheet", args=[review.pk])))


def test_the_one_who_comes_second_is_told_what_when_and_by_whom(cast: Cast) -> None:
    cast.open(1)
    review = cast.submitted()
    steps.return_to_department(user=cast.reviewer, review_id=review.pk, round=1, comment="見直し")
    answer = as_(cast.reviewer2).post(
        page_of(review), {"round": "1", "action": "return", "comment": "わたしの理由", ONE: "わたしの指摘"}
    )
    page = words(answer)
    assert answer.status_code == 409 and "確認 四郎さんが" in page and "「差戻し」と決めています" in page
    assert "わたしの理由" in page and "わたしの指摘" in page


@pytest.mark.parametrize("path", [QUEUE, QUEUE + "?state=all"])
def test_the_queue_s_queries_do_not_grow(cast: Cast, path: str) -> None:
    cast.open(2)
    cast.submitted(1)
    few = queries_of(as_(cast.reviewer2), path)
    more_sheets(cast, 8)
    IndicatorYear.objects.update(flags=["jump", "repeated"])
    assert queries_of(as_(cast.reviewer2), path) <= few


def test_what_is_to_be_looked_at_again_stands_before_the_decision_with_a_way_to_its_place(cast: Cast) -> None:
    """On the page of each decision, above the first 成果目標; the list of the board has it as wide as the table."""
    cast.open(2)
    clean, doubtful = cast.submitted(1), cast.submitted(2, "整備した")
    row = IndicatorYear.objects.get(
        indicator__measure=doubtful.measure_year.measure, indicator__number=1, fiscal_year=YEAR
    )
    sentence = str(row.reading["notes"][0]["sentence"])
    page = as_(cast.reviewer2).get(page_of(doubtful)).content.decode()
    first = page.index(sentence)
    assert first < page.index('id="indicator-1"') and page[:first].rindex('href="#indicator-1"') > page.index("<main")
    assert 'href="#indicator-1"' not in as_(cast.reviewer2).get(page_of(clean)).content.decode()
