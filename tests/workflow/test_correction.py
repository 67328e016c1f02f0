"""The third flow: a wrong value after the publication, put right in the open, and nothing else changed by it."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from viewflow.workflow.models import Task

from review.assessment.services import approval
from review.assessment.services.ratings import Overall
from review.background.services import jobs
from review.books.services import editions, seals
from review.domain.refusals import AlreadyDecided, Invalid, NotAllowed, Stale
from review.models import (
    Artifact,
    AuditEntry,
    Correction,
    CorrectionItem,
    Cycle,
    Edition,
    IndicatorYear,
    Job,
    MeasureYear,
    Notification,
    OutboxEvent,
)
from review.publication.services import corrections, edition_check, publication
from review.publication.services.corrections import Typed
from review.sheet.services import submission
from tests.cast import YEAR, Cast, settle_background
from tests.remembered import remembered
from tests.review.acting import as_, words
from workflow import steps
from workflow.models import CorrectionProcess

KEY = f"indicator:1:actual:{YEAR}"


@pytest.fixture
def cycle(cast: Cast) -> Cycle:
    return cast.published(2)


@remembered
def prepared(cast: Cast, cycle: Cycle, right: str = "70件", *more: Typed) -> Correction:
    """A correction of 01-01's first 実績, sent for decision."""
    correction = steps.start_correction(user=cast.reviewer, cycle_id=cycle.pk)
    typed = [Typed(code="01-01", key=KEY, right=right, reason="集計の誤りのため。"), *more]
    corrections.save_items(user=cast.reviewer, correction_id=correction.pk, version=0, code="01-01", typed=typed)
    return steps.submit_correction(user=cast.reviewer, correction_id=correction.pk)


@remembered
def published(cast: Cast, cycle: Cycle, right: str = "70件", *more: Typed) -> Edition:
    """The same, decided and published."""
    correction = prepared(cast, cycle, right, *more)
    steps.decide_correction(user=cast.approver, correction_id=correction.pk, round=correction.round, accept=True)
    settle_background()
    return Edition.objects.get(current=True)


def trail(correction: Correction) -> list[str]:
    process = CorrectionProcess.objects.get(correction=correction)
    return [task.flow_task.name for task in Task.objects.filter(process=process).order_by("pk")]


# --- what changes, and what does not ---------------------------------------------------------------------------------


def leaves(value: Any, path: str = "") -> dict[str, Any]:
    """{path: value} of every leaf of plain data."""
    if isinstance(value, dict):
        parts = [(f"{path}/{key}", part) for key, part in value.items()]
    elif isinstance(value, list) and value:
        parts = [(f"{path}/{place}", part) for place, part in enumerate(value)]
    else:
        return {path: value}
    return {where: leaf for at, part in parts for where, leaf in leaves(part, at).items()}


def test_a_correction_changes_the_value_what_is_computed_from_it_and_the_errata_alone(cast: Cast, cycle: Cycle) -> None:
    first = copy.deepcopy(Edition.objects.get().snapshot)
    edition = published(cast, cycle)
    assert (edition.number, edition.label, edition.kind) == (2, "訂正第1版", "correction")
    before, after = leaves(first), leaves({**edition.snapshot, "corrections": []})
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    # By hand: 70 of 100 misses (C) where 120 achieved (A); the sheet takes its lowest grade.
    one = "/measures/0/indicators/0"
    # Besides the totals, the trail's head is each edition's own.
    assert {path for path in changed if not path.startswith(("/totals", "/audit/"))} == {
        f"{one}/years/2/actual", f"{one}/status", f"{one}/rate", f"{one}/rate_text", f"{one}/grade",
        f"{one}/computed_grade", f"{one}/reason", f"{one}/reading/actual", f"{one}/grade_words", "/measures/0/grade",
        "/measures/0/grade_words", "/measures/0/proposed_grade",
    } | {path for path in changed if path.startswith((f"{one}/flags", f"{one}/notes"))}  # fmt: skip
    now = edition.snapshot["measures"][0]["indicators"][0]
    assert (now["status"], now["rate"], now["grade"]) == ("missed", "0.7000", "C")
    assert edition.snapshot["totals"] == {"measures": {"C": 1, "A": 1}, "indicators": {"C": 1, "A": 3}}
    assert edition.snapshot["measures"][1] == first["measures"][1]


