"""The path of each page of the plain site, and the links from file to file."""

import hashlib
import html
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from urllib.parse import parse_qsl, urlsplit

from django.urls import reverse

_LINK = re.compile(r'(?<= )(href|src|data-search)="(/[^"]*)"')
_PLAIN = re.compile(r"[A-Za-z0-9-]+")


def place_of(url: str) -> str:
    """The file of an address of the site: results/dx/2024/field/01/2.html."""
    parts = urlsplit(url)
    path = "results/" + parts.path.removeprefix(_root())
    query = dict(parse_qsl(parts.query))
    page = query.pop("page", "")
    if "a" in query:
        path += f"{query.pop('a')}_{query.pop('b')}/"
    for name, value in query.items():
        path += f"{name}/{slug(value)}/"
    if path.endswith("/download/"):
        return path.removesuffix("download/") + "book.xlsx"
    if page and not query and "compare/" not in path:
        path += "list/"
    return path + (f"{page}.html" if page else "index.html") if path.endswith("/") else path


def slug(value: str) -> str:
    """The value as a part of a file name; a digest where it is not plain, so that it stays the same for ever."""
    return value if _PLAIN.fullmatch(value) else hashlib.sha256(value.encode()).hexdigest()[:12]


@lru_cache(maxsize=1)
def _root() -> str:
    return reverse("publication:index")


class Linker:
    """Turns the addresses of pages into ways from file to file."""

    def __init__(self, known: Iterable[str], assets: Mapping[str, str]) -> None:
        self.known, self.assets = frozenset(known), assets
        self._targets: dict[str, tuple[list[str], str]] = {}

    def linked(self, text: str, place: str) -> bytes:
        """The page's text for the file `place`."""
        folder = place.split("/")[:-1]
        return _LINK.sub(lambda match: f'{match[1]}="{self._way(match[2], folder)}"', text).encode()

    def _way(self, url: str, folder: list[str]) -> str:
        target = self._targets.get(url)
        if target is None:
            target = self._targets[url] = self._target(html.unescape(url))
        parts, fragment = target
        shared = 0
        while shared < len(folder) and shared < len(parts) - 1 and folder[shared] == parts[shared]:
            shared += 1
        return "../" * (len(folder) - shared) + "/".join(parts[shared:]) + fragment

    def _target(self, url: str) -> tuple[list[str], str]:
        """The parts of the file's place, and the fragment: looked up once for each address of the site."""
        address, sign, fragment = url.partition("#")
        target = self.assets.get(address) or place_of(address)
        if target not in self.known:
            raise LookupError(f"{url} leads out of the site ({target})")
        return target.split("/"), sign + fragment
