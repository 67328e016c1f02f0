"""Whatever is typed stays text: through every field and file name into page, workbook, PDF, CSV, mail and log.

The payloads stand in tests/corpus/payloads.py. None acts: no tag, attribute, address, formula, header or line of a log
comes of it. None is lost: each is found again, letter by letter where the form allows it.
"""

from __future__ import annotations

import csv
import email.policy
import html
import io
import json
import logging
import re
import tempfile
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import models
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from pypdf import PdfReader

from config.logs import LineFormatter
from review.assessment.services import assessment, meetings
from review.assessment.services.meetings import MeetingWords
from review.books.services import papers
from review.domain import items
from review.domain.fields import text_keys
from review.domain.text import normal_newlines
from review.mail.services import mailing
from review.models import Artifact, IndicatorYear, MeasureYear, PlanField, PlanUpload, ScheduleItem
from review.plan.services import plan_files
from review.sheet.services import submission
from tests.cast import YEAR, Cast, settle_background
from tests.corpus.payloads import ALL, FORMULAS, SCRIPTS, STORABLE
from tests.review.acting import as_, unguarded
from workflow import steps

EVERYTHING = "\n".join(normal_newlines(text) for text in STORABLE)
MARKS = [re.search(r"zq\d\d", text)[0] for text in STORABLE]  # type: ignore[index]


def test_there_are_at_least_sixty_and_each_is_marked_once() -> None:
    assert len(ALL) >= 60 and len(set(MARKS)) == len(MARKS) == len(STORABLE)


# --- a year that holds nothing else ------------------------------------------------------------------------------------


def fitting(model: type[models.Model], field: str, number: int) -> str:
    """A payload of one line that the field can hold."""
    length = model._meta.get_field(field).max_length or 10_000
    short = [text for text in STORABLE if len(text) <= length and "\n" not in text and "\t" not in text]
    return short[number % len(short)]


def armed(cast: Cast, sheets: int = 1) -> None:
    """Every name, text and figure that is not typed by a department: by import, administrator or reviewer."""
    cast.draft(sheets)
    for number, person in enumerate(cast.people.values()):
        person.display_name = fitting(type(person), "display_name", number)
        person.save()
    for number, office in enumerate(cast.departments.values()):
        office.name = fitting(type(office), "name", number + 20)
        office.save()
    assert cast.plan
    cast.plan.name, cast.plan.city = fitting(type(cast.plan), "name", 3), fitting(type(cast.plan), "city", 4)
    for number, name in enumerate(("office", "office_en", "body", "body_en")):
        setattr(cast.plan, name, fitting(type(cast.plan), name, number + 11))
    cast.plan.save()
    PlanField.objects.update(name=SCRIPTS[0].format(m="zqfield"))
    for number, year in enumerate(MeasureYear.objects.all()):
        year.name = fitting(MeasureYear, "name", number + 5)
        year.related_text = fitting(MeasureYear, "related_text", number + 6)
        year.texts |= dict.fromkeys(("current_state", "description", "expected_effect"), EVERYTHING)
        year.save()
    for number, row in enumerate(IndicatorYear.objects.all()):
        row.name, row.target = fitting(IndicatorYear, "name", number), fitting(IndicatorYear, "target", number + 30)
        row.save()
    for number, item in enumerate(ScheduleItem.objects.all()):
        item.name = fitting(ScheduleItem, "name", number + 9)
        item.save()


def typed_by_the_department(cast: Cast) -> None:
    """Every field of the form: all payloads in the long ones, one each where a line is asked for."""
    review = cast.sheet(1)
    texts = {}
    for number, key in enumerate(key for key in submission.current_texts(review) if not items.is_bar(key)):
        one_line = key.startswith(("indicator:", "next_"))
        texts[key] = normal_newlines(FORMULAS[number % 10].format(m=f"zqf{number}")) if one_line else EVERYTHING
    submission.save_draft(user=cast.contributor, review_id=review.pk, version=review.version, texts=texts)
    for entered, text in texts.items():
        assert submission.current_texts(cast.sheet(1))[entered] == text
    answered_by_the_department(cast)


