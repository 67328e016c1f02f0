"""The department's three acts: submit, recall, and the head's 確認. Each has a page that says what will happen."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from review import clock, holders, names, permissions, reader_words
from review.assessment.services import judging, ratings
from review.domain.refusals import Invalid
from review.item_words import label_of
from review.models import MeasureReview, Rating, Role
from review.screens.forms.fields import add_refusal
from review.screens.views.answers import done, see_other
from review.screens.views.signed_in import SignedInRequest
from review.sheet.services import concurrence
from review.sheet.services.remarks import open_remarks
from review.sheet.views import sheet_page, sheet_parts
from review.sheet.views.entry_page import LAST, Desk
from review.templatetags.words import day_text
from workflow import steps
from workflow.forms import OverallForm
from workflow.views import sending


def submit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Step 5: what is sent, what is missing, what happens next."""
    review = sheet_page.own(request, pk)
    if request.method == "POST":
        form = own_form(review, sheet_page.body(review), request.POST)
        try:
            steps.submit(user=request.user, review_id=pk, overall=form.overall_given)
        except Invalid as refusal:
            add_refusal(form, str(refusal), refusal.fields)
            return submit_page(request, review, status=422, refused=str(refusal), form=form)
        sentence = _("提出しました。%(office)sの確認が終わるまでは、取り下げることができます。")
        return done(request, sentence % names.of(review), "meguri:sheet", pk)
    if not permissions.may_write(request.user, review):
        return see_other("meguri:sheet", pk)
    return submit_page(request, review)


def own_form(review: MeasureReview, shown: dict[str, Any], data: Any = None) -> OverallForm:
    """The form of the department's own 総合評価, with its last values; without fields where nothing is judged."""
    last = ratings.last_own(review)
    initial = {"overall": last.grade, "overall_reason": last.reason} if last else {}
    return OverallForm(data, grades=grades_of(review, shown), initial=initial, auto_id="own-%s")


def grades_of(review: MeasureReview, shown: dict[str, Any]) -> list[tuple[str, str]]:
    """The grades of the year's scale, the rule's proposal first; none where nothing is judged."""
    if not shown["proposed"]:
        return []
    letter = shown["proposed"]["letter"]
    unchanged = _("案のとおり: %(grade)s") % {"grade": f"{letter} {shown['scale_words'][letter]}"}
    return [("", unchanged), *reader_words.grade_choices(judging.scale_of(review.cycle))]


def submit_page(
    request: SignedInRequest,
    review: MeasureReview,
    *,
    status: int = 200,
    refused: str = "",
    form: OverallForm | None = None,
) -> HttpResponse:
    """The page before the submission."""
    desk, items = Desk(request.user, review, LAST), review.cycle.form
    shown = sheet_page.body(review)
    left = open_remarks(shown["item_comments"], shown["submissions"], desk.texts)
    gaps = [
        {"key": key, "label": label_of(key, items), "sentence": sentence, "url": sending.place_of(review, key)}
        for key, sentence in {**left, **desk.missing}.items()
    ]
    context: dict[str, Any] = {
        **sheet_page.head(review),
        **shown,
        "stepper": desk.stepper(),
        **sending.contents(request.user, desk, shown),
        "gaps": gaps,
        "held": desk.held,
        "left": left,
        "own": form or own_form(review, shown),
        "refused": refused,
        "effects": [*effects(request, review), *repeated_requests(review, desk.texts)],
        "late": is_late(review),
        "same_as_before": [{**row, "url": sending.place_of(review, row["key"])} for row in desk.same_as_before()],
        "carriable": desk.carriable_labels,
        "changes": [
            {"label": label_of(key, items), "parts": parts} for key, parts in changed_since(shown, desk.texts).items()
        ],
        "breadcrumbs": sheet_page.crumbs(review, _("確認・提出")),
        "page_title": _("確認・提出"),
    }
    return render(request, "workflow/submit.html", context, status=status)


def changed_since(shown: dict[str, Any], texts: dict[str, str]) -> dict[str, Any]:
    """What differs from the submission that came back."""
    sent = shown["submissions"]
    if not sent:
        return {}
    # The last one is compared with what stands now, so it takes the place of "the one before".
    return sheet_parts.changes([sent[-1], sent[-1]], texts)


def is_late(review: MeasureReview) -> bool:
    """Whether a submission now would be marked 期限後."""
    return bool(review.due_at and clock.now() > review.due_at)


