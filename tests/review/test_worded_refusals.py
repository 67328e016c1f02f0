"""Every refusal of a plan's file is raised here, and reads in English: nothing of it is Japanese but what the file holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import override
from openpyxl import Workbook

from review.domain import separated
from review.domain.forms.as_document import Known, document_of
from review.domain.forms.reading import read_grids
from review.domain.mends import Mends, mended
from review.domain.plan_text import read_plan_text
from review.domain.refusal_words import REFUSALS
from review.domain.sheet import DocumentError
from review.reader_words import worded
from review.workbook.book_reader import opened
from review.workbook.reader import read_plan_workbook
from review.workbook.writer import write_form
from tests.cast import Cast
from tests.review.acting import as_
from tests.review.domain.test_plan_text import ONE_SHEET
from tests.review.domain.test_plan_text import REFUSALS as BROKEN_TEXTS
from tests.review.plan.test_plan_import import plan
from tests.review.workbook import samples
from tests.review.workbook.test_reader import by_hand

__all__ = ["plan"]

JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]")
TYPED = re.compile("“[^”]*”")
LIST = "施策,担当課,指標,R6目標,R6実績\n{name},市民課,{goal},10分,12分\n"


def listed(years: range = range(0), **names: str) -> None:
    text = LIST.format(**{"name": "窓口", "goal": "待ち時間", **names})
    proposal = read_grids([separated.read_separated(text.encode())]).as_data()
    document = document_of(proposal, Known(years=years))
    mended(document, Mends(codes={"01": "\x00"}))


def in_book(folder: Path, **cells: str) -> None:
    read_plan_workbook(opened(by_hand(folder / "hand.xlsx", **cells)))


def twice(folder: Path) -> None:
    write_form([samples.form(samples.sheet()), samples.form(samples.sheet())], folder / "twice.xlsx")
    read_plan_workbook(opened(folder / "twice.xlsx"))


def without_form(folder: Path) -> None:
    book = Workbook()
    book.active["A1"] = "施策の一覧"
    book.save(folder / "plain.xlsx")
    read_plan_workbook(opened(folder / "plain.xlsx"))


def tries(folder: Path) -> Iterator[Callable[[], object]]:
    """Files that are refused, each for a cause of its own or in a place of another kind."""
    for text, _line, _cause in BROKEN_TEXTS:
        yield lambda text=text: read_plan_text(text.encode())
    yield lambda: read_plan_text(
        ("施策名\tあ\n" + ONE_SHEET.split("\n", 1)[1]).encode().replace("施策名".encode(), "取組内容".encode(), 1)
    )
    yield lambda: read_plan_text(ONE_SHEET.replace("現状と課題\t", "現状と課題\t甲\n現状と課題\t").encode())
    yield lambda: read_plan_text(ONE_SHEET.replace("主管部署", "主幹部").encode())
    yield from (lambda cell=cell: in_book(folder, **{cell: ""}) for cell in ("B4", "B10", "C16", "C21", "D4"))
    yield lambda: in_book(folder, D4="施策ID 100%(案)のとおり、長い番号です。")
    yield lambda: twice(folder)
    yield lambda: without_form(folder)
    yield lambda: separated.read_separated(b" ")
    yield lambda: separated.read_separated("一覧,".encode() * 50 + b"\0")
    yield lambda: separated.read_separated(b"\xff\xfe\x00")
    yield lambda: separated.read_separated(b'"' + b"x" * 200_000)
    yield lambda: read_grids([separated.read_separated("あいさつ,文\n".encode())])
    yield lambda: document_of({"measures": [], "doubts": []}, Known())
    yield lambda: listed(range(2030, 2033))
    yield lambda: listed(name="窓口を広くします。" * 30)
    yield lambda: listed(goal="100%の達成率。" * 60)
    yield listed
    yield lambda: mended(
        read_plan_text((ONE_SHEET + ONE_SHEET.replace("01-01", "01-02")).encode()),
        Mends(codes={"01-02": "01-01", "01-01": "01-01"}),
    )


def refusals(folder: Path) -> list[DocumentError]:
    raised = []
    for attempt in tries(folder):
        with pytest.raises(DocumentError) as refusal:
            attempt()
        raised.append(refusal.value)
    return raised


def test_every_refusal_of_a_file_is_raised_and_reads_in_english(tmp_path: Path) -> None:
    raised = refusals(tmp_path)
    assert {one.says for one in raised} == set(REFUSALS)
    with override("en"):
        shown = {str(one): worded(str(one)) for one in raised}
    assert {one: words for one, words in shown.items() if JAPANESE.search(TYPED.sub("", words))} == {}


def test_a_place_in_a_sheet_is_said_in_english(tmp_path: Path) -> None:
    (refusal,) = [one for one in refusals(tmp_path) if one.says == "goal_cut" and "シート" in str(one)]
    with override("en"):
        assert worded(str(refusal)) == (
            "Sheet “01-01”, Row 19: Measure “01-01”: Under an indicator the rows of its target and its result are missing."
            " Please check the file and send it again."
        )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("一覧.csv", "あいさつ,文\n", "No headings of measures or indicators were found."),
        ("一覧.csv", "施策,指標,平成20年度目標\n甲,件数,3\n", "All years of the file (FY2008) are outside"),
        ("計画.txt", ONE_SHEET.replace("01-01", "100%(案) 長い長い長い長い長い長い長い"), "is not in the form of a measure ID"),
        ("計画.txt", ONE_SHEET + ONE_SHEET, "The measure ID “01-01” stands there twice (the first time: Row 2)"),
    ],
)  # fmt: skip
def test_whoever_sends_the_file_reads_it_in_english(
    cast: Cast, plan: object, name: str, content: str, expected: str
) -> None:
    client = as_(cast.reviewer)
    client.cookies["django_language"] = "en"
    answer = client.post("/plans/sogo/import/", {"file": SimpleUploadedFile(name, content.encode()), "instead": ""})
    assert answer.status_code == 422 and expected in answer.content.decode()
