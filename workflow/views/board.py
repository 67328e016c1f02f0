"""審議: the whole year on one screen for the 本部, what needs a word first on top, and deciding from there.

Only who may read every sheet comes here (`addresses.RULED`; a test holds it), so the lists are those
of the whole year.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from review import clock, listing, permissions, queries
from review.assessment.forms.meetings import MeetingForm
from review.assessment.services import judging
from review.assessment.services.meetings import with_amendments
from review.domain.refusals import Invalid
from review.models import Cycle, MeasureReview, Outcome, Step
from review.reader_words import overall_meaning
from review.screens.forms.fields import add_refusal
from review.screens.views.acts import crumbs
from review.screens.views.answers import see_other
from review.screens.views.signed_in import SignedInRequest
from review.screens.views.versions import versioned
from review.sheet.views import sheet_parts, sheet_records
from workflow import steps
from workflow.forms import MeetingChoice, TogetherForm
from workflow.views import board_page as shown
from workflow.views.board_page import CLEAN, EVERY, WAITING
from workflow.views.deciding_page import DESTINATIONS
from workflow.views.queue import cycle_or_404
from workflow.views.together import chosen_of, lines_of, say_results

PAGE = 40


@require_GET
def board(request: SignedInRequest, plan: str, year: int) -> HttpResponse:
    """Totals, what to look at first, every sheet, the meetings and the year's decision."""
    return page(request, cycle_or_404(plan, year))


def page(
    request: SignedInRequest, cycle: Cycle, *, status: int = 200, together: TogetherForm | None = None
) -> HttpResponse:
    """The board; `together` stands in for the empty form where something typed was refused."""
    user = request.user
    sheets = shown.sheets_of(cycle)
    show, numbers = chosen_tab(request, sheets.values())
    paged = Paginator(numbers, PAGE).get_page(request.GET.get("page"))
    listed, first = list(paged.object_list), shown.first(sheets.values())
    rows = rows_at(request, cycle, sheets, list(dict.fromkeys([*listed, *first])))
    approver, recorder = permissions.is_approver(user, cycle.plan_id), permissions.is_reviewer(user, cycle.plan_id)
    ticked, all_ticked = set(request.POST.getlist("chosen")), show == CLEAN and not request.POST
    choosable = any(rows[pk].box for pk in listed if pk in rows)
    context = {
        "cycle": cycle,
        **shown.breakdown(cycle, list(sheets.values())),
        "first": [rows[pk] for pk in first if pk in rows],
        "rows": [
            replace(row, choosable=choosable, ticked=row.box and (all_ticked or row.value in ticked))
            for row in (rows[pk] for pk in listed if pk in rows)
        ],
        "page_obj": paged,
        "tabs": shown.tabs(cycle, show, sheets.values()),
        "show": show,
        "all_ticked": all_ticked,
        "choosable": choosable,
        "is_approver": approver,
        "is_recorder": recorder and not approver,
        "together": together or TogetherForm(),
        "may_decide_year": permissions.may_decide_year(user, cycle),
        **of_the_meetings(request, cycle, sheets),
        "choice": MeetingChoice(request.POST or None, cycle=cycle, required=not approver),
        "page_title": _("審議"),
        "breadcrumbs": crumbs(_("審議")),
    }
    return render(request, "workflow/board.html", context, status=status)


def chosen_tab(request: SignedInRequest, sheets: Collection[shown.Sheet]) -> tuple[str, list[int]]:
    """Which tab is open, and the sheets in it; without a choice what waits, where anything does."""
    waiting = [sheet for sheet in sheets if sheet.waits]
    show = request.GET.get("show", "")
    if show not in (WAITING, CLEAN, EVERY):
        show = WAITING if waiting else EVERY
    return show, [sheet.pk for sheet in (sheets if show == EVERY else waiting) if show != CLEAN or not sheet.reasons]


def of_the_meetings(request: SignedInRequest, cycle: Cycle, sheets: Mapping[int, shown.Sheet]) -> dict[str, Any]:
    """The 本部's meetings, what was recorded of them and waits, and what waits for the next one."""
    user, records = request.user, listing.open_records(cycle=cycle.pk)
    return {
        "may_record": permissions.reviews_or_approves(user, cycle.plan_id),
        "records": in_words(records, sheets, cycle),
        "unanswered": shown.waiting_for_a_person(sheets, cycle),
        "confirmable": {row.pk for row in records if permissions.may_confirm_record(user, row)},
        "proposals": sheet_records.with_proposals(listing.proposals(cycle=cycle.pk)),
        "changes": listing.proposed_changes(cycle),
        "meetings": with_amendments(cycle, listing.meetings(cycle=cycle.pk)),
        "today": clock.today(),
        "meeting_form": MeetingForm(),
    }


def in_words(records: Sequence[Any], sheets: Mapping[int, shown.Sheet], cycle: Cycle) -> Sequence[Any]:
    """The recorded decisions, each with what its 総合評価 means. No query."""
    scale = judging.scale_of(cycle)
    for row in records:
        row.grade_words = overall_meaning(row.grade, scale, sheets[row.review_id].marks)
    return records


