"""計画期間の総括: written and proposed by reviewers, decided and with that published by an approver, never the same person."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from review import clock, continuing, holders, permissions
from review.background.services import outbox
from review.domain.events import Event
from review.domain.plain_data import digest
from review.domain.refusals import AlreadyDecided, Changed, Invalid
from review.ending.services import summary_content
from review.models import (
    AuditEntry,
    Correction,
    Cycle,
    IndicatorYear,
    Measure,
    Meeting,
    Plan,
    PlanSummary,
    SummaryDecision,
    SummaryEdition,
    User,
)
from review.reader_words import problem
from review.trail.services import audit
from review.transition import require, when_words

State, Verdict = PlanSummary.State, SummaryDecision.Verdict
LONGEST = 4000
OPEN = (State.PREPARING, State.RETURNED)


def of(plan: Plan) -> PlanSummary | None:
    """The plan's 総括, as far as one was begun. One query."""
    return PlanSummary.objects.filter(plan=plan).select_related("submitted_by").first()


def may_begin(plan: Plan) -> bool:
    """Whether all years of the plan are over. One query."""
    return any(one.pk == plan.pk for one in continuing.ended_plans())


# --- writing -------------------------------------------------------------------------------------------------------


def write(*, user: User, plan_id: int, text: str) -> PlanSummary:
    """Store the text on the plan as a whole. Raises NotAllowed, AlreadyDecided, or Invalid."""
    with transaction.atomic():
        summary = _open(user, plan_id)
        if sentence := _text_problem(text):
            raise Invalid(_("総括を保存できません。"), {"text": sentence})
        summary.text = text.strip()
        return _save(user, summary, {"text": summary.text})


def write_measure(
    *, user: User, plan_id: int, measure: Measure, text: str, grades: Mapping[int, tuple[str, str]]
) -> PlanSummary:
    """Store a 施策's text, and {goal: (own grade or '', why)}. Raises NotAllowed, AlreadyDecided, or Invalid by field."""
    with transaction.atomic():
        summary = _open(user, plan_id)
        part = next((one for one in summary_content.parts_of(summary.plan, summary) if one.pk == measure.pk), None)
        if part is None:
            raise Invalid(_("この施策は計画にありません。"))
        problems = {"text": sentence} if (sentence := _text_problem(text)) else {}
        letters = [grade.letter for grade in summary_content.scale_of(summary.plan).grades]
        for goal in part.goals:
            problems |= _grade_problems(goal, *grades.get(goal.pk, ("", "")), letters)
        if problems:
            raise Invalid(_("総括を保存できません。内容を確かめてください。"), problems)
        summary.texts = {**summary.texts, str(measure.pk): text.strip()}
        mine = {str(goal.pk) for goal in part.goals}
        own = {
            str(goal.pk): {"grade": grades[goal.pk][0], "reason": grades[goal.pk][1].strip()}
            for goal in part.goals
            if grades.get(goal.pk, ("", ""))[0] not in ("", goal.proposed)
        }
        summary.grades = {pk: one for pk, one in summary.grades.items() if pk not in mine} | own
        return _save(user, summary, {"code": part.code, "text": text.strip(), "grades": own})


def _text_problem(text: str) -> str:
    if len(text) > LONGEST:
        return _("%(most)s文字以内で入力してください。") % {"most": LONGEST}
    return problem(text)


def _grade_problems(goal: summary_content.Goal, grade: str, reason: str, letters: list[str]) -> dict[str, str]:
    if grade and grade not in letters:
        return {f"grade_{goal.pk}": _("達成区分を選んでください。")}
    if grade not in ("", goal.proposed) and not reason.strip():
        return {f"reason_{goal.pk}": _("年度評価と違う区分にするときは、理由を入力してください。")}
    sentence = _text_problem(reason)
    return {f"reason_{goal.pk}": sentence} if sentence else {}


def _open(user: User, plan_id: int) -> PlanSummary:
    """The 総括, its row locked, begun where there is none, for a reviewer to write on."""
    plan = Plan.objects.select_for_update(of=("self",), no_key=True).get(pk=plan_id)
    holders.standing(user, fresh=True)
    require(permissions.is_reviewer(user, plan.pk), _("計画期間の総括は、%(office)sの確認者が作ります。"), plan)
    if not may_begin(plan):
        raise Invalid(_("計画期間の総括は、最後の年度の公表のあとに作ります。"))
    summary, _made = PlanSummary.objects.select_for_update(no_key=True).get_or_create(
        plan=plan, defaults={"state_since": clock.now()}
    )
    if summary.state not in OPEN:
        raise AlreadyDecided(
            _("この総括は今「%(state)s」のため、書けません。") % {"state": summary.get_state_display()}
        )
    return summary


