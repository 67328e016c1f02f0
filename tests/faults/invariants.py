"""What must hold after every fault, asked of the database and the files: each committed change has all its effects,
each once, and nothing stands half done."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import Count

from review import clock, wiring
from review.books.services import artifacts, workbooks
from review.domain.events import Event
from review.models import (
    Artifact,
    AuditEntry,
    Decision,
    Job,
    JobState,
    Mail,
    MailState,
    MeasureReview,
    Notification,
    OutboxEvent,
    ReviewState,
    Submission,
    Verdict,
)
from review.notices.services.notice_table import NOTICES
from review.trail.services import audit_chain, whole_files

# The step that must be open in each state of a sheet.
OPEN_STEP = {
    ReviewState.NOT_STARTED: "submit",
    ReviewState.EDITING: "submit",
    ReviewState.RETURNED: "submit",
    ReviewState.SUBMITTED: "review",
    ReviewState.REVIEWED: "approve",
}


def waiting() -> list[str]:
    """What is left to deliver, to run or to send; empty when all is quiet. Refused mails are the checks' business."""
    left = {
        "events": OutboxEvent.objects.filter(delivered_at=None).count(),
        "jobs": Job.objects.filter(state__in=[JobState.WAITING, JobState.RUNNING]).count(),
        "failed jobs": Job.objects.filter(state=JobState.FAILED, final=False).count(),
        "mails": Mail.objects.filter(state__in=[MailState.WAITING, MailState.SENDING]).count(),
        "notices": Notification.objects.filter(mail=None, mail_after__lte=clock.shared()).count(),
    }
    return [f"{count} {name}" for name, count in left.items() if count]


def check(since: int, keys: list[str]) -> dict[str, Any]:
    """Look at everything after event `since`, and at every sheet, job and file. `keys`: the acknowledged events.

    Returns the violations in words, and the number up to which the events were looked at.
    """
    wrong = [*_events(since), *_acknowledged(keys), *_requests(), *_sheets(), *_files(), *_mails()]
    report = audit_chain.verify()
    wrong += [f"audit chain: {fault}" for fault in report.faults]
    last = OutboxEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    return {"wrong": wrong, "last": last, "events": OutboxEvent.objects.filter(pk__gt=since).count()}


def _events(since: int) -> Iterator[str]:
    for row in OutboxEvent.objects.filter(pk__gt=since).select_related("cycle", "review", "actor").order_by("pk"):
        if row.parked_at or not row.delivered_at:
            yield f"{row.key} was not delivered: {row.cause}"
        yield from _notices(row)
        if row.review_id:
            yield from _audited(row)


def _notices(row: OutboxEvent) -> Iterator[str]:
    there = set(Notification.objects.filter(key__startswith=f"{row.pk}:").values_list("key", flat=True))
    if row.name == Event.CYCLE_OPENED:  # its audience is what stood then
        if not there:
            yield f"{row.key} told nobody"
        return
    people = {user.pk for notice in NOTICES[Event(row.name)] if notice.fits(row) for user in notice.to(row)} - {
        row.actor_id
    }
    expected = {f"{row.pk}:{person}" for person in people}
    if there != expected:
        yield f"{row.key}: notices {sorted(there)} instead of {sorted(expected)}"


def _audited(row: OutboxEvent) -> Iterator[str]:
    _, review, entry = row.key.split(":")
    lines = AuditEntry.objects.filter(subject=f"review:{review}", pk=int(entry))
    if lines.count() != 1:
        yield f"{row.key}: {lines.count()} audit rows"


def _acknowledged(keys: list[str]) -> Iterator[str]:
    """Each step has its audit row, and the event that carries that row's number."""
    for key in keys:
        name, review, round_, action = key.split(":")
        entries = AuditEntry.objects.filter(subject=f"review:{review}", action=action, after__round=int(round_))
        events = {f"{name}:{review}:{entry}" for entry in entries.values_list("pk", flat=True)}
        if not OutboxEvent.objects.filter(key__in=events).exists():
            yield f"lost: {key} was acknowledged"


def _requests() -> Iterator[str]:
    """An event delivered twice would have asked for its books twice."""
    for job in Job.objects.exclude(state=JobState.DONE):
        yield f"job {job.key} is {job.state}: {job.cause}"
    sheet_events = [
        event for event, reactions in wiring.TABLES.reactions.items() if workbooks.rebuild_sheet in reactions
    ]
    requests = Counter(OutboxEvent.objects.filter(name__in=sheet_events).values_list("review_id", flat=True))
    for job in Job.objects.filter(kind=workbooks.SHEET):
        if not job.wanted == job.built == requests[job.args["review"]]:
            yield f"{job.key}: {requests[job.args['review']]} events, {job.wanted} asked for, {job.built} built"


def _sheets() -> Iterator[str]:
    for review in MeasureReview.objects.select_related("process"):
        steps = [task.flow_task.name for task in review.process.task_set.filter(finished=None)]
        if steps != [OPEN_STEP[ReviewState(review.state)]]:
            yield f"sheet {review.pk} is {review.state}, its flow stands at {steps}"
        last = AuditEntry.objects.filter(subject=f"review:{review.pk}", after__has_key="state").order_by("-pk").first()
        if last and last.after["state"] != review.state:
            yield f"sheet {review.pk} is {review.state}, the audit says {last.after['state']}"
        if Submission.objects.filter(review=review).count() != review.round:
            yield f"sheet {review.pk} is in round {review.round} with another number of submissions"
        yield from _decision(review)


def _decision(review: MeasureReview) -> Iterator[str]:
    taken = list(Decision.objects.filter(review=review, round=review.round).order_by("pk"))
    ends_with = {ReviewState.SUBMITTED: None, ReviewState.REVIEWED: Verdict.ACCEPT}
    if review.state in ends_with:
        if (taken[-1].verdict if taken else None) != ends_with[ReviewState(review.state)]:
            yield f"sheet {review.pk} is {review.state} after {taken}"
    elif review.state == ReviewState.RETURNED and (not taken or taken[-1].verdict == Verdict.ACCEPT):
        yield f"sheet {review.pk} was returned by no decision"


def _files() -> Iterator[str]:
    scopes = Artifact.objects.order_by().values("kind", "cycle", "review", "edition", "revision")
    yield from (f"{row} exists {row['n']} times" for row in scopes.annotate(n=Count("pk")).filter(n__gt=1))
    artifacts.remove_orphans(older_than=timedelta(seconds=-5))
    stored = {row.path: row for row in Artifact.objects.filter(retired_at=None)}
    there = {
        name for name in whole_files.names() if name.split("/")[-2:-1] in [[folder] for folder in artifacts.FOLDERS]
    }
    yield from (f"no row for the file {name}" for name in sorted(there - set(stored)) if not _being_retired(name))
    for name, row in stored.items():
        what = whole_files.state_of(row)
        # A sweep may have retired it since the rows were read: the row first, then its file.
        if what and Artifact.objects.filter(pk=row.pk, retired_at=None).exists():
            yield f"{what}: the file of the row {name}"


def _being_retired(name: str, patience: float = 2) -> bool:
    """Whether a sweep was between a row that it retired and its file: then the file is gone in a moment."""
    deadline = time.monotonic() + patience
    while default_storage.exists(name) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not default_storage.exists(name)


def _mails() -> Iterator[str]:
    for mail in Mail.objects.exclude(state=MailState.SENT):
        yield f"mail {mail.message_id} is {mail.state}: {mail.cause}"
    twice = Notification.objects.values("key").annotate(n=Count("pk")).filter(n__gt=1)
    yield from (f"notice {row['key']} exists {row['n']} times" for row in twice)
