"""処理の状況: what works in the background, what waits, what failed, and the operator's few buttons."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from review import clock, permissions, queries
from review.background.services import jobs as work
from review.background.services import making, outbox
from review.domain.events import Event
from review.mail.services import holding, mailing
from review.models import Heartbeat, Job, JobState, Mail, MailState, OutboxEvent
from review.operations.services import alarm, signs
from review.screens.forms.fields import ReasonForm
from review.screens.views.acts import page
from review.screens.views.questions import page_of
from review.screens.views.signed_in import SignedInRequest
from review.trail.services import audit

PAGE = 30

PUBLISHING = {"AnnualCycleFlow.publish", "CorrectionFlow.publish"}

#: job state -> the state word of the chips
CHIPS = {
    JobState.WAITING: "queued",
    JobState.RUNNING: "running",
    JobState.DONE: "done",
    JobState.FAILED: "failed",
    JobState.GIVEN_UP: "excluded",
}


@require_safe
def jobs(request: SignedInRequest) -> HttpResponse:
    now = clock.now()
    waiting = queries.backlog()
    state = request.GET.get("state", "")
    listed = Job.objects.select_related("cycle").order_by("-pk")
    if state in JobState.values:
        listed = listed.filter(state=state)
    listed_page = page_of(request, listed, PAGE)
    counts = queries.job_counts()
    context = {
        "workers": list(workers_of(now)),
        "signs": signs.read(now),
        "alert": signs.oldest_late(waiting, now),
        "wrong_clocks": list(Heartbeat.objects.filter(at__gt=clock.shared(clock.SLACK)).order_by("name")),
        "failed": shown(Job.objects.filter(work.TROUBLED).select_related("cycle").order_by("-pk")[:PAGE]),
        "parked_events": parked_events(),
        "parked_mails": Mail.objects.filter(state=MailState.PARKED).select_related("recipient").order_by("pk")[:PAGE],
        "resent": Mail.objects.filter(attempts__gt=1).select_related("recipient").order_by("-pk")[:PAGE],
        "may_retry": permissions.may_retry_jobs(request.user),
        "held_since": holding.since(),
        "may_let_go": permissions.may_manage_people(request.user),
        "page_obj": listed_page,
        "rows": shown(listed_page),
        "tabs": tabs_of(counts, state),
        "live": making.SELDOM,
        "waiting_count": sum(part["count"] for part in waiting.values()),
    }
    return page(request, "operations/jobs.html", _("処理の状況"), context=context)


def workers_of(now: datetime) -> Iterator[dict[str, Any]]:
    """The workers that showed themselves today, and whether that is too long ago."""
    for beat in Heartbeat.objects.filter(at__gt=now - timedelta(days=1)).order_by("-at"):
        if beat.name.startswith(alarm.WORKER):
            late = clock.is_past(beat.at, signs.patience(), now)
            yield {"name": beat.name.removeprefix(alarm.WORKER), "at": beat.at, "late": late}


def tabs_of(counts: dict[str, int], chosen: str) -> list[dict[str, Any]]:
    here = reverse("meguri:jobs")
    whole = {"label": _("すべて"), "url": f"{here}#all", "count": sum(counts.values()), "current": not chosen}
    return [whole] + [
        {"label": s.label, "url": f"{here}?state={s.value}#all", "count": counts[s.value], "current": chosen == s}
        for s in JobState
    ]


def shown(rows: Any) -> list[dict[str, Any]]:
    return [
        {
            "job": job,
            "kind": making.words_of(job),
            # Publishing is all or nothing: the first question after a failure is what citizens see now.
            "unchanged": job.args.get("step") in PUBLISHING and job.state in (JobState.FAILED, JobState.GIVEN_UP),
            "chip": CHIPS[JobState(job.state)],
            "word": job.get_state_display(),
        }
        for job in rows
    ]


def parked_events() -> list[dict[str, Any]]:
    rows = OutboxEvent.objects.filter(delivered_at=None, parked_at__isnull=False).select_related("cycle").order_by("pk")
    words = {event.value: event.label for event in Event}
    return [{"row": row, "kind": _(words.get(row.name, row.name))} for row in rows[:PAGE]]


# --- the operator's acts --------------------------------------------------------------------------------------------


@require_POST
def retry_all(request: SignedInRequest) -> HttpResponse:
    """Let every failed job and every parked event run again, once their cause is gone."""
    with transaction.atomic():
        begun = {"jobs": work.retry_all(), "events": outbox.release()}
        audit.write(request.user, "job.retry_all", "jobs", after=begun)
    count = sum(map(len, begun.values()))
    messages.success(
        request, _("%(count)d件をもう一度始めました。しばらくすると、この画面に結果が出ます。") % {"count": count}
    )
    return redirect("meguri:jobs")


@require_POST
def job_retry(request: SignedInRequest, pk: int) -> HttpResponse:
    get_object_or_404(Job, pk=pk)
    work.retry(user=request.user, job_id=pk)
    messages.success(request, _("処理をもう一度始めました。しばらくすると、この画面に結果が出ます。"))
    return redirect("meguri:jobs")


def job_give_up(request: SignedInRequest, pk: int) -> HttpResponse:
    """Stop trying, with a reason; a page of its own says what that means."""
    job = get_object_or_404(Job, pk=pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        work.give_up(user=request.user, job_id=pk, reason=form.cleaned_data["reason"])
        messages.success(request, _("処理を中止しました。理由を記録しました。"))
        return redirect("meguri:jobs")
    trail = _("処理の状況"), reverse("meguri:jobs")
    return page(request, "operations/job_give_up.html", _("処理を中止する"), trail, form=form, row=shown([job])[0])


#: What was parked -> its rows, what lets one go, and what is said then.
PARKED: dict[str, tuple[Any, Callable[[int], object], Any]] = {
    "event": (OutboxEvent, outbox.release, gettext_lazy("もう一度準備します。")),
    "mail": (Mail, mailing.release, gettext_lazy("もう一度送信します。")),
}


@require_POST
def parked_release(request: SignedInRequest, kind: str, pk: int) -> HttpResponse:
    model, release, sentence = PARKED[kind]
    get_object_or_404(model, pk=pk)
    with transaction.atomic():
        release(pk)
        audit.write(request.user, f"{kind}.release", f"{kind}:{pk}")
    messages.success(request, sentence)
    return redirect("meguri:jobs")


@require_POST
def mail_let_go(request: SignedInRequest) -> HttpResponse:
    """Mail was held after a restore: send it again. Which button was pressed says what becomes of the mails from before."""
    send_old = request.POST.get("old") == "send"
    count = holding.let_go(user=request.user, send_old=send_old)
    sent = _("メールの送信を再開しました。待っていた%(count)d通も送ります。")
    parked = _("メールの送信を再開しました。待っていた%(count)d通は、保留にしました。")
    words = _("メールの送信は、もう再開されています。") if count is None else sent if send_old else parked
    messages.success(request, words % {"count": count})
    return redirect("meguri:jobs")
