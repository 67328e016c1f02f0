"""The seal of a decision: a digest of each part of a sheet, stored with the act and compared with the rows at the next.

Texts, names, targets, last years' values and next year's, verdicts, the scale, the plan's own name and years, a person's
own grades and 総合評価 are bound. Names of departments and people are not: they move on 4月1日, in the middle of a review.
The stored digests themselves are compared with the audit trail (`sealed_rows`).
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from django.utils.translation import gettext as _

from review import continuing
from review.domain import fields, sheet_form
from review.domain.fields import Writer
from review.domain.items import circled
from review.domain.refusals import Changed
from review.models import (
    AuditEntry,
    Cycle,
    Decision,
    Indicator,
    IndicatorYear,
    MeasureReview,
    MeasureYear,
    Plan,
    Rating,
    ReviewState,
    ScheduleItem,
    Step,
    Submission,
    TargetChange,
    User,
    Verdict,
)
from review.models.sheet import ACCEPTING, CAME_BY
from review.reader_words import year_label
from review.trail.services import sealed_rows

Parts = dict[str, str]

#: Beside its texts, each a part of its own.
SHEET = ("name", "related_all", "related_text", "demo")
GOAL = (
    "name", "target", "actual", "status", "rate", "rate_text", "grade", "flags", "reason", "reading", "given_grade",
    "given_reason", "demo", "answers",
)  # fmt: skip
#: Of the years before, what the verdict and the sheet show.
EARLIER = ("name", "target", "actual", "status", "rate_text", "grade", "given_grade", "answers")
SCHEDULE = ("name", "bars", "progress")
OUTCOME = ("outcome", "outcome_reason")
APPROVERS_RATING = f"rating:{Rating.Hand.APPROVER}"
PLAN = ("name", "city", "municipality_code", "first_year", "last_year")
#: What the sheet changes in the year to come, and since when.
NEXT = ("name_before", "target_before", "name", "target", "changed_at", "effective_at")
#: What may still change while the sheet is in that state; all else must stay the same.
OPEN_TO_CHANGE: dict[str, tuple[str, ...]] = {
    ReviewState.ENDORSING: ("given_grade", "given_reason", "board_opinion", "rating", "effective_at", *OUTCOME),
    ReviewState.SUBMITTED: ("given_grade", "given_reason", "board_opinion", "rating", "effective_at", *OUTCOME),
    ReviewState.REVIEWED: ("given_grade", "given_reason", "board_opinion", "effective_at", *OUTCOME),
    ReviewState.APPROVED: (),
}


def parts_of(reviews: Iterable[MeasureReview]) -> dict[int, Parts]:
    """{review id: {part: digest}} of the rows now. Six queries however many sheets of one year there are."""
    sheets = {review.pk: review for review in reviews}
    if not sheets:
        return {}
    cycle = Cycle.objects.select_related("plan").get(pk=next(iter(sheets.values())).cycle_id)
    years = MeasureYear.objects.filter(review__in=sheets).select_related("measure")
    of_measure = {year.measure_id: year for year in years}
    parts: dict[int, dict[str, Any]] = {pk: {"scale": cycle.scale} for pk in sheets}
    for values in parts.values():
        _add(values, "plan", cycle.plan, PLAN)
    own = [one.key for one in sheet_form.own(cycle.form)]
    owner = {year.pk: pk for pk, review in sheets.items() for year in [review.measure_year]}
    for year in years:
        _add(parts[owner[year.pk]], "sheet", year, SHEET)
        parts[owner[year.pk]] |= {f"sheet:{key}": year.text(key) for key in (*fields.text_keys(), *own)}
        parts[owner[year.pk]]["code"] = year.measure.code
    for goal, row in _goals(of_measure, cycle.fiscal_year):
        this = row.fiscal_year == cycle.fiscal_year
        place = f"goal:{goal.number}:{row.fiscal_year}"
        into = parts[owner[of_measure[goal.measure_id].pk]]
        _add(into, place, row, GOAL if this else EARLIER)
        facts = {name: getattr(row.indicator, name) for name in ("baseline", "sort") if this}
        into |= {f"{place}:{name}": value for name, value in facts.items() if value}
    for item in ScheduleItem.objects.filter(measure_year__in=owner):
        _add(parts[owner[item.measure_year_id]], f"schedule:{item.position}", item, SCHEDULE)
    for rating in Rating.objects.filter(review__in=sheets).order_by("given_at", "pk"):
        parts[rating.review_id] |= _of_rating(rating)
    for change in TargetChange.objects.filter(review__in=sheets).select_related("indicator"):
        _add(parts[change.review_id], f"next:{change.indicator.number}", change, NEXT)
    for pk, state in MeasureReview.objects.in_bulk(list(sheets)).items():
        _add(parts[pk], "review", state, OUTCOME)
    # In one order, whatever was added when: SQLite keeps it, and the digest of a row is taken of what is stored.
    return {pk: {key: _digest(value) for key, value in sorted(values.items())} for pk, values in parts.items()}


def _of_rating(rating: Rating) -> dict[str, Any]:
    return {f"rating:{rating.hand}": [rating.grade, rating.proposed_grade, rating.reason]}


def with_rating(parts: Parts, rating: Rating | None) -> Parts:
    """The digests of a sheet to which this 総合評価 was added, the latest of its hand, and nothing else. No query."""
    more = {key: _digest(value) for key, value in _of_rating(rating).items()} if rating else {}
    return dict(sorted({**parts, **more}.items()))


def _goals(measures: Mapping[int, MeasureYear], fiscal_year: int) -> Iterator[tuple[Indicator, IndicatorYear]]:
    """The sheets' goals with their rows up to their year, those of former plans among them."""
    stored = IndicatorYear.objects.filter(indicator__measure__in=measures, fiscal_year__lte=fiscal_year)
    goals: dict[int, Indicator] = {}
    for row in stored.select_related("indicator"):
        goals[row.indicator_id] = row.indicator
        yield row.indicator, row
    for pk, rows in continuing.earlier_rows(goals.values()).items():
        yield from ((goals[pk], row) for row in rows)


