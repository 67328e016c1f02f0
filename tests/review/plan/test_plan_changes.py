"""Changes in mid-plan: from a 年度 on, by two people, shown where people look, and never in a published year."""

from __future__ import annotations

import pytest

from review import clock
from review.assessment.services import definitions
from review.books.services import books
from review.books.services.snapshot import snapshot_of
from review.domain.refusals import AlreadyDecided, Invalid, NotAllowed
from review.models import (
    Appointment,
    AuditEntry,
    ChangeKind,
    Decision,
    Edition,
    Indicator,
    IndicatorYear,
    Measure,
    MeasureReview,
    MeasureYear,
    Notification,
    PlanChange,
    Role,
)
from review.plan.services import plan_changes
from review.plan.services.plan_proposals import FOLDED, Detail, Part, Proposal
from review.publication.services import publication
from review.sheet.services import submission
from review.year.services import cycles
from tests.cast import YEAR, Cast, settle_background
from workflow import steps

NEXT = YEAR + 1


def proposed(cast: Cast, kind: ChangeKind, year: int, detail: Detail, code: str | None = "01-01") -> PlanChange:
    measure = Measure.objects.get(code=code) if code else None
    proposal = Proposal(
        plan=cast.plan.pk, fiscal_year=year, kind=kind, measure=measure.pk if measure else None, detail=detail, reason="再編のため"
    )  # fmt: skip
    return plan_changes.propose(user=cast.reviewer2, proposal=proposal)


def changed(cast: Cast, kind: ChangeKind, year: int, detail: Detail, code: str | None = "01-01") -> PlanChange:
    change = proposed(cast, kind, year, detail, code)
    return steps.decide_plan_change(user=cast.approver, change_id=change.pk, accept=True)


def part(cast: Cast, code: str = "01-09", takes: tuple[int, ...] = ()) -> Part:
    return Part(
        code=code,
        name="新しい施策",
        owner=cast.departments["農林水産課"].pk,
        field=cast.plan.fields.get().pk,
        takes=takes,
    )


# --- two people ------------------------------------------------------------------------------------------------------


def test_nothing_moves_before_an_approver_decides(cast: Cast) -> None:
    cast.open(1)
    change = proposed(cast, ChangeKind.EDIT, YEAR, Detail(values={"name": "新しい名前"}))
    assert cast.sheet().measure_year.name == "見本の施策1"
    settle_background()
    assert Notification.objects.filter(event="PlanChangeProposed", recipient=cast.approver).exists()
    steps.decide_plan_change(user=cast.approver, change_id=change.pk, accept=True)
    assert cast.sheet().measure_year.name == "新しい名前"
    settle_background()
    recipients = Notification.objects.filter(event="PlanChanged").values_list("recipient__username", flat=True)
    assert {"contributor", "colleague", "head", "reviewer2"} <= set(recipients)
    with pytest.raises(AlreadyDecided):
        steps.decide_plan_change(user=cast.approver2, change_id=change.pk, accept=False)


def test_a_refused_change_changes_nothing_and_keeps_its_row(cast: Cast) -> None:
    cast.open(1)
    change = proposed(cast, ChangeKind.EDIT, YEAR, Detail(values={"name": "新しい名前"}))
    steps.decide_plan_change(user=cast.approver, change_id=change.pk, accept=False, comment="時期尚早")
    assert cast.sheet().measure_year.name == "見本の施策1"
    assert PlanChange.objects.get().state == "refused"


def test_one_proposes_and_another_decides(cast: Cast) -> None:
    cast.open(1)
    with pytest.raises(NotAllowed):
        plan_changes.propose(user=cast.approver, proposal=plan_changes.proposal_of(_unsaved(cast)))
    Appointment.objects.create(user=cast.reviewer2, role=Role.APPROVER, starts_on=clock.today())
    change = proposed(cast, ChangeKind.EDIT, YEAR, Detail(values={"name": "新しい名前"}))
    with pytest.raises(NotAllowed, match="ご自分の提案"):
        steps.decide_plan_change(user=cast.reviewer2, change_id=change.pk, accept=True)
    with pytest.raises(NotAllowed):
        steps.decide_plan_change(user=cast.contributor, change_id=change.pk, accept=True)


