"""A process that works as the web does, at the word of the bench: `python -m tests.faults.desk`.

A line of JSON on its input is one call, a line on its output the answer. It decides through the same steps as the
screens, rings the same bell, and can be told to die between a commit and its bell.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import django

CALLS: dict[str, Callable[..., Any]] = {}


def call(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let the bench call this by its name."""
    CALLS[function.__name__] = function
    return function


# --- the year ----------------------------------------------------------------------------------------------------


@call
def set_up(sheets: int) -> list[int]:
    """Make the cast and open a year; the sheets come by a worker. Returns nothing yet: ask for `sheets`."""
    from tests.cast import Cast
    from workflow import steps

    cast = Cast.build()
    cycle = cast.draft(sheets, indicators=1)
    steps.open_year(user=cast.reviewer2, cycle_id=cycle.pk)
    return []


@call
def sheets() -> list[int]:
    from review.models import MeasureReview

    return list(MeasureReview.objects.order_by("pk").values_list("pk", flat=True))


@call
def act(review: int) -> dict[str, Any]:
    """Take the sheet's next step; returns the key of its event and how long the request took."""
    from review.models import MeasureReview, ReviewState, User

    row = MeasureReview.objects.get(pk=review)
    who = {user.username: user for user in User.objects.filter(username__in=["contributor", "reviewer2", "approver"])}
    step = {ReviewState.SUBMITTED: _review, ReviewState.REVIEWED: _send_back}.get(ReviewState(row.state), _submit)
    begun = time.monotonic()
    row, name, action = step(row, who)
    return {"key": f"{name}:{row.pk}:{row.round}:{action}", "seconds": time.monotonic() - begun}


def _submit(row: Any, who: dict[str, Any]) -> tuple[Any, str, str]:
    from review.sheet.services import submission
    from workflow import steps

    keys = [key for key in submission.current_texts(row) if key.endswith(":actual")]
    texts = {
        **dict.fromkeys(keys, f"{random.randint(100, 999)}件"),
        "cause": "見本の要因です。",
        "response": "対応です。",
    }
    submission.save_draft(user=who["contributor"], review_id=row.pk, version=row.version, texts=texts)
    return steps.submit(user=who["contributor"], review_id=row.pk), "ActualsSubmitted", "submit"


def _review(row: Any, who: dict[str, Any]) -> tuple[Any, str, str]:
    from workflow import steps

    given = {"user": who["reviewer2"], "review_id": row.pk, "round": row.round}
    if random.random() < 0.3:
        return steps.confirm(**given), "SubmissionReviewed", "confirm"
    return steps.return_to_department(**given, comment="確かめてください。"), "SubmissionReturned", "return"


def _send_back(row: Any, who: dict[str, Any]) -> tuple[Any, str, str]:
    from review.assessment.services import approval
    from workflow import steps

    given = {"user": who["approver"], "review_id": row.pk, "round": row.round}
    moved = steps.return_from_approval(**given, to=approval.TO_DEPARTMENT, comment="直してください。")
    return moved, "ApprovalReturned", "approval.return"


@call
def decide_together(held_seconds: float) -> dict[str, Any]:
    """Ask for the 確認 of every sheet by one job, which waits so long for the lock of one of them; its number and the sheets."""
    from review.models import Cycle, MeasureReview, User
    from workflow import together

    chosen = list(MeasureReview.objects.order_by("pk").values_list("pk", "round"))
    locked = threading.Event()
    threading.Thread(target=_hold, args=(chosen[-1][0], held_seconds, locked), daemon=True).start()
    locked.wait(10)
    together.FEW = 0
    person, cycle = User.objects.get(username="reviewer2"), Cycle.objects.get()
    answer = together.ask(user=person, step=together.CONFIRM, chosen=chosen, cycle=cycle)
    return {"job": answer.job, "sheets": [pk for pk, _round in chosen]}


def _hold(review: int, seconds: float, locked: threading.Event) -> None:
    """Somebody who takes a long step on the sheet."""
    from django.db import connection, transaction

    from workflow.models import SheetProcess

    with transaction.atomic():
        SheetProcess.objects.select_for_update().get(review=review)
        locked.set()
        time.sleep(seconds)
    connection.close()


@call
def together_answer(job: int) -> dict[str, Any]:
    """What came of a job on many sheets, and how often each of those that it decided was confirmed in that pass."""
    from django.db.models import Count, F

    from review.models import Decision, Job
    from workflow import together

    answer = together.answer_of(Job.objects.get(pk=job))
    rows = Decision.objects.filter(step="review", verdict="accept", review__in=answer.done)
    twice = rows.values("review", "round").annotate(n=Count("pk")).filter(n__gt=1)
    decided = set(rows.values_list("review", flat=True))
    return {
        "settled": sorted([*answer.done, *answer.refused]),
        "failed": answer.failed,
        "lost": sorted(set(answer.done) - decided),
        "twice": list(twice.annotate(sheet=F("review")).values_list("sheet", "round")),
    }


