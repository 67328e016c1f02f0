"""Notices are one's own; the trail is searched and never changed; the frame tells each what waits for them."""

from __future__ import annotations

import pytest
from django.urls import reverse

from review import clock
from review.models import AuditEntry, Decision, Notification, Role, User
from review.trail.services import audit
from review.trail.services.trail_words import ACTS
from tests.cast import YEAR, Cast
from tests.review.acting import as_, queries_of, words
from tests.trail import tampering
from workflow import steps


def notice(user: User, key: str = "k", **more: object) -> Notification:
    return Notification.objects.create(
        recipient=user, event="CycleOpened", key=key, title=f"題{key}", body="本文", created_at=clock.now(), **more
    )


# --- notices ---------------------------------------------------------------------------------------------------------


def test_people_see_their_own_notices_only(cast: Cast) -> None:
    notice(cast.contributor, "mine"), notice(cast.other, "theirs")
    page = words(as_(cast.contributor).get("/notices/"))
    assert "題mine" in page and "題theirs" not in page


def test_opening_a_notice_leads_on_and_marks_it(cast: Cast) -> None:
    mine, theirs = notice(cast.contributor, "mine", link="/help/"), notice(cast.other, "theirs", link="/help/")
    client = as_(cast.contributor)
    assert client.get("/notices/", {"open": mine.pk})["Location"] == "/help/"
    assert client.get("/notices/", {"open": theirs.pk}).status_code == 404
    mine.refresh_from_db(), theirs.refresh_from_db()
    assert mine.read_at and theirs.read_at is None


