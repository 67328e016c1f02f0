"""What the city's settings refuse, and that Django's own deployment checks find nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

BASE_DIR = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.services

GOOD = {
    "DJANGO_SETTINGS_MODULE": "config.settings.prod",
    "MEGURI_ENV_FILE": "",
    # Made up here, long and mixed enough for Django's own check.
    "SECRET_KEY": "k7Qz-Wm2x-Lp9v-Rt4b-Ys8n-Hd3c-Jf6g-Ua1e-Xo5i-Bw0r-Nq3u",
    "DATABASE_URL": "postgres://meguri:secret@127.0.0.1:1/meguri",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "ALLOWED_HOSTS": "meguri.example.lg.jp",
}


def manage(*words: str, **environment: str | None) -> subprocess.CompletedProcess[str]:
    """manage.py under the city's settings, with GOOD changed by `environment` (None removes)."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MEGURI_", "DJANGO_", "EMAIL_"))}
    variables = {name: value for name, value in {**clean, **GOOD, **environment}.items() if value is not None}
    command = [sys.executable, "manage.py", *words]
    return subprocess.run(command, cwd=BASE_DIR, env=variables, capture_output=True, text=True)


def test_deployment_checks_find_nothing():
    ended = manage("check", "--deploy", "--fail-level", "WARNING")
    assert ended.returncode == 0, ended.stderr
    assert "no issues" in ended.stdout


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS"])
def test_it_refuses_to_start_without(name):
    ended = manage("check", **{name: None})
    assert ended.returncode != 0
    assert name in ended.stderr


def test_it_refuses_the_published_secret_key():
    from config.settings.base import DEFAULT_SECRET_KEY

    ended = manage("check", SECRET_KEY=DEFAULT_SECRET_KEY)
    assert ended.returncode != 0
    assert "SECRET_KEY が初期値のまま" in ended.stderr


def test_it_refuses_a_short_secret_key():
    ended = manage("check", SECRET_KEY="short")
    assert ended.returncode != 0
    assert "短すぎます" in ended.stderr


def test_every_task_module_is_found_by_name():
    from config.celery import TASK_MODULES, app

    app.loader.import_default_modules()
    modules = {task.__module__ for name, task in app.tasks.items() if not name.startswith("celery.")}
    assert modules >= set(TASK_MODULES)


def test_everything_on_the_schedule_is_a_task():
    from config.celery import app

    app.loader.import_default_modules()
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(app.tasks)


def test_the_suite_runs_on_its_own_settings_and_database(settings):
    assert os.environ["DJANGO_SETTINGS_MODULE"] == "config.settings.test"
    assert "MD5" in settings.PASSWORD_HASHERS[0]
    assert str(os.getpid()) in settings.DATABASES["default"]["TEST"]["NAME"]
    assert settings.DEBUG is False
