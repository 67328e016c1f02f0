"""The 本部's meeting: the agenda in its order, one 施策 a screen, and last year on the same base."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from review import clock
from review.assessment.services import approval, standings
from review.models import (
    Cycle,
    Decision,
    Edition,
    IndicatorYear,
    MeasureReview,
    Meeting,
    Outcome,
    PlanChange,
    RecordedDecision,
    ReviewState,
    Step,
)
from tests.cast import YEAR, Cast, settle_background
from tests.remembered import remembered
from tests.review.acting import as_, queries_of, words
from tests.review.growing import more_sheets
from tests.review.plan.test_measures import PAGE, typed
from workflow import steps

BOARD = f"/plans/dx/{YEAR}/board/"


def place(code: str) -> str:
    return f"{BOARD}measures/{code}/"


@pytest.fixture
@remembered
def waiting(cast: Cast) -> Cast:
    """Before the 本部: 01-01 clean, 01-02 missed by a little, 01-03 by far; 01-04 is not yet confirmed."""
    cast.open(4)
    for number, actual in ((1, "120件"), (2, "95件"), (3, "46件"), (4, "120件")):
        review = cast.submitted(number, actual)
        if number < 4:
            steps.confirm(user=cast.reviewer2, review_id=review.pk, round=review.round)
    return cast


@pytest.fixture
def meeting(waiting: Cast) -> Meeting:
    return Meeting.objects.create(
        cycle=waiting.cycle, held_on="2025-05-10", document_number="本部第3号", decided_on="2025-05-12",
        attendees="本部長", minute="審議した。", recorded_by=waiting.reviewer,
    )  # fmt: skip


def test_the_agenda_stands_in_the_meeting_s_order_with_what_it_needs(waiting: Cast) -> None:
    approval.propose_outcome(
        user=waiting.reviewer, review_id=waiting.sheet(4).pk, outcome=Outcome.EXCLUDED, reason="制度の廃止"
    )
    page = words(as_(waiting.approver).get(BOARD))
    page = page[page.index("1. 先に見るもの (2) 1施策") :]
    order = [
        "01-03 見本",
        "01-02 見本",
        "2. 決定を待つ",
        "3. 未提出・対象外の提案",
        "制度の廃止",
        "4. そのほかの施策",
        "01-01 見本",
        "5. 公表",
    ]
    places = [page.index(one) for one in order]
    assert places == sorted(places), dict(zip(order, places, strict=True))
    farthest = page[: page.index("01-02 見本")]
    for seen in (
        "90件",
        "100件",
        "46件",
        "46.0%",
        "50%未満",
        "要因 見本の要因です。",
        "対応 見本の対応です。",
        "未達成 2",
    ):
        assert seen in farthest, seen


def test_what_needs_no_word_is_ticked_and_what_does_is_not(waiting: Cast) -> None:
    page = as_(waiting.approver).get(BOARD).content.decode()
    assert re.findall(r'value="(\d+):1" checked', page) == [str(waiting.sheet(1).pk)]
    assert page.count('type="checkbox" form="together"') == 3


def test_one_measure_a_screen_leads_through_the_agenda_and_stays_when_it_is_decided(waiting: Cast) -> None:
    client = as_(waiting.approver)
    first = client.get(place("01-03"))
    assert "3件のうち 1件目" in words(first) and "次の施策 01-02" in words(first)
    assert 'data-key="ArrowRight"' in first.content.decode() and 'data-key="ArrowLeft"' not in first.content.decode()
    last = client.get(place("01-01"))
    assert "前の施策 01-02" in words(last) and "計画の変更に進む" in words(last)
    far = waiting.sheet(3)
    steps.approve(user=waiting.approver2, review_id=far.pk, round=1)
    again = words(client.get(place("01-03")))
    assert "3件のうち 1件目" in again and "承認済" in again and "承認する" not in again
    assert client.get(place("01-04")).url == reverse("meguri:sheet", args=[waiting.sheet(4).pk])
    assert client.get(place("09-09")).status_code == 404
    assert "承認する" not in words(as_(waiting.auditor).get(place("01-02")))
    assert as_(waiting.contributor).get(place("01-02")).status_code == 403


def test_last_year_s_overall_stands_on_the_screen_with_its_words(waiting: Cast) -> None:
    """Who reads it from the projector knows no scale by heart."""
    assert "前年度 B 80%以上" in words(as_(waiting.approver).get(place("01-03")))


def test_what_is_decided_on_the_screen_carries_the_meeting_and_leads_on(waiting: Cast, meeting: Meeting) -> None:
    client, sheet = as_(waiting.approver), waiting.sheet(3)
    page = client.get(f"{place('01-03')}?meeting={meeting.pk}")
    assert "本部第3号の会議の決定として残ります" in words(page)
    hidden = dict(
        re.findall(r'<input type="hidden" name="(here|chosen|meeting)" value="([^"]*)"', page.content.decode())
    )
    assert hidden == {"here": "01-03", "chosen": f"{sheet.pk}:1", "meeting": str(meeting.pk)}
    send = reverse("meguri:approve_many", args=["dx", YEAR])
    bare = client.post(send, {**hidden, "action": "return_department", "comment": ""})
    assert bare.status_code == 422 and "01-03 見本の施策3" in words(bare) and "差戻しの理由を入力" in words(bare)
    onward = client.post(send, {**hidden, "action": "approve"})
    assert onward.url == f"{place('01-02')}?meeting={meeting.pk}"
    next_one = {"here": "01-02", "chosen": f"{waiting.sheet(2).pk}:1", "meeting": meeting.pk}
    returned = client.post(send, {**next_one, "action": "return_department", "comment": "根拠を確かめる"})
    assert returned.url == f"{place('01-01')}?meeting={meeting.pk}"
    assert {(row.verdict, row.meeting) for row in Decision.objects.filter(step=Step.APPROVE)} == {
        ("accept", meeting), ("return", meeting)
    }  # fmt: skip
    last = client.post(
        send, {"here": "01-01", "chosen": f"{waiting.sheet(1).pk}:1", "meeting": "", "action": "approve"}
    )
    assert last.url == f"{BOARD}?meeting=" or last.url == BOARD
    assert client.post(send, {**next_one, "here": "../../x", "action": "approve"}).status_code == 303


def test_the_office_records_on_the_screen_what_the_meeting_decided(waiting: Cast, meeting: Meeting) -> None:
    client, sheet = as_(waiting.reviewer2), waiting.sheet(3)
    assert "承認として記録する" in words(client.get(f"{place('01-03')}?meeting={meeting.pk}"))
    send = reverse("meguri:record_many", args=["dx", YEAR])
    typed = {"here": "01-03", "chosen": f"{sheet.pk}:1", "meeting": meeting.pk, "action": "approve"}
    assert client.post(send, typed).url == f"{place('01-02')}?meeting={meeting.pk}"
    assert RecordedDecision.objects.get(review=sheet).meeting == meeting


def test_changes_proposals_and_the_publication_take_the_meeting_of_the_agenda(waiting: Cast, meeting: Meeting) -> None:
    form = typed(waiting, name="新しい名前", fiscal_year=YEAR + 1, reason="改称のため", sure="1")
    as_(waiting.reviewer2).post(PAGE, form)
    approval.propose_outcome(
        user=waiting.reviewer, review_id=waiting.sheet(4).pk, outcome=Outcome.EXCLUDED, reason="制度の廃止"
    )
    change, client = PlanChange.objects.get(), as_(waiting.approver)
    agenda = client.get(f"{BOARD}?meeting={meeting.pk}").content.decode()
    link = f"{reverse('meguri:plan_change', args=[change.pk])}?meeting={meeting.pk}"
    assert link in agenda and agenda.count(f'name="meeting" value="{meeting.pk}"') == 2
    assert f'<option value="{meeting.pk}" selected>' in client.get(link).content.decode()
    done = client.post(link, {"accept": "1", "meeting": meeting.pk})
    assert done.url == f"{BOARD}?meeting={meeting.pk}#changes"
    settle = {"accept": "1", "meeting": meeting.pk}
    done = client.post(reverse("meguri:decide_outcome", args=[waiting.sheet(4).pk]), settle)
    assert done.url == f"{BOARD}?meeting={meeting.pk}"
    for number in (1, 2, 3):
        steps.approve(user=waiting.approver2, review_id=waiting.sheet(number).pk, round=1)
    settle_background()
    page = client.get(f"{BOARD}?meeting={meeting.pk}").content.decode()
    decide = reverse("meguri:decide", args=["dx", YEAR])
    assert f'href="{decide}?meeting={meeting.pk}"' in page
    assert f'<option value="{meeting.pk}" selected>' in client.get(f"{decide}?meeting={meeting.pk}").content.decode()
    client.post(decide, {"action": "publish", "meeting": meeting.pk})
    settle_background()
    assert Edition.objects.get().meeting == meeting
    change.refresh_from_db()
    assert change.meeting == meeting and Decision.objects.get(step=Step.SETTLE).meeting == meeting


def test_without_a_meeting_in_the_address_today_s_is_taken_and_none_can_be_chosen(waiting: Cast) -> None:
    today = Meeting.objects.create(cycle=waiting.cycle, held_on=clock.today(), recorded_by=waiting.reviewer)
    client = as_(waiting.approver)
    for address, chosen in ((BOARD, str(today.pk)), (f"{BOARD}?meeting=", ""), (f"{BOARD}?meeting=x", "")):
        page = client.get(address).content.decode()
        assert re.search(r'<input type="hidden" name="meeting" value="([^"]*)"', page)[1] == chosen, address


@pytest.mark.parametrize(("who", "page"), [("approver", "approve"), ("reviewer", "record")])
def test_from_sheet_to_sheet_one_goes_in_the_order_of_the_agenda(waiting: Cast, who: str, page: str) -> None:
    """01-03 is missed by far, 01-02 by a little, 01-01 is clean; with the keys with which one goes through the queue."""
    client, one, two, three = as_(waiting.people[who]), *(waiting.sheet(number).pk for number in (1, 2, 3))

    def ways(pk: int) -> list[tuple[str, str]]:
        shown = client.get(f"/sheets/{pk}/{page}/").content.decode()
        return re.findall(rf'href="/sheets/(\d+)/{page}/" data-key="([pn])"', shown)

    assert ways(three) == [(str(two), "n")]
    assert ways(two) == [(str(three), "p"), (str(one), "n")]
    assert ways(one) == [(str(two), "p")]


def test_an_approver_goes_on_to_the_next_sheet(waiting: Cast) -> None:
    client, pk = as_(waiting.approver), waiting.sheet(3).pk
    answer = client.post(f"/sheets/{pk}/approve/", {"action": "approve", "round": 1, "then": "next"})
    following = f"/sheets/{waiting.sheet(2).pk}/approve/?then=next"
    assert answer["Location"] == following
    assert "checked" in re.search(r'name="then"[^>]*', client.get(following).content.decode())[0]


def test_last_year_is_set_against_the_same_goals(waiting: Cast) -> None:
    """01-03 had no grade last year, and 01-04 is counted, for it was submitted; a draft is not."""
    rows = IndicatorYear.objects.filter(fiscal_year=YEAR - 1)
    rows.filter(indicator__measure__code__in=["01-01", "01-02", "01-04"]).update(grade="B")
    rows.filter(indicator__measure__code="01-03").update(grade="")
    sheets = standings.sheets_of(waiting.cycle).values()
    before = standings.overall_before(waiting.cycle)
    base = standings.same_base(waiting.cycle, sheets, before)
    assert (dict(base.goals.now), dict(base.goals.before)) == ({"A": 4, "B": 2}, {"B": 6})
    assert dict(standings.grades_of(sheets).goals) == {"A": 4, "B": 2, "D": 2}
    page = words(as_(waiting.approver).get(BOARD))
    assert "うち前年度と比べられるもの" in page and "令和5年度の同じもの 0 6 (100.0%)" in page and "4 (66.7%)" in page
    MeasureReview.objects.filter(pk=waiting.sheet(4).pk).update(state=ReviewState.EDITING)
    sheets = standings.sheets_of(waiting.cycle).values()
    assert sum(standings.same_base(waiting.cycle, sheets, before).goals.before.values()) == 4


def test_last_year_s_overall_is_what_was_published(cast: Cast) -> None:
    cast.published(2)
    cycle, now = cast.plan.cycles.get(fiscal_year=YEAR + 1), clock.now()
    Cycle.objects.filter(pk=cycle.pk).update(due_at=now + timedelta(days=14), closes_at=now + timedelta(days=21))
    steps.open_year(user=cast.reviewer2, cycle_id=cycle.pk)
    settle_background()
    cycle.refresh_from_db()
    cast.cycle = cycle
    cast.submitted(1)
    base = standings.same_base(cycle, standings.sheets_of(cycle).values(), standings.overall_before(cycle))
    assert dict(base.measures.before) == {"A": 1} and sum(base.goals.before.values()) == 2


@pytest.mark.parametrize("path", [BOARD, place("01-03")])
def test_the_queries_do_not_grow(waiting: Cast, path: str) -> None:
    few = queries_of(as_(waiting.approver), path)
    more_sheets(waiting, 8)
    assert queries_of(as_(waiting.approver), path) <= few