def _unsaved(cast: Cast) -> PlanChange:
    measure = Measure.objects.get(code="01-01")
    return PlanChange(plan=cast.plan, fiscal_year=YEAR, kind="end", measure=measure, reason="理由")


# --- a year that is published, a sheet that was sent --------------------------------------------------------------


def test_a_published_year_never_changes(cast: Cast) -> None:
    cast.published(2)
    before = Edition.objects.get().sha256
    with pytest.raises(Invalid) as refusal:
        proposed(cast, ChangeKind.EDIT, YEAR, Detail(values={"name": "新しい名前"}))
    assert "fiscal_year" in refusal.value.fields
    changed(cast, ChangeKind.EDIT, NEXT, Detail(values={"name": "新しい名前"}))
    changed(cast, ChangeKind.EDIT, NEXT, Detail(values={"owner": str(cast.departments["農林水産課"].pk)}))
    changed(cast, ChangeKind.END, NEXT, Detail(), "01-02")
    old, new = MeasureYear.objects.filter(measure__code="01-01").order_by("fiscal_year")
    assert (old.name, old.owner.name) == ("見本の施策1", "産業振興課")
    assert (new.name, new.owner.name) == ("新しい名前", "農林水産課")
    assert not MeasureYear.objects.filter(measure__code="01-02", fiscal_year=NEXT).exists()
    edition = Edition.objects.get()
    assert edition.sha256 == before and publication.intact(edition)


def test_a_sheet_that_was_sent_is_not_changed_under_its_readers(cast: Cast) -> None:
    cast.open(1)
    change = proposed(cast, ChangeKind.EDIT, YEAR, Detail(values={"goal:2:end": True}))
    cast.submitted()
    with pytest.raises(Invalid, match="状況が変わった"):
        steps.decide_plan_change(user=cast.approver, change_id=change.pk, accept=True)
    with pytest.raises(Invalid) as refusal:
        proposed(cast, ChangeKind.EDIT, YEAR, Detail(values={"name": "新しい名前"}))
    assert "fiscal_year" in refusal.value.fields
    assert PlanChange.objects.get().state == "proposed"


# --- 施策 ------------------------------------------------------------------------------------------------------------


def test_a_new_measure_of_the_open_year_gets_its_sheet_and_waits_to_be_written(cast: Cast) -> None:
    cast.open(1)
    changed(cast, ChangeKind.ADD, YEAR, Detail(parts=(part(cast),)), None)
    review = MeasureReview.objects.get(measure_year__measure__code="01-09")
    assert review.measure_year.owner.name == "農林水産課" and review.process.status != "DONE"
    added = {"goal:+1:name": "件数", f"goal:+1:{YEAR}": "10件", "goal:+1:direction": "up"}
    changed(cast, ChangeKind.EDIT, YEAR, Detail(values=added), "01-09")
    review.refresh_from_db()
    review = cast.fill(review, "12件", user=cast.other)
    with pytest.raises(Invalid, match="定義が確認されていない"):
        steps.submit(user=cast.other, review_id=review.pk)
    assert cast.cycle
    goal = Indicator.objects.get(measure__code="01-09")
    chosen = {goal.pk: definitions.Definition(direction="up", unit="件", kind="year")}
    definitions.confirm(user=cast.reviewer, cycle=cast.cycle, chosen=chosen)
    assert steps.submit(user=cast.other, review_id=review.pk).state == "submitted"
    row = IndicatorYear.objects.get(indicator__measure__code="01-09")
    assert row.status == "achieved"


