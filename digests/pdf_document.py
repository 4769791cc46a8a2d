"""A4 pages of headings, lines and tables as PDF. Words are drawn literally: nothing in them is markup.

Only the drawing process imports this file, because reportlab is slow to import.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Image, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table

from digests.pdf_fonts import BOLD, PLAIN, register
from digests.report_pdf import MARGIN, RULE, SHADE, WIDTH, numbered, plain

INK, FAINT = "#111111", "#555555"
LONGEST_CELL = 120
"""Most characters of one cell, so that a row fits a page."""
CUT = "…"


@dataclass(frozen=True, slots=True)
class Grid:
    """A table. `widths`: shares of the page's width; `rows` have a cell for each head."""

    heads: Sequence[str]
    widths: Sequence[float]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG, `width` points wide."""

    png: bytes
    width: float


@dataclass(frozen=True, slots=True)
class Part:
    """A heading with its content. `together`: it starts on a new page rather than being split."""

    head: str = ""
    lines: Sequence[str] = ()
    grid: Grid | None = None
    picture: Picture | None = None
    after: Sequence[str] = ()
    together: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    title: str
    about: Sequence[str]
    parts: Sequence[Part]
    foot: str


def pdf(document: Document) -> bytes:
    """Set the pages."""
    styles = _styles()
    story: list[Any] = [Paragraph(plain(document.title), styles["title"])]
    story += [Paragraph(plain(line), styles["about"]) for line in document.about]
    for part in document.parts:
        blocks = _blocks(part, styles)
        story += [KeepTogether(blocks)] if part.together else blocks
    content = BytesIO()
    template = SimpleDocTemplate(
        content, pagesize=A4, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=MARGIN
    )
    template.title = document.title
    foot = numbered(document.foot)
    template.build([*story, Spacer(0, 4)], onFirstPage=foot, onLaterPages=foot)
    return content.getvalue()


def _blocks(part: Part, styles: dict[str, ParagraphStyle]) -> list[Any]:
    blocks: list[Any] = [Paragraph(plain(part.head), styles["head"])] if part.head else []
    blocks += [Paragraph(plain(line), styles["line"]) for line in part.lines]
    if part.picture:
        blocks.append(_image(part.picture))
    if part.grid:
        blocks.append(_table(part.grid, styles))
    return blocks + [Paragraph(plain(line), styles["line"]) for line in part.after]


def _image(picture: Picture) -> Image:
    image = Image(BytesIO(picture.png), hAlign="LEFT")
    image.drawWidth, image.drawHeight = picture.width, picture.width * image.imageHeight / image.imageWidth
    return image


def _table(grid: Grid, styles: dict[str, ParagraphStyle]) -> Table:
    head = [Paragraph(plain(words), styles["cell_head"]) for words in grid.heads]
    rows = [[Paragraph(plain(_shown(words)), styles["cell"]) for words in row] for row in grid.rows]
    unit = WIDTH / sum(grid.widths)
    table = Table([head, *rows], [share * unit for share in grid.widths], repeatRows=1, spaceBefore=4, spaceAfter=6)
    table.setStyle(
        [
            ("BACKGROUND", (0, 0), (-1, 0), HexColor(SHADE)),
            ("GRID", (0, 0), (-1, -1), 0.5, HexColor(RULE)),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 4),
            ("RIGHTPADDING", (0, 0), (-1, -1), 3),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ]
    )
    return table


def _shown(words: str) -> str:
    """The text of a cell; a text that is too long is visibly cut, and is complete in the workbook."""
    return words if len(words) <= LONGEST_CELL else words[: LONGEST_CELL - len(CUT)] + CUT


def _styles() -> dict[str, ParagraphStyle]:
    register()
    looks = {
        "title": (20, BOLD, INK, 0),
        "about": (10, PLAIN, FAINT, 0),
        "head": (13, BOLD, INK, 10),
        "line": (10.5, PLAIN, INK, 0),
        "cell_head": (9, BOLD, INK, 0),
        "cell": (9, PLAIN, INK, 0),
    }
    return {
        name: ParagraphStyle(
            name,
            fontName=font,
            fontSize=size,
            leading=size * 1.4,
            textColor=HexColor(colour),
            spaceBefore=before,
            wordWrap="CJK",
            keepWithNext=name == "head",
        )
        for name, (size, font, colour, before) in looks.items()
    }
