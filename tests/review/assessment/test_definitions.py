"""A person confirms the definition of a goal, and the year is judged by it."""

import re
from typing import Any

import pytest
from django.urls import reverse

from review.assessment.services import definitions, judging
from review.assessment.services.definitions import Definition
from review.domain import value_words
from review.domain.definitions import proposed
from review.domain.refusals import Invalid, NotAllowed
from review.models import AuditEntry, Indicator, IndicatorYear, Notification, OutboxEvent
from review.sheet.services import submission
from tests.cast import YEAR, Cast, settle_background
from tests.review.acting import as_, words
from workflow import steps

ADDRESS = f"/plans/dx/{YEAR}/definitions/"


def chosen(direction: str = "up", unit: str = "件", kind: str = "year", number: int = 1) -> dict[int, Definition]:
    """The definition for that goal of the first sheet."""
    goal = Indicator.objects.get(number=number, measure__code="01-01")
    return {goal.pk: Definition(direction=direction, unit=unit, kind=kind)}


def confirm(cast: Cast, *, who: str = "reviewer", **words: Any) -> int:
    assert cast.cycle
    return definitions.confirm(user=cast.people[who], cycle=cast.cycle, chosen=chosen(**words))


def unconfirmed(**which: object) -> None:
    """Nobody confirmed these goals, and nobody set their direction."""
    Indicator.objects.filter(**which).update(direction="", kind="", unit="", defined_at=None, defined_by=None)


def row_of(number: int = 1, year: int = YEAR) -> IndicatorYear:
    return IndicatorYear.objects.select_related("indicator__measure").get(
        indicator__number=number, indicator__measure__code="01-01", fiscal_year=year
    )


def verdict(row: IndicatorYear) -> tuple[object, ...]:
    return (row.status, row.rate, row.rate_text, row.grade, row.flags, row.reason, row.reading)


# --- confirming ----------------------------------------------------------------------------------------------------


def test_a_direction_set_by_a_person_judges_the_year_anew(cast: Cast) -> None:
    cast.open(1)
    cast.fill(cast.sheet(), "120件")
    assert confirm(cast, direction="down") == 1
    row = row_of()
    assert (row.status, row.grade) == ("missed", "B")
    entry = AuditEntry.objects.get(action="definition.confirm")
    assert entry.after == {"direction": "down", "unit": "件", "kind": "year", "name": "利用件数"}
    assert (row.indicator.defined_by, row.indicator.defined_for["units"]) == (cast.reviewer, ["件"])


@pytest.mark.parametrize("who", ["contributor", "approver", "administrator", "auditor"])
def test_only_a_reviewer_confirms_it(cast: Cast, who: str) -> None:
    cast.open(1)
    with pytest.raises(NotAllowed):
        confirm(cast, who=who)


@pytest.mark.parametrize("typed", [{"direction": "sideways"}, {"kind": ""}, {"unit": "件" * 41}, {"unit": "件\n数"}])
def test_another_word_is_refused(cast: Cast, typed: dict[str, str]) -> None:
    cast.open(1)
    with pytest.raises(Invalid):
        confirm(cast, **typed)


def test_the_goal_of_another_year_is_left_alone(cast: Cast) -> None:
    cast.open(1)
    IndicatorYear.objects.filter(indicator__number=1, fiscal_year=YEAR).delete()
    assert confirm(cast, direction="down") == 0
    assert Indicator.objects.get(number=1).direction == "up"


@pytest.mark.parametrize("state", ["submitted", "reviewed", "approved"])
def test_what_was_submitted_keeps_its_verdict(cast: Cast, state: str) -> None:
    cast.open(1)
    getattr(cast, state)(1)
    before = verdict(row_of())
    for direction in ("down", ""):
        with pytest.raises(Invalid, match=r"01-01 ①.*差し戻して"):
            confirm(cast, direction=direction)
    assert confirm(cast, direction="up", unit="回") == 1
    assert verdict(row_of()) == before and row_of().indicator.unit == "回"


def test_a_kind_that_changes_what_was_submitted_is_refused(cast: Cast) -> None:
    cast.open(1)
    cast.submitted(1, "3件(120件)")
    assert row_of().status == "missed"
    with pytest.raises(Invalid, match="提出されていて"):
        confirm(cast, kind="total")
    assert confirm(cast, kind="end") == 1


