"""What the public pages show of a snapshot, as plain dicts for their templates."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import partial
from typing import Any

from django.core.paginator import Paginator
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from review.books.services import editions
from review.books.services.editions import Filters
from review.domain import sheet_form
from review.domain.fields import Section
from review.domain.form_rows import related_text
from review.domain.grade_words import FINAL_STATUSES
from review.domain.progress import status_of
from review.domain.rating import Scale
from review.models import Artifact, Edition
from review.publication.services.releases import Release
from review.publication.views.shelf import Book
from review.reader_words import came_from_words, goal_label, in_reader_words, legend, with_words, worded
from review.templatetags.words import day_text, fiscal_year, word_of

# Rows of a list on one page: whatever the size of the plan, a page with all it loads stays under 100 kB packed.
ROWS = 30
# As many departments as fit the overview; beyond it they have a page of their own.
DEPARTMENTS = 30
# As many 分野 as a chart shows at a glance; more of them stand in the table alone.
CHARTED = 12


def edition_name(edition: Edition) -> str:
    """第1版, 訂正第1版; First edition, Correction 1 for an English reader."""
    return in_reader_words(edition.label)


def release_words(release: Release) -> dict[str, Any]:
    """What is to be published and when, and which day stood there before, in sentences."""
    words = {
        "year": fiscal_year(release.cycle.fiscal_year),
        "day": _minute(release.at),
        "told": _minute(release.told_at),
    }
    sentence, moved = _("%(year)sの評価結果を、%(day)sに公表する予定です。") % words, ""
    if release.before:
        moved = _("予定を%(told)sに変更しました。変更前の予定は%(before)sでした。") % {
            **words,
            "before": _minute(release.before),
        }
    return {"sentence": sentence, "moved": moved, "year": release.cycle.fiscal_year}


def _minute(moment: datetime) -> str:
    return f"{day_text(moment)} {timezone.localtime(moment):%H:%M}"


def query_of(filters: Filters, **more: Any) -> dict[str, Any]:
    """The query of an address with the same filters."""
    sort = "" if filters.sort == "code" else filters.sort
    query = {"q": filters.words, "field": filters.field, "department": filters.department, "grade": filters.grade}
    return {**query, "sort": sort, **more}


def filters_of(query: Mapping[str, str]) -> Filters:
    """The filters of the list, from the address."""
    sort = query.get("sort", "")
    return Filters(
        words=query.get("q", "")[:100],
        field=query.get("field", ""),
        department=query.get("department", ""),
        grade=query.get("grade", ""),
        sort=sort if sort.removeprefix("-") in editions.SORTS else "code",
    )


def page_number(query: Mapping[str, str]) -> int:
    """The page of a list; 1 for anything that is no number."""
    text = query.get("page", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def grade_names(snapshot: editions.Snapshot) -> dict[str, str]:
    """{letter: its legend} of the year's own scale."""
    return {grade["letter"]: legend(grade) for grade in snapshot["scale"]}


def measure_line(row: editions.Row, book: Book) -> str:
    """One 施策 in a sentence: its plan and year, what came out, and who answers for it."""
    result = word_of(row["outcome"]) if row["outcome"] else " ".join(filter(None, (row["grade"], row["grade_words"])))
    return _("%(plan)s %(year)s の施策「%(name)s」。総合評価: %(result)s。主管部署: %(owner)s。") % {
        "plan": book.snapshot["plan"],
        "year": fiscal_year(book.year),
        "name": row["name"],
        "result": result or "－",
        "owner": owner_of(row),
    }


def decision_of(snapshot: editions.Snapshot) -> dict[str, Any]:
    """Who decided on the edition and when, with its days as days; {} for an edition frozen without it."""
    data = snapshot.get("decision")
    if not data:
        return {}
    days = {name: date.fromisoformat(data[name]) if data[name] else None for name in ("date", "meeting", "approved_on")}
    return {**days, "document_number": data["document_number"]}


def bars_of_year(snapshot: editions.Snapshot) -> list[dict[str, Any]]:
    """The year's bars: 成果目標 beside those of the year before, and 施策 by their overall grade."""
    whole = editions.totals(snapshot["measures"])
    before = snapshot.get("previous") or {}
    bars = [{"label": _("成果目標"), "counts": whole.indicators}]
    if before.get("indicators"):
        bars.append({"label": _("成果目標(前年度の全体)"), "counts": before["indicators"]})
    bars.append({"label": _("施策(総合評価)"), "counts": whole.measures})
    return bars