def test_a_grade_that_a_person_decided_stands_beside_the_one_computed_anew(cast: Cast) -> None:
    cycle = cast.published(2, overall=Overall(grade="B", reason="下半期の休止のため。"))
    row = published(cast, cycle).snapshot["measures"][0]
    assert (row["grade"], row["proposed_grade"], row["grade_reason"]) == ("B", "C", "下半期の休止のため。")


def test_the_errata_say_what_was_wrong_what_is_right_why_and_what_followed(cast: Cast, cycle: Cycle) -> None:
    edition = published(cast, cycle)
    (row,) = editions.errata(edition.snapshot)
    assert (row["label"], row["number"]) == ("訂正第1版", 2)
    assert row["items"] == [
        {
            "code": "01-01", "name": "見本の施策1", "key": KEY, "label": "成果目標① 令和6年度 実績",
            "wrong": "120件", "right": "70件", "reason": "集計の誤りのため。",
        }
    ]  # fmt: skip
    consequences = {(one["code"], one["label"]): (one["before"], one["after"]) for one in row["consequences"]}
    assert consequences["01-01", "成果目標① 達成区分"] == ("A", "C")
    assert consequences["01-01", "総合評価"] == ("A", "C")
    assert consequences["", "成果目標の数 A"] == ("4", "3")
    assert editions.errata_of(edition.snapshot, "01-02") == []
    again = published(cast, cycle, "75件")
    assert [one["label"] for one in editions.errata(again.snapshot)] == ["訂正第2版", "訂正第1版"]
    assert again.snapshot["corrections"][0] == row


def test_editions_form_a_chain_and_the_older_one_stands(cast: Cast, cycle: Cycle) -> None:
    first = Edition.objects.get()
    edition = published(cast, cycle)
    old = Edition.objects.get(number=1)
    assert (old.current, edition.previous_id) == (False, old.pk)
    assert (old.snapshot, old.sha256, old.seal) == (first.snapshot, first.sha256, first.seal)
    assert publication.intact(old) and publication.intact(edition)
    assert edition.seal == seals.edition_seal(edition)
    assert (edition.prepared_by, edition.decided_by) == (cast.reviewer, cast.approver)


def test_every_kind_of_item_is_put_in_its_place(cast: Cast, cycle: Cycle) -> None:
    more = [
        Typed(code="01-01", key="name", right="正しい施策名", reason="誤記"),
        Typed(code="01-01", key="cause", right="正しい要因", reason="誤記"),
        Typed(code="01-01", key="schedule:1:name", right="正しい取組", reason="誤記"),
        Typed(code="01-01", key="indicator:2:target:2024", right="200件", reason="誤記"),
        Typed(code="01-01", key="indicator:2:actual:2023", right="95件", reason="誤記"),
        Typed(code="01-01", key="indicator:2:grade", right="B", reason="特例のため"),
    ]
    row = published(cast, cycle, "70件", *more).snapshot["measures"][0]
    assert (row["name"], row["evaluation"]["cause"]) == ("正しい施策名", "正しい要因")
    assert row["schedule"][0]["name"] == "正しい取組"
    second = row["indicators"][1]
    assert (second["years"][2]["target"], second["years"][1]["actual"]) == ("200件", "95件")
    assert (second["computed_grade"], second["grade"], second["given_reason"]) == ("C", "B", "特例のため")
    # and the live rows say the same
    year = MeasureYear.objects.get(fiscal_year=YEAR, measure__code="01-01")
    assert (year.name, year.text("cause"), year.schedule.get().name) == ("正しい施策名", "正しい要因", "正しい取組")
    live = IndicatorYear.objects.get(indicator__measure=year.measure, indicator__number=2, fiscal_year=YEAR)
    assert (live.target, live.grade, live.given_grade, live.given_by) == ("200件", "C", "B", cast.approver)


