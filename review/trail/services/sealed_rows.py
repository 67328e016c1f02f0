"""Submissions, decisions and decided changes of the plan, vouched for by the audit trail.

The act's row there holds a digest of the whole row, seal and content included, and the trail's chain covers that. Whoever
changes such a row, or adds one past the services, would have to write the trail anew from there on.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from review.domain.plain_data import digest as digest_of
from review.models import AuditEntry, Decision, MeasureReview, PlanChange, ReviewState, Submission
from review.trail.services.frozen_rows import FROZEN

Sealed = Submission | Decision | PlanChange
#: The key of the digest in an audit row's `after`.
NAME = "sealed"
KINDS: dict[str, tuple[type[Sealed], str]] = {
    "submission": (Submission, "提出"),
    "decision": (Decision, "決定"),
    "planchange": (PlanChange, "計画の変更"),
}
#: Recorded when they are made, in the order of their numbers; a change of the plan when it is decided.
AT_ONCE = ("submission", "decision")
_READ_TOGETHER = 200
#: Reached only by an act whose entry tells the state.
DECIDED_STATES = (ReviewState.ENDORSING, ReviewState.SUBMITTED, ReviewState.REVIEWED, ReviewState.APPROVED)


def mark(row: Sealed) -> str:
    """What the act's audit row stores of it: kind, number and digest."""
    return f"{row._meta.model_name}:{row.pk}:{_digest(row)}"


def _digest(row: Sealed) -> str:
    """Over every column but those that are filled later; a submission's `sha256` stands for its content."""
    names = [each.attname for each in row._meta.concrete_fields if each.name not in FROZEN.get(type(row), ())]
    return digest_of({name: _plain(getattr(row, name)) for name in names if name != "content"})


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def differing(rows: Iterable[Submission | Decision]) -> set[int]:
    """The sheets whose submission or decision among `rows` differs from the trail. One query.

    A row without a digest in the trail (an earlier version's) is not compared.
    """
    acts = {f"{row._meta.model_name}:{row.pk}": row for row in rows}
    subjects = {f"review:{row.review_id}" for row in acts.values()}
    entries = AuditEntry.objects.filter(subject__in=subjects, after__has_key=NAME)
    numbers = set()
    for seal in entries.values_list(f"after__{NAME}", flat=True):
        name, _colon, digest = seal.rpartition(":")
        if name in acts and _digest_of(acts[name]) != digest:
            numbers.add(acts[name].review_id)
    return numbers


def faults() -> Iterator[tuple[int | None, str]]:
    """(number of the audit entry, what does not hold) of every row that differs from its digest in the trail; no number
    for a row without one there. Rows from before the trail stored such digests are not compared.
    """
    # The rows first: one that is added meanwhile appears in the trail, and is looked up then.
    standing = {kind: dict(_standing(model)) for kind, (model, _word) in KINDS.items()}
    recorded: dict[str, set[int]] = {kind: set() for kind in KINDS}
    entries = AuditEntry.objects.filter(after__has_key=NAME).order_by("pk").values_list("pk", f"after__{NAME}")
    for entry, seal in entries.iterator():
        kind, number, digest = seal.split(":")
        recorded[kind].add(int(number))
        now = standing[kind].get(int(number)) or dict(_standing(KINDS[kind][0], pk=number)).get(int(number))
        if now != digest:
            what = "の内容が、監査記録にあるものと違います" if now else "が、なくなっています"
            yield entry, f"{KINDS[kind][1]} {number} {what}"
    for kind in AT_ONCE:
        numbers = recorded[kind]
        beyond = sorted(pk for pk in standing[kind].keys() - numbers if numbers and pk > min(numbers))
        yield from ((None, f"{KINDS[kind][1]} {pk} が、監査記録にありません") for pk in beyond)
    yield from _states()


def _states() -> Iterator[tuple[int | None, str]]:
    """A sheet that stands further on than the trail tells. Opening it to write, and the year's publication, are other acts."""
    entries = AuditEntry.objects.filter(subject__startswith="review:", after__has_key="state").order_by("pk")
    acts = {
        subject: (pk, state) for pk, subject, state in entries.values_list("pk", "subject", "after__state").iterator()
    }
    for sheet, state in MeasureReview.objects.filter(state__in=DECIDED_STATES).values_list("pk", "state"):
        entry, recorded = acts.get(f"review:{sheet}", (None, None))
        if recorded != state:
            yield entry, f"シート {sheet} の状態({state})が、監査記録にあるものと違います"


def _standing(model: type[Sealed], **which: Any) -> Iterator[tuple[int, str]]:
    for row in model._default_manager.filter(**which).order_by("pk").iterator(_READ_TOGETHER):
        yield row.pk, _digest_of(row)


def _digest_of(row: Sealed) -> str:
    """The digest of a row as it was read."""
    changed = isinstance(row, Submission) and digest_of(row.content) != row.sha256
    return "its content is not that of its sha256" if changed else _digest(row)
