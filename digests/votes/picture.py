"""A vote's result as a picture: bars with numbers, readable on a phone and without distinguishing colours.

Only the drawing process imports this file: matplotlib takes more than a second.
"""

from matplotlib.axes import Axes

from digests import figures
from digests.figures import FAINT, INK, LEFT, NAME, POINTS, SMALL, TITLE, folded, scale, word, written
from digests.votes.text import Picture

CHOSEN, OTHER = "#0072B2", "#B0B0B0"
"""Blue and grey also differ in lightness, for colour-blind people and for print."""
WIDTH, TOP, FOOT, ROW = 7.2, 0.15, 0.6, 0.95
LEADING, GAP = 1.4, 0.07
LINE = 26
"""Characters of an option that fit the line above its bar."""


def png(picture: Picture) -> bytes:
    """Draw a result."""
    groups = _head(picture)
    head = TOP + sum(_tall(size) for group in groups for _, size, _, _ in group) + GAP * len(groups) + TOP
    rows = len(picture.bars)
    height = head + ROW * rows + FOOT
    figure = figures.blank(WIDTH, height)
    down = TOP
    for group in groups:
        for line, size, heavy, colour in group:
            written(figure, 1 - (down + _tall(size) / 2) / height, line, size, heavy=heavy, colour=colour)
            down += _tall(size)
        down += GAP
    written(figure, FOOT / 2 / height, picture.foot, SMALL, heavy=False, colour=FAINT)
    if rows:
        most = max(bar.n for bar in picture.bars) or 1
        box = (LEFT, FOOT / height, 0.84, ROW * rows / height)
        _draw_bars(scale(figure, box, most * 1.18, (-0.55, rows - 0.4)), picture, most)
    return figures.png(figure)


def _head(picture: Picture) -> list[list[tuple[str, float, bool, str]]]:
    """The lines above the bars, wrapped if long, each with size, weight and colour."""
    looks = (
        (picture.title, TITLE, True, INK),
        (picture.verdict, NAME, True, INK),
        (picture.turnout, SMALL, False, INK),
        (picture.quorum, SMALL, False, FAINT),
        (picture.note, SMALL, False, FAINT),
    )
    return [
        [(line, size, heavy, colour) for line in folded(words, size, WIDTH)]
        for words, size, heavy, colour in looks
        if words
    ]


def _tall(size: float) -> float:
    """The height of a line, in inches."""
    return size * LEADING / POINTS


def _draw_bars(axes: Axes, picture: Picture, most: int) -> None:
    for place, each in enumerate(picture.bars):
        figures.bar(axes, (0, place + 0.2), each.n, 0.36, CHOSEN if each.won else OTHER)
        mark = "✓ " if each.won else ""
        word(axes, (each.n + most * 0.015, place + 0.2), each.votes, heavy=each.won)
        word(axes, (0, place - 0.14), mark + _line(each.label), heavy=each.won)


def _line(label: str) -> str:
    """An option shortened to one line; the message beside the picture has its full text."""
    return label if len(label) <= LINE else f"{label[: LINE - 1]}…"
