"""The pages about deadlines and notices in a browser: no axe violation at either width, nothing wider than the screen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings

from review import calendar, clock
from review.background.services import outbox
from review.deadlines.services import chasing, closing_days
from review.models import Cycle, Indicator, IndicatorYear
from review.notices.services import reminders
from review.sheet.services import extensions
from tests.cast import YEAR, Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = {
    "reviewer2": {
        "cycle": f"/plans/dx/{YEAR}/",
        "definitions": f"/plans/dx/{YEAR}/definitions/",
        "definitions-all": f"/plans/dx/{YEAR}/definitions/?all=1",
        "department-deadlines": f"/plans/dx/{YEAR}/departments/",
        "reminders": f"/plans/dx/{YEAR}/reminders/",
        "nudge": f"/plans/dx/{YEAR}/nudge/",
        "closing-days": "/closing-days/",
        "extension-request": "/sheets/{sheet}/",
    },
    "administrator": {"notice-texts": "/notices/texts/", "notice-text": "/notices/texts/SubmissionReturned.sender/"},
    "contributor": {
        "notices": "/notices/",
        "notice-settings": "/notices/settings/",
        "extension": "/sheets/{sheet}/extension/",
    },
}


@pytest.mark.drill
@override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
def test_the_pages_of_deadlines_and_notices(
    cast: Cast, live_site: str, new_page: Any, sign_in: Any, screenshot: Any, axe: Any
) -> None:
    prepare(cast)
    for who, pages in PAGES.items():
        page = new_page()
        sign_in(page, cast.people[who])
        for name, address in pages.items():
            page.goto(address.format(sheet=cast.sheet(1).pk))
            check(page, name, screenshot, axe)
            if name == "nudge":
                page.get_by_role("checkbox").nth(1).check()
                page.get_by_label("添える言葉").fill("お困りのことがあればお知らせください。")
                page.get_by_role("button", name="内容を確かめる").click()
                check(page, "nudge-preview", screenshot, axe)


def prepare(cast: Cast) -> None:
    """A year after its 提出期限, with a little of everything."""
    cycle = cast.open(4, owners=("産業振興課", "農林水産課"))
    now = clock.now()
    Cycle.objects.filter(pk=cycle.pk).update(due_at=now - timedelta(days=4), review_due_at=now + timedelta(days=10))
    open_goals = Indicator.objects.filter(measure__code__in=["01-03", "01-04"])
    open_goals.update(direction="", kind="", unit="", defined_at=None)
    IndicatorYear.objects.filter(indicator__in=open_goals, indicator__number=2).update(name="人口")
    today = clock.today()
    chasing.pause(
        user=cast.reviewer2, cycle_id=cycle.pk, starts_on=today, ends_on=today + timedelta(days=9),
        reason="災害対応のため", review=cast.sheet(2),
    )  # fmt: skip
    closing_days.close(
        user=cast.administrator, day=calendar.city().next_open(today + timedelta(days=200)), name="市制施行記念日"
    )
    until = now + timedelta(days=60)
    extensions.ask(user=cast.contributor, review_id=cast.sheet(1).pk, until=until, reason="統計の公表が遅れるため")
    cycle.refresh_from_db()
    days = [today - timedelta(days=n) for n in range(6, -1, -1)]
    events = reminders.announce(cycle, days)
    for pk in [event.pk for event in events] + outbox.undelivered_ids():
        outbox.deliver(pk)


def check(page: Any, name: str, screenshot: Any, axe: Any) -> None:
    """At both widths of the one page: a picture, the accessibility rules, and no sideways scrolling."""
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        screenshot(page, f"deadlines-{name}")
        serious = [violation for violation in axe(page) if violation["impact"] in ("serious", "critical")]
        assert not serious, (name, width, serious)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (
            f"{name} is wider than the screen of {width} px"
        )