def answered_by_the_department(cast: Cast) -> None:
    """A doubt about a value, explained with payloads of one line."""
    row = IndicatorYear.objects.get(
        indicator__measure=cast.sheet(1).measure_year.measure, indicator__number=1, fiscal_year=YEAR
    )
    IndicatorYear.objects.filter(pk=row.pk).update(target="100件")
    review, explained = cast.sheet(1), SCRIPTS[2].format(m="zqdoubt") + FORMULAS[0].format(m="zqd")
    typed = {items.actual_key(1): "=整備した<b>zqx", items.doubt_key(1, "unreadable"): explained}
    submission.save_draft(user=cast.contributor, review_id=review.pk, version=review.version, texts=typed)
    row.refresh_from_db()
    assert row.answers["unreadable"]["text"] == explained


def decided(cast: Cast) -> None:
    """Sent, commented, sent back, sent again, confirmed, approved, each with words of its own."""
    review = steps.submit(user=cast.contributor, review_id=cast.sheet(1).pk)
    assessment.comment(user=cast.related, review_id=review.pk, item="cause", body=EVERYTHING)
    steps.return_to_department(
        user=cast.reviewer2, review_id=review.pk, round=review.round, comment=EVERYTHING, remarks={"cause": EVERYTHING}
    )
    settle_background()
    assessment.comment(user=cast.contributor, review_id=review.pk, item="cause", body=EVERYTHING)
    review = steps.submit(user=cast.contributor, review_id=review.pk)
    steps.confirm(user=cast.reviewer2, review_id=review.pk, round=review.round, comment=EVERYTHING)
    details = MeetingWords(
        held_on=date(2025, 5, 1), attendees=EVERYTHING, minute=EVERYTHING, document_number="=1+1 <b>zq</b>"
    )
    meeting = meetings.record_meeting(user=cast.reviewer, cycle=review.cycle, words=details)
    review = cast.sheet(1)
    steps.approve(user=cast.approver, review_id=review.pk, round=review.round, comment=EVERYTHING, meeting=meeting)
    settle_background()
    papers.request_sheet(cast.sheet(1))
    papers.request_of_year(Artifact.Kind.PACK, review.cycle)
    settle_background()
    steps.decide_year(user=cast.approver, cycle_id=review.cycle_id)
    settle_background()


# --- how each surface is read -----------------------------------------------------------------------------------------


class Acting(HTMLParser):
    """Collects what on a page could act and is not ours."""

    FOREIGN = frozenset({"iframe", "object", "embed", "math", "base", "style", "marquee", "frame", "applet"})

    #: What our own pages link to elsewhere: the licence of the open data.
    LINKED = frozenset(
        {
            ("a", "https://creativecommons.org/licenses/by/4.0/deed.ja"),
            ("a", "https://creativecommons.org/licenses/by/4.0/"),
        }
    )

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []

    @staticmethod
    def is_ours(address: str) -> bool:
        """Where a page itself stands: named whole for others, and fetched by nobody."""
        return address.startswith(settings.MEGURI_BASE_URL.rstrip("/") + "/results/")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.FOREIGN or (tag == "script" and not dict(attrs).get("src", "").startswith("/static/")):  # type: ignore[union-attr]
            self.faults.append(f"<{tag} {attrs}>")
        for name, value in attrs:
            plain = re.sub(r"[\x00-\x20]", "", value or "").lower()
            goes = name in ("href", "src", "action", "formaction", "srcdoc", "data", "xlink:href")
            away = plain.startswith(("javascript:", "data:", "vbscript:", "//", "http:", "https:"))
            own = tag == "link" and dict(attrs).get("rel") in ("canonical", "alternate") and self.is_ours(value or "")
            if (tag, value) in self.LINKED or own:
                continue
            if name.startswith("on") or name in ("style", "srcdoc") or (goes and away):
                self.faults.append(f"{tag} {name}={value}")


