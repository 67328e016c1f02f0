"""Jobs: durable work under a short lease.

A worker claims a job (`claim`), works without any lock while a heartbeat renews the lease, and finishes in a
transaction that demands its token (`finish`): a worker that was taken for dead finds the token changed and its
result refused. Recovery never waits for the broker: the sweep rings again for every job that is due.

A job that failed often is reported to the operators once, and is still retried: most causes end some day.
Only a `final` failure, caused by the data itself, waits for a person or for a new request.
"""

import logging
import threading
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import close_old_connections, connection, transaction
from django.db.models import F, Q, QuerySet

from review import clock
from review.background.services import causes, doorbell, outbox, tables
from review.domain.events import Event
from review.models import Cycle, Job, JobState, User
from review.trail.services import audit

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
# A job whose worker dies each time (memory, a crash) leaves no error behind: it is stopped all the same.
MAX_CRASHES = 10

CRASHED = (
    "処理の途中でワーカーが繰り返し止まりました。メモリー不足などが考えられます。"
    "ワーカーの記録を確かめてください。間をあけて自動で再実行します。"
)
# Nobody sets a time further ahead: one that lies there was written by a wrong clock, and holds nothing back.
FURTHEST = timedelta(hours=2)
#: One request of many: the job's key, its arguments, and its year.
Requested = tuple[str, Mapping[str, Any], Cycle | None]


class LeaseLost(Exception):
    """Another worker took the job over; this one's result must not count."""


class Failure(Exception):
    """A failure with a cause in plain words for the operator. A `final` one waits for a person or for a new request."""

    def __init__(self, cause: str, *, final: bool = False) -> None:
        super().__init__(cause)
        self.final = final


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One worker's hold on one job: the fence `token`, and the request counter that the work covers."""

    job_id: int
    kind: str
    args: Mapping[str, Any]
    token: uuid.UUID
    requested: int

    def progress(self, done: int, total: int, doing: str, **more: Any) -> None:
        """Show how far the work is, and its `outcome` so far. Raises LeaseLost where the job was taken over."""
        updated = Job.objects.filter(pk=self.job_id, token=self.token).update(
            done_steps=done, total_steps=total, doing=doing[:100], **more
        )
        if not updated:
            raise LeaseLost

    @contextmanager
    def finishing(self) -> Iterator[Job]:
        """A transaction that holds the job's row and ends it as done; whatever is written inside commits with it."""
        with transaction.atomic():
            job = Job.objects.select_for_update(no_key=True).filter(pk=self.job_id, token=self.token).first()
            if job is None or job.state != JobState.RUNNING:
                raise LeaseLost
            yield job
            _close(job, built=self.requested)


def request(
    kind: str, *, key: str, args: Mapping[str, Any] | None = None, cycle: Cycle | None = None, delay: float = 0
) -> Job:
    """Ask for a job; the same key again only raises its request counter, and reopens it where it had failed.

    `delay` seconds gather several requests.
    """
    return request_all(kind, [(key, dict(args or {}), cycle)], delay=delay)[0]


def request_all(kind: str, requests: Iterable[Requested], *, delay: float = 0) -> list[Job]:
    """The same of many jobs of one kind; a key that comes several times was requested so often. Six queries at most."""
    if not (rows := list(requests)):
        return []
    times, first = Counter(key for key, _args, _cycle in rows), {key: (args, cycle) for key, args, cycle in rows}
    due, of_these = clock.shared(timedelta(seconds=delay)), Job.objects.filter(key__in=list(times))
    # In the order of their keys: two requests for the same new jobs must not wait for each other.
    missing = sorted(times.keys() - set(of_these.values_list("key", flat=True)))
    common = {"kind": kind, "wanted": 0, "created_at": clock.now(), "not_before": due}
    new = [Job(key=key, args=first[key][0], cycle=first[key][1], **common) for key in missing]
    with transaction.atomic(savepoint=False):
        Job.objects.bulk_create(new, ignore_conflicts=True)
        made = list(of_these.order_by("pk").select_for_update(no_key=True))
        for often in set(times.values()):
            of_these.filter(key__in=[key for key in times if times[key] == often]).update(wanted=F("wanted") + often)
        anew = {"state": JobState.WAITING, "not_before": due}
        done, failed = of_these.filter(state=JobState.DONE), of_these.filter(state=JobState.FAILED)
        done.update(**anew, attempts=0, cause="", done_steps=0, total_steps=0, doing="")
        # Their tries stay counted: an outage in which people go on working is reported once.
        failed.update(**anew, final=False)
        for job in made:
            doorbell.ring_after_commit("job", job.pk, delay=delay)
    return made


def _due() -> QuerySet[Job]:
    open_again = Q(state=JobState.WAITING) | Q(state=JobState.FAILED, final=False)
    waiting = open_again & clock.reached("not_before", FURTHEST)
    dropped = Q(state=JobState.RUNNING) & clock.reached("leased_until", FURTHEST)
    return Job.objects.filter(waiting | dropped)