def test_a_sheet_that_came_back_is_judged_by_the_new_direction(cast: Cast) -> None:
    cast.open(1)
    review = cast.submitted(1)
    steps.return_to_department(user=cast.reviewer2, review_id=review.pk, round=review.round, comment="向きを直します")
    confirm(cast, direction="down")
    assert row_of().status == "missed"


@pytest.mark.parametrize("direction", ["up", "down", ""])
def test_a_published_year_is_never_judged_anew(cast: Cast, direction: str) -> None:
    cast.published(1)
    before = verdict(row_of())
    assert confirm(cast, direction=direction) == 1
    assert verdict(row_of()) == before and row_of().indicator.direction == direction


def test_what_nobody_can_tell_is_not_judged(cast: Cast) -> None:
    cast.open(1)
    cast.fill(cast.sheet(), "120件")
    confirm(cast, direction="")
    row = row_of()
    assert (row.status, row.rate, row.reason) == ("undetermined", None, value_words.NOBODY_CAN_TELL)
    assert "direction_unknown" in row.flags
    cast.fill(cast.sheet(), "100件")
    assert row_of().status == "achieved", "under either direction"


@pytest.mark.parametrize(
    ("kind", "status"), [("year", "missed"), ("end", "missed"), ("total", "achieved"), ("average", "missed")]
)
def test_the_running_total_in_brackets_counts_where_the_goal_is_one(cast: Cast, kind: str, status: str) -> None:
    cast.open(1)
    cast.fill(cast.sheet(), "30(108)")
    confirm(cast, kind=kind)
    assert row_of().status == status


# --- asking --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "again"),
    [
        ({"name": "利用件数 "}, False),
        ({"name": "登録件数"}, True),
        ({"target": "１００件"}, False),
        ({"target": "100人"}, True),
        ({"target": "改善"}, False),
    ],
)
def test_a_changed_goal_asks_again(cast: Cast, change: dict[str, str], again: bool) -> None:
    cast.open(1)
    IndicatorYear.objects.filter(indicator__number=1, fiscal_year=YEAR).update(**change)
    assert definitions.asks(row_of()) is again
    confirm(cast)
    assert not definitions.asks(row_of())


@pytest.mark.parametrize(
    ("name", "target", "expected", "doubtful"),
    [
        ("利用件数", "100件", ("up", "件", "year"), False),
        ("苦情件数", "10件以下", ("down", "件", "year"), False),
        ("累計登録者数", "100人", ("up", "人", "total"), False),
        ("登録者数(年度末時点)", "100人", ("up", "人", "end"), False),
        ("平均待ち時間", "10分", ("down", "分", "average"), False),
        ("延べ利用者数", "100人", ("up", "人", "year"), True),
        ("人口", "100人", ("", "人", "year"), True),
        ("苦情件数", "10件以上", ("up", "件", "year"), True),
    ],
)
def test_words_propose_a_definition_with_its_reason(
    name: str, target: str, expected: tuple[str, str, str], doubtful: bool
) -> None:
    one = proposed(name, [target, target], [""])
    assert ((one.direction, one.unit, one.kind), bool(one.doubts)) == (expected, doubtful)
    assert len(one.reasons) == 3 and all(reason.endswith("。") for reason in one.reasons)


def test_a_goal_of_words_alone_has_no_direction_and_no_doubt() -> None:
    one = proposed("ガバナンス体制", ["構築", "運用"], ["構築完了", ""])
    assert (one.direction, one.kind, one.doubts) == ("", "year", ())


def test_different_units_make_a_goal_doubtful() -> None:
    assert proposed("利用件数", ["100件", "80%"], ["", ""]).doubts
    assert not proposed("利用者数", ["100人", "120名"], ["", ""]).doubts


# --- the page ------------------------------------------------------------------------------------------------------


