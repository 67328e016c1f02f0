"""What kind of file bytes are, by their content: never by name or by the declared type."""

from collections.abc import Callable, Container
from typing import BinaryIO

from review.workbook.archive import MAX_FILE
from review.workbook.findings import Code, Refused

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# BIFF 2 to 5 workbooks begin with a bare BOF record.
_OLD_BOOKS = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08\x08\x00", b"\x09\x08\x10\x00")
_ENCRYPTED_STREAMS = ("EncryptedPackage", "EncryptionInfo", "DRMEncryptedDataSpace")
_BOOK_STREAMS = ("Workbook", "Book")
_OTHER_OFFICE = ("word/document.xml", "ppt/presentation.xml", "visio/document.xml", "content.xml", "mimetype")


def refuse_other_kinds(stream: BinaryIO, size: int) -> None:
    """Raise Refused unless the file begins as a zip does: OLD_XLS, ENCRYPTED, NOT_XLSX, BROKEN, TOO_LARGE."""
    stream.seek(0)
    head = stream.read(8)
    if head.startswith(OLE):
        raise Refused(ole_code(head + stream.read(MAX_FILE)))
    if head[:4] in _OLD_BOOKS:
        raise Refused(Code.OLD_XLS)
    if not head.startswith(ZIP):
        raise Refused(Code.NOT_XLSX)
    if size > MAX_FILE:
        raise Refused(Code.TOO_LARGE, f"ファイルが{MAX_FILE // 1024 // 1024}MBを超えています")


def ole_code(data: bytes) -> Code:
    """What an OLE file is: an old workbook, a new one behind a password; names of streams are in it as UTF-16."""
    if any(name.encode("utf-16-le") in data for name in _ENCRYPTED_STREAMS):
        return Code.ENCRYPTED
    return Code.OLD_XLS if any((name + "\x00").encode("utf-16-le") in data for name in _BOOK_STREAMS) else Code.NOT_XLSX


def refuse_other_archives(names: Container[str], head: Callable[[str], bytes]) -> None:
    """Raise Refused (NOT_XLSX) where the archive is no Office file, or one of another kind."""
    if "[Content_Types].xml" in names:
        return
    for name in ("xl/workbook.xml", "xl/workbook.bin"):
        if name in names and not any(other in names for other in _OTHER_OFFICE):
            raise Refused(Code.BROKEN, "ブックに必要な部品がありません")
    raise Refused(Code.NOT_XLSX)


def refuse_other_than_text(data: bytes) -> bytes:
    """The data. Raise Refused (NOT_XLSX) where they begin as a page, a picture or a program does."""
    if data.lstrip().startswith((ZIP, OLE, b"%PDF", b"<", b"#!", b"MZ\x90", b"\xff\xd8\xff", b"\x89PNG")):
        raise Refused(Code.NOT_XLSX)
    return data


def refuse_hidden(head: bytes, whole: Callable[[], bytes]) -> None:
    """Raise Refused where a part that is no XML hides something that runs, or another archive."""
    if head.startswith(OLE):
        macro = b"_\x00V\x00B\x00A\x00" in whole()
        raise (
            Refused(Code.MACRO, "VBAのマクロがあります")
            if macro
            else Refused(Code.ACTIVE, "別のソフトのデータが埋め込まれています")
        )
    if head.startswith((ZIP, b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"\xfd7zXZ")):
        raise Refused(Code.BOMB, "中に別の圧縮ファイルがあります")
    if head.startswith((b"MZ", b"\x7fELF", b"#!")):
        raise Refused(Code.ACTIVE, "中に実行できるファイルがあります")
