"""A whole first year: from an empty PostgreSQL database to a published edition, by documented commands and screens only.

Production's settings and processes; no row is written or read by the test itself. Long: `make drills`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.config.test_compose import stack as stack
from tests.drills.test_first_run import Town, city_and_offices, left, open_year, people, plan
from tests.drills.test_first_run import town as town

pytestmark = [pytest.mark.drill, pytest.mark.services, pytest.mark.browser]

LIST = """架空市DX推進計画 指標一覧
番号,施策,担当課,指標,単位,令和6年度目標,令和7年度目標
1-1,商店街を支える,産業振興課,空き店舗の活用件数,件,10,12
1-2,創業を支える,産業振興課,創業相談の件数,件,100,110
"""


def test_an_empty_database_becomes_a_published_edition(town: Town, tmp_path: Path) -> None:
    admin = town.person("admin", town.manage("enrol_administrator", "admin", "管理 五月").strip().rpartition(" ")[2])
    city_and_offices(admin)
    plan(admin)
    listed = tmp_path / "list.csv"
    listed.write_text(LIST, encoding="cp932")
    town.manage("import_plan", str(listed), "--plan", "dx", "--year", "2024")
    passwords = people(admin, tmp_path)
    town.manage("draft_year", "dx", "2024")
    office = town.person("r1", passwords["r1"])
    open_year(office)
    assert left(office) == []
    confirm_definitions(office)
    clerk = town.person("c1", passwords["c1"])
    for actual in ("12", "90"):
        fill_and_submit(clerk, actual)
    confirm_all(office)
    approver = town.person("a1", passwords["a1"])
    approve_and_publish(approver)
    citizen = town.visitor()
    wait_for(citizen, "/results/dx/2024/", "第1版")
    assert "商店街を支える" in citizen.content() and "創業を支える" in citizen.content()
    wait_for(office, "/cycles/", "令和7年度")


def wait_for(page: Any, path: str, words: str) -> None:
    """The page, asked again until what the worker makes stands on it."""
    for _try in range(90):
        page.goto(path)
        if words in page.content():
            return
        page.wait_for_timeout(1000)
    raise AssertionError(f"{path}: {words}\n{page.locator('main').inner_text()}")


def press(page: Any, words: str) -> None:
    """The first button with these words."""
    page.get_by_role("button", name=re.compile(words)).first.click()
    page.wait_for_load_state("load")


def confirm_definitions(page: Any, year: str = "dx/2024") -> None:
    """What Meguri proposes for each goal, confirmed group by group."""
    for _group in range(10):
        page.goto(f"/plans/{year}/definitions/")
        if not page.get_by_role("button", name=re.compile("まとめて確認する")).count():
            return
        press(page, "まとめて確認する")


def fill_and_submit(page: Any, actual: str) -> None:
    """The next sheet that home offers: its 実績, the reasons where the target was missed, and 提出."""
    page.goto("/")
    page.get_by_role("link", name=re.compile("入力を始める")).first.click()
    page.locator("textarea[name$=':actual']").first.fill(actual)
    press(page, "保存して次へ")
    if "reading-" in page.url:  # a doubt is shown first, to be confirmed
        for box in page.locator("input[name^='sure:']").all():
            box.check()
        press(page, "保存して次へ")
    for field in ("cause", "response"):
        if (box := page.locator(f"textarea[name='{field}']")).count() and box.first.is_visible():
            box.first.fill("相談日を増やす必要があった。")
    press(page, "確認・提出")
    press(page, "提出する")
    assert "提出済" in page.content(), page.locator("main").inner_text()


def confirm_all(page: Any, year: str = "dx/2024") -> None:
    """Each sheet that waits, opened and confirmed."""
    for _sheet in range(2):
        page.goto(f"/plans/{year}/queue/")
        page.locator("a[data-row-link]").first.click()
        press(page, "^確認する")
        assert "確認" in page.content()


def approve_and_publish(page: Any, year: str = "dx/2024") -> None:
    """All sheets approved together, then 公表の決定 once the draft of the edition stands."""
    page.goto(f"/plans/{year}/board/")
    for box in page.locator("input[name=chosen]").all():
        box.check()
    press(page, "承認する")
    wait_for(page, f"/plans/{year}/board/decide/", "公表を決定する")
    press(page, "公表を決定する")
