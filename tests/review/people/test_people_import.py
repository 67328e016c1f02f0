"""People come in by a list: shown line by line, then all of it or nothing."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from review import clock, holders
from review.domain.people_list import Line, Unreadable, day_of, lines_of, rows_of_csv
from review.domain.refusals import Invalid, NotAllowed
from review.models import Appointment, AuditEntry, User
from review.people.services import people_import
from review.people.services.people_import import ADD, TRANSFER
from tests.cast import Cast

HEADING = ["利用者名", "氏名", "メール", "役割", "部署", "開始日", "終了日"]


def csv_of(*rows: list[str]) -> bytes:
    return "\r\n".join(",".join(row) for row in [HEADING, *rows]).encode("utf-8-sig")


def lines(*rows: list[str]) -> list[Line]:
    return lines_of([HEADING, *rows])


NEW = ["1001", "新人 花子", "hanako@city.example", "担当者", "産業振興課", "", ""]


# --- reading -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_csv_is_read_as_a_japanese_excel_writes_it(encoding: str) -> None:
    raw = '利用者名,氏名,役割,部署\r\n1001,新人 花子,担当者,"産業,振興課"\r\n\r\n'.encode(encoding)
    (line,) = lines_of(rows_of_csv(raw))
    assert (line.number, line.username, line.department) == (2, "1001", "産業,振興課")


@pytest.mark.parametrize(
    "raw, why",
    [
        (b"", "空です"),
        ("氏名,役割\nあ,担当者".encode(), "利用者名"),
        ("利用者名,氏名,役割\n".encode(), "行がありません"),
        (b"\xff\xfe\x81", "文字コード"),
        ('利用者名,氏名,役割\n"1001,あ,担当者'.encode(), "引用符"),
    ],
)
def test_what_is_no_list_is_refused_with_the_cause(raw: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        lines_of(rows_of_csv(raw))


@pytest.mark.parametrize("text", ["2025-04-01", "2025/4/1", "令和7年4月1日", "R7.4.1", "２０２５年４月１日"])
def test_days_are_read_as_people_write_them(text: str) -> None:
    assert day_of(text) == date(2025, 4, 1)


@pytest.mark.parametrize("text", ["4月1日", "令和7年4月", "2025-02-30", "あした", "", "令和7年度"])
def test_what_is_not_one_day_is_none(text: str) -> None:
    assert day_of(text) is None


def test_a_workbook_is_read_in_a_process_of_its_own(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(HEADING)
    book.active.append([1001, "新人 花子", "", "担当者", "産業振興課", date(2025, 4, 1), None])
    book.save(tmp_path / "people.xlsx")
    (line,) = people_import.read(tmp_path / "people.xlsx")
    assert (line.username, line.starts_on) == ("1001", "2025-04-01")
    book.active["B2"] = "=1+1"
    book.save(tmp_path / "people.xlsx")
    with pytest.raises(Invalid, match="数式"):
        people_import.read(tmp_path / "people.xlsx")


def test_a_file_that_only_says_it_is_a_workbook_is_refused(tmp_path: Path) -> None:
    (tmp_path / "people.xlsx").write_bytes(b"PK\x03\x04 no workbook at all")
    with pytest.raises(Invalid):
        people_import.read(tmp_path / "people.xlsx")


@pytest.mark.parametrize(
    "text, why",
    [
        ("利用者名|氏名|役割\n1|あ|担当者", r"1行目は「利用者名\|氏名\|役割」と読めました.*コンマ、タブ、セミコロン"),
        ("人事課の一覧,,\n利用者名,氏名,役割\n1,あ,担当者", "見出しが2行目にあります"),
        ("利用者名,氏名,役割,氏名\n1,あ,担当者,い", "見出し「氏名」が2つあります"),
        ("利用者名,氏名,役割\n1,高橋,花子,担当者", "2行目の4列目に「担当者」.*引用符で囲む"),
        ('利用者名,氏名,役割\n1,あ,担当者\n2,"い"う,担当者', "3行目の引用符"),
    ],
)
def test_a_refusal_says_the_line_the_column_and_what_to_do(text: str, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        lines_of(rows_of_csv(text.encode()))


def test_letters_of_no_known_encoding_are_refused_with_their_line() -> None:
    with pytest.raises(Unreadable, match=r"文字コードが分かりません\(3行目\)"):
        rows_of_csv("利用者名,氏名,役割\n1,あ,担当者\n".encode() + b"2,\xff\xff,\n")


def encoded(rows: list[list[str]], *, encoding: str, separator: str, newline: str, separator_line: bool) -> bytes:
    """The rows as a program writes them."""
    out = io.StringIO(newline="")
    if separator_line:
        out.write(f"sep={separator}{newline}")
    quoting = csv.QUOTE_MINIMAL if newline == "\r\n" else csv.QUOTE_ALL  # the other break is left bare
    csv.writer(out, delimiter=separator, lineterminator=newline, quoting=quoting).writerows(rows)
    return out.getvalue().encode(encoding)


#: What all the encodings have, with what stands in the way of the form: separators, quotes, breaks, look-alikes.
_LETTERS = st.sampled_from("一髙﨑ｱあー〜～−－‖∥①1aA@.-,;\t\"' \n\r")


@given(
    cells=st.lists(st.lists(st.text(_LETTERS, max_size=8), min_size=7, max_size=7), min_size=1, max_size=4),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp932"]),
    separator=st.sampled_from([",", "\t", ";"]),
    newline=st.sampled_from(["\r\n", "\n", "\r"]),
    separator_line=st.booleans(),
)
def test_any_list_in_any_form_reads_back_the_same(
    cells: list[list[str]], encoding: str, separator: str, newline: str, separator_line: bool
) -> None:
    rows = [[cell.strip() for cell in row] for row in cells]
    if encoding == "cp932":  # which has one of each two look-alikes
        rows = [[cell.translate(_IN_SHIFT_JIS) for cell in row] for row in rows]
    raw = encoded(
        [HEADING, *rows], encoding=encoding, separator=separator, newline=newline, separator_line=separator_line
    )
    assert rows_of_csv(raw) == [HEADING, *rows]


_IN_SHIFT_JIS = str.maketrans({"〜": "～", "−": "－", "‖": "∥"})


# --- previewing ----------------------------------------------------------------------------------------------------


def test_the_preview_says_what_each_line_does_and_changes_nothing(cast: Cast) -> None:
    before = (User.objects.count(), Appointment.objects.count())
    shown = people_import.preview(
        lines(NEW, ["contributor", "担当 市朗", "", "担当者", "産業振興課", "", ""], ["head", "所属 長子", "", "所属長", "産業振興課", "", ""]),
        way=ADD,
        day=clock.today(),
    )  # fmt: skip
    assert shown.fits and shown.new == 1
    new, renamed, same = shown.rows
    assert "登録します" in new.does[0] and "任用します" in new.does[1]
    assert "担当 一郎" in renamed.does[0] and same.does == ()
    assert (User.objects.count(), Appointment.objects.count()) == before


@pytest.mark.parametrize(
    "change, why",
    [
        ({0: ""}, "利用者名"),
        ({1: ""}, "氏名"),
        ({2: "hanako"}, "メール"),
        ({3: "係長"}, "役割"),
        ({4: "宇宙課"}, "部署「宇宙課」がありません"),
        ({4: ""}, "部署が必要"),
        ({5: "あした"}, "開始日"),
        ({6: "2000-01-01"}, "終了日"),
    ],
)
def test_a_line_that_cannot_be_says_why_and_nothing_is_taken(cast: Cast, change: dict[int, str], why: str) -> None:
    row = [change.get(place, cell) for place, cell in enumerate(NEW)]
    shown = people_import.preview(lines(["1002", *NEW[1:]], row), way=ADD, day=clock.today())
    assert not shown.fits and why in " ".join(shown.rows[1].problems)
    with pytest.raises(Invalid, match="3行目"):
        people_import.apply(by=cast.administrator, lines=lines(["1002", *NEW[1:]], row), way=ADD, day=clock.today())
    assert not User.objects.filter(username="1002").exists()


def test_what_differs_by_encoding_only_changes_nothing(cast: Cast) -> None:
    """〜 and − come out of Shift_JIS as ～ and －; a name with another width, or wrapped in its cell, is the same."""
    User.objects.filter(pk=cast.contributor.pk).update(username="a−1", display_name="担当〜 一郎")
    shown = people_import.preview(
        lines(["a－1", "担当～\n一郎", "", "担当者", "産業振興課", "", ""]), way=ADD, day=clock.today()
    )
    assert shown.fits and shown.rows[0].user == cast.contributor.pk and shown.rows[0].does == ()
    moved = lines(["a－1", "担当～　一郎", "new@city.example", "担当者", "産業振興課", "", ""])
    people_import.apply(by=cast.administrator, lines=moved, way=ADD, day=clock.today())
    user = User.objects.get(pk=cast.contributor.pk)
    assert (user.username, user.display_name, user.email) == ("a−1", "担当〜 一郎", "new@city.example")


def test_two_people_whose_names_look_alike_are_never_mistaken(cast: Cast) -> None:
    User.objects.filter(pk=cast.contributor.pk).update(username="a-1")
    User.objects.filter(pk=cast.head.pk).update(username="a−1")
    rows = [[name, "担当 一郎", "", "担当者", "産業振興課", "", ""] for name in ("a-1", "a−1", "A－1")]
    first, second, third = people_import.preview(lines(*rows), way=ADD, day=clock.today()).rows
    assert (first.user, second.user, third.user) == (cast.contributor.pk, cast.head.pk, None)
    assert not first.problems and not second.problems and "「a-1」、「a−1」のどれか" in third.problems[0]


def test_a_break_in_a_cell_never_gets_into_a_name(cast: Cast) -> None:
    broken = lines(["u0\n1", "高橋\n花子", "", "担当者", "産業\n振興課", "", ""])
    shown = people_import.preview(broken, way=ADD, day=clock.today())
    assert shown.rows[0].problems == ("利用者名の中に改行があります。1行で書いてください。",)
    whole = lines(["u01", "高橋\n花子", "", "担当者", "産業\n振興課", "", ""])
    (made,) = people_import.apply(by=cast.administrator, lines=whole, way=ADD, day=clock.today())
    assert made.display_name == "高橋 花子"


def test_nothing_is_half_saved_where_a_later_line_cannot_be(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever refuses while the list is taken names its line, and the lines before it are not kept either."""
    enrol = people_import.people.enrol_without_password

    def taken(**fields: Any) -> Any:
        if fields["username"] == "1002":
            raise Invalid("だめです。", {"username": "この利用者名はもう使われています。"})
        return enrol(**fields)

    monkeypatch.setattr(people_import.people, "enrol_without_password", taken)
    both = lines(NEW, ["1002", *NEW[1:]])
    with pytest.raises(Invalid, match="3行目: この利用者名はもう使われています。 何も取り込んでいません"):
        people_import.apply(by=cast.administrator, lines=both, way=ADD, day=clock.today())
    assert not User.objects.filter(username="1001").exists()


