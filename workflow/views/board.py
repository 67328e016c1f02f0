"""審議: the whole year on one screen for the 本部, what needs a word first on top, and deciding from there.

Only who may read every sheet comes here (`addresses.RULED`; a test holds it), so the lists are those
of the whole year.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from review import listing, permissions, queries
from review.assessment.forms.meetings import MeetingForm
from review.assessment.services import approval, judging, meetings, standings
from review.assessment.services.meetings import with_amendments
from review.background.services.making import of_the_background
from review.domain.fields import OPINION
from review.domain.refusals import Invalid
from review.item_words import label_of
from review.models import Cycle, MeasureReview, Outcome, Step
from review.reader_words import overall_meaning
from review.screens.forms.fields import add_refusal
from review.screens.views import chrome
from review.screens.views.acts import crumbs
from review.screens.views.answers import see_other
from review.screens.views.questions import cycle_or_404
from review.screens.views.signed_in import SignedInRequest
from review.screens.views.versions import versioned
from review.sheet.views import sheet_records
from workflow import steps, together
from workflow.forms import MeetingChoice, TogetherForm
from workflow.views import board_page as shown
from workflow.views.board_page import EVERY, WAITING
from workflow.views.together import chosen_of, joined, lines_of, report

PAGE = 40


@require_GET
def board(request: SignedInRequest, plan: str, year: int) -> HttpResponse:
    """The agenda of a meeting: totals, what to look at first, changes of the plan, proposals, the rest, the publication."""
    return page(request, cycle_or_404(plan, year))


def page(
    request: SignedInRequest, cycle: Cycle, *, status: int = 200, together: TogetherForm | None = None
) -> HttpResponse:
    """The board; `together` stands in for the empty form where something typed was refused."""
    goals = listing.goals_of(cycle.plan_id, cycle.fiscal_year)
    decides = request.user.pk if permissions.is_approver(request.user, cycle.plan_id) else 0
    sheets, before = standings.sheets_of(cycle, goals, user=decides), standings.overall_before(cycle, goals)
    show, numbers = chosen_tab(request, sheets.values())
    counts = chrome.waiting_for(request.user)
    paged = Paginator(numbers, PAGE).get_page(request.GET.get("page"))
    listed = list(paged.object_list)
    rows = rows_at(request, cycle, sheets, listed, before)
    first = [pk for pk in listed if show == WAITING and sheets[pk].reasons]
    rows = ticked(request, rows, () if show == EVERY else set(listed) - set(first))
    context = {
        "cycle": cycle,
        **shown.breakdown(cycle, list(sheets.values()), before),
        **deciding(request, cycle),
        "first": with_goals(cycle, sheets, [rows[pk] for pk in first if pk in rows]),
        "rows": [rows[pk] for pk in listed if pk in rows and pk not in first],
        **elsewhere([sheets[pk] for pk in numbers if show == WAITING and not sheets[pk].reasons], rows),
        "choosable": any(row.choosable for row in rows.values()),
        "page_obj": paged,
        "tabs": shown.tabs(cycle, show, sheets.values()),
        "show": show,
        "together": together or TogetherForm(),
        **of_the_background(cycle, counts["under_way"]),
        **of_the_meetings(request, cycle, sheets),
        "page_title": _("審議"),
        "breadcrumbs": crumbs(_("審議")),
    }
    return render(request, "workflow/board.html", context, status=status)


def deciding(request: SignedInRequest, cycle: Cycle) -> dict[str, Any]:
    """Who decides here, and at which meeting: the one in the address, else today's."""
    approver = permissions.is_approver(request.user, cycle.plan_id)
    at = cycle if chrome.waiting_for(request.user)["meetings"] else None
    choice = MeetingChoice(request.POST or None, cycle=at, required=not approver, at=request.GET.get("meeting"))
    return {
        "is_approver": approver,
        "is_recorder": permissions.is_reviewer(request.user, cycle.plan_id) and not approver,
        "may_decide_year": permissions.may_decide_year(request.user, cycle),
        "choice": choice,
        "at": choice.standing,
    }


def chosen_tab(request: SignedInRequest, sheets: Collection[standings.Sheet]) -> tuple[str, list[int]]:
    """Which tab is open, and the sheets in it; without a choice what waits, where anything does."""
    waiting = [sheet for sheet in standings.in_order(sheets) if sheet.waits]
    show = request.GET.get("show", "")
    if show not in (WAITING, EVERY):
        show = WAITING if waiting else EVERY
    return show, [sheet.pk for sheet in (sheets if show == EVERY else waiting)]


