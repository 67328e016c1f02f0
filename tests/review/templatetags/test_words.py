"""Days, numbers, states and grades read as clerks write them."""

from __future__ import annotations

import html
import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils.translation import override

from review.domain.grade_words import FINAL_STATUSES
from review.models.cycle import CycleState
from review.models.sheet import Outcome, ReviewState
from review.templatetags import words


def _render(source: str, **context: object) -> str:
    return Template("{% load words icons %}" + source).render(Context(context))


def test_a_day_carries_its_iso_date() -> None:
    assert words.wareki(date(2024, 5, 10)) == '<time datetime="2024-05-10">令和6年5月10日(金)</time>'


def test_a_moment_late_in_utc_is_the_next_day_here() -> None:
    html = words.wareki_time(datetime(2024, 5, 9, 15, 30, tzinfo=UTC))
    assert "<span>令和6年5月10日(金)</span> <span>00:30</span>" in html, (
        "a line may end between the two, within neither"
    )


def test_an_english_reader_sees_the_western_day_and_year() -> None:
    with override("en"):
        assert "Fri 10 May 2024" in words.wareki(date(2024, 5, 10))
        assert words.fiscal_year(2024) == "FY2024"


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "－"), (0, "0"), (62588, "62,588"), (Decimal("0.1540"), "0.154"), (1.5, "1.5"), ("約500人", "約500人")],
)
def test_numbers_are_grouped_and_words_stay(value: object, text: str) -> None:
    assert words.number(value) == text


@pytest.mark.parametrize("state", [*ReviewState, *CycleState, Outcome.NOT_SUBMITTED, Outcome.EXCLUDED])
def test_every_state_has_its_chip_with_icon_and_word(state: ReviewState | CycleState | Outcome) -> None:
    html = _render("{% state_chip state %}", state=state)
    assert str(state.label) in html
    assert "<svg" in html


@pytest.mark.parametrize(("grade", "letter"), [("A", "A"), (None, "－"), ("-", "－"), ("―", "－"), ("S", "S")])
def test_a_grade_has_its_letter_and_a_shape(grade: str | None, letter: str) -> None:
    html = _render("{% grade_chip grade '' %}", grade=grade)
    assert f'<span class="visually-hidden">{letter}</span>' in html


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("80,000件", ["80,000件"]),
        ("60,000千円", ["60,000千円"]),
        ("小 8.9% 中 12.8%", ["小 8.9%", "中 12.8%"]),
        ("目標の値は 30件", ["30件"]),
        ("1,607件 ※児童手当の制度改正による<増>", ["1,607件"]),
        ("▲500千円", ["▲500千円"]),
        ("7~7.5俵", ["7.5俵"]),
        ("課題整理", []),
        ("120", []),
        ("35人(令和9年度)", ["35人", "令和9年度"]),
    ],
)
def test_a_number_and_its_unit_stand_on_one_line(text: str, held: list[str]) -> None:
    shown = words.whole(text)
    assert re.findall('<span class="nowrap">(.*?)</span>', shown) == held
    assert html.unescape(re.sub("</?span[^>]*>", "", shown)) == text and "<増" not in shown


def test_no_english_word_of_a_state_reads_like_the_code_of_another() -> None:
    """Data name statuses by codes: whoever reads “Not applicable” on a page takes it for their not_applicable, 目標なし."""
    codes = {*words.STATES, *FINAL_STATUSES}
    with override("en"):
        read = {code: str(word).lower().replace(" ", "_") for code, (word, _icon) in words.STATES.items()}
    assert {code: word for code, word in read.items() if word in codes - {code}} == {}
