"""Faults on demand, seen from the raw client and from both libraries."""

import asyncio
import json
import random
from collections.abc import AsyncIterator

import aiohttp
import pytest
import telegram
from aiogram import Bot as AiogramBot
from aiogram import exceptions as aiogram_errors
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from telegram import error as ptb_errors

from tests.botapi import Bot, BotApiServer, Person, faults
from tests.botapi.faults import Fault
from tests.botapi.rawbot import RawBot


@pytest.fixture
async def ptb(server: BotApiServer, bot: Bot, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[telegram.Bot]:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    async with telegram.Bot(bot.token, base_url=f"{server.url}/bot") as client:
        yield client


@pytest.fixture
async def aiogram(server: BotApiServer, bot: Bot) -> AsyncIterator[AiogramBot]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(server.url))
    yield AiogramBot(bot.token, session=session)
    await (await session.create_session()).close()


REFUSALS = [
    (faults.too_many(7), aiogram_errors.TelegramRetryAfter, ptb_errors.RetryAfter),
    (faults.forbidden(), aiogram_errors.TelegramForbiddenError, ptb_errors.Forbidden),
    (faults.bad_request("message thread not found"), aiogram_errors.TelegramBadRequest, ptb_errors.BadRequest),
    (faults.migrated(-100_123), aiogram_errors.TelegramMigrateToChat, ptb_errors.ChatMigrated),
    (faults.conflict(), aiogram_errors.TelegramConflictError, ptb_errors.Conflict),
    (faults.server_error(), aiogram_errors.TelegramServerError, ptb_errors.NetworkError),
    (faults.bad_gateway(), aiogram_errors.ClientDecodeError, ptb_errors.NetworkError),
    (faults.cut_json(), aiogram_errors.ClientDecodeError, ptb_errors.TelegramError),
    (faults.dropped_before(), aiogram_errors.TelegramNetworkError, ptb_errors.NetworkError),
    (faults.dropped_after(), aiogram_errors.TelegramNetworkError, ptb_errors.NetworkError),
]


@pytest.mark.parametrize(("fault", "_", "expected"), REFUSALS, ids=lambda v: getattr(v, "name", ""))
async def test_python_telegram_bot_meets_a_fault(
    server: BotApiServer, ptb: telegram.Bot, chat: Person, fault: Fault, _: type, expected: type[Exception]
) -> None:
    server.fails(fault, "sendMessage")
    with pytest.raises(expected):
        await ptb.send_message(chat.id, "x")
    await ptb.send_message(chat.id, "y")
    assert [m.text for m in chat.messages] == (["x", "y"] if fault.effect else ["y"])


@pytest.mark.parametrize(("fault", "expected", "_"), REFUSALS, ids=lambda v: getattr(v, "name", ""))
async def test_aiogram_meets_a_fault(
    server: BotApiServer, aiogram: AiogramBot, chat: Person, fault: Fault, expected: type[Exception], _: type
) -> None:
    server.fails(fault, "sendMessage")
    with pytest.raises(expected):
        await aiogram.send_message(chat.id, "x")
    await aiogram.send_message(chat.id, "y")
    assert [m.text for m in chat.messages] == (["x", "y"] if fault.effect else ["y"])


async def test_parameters_of_a_refusal_arrive(server: BotApiServer, aiogram: AiogramBot, chat: Person) -> None:
    server.fails(faults.too_many(7), "sendMessage")
    with pytest.raises(aiogram_errors.TelegramRetryAfter) as waiting:
        await aiogram.send_message(chat.id, "x")
    assert waiting.value.retry_after == 7
    server.fails(faults.migrated(-100_123), "sendMessage")
    with pytest.raises(aiogram_errors.TelegramMigrateToChat) as moved:
        await aiogram.send_message(chat.id, "x")
    assert moved.value.migrate_to_chat_id == -100_123


