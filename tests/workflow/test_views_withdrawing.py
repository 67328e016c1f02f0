"""取消し as pages: for every role, versioned, with a reason, seen in the history and by whoever waits."""

from __future__ import annotations

import html
import re

import pytest
from django.http import HttpResponse
from django.urls import reverse

from review.models import Decision, MeasureReview, ReviewState
from tests.cast import Cast, settle_background
from tests.remembered import remembered
from tests.review.acting import as_, hidden, words

EVERYBODY = (
    "contributor",
    "colleague",
    "head",
    "related",
    "other",
    "reviewer",
    "reviewer2",
    "approver",
    "approver2",
    "administrator",
    "auditor",
)
WHY = "添付の資料を確かめ直します。"
KINDS = {
    "withdraw_review": ("reviewer2", "確認を取り消す", ReviewState.REVIEWED, ReviewState.SUBMITTED),
    "withdraw_approval": ("approver", "承認を取り消す", ReviewState.APPROVED, ReviewState.REVIEWED),
}


def url(name: str, review: MeasureReview) -> str:
    return reverse(f"meguri:{name}", args=[review.pk])


def sheet_of(review: MeasureReview) -> str:
    return reverse("meguri:sheet", args=[review.pk])


@remembered
def stands(cast: Cast, name: str) -> MeasureReview:
    """A sheet on which the decision was just taken, all notices of it made."""
    cast.open(1)
    review = cast.reviewed(1) if name == "withdraw_review" else cast.approved(1)
    settle_background()
    return review


def sent(cast: Cast, name: str, review: MeasureReview, person: str, **fields: str) -> HttpResponse:
    return as_(cast.people[person]).post(url(name, review), {"round": str(review.round), "comment": WHY, **fields})


@pytest.mark.parametrize("name", KINDS)
def test_each_role_is_offered_what_it_may_and_nothing_else(cast: Cast, name: str) -> None:
    review, (whose, label, _before, _after) = stands(cast, name), KINDS[name]
    for person in EVERYBODY:
        client = as_(cast.people[person])
        seen = client.get(sheet_of(review))
        offered = seen.status_code == 200 and url(name, review) in seen.content.decode()
        assert offered == (person == whose), person
        answer = client.get(url(name, review))
        if person == whose:
            assert answer.status_code == 200 and label in words(answer) and "この操作で起こること" in words(answer)
            continue
        role = whose.removesuffix("2")
        # Whoever holds the post is led to the sheet, which says how it stands; to anybody else the door is shut.
        assert answer.status_code == (303 if person.startswith(role) else 403), person
        refused = sent(cast, name, review, person)
        assert refused.status_code == 403, person
        if person.startswith(role):
            assert "取り消せるのは、本人と" in words(refused)
    assert not Decision.objects.filter(step="withdraw").exists()


@pytest.mark.parametrize("name", KINDS)
def test_the_deed_asks_for_a_reason_and_is_told_in_the_history(cast: Cast, name: str) -> None:
    review, (whose, label, before, after) = stands(cast, name), KINDS[name]
    client = as_(cast.people[whose])
    page = client.get(url(name, review))
    assert hidden(page, "round") == str(review.round)
    refused = sent(cast, name, review, whose, comment=" ")
    assert refused.status_code == 422 and "取り消す理由" in words(refused)
    assert refused.content.decode().count("field--invalid") == 1
    assert cast.sheet().state == before
    assert sent(cast, name, review, whose).status_code == 303
    assert cast.sheet().state == after
    settle_background()
    for person in ("contributor", "reviewer", "approver2", "auditor"):
        shown = words(as_(cast.people[person]).get(sheet_of(review)))
        done = label.replace("取り消す", "取り消しました")
        assert f"さんが{done}" in shown and shown.count(WHY) == 2, person
    step = "review" if name == "withdraw_review" else "approve"
    reader = "reviewer" if step == "review" else "approver2"
    assert WHY in words(as_(cast.people[reader]).get(url(step, review)))


@pytest.mark.parametrize("name", KINDS)
def test_a_page_opened_before_is_answered_with_who_was_first_and_keeps_the_words(cast: Cast, name: str) -> None:
    review, (whose, _label, _before, _after) = stands(cast, name), KINDS[name]
    assert sent(cast, name, review, whose).status_code == 303
    again = sent(cast, name, review, whose, comment="もう一度書いた理由")
    assert again.status_code == 409 and "を行っています" in words(again)
    assert "もう一度書いた理由" in words(again)
    for tampered in ("", "x", "99999999999"):
        assert sent(cast, name, review, whose, round=tampered).status_code in (409, 422)
    assert Decision.objects.filter(step="withdraw").count() == 1
    assert as_(cast.people[whose]).get(url(name, review)).status_code == 303


def test_a_notice_of_the_withdrawal_leads_to_where_the_step_is_taken(cast: Cast) -> None:
    review = stands(cast, "withdraw_review")
    sent(cast, "withdraw_review", review, "reviewer2")
    settle_background()
    page = words(as_(cast.reviewer).get(reverse("meguri:notices")))
    assert "01-01 見本の施策1 の確認が取り消されました" in page and WHY in page
    home = as_(cast.reviewer).get(reverse("meguri:home")).content.decode()
    assert url("review", review) in home


def test_the_approvers_page_says_that_the_year_waits_again(cast: Cast) -> None:
    review = stands(cast, "withdraw_approval")
    page = words(as_(cast.approver).get(url("withdraw_approval", review)))
    assert "公表の決定待ちではなくなります" in page
    decide = reverse("meguri:decide", args=[*review.cycle.key])
    assert as_(cast.approver2).get(decide).status_code == 200
    sent(cast, "withdraw_approval", review, "approver")
    late = as_(cast.approver2).post(decide, {"action": "publish"})
    assert late.status_code == 409 and "01-01 の承認を取り消した" in words(late)


def test_the_audit_trail_speaks_of_it_in_words(cast: Cast) -> None:
    review = stands(cast, "withdraw_approval")
    sent(cast, "withdraw_approval", review, "approver")
    sent(cast, "withdraw_review", cast.sheet(), "reviewer2")
    shown = words(as_(cast.auditor).get(reverse("meguri:audit")))
    assert "承認の取消し" in shown and "確認の取消し" in shown and "公表の決定待ちを解除" in shown


def test_it_works_from_the_keyboard_alone(cast: Cast) -> None:
    """Plain links and one form: every control is a link, a field with its label, or a button that Enter presses."""
    review = stands(cast, "withdraw_review")
    page = as_(cast.reviewer2).get(url("withdraw_review", review)).content.decode()
    form = re.search(r"<form[^>]*data-guard.*?</form>", page, re.S)
    assert form and 'method="post"' in form[0] and " tabindex=" not in form[0]
    field = re.search(r'<textarea[^>]*name="comment"[^>]*>', form[0])
    assert field and (name := re.search(r'id="([^"]+)"', field[0])) and f'for="{name[1]}"' in form[0]
    assert (
        "取り消す理由" in html.unescape(form[0]) and '<button class="button button--primary" type="submit">' in form[0]
    )
