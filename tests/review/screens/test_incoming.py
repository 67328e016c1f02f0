"""An upload lies on the disk as long as it is looked at, whole, and no longer."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from review.screens.services.incoming import on_disk


def test_the_file_is_whole_inside_and_gone_outside() -> None:
    content = bytes(range(256)) * 1000
    with on_disk(SimpleUploadedFile("実績.xlsx", content)) as (path, name):
        assert (path.read_bytes(), name) == (content, "実績.xlsx")
        assert path.name != name, "the sender's name is no path of ours"
    assert not path.exists()


def test_it_is_gone_as_well_when_looking_into_it_fails() -> None:
    with pytest.raises(RuntimeError), on_disk(SimpleUploadedFile("a.xlsx", b"a")) as (path, _name):
        raise RuntimeError
    assert not path.exists()
