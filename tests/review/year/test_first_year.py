"""The first year of a plan, drafted on its screen."""

import re

import pytest
from django.urls import reverse

from review import clock
from review.models import AuditEntry, Cycle, CycleState, IndicatorYear, MeasureYear, Notification, OutboxEvent, Plan
from tests.cast import YEAR, Cast, settle_background
from tests.review.acting import as_, words

pytestmark = pytest.mark.django_db
ADDRESS = "/plans/dx/first-year/"


def brought_in(cast: Cast, sheets: int = 1) -> None:
    """A plan as an import leaves it: 施策 of its years, and no year of review."""
    cast.draft(sheets)
    Cycle.objects.all().delete()


def test_the_year_to_evaluate_is_proposed_and_drafted_and_the_reviewers_hear_of_it(cast: Cast) -> None:
    brought_in(cast, 2)
    client = as_(cast.reviewer2)
    page = client.get("/plans/dx/").content.decode()
    assert ADDRESS in page and "令和7年度を準備する" in page
    assert f'href="{ADDRESS}"' in client.get("/").content.decode()
    form = client.get(ADDRESS).content.decode()
    assert '<option value="2025" selected>令和7年度' in form and "2026" not in form.partition("<form class")[2]
    answer = client.post(ADDRESS, {"fiscal_year": str(YEAR)}, follow=True)
    assert answer.redirect_chain[-1][0] == f"/plans/dx/{YEAR}/" and "令和6年度を準備しました" in words(answer)
    cycle = Cycle.objects.get()
    assert (cycle.fiscal_year, cycle.state) == (YEAR, CycleState.DRAFT)
    assert AuditEntry.objects.get(action="cycle.draft").actor_key == cast.reviewer2.key
    assert OutboxEvent.objects.filter(name="NextCycleDrafted", cycle=cycle).count() == 1
    settle_background()
    assert {one.recipient for one in Notification.objects.filter(title__contains="準備ができました")} <= {
        cast.reviewer,
        cast.administrator,
    }


def test_the_plans_page_leads_on_to_what_is_next(cast: Cast) -> None:
    """Without 施策 the import stands out, with them the first year; never both."""
    cast.draft(1)
    Cycle.objects.all().delete()
    assert _leading("/plans/dx/", cast) == [ADDRESS]
    Plan.objects.create(short_name="sogo", name="総合戦略", city="見本市", first_year=YEAR, last_year=YEAR + 3)
    assert _leading("/plans/sogo/", cast) == ["/plans/sogo/import/"]


def _leading(address: str, cast: Cast) -> list[str]:
    page = as_(cast.reviewer2).get(address).content.decode()
    return re.findall(r'<a class="button button--primary"\s+href="([^"]+)"', page)


def test_sheets_of_an_earlier_year_are_carried_to_the_chosen_one(cast: Cast) -> None:
    brought_in(cast, 2)
    as_(cast.reviewer2).post(ADDRESS, {"fiscal_year": str(YEAR + 1)})
    assert MeasureYear.objects.filter(fiscal_year=YEAR + 1).count() == 2
    assert IndicatorYear.objects.filter(fiscal_year=YEAR + 1).exists()


def test_a_year_wrongly_drafted_can_be_followed_by_the_right_one_until_one_is_opened(cast: Cast) -> None:
    brought_in(cast)
    client = as_(cast.reviewer2)
    client.post(ADDRESS, {"fiscal_year": str(YEAR)})
    again = client.post(ADDRESS, {"fiscal_year": str(YEAR)})
    assert again.status_code == 422 and "選び直してください" in words(again)
    assert ADDRESS in client.get("/plans/dx/").content.decode()
    Cycle.objects.update(state=CycleState.OPEN, due_at=clock.now(), closes_at=clock.now())
    assert ADDRESS not in client.get("/plans/dx/").content.decode()
    late = client.post(ADDRESS, {"fiscal_year": str(YEAR + 1)})
    assert late.status_code == 409 and "もう準備されています" in words(late) and Cycle.objects.count() == 1


def test_a_plan_without_measures_says_what_to_do(cast: Cast) -> None:
    Plan.objects.create(short_name="dx", name="DX推進計画", city="見本市", first_year=2022, last_year=2025)
    answer = as_(cast.reviewer2).post(ADDRESS, {"fiscal_year": str(YEAR)})
    assert answer.status_code == 422 and "計画を取り込んでください" in words(answer) and not Cycle.objects.exists()


def test_the_administrator_drafts_it_only_while_the_plan_has_no_reviewer(cast: Cast) -> None:
    brought_in(cast)
    client = as_(cast.administrator)
    refused = client.get(reverse("meguri:first_year", args=["dx"]))
    assert refused.status_code == 403 and "確認者が準備します" in words(refused)
    assert ADDRESS not in client.get("/plans/dx/").content.decode() + client.get("/").content.decode()
    for who in (cast.reviewer, cast.reviewer2):
        who.appointments.filter(role="reviewer").delete()
    assert client.post(ADDRESS, {"fiscal_year": str(YEAR)}).status_code == 303
