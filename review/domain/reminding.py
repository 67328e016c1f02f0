"""On which business days a step's deadline is called to mind, and when the matter goes up."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

# The limits for a city: no reminder three months before, or for ever.
FURTHEST = 60


class Step(StrEnum):
    """The steps of a sheet that have a deadline of their own."""

    SUBMIT = "submit"
    ENDORSE = "endorse"
    REVIEW = "review"
    DECIDE = "decide"


class Kind(StrEnum):
    """What a call is: a reminder before (or on) the day, one after it, or an escalation."""

    NEAR = "near"
    PASSED = "passed"
    TO_HEAD = "to_head"
    TO_OFFICE = "to_office"


@dataclass(frozen=True, kw_only=True, order=True)
class Call:
    """One call: its kind, and its day's distance from the deadline (-5: five business days before)."""

    kind: Kind
    distance: int


@dataclass(frozen=True, kw_only=True)
class Rule:
    """The days of one step. `head` and `office` are the business day after the deadline on which the matter goes to the
    所属長 and then to the office that looks after the year; None where it does not."""

    before: tuple[int, ...] = ()
    on_day: bool = True
    after: tuple[int, ...] = ()
    head: int | None = None
    office: int | None = None

    def calls(self, distances: Collection[int]) -> list[Call]:
        """What is due on days at these distances from the deadline: the latest reminder of them, and every escalation.

        More than one day is given only where mornings were missed: then one reminder stands for them all.
        """
        planned = {-days for days in self.before} | ({0} if self.on_day else set()) | set(self.after)
        due = max(planned & set(distances), default=None)
        calls = [] if due is None else [Call(kind=Kind.NEAR if due <= 0 else Kind.PASSED, distance=due)]
        for kind, day in ((Kind.TO_HEAD, self.head), (Kind.TO_OFFICE, self.office)):
            if day in distances and day is not None:
                calls.append(Call(kind=kind, distance=day))
        return calls

    def as_data(self) -> dict[str, Any]:
        """The rule as JSON."""
        return {**asdict(self), "before": list(self.before), "after": list(self.after)}


#: The default until a year sets its own.
DEFAULT: Mapping[Step, Rule] = {
    Step.SUBMIT: Rule(before=(1, 5), after=(1, 3, 5), head=2, office=5),
    Step.ENDORSE: Rule(before=(2,), after=(1, 3), office=3),
    Step.REVIEW: Rule(before=(1, 5), after=(1, 3)),
    Step.DECIDE: Rule(before=(1, 5), after=(1, 3), office=3),
}


def rules_of(data: Mapping[str, Any]) -> dict[Step, Rule]:
    """The rules of a year from its data; what the data do not name is as by default."""
    return {step: _rule(data[step]) if step in data else DEFAULT[step] for step in Step}


def _rule(data: Mapping[str, Any]) -> Rule:
    return Rule(
        before=tuple(data["before"]),
        on_day=data["on_day"],
        after=tuple(data["after"]),
        head=data["head"],
        office=data["office"],
    )


def days_of(text: str) -> tuple[int, ...]:
    """The days named by `5, 1` (with any usual comma, in any order, once each). Raises ValueError for anything else."""
    parts = text.replace("、", ",").replace(",", ",").replace(" ", ",").replace(" ", ",").split(",")
    days = {int(part) for part in parts if part}
    if any(not 1 <= day <= FURTHEST for day in days):
        raise ValueError(text)
    return tuple(sorted(days))
