"""The words of a sheet's items: the domain's own in Japanese, and English where that is chosen."""

import re

import pytest
from django.utils import translation

from review.domain import items
from review.services.item_words import label_of

KEYS = [
    "", *items.TEXT_ITEMS, items.actual_key(2), items.next_target_key(1), items.next_name_key(21), items.schedule_key(3),
    items.bars_key(3), "unknown",
]  # fmt: skip


@pytest.mark.parametrize("key", KEYS)
def test_an_item_has_the_domain_s_words_in_japanese_and_others_in_english(key: str) -> None:
    assert label_of(key) == items.label_of(key)
    with translation.override("en"):
        assert not re.search("[ぁ-んァ-ヶ一-龠]", label_of(key))
