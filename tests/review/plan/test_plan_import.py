"""計画の取込み on the screen: sent, corrected, looked at, and taken as a whole or not at all."""

import json
import re
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.urls import reverse
from openpyxl import load_workbook

from review import clock
from review.domain.form_presets import PRESETS
from review.domain.forms import city_form
from review.domain.plan_text import read_plan_text
from review.domain.refusals import Invalid, NotAllowed, Stale
from review.domain.sheet import Doubt, IndicatorBlock, IndicatorCell, PlanDocument, Sheet
from review.models import AuditEntry, Department, Indicator, IndicatorYear, Measure, MeasureYear, Plan, PlanUpload
from review.plan.services import plan_files, planning
from review.workbook import plan_list, sandbox
from tests.cast import Cast, settle_background
from tests.corpus.hostile import CASES
from tests.review.acting import as_, words
from tests.review.test_languages import left_in_japanese
from tests.review.workbook.samples import FACTS

LIST = """取組,担当課,めあて,令和6年度目標,令和6年度実績,最新
窓口,市民課,待ち時間,10分,12分,11分
予約,,件数,5件,6件,7件
"""


@pytest.fixture
def plan(cast: Cast) -> Plan:
    return Plan.objects.create(short_name="sogo", name="総合戦略", city="見本市", first_year=2024, last_year=2027)


def send(cast: Cast, content: bytes | str, name: str = "一覧.csv", who: str = "reviewer") -> HttpResponse:
    data = content.encode() if isinstance(content, str) else content
    first = PlanUpload.objects.filter(uploaded_by=cast.people[who], applied_at=None, arriving=False).first()
    instead = str(first.pk) if first else ""  # as the page of the import says it
    sent = {"file": SimpleUploadedFile(name, data), "instead": instead}
    return as_(cast.people[who]).post("/plans/sogo/import/", sent)


def page(cast: Cast, follow: bool = False) -> HttpResponse:
    return as_(cast.reviewer).get("/plans/sogo/import/check/", follow=follow)


def typed(answer: HttpResponse) -> dict[str, Any]:
    """What a browser would send of the page as it stands."""
    form = answer.context["form"]
    values = {bound.html_name: bound.value() for bound in form}
    held = {name: value for name, value in values.items() if value not in (None, False, "")}
    return {name: str(value) for name, value in held.items()} | {"version": answer.context["preview"].version}


def act(cast: Cast, what: str, **changed: Any) -> HttpResponse:
    return as_(cast.reviewer).post("/plans/sogo/import/check/", {**typed(page(cast)), "act": what, **changed})


def names(cast: Cast) -> dict[str, str]:
    """{heading: name of its control}."""
    columns = page(cast).context["form"].columns
    return {column["label"]: column["held_as"].html_name for column in columns}


def test_a_list_is_sent_corrected_looked_at_and_taken(cast: Cast, plan: Plan) -> None:
    answer = send(cast, LIST)
    assert answer.status_code == 303 and answer["Location"] == "/plans/sogo/import/check/"
    assert not Measure.objects.filter(plan=plan).exists()
    at = names(cast)
    year = at["最新"].replace("role", "year")
    done = act(cast, "read", **{at["めあて"]: "指標", at["最新"]: "実績"})
    assert done.status_code == 303
    act(cast, "read", **{year: "2025"})
    shown = page(cast)
    assert "待ち時間" in words(shown) and "11分" in words(shown)
    (doubt,) = [row for row in shown.context["preview"].rows if row.code == "no_department"]
    assert act(cast, "take").status_code == 422 and "確かめていない点" in words(act(cast, "take"))
    act(cast, "read", **{f"text-{doubt.key}": "広報課"})
    done = act(cast, "take", everything="on")
    assert done.status_code == 303 and done["Location"] == "/plans/sogo/"
    owners = dict(MeasureYear.objects.filter(measure__plan=plan).values_list("name", "owner__name"))
    assert owners == {"窓口": "市民課", "予約": "広報課"}
    goal = Indicator.objects.get(measure__plan=plan, measure__code="01")
    assert dict(goal.years.values_list("fiscal_year", "actual"))[2025] == "11分"
    entry = AuditEntry.objects.get(action="plan.import")
    assert entry.actor_key == cast.reviewer.key and entry.after["corrections"]["offices"]


