"""What a department does with its sheet: write, submit, recall; and the head's endorsement."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from review import clock, locks, permissions, queries
from review.assessment.services import binding, definitions, judging, next_year, own_items, ratings
from review.assessment.services.assessment import decided
from review.assessment.services.ratings import Overall
from review.domain import bars, items, sheet_form
from review.domain.events import Event
from review.domain.fields import Required
from review.domain.plain_data import digest
from review.domain.refusals import AlreadyDecided, Invalid, NotAllowed, Stale
from review.item_words import label_of
from review.models import (
    Cycle,
    IndicatorYear,
    MeasureReview,
    Rating,
    ReviewState,
    ScheduleItem,
    Step,
    Submission,
    TargetChange,
    User,
    Verdict,
)
from review.reader_words import problem
from review.sheet.services import remarks, value_answers
from review.trail.services import audit
from review.transition import locked, move, require, tell


def current_texts(review: MeasureReview) -> dict[str, str]:
    """{item key: text} of everything that the department types this year, in the order of the sheet. Three queries."""
    return texts_of(review, queries.indicator_history(review), queries.schedule(review), queries.target_changes(review))


def stored_texts(review: MeasureReview) -> dict[str, str]:
    """The same with the states of the values and the answers to their doubts. Four queries."""
    return current_texts(review) | value_answers.texts(queries.indicator_years(review))


def texts_of(
    review: MeasureReview, story: next_year.History, plan: Sequence[ScheduleItem], changes: Mapping[int, TargetChange]
) -> dict[str, str]:
    """The same, of what was read already. No query."""
    year = review.measure_year
    this = {number: row for number, rows in story.items() for row in rows if row.fiscal_year == year.fiscal_year}
    return {
        **{items.actual_key(number): row.actual for number, row in this.items()},
        **{key: year.text(key) for key in sheet_form.typed(review.cycle.form)},
        **{items.schedule_key(row.position): row.progress for row in plan},
        **{items.bars_key(row.position): bars.text_of(row.bars) for row in plan},
        **next_year.texts(next_year.ahead(review, story, changes)),
    }


def content_of(review: MeasureReview) -> dict[str, Any]:
    """What a submission freezes: {"items": {key: text}, "indicators": [{number, name, target, actual, status, …}],
    "target_changes": [{number, name_before, target_before, name, target}], "owner": 主管部署, "related": [names]};
    the last three are missing in older ones."""
    plain = ("name", "target", "actual", "status", "grade", "flags", "answers")
    indicators = [
        {
            "number": row.indicator.number,
            "rate": str(row.rate) if row.rate is not None else None,
            **{key: getattr(row, key) for key in plain},
        }
        for row in queries.indicator_years(review)
    ]
    story, changes = queries.indicator_history(review), queries.target_changes(review)
    year = review.measure_year
    return {
        "items": texts_of(review, story, queries.schedule(review), changes),
        "indicators": indicators,
        "target_changes": next_year.as_data(next_year.ahead(review, story, changes)),
        "owner": year.owner.name,
        "related": [office.name for office in year.related_as_named()],
    }


# --- writing -----------------------------------------------------------------------------------------------------


def save_draft(*, user: User, review_id: int, version: int, texts: Mapping[str, str]) -> MeasureReview:
    """Store what was typed. `version` is the one that the form was made from.

    Raises NotAllowed where the sheet is not open to the user, Stale (with the texts that stand now) where somebody
    else saved other words into the same items meanwhile, Invalid for text that cannot be stored. All or nothing.
    """
    with transaction.atomic():
        review = locked(review_id, user)
        require(permissions.may_write(user, review), locks.why_locked(review))
        now_there = stored_texts(review)
        requested = {key: _normalized(review.cycle, key, value) for key, value in texts.items() if key in now_there}
        changed = {key: value for key, value in requested.items() if now_there[key] != value}
        if not changed:
            return review
        closed = set(changed) - items.open_keys(now_there, review.open_items)
        if closed:
            names = "、".join(label_of(key, review.cycle.form) for key in sorted(closed))
            raise NotAllowed(_("次の項目は差戻しの対象ではないため、変更できません: %(names)s") % {"names": names})
        if version != review.version:
            raise Stale(
                _("ほかの人がこのシートを保存しました。両方の内容を見比べて、もう一度保存してください。"), now_there
            )
        problems = {key: sentence for key, value in changed.items() if (sentence := _problem(key, value, review.cycle))}
        if problems:
            raise Invalid(_("保存できない文字や長さの項目があります。"), problems)
        _store(review, user, changed)
        if review.state == ReviewState.NOT_STARTED:
            move(review, ReviewState.EDITING)
        review.version += 1
        review.save(update_fields=["version", "state", "state_since"])
        audit.write(
            actor=user,
            action="draft.save",
            subject=f"review:{review.pk}",
            before={key: now_there[key] for key in changed},
            after=changed,
        )
        return review


def _problem(key: str, value: str, cycle: Cycle) -> str:
    """Why the text cannot be stored; '' where it can. A 評価項目 or an explanation has less room than a text."""
    one = items.field_of(key)
    if one and one.most and len(value) > one.most:
        sentence = _("%(item)sは%(most)s文字まで入力できます(今は%(now)s文字です)。短くしてください。")
        return sentence % {"item": label_of(key, cycle.form), "most": one.most, "now": f"{len(value):,}"}
    return (
        value_answers.problem(key, value, cycle.fiscal_year) or own_items.problem(cycle, key, value) or problem(value)
    )


def _normalized(cycle: Cycle, key: str, value: str) -> str:
    """The text as it is stored: a bar in its one spelling, all else as `own_items` has it."""
    return bars.text_of(bars.read(value)) if items.is_bar(key) else own_items.normalized(cycle, key, value)


def _store(review: MeasureReview, user: User, changed: Mapping[str, str]) -> None:
    rows: list[IndicatorYear] = []
    for row in queries.indicator_years(review):
        key = items.actual_key(row.indicator.number)
        if key in changed:
            row.actual = changed[key]
            row.demo = False
        if value_answers.put(row, user, changed) or key in changed:
            rows.append(row)
    if rows:
        IndicatorYear.objects.bulk_update(rows, ["actual", "demo"])
        judging.judge_rows(rows, scale=judging.scale_of(review.cycle))
        if any(definitions.asks(row) for row in rows):
            definitions.call_for(user, review, queries.indicator_history(review))
    _store_schedule(review, changed)
    next_year.store(review, user, changed)
    texts = {key: text for key, text in changed.items() if items.is_text(key)}
    if texts:
        review.measure_year.texts |= texts
        review.measure_year.save(update_fields=["texts"])


def _store_schedule(review: MeasureReview, changed: Mapping[str, str]) -> None:
    years, now = review.cycle.plan.years, review.cycle.fiscal_year
    for item in queries.schedule(review):
        progress, bar = items.schedule_key(item.position), items.bars_key(item.position)
        if progress in changed or bar in changed:
            item.progress = changed.get(progress, item.progress)
            if bar in changed:
                item.bars = bars.merged(item.bars, bars.read(changed[bar]), years=years, first=now)
            item.save(update_fields=["progress", "bars"])


# --- submitting --------------------------------------------------------------------------------------------------


def missing(review: MeasureReview) -> dict[str, str]:
    """What must be filled before the sheet can be submitted: {item key: sentence}. Four queries."""
    missing: dict[str, str] = {}
    rows = queries.indicator_years(review)
    for row in rows:
        if row.status == "pending":
            key = items.actual_key(row.indicator.number)
            sentence = _("%(item)sを入力してください。測定していない場合は「-」と理由を入力してください。")
            missing[key] = sentence % {"item": label_of(key, review.cycle.form)}
    rules = {
        Required.ALWAYS: _("%(item)sを入力してください。"),
        Required.WHERE_PLAN_CHANGES: str(next_year.REASON_REQUIRED),
        Required.WHERE_MISSED: _("目標に届かなかった成果目標があります。%(item)sを入力してください。"),
    }
    if not any(row.changed for row in next_year.requested(review).values()):
        del rules[Required.WHERE_PLAN_CHANGES]
    if not any(row.status == "missed" for row in rows):
        del rules[Required.WHERE_MISSED]
    for key, one in sheet_form.typed(review.cycle.form).items():
        if one.required in rules and not review.measure_year.text(key).strip():
            missing[key] = rules[one.required] % {"item": label_of(key, review.cycle.form)}
    return missing


def submit(*, user: User, review_id: int, overall: Overall | None = None) -> MeasureReview:
    """Send the sheet in, with the department's own 総合評価 (自己評価; without one, the rule's proposal).

    Raises NotAllowed, Invalid (what is missing, or a 総合評価 without its reason), AlreadyDecided (it was sent already).
    """
    with transaction.atomic():
        review = locked(review_id, user)
        if review.state in (ReviewState.SUBMITTED, ReviewState.ENDORSING):
            raise AlreadyDecided(_("このシートはもう提出されています。"), **_last_sender(review))
        require(permissions.may_write(user, review), locks.why_locked(review))
        gaps = missing(review)
        if gaps:
            raise Invalid(_("入力されていない項目があります。"), gaps)
        held = definitions.held_in(queries.indicator_history(review), review.cycle.fiscal_year)
        if held:
            raise Invalid(_("定義が確認されていない成果目標があるため、まだ提出できません。"), held)
        if review.round:
            _require_remarks_met(review)
        sent = _freeze(user, review)
        ratings.rate(user=user, review=review, hand=Rating.Hand.DEPARTMENT, chosen=overall)
        endorse = review.cycle.requires_endorsement and not permissions.heads(user, review.measure_year.owner_id)
        move(review, ReviewState.ENDORSING if endorse else ReviewState.SUBMITTED)
        review.save()
        tell(Event.ACTUALS_SUBMITTED, user, review, "submit", sealed=sent)
        return review


def _require_remarks_met(review: MeasureReview) -> None:
    left = remarks.unmet(review, current_texts(review))
    if left:
        names = "、".join(label_of(key, review.cycle.form) for key in left)
        raise Invalid(_("直しも回答もしていない指摘があります: %(names)s") % {"names": names}, left)


def _freeze(user: User, review: MeasureReview) -> Submission:
    now = clock.now()
    content = content_of(review)
    due = review.due_at
    # What came late once stays late when it comes again after a return.
    was_late = review.late and review.state == ReviewState.RETURNED
    review.round += 1
    review.late = was_late or bool(due and now > due)
    review.submitted_by = user
    review.submitted_at = now
    review.open_items = None
    review.doubts = sum(value_answers.open_doubts(row) for row in queries.indicator_years(review))
    return Submission.objects.create(
        review=review,
        round=review.round,
        content=content,
        sha256=digest(content),
        submitted_by=user,
        submitted_at=now,
        late=review.late,
        seal=binding.seal(review),
    )


def _last_sender(review: MeasureReview) -> dict[str, str]:
    at = timezone.localtime(review.submitted_at) if review.submitted_at else None
    return {"by": str(review.submitted_by or ""), "at": f"{at:%H:%M}" if at else ""}


def recall(*, user: User, review_id: int) -> MeasureReview:
    """Take the sheet back before the reviewer has decided."""
    with transaction.atomic():
        review = locked(review_id, user)
        require(
            permissions.may_recall(user, review),
            _("すでに確認が終わったか、提出されていないため、取り下げられません。"),
        )
        # The last one, whatever pass it was sent in: a return to review begins a pass without a submission.
        last = review.submissions.latest("round")
        last.recalled_at, last.recalled_by = clock.now(), user
        last.save(update_fields=["recalled_at", "recalled_by"])
        move(review, ReviewState.EDITING)
        review.save()
        tell(Event.SUBMISSION_RECALLED, user, review, "recall")
        return review


def endorse(*, user: User, review_id: int) -> MeasureReview:
    """The head's 確認, where the cycle asks for it."""
    with transaction.atomic():
        review = locked(review_id, user)
        require(permissions.may_endorse(user, review), _("所属長の確認を待っているシートではありません。"))
        made = decided(user, review, Step.ENDORSE, Verdict.ACCEPT, "", seal=binding.require_unchanged(review))
        move(review, ReviewState.SUBMITTED)
        review.save()
        tell(Event.SUBMISSION_ENDORSED, user, review, "endorse", sealed=made)
        return review
