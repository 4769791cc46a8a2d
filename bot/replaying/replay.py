"""Replays messages through the whole program behind a channel, and measures its stages.

The channel is the web messenger in memory: updates are stored in the inbox and committed, parsed, understood, handled
in lanes and units of work, and answered through the outbox. Only a library's client is missing (benchmarks/replay.py).
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, insert

from bot.build import RESIDENT, STAFF, UNLIMITED, App, build
from bot.channels.web import WebChannel
from bot.clock import Clock, RealClock
from bot.demo.clock import StandingClock
from bot.demo.sample import Sample, load_sample, plant
from bot.district import load_district
from bot.replaying.reconciliation import Account, Sent, account
from bot.settings import Settings
from nlp.pipeline import Understander
from storage.database import open_database
from storage.schema import migrate
from storage.tables import Person
from storage.update_outcomes import tables_in

if TYPE_CHECKING:
    from bot.channels.port import Channel, RawUpdateBody
    from bot.replaying.input_lines import Line
    from handlers.event import Event
    from nlp.understanding import Reading

BATCH = 100
FIRST_CHAT = 1001
STAGES = ("intake", "prepare", "work", "deliver")
"""Inbox commit; parsing and understanding; transactions; delivery and the clock's tick."""


class NotEmpty(Exception):
    """A replay plants a sample district: it needs a database of its own."""


@dataclass(frozen=True)
class Result:
    """The account, the seconds of each stage and of the whole."""

    account: Account
    stages: Mapping[str, float]
    seconds: float


@dataclass
class Stages:
    """Seconds by stage."""

    seconds: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[stage] += time.perf_counter() - started  # type: ignore[assignment]

    def apart(self) -> dict[str, float]:
        """Each stage by itself: updates are prepared in the course of the work."""
        found = {stage: float(self.seconds[stage]) for stage in STAGES}
        return found | {"work": found["work"] - found["prepare"]}


class TimedChannel(WebChannel):
    """The web messenger's channel with a watch on its parsing."""

    def __init__(self, name: str, clock: Clock, stages: Stages) -> None:
        super().__init__(name, clock)
        self._stages = stages

    def parse(self, raw: "RawUpdateBody") -> "Event":
        with self._stages.timed("prepare"):
            return super().parse(raw)


class TimedUnderstander(Understander):
    """Understanding with a watch on it."""

    stages = Stages()

    def read_all(self, texts: Sequence[str]) -> "list[Reading]":
        with self.stages.timed("prepare"):
            return super().read_all(texts)


class Replay:
    """One run over an app of its own."""

    def __init__(self, app: App, channel: TimedChannel, stages: Stages) -> None:
        self._app = app
        self._channel = channel
        self._stages = stages

    @classmethod
    async def open(cls, settings: Settings, clock: Clock) -> "Replay":
        stages = Stages()
        channel = TimedChannel(RESIDENT, clock, stages)
        understander = TimedUnderstander.load(_names(load_sample()), tokenizer=settings.tokenizer)
        understander.stages = stages
        channels: dict[str, Channel] = {RESIDENT: channel, STAFF: WebChannel(STAFF, clock)}
        app = await build(settings, channels, clock, limits=UNLIMITED, unthrottled=True, understander=understander)
        return cls(app, channel, stages)

    async def close(self) -> None:
        await self._app.close()

    async def takes(self, lines: list["Line"], chats: Mapping[tuple[str, int], int]) -> list[Sent]:
        """Send lines of one moment their whole way, until it is quiet."""
        said = {}
        for line in lines:
            chat = chats[line.who]
            said[self._channel.messenger.says(chat, chat, text=line.text).id] = chat
        updates = await self._take_in()
        with self._stages.timed("work"):
            await self._app.worker.drain()
        with self._stages.timed("deliver"):
            await self._app.settle()
        return [Sent(chat, message_id, updates.get(message_id, ())) for message_id, chat in said.items()]

    async def _take_in(self) -> dict[int, tuple[int]]:
        """Store what waits; returns the updates by the message that they told."""
        found: dict[int, tuple[int]] = {}
        offset: int | None = None
        while batch := await self._channel.fetch(offset, 0):
            found |= {raw["message_id"]: (raw["update_id"],) for raw in batch}
            with self._stages.timed("intake"):
                offset = await self._app.intake.store(self._channel, batch)
        return found

    async def result(self, sent: list[Sent], seconds: float) -> Result:
        found = await self._app.database.read(lambda connection: account(connection, RESIDENT, sent))
        return Result(found, self._stages.apart(), seconds)


async def replay(lines: list["Line"], url: str, folder: Path, done: Callable[[int], None]) -> Result:
    """Send `lines` their whole way on the empty database at `url`; `done` is told how many more went through.

    Everybody who speaks has agreed to the notice before. Files go to `folder`.

    Raises:
        NotEmpty: the database holds something.
    """
    clock: StandingClock | RealClock = StandingClock(lines[0].at) if lines[0].at else RealClock()
    settings = Settings(_env_file=None, database_url=url, data_dir=folder, http_port=0)  # type: ignore[call-arg]
    chats = {who: number for number, who in enumerate(dict.fromkeys(line.who for line in lines), FIRST_CHAT)}
    homes = {number: community for (_, community), number in chats.items()}
    await make_ready(settings, load_sample(), clock.now(), homes)
    run = await Replay.open(settings, clock)
    try:
        sent: list[Sent] = []
        started = time.perf_counter()
        for batch in _batches(lines):
            if isinstance(clock, StandingClock) and batch[0].at:
                clock.forward(batch[0].at - clock.now())
            sent += await run.takes(batch, chats)
            done(len(batch))
        return await run.result(sent, time.perf_counter() - started)
    finally:
        await run.close()


def _batches(lines: list["Line"]) -> Iterator[list["Line"]]:
    """Lines that happened at one moment, as many as a messenger hands out at once."""
    for _, group in groupby(lines, key=lambda line: line.at):
        moment = list(group)
        yield from (moment[i : i + BATCH] for i in range(0, len(moment), BATCH))


async def make_ready(settings: Settings, sample: Sample, now: datetime, residents: Mapping[int, int]) -> None:
    """Make the tables and plant the sample; `residents` (community by chat) have agreed to the notice.

    Raises:
        NotEmpty: the database holds something.
    """
    district = load_district(settings.district_dir)
    people = _people(residents, district.limits.consent_version, now)

    def work(connection: Connection) -> None:
        plant(connection, sample, district, now)
        if people:
            connection.execute(insert(Person), people)

    database = open_database(settings.database_url, serve=True)
    try:
        if await database.read(tables_in):
            raise NotEmpty
        await migrate(settings.database_url)
        await database.write(work)
    finally:
        await database.close()


def _people(residents: Mapping[int, int], consent: str, now: datetime) -> list[dict[str, object]]:
    agreed = {"bot": RESIDENT, "consent_version": consent, "consented_at": now, "created_at": now}
    return [agreed | {"account": chat, "chat": chat, "community_id": home} for chat, home in residents.items()]


def _names(sample: Sample) -> Iterable[str]:
    """Local names for the dictionary, as `build` reads them from the database."""
    yield from sample.streets
    for number, place in enumerate(sample.communities, 1):
        yield place.name
        yield from sample.buildings(number)
