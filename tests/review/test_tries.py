"""As another department's clerk, every way to a foreign sheet that we could think of. TRIES.md lists them for a reader."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from review import clock
from review.assessment.services import assessment
from review.mail.services import envelopes
from review.models import (
    Appointment,
    Artifact,
    Concurrence,
    Evidence,
    IndicatorYear,
    ItemComment,
    Job,
    Mail,
    MeasureReview,
    MeasureYear,
    Notification,
    OutboxEvent,
    Proxy,
    Role,
    ScheduleItem,
    Submission,
    Upload,
    User,
)
from review.sheet.services import evidence, submission
from tests.cast import YEAR, Cast, settle_background
from tests.review.acting import as_, words
from tests.review.books.test_uploads import PDF, fill, issued
from tests.review.screens.test_access import addresses, filled, ours
from workflow import steps

SECRET = "zqひみつの実績"
# Hundreds of calls each, which ask nothing of the database that others do not.
pytestmark = [pytest.mark.timeout(600), pytest.mark.services]
#: Ends the session or the test's connection; tried elsewhere.
LEFT_OUT = {"logout", "readyz"}
HERE = Path(__file__)


@pytest.fixture
def foreign(cast: Cast) -> MeasureReview:
    """A sheet of 産業振興課 full of words that nobody else may read; 農林水産課 has a sheet of its own beside it."""
    cast.open(2, owners=("産業振興課", "農林水産課"))
    review = cast.sheet(1)
    evidence.add(user=cast.contributor, review_id=review.pk, upload=ContentFile(PDF), filename=f"{SECRET}.pdf")
    texts = {
        "cause": f"{SECRET}要因",
        "response": SECRET,
        "progress": SECRET,
        "policy": SECRET,
        "self_assessment": SECRET,
    }
    actuals = {key: f"120件 ※{SECRET}" for key in submission.current_texts(review) if key.endswith(":actual")}
    submission.save_draft(
        user=cast.contributor, review_id=review.pk, version=review.version, texts={**texts, **actuals}
    )
    review = steps.submit(user=cast.contributor, review_id=review.pk)
    assessment.comment(user=cast.reviewer2, review_id=review.pk, item="cause", body=SECRET)
    settle_background()
    assert MeasureReview.objects.get(pk=review.pk).measure_year.text("cause") == f"{SECRET}要因"
    return review


@pytest.fixture
def clerk(cast: Cast, foreign: MeasureReview) -> Client:
    client = as_(cast.other)
    client.raise_request_exception = False
    return client


def numbers(review: MeasureReview) -> list[int]:
    """Every number that leads to the foreign sheet or to something of it."""
    all_numbers = {review.pk, review.measure_year_id, review.measure_year.measure_id}
    for model in (Artifact, Evidence, Submission, ItemComment, OutboxEvent):
        all_numbers.add(model.objects.filter(review=review).values_list("pk", flat=True)[0])
    all_numbers |= {Job.objects.values_list("pk", flat=True)[0], Mail.objects.values_list("pk", flat=True)[0]}
    return sorted(all_numbers)


def state(review: MeasureReview) -> list[Any]:
    """All rows of the foreign sheet."""
    year = review.measure_year_id
    rows = [
        MeasureReview.objects.filter(pk=review.pk),
        MeasureYear.objects.filter(pk=year),
        IndicatorYear.objects.filter(indicator__measure=review.measure_year.measure_id),
        ScheduleItem.objects.filter(measure_year=year),
        *(model.objects.filter(review=review) for model in (Evidence, Submission, ItemComment)),
    ]
    return [list(each.order_by("pk").values_list()) for each in rows]


def text_of(answer: HttpResponse) -> str:
    """Body and headers."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return body.decode("utf-8", "replace") + repr(answer.headers)


def paths(review: MeasureReview) -> Iterator[tuple[str, str]]:
    """(name, path) of every address, with every number of the foreign sheet where it takes one."""
    for name, route in ours():
        if name in LEFT_OUT:
            continue
        for pk in numbers(review) if "pk>" in route else [0]:
            yield name, filled(route, pk)


def nothing_of_it(answer: HttpResponse, place: str) -> None:
    assert answer.status_code < 500, f"{place}: {answer.status_code}"
    assert SECRET not in text_of(answer), place


# --- the list ----------------------------------------------------------------------------------------------------------


def test_the_list_of_tries_is_the_list_of_tests() -> None:
    listed = re.findall(r"^\| `(\w+)` \|", HERE.with_name("TRIES.md").read_text(), re.MULTILINE)
    tests = re.findall(r"^def test_(by_\w+)\(", HERE.read_text(), re.MULTILINE)
    assert listed == tests