def test_offices_and_bars_are_put_right_where_they_can_be_read(cast: Cast, cycle: Cycle) -> None:
    wrong = {
        "owner": "知らない課", "related": "市民課、知らない課", "schedule:1:bars": "令和5年度, 令和6年度",
        "indicator:1:grade": "B",
    }  # fmt: skip
    with pytest.raises(Invalid) as refused:
        published(
            cast,
            cycle,
            "70件",
            *(Typed(code="01-01", key=key, right=text, reason="誤記") for key, text in wrong.items()),
        )
    assert set(refused.value.fields) == {"owner", "related", "schedule:1:bars"}
    corrections.drop(user=cast.reviewer, correction_id=Correction.objects.get().pk, reason="やり直し")
    right = {"owner": "農林水産課", "related": "全課等、市民課", "schedule:1:bars": "令和4年度、令和6年度「試行」"}
    more = (Typed(code="01-01", key=key, right=text, reason="誤記") for key, text in right.items())
    edition = published(cast, cycle, "70件", *more)
    row = edition.snapshot["measures"][0]
    assert (row["owner"], row["related"], row["related_all"]) == ("農林水産課", ["市民課"], True)
    assert row["schedule"][0]["bars"] == {"2022": "", "2024": "試行"}
    year = MeasureYear.objects.get(fiscal_year=YEAR, measure__code="01-01")
    assert (year.owner.name, year.related_all, year.schedule.get().bars) == (
        "農林水産課",
        True,
        row["schedule"][0]["bars"],
    )
    assert {(one["label"], one["wrong"]) for one in editions.errata(edition.snapshot)[0]["items"]} >= {
        ("主管部署", "産業振興課"), ("関連部署", "市民課"), ("取組内容1 実施する年度", "令和5年度、令和6年度")
    }  # fmt: skip
    assert edition_check.verify().findings == ()


def test_a_sheet_settled_by_mistake_is_reported_after_all(cast: Cast) -> None:
    cycle = cast.open(2)
    cast.approved(1)
    approval.propose_outcome(
        user=cast.reviewer, review_id=cast.sheet(2).pk, outcome="not_submitted", reason="期限までに提出がないため。"
    )
    steps.decide_outcome(user=cast.approver, review_id=cast.sheet(2).pk, accept=True)
    settle_background()
    steps.decide_year(user=cast.approver, cycle_id=cycle.pk)
    settle_background()
    correction = steps.start_correction(user=cast.reviewer, cycle_id=cycle.pk)
    lifted = Typed(code="01-02", key="outcome", right="", reason="紙で提出されていたため。")

    def save(*typed: Typed) -> None:
        corrections.save_items(
            user=cast.reviewer, correction_id=correction.pk, version=0, code="01-02", typed=[lifted, *typed]
        )

    with pytest.raises(Invalid) as refused:
        save()
    assert list(refused.value.fields) == ["outcome"]
    save(Typed(code="01-02", key=KEY, right="120件", reason="紙で提出されていたため。"))
    correction = steps.submit_correction(user=cast.reviewer, correction_id=correction.pk)
    steps.decide_correction(user=cast.approver, correction_id=correction.pk, round=1, accept=True)
    settle_background()
    edition = Edition.objects.get(current=True)
    row = edition.snapshot["measures"][1]
    assert (row["outcome"], row["outcome_reason"], row["grade"]) == ("", "", "A")
    assert edition.snapshot["totals"]["measures"] == {"A": 2}
    assert (cast.sheet(2).outcome, cast.sheet(2).outcome_reason) == ("", "")
    assert edition_check.verify().findings == ()


def test_next_year_compares_with_the_right_value(cast: Cast, cycle: Cycle) -> None:
    coming = IndicatorYear.objects.get(indicator__measure__code="01-01", indicator__number=1, fiscal_year=YEAR + 1)
    coming.target, coming.actual = "前年度実績以上", "80件"
    coming.save()
    edition = published(cast, cycle)
    live = IndicatorYear.objects.get(indicator=coming.indicator, fiscal_year=YEAR)
    assert (live.actual, live.grade, str(live.rate)) == ("70件", "C", "0.7000")
    coming.refresh_from_db()
    assert coming.status == "achieved", "80 against the 70 that is right, not the 120 that was wrong"
    assert publication.intact(edition)


