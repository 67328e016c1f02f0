"""Decisions that the 事務局 records on the 本部's behalf: they take effect only when an approver confirms them."""

import pytest
from django.urls import reverse

from review import clock
from review.assessment.services import meetings
from review.domain.refusals import NotAllowed
from review.models import (
    Appointment,
    AuditEntry,
    Decision,
    Meeting,
    Notification,
    Proxy,
    RecordedDecision,
    ReviewState,
    Role,
)
from tests.cast import YEAR, Cast, settle_background
from tests.review.acting import as_, words
from workflow import steps

BOARD, RECORD, CONFIRM = (
    f"/plans/dx/{YEAR}/board/",
    f"/plans/dx/{YEAR}/board/record/",
    f"/plans/dx/{YEAR}/board/confirm/",
)


@pytest.fixture
def held(cast: Cast) -> Meeting:
    """Two sheets that wait for the 本部, and a meeting with everything on its record."""
    cast.open(2)
    cast.reviewed(1)
    cast.reviewed(2)
    return Meeting.objects.create(
        cycle=cast.cycle, held_on="2025-06-10", attendees="本部長", minute="審議した。", document_number="情経第12号",
        decided_on="2025-06-11", recorded_by=cast.reviewer,
    )  # fmt: skip


def typed(cast: Cast, meeting: Meeting, *numbers: int, action: str = "approve", **more: str) -> dict:
    chosen = [f"{cast.sheet(number).pk}:{cast.sheet(number).round}" for number in numbers]
    return {"chosen": chosen, "year": YEAR, "meeting": meeting.pk, "action": action, **more}


def test_what_is_recorded_moves_nothing_until_an_approver_confirms(cast: Cast, held: Meeting) -> None:
    text = words(as_(cast.reviewer).post(RECORD, typed(cast, held, 1, 2), follow=True))
    assert "2件を記録しました" in text and "事務局が記録した本部の決定 (2)" in text
    assert cast.sheet(1).state == ReviewState.REVIEWED and not Decision.objects.filter(step="approve").exists()
    settle_background()
    assert Notification.objects.filter(recipient=cast.approver, title__contains="本部の決定 2件の確認").count() == 1
    rows = list(RecordedDecision.objects.order_by("pk"))
    confirmed = words(as_(cast.approver).post(CONFIRM, {"record": [row.pk for row in rows], "year": YEAR}, follow=True))
    assert "2件の本部の決定を確認しました: 01-01、01-02" in confirmed
    decisions = list(Decision.objects.filter(step="approve"))
    assert {d.decided_by for d in decisions} == {cast.approver} and {d.meeting for d in decisions} == {held}
    assert {row.decision.pk for row in RecordedDecision.objects.all()} == {d.pk for d in decisions}
    again = words(as_(cast.approver2).post(CONFIRM, {"record": [rows[0].pk], "year": YEAR}, follow=True))
    assert "01-01: 承認 六郎さんがこの記録を確認し、決定は済んでいます。" in again


def test_a_recorded_return_carries_its_reason_remarks_and_opinion(cast: Cast, held: Meeting) -> None:
    sheet = cast.sheet(1)
    page = reverse("meguri:record", args=[sheet.pk])
    assert "承認として記録する" in words(as_(cast.reviewer).get(page))
    form = {
        "round": "1",
        "action": "return_department",
        "meeting": held.pk,
        "comment": "根拠を示す",
        "opinion": "要検討",
    }
    assert as_(cast.reviewer).post(page, {**form, "remark:indicator:1:actual": "出典"}).status_code == 303
    assert "根拠を示す" in words(as_(cast.approver).get(reverse("meguri:approve", args=[sheet.pk])))
    steps.confirm_record(user=cast.approver, record=RecordedDecision.objects.get())
    after = cast.sheet(1)
    assert after.state == ReviewState.RETURNED and after.open_items == ["indicator:1:actual"]
    assert after.measure_year.text("board_opinion") == "要検討"


