"""What the plan says of one 施策 in one 年度, as one flat state: what its form shows, compares, checks and stores.

Keys are `name`, `owner`, `related` (ids), `related_all`, `related_text`; `text:current_state`; `goal:2:name`, `…:unit`,
`…:direction`, `…:baseline`, `…:end`, and `goal:2:2025` for its 目標 of that year; `row:1:name` for a 取組内容, `row:1:end`, and
`row:1:2025` for what is on its bar then (`bars.cell_text`). What is new has no number yet: `goal:+1:name`.
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from review import clock
from review.assessment.services import judging
from review.domain import bars, items, sheet_form
from review.domain.fields import Field, Section, Writer
from review.models import (
    Cycle,
    CycleState,
    Department,
    Indicator,
    IndicatorYear,
    Measure,
    MeasureReview,
    MeasureYear,
    ScheduleItem,
)
from review.models.sheet import OPEN_STATES
from review.reader_words import problem, year_label

State = dict[str, Any]

#: Years that nothing may touch.
CLOSED = (CycleState.SCHEDULED, CycleState.PUBLISHED)
#: What a person confirmed of a goal: another word asks them again.
DEFINED = ("unit", "direction", "baseline")
#: What a goal has beside its 評価項目 and 目標, the same in every year.
OF_GOAL = ("sort", *DEFINED)
CHOICES = {"direction": Indicator.Direction.choices, "sort": Indicator.Sort.choices}
LONGEST = {"name": 200, "related_text": 500, "goal:name": 300, "goal:unit": 40, "goal:baseline": 300, "row:name": 300}


# --- what it is now ------------------------------------------------------------------------------------------------


def texts_of(cycle: Cycle) -> list[Field]:
    """The texts that the plan gives a sheet; of an open year only those that its department does not write itself."""
    content = sheet_form.of(cycle.form, Section.CONTENT)
    return [one for one in content if cycle.state == CycleState.DRAFT or one.writer == Writer.PLAN]


def target_years(cycle: Cycle) -> list[int]:
    """The years whose 目標 may change: from this one on, and while no year of the plan was opened all of them."""
    states = dict(Cycle.objects.filter(plan=cycle.plan_id).values_list("fiscal_year", "state"))
    opened = any(state != CycleState.DRAFT for state in states.values())
    years = [year for year in cycle.plan.years if year >= cycle.fiscal_year or not opened]
    return [year for year in years if states.get(year) not in CLOSED]


def state_of(cycle: Cycle, year: MeasureYear | None) -> State:
    """The state of the 施策's year; of a new one without `year`. Five queries."""
    row = year or MeasureYear()
    state: State = {
        "name": row.name,
        "owner": str(row.owner_id or ""),
        "related": [str(office.pk) for office in year.related_as_named()] if year else [],
        "related_all": row.related_all,
        "related_text": row.related_text,
        **{f"text:{one.key}": row.text(one.key) for one in texts_of(cycle)},
    }
    for goal in living_goals(year.measure, cycle.fiscal_year) if year else ():
        state |= _goal(goal, cycle)
    for item in year.schedule.order_by("position") if year else ():
        on_bar = {one: bars.cell_text(item.bars[str(one)]) if str(one) in item.bars else "" for one in cycle.plan.years}
        parts: dict[Any, Any] = {"name": item.name, **on_bar, "end": False}
        state |= {f"row:{item.position}:{part}": value for part, value in parts.items()}
    return state


def living_goals(measure: Measure, fiscal_year: int) -> list[Indicator]:
    """The 成果目標 that have not ended before the year, with their years. Two queries."""
    rows = measure.indicators.filter(Q(last_year=None) | Q(last_year__gte=fiscal_year))
    return list(rows.order_by("number").prefetch_related("years"))


def _goal(goal: Indicator, cycle: Cycle) -> State:
    rows = {row.fiscal_year: row for row in sorted(goal.years.all(), key=lambda row: row.fiscal_year)}
    near = [row for year, row in rows.items() if year <= cycle.fiscal_year] or [*rows.values()][:1]
    values: State = {"name": near[-1].name if near else ""}
    values |= {part: getattr(goal, part) for part in OF_GOAL} | {"end": False}
    values |= {str(year): rows[year].target if year in rows else "" for year in target_years(cycle)}
    return {f"goal:{goal.number}:{part}": value for part, value in values.items()}


def blanks(cycle: Cycle, count: int) -> State:
    """The state of so many goals and rows that are not there yet."""
    goal = [*("name", *OF_GOAL), *map(str, target_years(cycle))]
    row = ["name", *map(str, cycle.plan.years)]
    numbers = range(1, count + 1)
    return {f"goal:+{n}:{part}": "" for n in numbers for part in goal} | {
        f"row:+{n}:{part}": "" for n in numbers for part in row
    }


# --- in words ------------------------------------------------------------------------------------------------------


