"""The demo's whole year with a real worker, beat, broker and database: what `make demo` promises."""

import openpyxl
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.db.models import Count
from django.test import Client, override_settings
from django.urls import reverse

from review.domain.plan_text import read_plan_text
from review.models import (
    Artifact,
    Correction,
    Cycle,
    Edition,
    IndicatorYear,
    Job,
    MeasureReview,
    Notification,
    OutboxEvent,
    ReviewState,
)
from review.publication.services import publication
from tests.review.acting import as_, words
from tests.scenarios.test_forms_alike import all_forms_agree
from workflow.demo import story
from workflow.demo.people import FIRST, SECOND, person, writer_of

# half a minute on a quiet machine, minutes on a busy one
pytestmark = [pytest.mark.worker, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def demo(worker) -> None:
    """The demo, run against the test's own servers."""
    call_command("run_demo")


@pytest.mark.drill
def test_the_whole_year(demo: None, worker, tmp_path) -> None:
    cycle = Cycle.objects.get(fiscal_year=2024)
    edition = Edition.objects.get(cycle=cycle, current=True)
    assert MeasureReview.objects.filter(cycle=cycle, state=ReviewState.PUBLISHED).count() == 30
    assert publication.intact(edition)
    assert {one.plan.short_name: one.state for one in Cycle.objects.filter(fiscal_year=2025)} == {
        FIRST: "open",
        SECOND: "open",
    }
    assert not OutboxEvent.objects.filter(delivered_at=None).exists()
    assert not Job.objects.exclude(state="done").exists()
    assert not Notification.objects.values("event", "recipient", "key").annotate(n=Count("pk")).filter(n__gt=1).exists()
    assert list(worker.mail_folder.iterdir())
    _the_edition_holds_what_the_document_says(edition)
    _the_story_has_all_its_turns(cycle)
    _the_book_has_its_sheets(edition)
    _no_demo_value_is_published(edition)
    _the_second_plan_has_work_for_everyone_and_a_year_to_come()
    _the_start_page_leads_everybody_everywhere()
    all_forms_agree(edition, tmp_path, (None,))
    _a_wrong_value_is_put_right_in_the_open(edition, worker)


def _a_wrong_value_is_put_right_in_the_open(first: Edition, worker) -> None:
    """Prepared by a reviewer and decided by an approver on their screens; the worker publishes 訂正第1版 beside the first."""
    year, key = first.cycle.fiscal_year, f"indicator:1:actual:{first.cycle.fiscal_year}"
    row = next(one for one in first.snapshot["measures"] if one["code"] == "01-02")
    wrong = next(cell["actual"] for cell in row["indicators"][0]["years"] if cell["fiscal_year"] == year)
    office, board = as_(person("kakunin1")), as_(person("shonin1"))
    assert office.post(reverse("meguri:correction_start", args=first.cycle.key)).status_code == 303
    pk = Correction.objects.get().pk
    typed = {"version": "0", f"right:{key}": "2件", f"reason:{key}": "集計の誤りのため。", "action": "save"}
    assert office.post(reverse("meguri:correction_items", args=[pk, "01-02"]), typed).status_code == 303
    assert office.post(reverse("meguri:correction_submit", args=[pk])).status_code == 303
    assert board.post(reverse("meguri:correction_decide", args=[pk]), {"round": "1"}).status_code == 303
    worker.wait_for(lambda: Artifact.objects.filter(edition__number=2, kind="consolidated").exists(), seconds=120)
    errata = words(Client().get(f"/results/{FIRST}/{year}/errata/"))
    assert "訂正第1版" in errata and wrong in errata and "2件" in errata and "集計の誤りのため。" in errata
    assert "2件" in words(Client().get(f"/results/{FIRST}/{year}/01-02/"))
    old = Client().get(f"/results/{FIRST}/{year}/editions/1/01-02/")
    assert f"<strong>{wrong}</strong>" in old.content.decode() and "この版は訂正されました" in words(old)
    worker.wait_for(lambda: not Job.objects.exclude(state="done").exists(), seconds=120)


def _the_edition_holds_what_the_document_says(edition: Edition) -> None:
    document = read_plan_text(story.FACTS.read_bytes())
    published = {row["code"]: row for row in edition.snapshot["measures"]}
    for sheet in document.sheets:
        blocks = {one["number"]: one for one in published[sheet.code]["indicators"]}
        for block in sheet.indicators:
            if block.is_empty:
                continue
            cells = {cell["fiscal_year"]: cell for cell in blocks[block.number]["years"]}
            for cell in block.years:
                if cell.actual.strip():
                    assert cells[cell.fiscal_year]["actual"] == cell.actual, (sheet.code, block.number)
                    assert cells[cell.fiscal_year]["target"] == cell.target


def _the_story_has_all_its_turns(cycle: Cycle) -> None:
    reviews = MeasureReview.objects.filter(cycle=cycle)
    assert reviews.filter(decisions__step="review", decisions__verdict="return").exists()
    assert reviews.filter(decisions__step="approve", decisions__verdict="return").exists()
    assert reviews.filter(decisions__step="approve", decisions__verdict="return_to_review").exists()
    assert reviews.filter(submissions__recalled_at__isnull=False).exists()
    assert reviews.filter(late=True).exists()


def _the_book_has_its_sheets(edition: Edition) -> None:
    artifact = edition.artifacts.get(kind="consolidated")
    book = openpyxl.load_workbook(settings.FILES_ROOT / artifact.path, read_only=True)
    codes = {row["code"] for row in edition.snapshot["measures"]}
    assert {"表紙", "総括", "成果指標一覧", "変更履歴"} <= set(book.sheetnames)
    assert codes <= set(book.sheetnames)
    book.close()


def _no_demo_value_is_published(edition: Edition) -> None:
    invented = IndicatorYear.objects.filter(demo=True)
    assert edition.cycle.fiscal_year != 2025
    assert {row.fiscal_year for row in invented.filter(indicator__measure__plan__short_name=FIRST)} == {2025}
    second = IndicatorYear.objects.filter(indicator__measure__plan__short_name=SECOND).exclude(actual="")
    assert second.exists() and all(row.demo for row in second)


@override_settings(
    ROOT_URLCONF="config.local.urls",
    OPEN_ADDRESSES=("demo:start", "demo:enter"),
    SETTINGS_MODULE="config.settings.demo",
)
def _the_start_page_leads_everybody_everywhere() -> None:
    """Every role has five steps; each opens as the person of the role, and nobody else can be entered as."""
    page = Client().get("/demo/")
    tours = page.context["tours"]
    assert len({row["tour"].username for row in tours}) == 7 and all(len(row["tour"].stops) == 5 for row in tours)
    for tour in (row["tour"] for row in tours):
        for stop in tour.stops:
            client = Client()
            if tour.username:
                answer = client.post("/demo/enter/", {"who": tour.username, "to": stop.path})
                assert answer.status_code == 302 and answer["Location"] == stop.path
            assert client.get(stop.path).status_code == 200, (tour.username, stop.path)
    for who, to in (("kakunin2", "/"), ("kanri", "//elsewhere.example/"), ("", "/")):
        assert Client().post("/demo/enter/", {"who": who, "to": to}).status_code == 404
    with transaction.atomic():
        # A visitor has brought both years to their end: nothing waits any more, and the page goes on.
        Cycle.objects.filter(fiscal_year=2025).update(state="deciding")
        MeasureReview.objects.filter(cycle__fiscal_year=2025).update(state=ReviewState.APPROVED)
        assert len(Client().get("/demo/").context["tours"]) == 7
        transaction.set_rollback(True)
    with override_settings(SETTINGS_MODULE="config.settings.prod"):
        assert Client().get("/demo/").status_code == 404


def _the_second_plan_has_work_for_everyone_and_a_year_to_come() -> None:
    """Two plans and next year's 目標 can be tried: a list of KPI in its third year of five, judged by progress."""
    sheets = MeasureReview.objects.filter(cycle__plan__short_name=SECOND).order_by("measure_year__measure__code")
    assert [one.state for one in sheets] == ["editing", "endorsing", "submitted", "reviewed"]
    rows = IndicatorYear.objects.filter(indicator__measure__plan__short_name=SECOND).exclude(actual="")
    assert all(row.rate_text.startswith("進捗率") for row in rows)
    assert {row.status for row in rows} == {"not_applicable", "achieved"}, "nothing is missed before its target's year"
    clerk = as_(writer_of(sheets[0].measure_year.owner))
    assert "来年度の目標" in words(clerk.get(reverse("meguri:entry", args=[sheets[0].pk, 4])))
    for username, address in (("kakunin4", "queue"), ("shonin3", "board")):
        client = as_(person(username))
        assert client.get(f"/plans/{SECOND}/2025/{address}/").status_code == 200
        assert client.get(reverse("meguri:queue", args=[FIRST, 2025])).status_code == 403
