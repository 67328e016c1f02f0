"""Open data: what every column and key means, the tidy tables, their schemas, and how a catalogue describes them.

One list of columns makes the CSV, the data dictionary, the table schema (CSVW) and the API's schema, so that none can
say what another does not. Everything is computed from a frozen snapshot.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.conf import settings

from review.books.services import books, editions
from review.books.services.editions import Row, Snapshot
from review.books.services.snapshot import SCHEMA
from review.domain import fields, form_labels, grade_words, sheet_form, values
from review.domain.answers import sentence_of
from review.domain.fields import OWN, Field, Kind
from review.domain.fiscal import fiscal_year_label
from review.domain.notation import renamed
from review.domain.rating import Scale
from review.domain.values.reading import COMPARATOR_WORDS

BOM = "\ufeff"
#: the schema of editions from which on the tables have codes beside words, and the books' names for their columns
CODED = 4
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "'")
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Column:
    """One column: its head in the CSV, its key in JSON, its type, and its meaning in Japanese and English."""

    title: str
    key: str
    about: str
    english: str
    kind: str = "string"  #: string, integer, number, boolean
    nullable: bool = False
    #: what it is called in tables of editions before schema 4; "" where that is the same
    was: str = ""
    #: the first schema of an edition whose tables have it, and the first whose tables do not any more
    since: int = 1
    until: int = SCHEMA + 1

    @property
    def kind_word(self) -> str:
        """The type in words."""
        return {"string": "文字列", "integer": "整数", "number": "数値", "boolean": "真偽 (0か1)"}[self.kind]


_NEW: dict[str, Any] = {"since": CODED}
_HEAD = (
    Column("全国地方公共団体コード", "municipality_code", "6桁(検査数字を含む)", "National code of the local government: six digits, the last one a check digit"),
    Column("地方公共団体名", "city", "市の名", "Name of the city, town or village", was="自治体名"),
    Column("計画名", "plan", "計画の名", "Name of the plan"),
    Column("評価年度_西暦", "fiscal_year", "評価した年度。2024 は令和6年度(2024年4月から)", "Fiscal year under review, by the calendar year in which it begins: 2024 is April 2024 to March 2025", "integer"),
    Column("評価年度_和暦", "fiscal_year_label", "評価した年度(和暦)", "Fiscal year under review, in the Japanese calendar"),
    Column("版", "edition", "第1版、訂正第1版など", "Edition: 第1版 is the first edition, 訂正第1版 Correction 1"),
    Column("版の番号", "edition_number", "年度の中で1から順に付く番号", "Number of the edition within the fiscal year, counted from 1", "integer", True),
    Column("公表日時", "published_at", "この版を公表した日時 (ISO 8601)", "Date and time of publication (ISO 8601)", nullable=True),
    Column("施策ID", "measure_id", "施策の番号。計画の期間を通して変わらない", "ID of the measure; the same throughout the plan"),
    Column("施策名", "measure", "評価年度の施策の名", "Name of the measure in the fiscal year under review"),
    Column("分野番号", "field_number", "分野の番号", "Number of the policy field"),
    Column("分野名", "field", "分野の名", "Name of the policy field"),
    Column("主管部署", "owner", "評価年度に施策を受け持つ部署", "Owning department in the fiscal year under review"),
)  # fmt: skip

_RESULT = (
    Column("施策の総合評価", "measure_grade", "施策の総合評価の区分。評価年度の行だけ", "Overall rating of the measure (a letter); only in rows of the fiscal year under review"),
    Column("施策の総合評価の意味", "measure_grade_words", "区分の意味と、評価できない成果目標を除いたときは何件中何件を評価したか", "Meaning of the overall rating and, where goals were left out, on how many of them it rests"),
    Column("施策の結果", "measure_result", "総合評価の区分。ないときは、対象外、未提出、評価なし。評価年度の行だけ", "Overall rating or, where there is none, the word for why: 対象外 excluded, 未提出 not submitted, 評価なし nothing to rate", **_NEW),
    Column("施策の結果コード", "measure_outcome", "not_submitted は未提出、excluded は対象外。ほかは空", "not_submitted or excluded where the measure was not rated for that reason; otherwise empty", was="施策の結果"),
    Column("ライセンス", "licence", "利用の条件", "Licence"),
    Column("体系", "place", "体系の上からの番号と名。1階層の計画では分野名", "Position of the measure in the plan, from the top level down"),
)  # fmt: skip

INDICATOR_COLUMNS = (
    *_HEAD,
    Column("指標ID", "indicator_id", "施策IDと指標番号。計画の期間を通して変わらない", "ID of the goal (indicator): measure ID and number; the same throughout the plan"),
    Column("指標番号", "indicator_number", "施策の中の成果目標の番号", "Number of the goal (indicator) within its measure", "integer"),
    Column("年度_西暦", "year", "この行の値の年度(西暦)", "Fiscal year of the values in this row", "integer"),
    Column("年度_和暦", "year_label", "この行の値の年度(和暦)", "Fiscal year of the values in this row, in the Japanese calendar"),
    Column("評価項目", "indicator", "その年度の指標の名(書かれたとおり。「-」だけの欄は空)", "What the goal measures in that year, as written by the city; empty for a lone dash"),
    Column("定義の変更", "definition_changed", "評価項目が前の年度と変わったとき 1。前の年度の値と続けて比べられない", "1 where the definition of the indicator changed from the year before, so that the two years cannot be compared; otherwise 0", "boolean"),
    Column("目標", "target", "目標(書かれたとおり。「-」だけの欄は空)", "Target as written by the city; empty for a lone dash"),
    Column("実績", "actual", "実績(書かれたとおり。「-」だけの欄は空)", "Result as written by the city; empty for a lone dash"),
    Column("目標_数値", "target_number", "目標から読み取った一つの数値。範囲や内訳、文章では空", "The number in the target; empty for ranges, breakdowns and text", "number", True),
    Column("目標_条件", "target_comparator", "目標に書かれた条件(以上、超、以下、未満)", "Condition written with the target: 以上 at least, 超 more than, 以下 at most, 未満 less than"),
    Column("実績_数値", "actual_number", "実績から読み取った一つの数値", "The number in the result; empty for ranges, breakdowns and text", "number", True),
    Column("単位", "unit", "数値の単位。千円などは円に直してある", "Unit of the numbers; 千円 (thousand yen) and the like are converted to the base unit", until=CODED),
    Column("目標_単位", "target_unit", "目標_数値の単位。千円などは円に直してある", "Unit of the number in the target; 千円 (thousand yen) and the like are converted to the base unit", **_NEW),
    Column("実績_単位", "actual_unit", "実績_数値の単位。千円などは円に直してある", "Unit of the number in the result; 千円 (thousand yen) and the like are converted to the base unit", **_NEW),
    Column("向き", "direction", "大きいほどよい、小さいほどよい。判定に使った向き。決まらないときは空", "Direction used for the verdict: 大きいほどよい higher is better, 小さいほどよい lower is better; empty where undecided", **_NEW),
    Column("判定", "status", "達成、未達成、評価できない、実績なし、目標なし、目標年度前、対象外、未提出。評価年度の行だけ", "Verdict; only in rows of the fiscal year under review. The next column has it as a code"),
    Column("判定コード", "status_code", "達成 achieved、未達成 missed、評価できない undetermined、実績なし pending、目標なし not_applicable、目標年度前 before、対象外 excluded、未提出 not_submitted", "Verdict as a code: achieved, missed, undetermined (cannot be rated), pending (no result), not_applicable (no target), before (before the target's year), excluded, not_submitted", **_NEW),
    Column("達成率", "rate", "実績÷目標(小さいほどよい指標は目標÷実績)。小数4桁", "Rate of achievement, 1 being the target: result ÷ target, or target ÷ result where lower is better; four decimals", "number", True),
    Column("達成区分", "grade", "公表した区分", "Grade of the goal as published"),
    Column("達成区分の意味", "grade_words", "区分の意味。達成率がない未達成は「未達成(率なし)」", "Meaning of the grade; 未達成(率なし) is a missed goal without a rate"),
    Column("評価できない理由", "open_reason", "評価できないまま公表したときの理由", "Reason why the goal was published without a grade"),
    Column("算定の達成区分", "computed_grade", "規則で計算した区分。人が判断した区分と違うことがある", "Grade computed by the rules; it may differ from the published grade where a person decided otherwise"),
    Column("値の状態", "state", "確定、速報・見込み、年度途中、他年度の値、未測定。確定と速報・見込みのほかは判定しない", "State of the result: 確定 final, 速報・見込み provisional, 年度途中 part of the year, 他年度の値 another year's value, 未測定 not measured; only final and provisional results are rated", was="実績の状態"),
    Column("実績の読み取り", "reading", "実績をどう読み取ったか", "How the result was interpreted"),
    Column("判定の理由", "reason", "そう判定した理由", "Reason for the verdict", was="判定の説明"),
    Column("確認事項", "notes", "値についての注意と、主管部署の確認。ページ、Excel、PDF と同じ文", "Cautions about the value, with the department's reply; the same sentences as on the pages, in Excel and in the PDF", was="注記"),
    Column("確認事項コード", "note_codes", "確認事項の種類。複数は空白で区切る", "Codes of the cautions, separated by spaces", **_NEW),
    Column("判断の理由", "given_reason", "人が区分を判断したときの理由", "Reason given where a person decided on another grade"),
    *_RESULT,
    Column("基準値", "baseline", "計画の始まりの値(書かれたとおり)", "Baseline: the value at the start of the plan, as written by the city"),
    Column("目標年度_西暦", "target_year", "目標が後の年度だけにあるとき、その年度", "Fiscal year of the target where the only target is for a later year", "integer", True),
    Column("進捗率", "progress", "(実績−基準値)÷(目標−基準値)。目標が後の年度だけにあるとき", "Progress towards a target of a later year: (result − baseline) ÷ (target − baseline)", "number", True),
    Column("指標の区分", "sort", "活動指標、成果指標。区分のない計画では空", "Type of goal: 活動指標 activity (output), 成果指標 outcome; empty where the plan does not distinguish", since=5),
)  # fmt: skip

#: what a row of a year holds that the edition does not judge
_EMPTY = {one.key: None if one.nullable else "" for one in INDICATOR_COLUMNS}

_OF_MEASURE = (
    Column("関連部署", "related", "関連する部署。複数は「、」で区切る", "Related departments"),
    Column("関連部署の注記", "related_note", "関連部署に添えて書かれたこと", "Note on the related departments", since=5),
    Column("成果目標の数", "indicators", "評価した成果目標の数", "Number of goals that were graded", "integer"),
    Column("達成の数", "achieved", "達成した成果目標の数", "Number of goals achieved", "integer"),
)  # fmt: skip


_NUMBERS = (Kind.AMOUNT, Kind.NUMBER)
#: What stands for the columns of a plan's own items where no edition is named.
OWN_COLUMN = Column(
    "(計画の独自の項目)",
    f"{OWN}…",
    "計画が様式に加えた項目。列の名は項目の名、キーは変わらない。版ごとの列は、その版の table-schema.json にある",
    "Items that this plan adds to the form; their keys do not change, and the table-schema.json of each edition lists them",
)


def form_of(snapshot: Snapshot | None) -> sheet_form.Form:
    """The form that the edition was frozen with; {} for the first city's."""
    rows = snapshot["measures"] if snapshot else ()
    return {name: part for name, part in sheet_form.of_row(rows[0]).items() if part} if rows else {}