def label_of(key: str, cycle: Cycle) -> str:
    """A key in words: 成果目標② 目標(令和6年度)."""
    kind, _colon, rest = key.partition(":")
    if kind == "text":
        return next((_(one.label) for one in sheet_form.of(cycle.form) if one.key == rest), rest)
    if rest:
        return " ".join(labels_of(key))
    return str(getattr(MeasureYear._meta.get_field(kind), "verbose_name", kind))


def labels_of(key: str) -> tuple[str, str]:
    """The two halves of it, of a goal or a row: (成果目標②, 目標(令和6年度))."""
    kind, number, part = key.split(":")
    mark = _("(追加%(n)s)") % {"n": number[1:]} if number.startswith("+") else items.circled(int(number))
    goal, year = kind == "goal", year_label(int(part)) if part.isdecimal() else ""
    whole = _("成果目標%(mark)s") if goal else _("取組%(mark)s")
    if part in OF_GOAL:
        word = str(Indicator._meta.get_field(part).verbose_name)  # type: ignore[union-attr]
    elif year:
        word = _("目標(%(year)s)") % {"year": year} if goal else year
    elif part == "end":
        word = _("この年度から終了する") if goal else _("この行を消す")
    else:
        word = _("評価項目") if goal else _("取組内容")
    return whole % {"mark": mark}, word


def words_of(key: str, value: Any, offices: Mapping[str, str]) -> str:
    """A value in words; `offices` are the names of departments by id."""
    if isinstance(value, bool):
        return _("はい") if value else _("いいえ")
    if key in ("owner", "related"):
        return _("、").join(offices.get(pk, "") for pk in ([value] if key == "owner" else value))
    if choices := CHOICES.get(key.rpartition(":")[2]):
        return str(dict(choices).get(value, ""))
    return str(value or "")


def lines(cycle: Cycle, code: str, now: State, changes: State) -> list[dict[str, str]]:
    """[{"code", "item", "before", "after"}] of what differs."""
    offices = {str(pk): name for pk, name in Department.objects.values_list("pk", "name")}
    return [
        {
            "code": code,
            "item": label_of(key, cycle),
            "before": words_of(key, now.get(key, ""), offices),
            "after": words_of(key, value, offices),
        }
        for key, value in changes.items()
    ]


# --- whether it can be -------------------------------------------------------------------------------------------------


def problems_of(cycle: Cycle, measure: Measure | None, now: State, changes: State) -> dict[str, str]:
    """{key: sentence} of what stands against the changes."""
    problems = {key: sentence for key, value in changes.items() if (sentence := _problem(cycle, key, value, now))}
    for key in changes:
        if ":+" not in key and key.startswith(("goal:", "row:")) and f"{key.rpartition(':')[0]}:name" not in now:
            problems[key] = _("%(item)sは、この施策にはもうありません。") % {"item": labels_of(key)[0]}
    named = [key for key in changes if key == "name" or (key.endswith(":name") and ":+" not in key)]
    named += [f"{key.rpartition(':')[0]}:name" for key, value in changes.items() if ":+" in key and value]
    for key in named:
        if not changes.get(key, "").strip() and not changes.get(f"{key.removesuffix('name')}end"):
            problems.setdefault(key, _("%(item)sを入力してください。") % {"item": label_of(key, cycle)})
    if measure and (defined := [key for key in changes if key.rpartition(":")[2] in DEFINED and ":+" not in key]):
        sheets = MeasureReview.objects.filter(measure_year__measure=measure).exclude(state__in=OPEN_STATES)
        if sheets.exclude(cycle__state__in=CLOSED).exclude(cycle=cycle.pk).exists():
            sentence = _("提出されたシートがこの定義で判定されているため、その年度が公表されるまで変えられません。")
            problems |= dict.fromkeys(defined, sentence)
    return problems


def _problem(cycle: Cycle, key: str, value: Any, now: State) -> str:
    kind, part = key.partition(":")[0], key.rpartition(":")[2]
    if kind == "owner" and value not in _open_offices():
        return _("主管部署を選んでください。")
    if kind == "related" and not set(value) - set(now.get(key, ())) <= _open_offices():
        return _("関連部署に、今はない部署があります。一覧から選び直してください。")
    if part in CHOICES and value not in ("", *dict(CHOICES[part])):
        return _("一覧から選んでください。")
    years = target_years(cycle) if kind == "goal" else cycle.plan.years if kind == "row" else ()
    if kind in ("goal", "row") and part.isdecimal() and int(part) not in years:
        words = {"item": label_of(key, cycle), "years": _("、").join(map(year_label, years))}
        return _("%(item)sは入力できません。この変更で入力できるのは、計画期間のうち%(years)sです。") % words
    if not isinstance(value, str):
        return ""
    most = LONGEST.get(f"{kind}:{part}" if part != kind else kind)
    if most and len(value) > most:
        sentence = _("%(item)sは%(most)s文字まで入力できます(今は%(now)s文字です)。短くしてください。")
        return sentence % {"item": label_of(key, cycle), "most": most, "now": f"{len(value):,}"}
    return problem(value)


def _open_offices() -> set[str]:
    rows = Department.objects.filter(Q(ends_on=None) | Q(ends_on__gte=clock.today()))
    return {str(pk) for pk in rows.values_list("pk", flat=True)}


