"""Every reminder on its day, over 年末年始, ゴールデンウィーク and substitute holidays, and none after the submission."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils import timezone

from review import clock
from review.background.services import outbox
from review.deadlines.services import chasing, deadlines
from review.deadlines.services.deadlines import OwnDeadlines
from review.domain.events import Event
from review.mail.services import envelopes
from review.models import ClosingDay, Cycle, Heartbeat, Mail, MeasureReview, Notification, OutboxEvent
from review.notices.services import reminders
from review.year.services import cycles
from tests.cast import Cast
from tests.moved import shifted
from tests.remembered import remembered
from tests.review.acting import as_, words
from workflow import steps

REMINDERS = [Event.DEADLINE_NEAR, Event.DEADLINE_PASSED, Event.DEADLINE_ESCALATED, Event.DECISION_CALLED]


def local(day: date, hour: int = 8, minute: int = 31) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """The clock stands at the moment within the block."""
    with shifted(moment - datetime.now(UTC)):
        yield


def morning(day: date) -> None:
    """What beat does on a day, open or not."""
    with at(local(day)):
        reminders.morning()
        envelopes.gather()


def walk(first: date, last: date) -> None:
    for n in range((last - first).days + 1):
        morning(first + timedelta(days=n))


@remembered
def opened(cast: Cast, due: date, sheets: int = 1, owners: tuple[str, ...] = ("産業振興課",)) -> Cycle:
    """A year with that 提出期限, opened 40 days before it, its opening mails sent."""
    with at(local(due - timedelta(days=40), 10)):
        cycle = cast.open(sheets, owners=owners)
        cycle.due_at, cycle.closes_at = local(due, 17, 15), local(due + timedelta(days=60), 17, 15)
        cycle.save()
        reminders.morning()
    return cycle


def days_told(name: str) -> dict[str, list[str]]:
    """{event: the days on which the person was reminded}."""
    rows = Notification.objects.filter(event__in=REMINDERS, recipient__username=name).order_by("created_at")
    days: dict[str, list[str]] = {}
    for event, moment in rows.values_list("event", "created_at"):
        days.setdefault(event, []).append(f"{timezone.localdate(moment):%m-%d}")
    return days


# due: 5 and 1 before and on the day; 1, 3 and 5 after; the head on the 2nd, the office on the 5th
CALENDAR = [
    pytest.param("2026-05-07", "04-24 05-01 05-07", "05-08 05-12 05-14", "05-11", "05-14", id="ゴールデンウィーク"),
    pytest.param("2026-05-05", "04-23 04-30 05-01", "05-07 05-11 05-13", "05-08", "05-13", id="due on a holiday"),
    pytest.param("2026-12-28", "12-21 12-25 12-28", "01-04 01-06 01-08", "01-05", "01-08", id="年末年始"),
    pytest.param(
        "2027-01-04", "12-22 12-28 01-04", "01-05 01-07 01-12", "01-06", "01-12", id="first day, 成人の日 after"
    ),
    pytest.param("2027-03-19", "03-12 03-18 03-19", "03-23 03-25 03-29", "03-24", "03-29", id="振替休日"),
    pytest.param("2026-09-24", "09-14 09-18 09-24", "09-25 09-29 10-01", "09-28", "10-01", id="国民の休日"),
    pytest.param("2026-06-16", "06-08 06-12 06-16", "06-17 06-19 06-23", "06-18", "06-23", id="the city's closing day"),
]


@pytest.mark.drill
@pytest.mark.parametrize(("due", "near", "passed", "head", "office"), CALENDAR)
def test_each_reminder_comes_on_its_day(cast: Cast, due: str, near: str, passed: str, head: str, office: str) -> None:
    day = date.fromisoformat(due)
    ClosingDay.objects.create(day=date(2026, 6, 15), name="市制記念日", added_by=cast.reviewer, added_at=clock.now())
    opened(cast, day)
    walk(day - timedelta(days=16), day + timedelta(days=18))
    expected = {"DeadlineNear": near.split(), "DeadlinePassed": passed.split()}
    assert days_told("contributor") == days_told("colleague") == expected
    assert days_told("head") == {"DeadlineEscalated": head.split()}
    assert days_told("reviewer2") == {"DeadlineEscalated": office.split()}
    assert days_told("other") == days_told("related") == days_told("approver") == {}


def test_none_after_the_sheet_was_submitted(cast: Cast) -> None:
    due = date(2026, 5, 7)
    opened(cast, due)
    walk(due - timedelta(days=16), due)
    with at(local(due, 16)):
        cast.submitted(1)
    walk(due + timedelta(days=1), due + timedelta(days=18))
    assert days_told("contributor") == {"DeadlineNear": ["04-24", "05-01", "05-07"]}
    assert days_told("head") == days_told("reviewer2") == {}


def test_a_sheet_submitted_between_announcement_and_delivery_is_not_called(cast: Cast, monkeypatch) -> None:
    due = date(2026, 5, 7)
    opened(cast, due, sheets=2)
    monkeypatch.setattr(reminders.outbox, "deliver", lambda pk: False)
    with at(local(due)):
        assert reminders.morning() == 1
        cast.submitted(1)
    monkeypatch.undo()
    event = OutboxEvent.objects.get(name=Event.DEADLINE_NEAR)
    with at(local(due, 9)):
        outbox.deliver(event.pk)
    notice = Notification.objects.get(event=Event.DEADLINE_NEAR, recipient=cast.contributor)
    assert "01-02" in notice.body and "01-01" not in notice.body
    assert notice.link == f"/sheets/{cast.sheet(2).pk}/resume/"


def test_a_reminder_that_lost_its_ground_before_the_mail_leaves_by_no_mail(cast: Cast) -> None:
    due = date(2026, 5, 7)
    opened(cast, due)
    with at(local(due)):
        reminders.morning()
        cast.submitted(1)
        envelopes.gather()
    reminder = Notification.objects.get(event=Event.DEADLINE_NEAR, recipient=cast.contributor)
    assert reminder.mail is None and reminder.mail_after is None


def test_reminders_and_the_digest_share_one_envelope_a_person_and_morning(cast: Cast) -> None:
    due = date(2026, 5, 7)
    cycle = opened(cast, due, sheets=4, owners=("産業振興課", "農林水産課"))
    cycle.review_due_at = local(date(2026, 5, 8), 17)
    cycle.save()
    before = Mail.objects.count()
    with at(local(date(2026, 5, 6), 15)):  # a holiday
        cast.submitted(1)
        for event in outbox.undelivered_ids():
            outbox.deliver(event)
        envelopes.gather()
    assert Mail.objects.count() == before
    morning(date(2026, 5, 7))
    made = Mail.objects.order_by("-pk")[: Mail.objects.count() - before]
    assert len({mail.recipient_id for mail in made}) == len(made)
    mine = next(mail for mail in made if mail.recipient == cast.reviewer2)
    # the submission's own notice, and the reminder that its review is due tomorrow
    assert "01-01 見本の施策1 が提出されました" in mine.body and "内容の確認の期限は" in mine.body
    body = next(mail for mail in made if mail.recipient == cast.contributor).body
    assert "実績の提出の期限は令和8年5月7日(木)です(本日まで)" in body
    assert "【していただくこと】実績を入力して提出してください。" in body and "【期限】令和8年5月7日(木) 17:15" in body
    assert body.count("/sheets/") == 1


def test_the_morning_is_done_once_however_often_it_is_asked_for(cast: Cast) -> None:
    due = date(2026, 5, 7)
    opened(cast, due)
    with at(local(due, 8, 29)):
        assert reminders.morning() == 0
    with at(local(due)):
        assert (reminders.morning(), reminders.morning()) == (1, 0)
    with at(local(due, 15)):
        assert reminders.morning() == 0


def test_mornings_that_no_worker_saw_are_made_up_for(cast: Cast) -> None:
    due = date(2026, 5, 7)
    opened(cast, due)
    morning(date(2026, 5, 7))
    morning(date(2026, 5, 13))  # down from 8 to 12 May
    days = days_told("contributor")
    assert days["DeadlinePassed"] == ["05-13"]
    assert days_told("head") == {"DeadlineEscalated": ["05-13"]}


def test_a_department_keeps_its_own_deadline(cast: Cast) -> None:
    due = date(2026, 5, 7)
    cycle = opened(cast, due, sheets=2, owners=("産業振興課", "農林水産課"))
    own = OwnDeadlines(due_at=local(date(2026, 5, 15), 17))
    department = cast.departments["農林水産課"]
    with at(local(date(2026, 4, 20))):
        deadlines.set_for_department(
            user=cast.reviewer2, cycle_id=cycle.pk, department=department, own=own, reason="統計の公表が5月のため"
        )
    walk(date(2026, 4, 20), date(2026, 5, 15))
    assert days_told("other")["DeadlineNear"] == ["05-08", "05-14", "05-15"]
    assert days_told("contributor")["DeadlineNear"] == ["04-24", "05-01", "05-07"]
    with at(local(date(2026, 5, 15), 12)):
        assert not steps.submit(user=cast.other, review_id=cast.fill(cast.sheet(2), user=cast.other).pk).late


def test_an_extension_moves_the_reminders_of_its_sheet_alone(cast: Cast) -> None:
    due = date(2026, 5, 7)
    opened(cast, due, sheets=2)
    MeasureReview.objects.filter(pk=cast.sheet(1).pk).update(
        extended_until=local(date(2026, 5, 20), 17), extension_reason="災害対応"
    )
    walk(date(2026, 5, 7), date(2026, 5, 20))
    near = Notification.objects.filter(event=Event.DEADLINE_NEAR, recipient=cast.contributor).order_by("created_at")
    assert [(f"{timezone.localdate(row.created_at):%m-%d}", "01-01" in row.body) for row in near] == [
        ("05-07", False),
        ("05-13", True),
        ("05-19", True),
        ("05-20", True),
    ]


def test_a_returned_sheet_has_a_deadline_of_its_own(cast: Cast) -> None:
    due = date(2026, 5, 7)
    opened(cast, due)
    with at(local(due, 16)):
        review = cast.submitted(1)
    with at(local(date(2026, 5, 11), 10)):
        steps.return_to_department(
            user=cast.reviewer2, review_id=review.pk, round=review.round, comment="単位を直してください"
        )
    returned = cast.sheet(1)
    assert timezone.localtime(returned.due_at) == local(date(2026, 5, 18), 17, 15)
    walk(date(2026, 5, 12), date(2026, 5, 19))
    days = days_told("contributor")
    assert days == {"DeadlineNear": ["05-15", "05-18"], "DeadlinePassed": ["05-19"]}
    with at(local(date(2026, 5, 18), 16)):
        assert not cast.submitted(1, "130件").late


def test_the_later_steps_call_whoever_has_the_sheet(cast: Cast) -> None:
    due = date(2026, 5, 7)
    cycle = opened(cast, due, sheets=2)
    cycle.review_due_at, cycle.decide_due_at = local(date(2026, 5, 15), 17), local(date(2026, 5, 22), 17)
    cycle.save()
    with at(local(due, 10)):
        cast.submitted(1)
        cast.reviewed(2)
    walk(date(2026, 5, 8), date(2026, 5, 29))
    assert days_told("reviewer") == {
        "DeadlineNear": ["05-08", "05-14", "05-15"],
        "DeadlinePassed": ["05-18", "05-20"],
        "DeadlineEscalated": ["05-27"],
    }
    assert days_told("approver") == {"DeadlineNear": ["05-15", "05-21", "05-22"], "DeadlinePassed": ["05-25", "05-27"]}
    assert days_told("contributor") == {}


@remembered
def decision_waits(cast: Cast) -> Cycle:
    """A year whose only sheet is approved, and whose 公表の決定 is wanted by 2026-05-22."""
    cycle = opened(cast, date(2026, 5, 7))
    cycle.decide_due_at = local(date(2026, 5, 22), 17)
    cycle.save()
    with at(local(date(2026, 5, 8), 10)):
        cast.approved(1)
        cycles.begin_decision(cycle.pk, occasion="first")
    return cycle


def test_the_decision_of_the_year_is_called_to_mind_and_goes_up(cast: Cast) -> None:
    decision_waits(cast)
    walk(date(2026, 5, 8), date(2026, 6, 5))
    assert days_told("approver") == {"DecisionCalled": ["05-15", "05-21", "05-22", "05-25", "05-27"]}
    assert days_told("reviewer2") == {"DecisionCalled": ["05-27"]}
    last = Notification.objects.filter(event=Event.DECISION_CALLED, recipient=cast.approver).latest("created_at")
    assert last.title == "DX推進計画 令和6年度の公表の決定をお願いします(期限 令和8年5月22日(金)、3開庁日超過)"
    assert last.link == "/plans/dx/2024/board/decide/" and last.to_act and last.due_at == local(date(2026, 5, 22), 17)


@pytest.mark.parametrize("state", ["scheduled", "published", "open"])
def test_a_decision_that_was_made_or_gone_back_is_not_called(cast: Cast, state: str) -> None:
    cycle = decision_waits(cast)
    with at(local(date(2026, 5, 21))):
        reminders.morning()
        Cycle.objects.filter(pk=cycle.pk).update(state=state, published_at=local(date(2026, 5, 21)))
        envelopes.gather()
    called = Notification.objects.get(event=Event.DECISION_CALLED, recipient=cast.approver)
    assert called.mail is None and called.mail_after is None
    walk(date(2026, 5, 22), date(2026, 5, 28))
    assert days_told("approver") == {"DecisionCalled": ["05-21"]}


def test_a_pause_of_the_year_silences_its_decision(cast: Cast) -> None:
    cycle = decision_waits(cast)
    with at(local(date(2026, 5, 18))):
        chasing.pause(
            user=cast.reviewer2, cycle_id=cycle.pk, starts_on=date(2026, 5, 18), ends_on=date(2026, 5, 22),
            reason="災害対応のため",
        )  # fmt: skip
    walk(date(2026, 5, 18), date(2026, 5, 25))
    assert days_told("approver") == {"DecisionCalled": ["05-25"]}


@pytest.mark.parametrize("scope", ["year", "department", "sheet"])
def test_a_pause_silences_its_scope_until_its_end(cast: Cast, scope: str) -> None:
    due = date(2026, 5, 7)
    cycle = opened(cast, due, sheets=2, owners=("産業振興課", "農林水産課"))
    where = {
        "year": {},
        "department": {"department": cast.departments["産業振興課"]},
        "sheet": {"review": cast.sheet(1)},
    }[scope]
    with at(local(date(2026, 4, 20))):
        chasing.pause(
            user=cast.reviewer2, cycle_id=cycle.pk, starts_on=date(2026, 4, 20), ends_on=date(2026, 5, 7),
            reason="災害対応のため", **where,
        )  # fmt: skip
    walk(date(2026, 4, 20), date(2026, 5, 8))
    assert days_told("contributor") == {"DeadlinePassed": ["05-08"]}
    others = {"DeadlineNear": ["04-24", "05-01", "05-07"], "DeadlinePassed": ["05-08"]}
    assert days_told("other") == ({"DeadlinePassed": ["05-08"]} if scope == "year" else others)


def test_a_lifted_pause_silences_nothing(cast: Cast) -> None:
    due = date(2026, 5, 7)
    cycle = opened(cast, due)
    with at(local(date(2026, 4, 20))):
        made = chasing.pause(
            user=cast.reviewer2, cycle_id=cycle.pk, starts_on=date(2026, 4, 20), ends_on=due, reason="災害対応のため"
        )
        chasing.lift(user=cast.administrator, pause_id=made.pk)
    walk(date(2026, 4, 20), date(2026, 5, 1))
    assert days_told("contributor") == {"DeadlineNear": ["04-24", "05-01"]}


def test_a_department_without_anybody_is_told_to_its_head_and_then_to_the_office(cast: Cast) -> None:
    due = date(2026, 5, 7)
    opened(cast, due)
    for person in (cast.contributor, cast.colleague):
        person.is_active = False
        person.save()
    morning(date(2026, 5, 1))
    assert days_told("head") == {"DeadlineNear": ["05-01"]}
    cast.head.is_active = False
    cast.head.save()
    morning(date(2026, 5, 7))
    assert days_told("reviewer2") == {"DeadlineNear": ["05-07"]}


def test_a_published_year_reminds_nobody(cast: Cast) -> None:
    due = date(2026, 5, 7)
    cycle = opened(cast, due)
    Cycle.objects.filter(pk=cycle.pk).update(state="published", published_at=local(date(2026, 5, 1)))
    walk(due, due + timedelta(days=1))
    assert not Notification.objects.filter(event__in=REMINDERS).exists()


def mark(moment: datetime) -> None:
    """The last morning, as a sweep by that clock left it."""
    Heartbeat.objects.update_or_create(name=reminders.MARKER, defaults={"at": moment})


@pytest.mark.parametrize("ahead", [timedelta(days=1), timedelta(days=20), timedelta(days=400)], ids=str)
def test_a_mark_in_the_future_counts_as_not_done(cast: Cast, ahead: timedelta) -> None:
    due = date(2026, 5, 7)
    opened(cast, due)
    walk(due - timedelta(days=16), due - timedelta(days=1))
    mark(local(due) + ahead)
    morning(due)
    assert days_told("contributor") == {"DeadlineNear": ["04-24", "05-01", "05-07"]}
    assert timezone.localdate(Heartbeat.objects.get(name=reminders.MARKER).at) == due
    morning(due)
    assert OutboxEvent.objects.filter(name=Event.DEADLINE_NEAR).count() == 3


def test_one_sweep_by_a_clock_far_ahead_silences_nobody(cast: Cast) -> None:
    """Not before the day that it took for today, nor on it, when its events stand there already."""
    due = date(2026, 5, 7)
    opened(cast, due)
    morning(date(2026, 5, 8))
    walk(due - timedelta(days=16), due + timedelta(days=8))
    assert days_told("contributor")["DeadlineNear"] == ["04-24", "05-01", "05-07"]
    assert days_told("contributor")["DeadlinePassed"] == ["05-08", "05-12", "05-14"]


def test_a_mark_in_the_future_is_on_the_operators_page(cast: Cast) -> None:
    client = as_(cast.administrator)
    assert "未来の時刻の記録" not in words(client.get("/jobs/"))
    mark(clock.now() + timedelta(days=20))
    assert "未来の時刻の記録" in words(client.get("/jobs/"))
