"""The plan's own changes at a real browser: a 施策 added to a draft by one form, a 目標 changed in a year under way."""

from __future__ import annotations

from typing import Any

import pytest

from review.models import Indicator, MeasureYear, PlanChange
from tests.browser.test_desk import Counted, serious
from tests.cast import YEAR, Cast, settle_background
from workflow import steps

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.drill
def test_the_office_changes_its_plan_and_the_department_reads_who_when_and_why(
    cast: Cast, new_page: Any, sign_in: Any, axe: Any, screenshot: Any
) -> None:
    cast.draft(1)
    page = new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    sign_in(page, cast.reviewer2)
    added_to_the_draft(page, axe, screenshot)
    steps.open_year(user=cast.reviewer2, cycle_id=cast.cycle.pk)
    settle_background()
    proposed_in_the_open_year(page, cast, axe)

    approver = new_page()
    sign_in(approver, cast.approver)
    approver.goto(f"/changes/{PlanChange.objects.get().pk}/")
    approver.get_by_role("button", name="提案のとおり決定する").click()
    approver.get_by_text("変更を決定しました。").wait_for()
    settle_background()

    clerk = new_page()
    sign_in(clerk, cast.contributor)
    clerk.goto(f"/sheets/{cast.sheet(1).pk}/")
    shown = clerk.locator("#plan-changes").inner_text()
    for part in ("100件", "150件", "利用の実情に合わせる", "確認 五月", "承認 六郎"):
        assert part in shown, part
    assert "150件" in clerk.locator("#indicator-1").inner_text()
    screenshot(clerk, "plan-edit-department")


def added_to_the_draft(page: Any, axe: Any, screenshot: Any) -> None:
    """From the year's page to the list, and one form for all that the new 施策 has."""
    page.goto(f"/plans/dx/{YEAR}/")
    page.get_by_role("link", name="施策の一覧").click()
    page.get_by_role("link", name="施策を追加する").click()
    form = Counted(page)
    form.fill(page.get_by_label("施策ID"), "01-09")
    page.get_by_label("分野").select_option(index=1)
    form.fill(page.get_by_label("施策名"), "窓口のオンライン化")
    page.get_by_label("主管部署").select_option(label="農林水産課")
    form.activate(page.get_by_label("市民課"))
    form.fill(page.get_by_label("現状と課題"), "窓口に来なければ手続きできません。")
    goal, row = page.get_by_role("group", name="成果目標(追加1)"), page.get_by_role("group", name="取組(追加1)")
    form.fill(goal.get_by_label("評価項目"), "オンライン申請の割合")
    form.fill(goal.get_by_label("目標(令和6年度)"), "30%以上")
    form.fill(goal.get_by_label("目標(令和7年度)"), "50%以上")
    form.fill(row.get_by_label("取組内容"), "申請画面の整備")
    form.fill(row.get_by_label("令和6年度"), "■")
    screenshot(page, "plan-edit-new")
    assert serious(axe, page) == []
    form.activate(page.get_by_role("button", name="施策を保存する"))
    page.get_by_text("施策を保存しました。").wait_for()
    assert sorted(Indicator.objects.get(measure__code="01-09").years.values_list("fiscal_year", "target")) == [
        (YEAR, "30%以上"),
        (YEAR + 1, "50%以上"),
    ]
    made = MeasureYear.objects.get(measure__code="01-09")
    assert made.schedule.get().bars == {"2024": ""} and made.related.get().name == "市民課"
    screenshot(page, "plan-edit-list")
    assert serious(axe, page) == []


def proposed_in_the_open_year(page: Any, cast: Cast, axe: Any) -> None:
    """From the sheet to its form; a bar without its 取組内容 is said at its place; what the change comes to; the proposal."""
    page.goto(f"/sheets/{cast.sheet(1).pk}/")
    page.get_by_role("link", name="施策の内容の変更を提案する").click()
    target = page.get_by_role("group", name="成果目標①").get_by_label("目標(令和6年度)")
    target.fill("150件")
    page.get_by_label("理由").fill("利用の実情に合わせる")
    row = page.get_by_role("group", name="取組(追加1)")
    row.get_by_label("令和6年度").fill("■")
    page.get_by_role("button", name="起こることを確かめる").click()
    page.get_by_text("取組(追加1) 取組内容を入力してください。").first.wait_for()
    assert target.input_value() == "150件"
    row.get_by_label("令和6年度").fill("")
    page.get_by_role("button", name="起こることを確かめる").click()
    page.get_by_text("100件 → 150件").wait_for()
    assert serious(axe, page) == [] and not PlanChange.objects.exists()
    page.get_by_role("button", name="承認者に提案する").click()
    page.get_by_text("計画の変更を提案しました。").wait_for()
