"""What happens in the demo, in order: 令和6年度 from import to publication, and 令和7年度 left with work to do.

The 実績 of the document's last reported year are held back at import and typed in by the departments, so that the
published edition is the result of the flow and of nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings

from review import calendar, clock, queries
from review.assessment.services import approval, assessment, definitions
from review.domain import items
from review.domain.plan_text import read_plan_text
from review.domain.sheet import IndicatorBlock, PlanDocument, Sheet
from review.models import Cycle, CycleState, IndicatorYear, MeasureReview, MeasureYear, Outcome, ReviewState, User
from review.plan.services import planning, plans
from review.sheet.services import submission
from review.year.services import cycles
from review.year.services.cycles import Deadlines
from workflow import steps
from workflow.demo.each import each
from workflow.demo.people import FIRST, OFFICE, person, writer_of
from workflow.demo.waiting import wait_for

FACTS = Path(settings.BASE_DIR) / "review" / "seed" / "facts.txt"
CITY, PLAN = "木更津市", "木更津市DX推進計画"
CALLED = plans.Names.of("情報経営課", "DX推進本部", "Information Management Division", "DX Promotion Headquarters")
CITY_CODE = "122068"

Say = Callable[[str], None]


# --- Plan --------------------------------------------------------------------------------------------------------


def take_in(say: Say) -> tuple[PlanDocument, Cycle]:
    """Import the plan without its last year's 実績; returns the whole document and the drafted year."""
    document = read_plan_text(FACTS.read_bytes())
    year = planning.sheets_year(document)
    held = replace(document, sheets=tuple(_without_actuals(sheet, year) for sheet in document.sheets))
    plan = plans.create(
        short_name=FIRST,
        name=PLAN,
        city=CITY,
        municipality_code=CITY_CODE,
        called=CALLED,
        first_year=min(document.years),
        last_year=max(document.years),
    )
    done = planning.import_plan(held, plan_name=PLAN, city=CITY, municipality_code=CITY_CODE, year=year)
    say(
        f"計画を取り込みました: 施策 {done.measures} 件、成果目標 {done.indicators} 件、確認が必要な点 {len(done.doubts)} 件"
    )
    return document, cycles.draft(plan=plan, fiscal_year=year)


def _without_actuals(sheet: Sheet, year: int) -> Sheet:
    def blanked(block: IndicatorBlock) -> IndicatorBlock:
        cells = tuple(replace(cell, actual="") if cell.fiscal_year == year else cell for cell in block.years)
        return replace(block, years=cells)

    return replace(sheet, indicators=tuple(blanked(block) for block in sheet.indicators))


def actuals_of(document: PlanDocument, year: int) -> dict[str, dict[int, str]]:
    """{施策ID: {成果目標の番号: 実績}} of one year of the document."""
    return {
        sheet.code: {
            block.number: cell.actual for block in sheet.indicators for cell in block.years if cell.fiscal_year == year
        }
        for sheet in document.sheets
    }


def open_year(cycle: Cycle, say: Say, username: str = "kakunin1") -> None:
    """Set the deadlines from today on and open the year, as this reviewer; a worker launches the sheets."""
    days = calendar.city()
    start = days.next_open(clock.today())
    due, closes, check, decide = (days.add(start, count) for count in (15, 20, 30, 40))
    noon = clock.now().replace(hour=8, minute=0, second=0, microsecond=0)  # 17:00 in Tokyo

    def at(day: date) -> datetime:
        return noon.replace(year=day.year, month=day.month, day=day.day)

    reviewer = person(username)
    heads = at(days.add(start, 25)) if cycle.requires_endorsement else None
    deadlines = Deadlines(
        due_at=at(due), closes_at=at(closes), endorse_due_at=heads, review_due_at=at(check), decide_due_at=at(decide)
    )
    cycles.set_deadlines(user=reviewer, cycle_id=cycle.pk, deadlines=deadlines)
    confirm_definitions(cycle, reviewer, say)
    steps.open_year(user=reviewer, cycle_id=cycle.pk)
    expected = MeasureYear.objects.filter(measure__plan=cycle.plan, fiscal_year=cycle.fiscal_year).count()
    wait_for(
        f"{cycle.label}の施策シートの準備",
        lambda: MeasureReview.objects.filter(cycle=cycle).exclude(process=None).count() == expected,
    )
    say(f"{cycle.plan}の{cycle.label}を開始しました: 施策シート {expected} 件")


def confirm_definitions(cycle: Cycle, reviewer: User, say: Say) -> None:
    """Confirm what is asked of the year's goals as proposed; the doubtful ones too, for somebody looked at them."""
    years = definitions.years_of(indicator__in=[row.indicator_id for row in definitions.open_in(cycle).asking])
    chosen = {}
    for goal, rows in years.items():
        one = definitions.proposal(next(row for row in rows if row.fiscal_year == cycle.fiscal_year), rows)
        chosen[goal] = definitions.Definition(direction=one.direction, unit=one.unit, kind=one.kind)
    count = definitions.confirm(user=reviewer, cycle=cycle, chosen=chosen)
    say(f"{cycle.label}の成果目標の定義を確認しました: {count} 件")


