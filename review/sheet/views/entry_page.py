"""What a guided step shows: the items of the step, open or locked, each with last year, remarks and what is missing."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from django.forms import BoundField
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from review import permissions, queries
from review.assessment.services import definitions, next_year
from review.assessment.views import indicator_parts
from review.assessment.views.indicator_parts import IndicatorPart
from review.domain import bars, fields, items, sheet_form
from review.domain.fields import Required
from review.item_words import label_of
from review.models import AuditEntry, Evidence, ItemComment, MeasureReview, ReviewState, User
from review.sheet.forms.entry import FILE, SHOWN, EntryForm
from review.sheet.services import carrying, evidence, submission, value_answers
from review.sheet.views import returned, sheet_parts

LAST, WHY = 5, 2
TITLES = {
    1: gettext_lazy("実績"),
    WHY: "",
    3: gettext_lazy("取組状況"),
    4: gettext_lazy("来年度"),
    5: gettext_lazy("確認・提出"),
}


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
    #: an answer to the remarks that was typed and not sent yet
    reply: str = ""
    files: list[Evidence] = dataclasses.field(default_factory=list)
    file: BoundField | None = None

    @property
    def html_id(self) -> str:
        """The id of the control, or of the locked text."""
        return str(self.field.id_for_label) if self.field else f"id_{self.key}"


class Desk:
    """One sheet being written on: read once, shown as a step. About eight queries."""

    def __init__(self, user: User, review: MeasureReview, step: int) -> None:
        self.user, self.review, self.step = user, review, step
        #: {item key: answer to its remarks} as typed, where a page comes back unsaved
        self.replies: dict[str, str] = {}
        self.story = queries.indicator_history(review)
        self.parts = indicator_parts.indicator_parts(review, self.story)
        self.plan = queries.schedule(review)
        self.changes = queries.target_changes(review)
        self.typed = sheet_form.typed(review.cycle.form)
        #: {item key: text} of the whole sheet as stored
        self.texts = submission.texts_of(review, self.story, self.plan, self.changes)

    @cached_property
    def open_keys(self) -> frozenset[str]:
        """What may be written on."""
        return items.open_keys(self.texts, self.review.open_items)

    @cached_property
    def mendable(self) -> frozenset[str]:
        """What this person may write on now: nothing where the sheet waits for somebody to decide."""
        return self.open_keys if permissions.may_write(self.user, self.review) else frozenset()

    @cached_property
    def missing(self) -> dict[str, str]:
        """{item key: sentence} of what must be filled before submission."""
        return submission.missing(self.review)

    @cached_property
    def held(self) -> dict[str, str]:
        """{item key: sentence} of the goals whose definition a reviewer must confirm before the submission."""
        return definitions.held_in(self.story, self.review.cycle.fiscal_year)

    @cached_property
    def remarks(self) -> dict[str, list[ItemComment]]:
        """The remarks of the return that is being worked on, by item."""
        by_item: dict[str, list[ItemComment]] = {}
        if self.review.state == ReviewState.RETURNED:
            for comment in queries.comments(self.review):
                if comment.kind != ItemComment.Kind.COMMENT and comment.round == self.review.round:
                    by_item.setdefault(comment.item, []).append(comment)
        return by_item

    @cached_property
    def tasks(self) -> list[returned.Task]:
        """The remarks of the return, each with whether it was dealt with."""
        return returned.tasks(self.review, self.texts, self.labels())

    def keys(self) -> list[str]:
        """The items of the step in their order on the screen; below the 実績 what explains a missed one."""
        explained = [key for key in self.explaining if self.step == 1 and key in self.open_keys]
        in_order = sorted(self.texts, key=items.is_text)  # 成果目標 and schedule rows before the texts that sum them up
        return [key for key in in_order if items.step_of(key) == self.step] + explained

    @cached_property
    def explaining(self) -> list[str]:
        """The items that explain a missed target: 要因 and 対応."""
        return [key for key, one in self.typed.items() if one.required == Required.WHERE_MISSED]

    @cached_property
    def files(self) -> dict[str, list[Evidence]]:
        """The 根拠資料 by the item that they stand behind. One query."""
        by_item: dict[str, list[Evidence]] = {}
        for file in evidence.of_sheet(self.review):
            by_item.setdefault(file.item, []).append(file)
        return by_item

    def form(self, data: Any = None, texts: Mapping[str, str] | None = None) -> EntryForm:
        """The step's form: from what was sent, or from the texts (default: those that stand)."""
        shown = [key for key in self.keys() if key in self.open_keys]
        replies = self.reply_keys(data) if self.step == 1 else []
        stands = {key: self.texts[key] for key in shown} | {key: text for key in replies if (text := self.answers[key])}
        form = EntryForm(
            data,
            keys=[*shown, *replies],
            labels=self.labels(),
            helps=self.helps(),
            initial=EntryForm.start(stands, self.review.version),
            known=self.typed,
            files=[part.key for part in self.parts if part.key in shown],
        )
        form.initial.update(texts or {})
        for part in self.parts:
            if part.key in form.fields:
                form.fields[part.key].widget.attrs.update(self.live_hint(part.number))
        return form

    @cached_property
    def answers(self) -> dict[str, str]:
        """{item key: text} of the states of the values and the answers to their doubts, as stored."""
        return value_answers.texts(part.this for part in self.parts if part.this)

    def reply_keys(self, data: Any) -> list[str]:
        """The states and answers beside the open 実績 of the step: what is stored, shown, or arose while one typed."""
        shown = {part.number: part.judgement for part in self.parts if part.key in self.open_keys and part.judgement}
        raised = {one["key"] for judged in shown.values() for one in (*judged.doubts, judged.state)}
        return [key for key, text in self.answers.items() if key in raised or text or SHOWN + key in (data or ())]

    def live_hint(self, number: int) -> dict[str, str]:
        """The attributes that show the reading while one types."""
        return {
            "hx-post": reverse("meguri:reading", args=[self.review.pk, number]),
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
        bars = {items.bars_key(row.position): _("%(name)s のスケジュール") % {"name": row.name} for row in self.plan}
        return {**actuals, **plan, **bars, **{key: _(one.label) for key, one in self.typed.items()}}

    def helps(self) -> dict[str, Any]:
        """The help under each label."""
        return {
            key: _(one.help) for key in self.texts if (one := self.typed.get(key) or items.field_of(key)) and one.help
        }

    def lines(self, form: EntryForm, theirs: Mapping[str, str]) -> list[Line]:
        """The step's items as the template shows them."""
        before, labels = self.before, self.labels()
        self.mark_needed(form)
        if form.is_bound:  # what was answered stays on a page that comes back unsaved
            for row in (part.this for part in self.parts if part.this):
                value_answers.put(row, self.user, form.answers)
        parts = {part.key: part for part in self.parts}
        return [
            Line(
                key=key,
                label=labels.get(key) or label_of(key, self.review.cycle.form),
                text=self.texts[key],
                field=form[key] if key in form.fields else None,
                previous=self.beside(key),
                remarks=self.remarks.get(key, []),
                may_carry=key in self.carriable
                or (key in before and not self.texts[key].strip() and key not in self._reasons),
                missing=self.missing.get(key, ""),
                theirs=theirs.get(key),
                part=parts.get(key),
                reply=self.replies.get(key, ""),
                files=self.files.get(key, []) if key in parts else [],
                file=form[FILE + key] if FILE + key in form.fields else None,
            )
            for key in self.keys()
            if not items.is_bar(key)
        ]

    def beside(self, key: str) -> dict[str, str] | None:
        """The text beside a field: last year's; beside next year's fields those of the plan and of this year."""
        if not items.is_next(key):
            return {"label": _("前年度"), "text": self.before[key]} if self.before.get(key) else None
        row = next_year.ahead(self.review, self.story, self.changes)[int(key.split(":")[1])]
        if key.endswith("_name"):
            return {"label": _("計画"), "text": row.planned_name} if row.name != row.planned_name else None
        this = next(part.this for part in self.parts if part.number == row.indicator.number)
        words = [_("計画: %(text)s") % {"text": row.planned_target}] if row.target != row.planned_target else []
        if this:
            words.append(
                _("今年度の目標 %(target)s、実績 %(actual)s")
                % {"target": this.target or "－", "actual": this.actual or "－"}
            )
        return {"label": _("参考"), "text": "\n".join(words)} if words else None

    def bar_rows(self, form: EntryForm, theirs: Mapping[str, str]) -> list[dict[str, Any]]:
        """The schedule with a box for each year from this one on; what is past is shown as it was."""
        years, now = list(self.review.cycle.plan.years), self.review.cycle.fiscal_year
        rows = []
        for row, shown in zip(self.plan, sheet_parts.schedule(self.review, self.plan)["rows"], strict=True):
            key = items.bars_key(row.position)
            open_here = key in form.fields
            on = bars.read(form.bar_text(key)) if open_here else row.bars
            cells = [
                {**cell, "year": year, "open": open_here and year >= now, "on": str(year) in on}
                | {"token": bars.token(year, on.get(str(year)) or row.bars.get(str(year), ""))}
                for year, cell in zip(years, shown["cells"], strict=True)
            ]
            thread = {"remarks": self.remarks.get(key, []), "reply": self.replies.get(key, "")}
            rows.append(
                {"key": key, "name": row.name, "cells": cells, "open": open_here, "theirs": theirs.get(key)} | thread
            )
        return rows

    def mark_needed(self, form: EntryForm) -> None:
        """Show 必須 beside what a submission needs. A draft may be saved without it, so the check itself stays as it is."""
        form.errors  # noqa: B018  cleaned now, before the marks are set
        measured = {part.key for part in self.parts if part.this and part.this.status != "not_applicable"}
        texts = {key for key, one in self.typed.items() if one.required == Required.ALWAYS}
        if self.missed:
            texts.update(self.explaining)
        if any(row.changed for row in next_year.ahead(self.review, self.story, self.changes).values()):
            texts.update(self._reasons)
        for key in (measured | texts) & form.fields.keys():
            form.fields[key].required = True

    @cached_property
    def _last_year(self) -> dict[str, str]:
        return carrying.texts_before(self.review, self.plan)

    @property
    def before(self) -> dict[str, str]:
        """Last year's texts by item, where there was a sheet."""
        return {key: text for key, text in self._last_year.items() if not self._with_plan(key)}

    @property
    def planned(self) -> dict[str, str]:
        """What the plan carried into this year, by item: a department may change it."""
        return {key: text for key, text in self._last_year.items() if self._with_plan(key)}

    @property
    def _reasons(self) -> list[str]:
        return fields.required(Required.WHERE_PLAN_CHANGES)

    @cached_property
    def carriable(self) -> dict[str, str]:
        """Last year's texts that could be taken over now: {item key: text}."""
        return carrying.carriable(self.review, texts=self.texts, before=self.before, missed=bool(self.missed))

    @property
    def carriable_labels(self) -> list[str]:
        """What would be taken over, in words."""
        labels = self.labels()
        return [labels.get(key) or label_of(key, self.review.cycle.form) for key in self.carriable]

    def same_as_before(self) -> list[dict[str, str]]:
        """The items whose text is last year's to the letter: a person should read them once more."""
        labels = self.labels()
        return [
            {"key": key, "label": labels.get(key) or label_of(key, self.review.cycle.form), "text": text}
            for key, text in self.before.items()
            if self.texts.get(key) == text and key in self.open_keys
        ]

    def is_aside(self, line: Line, form: EntryForm) -> bool:
        """Whether the item is not required now: 要因 and 対応 where no target was missed and nobody wrote any."""
        if line.key not in self.explaining or self.missed or self.texts[line.key].strip():
            return False
        return line.theirs is None and not line.remarks and not form.errors

    def stepper(self) -> list[dict[str, Any]]:
        """The five steps with what is missing, what a return opened, and what is done."""
        return [self._step(number) for number in TITLES]

    def title(self, number: int) -> str:
        """What a step is called."""
        return self.why if number == WHY else str(TITLES[number])

    @cached_property
    def why(self) -> str:
        """要因と対応, as the year calls them."""
        return _("と").join(_(self.typed[key].label) for key in self.explaining)

    def _step(self, number: int) -> dict[str, Any]:
        gaps = sum(items.step_of(key) == number for key in self.missing)
        open_count = sum(items.step_of(key) == number for key in self.review.open_items or [])
        name, args = (
            ("meguri:submit", [self.review.pk]) if number == LAST else ("meguri:entry", [self.review.pk, number])
        )
        return {
            "number": number,
            "label": self.title(number),
            "url": reverse(name, args=args),
            "current": number == self.step,
            "missing": gaps,
            "done": not gaps and self._is_done(number),
            "note": self._note(number, open_count),
        }

    def _note(self, number: int, open_count: int) -> str:
        if open_count:
            return _("差戻し %(n)s件") % {"n": open_count}
        return _("任意") if number in (3, 4) and not self._is_done(number) else ""

    def _is_done(self, number: int) -> bool:
        if number == 1:
            return True
        if number == 2:
            return not any(items.step_of(key) == 1 for key in self.missing)
        # What the plan itself carries from year to year was not written by anybody.
        return number < LAST and any(
            text.strip()
            for key, text in self.texts.items()
            if items.step_of(key) == number and not (items.is_bar(key) or items.is_next(key) or self._with_plan(key))
        )

    @staticmethod
    def _with_plan(key: str) -> bool:
        one = items.field_of(key)
        return bool(one and one.with_plan)

    @property
    def missed(self) -> list[IndicatorPart]:
        """The 成果目標 that fell short: they are what 要因 and 対応 must explain."""
        return [part for part in self.parts if part.this and part.this.status == "missed"]

    @property
    def looks_ahead(self) -> bool:
        """Whether there is a year to come in the plan."""
        return any(items.is_next(key) for key in self.texts)

    @property
    def pending(self) -> bool:
        """Whether an 実績 is still to come, so that nobody knows yet which targets are missed."""
        return any(part.this and part.this.status == "pending" for part in self.parts)

    def context(self, form: EntryForm, theirs: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Everything the template needs."""
        lines = self.lines(form, theirs or {})
        aside = {line.key for line in lines if self.is_aside(line, form)}
        here = [line for line in lines if items.step_of(line.key) == self.step]
        why = [line for line in lines if line not in here] if self.missed or theirs or form.errors else []
        bars = self.bar_rows(form, theirs or {}) if self.step == 3 else []
        saved = AuditEntry.objects.filter(subject=f"review:{self.review.pk}", action="draft.save")
        return {
            "desk": self,
            "form": form,
            "lines": lines,
            "ahead": [line for line in lines if items.is_next(line.key)],
            "main": [line for line in here if line.key not in aside and not items.is_next(line.key)],
            "why": why,
            "aside": [line for line in here if line.key in aside],
            "stepper": self.stepper(),
            "bar_rows": bars,
            "bar_years": self.review.cycle.plan.years,
            "theirs": bool(theirs),
            "closes_at": self.review.closes_at,
            "saved": saved.order_by("-pk").first(),
            "general_remarks": self.remarks.get("", []),
            "tasks": self.tasks,
            "answered_here": {*(one.key for one in (*here, *why)), *(one["key"] for one in bars)},
            "tasks_met": sum(task.met for task in self.tasks),
        }
