from collections.abc import AsyncIterator

import pytest

from tests.botapi import Bot, BotApiServer
from tests.botapi.limits import Limits
from tests.botapi.rawbot import RawBot


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def clock() -> Clock:
    return Clock()


@pytest.fixture
async def server(clock: Clock) -> AsyncIterator[BotApiServer]:
    async with BotApiServer(monotonic=clock) as running:
        yield running


async def test_a_chat_gets_one_message_a_second_after_a_short_burst(
    server: BotApiServer, bot: Bot, clock: Clock
) -> None:
    server.limits.mode = "enforce"
    chat = server.user("王婆婆").private(bot)
    await chat.starts()
    async with RawBot(server.url, bot.token) as api:
        send = {"chat_id": chat.id, "text": "x"}
        assert [(await api.call("sendMessage", **send)).status for _ in range(4)] == [200, 200, 200, 429]
        refused = await api.call("sendMessage", **send)
        assert refused.body["parameters"] == {"retry_after": 1}
        clock.now += 1
        assert [(await api.call("sendMessage", **send)).status for _ in range(2)] == [200, 429]
        assert await api.does("sendChatAction", chat_id=chat.id, action="typing")
    assert {breach.rule for breach in server.limits.breaches} == {"chat"}
    assert len(chat.messages) == 4


async def test_breaches_are_only_noted_while_watching(server: BotApiServer, bot: Bot) -> None:
    server.limits.mode = "watch"
    chat = server.user("王婆婆").private(bot)
    await chat.starts()
    async with RawBot(server.url, bot.token) as api:
        for _ in range(5):
            assert await api.does("sendMessage", chat_id=chat.id, text="x")
    assert len(server.limits.breaches) == 2


def test_a_group_gets_twenty_a_minute() -> None:
    limits = Limits("enforce")
    sent_at = [now for now in range(120) if not limits.check("sendmessage", 1, -100, now)]
    assert sent_at == [*range(20), *range(60, 80)]
    waits = {breach.retry_after for breach in limits.breaches if breach.at == 20}
    assert waits == {40}


def test_a_bot_sends_thirty_a_second_to_all() -> None:
    limits = Limits("enforce")
    sent = sum(not limits.check("sendmessage", 1, chat, 0.0) for chat in range(1, 100))
    assert sent == 30
    assert not limits.check("sendmessage", 2, 1, 0.0), "another bot has its own"
    assert not limits.check("sendmessage", 1, 500, 0.1)


def test_an_album_counts_each_picture() -> None:
    limits = Limits("enforce", chat_burst=10)
    assert not limits.check("sendmediagroup", 1, 5, 0.0, 10)
    assert limits.check("sendmessage", 1, 5, 0.0) == 1


def test_nothing_is_counted_when_off() -> None:
    limits = Limits()
    assert not any(limits.check("sendmessage", 1, 1, 0.0) for _ in range(100))
    assert limits.breaches == []
