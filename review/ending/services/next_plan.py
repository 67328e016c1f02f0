"""次期計画: made from a plan whose last 年度 is published, with the 施策 and goals taken over, each linked to the old one.

So last year's value, trend, chart and the checks against last year go on over both plans (`continuing.earlier_rows`). The
目標 of the new plan are blank until they are imported or typed.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from review import clock, continuing, holders, permissions
from review.domain import measure_codes
from review.domain.fiscal import first_day
from review.domain.refusals import AlreadyDecided, Invalid
from review.models import Appointment, Indicator, IndicatorYear, Measure, MeasureYear, Plan, PlanField, User
from review.people.services import reorganisation_moves
from review.plan.services import plans
from review.plan.services.plan_effects import DEFINITION
from review.plan.services.plan_proposals import goals_of, latest, living
from review.reader_words import year_label
from review.trail.services import audit
from review.transition import require
from review.year.services import cycles


@dataclass(frozen=True, kw_only=True)
class NextPlan:
    """What the new plan is called, how long it is, {old 施策: its 施策ID there}, and the goals that are left behind."""

    name: str
    short_name: str
    first_year: int
    last_year: int
    codes: Mapping[int, str]
    left_behind: Collection[int] = field(default_factory=frozenset)


def following(plan: Plan) -> Plan | None:
    """The plan that continues it. One query."""
    return Plan.objects.filter(continues=plan).order_by("pk").first()


def goals_offered(plan: Plan, measure: Measure) -> list[tuple[Indicator, str]]:
    """The goals that the 施策 has in the plan's last year, each with its name. Two queries."""
    names = goals_of(measure, plan.last_year)
    rows = Indicator.objects.filter(measure=measure, number__in=names).order_by("number")
    return [(row, names[row.number]) for row in rows]


def make(*, user: User, plan_id: int, wish: NextPlan) -> Plan:
    """Make it, and draft its first year where that has begun. Raises NotAllowed, AlreadyDecided, or Invalid by field."""
    with transaction.atomic():
        old = Plan.objects.select_for_update(of=("self",), no_key=True).get(pk=plan_id)
        require_time(user, old)
        problems = problems_of(old, wish)
        if problems:
            raise Invalid(_("次期計画を作れません。内容を確かめてください。"), problems)
        new = plans.store(
            short_name=wish.short_name,
            name=wish.name,
            city=old.city,
            municipality_code=old.municipality_code,
            first_year=wish.first_year,
            last_year=wish.last_year,
            called=plans.Names(office=old.office, office_en=old.office_en, body=old.body, body_en=old.body_en),
            by=user,
            continues=old,
        )
        _copy_posts(old, new)
        _take_over(old, new, wish)
        if has_begun(new.first_year):
            cycles.draft_first(plan=new, fiscal_year=new.first_year, user=user)
        return new


def has_begun(fiscal_year: int) -> bool:
    """Whether the 年度 has begun today."""
    return clock.today() >= first_day(fiscal_year)


def require_time(user: User, old: Plan) -> None:
    """Raise NotAllowed, or say why the next plan is not made now."""
    holders.standing(user, fresh=True)
    sentence = _("次期計画は、%(office)sの確認者が作ります(確認者がいない間は管理者)。")
    require(permissions.may_change_plan(user, old.pk), sentence, old)
    made = following(old)
    if made:
        raise AlreadyDecided(_("次期計画「%(name)s」はもう作られています。") % {"name": made.name})
    if all(plan.pk != old.pk for plan in continuing.ended_plans()):
        raise Invalid(
            _("次期計画は、最後の年度(%(year)s)の公表のあとに作ります。") % {"year": year_label(old.last_year)}
        )


