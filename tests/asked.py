"""Who is asked to act, held against who may: an invariant of every state that a year can be in."""

from __future__ import annotations

from review import locks, permissions
from review.domain.reminding import Step
from review.models import Cycle, MeasureReview, Notification, User
from review.notices.services import asking, waiting

MAY = {
    # After the 締切 what a department may do is to ask for more time.
    Step.SUBMIT: lambda person, sheet: permissions.may_write(person, sheet) or _may_ask_for_time(person, sheet),
    Step.ENDORSE: permissions.may_endorse,
    Step.REVIEW: permissions.may_review,
    Step.DECIDE: permissions.may_approve,
}


def _may_ask_for_time(person: User, sheet: MeasureReview) -> bool:
    return locks.is_closed(sheet) and permissions.may_ask_extension(person, sheet)


def assert_asked(cycle: Cycle) -> None:
    """Whoever has an open notice that asks for a step may take it now, and wherever a sheet waits for the office's or
    the 本部's step somebody who may take it has been asked; nobody who came into a post since is left out."""
    assert asking.missing(cycle) == []
    for notice in Notification.objects.filter(cycle=cycle, to_act=True, settled_at=None).exclude(asks={}):
        if "step" in notice.asks and not notice.event.startswith(("Deadline", "Nudged")):
            _may_act(notice)
    for review in MeasureReview.objects.filter(cycle=cycle, outcome=""):
        step = waiting._STEPS.get(review.state)
        if step is not None:
            _somebody_was_asked(review, step)


def _may_act(notice: Notification) -> None:
    step = Step(notice.asks["step"])
    person = User.objects.get(pk=notice.recipient_id)
    sheets = MeasureReview.objects.filter(pk__in=notice.asks["sheets"])
    stands_in = permissions.is_reviewer(person)  # to whom a request falls that nobody else can take
    assert stands_in or any(MAY[step](person, sheet) for sheet in sheets), f"{person} was asked: {notice.title}"


def _somebody_was_asked(review: MeasureReview, step: Step) -> None:
    rows = Notification.objects.filter(cycle=review.cycle, to_act=True, settled_at=None, asks__step=step.value)
    people = [row.recipient for row in rows.select_related("recipient") if review.pk in row.asks["sheets"]]
    last = review.submissions.order_by("-round", "-pk").first()
    if step == Step.SUBMIT and (last is None or last.recalled_at):
        return  # before the first submission, and after a recall, the department itself has it in hand
    able = [user for user in people if MAY[step](User.objects.get(pk=user.pk), review)]
    assert able or any(permissions.is_reviewer(user) for user in people), f"{review.pk} waits for {step}: {people}"
