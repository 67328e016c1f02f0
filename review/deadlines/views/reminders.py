"""催促: the days of reminders, pauses, and nudges by hand with a preview."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from review import calendar, clock, permissions
from review.deadlines.forms.deadlines import NudgeForm, PauseForm, RulesForm
from review.deadlines.services import chasing
from review.deadlines.views.deadlines import owners, tabs, way_to
from review.domain import reminding
from review.domain.reminding import Rule, Step
from review.models import Cycle, CycleState, Department, MeasureReview, OutboxEvent, ReminderPause
from review.notices.services import notifications, waiting
from review.notices.services.reminders import Quiet
from review.screens.forms.fields import refusals_on
from review.screens.views.answers import see_other
from review.screens.views.questions import cycle_or_404, having, page_of, whole, words_of
from review.screens.views.signed_in import SignedInRequest
from review.screens.views.versions import Record, versioned
from review.templatetags.words import fiscal_year

STEPS = {
    Step.SUBMIT: gettext_lazy("提出"), Step.ENDORSE: gettext_lazy("所属長の確認"), Step.REVIEW: gettext_lazy("確認"),
    Step.DECIDE: gettext_lazy("審議"),
}  # fmt: skip
_DEADLINES = {
    Step.SUBMIT: "due_at", Step.ENDORSE: "endorse_due_at", Step.REVIEW: "review_due_at", Step.DECIDE: "decide_due_at",
}  # fmt: skip


# --- the days of reminders, and pauses -------------------------------------------------------------------------------


def rules_record(request: SignedInRequest, plan: str, year: int) -> Record:
    """What the form of the days edits."""
    cycle = cycle_or_404(plan, year)
    form = RulesForm(rules=reminding.rules_of(cycle.reminders), labels=STEPS)
    rows = Cycle.objects.filter(pk=cycle.pk)
    return Record(form=form, rows=rows, subject=f"cycle:{cycle.pk}", actions=("cycle.reminders",))


@versioned(rules_record)
def reminders(request: SignedInRequest, plan: str, year: int) -> HttpResponse:
    """On which days reminders of the year's deadlines are sent, and where they are not for a while."""
    cycle = cycle_or_404(plan, year)
    act = request.POST.get("act", "")
    if act == "lift":
        pause = get_object_or_404(ReminderPause, pk=whole(request.POST.get("pause")) or 0, cycle=cycle)
        chasing.lift(user=request.user, pause_id=pause.pk)
        messages.success(request, _("催促を再開しました。"))
        return see_other("meguri:reminders", plan, year)
    rules = reminding.rules_of(cycle.reminders)
    rules_form = RulesForm(request.POST if act == "rules" else None, rules=rules, labels=STEPS)
    pause_form = PauseForm(
        request.POST if act == "pause" else None,
        departments=[(department.pk, department.name) for department in owners(cycle)],
        sheets=[(row.pk, f"{row.measure_year.measure.code} {row.measure_year.name}") for row in waiting.sheets(cycle)],
        initial={"starts_on": clock.today()},
    )
    if rules_form.is_bound and rules_form.is_valid():
        chasing.set_rules(user=request.user, cycle_id=cycle.pk, rules=rules_form.rules())
        messages.success(request, _("催促の日を保存しました。"))
        return see_other("meguri:reminders", plan, year)
    if pause_form.is_bound and pause_form.is_valid() and _paused(request, cycle, pause_form):
        return see_other("meguri:reminders", plan, year, fragment="pauses")
    context = {
        "page_title": _("%(year)s 催促の日と一時停止") % {"year": fiscal_year(year)},
        "breadcrumbs": way_to(cycle, _("催促の日と一時停止")),
        "tabs": tabs(cycle, "meguri:reminders"),
        "cycle": cycle,
        "published": cycle.state == CycleState.PUBLISHED,
        "rules_form": rules_form,
        "steps": [_step(cycle, step, rule, rules_form) for step, rule in rules.items()],
        "pause_form": pause_form,
        "pauses": pauses_of(cycle),
    }
    refused = rules_form.errors or pause_form.errors
    return render(request, "deadlines/reminders.html", context, status=422 if refused else 200)


