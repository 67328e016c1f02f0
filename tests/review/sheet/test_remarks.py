"""指摘: met by a changed text or an answer since, and by nothing older."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from review.models import ItemComment, Submission
from review.sheet.services import remarks

START = datetime(2025, 5, 1, 9, tzinfo=UTC)
CAUSE, ONE = "cause", "indicator:1:actual"


def sent(pk: int, minute: int, **items: str) -> Submission:
    return Submission(pk=pk, round=pk, content={"items": items}, submitted_at=START + timedelta(minutes=minute))


def comment(pk: int, minute: int, item: str, kind: str = "return") -> ItemComment:
    return ItemComment(pk=pk, item=item, kind=kind, body="一言", created_at=START + timedelta(minutes=minute))


def test_a_remark_is_met_once_its_own_item_reads_differently() -> None:
    thread, before = [comment(1, 5, CAUSE)], [sent(1, 0, cause="古い要因", response="対応")]
    assert remarks.met(thread, before, {"cause": "古い要因", "response": "別の対応"}) == {1: False}
    assert remarks.met(thread, before, {"cause": "新しい要因", "response": "対応"}) == {1: True}
    assert remarks.met(thread, before, {"response": "対応"}) == {1: True}, "emptied is changed"


def test_a_remark_on_the_whole_sheet_is_met_by_any_change_or_answer() -> None:
    thread, before = [comment(1, 5, "")], [sent(1, 0, cause="要因")]
    assert remarks.met(thread, before, {"cause": "要因"}) == {1: False}
    assert remarks.met(thread, before, {"cause": "要因", "response": "足した"}) == {1: True}
    assert remarks.met([*thread, comment(2, 6, CAUSE, "reply")], before, {"cause": "要因"}) == {1: True}


def test_only_a_later_reply_to_the_item_answers() -> None:
    before = [sent(1, 0, cause="要因")]
    remark, texts = comment(3, 5, CAUSE), {"cause": "要因"}
    for other in (
        comment(1, 4, CAUSE, "reply"), comment(2, 5, CAUSE, "reply"), comment(4, 6, ONE, "reply"), comment(4, 6, CAUSE, "comment"),
    ):  # fmt: skip
        assert remarks.met([other, remark], before, texts) == {3: False}, other
    assert remarks.met([remark, comment(4, 5, CAUSE, "reply")], before, texts) == {3: True}, "in the order of the rows"


def test_a_remark_speaks_of_the_submission_before_it() -> None:
    passes = [sent(1, 0, cause="一回目"), sent(2, 10, cause="二回目")]
    assert remarks.made_on(comment(1, 5, CAUSE), passes) == passes[0]
    assert remarks.made_on(comment(2, 15, CAUSE), passes) == passes[1]
    assert remarks.made_on(comment(3, -1, CAUSE), passes) is None
    assert remarks.met([comment(3, -1, CAUSE)], passes, {"cause": "別"}) == {3: False}


def test_open_are_the_latest_pass_s_unmet_remarks_on_items() -> None:
    passes = [sent(1, 0, cause="一回目"), sent(2, 10, cause="二回目", indicator="120件")]
    thread = [comment(1, 5, ONE), comment(2, 15, CAUSE), comment(3, 15, "")]
    assert list(remarks.open_remarks(thread, passes, {"cause": "二回目", "indicator": "120件"})) == [CAUSE]
    assert remarks.open_remarks(thread, passes, {"cause": "三回目", "indicator": "120件"}) == {}
