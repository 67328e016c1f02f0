"""Letting the year go on when what it waits for has come true: the last approval, the publication time.

The last sheet's event asks for it at once; the sweep asks again, so that a lost bell never leaves a year standing.
"""

from collections.abc import Sequence
from typing import Any

from viewflow.workflow.models import Task
from viewflow.workflow.status import STATUS

from review import clock
from review.background.services import jobs
from review.background.services.jobs import Claim
from review.models import Cycle, CycleState, OutboxEvent
from workflow.models import YearProcess

ADVANCE = "advance_year"


def ask(rows: Sequence[OutboxEvent]) -> None:
    """Sheets were settled: see whether the last was among them."""
    request(*[row.cycle for row in rows if row.cycle])


def request(*cycles: Cycle) -> None:
    """Ask a worker to look whether the years can go on."""
    jobs.request_all(ADVANCE, ((f"{ADVANCE}:{cycle.pk}", {"cycle": cycle.pk}, cycle) for cycle in cycles))


def advance(claim: Claim) -> None:
    """Fire whatever of the year is due."""
    process = YearProcess.objects.filter(cycle_id=claim.args["cycle"], finished=None).first()
    if process:
        fire(process)
    with claim.finishing():
        pass


def fire(process: YearProcess) -> int:
    """Fire the process's condition and timer where they have come true; returns how many."""
    waiting = Task.objects.filter(process=process, finished=None, status__in=[STATUS.NEW, STATUS.SCHEDULED])
    return sum(_fire_one(task) for task in waiting.filter(flow_task_type__in=["CONDITION", "TIMER"]))


def _fire_one(task: Task) -> bool:
    with task.activation() as activation:
        if not activation.start.can_proceed():
            return False
        timer = activation.task.flow_task_type == "TIMER"
        due = _publication_is_due(activation) if timer else activation.condition_met()
        if due:
            activation.start()
            activation.execute()
        return due


def _publication_is_due(activation: Any) -> bool:
    """Whether 公表日時 has come, as it is set now: it may be moved while the year waits for it."""
    at = Cycle.objects.values_list("publish_at", flat=True).get(pk=activation.process.cycle_id)
    return at is None or at <= clock.now()


def advance_all() -> None:
    """The sweep's part: every year that is under way."""
    for process in YearProcess.objects.filter(finished=None).exclude(cycle__state=CycleState.DRAFT):
        fire(process)
