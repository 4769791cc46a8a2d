"""Draws the picture of a check-up: panels of bars with their numbers, readable on a phone.

Only the drawing process imports this file: matplotlib takes more than a second.
"""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from digests import figures
from digests.checkups.chart import Panel, Picture, Row
from digests.figures import FAINT, INK, NAME, SMALL, TITLE, bar, legend, named, scale, word, written

WIDTH, HEAD, ROW, BETWEEN = 7.2, 1.75, 0.5, 1.05
"""In inches: width of the page, space above the first panel, height of a bar, height of a panel's heading."""
NAMES, BARS = 0.36, 0.46
BAR = 0.66
NAME_FITS = 9
"""Characters of a name that fit beside the bars at full size."""
NARROW = 0.045
"""A piece of a bar below this share of the scale has no room for its number."""


def png(picture: Picture) -> bytes:
    """Draw a picture."""
    height = HEAD + sum(BETWEEN + ROW * len(panel.rows) for panel in picture.panels) + 0.2
    figure = figures.blank(WIDTH, height)
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
    return figures.png(figure)


def _draw(figure: Figure, panel: Panel, down: float, height: float) -> None:
    written(figure, 1 - (down + 0.2) / height, panel.head, SMALL, heavy=True, colour=INK)
    if panel.legend:
        legend(figure, 1 - (down + 0.6) / height, panel.legend, SMALL - 2)
    tall = ROW * len(panel.rows)
    box = (NAMES, 1 - (down + BETWEEN - 0.15 + tall) / height, BARS, tall / height)
    axes = scale(figure, box, panel.most, (-0.5, len(panel.rows) - 0.5))
    for place, row in enumerate(panel.rows):
        _bar(axes, place, row, panel.most)
    named(axes, [row.name for row in panel.rows], SMALL, NAME_FITS)


def _bar(axes: Axes, place: int, row: Row, most: float) -> None:
    begun = 0.0
    for piece in row.pieces:
        bar(axes, (begun, place), piece.value, BAR, piece.colour)
        if piece.label and piece.value > most * NARROW:
            word(axes, (begun + piece.value / 2, place), piece.label, align="center")
        begun += piece.value
    if row.goal is not None:
        axes.plot([row.goal, row.goal], [place - 0.45, place + 0.45], color=INK, linewidth=3, clip_on=False)
    if row.after:
        word(axes, (max(begun, row.goal or 0) + most * 0.025, place), row.after)
