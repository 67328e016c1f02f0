"""How much each page of the daily work asks the database: so many questions at most, however many sheets there are.

Measured on a year's ordinary day: nothing is being made, no meeting is recorded, no remark or extension stands beside the
sheet. Each kind of these costs one question more, and only the page that shows it (`review/beside.py`, `counters.BESIDE`).
"""

from __future__ import annotations

from django.urls import reverse

from review import clock, listing
from review.models import IndicatorYear, ItemComment, MeasureReview, ReviewState
from tests.cast import YEAR, Cast
from tests.review.acting import as_, queries_of, words
from tests.review.growing import more_sheets
from workflow.views import board, queue

#: a board on which sheets need a word first asks one more, for their goals; `AGENDA`: an approver's page says where in the year's agenda its sheet stands, which takes the marks of all
PAGE, SHEET, AGENDA = 10, 12, 3


def pages(cast: Cast) -> list[tuple[str, str, int]]:
    """(who, address, questions at most)."""
    waiting, confirmed = (
        MeasureReview.objects.filter(state=state).order_by("pk").first().pk  # type: ignore[union-attr]
        for state in (ReviewState.SUBMITTED, ReviewState.REVIEWED)
    )
    mine = cast.sheet(2).pk
    of_year = {name: reverse(f"meguri:{name}", args=["dx", YEAR]) for name in ("queue", "board", "progress")}
    return [
        *((who, "/", PAGE) for who in ("other", "contributor", "reviewer2", "approver", "administrator")),
        *(("other", reverse("meguri:entry", args=[mine, step]), PAGE) for step in (1, 2, 3, 4)),
        ("reviewer2", of_year["queue"], PAGE),
        *((who, of_year["board"], PAGE) for who in ("reviewer2", "approver")),
        *((who, of_year["progress"], PAGE) for who in ("other", "reviewer2")),
        ("other", reverse("meguri:sheet", args=[mine]), SHEET),
        *((who, reverse("meguri:sheet", args=[waiting]), SHEET) for who in ("reviewer2", "approver", "auditor")),
        ("reviewer2", reverse("meguri:review", args=[waiting]), SHEET),
        ("approver", reverse("meguri:approve", args=[confirmed]), SHEET + AGENDA),
    ]


def counts_of(cast: Cast) -> dict[tuple[str, str, int], int]:
    return {page: queries_of(as_(cast.people[page[0]]), page[1]) for page in pages(cast)}


def test_the_pages_ask_little_and_no_more_with_more_sheets(cast: Cast) -> None:
    cast.open(2, owners=("産業振興課", "農林水産課"))
    cast.submitted(1)
    more_sheets(cast, 2)
    few = counts_of(cast)
    assert {page: count for page, count in few.items() if count > page[2]} == {}
    more_sheets(cast, 2 * max(board.PAGE, queue.PAGE, listing.AT_ONCE) + 2)  # half of them wait at each step: two pages
    assert counts_of(cast) == few


def test_the_goals_of_sheets_that_need_a_word_cost_the_board_one_question(cast: Cast) -> None:
    cast.open(2, owners=("産業振興課", "農林水産課"))
    pages = [(who, reverse("meguri:board", args=["dx", YEAR])) for who in ("reviewer2", "approver")]
    more_sheets(cast, 4)
    plain = [queries_of(as_(cast.people[who]), page) for who, page in pages]
    for _more in range(2):
        more_sheets(
            cast, 4, before_sealing=lambda: IndicatorYear.objects.filter(fiscal_year=YEAR).update(status="missed")
        )
        assert len(as_(cast.approver).get(pages[0][1]).context["first"]) > 1
        assert [queries_of(as_(cast.people[who]), page) for who, page in pages] == [count + 1 for count in plain]


def test_what_came_meanwhile_is_on_the_next_page(cast: Cast) -> None:
    """Nothing of an answer outlives its request: a remark and a job appear where there was none before."""
    cast.open(1)
    review, client = cast.submitted(1), as_(cast.reviewer2)
    page = reverse("meguri:sheet", args=[review.pk])
    assert "あとから来た指摘" not in words(client.get(page))
    ItemComment.objects.create(
        review=review, round=1, item="cause", kind=ItemComment.Kind.COMMENT, body="あとから来た指摘",
        author=cast.reviewer, created_at=clock.now(),
    )  # fmt: skip
    assert "あとから来た指摘" in words(client.get(page))
    assert "あとから来た指摘" in words(client.get(reverse("meguri:review", args=[review.pk])))
