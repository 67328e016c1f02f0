"""As another department's clerk, every way to a foreign sheet that we could think of. TRIES.md lists them for a reader."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from review import clock
from review.mail.services import envelopes
from review.models import Appointment, Artifact, Evidence, ItemComment, Mail, MeasureReview, Notification, Upload
from tests.cast import YEAR, Cast, settle_background
from tests.review.acting import as_, words
from tests.review.books.test_uploads import fill, issued
from tests.review.screens.test_access import addresses, filled, ours
from tests.review.tries import LEFT_OUT, SECRET, nothing_of_it, paths, state, text_of
from workflow import steps

# Hundreds of calls each, which ask nothing of the database that others do not.
pytestmark = [pytest.mark.services]
HERE = Path(__file__)


# --- the list ----------------------------------------------------------------------------------------------------------


def test_the_list_of_tries_is_the_list_of_tests() -> None:
    listed = re.findall(r"^\| `(\w+)` \|", HERE.with_name("TRIES.md").read_text(), re.MULTILINE)
    modules = [HERE, HERE.with_name("test_tries_by_other_ways.py")]
    assert listed == [
        name for path in modules for name in re.findall(r"^def test_(by_\w+)\(", path.read_text(), re.MULTILINE)
    ]


# --- the tries ---------------------------------------------------------------------------------------------------------


@pytest.mark.drill
def test_by_number(clerk: Client, foreign: MeasureReview) -> None:
    tried = 0
    for name, path in paths(foreign):
        with transaction.atomic():
            nothing_of_it(clerk.get(path), f"{name} {path}")
            if str(foreign.pk) in path:
                nothing_of_it(clerk.head(path), f"HEAD {name} {path}")
            tried += 1
            transaction.set_rollback(True)
    assert tried > 200


@pytest.mark.drill
def test_by_number_in_a_form(clerk: Client, foreign: MeasureReview) -> None:
    before = state(foreign)
    pk, round_ = foreign.pk, foreign.round
    body = {
        "chosen": [f"{pk}:{round_}"], "review": pk, "review_id": pk, "sheet": pk, "notice": pk, "pk": pk, "id": pk, "round": round_,
        "version": foreign.version, f"version:{pk}": foreign.version, f"take:{pk}:cause": "1", "cause": "書き換えた", "item": "cause",
        "body": "書き換えた", "text": "書き換えた", "comment": "書き換えた", "reason": "書き換えた", "action": "confirm", "accept": "1",
        "actual": "1", "indicator:1:actual": "1", "grade": "A", "number": "1", "until": "2099-01-01T00:00", "outcome": "excluded", "year": YEAR,
    }  # fmt: skip
    for name, path in paths(foreign):
        with transaction.atomic():
            nothing_of_it(clerk.post(path, body), f"POST {name} {path}")
            assert state(foreign) == before, f"POST {name} {path} changed the foreign sheet"
            transaction.set_rollback(True)
        if name in ("password_change", "set_language"):
            clerk.force_login(clerk.get(reverse("meguri:notices")).wsgi_request.user)


def test_by_other_methods(clerk: Client, foreign: MeasureReview) -> None:
    before = state(foreign)
    override = {"X-HTTP-Method-Override": "POST", "X-Method-Override": "DELETE"}
    for name, path in paths(foreign):
        if not path.startswith(f"/sheets/{foreign.pk}/"):
            continue
        for method in ("put", "patch", "delete", "options", "trace"):
            answer = getattr(clerk, method)(path)
            nothing_of_it(answer, f"{method} {name}")
            assert answer.status_code in (200, 403, 404, 405), f"{method} {name}"
        nothing_of_it(clerk.get(path, headers=override), name)
    assert state(foreign) == before


def test_by_file_name(clerk: Client, foreign: MeasureReview) -> None:
    stored = [*Artifact.objects.filter(review=foreign), *Evidence.objects.filter(review=foreign)]
    assert len(stored) >= 2
    for one in stored:
        for folder in (
            "",
            "files/",
            "media/",
            "static/",
            "evidence/",
            f"files/{YEAR}/",
            f"results/dx/{YEAR}/",
            "uploads/file/",
        ):
            for name in (one.path, one.filename, Path(one.path).name):
                answer = clerk.get(f"/{folder}{name}")
                nothing_of_it(answer, f"/{folder}{name}")
                assert answer.status_code in (403, 404)
        for place in (reverse("meguri:files", args=["dx", YEAR]), reverse("meguri:upload", args=["dx", YEAR])):
            nothing_of_it(clerk.get(place, {"file": one.path, "path": one.path, "download": one.pk}), place)


@pytest.mark.drill
def test_by_search(clerk: Client, foreign: MeasureReview) -> None:
    parameters = (
        "q",
        "subject",
        "person",
        "department",
        "field",
        "state",
        "sort",
        "grade",
        "show",
        "open",
        "page",
        "filter",
        "search",
        "code",
    )
    for name, route in ours():
        if "pk>" in route or name in LEFT_OUT:
            continue
        for term in (SECRET, SECRET[2:6], "01-01", str(foreign.pk)):
            page = text_of(clerk.get(filled(route, 0), dict.fromkeys(parameters, term)))
            # What was asked for may stand in the field and in the addresses of the page; nothing that it would have found.
            assert f"{SECRET}要因" not in page and f"※{SECRET}" not in page and f"{SECRET}.pdf" not in page, name


def test_by_export(clerk: Client, foreign: MeasureReview, cast: Cast) -> None:
    book = clerk.get(reverse("meguri:entry_book", args=["dx", YEAR]))
    assert book.status_code == 200
    from io import BytesIO

    from openpyxl import load_workbook

    cells = [
        str(c.value) for s in load_workbook(BytesIO(book.content)) for row in s.iter_rows() for c in row if c.value
    ]
    assert "01-02" in " ".join(cells) and not [cell for cell in cells if SECRET in cell or "01-01" in cell]
    drafts = Artifact.objects.filter(cycle=foreign.cycle, edition=None).exclude(review=cast.sheet(2))
    assert drafts.exists()
    for artifact in drafts:
        assert clerk.get(reverse("meguri:download", args=[artifact.pk])).status_code == 404, artifact.kind
    for name in ("meguri:audit", "meguri:audit_export", "meguri:jobs", "meguri:cycles"):
        assert clerk.get(reverse(name)).status_code == 403
    for name in (
        "data.json",
        "indicators.csv",
        "measures.csv",
        "dataset.jsonld",
        "book.pdf",
        "download/",
        "01-01/",
        "departments/",
    ):
        assert clerk.get(f"/results/dx/{YEAR}/{name}").status_code == 404, name


@pytest.mark.drill
def test_by_the_foreign_entry_book(clerk: Client, foreign: MeasureReview, cast: Cast, tmp_path: Path) -> None:
    steps.recall(user=cast.contributor, review_id=foreign.pk)
    path = issued(cast, tmp_path)
    fill(path, {"cause": "書き換えた"})
    before = state(foreign)
    answer = clerk.post(
        reverse("meguri:upload", args=["dx", YEAR]), {"file": SimpleUploadedFile("book.xlsx", path.read_bytes())}
    )
    nothing_of_it(answer, "the foreign book")
    for upload in Upload.objects.filter(uploaded_by=cast.other):
        page = clerk.get(reverse("meguri:upload_review", args=[upload.pk]))
        nothing_of_it(page, "what the foreign book would change")
        body = {
            f"take:{foreign.pk}:cause": "1",
            f"version:{foreign.pk}": MeasureReview.objects.get(pk=foreign.pk).version,
        }
        nothing_of_it(clerk.post(reverse("meguri:upload_apply", args=[upload.pk]), body), "the foreign book applied")
    assert state(foreign) == before


@pytest.mark.drill
def test_by_notification(clerk: Client, foreign: MeasureReview, cast: Cast) -> None:
    steps.return_to_department(
        user=cast.reviewer2, review_id=foreign.pk, round=foreign.round, comment=SECRET, remarks={"cause": SECRET}
    )
    settle_background()
    envelopes.gather(everything=True)
    theirs = Notification.objects.exclude(recipient=cast.other)
    assert theirs.filter(body__contains=SECRET).exists()
    assert not Notification.objects.filter(recipient=cast.other, body__contains=SECRET).exists()
    assert not Mail.objects.filter(recipient=cast.other, body__contains=SECRET).exists()
    nothing_of_it(clerk.get(reverse("meguri:notices")), "notices")
    for notice in theirs:
        assert clerk.get(reverse("meguri:notices"), {"open": notice.pk}).status_code == 404
        clerk.post(reverse("meguri:notices_read"), {"notice": notice.pk})
    assert not theirs.exclude(read_at=None).exists()


ABSENT = 987_654


def neutral_text(answer: HttpResponse, pk: int) -> str:
    """The answer's words without its reference number and the number that was asked for."""
    # the number as a whole: with the number 3, a 403 is still a 403
    text = words(answer).replace(answer.headers.get("X-Request-ID", "-"), "")
    return re.sub(rf"(?<!\d){pk}(?!\d)", "N", text)


