"""The drill: a backup under load, everything gone, a restore into an empty database, and the messenger sends all again."""

import asyncio
import time
from pathlib import Path

from sqlalchemy import Connection, func, select

from benchmarks.faults.fault import Fault, Place, Row, Share, row
from benchmarks.faults.forked_process import Started
from benchmarks.faults.harness import Harness, harness
from benchmarks.large_ledger import add_reporters, fill_postgres, fill_sqlite
from bot import backup, backup_folder
from bot.build import RESIDENT
from storage.database import open_database
from storage.tables import Case, CaseEvent, CaseMessage, CasePerson
from storage.update_outcomes import fates

RATE = 20
LOOK_SECONDS = 0.2
LARGE = 100_000
RESTORED_SECONDS = 300
"""In which a ledger of that size has to be back."""
FILLED = (Case, CaseEvent, CasePerson, CaseMessage)


async def restored(place: Place, share: Share) -> Row:
    """Backed up while residents write; the database is lost; what came before the backup must be there again."""
    count = share.of(quick=80, full=2000)
    async with harness(await place.new(), count) as town:
        process = town.starts()
        await town.says(RATE)
        while len(before := await _known(town)) < count / 2:
            await asyncio.sleep(LOOK_SECONDS)
        path = await _backed_up(town)
        await town.settles()
        await town.kills(process)
        took = await _restored(town, path, await place.new())
        missing, megabytes = before - await _known(town), path.stat().st_size / 1e6
        town.starts()
        await town.stand.remote.do("redeliver", bot=RESIDENT, count=count)
        seen = await town.seen()
    seen.lost += len(missing)
    did = f"backup at half of {count} reports"
    promised = "0 lost before it, 0 doubled"
    # what was answered after the backup is not known to it, and is answered again
    return row("lost and restored", did, promised, seen, seen.said, worst={"restore": took}, size=f"{megabytes:.1f} MB")


async def large(place: Place, share: Share) -> Row:
    """A ledger as it has grown in years is backed up and restored into an empty database."""
    count = share.of(quick=LARGE // 100, full=LARGE)
    async with harness(await place.new(), 1) as town:
        await _fills(town, count)
        before, began = await _counts(town), time.monotonic()
        path = await _backed_up(town)
        saved = time.monotonic() - began
        took = await _restored(town, path, await place.new())
        same, megabytes = await _counts(town) == before, path.stat().st_size / 1e6
    lost = "0 lost" if same else "not the same"
    seen = f"{lost}, {sum(before)} rows, backup in {saved:.0f} s, {megabytes:.1f} MB, restored in {took:.0f} s"
    return Row(
        "a large ledger restored",
        f"{count} cases",
        f"0 lost, <= {RESTORED_SECONDS} s",
        seen,
        same and took <= RESTORED_SECONDS,
    )


async def _fills(town: Harness, count: int) -> None:
    """Cases with their events, and who told each of them in which words."""
    communities = len(town.stand.sample.communities)
    if "postgresql" in town.stand.url:
        await fill_postgres(town.stand.url, count, communities)
    else:
        fill_sqlite(Path(town.stand.url.removeprefix("sqlite:///")), count, communities)
    database = open_database(town.stand.url)
    try:
        await database.write(add_reporters)
    finally:
        await database.close()


async def _counts(town: Harness) -> list[int]:
    """How many rows the tables have that were filled."""

    def look(connection: Connection) -> list[int]:
        return [
            int(connection.execute(select(func.count()).select_from(table.__table__)).scalar_one()) for table in FILLED
        ]

    database = open_database(town.stand.url)
    try:
        return await database.read(look)
    finally:
        await database.close()


async def _backed_up(town: Harness) -> Path:
    """Run the command beside the app, as an operator does."""
    folder = town.stand.folder
    public = backup.new_key(folder / "backup.key")
    await _command(town, "backup", CHULIN_BACKUP_KEYS=public, CHULIN_BACKUP_DIR=str(folder / "backups"))
    return backup_folder.existing(folder / "backups")[-1][1]


async def _restored(town: Harness, path: Path, url: str) -> float:
    """Seconds that it took to have the backup in another, empty database, which the app serves from now on."""
    town.stand.url = url or f"sqlite:///{town.stand.folder / 'restored.db'}"
    began = time.monotonic()
    await _command(town, "restore", str(path), "--key", str(town.stand.folder / "backup.key"))
    return time.monotonic() - began


async def _command(town: Harness, *words: str, **environment: str) -> None:
    process = Started("bot.cli", list(words), town.stand.folder, town.stand.environment | environment)
    assert await process.wait() == 0, words


async def _known(town: Harness) -> set[int]:
    """Updates that the database at hand knows."""
    database = open_database(town.stand.url)
    try:
        return {fate.update_id for fate in await database.read(lambda connection: fates(connection, RESIDENT))}
    finally:
        await database.close()


FAULTS = (
    Fault((38,), "restored", restored),
    Fault((38,), "large ledger", large, quick_on=("SQLite",)),
)
