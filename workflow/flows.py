"""The year as two flows, and a third for what is corrected afterwards. They read as the diagram; what each step does is in review.services.

The flow answers "who may act next" and keeps the trail. The sheet's own state, changed by a service in the same
transaction, is what every gateway reads.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, cast

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from viewflow import this
from viewflow.workflow import flow, lock
from viewflow.workflow.models import Task

from review import clock, queries
from review.assessment.services import approval
from review.background.services.jobs import Claim
from review.books.services import workbooks
from review.models import Correction, Cycle, MeasureReview, Meeting, ReviewState
from review.publication.services import correction_release, publication
from review.year.services import cycles
from workflow import rows
from workflow.models import CorrectionProcess, SheetProcess, YearProcess
from workflow.nodes import Job, Step

# Viewflow's own default locks nothing. On SQLite the transaction itself is the lock (BEGIN IMMEDIATE).
LOCK = lock.SelectForUpdateLock(nowait=False, attempts=1)


def sheet_is(*states: ReviewState) -> Callable[[Any], bool]:
    """A gateway's question: is the sheet in one of these states now?"""

    def condition(activation: Any) -> bool:
        state = MeasureReview.objects.values_list("state", flat=True).get(pk=activation.process.review_id)
        return state in states

    condition.states = states  # type: ignore[attr-defined]  # for workflow/rows.py, which knows the state already
    return condition


class MeasureReviewFlow(flow.Flow):
    """One 施策 in one 年度, from 実績 to the year's decision."""

    process_class = SheetProcess
    lock_impl = LOCK
    process_title = _("施策の評価")

    start = flow.StartHandle(this.begin).Next(this.submit)

    submit = Step().Annotation(title=_("提出")).Next(this.after_submit)
    after_submit = (
        flow.Switch()
        .Case(this.settled, sheet_is(ReviewState.APPROVED))
        .Case(this.endorse, sheet_is(ReviewState.ENDORSING))
        .Default(this.review)
    )
    endorse = Step().Annotation(title=_("所属長の確認")).Next(this.after_endorse)
    after_endorse = (
        flow.Switch()
        .Case(this.settled, sheet_is(ReviewState.APPROVED))
        .Case(this.submit, sheet_is(ReviewState.EDITING))
        .Default(this.review)
    )
    review = Step().Annotation(title=_("確認")).Next(this.after_review)
    after_review = (
        flow.Switch()
        .Case(this.settled, sheet_is(ReviewState.APPROVED))
        .Case(this.submit, sheet_is(ReviewState.RETURNED, ReviewState.EDITING))
        .Default(this.approve)
    )
    approve = Step().Annotation(title=_("承認")).Next(this.after_approve)
    after_approve = (
        flow.Switch()
        .Case(this.submit, sheet_is(ReviewState.RETURNED))
        .Case(this.review, sheet_is(ReviewState.SUBMITTED))
        .Default(this.settled)
    )
    settled = flow.Handle(this.on_year_decided).Annotation(title=_("年度の決定を待つ")).Next(this.after_settled)
    after_settled = (
        flow.Switch()
        .Case(this.submit, sheet_is(ReviewState.RETURNED))
        .Case(this.review, sheet_is(ReviewState.SUBMITTED))
        .Case(this.approve, sheet_is(ReviewState.REVIEWED))
        .Default(this.end)
    )
    end = flow.End()

    def begin(self, activation: Any, review: MeasureReview) -> SheetProcess:
        """Tie the process to its sheet."""
        activation.process.review = review
        return cast(SheetProcess, activation.process)

    def on_year_decided(self, activation: Any, send_back: approval.YearReturn | None = None, user: Any = None) -> None:
        """The year was decided: send the sheet back, or let it end with the publication. A sheet whose approval was
        withdrawn has moved already and goes on from where it stands."""
        if send_back:
            approval.return_from_year(
                user=user,
                review_id=activation.process.review_id,
                to=send_back.to,
                comment=send_back.comment,
                meeting=send_back.meeting,
            )


