"""What the public pages show of a snapshot, as plain dicts for their templates."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from review.models import Edition
from review.services import editions, exports
from review.services.editions import Wanted
from review.templatetags.words import word_of

VERDICTS = {
    "achieved": gettext_noop("達成"),
    "missed": gettext_noop("未達成"),
    "undetermined": gettext_noop("評価できない"),
    "pending": gettext_noop("未入力"),
    "not_applicable": gettext_noop("対象外"),
}
# Letters with a shape of their own (_marks.html); any other letter of a city's scale stands in a plain frame.
SHAPED = "ABCD"

NARRATIVE_LABELS = {
    "current_state": gettext_noop("現状と課題"),
    "description": gettext_noop("施策内容詳細"),
    "expected_effect": gettext_noop("施策の実施により期待される効果"),
    "policy": gettext_noop("今後の取組方針・取組内容"),
}
EVALUATION_LABELS = {
    "cause": gettext_noop("要因"),
    "response": gettext_noop("対応"),
    "progress": gettext_noop("取組状況"),
    "self_assessment": gettext_noop("自己評価"),
    "board_opinion": gettext_noop("本部評価・意見"),
    "change_reason": gettext_noop("目標や指標の変更とその理由"),
}


def address(name: str, edition: Edition, *more: Any) -> str:
    """The page's address in this edition: the year's own for the current one, a numbered one for older ones."""
    year = edition.cycle.fiscal_year
    return reverse(f"publication:{name}", args=[year, *([] if edition.current else [edition.number]), *more])


def wanted_of(request: HttpRequest) -> Wanted:
    """What the address asks of the list."""
    sort = request.GET.get("sort", "")
    return Wanted(
        words=request.GET.get("q", "")[:100],
        field=request.GET.get("field", ""),
        department=request.GET.get("department", ""),
        grade=request.GET.get("grade", ""),
        sort=sort if sort.removeprefix("-") in editions.SORTS else "code",
    )


def grade_names(snapshot: editions.Snapshot) -> dict[str, str]:
    """{letter: its words} of the year's own scale."""
    return {grade["letter"]: grade["name"] for grade in snapshot["scale"]}


def overview_of(snapshot: editions.Snapshot) -> dict[str, Any]:
    """The totals, each grade as a tile, and the share of what was achieved."""
    whole = editions.totals(snapshot["measures"])
    tiles = [
        {
            "letter": grade["letter"],
            "name": grade["name"],
            "count": whole.indicators.get(grade["letter"], 0),
            "share": share(whole.indicators.get(grade["letter"], 0), whole.indicator_count),
        }
        for grade in snapshot["scale"]
    ]
    return {"overview": whole, "tiles": tiles, "top": tiles[0], "achieved_share": tiles[0]["share"]}


