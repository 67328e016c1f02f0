"""What reviewers, approvers and administrators type stays text too, on the pages that show it; and no field is forgotten.

tests/review/test_payloads.py walks a department's words through a whole year. Here are the fields that such a year leaves
empty, each with a payload of its own, and the list that holds both tests to every text field there is.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.urls import reverse

from review import clock
from review.domain.fields import OPINION, text_keys
from review.models import (
    City,
    ClosingDay,
    Concurrence,
    Correction,
    CorrectionDecision,
    CorrectionItem,
    Decision,
    Department,
    Extension,
    Indicator,
    IndicatorYear,
    LaterReading,
    MeasureReview,
    MeasureYear,
    Meeting,
    NoticeText,
    Opinion,
    PlanChange,
    PlanSummary,
    Proxy,
    Rating,
    RecordedDecision,
    ReminderPause,
    Reorganisation,
    Role,
    SummaryDecision,
    User,
)
from tests.cast import YEAR, Cast
from tests.review.acting import as_
from tests.review.test_payloads import acting
from tests.trail import rewrite

#: (model, field) -> what is typed into it; forty characters fit everywhere, and each is known again by its mark.
ARMED: dict[tuple[str, str], str] = {}


def armed(field: str) -> str:
    """The payload of a field, `Model.name`."""
    model, _dot, name = field.partition(".")
    return ARMED.setdefault((model, name), f"</td><b onload=zq{len(ARMED):02d}>\"'{{{{7*7}}}}")


@pytest.fixture
def cast(db: None) -> Cast:
    """The cast in a transaction that is taken back."""
    return Cast.build()


@pytest.fixture
def pages(cast: Cast) -> list[tuple[User, str]]:
    """A year with a row of everything that the offices write, and who reads each on which page."""
    ARMED.clear()
    cast.open(3)
    sheet, settled, waiting = cast.sheet(1), cast.sheet(2), cast.reviewed(3)
    on_sheets(sheet, settled, cast)
    on_a_judged_sheet(waiting, cast)
    of_the_people(sheet, cast)
    of_the_calendar(cast)
    change = of_the_plan(sheet, cast)
    of_the_plans_end(sheet, cast)
    sheets = [reverse("meguri:sheet", args=[one.pk]) for one in (sheet, settled, waiting)]
    of_the_year = [
        reverse(name, args=["dx", YEAR])
        for name in ("meguri:board", "meguri:definitions", "meguri:plan_changes", "meguri:reminders", "meguri:preview")
    ]
    return [
        (cast.reviewer2, reverse("meguri:definitions", args=["dx", YEAR]) + "?all=1"),
        *((cast.reviewer2, path) for path in [*sheets, *of_the_year, reverse("meguri:closing_days")]),
        (cast.approver, reverse("meguri:board", args=["dx", YEAR])),
        (cast.approver, reverse("meguri:proxies")),
        (cast.reviewer2, reverse("meguri:plan_change", args=[change.pk])),
        (cast.reviewer2, reverse("meguri:summary", args=[sheet.cycle.plan.short_name])),
        (cast.administrator, reverse("meguri:people")),
        (cast.administrator, reverse("meguri:person", args=[cast.other.pk])),
        (cast.administrator, reverse("meguri:person", args=[cast.approver.pk])),
        (cast.administrator, reverse("meguri:departments")),
        (cast.administrator, reverse("meguri:department_list")),
        (cast.administrator, reverse("meguri:city")),
        (cast.administrator, reverse("meguri:notice_text", args=["CycleReady.approvers"])),
        (cast.administrator, reverse("meguri:audit")),
        (cast.contributor, "/"),
        (cast.contributor, sheets[0]),
        (cast.contributor, reverse("meguri:extension", args=[sheet.pk])),
        *corrected(cast),
    ]


def of_the_plans_end(sheet: MeasureReview, cast: Cast) -> None:
    """計画期間の総括, sent back once."""
    now = clock.now()
    summary = PlanSummary.objects.create(
        plan=sheet.cycle.plan, text=armed("PlanSummary.text"), reason=armed("PlanSummary.reason"), state_since=now
    )
    SummaryDecision.objects.create(
        summary=summary, round=1, verdict="return", comment=armed("SummaryDecision.comment"),
        submitted_by=cast.reviewer, decided_by=cast.approver, decided_at=now,
    )  # fmt: skip


def on_sheets(sheet: MeasureReview, settled: MeasureReview, cast: Cast) -> None:
    """延長, 合議 and 対象外."""
    now, today = clock.now(), clock.today()
    MeasureReview.objects.filter(pk=settled.pk).update(
        proposed_outcome="excluded", proposed_by=cast.reviewer, outcome_reason=armed("MeasureReview.outcome_reason")
    )
    MeasureReview.objects.filter(pk=sheet.pk).update(
        extended_until=now + timedelta(days=9), extension_reason=armed("MeasureReview.extension_reason")
    )
    Opinion.objects.create(
        review=sheet, giver=armed("Opinion.giver"), given_on=today, text=armed("Opinion.text"), recorded_by=cast.reviewer,
        recorded_at=now,
    )  # fmt: skip
    Concurrence.objects.create(
        review=sheet, round=sheet.round, department=cast.departments["市民課"], asked_by=cast.contributor, asked_at=now, due_on=today,
        answer="opinion", opinion=armed("Concurrence.opinion"), answered_by=cast.related, answered_at=now,
    )  # fmt: skip
    Extension.objects.create(
        review=sheet, until=now, reason=armed("Extension.reason"), asked_by=cast.contributor, asked_at=now,
        state="refused", decided_by=cast.reviewer, decided_at=now, answer=armed("Extension.answer"),
    )  # fmt: skip


def on_a_judged_sheet(waiting: MeasureReview, cast: Cast) -> None:
    """What the reviewer and the 本部 gave and said."""
    by: dict[str, Any] = {"recorded_by": cast.reviewer, "recorded_at": clock.now()}
    Indicator.objects.filter(measure=waiting.measure_year.measure_id).update(
        unit=armed("Indicator.unit"), baseline=armed("Indicator.baseline")
    )
    rewrite(waiting, board_opinion=armed("MeasureYear.board_opinion"))
    given = IndicatorYear.objects.filter(indicator__measure=waiting.measure_year.measure, fiscal_year=YEAR)
    given.update(given_grade="A", given_reason=armed("IndicatorYear.given_reason"))
    meeting = Meeting.objects.create(cycle=waiting.cycle, held_on=clock.today(), recorded_by=cast.reviewer)
    RecordedDecision.objects.create(
        review=waiting, round=waiting.round, verdict="accept", comment=armed("RecordedDecision.comment"), grade="A",
        grade_reason=armed("RecordedDecision.grade_reason"), opinion=armed("RecordedDecision.opinion"), meeting=meeting, **by,
    )  # fmt: skip
    Rating.objects.create(
        review=waiting, hand="reviewer", grade="A", proposed_grade="B", reason=armed("Rating.reason"),
        given_by=cast.reviewer2, given_at=clock.now(),
    )  # fmt: skip


def of_the_people(sheet: MeasureReview, cast: Cast) -> None:
    """Names, the city, 部, 代決 and its 後閲, and a planned 組織改正."""
    now, today = clock.now(), clock.today()
    City.objects.create(
        pk=1, name=armed("City.name"), office=armed("City.office"), extension=armed("City.extension")
    )  # fmt: skip
    Department.objects.filter(pk=cast.departments["市民課"].pk).update(division=armed("Department.division"))
    User.objects.filter(pk=cast.other.pk).update(
        username=armed("User.username"), email='"<img/src=x/onerror=zq>"@city.example'
    )
    Proxy.objects.create(
        principal=cast.approver, deputy=cast.reviewer, role=Role.APPROVER, starts_on=today, ends_on=today,
        reason=armed("Proxy.reason"), named_by=cast.approver, named_at=now,
    )  # fmt: skip
    decision = Decision.objects.create(
        review=sheet, round=99, step="approve", verdict="accept", decided_by=cast.reviewer, on_behalf_of=cast.approver, decided_at=now,
    )  # fmt: skip
    LaterReading.objects.create(
        decision=decision, read_by=cast.approver, read_at=now, remark=armed("LaterReading.remark")
    )
    planned = Reorganisation.objects.create(
        kind="rename", effective_on=today + timedelta(days=30), reason=armed("Reorganisation.reason"),
        planned_by=cast.administrator, planned_at=now,
    )  # fmt: skip
    planned.before.add(cast.departments["市民課"])


def of_the_calendar(cast: Cast) -> None:
    """閉庁日, a pause of the 督促, and the city's own words of a notice."""
    now, today = clock.now(), clock.today()
    ClosingDay.objects.create(
        day=today + timedelta(days=3), name=armed("ClosingDay.name"), added_by=cast.reviewer, added_at=now
    )
    ReminderPause.objects.create(
        cycle=cast.cycle, department=cast.departments["産業振興課"], reason=armed("ReminderPause.reason"), starts_on=today,
        ends_on=today, set_by=cast.reviewer, set_at=now,
    )  # fmt: skip
    NoticeText.objects.create(
        key="CycleReady.approvers", title=armed("NoticeText.title"), body=armed("NoticeText.body"),
        act=armed("NoticeText.act"), changed_by=cast.administrator, changed_at=now,
    )  # fmt: skip


