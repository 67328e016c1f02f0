"""The form of a drafted year on its screen: items added, changed, retired, and refused in words."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.urls import reverse

from review.domain import sheet_form
from review.domain.refusals import AlreadyDecided, Invalid
from review.models import Cycle, MeasureYear
from review.year.services import cycles, year_forms
from tests.cast import YEAR, Cast
from tests.review.acting import as_, words
from workflow import steps

NEED: dict[str, Any] = {
    "label": "必要性",
    "kind": "level",
    "levels": "高い\n低い",
    "section": "evaluation",
    "writer": "department",
    "required": "never",
    "public": "on",
}
KEY = "x-必要性"

pytestmark = pytest.mark.django_db


def posted(cast: Cast, sent: dict[str, Any], key: str = "") -> HttpResponse:
    return as_(cast.reviewer2).post(reverse("meguri:year_form", args=["dx", YEAR]) + f"?item={key}", sent)  # type: ignore[return-value]


def form_of(cast: Cast) -> list[dict[str, Any]]:
    return list(Cycle.objects.get(pk=cast.cycle.pk).form.get("items", ()))


def test_an_item_is_added_shown_in_the_preview_renamed_and_taken_away(cast: Cast) -> None:
    cast.draft(1)
    assert posted(cast, NEED).status_code == 303
    assert form_of(cast)[0]["key"] == KEY and form_of(cast)[0]["levels"] == ["高い", "低い"]
    assert posted(cast, NEED | {"label": "行政が行う必要性"}, KEY).status_code == 303
    assert [one["key"] for one in form_of(cast)] == [KEY], "the key stays"
    page = words(as_(cast.reviewer2).get(reverse("meguri:year_form", args=["dx", YEAR])))
    assert page.count("行政が行う必要性") >= 3
    assert posted(cast, {"act": "remove"}, KEY).status_code == 303
    assert form_of(cast) == []


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        (NEED | {"levels": "高い"}, "2つ以上"),
        (NEED | {"label": "要因"}, "すでにあります"),
        (NEED | {"label": "()"}, "文字を含めて"),
        (NEED | {"label": ""}, "項目の名前を入力してください"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_in_words(cast: Cast, sent: dict[str, Any], sentence: str) -> None:
    cast.draft(1)
    answer = posted(cast, sent)
    assert answer.status_code == 422 and sentence in words(answer)
    assert form_of(cast) == [], "nothing half-saved"


def test_a_used_item_is_retired_never_taken_away(cast: Cast) -> None:
    cast.draft(1)
    posted(cast, NEED)
    year = MeasureYear.objects.get(fiscal_year=YEAR)
    year.texts[KEY] = "高い"
    year.save()
    answer = posted(cast, {"act": "remove"}, KEY)
    assert answer.status_code == 422 and "令和6年度" in words(answer) and "今後はたずねない" in words(answer)
    assert form_of(cast)
    assert "種類は変えられません" in words(posted(cast, NEED | {"kind": "text"}, KEY))
    assert posted(cast, NEED | {"retired": "on"}, KEY).status_code == 303
    assert form_of(cast)[0]["retired"]


def test_an_open_year_has_the_form_that_it_was_opened_with_and_the_next_takes_it_over(cast: Cast) -> None:
    cycle = cast.draft(1)
    posted(cast, NEED)
    steps.open_year(user=cast.reviewer2, cycle_id=cycle.pk)
    item = form_of(cast)[0]
    with pytest.raises(AlreadyDecided):
        year_forms.save_item(user=cast.reviewer2, cycle_id=cycle.pk, key=KEY, item=item | {"label": "別の名前"})
    following = cycles.draft(plan=cycle.plan, fiscal_year=YEAR + 1)
    assert following.form["items"] == [item]
    with pytest.raises(Invalid):
        year_forms.remove_item(user=cast.reviewer2, cycle_id=following.pk, key=KEY)


CAUSE = {"label": "うまくいかなかったわけ", "help": "事実に沿って書きます。", "section": "content"}


def test_a_built_in_text_is_renamed_moved_and_set_back(cast: Cast) -> None:
    cast.draft(1)
    assert posted(cast, CAUSE, "cause").status_code == 303
    cycle = Cycle.objects.get(pk=cast.cycle.pk)
    assert cycle.form == {"called": {"cause": CAUSE}}
    page = words(as_(cast.reviewer2).get(reverse("meguri:year_form", args=["dx", YEAR]) + "?item=cause"))
    assert CAUSE["label"] in page and "項目を削除する" not in page
    assert posted(cast, {"label": "要因", "help": "", "section": "evaluation"}, "cause").status_code == 303
    assert Cycle.objects.get(pk=cast.cycle.pk).form == {}, "nothing is left of what is as the product has it"


def test_the_order_is_the_plan_s_and_the_next_year_takes_it_over(cast: Cast) -> None:
    cycle = cast.draft(1)
    assert posted(cast, NEED).status_code == 303
    for _press in range(20):
        assert posted(cast, {"act": f"up:{KEY}"}).status_code == 303
    posted(cast, {"act": "down:current_state"})
    keys = [one.key for one in sheet_form.of(Cycle.objects.get(pk=cycle.pk).form)]
    assert keys[:2] == ["description", "current_state"] and keys.index(KEY) + 1 == keys.index("cause")
    page = words(as_(cast.reviewer2).get(reverse("meguri:year_form", args=["dx", YEAR])))
    assert page.index("必要性") < page.index("要因") < page.index("対応")
    steps.open_year(user=cast.reviewer2, cycle_id=cycle.pk)
    assert cycles.draft(plan=cycle.plan, fiscal_year=YEAR + 1).form == Cycle.objects.get(pk=cycle.pk).form
    with pytest.raises(AlreadyDecided):
        year_forms.move_item(user=cast.reviewer2, cycle_id=cycle.pk, key=KEY, by=1)


@pytest.mark.parametrize("key", ["cause", "response", "change_reason", "board_opinion"])
def test_what_the_workflow_rests_on_stays_and_says_why(cast: Cast, key: str) -> None:
    cycle = cast.draft(1)
    item = {"label": "べつの名前", "help": "", "section": "evaluation", "retired": True}
    with pytest.raises(Invalid) as refusal:
        year_forms.save_item(user=cast.reviewer2, cycle_id=cycle.pk, key=key, item=item)
    why = refusal.value.fields["retired"]
    assert "たずねないことにはできません" in why and "名前、説明、置く場所、順番は変えられます" in why
    page = words(as_(cast.reviewer2).get(reverse("meguri:year_form", args=["dx", YEAR]) + f"?item={key}"))
    assert year_forms.why_it_stays(key) in page


def test_a_text_that_the_workflow_does_not_need_is_left_out_and_comes_back(cast: Cast) -> None:
    cast.draft(1)
    item = {"label": "自己評価", "help": "", "section": "evaluation"}
    assert posted(cast, item | {"retired": "on"}, "self_assessment").status_code == 303
    assert Cycle.objects.get(pk=cast.cycle.pk).form == {"off": ["self_assessment"]}
    assert posted(cast, item, "self_assessment").status_code == 303
    assert Cycle.objects.get(pk=cast.cycle.pk).form == {}
    answer = posted(cast, {"act": "remove"}, "self_assessment")
    assert answer.status_code == 422 and "どの計画にもある項目" in words(answer) and "今後はたずねない" in words(answer)


@pytest.mark.parametrize("taken", ["対応", "施策名", "評価項目"])
def test_two_items_never_have_one_name(cast: Cast, taken: str) -> None:
    cast.draft(1)
    answer = posted(cast, CAUSE | {"label": taken}, "cause")
    assert answer.status_code == 422 and "すでにあります" in words(answer)
    gone = posted(cast, {"act": "up:x-nothing"})
    assert gone.status_code == 422 and "その項目はありません" in words(gone)
