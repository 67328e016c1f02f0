"""The steps that people take: each lets a service decide and moves the flow, in one transaction under its lock.

Whatever moves a flow comes through here: screens, commands, uploads, the demo and the tests. The lock order is the
same everywhere: process row, then the domain row; what touches year and sheet takes the year's first.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import wraps
from typing import Any, ParamSpec, cast
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _
from viewflow.workflow.models import Task
from viewflow.workflow.status import STATUS

from review.assessment.services import approval, assessment, in_sets, meetings
from review.assessment.services.ratings import Overall
from review.background.services import causes, jobs
from review.domain.refusals import AlreadyDecided, NotAllowed, Refusal
from review.models import (
    ChangeKind,
    Correction,
    Cycle,
    MeasureReview,
    Meeting,
    Outcome,
    PlanChange,
    RecordedDecision,
    User,
)
from review.plan.services import plan_changes, plan_effects
from review.publication.services import corrections, publication
from review.sheet.services import concurrence, submission
from review.year.services import cycles, withdrawals
from workflow import advance, rows
from workflow.flows import AnnualCycleFlow, CorrectionFlow, MeasureReviewFlow
from workflow.models import CorrectionProcess, SheetProcess, YearProcess

P = ParamSpec("P")
log = logging.getLogger("meguri.errors")


def _on_the_sheet(service: Callable[P, MeasureReview]) -> Callable[P, MeasureReview]:
    """The service as a step of the flow of the sheet that it names by `review_id`."""

    @wraps(service)
    def step(*args: P.args, **words: P.kwargs) -> MeasureReview:
        return _take(cast(User, words["user"]), cast(int, words["review_id"]), lambda: service(*args, **words))

    return step


def _on_the_correction(service: Callable[P, Correction]) -> Callable[P, Correction]:
    """The service as a step of the flow of the correction that it names by `correction_id`."""

    @wraps(service)
    def step(*args: P.args, **words: P.kwargs) -> Correction:
        process = CorrectionProcess.objects.get(correction_id=words["correction_id"])
        with transaction.atomic(), CorrectionFlow.lock(process.pk):
            correction = service(*args, **words)
            task = Task.objects.get(process=process, flow_task_type="HUMAN", finished=None)
            _complete(task, cast(User, words["user"]))
            return correction

    return step


def open_year(*, user: User, cycle_id: int) -> Cycle:
    """Open the drafted year and start its process; a worker then launches one process per 施策."""
    with transaction.atomic():
        cycle = cycles.open_year(user=user, cycle_id=cycle_id)
        AnnualCycleFlow.start.run(cycle=cycle)
        return cycle


# --- one sheet ---------------------------------------------------------------------------------------------------


def submit(*, user: User, review_id: int, overall: Overall | None = None) -> MeasureReview:
    """提出 (see services.submission.submit for what it refuses), and the 合議 that it makes necessary once more."""

    def act() -> MeasureReview:
        review = submission.submit(user=user, review_id=review_id, overall=overall)
        concurrence.ask_again(user=user, review=review, texts=submission.current_texts(review))
        if review.proposed_outcome == Outcome.NOT_SUBMITTED:
            approval.drop_proposal(user, review, approval.BY_SUBMISSION)
        return review

    return _take(user, review_id, act)


#: The services' own signatures: each takes its step on the sheet, and the flow moves with it.
recall, endorse = _on_the_sheet(submission.recall), _on_the_sheet(submission.endorse)
confirm, confirm_unasked = _on_the_sheet(assessment.confirm), _on_the_sheet(assessment.confirm_unasked)
return_to_department = _on_the_sheet(assessment.send_back)
approve, return_from_approval = _on_the_sheet(approval.approve), _on_the_sheet(approval.send_back)
withdraw_review = _on_the_sheet(withdrawals.withdraw_review)


def withdraw_approval(*, user: User, review_id: int, round: int, comment: str) -> MeasureReview:
    """承認の取消し. A year that waited for its decision waits for the sheet again; its 公表案 is then made anew."""
    process = SheetProcess.objects.filter(review_id=review_id).select_related("review").first()
    year = YearProcess.objects.filter(cycle=process.review.cycle_id).first() if process else None
    if process is None or year is None:
        raise NotAllowed(_("そのシートはないか、年度がまだ始まっていません。"))
    with transaction.atomic(), AnnualCycleFlow.lock(year.pk), MeasureReviewFlow.lock(process.pk):
        waiting = Task.objects.filter(process=year, finished=None)
        if waiting.filter(flow_task=AnnualCycleFlow.apply_returns).exists():
            raise AlreadyDecided(_("公表の決定による差戻しを処理しています。少し待ってから画面を開き直してください。"))
        review = withdrawals.withdraw_approval(user=user, review_id=review_id, round=round, comment=comment)
        MeasureReviewFlow.settled.run(
            Task.objects.get(process=process, flow_task=MeasureReviewFlow.settled, finished=None)
        )
        if decide := waiting.filter(flow_task=AnnualCycleFlow.decide).first():
            _complete(decide, user, {"withdrawn": review_id})
        return review


def confirm_record(*, user: User, record: RecordedDecision) -> MeasureReview:
    """An approver confirms what the 事務局 recorded of the 本部's meeting."""
    return _take(user, record.review_id, lambda: meetings.confirm(user=user, record_id=record.pk))