def share(part: int, whole: int) -> str:
    """Per cent, one decimal, half up; 100.0 and 0.0 only where they are exact."""
    if not whole:
        return "0.0"
    tenths = min(max((part * 2000 // whole + 1) // 2, 1 if part else 0), 1000 if part == whole else 999)
    return f"{tenths // 10}.{tenths % 10}"


def bars_of_year(snapshot: editions.Snapshot) -> list[dict[str, Any]]:
    """The year's two bars: 成果目標, and 施策 by their overall grade."""
    whole = editions.totals(snapshot["measures"])
    return [
        {"label": _("成果目標"), "counts": whole.indicators},
        {"label": _("施策(総合評価)"), "counts": whole.measures},
    ]


def group_rows(groups: list[editions.Totals], parameter: str, edition: Edition) -> list[dict[str, Any]]:
    """Groups as chart rows and table rows; each leads to the list narrowed to it."""
    here = address("year", edition)
    with_query = [(group, f"{here}?{_query(parameter, group.key)}#measures") for group in groups]
    return [
        {"label": group.label, "counts": group.indicators, "totals": group, "url": url} for group, url in with_query
    ]


def _query(name: str, value: str) -> str:
    return urlencode({name: value})


def listed_row(row: editions.Row, edition: Edition) -> dict[str, Any]:
    """One 施策 of the list."""
    return {
        "code": row["code"],
        "name": row["name"],
        "field": row["field"]["name"],
        "owner": row["owner"],
        "grade": row["grade"],
        "outcome": row["outcome"],
        "outcome_word": word_of(row["outcome"]) if row["outcome"] else "",
        "marks": [
            {"grade": one["grade"], "key": one["grade"] if one["grade"] in SHAPED else "none"}
            for one in row["indicators"]
            if one["grade"]
        ],
        "url": address("measure", edition, row["code"]),
    }


def choices(snapshot: editions.Snapshot) -> dict[str, Any]:
    """What the filters offer."""
    present = {row["grade"] for row in snapshot["measures"]} | {row["outcome"] for row in snapshot["measures"]}
    grades = [
        {"value": grade["letter"], "label": f"{grade['letter']} {grade['name']}"}
        for grade in snapshot["scale"]
        if grade["letter"] in present
    ]
    outcomes = [{"value": code, "label": word_of(code)} for code in ("not_submitted", "excluded") if code in present]
    return {
        "fields": [{"value": number, "label": name} for number, name in editions.fields(snapshot).items()],
        "departments": editions.departments(snapshot),
        "grades": grades + outcomes,
    }


def shown_indicator(one: editions.Row, year: int) -> dict[str, Any]:
    """One 成果目標 with its words for the page."""
    shown = editions.indicator(one, year)
    return {**shown, "verdict": _(VERDICTS[one["status"]]) if one["status"] else ""}


def facts_of(row: editions.Row) -> list[dict[str, Any]]:
    """Who answers for the 施策. Offices only."""
    related = "、".join(row["related"])
    if row["related_all"]:
        related = "、".join(filter(None, (related, _("全課等"))))
    return [
        {"label": _("主管部署"), "text": row["owner"]},
        {"label": _("関連部署"), "text": related},
    ]


def texts_of(texts: editions.Row, labels: dict[str, str]) -> list[dict[str, str]]:
    """The texts that say something, in the order of the form."""
    return [{"label": _(label), "text": texts[key]} for key, label in labels.items() if texts[key].strip()]


def schedule_of(row: editions.Row, years: list[int]) -> list[dict[str, Any]]:
    """The bars of the schedule, each knowing where it begins and ends."""
    items = []
    for item in row["schedule"]:
        on = [str(year) in item["bars"] for year in years]
        cells = [
            {
                "on": here,
                "start": here and (place == 0 or not on[place - 1]),
                "end": here and (place + 1 == len(years) or not on[place + 1]),
                "label": item["bars"].get(str(year), ""),
            }
            for place, (year, here) in enumerate(zip(years, on, strict=True))
        ]
        items.append({"name": item["name"], "progress": item["progress"], "cells": cells})
    return items


def downloads(edition: Edition) -> list[dict[str, Any]]:
    """The files of the edition, with what they are."""
    book = exports.edition_file(edition)
    files = [
        {
            "name": _("集約表 (Excel)"),
            "url": address("download", edition) if book else "",
            "size": book.size if book else None,
            "sha256": book.sha256 if book else "",
            "note": _("総括、成果指標一覧、全施策のシート、変更履歴")
            if book
            else _("作成中です。しばらくお待ちください。"),
            "kind": "table",
        }
    ]
    notes = {
        "csv": _("成果目標と年度ごとに1行。表計算ソフトで開けます (UTF-8)"),
        "json": _("公表した内容のすべて。プログラムでの利用に"),
    }
    for kind, note in notes.items():
        url = address("data", edition, kind)
        files.append({"name": kind.upper(), "url": url, "size": None, "sha256": "", "note": note, "kind": "sheet"})
    return files
