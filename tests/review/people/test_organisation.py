"""部 and 課 by a list: pasted or as a file, shown first, all of it or nothing."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.urls import reverse

from review.domain.refusals import Invalid, NotAllowed
from review.models import AuditEntry, Department
from review.people.services import organisation
from tests.cast import Cast
from tests.review.acting import as_, words

TEXT = "部\t課\n総務部\t市民課\n\n総務部\t新しい課\n\t産業振興課"


def test_the_list_adds_what_is_new_and_is_the_order(cast: Cast) -> None:
    client, address = as_(cast.administrator), reverse("meguri:department_list")
    shown = client.post(address, {"text": TEXT})
    assert "4行目 新しい課: 部署を加えます" in words(shown) and not Department.objects.filter(name="新しい課").exists()
    assert client.post(address, {"text": TEXT, "sure": "1"}).status_code == 303
    first = list(Department.objects.values_list("division", "name")[:3])
    assert first == [("総務部", "市民課"), ("総務部", "新しい課"), ("", "産業振興課")]
    assert Department.objects.count() == len(set(Department.objects.values_list("order"))) > 3
    entry = AuditEntry.objects.get(action="department.list")
    assert entry.before["offices"] and entry.after["new"] == 1
    assert organisation.apply(by=cast.administrator, lines=organisation.lines_of_text(TEXT)) == 0
    assert "総務部\t市民課" in client.get(address).content.decode()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("部\t課\n総務部\t市民課\n企画部\t市民課", "3行目: 同じ課が上の行にも"),
        ("総務部\t" + "課" * 61, "1行目: 部と課の名前を、それぞれ60文字以内"),
        ("総務部\t市民課\tほか", "1行目: 部と課の2列だけ"),
        ("総務部\t課\x07", "1行目"),
        ("部\t課", "1行から"),
    ],
)
def test_a_line_that_cannot_be_stops_all_of_it(cast: Cast, text: str, why: str) -> None:
    before = list(Department.objects.values())
    with pytest.raises(Invalid, match=why):
        organisation.apply(by=cast.administrator, lines=organisation.lines_of_text("\t別の課\n" * 0 + text))
    assert list(Department.objects.values()) == before


def test_it_is_for_the_administrator(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        organisation.apply(by=cast.reviewer, lines=organisation.lines_of_text(TEXT))


def test_the_command_does_the_same(cast: Cast, tmp_path: Path) -> None:
    file, out = tmp_path / "offices.csv", StringIO()
    file.write_bytes("部,課\n総務部,市民課\n総務部,新しい課\n".encode("cp932"))
    call_command("import_departments", str(file), "--dry-run", stdout=out)
    assert "部署を加えます" in out.getvalue() and not Department.objects.filter(name="新しい課").exists()
    call_command("import_departments", str(file), stdout=out)
    assert Department.objects.get(name="新しい課").division == "総務部" and "新しい部署1件" in out.getvalue()
