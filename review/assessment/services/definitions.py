"""The definition of a goal: which way it is good, its unit, and whether its values are of one year or a running total.

Words propose it; a reviewer confirms it once, and again where 評価項目 or the unit changed since. Judging goes by it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from review import clock, holders, permissions
from review.assessment.services import judging
from review.background.services import outbox
from review.domain import definitions, items, values
from review.domain.definitions import Proposal
from review.domain.events import Event
from review.domain.notation import compact
from review.domain.refusals import Invalid
from review.models import (
    Cycle,
    CycleState,
    Indicator,
    IndicatorYear,
    MeasureReview,
    Notification,
    OutboxEvent,
    Role,
    User,
)
from review.models.sheet import OPEN_STATES
from review.reader_words import problem, year_label
from review.trail.services import audit
from review.transition import require

#: A year that was decided keeps every verdict for ever.
DECIDED = (CycleState.SCHEDULED, CycleState.PUBLISHED)
#: So many people are named; of more, the post.
FEW = 4
LONGEST_BASELINE = 300

Years = Mapping[int, list[IndicatorYear]]


class Definition(NamedTuple):
    """What a person confirms of one goal."""

    direction: str
    unit: str
    kind: str
    #: None leaves the 基準値 as it is
    baseline: str | None = None


class Open(NamedTuple):
    """The goals of a year without a confirmed definition, those of them on which a verdict rests, and those that a
    基準値 is missing from."""

    asking: list[IndicatorYear]
    held: list[IndicatorYear]
    bare: list[IndicatorYear]


# --- what is asked -------------------------------------------------------------------------------------------------


def asks(row: IndicatorYear) -> bool:
    """Whether the definition is still to be confirmed for the row's 評価項目 and unit. No query."""
    return row.indicator.defined_at is None or bool(changed(row.indicator.defined_for, row.name, row.target))


def changed(of: Mapping[str, Any], name: str, target: str) -> str:
    """What changed since the definition was confirmed for these words (`of`), in a sentence; '' where nothing did."""
    before = of.get("name", "")
    if before not in ("", name) and name.strip() and compact(before).strip("-_") != compact(name).strip("-_"):
        return _("評価項目が「%(before)s」から変わりました。") % {"before": before}
    units = definitions.dimensions(target)
    if units and of.get("units") and units != of["units"]:
        return _("目標の単位が、確認したときから変わりました。")
    return ""


def proposal(row: IndicatorYear, years: Sequence[IndicatorYear]) -> Proposal:
    """What the words propose. A direction set before, and what changed since, make it one to look at alone."""
    made = definitions.proposed(row.name, [year.target for year in years], [year.actual for year in years])
    since = row.indicator.defined_at and changed(row.indicator.defined_for, row.name, row.target)
    doubts = [since] if since else []
    if row.indicator.direction not in ("", made.direction):
        doubts.append(_("決めてある向きと、推定が違います。"))
    if judging.lacks_baseline(row, years):
        doubts.append(
            _("目標が後の年度だけにあり、基準値がありません。「定義」の欄に基準値を入力すると、進み具合を計算します。")
        )
    return replace(made, doubts=(*doubts, *made.doubts))


def years_of(**chosen: Any) -> dict[int, list[IndicatorYear]]:
    """{indicator: its rows in year order}, in the plan's order. One query."""
    years: dict[int, list[IndicatorYear]] = defaultdict(list)
    rows = IndicatorYear.objects.filter(**chosen).select_related("indicator__measure__plan")
    for row in rows.order_by("indicator__measure__sort_key", "indicator__number", "fiscal_year"):
        years[row.indicator_id].append(row)
    return years


def open_in(cycle: Cycle) -> Open:
    """What the year still asks for, sheets that were settled otherwise left out. Three queries at most, of which the first
    reads of every goal no more than tells whether it may be one of them."""
    rows = IndicatorYear.objects.filter(indicator__measure__plan=cycle.plan_id, fiscal_year=cycle.fiscal_year)
    rows = rows.exclude(indicator__measure__in=cycle.reviews.exclude(outcome="").values("measure_year__measure"))
    columns = ("name", "target", "indicator__baseline", "indicator__defined_for", "indicator__defined_at", "pk")
    short = rows.order_by().values_list(*columns)
    some = [
        pk for name, target, base, of, at, pk in short if not at or changed(of, name, target) or _bare(base, target)
    ]
    whole = rows.filter(pk__in=some).select_related("indicator__measure__plan") if some else rows.none()
    every = list(whole.order_by("indicator__measure__sort_key", "indicator__number"))
    asking = [row for row in every if asks(row)]
    judged = [row for row in asking if row.actual.strip()]
    blank = [row for row in every if _bare(row.indicator.baseline, row.target)]
    years = years_of(indicator__in={row.indicator_id for row in (*judged, *blank)}) if judged or blank else {}
    held = [row for row in judged if judging.rests_on_definition(row, years[row.indicator_id])]
    return Open(asking, held, [row for row in blank if judging.lacks_baseline(row, years[row.indicator_id])])


