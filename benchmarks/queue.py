"""A worker's 待办 with 200 cases waiting, beside the same rows read by the bare driver's cursor.

uv run python -m benchmarks.queue [--waiting 200] [--times 200] [--postgres URL | --own-postgres] [--smallest]
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from benchmarks.latency import make_app
from benchmarks.sample import own_postgres, texts
from bot.build import App
from handlers.cases import deadlines
from ledger.scenes import EIGHT_SCENES, Kind, Urgency
from storage.unit_of_work import UnitOfWork

COMMUNITY, WORKER = 1, 11
WORDS = "待办"
PROMISED_MS = 200
BARE = text("SELECT * FROM cases WHERE community_id = 1 AND state = 'waiting' ORDER BY due_at LIMIT 10")


def fill(app: App, count: int, connection: Connection) -> None:
    """Cases of all scenes and urgencies that nobody has touched yet."""
    uow = UnitOfWork(connection, app.reference.current(connection), app.clock.now())
    limits, zone = app.context.district.limits, uow.reference.communities[COMMUNITY].zone
    for number, said in enumerate(texts(count)):
        urgency = list(Urgency)[number % len(Urgency)]
        uow.cases.file(
            COMMUNITY,
            scene=EIGHT_SCENES[number % len(EIGHT_SCENES)],
            kind=Kind.PROBLEM,
            item=number % 21,
            urgency=urgency,
            text=said,
            place="3栋楼下",
            proposal={},
            source="resident",
            **deadlines.times_of_new(limits, Kind.PROBLEM, urgency, uow.now, zone),
        )
    uow.flush()


def asks(number: int) -> dict[str, Any]:
    """The worker's message, as Telegram sends it."""
    sender = {"id": WORKER, "is_bot": False, "first_name": "小陈"}
    chat = {"id": WORKER, "first_name": "小陈", "type": "private"}
    message = {"message_id": number, "from": sender, "chat": chat, "date": 1_795_000_000, "text": WORDS}
    return {"update_id": number, "message": message}


async def opened(app: App, number: int) -> float:
    """Milliseconds from receiving the message to the committed answer."""
    started = time.perf_counter()
    await app.intake.store(app.channels["staff"], [asks(number)])
    while await app.worker.run_once():
        pass
    return 1000 * (time.perf_counter() - started)


async def measure(name: str, url: str, waiting: int, count: int) -> None:
    with tempfile.TemporaryDirectory(prefix="chulin-bench-") as folder:
        app = await make_app(url or f"sqlite:///{folder}/queue.db", Path(folder), 1)
        await app.database.write(lambda connection: fill(app, waiting, connection))
        await opened(app, 1)
        times = sorted([await opened(app, number) for number in range(2, count + 2)])
        bare = []
        for _ in range(count):
            started = time.perf_counter()
            await app.database.read(lambda connection: connection.execute(BARE).all())
            bare.append(1000 * (time.perf_counter() - started))
        await app.close()
    p95 = times[int(len(times) * 0.95)]
    print(f"{name}, {waiting} waiting: p50 {statistics.median(times):.1f} ms, p95 {p95:.1f} ms", end=" ")
    print(f"(promised <= {PROMISED_MS}); its ten rows alone {statistics.median(bare):.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--waiting", type=int, default=200)
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--postgres", default="")
    parser.add_argument("--own-postgres", action="store_true", help="start one from the wheel")
    parser.add_argument("--smallest", action="store_true")
    wanted = parser.parse_args()
    count = 20 if wanted.smallest else wanted.times
    asyncio.run(measure("SQLite", "", wanted.waiting, count))
    if wanted.own_postgres:
        with own_postgres() as url:
            asyncio.run(measure("PostgreSQL", url, wanted.waiting, count))
    elif wanted.postgres:
        asyncio.run(measure("PostgreSQL", wanted.postgres, wanted.waiting, count))


if __name__ == "__main__":
    main()
