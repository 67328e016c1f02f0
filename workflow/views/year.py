"""The year as a whole: its opening and its decision, each with a page that says what will happen to whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from review import clock, holders, permissions, queries
from review.assessment.services import approval, definitions
from review.assessment.services.approval import TO_DEPARTMENT, TO_REVIEW, YearReturn
from review.assessment.services.standings import sheets_of
from review.domain.refusals import Invalid
from review.models import Cycle, MeasureReview, MeasureYear, ReviewState, Role
from review.notices.services import waiting
from review.publication.services import publication
from review.screens.views.acts import crumbs
from review.screens.views.answers import done, see_other
from review.screens.views.questions import cycle_or_404
from review.screens.views.signed_in import SignedInRequest
from review.templatetags.words import day_text, fiscal_year
from workflow import steps
from workflow.forms import MeetingChoice, PublicationForm
from workflow.views import board_page

DESTINATIONS = {"department": TO_DEPARTMENT, "review": TO_REVIEW}


# --- opening -------------------------------------------------------------------------------------------------------


def open_year(request: SignedInRequest, plan: str, year: int) -> HttpResponse:
    """Open the drafted year."""
    cycle = cycle_or_404(plan, year)
    if request.method == "POST":
        try:
            steps.open_year(user=request.user, cycle_id=cycle.pk)
        except Invalid as refusal:
            return opening_page(request, cycle, status=422, refused=str(refusal))
        sentence = _("%(year)sを開始しました。施策シートを準備し、終わると担当者にお知らせが届きます。")
        return done(request, sentence % {"year": fiscal_year(cycle.fiscal_year)}, "meguri:progress", plan, year)
    return opening_page(request, cycle)


def opening_page(request: SignedInRequest, cycle: Cycle, *, status: int = 200, refused: str = "") -> HttpResponse:
    """What the opening will do."""
    sheets = MeasureYear.objects.filter(measure__plan=cycle.plan, fiscal_year=cycle.fiscal_year)
    owners = sheets.values("owner").distinct().count()
    label, heading = fiscal_year(cycle.fiscal_year), _("%(year)sを開始する") % {"year": fiscal_year(cycle.fiscal_year)}
    back = reverse("meguri:cycle", args=cycle.key)
    context = {
        "cycle": cycle,
        "ready": cycle.state == "draft" and bool(cycle.due_at and cycle.closes_at) and sheets.exists(),
        "heading": heading,
        "verb": _("開始する"),
        "refused": refused,
        "effects": opening_effects(cycle, sheets.count(), owners),
        "unmanned": waiting.unmanned(cycle),
        "definitions": definitions.open_in(cycle),
        "may_confirm": permissions.is_reviewer(request.user, cycle.plan_id),
        "without_mail": waiting.without_mail(cycle),
        "page_title": heading,
        "back_url": back,
        "breadcrumbs": crumbs((_("年度と期限"), reverse("meguri:cycles")), (label, back), heading),
    }
    return render(request, "workflow/open_year.html", context, status=status)


def opening_effects(cycle: Cycle, sheets: int, owners: int) -> list[str]:
    """The opening's consequences in sentences."""
    made = _("%(n)s件の施策シートができ、%(owners)s部署の担当者と所属長に入力をお願いするお知らせが届きます。")
    sentences = [made % {"n": sheets, "owners": owners}]
    if cycle.due_at and cycle.closes_at:
        dates = _("提出期限は%(due)s、締切は%(closes)sです。開始したあとも変更できます。")
        sentences.append(dates % {"due": day_text(cycle.due_at), "closes": day_text(cycle.closes_at)})
    sentences.append(_("開始すると、計画の取込みでこの年度のシートを変えることはできません。"))
    return sentences


# --- deciding ------------------------------------------------------------------------------------------------------


