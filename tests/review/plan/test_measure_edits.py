"""A drafted year's 施策 on one form: edited, added and ended freely; what cannot be is said at its place."""

from __future__ import annotations

import re
from typing import Any

import pytest

from review.assessment.services import definitions
from review.domain.refusals import AlreadyDecided, Invalid, NotAllowed
from review.models import AuditEntry, IndicatorYear, Measure, MeasureYear
from review.plan.services import measure_edits, measure_state
from review.plan.services.plan_proposals import Part
from tests.cast import YEAR, Cast
from workflow import steps

pytestmark = pytest.mark.django_db
NEXT = YEAR + 1


def edited(cast: Cast, changes: dict[str, Any], code: str = "01-01", who: str = "reviewer") -> MeasureYear:
    return measure_edits.edit(user=cast.people[who], cycle_id=cast.cycle.pk, code=code, changes=changes)


def added(cast: Cast, changes: dict[str, Any], code: str = "01-09") -> MeasureYear:
    part = Part(code=code, name="新しい施策", owner=cast.departments["農林水産課"].pk, field=cast.plan.fields.get().pk)
    return measure_edits.add(user=cast.reviewer, cycle_id=cast.cycle.pk, part=part, changes=changes)


def row(number: int, year: int, code: str = "01-01") -> IndicatorYear:
    return IndicatorYear.objects.get(indicator__measure__code=code, indicator__number=number, fiscal_year=year)


def test_all_that_a_sheet_says_is_edited_at_once_and_told_in_the_trail(cast: Cast) -> None:
    cast.draft(1)
    offices = [str(cast.departments[name].pk) for name in ("農林水産課", "市民課")]
    year = edited(
        cast,
        {
            "name": "改めた施策",
            "owner": offices[0],
            "related": offices,
            "text:current_state": "新しい現状",
            "goal:1:name": "利用者数",
            f"goal:1:{NEXT}": "150人",
            "goal:2:end": True,
            "goal:+1:name": "満足度",
            "goal:+1:baseline": "60%",
            f"goal:+1:{YEAR}": "70%以上",
            "row:1:2025": "■本格実施",
            "row:+1:name": "評価",
            "row:+1:2024": "■",
        },
    )
    year.refresh_from_db()
    assert (year.name, year.owner.name, year.text("current_state")) == ("改めた施策", "農林水産課", "新しい現状")
    assert [office.name for office in year.related.all()] == ["農林水産課", "市民課"]
    assert (row(1, YEAR).name, row(1, NEXT).target, row(1, YEAR - 1).name) == ("利用者数", "150人", "利用件数")
    assert (row(3, YEAR).name, row(3, YEAR).target, row(3, YEAR).indicator.baseline) == ("満足度", "70%以上", "60%")
    assert not IndicatorYear.objects.filter(indicator__number=2, fiscal_year__gte=YEAR).exists()
    assert [(one.position, one.name, one.bars) for one in year.schedule.all()] == [
        (1, "周知", {"2023": "", "2024": "", "2025": "本格実施"}),
        (2, "評価", {"2024": ""}),
    ]
    entry = AuditEntry.objects.get(action=measure_edits.EDITED)
    assert entry.subject == f"measure:{year.measure_id}" and entry.before["name"] == "見本の施策1"
    assert entry.after["name"] == "改めた施策" and entry.after["fiscal_year"] == YEAR


def test_what_was_not_changed_leaves_no_trace(cast: Cast) -> None:
    cast.draft(1)
    edited(cast, {"name": "見本の施策1", "related_all": False})
    assert not AuditEntry.objects.filter(action=measure_edits.EDITED).exists()


def test_a_goal_whose_definition_changes_is_confirmed_anew(cast: Cast) -> None:
    cast.draft(1)
    assert not definitions.open_in(cast.cycle).asking
    edited(cast, {"goal:1:baseline": "50件", f"goal:2:{YEAR}": "90%"})
    assert [one.indicator.number for one in definitions.open_in(cast.cycle).asking] == [1, 2]


def test_a_target_of_an_earlier_year_is_mended_while_no_year_was_opened(cast: Cast) -> None:
    cast.draft(1)
    edited(cast, {"goal:1:2023": "80件"})
    mended = row(1, 2023)
    assert (mended.target, mended.actual, mended.status) == ("80件", "90件", "achieved")


