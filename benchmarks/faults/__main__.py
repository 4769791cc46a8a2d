"""Break the app on purpose and count what was lost.

Real processes, the strict fake Bot API, SQLite and PostgreSQL. What is promised stands beside what was seen; the count
is made from the fake's own log and from the database.

    uv run python -m benchmarks.faults [--quick | --full] [--only WORDS] [--on sqlite|postgresql]

A full bench takes hours. With --results FILE each part of some ten minutes is noted as it ends; run again with the same
file it goes on where it was (a part that was not kept is tried again), with --minutes N it begins nothing after those.
--table prints what the file holds.
"""

import argparse
import asyncio
import os
import sys
import time
import traceback
from contextlib import ExitStack
from pathlib import Path

from benchmarks.faults import (
    backups,
    databases,
    floods,
    fuzzed,
    kills,
    messenger,
    processes,
    reordering,
    role_changes,
    soak,
    updates,
    upgrades,
)
from benchmarks.faults.database_servers import Files, postgres
from benchmarks.faults.fault import Fault, Place, Row, Share, Size
from benchmarks.faults.results import Results, table
from benchmarks.faults.tested_elsewhere import ELSEWHERE

FAULTS: tuple[Fault, ...] = (
    *kills.FAULTS,
    *updates.FAULTS,
    *messenger.FAULTS,
    *databases.FAULTS,
    *processes.FAULTS,
    *reordering.FAULTS,
    *role_changes.FAULTS,
    *soak.FAULTS,
    *floods.FAULTS,
    *backups.FAULTS,
    *upgrades.FAULTS,
    *fuzzed.FAULTS,
)


Plan = list[tuple[Fault, str]]
START = time.monotonic()
A_DAY = 24 * 60.0


def planned(size: Size, only: str = "", on: str = "") -> Plan:
    """Faults and the databases on which they are tried."""
    everything = [(fault, name) for fault in FAULTS for name in fault.on(size)]
    return [(fault, name) for fault, name in everything if only in fault.name and on in name.lower()]


async def run(wanted: argparse.Namespace) -> bool:
    """Try everything, the databases side by side, and at the end what is tried alone; whether all was kept."""
    plan = planned(size_of(wanted), wanted.only, wanted.on)
    beside = [(fault, name) for fault, name in plan if not fault.alone]
    if len(names := sorted({name for _, name in beside})) < 2:
        return await _in_turn(beside if wanted.inner else plan, wanted)
    kept = await asyncio.gather(*(_beside(name, wanted) for name in names))
    return await _in_turn([(fault, name) for fault, name in plan if fault.alone], wanted) and all(kept)


def size_of(wanted: argparse.Namespace) -> Size:
    return Size.FULL if wanted.full else Size.QUICK


async def _beside(name: str, wanted: argparse.Namespace) -> bool:
    """All of one database in another process: Alembic moves one database at a time."""
    words = ["-m", "benchmarks.faults", f"--{size_of(wanted).value}", "--on", name.lower(), "--only", wanted.only]
    words += ["--inner", "--minutes", str(wanted.minutes)]
    words += ["--results", str(wanted.results)] if wanted.results else []
    process = await asyncio.create_subprocess_exec(sys.executable, *words)
    return await process.wait() == 0


async def _in_turn(plan: Plan, wanted: argparse.Namespace) -> bool:
    """One after another, but for what was kept before, and until the time is up."""
    size, results = size_of(wanted), Results(wanted.results) if wanted.results else None
    done = results.kept() if results else set()
    parts = [(fault, name, share) for fault, name in plan for share in fault.shares(size)]
    parts = [(f, name, share) for f, name, share in parts if (f.name, name, share.number, share.parts) not in done]
    kept = True
    with ExitStack() as stack:
        places: dict[str, Place] = {
            name: stack.enter_context(postgres()) if name == "PostgreSQL" else Files()
            for name in {n for _, n, _ in parts}
        }
        for number, (fault, name, share) in enumerate(parts, 1):
            if (began := time.monotonic()) > START + wanted.minutes * 60:
                break
            if size is Size.FULL:
                part = f"part {share.number} of {share.parts}"
                print(f"{time.strftime('%H:%M')} {number} of {len(parts)} {name}: {fault.name}, {part}", flush=True)
            found = await _tried(fault, places[name], share)
            show(found, name, seconds := time.monotonic() - began)
            if results:
                results.add(fault.name, name, share, found, seconds)
            kept &= found.kept
    return kept


async def _tried(fault: Fault, place: Place, share: Share) -> Row:
    """What came of it; a trial that breaks down itself keeps nothing, and the others are tried all the same."""
    try:
        return await fault.trial(place, share)
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
    parser.add_argument("--results", type=Path, metavar="FILE", help="note each part there, and leave out what is kept")
    parser.add_argument("--minutes", type=float, default=A_DAY, help="begin no part after so many")
    parser.add_argument("--table", action="store_true", help="print what the file of results holds, and try nothing")
    parser.add_argument("--inner", action="store_true", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.table and not wanted.results:
        parser.error("--table prints a file of results: --results FILE")
    if not planned(size_of(wanted), wanted.only, wanted.on):
        parser.error("no such fault; there are: " + ", ".join(sorted({fault.name for fault in FAULTS})))
    if wanted.table:
        sys.exit(0 if tell(wanted) else 1)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed app is compiled once, not with every start
    os.environ["PYTHONWARNINGS"] = "ignore:resource_tracker"  # who is killed tidies nothing up
    kept = asyncio.run(run(wanted))
    if not (wanted.only or wanted.inner):
        print("\nelsewhere:")
        for number, where in ELSEWHERE.items():
            print(f"  {number:>2}  {where}")
    if wanted.results and not wanted.inner:
        print()
        tell(wanted)
    sys.exit(0 if kept else 1)


def tell(wanted: argparse.Namespace) -> bool:
    """Print all that the file of results holds; whether everything was tried and kept."""
    size = size_of(wanted)
    plan = [(f.name, name, len(f.shares(size))) for f, name in planned(size, wanted.only, wanted.on)]
    lines = list(table(plan, Results(wanted.results).lines()))
    print("\n".join(lines))
    return not any(line.startswith(("not yet", "so far", "NOT KEPT")) for line in lines)


if __name__ == "__main__":
    main()
