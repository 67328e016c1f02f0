"""The plan's last 年度: nothing is promised that does not come, and those who lead on are notified once."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from review.models import Cycle, Notification, OutboxEvent, Plan
from review.notices.services.further_table import ENDING_NOTICES
from review.year.services import cycles
from tests.cast import YEAR, Cast, settle_background
from tests.remembered import remembered

pytestmark = pytest.mark.django_db


@remembered
def ended(cast: Cast, sheets: int = 1) -> Plan:
    """A plan whose last 年度 is published."""
    cast.open(sheets)
    Plan.objects.update(last_year=YEAR)
    for number in range(1, sheets + 1):
        cast.approved(number)
    settle_background()
    from workflow import steps

    steps.decide_year(user=cast.approver, cycle_id=Cycle.objects.get().pk)
    settle_background()
    return Plan.objects.get()


def signed_in(cast: Cast, who: str) -> Client:
    client = Client()
    client.force_login(cast.people[who])
    return client


def test_after_the_last_year_those_who_lead_on_are_notified_once(cast: Cast) -> None:
    ended(cast)
    cycles.draft_next(Cycle.objects.select_related("plan").get())
    settle_background()
    assert OutboxEvent.objects.filter(name="PlanEnded").count() == 1
    people = set(Notification.objects.filter(event="PlanEnded").values_list("recipient__username", flat=True))
    assert people == {"reviewer", "reviewer2", "approver", "approver2", "administrator"}
    assert not OutboxEvent.objects.filter(name="NextCycleDrafted").exists()


def test_home_leads_on_and_the_changes_page_offers_nothing_that_cannot_be(cast: Cast) -> None:
    plan = ended(cast)
    page = reverse("meguri:plan_end", args=[plan.short_name])
    for who in ("reviewer2", "approver", "administrator"):
        client = signed_in(cast, who)
        assert page in client.get(reverse("meguri:home")).content.decode()
        assert client.get(page).status_code == 200
    assert page not in signed_in(cast, "contributor").get(reverse("meguri:home")).content.decode()
    changes = signed_in(cast, "reviewer2").get(reverse("meguri:plan_changes", args=["dx", YEAR])).content.decode()
    assert "changes/new/extend/" in changes and changes.count("changes/new/") == 1 and page in changes


def test_a_plan_with_a_year_to_come_has_no_such_card(cast: Cast) -> None:
    cast.published(1)
    assert "計画期間が終わりました" not in signed_in(cast, "reviewer2").get(reverse("meguri:home")).content.decode()


def test_every_notice_of_the_end_leads_somewhere(cast: Cast) -> None:
    cycle = cast.open(1)
    for notice in ENDING_NOTICES:
        assert cycle.plan.short_name in notice.address(OutboxEvent(cycle=cycle))