def decide(request: SignedInRequest, plan: str, year: int) -> HttpResponse:
    """Publish, or send the named sheets back."""
    cycle = cycle_or_404(plan, year)
    board = see_other("meguri:board", *cycle.key)
    if request.method != "POST":
        return deciding_page(request, cycle) if permissions.may_decide_year(request.user, cycle) else board
    if permissions.approves_in_person(request.user, cycle.plan_id):
        # Before what was typed is judged: on a page opened before the decision nothing can be right any more.
        approval.require_year_undecided(cycle)
    typed = returns_of(request, cycle)
    unanswered = board_page.waiting_for_a_person(sheets_of(cycle), cycle)
    form = PublicationForm(request.POST, cycle=cycle, unanswered=unanswered["count"])
    publishing = request.POST.get("action") != "return"
    try:
        check(cycle, typed, publishing)
        if publishing:
            steps.decide_year(user=request.user, cycle_id=cycle.pk, terms=form.terms())
        else:
            meeting = MeetingChoice(request.POST, cycle=cycle).chosen
            steps.decide_year(user=request.user, cycle_id=cycle.pk, returns=entries(typed), meeting=meeting)
    except Invalid as refusal:
        return deciding_page(request, cycle, status=422, refused=refusal, typed=typed, form=form)
    cycle.refresh_from_db(fields=["publish_at"])
    messages.success(request, done_words(cycle, publishing, len(entries(typed))))
    return board


def done_words(cycle: Cycle, publishing: bool, count: int) -> str:
    """What was decided, and what happens now."""
    if not publishing:
        return _("%(n)s件を差し戻しました。直ったものが承認されると、もう一度決定します。") % {"n": count}
    if cycle.publish_at and cycle.publish_at > clock.now():
        return _("公表を決定しました。%(day)sに公表します。") % {"day": day_text(cycle.publish_at)}
    return _("公表を決定しました。まもなく公表されます。")


def check(cycle: Cycle, typed: dict[int, dict[str, str]], publishing: bool) -> None:
    """What the person probably did not mean: a publication with returns typed in, a return of nothing."""
    named = [pk for pk, row in typed.items() if row["to"] or row["comment"].strip()]
    if publishing and named:
        raise Invalid(
            _("差し戻すシートが選ばれています。差し戻すか、選択と理由を消してから公表してください。"),
            {f"to-{pk}": _("差戻し先または理由が入力されています。") for pk in named},
        )
    if publishing:
        if codes := publication.demo_values(cycle):  # they enter no edition: said here, before the publication fails
            raise Invalid(_("デモ値が残っているため公表できません: %(codes)s") % {"codes": _("、").join(codes)})
        return
    if not any(row["to"] for row in typed.values()):
        raise Invalid(_("差し戻すシートと差戻し先を選んでください。"))
    missing = {"comment": _("理由を入力してください。"), "to": _("差戻し先を選んでください。")}
    gaps = {f"{name}-{pk}": missing[name] for pk in named for name in missing if not typed[pk][name].strip()}
    if gaps:
        raise Invalid(_("差し戻すシートごとに、差戻し先と理由を入力してください。"), gaps)


def entries(typed: dict[int, dict[str, str]]) -> list[YearReturn]:
    """The returns that were chosen."""
    chosen = ((pk, row) for pk, row in typed.items() if row["to"] in DESTINATIONS)
    return [YearReturn(review_id=pk, to=DESTINATIONS[row["to"]], comment=row["comment"].strip()) for pk, row in chosen]


def returns_of(request: SignedInRequest, cycle: Cycle) -> dict[int, dict[str, str]]:
    """{sheet: {to, comment}} as typed, for the year's approved sheets. One query."""
    known = approved(request, cycle).values_list("pk", flat=True)
    typed = {}
    for pk in known:
        to, comment = request.POST.get(f"to-{pk}", ""), request.POST.get(f"comment-{pk}", "")
        if to in DESTINATIONS or comment.strip():
            typed[pk] = {"to": to if to in DESTINATIONS else "", "comment": comment}
    return typed


