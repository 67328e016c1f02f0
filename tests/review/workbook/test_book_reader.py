"""A book is read cell by cell as openpyxl reads it, which has no part in reading it any more: it is the measure here."""

from __future__ import annotations

import io
import re
import warnings
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import PatternFill
from openpyxl.styles.colors import Color
from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.worksheet import Worksheet

from review.workbook.book_reader import opened
from review.workbook.cell_formats import OPEN
from review.workbook.findings import Code, Refused
from review.workbook.read_book import Book, Sheet
from tests.corpus import genuine, pack

FORMS = Path(__file__).parents[1] / "domain" / "forms" / "data"
FILES = [*genuine.samples(), *sorted(FORMS.rglob("*.xlsx"))]
WHITE = {"00000000", "FFFFFFFF", "00FFFFFF", OPEN, "00" + OPEN[2:]}

Facts = dict[str, object]


# --- both readings as the same plain facts ------------------------------------------------------------------------


def known(value: object) -> object:
    """openpyxl takes the letters x005F_ out of shared texts, though they escape what stands behind them."""
    return (type(value).__name__, value.replace("x005F_", "") if isinstance(value, str) else value)


def ours(sheet: Sheet) -> Facts:
    cells = [cell for row in sheet.rows() for cell in row]
    return {
        "sheet": (sheet.title, sheet.hidden),
        "size": (sheet.max_row, sheet.max_column),
        "values": {cell.coordinate: (known(cell.value), cell.data_type) for cell in cells if cell.value is not None},
        "looks": {cell.coordinate: (cell.format.number_format, cell.format.painted) for cell in cells},
        "notes": sheet.notes,
        "merged": sorted(sheet.merged),
        "rows": sheet.hidden_rows,
        "columns": sorted(sheet.hidden_columns),
        "names": {name: meant for name, meant in sheet.names.items() if not name.startswith("_xlnm.")},
    }


def theirs(sheet: Worksheet) -> Facts:
    cells = [cell for row in sheet.iter_rows() for cell in row]
    return {
        "sheet": (sheet.title, sheet.sheet_state != "visible"),
        "size": (sheet.max_row, sheet.max_column),
        "values": {cell.coordinate: (known(cell.value), cell.data_type) for cell in cells if cell.value is not None},
        "looks": {cell.coordinate: (cell.number_format, has_colour(cell)) for cell in cells},
        "notes": {(cell.row, cell.column): cell.comment.text for cell in cells if cell.comment},
        "merged": sorted((one.min_row, one.min_col, one.max_row, one.max_col) for one in sheet.merged_cells.ranges),
        "rows": {number for number, row in sheet.row_dimensions.items() if row.hidden},
        "columns": sorted((one.min, one.max) for one in sheet.column_dimensions.values() if one.hidden),
        "names": {name: one.attr_text or "" for name, one in sheet.defined_names.items()},
    }


def has_colour(cell: Cell | MergedCell) -> bool:
    fill = cell.fill
    if fill.fill_type != "solid":
        return False
    if fill.fgColor.type == "theme":
        return bool(fill.fgColor.theme or fill.fgColor.tint)
    return str(fill.fgColor.rgb) not in WHITE


def both(path: Path) -> tuple[Book, Workbook]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return opened(path), load_workbook(path)


def compare(path: Path) -> None:
    book, measure = both(path)
    assert [sheet.title for sheet in book.sheets] == [sheet.title for sheet in measure.worksheets]
    for sheet, other in zip(book.sheets, measure.worksheets, strict=True):
        assert ours(sheet) == theirs(other)
    assert book.properties == {one.name: str(one.value or "") for one in measure.custom_doc_props.props}


# --- files of real programs and of every shape --------------------------------------------------------------------


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_is_read_as_openpyxl_reads_it(path: Path) -> None:
    compare(path)