def _save(user: User, summary: PlanSummary, after: Mapping[str, Any]) -> PlanSummary:
    summary.version += 1
    summary.save()
    audit.write(actor=user, action="summary.save", subject=f"summary:{summary.pk}", after=dict(after))
    return summary


# --- proposing and deciding ----------------------------------------------------------------------------------------


def submit(*, user: User, plan_id: int) -> PlanSummary:
    """Ask the approvers to decide. Raises NotAllowed, AlreadyDecided, or Invalid, naming what is missing."""
    with transaction.atomic():
        summary = _open(user, plan_id)
        if sentence := missing(summary):
            raise Invalid(sentence)
        summary.state, summary.state_since, summary.submitted_by = State.DECIDING, clock.now(), user
        summary.round += 1
        summary.sha256 = digest(summary_content.snapshot_of(summary.plan, summary))
        summary.save()
        after = {"round": summary.round, "sha256": summary.sha256}
        entry = audit.write(actor=user, action="summary.submit", subject=f"summary:{summary.pk}", after=after)
        _tell(Event.SUMMARY_SUBMITTED, user, summary, entry)
        return summary


def missing(summary: PlanSummary) -> str:
    """What stands against the decision, in a sentence; '' where nothing does."""
    plan = summary.plan
    without = [part.code for part in summary_content.parts_of(plan, summary) if not part.text]
    if not summary.text:
        return _("計画全体の総括を入力してください。")
    if without:
        return _("総括の文のない施策があります: %(codes)s。") % {"codes": _("、").join(without)}
    under_way = Correction.objects.filter(cycle__plan=plan).exclude(state__in=("published", "dropped"))
    if under_way.exists():
        return _("この計画の公表版の訂正が終わっていません。訂正版の公表のあとに依頼してください。")
    if IndicatorYear.objects.filter(indicator__measure__plan=plan, demo=True, fiscal_year__in=plan.years).exists():
        return _("デモ値が残っているため、総括を公表できません。")
    return ""


def decide(
    *, user: User, plan_id: int, round: int, accept: bool, comment: str = "", meeting: Meeting | None = None
) -> PlanSummary:
    """Publish what was proposed, or send it back with a reason. Raises NotAllowed, AlreadyDecided, Changed or Invalid."""
    with transaction.atomic():
        rows = PlanSummary.objects.select_for_update(of=("self",), no_key=True).select_related("plan")
        summary = rows.get(plan_id=plan_id)
        _require_waiting(user, summary, round)
        if sentence := _comment_problem(comment, accept):
            raise Invalid(_("決定できません。"), {"comment": sentence})
        snapshot = summary_content.snapshot_of(summary.plan, summary)
        if accept and digest(snapshot) != summary.sha256:
            raise Changed(
                _("決定を依頼したあとで、総括の元になる値が変わりました。差し戻して、もう一度確かめてください。")
            )
        decision = SummaryDecision.objects.create(
            summary=summary,
            round=round,
            verdict=Verdict.ACCEPT if accept else Verdict.RETURN,
            comment=comment.strip(),
            submitted_by_id=summary.submitted_by_id or 0,
            decided_by=user,
            decided_at=clock.now(),
            meeting=meeting,
        )
        summary.state, summary.state_since = State.PUBLISHED if accept else State.RETURNED, decision.decided_at
        summary.save(update_fields=["state", "state_since"])
        after: dict[str, Any] = {
            "round": round,
            "comment": decision.comment,
            "meeting": meeting.pk if meeting else None,
        }
        if accept:
            edition = _publish(summary, snapshot, decision)
            after |= {"edition": edition.number, "sha256": edition.sha256, "seal": edition.seal}
        words = ("summary.publish", Event.SUMMARY_PUBLISHED), ("summary.return", Event.SUMMARY_RETURNED)
        action, event = words[0 if accept else 1]
        entry = audit.write(actor=user, action=action, subject=f"summary:{summary.pk}", after=after)
        _tell(event, user, summary, entry, decision)
        return summary