async def test_a_fault_befalls_only_what_it_is_planned_for(server: BotApiServer, bot: Bot, api: RawBot) -> None:
    chats = [server.user(name).private(bot) for name in ("王婆婆", "李工")]
    for chat in chats:
        await chat.starts()
    plan = server.fails(faults.forbidden(), "sendMessage", chat=chats[0].id, bot=bot, times=2)
    assert (await api.call("sendMessage", chat_id=chats[1].id, text="x")).status == 200
    assert (await api.call("sendChatAction", chat_id=chats[0].id, action="typing")).status == 200
    statuses = [(await api.call("sendMessage", chat_id=chats[0].id, text="x")).status for _ in range(3)]
    assert statuses == [403, 403, 200]
    assert plan.hits == 2
    assert server.faults.plans == []


async def test_faults_by_chance_repeat_with_their_seed(server: BotApiServer, api: RawBot) -> None:
    async def outcomes() -> list[int]:
        server.fails(faults.server_error(), "getMe", times=None, probability=0.3, seed=5)
        statuses = [(await api.call("getMe")).status for _ in range(20)]
        server.heals()
        return statuses

    first = await outcomes()
    assert first == await outcomes()
    draws = random.Random(5)
    assert first == [500 if draws.random() < 0.3 else 200 for _ in range(20)]


async def test_a_web_page_instead_of_json(server: BotApiServer, api: RawBot) -> None:
    assert api._session is not None
    server.fails(faults.bad_gateway(), "getMe")
    async with api._session.post(f"{api.base}/getMe") as reply:
        assert (reply.status, reply.content_type) == (502, "text/html")
        assert "502 Bad Gateway" in await reply.text()
    server.fails(faults.wrong_content_type(), "getMe")
    async with api._session.post(f"{api.base}/getMe") as reply:
        assert reply.content_type == "text/html"
        assert json.loads(await reply.text())["ok"]


async def test_a_hanging_call_outlasts_the_client(server: BotApiServer, api: RawBot, chat: Person) -> None:
    server.fails(faults.hangs(3600, effect=True), "sendMessage")
    hanging = asyncio.create_task(api.call("sendMessage", chat_id=chat.id, text="x"))
    await chat.sees("x")
    hanging.cancel()
    await asyncio.gather(hanging, return_exceptions=True)
    call = (await server.called("sendMessage"))[0]
    assert (call.effect, call.answered, call.fault) == (True, False, "hangs")


async def test_a_hang_that_ends_and_a_slow_call(server: BotApiServer, api: RawBot, chat: Person) -> None:
    server.fails(faults.hangs(0.001), "sendMessage")
    with pytest.raises(aiohttp.ClientError):
        await api.call("sendMessage", chat_id=chat.id, text="x")
    assert not chat.has("x")
    server.fails(faults.slow(0.001), "sendMessage")
    assert await api.does("sendMessage", chat_id=chat.id, text="y")


async def test_the_log_tells_effect_from_answer(server: BotApiServer, api: RawBot, chat: Person) -> None:
    server.fails(faults.dropped_after(), "sendMessage")
    with pytest.raises(aiohttp.ClientError):
        await api.call("sendMessage", chat_id=chat.id, text="x")
    await api.call("sendMessage", chat_id=chat.id, text="y")
    await api.call("sendMessage", chat_id=chat.id, text="")
    lost, sent, refused = server.calls("sendMessage")
    assert (lost.effect, lost.answered, lost.message_id) == (True, False, chat.messages[0].id)
    assert (sent.effect, sent.answered, sent.ok) == (True, True, True)
    assert (refused.effect, refused.status, refused.description) == (False, 400, "Bad Request: message text is empty")
    assert server.calls("sendMessage", ok=False) == [refused]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [(faults.server_error(), (500, None)), (faults.cut_json(), (200, b"1234")), (faults.slow(0), (200, b"12345678"))],
    ids=lambda v: getattr(v, "name", ""),
)
async def test_downloads_fail_too(
    server: BotApiServer, api: RawBot, chat: Person, fault: Fault, expected: tuple[int, bytes | None]
) -> None:
    await chat.sends_document(b"12345678")
    file_id = (await api.updates())[-1]["message"]["document"]["file_id"]
    path = (await api.does("getFile", file_id=file_id))["file_path"]
    server.fails(fault, "download")
    assert api._session is not None
    address = api.base.replace("/bot", "/file/bot")
    async with api._session.get(f"{address}/{path}") as reply:
        body = await reply.read()
        assert (reply.status, body) == (expected[0], expected[1] or body)
