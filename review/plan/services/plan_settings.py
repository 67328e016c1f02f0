"""What a plan is and is called, changed on its page: freely while its years are drafts, with a reason afterwards."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from review import holders, permissions
from review.assessment.services import binding
from review.domain.refusals import Invalid
from review.models import Cycle, CycleState, Department, Edition, IndicatorYear, MeasureReview, Plan, PlanField, User
from review.plan.services import plans
from review.reader_words import problem, year_label
from review.trail.services import audit
from review.transition import require

CHANGED = "plan.change"
#: The columns of the plan that the page sets.
COLUMNS = (
    "name", "short_name", "city", "municipality_code", "first_year", "last_year", "office", "office_en", "body", "body_en",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All that the page sets. `fields` are the names of the 分野 by number; `endorsement` is the draft year's, None without."""

    name: str
    short_name: str
    city: str
    municipality_code: str
    first_year: int
    last_year: int
    office: str
    office_en: str
    office_department: str
    body: str
    body_en: str
    fields: Mapping[str, str] = field(default_factory=dict)
    endorsement: bool | None = None

    def as_data(self) -> dict[str, Any]:
        """Flat, by the names of the form's fields."""
        data = asdict(self)
        return {**{f"field_{number}": name for number, name in data.pop("fields").items()}, **data}


def draft_of(plan: Plan) -> Cycle | None:
    """The plan's latest year that is still a draft. One query."""
    return Cycle.objects.filter(plan=plan, state=CycleState.DRAFT).order_by("-fiscal_year").first()


def needs_reason(plan: Plan) -> bool:
    """Whether a year of the plan was opened, so that a change has to say why. One query."""
    return Cycle.objects.filter(plan=plan).exclude(state=CycleState.DRAFT).exists()


def is_published(plan: Plan) -> bool:
    """Whether the plan's short name stands in addresses that answer for ever. One query."""
    return Edition.objects.filter(cycle__plan=plan).exists()


def of(plan: Plan) -> Settings:
    """What the plan has now. Three queries."""
    draft = draft_of(plan)
    return Settings(
        **{name: getattr(plan, name) for name in COLUMNS},
        office_department=str(plan.office_department_id or ""),
        fields=dict(PlanField.objects.filter(plan=plan).order_by("number").values_list("number", "name")),
        endorsement=draft.requires_endorsement if draft else None,
    )


def change(*, user: User, plan_id: int, settings: Settings, reason: str = "") -> Plan:
    """Store what was changed. Raises NotAllowed, or Invalid with {field: sentence}."""
    with transaction.atomic():
        plan = Plan.objects.select_for_update(no_key=True).get(pk=plan_id)
        holders.standing(user, fresh=True)
        require(
            permissions.may_change_plan(user, plan.pk),
            _("計画の設定は、%(office)sの確認者が変えます(確認者がいない間は管理者)。"),
            plan,
        )
        before, after = of(plan).as_data(), settings.as_data()
        changed = {name: value for name, value in after.items() if value != before.get(name)}
        problems = _problems(plan, settings, changed)
        if changed and needs_reason(plan) and (not reason.strip() or problem(reason)):
            problems["reason"] = problem(reason) or _("開始した年度がある計画です。変える理由を入力してください。")
        if problems:
            raise Invalid(_("計画の設定を確かめてください。"), problems)
        if changed:
            _store(plan, settings)
            audit.write(
                actor=user,
                action=CHANGED,
                subject=f"plan:{plan.pk}",
                before={name: before.get(name) for name in changed},
                after={**changed, "reason": reason.strip()},
            )
        return plan


def _store(plan: Plan, settings: Settings) -> None:
    for name in COLUMNS:
        setattr(plan, name, getattr(settings, name))
    plan.office_department = Department.objects.filter(pk=settings.office_department or 0).first()
    plan.save()
    for number, name in settings.fields.items():
        PlanField.objects.filter(plan=plan, number=number).update(name=name)
    draft = draft_of(plan)
    if draft and settings.endorsement is not None:
        # Whoever opened the year meanwhile opened it as it was.
        Cycle.objects.filter(pk=draft.pk, state=CycleState.DRAFT).update(requires_endorsement=settings.endorsement)


def _problems(plan: Plan, settings: Settings, changed: Mapping[str, Any]) -> dict[str, str]:
    called = plans.Names(**{name: getattr(settings, name) for name in ("office", "office_en", "body", "body_en")})
    problems = plans.problems_of(
        settings.short_name, settings.name, settings.city, settings.municipality_code, called, own=plan.pk
    )
    for number, name in settings.fields.items():
        if not name.strip() or len(name) > 100 or problem(name):
            problems[f"field_{number}"] = _("%(most)s文字以内で入力してください。") % {"most": 100}
    if "short_name" in changed and is_published(plan):
        problems["short_name"] = _("公表した年度のアドレスに使われているため、短い名前は変えられません。")
    if sentence := _period_problem(plan, settings):
        problems["last_year"] = sentence
    bound = [name for name in binding.PLAN if name in changed]
    if bound and MeasureReview.objects.filter(cycle__plan=plan, state__in=binding.OPEN_TO_CHANGE).exists():
        sentence = _(
            "提出された施策シートがこの内容で確認・承認されているため、その年度が公表されるまで変えられません。"
        )
        problems |= {name: sentence for name in bound if name not in problems}
    return problems


def _period_problem(plan: Plan, settings: Settings) -> str:
    """Why the period cannot be; '' where it can. No year that exists, or of which values are stored, is left outside."""
    if not plans.possible_period(settings.first_year, settings.last_year):
        return _("計画期間は、始まりから終わりまで%(most)s年以内の年度(西暦)にしてください。") % {
            "most": plans.LONGEST_PERIOD
        }
    years = set(Cycle.objects.filter(plan=plan).values_list("fiscal_year", flat=True))
    rows = IndicatorYear.objects.filter(indicator__measure__plan=plan).exclude(target="", actual="")
    years |= set(rows.order_by().values_list("fiscal_year", flat=True).distinct())
    outside = sorted(year for year in years if not settings.first_year <= year <= settings.last_year)
    if not outside:
        return ""
    labels = _("、").join(year_label(year) for year in outside)
    return _("目標や実績、シートのある年度は、計画期間から外せません: %(years)s。") % {"years": labels}
