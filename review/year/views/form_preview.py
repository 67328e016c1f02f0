"""How a drafted year will look with its form: the entry pages, the sheet of the book and the public page of one 施策.

They are made by the code that makes the real ones, from a sheet that nobody opened: it is in no table, and what its
department, the office and the deciding body would write stands there as a sample.
"""

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from review import clock, queries
from review.books.services import books, snapshot
from review.deadlines.views.deadlines import way_to
from review.domain import sheet_form
from review.domain.fields import Field, Kind, Writer
from review.models import Cycle, Edition, MeasureReview, MeasureYear, ReviewState
from review.publication.views import preview as publication
from review.screens.views.questions import cycle_or_404
from review.screens.views.signed_in import SignedInRequest
from review.sheet.views.entry_page import LAST, Desk
from review.templatetags.words import fiscal_year
from review.workbook import layout

#: How many 施策 before and after the one that is shown are offered.
NEAR = 10


@require_safe
def form_preview(request: SignedInRequest, plan: str, year: int, what: str, page: str = "") -> HttpResponse:
    """One of the three; `page` is the 施策ID, without one the first."""
    cycle = cycle_or_404(plan, year)
    years = MeasureYear.objects.filter(measure__plan=cycle.plan_id, fiscal_year=cycle.fiscal_year)
    codes = list(years.order_by("measure__sort_key").values_list("measure__code", flat=True))
    if what not in SHOWN or (page and page not in codes):
        raise Http404
    here = reverse("meguri:form_preview", args=[plan, year, what])
    if not codes:
        return _page(request, cycle, what, {"codes": [], "here": here})
    chosen = page or codes[0]
    row = years.select_related("measure__field", "measure__plan", "owner").get(measure__code=chosen)
    place = codes.index(chosen)
    near = codes[max(0, place - NEAR) : place + NEAR + 1]
    ids = [{"code": one, "url": reverse("meguri:form_preview", args=[plan, year, what, one])} for one in near]
    return SHOWN[what](
        request, cycle, sample(cycle, row, filled=what != "entry"), {"codes": ids, "code": chosen, "here": here}
    )


def sample(cycle: Cycle, year: MeasureYear, *, filled: bool) -> MeasureReview:
    """The 施策's sheet as it would be opened, or filled in with samples; stored nowhere."""
    if filled:
        year.texts = {**year.texts, **{one.key: _words(one, year) for one in sheet_form.of(cycle.form)}}
    review = MeasureReview(pk=0, cycle=cycle, measure_year=year, state=ReviewState.EDITING, state_since=clock.now())
    read = {"years_by_number": queries.indicator_history(review), "ratings_by_hand": {}}
    vars(review).update(read, standing=[], opinions_heard=[])
    return review


def _words(one: Field, year: MeasureYear) -> str:
    """What stands there: the plan's own words, else a sample of what can be written."""
    samples = {Kind.LEVEL: one.levels[:1], Kind.AMOUNT: ["1,234"], Kind.NUMBER: ["12"]}
    text = _("(見本)「%(label)s」に書いた文章が、ここに載ります。") % {"label": _(one.label)}
    return year.text(one.key) or "".join(samples.get(one.kind, [text]))


def _entry(request: SignedInRequest, cycle: Cycle, review: MeasureReview, context: dict[str, Any]) -> HttpResponse:
    """Every guided step, and below them what is written at the later steps; nothing can be sent from here."""
    steps = []
    for number in range(1, LAST):
        desk = Desk(request.user, review, number)
        form = desk.form()
        lines = desk.context(form)
        steps.append({"number": number, "title": desk.title(number), "desk": desk, "form": form, **lines})
    later = sheet_form.own(cycle.form, Writer.OFFICE, Writer.DECIDERS)
    rows = [{"label": _(one.label), "text": _(one.help) or review.measure_year.text(one.key)} for one in later]
    return _page(request, cycle, "entry", {**context, "steps": steps, "later": rows})


def _book(request: SignedInRequest, cycle: Cycle, review: MeasureReview, context: dict[str, Any]) -> HttpResponse:
    """The sheet of the book, cell by cell as the workbook's own map has it."""
    draft = _frozen(cycle, review)
    form = books.form(draft["measures"][0], draft, label=_("見本"))
    width = layout.column_count(form)
    lines = [list(_cells(line, width)) for line in layout.lines(layout.Page(form=form))]
    return _page(request, cycle, "book", {**context, "lines": lines})


def _cells(line: layout.Line, width: int) -> Iterator[dict[str, Any]]:
    """The boxes of a line, with the empty places between them."""
    column = 1
    for box in line.boxes:
        if box.first > column and len(line.boxes) > 1 and column > 1:
            yield {"text": "", "columns": box.first - column, "rows": 1, "style": "empty"}
        head = box.style in ("label", "head", "head_now", "row_label", "section", "part")
        columns = box.last - box.first + 1
        yield {"text": box.text, "columns": columns, "rows": box.rows, "style": box.style, "head": head}
        column = box.last + 1


def _public(request: SignedInRequest, cycle: Cycle, review: MeasureReview, context: dict[str, Any]) -> HttpResponse:
    """The page of the 施策 as citizens will read it."""
    coming = Edition(cycle=cycle, number=1, published_at=clock.now())
    mark = {
        "text": _("様式の見え方を確かめる画面です。実績と文章は見本です。"),
        "more": "",
        "url": reverse("meguri:year_form", args=cycle.key),
        "label": _("様式に戻る"),
    }
    return publication.answer(request, coming, _frozen(cycle, review), context["here"], context["code"], mark)


def _frozen(cycle: Cycle, review: MeasureReview) -> dict[str, Any]:
    return snapshot.snapshot_of(cycle, [review])


def _page(request: SignedInRequest, cycle: Cycle, what: str, context: dict[str, Any]) -> HttpResponse:
    here = (_("%(year)s 様式") % {"year": fiscal_year(cycle.fiscal_year)}, reverse("meguri:year_form", args=cycle.key))
    titles = {"entry": _("入力画面での見え方"), "book": _("集約表での見え方"), "public": _("公表ページでの見え方")}
    tabs = [
        {"label": title, "url": reverse("meguri:form_preview", args=[*cycle.key, name]), "current": name == what}
        for name, title in titles.items()
    ]
    shared = {
        "cycle": cycle,
        "tabs": tabs,
        "page_title": titles[what],
        "breadcrumbs": way_to(cycle, here, titles[what]),
    }
    return render(request, f"year/preview_{what if context['codes'] else 'none'}.html", {**shared, **context})


SHOWN = {"entry": _entry, "book": _book, "public": _public}
