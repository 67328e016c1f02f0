"""The demo's second plan: another office's list of KPI with targets for the last year only, invented from end to end.

令和7年度 is its third year of five, so that next year's 目標 and two plans at once can be tried.
"""

from collections.abc import Iterator

from review import queries
from review.domain import items
from review.domain.fields import OWN
from review.domain.form_presets import KPI
from review.domain.sheet import IndicatorBlock, IndicatorCell, PlanDocument, Sheet
from review.models import Cycle, Department, IndicatorYear, MeasureYear, Plan
from review.plan.services import planning, plans
from review.sheet.services import submission
from review.year.services import cycles
from workflow import steps
from workflow.demo import story
from workflow.demo.people import SECOND, person, writer_of
from workflow.demo.story import Say

NAME, OFFICE = "総合戦略(架空の見本)", "企画課"
CALLED = plans.Names.of(OFFICE, "総合戦略推進会議", "Planning Division", "Strategy Council")
YEARS, YEAR = range(2023, 2028), 2025
AREAS = (("1", "しごとと人の流れをつくる"), ("2", "安心して暮らせるまちをつくる"))
#: 施策ID, name and office of a 施策, and for each goal its name, unit, 基準値, target, and the 実績 of the first years.
MEASURES = (
    ("1-1", "創業と商店街のにぎわいを支える", "産業振興課", (
        ("創業者数(累計)", "人", "40", "140", ("58", "81", "104")),
        ("空き店舗の数", "店", "60", "40", ("57", "55", "56")),
    )),
    ("1-2", "農業のにない手を育てる", "農林水産課", (
        ("新規就農者数(累計)", "人", "10", "35", ("14", "19", "23")),
        ("農業体験の参加者数", "人", "300", "500", ("330", "410", "520")),
    )),
    ("2-1", "まちの魅力を伝える", "シティプロモーション課", (
        ("移住相談の件数", "件", "120", "240", ("135", "150", "171")),
        ("まちに愛着を持つ市民の割合", "%", "62.0", "75.0", ("63.1", "64.0", "66.5")),
    )),
    ("2-2", "健康に暮らせる期間を延ばす", "健康推進課", (
        ("健康診査の受診率", "%", "38.5", "50.0", ("39.2", "41.0", "43.8")),
        ("健康教室の参加者数", "人", "800", "1,200", ("820", "870", "905")),
    )),
)  # fmt: skip


def take_in(say: Say) -> Cycle:
    """The plan with its goals and the values of its first years; returns the drafted year."""
    plan = plans.create(
        short_name=SECOND,
        name=NAME,
        city=story.CITY,
        municipality_code=story.CITY_CODE,
        called=CALLED,
        first_year=YEARS[0],
        last_year=YEARS[-1],
        form=KPI,
    )
    Plan.objects.filter(pk=plan.pk).update(office_department=Department.objects.get(name=OFFICE))
    document = PlanDocument(years=tuple(YEARS), sheets=tuple(_sheets()))
    done = planning.import_plan(document, plan_name=NAME, city=story.CITY, year=YEAR)
    IndicatorYear.objects.filter(indicator__measure__plan=plan).exclude(actual="").update(demo=True)
    say(f"2つめの計画を作りました: {NAME} 施策 {done.measures} 件、成果目標 {done.indicators} 件")
    drafted = cycles.draft_first(plan=plan, fiscal_year=YEAR)
    drafted.requires_endorsement = True  # so that a head has something to do
    drafted.save(update_fields=["requires_endorsement"])
    return drafted


def _sheets() -> Iterator[Sheet]:
    for code, name, owner, goals in MEASURES:
        blocks = tuple(
            IndicatorBlock(
                number=number,
                unit=unit,
                baseline=f"{base}{unit}",
                years=tuple(
                    IndicatorCell(fiscal_year=year, name=goal, actual=actual, target=target)
                    for year, actual, target in _cells(unit, aim, values)
                ),
            )
            for number, (goal, unit, base, aim, values) in enumerate(goals, start=1)
        )
        group = (next(area for area in AREAS if area[0] == code[0]),)
        yield Sheet(code=code, name=name, owner=owner, group=group, indicators=blocks)


def _cells(unit: str, aim: str, values: tuple[str, ...]) -> Iterator[tuple[int, str, str]]:
    """Each year with its 実績, those of the open year and later blank, and its target: the last year's alone."""
    for place, year in enumerate(YEARS):
        actual = f"{values[place]}{unit}" if year < YEAR else ""
        yield year, actual, f"{aim}{unit}" if year == YEARS[-1] else ""


def leave_work(cycle: Cycle, say: Say) -> None:
    """One sheet with each: being entered, waiting for its head, waiting for 確認, waiting for 承認."""
    for place, (code, _name, _owner, goals) in enumerate(MEASURES):
        review = story.sheet(cycle, code)
        whole = place > 0
        shown = goals if whole else goals[:1]
        texts = {items.actual_key(n): f"{goal[4][-1]}{goal[1]}" for n, goal in enumerate(shown, start=1)}
        texts |= {f"{OWN}kpiの評価": "おおむね順調"} if whole else {}
        user = writer_of(review.measure_year.owner)
        submission.save_draft(user=user, review_id=review.pk, version=review.version, texts=texts)
        typed = [row.pk for row in queries.indicator_years(review) if row.indicator.number <= len(shown)]
        IndicatorYear.objects.filter(pk__in=typed).update(demo=True)
        MeasureYear.objects.filter(pk=review.measure_year_id).update(demo=True)
        if whole:
            review = steps.submit(user=user, review_id=review.pk)
        if place > 1:
            head = person(user.username.replace("tanto", "kacho"))
            review = steps.endorse(user=head, review_id=review.pk)
    steps.confirm(user=person("kakunin4"), review_id=review.pk, round=review.round)
    say(f"{cycle.plan.name}の{cycle.label}にも、入力・確認・承認の仕事を残しました")
