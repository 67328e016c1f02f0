"""Entry, review, board, book, public page, CSV and JSON say the same of a value: its reading, state, reason and doubts."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from review.books.services import editions, workbooks
from review.domain import answers
from review.domain.answers import SURE
from review.domain.grade_words import WHY_OPEN
from review.models import Artifact, IndicatorYear
from review.sheet.services import submission
from tests.cast import YEAR, Cast, settle_background
from tests.review.acting import as_, words
from workflow import steps

#: What was typed, and what was answered.
UNTIDY = [
    ("120件", {}),
    ("９０ 件", {}),
    ("500", {"jump": SURE, "unit_assumed": "件数です"}),
    ("120件(9月末現在)", {"state": "interim 2024-09-30"}),
    ("110件 ※速報", {"state": "provisional"}),
    ("120件", {"state": "interim 2024-12-31"}),
    ("-", {"state": "not_measured"}),
    ("120人", {"unit_mismatch": "延べ人数のため"}),
    ("おおむね整備した", {}),
]


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def of_screens(cast: Cast) -> dict[str, str]:
    """{form: its words} while the sheet goes its way; the sheet is approved at the end."""
    review, shown = cast.sheet(), {}
    shown["entry"] = words(as_(cast.contributor).get(reverse("meguri:entry", args=[review.pk, 1])))
    shown["sheet"] = words(as_(cast.contributor).get(reverse("meguri:sheet", args=[review.pk])))
    review = steps.submit(user=cast.contributor, review_id=review.pk)
    shown["review"] = words(as_(cast.reviewer2).get(reverse("meguri:review", args=[review.pk])))
    steps.confirm(user=cast.reviewer2, review_id=review.pk, round=1)
    shown["board"] = words(as_(cast.approver).get(reverse("meguri:approve", args=[review.pk])))
    steps.approve(user=cast.approver, review_id=review.pk, round=1)
    return shown


def of_edition(cast: Cast) -> dict[str, Any]:
    """What is published: the page, the row of the table, the document, the row of the book."""
    settle_background()
    steps.decide_year(user=cast.approver, cycle_id=cast.sheet().cycle_id)
    settle_background()
    client = Client()
    page = words(client.get(reverse("publication:measure", args=["dx", YEAR, "01-01"])))
    data = [
        client.get(reverse("publication:data", args=["dx", YEAR, name])) for name in ("indicators.csv", "data.json")
    ]
    table, document = (b"".join(one.streaming_content) if one.streaming else one.content for one in data)  # type: ignore[attr-defined]
    rows = csv.DictReader(io.StringIO(table.decode("utf-8-sig")))
    (one,) = json.loads(document)["snapshot"]["measures"][0]["indicators"]
    workbooks.request_year(cast.sheet().cycle)
    settle_background()
    book = load_workbook(Path(default_storage.path(Artifact.objects.filter(path__endswith=".xlsx").latest("pk").path)))
    lines = list(book["成果指標一覧"].iter_rows(values_only=True))
    head = next(line for line in lines if line[0] == "施策ID")
    return {
        "page": page,
        "csv": next(row for row in rows if row["年度_西暦"] == str(YEAR)),
        "json": one,
        "book": dict(zip(head, lines[lines.index(head) + 1], strict=True)),
    }


@pytest.mark.parametrize(
    ("actual", "replies"), [UNTIDY[0], *(pytest.param(*one, marks=pytest.mark.drill) for one in UNTIDY[1:])]
)
def test_every_form_says_the_same_of_a_value(cast: Cast, actual: str, replies: dict[str, str]) -> None:
    cast.open(1, indicators=1)
    typed = {f"indicator:1:doubt:{code}": text for code, text in replies.items()}
    texts = {"indicator:1:actual": actual, "cause": "要因", "response": "対応", **typed}
    submission.save_draft(user=cast.contributor, review_id=cast.sheet().pk, version=cast.sheet().version, texts=texts)
    screens, row = of_screens(cast), IndicatorYear.objects.get(fiscal_year=YEAR)
    assert set(row.answers) == set(replies)
    reading, reason, flags = row.reading["actual"], row.reason, row.flags
    state = answers.state_words(row.reading["state"], row.reading["until"])
    sentences = [note["sentence"] for note in row.reading["notes"]]
    replied = [answers.words_of(row.answers, code) for code in flags]
    for form, text in screens.items():
        for part in (reading, reason, *sentences, *(filter(None, replied) if form != "entry" else ())):
            assert squeezed(part) in squeezed(text), (form, part)
        if state != "確定" and form != "entry":
            assert squeezed(state) in squeezed(text), form
    forms = of_edition(cast)
    one, line, cells = forms["json"], forms["csv"], forms["book"]
    assert (one["reading"]["actual"], one["reason"], one["flags"]) == (reading, reason, flags)
    assert editions.state_of(one) == state == line["値の状態"] == (cells["値の状態"] or "")
    assert [(note["sentence"], note["answer"]) for note in one["notes"]] == list(zip(sentences, replied, strict=True))
    assert (
        (line["実績の読み取り"], line["判定の理由"])
        == (reading, reason)
        == (cells["実績の読み取り"], cells["判定の理由"])
    )
    # Where a value stays 評価できない, an edition says in words for citizens what the doubt said in those of the office, and
    # nothing says again what the reason says.
    why = one["open_reason"]
    covered = WHY_OPEN if why else {}
    both = list(zip(flags, sentences, replied, strict=True))
    spoken = [[answer] if code in covered or text == reason else [text, answer] for code, text, answer in both]
    public = [part for parts in spoken for part in parts if part]
    for part in public:
        assert part in line["確認事項"] and part in cells["確認事項"]
    assert line["確認事項コード"] == " ".join(flags) == (cells["確認事項コード"] or "")
    for part in (reading, state, why or reason, *public):
        assert squeezed(part) in squeezed(forms["page"]), part


def test_a_correction_judges_by_the_states_and_answers_that_were_frozen(cast: Cast) -> None:
    from datetime import date

    from review.models import Edition
    from review.publication.services.correction_effects import Entry, corrected

    cast.open(1, indicators=1)
    texts = {
        "indicator:1:actual": "500件(9月末現在)",
        "indicator:1:doubt:state": "final",
        "indicator:1:doubt:jump": SURE,
    }
    submission.save_draft(user=cast.contributor, review_id=cast.sheet().pk, version=cast.sheet().version, texts=texts)
    of_screens(cast)
    of_edition(cast)
    base = Edition.objects.get()
    before = base.snapshot["measures"][0]["indicators"][0]
    assert (before["status"], before["state"], [one["answer"] for one in before["notes"]]) == (
        "achieved",
        "final",
        [SURE],
    )

    def after(key: str, wrong: str, right: str) -> dict[str, Any]:
        entry = Entry(code="01-01", key=f"indicator:1:{key}:{YEAR}", label="", wrong=wrong, right=right, reason="誤記")
        one: dict[str, Any] = corrected(base, [entry], on=date(2025, 9, 1))["measures"][0]["indicators"][0]
        return one

    same = after("target", "100件", "110件")
    assert (same["status"], same["notes"]) == ("achieved", before["notes"])
    other = after("actual", "500件(9月末現在)", "510件(令和4年度実績)")
    assert (other["status"], other["state"], [one["answer"] for one in other["notes"]]) == (
        "undetermined",
        "other_year",
        [""] * len(other["notes"]),
    )
