"""A doubt costs one click where it arises; the state of a value is confirmed the same way."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from review.domain import answers, items
from review.domain.answers import SURE, mark_of
from review.domain.refusals import Invalid
from review.models import IndicatorYear, MeasureReview
from review.sheet.services import submission, value_answers
from tests.cast import YEAR, Cast, settle_background
from tests.review.acting import as_, hidden, words
from workflow import steps

ONE, JUMP, STATE = "indicator:1:actual", "indicator:1:doubt:jump", "indicator:1:doubt:state"


def row(number: int = 1, year: int = YEAR) -> IndicatorYear:
    return IndicatorYear.objects.get(indicator__number=number, fiscal_year=year)


def save(cast: Cast, texts: dict[str, str]) -> MeasureReview:
    review = cast.sheet()
    return submission.save_draft(user=cast.contributor, review_id=review.pk, version=review.version, texts=texts)


def step_url(cast: Cast) -> str:
    return reverse("meguri:entry", args=[cast.sheet().pk, 1])


def sent_by(page: HttpResponse, **more: str) -> dict[str, Any]:
    """What a browser without JavaScript would send of the page's form, with what was typed on it."""
    text = page.content.decode()
    form: dict[str, Any] = {"version": hidden(page, "version"), "was": hidden(page, "was")}
    for name in re.findall(r'<textarea name="([^"]+)"', text):
        form[name] = row(int(name.split(":")[1])).actual
    for tag in re.findall(r"<input [^>]+>", text):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if not name or ":doubt:" not in name[1]:
            continue
        if "checked" in tag or not re.search('type="(checkbox|radio)"', tag):
            form[name[1]] = value[1] if value else ""
    return {**form, **more}


@pytest.fixture
def jumped(cast: Cast) -> tuple[Cast, Client]:
    """A sheet whose first value is more than five times last year's."""
    cast.open(1)
    save(cast, {ONE: "500件", "indicator:2:actual": "120件"})
    return cast, as_(cast.contributor)


# --- the doubts ----------------------------------------------------------------------------------------------------------


def test_one_click_answers_without_javascript(jumped: tuple[Cast, Client]) -> None:
    cast, client = jumped
    page = client.get(step_url(cast))
    assert f'name="sure:{JUMP}"' in page.content.decode() and row().flags == ["jump"]
    client.post(step_url(cast), sent_by(page, **{f"sure:{JUMP}": "1"}))
    stored = row().answers["jump"]
    assert stored == {
        "answer": "sure",
        "text": "",
        "by": str(cast.contributor.key),
        "at": stored["at"],
        "of": mark_of("500件"),
    }
    assert f'name="sure:{JUMP}" value="1" id="id_sure:{JUMP}"' in (again := client.get(step_url(cast)).content.decode())
    assert "checked" in again.split(f'id="id_sure:{JUMP}"')[1].split(">")[0]


def test_one_click_answers_while_one_types(jumped: tuple[Cast, Client]) -> None:
    """The doubt arises with the value, in the answer to what was typed, and goes with the autosave that follows."""
    cast, client = jumped
    page = client.get(step_url(cast))
    typed = sent_by(page, **{ONE: "900件"})
    reading = client.post(reverse("meguri:reading", args=[cast.sheet().pk, 1]), typed).content.decode()
    assert f'name="of:{JUMP}" value="{mark_of("900件")}"' in reading
    ticked = {**typed, f"of:{JUMP}": mark_of("900件"), f"sure:{JUMP}": "1", "step": "1"}
    assert client.post(reverse("meguri:autosave", args=[cast.sheet().pk]), ticked).status_code == 200
    assert row().actual == "900件" and row().answers["jump"]["of"] == mark_of("900件")


def test_an_answer_may_be_an_explanation_and_be_taken_back(jumped: tuple[Cast, Client]) -> None:
    cast, client = jumped
    client.post(step_url(cast), sent_by(client.get(step_url(cast)), **{JUMP: "窓口を3つ増やした。"}))
    assert row().answers["jump"]["text"] == "窓口を3つ増やした。"
    client.post(step_url(cast), sent_by(client.get(step_url(cast)), **{JUMP: ""}))
    assert row().answers == {}


