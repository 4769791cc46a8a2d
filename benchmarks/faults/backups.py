"""The drill: a backup under load, everything gone, a restore into an empty database, and the messenger sends all again."""

import asyncio
import time
from pathlib import Path

from benchmarks.faults.fault import Fault, Place, Row, Share, row
from benchmarks.faults.forked_process import Started
from benchmarks.faults.harness import Harness, harness
from bot import backup
from bot.build import RESIDENT
from storage.database import open_database
from storage.update_outcomes import fates

RATE = 20
LOOK_SECONDS = 0.2


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


async def _backed_up(town: Harness) -> Path:
    """Run the command beside the app, as an operator does."""
    folder = town.stand.folder
    public = backup.new_key(folder / "backup.key")
    await _command(town, "backup", CHULIN_BACKUP_KEYS=public, CHULIN_BACKUP_DIR=str(folder / "backups"))
    return backup.existing(folder / "backups")[-1][1]


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


FAULTS = (Fault((38,), "restored", restored),)
