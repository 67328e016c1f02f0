"""A drafted form is looked at as the real pages will have it, and looking stores nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from review.models import AuditEntry, MeasureReview
from review.year.services import year_forms
from tests.cast import YEAR, Cast
from tests.review.acting import as_, words

NEED: dict[str, Any] = {
    "label": "行政の必要性", "help": "市が行う必要を選びます。", "kind": "level", "levels": ["とても高い", "低い"],
    "section": "evaluation", "writer": "department", "required": "always", "in_book": True, "public": True, "retired": False,
}  # fmt: skip
PRIVATE = NEED | {"label": "課内のメモ", "kind": "text", "levels": [], "public": False}

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("what", ["entry", "book", "public"])
def test_each_preview_has_the_edited_form_in_its_words_and_order(cast: Cast, what: str) -> None:
    cycle = cast.draft(2)
    key = year_forms.save_item(user=cast.reviewer2, cycle_id=cycle.pk, key="", item=NEED)
    year_forms.save_item(user=cast.reviewer2, cycle_id=cycle.pk, key="", item=PRIVATE)
    cause = {"label": "うまくいかなかったわけ", "help": "", "section": "evaluation", "retired": False}
    year_forms.save_item(user=cast.reviewer2, cycle_id=cycle.pk, key="cause", item=cause)
    year_forms.move_item(user=cast.reviewer2, cycle_id=cycle.pk, key="response", by=-1)
    page = as_(cast.reviewer2).get(reverse("meguri:form_preview", args=["dx", YEAR, what, "01-02"]))
    text = words(page)
    assert page.status_code == 200 and "01-02" in text and NEED["label"] in text
    assert 0 <= text.index("対応") < text.rindex("うまくいかなかったわけ")
    assert ("とても高い" in text) and (PRIVATE["label"] in text) == (what == "entry")
    assert (NEED["help"] in text) == (what == "entry")
    assert not MeasureReview.objects.exists() and key not in cast.cycle.plan.measures.first().years.first().texts
    assert not AuditEntry.objects.filter(action="download").exists()


def test_a_measure_that_is_not_there_and_a_fourth_preview_are_not_found(cast: Cast) -> None:
    cast.draft(1)
    client = as_(cast.reviewer2)
    assert client.get(reverse("meguri:form_preview", args=["dx", YEAR, "entry", "09-09"])).status_code == 404
    assert client.get(reverse("meguri:form_preview", args=["dx", YEAR, "mail"])).status_code == 404
    assert client.get(reverse("meguri:form_preview", args=["dx", YEAR, "public"])).status_code == 200
