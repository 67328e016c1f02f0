"""What an operator sets arrives where it is read, is offered and explained; what is mounted can be written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from config.local import offline
from tests.config.test_compose import BASE_DIR, COMPOSE, OURS, SERVICES, environment_of, filled
from tests.config.test_compose import SECRETS as GIVEN
from tests.config.test_settings import manage

DOCKERFILE = (BASE_DIR / "Dockerfile").read_text()
COMPOSE_TEXT = (BASE_DIR / "docker-compose.yml").read_text()
EXAMPLE = (BASE_DIR / ".env.example").read_text()
HANDBOOK = BASE_DIR / "docs" / "operations"
READ = re.compile(r"\benv\.\w+\(\s*\"(\w+)\"|os\.environ\.get\(\"(\w+)\"|\bdemand\(\"(\w+)\"")

#: Read by the settings and offered to no operator: name -> why
NOT_OFFERED = {
    "MEGURI_ENV_FILE": "names the .env file itself",
    "EMAIL_BACKEND": "for tests and the demo",
    "MEGURI_MAIL_ROOT": "for tests and the demo",
    "MEGURI_FILES_ROOT": "below MEGURI_DATA_ROOT",
    "MEGURI_PAGES_ROOT": "below MEGURI_DATA_ROOT",
    "MEGURI_BEAT_FILE": "below MEGURI_DATA_ROOT",
    "MEGURI_STATIC_ROOT": "fixed by the image and the units",
    "MEGURI_BIND": "fixed by the image and the units",
    "MEGURI_APP_DATABASE_ROLE": "for migrate alone",
    "MEGURI_BUNDLE_PROCESSES": "by the machine's processors",
    "MEGURI_MAIL_RETRY_SECONDS": "hurried by tests",
    "MEGURI_BROKER_TIMEOUT": "hurried by tests",
    "MEGURI_VISIBILITY_TIMEOUT": "hurried by tests",
    "MEGURI_RESTORE_INTERVAL": "hurried by tests",
}
#: Fixed by the image, so that compose sets them itself.
FIXED = {"MEGURI_DATA_ROOT", "MEGURI_ANCHOR_ROOT"}


def names_read() -> set[str]:
    """Every variable that settings and web server read in the city."""
    files = [
        BASE_DIR / "config/settings/base.py",
        BASE_DIR / "config/settings/prod.py",
        BASE_DIR / "config/gunicorn.py",
    ]
    return {next(filter(None, match)) for path in files for match in READ.findall(path.read_text())}


def offered() -> set[str]:
    """Every name of the example, those included that stand as a comment because image and units fix them."""
    return set(re.findall(r"^#?(\w+)=", EXAMPLE, flags=re.MULTILINE))


def copied() -> dict[str, str]:
    """What a copy of the example sets before the operator has written a word into it."""
    return dict(re.findall(r"^(\w+)=(.*)$", EXAMPLE, flags=re.MULTILINE))


def used_by_compose() -> set[str]:
    return set(re.findall(r"\$\{(\w+)", COMPOSE_TEXT))


def test_every_setting_is_offered() -> None:
    assert names_read() - set(NOT_OFFERED) - offered() == set()
    assert set(NOT_OFFERED) <= names_read(), "an exception that is not needed any more"


def test_every_offered_setting_is_read_by_somebody() -> None:
    assert offered() - names_read() - used_by_compose() == set()


def test_every_offered_setting_arrives_in_the_containers() -> None:
    made_of_passwords = {"DATABASE_URL", "REDIS_URL"}
    assert offered() - FIXED - made_of_passwords - used_by_compose() == set()
    assert used_by_compose() - offered() == set(), "compose asks for what the example does not name"
    assert set(environment_of("web", GIVEN)) >= (names_read() & offered()) - FIXED


def test_what_compose_gives_by_itself_is_what_the_settings_would_take() -> None:
    """An operator who sets nothing gets the same installation with and without containers."""
    default = {**GIVEN, "DATABASE_URL": None, "REDIS_URL": None}
    given = {
        name: filled(value, GIVEN) for name, value in SERVICES["web"]["environment"].items() if name not in default
    }
    source = "".join((BASE_DIR / f"config/settings/{name}.py").read_text() for name in ("base", "prod"))
    for name, value in given.items():
        numbers = re.search(rf'"{name}", default=([\d_.]+)\)', source)
        if numbers:
            assert float(value) == float(numbers[1]), name


def test_the_handbook_explains_every_offered_setting() -> None:
    text = "".join(path.read_text() for path in HANDBOOK.glob("*.md"))
    assert [name for name in sorted(offered()) if f"`{name}`" not in text] == []


def targets() -> set[str]:
    """Every place that a volume of our services is mounted at."""
    volumes = [volume for name in OURS for volume in SERVICES[name]["volumes"]]
    return {volume.rpartition(":")[2] for volume in volumes}


def owned(dockerfile: str) -> set[str]:
    """Every folder that the image makes for its own user."""
    made = re.findall(r"install -d -o meguri -g meguri ([^\n\\&]+)", dockerfile)
    return {folder for folders in made for folder in folders.split()}


def test_every_volume_is_made_in_the_image_and_owned_by_its_user() -> None:
    assert targets() >= {"/data", "/anchors", "/backup"}
    assert targets() - owned(DOCKERFILE) == set()
    assert "/anchors" not in owned(DOCKERFILE.replace(" /anchors", "")), "the question sees a missing one"
    assert set(COMPOSE["volumes"]) == {"database", "messages", "files", "anchors", "backup"}


def test_images_are_named_with_their_release_and_built_anew() -> None:
    images = {service["image"] for service in SERVICES.values()} - {"meguri:latest"}
    images |= set(re.findall(r"^ARG PYTHON_IMAGE=(\S+)", DOCKERFILE, flags=re.MULTILINE))
    assert all(re.search(r":\d[\w.]*-(slim-)?bookworm", image) for image in images), images
    assert set(re.findall(r"^FROM (\S+)", DOCKERFILE, flags=re.MULTILINE)) == {"${PYTHON_IMAGE}"}
    assert all(filled(SERVICES[name]["pull_policy"], GIVEN) == "build" and SERVICES[name]["init"] for name in OURS)


def test_no_service_fills_the_disk_with_its_log() -> None:
    for name, service in SERVICES.items():
        assert service["logging"]["options"]["max-size"] and service["logging"]["options"]["max-file"], name


@pytest.mark.parametrize("name", ["nginx.conf", "apache.conf", "Caddyfile"])
def test_each_proxy_takes_what_meguri_takes_and_waits_for_it(name: str) -> None:
    from config.settings import base

    text = (BASE_DIR / "config/deploy/proxy" / name).read_text()
    assert base.DATA_UPLOAD_MAX_MEMORY_SIZE < 11 * 1024 * 1024
    assert re.search(r"client_max_body_size 11m|LimitRequestBody 11534336|max_size 11MB", text)
    assert "180" in text and "MEGURI_BEHIND_PROXY=on" in text
    assert name == "Caddyfile" or re.search(r'X-Forwarded-Proto "?https', text)


# --- what the settings refuse in words -------------------------------------------------------------------------------


@pytest.mark.services
@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"DATABASE_URL": ""}, "環境変数 DATABASE_URL を設定してください"),
        ({"MEGURI_BASE_URL": "https://portal.example.lg.jp/meguri/"}, "ホスト名の直下でだけ動きます"),
        ({"EMAIL_USE_TLS": "on", "EMAIL_USE_SSL": "on"}, "465 なら EMAIL_USE_SSL だけ"),
        ({"MEGURI_DATA_ROOT": "/there/is/no/such/folder"}, "フォルダーを作り、めぐりの利用者のものに"),
    ],
)
def test_a_wrong_setting_is_refused_in_a_sentence(environment: dict[str, str], words: str) -> None:
    ended = manage("check", **environment)
    assert ended.returncode != 0 and words in ended.stderr, ended.stderr[-500:]


@pytest.mark.drill
@pytest.mark.services
def test_the_demo_and_its_password_stay_out_of_the_city(tmp_path: Path) -> None:
    ended = manage("run_demo", DATABASE_URL=f"sqlite:///{tmp_path / 'city.sqlite3'}")
    assert ended.returncode == 1 and "デモの設定でだけ動きます" in ended.stderr


BEHIND = """
import json
from django.test import Client
def ask(**headers):
    answer = Client().get("/accounts/code/", HTTP_HOST="meguri.example.lg.jp", **headers)
    return [answer.status_code, answer.get("Location", ""), answer.content.decode()[:200]]
