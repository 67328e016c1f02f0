"""A long list is read and taken by a job, all or nothing; and every book that Meguri made comes back through the same door."""

from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from review.background.services import jobs
from review.domain.refusals import AlreadyDecided
from review.models import Artifact, AuditEntry, Indicator, Job, Measure, Plan, PlanUpload
from review.plan.services import plan_files, planning
from tests.cast import Cast, settle_background
from tests.review.acting import as_, words
from tests.review.plan.test_plan_import import act, page, plan, send
from workflow import steps

__all__ = ["plan"]


def long_list(goals: int = 120, name: str = "施策の名前") -> str:
    head = "施策名,担当課,指標,単位,令和6年度目標,令和6年度実績,令和7年度目標\n"
    lines = (f"{name}{n // 3},市民課,指標その{n}の件数,件,{n + 10}件,{n + 9}件,{n + 12}件" for n in range(goals))
    return head + "\n".join(lines)


def test_a_long_list_is_read_and_taken_by_a_job_and_the_page_says_how_far_it_is(cast: Cast, plan: Plan) -> None:
    assert len(long_list().encode()) > plan_files.AT_ONCE
    assert send(cast, long_list())["Location"] == "/plans/sogo/import/check/"
    waiting = page(cast)
    assert 'id="live"' in waiting.content.decode() and "順番を待っています" in words(waiting)
    upload = PlanUpload.objects.get()
    Job.objects.update(doing="ファイルを読み取っています", done_steps=0, total_steps=2)
    assert "ファイルを読み取っています 0 / 2" in words(page(cast))
    with pytest.raises(AlreadyDecided):
        plan_files.ask(user=cast.reviewer, upload=upload, act="read", corrections={})
    settle_background()
    taking = act(cast, "take", everything="on")
    assert taking["Location"] == f"/plans/sogo/import/check/?file={upload.pk}"
    assert 'id="live"' in as_(cast.reviewer).get(taking["Location"]).content.decode()
    assert not Measure.objects.filter(plan=plan).exists()
    settle_background()
    done = as_(cast.reviewer).get(taking["Location"], follow=True)
    assert "施策40件、成果目標120件を取り込みました" in words(done) and done.redirect_chain == [("/plans/sogo/", 303)]
    assert Indicator.objects.filter(measure__plan=plan).count() == 120
    assert AuditEntry.objects.get(action="plan.import").actor_key == cast.reviewer.key