def test_an_ended_measure_leaves_the_open_year_as_excluded_and_the_year_goes_on(cast: Cast) -> None:
    cycle = cast.open(2)
    changed(cast, ChangeKind.END, YEAR, Detail(), "01-02")
    ended = cast.sheet(2)
    assert (ended.state, ended.outcome) == ("approved", "excluded")
    assert Decision.objects.get(review=ended).decided_by == cast.approver
    cast.approved(1)
    settle_background()
    steps.decide_year(user=cast.approver2, cycle_id=cycle.pk)
    settle_background()
    assert Edition.objects.count() == 1
    assert set(MeasureYear.objects.filter(fiscal_year=NEXT).values_list("measure__code", flat=True)) == {"01-01"}


def test_a_merge_ends_the_others_and_takes_their_goals_along(cast: Cast) -> None:
    cast.open(2)
    other = Measure.objects.get(code="01-02")
    changed(cast, ChangeKind.MERGE, YEAR, Detail(others=(other.pk,), name="合わせた施策"))
    assert cast.sheet(1).measure_year.name == "合わせた施策"
    assert cast.sheet(2).outcome == "excluded"
    moved = IndicatorYear.objects.filter(indicator__measure__code="01-01", indicator__number__gt=2)
    assert sorted(moved.values_list("fiscal_year", "target")) == sorted([(YEAR, "100件"), (NEXT, "100件")] * 2)
    assert IndicatorYear.objects.filter(indicator__measure=other, fiscal_year=2023).exists(), "history stays"


def test_a_split_makes_new_measures_with_the_goals_they_take(cast: Cast) -> None:
    cast.open(1)
    changed(cast, ChangeKind.SPLIT, YEAR, Detail(parts=(part(cast, "01-08", (2,)), part(cast, "01-09"))))
    made = MeasureReview.objects.filter(measure_year__measure__code__in=["01-08", "01-09"])
    assert made.count() == 2
    assert made.first().measure_year.text("current_state") == "見本の現状です。"
    assert Indicator.objects.get(measure__code="01-08").number == 1
    old = Indicator.objects.get(measure__code="01-01", number=2)
    assert old.last_year == YEAR - 1
    assert list(old.years.values_list("fiscal_year", flat=True)) == [2022, 2023]
    assert list(submission.missing(cast.sheet(1))) == ["indicator:1:actual"]


def test_a_new_owner_writes_and_the_old_one_no_more(cast: Cast) -> None:
    cast.open(1)
    changed(cast, ChangeKind.EDIT, YEAR, Detail(values={"owner": str(cast.departments["農林水産課"].pk)}))
    with pytest.raises(NotAllowed):
        cast.fill(cast.sheet(), user=cast.contributor)
    assert cast.fill(cast.sheet(), user=cast.other).state == "editing"


# --- 成果目標 ---------------------------------------------------------------------------------------------------------


def test_goals_are_renamed_split_merged_and_ended_from_the_year_on(cast: Cast) -> None:
    cast.open(1, indicators=5)
    changed(cast, ChangeKind.EDIT, YEAR, Detail(values={"goal:1:name": "利用回数"}))
    split = {"goal:2:end": True, "goal:+1:name": "甲", "goal:+2:name": "乙"}
    changed(cast, ChangeKind.EDIT, YEAR, Detail(values=split))
    merged = {"goal:3:end": True, "goal:4:end": True, "goal:+1:name": "合計", f"goal:+1:{YEAR}": "200件"}
    changed(cast, ChangeKind.EDIT, YEAR, Detail(values=merged))
    changed(cast, ChangeKind.EDIT, NEXT, Detail(values={"goal:5:end": True}))
    rows = IndicatorYear.objects.filter(indicator__measure__code="01-01")
    this = rows.filter(fiscal_year=YEAR).order_by("indicator__number").values_list("name", flat=True)
    assert list(this) == ["利用回数", "利用件数", "甲", "乙", "合計"]
    assert set(rows.filter(fiscal_year=2023).values_list("name", flat=True)) == {"利用件数"}
    following = rows.filter(fiscal_year=NEXT).order_by("indicator__number").values_list("name", flat=True)
    assert list(following) == ["利用回数"]
    cleared = AuditEntry.objects.filter(action="plan_change.clear").first()
    assert cleared.before["goals"][0]["target"] == "100件", "what was taken away stands in the trail"


