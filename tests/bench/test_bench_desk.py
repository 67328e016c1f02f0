"""The desk of a prefecture: 1,000 施策 on PostgreSQL under gunicorn with the city's own settings, 50 people at work.

Each person asks for a page, thinks for two seconds, and asks again: 60 % queue, 25 % sheet, 10 % board, 5 % decisions.
No worker runs beside it. The table goes to the screen and to build/bench-desk.md; what was asked
is p95 of the mix under 120 ms, and of no page over 300.
"""

from __future__ import annotations

import http.client
import os
import random
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client, override_settings

from config.local import processes
from config.local import worker as launcher
from review.models import Appointment, Decision, IndicatorYear, MeasureReview, ReviewState, Role, User
from tests.bench import table
from tests.cast import YEAR, Cast
from tests.live import database_url
from tests.review.growing import more_sheets
from tests.services_plugin import Services
from tests.workflow.test_questions_a_page import counts_of

BASE_DIR = Path(__file__).resolve().parents[2]
SHEETS = int(os.environ.get("MEGURI_BENCH_DESK_SHEETS", "1000"))
SECONDS = int(os.environ.get("MEGURI_BENCH_DESK_SECONDS", "60" if table.FULL else "20"))
PEOPLE = int(os.environ.get("MEGURI_BENCH_DESK_PEOPLE", "50"))
THINKING, WARM_UP, TARGET, MIXED = 2.0, 10, 300, 120
MIX = (("queue", 60), ("sheet", 25), ("board", 10), ("decision", 5))

pytestmark = [
    pytest.mark.bench,
    pytest.mark.postgres,
    pytest.mark.services,
    pytest.mark.timeout(1800),
    pytest.mark.django_db(transaction=True),
]


@dataclass
class Site:
    """A web server with the city's settings, and how to sign in there."""

    port: int
    secret_key: str

    def session_of(self, user: User) -> str:
        with override_settings(SECRET_KEY=self.secret_key):
            client = Client()
            client.force_login(user)
            return client.cookies[settings.SESSION_COOKIE_NAME].value


@dataclass
class Person(threading.Thread):
    """One reviewer at a browser."""

    site: Site
    session: str
    sheets: list[int]
    to_decide: list[int]
    until: float
    counted_from: float
    seed: int
    seconds: dict[str, list[float]] = field(default_factory=dict)
    answers: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)
        self.luck = random.Random(self.seed)
        self.token = "".join(self.luck.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(32))
        self.cookie = f"sessionid={self.session}; csrftoken={self.token}"

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        time.sleep(self.luck.random() * THINKING)
        while time.monotonic() < self.until:
            self.ask(self.luck.choices([name for name, _ in MIX], [share for _, share in MIX])[0])
            time.sleep(THINKING)

    def ask(self, page: str) -> None:
        """One request on a connection of its own, from connecting to the last byte read."""
        method, path, body = self.request_of(page)
        headers = {"Cookie": self.cookie, "X-CSRFToken": self.token, "Accept-Encoding": "identity"}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        line = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=60)
        began = time.monotonic()
        line.request(method, path, body or None, headers)
        answer = line.getresponse()
        answer.read()
        ended = time.monotonic()
        line.close()
        if began >= self.counted_from:
            self.seconds.setdefault(page, []).append(ended - began)
            self.answers.append(answer.status)

    def request_of(self, page: str) -> tuple[str, str, str]:
        if page == "queue":
            return "GET", f"/plans/dx/{YEAR}/queue/?page={self.luck.randint(1, 3)}", ""
        if page == "board":
            return "GET", f"/plans/dx/{YEAR}/board/", ""
        if page == "sheet" or not self.to_decide:
            return "GET", f"/sheets/{self.luck.choice(self.sheets)}/review/", ""
        return "POST", f"/sheets/{self.to_decide.pop()}/review/", urlencode({"round": 1, "action": "confirm"})


@pytest.fixture
def site(services: Services, process_env: dict[str, str]) -> Iterator[Site]:
    """gunicorn with two workers of four threads, settings of production, static files as they are there."""
    secret_key, port = secrets.token_urlsafe(50), processes.free_port()
    env = {
        **process_env,
        "DJANGO_SETTINGS_MODULE": "config.settings.prod",
        "SECRET_KEY": secret_key,
        "DATABASE_URL": database_url(),
        "ALLOWED_HOSTS": "127.0.0.1",
        "MEGURI_HTTPS": "off",
        "MEGURI_BASE_URL": f"http://127.0.0.1:{port}",
        "MEGURI_STATIC_ROOT": str(services.folder / "static"),
    }
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"],
        env=env, cwd=BASE_DIR, check=True,
    )  # fmt: skip
    process = launcher.start_web(env=env, log=services.folder / "bench-web.log", port=port)
    yield Site(port=port, secret_key=secret_key)
    process.stop()