def test_the_same_line_twice_is_a_slip_of_the_pen(cast: Cast) -> None:
    shown = people_import.preview(lines(NEW, NEW), way=ADD, day=clock.today())
    assert "上の行にも" in shown.rows[1].problems[0]


# --- taking --------------------------------------------------------------------------------------------------------


def test_people_come_in_with_posts_and_departments_and_twice_is_once(cast: Cast) -> None:
    rows = lines(NEW, [*NEW[:3], "所属長", "市民課", "", ""])
    (made,) = people_import.apply(by=cast.administrator, lines=rows, way=ADD, day=clock.today())
    assert made.must_change_password and not made.has_usable_password()
    assert holders.standing(User.objects.get(username="1001")).roles == {"contributor", "head"}
    count = Appointment.objects.count()
    assert people_import.apply(by=cast.administrator, lines=rows, way=ADD, day=clock.today()) == []
    assert Appointment.objects.count() == count
    assert AuditEntry.objects.filter(action="people.import").count() == 2


def test_a_list_of_transfers_moves_everybody_at_once_and_leaves_no_office_empty(cast: Cast) -> None:
    """Two people change places on 4月1日: neither could go before the other."""
    cast.open(2, owners=("農林水産課", "市民課"))
    april = date(clock.today().year + 1, 4, 1)
    swap = lines(
        ["other", "別課 三郎", "", "担当者", "市民課", "", ""], ["related", "関連 花子", "", "担当者", "農林水産課", "", ""]
    )  # fmt: skip
    shown = people_import.preview(swap, way=TRANSFER, day=april)
    assert any("終わります" in sentence for sentence in shown.rows[0].does)
    people_import.apply(by=cast.administrator, lines=swap, way=TRANSFER, day=april)
    ended = Appointment.objects.filter(user=cast.other, department=cast.departments["農林水産課"]).get()
    assert ended.ends_on == april - timedelta(days=1)
    assert Appointment.objects.get(user=cast.other, starts_on=april).department.name == "市民課"
    alone = lines(["related", "関連 花子", "", "担当者", "市民課", "", ""])
    with pytest.raises(Invalid) as refusal:
        people_import.apply(by=cast.administrator, lines=alone, way=TRANSFER, day=april + timedelta(days=1))
    assert "農林水産課" in str(refusal.value.fields)


def test_an_import_is_for_the_administrator(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        people_import.apply(by=cast.reviewer, lines=lines(NEW), way=ADD, day=clock.today())