def decide_outcome(
    *, user: User, review_id: int, accept: bool, comment: str = "", meeting: Meeting | None = None
) -> MeasureReview:
    """Decide a proposal of 未提出 or 対象外; the flow moves only where it was accepted."""
    args: dict[str, Any] = {"user": user, "review_id": review_id, "comment": comment, "meeting": meeting}
    if not accept:
        return approval.decide_outcome(**args, accept=False)
    return _take(user, review_id, lambda: approval.decide_outcome(**args, accept=True))


def decide_plan_change(
    *, user: User, change_id: int, accept: bool, comment: str = "", meeting: Meeting | None = None
) -> PlanChange:
    """Decide a proposed change of the plan. Accepted, it takes effect in the same transaction: a new 施策 of the open
    year gets its sheet, one that ended there is led out as 対象外."""
    with transaction.atomic(), ExitStack() as locks:
        proposal = PlanChange.objects.get(pk=change_id)
        sheets = plan_changes.sheets_touched(proposal).values("pk")
        for process in SheetProcess.objects.filter(review__in=sheets).order_by("pk"):
            locks.enter_context(MeasureReviewFlow.lock(process.pk))
        change = plan_changes.settle(user=user, change_id=change_id, accept=accept, comment=comment, meeting=meeting)
        if accept:
            effects = plan_effects.take_effect(change)
            for year in effects.begin:
                cycle = Cycle.objects.get(plan=change.plan_id, fiscal_year=year.fiscal_year)
                MeasureReviewFlow.start.run(review=cycles.make_review(cycle, year))
            for review in effects.lead_out:
                decide_outcome(user=user, review_id=review.pk, accept=True, meeting=meeting)
            if change.kind == ChangeKind.EXTEND:
                cycles.draft_after_extension(change.plan_id, change.fiscal_year)
        return change


def _take(user: User, review_id: int, act: Callable[[], MeasureReview]) -> MeasureReview:
    process = SheetProcess.objects.filter(review_id=review_id).first()
    if process is None:
        raise NotAllowed(_("そのシートはないか、年度がまだ始まっていません。"))
    with transaction.atomic(), MeasureReviewFlow.lock(process.pk):
        review = act()
        task = Task.objects.filter(process=process, flow_task_type="HUMAN", finished=None).first()
        if task is None:
            raise AlreadyDecided(
                _("このシートは今「%(state)s」で、この操作を待っていません。") % {"state": review.get_state_display()}
            )
        _complete(task, user)
        return review


def _complete(task: Task, user: User, data: Mapping[str, object] | None = None) -> None:
    activation = task.flow_task.activation_class(task)
    if task.status == STATUS.NEW:
        activation.assign(user)
    task.owner = user
    task.data = dict(data or {})
    activation.start(None)
    activation.execute()


#: Steps that a set of sheets can take at once: what decides, and the node that waits for it.
IN_SETS = {
    confirm: (in_sets.CONFIRM, MeasureReviewFlow.review),
    confirm_unasked: (in_sets.CONFIRM_UNASKED, MeasureReviewFlow.review),
    approve: (in_sets.APPROVE, MeasureReviewFlow.approve),
}


