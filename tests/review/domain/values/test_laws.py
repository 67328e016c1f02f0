"""What holds for any value: the writing of a cell weighs nothing, and a doubt never becomes a verdict."""

from __future__ import annotations

import re
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from review.domain import values
from review.domain.notation import compact, fold
from review.domain.values import grammar, lexer, lexicon
from review.domain.values.achievement import judge
from review.domain.values.units import BARE, KNOWN, KNOWN_PATTERN, shaped_like_unit
from tests.review.domain import tables

DIGITS = st.integers(0, 99_999)
SCALES = st.sampled_from(["", "千", "万", "百万", "億"])
UNITS = st.sampled_from(["円", "人", "件", "か所", "台"])
WORDS = st.sampled_from(["", "以上", "以下", "未満"])
GAPS = st.sampled_from(["", " ", "\n", "　", " \n"])
DIRECTIONS = st.sampled_from(["up", "down"])
ORDER = {"missed": 0, "undetermined": 1, "achieved": 2}


def _read(text: str) -> tuple:
    reading = values.read(text)
    return reading.kind, reading.readings, reading.state


def _values(reading: values.Reading) -> list:
    """The values without the spaces of their labels, which are no part of a value."""
    return [part._replace(label=compact(part.label)) for parts in reading.readings for part in parts]


def _wide(text: str) -> str:
    return text.translate({ord(mark): chr(ord(mark) + 0xFEE0) for mark in "0123456789%,.()"})


@given(number=DIGITS, scale=SCALES, unit=UNITS, word=WORDS, gaps=st.lists(GAPS, min_size=3, max_size=3))
def test_spaces_and_line_breaks_between_number_scale_unit_and_comparator_weigh_nothing(number, scale, unit, word, gaps):
    plain = f"{number}{scale}{unit}{word}"
    assert _read(f"{number}{gaps[0]}{scale}{gaps[1]}{unit}{gaps[2]}{word}") == _read(plain)


@given(
    number=st.integers(0, 9_999_999), tail=st.sampled_from(["", ".5", ".25", ".0"]), unit=st.sampled_from(["", *KNOWN])
)
@example(number=2024, tail="", unit="年")
@example(number=1, tail="", unit="人")
def test_what_is_plain_is_read_at_once_as_the_grammar_reads_it(number, tail, unit):
    """The space at its end sends the same value through the whole grammar."""
    for text in (f"{number}{tail}{unit}", f"{number:,}{tail}{unit}"):
        assert grammar.readings(text) == grammar.readings(text + " ")


