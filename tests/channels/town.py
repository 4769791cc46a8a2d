"""A whole app over Telegram: both bots on the real clients, the messenger and its people from tests/botapi."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Connection, delete

from bot.build import UNLIMITED, App, bots_of, build
from bot.channels.port import Channel
from bot.settings import Settings
from storage.reference_queries import changed, load
from storage.tables import StaffAccount
from storage.unit_of_work import UnitOfWork
from tests.botapi import Bot, BotApiServer, Person
from tests.channels.telegram_desk import LIBRARIES, hang_up
from tests.support.world import HandClock, understander

WAYS_ROUND = [("aiogram", "ptb"), ("ptb", "aiogram")]
"""Which library serves the residents, and which the staff."""
SECRET = "geheim-geheim-geheim_0"


@dataclass
class Town:
    """`runs` takes in, works and delivers until it is quiet; `passes` lets time go by first."""

    server: BotApiServer
    app: App
    clock: HandClock
    bots: dict[str, Bot]
    _offsets: dict[str, int] = field(default_factory=dict)

    def resident(self, name: str = "王婆婆") -> Person:
        return self.server.user(name).private(self.bots["resident"])

    async def worker(self, staff_id: int = 1) -> Person:
        """A member of the staff, bound by following an invitation."""
        person = self.server.user(f"工作人员{staff_id}").private(self.bots["staff"])
        await person.starts(f"inv_{await self.invitation(staff_id)}")
        await self.runs()
        return person

    async def invitation(self, staff_id: int) -> str:
        token = secrets.token_urlsafe(16)

        def work(connection: Connection) -> None:
            now = self.clock.now()
            uow = UnitOfWork(connection, load(connection), now)
            uow.staff.invite(staff_id, token, now + timedelta(hours=48))
            uow.flush()

        await self.app.database.write(work)
        return token

    async def runs(self) -> None:
        for name, channel in self.app.channels.items():
            while self.bots[name].webhook is None and (batch := await channel.fetch(self._offsets.get(name), 0)):
                self._offsets[name] = await self.app.intake.store(channel, batch)
        await self.app.settle()

    async def passes(self, **by: float) -> None:
        self.clock.forward(**by)
        await self.runs()

    async def value(self, statement: str) -> Any:
        """The one value of a query."""
        return await self.app.database.read(lambda connection: connection.exec_driver_sql(statement).scalar())


@asynccontextmanager
async def town(
    server: BotApiServer, folder: Path, url: str, *, residents: str = "aiogram", staff: str = "ptb", **settings: Any
) -> AsyncIterator[Town]:
    """A town whose bots are served by the libraries named; nobody of its staff is bound yet."""
    bots = {"resident": server.bot("楚邻"), "staff": server.bot("楚邻网格")}
    channels: dict[str, Channel] = {
        name: LIBRARIES[library](name, bots[name].token, server.url)
        for name, library in (("resident", residents), ("staff", staff))
    }
    usernames = {name: await channel.open() for name, channel in channels.items()}
    clock = HandClock()
    found = Settings(
        _env_file=None,  # type: ignore[call-arg]
        database_url=url,
        data_dir=folder,
        link_secret=SecretStr("s" * 32),
        http_port=0,
        **settings,
    )
    app = await build(
        found,
        channels,
        clock,
        bots=bots_of(channels, usernames),
        limits=UNLIMITED,
        unthrottled=True,
        understander=understander(),
    )
    await app.database.write(_nobody_is_bound)
    try:
        yield Town(server, app, clock, bots)
    finally:
        for channel in channels.values():
            await hang_up(channel)
        await app.close()


def _nobody_is_bound(connection: Connection) -> None:
    connection.execute(delete(StaffAccount))
    changed(connection)
