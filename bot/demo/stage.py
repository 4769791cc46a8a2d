"""Sets the demo up: a database with the sample district and its past, the app over two web chats, and time at hand."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from bot.build import UNLIMITED, App, build
from bot.channels.web import WebChannel
from bot.clock import Clock
from bot.demo.clock import DemoClock, until_digest
from bot.demo.past import Past, live_through, load_past
from bot.demo.people import Person
from bot.demo.sample import Sample, load_sample, plant
from bot.district import load_district
from bot.reporting.reports import Reporter
from bot.reporting.weekly import WeeklyMaker
from bot.settings import Mode, Settings
from digests.drawing_process import DrawHere, Draws
from storage.database import open_database
from storage.reference_queries import load
from storage.schema import migrate
from storage.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from bot.channels.port import Channel

DATABASE, TIME = "demo.db", "time.txt"
TOPICS_COME_AFTER = timedelta(days=4)
"""What many told in the past becomes topics after the first Monday: one thing after the other."""
ON_STAFF = {"worker": "小陈", "manager": "周书记", "officer": "刘工"}
"""Who of the sample's staff has a phone in the demo."""


@dataclass
class Stage:
    """Everything that the page, the script and the tests play on."""

    app: App
    sample: Sample
    clock: DemoClock
    resident: WebChannel
    staff: WebChannel
    folder: Path

    async def runs(self) -> None:
        """Take in, work, tick, report and deliver until it is quiet; nothing waits in real time."""
        for channel in (self.resident, self.staff):
            offset = None
            while batch := await channel.fetch(offset, 0):
                offset = await self.app.intake.store(channel, batch)
        await self.app.settle()
        await self.app.fetcher.once()
        now = self.clock.now()
        await self.app.reporter.run_due(now)
        await self.app.reporter.run_requests(now)
        await self.app.settle()

    async def wakes(self) -> None:
        """The clock was moved: let the running app look at once at what is due."""
        await self.app.ticker.once()
        await self.app.reporter.run_due(self.clock.now())
        self.app.worker.wake.set()
        for deliverer in self.app.deliverers.values():
            deliverer.wake.set()

    def to_monday(self) -> timedelta:
        """How far it is to the moment of the weekly digest."""
        return until_digest(self.clock.now(), self.app.context.district.limits.digest)

    def people(self) -> dict[str, Person]:
        """Everybody who has a phone."""
        accounts = {member.name: member.account for member in self.sample.staff}
        resident = self.sample.resident
        people = {"resident": Person(self.resident.messenger, resident.account, resident.name)}
        return people | {who: Person(self.staff.messenger, accounts[name], name) for who, name in ON_STAFF.items()}

    def start_link(self) -> str:
        """What the code at the resident's door says."""
        return self.app.context.links.make(*self.sample.home)  # type: ignore[attr-defined,no-any-return]

    def keeps_time(self) -> None:
        """Note how far the clock has come, for a demo that is opened again."""
        (self.folder / TIME).write_text(self.clock.now().isoformat(), encoding="utf-8")


def digest_maker(app: App) -> WeeklyMaker:
    """Computes digests for the past and the ledger of the script; draws nothing."""
    context = app.context
    return WeeklyMaker(context.district, context.texts, context.mask, DrawHere())


def last_time(folder: Path) -> datetime | None:
    """When a demo that was kept in `folder` had got to."""
    kept = folder / TIME
    return datetime.fromisoformat(kept.read_text(encoding="utf-8")) if kept.exists() else None


async def set_up(folder: Path, clock: DemoClock, drawer: Draws | None = None) -> Stage:
    """Open the demo in `folder`; the sample is planted if there is no database yet. `drawer` replaces the app's own."""
    sample = load_sample()
    settings = _settings(folder)
    fresh = not (folder / DATABASE).exists()
    if fresh:
        await _plant(settings, sample, clock)
    first_id = 0 if fresh else int(time.time())
    resident, staff = WebChannel("resident", clock, first_id), WebChannel("staff", clock, first_id)
    channels: dict[str, Channel] = {"resident": resident, "staff": staff}
    app = await build(settings, channels, clock, limits=UNLIMITED, unthrottled=True)
    if drawer:
        app.reporter = Reporter(
            app.database, app.context, app.files, clock, lambda: None, reference=app.reference, drawer=drawer
        )
    if fresh:
        await _live_the_past(app, sample, clock)
    return Stage(app, sample, clock, resident, staff, folder)


def _settings(folder: Path) -> Settings:
    """The demo's own settings; of the environment only the district's data and the tokenizer count."""
    return Settings(
        _env_file=None,  # type: ignore[call-arg]
        database_url=f"sqlite:///{folder / DATABASE}",
        data_dir=folder,
        mode=Mode.POLLING,
        http_port=0,
    )


async def _plant(settings: Settings, sample: Sample, clock: Clock) -> None:
    await migrate(settings.database_url)
    database = open_database(settings.database_url)
    district = load_district(settings.district_dir)
    await database.write(lambda connection: plant(connection, sample, district, clock.now()))
    await database.close()


async def _live_the_past(app: App, sample: Sample, clock: Clock) -> None:
    moments = Past(app.context, sample, clock.now(), digest_maker(app)).moments(load_past())

    def work(connection: Connection) -> list[object]:
        uow = UnitOfWork(connection, load(connection), clock.now())
        for community in uow.reference.real_communities():
            uow.topics.look_again_at(community.id, clock.now() + TOPICS_COME_AFTER)
        return [call() for call in live_through(connection, load(connection), moments)]

    await app.database.write(work)
