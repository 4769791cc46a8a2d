"""Delivery of updates to a webhook: in order per chat, again until it is taken.

Chats are lanes. Within a lane an update waits for the one before it; up to
``max_connections`` lanes are served at once. Anything but a 2xx is tried again
with growing pauses, for as long as the webhook stays set.
"""

import asyncio
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING

import aiohttp

from tests.botapi.codec import loads
from tests.botapi.state import Bot, Json
from tests.botapi.updates import QueuedUpdate

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

    from tests.botapi.world import World

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
_OK = range(200, 300)
_LONGEST_PAUSE = 3600.0
_NOT_IN_REPLY = frozenset({"setwebhook", "deletewebhook", "close", "logout"})


class Webhook:
    """One bot's webhook and the tasks that serve it."""

    def __init__(
        self,
        world: "World",
        bot: Bot,
        url: str,
        secret: str,
        max_connections: int,
    ) -> None:
        self.world = world
        self.bot = bot
        self.url = url
        self.max_connections = max_connections
        self.headers = {"Content-Type": "application/json"}
        if secret:
            self.headers[SECRET_HEADER] = secret
        self.error = ""
        self.error_at = 0
        self.attempts = 0
        self.secret = secret
        self._lanes: dict[int, deque[QueuedUpdate]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._gate = asyncio.Semaphore(max_connections)
        self._taken_to = 0

    def info(self) -> Json:
        """Return the part of getWebhookInfo that is about this webhook."""
        info: Json = {
            "url": self.url,
            "ip_address": "127.0.0.1",
            "max_connections": self.max_connections,
        }
        if self.error:
            info["last_error_date"] = self.error_at
            info["last_error_message"] = self.error
        return info

    def is_like(self, other: "Webhook") -> bool:
        """Whether setting the other one would change nothing."""
        return (self.url, self.secret, self.max_connections) == (
            other.url,
            other.secret,
            other.max_connections,
        )

    def start(self) -> None:
        """Begin to deliver."""
        self._spawn(self._feed())

    async def stop(self) -> None:
        """End all deliveries; what was not taken stays unconfirmed."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def replay(self) -> None:
        """Start again from the queue's head, after a replay."""
        self._taken_to = self.bot.queue.confirmed_to

    def _spawn(self, work: "Coroutine[Any, Any, None]") -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _feed(self) -> None:
        """Sort new updates into their lanes."""
        timeout = aiohttp.ClientTimeout(total=self.world.rules.webhook_timeout)
        connector = aiohttp.TCPConnector(limit=self.max_connections, ssl=False)
        async with aiohttp.ClientSession(
            timeout=timeout,
            connector=connector,
        ) as session:
            while True:
                for update in self.bot.queue.unread(self._taken_to):
                    self._taken_to = update.id
                    self._enqueue(session, update)
                await self.bot.queue.changed.wait(3600)

    def _enqueue(
        self,
        session: aiohttp.ClientSession,
        update: QueuedUpdate,
    ) -> None:
        lane = self._lanes.get(update.lane)
        if lane is not None:
            lane.append(update)
            return
        self._lanes[update.lane] = deque([update])
        self._spawn(self._serve(session, update.lane))

    async def _serve(self, session: aiohttp.ClientSession, key: int) -> None:
        lane = self._lanes[key]
        while lane:
            await self._deliver(session, lane[0])
            self.bot.queue.confirm(lane.popleft().id)
            self.world.pulse.beat()
        del self._lanes[key]

    async def _deliver(
        self,
        session: aiohttp.ClientSession,
        update: QueuedUpdate,
    ) -> None:
        """Try at once again after the first failure, then ever later."""
        rules = self.world.rules
        pause = 0.0
        while (asked := await self._try_once(session, update)) is not None:
            await asyncio.sleep(asked or pause)
            pause = min(max(pause * 2, rules.webhook_backoff), rules.webhook_backoff_max)

    async def _try_once(
        self,
        session: aiohttp.ClientSession,
        update: QueuedUpdate,
    ) -> float | None:
        """Return None when taken, else the seconds the receiver asks for."""
        async with self._gate:
            self.attempts += 1
            try:
                async with session.post(
                    self.url,
                    data=update.body,
                    headers=self.headers,
                ) as reply:
                    return await self._judge(reply)
            except TimeoutError:
                self._failed("Read timeout expired")
            except aiohttp.ClientConnectorError:
                self._failed("Connection refused")
            except aiohttp.ClientError:
                self._failed("Webhook connection closed")
        return 0.0

    async def _judge(self, reply: aiohttp.ClientResponse) -> float | None:
        body = await reply.read()
        if reply.status in _OK:
            await self._method_in(reply.content_type, body)
            return None
        self._failed(f"Wrong response from the webhook: {reply.status} {reply.reason}")
        asked = reply.headers.get("Retry-After", "")
        return min(float(asked), _LONGEST_PAUSE) if asked.isdecimal() else 0.0

    def _failed(self, text: str) -> None:
        self.error, self.error_at = text, self.world.now()
        self.world.pulse.beat()

    async def _method_in(self, content_type: str, body: bytes) -> None:
        """Carry out the call a webhook may put into its answer.

        Methods that read, or that change the webhook itself, are not carried out.
        """
        on_reply = self.world.on_webhook_reply
        if content_type != "application/json" or on_reply is None:
            return
        with suppress(ValueError):
            wanted = loads(body)
            method = str(wanted.get("method", "")).lower() if isinstance(wanted, dict) else ""
            if method and method not in _NOT_IN_REPLY and not method.startswith("get"):
                await on_reply(self.bot, wanted)