def schema_of(snapshot: Snapshot | None) -> int:
    """The schema of the edition, by which its tables are laid out: what is published keeps its columns for ever."""
    return int(snapshot["schema"]) if snapshot else SCHEMA


def in_edition(columns: Iterable[Column], snapshot: Snapshot | None) -> tuple[Column, ...]:
    """The columns as the edition's tables have them; where none is named, as those of a new edition."""
    schema = schema_of(snapshot)
    there = (one for one in columns if one.since <= schema < one.until)
    return tuple(replace(one, title=one.was) if one.was and schema < CODED else one for one in there)


def indicator_columns(snapshot: Snapshot | None = None) -> tuple[Column, ...]:
    """The columns of the table with one row a 成果目標 and 年度."""
    return in_edition(INDICATOR_COLUMNS, snapshot)


def measure_columns(snapshot: Snapshot | None = None) -> tuple[Column, ...]:
    """The columns of the table with one row a 施策: the texts under the names that the edition has for them, the plan's
    own items after them. Their keys and their order are the same in every edition."""
    form = form_of(snapshot)
    head, result = in_edition(_HEAD, snapshot), in_edition(_RESULT, snapshot)
    called = form.get("called", {})
    texts = [
        Column(called.get(one.key, {}).get("label", one.column), one.key, one.about, one.english)
        for one in fields.texts()
        if one.public and one.column
    ]
    why = Column(
        "結果の理由",
        "outcome_reason",
        "未提出、対象外とした理由",
        "Reason why the measure was excluded or not submitted",
    )
    texts += [_own_column(one) for one in sheet_form.own(form)]
    fixed = {one.title for one in (*head, *_OF_MEASURE, why, *result)}
    texts = [replace(one, title=f"{one.title}({one.key})") if one.title in fixed else one for one in texts]
    return (*head, *in_edition(_OF_MEASURE, snapshot), *texts, why, *result)


