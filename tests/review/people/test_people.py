"""People: enrolled, transferred on 4月1日, handed over from, and deactivated without leaving anything stuck."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from review import clock, holders, permissions
from review.assessment.services import assessment
from review.domain.refusals import AlreadyDecided, Invalid, NotAllowed
from review.models import Appointment, AuditEntry, MeasureReview, Notification, Role, User
from review.people.services import handover, people
from review.people.services.posts import Post
from tests.cast import Cast, settle_background
from tests.moved import shifted
from tests.review.acting import as_
from workflow import steps


def on(day: date) -> timedelta:
    """How far to move the clock so that it is noon of the day."""
    noon = timezone.make_aware(datetime(day.year, day.month, day.day, 12))
    return noon - clock.now()


def next_april() -> date:
    return date(clock.today().year + 1, 4, 1)


def writer(cast: Cast, name: str) -> Post:
    return Post(role=Role.CONTRIBUTOR, department=cast.departments[name].pk)


def standing(user: User, day: date) -> tuple[set[str], set[str]]:
    """(roles, names of departments) of the person on the day."""
    from review.models import Department

    with shifted(on(day)):
        post = holders.standing(User.objects.get(pk=user.pk))
    names = Department.objects.filter(pk__in=post.departments).values_list("name", flat=True)
    return set(post.roles), set(names)


# --- accounts ------------------------------------------------------------------------------------------------------


def test_a_new_person_signs_in_with_a_temporary_password_and_must_change_it(cast: Cast) -> None:
    made = people.enrol(by=cast.administrator, username="new1", display_name="新人 十子", email="new1@city.example")
    assert made.user.check_password(made.password) and made.user.must_change_password
    assert "新人" not in str(list(AuditEntry.objects.values_list("after", flat=True)))
    with pytest.raises(Invalid) as refusal:
        people.enrol(by=cast.administrator, username="NEW1", display_name="", email="x")
    assert set(refusal.value.fields) == {"username", "display_name", "email"}
    with pytest.raises(NotAllowed):
        people.enrol(by=cast.reviewer, username="new2", display_name="新人", email="")


def test_an_installation_begins_with_one_administrator_and_no_second_one(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CommandError, match="メールアドレス"):
        call_command("enrol_administrator", "kanri", "管理 一", "--email", "x")
    call_command("enrol_administrator", "kanri", "管理 一")
    password = capsys.readouterr().out.split()[-1]
    client = Client()
    client.post(reverse("login"), {"username": "kanri", "password": password})
    assert client.get(reverse("meguri:people"))["Location"] == f"{reverse('password_change')}?next=%2Fpeople%2F"
    user = User.objects.get(username="kanri")
    assert permissions.may_manage_people(user) and not user.is_superuser
    entries = AuditEntry.objects.filter(subject=f"user:{user.key}").values_list("action", "actor_key")
    assert list(entries[:2]) == [("user.enrol", None), ("post.begin", None)]
    with pytest.raises(CommandError, match="管理者がすでにいます"):
        call_command("enrol_administrator", "kanri2", "管理 二")


def test_an_administrators_post_opens_djangos_admin_and_its_end_closes_it(cast: Cast) -> None:
    room = reverse("admin:index")
    assert as_(User.objects.get(pk=cast.other.pk)).get(room).status_code == 403
    people.appoint(
        by=cast.administrator, user_id=cast.other.pk, post=Post(role=Role.ADMINISTRATOR), starts_on=clock.today()
    )
    assert as_(User.objects.get(pk=cast.other.pk)).get(room).status_code == 200
    row = Appointment.objects.get(user=cast.other, role=Role.ADMINISTRATOR)
    people.end_post(by=cast.administrator, appointment_id=row.pk, last_day=clock.today() - timedelta(days=1))
    assert as_(User.objects.get(pk=cast.other.pk)).get(room).status_code == 403
    assert not Appointment.objects.filter(pk=row.pk).exists(), "a post that never began leaves no row"


def test_the_last_holder_of_a_post_is_not_taken_out_of_it(cast: Cast) -> None:
    row = Appointment.objects.get(user=cast.administrator)
    with pytest.raises(Invalid) as refusal:
        people.end_post(by=cast.administrator, appointment_id=row.pk, last_day=clock.today())
    assert "管理者" in refusal.value.fields["last_day"]


# --- 4月1日 ---------------------------------------------------------------------------------------------------------


def test_transfers_of_april_first_take_effect_by_themselves(cast: Cast) -> None:
    """A table of who may do what on the days around 4月1日, prepared weeks ahead."""
    april, eve = next_april(), next_april() - timedelta(days=1)
    to = people.transfer
    to(by=cast.administrator, user_id=cast.contributor.pk, day=april, to=[writer(cast, "農林水産課")])
    to(by=cast.administrator, user_id=cast.other.pk, day=april, to=[Post(role=Role.REVIEWER)])
    to(
        by=cast.administrator,
        user_id=cast.head.pk,
        day=april,
        to=[writer(cast, "市民課"), Post(role=Role.HEAD, department=cast.departments["産業振興課"].pk)],
    )
    table = [
        (cast.contributor, clock.today(), {"contributor"}, {"産業振興課"}),
        (cast.contributor, eve, {"contributor"}, {"産業振興課"}),
        (cast.contributor, april, {"contributor"}, {"農林水産課"}),
        (cast.contributor, april + timedelta(days=400), {"contributor"}, {"農林水産課"}),
        (cast.other, eve, {"contributor"}, {"農林水産課"}),
        (cast.other, april, {"reviewer"}, set()),
        (cast.head, eve, {"head"}, {"産業振興課"}),
        (cast.head, april, {"head", "contributor"}, {"産業振興課", "市民課"}),
        (cast.colleague, april, {"contributor"}, {"産業振興課"}),
    ]
    for user, day, roles, offices in table:
        assert standing(user, day) == (roles, offices), (str(user), day)
    assert Appointment.objects.get(user=cast.head, role=Role.HEAD).ends_on is None, "a post that goes on is untouched"


def test_a_sheet_in_the_middle_goes_on_with_the_successor(cast: Cast) -> None:
    """Returned to somebody who was transferred: the department is told, and a successor sends it again."""
    cast.open(1)
    review = cast.submitted()
    april = next_april()
    to = people.transfer
    to(by=cast.administrator, user_id=cast.contributor.pk, day=april, to=[writer(cast, "農林水産課")])
    to(by=cast.administrator, user_id=cast.other.pk, day=april, to=[writer(cast, "産業振興課")])
    with shifted(on(april)):
        review = steps.return_to_department(
            user=cast.reviewer2, review_id=review.pk, round=review.round, comment="数字を確かめてください。"
        )
        settle_background()
        recipients = Notification.objects.filter(event="SubmissionReturned").values_list(
            "recipient__username", flat=True
        )
        assert set(recipients) == {"colleague", "head", "other"}
        with pytest.raises(NotAllowed):
            steps.submit(user=cast.contributor, review_id=review.pk)
        assert steps.submit(user=cast.other, review_id=review.pk).state == "submitted"


def test_a_transfer_that_leaves_a_department_empty_is_refused(cast: Cast) -> None:
    cast.open(1, owners=("農林水産課",))
    with pytest.raises(Invalid) as refusal:
        people.transfer(by=cast.administrator, user_id=cast.other.pk, day=next_april(), to=[writer(cast, "市民課")])
    assert "農林水産課" in refusal.value.fields["day"]
    # With a successor for that very day it goes through.
    people.transfer(by=cast.administrator, user_id=cast.related.pk, day=next_april(), to=[writer(cast, "農林水産課")])
    people.transfer(by=cast.administrator, user_id=cast.other.pk, day=next_april(), to=[writer(cast, "市民課")])


# --- hand-over -----------------------------------------------------------------------------------------------------


def test_open_work_is_claims_returned_sheets_and_sheets_being_written(cast: Cast) -> None:
    cast.open(3)
    review = cast.submitted(1)
    steps.return_to_department(user=cast.reviewer2, review_id=review.pk, round=review.round, comment="理由です。")
    cast.fill(cast.sheet(2))
    work = handover.open_work(cast.contributor)
    assert [one.pk for one in work.returned] == [review.pk]
    assert [one.pk for one in work.writing] == [cast.sheet(2).pk]
    assert not handover.open_work(cast.colleague).sheets


def test_a_hand_over_moves_the_work_and_tells_the_colleague(cast: Cast) -> None:
    cast.open(2)
    review = cast.submitted(1)
    steps.return_to_department(user=cast.reviewer2, review_id=review.pk, round=review.round, comment="理由です。")
    settle_background()
    handover.hand_over(
        user=cast.reviewer2, leaving=cast.contributor, to=cast.colleague, review_ids=[review.pk], reason="休暇のため"
    )
    assert not handover.open_work(cast.contributor).sheets
    assert [one.pk for one in handover.open_work(cast.colleague).sheets] == [review.pk]
    settle_background()
    assert Notification.objects.filter(recipient=cast.colleague, event="WorkHandedOver").exists()
    entry = AuditEntry.objects.get(action="work.hand_over")
    assert entry.after["to"] == str(cast.colleague.key) and entry.after["reason"] == "休暇のため"


def test_a_returned_sheet_goes_to_whoever_took_it_over(cast: Cast) -> None:
    cast.open(1)
    review = cast.fill(cast.sheet())
    handover.hand_over(
        user=cast.reviewer2, leaving=cast.contributor, to=cast.head, review_ids=[review.pk], reason="休暇のため"
    )
    review = steps.submit(user=cast.contributor, review_id=review.pk)
    steps.return_to_department(user=cast.reviewer2, review_id=review.pk, round=review.round, comment="理由です。")
    settle_background()
    recipients = Notification.objects.filter(event="SubmissionReturned").values_list("recipient__username", flat=True)
    assert list(recipients) == ["head"]


def test_a_claim_goes_to_another_reviewer_only(cast: Cast) -> None:
    cast.open(1)
    review = cast.submitted()
    assessment.claim(user=cast.reviewer2, review_id=review.pk)
    hand = {"user": cast.administrator, "leaving": cast.reviewer2, "review_ids": [review.pk], "reason": "交代"}
    with pytest.raises(Invalid) as refusal:
        handover.hand_over(**hand, to=cast.colleague)
    assert "to" in refusal.value.fields
    handover.hand_over(**hand, to=cast.reviewer)
    assert MeasureReview.objects.get(pk=review.pk).claimed_by == cast.reviewer


def test_a_hand_over_is_for_those_who_manage(cast: Cast) -> None:
    cast.open(1)
    review = cast.fill(cast.sheet())
    with pytest.raises(NotAllowed):
        handover.hand_over(
            user=cast.head, leaving=cast.contributor, to=cast.colleague, review_ids=[review.pk], reason="交代"
        )


# --- leaving -------------------------------------------------------------------------------------------------------


def test_nobody_leaves_with_work_in_hand(cast: Cast) -> None:
    cast.open(1)
    review = cast.fill(cast.sheet())
    with pytest.raises(Invalid, match="先に引き継いでください"):
        people.deactivate(by=cast.administrator, user_id=cast.contributor.pk, reason="退職")
    handover.hand_over(
        user=cast.administrator, leaving=cast.contributor, to=cast.colleague, review_ids=[review.pk], reason="退職"
    )
    people.deactivate(by=cast.administrator, user_id=cast.contributor.pk, reason="退職")
    gone = User.objects.get(pk=cast.contributor.pk)
    assert not gone.is_active and holders.standing(gone) == holders.NOBODY
    assert Appointment.objects.get(user=gone).ends_on == clock.today() - timedelta(days=1)
    assert AuditEntry.objects.filter(action="user.deactivate", subject=f"user:{gone.key}").exists()
    with pytest.raises(AlreadyDecided):
        people.deactivate(by=cast.administrator, user_id=gone.pk, reason="退職")


def test_an_open_session_ends_with_the_deactivation(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.colleague)
    assert client.get("/").status_code == 200
    people.deactivate(by=cast.administrator, user_id=cast.colleague.pk, reason="退職")
    assert client.get("/notices/").status_code == 302


def test_the_last_of_a_department_does_not_leave_before_a_successor(cast: Cast) -> None:
    cast.open(1, owners=("農林水産課",))
    with pytest.raises(Invalid, match="ほかに担当者も所属長もいません"):
        people.deactivate(by=cast.administrator, user_id=cast.other.pk, reason="退職")


def test_who_comes_back_gets_a_new_password_and_no_post(cast: Cast) -> None:
    people.deactivate(by=cast.administrator, user_id=cast.colleague.pk, reason="休職")
    made = people.reactivate(by=cast.administrator, user_id=cast.colleague.pk, reason="復職")
    assert made.user.is_active and made.user.check_password(made.password)
    assert not holders.standing(User.objects.get(pk=made.user.pk)).roles


def test_an_administrator_does_not_lock_themselves_out(cast: Cast) -> None:
    with pytest.raises(Invalid, match="ご自分"):
        people.deactivate(by=cast.administrator, user_id=cast.administrator.pk, reason="退職")
