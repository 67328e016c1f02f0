"""What a person says of a file otherwise than it was read: what a column holds, of which year, and what a cell says.

A column is named by the words of its headings without the year, so that next year's list finds its assignment again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from review.domain.forms.headings import VALUES, Heading, Role, core

#: what a person can say that a column holds
CHOICES = (
    Role.CODE, Role.GROUP, Role.MEASURE, Role.DEPARTMENT, Role.RELATED, Role.GOAL, Role.UNIT, Role.BASELINE, Role.TARGET,
    Role.ACTUAL, Role.YEARLY, Role.YEAR, Role.SORT, Role.TEXT, Role.LEFT_OUT,
)  # fmt: skip
#: the roles of which a year can be said
OF_A_YEAR = VALUES - {Role.BASELINE, Role.CURRENT}


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column as it was read: where its heading stands, what it holds, of which year, and its first texts."""

    key: str
    sheet: str
    cell: str
    label: str
    role: str
    year: int | None
    samples: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Corrections:
    """`roles` and `years` by the key of the column; `cells` are the texts by {sheet: {address: text}}."""

    roles: Mapping[str, str] = field(default_factory=dict)
    years: Mapping[str, int] = field(default_factory=dict)
    cells: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Corrections:
        """From the data of JSON; what is no role is passed over."""
        roles = {key: role for key, role in data.get("roles", {}).items() if role in CHOICES}
        return cls(roles=roles, years=data.get("years", {}), cells=data.get("cells", {}))

    def as_data(self) -> dict[str, Any]:
        return asdict(self)

    def given_in(self, headings: Sequence[Heading]) -> tuple[dict[int, Role], dict[int, int]]:
        """({column: role}, {column: year}) of those columns of a table of which a person spoke."""
        keys = keys_of(headings)
        roles = {column: Role(self.roles[key]) for column, key in enumerate(keys) if key in self.roles}
        return roles, {column: self.years[key] for column, key in enumerate(keys) if key in self.years}


NONE = Corrections()


def keys_of(headings: Sequence[Heading]) -> list[str]:
    """The key of each column: its words without the year, and a count where several have the same."""
    keys: list[str] = []
    for heading in headings:
        words = f"{heading.under or ''}/{core(heading.label) if heading.label else ''}"
        number = sum(key.rpartition("#")[0] == words for key in keys) + 1
        keys.append(f"{words}#{number}")
    return keys


def template(columns: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """{key: role} to be kept for next year: of each heading that holds the same on every sheet."""
    roles: dict[str, set[str]] = {}
    for column in columns:
        roles.setdefault(column["key"], set()).add(column["role"])
    return {key: held.pop() for key, held in roles.items() if len(held) == 1}
