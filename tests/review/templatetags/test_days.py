"""The days that are left are counted once: 開庁日, in the same words on every page."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from review import clock
from review.models import Cycle
from review.templatetags.days import left_until
from tests.cast import YEAR, Cast
from tests.review.acting import as_, words

ROOT = Path(__file__).resolve().parents[3]
#: あと5日, 3日超過 and the like: of days that nobody counts as 開庁日
OTHER_DAYS = re.compile(
    r"あと\s*(?:%\(\w+\)s|\{\{[^}]*\}\}|\{[^}]*\}|\d+)日|(?:%\(\w+\)s|\{\{[^}]*\}\}|\{[^}]*\}|\d+)日超過"
)


def test_no_page_and_no_notice_counts_other_days() -> None:
    files = [
        *(ROOT / "templates").rglob("*.html"),
        *(ROOT / "review").rglob("*.py"),
        *(ROOT / "workflow").rglob("*.py"),
    ]
    assert len(files) > 400
    assert [
        f"{path.relative_to(ROOT)}: {match[0]}" for path in files if (match := OTHER_DAYS.search(path.read_text()))
    ] == []


@pytest.mark.parametrize("sentence", ["あと%(days)s日", "あと{{ n }}日", "{n}日超過", "あと5日"])
def test_the_sweep_knows_what_it_looks_for(sentence: str) -> None:
    assert OTHER_DAYS.search(sentence) and not OTHER_DAYS.search(sentence.replace("日", "開庁日"))


@pytest.mark.django_db
def test_every_page_that_says_how_many_days_are_left_says_the_same(cast: Cast) -> None:
    cast.open(1)
    due = clock.now() + timedelta(days=16)
    Cycle.objects.update(due_at=due, closes_at=due, review_due_at=due, decide_due_at=due)
    expected = left_until(due)["text"]
    assert re.fullmatch(r"あと\d+開庁日", expected)
    for who, path in (
        ("reviewer", f"/plans/dx/{YEAR}/progress/"), ("reviewer", f"/plans/dx/{YEAR}/queue/"), ("contributor", "/"),
        ("contributor", f"/sheets/{cast.sheet().pk}/"), ("reviewer", f"/plans/dx/{YEAR}/nudge/"),
    ):  # fmt: skip
        shown = set(re.findall(r"あと\d+\S*?日", words(as_(cast.people[who]).get(path))))
        assert shown == {expected}, path
