"""The next release comes while residents write: migrate, start the new, end the old (docs/adr/0014)."""

from dataclasses import replace
from pathlib import Path

from benchmarks.faults.fault import Fault, Place, Row, Share, row
from benchmarks.faults.forked_process import Started
from benchmarks.faults.harness import Harness, harness
from benchmarks.faults.next_release import NAME, written
from storage.database import open_database
from storage.revision import revision_of

NEXT = "benchmarks.faults.next_release"
RATE, WRITE_A_STEP, STEPS = 10, 30, 5
"""People who write each second, how many of them at each step of the upgrade, and its steps."""
MOST_TRIES = 3
"""A move that does not get a table in five seconds changes nothing, and is run again."""


async def side_by_side(place: Place, _share: Share) -> Row:
    """An old process serves while the database is moved by the new program, and beside it until it is ended."""
    async with harness(await place.new(), WRITE_A_STEP * STEPS) as town:
        folder = town.stand.folder / "next"
        folder.mkdir()
        written(folder)
        old = await town.serves()
        await _some_are_answered(town)
        await town.more_say(WRITE_A_STEP, RATE)
        tries = await _moved(town, folder)
        beside = await _some_are_answered(town)
        new = town.starts(NEXT, NEXT_RELEASE=str(folder))
        await _some_are_answered(town)
        lived = old.returncode is None and new.returncode is None
        await town.ends(old)
        after = await _some_are_answered(town)
        reached = await _revision(town)
        seen = await town.seen()
    did = f"{seen.said} reports, old and new process"
    slow = {"the old answers after": beside, "the new after": after}
    found = row(
        "upgraded side by side", did, "0 lost, 0 doubled, both serve", seen, worst=slow, moved=f"at try {tries}"
    )
    return replace(found, kept=found.kept and lived and reached == NAME)


async def _some_are_answered(town: Harness) -> float:
    await town.more_say(WRITE_A_STEP, RATE)
    return await town.next_answer()


async def _moved(town: Harness, folder: Path) -> int:
    """How often `chulin db upgrade` had to be run."""
    environment = town.stand.environment | {"NEXT_RELEASE": str(folder)}
    for number in range(1, MOST_TRIES + 1):
        if await Started(NEXT, ["db", "upgrade"], town.stand.folder, environment).wait() == 0:
            return number
    raise AssertionError("the database could not be moved")


async def _revision(town: Harness) -> str | None:
    database = open_database(town.stand.url)
    try:
        return await database.read(revision_of)
    finally:
        await database.close()


FAULTS = (Fault((39,), "upgraded side by side", side_by_side, ("PostgreSQL",)),)
