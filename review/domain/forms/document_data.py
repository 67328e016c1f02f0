"""A plan document as data for JSON and back: what was read in another process, or is kept for a person to look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from review.domain.sheet import Bar, Doubt, IndicatorBlock, IndicatorCell, OwnText, PlanDocument, ScheduleRow, Sheet


def as_data(document: PlanDocument) -> dict[str, Any]:
    """The whole document in the types of JSON, but for tuples, which it writes as lists."""
    return asdict(document)


def of_data(data: Mapping[str, Any]) -> PlanDocument:
    """The document that `as_data` wrote."""
    return PlanDocument(
        years=tuple(data["years"]),
        sheets=tuple(map(_sheet, data["sheets"])),
        doubts=tuple(Doubt(**one) for one in data["doubts"]),
    )


def _sheet(data: Mapping[str, Any]) -> Sheet:
    parts: dict[str, Any] = {
        "group": tuple(tuple(one) for one in data["group"]),
        "related": tuple(data["related"]),
        "own": tuple(OwnText(**one) for one in data["own"]),
        "off": tuple(data["off"]),
        "schedule": tuple(
            ScheduleRow(name=row["name"], bars=tuple(Bar(**bar) for bar in row["bars"])) for row in data["schedule"]
        ),
        "indicators": tuple(_block(one) for one in data["indicators"]),
    }
    return Sheet(**{**data, **parts})


def _block(data: Mapping[str, Any]) -> IndicatorBlock:
    return IndicatorBlock(**{**data, "years": tuple(IndicatorCell(**cell) for cell in data["years"])})
