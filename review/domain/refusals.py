"""Refusals: the exceptions of a service. Each carries one plain sentence for the user."""

from collections.abc import Mapping


class Refusal(Exception):
    """The request cannot be done; `str()` is the sentence for the screen. Nothing was changed."""


class NotAllowed(Refusal):
    """The person may not do this (403)."""


class Invalid(Refusal):
    """What was typed cannot be accepted. `fields` maps item keys to their sentences."""

    def __init__(self, sentence: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.fields = dict(fields or {})


class AlreadyDecided(Refusal):
    """Somebody was first (409). `by` and `at` are who and when, as text."""

    def __init__(self, sentence: str, *, by: str = "", at: str = "") -> None:
        super().__init__(sentence)
        self.by = by
        self.at = at


class Changed(AlreadyDecided):
    """What a decision rests on is not what was seen at the step before (409)."""


class Stale(Refusal):
    """The sheet changed since the form was opened (409). `theirs` maps item keys to the texts stored now."""

    def __init__(self, sentence: str, theirs: Mapping[str, str]) -> None:
        super().__init__(sentence)
        self.theirs = dict(theirs)
