"""A person confirms which way an indicator is good, and the year is judged by it."""

import pytest

from review.domain.refusals import Invalid, NotAllowed
from review.models import AuditEntry, Indicator, IndicatorYear
from review.services import directions
from tests.cast import YEAR, Cast


def test_a_direction_set_by_a_person_judges_the_year_anew(cast: Cast) -> None:
    cycle = cast.open(1)
    cast.fill(cast.sheet(), "120件")
    indicator = Indicator.objects.get(number=1)
    directions.decide(user=cast.reviewer, indicator_id=indicator.pk, direction="down", cycle=cycle)
    row = IndicatorYear.objects.get(indicator=indicator, fiscal_year=YEAR)
    assert (row.status, row.grade) == ("missed", "B")
    assert AuditEntry.objects.get(action="direction.decide").after == {"direction": "down", "confirmed": True}


@pytest.mark.parametrize("who", ["contributor", "approver", "administrator", "auditor"])
def test_only_a_reviewer_decides_it(cast: Cast, who: str) -> None:
    cycle = cast.open(1)
    with pytest.raises(NotAllowed):
        directions.decide(
            user=cast.people[who], indicator_id=Indicator.objects.first().pk, direction="down", cycle=cycle
        )


def test_another_word_is_refused(cast: Cast) -> None:
    cycle = cast.open(1)
    with pytest.raises(Invalid):
        directions.decide(
            user=cast.reviewer, indicator_id=Indicator.objects.first().pk, direction="sideways", cycle=cycle
        )


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
