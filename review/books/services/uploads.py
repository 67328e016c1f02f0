"""記入用 workbooks that come back: received, read under limits, compared three ways, and taken item by item.

Taking an item is typed entry: it goes through `submission.save_draft`, with its checks and its version.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from review import clock, locks, permissions, queries
from review.assessment.services import next_year, own_items
from review.books.services.entry_books import CLOSED
from review.domain import bars, file_names, items
from review.domain.measure_codes import sort_key
from review.domain.refusals import Invalid, NotAllowed
from review.domain.three_way import FileText, ItemChange, compare
from review.item_words import label_of
from review.models import Cycle, EntryBook, MeasureReview, Upload, User
from review.sheet.services import submission
from review.trail.services import audit
from review.workbook import sandbox
from review.workbook.archive import MAX_FILE
from review.workbook.entry_book import cell_digest
from review.workbook.findings import Code, Finding, Refused

MAX_BYTES = MAX_FILE
AN_HOUR = 30
#: How much of the unread cells is shown: enough to see where and what they are.
MOST_UNREAD, MOST_LETTERS = 100, 200


@dataclass(frozen=True, kw_only=True)
class SheetChanges:
    """One sheet of an upload compared with the web: the stored sheet, and every item three ways.

    `names` are those of the activities, {item key: name}. `unexplained` says what to do where the file would change the plan's 目標 without a reason, '' where it does not.
    """

    review: MeasureReview
    code: str
    rows: list[ItemChange]
    names: Mapping[str, str] = field(default_factory=dict)
    unexplained: str = ""

    @property
    def changes(self) -> list[ItemChange]:
        """The items that the file would change."""
        return [row for row in self.rows if row.would_change]


def cycle_for(user: User, plan: str, fiscal_year: int) -> Cycle | None:
    """The year, where the user's departments own a sheet in it; None otherwise. Two queries."""
    cycle = queries.cycle_of(plan, fiscal_year)
    if cycle is None or not cycle.reviews.own(permissions.scope_of(user)).exists():
        return None
    return cycle


def of_user(user: User, pk: int) -> Upload | None:
    """The user's own upload, None where there is no such. One query."""
    rows = Upload.objects.select_related("cycle__plan", "entry_book")
    return rows.filter(pk=pk, uploaded_by_id=user.pk).first()


# --- receiving ----------------------------------------------------------------------------------------------------


def receive(*, user: User, cycle_id: int, path: Path, filename: str) -> Upload:
    """Inspect and read the file; nothing on any sheet changes.

    Returns the row, refused or read; the same content sent again returns the same row, read anew only where it was
    refused. Raises Invalid where too many files came within an hour. Up to 10 s, mostly in another process.
    """
    cycle = Cycle.objects.get(pk=cycle_id)
    digest, size = _digest(path)
    known = Upload.objects.filter(cycle=cycle, uploaded_by=user, sha256=digest)
    earlier = known.exclude(state=Upload.State.REFUSED).first()
    if earlier:
        return earlier
    _refuse_flood(user)
    finding, book, result = _read(user, cycle, path)
    with transaction.atomic():
        values = {
            "entry_book": book,
            "uploaded_at": clock.now(),
            "filename": file_names.clean(filename, "記入用ブック.xlsx"),
            "size": size,
            "state": Upload.State.READ if finding.is_ok else Upload.State.REFUSED,
            "code": finding.code.value,
            "detail": finding.detail,
            "result": result,
        }
        upload, _created = Upload.objects.update_or_create(
            cycle=cycle, uploaded_by=user, sha256=digest, defaults=values
        )
        audit.write(
            user,
            "upload.receive",
            f"upload:{upload.pk}",
            after={"code": upload.code, "sha256": digest, "sheets": sorted(result["sheets"])},
        )
    return upload


