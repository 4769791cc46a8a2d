"""The words in files that the program has written."""

import io

import openpyxl
from pypdf import PdfReader

from tests.support.world import World


def words_in(content: bytes) -> str:
    """The words of a workbook or a PDF, which are compressed; anything else as it is."""
    read = next((read for begins, read in READERS.items() if content.startswith(begins)), None)
    return read(content) if read else content.decode("utf-8", "ignore")


def words_kept(world: World) -> str:
    """The words in all files of a world."""
    return "\n".join(words_in(path.read_bytes()) for path in world.app.files.folder.rglob("*") if path.is_file())


def _cells(book: bytes) -> str:
    sheets = openpyxl.load_workbook(io.BytesIO(book))
    return "\n".join(str(cell.value) for sheet in sheets for row in sheet.iter_rows() for cell in row)


def _pages(document: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(document)).pages)


READERS = {b"PK": _cells, b"%PDF": _pages}
"""What reads a file, by how it begins."""
