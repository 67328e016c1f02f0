"""Judging numbers: every reading of the target with every reading of the 実績, part by part; and what an actual itself,
or beside last year's, gives reason to ask about: jump, repeated, over_100_percent."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from review.domain.notation import compact
from review.domain.values import direction as ways
from review.domain.values.compare import CONTRADICTION, NO_DIRECTION, Component, Outcome, compare, undecided, worst
from review.domain.values.grammar import OF_A_TARGET
from review.domain.values.reading import Direction, Parts, Quantity, Reading, phrases, rounded, way_of
from review.domain.values.units import Exact

_CUMULATIVE = re.compile(r"累計|累積|通算|計画期間")
_EXTREME = re.compile("最大|最長")
_OTHER_VALUE = re.compile(r"\([^()]*\d[^()]*\)")


class Case(NamedTuple):
    """One question: the readings and what is known about the indicator."""

    name: str
    target: Reading
    actual: Reading
    previous: Reading | None
    targets: tuple[str, ...]
    direction: Direction | None
    kind: str = ""  #: as confirmed; "total": the larger value in brackets is the value, "": the words say so


def numeric(case: Case) -> Outcome:
    """The verdict to which every reading leads; `undetermined`, naming two of them, where they differ."""
    goals, actuals = _values_of(case, case.target), _values_of(case, case.actual)
    entries = [(goal, given, _of_parts(case, goal, given)) for goal in goals for given in actuals]
    (goal, given, verdict), *others = entries
    others = [one for one in others if one[2].flag != "parts_mismatch"]  # 1・5ha beside 1.4ha is no list
    for other_goal, other_given, other in others:
        if other.status != verdict.status:
            side, one, two = ("targets", goal, other_goal) if goal != other_goal else ("actuals", given, other_given)
            doubt = undecided(f"two_{side}", one_value=phrases(one), other_value=phrases(two))
            return doubt._replace(direction=verdict.direction)
    return verdict if all(entry[2].rate == verdict.rate for entry in others) else verdict._replace(rate=None)


def _values_of(case: Case, side: Reading) -> tuple[Parts, ...]:
    """The readings of target or 実績, and what counts in brackets: the larger of a running total, 3 (8), or 72人(延べ184人)."""
    only, every = side.quantity, side.readings
    extreme = side is case.actual and _EXTREME.match(side.plain)
    if only is None or not (extreme or side.bracket):
        return every
    words = compact(case.name) + _OTHER_VALUE.sub("", case.target.plain)
    if extreme:  # 最大45分 is the longest that there was: of a 最大待ち時間, or beside a limit that each must keep
        decides = "平均" not in words and (_EXTREME.search(words) or ways.of_parts(case.target.parts) == "down")
        return tuple(tuple(part._replace(low=part.high) for part in parts) for parts in every) if decides else every
    other = side.bracket[0]
    sure = bool(_CUMULATIVE.search(side.note)) or (case.kind and other.label in ("", "計", "合計"))
    other = other._replace(label=only.label, unit=only.unit if other.unit.bare else other.unit)
    larger = (other.value or 0) > (only.value or 0)
    total = larger and (case.kind == "total" if case.kind else bool(_CUMULATIVE.search(words)))
    spans = [] if side is case.target else [_SPANS["延べ数"], _SPANS["実数"]]
    counts = total or any(span.search(words) and span.search(side.note) for span in spans)
    if not counts or other.unit.dimension != only.unit.dimension:
        return every
    return ((other,),) if total and sure and case.actual.bracket else (*every, (other,))


def _of_parts(case: Case, targets: Parts, actuals: Parts) -> Outcome:
    fall = ways.named_change(case.name) == "decrease"
    ends = [None if part.comparator else part.value for part in targets + actuals] if fall else [None]
    negative = set() if None in ends else {end < 0 for end in ends if end}
    if negative == {True}:
        # A 削減率 of ▲46% beside ▲28.5%: the larger fall is the better one; negative values have no rate.
        fallen = [tuple(part.times(-1) for part in side) for side in (targets, actuals)]
        way = case.direction or "down"
        return compared(case, fallen[0], fallen[1], "up")._replace(rate=None, direction=way, components=())
    direction, doubt = _direction(case, targets)
    if doubt := doubt or _other_span(case, targets, actuals):
        return doubt._replace(direction=direction)
    verdict = compared(case, targets, actuals, direction)
    if negative == {True, False} and verdict.status != "undetermined":  # a 削減率 of -5% and of 5% may be the same
        return undecided("change_or_level")._replace(direction=direction)
    if targets[0].breakdown and actuals[0].breakdown:  # a total, so that there is no other value
        by_parts = compared(case, targets[0].breakdown, actuals[0].breakdown, direction)
        if by_parts.status != verdict.status:
            by_parts = undecided("total_and_parts", "parts_mismatch")._replace(direction=direction)
        return by_parts
    return verdict


def _direction(case: Case, targets: Parts) -> tuple[Direction | None, Outcome | None]:
    """Rule 2: the indicator's own setting, a comparator, the plan's targets, the name."""
    if targets[0].change == "decrease" and all(part.change == "decrease" for part in targets):
        return "up", None  # an amount of 削減: the more the better, whichever way the level goes
    demanded = ways.of_parts(targets)
    mixed = demanded is None and any(part.comparator for part in targets)
    if case.direction is not None:
        return case.direction, CONTRADICTION if mixed or demanded not in (None, case.direction) else None
    if mixed:
        return None, None  # each part obeys its own comparator
    named = ways.name_direction(case.name)
    if demanded is not None:
        at_the_most = case.target.plain.startswith(("最大", "上限"))  # 最大500人 of 参加者数 is what there is room for
        return (None, NO_DIRECTION) if at_the_most and named != "down" else (demanded, None)
    if any(part.value == 0 for part in targets) and not targets[0].is_range:
        return ("down" if named == "down" else None), None
    direction = ways.from_plan(case.name, case.targets)[0]
    if direction is None and all(part.label for part in targets) and ways.trend(case.targets)[0] is None:
        spoken = {ways.name_direction(part.label) for part in targets}  # 登録 60人 開催 90回
        direction = spoken.pop() if len(spoken) == 1 else None
    return direction, None


_YEARS = re.compile(r"(?<!\d)(?:[2-9]|1\d)[かヶカ]?年(?:間|分|計(?!画))(?!平均)")  # 300人(3年間)
_SPANS = {
    "累計": _CUMULATIVE,
    "単年の値": re.compile("単年|単独年度"),
    "延べ数": re.compile("延べ|のべ|延人数"),
    "実数": re.compile(r"実人数|実人員|実(?=\d)|実数"),
}
_SPAN_WORD = re.compile("[累単実延]|通算|のべ|計画期間|年[間分計]")


def _other_span(case: Case, targets: Parts, actuals: Parts) -> Outcome | None:
    """A total since the beginning is not compared with one year's: 累計120基 and 35基(単年). And 累計60件 beside a bare 4件 is
    perhaps the year's own, beside a target of 10件 perhaps of many years."""
    target, actual = case.target.plain, case.actual.plain
    if not _SPAN_WORD.search(target + actual):
        return None
    many = [bool(_YEARS.search(side)) for side in (target, actual)]
    total = many[0] and (case.kind == "total" or _CUMULATIVE.search(actual))  # 32社(累計) of 5年間で30社
    if many[0] != many[1] and not total and not _YEARS.search(compact(case.name)):
        return undecided("years_of_target" if many[0] else "years_of_actual")
    goal, given = _OTHER_VALUE.sub("", target) or target, _OTHER_VALUE.sub("", actual)
    totals = [bool(_CUMULATIVE.search(side)) for side in (goal, given)]
    if totals[0] != totals[1] and len(targets) == len(actuals) == 1 and not _CUMULATIVE.search(compact(case.name)):
        aimed, reached = ((parts[0].value or 0) * parts[0].unit.factor for parts in (targets, actuals))
        if (0 < reached * 3 < aimed * 2) if totals[0] else (reached >= aimed * 2 > 0):
            return undecided("total_or_year")
    if not any(pattern.search(goal) for pattern in _SPANS.values()):
        goal = compact(case.name)
    for kinds in (("累計", "単年の値"), ("延べ数", "実数")):
        names = [[kind for kind in kinds if _SPANS[kind].search(side)] for side in (goal, given)]
        if len(names[0]) == len(names[1]) == 1 and names[0] != names[1]:
            return undecided("spans", one_term=names[0][0], other_term=names[1][0])
    return None


