"""Reading values: every shape of a typed text, and what must hold for any text."""

from __future__ import annotations

import unicodedata
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.domain import values
from review.domain.notation import CIRCLED, compact, fold
from tests.review.domain import tables

SHAPES = [
    # typed, kind, (low, high, unit symbol, label) of each value
    ("30,000千円", "number", [(30_000_000, 30_000_000, "円", "")]),
    ("１，２００人", "number", [(1200, 1200, "人", "")]),
    ("1億2,000万円", "number", [(120_000_000, 120_000_000, "円", "")]),
    ("1万2千人", "number", [(12_000, 12_000, "人", "")]),
    ("0.154", "number", [("0.154", "0.154", "", "")]),
    ("手続き件数300", "number", [(300, 300, "", "手続き件数")]),
    ("市内公民館で計40回", "number", [(40, 40, "回", "市内公民館で")]),
    ("▲5.2%", "number", [("-5.2", "-5.2", "%", "")]),
    ("△3件", "number", [(-3, -3, "件", "")]),
    ("3時間30分", "number", [("3.5", "3.5", "時間", "")]),
    ("13日5時間", "number", [(13, 14, "日", "")]),
    ("8,200t-CO2", "number", [(8200, 8200, "t-CO2", "")]),
    ("1,520㎡", "number", [(1520, 1520, "m2", "")]),
    ("300(件)", "number", [(300, 300, "件", "")]),
    ("8割", "number", [(8, 8, "割", "")]),
    ("80%以上", "comparator", [(80, None, "%", "")]),
    ("5%未満", "comparator", [(None, 5, "%", "")]),
    ("3日以内", "comparator", [(None, 3, "日", "")]),
    ("10件以下", "comparator", [(None, 10, "件", "")]),
    ("90.0 以下", "comparator", [(None, 90, "", "")]),
    ("≧80%", "comparator", [(80, None, "%", "")]),
    ("50%は達成", "comparator", [(50, None, "%", "")]),
    ("7~7.5俵", "range", [(7, "7.5", "俵", "")]),
    ("10〜15件", "range", [(10, 15, "件", "")]),
    ("10-15件", "range", [(10, 15, "件", "")]),
    ("10件～15件", "range", [(10, 15, "件", "")]),
    ("5%以上10%未満", "range", [(5, 10, "%", "")]),
    ("小 8.9% 中 12.8%", "parts", [("8.9", "8.9", "%", "小"), ("12.8", "12.8", "%", "中")]),
    ("小8.9%中12.8%", "parts", [("8.9", "8.9", "%", "小"), ("12.8", "12.8", "%", "中")]),
    ("①8回 ②6回", "parts", [(8, 8, "回", "①"), (6, 6, "回", "②")]),
    ("①8回②6回", "parts", [(8, 8, "回", "①"), (6, 6, "回", "②")]),
    ("(1) 8回 (2) 6回", "parts", [(8, 8, "回", "1"), (6, 6, "回", "2")]),
    ("【小】80% 【中】75%", "parts", [(80, 80, "%", "小"), (75, 75, "%", "中")]),
    ("700回/1/1", "parts", [(700, 700, "回", ""), (1, 1, "", ""), (1, 1, "", "")]),
    ("転入 10分 その他手続き 5分", "parts", [(10, 10, "分", "転入"), (5, 5, "分", "その他手続き")]),
    ("100校中95校", "share", [(95, 95, "校", "")]),
    ("12/15校", "share", [(12, 12, "校", "")]),
    ("全8回出席", "share", [(8, 8, "回", "")]),
    ("全校", "share", [(100, 100, "%", "全校")]),
    ("1,607件 ※制度改正による", "number", [(1607, 1607, "件", "")]),
    ("20件(379件)", "number", [(20, 20, "件", "")]),
    ("75% 第2次計画に合わせて設定", "number", [(75, 75, "%", "")]),
    ("5件、うち2件完了", "number", [(5, 5, "件", "")]),
    ("30件(うち新規5件", "number", [(30, 30, "件", "")]),
    ("1 2.5%", "number", [("12.5", "12.5", "%", "")]),
    ("R6:30件", "number", [(30, 30, "件", "R6")]),
    ("65歳以上 30%", "number", [(30, 30, "%", "65歳以上")]),
    ("1日平均 30人", "number", [(30, 30, "人", "1日平均")]),
]

WORDS = [
    ("整備完了", "milestone"),
    ("課題整理", "milestone"),
    ("設計金額が50万円を超える測量等の業務委託", "milestone"),
    ("説明会を5回実施した。", "text"),
    ("アンケートを2回、面接を1回行いました", "text"),
    ("前年比増加", "relative"),
    ("前年度比10%増", "relative"),
    ("前年度実績以上", "relative"),
    ("現状維持", "relative"),
    ("令和元年度比20%削減", "relative"),
    ("令和7年3月末までに", "date"),
    ("R7.3.31", "date"),
    ("2025/3/31", "date"),
    ("", "none"),
    ("　", "none"),
    ("-", "none"),
    ("－", "none"),
    ("―", "none"),
    ("_", "none"),
    ("- 設置が翌年度のため", "none"),
    # numbers that nobody can read for certain stay text
    ("1,20人", "milestone"),
    ("1.200人", "milestone"),
    ("小 50%→60% 中 70%", "milestone"),
    ("12,3456件", "milestone"),
    ("(379件)", "milestone"),
    ("第3回", "milestone"),
    ("10数件", "milestone"),
    ("2回×3校", "milestone"),
    ("▲100人以内", "milestone"),
    ("小 80% 中 前年並み", "milestone"),
    ("目標80%", "milestone"),
]