# --- Do, Check -----------------------------------------------------------------------------------------------------


def run_year(cycle: Cycle, actuals: dict[str, dict[int, str]], say: Say) -> None:
    """Every sheet through submission, review and approval, with a recall, two returns and a late submission."""
    codes = sorted(actuals)
    recalled, returned, sent_back, to_review, late = codes[0], codes[6], codes[2], codes[11], codes[-1]
    for code in codes:
        if code != late:
            _write(cycle, code, actuals[code], first_try=code == returned)
            _submit(cycle, code)
    say(f"{len(codes) - 1} 施策の実績を入力し、提出しました")
    _recall(cycle, recalled, say)
    _late(cycle, late, actuals[late], say)
    _review_all(cycle, returned, actuals[returned], say)
    _approve_all(cycle, sent_back, to_review, say)


def sheet(cycle: Cycle, code: str) -> MeasureReview:
    rows = queries.reviews(MeasureReview.objects.filter(cycle=cycle, measure_year__measure__code=code))
    return rows.get()


def _writer(review: MeasureReview) -> User:
    return writer_of(review.measure_year.owner)


def _write(cycle: Cycle, code: str, actuals: dict[int, str], *, first_try: bool = False) -> None:
    """Type the 実績; where a target was missed, 要因 and 対応 in a line of the demo's own. A `first_try` forgets a sign."""
    review = sheet(cycle, code)
    texts = {items.actual_key(number): value for number, value in actuals.items() if value.strip()}
    if first_try:
        key = max(texts)
        texts[key] = texts[key].rstrip("%")
    review = submission.save_draft(user=_writer(review), review_id=review.pk, version=review.version, texts=texts)
    missing = submission.missing(review)
    blanks = {key: "-(この年度は対象がありません)" for key in missing if key.startswith("indicator:")}
    words = {
        "cause": "(記載例)利用の広がりが見込みより遅れました。",
        "response": "(記載例)周知の時期と方法を見直します。",
    }
    texts = {
        **blanks,
        **{key: words[key] for key in words if key in missing},
        "progress": "(記載例)予定した取組を行いました。",
    }
    submission.save_draft(user=_writer(review), review_id=review.pk, version=review.version, texts=texts)


def _submit(cycle: Cycle, code: str) -> None:
    review = sheet(cycle, code)
    steps.submit(user=_writer(review), review_id=review.pk)


def _recall(cycle: Cycle, code: str, say: Say) -> None:
    review = sheet(cycle, code)
    steps.recall(user=_writer(review), review_id=review.pk)
    _submit(cycle, code)
    say(f"{code} は提出のあと取り下げ、もう一度提出しました(取下げ)")


def _late(cycle: Cycle, code: str, actuals: dict[int, str], say: Say) -> None:
    # The demo does not wait three weeks: the office moves 提出期限 to this moment, 締切 stays.
    cycle.refresh_from_db()
    moved = Deadlines(
        due_at=clock.now() - timedelta(seconds=1),
        closes_at=cycle.closes_at or clock.now(),
        review_due_at=cycle.review_due_at,
        decide_due_at=cycle.decide_due_at,
    )
    cycles.set_deadlines(user=person("kakunin1"), cycle_id=cycle.pk, deadlines=moved)
    _write(cycle, code, actuals)
    _submit(cycle, code)
    say(f"{code} は提出期限を過ぎて提出しました(期限後)")


def _review_all(cycle: Cycle, returned: str, actuals: dict[int, str], say: Say) -> None:
    review = sheet(cycle, returned)
    key = items.actual_key(max(number for number, value in actuals.items() if value.strip()))
    steps.return_to_department(
        user=person("kakunin1"),
        review_id=review.pk,
        round=review.round,
        comment="",
        remarks={key: "単位がありません。目標と同じ単位を付けてください。"},
    )
    _write(cycle, returned, actuals)
    _submit(cycle, returned)
    say(f"{returned} は確認で差し戻され、直して再提出しました(確認の差戻し)")
    for place, review in enumerate(_in_state(cycle, ReviewState.SUBMITTED)):
        _confirm(review, place)
    say(f"{cycle.label}の全施策を確認しました")


def _confirm(review: MeasureReview, place: int) -> None:
    # 情報経営課's own sheets go to a reviewer who does not write for the office.
    turn = 2 if review.measure_year.owner.name == OFFICE else 3
    steps.confirm(user=person(f"kakunin{place % turn + 1}"), review_id=review.pk, round=review.round)


def _in_state(cycle: Cycle, state: ReviewState) -> list[MeasureReview]:
    return list(queries.reviews(MeasureReview.objects.filter(cycle=cycle, state=state)))


