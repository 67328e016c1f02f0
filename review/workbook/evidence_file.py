"""What kind of file a piece of evidence is, by its content: PDF, PNG, JPEG, or an Office document without macros."""

from typing import BinaryIO

from review.workbook import archive, parts
from review.workbook.archive import Member
from review.workbook.findings import Code, Refused
from review.workbook.parts import ContentTypes
from review.workbook.xml_scan import Attributes, Budget

MAX_BYTES = 10 * 1024 * 1024
SECONDS = 5.0

MIME: dict[str, str] = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpeg": "image/jpeg",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
ENDINGS = {**{kind: kind for kind in MIME}, "jpeg": "jpg"}
_NOT_TAKEN = "PDF、画像(PNG・JPEG)、Office文書(.xlsx .docx .pptx)のファイルを選んでください。"
_TAIL = 4096
_MAIN = {MIME[kind] + ".main+xml": kind for kind in ("xlsx", "docx", "pptx")}


class NotEvidence(ValueError):
    """A file that cannot be taken; `str()` is one Japanese sentence of what to do."""


def kind_of(stream: BinaryIO, size: int) -> str:
    """One of the keys of MIME. Raises NotEvidence for anything else, for what is too large, broken, locked or acts."""
    if not size:
        raise NotEvidence("ファイルが空です。もう一度選び直してください。")
    if size > MAX_BYTES:
        limit, much = f"{MAX_BYTES // 1024 // 1024}MB", f"{size / 1024 / 1024:.1f}MB"
        raise NotEvidence(
            f"このファイルは{much}です。1件{limit}まで添付できます。ファイルを分けるか、画像を小さくしてください。"
        )
    stream.seek(0)
    head = stream.read(16)
    stream.seek(max(0, size - _TAIL))
    tail = stream.read()
    if head.startswith(b"%PDF-"):
        return _pdf(stream, tail)
    if head.startswith(b"\x89PNG\r\n\x1a\n") and b"IEND" in tail:
        return "png"
    if head.startswith(b"\xff\xd8\xff") and b"\xff\xd9" in tail:
        return "jpeg"
    if head.startswith(b"PK\x03\x04"):
        return _office(stream, size)
    raise NotEvidence(_what_else(head) + _NOT_TAKEN)


def _what_else(head: bytes) -> str:
    """What a file that is not taken is, and what to make of it, where its first bytes say so."""
    if head[4:8] == b"ftyp":
        return "写真か動画のファイル(HEIC・MP4など)です。写真はJPEGで保存し直してください。"
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return (
            "古い形式のOffice文書か、パスワードの付いた文書です。パスワードを外し、新しい形式で保存し直してください。"
        )
    if not any(byte < 0x20 and byte not in b"\t\n\r\x1b" for byte in head):
        return "文字だけのファイル(テキスト・CSVなど)です。PDFかExcelブックで保存し直してください。"
    return ""


def _pdf(stream: BinaryIO, tail: bytes) -> str:
    if b"%%EOF" not in tail:
        raise NotEvidence("PDFが途中で切れています。もう一度保存して選び直してください。")
    stream.seek(0)
    data = stream.read(MAX_BYTES)
    if b"/Launch" in data or b"/JavaScript" in data:
        raise NotEvidence("命令を含むPDFは添付できません。印刷の画面から「PDFとして保存」し直してください。")
    return "pdf"


class _Declared(ContentTypes):
    """The content types of any Office document: `kind` is what it is."""

    kind = ""
    acts = False

    def start(self, name: str, attributes: Attributes) -> None:
        content_type = attributes.get("ContentType", "")
        self.kind = self.kind or _MAIN.get(content_type, "")
        self.acts = self.acts or "macroenabled" in content_type.lower() or "vbaproject" in content_type.lower()

    def close(self) -> None:
        """Nothing more to ask: what a spreadsheet may hold is no concern of evidence."""


def _office(stream: BinaryIO, size: int) -> str:
    try:
        members = {member.name: member for member in archive.open_archive(stream, size)}
        return _document(stream, members)
    except Refused as refusal:
        if refusal.code == Code.ENCRYPTED:
            raise NotEvidence("パスワードが付いています。パスワードを外して保存し直してください。") from refusal
        raise NotEvidence("ファイルが壊れているか、添付できない種類です。" + _NOT_TAKEN) from refusal


def _document(stream: BinaryIO, members: dict[str, Member]) -> str:
    if parts.CONTENT_TYPES not in members:
        raise NotEvidence("ZIPファイルです。中のファイルを1つずつ添付してください。" + _NOT_TAKEN)
    types = _Declared(Budget.of(SECONDS))
    types.scan(archive.read_chunks(stream, members[parts.CONTENT_TYPES]))
    if types.acts or any("vbaproject" in name.lower() for name in members):
        raise NotEvidence(
            "マクロを含む文書は添付できません。マクロのない形式(.xlsx .docx .pptx)で保存し直してください。"
        )
    if not types.kind:
        raise NotEvidence(_NOT_TAKEN)
    return types.kind
