"""A monthly or quarterly report: its data and its words."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from importlib import import_module

from digests.dates import day_and_time, first_and_last
from digests.presentation import REPLY_SHOWN, WORDS_SHOWN, Say
from digests.shares import counted
from digests.summary import Level, Point, Share, Summary
from digests.weekly import Rates
from digests.weekly_text import fitted, rated
from ledger.district import District, RateWeights
from ledger.scenes import Scene
from ledger.text import shortened, storable
from storage.reporting.rows import Key, Said

LEAST_TREND = 2
COUNTS = ("received", "answered", "in_time", "overdue")

Line = str | tuple[str, ...]
"""Words, or a row of a table; the first of several rows is the heading."""


@dataclass(frozen=True)
class Dossier:
    """`place`: the community, street or district; `said`: what residents wrote, by case, unmasked."""

    summary: Summary
    place: str
    zone: tzinfo
    district: District
    say: Say
    mask: Callable[[str], str]
    said: Mapping[Key, Said]
    communities: Mapping[int, tuple[str, str]]
    """Code and name of each community."""
    units: Mapping[int, str]

    def draw(self) -> tuple[bytes, ...]:
        """The chart, the pages and the workbook; the libraries for them are imported only here."""
        chart, pages = import_module("digests.weekly_chart"), import_module("digests.report_pdf")
        picture = chart.png(chart.summary_chart(self))
        return picture, pages.summary_pdf(self, picture), import_module("digests.summary_workbook").workbook(self)

    def file_names(self) -> tuple[str, ...]:
        kind = "quarterly" if self.summary.level is Level.DISTRICT else "monthly"
        first = self.summary.period.days(self.zone)[0]
        length = "quarter" if kind == "quarterly" else "month"
        name = self.say(f"summary.{length}", year=first.year, month=first.month, quarter=(first.month + 2) // 3)
        names = {"place": self.place, "name": name, "report": self.say(f"summary.report_{kind}")}
        return tuple(self.say(f"summary.file_{part}", **names) for part in ("chart", "pages", "workbook"))

    def about(self) -> dict[str, str]:
        made = day_and_time(self.summary.made_at, self.zone)
        return {"place": self.place, "made": made, **first_and_last(self.summary.period, self.zone)}

    def change(self) -> str:
        more = self.summary.received - self.summary.received_before
        return self.say("digest.more" if more > 0 else "digest.fewer", n=abs(more)) if more else self.say("digest.same")

    def or_first(self, key: str) -> str:
        """The text `key`, or its variant for the first period, which has none before it to compare with."""
        return key if self.summary.received_before else f"{key}_first"

    def unit(self, number: int) -> str:
        return self.units.get(number) or self.say("summary.unit_own")

    def case(self, key: Key, *, replied: bool = False) -> str:
        """A case in a few words; `replied`: with its answer."""
        said = self.said.get(key)
        words = self._short(said.text if said else "", WORDS_SHOWN) or self.say("digest.no_words")
        reply = self._short(said.reply or "" if said and replied else "", REPLY_SHOWN)
        number = f"{self.communities[key[0]][0]}-{key[1]}"
        return self.say(
            "digest.answered_line" if reply else "summary.case_line", number=number, words=words, reply=reply
        )

    def _short(self, words: str, most: int) -> str:
        return shortened(self.mask(storable(words)), most)

    def spans(self) -> dict[str, str]:
        """Names of this period and the one before."""
        part = "quarter" if self.summary.level is Level.DISTRICT else "month"
        return {"this": self.say(f"summary.this_{part}"), "last": self.say(f"summary.last_{part}")}

    def period_name(self, point: Point) -> str:
        """The name of a month or, in the district's report, of a quarter."""
        first = point.start.astimezone(self.zone).date()
        key = "summary.quarter" if self.summary.level is Level.DISTRICT else "summary.month"
        return self.say(key, year=first.year, month=first.month, quarter=(first.month + 2) // 3)

    def scene(self, scene: Scene, *, pictures: bool) -> str:
        look = self.district.scenes[scene]
        return f"{look.mark} {look.name}" if pictures else look.name


def index(found: Rates, weights: RateWeights) -> float:
    """The three rates as one weighted figure between 0 and 1."""
    satisfied = found.satisfied + weights.fairly * found.fairly
    return (
        weights.responded * found.responded + weights.solved * found.solved + weights.satisfied * satisfied
    ) / found.n


def summary_text(dossier: Dossier) -> str:
    """Write the report as one message."""
    lines = [*head(dossier)]
    for part in parts(dossier, paper=False):
        lines += ["", *(str(line) for line in part)]
    return fitted(lines)


def head(dossier: Dossier) -> Iterator[str]:
    first = dossier.summary.period.days(dossier.zone)[0]
    about = dossier.about()
    named = {"place": dossier.place, "year": first.year, "month": first.month, "quarter": (first.month + 2) // 3}
    yield dossier.say(f"summary.head_{dossier.summary.level}", **named)
    yield dossier.say("summary.period", first=about["first"], last=about["last"], made=about["made"])


def parts(dossier: Dossier, *, paper: bool) -> list[list[Line]]:
    """The parts in their order, each a heading and its lines; empty ones are left out.

    On `paper` there are tables in place of long lists, and no emoji.
    """
    found = dossier.summary
    if found.empty:
        return [[dossier.say("summary.quiet")]]
    made = (
        _received(dossier, pictures=not paper), _trend(dossier, paper=paper), _done(dossier), _rates(dossier),
        _communities(dossier, paper=paper), _units(dossier, paper=paper), _roots(dossier), _results(dossier),
    )  # fmt: skip
    return [lines for part in made if (lines := list(part))]


def _received(dossier: Dossier, *, pictures: bool) -> Iterator[str]:
    say, found = dossier.say, dossier.summary
    spans, change = dossier.spans(), dossier.change()
    heading, line = dossier.or_first("summary.received"), dossier.or_first("summary.scene")
    yield say(heading, n=found.received, before=found.received_before, change=change, **spans)
    yield say("digest.kinds", problems=found.problems, needs=found.needs, queries=found.queries)
    for count in sorted(found.scenes, key=lambda count: (-count.now, -count.before)):
        if count.now or count.before:
            scene = dossier.scene(count.scene, pictures=pictures)
            n = counted(say, count.now, found.received, "digest.share_of_all")
            yield say(line, scene=scene, n=n, before=count.before, **spans)


def _trend(dossier: Dossier, *, paper: bool) -> Iterator[Line]:
    """The trend over the last periods; empty if there is only one."""
    points = dossier.summary.trend
    if len(points) < LEAST_TREND:
        return
    yield dossier.say("summary.trend", n=len(points))
    if paper:
        yield _heads(dossier, "period", COUNTS[:3])
    for point in points:
        name = dossier.period_name(point)
        yield _cells(name, point, COUNTS[:3]) if paper else _words(dossier, "summary.trend_line", point, period=name)


def _done(dossier: Dossier) -> Iterator[str]:
    say, found = dossier.say, dossier.summary
    yield say("summary.done", n=found.answered, in_time=found.in_time, overdue=found.overdue)
    if found.granted:
        yield say("summary.granted", n=found.granted)
    if found.unsolved:
        yield say("summary.unsolved", n=found.unsolved)


def _rates(dossier: Dossier) -> Iterator[str]:
    """The rates: counts first; the overall figure only with its weights and its n."""
    say, found, weights = dossier.say, dossier.summary.rates, dossier.district.limits.rates
    if not found.n:
        yield say("summary.rates_none")
        return
    yield say("digest.rates", n=found.n)
    yield say("digest.rates_line", **rated(say, found))
    named = {f"w_{name}": getattr(weights, name) for name in ("responded", "solved", "satisfied", "fairly")}
    yield say("summary.index", index=f"{index(found, weights):.2f}", **named)


def _communities(dossier: Dossier, *, paper: bool) -> Iterator[Line]:
    if dossier.summary.level is Level.COMMUNITY:
        return
    yield dossier.say("summary.communities")
    if paper:
        yield _heads(dossier, "name", COUNTS)
    for share in dossier.summary.communities:
        name = dossier.communities[share.id][1]
        yield _cells(name, share, COUNTS) if paper else _words(dossier, "summary.community_line", share, name=name)


def _units(dossier: Dossier, *, paper: bool) -> Iterator[Line]:
    if not dossier.summary.units:
        return
    yield dossier.say("summary.units")
    if paper:
        yield _heads(dossier, "name", COUNTS[1:])
    for share in dossier.summary.units:
        name = dossier.unit(share.id)
        yield _cells(name, share, COUNTS[1:]) if paper else _words(dossier, "summary.unit_line", share, name=name)


def _heads(dossier: Dossier, first: str, counts: Sequence[str]) -> tuple[str, ...]:
    return tuple(dossier.say(f"summary.col_{name}") for name in (first, *counts))


def _cells(name: str, found: Share | Point, counts: Sequence[str]) -> tuple[str, ...]:
    return (name, *(str(getattr(found, count)) for count in counts))


def _words(dossier: Dossier, key: str, found: Share | Point, **named: str) -> str:
    return dossier.say(key, **named, **{name: getattr(found, name) for name in COUNTS if hasattr(found, name)})


def _roots(dossier: Dossier) -> Iterator[str]:
    if dossier.summary.roots:
        yield dossier.say("summary.roots")
    for key in dossier.summary.roots:
        yield dossier.case(key)


def _results(dossier: Dossier) -> Iterator[str]:
    """成果共享: what residents got."""
    yield dossier.say("summary.results" if dossier.summary.results else "summary.results_none")
    for key in dossier.summary.results:
        yield dossier.case(key, replied=True)
