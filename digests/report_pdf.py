"""The digest on paper: at most two A4 pages, with the chart beside the numbers.

Only the drawing process imports this file, because reportlab is slow to import.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from io import BytesIO
from typing import Any

from reportlab import rl_config
from reportlab.lib import textsplit
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import CondPageBreak, Flowable, Image, Paragraph, SimpleDocTemplate, Spacer, Table, paragraph

from digests import summary_report, weekly_text
from digests.pdf_fonts import BOLD, PLAIN, glyphs, register
from digests.presentation import Page
from digests.summary_report import Dossier, Line
from digests.weekly_chart import SIZE

# pages are sent as files, so they need no Base85, which costs a third of the time and a quarter more bytes
rl_config.useA85 = 0
# punctuation that must not begin a line in Chinese; reportlab knows only the Japanese rules
for splitting in (textsplit, paragraph):
    splitting.ALL_CANNOT_START += "，；：！？％…》〉”’"

MARGIN = 42
PADDING = 6
"""Reportlab's padding within each frame, in points."""
WIDTH = A4[0] - 2 * (MARGIN + PADDING)
CHART_WIDTH = 200
MOST_PAGES = 2
ON_ONE_PAGE = 0.85
"""Scale of the type at which one page is tried; it can still be read on paper."""
SMALLER = (0.9, 0.8, 0.7)
"""Scales of the type that are tried until the digest fits its pages."""
SIGNS = ((0x2190, 0x2BFF), (0x200D, 0x200D), (0x20E3, 0x20E3), (0xFE0F, 0xFE0F), (0x1F000, 0x1FAFF))
MISSING = "\u25a1"
NAMES, COLUMN = 180, 70
"""Width of a table's names, and of each column of numbers, in points."""
KEPT = 100
"""Height of a table that stays with its heading, in points."""
SHADE, RULE = "#E8EEF4", "#B8C4CE"


@dataclass(frozen=True, slots=True)
class Paper:
    """The content of the pages: two lines of heading, parts (each a heading, lines and tables), a line at the foot.

    The picture is placed beside the part with the number `beside`.
    """

    head: tuple[str, str]
    parts: Sequence[Sequence[Line]]
    foot: str
    picture: bytes
    beside: int


def weekly_pdf(page: Page, chart: bytes) -> bytes:
    """Set a weekly digest as a PDF; `chart` is its picture (PNG)."""
    title, period = weekly_text.head(page)
    foot = page.say("digest.paper_foot", **page.about())
    return pdf(Paper((title, period), weekly_text.parts(page, weekly_text.PAPER), foot, chart, beside=1))


def summary_pdf(found: Dossier, chart: bytes) -> bytes:
    """Set a monthly or quarterly report as a PDF."""
    title, period = summary_report.head(found)
    foot = found.say("summary.paper_foot", **found.about())
    return pdf(Paper((title, period), summary_report.parts(found, paper=True), foot, chart, beside=0))


def pdf(paper: Paper) -> bytes:
    """Set one A4 page if slightly smaller type makes that possible, otherwise at most two."""
    found = _set(paper, 1.0)
    if found.pages == MOST_PAGES and found.filled < 1 - ON_ONE_PAGE:
        smaller = _set(paper, ON_ONE_PAGE)
        found = smaller if smaller.pages == 1 else found
    for scale in SMALLER if found.pages > MOST_PAGES else ():
        found = _set(paper, scale)
        if found.pages <= MOST_PAGES:
            break
    return found.content


@dataclass(frozen=True, slots=True)
class Set:
    """The result of setting. `filled`: how much of the last page is used, from 0 to 1."""

    content: bytes
    pages: int
    filled: float


class End(Flowable):  # type: ignore[misc] # reportlab has no types
    """Records where the last line ended."""

    def __init__(self) -> None:
        super().__init__()
        self.width = self.height = 0
        self.at = A4[1]

    def draw(self) -> None:
        self.at = self.canv.absolutePosition(0, 0)[1]


def _set(paper: Paper, scale: float) -> Set:
    title, period = paper.head
    styles = _styles(scale)
    story: list[Any] = [Paragraph(plain(title), styles["title"]), Paragraph(plain(period), styles["about"])]
    for number, part in enumerate(paper.parts):
        lines = _lines(part, styles, scale)
        story += [_beside(lines, paper.picture)] if number == paper.beside else lines
    content = BytesIO()
    document = SimpleDocTemplate(
        content, pagesize=A4, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=MARGIN
    )
    document.title = title
    end = End()
    document.build([*story, Spacer(0, 4), end], onFirstPage=numbered(paper.foot), onLaterPages=numbered(paper.foot))
    return Set(content.getvalue(), document.page, 1 - (end.at - MARGIN) / (A4[1] - 2 * MARGIN))


