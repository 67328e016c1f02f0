"""Many sheets at once leave row by row what the single step leaves on each: both are played on the same world, and every
table is compared but for numbers and moments."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import Q
from viewflow.workflow.models import Process, Task

from review import clock, queries
from review.assessment.services import approval
from review.assessment.services import in_sets as sets
from review.assessment.services.ratings import Overall
from review.domain import items
from review.domain.fields import CHANGE_REASON
from review.models import (
    Cycle,
    Decision,
    IndicatorYear,
    MeasureReview,
    MeasureYear,
    Meeting,
    OutboxEvent,
    Outcome,
    Proxy,
    Rating,
    ReviewState,
    Role,
)
from review.sheet.services import submission
from review.trail.services import audit_chain
from review.year.services import cycles
from review.year.services.carried_over import carry_over
from tests.at_once import at_once
from tests.cast import YEAR, Cast
from tests.remembered import remembered
from workflow import rows, steps
from workflow.demo.each import each
from workflow.flows import AnnualCycleFlow, MeasureReviewFlow
from workflow.models import SheetProcess

Chosen = list[tuple[int, int]]
#: What tells one occasion from another: numbers of rows, and what is computed over them and over moments.
LEFT_OUT = {"id", "pk", "signature", "hash", "prev_hash", "seq", "entry", "process_ptr", "external_task_id"}


# --- two ways on one world -----------------------------------------------------------------------------------------------


def one_by_one(take: Callable[..., Any], chosen: Chosen, **words: Any) -> tuple[set[int], dict[int, str]]:
    """Each with the single step, as `each` did before there were sets."""
    done, refused = each(lambda **args: take(**args), chosen=chosen, **words)
    return set(done), refused


def in_sets(take: Callable[..., Any], chosen: Chosen, **words: Any) -> tuple[set[int], dict[int, str]]:
    done, refused = each(take, chosen=chosen, **words)
    return set(done), refused


@contextmanager
def undone() -> Iterator[None]:
    """What is played within the block never was."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def both_ways(take: Callable[..., Any], chosen: Chosen, **words: Any) -> tuple[set[int], dict[int, str]]:
    """Play both, demand the same answer and the same rows, and give the answer."""
    played = []
    for way in (one_by_one, in_sets):
        with undone():
            answer = way(take, chosen, **words)
            connection.check_constraints()  # the trail's chain is written as at a commit
            assert audit_chain.verify().intact
            played.append((answer, tables()))
    (single, left), (together, same) = played
    assert together == single
    for name in left:
        assert same[name] == left[name], name
    return together


def tables() -> dict[str, Counter[str]]:
    """Every row of every table, without numbers and moments."""
    every = {model._meta.label: model._base_manager.all() for model in apps.get_models(include_auto_created=True)}
    return {label: Counter(map(plain, rows)) for label, rows in every.items() if not label.startswith("sessions.")}


def plain(row: models.Model) -> str:
    fields = (field for field in row._meta.concrete_fields if field.name not in LEFT_OUT)
    return " ".join(f"{field.name}={value_of(row, field)}" for field in fields)


def of_process(pk: int) -> str:
    sheet = SheetProcess.objects.filter(pk=pk).values_list("review__measure_year", flat=True).first()
    return str(sheet and of_year(sheet))


def of_year(pk: int) -> str:
    return str(MeasureYear.objects.values_list("measure", "fiscal_year").get(pk=pk))


#: Rows that are made while one plays are named by what they are, for their numbers go on from play to play.
BY_WHAT_IT_IS: dict[Any, Callable[[int], str]] = {
    Process: of_process,
    MeasureYear: of_year,
    MeasureReview: lambda pk: of_year(MeasureReview.objects.values_list("measure_year", flat=True).get(pk=pk)),
    Task: lambda pk: plain(Task.objects.get(pk=pk)),
}


def value_of(row: models.Model, field: Any) -> str:
    value = getattr(row, field.attname)
    if isinstance(value, datetime):
        return "a moment"
    if field.related_model in BY_WHAT_IT_IS and value is not None:
        return BY_WHAT_IT_IS[field.related_model](value)
    if field.name == "key" and isinstance(row, OutboxEvent):
        return re.sub(r":\d+$", "", value)
    if isinstance(value, dict):
        moments = {key: "a moment" for key in value if key.endswith("_at")}
        return str(value | moments | ({"sealed": value["sealed"].partition(":")[0]} if "sealed" in value else {}))
    return str(value)


def chosen_of(*sheets: MeasureReview) -> Chosen:
    return [(sheet.pk, sheet.round) for sheet in sheets]


# --- confirming ------------------------------------------------------------------------------------------------------------


@pytest.fixture
@remembered
def sent(cast: Cast) -> Cast:
    """Six submitted sheets, the last by a colleague, who may confirm, too."""
    cast.open(6)
    for number in range(1, 6):
        cast.submitted(number)
    review = cast.fill(cast.sheet(6), user=cast.colleague)
    steps.submit(user=cast.colleague, review_id=review.pk)
    cast._appoint("colleague", Role.REVIEWER)
    return cast


