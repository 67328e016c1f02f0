"""The check that refuses names which do not say what a value is finds each kind of definition, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import names

EVERY_KIND = """\
from review.calendar import kept
import email.message as told
class Wanted:
    asked: int = 0
    first, _found = 1, 2
    def said(self, kept_by, *, _kept): self.told_ = kept_by
async def FOUND(): pass
rows = [found for found in range(3) if (said := found)]
show(wanted=rows)
for asked in rows: pass
try:
    with open("a") as kept: pass
except OSError as told: pass
match rows:
    case [1, *found]: pass
    case {"a": 1, **said}: pass
    case wanted: pass
key = lambda asked: 1
"""


def test_one_of_each_kind_is_found_with_its_line() -> None:
    assert list(names.refused(EVERY_KIND, "a.py")) == [
        (1, "import", "kept"),
        (2, "import", "told"),
        (3, "class", "Wanted"),
        (4, "field", "asked"),
        (5, "field", "_found"),
        (6, "attribute", "told_"),
        (6, "function", "said"),
        (6, "parameter", "_kept"),
        (7, "function", "FOUND"),
        (8, "variable", "found"),
        (8, "variable", "said"),
        (9, "keyword", "wanted"),
        (10, "variable", "asked"),
        (12, "variable", "kept"),
        (13, "variable", "told"),
        (15, "variable", "found"),
        (16, "variable", "said"),
        (17, "variable", "wanted"),
        (18, "parameter", "asked"),
    ]


@pytest.mark.parametrize(
    "source",
    [
        "asked_by = told_at = 1",
        "print(found)",
        "row.kept",
        "row['wanted']",
        "text = 'said = 1'",
        "# told = 1",
        "f(**x)",
    ],
)
def test_uses_texts_and_compounds_are_let_pass(source: str) -> None:
    assert list(names.refused(source, "a.py")) == []


def test_path_and_line_are_printed_and_history_is_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for folder in ("review/migrations", "node_modules", ".hidden"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "a.py").write_text("found = 1\n")
    assert names.main(tmp_path) == 0 and capsys.readouterr().out == ""
    (tmp_path / "review" / "rows.py").write_text("rows = []\nfound = 1\n")
    assert names.main(tmp_path) == 1
    assert capsys.readouterr().out == f"review/rows.py:2: variable found\n{names.ADVICE}\n"


@pytest.mark.parametrize(("place", "kind", "name"), sorted(names.STORED))
def test_every_exception_is_still_there_and_holds_nowhere_else(place: str, kind: str, name: str) -> None:
    source = (names.ROOT / place).read_text()
    assert (kind, name) in {definition[1:] for definition in names.definitions(source)}
    assert (kind, name) in {definition[1:] for definition in names.refused(source, "elsewhere.py")}
    assert (kind, name) not in {definition[1:] for definition in names.refused(source, place)}


def test_the_project_s_modules_are_walked() -> None:
    places = {path.relative_to(names.ROOT).as_posix() for path in names.modules()}
    assert {"manage.py", "tests/names.py", "review/models/job.py", "workflow/steps.py", "docs/picture.py"} <= places
    assert not any("/migrations/" in place or place.startswith((".venv", "node_modules")) for place in places)
