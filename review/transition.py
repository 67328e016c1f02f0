"""Moving a sheet: its lock, its state, and the record that every move leaves."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from review import clock, holders, names, permissions, queries
from review.background.services import outbox
from review.domain.events import Event
from review.domain.fiscal import wareki
from review.domain.refusals import AlreadyDecided, NotAllowed
from review.models import AuditEntry, Decision, MeasureReview, ReviewState, Step, Submission, User, Verdict
from review.trail.services import audit, sealed_rows


def locked(review_id: int, user: User) -> MeasureReview:
    """The sheet, its row locked until the transaction ends (on SQLite the whole database is), and the user's posts
    read anew: a role that was taken away meanwhile decides nothing."""
    holders.standing(user, fresh=True)
    MeasureReview.objects.select_for_update(no_key=True).get(pk=review_id)
    return queries.any_review(number=review_id)[0]


def require(allowed: bool, sentence: str, of: Any = None) -> None:
    """Raise NotAllowed with the sentence unless `allowed`. A sentence that names the office or the body is filled with what
    they are called in the plan of `of`: a plan, a year or a sheet."""
    if not allowed:
        sentence = sentence or _("このシートに対する権限がありません。")
        raise NotAllowed(sentence % names.of(of) if of else sentence)


def require_administrator(user: User, sentence: str = "") -> None:
    """The same of whoever manages people, with the posts read anew."""
    holders.standing(user, fresh=True)
    require(permissions.may_manage_people(user), sentence or _("利用者は管理者が管理します。"))


def move(review: MeasureReview, state: ReviewState) -> None:
    """Set the state and since when; the caller saves. A move ends whatever claim stood on the sheet."""
    review.state = state
    review.state_since = clock.now()
    review.claimed_by = None
    review.claimed_at = None


def tell(
    event: Event,
    user: User,
    review: MeasureReview,
    action: str,
    *,
    sealed: Submission | Decision | None = None,
    **payload: Any,
) -> None:
    """Leave the audit row and the event, in the current transaction. The same act may happen any number of times in one
    round (a return to review, then one by the year's decision): the audit row tells the occasions apart. `sealed` is the
    row that the act added: the audit row vouches for it."""
    entry = _entry(user, review, action, sealed, payload)
    entry.save()
    outbox.announce(event, **_event(user, review, entry, payload))


def tell_all(event: Event, user: User, action: str, decisions: Iterable[Decision]) -> None:
    """The same of many decisions, each on its sheet: as `tell` with the decision `sealed`."""
    rows = list(decisions)
    entries = AuditEntry.objects.bulk_create(_entry(user, row.review, action, row, {}) for row in rows)
    outbox.announce_all(
        outbox.occurrence(event, **_event(user, row.review, entry, {}))
        for row, entry in zip(rows, entries, strict=True)
    )


def _entry(user: User, review: MeasureReview, action: str, sealed: Any, payload: Mapping[str, Any]) -> AuditEntry:
    vouched = {sealed_rows.NAME: sealed_rows.mark(sealed)} if sealed else {}
    after = {"state": review.state, "round": review.round, **payload, **vouched}
    return audit.entry(user, action, f"review:{review.pk}", after=after)


def _event(user: User, review: MeasureReview, entry: AuditEntry, payload: Mapping[str, Any]) -> dict[str, Any]:
    words = {"state": str(review.state), **payload}
    return {"key": f"{review.pk}:{entry.pk}", "actor": user, "review": review, "payload": words}


def require_undecided(review: MeasureReview, *, round: int, step: str, state: ReviewState) -> None:
    """Raise AlreadyDecided, naming who was first, unless the sheet still waits for this step of this round."""
    if review.round == round and review.state == state:
        return
    acts = Decision.objects.filter(review=review, round=round, step__in=(step, Step.WITHDRAW))
    first = acts.select_related("decided_by").order_by("decided_at", "pk").last()
    if first:
        at = when_words(first.decided_at)
        if first.step == Step.WITHDRAW:
            sentence = _("%(who)sさんが%(at)sに「%(what)s」を行っています。画面を開き直して確かめてください。")
            what = {"who": first.decided_by, "at": at, "what": first.get_verdict_display()}
            raise AlreadyDecided(sentence % what, by=str(first.decided_by), at=at)
        raise AlreadyDecided(
            _("%(who)sさんが%(at)sに「%(what)s」と決めています。")
            % {"who": first.decided_by, "at": at, "what": _word(first)},
            by=str(first.decided_by),
            at=at,
        )
    sentence = _("このシートは今「%(state)s」です。画面を開き直して確かめてください。")
    raise AlreadyDecided(sentence % {"state": review.get_state_display()})


def when_words(moment: datetime) -> str:
    """10:42 where it was today, else with the day."""
    local = timezone.localtime(moment)
    day = "" if local.date() == clock.today() else f"{wareki(local.date())} "
    return f"{day}{local:%H:%M}"


def _word(decision: Decision) -> str:
    """What was decided, in the word of its step: accepting is 確認 at review and 承認 at approval."""
    if decision.verdict == Verdict.ACCEPT and decision.step != Step.APPROVE:
        return _("確認")
    return str(decision.get_verdict_display())