def _own_column(one: Field) -> Column:
    number = one.kind in _NUMBERS
    unit, in_english = ("(千円)", ", in thousand yen") if one.kind == Kind.AMOUNT else ("", "")
    return Column(
        one.label,
        one.key,
        f"計画の様式の独自の項目{unit}",
        f"Item that this plan adds to the form{in_english}",
        "number" if number else "string",
        number,
    )


#: {file: (its columns in an edition, what names a row)}
TABLES: dict[str, tuple[Callable[[Snapshot | None], tuple[Column, ...]], tuple[str, ...]]] = {
    "indicators.csv": (indicator_columns, ("indicator_id", "year")),
    "measures.csv": (measure_columns, ("measure_id",)),
}


def licence() -> dict[str, str]:
    """{"name", "url"} of the licence under which the city gives its data."""
    return {"name": settings.MEGURI_DATA_LICENCE, "url": settings.MEGURI_DATA_LICENCE_URL}


# --- rows ------------------------------------------------------------------------------------------------------------


def _head(snapshot: Snapshot, edition: Values, measure: Row) -> dict[str, Any]:
    return {
        "municipality_code": snapshot["municipality_code"],
        "city": snapshot["city"],
        "plan": snapshot["plan"],
        "fiscal_year": snapshot["fiscal_year"],
        "fiscal_year_label": fiscal_year_label(snapshot["fiscal_year"]),
        "edition": edition["label"],
        "edition_number": edition["number"],
        "published_at": edition["published_at"],
        "measure_id": measure["code"],
        "measure": measure["name"],
        "field_number": measure["field"]["number"],
        "field": measure["field"]["name"],
        "place": editions.place_words(measure),
        "owner": measure["owner"],
        "licence": settings.MEGURI_DATA_LICENCE,
    }


