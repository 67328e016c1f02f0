"""A grade says what is true in every form: no percentage where no rate exists, and how many goals a 総合評価 rests on.

The year of these tests: 01-01 misses a goal that has no rate; of the two goals of 01-02 one cannot be judged.
"""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import datetime
from fractions import Fraction

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from pypdf import PdfReader

from review import listing, reader_words
from review.books.services import books, snapshot
from review.domain import grade_words, rating
from review.domain.grade_words import BY_HAND, NO_RATE, Judged
from review.models import AuditEntry, Cycle, Edition, Indicator, IndicatorYear
from review.pdf import maker
from review.publication.services import exports
from review.sheet.services import submission
from review.workbook import engine
from tests.cast import YEAR, Cast, settle_background
from tests.remembered import remembered
from tests.review.acting import as_, words
from tests.review.workbook import plain_book
from workflow import steps

DECIDE = f"/plans/dx/{YEAR}/board/decide/"
COUNT = "(2件中1件を評価)"
SCALE = rating.DEFAULT
PERCENT = re.compile(r"50%未満(?!・率なし)")


def fill(cast: Cast, number: int, first: str, second: str) -> int:
    review = cast.sheet(number)
    keys = sorted(key for key in submission.current_texts(review) if key.endswith(":actual"))
    texts = {**dict(zip(keys, (first, second), strict=True)), "cause": "要因です。", "response": "対応です。"}
    submission.save_draft(user=cast.contributor, review_id=review.pk, version=review.version, texts=texts)
    return review.pk


@remembered
def submitted(cast: Cast) -> Cycle:
    cycle = cast.open(2)
    goal = Indicator.objects.get(measure__code="01-01", number=1)
    IndicatorYear.objects.filter(indicator=goal, fiscal_year=YEAR).update(target="前年度より増加")
    for number, first, second in ((1, "80件", "120件"), (2, "120件", "集計中")):
        steps.submit(user=cast.contributor, review_id=fill(cast, number, first, second))
    this = IndicatorYear.objects.filter(fiscal_year=YEAR).order_by("indicator__measure__code", "indicator__number")
    assert [(row.status, row.grade, row.rate is None) for row in this] == [
        ("missed", "D", True), ("achieved", "A", False), ("achieved", "A", False), ("undetermined", "－", True),
    ]  # fmt: skip
    return cycle


@remembered
def reviewed(cast: Cast) -> Cycle:
    cycle = submitted(cast)
    for number in (1, 2):
        review = cast.sheet(number)
        steps.confirm(user=cast.reviewer2, review_id=review.pk, round=review.round)
    return cycle


@remembered
def decided(cast: Cast) -> Cycle:
    cycle = reviewed(cast)
    for number in (1, 2):
        review = cast.sheet(number)
        steps.approve(user=cast.approver, review_id=review.pk, round=review.round)
    settle_background()
    return cycle


@pytest.fixture
@remembered
def edition(cast: Cast) -> Edition:
    steps.decide_year(user=cast.approver, cycle_id=decided(cast).pk)
    settle_background()
    return Edition.objects.get()


def test_the_words_come_from_role_and_rate_alone() -> None:
    def meaning(letter: str, *goals: Judged) -> str:
        return grade_words.meaning(letter, SCALE, goals)

    assert meaning("D", Judged("D", "D", True)) == "50%未満"
    assert meaning("D", Judged("D", "D", False)) == NO_RATE
    assert meaning("D", Judged("D", "B", True)) == meaning("C", Judged("C", "－", False)) == BY_HAND
    assert (
        meaning("A", Judged("A", "－", False)) == "達成" and meaning("－", Judged("－", "－", False)) == "評価できない"
    )
    assert meaning("D", Judged("D", "D", False), Judged("D", "D", True)) == "50%未満"
    assert meaning("X", Judged("D", "D", True)) == ""
    own = rating.Scale(grades=tuple(
        rating.Grade(letter=letter, name=name, role=role, threshold=limit)
        for letter, name, role, limit in (("優", "順調", "achieved", None), ("可", "70%以上", "band", Fraction(7, 10)),
                                          ("不可", "70%未満", "band", Fraction(0)), ("－", "不明", "undecided", None))
    ))  # fmt: skip
    assert grade_words.meaning("不可", own, [Judged("不可", "不可", False)]) == NO_RATE
    assert list(grade_words.legends(own).values()) == ["順調", "70%以上", "70%未満・率なし", "不明"]


