"""Why a workbook was refused: the finding's own sentence in Japanese, what to do in English."""

import ast
import re
from collections.abc import Iterator

import pytest
from django.utils import translation

from review.domain import wording
from review.screens.services.incoming import why_refused
from review.workbook.findings import Code, Refused
from tests.names import ROOT, modules

JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]")


@pytest.mark.parametrize("code", Code)
@pytest.mark.parametrize("what", ["", "名前の定義が多すぎます"])
def test_every_finding_has_english(code: Code, what: str) -> None:
    finding = Refused(code, what, cell="記入!B4").finding()
    assert why_refused(finding.code, finding.detail) == finding.detail
    with translation.override("en"):
        sentence = why_refused(finding.code, finding.detail)
    assert sentence.startswith("Cell 記入!B4: ") and not JAPANESE.search(sentence.replace("記入!B4", ""))


def test_what_a_clerk_can_mend_is_named() -> None:
    finding = Refused(Code.WRONG_FORM).finding()
    with translation.override("en"):
        assert why_refused(finding.code, finding.detail).startswith("This is not")


def _filled(node: ast.AST) -> str:
    """The text of a literal, with a word in each of its gaps."""
    if isinstance(node, ast.JoinedStr):
        gaps = (one.value if isinstance(one, ast.Constant) else "令和6年度" for one in node.values)
        return "".join(map(str, gaps))
    return str(node.value) if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def causes() -> Iterator[str]:
    """Every cause that the gate can name: beside a code in a call or in a line of a table, and what else becomes one."""
    for path in [*modules(ROOT / "review" / "workbook"), ROOT / "review" / "books" / "services" / "uploads.py"]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            parts = node.args if isinstance(node, ast.Call) else node.elts if isinstance(node, ast.Tuple) else []
            if any(isinstance(one, ast.Attribute) and ast.unparse(one).startswith("Code.") for one in parts):
                yield from (text for one in parts if JAPANESE.search(text := _filled(one)))
            if isinstance(node, ast.FunctionDef) and node.name == "_what_else":
                yield from (_filled(one.value) for one in ast.walk(node) if isinstance(one, ast.Return) and one.value)
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "what":
                yield from (
                    text for one in ast.walk(node.value) if JAPANESE.search(text := _filled(one)) and "文字あり" in text
                )


def test_every_cause_stands_in_the_table_from_which_english_readers_have_it() -> None:
    all_causes = [one for one in causes() if one and "の令和6年度" not in one]
    all_causes += ["シート「甲」の「名前」の欄が消えています", "シート「甲」の行・列・見出しが動いています"]
    all_causes += [cause for _code, cause in wording.table(ROOT / "review" / "workbook" / "acting.tsv").values()]
    assert len(all_causes) > 90
    assert [one for one in all_causes if not list(wording.recognised(one, in_gap=True))] == []