def _digest(path: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size


def _refuse_flood(user: User) -> None:
    since = clock.now() - timedelta(hours=1)
    if Upload.objects.filter(uploaded_by=user, uploaded_at__gt=since).count() >= AN_HOUR:
        sentence = _("1時間に受け付けるファイルは%(most)s件までです。しばらく待ってから、もう一度送ってください。")
        raise Invalid(sentence % {"most": AN_HOUR})


def _read(user: User, cycle: Cycle, path: Path) -> tuple[Finding, EntryBook | None, dict[str, Any]]:
    outcome = sandbox.read_entry(path)
    if outcome.entry is None:
        return outcome.finding, None, {"sheets": {}}
    try:
        book = _book_of(cycle, outcome.entry)
        sheets = _own_sheets(user, cycle, book, outcome.entry["sheets"])
    except Refused as refusal:
        return refusal.finding(), None, {"sheets": {}}
    return outcome.finding, book, {"sheets": sheets, "unread": _unread(book, sheets, outcome.entry["others"])}


def _unread(
    book: EntryBook, sheets: Mapping[str, Any], others: Mapping[str, Mapping[str, str]]
) -> list[dict[str, str]]:
    """Text typed into cells that are not read: [{"cell": "01-02!C24", "text"}], the first MOST_UNREAD of them.

    Closed cells as they were handed out are passed over, and sheets of the book that are another department's.
    """
    unread: list[dict[str, str]] = []
    for title, cells in others.items():
        if title in book.content and (title not in sheets or CLOSED not in book.content[title]):
            continue
        handed_out = book.content.get(title, {}).get(CLOSED, {})
        unread += [
            {"cell": f"{title}!{cell}", "text": text[:MOST_LETTERS]}
            for cell, text in cells.items()
            if handed_out.get(cell) != cell_digest(text)
        ]
    return unread[:MOST_UNREAD]


def _book_of(cycle: Cycle, entry: Mapping[str, Any]) -> EntryBook:
    if entry["cycle"] != str(cycle.pk):
        raise Refused(Code.STALE, "ほかの年度の記入用ブックです")
    try:
        token = UUID(entry["token"])
    except ValueError:
        raise Refused(Code.WRONG_FORM) from None
    book = EntryBook.objects.filter(token=token, cycle=cycle).first()
    if book is None:
        raise Refused(Code.STALE, "めぐりに控えのない記入用ブックです")
    return book


def _own_sheets(user: User, cycle: Cycle, book: EntryBook, sheets: Mapping[str, Any]) -> dict[str, Any]:
    """The sheets that the user may open; the others of the file are as if they were not there."""
    mine = set(cycle.reviews.own(permissions.scope_of(user)).values_list("pk", flat=True))
    own = {
        code: cells for code, cells in sheets.items() if code in book.content and book.content[code]["review"] in mine
    }
    if not own:
        raise Refused(Code.WRONG_FORM, "あなたの部署のシートが入っていません")
    return own


# --- comparing ----------------------------------------------------------------------------------------------------


def difference(*, user: User, upload: Upload) -> list[SheetChanges]:
    """Every sheet of the upload that the user still owns, three ways, from the current data. Five queries a sheet."""
    return list(_difference(user, upload))


def _difference(user: User, upload: Upload) -> Iterator[SheetChanges]:
    if upload.entry_book is None:
        return
    content = upload.entry_book.content
    sheets = MeasureReview.objects.own(permissions.scope_of(user)).filter(cycle_id=upload.cycle_id)
    mine = queries.reviews(sheets).in_bulk()
    for code, cells in sorted(upload.result.get("sheets", {}).items(), key=lambda one: sort_key(one[0])):
        review = mine.get(content[code]["review"])
        if review is None:
            continue
        story, changes = queries.indicator_history(review), queries.target_changes(review)
        plan = queries.schedule(review)
        web = submission.texts_of(review, story, plan, changes)
        why = locks.why_locked(review)
        rows = compare(
            base=content[code]["texts"],
            web=web,
            file={key: _file_text(review, key, cell, web.get(key, "")) for key, cell in cells.items()},
            open_keys=() if why else items.open_keys(web, review.open_items),
            why_closed=why or _("差戻しの対象ではないため、変更できません。"),
        )
        rows = [_with_problem(review, row) for row in rows]
        taken = web | {row.key: row.file for row in rows if row.may_take}
        unexplained = next_year.unexplained(next_year.ahead(review, story, changes), taken)
        names = {
            key: row.name for row in plan for key in (items.schedule_key(row.position), items.bars_key(row.position))
        }
        yield SheetChanges(review=review, code=code, rows=rows, names=names, unexplained=unexplained)


def _with_problem(review: MeasureReview, row: ItemChange) -> ItemChange:
    """The row, closed with a sentence where the form cannot take what its cell says."""
    why = own_items.problem(review.cycle, row.key, row.file.strip()) if row.may_take else ""
    words = {"cell": row.cell, "why": why}
    return (
        replace(row, locked=_("セル %(cell)s: %(why)s直したブックを、もう一度アップロードしてください。") % words)
        if why
        else row
    )


def _file_text(review: MeasureReview, key: str, cell: Mapping[str, str], now: str) -> FileText:
    """The item's text from its cell; a bar's past years are not in the file and stay unchanged."""
    text = cell["text"]
    if items.is_bar(key):
        years, first = review.cycle.plan.years, review.cycle.fiscal_year
        text = bars.text_of(bars.merged(bars.read(now), bars.read(text), years=years, first=first))
    return FileText(text=text, cell=cell["cell"], mark=cell["mark"])


# --- taking -------------------------------------------------------------------------------------------------------


def apply(*, user: User, upload_id: int, chosen: Mapping[int, Collection[str]], versions: Mapping[int, int]) -> Upload:
    """Take the chosen items: {review id: item keys}. `versions` are those of the sheets when the comparison was shown.

    Raises Invalid where nothing was chosen or an item cannot be kept, NotAllowed where one is closed, Stale where a
    sheet was saved meanwhile. All or nothing, over every sheet of the file.
    """
    with transaction.atomic():
        upload = Upload.objects.select_for_update(no_key=True, of=("self",)).get(pk=upload_id, uploaded_by_id=user.pk)
        taken: dict[str, list[str]] = {}
        for sheet in difference(user=user, upload=upload):
            texts = _texts(sheet, chosen.get(sheet.review.pk, ()))
            if not texts:
                continue
            version = versions.get(sheet.review.pk, -1)
            submission.save_draft(user=user, review_id=sheet.review.pk, version=version, texts=texts)
            taken[sheet.code] = sorted(texts)
        if not taken and _stands_already(user, upload, chosen):
            return upload
        if not taken:
            raise Invalid(_("反映する項目を1つ以上選んでください。"))
        upload.applied = {code: sorted({*upload.applied.get(code, []), *keys}) for code, keys in taken.items()} | {
            code: keys for code, keys in upload.applied.items() if code not in taken
        }
        upload.state, upload.applied_at = Upload.State.APPLIED, clock.now()
        upload.save(update_fields=["applied", "state", "applied_at"])
        audit.write(user, "upload.apply", f"upload:{upload.pk}", after={"items": taken})
        return upload


def _stands_already(user: User, upload: Upload, chosen: Mapping[int, Collection[str]]) -> bool:
    """Whether every chosen item has the same text on the web by now: pressed twice, or typed by somebody else."""
    rows = {(sheet.review.pk, row.key): row for sheet in difference(user=user, upload=upload) for row in sheet.rows}
    rows_chosen = [rows.get((pk, key)) for pk, keys in chosen.items() for key in keys]
    return bool(rows_chosen) and all(row is not None and not row.would_change for row in rows_chosen)


def _texts(sheet: SheetChanges, keys: Collection[str]) -> dict[str, str]:
    """The texts to save, without those that the web has by now."""
    by_key = {row.key: row for row in sheet.rows}
    texts: dict[str, str] = {}
    for key in keys:
        row = by_key.get(key)
        if row is None or not row.would_change:
            continue
        if row.locked:
            raise NotAllowed(f"{label_of(key, sheet.review.cycle.form)}: {row.locked}")
        texts[key] = row.file
    return texts