def in_parts(
    take: Callable[..., MeasureReview],
    *,
    user: User,
    chosen: Sequence[tuple[int, int]],
    keep: Callable[[list[int], dict[int, str], dict[int, str]], None],
    **words: Any,
) -> Iterator[None]:
    """Take the same step on several sheets, `chosen` as (review id, round), part by part: what only has to be accepted in
    sets, then sheet by sheet. Each is a transaction, in which `keep` gets the ids that were done, {id: why not}, and {id: a
    sentence} where the step failed for no reason that it knows: the others go on. Whoever asks for no further part ends it."""
    left = dict(chosen)
    for at in range(0, len(chosen), rows.SET) if take in IN_SETS else ():
        done: list[int] = []
        try:
            with transaction.atomic():
                taken = _in_a_set(take, user, dict(chosen[at : at + rows.SET]), **words)
                keep(taken, {}, {})
            done = taken
        except Exception as error:  # one of them: each for itself, then
            _failed(error)
        left = {pk: seen for pk, seen in left.items() if pk not in frozenset(done)}
        yield
    for review_id, seen in left.items():
        refused, failed = {}, {}
        try:
            with transaction.atomic():
                take(user=user, review_id=review_id, round=seen, **words)
                keep([review_id], {}, {})
        except Refusal as refusal:
            refused = {review_id: str(refusal)}
        except Exception as error:
            failed = {review_id: _failed(error)}
        if refused or failed:
            keep([], refused, failed)
        yield


def _failed(error: Exception) -> str:
    """What to say of a sheet on which a step failed, with the number under which the log has the trace. Raises the error where
    the sheet is not its cause: the work is another's by now, or a server is away."""
    if isinstance(error, jobs.LeaseLost) or causes.is_outside(error):
        raise error
    reference = uuid4().hex[:8]
    log.exception("a step on one of many sheets failed, reference %s", reference)
    sentence = _("処理の途中で問題が起きました。この施策には何も保存されていません(照会番号 %(number)s)。")
    return sentence % {"number": reference}


def _in_a_set(take: Any, user: User, rounds: dict[int, int], **words: Any) -> list[int]:
    """Decide on those of the sheets that nothing else is to be written of, in the caller's transaction; their ids. The rest is
    for the single step."""
    act, node = IN_SETS[take]
    locked = SheetProcess.objects.filter(review__in=rounds).order_by("pk").select_for_update()
    processes = dict(locked.values_list("review_id", "pk"))
    waiting = Task.objects.filter(process__in=processes.values(), flow_task=node, finished=None)
    tasks = {task.process_id: task for task in waiting}
    ready = {pk: rounds[pk] for pk, process in processes.items() if process in tasks}
    sheets = in_sets.take(act, user=user, rounds=ready, **words)
    rows.complete_all([tasks[processes[sheet.pk]] for sheet in sheets], user, act.after)
    return [sheet.pk for sheet in sheets]


# --- the year ------------------------------------------------------------------------------------------------------


def decide_year(
    *,
    user: User,
    cycle_id: int,
    returns: Sequence[approval.YearReturn] = (),
    terms: publication.Terms | None = None,
    meeting: Meeting | None = None,
) -> Cycle:
    """The 本部's decision: publish (no returns), on `terms` where it names some, or send the named sheets back, at
    the `meeting` where there was one."""
    process = YearProcess.objects.get(cycle_id=cycle_id)
    with transaction.atomic(), AnnualCycleFlow.lock(process.pk):
        cycle = approval.check_year_decision(user=user, cycle_id=cycle_id, returns=returns)
        if returns:
            comments = {entry.review_id: entry.comment for entry in returns}
            cycles.reopen_for_returns(user=user, cycle_id=cycle_id, returns=comments)
        else:
            publication.schedule(user=user, cycle_id=cycle_id, terms=terms)
        rows = [
            {
                "review": entry.review_id,
                "to": "review" if entry.to is approval.TO_REVIEW else "department",
                "comment": entry.comment,
            }
            for entry in returns
        ]
        task = Task.objects.get(process=process, flow_task=AnnualCycleFlow.decide, finished=None)
        held = terms.meeting if terms else meeting
        _complete(task, user, {"returns": rows, "meeting": held.pk if held else None})
        advance.request(cycle)
        return cycle


# --- a correction --------------------------------------------------------------------------------------------------


def start_correction(*, user: User, cycle_id: int) -> Correction:
    """Begin to correct the year's current edition."""
    with transaction.atomic():
        correction = corrections.start(user=user, cycle_id=cycle_id)
        CorrectionFlow.start.run(correction=correction)
        return correction


submit_correction, drop_correction = _on_the_correction(corrections.submit), _on_the_correction(corrections.drop)
#: Accepted, a worker publishes it.
decide_correction = _on_the_correction(corrections.decide)
