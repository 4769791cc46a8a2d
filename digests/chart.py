"""The week's chart: cases by scene, this week against last, as bars with their numbers, readable on a phone.

Only the drawing process imports this file: matplotlib takes more than a second.
"""

from dataclasses import dataclass
from functools import cache
from io import BytesIO

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, get_font
from matplotlib.patches import Patch

from digests import fonts
from digests.dossier import Dossier
from digests.page import Page
from digests.weekly import SceneCount

SIZE = (7.2, 9.0)
DPI = 150
INK, FAINT, BEFORE = "#1A1A1A", "#555555", "#C8C8C8"
BAR = 0.38
TITLE, NAME, SMALL = 24, 20, 16
LEFT = 0.04
NAME_FITS = 4.5
"""Characters of a scene's name that fit beside the bars at full size."""
MOST_TIED = 3
MISSING = "\u25a1"


@dataclass(frozen=True, slots=True)
class Bar:
    name: str
    colour: str
    now: int
    before: int


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything that stands in the picture. `title` and `point` say in words what it shows."""

    title: str
    point: str
    about: str
    now: str
    before: str
    bars: tuple[Bar, ...]


def weekly_chart(page: Page) -> Chart:
    """The chart of a weekly digest: scenes by size, the largest on top."""
    say, week = page.say, page.weekly
    counts = sorted(week.scenes, key=lambda count: (-count.now, -count.before))
    about = page.about()
    return Chart(
        title=say("digest.chart_title", n=week.received, change=page.change())
        if week.received
        else say("digest.chart_none"),
        point=_point(page),
        about=say("digest.chart_about", community=about["community"], first=about["first"], last=about["last"]),
        now=say("digest.chart_now"),
        before=say("digest.chart_before"),
        bars=tuple(_bar(page, count) for count in counts),
    )


def summary_chart(found: Dossier) -> Chart:
    """The chart of a monthly or quarterly report."""
    counts = sorted(found.summary.scenes, key=lambda count: (-count.now, -count.before))
    looks = [found.district.scenes[count.scene] for count in counts]
    about, most = found.about(), counts[0]
    return Chart(
        title=found.say("summary.chart_title", n=found.summary.received, change=found.change()),
        point=found.say("digest.chart_most", scene=looks[0].name, n=most.now)
        if most.now
        else found.say("summary.chart_before_only", n=found.summary.received_before),
        about=found.say("digest.chart_about", community=found.place, first=about["first"], last=about["last"]),
        now=found.say("summary.chart_now"),
        before=found.say("summary.chart_before"),
        bars=tuple(
            Bar(look.name, look.colour, count.now, count.before) for look, count in zip(looks, counts, strict=True)
        ),
    )


def _point(page: Page) -> str:
    """Where most came from; many scenes with as much each are no point."""
    week = page.weekly
    if not week.received:
        return page.say("digest.chart_before_only", n=week.received_before)
    most = max(count.now for count in week.scenes)
    names = [page.scene(count.scene)["scene"] for count in week.scenes if count.now == most]
    key = (
        "digest.chart_most"
        if len(names) == 1
        else "digest.chart_tied"
        if len(names) <= MOST_TIED
        else "digest.chart_spread"
    )
    return page.say(key, n=most, scene="、".join(names))


def _bar(page: Page, count: SceneCount) -> Bar:
    look = page.district.scenes[count.scene]
    return Bar(look.name, look.colour, count.now, count.before)


def png(chart: Chart) -> bytes:
    """Draw a chart."""
    figure = Figure(figsize=SIZE, dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.235, 0.06, 0.665, 0.72))
    _draw_bars(axes, chart)
    _draw_words(figure, chart)
    content = BytesIO()
    figure.savefig(content, format="png")
    return content.getvalue()


def _draw_bars(axes: Axes, chart: Chart) -> None:
    places = range(len(chart.bars))
    now, before = [bar.now for bar in chart.bars], [bar.before for bar in chart.bars]
    largest = max(*now, *before, 1)
    upper = [place - BAR / 2 for place in places]
    lower = [place + BAR / 2 for place in places]
    axes.barh(upper, now, BAR, color=[bar.colour for bar in chart.bars])
    axes.barh(lower, before, BAR, color=BEFORE)
    for row, values, size, colour in ((upper, now, NAME, INK), (lower, before, SMALL, FAINT)):
        for place, value in zip(row, values, strict=True):
            axes.text(
                value + largest * 0.015,
                place,
                str(value),
                va="center",
                font=bundled_font(bold=row is upper),
                size=size,
                color=colour,
            )
    names = [drawable(bar.name) for bar in chart.bars]
    shrunk = NAME * min(1.0, NAME_FITS / max(map(len, names)))
    axes.set_yticks(list(places), names, font=bundled_font(), size=shrunk, color=INK)
    axes.set_xlim(0, largest * 1.1)
    axes.invert_yaxis()
    axes.set_xticks([])
    axes.tick_params(length=0)
    for side in ("top", "right", "bottom"):
        axes.spines[side].set_visible(False)


def _draw_words(figure: Figure, chart: Chart) -> None:
    lines = (
        (0.957, chart.title, TITLE, True, INK),
        (0.91, chart.point, NAME, False, INK),
        (0.865, chart.about, SMALL, False, FAINT),
    )
    for height, line, size, heavy, colour in lines:
        written(figure, height, line, size, heavy=heavy, colour=colour)
    legend = figure.legend(
        handles=[Patch(color=chart.bars[0].colour), Patch(color=BEFORE)],
        labels=[drawable(chart.now), drawable(chart.before)],
        prop=bundled_font(),
        loc="center left",
        bbox_to_anchor=(LEFT - 0.01, 0.815),
        ncols=2,
        frameon=False,
        handlelength=1.2,
    )
    for label in legend.get_texts():
        label.set_fontsize(SMALL)


def written(figure: Figure, at: float, line: str, size: float, *, heavy: bool, colour: str) -> None:
    """A line across the picture, `at` so much of its height; in a smaller type if it is too long."""
    words = figure.text(LEFT, at, drawable(line), font=bundled_font(bold=heavy), size=size, color=colour, va="center")
    room = (1 - 2 * LEFT) * figure.bbox.width
    words.set_fontsize(size * min(1.0, room / max(words.get_window_extent().width, 1)))


def drawable(text: str) -> str:
    """The text without what the font cannot draw: such a character is shown as a box, never as nothing."""
    return "".join(character if ord(character) in _drawn() else MISSING for character in text).replace("$", "\\$")


@cache
def _drawn() -> frozenset[int]:
    return frozenset(get_font(str(fonts.regular())).get_charmap())


@cache
def bundled_font(*, bold: bool = False) -> FontProperties:
    return FontProperties(fname=str(fonts.bold() if bold else fonts.regular()))