def _bare(baseline: str, target: str) -> bool:
    return not baseline.strip() and values.read(target).kind == "none"


def held_in(story: Years, fiscal_year: int) -> dict[str, str]:
    """{item key: why the sheet cannot be submitted yet} of the goals with a verdict on an unconfirmed definition. No
    query where there is none, else one."""
    rows = [(row, years) for years in story.values() for row in years if row.fiscal_year == fiscal_year and asks(row)]
    held = [row for row, years in rows if row.actual.strip() and judging.rests_on_definition(row, years)]
    who = who_confirms(held[0].indicator.measure.plan_id) if held else ""
    sentence = _(
        "成果目標%(mark)sの定義(大きいほどよいか小さいほどよいか、単年度の値か累計か)が確認されていないため、まだ提出できません。"
        "%(who)sが「指標の定義の確認」の画面で確認します。実績はこのまま入力し、確認されてから提出してください。"
    )
    numbers = [row.indicator.number for row in held]
    return {items.actual_key(one): sentence % {"mark": items.circled(one), "who": who} for one in numbers}


def who_confirms(plan: int) -> str:
    """The plan's reviewers, by name where they are few. One query."""
    people = list(holders.holding(Role.REVIEWER, plan=plan))
    names = _("、").join(_("%(who)sさん") % {"who": person} for person in people)
    return _("確認者(%(who)s)") % {"who": names} if 0 < len(people) <= FEW else _("確認者")


def require_confirmed(cycle: Cycle) -> None:
    """Raise Invalid, naming goals and people, where a verdict of the year rests on an unconfirmed definition."""
    if held := open_in(cycle).held:
        raise Invalid(
            _(
                "定義が確認されていない成果目標があるため、公表できません: %(goals)s。%(who)sに、確認を依頼してください。"
            )
            % {"goals": _("、").join(map(_named, held)), "who": who_confirms(cycle.plan_id)}
        )


def call_for(user: User, review: MeasureReview, story: Years) -> None:
    """Tell the reviewers, once a pass, that the department cannot submit before they confirm a definition."""
    key = f"{review.pk}:{review.round}"
    event = Event.DEFINITION_AWAITED
    if OutboxEvent.objects.filter(key=f"{event.value}:{key}").exists():
        return
    if held := held_in(story, review.cycle.fiscal_year):
        goals = _("、").join(items.circled(int(item.split(":")[1])) for item in held)
        outbox.announce(event, key=key, actor=user, review=review, payload={"goals": goals})


# --- what is confirmed ---------------------------------------------------------------------------------------------


def confirm(*, user: User, cycle: Cycle, chosen: Mapping[int, Definition]) -> int:
    """Confirm the definitions of goals of the cycle's year, all or none, and judge anew what no department has sent yet.

    What was submitted keeps its verdict: a definition under which it would be another one is refused until the sheet is
    back with its department. A published year stays as it is, whatever is set. Raises NotAllowed or Invalid.
    """
    _require_words(chosen.values())
    with transaction.atomic():
        holders.standing(user, fresh=True)
        require(permissions.is_reviewer(user, cycle.plan_id), _("定義の確認は%(office)sの確認者が行います。"), cycle)
        of_year = IndicatorYear.objects.filter(fiscal_year=cycle.fiscal_year, indicator__measure__plan=cycle.plan_id)
        goals = list(
            Indicator.objects.filter(pk__in=of_year.filter(indicator__in=list(chosen)).values("indicator"))
            .select_for_update(no_key=True)
            .order_by("pk")
        )
        years = years_of(indicator__in=goals)
        _require_kept(goals, years, chosen)
        for goal in goals:
            _set(
                user, goal, chosen[goal.pk], next(row for row in years[goal.pk] if row.fiscal_year == cycle.fiscal_year)
            )
        Indicator.objects.bulk_update(goals, _STORED, batch_size=200)
        _judge_what_is_open(cycle, goals, years)
        held = {row.indicator.measure_id for row in open_in(cycle).held}
        calls = Notification.objects.filter(event=Event.DEFINITION_AWAITED, cycle=cycle, settled_at=None)
        calls.exclude(review__measure_year__measure__in=held).update(settled_at=clock.now())
        return len(goals)