def test_a_form_opened_before_the_change_is_refused(cast: Cast) -> None:
    from review.domain.refusals import Stale

    cast.open(1)
    review = cast.sheet()
    changed(cast, ChangeKind.EDIT, YEAR, Detail(values={"goal:2:end": True}))
    with pytest.raises(Stale):
        submission.save_draft(
            user=cast.contributor, review_id=review.pk, version=review.version, texts={"indicator:1:actual": "1件"}
        )


def test_the_draft_of_the_next_year_says_what_was_decided_before_it_was_drafted(cast: Cast) -> None:
    cast.open(2)
    changed(cast, ChangeKind.EDIT, NEXT, Detail(values={"name": "来年度の名前"}))
    values = {"goal:1:name": "来年度の指標", "row:+1:name": "来年度の取組", f"row:+1:{NEXT}": "■"}
    changed(cast, ChangeKind.EDIT, NEXT, Detail(values=values))
    changed(cast, ChangeKind.END, NEXT, Detail(), "01-02")
    assert cast.sheet().measure_year.name == "見本の施策1", "this year goes on as it was"
    for number in (1, 2):
        cast.approved(number)
    settle_background()
    steps.decide_year(user=cast.approver, cycle_id=cast.cycle.pk)
    settle_background()
    assert list(MeasureYear.objects.filter(fiscal_year=NEXT).values_list("name", flat=True)) == ["来年度の名前"]
    assert IndicatorYear.objects.get(indicator__measure__code="01-01", indicator__number=1, fiscal_year=NEXT).name == (
        "来年度の指標"
    )
    for _again in range(2):
        assert MeasureYear.objects.get(fiscal_year=NEXT).schedule.filter(name="来年度の取組").count() == 1
        cycles.draft_next(cast.cycle)


# --- where it is seen ----------------------------------------------------------------------------------------------


def test_the_edition_and_the_book_tell_of_the_changes_from_their_year(cast: Cast) -> None:
    cycle = cast.open(1)
    changed(cast, ChangeKind.EDIT, YEAR, Detail(values={"name": "新しい名前"}))
    changed(cast, ChangeKind.EDIT, NEXT, Detail(values={"name": "来年度の名前"}))
    frozen = snapshot_of(cycle)
    assert [(one["before"], one["after"], one["reason"]) for one in frozen["plan_changes"]] == [
        ("見本の施策1", "新しい名前", "再編のため")
    ]
    book = books.year_book(frozen, label="公表案", made_at=clock.now())
    assert [(one.kind, one.item, one.after) for one in book.changes] == [("計画の変更", "施策名", "新しい名前")]


@pytest.mark.parametrize(
    "kind, detail, field",
    [
        (ChangeKind.EDIT, lambda cast: Detail(values={"name": " "}), "name"),
        (ChangeKind.EDIT, lambda cast: Detail(values={"owner": ""}), "owner"),
        (ChangeKind.SPLIT, lambda cast: Detail(parts=(part(cast, "01-01"),)), "code"),
        (ChangeKind.SPLIT, lambda cast: Detail(parts=(part(cast, "1" * 21),)), "code"),
        (ChangeKind.SPLIT, lambda cast: Detail(parts=(part(cast, "01-09", (7,)),)), "takes"),
        (ChangeKind.MERGE, lambda cast: Detail(others=()), "others"),
        (ChangeKind.EDIT, lambda cast: Detail(values={"goal:9:end": True}), "goal:9:end"),
        (ChangeKind.EDIT, lambda cast: Detail(values={"goal:+1:2025": "3件"}), "goal:+1:name"),
    ],
)
def test_what_cannot_be_asked_says_why_under_its_field(cast: Cast, kind: ChangeKind, detail, field: str) -> None:
    cast.draft(1)
    with pytest.raises(Invalid) as refusal:
        proposed(cast, kind, YEAR, detail(cast))
    assert field in refusal.value.fields
    assert not PlanChange.objects.exists()


