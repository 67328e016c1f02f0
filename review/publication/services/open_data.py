"""Open data: what every column and key means, the tidy tables, their schemas, and how a catalogue describes them.

One list of columns makes the CSV, the data dictionary, the table schema (CSVW) and the API's schema, so that none can
say what another does not. Everything is computed from a frozen snapshot.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse

from review.books.services import books, editions
from review.books.services.editions import Row, Snapshot
from review.domain import fields, grade_words, sheet_form, values
from review.domain.answers import sentence_of
from review.domain.fields import OWN, Field, Kind
from review.domain.fiscal import fiscal_year_label
from review.domain.notation import renamed
from review.domain.progress import status_of
from review.domain.rating import Scale
from review.domain.values.reading import COMPARATOR_WORDS

BOM = "\ufeff"
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "'")
Values = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: its head in the CSV, its key in JSON, its type, and its meaning in Japanese and English."""

    title: str
    key: str
    about: str
    english: str
    kind: str = "string"  #: string, integer, number, boolean
    nullable: bool = False

    @property
    def kind_word(self) -> str:
        """The type in words."""
        return {"string": "文字列", "integer": "整数", "number": "数値", "boolean": "真偽 (0か1)"}[self.kind]


def _column(title: str, key: str, about: str, english: str, kind: str = "string", nullable: bool = False) -> Column:
    return Column(title=title, key=key, about=about, english=english, kind=kind, nullable=nullable)


_HEAD = (
    _column("全国地方公共団体コード", "municipality_code", "6桁(検査数字を含む)", "Code of the local government, six digits"),
    _column("自治体名", "city", "市の名", "Name of the city"),
    _column("計画名", "plan", "計画の名", "Name of the plan"),
    _column("評価年度_西暦", "fiscal_year", "評価した年度。2024 は令和6年度(2024年4月から)", "Fiscal year of the review, by its first calendar year", "integer"),
    _column("評価年度_和暦", "fiscal_year_label", "評価した年度(和暦)", "Fiscal year of the review in the Japanese era"),
    _column("版", "edition", "第1版、訂正第1版など", "Label of the edition"),
    _column("版の番号", "edition_number", "年度の中で1から順に付く番号", "Number of the edition within its year", "integer", True),
    _column("公表日時", "published_at", "この版を公表した日時 (ISO 8601)", "When the edition was published", nullable=True),
    _column("施策ID", "measure_id", "施策の番号。計画の期間を通して変わらない", "ID of the measure, stable over the plan"),
    _column("施策名", "measure", "評価年度の施策の名", "Name of the measure in the year of the review"),
    _column("分野番号", "field_number", "分野の番号", "Number of the field"),
    _column("分野名", "field", "分野の名", "Name of the field"),
    _column("主管部署", "owner", "評価年度に施策を受け持つ部署", "Department in charge"),
)  # fmt: skip

_RESULT = (
    _column("施策の総合評価", "measure_grade", "施策の総合評価の区分。評価年度の行だけ", "Overall grade of the measure; rows of the year of the review"),
    _column("施策の総合評価の意味", "measure_grade_words", "区分の意味と、評価できない成果目標を除いたときは何件中何件を評価したか", "Meaning of the overall grade, and how many goals it rests on where some are left out"),
    _column("施策の結果", "measure_outcome", "未提出、対象外として扱ったとき、その区分", "not_submitted or excluded, where the measure was settled so"),
    _column("ライセンス", "licence", "利用の条件", "Licence"),
    _column("体系", "place", "体系の上からの番号と名。1階層の計画では分野名", "Where the measure stands in the plan, from the first level down"),
)  # fmt: skip

