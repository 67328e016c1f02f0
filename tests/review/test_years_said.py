"""Years on the screens are those of the reader's language: 令和6年度 in Japanese, 2024 in English; all pages, by every kind of
person. What is kept as it was said (notices, names of files, what was typed) stays in the city's words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client

from review import clock
from review.assessment.services import meetings
from review.assessment.services.meetings import MeetingWords
from review.deadlines.services import chasing, closing_days
from review.models import Artifact, Concurrence, Correction, EntryBook, Extension, PlanChange, Role, Upload, User
from review.publication.services import corrections
from review.publication.services.corrections import Typed
from review.sheet.services import concurrence, extensions
from tests.cast import YEAR, Cast, settle_background
from tests.review.acting import as_, words
from tests.review.people.test_proxies import named
from tests.review.screens.test_access import filled, ours
from tests.review.test_hostile_addresses import SKIPPED
from workflow import steps

WHO = ("anonymous", "contributor", "reviewer2", "approver", "administrator", "auditor")
#: What an address may stand for; whether its number is that of a sheet too is chance.
ROWS = (Artifact, Concurrence, Correction, EntryBook, Extension, PlanChange, Upload, User)
#: A year, alone or in a day; no part of a number, an address, a key or a hash (a hash may begin with 2003e1).
WESTERN = re.compile(r"(?<![\w.,:/-])(?:19|20)\d\d(?![\da-f,.:'_]|円|件|人|千円|%)")
ERA = re.compile(r"令和|平成|\bR\d+年")

#: Japanese pages on which a western year is the thing that is spoken of.
SPOKEN_OF = {
    "publication:open_data": "評価した年度。2024 は令和6年度(2024年4月から)",
    "meguri:people_import": "2025-04-01 利用者の一覧",
}
#: English pages on which something kept in the city's words stands.
IN_CITY_WORDS = {
    "meguri:notices": "notices are kept as they were sent",
    "meguri:notice_text": "the text of a mail, which is the city's",
    "meguri:home": "the latest notices",
    "meguri:files": "names of files",
    "meguri:audit": "names of files",
    "meguri:sheet": "names of files",
    "meguri:correction_items": "the years of a bar, as they are typed and published",
}
STORED = re.compile(
    r"\S*令和\S*\.(?:xlsx|pdf)|締切を\S+ [\d:]+まで延長しました|希望する締切: \S+ [\d:]+|令和\d+年度の(?:準備|評価|実績|公表)\S*"
    r"|令和\d+年度(?:「[^」]+」)?(?:、令和\d+年度(?:「[^」]+」)?)+"
)


def running(cast: Cast) -> None:
    """A year under way, with everything on it that has a day."""
    today, later = clock.today(), clock.now() + timedelta(days=40)
    cycle = cast.open(3)
    named(cast, cast.approver, cast.other, Role.APPROVER)
    chasing.pause(user=cast.reviewer, cycle_id=cycle.pk, starts_on=today, ends_on=today, reason="繁忙のため")
    extensions.ask(user=cast.contributor, review_id=cast.sheet(1).pk, until=later, reason="繁忙のため")
    extensions.extend(user=cast.reviewer, review_id=cast.sheet(2).pk, until=later, reason="繁忙のため")
    related = [cast.departments["市民課"].pk]
    concurrence.ask(user=cast.contributor, review_id=cast.sheet(1).pk, departments=related, due_on=today)
    meetings.record_meeting(user=cast.reviewer, cycle=cycle, words=MeetingWords(held_on=today))
    closing_days.close(user=cast.administrator, day=today + timedelta(days=9), name="庁舎の停電")
    review = cast.submitted(3)
    steps.return_to_department(user=cast.reviewer2, review_id=review.pk, round=1, comment="見直し")
    settle_background()


def published(cast: Cast) -> None:
    """A published year that is being corrected, and the draft of the next."""
    cycle = cast.published(2)
    correction = steps.start_correction(user=cast.reviewer, cycle_id=cycle.pk)
    typed = [Typed(code="01-01", key=f"indicator:1:actual:{YEAR}", right="70件", reason="集計の誤りのため。")]
    corrections.save_items(user=cast.reviewer, correction_id=correction.pk, version=0, code="01-01", typed=typed)
    settle_background()


def pages(cast: Cast, who: str, language: str) -> Iterator[tuple[str, HttpResponse]]:
    """Every page that answers the person, for each row there is: (the address's name, its answer)."""
    numbers = {cast.sheet(1).pk, *(row.pk for model in ROWS if (row := model.objects.last()))}
    client = Client() if who == "anonymous" else as_(cast.people[who])
    client.cookies["django_language"] = language
    for name, route in ours():
        # The public pages have an address of their own for each language.
        foreign = "publication_en:" if language == "ja" else "publication:"
        if name in SKIPPED or name.startswith(foreign):
            continue
        for number in sorted(numbers) if "<int:pk>" in route else [0]:
            response = client.get(filled(route, number))
            if response.status_code == 200 and "html" in response.get("Content-Type", ""):
                yield name, response


def other_years(
    cast: Cast, language: str, pattern: re.Pattern[str], leave: Callable[[str, str], str]
) -> dict[str, str]:
    """{page: where a year of the other kind stands}."""
    hits = {}
    for who in WHO:
        for name, page in pages(cast, who, language):
            left = leave(name, words(page))
            for hit in pattern.finditer(left):
                hits[f"{name} ({who})"] = left[max(0, hit.start() - 30) : hit.end() + 20]
    return hits


@pytest.mark.drill
@pytest.mark.once
@pytest.mark.parametrize("world", [running, published])
def test_no_western_year_stands_on_a_japanese_page(cast: Cast, world: Callable[[Cast], None]) -> None:
    world(cast)
    hits = other_years(cast, "ja", WESTERN, lambda name, text: text.replace(SPOKEN_OF.get(name, "\0"), ""))
    assert hits == {}


@pytest.mark.drill
@pytest.mark.once
@pytest.mark.parametrize("world", [running, published])
def test_no_era_stands_on_an_english_page(cast: Cast, world: Callable[[Cast], None]) -> None:
    world(cast)
    hits = other_years(cast, "en", ERA, lambda name, text: STORED.sub("", text) if name in IN_CITY_WORDS else text)
    assert hits == {}
