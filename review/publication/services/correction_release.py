"""Publishing a correction: the next edition, the switch to it and the live rows that follow, all or nothing."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import F, Model, QuerySet

from review import clock, queries
from review.assessment.services import judging
from review.background.services import outbox
from review.background.services.jobs import Failure
from review.books.services import workbooks
from review.domain import bars, correction_items, fields
from review.domain.events import Event
from review.models import (
    Correction,
    CorrectionDecision,
    Cycle,
    CycleState,
    Department,
    Edition,
    IndicatorYear,
    MeasureReview,
    MeasureYear,
    User,
)
from review.publication.services import corrections, publication
from review.publication.services.correction_effects import Entry
from review.trail.services import audit


def publish(correction_id: int) -> Edition:
    """Freeze 訂正第n版 and switch to it in one transaction. Repeatable: what was published is returned.

    Raises Failure where the edition to correct is not the current one, or no longer says what was published.
    """
    with transaction.atomic():
        Correction.objects.select_for_update(no_key=True).get(pk=correction_id)
        correction = Correction.objects.select_related("base", "cycle__plan", "edition").get(pk=correction_id)
        if correction.edition:
            return correction.edition
        _require_publishable(correction)
        decision = correction.decisions.select_related("decided_by", "submitted_by", "meeting").get(
            round=correction.round, verdict=CorrectionDecision.Verdict.ACCEPT
        )
        entries, now = corrections.entries_of(correction), clock.now()
        edition = publication.freeze(
            Edition(
                cycle=correction.cycle,
                number=correction.base.number + 1,
                kind=Edition.Kind.CORRECTION,
                previous=correction.base,
                prepared_by=decision.submitted_by,
                decided_by=decision.decided_by,
                decided_at=decision.decided_at,
                meeting=decision.meeting,
            ),
            corrections.draft_of(correction, entries),
            at=now,
        )
        correction.edition, correction.state, correction.state_since = edition, Correction.State.PUBLISHED, now
        correction.save(update_fields=["edition", "state", "state_since"])
        _follow(correction.cycle, entries, decision.decided_by)
        _announce(edition, entries)
        return edition


def _require_publishable(correction: Correction) -> None:
    if not correction.base.current:
        raise Failure("訂正のもとになった版が、現在の公表版ではありません。訂正を作り直してください。", final=True)
    if not publication.intact(correction.base):
        raise Failure(
            f"{correction.base.label}の記録が、公表したときの内容と違います。"
            "管理者に連絡し、verify_editions で確かめてください。",
            final=True,
        )


def _announce(edition: Edition, entries: list[Entry]) -> None:
    labels = [f"{one.code} {one.label}" for one in entries]
    more = f" ほか{len(labels) - 5}件" if len(labels) > 5 else ""
    outbox.announce(
        Event.EDITION_CORRECTED,
        key=f"{edition.cycle_id}:{edition.number}",
        cycle=edition.cycle,
        payload={"edition": edition.label, "edition_id": edition.pk, "items": "、".join(labels[:5]) + more},
    )


# --- the live rows ---------------------------------------------------------------------------------------------------
#
# Next year compares with these rows. A text that changed since the publication is left unchanged.


def _follow(cycle: Cycle, entries: list[Entry], user: User) -> None:
    """Write the edition's texts into the live rows, and judge again what depends on them."""
    left = [f"{one.code} {one.key}" for one in entries if not _follow_one(cycle, one, user)]
    _judge_anew(cycle, entries)
    if left:
        audit.write(user, "correction.left", f"cycle:{cycle.pk}", after={"items": left, "why": "changed"})


def _follow_one(cycle: Cycle, entry: Entry, user: User) -> bool:
    match entry.key.split(":"):
        case ["indicator", number, "grade"]:
            return _follow_grade(cycle, entry, int(number), user)
        case ["indicator", number, name, year]:
            rows = _cells(cycle, entry.code).filter(indicator__number=number, fiscal_year=year)
            published = Cycle.objects.filter(plan=cycle.plan_id, fiscal_year=year, state=CycleState.PUBLISHED)
            if int(year) != cycle.fiscal_year and published.exists():
                return False  # its own edition is corrected on its own
            return bool(rows.filter(**{name: entry.wrong}).update(**{name: entry.right}))
    review = _review(cycle, entry.code)
    if review is None:
        return False
    return _follow_offices(review, entry) if entry.key in ("owner", "related") else _follow_sheet(review, entry)


