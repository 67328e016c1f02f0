"""One edition read back from each of its five forms by readers that share nothing with the writers, and compared with the
frozen snapshot: HTML, CSV, JSON, .xlsx and PDF."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
from django.core.files.storage import default_storage
from django.test import Client
from pypdf import PdfReader

from review import reader_words
from review.models import Edition
from review.workbook.reader import read_plan_workbook

Row = Mapping[str, Any]
NOTHING = "－"


def assert_five_forms_hold_everything(edition: Edition) -> None:
    """Every value of the snapshot stands in every form, in its own place."""
    address = f"/results/{edition.cycle.plan.short_name}/{edition.cycle.fiscal_year}/"
    snapshot = edition.snapshot
    assert len(snapshot["measures"]) == 30
    _in_html(address, snapshot)
    _in_csv(address, snapshot)
    _in_json(address, edition)
    _in_workbook(_bytes(edition, "consolidated"), snapshot)
    _in_pdf(_bytes(edition, "book_pdf"), snapshot)


def _get(address: str) -> bytes:
    response = Client().get(address)
    assert response.status_code == 200, address
    return response.content


def _bytes(edition: Edition, kind: str) -> bytes:
    with default_storage.open(edition.artifacts.get(kind=kind).path) as file:
        return file.read()


def bare(text: str) -> str:
    """Without the spaces and line ends that setting in lines adds and takes."""
    return re.sub(r"\s+", "", text)


def texts_of(measure: Row) -> list[str]:
    """Every typed text of a 施策 that is no value of a 成果目標."""
    keys = ("name", "owner", "current_state", "description", "expected_effect", "policy")
    return [
        *(measure[key] for key in keys),
        *measure["related"],
        *measure["evaluation"].values(),
        *(item["name"] for item in measure["schedule"]),
    ]


def judged_cells(snapshot: Row) -> Iterator[tuple[Row, Row, Row]]:
    """(施策, 成果目標, its cell of one year) of the whole snapshot."""
    return ((m, one, cell) for m in snapshot["measures"] for one in m["indicators"] for cell in one["years"])


# --- HTML ------------------------------------------------------------------------------------------------------------


class _Tables(HTMLParser):
    """The tables of a page as {caption: rows of cells}, and its whole text. What is only a note in a cell is left out."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self.text: list[str] = []
        self._rows: list[list[str]] = []
        self._caption = self._cell = ""
        self._into = ""
        self._note = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._rows, self._caption = [], ""
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("td", "th"):
            self._cell, self._into = "", "cell"
        elif tag == "caption":
            self._into = "caption"
        elif tag == "span" and (self._note or "form-table__note" in (dict(attrs).get("class") or "")):
            self._note += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._rows[-1].append(self._cell)
            self._into = ""
        elif tag == "caption":
            self._into = ""
        elif tag == "table":
            self.tables[self._caption] = self._rows
        elif tag == "span" and self._note:
            self._note -= 1

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if self._note:
            return
        if self._into == "cell":
            self._cell += data
        elif self._into == "caption":
            self._caption += data


def _in_html(address: str, snapshot: Row) -> None:
    for measure in snapshot["measures"]:
        page = _Tables()
        page.feed(_get(f"{address}{measure['code']}/").decode())
        text = bare("".join(page.text))
        for value in [*texts_of(measure), measure["grade"], measure["outcome_reason"]]:
            assert bare(value) in text, (measure["code"], value)
        worded = reader_words.with_words(measure, snapshot)
        open_reasons = {one["number"]: one["open_reason"] for one in worded["indicators"]}
        for one in measure["indicators"]:
            if any(cell[key] for cell in one["years"] for key in ("name", "target", "actual")):
                _indicator_in_html(page, measure["code"], one)
                # What stays open is told in words for citizens instead of the reviewer's sentence.
                why = open_reasons[one["number"]] or one["reason"]
                for value in (one["rate_text"], why, one["given_reason"], one["grade"]):
                    assert bare(value) in text, (measure["code"], one["number"], value)


def _indicator_in_html(page: _Tables, code: str, one: Row) -> None:
    """The table in the city's form holds each year's name, target and result, exactly as typed."""
    table = page.tables[f"成果目標{chr(ord('①') + one['number'] - 1)}"]
    rows = {row[0]: row[1:] for row in table[1:]}
    for place, cell in enumerate(one["years"]):
        for label, key in (("評価項目", "name"), ("目標", "target"), ("実績", "actual")):
            assert rows[label][place].strip() == (cell[key].strip() or NOTHING), (code, one["number"], cell)


# --- CSV and JSON ----------------------------------------------------------------------------------------------------


def _table(content: bytes) -> list[dict[str, str]]:
    """The rows, each field without the mark that keeps spreadsheets from reading formulas."""
    assert content.startswith(b"\xef\xbb\xbf")
    rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    return [{key: value.removeprefix("'") for key, value in row.items()} for row in rows]