UNTIDY = """施策名,担当課,指標,令和6年度目標,令和6年度実績,達成率,謎の欄
窓口,市民課,待ち時間,10分,12分,80%,ア
予約,,件数,5件,6件,120%,イ
予約,〃,満足度,80%以上,〃,100%,ウ
,,,7件,8件,,
合計,,,1,2,,
"""


def test_what_may_be_read_wrongly_stands_before_what_is_left_out_and_what_was_made(cast: Cast, plan: Plan) -> None:
    send(cast, UNTIDY)
    form = page(cast).context["form"]
    sorts = {head: [one["row"].code for one in rows] for head, rows in form.doubts}
    assert list(sorts) == ["読み方", "取り込まないもの", "付けた施策ID・分野・部署"]
    assert {"ditto"} <= set(sorts["読み方"]) and {"unknown_column", "total_row"} <= set(sorts["取り込まないもの"])
    assert set(sorts["付けた施策ID・分野・部署"]) == {"code_made", "field_proposed"}
    assert sorted(code for codes in sorts.values() for code in codes) == sorted(row.code for row in form.preview.rows)


def test_an_english_reader_is_told_every_doubt_in_english(cast: Cast, plan: Plan) -> None:
    send(cast, UNTIDY)
    client = as_(cast.reviewer)
    client.cookies["django_language"] = "en"
    answer = client.get("/plans/sogo/import/check/")
    rows = answer.context["preview"].rows
    assert len({row.code for row in rows}) > 5
    typed_there = {cell.strip() for line in UNTIDY.split("\n") for cell in line.split(",")} - {""}
    names = {plan.name, "一覧.csv", "担当未定", plan.city, cast.reviewer.display_name, *(row.text for row in rows)}
    known = sorted(typed_there | names | set(Department.objects.values_list("name", flat=True)), key=len, reverse=True)
    assert left_in_japanese(answer.content.decode(), [one for one in known if one]) == []


def test_the_assignment_is_next_years_template_and_the_screen_says_so(cast: Cast, plan: Plan) -> None:
    send(cast, LIST)
    act(cast, "read", **{names(cast)["めあて"]: "指標"})
    act(cast, "take", everything="on")
    send(cast, LIST.replace("令和6年度", "令和7年度"))
    shown = page(cast)
    assert "割り当てを使いました" in words(shown)
    assert shown.context["form"].columns[2]["role"] == "指標"
    assert "前回は「一覧.csv」" in words(as_(cast.reviewer).get("/plans/sogo/import/"))


def test_what_would_change_stands_before_and_after_and_twice_changes_nothing(cast: Cast, plan: Plan) -> None:
    first = "施策名,担当課,指標,令和6年度目標\n窓口,市民課,待ち時間,10分\n予約,市民課,件数,5件\n"
    send(cast, first)
    act(cast, "take", everything="on")
    send(cast, first.replace("10分", "8分") + "広報,市民課,発行回数,12回\n")
    shown = page(cast).context
    changes = [(one.measure, one.item, one.before, one.after) for one in (*shown["changes"], *shown["additions"])]
    assert changes == [
        ("01", "成果目標① 目標", "10分", "8分"), ("03", "施策の追加", "", "広報"), ("03", "成果目標の追加", "", "発行回数"),
    ]  # fmt: skip
    act(cast, "drop")
    assert not PlanUpload.objects.filter(applied_at=None).exists()
    send(cast, first)
    again = page(cast)
    assert "取り込むものはありません" in words(again) and "同じファイルを" in words(again)
    assert act(cast, "take", everything="on").status_code == 422


