"""Jobs: durable work under a short lease.

A worker claims a job (`claim`), works without any lock while a heartbeat renews the lease, and finishes in a
transaction that demands its token (`finish`): a worker that was taken for dead finds the token changed and its
result refused. Recovery never waits for the broker: the sweep rings again for every job that is due.
"""

from __future__ import annotations

import errno
import logging
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import close_old_connections, connection, transaction
from django.db.models import F, Q, QuerySet

from review import clock
from review.domain.events import Event
from review.models import Cycle, Job, JobState, User
from review.services import audit, doorbell, outbox

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
# A job whose worker dies each time (memory, a crash) leaves no error behind: it is stopped all the same.
MAX_CRASHES = 10
Handler = Callable[["Claim"], None]
_handlers: dict[str, Handler] = {}
_explained: dict[type[BaseException], str] = {}

NO_SPACE = "ファイルを保存する空き容量が足りません。空きを作ってから「再実行」を押してください。"
NO_ANSWER = "接続先が応答しません。しばらくして「再実行」を押してください。"
CRASHED = (
    "処理の途中でワーカーが繰り返し止まりました。メモリー不足などが考えられます。"
    "ワーカーの記録を確かめてから「再実行」を押してください。"
)
UNKNOWN = "処理の途中で問題が起きました。「再実行」を押しても続く場合は、照会番号を添えて管理者に連絡してください。"
NO_SPACE_ERRORS = {errno.EFBIG, errno.ENOSPC, errno.EDQUOT}
# lxml tells of a full disk in an error that is no OSError and carries the errno's name as its words.
NO_SPACE_NAMES = {f"IO_{errno.errorcode[number]}" for number in NO_SPACE_ERRORS}


class LeaseLost(Exception):
    """Another worker took the job over; this one's result must not count."""


class Failure(Exception):
    """A failure with a cause in plain words for the operator. `final` failures are not tried again by themselves."""

    def __init__(self, cause: str, *, final: bool = False) -> None:
        super().__init__(cause)
        self.final = final


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One worker's hold on one job: the fence `token`, and the request counter that the work answers to."""

    job_id: int
    kind: str
    args: Mapping[str, Any]
    token: uuid.UUID
    wanted: int

    def progress(self, done: int, total: int, doing: str) -> None:
        """Show how far the work is. Raises LeaseLost where the job was taken over."""
        kept = Job.objects.filter(pk=self.job_id, token=self.token).update(
            done_steps=done, total_steps=total, doing=doing[:100]
        )
        if not kept:
            raise LeaseLost

    @contextmanager
    def finishing(self) -> Iterator[Job]:
        """A transaction that holds the job's row and ends it as done; whatever is written inside commits with it."""
        with transaction.atomic():
            job = Job.objects.select_for_update(no_key=True).filter(pk=self.job_id, token=self.token).first()
            if job is None or job.state != JobState.RUNNING:
                raise LeaseLost
            yield job
            _close(job, built=self.wanted)


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Register the function that does jobs of a kind. It must end by `with claim.finishing(): …`."""

    def register(function: Handler) -> Handler:
        _handlers[kind] = function
        return function

    return register


def request(
    kind: str, *, key: str, args: Mapping[str, Any] | None = None, cycle: Cycle | None = None, delay: float = 0
) -> Job:
    """Ask for a job; the same key again only raises what is wanted of it. `delay` seconds gather several requests."""
    due = clock.shared(timedelta(seconds=delay))
    job, made = Job.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "args": dict(args or {}),
            "cycle": cycle,
            "created_at": clock.now(),
            "not_before": due,
        },
    )
    if not made:
        Job.objects.filter(pk=job.pk).update(wanted=F("wanted") + 1)
        Job.objects.filter(pk=job.pk, state=JobState.DONE).update(
            state=JobState.WAITING, attempts=0, cause="", not_before=due
        )
    doorbell.ring_after_commit("job", job.pk, delay=delay)
    return job


def _due() -> QuerySet[Job]:
    waiting = Q(state=JobState.WAITING, not_before__lte=clock.shared())
    dropped = Q(state=JobState.RUNNING, leased_until__lt=clock.shared())
    return Job.objects.filter(waiting | dropped)


def due_ids(limit: int = 200) -> list[int]:
    """Jobs that wait or whose worker fell silent, oldest first."""
    return list(_due().order_by("pk").values_list("pk", flat=True)[:limit])


def claim(job_id: int) -> Claim | None:
    """Take the job for `MEGURI_LEASE_SECONDS`; None where it is done, running elsewhere, or not yet due."""
    if _stopped_for_crashes(job_id):
        return None
    token = uuid.uuid4()
    taken = (
        _due()
        .filter(pk=job_id)
        .update(
            state=JobState.RUNNING,
            token=token,
            leased_until=_lease(),
            attempts=F("attempts") + 1,
            done_steps=0,
            total_steps=0,
            doing="",
        )
    )
    if not taken:
        return None
    job = Job.objects.get(pk=job_id)
    return Claim(job_id=job.pk, kind=job.kind, args=job.args, token=token, wanted=job.wanted)


def _stopped_for_crashes(job_id: int) -> bool:
    """Fail the job where its worker fell silent too often; True where it did."""
    dropped = _due().filter(pk=job_id, state=JobState.RUNNING, attempts__gte=MAX_CRASHES)
    if not dropped.exists():
        return False
    with transaction.atomic():
        job = dropped.select_for_update(no_key=True).first()
        if job:
            _stop(job, cause=CRASHED, reference=uuid.uuid4().hex[:8])
    return True


def _stop(job: Job, *, cause: str, reference: str) -> None:
    """End the tries and tell the operators, in the current transaction."""
    job.state, job.cause, job.reference = JobState.FAILED, cause, reference
    job.token = job.leased_until = None
    job.save(update_fields=["state", "cause", "reference", "token", "leased_until"])
    outbox.announce(
        Event.JOB_FAILED, key=f"{job.pk}:{reference}", cycle=job.cycle, payload={"job": job.pk, "cause": cause}
    )


def renew(held: Claim) -> bool:
    """Lengthen the lease; False where it was lost."""
    return bool(Job.objects.filter(pk=held.job_id, token=held.token).update(leased_until=_lease()))


def _lease() -> Any:
    return clock.shared(timedelta(seconds=settings.MEGURI_LEASE_SECONDS))


@contextmanager
def _heartbeat(held: Claim) -> Iterator[None]:
    """Renew the lease every `MEGURI_HEARTBEAT_SECONDS` on a connection of its own, outside the work's transaction."""
    stop = threading.Event()

    def beat() -> None:
        while not stop.wait(settings.MEGURI_HEARTBEAT_SECONDS):
            try:
                if not renew(held):
                    return
            except Exception:  # a missed beat costs at most the lease; the work itself will find out
                logger.warning("heartbeat of job %s missed", held.job_id)
                close_old_connections()
        connection.close()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=5)


