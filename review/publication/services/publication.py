"""Publishing a year: the edition, frozen, and the switch to it, all or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from review import clock, queries
from review.assessment.services import binding
from review.background.services import outbox
from review.background.services.jobs import Failure
from review.books.services.seals import edition_seal
from review.books.services.snapshot import snapshot_of
from review.domain.events import Event
from review.domain.measure_codes import sort_key
from review.domain.plain_data import digest
from review.domain.refusals import Changed, Invalid
from review.models import Cycle, CycleState, Edition, IndicatorYear, MeasureReview, Meeting, ReviewState, User
from review.trail.services import audit, audit_chain


def demo_values(cycle: Cycle) -> list[str]:
    """The 施策ID whose sheets still hold invented demo values. Two queries."""
    texts = MeasureReview.objects.filter(cycle=cycle, measure_year__demo=True)
    values = IndicatorYear.objects.filter(
        demo=True, indicator__measure__plan=cycle.plan, fiscal_year__lte=cycle.fiscal_year
    )
    codes = set(texts.values_list("measure_year__measure__code", flat=True))
    return sorted(codes | set(values.values_list("indicator__measure__code", flat=True)), key=sort_key)


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What goes with the decision to publish: the meeting that took it, the moment of the publication (None: at once),
    and how many 評価できない it knowingly leaves without a person's grade."""

    meeting: Meeting | None = None
    publish_at: datetime | None = None
    left_open: int = 0


def schedule(*, user: User, cycle_id: int, terms: Terms | None = None) -> None:
    """Record the decision to publish: the year waits for its publication time, which stays as the office set it where
    the decision has no `terms`. Raises Invalid for a moment that is past or a meeting whose record is not complete: the
    edition names it for ever."""
    set_with_it: dict[str, Any] = {}
    if terms:
        _check_terms(terms, cycle_id)
        set_with_it = {"publish_at": terms.publish_at}
    Cycle.objects.filter(pk=cycle_id).update(state=CycleState.SCHEDULED, **set_with_it)
    data: dict[str, Any] = {}
    if terms:
        data = {"publish_at": str(terms.publish_at or ""), "meeting": terms.meeting.pk if terms.meeting else None}
        data |= {"left_open": terms.left_open} if terms.left_open else {}
    audit.write(user, "cycle.decide", f"cycle:{cycle_id}", after={"state": CycleState.SCHEDULED, **data})


def _check_terms(terms: Terms, cycle_id: int) -> None:
    problems: dict[str, str] = {}
    if terms.publish_at and terms.publish_at <= clock.now():
        problems["publish_at"] = _(
            "公表日時が過ぎています。これからの日時にするか、空欄にしてください(決定するとすぐに公表します)。"
        )
    if terms.meeting:
        missing = [str(label) for name, label in NAMED_OF_MEETING.items() if not getattr(terms.meeting, name)]
        if terms.meeting.cycle_id != cycle_id:
            problems["meeting"] = _("この年度の会議を選んでください。")
        elif missing:
            problems["meeting"] = _(
                "会議の記録に%(missing)sがありません。公表版に載るため、先に会議の記録を直してください。"
            ) % {"missing": _("・").join(missing)}
    if problems:
        raise Invalid(next(iter(problems.values())), problems)


#: an edition's data of the meeting besides its day
NAMED_OF_MEETING = {"document_number": gettext_lazy("文書番号"), "decided_on": gettext_lazy("決裁日")}


def decision_of(edition: Edition) -> dict[str, str]:
    """An edition's data of the decision on it: {"date", "meeting" (its day), "document_number", "approved_on"}, days in
    ISO form, '' where it was not taken at a meeting."""
    meeting = edition.meeting
    return {
        "date": timezone.localtime(edition.decided_at).date().isoformat(),
        "meeting": meeting.held_on.isoformat() if meeting else "",
        "document_number": meeting.document_number if meeting else "",
        "approved_on": meeting.decided_on.isoformat() if meeting and meeting.decided_on else "",
    }


def publish(
    cycle_id: int, *, decided_by: User, decided_at: datetime | None = None, meeting: Meeting | None = None
) -> Edition:
    """Freeze the year and switch to its 第1版 in one transaction. Repeatable: an edition that exists is returned.

    Raises Failure where demo values would enter the edition, or a sheet is not settled.
    """
    with transaction.atomic():
        cycle = Cycle.objects.select_for_update(of=("self",), no_key=True).select_related("plan").get(pk=cycle_id)
        existing = Edition.objects.filter(cycle=cycle, current=True).first()
        if existing:
            return existing
        _require_publishable(cycle)
        now = clock.now()
        edition = freeze(
            Edition(cycle=cycle, number=1, decided_by=decided_by, decided_at=decided_at or now, meeting=meeting),
            snapshot_of(cycle),
            at=now,
        )
        cycle.state, cycle.published_at = CycleState.PUBLISHED, now
        cycle.save(update_fields=["state", "published_at"])
        MeasureReview.objects.filter(cycle=cycle).update(state=ReviewState.PUBLISHED, state_since=now)
        outbox.announce(
            Event.EDITION_PUBLISHED,
            key=f"{cycle.pk}:{edition.number}",
            cycle=cycle,
            payload={"edition": edition.label, "edition_id": edition.pk},
        )
        return edition


def freeze(edition: Edition, snapshot: Mapping[str, Any], *, at: datetime) -> Edition:
    """Write the edition with its snapshot, the decision on it, the trail's head, hashes and audit row: the current one
    from now on, in the current transaction. Whichever was current before steps back."""
    edition.snapshot = {**snapshot, "decision": decision_of(edition), "audit": trail_head()}
    edition.sha256 = digest(edition.snapshot)
    edition.published_at = at
    edition.seal = edition_seal(edition)
    Edition.objects.filter(cycle=edition.cycle, current=True).update(current=False)
    edition.save(force_insert=True)
    audit.write(
        edition.decided_by,
        "edition.publish" if edition.kind == Edition.Kind.FIRST else "edition.correct",
        f"cycle:{edition.cycle_id}",
        after={"id": edition.pk, "edition": edition.number, "sha256": edition.sha256, "seal": edition.seal},
    )
    return edition


def trail_head() -> dict[str, Any]:
    """The head of the audit trail as every file of an edition prints it: whoever holds one can show that no act before
    the publication was changed since (`verify_audit --head`). One query."""
    head = audit_chain.head()
    return {"seq": head.seq, "hash": head.hash}


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
    try:
        binding.require_year_unchanged(cycle)
    except Changed as difference:
        raise Failure(str(difference), final=True) from difference


def intact(edition: Edition) -> bool:
    """Whether the snapshot still has the sha256 it was published with."""
    return digest(edition.snapshot) == edition.sha256
