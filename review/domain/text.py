"""Text as people type it: what can be kept, and why not."""

from __future__ import annotations

import re

# A cell of a workbook holds 32,767 UTF-16 units; the form stops well before.
MAX_LENGTH = 10_000

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def normal_newlines(value: str) -> str:
    """The same text with browsers' CR LF as LF."""
    return value.replace("\r\n", "\n").replace("\r", "\n")


def problem(value: str) -> str:
    """Why the text cannot be kept, in one sentence; '' where it can."""
    if len(value) > MAX_LENGTH:
        return f"{MAX_LENGTH:,}文字まで入力できます(今は{len(value):,}文字です)。短くしてください。"
    found = _FORBIDDEN.search(value)
    if found:
        place = len(value[: found.start()])
        return f"{place + 1}文字目に、保存できない文字(U+{ord(found[0]):04X})があります。消してから保存してください。"
    return ""
