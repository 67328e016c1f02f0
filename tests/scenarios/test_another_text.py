"""A text that the form has more is one line in `domain.fields`: every step, screen, file and table knows it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import jsonschema_rs
import pytest
from django.test import Client
from django.urls import reverse

from review.books.services import books, entry_books, snapshot
from review.domain import correction_items, fields, items
from review.domain.fields import Field, Required, Section, Writer
from review.models import Decision, Edition, MeasureReview, MeasureYear, Submission
from review.pdf import content
from review.plan.services import planning
from review.publication.services import corrections, schemas
from review.publication.services.corrections import Typed
from review.sheet.services import carrying, submission
from review.workbook import engine
from review.workbook.book_reader import opened
from review.workbook.entry_reader import read_entry_book
from review.workbook.reader import read_plan_workbook
from tests.cast import YEAR, Cast, settle_background
from tests.review.acting import as_, hidden, words
from workflow import steps

KEY, LABEL = "outlook", "今後の見通し"
FIELD = Field(
    key=KEY, label=LABEL, section=Section.EVALUATION, writer=Writer.DEPARTMENT, step=2, required=Required.WHERE_MISSED,
    help="来年度にどうなりそうかを書きます。", since=3, column=LABEL, about="評価の文章", english="Outlook",
)  # fmt: skip
FIRST, SECOND = "夏までに回復する見込みです。", "秋までに回復する見込みです。"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def another_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fields, "FIELDS", (*fields.FIELDS, FIELD))


def step_page(cast: Cast, review: MeasureReview) -> tuple[Client, str]:
    return as_(cast.contributor), reverse("meguri:entry", args=[review.pk, 2])


def sent(cast: Cast, text: str = FIRST) -> MeasureReview:
    """The first sheet with a missed target, the text typed on its step, and submitted."""
    review = cast.fill(cast.sheet(), actual="70件")
    client, address = step_page(cast, review)
    page = client.get(address)
    typed = {"version": hidden(page, "version"), "was": hidden(page, "was"), KEY: text}
    assert (
        client.post(address, {**typed, "cause": "見本の要因です。", "response": "見本の対応です。"}).status_code == 303
    )
    return steps.submit(user=cast.contributor, review_id=review.pk)


def test_the_department_is_asked_for_it_on_its_step_and_cannot_send_without(cast: Cast) -> None:
    cast.open(1)
    review = cast.fill(cast.sheet(), actual="70件")
    client, address = step_page(cast, review)
    page = words(client.get(address))
    assert LABEL in page and FIELD.help in page
    assert LABEL in submission.missing(review)[KEY]
    review = sent(cast)
    assert Submission.objects.get().content["items"][KEY] == FIRST and KEY not in submission.missing(review)


def test_it_is_returned_with_a_remark_changed_alone_and_sealed(cast: Cast) -> None:
    cast.open(1)
    review = sent(cast)
    page = words(as_(cast.reviewer2).get(reverse("meguri:review", args=[review.pk])))
    assert LABEL in page and FIRST in page
    remark = {KEY: "時期を確かめてください。"}
    steps.return_to_department(user=cast.reviewer2, review_id=review.pk, round=review.round, comment="", remarks=remark)
    client, address = step_page(cast, review)
    page = client.get(address)
    assert remark[KEY] in words(page)
    client.post(address, {"version": hidden(page, "version"), "was": hidden(page, "was"), KEY: SECOND})
    review = steps.submit(user=cast.contributor, review_id=review.pk)
    page = words(as_(cast.reviewer2).get(reverse("meguri:review", args=[review.pk])))
    assert "秋" in page and "夏" in page, "what changed since is marked"
    steps.confirm(user=cast.reviewer2, review_id=review.pk, round=review.round)
    assert f"sheet:{KEY}" in Decision.objects.latest("pk").seal


def test_a_seal_that_is_older_than_the_text_still_holds(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as before:
        before.setattr(fields, "FIELDS", fields.FIELDS[:-1])
        cast.open(1)
        review = cast.reviewed(1)
    steps.approve(user=cast.approver, review_id=review.pk, round=review.round)


def test_last_years_text_is_offered(cast: Cast) -> None:
    cast.open(1)
    year = cast.sheet().measure_year
    year.measure.years.create(fiscal_year=YEAR - 1, name=year.name, owner=year.owner, texts={KEY: FIRST})
    review = cast.fill(cast.sheet(), actual="70件")
    assert carrying.texts_before(review)[KEY] == FIRST
    assert KEY in carrying.carry(user=cast.contributor, review_id=review.pk)


def test_the_entry_book_holds_it_and_takes_it_back(cast: Cast, tmp_path: Path) -> None:
    cast.open(1)
    issued = entry_books.issue(user=cast.contributor, cycle_id=cast.cycle.pk)
    path = tmp_path / "entry.xlsx"
    path.write_bytes(issued.content)
    cells = read_entry_book(path).sheets["01-01"]
    assert cells[KEY].text == ""
    assert KEY in items.open_keys(cells, None)


def test_books_papers_pages_and_data_of_the_published_year_have_it(cast: Cast, tmp_path: Path) -> None:
    cycle = cast.open(1)
    review = sent(cast)
    steps.confirm(user=cast.reviewer2, review_id=review.pk, round=review.round)
    steps.approve(user=cast.approver, review_id=review.pk, round=review.round)
    settle_background()
    steps.decide_year(user=cast.approver, cycle_id=cycle.pk)
    settle_background()
    edition = Edition.objects.get()
    book = books.edition_book(edition)
    path = tmp_path / "book.xlsx"
    engine.write(book, path)
    assert read_plan_workbook(opened(path)).sheets[0].text(KEY) == FIRST
    assert [LABEL, FIRST] in content.of_sheet(books.form(edition.snapshot["measures"][0], edition.snapshot, label=""))[
        "evaluation"
    ]
    client = Client()
    page = words(client.get(f"/results/dx/{YEAR}/01-01/"))
    assert LABEL in page and FIRST in page
    table = client.get(f"/results/dx/{YEAR}/measures.csv").content.decode("utf-8-sig")
    assert next(csv.DictReader(io.StringIO(table)))[LABEL] == FIRST
    assert client.get(f"/api/v1/plans/dx/years/{YEAR}/measures").json()["items"][0][KEY] == FIRST
    document = json.loads(client.get(f"/results/dx/{YEAR}/data.json").content)
    jsonschema_rs.Draft202012Validator(schemas.edition_schema()).validate(document)
    del document["snapshot"]["measures"][0]["evaluation"][KEY]
    jsonschema_rs.Draft202012Validator(schemas.edition_schema()).validate(document)
    assert KEY in {item.key for item in correction_items.items_of(edition.snapshot["measures"][0], YEAR)}
    corrected(cast)


def corrected(cast: Cast) -> None:
    correction = steps.start_correction(user=cast.reviewer, cycle_id=cast.cycle.pk)
    typed = [Typed(code="01-01", key=KEY, right=SECOND, reason="誤記のため。")]
    corrections.save_items(user=cast.reviewer, correction_id=correction.pk, version=0, code="01-01", typed=typed)
    correction = steps.submit_correction(user=cast.reviewer, correction_id=correction.pk)
    steps.decide_correction(user=cast.approver, correction_id=correction.pk, round=correction.round, accept=True)
    settle_background()
    assert Edition.objects.get(current=True).snapshot["measures"][0]["evaluation"][KEY] == SECOND
    assert cast.sheet().measure_year.text(KEY) == SECOND


def test_an_import_reads_it_where_a_file_has_it(cast: Cast, tmp_path: Path) -> None:
    cast.open(1)
    year = cast.sheet().measure_year
    year.texts[KEY] = FIRST
    year.save()
    path = tmp_path / "book.xlsx"
    book = books.year_book(snapshot.snapshot_of(cast.cycle), label="", made_at=cast.cycle.opened_at)
    engine.write(book, path)
    document = read_plan_workbook(opened(path))
    assert document.sheets[0].text(KEY) == FIRST
    planning.import_plan(document, year=YEAR, plan_name="別の計画", city="見本市")
    assert MeasureYear.objects.get(measure__plan__name="別の計画").text(KEY) == FIRST