def test_what_counts_and_what_is_left_out() -> None:
    def note(letter: str, *letters: str) -> str:
        return reader_words.overall_note(letter, SCALE, [Judged(one, one, False) for one in letters])

    assert note("A", "A", "－") == COUNT and note("D", "－", "D", "A", "") == "(3件中2件を評価)"
    assert note("A", "A", "A") == note("A", "A", "", "") == note("－", "－", "－") == note("", "") == ""
    assert note("B", "－", "－") == "(2件中0件を評価)"


def test_every_screen_of_the_city_says_it(cast: Cast) -> None:
    cycle = submitted(cast)
    missed, partial = (cast.sheet(number).pk for number in (1, 2))
    own, office = as_(cast.contributor), as_(cast.reviewer2)
    for client, name in ((own, "sheet"), (office, "sheet"), (office, "review")):
        first = words(client.get(reverse(f"meguri:{name}", args=[missed])))
        assert NO_RATE in first and not PERCENT.search(first), name
        assert COUNT in words(client.get(reverse(f"meguri:{name}", args=[partial]))), name
    assert not PERCENT.search(words(office.get(f"/plans/dx/{YEAR}/queue/")))
    for number in (1, 2):
        review = cast.sheet(number)
        steps.confirm(user=cast.reviewer2, review_id=review.pk, round=review.round)
    board = as_(cast.approver)
    assert COUNT in words(board.get(reverse("meguri:approve", args=[partial])))
    for path in (
        f"/plans/dx/{YEAR}/board/",
        f"/plans/dx/{YEAR}/board/measures/01-01/",
        reverse("meguri:approve", args=[missed]),
    ):
        page = words(board.get(path))
        assert NO_RATE in page and not PERCENT.search(page), path
    for path in (f"/plans/dx/{YEAR}/board/", f"/plans/dx/{YEAR}/board/measures/01-02/"):
        assert COUNT in words(board.get(path)), path
    assert cycle.fiscal_year == YEAR


def test_the_page_before_the_submission_says_it(cast: Cast) -> None:
    cast.open(2)
    pk = fill(cast, 2, "120件", "集計中")
    page = words(as_(cast.contributor).get(reverse("meguri:submit", args=[pk])))
    assert f"案のとおり: A 達成{COUNT}" in page and f"達成{COUNT}" in page


def cells(data: bytes) -> str:
    book = openpyxl.load_workbook(io.BytesIO(data))
    return "\n".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value)


def test_books_and_papers_say_it_and_both_writers_agree(cast: Cast) -> None:
    cycle = decided(cast)
    book = books.year_book(snapshot.snapshot_of(cycle), label="公表案", made_at=datetime(2025, 6, 1))
    texts = []
    for write in (engine.write, plain_book.write):
        out = io.BytesIO()
        write(book, out)
        texts.append(cells(out.getvalue()))
    assert texts[0] == texts[1] and texts[0].count(f"A{COUNT}") == 2
    assert "D・未達成" in texts[0] and not PERCENT.search(texts[0])
    for make in (maker.book, maker.pack):
        pages = PdfReader(io.BytesIO(make(book).data)).pages
        text = re.sub(r"\s+", "", "".join(page.extract_text() for page in pages))
        assert f"A{COUNT}" in text and "D・未達成" in text and not PERCENT.search(text)


