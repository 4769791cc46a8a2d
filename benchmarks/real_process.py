"""A real `chulin run` process over the fake Bot API server, itself a process: measured from outside."""

import asyncio
import json
import os
import sqlite3
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.build import RESIDENT, STAFF
from bot.demo.sample import Sample, load_sample
from bot.links import SignedLinks
from bot.replaying.replay import make_ready
from bot.settings import Library, Settings
from tests.botapi.remote import RemoteBotApi

ROOT = Path(__file__).parent.parent
TOKENS = {RESIDENT: "61000001:" + "r" * 35, STAFF: "61000002:" + "s" * 35}
OTHER = {Library.AIOGRAM: Library.PTB, Library.PTB: Library.AIOGRAM}
SECRET = "s" * 32
STOP_SECONDS = 15
LOG = "calls.jsonl"
"""What the fake messenger was called for."""


@dataclass
class Stand:
    """The fake server, the folder and the settings of an app that may or may not run."""

    remote: RemoteBotApi
    folder: Path
    url: str
    sample: Sample
    via: Library
    with_staff: bool
    process: asyncio.subprocess.Process | None = None

    @property
    def settings(self) -> Settings:
        return Settings(_env_file=None, database_url=self.url, data_dir=self.folder, link_secret=SECRET)  # type: ignore[call-arg,arg-type]

    def link(self, community: int) -> str:
        """What the code on the community's wall says."""
        return SignedLinks.open(SECRET, self.folder).make(community)

    async def acts(self, user: str, act: str, bot: str = RESIDENT, **args: Any) -> Any:
        return await self.remote.do("act", user=user, bot=bot, act=act, args=args)

    async def sees(self, user: str, seconds: float, bot: str = RESIDENT) -> dict[str, Any]:
        """The bot's next message to somebody."""
        found: dict[str, Any] = await self.remote.do("sees", user=user, bot=bot, seconds=seconds)
        return found

    async def starts(self) -> None:
        """Start the app; it answers a little later."""
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.cli", "run", cwd=self.folder, env=self.environment
        )

    async def stops(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.terminate()
            await asyncio.wait_for(self.process.wait(), STOP_SECONDS)

    async def until(self, what: Callable[[], Awaitable[bool]]) -> None:
        """Look from outside until something is so; an app that has ended would never get there."""
        while not await what():
            assert self.process is None or self.process.returncode is None, "the app has ended"
            await asyncio.sleep(0.1)

    async def calls(self) -> AsyncIterator[dict[str, Any]]:
        """Every call that the messenger had, oldest first, out of its log, which it writes in batches."""
        await self.remote.do("log", limit=0)
        with (self.folder / LOG).open("rb") as log:
            for line in log:
                yield json.loads(line)

    def memory(self) -> int:
        """MiB of the app that are in memory now."""
        assert self.process is not None
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return int(next(line.split()[1] for line in lines if line.startswith("VmRSS"))) // 1024

    def count(self, statement: str) -> int:
        """A number out of the app's SQLite file, read beside it."""
        with closing(sqlite3.connect(f"{self.url.replace('sqlite:///', 'file:')}?mode=ro", uri=True)) as connection:
            return int(connection.execute(statement).fetchone()[0])

    @property
    def environment(self) -> dict[str, str]:
        """What the app is started with."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("CHULIN_")}
        staff = {"CHULIN_STAFF_TOKEN": TOKENS[STAFF], "CHULIN_STAFF_LIBRARY": OTHER[self.via]}
        return own | (staff if self.with_staff else {}) | {
            "PYTHONPATH": str(ROOT),
            "CHULIN_API_URL": self.remote.url,
            "CHULIN_RESIDENT_TOKEN": TOKENS[RESIDENT],
            "CHULIN_RESIDENT_LIBRARY": self.via,
            "CHULIN_DATABASE_URL": self.url,
            "CHULIN_DATA_DIR": str(self.folder),
            "CHULIN_LINK_SECRET": SECRET,
            "CHULIN_HTTP_PORT": "0",
            "CHULIN_LOG_LEVEL": "WARNING",
        }  # fmt: skip

    async def plants(self, residents: Mapping[int, int]) -> None:
        """Make the database ready; `residents` (community by chat) have agreed to the notice."""
        await make_ready(self.settings, self.sample, datetime.now(UTC), residents)


@asynccontextmanager
async def stand(via: Library, url: str = "", *, with_staff: bool = True) -> AsyncIterator[Stand]:
    """A fake server; residents' bot by library `via`, the staff's by the other. Nothing is planted or started yet."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed app is compiled once, not with every start
    with tempfile.TemporaryDirectory(prefix="chulin-bench-") as name:
        folder = Path(name)
        async with await RemoteBotApi.start(log=folder / LOG, tokens=TOKENS) as remote:
            await remote.do("limits", mode="watch")
            sample = await _with_phones(remote, load_sample())
            found = Stand(remote, folder, url or f"sqlite:///{folder / 'chulin.db'}", sample, via, with_staff)
            try:
                yield found
            finally:
                await found.stops()


async def _with_phones(remote: RemoteBotApi, sample: Sample) -> Sample:
    """The sample's staff with accounts of the fake messenger, on which they have started the staff bot."""
    staff = []
    for member in sample.staff:
        account = (await remote.do("user", name=member.name))["id"]
        await remote.do("act", user=member.name, bot=STAFF, act="starts")
        staff.append(replace(member, account=account))
    return replace(sample, staff=staff)