def indicator_rows(snapshot: Snapshot, edition: Values, only: int | None = None) -> Iterator[dict[str, Any]]:
    """One row per 成果目標 (those of that number, where one is given) and 年度, by the keys of INDICATOR_COLUMNS. `edition`:
    label, number, published_at."""
    scale, coded = Scale.from_data(snapshot["scale"]), schema_of(snapshot) >= CODED
    for row in snapshot["measures"]:
        measure = grade_words.with_words(row, scale)
        head = {**_EMPTY, **_head(snapshot, edition, measure)}
        for one in (each for each in measure["indicators"] if only in (None, each["number"])):
            for place, cell in enumerate(one["years"]):
                judged = cell["fiscal_year"] == snapshot["fiscal_year"]
                verdict = _judgement(measure, one, coded=coded) if judged else {}
                yield {**head, **_cell(measure["code"], one, place, coded=coded), **verdict}


def _cell(code: str, one: Row, place: int, *, coded: bool) -> dict[str, Any]:
    cell = one["years"][place]
    target, actual = values.read(cell["target"]), values.read(cell["actual"])
    units = books.unit_of(target), books.unit_of(actual)
    comparator = target.quantity.comparator if target.quantity else None
    return {
        "indicator_id": f"{code}-{one['number']}",
        "indicator_number": one["number"],
        "baseline": one.get("baseline", ""),
        "sort": form_labels.SORTS.get(one.get("sort", ""), ""),
        "year": cell["fiscal_year"],
        "year_label": fiscal_year_label(cell["fiscal_year"]),
        "indicator": _typed(cell["name"]) if coded else cell["name"],
        "definition_changed": place > 0 and renamed(one["years"][place - 1]["name"], cell["name"]),
        "target": _typed(cell["target"]) if coded else cell["target"],
        "actual": _typed(cell["actual"]) if coded else cell["actual"],
        "target_number": books.number_of(target),
        "target_comparator": COMPARATOR_WORDS.get(comparator or "", ""),
        "actual_number": books.number_of(actual),
        "unit": units[1] or units[0],
        "target_unit": units[0],
        "actual_unit": units[1],
    }


