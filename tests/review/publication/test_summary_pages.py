"""The published 計画期間の総括 as a workbook and in the plain site."""

import hashlib
import io
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from openxml_audit import FileFormat, OpenXmlValidator, ValidationSeverity

from review.ending.services import summaries
from review.models import Artifact, Edition, SummaryEdition
from review.publication.services import bundle, summary_tables
from review.publication.views import plain_files
from tests.cast import YEAR, Cast, settle_background
from tests.frozen import changed, follow
from tests.remembered import remembered
from tests.review.acting import as_, words
from tests.review.ending.test_summary import decide, proposed
from tests.review.publication.test_plain_files import LINK

pytestmark = pytest.mark.django_db
PLACE = "results/dx/summary/"


@remembered
def published(cast: Cast) -> SummaryEdition:
    """The first edition of the 総括 of an ended plan."""
    decide(cast, proposed(cast))
    settle_background()
    return SummaryEdition.objects.select_related("plan").get()


@remembered
def second(cast: Cast, first: SummaryEdition) -> SummaryEdition:
    """A further one, with a formula's sign in its text."""
    summaries.reopen(user=cast.reviewer2, plan_id=first.plan_id, reason="文の誤りのため")
    summaries.write(user=cast.reviewer2, plan_id=first.plan_id, text="=直しました。")
    summaries.submit(user=cast.reviewer2, plan_id=first.plan_id)
    decide(cast, first.plan, round=2)
    settle_background()
    return SummaryEdition.objects.select_related("plan").latest("number")


def test_the_workbook_says_what_the_page_says_and_is_always_the_same(cast: Cast, tmp_path: Path) -> None:
    edition = second(cast, published(cast))
    address = reverse("publication:summary_data", args=["dx", 2, "summary.xlsx"])
    answer = Client().get(address)
    assert answer["Content-Type"].endswith("spreadsheetml.sheet") and "summary_2_summary.xlsx" in str(answer.headers)
    assert answer.content == summary_tables.as_xlsx(edition)
    assert address in Client().get(reverse("publication:summary", args=["dx"])).content.decode()
    book = load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["総括", "施策の総括", "成果目標"]
    cells = {sheet.title: [[cell.value or "" for cell in row] for row in sheet.iter_rows(min_row=4)] for sheet in book}
    assert ["計画全体の総括", "=直しました。"] in cells["総括"] and ["訂正の理由", "文の誤りのため"] in cells["総括"]
    assert cells["施策の総括"][1][::4] == ["01-01", "順調でした。"]
    assert cells["成果目標"] == summary_tables.rows_of(edition.snapshot)
    (tmp_path / "book.xlsx").write_bytes(answer.content)
    result = OpenXmlValidator(file_format=FileFormat.OFFICE_2019, max_errors=20).validate(str(tmp_path / "book.xlsx"))
    assert [str(error) for error in result.errors if error.severity != ValidationSeverity.WARNING] == []


def test_the_plain_site_of_the_summary_has_its_pages_and_files_and_the_last_year_s_page_leads_there(cast: Cast) -> None:
    summary = second(cast, published(cast))
    files = dict(plain_files.site_as_of(bundle.last_before(summary), None, summary))
    for folder in (PLACE, f"{PLACE}1/", f"{PLACE}2/", "results/en/dx/summary/"):
        assert f"{folder}index.html" in files, folder
    for name in summary_tables.FILES:
        address = reverse("publication:summary_data", args=["dx", 1, name])
        assert files[f"{PLACE}1/{name}"] == Client().get(address).content, name
    assert "../../summary/index.html" not in files and "=直しました。" in files[f"{PLACE}index.html"].decode()
    for place in (f"results/dx/{YEAR}/index.html", f"results/en/dx/{YEAR}/index.html"):
        links = LINK.findall(files[place].decode())
        assert any(link.endswith("summary/index.html") for link in links), place


def test_the_site_of_an_edition_stays_as_it_stood_before_the_summary(cast: Cast) -> None:
    plan = proposed(cast)
    before = dict(plain_files.site_as_of(Edition.objects.get()))
    decide(cast, plan)
    assert dict(plain_files.site_as_of(Edition.objects.get())) == before
    assert not any(place.startswith(PLACE) for place in before)


def test_it_is_made_from_the_button_and_by_the_command_alike(cast: Cast, tmp_path: Path) -> None:
    first = published(cast)
    client, page = as_(cast.reviewer), reverse("meguri:files", args=["dx", YEAR])
    assert "計画期間の総括 第1版の静的サイトを作る" in words(client.get(page))
    for _time in range(2):
        client.post(reverse("meguri:bundle_make", args=["dx", YEAR, 1]), {"summary": "1"})
        settle_background()
    artifact = Artifact.objects.get(kind=Artifact.Kind.BUNDLE)
    assert artifact.filename in words(client.get(page)) and artifact.label == "計画期間の総括 第1版"
    content = default_storage.open(artifact.path).read()
    call_command("build_site", YEAR, out=str(tmp_path / "site.zip"))
    assert (tmp_path / "site.zip").read_bytes() == content
    with ZipFile(io.BytesIO(content)) as archive:
        assert hashlib.sha256(archive.read(f"{PLACE}1/data.json")).hexdigest() == first.sha256
        assert "計画期間の総括 第1版" in archive.read(bundle.README).decode()
    call_command("build_site", YEAR, edition=1, out=str(tmp_path / "edition.zip"))
    with ZipFile(tmp_path / "edition.zip") as archive:
        assert not any(name.startswith(PLACE) for name in archive.namelist())
    second(cast, first)
    assert "計画期間の総括 第2版の静的サイトを作る" in words(client.get(page))
    client.post(reverse("meguri:bundle_make", args=["dx", YEAR, 1]), {"summary": "1"})
    settle_background()
    assert Artifact.objects.filter(kind=Artifact.Kind.BUNDLE).count() == 2


def test_a_correction_after_the_summary_has_it_in_its_own_site(cast: Cast) -> None:
    summary = published(cast)
    cycle, first = summary.plan.cycles.get(), Edition.objects.get()
    assert bundle.newest_summary(cycle) == summary
    correction = follow(first, changed(first, "01-01", "121件"))
    assert bundle.last_before(summary) == first and bundle.newest_summary(cycle) is None
    assert f"{PLACE}index.html" in dict(plain_files.site_as_of(correction))
