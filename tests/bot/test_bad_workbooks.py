"""Files that are no workbook, and workbooks that would do harm: one clear line, status 2, nothing imported."""

import io
import struct
import zipfile
from pathlib import Path
from unittest import mock

import openpyxl
import pytest

from bot.workbook import file_check, read
from bot.workbook.file_check import OLE, BadWorkbook, examine
from tests.bot.conftest import Operator

SHEET = "xl/worksheets/sheet1.xml"


def good(rows: int = 1) -> bytes:
    workbook = openpyxl.Workbook()
    worksheet = workbook.active
    assert worksheet is not None
    worksheet.title = "街道"
    worksheet.append(["名称"])
    for number in range(rows):
        worksheet.append([f"街道{number}"])
    held = io.BytesIO()
    workbook.save(held)
    return held.getvalue()


def with_part(name: str, content: bytes) -> bytes:
    """A good workbook with one part replaced or added."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good())) as old, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            if part.filename != name:
                new.writestr(part, old.read(part))
        new.writestr(name, content)
    return held.getvalue()


def sheet(rows: str) -> bytes:
    head = '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    return f"{head}<sheetData>{rows}</sheetData></worksheet>".encode()


def text_row(number: int, words: str = "甲", column: str = "A") -> str:
    return f'<row r="{number}"><c r="{column}{number}" t="inlineStr"><is><t>{words}</t></is></c></row>'


def zip_of(**parts: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return held.getvalue()


def marked_as_encrypted(content: bytes) -> bytes:
    """Set the flag of a password on every part, in both of a ZIP's tables."""
    raw = bytearray(content)
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = raw.find(signature)
        while start >= 0:
            flags = struct.unpack_from("<H", raw, start + place)[0]
            struct.pack_into("<H", raw, start + place, flags | 1)
            start = raw.find(signature, start + 4)
    return bytes(raw)


def with_a_name_that_is_no_text() -> bytes:
    """A part whose name claims to be UTF-8, and is not, in both of a ZIP's tables."""
    return with_part("xl/é.xml", b"").replace("é".encode(), b"\xaf\xa9")


def packed_wrongly() -> bytes:
    """A part that claims to be packed in another way (LZMA), which its bytes are not."""
    raw = bytearray(good())
    for signature, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        struct.pack_into("<H", raw, raw.find(signature) + place, zipfile.ZIP_LZMA)
    return bytes(raw)


BOMB = with_part("xl/media/zeros.bin", bytes(file_check.MOST_UNPACKED + 1))
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>&b;</sheetData></worksheet>'
)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(with_a_name_that_is_no_text(), "不是 .xlsx 工作簿", id="no-name"),
        pytest.param(packed_wrongly(), "文件坏了", id="packed-wrongly"),
        pytest.param(b"", "不是 .xlsx 工作簿", id="empty"),
        pytest.param("名称,人口\n甲,1\n".encode(), "不是 .xlsx 工作簿", id="csv"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(100), "不是 .xlsx 工作簿", id="picture"),
        pytest.param(OLE + bytes(600), "是旧格式 .xls", id="old-xls"),
        pytest.param(OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "有密码", id="password"),
        pytest.param(marked_as_encrypted(good()), "有密码", id="zip-password"),
        pytest.param(zip_of(**{"word/document.xml": b"<w/>"}), "不是 .xlsx 工作簿", id="docx"),
        pytest.param(zip_of(**{"xl/workbook.bin": b"x"}), "是 .xlsb", id="xlsb"),
        pytest.param(good()[:-200], "不是 .xlsx 工作簿", id="cut-off"),
        pytest.param(BOMB, "解压后太大", id="bomb"),
        pytest.param(with_part(SHEET, LAUGHS), "不该有的 XML 声明", id="laughs"),
        pytest.param(with_part(SHEET, b"<worksheet><sheetData><row"), "文件坏了", id="broken-xml"),
        pytest.param(with_part("xl/workbook.xml", b"<x/>"), "这样的表", id="empty-workbook"),
        pytest.param(with_part(SHEET, sheet(text_row(1, "名称", "ZZZZ"))), "文件坏了", id="impossible-column"),
        pytest.param(
            with_part(SHEET, sheet(text_row(1, "名称") + '<row r="2"><c r="A2" t="s"><v>99</v></c></row>')),
            "文件坏了",
            id="missing-string",
        ),
    ],
)
def test_a_file_that_cannot_be_imported(desk: Operator, home: Path, content: bytes, why: str) -> None:
    (home / "book.xlsx").write_bytes(content)
    ended = desk.runs("import", "book.xlsx")
    assert ended.status == 2
    assert why in ended.err
    assert ended.err.startswith("book.xlsx: ")
    assert ended.err.count("\n") == 1


def test_a_file_that_is_too_large_is_not_opened(home: Path) -> None:
    with (home / "huge.xlsx").open("wb") as file:
        file.truncate(file_check.MOST_BYTES + 1)
    with pytest.raises(BadWorkbook, match="超过 20 MB"):
        examine(home / "huge.xlsx")


def test_more_rows_than_allowed_are_refused(desk: Operator, home: Path) -> None:
    (home / "book.xlsx").write_bytes(good(rows=6))
    with mock.patch.object(read, "MOST_ROWS", 5):
        ended = desk.runs("import", "book.xlsx")
    assert ended.status == 2
    assert "街道: 超过 5 行" in ended.err


def test_a_row_number_beyond_the_last_ends_the_reading(desk: Operator, home: Path) -> None:
    rows = text_row(1, "名称") + text_row(2, "黄石港街道") + text_row(10**12, "远处")
    (home / "book.xlsx").write_bytes(with_part(SHEET, sheet(rows)))
    ended = desk.runs("import", "book.xlsx")
    assert ended.status == 0
    assert "黄石港" not in ended.out
    assert ended.out.splitlines()[1].split() == ["街道", "1", "0", "0", "0", "0"]


def test_a_size_that_the_sheet_claims_is_not_believed(desk: Operator, home: Path) -> None:
    claimed = sheet(text_row(1, "名称") + text_row(2, "黄石港街道")).replace(
        b"<sheetData>", b'<dimension ref="A1:A1"/><sheetData>'
    )
    (home / "book.xlsx").write_bytes(with_part(SHEET, claimed))
    assert desk.runs("import", "book.xlsx").status == 0
