"""The pages of a year's 施策: the list and its doors, the one form, the proposal of a year under way, the history."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from review import clock
from review.books.services.snapshot import snapshot_of
from review.models import (
    ChangeKind,
    CycleState,
    Indicator,
    IndicatorYear,
    Measure,
    MeasureReview,
    Notification,
    PlanChange,
)
from review.plan.forms.measures import MeasureForm
from review.plan.services import measure_state
from review.publication.services import publication
from review.sheet.services import submission
from tests.cast import YEAR, Cast, settle_background
from tests.remembered import remembered
from tests.review.acting import as_, hidden, words
from workflow import steps

pytestmark = pytest.mark.django_db
NEXT = YEAR + 1
LIST, NEW = f"/plans/dx/{YEAR}/measures/", f"/plans/dx/{YEAR}/new-measure/"
PAGE = f"{LIST}01-01/"


def typed(cast: Cast, known: str = "01-01", **changes: Any) -> dict[str, Any]:
    """What a browser sends of the form, with these fields changed."""
    year = Measure.objects.get(code=known).years.get(fiscal_year=YEAR) if known else None
    form = MeasureForm(
        cycle=cast.cycle, now=measure_state.state_of(cast.cycle, year), more=2 if known else 3, new=not known
    )
    sent = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in {**sent, **changes}.items() if value not in (False, None)}


def new(cast: Cast, **changes: Any) -> dict[str, Any]:
    head = {"code": "01-09", "field": str(cast.plan.fields.get().pk), "name": "新しい施策"}
    owner = str(cast.departments["農林水産課"].pk)
    goal = {"goal:+1:name": "開催回数", f"goal:+1:{YEAR}": "4回", f"goal:+1:{NEXT}": "6回"}
    rows = {"row:+1:name": "準備", "row:+1:2024": "有"}
    fields = {**head, **goal, **rows, "owner": owner, "text:current_state": "現状です。", **changes}
    return typed(cast, "", **fields)


def test_the_year_leads_to_its_measures_and_each_to_its_form(cast: Cast) -> None:
    cast.draft(2)
    client = as_(cast.reviewer)
    assert LIST in client.get(f"/plans/dx/{YEAR}/").content.decode()
    page = client.get(LIST)
    assert PAGE in page.content.decode() and NEW in page.content.decode() and "見本の施策2" in words(page)
    assert PAGE not in as_(cast.administrator).get(LIST).content.decode()
    steps.open_year(user=cast.reviewer2, cycle_id=cast.cycle.pk)
    settle_background()
    sheet = f"/sheets/{cast.sheet().pk}/"
    assert PAGE in client.get(sheet).content.decode()
    assert PAGE not in as_(cast.contributor).get(sheet).content.decode()
    assert "確認者が変えます" in words(as_(cast.administrator).get(PAGE))


def test_a_draft_is_saved_at_once_and_its_history_says_who_and_what(cast: Cast) -> None:
    cast.draft(1)
    client = as_(cast.reviewer)
    sent = typed(cast, name="改めた施策", **{"text:current_state": "一行目\r\n二行目", f"goal:1:{YEAR}": "150件"})
    assert client.post(PAGE, {**sent, "form_version": hidden(client.get(PAGE), "form_version")}).status_code == 303
    year = Measure.objects.get(code="01-01").years.get(fiscal_year=YEAR)
    assert (year.name, year.text("current_state")) == ("改めた施策", "一行目\n二行目")
    page = words(client.get(PAGE))
    assert "確認 四郎" in page and "見本の施策1 → 改めた施策" in page and "100件 → 150件" in page
    assert "成果目標① 目標(令和6年度)" in page


def test_a_stale_form_undoes_nothing(cast: Cast) -> None:
    cast.draft(1)
    client = as_(cast.reviewer)
    version = hidden(client.get(PAGE), "form_version")
    for name, status in (("先の名前", 303), ("後の名前", 409)):
        answer = as_(cast.reviewer2).post(PAGE, {**typed(cast, name=name), "form_version": version})
        assert answer.status_code == status
    assert "先の名前" in words(answer) and "後の名前" in words(answer)


def test_what_is_wrong_stands_under_its_field_and_what_was_typed_stays(cast: Cast) -> None:
    cast.draft(1)
    answer = as_(cast.reviewer).post(PAGE, typed(cast, related=["987654"], **{f"goal:+1:{YEAR}": "70%"}))
    assert answer.status_code == 422 and answer.context["form"].errors.keys() == {"related"}
    answer = as_(cast.reviewer).post(PAGE, typed(cast, **{f"goal:+1:{YEAR}": "70%"}))
    assert answer.status_code == 422 and list(answer.context["form"].errors) == ["goal:+1:name"]
    assert 'value="70%"' in answer.content.decode() and "評価項目を入力してください" in words(answer)
    twice = as_(cast.reviewer).post(NEW, new(cast, code="01-01"))
    assert twice.status_code == 422 and "もう使われています" in words(twice)


def test_one_form_adds_a_measure_to_a_draft(cast: Cast) -> None:
    cast.draft(1)
    client = as_(cast.reviewer)
    assert client.get(NEW).status_code == 200
    assert client.post(NEW, new(cast)).status_code == 303
    goal = Indicator.objects.get(measure__code="01-09")
    assert dict(goal.years.values_list("fiscal_year", "target")) == {YEAR: "4回", NEXT: "6回"}
    assert Measure.objects.get(code="01-09").years.get().schedule.get().bars == {"2024": ""}
    steps.open_year(user=cast.reviewer2, cycle_id=cast.cycle.pk)


def test_a_draft_loses_a_measure_after_a_page_that_says_what_goes(cast: Cast) -> None:
    cast.draft(2)
    client, address = as_(cast.reviewer), f"{LIST}01-02/end/"
    assert address in client.get(f"{LIST}01-02/").content.decode()
    assert "公表した結果は変わりません" in words(client.get(address))
    assert client.post(address, {"sure": "1"}).status_code == 303
    assert "01-02" not in words(client.get(LIST)).replace("01-02 を廃止しました。", "")
    assert as_(cast.administrator).post(f"{LIST}01-01/end/").status_code == 403


def proposed(cast: Cast, address: str, sent: dict[str, Any]) -> PlanChange:
    client = as_(cast.reviewer)
    assert client.post(address, {**sent, "reason": ""}).status_code == 422
    page = client.post(address, {**sent, "reason": "実情に合わせる"})
    assert page.status_code == 200 and "承認者が決定するまで、何も変わりません" in words(page)
    assert not PlanChange.objects.exists()
    assert client.post(address, {**sent, "reason": "実情に合わせる", "sure": "1"}).status_code == 303
    return PlanChange.objects.get()


def test_in_an_open_year_the_form_is_a_proposal_and_the_department_sees_who_when_and_why(cast: Cast) -> None:
    cast.open(1)
    before = cast.sheet().version
    change = proposed(cast, PAGE, typed(cast, **{f"goal:1:{YEAR}": "150件", "text:current_state": "新しい現状"}))
    assert change.kind == ChangeKind.EDIT and cast.sheet().measure_year.text("current_state") == "見本の現状です。"
    assert [(line["item"], line["before"], line["after"]) for line in change.lines] == [
        ("現状と課題", "見本の現状です。", "新しい現状"),
        ("成果目標① 目標(令和6年度)", "100件", "150件"),
    ]
    steps.decide_plan_change(user=cast.approver, change_id=change.pk, accept=True)
    settle_background()
    assert cast.sheet().version == before + 1 and cast.sheet().measure_year.text("current_state") == "新しい現状"
    assert Notification.objects.filter(event="PlanChanged", recipient=cast.contributor).exists()
    seen = words(as_(cast.contributor).get(f"/sheets/{cast.sheet().pk}/"))
    for part in ("100件", "150件", "実情に合わせる", "確認 四郎", "承認 六郎"):
        assert part in seen, part
    assert "実情に合わせる" in words(as_(cast.reviewer).get(PAGE))
    assert {"100件", "150件"} <= {text for one in snapshot_of(cast.cycle)["plan_changes"] for text in one.values()}


def test_a_measure_added_to_an_open_year_begins_with_all_that_the_form_said(cast: Cast) -> None:
    cast.open(1)
    change = proposed(cast, NEW, new(cast))
    assert any(line["item"] == "成果目標(追加1) 評価項目" for line in change.lines)
    steps.decide_plan_change(user=cast.approver, change_id=change.pk, accept=True)
    review = MeasureReview.objects.get(measure_year__measure__code="01-09")
    assert review.measure_year.text("current_state") == "現状です。" and review.measure_year.schedule.exists()
    assert IndicatorYear.objects.filter(indicator__measure__code="01-09").count() == 2
    assert "indicator:1:actual" in submission.missing(review)


def test_new_goals_of_two_proposals_do_not_fall_on_one_another(cast: Cast) -> None:
    cast.open(1)
    sent = [typed(cast, **{"goal:+1:name": name, "reason": "追加", "sure": "1"}) for name in ("甲", "乙")]
    for one in sent:
        assert as_(cast.reviewer).post(PAGE, one).status_code == 303
    for change in PlanChange.objects.order_by("pk"):
        steps.decide_plan_change(user=cast.approver, change_id=change.pk, accept=True)
    names = IndicatorYear.objects.filter(fiscal_year=YEAR).order_by("indicator__number").values_list("name", flat=True)
    assert list(names) == ["利用件数", "利用件数", "甲", "乙"]


def test_a_sheet_that_was_sent_is_not_changed(cast: Cast) -> None:
    cast.open(1)
    cast.submitted()
    sent = typed(cast, **{f"goal:1:{YEAR}": "150件", "reason": "変更"})
    answer = as_(cast.reviewer).post(PAGE, sent)
    assert answer.status_code == 422 and "差し戻してから" in words(answer)


def test_a_proposal_lands_on_the_sheet_that_was_returned_with_its_new_item_open(cast: Cast) -> None:
    cast.open(1)
    cast.submitted()
    steps.return_to_department(
        user=cast.reviewer, review_id=cast.sheet().pk, round=1, comment="", remarks={"cause": "詳しく書いてください。"}
    )
    sent = typed(cast, **{"goal:+1:name": "満足度", "row:+1:name": "評価", "reason": "追加", "sure": "1"})
    assert as_(cast.reviewer).post(PAGE, sent).status_code == 303
    steps.decide_plan_change(user=cast.approver, change_id=PlanChange.objects.get().pk, accept=True)
    assert {"cause", "indicator:3:actual", "schedule:2", "schedule:2:bars"} <= set(cast.sheet().open_items)


def test_the_list_of_changes_leads_to_the_forms(cast: Cast) -> None:
    cast.open(1)
    page = as_(cast.reviewer).get(f"/plans/dx/{YEAR}/changes/").content.decode()
    assert NEW in page and LIST in page and "changes/new/add/" not in page
    former = as_(cast.reviewer).get(reverse("meguri:plan_change_new", args=["dx", YEAR, "add"]))
    assert (former.status_code, former["Location"]) == (303, NEW)
    ended = as_(cast.reviewer).get(f"{PAGE}end/")
    assert ended["Location"] == f"/plans/dx/{YEAR}/changes/new/end/?measure=01-01"


def test_a_published_year_has_a_list_and_no_form(cast: Cast) -> None:
    cast.published(1)
    client = as_(cast.reviewer)
    assert PAGE not in client.get(LIST).content.decode()
    assert {client.get(address)["Location"] for address in (PAGE, NEW, f"{PAGE}end/")} == {LIST}


# --- between 公表の決定 and 公表 --------------------------------------------------------------------------------------


@remembered
def decided(cast: Cast) -> None:
    """A year of which the 公表 is decided for a day to come."""
    cast.approved(1)
    settle_background()
    terms = publication.Terms(publish_at=clock.now() + timedelta(days=30))
    steps.decide_year(user=cast.approver, cycle_id=cast.cycle.pk, terms=terms)
    cast.cycle.refresh_from_db()
    assert cast.cycle.state == CycleState.SCHEDULED


@pytest.mark.parametrize("address", [LIST, PAGE, NEW, f"{PAGE}end/", f"/plans/dx/{YEAR}/changes/"])
def test_once_the_publication_is_decided_each_door_says_from_when_and_where_the_next_year_changes(
    cast: Cast, address: str
) -> None:
    cast.open(1)
    decided(cast)
    page = as_(cast.reviewer).get(address, follow=True)
    sentence = (
        "令和7年度の施策の内容の変更と追加は、令和6年度の公表のあと、令和7年度の「施策」で始められます。公表の予定は"
    )
    assert page.status_code == 200 and sentence in words(page) and PAGE not in page.content.decode()


def test_what_was_sent_after_the_decision_is_refused_with_the_way_on(cast: Cast) -> None:
    cast.open(1)
    sent = typed(cast, name="新しい名前", reason="見直しのため")
    decided(cast)
    answer = as_(cast.reviewer).post(PAGE, sent)
    assert answer.status_code == 409 and "令和7年度の「施策」で始められます" in words(answer)
    assert "見直しのため" in words(answer) and not PlanChange.objects.exists()


def test_a_published_year_leads_to_the_measures_of_the_next(cast: Cast) -> None:
    cast.published(1)
    page = as_(cast.reviewer).get(PAGE, follow=True)
    assert f"/plans/dx/{NEXT}/measures/" in page.content.decode() and "公表のあと" not in words(page)
