"""The files that editors, pre-commit and build machines look for say what the project itself says, and nothing else."""

from __future__ import annotations

import configparser
import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]


def test_pre_commit_runs_what_make_check_runs_and_fetches_nothing() -> None:
    repos = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert [repo["repo"] for repo in repos] == ["local"]
    entries = [hook["entry"] for hook in repos[0]["hooks"]]
    check = (ROOT / "Makefile").read_text().partition("\ncheck:")[2].partition("\n\n")[0]
    programs = set(re.findall(r"\$\(BIN\)/([\w-]+)", check))
    assert {entry.removeprefix(".venv/bin/").split()[0] for entry in entries} == programs
    assert all(entry.startswith(".venv/bin/") for entry in entries)


def test_a_hosted_build_machine_does_what_every_other_does() -> None:
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())["jobs"]
    steps = [step for job in jobs.values() for step in job["steps"]]
    assert [step["run"] for step in steps if "run" in step] == [".ci/run"]
    assert [step["uses"].partition("@")[0] for step in steps if "uses" in step] == ["actions/checkout"]


def test_editors_break_lines_where_the_linter_does() -> None:
    editor = configparser.ConfigParser()
    editor.read_string("[top]\n" + (ROOT / ".editorconfig").read_text())
    ruff = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]
    assert editor.getint("*", "max_line_length") == ruff["line-length"]
    assert editor.getint("*.{html,css,js,json,yml,yaml,svg}", "indent_size") == 2