def _approve_all(cycle: Cycle, sent_back: str, to_review: str, say: Say) -> None:
    approver = person("shonin1")
    review = sheet(cycle, sent_back)
    steps.return_from_approval(
        user=approver,
        review_id=review.pk,
        round=review.round,
        to=approval.TO_DEPARTMENT,
        comment="取組状況をもう少し詳しく書いてください。",
        remarks={"progress": "何を何回行ったかが分かるようにしてください。"},
    )
    again = sheet(cycle, sent_back)
    submission.save_draft(
        user=_writer(again),
        review_id=again.pk,
        version=again.version,
        texts={"progress": "(記載例)予定した取組を四半期ごとに確かめながら行いました。"},
    )
    _submit(cycle, sent_back)
    _confirm(sheet(cycle, sent_back), 1)
    say(f"{sent_back} は承認で主管部署へ差し戻され、再提出と確認を経ました(承認の差戻し)")
    review = sheet(cycle, to_review)
    steps.return_from_approval(
        user=approver,
        review_id=review.pk,
        round=review.round,
        to=approval.TO_REVIEW,
        comment="評価できない成果目標の扱いを、もう一度確かめてください。",
    )
    _confirm(sheet(cycle, to_review), 0)
    say(f"{to_review} は承認から確認へ差し戻されました")
    waiting = [(row.pk, row.round) for row in _in_state(cycle, ReviewState.REVIEWED)]
    done, refused = each(steps.approve, user=approver, chosen=waiting)
    if refused:
        raise RuntimeError(f"承認できない施策があります: {refused}")
    say(f"{len(done)} 施策を承認しました")


# --- Act -----------------------------------------------------------------------------------------------------------


def publish(cycle: Cycle, say: Say) -> None:
    """The 本部 decides, the worker publishes and drafts the next year."""

    def state() -> str:
        return Cycle.objects.values_list("state", flat=True).get(pk=cycle.pk)

    wait_for("公表案の作成", lambda: state() == CycleState.DECIDING)
    steps.decide_year(user=person("shonin1"), cycle_id=cycle.pk)
    wait_for("公表", lambda: state() == CycleState.PUBLISHED)
    wait_for("次年度の準備", lambda: cycle.plan.cycles.filter(fiscal_year=cycle.fiscal_year + 1).exists())
    edition = cycle.editions.get(current=True)
    say(f"{cycle.label}の評価結果を公表しました: {edition.label} sha256 {edition.sha256}")


def leave_work(cycle: Cycle, say: Say) -> None:
    """Leave the next year with something to do for everyone; every invented value is marked as that."""
    codes = list(
        MeasureYear.objects.filter(measure__plan=cycle.plan, fiscal_year=cycle.fiscal_year)
        .order_by("measure__sort_key")
        .values_list("measure__code", flat=True)
    )
    editing, sent = codes[1:4], codes[4:14]
    for code in editing:
        _invent(cycle, code)
    for code in sent:
        _invent(cycle, code, whole=True)
        _submit(cycle, code)
    _return_one(cycle, sent[0])
    for code in sent[5:]:
        review = sheet(cycle, code)
        if review.measure_year.owner.name != OFFICE:
            _confirm(review, 0)
    _propose(cycle, codes[-1])
    say(f"{cycle.label}には、入力・確認・承認の仕事を残しました(架空の値が含まれ、どの画面の上にもそうあります)")


def _invent(cycle: Cycle, code: str, *, whole: bool = False) -> None:
    review = sheet(cycle, code)
    rows = queries.indicator_years(review)
    before = {
        row.indicator_id: row.actual
        for row in IndicatorYear.objects.filter(
            indicator__in=[row.indicator_id for row in rows], fiscal_year=cycle.fiscal_year - 1
        )
    }
    chosen = rows if whole else rows[:1]
    texts = {items.actual_key(row.indicator.number): _invented(before.get(row.indicator_id, "")) for row in chosen}
    texts |= {"cause": "要因の記載例です。", "response": "対応の記載例です。"} if whole else {}
    submission.save_draft(user=_writer(review), review_id=review.pk, version=review.version, texts=texts)
    IndicatorYear.objects.filter(pk__in=[row.pk for row in chosen]).update(demo=True)
    MeasureYear.objects.filter(pk=review.measure_year_id).update(demo=True)


def _invented(before: str) -> str:
    return before.split("※")[0].split("(")[0].strip() or "-"


def _return_one(cycle: Cycle, code: str) -> None:
    review = sheet(cycle, code)
    steps.return_to_department(
        user=person("kakunin1"),
        review_id=review.pk,
        round=review.round,
        comment="",
        remarks={items.actual_key(1): "架空の値です。実際の値を入力してください。"},
    )


def _propose(cycle: Cycle, code: str) -> None:
    review = sheet(cycle, code)
    approval.propose_outcome(
        user=person("kakunin1"), review_id=review.pk, outcome=Outcome.EXCLUDED, reason="対象外の提案の例です。"
    )
    assessment.comment(user=person("kakunin1"), review_id=review.pk, item="", body="承認者の決定を待っています。")
