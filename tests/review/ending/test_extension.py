"""計画の延長: proposed by a reviewer, decided by an approver; the next year is then drafted as after any publication."""

from __future__ import annotations

import pytest
from django.urls import reverse

from review.domain.refusals import Invalid, NotAllowed
from review.models import AuditEntry, ChangeKind, Cycle, IndicatorYear, MeasureYear, OutboxEvent, Plan, PlanChange
from review.plan.services import plan_changes
from review.plan.services.plan_proposals import Detail, Proposal
from tests.cast import YEAR, Cast, settle_background
from tests.review.ending.test_last_year import ended, signed_in
from workflow import steps

pytestmark = pytest.mark.django_db


def extended(plan: Plan, until: int, reason: str = "国の計画の延長に合わせるため") -> Proposal:
    return Proposal(
        plan=plan.pk, fiscal_year=plan.last_year + 1, kind=ChangeKind.EXTEND, measure=None,
        detail=Detail(last_year=until), reason=reason,
    )  # fmt: skip


def test_an_extension_is_proposed_on_a_screen_and_decided_by_another(cast: Cast) -> None:
    plan = ended(cast)
    address = reverse("meguri:plan_change_new", args=["dx", YEAR, "extend"])
    typed = {"last_year": str(YEAR + 2), "reason": "国の計画の延長に合わせるため"}
    client = signed_in(cast, "reviewer2")
    assert "令和8年度まで" in client.post(address, typed).content.decode()
    client.post(address, {**typed, "sure": "1"})
    change = PlanChange.objects.get()
    page = reverse("meguri:plan_change", args=[change.pk])
    assert reverse("meguri:plan_changes", args=["dx", YEAR]) in signed_in(cast, "approver").get(page).content.decode()
    with pytest.raises(NotAllowed):
        steps.decide_plan_change(user=cast.reviewer2, change_id=change.pk, accept=True)
    signed_in(cast, "approver").post(page, {"accept": "1", "comment": ""})
    plan.refresh_from_db()
    assert plan.last_year == YEAR + 2
    made = Cycle.objects.get(fiscal_year=YEAR + 1)
    assert made.state == "draft" and MeasureYear.objects.filter(fiscal_year=YEAR + 1).count() == 1
    assert IndicatorYear.objects.filter(fiscal_year=YEAR + 1).count() == 2
    settle_background()
    assert OutboxEvent.objects.filter(name="NextCycleDrafted").count() == 1
    assert AuditEntry.objects.filter(action="plan.change", subject=f"plan:{plan.pk}").exists()
    assert (
        "計画期間が終わりました</h2>" not in signed_in(cast, "reviewer2").get(reverse("meguri:home")).content.decode()
    )
    assert (
        "国の計画の延長"
        in signed_in(cast, "reviewer2").get(reverse("meguri:plan", args=[plan.short_name])).content.decode()
    )


def test_a_refused_extension_drafts_nothing(cast: Cast) -> None:
    plan = ended(cast)
    change = plan_changes.propose(user=cast.reviewer2, proposal=extended(plan, YEAR + 1))
    steps.decide_plan_change(user=cast.approver, change_id=change.pk, accept=False, comment="時期尚早")
    plan.refresh_from_db()
    assert plan.last_year == YEAR and not Cycle.objects.filter(fiscal_year=YEAR + 1).exists()


@pytest.mark.drill
@pytest.mark.parametrize(
    ("until", "reason", "field"),
    [(YEAR, "理由", "last_year"), (YEAR + 40, "理由", "last_year"), (YEAR + 1, " ", "reason")],
)
def test_an_extension_that_cannot_be_is_refused_in_words(cast: Cast, until: int, reason: str, field: str) -> None:
    plan = ended(cast)
    with pytest.raises(Invalid) as refusal:
        plan_changes.propose(user=cast.reviewer2, proposal=extended(plan, until, reason))
    assert set(refusal.value.fields) == {field}


def test_while_sheets_are_under_review_the_period_stands(cast: Cast) -> None:
    cast.open(1)
    cast.submitted(1)
    with pytest.raises(Invalid) as refusal:
        plan_changes.propose(user=cast.reviewer2, proposal=extended(Plan.objects.get(), 2026))
    assert "公表されるまで" in refusal.value.fields["last_year"]


def test_an_extension_decided_before_the_last_publication_lets_the_year_roll_over(cast: Cast) -> None:
    cast.open(1)
    Plan.objects.update(last_year=YEAR)
    change = plan_changes.propose(user=cast.reviewer2, proposal=extended(Plan.objects.get(), YEAR + 1))
    steps.decide_plan_change(user=cast.approver, change_id=change.pk, accept=True)
    assert not Cycle.objects.filter(fiscal_year=YEAR + 1).exists()
    cast.approved(1)
    settle_background()
    steps.decide_year(user=cast.approver, cycle_id=Cycle.objects.get().pk)
    settle_background()
    assert Cycle.objects.get(fiscal_year=YEAR + 1).state == "draft"
    assert not OutboxEvent.objects.filter(name="PlanEnded").exists()
