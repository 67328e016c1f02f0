"""First run: an empty PostgreSQL database, production's settings, the documented commands, and a browser. No row is
written or read by the test itself. Long: `make drills`.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.config.test_compose import PROGRAM, PYTHON, Stack, answers
from tests.config.test_compose import stack as stack
from tests.review.plan.test_planning import FACTS

pytestmark = [pytest.mark.drill, pytest.mark.services, pytest.mark.browser]

NEW_PASSWORD = "年度のはじめの長い合言葉8"
OFFICES = "部\t課\n経済部\t産業振興課\n経済部\t農林水産課\n総務部\t情報経営課"
PEOPLE = """利用者名,氏名,役割,部署
r1,確認 一子,確認者,
r2,確認 二郎,確認者,
a1,承認 三郎,承認者,
c1,担当 四子,担当者,産業振興課
"""


class Town:
    """The running installation: its commands, and a browser for each person."""

    def __init__(self, stack: Stack, browser: Any) -> None:
        self.stack, self.browser = stack, browser
        self.contexts: list[Any] = []

    def manage(self, *words: str) -> str:
        """A command as an operator gives it in the container of the screens."""
        done = subprocess.run(
            [PYTHON, "manage.py", *words],
            cwd=PROGRAM, env=self.stack.environment("web"), capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def visitor(self) -> Any:
        """A browser of nobody's."""
        context = self.browser.new_context(
            base_url=f"http://localhost:{self.stack.port}", locale="ja-JP", timezone_id="Asia/Tokyo"
        )
        context.set_default_timeout(30_000)
        self.contexts.append(context)
        return context.new_page()

    def person(self, username: str, password: str) -> Any:
        """A browser of this person's own, the first password replaced."""
        page = self.visitor()
        page.goto("/accounts/login/")
        page.fill("[name=username]", username)
        page.fill("[name=password]", password)
        press(page, "password")
        for field, words in (
            ("old_password", password), ("new_password1", NEW_PASSWORD), ("new_password2", NEW_PASSWORD),
        ):  # fmt: skip
            page.fill(f"[name={field}]", words)
        press(page, "old_password")
        page.goto("/")
        return page


def press(page: Any, field: str) -> None:
    """The first button of the form that has the field."""
    page.locator(f"form:has([name={field}]) button[type=submit]").first.click()
    page.wait_for_load_state("load")


def sure(page: Any) -> None:
    """The second button, under what will happen."""
    page.locator("button[name=sure]").click()
    page.wait_for_load_state("load")


@pytest.fixture
def town(stack: Stack, browser: Any) -> Iterator[Town]:
    """Every service of production, on an empty database."""
    stack.addresses["MEGURI_HTTPS"] = "off"  # the browser sits inside the machine
    stack.start("migrate")
    stack.wait_until_healthy("migrate", stack.says("migrate", "の権限を設定しました"))
    town = Town(stack, browser)
    town.manage("collectstatic", "--noinput", "--verbosity", "0")
    stack.start("web")
    stack.wait_until_healthy("web", lambda: answers(stack.port))
    stack.start("worker")
    stack.wait_until_healthy("worker", stack.says("worker", "ready."))
    stack.start("books")
    stack.start("beat")
    yield town
    for context in town.contexts:
        context.close()


def left(page: Any) -> list[str]:
    """The steps that home still lists as open."""
    page.goto("/")
    section = page.content().partition('id="first"')[2].partition("</section>")[0]
    return [one for one in re.findall(r"<li>(.*?)</li>", section, re.S) if "済み" not in one]


def test_an_empty_database_becomes_an_open_year(town: Town, tmp_path: Path) -> None:
    admin = town.person("admin", town.manage("enrol_administrator", "admin", "管理 五月").strip().rpartition(" ")[2])
    assert len(left(admin)) == 7
    city_and_offices(admin)
    assert len(left(admin)) == 5
    plan(admin)
    town.manage("import_plan", str(FACTS), "--plan", "dx", "--year", "2024")
    made = people(admin, tmp_path)
    assert len(left(admin)) == 2
    office = town.person("r1", made["r1"])
    draft_first_year(office)
    open_year(office)
    assert left(office) == []
    assert "入力を始める" in town.person("c1", made["c1"]).content()


def city_and_offices(page: Any) -> None:
    """The city, and its 部 and 課."""
    page.goto("/city/")
    for field, words in (("name", "架空市"), ("office", "企画課"), ("extension", "123")):
        page.fill(f"[name={field}]", words)
    press(page, "extension")
    page.goto("/departments/list/")
    page.fill("[name=text]", OFFICES)
    press(page, "text")
    sure(page)
    assert "農林水産課" in page.content()


def plan(page: Any, first_year: str = "2022") -> None:
    """The plan on the screen."""
    page.goto("/plans/new/")
    years = {"first_year": first_year, "last_year": "2025"}
    for field, words in {"name": "DX推進計画", "short_name": "dx", **years}.items():
        page.fill(f"[name={field}]", words)
    press(page, "short_name")


def people(page: Any, folder: Path) -> dict[str, str]:
    """The list is taken, the worker makes the passwords, and they are fetched once: {username: password}."""
    (folder / "people.csv").write_text(PEOPLE)
    page.goto("/people/import/")
    page.set_input_files("[name=file]", folder / "people.csv")
    press(page, "file")
    sure(page)
    for _try in range(60):
        page.goto("/people/passwords/")
        if "受け取れる仮のパスワード: 4人分" in page.content():
            break
        page.wait_for_timeout(1000)
    page.locator("button[name=as][value=page]").click()
    page.wait_for_load_state("load")
    rows = [row.locator("th, td").all_inner_texts() for row in page.locator("tbody tr").all()]
    page.goto("/people/passwords/")
    assert "受け取れる仮のパスワード: 0人分" in page.content()
    return {username: password for _name, username, password in rows}


def draft_first_year(page: Any, year: str = "2024") -> None:
    """The year chosen, by the office, where home leads."""
    page.goto("/")
    page.get_by_role("link", name="最初の年度を準備する").click()
    page.select_option("[name=fiscal_year]", year)
    press(page, "fiscal_year")
    assert "を準備しました" in page.content()


def open_year(page: Any, year: str = "dx/2024") -> None:
    """Deadlines set and the year opened, by the office."""
    page.goto(f"/plans/{year}/")
    for field, days in (("due_at", 20), ("closes_at", 30)):
        page.fill(f"[name={field}]", f"{datetime.now() + timedelta(days=days):%Y-%m-%dT17:00}")
    press(page, "due_at")
    page.goto(f"/plans/{year}/open/")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_load_state("load")
