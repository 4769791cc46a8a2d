"""A check-up with everything needed to show it: names, texts, masked words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from importlib import import_module

from digests.checkups import chart
from digests.checkups.checkup import MET, Checkup, ItemFinding, Project, SceneFinding, Way, Year
from digests.dates import day
from digests.presentation import WORDS_SHOWN, Say
from ledger.checkup import LACKING, Finding, Measure, Point, State, Stock
from ledger.district import District
from ledger.text import shortened, storable
from storage.reference import CommunityRow
from storage.reporting.rows import Quote


@dataclass(frozen=True)
class CheckupPage:
    """`quotes`: one case for each item, as residents wrote it; `street`: the community's street."""

    checkup: Checkup
    community: CommunityRow
    street: str
    district: District
    say: Say
    mask: Callable[[str], str]
    quotes: Mapping[int, Quote]

    def draw(self) -> tuple[bytes, ...]:
        """The chart as PNG, the check-up and the acceptance sheets as PDFs, the tables as XLSX.

        The libraries are imported only here.
        """
        picture = import_module("digests.checkups.picture").png(chart.of_community(self))
        paper, book = import_module("digests.checkups.pdf"), import_module("digests.checkups.workbook")
        return picture, paper.checkup_pdf(self, picture), paper.acceptance_pdf(self), book.workbook(self)

    def file_names(self) -> tuple[str, ...]:
        parts = ("chart", "pages", "acceptance", "workbook")
        return tuple(self.say(f"checkup_page.file_{part}", **self.about()) for part in parts)

    @property
    def zone(self) -> tzinfo:
        return self.community.zone

    @property
    def empty(self) -> bool:
        return self.checkup.empty

    def about(self) -> dict[str, str]:
        made, since = self.checkup.made_at.astimezone(self.zone), self.checkup.asked.start
        return {
            "community": self.community.name,
            "day": f"{made.year}年{day(made, self.zone)}",
            "since": f"{since.astimezone(self.zone).year}年{day(since, self.zone)}",
        }

    def name(self, no: int) -> str:
        item = self.district.item(no)
        return item.name if item else str(no)

    def label(self, point: Point) -> str:
        """A point with its number and name in the plan: 3 一个托儿所, 1.3 警务室."""
        return f"{point.code} {point.name}"

    def state(self, state: State) -> str:
        return self.district.checkup.states[state]

    def units(self, units: tuple[str, ...]) -> str:
        """Names of responsible units; 各街道 becomes the community's street."""
        return self.district.units_at(units, self.street)

    def need(self, item: ItemFinding | Project) -> str:
        return self.district.checkup.needs[item.need] if item.need else ""

    # figures ---------------------------------------------------------------------------------------------------------

    def figure(self, point: Point, value: float | None) -> str:
        """A figure of a point with its unit."""
        if value is None:
            return ""
        unit = point.unit or self.say("checkup_page.unit")
        return self.say(f"checkup_page.figure_{point.measure}", n=plain_number(value), unit=unit)

    def standard(self, finding: Finding) -> str:
        """The standard in words."""
        point = finding.point
        if point.per_mille is not None:
            base = self.say("checkup_page.per_mille", n=plain_number(point.per_mille))
            return f"{base} {self.figure(point, finding.standard)}" if finding.standard is not None else base
        if point.standard is None:
            return self.say("checkup_page.must_have")
        text = self.say(
            "checkup_page.at_most" if point.measure is Measure.WALK else "checkup_page.at_least",
            figure=self.figure(point, point.standard),
        )
        if point.instead:
            count = self.say("checkup_page.figure_has", n=point.instead.count, unit=point.unit)
            area = self.say("checkup_page.figure_area", n=plain_number(point.instead.area_m2))
            text = self.say("checkup_page.or_instead", standard=text, count=count, area=area)
        return text if finding.judged else self.say("checkup_page.doubtful", standard=text)

    def stock(self, point: Point, stocks: Mapping[str, Stock] | None = None) -> str:
        """What there is, as it was filled in; with `stocks`, what there was in that year."""
        found = (self.checkup.stocks if stocks is None else stocks).get(point.code)
        if found is None:
            return ""
        return "，".join(part for part in _parts(self, point, found) if part)

    def gap(self, finding: Finding) -> str:
        """What is lacking, in words; empty if nothing is."""
        if finding.state is State.SHORT and finding.gap:
            key = "checkup_page.too_far" if finding.point.measure is Measure.WALK else "checkup_page.short_of"
            return self.say(key, figure=self.figure(finding.point, finding.gap))
        return self.state(finding.state) if finding.state in LACKING else ""

    def size(self, project: Project) -> str:
        """How much a project is to add."""
        finding = project.finding
        if project.way not in (Way.BUILD, Way.EXTEND) or finding.gap is None or finding.point.measure is Measure.WALK:
            return ""
        return self.figure(finding.point, finding.gap)

    def summed_up(self, item: ItemFinding) -> str:
        """The state of an item in a few words: every lacking point, or the overall state."""
        if not item.lacking:
            worn = self.say("checkup_page.worn") if any(finding.worn for finding in item.findings) else ""
            return "，".join(part for part in (self._unlacking(item), worn) if part)
        return "，".join(
            self.gap(finding) if finding.point.whole else f"{finding.point.name}{self.gap(finding)}"
            for finding in item.lacking
        )

    def _unlacking(self, item: ItemFinding) -> str:
        """The state of an item that lacks nothing. If the plan sets no figure, "exists" does not mean "enough"."""
        measured = any(finding.standard is not None and finding.judged for finding in item.findings)
        plain = measured or item.state is not State.MET
        return self.state(item.state) if plain else self.say("checkup_page.no_standard")

    def demand(self, item: ItemFinding | Project) -> str:
        """How many people asked for it; empty if nobody did."""
        demand = item.demand
        if not demand.people:
            return ""
        key = "checkup_page.demand_urgent" if demand.urgent else "checkup_page.demand"
        return self.say(key, people=demand.people, urgent=demand.urgent)

    def quoted(self, no: int) -> tuple[str, str]:
        """Ledger number and a few masked words of a case about an item; empty if there is none."""
        quote = self.quotes.get(no)
        if quote is None or not quote.text:
            return "", ""
        return f"{self.community.code}-{quote.no}", shortened(self.mask(storable(quote.text)), WORDS_SHOWN)

    def source(self, point: Point) -> str:
        """How and when a figure was entered."""
        found = self.checkup.stocks.get(point.code)
        if found is None or found.source is None:
            return ""
        how = found.origin or self.district.checkup.sources[found.source]
        return f"{how} {found.found_on.isoformat()}" if found.found_on else how

    def people(self, item: ItemFinding | Project) -> str:
        """Like `demand`, for a table."""
        return self.demand(item).lstrip("，")

    def units_of(self, item: ItemFinding) -> tuple[str, ...]:
        """The units responsible for what is lacking; if nothing is, those of the whole item."""
        found = item.lacking or item.findings
        return tuple(dict.fromkeys(unit for finding in found for unit in finding.point.units))

    def has(self, point: Point, has: bool | None) -> str:
        if has is None:
            return ""
        return self.say("checkup_page.has") if has else point.exempt or self.say("checkup_page.has_not")

    # years -----------------------------------------------------------------------------------------------------------

    def year(self, year: Year) -> str:
        """The name of a year; the current one is called "now"."""
        now = year is self.checkup.years[-1]
        return self.say("checkup_page.now") if now else self.say("checkup_page.year", year=year.year)

    def history(self) -> list[str]:
        """How many items were met at the end of each year, and what changed since then; empty for the first year."""
        years = self.checkup.years
        if len(years) == 1:
            return []
        counts = (self.say("checkup_page.met_in", year=self.year(year), n=year.count(*MET)) for year in years)
        lines = [self.say("checkup_page.history", counts=" → ".join(counts))]
        for key, items in (("gained", self.checkup.gained()), ("lost", self.checkup.lost())):
            if items:
                names = "、".join(self.name(no) for no in items)
                lines.append(self.say(f"checkup_page.{key}", year=years[-2].year, n=len(items), names=names))
        return lines

    def changed(self) -> list[tuple[Point, list[str]]]:
        """Points that changed over the years, each with its stock in each year."""
        rows = [
            (point, [self.stock(point, year.stocks) for year in self.checkup.years])
            for point in self.district.checkup.points.values()
        ]
        return [(point, found) for point, found in rows if len({text for text in found if text}) > 1]

    def money(self) -> list[tuple[str, tuple[str, str, str, str]]]:
        """Paid services by point: what they are, then income, upkeep and balance in yuan a year."""
        return [
            (code, (stock.paid or "", yuan(stock.income), yuan(stock.upkeep), yuan(self.balance(stock))))
            for code in self.district.checkup.points
            if (stock := self.checkup.stocks.get(code)) and (stock.paid or stock.income or stock.upkeep)
        ]

    @staticmethod
    def balance(stock: Stock) -> int | None:
        """Income minus upkeep; None unless both are known."""
        return None if stock.income is None or stock.upkeep is None else stock.income - stock.upkeep

    def accepted(self, scene: SceneFinding) -> str:
        return self.say("checkup_page.accepted" if scene.accepted else "checkup_page.not_accepted")


def _parts(page: CheckupPage, point: Point, found: Stock) -> list[str]:
    condition = page.district.checkup.conditions[found.condition] if found.condition else ""
    figures = [
        ("checkup_page.figure_count", found.number if point.measure is Measure.COUNT or found.number else None),
        ("checkup_page.figure_area", found.area_m2),
        ("checkup_page.figure_ratio", found.ratio),
        ("checkup_page.figure_walk", found.walk_minutes),
    ]
    return [
        page.has(point, found.has),
        *(
            page.say(key, n=plain_number(value), unit=point.unit or page.say("checkup_page.unit"))
            for key, value in figures
            if value is not None
        ),
        condition,
        page.say("checkup_page.built", year=found.year) if found.year else "",
    ]


def yuan(amount: int | None) -> str:
    return "" if amount is None else f"{amount:,}"


def plain_number(value: float) -> str:
    """A number without superfluous decimals: 860, 1200.5."""
    rounded = round(value, 1)
    return str(int(rounded)) if rounded == int(rounded) else str(rounded)
