"""The composition root: the only place that knows every part."""

import asyncio
import secrets
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import lru_cache

from sqlalchemy import Connection

from bot import model_files
from bot.channels.port import Channel
from bot.clock import Clock, RealClock
from bot.deliver import Deliverer
from bot.district import load_district, load_texts, words_of
from bot.erasure_log import ErasureLog
from bot.fetch import Fetcher
from bot.files import FileStore
from bot.handling import Handling
from bot.intake import Intake
from bot.links import SignedLinks
from bot.reporting.reports import Reporter
from bot.retraining import Retraining
from bot.settings import Library, Mode, Settings, in_parts
from bot.similar_cases import OpenCases
from bot.sweep import Sweeper
from bot.tick import Ticker
from bot.work import Worker
from handlers.context import Bot, Context, Serves
from handlers.texts import Texts
from ledger.district import Allowance, Crowds, District, Duration, MessengerLimits, Pace
from nlp import emergencies, personal
from nlp.pipeline import Understander
from storage import encryption
from storage.database import Database, open_database
from storage.reference_queries import ReferenceCache
from storage.revision import check
from storage.unit_of_work import UnitOfWork

RESIDENT, STAFF = "resident", "staff"
GRACE_SECONDS = 3.0
"""Time that messages in flight and running batches get to finish when the process ends."""
QUESTIONS_KEPT = 5000
"""Questions of the communities' lists whose comparison keys are cached."""
UNLIMITED = MessengerLimits(1e6, 1e6, 1e6)
"""For channels of our own: the demo, replays, tests."""
_FREELY = Allowance(1_000_000, Duration(timedelta(minutes=1)))
_UNTHROTTLED = Pace(*6 * (_FREELY,))
"""No rate limits for people: in a replay they do in seconds what took weeks."""


@dataclass
class App:
    """All parts of a running process."""

    settings: Settings
    database: Database
    context: Context
    reference: ReferenceCache
    channels: dict[str, Channel]
    clock: Clock
    files: FileStore
    intake: Intake
    worker: Worker
    deliverers: dict[str, Deliverer]
    ticker: Ticker
    fetcher: Fetcher
    sweeper: Sweeper
    reporter: Reporter
    retraining: Retraining
    erased: ErasureLog
    similar: OpenCases
    owner: str = field(default_factory=lambda: secrets.token_hex(8))

    async def settle(self) -> None:
        """Work, tick and deliver until nothing is left to do now: for replays, scripts and tests."""
        while True:
            await self.worker.drain()
            await self.ticker.once()
            await self.ticker.watch()
            for deliverer in self.deliverers.values():
                await deliverer.drain()
            if not await self.worker.run_once():
                return

    async def load_new_cases(self) -> None:
        """Learn of open cases that other processes or commands have filed."""

        def load_new(connection: Connection) -> None:
            with UnitOfWork(connection, self.reference.current(connection), self.clock.now()) as uow:
                self.similar.load_new(uow)

        await self.database.read(load_new)

    async def finish(self) -> None:
        """Let running batches and deliveries finish. Call it once nothing new is started."""
        sent = (deliverer.stop(GRACE_SECONDS) for deliverer in self.deliverers.values())
        await asyncio.gather(self.worker.stop(GRACE_SECONDS), *sent)

    async def close(self) -> None:
        self.reporter.close()
        try:
            await self.finish()
        finally:
            for channel in self.channels.values():
                await channel.close()
        await self.database.close()


async def build(
    settings: Settings,
    channels: Mapping[str, Channel],
    clock: Clock | None = None,
    *,
    bots: Mapping[str, Bot] | None = None,
    limits: MessengerLimits | None = None,
    unthrottled: bool = False,
    understander: Understander | None = None,
) -> App:
    """Wire an app over channels, by bot name. The database is checked first; then the channels are opened.

    `bots`: which bot serves whom, if the channels are open already. `limits` replaces the messenger's limits in the
    district's data; `unthrottled` turns the rate limits for people off. `understander` lets several apps of one process
    share one.

    Raises:
        BadData: a data file of the district is wrong.
        WrongRevision: the database needs `chulin db upgrade`.
        DatabaseBusy: another process serves from this SQLite file.
        ChannelError: a channel cannot be opened.
    """
    clock, channels = clock or RealClock(), dict(channels)
    encryption.use(in_parts(settings.data_keys.get_secret_value()))
    district = _district(settings, unthrottled=unthrottled)
    database = open_database(settings.database_url, serve=True)
    async with AsyncExitStack() as on_failure:
        on_failure.push_async_callback(database.close)
        folder, similar, reference = _DataFolder.open(settings), OpenCases(), ReferenceCache()
        names = await database.read(lambda connection: _prepare(connection, reference, clock, similar))
        bots = bots or await open_all(settings, channels)
        understander = understander or Understander.load(
            names, tokenizer=settings.tokenizer, model=model_files.in_use(settings.data_dir)
        )
        texts = load_texts(settings.district_dir)
        context = _context(district, texts, understander, similar, folder, bots=bots)
        _warm_up(context)
        on_failure.pop_all()
    deliverers = {
        name: Deliverer(database, channel, folder.files, limits or district.limits.telegram, clock)
        for name, channel in channels.items()
    }
    return _connected(
        settings,
        database,
        context,
        clock,
        folder,
        reference=reference,
        channels=channels,
        deliverers=deliverers,
        understander=understander,
        similar=similar,
    )


