"""進行状況: every sheet's place, no sheet's content."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from review import clock
from review.assessment.services import assessment
from review.models import Cycle, Decision, Job, JobState, MeasureReview, Submission
from tests.cast import YEAR, Cast
from tests.moved import shifted
from tests.review.acting import as_, queries_of, words
from tests.review.growing import more_sheets
from tests.trail import tampering
from workflow import steps

PAGE = f"/plans/dx/{YEAR}/progress/"


@pytest.fixture
def year(cast: Cast) -> Cast:
    cast.open(4, owners=("産業振興課", "農林水産課"))
    cast.submitted(1)
    return cast


def test_everyone_with_a_post_sees_every_sheet_and_no_content(year: Cast) -> None:
    for who in ("contributor", "other", "related", "reviewer2", "approver", "administrator", "auditor"):
        page = words(as_(year.people[who]).get(PAGE))
        assert all(f"見本の施策{n}" in page for n in (1, 2, 3, 4)), who
        assert "120件" not in page and "見本の現状です" not in page, who


def test_only_readable_sheets_are_links(year: Cast) -> None:
    own, foreign = year.sheet(1), year.sheet(2)
    MeasureReview.objects.get(pk=own.pk).measure_year.related.clear()
    page = as_(year.other).get(PAGE).content.decode()
    assert reverse("meguri:sheet", args=[foreign.pk]) in page
    assert reverse("meguri:sheet", args=[own.pk]) not in page


def test_the_picture_counts_what_there_is(year: Cast) -> None:
    context = as_(year.reviewer2).get(PAGE).context
    counts = context["flow"]["counts"]
    assert (counts["submitted"], counts["not_started"], counts["approved"]) == (1, 3, 0)
    assert [stat["value"] for stat in context["stats"]] == [1, 0, 0]


def test_a_sheet_settled_with_a_reason_stands_outside_the_flow(year: Cast) -> None:
    sheet = year.sheet(3)
    MeasureReview.objects.filter(pk=sheet.pk).update(outcome="excluded", outcome_reason="終了", state="approved")
    context = as_(year.reviewer2).get(PAGE).context
    assert context["flow"]["counts"]["excluded"] == 1 and context["flow"]["counts"]["approved"] == 0


def test_the_list_is_narrowed_by_its_address(year: Cast) -> None:
    client = as_(year.reviewer2)
    assert len(client.get(PAGE, {"state": "submitted"}).context["page_obj"].object_list) == 1
    department = year.departments["農林水産課"].pk
    assert len(client.get(PAGE, {"department": department}).context["page_obj"].object_list) == 2
    nothing = client.get(PAGE, {"state": "published"})
    assert "条件に合う施策はありません" in words(nothing)
    assert (
        len(client.get(PAGE, {"state": "'--", "department": "x", "sort": "--", "page": "z"}).context["page_obj"]) == 4
    )


def test_sheets_sort_by_their_headers(year: Cast) -> None:
    client = as_(year.reviewer2)
    codes = [row.measure_year.measure.code for row in client.get(PAGE, {"sort": "-code"}).context["page_obj"]]
    assert codes == ["01-04", "01-03", "01-02", "01-01"]


def test_departments_that_are_late_come_first(year: Cast) -> None:
    with shifted(timedelta(days=15)):
        context = as_(year.reviewer2).get(PAGE).context
        assert context["overdue"]
        assert [(row["name"], row["late"]) for row in context["departments"]] == [("農林水産課", 2), ("産業振興課", 1)]
        assert len(as_(year.reviewer2).get(PAGE, {"state": "late"}).context["page_obj"].object_list) == 3


def test_the_time_in_each_stage_is_shown(year: Cast) -> None:
    MeasureReview.objects.filter(pk=year.sheet(1).pk).update(state_since=clock.now() - timedelta(days=3))
    rows = {row["state"]: row for row in as_(year.reviewer2).get(PAGE).context["durations"]}
    assert rows["submitted"]["longest"] == 3.0 and rows["not_started"]["count"] == 3


def test_the_days_that_finished_steps_took_are_counted_by_pass(year: Cast) -> None:
    sheet, opened = year.sheet(1), clock.now() - timedelta(days=10)
    Cycle.objects.update(opened_at=opened)
    steps.return_to_department(user=year.reviewer2, review_id=sheet.pk, round=1, comment="見直し")
    year.submitted(1, "130件")
    moments = {1: opened + timedelta(days=4), 2: opened + timedelta(days=7)}
    with tampering():
        for round_, at in moments.items():
            Submission.objects.filter(review=sheet, round=round_).update(submitted_at=at)
        Decision.objects.filter(review=sheet).update(decided_at=opened + timedelta(days=6))
    rows = {str(row["label"]): row for row in as_(year.reviewer2).get(PAGE).context["step_times"]}
    entry, review = rows["入力と提出(主管部署)"], rows["確認(情報経営課)"]
    assert (entry["count"], entry["mean"], entry["longest"]) == (2, 2.5, 4.0)
    assert (review["count"], review["longest"]) == (1, 2.0)


def test_one_department_has_its_own_picture(year: Cast) -> None:
    own = year.departments["産業振興課"].pk
    answer = as_(year.reviewer2).get(PAGE, {"department": own})
    counts = answer.context["flow"]["counts"]
    assert (counts["submitted"], counts["not_started"]) == (1, 1)
    assert "産業振興課の施策だけを表示しています" in words(answer)
    assert answer.context["flow"]["urls"]["submitted"] == f"{PAGE}?department={own}&state=submitted#sheets"
    assert "条件に合う施策はありません" in words(as_(year.reviewer2).get(PAGE, {"department": 99999}))


def test_a_lapsed_claim_is_not_shown(year: Cast) -> None:
    assessment.claim(user=year.reviewer2, review_id=year.sheet(1).pk)
    client = as_(year.reviewer)
    assert list(client.get(PAGE).context["on_it"].values()) == [year.reviewer2]
    with shifted(timedelta(minutes=21)):
        assert not client.get(PAGE).context["on_it"]


def test_a_job_at_work_shows_how_far_it_is(year: Cast) -> None:
    now = clock.now()
    job = Job.objects.create(
        kind="year_workbook", key="now", cycle=year.cycle, state=JobState.RUNNING, done_steps=1, total_steps=2,
        doing="シートを書いています", created_at=now, not_before=now, token=uuid.uuid4(), leased_until=now,
    )  # fmt: skip
    assert "集約表の作成: シートを書いています 1 / 2" in words(as_(year.reviewer2).get(PAGE))
    Job.objects.filter(pk=job.pk).update(state=JobState.WAITING)
    assert "集約表の作成: 順番を待っています できあがると" in words(as_(year.reviewer2).get(PAGE))


def test_a_draft_says_what_will_come(cast: Cast) -> None:
    cast.draft(1)
    page = words(as_(cast.reviewer2).get(PAGE))
    assert "この年度の評価はまだ始まっていません" in page


def test_an_unknown_year_is_404(year: Cast) -> None:
    assert as_(year.reviewer2).get("/plans/dx/1999/progress/").status_code == 404


def test_only_a_moving_year_asks_again_by_itself(year: Cast) -> None:
    assert "every 20s" in as_(year.reviewer2).get(PAGE).content.decode()
    Cycle.objects.update(state="published", published_at=clock.now())
    assert "every 20s" not in as_(year.reviewer2).get(PAGE).content.decode()


@pytest.mark.parametrize("who", ["contributor", "reviewer2", "administrator"])
def test_the_page_costs_the_same_however_many_sheets(year: Cast, who: str) -> None:
    client = as_(year.people[who])
    few = queries_of(client, PAGE)
    more_sheets(year, 12)
    assert queries_of(client, PAGE) == few <= 18
