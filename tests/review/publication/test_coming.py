"""The day on which the next evaluation is to be published stands on the plan's page and in its feed, and so does a change of it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from review.domain.fiscal import wareki
from review.models import Cycle, CycleState
from review.publication.services import releases
from review.year.services import cycles
from review.year.services.cycles import Deadlines
from tests.cast import YEAR, Cast
from tests.frozen import frozen
from tests.review.acting import words

PAGES = ("/results/", "/results/dx/", "/results/en/dx/")


def plan_day(cast: Cast, day: datetime | None) -> None:
    cycle = Cycle.objects.get(fiscal_year=YEAR + 1)
    due = timezone.now() + timedelta(days=3)
    wish = Deadlines(due_at=due, closes_at=due, publish_at=day)
    cycles.set_deadlines(user=cast.reviewer, cycle_id=cycle.pk, deadlines=wish)


@pytest.fixture
def next_year(cast: Cast) -> Cycle:
    frozen(cast, 1)
    return cycles.draft(plan=cast.plan, fiscal_year=YEAR + 1)


def shown(day: datetime) -> str:
    return wareki(timezone.localtime(day).date())


def test_the_day_is_said_and_that_it_was_moved(cast: Cast, next_year: Cycle) -> None:
    assert all("公表する予定" not in words(Client().get(page)) for page in PAGES), "no day is set"
    first, second = (timezone.now() + timedelta(days=days) for days in (100, 130))
    plan_day(cast, first)
    text = words(Client().get("/results/"))
    assert shown(first) in text and "令和7年度" in text and "変更前の予定" not in text
    plan_day(cast, first)
    assert "変更前の予定" not in words(Client().get("/results/")), "the same day again is no change"
    plan_day(cast, second)
    for page in PAGES[:2]:
        text = words(Client().get(page))
        assert shown(second) in text and f"変更前の予定は{shown(first)}" in text, page
    feed = Client().get("/results/dx/feed.xml").content.decode()
    assert shown(second) in feed and f"変更前の予定は{shown(first)}" in feed and "公表の予定" in feed
    Cycle.objects.filter(pk=next_year.pk).update(state=CycleState.PUBLISHED, published_at=second)
    assert "公表する予定" not in words(Client().get("/results/"))


def test_a_plan_without_editions_announces_nothing(cast: Cast) -> None:
    cast.draft(1)
    Cycle.objects.update(publish_at=timezone.now() + timedelta(days=9))
    assert "公表する予定" not in words(Client().get("/results/"))
    assert "公表の予定" not in Client().get("/results/feed.xml").content.decode()


def test_a_year_without_a_day_is_not_announced(cast: Cast) -> None:
    cast.open(1)
    assert releases.coming() == []
