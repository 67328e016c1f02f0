"""提出, 承認, 対象外 and 未提出 are the same four numbers on every screen, held against SQL of this test's own."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client

from review.models import MeasureReview, Outcome, Plan
from review.services import approval
from tests.cast import YEAR, Cast, settle_background
from tests.review.views.acting import as_, words
from workflow import steps
from workflow.views.board_page import sheets_of
from workflow.views.year import publishing_effects

REPORTED = "SELECT COUNT(*) FROM review_measurereview WHERE outcome = ''"
COUNTED = {
    "提出": f"{REPORTED} AND state NOT IN ('not_started', 'editing', 'returned')",
    "承認": f"{REPORTED} AND state IN ('approved', 'published')",
    "対象外": "SELECT COUNT(*) FROM review_measurereview WHERE outcome = 'excluded'",
    "未提出": "SELECT COUNT(*) FROM review_measurereview WHERE outcome = 'not_submitted'",
    "施策": "SELECT COUNT(*) FROM review_measurereview WHERE outcome <> 'excluded'",
    "提出待ち": f"{REPORTED} AND state IN ('not_started', 'editing', 'returned')",
    "承認待ち": f"{REPORTED} AND state = 'reviewed'",
}


def sql() -> dict[str, int]:
    found = {}
    with connection.cursor() as cursor:
        for name, statement in COUNTED.items():
            cursor.execute(statement)
            found[name] = cursor.fetchone()[0]
    return found


def settle(cast: Cast, number: int, outcome: Outcome) -> None:
    review = cast.sheet(number)
    approval.propose_outcome(user=cast.reviewer, review_id=review.pk, outcome=outcome, reason="制度の廃止")
    steps.decide_outcome(user=cast.approver, review_id=review.pk, accept=True)


@pytest.fixture
def mixed(cast: Cast) -> Cast:
    """One sheet of every kind: approved, reviewed, submitted, returned, a draft, untouched, 対象外, 未提出."""
    cast.open(8)
    cast.approved(1)
    cast.reviewed(2)
    cast.submitted(3)
    returned = cast.submitted(4)
    steps.return_to_department(user=cast.reviewer2, review_id=returned.pk, round=1, comment="見直し")
    cast.fill(cast.sheet(5))
    settle(cast, 7, Outcome.EXCLUDED)
    settle(cast, 8, Outcome.NOT_SUBMITTED)
    return cast


def tiles(stats: list[dict[str, Any]]) -> dict[str, int]:
    return {str(stat["label"]): stat["value"] for stat in stats}


def test_the_progress_page_counts_as_sql_does(mixed: Cast) -> None:
    context, told = as_(mixed.reviewer2).get(f"/progress/{YEAR}/").context, sql()
    shown = tiles(context["stats"])
    assert {name: shown[name] for name in ("提出", "承認", "対象外", "未提出")} == {
        name: told[name] for name in ("提出", "承認", "対象外", "未提出")
    }
    assert all(stat["unit"] == f"/ {told['施策']} 施策" for stat in context["stats"][:2])
    assert context["stats"][0]["note"] == f"残り{told['提出待ち']}"
    counts, rows = context["flow"]["counts"], context["departments"]
    assert (counts["approved"], counts["excluded"]) == (told["承認"], told["対象外"])
    assert sum(row["handed_in"] for row in rows) == told["提出"]
    assert sum(row["total"] for row in rows) == told["施策"]
    assert sum(row["open"] for row in rows) == told["提出待ち"]


def test_the_board_counts_as_sql_does(mixed: Cast) -> None:
    stats, told = as_(mixed.approver).get(f"/board/{YEAR}/").context["stats"], sql()
    shown = tiles(stats)
    assert (shown["承認済"], shown["承認待ち"]) == (told["承認"], told["承認待ち"])
    assert (shown["対象外"], shown["未提出"], shown["提出前"]) == (told["対象外"], told["未提出"], told["提出待ち"])
    assert stats[1]["note"] == f"全{told['施策']}施策"


def test_the_list_of_years_counts_as_sql_does(mixed: Cast) -> None:
    response, told = as_(mixed.reviewer2).get("/cycles/"), sql()
    tally = response.context["cycles"][0]["tally"]
    assert (tally.due, tally.waiting) == (told["施策"], told["提出待ち"])
    page = words(response)
    assert "提出待ち" in page and "未提出" not in page


def test_a_year_that_is_not_open_yet_has_its_plan_s_measures(cast: Cast) -> None:
    cast.draft(3)
    assert not MeasureReview.objects.exists()
    tally = as_(cast.reviewer2).get("/cycles/").context["cycles"][0]["tally"]
    assert (tally.due, tally.waiting, tally.submitted) == (3, 3, 0)


def test_drafts_and_returned_sheets_are_no_results_on_the_board(mixed: Cast) -> None:
    response, told = as_(mixed.approver).get(f"/board/{YEAR}/?show=all"), sql()
    assert sum(response.context["measure_totals"][0]["counts"].values()) == told["提出"]
    assert sum(response.context["totals"][0]["counts"].values()) == 2 * told["提出"]
    drafts = {mixed.sheet(number).pk for number in (4, 5)}
    assert all(row.grades == () and row.grade == "" for row in response.context["rows"] if row.pk in drafts)
    assert any(sheets_of(mixed.cycle)[pk].rated.grade for pk in drafts)  # they have grades; the board withholds them
    assert "提出された施策だけを数えています" in words(response)


def test_a_final_edition_counts_as_sql_does_and_waits_for_nothing(cast: Cast) -> None:
    cast.open(4)
    for number in (1, 2):
        cast.approved(number)
    settle(cast, 3, Outcome.EXCLUDED)
    settle(cast, 4, Outcome.NOT_SUBMITTED)
    settle_background()
    steps.decide_year(user=cast.approver, cycle_id=cast.sheet().cycle_id)
    settle_background()
    told, year = sql(), f"/results/{YEAR}/"
    front = words(Client().get(year))
    assert f"DX推進計画の{told['提出']}の施策と" in front
    assert f"対象外は{told['対象外']}施策、未提出は{told['未提出']}施策" in front
    codes = MeasureReview.objects.values_list("measure_year__measure__code", flat=True)
    pages = {path: words(Client().get(path)) for path in [year, *(f"{year}{code}/" for code in codes)]}
    for path, page in pages.items():
        assert not [word for word in ("まだ入力", "未入力", "入力されていません") if word in page], path
    assert "この施策は「対象外」のため、実績はありません。" in pages[f"{year}01-03/"]
    assert "この施策は「未提出」のため、実績はありません。" in pages[f"{year}01-04/"]
    assert tiles(as_(cast.reviewer2).get(f"/progress/{YEAR}/").context["stats"])["承認"] == told["承認"] == 2


def test_the_decision_of_the_plan_s_last_year_promises_no_next_one(cast: Cast) -> None:
    cycle = cast.open(1)
    Plan.objects.update(last_year=YEAR)
    cycle.plan.refresh_from_db()
    said = "".join(publishing_effects(cycle, []))
    assert "次の年度の準備が始まり" not in said and "最終年度" in said
    Plan.objects.update(last_year=YEAR + 1)
    cycle.plan.refresh_from_db()
    assert "次の年度の準備が始まり" in "".join(publishing_effects(cycle, []))
