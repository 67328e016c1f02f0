"""What a step leaves in Viewflow's own tables, written for many processes at once.

The only module that knows these tables from the inside: a human task done, the gateway behind it, the task that waits
next. What it writes is row by row what the activations write one at a time (tests/workflow/test_in_sets.py).
"""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from viewflow.workflow.models import Task
from viewflow.workflow.status import STATUS

from review.models import ReviewState, User


def complete_all(tasks: Sequence[Task], user: User, state: ReviewState) -> None:
    """Let the person have done these human tasks, all of one node, on sheets that are now in this state; each process goes
    through the gateway behind the node to the next one. The caller holds the locks of the processes."""
    if not tasks:
        return
    gateway = tasks[0].flow_task._next
    Task.objects.filter(pk__in=[task.pk for task in tasks]).update(
        status=STATUS.DONE, owner=user, data={}, started=timezone.now(), finished=timezone.now()
    )
    passed = _after(tasks, gateway, status=STATUS.DONE, finished=timezone.now())
    _after(passed, branch(gateway, state))


def branch(gateway: Any, state: ReviewState) -> Any:
    """Where the gateway leads a sheet in this state."""
    return next(node for node, condition in gateway._branches if condition is None or state in condition.states)


def _after(tasks: Sequence[Task], node: Any, **values: Any) -> list[Task]:
    """One task of the node behind each of these, linked to it."""
    made = Task.objects.bulk_create(
        Task(process_id=one.process_id, flow_task=node, flow_task_type=node.task_type, token=one.token, **values)
        for one in tasks
    )
    Task.previous.through.objects.bulk_create(
        Task.previous.through(from_task_id=after.pk, to_task_id=before.pk)
        for before, after in zip(tasks, made, strict=True)
    )
    return made
