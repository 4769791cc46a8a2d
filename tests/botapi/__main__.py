"""The server as a process: ``python -m tests.botapi --port 8081 --log calls.jsonl``.

It prints its address on one line once it listens, and ends on SIGTERM, SIGINT
or ``POST /control/stop``.
"""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from tests.botapi.server import BotApiServer


def main() -> None:
    """Read the command line and serve until told to stop."""
    parser = argparse.ArgumentParser(prog="tests.botapi", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--log", type=Path, help="JSON lines of every call")
    parser.add_argument(
        "--token",
        action="append",
        default=[],
        metavar="NAME=TOKEN",
        help="a bot to begin with; may be given again",
    )
    asyncio.run(_serve(parser.parse_args()))


async def _serve(options: argparse.Namespace) -> None:
    server = BotApiServer(port=options.port, log=options.log)
    for named in options.token:
        name, _, token = named.partition("=")
        server.bot(name, token=token)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stopped.set)
    async with server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        await server.stopped.wait()


if __name__ == "__main__":
    main()
