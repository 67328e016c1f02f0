"""What steps leave in Viewflow's own tables, written for many processes at once.

The only module that knows these tables from the inside. What it writes is row by row what the activations write one at a
time (tests/workflow/test_in_sets.py). The caller is in a transaction and holds the locks of the processes.
"""

from collections.abc import Sequence
from typing import Any, cast

from django.db import connection
from django.utils import timezone
from viewflow.workflow.models import Process, Task
from viewflow.workflow.status import PROCESS, STATUS

from review.models import MeasureReview, ReviewState, User
from workflow.models import SheetProcess

#: How many sheets one transaction takes: as many as leave the locks within a second.
SET = 500


def start_all(flow: Any, reviews: Sequence[MeasureReview]) -> None:
    """Start the flow of each of these sheets: its process, the start, and the first task that waits."""
    processes = Process.objects.bulk_create(Process(flow_class=flow) for _review in reviews)
    children = [
        SheetProcess(process_ptr_id=process.pk, review=review)
        for process, review in zip(processes, reviews, strict=True)
    ]
    # bulk_create does not write the tables of an inheriting model; this is what its `save` calls for one row.
    if children:
        SheetProcess._base_manager._insert(
            children, fields=SheetProcess._meta.local_concrete_fields, using=connection.alias
        )
    done = {"status": STATUS.DONE, "started": timezone.now(), "finished": timezone.now()}
    started = Task.objects.bulk_create(
        Task(process_id=process.pk, flow_task=flow.start, flow_task_type=flow.start.task_type, **done)
        for process in processes
    )
    _after(started, flow.start._next)


def complete_all(tasks: Sequence[Task], user: User, state: ReviewState) -> None:
    """Let the person have done these human tasks, all of one node, on sheets that are now in this state; each process goes
    through the gateway behind the node to the next one."""
    if tasks:
        _after(_passed(tasks, owner=user, data={}), branch(tasks[0].flow_task._next, state))


def end_all(tasks: Sequence[Task]) -> None:
    """Let the processes end that wait at these tasks, of one node, and nowhere else."""
    if not tasks:
        return
    now = timezone.now()
    end = tasks[0].flow_task.flow_class.end
    _after(_passed(tasks), end, status=STATUS.DONE, started=now, finished=now)
    Process.objects.filter(pk__in=[task.process_id for task in tasks]).update(status=PROCESS.DONE, finished=now)


def branch(gateway: Any, state: str) -> Any:
    """Where the gateway leads a sheet in this state."""
    return next(node for node, condition in gateway._branches if condition is None or state in condition.states)


def _passed(tasks: Sequence[Task], **values: Any) -> list[Task]:
    """The gateway behind these tasks, which are done now."""
    now, numbers = timezone.now(), [task.pk for task in tasks]
    Task.objects.filter(pk__in=numbers).update(status=STATUS.DONE, started=now, finished=now, **values)
    return _after(tasks, tasks[0].flow_task._next, status=STATUS.DONE, finished=now)


def _after(tasks: Sequence[Task], node: Any, **values: Any) -> list[Task]:
    """One task of the node behind each of these, linked to it."""
    made = Task.objects.bulk_create(
        Task(process_id=one.process_id, flow_task=node, flow_task_type=node.task_type, token=one.token, **values)
        for one in tasks
    )
    through = Task.previous.through
    through.objects.bulk_create(
        through(from_task_id=after.pk, to_task_id=before.pk) for before, after in zip(tasks, made, strict=True)
    )
    return cast("list[Task]", made)
