"""The form of one 施策 in a correction: what is published beside what is right, how it is read, and what follows from it."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from review.domain import correction_items
from review.domain.fields import OPINION
from review.domain.refusals import Invalid
from review.item_words import correctable_label
from review.models import Correction, Edition
from review.publication.services import corrections
from review.publication.services.correction_effects import Entry
from review.publication.services.corrections import Typed
from review.reader_words import in_reader_words
from review.screens.views.answers import done, see_other
from review.screens.views.signed_in import SignedInRequest
from review.templatetags.words import fiscal_year
from workflow.forms import pass_of
from workflow.views.corrections import correction_or_404, lines_of, reading_of, way_to


def items(request: SignedInRequest, pk: int, code: str) -> HttpResponse:
    """Type what is right, item by item; see how it is read and judged; save."""
    correction = correction_or_404(pk)
    if correction.state not in corrections.OPEN:
        return see_other("meguri:correction", pk)
    if not any(row["code"] == code for row in correction.base.snapshot["measures"]):
        raise Http404
    known = corrections.items_of(correction, code)
    if request.method != "POST":
        stored = [one for one in corrections.entries_of(correction) if one.code == code]
        return items_page(request, correction, code, known, {one.key: (one.right, one.reason) for one in stored})
    typed = typed_of(request, code, known)
    values = {one.key: (one.right, one.reason) for one in typed}
    if request.POST.get("action") == "check":
        return items_page(request, correction, code, known, values)
    try:
        corrections.save_items(
            user=request.user, correction_id=pk, version=pass_of(request.POST.get("version")), code=code, typed=typed
        )
    except Invalid as refusal:
        return items_page(request, correction, code, known, values, status=422, problems=refusal.fields)
    return done(request, _("%(code)s の訂正を保存しました。") % {"code": code}, "meguri:correction", pk)


def typed_of(request: SignedInRequest, code: str, known: Iterable[Any]) -> list[Typed]:
    """The items whose text differs from the edition's, or for which a reason was typed."""
    typed = []
    for item in known:
        right = request.POST.get(f"right:{item.key}", item.text).replace("\r\n", "\n")
        reason = request.POST.get(f"reason:{item.key}", "")
        if right != item.text or reason.strip():
            typed.append(Typed(code=code, key=item.key, right=right, reason=reason))
    return typed


def items_page(
    request: SignedInRequest,
    correction: Correction,
    code: str,
    known: Sequence[Any],
    typed: dict[str, tuple[str, str]],
    *,
    status: int = 200,
    problems: dict[str, str] | None = None,
) -> HttpResponse:
    """The form of one 施策, and what its values would be read and judged as."""
    problems = problems or {}
    row = next(row for row in correction.base.snapshot["measures"] if row["code"] == code)
    labels = {item.key: correctable_label(item.key, item.label) for item in known}
    heading = f"{code} {row['name']}"
    context = {
        "correction": correction,
        "cycle": correction.cycle,
        "groups": groups_of(correction, known, typed, problems),
        "lines": preview(correction, code, known, typed),
        "checked": bool(typed),
        "opinion_label": labels[OPINION],
        "errors": [(key, labels[key.removeprefix("reason:")], sentence) for key, sentence in problems.items()],
        "heading": heading,
        "page_title": f"{heading} {_('訂正')}",
        "breadcrumbs": way_to(correction.cycle, (_("訂正"), reverse("meguri:correction", args=[correction.pk])), code),
    }
    return render(request, "workflow/correction_items.html", context, status=status)


