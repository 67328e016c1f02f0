"""Words that many refusals need, in the reader's language; and the way to the city's, for what is stored or sent."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from review.domain import fiscal, text


def city_language() -> override:
    """Within it words are the city's, whatever the language of whoever acts: for text that is stored, or read by others."""
    return override(settings.LANGUAGE_CODE)


def problem(value: str) -> str:
    """Why the text cannot be stored, in one sentence; '' where it can."""
    flaw = text.flaw(value)
    return _(flaw.sentence) % flaw.facts if flaw else ""


def year_label(fiscal_year: int) -> str:
    """令和6年度 for 2024; FY2024 for an English reader."""
    japanese = (get_language() or "ja").startswith("ja")
    return fiscal.fiscal_year_label(fiscal_year) if japanese else f"FY{fiscal_year}"
