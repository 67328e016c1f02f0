"""A plan ends and the next one begins: the last year published, the 総括, the next plan, its first year open, by documented
commands and screens only. Production's settings and processes; no row is written or read by the test itself. Long:
`make drills`.
"""

from pathlib import Path
from typing import Any

import pytest

from tests.config.test_compose import stack as stack
from tests.drills.test_first_run import Town, city_and_offices, draft_first_year, open_year, people, plan
from tests.drills.test_first_run import town as town
from tests.drills.test_whole_year import (
    approve_and_publish,
    confirm_all,
    confirm_definitions,
    fill_and_submit,
    press,
    wait_for,
)

pytestmark = [pytest.mark.drill, pytest.mark.services, pytest.mark.browser]

OLD = """架空市DX推進計画 指標一覧
番号,施策,担当課,指標,単位,令和6年度目標,令和6年度実績,令和7年度目標
1-1,商店街を支える,産業振興課,空き店舗の活用件数,件,10件,9件,12件
1-2,創業を支える,産業振興課,創業相談の件数,件,100件,104件,110件
"""
NEW = """架空市第2期DX推進計画 指標一覧
番号,施策,担当課,指標,単位,令和8年度目標
1-1,商店街を支える,産業振興課,空き店舗の活用件数,件,15件
1-2,創業を支える,産業振興課,創業相談の件数,件,120件
"""


def bring_in(town: Town, folder: Path, text: str, short_name: str, year: str) -> None:
    """A list of goals, taken into the plan."""
    (folder / "list.csv").write_text(text, encoding="cp932")
    town.manage("import_plan", str(folder / "list.csv"), "--plan", short_name, "--year", year)


def test_the_last_year_leads_to_the_next_plan_s_first(town: Town, tmp_path: Path) -> None:
    admin = town.person("admin", town.manage("enrol_administrator", "admin", "管理 五月").strip().rpartition(" ")[2])
    city_and_offices(admin)
    plan(admin, first_year="2024")
    bring_in(town, tmp_path, OLD, "dx", "2025")
    passwords = people(admin, tmp_path)
    office, clerk, approver = (town.person(name, passwords[name]) for name in ("r1", "c1", "a1"))
    last_year(office, clerk, approver)
    citizen = town.visitor()
    wait_for(citizen, "/results/dx/2025/", "第1版")
    summary(office, approver)
    wait_for(citizen, "/results/dx/summary/", "商店街は持ちこたえました。")
    next_plan(office)
    bring_in(town, tmp_path, NEW, "dx2", "2026")
    confirm_definitions(office, "dx2/2026")
    open_year(office, "dx2/2026")
    wait_for(clerk, "/", "入力を始める")
    clerk.get_by_role("link", name="入力を始める").first.click()
    clerk.wait_for_load_state("load")
    shown = clerk.content()
    for words in ("空き店舗の活用件数", "15件", "13件", "9件", "令和6年度", "令和8年度"):
        assert words in shown, words


def last_year(office: Any, clerk: Any, approver: Any) -> None:
    """The plan's last year, from its draft to its edition."""
    draft_first_year(office, "2025")
    confirm_definitions(office, "dx/2025")
    open_year(office, "dx/2025")
    wait_for(clerk, "/", "入力を始める")
    for actual in ("13件", "115件"):
        fill_and_submit(clerk, actual)
    confirm_all(office, "dx/2025")
    approve_and_publish(approver, "dx/2025")


def summary(office: Any, approver: Any) -> None:
    """計画期間の総括: home leads to it; written and proposed by the office, decided by an approver."""
    wait_for(office, "/", "計画期間が終わりました")
    office.get_by_role("link", name="総括、次期計画、延長に進む").first.click()
    office.get_by_role("link", name="総括を開く").click()
    office.get_by_role("link", name="計画全体の総括を書く").click()
    office.fill("[name=text]", "商店街は持ちこたえました。")
    press(office, "保存する")
    for code in ("1-1", "1-2"):
        office.goto(f"/plans/dx/summary/measures/{code}/")
        office.fill("[name=text]", "二年とも目標の前後でした。")
        press(office, "保存する")
    office.goto("/plans/dx/summary/")
    office.get_by_role("link", name="総括の決定を依頼する").click()
    press(office, "依頼する")
    approver.goto("/plans/dx/summary/")
    press(approver, "公表を決定する")


def next_plan(office: Any) -> None:
    """次期計画を作る, with every 施策 and goal taken over; its first year is drafted with it."""
    office.goto("/plans/dx/end/")
    office.get_by_role("link", name="次期計画を作る").click()
    office.fill("[name=name]", "第2期DX推進計画")
    office.fill("[name=short_name]", "dx2")
    office.fill("[name=last_year]", "2029")
    press(office, "起こることを確かめる")
    assert "施策2件を" in office.content(), office.locator("main").inner_text()
    press(office, "次期計画を作る")
    assert "第2期DX推進計画" in office.content() and "令和8年度" in office.content()