def compared(case: Case, targets: Parts, actuals: Parts, direction: Direction | None) -> Outcome:
    """Rule 7: parts by label or place; 各… against each part."""

    def one(target: Quantity, actual: Quantity) -> Outcome:
        own = way_of(target.comparator) if direction is None and target.comparator else direction
        return compare(target, actual, own, case.name)

    if len(targets) == 1 and len(actuals) > 1:
        if targets[0].each:
            targets = tuple(targets[0]._replace(each="", label=actual.label) for actual in actuals)
            actuals = tuple(actual._replace(each="") for actual in actuals)
        else:
            actuals = _of_the_same_kind(targets[0], actuals)
    components: tuple[Component, ...] = ()
    if len(targets) != len(actuals):
        verdict = undecided("numbers_of_parts", "parts_mismatch")
    elif len(targets) == 1:
        if actuals[0].label and not _same_thing(targets[0], actuals[0], case.name):
            verdict = undecided("labels", "parts_mismatch")
        else:
            verdict = one(targets[0], actuals[0])
    elif pairs := _pairs(targets, actuals):
        outcomes = [one(*both) for both in pairs]
        for (target, actual), outcome in zip(pairs, outcomes, strict=True):
            goal, given = (part._replace(label="").phrase for part in (target, actual))
            label, rate = target.label or actual.label, rounded(outcome.rate)
            components += (Component(label, goal, given, outcome.status, rate),)
        verdict = worst(outcomes)
    else:
        verdict = _settled_in_every_order(targets, actuals, one)
    known = verdict.direction == direction and not components
    return verdict if known else verdict._replace(direction=direction, components=components)