def test_sixty_goals_take_one_click(cast: Cast, django_assert_max_num_queries) -> None:
    cast.open(30)
    unconfirmed()
    client = as_(cast.reviewer)
    page = client.get(ADDRESS).content.decode()
    assert "確認を待つ成果目標 60 件" in page and page.count("まとめて確認する</button>".strip()) <= 1
    sent = {
        "goal": re.findall(r'name="goal" checked\s+value="([^"]+)"', page),
        "shown": re.search(r'name="shown" value="([^"]+)"', page)[1],
        "form_version": re.search(r'name="form_version" value="([^"]+)"', page)[1],
    }
    assert len(sent["goal"]) == 60
    with django_assert_max_num_queries(170):  # two for each row of the trail, and its chain
        assert client.post(ADDRESS, sent).status_code == 302
    assert "確認を待つ成果目標はありません" in client.get(ADDRESS).content.decode()
    assert set(Indicator.objects.values_list("direction", "unit", "kind")) == {("up", "件", "year")}
    assert client.post(ADDRESS, sent).status_code == 409, "somebody confirmed them meanwhile"


def test_the_page_s_queries_do_not_grow(cast: Cast, django_assert_num_queries) -> None:
    cast.open(30)
    unconfirmed()
    client = as_(cast.reviewer)
    client.get(ADDRESS)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as many:
        client.get(ADDRESS)
    unconfirmed()
    Indicator.objects.filter(measure__code__gt="01-03").update(last_year=2023)
    IndicatorYear.objects.filter(indicator__measure__code__gt="01-03", fiscal_year=YEAR).delete()
    with django_assert_num_queries(len(many)):
        client.get(ADDRESS)


def test_a_doubtful_goal_stands_alone_and_one_post_confirms_it(cast: Cast) -> None:
    cast.open(1)
    unconfirmed()
    IndicatorYear.objects.filter(indicator__number=1).update(name="人口")
    client = as_(cast.reviewer)
    page = client.get(ADDRESS).content.decode()
    assert "1件ずつ確認する成果目標" in page and "向きが分かりません。" in page
    goal = Indicator.objects.get(number=1)
    sent = {"indicator": goal.pk, "shown": goal.pk, "direction": "up", "unit": "人", "kind": "end"}
    assert client.post(ADDRESS, sent).status_code == 302
    assert "確認を待つ成果目標 1 件" in client.get(ADDRESS).content.decode()
    everything = client.get(f"{ADDRESS}?all=1").content.decode()
    assert "確認済の成果目標" in everything and str(cast.reviewer) in everything
    assert as_(cast.contributor).get(ADDRESS).status_code == 403


@pytest.mark.parametrize("sent", [{}, {"goal": "x"}, {"goal": ["1|up"]}, {"indicator": "99999999999"}])
def test_nothing_chosen_is_said(cast: Cast, sent: dict[str, object]) -> None:
    cast.open(1)
    answer = as_(cast.reviewer).post(ADDRESS, sent, follow=True)
    assert "確認する成果目標を選んでください。" in words(answer)


# --- what rests on it ----------------------------------------------------------------------------------------------


def test_a_verdict_on_an_unconfirmed_definition_is_not_submitted(cast: Cast) -> None:
    cast.open(1)
    unconfirmed(number=1)
    review = cast.fill(cast.sheet(), "120件")
    page = words(as_(cast.contributor).get(reverse("meguri:entry", args=[review.pk, 1])))
    sentence = "成果目標①の定義(大きいほどよいか小さいほどよいか、単年度の値か累計か)が確認されていないため、まだ提出できません。"
    assert sentence in page and "確認 四郎さん、確認 五月さん" in page and "成果目標②の定義" not in page
    before = words(as_(cast.contributor).get(reverse("meguri:submit", args=[review.pk])))
    assert sentence in before and "必要な項目はすべて入力されています" not in before
    with pytest.raises(Invalid) as refusal:
        steps.submit(user=cast.contributor, review_id=review.pk)
    assert list(refusal.value.fields) == ["indicator:1:actual"]
    confirm(cast)
    assert steps.submit(user=cast.contributor, review_id=review.pk).state == "submitted"


@pytest.mark.parametrize(
    ("target", "actual"), [("100件", "100件"), ("5件以下", "4件"), ("整備完了", "整備完了"), ("100件", "-(測定なし)")]
)
def test_a_verdict_that_rests_on_no_definition_passes(cast: Cast, target: str, actual: str) -> None:
    cast.open(1, indicators=1)
    unconfirmed()
    IndicatorYear.objects.filter(fiscal_year=YEAR).update(target=target)
    review = cast.fill(cast.sheet(), actual)
    assert steps.submit(user=cast.contributor, review_id=review.pk).state == "submitted"


