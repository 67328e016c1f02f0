"""The page of a plan: what it is and is called is changed by its reviewers, with a reason once a year was opened."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.urls import reverse

from review.domain.refusals import Invalid, NotAllowed
from review.models import Appointment, AuditEntry, Cycle, Plan, PlanField, Role, User
from review.plan.forms.plans import PlanForm
from review.plan.services import plan_settings
from review.plan.services.plan_settings import Settings
from tests.cast import YEAR, Cast, settle_background
from tests.frozen import freeze_now
from tests.review.acting import as_, hidden, words
from workflow import steps

PAGE = "/plans/dx/"


def typed(plan: Plan, **changes: Any) -> dict[str, Any]:
    """What a browser sends of the form, with these changes."""
    form = PlanForm(plan=plan)
    values = {name: form[name].value() for name in form.fields}
    values = {name: value for name, value in values.items() if value not in (None, False)}
    return {**values, **changes}


def save(user: User, **changes: Any) -> HttpResponse:
    return as_(user).post(PAGE, typed(Plan.objects.get(), **changes))


def test_a_draft_year_s_plan_is_changed_freely_and_everything_on_its_page_is_stored(cast: Cast) -> None:
    cycle = cast.draft(1)
    office = cast.departments["情報経営課"]
    changes = {
        "name": "新しい計画", "short_name": "shin", "city": "架空市", "municipality_code": "012345", "first_year": "2021",
        "last_year": "2026", "office": "企画室", "office_en": "Planning", "office_department": str(office.pk),
        "body": "推進会議", "body_en": "Council", "field_01": "くらし", "endorsement": "on",
    }  # fmt: skip
    answer = save(cast.reviewer, **changes)
    assert answer.status_code == 303 and answer["Location"] == "/plans/shin/"
    plan = Plan.objects.get()
    assert {name: str(getattr(plan, name)) for name in changes if hasattr(plan, name)} == {
        name: value for name, value in changes.items() if name not in ("field_01", "endorsement", "office_department")
    } | {"office_department": "情報経営課"}
    assert PlanField.objects.get().name == "くらし"
    cycle.refresh_from_db()
    assert cycle.requires_endorsement
    entry = AuditEntry.objects.get(action="plan.change")
    assert entry.before["office"] == "情報経営課" and entry.after["office"] == "企画室" and "reason" in entry.after
    page = words(as_(cast.reviewer).get("/plans/shin/"))
    assert "DX推進計画 → 新しい計画" in page and "－ → 情報経営課" in page and "行わない → 行う" in page


def test_once_a_year_is_open_a_reason_is_asked_and_shown(cast: Cast) -> None:
    cast.open(1)
    refused = save(cast.reviewer, office="企画室")
    assert refused.status_code == 422 and "変える理由を入力してください" in words(refused)
    assert Plan.objects.get().office == "情報経営課"
    assert save(cast.reviewer, office="企画室", reason="4月に改称されたため").status_code == 303
    page = words(as_(cast.reviewer2).get(PAGE))
    assert "情報経営課 → 企画室" in page and "4月に改称されたため" in page and "確認 四郎" in page


def test_nothing_changed_leaves_no_row_and_asks_no_reason(cast: Cast) -> None:
    cast.open(1)
    assert save(cast.reviewer).status_code == 303
    assert not AuditEntry.objects.filter(action="plan.change").exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"first_year": "2024"}, "計画期間から外せません: 令和4年度、令和5年度"),
        ({"last_year": "2023"}, "計画期間から外せません: 令和6年度"),
        ({"last_year": "2060"}, "20年以内の年度"),
        ({"last_year": "2020"}, "20年以内の年度"),
        ({"last_year": "再来年"}, "数字で入力してください"),
        ({"name": ""}, "入力してください"),
        ({"office": " "}, "入力してください"),
        ({"body": "\u0007"}, "入力してください"),
        ({"field_01": "あ" * 101}, "100"),
        ({"short_name": "PLANS"}, "小文字の英字で始め"),
        ({"short_name": "api"}, "アドレスに使う言葉のため"),
        ({"short_name": "betsu"}, "がすでにあります"),
        ({"name": "別の計画"}, "がすでにあります"),
        ({"municipality_code": "12"}, "数字6桁"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(cast: Cast, changes: dict[str, str], sentence: str) -> None:
    cast.draft(1)
    Plan.objects.create(name="別の計画", short_name="betsu", city="見本市", first_year=2022, last_year=2025)
    own = Plan.objects.get(short_name="dx")
    before = plan_settings.of(own)
    answer = as_(cast.reviewer).post(PAGE, typed(own, **changes))
    assert answer.status_code == 422 and sentence in words(answer)
    assert plan_settings.of(Plan.objects.get(pk=own.pk)) == before


def test_the_short_name_stays_once_something_is_published(cast: Cast) -> None:
    freeze_now(cast, cast.draft(1), "120件")
    answer = save(cast.reviewer, short_name="shin", reason="短くする")
    assert answer.status_code == 422 and "短い名前は変えられません" in words(answer)
    assert save(cast.reviewer, name="新しい計画", reason="改称").status_code == 303


def test_what_submitted_sheets_were_confirmed_with_stays_until_publication(cast: Cast) -> None:
    """Name, city, code and period are sealed with each decision: changed now, the year could never be published."""
    cast.open(1)
    cast.approved(1)
    for changes in ({"name": "新しい計画"}, {"city": "架空市"}, {"municipality_code": "012345"}, {"last_year": "2026"}):
        answer = save(cast.reviewer, reason="改称", **changes)
        assert answer.status_code == 422 and "その年度が公表されるまで変えられません" in words(answer)
    assert save(cast.reviewer, office="企画室", field_01="くらし", reason="改称").status_code == 303
    settle_background()
    steps.decide_year(user=cast.approver, cycle_id=Cycle.objects.get().pk)


def test_two_who_save_at_once_do_not_undo_each_other(cast: Cast) -> None:
    cast.draft(1)
    first, second = as_(cast.reviewer), as_(cast.reviewer2)
    version = hidden(second.get(PAGE), "form_version")
    assert first.post(PAGE, {**typed(Plan.objects.get(), office="企画室"), "form_version": version}).status_code == 303
    late = second.post(PAGE, {**typed(Plan.objects.get(), office="総務課"), "form_version": version})
    assert late.status_code == 409 and "確認 四郎" in words(late) and Plan.objects.get().office == "企画室"


def test_the_administrator_changes_it_only_while_there_is_no_reviewer(cast: Cast) -> None:
    cast.draft(1)
    page = as_(cast.administrator).get(PAGE)
    assert page.status_code == 200 and 'name="office"' not in page.content.decode()
    assert save(cast.administrator, office="企画室").status_code == 403
    with pytest.raises(NotAllowed, match="情報経営課の確認者"):
        plan_settings.change(
            user=cast.approver, plan_id=Plan.objects.get().pk, settings=plan_settings.of(Plan.objects.get())
        )
    Appointment.objects.filter(role=Role.REVIEWER).delete()
    assert save(cast.administrator, office="企画室").status_code == 303 and Plan.objects.get().office == "企画室"


def test_the_page_shows_people_and_years_and_is_linked(cast: Cast) -> None:
    cast.draft(1)
    page = as_(cast.reviewer).get(PAGE)
    text = words(page)
    assert "確認 四郎" in text and "承認 六郎" in text and "令和6年度" in text
    assert reverse("meguri:cycle", args=["dx", YEAR]) in page.content.decode()
    assert f'href="{PAGE}"' in as_(cast.reviewer).get(reverse("meguri:cycles")).content.decode()
    assert f'href="{PAGE}"' in as_(cast.reviewer).get("/").content.decode()
    assert as_(cast.reviewer).get("/plans/nothing/").status_code == 404


def test_a_name_that_cannot_be_stored_is_refused_by_the_service_too(cast: Cast) -> None:
    cast.draft(1)
    plan = Plan.objects.get()
    now = plan_settings.of(plan)
    with pytest.raises(Invalid):
        plan_settings.change(user=cast.reviewer, plan_id=plan.pk, settings=Settings(**{**vars(now), "body": "\x00"}))