def ticked(
    request: SignedInRequest, rows: Mapping[int, shown.Row], beforehand: Collection[int]
) -> dict[int, shown.Row]:
    """The rows with their boxes: those that were sent, else those that need no word."""
    choosable, sent = any(row.box for row in rows.values()), request.POST.getlist("chosen")
    return {
        pk: replace(
            row, choosable=choosable, ticked=row.box and (row.value in sent if request.POST else pk in beforehand)
        )
        for pk, row in rows.items()
    }


def elsewhere(clean: Iterable[standings.Sheet], rows: Mapping[int, shown.Row]) -> dict[str, Any]:
    """Of the sheets that need no word, those on other pages, as a form sends them; how many one decides on with those ticked
    here; and how many are left to others. No query."""
    away, boxes = [sheet for sheet in clean if sheet.pk not in rows], any(row.box for row in rows.values())
    rest = [(sheet.pk, sheet.round) for sheet in away if boxes and not sheet.own]
    ticked, barred = sum(row.ticked for row in rows.values()), sum(bool(row.barred) for row in rows.values())
    return {"rest": joined(rest), "with_rest": len(rest) + ticked, "left_out": len(away) - len(rest) + barred}


def with_goals(
    cycle: Cycle, sheets: Mapping[int, standings.Sheet], rows: Sequence[shown.Row], **look: bool
) -> list[dict[str, Any]]:
    """The rows, each with what `together.lines_of` says of its sheet's 成果目標. One query, none without a row."""
    lines = lines_of([sheets[row.pk].measure for row in rows], cycle, **look)
    return [{"row": row, "goals": lines[sheets[row.pk].measure]} for row in rows]


def of_the_meetings(request: SignedInRequest, cycle: Cycle, sheets: Mapping[int, standings.Sheet]) -> dict[str, Any]:
    """The 本部's meetings, what was recorded of them and waits, and what waits for the next one. A query for each of them
    of which there is any."""
    user, counts = request.user, chrome.waiting_for(request.user)
    records = listing.open_records(cycle=cycle.pk) if counts["records"] else []
    proposals = listing.proposals(cycle=cycle.pk) if any(sheet.proposed for sheet in sheets.values()) else []
    held = with_amendments(cycle, listing.meetings(cycle=cycle.pk)) if counts["meetings"] else []
    return {
        "may_record": permissions.reviews_or_approves(user, cycle.plan_id),
        "records": in_words(records, sheets, cycle),
        "opinion_label": label_of(OPINION, cycle.form),
        "unanswered": shown.waiting_for_a_person(sheets, cycle),
        "confirmable": {row.pk for row in records if permissions.may_confirm_record(user, row)},
        "proposals": sheet_records.with_proposals(proposals),
        "changes": listing.proposed_changes(cycle) if counts["changes"] else [],
        "meetings": held,
        "meeting_form": MeetingForm(),
    }


def in_words(records: Sequence[Any], sheets: Mapping[int, standings.Sheet], cycle: Cycle) -> Sequence[Any]:
    """The recorded decisions, each with what its 総合評価 means. No query."""
    scale = judging.scale_of(cycle)
    for row in records:
        row.shape = scale.shape_of(row.grade)
        row.grade_words = overall_meaning(row.grade, scale, sheets[row.review_id].marks)
    return records


def rows_at(
    request: SignedInRequest,
    cycle: Cycle,
    sheets: Mapping[int, standings.Sheet],
    numbers: list[int],
    before: standings.Before,
) -> dict[int, shown.Row]:
    """The lines of these sheets, as this person may use them. One query for forty, and one for an approver."""
    user = request.user
    approver, recorder = permissions.is_approver(user, cycle.plan_id), permissions.is_reviewer(user, cycle.plan_id)
    waiting = [pk for pk in numbers if sheets[pk].waits]
    barred = permissions.barred(user, cycle.plan_id, waiting, Step.APPROVE)
    reader = shown.Reader(approver=approver, recorder=recorder, barred=barred)
    return shown.rows_of(listing.listed_rows(numbers, cycle), sheets, cycle, reader, before)


# --- one 施策 a screen ------------------------------------------------------------------------------------------------


@require_GET
def present(request: SignedInRequest, plan: str, year: int, code: str) -> HttpResponse:
    """One 施策 for the projector, in the order of the agenda."""
    return presented(request, cycle_or_404(plan, year), code)