def effects(request: SignedInRequest, review: MeasureReview) -> list[str]:
    """What a submission does, to whom."""
    plan = review.cycle.plan_id
    who = _("、").join(str(one) for one in holders.holding(Role.REVIEWER, plan=plan) if one.pk != request.user.pk)
    heads = holders.holding(Role.HEAD, departments=[review.measure_year.owner])
    own_head = permissions.heads(request.user, review.measure_year.owner_id)
    sentences = []
    if review.cycle.requires_endorsement and not own_head:
        people = _("、").join(str(person) for person in heads) or _("所属長")
        sentences.append(_("%(who)sさんに、所属長の確認をお願いするお知らせが届きます。") % {"who": people})
    notice = _("%(office)sの確認者(%(who)s)にお知らせが届き、内容を確認します。")
    sentences.append(notice % {"who": who or _("未定"), **names.of(review)})
    sentences.append(_("確認が終わるまで、入力はできなくなります。直したいときは、確認の前なら取り下げられます。"))
    sentences.append(_("市の様式のExcelファイルと、年度の集約表が作り直されます。"))
    if review.due_at and is_late(review):
        day = day_text(review.due_at)
        sentences.insert(0, _("提出期限(%(day)s)を過ぎているため、「期限後」の印が付きます。") % {"day": day})
    return sentences


def repeated_requests(review: MeasureReview, texts: Mapping[str, str]) -> list[str]:
    """Whose 合議 the submission asks for once more, in one sentence; none where every answer still holds."""
    offices = _("、").join(str(row.department) for row, _changed in concurrence.outdated(review, texts))
    sentence = _("回答のあとに内容が変わったため、次の部署に合議をもう一度依頼します: %(names)s")
    return [sentence % {"names": offices}] if offices else []


def recall(request: SignedInRequest, pk: int) -> HttpResponse:
    """取下げ."""
    review = sheet_page.own(request, pk)
    if request.method == "POST":
        steps.recall(user=request.user, review_id=pk)
        return done(request, _("提出を取り下げました。直してから、もう一度提出してください。"), "meguri:sheet", pk)
    if not permissions.may_recall(request.user, review):
        return see_other("meguri:sheet", pk)
    words = {
        "heading": _("提出を取り下げる"),
        "verb": _("取り下げる"),
        "effects": [
            _("シートは「入力中」に戻り、主管部署が入力できるようになります。"),
            _("%(office)sの確認者に、取り下げたことのお知らせが届きます。") % names.of(review),
            _("締切までにもう一度提出してください。提出した記録は経過に残ります。"),
        ],
    }
    return confirm_page(request, review, words)


def endorse(request: SignedInRequest, pk: int) -> HttpResponse:
    """所属長の確認."""
    review = sheet_page.own(request, pk)
    if request.method == "POST":
        steps.endorse(user=request.user, review_id=pk)
        return done(request, _("確認しました。%(office)sの確認に進みます。") % names.of(review), "meguri:sheet", pk)
    if not permissions.may_endorse(request.user, review):
        return see_other("meguri:sheet", pk)
    words = {
        "heading": _("所属長として確認する"),
        "verb": _("確認する"),
        "effects": [
            _("あなたの確認が経過に残ります。"),
            _("%(office)sの確認に進み、提出した担当者にお知らせが届きます。") % names.of(review),
            _("直すところがあるときは、「取り下げて担当者に戻す」を押すと、担当者が直してもう一度提出できます。"),
        ],
        "recall_url": reverse("meguri:recall", args=[pk]) if permissions.may_recall(request.user, review) else "",
    }
    return confirm_page(request, review, {**words, **sent(request, review)})


def sent(request: SignedInRequest, review: MeasureReview) -> dict[str, Any]:
    """All that was submitted, as the page before the submission showed it, for whoever decides on it next."""
    shown = sheet_page.body(review)
    changed = sheet_parts.changes(shown["submissions"], shown["texts"])
    return {
        **shown,
        **sending.contents(request.user, Desk(request.user, review, LAST), shown),
        "sent_title": _("提出された内容"),
        "changes": [{"label": label_of(key, review.cycle.form), "parts": parts} for key, parts in changed.items()],
        "own_rating": next((row for row in shown["ratings"] if row.hand == Rating.Hand.DEPARTMENT), None),
    }


def confirm_page(request: SignedInRequest, review: MeasureReview, words: dict[str, Any]) -> HttpResponse:
    """A page that says what will happen, with one button."""
    context = {
        **sheet_page.head(review),
        **words,
        "breadcrumbs": sheet_page.crumbs(review, words["heading"]),
        "page_title": words["heading"],
        "back_url": reverse("meguri:sheet", args=[review.pk]),
    }
    return render(request, "workflow/confirm.html", context)
