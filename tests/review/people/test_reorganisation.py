"""組織改正: departments renamed, merged and split on 4月1日, with nothing stuck and no history rewritten."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import jsonschema_rs
import pytest
from django.utils import timezone

from review import clock, holders, permissions
from review.books.services import books
from review.books.services.snapshot import snapshot_of
from review.deadlines.services import chasing, deadlines
from review.domain.refusals import AlreadyDecided, Invalid, NotAllowed
from review.models import (
    Appointment,
    AuditEntry,
    Cycle,
    Department,
    Edition,
    MeasureReview,
    MeasureYear,
    Notification,
    Plan,
    Proxy,
    Reorganisation,
    Role,
    User,
)
from review.notices.services.reminders import Quiet
from review.people.services import people, proxies, reorganisation, reorganisation_moves
from review.people.services.posts import Post
from review.people.services.reorganisation import Kind, Planned
from review.plan.services import planning
from review.publication.services import publication
from review.publication.services.schemas import measure_schema
from review.publication.views import published
from review.sheet.services import submission
from tests.cast import YEAR, Cast, settle_background
from tests.moved import shifted
from workflow import steps


def april() -> date:
    return date(clock.today().year + 1, 4, 1)


def on(day: date) -> timedelta:
    noon = timezone.make_aware(datetime(day.year, day.month, day.day, 12))
    return noon - clock.now()


def planned(cast: Cast, kind: Kind, before: list[str], names: list[str], **more) -> Reorganisation:
    offices = tuple(cast.departments[name].pk for name in before)
    words = {"effective_on": april(), "reason": "組織の見直し", **more}
    return reorganisation.plan(
        user=cast.administrator, planned=Planned(kind=kind, before=offices, names=tuple(names), **words)
    )


def offices_of(user: User) -> set[str]:
    post = holders.standing(User.objects.get(pk=user.pk))
    return set(Department.objects.filter(pk__in=post.departments).values_list("name", flat=True))


def open_long(cast: Cast, sheets: int, owners: tuple[str, ...] = ("産業振興課",)) -> None:
    """A year that is still open for entry on the day."""
    cast.open(sheets, owners=owners)
    Cycle.objects.update(due_at=clock.now() + timedelta(days=500), closes_at=clock.now() + timedelta(days=501))


def test_a_renamed_department_works_on_under_its_new_name_from_the_day(cast: Cast) -> None:
    open_long(cast, 1)
    cast.fill(cast.sheet())
    planned(cast, Kind.RENAME, ["産業振興課"], ["商工観光課"])
    assert offices_of(cast.contributor) == {"産業振興課"} and cast.sheet().measure_year.owner.name == "産業振興課"
    with shifted(on(april() - timedelta(days=1))):
        assert reorganisation_moves.take_effect() == 0
        assert offices_of(cast.head) == {"産業振興課"}
    with shifted(on(april())):
        assert offices_of(cast.contributor) == {"商工観光課"}
        assert reorganisation_moves.take_effect() == 1 and reorganisation_moves.take_effect() == 0
        review = cast.sheet()
        assert review.measure_year.owner.name == "商工観光課"
        review = cast.fill(review)
        assert steps.submit(user=cast.contributor, review_id=review.pk).state == "submitted"
        settle_background()
        assert Notification.objects.filter(event="DepartmentsReorganised", recipient=cast.head).exists()
    old = Department.objects.get(name="産業振興課")
    assert old.ends_on == april() - timedelta(days=1) and old.successor.name == "商工観光課"


def test_merged_departments_are_one_from_the_day(cast: Cast) -> None:
    open_long(cast, 2, ("産業振興課", "農林水産課"))
    planned(cast, Kind.MERGE, ["産業振興課", "農林水産課"], ["産業課"])
    with shifted(on(april())):
        reorganisation_moves.take_effect()
        assert set(MeasureYear.objects.values_list("owner__name", flat=True)) == {"産業課"}
        assert offices_of(cast.contributor) == offices_of(cast.other) == {"産業課"}
        assert cast.fill(cast.sheet(2), user=cast.contributor).state == "editing"


def test_a_split_sends_each_sheet_and_person_where_it_was_said(cast: Cast) -> None:
    cast.open(2)
    second = cast.sheet(2).measure_year.measure_id
    planned(
        cast, Kind.SPLIT, ["産業振興課"], ["商工課", "観光課"],
        measures={second: 1}, people={cast.colleague.pk: (1,), cast.head.pk: (0, 1)},
    )  # fmt: skip
    with shifted(on(april())):
        reorganisation_moves.take_effect()
        assert [cast.sheet(n).measure_year.owner.name for n in (1, 2)] == ["商工課", "観光課"]
        assert offices_of(cast.contributor) == {"商工課"}
        assert offices_of(cast.colleague) == {"観光課"}
        assert offices_of(cast.head) == {"商工課", "観光課"}


def test_a_published_year_keeps_the_old_name_and_the_next_takes_the_new(cast: Cast) -> None:
    cast.published(1)
    planned(cast, Kind.RENAME, ["産業振興課"], ["商工観光課"])
    with shifted(on(april())):
        reorganisation_moves.take_effect()
    old, new = MeasureYear.objects.order_by("fiscal_year")
    assert (old.owner.name, new.owner.name) == ("産業振興課", "商工観光課")
    edition = Edition.objects.get()
    assert edition.snapshot["measures"][0]["owner"] == "産業振興課" and publication.intact(edition)
    # What they did under the old name stays theirs to read.
    with shifted(on(april())):
        review = MeasureReview.objects.get(measure_year=old)
        assert permissions.may_read(User.objects.get(pk=cast.contributor.pk), review)


def test_a_year_published_after_the_day_drafts_the_next_with_the_new_office(cast: Cast) -> None:
    """Decided before the day, published after it: the edition says who it was, the draft who it is."""
    cycle = cast.open(1)
    cast.approved()
    settle_background()
    planned(cast, Kind.RENAME, ["産業振興課"], ["商工観光課"])
    type(cycle).objects.filter(pk=cycle.pk).update(publish_at=clock.now() + on(april()) + timedelta(hours=1))
    steps.decide_year(user=cast.approver, cycle_id=cycle.pk)
    settle_background()
    with shifted(on(april()) + timedelta(hours=2)):
        reorganisation_moves.take_effect()
        settle_background()
    assert Edition.objects.get().snapshot["measures"][0]["owner"] == "産業振興課"
    assert MeasureYear.objects.get(fiscal_year=YEAR + 1).owner.name == "商工観光課"


def test_who_is_appointed_to_the_old_office_meanwhile_moves_with_it(cast: Cast) -> None:
    planned(cast, Kind.RENAME, ["産業振興課"], ["商工観光課"])
    post = Post(role=Role.CONTRIBUTOR, department=cast.departments["産業振興課"].pk)
    people.appoint(by=cast.administrator, user_id=cast.auditor.pk, post=post, starts_on=clock.today())
    with shifted(on(april())):
        reorganisation_moves.take_effect()
        assert offices_of(cast.auditor) == {"商工観光課"}


def test_a_heads_proxy_goes_along(cast: Cast) -> None:
    office = cast.departments["産業振興課"].pk
    naming = proxies.Naming(
        principal=cast.head.pk, deputy=cast.other.pk, post=Post(role=Role.HEAD, department=office),
        starts_on=april() - timedelta(days=3), ends_on=april() + timedelta(days=3), reason="入院",
    )  # fmt: skip
    proxies.name(user=cast.head, naming=naming)
    planned(cast, Kind.RENAME, ["産業振興課"], ["商工観光課"])
    with shifted(on(april())):
        reorganisation_moves.take_effect()
        assert "商工観光課" in offices_of(cast.other)
    assert Proxy.objects.count() == 2


def test_a_plan_withdrawn_before_its_day_leaves_everything_as_it_was(cast: Cast) -> None:
    before = list(Appointment.objects.order_by("pk").values_list("pk", "department", "starts_on", "ends_on"))
    plan = planned(cast, Kind.MERGE, ["産業振興課", "農林水産課"], ["産業課"])
    reorganisation.withdraw(user=cast.administrator, plan_id=plan.pk)
    assert list(Appointment.objects.order_by("pk").values_list("pk", "department", "starts_on", "ends_on")) == before
    assert not Department.objects.filter(name="産業課").exists()
    assert not Department.objects.exclude(ends_on=None).exists()
    with shifted(on(april())):
        assert reorganisation_moves.take_effect() == 0
    with pytest.raises(AlreadyDecided):
        reorganisation.withdraw(user=cast.administrator, plan_id=plan.pk)


def test_what_has_taken_effect_is_not_withdrawn(cast: Cast) -> None:
    plan = planned(cast, Kind.RENAME, ["産業振興課"], ["商工観光課"])
    with shifted(on(april())), pytest.raises(AlreadyDecided):
        reorganisation.withdraw(user=cast.administrator, plan_id=plan.pk)


@pytest.mark.parametrize(
    "kind, before, names, field",
    [
        (Kind.RENAME, ["産業振興課"], ["市民課"], "name"),
        (Kind.RENAME, ["産業振興課"], ["産業振興課"], "name"),
        (Kind.MERGE, ["産業振興課"], ["産業課"], "before"),
        (Kind.SPLIT, ["産業振興課"], ["商工課"], "name"),
        (Kind.RENAME, ["産業振興課"], [" "], "name"),
    ],
)
def test_what_cannot_be_says_why(cast: Cast, kind: Kind, before: list[str], names: list[str], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        planned(cast, kind, before, names)
    assert field in refusal.value.fields and not Reorganisation.objects.exists()


def test_it_is_for_the_administrator_and_stands_in_the_trail(cast: Cast) -> None:
    office = cast.departments["産業振興課"].pk
    planned = Planned(kind=Kind.RENAME, before=(office,), names=("商工課",), effective_on=april(), reason="見直し")
    with pytest.raises(NotAllowed):
        reorganisation.plan(user=cast.reviewer, planned=planned)
    reorganisation.plan(user=cast.administrator, planned=planned)
    entry = AuditEntry.objects.get(action="reorganisation.plan")
    assert entry.after["departments"] == ["商工課"]


def test_an_import_before_the_day_knows_the_old_office_still(cast: Cast) -> None:
    planned(cast, Kind.RENAME, ["産業振興課"], ["商工観光課"])
    assert "産業振興課" in planning.offices_today()


def of_its_own(cast: Cast, name: str, days: int) -> datetime:
    moment = clock.now() + timedelta(days=days)
    deadlines.set_for_department(
        user=cast.reviewer2,
        cycle_id=cast.cycle.pk,
        department=cast.departments[name],
        own=deadlines.OwnDeadlines(due_at=moment, closes_at=moment),
        reason=f"{name}の繁忙期のため",
    )
    return moment


def paused(cast: Cast, name: str) -> None:
    today = clock.today()
    chasing.pause(
        user=cast.reviewer2, cycle_id=cast.cycle.pk, starts_on=today, ends_on=today + timedelta(days=9),
        reason="繁忙期", department=cast.departments[name],
    )  # fmt: skip


def test_a_renamed_department_keeps_its_own_deadlines_and_its_pause(cast: Cast) -> None:
    cast.open(1)
    due = of_its_own(cast, "産業振興課", 18)
    paused(cast, "産業振興課")
    planned(cast, Kind.RENAME, ["産業振興課"], ["商工観光課"], effective_on=clock.today())
    review = cast.sheet()
    assert review.measure_year.owner.name == "商工観光課" and review.step_due_at == due
    assert set(review.cycle.department_deadlines) == {str(review.measure_year.owner_id)}
    assert Quiet(review.cycle, clock.today()).covers(review)
    assert AuditEntry.objects.get(action="reorganisation.apply").after["pauses"] == 1


def test_after_a_merger_nobody_loses_days_and_a_pause_stays_with_the_sheets_that_had_it(cast: Cast) -> None:
    cast.open(2, owners=("産業振興課", "農林水産課"))
    of_its_own(cast, "産業振興課", 16)
    later = of_its_own(cast, "農林水産課", 18)
    paused(cast, "産業振興課")
    planned(cast, Kind.MERGE, ["産業振興課", "農林水産課"], ["経済部"], effective_on=clock.today())
    first, second = cast.sheet(1), cast.sheet(2)
    assert first.step_due_at == second.step_due_at == later
    quiet = Quiet(first.cycle, clock.today())
    assert quiet.covers(first) and not quiet.covers(second)


def test_a_merger_with_an_office_that_followed_the_year_keeps_the_later_deadline(cast: Cast) -> None:
    cast.open(2, owners=("産業振興課", "農林水産課"))
    of_its_own(cast, "産業振興課", 3)
    planned(cast, Kind.MERGE, ["産業振興課", "農林水産課"], ["経済部"], effective_on=clock.today())
    assert cast.sheet(1).due_at == cast.cycle.due_at


@pytest.mark.parametrize("older", ["", "submission", "trail"])
def test_an_edition_names_the_office_that_submitted_the_sheet(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, older: str
) -> None:
    """Merged between 承認 and 公表: the office that reported stands in the edition, its successor beside it.

    Submissions of before held no office (`submission`), nor did the trail of before (`trail`): then the sender's post tells.
    """
    cycle = cast.open(2, owners=("産業振興課",))
    if older:
        whole = submission.content_of
        monkeypatch.setattr(
            submission,
            "content_of",
            lambda review: {key: one for key, one in whole(review).items() if key not in ("owner", "related")},
        )
    review = cast.fill(cast.sheet(1))
    steps.submit(user=cast.contributor, review_id=review.pk)
    steps.confirm(user=cast.reviewer2, review_id=review.pk, round=1)
    steps.approve(user=cast.approver, review_id=review.pk, round=1)
    assert ("owner" in cast.sheet(1).submissions.get().content) is not bool(older)
    if older == "trail":
        write = reorganisation.audit.write

        def as_before(*entry: Any, after: dict[str, Any], **more: Any) -> Any:
            return write(*entry, after={key: one for key, one in after.items() if key != "owners"}, **more)

        monkeypatch.setattr(reorganisation.audit, "write", as_before)
    planned(cast, Kind.MERGE, ["農林水産課", "産業振興課"], ["経済部"], effective_on=clock.today() + timedelta(days=1))
    with shifted(timedelta(days=1)):
        reorganisation_moves.take_effect()
    assert cast.sheet(1).measure_year.owner.name == "経済部"
    first, second = snapshot_of(cycle)["measures"]
    assert (first["owner"], first["owner_now"], first["related"]) == ("産業振興課", "経済部", ["市民課"])
    assert second["owner"] == "経済部" and "owner_now" not in second
    assert published.facts_of(first)[0]["text"] == "産業振興課(組織改正により、公表時は経済部)"
    assert books.sheet(first, [YEAR]).owner == "産業振興課"
    schema = jsonschema_rs.Draft202012Validator(measure_schema())
    assert schema.is_valid(first) and schema.is_valid(second)


def test_the_reviewing_office_of_a_plan_is_called_by_its_new_name_from_the_day(cast: Cast) -> None:
    open_long(cast, 1)
    Plan.objects.update(office_department=cast.departments["情報経営課"], office_en="Information Division")
    own = Plan.objects.create(
        name="別の計画", city="見本市", first_year=2022, last_year=2025, office="計画の事務局",
        office_department=cast.departments["情報経営課"],
    )  # fmt: skip
    planned(cast, Kind.RENAME, ["情報経営課"], ["デジタル戦略課"])
    with shifted(on(april())):
        reorganisation_moves.take_effect()
    plan = Plan.objects.get(name="DX推進計画")
    assert (plan.office, plan.office_en, str(plan.office_department)) == ("デジタル戦略課", "", "デジタル戦略課")
    own.refresh_from_db()
    assert own.office == "計画の事務局", "a name of its own stays"
    assert str(own.office_department) == "デジタル戦略課"
    entry = AuditEntry.objects.filter(action="plan.change", subject=f"plan:{plan.pk}").get()
    assert entry.after["office"] == "デジタル戦略課" and entry.after["reason"] == "組織の見直し"
