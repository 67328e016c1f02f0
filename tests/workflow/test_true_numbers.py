"""提出, 承認, 対象外 and 未提出 are the same four numbers on every screen, held against SQL of this test's own."""

from __future__ import annotations

import csv
import json
import zipfile
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from review import clock
from review.assessment.services import approval
from review.assessment.services.standings import sheets_of
from review.books.services import books, workbooks
from review.domain.book import YearBook
from review.models import Artifact, MeasureReview, MeasureYear, Outcome, Plan
from review.pdf import maker
from review.publication.services import exports, open_data
from review.workbook import engine, tally
from tests.cast import YEAR, Cast, settle_background
from tests.remembered import remembered
from tests.review.acting import as_, words
from workflow import steps
from workflow.views.year import publishing_effects

REPORTED = "SELECT COUNT(*) FROM review_measurereview WHERE outcome = ''"
COUNTED = {
    "提出": f"{REPORTED} AND state NOT IN ('not_started', 'editing', 'returned')",
    "承認": f"{REPORTED} AND state IN ('approved', 'published')",
    "対象外": "SELECT COUNT(*) FROM review_measurereview WHERE outcome = 'excluded'",
    "未提出": "SELECT COUNT(*) FROM review_measurereview WHERE outcome = 'not_submitted'",
    "施策": "SELECT COUNT(*) FROM review_measurereview WHERE outcome <> 'excluded'",
    "提出待ち": f"{REPORTED} AND state IN ('not_started', 'editing', 'returned')",
    "承認待ち": f"{REPORTED} AND state = 'reviewed'",
}


def sql() -> dict[str, int]:
    counts = {}
    with connection.cursor() as cursor:
        for name, statement in COUNTED.items():
            cursor.execute(statement)
            counts[name] = cursor.fetchone()[0]
    return counts


def settle(cast: Cast, number: int, outcome: Outcome) -> None:
    review = cast.sheet(number)
    approval.propose_outcome(user=cast.reviewer, review_id=review.pk, outcome=outcome, reason="制度の廃止")
    steps.decide_outcome(user=cast.approver, review_id=review.pk, accept=True)


@pytest.fixture
@remembered
def mixed(cast: Cast) -> Cast:
    """One sheet of every kind: approved, reviewed, submitted, returned, a draft, untouched, 対象外, 未提出."""
    cast.open(8)
    cast.approved(1)
    cast.reviewed(2)
    cast.submitted(3)
    returned = cast.submitted(4)
    steps.return_to_department(user=cast.reviewer2, review_id=returned.pk, round=1, comment="見直し")
    cast.fill(cast.sheet(5))
    settle(cast, 7, Outcome.EXCLUDED)
    settle(cast, 8, Outcome.NOT_SUBMITTED)
    return cast


def tiles(stats: list[dict[str, Any]]) -> dict[str, int]:
    return {str(stat["label"]): stat["value"] for stat in stats}


def test_the_progress_page_counts_as_sql_does(mixed: Cast) -> None:
    context, expected = as_(mixed.reviewer2).get(f"/plans/dx/{YEAR}/progress/").context, sql()
    shown = tiles(context["stats"])
    shown["提出"] = shown["提出まで進んだ施策"]
    assert {name: shown[name] for name in ("提出", "承認", "対象外", "未提出")} == {
        name: expected[name] for name in ("提出", "承認", "対象外", "未提出")
    }
    assert all(stat["unit"] == f"/ {expected['施策']} 施策" for stat in context["stats"][:2])
    assert context["stats"][0]["note"] == f"残り{expected['提出待ち']}"
    counts, rows = context["flow"]["counts"], context["departments"]
    assert (counts["approved"], counts["excluded"]) == (expected["承認"], expected["対象外"])
    assert sum(row["handed_in"] for row in rows) == expected["提出"]
    assert sum(row["total"] for row in rows) == expected["施策"]
    assert sum(row["open"] for row in rows) == expected["提出待ち"]