def of_the_plan(sheet: MeasureReview, cast: Cast) -> PlanChange:
    """A change that was proposed and refused."""
    now = clock.now()
    return PlanChange.objects.create(
        plan=sheet.cycle.plan, fiscal_year=YEAR, kind="rename", measure=sheet.measure_year.measure, detail={"name": "別の名前"},
        reason=armed("PlanChange.reason"), proposed_by=cast.reviewer, proposed_at=now, state="refused",
        decided_by=cast.approver, decided_at=now, comment=armed("PlanChange.comment"),
    )  # fmt: skip


def corrected(cast: Cast) -> Iterator[tuple[User, str]]:
    """A correction of an earlier year, sent back once and then given up."""
    from tests.review.test_access_table import correction_of

    cycle, now = cast.cycle, clock.now()
    assert cycle
    correction: Correction = correction_of(cycle, cast)
    CorrectionItem.objects.create(
        correction=correction, code="01-01", key="cause", label="要因", wrong=armed("CorrectionItem.wrong"),
        right=armed("CorrectionItem.right"), reason=armed("CorrectionItem.reason"),
    )  # fmt: skip
    CorrectionDecision.objects.create(
        correction=correction, round=1, verdict="return", comment=armed("CorrectionDecision.comment"), submitted_by=cast.reviewer,
        decided_by=cast.approver, decided_at=now,
    )  # fmt: skip
    Correction.objects.filter(pk=correction.pk).update(
        state="dropped", dropped_reason=armed("Correction.dropped_reason"), round=1
    )
    yield cast.reviewer2, reverse("meguri:correction", args=[correction.pk])


