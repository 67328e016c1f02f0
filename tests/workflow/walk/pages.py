"""The pages of a walk: whoever asks for whichever, the answer is the page, "not allowed" or "not there"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.test import Client

from review.models import MeasureReview
from tests.review.acting import as_
from tests.review.screens.test_access import filled, ours
from tests.workflow.walk.world import World

#: One person of each role, and a stranger to the sheet.
PEOPLE = ("contributor", "head", "reviewer2", "approver", "administrator", "auditor", "other")
#: Signs out, asks broker and disk, answers a program, or is long and has its own test.
LEFT_OUT = re.compile(r"logout|signed_out|readyz|healthz|sso|book.pdf|bundle|audit_export")
#: Moves something and answers a question with "by POST only": asked for at the end of a walk.
BY_POST = re.compile(r"autosave|/add/|/comment/|/claim/|/record/|/grade/|/extend/|/outcome/|/recall/|/endorse/")
#: What shows sheets, years and what waits, and so changes with every step.
LIVING = re.compile(r"/(mine|queue|board|progress|files|cycles|preview|notices|plan|proxies|jobs|corrections)/|^/$")
STILL = re.compile(
    r"texts|settings|reminders|closing|confirm/|approve/|record/|/new/|retry|preview/<int:year>/.|scale|nudge"
)
ANSWERS = {200, 301, 302, 303, 400, 403, 404, 405, 409}


def _routes(about_sheet: bool) -> list[str]:
    """The addresses about one sheet, or those about none."""
    return [
        route
        for name, route in ours()
        if not LEFT_OUT.search(f"{name} {route}") and ("sheets/<int:pk>" in route) is about_sheet
    ]


def of_sheet(review: MeasureReview, *, posted: bool = False) -> list[str]:
    """Every page of the sheet and each step of its entry; with `posted` what takes no question as well."""
    routes = [route for route in _routes(about_sheet=True) if posted or not BY_POST.search(route)]
    return [filled(route, review.pk) for route in routes] + [f"/sheets/{review.pk}/entry/{step}/" for step in (2, 4, 5)]


def lists(world: World, *, living: bool = False) -> list[str]:
    """Every address that needs no row's number, for every year there is; the `living` ones change with each step."""
    routes = [route for route in _routes(about_sheet=False) if "<int:pk>" not in route]
    if living:
        routes = [route for route in routes if LIVING.search(route) and not STILL.search(route)]
    years = {str(cycle.fiscal_year) for cycle in world.cycles()}
    return sorted({filled(route.replace("<int:year>", year), 1) for route in routes for year in years})


def with_numbers(world: World) -> Iterator[str]:
    """Every address with a row's number in it, for the first numbers that there may be."""
    for route in _routes(about_sheet=False):
        if "<int:pk>" in route:
            yield from (filled(route, pk) for pk in _numbers(world))


def _numbers(world: World) -> set[int]:
    people = [user.pk for user in world.cast.people.values()]
    return {1, 2, *people[:2], *(row.pk for row in world.cycles()), *(row.pk for row in world.goals()[:1])}


def broken(client: Client, addresses: list[str]) -> list[str]:
    """Those that answer with something that no reader should get."""
    client.raise_request_exception = True
    answers = {path: client.get(path).status_code for path in addresses}
    return [f"{path} -> {status}" for path, status in answers.items() if status not in ANSWERS]


def sweep(world: World, who: str, addresses: list[str]) -> None:
    """Let the person ask for all of them."""
    wrong = broken(as_(world.person((who,), 1)), addresses)
    assert not wrong, f"{who}: {wrong}"