def a_year_at_work(cast: Cast) -> tuple[list[int], list[int]]:
    """SHEETS 施策, half submitted and half confirmed, a third with something to ask. (to look at, to decide on).

    They are put into their states directly: a thousand submissions one by one would take longer than the measurement.
    """
    cast.open(2)
    more_sheets(cast, SHEETS - 2, before_sealing=doubted)
    waiting = list(MeasureReview.objects.filter(state=ReviewState.SUBMITTED).values_list("pk", flat=True))
    cut = len(waiting) // 2
    return waiting[:cut], waiting[cut:]


def doubted() -> None:
    """Let every third sheet miss its goals, with doubts."""
    reviews = MeasureReview.objects.filter(pk__in=list(MeasureReview.objects.values_list("pk", flat=True))[::3])
    reviews.update(doubts=2)
    rows = IndicatorYear.objects.filter(indicator__measure__years__review__in=reviews, fiscal_year=YEAR)
    rows.update(status="missed", grade="C", flags=["jump", "repeated"])


def reviewers(cast: Cast) -> list[User]:
    """PEOPLE reviewers."""
    users = User.objects.bulk_create(
        [User(username=f"bench{n}", display_name=f"確認 {n}番", password="!") for n in range(PEOPLE)]
    )
    Appointment.objects.bulk_create(
        [Appointment(user=user, role=Role.REVIEWER, starts_on="2022-04-01") for user in users]
    )
    return users


def test_fifty_people_at_a_thousand_sheets(cast: Cast, site: Site) -> None:
    sheets, to_decide = a_year_at_work(cast)
    before = Decision.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # a database that has been at work for a while knows its tables
    sessions = [site.session_of(user) for user in reviewers(cast)]
    counted_from = time.monotonic() + WARM_UP
    people = [
        Person(
            site=site, session=session, sheets=sheets, to_decide=to_decide,
            until=counted_from + SECONDS, counted_from=counted_from, seed=place,
        )
        for place, session in enumerate(sessions)
    ]  # fmt: skip
    print(f"\n{SHEETS} sheets are ready; {PEOPLE} people begin", flush=True)
    for person in people:
        person.start()
    for person in people:
        person.join(timeout=WARM_UP + SECONDS + 120)
    answers = [status for person in people for status in person.answers]
    assert set(answers) <= {200, 303}, {status: answers.count(status) for status in set(answers)}
    decided = Decision.objects.count() - before
    assert decided >= answers.count(303) > 0
    report(people, decided)


def test_query_counts_are_the_same_at_30_and_at_1000(cast: Cast) -> None:
    """The pages and their limits are those of the ordinary tests."""
    cast.open(2, owners=("産業振興課", "農林水産課"))
    cast.submitted(1)
    counts: dict[str, list[int]] = {}
    for total in (30, SHEETS):
        more_sheets(cast, total - MeasureReview.objects.count())
        for (who, path, limit), count in counts_of(cast).items():
            counts.setdefault(f"{path} ({who}, at most {limit})", []).append(count)
            assert count <= limit, path
    rows = [f"| {page} | {few} | {many} |" for page, (few, many) in counts.items()]
    write("\n".join([f"| page | queries at 30 施策 | at {SHEETS} |", "|---|---|---|", *rows]))
    assert all(few == many for few, many in counts.values()), counts


def report(people: list[Person], decided: int) -> None:
    """The table: requests, p50, p95, p99 and the worst, of all together and for each page."""
    every = [page for page, _share in MIX]
    lines = [("the mix", every, 100, MIXED), *((page, [page], share, TARGET) for page, share in MIX)]
    rows = [line_of(people, *line) for line in lines]
    whole = sum(len(times) for person in people for times in person.seconds.values())
    head = (
        f"{SHEETS} 施策, {PEOPLE} people, {THINKING:.0f} s thinking, {SECONDS} s: {whole / SECONDS:.1f} requests/s, {decided}"
        f" decisions; load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )
    titles = "| page | share | requests | p50 ms | p95 ms | p99 ms | worst ms | p95 as asked |"
    write("\n".join([head, "", titles, "|---|---|---|---|---|---|---|---|", *rows]))


def line_of(people: list[Person], name: str, pages: list[str], share: int, limit: int) -> str:
    """A line of this table, which is told to that of the whole bench as well."""
    seconds = [second for person in people for page in pages for second in person.seconds.get(page, [])]
    milliseconds = sorted(1000 * second for second in seconds)
    p50, p95, p99 = (milliseconds[min(int(len(milliseconds) * q), len(milliseconds) - 1)] for q in (0.5, 0.95, 0.99))
    table.add(job=f"{name}, {PEOPLE} people, {SHEETS:,} 施策, p95", unit="ms", ours=p95, limit=limit, wall=p95 / 1000)
    times, met = f"{p50:.0f} | {p95:.0f} | {p99:.0f} | {milliseconds[-1]:.0f}", "yes" if p95 < limit else "no"
    return f"| {name} | {share} % | {len(milliseconds)} | {times} | {met}, {limit} |"


def write(words: str) -> None:
    """On the screen and in build/bench-desk.md."""
    print(f"\n{words}")
    target = BASE_DIR / "build" / "bench-desk.md"
    target.parent.mkdir(exist_ok=True)
    with target.open("a") as stream:
        stream.write(words + "\n\n")
