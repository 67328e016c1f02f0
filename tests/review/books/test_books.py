"""From the database to the plain values of a book."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from review.books.services import books, snapshot
from review.models import IndicatorYear
from review.sheet.services import submission
from tests.cast import YEAR, Cast
from tests.review.acting import as_, words
from workflow import steps

pytestmark = pytest.mark.django_db


def queries_of(cycle) -> int:
    with CaptureQueriesContext(connection) as seen:
        snapshot.snapshot_of(cycle)
    return len(seen)


def test_the_scale_brings_its_signs_and_colours(cast: Cast) -> None:
    book = books.year_book(snapshot.snapshot_of(cast.open(1)), label="提出時点", made_at=datetime(2025, 6, 1))
    assert [row.sign for row in book.scale] == ["●", "■", "▲", "◆", "－"]
    assert all(row.colour.startswith("#") and row.background.startswith("#") for row in book.scale)


def test_the_year_before_is_counted_from_the_plan_s_own_grades(cast: Cast) -> None:
    cycle = cast.open(2)
    IndicatorYear.objects.filter(fiscal_year=YEAR - 1).update(grade="B")
    before = books.year_book(snapshot.snapshot_of(cycle), label="", made_at=datetime(2025, 6, 1)).previous
    assert (before.fiscal_year, before.sheets, before.indicators) == (YEAR - 1, {}, {"B": 4})


def test_a_person_s_grade_brings_the_computed_one_and_the_reason(cast: Cast) -> None:
    cycle = cast.open(1)
    goals = IndicatorYear.objects.filter(fiscal_year=YEAR, indicator__number=1)
    goals.update(grade="C", given_grade="B", given_reason="測り方が変わったため。", given_by=cast.reviewer)
    book = books.year_book(snapshot.snapshot_of(cycle), label="", made_at=datetime(2025, 6, 1))
    one = book.sheets[0].indicators[0]
    assert (one.grade, one.flags[0]) == ("B", "達成区分は人の判断です(算定ではC)。理由: 測り方が変わったため。")


def test_a_snapshot_frozen_before_told_nothing_of_the_year_before(cast: Cast) -> None:
    old = {key: value for key, value in snapshot.snapshot_of(cast.open(1)).items() if key != "previous"}
    assert books.year_book(old, label="", made_at=datetime(2025, 6, 1)).previous is None


def test_the_snapshot_s_queries_do_not_grow_with_the_sheets(cast: Cast) -> None:
    assert queries_of(cast.open(8)) <= 12


def test_what_a_sheet_changes_in_the_year_to_come_stands_in_submission_snapshot_and_history(cast: Cast) -> None:
    cycle = cast.open(2)
    review = cast.fill(cast.sheet())
    texts = {
        "indicator:1:next_target": "150件",
        "indicator:2:next_name": "利用者数",
        "change_reason": "需要が増えたため。",
    }
    submission.save_draft(user=cast.contributor, review_id=review.pk, version=review.version, texts=texts)
    steps.submit(user=cast.contributor, review_id=review.pk)
    frozen = snapshot.snapshot_of(cycle)
    assert [(one["code"], one["item"], one["before"], one["after"]) for one in frozen["target_changes"]] == [
        ("01-01", "成果目標① 目標", "100件", "150件"),
        ("01-01", "成果目標② 評価項目", "利用件数", "利用者数"),
    ]
    book = books.year_book(frozen, label="提出時点", made_at=datetime(2025, 6, 1))
    assert [(one.kind, one.item, one.reason) for one in book.changes] == [
        ("目標の変更", "令和7年度 成果目標① 目標", "需要が増えたため。"),
        ("目標の変更", "令和7年度 成果目標② 評価項目", "需要が増えたため。"),
    ]
    public = words(as_(cast.reviewer).get(f"/plans/dx/{YEAR}/preview/01-01/"))
    assert "来年度からの目標や評価項目の変更" in public and "成果目標① 目標 100件 150件 需要が増えたため。" in public
    assert "来年度からの目標や評価項目の変更" not in words(as_(cast.reviewer).get(f"/plans/dx/{YEAR}/preview/01-02/"))
    changes = cast.sheet().submissions.get().content["target_changes"]
    assert [(one["number"], one["target_before"], one["target"], one["name"]) for one in changes] == [
        (1, "100件", "150件", "利用件数"),
        (2, "100件", "100件", "利用者数"),
    ]


def test_a_snapshot_frozen_before_tells_of_no_target_change(cast: Cast) -> None:
    old = {key: value for key, value in snapshot.snapshot_of(cast.open(1)).items() if key != "target_changes"}
    assert books.year_book(old, label="", made_at=datetime(2025, 6, 1)).changes == ()
