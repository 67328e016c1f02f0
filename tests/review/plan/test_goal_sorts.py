"""活動指標 or 成果指標 is data of a goal: read from a list, edited with the 施策, and told wherever its goal is told."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from review.books.services import books
from review.books.services.snapshot import snapshot_of
from review.domain.book import FormSheet
from review.domain.forms.as_document import Known, document_of
from review.domain.forms.reading import read_grids
from review.models import Edition, Indicator, Plan
from review.pdf import content
from review.plan.services import measure_edits, plan_changes, planning
from review.publication.services import exports, open_data, schemas
from review.workbook.writer import write_form
from tests.cast import YEAR, Cast, settle_background
from tests.review.acting import as_, words
from tests.review.domain.forms.books import Page
from workflow import steps

pytestmark = pytest.mark.django_db

LIST = "施策名|担当課|指標区分|指標|単位|R6目標|R6実績|R7目標\n窓口|市民課|活動指標|相談の回数|回|10|11|12\n||成果指標|満足度|%|80|81|82"


def sorts(**which: Any) -> list[str]:
    return list(Indicator.objects.filter(**which).order_by("measure__code", "number").values_list("sort", flat=True))


def imported(text: str) -> planning.Imported:
    proposal = read_grids([Page(text=text).grid()])
    read = {**proposal.as_data(), "sorts": proposal.sorts()}
    plan = Plan.objects.get(short_name="sogo")
    return planning.import_plan(
        document_of(read, planning.known(plan)), plan_name=plan.name, city=plan.city, year=2024, dry_run=False
    )


@pytest.fixture
def plan(cast: Cast) -> Plan:
    return Plan.objects.create(short_name="sogo", name="総合戦略", city="見本市", first_year=2024, last_year=2027)


def test_an_import_stores_it_and_fills_it_in_where_the_plan_had_none(plan: Plan) -> None:
    imported(LIST)
    assert sorts(measure__plan=plan) == ["activity", "outcome"]
    Indicator.objects.filter(number=2).update(sort="")
    again = imported(LIST)
    assert sorts(measure__plan=plan) == ["activity", "outcome"] and again.written == 1
    assert [(one.item, one.after) for one in again.changes] == [("成果目標② 指標の区分", "成果指標")]
    Indicator.objects.update(sort="outcome")
    assert imported(LIST).written == 0 and sorts(measure__plan=plan) == ["outcome", "outcome"], "a person's word stands"


def test_a_reading_held_from_an_earlier_version_has_none() -> None:
    document = document_of(read_grids([Page(text=LIST).grid()]).as_data(), Known())
    assert [one.sort for one in document.sheets[0].indicators] == ["", ""]


def test_it_is_edited_freely_in_a_draft_and_proposed_in_an_open_year(cast: Cast) -> None:
    cast.draft(1)
    page = f"/plans/dx/{YEAR}/measures/01-01/"
    assert "指標の区分" in words(as_(cast.reviewer).get(page)) and "活動指標" in words(as_(cast.reviewer).get(page))
    edit = {"user": cast.reviewer, "cycle_id": cast.cycle.pk, "code": "01-01"}
    measure_edits.edit(**edit, changes={"goal:1:sort": "activity"})
    assert sorts() == ["activity", ""]
    assert Indicator.objects.get(number=1).defined_at, "its definition stays confirmed"
    steps.open_year(user=cast.reviewer2, cycle_id=cast.cycle.pk)
    settle_background()
    form = as_(cast.reviewer).get(page).context["form"]
    values = {name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in values.items() if value not in (False, None)}
    sent |= {"goal:2:sort": "outcome", "reason": "様式に合わせるため"}
    assert "成果目標② 指標の区分: 成果指標" in words(as_(cast.reviewer).post(page, sent))
    as_(cast.reviewer).post(page, {**sent, "sure": "1"})
    change = plan_changes.PlanChange.objects.get()
    steps.decide_plan_change(user=cast.approver, change_id=change.pk, accept=True)
    assert sorts() == ["activity", "outcome"]


def test_what_is_filled_into_the_blank_form_is_printed_and_published(cast: Cast, tmp_path: Path) -> None:
    cycle, client = cast.draft(1, indicators=1), as_(cast.reviewer)
    book = load_workbook(BytesIO(client.get("/plans/dx/import/blank/").content))
    sheet = book.worksheets[0]
    heads = {cell.value: cell.column for cell in sheet[3]}
    facts = {"施策ID": "01-01", "施策名": "見本の施策1", "主管部署": "産業振興課", "関連部署": "市民課"}
    facts |= {"指標": "利用件数", "指標の区分": "活動指標", "令和6年度目標": "100件"}
    for head, text in facts.items():
        sheet.cell(row=4, column=heads[head]).value = text
    book.save(filled := BytesIO())
    client.post("/plans/dx/import/", {"file": SimpleUploadedFile("計画.xlsx", filled.getvalue())})
    settle_background()
    page = client.get("/plans/dx/import/check/")
    sent = {one.html_name: one.value() for one in page.context["form"]} | {"act": "take", "everything": "on"}
    sent |= {"version": page.context["preview"].version}
    client.post("/plans/dx/import/check/", {name: value for name, value in sent.items() if value not in (None, False)})
    settle_background()
    assert sorts() == ["activity"]
    steps.open_year(user=cast.reviewer2, cycle_id=cycle.pk)
    settle_background()
    cast.approved(1)
    settle_background()
    steps.decide_year(user=cast.approver, cycle_id=cycle.pk)
    settle_background()
    snapshot = Edition.objects.get().snapshot
    assert [goal["sort"] for goal in snapshot["measures"][0]["indicators"]] == ["activity"]
    rows = open_data.indicator_rows(snapshot, {"label": "", "number": 1, "published_at": ""})
    assert {row["sort"] for row in rows} == {"活動指標"}
    write_form([books.form(snapshot["measures"][0], snapshot, label="")], tmp_path / "printed.xlsx")
    printed = load_workbook(tmp_path / "printed.xlsx").worksheets[0]
    row = next(row for row in printed.iter_rows(values_only=True) if "指標の区分" in row)
    assert "活動指標" in row


def test_it_is_printed_and_published_where_its_goal_is(cast: Cast) -> None:
    cast.open(1)
    Indicator.objects.filter(number=1).update(sort="activity")
    sheet = as_(cast.contributor).get(f"/sheets/{cast.sheet().pk}/")
    assert "指標の区分 活動指標" in words(sheet)
    cast.approved(1)
    settle_background()
    steps.decide_year(user=cast.approver, cycle_id=cast.cycle.pk)
    settle_background()
    edition = Edition.objects.get()
    first, second = edition.snapshot["measures"][0]["indicators"]
    assert first["sort"] == "activity" and "sort" not in second
    whole = json.loads(exports.as_json(exports.Source(snapshot=edition.snapshot, edition=edition)))
    jsonschema_rs.Draft202012Validator(schemas.edition_schema()).validate(whole)
    assert "指標の区分 活動指標" in words(as_(cast.contributor).get(f"/results/dx/{YEAR}/01-01/"))
    rows = list(open_data.indicator_rows(edition.snapshot, {"label": "", "number": 1, "published_at": ""}))
    assert {(row["indicator_number"], row["sort"]) for row in rows} == {(1, "活動指標"), (2, "")}


def test_older_editions_keep_their_columns(cast: Cast) -> None:
    cycle = cast.published(1)
    snapshot = snapshot_of(cycle)
    titles = [one.title for one in open_data.in_edition(open_data.INDICATOR_COLUMNS, {**snapshot, "schema": 4})]
    assert "指標の区分" not in titles
    assert "指標の区分" in [one.title for one in open_data.in_edition(open_data.INDICATOR_COLUMNS, snapshot)]


def test_the_pdf_of_a_sheet_has_its_row(cast: Cast) -> None:
    cycle = cast.open(1)
    Indicator.objects.filter(number=1).update(sort="outcome")
    snapshot = snapshot_of(cycle)
    sheet = books.sheet(snapshot["measures"][0], snapshot["years"])
    form = FormSheet(sheet=sheet, years=tuple(snapshot["years"]), fiscal_year=YEAR, plan_name="計画", city="見本市")
    goals = content.of_sheet(form)["goals"]
    assert [[row[0] for row in goal["rows"][3:]] for goal in goals] == [["指標の区分"], []]