def test_what_the_offices_type_acts_nowhere_and_is_lost_nowhere(pages: list[tuple[User, str]]) -> None:
    seen = ""
    for person, path in pages:
        answer = as_(person).get(path)
        assert answer.status_code == 200, path
        page = answer.content.decode()
        assert not acting(page), f"{path}: {acting(page)[:3]}"
        seen += page
    lost = [field for field, typed in ARMED.items() if html.escape(typed) not in seen]
    assert not lost


# --- no field is forgotten -------------------------------------------------------------------------------------------

#: Armed by test_payloads.py in a year of its own, or by its tests of file names.
IN_THE_YEAR = {
    "User": {"display_name"}, "Department": {"name"}, "Plan": {"name", "city", "office", "office_en", "body", "body_en"}, "PlanField": {"name"}, "ScheduleItem": {"name", "progress"},
    "MeasureYear": {"name", "related_text", *text_keys()} - {OPINION},
    "IndicatorYear": {"name", "target", "actual"}, "TargetChange": {"name", "name_before", "target", "target_before"}, "Decision": {"comment"}, "ItemComment": {"body"},
    "Meeting": {"attendees", "minute", "document_number"}, "Evidence": {"filename"}, "Upload": {"filename"}, "PlanUpload": {"filename", "refusal"}, "Artifact": {"filename"},
    "Mail": {"subject", "body"}, "Notification": {"title", "body"},
}  # fmt: skip

#: Nobody types these: codes, hashes, keys, paths and sentences of our own, chosen values, and what the sign-in provider says.
OURS = {
    "User": {"password", "first_name", "last_name", "email", "language"}, "Plan": {"form", "municipality_code", "short_name"}, "PlanField": {"number"},
    "Measure": {"code", "sort_key"}, "IndicatorYear": {"status", "rate_text", "grade", "reason", "given_grade"}, "Submission": {"sha256"},
    "RecordedDecision": {"grade"}, "ItemComment": {"item"}, "Rating": {"grade", "proposed_grade"}, "Edition": {"sha256", "seal"},
    "CorrectionItem": {"code", "key", "label"}, "Artifact": {"label", "path", "sha256", "seal"}, "AuditEntry": {"action", "subject", "request_id", "signature"},
    "AuditLink": {"prev_hash", "hash"}, "Evidence": {"item", "path", "sha256"}, "Job": {"kind", "key", "doing", "cause", "reference"},
    "Heartbeat": {"name"}, "Mail": {"address", "message_id", "cause"}, "Notification": {"event", "key", "act", "link"}, "NoticeText": {"key"},
    "NoticeChoice": {"notice"}, "OutboxEvent": {"name", "key", "cause"}, "Tally": {"key"}, "SecondFactor": {"secret"}, "RecoveryCode": {"digest"},
    "LinkedIdentity": {"issuer", "subject"}, "Upload": {"sha256", "code", "detail"}, "PlanUpload": {"sha256"}, "Indicator": {"defined_reason"},
    "PlanSummary": {"sha256"}, "SummaryEdition": {"sha256", "seal"},
    "City": {"code", "email"}, "FirstPassword": {"sealed"},
}  # fmt: skip


def test_every_text_field_is_armed_somewhere_or_ours_alone(pages: list[tuple[User, str]]) -> None:
    here: dict[str, set[str]] = {}
    for model, name in ARMED:
        here.setdefault(model, set()).add(name)
    forgotten = []
    for model in apps.get_app_config("review").get_models():
        known = set().union(*(each.get(model.__name__, set()) for each in (here, IN_THE_YEAR, OURS)))
        for field in model._meta.concrete_fields:
            typed = isinstance(field, models.CharField | models.TextField) and not field.choices
            if typed and field.name not in known:
                forgotten.append(f"{model.__name__}.{field.name}")
        if model is MeasureYear:
            forgotten += [f"MeasureYear.{key}" for key in text_keys() if key not in known]
    assert not forgotten, "arm a new field in one of the two tests of payloads, or say that nobody types it"