INDICATOR_COLUMNS = (
    *_HEAD,
    _column("指標ID", "indicator_id", "施策IDと指標番号。計画の期間を通して変わらない", "ID of the indicator, stable over the plan"),
    _column("指標番号", "indicator_number", "施策の中の成果目標の番号", "Number of the indicator within its measure", "integer"),
    _column("年度_西暦", "year", "この行の値の年度(西暦)", "Fiscal year of the row's values", "integer"),
    _column("年度_和暦", "year_label", "この行の値の年度(和暦)", "Fiscal year of the row's values in the Japanese era"),
    _column("評価項目", "indicator", "その年度の指標の名(書かれたとおり)", "Name of the indicator in that year, as typed"),
    _column("定義の変更", "definition_changed", "評価項目が前の年度と変わったとき 1。前の年度の値と続けて比べられない", "1 where the definition differs from the year before", "boolean"),
    _column("目標", "target", "目標(書かれたとおり)", "Target as typed"),
    _column("実績", "actual", "実績(書かれたとおり)", "Result as typed"),
    _column("目標_数値", "target_number", "目標から読み取った一つの数値。範囲や内訳、文章では空", "The single number read from the target", "number", True),
    _column("目標_条件", "target_comparator", "目標に書かれた条件(以上、超、以下、未満)", "Condition typed with the target"),
    _column("実績_数値", "actual_number", "実績から読み取った一つの数値", "The single number read from the result", "number", True),
    _column("単位", "unit", "数値の単位。千円などは円に直してある", "Unit of the numbers; thousands and the like are multiplied out"),
    _column("判定", "status", "達成、未達成、評価できない、実績なし、目標なし。評価年度の行だけ", "Verdict; rows of the year of the review"),
    _column("達成率", "rate", "実績÷目標(小さいほどよい指標は目標÷実績)。小数4桁", "Rate of achievement, four decimals", "number", True),
    _column("達成区分", "grade", "公表した区分", "Published grade"),
    _column("達成区分の意味", "grade_words", "区分の意味。達成率がない未達成は「未達成(率なし)」", "Meaning of the grade; a missed goal without a rate has words of its own"),
    _column("評価できない理由", "open_reason", "評価できないまま公表したときの理由", "Why the goal stays without a verdict"),
    _column("算定の達成区分", "computed_grade", "規則で計算した区分。人が判断した区分と違うことがある", "Grade by rule, before a person's own decision"),
    _column("実績の状態", "state", "確定、速報・見込み、年度途中、他年度の値、未測定。確定と速報・見込みのほかは判定しない", "State of the result: final, provisional, of a part of the year, of another year, not measured"),
    _column("実績の読み取り", "reading", "実績をどう読み取ったか", "How the result was read"),
    _column("判定の説明", "reason", "そう判定した理由", "Why it was judged so"),
    _column("注記", "notes", "値についての注意と、主管部署の確認", "Doubts about the value, and what the department answered"),
    _column("判断の理由", "given_reason", "人が区分を判断したときの理由", "Why a person graded otherwise"),
    *_RESULT,
    _column("基準値", "baseline", "計画の始まりの値(書かれたとおり)", "Value at the beginning of the plan, as typed"),
    _column("目標年度_西暦", "target_year", "目標が後の年度だけにあるとき、その年度", "Fiscal year of the target, where it is a later one", "integer", True),
    _column("進捗率", "progress", "(実績−基準値)÷(目標−基準値)。目標が後の年度だけにあるとき", "Progress from the value at the beginning to a target of a later year", "number", True),
)  # fmt: skip

_OF_MEASURE = (
    _column("関連部署", "related", "関連する部署。複数は「、」で区切る", "Related departments"),
    _column("成果目標の数", "indicators", "評価した成果目標の数", "Number of graded indicators", "integer"),
    _column("達成の数", "achieved", "達成した成果目標の数", "Number of indicators achieved", "integer"),
)  # fmt: skip


_NUMBERS = (Kind.AMOUNT, Kind.NUMBER)
#: What stands for the columns of a plan's own items where no edition is named.
OWN_COLUMN = _column(
    "(計画の独自の項目)", f"{OWN}…", "計画が様式に加えた項目。列の名は項目の名、キーは変わらない。版ごとの列は、その版の table-schema.json にある",
    "Items that the plan's form has of its own; their keys are stable, and table-schema.json of an edition lists them",
)  # fmt: skip


def form_of(snapshot: Snapshot | None) -> sheet_form.Form:
    """The form that the edition was frozen with; {} for the first city's."""
    rows = snapshot["measures"] if snapshot else ()
    return {name: part for name, part in sheet_form.of_row(rows[0]).items() if part} if rows else {}


def measure_columns(snapshot: Snapshot | None = None) -> tuple[Column, ...]:
    """The columns of the table with one row a 施策: the texts under the names that the edition has for them, the plan's
    own items after them. Their keys and their order are the same in every edition."""
    form = form_of(snapshot)
    called = form.get("called", {})
    texts = [
        _column(called.get(one.key, {}).get("label", one.column), one.key, one.about, one.english)
        for one in fields.texts()
        if one.public and one.column
    ]
    why = _column("結果の理由", "outcome_reason", "未提出、対象外とした理由", "Why the measure was settled so")
    texts += [_own_column(one) for one in sheet_form.own(form)]
    fixed = {one.title for one in (*_HEAD, *_OF_MEASURE, why, *_RESULT)}
    texts = [replace(one, title=f"{one.title}({one.key})") if one.title in fixed else one for one in texts]
    return (*_HEAD, *_OF_MEASURE, *texts, why, *_RESULT)


def _own_column(one: Field) -> Column:
    number = one.kind in _NUMBERS
    unit, in_english = ("(千円)", ", in thousand yen") if one.kind == Kind.AMOUNT else ("", "")
    return _column(
        one.label, one.key, f"計画の様式の独自の項目{unit}", f"Item of the plan's own form{in_english}",
        "number" if number else "string", number,
    )  # fmt: skip


def licence() -> dict[str, str]:
    """{"name", "url"} of the licence under which the city gives its data."""
    return {"name": settings.MEGURI_DATA_LICENCE, "url": settings.MEGURI_DATA_LICENCE_URL}


def api_address() -> str:
    """Where the interface for programs describes itself."""
    return reverse("api:openapi")


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