def run(job_id: int) -> str:
    """Do the job if it is due. Returns "done", "failed", "lost" or "nothing"; never raises for what the work did."""
    held = claim(job_id)
    if held is None:
        return "nothing"
    try:
        with _heartbeat(held):
            _handlers[held.kind](held)
    except LeaseLost:
        return "lost"
    except Exception as error:
        return _fail(held, error)
    if Job.objects.filter(pk=job_id, state=JobState.WAITING).exists():
        doorbell.ring_after_commit("job", job_id)
    return "done"


def _close(job: Job, *, built: int) -> None:
    job.refresh_from_db(fields=["wanted"])
    job.built = max(job.built, built)
    job.state = JobState.DONE if job.built >= job.wanted else JobState.WAITING
    job.token = None
    job.leased_until = None
    job.cause = ""
    job.attempts = 0
    job.not_before = clock.shared()
    job.finished_at = clock.now()
    job.save(
        update_fields=["built", "state", "token", "leased_until", "cause", "attempts", "not_before", "finished_at"]
    )


def _fail(held: Claim, error: Exception) -> str:
    reference = uuid.uuid4().hex[:8]
    # Values may be personal data: the log gets the trace, the database only a plain sentence.
    logger.exception("job %s (%s) failed, reference %s", held.job_id, held.kind, reference)
    cause = str(error) if isinstance(error, Failure) else _plain(error)
    with transaction.atomic():
        job = Job.objects.select_for_update(no_key=True).filter(pk=held.job_id, token=held.token).first()
        if job is None:
            return "lost"
        if job.attempts >= MAX_ATTEMPTS or (isinstance(error, Failure) and error.final):
            _stop(job, cause=cause, reference=reference)
            return "failed"
        pause = min(300, 2**job.attempts)
        job.state, job.cause, job.reference = JobState.WAITING, cause, reference
        job.token = job.leased_until = None
        job.not_before = clock.shared(timedelta(seconds=pause))
        job.save(update_fields=["state", "cause", "reference", "token", "leased_until", "not_before"])
        doorbell.ring_after_commit("job", job.pk, delay=pause)
    return "failed"


def explain(kind: type[BaseException], sentence: str) -> None:
    """Let errors of a kind, which a storey above knows, be recorded in these words."""
    _explained[kind] = sentence


def _plain(error: BaseException) -> str:
    """The cause in plain words: that of the error, or of the error behind it."""
    seen: list[BaseException] = []
    behind: BaseException | None = error
    while behind is not None and behind not in seen:
        seen.append(behind)
        behind = behind.__cause__ or behind.__context__
    return next(filter(None, map(_words, seen)), UNKNOWN)


def _words(error: BaseException) -> str:
    for kind, sentence in _explained.items():
        if isinstance(error, kind):
            return sentence
    if (isinstance(error, OSError) and error.errno in NO_SPACE_ERRORS) or str(error) in NO_SPACE_NAMES:
        return NO_SPACE
    return NO_ANSWER if isinstance(error, (ConnectionError, TimeoutError)) else ""


def retry(*, user: User, job_id: int) -> None:
    """Let a failed job run again."""
    with transaction.atomic():
        changed = Job.objects.filter(pk=job_id, state__in=[JobState.FAILED, JobState.GIVEN_UP]).update(
            state=JobState.WAITING, attempts=0, not_before=clock.shared()
        )
        if changed:
            audit.write(actor=user, action="job.retry", subject=f"job:{job_id}")
            doorbell.ring_after_commit("job", job_id)


def give_up(*, user: User, job_id: int, reason: str) -> None:
    """Stop trying, with a reason."""
    with transaction.atomic():
        changed = Job.objects.filter(pk=job_id, state=JobState.FAILED).update(state=JobState.GIVEN_UP, cause=reason)
        if changed:
            audit.write(actor=user, action="job.give_up", subject=f"job:{job_id}", after={"reason": reason})
