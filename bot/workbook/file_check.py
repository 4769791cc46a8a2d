"""Looks at a file before anything opens it as a workbook: its kind, its password, and how large it would unpack."""

import lzma
import struct
import zipfile
import zlib
from pathlib import Path

MOST_BYTES = 20 << 20
MOST_UNPACKED = 100 << 20
MOST_PARTS = 2000
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
ENCRYPTED_PART = "EncryptedPackage".encode("utf-16-le")
CHUNK = 1 << 20
UNREADABLE = (zipfile.BadZipFile, OSError, EOFError, ValueError, RuntimeError, struct.error, zlib.error, lzma.LZMAError)
"""What the standard library raises of files that are broken, or that somebody broke on purpose."""


class BadWorkbook(Exception):
    """A file that cannot be imported; `lines` says why, one line for each mistake."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def examine(path: Path) -> None:
    """Refuse what is no workbook, or what would fill memory.

    Raises:
        BadWorkbook: with what to do instead.
    """
    if path.stat().st_size > MOST_BYTES:
        raise BadWorkbook([f"{path.name}: 文件超过 {MOST_BYTES >> 20} MB，请分成几个"])
    with path.open("rb") as file:
        start = file.read(8)
    if start == OLE:
        locked = ENCRYPTED_PART in path.read_bytes()
        raise BadWorkbook([f"{path.name}: {'有密码，请去掉密码后另存' if locked else '是旧格式 .xls，请另存为 .xlsx'}"])
    try:
        with zipfile.ZipFile(path) as archive:
            _examine_parts(path.name, archive)
    except UNREADABLE:
        raise BadWorkbook([f"{path.name}: 不是 .xlsx 工作簿，或者文件坏了"]) from None


def _examine_parts(name: str, archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    if any(part.flag_bits & 1 for part in parts):
        raise BadWorkbook([f"{name}: 有密码，请去掉密码后另存"])
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise BadWorkbook([f"{name}: 解压后太大（超过 {MOST_UNPACKED >> 20} MB），不是正常的工作簿"])
    names = {part.filename for part in parts}
    if "xl/workbook.bin" in names:
        raise BadWorkbook([f"{name}: 是 .xlsb，请另存为 .xlsx"])
    if "xl/workbook.xml" not in names:
        raise BadWorkbook([f"{name}: 不是 .xlsx 工作簿"])
    if any(_declares_entities(archive, part) for part in parts if part.filename.endswith((".xml", ".rels"))):
        raise BadWorkbook([f"{name}: 含有不该有的 XML 声明，不能导入"])


def _declares_entities(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """No office program writes a document type; entities made of entities are how a small file becomes a huge one."""
    tail = b""
    with archive.open(part) as file:
        while chunk := file.read(CHUNK):
            if b"<!DOCTYPE" in tail + chunk or b"<!ENTITY" in tail + chunk:
                return True
            tail = chunk[-16:]
    return False
