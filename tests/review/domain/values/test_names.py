"""Names and the direction that they speak for: written down with their answers before the reader was run on them."""

from __future__ import annotations

import pytest

from review.domain.values.direction import name_direction
from tests.review.domain import tables

TRAPS = tables.rows("values/traps.tsv")
NAMES = tables.rows("values/blind_names.tsv")


def test_names_never_met_speak_in_no_wrong_direction_and_seldom_in_none():
    """131 usual names of municipal plans and 98 that nobody can tell, written before the run.

    Of the first, none was wrong and 15 said nothing (11.5 %); of the second, 17 were given a direction, and were mended by
    kind: services that follow need, business at the counter, what is undone.
    """
    directions = {row["name"]: name_direction(row["name"]) for row in NAMES}
    assert [row["name"] for row in NAMES if directions[row["name"]] not in (None, row["direction"])] == []
    clear = [row["name"] for row in NAMES if row["direction"]]
    assert sum(directions[name] is None for name in clear) * 100 <= 12 * len(clear)


def test_a_second_set_of_names_speaks_in_no_wrong_direction():
    """50 names, most of them gains behind a verb that spoils them, written and frozen before the run.

    In the first run none went the opposite way; 10 were given a direction where the reader gave none (four of them rightly,
    and these rows stand corrected), 4 said nothing. Mended by kind: what is past and no gain itself; what escaped a harm.
    """
    rows = tables.rows("values/blind_names_second.tsv")
    directions = {row["name"]: name_direction(row["name"]) for row in rows}
    assert [name for name in directions if directions[name] not in (None, _of(rows, name))] == []
    clear = [row["name"] for row in rows if row["direction"]]
    assert sum(directions[name] is None for name in clear) * 100 <= 12 * len(clear)


def test_a_third_set_of_names_speaks_in_no_wrong_direction():
    """265 names, half of them harms that something is done about and gains that are needed, denied or given up, written before
    the run. In the first run 7 went the opposite way (違いを認め合う社会, 整備が必要な公園, 参加辞退者, what was done in a clause against a
    harm), and were mended by kind; 108 of 246 said nothing, for 300 words do not speak for every name. One row stands corrected.
    """
    rows = tables.rows("values/blind_names_third.tsv")
    directions = {row["name"]: name_direction(row["name"]) for row in rows}
    assert [name for name in directions if directions[name] not in (None, _of(rows, name))] == []


def _of(rows: list[dict[str, str]], name: str) -> str | None:
    return next(row["direction"] for row in rows if row["name"] == name) or None


@pytest.mark.parametrize("row", TRAPS, ids=lambda row: row["name"])
def test_a_head_that_says_nothing_is_not_spoken_for_by_what_stands_before_it(row):
    """施設利用者の転倒件数, 講座の欠席率. In the first run 8 of these 105 were wrong, and one rule mended all of them."""
    assert name_direction(row["name"]) in (None, row["direction"] or None)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "停電の復旧件数",
            "断水の復旧戸数",
            "休館日の利用件数",
            "欠航便の乗車人数",
            "閉庁日の来館者数",
            "失敗した接続の件数",
        ),
        *("基準を下回った施設の利用率", "期限を過ぎた受診の件数", "倒れた参加者の数", "参加をやめた団体の登録数"),
    ],
)
def test_a_gain_in_what_is_closed_or_behind_a_comparator_or_a_bad_verb_never_means_up(name):
    assert name_direction(name) != "up"


@pytest.mark.parametrize("name", ["参加を拒否された人の数", "受講料の平均額", "全国順位の改善"])
def test_what_was_refused_or_paid_and_how_far_a_rank_moved_say_nothing(name):
    assert name_direction(name) is None


@pytest.mark.parametrize("name", ["育児休業取得率", "廃校の利活用件数", "停電対策の実施率", "障害者を雇用した企業数"])
def test_what_ends_or_uses_it_still_does(name):
    assert name_direction(name) == "up"


@pytest.mark.parametrize(
    "name, direction",
    [
        ("滞納整理件数", None),
        ("空き家調査棟数", None),
        ("犯罪被害者支援の件数", None),
        ("空き家の棟数", "down"),
        ("救急車の適正利用(軽症者の割合)", None),
        ("交通安全の推進(事故件数)", "down"),
        ("不登校(出現率)", "down"),
        ("満足度(満足と答えた人の割合)", "up"),
        ("審査請求の平均処理日数", "down"),
        ("処理日数の短縮", None),
        ("未然に防いだ詐欺被害の件数", None),
        ("訓練における開封しなかった職員の割合", None),
        ("国民健康保険の加入者数", None),
        ("スポーツ少年団の加入者数", "up"),
    ],
)
def test_what_is_done_about_a_harm_and_what_stands_in_the_bracket_are_told_apart(name, direction):
    assert name_direction(name) == direction


@pytest.mark.parametrize("name", ["歩道のバリアフリー化延長", "校庭の芝生化面積", "多言語対応店舗数", "歩行者通行量"])
def test_what_is_made_so_and_what_is_fit_for_something_goes_up_however_it_is_counted(name):
    assert name_direction(name) == "up"


@pytest.mark.parametrize(
    "name, direction",
    [("医療費負担の助成件数", None), ("滞納した世帯への助成件数", None), ("太陽光発電設備設置の助成件数", "up")],
)
def test_help_is_what_is_done_about_a_harm(name, direction):
    assert name_direction(name) == direction
