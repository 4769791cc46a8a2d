"""Bytes that somebody made up: the targets of benchmarks/fuzz, one a part, ten minutes each (the group `fuzz`)."""

import asyncio
import re
import sys
from importlib.util import find_spec

from benchmarks.faults.fault import Fault, Place, Row, Share
from benchmarks.fuzz.targets import TARGETS

SECONDS = 600
RUNS = re.compile(rb"number_of_executed_units: (\d+)")


async def fuzzed(_place: Place, share: Share) -> Row:
    """One target in a process of its own, which a crash ends."""
    name = list(TARGETS)[share.number - 1]
    did, promised = f"{name}, {SECONDS} s", "no crash"
    if find_spec("atheris") is None:
        return Row("made-up bytes", did, promised, "no atheris: uv run --group fuzz python -m ...", kept=False)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.fuzz", name, "--seconds", str(SECONDS),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said = (await process.communicate())[0]
    if process.returncode:
        print(said.decode(errors="replace")[-4000:])
    runs = sum(map(int, RUNS.findall(said)))
    counts = {"runs": runs, "crashes": int(process.returncode != 0)}
    seen = ", ".join(f"{n} {what}" for what, n in counts.items())
    return Row("made-up bytes", did, promised, seen, process.returncode == 0 and runs > 0, counts)


FAULTS = (Fault((15, 29, 33, 34, 43), "made-up bytes", fuzzed, ("SQLite",), quick_on=(), parts=len(TARGETS)),)
