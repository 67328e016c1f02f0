"""The city that a walk goes through: its people, its years, and one act tried as the product's own services take it."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, timedelta
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.test import override_settings

from review import clock, holders
from review.domain.refusals import Refusal
from review.models import Cycle, CycleState, Indicator, MeasureReview, Plan, Role, User
from review.notices.services import reminders
from tests.cast import Cast, settle_background
from tests.moved import shifted

#: What each act came to, over all walks of this process: {(act, "done" or "refused"): times}.
TALLY: Counter[tuple[str, str]] = Counter()

#: Whom an act is mostly asked of; every third time it is anybody.
DEPARTMENT = ("contributor", "colleague", "reviewer", "head")
HEADS = ("head", "contributor")
REVIEWERS = ("reviewer", "reviewer2")
APPROVERS = ("approver", "approver2")
MANAGERS = ("reviewer2", "administrator")


class World:
    """One city in a transaction of its own, which `close` undoes."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self.log: list[str] = []
        self.days = 0
        folder = self._open.enter_context(tempfile.TemporaryDirectory())
        self._open.enter_context(_files_below(folder))
        cache.clear()
        self._open.enter_context(_undone())
        self.cast = Cast.build()

    def close(self) -> None:
        """Leave everything as it was before the walk."""
        self._open.close()

    # --- who and what -----------------------------------------------------------------------------------------------

    def person(self, fitting: tuple[str, ...], pick: int) -> User:
        """One of those who usually take the act, or (every third pick) anybody, read anew as a request would."""
        names = list(self.cast.people) if pick % 3 == 0 else fitting
        return User.objects.get(pk=self.cast.people[names[pick // 3 % len(names)]].pk)

    @property
    def plan(self) -> Plan:
        return Plan.objects.get()

    def cycles(self) -> list[Cycle]:
        """Every year there is, the first first."""
        return list(Cycle.objects.select_related("plan").order_by("fiscal_year"))

    def cycle(self, pick: int) -> Cycle:
        """The year under way, or (every fourth pick) any."""
        rows = self.cycles()
        running = [row for row in rows if row.state in (CycleState.OPEN, CycleState.DECIDING, CycleState.SCHEDULED)]
        return running[0] if running and pick % 4 else rows[pick % len(rows)]

    def sheet(self, pick: int, *states: str) -> MeasureReview | None:
        """A sheet of the newest year that has any, or (every eighth pick) of any year; mostly one in the `states`."""
        rows = MeasureReview.objects.select_related("cycle", "measure_year__measure", "measure_year__owner")
        sheets = list(rows.order_by("-cycle__fiscal_year", "measure_year__measure__code"))
        if not sheets:
            return None
        newest = [row for row in sheets if row.cycle_id == sheets[0].cycle_id]
        chosen = sheets if pick % 8 == 7 else newest
        if pick % 4:
            chosen = [row for row in chosen if row.state in states] or chosen
        return chosen[pick // 8 % len(chosen)]

    def writers(self, review: MeasureReview) -> tuple[str, ...]:
        """The people who may write the sheet."""
        names = [name for name, user in self.cast.people.items() if _writes(user, review)]
        return tuple(names) or DEPARTMENT

    def goals(self) -> list[Indicator]:
        return list(Indicator.objects.select_related("measure").order_by("measure__code", "number"))

    # --- acting -----------------------------------------------------------------------------------------------------

    def take(self, name: str, act: Callable[[], Any], *, settle: bool = True) -> bool:
        """Take the act in a transaction of its own; a Refusal is an answer, anything else a fault. Whether it was done."""
        try:
            with transaction.atomic():
                act()
            answer = "done"
        except Refusal as refusal:
            answer = "refused" if str(refusal).strip() else "refused without a word"
        assert answer != "refused without a word", name
        TALLY[name, answer] += 1
        self.log.append(f"{name}: {answer}")
        if settle:
            settle_background()
        return answer == "done"

    def wait(self, days: int) -> None:
        """Let days go by, and let the morning's sweep run."""
        from tasks.sweep import sweep

        self.days += days
        self._open.enter_context(shifted(timedelta(days=self.days)))
        sweep()
        reminders.morning()
        settle_background()

    def day(self, ahead: int) -> date:
        return clock.today() + timedelta(days=ahead)


def _writes(user: User, review: MeasureReview) -> bool:
    posts = holders.standing(User.objects.get(pk=user.pk))
    return review.measure_year.owner_id in posts.departments and posts.has(Role.CONTRIBUTOR, Role.HEAD)


def _files_below(folder: str) -> Any:
    from django.conf import settings

    default = {**settings.STORAGES["default"], "OPTIONS": {"location": f"{folder}/files", "base_url": None}}
    return override_settings(STORAGES={**settings.STORAGES, "default": default}, MEGURI_PAGES_ROOT=f"{folder}/pages")


class _undone:
    """A transaction that is rolled back in any case."""

    def __enter__(self) -> None:
        self._atomic = transaction.atomic()
        self._atomic.__enter__()

    def __exit__(self, *_about: object) -> None:
        transaction.set_rollback(True)
        self._atomic.__exit__(None, None, None)
