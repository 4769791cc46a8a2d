"""The control interface from another process, for benchmarks and kill tests."""

import asyncio
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp

from tests.botapi.codec import dumps, loads

ROOT = Path(__file__).parents[2]


class ControlError(Exception):
    """The server refused a command."""


class RemoteBotApi:
    """Steers a running server; every command of control.py by its name.

    ``await remote.do("act", user="王婆婆", bot="楚邻", act="says", args={"text": "…"})``
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._session: aiohttp.ClientSession | None = None
        self._process: asyncio.subprocess.Process | None = None

    @classmethod
    async def start(cls, *, port: int = 0, log: Path | None = None, tokens: dict[str, str] | None = None) -> Self:
        """Start a server process and return once it listens."""
        options = ["--port", str(port)]
        options += ["--log", str(log)] if log else []
        for name, token in (tokens or {}).items():
            options += ["--token", f"{name}={token}"]
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.botapi",
            *options,
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        remote = cls((await process.stdout.readline()).decode().strip())
        remote._process = process
        return remote

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            await self.do("stop")
            await self._process.wait()
        if self._session is not None:
            await self._session.close()

    async def do(self, command: str, **arguments: Any) -> Any:
        """Run a command and return its result; raises ControlError."""
        assert self._session is not None, "use async with"
        async with self._session.post(
            f"{self.url}/control/{command}",
            data=dumps(arguments),
        ) as reply:
            body = loads(await reply.read())
        if not body["ok"]:
            raise ControlError(body["error"])
        return body["result"]
