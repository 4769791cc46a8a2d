"""One question to 5,000 people, under the messenger's own limit, on a real `chulin run` process.

How long until the last has it, beside the limit's own time; and how long somebody who reports a fire meanwhile waits
for the first words. It is noon in the community, whenever this runs: its time zone is chosen for it, since nobody is
asked at night.

    uv run python -m benchmarks.pushes [--people 5000] [--via aiogram] [--smallest]
"""

import argparse
import asyncio
import sys
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiohttp import ClientSession
from sqlalchemy import Connection, update

from benchmarks.real_process import TOKENS, Stand, stand
from bot.build import RESIDENT
from bot.settings import Library
from storage.database import open_database
from storage.reference_queries import changed, load
from storage.tables import Community
from storage.unit_of_work import UnitOfWork

LIMIT = 30
PROMISED = 1.1
QUESTION = "3栋旁边的空地，您想拿来做什么？"
FIRE = "幸福苑3栋502室着火了，快来人"
NOON, DAY = 12, 24
FARTHEST_EAST = 14
COMMUNITY = 1


@dataclass(frozen=True)
class Seen:
    """Times at which the question left, by chat in order; seconds that the alarm waited."""

    times: list[float]
    chats: Counter[int]
    alarm: float

    @property
    def took(self) -> float:
        return self.times[-1] - self.times[0]

    @property
    def limit(self) -> float:
        """Seconds that the messenger's limit alone asks for between the first message and the last."""
        return (len(self.times) - 1) / LIMIT


async def run(people: int, via: Library) -> Seen:
    async with stand(via) as stand_:
        accounts = await stand_.remote.do("users", prefix="asked", count=people)
        alarmed = await stand_.remote.do("users", prefix="alarmed", count=1)
        await stand_.plants(dict.fromkeys([*accounts, *alarmed], COMMUNITY))
        await _have_started(stand_, [*accounts, *alarmed])
        await invite(stand_, accounts)
        await stand_.starts()
        await stand_.until(lambda: _sent(stand_, people // 2))
        begun = time.monotonic()
        await stand_.acts("alarmed0", "says", text=FIRE)
        await stand_.sees("alarmed0", 60)
        alarm = time.monotonic() - begun
        await stand_.until(lambda: _sent(stand_, people))
        await stand_.stops()
        asked = [call async for call in stand_.calls() if _asks(call)]
    return Seen(sorted(call["at"] for call in asked), Counter(call["chat_id"] for call in asked), alarm)


async def _have_started(stand_: Stand, accounts: list[int]) -> None:
    """Everybody opened the bot some time ago: no bot may write to anybody else."""
    for prefix, many in (("asked", len(accounts) - 1), ("alarmed", 1)):
        await stand_.remote.do("feed", bot=RESIDENT, texts=["/start"], users=many, count=many, prefix=prefix)
    url = f"{stand_.remote.url}/bot{TOKENS[RESIDENT]}/getUpdates?offset=-1"
    async with ClientSession() as session, session.get(url) as answer:
        last = (await answer.json())["result"][-1]["update_id"]
    async with ClientSession() as session, session.get(f"{url[:-2]}{last + 1}") as answer:
        assert (await answer.json())["result"] == []


async def invite(stand_: Stand, accounts: list[int]) -> None:
    """As somebody at work would, before the app starts."""

    def work(connection: Connection) -> None:
        now = datetime.now(UTC)
        zone = update(Community).where(Community.id == COMMUNITY).values(time_zone=_where_it_is_noon(now))
        connection.execute(zone)
        changed(connection)
        uow = UnitOfWork(connection, load(connection), now)
        push_id = uow.pushes.add(COMMUNITY, "survey:1", text=QUESTION, rows=[], logical=None, until=None)
        uow.pushes.to_accounts(COMMUNITY, push_id, [(RESIDENT, account) for account in accounts])
        uow.flush()

    database = open_database(stand_.url, serve=True)
    await database.write(work)
    await database.close()


def _where_it_is_noon(now: datetime) -> str:
    ahead = (NOON - now.hour) % DAY
    ahead -= DAY if ahead > FARTHEST_EAST else 0
    return f"Etc/GMT{-ahead:+d}"  # the names of these zones count westward


async def _sent(stand_: Stand, many: int) -> bool:
    return stand_.count("SELECT count(*) FROM outbox WHERE state = 'sent' AND cause LIKE 'push:%'") >= many


def _asks(call: dict[str, Any]) -> bool:
    return bool(call["ok"] and call["method"].lower() == "sendmessage" and QUESTION in call["params"]["text"])


def report(people: int, seen: Seen) -> bool:
    """Print what was promised beside what was seen; whether everybody was asked once."""
    twice = sum(seen.chats.values()) - len(seen.chats)
    ratio = seen.took / seen.limit
    rows = [
        ("asked, missed, asked twice", f"{people}, 0, 0", f"{len(seen.chats)}, {people - len(seen.chats)}, {twice}"),
        ("seconds, over those of the limit", f"<= {PROMISED}", f"{seen.took:.1f} / {seen.limit:.1f} = {ratio:.3f}"),
        ("fire reported half way: first words", "ahead of all", f"{seen.alarm * 1000:.0f} ms"),
    ]
    print(f"{people} people, SQLite synchronous=FULL, limit {LIMIT}/s")
    for what, promised, got in rows:
        print(f"  {what:40} {promised:16} {got}")
    return len(seen.chats) == people and not twice


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=5000)
    parser.add_argument("--via", type=Library, choices=list(Library), default=Library.AIOGRAM)
    parser.add_argument("--smallest", action="store_true", help="240 people")
    wanted = parser.parse_args()
    people = 240 if wanted.smallest else wanted.people
    sys.exit(0 if report(people, asyncio.run(run(people, wanted.via))) else 1)


if __name__ == "__main__":
    main()
