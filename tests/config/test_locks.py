"""The locks pin everything by hash and name no place to fetch it from."""

import json
import re
from pathlib import Path

import pytest

BASE_DIR = Path(__file__).resolve().parents[2]
LOCKS = sorted((BASE_DIR / "requirements").glob("*.txt"))
ADDRESS = re.compile(r"https?://|--(extra-)?index-url|--find-links|--trusted-host|\bgit\+|file:")


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_python_lock_holds_no_address(lock):
    # The first lines repeat the command that made it, whose --no-emit-index-url is just that.
    body = [line for line in lock.read_text().splitlines() if not line.startswith("#")]
    assert not [line for line in body if ADDRESS.search(line)]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_python_package_is_pinned_with_a_hash(lock):
    text = lock.read_text()
    packages = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert packages
    assert not [package for package in packages if "==" not in package or "--hash=sha256:" not in package]


def test_the_npm_lock_holds_integrity_and_no_address():
    packages = json.loads((BASE_DIR / "package-lock.json").read_text())["packages"]
    fetched = {name: entry for name, entry in packages.items() if name}
    assert fetched
    assert not [name for name, entry in fetched.items() if "resolved" in entry]
    assert not [name for name, entry in fetched.items() if not entry.get("integrity", "").startswith("sha512-")]


def pins(name: str) -> set[str]:
    """The packages of a lock, each with its version."""
    text = (BASE_DIR / "requirements" / name).read_text()
    return set(re.findall(r"^([a-z0-9.-]+==\S+)", text, flags=re.MULTILINE))


def test_what_the_city_runs_is_the_same_version_as_what_was_tested():
    assert pins("base.txt") | pins("s3.txt") <= pins("dev.txt")
    assert pins("uv.txt") <= pins("dev.txt")


def test_the_demo_runs_the_citys_packages_in_the_versions_that_were_tested():
    assert pins("base.txt") | pins("uv.txt") <= pins("demo.txt") <= pins("dev.txt")
