"""A vote's result as a picture: bars with their numbers, readable on a phone and without telling colours apart.

Only the drawing process imports this file: matplotlib takes more than a second.
"""

from matplotlib.axes import Axes

from digests import figures
from digests.figures import FAINT, INK, LEFT, NAME, SMALL, TITLE, scale, word, written
from digests.votes.words import Picture

CHOSEN, OTHER = "#0072B2", "#B0B0B0"
"""Blue and grey differ in lightness, so they differ in any eyes and in print."""
WIDTH, HEAD, FOOT, ROW = 7.2, 2.0, 0.7, 0.95
LINE = 26
"""Characters of an option that fit the line over its bar."""


def png(picture: Picture) -> bytes:
    """Draw a result."""
    height = HEAD + FOOT + ROW * max(len(picture.bars), 1)
    figure, rows = figures.blank(WIDTH, height), max(len(picture.bars), 1)
    box = (LEFT, FOOT / height, 0.84, ROW * rows / height)
    most = max((bar.n for bar in picture.bars), default=0) or 1
    _draw_bars(scale(figure, box, most * 1.18, (-0.55, len(picture.bars) - 0.4)), picture, most)
    lines = (
        (0.35, picture.title, TITLE, True, INK),
        (0.85, picture.verdict, NAME, True, INK),
        (1.27, picture.turnout, SMALL, False, INK),
        (1.6, picture.quorum, SMALL, False, FAINT),
        (height - 0.3, picture.foot, SMALL, False, FAINT),
    )
    for down, line, size, heavy, colour in lines:
        written(figure, 1 - down / height, line, size, heavy=heavy, colour=colour)
    return figures.png(figure)


def _draw_bars(axes: Axes, picture: Picture, most: int) -> None:
    for place, each in enumerate(picture.bars):
        figures.bar(axes, (0, place + 0.2), each.n, 0.36, CHOSEN if each.won else OTHER)
        mark = "✓ " if each.won else ""
        word(axes, (each.n + most * 0.015, place + 0.2), each.votes, heavy=each.won)
        word(axes, (0, place - 0.14), mark + _line(each.label), heavy=each.won)


def _line(label: str) -> str:
    """What does not fit is shortened: the whole of it stands in the words beside the picture."""
    return label if len(label) <= LINE else f"{label[: LINE - 1]}…"