def _follow_grade(cycle: Cycle, entry: Entry, number: int, user: User) -> bool:
    rows = _cells(cycle, entry.code).filter(indicator__number=number, fiscal_year=cycle.fiscal_year)
    given = {"given_reason": entry.reason, "given_by": user} if entry.right else {"given_reason": "", "given_by": None}
    return bool(rows.filter(given_grade=entry.wrong).update(given_grade=entry.right, **given))


def _follow_offices(review: MeasureReview, entry: Entry) -> bool:
    """主管部署 or 関連部署 of that year's sheet, where every name is that of a department."""
    year = review.measure_year
    now = {"owner": year.owner.name, "related": [office.name for office in year.related_as_named()]}
    row: dict[str, Any] = {"related_all": year.related_all, "related_text": year.related_text, **now}
    if correction_items.text_of(row, entry.key) != entry.wrong:
        return False
    correction_items.write(row, entry.key, entry.right)
    named = [row["owner"]] if entry.key == "owner" else row["related"]
    # Of two offices that had the name one after the other, the one that is open.
    rows = {
        one.name: one for one in Department.objects.filter(name__in=named).order_by(F("ends_on").asc(nulls_last=True))
    }
    if set(rows) != set(named):
        return False
    if entry.key == "owner":
        year.owner = rows[row["owner"]]
        year.save(update_fields=["owner"])
        return True
    year.related_all, year.related_text = row["related_all"], row["related_text"]
    year.save(update_fields=["related_all", "related_text"])
    year.name_related(rows[name].pk for name in named)
    return True


def _follow_sheet(review: MeasureReview, entry: Entry) -> bool:
    place = entry.key.split(":")
    if fields.text(entry.key) or entry.key.startswith(fields.OWN):
        return _follow_text(review.measure_year, entry)
    row: Model | None
    if place[0] == "schedule":
        rows = queries.schedule(review)
        row, name = (rows[int(place[1]) - 1], place[2]) if len(rows) >= int(place[1]) else (None, "")
    else:
        of_review = entry.key in ("outcome", "outcome_reason")
        row, name = (review if of_review else review.measure_year), entry.key
    wrong, right = (_value(name, text) for text in (entry.wrong, entry.right))
    if row is None or getattr(row, name) != wrong:
        return False
    setattr(row, name, right)
    row.save(update_fields=[name])
    return True


def _follow_text(year: MeasureYear, entry: Entry) -> bool:
    if year.text(entry.key) != entry.wrong:
        return False
    year.texts[entry.key] = entry.right
    year.save(update_fields=["texts"])
    return True


def _value(name: str, text: str) -> Any:
    """The value of the row's field for the item's text."""
    if name == "bars":
        return bars.read(text)
    return correction_items.outcome_of(text) if name == "outcome" else text


def _judge_anew(cycle: Cycle, entries: Iterable[Entry]) -> None:
    """This year's judgement of the 成果目標 concerned, and that of every other year that is not yet published."""
    targets = {(one.code, number) for one in entries if (number := correction_items.indicator_of(one.key)) is not None}
    cycles = {row.fiscal_year: row for row in Cycle.objects.filter(plan=cycle.plan)}
    later: set[int] = set()
    for code, number in sorted(targets):
        for row in _cells(cycle, code).filter(indicator__number=number).select_related("indicator"):
            own = cycles.get(row.fiscal_year)
            if row.fiscal_year == cycle.fiscal_year or (own and own.state != CycleState.PUBLISHED):
                mine = row.fiscal_year == cycle.fiscal_year
                judging.judge_rows([row], scale=judging.scale_of(own or cycle), corrected=mine)
                later |= {row.fiscal_year} - {cycle.fiscal_year}
    for year in sorted(later):
        _remake_books(cycles[year], {code for code, _number in targets})


def _remake_books(cycle: Cycle, codes: set[str]) -> None:
    """A year under way shows the corrected year beside its own: its files are made anew."""
    rows = MeasureReview.objects.filter(cycle=cycle, measure_year__measure__code__in=codes).select_related("cycle")
    for review in rows:
        workbooks.request_sheet(review)
    if rows:
        workbooks.request_year(cycle)


def _cells(cycle: Cycle, code: str) -> QuerySet[IndicatorYear]:
    return IndicatorYear.objects.filter(indicator__measure__plan=cycle.plan_id, indicator__measure__code=code)


def _review(cycle: Cycle, code: str) -> MeasureReview | None:
    rows = MeasureReview.objects.filter(cycle=cycle, measure_year__measure__code=code)
    return rows.select_related("measure_year", "cycle").first()