def acting(page: str) -> list[str]:
    reader = Acting()
    reader.feed(page)
    return reader.faults


def letters(text: str) -> str:
    """The text without its spaces and line ends."""
    return "".join(text.split())


def all_found_in(text: str, where: str) -> None:
    content = letters(text)
    lost = [payload for payload in STORABLE if letters(payload) not in content]
    assert not lost, f"{where} lost {lost[:5]} and {len(lost)} in all"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(LineFormatter())
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


# --- the walk ----------------------------------------------------------------------------------------------------------


@pytest.mark.drill
@pytest.mark.once
def test_what_is_typed_stays_text_on_every_surface(cast: Cast, log: io.StringIO) -> None:
    armed(cast)
    steps.open_year(user=cast.reviewer2, cycle_id=cast.cycle.pk)  # type: ignore[union-attr]
    settle_background()
    typed_by_the_department(cast)
    while_entering(cast)
    decided(cast)
    a_plan_sent(cast)
    nothing_left_out()
    pages(cast)
    workbooks()
    pdfs()
    data()
    mails()
    lines(log)


def nothing_left_out() -> None:
    """Every field that test_payloads_of_offices.py leaves to this year holds a payload in some row."""
    from tests.review.test_payloads_of_offices import IN_THE_YEAR

    config, empty = apps.get_app_config("review"), []
    for model, fields in IN_THE_YEAR.items():
        for name in fields if model not in ("Evidence", "Upload") else ():  # file names have tests of their own
            by_key = model == "MeasureYear" and name in text_keys()
            stored = config.get_model(model).objects.values_list("texts" if by_key else name, flat=True)
            if not any("zq" in (one.get(name, "") if by_key else one or "") for one in stored):
                empty.append(f"{model}.{name}")
    assert not empty


def a_plan_sent(cast: Cast) -> None:
    """A list of 施策 is looked at before it is taken, its name and cells as somebody else wrote them."""
    payload = SCRIPTS[0].format(m="zq")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.csv"
        path.write_text(f"施策ID,施策名,担当課,指標,単位,令和6年度目標\n09-09,{payload},産業振興課,{payload},件,10件\n")
        plan_id = cast.cycle.plan_id  # type: ignore[union-attr]
        plan_files.receive(user=cast.reviewer2, plan_id=plan_id, path=path, filename='zq"><img src=x onerror=1>.csv')
    PlanUpload.objects.update(refusal=f"施策名「{payload}」が長すぎます。")


def while_entering(cast: Cast) -> None:
    """The department's own form gives back what was typed, in fields that end where they should."""
    pk = cast.sheet(1).pk
    for step in range(1, 6):
        page = as_(cast.contributor).get(reverse("meguri:entry", args=[pk, step])).content.decode()
        assert not acting(page), f"step {step}: {acting(page)[:3]}"


#: The pages that show everything that was typed.
FULL_PAGES = {"meguri:sheet", "publication:measure"}


def pages(cast: Cast) -> None:
    """Every address that answers with a page, for whoever may open it."""
    from tests.review.screens.test_access import filled, ours
    from tests.review.test_access_table import SKIPPED

    pk = cast.sheet(1).pk
    seen: set[str] = set()
    for person in (cast.contributor, cast.reviewer2, cast.administrator, None):
        client = as_(person) if person else Client()
        for name, route in ours():
            if name in SKIPPED or name == "logout" or (name in seen and name not in FULL_PAGES):
                continue
            answer = client.get(filled(route, pk), {"q": SCRIPTS[4].format(m="zq"), "sort": '"><b>', "state": "'\"<x>"})
            if answer.status_code != 200 or "html" not in answer.headers.get("Content-Type", ""):
                continue
            page = answer.content.decode()
            assert not acting(page), f"{name} for {person}: {acting(page)[:3]}"
            seen.add(name)
            if name in FULL_PAGES:
                all_found_in(html.unescape(re.sub(r"<[^>]*>", "", page)), name)
    assert seen >= FULL_PAGES and len(seen) > 25


