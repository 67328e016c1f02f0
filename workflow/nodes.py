"""The two nodes that the open edition of Viewflow leaves to its users: a human step without its own pages, and a
background job that survives the loss of its worker and of the broker."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from viewflow import this
from viewflow.workflow import flow
from viewflow.workflow.activation import Activation
from viewflow.workflow.models import Task
from viewflow.workflow.nodes.job import AbstractJob, AbstractJobActivation
from viewflow.workflow.status import STATUS

from review.background.services import jobs
from review.background.services.jobs import Claim

FLOW_JOB = "flow_job"
Work = Callable[[Claim, Any], Callable[[], None] | None]


class Step(flow.View):
    """A step that a person takes. Its pages are Meguri's own; who may take it is decided in review.permissions."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(None, **kwargs)


class JobActivation(AbstractJobActivation):
    """A task whose work is a row of review.models.Job: the row is the record, the broker only the doorbell."""

    @Activation.status.transition(source=STATUS.NEW, target=STATUS.SCHEDULED)
    def activate(self) -> None:
        """Ask for the job in the transaction that brought the process here."""
        self.task.save()
        jobs.request(
            FLOW_JOB,
            key=f"{FLOW_JOB}:{self.task.external_task_id}",
            args={"task": self.task.pk, "step": f"{self.flow_class.__name__}.{self.flow_task.name}"},
            cycle=getattr(self.process, "cycle", None),
        )

    @Activation.status.transition(source=STATUS.STARTED)
    def execute(self) -> None:
        """Complete and go on. Unlike Viewflow's own, an error further down undoes the whole finish, so that the job
        is tried again and no frame's local variables are stored."""
        self.complete()
        self.activate_next()


class Job(AbstractJob):
    """Work done by a worker. `work(claim, process)` runs without any lock and must be repeatable; it may return a
    function that is called in the finishing transaction, under the process lock and behind the fence."""

    activation_class = JobActivation

    def __init__(self, work: Work, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._work: Work = work

    def _resolve(self, instance: Any) -> None:
        super()._resolve(instance)
        self._work = this.resolve(instance, self._work)

    def work(self, claim: Claim, process: Any) -> Callable[[], None] | None:
        """Do the node's work."""
        return self._work(claim, process)


def run_flow_job(claim: Claim) -> None:
    """Start the task, do its work, and finish job and task in one transaction."""
    task = Task.objects.get(pk=claim.args["task"])
    with task.activation() as activation:
        if activation.task.status == STATUS.DONE:
            with claim.finishing():
                return
        activation.start()
    finish = task.flow_task.work(claim, activation.process)
    # The process lock comes first everywhere, then the job's row.
    with transaction.atomic(), task.activation() as activation, claim.finishing():
        if finish:
            finish()
        activation.execute()
