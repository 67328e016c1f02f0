"""計画期間の総括: proposed by a reviewer, decided by another, published in editions that nothing alters."""

from __future__ import annotations

import csv
import hashlib
import io

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from review import clock
from review.domain.refusals import AlreadyDecided, Changed, Invalid, NotAllowed
from review.ending.services import summaries, summary_content
from review.models import (
    Appointment,
    AuditEntry,
    IndicatorYear,
    Measure,
    MeasureReview,
    Notification,
    Plan,
    PlanSummary,
    Role,
    SummaryDecision,
    SummaryEdition,
)
from tests.cast import YEAR, Cast, settle_background
from tests.remembered import remembered
from tests.review.ending.test_last_year import ended, signed_in

pytestmark = pytest.mark.django_db


@remembered
def written(cast: Cast, sheets: int = 1) -> Plan:
    """The 総括 of an ended plan, written to its end."""
    plan = ended(cast, sheets)
    summaries.write(user=cast.reviewer2, plan_id=plan.pk, text="全体として進みました。")
    for measure in plan.measures.all():
        summaries.write_measure(user=cast.reviewer2, plan_id=plan.pk, measure=measure, text="順調でした。", grades={})
    return plan


@remembered
def proposed(cast: Cast, sheets: int = 1) -> Plan:
    plan = written(cast, sheets)
    summaries.submit(user=cast.reviewer2, plan_id=plan.pk)
    return plan


def decide(
    cast: Cast, plan: Plan, who: str = "approver", *, round: int = 1, accept: bool = True, comment: str = ""
) -> None:
    summaries.decide(user=cast.people[who], plan_id=plan.pk, round=round, accept=accept, comment=comment)


def test_it_goes_through_the_screens_to_the_public_page_and_its_data(cast: Cast) -> None:
    plan = ended(cast)
    measure = plan.measures.get()
    goal = measure.indicators.get(number=1)
    client, page = signed_in(cast, "reviewer2"), reverse("meguri:summary", args=[plan.short_name])
    client.post(reverse("meguri:summary_text", args=[plan.short_name]), {"text": "全体として進みました。"})
    form = reverse("meguri:summary_measure", args=[plan.short_name, measure.code])
    assert "年度評価のとおり(A)" in client.get(form).content.decode()
    typed = {"text": "順調でした。", f"grade_{goal.pk}": "B", f"reason_{goal.pk}": ""}
    assert client.post(form, typed).status_code == 422
    assert client.post(form, {**typed, f"reason_{goal.pk}": "4年目だけの達成のため"}).status_code == 303
    client.post(reverse("meguri:summary_submit", args=[plan.short_name]), {"sure": "1"})
    settle_background()
    assert Notification.objects.filter(event="SummarySubmitted", recipient=cast.approver).exists()
    approver = signed_in(cast, "approver")
    assert "公表を決定する" in approver.get(page).content.decode()
    approver.post(page, {"accept": "1", "round": "1", "comment": ""})
    settle_background()
    assert Notification.objects.filter(event="SummaryPublished", recipient=cast.contributor).exists()
    public = Client().get(reverse("publication:summary", args=[plan.short_name]))
    text = public.content.decode()
    assert public.status_code == 200 and "全体として進みました。" in text and "4年目だけの達成のため" in text
    assert "90件" in text and "120件" in text and "確認 五月" not in text
    edition = SummaryEdition.objects.get()
    data = Client().get(reverse("publication:summary_data", args=[plan.short_name, 1, "data.json"])).content
    assert hashlib.sha256(data).hexdigest() == edition.sha256 and edition.sha256 in text
    table = Client().get(reverse("publication:summary_data", args=[plan.short_name, 1, "goals.csv"])).content
    rows = list(csv.reader(io.StringIO(table.decode("utf-8-sig"))))
    assert len(rows) == 3 and rows[1][-4:] == ["A", "B", "4年目だけの達成のため", "順調でした。"]
    assert Client().get(reverse("publication_en:summary", args=[plan.short_name])).status_code == 200
    for place in (reverse("publication:index"), reverse("publication:year", args=["dx", YEAR])):
        assert reverse("publication:summary", args=[plan.short_name]) in Client().get(place).content.decode()


def test_before_the_last_publication_there_is_none(cast: Cast) -> None:
    cast.open(1)
    plan = Plan.objects.get()
    with pytest.raises(Invalid, match="公表のあと"):
        summaries.write(user=cast.reviewer2, plan_id=plan.pk, text="早すぎる")
    page = signed_in(cast, "reviewer2").get(reverse("meguri:summary", args=[plan.short_name])).content.decode()
    assert "計画全体の総括を書く" not in page


def test_who_writes_and_who_decides(cast: Cast) -> None:
    plan = written(cast)
    with pytest.raises(NotAllowed):
        summaries.write(user=cast.approver, plan_id=plan.pk, text="承認者の文")
    Appointment.objects.create(user=cast.reviewer2, role=Role.APPROVER, starts_on=clock.today())
    summaries.submit(user=cast.reviewer2, plan_id=plan.pk)
    with pytest.raises(NotAllowed, match="ご自分が提案した"):
        decide(cast, plan, "reviewer2")
    with pytest.raises(NotAllowed):
        decide(cast, plan, "reviewer")
    with pytest.raises(AlreadyDecided):
        summaries.write(user=cast.reviewer, plan_id=plan.pk, text="あとから")
    decide(cast, plan)
    with pytest.raises(AlreadyDecided, match="承認 六郎"):
        decide(cast, plan, "approver2")


