"""What encryption at rest and the wall between communities cost a message: the way (latency.py) with and without each.

Rounds take turns, so that a busy machine is as busy for both; each has a database of its own. A ratio of 1 is free.

    uv run python -m benchmarks.security_cost [--updates 1000] [--rounds 5] [--smallest]
"""

import argparse
import asyncio
import statistics
import tempfile
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy.engine import make_url

from benchmarks import town
from benchmarks.latency import ON_POSTGRES, ON_SQLITE, WARM, make_app, the_way
from benchmarks.sample import own_postgres
from nlp.pipeline import Understander
from storage import encryption
from storage.schema import let_in, migrate

ROLE = "chulin_app"
Updates = list[dict[str, Any]]
Once = Callable[[Updates], Awaitable[float]]


async def sealed(updates: Updates, keys: str) -> float:
    """Seconds on SQLite, with these keys."""
    with tempfile.TemporaryDirectory(prefix="chulin-bench-") as name:
        app = await make_app(f"sqlite:///{Path(name) / 'way.db'}", Path(name), len(updates), data_keys=keys)
        await the_way(app, updates[:WARM], ON_SQLITE)
        taken = await the_way(app, updates[WARM:], ON_SQLITE)
        await app.close()
    encryption.use([])
    return taken


async def walled(updates: Updates, server: str, database: str, role: str) -> float:
    """Seconds on PostgreSQL, as this role."""
    url = await _new(server, database)
    await migrate(url)
    await let_in(url, role)
    app_url = make_url(url).set(username=role).render_as_string(hide_password=False)
    with tempfile.TemporaryDirectory(prefix="chulin-bench-") as name:
        app = await make_app(url, Path(name), len(updates), app_url=app_url)
        await the_way(app, updates[:WARM], ON_POSTGRES)
        taken = await the_way(app, updates[WARM:], ON_POSTGRES)
        await app.close()
    return taken


async def _new(server: str, database: str) -> str:
    connection = await asyncpg.connect(server)
    await connection.execute(f"CREATE DATABASE {database}")
    await connection.close()
    return make_url(server).set(drivername="postgresql", database=database).render_as_string(hide_password=False)


async def _with_role(server: str) -> str:
    """Make the app's role; returns who owns everything."""
    connection = await asyncpg.connect(server)
    await connection.execute(f"CREATE ROLE {ROLE} LOGIN NOSUPERUSER NOBYPASSRLS")
    owner: str = await connection.fetchval("SELECT current_user")
    await connection.close()
    return owner


async def compare(what: str, updates: Updates, rounds: int, without: Once, with_it: Once) -> None:
    """Print the median of both, and the ratio of what was done in the same time."""
    pairs = [(await without(updates), await with_it(updates)) for _ in range(rounds)]
    plain, protected = (statistics.median(times) for times in zip(*pairs, strict=True))
    ratios = sorted(one / other for one, other in pairs)
    n = len(updates) - WARM
    print(f"{what}: {n / plain:.0f} updates/s without, {n / protected:.0f} with; ", end="")
    print(f"ratio {statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f}), {rounds} rounds", flush=True)


async def run(updates: Updates, rounds: int, server: str) -> None:
    key = encryption.new_key()
    await compare("sealed, SQLite", updates, rounds, lambda u: sealed(u, ""), lambda u: sealed(u, key))
    owner, numbers = await _with_role(server), count(1)
    await compare(
        "walled, PostgreSQL",
        updates,
        rounds,
        lambda u: walled(u, server, f"way{next(numbers)}", owner),
        lambda u: walled(u, server, f"way{next(numbers)}", ROLE),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--updates", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--smallest", action="store_true")
    wanted = parser.parse_args()
    number, rounds = (200, 1) if wanted.smallest else (wanted.updates, wanted.rounds)
    updates = town.updates(town.said(number + WARM, Understander.load()))
    with own_postgres() as server:
        asyncio.run(run(updates, rounds, server))


if __name__ == "__main__":
    main()
