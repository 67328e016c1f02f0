"""What a department may do with its sheet, and the refusal where it may not."""

from datetime import timedelta

import pytest

from review import clock
from review.assessment.services import next_year
from review.domain import items
from review.domain.refusals import AlreadyDecided, Invalid, NotAllowed, Stale
from review.models import AuditEntry, Cycle, IndicatorYear, ReviewState, ScheduleItem, TargetChange
from review.sheet.services import extensions, submission
from tests.cast import YEAR, Cast
from tests.moved import shifted
from workflow import steps


def save(cast: Cast, texts: dict[str, str], **more: object):
    review = cast.sheet()
    given = {"user": cast.contributor, "review_id": review.pk, "version": review.version, "texts": texts, **more}
    return submission.save_draft(**given)


def test_a_draft_keeps_the_text_as_typed_and_judges_it(cast: Cast) -> None:
    cast.open(1)
    review = save(cast, {"indicator:1:actual": "５０件 ※速報"})
    row = review.measure_year.measure.indicators.get(number=1).years.get(fiscal_year=2024)
    assert row.actual == "５０件 ※速報"
    assert (row.status, row.grade, row.rate_text) == ("missed", "C", "50.0%")
    assert review.state == ReviewState.EDITING
    assert AuditEntry.objects.filter(action="draft.save").get().after == {"indicator:1:actual": "５０件 ※速報"}


def test_saving_nothing_new_changes_nothing(cast: Cast) -> None:
    cast.open(1)
    first = save(cast, {"cause": "理由"})
    again = save(cast, {"cause": "理由"}, version=first.version - 1)
    assert again.version == first.version


def test_a_stale_form_is_refused_with_what_stands_there_now(cast: Cast) -> None:
    cast.open(1)
    old = cast.sheet().version
    save(cast, {"cause": "先に保存した文"}, user=cast.colleague)
    with pytest.raises(Stale) as refusal:
        save(cast, {"cause": "あとの文"}, version=old)
    assert refusal.value.theirs["cause"] == "先に保存した文"
    assert cast.sheet().measure_year.text("cause") == "先に保存した文"


@pytest.mark.parametrize(
    ("typed", "sentence"), [("あ\x00い", "2文字目"), ("\ud800", "1文字目"), ("い" * 10_001, "10,000文字まで")]
)
def test_text_that_cannot_be_kept_is_refused_and_nothing_is_half_saved(cast: Cast, typed: str, sentence: str) -> None:
    cast.open(1)
    with pytest.raises(Invalid) as refusal:
        save(cast, {"response": "よい文", "cause": typed})
    assert sentence in refusal.value.fields["cause"]
    assert cast.sheet().measure_year.text("response") == ""


@pytest.mark.parametrize("who", ["other", "related", "reviewer", "approver", "administrator", "auditor"])
def test_only_the_owning_department_writes(cast: Cast, who: str) -> None:
    cast.open(1)
    with pytest.raises(NotAllowed):
        save(cast, {"cause": "文"}, user=cast.people[who])


def test_a_role_taken_away_meanwhile_decides_nothing(cast: Cast) -> None:
    cast.open(1)
    user = cast.contributor
    save(cast, {"cause": "文"}, user=user)
    user.appointments.update(ends_on=clock.today() - timedelta(days=1))
    with pytest.raises(NotAllowed):
        save(cast, {"cause": "別の文"}, user=user)


def test_what_is_missing_is_named_item_by_item(cast: Cast) -> None:
    cast.open(1)
    save(cast, {"indicator:1:actual": "50件"})
    with pytest.raises(Invalid) as refusal:
        steps.submit(user=cast.contributor, review_id=cast.sheet().pk)
    assert set(refusal.value.fields) == {"indicator:2:actual", "cause", "response"}


def test_a_late_submission_is_taken_and_marked_until_the_close(cast: Cast) -> None:
    cycle = cast.open(2)
    with shifted(timedelta(days=15)):
        assert cast.submitted(1).late
    with shifted(timedelta(days=22)):
        with pytest.raises(NotAllowed, match="締切を過ぎています"):
            cast.fill(cast.sheet(2))
        until = clock.now() + timedelta(days=3)
        extensions.extend(user=cast.reviewer, review_id=cast.sheet(2).pk, until=until, reason="災害対応のため")
        assert cast.submitted(2).late is False
    assert Cycle.objects.get(pk=cycle.pk).state == "open"


def test_a_second_submission_names_the_first(cast: Cast) -> None:
    cast.open(1)
    review = cast.submitted()
    with pytest.raises(AlreadyDecided) as refusal:
        steps.submit(user=cast.colleague, review_id=review.pk)
    assert refusal.value.by == "担当 一郎"