def test_an_answer_lapses_with_its_text(jumped: tuple[Cast, Client]) -> None:
    cast, _client = jumped
    save(cast, {JUMP: SURE})
    save(cast, {"cause": "ほかの項目"})
    assert "jump" in row().answers
    save(cast, {ONE: "600件"})
    assert row().answers == {} and row().flags == ["jump"]


def test_a_tick_beside_the_old_text_says_nothing_of_a_new_one(jumped: tuple[Cast, Client]) -> None:
    cast, client = jumped
    client.post(step_url(cast), sent_by(client.get(step_url(cast)), **{ONE: "600件", f"sure:{JUMP}": "1"}))
    assert row().actual == "600件" and row().answers == {}


def test_a_doubt_that_does_not_stand_takes_no_answer(jumped: tuple[Cast, Client]) -> None:
    cast, _client = jumped
    save(cast, {"indicator:1:doubt:negative": SURE, "indicator:1:doubt:nonsense": SURE, "indicator:9:doubt:jump": SURE})
    assert row().answers == {}


def test_a_value_that_raises_a_new_doubt_is_met_once_before_the_next_step(cast: Cast) -> None:
    """Without JavaScript nothing was shown while one typed."""
    cast.open(1)
    client = as_(cast.contributor)
    page = client.get(step_url(cast))
    answer = client.post(step_url(cast), sent_by(page, **{ONE: "500件", "action": "next"}))
    assert answer.url == step_url(cast) + "#reading-1" and row().actual == "500件"
    page = client.get(step_url(cast))
    assert "確かめてほしいところがあります" in words(page)
    answer = client.post(step_url(cast), sent_by(page, action="next"))
    assert answer.url == reverse("meguri:entry", args=[cast.sheet().pk, 2])


def test_a_long_explanation_is_refused_and_stays_on_the_screen(jumped: tuple[Cast, Client]) -> None:
    cast, client = jumped
    answer = client.post(step_url(cast), sent_by(client.get(step_url(cast)), **{JUMP: "あ" * 501}))
    assert answer.status_code == 422 and "500文字まで" in words(answer) and "あ" * 501 in answer.content.decode()
    assert f'href="#id_{JUMP}"' in answer.content.decode() and f'id="id_{JUMP}"' in answer.content.decode()


def test_a_return_of_the_value_opens_its_answers_and_of_another_item_does_not(jumped: tuple[Cast, Client]) -> None:
    cast, client = jumped
    review = steps.submit(user=cast.contributor, review_id=cast.sheet().pk)
    steps.return_to_department(
        user=cast.reviewer2, review_id=review.pk, round=1, comment="直し", remarks={"cause": "詳しく"}
    )
    settle_background()
    assert f'name="sure:{JUMP}"' not in client.get(step_url(cast)).content.decode()
    with pytest.raises(Exception, match="差戻しの対象ではない"):
        save(cast, {JUMP: SURE})
    MeasureReview.objects.update(open_items=[ONE])
    save(cast, {JUMP: SURE})
    assert "jump" in row().answers


# --- the state -----------------------------------------------------------------------------------------------------------

UNJUDGED = ("undetermined", "none")


def verdict() -> tuple[str, str]:
    return row().status, row().reading["basis"]


def test_words_propose_a_state_and_one_click_confirms_it(cast: Cast) -> None:
    cast.open(1)
    client = as_(cast.contributor)
    save(cast, {ONE: "120件(9月末現在)"})
    assert verdict() == UNJUDGED and row().flags == ["interim"] and row().state is None
    page = client.get(step_url(cast))
    assert 'value="2024-09-30"' in page.content.decode() and "(案)" in words(page)
    client.post(step_url(cast), sent_by(page, **{STATE: "interim"}))
    assert row().answers["state"]["text"] == "2024-09-30" and verdict() == UNJUDGED
    assert answers.unanswered(row().flags, row().answers) == []


@pytest.mark.parametrize(
    ("state", "status"), [("final", "achieved"), ("provisional", "achieved"), ("other_year", "undetermined")]
)
def test_a_confirmed_state_decides_whether_the_value_is_judged(cast: Cast, state: str, status: str) -> None:
    cast.open(1)
    save(cast, {ONE: "120件(9月末現在)", STATE: state})
    assert row().status == status and row().reading["state"] == state
    assert ("provisional" in row().flags) is (state == "provisional")


