"""Where a cell is, as table calculations write it: F7 is row 7, column 6."""

from functools import cache


@cache
def letters(column: int) -> str:
    """F for 6, AA for 27; columns count from 1."""
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


@cache
def number(column: str) -> int:
    """6 for F, 27 for AA; of capital letters."""
    total = 0
    for letter in column:
        total = total * 26 + ord(letter) - 64
    return total


def address(row: int, column: int) -> str:
    """F7."""
    return f"{letters(column)}{row}"
