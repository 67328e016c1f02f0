"""A long list at a real browser: the page says how far its job is and goes on by itself, to the check, the plan, or the refusal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from review.models import Job, Plan
from tests.browser.test_desk import serious
from tests.cast import Cast, settle_background
from tests.review.plan.test_plan_file_jobs import long_list

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sent(page: Any, file: Path, text: str) -> None:
    file.write_text(text)
    page.goto("/plans/sogo/import/")
    page.get_by_label("計画のファイル").set_input_files(str(file))
    page.get_by_role("button", name="送って読み取る").click()
    page.get_by_text("順番を待っています").wait_for()


@pytest.mark.drill
def test_the_page_of_a_long_list_goes_on_by_itself(
    cast: Cast, new_page: Any, sign_in: Any, axe: Any, screenshot: Any, tmp_path: Path
) -> None:
    Plan.objects.create(short_name="sogo", name="総合戦略", city="見本市", first_year=2024, last_year=2027)
    page = new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    sign_in(page, cast.reviewer2)
    sent(page, tmp_path / "長い一覧.csv", long_list())
    Job.objects.filter(kind="plan.file").update(doing="ファイルを読み取っています", done_steps=0, total_steps=2)
    page.get_by_text("ファイルを読み取っています").wait_for()
    assert serious(axe, page) == []
    screenshot(page, "plan-file-at-work")
    settle_background()
    page.get_by_role("heading", name="読み取った内容の確認").wait_for()
    page.get_by_label("ほかの確認が必要な点は").check()
    page.get_by_role("button", name="この内容で取り込む").click()
    page.get_by_text("順番を待っています").wait_for()
    settle_background()
    page.get_by_text("成果目標120件を取り込みました").wait_for()
    assert page.url.endswith("/plans/sogo/")
    sent(page, tmp_path / "長い一覧.csv", f"{long_list()}\n{'長' * 201},市民課,待ち時間,分,10分,11分,12分")
    settle_background()
    page.get_by_text("200文字まで").wait_for()
    assert page.url.endswith("/plans/sogo/import/")
    screenshot(page, "plan-file-refused")