_TABLES = [
    *("other_cities", "adversarial", "adversarial_unseen", "more_cities"),
    *(f"unseen_{place}" for place in ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")),
]
_TYPED = {row[side] for table in _TABLES for row in tables.rows(f"{table}.tsv") for side in ("target", "actual")}
_BESIDE = re.compile(
    rf"(?<=\d)((?:[千万億]|百万)?)({KNOWN_PATTERN})(?![一-龥ァ-ヺA-Za-z0-9])|(?<=\d)()({KNOWN_PATTERN})(?=以上|以下|未満|以内)"
)


@pytest.mark.parametrize("gap", [" ", "\n"])
def test_a_gap_before_any_unit_of_the_tables_weighs_nothing(gap):
    """Dates are left out: 3月 is no value with a unit."""
    for typed in sorted(text for text in map(fold, _TYPED) if not re.search("年|月|日", text)):
        torn = _BESIDE.sub(lambda match: gap + match[0], typed)
        plain, other = values.read(typed), values.read(torn)
        assert (other.kind, _values(other)) == (plain.kind, _values(plain)), torn


def test_a_text_in_which_no_word_is_looked_for_has_none():
    """The lexer tries the words whose digits are no values only where a character of one stands: that must leave none out."""
    typed = [fold(text) for text in _TYPED | {row["name"] for table in _TABLES for row in tables.rows(f"{table}.tsv")}]
    texts = [text for text in typed if not lexer.OF_WORDS.search(text)]
    assert len(texts) > len(typed) // 8
    for text in texts:
        assert [match[0] for match in lexer.LEXEMES[False, True].finditer(text) if match["word"]] == [], text


_OF_WORDS = (
    "令和6 昭和 R6 元 年 年度 月 日 末 まで 第 2 次 目 四半期 人口 10万 人 回 校 当たり あたり につき ごと 対 1 1日 1人 平均 約 65 歳 才 以上 児 健診 60% 5件 "
    "生後 28日 受付後 以内 5段階 評価 点満点 中 で 小6 中3 国語 3~4 か月児 PM 2.5 ※1 2025 /3 -3 .4 か月 年生"
)


@settings(max_examples=1000)
@given(st.lists(st.sampled_from([*_OF_WORDS.split(), " "]), max_size=7).map("".join))
def test_no_word_is_left_out_of_any_text(text):
    words = [match[0] for match in lexer.LEXEMES[True, True].finditer(text) if match["word"]]
    assert words == [] or lexer.OF_WORDS.search(text)


@given(number=DIGITS, scale=SCALES, unit=UNITS, word=WORDS)
def test_the_width_of_characters_weighs_nothing(number, scale, unit, word):
    plain = f"{number:,}{scale}{unit}{word}"
    assert _read(_wide(plain)) == _read(plain) == _read(unicodedata.normalize("NFKC", plain))


@given(
    number=DIGITS,
    unit=UNITS,
    note=st.sampled_from(["速報値", "累計30", "9月末現在", "令和5年度実績", "集計中", "前年度 20", "12人"]),
    style=st.sampled_from(["（）", "[]", "【】", "〔〕", "{}", "［］"]),
    gap=GAPS,
)
def test_the_style_of_brackets_weighs_nothing(number, unit, note, style, gap):
    assert _read(f"{number}{unit}{gap}{style[0]}{note}{style[1]}") == _read(f"{number}{unit}({note})")


@given(
    target=DIGITS, low=DIGITS, high=DIGITS, scale=SCALES, unit=UNITS, direction=DIRECTIONS, gap=GAPS, dot=st.booleans()
)
def test_a_better_result_never_worsens_the_verdict_however_it_is_written(
    target, low, high, scale, unit, direction, gap, dot
):
    low, high = sorted((low, high))
    better, worse = (high, low) if direction == "up" else (low, high)
    more = "・5" if dot else ""
    judgements = [
        judge(
            name="指標", target=f"{target}{gap}{scale}{unit}", actual=f"{one}{more}{scale}{unit}", direction=direction
        )
        for one in (worse, better)
    ]
    assert ORDER[judgements[0].status] <= ORDER[judgements[1].status]


@given(
    number=st.integers(1, 9999),
    pair=st.sampled_from(
        [("億円", "万円", 10**4), ("千円", "円", 1000), ("t", "kg", 1000), ("時間", "分", 60), ("ha", "㎡", 10**4)]
    ),
    direction=DIRECTIONS,
)
def test_there_and_back_between_units_changes_nothing(number, pair, direction):
    large, small, size = pair
    one, other = f"{number}{large}", f"{number * size}{small}"
    for target, actual in ((one, other), (other, one)):
        judgement = judge(name="指標", target=target, actual=actual, direction=direction)
        assert (judgement.status, judgement.exact_rate) == ("achieved", 1)


@given(target=DIGITS, actual=DIGITS, unit=UNITS, direction=DIRECTIONS)
def test_a_value_said_twice_in_the_same_way_changes_nothing(target, actual, unit, direction):
    """As two parts with one label each, and as two readings that are the same number."""
    plain = judge(name="指標", target=f"{target}{unit}", actual=f"{actual}{unit}", direction=direction)
    parted = judge(
        name="指標",
        target=f"甲 {target}{unit} 乙 {target}{unit}",
        actual=f"甲 {actual}{unit} 乙 {actual}{unit}",
        direction=direction,
    )
    assert (parted.status, parted.exact_rate) == (plain.status, plain.exact_rate)
    total = judge(
        name="累計の指標", target=f"{target}{unit}", actual=f"{actual}{unit}({actual}{unit})", direction=direction
    )
    assert (total.status, total.exact_rate) == (plain.status, plain.exact_rate)


HOSTILE = [
    "9" * 30_000,
    "1・5" * 10_000,
    "1.234万" * 6_000,
    "億" * 30_000,
    "1億" * 15_000,
    "(" * 30_000,
    "(1)" * 10_000,
    "1 " * 15_000,
    "1,234," * 5_000,
    "令和6年度" * 5_000,
    "第1" * 15_000,
    "前年度比" * 7_500,
    "1/" * 15_000,
    "1~" * 15_000,
    "各" * 30_000,
    "小1中1" * 7_500,
    "全" * 30_000,
    "A1" * 15_000,
    "※1" * 15_000,
    "1人1日" * 7_500,
    "と思う人の" * 6_000,
    "利用した" * 7_500,
]


def _steps(action) -> int:
    """How many lines of this package are run: a count of steps that no clock can blur."""
    counted = 0

    def watch(frame, event, _):
        nonlocal counted
        if "/domain/" not in frame.f_code.co_filename:
            return None
        counted += event == "line"
        return watch

    before = sys.gettrace()
    sys.settrace(watch)
    try:
        action()
    finally:
        sys.settrace(before)
    return counted


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: f"{text[:6]} x {len(text)}")
def test_thirty_thousand_characters_are_answered_in_a_bounded_number_of_steps(text):
    text = text[:30_000]
    for piece in (text, text[:1_999], text[:300]):
        values.read.cache_clear()
        assert len(values.read(piece).readings) <= grammar.MOST_READINGS
        values.read.cache_clear()
        question = {"name": piece, "target": piece, "actual": piece + "1", "previous": piece, "targets": [piece, piece]}
        assert _steps(lambda question=question: judge(**question)) < 60_000


