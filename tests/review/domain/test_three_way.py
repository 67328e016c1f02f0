"""The three-way difference as a table."""

import pytest

from review.domain.three_way import Change, FileText, ItemChange, compare


def one(
    base: str | None, web: str, file: str, *, mark: str = "", open_keys: tuple[str, ...] = ("cause",)
) -> ItemChange:
    """The row of one item."""
    (row,) = compare(
        base={} if base is None else {"cause": base},
        web={"cause": web},
        file={"cause": FileText(text=file, mark=mark)},
        open_keys=open_keys,
        why_closed="閉じています。",
    )
    return row


@pytest.mark.parametrize(
    ("base", "web", "file", "change", "would_change", "must_confirm"),
    [
        ("あ", "あ", "あ", Change.SAME, False, False),
        ("あ", "あ", "い", Change.FILE, True, False),
        ("あ", "い", "あ", Change.WEB, False, False),
        ("あ", "い", "い", Change.BOTH_SAME, False, False),
        ("あ", "い", "う", Change.BOTH_DIFFER, True, True),
        ("", "", "い", Change.FILE, True, False),
        ("あ", "あ", "", Change.FILE, True, True),
        ("", "あ", "", Change.WEB, False, False),
        ("あ", "い", "", Change.BOTH_DIFFER, True, True),
        ("あ\nい", "あ\r\nい", "あ\nい", Change.SAME, False, False),
        (None, "あ", "い", Change.FILE, True, False),
        (None, "あ", "あ", Change.SAME, False, False),
    ],
)
def test_who_changed_an_item(
    base: str | None, web: str, file: str, change: Change, would_change: bool, must_confirm: bool
) -> None:
    row = one(base, web, file)
    assert (row.change, row.would_change, row.must_confirm) == (change, would_change, must_confirm)


def test_a_cell_emptied_on_purpose_is_told_from_one_that_was_empty() -> None:
    assert one("あ", "あ", "").emptied
    assert one("あ", "あ", " \n").emptied
    assert not one("", "あ", "").emptied
    assert not one("", "", "").emptied


def test_what_excel_changed_must_be_confirmed() -> None:
    assert one("", "", "80%", mark="number_cell").must_confirm


def test_a_closed_item_is_shown_and_cannot_be_taken() -> None:
    row = one("あ", "あ", "い", open_keys=())
    assert (row.would_change, row.may_take, row.locked) == (True, False, "閉じています。")


def test_items_that_stand_on_one_side_only_are_passed_over() -> None:
    rows = compare(
        base={},
        web={"cause": "あ", "policy": "い"},
        file={"cause": FileText(text="あ"), "x": FileText(text="う")},
        open_keys=(),
    )
    assert [(row.key, row.change) for row in rows] == [("cause", Change.SAME)]