def problems_of(old: Plan, wish: NextPlan) -> dict[str, str]:
    """{field: sentence} of what cannot be, beside the names: the period, and each 施策ID."""
    problems: dict[str, str] = {}
    called = plans.Names.of(old.office, old.body)
    problems |= plans.problems_of(wish.short_name, wish.name, old.city, "", called)
    if not plans.possible_period(wish.first_year, wish.last_year):
        problems["last_year"] = _("計画期間は、始まりから終わりまで%(most)s年以内の年度(西暦)にしてください。") % {
            "most": plans.LONGEST_PERIOD
        }
    elif wish.first_year <= old.last_year:
        problems["first_year"] = _("今の計画の最終年度(%(year)s)より後の年度から始めてください。") % {
            "year": year_label(old.last_year)
        }
    codes = {pk: code for pk, code in wish.codes.items() if code}
    if not codes:
        first = next(iter(wish.codes), 0)
        problems[f"code_{first}"] = _("引き継ぐ施策を1つ以上選び、施策IDを入力してください。")
    known = {measure.pk for measure in living(old, old.last_year)}
    alike = [measure_codes.same(code) for code in codes.values()]
    for pk, code in codes.items():
        if pk not in known:
            problems[f"code_{pk}"] = _("この施策は今の計画の最終年度にありません。")
        elif not measure_codes.is_code(code):
            sentence = _("施策IDは、文字か数字を含む%(most)s文字以内で入力してください。")
            problems[f"code_{pk}"] = sentence % {"most": measure_codes.LONGEST}
        elif alike.count(measure_codes.same(code)) > 1:
            problems[f"code_{pk}"] = _("同じ施策IDが2つあります。")
    return problems


# --- what is taken over --------------------------------------------------------------------------------------------


def _take_over(old: Plan, new: Plan, wish: NextPlan) -> None:
    fields = _copy_fields(old, new)
    taken = {"measures": 0, "goals": 0}
    for measure in living(old, old.last_year):
        code, year = wish.codes.get(measure.pk, ""), latest(measure, old.last_year)
        if not code or year is None:
            continue
        made = Measure.objects.create(
            plan=new, field=fields[measure.field_id], code=code, first_year=new.first_year, continues=measure
        )
        _copy_year(year, made)
        goals = [(goal, name) for goal, name in goals_offered(old, measure) if goal.pk not in wish.left_behind]
        for number, (goal, name) in enumerate(goals, start=1):
            _copy_goal(goal, made, number, name)
        taken = {"measures": taken["measures"] + 1, "goals": taken["goals"] + len(goals)}
    audit.write(actor=None, action="plan.take_over", subject=f"plan:{new.pk}", after={"from": old.pk, **taken})


def _copy_posts(old: Plan, new: Plan) -> None:
    """Who reviews or approves the old plan alone does so for the new one, from today on. One row for each."""
    for post in Appointment.objects.filter(holders.held_on(clock.today()), plan=old):
        Appointment.objects.create(
            user=post.user, role=post.role, plan=new, starts_on=clock.today(), ends_on=post.ends_on
        )


def _copy_fields(old: Plan, new: Plan) -> dict[int, PlanField]:
    """{old 分野: the new one}, in the same 体系."""
    made: dict[int, PlanField] = {}
    rows = list(PlanField.objects.filter(plan=old).order_by("order", "pk"))
    while rows:
        ready = [row for row in rows if row.parent_id is None or row.parent_id in made]
        for row in ready:
            made[row.pk] = PlanField.objects.create(
                plan=new,
                parent=made[row.parent_id] if row.parent_id else None,
                number=row.number,
                name=row.name,
                order=row.order,
            )
        rows = [row for row in rows if row.pk not in made]
    return made


def _copy_year(year: MeasureYear, made: Measure) -> None:
    """The sheet of the new plan's first year: its name, today's office, and the texts that go with a plan."""
    new = MeasureYear.objects.create(
        measure=made,
        fiscal_year=made.first_year,
        name=year.name,
        owner=reorganisation_moves.office_now(year),
        **year.carried(),
    )
    standing = year.related_as_named().filter(Q(ends_on=None) | Q(ends_on__gte=clock.today()))
    new.name_related(office.pk for office in standing)


def _copy_goal(goal: Indicator, to: Measure, number: int, name: str) -> None:
    words = {column: getattr(goal, column) for column in DEFINITION}
    made = Indicator.objects.create(measure=to, number=number, continues=goal, **words)
    IndicatorYear.objects.create(indicator=made, fiscal_year=to.first_year, name=name)
