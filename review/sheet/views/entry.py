"""Guided entry: one step a page, saved as one goes, and never at the cost of what somebody else typed."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from review import clock, locks, permissions, queries
from review.assessment.services import assessment, judging
from review.assessment.views import indicator_parts
from review.domain import answers, items
from review.domain.answers import mark_of
from review.domain.refusals import Invalid, NotAllowed, Stale
from review.item_words import label_of
from review.models import ItemComment, MeasureReview
from review.screens.forms.fields import add_refusal
from review.screens.views.answers import see_other
from review.screens.views.questions import whole
from review.screens.views.signed_in import SignedInRequest
from review.sheet.forms.entry import FILE, NOTHING, SHOWN, EntryForm
from review.sheet.services import carrying, evidence, submission, value_answers
from review.sheet.views import sheet_page
from review.sheet.views.entry_page import LAST, WHY, Desk

REPLY = "reply:"
#: How the names of what was typed begin, beside the texts of the sheet.
TYPED = ("indicator:", "schedule:", REPLY)
TRIES = 3


# --- the way in ----------------------------------------------------------------------------------------------------


@require_GET
def mine(request: SignedInRequest) -> HttpResponse:
    """Where a mail's link leads: to the one sheet that waits for the person, or home where several do."""
    cycle = queries.cycle_now()
    sheets = queries.briefly(cycle.reviews.own(permissions.scope_of(request.user))) if cycle else ()
    waiting = [review for review in sheets if permissions.may_write(request.user, review)]
    if len(waiting) != 1:
        return HttpResponseRedirect(reverse("meguri:home"))
    return HttpResponseRedirect(reverse("meguri:entry", args=[waiting[0].pk, sheet_page.first_step(waiting[0])]))


@require_GET
def resume(request: SignedInRequest, pk: int) -> HttpResponse:
    """Straight to the step where one writes on; without permission to write, to the sheet."""
    review = sheet_page.readable(request, pk)
    if not permissions.may_write(request.user, review):
        return HttpResponseRedirect(reverse("meguri:sheet", args=[pk]))
    return HttpResponseRedirect(reverse("meguri:entry", args=[pk, sheet_page.first_step(review)]))


# --- one step --------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def entry(request: SignedInRequest, pk: int, step: int) -> HttpResponse:
    """One step: show it, or save it and go where the button says."""
    if not 1 <= step <= LAST:
        raise Http404
    review = sheet_page.own(request, pk)
    if step == LAST:
        return HttpResponseRedirect(reverse("meguri:submit", args=[pk]))
    if not permissions.may_write(request.user, review):
        return locked(request, review)
    desk = Desk(request.user, review, step)
    if request.method == "GET":
        return page(request, desk, desk.form())
    form = desk.form(request.POST)
    try:
        save(request, review, form)
        reply(request, review)
        attach(request, pk)
        lead = carried if request.POST.get("carry") else onward
        return lead(request, pk, step)
    except Invalid as refusal:
        add_refusal(form, str(refusal), refusal.fields)
        return page(request, desk, form, status=422)
    except Stale as refusal:
        return both(request, pk, step, form, refusal)
    except NotAllowed as refusal:
        return refused(request, review, str(refusal))


def page(
    request: SignedInRequest, desk: Desk, form: EntryForm, *, status: int = 200, theirs: dict[str, str] | None = None
) -> HttpResponse:
    """The step's page."""
    review, title = desk.review, desk.title(desk.step)
    desk.replies = replies_of(request)
    context = {
        **sheet_page.head(review),
        **desk.context(form, theirs),
        "step": desk.step,
        "step_title": title,
        "breadcrumbs": sheet_page.crumbs(review, title),
        "page_title": title,
    }
    return render(request, "sheet/entry.html", context, status=status)


def onward(request: SignedInRequest, pk: int, step: int) -> HttpResponse:
    """Where the pressed button leads."""
    where, _sign, which = request.POST.get("action", "next").partition(":")
    chosen = min(max(whole(which) or 0, 0), LAST) if where == "step" else 0
    if where == "attach":
        return see_other("meguri:entry", pk, step, fragment=f"files-{whole(which) or 1}")
    explained = step == 1 and any(items.step_of(name) == WHY for name in request.POST)
    goes_to = step if where == "stay" else chosen or step + (2 if explained else 1)
    if step == 1 < goes_to and (number := unseen(request, pk)):
        messages.info(request, _("入力した値に、確かめてほしいところがあります。確認するか、説明を書いてください。"))
        return see_other("meguri:entry", pk, step, fragment=f"reading-{number}")
    if goes_to == LAST:
        return see_other("meguri:submit", pk)
    if goes_to == step:
        messages.success(request, _("保存しました。続きはいつでも入力できます。"))
    return see_other("meguri:entry", pk, goes_to)


