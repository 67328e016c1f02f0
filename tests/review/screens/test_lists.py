"""Lists stay usable with thousands of rows: a page at a time, found by words, and bulk acts reach what stands on other pages."""

import re
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from review import clock
from review.domain.events import Event
from review.models import Appointment, Department, Indicator, OutboxEvent, Proxy, Role, User
from review.screens.views import questions
from tests.cast import YEAR, Cast
from tests.remembered import remembered
from tests.review.acting import as_, hidden, queries_of, words

NUDGE = f"/plans/dx/{YEAR}/nudge/"
DEFINITIONS = f"/plans/dx/{YEAR}/definitions/"
OFFICES, PEOPLE, SHEETS = 490, 5_000, 120


@remembered
def city(cast: Cast) -> None:
    """A large one: departments, people, and proxies."""
    Department.objects.bulk_create(Department(name=f"第{n:03}課", division="大きな部") for n in range(OFFICES))
    offices = list(Department.objects.filter(division="大きな部"))
    new = [User(username=f"p{n:04}", display_name=f"職員 {n:04}号", email="") for n in range(PEOPLE)]
    everybody = User.objects.bulk_create(new)
    today = clock.today()
    Appointment.objects.bulk_create(
        Appointment(
            user=one,
            role=Role.HEAD if n % 10 == 0 else Role.CONTRIBUTOR,
            department=offices[n % OFFICES],
            starts_on=today,
        )
        for n, one in enumerate(everybody)
    )
    Proxy.objects.bulk_create(
        Proxy(principal=one, deputy=everybody[n + 1], role=Role.HEAD, department=offices[n % OFFICES],
              starts_on=today, ends_on=today, reason="出張", named_by=cast.administrator, named_at=clock.now())
        for n, one in enumerate(everybody[:400:10])
    )  # fmt: skip


@pytest.fixture
def crowd(cast: Cast) -> Cast:
    city(cast)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as the database does by itself soon after so many rows came
    return cast


#: list -> who stands on its first page, what is sought, and who is then gone
LISTS = {
    "people": ("職員 0001号", "職員 4321", "職員 0002号"),
    "departments": ("第003課", "第477", "第003課"),
    "proxies": ("職員 0390号", "職員 0110号", "職員 0390号"),
}


def test_a_list_of_thousands_is_a_page_and_finds_by_words(crowd: Cast) -> None:
    client = as_(crowd.administrator)
    for name, (shown, sought, hidden_one) in LISTS.items():
        address = reverse(f"meguri:{name}")
        first = client.get(address)
        assert shown in words(first) and first.content.count(b"<tr>") <= questions.PAGE + 10, name
        assert len(first.content) < 150_000, name
        answer = words(client.get(address, {"q": sought}))
        assert sought in answer and hidden_one not in answer, name
        for query in ({"page": "99999"}, {"q": "どこにもない語"}):
            assert client.get(address, query).status_code == 200, name


def test_no_question_more_for_a_longer_list(crowd: Cast) -> None:
    many = {name: queries_of(as_(crowd.administrator), reverse(f"meguri:{name}")) for name in LISTS}
    Proxy.objects.all().delete()
    Appointment.objects.filter(user__username__startswith="p").delete()
    for name, count in many.items():
        assert count <= queries_of(as_(crowd.administrator), reverse(f"meguri:{name}")) + 1, name


# --- whom one may choose ---------------------------------------------------------------------------------------------


def choices(page: Any) -> list[tuple[str, list[str]]]:
    select = re.search(r'<select name="deputy".*?</select>', page.content.decode(), re.S)
    assert select
    groups = re.findall(r'<optgroup label="([^"]+)">(.*?)</optgroup>', select[0], re.S)
    return [(label, re.findall(r">([^<]+)</option>", inside)) for label, inside in groups]


