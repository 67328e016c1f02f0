"""What is being made in the background, in words for whoever waits for it."""

from typing import Any

from django.utils.translation import gettext_lazy

from review.models import Cycle, CycleState, Job, JobState

SOON, SELDOM = 5, 20

#: job kind -> what it does, in words, by its stored name: most are made in layers above this one
KINDS: dict[str, Any] = {
    "sheet_workbook": gettext_lazy("施策シートのファイルの作成"),
    "year_workbook": gettext_lazy("集約表の作成"),
    "edition_workbook": gettext_lazy("公表版の集約表の作成"),
    "sheet_pdf": gettext_lazy("施策シートのPDFの作成"),
    "book_pdf": gettext_lazy("集約表のPDFの作成"),
    "meeting_pack": gettext_lazy("本部会議資料の作成"),
    "edition_pdf": gettext_lazy("公表版のPDFの作成"),
    "site_bundle": gettext_lazy("静的サイトの作成"),
    "people.first_passwords": gettext_lazy("仮のパスワードの作成"),
    "plan.file": gettext_lazy("計画のファイルの読取りと取込み"),
    "check_files": gettext_lazy("ファイルの点検"),
    "flow_job": gettext_lazy("年度の手続き"),
    "sheets_together": gettext_lazy("まとめての確認・承認・差戻し"),
    "advance_year": gettext_lazy("年度を次の段階へ進める確認"),
}

#: a step of a flow, which is a job of the kind "flow_job" -> what it does, in words
STEPS: dict[str, Any] = {
    "AnnualCycleFlow.launch": gettext_lazy("施策シートの準備"),
    "AnnualCycleFlow.consolidate": gettext_lazy("公表案の作成"),
    "AnnualCycleFlow.apply_returns": gettext_lazy("差戻し"),
    "AnnualCycleFlow.publish": gettext_lazy("公表"),
    "AnnualCycleFlow.close_sheets": gettext_lazy("施策シートの終了"),
    "AnnualCycleFlow.roll_over": gettext_lazy("次年度の準備"),
    "CorrectionFlow.publish": gettext_lazy("訂正版の公表"),
}


def words_of(job: Job) -> str:
    return str(STEPS.get(job.args.get("step", "")) or KINDS.get(job.kind, job.kind))


def making(cycle: Cycle) -> list[dict[str, Any]]:
    """{label, count, job} of the year's work under way, each kind once; `job` is the one that is at it, None while all
    wait. One query."""
    kinds: dict[str, list[Job]] = {}
    for job in Job.objects.filter(cycle=cycle, state__in=[JobState.RUNNING, JobState.WAITING]).order_by("pk"):
        kinds.setdefault(words_of(job), []).append(job)
    return [
        {"label": label, "count": len(jobs), "job": next((j for j in jobs if j.state == JobState.RUNNING), None)}
        for label, jobs in kinds.items()
    ]


def of_the_background(cycle: Cycle, jobs: int = 1) -> dict[str, Any]:
    """For a page on which people wait: what is under way, and after how many seconds it asks again by itself; 0: never.
    One query, none where no `jobs` are under way at all."""
    under_way, moving = making(cycle) if jobs else [], cycle.state not in (CycleState.DRAFT, CycleState.PUBLISHED)
    return {"making": under_way, "live": SOON if under_way else SELDOM if moving else 0}