def _typed(text: str) -> str:
    """The text as typed; a lone dash stands for nothing, as an empty cell does. One with a note does not."""
    return text if any(map(str.isalnum, text)) or values.read(text).kind != "none" else ""


def _judgement(measure: Row, one: Row, *, coded: bool) -> dict[str, Any]:
    """How the year of the review was judged."""
    later, rate = one.get("progress"), Decimal(one["rate"]) if one["rate"] is not None else None
    code = books.verdict_code(one, measure["outcome"] if coded else "")
    notes = editions.cautions(one) if coded else map(sentence_of, editions.notes_of(one))
    return {
        "status": books.FINAL_LABELS.get(code, code),
        "status_code": code,
        "direction": editions.direction_of(one),
        "rate": None if later else rate,
        "grade": one["grade"],
        "grade_words": one["grade_words"],
        "open_reason": one["open_reason"],
        "computed_grade": one["computed_grade"],
        "state": editions.state_of(one),
        "reading": editions.reading_of(one, {})["actual"],
        "reason": one["reason"],
        "notes": " ".join(notes),
        "note_codes": " ".join(note["code"] for note in editions.notes_of(one)),
        "given_reason": one["given_reason"],
        "target_year": later["target_year"] if later else None,
        "progress": rate if later else None,
        **_result(measure),
    }


def _result(worded: Row) -> dict[str, str]:
    """How the 施策 came out."""
    return {
        "measure_grade": worded["grade"],
        "measure_grade_words": worded["grade_words"] + worded["grade_note"],
        "measure_result": books.standing_of(worded),
        "measure_outcome": worded["outcome"],
    }


def measure_row(snapshot: Snapshot, edition: Values, measure: Row) -> dict[str, Any]:
    """One 施策 as a row."""
    related = [*measure["related"], *(["全課等"] if measure["related_all"] else [])]
    graded = [one for one in measure["indicators"] if one["grade"]]
    return {
        **_head(snapshot, edition, measure),
        "related": "、".join(related),
        "related_note": measure["related_text"],
        "indicators": len(graded),
        "achieved": sum(one["status"] == "achieved" for one in graded),
        **sheet_form.texts_of_row(measure),
        **{one["key"]: sheet_form.number(one["text"]) for one in measure.get("items", ()) if one["kind"] in _NUMBERS},
        "outcome_reason": measure["outcome_reason"],
        **_result(grade_words.with_words(measure, Scale.from_data(snapshot["scale"]))),
    }


def keyed(columns: Iterable[Column], rows: Iterable[Values]) -> Iterator[dict[str, Any]]:
    """The rows as JSON: what the table has, by its keys."""
    keys = [one.key for one in columns]
    return ({key: row[key] for key in keys} for row in rows)


# --- CSV -------------------------------------------------------------------------------------------------------------


def as_table(columns: Iterable[Column], rows: Iterable[Values]) -> bytes:
    """A CSV file: UTF-8 with BOM, CRLF, every text as typed but guarded."""
    columns = tuple(columns)
    text = io.StringIO(newline="")
    text.write(BOM)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([column.title for column in columns])
    writer.writerows([_field(row[column.key], column) for column in columns] for row in rows)
    return text.getvalue().encode()


def _field(value: Any, column: Column) -> str:
    if value is None:
        return ""
    if column.kind == "string":
        return guarded(str(value))
    if column.kind == "boolean":
        return "1" if value else "0"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def guarded(text: str) -> str:
    """The text as a CSV field that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def dictionary() -> bytes:
    """The data dictionary as a table of its own."""
    titles = {"table": "表", "title": "列", "key": "JSONのキー", "kind": "型", "about": "説明", "english": "English"}
    tables = (("indicators.csv", indicator_columns()), ("measures.csv", (*measure_columns(), OWN_COLUMN)))
    rows = ({**vars(one), "table": name, "kind": one.kind_word} for name, every in tables for one in every)
    return as_table((Column(title, key, "", "") for key, title in titles.items()), rows)
