"""Break the app on purpose and count what was lost.

Real processes, the strict fake Bot API, SQLite and PostgreSQL. What is promised stands beside what was seen; the count
is made from the fake's own log and from the database.

    uv run python -m benchmarks.faults [--quick | --full] [--only WORDS] [--on sqlite|postgresql]
"""

import argparse
import asyncio
import os
import sys
import time
import traceback
from contextlib import ExitStack

from benchmarks.faults import (
    backups,
    databases,
    floods,
    kills,
    messenger,
    orders,
    posts,
    processes,
    soak,
    updates,
    upgrades,
)
from benchmarks.faults.elsewhere import ELSEWHERE
from benchmarks.faults.fault import Fault, Place, Row, Size
from benchmarks.faults.postgres import Files, postgres

FAULTS: tuple[Fault, ...] = (
    *kills.FAULTS,
    *updates.FAULTS,
    *messenger.FAULTS,
    *databases.FAULTS,
    *processes.FAULTS,
    *orders.FAULTS,
    *posts.FAULTS,
    *soak.FAULTS,
    *floods.FAULTS,
    *backups.FAULTS,
    *upgrades.FAULTS,
)


Plan = list[tuple[Fault, str]]


def planned(size: Size, only: str = "", on: str = "") -> Plan:
    """Faults and the databases on which they are tried."""
    everything = [(fault, name) for fault in FAULTS for name in fault.on(size)]
    return [(fault, name) for fault, name in everything if only in fault.name and on in name.lower()]


async def run(wanted: argparse.Namespace) -> bool:
    """Try everything, the databases side by side, and at the end what is tried alone; whether all was kept."""
    size = Size.FULL if wanted.full else Size.QUICK
    plan = planned(size, wanted.only, wanted.on)
    beside = [(fault, name) for fault, name in plan if not fault.alone]
    if len(names := sorted({name for _, name in beside})) < 2:
        return await _in_turn(beside if wanted.inner else plan, size)
    kept = await asyncio.gather(*(_beside(name, wanted.only, size) for name in names))
    return await _in_turn([(fault, name) for fault, name in plan if fault.alone], size) and all(kept)


async def _beside(name: str, only: str, size: Size) -> bool:
    """All of one database in another process: Alembic moves one database at a time."""
    words = ["-m", "benchmarks.faults", f"--{size.value}", "--on", name.lower(), "--only", only, "--inner"]
    process = await asyncio.create_subprocess_exec(sys.executable, *words)
    return await process.wait() == 0


async def _in_turn(plan: Plan, size: Size) -> bool:
    """One after another."""
    kept = True
    with ExitStack() as stack:
        places: dict[str, Place] = {
            name: stack.enter_context(postgres()) if name == "PostgreSQL" else Files() for name in {n for _, n in plan}
        }
        for number, (fault, name) in enumerate(plan, 1):
            began = time.monotonic()
            if size is Size.FULL:
                print(f"{time.strftime('%H:%M')} {number} of {len(plan)} {name}: {fault.name}", flush=True)
            found = await _tried(fault, places[name], size)
            show(found, name, time.monotonic() - began)
            kept &= found.kept
    return kept


async def _tried(fault: Fault, place: Place, size: Size) -> Row:
    """What came of it; a trial that breaks down itself keeps nothing, and the others are tried all the same."""
    try:
        return await fault.trial(place, size)
    except Exception as error:  # noqa: BLE001 - whatever it is, it stands in the table, and the status says so
        traceback.print_exc()
        return Row(fault.name, "broke down", "an answer", f"{type(error).__name__}: {error}", kept=False)


def show(found: Row, name: str, seconds: float) -> None:
    mark = "kept" if found.kept else "NOT KEPT"
    print(f"{mark:8} {name:10} {found.fault:40} {found.did:32} {seconds:5.0f} s")
    print(f"{'':20}promised {found.promised}; seen {found.seen}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="a few of each (the default)")
    size.add_argument("--full", action="store_true", help="as many as are promised; takes about four hours")
    parser.add_argument("--only", default="", help="faults with this word in their name")
    parser.add_argument("--on", default="", help="sqlite or postgresql")
    parser.add_argument("--inner", action="store_true", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed app is compiled once, not with every start
    os.environ["PYTHONWARNINGS"] = "ignore:resource_tracker"  # who is killed tidies nothing up
    kept = asyncio.run(run(wanted))
    if not (wanted.only or wanted.inner):
        print("\nelsewhere:")
        for number, where in ELSEWHERE.items():
            print(f"  {number:>2}  {where}")
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
