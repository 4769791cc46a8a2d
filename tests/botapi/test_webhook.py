"""Webhook delivery: in order per chat, with the secret, until it is taken."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiohttp import web

from tests.botapi import Bot, BotApiServer
from tests.botapi.pulse import Pulse
from tests.botapi.rawbot import RawBot


class Receiver:
    """A webhook that answers as it is told to and remembers what came."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.headers: dict[str, str] = {}
        self.reply: dict[str, Any] | None = None
        self.seen: list[dict[str, Any]] = []
        self.held: asyncio.Event | None = None
        self.busy = self.most_busy = 0
        self.pulse = Pulse()
        self.secrets: set[str | None] = set()

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        self.secrets.add(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        self.seen.append(await request.json())
        self.busy += 1
        self.most_busy = max(self.busy, self.most_busy)
        self.pulse.beat()
        if self.held is not None:
            await self.held.wait()
        self.busy -= 1
        status = self.statuses.pop(0) if self.statuses else 200
        if self.reply is not None and status == 200:
            return web.json_response(self.reply)
        return web.Response(status=status, headers=self.headers)

    async def until(self, found: Callable[[], object]) -> None:
        await self.pulse.until(found, 5)

    @property
    def texts(self) -> list[str]:
        return [update["message"]["text"] for update in self.seen]


@pytest.fixture
async def server() -> AsyncIterator[BotApiServer]:
    async with BotApiServer() as running:
        running.rules.webhook_backoff = 0.001
        yield running


@pytest.fixture
async def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
async def url(receiver: Receiver) -> AsyncIterator[str]:
    runner = web.ServerRunner(web.Server(receiver.handle), shutdown_timeout=0.01)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    await runner.cleanup()


async def test_updates_are_pushed_in_order_with_the_secret(
    server: BotApiServer, bot: Bot, api: RawBot, receiver: Receiver, url: str
) -> None:
    chat = server.user("王婆婆").private(bot)
    await chat.says("一")
    await api.does("setWebhook", url=url, secret_token="geheim-1_A")
    await chat.says("二")
    await chat.says("三")
    await server.drained(bot)
    assert receiver.texts == ["一", "二", "三"]
    assert receiver.secrets == {"geheim-1_A"}
    info = await api.does("getWebhookInfo")
    assert (info["url"], info["pending_update_count"], info["max_connections"]) == (url, 0, 40)
    assert "last_error_message" not in info


async def test_what_is_not_taken_comes_again_before_the_next(
    server: BotApiServer, bot: Bot, api: RawBot, receiver: Receiver, url: str
) -> None:
    receiver.statuses = [500, 503, 302]
    chat = server.user("王婆婆").private(bot)
    await api.does("setWebhook", url=url)
    await chat.says("一")
    await chat.says("二")
    await server.drained(bot)
    assert receiver.texts == ["一", "一", "一", "一", "二"]
    info = await api.does("getWebhookInfo")
    assert info["last_error_message"].startswith("Wrong response from the webhook: 302")
    assert receiver.secrets == {None}


async def test_a_failing_chat_does_not_hold_up_another(
    server: BotApiServer, bot: Bot, api: RawBot, receiver: Receiver, url: str
) -> None:
    receiver.statuses, receiver.headers = [500], {"Retry-After": "3600"}
    await api.does("setWebhook", url=url)
    await server.user("王婆婆").private(bot).says("一")
    await receiver.until(lambda: receiver.seen)
    await server.user("李工").private(bot).says("二")
    await receiver.until(lambda: len(receiver.seen) == 2)
    await bot.queue.changed.until(lambda: bot.queue.waiting == 1, 5)
    assert receiver.texts == ["一", "二"]

    await api.does("deleteWebhook")
    waiting = await api.updates()
    assert waiting[0]["message"]["text"] == "一", "what was not taken is still there"


async def test_no_more_connections_than_allowed(
    server: BotApiServer, bot: Bot, api: RawBot, receiver: Receiver, url: str
) -> None:
    receiver.held = asyncio.Event()
    await api.does("setWebhook", url=url, max_connections=2)
    for number in range(5):
        await server.user(f"居民{number}").private(bot).says("x")
    await receiver.until(lambda: receiver.busy == 2)
    receiver.held.set()
    await server.drained(bot)
    assert receiver.most_busy == 2


async def test_a_dead_address_is_reported(server: BotApiServer, bot: Bot, api: RawBot) -> None:
    await api.does("setWebhook", url="http://127.0.0.1:9/hook")
    await server.user("王婆婆").private(bot).says("一")
    hook = bot.webhook
    assert hook is not None
    await server.world.pulse.until(lambda: hook.error, 5)
    assert (await api.does("getWebhookInfo"))["last_error_message"] == "Connection refused"


async def test_a_method_in_the_answer_is_carried_out(
    server: BotApiServer, bot: Bot, api: RawBot, receiver: Receiver, url: str
) -> None:
    chat = server.user("王婆婆").private(bot)
    receiver.reply = {"method": "sendMessage", "chat_id": chat.id, "text": "收到"}
    await api.does("setWebhook", url=url)
    await chat.says("一")
    await chat.sees("收到")
    receiver.reply = {"method": "getMe"}
    await chat.says("二")
    await server.drained(bot)
    assert [c.method for c in server.calls()] == ["setWebhook", "sendMessage"]


async def test_what_was_delivered_can_be_delivered_again(
    server: BotApiServer, bot: Bot, api: RawBot, receiver: Receiver, url: str
) -> None:
    await api.does("setWebhook", url=url)
    await server.user("王婆婆").private(bot).says("一")
    await server.drained(bot)
    assert server.redeliver(bot, 1) == 1
    await server.drained(bot)
    assert receiver.texts == ["一", "一"]


async def test_waiting_updates_can_be_dropped(
    server: BotApiServer, bot: Bot, api: RawBot, receiver: Receiver, url: str
) -> None:
    await server.user("王婆婆").private(bot).says("一")
    await api.does("setWebhook", url=url, drop_pending_updates=True, allowed_updates=["message"])
    await server.user("王婆婆").private(bot).says("二")
    await server.drained(bot)
    assert receiver.texts == ["二"]
    before = bot.webhook
    await api.does("setWebhook", url=url)
    assert bot.webhook is before, "the same address again changes nothing"
    assert (await api.does("getWebhookInfo"))["allowed_updates"] == ["message"]
    await api.does("setWebhook", url="")
    assert (await api.does("getWebhookInfo"))["url"] == ""


async def test_a_webhook_is_checked_before_it_is_set(server: BotApiServer, api: RawBot) -> None:
    for secret, complaint in (("x" * 257, "too long"), ("密", "unallowed characters")):
        refusal = await api.refused("setWebhook", url="https://a.cn", secret_token=secret)
        assert refusal.startswith("Bad Request: secret token")
        assert complaint in refusal
    server.rules.plain_http_webhooks = False
    assert "An HTTPS URL" in await api.refused("setWebhook", url="http://a.cn")


async def test_a_long_poll_ends_when_a_webhook_is_set(bot: Bot, api: RawBot, url: str) -> None:
    poll = asyncio.create_task(api.call("getUpdates", timeout=30))
    await bot.queue.changed.until(lambda: bot.polls, 5)
    await api.does("setWebhook", url=url)
    assert (await poll).description == "Conflict: terminated by setWebhook request"
