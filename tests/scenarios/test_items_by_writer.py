"""An item of a plan's own is written by whom the form says, and is needed when the form says: checked at that step in words."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from review.assessment.services import approval, binding
from review.domain.refusals import Changed, Invalid
from review.models import AuditEntry, Decision, MeasureReview
from review.year.services import year_forms
from tests.cast import Cast, settle_background
from tests.review.acting import as_, hidden, words
from workflow import steps
from workflow.demo.each import each

FINDING: dict[str, Any] = {
    "key": "x-所見", "label": "確認者の所見", "help": "確かめたことを書きます。", "kind": "level", "levels": ["妥当", "要検討"],
    "section": "evaluation", "writer": "office", "required": "review", "in_book": True, "public": True, "retired": False,
}  # fmt: skip
DIRECTION = FINDING | {
    "key": "x-方向",
    "label": "今後の方向性の決定",
    "writer": "deciders",
    "required": "decision",
    "kind": "text",
    "levels": [],
}
FIGURE = FINDING | {
    "key": "x-経費",
    "label": "経費",
    "writer": "department",
    "required": "review",
    "kind": "amount",
    "levels": [],
}

pytestmark = pytest.mark.django_db


def sent(cast: Cast, *items: dict[str, Any], **texts: str) -> MeasureReview:
    """The first sheet of a year with these items, sent in."""
    cycle = cast.draft(1)
    cycle.form = {"items": list(items)}
    cycle.save()
    steps.open_year(user=cast.reviewer2, cycle_id=cycle.pk)
    settle_background()
    review = cast.fill(cast.sheet())
    review.measure_year.texts |= texts
    review.measure_year.save()
    return steps.submit(user=cast.contributor, review_id=review.pk)


def decide(cast: Cast, review: MeasureReview, name: str, action: str, **texts: str) -> Any:
    """Press the button of the decision's page with these texts."""
    client = as_(cast.reviewer2 if name == "review" else cast.approver)
    address = reverse(f"meguri:{name}", args=[review.pk])
    page = client.get(address)
    return client.post(address, {"round": hidden(page, "round"), "action": action, **texts})


def test_the_office_writes_its_item_with_its_confirmation(cast: Cast) -> None:
    review = sent(cast, FINDING)
    entry = words(as_(cast.contributor).get(reverse("meguri:entry", args=[review.pk, 3])))
    assert FINDING["label"] not in entry, "the department is not asked for it"
    page = as_(cast.reviewer2).get(reverse("meguri:review", args=[review.pk]))
    assert FINDING["label"] in words(page) and FINDING["help"] in words(page) and "<option" in page.content.decode()
    refused = decide(cast, review, "review", "confirm")
    assert refused.status_code == 422 and "確認者の所見を入力してください" in words(refused)
    refused = decide(cast, review, "review", "confirm", **{"x-所見": "たぶん"})
    assert refused.status_code == 422 and "選べません" in words(refused) and cast.sheet().state == "submitted"
    assert decide(cast, review, "review", "confirm", **{"x-所見": "妥当"}).status_code == 303
    assert cast.sheet().measure_year.text("x-所見") == "妥当" and cast.sheet().state == "reviewed"
    assert "sheet:x-所見" in Decision.objects.latest("pk").seal
    assert AuditEntry.objects.filter(action="items.write").count() == 1
    page = words(as_(cast.approver).get(reverse("meguri:approve", args=[review.pk])))
    assert FINDING["label"] in page and "妥当" in page
    steps.approve(user=cast.approver, review_id=review.pk, round=review.round)


def test_what_the_office_wrote_is_sealed_once_it_has_confirmed(cast: Cast) -> None:
    review = sent(cast, FINDING)
    steps.confirm(user=cast.reviewer2, review_id=review.pk, round=review.round, written={"x-所見": "妥当"})
    year = cast.sheet().measure_year
    year.texts["x-所見"] = "要検討"
    year.save()
    with pytest.raises(Changed, match="確認者の所見"):
        steps.approve(user=cast.approver, review_id=review.pk, round=review.round)


def test_the_office_writes_nothing_into_another_s_item(cast: Cast) -> None:
    review = sent(cast, FINDING, FIGURE | {"required": "never"}, DIRECTION | {"required": "never"})
    written = {"x-所見": "妥当", "x-経費": "1", "x-方向": "拡充", "cause": "x"}
    steps.confirm(user=cast.reviewer2, review_id=review.pk, round=review.round, written=written)
    texts = cast.sheet().measure_year.texts
    assert (
        texts["x-所見"] == "妥当" and not texts.get("x-経費") and not texts.get("x-方向") and texts.get("cause") != "x"
    )


def test_the_deciding_body_writes_its_item_with_its_approval(cast: Cast) -> None:
    review = sent(cast, DIRECTION)
    steps.confirm(user=cast.reviewer2, review_id=review.pk, round=review.round)
    with pytest.raises(Invalid, match="今後の方向性の決定を入力してください"):
        steps.approve(user=cast.approver, review_id=review.pk, round=review.round)
    assert decide(cast, review, "approve", "approve", **{"x-方向": "継続"}).status_code == 303
    assert cast.sheet().measure_year.text("x-方向") == "継続" and cast.sheet().state == "approved"


def test_what_the_department_owes_at_review_stops_the_confirmation_and_not_the_submission(cast: Cast) -> None:
    review = sent(cast, FIGURE)
    refused = decide(cast, review, "review", "confirm")
    assert refused.status_code == 422 and "経費が入力されていません。差し戻して" in words(refused)
    done, why = each(steps.confirm, user=cast.reviewer2, chosen=[(review.pk, review.round)])
    assert not done and "経費" in why[review.pk], "together, the sheet is named with the same sentence"


@pytest.mark.parametrize(
    ("writer", "required"), [("office", "always"), ("deciders", "review"), ("department", "decision")]
)
def test_an_item_cannot_be_needed_before_its_writer_writes(cast: Cast, writer: str, required: str) -> None:
    cycle = cast.draft(1)
    item = {**FINDING, "writer": writer, "required": required}
    with pytest.raises(Invalid) as refusal:
        year_forms.save_item(user=cast.reviewer2, cycle_id=cycle.pk, key="", item=item)
    assert "必須にできるのは" in refusal.value.fields["required"]


def test_what_the_office_wrote_stands_in_the_way_of_no_second_review(cast: Cast) -> None:
    """Sent back to review, the sheet has a text that the submission did not have: the office's own, which it may change."""
    review = sent(cast, FINDING, DIRECTION)
    steps.confirm(user=cast.reviewer2, review_id=review.pk, round=review.round, written={"x-所見": "妥当"})
    review = steps.return_from_approval(
        user=cast.approver, review_id=review.pk, round=review.round, to=approval.TO_REVIEW, comment="もう一度。"
    )
    steps.confirm(user=cast.reviewer2, review_id=review.pk, round=review.round, written={"x-所見": "要検討"})
    review = cast.sheet()
    steps.approve(user=cast.approver, review_id=review.pk, round=review.round, written={"x-方向": "継続"})
    assert binding.changed_among([cast.sheet()]) == {} and cast.sheet().measure_year.text("x-所見") == "要検討"