def _in_csv(address: str, snapshot: Row) -> None:
    rows = _table(_get(f"{address}indicators.csv"))
    expected = list(judged_cells(snapshot))
    assert len(rows) == len(expected)
    for row, (measure, one, cell) in zip(rows, expected, strict=True):
        assert row["指標ID"] == f"{measure['code']}-{one['number']}" and row["年度_西暦"] == str(cell["fiscal_year"])
        assert (row["評価項目"], row["目標"], row["実績"]) == (cell["name"], cell["target"], cell["actual"])
        assert (row["施策名"], row["主管部署"]) == (measure["name"], measure["owner"])
        own = cell["fiscal_year"] == snapshot["fiscal_year"]
        judged = (one["grade"], one["computed_grade"], one["given_reason"], one["rate"] or "", measure["grade"])
        shown = tuple(row[name] for name in ("達成区分", "算定の達成区分", "判断の理由", "達成率", "施策の総合評価"))
        assert shown == (judged if own else ("",) * 5)
    for row, measure in zip(_table(_get(f"{address}measures.csv")), snapshot["measures"], strict=True):
        held = "".join(row.values())
        assert all(text in held for text in texts_of({**measure, "schedule": []})), measure["code"]
        assert row["施策の総合評価"] == measure["grade"] and row["施策ID"] == measure["code"]


def _in_json(address: str, edition: Edition) -> None:
    document = json.loads(_get(f"{address}data.json"))
    assert document["snapshot"] == edition.snapshot
    text = json.dumps(document["snapshot"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest() == document["edition"]["sha256"] == edition.sha256


# --- .xlsx and PDF ---------------------------------------------------------------------------------------------------


def _in_workbook(content: bytes, snapshot: Row) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        path.write_bytes(content)
        sheets = {sheet.code: sheet for sheet in read_plan_workbook(path).sheets}
        listed = _listed(path)
    for measure in snapshot["measures"]:
        sheet = sheets[measure["code"]]
        assert (sheet.name, sheet.owner, sheet.text("current_state")) == (
            measure["name"],
            measure["owner"],
            measure["current_state"],
        )
        assert [row.name for row in sheet.schedule] == [item["name"] for item in measure["schedule"]]
        evaluation = measure["evaluation"]
        assert (sheet.text("cause"), sheet.text("response")) == (evaluation["cause"], evaluation["response"])
        for one, block in zip(measure["indicators"], sheet.indicators, strict=True):
            cells = {cell.fiscal_year: (cell.name, cell.target, cell.actual) for cell in block.years}
            for cell in one["years"]:
                assert cells[cell["fiscal_year"]] == (cell["name"], cell["target"], cell["actual"]), measure["code"]
    for measure, one, cell in judged_cells(snapshot):
        if cell["fiscal_year"] == snapshot["fiscal_year"] and cell["name"]:
            row = listed[measure["code"], cell["name"]]
            assert {cell["target"], cell["actual"]} - {""} <= row and (not one["grade"] or one["grade"] in row), row


def _listed(path: Path) -> dict[tuple[str, str], set[str]]:
    """成果指標一覧: {(施策ID, 評価項目): every text of its row}."""
    book = openpyxl.load_workbook(path, read_only=True)
    rows: dict[tuple[str, str], set[str]] = {}
    for row in book["成果指標一覧"].iter_rows(values_only=True):
        texts = [str(value) for value in row if value is not None]
        if texts and re.fullmatch(r"\d\d-\d\d", texts[0]):
            rows |= {(texts[0], text): set(texts) for text in texts}
    book.close()
    return rows


def _in_pdf(content: bytes, snapshot: Row) -> None:
    """Each 施策's own pages hold every one of its values; what runs above and below a page does not count."""
    pages = [bare(page.extract_text()) for page in PdfReader(io.BytesIO(content)).pages]
    head = re.escape(bare(f"{snapshot['city']}{snapshot['plan']}")) + "(?:第1版)?"
    foot = "|".join(re.escape(bare(one["code"] + one["name"])) for one in snapshot["measures"])
    pages = [re.sub(rf"^{head}|(?:{foot})?\d+/\d+ページ", "", page) for page in pages]
    parts = re.split(r"施策ID(\d\d-\d\d)", "".join(pages))
    own = dict(zip(parts[1::2], parts[2::2], strict=True))
    for measure in snapshot["measures"]:
        text = own[measure["code"]]
        values = texts_of(measure)
        values += [
            cell[key] for one in measure["indicators"] for cell in one["years"] for key in ("name", "target", "actual")
        ]
        values += [one["rate_text"] for one in measure["indicators"]] + [one["grade"] for one in measure["indicators"]]
        missing = [one for one in values if bare(one) not in text]
        assert not missing, (measure["code"], missing)