def presented(
    request: SignedInRequest, cycle: Cycle, code: str, *, status: int = 200, together: TogetherForm | None = None
) -> HttpResponse:
    """What it says of its 成果目標, where it stands among the others, and the decision on it."""
    sheets = standings.sheets_of(cycle)
    numbers = [sheet.pk for sheet in standings.in_order(sheets.values())]
    sheet = get_object_or_404(
        cycle.reviews.visible(permissions.scope_of(request.user)), measure_year__measure__code=code
    )
    if sheet.pk not in numbers:
        return see_other("meguri:sheet", sheet.pk)
    at = numbers.index(sheet.pk)
    near = numbers[max(at - 1, 0) : at + 2]
    around = rows_at(request, cycle, sheets, near, standings.overall_before(cycle))
    context = {
        "cycle": cycle,
        **deciding(request, cycle),
        "one": with_goals(cycle, sheets, [around[sheet.pk]], bare=True)[0],
        "place": at + 1,
        "count": len(numbers),
        "before": around[numbers[at - 1]] if at else None,
        "after": around[numbers[at + 1]] if at + 1 < len(numbers) else None,
        "together": together or TogetherForm(),
        "nav": "",
        "page_title": f"{code} {around[sheet.pk].name}",
        "breadcrumbs": crumbs((_("審議"), reverse("meguri:board", args=cycle.key)), code),
    }
    return render(request, "workflow/present.html", context, status=status)


def page_again(request: SignedInRequest, cycle: Cycle, form: TogetherForm | None = None) -> HttpResponse:
    """The page on which it was decided, with what was refused there."""
    here = request.POST.get("here", "")
    known = cycle.reviews.visible(permissions.scope_of(request.user))
    if here and known.filter(measure_year__measure__code=here).exists():
        return presented(request, cycle, here, status=422, together=form)
    return page(request, cycle, status=422, together=form)


def onward(request: SignedInRequest, cycle: Cycle) -> HttpResponse:
    """On from there: to the next 施策 that waits, or to the board; at the same meeting."""
    meeting = MeetingChoice(request.POST, cycle=cycle).chosen
    query = f"meeting={meeting.pk}" if meeting else ""
    if here := request.POST.get("here"):
        order = standings.in_order(standings.sheets_of(cycle).values())
        known = cycle.reviews.visible(permissions.scope_of(request.user))
        codes = dict(known.values_list("pk", "measure_year__measure__code"))
        places = [codes[sheet.pk] for sheet in order]
        passed = places.index(here) + 1 if here in places else 0  # one sent back left the order
        following = [codes[sheet.pk] for sheet in order[passed:] if sheet.waits]
        if following:
            return see_other("meguri:present", *cycle.key, following[0], query=query)
    return see_other("meguri:board", *cycle.key, query=query)


# --- deciding from the board -----------------------------------------------------------------------------------------


def decided_together(
    request: SignedInRequest, cycle: Cycle, accepted: str, returned: str = "", *, recording: bool = False
) -> HttpResponse:
    """Do with the chosen sheets what the button says, or record it, at the meeting: each stands for itself, each refusal is
    reported by name; what is refused for what was typed comes back to its page."""
    action, form = request.POST.get("all") or request.POST.get("action", ""), TogetherForm(request.POST)
    to = together.DESTINATIONS.get(action)
    if to is None and action != "approve":
        return page_again(request, cycle)
    comment = request.POST.get("comment", "") if to else ""
    meeting = MeetingChoice(request.POST, cycle=cycle).chosen
    try:
        if to:
            approval.check_reason(comment)
        if recording:
            meetings.complete(meeting)
    except Invalid as refusal:
        add_refusal(form, str(refusal), refusal.fields)
        return page_again(request, cycle, form)
    step, chosen = together.RECORD * recording + action, chosen_of(request, cycle)
    about: dict[str, Any] = {"cycle": cycle, "meeting": meeting, "comment": comment}
    answer = together.ask(user=request.user, step=step, chosen=chosen, **about)
    return report(request, answer, returned if to and returned else accepted) or onward(request, cycle)


@require_POST
def approve_many(request: SignedInRequest, plan: str, year: int) -> HttpResponse:
    """Approve, or return with one reason, the chosen sheets."""
    accepted, returned = _("%(n)s件を承認しました: %(codes)s"), _("%(n)s件を差し戻しました: %(codes)s")
    return decided_together(request, cycle_or_404(plan, year), accepted, returned)


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
    return onward(request, review.cycle)
