"""What the page of a decision shows: every item with its text before, what changed, and a place for a remark."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.forms import BoundField
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from review import permissions, reader_words
from review.assessment.services import assessment, judging, meetings
from review.assessment.views.indicator_parts import IndicatorPart
from review.domain import items, sheet_form
from review.domain.fields import CHANGE_REASON, OPINION, Writer
from review.item_words import label_of
from review.models import Cycle, Decision, Evidence, MeasureReview, Step
from review.models.sheet import ACCEPTING
from review.screens.views import chrome
from review.screens.views.acts import Crumb, crumbs
from review.screens.views.answers import REMARK
from review.screens.views.signed_in import SignedInRequest
from review.sheet.services import carrying
from review.sheet.views import sheet_page, sheet_parts
from workflow.forms import BlankRemark, DecisionForm, MeetingChoice
from workflow.views import places, sending
from workflow.views.places import neighbours, queue_query


@dataclass(frozen=True, kw_only=True)
class Button:
    """One way to decide: what is sent, the words on it, its letter key."""

    action: str
    label: Any
    key: str = ""
    danger: bool = False


@dataclass(frozen=True, kw_only=True)
class Mode:
    """Whose decision it is, and where they came from."""

    name: str
    title: Any
    place: tuple[Any, str]
    may: Callable[[Any, MeasureReview], bool]
    buttons: tuple[Button, ...]
    #: the sheets that wait for the same, in the order in which one goes through them
    waiting: Callable[[SignedInRequest, Cycle], list[int]]
    #: whose items of the plan's own are written with the decision
    writers: tuple[Writer, ...]
    #: which way back is for what, where there are two
    hint: Any = ""

    @property
    def by_board(self) -> bool:
        """Whether the 本部 speaks: then its opinion and its meeting are asked for."""
        return self.name != "review"


REVIEW = Mode(
    name="review",
    title=gettext_lazy("内容の確認"),
    place=(gettext_lazy("確認待ち"), "meguri:queue"),
    may=permissions.may_review,
    waiting=places.to_review,
    writers=(Writer.OFFICE,),
    buttons=(
        Button(action="confirm", label=gettext_lazy("確認する"), key="c"),
        Button(action="return", label=gettext_lazy("差し戻す"), key="s", danger=True),
    ),
)
APPROVE = Mode(
    name="approve",
    title=gettext_lazy("承認"),
    place=(gettext_lazy("審議"), "meguri:board"),
    may=permissions.may_approve,
    waiting=places.to_approve,
    writers=(Writer.DECIDERS,),
    hint=gettext_lazy("書き直しは主管部署へ、確認のやり直しは確認者へ差し戻します。"),
    buttons=(
        Button(action="approve", label=gettext_lazy("承認する"), key="c"),
        Button(action="return_department", label=gettext_lazy("主管部署へ差し戻す"), key="s", danger=True),
        Button(action="return_review", label=gettext_lazy("確認者へ差し戻す"), danger=True),
    ),
)
RECORD = Mode(
    name="record",
    title=gettext_lazy("本部の決定の記録"),
    place=(gettext_lazy("審議"), "meguri:board"),
    may=permissions.may_record_decision,
    waiting=places.to_record,
    writers=(),
    buttons=(
        Button(action="approve", label=gettext_lazy("承認として記録する"), key="c"),
        Button(
            action="return_department", label=gettext_lazy("主管部署への差戻しとして記録する"), key="s", danger=True
        ),
        Button(action="return_review", label=gettext_lazy("確認者への差戻しとして記録する"), danger=True),
    ),
)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One item under judgement: its text now, its text before, and the remark's field."""

    key: str
    label: str
    label_of_item: str
    text: str
    field: BoundField
    changed: list[dict[str, str]] | None
    before: str
    part: IndicatorPart | None
    grade_offer: sheet_page.GradeOffer | None
    files: list[Evidence]

    @property
    def repeated(self) -> bool:
        """Whether the text is last year's to the letter. The policy is the plan's, so the same one is no sign of haste."""
        return bool(self.before) and self.text == self.before and self.key != "policy"

    @property
    def doubted(self) -> bool:
        """Whether something of the value is to be looked at again."""
        return bool(self.part and self.part.judgement and self.part.judgement.sentences)

    @property
    def opened(self) -> bool:
        """Whether something stands in the remark's field, so that it must be in sight."""
        return bool(self.field.value()) or bool(self.field.errors)

    @property
    def blank(self) -> BlankRemark:
        """The remark's field with nothing in it, by all that it shows."""
        return BlankRemark(key=self.key, label=self.label_of_item)


