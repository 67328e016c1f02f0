"""A published 計画期間の総括 as data: the frozen JSON, the table of its goals, and the workbook; from its snapshot alone."""

import csv
import io
from collections.abc import Callable, Mapping
from typing import Any

from django.utils import timezone

from review.domain.plain_data import canonical
from review.models import SummaryEdition
from review.workbook import period_book

#: The columns of the CSV beside those of the years.
COLUMNS = ("施策ID", "施策名", "主管部署", "成果目標", "評価項目")
LAST_COLUMNS = ("年度評価による区分", "最終の達成区分", "区分を変えた理由", "施策の総括")


def rows_of(snapshot: Mapping[str, Any]) -> list[list[str]]:
    """The table of a published 総括, its heading first: one row a goal."""
    years: list[int] = snapshot["years"]
    heading = [*COLUMNS, *(f"{year} {what}" for year in years for what in ("目標", "実績", "達成区分")), *LAST_COLUMNS]
    return [heading, *(_row(one, goal, years) for one in snapshot["measures"] for goal in one["goals"])]


def _row(one: Mapping[str, Any], goal: Mapping[str, Any], years: list[int]) -> list[str]:
    cells = {cell["fiscal_year"]: cell for cell in goal["years"]}
    empty = {"target": "", "actual": "", "grade": "", "outcome": ""}
    by_year = [
        text
        for cell in (cells.get(year, empty) for year in years)
        for text in (cell["target"], cell["actual"] or cell["outcome"], cell["grade"])
    ]
    named = [one["code"], one["name"], one["department"], str(goal["number"]), goal["name"]]
    return [*named, *by_year, goal["proposed_grade"], goal["grade"], goal["grade_reason"], one["text"]]


def as_csv(snapshot: Mapping[str, Any]) -> bytes:
    """The table for programs and for Excel, which wants the mark of UTF-8."""
    out = io.StringIO()
    csv.writer(out).writerows(rows_of(snapshot))
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def as_xlsx(edition: SummaryEdition) -> bytes:
    """The workbook."""
    moment, rows = timezone.localtime(edition.published_at), rows_of(edition.snapshot)
    return period_book.write(edition.snapshot, rows, label=f"第{edition.number}版", published_at=moment)


#: {name of the file: what writes it}
FILES: dict[str, Callable[[SummaryEdition], bytes]] = {
    "data.json": lambda edition: canonical(edition.snapshot),
    "goals.csv": lambda edition: as_csv(edition.snapshot),
    "summary.xlsx": as_xlsx,
}