def _of_the_same_kind(target: Quantity, actuals: Parts) -> Parts:
    """11回、延べ230人 beside 10回: the one value that is counted in the target's unit; all of them where it is not one."""
    if target.unit.bare or target.label or any(actual.unit.bare for actual in actuals):
        return actuals
    alike = tuple(actual for actual in actuals if actual.unit.fits(target.unit))
    return alike if len(alike) == 1 and not alike[0].label else actuals


def _pairs(targets: Parts, actuals: Parts) -> list[tuple[Quantity, Quantity]] | None:
    """Pairs of equally many parts; None where the pairing is not certain."""
    goals, given = ([compact(part.label) for part in parts] for parts in (targets, actuals))
    if not any(goals) or not any(given):
        return list(zip(targets, actuals, strict=True))
    order: list[int] = []
    for label in goals:  # the one that is equal, or that begins with this one or the other way round (小, 小学校)
        same = [place for place, other in enumerate(given) if other == label]
        near = (label and other and (other.startswith(label) or label.startswith(other)) for other in given)
        alike = same or [place for place, fits in enumerate(near) if fits]
        if len(alike) != 1 or alike[0] in order:
            return None
        order += alike
    return [(target, actuals[place]) for target, place in zip(targets, order, strict=True)]


def _settled_in_every_order(targets: Parts, actuals: Parts, one: Callable[[Quantity, Quantity], Outcome]) -> Outcome:
    """The verdict of parts whose labels do not match, where each pairing gives it: one misses all, or all meet all."""
    table = [[one(target, actual).status for actual in actuals] for target in targets]
    same = [line[0] for line in (*table, *zip(*table, strict=True)) if len(set(line)) == 1]
    if "missed" in same:
        return Outcome("missed")
    settled = same == ["achieved"] * 2 * len(targets)
    return Outcome("achieved") if settled else undecided("unpaired", "parts_mismatch")


