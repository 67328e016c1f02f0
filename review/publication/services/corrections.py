"""A correction from the first wrong value to the decision: started and prepared by a reviewer, decided by an approver.

Publishing it is in `correcting`. One correction at a time corrects a year's current edition, so that none leaves out
what another put right.
"""

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from review import clock, holders, permissions
from review.assessment.services import own_items
from review.background.services import outbox
from review.domain import correction_items, text
from review.domain.events import Event
from review.domain.items import Item
from review.domain.refusals import AlreadyDecided, Invalid, NotAllowed, Stale
from review.models import (
    AuditEntry,
    Correction,
    CorrectionDecision,
    CorrectionItem,
    Cycle,
    Department,
    Edition,
    Meeting,
    User,
)
from review.publication.services.correction_effects import Entry, corrected
from review.reader_words import problem
from review.trail.services import audit
from review.transition import require

State = Correction.State
OPEN = (State.PREPARING, State.RETURNED)
UNDER_WAY = (State.PREPARING, State.DECIDING, State.RETURNED, State.DECIDED)


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What a person typed for one item."""

    code: str
    key: str
    right: str
    reason: str


def under_way(cycle_id: int) -> Correction | None:
    """The year's correction that is not yet published or dropped. One query."""
    return Correction.objects.filter(cycle_id=cycle_id, state__in=UNDER_WAY).select_related("base").first()


def start(*, user: User, cycle_id: int) -> Correction:
    """Begin to correct the year's current edition. Raises AlreadyDecided while another correction is under way."""
    holders.standing(user, fresh=True)
    plan = Cycle.objects.values_list("plan", flat=True).get(pk=cycle_id)
    require(permissions.may_prepare_correction(user, plan), _("訂正の準備は確認者が行います。"))
    base = Edition.objects.filter(cycle_id=cycle_id, current=True).first()
    if base is None:
        raise NotAllowed(_("公表版がまだないため、訂正はできません。"))
    now = clock.now()
    try:
        with transaction.atomic():
            correction = Correction.objects.create(
                cycle_id=cycle_id, base=base, prepared_by=user, started_at=now, state_since=now
            )
            _record(user, correction, "correction.start", base=base.number)
            return correction
    except IntegrityError as clash:
        raise AlreadyDecided(_("この年度の訂正は、もう始まっています。その訂正に項目を加えてください。")) from clash


# --- the items -------------------------------------------------------------------------------------------------------


def entries_of(correction: Correction) -> list[Entry]:
    """The correction's items. One query."""
    names = ("code", "key", "label", "wrong", "right", "reason")
    return [Entry(**row) for row in correction.items.values(*names)]


def save_items(*, user: User, correction_id: int, version: int, code: str, typed: Iterable[Typed]) -> Correction:
    """Store what of one 施策 is to be corrected; items of that 施策 that are not in `typed` are taken out again.

    Raises Invalid for text that cannot be kept, an item without a reason or without a change; Stale where somebody
    else saved meanwhile. All or nothing.
    """
    with transaction.atomic():
        correction = _open(user, correction_id)
        if version != correction.version:
            theirs = {f"{one.code}:{one.key}": one.right for one in entries_of(correction)}
            raise Stale(_("ほかの人がこの訂正を保存しました。画面を開き直して、もう一度入力してください。"), theirs)
        known = {item.key: item for item in items_of(correction, code)}
        entries = _whole([_checked(one, known) for one in typed], known)
        problems = _problems(correction, known, entries) | _problems_of_form(correction, code, entries)
        if problems:
            raise Invalid(_("訂正の内容を確かめてください。"), problems)
        before = {one.key: one.right for one in correction.items.filter(code=code)}
        correction.items.filter(code=code).delete()
        CorrectionItem.objects.bulk_create(
            CorrectionItem(
                correction=correction,
                code=code,
                key=one.key,
                label=known[one.key].label,
                wrong=known[one.key].text,
                right=one.right,
                reason=one.reason,
            )
            for one in entries
        )
        correction.version += 1
        correction.save(update_fields=["version"])
        audit.write(
            user,
            "correction.save",
            f"correction:{correction.pk}",
            before={"code": code, "items": before},
            after={"code": code, "items": {one.key: one.right for one in entries}},
        )
        return correction


def items_of(correction: Correction, code: str) -> list[Item]:
    """What of the 施策 can be corrected. Raises NotAllowed where the edition has no such 施策."""
    snapshot = correction.base.snapshot
    row = next((row for row in snapshot["measures"] if row["code"] == code), None)
    if row is None:
        raise NotAllowed(_("その施策は、この公表版にありません。"))
    return correction_items.items_of(row, snapshot["fiscal_year"])