def _step(cycle: Cycle, step: Step, rule: Rule, form: RulesForm) -> dict[str, Any]:
    """One row of controls, and the days on which this year's own deadline would be called to mind."""
    due = getattr(cycle, _DEADLINES[step])
    days = calendar.city()
    distances = sorted([-n for n in rule.before] + ([0] if rule.on_day else []) + list(rule.after))
    return {
        "label": STEPS[step],
        "due": due,
        "fields": [form[name] for name in form.fields if name.startswith(f"{step}_")],
        "before": form[f"{step}_before"],
        "on_day": form[f"{step}_on_day"],
        "after": form[f"{step}_after"],
        "head": form[f"{step}_head"] if f"{step}_head" in form.fields else None,
        "office": form[f"{step}_office"],
        "days": [days.at(timezone.localdate(due), distance) for distance in distances] if due else [],
    }


def _paused(request: SignedInRequest, cycle: Cycle, form: PauseForm) -> bool:
    """Keep the pause; False where the service refused it and the form says why."""
    ids, data = form.scope_ids(), form.cleaned_data
    sheets = cycle.reviews.visible(permissions.scope_of(request.user))
    with refusals_on(form):
        chasing.pause(
            user=request.user,
            cycle_id=cycle.pk,
            starts_on=data["starts_on"],
            ends_on=data["ends_on"],
            reason=data["reason"],
            department=Department.objects.get(pk=ids["department"]) if "department" in ids else None,
            review=sheets.get(pk=ids["sheet"]) if "sheet" in ids else None,
        )
        messages.success(request, _("催促を止めました。終了日の次の開庁日から再開します。"))
        return True
    return False


def pauses_of(cycle: Cycle) -> list[dict[str, Any]]:
    """The year's pauses, the latest first, with their scope in words. One query."""
    today = clock.today()
    rows = ReminderPause.objects.filter(cycle=cycle).select_related(
        "department", "review__measure_year__measure", "set_by", "lifted_by"
    )
    return [{"row": row, "scope": scope_words(row), "live": not row.lifted_at and row.ends_on >= today} for row in rows]


def scope_words(row: ReminderPause) -> str:
    """年度全体, 産業振興課, 01-04 the name."""
    if row.review:
        return f"{row.review.measure_year.measure.code} {row.review.measure_year.name}"
    return row.department.name if row.department else _("年度全体")


# --- nudges --------------------------------------------------------------------------------------------------------


def nudge(request: SignedInRequest, plan: str, year: int) -> HttpResponse:
    """What waits, to choose from; then who would get what; then it goes out."""
    cycle = cycle_or_404(plan, year)
    ticked = [*request.POST.getlist("sheet"), *request.POST.get("sheets", "").split(",")]
    chosen = [pk for text in ticked if (pk := whole(text)) is not None]
    if "every" in request.POST:
        chosen = [review.pk for review in waiting_sheets(request, cycle)]
    form = NudgeForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not permissions.is_reviewer(request.user, cycle.plan_id) or not chosen:
        if request.method == "POST":
            messages.error(request, _("督促する施策を選んでください。"))
        return listed(request, cycle, set(chosen))
    if form.is_valid() and "send" in request.POST:
        with refusals_on(form):
            sent = chasing.nudge(
                user=request.user,
                cycle=cycle,
                sheet_ids=chosen,
                note=form.cleaned_data["note"],
                nonce=request.POST.get("nonce", "")[:36] or uuid.uuid4().hex,
            )
            count = sum(len(event.payload["sheets"]) for event in sent)
            sentence = ngettext("%(n)s件の督促を送りました。", "%(n)s件の督促を送りました。", count) % {"n": count}
            messages.success(request, sentence)
            return see_other("meguri:nudge", plan, year)
    return previewed(request, cycle, chosen, form)


