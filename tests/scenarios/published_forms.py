"""Every published form of an edition, read into the same plain records by readers that share no code with the product."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from zipfile import ZipFile

from django.test import Client
from lxml import html
from openpyxl import load_workbook
from pypdf import PdfReader

#: what stands in a form where there is nothing
NOTHING = ("", "-", "－", "―", "—", "ー", "_", "None")


def plain(text: Any) -> str:
    """The text without spaces and widths; '' for a dash alone."""
    squeezed = "".join(unicodedata.normalize("NFKC", str(text if text is not None else "")).split())
    return "" if squeezed in {unicodedata.normalize("NFKC", one) for one in NOTHING} else squeezed


class Judged(NamedTuple):
    """One goal in the year of the review, as a form shows it; None for what this form does not show at all."""

    name: str | None
    target: str
    actual: str
    status: str
    grade: str
    state: str | None
    cautions: str | None
    rate: str | None = None  #: the number, four decimals
    rate_text: str | None = None
    reason: str | None = None  #: why it was judged so
    why: str | None = None  #: why it stays 評価できない
    shown: str | None = None  #: the one of the two that citizens read


Values = dict[tuple[str, int], tuple[str, str, str]]  #: {(goal, year): (評価項目, 目標, 実績)}


class Form(NamedTuple):
    """All that one form says: each goal's verdict, each year's values, and each 施策's result."""

    judged: dict[str, Judged]
    values: Values
    results: dict[str, str]


def bytes_of(path: str) -> bytes:
    answer = Client().get(path)
    assert answer.status_code == 200, path
    return b"".join(answer.streaming_content) if answer.streaming else bytes(answer.content)  # type: ignore[attr-defined]


#: the codes of a verdict, in the words of every form
CODES = {
    "achieved": "達成", "missed": "未達成", "undetermined": "評価できない", "pending": "実績なし", "not_applicable": "目標なし",
    "before": "目標年度前", "excluded": "対象外", "not_submitted": "未提出", "": "",
}  # fmt: skip


# --- the tables and the interface ------------------------------------------------------------------------------------


def rows_form(indicators: list[dict[str, Any]], measures: list[dict[str, Any]], key: Callable[[str], str]) -> Form:
    """The tidy rows; `key` gives the name under which a form has a column."""
    judged, values = {}, {}
    for row in indicators:
        goal, year = row[key("indicator_id")], int(row[key("year")])
        texts = tuple(plain(row[key(one)]) for one in ("indicator", "target", "actual"))
        values[goal, year] = texts
        if year == int(row[key("fiscal_year")]):
            reason, why, status, state, cautions = (
                plain(row[key(one)]) for one in ("reason", "open_reason", "status", "state", "notes")
            )
            assert CODES[row[key("status_code")]] == status
            rate = row[key("rate")]
            judged[goal] = Judged(
                *texts, status, row[key("grade")], state, cautions, reason=reason, why=why, shown=why or reason,
                rate="" if rate in (None, "") else f"{float(rate):.4f}",
            )  # fmt: skip
    return Form(judged, values, {row[key("measure_id")]: row[key("measure_result")] for row in measures})


def unguarded(row: dict[str, str]) -> dict[str, str]:
    return {name: text[1:] if text.startswith("'") else text for name, text in row.items()}


def csv_form(read: Callable[[str], bytes]) -> Form:
    tables = {}
    titles: dict[str, str] = {}
    for name in ("indicators.csv", "measures.csv"):
        text = read(name).decode("utf-8-sig")
        tables[name] = [unguarded(row) for row in csv.DictReader(io.StringIO(text, newline=""))]
        for one in json.loads(read(f"{name}-metadata.json"))["tableSchema"]["columns"]:
            title = one["titles"]
            titles.setdefault(one["name"], title[-1] if isinstance(title, list) else title)
    return rows_form(tables["indicators.csv"], tables["measures.csv"], lambda key: titles[key])


