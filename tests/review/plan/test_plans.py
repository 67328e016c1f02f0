"""A plan is made once under a name that fits into addresses, and is found by it."""

from __future__ import annotations

import pytest

from review.domain.refusals import Invalid
from review.models import AuditEntry, Plan
from review.plan.services import plans

pytestmark = pytest.mark.django_db


def make(short_name: str = "dx", name: str = "DX推進計画", years: tuple[int, int] = (2022, 2025), **more: str) -> Plan:
    return plans.create(
        short_name=short_name, name=name, city="見本市", first_year=years[0], last_year=years[1], **more
    )


def test_a_plan_is_made_with_its_audit_row_and_found_by_its_name() -> None:
    plan = make()
    assert plans.by_short_name("dx") == plan and list(plan.years) == [2022, 2023, 2024, 2025]
    assert AuditEntry.objects.filter(action="plan.create").count() == 1


@pytest.mark.parametrize("name", ["", "d", "Dx", "1dx", "dx_1", "dx 1", "d" * 21, "api", "results", "ｄｘ"])
def test_a_short_name_that_fits_no_address_is_refused(name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        make(name)
    assert set(refusal.value.fields) == {"short_name"} and not Plan.objects.exists()


def test_every_wrong_field_is_named_at_once() -> None:
    with pytest.raises(Invalid) as refusal:
        make("x", "", (2025, 2022), municipality_code="12")
    assert set(refusal.value.fields) == {"short_name", "name", "years", "municipality_code"}


def test_a_plan_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(Invalid, match="まだありません"):
        plans.by_short_name("dx")
    make()
    with pytest.raises(Invalid, match="dx"):
        plans.by_short_name("sogo")
