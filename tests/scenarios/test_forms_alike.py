"""Every value, verdict, rate, state, reason and doubt of an edition is the same in every form: pages in both languages, tables,
interface, document, workbook, PDF and bundle; of the newest edition and of the one before it.

Of the repo's own facts, and of the city's whole document where MEGURI_PLAN_FILE names it.
"""

from __future__ import annotations

import io
import json
import os
import posixpath
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import translation

from review.books.services import editions
from review.books.services.snapshot import snapshot_of
from review.domain.grade_words import why_open
from review.domain.plan_text import read_plan_text
from review.domain.values import State
from review.models import Edition, IndicatorYear, MeasureReview, Outcome, Plan
from review.plan.services import planning
from review.reader_words import in_reader_words
from review.year.services import cycles
from tests.cast import YEAR, Cast
from tests.frozen import follow, freeze_now
from tests.review.publication.test_bundle import make_books
from tests.review.workbook.samples import FACTS
from tests.scenarios.published_forms import (
    BY_HAND,
    CODES,
    OUTCOMES,
    Form,
    Judged,
    api_form,
    bundled,
    bytes_of,
    csv_form,
    json_form,
    page_form,
    paper_texts,
    plain,
    workbook_form,
)  # fmt: skip

pytestmark = [pytest.mark.once]


def document(name: str) -> Path:
    """The plan's file. Skips the test, saying so, where the city's is not there."""
    if name == "facts":
        return FACTS
    path = os.environ.get("MEGURI_PLAN_FILE")
    if not path:
        pytest.skip("MEGURI_PLAN_FILE is not set: the forms of the city's whole document were not compared")
    return Path(path)


def published(cast: Cast, path: Path) -> Edition:
    """The year of the document as 第1版, and 訂正第1版 with what a year has beside it: 施策 that were settled, a grade by a
    person, an answer to a doubt, a value of a part of the year."""
    planning.import_plan(read_plan_text(path.read_bytes()), plan_name="比べる計画", city="見本市", year=YEAR)
    cycle = cycles.draft(plan=Plan.objects.get(name="比べる計画"), fiscal_year=YEAR)
    first = freeze_now(cast, cycle)
    make_books(first)
    for code, outcome in (("01-03", Outcome.EXCLUDED), ("01-04", Outcome.NOT_SUBMITTED)):
        MeasureReview.objects.filter(cycle=cycle, measure_year__measure__code=code).update(
            outcome=outcome, outcome_reason="見本の理由"
        )
    rows = IndicatorYear.objects.filter(fiscal_year=YEAR, indicator__measure__plan=cycle.plan)
    by_hand, answered = rows.filter(status="undetermined")[0], rows.exclude(flags=[]).exclude(status="undetermined")[0]
    by_hand.given_grade, by_hand.given_reason = "B", "担当課の説明による"
    answers = {
        answered.flags[0]: {"answer": "explained", "text": "集計の方法を変えたため", "of": "", "by": "", "at": ""}
    }
    answered.answers = answers
    for row in (by_hand, answered):
        row.save()
    errata = {"number": 2, "label": "訂正第1版", "date": "2026-04-01", "items": [], "consequences": []}
    second = follow(first, {**snapshot_of(cycle), "corrections": [errata]})
    make_books(second)
    return second


#: a cell with nothing in it
DASH = "[-―ー—_]?"
SETTLED = "この施策は「%(word)s」のため、実績はありません。"


class Address:
    """Where the forms of an edition are served."""

    def __init__(self, edition: Edition, number: int | None) -> None:
        self.short_name = edition.cycle.plan.short_name
        self.tail = f"{self.short_name}/{YEAR}/" + (f"editions/{number}/" if number else "")
        self.api = f"/api/v1/plans/{self.short_name}/years/{YEAR}" + (f"/editions/{number}" if number else "")

    def read(self, name: str) -> bytes:
        return bytes_of(f"/results/{self.tail}{name}")


@pytest.mark.drill
@pytest.mark.parametrize("name", ["facts", "the city's document"])
def test_every_form_of_an_edition_says_the_same(cast: Cast, name: str, tmp_path: Path) -> None:
    newest, _first = all_forms_agree(published(cast, document(name)), tmp_path, (None, 1))
    assert {"対象外", "未提出"} <= set(newest.results.values()) & {one.status for one in newest.judged.values()}


def all_forms_agree(edition: Edition, folder: Path, numbers: tuple[int | None, ...]) -> list[Form]:
    """What the editions of these numbers say, None being the newest, once each form was held against the document."""
    out, forms = folder / "site.zip", []
    call_command(
        "build_site", YEAR, plan=edition.cycle.plan.short_name, out=str(out), stdout=io.StringIO(), stderr=io.StringIO()
    )
    files = bundled(out.read_bytes())
    for number in numbers:
        here = Address(edition, number)
        snapshot = json.loads(here.read("data.json"))
        true = json_form(snapshot)
        assert len(true.judged) >= 64 and len(true.values) >= 240 and len(true.results) == 30
        forms.append(true)
        the_data_agree(true, here)
        the_pages_agree(true, here, snapshot["snapshot"], lambda path: bytes_of(f"/{path}"))
        the_pages_agree(true, here, snapshot["snapshot"], partial(listed, files))
        the_workbook_agrees(true, here.read("download/"), snapshot["snapshot"])
        the_paper_agrees(true, here.read("book.pdf"))
        for one in ("indicators.csv", "measures.csv", "data.json"):
            assert files[f"results/{here.tail}{one}"] == here.read(one), one
        assert files[f"results/{here.tail}book.xlsx"] == here.read("download/")
        assert files[f"results/{here.tail}book.pdf"] == here.read("book.pdf")
    return forms


