"""関連部署 stand in the order and with the note of the city's document, wherever they are read."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.test import Client

from review.books.services import books
from review.domain.form_rows import related_text
from review.models import Department, Measure, MeasureYear, Plan
from review.pdf import content
from review.plan.forms.measures import MeasureForm
from review.plan.services import measure_state, planning
from review.publication.services import open_data
from review.sheet.services import submission
from review.sheet.views import sheet_parts
from review.year.services import cycles
from tests.cast import YEAR, Cast
from tests.frozen import freeze_now
from tests.review.acting import words
from tests.review.workbook.samples import facts

#: not the order of the city's offices
NAMED = ["市民課", "産業振興課", "農林水産課"]
NOTE = "令和6年度から情報経営課を削除"
WHOLE = related_text(NAMED, every=False, note=NOTE)


def named(cast: Cast) -> MeasureYear:
    cast.draft(1)
    year = MeasureYear.objects.get(fiscal_year=YEAR)
    year.name_related(cast.departments[name].pk for name in NAMED)
    year.related_text = NOTE
    year.save(update_fields=["related_text"])
    return year


def test_every_form_of_the_edition_has_their_order_and_their_note(cast: Cast) -> None:
    year = named(cast)
    edition = freeze_now(cast, cast.cycle)
    assert WHOLE in [one["text"] for one in sheet_parts.overview(year.review)]
    (row,) = edition.snapshot["measures"]
    assert (row["related"], row["related_text"]) == (NAMED, NOTE)
    assert submission.content_of(year.review)["related"] == NAMED
    place = f"/results/dx/{YEAR}/"
    assert "".join(WHOLE.split()) in "".join(words(Client().get(f"{place}01-01/")).split())
    (table,) = csv.DictReader(io.StringIO(Client().get(f"{place}measures.csv").content.decode("utf-8-sig")))
    assert (table["関連部署"], table["関連部署の注記"]) == ("、".join(NAMED), NOTE)
    form = books.form(row, edition.snapshot, label="第1版")
    assert WHOLE in [text for one in content.of_sheet(form)["head"] for text in one]


def test_an_edition_of_before_keeps_its_columns(cast: Cast) -> None:
    named(cast)
    edition = freeze_now(cast, cast.cycle)
    older = {**edition.snapshot, "schema": 4}
    assert "related_note" not in {one.key for one in open_data.measure_columns(older)}
    assert "related_note" in {one.key for one in open_data.measure_columns(edition.snapshot)}


def test_the_next_year_takes_them_over(cast: Cast) -> None:
    named(cast)
    freeze_now(cast, cast.cycle)
    cycles.draft_next(cast.cycle)
    following = MeasureYear.objects.get(fiscal_year=YEAR + 1)
    assert [one.name for one in following.related_as_named()] == NAMED


def test_the_document_decides_and_its_second_import_changes_nothing(db: None) -> None:
    def order() -> dict[str, list[str]]:
        rows = MeasureYear.objects.filter(fiscal_year=YEAR).prefetch_related(MeasureYear.naming())
        return {row.measure.code: [one.name for one in row.related.all()] for row in rows}

    planning.import_plan(facts(), plan_name="読む計画", city="見本市", year=YEAR)
    document = {sheet.code: list(dict.fromkeys(sheet.related)) for sheet in facts().sheets}
    assert order() == document and any(names != sorted(names, key=_place) for names in document.values())
    outcome = planning.import_plan(facts(), plan_name="読む計画", city="見本市", year=YEAR)
    assert (outcome.written, outcome.changes) == (0, ())
    assert order() == document and Plan.objects.count() == 1


def _place(name: str) -> int:
    return Department.objects.get(name=name).order


def test_a_form_that_leaves_them_alone_leaves_their_order(cast: Cast) -> None:
    year = named(cast)
    now = measure_state.state_of(cast.cycle, year)
    form = MeasureForm(cycle=cast.cycle, now=now)
    sent: dict[str, Any] = {name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in sent.items() if value not in (False, None)}
    by_office = sorted(now["related"], key=int)  # as a browser sends boxes: in the order of the page
    again = MeasureForm({**sent, "related": by_office}, cycle=cast.cycle, now=now)
    assert by_office != now["related"] and again.is_valid() and again.changes() == {}
    fewer = [pk for pk in by_office if pk != str(cast.departments["産業振興課"].pk)]
    more = [str(cast.departments["情報経営課"].pk), *fewer]
    again = MeasureForm({**sent, "related": more}, cycle=cast.cycle, now=now)
    assert again.is_valid()
    names = [Department.objects.get(pk=pk).name for pk in again.changes()["related"]]
    assert names == ["市民課", "農林水産課", "情報経営課"]
    assert Measure.objects.count() == 1
