"""What the small forms of a sheet overwrite: a person's grade, the 締切, a proposal. See `versions`."""

from collections.abc import Iterable

from django import forms

from review import permissions, queries
from review.assessment.services import judging
from review.models import MeasureReview
from review.reader_words import grade_choices
from review.screens.views.questions import whole
from review.screens.views.signed_in import SignedInRequest
from review.screens.views.versions import Record
from review.sheet.forms.sheet import ExtendForm, GradeForm, OutcomeForm
from review.sheet.views import sheet_page


def extension(review: MeasureReview) -> Record:
    """Until when the sheet stays open, and why."""
    return Record(
        form=ExtendForm(initial={"until": review.extended_until, "reason": review.extension_reason}),
        rows=MeasureReview.objects.filter(pk=review.pk),
        subject=f"review:{review.pk}",
        actions=("sheet.extend",),
    )


def outcome(review: MeasureReview) -> Record:
    """The current proposal; a new one takes its place."""
    return Record(
        form=OutcomeForm(initial={"outcome": review.proposed_outcome, "reason": review.outcome_reason}),
        rows=MeasureReview.objects.filter(pk=review.pk),
        subject=f"review:{review.pk}",
        actions=("outcome.propose", "outcome.refuse"),
        state=_proposed(review),
    )


def proposal(review: MeasureReview) -> Record:
    """The proposal as an approver sees it before deciding."""
    return Record(
        form=forms.Form(),
        rows=MeasureReview.objects.filter(pk=review.pk),
        subject=f"review:{review.pk}",
        actions=("outcome.propose", "outcome.refuse"),
        state=_proposed(review),
    )


def _proposed(review: MeasureReview) -> list[str]:
    return [review.proposed_outcome, str(review.proposed_by_id or ""), review.outcome_reason]


def grade(review: MeasureReview, number: int) -> Record | None:
    """A person's own grade of one 成果目標; None where there is no such goal."""
    row = next((row for row in queries.indicator_years(review) if row.indicator.number == number), None)
    if row is None:
        return None
    letters = grade_choices(judging.scale_of(review.cycle))
    return Record(
        form=GradeForm(number=number, choices=letters, initial={"grade": row.given_grade, "reason": row.given_reason}),
        rows=MeasureReview.objects.filter(pk=review.pk),
        subject=f"review:{review.pk}",
        actions=("grade.give",),
        state=[row.given_grade, row.given_reason],
    )


def on_the_sheet(review: MeasureReview) -> dict[str, Record]:
    """What the small forms of the sheet's page overwrite. No query."""
    return {"extension": extension(review), "outcome": outcome(review), "proposal": proposal(review)}


def with_proposals(reviews: Iterable[MeasureReview]) -> list[MeasureReview]:
    """The sheets, each with its `proposal_record`. No query."""
    rows = list(reviews)
    for review in rows:
        review.__dict__["proposal_record"] = proposal(review)
    return rows


# --- of a request: nothing is shown to a user without the permission --------------------------------------------------


def sent_grade(request: SignedInRequest, pk: int) -> Record | None:
    review = sheet_page.readable(request, pk)
    may = permissions.may_review(request.user, review) or permissions.may_approve(request.user, review)
    number = whole(request.POST.get("number"))
    return grade(review, number) if may and number else None


def sent_extension(request: SignedInRequest, pk: int) -> Record | None:
    review = sheet_page.readable(request, pk)
    return extension(review) if permissions.may_extend(request.user, review) else None


def sent_outcome(request: SignedInRequest, pk: int) -> Record | None:
    review = sheet_page.readable(request, pk)
    return outcome(review) if permissions.may_propose_outcome(request.user, review) else None


def sent_proposal(request: SignedInRequest, pk: int) -> Record | None:
    """One that is decided already is refused by the service, with who was first."""
    review = sheet_page.readable(request, pk)
    return proposal(review) if permissions.may_decide_outcome(request.user, review) else None