def test_an_unknown_direction_holds_the_sheet_as_well(cast: Cast) -> None:
    cast.open(1, indicators=1)
    unconfirmed()
    IndicatorYear.objects.update(name="人口")
    review = cast.fill(cast.sheet(), "120件")
    assert row_of().status == "undetermined"
    with pytest.raises(Invalid, match="定義が確認されていない"):
        steps.submit(user=cast.contributor, review_id=review.pk)


def test_the_reviewers_hear_of_it_once(cast: Cast) -> None:
    cast.open(1)
    unconfirmed()
    review = cast.fill(cast.sheet(), "120件")
    cast.fill(cast.sheet(), "121件")
    settle_background()
    assert OutboxEvent.objects.filter(name="DefinitionAwaited").count() == 1
    notices = Notification.objects.filter(event="DefinitionAwaited", review=review)
    assert {notice.recipient for notice in notices} == {cast.reviewer, cast.reviewer2}
    assert "①、②" in notices[0].body and notices[0].link == ADDRESS
    confirm(cast, number=1)
    assert not notices.exclude(settled_at=None).exists()
    confirm(cast, number=2)
    assert not notices.filter(settled_at=None).exists()


def test_a_confirmed_goal_calls_nobody(cast: Cast) -> None:
    cast.open(1)
    cast.fill(cast.sheet(), "120件")
    assert not OutboxEvent.objects.filter(name="DefinitionAwaited").exists()


def test_no_year_is_published_on_an_unconfirmed_definition(cast: Cast) -> None:
    cycle = cast.open(1)
    cast.approved(1)
    settle_background()
    unconfirmed(number=2)
    with pytest.raises(Invalid, match=r"01-01 ②.*確認 四郎さん"):
        steps.decide_year(user=cast.approver, cycle_id=cycle.pk)
    assert "01-01 ②" in words(
        as_(cast.approver).post(reverse("meguri:decide", args=["dx", YEAR]), {"action": "publish"})
    )
    confirm(cast, number=2)
    assert steps.decide_year(user=cast.approver, cycle_id=cycle.pk)


def test_the_office_sees_what_waits(cast: Cast) -> None:
    cycle = cast.draft(1)
    unconfirmed()
    client = as_(cast.reviewer)
    for address in (f"/plans/dx/{YEAR}/", f"/plans/dx/{YEAR}/open/"):
        assert "確認されていない成果目標が2件あります" in words(client.get(address)), address
    steps.open_year(user=cast.reviewer2, cycle_id=cycle.pk)
    settle_background()
    cast.fill(cast.sheet(), "120件")
    home = client.get("/").content.decode()
    assert "提出や公表ができない成果目標" in home and ADDRESS in home


# --- the years before ----------------------------------------------------------------------------------------------


def test_the_years_before_the_first_are_judged_and_marked(cast: Cast) -> None:
    cast.open(1)
    earlier = row_of(year=2023)
    assert (earlier.status, earlier.grade, earlier.reading["computed"]) == ("missed", "B", True)
    page = words(as_(cast.contributor).get(f"/sheets/{cast.sheet().pk}/"))
    assert page.count("計算による参考値") == 4
    cast.fill(cast.sheet(), "120件")
    assert "computed" not in row_of().reading


def test_a_draft_has_them_judged_already(cast: Cast) -> None:
    cast.draft(1)
    assert row_of(year=2023).grade == "B" and row_of(year=2022).grade == "B"


def test_they_follow_the_definition_until_a_sheet_was_sent_with_them(cast: Cast) -> None:
    cast.open(1)
    confirm(cast, direction="down")
    assert row_of(year=2023).status == "achieved"
    confirm(cast, direction="up")
    cast.submitted(1)
    IndicatorYear.objects.filter(fiscal_year=2023).update(grade="A")
    assert cast.cycle
    judging.judge_earlier(cast.cycle)
    assert row_of(year=2023).grade == "A", "the submission was sealed with it"


def test_a_year_that_was_reviewed_is_no_earlier_one(cast: Cast) -> None:
    cast.published(1)
    settle_background()
    assert "computed" not in row_of().reading
    assert submission.current_texts(cast.sheet())
