"""How notices are received: what may be chosen, what is usual, and that a choice is recorded once."""

from __future__ import annotations

import pytest

from review.domain.refusals import Invalid
from review.models import AuditEntry, NoticeChoice
from review.notices.services import notice_choices
from review.notices.services.notice_choices import Channel
from tests.cast import Cast

ACTING = {"A.to_act": True, "B.to_know": False}


def test_a_request_to_act_always_arrives_by_mail() -> None:
    assert Channel.APP not in notice_choices.channels(to_act=True)
    assert Channel.APP in notice_choices.channels(to_act=False)
    assert notice_choices.usual(urgent=True) == Channel.NOW
    assert notice_choices.usual(urgent=False) == Channel.DIGEST


def test_a_choice_is_stored_and_written_to_the_trail_once(cast: Cast) -> None:
    choices = {"A.to_act": Channel.NOW, "B.to_know": Channel.APP}
    assert notice_choices.choose(user=cast.contributor, choices=choices, acting=ACTING) == 2
    assert notice_choices.choose(user=cast.contributor, choices=choices, acting=ACTING) == 0
    assert notice_choices.chosen_by(cast.contributor) == choices
    assert notice_choices.chosen_for("B.to_know") == {cast.contributor.pk: Channel.APP}
    assert notice_choices.chosen_by(cast.colleague) == {}
    assert AuditEntry.objects.filter(action="notice.choose").count() == 1


@pytest.mark.parametrize(
    ("key", "channel", "words"),
    [
        ("A.to_act", Channel.APP, "メールを止めることができません"),
        ("B.to_know", "pigeon", "選び直してください"),
        ("C.unknown", Channel.NOW, "選び直してください"),
    ],
)
def test_a_wrong_choice_is_refused_with_all_the_others(cast: Cast, key: str, channel: str, words: str) -> None:
    choices = {"B.to_know": Channel.APP, key: channel}
    with pytest.raises(Invalid) as refusal:
        notice_choices.choose(user=cast.contributor, choices=choices, acting=ACTING)
    assert list(refusal.value.fields) == [key] and words in refusal.value.fields[key]
    assert not NoticeChoice.objects.exists()
