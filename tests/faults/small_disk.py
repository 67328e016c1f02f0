"""A disk that is full: a small file system under the installation's files, where the machine grants a mount."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

SIZE = "48m"
BLOCK = 4096


class NoMount(Exception):
    """The machine grants no mount."""


@contextlib.contextmanager
def mounted(root: Path, aside: Path) -> Iterator[None]:
    """Within the block the files lie on a file system of their own. Nobody may write while it comes and goes."""
    root.mkdir(parents=True, exist_ok=True)
    shutil.copytree(root, aside)
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        shutil.rmtree(aside)
        raise NoMount(done.stderr.strip())
    try:
        shutil.copytree(aside, root, dirs_exist_ok=True)
        shutil.rmtree(aside)
        yield
        shutil.copytree(root, aside)
    finally:
        subprocess.run(["umount", "-l", str(root)], check=True)
        if aside.exists():
            shutil.rmtree(root)
            shutil.copytree(aside, root)
            shutil.rmtree(aside)


class Filler:
    """Takes every block that becomes free, until the block ends; then all are free again."""

    def __init__(self, root: Path) -> None:
        self.path = root / "filler"
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self) -> Filler:
        self.thread.start()
        return self

    def __exit__(self, *failed: object) -> None:
        self.over.set()
        self.thread.join()
        self.path.unlink(missing_ok=True)

    def _work(self) -> None:
        with self.path.open("ab", buffering=0) as stream:
            while not self.over.is_set():
                with contextlib.suppress(OSError):
                    for size in (1 << 20, BLOCK):
                        while stream.write(b"\0" * size) == size and not self.over.is_set():
                            pass
                self.over.wait(0.1)
