"""Publishing a correction: only over the current and intact edition, once, and the live rows follow where they still can."""

from __future__ import annotations

import pytest

from review.background.services.jobs import Failure
from review.models import AuditEntry, Correction, Cycle, Edition, IndicatorYear, MeasureReview, Outcome
from review.publication.services import correction_release, corrections, publication
from review.publication.services.corrections import Typed
from tests.cast import YEAR, Cast
from tests.remembered import remembered
from workflow import steps

KEY = f"indicator:1:actual:{YEAR}"


@pytest.fixture
@remembered
def correction(cast: Cast) -> Correction:
    """A decided correction of 01-01's first 実績 and its 要因, whose edition no worker has made yet."""
    cycle: Cycle = cast.published(2)
    made = steps.start_correction(user=cast.reviewer, cycle_id=cycle.pk)
    typed = [
        Typed(code="01-01", key=key, right=right, reason="誤り")
        for key, right in ((KEY, "70件"), ("cause", "正しい要因"))
    ]
    corrections.save_items(user=cast.reviewer, correction_id=made.pk, version=0, code="01-01", typed=typed)
    steps.submit_correction(user=cast.reviewer, correction_id=made.pk)
    steps.decide_correction(user=cast.approver, correction_id=made.pk, round=1, accept=True, comment="", meeting=None)
    return Correction.objects.get(pk=made.pk)


def actual() -> str:
    return IndicatorYear.objects.get(indicator__measure__code="01-01", indicator__number=1, fiscal_year=YEAR).actual


def test_the_next_edition_is_made_once_and_the_rows_follow(correction: Correction) -> None:
    edition = correction_release.publish(correction.pk)
    assert correction_release.publish(correction.pk) == edition
    assert list(Edition.objects.order_by("number").values_list("number", "current")) == [(1, False), (2, True)]
    assert actual() == "70件"
    assert MeasureReview.objects.get(measure_year__measure__code="01-01").measure_year.text("cause") == "正しい要因"
    assert not AuditEntry.objects.filter(action="correction.left").exists()


def test_a_text_that_changed_since_the_publication_is_left_and_recorded(correction: Correction) -> None:
    year = MeasureReview.objects.get(measure_year__measure__code="01-01").measure_year
    year.texts["cause"] = "もう直した要因"
    year.save(update_fields=["texts"])
    correction_release.publish(correction.pk)
    year.refresh_from_db()
    assert year.text("cause") == "もう直した要因" and actual() == "70件"
    assert AuditEntry.objects.get(action="correction.left").after["items"] == ["01-01 cause"]


def test_nothing_is_published_over_another_edition_or_a_changed_one(
    correction: Correction, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publication, "intact", lambda edition: False)
    with pytest.raises(Failure, match="公表したときの内容と違います"):
        correction_release.publish(correction.pk)
    Edition.objects.filter(pk=correction.base_id).update(current=False)
    with pytest.raises(Failure, match="現在の公表版ではありません"):
        correction_release.publish(correction.pk)
    assert Edition.objects.count() == 1 and actual() == "120件"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [("progress", "順調", "順調"), ("outcome", "", ""), ("outcome", "対象外", Outcome.EXCLUDED)],
)
def test_a_text_of_an_item_is_the_row_s_value(name: str, text: str, value: object) -> None:
    assert correction_release._value(name, text) == value