def test_confirming_in_a_set_is_confirming_each(sent: Cast) -> None:
    chosen = chosen_of(*MeasureReview.objects.all())
    done, refused = both_ways(steps.confirm, chosen, user=sent.reviewer2)
    assert done == {pk for pk, _round in chosen} and not refused
    queries = 0

    def counted(execute: Any, *args: Any) -> Any:
        nonlocal queries
        queries += 1
        return execute(*args)

    with undone(), connection.execute_wrapper(counted):
        each(steps.confirm, user=sent.reviewer2, chosen=chosen)
    assert queries < 60, "six sheets one by one take 200"


def test_single_sheets_are_refused_by_name(sent: Cast) -> None:
    """Another pass, not waiting, changed past the screen, and one's own: each says why not, the others are confirmed."""
    sheets = list(MeasureReview.objects.all())
    steps.confirm(user=sent.reviewer2, review_id=sheets[0].pk, round=1)
    IndicatorYear.objects.filter(indicator__measure=sheets[1].measure_year.measure_id, fiscal_year=2023).update(
        actual="1件"
    )
    chosen = [*chosen_of(*sheets[:2], *sheets[3:]), (sheets[2].pk, 7)]
    done, refused = both_ways(steps.confirm, chosen, user=sent.colleague)
    assert done == {sheets[3].pk, sheets[4].pk} and refused.keys() == {one.pk for one in (*sheets[:3], sheets[5])}
    assert "前の段階で見た内容と違う" in refused[sheets[1].pk] and "ご自分が提出した" in refused[sheets[5].pk]


def test_a_proxy_and_somebody_without_the_post(sent: Cast) -> None:
    Proxy.objects.create(
        principal=sent.reviewer2, deputy=sent.head, role=Role.REVIEWER, starts_on=clock.today(),
        ends_on=clock.today() + timedelta(days=3), reason="出張のため。", named_by=sent.reviewer2, named_at=clock.now(),
    )  # fmt: skip
    chosen = chosen_of(*MeasureReview.objects.all())
    done, _refused = both_ways(steps.confirm, chosen, user=sent.head)
    assert len(done) == 6
    with undone():
        each(steps.confirm, user=sent.head, chosen=chosen)
        assert Decision.objects.filter(on_behalf_of=sent.reviewer2).count() == 6
    done, refused = both_ways(steps.confirm, chosen, user=sent.other)
    assert not done and len(refused) == 6


# --- approving -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def confirmed(cast: Cast) -> Cast:
    return confirmed_of(cast)


@remembered
def confirmed_of(cast: Cast) -> Cast:
    """Six confirmed sheets: one asks for another target next year, one is proposed to be 対象外, one was rated otherwise."""
    cast.open(6)
    asking = cast.sheet(1)
    texts = {items.next_target_key(1): "150件", CHANGE_REASON: "見直します。"}
    submission.save_draft(user=cast.contributor, review_id=asking.pk, version=asking.version, texts=texts)
    for number in range(1, 7):
        cast.submitted(number)
    approval.propose_outcome(
        user=cast.reviewer, review_id=cast.sheet(2).pk, outcome=Outcome.EXCLUDED, reason="なくなりました。"
    )
    worse = Overall(grade="C", reason="見直しました。")
    steps.confirm(user=cast.reviewer2, review_id=cast.sheet(3).pk, round=1, overall=worse)
    chosen = chosen_of(*MeasureReview.objects.exclude(pk=cast.sheet(3).pk))
    done, _refused = each(steps.confirm, user=cast.reviewer2, chosen=chosen)
    assert len(done) == 5
    return cast


def test_approving_at_a_meeting_is_approving_each(confirmed: Cast) -> None:
    """A request for the next year takes effect, a proposal gives way, a 総合評価 by hand stands: as with the single step."""
    meeting = Meeting.objects.create(cycle=confirmed.cycle, held_on=clock.today(), recorded_by=confirmed.approver)
    chosen = chosen_of(*MeasureReview.objects.all())
    done, refused = both_ways(steps.approve, chosen, user=confirmed.approver, meeting=meeting)
    assert len(done) == 6 and not refused
    each(steps.approve, user=confirmed.approver, chosen=chosen, meeting=meeting)
    assert IndicatorYear.objects.filter(fiscal_year=YEAR + 1, target="150件").count() == 1
    assert not MeasureReview.objects.exclude(proposed_outcome="").exists()
    assert set(queries.ratings_of(confirmed.sheet(3))) == set(Rating.Hand.values)
    assert Decision.objects.filter(meeting=meeting).count() == 6


# --- a year begins and ends ------------------------------------------------------------------------------------------------


def same_rows(*ways: Callable[[], object]) -> None:
    """Every way leaves the same rows."""
    played = []
    for way in ways:
        with undone():
            way()
            played.append(tables())
    for name, left in played[0].items():
        assert all(each[name] == left for each in played), name


