"""記入用 workbooks that come back: received, read under limits, compared three ways, and taken item by item.

Taking an item is typed entry: it goes through `submission.save_draft`, with its checks and its version.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from review import clock, locks, permissions, queries
from review.assessment.services import judging, next_year, own_items
from review.domain import bars, file_names, items
from review.domain.measure_codes import sort_key
from review.domain.refusals import Invalid, NotAllowed
from review.domain.three_way import FileText, ItemChange, compare
from review.item_words import label_of
from review.models import Cycle, EntryBook, IndicatorYear, MeasureReview, Upload, User
from review.screens.services import incoming
from review.sheet.services import submission
from review.trail.services import audit
from review.workbook.entry_book import CLOSED, OPENED
from review.workbook.entry_places import cell_digest
from review.workbook.files import describe
from review.workbook.findings import ANOTHERS, Code, Finding, Refused

#: How much of the unread cells is shown: enough to see where and what they are.
MOST_UNREAD, MOST_LETTERS = 100, 200


@dataclass(frozen=True, kw_only=True)
class SheetChanges:
    """One sheet of an upload compared with the web: the stored sheet, and every item three ways.

    `names` are those of the activities, {item key: name}; `judged` the 成果目標 whose 実績 the file would change, {item key:
    row}, judged as they would be; `gone` what the file says of items that the sheet has no more. `unexplained` says what to do where the file would change the plan's 目標 without a reason, '' where it does not.
    """

    review: MeasureReview
    code: str
    rows: list[ItemChange]
    names: Mapping[str, str] = field(default_factory=dict)
    judged: Mapping[str, IndicatorYear] = field(default_factory=dict)
    gone: Sequence[Mapping[str, str]] = ()
    unexplained: str = ""

    @property
    def changes(self) -> list[ItemChange]:
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
    file = describe(path)
    known = Upload.objects.filter(cycle=cycle, uploaded_by=user, sha256=file.sha256)
    earlier = known.exclude(state=Upload.State.REFUSED).first()
    if earlier:
        return earlier
    finding, book, result = _read(user, cycle, path)
    with transaction.atomic():
        values = {
            "entry_book": book,
            "uploaded_at": clock.now(),
            "filename": file_names.clean(filename, "記入用ブック.xlsx"),
            "size": file.size,
            "state": Upload.State.READ if finding.is_ok else Upload.State.REFUSED,
            "code": finding.code.value,
            "detail": finding.detail,
            "result": result,
        }
        upload, _created = Upload.objects.update_or_create(
            cycle=cycle, uploaded_by=user, sha256=file.sha256, defaults=values
        )
        audit.write(
            user,
            "upload.receive",
            f"upload:{upload.pk}",
            after={"code": upload.code, "sha256": file.sha256, "sheets": sorted(result["sheets"])},
        )
    return upload


def _read(user: User, cycle: Cycle, path: Path) -> tuple[Finding, EntryBook | None, dict[str, Any]]:
    outcome = incoming.look("entry", path)
    if outcome.entry is None:
        return outcome.finding, None, {"sheets": {}}
    try:
        book = _book_of(cycle, outcome.entry)
        sheets = _own_sheets(user, cycle, book, outcome.entry["sheets"])
    except Refused as refusal:
        return refusal.finding(), None, {"sheets": {}}
    return outcome.finding, book, {"sheets": sheets, **_unread(book, sheets, outcome.entry)}


def _unread(book: EntryBook, sheets: Mapping[str, Any], entry: Mapping[str, Any]) -> dict[str, Any]:
    """All that stands in the file and is not read: the first MOST_UNREAD cells with a text, how many more there are, and
    the sheets of other departments.

    Passed over are the cells that stand as they were handed out, in their place or moved along with their row, and in
    a copied sheet also the open ones.
    """
    unread: list[dict[str, str]] = []
    for title, cells in entry["others"].items():
        code, copied = entry["codes"].get(title, ""), title in entry["copies"]
        if code and (code not in sheets or CLOSED not in book.content[code]):
            continue
        handed_out = book.content[code][CLOSED] if code else {}
        if copied:
            handed_out = handed_out | book.content[code].get(OPENED, {})
        typed = {cell: text for cell, text in cells.items() if handed_out.get(cell) != cell_digest(text)}
        moved = Counter(handed_out[cell] for cell in handed_out.keys() - (cells.keys() - typed.keys()))
        for cell, text in typed.items():
            moved[digest := cell_digest(text)] -= 1
            if moved[digest] < 0:
                short = text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS]}…"
                unread.append({"cell": f"{title}!{cell}", "text": short})
    return {
        "unread": unread[:MOST_UNREAD],
        "beyond": max(len(unread) - MOST_UNREAD, 0) + entry["beyond"],
        "apart": sorted(entry["sheets"].keys() - sheets.keys(), key=sort_key),
    }


def _book_of(cycle: Cycle, entry: Mapping[str, Any]) -> EntryBook:
    try:
        token = UUID(entry["token"])
    except ValueError:
        raise Refused(Code.WRONG_FORM) from None
    book = EntryBook.objects.select_related("cycle__plan").filter(token=token).first()
    if book and str(book.cycle_id) == entry["cycle"] == str(cycle.pk):
        return book
    if book and book.cycle_id != cycle.pk:
        raise Refused(Code.STALE, f"「{book.cycle.plan.name}」{book.cycle.label}の記入用ブックです")
    raise Refused(Code.STALE, "めぐりに控えのない記入用ブックです")


def _own_sheets(user: User, cycle: Cycle, book: EntryBook, sheets: Mapping[str, Any]) -> dict[str, Any]:
    """The sheets that the user's departments own; a book without any is another department's."""
    mine = set(cycle.reviews.own(permissions.scope_of(user)).values_list("pk", flat=True))
    own = {code: cells for code, cells in sheets.items() if book.content[code]["review"] in mine}
    if not own:
        theirs = cycle.reviews.filter(pk__in=[book.content[code]["review"] for code in sheets])
        names = "、".join(sorted({*theirs.values_list("measure_year__owner__name", flat=True)}))
        raise Refused(
            Code.WRONG_FORM, f"{names}の記入用ブックです({'、'.join(sorted(sheets, key=sort_key))})", advice=ANOTHERS
        )
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
        base = content[code]["texts"]
        gone = [
            one
            for key, one in cells.items()
            if key not in web and one["text"] and _file_text(review, key, one, then := base.get(key, "")).text != then
        ]
        judged = _judged(review, story, rows)
        yield SheetChanges(
            review=review, code=code, rows=rows, names=names, judged=judged, gone=gone, unexplained=unexplained
        )


def _judged(review: MeasureReview, story: next_year.History, changes: Iterable[ItemChange]) -> dict[str, IndicatorYear]:
    """The 成果目標 whose 実績 would change, read and judged as they would be; nothing is stored, nothing read."""
    texts = {row.key: row.file for row in changes if row.would_change}
    judged: dict[str, IndicatorYear] = {}
    for number, years in story.items():
        key = items.actual_key(number)
        row = next((row for row in years if row.fiscal_year == review.cycle.fiscal_year), None)
        if row and key in texts:
            row.actual, row.indicator.measure = texts[key], review.measure_year.measure
            judging.judge_alone(row, years, judging.scale_of(review.cycle))
            judged[key] = row
    return judged


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