def test_a_plan_that_changed_meanwhile_is_looked_at_again(cast: Cast, plan: Plan) -> None:
    send(cast, "施策名,担当課,指標,令和6年度目標\n窓口,市民課,待ち時間,10分\n")
    before = typed(page(cast))
    field = plan.fields.create(number="1", name="分野")
    Measure.objects.create(plan=plan, code="01", field=field, first_year=2024)
    answer = as_(cast.reviewer).post(
        "/plans/sogo/import/check/", {**before, "act": "take", "everything": "on"}, follow=True
    )
    assert "もう一度見比べて" in words(answer)
    assert not IndicatorYear.objects.filter(indicator__measure__plan=plan).exists()
    with pytest.raises(Stale):
        plan_files.take(user=cast.reviewer, upload_id=PlanUpload.objects.get().pk, version="x", everything=True)
    assert act(cast, "take", everything="on").status_code == 303


@pytest.mark.parametrize(
    "content, sentence",
    [
        ("", "ファイルが空です"),
        ("買い物,数\nりんご,3\n", "計画の一覧や評価シートではないようです"),
        ("施策名,担当課,指標,平成20年度目標\n窓口,市民課,待ち時間,10分\n", "計画の期間"),
        (f"施策名,担当課,指標,令和6年度目標\n{'長' * 201},市民課,待ち時間,10分\n", "200文字まで"),
        ("施策名,指標\n窓口,待ち時間\n", "年度"),
        (b"\x00\x01\x02" * 50, "CSV"),
    ],
)
def test_what_is_no_list_of_the_plan_gets_a_sentence_and_is_not_held(
    cast: Cast, plan: Plan, content: Any, sentence: str
) -> None:
    answer = send(cast, content)
    assert answer.status_code == 422 and sentence in words(answer)
    assert not PlanUpload.objects.exists() and not Measure.objects.filter(plan=plan).exists()


@pytest.mark.parametrize("name", {code: name for name, (code, _make) in CASES.items()}.values())
def test_a_hostile_file_stops_at_this_door_too(cast: Cast, plan: Plan, name: str) -> None:
    answer = send(cast, CASES[name][1](), "計画.xlsx")
    if answer.status_code == 303:  # a large one is looked at by the job
        settle_background()
        assert PlanUpload.objects.get().refusal in words(page(cast, follow=True))
        assert not PlanUpload.objects.exclude(content=b"").exists()
    else:
        assert answer.status_code in (413, 422) and not PlanUpload.objects.exists()


def test_another_plans_and_another_citys_file_is_accepted_by_nobody_in_passing(cast: Cast, plan: Plan) -> None:
    send(cast, "施策名,担当課,指標,令和6年度目標\n窓口,市民課,待ち時間,10分\n予約,市民課,件数,5件\n")
    act(cast, "take", everything="on")
    send(cast, "施策名,担当課,指標,令和6年度目標\n港,港湾課,入港数,10隻\n橋,土木課,点検数,5件\n林,林務課,植林,3本\n")
    rows = {row.code: row for row in page(cast).context["preview"].rows}
    assert {"other_plan", "other_city"} <= rows.keys() and next(iter(rows)) in ("other_plan", "other_city")
    refused = act(cast, "take", everything="on")
    assert refused.status_code == 422 and "確かめていない点が2件" in words(refused)
    ticks = {f"ok-{rows[code].key}": "on" for code in ("other_plan", "other_city")}
    assert act(cast, "take", everything="on", **ticks).status_code == 303


def test_half_a_plan_and_numbers_twice_are_named(cast: Cast, plan: Plan) -> None:
    whole = "番号,施策名,担当課,指標,令和6年度目標\n1,窓口,市民課,待ち時間,10分\n2,予約,市民課,件数,5件\n"
    send(cast, whole)
    act(cast, "take", everything="on")
    send(
        cast,
        "番号,施策名,担当課,指標,令和6年度目標\n1,窓口,市民課,待ち時間,10分\n1,広報,市民課,発行,\n3,地図,市民課,,\n",
    )
    rows = {row.code: row for row in page(cast).context["preview"].rows}
    assert {"measures_missing", "no_goal", "no_target", "code_made"} <= rows.keys()
    assert "ほかの施策と同じ" in rows["code_made"].detail
    act(cast, "read", **{f"text-{rows['code_made'].key}": "4"})
    assert [sheet.code for sheet in page(cast).context["sheets"]] == ["1", "4", "3"]
    code = {row.code: row for row in page(cast).context["preview"].rows}
    assert "code_made" not in code


