"""A city with other names sees its own everywhere: no name of an office, a body or a city stands in the product's code."""

from __future__ import annotations

import ast
import html
import re
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.http import HttpResponse
from django.test import Client, override_settings
from pypdf import PdfReader

from review import names
from review.models import Artifact, Department, Edition, Mail, Notification, Plan
from review.notices.services.notice_table import NOTICES
from review.publication.views import plain_files
from tests.cast import Cast, settle_background
from tests.config.test_catalogue import ROOT, python_files
from tests.review.acting import as_
from tests.review.screens.test_access import IDENTITIES, filled, ours
from tests.review.test_access_table import SKIPPED, call, numbers  # noqa: F401 - one of everything that has a number
from workflow import steps

#: The first city's names, which once stood in some ninety sentences.
FIRST_CITY = re.compile("情報経営課|DX推進本部|木更津")
#: Where they may stand: what the first city's demo is made of, and what its plans were called before.
ITS_OWN = re.compile(r"review/seed/|workflow/demo/")
OLD = re.compile("情報経営課|DX推進本部|木更津|見本市|設定市|%\\((office|body)\\)|{(office|body)}")
NEW = {"ja": ("架空市", "企画戦略室", "行革推進会議"), "en": ("架空市", "Strategy Unit", "Reform Council")}
CALLED = {
    "city": "架空市",
    "office": "企画戦略室",
    "office_en": "Strategy Unit",
    "body": "行革推進会議",
    "body_en": "Reform Council",
}


def rename(cast: Cast) -> None:
    """Every plan gets the other city's names; the department of that name goes with it."""
    Plan.objects.update(**CALLED)
    Department.objects.filter(name="情報経営課").update(name="企画戦略室")


def test_no_office_stands_in_the_code() -> None:
    folders = ("config", "review", "tasks", "workflow", "templates", "locale")
    texts = [p for folder in folders for p in (ROOT / folder).rglob("*") if p.suffix in (".py", ".html", ".txt", ".po")]
    places = [path for path in texts if not ITS_OWN.search(path.as_posix()) and FIRST_CITY.search(path.read_text())]
    assert not places and len(texts) > 500


def unfilled(path: Path) -> list[int]:
    """The lines of refusals that name an office or a body, and are not told whose."""
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    wrong = []
    for node in calls:
        if (
            not (isinstance(node.func, ast.Name) and node.func.id == "require")
            or len(node.args) + len(node.keywords) > 2
        ):
            continue
        inside = ast.walk(node.args[1])
        if any(isinstance(n, ast.Constant) and re.search(r"%\((office|body)\)", str(n.value)) for n in inside):
            wrong.append(node.lineno)
    return wrong


def test_every_refusal_that_names_an_office_is_told_whose() -> None:
    assert not {path: lines for path in python_files() if (lines := unfilled(path))}


