"""The bundled fonts as reportlab knows them; separate from `fonts`, because charts do not need reportlab."""

from functools import cache

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from digests import fonts

PLAIN, BOLD = "chulin", "chulin-bold"


@cache
def register() -> None:
    """Make both fonts known, once."""
    pdfmetrics.registerFont(TTFont(PLAIN, str(fonts.regular())))
    pdfmetrics.registerFont(TTFont(BOLD, str(fonts.bold())))


@cache
def glyphs(name: str) -> frozenset[int]:
    """Code points that a font can draw."""
    register()
    return frozenset(pdfmetrics.getFont(name).face.charToGlyph)
