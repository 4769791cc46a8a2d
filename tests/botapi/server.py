"""The server as tests hold it: start, people, faults, and what happened."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from aiohttp import web

from tests.botapi.codec import dumps
from tests.botapi.control import Control
from tests.botapi.faults import Fault, Faults, Plan
from tests.botapi.groups import Group
from tests.botapi.limits import Limits
from tests.botapi.oplog import Call, OperationLog
from tests.botapi.params import BODY_SLACK, UPLOAD_LIMIT
from tests.botapi.people import User
from tests.botapi.state import Bot, Chat
from tests.botapi.transport import Transport
from tests.botapi.world import Rules, World

if TYPE_CHECKING:
    from aiohttp.web_protocol import RequestHandler

FLUSH_SECONDS = 0.2


class BotApiServer:
    """A pretended api.telegram.org on 127.0.0.1.

    ``async with BotApiServer() as server`` starts it on a free port;
    ``server.url`` is what the clients are given.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        log: Path | None = None,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.world = World(clock)
        self.monotonic = monotonic
        self.faults = Faults()
        self.limits = Limits()
        self.log = OperationLog(log)
        self.crashes: list[Call] = []
        self.port = port
        self._users: dict[str, User] = {}
        self._groups: dict[str, Group] = {}
        self._runner: web.ServerRunner | None = None
        self._flusher: asyncio.Task[None] | None = None
        self.stopped = asyncio.Event()
        self._transport = Transport(self)
        self._control = Control(self)
        self.world.on_webhook_reply = self._transport.perform_reply

    @property
    def url(self) -> str:
        """The base address, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def rules(self) -> Rules:
        """Where the server may be set softer or quicker."""
        return self.world.rules

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Open the port."""
        self.log.open()
        server = web.Server(
            self._handle,
            request_factory=_make_request,
            handler_cancellation=True,
            access_log=None,
        )
        self._runner = web.ServerRunner(server, shutdown_timeout=0.01)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, backlog=1024)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self._flusher = asyncio.create_task(self._flush())

    async def stop(self) -> None:
        """Close the port and the log."""
        if self._flusher is not None:
            self._flusher.cancel()
        for bot in self.world.bots.values():
            if bot.webhook is not None:
                await bot.webhook.stop()
        if self._runner is not None:
            await self._runner.cleanup()
        self.log.close()

    async def _flush(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            self.log.flush()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path.startswith("/control/"):
            return await self._control.handle(request)
        return await self._transport.handle(request)

    def bot(
        self,
        name: str = "楚邻",
        *,
        username: str = "",
        token: str = "",
        privacy: bool = False,
    ) -> Bot:
        """Return the bot of this name, made the first time."""
        for bot in self.world.bots.values():
            if bot.account.first_name == name:
                return bot
        return self.world.add_bot(
            name,
            username=username,
            token=token,
            privacy=privacy,
        )

    def user(self, name: str, **details: str) -> User:
        """Return the person of this name, made the first time."""
        if name not in self._users:
            account = self.world.add_account(name, **details)
            self._users[name] = User(self.world, account)
        return self._users[name]

    def group(
        self,
        title: str,
        *,
        kind: str = "supergroup",
        forum: bool = False,
        username: str = "",
    ) -> Group:
        """Return the group of this title, made the first time."""
        if title not in self._groups:
            chat = self.world.add_group(title, kind=kind, username=username)
            if forum:
                chat.is_forum = chat.info["is_forum"] = True
            self._groups[title] = Group(self.world, chat)
        return self._groups[title]

    def fails(
        self,
        fault: Fault,
        method: str = "",
        *,
        times: int | None = 1,
        probability: float = 1.0,
        seed: int = 0,
        chat: Chat | int | None = None,
        bot: Bot | None = None,
    ) -> Plan:
        """Plan a fault for the next calls that fit; ``times=None`` is for ever."""
        chat_id = chat.id if isinstance(chat, Chat) else chat
        bot_id = bot.id if bot is not None else None
        return self.faults.add(
            Plan(fault, method, chat_id, bot_id, times, probability, seed),
        )

    def heals(self) -> None:
        """End all faults."""
        self.faults.heal()

    def calls(self, method: str = "", *, ok: bool | None = None) -> list[Call]:
        """Return the logged calls of a method."""
        return self.log.of(method, ok=ok)

    async def called(
        self,
        method: str,
        times: int = 1,
        seconds: float = 5.0,
    ) -> list[Call]:
        """Wait until a method has been called so many times."""
        return await self.log.pulse.until(
            lambda: calls if len(calls := self.calls(method)) >= times else None,
            seconds,
        )

    async def drained(self, bot: Bot, seconds: float = 5.0) -> None:
        """Wait until the bot has confirmed every update."""
        await bot.queue.changed.until(lambda: bot.queue.waiting == 0, seconds)

    def push_raw(self, bot: Bot, update: dict[str, Any] | bytes) -> int:
        """Queue any update at all; a dict without update_id gets the next."""
        if isinstance(update, bytes):
            return bot.queue.push_bytes(update)
        wanted = update.get("update_id", bot.queue.last_id + 1)
        body = dumps({"update_id": wanted, **update})
        return bot.queue.push_bytes(
            body,
            update_id=wanted if isinstance(wanted, int) else 0,
        )

    def redeliver(self, bot: Bot, count: int) -> int:
        """Hand out again the last confirmed updates; return how many."""
        replayed = bot.queue.replay(count)
        if bot.webhook is not None:
            bot.webhook.replay()
        return replayed


def _make_request(
    message: Any,
    payload: Any,
    protocol: "RequestHandler",
    writer: Any,
    task: "asyncio.Task[None]",
) -> web.BaseRequest:
    """Make a request that may be as large as the largest upload."""
    return web.BaseRequest(
        message,
        payload,
        protocol,
        writer,
        task,
        asyncio.get_running_loop(),
        client_max_size=UPLOAD_LIMIT + BODY_SLACK,
    )
