"""Submissions and decisions are vouched for by the audit trail: a changed seal, content or verdict is found."""

from __future__ import annotations

import pytest
from django.db import models

from review import clock
from review.assessment.services import approval
from review.models import AuditEntry, ChangeKind, Decision, MeasureReview, Outcome, Plan, PlanChange, Step, Submission
from review.plan.services.plan_proposals import Detail
from review.trail.services import audit_chain, frozen_rows, sealed_rows
from tests.cast import Cast
from tests.remembered import really, remembered
from tests.review.plan.test_plan_changes import changed
from tests.review.trail.test_frozen_rows import another, put
from tests.trail import tampering
from workflow import steps

SEALED = (Submission, Decision)
COLUMNS = [
    (model, each.name)
    for model in SEALED
    for each in model._meta.concrete_fields
    if not each.primary_key and each.name not in frozen_rows.FROZEN[model]
]


@pytest.fixture
@remembered
def reviewed(cast: Cast) -> Cast:
    """A sheet that was sent, taken back, sent again and confirmed."""
    cast.open(2)
    review = cast.submitted()
    steps.recall(user=cast.contributor, review_id=review.pk)
    cast.reviewed()
    assert list(sealed_rows.faults()) == []
    return cast


@pytest.mark.parametrize("model, name", COLUMNS)
def test_a_changed_column_is_found(reviewed: Cast, model: type[models.Model], name: str) -> None:
    row, column = model._base_manager.latest("pk"), model._meta.get_field(name)
    reviewed.cycle.meetings.create(held_on=clock.today(), recorded_by=reviewed.reviewer)
    values = {name: another(column, getattr(row, column.attname), {})}
    if name == "verdict":
        values["comment"] = "理由"  # a return says why
    with tampering():
        model._base_manager.filter(pk=row.pk).update(**values)
    (fault,) = sealed_rows.faults()
    assert AuditEntry.objects.get(pk=fault[0]).action == {Submission: "submit", Decision: "confirm"}[model]
    assert "監査記録にあるものと違います" in fault[1]


def test_a_row_that_went_and_one_that_came_past_the_services_are_found(reviewed: Cast) -> None:
    row = Decision.objects.get()
    with tampering():
        Decision.objects.filter(pk=row.pk).delete()
    assert "が、なくなっています" in next(sealed_rows.faults())[1]
    row.save(force_insert=True)
    row.pk, row.round = None, 99
    row.save(force_insert=True)
    assert list(sealed_rows.faults()) == [(None, f"決定 {row.pk} が、監査記録にありません")]


def test_what_came_before_is_not_compared(reviewed: Cast) -> None:
    """Rows that an earlier version wrote: the trail tells nothing of them."""
    with tampering():
        for entry in AuditEntry.objects.filter(after__has_key="sealed"):
            after = {name: value for name, value in entry.after.items() if name != "sealed"}
            models.QuerySet(AuditEntry).filter(pk=entry.pk).update(after=after)
    assert list(sealed_rows.faults()) == []
    reviewed.approved(2)
    assert list(sealed_rows.faults()) == []


DECIDED = [each.name for each in PlanChange._meta.concrete_fields if not each.primary_key]


@pytest.mark.parametrize("name", DECIDED)
def test_a_decided_change_of_the_plan_stays_what_it_was(cast: Cast, name: str) -> None:
    cast.open(1)
    cast.cycle.meetings.create(held_on=clock.today(), recorded_by=cast.reviewer)
    Plan.objects.create(name="別の計画", city="見本市", first_year=2022, last_year=2025)
    row = changed(cast, ChangeKind.RENAME, 2025, Detail(name="新しい名前"))
    assert list(sealed_rows.faults()) == []
    column = PlanChange._meta.get_field(name)
    if name == "measure":
        value = None
    elif name == "proposed_by":
        value = cast.reviewer.pk  # not who decided: the database refuses that by itself
    elif name == "plan":
        value = Plan.objects.latest("pk").pk
    else:
        value = another(column, getattr(row, column.attname), {})
    PlanChange.objects.filter(pk=row.pk).update(**{name: value})
    assert [what for _entry, what in sealed_rows.faults()] == [
        f"計画の変更 {row.pk} の内容が、監査記録にあるものと違います"
    ]


@pytest.mark.django_db(transaction=True)
def test_the_check_of_the_trail_names_the_act(cast: Cast) -> None:
    with really():
        cast.published(2)
    assert audit_chain.verify().intact
    row = Decision.objects.filter(step="approve").first()
    with tampering():
        put(row, "seal", {**row.seal, "code": "0" * 16})
    (fault,) = audit_chain.verify().faults
    entry = AuditEntry.objects.get(pk=fault.entry)
    assert entry.action == "approve" and entry.subject == f"review:{row.review_id}" and fault.seq == entry.link.seq


WAYS = {
    "return": Step.REVIEW,
    "approval.return": Step.APPROVE,
    "settle": Step.SETTLE,
    "endorse": Step.ENDORSE,
    "year": Step.YEAR,
    "confirm.withdraw": Step.WITHDRAW,
    "approve.withdraw": Step.WITHDRAW,
}


def test_every_kind_of_decision_has_a_way_below() -> None:
    assert set(Step) <= set(WAYS.values())


@pytest.mark.parametrize("step", WAYS)
def test_every_act_that_decides_vouches_for_its_row(cast: Cast, step: str) -> None:
    cycle = cast.open(1)
    args = {"comment": "見直してください"}
    if step == "endorse":
        cycle.requires_endorsement = True
        cycle.save()
        steps.endorse(user=cast.head, review_id=cast.submitted().pk)
    elif step == "return":
        steps.return_to_department(user=cast.reviewer2, review_id=cast.submitted().pk, round=1, **args)
    elif step == "approval.return":
        steps.return_from_approval(
            user=cast.approver, review_id=cast.reviewed().pk, round=1, to=approval.TO_REVIEW, **args
        )
    elif step == "settle":
        review = cast.sheet()
        approval.propose_outcome(
            user=cast.reviewer, review_id=review.pk, outcome=Outcome.EXCLUDED, reason="対象外のため"
        )
        steps.decide_outcome(user=cast.approver, review_id=review.pk, accept=True)
    elif step == "confirm.withdraw":
        steps.withdraw_review(user=cast.reviewer2, review_id=cast.reviewed().pk, round=1, **args)
    elif step == "approve.withdraw":
        steps.withdraw_approval(user=cast.approver, review_id=cast.approved().pk, round=1, **args)
    else:
        approval.return_from_year(user=cast.approver, review_id=cast.approved().pk, to=approval.TO_REVIEW, **args)
    last = Decision.objects.latest("pk")
    assert last.step == WAYS[step]
    assert AuditEntry.objects.filter(after__sealed=sealed_rows.mark(last)).count() == 1
    assert list(sealed_rows.faults()) == []


def test_a_sheet_that_was_moved_on_past_the_services_is_named(cast: Cast) -> None:
    """security.md, F3: the application's role set state='approved', and nobody saw it."""
    cast.open(1)
    cast.submitted(1)
    assert list(sealed_rows.faults()) == []
    sheet = cast.sheet(1)
    MeasureReview.objects.filter(pk=sheet.pk).update(state="approved")
    ((entry, what),) = sealed_rows.faults()
    assert f"シート {sheet.pk} の状態(approved)" in what and AuditEntry.objects.get(pk=entry).action == "submit"
