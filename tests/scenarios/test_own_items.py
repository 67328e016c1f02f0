"""An item that a plan's form has of its own runs from the draft to the public page, the book and the data."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from review.assessment.services import own_items
from review.books.services import books, entry_books
from review.domain.form_presets import PRESETS
from review.domain.refusals import Invalid
from review.models import Cycle, Decision, Edition, Indicator, MeasureReview, Plan, Submission
from review.pdf import content
from review.publication.services import corrections, schemas
from review.publication.services.corrections import Typed
from review.sheet.services import submission
from review.workbook import engine
from review.workbook.entry_reader import read_entry_book
from review.year.services import cycles
from tests.cast import Cast, settle_background
from tests.review.acting import as_, hidden, words
from workflow import steps

KEY, LABEL, HELP = "x-必要性", "必要性の区分", "市が行う必要があるかを選びます。"
ITEM: dict[str, Any] = {
    "key": KEY, "label": LABEL, "help": HELP, "kind": "level", "levels": ["高い", "ふつう", "低い"],
    "section": "evaluation", "writer": "department", "required": "always", "in_book": True, "public": True, "retired": False,
}  # fmt: skip
COST = ITEM | {"key": "x-事業費", "label": "事業費", "help": "", "kind": "amount", "levels": [], "required": "never"}
COUNT = COST | {"key": "x-活動の数", "label": "活動の数", "kind": "number"}

pytestmark = pytest.mark.django_db


def opened(cast: Cast, *own: dict[str, Any], **form: Any) -> MeasureReview:
    """The first sheet of a year that was opened with these items, its goals filled in."""
    cycle = cast.cycle or cast.draft(1)
    cycle.form = form or {"items": list(own)}
    cycle.save()
    steps.open_year(user=cast.reviewer2, cycle_id=cycle.pk)
    settle_background()
    return cast.fill(cast.sheet())


def goals_named(review: MeasureReview, *names: str) -> tuple[str, ...]:
    """The goals of the sheet, called so."""
    goals = Indicator.objects.filter(measure=review.measure_year.measure).order_by("number")
    for goal, name in zip(goals, names, strict=True):
        goal.years.update(name=name)
        goal.defined_for |= {"name": name}
        goal.save()
    return names


def typed(cast: Cast, review: MeasureReview, **texts: str) -> tuple[int, str]:
    """What comes back when these are typed on the step of own items."""
    client, address = as_(cast.contributor), reverse("meguri:entry", args=[review.pk, 3])
    page = client.get(address)
    sent = {"version": hidden(page, "version"), "was": hidden(page, "was"), **texts}
    answer = client.post(address, sent)
    return answer.status_code, answer.content.decode()


def test_a_level_runs_from_the_draft_to_the_public_page(cast: Cast, tmp_path: Path) -> None:
    review = opened(cast, ITEM)
    page = as_(cast.contributor).get(reverse("meguri:entry", args=[review.pk, 3]))
    assert LABEL in words(page) and HELP in words(page) and "<option" in page.content.decode()
    assert LABEL in submission.missing(review)[KEY]
    with pytest.raises(Invalid):
        steps.submit(user=cast.contributor, review_id=review.pk)
    assert typed(cast, review, **{KEY: "ふつう"})[0] == 303
    review = steps.submit(user=cast.contributor, review_id=review.pk)
    assert Submission.objects.get().content["items"][KEY] == "ふつう"
    page = words(as_(cast.reviewer2).get(reverse("meguri:review", args=[review.pk])))
    assert LABEL in page and "ふつう" in page
    remark = {KEY: "もう一度考えてください。"}
    steps.return_to_department(user=cast.reviewer2, review_id=review.pk, round=review.round, comment="", remarks=remark)
    assert typed(cast, review, **{KEY: "高い"})[0] == 303
    review = steps.submit(user=cast.contributor, review_id=review.pk)
    steps.confirm(user=cast.reviewer2, review_id=review.pk, round=review.round)
    assert f"sheet:{KEY}" in Decision.objects.latest("pk").seal
    steps.approve(user=cast.approver, review_id=review.pk, round=review.round)
    settle_background()
    steps.decide_year(user=cast.approver, cycle_id=review.cycle_id)
    settle_background()
    published(tmp_path)
    corrected(cast)


def published(tmp_path: Path) -> None:
    edition = Edition.objects.get()
    row = edition.snapshot["measures"][0]
    assert row["items"][0]["text"] == "高い" and row["items"][0]["label"] == LABEL
    engine.write(books.edition_book(edition), tmp_path / "book.xlsx")
    assert [LABEL, "高い"] in content.of_sheet(books.form(row, edition.snapshot, label=""))["evaluation"]
    client = Client()
    site = f"/results/dx/{edition.snapshot['fiscal_year']}"
    page = words(client.get(f"{site}/01-01/"))
    assert LABEL in page and "高い" in page
    document = json.loads(client.get(f"{site}/data.json").content)
    jsonschema_rs.Draft202012Validator(schemas.edition_schema()).validate(document)


def corrected(cast: Cast) -> None:
    correction = steps.start_correction(user=cast.reviewer, cycle_id=cast.cycle.pk)
    typed = [Typed(code="01-01", key=KEY, right="低い", reason="誤記のため。")]
    corrections.save_items(user=cast.reviewer, correction_id=correction.pk, version=0, code="01-01", typed=typed)
    correction = steps.submit_correction(user=cast.reviewer, correction_id=correction.pk)
    steps.decide_correction(user=cast.approver, correction_id=correction.pk, round=correction.round, accept=True)
    settle_background()
    assert Edition.objects.get(current=True).snapshot["measures"][0]["items"][0]["text"] == "低い"
    assert cast.sheet().measure_year.text(KEY) == "低い"


@pytest.mark.parametrize(
    ("item", "wrong", "right"),
    [(ITEM, "とても高い", "低い"), (COST, "約3万円", "33,474"), (COUNT, "いくつか", "1250.5")],
)
def test_what_cannot_be_read_is_refused_in_words_and_stays_typed(
    cast: Cast, item: dict[str, Any], wrong: str, right: str
) -> None:
    review = opened(cast, item)
    status, page = typed(cast, review, **{item["key"]: wrong})
    assert status != 303 and item["label"] in page and wrong in page
    assert own_items.problem(review.cycle, item["key"], wrong) and not own_items.problem(review.cycle, "cause", wrong)
    assert item["key"] not in cast.sheet().measure_year.texts, "nothing half-saved"
    assert typed(cast, review, **{item["key"]: right})[0] == 303
    assert cast.sheet().measure_year.text(item["key"]) == right


def test_the_entry_book_has_it_and_takes_it_back(cast: Cast, tmp_path: Path) -> None:
    opened(cast, ITEM)
    path = tmp_path / "entry.xlsx"
    path.write_bytes(entry_books.issue(user=cast.contributor, cycle_id=Cycle.objects.get().pk).content)
    assert KEY in read_entry_book(path).sheets["01-01"]


def test_an_item_that_is_not_public_leaves_no_trace_in_the_edition(cast: Cast) -> None:
    from review.books.services import snapshot

    opened(cast, ITEM | {"public": False})
    assert "items" not in snapshot.snapshot_of(Cycle.objects.get())["measures"][0]


def open_to_all(form: dict[str, Any], texts: dict[str, str], names: Iterable[str], edition: Edition) -> None:
    """What was typed stands on the public page, in the table under its name, and in the interface under its key."""
    client, year = Client(), edition.snapshot["fiscal_year"]
    page = words(client.get(f"/results/dx/{year}/01-01/"))
    content = client.get(f"/results/dx/{year}/measures.csv").content.decode("utf-8-sig")
    (line,) = csv.DictReader(io.StringIO(content))
    (row,) = client.get(f"/api/v1/plans/dx/years/{year}/measures").json()["items"]
    for one in form.get("items", ()):
        number = one["kind"] == "amount"
        assert one["label"] in page and texts[one["key"]] in page
        assert line[one["label"]] == ("1200" if number else texts[one["key"]])
        assert row[one["key"]] == (1200 if number else texts[one["key"]])
    assert all(one["label"] in line for one in form.get("called", {}).values())
    assert all(name in page for name in names)


@pytest.mark.drill
@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_each_form_that_comes_along_asks_for_its_items_and_leads_to_an_edition(cast: Cast, preset: str) -> None:
    cast.draft(1)
    call_command("create_plan", "tsugi", "--name", "次の計画", "--years", "2024-2026", "--form", preset)
    form = cycles.draft(plan=Plan.objects.get(short_name="tsugi"), fiscal_year=2024).form
    assert form == PRESETS[preset]
    review = opened(cast, **form)
    names = goals_named(review, "活動指標 研修の回数", "成果指標 受講した職員の数") if preset == "activity" else ()
    keys = submission.current_texts(review)
    assert not set(form.get("off", ())) & set(keys) and {one["key"] for one in form.get("items", ())} <= set(keys)
    texts = {one["key"]: (one["levels"] or ["1,200"])[0] for one in form.get("items", ())}
    assert typed(cast, review, **texts)[0] == 303
    review = steps.submit(user=cast.contributor, review_id=review.pk)
    steps.confirm(user=cast.reviewer2, review_id=review.pk, round=review.round)
    steps.approve(user=cast.approver, review_id=review.pk, round=review.round)
    settle_background()
    steps.decide_year(user=cast.approver, cycle_id=review.cycle_id)
    settle_background()
    edition = Edition.objects.get()
    row = edition.snapshot["measures"][0]
    assert ("items" in row, "off" in row) == (preset != "city",) * 2, "the first city's editions stay as they were"
    assert ("form" in row) == (preset == "activity")
    open_to_all(form, texts, names, edition)
    labels = [label for label, _text in content.of_sheet(books.form(row, edition.snapshot, label=""))["evaluation"]]
    assert ("自己評価" in labels) == (preset == "city") and {one["label"] for one in form.get("items", ())} <= set(
        labels
    )
    document = json.loads(Client().get(f"/results/dx/{edition.snapshot['fiscal_year']}/data.json").content)
    jsonschema_rs.Draft202012Validator(schemas.edition_schema()).validate(document)