# --- mails -------------------------------------------------------------------------------------------------------


@call
def write_mails(count: int, first: int = 0) -> float:
    """Commit so many mails and ring once, as `gather` does; returns the moment of the commit."""
    from review.background.services import doorbell

    _commit_mails(count, first, "waiting")
    committed = time.time()
    doorbell.ring_after_commit("mail")
    return committed


@call
def write_mails_singly(count: int, first: int = 0) -> float:
    """The same, sent by a task and a connection each. They stand as parked, so that our own sender leaves them be."""
    from tests.faults import one_by_one

    rows = _commit_mails(count, first, "parked")
    committed = time.time()
    for pk in rows:
        one_by_one.send.apply_async(args=[pk], retry=False)
    return committed


def _commit_mails(count: int, first: int, state: str) -> list[int]:
    from review import clock
    from review.models import Mail, User

    person = User.objects.get(username="contributor")
    now = clock.now()
    made = Mail.objects.bulk_create(
        Mail(
            recipient=person, address="contributor@city.example", state=state, subject=f"[めぐり] {first + n}通目",
            message_id=f"<bulk-{first + n}-{os.getpid()}@bench>", body="本文です。\n" * 20, created_at=now,
            not_before=now,
        )
        for n in range(count)
    )  # fmt: skip
    return [row.pk for row in made]


@call
def mails() -> dict[str, Any]:
    """{Message-ID: [state, tries, cause]}."""
    from review.models import Mail

    return {row.message_id: [row.state, row.attempts, row.cause] for row in Mail.objects.all()}


@call
def release_mails() -> int:
    from review.mail.services import mailing
    from review.models import Mail, MailState

    parked = list(Mail.objects.filter(state=MailState.PARKED).values_list("pk", flat=True))
    for pk in parked:
        mailing.release(pk)
    return len(parked)


# --- the background ----------------------------------------------------------------------------------------------


@call
def waiting() -> list[str]:
    from tests.faults import invariants

    return invariants.waiting()


@call
def check(since: int, keys: list[str]) -> dict[str, Any]:
    from tests.faults import invariants

    return invariants.check(since, keys)


@call
def busy() -> dict[str, Any]:
    """What is under way at this moment: how many jobs run, which mails are being sent, what failed."""
    from review.models import Job, JobState, Mail, MailState

    return {
        "jobs": list(Job.objects.filter(state=JobState.RUNNING).values_list("kind", flat=True)),
        "mails": Mail.objects.filter(state=MailState.SENDING).count(),
        "causes": list(Job.objects.exclude(cause="").values_list("cause", flat=True)),
        "tokens": [str(token) for token in Job.objects.exclude(token=None).values_list("token", flat=True)],
    }


@call
def alarms() -> list[str]:
    """The names of the signs that the operator's page shows with an alarm."""
    from review.operations.services import signs

    return [sign.name for sign in signs.read() if sign.alarm]


@call
def request_book() -> None:
    """Ask for the year's book now, as an event would."""
    from review.books.services import workbooks
    from review.models import Cycle

    workbooks.request_year(Cycle.objects.get())


@call
def send_again(times: int) -> int:
    """Put the messages of the latest event, of every sheet's job and of the mails onto the queue, so many times each."""
    from review.models import Job, OutboxEvent
    from tasks import errands

    event = OutboxEvent.objects.latest("pk")
    rows = list(Job.objects.values_list("pk", flat=True))
    for _ in range(times):
        errands.deliver.apply_async(args=[event.pk], retry=False)
        errands.send.apply_async(retry=False)
        for pk in rows:
            errands.run.apply_async(args=[pk], retry=False)
    return times * (2 + len(rows))


@call
def sweeps(count: int) -> None:
    """So many sweeps at once."""
    from tasks.sweep import sweep

    for _ in range(count):
        sweep.apply_async(retry=False)


@call
def die_at_bell() -> None:
    """From now on the first bell after a commit is the end of this process."""
    from review.background.services import doorbell

    doorbell.register(lambda *_: os.kill(os.getpid(), signal.SIGKILL))


@call
def beats() -> dict[str, float]:
    from review.models import Heartbeat

    return {row.name: row.at.timestamp() for row in Heartbeat.objects.all()}


def main() -> None:
    # What the program itself writes, its log first of all, must not stand between the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    django.setup()
    import config.celery  # noqa: F401 (the application whose bell is rung)

    for line in sys.stdin:
        request = json.loads(line)
        try:
            reply: dict[str, Any] = {"answer": CALLS[request.pop("call")](**request)}
        except Exception as error:
            reply = {"error": f"{type(error).__name__}: {error}"}
        django.db.close_old_connections()
        print(json.dumps(reply), file=answers, flush=True)


if __name__ == "__main__":
    main()