def api_form(address: str) -> Form:
    def every(what: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        while True:
            page = Client().get(f"{address}/{what}", {"per_page": 37, "page": len(items) // 37 + 1}).json()
            items += page["items"]
            if len(items) == page["total"]:
                return items

    return rows_form(every("indicators"), every("measures"), lambda key: key)


# --- the document ----------------------------------------------------------------------------------------------------

OUTCOMES = {"excluded": "対象外", "not_submitted": "未提出"}
STATES = {
    "": "", "final": "確定", "provisional": "速報・見込み", "interim": "年度途中", "other_year": "他年度の値", "not_measured": "未測定",
}  # fmt: skip
#: doubts of which the reason of 評価できない says all
COVERED = (
    "not_measured", "interim", "other_year", "needs_previous", "unit_mismatch", "parts_mismatch", "direction_unknown",
)  # fmt: skip


def json_form(document: dict[str, Any]) -> Form:
    snapshot = document["snapshot"]
    judged, values, results = {}, {}, {}
    for row in snapshot["measures"]:
        results[row["code"]] = OUTCOMES.get(row["outcome"]) or row["grade"] or "評価なし"
        for one in row["indicators"]:
            goal = f"{row['code']}-{one['number']}"
            for cell in one["years"]:
                values[goal, cell["fiscal_year"]] = tuple(plain(cell[name]) for name in ("name", "target", "actual"))
            if (goal, snapshot["fiscal_year"]) not in values:
                continue
            reason, why = plain(one["reason"]), plain(one["open_reason"])
            judged[goal] = Judged(
                *values[goal, snapshot["fiscal_year"]], _verdict(row, one), one["grade"], plain(_state(one)),
                plain("".join(_cautions(one))), rate=one["rate"] or "", rate_text=plain(one["rate_text"]),
                reason=reason, why=why, shown=why or reason,
            )  # fmt: skip
    return Form(judged, values, results)


def _verdict(row: dict[str, Any], one: dict[str, Any]) -> str:
    if row["outcome"] and one["status"] not in ("", "not_applicable"):
        return OUTCOMES[row["outcome"]]
    return "目標年度前" if one["status"] == "not_applicable" and one.get("progress") else CODES[one["status"]]


def _state(one: dict[str, Any]) -> str:
    until = one["state_until"].split("-")
    return STATES[one["state"]] + (f"({int(until[1])}月{int(until[2])}日まで)" if len(until) == 3 else "")


def _cautions(one: dict[str, Any]) -> Iterator[str]:
    """The doubts that the reason does not say already, with what the department answered."""
    for note in one["notes"]:
        if not (note["sentence"] == one["reason"] or (one["open_reason"] and note["code"] in COVERED)):
            yield note["sentence"]
        if note["answer"]:
            yield f"主管部署の確認: {note['answer'].rstrip('。')}。"


# --- pages -----------------------------------------------------------------------------------------------------------


def words(node: Any) -> str:
    return plain(node.text_content()) if node is not None else ""


def page_form(pages: dict[str, bytes], year: int, back: Callable[[str], str], label: Callable[[str], str]) -> Form:
    """{施策ID: its page} as records. `label` gives a label in the page's language, `back` the Japanese of its words."""
    judged, values, results = {}, {}, {}
    for code, content in pages.items():
        root = html.fromstring(content.decode())
        results[code] = back(_result(root))
        for article in root.find_class("goal"):
            goal = f"{code}-{article.get('aria-labelledby').removeprefix('goal-')}"
            values |= {(goal, one): texts for one, texts in _years(article)}
            if (goal, year) in values:
                judged[goal] = _of_article(article, values[goal, year], back, label)
    return Form(judged, values, results)


def _result(root: Any) -> str:
    """The letter of the 総合評価, or the word in its place."""
    (overall,) = root.find_class("overall")
    letter = overall.find_class("visually-hidden")
    return str(letter[0].text_content()) if letter and overall.find_class("grade") else words(list(overall)[1])


def _years(article: Any) -> Iterator[tuple[int, tuple[str, str, str]]]:
    (table,) = article.find_class("form-table")
    heads = [words(head) for head in list(table.find("thead").iter("th"))[1:]]
    for note in table.find_class("form-table__note"):
        note.drop_tree()
    rows = [list(row.iter("td")) for row in table.find("tbody").iter("tr")]
    rows = [row for row in rows if all(not cell.get("colspan") for cell in row)]
    for place, head in enumerate(heads):
        number = int(re.sub(r"\D", "", head))
        name, target, actual = (words(row[place]) for row in rows[:3])
        yield number if head.startswith("FY") else 2018 + number, (name, target, actual)


def _of_article(
    article: Any, texts: tuple[str, str, str], back: Callable[[str], str], label: Callable[[str], str]
) -> Judged:
    head = article.find("header")
    grade = str(head.find_class("visually-hidden")[0].text_content()) if head.find_class("grade") else ""
    cautions = "".join(back(words(one)) for flags in article.find_class("flags") for one in flags.iter("li"))
    facts = article.find_class("facts")
    if not facts:  # neither 目標 nor 実績
        return Judged(*texts, back(words(head.find_class("chip")[0])), grade, "", cautions, rate_text="")
    pairs = {words(dt): dt.getnext() for dt in facts[0].iter("dt")}
    verdict = pairs[plain(label("判定"))]
    rate = next((words(pairs[name]) for one in ("達成率", "進み具合") if (name := plain(label(one))) in pairs), "")
    _reading, _label, state = words(pairs[plain(label("読み取り"))]).partition(plain(label("値の状態")))
    shown = back("".join(words(one) for one in verdict.iter("p")))
    return Judged(*texts, back(plain(verdict.text)), grade, back(state), cautions, rate_text=back(rate), shown=shown)


# --- books -----------------------------------------------------------------------------------------------------------

BY_HAND = re.compile(r"達成区分は人の判断です\(算定では.*?\)。理由:")


def workbook_form(content: bytes) -> tuple[dict[str, Judged], dict[str, set[str]], dict[str, str]]:
    """The goals of 成果指標一覧, whose 判定 may be finer; all the cells of each 施策's sheet, and its 総合評価."""
    book = load_workbook(io.BytesIO(content), read_only=True)
    lines = list(book["成果指標一覧"].iter_rows(values_only=True))
    head = next(line for line in lines if line[0] == "施策ID")
    judged = {}
    for line in lines[lines.index(head) + 1 :]:
        row = {str(name).replace("\n", ""): cell for name, cell in zip(head, line, strict=True)}
        if not any(row[one] for one in ("評価項目", "目標", "実績", "判定")):
            continue  # a goal that has nothing in this year
        number = "①②③④⑤⑥⑦⑧⑨⑩".index(row["成果目標"]) + 1
        rate = row["達成率(数値)"]
        judged[f"{row['施策ID']}-{number}"] = Judged(
            *(plain(row[name]) for name in ("評価項目", "目標", "実績", "判定")), row["達成区分"] or "",
            plain(row["値の状態"]), plain(row["確認事項"]),
            rate="" if rate is None else f"{rate:.4f}", rate_text=plain(row["達成率・進捗率"]), reason=plain(row["判定の理由"]),
        )  # fmt: skip
        assert CODES[row["判定コード"] or ""] == (row["判定"] or "").split("(")[0]
    sheets, results = {}, {}
    for code in (name for name in book.sheetnames if re.fullmatch(r"\d\d-\d\d", name)):
        rows = [[str(cell) for cell in row if cell is not None] for row in book[code].iter_rows(values_only=True)]
        sheets[code] = {plain(cell) for row in rows for cell in row}
        (results[code],) = (row[1] for row in rows if row[:1] == ["総合評価"])
    return judged, sheets, results


def paper_texts(content: bytes, codes: list[str]) -> dict[str, str]:
    """{施策ID: the text of its pages, without their heads and feet} of the PDF, by its outline."""
    reader = PdfReader(io.BytesIO(content))
    entries = list(_flat(reader.outline))
    starts = [(str(one.title).split()[0], reader.get_destination_page_number(one)) for one in entries]
    ends = [page for _title, page in starts[1:]] + [len(reader.pages)]
    bodies = ["".join(page.extract_text().splitlines()[2:-1]) for page in reader.pages]
    texts = {code: plain("".join(bodies[first:end])) for (code, first), end in zip(starts, ends, strict=True)}
    return {code: texts[code] for code in codes}


def _flat(outline: Any) -> Iterator[Any]:
    for one in outline:
        yield from _flat(one) if isinstance(one, list) else [one]


def bundled(content: bytes) -> dict[str, bytes]:
    with ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
