"""5,000 votes through the real way, beside a floor from the same run: answer p95, none lost, none doubled.

The way: intake commit of the raw press, parse with aiogram's models, look the button up, roll and ballot, receipt,
commit at synchronous=FULL. Presses come one after another as in ten minutes' worth of load (8.3 a second), without the
waiting between them: each is timed from its arrival to the commit of its answer. The floor: the same parsing, and the
rows of one vote (inbox, mark, ballot, receipt) by raw sqlite3 in one commit at synchronous=FULL.

    uv run python -m benchmarks.votes [--votes 5000] [--smallest]
"""

import argparse
import asyncio
import json
import sqlite3
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, insert, select

from benchmarks.latency import CONSENT, make_app
from bot.build import App
from ledger.topics import Source, TopicState
from ledger.votes import Electorate, Method, VoteState
from storage.ids import new_secret
from storage.reference_queries import load
from storage.tables import Ballot, Mark, Person
from storage.unit_of_work import UnitOfWork

OPTIONS = ["在东头空地建充电车棚", "每栋楼下装两个充电口", "维持现状"]
FIRST = 9_000_000
PROMISED = 0.2


def begun(connection: Connection, voters: int) -> list[str]:
    """A vote that runs, its voters, and one button for each of them; returns what they press."""
    now = datetime.now(UTC)
    uow = UnitOfWork(connection, load(connection), now)
    people = [
        {"bot": "resident", "account": FIRST + n, "chat": FIRST + n, "community_id": 1, "consent_version": CONSENT}
        | {"consented_at": now, "created_at": now, "name": "居民"}
        for n in range(voters)
    ]
    connection.execute(insert(Person), people)
    topic = uow.topics.begin(1, title="车棚", source=Source.MANAGER, state=TopicState.VOTING)
    values: dict[str, Any] = {"method": Method.SINGLE, "electorate": Electorate.RESIDENT, "quorum": 0, "days": 7}
    values |= {"starts": "now", "options": OPTIONS, "key": new_secret(), "state": VoteState.OPEN, "eligible": voters}
    vote = uow.votes.begin(1, topic.no, **values, opens_at=now, closes_at=now + timedelta(days=7))
    pressed = []
    for n in range(voters):
        choices = [("ballot_mark", None, {"vote": vote.no, "place": place}, False) for place in range(len(OPTIONS))]
        made = uow.buttons.add(
            choices, community_id=1, bot="resident", chat=FIRST + n, account=FIRST + n, kept=timedelta(days=30)
        )
        pressed.append(made[n % len(OPTIONS)])
    uow.flush()
    return pressed


def press(number: int, account: int, data: str) -> dict[str, Any]:
    """A callback query as Telegram sends it."""
    chat = {"id": account, "type": "private", "first_name": "居民"}
    bot = {"id": 1234567890, "is_bot": True, "first_name": "楚邻"}
    message = {"message_id": 5, "date": 1_790_000_000, "chat": chat, "from": bot, "text": "投票"}
    sender = {"id": account, "is_bot": False, "first_name": "居民"}
    query = {"id": str(number), "from": sender, "message": message, "chat_instance": "1", "data": data}
    return {"update_id": number, "callback_query": query}


async def the_way(app: App, updates: list[dict[str, Any]]) -> list[float]:
    """Seconds from each press to its committed answer."""
    channel, times = app.channels["resident"], []
    for update in updates:
        started = time.perf_counter()
        await app.intake.store(channel, [update])
        while await app.worker.run_once():
            pass
        times.append(time.perf_counter() - started)
    return times


def the_floor(app: App, updates: list[dict[str, Any]], folder: Path) -> list[float]:
    """Seconds for parsing each press and writing its rows raw."""
    raw = sqlite3.connect(folder / "floor.db", isolation_level=None)
    raw.execute("PRAGMA journal_mode=WAL")
    raw.execute("PRAGMA synchronous=FULL")
    for name in ("inbox", "marks", "ballots", "outbox"):
        raw.execute(f"CREATE TABLE {name} (a INTEGER PRIMARY KEY, b TEXT)")
    channel, times = app.channels["resident"], []
    for number, update in enumerate(updates):
        body = json.dumps(update)
        started = time.perf_counter()
        channel.parse(update)
        for statements in (("inbox",), ("marks", "ballots", "outbox")):
            raw.execute("BEGIN IMMEDIATE")
            for name in statements:
                raw.execute(f"INSERT INTO {name} VALUES (?, ?)", (number, body))  # noqa: S608 - names of ours
            raw.execute("COMMIT")
        times.append(time.perf_counter() - started)
    raw.close()
    return times


def p95(times: list[float]) -> float:
    return sorted(times)[int(0.95 * (len(times) - 1))]


async def run(votes: int) -> bool:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        app = await make_app(f"sqlite:///{folder / 'votes.db'}", folder, 10)
        pressed = await app.database.write(lambda connection: begun(connection, votes))
        updates = [press(n + 1, FIRST + n, data) for n, data in enumerate(pressed)]
        floor = the_floor(app, updates, folder)
        times = await the_way(app, updates)
        again = await the_way(app, [update | {"update_id": votes + n + 1} for n, update in enumerate(updates[:100])])
        marks, ballots = await app.database.read(_counts)
        await app.close()
    lost = votes - ballots
    print(f"{votes} votes, one at a time, SQLite synchronous=FULL")
    print(
        f"  answer p95        <= {PROMISED * 1000:.0f} ms   {p95(times) * 1000:.1f} ms ({p95(times) / p95(floor):.1f} times the floor)"
    )
    print(f"  floor p95                     {p95(floor) * 1000:.1f} ms")
    print(f"  votes a second    8.3 needed  {votes / sum(times):.0f}")
    print(f"  lost              0           {lost}")
    print(
        f"  doubled           0           {max(marks, ballots) - votes} (100 voted again, p95 {p95(again) * 1000:.1f} ms)"
    )
    return lost == 0 and marks == ballots == votes and p95(times) <= PROMISED


def _counts(connection: Connection) -> tuple[int, int]:
    found = [connection.execute(select(func.count()).select_from(t.__table__)).scalar_one() for t in (Mark, Ballot)]
    return int(found[0]), int(found[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--votes", type=int, default=5000)
    parser.add_argument("--smallest", action="store_true", help="200 votes")
    wanted = parser.parse_args()
    sys.exit(0 if asyncio.run(run(200 if wanted.smallest else wanted.votes)) else 1)


if __name__ == "__main__":
    main()
