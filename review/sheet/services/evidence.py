"""根拠資料: accepted by content type, visible only to readers of the sheet. A removed file is deleted; only its row stays."""

from __future__ import annotations

from uuid import uuid4

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from review import beside, clock, locks, permissions
from review.domain import file_names, measure_codes
from review.domain.refusals import Invalid, NotAllowed
from review.models import Evidence, MeasureReview, User
from review.screens.services import incoming
from review.sheet.services import submission
from review.trail.services import audit
from review.transition import locked, require
from review.workbook.evidence_file import ENDINGS, MIME
from review.workbook.files import describe

MAX_FILES = 30
__all__ = ["MIME", "add", "may_remove", "of_sheet", "readable", "remove", "stored"]


def readable(user: User) -> QuerySet[Evidence]:
    """The files of every sheet that the user may read; whatever else there is, is not there."""
    rows = Evidence.objects.standing().select_related("review__cycle", "review__measure_year__measure", "uploaded_by")
    return rows.visible(permissions.scope_of(user))


def stored() -> list[Evidence]:
    """Every row whose file must lie in the store, to hold the files against. One query."""
    return list(Evidence.objects.standing())


def of_sheet(review: MeasureReview) -> list[Evidence]:
    """The sheet's files, the oldest first. One query."""
    rows = review.evidence.standing().select_related("uploaded_by").order_by("item", "uploaded_at", "pk")
    return beside.read_once(review, "evidence", lambda: list(rows))


def may_remove(user: User, evidence: Evidence, review: MeasureReview) -> bool:
    """Until the sheet is submitted: a file that went in with a submission is part of the record."""
    return permissions.may_write(user, review) and evidence.round == review.round


def add(*, user: User, review_id: int, upload: File[bytes], filename: str, item: str = "") -> Evidence:
    """Keep the file. The same content at the same item again returns the row that is there.

    Raises NotAllowed where the sheet is not open to the user, Invalid (field `file` or `item`) for a file that cannot
    be taken. The bytes are stored first, and taken away again where the row does not come to be.
    """
    with incoming.on_disk(upload) as (copy, _name):
        kind, digest = incoming.read("evidence", copy)["kind"], describe(copy).sha256
    path = ""
    try:
        with transaction.atomic():
            review = locked(review_id, user)
            require(permissions.may_write(user, review), locks.why_locked(review))
            if item and item not in submission.current_texts(review):
                raise Invalid(
                    _("資料を付ける項目を選び直してください。"), {"item": _("資料を付ける項目を選び直してください。")}
                )
            same = review.evidence.standing().filter(item=item, sha256=digest).first()
            if same:
                return same
            if review.evidence.standing().count() >= MAX_FILES:
                template = _("1つのシートに付けられる資料は%(most)s件までです。不要な資料を外してください。")
                raise Invalid(template % {"most": MAX_FILES}, {"file": template % {"most": MAX_FILES}})
            path = _store(review, upload, kind)
            return _record(user, review, item, kind, path, filename, upload.size, digest)
    except BaseException:
        if path:
            default_storage.delete(path)
        raise


def _store(review: MeasureReview, upload: File[bytes], kind: str) -> str:
    """Under a name that nobody can guess and that says nothing of the sender's."""
    code = measure_codes.address(review.measure_year.measure.code)
    upload.seek(0)
    return default_storage.save(
        f"evidence/{review.cycle.fiscal_year}/{code}/{uuid4().hex}.{ENDINGS[kind]}", File(upload.file)
    )


def _record(
    user: User, review: MeasureReview, item: str, kind: str, path: str, filename: str, size: int, digest: str
) -> Evidence:
    name = file_names.clean(filename, "資料")
    # The ending says what the content is, whatever the sender called it.
    if not name.lower().endswith((f".{kind}", f".{ENDINGS[kind]}")):
        name = f"{name[:90]}.{ENDINGS[kind]}"
    evidence = Evidence.objects.create(
        review=review,
        item=item,
        kind=kind,
        path=path,
        filename=name,
        size=size,
        sha256=digest,
        uploaded_by=user,
        uploaded_at=clock.now(),
        round=review.round,
    )
    audit.write(
        actor=user,
        action="evidence.add",
        subject=f"review:{review.pk}",
        after={"file": name, "item": item, "sha256": digest},
    )
    return evidence


def remove(*, user: User, evidence_id: int) -> None:
    """Take the file away for good; its row stays and says who took it back, and when.

    Raises NotAllowed once it went in with a submission, or where the sheet is closed. Taken away already: nothing to do.
    """
    with transaction.atomic():
        review = locked(Evidence.objects.get(pk=evidence_id).review_id, user)
        require(permissions.may_write(user, review), locks.why_locked(review))
        evidence = review.evidence.standing().filter(pk=evidence_id).first()
        if evidence is None:
            return
        if evidence.round != review.round:
            raise NotAllowed(_("提出した資料は外せません。"))
        evidence.withdrawn_at, evidence.withdrawn_by = clock.now(), user
        evidence.save(update_fields=["withdrawn_at", "withdrawn_by"])
        audit.write(
            actor=user,
            action="evidence.remove",
            subject=f"review:{review.pk}",
            before={"file": evidence.filename, "item": evidence.item, "sha256": evidence.sha256},
        )
        path = evidence.path
        transaction.on_commit(lambda: default_storage.delete(path), robust=True)
