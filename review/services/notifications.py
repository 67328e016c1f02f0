"""Who is told what of which event. The table `NOTICES` is the whole of it.

Delivery of an event makes one notice per person (unique by event and person). Urgent notices leave by mail within
minutes, several for one person in one envelope; the rest waits for the next business morning's digest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from review import clock, permissions
from review.domain.business_days import is_business_day, next_business_day
from review.domain.events import Event
from review.domain.fiscal import wareki
from review.models import Cycle, Department, MeasureReview, Notification, OutboxEvent, Role, User
from review.models.sheet import OPEN_STATES
from review.services import outbox

DIGEST_TIME = time(8, 30)


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One line of the table: who is told, in which words, and whether it asks for an act."""

    to: Callable[[OutboxEvent], Iterable[User]]
    title: str
    body: str = ""
    link: Callable[[OutboxEvent], str]
    urgent: bool = False
    to_act: bool = False


def _review(row: OutboxEvent) -> MeasureReview:
    if row.review is None:
        raise ValueError(f"{row.name} tells of a sheet but names none")
    return row.review


def _year(row: OutboxEvent) -> int:
    if row.cycle is None:
        raise ValueError(f"{row.name} tells of a year but names none")
    return row.cycle.fiscal_year


# --- audiences ---------------------------------------------------------------------------------------------------


def _department(row: OutboxEvent) -> Iterable[User]:
    return permissions.holders(Role.CONTRIBUTOR, Role.HEAD, departments=[_review(row).measure_year.owner])


def _heads(row: OutboxEvent) -> Iterable[User]:
    return permissions.holders(Role.HEAD, departments=[_review(row).measure_year.owner])


def _sender(row: OutboxEvent) -> Iterable[User]:
    """Who sent the sheet, while they still belong to the department; else the whole department."""
    members = permissions.holders(Role.CONTRIBUTOR, Role.HEAD, departments=[_review(row).measure_year.owner])
    sent_by = _review(row).submitted_by_id
    sender = [user for user in members if user.pk == sent_by]
    return sender or members


def _reviewers(row: OutboxEvent) -> Iterable[User]:
    return permissions.holders(Role.REVIEWER)


def _approvers(row: OutboxEvent) -> Iterable[User]:
    return permissions.holders(Role.APPROVER)


def _owners_of_open_sheets(row: OutboxEvent) -> Iterable[User]:
    owners = Department.objects.filter(owned__review__cycle=row.cycle, owned__review__state__in=OPEN_STATES)
    return permissions.holders(Role.CONTRIBUTOR, Role.HEAD, departments=list(owners.distinct()))


def _everyone(row: OutboxEvent) -> Iterable[User]:
    return permissions.holders(*Role.values)


def _managers(row: OutboxEvent) -> Iterable[User]:
    return permissions.holders(Role.REVIEWER, Role.ADMINISTRATOR)


# --- links -------------------------------------------------------------------------------------------------------


def _sheet(row: OutboxEvent) -> str:
    return reverse("review:sheet", args=[row.review_id])


def _resume(row: OutboxEvent) -> str:
    """Straight to where one writes on; whoever may not write comes to the sheet."""
    return reverse("review:resume", args=[row.review_id])


def _mine(row: OutboxEvent) -> str:
    """The one sheet that waits for the reader, or home where several do."""
    return reverse("review:mine")


def _board(row: OutboxEvent) -> str:
    return reverse("workflow:board", args=[_year(row)])


def _decide(row: OutboxEvent) -> str:
    return reverse("workflow:decide", args=[_year(row)])


def _results(row: OutboxEvent) -> str:
    return reverse("publication:year", args=[_year(row)])


def _cycle(row: OutboxEvent) -> str:
    return reverse("review:cycle", args=[_year(row)])


def _jobs(row: OutboxEvent) -> str:
    return reverse("review:jobs")


