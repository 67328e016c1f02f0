"""A later end for a single sheet: requested by its department, decided by somebody else, with reason and end."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from review import clock, names, permissions
from review.background.services import outbox
from review.domain.events import Event
from review.domain.fiscal import wareki
from review.domain.refusals import AlreadyDecided, Invalid
from review.models import AuditEntry, Extension, MeasureReview, User
from review.reader_words import problem
from review.trail.services import audit
from review.transition import locked, require


def ask(*, user: User, review_id: int, until: datetime, reason: str) -> Extension:
    """The department requests a later end. Raises AlreadyDecided where a request is open already."""
    with transaction.atomic():
        review = locked(review_id, user)
        require(
            permissions.may_ask_extension(user, review),
            _("期限の延長は、シートが主管部署にある間に、主管部署の方が依頼します。"),
        )
        if standing_request(review):
            sentence = _("延長の依頼はもう届いています。%(office)sの決定をお待ちください。")
            raise AlreadyDecided(sentence % names.of(review))
        _check(review, until, reason)
        made = Extension.objects.create(
            review=review, until=until, reason=reason.strip(), asked_by=user, asked_at=clock.now()
        )
        words_of = {"until": str(made.until), "reason": made.reason}
        entry = audit.write(actor=user, action="extension.ask", subject=f"review:{review.pk}", after=words_of)
        _tell(entry, Event.EXTENSION_ASKED, user, made)
        return made


def decide(*, user: User, extension_id: int, grant: bool, until: datetime | None = None, answer: str = "") -> Extension:
    """Grant a request, with its own or another end, or refuse it with a reason. Never by its author."""
    with transaction.atomic():
        extension = Extension.objects.get(pk=extension_id)
        review = locked(extension.review_id, user)
        rows = Extension.objects.select_for_update(of=("self",), no_key=True).select_related("decided_by")
        row = rows.get(pk=extension.pk)
        require(permissions.may_decide_extension(user, row), _("ご自分の依頼は、ほかの確認者または管理者が決めます。"))
        if row.state != Extension.State.REQUESTED:
            raise AlreadyDecided(
                _("%(who)sさんが「%(what)s」と決めています。")
                % {"who": row.decided_by, "what": row.get_state_display()},
                by=str(row.decided_by),
            )
        if grant:
            row.until = until or row.until
            _check(review, row.until, row.reason)
            entry = _hold(user, review, row)
        elif not answer.strip() or problem(answer):
            sentence = problem(answer) or _("見送る理由を入力してください。")
            raise Invalid(sentence, {"answer": sentence})
        row.state = Extension.State.GRANTED if grant else Extension.State.REFUSED
        row.decided_by, row.decided_at, row.answer = user, clock.now(), answer.strip()
        row.save()
        if not grant:
            after = {"reason": row.answer}
            entry = audit.write(actor=user, action="extension.refuse", subject=f"review:{review.pk}", after=after)
        _tell(entry, Event.EXTENSION_GRANTED if grant else Event.EXTENSION_REFUSED, user, row)
        return row


def extend(*, user: User, review_id: int, until: datetime, reason: str) -> Extension:
    """Give a sheet of another department a later end at once, with a reason; a standing request is granted with it."""
    with transaction.atomic():
        review = locked(review_id, user)
        require(
            permissions.may_manage_cycle(user, review.cycle.plan_id),
            _("期限の延長は%(office)sまたは管理者が行います。"),
            review,
        )
        require(
            permissions.may_extend(user, review),
            _("ご自分の部署のシートは、延長を依頼し、ほかの確認者または管理者に決めてもらってください。"),
        )
        _check(review, until, reason)
        now = clock.now()
        row = standing_request(review) or Extension(review=review, reason=reason.strip(), asked_by=user, asked_at=now)
        row.until, row.state, row.decided_by, row.decided_at = until, Extension.State.GRANTED, user, now
        row.answer = reason.strip() if row.pk else ""
        entry = _hold(user, review, row)
        row.save()
        _tell(entry, Event.EXTENSION_GRANTED, user, row)
        return row


def standing_request(review: MeasureReview) -> Extension | None:
    """The request that waits for an answer. One query."""
    waiting = Extension.objects.filter(review=review, state=Extension.State.REQUESTED)
    return waiting.select_related("asked_by", "review").first()


def _hold(user: User, review: MeasureReview, row: Extension) -> AuditEntry:
    """Let the sheet stay open until then."""
    before = {"until": str(review.extended_until or "")}
    review.extended_until, review.extension_reason = row.until, row.reason
    review.save(update_fields=["extended_until", "extension_reason"])
    return audit.write(
        actor=user,
        action="sheet.extend",
        subject=f"review:{review.pk}",
        before=before,
        after={"until": str(row.until), "reason": row.reason, "asked_by": str(row.asked_by.key)},
    )


def _check(review: MeasureReview, until: datetime, reason: str) -> None:
    problems = {}
    if until <= clock.now():
        problems["until"] = _("これからの日時を入力してください。")
    elif review.due_at and until <= review.due_at:
        problems["until"] = _("今の期限(%(due)s)より後の日時を入力してください。") % {"due": words(review.due_at)}
    if not reason.strip() or problem(reason):
        problems["reason"] = problem(reason) or _("延長の理由を入力してください。")
    if problems:
        raise Invalid(_("延長する日時と理由を確かめてください。"), problems)


def words(moment: datetime) -> str:
    """令和7年6月20日(金) 17:15."""
    local = timezone.localtime(moment)
    return f"{wareki(local.date())} {local:%H:%M}"


def _tell(entry: AuditEntry, event: Event, user: User, row: Extension) -> None:
    payload = {"until": words(row.until), "reason": row.reason, "comment": row.answer}
    outbox.announce(event, key=f"{row.pk}:{entry.pk}", actor=user, review=row.review, payload=payload)
