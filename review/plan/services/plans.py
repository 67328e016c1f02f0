"""A plan as such: made with its short name, its period and its city; found by that name."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

from django.db import transaction
from django.urls import URLResolver, get_resolver
from django.utils.translation import gettext as _

from review import clock, holders, permissions
from review.domain.fiscal import fiscal_year_of
from review.domain.refusals import AlreadyDecided, Invalid
from review.models import Cycle, CycleState, Plan, User
from review.models.plan import NEUTRAL_BODY, NEUTRAL_OFFICE, SHORT_NAME
from review.reader_words import problem, year_label
from review.trail.services import audit
from review.transition import require

LONGEST_PERIOD = 20


@dataclass(frozen=True, kw_only=True)
class Names:
    """What the reviewing office and the deciding body are called; a blank English name is the Japanese one."""

    office: str = NEUTRAL_OFFICE[0]
    office_en: str = ""
    body: str = NEUTRAL_BODY[0]
    body_en: str = ""

    @classmethod
    def of(cls, office: str, body: str, office_en: str = "", body_en: str = "") -> Self:
        """The names given, neutral ones for those that are blank."""
        office, office_en = (office, office_en) if office else NEUTRAL_OFFICE
        body, body_en = (body, body_en) if body else NEUTRAL_BODY
        return cls(office=office, office_en=office_en, body=body, body_en=body_en)


NEUTRAL = Names.of("", "")


@lru_cache(maxsize=1)
def reserved() -> frozenset[str]:
    """The words of which addresses are made, which no plan may take: read from the addresses themselves."""
    words = {word for route in _routes(get_resolver()) for word in re.sub(r"<[^>]*>", "", route).split("/")}
    return frozenset(word for word in (*words, "static") if re.fullmatch(SHORT_NAME, word))


def _routes(resolver: URLResolver) -> Iterator[str]:
    for one in resolver.url_patterns:
        yield str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _routes(one)


def create(*, by: User | None = None, **facts: Any) -> Plan:
    """A plan without any 施策 yet, of the `facts` of `store`; `by` is None for the command. Raises Invalid with
    {field: sentence} for what cannot be, a name that is taken among it."""
    if by is not None:
        holders.standing(by, fresh=True)
        require(permissions.may_manage_people(by), _("計画は管理者が作ります。"))
    return store(by=by, **facts)


def store(
    *,
    short_name: str,
    name: str,
    city: str,
    first_year: int,
    last_year: int,
    municipality_code: str = "",
    called: Names = NEUTRAL,
    by: User | None = None,
    continues: Plan | None = None,
    form: str = "city",
) -> Plan:
    """The plan's row, by whoever may make it: an administrator, or with the plan that it `continues` its reviewer."""
    problems = problems_of(short_name, name, city, municipality_code, called)
    if not possible_period(first_year, last_year):
        sentence = _(
            "計画期間は、始まりと終わりの年度(西暦)を「2022-2025」のように、%(most)s年以内で入力してください。"
        )
        problems["years"] = sentence % {"most": LONGEST_PERIOD}
    if problems:
        raise Invalid(_("計画を作れません。"), problems)
    with transaction.atomic():
        plan = Plan.objects.create(
            short_name=short_name,
            name=name,
            city=city,
            municipality_code=municipality_code,
            first_year=first_year,
            last_year=last_year,
            continues=continues,
            form=form,
            office_department=continues.office_department if continues else None,
            **vars(called),
        )
        after = {"short_name": short_name, "name": name, "first_year": first_year, "last_year": last_year}
        after |= vars(called) | ({"continues": continues.pk} if continues else {})
        audit.write(actor=by, action="plan.create", subject=f"plan:{plan.pk}", after=after)
        return plan


def possible_period(first_year: int, last_year: int) -> bool:
    """Whether a plan may be over these years."""
    return 1989 <= first_year <= last_year and last_year - first_year < LONGEST_PERIOD