def _require_waiting(user: User, summary: PlanSummary, round: int) -> None:
    holders.standing(user, fresh=True)
    require(
        permissions.approves_in_person(user, summary.plan_id),
        _("計画期間の総括は、%(body)sの承認者が決定します。"),
        summary.plan,
    )
    if summary.state != State.DECIDING or summary.round != round:
        first = summary.decisions.filter(round=round).select_related("decided_by").first()
        if first is None:
            raise AlreadyDecided(_("この総括は今「%(state)s」です。") % {"state": summary.get_state_display()})
        by, at = str(first.decided_by), when_words(first.decided_at)
        words = {"who": by, "at": at, "what": first.get_verdict_display()}
        raise AlreadyDecided(_("%(who)sさんが%(at)sに「%(what)s」と決めています。") % words, by=by, at=at)
    allowed = permissions.may_decide_summary(user, summary)
    require(allowed, _("ご自分が提案した総括は決定できません。ほかの承認者に依頼してください。"))


def _comment_problem(comment: str, accept: bool) -> str:
    if not accept and not comment.strip():
        return _("差し戻す理由を入力してください。")
    return _text_problem(comment)


def _publish(summary: PlanSummary, snapshot: Mapping[str, Any], decision: SummaryDecision) -> SummaryEdition:
    before = SummaryEdition.objects.filter(plan=summary.plan).order_by("number").last()
    edition = SummaryEdition(
        plan=summary.plan,
        number=before.number + 1 if before else 1,
        snapshot=snapshot,
        sha256=digest(snapshot),
        decision=decision,
        published_at=decision.decided_at,
    )
    edition.seal = seal_of(edition, before.seal if before else "")
    edition.save()
    return edition


def seal_of(edition: SummaryEdition, before: str) -> str:
    """The hash of the row with the seal of the edition before."""
    names = ("plan_id", "number", "sha256", "decision_id")
    return digest({**{name: getattr(edition, name) for name in names}, "before": before})


def altered() -> list[str]:
    """The published editions whose content or row is not what was published, in words."""
    lines, seals = list[str](), dict[int, str]()
    for edition in SummaryEdition.objects.select_related("plan").order_by("plan", "number"):
        seal = seal_of(edition, seals.get(edition.plan_id, ""))
        if digest(edition.snapshot) != edition.sha256 or seal != edition.seal:
            lines.append(f"{edition.plan} 計画期間の総括 第{edition.number}版: 公表したときの内容と違います")
        seals[edition.plan_id] = edition.seal
    return lines


def reopen(*, user: User, plan_id: int, reason: str) -> PlanSummary:
    """Begin a further edition of a published 総括; the one before stays. Raises NotAllowed, AlreadyDecided, or Invalid."""
    with transaction.atomic():
        rows = PlanSummary.objects.select_for_update(of=("self",), no_key=True).select_related("plan")
        summary = rows.filter(plan_id=plan_id).first()
        if summary is None:
            raise Invalid(_("この計画の総括は、まだ公表されていません。"))
        holders.standing(user, fresh=True)
        require(
            permissions.is_reviewer(user, summary.plan_id),
            _("計画期間の総括は、%(office)sの確認者が作ります。"),
            summary.plan,
        )
        if summary.state != State.PUBLISHED:
            raise AlreadyDecided(_("この総括は今「%(state)s」です。") % {"state": summary.get_state_display()})
        if not reason.strip() or _text_problem(reason):
            raise Invalid(
                _("訂正を始められません。"), {"reason": _text_problem(reason) or _("理由を入力してください。")}
            )
        summary.state, summary.state_since, summary.reason = State.PREPARING, clock.now(), reason.strip()
        summary.save(update_fields=["state", "state_since", "reason"])
        after = {"reason": summary.reason}
        audit.write(actor=user, action="summary.reopen", subject=f"summary:{summary.pk}", after=after)
        return summary


def _tell(
    event: Event, user: User, summary: PlanSummary, entry: AuditEntry, decision: SummaryDecision | None = None
) -> None:
    """Announce the act that `entry` records."""
    cycle = Cycle.objects.filter(plan=summary.plan).order_by("fiscal_year").last()
    comment = decision.comment if decision else ""
    people = [summary.submitted_by_id]
    outbox.announce(
        event, key=f"{summary.pk}:{entry.pk}", actor=user, cycle=cycle, payload={"comment": comment, "people": people}
    )
