"""年度と期限: the years and their deadlines."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from review import clock
from review.domain import rating
from review.models import AuditEntry, Cycle
from review.year.services import cycles
from tests.cast import YEAR, Cast
from tests.review.acting import as_, queries_of, words

PAGE = f"/plans/dx/{YEAR}/"


def typed(days: int, hour: int = 17) -> str:
    day = timezone.localtime(clock.now()) + timedelta(days=days)
    return day.strftime(f"%Y-%m-%dT{hour:02d}:00")


def test_the_list_names_every_year_with_its_step(cast: Cast) -> None:
    assert "年度はまだありません" in words(as_(cast.reviewer2).get("/cycles/"))
    cast.open(2)
    page = words(as_(cast.reviewer2).get("/cycles/"))
    assert "令和6年度" in page and "実施中" in page and "DX推進計画" in page


def test_deadlines_are_kept_and_shown_in_words(cast: Cast) -> None:
    cast.draft(1)
    form = {"due_at": typed(10), "closes_at": typed(20), "review_due_at": typed(30)}
    response = as_(cast.reviewer2).post(PAGE, form, follow=True)
    page = words(response)
    assert "期限を保存しました" in page and "開庁日" in page and "17:00" in page
    cycle = Cycle.objects.get()
    assert timezone.localtime(cycle.due_at).strftime("%Y-%m-%dT%H:%M") == form["due_at"]
    assert AuditEntry.objects.filter(action="cycle.deadlines", actor_key=cast.reviewer2.key).exists()


def test_deadlines_out_of_order_come_back_as_they_were_typed(cast: Cast) -> None:
    before = cast.draft(1).due_at
    form = {"due_at": typed(20), "closes_at": typed(10)}
    response = as_(cast.reviewer2).post(PAGE, form)
    page = response.content.decode()
    assert response.status_code == 422 and "締切は提出期限より後にしてください" in page
    assert f'value="{form["due_at"]}"' in page and f'value="{form["closes_at"]}"' in page
    assert "data-error-summary" in page
    assert Cycle.objects.get().due_at == before


def test_what_is_no_date_is_said_under_its_field(cast: Cast) -> None:
    cast.draft(1)
    response = as_(cast.reviewer2).post(PAGE, {"due_at": "あした", "closes_at": ""})
    page = words(response)
    assert response.status_code == 422 and "の形で入力してください" in page and "日時を入力してください" in page


def test_a_published_year_keeps_its_deadlines(cast: Cast) -> None:
    cast.draft(1)
    Cycle.objects.update(state="published", published_at=clock.now())
    client = as_(cast.reviewer2)
    assert "公表済みの年度の期限は変更できません" in words(client.get(PAGE))
    assert client.post(PAGE, {"due_at": typed(1), "closes_at": typed(2)}).status_code == 409


def test_a_draft_with_deadlines_can_be_opened_from_here(cast: Cast) -> None:
    cast.draft(1)
    client, link = as_(cast.administrator), reverse("meguri:open_year", args=["dx", YEAR])
    assert link in client.get(PAGE).content.decode()
    Cycle.objects.update(due_at=None, closes_at=None)
    page = client.get(PAGE)
    assert link not in page.content.decode() and "提出期限と締切を保存すると" in words(page)


def test_closed_days_are_pointed_out(cast: Cast) -> None:
    cast.draft(1)
    saturday = timezone.localtime(clock.now())
    while saturday.weekday() != 5:
        saturday += timedelta(days=1)
    Cycle.objects.update(due_at=saturday, closes_at=saturday + timedelta(days=30))
    assert "閉庁日です。次の開庁日は" in words(as_(cast.reviewer2).get(PAGE))


def test_the_scale_is_chosen_while_the_year_is_a_draft(cast: Cast) -> None:
    cycle = cast.draft(1)
    client, page = as_(cast.reviewer2), reverse("meguri:scale", args=["dx", YEAR])
    assert page in client.get(PAGE).content.decode() and "S 達成" in words(client.get(page))
    assert client.post(page, {"scale": "of my own"}).status_code == 422
    response = client.post(page, {"scale": "sabc"}, follow=True)
    cycle.refresh_from_db()
    assert "達成区分を保存しました" in words(response) and cycle.scale == rating.PRESETS["sabc"].as_data()
    assert AuditEntry.objects.filter(action="cycle.scale", actor_key=cast.reviewer2.key).exists()
    assert cycles.draft(plan=cycle.plan, fiscal_year=YEAR + 1).scale == cycle.scale
    Cycle.objects.filter(pk=cycle.pk).update(state="open")
    assert "達成区分は変更できません" in words(client.get(page))
    assert client.post(page, {"scale": "abcd"}).status_code == 409


def test_departments_have_no_business_here(cast: Cast) -> None:
    cast.draft(1)
    for who in ("contributor", "head", "approver", "auditor"):
        assert as_(cast.people[who]).get(PAGE).status_code == 403
        assert as_(cast.people[who]).post(PAGE, {"due_at": typed(1), "closes_at": typed(2)}).status_code == 403


def test_an_unknown_year_is_404(cast: Cast) -> None:
    assert as_(cast.reviewer2).get("/plans/dx/1999/").status_code == 404


def test_the_pages_cost_the_same_however_many_years(cast: Cast) -> None:
    cast.draft(1)
    client = as_(cast.reviewer2)
    few = [queries_of(client, "/cycles/"), queries_of(client, PAGE)]
    for year in (2022, 2023, 2025):
        Cycle.objects.create(plan=cast.plan, fiscal_year=year)
    assert [queries_of(client, "/cycles/"), queries_of(client, PAGE)] == few
