"""Tries to reach another department's sheet past its addresses: parts of pages, the engine, posts that are over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from review import clock
from review.models import Appointment, Concurrence, MeasureReview, Proxy, Role, User
from tests.cast import YEAR, Cast
from tests.review.acting import as_
from tests.review.screens.test_access import addresses, filled, ours
from tests.review.tries import nothing_of_it

pytestmark = [pytest.mark.services]


def of_the_sheet(review: MeasureReview) -> list[tuple[str, str]]:
    """(name, path) of every address that carries the foreign sheet's number."""
    return [(name, filled(route, review.pk)) for name, route in ours() if "pk>" in route]


@pytest.mark.drill
def test_by_a_condition(clerk: Client, foreign: MeasureReview, cast: Cast) -> None:
    """What its owner's browser was told of the sheet confirms nothing to somebody else."""
    owner, tried = as_(cast.contributor), 0
    for name, path in of_the_sheet(foreign):
        theirs = owner.get(path)
        known = theirs.headers.get("ETag", '"x"')
        for condition in ({"If-None-Match": known}, {"If-None-Match": "*"}, {"If-Match": known},
                          {"If-Modified-Since": "Thu, 01 Jan 2099 00:00:00 GMT"}):  # fmt: skip
            answer = clerk.get(path, headers=condition)
            nothing_of_it(answer, f"{name} {condition}")
            assert answer.status_code in (403, 404, 405), f"{name} {condition}: {answer.status_code}"
            tried += 1
    assert tried > 80


@pytest.mark.drill
def test_by_a_part_of_a_page(clerk: Client, foreign: MeasureReview) -> None:
    """The parts that htmx asks for, the page on paper, and the answer as data."""
    ways = (
        {"headers": {"HX-Request": "true", "HX-Target": "sheet", "HX-Current-URL": "http://testserver/"}},
        {"headers": {"HX-Request": "true", "HX-Boosted": "true"}, "query_params": {"part": "history"}},
        {"headers": {"Accept": "application/json"}, "query_params": {"format": "json", "print": "1"}},
    )
    for name, path in [
        *of_the_sheet(foreign),
        ("home", "/"),
        ("progress", reverse("meguri:progress", args=["dx", YEAR])),
    ]:
        for way in ways:
            nothing_of_it(clerk.get(path, **way), f"{name} {way}")  # type: ignore[arg-type]
            nothing_of_it(clerk.head(path, **way), f"HEAD {name} {way}")  # type: ignore[arg-type]


def test_by_the_engine(clerk: Client, foreign: MeasureReview) -> None:
    """Viewflow's own screens are mounted nowhere, and its rows are in no admin."""
    process = MeasureReview.objects.get(pk=foreign.pk).process  # type: ignore[attr-defined]
    for root in (
        "",
        "workflow/",
        "viewflow/",
        "flows/",
        "measurereview/",
        "measure-review/",
        "accounts/",
        "admin/workflow/",
    ):
        for place in ("", "inbox/", "queue/", "archive/", "tasks/", "flows/", "dashboard/", "search/", "chart/",
                      f"{process.pk}/", f"{process.pk}/submit/1/", f"{process.pk}/review/1/assign/"):  # fmt: skip
            if root or place:
                answer = clerk.get(f"/{root}{place}")
                nothing_of_it(answer, f"/{root}{place}")
                assert answer.status_code in (403, 404), f"/{root}{place}: {answer.status_code}"
    named = [name for name, _pattern, _route in addresses()]
    assert not [name for name in named if "viewflow" in name or name.startswith("admin:workflow")]


@pytest.mark.drill
def test_by_a_proxy_that_is_over(foreign: MeasureReview, cast: Cast) -> None:
    """Named for a head of the other department, or for a reviewer: ahead of its time, past it, withdrawn, or of somebody
    who holds the post no longer."""
    today, page = clock.today(), reverse("meguri:sheet", args=[foreign.pk])
    named = {"deputy": cast.other, "reason": "出張", "named_by": cast.administrator, "named_at": clock.now()}
    head = {"principal": cast.head, "role": Role.HEAD, "department": cast.departments["産業振興課"]}
    reviewer = {"principal": cast.reviewer2, "role": Role.REVIEWER}
    for whose in (head, reviewer):
        running = Proxy.objects.create(starts_on=today, ends_on=today, **whose, **named)
        assert as_(fresh(cast.other)).get(page).status_code == 200, "while it runs, this is what a proxy is for"
        kept_open = as_(fresh(cast.other))
        for over in (
            {"starts_on": today + timedelta(days=1), "ends_on": today + timedelta(days=9), "withdrawn_at": None},
            {"starts_on": today - timedelta(days=9), "ends_on": today - timedelta(days=1), "withdrawn_at": None},
            {"starts_on": today, "ends_on": today, "withdrawn_at": clock.now()},
        ):
            Proxy.objects.filter(pk=running.pk).update(**over)
            for client in (as_(fresh(cast.other)), kept_open):
                answer = client.get(page)
                nothing_of_it(answer, f"{whose} {over}")
                assert answer.status_code in (302, 404)
            for name in ("meguri:queue", "meguri:board"):
                assert as_(fresh(cast.other)).get(reverse(name, args=["dx", YEAR])).status_code == 403, name
        Proxy.objects.filter(pk=running.pk).update(withdrawn_at=None)
        post = Appointment.objects.filter(user=whose["principal"], role=whose["role"])
        post.update(ends_on=today - timedelta(days=1))
        assert as_(fresh(cast.other)).get(page).status_code == 404
        Proxy.objects.filter(pk=running.pk).update(withdrawn_at=clock.now())


def fresh(user: User) -> User:
    """The person with nothing remembered of their posts."""
    return User.objects.get(pk=user.pk)


@pytest.mark.drill
def test_by_a_consultation_that_is_over(foreign: MeasureReview, cast: Cast) -> None:
    """Asked for 合議 as a related department, which the plan then no longer names."""
    office, year = cast.departments["農林水産課"], foreign.measure_year
    year.related.add(office)
    row = Concurrence.objects.create(
        review=foreign, round=foreign.round, department=office, asked_by=cast.contributor, asked_at=clock.now(),
        due_on=clock.today(),
    )  # fmt: skip
    client = as_(fresh(cast.other))
    assert client.get(reverse("meguri:sheet", args=[foreign.pk])).status_code == 200, "while it is related"
    year.related.remove(office)
    for path in ("/", reverse("meguri:notices"), *(path for _name, path in of_the_sheet(foreign))):
        nothing_of_it(client.get(path), path)
    answer = client.post(
        reverse("meguri:concurrence_answer", args=[row.pk]), {"answer": "opinion", "opinion": "見たい"}
    )
    nothing_of_it(answer, "an answer to the consultation")
    assert answer.status_code == 404
    row.refresh_from_db()
    assert row.answer == Concurrence.Answer.WAITING


def test_by_the_shared_screen(foreign: MeasureReview, cast: Cast) -> None:
    client = as_(cast.contributor)
    for path in (
        "/",
        reverse("meguri:sheet", args=[foreign.pk]),
        reverse("meguri:notices"),
        reverse("meguri:progress", args=["dx", YEAR]),
    ):
        header = client.get(path).headers["Cache-Control"]
        assert "private" in header and "no-cache" in header, path
    assert client.post(reverse("logout")).headers["Clear-Site-Data"] == '"cache"'
    assert "Clear-Site-Data" not in Client().get("/results/").headers
