"""What kind of file a piece of evidence is, by its content, and that nothing in it acts: PDF, PNG, JPEG, or Office.

Runs in a throw-away process (see sandbox.py).
"""

import re
from pathlib import Path

from review.workbook import archive, inspect, pdf_scan
from review.workbook.archive import MAX_FILE
from review.workbook.file_kind import OLE, ZIP, ole_code
from review.workbook.findings import ADVICE, KEPT_AGAIN, Code, Refused

MIME: dict[str, str] = {
    "pdf": "application/pdf", "png": "image/png", "jpeg": "image/jpeg",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}  # fmt: skip
ENDINGS = {**{kind: kind for kind in MIME}, "jpeg": "jpg"}
#: kind -> how a picture begins, and what it has from there to its end.
_PICTURES = {
    "png": (b"\x89PNG\r\n\x1a\n", re.compile(rb".{8}\0\0\0\rIHDR.*IDAT.*\0\0\0\0IEND\xaeB`\x82", re.S)),
    "jpeg": (
        b"\xff\xd8\xff",
        re.compile(rb"\xff\xd8\xff.*\xff[\xc0-\xc3\xc5-\xc7\xc9-\xcb]\0.*\xff\xda.*\xff\xd9", re.S),
    ),
}
# In compressed data words of this length do not come about by chance.
_SCRIPT = re.compile(rb"<script|<\?php|<iframe|javascript:", re.I)
# Another file within the picture or behind it. Cameras put a second picture there, or a short film; nothing of this.
_HIDDEN = re.compile(rb"PK\x05\x06\0\0\0\0|%PDF-1|MZ\x90\0\x03|\x7fELF[\x01\x02]\x01|Rar!\x1a\x07|7z\xbc\xaf\x27\x1c")
#: What means less, or something else, for a file that nobody reads.
_CODES = {Code.FORMULA: Code.ACTIVE, Code.NOT_XLSX: Code.KIND, Code.OLD_XLS: Code.KIND}


def kind_of(path: Path) -> str:
    """One of the keys of MIME. Raises Refused for anything else, for what is too large, broken, locked or acts."""
    try:
        return _kind(path, archive.size_of(path))
    except Refused as refusal:
        code = _CODES.get(refusal.code, refusal.code)
        if code in (Code.EMPTY, Code.KIND):
            what = refusal.what or ("ファイルが空です" if code is Code.EMPTY else "")
            raise Refused(code, what, advice=ADVICE[Code.KIND]) from refusal
        raise Refused(code, refusal.what, advice=KEPT_AGAIN) from refusal


def _kind(path: Path, size: int) -> str:
    if size > MAX_FILE:
        raise Refused(Code.TOO_LARGE, f"ファイルが{MAX_FILE // 1024 // 1024}MBを超えています")
    data = path.read_bytes()
    if data.startswith(ZIP):
        return inspect.document_kind(path)
    if data.startswith(b"%PDF-"):
        pdf_scan.refuse_active(data)
        return "pdf"
    for kind, (head, whole) in _PICTURES.items():
        if data.startswith(head):
            _refuse_other_than_picture(data, whole.match(data))
            return kind
    raise Refused(ole_code(data) if data.startswith(OLE) else Code.KIND, _what_else(data[:16]))


def _refuse_other_than_picture(data: bytes, whole: re.Match[bytes] | None) -> None:
    """A name at the head and a mark at the end prove nothing."""
    if not whole:
        raise Refused(Code.BROKEN, "画像が壊れているか、途中で切れています")
    if _SCRIPT.search(data) or _HIDDEN.search(data) or data[whole.end() :].lstrip().startswith((b"MZ", b"#!", b"<")):
        raise Refused(Code.ACTIVE, "画像の中に、画像ではないもの(命令や別のファイル)があります")


def _what_else(head: bytes) -> str:
    """What a file that is not taken is, and what to make of it, where its first bytes say so."""
    if head[4:8] == b"ftyp":
        return "写真か動画のファイル(HEIC・MP4など)です。写真はJPEGで保存し直してください"
    if head.startswith(OLE[:4]):
        return "古い形式のOffice文書か、パスワードの付いた文書です。パスワードを外し、新しい形式で保存し直してください"
    if not any(byte < 0x20 and byte not in b"\t\n\r\x1b" for byte in head):
        return "文字だけのファイル(テキスト・CSVなど)です。PDFかExcelブックで保存し直してください"
    return ""
