"""Odd file names, addresses, hosts and foreign pages lead nowhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from review.models import AuditEntry, Evidence
from review.sheet.services import evidence, submission
from tests.cast import YEAR, Cast
from tests.corpus.payloads import FILE_NAMES, REFUSED
from tests.review.acting import as_
from tests.review.test_payloads import acting

# --- file names --------------------------------------------------------------------------------------------------------

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.mark.parametrize("way", ["form", "service"])
def test_a_files_name_names_nothing_but_the_file(cast: Cast, way: str, tmp_path: Path) -> None:
    cast.open(1)
    review, client = cast.sheet(1), as_(cast.contributor)
    root = Path(default_storage.location)
    for number, name in enumerate(FILE_NAMES):
        content = PDF + f"%{number}".encode()
        if way == "form":
            upload = SimpleUploadedFile("x.pdf", content, content_type="application/pdf")
            upload.name = name.encode("utf-8", "replace").decode()
            answer = client.post(reverse("meguri:evidence_add", args=[review.pk]), {"file": upload, "item": ""})
            assert answer.status_code in (303, 422), name
        else:
            evidence.add(user=cast.contributor, review_id=review.pk, upload=ContentFile(content), filename=name)
    files = list(Evidence.objects.all())
    assert len(files) >= len(FILE_NAMES) - 3, "hardly any name is a reason to refuse a file"
    for one in files:
        place = (root / one.path).resolve()
        assert place.is_relative_to(root.resolve()) and place.is_file()
        assert re.fullmatch(r"evidence/\d+/\d\d-\d\d/[0-9a-f]{32}\.pdf", one.path), one.path
        assert not re.search(r'[<>:"|?*/\\\x00-\x1f\u202e\ud800-\udfff]', one.filename) and len(one.filename) <= 120
        answer = client.get(reverse("meguri:evidence_file", args=[one.pk]))
        disposition = answer.headers["Content-Disposition"]
        assert disposition.startswith("attachment") and "\n" not in disposition and "\r" not in disposition
        assert answer.headers["X-Content-Type-Options"] == "nosniff" and "acted" not in answer.cookies
        b"".join(answer.streaming_content)
    assert not acting(client.get(reverse("meguri:evidence", args=[review.pk])).content.decode())
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and not path.is_relative_to(root)]


def test_a_control_character_is_refused_with_its_place(cast: Cast) -> None:
    from review.domain.refusals import Invalid

    cast.open(1)
    review = cast.sheet(1)
    for payload in (*REFUSED, "x\x00", "\ud800", "\uffff"):
        with pytest.raises(Invalid) as refusal:
            submission.save_draft(
                user=cast.contributor, review_id=review.pk, version=review.version, texts={"cause": payload}
            )
        assert "文字目に、保存できない文字" in refusal.value.fields["cause"]
    path = reverse("meguri:entry", args=[review.pk, 2])
    answer = as_(cast.contributor).post(path, {"cause": "x\x00", "version": review.version})
    assert answer.status_code < 500 and not AuditEntry.objects.filter(action="draft.save").exists()


# --- addresses, hosts and foreign pages --------------------------------------------------------------------------------

FAR = (
    "/static/../config/settings/base.py", "/static/..%2f..%2fmanage.py", "/static/%2e%2e/%2e%2e/etc/passwd", "/files/../../etc/passwd", "/files/%2e%2e%2f/download/",
    "/results/dx/2024/../../../etc/passwd", "/results/dx/2024/data.json%00.html", "/evidence/1%20OR%201=1/", "/evidence/../../.env", "/.env", "/.git/config",
    "/media/evidence/", "/var/demo/", "/sheets/-1/", "/sheets/99999999999999999999/", "/sheets/1;/", "/sheets/１/", "/%2fevil.example/", "/admin/../audit/",
    "/results/dx/2024/01-01/../../", "/%00", "/sheets/1/entry/99/",
)  # fmt: skip


@pytest.mark.parametrize("path", FAR)
def test_an_odd_address_leads_nowhere(cast: Cast, path: str) -> None:
    cast.open(1)
    for client in (Client(), as_(cast.other)):
        client.raise_request_exception = False
        answer = client.get(path)
        assert answer.status_code in (302, 301, 400, 403, 404), path
        assert not answer.headers.get("Location", "/").startswith(("//", "http")), path
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert b"SECRET_KEY" not in body and b"root:" not in body and b"Traceback" not in body


@pytest.mark.parametrize(
    "host", ["evil.example", "testserver.evil.example", "testserver:80@evil.example", "testserver\r\nX: y", "", "[::1", "127.0.0.1/x"]
)  # fmt: skip
def test_a_foreign_host_is_refused(db: None, host: str) -> None:
    answer = Client().get("/accounts/login/", headers={"Host": host})
    assert answer.status_code == 400 and "evil" not in answer.content.decode()


def test_no_page_takes_its_own_address_from_a_header(cast: Cast) -> None:
    forged = {
        "X-Forwarded-Host": "evil.example",
        "X-Original-URL": "/audit/",
        "X-Rewrite-URL": "/audit/",
        "Forwarded": "host=evil.example",
    }
    page = Client().get("/accounts/login/", headers=forged)
    assert page.status_code == 200 and "evil.example" not in page.content.decode()


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://testserver.evil.example", "https://testserver@evil.example"]
)
@pytest.mark.parametrize("name", ["meguri:notices_read", "login"])
def test_a_form_of_a_foreign_page_is_refused_even_with_the_token(cast: Cast, origin: str, name: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.contributor)
    page = client.get("/accounts/password/").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token
    body = {"csrfmiddlewaretoken": token[1], "username": "x", "password": "y"}
    assert client.post(reverse(name), body).status_code != 403
    assert client.post(reverse(name), body, headers={"Origin": origin}).status_code == 403
    away = {"Referer": f"{origin}/x"} if origin != "null" else {"Referer": "https://evil.example/"}
    assert client.post(reverse(name), body, headers=away, secure=True).status_code == 403


def test_every_kind_of_answer_is_told_not_to_be_sniffed(cast: Cast) -> None:
    cast.published(1)
    for kind in ("indicators.csv", "measures.csv", "data.json", "dataset.jsonld"):
        answer = Client().get(reverse("publication:data", args=["dx", YEAR, kind]))
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "html" not in answer.headers["Content-Type"]