def problems_of(
    short_name: str, name: str, city: str, municipality_code: str, called: Names, *, own: int | None = None
) -> dict[str, str]:
    """{field: sentence} of what these cannot be; `own` is the plan that has them already."""
    problems: dict[str, str] = {}
    others = Plan.objects.exclude(pk=own or 0)
    if not re.fullmatch(SHORT_NAME, short_name):
        problems["short_name"] = _("短い名前は、小文字の英字で始め、英小文字・数字・「-」で2〜20文字にしてください。")
    elif short_name in reserved():
        sentence = _("短い名前「%(name)s」は、アドレスに使う言葉のため使えません。別の名前にしてください。")
        problems["short_name"] = sentence % {"name": short_name}
    elif others.filter(short_name=short_name).exists():
        problems["short_name"] = _("短い名前「%(name)s」の計画がすでにあります。") % {"name": short_name}
    needed = (("name", name, 100), ("city", city, 60), ("office", called.office, 60), ("body", called.body, 60))
    for key, text, longest in needed:
        if not text.strip() or len(text) > longest or problem(text):
            problems[key] = _("%(most)s文字以内で入力してください。") % {"most": longest}
    if "name" not in problems and others.filter(name=name).exists():
        problems["name"] = _("「%(name)s」という名前の計画がすでにあります。") % {"name": name}
    if municipality_code and not re.fullmatch(r"\d{6}", municipality_code):
        problems["municipality_code"] = _("全国地方公共団体コードは、数字6桁で入力してください。")
    for key in ("office_en", "body_en"):
        if len(text := getattr(called, key)) > 100 or problem(text):
            problems[key] = _("%(most)s文字以内で入力してください。") % {"most": 100}
    return problems


def one(short_name: str = "") -> Plan:
    """The plan of that name; without a name the only plan there is. Raises Invalid, naming those there are."""
    if not short_name and Plan.objects.count() == 1:
        return Plan.objects.get()
    return by_short_name(short_name)


def by_short_name(short_name: str) -> Plan:
    """The plan of that name. Raises Invalid, naming those there are."""
    plan = Plan.objects.filter(short_name=short_name).first()
    if plan is None:
        names = "、".join(Plan.objects.order_by("short_name").values_list("short_name", flat=True)) or _(
            "まだありません"
        )
        if not short_name and Plan.objects.exists():
            raise Invalid(
                _("計画が複数あります。どの計画か、短い名前で指定してください(今ある計画: %(names)s)。")
                % {"names": names}
            )
        raise Invalid(_("計画「%(name)s」はありません(今ある計画: %(names)s)。") % {"name": short_name, "names": names})
    return plan


def years_to_begin(plan: Plan) -> list[int]:
    """The years that can be drafted as the plan's first, while none was opened. One query."""
    known = dict(Cycle.objects.filter(plan=plan).values_list("fiscal_year", "state"))
    if any(state != CycleState.DRAFT for state in known.values()):
        return []
    return [year for year in plan.years if year not in known]


def year_to_begin(plan: Plan) -> int | None:
    """Of these the one to evaluate now: the last that is over, as near as the plan's years come. One query."""
    over = fiscal_year_of(clock.today()) - 1
    return min(years_to_begin(plan), key=lambda year: abs(year - over), default=None)


def drafted(user: User, cycle_id: int, *, may: Callable[[User, int], bool], refusal: str, opened: str) -> Cycle:
    """The draft year, its row locked, so that nobody opens it meanwhile. Raises NotAllowed in the words of `refusal`
    (%(office)s), AlreadyDecided in those of `opened` (%(year)s) once the year is open."""
    cycle = Cycle.objects.select_for_update(of=("self",), no_key=True).select_related("plan").get(pk=cycle_id)
    holders.standing(user, fresh=True)
    require(may(user, cycle.plan_id), refusal, cycle)
    if cycle.state != CycleState.DRAFT:
        raise AlreadyDecided(opened % {"year": year_label(cycle.fiscal_year)})
    return cycle