def groups_of(
    correction: Correction, known: Sequence[Any], typed: dict[str, tuple[str, str]], problems: dict[str, str]
) -> list[dict[str, Any]]:
    """This year's 成果目標 first, then the texts, the schedule, and the other years' cells."""
    year = correction.cycle.fiscal_year
    groups: dict[str, list[dict[str, Any]]] = {name: [] for name in GROUPS}
    choices = choices_of(correction, known)
    for item in known:
        right, reason = typed.get(item.key, (item.text, ""))
        groups[group_of(item.key, year)].append(
            {
                "key": item.key,
                "label": correctable_label(item.key, item.label),
                "text": item.text,
                "right": right,
                "reason": reason,
                "chosen": item.key in typed,
                "choices": choices.get(item.key, ()),
                "help": HELP.get(item.key.split(":")[-1], ""),
                "line": correction_items.limit_of(item.key) is not None,
                "reading": reading_of(item.key, right) if item.key in typed else "",
                "error": problems.get(item.key, ""),
                "reason_error": problems.get(f"reason:{item.key}", ""),
            }
        )
    return [
        {
            "title": GROUPS[name],
            "items": rows,
            "open": name == "now" or any(one["chosen"] for one in rows),
            "elsewhere": elsewhere(correction) if name == "other" else [],
        }
        for name, rows in groups.items()
        if rows
    ]


#: The parts of the form, in their order.
GROUPS = {
    "now": gettext_lazy("この年度の成果目標"),
    "text": gettext_lazy("施策の文章"),
    "schedule": gettext_lazy("取組みスケジュール"),
    "other": gettext_lazy("ほかの年度の成果目標"),
}

HELP = {
    "related": gettext_lazy("部署名を読点(、)で区切って入力します。すべての部署のときは「全課等」と入力します。"),
    "bars": gettext_lazy(
        "「令和5年度、令和6年度「試験運用」」のように、年度を読点(、)で区切り、棒の上の文字をかぎ括弧で添えます。"
    ),
    "outcome": gettext_lazy("扱いをやめるときは、この年度の実績も合わせて入力します。"),
}


def choices_of(correction: Correction, known: Iterable[Any]) -> dict[str, list[tuple[str, str]]]:
    """{item key: (value, words) of what may be chosen} of the items that are chosen and not typed. One query."""
    letters = [(grade["letter"], grade["letter"]) for grade in correction.base.snapshot["scale"]]
    graded = {
        item.key: [("", _("自動の判定のとおり")), *letters] for item in known if correction_items.is_grade(item.key)
    }
    settled = [(word, word or _("通常の評価")) for word in correction_items.OUTCOMES.values()]
    owners = [(name, name) for name in sorted(corrections.offices(correction))]
    return {**graded, "owner": owners, "outcome": settled}


def elsewhere(correction: Correction) -> list[dict[str, Any]]:
    """The other years of the plan that have an edition of their own: a value of theirs is put right there."""
    rows = Edition.objects.filter(cycle__plan_id=correction.cycle.plan_id, current=True).exclude(cycle=correction.cycle)
    return [
        {
            "label": f"{fiscal_year(one.cycle.fiscal_year)} {in_reader_words(one.label)}",
            "url": reverse("meguri:correction_start", args=one.cycle.key),
        }
        for one in rows.defer("snapshot").select_related("cycle").order_by("cycle__fiscal_year")
    ]


def group_of(key: str, fiscal_year: int) -> str:
    """Which part of the form an item stands in."""
    if correction_items.indicator_of(key) is not None:
        return "now" if correction_items.year_of(key) in (None, fiscal_year) else "other"
    return "schedule" if key.startswith("schedule:") else "text"


def preview(
    correction: Correction, code: str, known: Sequence[Any], typed: dict[str, tuple[str, str]]
) -> list[dict[str, str]]:
    """What would change in consequence, with the other 施策 of the correction as they are stored."""
    letters = {grade["letter"] for grade in correction.base.snapshot["scale"]} | {""}
    others = [one for one in corrections.entries_of(correction) if one.code != code]
    mine = [
        Entry(code=code, key=item.key, label=item.label, wrong=item.text, right=typed[item.key][0], reason=_("訂正"))
        for item in known
        if item.key in typed and (not correction_items.is_grade(item.key) or typed[item.key][0] in letters)
    ]
    return [line for line in lines_of(correction, [*others, *mine]) if line["code"] in (code, "")]
