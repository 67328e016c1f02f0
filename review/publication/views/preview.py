"""公表前の確認: the public pages of the coming edition, made from its draft, behind sign-in and marked on every page.

The pages are those that citizens will read, made by the same code. Their links stay within the preview; what only exists
once an edition is published (its files, comparisons, the plan's run) leads nowhere else from here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from review import clock, queries
from review.books.services import snapshot
from review.books.services.editions import Snapshot
from review.models import Correction, CycleState, Edition
from review.publication.services import corrections
from review.publication.services.exports import Source
from review.publication.views import public_pages as pages
from review.publication.views.public_frame import Page
from review.publication.views.publication import HTML, content_type, data_file
from review.publication.views.shelf import Book, Site
from review.screens.views.signed_in import SignedInRequest
from review.trail.services import audit

#: a year can be looked through from its opening to its publication
YEARS = (CycleState.OPEN, CycleState.DECIDING, CycleState.SCHEDULED)


#: the pages of one edition, by what follows the preview's own address
PARTS = ("departments", "errata")


@dataclass(frozen=True, kw_only=True)
class Draft(Site):
    """The shelf with the coming edition on it. `here` is the preview's own address, `coming` the edition."""

    here: str = ""
    coming: Edition = field(default_factory=Edition)

    def url(self, name: str, *args: Any, query: Mapping[str, Any] | None = None) -> str:
        """Within the preview where the address is one of the coming edition; '' where it cannot exist yet."""
        if name in ("run", "goal", "download", "pdf") or (name == "compare" and query):
            return ""
        if not self._is_coming(args):
            return super().url(name, *args, query=query) if self._is_there(args) else ""
        rest = [str(part) for part in args[1:] if not isinstance(part, int)]
        tail = [name] if name in PARTS else rest
        words = urlencode({key: value for key, value in (query or {}).items() if value not in ("", None)})
        return self.here + "".join(f"{part}/" for part in tail) + (f"?{words}" if words else "")

    def _is_coming(self, args: tuple[Any, ...]) -> bool:
        plan, year = self.coming.cycle.key
        numbers = [part for part in args if isinstance(part, int)]
        return args[:1] == (plan,) and numbers in ([year], [year, self.coming.number])

    def _is_there(self, args: tuple[Any, ...]) -> bool:
        """Whether citizens find anything of the plan that the address names."""
        return not args or any(one.cycle.plan.short_name == args[0] for one in self.editions if one is not self.coming)


def shelf_with(coming: Edition, draft: Snapshot, here: str) -> Draft:
    """Everything that is published, and the coming edition as the year's current one. One query."""
    rows = [
        edition for edition in queries.shelf() if edition.number != coming.number or edition.cycle_id != coming.cycle_id
    ]
    for edition in rows:
        edition.current = edition.current and edition.cycle_id != coming.cycle_id
    stored: dict[int, Snapshot] = {}

    def read(edition: Edition) -> Snapshot:
        if edition is coming:
            return draft
        if edition.pk not in stored:
            stored[edition.pk] = Edition.objects.values_list("snapshot", flat=True).get(pk=edition.pk)
        return stored[edition.pk]

    language = "en" if (get_language() or "").startswith("en") else "ja"
    return Draft(editions=(coming, *rows), read=read, language=language, here=here, coming=coming)


# --- the two things that can be looked through -----------------------------------------------------------------------


@require_safe
def preview(request: SignedInRequest, plan: str, year: int, page: str = "") -> HttpResponse:
    """The year's coming 第1版."""
    cycle = queries.cycle_of(plan, year)
    if cycle is None or cycle.state not in YEARS:
        raise Http404
    coming = Edition(cycle=cycle, number=1, published_at=cycle.publish_at or clock.now())
    mark = {
        "text": _("この内容はまだ公表されていません。庁内での確認のための画面です。"),
        "more": "" if queries.all_settled(cycle) else _("承認されていない施策があり、今の入力内容を示しています。"),
        "url": reverse("meguri:board", args=[plan, year]),
        "label": _("審議に戻る"),
    }
    return answer(
        request, coming, snapshot.snapshot_of(cycle), reverse("meguri:preview", args=[plan, year]), page, mark
    )


@require_safe
def correction_preview(request: SignedInRequest, pk: int, page: str = "") -> HttpResponse:
    """The coming 訂正版 of a correction under way."""
    row = Correction.objects.select_related("base", "cycle__plan").filter(pk=pk).first()
    if row is None or row.state not in corrections.UNDER_WAY:
        raise Http404
    coming = Edition(
        cycle=row.cycle, number=row.base.number + 1, kind=Edition.Kind.CORRECTION, published_at=clock.now()
    )
    mark = {
        "text": _("この訂正はまだ公表されていません。庁内での確認のための画面です。"),
        "more": "",
        "url": reverse("meguri:correction", args=[pk]),
        "label": _("訂正に戻る"),
    }
    here = reverse("meguri:correction_preview", args=[pk])
    return answer(request, coming, corrections.draft_of(row), here, page, mark)


def answer(
    request: SignedInRequest, coming: Edition, draft: Snapshot, here: str, page: str, mark: Mapping[str, str]
) -> HttpResponse:
    """The page or the data of the coming edition, which no cache may keep."""
    book = Book(site=shelf_with(coming, draft, here), edition=coming)
    data = data_file(book, Source(snapshot=draft), page)
    if data is not None:
        what = {"file": page, "edition": coming.label, "preview": True}
        audit.write(request.user, "download", f"cycle:{coming.cycle_id}", after=what)
        plan, year = coming.cycle.key
        response = HttpResponse(data, content_type=content_type(page))
        response.headers["Content-Disposition"] = f'attachment; filename="preview_{plan}_{year}_{page}"'
    else:
        name = "year" if not page else page if page in PARTS else "measure"
        result = pages.make(book.site, name, [*book.place, *([page] if name == "measure" else [])], request.GET)
        if result is None:
            raise Http404
        response = HttpResponse(marked(result, mark).html(), content_type=HTML)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def marked(page: Page, mark: Mapping[str, str]) -> Page:
    """The page with 公表前 on it; its other language is reached by the person's own setting."""
    return replace(page, context={**page.context, "preview": mark, "other": None, "edition_date": _("公表前")})
