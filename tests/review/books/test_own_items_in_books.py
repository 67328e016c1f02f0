"""The items of a plan's own in the 記入用 workbook: every one that the department writes goes out and comes back, checked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from review.books.services import uploads
from review.domain.refusals import NotAllowed
from review.domain.three_way import Change
from review.models import MeasureReview
from review.workbook.entry_reader import read_entry_book
from tests.cast import Cast, settle_background
from tests.remembered import remembered
from tests.review.acting import as_, words
from tests.review.books.test_uploads import changes, fill, issued, sent, take
from workflow import steps

NEED: dict[str, Any] = {
    "key": "x-必要性", "label": "市の必要性", "help": "", "kind": "level", "levels": ["とても高い", "低い"], "section": "evaluation",
    "writer": "department", "required": "never", "in_book": True, "public": True, "retired": False,
}  # fmt: skip
COST = NEED | {"key": "x-事業費", "label": "事業費", "kind": "amount", "levels": []}
COUNT = COST | {"key": "x-回数", "label": "回数", "kind": "number", "section": "content"}
MEMO = COST | {"key": "x-メモ", "label": "課内のメモ", "kind": "text", "in_book": False, "public": False}
OFFICE = MEMO | {"key": "x-所見", "label": "確認者の所見", "writer": "office", "in_book": True, "public": True}
GONE = MEMO | {"key": "x-昔", "label": "昔の項目", "retired": True}
RIGHT = {"x-必要性": " 低い", "x-事業費": "33,474", "x-回数": "12.5", "x-メモ": "庁内だけの話です。"}
WRONG = {"x-必要性": "ひくい", "x-事業費": "約3万円", "x-回数": "何回か"}

pytestmark = pytest.mark.django_db


@pytest.fixture
@remembered
def opened(cast: Cast) -> MeasureReview:
    cycle = cast.draft(1)
    called = {"cause": {"label": "うまくいかなかったわけ"}}
    cycle.form = {"items": [NEED, COST, COUNT, MEMO, OFFICE, GONE], "called": called, "off": ["self_assessment"]}
    cycle.save()
    steps.open_year(user=cast.reviewer2, cycle_id=cycle.pk)
    settle_background()
    return cast.fill(cast.sheet())


def test_what_the_department_writes_goes_out_with_its_choices_and_comes_back(
    cast: Cast, opened: MeasureReview, tmp_path: Path
) -> None:
    path = issued(cast, tmp_path)
    cells = read_entry_book(path).sheets["01-01"]
    assert {*RIGHT, "cause"} <= set(cells) and not {"x-所見", "x-昔", "self_assessment"} & set(cells)
    sheet = load_workbook(path)["01-01"]
    labels = {str(row[0].value).replace("\n", "") for row in sheet.iter_rows(max_col=1)}
    assert {"うまくいかなかったわけ", "課内のメモ", "確認者の所見"} <= labels and not {
        "要因",
        "自己評価",
        "昔の項目",
    } & labels
    offered = {str(rule.formula1) for rule in sheet.data_validations.dataValidation}
    assert '"とても高い,低い"' in offered
    upload = sent(cast, fill(path, RIGHT))
    assert all(changes(cast, upload, key) == Change.FILE for key in RIGHT)
    take(cast, upload, *RIGHT)
    texts = cast.sheet().measure_year.texts
    assert {key: texts[key] for key in RIGHT} == {**RIGHT, "x-必要性": "低い"}
    again = read_entry_book(issued(cast, tmp_path, name="again.xlsx")).sheets["01-01"]
    assert again["x-事業費"].text == "33,474"


@pytest.mark.parametrize("key", WRONG)
def test_a_wrong_kind_is_told_with_its_cell_and_cannot_be_taken(
    cast: Cast, opened: MeasureReview, tmp_path: Path, key: str
) -> None:
    upload = sent(cast, fill(issued(cast, tmp_path), {key: WRONG[key], "x-メモ": "よい。"}))
    (sheet,) = uploads.difference(user=cast.contributor, upload=upload)
    row = next(row for row in sheet.rows if row.key == key)
    assert not row.may_take and row.cell.startswith("01-01!") and row.cell in row.locked and WRONG[key] in row.locked
    page = words(as_(cast.contributor).get(reverse("meguri:upload_review", args=[upload.pk])))
    assert row.locked in page and key.removeprefix("x-") in page
    with pytest.raises(NotAllowed):
        take(cast, upload, key)
    take(cast, upload, "x-メモ")
    assert key not in cast.sheet().measure_year.texts and cast.sheet().measure_year.text("x-メモ") == "よい。"


def test_a_text_that_is_too_long_is_named_as_the_year_names_it(
    cast: Cast, opened: MeasureReview, tmp_path: Path
) -> None:
    upload = sent(cast, fill(issued(cast, tmp_path), {"cause": "\x7f" * 3}))
    assert upload.code == "BAD_CHAR" and "うまくいかなかったわけ" in upload.detail
