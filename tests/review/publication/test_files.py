"""Files leave only through the permission of what they hold."""

from __future__ import annotations

import hashlib

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from review.models import Artifact, AuditEntry
from tests.cast import YEAR, Cast, settle_background
from tests.remembered import remembered
from tests.review.acting import as_, queries_of, words
from tests.review.growing import more_sheets

PAGE = f"/plans/dx/{YEAR}/files/"


@pytest.fixture
@remembered
def year(cast: Cast) -> Cast:
    cast.open(2)
    cast.submitted(1)
    settle_background()
    return cast


def sheet_file() -> Artifact:
    return Artifact.objects.filter(kind="sheet").latest("pk")


def year_file() -> Artifact:
    return Artifact.objects.filter(kind="consolidated").latest("pk")


def status(cast: Cast, who: str, artifact: Artifact) -> int:
    return as_(cast.people[who]).get(reverse("meguri:download", args=[artifact.pk])).status_code


@pytest.mark.parametrize(
    "who, sheet, consolidated",
    [
        ("contributor", 200, 404), ("head", 200, 404), ("related", 200, 404), ("other", 404, 404),
        ("reviewer2", 200, 200), ("approver", 200, 200), ("administrator", 200, 200), ("auditor", 200, 200),
    ],
)  # fmt: skip
def test_who_may_take_which_file(year: Cast, who: str, sheet: int, consolidated: int) -> None:
    assert (status(year, who, sheet_file()), status(year, who, year_file())) == (sheet, consolidated)


def test_a_file_arrives_whole_under_its_own_name_and_is_on_record(year: Cast) -> None:
    artifact = year_file()
    response = as_(year.reviewer2).get(reverse("meguri:download", args=[artifact.pk]))
    content = b"".join(response.streaming_content)
    assert hashlib.sha256(content).hexdigest() == artifact.sha256 and len(content) == artifact.size
    disposition = response["Content-Disposition"]
    assert disposition.startswith("attachment;") and "filename*=utf-8''" in disposition
    assert response["X-Content-Type-Options"] == "nosniff" and "no-store" in response["Cache-Control"]
    entry = AuditEntry.objects.get(action="download")
    assert entry.actor_key == year.reviewer2.key and entry.after["sha256"] == artifact.sha256


def test_a_refused_download_leaves_no_record_of_one(year: Cast) -> None:
    assert status(year, "other", sheet_file()) == 404
    assert not AuditEntry.objects.filter(action="download").exists()


def test_the_list_shows_each_person_what_they_may_read(year: Cast) -> None:
    reviewer = words(as_(year.reviewer2).get(PAGE))
    assert "提出時点" in reviewer and year_file().sha256 in reviewer and "見本の施策1" in reviewer
    own = words(as_(year.contributor).get(PAGE))
    assert "見本の施策1" in own and year_file().sha256 not in own and "全部署の内容が入るため" in own
    assert "見られる施策シートのファイルはありません" in words(as_(year.other).get(PAGE))


def test_only_the_newest_book_of_a_sheet_is_listed(year: Cast) -> None:
    review = year.sheet(1)
    from workflow import steps

    steps.recall(user=year.contributor, review_id=review.pk)
    settle_background()
    assert Artifact.objects.filter(review=review).count() == 2
    page = as_(year.contributor).get(PAGE).content.decode()
    assert page.count(reverse("meguri:sheet", args=[review.pk])) == 1
    assert reverse("meguri:download", args=[sheet_file().pk]) in page


def test_the_published_book_is_everybodys(cast: Cast) -> None:
    cast.published(1)
    artifact = Artifact.objects.get(edition__isnull=False, kind="consolidated")
    assert status(cast, "other", artifact) == 200
    assert "第1版" in words(as_(cast.other).get(PAGE))
    assert Client().get(f"/results/dx/{YEAR}/download/").status_code == 200


def test_a_file_that_is_gone_is_404_and_logged(year: Cast, caplog: pytest.LogCaptureFixture) -> None:
    artifact = sheet_file()
    default_storage.delete(artifact.path)
    assert status(year, "contributor", artifact) == 404
    assert f"artifact {artifact.pk} is missing" in caplog.text


def test_absent_years_and_files_are_404(year: Cast) -> None:
    client = as_(year.reviewer2)
    assert client.get("/plans/dx/1999/files/").status_code == 404
    assert client.get(reverse("meguri:download", args=[987654])).status_code == 404


def test_the_list_costs_the_same_however_many_files(year: Cast) -> None:
    client = as_(year.reviewer2)
    few = queries_of(client, PAGE)
    more_sheets(year, 6)
    for review in year.sheet(1).cycle.reviews.all():
        Artifact.objects.create(
            kind="sheet", cycle=review.cycle, review=review, revision=50, label="提出済", path=f"p{review.pk}",
            filename="x.xlsx", sha256="0" * 64, size=1, created_at=review.state_since,
        )  # fmt: skip
    assert queries_of(client, PAGE) == few
