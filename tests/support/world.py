"""A whole app over messengers in memory, with people who say and tap things."""

import asyncio
import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Connection, insert

from bot.build import UNLIMITED, App, build
from bot.settings import Settings
from handlers.context import Bot, Serves
from nlp.pipeline import Understander
from storage.database import open_database
from storage.reference_queries import changed
from storage.schema import migrate
from storage.tables import Building, Community, Duty, Grid, Staff, StaffAccount, StaffRight, Street, Unit
from tests.support.fake_channel import FakeChannel, ShownMessage

NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)  # a Wednesday, 10:00 in Huangshi


class HandClock:
    """A clock that only moves when a test moves it."""

    def __init__(self, now: datetime = NOW) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def forward(self, **by: float) -> None:
        self._now += timedelta(**by)


@dataclass
class Person:
    """Somebody with a phone. `says` and `taps` run everything until it is quiet."""

    world: "World"
    channel: FakeChannel
    account: int
    chat: int
    _presses: Any

    async def says(self, text: str, **more: Any) -> None:
        kind, command, argument = "text", "", ""
        if text.startswith("/"):
            command, _, argument = text[1:].partition(" ")
            kind, text = "command", ""
        await self._pushes(kind=kind, text=text, command=command, argument=argument, **more)

    async def sends(self, kind: str = "photo", text: str = "", **more: Any) -> None:
        await self._pushes(kind="media", text=text, file=[kind, f"file-{next(self._presses)}"], **more)

    async def edits(self, message_id: int, text: str) -> None:
        """Change one's own message; the first of a chat is 100."""
        await self._pushes(kind="edit", text=text, message_id=message_id)

    async def is_at(self, latitude: float, longitude: float) -> None:
        await self._pushes(kind="location", location=[latitude, longitude])

    async def taps(self, label: str) -> str:
        """Press the newest button with this label; returns the word over it."""
        shown = next((m for m in reversed(self.messages) if any(label in name for name in m.buttons)), None)
        assert shown is not None, f"no button {label!r} among {[list(m.buttons) for m in self.messages]}"
        return await self.presses(next(data for name, data in shown.buttons.items() if label in name))

    async def presses(self, data: str, **more: Any) -> str:
        press_id = f"press-{next(self._presses)}"
        await self._pushes(kind="press", press=data, press_id=press_id, **more)
        answer = self.channel.answers.get(press_id)
        return answer.text if answer else ""

    async def _pushes(self, **fields: Any) -> None:
        self.channel.push(chat=self.chat, account=self.account, name=f"人{self.account}", **fields)
        await self.world.runs()

    @property
    def messages(self) -> list[ShownMessage]:
        return [m for m in self.channel.messages if m.chat == self.chat]

    @property
    def last(self) -> ShownMessage:
        return self.messages[-1]

    def sees(self, words: str) -> bool:
        return any(words in m.text for m in self.messages)


@dataclass
class World:
    app: App
    clock: HandClock
    residents: FakeChannel
    staff: FakeChannel
    _presses: Any
    _running: asyncio.Lock = field(default_factory=asyncio.Lock)

    def resident(self, account: int = 1001) -> Person:
        return Person(self, self.residents, account, account, self._presses)

    def worker(self, account: int = 1, chat: int | None = None) -> Person:
        return Person(self, self.staff, account, chat or account, self._presses)

    async def runs(self) -> None:
        """Take in, work, tick and deliver until it is quiet.

        People of one world who write at once take turns: who fetches holds what another has just sent, and for that
        other it would seem quiet before the answer is there.
        """
        async with self._running:
            for channel in (self.residents, self.staff):
                offset = None
                while batch := await channel.fetch(offset, 0):
                    offset = await self.app.intake.store(channel, batch)
            await self.app.settle()

    async def passes(self, **by: float) -> None:
        self.clock.forward(**by)
        await self.runs()

    async def rows(self, work: Any) -> Any:
        return await self.app.database.read(work)


def sample(connection: Connection) -> None:
    """Two communities, a grid worker (1), a manager (2), a street supervisor (3), an officer (4) and a stranger (9)."""
    put = connection.execute
    put(insert(Street), [{"id": 1, "name": "沈家营街道"}, {"id": 2, "name": "黄石港街道"}])
    put(
        insert(Community),
        [
            {"id": 1, "street_id": 1, "code": "YA", "name": "延安岭社区", "time_zone": "Asia/Shanghai"},
            {"id": 2, "street_id": 2, "code": "WH", "name": "文化宫社区", "time_zone": "Asia/Shanghai"},
        ],
    )
    put(insert(Unit), [{"id": 1, "name": "区建设局"}, {"id": 2, "name": "区城管局"}])
    put(insert(Grid), [{"community_id": 1, "id": 1, "name": "第一网格"}])
    put(insert(Building), [{"community_id": 1, "id": 1, "grid_id": 1, "name": "3栋"}])
    names = {1: "小陈", 2: "周书记", 3: "刘主任", 4: "城管小王", 5: "小赵"}
    put(insert(Staff), [{"id": i, "name": n, "active": True} for i, n in names.items()])
    rights = [(1, "worker", "grid", 1, 1), (2, "manager", "community", 1, 0), (3, "supervisor", "street", 1, 0),
              (4, "officer", "unit", 2, 0), (5, "worker", "community", 2, 0)]  # fmt: skip
    put(
        insert(StaffRight),
        [{"staff_id": s, "role": r, "scope": k, "scope_id": i, "community_id": c} for s, r, k, i, c in rights],
    )
    put(
        insert(StaffAccount),
        [{"bot": "staff", "account": i, "staff_id": i, "chat": i, "bound_at": NOW} for i in names],
    )
    put(
        insert(Duty),
        [
            {"community_id": 1, "id": d, "staff_id": 1, "weekday": d, "start_minute": 0, "end_minute": 1440}
            for d in range(7)
        ],
    )
    changed(connection)


async def fill(url: str) -> None:
    """Migrate a database and put the sample into it."""
    await migrate(url)
    database = open_database(url)
    await database.write(sample)
    await database.close()


@cache
def understander() -> Understander:
    return Understander.load(["延安岭社区", "文化宫社区", "3栋"])


async def make_world(folder: Path, url: str, *, unthrottled: bool = True, **settings: Any) -> World:
    """An app over a database that was filled. `unthrottled` False: the district's limits hold people up."""
    clock = HandClock()
    residents, staff = FakeChannel("resident"), FakeChannel("staff")
    found = Settings(_env_file=None, database_url=url, data_dir=folder, link_secret=SecretStr("s" * 32), **settings)  # type: ignore[call-arg]
    bots = {"resident": Bot("resident", Serves.RESIDENTS), "staff": Bot("staff", Serves.STAFF)}
    channels = {"resident": residents, "staff": staff}
    app = await build(
        found, channels, clock, bots=bots, limits=UNLIMITED, unthrottled=unthrottled, understander=understander()
    )
    return World(app, clock, residents, staff, itertools.count(1))
