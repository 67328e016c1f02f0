"""What reader and judge say is stored in Japanese and reads in English: all that they can say, old rows among it."""

from __future__ import annotations

import ast
import gettext
import random
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from django.utils.translation import override

from review.domain import checks, definitions, progress, wording
from review.domain.forms.as_document import Known, document_of, doubt_of
from review.domain.forms.reading import read_grids
from review.domain.plan_text import read_plan_text
from review.domain.sheet import DocumentError, Doubt
from review.domain.values import achievement, read
from review.domain.values.reading import Quantity, limits
from review.domain.values.units import BARE, PERCENT, Unit
from review.reader_words import worded
from tests.config.test_catalogue import CATALOGUE
from tests.review.domain import tables
from tests.review.domain.forms.test_cities import CASES
from tests.review.domain.test_plan_text import DOUBTS, ONE_SHEET

ROOT = Path(__file__).resolve().parents[2]
JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]")
GAP = re.compile(r"%\((\w+)\)s")
TABLES = (
    "other_cities",
    "adversarial",
    "more_cities",
    "unseen_second",
    "unseen_first",
    "unseen_eighth",
    "values/blind",
)
#: What stands in a gap of each kind, and its English.
SAMPLES = {
    "words": ("空欄", "empty"),
    "sentence": ("主管部署が空欄です。", "The owning department is empty."),
    "term": ("現状", "the present level"),
    "value": ("約1.5km以上", "about 1.5km or more"),
    "year": ("令和6年度", "FY2024"),
    "years": ("令和6年度、令和7年度", "FY2024, FY2025"),
    "day": ("2025年3月31日", "31 Mar 2025"),
    "names": ("甲」「2番目", "甲”, “no. 2"),
    "item": ("成果目標① 目標", "Goal ① Target"),
    "items": ("目標・実績", "Target, Result"),
    "n": ("3", "3"),
    "cell": ("B3", "B3"),
    "mark": ("③", "③"),
}
#: Sentences with a word of the city's form in them.
WITH_JAPANESE = {
    "「延べ」が、その年度の値か累計か分かりません。",
    "担当未定",
    "「%(text)s」に、中黒「・」ではない点「·」があります。",
}


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with override("en"):
        yield


def catalogue() -> dict[str, str]:
    with CATALOGUE.open("rb") as stream:
        return gettext.GNUTranslations(stream)._catalog  # type: ignore[attr-defined]


def filled(template: str, english: bool) -> str:
    """The template with a sample in each gap; a typed one is the same in both languages."""
    facts = {name: SAMPLES.get(name.rpartition("_")[2], ("x1", "x1"))[english] for name in GAP.findall(template)}
    if "western_year" in facts:
        facts["western_year"] = "2026"
    return wording.made(template, facts)


def test_every_sentence_of_the_table_has_its_english_with_the_same_gaps() -> None:
    words = catalogue()
    assert len(wording.TABLE) > 250
    assert [one for one in wording.TABLE if not words.get(one)] == []
    assert [one for one in wording.TABLE if sorted(GAP.findall(one)) != sorted(GAP.findall(words[one]))] == []
    assert [one for one in wording.TABLE if one not in WITH_JAPANESE and JAPANESE.search(words[one])] == []


def test_every_sentence_is_known_again_with_what_stands_in_it() -> None:
    words = catalogue()
    wrong = {}
    for template, alone in wording.TABLE.items():
        japanese, english = filled(template, False), filled(words[template], True)
        shown = worded(japanese, in_gap=not alone)
        if shown != english:
            wrong[japanese] = (shown, english)
    assert wrong == {}


