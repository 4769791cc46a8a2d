"""QR codes as PNG, and A4 posters with them as PDF with embedded fonts.

Sizes follow the rule of thumb that a Chinese character has to be 1/250 of the distance it is read from: 8 mm, or 23
points, for two metres.
"""

from dataclasses import dataclass
from pathlib import Path

import segno
from reportlab.lib.colors import HexColor, white
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from digests.pdf_fonts import BOLD, PLAIN, glyphs, register
from handlers.texts import Texts

PAGE_WIDTH, PAGE_HEIGHT = A4
MARGIN = 40
WIDTH = PAGE_WIDTH - 2 * MARGIN
MIDDLE = PAGE_WIDTH / 2
GROUND, INK, GREY, RED = HexColor("#0B5C4B"), HexColor("#111111"), HexColor("#444444"), HexColor("#B00020")
PIXELS = 20
QUIET = 4
"""Modules of white around a code, as its standard wants."""


@dataclass(frozen=True, slots=True)
class Poster:
    """Where a code leads, and the place that it names: the community, and a building if it hangs there."""

    link: str
    community: str
    building: str = ""

    @property
    def place(self) -> str:
        return f"{self.community} {self.building}".rstrip()


def write_png(poster: Poster, path: Path) -> None:
    _code(poster.link).save(str(path), kind="png", scale=PIXELS, border=QUIET)


def write_pdf(poster: Poster, texts: Texts, path: Path) -> None:
    register()
    canvas = Canvas(str(path), pagesize=A4, invariant=1)
    canvas.setTitle(f"{texts('poster.title')} {poster.place}")
    _draw_head(canvas, texts("poster.title"))
    for number, line in enumerate(texts("poster.what_for").splitlines()):
        _draw_fitting(canvas, PLAIN, line, 676 - 38 * number, 29)
    _draw_code(canvas, poster.link, top=622, size=310)
    _draw_fitting(canvas, BOLD, poster.place, 282, 40)
    for number in (1, 2, 3):
        _draw_step(canvas, number, texts(f"poster.step_{number}"), 276 - 46 * number)
    _draw_fitting(canvas, BOLD, texts("poster.danger"), 84, 27, colour=RED)
    _draw_fitting(canvas, PLAIN, texts("poster.privacy"), 46, 17, colour=GREY)
    canvas.save()


def without_glyph(words: str) -> str:
    """Characters of `words` that the font cannot draw."""
    drawn = glyphs(BOLD)
    return "".join(sorted({c for c in words if ord(c) not in drawn}))


def _code(link: str) -> segno.QRCode:
    """A code that a quarter of may be torn or dirty."""
    return segno.make(link, error="q", micro=False, boost_error=False)


def _draw_head(canvas: Canvas, title: str) -> None:
    canvas.setFillColor(GROUND)
    canvas.rect(0, PAGE_HEIGHT - 122, PAGE_WIDTH, 122, stroke=0, fill=1)
    _draw_fitting(canvas, BOLD, title, PAGE_HEIGHT - 84, 62, colour=white)


def _draw_code(canvas: Canvas, link: str, *, top: float, size: float) -> None:
    """Draw the code as shapes, so that it stays sharp at any size; runs of dark modules are one bar."""
    rows = [list(row) for row in _code(link).matrix_iter(border=QUIET)]
    module = size / len(rows)
    left = MIDDLE - size / 2
    canvas.setFillColor(INK)
    shape = canvas.beginPath()
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            run = next((n for n, dark in enumerate(row[x:]) if not dark), len(row) - x)
            if run:
                shape.rect(left + x * module, top - (y + 1) * module, run * module, module)
            x += run + 1
    canvas.drawPath(shape, stroke=0, fill=1)


def _draw_step(canvas: Canvas, number: int, words: str, y: float) -> None:
    canvas.setFillColor(GROUND)
    canvas.circle(MARGIN + 34, y + 8, 18, stroke=0, fill=1)
    canvas.setFillColor(white)
    canvas.setFont(BOLD, 24)
    canvas.drawCentredString(MARGIN + 34, y, str(number))
    canvas.setFillColor(INK)
    canvas.setFont(PLAIN, _size_for(words, PLAIN, 25, WIDTH - 70))
    canvas.drawString(MARGIN + 70, y, words)


def _draw_fitting(canvas: Canvas, font: str, words: str, y: float, size: float, *, colour: HexColor = INK) -> None:
    """One centred line, made smaller if the page is too narrow for it."""
    canvas.setFillColor(colour)
    canvas.setFont(font, _size_for(words, font, size, WIDTH))
    canvas.drawCentredString(MIDDLE, y, words)


def _size_for(words: str, font: str, size: float, width: float) -> float:
    needed: float = pdfmetrics.stringWidth(words, font, size)
    return min(size, size * width / max(needed, 1))