@pytest.mark.drill
def test_by_error_text(clerk: Client, foreign: MeasureReview) -> None:
    for name, route in ours():
        if "pk>" not in route:
            continue
        for ask in (clerk.get, clerk.post):
            with transaction.atomic():
                there, absent = ask(filled(route, foreign.pk)), ask(filled(route, ABSENT))
                transaction.set_rollback(True)
            assert there.status_code == absent.status_code, f"{name}: {there.status_code} and {absent.status_code}"
            assert neutral_text(there, foreign.pk) == neutral_text(absent, ABSENT), (
                f"{name} tells a foreign number from an absent one"
            )


@pytest.mark.drill
def test_by_time(clerk: Client, foreign: MeasureReview) -> None:
    def spent(ask: Any, path: str, pk: int) -> list[str]:
        with transaction.atomic(), CaptureQueriesContext(connection) as caught:
            ask(path)
            transaction.set_rollback(True)
        # What was asked for, and what comes new with every request, are no difference.
        statements = [query["sql"] for query in caught if "SAVEPOINT" not in query["sql"]]
        return [re.sub(r"'[^']*'|\b\d+\b", "?", sql) for sql in statements]

    for name, route in ours():
        if "pk>" not in route:
            continue
        for ask in (clerk.get, clerk.post):
            there = spent(ask, filled(route, foreign.pk), foreign.pk)
            absent = spent(ask, filled(route, ABSENT), ABSENT)
            assert there == absent, f"{name} asks the database more of a foreign sheet than of none"


