"""What the trail stores under names and codes, an auditor reads in words."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from review.models import AuditEntry
from review.operations.views.audit import called, value_words
from review.trail.services import audit
from review.trail.services.trail_words import NAMES
from tests.cast import Cast
from tests.names import ROOT, modules
from tests.review.acting import as_, words


def stored_names() -> Iterator[tuple[str, str]]:
    """(module, name) of what the product writes as `before` or `after`, where the names stand in the source."""
    for path in (path for package in ("review", "workflow", "tasks") for path in modules(ROOT / package)):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.keyword) and node.arg in ("before", "after") and isinstance(node.value, ast.Dict):
                for key in node.value.keys:
                    if isinstance(key, ast.Constant):
                        yield path.stem, key.value


def test_every_name_that_is_stored_has_its_words() -> None:
    names = set(stored_names())
    assert len(names) > 60
    nameless = sorted((module, name) for module, name in names if name not in NAMES)
    assert not nameless, f"give {nameless} words in review/trail/services/names.tsv"


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("state", "状態"),
        ("indicator:2:actual", "成果目標② 実績"),
        ("x-KPIの評価", "KPIの評価"),
        ("unheard_of", "unheard_of"),
    ],
)
def test_a_name_is_said_in_words(name: str, word: str) -> None:
    assert called(name) == word


@pytest.mark.parametrize(
    ("name", "value", "said_as"),
    [
        ("state", "reviewed", "確認済"),
        ("state", "open", "実施中"),
        ("outcome", "excluded", "対象外"),
        ("items", ["indicator:1:actual", ""], "成果目標① 実績、シート全体"),
        ("offices", ["文化課", "市民課"], "文化課、市民課"),
        ("named", True, "あり"),
        ("named", False, "なし"),
        ("state", "unheard_of", "unheard_of"),
        ("comment", "reviewed", "reviewed"),
        ("round", 2, "2"),
        ("cause", None, ""),
    ],
)
def test_a_value_is_said_in_words(name: str, value: object, said_as: str) -> None:
    assert value_words(name, value) == said_as


@pytest.mark.django_db
def test_the_page_shows_no_code(cast: Cast) -> None:
    audit.write(
        cast.reviewer, "confirm", "summary:1", before={"state": "submitted"}, after={"state": "reviewed", "round": 1}
    )
    assert AuditEntry.objects.filter(action="confirm").exists()
    page = words(as_(cast.auditor).get("/audit/", {"action": "confirm"}))
    assert "状態 前 提出済 → 確認済" in page and "回 1" in page and "計画期間の総括 1" in page
    assert "reviewed" not in page and "submitted" not in page