def test_a_live_text_that_moved_on_is_left_and_said(cast: Cast, cycle: Cycle) -> None:
    MeasureYear.objects.filter(fiscal_year=YEAR, measure__code="01-01").update(name="組織改正後の名前")
    published(cast, cycle, "70件", Typed(code="01-01", key="name", right="正しい施策名", reason="誤記"))
    assert MeasureYear.objects.get(fiscal_year=YEAR, measure__code="01-01").name == "組織改正後の名前"
    assert AuditEntry.objects.get(action="correction.left").after["items"] == ["01-01 name"]


# --- who, when, in which order ---------------------------------------------------------------------------------------


def test_the_way_of_a_correction_and_who_is_told(cast: Cast, cycle: Cycle) -> None:
    correction = prepared(cast, cycle)
    settle_background()
    assert Notification.objects.filter(event="CorrectionSubmitted", recipient=cast.approver).count() == 1
    steps.decide_correction(
        user=cast.approver, correction_id=correction.pk, round=1, accept=False, comment="根拠を確かめてください。"
    )
    settle_background()
    notice = Notification.objects.get(event="CorrectionReturned")
    assert notice.recipient == cast.reviewer and "根拠を確かめてください。" in notice.body
    assert Edition.objects.count() == 1
    steps.submit_correction(user=cast.reviewer2, correction_id=correction.pk)
    steps.decide_correction(user=cast.approver2, correction_id=correction.pk, round=2, accept=True)
    settle_background()
    correction.refresh_from_db()
    assert correction.state == "published" and correction.edition == Edition.objects.get(current=True)
    assert trail(correction) == [
        "start", "prepare", "after_prepare", "decide", "after_decide", "prepare", "after_prepare", "decide",
        "after_decide", "publish", "end",
    ]  # fmt: skip
    assert not Task.objects.filter(finished=None).exists()
    news = Notification.objects.filter(event="EditionCorrected")
    assert {cast.contributor.pk, cast.auditor.pk} <= set(news.values_list("recipient", flat=True))
    assert "01-01 成果目標① 令和6年度 実績" in news[0].body
    assert OutboxEvent.objects.filter(name="EditionCorrected").count() == 1
    kinds = Artifact.objects.filter(edition=correction.edition).values_list("kind", flat=True)
    assert set(kinds) == {"consolidated", "book_pdf"}


def test_nobody_decides_a_correction_of_their_own_and_only_once(cast: Cast, cycle: Cycle) -> None:
    cast._appoint("reviewer", "approver")
    correction = prepared(cast, cycle)
    decide = {"correction_id": correction.pk, "round": 1, "accept": True}
    with pytest.raises(NotAllowed, match="ご自分が準備した"):
        steps.decide_correction(user=cast.reviewer, **decide)
    for person in (cast.contributor, cast.reviewer2, cast.administrator):
        with pytest.raises(NotAllowed):
            steps.decide_correction(user=person, **decide)
    with pytest.raises(Invalid, match="理由"):
        steps.decide_correction(user=cast.approver, correction_id=correction.pk, round=1, accept=False)
    steps.decide_correction(user=cast.approver, **decide)
    with pytest.raises(AlreadyDecided):
        steps.decide_correction(user=cast.approver2, **decide)


def test_one_correction_at_a_time_and_only_by_reviewers(cast: Cast, cycle: Cycle) -> None:
    for person in (cast.contributor, cast.approver, cast.administrator, cast.auditor):
        with pytest.raises(NotAllowed):
            steps.start_correction(user=person, cycle_id=cycle.pk)
    correction = steps.start_correction(user=cast.reviewer, cycle_id=cycle.pk)
    with pytest.raises(AlreadyDecided):
        steps.start_correction(user=cast.reviewer2, cycle_id=cycle.pk)
    with pytest.raises(Invalid, match="訂正する項目がありません"):
        steps.submit_correction(user=cast.reviewer, correction_id=correction.pk)
    with pytest.raises(Invalid, match="理由"):
        steps.drop_correction(user=cast.reviewer, correction_id=correction.pk, reason=" ")
    steps.drop_correction(user=cast.reviewer, correction_id=correction.pk, reason="誤りではなかったため。")
    assert trail(correction)[-1] == "end"
    steps.start_correction(user=cast.reviewer2, cycle_id=cycle.pk)