def sentences_of(name: str, target: str, actual: str, previous: str, baseline: str) -> Iterator[str]:
    """Everything that the domain says of one 実績 beside last year's, of its progress, and of its goal's definition."""
    verdict = achievement.judge(name=name, target=target, actual=actual, previous=previous, fiscal_year=2024)
    later = progress.Span(target_year=2026, year=2024, first_year=2022)
    over_time = progress.judge(name=name, target=target, actual=actual, baseline=baseline, span=later)
    this = checks.IndicatorInYear(fiscal_year=2024, name=name, target=target, actual=actual)
    before = checks.IndicatorInYear(fiscal_year=2023, name=name, target=baseline, actual=previous)
    for judged in (verdict, over_time):
        yield from (judged.reason, judged.target_reading.sentence, judged.actual_reading.sentence)
        for other in (before, replace(before, name="ほかの指標")):
            for flag in checks.check(this, (other,), judgement=judged):
                yield from (flag.sentence, flag.question)
    made = definitions.proposed(name, [baseline, target], [previous, actual])
    yield from (*made.reasons, *made.doubts)


def corpus() -> list[tuple[str, str, str]]:
    rows = [row for name in TABLES for row in tables.rows(f"{name}.tsv")]
    return [(row["name"], row["target"], row["actual"]) for row in rows]


def test_whatever_is_said_of_a_value_is_a_sentence_of_the_table() -> None:
    """Of the real tables, and of their names and cells thrown together: no sentence arises anywhere else."""
    rows, dice = corpus(), random.Random(18)
    cells = [cell for _name, *both in rows for cell in both]
    mixed = [(dice.choice(rows)[0], dice.choice(cells), dice.choice(cells)) for _ in range(2_000)]
    left = set()
    for name, target, actual in [*rows, *mixed]:
        for sentence in sentences_of(name, target, actual, dice.choice(cells), dice.choice(cells)):
            if JAPANESE.search(sentence) and worded(sentence) == sentence:
                left.add(sentence)
    assert len(rows) > 500
    assert left == set()


def doubts() -> Iterator[Doubt]:
    """Those of every untidy list, and of every damage to the city's own form, that the readers' tests have."""
    for case in CASES:
        read_as = read_grids(case.grids()).as_data()
        yield from map(doubt_of, read_as["doubts"])
        with suppress(DocumentError):  # a list whose only values are sentences has no years, and is refused
            yield from document_of(read_as, Known()).doubts
    for healthy, damaged, _code, _proposal in DOUBTS:
        yield from read_plan_text(
            (ONE_SHEET + ONE_SHEET).replace("01-01", "01-03", 1).replace(healthy, damaged, 1).encode()
        ).doubts


def test_whatever_the_readers_doubt_is_a_sentence_of_the_table() -> None:
    raised = set(doubts())
    assert {doubt.detail for doubt in raised if worded(doubt.detail) == doubt.detail} == set()
    assert len({doubt.code for doubt in raised}) > 40


def test_a_doubt_says_its_place_and_its_names_in_english() -> None:
    doubt = Doubt.of("left_out", heading_words="「備考」の欄")
    placed = doubt_of({"code": doubt.code, "sheet": "一覧", "cell": "B3", "detail": doubt.detail, "proposal": ""})
    assert worded(placed.detail) == "Sheet “一覧”, B3: There is no place to put “備考”."
    assert worded("成果目標① 目標(令和6年度・令和7年度): 「10円」の前または後ろに空白があります。") == (
        "Goal ① Target (FY2024, FY2025): There are spaces before or after “10円”."
    )


def phrases() -> Iterator[Quantity]:
    """A value in every form in which a reading says it; nothing about it is typed in Japanese."""
    units = (PERCENT, Unit("km", "length"), BARE)
    for unit in units:
        for comparator in (None, "at_least", "above", "at_most", "below"):
            low, high, low_open, high_open = limits(12, comparator)
            one = Quantity(low, high, low_open, high_open, unit=unit)
            yield from (one, one._replace(approximate=True), one._replace(change="increase"), one._replace(label="x"))
            yield from (one._replace(change="decrease", approximate=True), one._replace(whole=100))
            yield from (one._replace(period=period) for period in ("月", "週", "日"))
            yield one._replace(breakdown=(one._replace(label="a"), one._replace(label="b")))
        yield Quantity(5, 10, high_open=True, unit=unit, is_bounded=True)
        yield Quantity(5, 10, low_open=True, unit=unit, is_bounded=True)
        yield Quantity(5, 10, unit=unit, is_range=True)
    for unit in (Unit("day", "days"), Unit("h", "time")):
        yield Quantity(None, 3, unit=unit)