print(json.dumps([ask(), ask(HTTP_X_FORWARDED_PROTO="https")]))
"""


@pytest.mark.drill
@pytest.mark.services
@pytest.mark.parametrize("setting", ["off", "on"])
def test_behind_a_proxy_nothing_leads_to_itself(setting: str) -> None:
    import json

    ended = manage("shell", "--no-imports", "-c", BEHIND, MEGURI_BEHIND_PROXY=setting)
    plain, proxied = json.loads(ended.stdout.strip().splitlines()[-1])
    assert plain[0] == 301
    if setting == "off":
        assert proxied[0] == 503 and "MEGURI_BEHIND_PROXY を on に" in proxied[2]
    else:
        assert proxied[:2] == [302, "/accounts/login/"]


def test_the_web_server_believes_nobody_before_django_does() -> None:
    from config import gunicorn

    assert gunicorn.forwarded_allow_ips == ""


def test_a_wrong_password_is_told_from_tables_that_are_not_there() -> None:
    from django.db import OperationalError, ProgrammingError

    from review.management.refusing import FORBIDDEN, UNMIGRATED, database_words

    refused = OperationalError('connection failed: FATAL:  password authentication failed for user "meguri_app"')
    assert "パスワード" in database_words(refused) and "password authentication failed" in database_words(refused)
    assert database_words(ProgrammingError('relation "review_plan" does not exist')) == UNMIGRATED
    assert database_words(OperationalError("no such table: review_plan")) == UNMIGRATED
    assert database_words(ProgrammingError("permission denied for table review_artifact")) == FORBIDDEN


#: Commands that need no words for the database -> why
BY_THEMSELVES = {
    "inspect_upload": "asks no database",
    "judge": "asks no database",
    "read_form": "asks no database",
    "restore": "says how to go on",
}


def test_every_command_says_what_the_database_refuses() -> None:
    ours = {name for name, app in get_commands().items() if app == "review"}
    silent = {name for name in ours if not hasattr(load_command_class("review", name).handle, "__wrapped__")}
    assert silent == set(BY_THEMSELVES)


@pytest.mark.drill
@pytest.mark.services
def test_a_database_that_is_away_is_said_by_the_commands(tmp_path: Path) -> None:
    for words in (
        ["export_cycle", "2024", "--format", "json", "--out", str(tmp_path / "x")],
        ["backup", "--out", str(tmp_path / "b")],
    ):
        ended = manage(*words)
        assert ended.returncode == 1 and "データベースにつながりません" in ended.stderr, ended.stderr[-300:]
        assert "Traceback" not in ended.stderr


def test_the_archive_holds_the_images_that_compose_names() -> None:
    ours = {filled(SERVICES[name]["image"], GIVEN) for name in SERVICES}
    assert ours == {offline.OWN_IMAGE, *offline.IMAGES}


def test_the_list_of_parts_names_every_package_of_the_lock() -> None:
    lock = set(re.findall(r"^([\w.-]+)==", offline.LOCK.read_text(), flags=re.MULTILINE))
    parts = offline.sbom("1.0.0")["components"]
    assert {part["name"] for part in parts} == lock - {"tzdata"}, "tzdata is for Windows alone"
    assert all(part["version"] and part["hashes"] for part in parts)
