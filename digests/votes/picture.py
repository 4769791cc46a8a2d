"""A vote's result as a picture: bars with their numbers, readable on a phone and without telling colours apart.

Only the drawing process imports this file: matplotlib takes more than a second.
"""

from io import BytesIO

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from digests.chart import DPI, FAINT, INK, LEFT, NAME, SMALL, TITLE, bundled_font, drawable, written
from digests.votes.words import Picture

CHOSEN, OTHER = "#0072B2", "#B0B0B0"
"""Blue and grey differ in lightness, so they differ in any eyes and in print."""
WIDTH, HEAD, FOOT, ROW = 7.2, 2.0, 0.7, 0.95
LINE = 26
"""Characters of an option that fit the line over its bar."""


def png(picture: Picture) -> bytes:
    """Draw a result."""
    height = HEAD + FOOT + ROW * max(len(picture.bars), 1)
    figure = Figure(figsize=(WIDTH, height), dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((LEFT, FOOT / height, 0.84, ROW * max(len(picture.bars), 1) / height))
    _draw_bars(axes, picture)
    lines = (
        (0.35, picture.title, TITLE, True, INK),
        (0.85, picture.verdict, NAME, True, INK),
        (1.27, picture.turnout, SMALL, False, INK),
        (1.6, picture.quorum, SMALL, False, FAINT),
        (height - 0.3, picture.foot, SMALL, False, FAINT),
    )
    for down, line, size, heavy, colour in lines:
        written(figure, 1 - down / height, line, size, heavy=heavy, colour=colour)
    content = BytesIO()
    figure.savefig(content, format="png")
    return content.getvalue()


def _draw_bars(axes: Axes, picture: Picture) -> None:
    most = max((bar.n for bar in picture.bars), default=0) or 1
    for place, bar in enumerate(picture.bars):
        axes.barh(place + 0.2, bar.n, 0.36, color=CHOSEN if bar.won else OTHER)
        mark = "✓ " if bar.won else ""
        _label(axes, bar.n + most * 0.015, place + 0.2, bar.votes, heavy=bar.won)
        _label(axes, 0, place - 0.14, mark + _line(bar.label), heavy=bar.won)
    axes.set_xlim(0, most * 1.18)
    axes.set_ylim(len(picture.bars) - 0.4, -0.55)
    axes.axis("off")


def _label(axes: Axes, x: float, y: float, words: str, *, heavy: bool) -> None:
    axes.text(x, y, drawable(words), va="center", font=bundled_font(bold=heavy), size=SMALL, color=INK)


def _line(label: str) -> str:
    """What does not fit is shortened: the whole of it stands in the words beside the picture."""
    return label if len(label) <= LINE else f"{label[: LINE - 1]}…"