@pytest.mark.parametrize(
    ("changes", "key", "words"),
    [
        ({"name": " "}, "name", "施策名を入力してください"),
        ({"name": "長" * 201}, "name", "200文字まで"),
        ({"owner": "987654"}, "owner", "主管部署を選んで"),
        ({"related": ["987654"]}, "related", "今はない部署"),
        ({"text:current_state": "a\x00"}, "text:current_state", "1文字目|2文字目"),
        ({"goal:1:name": ""}, "goal:1:name", "成果目標① 評価項目を入力"),
        ({f"goal:+1:{YEAR}": "10件"}, "goal:+1:name", "評価項目を入力"),
        ({"goal:1:2031": "10件"}, "goal:1:2031", "計画期間"),
        ({"goal:1:direction": "sideways"}, "goal:1:direction", "一覧から"),
        ({"row:+1:2024": "■"}, "row:+1:name", "取組.追加1. 取組内容を入力"),
        ({"row:1:2031": "■"}, "row:1:2031", "計画期間"),
    ],
)
def test_what_cannot_be_is_said_at_its_place(cast: Cast, changes: dict[str, Any], key: str, words: str) -> None:
    cast.draft(1)
    with pytest.raises(Invalid) as refusal:
        edited(cast, changes)
    assert list(refusal.value.fields) == [key] and re.search(words, refusal.value.fields[key])
    assert not AuditEntry.objects.filter(action=measure_edits.EDITED).exists()


def test_one_form_adds_a_measure_with_all_that_it_has(cast: Cast) -> None:
    cast.draft(1)
    office = str(cast.departments["市民課"].pk)
    made = added(
        cast,
        {
            "related": [office],
            "text:current_state": "現状です。",
            "goal:+1:name": "開催回数",
            "goal:+1:unit": "回",
            f"goal:+1:{YEAR}": "4回",
            f"goal:+1:{NEXT}": "6回",
            "row:+1:name": "準備",
            "row:+1:2024": "■",
        },
    )
    assert (made.name, made.owner.name, made.measure.first_year) == ("新しい施策", "農林水産課", YEAR)
    assert [(one.fiscal_year, one.target) for one in made.measure.indicators.get().years.all()] == [
        (YEAR, "4回"), (NEXT, "6回"),
    ]  # fmt: skip
    assert made.schedule.get().bars == {"2024": ""} and made.related.get().name == "市民課"
    steps.open_year(user=cast.reviewer2, cycle_id=cast.cycle.pk)


def test_a_code_twice_is_refused_and_nothing_is_half_made(cast: Cast) -> None:
    cast.draft(1)
    with pytest.raises(Invalid) as refusal:
        added(cast, {"goal:+1:unit": "回"}, "01-01")
    assert set(refusal.value.fields) == {"code", "goal:+1:name"}
    assert Measure.objects.count() == 1


def test_a_measure_that_ended_is_not_in_the_year_and_keeps_its_history(cast: Cast) -> None:
    cast.draft(2)
    measure_edits.end(user=cast.reviewer, cycle_id=cast.cycle.pk, code="01-02")
    ended = Measure.objects.get(code="01-02")
    assert ended.last_year == YEAR - 1 and not ended.years.exists()
    assert IndicatorYear.objects.filter(indicator__measure=ended, fiscal_year=2023).exists()
    assert AuditEntry.objects.get(action=measure_edits.ENDED).before["goals"][0]["target"] == "100件"


def test_one_that_was_only_just_added_goes_altogether_and_its_code_is_free(cast: Cast) -> None:
    cast.draft(1)
    added(cast, {"goal:+1:name": "開催回数"})
    measure_edits.end(user=cast.reviewer, cycle_id=cast.cycle.pk, code="01-09")
    assert not Measure.objects.filter(code="01-09").exists()
    added(cast, {})


def test_only_the_plans_reviewer_changes_it_and_only_while_it_is_a_draft(cast: Cast) -> None:
    cast.draft(1)
    for who in ("contributor", "approver", "administrator"):
        with pytest.raises(NotAllowed):
            edited(cast, {"name": "別の名前"}, who=who)
    with pytest.raises(AlreadyDecided, match="この年度にはありません"):
        edited(cast, {"name": "別の名前"}, code="09-09")
    steps.open_year(user=cast.reviewer2, cycle_id=cast.cycle.pk)
    with pytest.raises(AlreadyDecided, match="開始されています"):
        edited(cast, {"name": "別の名前"})


def test_a_definition_on_which_a_sent_sheet_of_another_year_rests_stays(cast: Cast) -> None:
    from review.year.services import cycles

    cast.open(1)
    cast.submitted()
    cast.cycle = cycles.draft_first(plan=cast.plan, fiscal_year=NEXT)
    with pytest.raises(Invalid) as refusal:
        edited(cast, {"goal:1:baseline": "5件"})
    assert "提出されたシート" in refusal.value.fields["goal:1:baseline"]
    edited(cast, {f"goal:1:{NEXT}": "130件"})
    assert set(measure_state.target_years(cast.cycle)) == {NEXT}
