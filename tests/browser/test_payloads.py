"""In a real browser: what was typed runs nowhere, not even where the policy of the page would have to stop it."""

import pytest
from django.urls import reverse

from tests.cast import YEAR, Cast, settle_background
from tests.review.test_payloads import armed, decided, typed_by_the_department
from workflow import steps

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.drill
def test_no_payload_runs_in_a_browser(cast: Cast, live_site: str, new_page, sign_in) -> None:
    armed(cast)
    steps.open_year(user=cast.reviewer2, cycle_id=cast.cycle.pk)  # type: ignore[union-attr]
    settle_background()
    typed_by_the_department(cast)
    entered, messages = new_page(), []
    entered.on("dialog", lambda dialog: messages.append(dialog.message))
    sign_in(entered, cast.contributor)
    pk = cast.sheet(1).pk
    visit(entered, [reverse("meguri:entry", args=[pk, step]) for step in (1, 2, 3)])
    decided(cast)
    read = new_page()
    read.on("dialog", lambda dialog: messages.append(dialog.message))
    sign_in(read, cast.auditor)
    sheet = reverse("meguri:sheet", args=[pk])
    visit(
        read,
        [
            sheet,
            "/audit/",
            reverse("meguri:progress", args=["dx", YEAR]),
            reverse("publication:measure", args=["dx", YEAR, "01-01"]),
        ],
    )
    assert messages == []


def visit(page, paths: list[str]) -> None:
    """Each page, with the pointer over its text and the focus through its fields, as payloads wish for."""
    for path in paths:
        assert page.goto(path).status == 200, path
        page.keyboard.press("Tab")
        page.locator("main").hover()
        assert page.evaluate(
            "() => window.acted === undefined && document.querySelectorAll('iframe, object, base').length === 0"
        ), path
        assert page.evaluate("() => [...document.scripts].every(s => new URL(s.src).origin === location.origin)"), path