def _add(into: dict[str, Any], place: str, row: Any, names: Iterable[str]) -> None:
    into.update({f"{place}:{name}": getattr(row, name) for name in names})


def _digest(value: Any) -> str:
    serialized = json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(serialized.encode("utf-8", "replace")).hexdigest()[:16]


def seal(review: MeasureReview) -> Parts:
    """The digests of one sheet, to be stored with the act. Six queries."""
    return parts_of([review])[review.pk]


# --- compared with the rows ----------------------------------------------------------------------------------------


def require_unchanged(review: MeasureReview) -> Parts:
    """The digests of the sheet. Raise Changed, naming what differs and who changed it as far as the trail knows, where it is
    not what the last act on it was taken on, or where no act brought it there."""
    parts = parts_of([review])
    if differing := changed_among([review], parts).get(review.pk):
        raise Changed(_sentence(review, differing))
    return parts[review.pk]


def require_year_unchanged(cycle: Cycle) -> None:
    """The same of every sheet of a year; the sentence is that of the first that differs, and names the others."""
    sheets = MeasureReview.objects.filter(cycle=cycle).select_related("measure_year__measure")
    changes = changed_among(sheets)
    if not changes:
        return
    differing = [review for review in sheets if review.pk in changes]
    sentence = _sentence(differing[0], changes[differing[0].pk])
    others = _("、").join(review.measure_year.measure.code for review in differing[1:])
    raise Changed(sentence + (_("ほかにも違うシートがあります: %(codes)s。") % {"codes": others} if others else ""))


def changed_among(reviews: Iterable[MeasureReview], now: Mapping[int, Parts] | None = None) -> dict[int, list[str]]:
    """{review id: parts that differ}, for those that differ; ["decision"] where no decision brought the sheet to its
    state, ["record"] where the act that did is not what the trail tells of it. Nine queries however many sheets there
    are, three where `parts_of` them is at hand. What was sealed by no act (before 0.9.0) is not compared."""
    sheets = [review for review in reviews if review.state in OPEN_TO_CHANGE]
    acts = _acts(sheets)
    forged = sealed_rows.differing(act for act, _seal in acts.values())
    now = parts_of(sheets) if now is None else now
    changes: dict[int, list[str]] = {}
    for review in sheets:
        if review.pk not in acts:
            changes[review.pk] = ["decision"]
        elif review.pk in forged:
            changes[review.pk] = ["record"]
        elif before := acts[review.pk][1]:
            free = OPEN_TO_CHANGE[review.state]
            keys = sorted(
                key
                for key in before.keys() | now[review.pk].keys()
                if before.get(key, _absent(key)) != now[review.pk].get(key, _absent(key)) and not _is_free(key, free)
            )
            if keys and (keys := [key for key in keys if not _is_free(key, _still_written(review))]):
                changes[review.pk] = keys
    return changes


def _still_written(review: MeasureReview) -> tuple[str, ...]:
    """The items of the plan's own that are written at a step to come."""
    writers = {ReviewState.REVIEWED.value: (Writer.DECIDERS,), ReviewState.APPROVED.value: ()}
    later = writers.get(review.state, (Writer.OFFICE, Writer.DECIDERS))
    return tuple(one.key for one in sheet_form.own(review.cycle.form, *later)) if later else ()


def _absent(key: str) -> str | None:
    """The digest for a part that a seal lacks: a field added to the form since, and still empty, is no difference."""
    if key.startswith("goal:") and key.endswith(":answers"):
        return _digest({})
    return _digest("") if key.startswith("sheet:") else None