def group_rows(groups: list[editions.Totals], parameter: str, book: Book) -> list[dict[str, Any]]:
    """Groups as chart rows and table rows; each leads to the list narrowed to it."""
    return [
        {
            "label": group.label,
            "counts": group.indicators,
            "totals": group,
            "url": book.url("year", query={parameter: group.key}) + "#measures",
        }
        for group in groups
    ]


def listed_row(row: editions.Row, book: Book) -> dict[str, Any]:
    """One 施策 of the list."""
    row = with_words(row, book.snapshot)
    return {
        "code": row["code"],
        "name": row["name"],
        "field": editions.place_words(row),
        "owner": row["owner"],
        "grade": row["grade"],
        "grade_words": row["grade_words"] + row["grade_note"],
        "open": [
            {"label": goal_label(one["number"]), "why": one["open_reason"]}
            for one in row["indicators"]
            if one["open_reason"]
        ],
        "outcome": row["outcome"],
        "shape": row["shape"],
        "marks": [one for one in row["indicators"] if one["grade"]],
        "url": book.url("measure", row["code"]),
    }


def shapes_of(snapshot: editions.Snapshot) -> list[str]:
    """The shape of each grade of the edition's scale, best first."""
    return [one.shape for one in Scale.from_data(snapshot["scale"]).grades]


def headings(book: Book, filters: Filters) -> list[dict[str, str]]:
    """The heads of the list's columns; on the site, not in plain files, each sorts by its column."""
    heads = []
    for key, label in (("code", _("施策")), ("department", _("主管部署")), ("grade", _("総合評価"))):
        down = filters.sort == key
        state = "ascending" if down else "descending" if filters.sort == f"-{key}" else "none"
        turned = f"-{key}" if down else key
        query = query_of(filters, sort="" if turned == "code" else turned)
        url = "" if book.site.static else book.url("year", query=query) + "#measures"
        heads.append({"label": label, "state": state, "url": url})
    return heads


