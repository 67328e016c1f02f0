"""合議: asking related departments, their answers, and silence past the date.

A 合議 stops nothing: the sheet may be submitted, reviewed and approved while an answer is still to come. An answer holds
for the texts that it was given to: a department that answered other texts than those submitted is asked again.
"""

from collections.abc import Collection, Mapping
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from review import calendar, clock, holders, permissions
from review.background.services import outbox
from review.domain import items
from review.domain.events import Event
from review.domain.fiscal import wareki
from review.domain.refusals import AlreadyDecided, Invalid
from review.domain.text import normal_newlines
from review.models import Concurrence, Department, MeasureReview, User
from review.reader_words import city_language, problem
from review.sheet.services import submission
from review.trail.services import audit
from review.transition import locked, require

USUAL_DAYS = 5


def usual_date() -> date:
    """The answer's date that the form begins with: five business days from today."""
    return calendar.city().add(clock.today(), USUAL_DAYS)


def askable(review: MeasureReview) -> list[Department]:
    """The departments that may be asked: the related ones (all, where 全課等 is) not asked in this round. Two queries."""
    year = review.measure_year
    related = Department.objects.filter(ends_on=None) if year.related_all else year.related.all()
    existing = Concurrence.objects.filter(review=review, round=review.round).values_list("department_id", flat=True)
    return list(related.exclude(pk=year.owner_id).exclude(pk__in=existing))


def ask(*, user: User, review_id: int, departments: Collection[int], due_on: date) -> list[Concurrence]:
    """Ask the departments for their answer by the date. Raises NotAllowed, or Invalid where nobody or a past day is named."""
    with transaction.atomic():
        review = locked(review_id, user)
        require(
            permissions.may_ask_concurrence(user, review),
            _("合議は、主管部署が、%(office)sの確認が終わるまでに依頼できます。"),
            review,
        )
        chosen = [department for department in askable(review) if department.pk in departments]
        problems = {}
        if not chosen:
            problems["departments"] = _("依頼する部署を選んでください。")
        if due_on < clock.today():
            problems["due_on"] = _("今日以降の日を入力してください。")
        if problems:
            raise Invalid(_("依頼する部署と回答期限を確かめてください。"), problems)
        rows = [_ask(user, review, department, due_on) for department in chosen]
        entry = audit.write(
            actor=user,
            action="concurrence.ask",
            subject=f"review:{review.pk}",
            after={"departments": [str(department) for department in chosen], "due_on": due_on.isoformat()},
        )
        outbox.announce(
            Event.CONCURRENCE_ASKED,
            key=f"{review.pk}:{entry.pk}",
            actor=user,
            review=review,
            payload={"departments": [department.pk for department in chosen], "answer_by": wareki(due_on)},
        )
        return rows


def outdated(review: MeasureReview, texts: Mapping[str, str]) -> list[tuple[Concurrence, list[str]]]:
    """Whose last answer was about other words than `texts`: (the answer, the items that changed since). One query."""
    concurrences = Concurrence.objects.filter(review=review, department__ends_on=None).select_related("department")
    last = {row.department_id: row for row in concurrences.order_by("round")}
    pairs = ((row, items.changed(row.texts, texts)) for row in last.values() if row.answer and row.texts)
    return [(row, changed) for row, changed in pairs if changed]


def ask_again(*, user: User, review: MeasureReview, texts: Mapping[str, str]) -> list[Concurrence]:
    """The sheet was submitted with these texts: ask again each department that answered other texts, by the usual date.

    In the caller's transaction. One query where nobody answered; else three writes a department.
    """
    due_on = usual_date()
    rows: list[Concurrence] = []
    for before, changed in outdated(review, texts):
        rows.append(_ask(user, review, before.department, due_on))
        entry = audit.write(
            actor=user,
            action="concurrence.ask_again",
            subject=f"review:{review.pk}",
            after={"departments": [str(before.department)], "due_on": due_on.isoformat(), "changed": changed},
        )
        words = "、".join(items.label_of(key, review.cycle.form) for key in changed)
        outbox.announce(
            Event.CONCURRENCE_ASKED_AGAIN,
            key=f"{review.pk}:{entry.pk}",
            actor=user,
            review=review,
            payload={"departments": [before.department_id], "answer_by": wareki(due_on), "changed_items": words},
        )
    return rows


def _ask(user: User, review: MeasureReview, department: Department, due_on: date) -> Concurrence:
    return Concurrence.objects.create(
        review=review, round=review.round, department=department, asked_by=user, asked_at=clock.now(), due_on=due_on
    )


def answer(*, user: User, concurrence_id: int, opinion: str = "") -> Concurrence:
    """意見なし, or the opinion. Raises NotAllowed, AlreadyDecided (who was first), Invalid for text that cannot be stored."""
    with transaction.atomic():
        row = _locked(concurrence_id)
        holders.standing(user, fresh=True)
        require(permissions.may_concur(user, row), _("合議の回答は、依頼された部署が行います。"))
        if row.answer:
            at = f"{timezone.localtime(row.answered_at):%H:%M}" if row.answered_at else ""
            message = _("%(department)sはもう「%(answer)s」と回答しています。")
            raise AlreadyDecided(message % {"department": row.department, "answer": row.get_answer_display()}, at=at)
        words = normal_newlines(opinion).strip()
        if sentence := problem(words):
            raise Invalid(_("保存できない文字や長さがあります。"), {"opinion": sentence})
        return _settle(row, Concurrence.Answer.OPINION if words else Concurrence.Answer.NO_OPINION, user, words)


def close_silent() -> int:
    """Record 回答なし for each department whose date is past; how many. One query where there is none."""
    late = Concurrence.objects.filter(answer=Concurrence.Answer.WAITING, due_on__lt=clock.today())
    count = 0
    for pk in late.values_list("pk", flat=True):
        with transaction.atomic():
            row = _locked(pk)
            if row.answer == Concurrence.Answer.WAITING:
                _settle(row, Concurrence.Answer.SILENT, None, "")
                count += 1
    return count


def _locked(pk: int) -> Concurrence:
    Concurrence.objects.select_for_update(no_key=True).get(pk=pk)
    rows = Concurrence.objects.select_related("review__cycle__plan", "review__measure_year__measure", "department")
    return rows.get(pk=pk)


def _settle(row: Concurrence, verdict: Concurrence.Answer, user: User | None, opinion: str) -> Concurrence:
    row.answer, row.opinion, row.answered_by, row.answered_at = verdict, opinion, user, clock.now()
    row.texts = submission.current_texts(row.review)
    row.save(update_fields=["answer", "opinion", "answered_by", "answered_at", "texts"])
    audit.write(
        actor=user,
        action="concurrence.answer" if user else "concurrence.silent",
        subject=f"review:{row.review_id}",
        after={"department": str(row.department), "answer": verdict, "opinion": opinion},
    )
    with city_language():
        answer = str(verdict.label)
    outbox.announce(
        Event.CONCURRENCE_ANSWERED,
        key=str(row.pk),
        actor=user,
        review=row.review,
        payload={"answer": answer, "comment": opinion or "(なし)", "asked": str(row.department)},
    )
    return row