@pytest.mark.parametrize("link", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_a_notice_leads_nowhere_else(cast: Cast, link: str) -> None:
    mine = notice(cast.contributor, link=link)
    assert as_(cast.contributor).get("/notices/", {"open": mine.pk})["Location"] == "/notices/"


def test_one_or_all_are_marked_as_read_but_never_another_persons(cast: Cast) -> None:
    first, second, theirs = notice(cast.head, "1"), notice(cast.head, "2"), notice(cast.other, "3")
    client = as_(cast.head)
    client.post("/notices/read/", {"notice": theirs.pk})
    client.post("/notices/read/", {"notice": first.pk})
    assert set(Notification.objects.filter(read_at=None)) == {second, theirs}
    assert "1件を既読にしました" in words(client.post("/notices/read/", follow=True))
    assert set(Notification.objects.filter(read_at=None)) == {theirs}
    assert "お知らせはありません" in words(client.get("/notices/", {"show": "unread"}))


def test_the_list_of_notices_costs_the_same_however_long(cast: Cast) -> None:
    client = as_(cast.head)
    notice(cast.head)
    few = queries_of(client, "/notices/")
    for n in range(25):
        notice(cast.head, f"n{n}")
    assert queries_of(client, "/notices/") == few


# --- the trail -------------------------------------------------------------------------------------------------------


def test_every_act_of_the_year_has_its_words(cast: Cast) -> None:
    cast.published(1)
    assert set(AuditEntry.objects.values_list("action", flat=True)) <= set(ACTS)


def test_the_trail_is_searched_by_sheet_act_person_and_day(cast: Cast) -> None:
    cast.open(2)
    cast.submitted(1)
    client = as_(cast.auditor)

    def actions(**filters: str) -> list[str]:
        return [row["entry"].action for row in client.get("/audit/", filters).context["rows"]]

    assert actions(subject="01-01", action="submit") == ["submit"]
    assert actions(subject="01-02", action="submit") == []
    assert set(actions(person="担当 一郎")) == {"submit", "draft.save"}
    assert actions(since="2999-01-01") == [] and actions(until="1999-01-01") == []
    assert actions(action="submit", since=f"{clock.today()}", until=f"{clock.today()}") == ["submit"]
    assert "条件に合う記録はありません" in words(client.get("/audit/", {"person": "'; DROP TABLE"}))
    assert client.get("/audit/", {"since": "x", "action": "x"}).status_code == 200


def test_the_trail_says_who_and_what_in_words(cast: Cast) -> None:
    cast.open(1)
    cast.submitted(1)
    page = words(as_(cast.auditor).get("/audit/"))
    assert "担当 一郎" in page and "施策シート 01-01 (令和6年度)" in page and "提出" in page


def test_what_is_in_the_trail_does_nothing_on_the_page(cast: Cast) -> None:
    audit.write(actor=cast.head, action="<b>", subject='"><script>alert(1)</script>', after={"x": "<script>alert(2)"})
    assert b"<script>alert" not in as_(cast.auditor).get("/audit/").content


def test_someone_whose_name_is_gone_stands_by_the_key(cast: Cast) -> None:
    audit.write(actor=cast.head, action="submit", subject="review:1")
    User.objects.filter(pk=cast.head.pk).update(display_name="")
    assert str(cast.head.key) in words(as_(cast.auditor).get("/audit/"))


def test_the_trail_costs_the_same_however_long(cast: Cast) -> None:
    cast.open(1)
    cast.submitted(1)
    client = as_(cast.auditor)
    few = queries_of(client, "/audit/")
    for n, person in enumerate(cast.people.values()):
        audit.write(actor=person, action="submit", subject=f"review:{n}")
    assert queries_of(client, "/audit/") == few


# --- the frame -------------------------------------------------------------------------------------------------------


def test_the_menu_holds_what_the_role_may_open(cast: Cast) -> None:
    cast.open(1)

    def menu(user: User) -> set[str]:
        return {str(entry["label"]) for entry in as_(user).get("/help/").context["nav"]}

    common = {"ホーム", "進行状況", "集約表とファイル", "公表した評価結果", "手引き"}
    assert menu(cast.contributor) == common
    assert {"確認待ち", "審議", "年度と期限", "処理の状況"} <= menu(cast.reviewer2)
    assert "監査記録" not in menu(cast.reviewer2) and "監査記録" in menu(cast.auditor)
    assert "利用者と部署" in menu(cast.administrator) and "確認待ち" not in menu(cast.administrator)
    assert 'class="sidenav' in as_(cast.reviewer2).get("/help/").content.decode()
    assert 'class="sidenav' not in as_(cast.reviewer2).get("/results/").content.decode()


def test_the_number_of_tasks_is_what_waits_for_that_person(cast: Cast) -> None:
    cast.open(3)
    cast.submitted(1)
    cast.reviewed(2)

    def number(user: User) -> int:
        return int(str(as_(user).get("/help/").context["open_task_count"]))

    assert [number(cast.people[who]) for who in ("contributor", "head", "other", "reviewer2", "approver", "auditor")] == [
        1, 1, 0, 1, 1, 0,
    ]  # fmt: skip


def test_what_one_reviewed_oneself_is_no_approval_that_waits_for_one(cast: Cast) -> None:
    """Neither beside the menu nor beside the plans on home, nor where one was represented in reviewing."""
    cast.open(2)
    cast.beside().open(1)
    cast._appoint("reviewer2", Role.APPROVER)
    cast.reviewed(1)
    other = cast.submitted(2)
    steps.confirm(user=cast.reviewer, review_id=other.pk, round=1)

    def numbers() -> tuple[int, int]:
        context = as_(User.objects.get(pk=cast.reviewer2.pk)).get("/").context
        return int(str(context["open_task_count"])), context["plans"][0]["count"]

    assert numbers() == (1, 1)
    with tampering():
        Decision.objects.filter(review=other).update(on_behalf_of=cast.reviewer2)
    assert numbers() == (1, 0), "what was decided in their name waits to be read, and no more"


def test_the_switch_of_years_leads_to_the_same_page(cast: Cast) -> None:
    cast.open(1)
    context = as_(cast.reviewer2).get(f"/plans/dx/{YEAR}/files/").context
    assert [dict(year) for year in context["fiscal_years"]] == [
        {"label": "令和6年度", "url": f"/plans/dx/{YEAR}/files/", "current": True}
    ]


def test_the_frame_stands_at_the_year_of_what_the_page_shows(cast: Cast) -> None:
    """Of a sheet, whose address names no plan; of a plan's own page; of the plan that home was asked for."""
    cast.open(1)
    other = cast.beside()
    other.open(1)
    short, client = other.cycle.plan.short_name, as_(cast.administrator)
    sheet = reverse("meguri:sheet", args=[other.sheet(1).pk])
    for path in (sheet, reverse("meguri:plan", args=[short]), f"/?plan={short}"):
        context = client.get(path).context
        standing_at = [year["url"] for year in context["fiscal_years"] if year["current"]]
        assert standing_at == [reverse("meguri:progress", args=other.cycle.key)], path
        assert next(place["url"] for place in context["nav"] if place["icon"] == "flow") in standing_at
    assert (
        client.get(reverse("meguri:sheet", args=[cast.sheet(1).pk])).context["nav"][1]["url"].startswith("/plans/dx/")
    )


def test_demo_values_are_announced_on_every_page(cast: Cast) -> None:
    cast.open(1)
    assert not as_(cast.head).get("/help/").context["demo_values"]
    year = cast.sheet(1).measure_year
    type(year).objects.update(demo=True)
    assert bool(as_(cast.head).get("/help/").context["demo_values"])


def test_the_handbook_names_this_years_deadlines(cast: Cast) -> None:
    client, guide = as_(cast.contributor), reverse("meguri:help", args=["contributor"])
    assert client.get(guide).status_code == client.get(reverse("meguri:help")).status_code == 200
    cast.open(1)
    assert "令和6年度の提出期限は" in words(client.get(guide))
    assert "評価できない" in words(client.get(reverse("meguri:help")))
