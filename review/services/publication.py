"""Publishing a year: the edition, frozen, and the switch to it, all or nothing."""

from __future__ import annotations

import hashlib
from collections import Counter

from django.db import transaction

from review import clock, queries
from review.domain.events import Event
from review.models import (
    Cycle,
    CycleState,
    Decision,
    Edition,
    IndicatorYear,
    MeasureReview,
    ReviewState,
    User,
    Verdict,
)
from review.services import audit, outbox
from review.services.jobs import Failure
from review.services.snapshot import canonical, snapshot_of


def demo_values(cycle: Cycle) -> list[str]:
    """The 施策ID whose sheets still hold invented demo values. Two queries."""
    texts = MeasureReview.objects.filter(cycle=cycle, measure_year__demo=True)
    values = IndicatorYear.objects.filter(
        demo=True, indicator__measure__plan=cycle.plan, fiscal_year__lte=cycle.fiscal_year
    )
    codes = set(texts.values_list("measure_year__measure__code", flat=True))
    return sorted(codes | set(values.values_list("indicator__measure__code", flat=True)))


def schedule(*, user: User, cycle_id: int) -> None:
    """The decision to publish was taken: the year waits for its publication time."""
    Cycle.objects.filter(pk=cycle_id).update(state=CycleState.SCHEDULED)
    audit.write(actor=user, action="cycle.decide", subject=f"cycle:{cycle_id}", after={"state": CycleState.SCHEDULED})


def publish(cycle_id: int, *, decided_by: User) -> Edition:
    """Freeze the year and switch to its 第1版 in one transaction. Repeatable: an edition that exists is returned.

    Raises Failure where demo values would enter the edition, or a sheet is not settled.
    """
    with transaction.atomic():
        cycle = Cycle.objects.select_for_update(of=("self",), no_key=True).select_related("plan").get(pk=cycle_id)
        existing = Edition.objects.filter(cycle=cycle, current=True).first()
        if existing:
            return existing
        _require_publishable(cycle)
        edition = _freeze(cycle, decided_by)
        now = edition.published_at
        cycle.state, cycle.published_at = CycleState.PUBLISHED, now
        cycle.save(update_fields=["state", "published_at"])
        MeasureReview.objects.filter(cycle=cycle).update(state=ReviewState.PUBLISHED, state_since=now)
        audit.write(
            actor=decided_by,
            action="edition.publish",
            subject=f"cycle:{cycle.pk}",
            after={"edition": edition.number, "sha256": edition.sha256},
        )
        outbox.announce(
            Event.EDITION_PUBLISHED,
            key=f"{cycle.pk}:{edition.number}",
            cycle=cycle,
            payload={"edition": edition.label, "edition_id": edition.pk},
        )
        return edition


def _require_publishable(cycle: Cycle) -> None:
    invented = demo_values(cycle)
    if invented:
        raise Failure(
            f"デモ値を含むシートがあるため公表できません: {'、'.join(invented)}。実際の値に入力し直してください。",
            final=True,
        )
    if not queries.all_settled(cycle):
        raise Failure(
            "承認されていないシートがあるため公表できません。承認がそろってから「再実行」を押してください。", final=True
        )


def _freeze(cycle: Cycle, decided_by: User) -> Edition:
    snapshot = snapshot_of(cycle)
    return Edition.objects.create(
        cycle=cycle,
        number=1,
        kind=Edition.Kind.FIRST,
        snapshot=snapshot,
        sha256=hashlib.sha256(canonical(snapshot)).hexdigest(),
        decided_by=decided_by,
        published_at=clock.now(),
    )


def intact(edition: Edition) -> bool:
    """Whether the snapshot still has the sha256 it was published with."""
    return hashlib.sha256(canonical(edition.snapshot)).hexdigest() == edition.sha256


def totals_of_decisions(cycle: Cycle) -> dict[str, int]:
    """How many returns the year saw, by step. One query."""
    returned = Decision.objects.filter(review__cycle=cycle).exclude(verdict=Verdict.ACCEPT)
    return dict(Counter(returned.values_list("step", flat=True)))