def test_a_plain_value_can_be_one_of_a_part_of_the_year(cast: Cast) -> None:
    cast.open(1)
    save(cast, {ONE: "120件"})
    assert row().status == "achieved"
    save(cast, {STATE: "interim 2024-12-31"})
    assert verdict() == UNJUDGED and row().reading["until"] == "2024-12-31"


def test_a_state_lapses_where_the_words_propose_another_one(cast: Cast) -> None:
    cast.open(1)
    save(cast, {ONE: "120件(9月末現在)", STATE: "final"})
    save(cast, {ONE: "130件(9月末現在)"})
    assert row().answers["state"]["answer"] == "final" and row().status == "achieved"
    save(cast, {ONE: "130件(令和4年度実績)"})
    assert row().state is None and row().reading["state"] == "other_year" and verdict() == UNJUDGED


@pytest.mark.parametrize("text", ["interim 2024-13-45", "interim 2020-09-30", "nonsense", "interim 2025-03-31"])
def test_a_state_that_is_none_is_refused_with_what_to_do(cast: Cast, text: str) -> None:
    cast.open(1)
    with pytest.raises(Invalid) as refusal:
        save(cast, {ONE: "120件", STATE: text})
    assert "年度内の日付" in refusal.value.fields[STATE] and row().actual == ""


def test_what_was_picked_stays_while_one_types_on(cast: Cast) -> None:
    cast.open(1)
    client = as_(cast.contributor)
    save(cast, {ONE: "120件"})
    typed = sent_by(client.get(step_url(cast)), **{ONE: "121件", STATE: "provisional"})
    reading = client.post(reverse("meguri:reading", args=[cast.sheet().pk, 1]), typed).content.decode()
    assert "checked" in reading.split(f'id="id_{STATE}:provisional"')[1].split(">")[0]
    assert row().state is None  # nothing is stored by showing it


@pytest.mark.parametrize(
    ("state", "status"), [("", "achieved"), ("provisional", "achieved"), ("interim", "undetermined")]
)
def test_last_years_state_counts_for_a_relative_target(cast: Cast, state: str, status: str) -> None:
    cast.open(1)
    IndicatorYear.objects.filter(fiscal_year=YEAR).update(target="前年度比増加")
    if state:
        stored = {"answer": state, "text": "", "by": "", "at": "", "of": "final"}
        IndicatorYear.objects.filter(fiscal_year=YEAR - 1).update(answers={"state": stored})
    save(cast, {ONE: "120件"})
    assert row().status == status
    assert ("needs_previous" in row().flags) is (status == "undetermined")


# --- on its way ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("reply", "count"), [("", 1), (SURE, 0), ("窓口を増やした", 0)])
def test_only_what_nobody_answered_is_counted(jumped: tuple[Cast, Client], reply: str, count: int) -> None:
    cast, _client = jumped
    save(cast, {JUMP: reply})
    review = steps.submit(user=cast.contributor, review_id=cast.sheet().pk)
    assert review.doubts == count
    content = review.submissions.get().content["indicators"][0]
    assert [one["text"] for one in content["answers"].values()] == (
        [] if not reply else [reply if reply != SURE else ""]
    )
    page = words(as_(cast.reviewer2).get(reverse("meguri:queue", args=["dx", YEAR])))
    assert ("2倍以上" in page) is (count == 1)
    page = words(as_(cast.reviewer2).get(reverse("meguri:review", args=[review.pk])))
    assert (f"主管部署の確認: {reply}" in page) is bool(reply)


@pytest.mark.parametrize(
    ("text", "flags", "count"),
    [
        ("120人", ["unit_mismatch"], 1),
        ("整備した", ["unreadable"], 1),
        ("-", ["not_measured"], 1),
        ("120件(9月末現在)", ["interim"], 1),
    ],
)
def test_two_sentences_for_one_cause_are_one(cast: Cast, text: str, flags: list[str], count: int) -> None:
    cast.open(1)
    save(cast, {ONE: text, "indicator:2:actual": "120件"})
    assert row().flags == flags
    page = words(as_(cast.contributor).get(step_url(cast)))
    assert page.count(row().reason) == 1
    steps.submit(user=cast.contributor, review_id=cast.sheet().pk)
    assert cast.sheet().doubts == count


