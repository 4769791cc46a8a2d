import asyncio

from tests.botapi import Bot, BotApiServer
from tests.botapi.rawbot import RawBot


async def _say(server: BotApiServer, bot: Bot, count: int) -> None:
    chat = server.user("王婆婆").private(bot)
    for number in range(count):
        await chat.says(f"第{number}件")


def _texts(updates: list[dict[str, dict[str, str]]]) -> list[str]:
    return [update["message"]["text"] for update in updates]


async def test_updates_come_again_until_the_offset_confirms_them(server: BotApiServer, bot: Bot, api: RawBot) -> None:
    await _say(server, bot, 3)
    first = await api.updates()
    again = await api.updates()
    assert first == again
    assert [u["update_id"] for u in first] == list(range(first[0]["update_id"], first[0]["update_id"] + 3))

    rest = await api.updates(offset=first[1]["update_id"])
    assert _texts(rest) == ["第1件", "第2件"]
    assert bot.queue.waiting == 2
    assert _texts(await api.updates()) == ["第1件", "第2件"]


async def test_the_limit_is_between_1_and_100(server: BotApiServer, bot: Bot, api: RawBot) -> None:
    await _say(server, bot, 120)
    assert len(await api.updates()) == 100
    assert len(await api.updates(limit=500)) == 100
    assert len(await api.updates(limit=0)) == 1
    assert len(await api.updates(limit=7)) == 7


async def test_a_negative_offset_forgets_all_but_the_newest(server: BotApiServer, bot: Bot, api: RawBot) -> None:
    await _say(server, bot, 5)
    assert _texts(await api.updates(offset=-2)) == ["第3件", "第4件"]
    assert _texts(await api.updates()) == ["第3件", "第4件"]


async def test_an_offset_beyond_the_end_confirms_all(server: BotApiServer, bot: Bot, api: RawBot) -> None:
    await _say(server, bot, 5)
    assert await api.updates(offset=bot.queue.last_id + 1000) == []
    await server.drained(bot)


async def test_a_long_poll_ends_as_soon_as_somebody_writes(server: BotApiServer, bot: Bot, api: RawBot) -> None:
    poll = asyncio.create_task(api.updates(timeout=30))
    await bot.queue.changed.until(lambda: bot.polls, 5)
    await _say(server, bot, 1)
    assert _texts(await poll) == ["第0件"]


async def test_a_long_poll_returns_nothing_after_its_time(server: BotApiServer, api: RawBot) -> None:
    server.rules.long_poll_max = 0
    assert await api.updates(timeout=30) == []


async def test_a_second_poller_ends_the_first_with_409(server: BotApiServer, bot: Bot, api: RawBot) -> None:
    first = asyncio.create_task(api.call("getUpdates", timeout=30))
    await bot.queue.changed.until(lambda: bot.polls, 5)
    second = asyncio.create_task(api.call("getUpdates", timeout=30))
    answer = await first
    assert answer.status == 409
    assert answer.description.startswith("Conflict: terminated by other getUpdates request")
    await _say(server, bot, 1)
    assert len((await second).result) == 1


async def test_a_poll_while_a_webhook_is_set_is_a_409(api: RawBot) -> None:
    await api.does("setWebhook", url="http://127.0.0.1:9/hook")
    answer = await api.call("getUpdates")
    assert answer.status == 409
    assert "can't use getUpdates method while webhook is active" in answer.description
    await api.does("deleteWebhook")
    assert await api.updates() == []


async def test_only_the_kinds_asked_for_are_queued(server: BotApiServer, bot: Bot, api: RawBot) -> None:
    await api.updates(allowed_updates=["callback_query"])
    await _say(server, bot, 1)
    assert bot.queue.total == 0
    await api.updates()
    await _say(server, bot, 1)
    assert bot.queue.total == 0, "absent keeps the former list"
    await api.updates(allowed_updates=[])
    await _say(server, bot, 1)
    assert bot.queue.total == 1, "an empty list is the default"


async def test_old_updates_can_be_handed_out_again(server: BotApiServer, bot: Bot, api: RawBot) -> None:
    await _say(server, bot, 3)
    seen = await api.updates()
    after = seen[-1]["update_id"] + 1
    assert await api.updates(offset=after) == []

    assert server.redeliver(bot, 2) == 2
    assert await api.updates(offset=after) == seen[1:]
    assert await api.updates(offset=after) == []


async def test_a_waiting_poll_gets_what_is_handed_out_again(server: BotApiServer, bot: Bot, api: RawBot) -> None:
    await _say(server, bot, 1)
    seen = await api.updates()
    poll = asyncio.create_task(api.updates(offset=seen[0]["update_id"] + 1, timeout=30))
    await bot.queue.changed.until(lambda: bot.polls == 2, 5)
    server.redeliver(bot, 1)
    assert await poll == seen


async def test_confirmed_updates_are_trimmed_after_a_while(bot: Bot) -> None:
    bot.queue._keep = 10
    for number in range(100):
        bot.queue.push("message", number)
    bot.queue.read(bot.queue.last_id + 1, 100)
    assert bot.queue.head == 10
    assert bot.queue.waiting == 0


async def test_an_unknown_token_is_401_and_an_unknown_method_404(server: BotApiServer, api: RawBot) -> None:
    async with RawBot(server.url, "1:wrong") as stranger:
        assert (await stranger.call("getMe")).status == 401
    async with RawBot(server.url, "nonsense") as stranger:
        assert (await stranger.call("getMe")).status == 404
    answer = await api.call("sendMoney")
    assert (answer.status, answer.description) == (404, "Not Found: method not found")
    assert (await api.call("GETME")).result["is_bot"] is True


async def test_a_bot_that_logged_out_is_refused(bot: Bot, api: RawBot) -> None:
    assert await api.does("close")
    assert await api.does("logOut")
    assert await api.refused("getMe") == "Logged out"
    assert bot.logged_out


async def test_a_poller_that_died_neither_loses_updates_nor_blocks_the_next(
    server: BotApiServer, bot: Bot, api: RawBot
) -> None:
    poll = asyncio.create_task(api.updates(timeout=30))
    await bot.queue.changed.until(lambda: bot.polls, 5)
    poll.cancel()
    await asyncio.gather(poll, return_exceptions=True)
    call = (await server.called("getUpdates"))[0]
    assert not call.answered
    await _say(server, bot, 1)
    assert _texts(await api.updates(timeout=30)) == ["第0件"]
