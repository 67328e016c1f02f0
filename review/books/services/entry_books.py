"""Handing out 記入用 workbooks: which sheets go in, their content, and the token under which it is stored."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from review import clock, locks, permissions, queries
from review.assessment.services import judging
from review.books.services import books, snapshot
from review.domain import file_names, items, sheet_form
from review.domain.fields import Writer
from review.domain.refusals import NotAllowed
from review.models import Cycle, EntryBook, MeasureReview, User
from review.reader_words import city_language
from review.sheet.services import submission
from review.trail.services import audit
from review.workbook import cell_text
from review.workbook.entry_book import CLOSED, OPENED, EntrySheet, write_entry_book

_NONE_OPEN = gettext_lazy(
    "記入できる施策シートがありません。提出済みのシートは、取り下げるか差し戻されてから記入できます。"
)


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A finished book: its name, its bytes, and what could not be written exactly."""

    filename: str
    content: bytes
    warnings: Sequence[str]


def issue(*, user: User, cycle_id: int, review_id: int | None = None) -> Issued:
    """The 記入用 workbook of all sheets that the user may write on now, or of one of them.

    Raises NotAllowed, with the reason, where none is open. The same content keeps its token, so that pressing the
    button again leaves only its row in the trail. Some 20 ms and three queries a sheet.
    """
    cycle = Cycle.objects.select_related("plan").get(pk=cycle_id)
    mine = cycle.reviews.own(permissions.scope_of(user))
    if review_id is not None:
        mine = mine.filter(pk=review_id)
    reviews = queries.full_reviews(cycle, only=list(mine.values_list("pk", flat=True)))
    writable = [review for review in reviews if permissions.may_write(user, review)]
    if not writable:
        raise NotAllowed(locks.why_locked(reviews[0]) if review_id and reviews else str(_NONE_OPEN))
    texts = {review.pk: submission.current_texts(review) for review in writable}
    record = _remember(user, cycle, writable, texts)
    out = io.BytesIO()
    moment = timezone.localtime(clock.now())
    sheets = _pages(cycle, writable, texts)
    written = write_entry_book(sheets, out, token=str(record.token), cycle=str(cycle.pk), made_at=moment)
    record.content = {code: one | written.cells.get(code, {}) for code, one in record.content.items()}
    record.save(update_fields=["content"])
    about = writable[0].measure_year.measure.code if review_id is not None else writable[0].measure_year.owner.name
    return Issued(
        filename=file_names.clean(
            f"{cycle.plan.short_name}_{cycle.label}_記入用_{file_names.part(about)}_{moment:%m%d}.xlsx"
        ),
        content=out.getvalue(),
        warnings=[str(warning) for warning in written.warnings],
    )


def _remember(
    user: User, cycle: Cycle, reviews: Sequence[MeasureReview], texts: dict[int, dict[str, str]]
) -> EntryBook:
    """The row with the file's content, in the form in which the file will be read back."""
    content: dict[str, Any] = {
        review.measure_year.measure.code: {
            "review": review.pk,
            "version": review.version,
            "texts": {key: cell_text.decode(cell_text.encode(text)[0]) for key, text in texts[review.pk].items()},
        }
        for review in reviews
    }
    with transaction.atomic():
        last = EntryBook.objects.filter(cycle=cycle, made_by=user).first()
        known = last.content.items() if last else ()
        same = {code: {k: one[k] for k in one.keys() - {CLOSED, OPENED}} for code, one in known} == content
        record = (
            last
            if last and same
            else EntryBook.objects.create(cycle=cycle, content=content, made_by=user, made_at=clock.now())
        )
        # Each time, for each copy of the file leaves the system.
        audit.write(user, "entry_book.issue", f"cycle:{cycle.pk}", after={"sheets": sorted(content)})
        return record


def _pages(cycle: Cycle, reviews: Sequence[MeasureReview], texts: dict[int, dict[str, str]]) -> list[EntrySheet]:
    scale = judging.scale_of(cycle)
    frame = snapshot.frame_of(cycle, scale)
    pages: list[EntrySheet] = []
    for review in reviews:
        with city_language():
            state = str(review.get_state_display())
        row = snapshot.measure_of(review, cycle, scale) | {"items": _own_items(review, cycle)}
        pages.append(
            EntrySheet(
                form=books.form(_with_following_year(row, cycle, texts[review.pk]), frame, label=state),
                progress=[item["progress"] for item in row["schedule"]],
                open_keys=items.open_keys(texts[review.pk], review.open_items),
            )
        )
    return pages


def _own_items(review: MeasureReview, cycle: Cycle) -> list[dict[str, Any]]:
    """The items of the plan's own: those of the department wherever else they are shown, others where books have them."""
    by_department = {one.key: one.writer == Writer.DEPARTMENT for one in sheet_form.own(cycle.form)}
    return [
        {**one, "text": review.measure_year.text(one["key"]), "in_book": theirs or (one["in_book"] and one["public"])}
        for one in cycle.form.get("items", ())
        if (theirs := by_department.get(one["key"])) is not None
    ]


def _with_following_year(row: dict[str, Any], cycle: Cycle, texts: dict[str, str]) -> dict[str, Any]:
    """The sheet with the department's 目標 and 評価項目 of the year to come, where it typed any."""
    following = cycle.fiscal_year + 1
    indicators: list[dict[str, Any]] = []
    for one in row["indicators"]:
        name, target = items.next_name_key(one["number"]), items.next_target_key(one["number"])
        if target in texts:
            planned = next((cell for cell in one["years"] if cell["fiscal_year"] == following), {"actual": ""})
            following_year = {**planned, "fiscal_year": following, "name": texts[name], "target": texts[target]}
            one = {**one, "years": [*(cell for cell in one["years"] if cell is not planned), following_year]}
        indicators.append(one)
    return {**row, "indicators": indicators}
