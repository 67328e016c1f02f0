"""Judging, by laws that hold for any value: a better result never worsens a verdict, and writing does not matter."""

import json
import random
import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from review.domain.values.achievement import judge
from tests.review.domain.test_achievement import ask

# Laws

AMOUNTS = st.integers(0, 99_999)
UNITS = st.sampled_from(["件", "人", "%", "千円", "時間", "か所", ""])
ORDER = {"missed": 0, "undetermined": 1, "achieved": 2}


def _full_width(text: str) -> str:
    return text.translate({ord(digit): chr(ord(digit) + 0xFEE0) for digit in "0123456789%,."})


@given(
    target=AMOUNTS,
    low=AMOUNTS,
    high=AMOUNTS,
    unit=UNITS,
    direction=st.sampled_from(["up", "down"]),
    word=st.sampled_from(["", "以上", "以下", "未満", "超"]),
)
def test_a_better_actual_never_worsens_the_verdict(target, low, high, unit, direction, word):
    low, high = sorted((low, high))
    better, worse = (high, low) if direction == "up" else (low, high)
    verdicts = [
        ask(f"{target}{unit}{word}", f"{actual}{unit}", direction=direction).status for actual in (worse, better)
    ]
    assert ORDER[verdicts[0]] <= ORDER[verdicts[1]]


@settings(max_examples=60)
@given(
    pairs=st.lists(st.tuples(AMOUNTS, AMOUNTS), min_size=2, max_size=4),
    gain=AMOUNTS,
    direction=st.sampled_from(["up", "down"]),
)
def test_a_better_part_never_worsens_the_verdict_or_the_rate(pairs, gain, direction):
    target = " ".join(f"{label} {goal}件" for label, (goal, _) in zip("甲乙丙丁", pairs, strict=False))
    better = [(goal, max(actual + (gain if direction == "up" else -gain), 0)) for goal, actual in pairs[:1]]
    judgements = [
        ask(
            target,
            " ".join(f"{label} {actual}件" for label, (_, actual) in zip("甲乙丙丁", some, strict=False)),
            direction=direction,
        )
        for some in (pairs, [*better, *pairs[1:]])
    ]
    assert ORDER[judgements[0].status] <= ORDER[judgements[1].status]
    rates = [judgement.exact_rate for judgement in judgements]
    assert None in rates or rates[0] <= rates[1]


@settings(max_examples=60)
@given(
    target=AMOUNTS,
    actual=AMOUNTS,
    name=st.sampled_from(["ＤＸ研修の受講者数", "苦情件数(年間)", "CO2排出量", "総人口"]),
)
def test_the_writing_of_the_name_does_not_matter(target, actual, name):
    plain = ask(f"{target}人", f"{actual}人", name=unicodedata.normalize("NFKC", name))
    for other in (name.replace("(", "（").replace(")", "）"), _full_width(name), f" {name[:2]} {name[2:]}　"):
        written = ask(f"{target}人", f"{actual}人", name=other)
        assert (written.status, written.rate, written.direction) == (plain.status, plain.rate, plain.direction)


@given(target=AMOUNTS, actual=AMOUNTS, unit=UNITS, direction=st.sampled_from(["up", "down", None]))
def test_the_writing_of_digits_and_separators_does_not_matter(target, actual, unit, direction):
    plain = ask(f"{target}{unit}", f"{actual}{unit}", direction=direction)
    for write in (
        lambda value: f"{value:,}{unit}",
        lambda value: _full_width(f"{value:,}{unit}"),
        lambda value: f" {value} {unit}",
    ):
        other = ask(write(target), write(actual), direction=direction)
        assert (other.status, other.rate) == (plain.status, plain.rate)


@given(
    target=st.integers(1, 9999),
    actual=st.integers(0, 9999),
    direction=st.sampled_from(["up", "down"]),
    units=st.sampled_from(
        [
            ("千円", 1000, "円", 1),
            ("億円", 10**8, "百万円", 10**6),
            ("時間", 60, "分", 1),
            ("人", 1, "名", 1),
            ("か所", 1, "箇所", 1),
            ("t", 1000, "kg", 1),
            ("ha", 10000, "㎡", 1),
        ]
    ),
)
def test_equivalent_units_do_not_matter(target, actual, direction, units):
    large, size, small, unit = units
    plain = ask(f"{target}{large}", f"{actual}{large}", direction=direction)
    converted = ask(f"{target}{large}", f"{actual * size // unit}{small}", direction=direction)
    assert (converted.status, converted.rate) == (plain.status, plain.rate)


@given(
    values=st.lists(st.tuples(AMOUNTS, AMOUNTS), min_size=2, max_size=5),
    seed=st.integers(0, 99),
    direction=st.sampled_from(["up", "down"]),
)
def test_the_order_of_labelled_parts_does_not_matter(values, seed, direction):
    labels = ["本庁", "支所", "図書館", "公民館", "学校"][: len(values)]
    target = " ".join(f"{label} {pair[0]}件" for label, pair in zip(labels, values, strict=True))
    parts = [f"{label} {pair[1]}件" for label, pair in zip(labels, values, strict=True)]
    plain = ask(target, " ".join(parts), direction=direction)
    random.Random(seed).shuffle(parts)
    mixed = ask(target, " ".join(parts), direction=direction)
    assert (mixed.status, mixed.rate) == (plain.status, plain.rate)


@settings(max_examples=300)
@given(
    name=st.text(),
    target=st.text(),
    actual=st.text(),
    previous=st.none() | st.text(),
    targets=st.lists(st.text(), max_size=3),
)
def test_it_never_raises_and_never_misses_by_text(name, target, actual, previous, targets):
    judgement = judge(name=name, target=target, actual=actual, previous=previous, targets=targets)
    json.dumps(judgement.as_dict())
    assert judgement.basis != "text" or judgement.status == "achieved"