@pytest.mark.parametrize("name", genuine.CASES)
def test_a_genuine_shape_is_read_as_openpyxl_reads_it(name: str, tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(genuine.CASES[name]())
    compare(path)


# --- any book that openpyxl writes --------------------------------------------------------------------------------

DAYS = st.datetimes(datetime(1900, 3, 1), datetime(2100, 1, 1)).map(lambda moment: moment.replace(microsecond=0))
VALUES = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), max_size=12).filter(
        lambda text: not text.startswith("=")
    ),
    st.integers(-(10**15), 10**15),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.booleans(),
    st.sampled_from(["#N/A", "#DIV/0!", "#REF!", "_x0041_", "_x005F_x000D_", "a\nb", " ", "平成31年"]),
    DAYS,
    DAYS.map(datetime.date),
    st.times().map(lambda moment: moment.replace(microsecond=0)),
    st.timedeltas(timedelta(0), timedelta(days=400)).map(lambda length: timedelta(seconds=length.total_seconds() // 1)),
)
NUMBER_FORMATS = st.sampled_from(
    ["General", "0%", "#,##0千円", "yyyy-mm-dd", 'ggge"年"m"月"d"日"', "[h]:mm", "h:mm", "[$-411]ge.m.d;@", "@", "[Red]0",
     '"d"0', r"0\d", "0.00_m", "mmss.0", "#,##0_);[Red](#,##0)"]
)  # fmt: skip
FILLS = st.sampled_from(
    [None, PatternFill("solid", fgColor="FF5B84B1"), PatternFill("solid", fgColor="FFFFFF"), PatternFill("gray125"),
     PatternFill("solid", fgColor=OPEN), PatternFill("solid"), PatternFill("solid", fgColor=Color(theme=0)),
     PatternFill("solid", fgColor=Color(theme=0, tint=-0.25)), PatternFill("solid", fgColor=Color(theme=4)),
     PatternFill("solid", fgColor=Color(indexed=13))]
)  # fmt: skip
PLACES = st.tuples(st.integers(1, 8), st.integers(1, 30))


@st.composite
def books(draw: st.DrawFn) -> Workbook:
    book = Workbook()
    if draw(st.booleans()):
        book.epoch = CALENDAR_MAC_1904
    book.iso_dates = draw(st.booleans())
    for title in draw(st.lists(st.sampled_from(["01-01", "メモ", "a&b", "'"]), unique=True, max_size=3)):
        fill_in(book.create_sheet(title), draw)
    for name in draw(st.lists(st.sampled_from(["MeguriForm", "別の", "<&>"]), unique=True)):
        book.custom_doc_props.append(StringProperty(name=name, value=draw(st.sampled_from(["1", "", "二 & 三"]))))
    return book


def fill_in(sheet: Worksheet, draw: st.DrawFn) -> None:
    for (row, column), value in draw(st.dictionaries(PLACES, VALUES, max_size=6)).items():
        cell = sheet.cell(row, column, value)
        if draw(st.booleans()):
            cell.number_format = draw(NUMBER_FORMATS)
        if fill := draw(FILLS):
            cell.fill = fill
    for row, column in draw(st.lists(PLACES, max_size=2, unique=True)):
        sheet.cell(row, column).comment = Comment("メモ\n二行目", "担当")
    for top, left in draw(st.lists(st.sampled_from([(1, 1), (4, 2), (7, 20)]), unique=True, max_size=2)):
        sheet.merge_cells(start_row=top, start_column=left, end_row=top + 2, end_column=left + 1)
    for row in draw(st.sets(st.integers(1, 9), max_size=2)):
        sheet.row_dimensions[row].hidden = True
    for column in draw(st.sets(st.sampled_from("ABZ"), max_size=2)):
        sheet.column_dimensions[column].hidden = True
    if draw(st.booleans()):
        sheet.sheet_state = "hidden"
    for name in draw(st.sets(st.sampled_from(["meguri_sheet", "meguri.cause", "範囲"]), max_size=2)):
        sheet.defined_names.add(DefinedName(name, attr_text=draw(st.sampled_from(['"01-01"', "'a b'!$B$2", "#REF!"]))))


@given(book=books())
def test_any_book_is_read_as_openpyxl_reads_it(book: Workbook, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "any.xlsx"
    book.save(path)
    compare(path)


# --- any rows of XML, as programs write them that have no openpyxl ------------------------------------------------

FORMATS = (0, 9, 14, 20, 22, 45, 46, 27, 31, 32, 50, 57, 58, 164, 165, 166)
# Some parts of it in another order than Excel's.
STYLES = (
    pack.HEAD
    + (
        f'<styleSheet xmlns="{pack.MAIN}"><numFmts count="3"><numFmt numFmtId="164" formatCode="[hh]:mm:ss"/>'
        '<numFmt numFmtId="165" formatCode="yyyy&quot;年度&quot;"/><numFmt numFmtId="166" formatCode="0.0&quot;日&quot;"/></numFmts>'
        '<fonts count="1"><font/></fonts><fills count="4"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FF00FF00"/>'
        '<bgColor indexed="64"/></patternFill></fill><fill><patternFill patternType="solid"><fgColor rgb="FFFFFF"/></patternFill>'
        '</fill></fills><borders count="1"><border/></borders><cellXfs count="16">'
        + "".join(f'<xf numFmtId="{one}" fillId="{place % 4}" xfId="0"/>' for place, one in enumerate(FORMATS))
        + '</cellXfs><cellStyleXfs count="1"><xf numFmtId="14"/></cellStyleXfs><dxfs count="1"><dxf><numFmt numFmtId="9"'
        ' formatCode="d"/><fill><patternFill patternType="solid"/></fill></dxf></dxfs></styleSheet>'
    ).encode()
)
STRINGS = (
    "<si/>", "<si><t/></si>", "<si><t>素</t></si>", '<si><t xml:space="preserve"> 両端 </t></si>',
    '<si><r><rPr><b/></rPr><t>太</t></r><r><t xml:space="preserve"> 細</t></r></si>',
    '<si><t>読み</t><rPh sb="0" eb="2"><t>ヨミ</t></rPh><phoneticPr fontId="0"/></si>',
    '<si><r><t>前</t></r><rPh sb="0" eb="1"><t>マエ</t></rPh><r><t>後</t></r></si>', "<si><t>a&#10;b&amp;c</t></si>",
)  # fmt: skip
SERIALS = st.one_of(
    st.integers(-3, 70), st.integers(40_000, 50_000), st.just(3_000_000),
    st.floats(-2, 70), st.floats(0, 1), st.floats(40_000, 50_000),
).map(repr)  # fmt: skip
WRITTEN = st.one_of(
    st.tuples(st.just(""), SERIALS.map("<v>{}</v>".format)),
    st.tuples(st.just("n"), st.sampled_from(["", "<v/>", "<v>1e3</v>", "<v>12</v><v>13</v>", "<v>-0.0</v>", "<v>007</v>"])),
    st.tuples(st.just("s"), st.integers(0, len(STRINGS) - 1).map("<v>{}</v>".format)),
    st.tuples(st.just("b"), st.sampled_from(["<v>0</v>", "<v>1</v>", ""])),
    st.tuples(st.just("e"), st.just("<v>#N/A</v>")),
    st.tuples(st.just("str"), st.sampled_from(["<v>文</v>", "<v> 間 </v>", "<v></v>"])),
    st.tuples(st.just("d"), st.sampled_from([f"<v>{one}</v>" for one in (
        "2025-04-01", "2025-04-01T09:30:00", "2025-04-01T09:30:00.250Z", "09:30:00", "PT1H30M", "PT90M5.5S")])),
    st.tuples(st.just("inlineStr"), st.sampled_from(
        ["", "<is/>", "<is><t>中</t></is>", "<is><r><t>前</t></r><r><t> 後</t></r></is>", "<v>外</v>",
         '<is><t>字</t><rPh sb="0" eb="1"><t>ジ</t></rPh></is>'])),
)  # fmt: skip


def written_cell(row: int, column: int, cell: tuple[str, str], style: int, *, address: bool) -> str:
    kind, content = cell
    where = f' r="{chr(64 + column)}{row}"' if address else ""
    return f"<c{where}{f' s={chr(34)}{style}{chr(34)}' if style else ''}{f' t={chr(34)}{kind}{chr(34)}' if kind else ''}>{content}</c>"


@st.composite
def sheets(draw: st.DrawFn) -> str:
    rows = []
    for number in sorted(draw(st.sets(st.integers(1, 9), max_size=4))):
        address = draw(st.booleans())
        columns = sorted(draw(st.sets(st.integers(1, 6), max_size=4)))
        cells = [
            written_cell(number, column, draw(WRITTEN), draw(st.integers(0, 15)), address=address) for column in columns
        ]
        hidden = draw(st.sampled_from(["", ' hidden="1"', ' hidden="0"', ' hidden="true"', ' hidden="false"']))
        rows.append(f'<row r="{number}"{hidden}>{"".join(cells)}</row>')
    return "".join(rows)


def written(rows: str, *, epoch: str = "0") -> bytes:
    parts = {**pack.base(), pack.STYLES: STYLES}
    parts[pack.STRINGS] = pack.HEAD + f'<sst xmlns="{pack.MAIN}">{"".join(STRINGS)}</sst>'.encode()
    parts[pack.BOOK] = re.sub(rb"<workbookPr[^>]*/>", f'<workbookPr date1904="{epoch}"/>'.encode(), parts[pack.BOOK])
    assert b"date1904" in parts[pack.BOOK]
    around = '<cols><col min="2" max="4" hidden="1" width="9"/><col min="7" max="7" width="9"/></cols>'
    joined = '<mergeCells count="2"><mergeCell ref="B2:C4"/><mergeCell ref="E1:E1"/></mergeCells>'
    return pack.pack({**parts, pack.SHEET: pack.sheet(rows, before=around, after=joined)})


@pytest.fixture(autouse=True)
def japanese_formats(monkeypatch: pytest.MonkeyPatch) -> None:
    """openpyxl knows none of the formats that a Japanese Excel only numbers."""
    for number, code in {27: "[$-411]ge.m.d", 31: 'yyyy"年"m"月"d"日"', 32: 'h"時"mm"分"', 50: "[$-411]ge.m.d",
                         57: "[$-411]ge.m.d", 58: '[$-411]ggge"年"m"月"d"日"'}.items():  # fmt: skip
        monkeypatch.setitem(BUILTIN_FORMATS, number, code)


@given(rows=sheets(), epoch=st.sampled_from(["0", "1", "true", "false"]))
@example(
    rows='<row r="1"><c s="2"><v>59.5</v></c><c s="2"><v>60</v></c><c s="2"><v>0</v></c><c s="6"><v>1.50001</v></c></row>',
    epoch="0",
)
def test_any_rows_are_read_as_openpyxl_reads_them(
    rows: str, epoch: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "rows.xlsx"
    path.write_bytes(written(rows, epoch=epoch))
    compare(path)


# --- what openpyxl does otherwise ---------------------------------------------------------------------------------


def first_cell(rows: str, tmp_path: Path) -> object:
    path = tmp_path / "book.xlsx"
    path.write_bytes(written(rows))
    return opened(path).sheets[0].cell(1, 1).value


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('<c r="A1" s="11"><v>45748</v></c>', datetime(2025, 4, 1)),
        ('<c r="A1" s="9"><v>0.5</v></c>', time(12)),
        ('<c r="A1" s="13"><v>1.5</v></c>', timedelta(hours=36)),
        ('<c r="A1" s="15"><v>1.5</v></c>', 1.5),
        ('<c r="A1" t="d"><v>2025-04-01</v></c>', date(2025, 4, 1)),
        ('<c r="A1" s="2"><v>3000000</v></c>', "#VALUE!"),
    ],
)
def test_a_value_is_what_its_format_says(cell: str, value: object, tmp_path: Path) -> None:
    assert first_cell(f'<row r="1">{cell}</row>', tmp_path) == value


@pytest.mark.parametrize(
    "cell",
    [
        pytest.param('<c r="A1" s="16"><v>1</v></c>', id="a format that is not there"),
        pytest.param('<c r="A1" t="b"><v>yes</v></c>', id="neither TRUE nor FALSE"),
        pytest.param('<c r="A1" t="d"><v>PT99999999999999H</v></c>', id="longer than all time"),
        pytest.param('<c r="A1" t="d"><v>2025-02-30</v></c>', id="no day"),
    ],
)
def test_a_value_that_is_none_refuses_the_book(cell: str, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refusal:
        first_cell(f'<row r="1">{cell}</row>', tmp_path)
    assert refusal.value.code is Code.BROKEN


def test_a_formula_is_refused_before_a_cell_is_read(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refusal:
        first_cell('<row r="1"><c r="A1"><f>1+1</f><v>2</v></c></row>', tmp_path)
    assert (refusal.value.code, refusal.value.cell) == (Code.FORMULA, "01-01!A1")


def test_two_sheets_of_one_name_are_refused(tmp_path: Path) -> None:
    """A list of what stands in which sheet would lose one of them."""
    out, path = io.BytesIO(), tmp_path / "book.xlsx"
    book = Workbook()
    book.create_sheet("Sheet2")
    book.save(out)
    parts = pack.parts_of(out.getvalue())
    path.write_bytes(pack.pack({**parts, pack.BOOK: parts[pack.BOOK].replace(b'"Sheet2"', b'"Sheet"')}))
    with pytest.raises(Refused, match="BROKEN"):
        opened(path)


def test_what_only_a_writer_needs_is_not_parsed(tmp_path: Path) -> None:
    """A margin of the paper that is no number: the texts are there all the same."""
    path, odd = genuine.SAMPLES / "libreoffice-7-entry-book.xlsx", tmp_path / "odd.xlsx"
    with ZipFile(path) as given_parts, ZipFile(odd, "w") as made:
        for name in given_parts.namelist():
            data = given_parts.read(name)
            if name == "xl/worksheets/sheet1.xml":
                assert b'<pageMargins left="' in data and b"</sheetData>" in data
                data = data.replace(b'<pageMargins left="', b'<pageMargins left="wide')
            made.writestr(name, data)
    with pytest.raises(TypeError):
        load_workbook(odd)
    assert [ours(one) for one in opened(odd).sheets] == [theirs(one) for one in load_workbook(path).worksheets]


def shapes(*texts: str) -> bytes:
    drawn = "http://schemas.openxmlformats.org/drawingml/2006/"
    inside = "".join(
        f"<xdr:sp><xdr:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></xdr:txBody></xdr:sp>" for text in texts
    )
    head = f'<xdr:wsDr xmlns:xdr="{drawn}spreadsheetDrawing" xmlns:a="{drawn}main">'
    return pack.HEAD + f"{head}<xdr:twoCellAnchor>{inside}</xdr:twoCellAnchor></xdr:wsDr>".encode()


def test_the_words_of_text_boxes_are_read(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(pack.with_part("xl/drawings/drawing1.xml", shapes("一つ目", "二つ目")))
    assert opened(path).shapes == ["一つ目", "二つ目"]


def test_a_note_is_read_without_furigana(tmp_path: Path) -> None:
    path, kind = tmp_path / "book.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
    text = '<r><t>要</t></r><r><t>因</t></r><rPh sb="0" eb="1"><t>ヨウ</t></rPh>'
    notes = f'<comment ref="B9" authorId="0"><text>{text}</text></comment>'
    data = f'<comments xmlns="{pack.MAIN}"><authors><author>担当</author></authors><commentList>{notes}</commentList></comments>'
    rels = "xl/worksheets/_rels/sheet1.xml.rels"
    path.write_bytes(
        pack.with_part(
            "xl/comments1.xml", pack.HEAD + data.encode(), type=kind, relation=f"{pack.OFFICE}/comments", rels=rels
        )
    )
    assert opened(path).sheets[0].notes == {(9, 2): "要因"}
    compare(path)


@pytest.mark.parametrize("name", ["docProps/custom.xml", "xl/drawings/drawing1.xml", "xl/comments1.xml"])
@pytest.mark.parametrize(
    ("content", "code"),
    [("<oleObject/>", Code.ACTIVE), ("<f>cmd|'/C calc'!A0</f>", Code.ACTIVE), ("<!DOCTYPE x>", Code.XML_UNSAFE)],
)
def test_a_part_that_is_gathered_is_looked_at_all_the_same(name: str, content: str, code: Code, tmp_path: Path) -> None:
    path, rels = tmp_path / "book.xlsx", "xl/worksheets/_rels/sheet1.xml.rels"
    part = f"<x>{content}</x>" if code is Code.ACTIVE else f"{content}<x/>"
    path.write_bytes(pack.with_part(name, pack.HEAD + part.encode(), relation=f"{pack.OFFICE}/comments", rels=rels))
    with pytest.raises(Refused) as refusal:
        opened(path)
    assert refusal.value.code is code


def test_an_escape_among_the_shared_texts_stays_one(tmp_path: Path) -> None:
    """Excel writes _x000D_ that a person typed as _x005F_x000D_; what is left of it by openpyxl would be a line break."""
    path = tmp_path / "book.xlsx"
    path.write_bytes(pack.swapped(pack.STRINGS, "施策名".encode(), b"_x005F_x000D_"))
    assert opened(path).sheets[0].cell(2, 1).value == "_x005F_x000D_"
    assert load_workbook(path).active["A2"].value == "_x000D_"
