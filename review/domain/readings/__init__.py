"""Reading and judging of values."""

from review.domain.readings.cells import read
from review.domain.readings.reading import DateSpan, Quantity, Reading, Relation

__all__ = ["DateSpan", "Quantity", "Reading", "Relation", "read"]
