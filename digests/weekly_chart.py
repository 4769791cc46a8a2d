"""The week's chart: cases by scene, this week and last, as labelled bars that are readable on a phone.

Only the drawing process imports this file: matplotlib takes more than a second.
"""

from dataclasses import dataclass

from matplotlib.figure import Figure

from digests import figures
from digests.figures import FAINT, INK, NAME, SMALL, TITLE, bar, legend, named, scale, word, written
from digests.presentation import Page
from digests.summary_report import Dossier
from digests.weekly import SceneCount

SIZE = (7.2, 9.0)
FIELD = (0.235, 0.06, 0.665, 0.72)
"""Where the bars are: left, bottom, width, height."""
BEFORE = "#C8C8C8"
BAR = 0.38
NAME_FITS = 4.5
"""Characters of a scene's name that fit beside the bars at full size."""
MOST_TIED = 3


@dataclass(frozen=True, slots=True)
class Bar:
    name: str
    colour: str
    now: int
    before: int


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything in the picture. `title` and `point` say in words what it shows."""

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
    about, spans, most = found.about(), found.spans(), counts[0]
    return Chart(
        title=found.say(
            found.or_first("summary.chart_title"), n=found.summary.received, change=found.change(), **spans
        ),
        point=found.say("digest.chart_most", scene=looks[0].name, n=most.now)
        if most.now
        else found.say("summary.chart_before_only", n=found.summary.received_before, **spans),
        about=found.say("digest.chart_about", community=found.place, first=about["first"], last=about["last"]),
        now=found.say("summary.chart_now", **spans),
        before=found.say("summary.chart_before", **spans),
        bars=tuple(
            Bar(look.name, look.colour, count.now, count.before) for look, count in zip(looks, counts, strict=True)
        ),
    )


def _point(page: Page) -> str:
    """The point of the chart in words: the scenes with most cases, or that no scene stands out."""
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
    figure = figures.blank(*SIZE)
    _draw_words(figure, chart)
    _draw_bars(figure, chart)
    return figures.png(figure)


def _draw_words(figure: Figure, chart: Chart) -> None:
    for at, line, size, heavy, colour in (
        (0.957, chart.title, TITLE, True, INK),
        (0.91, chart.point, NAME, False, INK),
        (0.865, chart.about, SMALL, False, FAINT),
    ):
        written(figure, at, line, size, heavy=heavy, colour=colour)
    legend(figure, 0.815, [(chart.bars[0].colour, chart.now), (BEFORE, chart.before)])


def _draw_bars(figure: Figure, chart: Chart) -> None:
    """Each scene's two bars: this period over the one before."""
    largest = max(1, *(max(bar.now, bar.before) for bar in chart.bars))
    axes = scale(figure, FIELD, largest * 1.1, (-0.77, len(chart.bars) - 0.23))
    for row, each in enumerate(chart.bars):
        for value, middle, colour in ((each.now, row - BAR / 2, each.colour), (each.before, row + BAR / 2, BEFORE)):
            bar(axes, (0, middle), value, BAR, colour)
        word(axes, (each.now + largest * 0.015, row - BAR / 2), str(each.now), NAME, heavy=True)
        word(axes, (each.before + largest * 0.015, row + BAR / 2), str(each.before), colour=FAINT)
    named(axes, [each.name for each in chart.bars], NAME, NAME_FITS)
