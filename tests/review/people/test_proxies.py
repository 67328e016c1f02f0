"""代決: who may stand in for whom, what it lets them do, and what it never does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from review import clock, permissions
from review.assessment.services import approval
from review.domain.refusals import AlreadyDecided, Invalid, NotAllowed
from review.models import (
    Appointment,
    AuditEntry,
    Decision,
    LaterReading,
    Notification,
    Outcome,
    Proxy,
    Role,
    Step,
    User,
)
from review.people.services import proxies
from review.people.services.posts import Post
from review.people.services.proxies import Naming
from tests.cast import YEAR, Cast, settle_background
from tests.moved import shifted
from tests.review.acting import as_, words
from workflow import steps


def naming(cast: Cast, principal: User, deputy: User, role: str, **more) -> Naming:
    today = clock.today()
    office = cast.departments["産業振興課"].pk if role == Role.HEAD else None
    words = {"starts_on": today, "ends_on": today + timedelta(days=6), "reason": "出張のため", **more}
    return Naming(principal=principal.pk, deputy=deputy.pk, post=Post(role=role, department=office), **words)


def fresh(user: User) -> User:
    """The person as the next request meets them."""
    return User.objects.get(pk=user.pk)


def named(cast: Cast, principal: User, deputy: User, role: str, **more) -> Proxy:
    return proxies.name(user=principal, naming=naming(cast, principal, deputy, role, **more))


def test_a_proxy_decides_under_their_own_name_and_for_whom_is_recorded(cast: Cast) -> None:
    cast.open(1)
    review = cast.submitted()
    named(cast, cast.reviewer2, cast.other, Role.REVIEWER)
    assert permissions.may_review(fresh(cast.other), review)
    steps.confirm(user=cast.other, review_id=review.pk, round=review.round)
    decision = Decision.objects.get()
    assert decision.decided_by == cast.other and decision.on_behalf_of == cast.reviewer2
    entry = AuditEntry.objects.get(action="proxy.decide")
    assert entry.actor_key == cast.other.key and entry.after["on_behalf_of"] == str(cast.reviewer2.key)
    settle_background()
    notice = Notification.objects.get(recipient=cast.reviewer2, event="DecidedByProxy")
    assert "代決しました" in notice.title


def test_who_holds_the_post_themselves_decides_in_their_own_right(cast: Cast) -> None:
    cast.open(1)
    review = cast.submitted()
    named(cast, cast.reviewer, cast.reviewer2, Role.REVIEWER)
    steps.confirm(user=cast.reviewer2, review_id=review.pk, round=review.round)
    assert Decision.objects.get().on_behalf_of is None


def test_a_proxy_holds_from_its_first_to_its_last_day(cast: Cast) -> None:
    today = clock.today()
    named(cast, cast.approver, cast.other, Role.APPROVER, starts_on=today + timedelta(1), ends_on=today + timedelta(2))
    for ahead, expected in ((0, False), (1, True), (2, True), (3, False)):
        with shifted(timedelta(days=ahead)):
            assert permissions.is_approver(fresh(cast.other)) is expected, ahead


def test_a_withdrawn_proxy_holds_no_more_and_its_row_stays(cast: Cast) -> None:
    proxy = named(cast, cast.approver, cast.other, Role.APPROVER)
    proxies.withdraw(user=cast.administrator, proxy_id=proxy.pk)
    assert not permissions.is_approver(fresh(cast.other))
    assert Proxy.objects.get().withdrawn_by == cast.administrator
    with pytest.raises(AlreadyDecided):
        proxies.withdraw(user=cast.approver, proxy_id=proxy.pk)


def test_a_proxy_ends_with_the_post_of_the_one_represented(cast: Cast) -> None:
    named(cast, cast.approver, cast.other, Role.APPROVER)
    Appointment.objects.filter(user=cast.approver).update(ends_on=clock.today() - timedelta(days=1))
    assert not permissions.is_approver(fresh(cast.other))


def test_no_one_gets_round_the_rule_on_ones_own_submission_by_a_proxy(cast: Cast) -> None:
    """確認 四郎 writes for 情報経営課 too: neither a proxy of theirs nor they as a proxy may review that sheet."""
    cast.open(1, owners=("情報経営課",))
    review = cast.fill(cast.sheet(), user=cast.reviewer)
    review = steps.submit(user=cast.reviewer, review_id=review.pk)
    named(cast, cast.reviewer, cast.other, Role.REVIEWER)
    named(cast, cast.reviewer2, cast.reviewer, Role.REVIEWER)
    for person in (cast.other, cast.reviewer):
        with pytest.raises(NotAllowed):
            steps.confirm(user=person, review_id=review.pk, round=review.round)
    # Represented is somebody else: that is 代決.
    named(cast, cast.approver, cast.other, Role.APPROVER)
    steps.confirm(user=cast.reviewer2, review_id=review.pk, round=review.round)
    steps.approve(user=cast.other, review_id=review.pk, round=review.round)
    assert Decision.objects.get(step="approve").on_behalf_of == cast.approver


def test_who_reviewed_by_proxy_or_was_represented_there_does_not_approve(cast: Cast) -> None:
    cast.open(1)
    review = cast.submitted()
    Appointment.objects.create(user=cast.reviewer2, role=Role.APPROVER, starts_on=clock.today())
    named(cast, cast.reviewer2, cast.other, Role.REVIEWER)
    steps.confirm(user=cast.other, review_id=review.pk, round=review.round)
    named(cast, cast.approver, cast.other, Role.APPROVER)
    for person in (cast.other, cast.reviewer2):
        with pytest.raises(NotAllowed):
            steps.approve(user=person, review_id=review.pk, round=review.round)


def test_the_proposer_is_not_represented_when_their_proposal_is_decided(cast: Cast) -> None:
    cast.open(1)
    Appointment.objects.create(user=cast.reviewer2, role=Role.APPROVER, starts_on=clock.today())
    review = cast.sheet()
    approval.propose_outcome(
        user=cast.reviewer2, review_id=review.pk, outcome=Outcome.NOT_SUBMITTED, reason="提出がないため"
    )
    named(cast, cast.reviewer2, cast.other, Role.APPROVER)
    with pytest.raises(NotAllowed):
        steps.decide_outcome(user=cast.other, review_id=review.pk, accept=True)
    named(cast, cast.approver, cast.other, Role.APPROVER)
    steps.decide_outcome(user=cast.other, review_id=review.pk, accept=True)
    assert Decision.objects.get(step="settle").on_behalf_of == cast.approver


def test_a_heads_proxy_endorses_but_not_what_they_sent(cast: Cast) -> None:
    cycle = cast.open(2)
    cycle.requires_endorsement = True
    cycle.save()
    named(cast, cast.head, cast.colleague, Role.HEAD)
    by_colleague = cast.fill(cast.sheet(1), user=cast.colleague)
    by_colleague = steps.submit(user=fresh(cast.colleague), review_id=by_colleague.pk)
    assert by_colleague.state == "endorsing", "a proxy's own submission still waits for 所属長確認"
    with pytest.raises(NotAllowed):
        steps.endorse(user=fresh(cast.colleague), review_id=by_colleague.pk)
    by_contributor = cast.submitted(2)
    steps.endorse(user=fresh(cast.colleague), review_id=by_contributor.pk)
    assert Decision.objects.get().on_behalf_of == cast.head


def test_a_publication_is_not_decided_by_proxy(cast: Cast) -> None:
    cycle = cast.open(1)
    cast.approved()
    settle_background()
    named(cast, cast.approver2, cast.other, Role.APPROVER)
    with pytest.raises(NotAllowed, match="代決はできません"):
        steps.decide_year(user=cast.other, cycle_id=cycle.pk)


def test_those_who_manage_name_for_others_and_never_themselves(cast: Cast) -> None:
    request = naming(cast, cast.approver, cast.other, Role.APPROVER)
    with pytest.raises(NotAllowed):
        proxies.name(user=cast.contributor, naming=request)
    with pytest.raises(NotAllowed, match="ご自分を"):
        proxies.name(user=cast.reviewer2, naming=naming(cast, cast.approver, cast.reviewer2, Role.APPROVER))
    made = proxies.name(user=cast.reviewer2, naming=request)
    assert made.named_by == cast.reviewer2
    settle_background()
    recipients = set(Notification.objects.filter(event="ProxyNamed").values_list("recipient__username", flat=True))
    assert recipients == {"approver", "other"}


def test_a_reviewers_proxy_names_nobody_for_others(cast: Cast) -> None:
    named(cast, cast.reviewer2, cast.other, Role.REVIEWER)
    with pytest.raises(NotAllowed):
        proxies.name(user=fresh(cast.other), naming=naming(cast, cast.approver, cast.head, Role.APPROVER))


@pytest.mark.parametrize(
    "field, change",
    [
        ("deputy", lambda cast: {"deputy": cast.auditor}),
        ("deputy", lambda cast: {"deputy": cast.administrator}),
        ("deputy", lambda cast: {"deputy": cast.approver}),
        ("post", lambda cast: {"role": Role.REVIEWER}),
        ("reason", lambda cast: {"reason": " "}),
        ("ends_on", lambda cast: {"ends_on": clock.today() - timedelta(days=1)}),
    ],
)
def test_what_cannot_be_named_says_why_under_its_field(cast: Cast, field: str, change) -> None:
    fields = {"principal": cast.approver, "deputy": cast.other, "role": Role.APPROVER, **change(cast)}
    request = naming(cast, fields.pop("principal"), fields.pop("deputy"), fields.pop("role"), **fields)
    with pytest.raises(Invalid) as refusal:
        proxies.name(user=cast.approver, naming=request)
    assert field in refusal.value.fields
    assert not Proxy.objects.exists()


def test_one_proxy_at_a_time_for_one_post(cast: Cast) -> None:
    named(cast, cast.approver, cast.other, Role.APPROVER)
    with pytest.raises(Invalid) as refusal:
        named(cast, cast.approver, cast.related, Role.APPROVER, starts_on=clock.today() + timedelta(days=3))
    assert "starts_on" in refusal.value.fields


def test_the_one_represented_reads_it_later_once(cast: Cast) -> None:
    cast.open(1)
    review = cast.submitted()
    named(cast, cast.reviewer2, cast.other, Role.REVIEWER)
    steps.confirm(user=cast.other, review_id=review.pk, round=review.round)
    decision = proxies.unread_by(cast.reviewer2).get()
    with pytest.raises(NotAllowed):
        proxies.read_later(user=cast.other, decision_id=decision.pk)
    proxies.read_later(user=cast.reviewer2, decision_id=decision.pk, remark="了解しました。")
    assert LaterReading.objects.get().remark == "了解しました。"
    assert AuditEntry.objects.filter(action="proxy.read", actor_key=cast.reviewer2.key).exists()
    assert not proxies.unread_by(cast.reviewer2).exists()
    with pytest.raises(AlreadyDecided):
        proxies.read_later(user=cast.reviewer2, decision_id=decision.pk)


def test_the_lists_say_beforehand_what_a_proxy_would_be_refused(cast: Cast) -> None:
    cast.open(3)
    sent_by_principal = cast.submitted(1)
    Appointment.objects.create(user=cast.contributor, role=Role.REVIEWER, starts_on=clock.today())
    Appointment.objects.create(user=cast.reviewer2, role=Role.APPROVER, starts_on=clock.today())
    named(cast, cast.contributor, cast.other, Role.REVIEWER)
    assert permissions.barred(fresh(cast.other), cast.plan.pk, [sent_by_principal.pk], Step.REVIEW) == {
        sent_by_principal.pk: False
    }
    assert permissions.barred(fresh(cast.contributor), cast.plan.pk, [sent_by_principal.pk], Step.REVIEW)[
        sent_by_principal.pk
    ]
    assert "代決の相手の方が提出" in words(as_(fresh(cast.other)).get(f"/plans/dx/{YEAR}/queue/"))

    reviewed = cast.reviewed(2)
    named(cast, cast.reviewer2, cast.related, Role.APPROVER)
    page = as_(fresh(cast.related)).get(f"/plans/dx/{YEAR}/board/")
    assert "代決の相手の方が提出または確認したため" in words(page)
    assert f'value="{reviewed.pk}:{reviewed.round}"' not in page.content.decode()
    # Whoever may also stand in for somebody who had no hand in it decides in that person's name.
    named(cast, cast.approver, cast.related, Role.APPROVER)
    page = as_(fresh(cast.related)).get(f"/plans/dx/{YEAR}/board/")
    assert f'value="{reviewed.pk}:{reviewed.round}"' in page.content.decode()
    assert permissions.barred(cast.auditor, cast.plan.pk, [reviewed.pk], Step.APPROVE) == {}