def _is_free(key: str, free: tuple[str, ...]) -> bool:
    return key.rpartition(":")[2] in free or key.partition(":")[0] in free


def _acts(sheets: Iterable[MeasureReview]) -> dict[int, tuple[Submission | Decision, Parts]]:
    """{review id: the act that led to the sheet's state, and the seal to compare with}. Two queries."""
    rows = {review.pk: review for review in sheets}
    acts: dict[int, tuple[Submission | Decision, Parts]] = {}
    for sent in Submission.objects.filter(review__in=rows, recalled_at=None).order_by("round"):
        if rows[sent.review_id].state not in CAME_BY:
            acts[sent.review_id] = sent, sent.seal
    decided: dict[int, list[Decision]] = {}
    for decision in Decision.objects.filter(review__in=rows, verdict__in=[*ACCEPTING, Verdict.WITHDRAW_APPROVAL]):
        decided.setdefault(decision.review_id, []).append(decision)
    for pk, decisions in decided.items():
        if standing := rows[pk].standing_decision(decisions):
            acts[pk] = standing, _seal_now(rows[pk], standing, decisions)
    return acts


def _seal_now(review: MeasureReview, standing: Decision, decisions: Iterable[Decision]) -> Parts:
    """The seal of the current decision. Where approvals were withdrawn since, the 総合評価 of the last of them is still
    among the sheet's rows, and is compared with that one."""
    if standing.round == review.round or not standing.seal:
        return cast(Parts, standing.seal)
    last = next(row for row in decisions if (row.round, row.step) == (review.round - 1, Step.APPROVE))
    return {**standing.seal, **{key: value for key, value in last.seal.items() if key == APPROVERS_RATING}}


# --- in words ------------------------------------------------------------------------------------------------------


def _sentence(review: MeasureReview, keys: list[str]) -> str:
    code = review.measure_year.measure.code
    if keys == ["decision"]:
        return _(
            "%(code)s は、記録のない状態になっています。この段階へ進めた人の決定がありません。管理者に知らせてください。"
        ) % {"code": code}
    if keys == ["record"]:
        return _(
            "%(code)s は、提出や決定の記録が監査記録にあるものと違うため、進められません。"
            "画面を通さずに変えられた可能性があります。管理者に知らせてください。"
        ) % {"code": code}
    words = {
        "code": code,
        "what": _("、").join(dict.fromkeys(part_label(key, review.cycle.form) for key in keys)),
        "who": _who(review),
    }
    return (
        _(
            "%(code)s は、前の段階で見た内容と違うため、進められません。違うところ: %(what)s。%(who)s"
            "差し戻して、主管部署にもう一度提出してもらってください。"
        )
        % words
    )


def _who(review: MeasureReview) -> str:
    """Who changed the sheet last, by the trail; that nobody did, where it knows none since the last act."""
    since = max((row.decided_at for row in review.decisions.all()), default=review.submitted_at)
    rows = (
        AuditEntry.objects.filter(subject=f"review:{review.pk}", at__gt=since) if since else AuditEntry.objects.none()
    )
    last = rows.exclude(actor_key=None).order_by("-pk").first()
    person = User.objects.filter(key=last.actor_key).first() if last and last.actor_key else None
    if person is None:
        return _("変えた人の記録はありません(画面を通さずに変えられた可能性があります)。")
    return _("最後に変えた人: %(who)s。") % {"who": person}


def part_label(key: str, form: sheet_form.Form) -> str:
    """A part in words: 成果目標② 実績(令和6年度), 要因."""
    kind, *rest = key.split(":")
    if kind == "sheet":
        if one := sheet_form.field(form, rest[0]):
            return _(one.label)
        return str(getattr(MeasureYear._meta.get_field(rest[0]), "verbose_name", rest[0]))
    if kind == "goal":
        number, year, name = rest
        words = {
            "target": _("目標"),
            "actual": _("実績"),
            "name": _("評価項目"),
            "answers": _("疑問点への回答"),
            "baseline": _("基準値"),
            "sort": _("指標の区分"),
        }
        word = words.get(name, _("判定"))
        mark = circled(int(number))
        label = year_label(int(year))
        return _("成果目標%(mark)s %(word)s(%(year)s)") % {"mark": mark, "word": word, "year": label}
    if kind == "plan":
        return str(getattr(Plan._meta.get_field(rest[0]), "verbose_name", rest[0]))
    return {
        "next": str(TargetChange._meta.verbose_name),
        "schedule": _("取組みスケジュール"),
        "rating": _("総合評価"),
        "scale": _("達成区分の基準"),
        "review": _("未提出・対象外の理由"),
    }.get(kind, _("施策ID"))