def test_a_record_needs_the_whole_meeting_and_a_return_its_reason(cast: Cast, held: Meeting) -> None:
    client = as_(cast.reviewer)
    assert "決定した会議を選んでください" in words(client.post(RECORD, {**typed(cast, held, 1), "meeting": ""}))
    Meeting.objects.update(document_number="")
    bare = client.post(RECORD, typed(cast, held, 1))
    assert bare.status_code == 422 and "会議の記録に文書番号がありません" in words(bare)
    amend = reverse("meguri:meeting_amend", args=[held.pk])
    whole = {"held_on": "2025-06-10", "attendees": "本部長", "minute": "審議した。", "document_number": "情経第13号"}
    assert client.post(amend, {**whole, "decided_on": "2025-06-12"}).status_code == 303
    assert AuditEntry.objects.get(action="meeting.amend").after["document_number"] == "情経第13号"
    assert client.post(RECORD, typed(cast, held, 1, action="return_review")).status_code == 422
    assert client.post(RECORD, typed(cast, held, 1, action="return_review", comment="確認")).status_code == 303


def test_who_may_record_and_who_may_confirm(cast: Cast, held: Meeting) -> None:
    assert as_(cast.approver).post(RECORD, typed(cast, held, 1)).status_code == 403
    as_(cast.reviewer).post(RECORD, typed(cast, held, 1))
    assert as_(cast.reviewer).post(CONFIRM, {"record": "1"}).status_code == 403
    cast._appoint("reviewer", "approver")
    row = RecordedDecision.objects.get()
    with pytest.raises(NotAllowed, match="ご自分が記録した決定は確認できません"):
        steps.confirm_record(user=cast.reviewer, record=row)
    assert cast.sheet(1).state == ReviewState.REVIEWED


def test_a_record_is_dropped_by_either_side_and_replaced_by_a_new_one(cast: Cast, held: Meeting) -> None:
    sheet = cast.sheet(1)
    drop = reverse("meguri:drop_record", args=[sheet.pk])
    as_(cast.reviewer).post(RECORD, typed(cast, held, 1))
    as_(cast.reviewer).post(RECORD, typed(cast, held, 1, action="return_review", comment="確認し直す"))
    assert RecordedDecision.objects.filter(closed_at=None).count() == 1
    assert "採用しない理由" in words(as_(cast.approver).post(drop, {"year": YEAR}, follow=True))
    assert "取り消しました" in words(as_(cast.approver).post(drop, {"year": YEAR, "reason": "議事と違う"}, follow=True))
    settle_background()
    assert Notification.objects.filter(recipient=cast.reviewer, body__contains="議事と違う").exists()
    assert as_(cast.approver).post(drop, {"year": YEAR, "reason": "もう一度"}).status_code == 409
    assert cast.sheet(1).state == ReviewState.REVIEWED


def test_a_decision_made_meanwhile_overtakes_the_record(cast: Cast, held: Meeting) -> None:
    as_(cast.reviewer).post(RECORD, typed(cast, held, 1))
    row, sheet = RecordedDecision.objects.get(), cast.sheet(1)
    steps.approve(user=cast.approver2, review_id=sheet.pk, round=sheet.round)
    text = words(as_(cast.approver).post(CONFIRM, {"record": row.pk, "year": YEAR}, follow=True))
    assert "シートの状態が変わっています" in text
    assert Decision.objects.filter(step="approve").count() == 1
    assert "事務局が記録した本部の決定" not in text


def test_gaps_are_named() -> None:
    assert meetings.gaps(Meeting(held_on="2025-06-10")) == ["出席者", "議事", "文書番号", "決裁日"]


def test_whom_a_recording_proxy_represented_does_not_confirm_and_is_not_represented_in_it(
    cast: Cast, held: Meeting
) -> None:
    today = clock.today()
    Appointment.objects.create(user=cast.reviewer, role=Role.APPROVER, starts_on=today)
    period = {"named_by": cast.administrator, "named_at": clock.now(), "starts_on": today, "ends_on": today}
    Proxy.objects.create(principal=cast.reviewer, deputy=cast.other, role=Role.REVIEWER, reason="出張", **period)
    Proxy.objects.create(principal=cast.reviewer, deputy=cast.related, role=Role.APPROVER, reason="出張", **period)
    as_(cast.other).post(RECORD, typed(cast, held, 1))
    row = RecordedDecision.objects.get()
    assert (row.recorded_by, row.on_behalf_of) == (cast.other, cast.reviewer)
    for person in (cast.reviewer, cast.related):
        assert 'name="record"' not in as_(person).get(BOARD).content.decode()
        with pytest.raises(NotAllowed):
            steps.confirm_record(user=person, record=row)
    assert 'name="record"' in as_(cast.approver).get(BOARD).content.decode()
    steps.confirm_record(user=cast.approver, record=row)
    assert cast.sheet(1).state == ReviewState.APPROVED
