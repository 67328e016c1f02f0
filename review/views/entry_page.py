"""What a guided step shows: the items of the step, open or locked, each with last year, remarks and what is missing."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from django.forms import BoundField
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from review import queries
from review.domain import items
from review.forms.entry import EntryForm
from review.models import ItemComment, MeasureReview, ReviewState, User
from review.services import carrying, submission
from review.views import indicator_parts, sheet_parts
from review.views.indicator_parts import IndicatorPart

LAST = 5
TITLES = {
    1: gettext_lazy("実績"),
    2: gettext_lazy("要因と対応"),
    3: gettext_lazy("取組状況"),
    4: gettext_lazy("来年度"),
    5: gettext_lazy("確認・提出"),
}
HELPS = {
    "cause": gettext_lazy("目標に届かなかった理由を、事実に沿って書きます。"),
    "response": gettext_lazy("目標に近づけるために、これから行うことを書きます。"),
    "self_assessment": gettext_lazy("取組全体を振り返った評価を書きます。"),
    "progress": gettext_lazy("この年度に行ったことを、全体として書きます。"),
    "policy": gettext_lazy("これからの取組方針です。昨年度のままでよければ、変更はいりません。"),
    "change_reason": gettext_lazy(
        "目標や指標を変えたい場合に、その内容と理由を書きます。変更がなければ空欄のままにします。"
    ),
}
ACTUAL_HELP = gettext_lazy("数字と単位を入力します(例: 33,474千円)。測定していない場合は「-」と理由を入力します。")
SCHEDULE_HELP = gettext_lazy("この年度に行ったことを短く書きます。")


@dataclasses.dataclass
class Line:
    """One item on the step: its field where it is open, its text where it is locked."""

    key: str
    label: str
    text: str
    field: BoundField | None
    previous: dict[str, str] | None = None
    remarks: list[ItemComment] = dataclasses.field(default_factory=list)
    may_carry: bool = False
    missing: str = ""
    theirs: str | None = None
    part: IndicatorPart | None = None

    @property
    def html_id(self) -> str:
        """The id of the control, or of the locked text."""
        return str(self.field.id_for_label) if self.field else f"id_{self.key}"


class Desk:
    """One sheet being written on: read once, shown as a step. About eight queries."""

    def __init__(self, user: User, review: MeasureReview, step: int) -> None:
        self.user, self.review, self.step = user, review, step
        self.parts = indicator_parts.indicator_parts(review)
        self.plan = queries.schedule(review)

    @cached_property
    def texts(self) -> dict[str, str]:
        """{item key: text} of the whole sheet as it stands."""
        actuals = {part.key: part.this.actual for part in self.parts if part.this}
        plan = {items.schedule_key(row.position): row.progress for row in self.plan}
        return {**actuals, **{key: getattr(self.review.measure_year, key) for key in items.TEXT_ITEMS}, **plan}

    @cached_property
    def open_keys(self) -> frozenset[str]:
        """What may be written on."""
        return items.open_keys(self.texts, self.review.open_items)

    @cached_property
    def missing(self) -> dict[str, str]:
        """{item key: sentence} of what must be filled before submission."""
        return submission.missing(self.review)

    @cached_property
    def remarks(self) -> dict[str, list[ItemComment]]:
        """The remarks of the return that is being worked on, by item."""
        found: dict[str, list[ItemComment]] = {}
        if self.review.state == ReviewState.RETURNED:
            for said in queries.comments(self.review):
                if said.kind != ItemComment.Kind.COMMENT and said.round == self.review.round:
                    found.setdefault(said.item, []).append(said)
        return found

    def keys(self) -> list[str]:
        """The items of the step in their order on the screen."""
        return [key for key in _in_order(self.texts) if items.step_of(key) == self.step]

    def form(self, data: Any = None, texts: Mapping[str, str] | None = None) -> EntryForm:
        """The step's form: from what was sent, or from the texts (default: those that stand)."""
        shown = [key for key in self.keys() if key in self.open_keys]
        stands = {key: self.texts[key] for key in shown}
        form = EntryForm(
            data,
            keys=shown,
            labels=self.labels(),
            helps=self.helps(),
            initial=EntryForm.start(stands, self.review.version),
        )
        form.initial.update(texts or {})
        for part in self.parts:
            if part.key in form.fields:
                form.fields[part.key].widget.attrs.update(self.live_hint(part.number))
        return form

    def live_hint(self, number: int) -> dict[str, str]:
        """The attributes that show the reading while one types."""
        return {
            "hx-post": reverse("review:reading", args=[self.review.pk, number]),
            "hx-trigger": "input changed delay:500ms",
            "hx-target": f"#reading-{number}",
            "hx-swap": "innerHTML",
            "hx-sync": "this:replace",
            "data-hint": "",
        }

    def labels(self) -> dict[str, str]:
        """The labels that say more than the item's own."""
        actuals = {part.key: _("%(label)s 実績") % {"label": part.label} for part in self.parts}
        plan = {items.schedule_key(row.position): row.name for row in self.plan}
        return {**actuals, **plan}

    def helps(self) -> dict[str, Any]:
        """The help under each label."""
        plan = {items.schedule_key(row.position): SCHEDULE_HELP for row in self.plan}
        return {**{part.key: ACTUAL_HELP for part in self.parts}, **HELPS, **plan}

    def lines(self, form: EntryForm, theirs: Mapping[str, str]) -> list[Line]:
        """The step's items as the template shows them."""
        before, labels = self.before, self.labels()
        self.mark_needed(form)
        parts = {part.key: part for part in self.parts}
        return [
            Line(
                key=key,
                label=labels.get(key) or items.label_of(key),
                text=self.texts[key],
                field=form[key] if key in form.fields else None,
                previous={"label": _("昨年度"), "text": before[key]} if before.get(key) else None,
                remarks=self.remarks.get(key, []),
                may_carry=key in self.carriable
                or (key in before and not self.texts[key].strip() and key != "change_reason"),
                missing=self.missing.get(key, ""),
                theirs=theirs.get(key),
                part=parts.get(key),
            )
            for key in self.keys()
        ]

    def mark_needed(self, form: EntryForm) -> None:
        """Show 必須 beside what a submission needs. A draft may be saved without it, so the check itself stays as it is."""
        form.errors  # noqa: B018  cleaned now, before the marks are set
        measured = {part.key for part in self.parts if part.this and part.this.status != "not_applicable"}
        explained = {"cause", "response"} if self.missed else set()
        for key in (measured | explained) & form.fields.keys():
            form.fields[key].required = True

    @cached_property
    def before(self) -> dict[str, str]:
        """Last year's texts by item, where there was a sheet."""
        return carrying.texts_before(self.review)

    @cached_property
    def carriable(self) -> dict[str, str]:
        """Last year's texts that could be taken over now: {item key: text}."""
        return carrying.carriable(self.review, texts=self.texts, before=self.before, missed=bool(self.missed))

    @property
    def carriable_labels(self) -> list[str]:
        """What would be taken over, in words."""
        labels = self.labels()
        return [labels.get(key) or items.label_of(key) for key in self.carriable]

    def same_as_before(self) -> list[dict[str, str]]:
        """The items whose text is last year's to the letter: a person should read them once more."""
        labels = self.labels()
        return [
            {"key": key, "label": labels.get(key) or items.label_of(key), "text": text}
            for key, text in self.before.items()
            if self.texts.get(key) == text and key in self.open_keys
        ]

    def is_aside(self, line: Line, form: EntryForm) -> bool:
        """Whether the item is not asked for now: 要因 and 対応 where no target was missed and nobody wrote any."""
        if line.key not in ("cause", "response") or self.missed or self.texts[line.key].strip():
            return False
        return line.theirs is None and not line.remarks and not form.errors

    def stepper(self) -> list[dict[str, Any]]:
        """The five steps with what is missing, what a return opened, and what is done."""
        return [self._step(number, str(title)) for number, title in TITLES.items()]

    def _step(self, number: int, title: str) -> dict[str, Any]:
        gaps = sum(items.step_of(key) == number for key in self.missing)
        asked = sum(items.step_of(key) == number for key in self.review.open_items or [])
        name, args = (
            ("workflow:submit", [self.review.pk]) if number == LAST else ("review:entry", [self.review.pk, number])
        )
        return {
            "number": number,
            "label": title,
            "url": reverse(name, args=args),
            "current": number == self.step,
            "missing": gaps,
            "done": not gaps and self._is_done(number),
            "note": self._note(number, asked),
        }

    def _note(self, number: int, asked: int) -> str:
        if asked:
            return _("差戻し %(n)s件") % {"n": asked}
        return _("任意") if number in (3, 4) and not self._is_done(number) else ""

    def _is_done(self, number: int) -> bool:
        if number == 1:
            return True
        if number == 2:
            return not any(items.step_of(key) == 1 for key in self.missing)
        return number < LAST and any(
            text.strip() for key, text in self.texts.items() if items.step_of(key) == number and key != "policy"
        )

    def closed_steps(self) -> bool:
        """Whether a return left part of the sheet locked."""
        return len(self.open_keys) < len(self.texts)

    @property
    def missed(self) -> list[IndicatorPart]:
        """The 成果目標 that fell short: they are what 要因 and 対応 must explain."""
        return [part for part in self.parts if part.this and part.this.status == "missed"]

    @property
    def pending(self) -> bool:
        """Whether an 実績 is still to come, so that nobody knows yet which targets are missed."""
        return any(part.this and part.this.status == "pending" for part in self.parts)

    def context(self, form: EntryForm, theirs: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Everything the template needs."""
        lines = self.lines(form, theirs or {})
        aside = {line.key for line in lines if self.is_aside(line, form)}
        return {
            "desk": self,
            "form": form,
            "lines": lines,
            "asked": [line for line in lines if line.key not in aside],
            "aside": [line for line in lines if line.key in aside],
            "stepper": self.stepper(),
            "bars": sheet_parts.schedule(self.review, self.plan) if self.step == 3 and self.plan else None,
            "theirs": bool(theirs),
            "closes_at": self.review.closes_at,
            "saved": queries.last_saved(self.review),
            "general_remarks": self.remarks.get("", []),
        }


def _in_order(keys: Mapping[str, str]) -> list[str]:
    """成果目標 and schedule rows before the texts that sum them up."""
    return sorted(keys, key=lambda key: (key in items.TEXT_ITEMS, list(keys).index(key)))
