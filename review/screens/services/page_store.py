"""Public pages as they were made, in files that all web processes of a machine share: no page is made twice, not even
after a restart. A cache that may be lost; a page that cannot be stored is shown all the same.

A page is known by its mark (views.publication.etag), which differs wherever its bytes may differ, so nothing here is ever
out of date; the oldest pages are deleted for new ones. Each file begins with the digest of
the rest: a page that a power cut left short is made anew instead of being shown.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings

#: in each of 256 folders: ten thousand pages in all, of some 10 kB
MOST_PAGES = 40
DIGEST = hashlib.sha256().digest_size


def get(mark: str) -> bytes | None:
    """The page with that mark; None where no whole one is stored."""
    try:
        data = _place(mark).read_bytes()
    except OSError:
        return None
    content = data[DIGEST:]
    return content if hashlib.sha256(content).digest() == data[:DIGEST] else None


def put(mark: str, content: bytes) -> None:
    """Keep the page, whole or not at all."""
    place = _place(mark)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        _push_out(place.parent)
        with tempfile.NamedTemporaryFile(dir=place.parent, delete=False) as stream, _taken_away(stream.name):
            stream.write(hashlib.sha256(content).digest() + content)
            stream.flush()
            os.replace(stream.name, place)
    except OSError:
        return


@contextmanager
def _taken_away(name: str) -> Iterator[None]:
    """Leave no half page behind where the disk is full."""
    try:
        yield
    except OSError:
        with suppress(OSError):
            os.unlink(name)
        raise


def _place(mark: str) -> Path:
    return Path(settings.MEGURI_PAGES_ROOT) / mark[:2] / mark


def _push_out(folder: Path) -> None:
    """Make room for one more: the oldest go."""
    entries = sorted(os.scandir(folder), key=lambda entry: entry.stat().st_mtime)
    for entry in entries[: max(0, len(entries) - MOST_PAGES + 1)]:
        os.unlink(entry.path)
