"""Common parts of all pictures: background, text, bars with names, a legend, rendering to PNG.

Only the drawing process imports this file: matplotlib takes more than a second.
"""

from collections.abc import Sequence
from functools import cache
from io import BytesIO

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, get_font
from matplotlib.patches import Rectangle
from PIL import Image

from digests import fonts

# at this resolution nobody sees the hinting of Chinese characters, which takes longer than everything else
mpl.rcParams["text.hinting"] = "no_hinting"

DPI = 150
INK, FAINT = "#1A1A1A", "#555555"
TITLE, NAME, SMALL = 24, 20, 16
LEFT = 0.04
GAP = 0.012
"""Space between a bar and the name beside it, as a share of the width of the bars."""
PATCH = (0.027, 0.12)
"""A patch in a legend: width as a share of the picture's width, height in inches."""
POINTS = 72
FULL_WIDTH, HALF = 0x2E80, 0.6
"""From this code point on, characters are as wide as high; those before have at most this share of the width."""
NEVER_FIRST = "，。；：！？、）」』》…"
MISSING = "\u25a1"
WHITE = 250


def blank(width: float, height: float) -> Figure:
    """An empty white figure; width and height in inches."""
    figure = Figure(figsize=(width, height), dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def png(figure: Figure) -> bytes:
    """The picture as PNG with a palette, which suffices for bars and text and takes a third of the time and size."""
    canvas: FigureCanvasAgg = figure.canvas  # type: ignore[assignment] # `blank` gave it
    canvas.draw()  # type: ignore[no-untyped-call]
    dots = canvas.buffer_rgba()  # type: ignore[no-untyped-call]
    picture = Image.frombuffer("RGBA", canvas.get_width_height(), dots, "raw", "RGBA", 0, 1)
    drawn = picture.convert("RGB").quantize(method=Image.Quantize.FASTOCTREE)
    # a palette averages colours near white with it; the background must stay white
    drawn.putpalette(bytes(255 if value >= WHITE else value for value in drawn.getpalette() or ()))
    content = BytesIO()
    drawn.save(content, "png", dpi=(DPI, DPI), compress_level=4)
    return content.getvalue()


def written(figure: Figure, at: float, line: str, size: float, *, heavy: bool, colour: str) -> None:
    """Write a line across the picture at the height `at` (0 to 1), in smaller type if it is too long."""
    words = figure.text(LEFT, at, drawable(line), font=bundled_font(bold=heavy), size=size, color=colour, va="center")
    room = (1 - 2 * LEFT) * figure.bbox.width
    width = words.get_window_extent().width
    if width > room:
        words.set_fontsize(size * room / width)


def folded(line: str, size: float, width: float) -> list[str]:
    """Wrap a line to `width` inches at this type size, so that it need not be made too small to read."""
    lines, room = [""], (1 - 2 * LEFT) * width * POINTS
    for character in line:
        if _wide(lines[-1] + character) * size > room and character not in NEVER_FIRST:
            lines.append("")
        lines[-1] += character
    return [found.strip() for found in lines]


def _wide(line: str) -> float:
    """The width of a line in Chinese characters."""
    return sum(1 if ord(character) >= FULL_WIDTH else HALF for character in line)


def scale(figure: Figure, box: tuple[float, float, float, float], most: float, rows: tuple[float, float]) -> Axes:
    """Axes for bars from 0 to `most`. `box`: left, bottom, width, height; `rows`: y at the top and the bottom."""
    axes = figure.add_axes(box, xlim=(0, most), ylim=rows[::-1])
    axes.set_axis_off()
    return axes


def bar(axes: Axes, at: tuple[float, float], value: float, thick: float, colour: str) -> None:
    """Draw a bar. `at`: where it begins, and the middle of its height."""
    axes.add_artist(Rectangle((at[0], at[1] - thick / 2), value, thick, color=colour, linewidth=0))


def word(
    axes: Axes,
    at: tuple[float, float],
    words: str,
    size: float = SMALL,
    *,
    heavy: bool = False,
    colour: str = INK,
    align: str = "left",
) -> None:
    """Write words, vertically centred at `at`."""
    looks = {"font": bundled_font(bold=heavy), "size": size, "color": colour}
    axes.text(*at, drawable(words), looks, va="center", ha=align)


def named(axes: Axes, names: Sequence[str], size: float, fits: float) -> None:
    """Write a name to the left of each row, all smaller if one exceeds `fits` characters, and a line beside them."""
    shrunk = size * min(1.0, fits / max(map(len, names)))
    beside = axes.get_yaxis_transform()
    for row, name in enumerate(names):
        words = axes.text(-GAP, row, drawable(name), transform=beside, font=bundled_font(), size=shrunk, color=INK)
        words.set(ha="right", va="center")
    axes.axvline(0, color=INK, linewidth=0.8, clip_on=False)


def legend(figure: Figure, at: float, entries: Sequence[tuple[str, str]], size: float = SMALL) -> None:
    """Draw colours and their meanings in one line."""
    left, (width, height) = LEFT, PATCH
    for colour, name in entries:
        tall = height / figure.get_figheight()
        figure.add_artist(Rectangle((left, at - tall / 2), width, tall, color=colour, linewidth=0))
        words = figure.text(left + 1.6 * width, at, drawable(name), font=bundled_font(), size=size, va="center")
        left = words.get_window_extent().x1 / figure.bbox.width + 1.6 * width


@cache
def bundled_font(*, bold: bool = False) -> FontProperties:
    return FontProperties(fname=str(fonts.bold() if bold else fonts.regular()))


def drawable(text: str) -> str:
    """The text with a box in place of each character that the font cannot draw."""
    return "".join(character if ord(character) in _drawn() else MISSING for character in text).replace("$", "\\$")


@cache
def _drawn() -> frozenset[int]:
    return frozenset(get_font(str(fonts.regular())).get_charmap())
