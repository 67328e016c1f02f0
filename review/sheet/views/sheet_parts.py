"""The other parts of a sheet as the templates take them: the form, the schedule, the comments and decisions."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from review import beside, queries
from review.domain import fields, form_rows, items, sheet_form
from review.domain.difference import difference
from review.domain.fields import Section
from review.domain.fiscal import wareki
from review.item_words import label_of
from review.models import Decision, ItemComment, MeasureReview, ScheduleItem, Step, Submission, Verdict
from review.screens.views import decision_words
from review.sheet.services import remarks


def overview(review: MeasureReview) -> list[dict[str, Any]]:
    """施策概要. One query for 関連部署."""
    year = review.measure_year
    offices = beside.read_once(review, "related", lambda: list(year.related_as_named()))
    names = [office.name for office in offices]
    related = form_rows.related_text(names, every=year.related_all, note=year.related_text, all_words=_("全課等"))
    texts = {"code": year.measure.code, "name": year.name, "owner": year.owner.name, "related": related}
    return [{"label": _(one.label), "text": texts[one.key]} for one in fields.of(Section.HEAD)]


def narrative(review: MeasureReview) -> list[dict[str, Any]]:
    """施策内容."""
    return _texts(review, Section.CONTENT)


def evaluation(review: MeasureReview) -> list[dict[str, Any]]:
    """What the department wrote this year, and the 本部's opinion."""
    return _texts(review, Section.EVALUATION)


def _texts(review: MeasureReview, section: Section) -> list[dict[str, Any]]:
    return [
        {"label": _(one.label), "text": review.measure_year.text(one.key)}
        for one in sheet_form.of(review.cycle.form, section)
    ]


def schedule(review: MeasureReview, rows: Sequence[ScheduleItem] | None = None) -> dict[str, Any]:
    """取組みスケジュール: {years, rows}. One query unless the rows are given."""
    years = list(review.cycle.plan.years)
    rows = queries.schedule(review) if rows is None else rows
    return {"years": years, "rows": [{"name": row.name, "cells": list(bar(row, years))} for row in rows]}


def bar(row: ScheduleItem, years: Sequence[int]) -> Iterator[dict[str, Any]]:
    """The cells of one row's bar."""
    for year in years:
        on = str(year) in row.bars
        yield {
            "on": on,
            "start": on and str(year - 1) not in row.bars,
            "end": on and str(year + 1) not in row.bars,
            "label": row.bars.get(str(year), ""),
        }


def comment_rows(
    comments: Sequence[ItemComment], submissions: Sequence[Submission], texts: Mapping[str, str], form: sheet_form.Form
) -> list[dict[str, Any]]:
    """The thread as the component takes it; a return's remark with whether its item was changed or answered since."""
    met = remarks.met(comments, submissions, texts)
    return [
        {
            "who": str(comment.author),
            "when": comment.created_at,
            "text": comment.body,
            "item": label_of(comment.item, form) if comment.item else "",
            "kind": "" if comment.kind == ItemComment.Kind.COMMENT else comment.kind,
            "done": met.get(comment.pk, False),
            "open": not met.get(comment.pk, True),
            "id": f"comment-{comment.pk}",
        }
        for comment in comments
    ]


def trail(submissions: Sequence[Submission], decisions: Sequence[Decision]) -> list[dict[str, Any]]:
    """Who did what and when, the latest first."""
    entries: list[tuple[datetime, dict[str, Any]]] = []
    for sent in submissions:
        title = _("提出しました(期限後)") if sent.late else _("提出しました")
        entries.append((sent.submitted_at, {"icon": "send", "title": title, "who": str(sent.submitted_by)}))
        if sent.recalled_at:
            entries.append(
                (
                    sent.recalled_at,
                    {"icon": "arrow-left", "title": _("取り下げました"), "who": str(sent.recalled_by or "")},
                )
            )
    for decision in decisions:
        words = {
            "icon": decision_words.STEPS.get((decision.step, decision.verdict), ("circle",))[0],
            "title": decision_words.step_words(decision),
            "who": decision_words.decider(decision),
            "text": decision_text(decision),
        }
        entries.append((decision.decided_at, words))
        entries += later_reading(decision)
    ordered = sorted(entries, key=lambda entry: entry[0], reverse=True)
    return [{**words, "when": at} for at, words in ordered]


def later_reading(decision: Decision) -> list[tuple[datetime, dict[str, Any]]]:
    """後閲 of a 代決, once it took place."""
    read = getattr(decision, "later_reading", None)
    if read is None:
        return []
    return [
        (
            read.read_at,
            {"icon": "check", "title": _("後閲しました"), "who": str(decision.on_behalf_of), "text": read.remark},
        )
    ]


def decision_text(decision: Decision) -> str:
    """The comment, where it stands not with the comments as a return's does, and the meeting if one is named."""
    comment = "" if decision.verdict == Verdict.RETURN else decision.comment
    if decision.meeting is None:
        return comment
    number = f" {decision.meeting.document_number}" if decision.meeting.document_number else ""
    word = _("会議")
    return f"{comment}\n({word} {wareki(decision.meeting.held_on)}{number})".strip()


def withdrawn(review: MeasureReview, decisions: Sequence[Decision]) -> dict[str, Any] | None:
    """Who took the last decision back and why, while the sheet waits for the next one."""
    last = decisions[-1] if decisions else None
    if last is None or last.step != Step.WITHDRAW or last.round != review.round - 1:
        return None
    title = {
        Verdict.WITHDRAW_REVIEW.value: _("%(who)sさんが確認を取り消しました"),
        Verdict.WITHDRAW_APPROVAL.value: _("%(who)sさんが承認を取り消しました"),
    }[last.verdict]
    return {"title": title % {"who": decision_words.decider(last)}, "when": last.decided_at, "text": last.comment}


def changes(submissions: Sequence[Submission], texts: dict[str, str]) -> dict[str, list[dict[str, str]]]:
    """{item key: stretches} of what differs between `texts` and the submission before the latest one."""
    if len(submissions) < 2:
        return {}
    before = submissions[-2].content.get("items", {})
    return {key: stretches(before.get(key, ""), texts[key]) for key in items.changed(before, texts)}


def stretches(before: str, now: str) -> list[dict[str, str]]:
    """What differs between two texts, as the component takes it."""
    return [{"op": part.op, "text": part.text} for part in difference(before, now)]