def test_a_department_whose_letters_are_damaged_is_taken_as_proposed_or_as_typed(cast: Cast, plan: Plan) -> None:
    for typed_so, owner in ((False, "健康推進課"), (True, "康推進課")):
        document = plan_files.document_of(*scanned(), plan)
        (doubt,) = document.doubts
        upload = PlanUpload.objects.create(
            plan=plan, reading=scanned()[0], uploaded_by=cast.reviewer, uploaded_at=clock.now(), content=b""
        )
        corrections = {"offices": {"01-01": {"康推進課": "康推進課"}}} if typed_so else {}
        upload = plan_files.ask(user=cast.reviewer, upload=upload, act="read", corrections=corrections, year=2024)
        preview = plan_files.preview(upload)
        assert preview.document.sheets[0].owner == owner
        assert (doubt.code in {row.code for row in preview.rows}) is not typed_so
        plan_files.drop(user=cast.reviewer, upload=upload)


def scanned() -> tuple[dict[str, Any], dict[str, Any]]:
    """The city's form after a scan, as the reading process tells it."""
    detail = "主管部署「康推進課」は、文字が欠けたか旧字体になった「健康推進課」と思われます。"
    doubt = Doubt(code="damaged_department", measure="01-01", line=3, proposal="健康推進課", detail=detail)
    cell = IndicatorCell(fiscal_year=2024, name="件数", target="5件")
    goals = (IndicatorBlock(number=1, years=(cell,)),)
    sheet = Sheet(code="01-01", name="窓口", owner="康推進課", indicators=goals)
    document = PlanDocument(years=(2024,), sheets=(sheet,), doubts=(doubt,))
    return {"document": as_sent(document), "doubts": [], "measures": []}, {}


def as_sent(document: PlanDocument) -> dict[str, Any]:
    """The document as it comes back from the reading process."""
    data: dict[str, Any] = json.loads(json.dumps(asdict(document)))
    return data


def test_a_whole_document_comes_back_from_the_reading_process_as_it_was() -> None:
    document = read_plan_text(FACTS.read_bytes())
    assert city_form.document_from(as_sent(document)) == document


def test_an_open_year_stays_and_another_plan_is_never_touched(cast: Cast) -> None:
    review = cast.open(1)[0] if isinstance(cast.open(1), list) else cast.sheet(1)
    before = list(MeasureYear.objects.values())
    name = review.measure_year.name
    text = f"施策名,担当課,指標,令和6年度目標\n{name},新しい課,待ち時間,10分\n"
    file = SimpleUploadedFile("一覧.csv", text.encode())
    assert as_(cast.reviewer).post("/plans/dx/import/", {"file": file}).status_code == 303
    rows = as_(cast.reviewer).get("/plans/dx/import/check/").context["preview"].rows
    assert "differs_from_open_year" in {row.code for row in rows}
    assert list(MeasureYear.objects.values()) == before


def test_it_is_for_the_reviewer_and_for_the_administrator_while_there_is_none(cast: Cast, plan: Plan) -> None:
    for name in ("plan_import", "plan_import_check", "plan_import_form"):
        assert as_(cast.administrator).get(reverse(f"meguri:{name}", args=["sogo"])).status_code == 403
        assert as_(cast.contributor).get(reverse(f"meguri:{name}", args=["sogo"])).status_code == 403
    send(cast, LIST)
    upload = PlanUpload.objects.get()
    with pytest.raises(NotAllowed):
        plan_files.ask(user=cast.administrator, upload=upload, act="read", corrections={})
    with pytest.raises(NotAllowed):
        plan_files.drop(user=cast.administrator, upload=upload)
    for post in (cast.reviewer, cast.reviewer2):
        post.appointments.update(ends_on=clock.today() - timedelta(days=1))
    assert send(cast, LIST, who="administrator").status_code == 303