def _checked(one: Typed, known: Mapping[str, Item]) -> Typed:
    if one.key not in known:
        raise NotAllowed(_("その項目は訂正できません。"))
    right = text.normal_newlines(one.right)
    return Typed(code=one.code, key=one.key, right=right, reason=text.normal_newlines(one.reason).strip())


def _whole(typed: list[Typed], known: Mapping[str, Item]) -> list[Typed]:
    """With the reason of 未提出 or 対象外 taken out where that is lifted: it is reason to nothing any more."""
    lifted = next((one for one in typed if one.key == "outcome" and not one.right), None)
    if lifted is None or not known["outcome_reason"].text:
        return typed
    others = [one for one in typed if one.key != "outcome_reason"]
    return [*others, Typed(code=lifted.code, key="outcome_reason", right="", reason=lifted.reason)]


def _problems_of_form(correction: Correction, code: str, typed: Iterable[Typed]) -> dict[str, str]:
    """What is no plain text: offices that are not there, bars and words that cannot be read. One query at most."""
    snapshot = correction.base.snapshot
    row = next(row for row in snapshot["measures"] if row["code"] == code)
    problems: dict[str, str] = {}
    trial = copy.deepcopy(row)
    for one in typed:
        if not correction_items.is_grade(one.key):
            correction_items.write(trial, one.key, one.right)
        if one.key == "outcome" and not one.right:
            continue
        if one.key in ("owner", "related"):
            names = [one.right] if one.key == "owner" else trial["related"]
            missing = set(names) - offices(correction)
            if missing:
                problems[one.key] = _("次の部署は登録されていません: %(names)s") % {
                    "names": _("、").join(sorted(missing))
                }
                continue
        if one.key in ("related", "outcome") or one.key.endswith(":bars"):
            years = trial["schedule"][int(one.key.split(":")[1]) - 1]["bars"] if one.key.endswith(":bars") else ()
            outside = [year for year in years if int(year) not in snapshot["years"]]
            if outside or not correction_items.reads_back(row, one.key, one.right, snapshot["fiscal_year"]):
                problems[one.key] = _(
                    "読み取れない書き方があります。今の内容と同じ書き方で、読点で区切って入力してください。"
                )
    if row["outcome"] and not trial["outcome"] and not _reported(trial, snapshot["fiscal_year"]):
        problems["outcome"] = _("未提出・対象外の扱いをやめるには、この年度の実績も合わせて入力してください。")
    return problems


def _reported(row: Mapping[str, Any], fiscal_year: int) -> bool:
    cells = [cell for one in row["indicators"] for cell in one["years"] if cell["fiscal_year"] == fiscal_year]
    return any(cell["actual"].strip() for cell in cells)


def offices(correction: Correction) -> set[str]:
    """The names that a 施策's offices may have: those of the departments, and those that the edition holds. One query."""
    held = {name for row in correction.base.snapshot["measures"] for name in (row["owner"], *row["related"])}
    return held | set(Department.objects.values_list("name", flat=True))


def _problems(correction: Correction, known: Mapping[str, Item], typed: Iterable[Typed]) -> dict[str, str]:
    """{item key, or `reason:` and the key: what is wrong}."""
    letters = {grade["letter"] for grade in correction.base.snapshot["scale"]} | {""}
    problems: dict[str, str] = {}
    for one in typed:
        item = known[one.key]
        most = correction_items.limit_of(one.key)
        if message := problem(one.right):
            problems[one.key] = message
        elif one.right == item.text:
            problems[one.key] = _("公表版と同じ内容です。正しい内容を入力するか、選択を外してください。")
        elif most and (len(one.right) > most or not one.right.strip() or "\n" in one.right):
            problems[one.key] = _("1行で、%(most)s文字までで入力してください。") % {"most": most}
        elif correction_items.is_grade(one.key) and one.right not in letters:
            problems[one.key] = pgettext("of one goal", "達成区分を選んでください。")
        elif message := own_items.problem(correction.cycle, one.key, one.right):
            problems[one.key] = message
        if not one.reason:
            problems[f"reason:{one.key}"] = _("訂正の理由を入力してください。")
        elif message := problem(one.reason):
            problems[f"reason:{one.key}"] = message
    return problems


def draft_of(correction: Correction, typed: Iterable[Entry] | None = None) -> dict[str, Any]:
    """The coming edition's snapshot as of today, from the stored items or from those given. One or two queries."""
    entries = entries_of(correction) if typed is None else typed
    return corrected(correction.base, entries, on=clock.today())


# --- its way ---------------------------------------------------------------------------------------------------------


