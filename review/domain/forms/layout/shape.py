"""The columns of a table by what they hold: what the reading of its rows rests on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from review.domain.forms.grid import Grid
from review.domain.forms.headings import Column, Heading, Role, keys_of
from review.domain.forms.tables import Table

_MOST_SAMPLES, _SAMPLE = 3, 30


@dataclass(frozen=True, kw_only=True)
class ValueColumn:
    """A column of values: of which kind, and of which year where the headings name one."""

    column: int
    role: Role
    year: int | None
    doubt: str = ""
    #: the column beside it that names the year in each row
    year_column: int | None = None


@dataclass(kw_only=True)
class Segment:
    """The columns of one goal of a row: its name, unit and values."""

    goal: int | None = None
    #: the goal's name, where it stands over the columns
    name: str = ""
    unit: int | None = None
    divided_by: int | None = None
    values: list[ValueColumn] = field(default_factory=list)


@dataclass(kw_only=True)
class Layout:
    """All columns of a table by what they hold."""

    groups: list[int] = field(default_factory=list)
    measure: int | None = None
    code: int | None = None
    departments: list[int] = field(default_factory=list)
    texts: dict[int, str] = field(default_factory=dict)
    kind: int | None = None
    sort: int | None = None
    year: int | None = None
    segments: list[Segment] = field(default_factory=list)
    #: {column: the doubt about it}, '' for one that a person left out: those that are not read, and those read by a guess
    left_out: dict[int, str] = field(default_factory=dict)
    assumed: dict[int, str] = field(default_factory=dict)
    #: what years without any word seem to hold, where no column says 目標 or 実績
    guess: Role | None = None
    #: what each column with data holds
    holds: dict[int, Role] = field(default_factory=dict)

    def count_unheaded(self, headings: Sequence[Heading]) -> None:
        """Below the name of a 施策, names without a heading, and with no 指標 beside them, are those of goals."""
        first, column = self.segments[0], self.measure
        alone = first.goal is None and first.values and not self.groups and self.code is None and not self.departments
        if column is not None and alone and len(self.segments) == 1 and not headings[column].label:
            self.measure, first.goal, self.holds[column] = None, column, Role.GOAL
            self.assumed[column] = "goal_assumed"

    def roles(self, final: list[Role | None]) -> dict[int, Role]:
        """What each column that is read or left out holds; `final` tells departments and values apart."""
        roles = dict.fromkeys(self.left_out, Role.LEFT_OUT)
        roles |= {c: Role.RELATED if final[c] is Role.RELATED else Role.DEPARTMENT for c in self.departments}
        roles |= dict.fromkeys(self.groups, Role.GROUP) | dict.fromkeys(self.texts, Role.TEXT)
        single: list[tuple[int | None, Role]] = [(self.measure, Role.MEASURE), (self.code, Role.CODE)]
        single += [(self.year, Role.YEAR), (self.kind, Role.SORT), (self.sort, Role.SORT)]
        for segment in self.segments:
            single += [(segment.goal, Role.GOAL), (segment.unit, Role.UNIT), (segment.divided_by, Role.SORT)]
            single += [(value.year_column, Role.YEAR) for value in segment.values]
            single += [(value.column, value.role) for value in segment.values]
        return roles | {column: role for column, role in single if column is not None}

    def as_columns(self, grid: Grid, table: Table) -> Iterator[Column]:
        """Every column with data, as it was read."""
        keys = keys_of(table.headings)
        years = {value.column: value.year for segment in self.segments for value in segment.values}
        for column, role in sorted(self.holds.items()):
            texts = (grid.own(row, column).strip() for row in range(table.first, table.end))
            samples = tuple(islice((text[:_SAMPLE] for text in texts if text), _MOST_SAMPLES))
            yield Column(
                key=keys[column], sheet=grid.title, cell=grid.address(table.first - 1, column), role=role,
                label=table.headings[column].label, year=years.get(column), samples=samples,
            )  # fmt: skip
