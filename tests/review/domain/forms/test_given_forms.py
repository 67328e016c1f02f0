"""The three forms that came with the task, read through the gate and in the child: every cell right."""

import json
import re
from pathlib import Path

import pytest

from review.workbook import sandbox

DATA = Path(__file__).parent / "data"


@pytest.mark.parametrize("name", ["a-kpi-list.xlsx", "b-activity-sheets.xlsx", "c-reform.csv"])
def test_a_given_form_is_read_with_every_cell(name: str) -> None:
    outcome = sandbox.read("form", DATA / name)
    assert outcome.finding.is_ok and outcome.entry
    expected = json.loads((DATA / name).with_suffix(".json").read_text())
    assert outcome.entry["measures"] == expected["measures"]


def test_what_has_no_place_is_named() -> None:
    entry = sandbox.read("form", DATA / "b-activity-sheets.xlsx").entry or {}
    named = {word for doubt in entry["doubts"] for word in re.findall("「([^」]+)」", doubt["detail"])}
    assert {"予算額", "うち一般財源", "理由"} <= named
