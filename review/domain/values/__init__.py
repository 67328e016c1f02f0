"""Reading and judging of values."""

from review.domain.values.cells import read
from review.domain.values.reading import DateSpan, Quantity, Reading, Relation, State, ValueState

__all__ = ["DateSpan", "Quantity", "Reading", "Relation", "State", "ValueState", "read"]