def test_what_is_sent_back_says_why_and_whoever_proposed_in_any_round_does_not_decide(cast: Cast) -> None:
    plan = proposed(cast)
    with pytest.raises(Invalid) as refusal:
        decide(cast, plan, accept=False)
    assert set(refusal.value.fields) == {"comment"}
    decide(cast, plan, accept=False, comment="02の文を直してください。")
    assert PlanSummary.objects.get().state == "returned"
    summaries.submit(user=cast.reviewer, plan_id=plan.pk)
    Appointment.objects.create(user=cast.reviewer2, role=Role.APPROVER, starts_on=clock.today())
    with pytest.raises(NotAllowed):
        decide(cast, plan, "reviewer2", round=2)
    decide(cast, plan, round=2)
    assert SummaryEdition.objects.get().number == 1


def test_the_decision_stands_for_the_values_that_were_proposed(cast: Cast) -> None:
    plan = proposed(cast)
    IndicatorYear.objects.filter(indicator__number=1, fiscal_year=YEAR).update(actual="1件")
    with pytest.raises(Changed):
        decide(cast, plan)
    assert not SummaryEdition.objects.exists()


def test_nothing_is_proposed_while_a_text_is_missing(cast: Cast) -> None:
    plan = ended(cast, 2)
    summaries.write(user=cast.reviewer2, plan_id=plan.pk, text="全体です。")
    first = plan.measures.order_by("code")[0]
    summaries.write_measure(user=cast.reviewer2, plan_id=plan.pk, measure=first, text="一つ目です。", grades={})
    with pytest.raises(Invalid, match="01-02"):
        summaries.submit(user=cast.reviewer2, plan_id=plan.pk)


def test_a_year_that_was_not_reported_shows_no_result(cast: Cast) -> None:
    plan = ended(cast)
    MeasureReview.objects.update(outcome="not_submitted", outcome_reason="期限まで届かず")
    (part,) = summary_content.parts_of(plan, None)
    last = part.goals[0].years[-1]
    assert last["fiscal_year"] == YEAR and last["actual"] == "" and last["grade"] == "" and last["outcome"] == "未提出"


def test_a_further_edition_says_why_and_the_first_stays(cast: Cast) -> None:
    plan = proposed(cast)
    decide(cast, plan)
    with pytest.raises(Invalid):
        summaries.reopen(user=cast.reviewer2, plan_id=plan.pk, reason=" ")
    summaries.reopen(user=cast.reviewer2, plan_id=plan.pk, reason="文の誤りのため")
    summaries.write(user=cast.reviewer2, plan_id=plan.pk, text="直しました。")
    summaries.submit(user=cast.reviewer2, plan_id=plan.pk)
    decide(cast, plan, round=2)
    newest = Client().get(reverse("publication:summary", args=[plan.short_name])).content.decode()
    first = Client().get(reverse("publication:summary", args=[plan.short_name, 1])).content.decode()
    assert "直しました。" in newest and "文の誤りのため" in newest
    assert "全体として進みました。" in first and "新しい版があります" in first


def test_the_database_refuses_to_alter_what_was_published(cast: Cast) -> None:
    decide(cast, proposed(cast))
    with pytest.raises(DatabaseError, match="frozen rows"), transaction.atomic():
        SummaryEdition.objects.update(snapshot={})
    with pytest.raises(DatabaseError, match="frozen rows"), transaction.atomic():
        SummaryEdition.objects.all()._raw_delete("default")
    with pytest.raises(DatabaseError, match="frozen rows"), transaction.atomic():
        SummaryDecision.objects.update(comment="別の理由")


def test_an_altered_edition_is_named(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    decide(cast, proposed(cast))
    assert summaries.altered() == []
    monkeypatch.setattr(summaries, "digest", lambda data: "0" * 64)
    assert len(summaries.altered()) == 1
    with pytest.raises(CommandError, match="計画期間の総括"):
        call_command("verify_editions")


def test_the_trail_tells_each_step(cast: Cast) -> None:
    decide(cast, proposed(cast))
    actions = set(AuditEntry.objects.filter(subject__startswith="summary:").values_list("action", flat=True))
    assert actions == {"summary.save", "summary.submit", "summary.publish"}


def test_home_leads_on_until_the_summary_and_the_next_plan_are_there(cast: Cast) -> None:
    plan = proposed(cast)
    decide(cast, plan)
    client, door = signed_in(cast, "reviewer2"), "総括、次期計画、延長に進む"
    assert door in client.get(reverse("meguri:home")).content.decode()
    Plan.objects.create(name="次", city="見本市", first_year=YEAR + 1, last_year=YEAR + 4, continues=plan)
    assert door not in client.get(reverse("meguri:home")).content.decode()


def test_a_grade_that_the_scale_does_not_know_is_refused(cast: Cast) -> None:
    plan = ended(cast)
    measure = Measure.objects.get()
    goal = measure.indicators.get(number=1)
    with pytest.raises(Invalid) as refusal:
        summaries.write_measure(
            user=cast.reviewer2, plan_id=plan.pk, measure=measure, text="", grades={goal.pk: ("Z", "理由")}
        )
    assert set(refusal.value.fields) == {f"grade_{goal.pk}"}
