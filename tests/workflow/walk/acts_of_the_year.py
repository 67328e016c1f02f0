"""What people do with a year, its plan, its people and its edition."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from review import clock
from review.assessment.services import approval, definitions, meetings
from review.deadlines.services import deadlines
from review.domain import rating
from review.models import (
    Appointment,
    ChangeKind,
    ChangeState,
    Correction,
    Cycle,
    Decision,
    Department,
    Indicator,
    Measure,
    MeasureReview,
    Meeting,
    PlanChange,
    Proxy,
    RecordedDecision,
    ReviewState,
    Role,
    Verdict,
)
from review.people.services import handover, people, proxies
from review.people.services.posts import Post
from review.plan.services import plan_changes
from review.plan.services.plan_proposals import FOLDED, Detail, Part, Proposal, open_years
from review.publication.services import corrections, publication
from review.publication.services.corrections import Typed
from review.year.services import cycles
from tests.workflow.walk.acts_of_the_sheet import PICK, REASON, VALUES, WAYS
from tests.workflow.walk.world import APPROVERS, MANAGERS, REVIEWERS, World
from workflow import steps


class ActsOfTheYear:
    """Rules of the walk; `world` and `after` are the walk's own."""

    world: World

    def after(self, review: MeasureReview | None) -> None:
        raise NotImplementedError

    def _take(self, name: str, act: Callable[[], Any]) -> None:
        self.world.take(name, act)
        self.after(self.world.sheet(0))

    # --- Plan -------------------------------------------------------------------------------------------------------

    @rule(who=PICK, which=PICK, due=st.integers(-5, 30), more=st.integers(-5, 20))
    def set_deadlines(self, who: int, which: int, due: int, more: int) -> None:
        user, cycle = self.world.person(MANAGERS, who), self.world.cycle(which)
        at = clock.now() + timedelta(days=due)
        deadlines = cycles.Deadlines(due_at=at, closes_at=at + timedelta(days=more))
        self._take("deadlines", lambda: cycles.set_deadlines(user=user, cycle_id=cycle.pk, deadlines=deadlines))

    @rule(who=PICK, which=PICK, office=PICK, due=st.integers(-5, 30), why=REASON)
    def set_own_deadlines(self, who: int, which: int, office: int, due: int, why: str) -> None:
        user, cycle, offices = self.world.person(MANAGERS, who), self.world.cycle(which), list(Department.objects.all())
        at = clock.now() + timedelta(days=due)
        own = (
            deadlines.OwnDeadlines(due_at=at, closes_at=at + timedelta(days=2)) if due % 4 else deadlines.OwnDeadlines()
        )
        self._take(
            "own deadlines",
            lambda: deadlines.set_for_department(
                user=user, cycle_id=cycle.pk, department=offices[office % len(offices)], own=own, reason=why
            ),
        )

    @rule(who=PICK, which=PICK, scale=st.sampled_from(sorted(rating.PRESETS)))
    def choose_scale(self, who: int, which: int, scale: str) -> None:
        user, cycle = self.world.person(MANAGERS, who), self.world.cycle(which)
        self._take("scale", lambda: cycles.choose_scale(user=user, cycle_id=cycle.pk, scale=rating.PRESETS[scale]))

    @rule(who=PICK, which=PICK)
    def open_year(self, who: int, which: int) -> None:
        """The year is opened, with deadlines set before where it has none."""
        user, drafted = self.world.person(MANAGERS, who), Cycle.objects.filter(state="draft").first()
        cycle = drafted or self.world.cycle(which)
        if drafted and not drafted.due_at:
            at = clock.now() + timedelta(days=14)
            deadlines = cycles.Deadlines(due_at=at, closes_at=at + timedelta(days=7))
            self.world.take(
                "deadlines",
                lambda: cycles.set_deadlines(user=user, cycle_id=cycle.pk, deadlines=deadlines),
                settle=False,
            )
        self._take("open", lambda: steps.open_year(user=user, cycle_id=cycle.pk))

    @rule(
        who=PICK,
        which=PICK,
        direction=st.sampled_from([*Indicator.Direction.values, ""]),
        kind=st.sampled_from(Indicator.Kind.values),
    )
    def confirm_definition(self, who: int, which: int, direction: str, kind: str) -> None:
        user, goals = self.world.person(REVIEWERS, who), self.world.goals()
        goal = goals[which % len(goals)]
        year = self.world.plan.cycles.order_by("fiscal_year").last()
        chosen = {goal.pk: definitions.Definition(direction=direction, unit="件", kind=kind)}
        self._take("definition", lambda: definitions.confirm(user=user, cycle=year, chosen=chosen))

    @rule(
        who=PICK,
        which=PICK,
        kind=st.sampled_from([kind for kind in ChangeKind if kind not in FOLDED]),
        year=PICK,
        why=REASON,
    )
    def propose_change(self, who: int, which: int, kind: ChangeKind, year: int, why: str) -> None:
        plan, user = self.world.plan, self.world.person(REVIEWERS, who)
        years = open_years(plan) if year % 5 else list(plan.years)
        measures = list(Measure.objects.order_by("code"))
        proposal = Proposal(
            plan=plan.pk,
            fiscal_year=(years or [plan.last_year])[year // 5 % max(len(years), 1)],
            kind=kind,
            measure=None if kind == ChangeKind.ADD else measures[which % len(measures)].pk,
            detail=self._request(which, kind, years, measures),
            reason=why,
        )
        self._take("propose change", lambda: plan_changes.propose(user=user, proposal=proposal))

    def _request(self, pick: int, kind: ChangeKind, years: list[int], measures: list[Measure]) -> Detail:
        owner = Department.objects.order_by("pk")[pick % Department.objects.count()].pk
        codes = [f"01-{90 + n}" for n in range(len(measures), len(measures) + 2)]
        parts = tuple(
            Part(code=code, name=f"新しい施策{code}", owner=owner, takes=(n,)) for n, code in enumerate(codes, 1)
        )
        edited = {"name": f"改めた名称{pick % 7}", "owner": str(owner)}
        goals = {"goal:+1:name": "新しい評価項目", **({f"goal:+1:{years[0]}": "10件"} if years else {})}
        goals |= {"goal:1:end": True} if pick % 3 else {"goal:1:name": "別の評価項目", "goal:1:direction": "down"}
        return Detail(
            name=edited["name"] if kind == ChangeKind.MERGE else "",
            others=(measures[(pick + 1) % len(measures)].pk,),
            parts=parts if pick % 2 else parts[:1],
            values=(goals if pick % 2 else edited | goals) if kind == ChangeKind.EDIT else {},
        )

    @rule(who=PICK, which=PICK, accept=st.booleans(), why=REASON)
    def decide_change(self, who: int, which: int, accept: bool, why: str) -> None:
        changes = list(PlanChange.objects.filter(state=ChangeState.PROPOSED)) or list(PlanChange.objects.all())
        if changes:
            user, change = self.world.person(APPROVERS, who), changes[which % len(changes)]
            self._take(
                "decide change",
                lambda: steps.decide_plan_change(user=user, change_id=change.pk, accept=accept, comment=why),
            )

    # --- the 本部's meetings -------------------------------------------------------------------------------------------

    @rule(who=PICK, which=PICK, held=st.integers(-20, 0), amend=st.booleans())
    def meet(self, who: int, which: int, held: int, amend: bool) -> None:
        user, cycle, there = self.world.person(REVIEWERS, who), self.world.cycle(which), Meeting.objects.first()
        day = self.world.day(held)
        words = meetings.MeetingWords(
            held_on=day, attendees="本部長", minute="審議した。", document_number=f"第{which % 90}号", decided_on=day
        )
        if amend and there:
            self._take("amend meeting", lambda: meetings.amend_meeting(user=user, meeting_id=there.pk, words=words))
        else:
            self._take("meeting", lambda: meetings.record_meeting(user=user, cycle=cycle, words=words))

    @rule(who=PICK, which=PICK, verdict=st.sampled_from(list(Verdict)), why=REASON)
    def record_of_meeting(self, who: int, which: int, verdict: Verdict, why: str) -> None:
        if review := self.world.sheet(which, "reviewed"):
            user, meeting = self.world.person(REVIEWERS, who), Meeting.objects.filter(cycle=review.cycle).first()
            verdicts = meetings.Verdicts(verdict=verdict, comment=why)
            self._take(
                "record decision",
                lambda: meetings.record(
                    user=user, chosen=[(review.pk, review.round)], meeting=meeting, verdicts=verdicts
                ),
            )

    @rule(who=PICK, which=PICK, keep=st.booleans(), why=REASON)
    def confirm_record(self, who: int, which: int, keep: bool, why: str) -> None:
        waiting = list(RecordedDecision.objects.filter(closed_at=None).order_by("pk"))
        if waiting:
            record = waiting[which % len(waiting)]
            if keep:
                user = self.world.person(APPROVERS, who)
                self._take("confirm record", lambda: steps.confirm_record(user=user, record=record))
            else:
                user = self.world.person(REVIEWERS, who)
                self._take("drop record", lambda: meetings.drop(user=user, record_id=record.pk, reason=why))

    # --- Act --------------------------------------------------------------------------------------------------------

    @rule(who=PICK, which=PICK, back=st.integers(0, 3), to=WAYS, why=REASON, later=st.integers(0, 9))
    def decide_year(self, who: int, which: int, back: int, to: approval.Destination, why: str, later: int) -> None:
        """公表の決定 at once or for later, or sheets sent back."""
        user, cycle = self.world.person(APPROVERS, who), self.world.cycle(which)
        if not hasattr(cycle, "process"):
            return
        approved = list(
            MeasureReview.objects.filter(cycle=cycle, state=ReviewState.APPROVED, outcome="").order_by("pk")
        )
        returns = [
            approval.YearReturn(review_id=row.pk, to=to, comment=why) for row in approved[: back if back < 3 else 0]
        ]
        terms = publication.Terms(publish_at=clock.now() + timedelta(days=3)) if later == 9 and not returns else None
        self._take(
            "decide year (returns)" if returns else "decide year",
            lambda: steps.decide_year(user=user, cycle_id=cycle.pk, returns=returns, terms=terms),
        )

    @rule(
        who=PICK, what=st.sampled_from(["start", "save", "submit", "drop", "accept", "return"]), why=REASON, text=VALUES
    )
    def correct(self, who: int, what: str, why: str, text: str) -> None:
        """訂正 of the newest published year, from its beginning to its decision."""
        cycle = Cycle.objects.filter(state="published").order_by("-fiscal_year").first()
        correction = corrections.under_way(cycle.pk) if cycle else None
        if cycle and (what == "start" or correction is None):
            user = self.world.person(REVIEWERS, who)
            self._take("correct start", lambda: steps.start_correction(user=user, cycle_id=cycle.pk))
        elif correction:
            self._correct(correction, who, what, why, text)

    def _correct(self, correction: Correction, who: int, what: str, why: str, text: str) -> None:
        user = self.world.person(APPROVERS if what in ("accept", "return") else REVIEWERS, who)
        code = correction.base.snapshot["measures"][0]["code"]
        items = corrections.items_of(correction, code)
        typed = [Typed(code=code, key=items[who % len(items)].key, right=text, reason=why or "誤記のため")]
        acts = {
            "start": lambda: steps.start_correction(user=user, cycle_id=correction.cycle_id),
            "save": lambda: corrections.save_items(
                user=user, correction_id=correction.pk, version=correction.version, code=code, typed=typed
            ),
            "submit": lambda: steps.submit_correction(user=user, correction_id=correction.pk),
            "drop": lambda: steps.drop_correction(user=user, correction_id=correction.pk, reason=why),
            "accept": lambda: steps.decide_correction(
                user=user, correction_id=correction.pk, round=correction.round, accept=True, comment=why
            ),
            "return": lambda: steps.decide_correction(
                user=user, correction_id=correction.pk, round=correction.round, accept=False, comment=why
            ),
        }
        self._take(f"correct {what}", acts[what])

    # --- people and days ----------------------------------------------------------------------------------------------

    @rule(who=PICK, whom=PICK, deputy=PICK, days=st.integers(-1, 20), take_back=st.booleans())
    def represent(self, who: int, whom: int, deputy: int, days: int, take_back: bool) -> None:
        """A proxy is named, or one that stands withdrawn."""
        everybody, there = list(self.world.cast.people.values()), Proxy.objects.filter(withdrawn_at=None).first()
        user = self.world.person(MANAGERS, who)
        if __import__("os").environ.get("NOPEOPLE"):
            return
        if take_back and there:
            self._take("withdraw proxy", lambda: proxies.withdraw(user=user, proxy_id=there.pk))
            return
        principal = everybody[whom % len(everybody)]
        post = Appointment.objects.filter(user=principal, ends_on=None).order_by("pk").first()
        if post:
            naming = proxies.Naming(
                principal=principal.pk,
                deputy=everybody[deputy % len(everybody)].pk,
                post=Post(role=post.role, department=post.department_id),
                starts_on=self.world.day(0),
                ends_on=self.world.day(days),
                reason="出張のため",
            )
            self._take("proxy", lambda: proxies.name(user=user, naming=naming))

    @rule(which=PICK)
    def read_later(self, which: int) -> None:
        taken = list(Decision.objects.exclude(on_behalf_of=None).order_by("pk"))
        if taken:
            decision = taken[which % len(taken)]
            user = decision.on_behalf_of
            self._take("read later", lambda: proxies.read_later(user=user, decision_id=decision.pk))

    @rule(whom=PICK, to=PICK, what=st.sampled_from(["end", "appoint", "deactivate", "hand over"]))
    def move_people(self, whom: int, to: int, what: str) -> None:
        """A post ends today or begins, somebody leaves, work is handed over. One of each kind of person always stays."""
        by = self.world.person(("administrator",), 1)
        names = ["colleague", "head", "related", "reviewer", "approver2"]
        user, new = (self.world.person((names[n % len(names)],), 1) for n in (whom, to))
        post = Appointment.objects.filter(user=user, ends_on=None).order_by("pk").first()
        offices = list(Department.objects.order_by("pk"))
        acts: dict[str, Callable[[], Any]] = {
            "appoint": lambda: people.appoint(
                by=by,
                user_id=user.pk,
                post=Post(role=Role.CONTRIBUTOR, department=offices[to % len(offices)].pk),
                starts_on=self.world.day(to % 3),
            ),
            "deactivate": lambda: people.deactivate(by=by, user_id=user.pk, reason="退職のため"),
            "hand over": lambda: handover.hand_over(
                user=by, leaving=user, to=new, review_ids=[row.pk for row in MeasureReview.objects.all()], reason="異動"
            ),
        }
        if post:
            acts["end"] = lambda: people.end_post(by=by, appointment_id=post.pk, last_day=self.world.day(to % 3 - 1))
        if what in acts:
            self._take(what, acts[what])

    @rule(days=st.sampled_from([0, 1, 1, 3, 8]))
    def days_go_by(self, days: int) -> None:
        self.world.wait(days)
        self.world.log.append(f"{days} days")
        self.after(self.world.sheet(0))
