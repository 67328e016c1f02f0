"""The parts of the offline archive that need neither wheels nor servers."""

import tarfile
from pathlib import Path

import pytest

from config.local import offline


def test_what_is_packed_belongs_to_root_on_the_oldest_python_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Debian 12 has Python 3.11.2, whose tarfile has neither filters nor `TarInfo.replace`."""
    monkeypatch.delattr(tarfile.TarInfo, "replace", raising=False)
    (folder := tmp_path / "folder" / "inner").mkdir(parents=True)
    (folder / "file").write_text("held")
    offline.pack(folder.parent, "files", tmp_path / "packed.tar")
    with tarfile.open(tmp_path / "packed.tar") as packed:
        members = packed.getmembers()
        assert [one.name for one in members] == ["files", "files/inner", "files/inner/file"]
        assert {(one.uid, one.gid, one.uname, one.gname) for one in members} == {(0, 0, "root", "root")}
        assert packed.extractfile(members[-1]).read() == b"held"
