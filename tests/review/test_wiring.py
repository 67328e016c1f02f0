"""The tables say everything: no reaction, job or part of the sweep comes in by another way, and none is named that cannot be."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

from review import wiring
from review.background.services import jobs, tables
from review.domain.events import Event
from workflow import wiring as of_the_flows

ROOT = Path(__file__).resolve().parents[2]


def test_the_layers_tables_are_installed_once_each() -> None:
    assert list(tables._installed) == ["review", "tasks", "workflow"]
    assert tables._installed["review"] is wiring.TABLES
    assert tables._installed["workflow"] is of_the_flows.TABLES


def test_each_kind_of_job_is_done_in_one_place() -> None:
    kinds = [kind for one in tables._installed.values() for kind in one.jobs]
    assert len(kinds) == len(set(kinds)) == len(tables.handlers())


def test_every_kind_that_is_asked_for_has_a_handler() -> None:
    """The first argument of each `jobs.request(…)` is a constant, or one of a table of them: the handlers know each."""
    kinds = set()
    for path in [path for app in ("review", "workflow") for path in (ROOT / app).rglob("*.py")]:
        module = None
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("jobs.request", "jobs.request_all"):
                module = module or __import__(
                    ".".join(path.relative_to(ROOT).with_suffix("").parts), fromlist=["anything"]
                )
                named, table = node.args[0], isinstance(node.args[0], ast.Subscript)
                value = eval(ast.unparse(named.value if table else named), vars(module))  # noqa: S307 - our own source
                kinds |= set(value.values()) if table else {value}
    assert len(kinds) >= 8
    assert kinds <= set(tables.handlers())


def test_the_signals_of_django_are_connected() -> None:
    for signal, receiver in wiring.SIGNALS:
        assert receiver in [one for group in signal._live_receivers(sender=None) for one in group]


def test_every_event_makes_its_notices_and_nothing_reacts_to_what_is_no_event() -> None:
    for event in Event:
        assert next(iter(tables.reactions_to(event))) is wiring.TABLES.always[0]
    assert all(isinstance(event, Event) for one in tables._installed.values() for event in one.reactions)


def test_a_reaction_takes_the_event_and_a_handler_the_claim() -> None:
    for one in tables._installed.values():
        for reaction in [*one.always, *(each for group in one.reactions.values() for each in group)]:
            assert len(inspect.signature(reaction).parameters) == 1
        for handler in one.jobs.values():
            free = [p for p in inspect.signature(handler).parameters.values() if p.default is p.empty]
            assert len(free) == 1, f"{handler} needs more than {jobs.Claim.__name__}"
