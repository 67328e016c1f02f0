"""Every refusal is said in the reader's language: no sentence of a service is left unmarked."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from review import reader_words
from review.domain import text

ROOT = Path(__file__).resolve().parents[2]
FILES = [
    *(ROOT / "review").glob("*/services/*.py"),
    ROOT / "review" / "transition.py",
    ROOT / "review" / "permissions.py",
    ROOT / "workflow" / "steps.py",
]
assert len(FILES) > 60, "the services lie elsewhere"
JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]")
MARKS = {"_", "gettext", "gettext_lazy", "ngettext", "pgettext"}
REFUSALS = {"NotAllowed", "AlreadyDecided", "Invalid", "Stale", "Unreadable", "require"}
#: Modules whose sentences are Japanese for every reader, each with its reason.
JAPANESE_FOR_ALL = {"audit_chain": "what is wrong with the trail is printed by the operator's command"}
FILES = [path for path in FILES if path.stem not in JAPANESE_FOR_ALL]

pytestmark = pytest.mark.services


def name_of(node: ast.AST) -> str:
    return getattr(node, "id", None) or getattr(node, "attr", "")


def literals(node: ast.AST) -> Iterator[str]:
    """The Japanese literals within the node that no mark covers; f-strings part by part."""
    if isinstance(node, ast.Call) and name_of(node.func) in MARKS:
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and JAPANESE.search(node.value):
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from literals(child)


def sentences(tree: ast.AST) -> Iterator[ast.AST]:
    """Whatever is said to the person who asked: what a refusal is raised with, and what is noted under a field."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and name_of(node.func) in REFUSALS:
            yield node
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            yield node.value
        elif isinstance(node, ast.FunctionDef) and "problem" in node.name:
            yield from (
                part.value for part in ast.walk(node) if isinstance(part, ast.Return | ast.Yield) and part.value
            )


def unmarked(source: str) -> set[str]:
    return {words for node in sentences(ast.parse(source)) for words in literals(node)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_refusal_is_left_in_japanese(path: Path) -> None:
    left = unmarked(path.read_text())
    assert not left, f"wrap in gettext, with %(name)s for what changes: {sorted(left)}"


@pytest.mark.parametrize(
    "source, left",
    [
        ('raise NotAllowed("できません。")', {"できません。"}),
        ('raise Invalid(_("直してください。"), {"name": "氏名を入力してください。"})', {"氏名を入力してください。"}),
        ('raise AlreadyDecided(f"{who}さんが決めています。")', {"さんが決めています。"}),
        ('require(may, "管理者が行います。")', {"管理者が行います。"}),
        ('whatever["day"] = problem(day) or "日を入力してください。"', {"日を入力してください。"}),
        (
            'def _name_problem(name):\n    return "" if name else "名前を入力してください。"',
            {"名前を入力してください。"},
        ),
        ('raise NotAllowed(_("%(who)sさんが決めています。") % {"who": who})', set()),
        ('audit.write(action="x", after={"why": "理由"})', set()),
    ],
)
def test_a_new_one_would_be_noticed(source: str, left: set[str]) -> None:
    assert unmarked(source) == left


@pytest.mark.parametrize("typed", ["x" * (text.MAX_LENGTH + 1), "ab\x00"])
def test_what_cannot_be_kept_is_said_in_the_reader_s_language(typed: str) -> None:
    assert reader_words.problem(typed) == text.problem(typed) != ""
    with translation.override("en"):
        assert not JAPANESE.search(reader_words.problem(typed))
    assert reader_words.problem("そのまま") == ""


@pytest.mark.parametrize("code", [*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
def test_a_control_of_the_writing_direction_is_named_and_not_stored(code: int) -> None:
    """security.md, F8: U+202E in 要因 turned a published sentence round."""
    assert f"3文字目に、保存できない文字(U+{code:04X})" in text.problem(f"達成{chr(code)}率")
