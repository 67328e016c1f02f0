"""The screens of a correction: begun at the year, typed item by item with its reading, decided with 誤 and 正 side by side."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from review.models import Correction, CorrectionItem, Cycle, Edition
from tests.cast import YEAR, Cast, settle_background
from tests.review.acting import as_, queries_of, words

KEY = f"indicator:1:actual:{YEAR}"


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    return cast.published(2)


def typed(right: str = "70件", reason: str = "集計の誤りのため。", **more: str) -> dict[str, str]:
    return {"version": "0", f"right:{KEY}": right, f"reason:{KEY}": reason, "action": "save", **more}


def begun(office: Client) -> str:
    """The address of a correction that the office began."""
    office.post(f"/plans/dx/{YEAR}/corrections/start/")
    return reverse("meguri:correction", args=[Correction.objects.get().pk])


def test_a_correction_begins_at_the_year_once(cast: Cast, cycle: Cycle) -> None:
    office: Client = as_(cast.reviewer)
    year = words(office.get(f"/plans/dx/{YEAR}/"))
    assert "公表版を訂正する" in year
    assert "第1版は消えず" in words(office.get(f"/plans/dx/{YEAR}/corrections/start/"))
    answer = office.post(f"/plans/dx/{YEAR}/corrections/start/")
    here = reverse("meguri:correction", args=[Correction.objects.get().pk])
    assert (answer.status_code, answer["Location"]) == (303, here)
    assert office.get(f"/plans/dx/{YEAR}/corrections/start/")["Location"] == here, "the one under way goes on"
    assert "進行中の訂正を見る" in words(office.get(f"/plans/dx/{YEAR}/"))


def test_an_item_is_checked_before_it_is_saved(cast: Cast, cycle: Cycle) -> None:
    office: Client = as_(cast.reviewer)
    here = begun(office)

    # nothing typed is lost, and a missing reason is said under its field
    items = f"{here}01-01/"
    assert "120件" in words(office.get(items))
    refused = office.post(items, typed(reason=""))
    assert refused.status_code == 422
    text = words(refused)
    assert "訂正の理由を入力してください。" in text and 'href="#reason:' in refused.content.decode()
    assert "70件" in text and not CorrectionItem.objects.exists()

    # the reading and the new verdict, before anything is saved
    checked = words(office.post(items, typed(action="check")))
    assert "読み取り" in checked and "成果目標① 達成区分" in checked and "総合評価" in checked
    assert not CorrectionItem.objects.exists()
    assert office.post(items, typed()).status_code == 303
    page = words(office.get(here))
    assert all(word in page for word in ("誤", "120件", "正", "70件", "集計の誤りのため。", "成果目標の数 A"))
    assert "決定を依頼する" in page and "訂正版の公表を決定する" not in page


def test_a_correction_is_decided_with_both_sides_in_view(cast: Cast, cycle: Cycle) -> None:
    office: Client = as_(cast.reviewer)
    here = begun(office)
    items = f"{here}01-01/"
    office.post(items, typed())
    assert office.post(f"{here}submit/").status_code == 303
    assert office.get(items)["Location"] == here, "closed while it waits"
    board: Client = as_(cast.approver)
    page = words(board.get(here))
    assert "120件" in page and "70件" in page and "訂正版の公表を決定する" in page
    empty = board.post(f"{here}decide/", {"round": "1", "action": "return", "comment": " "})
    assert empty.status_code == 422 and "差戻しの理由を入力してください。" in words(empty)
    assert board.post(f"{here}decide/", {"round": "1", "action": "publish"}).status_code == 303
    assert board.post(f"{here}decide/", {"round": "1", "action": "publish"}).status_code == 409
    settle_background()
    assert Edition.objects.get(current=True).label == "訂正第1版"
    page = words(as_(cast.auditor).get(here))
    assert "訂正第1版を見る" in page and "公表を決定" in page
    assert "120件" in words(Client().get(f"/results/dx/{YEAR}/editions/1/01-01/"))
    assert "70件" in words(Client().get(f"/results/dx/{YEAR}/01-01/"))


def test_a_correction_is_given_up_with_a_reason(cast: Cast, cycle: Cycle) -> None:
    office = as_(cast.reviewer)
    office.post(f"/plans/dx/{YEAR}/corrections/start/")
    here = reverse("meguri:correction", args=[Correction.objects.get().pk])
    assert office.post(f"{here}drop/", {"reason": ""}).status_code == 422
    assert office.post(f"{here}drop/", {"reason": "誤りではなかったため。"}).status_code == 303
    assert "取りやめました" in words(office.get(here))
    assert Edition.objects.count() == 1


def test_departments_see_no_correction_before_it_is_published(cast: Cast, cycle: Cycle) -> None:
    as_(cast.reviewer).post(f"/plans/dx/{YEAR}/corrections/start/")
    here = reverse("meguri:correction", args=[Correction.objects.get().pk])
    for person in (cast.contributor, cast.related):
        assert as_(person).get(here).status_code == 403
    assert as_(cast.administrator).get(here).status_code == 200
    assert as_(cast.approver).get(f"{here}01-01/").status_code == 403
    assert as_(cast.reviewer).get(f"{here}99-99/").status_code == 404
    assert as_(cast.reviewer).post(f"{here}01-01/", {**typed(), "version": "x"}).status_code == 409


def test_the_pages_cost_the_same_however_many_items_are_corrected(cast: Cast, cycle: Cycle) -> None:
    office = as_(cast.reviewer)
    office.post(f"/plans/dx/{YEAR}/corrections/start/")
    here = reverse("meguri:correction", args=[Correction.objects.get().pk])
    office.post(f"{here}01-01/", typed())
    few = queries_of(office, here)
    office.post(f"{here}02-01/", typed())
    more = {f"right:indicator:2:actual:{YEAR}": "60件", f"reason:indicator:2:actual:{YEAR}": "誤り"}
    office.post(f"{here}01-02/", {**typed(**more), "version": "1"})
    assert CorrectionItem.objects.count() == 3
    assert queries_of(office, here) <= few