def test_the_board_counts_as_sql_does(mixed: Cast) -> None:
    stats, expected = as_(mixed.approver).get(f"/plans/dx/{YEAR}/board/").context["stats"], sql()
    shown = tiles(stats)
    assert (shown["承認済"], shown["承認待ち"]) == (expected["承認"], expected["承認待ち"])
    assert (shown["対象外"], shown["未提出"], shown["提出前"]) == (
        expected["対象外"],
        expected["未提出"],
        expected["提出待ち"],
    )
    assert stats[1]["note"] == f"全{expected['施策']}施策"


def test_the_list_of_years_counts_as_sql_does(mixed: Cast) -> None:
    response, expected = as_(mixed.reviewer2).get("/cycles/"), sql()
    tally = response.context["cycles"][0]["tally"]
    assert (tally.due, tally.waiting) == (expected["施策"], expected["提出待ち"])
    page = words(response)
    assert "提出待ち" in page and "未提出" not in page


def test_a_year_that_is_not_open_yet_has_its_plan_s_measures(cast: Cast) -> None:
    cast.draft(3)
    assert not MeasureReview.objects.exists()
    tally = as_(cast.reviewer2).get("/cycles/").context["cycles"][0]["tally"]
    assert (tally.due, tally.waiting, tally.submitted) == (3, 3, 0)


def test_drafts_and_returned_sheets_are_no_results_on_the_board(mixed: Cast) -> None:
    response, expected = as_(mixed.approver).get(f"/plans/dx/{YEAR}/board/?show=all"), sql()
    assert sum(response.context["measure_totals"][0]["counts"].values()) == expected["提出"]
    assert sum(response.context["totals"][0]["counts"].values()) == 2 * expected["提出"]
    drafts = {mixed.sheet(number).pk for number in (4, 5)}
    assert all(row.grades == () and row.grade == "" for row in response.context["rows"] if row.pk in drafts)
    assert any(sheets_of(mixed.cycle)[pk].rated.grade for pk in drafts)  # they have grades; the board withholds them
    assert "提出された施策だけを数えています" in words(response)


def test_a_final_edition_counts_as_sql_does_and_waits_for_nothing(cast: Cast) -> None:
    cast.open(4)
    for number in (1, 2):
        cast.approved(number)
    settle(cast, 3, Outcome.EXCLUDED)
    settle(cast, 4, Outcome.NOT_SUBMITTED)
    settle_background()
    steps.decide_year(user=cast.approver, cycle_id=cast.sheet().cycle_id)
    settle_background()
    expected, year = sql(), f"/results/dx/{YEAR}/"
    front = words(Client().get(year))
    assert f"DX推進計画の{expected['提出']}の施策と" in front
    assert f"対象外は{expected['対象外']}施策、未提出は{expected['未提出']}施策" in front
    codes = MeasureReview.objects.values_list("measure_year__measure__code", flat=True)
    pages = {path: words(Client().get(path)) for path in [year, *(f"{year}{code}/" for code in codes)]}
    for path, page in pages.items():
        assert not [word for word in ("まだ入力", "未入力", "入力されていません") if word in page], path
    assert "この施策は「対象外」のため、実績はありません。" in pages[f"{year}01-03/"]
    assert "この施策は「未提出」のため、実績はありません。" in pages[f"{year}01-04/"]
    assert (
        tiles(as_(cast.reviewer2).get(f"/plans/dx/{YEAR}/progress/").context["stats"])["承認"] == expected["承認"] == 2
    )


# --- books, papers, data and the public tables -------------------------------------------------------------------------


def row_of(sheet: Any, label: str) -> dict[str, int]:
    """{column's first line: number} of the row with the label on a painted 総括."""
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    heads = next(row for row in rows if "計" in row)
    values = next(row for row in rows if row[0] == label)
    return {
        str(head).split("\n")[0]: int(value)
        for head, value in zip(heads, values, strict=True)
        if head and str(value or "").isdigit()
    }