def submit(*, user: User, correction_id: int) -> Correction:
    """Send the correction to the approvers."""
    with transaction.atomic():
        correction = _open(user, correction_id)
        if not correction.items.exists():
            raise Invalid(_("訂正する項目がありません。施策を選び、正しい内容と理由を入力してください。"))
        # Whoever sends it answers for it; so does everybody who sent it before (see `decide`).
        correction.prepared_by = user
        correction.round += 1
        _move(correction, State.DECIDING)
        correction.save()
        _tell(user, correction, Event.CORRECTION_SUBMITTED, "correction.submit")
        return correction


def drop(*, user: User, correction_id: int, reason: str) -> Correction:
    """Give the correction up, with a reason; the edition stays as it is."""
    with transaction.atomic():
        correction = _open(user, correction_id)
        _check_reason(reason, _("取りやめの理由を入力してください。"))
        correction.dropped_reason = reason.strip()
        _move(correction, State.DROPPED)
        correction.save()
        _record(user, correction, "correction.drop", reason=reason.strip())
        return correction


def decide(
    *, user: User, correction_id: int, round: int, accept: bool, comment: str = "", meeting: Meeting | None = None
) -> Correction:
    """The approver's decision: publish, or return with a reason. Raises AlreadyDecided where somebody was first."""
    with transaction.atomic():
        correction = _locked(user, correction_id)
        require(
            permissions.is_approver(user, correction.cycle.plan_id),
            _("訂正の決定は%(body)sの承認者が行います。"),
            correction.cycle,
        )
        if correction.state != State.DECIDING or correction.round != round:
            raise AlreadyDecided(
                _("この訂正は今「%(state)s」です。画面を開き直して確かめてください。")
                % {"state": correction.get_state_display()}
            )
        require(
            permissions.may_decide_correction(user, correction),
            _("ご自分が準備した訂正は決定できません。ほかの承認者に依頼してください。"),
        )
        _check_comment(comment, needed=not accept)
        verdict = CorrectionDecision.Verdict.ACCEPT if accept else CorrectionDecision.Verdict.RETURN
        CorrectionDecision.objects.create(
            correction=correction,
            round=round,
            verdict=verdict,
            comment=comment.strip(),
            submitted_by=correction.prepared_by,
            decided_by=user,
            decided_at=clock.now(),
            meeting=meeting,
        )
        _move(correction, State.DECIDED if accept else State.RETURNED)
        correction.save()
        if accept:
            _record(user, correction, "correction.accept", comment=comment.strip())
        else:
            _tell(user, correction, Event.CORRECTION_RETURNED, "correction.return", comment=comment.strip())
        return correction


def _locked(user: User, correction_id: int) -> Correction:
    holders.standing(user, fresh=True)
    Correction.objects.select_for_update(no_key=True).get(pk=correction_id)
    return Correction.objects.select_related("base", "cycle__plan", "prepared_by").get(pk=correction_id)


def _open(user: User, correction_id: int) -> Correction:
    correction = _locked(user, correction_id)
    require(permissions.may_prepare_correction(user, correction.cycle.plan_id), _("訂正の準備は確認者が行います。"))
    if correction.state not in OPEN:
        raise AlreadyDecided(
            _("この訂正は今「%(state)s」のため、変更できません。") % {"state": correction.get_state_display()}
        )
    return correction


def _move(correction: Correction, state: Correction.State) -> None:
    correction.state, correction.state_since = state, clock.now()


def _check_reason(reason: str, sentence: str) -> None:
    if not reason.strip():
        raise Invalid(sentence, {"reason": sentence})
    if message := problem(reason):
        raise Invalid(message, {"reason": message})


def _check_comment(comment: str, *, needed: bool) -> None:
    if needed and not comment.strip():
        raise Invalid(_("差戻しの理由を入力してください。"), {"comment": _("差戻しの理由を入力してください。")})
    if message := problem(comment):
        raise Invalid(message, {"comment": message})


def _record(user: User, correction: Correction, action: str, **payload: Any) -> AuditEntry:
    return audit.write(
        user,
        action,
        f"correction:{correction.pk}",
        after={"state": correction.state, "round": correction.round, **payload},
    )


def _tell(user: User, correction: Correction, event: Event, action: str, **payload: Any) -> None:
    entry = _record(user, correction, action, **payload)
    labels = "、".join(f"{one.code} {one.label}" for one in entries_of(correction)[:5])
    outbox.announce(
        event,
        key=f"{correction.pk}:{entry.pk}",
        actor=user,
        cycle=correction.cycle,
        payload={"correction": correction.pk, "items": labels, "sender": correction.prepared_by_id, **payload},
    )