def test_a_value_of_a_reading_has_no_japanese_of_the_product() -> None:
    texts = [f"{one.phrase}(数値)" for one in phrases()]
    assert [(text, worded(text)) for text in texts if JAPANESE.search(worded(text))] == []
    assert worded("小 約5%未満、中 月7~7.5俵(2つの数値)") == "小 less than about 5%, 中 7~7.5俵 a month (2 numbers)"
    assert worded("5件以上10件未満(範囲を示す数値)") == "5件 or more, less than 10件 (number that sets a limit)"
    assert worded("95校(全100校のうち)(全体のうちの数)") == "95校 (of 100校) (number out of a whole)"
    assert worded("11回(内訳 男性 5回、女性 6回)(数値)") == "11回 (of which 男性 5回, 女性 6回) (number)"


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("令和7年3月末まで", "until 31 Mar 2025 (date)"),
        ("前年度比10%増", "an increase of 10% against last year’s result (comparison)"),
        ("前年度実績以上", "last year’s result or more (comparison)"),
        ("現状維持", "the same as the present level (comparison)"),
        ("100件(見込み)", "100件 (number), expected or provisional, note “見込み”"),
        ("集計中", "a value not measured yet (words)"),
        ("整備完了", "“整備完了” (words; not judged as a number)"),
        ("", "empty"),
    ],
)
def test_a_cell_is_read_out_in_english(cell: str, shown: str) -> None:
    assert worded(read(cell).sentence) == shown


def test_a_judgement_reads_in_english() -> None:
    verdict = achievement.judge(name="参加者数", target="500人以上", actual="437人")
    assert worded(verdict.reason) == (
        "Not achieved: the result 437人 does not meet the target “500人 or more” (more is better)."
    )


@pytest.mark.parametrize(
    "typed", ["80%以上", "2025年3月31日", "前年度", "累計", "取り込む", "令和6年度", "2025年度", "「甲」の欄"]
)
def test_what_may_have_been_typed_stays_as_it_is(typed: str) -> None:
    assert worded(typed) == typed


@pytest.mark.parametrize(
    "typed",
    [
        "1" * 2000,
        "「" * 2000,
        "」と「" * 700,
        "甲。" * 1000,
        "5件以上" * 500,
        "99月99日",
        "。",
        ": " * 900,
        "目標: " * 400,
        "(日付)" * 400,
    ],
)
def test_nothing_that_was_typed_stops_it(typed: str) -> None:
    assert worded(typed) == typed
    for around in (
        "実績 %s は100%%を超えています。",
        "「%s」の「甲」の置き場所が分かりません。",
        "%s(数値)、注記「5件」",
    ):
        assert worded(around % typed) != around % typed


def test_a_japanese_reader_gets_the_stored_text() -> None:
    with override("ja"):
        assert worded("実績がまだ入力されていません。") == "実績がまだ入力されていません。"


def words_of(node: ast.AST) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and JAPANESE.search(one.value):
            yield one.value


@pytest.mark.parametrize("folder", ["review/domain", "review/workbook", "review/plan/services"])
def test_no_doubt_and_no_cause_is_worded_where_it_arises(folder: str) -> None:
    """Each is a name of a table with facts: what is worded beside it would have no English."""
    makers = {"undecided", "flag", "of", "doubt", "_doubt", "_doubt_heading", "Doubt", "FormDoubt", "Flag"}
    makers |= {"DocumentError", "_error"}
    worded_here = [
        f"{path.relative_to(ROOT)}:{node.lineno} {words}"
        for path in sorted((ROOT / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and (node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")) in makers
        for words in words_of(node)
    ]
    assert worded_here == []