def test_a_long_list_that_cannot_be_taken_says_where_and_is_never_half_taken(
    cast: Cast, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(cast, long_list() + f"\n{'長' * 201},市民課,待ち時間,分,10分,11分,12分")
    settle_background()
    refused = words(page(cast, follow=True))
    assert "施策名「長長長" in refused and "200文字まで" in refused
    send(cast, long_list())
    settle_background()
    act(cast, "take", everything="on")
    monkeypatch.setattr(planning._Import, "_schedule", lambda *_: 1 / (Measure.objects.filter(plan=plan).count() < 20))
    jobs.run(Job.objects.latest("pk").pk)
    assert not Measure.objects.filter(plan=plan).exists() and Job.objects.latest("pk").cause in words(page(cast))
    monkeypatch.undo()
    settle_background()
    assert Measure.objects.filter(plan=plan).count() == 40


def test_a_long_list_is_looked_at_again_where_the_plan_changed_before_its_job_came(cast: Cast, plan: Plan) -> None:
    send(cast, long_list())
    settle_background()
    act(cast, "take", everything="on")
    Measure.objects.create(plan=plan, code="01", field=plan.fields.create(number="1", name="分野"), first_year=2024)
    settle_background()
    assert "もう一度見比べて" in words(page(cast)) and not Indicator.objects.filter(measure__plan=plan).exists()
    act(cast, "take", everything="on")
    settle_background()
    assert Indicator.objects.filter(measure__plan=plan).count() == 120


# --- what Meguri made itself ----------------------------------------------------------------------------------------


@pytest.mark.drill
@pytest.mark.parametrize("labels", [{}, {"current_state": {"label": "背景と課題"}, "cause": {"label": "原因"}}])
def test_every_book_that_meguri_made_is_read_back_under_whatever_names_the_plan_gives_its_texts(
    cast: Cast, labels: dict[str, Any]
) -> None:
    cycle = cast.draft(2)
    cycle.form = {"called": labels}
    cycle.save()
    steps.open_year(user=cast.reviewer2, cycle_id=cycle.pk)
    settle_background()
    for number in (1, 2):
        cast.approved(number)
    settle_background()
    for kind, sheets in (("sheet", 1), ("consolidated", 2)):
        artifact = Artifact.objects.filter(kind=kind, path__endswith=".xlsx").latest("pk")
        with default_storage.open(artifact.path) as stored:
            file = SimpleUploadedFile("書出し.xlsx", stored.read())
        waiting = as_(cast.reviewer).get("/plans/dx/import/").context["waiting"]
        instead = str(waiting.pk) if waiting else ""
        sent = as_(cast.reviewer).post("/plans/dx/import/", {"file": file, "instead": instead})
        assert sent.status_code == 303, words(sent)
        settle_background()
        upload = PlanUpload.objects.get(applied_at=None)
        assert not upload.refusal and not upload.trial["changes"], kind
        texts = [sheet.texts for sheet in plan_files.preview(upload).document.sheets]
        assert len(texts) == sheets and {text["cause"] for text in texts} == {"見本の要因です。"}


# --- a file in another's place ---------------------------------------------------------------------------------------

SHORT = "取組,担当課,指標,令和6年度目標\n窓口,市民課,待ち時間,10分\n"
BROKEN = "令和6年度"


def held() -> list[str]:
    return sorted(PlanUpload.objects.filter(applied_at=None).values_list("filename", flat=True))


@pytest.mark.parametrize("broken", [BROKEN, BROKEN + " " * plan_files.AT_ONCE], ids=["small", "large"])
def test_a_file_that_cannot_be_read_takes_no_place(cast: Cast, plan: Plan, broken: str) -> None:
    send(cast, SHORT, "一つ目.csv")
    act(cast, "read", sheets="2025")
    before = PlanUpload.objects.get().corrections
    answer = send(cast, broken, "二つ目.csv")
    settle_background()
    stands = as_(cast.reviewer).get("/plans/sogo/import/check/")
    assert held() == ["一つ目.csv"] and PlanUpload.objects.get().corrections == before
    assert "待ち時間" in words(stands)
    refusal = words(answer if answer.status_code == 422 else stands)
    assert "二つ目.csv" in refusal or answer.status_code == 422


def test_a_file_takes_the_place_of_another_once_it_is_read_and_not_before(cast: Cast, plan: Plan) -> None:
    send(cast, SHORT, "一つ目.csv")
    send(cast, long_list(), "二つ目.csv")
    assert held() == ["一つ目.csv", "二つ目.csv"]
    assert "順番を待っています" in words(page(cast)) and "二つ目.csv" in words(page(cast))
    assert "一つ目.csv" in words(as_(cast.reviewer).get("/plans/sogo/import/"))
    settle_background()
    assert held() == ["二つ目.csv"] and "指標その5の件数" in words(page(cast))
    dropped = AuditEntry.objects.get(action="plan.file_drop")
    assert dropped.after["file"] == "一つ目.csv" and dropped.actor_key == cast.reviewer.key


def test_who_drops_the_second_while_it_is_read_has_the_first_again(cast: Cast, plan: Plan) -> None:
    send(cast, SHORT, "一つ目.csv")
    send(cast, long_list(), "二つ目.csv")
    as_(cast.reviewer).post("/plans/sogo/import/check/", {"act": "drop"})
    settle_background()
    assert held() == ["一つ目.csv"] and "待ち時間" in words(page(cast))


def test_a_page_that_knew_of_no_file_replaces_none(cast: Cast, plan: Plan) -> None:
    """Two tabs: the second was opened before the first sent its file."""
    send(cast, SHORT, "一つ目.csv")
    unseen = as_(cast.reviewer).post("/plans/sogo/import/", {"file": SimpleUploadedFile("二つ目.csv", SHORT.encode())})
    assert unseen.status_code == 422 and "「一つ目.csv」を確かめている途中です" in words(unseen)
    assert held() == ["一つ目.csv"] and "読み取れないときは、このファイルが残ります" in words(unseen)


def test_no_file_takes_the_place_of_one_that_is_being_taken(cast: Cast, plan: Plan) -> None:
    send(cast, long_list(), "一つ目.csv")
    settle_background()
    act(cast, "take", everything="on")
    assert "「一つ目.csv」を取り込んでいます" in words(send(cast, SHORT, "二つ目.csv"))
    settle_background()
    assert Measure.objects.filter(plan=plan).count() == 40
