"""What is remembered from build to build: each build gets what was made for that key and place, and makes the rest."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from review.workbook.part_cache import KEY_BYTES, PartCache

KEYS = [bytes([number]) * KEY_BYTES for number in range(4)]
PLACES = ["form 01-01 5", "総括 7 5+9 01-01", "frame ('\\n', '\ud842')", ""]
#: One build: which parts it wants, in order.
Builds = list[list[tuple[int, int]]]
BUILDS = st.lists(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=12, unique=True), max_size=6)


@given(builds=BUILDS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_build_finds_what_the_one_before_used_and_nothing_else(tmp_path: Path, builds: Builds) -> None:
    path, known = tmp_path / "1.parts", dict[tuple[int, int], bytes]()
    path.unlink(missing_ok=True)
    for turn, pairs in enumerate(builds):
        parts, made = PartCache(path), list[tuple[int, int]]()
        got = {one: bytes(parts.get(KEYS[one[0]], PLACES[one[1]], partial(make, made, turn, one))) for one in pairs}
        parts.save()
        assert all(got[one] == known[one] for one in pairs if one in known)
        assert made == [one for one in pairs if one not in known] and parts.made == len(made)
        known = got


def make(made: list[tuple[int, int]], turn: int, one: tuple[int, int]) -> bytes:
    """A part that tells when it was made, and for what; none, where its place has no name."""
    made.append(one)
    return f"{turn} {one}".encode() * (one[1] * 500)


@pytest.mark.parametrize("changed", [set(), {0}, {3}, {0, 1, 2, 3}])
def test_what_did_not_change_is_copied_as_it_stands(tmp_path: Path, changed: set[int]) -> None:
    """The file after a build with some keys anew holds the old bytes of the others and as much as it would by itself."""
    path = tmp_path / "1.parts"

    def build(keys: list[bytes], word: bytes) -> bytes:
        parts = PartCache(path)
        for key in keys:
            for place in PLACES:
                parts.get(key, place, lambda place=place: word * 100 + place.encode("utf-8", "surrogatepass"))
        parts.save()
        return path.read_bytes()

    first = build(KEYS, b"old")
    keys = [bytes([9 + number]) * KEY_BYTES if number in changed else key for number, key in enumerate(KEYS)]
    second = build(keys, b"new")
    assert len(second) == len(first)
    assert second.count(b"old") == len(PLACES) * 100 * (len(KEYS) - len(changed))
    assert build(keys, b"never") == second
