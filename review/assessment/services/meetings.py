"""The 本部's meetings, and what they decided as the 事務局 recorded it: nothing moves until an approver confirms it."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Min
from django.utils.translation import gettext as _

from review import clock, holders, permissions, queries
from review.assessment.services import approval, judging, ratings
from review.assessment.services.assessment import check_words, cleaned_remarks
from review.background.services import outbox
from review.domain.events import Event
from review.domain.refusals import AlreadyDecided, Invalid
from review.models import (
    AuditEntry,
    Cycle,
    CycleState,
    Decision,
    MeasureReview,
    Meeting,
    RecordedDecision,
    ReviewState,
    Role,
    Step,
    User,
    Verdict,
)
from review.trail.services import audit
from review.transition import locked, require, require_undecided

DESTINATIONS = {to.verdict: to for to in (approval.TO_DEPARTMENT, approval.TO_REVIEW)}


@dataclass(frozen=True, kw_only=True)
class MeetingWords:
    """What is written down of a meeting."""

    held_on: date
    attendees: str = ""
    minute: str = ""
    document_number: str = ""
    decided_on: date | None = None


def record_meeting(*, user: User, cycle: Cycle, words: MeetingWords) -> Meeting:
    """Write down a meeting; decisions can then name it."""
    with transaction.atomic():
        _check_meeting(user, cycle.plan_id, words)
        meeting = Meeting.objects.create(cycle=cycle, recorded_by=user, **vars(words))
        audit.write(actor=user, action="meeting.record", subject=f"cycle:{cycle.pk}", after=_audit_data(meeting))
        return meeting


def amend_meeting(*, user: User, meeting_id: int, words: MeetingWords) -> Meeting:
    """Complete or correct what is written of a meeting; the audit trail keeps what stood there.

    Raises Invalid from the decision to publish on: the edition names the meeting for ever.
    """
    with transaction.atomic():
        meeting = Meeting.objects.select_for_update(no_key=True).get(pk=meeting_id)
        cycle = Cycle.objects.select_for_update(no_key=True).get(pk=meeting.cycle_id)
        _check_meeting(user, cycle.plan_id, words)
        if cycle.state in (CycleState.SCHEDULED, CycleState.PUBLISHED):
            raise Invalid(_("公表の決定の後は、会議の記録を直せません。公表版に載っている記録のままになります。"))
        before = _audit_data(meeting)
        for name, value in vars(words).items():
            setattr(meeting, name, value)
        meeting.save()
        if _audit_data(meeting) != before:
            subject = f"cycle:{meeting.cycle_id}"
            audit.write(actor=user, action="meeting.amend", subject=subject, before=before, after=_audit_data(meeting))
        return meeting


@dataclass(frozen=True, kw_only=True)
class Amendment:
    """What was amended of a meeting's record after a decision rested on it: who, when, and [(label, old, new)]."""

    at: datetime
    who: str
    lines: list[tuple[str, str, str]]


def amended_later(cycle: Cycle) -> dict[int, list[Amendment]]:
    """{meeting: what was amended of it after the first decision that names it}, the oldest first. Three queries."""
    rows = AuditEntry.objects.filter(action="meeting.amend", subject=f"cycle:{cycle.pk}").order_by("pk")
    decisions = Decision.objects.filter(meeting__cycle=cycle).order_by().values("meeting")
    first = dict(decisions.annotate(first=Min("decided_at")).values_list("meeting", "first"))
    late = [row for row in rows if row.after["meeting"] in first and row.at >= first[row.after["meeting"]]]
    names: dict[UUID | None, str] = {
        user.key: str(user) for user in User.objects.filter(key__in={row.actor_key for row in late})
    }
    amendments: dict[int, list[Amendment]] = {}
    for row in late:
        one = Amendment(at=row.at, who=names.get(row.actor_key, ""), lines=_lines(row))
        amendments.setdefault(row.after["meeting"], []).append(one)
    return amendments


def with_amendments(cycle: Cycle, meetings: Iterable[Meeting]) -> list[Meeting]:
    """The meetings, each with its `amendments` for the screen."""
    rows, late = list(meetings), amended_later(cycle)
    for row in rows:
        row.amendments = late.get(row.pk, [])  # type: ignore[attr-defined]
    return rows


