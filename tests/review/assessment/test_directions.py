"""A person confirms which way an indicator is good, and the year is judged by it."""

import pytest

from review.assessment.services import directions
from review.domain.refusals import Invalid, NotAllowed
from review.models import AuditEntry, Indicator, IndicatorYear
from tests.cast import YEAR, Cast
from workflow import steps


def test_a_direction_set_by_a_person_judges_the_year_anew(cast: Cast) -> None:
    cast.open(1)
    cast.fill(cast.sheet(), "120件")
    indicator = Indicator.objects.get(number=1)
    directions.decide(user=cast.reviewer, indicator_id=indicator.pk, direction="down")
    row = IndicatorYear.objects.get(indicator=indicator, fiscal_year=YEAR)
    assert (row.status, row.grade) == ("missed", "B")
    assert AuditEntry.objects.get(action="direction.decide").after == {"direction": "down", "confirmed": True}


@pytest.mark.parametrize("who", ["contributor", "approver", "administrator", "auditor"])
def test_only_a_reviewer_decides_it(cast: Cast, who: str) -> None:
    cast.open(1)
    with pytest.raises(NotAllowed):
        directions.decide(user=cast.people[who], indicator_id=Indicator.objects.first().pk, direction="down")


def test_another_word_is_refused(cast: Cast) -> None:
    cast.open(1)
    with pytest.raises(Invalid):
        directions.decide(user=cast.reviewer, indicator_id=Indicator.objects.first().pk, direction="sideways")


def test_the_page_lists_what_waits_and_one_post_confirms(cast: Cast, client) -> None:
    cycle = cast.open(1)
    client.force_login(cast.reviewer)
    address = f"/cycles/{cycle.fiscal_year}/directions/"
    assert "確認を待つ指標 2 件" in client.get(address).content.decode()
    indicator = Indicator.objects.get(number=1)
    answer = client.post(address, {"indicator": indicator.pk, "direction": "up"})
    assert answer.status_code == 302
    assert "確認を待つ指標 1 件" in client.get(address).content.decode()
    client.force_login(cast.contributor)
    assert client.get(address).status_code == 403


@pytest.mark.parametrize("state", ["submitted", "reviewed", "approved"])
def test_what_was_submitted_keeps_its_verdict(cast: Cast, state: str) -> None:
    cast.open(1)
    getattr(cast, state)(1)
    row = IndicatorYear.objects.get(indicator__number=1, fiscal_year=YEAR)
    before = verdict(row)
    with pytest.raises(Invalid, match="差し戻して"):
        directions.decide(user=cast.reviewer, indicator_id=row.indicator_id, direction="down")
    confirmed = directions.decide(user=cast.reviewer, indicator_id=row.indicator_id, direction="up")
    row.refresh_from_db()
    assert verdict(row) == before and confirmed.direction_confirmed


def test_a_sheet_that_came_back_is_judged_by_the_new_direction(cast: Cast) -> None:
    cast.open(1)
    review = cast.submitted(1)
    steps.return_to_department(user=cast.reviewer2, review_id=review.pk, round=review.round, comment="向きを直します")
    row = IndicatorYear.objects.get(indicator__number=1, fiscal_year=YEAR)
    directions.decide(user=cast.reviewer, indicator_id=row.indicator_id, direction="down")
    row.refresh_from_db()
    assert row.status == "missed"


@pytest.mark.parametrize("direction", ["up", "down", ""])
def test_a_published_year_is_never_judged_anew(cast: Cast, direction: str) -> None:
    cast.published(1)
    row = IndicatorYear.objects.get(indicator__number=1, fiscal_year=YEAR)
    before = verdict(row)
    decided = directions.decide(user=cast.reviewer, indicator_id=row.indicator_id, direction=direction)
    row.refresh_from_db()
    assert verdict(row) == before and decided.direction == direction


def verdict(row: IndicatorYear) -> tuple[object, ...]:
    return (row.status, row.rate, row.rate_text, row.grade, row.flags, row.reason, row.reading)