def listed(files: dict[str, bytes], path: str) -> bytes:
    """The page of a 施策 to which its edition's list leads: among plain files one that stands unchanged is there once."""
    folder, _slash, code = path.rstrip("/").rpartition("/")
    lists = (place for place in files if place.startswith(f"{folder}/") and place.endswith(".html"))
    hrefs = {(posixpath.dirname(place), to) for place in lists for to in re.findall(rb'href="([^"#?]+)', files[place])}
    led = {posixpath.normpath(posixpath.join(place, to.decode())) for place, to in hrefs}
    (page,) = {place for place in led if place.endswith(f"/{code}/index.html")} & {
        f"{root}/{code}/index.html" for root in (folder, folder.rpartition("/editions/")[0] or folder)
    }
    return files[page]


def the_data_agree(true: Form, here: Address) -> None:
    for form in (csv_form(here.read), api_form(here.api)):
        assert form.values == true.values
        assert form.results == true.results
        judged_alike(true, form.judged, but={"rate_text"})


def judged_alike(true: Form, judged: dict[str, Judged], *, but: set[str]) -> None:
    """Goal by goal, field by field; `but` names what this form does not show."""
    assert judged.keys() == true.judged.keys()
    for goal, one in judged.items():
        for field in set(Judged._fields) - but:
            assert getattr(one, field) == getattr(true.judged[goal], field), (goal, field)


def the_pages_agree(true: Form, here: Address, snapshot: dict[str, Any], read: Callable[[str], bytes]) -> None:
    """Japanese and English; of the latter each word is turned back by the catalogue."""
    for language, root in (("ja", "results/"), ("en", "results/en/")):
        with translation.override(language):
            catalogue = {plain(in_reader_words(text)): plain(text) for text in texts_of(snapshot)}
            for word in OUTCOMES.values():
                sentence = translation.gettext(SETTLED) % {"word": translation.gettext(word)}
                catalogue[plain(sentence)] = plain(SETTLED % {"word": word})
            pages = {code: read(f"{root}{here.tail}{code}/") for code in true.results}
            form = page_form(pages, YEAR, lambda text, known=catalogue: known.get(text, text), translation.gettext)
        assert form.values == true.values, language
        assert form.results == true.results, language
        assert form.judged.keys() == true.judged.keys()
        for goal, one in form.judged.items():
            shown = set(Judged._fields) - {"rate", "reason", "why"} - ({"shown"} if one.shown is None else set())
            for field in shown:
                assert getattr(one, field) == getattr(true.judged[goal], field), (language, goal, field)
            assert one.shown is not None or not (one.target or one.actual), goal


def texts_of(snapshot: dict[str, Any]) -> Iterator[str]:
    """Whatever of an edition a page may say in another language."""
    yield from filter(None, [*CODES.values(), *OUTCOMES.values(), *(state.label for state in State), "評価なし"])
    for row in snapshot["measures"]:
        for one in row["indicators"]:
            yield from filter(None, [one["reason"], one["open_reason"], one["rate_text"], editions.state_of(one)])
            yield from editions.cautions(one, why_open(one))


def the_workbook_agrees(true: Form, content: bytes, snapshot: dict[str, Any]) -> None:
    judged, sheets, results = workbook_form(content)
    assert judged.keys() == true.judged.keys() and sheets.keys() == true.results.keys()
    for goal, one in judged.items():
        right = true.judged[goal]
        for field in ("status", "name", "target", "actual", "rate", "rate_text", "state", "reason"):
            assert getattr(one, field) == getattr(right, field), (goal, field)
        # what is not counted has the word for why in the column that the counts go by
        assert one.grade == (right.grade or right.status), goal
        given = by_hand(snapshot, goal)
        rest = BY_HAND.sub("", one.cautions or "").removeprefix(given)
        assert rest == f"{right.why}{right.cautions}", goal
    for (goal, _year), texts in true.values.items():
        code = goal.rpartition("-")[0]
        assert {text for text in texts if text} <= sheets[code], goal
    for code, result in true.results.items():
        assert results[code].partition("(")[0] == result, code


def by_hand(snapshot: dict[str, Any], goal: str) -> str:
    return next(
        plain(one["given_reason"])
        for row in snapshot["measures"]
        for one in row["indicators"]
        if f"{row['code']}-{one['number']}" == goal
    )


def the_paper_agrees(true: Form, content: bytes) -> None:
    papers = paper_texts(content, list(true.results))
    for (goal, _year), texts in true.values.items():
        for text in texts:
            assert text in papers[goal.rpartition("-")[0]], (goal, text)
    for goal, one in true.judged.items():
        paper = papers[goal.rpartition("-")[0]]
        marks = plain(f"{one.grade}・{one.status}") if one.grade else one.status
        cells = [re.escape(text) if text else DASH for text in (one.name, one.target, one.actual, one.rate_text)]
        assert re.search("".join([*cells, re.escape(marks)]), paper), (goal, cells, marks)
        assert (one.why or "") in paper and (one.cautions or "") in paper, goal
    for code, result in true.results.items():
        assert plain(f"総合評価{result}") in papers[code], code
