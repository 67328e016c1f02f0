"""Many sheets decided on by one press of a button: at once where that takes less than a second, else by a job.

What was done and what was refused is kept in the transaction that did it: whoever goes on after a kill decides nothing twice.
"""

import math
import time
from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from review.assessment.services import approval
from review.background.services import jobs
from review.models import Cycle, Job, JobState, Meeting, User
from review.trail.services import audit
from workflow import steps

KIND = "sheets_together"
DESTINATIONS = {"return_department": approval.TO_DEPARTMENT, "return_review": approval.TO_REVIEW}
#: So long a person waits, for so many sheets at most; the rest is a worker's.
SECONDS, FEW = 0.7, 100
#: What came of it: the ids that were done, {id: why not}, and the number of the job where it is still at work.
Answer = tuple[list[int], dict[int, str], int]


def ask(
    *,
    user: User,
    step: str,
    chosen: list[tuple[int, int]],
    cycle: Cycle,
    meeting: Meeting | None = None,
    comment: str = "",
    refused: Mapping[int, str] = MappingProxyType({}),
) -> Answer:
    """Take the step ("confirm", "approve", or where to return to) on the year's sheets, `chosen` as (id, round), in the
    user's name. `refused` were before."""
    given = {"meeting": meeting and meeting.pk, "comment": comment, "chosen": [*dict(chosen).items()]}
    origin = {"language": translation.get_language(), "address": audit.address(), "request": audit.request_id()}
    args = {"user": user.pk, "step": step, **given, **origin}
    with transaction.atomic():
        job = jobs.request(KIND, key=f"{KIND}:{uuid4().hex}", args=args, cycle=cycle)
        Job.objects.filter(pk=job.pk).update(outcome={"done": [], "refused": dict(refused)})
    if len(chosen) <= FEW:
        jobs.run(job.pk, partial(work_on, seconds=SECONDS))
    return answer_of(Job.objects.get(pk=job.pk))


def answer_of(job: Job) -> Answer:
    """What came of it so far."""
    over, outcome = job.state in (JobState.DONE, JobState.GIVEN_UP), job.outcome or {"done": [], "refused": {}}
    return outcome["done"], {int(pk): why for pk, why in outcome["refused"].items()}, 0 if over else job.pk


def work_on(held: jobs.Claim, seconds: float = math.inf) -> None:
    """The job, for so long: the next part of what is left, in the name of the person, who must still be allowed to do it."""
    args, until = held.args, time.monotonic() + seconds
    done, refused, _at_work = answer_of(Job.objects.get(pk=held.job_id))
    left = [(pk, seen) for pk, seen in args["chosen"] if pk not in {*done, *refused}]
    total = len(done) + len(refused) + len(left)

    def keep(accepted: list[int], why: dict[int, str]) -> None:
        done.extend(accepted)
        refused.update(why)
        doing = {"confirm": _("確認しています"), "approve": _("承認しています")}.get(
            args["step"], _("差し戻しています")
        )
        held.progress(len(done) + len(refused), total, doing, outcome={"done": done, "refused": refused})

    words: dict[str, Any] = {"meeting": Meeting.objects.filter(pk=args["meeting"]).first()} if args["meeting"] else {}
    step: Any = {"confirm": steps.confirm, "approve": steps.approve}.get(args["step"], steps.return_from_approval)
    if args["step"] in DESTINATIONS:
        words |= {"to": DESTINATIONS[args["step"]], "comment": args["comment"]}
    with translation.override(args["language"]), audit.origin(address=args["address"], request_id=args["request"]):
        keep([], {})
        person = User.objects.get(pk=args["user"])
        for _part in steps.in_parts(step, user=person, chosen=left, keep=keep, **words):
            if time.monotonic() > until:
                break
    with held.finishing() as job:
        if len(done) + len(refused) < total:
            jobs.request(KIND, key=job.key)
        else:  # what the person gave to it is in the decisions now
            Job.objects.filter(pk=job.pk).update(args={"user": args["user"], "step": args["step"]})