def indicator_rows(snapshot: Snapshot, edition: Values) -> Iterator[dict[str, Any]]:
    """One row per 成果目標 and 年度, by the keys of INDICATOR_COLUMNS. `edition`: label, number, published_at."""
    scale = Scale.from_data(snapshot["scale"])
    for row in snapshot["measures"]:
        measure = grade_words.with_words(row, scale)
        head = _head(snapshot, edition, measure)
        for one in measure["indicators"]:
            for place, cell in enumerate(one["years"]):
                judged = cell["fiscal_year"] == snapshot["fiscal_year"]
                yield {**head, **_cell(measure["code"], one, place), **_judgement(measure, one, judged=judged)}


def _cell(code: str, one: Row, place: int) -> dict[str, Any]:
    cell = one["years"][place]
    target, actual = values.read(cell["target"]), values.read(cell["actual"])
    aim, reached = target.quantity, actual.quantity
    unit = (reached.unit.symbol if reached else "") or (aim.unit.symbol if aim else "")
    comparator = aim.comparator if aim else None
    return {
        "indicator_id": f"{code}-{one['number']}",
        "indicator_number": one["number"],
        "baseline": one.get("baseline", ""),
        "year": cell["fiscal_year"],
        "year_label": fiscal_year_label(cell["fiscal_year"]),
        "indicator": cell["name"],
        "definition_changed": place > 0 and renamed(one["years"][place - 1]["name"], cell["name"]),
        "target": cell["target"],
        "actual": cell["actual"],
        "target_number": _number(aim),
        "target_comparator": COMPARATOR_WORDS.get(comparator or "", ""),
        "actual_number": _number(reached),
        "unit": unit,
    }


def _number(quantity: Any) -> Decimal | None:
    """The single number, None where there is none; thirds and the like are cut at nine decimals."""
    if quantity is None or quantity.value is None:
        return None
    return round(Decimal(quantity.value.numerator) / Decimal(quantity.value.denominator), 9).normalize()


def _judgement(measure: Row, one: Row, *, judged: bool) -> dict[str, Any]:
    """How the row's year was judged; empty for the other years, which this edition does not judge."""
    if not judged:
        words = "status grade grade_words open_reason measure_grade_words computed_grade given_reason measure_grade"
        words += " state reading reason notes measure_outcome"
        return {**dict.fromkeys(words.split(), ""), **dict.fromkeys(("rate", "target_year", "progress"))}
    later, rate = one.get("progress"), Decimal(one["rate"]) if one["rate"] is not None else None
    status = status_of(one["status"], one)
    return {
        "status": books.FINAL_LABELS.get(status, status),
        "rate": None if later else rate,
        "grade": one["grade"],
        "grade_words": one["grade_words"],
        "open_reason": one["open_reason"],
        "measure_grade_words": measure["grade_words"] + measure["grade_note"],
        "computed_grade": one["computed_grade"],
        "state": editions.state_of(one),
        "reading": editions.reading_of(one, {})["actual"],
        "reason": one["reason"],
        "notes": " ".join(map(sentence_of, editions.notes_of(one))),
        "given_reason": one["given_reason"],
        "target_year": later["target_year"] if later else None,
        "progress": rate if later else None,
        "measure_grade": measure["grade"],
        "measure_outcome": measure["outcome"],
    }


def measure_rows(snapshot: Snapshot, edition: Values) -> Iterator[dict[str, Any]]:
    """One row per 施策, by the keys of `measure_columns`."""
    for measure in snapshot["measures"]:
        yield measure_row(snapshot, edition, measure)


def measure_row(snapshot: Snapshot, edition: Values, measure: Row) -> dict[str, Any]:
    """One 施策 as a row."""
    related = [*measure["related"], *(["全課等"] if measure["related_all"] else [])]
    worded = grade_words.with_words(measure, Scale.from_data(snapshot["scale"]))
    graded = [one for one in measure["indicators"] if one["grade"]]
    return {
        **_head(snapshot, edition, measure),
        "related": "、".join(related),
        "indicators": len(graded),
        "achieved": sum(one["status"] == "achieved" for one in graded),
        **sheet_form.texts_of_row(measure),
        **{one["key"]: sheet_form.number(one["text"]) for one in measure.get("items", ()) if one["kind"] in _NUMBERS},
        "outcome_reason": measure["outcome_reason"],
        "measure_grade": measure["grade"],
        "measure_grade_words": worded["grade_words"] + worded["grade_note"],
        "measure_outcome": measure["outcome"],
    }


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
    columns = (
        _column("表", "table", "", ""),
        _column("列", "title", "", ""),
        _column("JSONのキー", "key", "", ""),
        _column("型", "kind", "", ""),
        _column("説明", "about", "", ""),
        _column("English", "english", "", ""),
    )
    tables = (("indicators.csv", INDICATOR_COLUMNS), ("measures.csv", (*measure_columns(), OWN_COLUMN)))
    rows = (
        {
            "table": name,
            "title": one.title,
            "key": one.key,
            "kind": one.kind_word,
            "about": one.about,
            "english": one.english,
        }
        for name, every in tables
        for one in every
    )
    return as_table(columns, rows)