def test_the_submission_is_frozen_with_its_hash(cast: Cast) -> None:
    cast.open(1)
    review = cast.submitted()
    sent = review.submissions.get()
    assert sent.content["items"]["indicator:1:actual"] == "120件"
    assert len(sent.sha256) == 64


# --- the schedule and the year to come ---


def test_a_bar_is_set_from_this_year_on_and_keeps_its_words(cast: Cast) -> None:
    cast.open(1)
    item = ScheduleItem.objects.get()
    assert submission.current_texts(cast.sheet())["schedule:1:bars"] == "令和5年度、令和6年度"
    save(cast, {"schedule:1:bars": "令和4年度、令和7年度「本格、実施」、平成元年度、でたらめ"})
    item.refresh_from_db()
    # 令和4年度 and 令和5年度 are past, and the plan ends with 令和7年度.
    assert item.bars == {"2023": "", "2025": "本格、実施"}
    assert submission.current_texts(cast.sheet())["schedule:1:bars"] == "令和5年度、令和7年度「本格、実施」"


def test_a_changed_target_asks_for_its_reason_and_takes_effect_with_the_approval(cast: Cast) -> None:
    cast.open(1)
    review = cast.fill(cast.sheet())
    save(cast, {"indicator:1:next_target": "150件"})
    assert list(submission.missing(cast.sheet())) == ["change_reason"]
    save(cast, {"change_reason": "利用が伸びたためです。"})
    ahead = IndicatorYear.objects.get(indicator__number=1, fiscal_year=YEAR + 1)
    assert ahead.target == "100件" and submission.missing(cast.sheet()) == {}
    steps.submit(user=cast.contributor, review_id=review.pk)
    steps.confirm(user=cast.reviewer2, review_id=review.pk, round=1)
    steps.approve(user=cast.approver, review_id=review.pk, round=1)
    ahead.refresh_from_db()
    change = TargetChange.objects.get()
    assert (ahead.target, change.target_before, change.target) == ("150件", "100件", "150件")
    assert change.effective_at and AuditEntry.objects.filter(action="target.change").count() == 1
    assert next_year.requested(cast.sheet())[1].changed


def test_words_of_the_plan_again_are_no_change(cast: Cast) -> None:
    cast.open(1)
    save(cast, {"indicator:1:next_target": "150件", "indicator:1:next_name": "来館件数"})
    save(cast, {"indicator:1:next_target": "100件"})
    assert TargetChange.objects.get().name == "来館件数"
    save(cast, {"indicator:1:next_name": "利用件数"})
    assert not TargetChange.objects.exists() and "change_reason" not in submission.missing(cast.sheet())


def test_a_first_target_changes_nothing_and_needs_no_reason(cast: Cast) -> None:
    cast.open(1)
    IndicatorYear.objects.filter(fiscal_year=YEAR + 1).update(target="")
    save(cast, {"indicator:1:next_target": "150件"})
    assert TargetChange.objects.get().target == "150件" and "change_reason" not in submission.missing(cast.sheet())


def test_an_effective_change_is_taken_back_by_the_next_approval(cast: Cast) -> None:
    cast.open(1)
    review = cast.fill(cast.sheet())
    save(cast, {"indicator:1:next_target": "150件", "change_reason": "理由"})
    next_year.take_effect(review, cast.approver)
    save(cast, {"indicator:1:next_target": "100件"})
    next_year.take_effect(review, cast.approver)
    assert IndicatorYear.objects.get(indicator__number=1, fiscal_year=YEAR + 1).target == "100件"
    assert not next_year.requested(cast.sheet())[1].changed


def test_the_last_year_of_the_plan_looks_no_further(cast: Cast) -> None:
    cast.open(1)
    cast.plan.last_year = YEAR
    cast.plan.save()
    assert not [key for key in submission.current_texts(cast.sheet()) if "next" in key]


def test_a_name_that_is_too_long_is_refused_in_words(cast: Cast) -> None:
    cast.open(1)
    with pytest.raises(Invalid) as refusal:
        save(cast, {"indicator:1:next_name": "あ" * 301})
    assert "300文字まで" in refusal.value.fields["indicator:1:next_name"]


def test_a_return_opens_what_belongs_together() -> None:
    keys = ["indicator:1:actual", "indicator:1:next_target", "cause", "response", "change_reason", "schedule:1",
            "schedule:1:bars", "schedule:2:bars", "policy"]  # fmt: skip
    assert items.open_keys(keys, ["schedule:1"]) == {"schedule:1", "schedule:1:bars"}
    assert items.open_keys(keys, ["change_reason"]) == {"change_reason", "indicator:1:next_target"}
    assert items.open_keys(keys, ["indicator:1:next_target"]) == {"change_reason", "indicator:1:next_target"}
    assert items.open_keys(keys, ["indicator:1:actual"]) == {"indicator:1:actual", "cause", "response"}
