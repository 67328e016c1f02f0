"""An uploaded file, handed to the process that looks into it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.files.uploadedfile import UploadedFile


@contextmanager
def on_disk(file: UploadedFile[bytes]) -> Iterator[tuple[Path, str]]:
    """The upload as a file that another process can open: (path, the sender's name). Gone afterwards."""
    with tempfile.NamedTemporaryFile(suffix=".upload") as copy:
        for chunk in file.chunks():
            copy.write(chunk)
        copy.flush()
        yield Path(copy.name), file.name or ""
