"""docs/operations/monitoring.md: every command on it runs, and every sign that there is stands on it, and no other."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.core.management import call_command
from django.test import Client

from review import VERSION
from review.operations.services import anchors, signs
from tests.cast import Cast

PAGE = (settings.BASE_DIR / "docs/operations/monitoring.md").read_text()
COMMANDS = [
    line.split() for line in re.findall(r"^    docker compose exec web python manage\.py (.*)$", PAGE, re.MULTILINE)
]


def test_every_sign_is_explained_and_no_other(cast: Cast) -> None:
    table = "".join(re.findall(r"^\| `.*?\|", PAGE, re.MULTILINE))
    assert set(re.findall(r"`(\w+)`", table)) == {sign.name for sign in signs.read()}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_ends_well(cast: Cast, settings: Any, tmp_path: Path, command: list[str]) -> None:
    settings.MEGURI_ANCHOR_ROOT = tmp_path
    if command == ["version"]:
        done = subprocess.run(
            [sys.executable, "manage.py", "version"], capture_output=True, text=True, cwd=settings.BASE_DIR
        )
        assert done.stdout == f"{VERSION}\n"
        return
    anchors.drop(reason=anchors.HOURLY)
    call_command(*command, verbosity=0)
    assert [one.to for one in mail.outbox] == ([command[1:]] if command[0] == "sendtestemail" else [])


@pytest.mark.django_db
def test_the_address_of_the_metrics_is_that_of_the_page(settings: Any) -> None:
    settings.MEGURI_METRICS_TOKEN = "x" * 32
    (header, path) = re.findall(r'curl -H "(.*?)" http://localhost:8000(\S+)', PAGE)[0]
    name, _colon, value = header.replace("$MEGURI_METRICS_TOKEN", "x" * 32).partition(": ")
    text = Client(headers={name: value}).get(path).content.decode()
    assert 'meguri_alarm{sign="backup_age"} 1' in text and "meguri_disk_free_bytes" in text and "_seconds NaN" in text


def test_the_version_stands_in_one_place_and_in_the_package() -> None:
    assert f'version = "{VERSION}"' in (settings.BASE_DIR / "pyproject.toml").read_text()
