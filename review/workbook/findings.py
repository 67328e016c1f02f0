"""The findings of an inspection: the codes, and for each the one sentence of advice.

The sentences are Japanese because a clerk reads them; `{…}` is filled with the facts.
"""

from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """Why a file is refused; OK where it is safe to parse."""

    OK = "OK"
    EMPTY = "EMPTY"
    NOT_XLSX = "NOT_XLSX"
    OLD_XLS = "OLD_XLS"
    ENCRYPTED = "ENCRYPTED"
    BROKEN = "BROKEN"
    BOMB = "BOMB"
    XML_UNSAFE = "XML_UNSAFE"
    TOO_LARGE = "TOO_LARGE"
    MACRO = "MACRO"
    ACTIVE = "ACTIVE"
    FORMULA = "FORMULA"
    WRONG_FORM = "WRONG_FORM"
    STALE = "STALE"
    TOO_LONG = "TOO_LONG"
    BAD_CHAR = "BAD_CHAR"
    KIND = "KIND"


# What to do, one sentence each. `Finding.detail` puts the fact in front of it.
ADVICE: dict[Code, str] = {
    Code.OK: "読み取れるファイルです。",
    Code.EMPTY: "ファイルが空です。記入したブックを選び直してください。",
    Code.NOT_XLSX: "Excelのブック(.xlsx)ではありません。Excelで開き、「Excel ブック(.xlsx)」の形式で保存し直してください。",
    Code.OLD_XLS: "古い形式(.xls)のブックです。Excelで開き、「Excel ブック(.xlsx)」の形式で保存し直してください。",
    Code.ENCRYPTED: "パスワードが付いています。Excelで「ファイル」→「情報」からパスワードを外して保存し直してください。",
    Code.BROKEN: "ファイルが壊れています。Excelで開けることを確かめ、別の名前で保存し直してください。",
    Code.BOMB: "展開すると異常に大きくなるファイルです。記入用ブックをダウンロードし直し、そこへ記入してください。",
    Code.XML_UNSAFE: "Excelが作らない危険な記述があります。記入用ブックをダウンロードし直し、そこへ記入してください。",
    Code.TOO_LARGE: "大きすぎます。使っていない行・列・シート・書式を削除して保存し直してください。",
    Code.MACRO: "マクロが入っています。「Excel ブック(.xlsx)」の形式で保存し直し、マクロを除いてください。",
    Code.ACTIVE: "ほかのファイルやデータへつながる部品が入っています。リンクや埋め込みを削除して保存し直してください。",
    Code.FORMULA: "数式が入っています。値に直して(コピーして「値の貼り付け」)保存し直してください。",
    Code.WRONG_FORM: "記入用ブックの様式ではありません。記入用ブックをダウンロードし直し、そこへ記入してください。",
    Code.STALE: "今の年度のシートと合わない記入用ブックです。記入用ブックをダウンロードし直し、記入を写してください。",
    Code.TOO_LONG: "文字が多すぎます。短くして保存し直してください。",
    Code.BAD_CHAR: "保存できない文字が入っています。その文字を消して保存し直してください。",
    Code.KIND: "PDF、画像(PNG・JPEG)、Office文書(.xlsx .docx .pptx)のファイルを選んでください。",
}
#: In its place for what is only kept, whatever is wrong with it.
KEPT_AGAIN = (
    "元のソフトで開き、パスワード・マクロ・埋め込み・外部への参照を外すか、PDFか画像(PNG・JPEG)で保存し直してください。"
)
#: In its place for a book that is ours, and another department's.
ANOTHERS = "ご自分の部署の記入用ブックを選び直すか、ダウンロードし直して、そこへ記入してください。"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The result of an inspection: its code, one Japanese message, and the cell as シート!A1 where one is to blame."""

    code: Code
    detail: str
    cell: str = ""

    @property
    def is_ok(self) -> bool:
        return self.code == Code.OK


OK = Finding(code=Code.OK, detail=ADVICE[Code.OK])


class Refused(Exception):
    """Ends an inspection. `what` is the fact, without a full stop; the advice follows from the code unless it is given."""

    def __init__(self, code: Code, what: str = "", *, cell: str = "", advice: str = "") -> None:
        super().__init__(code, what, cell)
        self.code, self.what, self.cell, self.advice = code, what, cell, advice or ADVICE[code]

    def finding(self) -> Finding:
        where = f"セル{self.cell}: " if self.cell else ""
        sentence = f"{where}{self.what}。" if self.what else where
        return Finding(code=self.code, detail=sentence + self.advice, cell=self.cell)