def due_ids(limit: int = 200) -> list[int]:
    """Jobs that wait for this or another try, or whose worker fell silent, oldest first."""
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
    return Claim(job_id=job.pk, kind=job.kind, args=job.args, token=token, requested=job.wanted)


def _stopped_for_crashes(job_id: int) -> bool:
    """Fail the job where its worker fell silent too often; True where it did."""
    crashed = Q(state=JobState.RUNNING, attempts__gte=F("ended_attempts") + MAX_CRASHES)
    dropped = _due().filter(crashed, pk=job_id)
    if not dropped.exists():
        return False
    with transaction.atomic():
        job = dropped.select_for_update(no_key=True).first()
        if job:
            job.reference, job.cause = uuid.uuid4().hex[:8], CRASHED
            _fall_back(job, JobState.FAILED, pause=timedelta(seconds=causes.OTHER_PAUSE))
    return True


def _fall_back(job: Job, state: JobState, *, pause: timedelta) -> None:
    """Give the job back until its next try. The operators are notified the first time it counts as failed."""
    tell = state == JobState.FAILED and job.told_at is None
    job.state, job.not_before = state, clock.shared(pause)
    job.token = job.leased_until = None
    job.told_at = clock.now() if tell else job.told_at
    job.save(
        update_fields=[
            "state",
            "cause",
            "reference",
            "token",
            "leased_until",
            "not_before",
            "ended_attempts",
            "final",
            "told_at",
        ]
    )
    if tell:
        payload = {"job": job.pk, "cause": job.cause}
        outbox.announce(Event.JOB_FAILED, key=f"{job.pk}:{job.reference}", cycle=job.cycle, payload=payload)


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


def run(job_id: int, work: tables.Handler | None = None) -> str:
    """Do the job, by its handler or by `work`, if it is due. Returns "done", "failed", "lost" or "nothing"; never raises for
    what the work did."""
    held = claim(job_id)
    if held is None:
        return "nothing"
    try:
        with _heartbeat(held):
            (work or tables.handler_of(held.kind))(held)
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
    job.token = job.leased_until = job.told_at = None
    job.cause, job.final = "", False
    job.attempts = job.ended_attempts = 0
    job.not_before = clock.shared()
    job.finished_at = clock.now()
    job.save(
        update_fields=[
            "built",
            "state",
            "token",
            "leased_until",
            "cause",
            "attempts",
            "ended_attempts",
            "final",
            "told_at",
            "not_before",
            "finished_at",
        ]
    )


def _fail(held: Claim, error: Exception) -> str:
    reference = uuid.uuid4().hex[:8]
    # Values may be personal data: the log gets the trace, the database only a plain sentence.
    logger.exception("job %s (%s) failed, reference %s", held.job_id, held.kind, reference)
    with transaction.atomic():
        job = Job.objects.select_for_update(no_key=True).filter(pk=held.job_id, token=held.token).first()
        if job is None:
            return "lost"
        job.reference, job.cause = reference, str(error) if isinstance(error, Failure) else causes.plain(error)
        job.final = isinstance(error, Failure) and error.final
        job.ended_attempts = job.attempts
        pause = causes.pause(error, job.attempts)
        failed = job.final or job.told_at or job.attempts >= MAX_ATTEMPTS
        _fall_back(job, JobState.FAILED if failed else JobState.WAITING, pause=pause)
        if not job.final:
            doorbell.ring_after_commit("job", job.pk, delay=pause.total_seconds())
    return "failed"


# What stands among the failed: also while the next try is under way.
TROUBLED = Q(state=JobState.FAILED) | Q(told_at__isnull=False, state__in=[JobState.WAITING, JobState.RUNNING])


def retry(*, user: User, job_id: int) -> None:
    with transaction.atomic():
        if _reopen(Job.objects.filter(pk=job_id, state__in=[JobState.FAILED, JobState.GIVEN_UP])):
            audit.write(user, "job.retry", f"job:{job_id}")


def retry_all() -> list[int]:
    """Let every failed job run again now; the ids of those jobs. Whoever asks for it writes the record."""
    return _reopen(Job.objects.filter(state=JobState.FAILED))


def _reopen(rows: QuerySet[Job]) -> list[int]:
    """A person has looked: what fails from now on is reported again."""
    ids = list(rows.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
    Job.objects.filter(pk__in=ids).update(
        state=JobState.WAITING, attempts=0, ended_attempts=0, final=False, told_at=None, not_before=clock.shared()
    )
    for pk in ids:
        doorbell.ring_after_commit("job", pk)
    return ids


def give_up(*, user: User, job_id: int, reason: str) -> None:
    """Stop trying, with a reason. A worker that is at it finds its token gone."""
    with transaction.atomic():
        changed = Job.objects.filter(TROUBLED, pk=job_id).update(
            state=JobState.GIVEN_UP, cause=reason, told_at=None, token=None, leased_until=None
        )
        if changed:
            audit.write(user, "job.give_up", f"job:{job_id}", after={"reason": reason})