_STORED = ["direction", "unit", "kind", "baseline", "defined_at", "defined_by", "defined_for", "defined_reason"]


def _require_words(chosen: Iterable[Definition]) -> None:
    longest = Indicator._meta.get_field("unit").max_length or 0
    ways, kinds = ("", *Indicator.Direction.values), Indicator.Kind.values
    for one in chosen:
        if one.direction not in ways or one.kind not in kinds or len(one.unit) > longest or not one.unit.isprintable():
            sentence = _("向きと値の種類を選び、単位は%(most)s文字までの1行で入力してください。")
            raise Invalid(sentence % {"most": longest})
        if one.baseline and (len(one.baseline) > LONGEST_BASELINE or problem(one.baseline)):
            raise Invalid(_("基準値を%(most)s文字以内で入力してください。") % {"most": LONGEST_BASELINE})


def _require_kept(goals: Iterable[Indicator], years: Years, chosen: Mapping[int, Definition]) -> None:
    """Raise Invalid where a sheet that was sent rests on another definition. One query; the sheets stay locked, so that
    none is submitted between the question and the change."""
    sheets = MeasureReview.objects.filter(measure_year__measure__in={goal.measure_id for goal in goals})
    locked = sheets.select_for_update(no_key=True, of=("self",)).select_related("measure_year", "cycle").order_by("pk")
    sent = {
        (sheet.measure_year.measure_id, sheet.measure_year.fiscal_year)
        for sheet in locked
        if sheet.state not in OPEN_STATES and sheet.cycle.state not in DECIDED
    }
    for goal in goals:
        for row in years[goal.pk]:
            if (goal.measure_id, row.fiscal_year) in sent and not _stays(row, years[goal.pk], chosen[goal.pk]):
                raise Invalid(
                    _(
                        "%(goal)s: %(year)sのシートは提出されていて、その判定が変わるため、この定義にできません。"
                        "差し戻してから変えてください。"
                    )
                    % {"goal": _named(row), "year": year_label(row.fiscal_year)}
                )


def _named(row: IndicatorYear) -> str:
    return f"{row.indicator.measure.code} {items.circled(row.indicator.number)}"


def _stays(row: IndicatorYear, years: Sequence[IndicatorYear], chosen: Definition) -> bool:
    """Whether the verdict that was sent is the one that this definition gives: by the rules of today, both times."""
    if chosen.baseline is not None and chosen.baseline.strip() != row.indicator.baseline:
        return not judging.later_target(row, years)
    assumed = row.reading.get("direction") or ""
    if chosen.direction == "" and judging.rests_on_definition(row, years, [chosen.kind]):
        return row.status not in ("achieved", "missed")
    was = judging.verdict_of(row, years, direction=assumed, kind=row.indicator.kind)
    now = judging.verdict_of(row, years, direction=chosen.direction, kind=chosen.kind)
    return (was.status, was.exact_rate) == (now.status, now.exact_rate)


def _set(user: User, goal: Indicator, chosen: Definition, row: IndicatorYear) -> None:
    baseline = goal.baseline if chosen.baseline is None else chosen.baseline.strip()
    more = ("baseline",) if baseline != goal.baseline else ()
    before = {name: getattr(goal, name) for name in ("direction", "unit", "kind", *more)}
    goal.baseline = baseline
    goal.direction, goal.unit, goal.kind = chosen.direction, chosen.unit.strip(), chosen.kind
    goal.defined_at, goal.defined_by, goal.defined_reason = clock.now(), user, ""
    goal.defined_for = {"name": row.name, "units": definitions.dimensions(row.target)}
    after = {name: getattr(goal, name) for name in before}
    audit.write(
        actor=user,
        action="definition.confirm",
        subject=f"indicator:{goal.pk}",
        before=before,
        after={**after, "name": row.name},
    )


def _judge_what_is_open(cycle: Cycle, goals: Iterable[Indicator], years: Years) -> None:
    """The rows of every year that is a draft, of those sheets that are with their department, and of the years before
    the first. Three queries a year."""
    for goal in goals:
        for row in years[goal.pk]:
            row.indicator = goal
    for running in Cycle.objects.filter(plan=cycle.plan_id).exclude(state__in=DECIDED):
        rows = [row for goal in goals for row in years[goal.pk] if row.fiscal_year == running.fiscal_year]
        judging.judge_rows(rows, scale=judging.scale_of(running))
    judging.judge_earlier(cycle, goals)