def _exact(end):
    return None if end is None else Fraction(str(end))


@pytest.mark.parametrize("typed, kind, expected", SHAPES, ids=lambda value: value if isinstance(value, str) else "")
def test_it_reads_every_shape(typed, kind, expected):
    reading = values.read(typed)
    parts = [(part.low, part.high, part.unit.symbol, part.label) for part in reading.parts]
    assert reading.kind == kind
    assert parts == [(_exact(low), _exact(high), unit, label) for low, high, unit, label in expected]


@pytest.mark.parametrize("typed, kind", WORDS)
def test_it_leaves_words_as_words(typed, kind):
    reading = values.read(typed)
    assert (reading.kind, reading.parts) == (kind, ())


def test_a_note_keeps_its_words_and_gives_no_value():
    assert values.read("20件(379件)").note == "379件"
    assert values.read("75% 第2次計画に合わせて設定").note == "第2次計画に合わせて設定"


def test_marks_of_certainty_are_read():
    assert values.read("約500人").parts[0].approximate
    assert values.read("80%程度").parts[0].approximate
    assert values.read("3人(申請中のため見込み)").state.state is values.State.PROVISIONAL
    assert values.read("120件(速報値)").state.state is values.State.PROVISIONAL
    assert values.read("集計中").state.state is values.State.NOT_MEASURED
    assert values.read("隔年調査のため実績なし").state.state is values.State.NOT_MEASURED


def test_each_and_its_period_are_read():
    part = values.read("各課月5件").parts[0]
    assert (part.each, part.period, part.value) == ("各課", "月", 5)


@pytest.mark.parametrize(
    "typed, sentence",
    [
        ("33,474千円", "33,474千円(数値)"),
        ("小 5%未満 中 10%未満", "小 5%未満、中 10%未満(2つの数値)"),
        ("13日5時間", "13日5時間(数値)"),
        ("7~7.5俵", "7~7.5俵(幅のある数値)"),
        ("整備完了", "「整備完了」(文字。数値としては判定しません)"),
        ("1,607件 ※改正による", "1,607件(数値)、注記「改正による」"),
        ("", "空欄"),
        ("-", "値なし"),
        ("令和7年3月末までに", "2025年3月31日まで(日付)"),
    ],
)
def test_the_sentence_says_what_was_read(typed, sentence):
    assert values.read(typed).sentence == sentence


def test_a_very_long_number_is_no_value():
    assert values.read("9" * 5000 + "件").parts == ()
    assert values.read("1時間" * 3000).parts == ()


# Laws

PIECES = st.sampled_from(
    [
        *"0123456789,.%()-~〜▲△・:/　 ",
        "以上",
        "未満",
        "前年度比",
        "増",
        "件",
        "人",
        "千円",
        "万",
        "億",
        "小",
        "中",
        "①",
        "②",
        "※",
        "令和",
        "年",
        "月",
        "日",
        "各",
        "全",
        "校",
        "中",
        "約",
        "\n",
        "１",
        "㎡",
        "ゼロ",
    ]
)
CELLS = st.text() | st.lists(PIECES, max_size=14).map("".join)


@settings(max_examples=500)
@given(CELLS)
def test_it_never_raises_and_keeps_the_typed_text(typed):
    reading = values.read(typed)
    assert reading.text == typed
    assert reading.sentence


@settings(max_examples=300)
@given(CELLS)
def test_folding_is_idempotent(typed):
    assert fold(fold(typed)) == fold(typed)
    assert compact(compact(typed)) == compact(typed)


def _same_but_text(typed: str, other: str) -> bool:
    first, second = values.read(typed), values.read(other)
    return (first.kind, first.parts, first.relation, first.span, first.plain) == (
        second.kind,
        second.parts,
        second.relation,
        second.span,
        second.plain,
    )


@settings(max_examples=300)
@given(CELLS)
def test_a_folded_text_reads_the_same(typed):
    assert _same_but_text(typed, fold(typed))


@settings(max_examples=150)
@given(CELLS)
def test_nfkc_changes_no_reading(typed):
    normal = unicodedata.normalize("NFKC", typed)
    if fold(typed) == fold(normal):  # all but enclosed numbers: NFKC itself turns ①8回 into 18回
        assert _same_but_text(typed, normal)
    else:
        assert any(mark in CIRCLED for mark in fold(typed))


@pytest.mark.parametrize("row", tables.rows("dx_plan_reiwa4_6.tsv"), ids=lambda row: row["measure"])
def test_nfkc_changes_no_reading_of_the_document(row):
    for typed in (row["target"], row["actual"]):
        if not any(mark in CIRCLED for mark in typed):  # NFKC itself turns ①8回 into 18回
            assert _same_but_text(typed, unicodedata.normalize("NFKC", typed))
