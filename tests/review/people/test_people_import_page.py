"""利用者の取込み on the screen: the file, the preview, the act, the passwords once."""

from __future__ import annotations

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from review import clock
from review.background.services import jobs
from review.models import User
from tests.cast import Cast
from tests.review.acting import as_, hidden, words

TEXT = "利用者名,氏名,メール,役割,部署\n1001,新人 花子,,担当者,産業振興課\n"


def sent(text: str, way: str = "add") -> dict:
    file = SimpleUploadedFile("people.csv", text.encode("utf-8-sig"), content_type="text/csv")
    return {"file": file, "way": way, "day": clock.today().isoformat()}


def as_workbook(text: str) -> SimpleUploadedFile:
    """The same list as .xlsx."""
    book, content = Workbook(), io.BytesIO()
    for line in text.splitlines():
        book.active.append(line.split(","))
    book.save(content)
    return SimpleUploadedFile("people.xlsx", content.getvalue())


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_list_is_shown_then_taken_and_passwords_stand_there_once(cast: Cast, kind: str) -> None:
    address = reverse("meguri:people_import")
    client = as_(cast.administrator)
    file = {"file": as_workbook(TEXT)} if kind == "xlsx" else {}
    shown = client.post(address, {**sent(TEXT), **file})
    assert "1人を新しく登録します" in words(shown) and not User.objects.filter(username="1001").exists()
    taken = client.post(address, {"packed": hidden(shown, "packed"), "sure": "1"})
    assert taken.status_code == 303 and not User.objects.get(username="1001").has_usable_password()
    assert "あと1人分" in words(client.get(taken.url))
    jobs.run(jobs.due_ids()[0])
    done = client.post(taken.url, {"as": "page"})
    password = re.search(r"<code>(\w+)</code>", done.content.decode())[1]
    assert User.objects.get(username="1001").check_password(password)
    assert "no-store" in done.headers["Cache-Control"]
    assert "0人分" in words(client.get(taken.url))


def test_a_wrong_line_stops_all_of_it(cast: Cast) -> None:
    address = reverse("meguri:people_import")
    shown = as_(cast.administrator).post(address, sent(TEXT + "1002,新人 太郎,,担当者,宇宙課\n"))
    page = words(shown)
    assert "宇宙課" in page and "1行に誤りがある" in page and "この内容で取り込む" not in page


def test_what_was_shown_to_one_is_not_taken_by_another_nor_changed(cast: Cast) -> None:
    address = reverse("meguri:people_import")
    shown = as_(cast.administrator).post(address, sent(TEXT))
    packed = hidden(shown, "packed")
    answer = as_(cast.administrator).post(address, {"packed": packed[:-3] + "abc", "sure": "1"})
    assert answer.status_code == 422 and not User.objects.filter(username="1001").exists()
    assert as_(cast.reviewer2).post(address, {"packed": packed, "sure": "1"}).status_code == 403


def test_a_file_that_is_no_list_says_so_under_its_field(cast: Cast) -> None:
    answer = as_(cast.administrator).post(reverse("meguri:people_import"), sent("なにか"))
    assert answer.status_code == 422 and "見出しがありません" in words(answer)
