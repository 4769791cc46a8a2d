"""Monday morning: all digests of a district are made while residents go on writing; are they answered as before?

The same messages come in twice, 20 a second, from receiving to durable answer: first alone (the floor), then while the
reporter makes and queues every community's weekly digest with chart, pages and workbook out of a large ledger.

    uv run python -m benchmarks.monday [--rows 1000000] [--own-postgres] [--smallest]
"""

import argparse
import asyncio
from importlib import import_module


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--own-postgres", action="store_true", help="start a server from the wheel for this run too")
    parser.add_argument("--smallest", action="store_true", help="only to see that it runs")
    wanted = parser.parse_args()
    morning = import_module("benchmarks.monday_run")  # as light as the program itself is when drawing starts
    size = morning.SMALLEST if wanted.smallest else morning.whole(wanted.rows)
    asyncio.run(morning.run(size, postgres=wanted.own_postgres))


if __name__ == "__main__":
    main()
