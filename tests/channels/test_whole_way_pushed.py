"""The whole way again, with updates that the messenger pushes."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.http.server import serve
from tests.botapi import BotApiServer
from tests.channels.town import SECRET, WAYS_ROUND, Town, town


@pytest.fixture(params=WAYS_ROUND, ids="-".join)
async def hooked(request: pytest.FixtureRequest, server: BotApiServer, tmp_path: Path, url: str) -> AsyncIterator[Town]:
    """A town to which the messenger pushes."""
    residents, staff = request.param
    server.rules.webhook_backoff = 0.001
    hook = {"mode": "webhook", "webhook_url": "https://chulin.example", "webhook_secret": SECRET}
    async with town(server, tmp_path, url, residents=residents, staff=staff, **hook) as found, serve(found.app) as port:
        for name, channel in found.app.channels.items():
            await channel.set_webhook(f"http://127.0.0.1:{port}/telegram/{name}", SECRET)
        yield found


async def test_a_report_goes_the_whole_way_by_webhook(hooked: Town) -> None:
    chen = hooked.server.user("小陈").private(hooked.bots["staff"])
    await chen.starts(f"inv_{await hooked.invitation(1)}")
    await hooked.server.drained(hooked.bots["staff"])
    await hooked.runs()
    wang = hooked.resident()
    await wang.says("3栋三单元门口的路灯坏了")
    await hooked.server.drained(hooked.bots["resident"])
    await hooked.runs()
    for label in ("延安岭社区", "同意，提交"):
        await wang.taps(label)
        await hooked.server.drained(hooked.bots["resident"])
        await hooked.runs()
    await wang.sees("编号 YA-1")
    tap = await chen.taps("受理")
    await hooked.server.drained(hooked.bots["staff"])
    await hooked.runs()
    await tap.answered()
    assert not hooked.server.calls("getUpdates")


async def test_a_push_that_comes_again_is_handled_once(hooked: Town) -> None:
    wang, bot = hooked.resident(), hooked.bots["resident"]
    await wang.says("3栋三单元门口的路灯坏了")
    await hooked.server.drained(bot)
    hooked.server.redeliver(bot, 1)
    await hooked.server.drained(bot)
    await hooked.runs()
    assert bot.webhook is not None
    assert bot.webhook.attempts == 2
    assert len(wang.messages) == 1


async def test_a_push_is_not_confirmed_before_it_is_stored(hooked: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    wang, bot = hooked.resident(), hooked.bots["resident"]
    write_one, waiting = hooked.app.database.write_one, []

    async def fails_once(work: object) -> object:
        waiting.append(bot.queue.waiting)
        if len(waiting) == 1:
            raise OSError("disk full")
        done: object = await write_one(work)  # type: ignore[arg-type]
        waiting.append(bot.queue.waiting)
        return done

    monkeypatch.setattr(hooked.app.database, "write_one", fails_once)
    await wang.says("3栋三单元门口的路灯坏了")
    await hooked.server.drained(bot)
    monkeypatch.undo()
    await hooked.runs()
    assert waiting == [1, 1, 1]
    assert bot.webhook is not None
    assert "503" in bot.webhook.error
    assert len(wang.messages) == 1
