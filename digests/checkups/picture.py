"""Draws the picture of a check-up: panels of bars with their numbers, readable on a phone.

Only the drawing process imports this file: matplotlib takes more than a second.
"""

from io import BytesIO

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from digests.chart import DPI, FAINT, INK, LEFT, NAME, SMALL, TITLE, bundled_font, drawable, written
from digests.checkups.chart import Panel, Picture, Row

WIDTH, HEAD, ROW, BETWEEN = 7.2, 1.75, 0.5, 1.05
"""Inches: of the page, over the first panel, of a bar, and for the heading of each panel."""
NAMES, BARS = 0.36, 0.46
BAR = 0.66
NAME_FITS = 9
"""Characters of a name that fit beside the bars at full size."""
NARROW = 0.045
"""A piece of a bar that is a smaller share of its scale than this has no room for its number."""


def png(picture: Picture) -> bytes:
    """Draw a picture."""
    height = HEAD + sum(BETWEEN + ROW * len(panel.rows) for panel in picture.panels) + 0.2
    figure = Figure(figsize=(WIDTH, height), dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    for down, line, size, heavy, colour in (
        (0.42, picture.title, TITLE, True, INK),
        (0.9, picture.point, NAME, False, INK),
        (1.32, picture.about, SMALL, False, FAINT),
    ):
        written(figure, 1 - down / height, line, size, heavy=heavy, colour=colour)
    down = HEAD
    for panel in picture.panels:
        _draw(figure, panel, down, height)
        down += BETWEEN + ROW * len(panel.rows)
    content = BytesIO()
    figure.savefig(content, format="png")
    return content.getvalue()


def _draw(figure: Figure, panel: Panel, down: float, height: float) -> None:
    written(figure, 1 - (down + 0.2) / height, panel.head, SMALL, heavy=True, colour=INK)
    if panel.legend:
        _legend(figure, panel, 1 - (down + 0.6) / height)
    tall = ROW * len(panel.rows)
    axes = figure.add_axes((NAMES, 1 - (down + BETWEEN - 0.15 + tall) / height, BARS, tall / height))
    axes.set_xlim(0, panel.most)
    axes.set_ylim(len(panel.rows) - 0.5, -0.5)
    for place, row in enumerate(panel.rows):
        _bar(axes, place, row, panel.most)
    names = [drawable(row.name) for row in panel.rows]
    shrunk = SMALL * min(1.0, NAME_FITS / max(map(len, names)))
    axes.set_yticks(range(len(names)), names, font=bundled_font(), size=shrunk, color=INK)
    axes.set_xticks([])
    axes.tick_params(length=0)
    for side in ("top", "right", "bottom"):
        axes.spines[side].set_visible(False)


def _bar(axes: Axes, place: int, row: Row, most: float) -> None:
    begun = 0.0
    for piece in row.pieces:
        axes.barh(place, piece.value, BAR, left=begun, color=piece.colour)
        if piece.label and piece.value > most * NARROW:
            _word(axes, begun + piece.value / 2, place, piece.label, align="center")
        begun += piece.value
    if row.goal is not None:
        axes.plot([row.goal, row.goal], [place - 0.45, place + 0.45], color=INK, linewidth=3, clip_on=False)
    if row.after:
        _word(axes, max(begun, row.goal or 0) + most * 0.025, place, row.after)


def _word(axes: Axes, x: float, y: float, words: str, *, align: str = "left") -> None:
    axes.text(x, y, drawable(words), va="center", ha=align, font=bundled_font(), size=SMALL, color=INK)


def _legend(figure: Figure, panel: Panel, at: float) -> None:
    found = figure.legend(
        handles=[Patch(color=colour) for colour, _ in panel.legend],
        labels=[drawable(name) for _, name in panel.legend],
        prop=bundled_font(),
        loc="center left",
        bbox_to_anchor=(LEFT - 0.01, at),
        ncols=len(panel.legend),
        frameon=False,
        handlelength=1.2,
    )
    for label in found.get_texts():
        label.set_fontsize(SMALL - 2)
