"""部署と組織改正: the page, and a plan made with a preview."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse

from review import clock
from review.models import Department, Reorganisation
from tests.cast import Cast
from tests.review.acting import as_, words

LIST = "/departments/"


def test_a_rename_is_shown_first_then_planned_and_withdrawn(cast: Cast) -> None:
    cast.open(1)
    client, office = as_(cast.administrator), cast.departments["産業振興課"].pk
    address = reverse("meguri:reorganise", args=["rename"])
    assert "この部署で進む" in words(client.get(address))
    day = (clock.today() + timedelta(days=90)).isoformat()
    form = {"effective_on": day, "name": "商工観光課", "reason": "改称"}
    shown = words(client.post(f"{address}?before={office}", form))
    assert "産業振興課 は 商工観光課 になります" in shown and "01-01 見本の施策1" in shown and "3人の" in shown
    assert not Reorganisation.objects.exists()
    assert client.post(f"{address}?before={office}", {**form, "sure": "1"}).status_code == 303
    page = words(client.get(LIST))
    assert "商工観光課" in page and "予定" in page
    client.post(reverse("meguri:reorganisation_withdraw", args=[Reorganisation.objects.get().pk]))
    assert "取消し済" in words(client.get(LIST))


def test_a_split_asks_for_each_sheet_and_person(cast: Cast) -> None:
    cast.open(2)
    client, office = as_(cast.administrator), cast.departments["産業振興課"].pk
    address = reverse("meguri:reorganise", args=["split"]) + f"?before={office}"
    page = client.get(address).content.decode()
    assert page.count('name="measure-') == 2 and page.count('name="person-') == 3
    assert client.get(reverse("meguri:reorganise", args=["merge"])).status_code == 200
    assert client.get("/departments/reorganise/nothing/").status_code == 404


def test_a_department_is_added_once(cast: Cast) -> None:
    client = as_(cast.administrator)
    assert client.post(LIST, {"name": "新設課", "starts_on": ""}).status_code == 303
    response = client.post(LIST, {"name": "新設課", "starts_on": ""})
    assert response.status_code == 422 and "もうあります" in words(response)
    assert Department.objects.filter(name="新設課").count() == 1
