"""The store of public pages: whole or not at all, bounded, and never in the way."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings

from review.screens.services import page_store


@pytest.fixture
def folder(tmp_path: Path):
    with override_settings(MEGURI_PAGES_ROOT=tmp_path / "pages"):
        yield tmp_path / "pages"


def test_a_page_is_kept_by_its_mark_until_all_are_forgotten(folder: Path) -> None:
    assert page_store.get("ab12") is None
    page_store.put("ab12", b"one")
    page_store.put("ab34", b"two")
    assert (page_store.get("ab12"), page_store.get("ab34")) == (b"one", b"two")
    shutil.rmtree(settings.MEGURI_PAGES_ROOT, ignore_errors=True)
    assert page_store.get("ab12") is None


@pytest.mark.parametrize("left", [0, 10, 33])
def test_a_page_cut_short_is_not_shown(folder: Path, left: int) -> None:
    page_store.put("ab12", b"a whole page")
    place = folder / "ab" / "ab12"
    place.write_bytes(place.read_bytes()[:left])
    assert page_store.get("ab12") is None


def test_a_full_disk_leaves_no_half_page(folder: Path, monkeypatch) -> None:
    def full(*_paths: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(page_store.os, "replace", full)
    page_store.put("ab12", b"one")
    assert list((folder / "ab").iterdir()) == []


def test_the_oldest_make_room(folder: Path) -> None:
    for number in range(page_store.MOST_PAGES + 5):
        page_store.put(f"ab{number:03d}", b"page")
    assert len(list((folder / "ab").iterdir())) == page_store.MOST_PAGES
    assert page_store.get(f"ab{page_store.MOST_PAGES + 4:03d}") == b"page"


def test_where_nothing_can_be_kept_nothing_fails(folder: Path) -> None:
    folder.write_text("no folder")
    page_store.put("ab12", b"one")
    assert page_store.get("ab12") is None