@settings(max_examples=200)
@given(st.text(alphabet="0123456789・.,万億千円人()~-/ 小中①②前年度比以上約全各月日※", max_size=120))
def test_no_cell_has_more_than_thirty_two_readings(text):
    assert len(values.read(text).readings) <= grammar.MOST_READINGS


def test_a_cell_of_too_many_readings_is_text():
    assert len(values.read("1.234万人 2.345万人").readings) == 4
    many = values.read(" ".join(f"{label} 1.234万人" for label in "甲乙丙丁戊己"))
    assert (many.kind, many.readings) == ("text", ()) and many.sentence.startswith("32通りより多くに読めるため")


@given(st.text(alphabet="職員議会課長町民票権利印税", min_size=1, max_size=6))
def test_an_unknown_word_is_no_unit_that_a_bare_number_fits(word):
    unit = shaped_like_unit(word)
    if word in KNOWN or unit is None:
        return
    assert not unit.fits(BARE) and not BARE.fits(unit) and unit.fits(unit)
    judgement = judge(name="指標", target=f"100{word}", actual="120", direction="up")
    assert judgement.status == "undetermined"


@pytest.mark.parametrize(
    "target, actual",
    [("100件", "3,001件".removesuffix("件")), ("100件", "3"), ("5千人", "48"), ("3億円", "312"), ("50,000円", "48")],
)
def test_an_assumed_unit_decides_nothing_beyond_thirty_times(target, actual):
    judgement = judge(name="指標", target=target, actual=actual, direction="up")
    assert (judgement.status, judgement.rate) == ("undetermined", None)


def test_what_was_assumed_is_said_and_every_check_assumes_the_same():
    judgement = judge(name="売上額", target="100 万円", actual="980,000", previous="4,000,000円")
    assert judgement.as_dict()["reading"] == {
        "target": "100万円(数値)",
        "actual": "980,000円(数値)。単位がないため「円」として読みました",
    }
    assert "jump" in judgement.flags
    scaled = judge(name="売上額", target="60,000千円", actual="33474", previous="33,474千円")
    assert scaled.actual_reading.sentence.startswith("33,474千円(数値)") and "repeated" in scaled.flags
    assert "over_100_percent" in judge(name="納付率", target="94%", actual="102", direction="up").flags


def test_two_readings_that_differ_are_named():
    judgement = judge(name="延べ宿泊者数", target="延べ1.234万人", actual="延べ512万人", direction="up")
    assert judgement.status == "undetermined"
    assert "「1.234万人」と読むか「1,234万人」と読むか" in judgement.reason


@pytest.mark.parametrize(
    "actual",
    [
        "上半期 5件",
        "5件(途中)",
        "R6.12末 5件",
        "5件(4月~9月)",
        "5件(R6.4~R6.12)",
        "5件(12/31現在)",
        "前半期 5件",
        "5件(中間)",
        "現在 5件",
        "5件(11/30時点)",
        "5件(10か月分)",
    ],
)
def test_a_value_of_a_part_of_the_year_is_not_judged_in_either_direction(actual):
    for target in ("10件以下", "3件以上", "10件以上"):
        assert judge(name="件数", target=target, actual=actual).status == "undetermined"