def workbook(book: YearBook) -> openpyxl.Workbook:
    out = BytesIO()
    engine.write(book, out)
    return openpyxl.load_workbook(BytesIO(out.getvalue()))


def pdf_text(paper: bytes) -> str:
    return "".join("".join(page.extract_text().split()) for page in PdfReader(BytesIO(paper)).pages)


def test_the_books_of_a_running_year_count_as_sql_does(mixed: Cast) -> None:
    expected, book = sql(), workbooks.year_book_now(mixed.cycle)
    made = workbook(book)
    shown = row_of(made["総括"], tally.SHEETS)
    assert shown["計"] == expected["提出"]
    assert (shown["提出前"], shown["未提出"], shown["対象外"]) == (
        expected["提出待ち"],
        expected["未提出"],
        expected["対象外"],
    )
    assert row_of(made["総括"], tally.INDICATORS)["計"] == 2 * expected["提出"]
    cover = "".join(str(cell.value or "") for row in made["表紙"].iter_rows() for cell in row)
    apart = f"提出前{expected['提出待ち']}件、未提出{expected['未提出']}件、対象外{expected['対象外']}件"
    assert apart in cover
    pack = pdf_text(maker.pack(book).data)
    assert f"施策{expected['施策']}件({apart})" in pack


def test_the_home_page_counts_as_sql_does(mixed: Cast) -> None:
    context = as_(mixed.approver).get("/").context["approving"]
    assert context["count"] + context["not_mine"] == sql()["承認待ち"]
    mine = as_(mixed.contributor).get("/").context["department"]
    assert mine["todo"] == sql()["提出待ち"] and mine["count"] == MeasureReview.objects.count()
    assert [review.outcome for review in mine["others"]].count("excluded") == sql()["対象外"]


@pytest.fixture
@remembered
def final(cast: Cast) -> Cast:
    """A published year: two approved, and two settled whose departments had drafted values before."""
    cast.open(4)
    for number in (1, 2):
        cast.approved(number)
    for number, outcome in ((3, Outcome.EXCLUDED), (4, Outcome.NOT_SUBMITTED)):
        cast.fill(cast.sheet(number))
        settle(cast, number, outcome)
    settle_background()
    steps.decide_year(user=cast.approver, cycle_id=cast.sheet().cycle_id)
    settle_background()
    return cast


def test_every_form_of_an_edition_counts_as_sql_does(final: Cast) -> None:
    expected, source = sql(), exports.source_of(final.sheet().cycle)
    assert (expected["施策"], expected["提出"], expected["対象外"], expected["未提出"]) == (3, 2, 1, 1)
    book = books.year_book(source.snapshot, label=source.label, made_at=timezone.localtime(clock.now()))
    for sheet in (workbook(book)["総括"], openpyxl.load_workbook(file_of(source, Artifact.Kind.CONSOLIDATED))["総括"]):
        shown = row_of(sheet, tally.SHEETS)
        assert (shown["計"], shown["未提出"], shown["対象外"]) == (
            expected["提出"],
            expected["未提出"],
            expected["対象外"],
        )
        assert row_of(sheet, tally.INDICATORS)["計"] == 2 * expected["提出"]
    nothing_to_grade = json.loads(json.dumps(source.snapshot))
    nothing_to_grade["measures"][0]["grade"] = ""
    book = books.year_book(nothing_to_grade, label=source.label, made_at=timezone.localtime(clock.now()))
    assert row_of(workbook(book)["総括"], tally.SHEETS)["評価なし"] == 1
    totals = json.loads(exports.as_json(source))["snapshot"]["totals"]
    assert (totals["measures"]["excluded"], totals["measures"]["not_submitted"]) == (
        expected["対象外"],
        expected["未提出"],
    )
    assert sum(totals["indicators"].values()) == 2 * expected["提出"]
    rows = list(csv.DictReader(StringIO(exports.as_csv(source).decode("utf-8-sig"))))
    graded = [row for row in rows if row["達成区分"]]
    assert len(graded) == 2 * expected["提出"]
    measures = list(csv.DictReader(StringIO(exports.measures_csv(source).decode("utf-8-sig"))))
    outcomes = [row["施策の結果コード"] for row in measures]
    assert (outcomes.count("excluded"), outcomes.count("not_submitted")) == (expected["対象外"], expected["未提出"])
    context = Client().get(f"/results/dx/{YEAR}/").context
    assert sum(group["totals"].due for group in context["fields"]) == expected["施策"]
    assert sum(group["totals"].due for group in context["departments"]) == expected["施策"]
    assert sum(group["totals"].indicator_count for group in context["fields"]) == 2 * expected["提出"]