def test_one_file_a_person_and_a_forgotten_one_goes(cast: Cast, plan: Plan) -> None:
    send(cast, LIST)
    PlanUpload.objects.update(uploaded_at=clock.now() - timedelta(days=8))
    send(cast, LIST, who="reviewer2")
    assert PlanUpload.objects.get().uploaded_by == cast.reviewer2
    assert as_(cast.reviewer).get("/plans/sogo/import/check/").status_code == 303


def test_what_cannot_be_read_any_more_is_refused_without_loss(cast: Cast, plan: Plan) -> None:
    send(cast, LIST)
    at = names(cast)
    before = PlanUpload.objects.get()
    wrong = dict.fromkeys(at.values(), "取り込まない欄")
    answer = act(cast, "read", **wrong)
    assert answer.status_code in (303, 422)
    with pytest.raises(Invalid):
        plan_files.ask(user=cast.reviewer, upload=before, act="read", corrections={"codes": {"01": "長" * 30}})
    assert PlanUpload.objects.get().content


# --- the blank form -------------------------------------------------------------------------------------------------


OWN_LABELS = {
    "activity": {"current_state": "事業の目的", "description": "事業の内容", "policy": "改善の内容"},
    "odd": {"current_state": "ねらい"},
}


@pytest.mark.parametrize("form", ["city", "kpi", "activity", "odd"])
def test_the_blank_form_filled_in_reads_back_cell_by_cell(
    cast: Cast, plan: Plan, form: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = {key: {"label": label} for key, label in OWN_LABELS["odd"].items()}
    monkeypatch.setitem(PRESETS, "odd", {"called": called})
    Plan.objects.filter(pk=plan.pk).update(form=form)
    answer = as_(cast.reviewer).get("/plans/sogo/import/blank/")
    assert "sogo.xlsx" in answer["Content-Disposition"]
    plan.refresh_from_db()
    labels = plan_list.TEXTS | OWN_LABELS.get(form, {})
    path = tmp_path / "form.xlsx"
    path.write_bytes(answer.content)
    book = load_workbook(path)
    sheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[3]]
    goals = [("待ち時間", "分", "15", "活動指標"), ("満足度", "%", "70%", "成果指標"), ("来訪", "人", "8人", "")]
    for row, (name, unit, baseline, sort) in enumerate(goals, start=4):
        first = {"施策ID": "1-1", "分野": "くらし", "施策名": "窓口", "主管部署": "市民課", "関連部署": "広報課"}
        texts = {head: f"{head}の文章" for head in heads if head in labels.values()}
        facts = {**first, **texts} if row == 4 else {}
        facts |= {"指標": name, "単位": unit, "基準値": baseline, "指標の区分": sort}
        facts |= {head: f"{head[2]}{row}" for head in heads if re.search("年度(目標|実績)$", head)}
        for column, head in enumerate(heads, start=1):
            sheet.cell(row=row, column=column).value = facts.get(head)
    book.save(path)
    read = sandbox.read("form", path, {"called": planning.called(plan)}).entry
    assert read and not [one for one in read["doubts"] if one["code"] != "bare_numbers"]
    (measure,) = read["measures"]
    assert (measure["code"], measure["group"], measure["name"]) == ("1-1", "くらし", "窓口")
    assert measure["departments"] == ["市民課", "広報課"]
    assert [(one["name"], one["unit"], one["baseline"]) for one in measure["indicators"]] == [one[:3] for one in goals]
    assert read["sorts"] == [["activity", "outcome", ""]]
    assert measure["indicators"][0]["targets"] == {"2024": "64", "2025": "74", "2026": "84", "2027": "94"}
    assert measure["indicators"][1]["actuals"]["2027"] == "95"
    document = plan_files.document_of(read, {}, plan)
    off = {"kpi": {"current_state", "expected_effect"}, "activity": {"expected_effect"}}.get(form, set())
    texts = document.sheets[0].texts
    assert texts == {key: f"{label}の文章" for key, label in labels.items() if key not in off}


def test_departments_are_made_only_by_the_taking(cast: Cast, plan: Plan) -> None:
    send(cast, "施策名,担当課,指標,令和6年度目標\n窓口,まちづくり課,待ち時間,10分\n")
    page(cast)
    assert not Department.objects.filter(name="まちづくり課").exists()