# --- storing -------------------------------------------------------------------------------------------------------------


def store(cycle: Cycle, measure: Measure, changes: State) -> list[str]:
    """Store what differs, from the year on; the keys of the sheet's items that are new. The caller holds the locks and
    checked. A year that is not drafted yet has no head and no 取組内容 to change."""
    closed = list(Cycle.objects.filter(plan=cycle.plan_id, state__in=CLOSED).values_list("fiscal_year", flat=True))
    rows = MeasureYear.objects.filter(measure=measure, fiscal_year__gte=cycle.fiscal_year)
    rows, made = rows.exclude(fiscal_year__in=closed), []
    for row in rows:
        _store_head(row, changes)
    for number, parts in _grouped(changes, "goal").items():
        goal = _goal_row(measure, cycle.fiscal_year, number, parts)
        _store_targets(goal, cycle.fiscal_year, parts, closed)
        made += [items.actual_key(goal.number)] if number.startswith("+") else []
    for year in rows.filter(fiscal_year=cycle.fiscal_year):
        for place, parts in _grouped(changes, "row").items():
            position = _store_row(year, place, parts)
            made += [items.schedule_key(position), items.bars_key(position)] if place.startswith("+") else []
    if cycle.pk:
        judge(cycle, measure)
    return made


def _grouped(changes: State, kind: str) -> dict[str, State]:
    """{number: {part: value}} of the goals or of the rows."""
    grouped: dict[str, State] = {}
    for key, value in changes.items():
        head, *rest = key.split(":")
        if head == kind:
            grouped.setdefault(rest[0], {})[rest[1]] = value
    return grouped


def _store_head(row: MeasureYear, changes: State) -> None:
    for name in ("name", "related_all", "related_text"):
        setattr(row, name, changes.get(name, getattr(row, name)))
    row.owner_id = int(changes.get("owner", row.owner_id))
    row.texts |= {key.removeprefix("text:"): text for key, text in changes.items() if key.startswith("text:")}
    row.save()
    if "related" in changes:
        row.name_related(map(int, changes["related"]))


def next_number(measure: Measure) -> int:
    """The next free number of a 成果目標."""
    return max(measure.indicators.values_list("number", flat=True), default=0) + 1


def _goal_row(measure: Measure, first: int, number: str, parts: State) -> Indicator:
    if number.startswith("+"):
        defined = {part: parts[part] for part in OF_GOAL if part in parts}
        return Indicator.objects.create(measure=measure, number=next_number(measure), **defined)
    goal = Indicator.objects.get(measure=measure, number=int(number))
    if defined := {part: parts[part] for part in DEFINED if part in parts}:
        for part, value in (defined | {"defined_at": None, "defined_by": None}).items():
            setattr(goal, part, value)
        goal.save()
    goal.sort = parts.get("sort", goal.sort)
    goal.last_year = first - 1 if parts.get("end") else goal.last_year
    goal.save(update_fields=["sort", "last_year"])
    return goal


def _store_targets(goal: Indicator, first: int, parts: State, closed: list[int]) -> None:
    rows = goal.years.exclude(fiscal_year__in=closed)
    ahead = rows.filter(fiscal_year__gte=first)
    if parts.get("end"):
        ahead.delete()
        return
    near = goal.years.filter(fiscal_year__lte=first).order_by("-fiscal_year").first() or goal.years.first()
    name = parts.get("name", near.name if near else "")
    if "name" in parts:
        ahead.update(name=name)
    for part in {*([] if near else [str(first)]), *(part for part in parts if part.isdecimal() and parts[part])}:
        IndicatorYear.objects.get_or_create(indicator=goal, fiscal_year=int(part), defaults={"name": name})
    for part in (part for part in parts if part.isdecimal()):
        rows.filter(fiscal_year=int(part)).update(target=parts[part])


def _store_row(year: MeasureYear, place: str, parts: State) -> int:
    last = max(year.schedule.values_list("position", flat=True), default=0)
    known = None if place.startswith("+") else year.schedule.filter(position=int(place)).first()
    item = known or ScheduleItem(measure_year=year, position=last + 1)
    item.name = parts.get("name", item.name)
    for part in (part for part in parts if part.isdecimal()):
        words = bars.read_cell(parts[part])
        item.bars = {key: text for key, text in item.bars.items() if key != part} | (
            {} if words is None else {part: words}
        )
    if known and parts.get("end"):
        known.delete()
    elif known or parts.get("name"):
        item.save()
    return item.position


def judge(cycle: Cycle, measure: Measure) -> None:
    """Judge the 施策's goals anew in every year that is not closed; what was submitted stays as it is."""
    for running in Cycle.objects.filter(plan=cycle.plan_id).exclude(state__in=CLOSED):
        rows = IndicatorYear.objects.filter(indicator__measure=measure, fiscal_year=running.fiscal_year)
        judging.judge_rows(rows.select_related("indicator"), scale=judging.scale_of(running))
    judging.judge_earlier(cycle, measure.indicators.all())
