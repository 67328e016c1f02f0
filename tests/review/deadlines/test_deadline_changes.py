"""A deadline that changes: whoever has still to keep it is told once, in the next digest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from review import clock
from review.background.services import outbox
from review.deadlines.services import deadline_changes, deadlines
from review.models import Cycle, Notification, OutboxEvent
from review.year.services import cycles
from review.year.services.cycles import Deadlines
from tests.cast import Cast


def notice_texts() -> dict[str, str]:
    """Who was told, and in which words."""
    for event in outbox.undelivered_ids():
        outbox.deliver(event)
    rows = Notification.objects.filter(event="DeadlinesChanged").select_related("recipient")
    return {row.recipient.username: row.body for row in rows}


def moved(cast: Cast, **by: int) -> None:
    """The year's deadlines, those named moved by so many days."""
    cycle = Cycle.objects.get()
    now = {"due_at": cycle.due_at, "closes_at": cycle.closes_at, "review_due_at": cycle.review_due_at}
    for name, days in by.items():
        now[name] = (now[name] or cycle.closes_at) + timedelta(days=days)
    cycles.set_deadlines(user=cast.reviewer2, cycle_id=cycle.pk, deadlines=Deadlines(**now))


def test_the_departments_that_have_not_sent_are_told_of_a_later_day(cast: Cast) -> None:
    cast.open(2, owners=("産業振興課", "農林水産課"))
    cast.submitted(1)
    moved(cast, closes_at=3)
    texts = notice_texts()
    assert set(texts) == {"other"}  # 産業振興課 has sent its sheet
    assert "確認 五月さんが期限を変更しました" in texts["other"] and "・締切: 令和" in texts["other"]
    notice = Notification.objects.get(event="DeadlinesChanged")
    assert notice.link == "/" and not notice.to_act and notice.mail_after > clock.now()


def test_each_deadline_concerns_its_own_people(cast: Cast) -> None:
    cast.open(1)
    moved(cast, review_due_at=5)
    assert set(notice_texts()) == {"reviewer"}  # not whoever changed it
    moved(cast)
    assert OutboxEvent.objects.filter(name="DeadlinesChanged").count() == 1


def test_a_draft_tells_nobody(cast: Cast) -> None:
    cast.draft(1)
    moved(cast, closes_at=3)
    assert not OutboxEvent.objects.filter(name="DeadlinesChanged").exists()


def test_a_departments_own_deadline_is_told_there_and_the_years_no_more(cast: Cast) -> None:
    cycle = cast.open(2, owners=("産業振興課", "農林水産課"))
    own = deadlines.OwnDeadlines(due_at=cycle.due_at + timedelta(days=4), closes_at=cycle.closes_at + timedelta(days=4))
    office = cast.departments["農林水産課"]
    deadlines.set_for_department(
        user=cast.reviewer2, cycle_id=cycle.pk, department=office, own=own, reason="統計を待つため"
    )
    assert set(notice_texts()) == {"other"} and notice_texts()["other"].startswith(
        "確認 五月さんが期限を変更しました。\n農林水産課"
    )
    moved(cast, closes_at=1)
    assert set(notice_texts()) == {"other", "contributor", "colleague", "head"}
    assert Notification.objects.filter(event="DeadlinesChanged", recipient=cast.other).count() == 1


def test_only_who_still_has_to_keep_the_deadline_is_concerned(cast: Cast) -> None:
    cycle = cast.open(2, owners=("産業振興課", "農林水産課"))

    def concerned(*changed: str) -> set[str]:
        return {person.username for person in deadline_changes.concerned(cycle, list(changed), None)}

    assert concerned("due_at") == {"contributor", "colleague", "head", "other"}
    assert concerned("review_due_at") == {"reviewer", "reviewer2"}
    assert concerned("decide_due_at") == {"approver", "approver2"}
    assert concerned("endorse_due_at") == set(), "no 所属長の確認 in this year"
    cast.submitted(1)
    assert concerned("due_at") == {"other"}
    cycle.department_deadlines = {str(cast.departments["農林水産課"].pk): {"due_at": "2025-06-01"}}
    assert concerned("due_at") == set() and concerned("due_at", "closes_at") == {"other"}


def test_a_deadline_in_words() -> None:
    assert deadline_changes.moment_text(None) == "定めなし"
    assert deadline_changes.moment_text(datetime(2025, 6, 20, 8, 15, tzinfo=UTC)) == "令和7年6月20日(金) 17:15"