NOTICES: dict[Event, tuple[Notice, ...]] = {
    Event.CYCLE_OPENED: (
        Notice(
            to=_owners_of_open_sheets,
            title="{year}の実績の入力をお願いします",
            body="提出期限は{due}です。ご自分の部署の施策シートを開き、実績を入力して提出してください。",
            link=_mine,
            urgent=True,
            to_act=True,
        ),
    ),
    Event.ACTUALS_SUBMITTED: (
        Notice(
            to=_reviewers,
            title="{measure} が提出されました",
            body="{department}の{actor}さんが提出しました。内容を確認してください。",
            link=_sheet,
            to_act=True,
        ),
        Notice(to=_heads, title="{measure} を提出しました", body="{actor}さんが提出しました。", link=_sheet),
    ),
    Event.SUBMISSION_ENDORSED: (Notice(to=_sender, title="{measure} を所属長が確認しました", body="", link=_sheet),),
    Event.SUBMISSION_RECALLED: (
        Notice(
            to=_reviewers,
            title="{measure} の提出が取り下げられました",
            body="{department}の{actor}さんが取り下げました。再提出をお待ちください。",
            link=_sheet,
        ),
    ),
    Event.SUBMISSION_RETURNED: (
        Notice(
            to=_sender,
            title="{measure} が差し戻されました",
            body="理由: {comment}\n指摘のあった項目を直して、もう一度提出してください。",
            link=_resume,
            urgent=True,
            to_act=True,
        ),
    ),
    Event.SUBMISSION_REVIEWED: (
        Notice(to=_sender, title="{measure} が確認されました", body="次はDX推進本部の承認です。", link=_sheet),
        Notice(
            to=_approvers, title="{measure} の承認をお願いします", body="確認が終わりました。", link=_board, to_act=True
        ),
    ),
    Event.MEASURE_APPROVED: (
        Notice(to=_sender, title="{measure} が承認されました", body="公表までお待ちください。", link=_sheet),
    ),
    Event.MEASURE_SETTLED: (
        Notice(to=_department, title="{measure} は「{outcome}」と決まりました", body="理由: {comment}", link=_sheet),
    ),
    Event.OUTCOME_REFUSED: (
        Notice(
            to=_reviewers,
            title="{measure} の「{outcome}」の提案は採用されませんでした",
            body="理由: {comment}\nシートはこれまでどおり、主管部署の提出を待ちます。",
            link=_sheet,
            urgent=True,
        ),
    ),
    Event.APPROVAL_RETURNED: (
        Notice(
            to=_reviewers,
            title="{measure} が承認の段階で差し戻されました",
            body="理由: {comment}\n差戻し先: {destination}",
            link=_sheet,
            urgent=True,
            to_act=True,
        ),
    ),
    Event.CYCLE_READY: (
        Notice(
            to=_approvers,
            title="{year}の公表の決定をお願いします",
            body="すべての施策の承認が終わり、公表案ができました。",
            link=_decide,
            urgent=True,
            to_act=True,
        ),
    ),
    Event.EDITION_PUBLISHED: (
        Notice(
            to=_everyone,
            title="{year}の評価結果({edition})を公表しました",
            body="どなたでもご覧になれます。",
            link=_results,
            urgent=True,
        ),
    ),
    Event.NEXT_CYCLE_DRAFTED: (
        Notice(
            to=_managers,
            title="{year}の準備ができました",
            body="期限を決めて、年度を開始してください。",
            link=_cycle,
            to_act=True,
        ),
    ),
    Event.DEADLINE_NEAR: (
        Notice(
            to=_owners_of_open_sheets,
            title="{year}の提出期限が近づいています",
            body="提出期限は{due}です。",
            link=_mine,
            to_act=True,
        ),
    ),
    Event.DEADLINE_PASSED: (
        Notice(
            to=_owners_of_open_sheets,
            title="{year}の提出期限を過ぎています",
            body="提出期限は{due}でした。締切({closes})までは期限後として提出できます。",
            link=_mine,
            to_act=True,
        ),
    ),
    Event.JOB_FAILED: (
        Notice(
            to=_managers,
            title="処理に失敗しました",
            body="{cause}",
            link=_jobs,
            urgent=True,
            to_act=True,
        ),
    ),
    Event.DELIVERY_LATE: (
        Notice(
            to=_managers,
            title="お知らせや処理が5分以上待っています",
            body="記録は失われていません。「処理の状況」を開き、ワーカーとメールサーバーを確かめてください。",
            link=_jobs,
            urgent=True,
            to_act=True,
        ),
    ),
}


@outbox.react
def notify(row: OutboxEvent) -> None:
    """Make the notices of one event. A person who stands in two lines of the table is told once, in the first."""
    words = _words(row)
    told: set[int] = {row.actor_id} if row.actor_id else set()
    for notice in NOTICES.get(Event(row.name), ()):
        for user in notice.to(row):
            if user.pk in told:
                continue
            told.add(user.pk)
            _make(row, notice, user, words)


def _make(row: OutboxEvent, notice: Notice, user: User, words: dict[str, str]) -> None:
    now = clock.now()
    Notification.objects.get_or_create(
        key=f"{row.pk}:{user.pk}",
        defaults={
            "recipient": user,
            "event": row.name,
            "cycle": row.cycle,
            "review": row.review,
            "title": notice.title.format_map(words)[:200],
            "body": notice.body.format_map(words),
            "link": notice.link(row),
            "to_act": notice.to_act,
            "created_at": now,
            "mail_after": soon() if notice.urgent else next_digest(now),
        },
    )


def soon() -> Any:
    """When an urgent notice made now leaves by mail: after the time in which others may join it in one envelope."""
    return clock.shared(timedelta(seconds=settings.MEGURI_MAIL_COALESCE_SECONDS))


def next_digest(now: datetime) -> datetime:
    """When any other notice leaves by mail: the next business morning."""
    local = timezone.localtime(now)
    today_counts = is_business_day(local.date()) and local.time() < DIGEST_TIME
    day = local.date() if today_counts else next_business_day(local.date())
    return timezone.make_aware(datetime.combine(day, DIGEST_TIME))


def _words(row: OutboxEvent) -> dict[str, str]:
    words = {"actor": str(row.actor) if row.actor else "", **{key: str(value) for key, value in row.payload.items()}}
    if row.cycle:
        words |= _cycle_words(row.cycle)
    if row.review:
        words |= _sheet_words(row.review)
    return {"comment": "", "cause": "", "edition": "", "destination": "", "outcome": "", **words}


def _cycle_words(cycle: Cycle) -> dict[str, str]:
    def day(moment: datetime | None) -> str:
        return wareki(timezone.localtime(moment).date()) if moment else "未定"

    return {"year": cycle.label, "due": day(cycle.due_at), "closes": day(cycle.closes_at)}


def _sheet_words(review: MeasureReview) -> dict[str, str]:
    year = review.measure_year
    return {"measure": f"{year.measure.code} {year.name}", "department": year.owner.name}
