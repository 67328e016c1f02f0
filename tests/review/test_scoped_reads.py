"""A view reads sheets through `permissions` (visible_reviews, own_reviews, listed_reviews): a read of all of them stands out here."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from review import models

ROOT = Path(__file__).resolve().parents[2]
VIEWS = sorted([*ROOT.glob("review/*/views/*.py"), *ROOT.glob("workflow/views/*.py")])
#: What one department must not see of another: the sheet, and what hangs on it.
OF_A_SHEET = {
    "MeasureReview", "Submission", "Decision", "RecordedDecision", "Rating", "ItemComment", "Evidence", "Concurrence",
    "Extension", "LaterReading", "Upload", "EntryBook", "Artifact",
}  # fmt: skip
#: (module, model) -> why nobody sees there what is not theirs
SCOPED_OTHERWISE = {
    ("review/books/views/uploads.py", "Upload"): "the person's own uploads",
    ("review/deadlines/views/reminders.py", "MeasureReview"): "the office's page; the sheet is one of its year's",
    ("review/operations/views/audit.py", "MeasureReview"): "names of sheets, for those who read the whole trail",
    ("review/operations/views/personal_data.py", "Submission"): "how many the person themselves submitted",
    ("review/people/views/proxies.py", "Decision"): "what was decided in the person's own name",
    (
        "review/publication/views/files.py",
        "Artifact",
    ): "`visible_files`: sheets through visible_reviews, else published",
    ("review/screens/views/counters.py", "MeasureReview"): "counted where the person's own work is, by post",
    ("review/screens/views/counters.py", "Submission"): "what the person themselves sent is not theirs to decide",
    ("review/screens/views/counters.py", "Decision"): "decided in the person's own name",
    ("review/screens/views/counters.py", "Concurrence"): "asked of the person's own departments",
    ("review/sheet/views/entry.py", "ItemComment"): "the person's own, on a sheet that they may write",
    ("review/sheet/views/sheet_records.py", "MeasureReview"): "the version of a sheet that was found before",
    ("workflow/views/places.py", "MeasureReview"): "what the person themselves sent",
    ("workflow/views/records.py", "RecordedDecision"): "of sheets that visible_reviews gave",
    ("workflow/views/together.py", "MeasureReview"): "chosen on the reviewers' queue, and asked again one by one",
    ("review/screens/views/step_times.py", "Submission"): "dates of the sheets that it is given",
    ("review/screens/views/step_times.py", "Decision"): "dates of the sheets that it is given",
}


def reads(source: str) -> set[str]:
    """The models that the module reads through their managers."""
    return {
        node.value.id
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager"}
        if isinstance(node.value, ast.Name) and node.value.id in OF_A_SHEET
    }


def test_no_view_reads_sheets_past_permissions() -> None:
    assert len(VIEWS) > 60
    unscoped = {(path.relative_to(ROOT).as_posix(), name) for path in VIEWS for name in reads(path.read_text())}
    assert unscoped == set(SCOPED_OTHERWISE)


@pytest.mark.parametrize("read", ["MeasureReview.objects.get(pk=1)", "x = list(Evidence.objects.filter(item=''))"])
def test_such_a_read_is_found(read: str) -> None:
    assert len(reads(read)) == 1


def test_the_models_are_those_of_the_product() -> None:
    assert all(hasattr(models, name) for name in OF_A_SHEET)