def test_what_is_typed_is_checked_as_at_entry(cast: Cast, cycle: Cycle) -> None:
    correction = steps.start_correction(user=cast.reviewer, cycle_id=cycle.pk)

    def save(*typed: Typed, version: int = 0) -> None:
        corrections.save_items(
            user=cast.reviewer, correction_id=correction.pk, version=version, code="01-01", typed=typed
        )

    wrong = {
        KEY: ("120件", "理由"), "cause": ("悪い\x00字", "理由"), "name": ("", "理由"),
        "indicator:1:grade": ("Z", "理由"), "response": ("x", ""),
    }  # fmt: skip
    with pytest.raises(Invalid) as refused:
        save(*(Typed(code="01-01", key=key, right=right, reason=why) for key, (right, why) in wrong.items()))
    assert set(refused.value.fields) == {KEY, "cause", "name", "indicator:1:grade", "reason:response"}
    for key in (f"indicator:1:actual:{YEAR + 1}", "outcome", "indicator:9:actual:2024"):
        with pytest.raises(NotAllowed):
            save(Typed(code="01-01", key=key, right="x", reason="y"))
    assert not CorrectionItem.objects.exists()
    save(Typed(code="01-01", key=KEY, right="70件", reason="集計の誤り"))
    with pytest.raises(Stale):
        save(Typed(code="01-01", key=KEY, right="71件", reason="集計の誤り"))
    save(version=1)
    assert not CorrectionItem.objects.exists(), "taken out again"


# --- failures leave the old edition up -------------------------------------------------------------------------------


def test_a_failure_leaves_the_old_edition_up_and_says_so(
    cast: Cast, cycle: Cycle, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = list(Edition.objects.values()), list(IndicatorYear.objects.order_by("pk").values())

    def full(*_args: object, **_kwargs: object) -> None:
        raise OSError(28, "no space")

    with monkeypatch.context() as broken:
        # the very last thing that the transaction does
        broken.setattr("review.publication.services.correction_release._announce", full)
        correction = prepared(cast, cycle)
        steps.decide_correction(user=cast.approver, correction_id=correction.pk, round=1, accept=True)
        settle_background()
    assert (list(Edition.objects.values()), list(IndicatorYear.objects.order_by("pk").values())) == before
    failed = Job.objects.get(state="failed")
    assert "空き容量" in failed.cause and failed.args["step"] == "CorrectionFlow.publish"
    page = words(as_(cast.administrator).get("/jobs/"))
    assert "訂正版の公表" in page and "公表されている内容は変わっていません" in page
    jobs.retry(user=cast.administrator, job_id=failed.pk)
    settle_background()
    assert Edition.objects.get(current=True).number == 2


def test_an_edition_that_no_longer_says_what_was_published_is_not_corrected(cast: Cast, cycle: Cycle) -> None:
    from tests.trail import tampering

    correction = prepared(cast, cycle)
    with tampering():
        Edition.objects.update(sha256="0" * 64)
    steps.decide_correction(user=cast.approver, correction_id=correction.pk, round=1, accept=True)
    settle_background()
    assert Edition.objects.count() == 1
    assert "公表したときの内容と違います" in Job.objects.get(state="failed").cause


def test_the_published_sheet_itself_stays_closed(cast: Cast, cycle: Cycle) -> None:
    published(cast, cycle)
    review = cast.sheet()
    with pytest.raises(NotAllowed):
        submission.save_draft(
            user=cast.contributor, review_id=review.pk, version=review.version, texts={"indicator:1:actual": "1件"}
        )