@dataclass(frozen=True, slots=True)
class _DataFolder:
    """What is kept in the data folder, beside the database."""

    files: FileStore
    links: SignedLinks
    erased: ErasureLog

    @classmethod
    def open(cls, settings: Settings) -> "_DataFolder":
        links = SignedLinks.open(settings.link_secret.get_secret_value(), settings.data_dir)
        return cls(FileStore(settings.data_dir / "files"), links, ErasureLog(links.mark_key(), settings.data_dir))


def _connected(
    settings: Settings,
    database: Database,
    context: Context,
    clock: Clock,
    folder: _DataFolder,
    *,
    reference: ReferenceCache,
    channels: dict[str, Channel],
    deliverers: dict[str, Deliverer],
    understander: Understander,
    similar: OpenCases,
) -> App:
    """The running parts, connected: each can wake the one that works next."""

    def wake_delivery() -> None:
        for deliverer in deliverers.values():
            deliverer.wake.set()

    worker = Worker(database, Handling(context, channels, clock, reference), channels, clock, wake_delivery)
    return App(
        settings=settings,
        database=database,
        context=context,
        reference=reference,
        channels=channels,
        clock=clock,
        files=folder.files,
        intake=Intake(database, clock, worker.wake.set, emergencies.likely),
        worker=worker,
        deliverers=deliverers,
        ticker=Ticker(database, context, clock, reference, wake_delivery),
        fetcher=Fetcher(database, channels, folder.files, clock),
        sweeper=Sweeper(database, folder.files, context.district.limits.button_kept.wall),
        reporter=Reporter(database, context, folder.files, clock, wake_delivery, reference=reference),
        retraining=Retraining(settings, clock, understander),
        erased=folder.erased,
        similar=similar,
    )


def _district(settings: Settings, *, unthrottled: bool) -> District:
    district = load_district(settings.district_dir)
    if not unthrottled:
        return district
    return replace(district, limits=replace(district.limits, pace=_UNTHROTTLED, crowds=Crowds(_FREELY, _FREELY)))


def _prepare(connection: Connection, cache: ReferenceCache, clock: Clock, similar: OpenCases) -> list[str]:
    """Check the schema and fill the index of open cases; returns local names for the dictionary."""
    check(connection)
    reference = cache.current(connection)
    similar.load_new(UnitOfWork(connection, reference, clock.now()))
    names = [c.name for c in reference.real_communities()] + [b.name for b in reference.buildings]
    return names + list(reference.streets.values())


def _warm_up(context: Context) -> None:
    """Understand one message now: tables are loaded on first use, and no resident is to wait for that."""
    matter = context.read("三单元门口的路灯坏了，张师傅的电话是13800000000").first
    list(matter.similar_key)
    context.compare(matter.text)
    context.mask(matter.text)
    emergencies.likely(matter.text)


def _context(
    district: District,
    texts: Texts,
    understander: Understander,
    similar: OpenCases,
    folder: _DataFolder,
    *,
    bots: Mapping[str, Bot],
) -> Context:
    return Context(
        district=district,
        texts=texts,
        read=understander.read,
        read_all=understander.read_all,
        compare=lru_cache(QUESTIONS_KEPT)(understander.matter),
        mask=personal.for_others,
        mask_contacts=personal.mask_contacts,
        similar=similar,
        links=folder.links,
        files=folder.files,
        erased=folder.erased,
        words=words_of(texts),
        bots=bots,
        staff_bot=STAFF if STAFF in bots else next(iter(bots)),
    )


def bots_of(channels: Mapping[str, Channel], usernames: Mapping[str, str]) -> dict[str, Bot]:
    """Which bot serves whom: a single bot serves residents and staff, two bots one side each."""
    both = len(channels) == 1
    return {
        name: Bot(
            name,
            Serves.BOTH if both else Serves.STAFF if name == STAFF else Serves.RESIDENTS,
            usernames.get(name, ""),
            channel.abilities.buttons,
        )
        for name, channel in channels.items()
    }


def telegram_channels(settings: Settings) -> dict[str, Channel]:
    """The bots that have a token, each by the library that the settings name."""
    api = str(settings.api_url).rstrip("/") if settings.api_url else None
    wanted = {
        RESIDENT: (settings.resident_token, settings.resident_library),
        STAFF: (settings.staff_token, settings.staff_library),
    }
    return {
        name: _telegram(name, library, token.get_secret_value(), api)
        for name, (token, library) in wanted.items()
        if token.get_secret_value()
    }


def _telegram(name: str, library: Library, token: str, api: str | None) -> Channel:
    # imported when used: aiogram alone takes seconds, and a process may need only one of them
    if library is Library.AIOGRAM:
        from bot.channels.aiogram_bot import AiogramChannel  # noqa: PLC0415

        return AiogramChannel(name, token, api)
    from bot.channels.ptb_bot import PtbChannel  # noqa: PLC0415

    return PtbChannel(name, token, api)


async def open_all(settings: Settings, channels: Mapping[str, Channel]) -> dict[str, Bot]:
    """Connect every channel, and set or remove its webhook."""
    usernames = {name: await channel.open() for name, channel in channels.items()}
    hooked = settings.mode is Mode.WEBHOOK
    for name, channel in channels.items():
        url = f"{str(settings.webhook_url).rstrip('/')}/telegram/{name}" if hooked else ""
        await channel.set_webhook(url, settings.webhook_secret.get_secret_value())
    return bots_of(channels, usernames)
