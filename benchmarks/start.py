"""From starting the process to its first answer, beside the import of the channel's library in the same run.

One bot on one library, a message waiting at the fake Bot API server, a filled SQLite database; and `chulin --help`.

    uv run python -m benchmarks.start [--times 5] [--smallest]
"""

import argparse
import asyncio
import statistics
import subprocess
import sys
import time

from benchmarks.real_process import ROOT, stand
from bot.settings import Library
from ledger.text import shortened

IMPORTS = {Library.AIOGRAM: "aiogram", Library.PTB: "telegram"}
PATIENCE = 60
SHARE, FIXED, HELP = 1.5, 1.5, 0.5


def import_seconds(module: str) -> float:
    """How long a fresh process takes to import a library, without starting Python itself."""
    code = f"import time; began = time.perf_counter(); import {module}; print(time.perf_counter() - began)"
    return float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)  # noqa: S603


def help_seconds() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "bot.cli", "--help"], cwd=ROOT, capture_output=True, check=True)
    return time.perf_counter() - began


async def first_answer(via: Library) -> float:
    """Seconds from starting `chulin run` until a resident who wrote before sees the answer."""
    async with stand(via, with_staff=False) as stand_:
        said = await stand_.acts("王婆婆", "says", text="三单元门口的路灯坏了")
        await stand_.plants({said["chat"]["id"]: 1})
        began = time.perf_counter()
        await stand_.starts()
        answer = await stand_.sees("王婆婆", PATIENCE)
        taken = time.perf_counter() - began
        assert "编号" in answer["text"], shortened(answer["text"], 60)
        return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--smallest", action="store_true", help="once, and aiogram only")
    wanted = parser.parse_args()
    times = 1 if wanted.smallest else wanted.times
    shown = statistics.median(help_seconds() for _ in range(times))
    print(f"chulin --help            {shown:5.2f} s (promised <= {HELP:.2f})")
    for via in [Library.AIOGRAM] if wanted.smallest else Library:
        imports, answers = [], []
        for _ in range(times):  # in turns, so that both see the same neighbours on the machine
            imports.append(import_seconds(IMPORTS[via]))
            answers.append(asyncio.run(first_answer(via)))
        library, first = statistics.median(imports), statistics.median(answers)
        print(f"{via.value:8} first answer    {first:5.2f} s (promised <= {SHARE * library + FIXED:.2f};", end="")
        print(f" import of {IMPORTS[via]} {library:.2f} s, medians of {times})")


if __name__ == "__main__":
    main()