def approved(request: SignedInRequest, cycle: Cycle) -> Any:
    """The approved sheets that the person may read."""
    return queries.reviews(cycle.reviews.visible(permissions.scope_of(request.user)).filter(state=ReviewState.APPROVED))


@dataclass(frozen=True)
class ReturnRow:
    """A sheet with the place to send it back: what was typed there, and what is wrong with it."""

    review: MeasureReview
    to: str
    comment: str
    to_error: str
    comment_error: str

    @classmethod
    def of(cls, sheet: MeasureReview, typed: Mapping[int, Mapping[str, str]], problems: Mapping[str, str]) -> ReturnRow:
        """The row of a sheet, empty where nothing was typed."""
        row = typed.get(sheet.pk, {"to": "", "comment": ""})
        errors = (problems.get(f"{name}-{sheet.pk}", "") for name in ("to", "comment"))
        return cls(sheet, row["to"], row["comment"], *errors)


def deciding_page(
    request: SignedInRequest,
    cycle: Cycle,
    *,
    status: int = 200,
    refused: Invalid | None = None,
    typed: dict[int, dict[str, str]] | None = None,
    form: PublicationForm | None = None,
) -> HttpResponse:
    """What will happen to whom, and each sheet with a place to send it back."""
    sheets = list(approved(request, cycle))
    problems = refused.fields if refused else {}
    unanswered = board_page.waiting_for_a_person(sheets_of(cycle), cycle)
    form = form or PublicationForm(cycle=cycle, unanswered=unanswered["count"], at=request.GET.get("meeting"))
    for name in form.fields.keys() & problems.keys() - form.errors.keys():
        form.add_error(name, problems[name])
    rows = [ReturnRow.of(sheet, typed or {}, problems) for sheet in sheets]
    context = {
        "cycle": cycle,
        "rows": rows,
        "refused": str(refused) if refused else "",
        "form": form,
        "errors": [
            *errors_of(rows),
            *((form[name].id_for_label, form[name].label, sentences[0]) for name, sentences in form.errors.items()),
        ],
        "returning": bool(typed),
        "effects": publishing_effects(cycle, sheets),
        "unanswered": unanswered,
        "demo": publication.demo_values(cycle),
        "page_title": _("%(year)sの公表の決定") % {"year": fiscal_year(cycle.fiscal_year)},
        "breadcrumbs": crumbs((_("審議"), reverse("meguri:board", args=cycle.key)), _("公表の決定")),
    }
    return render(request, "workflow/decide.html", context, status=status)


def errors_of(rows: Sequence[ReturnRow]) -> Iterator[tuple[str, str, str]]:
    """(id of the control, 施策ID, the sentence) for the summary on top."""
    for row in rows:
        for name, sentence in (("to", row.to_error), ("comment", row.comment_error)):
            if sentence:
                yield f"{name}-{row.review.pk}", row.review.measure_year.measure.code, sentence


def publishing_effects(cycle: Cycle, sheets: Sequence[MeasureReview]) -> list[str]:
    """The publication's consequences in lines."""
    settled = sum(bool(sheet.outcome) for sheet in sheets)
    published = _(
        "公表日時に(空欄なら決定のあとすぐに)、%(n)s件の施策の評価結果が第1版として公表され、市民が見られるようになります。"
    )
    lines = [published % {"n": len(sheets)}]
    if settled:
        lines.append(_("そのうち%(n)s件は、未提出または対象外として理由とともに載ります。") % {"n": settled})
    people = holders.holding(*Role.values).count()
    lines.append(_("役割のある%(n)s人全員に、公表のお知らせが届きます。") % {"n": people})
    lines.append(_("第1版は、あとから書き換えられません。誤りが見つかったときは、正誤表を付けた訂正版を公表します。"))
    if cycle.fiscal_year < cycle.plan.last_year:
        lines.append(_("次の年度の準備が始まり、評価項目と目標が引き継がれます。"))
    else:
        lines.append(_("この計画の最終年度のため、次の年度は準備されません。"))
    return lines
