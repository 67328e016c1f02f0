"""A .xlsx as an archive, before any parser sees it: is it a zip that every program reads alike?

Python's zipfile trusts the central directory and reads a member only to the length there. Other programs trust
the local headers. So both are compared here, byte ranges may not overlap, and a member is inflated with a counter.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from review.workbook.findings import Code, Refused

MAX_FILE = 10 * 1024 * 1024
MAX_MEMBERS = 6_000
MAX_MEMBER = 48 * 1024 * 1024
MAX_TOTAL = 96 * 1024 * 1024
# Cells repeat themselves; below this size a high ratio proves nothing.
RATIO_FROM = 6 * 1024 * 1024
MAX_RATIO = 100
CHUNK = 128 * 1024

_LOCAL = struct.Struct("<4s5H3I2H")
_END = b"PK\x05\x06"
_END_SIZE = 22
_BAD_NAME = re.compile(r"[\x00-\x1f\\:*?\"<>|]|^/|(^|/)\.\.?(/|$)|//")
_ZIP64 = 0xFFFFFFFF
_ENCRYPTED, _LATER_SIZES = 0x1, 0x8
# Excel, LibreOffice and the libraries leave no gaps; a data descriptor is at most 24 bytes.
_DESCRIPTOR = 24


@dataclass(frozen=True, kw_only=True)
class Member:
    """One file inside: its name, where its data begins, its sizes and checksum as the directory has them."""

    name: str
    start: int
    packed: int
    size: int
    crc: int
    deflated: bool


def open_archive(stream: BinaryIO, size: int) -> list[Member]:
    """The members of the archive, in directory order, directories left out.

    Raises Refused with NOT_XLSX, ENCRYPTED, BROKEN or BOMB where the archive is none, or not one thing to everybody.
    Costs one read of the directory and 30 bytes a member.
    """
    _check_end(stream, size)
    try:
        with zipfile.ZipFile(stream) as archive:
            infos = archive.infolist()
            begin = archive.start_dir
    except Exception as error:  # zipfile fails in many ways: BadZipFile, struct.error, ValueError, UnicodeDecodeError
        raise Refused(Code.BROKEN, "圧縮ファイルの目録を読めません") from error
    if len(infos) > MAX_MEMBERS:
        raise Refused(Code.BOMB, f"中に{len(infos):,}個のファイルがあります")
    _check_names(infos)
    for info in infos:
        if info.flag_bits & _ENCRYPTED:
            raise Refused(Code.ENCRYPTED, "圧縮ファイルに暗号がかかっています")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refused(Code.BROKEN, "Excelが使わない圧縮方法です")
        if (info.external_attr >> 16) & 0xF000 == 0xA000:
            raise Refused(Code.BROKEN, "中に別の場所を指すファイルがあります")
    members = _locate(stream, infos, begin)
    if sum(member.size for member in members) > MAX_TOTAL or any(member.size > MAX_MEMBER for member in members):
        raise Refused(Code.BOMB, "展開すると大きすぎます")
    if any(member.size > max(RATIO_FROM, MAX_RATIO * max(member.packed, 1)) for member in members):
        raise Refused(Code.BOMB, "中身のほとんどが同じ文字の繰り返しです")
    return [member for member in members if not member.name.endswith("/")]


def _check_end(stream: BinaryIO, size: int) -> None:
    """The directory must end exactly at the end of the file: anything behind it is another file."""
    stream.seek(max(0, size - _END_SIZE - 0xFFFF))
    tail = stream.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_SIZE:
        raise Refused(Code.BROKEN, "ファイルが途中で切れています")
    if int.from_bytes(tail[at + 20 : at + 22], "little") != len(tail) - at - _END_SIZE:
        raise Refused(Code.BROKEN, "ブックの後ろに別のデータが付いています")


def _check_names(infos: list[zipfile.ZipInfo]) -> None:
    seen: set[str] = set()
    for info in infos:
        name = info.orig_filename
        if _BAD_NAME.search(name) or len(name) > 250:
            raise Refused(Code.BROKEN, "中のファイルの名前が正しくありません")
        # Excel compares names of parts without regard to case.
        if name.lower() in seen:
            raise Refused(Code.BROKEN, "同じ名前のファイルが中に2つあります")
        seen.add(name.lower())


def _locate(stream: BinaryIO, infos: list[zipfile.ZipInfo], begin: int) -> list[Member]:
    """Compare each local header with the directory; the ranges must follow one another up to the directory."""
    members: list[Member] = []
    end = 0
    for info in sorted(infos, key=lambda one: one.header_offset):
        if info.header_offset < end:
            raise Refused(Code.BOMB, "中のファイルが互いに重なっています")
        if info.header_offset - end > _DESCRIPTOR:
            raise Refused(Code.BROKEN, "目録にないデータが中にあります")
        start = _check_local(stream, info)
        end = start + info.compress_size
        members.append(
            Member(
                name=info.filename,
                start=start,
                packed=info.compress_size,
                size=info.file_size,
                crc=info.CRC,
                deflated=info.compress_type == zipfile.ZIP_DEFLATED,
            )
        )
    if end > begin or begin - end > _DESCRIPTOR:
        raise Refused(Code.BROKEN, "圧縮ファイルの目録と中身が合いません")
    return members


def _check_local(stream: BinaryIO, info: zipfile.ZipInfo) -> int:
    """Where the member's data begins; refuses a local header that differs from the directory."""
    stream.seek(info.header_offset)
    raw = stream.read(_LOCAL.size)
    if len(raw) < _LOCAL.size:
        raise Refused(Code.BROKEN, "圧縮ファイルの目録と中身が合いません")
    mark, _, flags, method, _, _, crc, packed, size, name_length, extra_length = _LOCAL.unpack(raw)
    name = stream.read(name_length)
    if flags & _ENCRYPTED:
        raise Refused(Code.ENCRYPTED, "圧縮ファイルに暗号がかかっています")
    # What a charset lacks becomes ?, which no name may hold.
    names = {info.orig_filename.encode(charset, "replace") for charset in ("utf-8", "cp437")}
    same = mark == b"PK\x03\x04" and method == info.compress_type and name in names
    # Writers that stream put the sizes behind the data, and 0 or all ones here.
    if not flags & _LATER_SIZES and _ZIP64 not in (packed, size):
        same = same and (crc, packed, size) == (info.CRC, info.compress_size, info.file_size)
    if not same:
        raise Refused(Code.BROKEN, "圧縮ファイルの目録と中身が合いません")
    return cast(int, info.header_offset + _LOCAL.size + name_length + extra_length)


