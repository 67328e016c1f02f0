"""The page of an error that nobody foresaw comes with the database gone and every template out of reach."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from config import broken

ROOT = Path(__file__).resolve().parents[2]

ASKS = """
import django
django.setup()
from django.conf import settings
from django.test import Client
client = Client(raise_request_exception=False)
client.cookies[settings.SESSION_COOKIE_NAME] = "x" * 32
for path in ("/", "/results/", "/people/", "/nothing/at/all/"):
    answer = client.get(path)
    print(answer.status_code, answer["Content-Security-Policy"].count("sha256-"), answer.content.decode(), flush=True)
"""


def answer_of(**env: str) -> str:
    """What a process answers whose database is gone."""
    given = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test", "MEGURI_ENV_FILE": "", **env,
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", ASKS], cwd=ROOT, env=given, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_the_page_comes_without_a_database() -> None:
    text = answer_of()
    assert text.count("500 1 <!doctype html>") >= 3
    assert text.count("システムの不具合が起きました</h1>") >= 3 and "Something went wrong" in text


def test_the_page_asks_for_nothing_else() -> None:
    page = broken.page("ab12<cd>")
    assert "ab12&lt;cd&gt;" in page and "{" not in page.replace(broken.STYLE, "")
    for outside in ("src=", "<link", "<script", "@import", "url("):
        assert outside not in page
