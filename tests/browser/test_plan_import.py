"""A new plan of 30 施策 from an Excel list, in a real browser: a column corrected, a doubt accepted, few interactions."""

from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook

from review.models import Indicator, Measure, PlanUpload
from tests.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: What an office that sets up a plan is asked for at most.
MOST = 60
OFFICES = ("産業振興課", "農林水産課", "市民課")
GOALS = ("講座の参加者数", "相談の対応件数", "施設の利用者数")


def book() -> bytes:
    """A list as an office has it: a title, a heading that nobody else uses, an office with an older name."""
    made = Workbook()
    sheet = made.active
    sheet.append(["架空市総合戦略 施策一覧"])
    sheet.append(["番号", "施策名", "担当課", "めあて", "単位", "令和7年度目標", "令和8年度目標", "備考"])
    for number in range(1, 31):
        office = "旧商工課" if number == 30 else OFFICES[number % 3]
        name, goal = f"施策その{number}", f"{GOALS[number % 3]}{number}"
        sheet.append([f"1-{number}", name, office, goal, "人", str(100 + number), str(110 + number), ""])
    out = BytesIO()
    made.save(out)
    return out.getvalue()


class Counted:
    """A page whose clicks, fills and choices are counted."""

    def __init__(self, page: Any) -> None:
        self.page, self.acts = page, 0

    def press(self, name: str, role: str = "button") -> None:
        self.acts += 1
        self.page.get_by_role(role, name=name).first.click()

    def fill(self, label: str, text: str) -> None:
        self.acts += 1
        self.page.get_by_label(label).fill(text)

    def choose(self, label: str, text: str) -> None:
        self.acts += 1
        self.page.get_by_label(label, exact=True).select_option(text)

    def tick(self, label: str) -> None:
        self.acts += 1
        self.page.get_by_label(label).first.check()


def make_plan(first: Counted) -> None:
    """The administrator makes the plan."""
    first.page.goto("/plans/new/")
    facts = {"計画の名前": "総合戦略", "短い名前": "sogo", "最初の年度": "2025", "最後の年度": "2026"}
    for label, text in facts.items():
        first.fill(label, text)
    first.press("計画を作る")


@pytest.mark.drill
def test_a_plan_of_thirty_measures_comes_in_with_few_interactions(
    cast: Cast, new_page: Any, sign_in: Any, axe: Any, screenshot: Any
) -> None:
    first = Counted(new_page())
    sign_in(first.page, cast.administrator)
    make_plan(first)

    office = Counted(new_page())
    sign_in(office.page, cast.reviewer)
    office.page.goto("/plans/sogo/")
    office.press("計画の施策を取り込む", role="link")
    assert axe(office.page) == []
    office.acts += 1
    office.page.get_by_label("計画のファイル").set_input_files(
        {"name": "一覧.xlsx", "mimeType": "application/vnd.ms-excel", "buffer": book()}
    )
    office.press("送って読み取る")
    check_and_take(office, axe, screenshot)
    draft_and_confirm(office)
    assert first.acts + office.acts < MOST


def check_and_take(office: Counted, axe: Any, screenshot: Any) -> None:
    """A column is corrected, the doubts are answered, and all of it is taken."""
    office.page.get_by_label("「めあて」の内容", exact=True).wait_for()
    assert axe(office.page) == []
    screenshot(office.page, "plan-import-check")
    office.choose("「めあて」の内容", "指標")
    office.press("読み直す")
    assert "講座の参加者数" in office.page.inner_text("main")
    office.tick("提案のとおりでよい: 部署「旧商工課」を新しく作りました")
    office.tick("ほかの確認が必要な点は、すべて提案のとおりでよい")
    office.press("この内容で取り込む")
    assert "施策30件、成果目標30件を取り込みました" in office.page.inner_text("body")
    assert Measure.objects.filter(plan__short_name="sogo").count() == 30
    assert PlanUpload.objects.get().assignment["/めあて#1"] == "指標"


def draft_and_confirm(office: Counted) -> None:
    """The first year is drafted, and what its goals mean is confirmed."""
    office.press("を準備する", role="link")
    office.press("最初の年度を準備する")
    office.page.goto("/plans/sogo/2025/definitions/")
    goals = Indicator.objects.filter(measure__plan__short_name="sogo", defined_at=None)
    while goals.exists() and office.acts < MOST:
        office.press("まとめて確認する")
        office.page.wait_for_load_state()
    assert not goals.exists()
