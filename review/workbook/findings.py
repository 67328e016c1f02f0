"""The findings of an inspection: the codes, and for each the one sentence of advice.

The sentences are Japanese because a clerk reads them. What causes them stands in causes.tsv as well, by which an English
reader's words are found (`review.domain.wording`).
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from review.domain.wording import part, sentence, table

_HERE = Path(__file__)
CAUSES = tuple(map(part, table(_HERE.with_name("causes.tsv"))))


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
ADVICE = {Code(code): sentence(advice) for code, (advice,) in table(_HERE.with_name("advice.tsv")).items()}
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
