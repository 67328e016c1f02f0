"""A plan that calls every built-in text by words of its own reads its own words wherever the texts are shown, and no others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from review.books.services import books, entry_books, workbooks
from review.domain import fields
from review.domain.book import Agenda
from review.models import Edition, MeasureReview, Notification, Submission, User
from review.pdf import content
from review.publication.services import exports
from review.workbook import engine
from tests.cast import YEAR, Cast, settle_background
from tests.review.acting import as_, words
from workflow import steps

#: The first city's words; 対応, 取組状況 and 自己評価 are words of other things, too.
OLD = {one.label for one in fields.texts()} - {"対応", "取組状況", "自己評価"} | {"期待される効果"}
NEW = {one.key: f"新しい名{place}番" for place, one in enumerate(fields.texts())}
FORM = {
    "called": {key: {"label": label, "help": f"{label}の説明"} for key, label in NEW.items()},
    "order": list(reversed(NEW)),
}
TEXTS = {key: f"文その{place}。" for place, key in enumerate(NEW)}

pytestmark = pytest.mark.django_db


def opened(cast: Cast) -> MeasureReview:
    cycle = cast.draft(1)
    cycle.form = FORM
    cycle.save()
    year = cycle.plan.measures.get().years.get(fiscal_year=YEAR)
    year.texts = {key: text for key, text in TEXTS.items() if fields.text(key).writer == "plan"}  # type: ignore[union-attr]
    year.save()
    steps.open_year(user=cast.reviewer2, cycle_id=cycle.pk)
    settle_background()
    review = cast.fill(cast.sheet(), actual="70件")
    review.measure_year.texts |= TEXTS
    review.measure_year.save()
    return review


def pages(user: User, *names: tuple[str, list[object]]) -> Iterator[tuple[str, str]]:
    for name, args in names:
        page = as_(user).get(reverse(name, args=args), follow=True)
        assert page.status_code == 200, name
        yield f"{name} {args} {user}", words(page)


def with_the_department(cast: Cast, review: MeasureReview) -> Iterator[tuple[str, str]]:
    pk: list[object] = [review.pk]
    steps_ = [("meguri:entry", [review.pk, number]) for number in (1, 2, 3, 4)]
    yield from pages(cast.contributor, *steps_, ("meguri:submit", pk), ("meguri:sheet", pk), ("meguri:home", []))  # type: ignore[arg-type]
    yield from pages(cast.contributor, ("meguri:upload", ["dx", YEAR]), ("meguri:evidence", pk))


def with_the_deciders(cast: Cast, review: MeasureReview) -> Iterator[tuple[str, str]]:
    steps.submit(user=cast.contributor, review_id=review.pk)
    review = cast.sheet()
    yield from pages(cast.contributor, ("meguri:sheet", [review.pk]), ("meguri:home", []))
    yield from pages(cast.reviewer2, ("meguri:review", [review.pk]), ("meguri:together", ["dx", YEAR]))
    remark = {"cause": "くわしく。", "policy": "短く。"}
    steps.return_to_department(user=cast.reviewer2, review_id=review.pk, round=review.round, comment="", remarks=remark)
    yield from pages(cast.contributor, ("meguri:entry", [review.pk, 2]), ("meguri:sheet", [review.pk]))
    settle_background()
    yield "notices", "".join(str(vars(one)) for one in Notification.objects.all())
    review = cast.sheet()
    review.measure_year.texts |= {"cause": "くわしい文。", "policy": "短い文。"}
    review.measure_year.save()
    steps.submit(user=cast.contributor, review_id=review.pk)
    assert Submission.objects.count() == 2
    review = cast.sheet()
    yield from pages(cast.reviewer2, ("meguri:review", [review.pk]))
    steps.confirm(user=cast.reviewer2, review_id=review.pk, round=review.round)
    yield from pages(cast.approver, ("meguri:approve", [review.pk]), ("meguri:board", ["dx", YEAR]))
    yield from pages(cast.approver, ("meguri:preview", ["dx", YEAR, "01-01"]))


def of_the_files(cast: Cast, folder: Path) -> Iterator[tuple[str, str]]:
    book = workbooks.year_book_now(cast.cycle)
    yield "pack", json.dumps(content.of_pack(book, Agenda()), ensure_ascii=False)
    engine.write(book, folder / "book.xlsx")
    from openpyxl import load_workbook

    sheet = load_workbook(folder / "book.xlsx")["01-01"]
    yield "book", " ".join(str(cell.value).replace("\n", "") for row in sheet.iter_rows() for cell in row if cell.value)


def published(cast: Cast) -> Iterator[tuple[str, str]]:
    review = cast.sheet()
    steps.approve(user=cast.approver, review_id=review.pk, round=review.round, opinion="意見の文。")
    settle_background()
    steps.decide_year(user=cast.approver, cycle_id=cast.cycle.pk)
    settle_background()
    edition = Edition.objects.get()
    yield "public", words(Client().get(f"/results/dx/{YEAR}/01-01/"))
    yield "public in English", words(Client().get(f"/results/en/dx/{YEAR}/01-01/"))
    source = exports.Source(snapshot=edition.snapshot, edition=edition)
    yield "heads of the table", exports.measures_csv(source).decode("utf-8-sig").splitlines()[0]
    yield (
        "form",
        json.dumps(
            content.of_sheet(books.form(edition.snapshot["measures"][0], edition.snapshot, label="")),
            ensure_ascii=False,
        ),
    )
    correction = steps.start_correction(user=cast.reviewer, cycle_id=cast.cycle.pk)
    yield from pages(cast.reviewer, ("meguri:correction_items", [correction.pk, "01-01"]))


def test_no_page_file_or_notice_has_the_first_city_s_words(cast: Cast, tmp_path: Path) -> None:
    review = opened(cast)
    book = tmp_path / "entry.xlsx"
    book.write_bytes(entry_books.issue(user=cast.contributor, cycle_id=cast.cycle.pk).content)
    seen = dict(with_the_department(cast, review))
    seen |= dict(with_the_deciders(cast, review))
    seen |= dict(of_the_files(cast, tmp_path))
    seen |= dict(published(cast))
    found_old = {place: old for place, text in seen.items() if (old := sorted(one for one in OLD if one in text))}
    assert not found_old
    everywhere = ("public", "public in English", "heads of the table", "book", "form")
    lacking = {place: lack for place in everywhere if (lack := [one for one in NEW.values() if one not in seen[place]])}
    assert not lacking
    assert all(
        seen[place].index(NEW["response"]) < seen[place].index(NEW["cause"]) for place in ("public", "book", "form")
    )