def test_what_is_published_says_it(edition: Edition) -> None:
    here, client = f"/results/dx/{YEAR}/", Client()
    missed, partial = (words(client.get(f"{here}01-0{number}/")) for number in (1, 2))
    assert missed.count(NO_RATE) >= 3 and not PERCENT.search(missed)
    assert f"達成{COUNT}" in partial and f"達成{COUNT}" not in missed
    listed = words(client.get(here))
    assert NO_RATE in listed and f"達成{COUNT}" in listed and not PERCENT.search(listed)
    source = exports.source_of(edition.cycle)
    frozen = json.loads(exports.as_json(source))["snapshot"]["measures"]
    assert [row["grade_words"] + row["grade_note"] for row in frozen] == [NO_RATE, f"達成{COUNT}"]
    assert frozen[0]["indicators"][0]["grade_words"] == NO_RATE
    goals, measures = (
        list(csv.DictReader(io.StringIO(made(source).decode("utf-8-sig"))))
        for made in (exports.as_csv, exports.measures_csv)
    )
    this = [row for row in goals if row["年度_西暦"] == str(YEAR)]
    assert [row["達成区分の意味"] for row in this] == [NO_RATE, "達成", "達成", "評価できない"]
    assert [row["施策の総合評価の意味"] for row in measures] == [NO_RATE, f"達成{COUNT}"]


def test_what_stays_open_is_told_to_citizens_in_words(edition: Edition) -> None:
    why = grade_words.WHY_OPEN["not_measured"]
    page, listed = (words(Client().get(f"/results/dx/{YEAR}/{path}")) for path in ("01-02/", ""))
    assert page.count(why) == 1 and f"成果目標②: {why}" in listed
    assert IndicatorYear.objects.get(status="undetermined").reason not in page
    assert edition.snapshot["measures"][1]["indicators"][1]["open_reason"] == why
    book = books.edition_book(edition)
    assert why in book.sheets[1].indicators[1].flags
    given = {
        **edition.snapshot["measures"][1]["indicators"][1],
        "grade": "B",
        "given_reason": "別の資料で確かめたため。",
    }
    assert grade_words.why_open(given) == ""


def test_an_edition_frozen_before_says_it_as_well(edition: Edition) -> None:
    new = ("grade_words", "grade_note", "open_reason")
    old = json.loads(
        json.dumps(edition.snapshot), object_hook=lambda one: {k: v for k, v in one.items() if k not in new}
    )
    book = books.year_book(old, label="第1版", made_at=datetime(2025, 6, 1))
    assert [sheet.shown for sheet in book.sheets] == ["D", f"A{COUNT}"]
    rows = list(csv.DictReader(io.StringIO(exports.measures_csv(exports.Source(snapshot=old)).decode("utf-8-sig"))))
    assert rows[1]["施策の総合評価の意味"] == f"達成{COUNT}"


def test_the_year_is_not_decided_over_open_goals_by_oversight(cast: Cast) -> None:
    cycle = decided(cast)
    board, client = words(as_(cast.approver).get(f"/plans/dx/{YEAR}/board/")), as_(cast.approver)
    assert "区分が決まっていないものが1件" in board and "01-02 見本の施策2 (1件)" in board
    page = client.get(DECIDE)
    assert reverse("meguri:sheet", args=[cast.sheet(2).pk]) in page.content.decode()
    assert "区分を決めずに公表します" in words(page)
    refused = client.post(DECIDE, {"action": "publish"})
    cycle.refresh_from_db()
    assert refused.status_code == 422 and "このまま公表することに印を" in words(refused) and cycle.state == "deciding"
    assert client.post(DECIDE, {"action": "publish", "leave_open": "on"}).status_code == 303
    assert AuditEntry.objects.get(action="cycle.decide").after["left_open"] == 1


def test_an_answer_by_a_person_leaves_nothing_open(cast: Cast) -> None:
    cycle = decided(cast)
    row = IndicatorYear.objects.filter(status="undetermined")
    row.update(given_grade="－", given_reason="測り方を見直しているため。", given_by=cast.reviewer)
    assert not any(
        mark.status == "undetermined" and not mark.given
        for goals in listing.goals_of(cycle.plan_id, cycle.fiscal_year)[cycle.fiscal_year].values()
        for mark in goals.marks
    )
    assert "区分を決めずに公表します" not in words(as_(cast.approver).get(DECIDE))


def test_english_has_the_same_words(cast: Cast) -> None:
    goals = [Judged("A", "A", True), Judged("－", "－", False)]
    with override("en"):
        assert reader_words.overall_meaning("A", SCALE, goals) == "Achieved (1 of 2 goals assessed)"
        assert reader_words.grade_meaning("D", SCALE, [Judged("D", "D", False)]) == "Missed (no rate)"
        assert reader_words.legend(SCALE.as_data()[3]) == "Under 50%, or no rate"