def _lines(part: Sequence[Line], styles: dict[str, ParagraphStyle], scale: float) -> list[Any]:
    """A part as flowables; its heading stays with what follows, or with the first rows of a table."""
    rows = [line for line in part if isinstance(line, tuple)]
    words = [Paragraph(plain(line), styles["line"]) for line in part[1:] if isinstance(line, str)]
    head = Paragraph(plain(str(part[0])), styles["title_of_table" if rows else "head"])
    if not rows:
        return [head, *words]
    return [CondPageBreak(KEPT * scale), head, *words, _table(rows, styles["line"], scale)]


def _beside(lines: list[Any], chart: bytes) -> Table:
    """The numbers of the week with their picture to the right."""
    picture = Image(BytesIO(chart), CHART_WIDTH, CHART_WIDTH * SIZE[1] / SIZE[0])
    table = Table([[lines, picture]], colWidths=[WIDTH - CHART_WIDTH, CHART_WIDTH], spaceBefore=PADDING)
    table.setStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (0, 0), 0)])
    return table


def _table(rows: Sequence[tuple[str, ...]], style: ParagraphStyle, scale: float) -> Table:
    """A table with names on the left and numbers in columns; a long one repeats its heads on the next page."""
    first = [Paragraph(plain(row[0]), style) for row in rows]
    cells = [[name, *(plain(cell, escaped=False) for cell in row[1:])] for name, row in zip(first, rows, strict=True)]
    column = COLUMN * scale
    widths = [NAMES * scale, *[column] * (len(rows[0]) - 1)]
    table = Table(cells, widths, repeatRows=1, hAlign="LEFT", spaceBefore=2)
    table.setStyle(
        [
            ("FONT", (1, 0), (-1, -1), PLAIN, style.fontSize, style.leading),
            ("TEXTCOLOR", (1, 0), (-1, -1), style.textColor),
            ("ALIGN", (1, 0), (-1, -1), "RIGHT"),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("BACKGROUND", (0, 0), (-1, 0), HexColor(SHADE)),
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, HexColor(RULE)),
            ("LEFTPADDING", (0, 0), (0, -1), 3),
            ("TOPPADDING", (0, 0), (-1, -1), 0),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5 * scale),
        ]
    )
    return table


def numbered(foot: str) -> Any:
    def draw(canvas: Canvas, document: SimpleDocTemplate) -> None:
        canvas.setFont(PLAIN, 8)
        canvas.setFillColor(HexColor("#555555"))
        canvas.drawString(MARGIN + PADDING, MARGIN / 2, plain(foot, escaped=False))
        canvas.drawRightString(A4[0] - MARGIN - PADDING, MARGIN / 2, str(document.page))

    return draw


def _styles(scale: float) -> dict[str, ParagraphStyle]:
    register()
    ink, faint = HexColor("#111111"), HexColor("#555555")
    sizes = {"title": (20, BOLD, ink), "about": (10, PLAIN, faint), "head": (13, BOLD, ink), "line": (11, PLAIN, ink)}
    sizes["title_of_table"] = sizes["head"]
    before = {"head": 10 * scale, "title_of_table": 10 * scale}
    return {
        name: ParagraphStyle(
            name,
            fontName=font,
            fontSize=size * scale,
            leading=size * scale * 1.45,
            textColor=colour,
            spaceBefore=before.get(name, 0),
            wordWrap="CJK",
            keepWithNext=name == "head",
        )
        for name, (size, font, colour) in sizes.items()
    }


def plain(words: str, *, escaped: bool = True) -> str:
    """Words that the font can draw; nothing in them is markup."""
    drawn = glyphs(PLAIN)
    kept = "".join(c if ord(c) in drawn or c == "\n" else "" if _adorns(c) else MISSING for c in words)
    return escape(kept.strip()).replace("\n", "<br/>") if escaped else kept.strip()


def _adorns(character: str) -> bool:
    """Whether it is an emoji or a joiner: these are left out if the font lacks them; other characters become a box."""
    code = ord(character)
    return any(first <= code <= last for first, last in SIGNS)
