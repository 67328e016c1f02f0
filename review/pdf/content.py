"""What the templates show, as plain dicts and lists: labels, texts and counts, nothing to decide."""

from collections.abc import Callable, Iterable
from typing import Any

from review.domain import fields, sheet_form
from review.domain import form_labels as labels
from review.domain.book import Agenda, BookSheet, FormSheet, JudgedIndicator, YearBook
from review.domain.fields import Required, Section
from review.domain.fiscal import fiscal_year_label, wareki
from review.domain.form_rows import related_text
from review.domain.grade_words import share
from review.domain.sheet import IndicatorBlock, IndicatorCell, Sheet
from review.workbook import consolidated, tally

Content = dict[str, Any]
MISSED, UNDECIDED = "未達成", "評価できない"


def of_sheet(form: FormSheet, judged: BookSheet | None = None, *, blank: bool = True) -> Content:
    """One sheet of the city's form; without `blank` it has no 評価 where nobody wrote any, and nobody will."""
    sheet = form.sheet
    evaluation = _texts(sheet, Section.EVALUATION)
    related = related_text(sheet.related, every=sheet.related_all, note=sheet.related_note)
    head = {"code": sheet.code, "name": sheet.name, "owner": sheet.owner, "related": related}
    return {
        "code": sheet.code,
        "name": sheet.name,
        "title": f"{fiscal_year_label(form.fiscal_year)} {form.plan_name} 施策シート",
        "city": form.city,
        "plan": form.plan_name,
        "state": form.state_label,
        "demo": form.demo,
        "years": list(map(fiscal_year_label, form.years)),
        "now": form.years.index(form.fiscal_year) if form.fiscal_year in form.years else -1,
        "head": [[one.label, head[one.key]] for one in fields.of(Section.HEAD)],
        "narratives": _texts(sheet, Section.CONTENT),
        "schedule": [
            _schedule(item.name, {bar.fiscal_year: bar for bar in item.bars}, form) for item in sheet.schedule
        ],
        "goals": [_goal(block, {cell.fiscal_year: cell for cell in block.years}, form) for block in sheet.indicators],
        "evaluation": evaluation if blank or any(text.strip() for _label, text in evaluation) else [],
        "results": _results(judged) if judged else None,
    }


def _texts(sheet: Sheet, section: Section) -> list[list[str]]:
    return [[one.label, sheet.text(one.key)] for one in sheet.printed(section)]


def _schedule(name: str, bars: dict[int, Any], form: FormSheet) -> Content:
    cells = []
    for year in form.years:
        bar = bars.get(year)
        text = labels.bar_text(filled=bar.filled, label=bar.label) if bar else ""
        cells.append({"text": text, "filled": bool(bar and bar.filled)})
    return {"name": name, "bars": cells}


def _goal(block: IndicatorBlock, cells: dict[int, IndicatorCell], form: FormSheet) -> Content:
    rows = []
    for label, name in ((labels.NAME_ROW, "name"), (labels.TARGET_ROW, "target"), (labels.ACTUAL_ROW, "actual")):
        rows.append([label, [getattr(cells[year], name) if year in cells else "" for year in form.years]])
    for label, text in labels.further_rows(block):
        rows.append([label, [text, *[""] * (len(form.years) - 1)]])
    return {"label": labels.goal_label(block.number), "rows": rows}


def _results(judged: BookSheet) -> Content:
    return {
        "grade": judged.shown,
        "rows": [
            {
                "label": labels.goal_label(one.number),
                "cells": [one.name, one.target, one.actual, one.rate_text or "－", one.marks],
                "flags": " ".join(one.flags),
            }
            for one in judged.indicators
        ],
        "opinions": [[labels.OPINION, opinion] for opinion in judged.opinions],
    }


def of_book(book: YearBook) -> Content:
    """The whole year: what it is, its totals, and every sheet."""
    return {
        **_frame(book),
        "heading": f"{fiscal_year_label(book.fiscal_year)} 年次評価",
        "scale": [{"mark": one.mark, "meaning": one.meaning} for one in book.scale],
        "totals": _totals(book),
        "sheets": [
            of_sheet(consolidated.form_of(book, entry), entry, blank=not book.published) for entry in book.sheets
        ],
        "changes": [
            [_day(one.made_at), one.code, one.kind, one.item, one.before, one.after, one.reason] for one in book.changes
        ],
    }