def workbooks() -> None:
    made = Artifact.objects.filter(path__endswith=".xlsx", retired_at=None)
    assert {artifact.kind for artifact in made} >= {"sheet", "consolidated"}
    for artifact in made:
        book = load_workbook(default_storage.path(artifact.path))
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert not [cell.coordinate for cell in cells if cell.data_type == "f"], artifact.kind
        assert not [cell.coordinate for cell in cells if cell.hyperlink and not cell.hyperlink.location]
        all_found_in("\n".join(str(cell.value) for cell in cells), artifact.kind)


def pdfs() -> None:
    made = Artifact.objects.filter(path__endswith=".pdf", retired_at=None)
    assert {artifact.kind for artifact in made} >= {"sheet_pdf", "pack"}
    for artifact in made:
        content = Path(default_storage.path(artifact.path)).read_bytes()
        for act in (b"/JavaScript", b"/JS", b"/Launch", b"/OpenAction", b"/URI", b"/EmbeddedFile", b"/SubmitForm"):
            assert act + b" " not in content and act + b"(" not in content, (artifact.kind, act)
        if artifact.kind == "sheet_pdf":
            text = letters("".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages))
            assert [mark for mark in MARKS if mark not in text] == [], artifact.kind


def data() -> None:
    client = Client()
    cells: list[str] = []
    for name in ("indicators.csv", "measures.csv"):
        answer = client.get(reverse("publication:data", args=["dx", YEAR, name]))
        text = b"".join(answer.streaming_content) if answer.streaming else answer.content
        cells += [cell for row in csv.reader(io.StringIO(text.decode("utf-8-sig"))) for cell in row]
    assert cells and not [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r"))]
    given = set(IndicatorYear.objects.exclude(actual="").values_list("actual", flat=True))
    assert {unguarded(cell) for cell in cells} & given, "the typed 実績 come back letter by letter"
    answer = client.get(reverse("publication:data", args=["dx", YEAR, "data.json"]))
    text = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert "application/json" in answer.headers["Content-Type"]
    assert given <= set(every_string(json.loads(text)))


def every_string(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from every_string(inner)


def mails() -> None:
    from django.core import mail

    mailing.send_due()
    sent = [
        email.message_from_bytes(message.message().as_bytes(), policy=email.policy.default) for message in mail.outbox
    ]
    assert sent, "no mail left"
    usual = {"Subject", "From", "To", "Date", "Message-ID", "Content-Type", "Content-Transfer-Encoding", "MIME-Version"}
    carried = ""
    for message in sent:
        assert set(message.keys()) - usual <= {"Auto-Submitted", "X-Auto-Response-Suppress", "Reply-To", "Precedence"}
        assert len(message.get_all("To")) == len(message.get_all("Subject")) == 1
        assert message["To"].endswith("@city.example") and "\n" not in str(message["Subject"]).strip()
        assert not message.is_multipart() and message.get_content_type() == "text/plain"
        carried += message.get_content()
    all_found_in(carried, "mail")


def lines(log: io.StringIO) -> None:
    client = Client()
    for payload in ALL:
        client.get("/nothing/" + payload.replace("\n", "%0A").replace("\r", "%0D").replace("\u2028", "%E2%80%A8"))
        client.get("/results/", {"q": payload}, headers={"User-Agent": payload.splitlines()[0]})
        client.post(reverse("login"), {"username": payload, "password": payload}, REMOTE_ADDR="192.0.2.8")
    written = log.getvalue().splitlines()
    assert len(written) > len(ALL) / 2
    events = [json.loads(line) for line in written]
    assert all({"time", "level", "logger", "process", "message"} <= set(event) for event in events)
    assert not [event for event in events if event["logger"] == "forged"]