def file_of(source: exports.Source, kind: str) -> BytesIO:
    """The very file of the edition."""
    row = Artifact.objects.get(edition=source.edition, kind=kind)
    with default_storage.open(row.path, "rb") as file:
        return BytesIO(file.read())


NOT_TEXT = (".xlsx", ".pdf", ".zip", ".png", ".woff2", ".ico", "/")
#: What is said of something still to come.
TO_COME = ("まだ入力", "未入力", "入力されていません", "提出前", "未定")


def test_no_form_of_an_edition_waits_for_anything(final: Cast, tmp_path: Path) -> None:
    """Data, books, papers and every public page, of what was settled too: nothing is still to be entered."""
    source = exports.source_of(final.sheet().cycle)
    forms: dict[str, str] = {}
    for form in ("json", "csv", "xlsx", "pdf"):
        call_command("export_cycle", str(YEAR), "--format", form, "--out", str(tmp_path / f"out.{form}"), verbosity=0)
    forms["json"] = (tmp_path / "out.json").read_text()
    forms["csv"] = (tmp_path / "out.csv").read_text()
    forms["measures.csv"] = exports.measures_csv(source).decode()
    forms["dictionary"] = open_data.dictionary().decode()
    with zipfile.ZipFile(tmp_path / "out.xlsx") as packed:
        forms["xlsx"] = "".join(packed.read(name).decode() for name in packed.namelist() if name.endswith(".xml"))
    forms["pdf"] = pdf_text((tmp_path / "out.pdf").read_bytes())
    call_command("build_site", YEAR, out=str(tmp_path / "site.zip"), stdout=StringIO(), stderr=StringIO())
    with zipfile.ZipFile(tmp_path / "site.zip") as packed:
        plain = [name for name in packed.namelist() if not name.endswith(NOT_TEXT)]
        forms |= {name: packed.read(name).decode() for name in plain}
    assert sum(name.endswith(".html") for name in forms) > 5
    waiting = {name: [word for word in TO_COME if word in text] for name, text in forms.items()}
    assert {name: hits for name, hits in waiting.items() if hits} == {}
    rows = [one for one in source.snapshot["measures"] if one["outcome"]]
    assert len(rows) == 2 and all(one["indicators"] for one in rows)
    for cell in (cell for row in rows for one in row["indicators"] for cell in one["years"]):
        assert cell["fiscal_year"] != YEAR or cell["actual"] == "", "what was not reported is not published"
    assert not any(answer for row in rows for key, answer in row["evaluation"].items() if key != "board_opinion")
    assert MeasureYear.objects.filter(review__outcome__gt="").exclude(texts__cause="").count() == 2, (
        "a draft stood there"
    )


def test_the_decision_of_the_plan_s_last_year_promises_no_next_one(cast: Cast) -> None:
    cycle = cast.open(1)
    Plan.objects.update(last_year=YEAR)
    cycle.plan.refresh_from_db()
    text = "".join(publishing_effects(cycle, []))
    assert "次の年度の準備が始まり" not in text and "最終年度" in text
    Plan.objects.update(last_year=YEAR + 1)
    cycle.plan.refresh_from_db()
    assert "次の年度の準備が始まり" in "".join(publishing_effects(cycle, []))
