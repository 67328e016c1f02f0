"""Reads a list saved as text: comma, tab or semicolon between the cells, in UTF-8 or the office's CP932."""

import csv
import io
import re

from review.domain.forms.grid import Grid, make_grid
from review.domain.sheet import DocumentError
from review.domain.text import Undecodable, decoded

_SEPARATORS = "\t,;"


def read_separated(data: bytes) -> Grid:
    """The one sheet of the file. Raises DocumentError where it is no text."""
    if not data.strip():
        raise DocumentError("empty")
    text = decode(data).replace("\r\n", "\n").replace("\r", "\n")
    text = re.sub(r"\Asep=.\n", "", text)
    if "\0" in text:
        raise DocumentError("no_text:list")
    try:
        separator = max(_SEPARATORS, key=lambda sign: sum(line.count(sign) for line in text.split("\n")[:200]))
        rows = list(csv.reader(io.StringIO(text), delimiter=separator))
    except csv.Error as error:
        raise DocumentError("no_csv") from error
    return make_grid(rows)


def decode(data: bytes) -> str:
    """The text. Raises DocumentError where it is none."""
    try:
        return decoded(data)
    except Undecodable as error:
        raise DocumentError("no_encoding", line=error.line) from error
