"""A city begins: from an empty database to an open year, by the commands of the README and by screens, and nothing else."""

from __future__ import annotations

import csv
import re
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from review import clock
from review.models import Cycle, Measure, MeasureReview, MeasureYear, Plan, User
from tests.cast import settle_background
from tests.review.acting import hidden, words
from tests.review.plan.test_planning import FACTS

PEOPLE = """利用者名,氏名,役割,部署
r1,確認 一子,確認者,
r2,確認 二郎,確認者,
a1,承認 三郎,承認者,
c1,担当 四子,担当者,産業振興課
"""
NEW_PASSWORD = "年度のはじめの長い合言葉8"

pytestmark = pytest.mark.django_db


def manage(name: str, *args: str) -> str:
    out = StringIO()
    call_command(name, *args, stdout=out)
    return out.getvalue()


def signed_in(username: str, password: str) -> Client:
    """A browser with a session, the first password replaced by one's own."""
    client = Client()
    assert client.post(reverse("login"), {"username": username, "password": password}).status_code == 302
    form = {"old_password": password, "new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    assert client.post(reverse("password_change"), form).status_code == 302
    return client


def left(client: Client) -> list[str]:
    """The steps that home still lists as open."""
    section = client.get(reverse("meguri:home")).content.decode().partition('id="first"')[2].partition("</section>")[0]
    return [one for one in re.findall(r"<li>(.*?)</li>", section, re.S) if "済み" not in one]


def test_a_city_begins_with_commands_and_screens_alone(tmp_path: Path) -> None:
    password = manage("enrol_administrator", "admin", "管理 五月").strip().rpartition(" ")[2]
    admin = signed_in("admin", password)
    assert len(left(admin)) == 7
    manage("set_city", "--name", "見本市", "--office", "企画課")
    offices = tmp_path / "offices.csv"
    offices.write_text("部,課\n経済部,産業振興課\n")
    manage("import_departments", str(offices))
    assert len(left(admin)) == 5
    manage("create_plan", "dx", "--name", "DX推進計画", "--years", "2022-2025", "--city", "見本市")
    manage("import_plan", str(FACTS), "--plan", "dx", "--year", "2024")
    assert len(left(admin)) == 3
    people = tmp_path / "people.csv"
    people.write_text(PEOPLE)
    assert "c1: " in manage("import_people", str(people), "--dry-run") and User.objects.count() == 1
    manage("import_people", str(people), "--passwords", str(tmp_path / "passwords.csv"))
    with (tmp_path / "passwords.csv").open(encoding="utf-8-sig") as file:
        made = {name: password for name, _full, password in list(csv.reader(file))[1:]}
    assert set(made) == {"r1", "r2", "a1", "c1"} and len(left(admin)) == 2
    manage("draft_year", "dx", "2024")
    office = signed_in("r1", made["r1"])
    assert len(left(office)) == 1 and Measure.objects.count() == 30
    opened(office)
    assert Cycle.objects.get().state == "open" and MeasureReview.objects.count() == 30
    home = words(signed_in("c1", made["c1"]).get(reverse("meguri:home")))
    assert "わたしの施策" in home and "入力を始める" in home
    assert left(office) == []


def opened(office: Client) -> None:
    """Deadlines set and the year opened, as the office does it."""
    address = reverse("meguri:cycle", args=["dx", 2024])
    page = office.get(address)
    assert page.status_code == 200
    day = timezone.localtime(clock.now())
    form = {
        "due_at": f"{day + timedelta(days=20):%Y-%m-%dT%H:%M}",
        "closes_at": f"{day + timedelta(days=30):%Y-%m-%dT%H:%M}",
    }
    marks = {name: hidden(page, name) for name in ("record_version",) if f'name="{name}"' in page.content.decode()}
    answer = office.post(address, {**form, "return_days": "5", **marks})
    assert answer.status_code == 303, words(answer)
    confirm = office.get(reverse("meguri:open_year", args=["dx", 2024]))
    answer = office.post(
        reverse("meguri:open_year", args=["dx", 2024]), {"sure": "1", **_hidden_of(confirm.content.decode())}
    )
    assert answer.status_code in (302, 303), words(answer)
    settle_background()


def _hidden_of(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))


def test_a_year_that_the_import_made_no_sheets_for_is_drafted_from_the_one_before() -> None:
    manage("create_plan", "dx", "--name", "DX推進計画", "--years", "2022-2025", "--city", "見本市")
    manage("import_plan", str(FACTS), "--plan", "dx", "--year", "2024")
    manage("draft_year", "dx", "2025")
    assert MeasureYear.objects.filter(fiscal_year=2025).count() == 30
    assert manage("draft_year", "dx", "2025") and MeasureYear.objects.filter(fiscal_year=2025).count() == 30


@pytest.mark.parametrize(
    "command, args, sentence",
    [
        ("create_plan", ("DX", "--name", "計画", "--years", "2022-2025"), "短い名前"),
        ("create_plan", ("results", "--name", "計画", "--years", "2022-2025"), "短い名前"),
        ("create_plan", ("sogo", "--name", "別の計画", "--years", "2025-2022"), "計画期間"),
        ("create_plan", ("sogo", "--name", "別の計画", "--years", "四年"), "計画期間"),
        ("create_plan", ("dx", "--name", "別の計画", "--years", "2022-2025"), "すでにあります"),
        ("create_plan", ("sogo", "--name", "DX推進計画", "--years", "2022-2025"), "すでにあります"),
        ("import_plan", (str(FACTS),), "--plan"),
        ("import_plan", (str(FACTS), "--plan", "sogo"), "dx"),
        ("import_plan", (str(FACTS), "--plan", "old"), "期間"),
        ("draft_year", ("dx", "2024"), "施策がありません"),
        ("draft_year", ("dx", "2030"), "期間"),
        ("draft_year", ("sogo", "2024"), "ありません"),
        ("import_people", (str(FACTS),), "管理者"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_nothing_is_half_saved(
    command: str, args: tuple[str, ...], sentence: str
) -> None:
    manage("create_plan", "dx", "--name", "DX推進計画", "--years", "2022-2025", "--city", "見本市")
    manage("create_plan", "old", "--name", "前の計画", "--years", "2018-2021", "--city", "見本市")
    with pytest.raises(CommandError, match=sentence):
        manage(command, *args)
    assert (Plan.objects.count(), Measure.objects.count(), Cycle.objects.count(), User.objects.count()) == (2, 0, 0, 0)