class AnnualCycleFlow(flow.Flow):
    """One 年度: Plan, Do, Check, Act."""

    process_class = YearProcess
    lock_impl = LOCK
    process_title = _("年度の評価")

    start = flow.StartHandle(this.begin).Next(this.launch)
    launch = Job(this.launch_sheets).Annotation(title=_("施策シートの準備")).Next(this.wait_settled)
    wait_settled = (
        flow.ConditionalCatch(this.all_settled).Annotation(title=_("全施策の承認を待つ")).Next(this.consolidate)
    )
    consolidate = Job(this.make_draft_book).Annotation(title=_("公表案の作成")).Next(this.after_consolidate)
    # An approval may be withdrawn while the book is being made, and after that until the decision.
    after_consolidate = flow.Switch().Case(this.decide, this.all_settled).Default(this.wait_settled)
    decide = Step().Annotation(title=_("公表の決定")).Next(this.after_decide)
    after_decide = (
        flow.Switch()
        .Case(this.wait_settled, this.was_interrupted)
        .Case(this.apply_returns, this.has_returns)
        .Default(this.wait_publication)
    )
    apply_returns = Job(this.send_back).Annotation(title=_("差戻し")).Next(this.wait_settled)
    wait_publication = flow.Timer(this.publication_time).Annotation(title=_("公表日時を待つ")).Next(this.publish)
    publish = Job(this.publish_edition).Annotation(title=_("公表")).Next(this.close_sheets)
    close_sheets = Job(this.end_sheets).Annotation(title=_("施策シートの終了")).Next(this.roll_over)
    roll_over = Job(this.draft_next).Annotation(title=_("次年度の準備")).Next(this.end)
    end = flow.End()

    def begin(self, activation: Any, cycle: Cycle) -> YearProcess:
        """Tie the process to its year."""
        activation.process.cycle = cycle
        return cast(YearProcess, activation.process)

    # --- Plan ---

    def launch_sheets(self, claim: Claim, process: YearProcess) -> Callable[[], None]:
        """Start one process per 施策; those that run already are left alone."""
        cycle = process.cycle
        cycles.judge_year(cycle)
        waiting = len(cycles.sheets_to_launch(cycle))
        claim.progress(0, waiting, "施策シートを準備しています")
        while launched := self._launch(cycle):
            claim.progress(min(launched, waiting), waiting, "施策シートを準備しています")
        return lambda: cycles.announce_opening(cycle)

    @staticmethod
    def _launch(cycle: Cycle) -> int:
        """Make and start one set of sheets; those that exist already first. How many of the year run then, 0 where none was
        left to start."""
        with transaction.atomic():
            # The year's row: two workers, of which one is too late, start no sheet twice.
            Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
            idle = MeasureReview.objects.filter(cycle=cycle, process=None)
            reviews = list(idle[: rows.SET]) or cycles.make_reviews(cycle, rows.SET)
            rows.start_all(MeasureReviewFlow, reviews)
            return SheetProcess.objects.filter(review__cycle=cycle).count() if reviews else 0

    # --- Do, Check ---

    def all_settled(self, activation: Any) -> bool:
        """Whether every sheet is approved, or settled with a reason."""
        return queries.all_settled(activation.process.cycle)

    def make_draft_book(self, claim: Claim, process: YearProcess) -> Callable[[], None]:
        """Ask for the 公表案 and let the year wait for its decision."""
        claim.progress(0, 1, "公表案を作っています")
        occasion = str(claim.job_id)

        def finish() -> None:
            if queries.all_settled(process.cycle):
                workbooks.request_year(process.cycle)
                cycles.begin_decision(process.cycle_id, occasion=occasion)

        return finish

    # --- Act ---

    def was_interrupted(self, activation: Any) -> bool:
        """Whether there was no decision: an approval was withdrawn while the year waited for it."""
        return bool(decision_of(activation.process).data.get("withdrawn"))

    def has_returns(self, activation: Any) -> bool:
        """Whether the latest decision sends sheets back."""
        return bool(decision_of(activation.process).data.get("returns"))

    def send_back(self, claim: Claim, process: YearProcess) -> None:
        """Send the named sheets back, one lock at a time; what already went back stays there."""
        decision = decision_of(process)
        rows = decision.data["returns"]
        meeting = Meeting.objects.filter(pk=decision.data.get("meeting")).first()
        for done, row in enumerate(rows):
            claim.progress(done, len(rows), "差し戻しています")
            sheet = SheetProcess.objects.get(review_id=row["review"])
            task = sheet.task_set.filter(flow_task=MeasureReviewFlow.settled, finished=None).first()
            if task:
                destination = approval.TO_REVIEW if row["to"] == "review" else approval.TO_DEPARTMENT
                entry = approval.YearReturn(
                    review_id=row["review"], to=destination, comment=row["comment"], meeting=meeting
                )
                MeasureReviewFlow.settled.run(task, send_back=entry, user=decision.owner)

    def publication_time(self, activation: Any) -> datetime | timedelta:
        """The moment set for the publication; at once where none is set or it is past."""
        at = Cycle.objects.values_list("publish_at", flat=True).get(pk=activation.process.cycle_id)
        return at if at and at > clock.now() else timedelta(0)

    def publish_edition(self, claim: Claim, process: YearProcess) -> None:
        """Freeze the year and switch to its edition, in one transaction."""
        claim.progress(0, 1, "公表しています")
        decision = decision_of(process)
        meeting = Meeting.objects.filter(pk=decision.data.get("meeting")).first()
        publication.publish(process.cycle_id, decided_by=decision.owner, decided_at=decision.finished, meeting=meeting)

    def end_sheets(self, claim: Claim, process: YearProcess) -> None:
        """Let every sheet's process end."""
        waiting = SheetProcess.objects.filter(review__cycle=process.cycle, finished=None).order_by("pk")
        numbers = list(waiting.values_list("pk", flat=True))
        for done in range(0, len(numbers), rows.SET):
            claim.progress(done, len(numbers), "施策シートを終えています")
            self._end(numbers[done : done + rows.SET])

    @staticmethod
    def _end(numbers: list[int]) -> None:
        """End one set of processes as far as they wait for the year, those that go on elsewhere one by one."""
        flow = MeasureReviewFlow
        with transaction.atomic():
            locked = SheetProcess.objects.filter(pk__in=numbers).order_by("pk").select_for_update()
            sheets = dict(locked.values_list("pk", "review_id"))
            states = dict(MeasureReview.objects.filter(pk__in=sheets.values()).values_list("pk", "state"))
            active = Task.objects.filter(process__in=sheets, finished=None).order_by("process", "pk")
            tasks = [task for task in active if task.flow_task == flow.settled]
            alone = Counter(task.process_id for task in active)
            ending = [
                task
                for task in tasks
                if alone[task.process_id] == 1
                and rows.branch(flow.after_settled, states[sheets[task.process_id]]) == flow.end
            ]
            rows.end_all(ending)
            apart = [task for task in tasks if task not in ending]
        for task in apart:
            flow.settled.run(task)

    def draft_next(self, claim: Claim, process: YearProcess) -> None:
        """Draft the next 年度 with the definitions carried over."""
        claim.progress(0, 1, "次年度を準備しています")
        cycles.draft_next(process.cycle)


