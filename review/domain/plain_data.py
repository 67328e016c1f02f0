"""The one byte form of plain data, and its digest."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def canonical(data: Mapping[str, Any]) -> bytes:
    """UTF-8 JSON, keys sorted, no spaces: of an edition's snapshot this is what the public checks."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(data: Mapping[str, Any]) -> str:
    """The sha256 of plain data."""
    return hashlib.sha256(canonical(data)).hexdigest()