def unseen(request: SignedInRequest, pk: int) -> int:
    """The first 成果目標 of which the saved value raises a doubt that was not on the page yet; 0 where there is none."""
    for row in queries.indicator_years(sheet_page.own(request, pk)):
        number = row.indicator.number
        keys = [SHOWN + items.doubt_key(number, code) for code in answers.unanswered(row.flags, row.answers)]
        if items.actual_key(number) in request.POST and not request.POST.keys() >= set(keys):
            return number
    return 0


def carried(request: SignedInRequest, pk: int, step: int) -> HttpResponse:
    """Take last year's text into one empty item, or into all of them and on to 確認・提出."""
    key = request.POST["carry"]
    everything = key == "all"
    filled = carrying.carry(user=request.user, review_id=pk, only=None if everything else {key})
    sentence = ngettext(
        "%(n)d項目に前年度の文を引き継ぎました。今年度も当てはまるか、確かめてください。",
        "%(n)d項目に前年度の文を引き継ぎました。今年度も当てはまるか、確かめてください。",
        len(filled),
    )
    messages.success(request, sentence % {"n": len(filled)})
    return see_other("meguri:submit", pk) if everything else see_other("meguri:entry", pk, step, fragment=f"id_{key}")


# --- saving --------------------------------------------------------------------------------------------------------


def save(request: SignedInRequest, review: MeasureReview, form: EntryForm) -> MeasureReview:
    """Save what the person changed. What somebody else saved in *other* items is no conflict and stays."""
    if not form.marks:
        return submission.save_draft(
            user=request.user, review_id=review.pk, version=form.sent_version, texts=form.texts
        )
    for _attempt in range(TRIES):
        now = sheet_page.own(request, review.pk)
        theirs = submission.stored_texts(now)
        if clashes(form, theirs):
            break
        try:
            # The version just read: a save between this line and the lock makes it stale, and we look again.
            return submission.save_draft(user=request.user, review_id=now.pk, version=now.version, texts=form.typed)
        except Stale as refusal:
            theirs = dict(refusal.theirs)
    raise Stale(
        _("ほかの人(または別の画面)が同じ項目を保存しました。両方の内容を見比べて、もう一度保存してください。"), theirs
    )


def clashes(form: EntryForm, theirs: Mapping[str, str]) -> dict[str, str]:
    """The items that both changed, with the text stored now."""
    marks = form.marks
    return {
        key: theirs[key]
        for key, mine in form.typed.items()
        if key in theirs and theirs[key] != mine and marks.get(key, NOTHING) != mark_of(theirs[key])
    }


def both(request: SignedInRequest, pk: int, step: int, form: EntryForm, refusal: Stale) -> HttpResponse:
    """Two people changed the same item: the page once more with both texts, and nothing lost."""
    review = sheet_page.own(request, pk)
    desk = Desk(request.user, review, step)
    return page(request, desk, desk.form(texts=form.typed), status=409, theirs=clashes(form, refusal.theirs))


def reply(request: SignedInRequest, review: MeasureReview) -> None:
    """Answers to the remarks of a return. Sent twice, an answer is stored once."""
    for item in unsent(request, review):
        assessment.comment(user=request.user, review_id=review.pk, item=item, body=replies_of(request)[item])


def attach(request: SignedInRequest, pk: int) -> None:
    """Keep the files that were chosen beside the values. The same file twice is kept once."""
    for name in request.FILES:
        upload: Any = request.FILES[name]
        item = name.removeprefix(FILE)
        if name.startswith(FILE) and item:
            try:
                evidence.add(user=request.user, review_id=pk, upload=upload, filename=upload.name or "", item=item)
            except Invalid as refusal:
                raise Invalid(str(refusal), {name: str(refusal)}) from refusal
            messages.success(request, _("「%(name)s」を添付しました。") % {"name": upload.name})


def replies_of(request: SignedInRequest) -> dict[str, str]:
    """{item key: the answer to its remarks}, as typed."""
    sent = ((name, str(body)) for name, body in request.POST.items() if name.startswith(REPLY))
    return {name.removeprefix(REPLY): body for name, body in sent if body.strip()}


def unsent(request: SignedInRequest, review: MeasureReview) -> list[str]:
    """The items whose typed answers are not on the sheet yet."""
    own = ItemComment.objects.filter(review=review, author=request.user, round=review.round)
    return [item for item, body in replies_of(request).items() if not own.filter(item=item, body=body.strip()).exists()]