def of_pack(book: YearBook, agenda: Agenda) -> Content:
    """本部会議資料: totals, then the agenda in its order, then the sheets."""
    decisions = [_decision(book, *one) for one in DECISIONS]
    first = {row["code"] for one in decisions for row in one["rows"]}
    rest = [entry for entry in book.sheets if not entry.aside and entry.sheet.code not in first]
    settled = [entry for entry in book.sheets if entry.aside in SETTLED]
    return {
        **of_book(book),
        "heading": f"{fiscal_year_label(book.fiscal_year)} 本部会議資料",
        "decisions": decisions,
        "plan_changes": list(map(list, agenda.changes)),
        "unsettled": [
            *map(list, agenda.proposals),
            *([f"{entry.sheet.code} {entry.sheet.name}", f"{entry.aside}(決定済)", ""] for entry in settled),
        ],
        "rest": [
            [entry.sheet.code, entry.sheet.name, entry.sheet.owner, entry.shown, entry.state_label] for entry in rest
        ],
        "publication": agenda.publication,
    }


def _why(book: YearBook) -> str:
    """要因と対応, as the year calls them."""
    form = book.sheets[0].sheet.form if book.sheets else {}
    return "と".join(one.label for one in sheet_form.of(form) if one.required == Required.WHERE_MISSED)


SETTLED = ("未提出", "対象外")
#: title, what is to be done, and which 成果目標 it holds
DECISIONS: tuple[tuple[str, str, Callable[[JudgedIndicator], bool]], ...] = (
    (
        "未達成の指標",
        "目標に届かなかった指標です(目標から遠い順)。{why}を確かめます。",
        lambda one: one.status == MISSED,
    ),
    ("評価できない指標", "計算では判定できません。本部が区分を判断します。", lambda one: one.status == UNDECIDED),
    (
        "大きく変わった指標",
        "前年度の2倍以上・半分以下、または累計が減ったものです。誤りでないかを確かめます。",
        lambda one: one.large_change,
    ),
)


def _decision(book: YearBook, title: str, note: str, condition: Callable[[JudgedIndicator], bool]) -> Content:
    chosen = [(entry, one) for entry in book.sheets if not entry.aside for one in entry.indicators if condition(one)]
    if title == DECISIONS[0][0]:
        chosen.sort(key=lambda pair: (pair[1].rate is None, pair[1].rate))
    rows = [
        {
            "code": entry.sheet.code,
            "place": f"{entry.sheet.code}\n{labels.goal_label(one.number)}",
            "name": f"{entry.sheet.name}({entry.sheet.owner})",
            "cells": [one.name, one.target, one.actual, one.previous_actual, one.rate_text or "－", one.marks],
            "comments": [
                [one.label, text]
                for one in sheet_form.of(entry.sheet.form)
                if one.required == Required.WHERE_MISSED and (text := entry.sheet.text(one.key)).strip()
            ],
        }
        for entry, one in chosen
    ]
    return {"title": title, "note": note.format(why=_why(book)), "rows": rows}


def _frame(book: YearBook) -> Content:
    return {
        "city": book.city,
        "plan": book.plan_name,
        "year": fiscal_year_label(book.fiscal_year),
        "state": book.state_label,
        "demo": book.has_demo_values,
        "made": book.dated,
        "audit": f"{labels.AUDIT_HEAD} {book.audit_head}" if book.audit_head else "",
    }


def _totals(book: YearBook) -> Content:
    counted = tally.Tally(book)
    grades, others = counted.grades, counted.beside
    return {
        "grades": [
            {"mark": one.mark, "meaning": one.meaning, "colour": one.bar[0], "background": one.bar[1]}
            for one in book.scale
        ],
        "others": others,
        "overall": [_row(row, grades, others) for row in counted.overall()],
        "fields": [_row(row, grades, others) for row in counted.by_field()],
        "departments": [_row(row, grades, others) for row in counted.by_department()],
        "sheet_count": tally.due(book),
        "asides": tally.asides(book),
        "note": counted.note,
        "indicator_count": counted.indicators.total(),
    }


def _row(row: tally.Row, grades: Iterable[str], others: Iterable[str]) -> Content:
    grades = list(grades)
    counts, total = [row.counts[grade] for grade in grades], row.total(grades)
    parts = "、".join(f"{grade}が{count}" for grade, count in zip(grades, counts, strict=True) if count)
    return {
        "label": row.label,
        "counts": counts,
        "shares": [f"{share(count, total)}%" if count else "" for count in counts],
        "total": total,
        "others": ["" if row.graded_only else str(row.counts[word]) for word in others],
        "summary": f"{row.label}: {parts or 'なし'}",
    }


def _day(moment: Any) -> str:
    return wareki(moment.date()).partition("(")[0] if moment else ""