def text_of(answer: HttpResponse) -> str:
    """What the answer says, and what it is called where it is a file."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    name = str(answer.headers.get("Content-Disposition", ""))
    if body[:2] == b"PK":
        body = b"".join(zipfile.ZipFile(BytesIO(body)).read(one) for one in zipfile.ZipFile(BytesIO(body)).namelist())
    return html.unescape(name + body.decode("utf-8", "replace"))


@pytest.fixture
def cast(db: None) -> Cast:
    return Cast.build()


@pytest.mark.drill
@pytest.mark.once
@override_settings(MEGURI_CITY="設定市")
@pytest.mark.parametrize("language", NEW)
def test_every_page_and_refusal_has_the_city_s_own_names(
    cast: Cast,
    numbers: dict[str, int],  # noqa: F811
    language: str,
) -> None:
    """Every address of every identity, read and written to."""
    rename(cast)
    Artifact.objects.update(filename="記入.xlsx")  # a file keeps the name under which it was made
    seen, wrong = "", []
    for identity in IDENTITIES:
        client = Client() if identity == "anonymous" else as_(cast.people[identity])
        client.cookies["django_language"] = language
        for name, route in ours():
            if name in SKIPPED or name == "logout":
                continue
            path = filled(route, numbers.get(name, numbers["sheet"]))
            for method in ("GET", "POST"):
                answer = call(client, method, path)
                # The page of a notice's text lists what may stand in it; an error's page asks the database nothing.
                text = re.sub(r"<code>{(office|body)}</code>", "", text_of(answer))
                text = text.replace("設定市", "") if answer.status_code == 404 or name == "meguri:city" else text
                text = re.sub(r"{(office|body)}", "", text) if name == "meguri:notice_texts" else text
                seen += text
                if match := OLD.search(text):
                    around = text[max(0, match.start() - 40) : match.end() + 40]
                    wrong.append(f"{identity} {method} {path} ({name}): {' '.join(around.split())}")
    assert not wrong, f"{len(wrong)}\n" + "\n".join(wrong[:20])
    assert all(word in seen for word in NEW[language])


@pytest.fixture
def renamed_year(cast: Cast) -> Cast:
    """A whole year of the renamed city, from its opening to its publication, with returns on the way."""
    cycle = cast.draft(2)
    rename(cast)
    steps.open_year(user=cast.reviewer2, cycle_id=cycle.pk)
    settle_background()
    for number in (1, 2):
        sheet = cast.submitted(number)
        sheet = steps.confirm(user=cast.reviewer2, review_id=sheet.pk, round=sheet.round)
        settle_background()
        steps.withdraw_review(user=cast.reviewer2, review_id=sheet.pk, round=sheet.round, comment="確かめ直します。")
        sheet = cast.sheet(number)
        steps.confirm(user=cast.reviewer2, review_id=sheet.pk, round=sheet.round)
        sheet = cast.sheet(number)
        steps.approve(user=cast.approver, review_id=sheet.pk, round=sheet.round)
    sheet = cast.sheet(1)
    settle_background()
    steps.withdraw_approval(user=cast.approver, review_id=sheet.pk, round=sheet.round, comment="確かめ直します。")
    settle_background()
    sheet = cast.sheet(1)
    steps.approve(user=cast.approver, review_id=sheet.pk, round=sheet.round)
    settle_background()
    steps.decide_year(user=cast.approver, cycle_id=cycle.pk)
    settle_background()
    return cast


@pytest.mark.drill
def test_mails_and_files_have_the_city_s_own_names(renamed_year: Cast) -> None:
    notices = [f"{one.title} {one.body} {one.act}" for one in Notification.objects.all()]
    mails = [f"{one.subject} {one.body}" for one in Mail.objects.all()]
    assert not [text for text in notices + mails if OLD.search(text)]
    assert any("行革推進会議の承認" in text for text in notices)
    assert mails and all("企画戦略室へお問い合わせください" in text for text in mails)
    files = [artifact for artifact in Artifact.objects.exclude(retired_at__isnull=False) if artifact.path]
    for artifact in files:
        with default_storage.open(artifact.path) as stream:
            assert not OLD.search(artifact.filename + words_of(stream.read())), artifact.filename
    assert any(artifact.filename.startswith("架空市_") for artifact in files)
    site = dict(plain_files.files(plain_files.stock_as_of(Edition.objects.get())))
    pages = [content.decode() for place, content in site.items() if place.endswith(".html")]
    assert pages and not [page for page in pages if OLD.search(page)] and all("架空市" in page for page in pages)


def words_of(data: bytes) -> str:
    """The text of a book or a paper."""
    if data[:4] == b"%PDF":
        return "".join(page.extract_text() for page in PdfReader(BytesIO(data)).pages)
    if data[:2] != b"PK":
        return data.decode("utf-8", "replace")
    with zipfile.ZipFile(BytesIO(data)) as packed:
        return "".join(packed.read(one).decode("utf-8", "replace") for one in packed.namelist())


def test_an_administrator_s_own_words_may_name_the_office() -> None:
    """`{office}` and `{body}` are offered wherever a notice is about a year."""
    from review.notices.services import notice_texts

    offered = {event: notice_texts.allowed(lines) for event, lines in NOTICES.items()}
    of_a_year = [event for event, known in offered.items() if "year" in known]
    assert of_a_year and all({"office", "body"} <= set(offered[event]) for event in of_a_year)


@override_settings(MEGURI_CITY="設定市")
def test_where_no_plan_is_at_hand_plans_speak_only_if_they_agree(cast: Cast) -> None:
    assert names.city() == "設定市" and names.usual() == {"office": "確認する課", "body": "決定する会議"}
    cast.draft(1)
    assert names.city() == "見本市" and names.usual() == {"office": "情報経営課", "body": "DX推進本部"}
    Plan.objects.create(
        name="別の計画", city="見本市", first_year=2022, last_year=2025, office="企画課", body="DX推進本部"
    )
    assert names.city() == "見本市" and names.usual() == {"office": "確認する課", "body": "DX推進本部"}
    Plan.objects.filter(name="別の計画").update(city="隣の市")
    assert names.city() == "設定市"
