"""計画の変更 on the screens: proposed with a preview, decided by another, shown on the sheet and to the public."""

from __future__ import annotations

from django.urls import reverse

from review.models import PlanChange, PlanField
from tests.cast import YEAR, Cast, settle_background
from tests.review.acting import as_, queries_of, words
from tests.review.plan.test_measures import PAGE, typed
from workflow import steps

LIST = f"/plans/dx/{YEAR}/changes/"


def new(kind: str, measure: str = "01-01") -> str:
    return f"{LIST}new/{kind}/?measure={measure}"


def test_a_change_is_previewed_proposed_and_decided(cast: Cast) -> None:
    cast.open(1)
    reviewer, approver = as_(cast.reviewer2), as_(cast.approver)
    assert "01-01 見本の施策1" in words(reviewer.get(f"{LIST}new/end/"))
    form = typed(cast, name="新しい名前", reason="改称のため")
    shown = words(reviewer.post(PAGE, form))
    assert "見本の施策1 → 新しい名前" in shown and "公表した年度は変わりません" in shown
    assert not PlanChange.objects.exists()
    reviewer.post(PAGE, {**form, "sure": "1"})
    change = PlanChange.objects.get()
    page = reverse("meguri:plan_change", args=[change.pk])
    assert "承認者の決定を待っています" in words(reviewer.get(page))
    assert reviewer.post(page, {"accept": "1"}).status_code == 403
    assert "決定すると起こること" in words(approver.get(page))
    assert approver.post(page, {"accept": "1", "comment": "了承"}).status_code == 303
    assert "新しい名前" in words(approver.get(LIST))
    sheet = words(as_(cast.contributor).get(reverse("meguri:sheet", args=[cast.sheet().pk])))
    assert "計画の変更" in sheet and "改称のため" in sheet


def test_what_is_wrong_stands_under_its_field_and_nothing_typed_is_lost(cast: Cast) -> None:
    cast.open(1)
    form = {
        "fiscal_year": YEAR,
        "code": "01-01",
        "name": "分けた施策",
        "owner": "",
        "reason": "分割",
        "field": str(PlanField.objects.get().pk),
    }
    response = as_(cast.reviewer2).post(new("split"), {**form, "sure": "1"})
    assert response.status_code == 422 and "分けた施策" in response.content.decode()
    form["owner"] = str(cast.departments["市民課"].pk)
    response = as_(cast.reviewer2).post(new("split"), {**form, "sure": "1"})
    assert response.status_code == 422 and "もう使われています" in words(response)


def test_every_kind_has_a_form(cast: Cast) -> None:
    from review.models import ChangeKind

    cast.open(2)
    client = as_(cast.reviewer2)
    for kind in ChangeKind:
        # a new 施策 and what it has changed have forms of their own; so had, in older versions, each part of it
        assert client.get(new(kind.value), follow=True).status_code == 200, kind
    assert client.get(f"{LIST}new/nothing/").status_code == 404
    assert client.get(new("end", "09-09")).status_code == 404
    offered = [kind.value for kind in ChangeKind if f"changes/new/{kind.value}/" in client.get(LIST).content.decode()]
    assert offered == ["split", "merge", "end", "extend"]


def test_citizens_read_what_changed_from_the_year_on(cast: Cast) -> None:
    cycle = cast.open(1)
    client = as_(cast.reviewer2)
    client.post(PAGE, typed(cast, name="新しい名前", reason="改称のため", sure="1"))
    steps.decide_plan_change(user=cast.approver, change_id=PlanChange.objects.get().pk, accept=True)
    cast.approved(1)
    settle_background()
    steps.decide_year(user=cast.approver, cycle_id=cycle.pk)
    settle_background()
    page = words(client.get(reverse("publication:measure", args=["dx", YEAR, "01-01"])))
    assert "この年度からの計画の変更" in page and "改称のため" in page


def test_the_list_costs_the_same_for_more_changes(cast: Cast) -> None:
    cast.open(1)
    client = as_(cast.approver)
    few = queries_of(client, LIST)
    for number in range(10):
        as_(cast.reviewer2).post(PAGE, typed(cast, name=f"名前{number}", reason="改称", sure="1"))
    assert PlanChange.objects.count() == 10
    assert queries_of(client, LIST) == few


def test_a_change_can_begin_with_a_later_year_and_says_so(cast: Cast) -> None:
    cast.open(1)
    client, later = as_(cast.reviewer2), YEAR + 1
    form = typed(cast, name="来年度の名前", fiscal_year=later, reason="改称のため")
    refused = client.post(PAGE, {**form, f"goal:1:{YEAR}": "150件"})
    assert refused.status_code == 422 and list(refused.context["form"].errors) == [f"goal:1:{YEAR}"]
    assert "令和7年度から適用します" in words(client.post(PAGE, form))
    client.post(PAGE, {**form, "sure": "1"})
    change = PlanChange.objects.get()
    assert (change.fiscal_year, change.detail["values"]) == (later, {"name": "来年度の名前"})
    steps.decide_plan_change(user=cast.approver, change_id=change.pk, accept=True)
    assert cast.sheet().measure_year.name == "見本の施策1"
