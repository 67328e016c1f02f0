"""A grade looks as its place on the scale of the year says, whatever its letter: on screens, public pages, charts, pictures, books
and papers alike."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from review.books.services import books
from review.books.services.snapshot import snapshot_of
from review.domain import rating
from review.models import Edition
from review.pdf import content
from review.templatetags import charts
from review.year.services import cycles
from tests.cast import YEAR, Cast
from tests.frozen import follow, freeze_now
from tests.review.acting import as_

CSS = Path(settings.BASE_DIR) / "review" / "static" / "review" / "css" / "base.css"
CHIP = re.compile(r'grade__mark--(\w+)".*?<span class="visually-hidden">(.+?)</span>', re.S)
MARK = re.compile(
    r'class="mark mark--(\w+)">\s*<svg aria-hidden="true"><use href="#mark-(\w+)"/></svg><span>(.+?)</span>'
)
#: letters, best first: where A, B, C and D stand for other places than on the common scale, and words
SCALES = ("BA", "SAC", "DCBA", "特優良可不", "甲乙丙丁戊己")
EXPECTED = {
    2: "circle diamond", 3: "circle triangle diamond", 4: "circle square triangle diamond",
    5: "circle square triangle wedge diamond", 6: "circle square star triangle wedge diamond",
}  # fmt: skip


def scale_of(letters: str) -> rating.Scale:
    """A scale of these letters, as a city that has changed its looks on the way may have stored it."""
    limits = [None, *(str(90 - 10 * place) for place in range(len(letters) - 2)), "0", None]
    roles = ["achieved", *["band"] * (len(letters) - 1), "undecided"]
    rows = zip([*letters, "－"], roles, limits, strict=True)
    return rating.Scale.from_data(
        {"letter": one, "name": f"{one}の区分", "role": role, "threshold": limit and f"{limit}/100", "shape": "cross"}
        for one, role, limit in rows
    )


def graded(cast: Cast, letters: str) -> Edition:
    """An edition in which the first goal has the best grade, the next the second, and so on round."""
    cycle = cast.draft(3)
    cycle.scale = scale_of(letters).as_data()
    cycle.save(update_fields=["scale"])
    first = freeze_now(cast, cycle, "120件")
    snapshot = {**first.snapshot}
    for place, one in enumerate(goal for row in snapshot["measures"] for goal in row["indicators"]):
        one["grade"] = [*letters, "－"][place % (len(letters) + 1)]
    for place, row in enumerate(snapshot["measures"]):
        row["grade"] = letters[-1 - place % len(letters)]
    return follow(first, snapshot)


def chips(page: str) -> set[tuple[str, str]]:
    """(letter, shape) of every grade on a page."""
    marks = {(letter, shape) for shape, _same, letter in MARK.findall(page)}
    assert all(shape == same for shape, same, _letter in MARK.findall(page))
    return marks | {(letter, shape) for shape, letter in CHIP.findall(page)}


def test_the_screens_have_the_palette_of_the_papers() -> None:
    declared = dict(re.findall(r"--grade-([\w-]+): (#\w+);", CSS.read_text()))
    for shape, look in rating.LOOKS.items():
        assert declared[shape].upper() == look.colour and declared[f"{shape}-ground"].upper() == look.background
        assert contrast(look.colour, look.background) >= 4.5 and contrast(look.colour, "#FFFFFF") >= 4.5
    assert len({look.sign for look in rating.LOOKS.values()}) == len(rating.LOOKS)


@pytest.mark.parametrize("letters", SCALES)
def test_the_place_decides_and_not_the_letter(letters: str) -> None:
    scale = scale_of(letters)
    assert [one.shape for one in scale.grades] == [*EXPECTED[len(letters)].split(), "dash"]
    assert rating.Scale.from_data(scale.as_data()) == scale, "what an older version stored as a look says nothing"


def test_a_very_long_scale_keeps_its_ends() -> None:
    scale = scale_of("12345678")
    assert (scale.grades[0].shape, scale.decided[-1].shape) == ("circle", "diamond")
    order = list(rating.LOOKS)
    places = [order.index(one.shape) for one in scale.decided]
    assert places == sorted(places)


@pytest.mark.parametrize("letters", SCALES[1:])
def test_every_form_draws_a_grade_by_its_place(cast: Cast, letters: str) -> None:
    edition, scale = graded(cast, letters), scale_of(letters)
    shapes = {one.letter: one.shape for one in scale.grades}
    seen: set[tuple[str, str]] = set()
    for place in ("", "01-01/", "01-02/", "01-01/goals/1/", "01-01/goals/1/frame/", "editions/1/"):
        answer = Client().get(f"/results/dx/{YEAR}/{place}")
        shown = chips(answer.content.decode())
        assert answer.status_code == 200 and shown, place
        assert {(letter, shapes[letter]) for letter, _shape in shown} == shown, place
        seen |= shown
    assert {letter for letter, _shape in seen} >= {*letters, "－"}, "the year's tiles name every grade"
    method, run = (Client().get(f"/results/dx/{one}/").content.decode() for one in ("method", "run/01-01"))
    compare = Client().get(f"/results/dx/compare/?a={YEAR}-1&b={YEAR}-2").content.decode()
    assert all(chips(page) <= set(shapes.items()) and chips(page) for page in (method, run, compare))
    drawn = charts.grades_geometry([{"label": "施策", "counts": dict.fromkeys(letters, 1)}], edition.snapshot["scale"])
    assert {part["grade"]: part["key"] for part in drawn["rows"][0]["parts"]} == {one: shapes[one] for one in letters}
    book = books.year_book(edition.snapshot, label="第1版", made_at=datetime(2025, 6, 1))
    looks = [(one.grade, one.sign, one.colour, one.background) for one in book.scale]
    assert looks == [(one.letter, *one.look) for one in scale.grades]
    paper = content.of_book(book)
    assert [one["mark"] for one in paper["scale"]] == [one.mark for one in scale.grades]
    assert [one["colour"] for one in paper["totals"]["grades"]] == [one.look.colour for one in scale.grades]


def test_last_years_counts_on_another_scale_stand_beside_no_grade_of_this_year(cast: Cast) -> None:
    first = graded(cast, "SAC")
    following = cycles.draft_next(first.cycle)
    assert following and snapshot_of(following)["previous"]["indicators"] == first.snapshot["totals"]["indicators"]
    following.scale = scale_of("DCBA").as_data()
    assert snapshot_of(following)["previous"]["indicators"] == {}


def test_the_desk_draws_as_the_public_page(cast: Cast) -> None:
    graded(cast, "DCBA")
    shapes = {one.letter: one.shape for one in scale_of("DCBA").grades}
    for address in (f"/plans/dx/{YEAR}/", f"/plans/dx/{YEAR}/scale/"):
        shown = chips(as_(cast.reviewer).get(address).content.decode())
        assert shown == set(shapes.items()), address


def contrast(text: str, background: str) -> float:
    """The WCAG contrast ratio of two #RRGGBB colours, 1 to 21."""
    bright, dark = sorted((_luminance(text), _luminance(background)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