def page_count(rows: int) -> int:
    """How many pages so many rows of a list take."""
    return max(1, -(-rows // ROWS))


def pages_of(book: Book, filters: Filters, page: int, *, drawn: bool = True) -> dict[str, Any]:
    """One page of a list, with the addresses of the pages around it; its rows only where they are to be drawn."""
    rows = book.lists[filters] if book.site.static else editions.listed(book.snapshot, filters)
    paginator = Paginator(rows, ROWS)
    here = paginator.get_page(page)
    around = {1, here.number - 1, here.number, here.number + 1, paginator.num_pages} & set(paginator.page_range)

    def url(number: int) -> str:
        return book.url("year", query=query_of(filters, page=number if number > 1 else "")) + "#measures"

    return {
        "rows": [
            book.site.remembered(
                ("listed", book.edition.pk, book.numbered, row["code"]), partial(listed_row, row, book)
            )
            for row in (here.object_list if drawn else ())
        ],
        "count": paginator.count,
        "first": here.start_index(),
        "last": here.end_index(),
        "number": here.number,
        "total": paginator.num_pages,
        "part": f"({here.number}/{paginator.num_pages})" if here.number > 1 else "",
        "previous": url(here.number - 1) if here.has_previous() else "",
        "next": url(here.number + 1) if here.has_next() else "",
        "links": [
            {"number": number, "url": url(number), "gap": number - 1 not in around and number > 1}
            for number in sorted(around)
        ],
    }


def choices(snapshot: editions.Snapshot) -> dict[str, Any]:
    """What the filters offer."""
    present = {row["grade"] for row in snapshot["measures"]} | {row["outcome"] for row in snapshot["measures"]}
    grades = [
        {"value": grade["letter"], "label": f"{grade['letter']} {legend(grade)}"}
        for grade in snapshot["scale"]
        if grade["letter"] in present
    ]
    outcomes = [{"value": code, "label": word_of(code)} for code in ("not_submitted", "excluded") if code in present]
    return {
        "fields": [{"value": number, "label": name} for number, name in editions.fields(snapshot).items()],
        "departments": [{"value": name, "label": name} for name in editions.departments(snapshot)],
        "grades": grades + outcomes,
    }


def indexes(book: Book) -> list[dict[str, Any]]:
    """The lists by 分野, grade and 主管部署 as links: what plain files have in place of a form."""
    offered = choices(book.snapshot)
    kinds = (
        ("field", _("分野"), "fields"),
        ("grade", _("総合評価"), "grades"),
        ("department", _("主管部署"), "departments"),
    )
    return [
        {
            "label": label,
            "links": [
                {"label": one["label"], "url": book.url("year", query={parameter: one["value"]})}
                for one in offered[key]
            ],
        }
        for parameter, label, key in kinds
    ]


def narrowed_by(offered: dict[str, Any], filters: Filters) -> list[str]:
    """What the list is narrowed to, in words; `offered` as `choices` gives it."""
    pairs = ((filters.field, "fields"), (filters.department, "departments"), (filters.grade, "grades"))
    words = [
        next((one["label"] for one in offered[key] if one["value"] == value), value) for value, key in pairs if value
    ]
    return words + ([f"「{filters.words}」"] if filters.words else [])


def shown_indicator(one: editions.Row, year: int, outcome: str = "") -> dict[str, Any]:
    """One 成果目標 of a `with_words` 施策 with its words for the page; `outcome` of its 施策, for which no 実績 is yet to come."""
    shown = editions.indicator(one, year)
    shown |= {key: worded(shown[key]) for key in ("reason", "rate_text", "read_target", "read_actual")}
    shown["sentences"] = list(map(worded, shown["sentences"]))
    shown["table"]["came_from"] = came_from_words(one.get("came_from"))
    if outcome and one["status"] not in ("", "not_applicable"):
        return {**shown, **without_actual(outcome)}
    if one["status"] == "pending":
        # Editions frozen by earlier versions say here that something is still to come.
        shown = {**shown, "reason": _("実績の記載がありません。")}
    shown["reason"] = one["open_reason"] or shown["reason"]
    return {**shown, "verdict": _(FINAL_STATUSES[status_of(one["status"], one)]) if one["status"] else ""}


def without_actual(outcome: str) -> dict[str, str]:
    """The words of a 成果目標 for which no 実績 came: those of how its 施策 was settled."""
    word = word_of(outcome)
    return {"verdict": word, "reason": _("この施策は「%(word)s」のため、実績はありません。") % {"word": word}}


def owner_of(row: editions.Row) -> str:
    """主管部署 as it was when the sheet was submitted, and its successor at publication where there is one."""
    if not row.get("owner_now"):
        return str(row["owner"])
    return _("%(then)s(組織改正により、公表時は%(now)s)") % {"then": row["owner"], "now": row["owner_now"]}


def facts_of(row: editions.Row) -> list[dict[str, Any]]:
    """Who answers for the 施策. Offices only."""
    note = row.get("related_text", "")
    related = related_text(row["related"], every=row["related_all"], note=note, all_words=_("全課等"))
    return [{"label": _("主管部署"), "text": owner_of(row)}, {"label": _("関連部署"), "text": related}]


def texts_of(section: Section, row: editions.Row) -> list[dict[str, str]]:
    """The public texts of the section that say something, in the order of the form."""
    texts = sheet_form.texts_of_row(row)
    public = (one for one in sheet_form.every(sheet_form.of_row(row)) if one.section == section and one.public)
    return [{"label": _(one.label), "text": texts[one.key]} for one in public if texts[one.key].strip()]


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


# --- files -----------------------------------------------------------------------------------------------------------

BOOKS = {
    Artifact.Kind.CONSOLIDATED.value: ("download", gettext_noop("集約表 (Excel)"), gettext_noop("総括、成果指標一覧、全施策のシート、変更履歴")),
    Artifact.Kind.BOOK_PDF.value: ("pdf", gettext_noop("集約表 (PDF)"), gettext_noop("同じ内容を読み上げに対応した PDF で")),
}  # fmt: skip
DATA = {
    "indicators.csv": gettext_noop("成果目標と年度ごとに1行。表計算ソフトで開けます (UTF-8)"),
    "measures.csv": gettext_noop("施策ごとに1行。総合評価、評価の文章、件数"),
    "data.json": gettext_noop("公表した内容のすべて。プログラムでの利用に"),
    "dataset.jsonld": gettext_noop("データの説明 (DCAT)。カタログへの登録に"),
}


def downloads(book: Book) -> list[dict[str, Any]]:
    """The files of the edition, with what they are."""
    files = []
    for kind, (name, label, note) in BOOKS.items():
        made = book.file(kind)
        files.append(
            {
                "name": _(label),
                "url": book.url(name) if made else "",
                "size": made.size if made else None,
                "sha256": made.sha256 if made else "",
                "note": _(note) if made else _("作成中です。しばらくお待ちください。"),
                "kind": "table",
            }
        )
    for name, note in DATA.items():
        files.append(
            {"name": name, "url": book.url("data", name), "size": None, "sha256": "", "note": _(note), "kind": "sheet"}
        )
    return files
