"""Fixtures of several modules here."""

from tests.review.tries import clerk, foreign

__all__ = ["clerk", "foreign"]