def read_chunks(stream: BinaryIO, member: Member) -> Iterator[bytes]:
    """The member's bytes, at most `CHUNK` at a time and never more than the directory promised.

    Raises Refused (BROKEN) where the data end early, go on longer, or differ from their checksum.
    """
    inflater = zlib.decompressobj(-15) if member.deflated else None
    total, crc = 0, 0
    for chunk in _inflated(inflater, _packed(stream, member)) if inflater else _packed(stream, member):
        total += len(chunk)
        if total > member.size:
            raise Refused(Code.BOMB, "展開すると、目録にある大きさより大きくなります")
        crc = zlib.crc32(chunk, crc)
        yield chunk
    if (inflater and not inflater.eof) or total != member.size or crc != member.crc:
        raise Refused(Code.BROKEN, "中のデータが壊れています")


def _packed(stream: BinaryIO, member: Member) -> Iterator[bytes]:
    for offset in range(0, member.packed, CHUNK):
        length = min(CHUNK, member.packed - offset)
        stream.seek(member.start + offset)  # whoever takes the chunks may read elsewhere between two of them
        raw = stream.read(length)
        if len(raw) < length:
            raise Refused(Code.BROKEN, "ファイルが途中で切れています")
        yield raw


def _inflated(inflater: zlib._Decompress, packed: Iterator[bytes]) -> Iterator[bytes]:
    for raw in packed:
        if inflater.eof:
            raise Refused(Code.BROKEN, "圧縮されたデータの後ろに余分なデータがあります")
        while chunk := _inflate(inflater, raw):
            yield chunk
            raw = inflater.unconsumed_tail
    while not inflater.eof and (chunk := _inflate(inflater, b"")):
        yield chunk
    if inflater.unused_data:
        raise Refused(Code.BROKEN, "圧縮されたデータの後ろに余分なデータがあります")


def _inflate(inflater: zlib._Decompress, raw: bytes) -> bytes:
    try:
        return inflater.decompress(raw, CHUNK)
    except zlib.error as error:
        raise Refused(Code.BROKEN, "中のデータが壊れています") from error


def size_of(path: Path) -> int:
    """The size of the file. Raises Refused where it is empty, missing, no file, or larger than an upload may be."""
    try:
        if not path.is_file():
            raise Refused(Code.NOT_XLSX, "ファイルがありません")
        size = path.stat().st_size
    except (OSError, ValueError) as error:
        raise Refused(Code.NOT_XLSX, "ファイルを開けません") from error
    if not size:
        raise Refused(Code.EMPTY)
    return size
