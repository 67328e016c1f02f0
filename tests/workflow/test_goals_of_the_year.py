"""A sheet has the 成果目標 of its own year: one that begins later, by whatever change of the plan, breaks no page of it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from review import queries
from review.books.services.snapshot import snapshot_of
from review.models import ChangeKind, Indicator, PlanChange
from review.plan.services import plan_changes
from review.plan.services.plan_proposals import Detail, Proposal
from tests.cast import YEAR, Cast, settle_background
from tests.review.acting import as_
from workflow import steps

PAGES = ("meguri:sheet", "meguri:resume", "meguri:submit", "meguri:review", "meguri:approve")
LATER = YEAR + 1
REQUESTS = {
    "add": {"goal:+1:name": "翌年度からの目標", f"goal:+1:{LATER}": "10件"},
    "split": {"goal:1:end": True, "goal:+1:name": "前半", f"goal:+1:{LATER}": "1件", "goal:+2:name": "後半"},
    "merge": {"goal:1:end": True, "goal:2:end": True, "goal:+1:name": "合わせた目標", f"goal:+1:{LATER}": "3件"},
}


def changed(cast: Cast, what: str) -> PlanChange:
    """The change from the next year on, proposed and decided."""
    review = cast.sheet(1)
    change = plan_changes.propose(
        user=cast.reviewer,
        proposal=Proposal(
            plan=cast.plan.pk,
            fiscal_year=LATER,
            kind=ChangeKind.EDIT,
            measure=review.measure_year.measure_id,
            detail=Detail(values=REQUESTS[what]),
            reason="見直し",
        ),
    )
    return steps.decide_plan_change(user=cast.approver, change_id=change.pk, accept=True)


@pytest.mark.drill
@pytest.mark.parametrize("what", list(REQUESTS))
@pytest.mark.parametrize("state", ["", "submitted", "reviewed", "approved"])
def test_a_goal_of_a_later_year_breaks_no_page_of_this_years_sheet(cast: Cast, what: str, state: str) -> None:
    cycle = cast.open(1)
    if state:
        getattr(cast, state)(1)
    before = set(queries.indicator_history(cast.sheet(1)))
    changed(cast, what)
    review = cast.sheet(1)
    assert Indicator.objects.filter(measure=review.measure_year.measure).count() > len(before)
    addresses = [reverse(name, args=[review.pk]) for name in PAGES]
    addresses += [reverse("meguri:entry", args=[review.pk, step]) for step in range(1, 6)]
    for person in (cast.contributor, cast.head, cast.reviewer2, cast.approver, cast.administrator, cast.auditor):
        client = as_(person)
        answers = {address: client.get(address).status_code for address in addresses}
        assert set(answers.values()) <= {200, 302, 303, 403, 404, 409}, answers
    assert set(queries.indicator_history(review)) == before
    later = [goal for goal in snapshot_of(cycle)["measures"][0]["indicators"] if goal["number"] not in before]
    # In print with its later 目標 alone: nothing of it is counted or judged in this year.
    assert later and not any(goal["grade"] for goal in later)


def test_the_year_goes_on_to_its_publication(cast: Cast) -> None:
    cycle = cast.open(1)
    changed(cast, "add")
    cast.approved(1)
    settle_background()
    steps.decide_year(user=cast.approver, cycle_id=cycle.pk)
    settle_background()
    cycle.refresh_from_db()
    assert cycle.state == "published"