def locked(request: SignedInRequest, review: MeasureReview) -> HttpResponse:
    """The sheet is not open: a reader goes to the sheet, which says why; typed words stay on the screen."""
    if request.method == "GET":
        return HttpResponseRedirect(reverse("meguri:sheet", args=[review.pk]))
    return refused(request, review, locks.why_locked(review) or _("このシートは、今は入力できません。"))


def refused(request: SignedInRequest, review: MeasureReview, sentence: str) -> HttpResponse:
    """409 with everything that was typed, to copy."""
    words = [
        {"label": label_of(name, review.cycle.form), "text": text}
        for name, text in request.POST.items()
        if (name.startswith(TYPED) or items.is_text(name)) and str(text).strip()
    ]
    url = reverse("meguri:sheet", args=[review.pk])
    return render(request, "409.html", {"detail": sentence, "texts": words, "next_url": url}, status=409)


# --- while one types -------------------------------------------------------------------------------------------------


@require_POST
def autosave(request: SignedInRequest, pk: int) -> HttpResponse:
    """Save the step's form in the background: the visible state, the steps and the form's marks come back."""
    review = sheet_page.own(request, pk)
    step = step_of(request)
    if not permissions.may_write(request.user, review):
        return unsaved(request, locks.why_locked(review))
    form = Desk(request.user, review, step).form(request.POST)
    try:
        save(request, review, form)
    except Invalid as refusal:
        return unsaved(request, " ".join(refusal.fields.values()) or str(refusal))
    except Stale:
        return unsaved(request, _("ほかの人が同じ項目を保存しました。「保存して次へ」を押すと、両方を見比べられます。"))
    except NotAllowed as refusal:
        return unsaved(request, str(refusal))
    return autosaved(request, Desk(request.user, sheet_page.own(request, pk), step), form)


def autosaved(request: SignedInRequest, desk: Desk, form: EntryForm) -> HttpResponse:
    """The visible state of what was saved, what a missed target asks for since, and what somebody else saved meanwhile."""
    review, shown, labels = desk.review, desk.form(), desk.labels()
    why = [one for one in desk.context(shown)["why"] if one.key not in form.texts] if desk.missed else []
    sent = {key: mark_of(text) for key, text in form.texts.items() if text or not items.code_of(key)}
    # What was typed here is saved by now: whatever differs still was saved by somebody else meanwhile.
    others = [
        {"label": labels.get(key) or label_of(key, review.cycle.form), "text": desk.texts[key]}
        for key, text in form.texts.items()
        if desk.texts.get(key, text) != text
    ]
    held = bool(unsent(request, review))
    context = {
        "desk": desk,
        "form": shown,
        "why": why,
        "held": held,
        "saved_at": clock.now(),
        "version": review.version,
        "stepper": desk.stepper(),
        "was": EntryForm.pack(sent | {line.key: mark_of(line.text) for line in why}),
        "others": others,
        "step_url": reverse("meguri:entry", args=[review.pk, desk.step]),
    }
    response = render(request, "sheet/autosaved.html", context)
    if held:
        # An answer notifies the reviewers, so it is sent with a button, never while one types: the tab keeps it.
        response.headers["X-Unsaved"] = "replies"
    return response


def step_of(request: SignedInRequest) -> int:
    """The step that the form belongs to."""
    raw: Any = request.POST.get("step", "")
    return int(raw) if raw in {"1", "2", "3", "4"} else 1


def unsaved(request: SignedInRequest, sentence: str) -> HttpResponse:
    """Why nothing was saved; the header keeps the browser's own warning against leaving."""
    response = render(request, "screens/unsaved.html", {"sentence": sentence})
    response.headers["X-Unsaved"] = "1"
    return response


@require_POST
def reading(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """How the typed 実績 would be read and judged; nothing is stored."""
    review = sheet_page.own(request, pk)
    row = next((row for row in queries.indicator_years(review) if row.indicator.number == number), None)
    if row is None:
        raise Http404
    scale = judging.scale_of(review.cycle)
    typed = request.POST.get(items.actual_key(number), "")[:10_000]
    row.actual = typed
    value_answers.put(row, request.user, EntryForm(request.POST, keys=(), labels={}, helps={}).answers)
    judged = judging.preview(row, actual=typed, scale=scale)
    context = {"judgement": indicator_parts.judgement_of(judged, scale), "computed": True, "reading_url": request.path}
    return render(request, "assessment/reading.html", context)