def test_a_confirmed_jump_is_no_longer_a_thing_to_look_at_first(jumped: tuple[Cast, Client]) -> None:
    from review import listing

    cast, _client = jumped
    assert [mark.jump for goals in listing.goals_of(cast.plan.pk, YEAR)[YEAR].values() for mark in goals.marks] == [
        True,
        False,
    ]
    save(cast, {JUMP: SURE})
    assert [mark.jump for goals in listing.goals_of(cast.plan.pk, YEAR)[YEAR].values() for mark in goals.marks] == [
        False,
        False,
    ]


def test_names_that_no_page_sent_break_nothing(jumped: tuple[Cast, Client]) -> None:
    cast, client = jumped
    odd = {
        "indicator::doubt:jump": "1",
        "indicator:x:doubt:jump": "1",
        "indicator:1:doubt:": "1",
        "indicator:٣:doubt:jump": "1",
    }
    odd |= {f"of:{name}": "1" for name in odd} | {"sure:x": "1", f"until:{STATE}": "x", "indicator:1:doubt:a:b": "1"}
    assert client.post(step_url(cast), sent_by(client.get(step_url(cast)), **odd)).status_code == 303
    typed = sent_by(client.get(step_url(cast)), **odd)
    assert client.post(reverse("meguri:reading", args=[cast.sheet().pk, 1]), typed).status_code == 200
    assert row().answers == {}


def test_a_bad_day_comes_back_with_what_to_do(jumped: tuple[Cast, Client]) -> None:
    cast, client = jumped
    sent = sent_by(client.get(step_url(cast)), **{STATE: "interim", f"until:{STATE}": "2031-01-01"})
    answer = client.post(step_url(cast), sent)
    assert answer.status_code == 422 and "年度内の日付で選んでください" in words(answer) and row().answers == {}


def test_what_was_typed_for_nothing_can_be_copied_without_the_forms_own_marks(jumped: tuple[Cast, Client]) -> None:
    cast, client = jumped
    sent = sent_by(client.get(step_url(cast)), **{JUMP: "窓口を増やした", f"sure:{JUMP}": "1"})
    steps.submit(user=cast.contributor, review_id=cast.sheet().pk)
    page = words(client.post(step_url(cast), sent))
    assert "窓口を増やした" in page and "値の状態・疑問点への回答" in page
    assert "sure:" not in page and mark_of("500件") not in page


def test_two_people_who_answer_one_doubt_see_both(jumped: tuple[Cast, Client]) -> None:
    cast, client = jumped
    mine = sent_by(client.get(step_url(cast)), **{JUMP: "私の説明"})
    save(cast, {JUMP: "ほかの人の説明"})
    assert client.post(step_url(cast), mine).status_code == 409
    assert row().answers["jump"]["text"] == "ほかの人の説明"
    save(cast, {"indicator:2:actual": "121件"})
    quiet = sent_by(client.get(step_url(cast)))
    save(cast, {JUMP: "新しい説明"})
    assert (
        client.post(step_url(cast), {**quiet, ONE: "500件"}).status_code == 303
    )  # who said nothing takes nothing back
    assert row().answers["jump"]["text"] == "新しい説明"


def test_a_sheet_that_was_not_reported_leaves_no_reading_and_no_answer_in_the_edition(cast: Cast) -> None:
    from review.books.services import snapshot
    from review.models import Outcome

    cast.open(1)
    save(cast, {ONE: "500件", JUMP: "窓口を増やした"})
    MeasureReview.objects.update(outcome=Outcome.NOT_SUBMITTED, outcome_reason="期限までに届かず")
    frozen = str(snapshot.snapshot_of(cast.sheet().cycle)["measures"][0]["indicators"])
    assert "500" not in frozen and "窓口" not in frozen and "jump" not in frozen


@pytest.mark.parametrize(
    "day, fits", [("", True), ("2024-09-30", True), ("2025-03-31", False), ("2024-03-31", False), ("九月", False)]
)
def test_the_last_day_of_a_value_of_part_of_the_year_lies_within_it(day: str, fits: bool) -> None:
    key = items.doubt_key(1, answers.STATE)
    assert (value_answers.problem(key, f"interim {day}".strip(), YEAR) == "") is fits