@pytest.mark.drill
def test_by_a_header(clerk: Client, foreign: MeasureReview) -> None:
    page = reverse("meguri:sheet", args=[foreign.pk])
    headers = (
        {"Remote-User": "contributor"}, {"X-Forwarded-User": "contributor", "X-Remote-User": "contributor"}, {"Authorization": "Basic Y29udHJpYnV0b3I6eA=="},
        {"X-Original-URL": page, "X-Rewrite-URL": page}, {"HX-Request": "true", "HX-Target": "content"}, {"Range": "bytes=0-99"},
        {"Accept": "application/json"}, {"X-Requested-With": "XMLHttpRequest"}, {"X-Forwarded-For": "127.0.0.1"}, {"If-None-Match": "*"},
    )  # fmt: skip
    for header in headers:
        for path in (
            page,
            reverse("meguri:entry", args=[foreign.pk, 1]),
            "/",
            reverse("meguri:progress", args=["dx", YEAR]),
        ):
            answer = clerk.get(path, headers=header)
            nothing_of_it(answer, f"{path} {header}")
            assert path in ("/", reverse("meguri:progress", args=["dx", YEAR])) or answer.status_code == 404


def test_by_a_session_kept_open(foreign: MeasureReview, cast: Cast) -> None:
    client, page = as_(cast.contributor), reverse("meguri:sheet", args=[foreign.pk])
    assert client.get(page).status_code == 200
    Appointment.objects.filter(user=cast.contributor).update(ends_on=clock.today() - timedelta(days=1))
    for answer in (client.get(page), client.post(reverse("meguri:autosave", args=[foreign.pk]), {"cause": "x"})):
        # An autosave is told so in place (401); a page goes to sign in.
        assert answer.status_code == 401 or answer["Location"].startswith(reverse("login"))
        nothing_of_it(answer, page)


def test_by_comment(clerk: Client, foreign: MeasureReview) -> None:
    before = ItemComment.objects.count()
    for item in ("", "cause", "indicator:1:actual"):
        path = reverse("meguri:comment", args=[foreign.pk])
        assert clerk.post(path, {"item": item, "body": "見たい", "text": "見たい"}).status_code == 404
    assert ItemComment.objects.count() == before


@pytest.mark.drill
def test_by_the_admin(clerk: Client, foreign: MeasureReview) -> None:
    tried = 0
    for name, _pattern, route in addresses():
        if not name.startswith("admin:") or "logout" in name:
            continue
        path = re.sub(r"<(?:\w+:)?\w+>", str(foreign.pk), route)
        if "(" in path:
            continue
        answer = clerk.get(path)
        nothing_of_it(answer, path)
        assert answer.status_code in (302, 403, 404), path
        tried += 1
    assert tried > 50
