"""A plan is made on the screen, in the name of the installation's city."""

from __future__ import annotations

import pytest
from django.urls import reverse

from review.domain.refusals import NotAllowed
from review.models import AuditEntry, Plan
from review.plan.services import plans
from review.screens.services import city
from tests.cast import Cast
from tests.review.acting import as_, words

NEW = {"name": "総合戦略", "short_name": "senryaku", "first_year": "2024", "last_year": "2027"}


def test_the_administrator_makes_a_plan_of_the_city(cast: Cast) -> None:
    city.change(by=cast.administrator, name="架空市", code="122068", office="", extension="", email="")
    client, address = as_(cast.administrator), reverse("meguri:plan_new")
    wrong = client.post(address, {**NEW, "last_year": "2020", "short_name": "X"})
    assert wrong.status_code == 422 and "計画期間" in words(wrong) and "小文字の英字" in words(wrong)
    assert client.post(address, NEW).status_code == 303
    plan = Plan.objects.get(short_name="senryaku")
    assert (plan.city, plan.municipality_code, plan.last_year) == ("架空市", "122068", 2027)
    assert AuditEntry.objects.get(action="plan.create").actor_key == cast.administrator.key


def test_it_is_for_the_administrator(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        plans.create(by=cast.reviewer, short_name="abc", name="x", city="y", first_year=2024, last_year=2025)


def test_a_further_plan_has_a_door_and_is_found_before_it_has_a_year(cast: Cast) -> None:
    """Home's list of first steps is gone once a year is open; the list of years leads on."""
    cast.open(1)
    page = as_(cast.administrator).get(reverse("meguri:cycles")).content.decode()
    assert reverse("meguri:plan_new") in page
    made = Plan.objects.create(short_name="kpi", name="総合戦略", city="見本市", first_year=2025, last_year=2029)
    for person in (cast.administrator, cast.reviewer):
        page = as_(person).get(reverse("meguri:cycles")).content.decode()
        assert reverse("meguri:plan", args=[made.short_name]) in page
    assert reverse("meguri:plan_new") not in page
