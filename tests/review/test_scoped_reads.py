"""A view reads sheets, and what hangs on them, by a scope that `permissions` made: `MeasureReview.objects.visible(scope)`,
`cycle.reviews.own(scope)`. A read of all of them stands out here."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

from review import models

ROOT = Path(__file__).resolve().parents[2]
VIEWS = sorted([*ROOT.glob("review/*/views/*.py"), *ROOT.glob("workflow/views/*.py")])
PRODUCT = sorted(path for part in ("config", "workflow", "tasks", "review") for path in (ROOT / part).rglob("*.py"))
#: What one department must not see of another: the sheet, and what hangs on it.
OF_A_SHEET = {
    "MeasureReview", "Submission", "Decision", "RecordedDecision", "Rating", "ItemComment", "Evidence", "Concurrence",
    "Extension", "LaterReading", "Upload", "EntryBook", "Artifact",
}  # fmt: skip
MANAGERS = {"objects", "_default_manager", "_base_manager"}
#: The ways to them from a year, an edition or a person: `cycle.reviews`; and those that lead from one sheet, too.
RELATED = {"reviews", "artifacts", "uploads", "entry_books", "decided_for"}
OF_ONE_SHEET = {"review", "decisions", "recorded", "concurrences"}
BY_SCOPE = {"visible", "own", "listed"}
SHORTCUTS = {"get_object_or_404", "get_list_or_404"}
#: (module, function or constant, model or way) -> why nobody sees there what is not theirs
SCOPED_OTHERWISE = {
    ("review/books/views/uploads.py", "uploads_of", "Upload"): "the person's own uploads",
    ("review/operations/views/audit.py", "names_of", "MeasureReview"): "names, for those who read the whole trail",
    ("review/operations/views/audit.py", "subjects_named", "MeasureReview"): "as names_of",
    ("review/operations/views/personal_data.py", "stored_of", "Submission"): "how many the person themselves submitted",
    ("review/people/views/proxies.py", "page", "Decision"): "what was decided in the person's own name",
    ("review/people/views/proxies.py", "proxy_read", "Decision"): "decided in the person's own name",
    ("review/publication/views/kept_files.py", "before", "Artifact"): "the site of a published edition",
    ("review/publication/views/shelf.py", "edition_files", "Artifact"): "the files of published editions",
    ("review/publication/views/files.py", "sites_of", "Artifact"): "the sites of published editions",
    ("review/sheet/views/home.py", "department", "Extension"): "asked for sheets that the scope gave",
    ("workflow/views/records.py", "drop_record", "RecordedDecision"): "of the sheet that the scope gave",
    ("review/screens/views/counters.py", "ROWS", "Concurrence"): "asked of the person's own departments",
    ("review/screens/views/counters.py", "ROWS", "Decision"): "decided in the person's own name",
    (
        "review/screens/views/counters.py",
        "ROWS",
        "RecordedDecision",
    ): "whether there is any at all, which opens nothing",
    ("review/screens/views/counters.py", "at_work", "MeasureReview"): "counted where the person's own work is, by post",
    ("review/screens/views/step_times.py", "events_of", "Decision"): "dates of the sheets that it is given",
    ("review/screens/views/step_times.py", "events_of", "Submission"): "dates of the sheets that it is given",
    ("review/sheet/views/entry.py", "unsent", "ItemComment"): "the person's own, on a sheet that they may write",
    (
        "review/sheet/views/sheet_records.py",
        "extension",
        "MeasureReview",
    ): "the version of a sheet that was read before",
    ("review/sheet/views/sheet_records.py", "grade", "MeasureReview"): "the version of a sheet that was read before",
    ("review/sheet/views/sheet_records.py", "outcome", "MeasureReview"): "the version of a sheet that was read before",
    ("review/sheet/views/sheet_records.py", "proposal", "MeasureReview"): "the version of a sheet that was read before",
}


def reads(source: str) -> set[tuple[str, str]]:
    """(function or constant, model or way) of each read that no scope narrows."""
    tree = ast.parse(source)
    names = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name in OF_A_SHEET
    }
    return {(_name(part), read) for part in tree.body for read in _unscoped(part, names)}


def _name(part: ast.stmt) -> str:
    if isinstance(part, ast.Assign | ast.AnnAssign):
        return ast.unparse(part.targets[0] if isinstance(part, ast.Assign) else part.target)
    return str(getattr(part, "name", ""))


def _unscoped(part: ast.stmt, names: dict[str, str]) -> Iterator[str]:
    scoped = {
        id(node.func.value)
        for node in ast.walk(part)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in BY_SCOPE
        if node.args and not isinstance(node.args[0], ast.Constant)
    }
    for node in ast.walk(part):
        if isinstance(node, ast.Attribute) and id(node) not in scoped:
            if node.attr in MANAGERS and (model := _model(node.value, names)):
                yield model
            elif node.attr in RELATED and not (isinstance(node.value, ast.Name) and node.value.id == "queries"):
                yield node.attr
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in SHORTCUTS and node.args:
            yield from filter(None, [_model(node.args[0], names)])


def _model(node: ast.expr, names: dict[str, str]) -> str:
    """Which model the expression names: `Evidence`, `models.Evidence`; '' for none."""
    if isinstance(node, ast.Attribute):
        return node.attr if node.attr in OF_A_SHEET else ""
    return names.get(node.id, "") if isinstance(node, ast.Name) else ""


def test_no_view_reads_sheets_past_a_scope() -> None:
    assert len(VIEWS) > 60
    unscoped = {(path.relative_to(ROOT).as_posix(), *read) for path in VIEWS for read in reads(path.read_text())}
    assert unscoped == set(SCOPED_OTHERWISE)


@pytest.mark.parametrize(
    "read",
    [
        "MeasureReview.objects.get(pk=1)",
        "MeasureReview.objects.filter(cycle=1).visible(scope)",
        "MeasureReview.objects.visible()",
        "MeasureReview._base_manager.all()",
        "models.Evidence.objects.filter(item='')",
        "Paper.objects.first()",
        "get_object_or_404(MeasureReview, pk=1)",
        "cycle.reviews.filter(pk=1)",
    ],
)
def test_such_a_read_is_found(read: str) -> None:
    imports = "from review import models\nfrom review.models import MeasureReview, Artifact as Paper\n"
    assert len(reads(f"{imports}def page(request):\n    return list({read})")) == 1


@pytest.mark.parametrize("read", ["MeasureReview.objects.visible(scope).get()", "cycle.reviews.own(scope_of(user))"])
def test_a_scoped_read_is_none(read: str) -> None:
    assert not reads(f"from review.models import MeasureReview\nrows = {read}")


def test_only_permissions_make_a_scope() -> None:
    makers = {
        path.relative_to(ROOT).as_posix()
        for path in PRODUCT
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute)
        if getattr(node.func, "id", getattr(node.func, "attr", "")) == "Scope"
    }
    assert makers == {"review/permissions.py"}


def test_the_models_and_the_ways_to_them_are_those_of_the_product() -> None:
    rows = {getattr(models, name) for name in OF_A_SHEET}
    ways = {
        relation.get_accessor_name()
        for model in apps.get_app_config("review").get_models()
        if model not in rows
        for relation in model._meta.related_objects
        if relation.related_model in rows and not relation.hidden
    }
    assert ways == RELATED | OF_ONE_SHEET
