"""達成区分 of the city's own: any letters, words and thresholds, tried on last year's values before it is saved."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from review.assessment.services import judging, scale_preview
from review.domain import rating
from review.models import AuditEntry, Cycle, IndicatorYear
from tests.cast import YEAR, Cast
from tests.review.acting import as_, words

PAGE = "meguri:scale", ["dx", YEAR]


def own(*rows: tuple[str, str, str], last: str = "保留") -> dict[str, str]:
    """What the form sends for these rows (letter, name, threshold)."""
    sent = {"scale": "own", "name_9": last}
    for number, (letter, name, threshold) in enumerate(rows, start=1):
        sent |= {f"letter_{number}": letter, f"name_{number}": name}
        sent |= {f"threshold_{number}": threshold}
    return sent


GOOD = own(("優", "達成", ""), ("良", "7割5分以上", "75"), ("可", "そのほか", ""))


def page(cast: Cast) -> tuple[Any, str]:
    cast.draft(1)
    return as_(cast.reviewer2), reverse(PAGE[0], args=PAGE[1])


def test_a_scale_of_the_citys_own_is_kept_and_shown_again(cast: Cast) -> None:
    client, address = page(cast)
    assert client.post(address, GOOD).status_code == 303
    scale = judging.scale_of(Cycle.objects.get())
    assert [(one.letter, one.name, one.shape) for one in scale.grades] == [
        ("優", "達成", "circle"), ("良", "7割5分以上", "triangle"), ("可", "そのほか", "diamond"), ("－", "保留", "dash"),
    ]  # fmt: skip
    assert [str(one.threshold) for one in scale.decided] == ["None", "3/4", "0"]
    again = client.get(address).content.decode()
    assert 'value="7割5分以上"' in again and 'value="75"' in again
    assert client.post(address, {"scale": "abcd"}).status_code == 303
    assert Cycle.objects.get().scale == rating.PRESETS["abcd"].as_data()


@pytest.mark.parametrize(
    ("change", "place", "sentence"),
    [
        ({"threshold_2": "50", "letter_4": "不", "name_4": "不可", "threshold_3": "60"}, "3行目のしきい値", "上の行ほど高く"),
        ({"threshold_2": "50", "letter_4": "不", "name_4": "不可", "threshold_3": "50"}, "3行目のしきい値", "2行目は50%"),
        ({"threshold_2": ""}, "2行目のしきい値", "しきい値を入力してください"),
        ({"threshold_2": "100"}, "2行目のしきい値", "100より小さく"),
        ({"threshold_2": "-1"}, "2行目のしきい値", "0以上"),
        ({"threshold_2": "多め"}, "2行目のしきい値", "0以上100未満の数"),
        ({"threshold_3": "10"}, "3行目のしきい値", "残りのすべて"),
        ({"letter_3": "優"}, "3行目の記号", "1行目でも使われています"),
        ({"letter_2": "－"}, "9行目の記号", "2行目でも使われています"),
        ({"letter_1": ""}, "1行目の記号", "入力してください"),
        ({"name_2": ""}, "2行目の名称", "入力してください"),
        ({"name_9": ""}, "9行目の名称", "入力してください"),
    ],
)  # fmt: skip
def test_what_makes_no_scale_is_refused_with_its_place(
    cast: Cast, change: dict[str, str], place: str, sentence: str
) -> None:
    client, address = page(cast)
    before = Cycle.objects.get().scale
    answer = client.post(address, GOOD | change)
    summary = words(answer)
    assert answer.status_code == 422 and f"{place}:" in summary and sentence in summary
    assert Cycle.objects.get().scale == before


def test_one_grade_alone_is_no_scale(cast: Cast) -> None:
    client, address = page(cast)
    answer = client.post(address, own(("優", "達成", "")))
    assert answer.status_code == 422 and "2行目の記号: 達成していないときの区分" in words(answer)


def test_rows_not_chosen_are_not_read(cast: Cast) -> None:
    client, address = page(cast)
    assert client.post(address, GOOD | {"scale": "sabc", "threshold_2": "多め"}).status_code == 303
    assert Cycle.objects.get().scale == rating.PRESETS["sabc"].as_data()


def test_a_scale_is_tried_on_last_years_values_without_being_saved(cast: Cast) -> None:
    client, address = page(cast)
    cycle, row = Cycle.objects.get(), IndicatorYear.objects.filter(fiscal_year=YEAR - 1).order_by("pk").first()
    assert row
    IndicatorYear.objects.filter(pk=row.pk).update(target="100件", actual="78件")
    rated = own(("A", "達成", ""), ("B", "75%以上", "75"), ("C", "そのほか", ""))
    strict = own(("A", "達成", ""), ("B", "95%以上", "95"), ("C", "そのほか", ""))
    client.post(address, rated)
    stored, entries = Cycle.objects.get().scale, AuditEntry.objects.count()
    answer = client.post(address, strict | {"preview": "1"})
    shown = words(answer)
    assert answer.status_code == 200 and "まだ保存していません" in shown and f"{row.name}: B → C" in shown
    assert Cycle.objects.get().scale == stored and AuditEntry.objects.count() == entries
    tried = scale_preview.preview(Cycle.objects.get(), rating.PRESETS["abcd"])
    moved = next(one for one in tried.changes if one.row.pk == row.pk)
    assert (moved.before, moved.after) == ("B", "C") and cycle.pk
    assert sum(n for _grade, n in tried.before) == sum(n for _grade, n in tried.after)