def launched_singly(cycle: Cycle) -> None:
    for year in cycles.sheets_to_launch(cycle):
        MeasureReviewFlow.start.run(review=cycles.make_review(cycle, year))


def launched_in_sets(cycle: Cycle) -> None:
    while AnnualCycleFlow._launch(cycle):
        pass


def test_a_year_is_launched_in_sets_as_sheet_by_sheet(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sheets of which one was made before and one runs already; in sets of two."""
    cycle = cast.draft(6)
    first, second, *_rest = cycles.sheets_to_launch(cycle)
    cycles.make_review(cycle, first)
    MeasureReviewFlow.start.run(review=cycles.make_review(cycle, second))
    monkeypatch.setattr(rows, "SET", 2)

    def singly() -> None:
        MeasureReviewFlow.start.run(review=first.review)
        launched_singly(cycle)

    same_rows(singly, lambda: launched_in_sets(cycle))


def test_sheets_end_in_sets_as_one_by_one(cast: Cast) -> None:
    """One of them was sent back meanwhile: it goes on, the others end."""
    cast.open(4)
    for number in range(1, 5):
        cast.approved(number)
    MeasureReview.objects.exclude(pk=cast.sheet(2).pk).update(state=ReviewState.PUBLISHED)
    MeasureReview.objects.filter(pk=cast.sheet(2).pk).update(state=ReviewState.RETURNED)
    waiting = Task.objects.filter(flow_task=MeasureReviewFlow.settled, finished=None)
    processes = list(SheetProcess.objects.values_list("pk", flat=True))

    def singly() -> None:
        for task in waiting:
            MeasureReviewFlow.settled.run(task)

    same_rows(singly, lambda: AnnualCycleFlow._end(processes))
    AnnualCycleFlow._end(processes)
    assert SheetProcess.objects.filter(finished=None).get().review == cast.sheet(2)


def carried_singly(years: list[MeasureYear], following: int) -> None:
    """What a year begins with, 施策 by 施策."""
    for year in years:
        carried = {"name": year.name, "owner": year.owner, **year.carried()}
        new, made = MeasureYear.objects.get_or_create(measure=year.measure, fiscal_year=following, defaults=carried)
        if made:
            new.related.set(year.related.all())
        if not new.schedule.exists():
            for item in year.schedule.all():
                new.schedule.create(position=item.position, name=item.name, bars=item.bars)
        goals = IndicatorYear.objects.filter(indicator__measure=year.measure, fiscal_year=year.fiscal_year)
        for row in goals.filter(Q(indicator__last_year=None) | Q(indicator__last_year__gte=following)):
            IndicatorYear.objects.get_or_create(
                indicator_id=row.indicator_id, fiscal_year=following, defaults={"name": row.name}
            )


def test_the_next_year_begins_in_sets_as_sheet_by_sheet(cast: Cast) -> None:
    """One 施策 has its row of that year already, with its own schedule and one goal of two; one goal has ended."""
    cast.open(4)
    years = list(MeasureYear.objects.filter(fiscal_year=YEAR).order_by("pk"))
    there = MeasureYear.objects.create(
        measure=years[0].measure, fiscal_year=YEAR + 1, name="前からある", owner=years[0].owner
    )
    there.schedule.create(position=1, name="前からある取組", bars={})
    IndicatorYear.objects.filter(fiscal_year=YEAR + 1, indicator__number=2).delete()
    IndicatorYear.objects.filter(fiscal_year=YEAR + 1, indicator__measure=years[1].measure).delete()
    years[3].measure.indicators.filter(number=2).update(last_year=YEAR)
    same_rows(lambda: carried_singly(years, YEAR + 1), lambda: carry_over(years, YEAR + 1))
    carry_over(years, YEAR + 1)
    made = tables()
    carry_over(years, YEAR + 1)
    assert tables() == made, "twice changes nothing"


def test_two_sets_at_once_decide_each_sheet_once(transactional_db: None, cast: Cast) -> None:
    cast.open(4)
    for number in range(1, 5):
        cast.submitted(number)
    chosen = chosen_of(*MeasureReview.objects.all())
    at_once(
        lambda: each(steps.confirm, user=cast.reviewer, chosen=chosen),
        lambda: each(steps.confirm, user=cast.reviewer2, chosen=chosen[::-1]),
        lambda: each(lambda **words: steps.confirm(**words), user=cast.reviewer2, chosen=chosen),
    )
    assert sorted(Decision.objects.values_list("review", flat=True)) == [pk for pk, _round in chosen]
    assert (
        Task.objects.filter(
            finished=None, process__in=Task.objects.filter(flow_task_type="SWITCH").values("process")
        ).count()
        >= 4
    )
    assert audit_chain.verify().intact


def test_a_set_of_nothing_decides_nothing(cast: Cast) -> None:
    cast.open(1)
    cast.submitted(1)
    assert sets.take(sets.CONFIRM, user=cast.reviewer2, rounds={}) == [] and not Decision.objects.exists()