def _lines(row: AuditEntry) -> list[tuple[str, str, str]]:
    """What differs, in words; of the names of people only that they do."""
    changed = [name for name, value in row.after.items() if row.before.get(name) != value]
    return [
        (
            str(getattr(Meeting._meta.get_field(name), "verbose_name", name)),
            *(("", "") if name == "attendees" else (str(row.before.get(name, "")), str(row.after[name]))),
        )
        for name in changed
    ]


def _check_meeting(user: User, plan: int, words: MeetingWords) -> None:
    allowed = permissions.reviews_or_approves(user, plan)
    require(allowed, _("会議の記録は、承認者または事務局が行います。"))
    check_words({"attendees": words.attendees, "minute": words.minute, "document_number": words.document_number})


def _audit_data(meeting: Meeting) -> dict[str, str | int]:
    return {
        "meeting": meeting.pk,
        "held_on": meeting.held_on.isoformat(),
        # Names of people: the trail keeps that they changed, and by what to know them, never the names themselves.
        "attendees": hashlib.sha256(meeting.attendees.encode()).hexdigest()[:12] if meeting.attendees else "",
        "minute": meeting.minute,
        "document_number": meeting.document_number,
        "decided_on": meeting.decided_on.isoformat() if meeting.decided_on else "",
    }


def gaps(meeting: Meeting) -> list[str]:
    """What a meeting's record still lacks before decisions can be recorded by it, in words."""
    required: dict[str, Any] = {
        _("出席者"): meeting.attendees,
        _("議事"): meeting.minute,
        _("文書番号"): meeting.document_number,
        _("決裁日"): meeting.decided_on,
    }
    return [label for label, value in required.items() if not value]


# --- on the 本部's behalf --------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Verdicts:
    """What the meeting decided on a sheet: 承認, or a return with its reason."""

    verdict: Verdict
    comment: str = ""
    remarks: Mapping[str, str] = field(default_factory=dict)
    overall: ratings.Overall | None = None
    opinion: str = ""


@transaction.atomic
def record(*, user: User, chosen: Sequence[tuple[int, int]], meeting: Meeting | None, verdicts: Verdicts) -> None:
    """The 事務局 records one decision for all of the `chosen` (sheet, round), and approvers are told once.

    Raises NotAllowed, AlreadyDecided, or Invalid where the meeting or the reason is missing.
    """
    for review_id, seen in chosen:
        record_one(user=user, review_id=review_id, round=seen, meeting=meeting, verdicts=verdicts)
    tell_recorded(user, meeting, [pk for pk, _round in chosen])


def complete(meeting: Meeting | None) -> Meeting:
    """The meeting, where decisions can be recorded by it; else raises Invalid with what is missing."""
    if meeting is None:
        raise Invalid(_("決定した会議を選んでください。"), {"meeting": _("決定した会議を選んでください。")})
    if missing := gaps(meeting):
        sentence = _("会議の記録に%(missing)sがありません。会議の記録を直してから、もう一度行ってください。") % {
            "missing": _("・").join(missing)
        }
        raise Invalid(sentence, {"meeting": sentence})
    return meeting


@transaction.atomic
def record_one(
    *, user: User, review_id: int, round: int, meeting: Meeting | None, verdicts: Verdicts
) -> RecordedDecision:
    """Record it for one sheet; to tell of it is the caller's. Raises as `record`."""
    review = locked(review_id, user)
    require(permissions.is_reviewer(user, review.cycle.plan_id), _("本部の決定の記録は、確認者が行います。"))
    held, remarks = complete(meeting), cleaned_remarks(verdicts.remarks)
    check_words({"comment": verdicts.comment, "opinion": verdicts.opinion, **remarks})
    if verdicts.verdict != Verdict.ACCEPT:
        approval.check_reason(verdicts.comment)
    require_undecided(review, round=round, step=Step.APPROVE, state=ReviewState.REVIEWED)
    if verdicts.overall:
        scale = judging.scale_of(review.cycle)
        rule = judging.proposed(queries.indicator_years(review), scale)
        letters = [grade.letter for grade in scale.grades]
        ratings.check(verdicts.overall, letters=letters, proposed=rule.letter if rule else "")
    RecordedDecision.objects.filter(review=review, closed_at=None).update(closed_at=clock.now())
    row = RecordedDecision.objects.create(
        review=review,
        round=review.round,
        verdict=verdicts.verdict,
        comment=verdicts.comment.strip(),
        remarks=remarks,
        grade=verdicts.overall.grade if verdicts.overall else "",
        grade_reason=verdicts.overall.reason if verdicts.overall else "",
        opinion=verdicts.opinion.strip(),
        meeting=held,
        recorded_by=user,
        on_behalf_of_id=next(iter(holders.standing(user).within(review.cycle.plan_id).capacities(Role.REVIEWER)), None),
        recorded_at=clock.now(),
    )
    audit.write(
        actor=user,
        action="decision.record",
        subject=f"review:{review.pk}",
        after={"verdict": row.verdict, "round": row.round, "comment": row.comment, "meeting": held.pk},
    )
    return row


