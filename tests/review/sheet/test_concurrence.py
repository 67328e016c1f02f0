"""合議: which departments are requested, one answer each, and 回答なし after the date."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from review import clock
from review.assessment.services import assessment
from review.domain.refusals import AlreadyDecided, Invalid, NotAllowed
from review.models import AuditEntry, Concurrence, Department, Notification
from review.sheet.services import concurrence, submission
from tasks.sweep import sweep
from tests.cast import Cast, settle_background
from tests.moved import shifted
from tests.review.acting import as_, words
from workflow import steps


def requested(cast: Cast) -> Concurrence:
    cast.open(1)
    related = cast.departments["市民課"]
    return concurrence.ask(
        user=cast.contributor, review_id=cast.sheet().pk, departments=[related.pk], due_on=clock.today() + timedelta(days=7)
    )[0]  # fmt: skip


def recipients(event: str) -> set[str]:
    settle_background()
    return set(Notification.objects.filter(event=event).values_list("recipient__username", flat=True))


def test_the_related_department_is_asked_and_answers_in_one_click(cast: Cast) -> None:
    row = requested(cast)
    assert recipients("ConcurrenceAsked") == {"related"}
    home = as_(cast.related).get(reverse("meguri:home"))
    assert "合議の依頼" in words(home) and "意見なし" in words(home)
    address = reverse("meguri:concurrence_answer", args=[row.pk])
    for _time in range(2):
        answer = as_(cast.related).post(address, {"answer": "no_opinion", "back": "home"})
    # The second click finds what the first one did.
    assert answer.status_code == 409 and "「意見なし」と回答しています" in words(answer)
    row.refresh_from_db()
    assert (row.answer, row.answered_by) == ("no_opinion", cast.related)
    assert recipients("ConcurrenceAnswered") == {"contributor", "colleague", "head"}
    assert "合議の依頼" not in words(as_(cast.related).get(reverse("meguri:home")))
    assert "意見なし" in words(as_(cast.contributor).get(reverse("meguri:sheet", args=[row.review_id])))


def test_an_opinion_is_kept_and_read_on_the_sheet(cast: Cast) -> None:
    row = requested(cast)
    address = reverse("meguri:concurrence_answer", args=[row.pk])
    empty = as_(cast.related).post(address, {"answer": "opinion", "opinion": "  "})
    assert empty.status_code == 422
    assert (
        as_(cast.related).post(address, {"answer": "opinion", "opinion": "窓口にも置いてください。"}).status_code == 303
    )
    assert "窓口にも置いてください。" in words(as_(cast.reviewer2).get(reverse("meguri:sheet", args=[row.review_id])))


def test_silence_past_the_date_is_recorded_as_such_and_once(cast: Cast) -> None:
    row = requested(cast)
    sweep()
    assert not Concurrence.objects.exclude(answer="").exists()
    with shifted(timedelta(days=8)):
        sweep()
        assert concurrence.close_silent() == 0
    row.refresh_from_db()
    assert (row.answer, row.answered_by) == ("silent", None) and row.answered_at
    assert AuditEntry.objects.filter(action="concurrence.silent").count() == 1
    with pytest.raises(AlreadyDecided):
        concurrence.answer(user=cast.related, concurrence_id=row.pk)


def returned(cast: Cast) -> None:
    review = cast.sheet()
    steps.return_to_department(
        user=cast.reviewer, review_id=review.pk, round=review.round, comment="", remarks={"cause": "詳しく。"}
    )


def again(cast: Cast, **texts: str) -> None:
    """The returned sheet, mended and sent once more."""
    review = cast.sheet()
    submission.save_draft(user=cast.contributor, review_id=review.pk, version=review.version, texts=texts)
    steps.submit(user=cast.contributor, review_id=review.pk)


def test_an_answer_to_words_that_changed_is_asked_for_again(cast: Cast) -> None:
    row = requested(cast)
    cast.submitted()
    concurrence.answer(user=cast.related, concurrence_id=row.pk)
    returned(cast)
    again_page = reverse("meguri:submit", args=[row.review_id])
    assert "合議をもう一度依頼します" not in words(as_(cast.contributor).get(again_page))
    again(cast, cause="詳しい要因です。")
    first, second = Concurrence.objects.order_by("round")
    assert (first.answer, second.answer, second.department) == ("no_opinion", "", row.department)
    assert recipients("ConcurrenceAskedAgain") == {"related"}
    notice = Notification.objects.get(event="ConcurrenceAskedAgain")
    assert "次の項目が変わりました: 要因" in notice.body
    sheet = words(as_(cast.related).get(reverse("meguri:sheet", args=[row.review_id])))
    assert "変わる前の内容への回答" in sheet and "意見なし" in sheet
    # An answer to the submitted texts holds, so there is one request.
    concurrence.answer(user=cast.related, concurrence_id=second.pk)
    steps.recall(user=cast.contributor, review_id=row.review_id)
    steps.submit(user=cast.contributor, review_id=row.review_id)
    assert Concurrence.objects.count() == 2


def test_an_answer_before_the_first_submission_holds_for_the_words_of_then(cast: Cast) -> None:
    row = requested(cast)
    concurrence.answer(user=cast.related, concurrence_id=row.pk, opinion="よいと思います。")
    review = cast.fill(cast.sheet())
    page = words(as_(cast.contributor).get(reverse("meguri:submit", args=[row.review_id])))
    assert "次の部署に合議をもう一度依頼します: 市民課" in page
    steps.submit(user=cast.contributor, review_id=review.pk)
    assert list(Concurrence.objects.order_by("round").values_list("answer", flat=True)) == ["opinion", ""]


def test_whoever_was_not_heard_yet_or_answered_before_that_was_kept_is_not_asked_twice(cast: Cast) -> None:
    row = requested(cast)
    cast.submitted()
    returned(cast)
    again(cast, cause="詳しい要因です。")
    assert Concurrence.objects.count() == 1, "the question still stands"
    concurrence.answer(user=cast.related, concurrence_id=row.pk)
    Concurrence.objects.update(texts={})
    steps.recall(user=cast.contributor, review_id=row.review_id)
    again(cast, cause="また違う要因です。")
    assert Concurrence.objects.count() == 1


def test_it_holds_nothing_up_and_ends_with_the_confirmation(cast: Cast) -> None:
    requested(cast)
    review = cast.submitted()
    assert review.state == "submitted"
    assessment.confirm(user=cast.reviewer2, review_id=review.pk, round=review.round)
    with pytest.raises(NotAllowed):
        concurrence.ask(user=cast.contributor, review_id=review.pk, departments=[1], due_on=clock.today())


def test_only_related_departments_are_asked_each_once_a_round(cast: Cast) -> None:
    row = requested(cast)
    pk, today = row.review_id, clock.today()
    for departments in ([cast.departments["農林水産課"].pk], [row.department_id], []):
        with pytest.raises(Invalid):
            concurrence.ask(user=cast.contributor, review_id=pk, departments=departments, due_on=today)
    year = cast.sheet().measure_year
    year.related_all = True
    year.save()
    every = {department.pk for department in Department.objects.all()} - {year.owner_id, row.department_id}
    assert {department.pk for department in concurrence.askable(cast.sheet())} == every
    with pytest.raises(Invalid):
        concurrence.ask(user=cast.contributor, review_id=pk, departments=every, due_on=today - timedelta(days=1))


def test_nobody_else_asks_or_answers(cast: Cast) -> None:
    row = requested(cast)
    today = clock.today()
    for user in (cast.related, cast.reviewer2, cast.approver):
        with pytest.raises(NotAllowed):
            concurrence.ask(user=user, review_id=row.review_id, departments=[1], due_on=today)
    for user in (cast.contributor, cast.other, cast.reviewer2):
        with pytest.raises(NotAllowed):
            concurrence.answer(user=user, concurrence_id=row.pk)


def test_the_form_begins_with_every_related_department_and_asks_them(cast: Cast) -> None:
    cast.open(1)
    review, client = cast.sheet(), as_(cast.contributor)
    page = client.get(reverse("meguri:sheet", args=[review.pk]))
    assert "関連部署に合議を依頼する" in words(page) and re.search(
        r'name="departments"[^>]*checked', page.content.decode()
    )
    address = reverse("meguri:concurrence_ask", args=[review.pk])
    assert client.post(address, {"departments": [], "due_on": ""}).status_code == 422
    due = clock.today() + timedelta(days=3)
    related = cast.departments["市民課"].pk
    assert client.post(address, {"departments": [related], "due_on": due.isoformat()}).status_code == 303
    assert Concurrence.objects.get().due_on == due


def test_a_comment_reaches_the_owner_and_whoever_spoke_before(cast: Cast) -> None:
    cast.open(1)
    review = cast.sheet()
    assessment.comment(user=cast.related, review_id=review.pk, item="", body="一緒に進めたいです。")
    assert recipients("Commented") == {"contributor", "colleague", "head"}
    assessment.comment(user=cast.contributor, review_id=review.pk, item="", body="お願いします。")
    assert recipients("Commented") == {"contributor", "colleague", "head", "related"}