@pytest.mark.parametrize(
    "actual", ["5件(R7.3.31現在)", "5件(3月末)", "5件(4月~3月)", "5件(4/1現在)", "5件(年度末時点)", "5件(令和6年度末)"]
)
def test_the_end_of_the_year_is_the_whole_year(actual):
    assert judge(name="件数", target="10件以下", actual=actual).status == "achieved"


def test_a_year_that_a_value_names_is_held_against_the_year_in_question():
    question = {"name": "利用者数", "target": "1,000人", "actual": "1,200人(令和5年度実績)"}
    assert judge(**question).status == "undetermined"
    assert judge(**question, fiscal_year=2024).status == "undetermined"
    assert judge(**question, fiscal_year=2023).status == "achieved"


def test_last_years_state_counts_for_relative_targets():
    question = {"name": "利用者数", "target": "前年度以上", "actual": "600人"}
    assert judge(**question, previous="500人").status == "achieved"
    for previous in ("500人(9月末現在)", "500人(集計中)", "500人(予定)"):
        assert "needs_previous" in judge(**question, previous=previous).flags


@pytest.mark.parametrize(
    "name",
    [
        "解雇された雇用者の割合",
        "待たされた利用者の割合",
        "期限切れの備蓄の割合",
        "遅れて開催された会議の数",
        "利用をやめた世帯の割合",
        "断られた参加者の割合",
        "中止された講座の数",
        "登録を失った事業者の数",
    ],
)
def test_evidence_behind_a_bad_clause_never_means_up(name):
    assert judge(name=name, target="5%", actual="8%").status != "achieved"


@pytest.mark.parametrize(
    "name, direction",
    [
        ("朝食を毎日食べる児童の増加", "up"),
        ("宿泊者の増", "up"),
        ("交通事故死者数の減少", "down"),
        ("苦情件数の減", "down"),
        ("待機児童の増加", None),
        ("利用者の減少", None),
    ],
)
def test_the_end_of_a_name_decides(name, direction):
    assert judge(name=name, target="10人", actual="12人").direction == direction


def test_the_lexicon_stays_small():
    words = {*lexicon.HARMS.split(), *lexicon.GAINS.split(), *lexicon.REMEDIES.split()}
    assert len(words) <= 300


#: Every physical line of the room that reads and judges, lexicon and tables of units with it. 2,000 are asked: this number
#: may only fall.
LINES = 2_374


def _lines(room: Path) -> int:
    return sum(len(path.read_text("utf-8").splitlines()) for path in room.rglob("*.py"))


def test_reading_and_judging_only_become_shorter():
    lines = _lines(Path(values.__file__).parent)
    assert LINES - 20 <= lines <= LINES, "lower LINES to what is left"


def test_each_line_of_each_module_is_counted(tmp_path):
    (tmp_path / "deeper").mkdir()
    for place, text in (
        ("one.py", '"""Words."""\n\n# more\nONE = 1\n'),
        ("deeper/two.py", "TWO = 2"),
        ("three.tsv", "3\n"),
    ):
        (tmp_path / place).write_text(text, "utf-8")
    assert _lines(tmp_path) == 5


@pytest.mark.parametrize("actual", ["▲3件", "-3件", "▲3"])
def test_a_negative_count_keeps_no_limit_for_it_may_be_a_change(actual):
    assert judge(name="苦情件数", target="10件以下", actual=actual).status == "undetermined"
    assert judge(name="純増数", target="10件", actual=actual, direction="up").status == "missed"


@pytest.mark.parametrize("actual", ["6件/年~15件", "10件以上、以下12件", "③件以上1回"])
def test_a_number_with_words_of_another_value_between_is_text(actual):
    assert values.read(actual).parts == ()


@settings(max_examples=400)
@example("92.42.6")
@given(st.text(alphabet="0123456789 .,・人%件", max_size=24))
def test_digits_torn_in_any_way_never_raise(text):
    assert values.read(f"1 {text}人").sentence