def test_a_drafted_year_is_changed_before_it_opens(cast: Cast) -> None:
    cycle = cast.draft(2)
    changed(cast, ChangeKind.END, YEAR, Detail(), "01-02")
    changed(cast, ChangeKind.ADD, YEAR, Detail(parts=(part(cast),)), None)
    assert [year.measure.code for year in cycles.sheets_to_launch(cycle)] == ["01-01", "01-09"]


# --- rows of older versions ----------------------------------------------------------------------------------------

GOAL = {"name": "新しい指標", "target": "5件", "direction": "up"}
OLDER = {
    ChangeKind.RENAME: {"name": "新しい名前", "owner": None, "numbers": [], "goals": []},
    ChangeKind.OWNER: {"name": "", "owner": 0},
    ChangeKind.INDICATOR_ADD: {"numbers": [], "goals": [GOAL]},
    ChangeKind.INDICATOR_RENAME: {"numbers": [1], "goals": [{**GOAL, "direction": ""}]},
    ChangeKind.INDICATOR_SPLIT: {"numbers": [1], "goals": [GOAL, {**GOAL, "name": "もう1つ"}]},
    ChangeKind.INDICATOR_MERGE: {"numbers": [1, 2], "goals": [GOAL]},
    ChangeKind.INDICATOR_END: {"numbers": [2], "goals": []},
}
AFTER = {
    ChangeKind.RENAME: ("新しい名前", "産業振興課", ["利用件数", "利用件数"]),
    ChangeKind.OWNER: ("見本の施策1", "農林水産課", ["利用件数", "利用件数"]),
    ChangeKind.INDICATOR_ADD: ("見本の施策1", "産業振興課", ["利用件数", "利用件数", "新しい指標"]),
    ChangeKind.INDICATOR_RENAME: ("見本の施策1", "産業振興課", ["新しい指標", "利用件数"]),
    ChangeKind.INDICATOR_SPLIT: ("見本の施策1", "産業振興課", ["利用件数", "新しい指標", "もう1つ"]),
    ChangeKind.INDICATOR_MERGE: ("見本の施策1", "産業振興課", ["新しい指標"]),
    ChangeKind.INDICATOR_END: ("見本の施策1", "産業振興課", ["利用件数"]),
}


@pytest.mark.parametrize("kind", sorted(FOLDED))
def test_what_an_older_version_proposed_is_decided_and_stays_what_it_was(cast: Cast, kind: ChangeKind) -> None:
    cast.open(1)
    detail = OLDER[kind]
    if "owner" in detail and detail["owner"] is not None:
        detail = {**detail, "owner": cast.departments["農林水産課"].pk}
    change = PlanChange.objects.create(
        plan=cast.plan, fiscal_year=YEAR, kind=kind, measure=Measure.objects.get(code="01-01"), detail=detail,
        reason="再編のため", proposed_by=cast.reviewer2, proposed_at=clock.now(),
    )  # fmt: skip
    steps.decide_plan_change(user=cast.approver, change_id=change.pk, accept=True)
    change.refresh_from_db()
    assert (change.kind, change.detail) == (kind, detail) and change.lines
    year = cast.sheet().measure_year
    goals = IndicatorYear.objects.filter(indicator__measure=year.measure, fiscal_year=YEAR).order_by(
        "indicator__number"
    )
    assert (year.name, year.owner.name, list(goals.values_list("name", flat=True))) == AFTER[kind]