def rows_at(
    request: SignedInRequest, cycle: Cycle, sheets: Mapping[int, shown.Sheet], numbers: list[int]
) -> dict[int, shown.Row]:
    """The lines of these sheets, as this person may use them. Two queries for forty, and two for an approver."""
    user = request.user
    approver, recorder = permissions.is_approver(user, cycle.plan_id), permissions.is_reviewer(user, cycle.plan_id)
    waiting = [pk for pk in numbers if sheets[pk].waits]
    barred = permissions.barred(user, cycle.plan_id, waiting, Step.APPROVE)
    reader = shown.Reader(approver=approver, recorder=recorder, barred=barred)
    return shown.rows_of(listing.listed_rows(numbers, cycle), sheets, cycle, reader)


def in_order(base: QuerySet[MeasureReview], numbers: list[int]) -> list[MeasureReview]:
    """The sheets of these numbers, in order of 施策ID. One query."""
    return list(listing.listed(base.filter(pk__in=numbers)).order_by("measure_year__measure__sort_key"))


@require_GET
def board_print(request: SignedInRequest, plan: str, year: int) -> HttpResponse:
    """The same on paper: totals, each 成果目標 of what needs a word, one line for every other sheet."""
    cycle = cycle_or_404(plan, year)
    base = cycle.reviews.visible(permissions.scope_of(request.user))
    sheets = shown.sheets_of(cycle)
    doubtful = [sheet.pk for sheet in sheets.values() if sheet.reasons]
    full = list(queries.reviews(base.filter(pk__in=doubtful)))
    lines = {one["review"].pk: one["lines"] for one in lines_of(full, cycle)}
    rows = shown.rows_of(full, sheets, cycle, shown.Reader())
    rest = in_order(base, [pk for pk in sheets if pk not in lines])
    context = {
        "cycle": cycle,
        **shown.breakdown(cycle, list(sheets.values())),
        "first": [
            {
                "row": rows[one.pk],
                "explained": sheet_parts.explained(one),
                "why": sheets[one.pk].rated.reason,
                "lines": lines[one.pk],
            }
            for one in full
        ],
        "rest": list(shown.rows_of(rest, sheets, cycle, shown.Reader()).values()),
        "proposals": listing.proposals(cycle=cycle.pk),
        "changes": listing.proposed_changes(cycle),
        "meetings": with_amendments(cycle, listing.meetings(cycle=cycle.pk)),
        "scale": judging.scale_of(cycle).as_data(),
    }
    return render(request, "workflow/board_print.html", context)


# --- deciding from the board -----------------------------------------------------------------------------------------


@require_POST
def approve_many(request: SignedInRequest, plan: str, year: int) -> HttpResponse:
    """Approve, or return with one reason, the chosen sheets; each stands for itself, each refusal is reported by name."""
    cycle = cycle_or_404(plan, year)
    take: Any = partial(steps.approve, meeting=MeetingChoice(request.POST, cycle=cycle).chosen)
    sentence = _("%(n)s件を承認しました: %(codes)s")
    action = request.POST.get("action", "")
    to = DESTINATIONS.get(action)
    if to is None and action != "approve":
        return page(request, cycle, status=422)
    if to is not None:
        form = TogetherForm(request.POST)
        comment = request.POST.get("comment", "")
        if not comment.strip():
            add_refusal(form, "", {"comment": _("差戻しの理由を入力してください。")})
            return page(request, cycle, status=422, together=form)
        take = partial(steps.return_from_approval, to=to, comment=comment, meeting=take.keywords["meeting"])
        sentence = _("%(n)s件を差し戻しました: %(codes)s")
    try:
        done, refused = steps.each(take, user=request.user, chosen=chosen_of(request, cycle))
    except Invalid as refusal:
        form = TogetherForm(request.POST)
        add_refusal(form, str(refusal), refusal.fields)
        return page(request, cycle, status=422, together=form)
    say_results(request, done, refused, sentence)
    return see_other("meguri:board", *cycle.key)


@require_POST
@versioned(sheet_records.sent_proposal)
def decide_outcome(request: SignedInRequest, pk: int) -> HttpResponse:
    """Decide a proposal of 未提出 or 対象外."""
    sheets = MeasureReview.objects.visible(permissions.scope_of(request.user))
    review = get_object_or_404(queries.reviews(sheets), pk=pk)
    accept = request.POST.get("accept") == "1"
    word = Outcome(review.proposed_outcome).label
    meeting = MeetingChoice(request.POST, cycle=review.cycle).chosen
    comment = request.POST.get("comment", "")
    steps.decide_outcome(user=request.user, review_id=pk, accept=accept, comment=comment, meeting=meeting)
    code = review.measure_year.measure.code
    sentence = (
        _("%(code)s を「%(word)s」と決定しました。")
        if accept
        else _("%(code)s の「%(word)s」の提案を採用しませんでした。")
    )
    messages.success(request, sentence % {"code": code, "word": word})
    return see_other("meguri:board", *review.cycle.key)