# --- the tries ---------------------------------------------------------------------------------------------------------


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
            f"results/{YEAR}/",
            "uploads/file/",
        ):
            for name in (one.path, one.filename, Path(one.path).name):
                answer = clerk.get(f"/{folder}{name}")
                nothing_of_it(answer, f"/{folder}{name}")
                assert answer.status_code in (403, 404)
        for place in (reverse("meguri:files", args=[YEAR]), reverse("meguri:upload", args=[YEAR])):
            nothing_of_it(clerk.get(place, {"file": one.path, "path": one.path, "download": one.pk}), place)


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
    book = clerk.get(reverse("meguri:entry_book", args=[YEAR]))
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
        assert clerk.get(f"/results/{YEAR}/{name}").status_code == 404, name


def test_by_the_foreign_entry_book(clerk: Client, foreign: MeasureReview, cast: Cast, tmp_path: Path) -> None:
    steps.recall(user=cast.contributor, review_id=foreign.pk)
    path = issued(cast, tmp_path)
    fill(path, {"cause": "書き換えた"})
    before = state(foreign)
    answer = clerk.post(
        reverse("meguri:upload", args=[YEAR]), {"file": SimpleUploadedFile("book.xlsx", path.read_bytes())}
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
    return words(answer).replace(answer.headers.get("X-Request-ID", "-"), "").replace(str(pk), "N")


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


def test_by_a_header(clerk: Client, foreign: MeasureReview) -> None:
    page = reverse("meguri:sheet", args=[foreign.pk])
    headers = (
        {"Remote-User": "contributor"}, {"X-Forwarded-User": "contributor", "X-Remote-User": "contributor"}, {"Authorization": "Basic Y29udHJpYnV0b3I6eA=="},
        {"X-Original-URL": page, "X-Rewrite-URL": page}, {"HX-Request": "true", "HX-Target": "content"}, {"Range": "bytes=0-99"},
        {"Accept": "application/json"}, {"X-Requested-With": "XMLHttpRequest"}, {"X-Forwarded-For": "127.0.0.1"}, {"If-None-Match": "*"},
    )  # fmt: skip
    for header in headers:
        for path in (page, reverse("meguri:entry", args=[foreign.pk, 1]), "/", reverse("meguri:progress", args=[YEAR])):
            answer = clerk.get(path, headers=header)
            nothing_of_it(answer, f"{path} {header}")
            assert path in ("/", reverse("meguri:progress", args=[YEAR])) or answer.status_code == 404


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


def of_the_sheet(review: MeasureReview) -> list[tuple[str, str]]:
    """(name, path) of every address that carries the foreign sheet's number."""
    return [(name, filled(route, review.pk)) for name, route in ours() if "pk>" in route]


def test_by_a_condition(clerk: Client, foreign: MeasureReview, cast: Cast) -> None:
    """What its owner's browser was told of the sheet confirms nothing to somebody else."""
    owner, tried = as_(cast.contributor), 0
    for name, path in of_the_sheet(foreign):
        theirs = owner.get(path)
        known = theirs.headers.get("ETag", '"x"')
        for condition in ({"If-None-Match": known}, {"If-None-Match": "*"}, {"If-Match": known},
                          {"If-Modified-Since": "Thu, 01 Jan 2099 00:00:00 GMT"}):  # fmt: skip
            answer = clerk.get(path, headers=condition)
            nothing_of_it(answer, f"{name} {condition}")
            assert answer.status_code in (403, 404, 405), f"{name} {condition}: {answer.status_code}"
            tried += 1
    assert tried > 80


def test_by_a_part_of_a_page(clerk: Client, foreign: MeasureReview) -> None:
    """The parts that htmx asks for, the page on paper, and the answer as data."""
    ways = (
        {"headers": {"HX-Request": "true", "HX-Target": "sheet", "HX-Current-URL": "http://testserver/"}},
        {"headers": {"HX-Request": "true", "HX-Boosted": "true"}, "query_params": {"part": "history"}},
        {"headers": {"Accept": "application/json"}, "query_params": {"format": "json", "print": "1"}},
    )
    for name, path in [*of_the_sheet(foreign), ("home", "/"), ("progress", reverse("meguri:progress", args=[YEAR]))]:
        for way in ways:
            nothing_of_it(clerk.get(path, **way), f"{name} {way}")  # type: ignore[arg-type]
            nothing_of_it(clerk.head(path, **way), f"HEAD {name} {way}")  # type: ignore[arg-type]


def test_by_the_engine(clerk: Client, foreign: MeasureReview) -> None:
    """Viewflow's own screens are mounted nowhere, and its rows are in no admin."""
    process = MeasureReview.objects.get(pk=foreign.pk).process  # type: ignore[attr-defined]
    for root in (
        "",
        "workflow/",
        "viewflow/",
        "flows/",
        "measurereview/",
        "measure-review/",
        "accounts/",
        "admin/workflow/",
    ):
        for place in ("", "inbox/", "queue/", "archive/", "tasks/", "flows/", "dashboard/", "search/", "chart/",
                      f"{process.pk}/", f"{process.pk}/submit/1/", f"{process.pk}/review/1/assign/"):  # fmt: skip
            if root or place:
                answer = clerk.get(f"/{root}{place}")
                nothing_of_it(answer, f"/{root}{place}")
                assert answer.status_code in (403, 404), f"/{root}{place}: {answer.status_code}"
    named = [name for name, _pattern, _route in addresses()]
    assert not [name for name in named if "viewflow" in name or name.startswith("admin:workflow")]


def test_by_a_proxy_that_is_over(foreign: MeasureReview, cast: Cast) -> None:
    """Named for a head of the other department, or for a reviewer: ahead of its time, past it, withdrawn, or of somebody
    who holds the post no longer."""
    today, page = clock.today(), reverse("meguri:sheet", args=[foreign.pk])
    named = {"deputy": cast.other, "reason": "出張", "named_by": cast.administrator, "named_at": clock.now()}
    head = {"principal": cast.head, "role": Role.HEAD, "department": cast.departments["産業振興課"]}
    reviewer = {"principal": cast.reviewer2, "role": Role.REVIEWER}
    for whose in (head, reviewer):
        running = Proxy.objects.create(starts_on=today, ends_on=today, **whose, **named)
        assert as_(fresh(cast.other)).get(page).status_code == 200, "while it runs, this is what a proxy is for"
        kept_open = as_(fresh(cast.other))
        for over in (
            {"starts_on": today + timedelta(days=1), "ends_on": today + timedelta(days=9), "withdrawn_at": None},
            {"starts_on": today - timedelta(days=9), "ends_on": today - timedelta(days=1), "withdrawn_at": None},
            {"starts_on": today, "ends_on": today, "withdrawn_at": clock.now()},
        ):
            Proxy.objects.filter(pk=running.pk).update(**over)
            for client in (as_(fresh(cast.other)), kept_open):
                answer = client.get(page)
                nothing_of_it(answer, f"{whose} {over}")
                assert answer.status_code in (302, 404)
            for name in ("meguri:queue", "meguri:board", "meguri:board_print"):
                assert as_(fresh(cast.other)).get(reverse(name, args=[YEAR])).status_code == 403, name
        Proxy.objects.filter(pk=running.pk).update(withdrawn_at=None)
        post = Appointment.objects.filter(user=whose["principal"], role=whose["role"])
        post.update(ends_on=today - timedelta(days=1))
        assert as_(fresh(cast.other)).get(page).status_code == 404
        Proxy.objects.filter(pk=running.pk).update(withdrawn_at=clock.now())


def fresh(user: User) -> User:
    """The person with nothing remembered of their posts."""
    return User.objects.get(pk=user.pk)


def test_by_a_consultation_that_is_over(foreign: MeasureReview, cast: Cast) -> None:
    """Asked for 合議 as a related department, which the plan then no longer names."""
    office, year = cast.departments["農林水産課"], foreign.measure_year
    year.related.add(office)
    row = Concurrence.objects.create(
        review=foreign, round=foreign.round, department=office, asked_by=cast.contributor, asked_at=clock.now(),
        due_on=clock.today(),
    )  # fmt: skip
    client = as_(fresh(cast.other))
    assert client.get(reverse("meguri:sheet", args=[foreign.pk])).status_code == 200, "while it is related"
    year.related.remove(office)
    for path in ("/", reverse("meguri:notices"), *(path for _name, path in of_the_sheet(foreign))):
        nothing_of_it(client.get(path), path)
    answer = client.post(
        reverse("meguri:concurrence_answer", args=[row.pk]), {"answer": "opinion", "opinion": "見たい"}
    )
    nothing_of_it(answer, "an answer to the consultation")
    assert answer.status_code == 404
    row.refresh_from_db()
    assert row.answer == Concurrence.Answer.WAITING


def test_by_the_shared_screen(foreign: MeasureReview, cast: Cast) -> None:
    client = as_(cast.contributor)
    for path in (
        "/",
        reverse("meguri:sheet", args=[foreign.pk]),
        reverse("meguri:notices"),
        reverse("meguri:progress", args=[YEAR]),
    ):
        header = client.get(path).headers["Cache-Control"]
        assert "private" in header and "no-cache" in header, path
    assert client.post(reverse("logout")).headers["Clear-Site-Data"] == '"cache"'
    assert "Clear-Site-Data" not in Client().get("/results/").headers