def correction_is(*states: Correction.State) -> Callable[[Any], bool]:
    """A gateway's question: is the correction in one of these states now?"""

    def condition(activation: Any) -> bool:
        state = Correction.objects.values_list("state", flat=True).get(pk=activation.process.correction_id)
        return state in states

    return condition


class CorrectionFlow(flow.Flow):
    """One correction of a published year: prepared by a reviewer, decided by an approver, published as a new edition."""

    process_class = CorrectionProcess
    lock_impl = LOCK
    process_title = _("公表版の訂正")

    start = flow.StartHandle(this.begin).Next(this.prepare)
    prepare = Step().Annotation(title=_("訂正の準備")).Next(this.after_prepare)
    after_prepare = flow.Switch().Case(this.end, correction_is(Correction.State.DROPPED)).Default(this.decide)
    decide = Step().Annotation(title=_("訂正の決定")).Next(this.after_decide)
    after_decide = flow.Switch().Case(this.prepare, correction_is(Correction.State.RETURNED)).Default(this.publish)
    publish = Job(this.publish_edition).Annotation(title=_("訂正版の公表")).Next(this.end)
    end = flow.End()

    def begin(self, activation: Any, correction: Correction) -> CorrectionProcess:
        """Tie the process to its correction."""
        activation.process.correction = correction
        return cast(CorrectionProcess, activation.process)

    def publish_edition(self, claim: Claim, process: CorrectionProcess) -> None:
        """Freeze the corrected edition and switch to it, in one transaction."""
        claim.progress(0, 1, "訂正版を公表しています")
        correction_release.publish(process.correction_id)


def decision_of(process: Any) -> Any:
    """The task of the latest decision on the year: its owner decided, its data says what."""
    tasks = process.task_set.filter(flow_task=AnnualCycleFlow.decide, owner__isnull=False)
    return tasks.order_by("-pk").first()