def form_of(shown: dict[str, Any], sheet: MeasureReview, mode: Mode, data: Any = None) -> DecisionForm:
    """The decision's form with a remark for each item."""
    remarks = sheet_page.item_choices(shown["indicators"], shown["schedule_rows"], sheet.cycle.form)
    initial: dict[str, Any] = {"round": sheet.round, "opinion": sheet.measure_year.text(OPINION)}
    grades = grade_choices(shown, sheet, mode)
    own = sheet_form.own(sheet.cycle.form, *mode.writers)
    initial |= {one.key: sheet.measure_year.text(one.key) for one in own}
    form = DecisionForm(data, remarks=remarks, grades=grades, by_board=mode.by_board, own=own, initial=initial)
    if mode.by_board:
        form.fields["opinion"].label = label_of(OPINION, sheet.cycle.form)
    return form


def sent_form(sheet: MeasureReview, mode: Mode, data: QueryDict) -> DecisionForm:
    """What was sent, to be decided on. No query unless something is remarked on an item, for only then it matters
    which items the sheet has."""
    if any(name.startswith(REMARK) and str(value).strip() for name, value in data.items()):
        return form_of(sheet_page.body(sheet), sheet, mode, data)
    return DecisionForm(data, by_board=mode.by_board)


def grade_choices(shown: dict[str, Any], sheet: MeasureReview, mode: Mode) -> list[tuple[str, str]]:
    """The grades of the year's scale, the one that counts without a choice first; none where nothing is judged."""
    stands = shown["rated"]
    if not stands.proposed or sheet.outcome:
        return []
    current = stands.grade if mode.by_board else stands.proposed
    by_reviewer = mode.by_board and stands.overridden
    unchanged = _("確認者の評価のとおり: %(grade)s") if by_reviewer else _("案のとおり: %(grade)s")
    grade = f"{current} {shown['scale_words'].get(current, '')}".strip()
    return [("", unchanged % {"grade": grade}), *reader_words.grade_choices(judging.scale_of(sheet.cycle))]


def page(
    request: SignedInRequest,
    sheet: MeasureReview,
    mode: Mode,
    *,
    form: DecisionForm | None = None,
    status: int = 200,
    meeting_error: str = "",
) -> HttpResponse:
    """The page of one decision."""
    shown = sheet_page.body(sheet)
    form, waiting = form or form_of(shown, sheet, mode), chrome.waiting_for(request.user)
    changed = sheet_parts.changes(shown["submissions"], shown["texts"])
    beside = sending.beside(request.user, sheet)
    lines = lines_of(sheet, shown, beside, form, changed)
    context = {
        **sheet_page.head(sheet),
        **shown,
        **beside,
        "mode": mode,
        "form": form,
        "lines": lines,
        "doubted": [one.part for one in lines if one.doubted],
        "may_decide": mode.may(request.user, sheet),
        "confirmed": confirmed(sheet, shown["decisions"]) if mode.by_board else None,
        "changed_count": len(changed),
        "reason_label": label_of(CHANGE_REASON, sheet.cycle.form),
        "written": written_of(sheet, form),
        "ahead_lines": ahead_of(sheet, changed),
        "claimed": claimed_by_another(request, sheet),
        "meeting_form": meeting_form(request, sheet, mode),
        "meeting_error": meeting_error,
        "recorded": meetings.open_record(sheet) if mode.by_board and waiting["records"] else None,
        "queue_query": queue_query(request),
        "around": neighbours(sheet, mode.waiting(request, sheet.cycle)),
        "here": f"meguri:{mode.name}",
        "breadcrumbs": way_to(request, sheet, mode),
        "page_title": f"{sheet.measure_year.measure.code} {mode.title}",
    }
    return render(request, "workflow/deciding.html", context, status=status)