def tell_recorded(user: User, meeting: Meeting | None, sheets: Sequence[int]) -> None:
    """One notice for all that was recorded together, where anything was."""
    last = RecordedDecision.objects.filter(review__in=sheets, meeting=meeting).aggregate(last=Max("pk"))["last"]
    if meeting is None or last is None:
        return
    key, payload = f"{meeting.pk}:{last}", {"count": len(sheets), "meeting": meeting.pk}
    outbox.announce(Event.DECISIONS_RECORDED, key=key, actor=user, cycle=meeting.cycle, payload=payload)


def open_record(review: MeasureReview) -> RecordedDecision | None:
    """What is recorded on a sheet and waits to be confirmed. One query."""
    if review.state != ReviewState.REVIEWED:
        return None
    rows = RecordedDecision.objects.filter(review=review, closed_at=None, round=review.round)
    return rows.select_related("meeting", "recorded_by").first()


def confirm(*, user: User, record_id: int) -> MeasureReview:
    """An approver confirms: now the decision takes effect, under the approver's name. Raises as the decision does."""
    with transaction.atomic():
        row = _open(user, record_id)
        require(
            permissions.may_confirm_record(user, row),
            _("ご自分が記録した決定は確認できません。ほかの承認者に依頼してください。"),
        )
        review = _take(user, row)
        row.decision = review.decisions.get(round=row.round, step=Step.APPROVE)
        row.closed_at = clock.now()
        row.save(update_fields=["decision", "closed_at"])
        return review


def _take(user: User, row: RecordedDecision) -> MeasureReview:
    arguments: dict[str, Any] = {"user": user, "review_id": row.review_id, "round": row.round, "meeting": row.meeting}
    opinion = row.opinion or None
    if row.verdict == Verdict.ACCEPT:
        overall = ratings.Overall(grade=row.grade, reason=row.grade_reason) if row.grade else None
        return approval.approve(**arguments, comment=row.comment, overall=overall, opinion=opinion)
    to = DESTINATIONS[Verdict(row.verdict)]
    return approval.send_back(**arguments, to=to, comment=row.comment, remarks=row.remarks, opinion=opinion)


def drop(*, user: User, record_id: int, reason: str = "") -> RecordedDecision:
    """The recorder withdraws it, or an approver refuses to confirm it, with a reason; the sheet waits as before."""
    with transaction.atomic():
        row = _open(user, record_id)
        own = permissions.may_record_decision(user, row.review)
        require(
            own or permissions.is_approver(user, row.review.cycle.plan_id),
            _("この記録は、事務局または承認者だけが取り消せます。"),
        )
        check_words({"reason": reason})
        if not own and not reason.strip():
            raise Invalid(_("採用しない理由を入力してください。"), {"reason": _("採用しない理由を入力してください。")})
        row.closed_at = clock.now()
        row.save(update_fields=["closed_at"])
        after = {"verdict": row.verdict, "reason": reason.strip()}
        audit.write(actor=user, action="decision.record.drop", subject=f"review:{row.review_id}", after=after)
        if not own:
            payload = {"comment": reason.strip()}
            outbox.announce(Event.RECORD_REFUSED, key=f"{row.pk}", actor=user, review=row.review, payload=payload)
        return row


def _open(user: User, record_id: int) -> RecordedDecision:
    """The record, its sheet locked; AlreadyDecided where it is closed or the sheet went on."""
    stored = RecordedDecision.objects.filter(pk=record_id).first()
    if stored is None:
        raise AlreadyDecided(_("この記録はありません。"))
    locked(stored.review_id, user)
    row = RecordedDecision.objects.select_related("review", "meeting", "decision__decided_by").get(pk=record_id)
    if row.decision:
        raise AlreadyDecided(
            _("%(who)sさんがこの記録を確認し、決定は済んでいます。") % {"who": row.decision.decided_by}
        )
    if row.closed_at or row.round != row.review.round or row.review.state != ReviewState.REVIEWED:
        raise AlreadyDecided(_("この記録は取り消されたか、シートの状態が変わっています。"))
    return row
