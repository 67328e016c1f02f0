"""利用者 and 代決: the screens of people, their posts, their work, and of who stands in for whom."""

from __future__ import annotations

import re
from datetime import timedelta

from django.test import Client
from django.urls import reverse

from review import clock
from review.models import Appointment, Decision, MeasureReview, Proxy, Role, User
from review.people.services import proxies
from review.people.services.posts import Post
from tests.cast import Cast
from tests.review.acting import as_, queries_of, words
from workflow import steps


def page(name: str, *args: int) -> str:
    return reverse(f"meguri:{name}", args=args)


def test_the_list_finds_by_name_post_and_use(cast: Cast) -> None:
    address = page("people")
    client = as_(cast.administrator)
    assert "担当 一郎" in words(client.get(address))
    text = words(client.get(page("people"), {"q": "関連"}))
    assert "関連 花子" in text and "担当 一郎" not in text
    text = words(client.get(page("people"), {"role": "approver"}))
    assert "承認 六郎" in text and "確認 四郎" not in text
    assert "条件に合う利用者はいません" in words(client.get(page("people"), {"show": "left"}))


def test_the_list_costs_the_same_for_more_people(cast: Cast) -> None:
    client = as_(cast.administrator)
    few = queries_of(client, page("people"))
    for number in range(20):
        user = User.objects.create(username=f"more{number}", display_name=f"増員 {number}")
        Appointment.objects.create(user=user, role=Role.AUDITOR, starts_on=clock.today())
    assert queries_of(client, page("people")) == few


def test_a_reviewer_reads_and_an_administrator_changes(cast: Cast) -> None:
    address = page("person", cast.contributor.pk)
    assert "変更を保存する" not in words(as_(cast.reviewer2).get(address))
    assert as_(cast.reviewer2).post(address, {"display_name": "別名"}).status_code == 403
    client = as_(cast.administrator)
    response = client.post(address, {"display_name": "", "email": "x"})
    assert response.status_code == 422 and "data-error-summary" in response.content.decode()
    client.post(address, {"display_name": "担当 市朗", "email": "ichiro@city.example"})
    assert User.objects.get(pk=cast.contributor.pk).display_name == "担当 市朗"


def test_the_temporary_password_is_shown_once_and_lets_in(cast: Cast) -> None:
    client = as_(cast.administrator)
    response = client.post(page("person_new"), {"username": "new1", "display_name": "新人 十子", "email": ""})
    password = re.search(r"<code>(\w+)</code>", response.content.decode())[1]
    assert "no-store" in response.headers["Cache-Control"]
    fresh = Client().post(reverse("login"), {"username": "new1", "password": password})
    assert fresh.status_code == 302
    assert password not in client.get(page("person", User.objects.get(username="new1").pk)).content.decode()


def test_an_empty_field_hides_no_wrong_one(cast: Cast) -> None:
    """What only the service can refuse (a name that is taken, the form of an address) is said in the same answer."""
    client, taken = as_(cast.administrator), cast.contributor.username
    wrong = client.post(page("person_new"), {"username": taken, "display_name": "", "email": "no address"})
    assert wrong.status_code == 422
    assert set(wrong.context["form"].errors) == {"username", "display_name", "email"}
    wrong = client.post(page("person", cast.contributor.pk), {"display_name": "", "email": "no address"})
    assert set(wrong.context["form"].errors) == {"display_name", "email"}


def test_a_transfer_is_first_shown_then_made(cast: Cast) -> None:
    client, address = as_(cast.administrator), page("transfer", cast.contributor.pk)
    day = (clock.today() + timedelta(days=60)).isoformat()
    form = {"day": day, "role": "contributor", "department": cast.departments["農林水産課"].pk}
    shown = words(client.post(address, form))
    assert "産業振興課 担当者 は" in shown and "農林水産課 担当者 に" in shown and "異動を登録する" in shown
    assert Appointment.objects.filter(user=cast.contributor).count() == 1, "a preview changes nothing"
    assert client.post(address, {**form, "sure": "1"}).status_code == 303
    assert "予定" in words(client.get(page("person", cast.contributor.pk)))
    wrong = client.post(address, {**form, "department": "", "sure": "1"})
    assert wrong.status_code == 422


def test_leaving_shows_what_must_be_handed_over_first(cast: Cast) -> None:
    cast.open(1)
    review = cast.fill(cast.sheet())
    client, leave = as_(cast.administrator), page("person_deactivate", cast.contributor.pk)
    shown = words(client.get(leave))
    assert "先に引き継いでください" in shown and "01-01" in shown and "理由" not in shown
    form = {"sheets": [str(review.pk)], "to": cast.colleague.pk, "reason": "退職のため"}
    assert client.post(page("hand_over", cast.contributor.pk), form).status_code == 303
    assert MeasureReview.objects.get().assigned_to == cast.colleague
    assert "サインインできなくなり" in words(client.get(leave))
    client.post(leave, {"reason": "退職", "sure": "1"})
    assert not User.objects.get(pk=cast.contributor.pk).is_active


def test_a_proxy_is_first_shown_then_named_and_withdrawn(cast: Cast) -> None:
    client, today = as_(cast.approver), clock.today()
    form = {
        "post": "approver:",
        "deputy": cast.other.pk,
        "starts_on": today.isoformat(),
        "ends_on": (today + timedelta(days=3)).isoformat(),
        "reason": "出張のため",
    }
    shown = words(client.post(page("proxy_new"), form))
    assert "別課 三郎さんは承認 六郎さんの「承認者」として決めることができます" in shown
    assert not Proxy.objects.exists()
    client.post(page("proxy_new"), {**form, "sure": "1"})
    proxy = Proxy.objects.get()
    assert "有効" in words(client.get(page("proxies")))
    assert as_(cast.contributor).post(page("proxy_withdraw", proxy.pk)).status_code == 404
    client.post(page("proxy_withdraw", proxy.pk))
    assert "取消し済" in words(client.get(page("proxies")))


def test_those_who_manage_name_from_the_persons_page(cast: Cast) -> None:
    address = f"{page('proxy_new')}?for={cast.head.pk}"
    assert "所属 長子さんが不在" in words(as_(cast.reviewer2).get(address))
    # Without that right it is one's own proxy that is named.
    assert "担当 一郎さんには、代決できる役割がありません" in words(as_(cast.contributor).get(address))


def test_the_trail_says_for_whom_and_that_it_was_read_later(cast: Cast) -> None:
    cast.open(1)
    review = cast.submitted()
    today = clock.today()
    naming = proxies.Naming(
        principal=cast.reviewer2.pk,
        deputy=cast.other.pk,
        post=Post(role=Role.REVIEWER),
        starts_on=today,
        ends_on=today,
        reason="出張",
    )
    proxies.name(user=cast.reviewer2, naming=naming)
    sheet = reverse("meguri:sheet", args=[review.pk])
    assert as_(cast.other).get(reverse("meguri:review", args=[review.pk])).status_code == 200
    steps.confirm(user=cast.other, review_id=review.pk, round=review.round)
    assert "別課 三郎(確認 五月の代決)" in words(as_(cast.reviewer2).get(sheet))
    client = as_(cast.reviewer2)
    assert "後閲を待つ代決 (1)" in words(client.get(page("proxies")))
    decision = Decision.objects.get()
    assert as_(cast.approver).post(page("proxy_read", decision.pk)).status_code == 404
    client.post(page("proxy_read", decision.pk), {"remark": "了解"})
    assert "後閲しました" in words(as_(cast.reviewer2).get(sheet))
