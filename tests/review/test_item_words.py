"""The words of a sheet's items: the domain's own in Japanese, and English where that is chosen."""

import re

import pytest
from django.utils import translation

from review.books.services import snapshot
from review.domain import correction_items, fields, items
from review.item_words import correctable_label, label_of
from tests.cast import YEAR, Cast

KEYS = [
    "", *fields.typed(), items.actual_key(2), items.next_target_key(1), items.next_name_key(21), items.schedule_key(3),
    items.bars_key(3), "unknown",
]  # fmt: skip


@pytest.mark.parametrize("key", KEYS)
def test_an_item_has_the_domain_s_words_in_japanese_and_others_in_english(key: str) -> None:
    assert label_of(key, {}) == items.label_of(key, {})
    with translation.override("en"):
        assert not re.search("[ぁ-んァ-ヶ一-龠]", label_of(key, {}))


def test_what_can_be_corrected_has_the_erratum_s_words_in_japanese_and_others_in_english(cast: Cast) -> None:
    """The words stored with an erratum and those that the reader sees are made in two places, and say the same."""
    row = snapshot.snapshot_of(cast.published(1))["measures"][0] | {"outcome": "excluded", "outcome_reason": "廃止"}
    items = correction_items.items_of(row, YEAR)
    assert {"indicator", "schedule", "outcome"} <= {item.key.partition(":")[0] for item in items}
    assert [correctable_label(item.key, item.label) for item in items] == [item.label for item in items]
    with translation.override("en"):
        japanese = [
            words for item in items if re.search("[ぁ-んァ-ヶ一-龠]", words := correctable_label(item.key, item.label))
        ]
    assert japanese == []


def test_where_no_year_is_at_hand_no_plan_s_text_has_the_words_of_another_plan() -> None:
    """A page without a session, and one that answers 409, know no form: a city calls 現状と課題 otherwise."""
    assert {label_of(one.key, None) for one in fields.texts()} == {"入力した文章"}
    assert label_of(items.actual_key(2), None) == label_of(items.actual_key(2), {})
    assert label_of("x-成果の説明", None) == "成果の説明"
