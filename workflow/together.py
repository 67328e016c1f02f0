"""Many sheets decided on by one press of a button: at once where that takes less than a second, else by a job.

What was done and what was refused is kept in the transaction that did it: whoever goes on after a kill decides nothing twice.
"""

import math
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple
from uuid import uuid4

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from review.assessment.services import approval, meetings
from review.background.services import jobs
from review.models import Cycle, Job, JobState, MeasureReview, Meeting, RecordedDecision, User, Verdict
from review.trail.services import audit
from workflow import steps

KIND = "sheets_together"
DESTINATIONS = {"return_department": approval.TO_DEPARTMENT, "return_review": approval.TO_REVIEW}
RECORD, CONFIRM, CONFIRM_RECORDS = "record_", "confirm", "confirm_records"
DOING = {
    CONFIRM: gettext_lazy("確認しています"),
    "approve": gettext_lazy("承認しています"),
    CONFIRM_RECORDS: gettext_lazy("本部の決定を確認しています"),
}
#: So long a person waits, for so many sheets at most; the rest is a worker's.
SECONDS, FEW = 0.7, 100


class Answer(NamedTuple):
    """What came of it so far: the ids that were done, {id: why not}, {id: a sentence} of those on which the step failed for no
    reason of theirs, the job, and whether it is still at work."""

    done: list[int]
    refused: dict[int, str]
    failed: dict[int, str]
    job: int
    at_work: bool

    @property
    def outcome(self) -> dict[str, Any]:
        """As the job keeps it."""
        return {"done": self.done, "refused": self.refused, "failed": self.failed}

    @property
    def settled(self) -> set[int]:
        return {*self.done, *self.refused, *self.failed}


def ask(
    *,
    user: User,
    step: str,
    chosen: list[tuple[int, int]],
    cycle: Cycle,
    meeting: Meeting | None = None,
    comment: str = "",
) -> Answer:
    """Take the step ("confirm", "approve", where to return to, one of these to be recorded, or "confirm_records") on the year's
    sheets in the user's name: `chosen` as (id, round), for "confirm_records" as (id, record)."""
    given = {"meeting": meeting and meeting.pk, "comment": comment, "chosen": [*dict(chosen).items()]}
    origin = {"language": translation.get_language(), "address": audit.address(), "request": audit.request_id()}
    args = {"user": user.pk, "step": step, **given, **origin}
    job = jobs.request(KIND, key=f"{KIND}:{uuid4().hex}", args=args, cycle=cycle)
    if len(chosen) <= FEW:
        jobs.run(job.pk, partial(work_on, seconds=SECONDS))
    return answer_of(Job.objects.get(pk=job.pk))


def answer_of(job: Job) -> Answer:
    """What came of it so far."""
    saved = job.outcome or {}
    refused, failed = ({int(pk): why for pk, why in saved.get(name, {}).items()} for name in ("refused", "failed"))
    at_work = job.state not in (JobState.DONE, JobState.GIVEN_UP)
    return Answer(saved.get("done", []), refused, failed, job.pk, at_work)


def again(job_id: int) -> None:
    """Take the step once more on the sheets on which it failed."""
    with transaction.atomic():
        job = Job.objects.select_for_update(no_key=True).get(pk=job_id)
        answer = answer_of(job)
        if answer.failed and not answer.at_work:
            Job.objects.filter(pk=job_id).update(outcome=answer._replace(failed={}).outcome)
            jobs.request(KIND, key=job.key)


def work_on(held: jobs.Claim, seconds: float = math.inf) -> None:
    """The job, for so long: the next part of what is left, in the name of the person, who must still be allowed to do it."""
    args, until = held.args, time.monotonic() + seconds
    answer = answer_of(Job.objects.get(pk=held.job_id))
    left = [(pk, seen) for pk, seen in args["chosen"] if pk not in answer.settled]
    total = len(answer.settled) + len(left)

    def keep(accepted: list[int], why: Mapping[int, str], failed: Mapping[int, str]) -> None:
        answer.done.extend(accepted)
        answer.refused.update(why)
        answer.failed.update(failed)
        doing = _("記録しています") if args["step"].startswith(RECORD) else _("差し戻しています")
        held.progress(len(answer.settled), total, str(DOING.get(args["step"], doing)), outcome=answer.outcome)

    with translation.override(args["language"]), audit.origin(address=args["address"], request_id=args["request"]):
        person = User.objects.get(pk=args["user"])
        keep([], {}, {})
        for _part in steps.in_parts(**_step_of(args), user=person, chosen=left, keep=keep):
            if time.monotonic() > until:
                break
        with held.finishing() as job:
            if len(answer.settled) < total:
                jobs.request(KIND, key=job.key)
            else:
                _finish(job, answer, person)


def _step_of(args: Mapping[str, Any]) -> dict[str, Any]:
    """The step and the words that go with it."""
    meeting = Meeting.objects.filter(pk=args["meeting"]).first()
    action = args["step"].removeprefix(RECORD)
    to, comment = DESTINATIONS.get(action), args["comment"]
    if action != args["step"]:
        verdicts = meetings.Verdicts(verdict=to.verdict if to else Verdict.ACCEPT, comment=comment)
        return {"take": meetings.record_one, "meeting": meeting, "verdicts": verdicts}
    if to:
        return {"take": steps.return_from_approval, "meeting": meeting, "to": to, "comment": comment}
    plain: dict[str, Callable[..., MeasureReview]] = {CONFIRM: steps.confirm_unasked, CONFIRM_RECORDS: _confirm_record}
    return {"take": plain[action]} if action in plain else {"take": steps.approve, "meeting": meeting}


def _confirm_record(*, user: User, review_id: int, round: int) -> MeasureReview:
    return steps.confirm_record(user=user, record=RecordedDecision.objects.get(pk=round, review=review_id))


def _finish(job: Job, answer: Answer, person: User) -> None:
    """What the person gave to it is in the decisions now, and stays only for what may be tried again."""
    args = job.args
    if args["step"].startswith(RECORD):
        recorded = [pk for pk, _seen in args["chosen"] if pk in answer.done]
        meetings.tell_recorded(person, Meeting.objects.filter(pk=args["meeting"]).first(), recorded)
    saved = {"user": args["user"], "step": args["step"]}
    if answer.failed:
        saved = {**args, "chosen": [pair for pair in args["chosen"] if pair[0] in answer.failed]}
    Job.objects.filter(pk=job.pk).update(args=saved)
