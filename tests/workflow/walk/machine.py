"""The walk itself: acts of the sheet and of the year in any order, and after each what must hold."""

from __future__ import annotations

from django.db import connection
from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize

from review.models import Cycle, MeasureReview
from review.trail.services import audit_chain
from tests.workflow.walk import invariants, pages
from tests.workflow.walk.acts_of_the_sheet import ActsOfTheSheet
from tests.workflow.walk.acts_of_the_year import ActsOfTheYear
from tests.workflow.walk.world import World
from workflow import steps

OWNERS = st.sampled_from([("産業振興課",), ("産業振興課", "情報経営課"), ("産業振興課", "農林水産課")])


class Walk(ActsOfTheSheet, ActsOfTheYear, RuleBasedStateMachine):
    """One city, from a drafted or opened year on."""

    walks = 0

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.steps = 0
        Walk.walks += 1

    @initialize(sheets=st.integers(1, 3), owners=OWNERS, endorsed=st.booleans(), opened=st.integers(0, 3))
    def begin(self, sheets: int, owners: tuple[str, ...], endorsed: bool, opened: int) -> None:
        """A drafted year; three times in four it is opened at once."""
        cycle = self.world.cast.draft(sheets, owners=owners)
        Cycle.objects.filter(pk=cycle.pk).update(requires_endorsement=endorsed)
        if opened:
            user = self.world.person(("reviewer2",), 1)
            self.world.take("open", lambda: steps.open_year(user=user, cycle_id=cycle.pk))

    def after(self, review: MeasureReview | None) -> None:
        """What holds after each step, and the pages: the sheet's for every role, the lists for one role after another.

        What was refused was rolled back: nothing can look different from the step before.
        """
        self.steps += 1
        note(" / ".join(self.world.log))
        done, self.world.log = any(not entry.endswith("refused") for entry in self.world.log), []
        if not done:
            return
        invariants.hold(self.world)
        if review is not None:
            for who in pages.PEOPLE:
                pages.sweep(self.world, who, pages.of_sheet(review))
        for place in (self.steps, self.steps + 3):
            pages.sweep(self.world, pages.PEOPLE[place % len(pages.PEOPLE)], pages.lists(self.world, living=True))

    def teardown(self) -> None:
        """The end of a walk: the trail still holds, and after one in twenty every address is asked for by everybody."""
        try:
            if self.steps:
                self._end()
        finally:
            self.world.close()

    def _end(self) -> None:
        if connection.vendor == "postgresql":
            with (
                connection.cursor() as cursor
            ):  # the chain is closed by a trigger at the commit, which a walk never sees
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        report = audit_chain.verify()
        assert not report.faults, report.faults
        if Walk.walks % 20 == 0:
            every = [*pages.lists(self.world), *pages.with_numbers(self.world)]
            every += [path for review in MeasureReview.objects.all() for path in pages.of_sheet(review, posted=True)]
            for who in self.world.cast.people:
                pages.sweep(self.world, who, every)
