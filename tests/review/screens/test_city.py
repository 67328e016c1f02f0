"""The city is a row: set on the screen or by the command, and in the foot of a mail."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.template.loader import render_to_string
from django.urls import reverse

from review.domain.refusals import Invalid, NotAllowed
from review.models import AuditEntry, City
from review.screens.services import city
from tests.cast import Cast
from tests.review.acting import as_, words

SET = {"name": "架空市", "code": "122068", "office": "企画課", "extension": "123", "email": "kikaku@city.example"}


def test_the_administrator_sets_it_on_the_screen(cast: Cast) -> None:
    client, address = as_(cast.administrator), reverse("meguri:city")
    assert not city.is_set()
    assert client.post(address, SET).status_code == 303
    assert city.is_set() and city.city().name == "架空市"
    assert city.contact() == "企画課(内線 123、kikaku@city.example)"
    assert AuditEntry.objects.get(action="city.change").after["name"] == "架空市"
    assert "架空市 計画評価" in words(client.get(reverse("meguri:home")))
    again = client.post(address, {**SET, "code": "12", "email": "x"})
    assert again.status_code == 422 and "数字6桁" in words(again) and City.objects.count() == 1


def test_it_is_for_the_administrator(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        city.change(by=cast.reviewer, **SET)
    with pytest.raises(Invalid):
        city.change(by=cast.administrator, **{**SET, "name": " "})


def test_the_command_leaves_what_it_is_not_given(cast: Cast, settings: pytest.FixtureRequest) -> None:
    settings.MEGURI_CITY = "初めの市"
    call_command("set_city", "--office", "総務課")
    assert (city.city().name, city.contact()) == ("初めの市", "総務課")


@pytest.mark.parametrize("contact", ["企画課(内線 123)", ""])
def test_a_mail_ends_with_whom_to_ask(cast: Cast, contact: str) -> None:
    text = render_to_string(
        "mail/notices.txt", {"user": cast.head, "notices": [], "contact": contact, "office": "総務課"}
    )
    assert f"ご不明な点は{contact or '総務課'}へ" in text
