"""Python's collector of garbage, in a process that reads whole years."""

import gc
from typing import Any


def settle(**sent: Any) -> None:
    """What is there now stays until the end, and the rows of a whole year are all in use while they are read: looking through
    them for garbage again and again took up to half of the time of reading a year of 1,000 施策. Takes what a signal sends."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 50)