def waiting_sheets(request: SignedInRequest, cycle: Cycle) -> list[MeasureReview]:
    """The sheets that wait for somebody and match the address: a step, and words in their name or department."""
    step = request.GET.get("step", "")
    rows = [row for row in waiting.sheets(cycle) if step not in STEPS or waiting.step_of(row) == step]
    return having(rows, words_of(request), _searched)


def _searched(review: MeasureReview) -> str:
    year = review.measure_year
    return f"{year.measure.code} {year.name} {year.owner.name}"


def listed(request: SignedInRequest, cycle: Cycle, chosen: set[int]) -> HttpResponse:
    """The sheets that wait for somebody, the latest first, a page of them. Five queries however many."""
    now = clock.now()
    called, quiet = chasing.last_called(cycle), Quiet(cycle, clock.today())
    step, sheets = request.GET.get("step", ""), waiting_sheets(request, cycle)
    page = page_of(request, sorted(sheets, key=lambda review: (review.step_due_at is None, review.step_due_at or now)))
    rows = [
        {
            "review": review,
            "step": STEPS[waiting.step_of(review)],
            "due": review.step_due_at,
            "late": bool(review.step_due_at and review.step_due_at < now),
            "called": called.get(review.pk),
            "quiet": quiet.covers(review),
            "chosen": review.pk in chosen,
        }
        for review in page
    ]
    here = reverse("meguri:nudge", args=cycle.key)
    filters = [{"label": _("すべて"), "url": here, "current": step not in STEPS, "count": None}]
    for known, label in STEPS.items():
        filters.append({"label": label, "url": f"{here}?step={known}", "current": known == step, "count": None})
    context = {
        "page_title": _("%(year)s 督促") % {"year": fiscal_year(cycle.fiscal_year)},
        "breadcrumbs": way_to(cycle, _("督促")),
        "tabs": tabs(cycle, "meguri:nudge"),
        "filters": filters,
        "cycle": cycle,
        "rows": rows,
        "page_obj": page,
        "words": words_of(request),
        "kept": [("step", step)] if step in STEPS else [],
        "form": NudgeForm(initial={"note": request.POST.get("note", "")}),
        "may_send": permissions.is_reviewer(request.user, cycle.plan_id),
    }
    return render(request, "deadlines/nudge.html", context)


def previewed(request: SignedInRequest, cycle: Cycle, chosen: list[int], form: NudgeForm) -> HttpResponse:
    """Exactly what would go out, and to whom."""
    note = request.POST.get("note", "")
    letters = chasing.letters(user=request.user, cycle=cycle, sheet_ids=chosen)
    shown = [{"letter": one, "text": _text(request, cycle, one, note), "step": STEPS[one.step]} for one in letters]
    context = {
        "page_title": _("督促の内容を確かめる"),
        "breadcrumbs": way_to(cycle, (_("督促"), reverse("meguri:nudge", args=cycle.key)), _("確かめる")),
        "cycle": cycle,
        "letters": shown,
        "gone": len(chosen) - sum(len(one.sheets) for one in letters),
        "form": form,
        "chosen": chosen,
        "sendable": any(one.people for one in letters),
        "nonce": request.POST.get("nonce", "")[:36] or uuid.uuid4().hex,
    }
    return render(request, "deadlines/nudge_preview.html", context, status=422 if form.errors else 200)


def _text(request: SignedInRequest, cycle: Cycle, letter: chasing.Letter, note: str) -> Any:
    """The notice as it would be made; nothing is written."""
    ids = [review.pk for review in letter.sheets]
    payload = {"step": letter.step.value, "kind": "nudge", "sheets": ids, "note": note.strip()}
    row = OutboxEvent(name="Nudged", cycle=cycle, actor=request.user, payload=payload)
    return notifications.preview(row)