def confirmed(sheet: MeasureReview, decisions: Sequence[Decision]) -> Decision | None:
    """確認者's last word on what was submitted last."""
    of_this_round = (one for one in reversed(decisions) if one.step == Step.REVIEW and one.round == sheet.round)
    return next((one for one in of_this_round if one.verdict in ACCEPTING), None)


def ahead_of(sheet: MeasureReview, changed: dict[str, list[dict[str, str]]]) -> list[dict[str, Any]]:
    """What of the changes concerns the year to come."""
    ahead = [(key, parts) for key, parts in changed.items() if items.is_next(key)]
    return [{"label": label_of(key, sheet.cycle.form), "parts": parts} for key, parts in ahead]


def way_to(request: SignedInRequest, sheet: MeasureReview, mode: Mode) -> list[Crumb]:
    """ホーム > the list > the sheet; the list as it was filtered."""
    label, name = mode.place
    query = queue_query(request) if mode is REVIEW else ""
    address = reverse(name, args=sheet.cycle.key) + (f"?{query}" if query else "")
    return crumbs((str(label), address), f"{sheet.measure_year.measure.code} {mode.title}")


def meeting_form(request: SignedInRequest, sheet: MeasureReview, mode: Mode) -> MeetingChoice | None:
    """The choice of the meeting, where the 本部 speaks. One query."""
    if not mode.by_board or (mode is not RECORD and not chrome.waiting_for(request.user)["meetings"]):
        return None
    form = MeetingChoice(request.POST or None, cycle=sheet.cycle, required=mode is RECORD)
    return form if mode is RECORD or form.fields["meeting"].queryset.exists() else None  # type: ignore[attr-defined]


def claimed_by_another(request: SignedInRequest, sheet: MeasureReview) -> Any:
    """The colleague who is on the sheet, while that claim lasts."""
    person = assessment.who_is_on(sheet)
    return person if person and person.pk != request.user.pk else None


def written_of(sheet: MeasureReview, form: DecisionForm) -> list[dict[str, str]]:
    """What others than the department wrote of the sheet, beside what this form asks for."""
    own = sheet_form.own(sheet.cycle.form, Writer.OFFICE, Writer.DECIDERS)
    rows = [{"label": _(one.label), "text": sheet.measure_year.text(one.key)} for one in own if one.key not in form.own]
    return [row for row in rows if row["text"].strip()]


def schedule_names(plan: list[Any]) -> dict[str, str]:
    """{item key: label} of what was done and of the bar, 取組内容 by 取組内容."""
    labels = {}
    for row in plan:
        labels[items.schedule_key(row.position)] = row.name
        labels[items.bars_key(row.position)] = _("%(name)s のスケジュール") % {"name": row.name}
    return labels


def lines_of(
    sheet: MeasureReview,
    shown: dict[str, Any],
    beside: dict[str, Any],
    form: DecisionForm,
    changed: dict[str, list[dict[str, str]]],
) -> list[Line]:
    """Every item in the order of the sheet: 成果目標, what was done, what is written of it. Two queries."""
    texts = shown["texts"]
    parts = {part.key: part for part in shown["indicators"]}
    names = schedule_names(shown["schedule_rows"])
    grades = sheet_page.grade_offers(shown["indicators"], sheet)
    before = carrying.texts_before(sheet, shown["schedule_rows"])
    order = [key for key in texts if key in parts] + list(names)
    return [
        Line(
            key=key,
            label=names.get(key) or label_of(key, sheet.cycle.form),
            label_of_item=label_of(key, sheet.cycle.form),
            text=texts[key],
            field=form[REMARK + key],
            changed=changed.get(key),
            before=before.get(key, ""),
            part=parts.get(key),
            grade_offer=grades.get(parts[key].number) if key in parts else None,
            files=[one["file"] for one in beside["files_sent"] if one["file"].item == key],
        )
        for key in [*order, *sheet_form.typed(sheet.cycle.form)]
    ]
