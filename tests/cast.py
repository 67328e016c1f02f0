"""One shared cast: the people, departments and years that the tests play with.

`Cast.build()` makes the people; `cast.open(n)` opens a year with n sheets and does the background work at once.
`settle_background()` stands for worker and beat: it delivers, runs and gathers until nothing is due.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from review import clock
from review.assessment.services.ratings import Overall
from review.background.services import jobs, outbox
from review.mail.services import envelopes, mailing
from review.models import (
    Appointment,
    Cycle,
    Department,
    Indicator,
    IndicatorYear,
    Job,
    JobState,
    Measure,
    MeasureReview,
    MeasureYear,
    Plan,
    PlanField,
    Role,
    ScheduleItem,
    User,
)
from review.notices.services import asking
from review.year.services import cycles
from review.year.services.cycles import Deadlines
from tests.remembered import Remembering, remembered
from workflow import advance, steps

YEAR = 2024
PASSWORD = "meguri-no-himitsu"


@dataclass
class Cast(Remembering):
    """The people by what they do, and the departments."""

    people: dict[str, User] = field(default_factory=dict)
    departments: dict[str, Department] = field(default_factory=dict)
    plan: Plan | None = None
    cycle: Cycle | None = None
    #: the plan's name in addresses, and its name
    named: tuple[str, str] = ("dx", "DX推進計画")

    @classmethod
    def build(cls) -> Cast:
        """Two departments, 情報経営課, and one person for every post."""
        cast = cls()
        cast._build()
        return cast

    @remembered
    def _build(self) -> None:
        for order, name in enumerate(["産業振興課", "農林水産課", "情報経営課", "市民課"], start=1):
            self.departments[name] = Department.objects.create(name=name, order=order)
        own, other = self.departments["産業振興課"], self.departments["農林水産課"]
        office, related = self.departments["情報経営課"], self.departments["市民課"]
        self._person("contributor", "担当 一郎", Role.CONTRIBUTOR, own)
        self._person("colleague", "担当 二郎", Role.CONTRIBUTOR, own)
        self._person("head", "所属 長子", Role.HEAD, own)
        self._person("related", "関連 花子", Role.CONTRIBUTOR, related)
        self._person("other", "別課 三郎", Role.CONTRIBUTOR, other)
        self._person("reviewer", "確認 四郎", Role.REVIEWER)
        self._appoint("reviewer", Role.CONTRIBUTOR, office)
        self._person("reviewer2", "確認 五月", Role.REVIEWER)
        self._person("approver", "承認 六郎", Role.APPROVER)
        self._person("approver2", "承認 七海", Role.APPROVER)
        self._person("administrator", "管理 八重", Role.ADMINISTRATOR)
        self._person("auditor", "監査 九", Role.AUDITOR)

    def _person(self, key: str, name: str, role: Role, department: Department | None = None) -> None:
        user = User.objects.create_user(username=key, password=PASSWORD, email=f"{key}@city.example", display_name=name)
        self.people[key] = user
        self._appoint(key, role, department)

    def _appoint(self, key: str, role: Role, department: Department | None = None) -> None:
        Appointment.objects.create(user=self.people[key], role=role, department=department, starts_on=date(2022, 4, 1))

    def beside(self, short_name: str = "kpi", name: str = "総合計画") -> Cast:
        """The same people with another plan, which is played really."""
        other = Cast(people=self.people, departments=self.departments, named=(short_name, name))
        other.acts = None
        return other

    def changeable(self) -> dict[str, Any]:
        return {"people": self.people, "departments": self.departments, "plan": self.plan, "cycle": self.cycle}

    def __getattr__(self, name: str) -> User:
        """`cast.reviewer` is the person of that key."""
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(name) from None

    # --- years ---

    @remembered
    def draft(self, sheets: int = 2, *, owners: tuple[str, ...] = ("産業振興課",), indicators: int = 2) -> Cycle:
        """A drafted year with deadlines ahead and `sheets` 施策, owned in turn by `owners`; 市民課 is related to each."""
        short_name, name = self.named
        self.plan = Plan.objects.create(
            short_name=short_name,
            name=name,
            city="見本市",
            first_year=2022,
            last_year=2025,
            office="情報経営課",
            body="DX推進本部",
        )
        part = PlanField.objects.create(plan=self.plan, number="01", name="分野1")
        for number in range(1, sheets + 1):
            owner = self.departments[owners[(number - 1) % len(owners)]]
            self._measure(part, number, owner, indicators)
        self.cycle = cycles.draft(plan=self.plan, fiscal_year=YEAR)
        now = clock.now()
        cycles.set_deadlines(
            user=self.reviewer,
            cycle_id=self.cycle.pk,
            deadlines=Deadlines(due_at=now + timedelta(days=14), closes_at=now + timedelta(days=21)),
        )
        self.cycle.refresh_from_db()
        return self.cycle

    @remembered
    def open(self, sheets: int = 2, *, owners: tuple[str, ...] = ("産業振興課",), indicators: int = 2) -> Cycle:
        """The same, opened, its sheets launched and its notices made."""
        cycle = self.draft(sheets, owners=owners, indicators=indicators)
        steps.open_year(user=self.reviewer2, cycle_id=cycle.pk)
        settle_background()
        cycle.refresh_from_db()
        return cycle

    def _measure(self, part: PlanField, number: int, owner: Department, indicators: int) -> None:
        code = f"{1 + (number - 1) // 99:02d}-{1 + (number - 1) % 99:02d}"
        measure = Measure.objects.create(plan=part.plan, field=part, code=code, first_year=2022)
        year = MeasureYear.objects.create(
            measure=measure,
            fiscal_year=YEAR,
            name=f"見本の施策{number}",
            owner=owner,
            texts={"current_state": "見本の現状です。"},
        )
        year.related.add(self.departments["市民課"])
        ScheduleItem.objects.create(measure_year=year, position=1, name="周知", bars={"2023": "", "2024": ""})
        for place in range(1, indicators + 1):
            self._indicator(measure, place)

    def _indicator(self, measure: Measure, number: int) -> None:
        indicator = Indicator.objects.create(
            measure=measure,
            number=number,
            direction="up",
            unit="件",
            kind="year",
            defined_at=clock.now(),
            defined_by=self.reviewer,
            defined_for={"name": "利用件数", "units": ["件"]},
        )
        for year, actual in ((2022, "80件"), (2023, "90件"), (YEAR, ""), (2025, "")):
            IndicatorYear.objects.create(
                indicator=indicator, fiscal_year=year, name="利用件数", target="100件", actual=actual
            )

    # --- sheets ---

    def sheet(self, number: int = 1) -> MeasureReview:
        """The n-th sheet as it stands now."""
        rows = MeasureReview.objects.select_related("cycle", "measure_year__measure", "measure_year__owner")
        rows = rows.filter(cycle=self.cycle) if self.cycle else rows
        return rows.order_by("measure_year__measure__code")[number - 1]

    def fill(self, review: MeasureReview, actual: str = "120件", *, user: User | None = None) -> MeasureReview:
        """Type an 実績 into every indicator, and texts where the target would be missed."""
        from review.sheet.services import submission

        keys = [key for key in submission.current_texts(review) if key.endswith(":actual")]
        texts = {**dict.fromkeys(keys, actual), "cause": "見本の要因です。", "response": "見本の対応です。"}
        return submission.save_draft(
            user=user or self.contributor, review_id=review.pk, version=review.version, texts=texts
        )

    @remembered
    def submitted(self, number: int = 1, actual: str = "120件") -> MeasureReview:
        """The n-th sheet, filled and submitted by the contributor."""
        review = self.fill(self.sheet(number), actual)
        return steps.submit(user=self.contributor, review_id=review.pk)

    @remembered
    def reviewed(self, number: int = 1) -> MeasureReview:
        """The n-th sheet, submitted and confirmed."""
        review = self.submitted(number)
        return steps.confirm(user=self.reviewer2, review_id=review.pk, round=review.round)

    @remembered
    def approved(self, number: int = 1, overall: Overall | None = None) -> MeasureReview:
        """The n-th sheet, approved, with the approver's own 総合評価 where one is given."""
        review = self.reviewed(number)
        return steps.approve(user=self.approver, review_id=review.pk, round=review.round, overall=overall)

    @remembered
    def published(self, sheets: int = 2, overall: Overall | None = None) -> Cycle:
        """A year led to its 第1版; `overall` is the approver's own for the first sheet."""
        cycle = self.open(sheets)
        for number in range(1, sheets + 1):
            self.approved(number, overall if number == 1 else None)
        settle_background()
        steps.decide_year(user=self.approver, cycle_id=cycle.pk)
        settle_background()
        cycle.refresh_from_db()
        return cycle


def settle_background(rounds: int = 30) -> None:
    """Do what worker and beat would do, without waiting for lead times, until nothing is left."""
    for _ in range(rounds):
        Job.objects.filter(state=JobState.WAITING).update(not_before=clock.now())
        events, due = outbox.undelivered_ids(), jobs.due_ids()
        if not events and not due:
            advance.advance_all()
            asking.ask_anew()
            if not outbox.undelivered_ids() and not jobs.due_ids():
                break
        for event_id in events:
            outbox.deliver(event_id)
        for job_id in due:
            jobs.run(job_id)
    envelopes.gather(everything=True)
    mailing.send_due()