_SAY_NOTHING = re.compile("平均|一人|[一1]人[当あ]たり|実績値?|結果|合?計|全体")
_COUNTED = re.compile(r"件数|人数|回数|者数|[数率件人回者の済的実延べ]")


def _same_thing(target: Quantity, actual: Quantity, name: str) -> bool:
    """False where the labels of two single values name different things: 男性 and 女性, 令和5年度 and 令和6年度. What shares two
    letters in a row (協定締結数, 締結件数) or stands in the name is taken for one thing."""
    goal, given, plain = compact(target.label), compact(actual.label), compact(name)
    if given in OF_A_TARGET:
        return False
    if given and not goal:
        return given[0] not in "未不" or given in plain
    same = goal in given or given in goal or goal in OF_A_TARGET or (goal in plain and given in plain)
    if same or any(map(_SAY_NOTHING.fullmatch, (goal, given))):
        return True
    shared = [goal[place : place + 2] for place in range(len(goal) - 1) if goal[place : place + 2] in given]
    # 重大事故 and 軽微な事故: beside the common word each says something of its own
    return any(not all(_COUNTED.sub("", label.replace(word, "")) for label in (goal, given)) for word in shared)


# These may exceed 100 % without an error: growth, plans carried out, ratios to something else.
_MAY_EXCEED = re.compile(
    r"比\Z|比率|対比|年比|伸び|増加率|増減|倍率|達成率|達成度|進捗率|上昇率|充足率|稼働率|乗車率|経常収支|流動比率|収支比率|回転率|指数"
)


def doubts_of(name: str, actual: Reading, previous: Reading | None) -> Iterator[str]:
    """The codes of doubts about an actual, in a fixed order; none about words."""
    shares = [part for part in actual.parts if part.unit.dimension == "percent" and not part.change]
    most = max(((part.high or part.low or 0) * part.unit.factor for part in shares), default=0)
    if most > 100 and not _MAY_EXCEED.search(compact(name)):
        yield "over_100_percent"
    if previous and previous.state.state.is_result and (steps := list(steps_between(previous, actual))):
        # at least twice or at most half; zero and negative values have no such ratio
        if any(old > 0 and new >= 0 and (new >= 2 * old or 2 * new <= old) for old, new in steps):
            yield "jump"
        if all(before == after for before, after in steps):
            yield "repeated"


def steps_between(previous: Reading, actual: Reading) -> Iterator[tuple[Exact, Exact]]:
    """(last year's, this year's) value of each part, in one unit; nothing where the two cannot be compared. A value without a
    unit is taken in the other year's, and where it is far too small in its scale as well."""
    pairs = _pairs(previous.parts, actual.parts) if len(actual.parts) == len(previous.parts) else None
    for before, after in pairs or ():
        if not before.unit.fits(after.unit) or before.change != after.change:
            continue
        before, after = _assumed(before, after), _assumed(after, before)
        ends = ((before.low, after.low), (before.high, after.high))
        for first, second in ends[: 2 if before.is_range else 1]:
            if first is not None and second is not None:
                same = before.unit.factor == after.unit.factor
                yield (first, second) if same else (first * before.unit.factor, second * after.unit.factor)


def _assumed(part: Quantity, other: Quantity) -> Quantity:
    if not part.unit.bare or other.unit.bare:
        return part
    near = part.value and other.value and part.scale == 1 and part.size * 30 < other.size
    return part.times(other.scale if near else 1)._replace(unit=other.unit)