def test_deputies_are_the_nearest_first_and_never_those_who_may_not(crowd: Cast) -> None:
    offered = dict(choices(as_(crowd.approver).get(reverse("meguri:proxy_new"))))
    assert "同じ役割の人" in offered or "ほかの人" in offered
    names = [name for group in offered.values() for name in group]
    assert len(names) <= 2 * 60 and str(crowd.administrator) not in names and str(crowd.auditor) not in names
    of_head = choices(as_(crowd.administrator).get(f"{reverse('meguri:proxy_new')}?for={crowd.head.pk}"))
    assert [label for label, _names in of_head][:2] == ["同じ役割の人", "同じ部署の人"] or of_head[0][
        0
    ] == "同じ役割の人"


def test_somebody_far_away_is_sought_by_name(crowd: Cast) -> None:
    client, address, today = as_(crowd.approver), reverse("meguri:proxy_new"), clock.today()
    form = {"post": "approver:", "deputy": "", "seek": "4321", "starts_on": today, "ends_on": today, "reason": "出張"}
    page = client.post(address, form)
    assert page.status_code == 422 and dict(choices(page))["探した人"] == ["職員 4321号"]
    assert "合う人を一覧の先頭に加えました" in words(page)
    chosen = {**form, "deputy": User.objects.get(username="p4321").pk}
    assert "職員 4321号さんは" in words(client.post(address, chosen))
    assert client.post(address, {**chosen, "sure": "1"}).status_code == 303
    nobody = client.post(address, {**form, "seek": "どこにもいない"})
    assert "合う人はいません" in words(nobody)


# --- bulk acts over pages --------------------------------------------------------------------------------------------


@pytest.mark.drill
def test_a_nudge_reaches_what_stands_on_other_pages(cast: Cast) -> None:
    cast.open(SHEETS)
    client = as_(cast.reviewer2)
    page = client.get(NUDGE)
    assert page.content.count(b'name="sheet"') == questions.PAGE and f"この条件の{SHEETS}件すべて" in words(page)
    preview = client.post(NUDGE, {"every": "1", "note": ""})
    sent = {"sheets": hidden(preview, "sheets"), "note": "", "send": "1", "nonce": hidden(preview, "nonce")}
    assert f"{SHEETS}件の督促を送りました" in words(client.post(NUDGE, sent, follow=True))
    events = OutboxEvent.objects.filter(name=Event.NUDGED)
    assert sum(len(one.payload["sheets"]) for one in events) == SHEETS


@pytest.mark.drill
def test_all_of_a_condition_is_all_of_that_condition(cast: Cast) -> None:
    cast.open(SHEETS, owners=("産業振興課", "農林水産課"))
    client = as_(cast.reviewer2)
    preview = client.post(f"{NUDGE}?q=農林水産課", {"every": "1", "note": ""})
    assert len(hidden(preview, "sheets").split(",")) == SHEETS // 2
    assert "産業振興課" not in words(client.get(f"{NUDGE}?q=農林水産課"))


@pytest.mark.drill
@pytest.mark.once
def test_definitions_are_confirmed_a_hundred_at_a_time_until_none_is_left(cast: Cast) -> None:
    cast.draft(SHEETS)
    Indicator.objects.update(defined_at=None, defined_by=None, kind="", direction="")
    client = as_(cast.reviewer2)
    waiting = Indicator.objects.filter(defined_at=None).count()
    for _attempt in range(10):
        page = client.get(DEFINITIONS)
        text = page.content.decode()
        if 'name="goal"' not in text:
            break
        goals = re.findall(r'name="goal" checked\s+value="([^"]+)"', text)
        assert len(goals) <= 100 * len(re.findall(r'aria-labelledby="group-', text))
        shown = re.search(r'name="shown" value="([^"]+)"', text)
        assert shown
        numbers = shown[1].split(",")
        chosen = [goal for goal in goals if goal.split("|")[0] in numbers]
        client.post(DEFINITIONS, {"goal": chosen, "shown": shown[1], "form_version": hidden(page, "form_version")})
    assert waiting == SHEETS * 2 and not Indicator.objects.filter(defined_at=None).exists()


@pytest.mark.drill
def test_the_last_page_is_as_light_as_the_first(cast: Cast) -> None:
    cast.open(SHEETS)
    client = as_(cast.reviewer2)
    assert queries_of(client, NUDGE) == queries_of(client, f"{NUDGE}?page=3")
